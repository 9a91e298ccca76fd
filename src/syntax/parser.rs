//! From text to tokens by `grammar/bvl.pest`, and from there to the tree.
//!
//! Invariants: parsing never fails, never recurses and takes time proportional to the text. pest is named here only. An
//! unclosed `"""` or `/*` reaches to the end of what is parsed, so the text is then cut at the next line that begins with
//! a declaration word and parsed on from there, at most `RESTARTS` times.
//!
//! A long text is parsed in parts, which end before such lines: pest holds all that it has matched until it is done, forty
//! bytes for each end of each token.

use std::sync::Arc;

use pest::Parser;

use super::conflict::{self, Resolved};
use super::token::{Kind, Token};
use super::tree::Tree;
use super::{build, foreign, hidden, quotes};
use crate::source::{FileId, Span};

/// How often parsing starts again behind something unclosed; later ones take the rest of the file.
const RESTARTS: usize = 16;

/// So many bytes are parsed at a time, up to the next line that begins a declaration.
const PART: usize = 1 << 20;

/// The tree of a file. What is wrong with the text is in [`Tree::errors`]; the tree holds everything else.
pub fn parse(file: FileId, text: &Arc<str>) -> Tree {
    let Some(Resolved { text: read, left_out, errors }) = conflict::resolve(file, text, tokens) else {
        return parse_whole(file, text);
    };
    let mut tree = parse_whole(file, &read.into());
    tree.text = Arc::clone(text);
    tree.left_out = left_out.into_iter().map(|part| Span::new(file, part.start, part.end)).collect();
    tree.errors.extend(errors);
    tree.errors.sort_by_key(crate::diagnostic::Diagnostic::span);
    tree
}

/// The tree of a text without conflicts.
fn parse_whole(file: FileId, text: &Arc<str>) -> Tree {
    let tokens = tokens(text);
    if let Some(error) = foreign::whole_file(file, text, &tokens) {
        let (text, errors) = (Arc::clone(text), vec![error]);
        return Tree { file, text, items: Vec::new(), errors, is_foreign: true, left_out: Vec::new() };
    }
    let tokens = quotes::complete(text, tokens);
    let mut tree = build::build(file, text, &tokens);
    tree.errors.extend(hidden::check(file, text));
    tree.errors.sort_by_key(crate::diagnostic::Diagnostic::span);
    tree
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..RESTARTS {
        let start = found.len();
        lex(text, from, text.len(), &mut found);
        let Some(cut) = cut(text, found.get(start..).unwrap_or_default()) else { return found };
        found.truncate(start);
        lex(text, from, cut, &mut found);
        from = cut;
    }
    lex(text, from, text.len(), &mut found);
    found
}

/// The tokens of a part of the text, as if nothing else were there.
pub(super) fn tokens_of(text: &str, from: usize, to: usize) -> Vec<Token> {
    let mut found = Vec::new();
    lex(text, from, to, &mut found);
    found
}

/// Where to start again if the last token was never closed. A text block that holds the beginning of a declaration most
/// likely lacks its own end and has taken the beginning of a later one for it.
fn cut(text: &str, tokens: &[Token]) -> Option<usize> {
    let last = tokens.last()?;
    if last.kind == Kind::UnclosedText {
        let mut blocks = tokens.iter().filter(|token| token.kind == Kind::TextBlock);
        if let Some(cut) = blocks.find_map(|block| declaration_line(text, block.start(), block.end())) {
            return Some(cut);
        }
    }
    let unclosed = matches!(last.kind, Kind::UnclosedText | Kind::UnclosedComment);
    if unclosed { declaration_line(text, last.start(), text.len()) } else { None }
}

/// The first line that starts between `from` and `to` and begins with a declaration word.
fn declaration_line(text: &str, from: usize, to: usize) -> Option<usize> {
    let rest = text.get(from..to)?;
    let mut lines = rest.match_indices('\n').map(|(at, _)| from + at + 1);
    lines.find(|start| begins_declaration(text.get(*start..).unwrap_or_default()))
}

/// The words that begin a declaration.
const DECLARATIONS: [&str; 16] = [
    "use",
    "platform",
    "param",
    "let",
    "environment",
    "class",
    "service",
    "job",
    "managed",
    "external",
    "group",
    "allow",
    "never",
    "rule",
    "test",
    "waive",
];

/// Whether a declaration word stands at the start of `text`.
pub(super) fn begins_declaration(text: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    DECLARATIONS
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| !rest.as_bytes().first().is_some_and(is_word)))
}

fn lex(text: &str, from: usize, to: usize, found: &mut Vec<Token>) {
    lex_parts(text, from, to, PART, found);
}

/// Parses part by part. One that ends in a text or comment which is not closed in it may be cut within that: it is parsed
/// again with as much more, so that what is parsed in vain is no more than the text.
fn lex_parts(text: &str, from: usize, to: usize, part: usize, found: &mut Vec<Token>) {
    let mut from = from;
    loop {
        let (start, mut size) = (found.len(), part.max(1));
        let end = loop {
            let end = part_end(text, from.saturating_add(size), to);
            lex_part(text, from, end, found);
            let is_open = |last: &Token| matches!(last.kind, Kind::UnclosedText | Kind::UnclosedComment);
            if end == to || !found.last().is_some_and(is_open) {
                break end;
            }
            found.truncate(start);
            size = size.saturating_mul(2);
        };
        if end == to {
            return;
        }
        from = end;
    }
}

