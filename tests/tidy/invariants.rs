//! `docs/invariants.md`: each check holds a line of it, and each line says what holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::all;
use crate::repository::{File, files, hold};

const PAGE: &str = "docs/invariants.md";

/// The last cells of the table's lines, with their line numbers.
fn holders(page: &File) -> Vec<(usize, &str)> {
    let rows = page.text.lines().enumerate().filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| |"));
    rows.filter_map(|(number, line)| {
        let (_, last) = line.trim_end_matches([' ', '|']).rsplit_once(" | ")?;
        Some((number + 1, last))
    })
    .collect()
}

/// The codes that a cell names.
fn named(cell: &str) -> Vec<&str> {
    cell.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with("BVL")).collect()
}

/// Whether a part of a cell says what holds the invariant.
fn is_said(part: &str) -> bool {
    let begins = ["waiting: `", "by construction: ["].iter().any(|start| part.starts_with(start));
    begins || part == "not yet" || part.split(", ").all(|code| named(code) == [code])
}

#[test]
fn every_invariant_says_what_holds_it() {
    let page = files().into_iter().find(|file| file.path == PAGE).expect(PAGE);
    let codes: BTreeSet<String> = all().into_iter().map(|code| code.id).collect();
    let mut broken = Vec::new();
    for (line, cell) in holders(&page) {
        for part in cell.split("; ").filter(|part| !is_said(part)) {
            broken.push(format!("{PAGE}:{line}: `{part}` is neither codes nor a reason why there is none"));
        }
        for code in named(cell).into_iter().filter(|code| !codes.contains(*code)) {
            broken.push(format!("{PAGE}:{line}: there is no {code}"));
        }
    }
    hold("Name the codes, or `waiting: \\`WORD\\``, `by construction: [page](..)`, `not yet`:", &broken);
}

#[test]
fn every_check_holds_an_invariant() {
    let page = files().into_iter().find(|file| file.path == PAGE).expect(PAGE);
    let held: BTreeSet<&str> = holders(&page).into_iter().flat_map(|(_, cell)| named(cell)).collect();
    let is_judging = |path: &str| path.starts_with("src/check/");
    let broken: Vec<String> = all()
        .into_iter()
        .filter(|code| is_judging(&code.path) && !held.contains(code.id.as_str()))
        .map(|code| format!("{}:{}: {} ({})", code.path, code.line, code.id, code.slug))
        .collect();
    hold("Give the code a line in docs/invariants.md, or put it into the line that it holds:", &broken);
}

#[test]
fn lines_are_as_grave_as_their_codes() {
    let page = files().into_iter().find(|file| file.path == PAGE).expect(PAGE);
    let graver: BTreeMap<String, char> =
        all().into_iter().filter_map(|code| Some((code.id, code.severity.chars().next()?))).collect();
    let mut broken = Vec::new();
    for (number, cell) in holders(&page) {
        let line = page.text.lines().nth(number - 1).unwrap_or_default();
        let stated = line.trim_start_matches(['|', ' ']).chars().next();
        let unlike = named(cell).into_iter().filter(|code| graver.get(*code).copied() != stated);
        broken.extend(unlike.map(|code| format!("{PAGE}:{number}: {code} is {:?}", graver.get(code))));
    }
    hold("Begin the line with the first letter of its codes' severity, or divide it:", &broken);
}

#[test]
fn reads_what_holds_a_line() {
    for (cell, said) in [
        ("BVL0301", true),
        ("BVL0301, BVL0302", true),
        ("BVL0301 and more", false),
        ("not yet", true),
        ("waiting: `mesh`", true),
        ("waiting", false),
        ("", false),
    ] {
        assert_eq!(is_said(cell), said, "{cell}");
    }
    let text = "| | invariant | held by |\n|---|---|---|\n| E | a `x|y` | BVL0301; not yet |\n".to_owned();
    assert_eq!(holders(&File { path: String::new(), text }), [(3, "BVL0301; not yet")]);
}
