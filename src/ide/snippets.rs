//! A statement of a word with holes for what it wants, as editors fill them in one after the other.
//!
//! Invariants: a snippet comes from the table alone; filled with anything of the kind, it is written as the formatter
//! writes it.

use std::fmt::Write as _;

use crate::vocabulary::{Argument, Block, Presence, Type, Word};

/// The snippet of a word, in the protocol's syntax; `None` where it would be the word alone.
pub fn of_word(word: &Word) -> Option<String> {
    let mut text = escaped(word.name);
    let mut number = 0;
    for arg in word.args.iter().filter(|arg| arg.presence != Presence::Optional) {
        number += 1;
        let _ = write!(text, " {}", hole(arg, number));
    }
    // words with a syntax of their own show it by example
    let is_plain = word.args.is_empty() && word.variants.is_empty();
    let rest = word.example.strip_prefix(word.name).map(str::trim).unwrap_or_default();
    if is_plain && word.block.is_none_or(|_| !rest.starts_with('{')) && !rest.is_empty() {
        let shown = rest.split(" {").next().unwrap_or(rest);
        let _ = write!(text, " ${{1:{}}}", escaped(shown));
        return Some(text);
    }
    let holds = |block: &Block| !block.words.is_empty();
    if number == 0 && word.block.is_some_and(holds) || is_declaration(word) {
        text.push_str(" {\n  $0\n}");
        return Some(text);
    }
    (number > 0).then_some(text)
}

/// Whether it is nothing without its braces.
fn is_declaration(word: &Word) -> bool {
    word.args.first().is_some_and(|first| first.name == "NAME")
        && word.block.is_some_and(|block| !block.words.is_empty())
        && word.variants.is_empty()
}

fn hole(arg: &Argument, number: usize) -> String {
    let is_quoted = arg.ty.is_text() && !matches!(arg.ty, Type::Key | Type::Scaler | Type::Parameter(_))
        || matches!(arg.ty, Type::Image | Type::Version);
    if let Type::Choice(words) = arg.ty {
        return format!("${{{number}|{}|}}", words.iter().map(|word| escaped(word)).collect::<Vec<_>>().join(","));
    }
    let hole = format!("${{{number}:{}}}", escaped(arg.name));
    if is_quoted { format!("\"{hole}\"") } else { hole }
}

/// A text in which nothing is taken for syntax of snippets.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        if matches!(char, '\\' | '$' | '}') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax;
    use crate::vocabulary::FILE;

    /// What a person makes of a snippet: the texts of the holes, the first of several choices, and an entry in the braces.
    fn filled(snippet: &str, inner: &str) -> String {
        let mut text = String::new();
        let mut rest = snippet;
        while let Some((before, behind)) = rest.split_once('$') {
            if let Some(before) = before.strip_suffix('\\') {
                text.push_str(before);
                text.push('$');
                rest = behind;
                continue;
            }
            text.push_str(before);
            if let Some(behind) = behind.strip_prefix('0') {
                text.push_str(inner);
                rest = behind;
                continue;
            }
            let body = behind.strip_prefix('{').unwrap();
            let end = body.match_indices('}').find(|(at, _)| !body.get(..*at).unwrap().ends_with('\\')).unwrap().0;
            let hole = body.get(..end).unwrap();
            let shown = hole
                .split_once(':')
                .map_or_else(|| hole.split('|').nth(1).unwrap().split(',').next().unwrap(), |(_, shown)| shown);
            text.push_str(shown);
            rest = body.get(end + 1..).unwrap();
        }
        text.push_str(rest);
        text.replace("\\}", "}").replace("\\$", "$").replace("\\\\", "\\")
    }

    fn all(block: &'static Block, found: &mut Vec<&'static Word>) {
        for word in block.words {
            if found.iter().any(|known| std::ptr::eq(*known, word)) {
                continue;
            }
            found.push(word);
            found.extend(word.variants);
            if let Some(block) = word.block {
                all(block, found);
            }
        }
    }

    #[test]
    fn every_snippet_is_written_as_the_formatter_writes_it() {
        let mut words = Vec::new();
        all(&FILE, &mut words);
        let mut n_snippets = 0;
        for word in words {
            let Some(snippet) = of_word(word) else { continue };
            n_snippets += 1;
            let text = filled(&snippet, "entry 1") + "\n";
            let tree = syntax::parse(FileId::default(), &text.as_str().into());
            assert!(tree.errors.is_empty(), "{snippet}: {text}: {:?}", tree.errors);
            assert_eq!(syntax::format(&tree).as_deref(), Some(text.as_str()), "{snippet}");
        }
        assert!(n_snippets > 60, "{n_snippets}");
    }
}
