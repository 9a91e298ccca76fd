//! `docs/read-aloud.md`: every message has been read by somebody who had not seen it, and the page says what they made of
//! it.

use std::collections::BTreeMap;

use crate::codes::all;
use crate::repository::{File, file, hold};

const PAGE: &str = "docs/read-aloud.md";
/// What may stand in the last cell of a line.
const CLEARED: [&str; 2] = ["at the first reading", "after the message was changed"];

/// The cells of the table's lines, with their line numbers.
fn lines(page: &File) -> impl Iterator<Item = (usize, Vec<&str>)> {
    page.text.lines().enumerate().filter_map(|(number, line)| {
        let row = line.strip_prefix("| [BVL")?.strip_suffix(" |")?;
        Some((number + 1, row.split(" | ").collect()))
    })
}

/// What is wrong with a line: it names a code, what was said, what was typed, and when that cleared the finding.
fn fault(cells: &[&str]) -> Option<&'static str> {
    let [code, said, typed, cleared] = cells else { return Some("a line has four cells") };
    let digits = code.get(..4).unwrap_or_default();
    if *code != format!("{digits}](errors/BVL{digits}.md)") {
        return Some("the code is a link to its page");
    }
    if said.is_empty() || typed.is_empty() {
        return Some("what the reader said and typed is empty");
    }
    (!CLEARED.contains(cleared)).then_some("the last cell says when the answer cleared the finding")
}

#[test]
fn every_message_was_read_aloud() {
    let page = file(PAGE).expect(PAGE);
    let mut broken = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (line, cells) in lines(page) {
        broken.extend(fault(&cells).map(|fault| format!("{PAGE}:{line}: {fault}")));
        let code = format!("BVL{}", cells.first().and_then(|cell| cell.get(..4)).unwrap_or_default());
        if let Some(first) = seen.insert(code.clone(), line) {
            broken.push(format!("{PAGE}:{line}: {code} stands in line {first} already"));
        }
    }
    for code in all() {
        if seen.remove(&code.id).is_none() {
            broken.push(format!("{}:{}: {} ({})", code.path, code.line, code.id, code.slug));
        }
    }
    broken.extend(seen.iter().map(|(code, line)| format!("{PAGE}:{line}: there is no {code}")));
    hold("Hand the message to somebody who has not seen it, and add their answer to docs/read-aloud.md:", &broken);
}

#[test]
fn reads_lines() {
    let text = "| code | said |\n|---|---|\n| [BVL0101](errors/BVL0101.md) | a \\| b | `x` | at the first reading |\n";
    let page = File { path: String::new(), text: text.to_owned() };
    let read: Vec<_> = lines(&page).collect();
    assert_eq!(read, [(3, vec!["0101](errors/BVL0101.md)", "a \\| b", "`x`", "at the first reading"])]);
    for (cells, is_sound) in [
        (vec!["0101](errors/BVL0101.md)", "said", "typed", "at the first reading"], true),
        (vec!["0101](errors/BVL0101.md)", "said", "typed", "after the message was changed"], true),
        (vec!["0101](errors/BVL0102.md)", "said", "typed", "at the first reading"], false),
        (vec!["0101](errors/BVL0101.md)", "", "typed", "at the first reading"], false),
        (vec!["0101](errors/BVL0101.md)", "said", "typed", "never"], false),
        (vec!["0101](errors/BVL0101.md)", "said"], false),
    ] {
        assert_eq!(fault(&cells).is_none(), is_sound, "{cells:?}");
    }
}
