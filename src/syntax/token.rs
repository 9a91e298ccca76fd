//! A token: what the grammar found, and where, without its text.
//!
//! Invariant: tokens are in order of their start, one that holds others before those it holds; between two tokens that
//! hold none lies white space only.

use std::ops::Range;

/// What a token is; the names are those of `grammar/bvl.pest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Statement,
    Open,
    Close,
    End,
    DocComment,
    LineComment,
    BlockComment,
    UnclosedComment,
    HashComment,
    WideSpace,
    Name,
    Number,
    Address,
    String,
    TextBlock,
    UnclosedString,
    /// A string that lacks one of its quotes; no rule of the grammar, see `syntax/quotes.rs`.
    HalfString,
    /// Such a string of which it is not clear how far it goes.
    TornString,
    /// A text block of which the quotes at one end are too few.
    HalfBlock,
    UnclosedText,
    Variable,
    Star,
    Comma,
    Dots,
    Arrow,
    PathArrow,
    Equals,
    Colon,
    /// `==` and its kin, in the sentence of a rule.
    Operator,
    /// A parenthesis there.
    Opening,
    Closing,
    Parens,
    Brackets,
    Nested,
    UnclosedGroup,
    StrayClose,
    WrongArrow,
    ForeignQuotes,
    BracedVariable,
    Odd,
}

/// A kind and the bytes it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    pub(super) fn new(kind: Kind, start: usize, end: usize) -> Self {
        let clip = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { kind, start: clip(start), end: clip(end) }
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    /// Whether it may be a part of a text without quotes.
    pub(super) fn is_unquoted(self) -> bool {
        matches!(
            self.kind,
            Kind::Name
                | Kind::Number
                | Kind::Address
                | Kind::Variable
                | Kind::BracedVariable
                | Kind::Odd
                | Kind::Colon
                | Kind::Equals
        )
    }

    /// The same, or of a text in quotes that goes on outside of them.
    pub(super) fn is_part_of_text(self) -> bool {
        self.is_unquoted() || matches!(self.kind, Kind::String | Kind::ForeignQuotes)
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start()..self.end()
    }
}
