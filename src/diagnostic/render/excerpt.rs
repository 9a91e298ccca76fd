//! The lines of files that a diagnostic shows: only those around its places, made fit for a terminal.
//!
//! Invariants: the work is proportional to what is shown, not to the files or to the length of their lines; every line
//! ends with a line feed; marks within one line do not overlap; the file of the primary place comes first.

use std::ops::Range;

use super::text::visible;
use crate::diagnostic::Label;
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// Columns of a tab.
const TAB: usize = 4;

/// Consecutive lines of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The first line, from 0.
    pub first_line: u32,
    /// The lines as they are shown.
    pub text: String,
    /// What is pointed at, by place.
    pub marks: Vec<Mark>,
}

/// A part of an excerpt that is pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Byte offsets in the excerpt's text.
    pub range: Range<usize>,
    /// How many characters stand before it on its line.
    pub column: usize,
    /// What is said there; several lines where places coincide.
    pub message: String,
    /// The place in its file.
    pub origin: Span,
    /// Whether it is the place to look at.
    pub rank: Rank,
}

/// Whether a place is the one to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It is.
    Primary,
    /// It is another one.
    Secondary,
}

/// A label, its place cut to one line: a place of several lines is shown by its first.
struct Target<'a> {
    label: &'a Label,
    span: Span,
    line: u32,
    rank: Rank,
}

/// The excerpts for these labels, no line much longer than `width` characters.
pub fn excerpts(sources: &SourceMap, labels: &[Label], width: usize) -> Vec<Excerpt> {
    let targets = labels.iter().enumerate().filter_map(|(idx, label)| {
        let rank = if idx == 0 { Rank::Primary } else { Rank::Secondary };
        target(sources.get(label.span.file)?, label, rank)
    });
    let mut by_file: Vec<(FileId, Vec<Target<'_>>)> = Vec::new();
    for target in targets {
        match by_file.iter_mut().find(|(file, _)| *file == target.span.file) {
            Some((_, known)) => known.push(target),
            None => by_file.push((target.span.file, vec![target])),
        }
    }
    let mut excerpts = Vec::new();
    for (id, mut targets) in by_file {
        let Some(file) = sources.get(id) else { continue };
        targets.sort_by_key(|target| (target.span.start, target.span.end, target.rank));
        // the line before and the one after a place are shown with it; places whose lines touch are shown together
        let mut groups: Vec<(Range<u32>, Vec<&Target<'_>>)> = Vec::new();
        for target in &targets {
            match groups.last_mut() {
                Some((lines, known)) if target.line <= lines.end + 2 => {
                    lines.end = target.line + 1;
                    known.push(target);
                }
                _ => groups.push((target.line..target.line + 1, vec![target])),
            }
        }
        excerpts.extend(groups.into_iter().map(|(lines, targets)| excerpt(file, lines, &targets, width)));
    }
    excerpts
}

fn target<'a>(file: &SourceFile, label: &'a Label, rank: Rank) -> Option<Target<'a>> {
    let text = file.text();
    let boundary = |place: u32| {
        let offset = (file.offset(place) as usize).min(text.len());
        (0..=offset).rev().find(|at| text.is_char_boundary(*at))
    };
    let (mut start, mut end) = (boundary(label.span.start)?, boundary(label.span.end)?);
    if start == text.len() {
        // the end of a file is shown at the end of its last line that is not empty
        start = text.trim_end_matches(['\n', '\r']).len();
        end = start;
    }
    let line = file.line(file.place(u32::try_from(start).ok()?));
    let line_end = file.line_start(line) as usize + file.line_text(line).len();
    let span = file.span(label.span.file, start..end.min(line_end).max(start));
    Some(Target { label, span, line, rank })
}

