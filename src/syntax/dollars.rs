//! A text without quotes that holds names behind `$`: `registry.example/web:${version}`, `http://$api.http.host`.
//!
//! Invariant: its pieces are the whole of it.

use super::mistake::is_address;
use super::text::{is_path, is_word};

/// A piece of text without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// What it says itself.
    Plain(&'t str),
    /// The name between the braces of `${..}`.
    Braced(&'t str),
    /// The name behind a `$` without braces.
    Bare(&'t str),
}

/// The pieces of a text: each `$` with the name behind it, and what stands between those.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        found.push(Piece::Plain(before));
        if let Some((name, after)) = behind.strip_prefix('{').and_then(|behind| behind.split_once('}')) {
            found.push(Piece::Braced(name.trim()));
            rest = after;
            continue;
        }
        let (name, after) = behind.split_at_checked(name_length(behind)).unwrap_or_default();
        found.push(if name.is_empty() { Piece::Plain("$") } else { Piece::Bare(name) });
        rest = after;
    }
    found.push(Piece::Plain(rest));
    found
}

/// How much of what stands behind a `$` is its name: an address, or a word. A dot behind one that is no address is text.
fn name_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let run = text.get(..text.find(|c| !is_part(c)).unwrap_or(text.len())).unwrap_or_default();
    let ends = run.char_indices().map(|(at, _)| at).chain([run.len()]);
    let is_whole = |end: usize| !run.get(end..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric());
    let long = ends.rev().find(|end| is_whole(*end) && run.get(..*end).is_some_and(is_address));
    let word = run.split('.').next().unwrap_or_default().trim_end_matches('-');
    long.unwrap_or(if is_word(word) { word.len() } else { 0 })
}

/// A text with a letter in place of each name that it holds behind a `$`; `None` where it holds none.
pub(super) fn without_names(text: &str) -> Option<String> {
    let pieces = pieces(text);
    let plain = |piece: &Piece<'_>| match piece {
        Piece::Plain(plain) => (*plain).to_owned(),
        Piece::Braced(_) | Piece::Bare(_) => "x".to_owned(),
    };
    let is_name = |piece: &Piece<'_>| matches!(piece, Piece::Braced(_) | Piece::Bare(_));
    pieces.iter().any(is_name).then(|| pieces.iter().map(plain).collect())
}

/// A text as a string: `a-$b` as `"a-${b}"`. `None` where braces hold no name.
pub(super) fn in_quotes(text: &str) -> Option<String> {
    let mut written = "\"".to_owned();
    for piece in pieces(text) {
        match piece {
            Piece::Plain(plain) => written.push_str(&plain.replace('$', "\\$")),
            Piece::Braced(name) | Piece::Bare(name) if is_path(name) => written.extend(["${", name, "}"]),
            Piece::Braced(_) | Piece::Bare(_) => return None,
        }
    }
    written.push('"');
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::in_quotes;

    #[test]
    fn names_stand_in_braces_within_quotes() {
        let written = |text: &str| in_quotes(text).unwrap_or_default();
        assert_eq!(written("r.e/d:${version}"), r#""r.e/d:${version}""#);
        assert_eq!(written("r.e/d:${ version }"), r#""r.e/d:${version}""#);
        assert_eq!(written("http://$b.http.host:8080/$x"), r#""http://${b.http.host}:8080/${x}""#);
        assert_eq!(written("$registry.example/x"), r#""${registry}.example/x""#);
        assert_eq!(written("$a-$b-"), r#""${a}-${b}-""#);
        assert_eq!(written("5$-x"), r#""5\$-x""#);
        assert_eq!(in_quotes("a-${b + c}"), None);
    }
}
