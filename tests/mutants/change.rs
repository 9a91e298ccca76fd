//! What may be written in the place of one term: numbers moved, units changed, ends swapped, names mistaken.

use bvlc::value::{Sign, Term, TermKind};

/// A name for the mutation, and the text that stands in the term's place.
pub(crate) type Change = (&'static str, String);

/// Units of one sort, smallest first: what is written in one can be mistaken for its neighbor.
const UNITS: [&[&str]; 4] = [&["ms", "s", "m", "h"], &["Ki", "Mi", "Gi", "Ti"], &["k", "M", "G", "T"], &["%", ""]];

/// The sign that is most likely written for another.
fn of_sign(sign: Sign) -> Option<Sign> {
    Some(match sign {
        Sign::Equal => Sign::Unequal,
        Sign::Unequal => Sign::Equal,
        Sign::Below => Sign::AtMost,
        Sign::AtMost => Sign::Below,
        Sign::Above => Sign::AtLeast,
        Sign::AtLeast => Sign::Above,
        Sign::Plus => Sign::Minus,
        Sign::Minus => Sign::Plus,
        Sign::Open | Sign::Call | Sign::Close => return None,
    })
}

/// Everything that can be done to a term by itself, given its text and the names that stand in such a place elsewhere.
pub(crate) fn changes(term: &Term, text: &str, names: &[String]) -> Vec<Change> {
    match &term.kind {
        TermKind::Number(number) => of_number(number),
        TermKind::Address(address) => of_address(address),
        TermKind::Text(inner) if !text.starts_with("\"\"\"") && !inner.is_empty() => {
            vec![("text", text.replacen('"', "\"x", 1)), ("text-empty", "\"\"".to_owned())]
        }
        TermKind::Name(name) => {
            let mut changes = vec![("typo", typo(name))];
            if let Some(at) = names.iter().position(|known| **known == **name) {
                let others = (1..names.len()).filter_map(|step| names.get((at + step) % names.len()));
                changes.extend(others.take(2).map(|other| ("neighbor", other.clone())));
            }
            changes
        }
        TermKind::Range(ends) => {
            let (low, high) = (written(&ends.0, term, text), written(&ends.1, term, text));
            vec![
                ("ends-swap", format!("{high}..{low}")),
                ("low-alone", low.to_owned()),
                ("high-alone", high.to_owned()),
            ]
        }
        TermKind::List(members) => {
            let written: Vec<&str> = members.iter().map(|member| written(member, term, text)).collect();
            let without = |gone: usize| {
                let left = written.iter().enumerate().filter(move |(at, _)| *at != gone).map(|(_, member)| *member);
                left.collect::<Vec<_>>().join(", ")
            };
            (0..written.len()).map(|gone| ("member-drop", without(gone))).collect()
        }
        TermKind::Sign(sign) => of_sign(*sign).into_iter().map(|sign| ("sign", sign.written().to_owned())).collect(),
        TermKind::Arrow => vec![("arrow", "~>".to_owned())],
        TermKind::PathArrow => vec![("arrow", "->".to_owned())],
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Text(_)
        | TermKind::Template(_)
        | TermKind::Call(_)
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Bad => Vec::new(),
    }
}

/// What of `text`, the text of `outer`, is that of `inner`.
fn written<'t>(inner: &Term, outer: &Term, text: &'t str) -> &'t str {
    let start = outer.span.range().start;
    let range = inner.span.range();
    text.get(range.start - start..range.end - start).unwrap_or_default()
}

/// Two letters exchanged, or the last one doubled where there is but one.
pub(crate) fn typo(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let swap = (1..letters.len()).rev().find(|at| {
        let both = [letters[at - 1], letters[*at]];
        both[0] != both[1] && both.iter().all(char::is_ascii_alphabetic)
    });
    match swap {
        Some(at) => letters.swap(at - 1, at),
        None => letters.extend(letters.last().copied()),
    }
    letters.into_iter().collect()
}

fn of_number(number: &str) -> Vec<Change> {
    let digits = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    let (count, unit) = number.split_at(digits);
    let Ok(count) = count.parse::<u64>() else { return Vec::new() };
    let mut changes = vec![
        ("half", format!("{}{unit}", count / 2)),
        ("double", format!("{}{unit}", count * 2)),
        ("tenfold", format!("{}{unit}", count * 10)),
        ("zero", format!("0{unit}")),
        ("step-up", format!("{}{unit}", count + 1)),
    ];
    if count > 0 {
        changes.push(("step-down", format!("{}{unit}", count - 1)));
    }
    for units in UNITS {
        if let Some(at) = units.iter().position(|known| *known == unit) {
            let next = units[(at + 1) % units.len()];
            changes.push(("unit", format!("{count}{next}")));
        }
    }
    changes.dedup_by(|a, b| a.1 == b.1);
    changes
}

fn of_address(address: &str) -> Vec<Change> {
    let (host, prefix) = address.split_once('/').map_or((address, None), |(host, prefix)| (host, Some(prefix)));
    let mut changes = Vec::new();
    let parts: Vec<&str> = host.split('.').collect();
    if let [a, b, c, d] = parts[..] {
        let behind = prefix.map(|prefix| format!("/{prefix}")).unwrap_or_default();
        let next = |part: &str| part.parse::<u8>().map_or(0, |part| part.wrapping_add(1));
        changes.push(("address-last", format!("{a}.{b}.{c}.{}{behind}", next(d))));
        changes.push(("address-net", format!("{a}.{}.{c}.{d}{behind}", next(b))));
    }
    if let Some(prefix) = prefix.and_then(|prefix| prefix.parse::<u8>().ok()) {
        changes.push(("prefix-wider", format!("{host}/{}", prefix.saturating_sub(1))));
        changes.push(("prefix-narrower", format!("{host}/{}", prefix + 1)));
        changes.push(("prefix-all", format!("{host}/0")));
    }
    changes
}
