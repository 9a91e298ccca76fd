//! Who said what, where: the files of a platform, their text, and places in them.
//!
//! Invariants: a [`Span`] lies in one file, on character boundaries, `start <= end`; a [`FileId`] is only valid with
//! the [`SourceMap`] that made it. Lines and columns exist only here, and only on request. What is made of a file speaks
//! of its [`Places`]; byte offsets are for whoever has its text in hand.

pub mod edit;
pub mod files;
pub mod kept;
pub mod places;

#[cfg(test)]
mod laws;

use std::ops::Range;
use std::sync::Arc;

pub use edit::TextEdit;
pub use files::{FileError, Files};
pub use kept::Kept;
pub use places::{Mover, Places};

/// A file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(u32);

/// A stretch of a file from one of its places to another, the end exclusive. Places are byte offsets in a file that is
/// read once, and in whatever the parser makes; see [`Places`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Place of the first byte.
    pub start: u32,
    /// Place behind the last byte.
    pub end: u32,
}

impl Span {
    /// The place from `start` to `end` in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clip(start), end: clip(end.max(start)) }
    }

    /// The smallest place that holds both; `self` where they are in different files.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty place at the start of this one.
    #[must_use]
    pub fn before(self) -> Self {
        Self { end: self.start, ..self }
    }

    /// The empty place at the end of this one.
    #[must_use]
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// Of a text in quotes that stands there, the place of those bytes; nothing where it is not written as it is read.
    pub fn within_quotes(self, text: &str, bytes: Range<usize>) -> Option<Self> {
        let place = |at: usize| self.start.checked_add(u32::try_from(at).ok()?)?.checked_add(1);
        let is_as_read = place(text.len()).is_some_and(|close| close + 1 == self.end);
        let (start, end) = (place(bytes.start)?, place(bytes.end)?);
        is_as_read.then_some(Self { start, end, ..self })
    }

    /// As much of this place, from its start on, as a text takes: what stands there begins with it.
    #[must_use]
    pub fn beginning(self, text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { end: self.start.saturating_add(length), ..self }
    }

    /// As much of this place, up to its end, as a text takes: what stands there ends with it.
    #[must_use]
    pub fn ending(self, text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { start: self.end.saturating_sub(length).max(self.start), ..self }
    }

    /// What of this place is behind a text: what stands there begins with it.
    #[must_use]
    pub fn behind(self, text: &str) -> Self {
        Self { start: self.beginning(text).end.min(self.end), ..self }
    }

    /// Whether `other` lies within this place.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The numbers as they are: byte offsets only in a text that is parsed or read by itself. Elsewhere
    /// [`SourceFile::range`] has them.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// The user's own file.
    User,
    /// A module of the embedded standard library.
    Standard,
    /// Command line values (`--set`), shown as a file so that a fault in one has a place.
    CommandLine,
}

/// One file: its path as the user would write it, and its text. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    places: Places,
    provenance: Provenance,
}

impl SourceFile {
    /// The path relative to the platform's folder, with `/` between parts.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its text to be held along with it.
    pub fn shared_text(&self) -> &Arc<str> {
        &self.text
    }

    /// Where the file comes from.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Its places.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The byte offset of a place.
    pub fn offset(&self, place: u32) -> u32 {
        self.places.offset(place)
    }

    /// The place of a byte offset.
    pub fn place(&self, offset: u32) -> u32 {
        self.places.place(offset)
    }

