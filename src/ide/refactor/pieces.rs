//! A file or a block as pieces that can be moved: each statement with the comments that stand at it.
//!
//! Invariants: nothing of a text is in two pieces; all that stands between the first and the last of them is in one, but for
//! white space and separators.

use std::ops::Range;

use crate::syntax::{Block, Item, Statement};

/// A statement with its comments, or what belongs to none. Ranges are byte offsets of a text that is read by itself.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    /// What it is.
    pub(super) kind: Kind<'t>,
    /// From its first comment to its last.
    pub(super) range: Range<usize>,
    /// Whether a blank line stands before it.
    pub(super) is_apart: bool,
}

/// What a piece is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'t> {
    /// A statement.
    Statement(&'t Statement),
    /// Comments that stand by themselves.
    Comments,
    /// What stands behind the opening brace, in its line.
    BehindBrace,
    /// What could not be read.
    Stray,
}

impl<'t> Piece<'t> {
    /// Its statement.
    pub(super) fn statement(&self) -> Option<&'t Statement> {
        if let Kind::Statement(statement) = self.kind { Some(statement) } else { None }
    }

    /// It as it is written.
    pub(super) fn written(&self, text: &str) -> Written {
        let text = text.get(self.range.clone()).unwrap_or_default().to_owned();
        Written { text, is_apart: self.is_apart, is_behind_brace: matches!(self.kind, Kind::BehindBrace) }
    }
}

/// All that stands in a file or in braces, in order.
pub(super) fn pieces(items: &[Item]) -> Vec<Piece<'_>> {
    let mut found: Vec<Piece<'_>> = Vec::new();
    // comments that belong to what follows, unless a blank line does
    let mut above: Option<Range<usize>> = None;
    let mut is_apart = false;
    let flush = |above: &mut Option<Range<usize>>, is_apart: &mut bool, found: &mut Vec<Piece<'_>>| {
        if let Some(range) = above.take() {
            found.push(Piece { kind: Kind::Comments, range, is_apart: std::mem::take(is_apart) });
        }
    };
    for item in items {
        match item {
            Item::Blank(_) => {
                flush(&mut above, &mut is_apart, &mut found);
                is_apart = true;
            }
            Item::Comment(comment) => {
                let range = comment.span.range();
                match (&mut above, found.last_mut()) {
                    (Some(above), _) => above.end = range.end,
                    (None, Some(last)) if comment.trailing => last.range.end = range.end,
                    (None, None) if comment.trailing => {
                        found.push(Piece { kind: Kind::BehindBrace, range, is_apart: false });
                    }
                    (None, _) => above = Some(range),
                }
            }
            Item::Statement(statement) => {
                let own = statement.docs.iter().chain(&statement.comments).map(|comment| comment.span.range().start);
                let first = own.chain(above.take().map(|above| above.start)).min();
                let span = statement.span.range();
                let range = first.map_or(span.start, |first| first.min(span.start))..span.end;
                found.push(Piece { kind: Kind::Statement(statement), range, is_apart: std::mem::take(&mut is_apart) });
            }
            Item::Stray(span) => {
                flush(&mut above, &mut is_apart, &mut found);
                found.push(Piece { kind: Kind::Stray, range: span.range(), is_apart: std::mem::take(&mut is_apart) });
            }
        }
    }
    flush(&mut above, &mut is_apart, &mut found);
    found
}

/// All that stands in a file. What `//` says above its first statement alone is said of the file, and stays there.
pub(super) fn of_file(items: &[Item]) -> Vec<Piece<'_>> {
    let mut found = pieces(items);
    let own = |statement: &Statement| statement.docs.first().map_or(statement.span, |docs| docs.span).range().start;
    let is_commented = |piece: &Piece<'_>| piece.statement().is_some_and(|known| piece.range.start < own(known));
    if found.iter().skip(1).any(is_commented) {
        return found;
    }
    if let Some(piece) = found.first_mut()
        && is_commented(piece)
        && let Kind::Statement(statement) = piece.kind
    {
        let comment =
            |item: &Item| if let Item::Comment(comment) = item { Some(comment.span.range().end) } else { None };
        let end = items.iter().map_while(comment).last().unwrap_or(piece.range.start);
        let header = Piece { kind: Kind::Comments, range: piece.range.start..end, is_apart: piece.is_apart };
        piece.range.start = own(statement);
        piece.is_apart = false;
        found.insert(0, header);
    }
    found
}

/// The pieces of braces; `None` where something between them could not be read.
pub(super) fn within(block: &Block) -> Option<Vec<Piece<'_>>> {
    let found = pieces(&block.items);
    let is_read = |piece: &Piece<'_>| match piece.kind {
        Kind::Stray => false,
        Kind::Statement(statement) => !statement.broken && statement.foreign.is_none(),
        Kind::Comments | Kind::BehindBrace => true,
    };
    (block.close.is_some() && found.iter().all(is_read)).then_some(found)
}

/// The text of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The text, without the line break behind it.
    pub(super) text: String,
    /// Whether a blank line stands before it.
    pub(super) is_apart: bool,
    /// Whether it stands behind the opening brace.
    pub(super) is_behind_brace: bool,
}

/// Whether braces are written on one line where that can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// They are.
    Line,
    /// They are not.
    Lines,
}

impl Shape {
    /// How braces are written.
    pub(super) fn of(text: &str, block: &Block) -> Self {
        let whole = block.close.map_or(block.open, |close| block.open.to(close));
        if text.get(whole.range()).is_some_and(|text| text.contains('\n')) { Self::Lines } else { Self::Line }
    }
}

/// Braces with pieces between them, `indent` being what stands before the line of the closing one.
pub(super) fn braces(pieces: &[Written], shape: Shape, indent: &str) -> String {
    if pieces.is_empty() {
        return "{}".to_owned();
    }
    let is_flat = |piece: &Written| !piece.text.contains('\n') && !piece.text.contains("//");
    if shape == Shape::Line && pieces.iter().all(is_flat) {
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        return format!("{{ {} }}", texts.join("; "));
    }
    let mut text = "{".to_owned();
    for (number, piece) in pieces.iter().enumerate() {
        if piece.is_behind_brace && number == 0 {
            text.push(' ');
            text.push_str(&piece.text);
            continue;
        }
        if piece.is_apart && number > 0 {
            text.push('\n');
        }
        text.push('\n');
        text.push_str(indent);
        text.push_str("  ");
        text.push_str(&piece.text);
    }
    text.push('\n');
    text.push_str(indent);
    text.push('}');
    text
}

/// What stands before the first character of the line of an offset.
pub(super) fn indent(text: &str, offset: usize) -> &str {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).unwrap_or_default();
    let length = line.find(|char: char| char != ' ' && char != '\t').unwrap_or(line.len());
    line.get(..length).unwrap_or_default()
}
