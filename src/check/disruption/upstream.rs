//! The arithmetic of this family against a table that `tests/python/disruption_table.py` makes of what Kubernetes computes.
//!
//! Invariant: every row of the table is compared; `.ci/run` makes the table anew and fails where it differs.

use super::eviction::{Field, Stated};
use super::rolling::{Resolved, resolved};
use crate::model::{Count, Layer, Origin};
use crate::source::{FileId, Span};
use crate::value::Percent;

const TABLE: &str = include_str!("upstream.txt");

/// The values of a line, written out.
fn values(runs: &str) -> Vec<u64> {
    let run = |run: &str| {
        let (value, times) = run.split_once('x').unwrap();
        vec![value.parse().unwrap(); times.parse().unwrap()]
    };
    runs.split(' ').flat_map(run).collect()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap()
}

/// Compares one line and says how many rows it holds.
fn compare(line: &str) -> usize {
    let (what, runs) = line.split_once(": ").unwrap();
    let values = values(runs);
    let words: Vec<&str> = what.split(' ').collect();
    let n: u32 = words[1].parse().unwrap();
    if words[0] == "rollout" {
        let (first, last) = words[3].split_once("..").unwrap();
        let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
        let surge: u64 = words[5].parse().unwrap();
        for share in first..=last {
            for (index, unavailable) in values.iter().enumerate() {
                let missing = Count::Percent(Percent(number(index)));
                let expected = Resolved { surge, unavailable: *unavailable };
                assert_eq!(
                    resolved(Count::Percent(Percent(share)), missing, n),
                    expected,
                    "{line}: {share}%, {missing}"
                );
            }
        }
        return values.len() * (last - first + 1) as usize;
    }
    let field = if words[0].starts_with("min") { Field::MinAvailable } else { Field::MaxUnavailable };
    for (index, value) in values.iter().enumerate() {
        let is_share = words[0].ends_with('%');
        let count = if is_share { Count::Percent(Percent(number(index))) } else { Count::Number(number(index)) };
        let stated =
            Stated { field, count: Origin::new(count, Span::new(FileId::default(), 0, 0), Layer::Declaration) };
        assert_eq!(stated.stay(n), *value, "{line}: {count}");
    }
    values.len()
}

#[test]
fn every_row_is_what_kubernetes_computes() {
    let rows: usize = TABLE.lines().map(compare).sum();
    // 20 numbers of pods: 101 x 101 pairs of shares, two fields with 101 shares and with 0 to n + 1
    assert_eq!(rows, 20 * (101 * 101 + 2 * 101) + 2 * (3..=22).sum::<usize>());
}