/// Where a part ends that goes up to about there: before the break of the line behind which a declaration begins, since what
/// goes on over lines ends there.
fn part_end(text: &str, about: usize, to: usize) -> usize {
    let newline = text.as_bytes().get(about..to).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
    newline.and_then(|at| declaration_line(text, about + at, to)).map_or(to, |line| line - 1)
}

fn lex_part(text: &str, from: usize, to: usize, found: &mut Vec<Token>) {
    let part = text.get(from..to).unwrap_or_default();
    match grammar::Grammar::parse(grammar::Rule::file, part) {
        Ok(pairs) => {
            let kinds = pairs.flatten().filter_map(|pair| kind(pair.as_rule()).map(|kind| (kind, pair.as_span())));
            found.extend(kinds.map(|(kind, span)| Token::new(kind, from + span.start(), from + span.end())));
        }
        // The rule `file` matches every text, so this is never reached; were it, the text would be one odd token.
        Err(_) => found.extend([Kind::Statement, Kind::Odd].map(|kind| Token::new(kind, from, to))),
    }
}

/// Whether the grammar matches a text, as it does every one, and finds in parts of whatever length what it finds in the whole.
#[cfg(test)]
pub(super) fn matches(text: &str) -> bool {
    let mut whole = Vec::new();
    lex_part(text, 0, text.len(), &mut whole);
    let is_whole = |part: usize| {
        let mut parts = Vec::new();
        lex_parts(text, 0, text.len(), part, &mut parts);
        parts == whole
    };
    grammar::Grammar::parse(grammar::Rule::file, text).is_ok() && [1, 40].into_iter().all(is_whole)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the silent rules make no tokens")]
fn kind(rule: grammar::Rule) -> Option<Kind> {
    use grammar::Rule;
    Some(match rule {
        Rule::statement => Kind::Statement,
        Rule::open => Kind::Open,
        Rule::close => Kind::Close,
        Rule::end => Kind::End,
        Rule::doc_comment => Kind::DocComment,
        Rule::line_comment => Kind::LineComment,
        Rule::block_comment => Kind::BlockComment,
        Rule::unclosed_comment => Kind::UnclosedComment,
        Rule::hash_comment => Kind::HashComment,
        Rule::wide_space => Kind::WideSpace,
        Rule::name => Kind::Name,
        Rule::number => Kind::Number,
        Rule::address => Kind::Address,
        Rule::string => Kind::String,
        Rule::text_block => Kind::TextBlock,
        Rule::unclosed_string => Kind::UnclosedString,
        Rule::unclosed_text => Kind::UnclosedText,
        Rule::variable => Kind::Variable,
        Rule::star => Kind::Star,
        Rule::comma => Kind::Comma,
        Rule::dots => Kind::Dots,
        Rule::arrow => Kind::Arrow,
        Rule::path_arrow => Kind::PathArrow,
        Rule::equals => Kind::Equals,
        Rule::colon => Kind::Colon,
        Rule::operator => Kind::Operator,
        Rule::opening => Kind::Opening,
        Rule::closing => Kind::Closing,
        Rule::parens => Kind::Parens,
        Rule::brackets => Kind::Brackets,
        Rule::nested => Kind::Nested,
        Rule::unclosed_group => Kind::UnclosedGroup,
        Rule::stray_close => Kind::StrayClose,
        Rule::wrong_arrow => Kind::WrongArrow,
        Rule::foreign_quotes => Kind::ForeignQuotes,
        Rule::braced_variable => Kind::BracedVariable,
        Rule::odd => Kind::Odd,
        _ => return None,
    })
}

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/bvl.pest"]
    pub(super) struct Grammar;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever begins a line, what stands around it is read.
    #[test]
    fn every_text_is_matched() {
        let ascii = (0..=127).filter_map(char::from_u32);
        for first in ascii.chain(['\u{80}', 'é', '\u{2192}', '\u{FEFF}', '\u{1F600}', '\u{10FFFF}']) {
            for second in ["", " x", "|", "\"", "(", ")", "é"] {
                let text = format!("let a = 1\n{first}{second}\nservice b\n");
                let mut found = Vec::new();
                lex_part(&text, 0, text.len(), &mut found);
                assert!(found.iter().any(|token| text.get(token.range()) == Some("let")), "{text:?}: {found:?}");
            }
        }
    }

    /// Parsed in parts, of whatever length, a text has the tokens that it has as a whole.
    #[test]
    fn parts_are_the_whole() {
        let mut texts = vec![
            "service a { env X \"\"\"\nservice b\n\"\"\" }\n/* \nservice c\n*/\nallow a ->\nservice d { }\n".to_owned(),
            "allow a -> /*\nallow b\n*/ c\nservice é (\nservice b [1,\nservice c \"\nallow b\n->\n// x\n c\n"
                .to_owned(),
            "service a { env X \"\"\"\nservice b\nservice c { }\n".to_owned(),
            "allow a -> b /* open\nservice c\nservice d\n".to_owned(),
        ];
        texts.extend(
            [
                include_str!("../../examples/shop/infrastructure.bvl"),
                include_str!("../../stdlib/kafka.bvl"),
                include_str!("../../tests/fail/syntax/merge-conflict.bvl"),
                include_str!("../../tests/fail/syntax/open-comment.bvl"),
                include_str!("../../tests/fail/syntax/strings.bvl"),
            ]
            .map(str::to_owned),
        );
        for text in &texts {
            assert!(matches(text), "{text}");
        }
    }
}
