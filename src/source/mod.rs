//! Who said what, where: the files of a platform, their text, and places in them.
//!
//! Invariants: a [`Span`] lies in one file, on character boundaries, `start <= end`; a [`FileId`] is only valid with
//! the [`SourceMap`] that made it. Lines and columns exist only here, and only on request.

pub mod edit;
pub mod files;

use std::sync::Arc;

pub use edit::TextEdit;
pub use files::{FileError, Files};

/// A file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A place in a file: byte offsets, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
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

    /// Whether `other` lies within this place.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The byte offsets, for slicing the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
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

/// One file: its path as the user would write it, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    lines: Vec<u32>,
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

    /// Where the file comes from.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Line (from 0) of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        let above = self.lines.partition_point(|start| *start <= offset);
        u32::try_from(above.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Byte offset at which a line (from 0) starts; the end of the text for a line behind the last.
    pub fn line_start(&self, line: u32) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.lines.get(line as usize).copied().unwrap_or(end)
    }

    /// The text of a line without its line break.
    pub fn line_text(&self, line: u32) -> &str {
        let (start, end) = (self.line_start(line) as usize, self.line_start(line + 1) as usize);
        self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and column of an offset, both from 1, the column counted in characters.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
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
    /// Adds a file and returns its name in this map.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>, provenance: Provenance) -> FileId {
        let text = text.into();
        let mut lines = vec![0];
        lines.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)),
        );
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path: path.into(), text, lines, provenance });
        id
    }

    /// The file, or `None` for an id of another map.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// The text at a place; empty for a place of another map.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text().get(span.range())).unwrap_or_default()
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
