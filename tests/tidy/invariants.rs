//! `docs/invariants.md`: each check holds a line of it, each line says what holds it, and nothing of the design's list is left
//! out: `design.txt` keeps that list by number, each line with what holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::all;
use crate::repository::{File, file, hold};

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
    let page = file(PAGE).expect(PAGE);
    let codes: BTreeSet<String> = all().into_iter().map(|code| code.id).collect();
    let mut broken = Vec::new();
    for (line, cell) in holders(page) {
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
    let page = file(PAGE).expect(PAGE);
    let held: BTreeSet<&str> = holders(page).into_iter().flat_map(|(_, cell)| named(cell)).collect();
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
    let page = file(PAGE).expect(PAGE);
    let graver: BTreeMap<String, char> =
        all().into_iter().filter_map(|code| Some((code.id, code.severity.chars().next()?))).collect();
    let mut broken = Vec::new();
    for (number, cell) in holders(page) {
        let line = page.text.lines().nth(number - 1).unwrap_or_default();
        let stated = line.trim_start_matches(['|', ' ']).chars().next();
        let unlike = named(cell).into_iter().filter(|code| graver.get(*code).copied() != stated);
        broken.extend(unlike.map(|code| format!("{PAGE}:{number}: {code} is {:?}", graver.get(code))));
    }
    hold("Begin the line with the first letter of its codes' severity, or divide it:", &broken);
}

/// How often a holder stands in a section at a severity; a code counts once, however many lines it helps to hold.
type Held = BTreeMap<(String, char, String), usize>;

fn count(held: &mut Held, section: &str, letter: char, holder: &str) {
    let times = held.entry((section.to_owned(), letter, holder.to_owned())).or_default();
    *times = if holder.starts_with("BVL") { 1 } else { *times + 1 };
}

/// What the page says, as `design.txt` writes it.
fn on_page(page: &str) -> Held {
    let (mut held, mut section) = (Held::new(), "");
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        }
        let row = line.strip_prefix("| ").and_then(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | "));
        let Some((row, cell)) = row else { continue };
        let Some(letter) = row.chars().next().filter(|letter| "EWH".contains(*letter)) else { continue };
        for part in cell.split("; ") {
            if let Some(word) = part.strip_prefix("waiting: ") {
                count(&mut held, section, letter, &format!("?{}", word.trim_matches('`')));
            } else if part.starts_with("by construction") {
                count(&mut held, section, letter, "built");
            } else {
                for code in part.split(", ") {
                    count(&mut held, section, letter, code);
                }
            }
        }
    }
    held
}

/// What the design asks for, and what is wrong with the numbers of its lines.
fn designed(design: &str) -> (Held, Vec<String>) {
    let (mut held, mut wrong, mut section, mut next) = (Held::new(), Vec::new(), "", 1);
    for (at, line) in design.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
        if let Some(title) = line.strip_prefix("## ") {
            (section, next) = (title, 1);
            continue;
        }
        let mut parts = line.split(" | ");
        let number = parts.next().and_then(|head| head.split(' ').next()).unwrap_or_default();
        if number != "+" {
            if number != next.to_string() {
                wrong.push(format!("line {}: {next} is expected, and it is {number}", at + 1));
            }
            next += 1;
        }
        let mut n_holders = 0;
        for part in parts {
            let (letter, holders) = part.split_at(1);
            for holder in holders.trim().split(", ") {
                count(&mut held, section, letter.chars().next().unwrap_or(' '), holder);
                n_holders += 1;
            }
        }
        if n_holders == 0 {
            wrong.push(format!("line {}: nothing holds it", at + 1));
        }
    }
    (held, wrong)
}

/// How many lines of the design's list a section has.
fn n_numbered(design: &str) -> Vec<usize> {
    let sections = design.split("\n## ").skip(1);
    sections.map(|part| part.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count()).collect()
}

#[test]
fn nothing_of_the_design_is_left_out() {
    let page = file(PAGE).expect(PAGE);
    let design = include_str!("design.txt");
    let (asked, mut broken) = designed(design);
    let said = on_page(&page.text);
    let lacks = |one: &Held, other: &Held, what: &str| -> Vec<String> {
        let unlike = one.iter().filter(|(key, times)| other.get(*key) != Some(*times));
        unlike
            .map(|((section, letter, holder), times)| format!("{section}: {letter} {holder}, {times} {what}"))
            .collect()
    };
    broken.extend(lacks(&asked, &said, "in design.txt"));
    broken.extend(lacks(&said, &asked, "on the page"));
    // the lines of the list, section by section
    assert_eq!(n_numbered(design), [20, 8, 11, 8, 14, 4, 8, 1]);
    hold("Let docs/invariants.md and tests/tidy/design.txt say the same:", &broken);
}

#[test]
fn reads_the_design() {
    let page = "## A\n| | invariant | held by |\n|---|---|---|\n| E | x | BVL0001; by construction: [y](z) |\n| W | z | waiting: `w` |\n";
    let (asked, wrong) = designed("# Why.\n\n## A\n1 x | E BVL0001, built\n2 z | W ?w\n");
    assert_eq!((on_page(page), wrong.len()), (asked, 0));
    let (other, wrong) = designed("## A\n1 x | E BVL0001\n3 z\n");
    assert_eq!((on_page(page) == other, wrong.len()), (false, 2));
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