    /// The byte offsets of a span of this file, for slicing its text.
    pub fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start) as usize..self.offset(span.end) as usize
    }

    /// The span of byte offsets of this file, which is `id`.
    pub fn span(&self, id: FileId, range: Range<usize>) -> Span {
        let mut span = Span::new(id, range.start, range.end);
        Mover::new(&self.places).span(&mut span);
        span
    }

    /// The span of bytes of what stands at `span`, counted from its start.
    pub fn part(&self, span: Span, range: Range<usize>) -> Span {
        let start = self.range(span).start;
        self.span(span.file, start.saturating_add(range.start)..start.saturating_add(range.end))
    }

    /// The text of a span of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(self.range(span)).unwrap_or_default()
    }

    /// The text before a place.
    pub fn before(&self, place: u32) -> &str {
        self.text.get(..self.offset(place) as usize).unwrap_or_default()
    }

    /// The text behind a place.
    pub fn behind(&self, place: u32) -> &str {
        self.text.get(self.offset(place) as usize..).unwrap_or_default()
    }

    /// Line (from 0) of a place.
    pub fn line(&self, place: u32) -> u32 {
        u32::try_from(self.places.line(place)).unwrap_or(u32::MAX)
    }

    /// Byte offset at which a line (from 0) starts; the end of the text for a line behind the last.
    pub fn line_start(&self, line: u32) -> u32 {
        self.places.offset_of(line as usize)
    }

    /// The text of a line without its line break.
    pub fn line_text(&self, line: u32) -> &str {
        let (start, end) = (self.line_start(line) as usize, self.line_start(line + 1) as usize);
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and column of a place, both from 1, the column counted in characters.
    pub fn position(&self, place: u32) -> Position {
        let (line, offset) = (self.line(place), self.offset(place).min(self.places.offset_of(usize::MAX)));
        let before = self.text.get(self.line_start(line) as usize..offset as usize).unwrap_or_default();
        Position { line: line + 1, column: u32::try_from(before.chars().count()).unwrap_or(u32::MAX) + 1 }
    }
}

/// A place as people count: line and column from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// All files of one compilation.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its name in this map. Its places are its byte offsets.
    pub fn add(&mut self, path: impl AsRef<str>, text: impl Into<Arc<str>>, provenance: Provenance) -> FileId {
        let text = text.into();
        let places = Places::plain(&text);
        self.push(SourceFile { path: path.as_ref().into(), text, places, provenance })
    }

    /// Adds a file that is read again and again: lines that it has in common with the earlier one keep their places.
    pub fn add_again(
        &mut self,
        path: impl AsRef<str>,
        text: impl Into<Arc<str>>,
        provenance: Provenance,
        earlier: Option<&SourceFile>,
    ) -> FileId {
        let text = text.into();
        let places = earlier
            .map_or_else(|| Places::roomy(&text), |earlier| Places::again(&text, &earlier.places, &earlier.text));
        self.push(SourceFile { path: path.as_ref().into(), text, places, provenance })
    }

    /// Adds a file of another map as it is there.
    pub fn push(&mut self, file: SourceFile) -> FileId {
        let id = self.next_id();
        self.files.push(file);
        id
    }

    /// The name that the next file gets.
    pub fn next_id(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    /// What of these files is as it was in an earlier map.
    pub fn kept_since(&self, earlier: &Self) -> Kept {
        Kept::between(earlier, self)
    }

    /// The file, or `None` for an id of another map.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Whether a place is in a file of the user's.
    pub fn is_users(&self, span: Span) -> bool {
        self.get(span.file).is_some_and(|file| file.provenance() == Provenance::User)
    }

    /// All files with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// The text at a place; empty for a place of another map.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |file| file.slice(span))
    }

    /// The bytes of a place within its file's text.
    pub fn range(&self, span: Span) -> Range<usize> {
        self.get(span.file).map_or(span.range(), |file| file.range(span))
    }

    /// The place of bytes of the text at `span`, counted from its start; `span` itself for a place of another map.
    pub fn part(&self, span: Span, range: Range<usize>) -> Span {
        self.get(span.file).map_or(span, |file| file.part(span, range))
    }

    /// Path of the file of a place; empty for a place of another map.
    pub fn path(&self, span: Span) -> &str {
        self.get(span.file).map_or("", SourceFile::path)
    }

    /// Where a place starts, as people count.
    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).map_or(Position { line: 1, column: 1 }, |file| file.position(span.start))
    }

    /// `path:line`, the form in which notes name a place.
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}", self.path(span), self.position(span).line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut map = SourceMap::default();
        let id = map.add("a.bvl", "é{\n  x", Provenance::User);
        assert_eq!(map.position(Span::new(id, 2, 3)), Position { line: 1, column: 2 });
        assert_eq!(map.position(Span::new(id, 6, 7)), Position { line: 2, column: 3 });
        assert_eq!(map.get(id).unwrap().line_text(0), "é{");
    }
}
