//! Where braces do not balance: which `{` lacks its `}`, and which `}` is one too many.
//!
//! The file is divided at the lines that begin with a declaration word; in a part that balances nothing is guessed. In one
//! that lacks `}`, indentation tells where: a line no deeper than the statement of the open block stands behind that
//! block. Invariant: never more braces are added or taken away than a part has too few or too many.

use super::build::{Frame, Place};
use super::parser::begins_declaration;
use super::token::{Kind, Token};

/// What each part of a file lacks, and what remains of it in the part under work.
pub(super) struct Balance {
    parts: std::vec::IntoIter<isize>,
    /// How many `}` this part still lacks; below zero, how many it has too many.
    rest: isize,
}

impl Balance {
    /// `None` where all braces balance, so that nothing needs guessing.
    pub(super) fn new(text: &str, tokens: &[Token]) -> Option<Self> {
        let mut parts = Vec::new();
        let (mut depth, mut rest, mut fell) = (0_isize, 0_isize, false);
        for token in tokens {
            if token.kind == Kind::Statement && is_declaration(text, *token) {
                parts.push(std::mem::take(&mut rest));
            }
            let step = isize::from(token.kind == Kind::Open) - isize::from(token.kind == Kind::Close);
            depth += step;
            rest += step;
            fell |= depth < 0;
        }
        parts.push(rest);
        if depth == 0 && !fell {
            return None;
        }
        let mut parts = parts.into_iter();
        let rest = parts.next().unwrap_or_default();
        Some(Self { parts, rest })
    }

    /// Goes to the next part if a statement begins one.
    pub(super) fn begins_part(&mut self, text: &str, statement: Token) -> bool {
        let begins = is_declaration(text, statement);
        if begins {
            self.rest = self.parts.next().unwrap_or_default();
        }
        begins
    }

    /// How many of the open blocks lack their `}` before a statement that begins a line.
    pub(super) fn missing_before_statement(&mut self, frames: &[Frame], place: Place) -> usize {
        let ended =
            |frame: &&Frame| frame.line < place.line && frame.indented == Some(true) && place.column <= frame.column;
        self.spend(frames.iter().rev().take_while(ended).count())
    }

    /// How many of the open blocks lack their `}` before a `}`.
    pub(super) fn missing_before_close(&mut self, frames: &[Frame], place: Place) -> usize {
        if place.breaks == 0 || !frames.iter().any(|frame| frame.column == place.column) {
            return 0;
        }
        self.spend(frames.iter().rev().take_while(|frame| frame.column > place.column).count())
    }

    /// Whether the part has a `}` too many, so that a declaration without a `{` lacks it; then it counts as opened.
    pub(super) fn opens_without_brace(&mut self) -> bool {
        let lacks = self.rest < 0;
        self.rest += isize::from(lacks);
        lacks
    }

    fn spend(&mut self, wanted: usize) -> usize {
        let count = wanted.min(usize::try_from(self.rest).unwrap_or_default());
        self.rest -= isize::try_from(count).unwrap_or_default();
        count
    }

    /// Whether a `}` is one that the part has too many: it does not stand where that of the open block would.
    pub(super) fn is_surplus(&mut self, frames: &[Frame], place: Place) -> bool {
        let Some(frame) = frames.last().filter(|_| self.rest < 0) else { return false };
        let other_line = frame.line < place.line;
        let surplus = if place.breaks == 0 { other_line } else { place.column > frame.column };
        self.rest += isize::from(surplus);
        surplus
    }
}

/// Whether a statement begins with a declaration word in column one.
pub(super) fn is_declaration(text: &str, statement: Token) -> bool {
    let begins = text.get(statement.start()..).is_some_and(begins_declaration);
    begins
        && text.get(..statement.start()).is_some_and(|before| before.is_empty() || before.ends_with(['\n', '\u{FEFF}']))
}
