//! Lines and columns of many places, in time proportional to the text between them rather than to the lines before them.

use crate::source::{FileId, Position, SourceFile, SourceMap, Span};

/// Counts columns from the last place asked for, so that a report of many places on one long line stays linear.
#[derive(Debug)]
pub struct Positions<'a> {
    sources: &'a SourceMap,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    file: FileId,
    place: u32,
    position: Position,
}

impl<'a> Positions<'a> {
    /// Positions in these files.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self { sources, last: None }
    }

    /// The line and column of a place.
    pub fn at(&mut self, file: FileId, place: u32) -> Position {
        let Some(source) = self.sources.get(file) else { return Position { line: 1, column: 1 } };
        let position = self.near_last(source, file, place).unwrap_or_else(|| source.position(place));
        self.last = Some(Last { file, place, position });
        position
    }

    fn near_last(&self, source: &SourceFile, file: FileId, place: u32) -> Option<Position> {
        let last = self.last.filter(|last| last.file == file)?;
        let line = source.line(place) + 1;
        if line != last.position.line {
            return None;
        }
        let between = source.slice(Span { file, start: last.place.min(place), end: last.place.max(place) });
        let n_characters = u32::try_from(between.chars().count()).ok()?;
        let last_column = last.position.column;
        let column = if place < last.place { last_column - n_characters } else { last_column + n_characters };
        Some(Position { line, column })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Provenance;

    #[test]
    fn counting_onwards_is_counting() {
        let mut sources = SourceMap::default();
        let text = "aé b\nccc\n\nd";
        let file = sources.add("a.bvl", text, Provenance::User);
        let mut positions = Positions::new(&sources);
        let offsets: Vec<u32> = text.char_indices().map(|(at, _)| u32::try_from(at).unwrap()).chain([12, 99]).collect();
        for offset in offsets.iter().chain(offsets.iter().rev()) {
            assert_eq!(positions.at(file, *offset), sources.get(file).unwrap().position(*offset), "{offset}");
        }
    }
}
