//! Places as the protocol counts them: lines from 0, and within a line units of the encoding that client and server agreed
//! on.
//!
//! Invariants: conversions exist only here; a position behind the end of a line is the end of the line, one within a
//! character its start; what comes from a client never fails.

use std::sync::Arc;

use ls_types::{Position, PositionEncodingKind, Range};

use crate::source::{Places, SourceFile, Span};

/// What a character of a line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what clients speak that say nothing.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The first of the client's encodings: all three are spoken.
    pub(super) fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        let known = offered.unwrap_or_default().iter().find_map(|kind| match kind.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// What a character counts.
    pub(super) fn units(self, char: char) -> u32 {
        let length = match self {
            Self::Utf8 => char.len_utf8(),
            Self::Utf16 => char.len_utf16(),
            Self::Utf32 => 1,
        };
        u32::try_from(length).unwrap_or(1)
    }

    /// What a text counts.
    pub(super) fn length(self, text: &str) -> u32 {
        text.chars().map(|char| self.units(char)).sum()
    }

    /// The byte offset in a line at which so many units have passed.
    pub(super) fn offset_in(self, line: &str, units: u32) -> usize {
        let mut passed = 0;
        for (at, char) in line.char_indices() {
            passed += self.units(char);
            if passed > units {
                return at;
            }
        }
        line.len()
    }
}

/// A text in lines as the protocol has them.
#[derive(Debug, Clone)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Starts,
    /// Of a file of a platform; a text by itself has its byte offsets.
    places: Option<&'t Places>,
    encoding: Encoding,
}

/// Where the lines of a text start.
pub(super) type Starts = Arc<[usize]>;

/// Where the lines of a text start: they end at `\n`, `\r\n` or `\r`.
pub(super) fn starts(text: &str) -> Starts {
    let bytes = text.as_bytes();
    let is_end = |at: usize, byte: u8| byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let ends = bytes.iter().enumerate().filter(|(at, byte)| is_end(*at, **byte)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

impl<'t> Lines<'t> {
    /// The lines of a text.
    pub(super) fn of(text: &'t str, encoding: Encoding) -> Self {
        Self { text, starts: starts(text), places: None, encoding }
    }

    /// The lines of a file of which it is known where they start.
    pub(super) fn known(file: &'t SourceFile, starts: Starts, encoding: Encoding) -> Self {
        Self { text: file.text(), starts, places: Some(file.places()), encoding }
    }

    /// The position of a byte offset.
    pub(super) fn position(&self, offset: u32) -> Position {
        let offset = offset as usize;
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default().trim_end_matches(['\r', '\n']);
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: self.encoding.length(before) }
    }

    /// The range of a place in this text.
    pub(super) fn range(&self, span: Span) -> Range {
        let position = |place: u32| self.position(self.offset_of(place));
        Range { start: position(span.start), end: position(span.end) }
    }

    /// The line (from 0) of a place in this text.
    pub(super) fn line(&self, place: u32) -> u32 {
        self.position(self.offset_of(place)).line
    }

    /// What of a place lies in each line, without line breaks.
    pub(super) fn pieces(&self, span: Span) -> impl Iterator<Item = std::ops::Range<usize>> + use<'_> {
        let (mut start, end) = (self.offset_of(span.start) as usize, self.offset_of(span.end) as usize);
        let mut line = self.starts.partition_point(|known| *known <= start);
        std::iter::from_fn(move || {
            while start < end {
                let next = self.starts.get(line).copied().unwrap_or(usize::MAX).min(end);
                let text = self.text.get(start..next).unwrap_or_default().trim_end_matches(['\r', '\n']);
                let piece = start..start + text.len();
                start = next;
                line += 1;
                if !piece.is_empty() {
                    return Some(piece);
                }
            }
            None
        })
    }

    /// Positions of offsets that are asked for in order.
    pub(super) fn ascending(&self) -> Ascending<'_, 't> {
        Ascending { lines: self, line: 0, offset: 0, character: 0 }
    }

    fn offset_of(&self, place: u32) -> u32 {
        self.places.map_or(place, |places| places.offset(place))
    }

    /// The byte offset of a position.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        start + self.encoding.offset_in(line, position.character)
    }
}

/// Counts through a text once, however long its lines are.
#[derive(Debug)]
pub(super) struct Ascending<'l, 't> {
    lines: &'l Lines<'t>,
    line: usize,
    offset: usize,
    character: u32,
}

impl Ascending<'_, '_> {
    /// Where a piece of a line starts and what it counts; it begins no sooner than the one before it ended.
    pub(super) fn measure(&mut self, piece: std::ops::Range<usize>) -> (Position, u32) {
        self.advance(piece.start);
        let start = self.position();
        self.advance(piece.end);
        (start, self.character.saturating_sub(start.character))
    }

    fn position(&self) -> Position {
        Position { line: u32::try_from(self.line).unwrap_or(u32::MAX), character: self.character }
    }

    fn advance(&mut self, offset: usize) {
        let starts = &self.lines.starts;
        while let Some(next) = starts.get(self.line + 1).copied().filter(|next| *next <= offset) {
            (self.line, self.offset, self.character) = (self.line + 1, next, 0);
        }
        let passed = self.lines.text.get(self.offset..offset).unwrap_or_default();
        self.character += self.lines.encoding.length(passed);
        self.offset = self.offset.max(offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn every_offset_comes_back_in_every_encoding() {
        let text = "a\u{e9}\u{1f600}b\r\nx\u{301}\u{1f468}\u{200d}\n\n\u{feff}end\rlast";
        for encoding in ALL {
            let lines = Lines::of(text, encoding);
            for (at, char) in text.char_indices().filter(|(_, char)| !matches!(char, '\r' | '\n')) {
                let position = lines.position(u32::try_from(at).unwrap());
                assert_eq!(lines.offset(position), at, "{encoding:?} {at} {char:?}");
            }
        }
    }

    #[test]
    fn what_is_behind_a_line_is_its_end_and_what_is_within_a_character_its_start() {
        let at = |encoding: Encoding, line, character| {
            Lines::of("\u{1f600}b\r\nx\ry", encoding).offset(Position { line, character })
        };
        assert_eq!(at(Encoding::Utf16, 0, 1), 0, "between two surrogates");
        assert_eq!(at(Encoding::Utf8, 0, 3), 0, "between two bytes");
        assert_eq!(at(Encoding::Utf16, 0, 99), 5, "the line break is not of the line");
        assert_eq!(at(Encoding::Utf16, 2, 0), 9, "a carriage return alone ends a line");
        assert_eq!(at(Encoding::Utf16, 9, 3), 10, "a line behind the last");
    }
}
