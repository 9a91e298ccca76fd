//! Claims against findings, as multisets; and texts against texts.

use bvlc::value::lines;

use crate::annotation::Claim;
use crate::case::Case;
use crate::compiler::{Found, Weight};

/// What is claimed and not found, and what is found and not claimed, a sentence each. `place` names a line for the reader.
pub(crate) fn unmatched(claims: &[Claim], found: &[Found], place: &dyn Fn(&str, usize) -> String) -> Vec<String> {
    // claim_of[f]: the claim that finding f answers; grown by augmenting paths, since a claim with a short title fits
    // several findings and must leave to another claim the only one that fits that
    let mut claim_of: Vec<Option<usize>> = vec![None; found.len()];
    for claim in 0..claims.len() {
        let mut tried = vec![false; found.len()];
        answer(claim, claims, found, &mut claim_of, &mut tried);
    }
    let mut wrong = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        if !claim_of.contains(&Some(index)) {
            wrong.push(format!("{}: not reported: {}", place(&claim.path, claim.line), say_claim(claim)));
        }
    }
    for (finding, answered) in found.iter().zip(&claim_of) {
        if answered.is_none() && finding.weight == Weight::Counted {
            wrong.push(format!(
                "{}: reported without `//~`: {}",
                place(&finding.path, finding.line),
                say_found(finding)
            ));
        }
    }
    wrong
}

fn answer(claim: usize, claims: &[Claim], found: &[Found], claim_of: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for (index, finding) in found.iter().enumerate() {
        let fitting = claims.get(claim).is_some_and(|claim| fits(claim, finding));
        if !fitting || tried.get(index).copied().unwrap_or(true) {
            continue;
        }
        if let Some(slot) = tried.get_mut(index) {
            *slot = true;
        }
        let owner = claim_of.get(index).copied().flatten();
        if owner.is_none_or(|owner| answer(owner, claims, found, claim_of, tried)) {
            if let Some(slot) = claim_of.get_mut(index) {
                *slot = Some(claim);
            }
            return true;
        }
    }
    false
}

fn fits(claim: &Claim, found: &Found) -> bool {
    claim.path == found.path
        && claim.line == found.line
        && claim.code == found.code
        && claim.title.as_ref().is_none_or(|title| found.title.contains(title))
        && claim.labels.iter().all(|label| found.labels.contains(label))
}

fn say_claim(claim: &Claim) -> String {
    let title = claim.title.as_ref().map(|title| format!(" {title:?}")).unwrap_or_default();
    format!("{}{title}{}", claim.code, say_labels(&claim.labels))
}

fn say_found(found: &Found) -> String {
    format!("{} {:?}{}", found.code, found.title, say_labels(&found.labels))
}

fn say_labels(labels: &[(String, usize)]) -> String {
    labels.iter().flat_map(|(path, line)| [" ".to_owned(), format!("{path}:{line}")]).collect()
}

/// The difference of two texts, or `None` where they are equal.
pub(crate) fn difference(expected: &str, actual: &str) -> Option<String> {
    const LINES: usize = 80;
    if expected == actual {
        return None;
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let mut diff = Vec::new();
    for (old, new) in lines::changed(before.iter(), after.iter()) {
        diff.push(format!("line {}", old.start + 1));
        diff.extend(before[old].iter().map(|line| format!("-{line}")));
        diff.extend(after[new].iter().map(|line| format!("+{line}")));
    }
    let more = diff.len().saturating_sub(LINES);
    diff.truncate(LINES);
    let tail = if more == 0 { String::new() } else { format!("\n({more} more lines differ)") };
    Some(format!("{}{tail}", diff.join("\n")))
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    let claim = |line, title: &str, labels: &[usize]| Claim {
        path: "a".to_owned(),
        line,
        code: "BVL0101".to_owned(),
        title: (!title.is_empty()).then(|| title.to_owned()),
        labels: labels.iter().map(|line| ("b".to_owned(), *line)).collect(),
    };
    let found = |line, title: &str, labels: &[usize]| Found {
        path: "a".to_owned(),
        line,
        code: "BVL0101".to_owned(),
        title: title.to_owned(),
        labels: labels.iter().map(|line| ("b".to_owned(), *line)).collect(),
        weight: Weight::Counted,
    };
    let hint = Found { weight: Weight::Hint, ..found(3, "h", &[]) };
    let table = vec![
        ("equal", vec![claim(1, "x", &[])], vec![found(1, "axb", &[])], 0),
        ("another line", vec![claim(1, "", &[])], vec![found(2, "", &[])], 2),
        ("another title", vec![claim(1, "x", &[])], vec![found(1, "y", &[])], 2),
        ("twice found, once claimed", vec![claim(1, "", &[])], vec![found(1, "x", &[]), found(1, "y", &[])], 1),
        ("twice claimed, once found", vec![claim(1, "", &[]), claim(1, "x", &[])], vec![found(1, "x", &[])], 1),
        (
            "a loose claim leaves the strict one its finding",
            vec![claim(1, "", &[]), claim(1, "x", &[])],
            vec![found(1, "x", &[]), found(1, "y", &[])],
            0,
        ),
        ("a label", vec![claim(1, "", &[3])], vec![found(1, "", &[2, 3])], 0),
        ("a label elsewhere", vec![claim(1, "", &[4])], vec![found(1, "", &[2, 3])], 2),
        ("a hint need not be claimed", vec![], vec![hint.clone()], 0),
        ("a hint may be claimed", vec![claim(3, "h", &[])], vec![hint], 0),
    ];
    let matching = Case::new("harness/compare/multisets", move || {
        for (name, claims, found, expected) in table {
            let wrong = unmatched(&claims, &found, &|path, line| format!("{path}:{line}"));
            if wrong.len() != expected {
                return Err(format!("{name}: {wrong:?}"));
            }
        }
        Ok(())
    });
    let texts = Case::new("harness/compare/texts", || match (difference("a\n", "a\n"), difference("a\n", "b\n")) {
        (None, Some(diff)) if diff.contains("-a\n+b") => Ok(()),
        other => Err(format!("{other:?}")),
    });
    vec![matching, texts]
}
