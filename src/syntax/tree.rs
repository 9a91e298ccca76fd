//! The tree of one file: statements, their terms and blocks, comments and blank lines, all with their places.
//!
//! Invariants: the tree is a value of one file and knows no meaning; every byte of the text that is not white space lies
//! in exactly one term, word, comment, brace, separator or error, or is left out; making a tree never fails. Trees of all files are held
//! while a platform is read, so that lists take the room that they need and no more.

use std::sync::Arc;

use super::foreign::Foreign;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Term, TermKind};

/// A parsed file.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
    /// What stands at the top level, in order.
    pub items: Vec<Item>,
    /// What the syntax is wrong about.
    pub errors: Vec<Diagnostic>,
    /// Whether it is a file of another language, of which nothing has been read.
    pub is_foreign: bool,
    /// What was not read: the marks of merges that are not finished, and the sides that were not taken.
    pub left_out: Vec<Span>,
}

/// Something that stands in a block or at the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A statement.
    Statement(Statement),
    /// A comment that stands between statements or behind one.
    Comment(Comment),
    /// One or more blank lines.
    Blank(Span),
    /// Text that belongs to no statement; a syntax error has been reported for it.
    Stray(Span),
}

/// `word term* [ { .. } ]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From the word to the last term or the closing brace.
    pub span: Span,
    /// The word that says what it is; for a `KEY VALUE` entry the key, which may be a string.
    pub word: Term,
    /// What follows the word, flat; `a, b` and `a..b` are one term each.
    pub terms: Box<[Term]>,
    /// The braces.
    pub block: Option<Box<Block>>,
    /// The `///` lines before it.
    pub docs: Vec<Comment>,
    /// Comments between its terms, in order of place.
    pub comments: Vec<Comment>,
    /// Whether a syntax error lies in its own terms (not in its block).
    pub broken: bool,
    /// Whether a comma in them announces one more value, which does not follow.
    pub awaits: bool,
    /// What it brings along from another language.
    pub foreign: Option<Box<Foreign>>,
}

impl Statement {
    /// The word, or the key of an entry; empty for one that is not a name or plain string.
    pub fn word(&self) -> &str {
        if let TermKind::Name(text) | TermKind::Text(text) = &self.word.kind { text } else { "" }
    }

    /// The word and its terms, without the block.
    pub fn head(&self) -> Span {
        self.terms.last().map_or(self.word.span, |last| self.word.span.to(last.span))
    }

    /// The statements in its block.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.block.iter().flat_map(|block| statements(&block.items))
    }

    /// The innermost statement that holds a place, of this one and those in its braces at any depth; it holds the place itself.
    pub fn innermost(&self, place: Span) -> &Self {
        let mut innermost = self;
        while let Some(inner) = innermost.statements().find(|inner| inner.span.contains(place)) {
            innermost = inner;
        }
        innermost
    }

    /// The documentation, markers removed; `text` is what stands at a place.
    pub fn documentation<'t>(&self, text: impl Fn(Span) -> &'t str) -> String {
        let lines = self.docs.iter().map(|doc| text(doc.span));
        lines.map(|line| line.trim_start_matches('/').trim()).collect::<Vec<_>>().join("\n")
    }
}

/// `{ .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The opening brace.
    pub open: Span,
    /// The closing brace, where there is one.
    pub close: Option<Span>,
    /// What stands between.
    pub items: Box<[Item]>,
}

/// A comment of any form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its marker to its end, without the line break.
    pub span: Span,
    /// Its form.
    pub form: CommentForm,
    /// Whether it stands behind something on the same line.
    pub trailing: bool,
}

/// The forms of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentForm {
    /// `// ..`
    Line,
    /// `/* .. */`
    Block,
    /// `/// ..`
    Doc,
}

impl Tree {
    /// The top-level statements.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        statements(&self.items)
    }

    /// The statements that stand last in braces which are never closed: they may be cut off with them. Where braces within were
    /// closed on the line on which those were opened, nobody can tell whose that `}` is, and what stands last in them may be
    /// cut off as well.
    pub fn cut_off(&self, sources: &SourceMap) -> Vec<Span> {
        let mut cut_off = Vec::new();
        let mut left: Vec<&Statement> = self.statements().collect();
        while let Some(statement) = left.pop() {
            left.extend(statement.statements());
            let Some(open) = statement.block.as_ref().filter(|block| block.close.is_none()).map(|block| block.open)
            else {
                continue;
            };
            let is_of_line = |block: &Block| {
                let file = sources.get(open.file);
                let line = |span: Span| file.map(|file| file.line(span.start));
                block.close.is_some_and(|close| line(close) == line(open))
            };
            let mut last = statement.statements().last();
            while let Some(within) = last {
                cut_off.push(within.head());
                last = within.statements().last().filter(|_| within.block.as_deref().is_some_and(is_of_line));
            }
        }
        cut_off
    }
}

fn statements(items: &[Item]) -> impl Iterator<Item = &Statement> {
    items.iter().filter_map(|item| if let Item::Statement(statement) = item { Some(statement) } else { None })
}