fn excerpt(file: &SourceFile, lines: Range<u32>, targets: &[&Target<'_>], width: usize) -> Excerpt {
    let is_worth_showing = |line: &u32| !file.line_text(*line).trim().is_empty();
    let before = lines.start.checked_sub(1).filter(is_worth_showing);
    let after = Some(lines.end).filter(is_worth_showing);
    let shown = before.unwrap_or(lines.start)..after.map_or(lines.end, |line| line + 1);
    let mut text = String::new();
    let mut places = vec![Place::default(); targets.len()];
    for line in shown.clone() {
        let from = file.line_start(line) as usize;
        let line_text = file.line_text(line);
        let within = |place: u32| (file.offset(place) as usize).saturating_sub(from).min(line_text.len());
        let starting = || targets.iter().filter(|target| target.line == line);
        let anchor = starting().min_by_key(|target| target.rank).map(|target| within(target.span.start));
        let line_shown = Line::push(&mut text, line_text, anchor.unwrap_or(0), width);
        for (target, place) in targets.iter().zip(&mut places) {
            if target.line == line {
                place.start = line_shown.at(within(target.span.start));
                let head = text.get(line_shown.start..place.start).unwrap_or_default();
                place.column = head.chars().count();
                place.end = line_shown.at(within(target.span.end));
            }
        }
        text.push('\n');
    }
    let mut marks: Vec<Mark> = Vec::new();
    for (target, place) in targets.iter().zip(places) {
        let mark = Mark {
            range: place.start..place.end.max(place.start),
            column: place.column,
            message: target.label.message.clone(),
            origin: target.label.span,
            rank: target.rank,
        };
        add_beside(&mut marks, mark, &text);
    }
    Excerpt { first_line: shown.start, text, marks }
}

#[derive(Clone, Default)]
struct Place {
    start: usize,
    end: usize,
    column: usize,
}

/// Adds a mark. What it shares with the mark before it becomes its own; where both start at one place
/// they become one.
fn add_beside(marks: &mut Vec<Mark>, mark: Mark, text: &str) {
    let Some(before) = marks.last_mut() else { return marks.push(mark) };
    let shares_line = text.get(before.range.start..mark.range.start).is_some_and(|between| !between.contains('\n'));
    if !shares_line || before.range.end <= mark.range.start && before.range.start != mark.range.start {
        return marks.push(mark);
    }
    if before.range.start < mark.range.start {
        before.range.end = mark.range.start;
        return marks.push(mark);
    }
    let messages = match before.rank {
        Rank::Primary => [&before.message, &mark.message],
        Rank::Secondary => [&mark.message, &before.message],
    };
    let messages: Vec<&str> = messages.into_iter().map(String::as_str).filter(|message| !message.is_empty()).collect();
    before.message = messages.join("\n");
    before.range.end = before.range.end.max(mark.range.end);
    if mark.rank == Rank::Primary {
        before.rank = mark.rank;
        before.origin = mark.origin;
    }
}

/// One line as it is shown: where each of its characters went.
struct Line {
    start: usize,
    characters: Vec<(usize, usize)>,
    end: usize,
}

impl Line {
    /// Writes the part of a line that can be shown around `anchor`, with `…` where something is left out.
    fn push(shown: &mut String, text: &str, anchor: usize, width: usize) -> Self {
        let fits = text.chars().nth(width).is_none();
        let head = text.get(..anchor).unwrap_or_default();
        let from = match head.char_indices().nth_back(width * 2 / 3) {
            Some(_) if !fits => head.char_indices().nth_back(width / 3).map_or(0, |(at, _)| at),
            _ => 0,
        };
        let start = shown.len();
        let mut characters = Vec::new();
        let mut n_shown = 0;
        if from > 0 {
            shown.push('…');
            n_shown += 1;
        }
        let mut left_out = "";
        for (at, character) in text.get(from..).unwrap_or_default().char_indices() {
            if n_shown >= width {
                left_out = "…";
                break;
            }
            characters.push((from + at, shown.len()));
            if character == '\t' {
                let n_spaces = TAB - n_shown % TAB;
                shown.extend(std::iter::repeat_n(' ', n_spaces));
                n_shown += n_spaces;
            } else {
                shown.push(visible(character));
                n_shown += 1;
            }
        }
        let end = shown.len();
        shown.push_str(left_out);
        Self { start, characters, end }
    }

    /// Where an offset of the line went; the nearest place that is shown.
    fn at(&self, offset: usize) -> usize {
        let next = self.characters.partition_point(|(from, _)| *from < offset);
        self.characters.get(next).map_or(self.end, |(_, to)| *to)
    }
}
