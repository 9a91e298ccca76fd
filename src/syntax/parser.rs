//! From text to tokens by `grammar/bvl.pest`, and from there to the tree.
//!
//! Invariants: parsing never fails, never recurses and takes time proportional to the text. pest is named here only. An
//! unclosed `"""` or `/*` reaches to the end of what is parsed, so the text is then cut at the next line that begins with
//! a declaration word and parsed on from there, at most `RESTARTS` times.

use std::sync::Arc;

use pest::Parser;

use super::conflict::{self, Resolved};
use super::token::{Kind, Token};
use super::tree::Tree;
use super::{build, foreign, hidden};
use crate::source::{FileId, Span};

/// How often parsing starts again behind something unclosed; later ones take the rest of the file.
const RESTARTS: usize = 16;

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
    let mut tree = build::build(file, text, &tokens);
    tree.errors.extend(hidden::check(file, text));
    tree.errors.sort_by_key(crate::diagnostic::Diagnostic::span);
    tree
}

fn tokens(text: &str) -> Vec<Token> {
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
const DECLARATIONS: [&str; 15] = [
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
