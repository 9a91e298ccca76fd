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

/// A share where the column is one of shares, else a number of pods.
fn count(column: &str, index: u32) -> Count {
    if column.ends_with('%') { Count::Percent(Percent(index)) } else { Count::Number(index) }
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
        let surge: u64 = words[6].parse().unwrap();
        for index in first..=last {
            let more = count(words[2], index);
            for (index, unavailable) in values.iter().enumerate() {
                let missing = count(words[4], number(index));
                let expected = Resolved { surge, unavailable: *unavailable };
                assert_eq!(resolved(more, missing, n), expected, "{line}: {more}, {missing}");
            }
        }
        return values.len() * (last - first + 1) as usize;
    }
    let field = if words[0].starts_with("min") { Field::MinAvailable } else { Field::MaxUnavailable };
    for (index, value) in values.iter().enumerate() {
        let count = count(words[0], number(index));
        let stated =
            Stated { field, count: Origin::new(count, Span::new(FileId::default(), 0, 0), Layer::Declaration) };
        assert_eq!(stated.stay(n), *value, "{line}: {count}");
    }
    values.len()
}

#[test]
fn every_row_is_what_kubernetes_computes() {
    let rows: usize = TABLE.lines().map(compare).sum();
    // for each number of pods from 1 to 20: two fields with 101 shares and with 0 to n + 1, and all pairs of these
    let pairs: usize = (3..=22).map(|numbers: usize| (101 + numbers) * (101 + numbers)).sum();
    assert_eq!(rows, pairs + 2 * (3..=22).map(|numbers: usize| 101 + numbers).sum::<usize>());
}
