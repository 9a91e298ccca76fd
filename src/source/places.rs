//! Places of a file: numbers that grow with its text, and that an edit elsewhere in the file does not move.
//!
//! Invariants: within a line a place is that of the line's start and the bytes since then; the first line starts at place
//! 0; lines stand in order and apart. A file that is read for the first time by a run of the compiler has its byte
//! offsets for places. One that is read again and again has room behind each line: its lines keep their places, and new
//! ones take theirs in the room between them. Where there is too little room, the lines beside take new places too.

use std::ops::Range;
use std::sync::Arc;

use super::Span;

/// The room behind a line, where there is enough for all.
const ROOM: u64 = 4096;

/// The least room that one line is left with: below it lines beside it give up their places.
const LEAST: u64 = 16;

/// Where places end.
const END: u64 = u32::MAX as u64;

/// The lines of a text: their byte offsets and their places.
#[derive(Debug, Clone)]
pub struct Places {
    /// Byte offsets at which lines start; the first is 0.
    lines: Arc<[u32]>,
    /// Bytes in the text.
    length: u32,
    /// Places at which lines start; nothing where they are the byte offsets.
    starts: Option<Arc<[u32]>>,
}

/// Lines that two texts begin and end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Common {
    /// How many at the beginning.
    pub(super) above: usize,
    /// How many at the end, none of them counted above.
    pub(super) below: usize,
}

fn clip(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

impl Places {
    /// The byte offsets of a text.
    pub fn plain(text: &str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let lines = std::iter::once(0).chain(breaks.map(|at| clip(at + 1))).collect();
        Self { lines, length: clip(text.len()), starts: None }
    }

    /// Places with room behind each line: as much as leaves half of all numbers unused, and at most 4096.
    pub fn roomy(text: &str) -> Self {
        Self::plain(text).spread()
    }

    /// Places of a text that had been another one: lines that both begin and end with keep theirs.
    pub fn again(text: &str, earlier: &Self, earlier_text: &str) -> Self {
        if text == earlier_text {
            return earlier.clone();
        }
        let plain = Self::plain(text);
        let Some(known) = &earlier.starts else { return plain.spread() };
        let Common { above, below } = plain.common(text, earlier, earlier_text);
        let n_lines = plain.lines.len();
        // what has become the first line starts where places do
        let below = if above == 0 { below.min(n_lines.saturating_sub(1)) } else { below };
        let mut starts: Vec<u32> = Vec::with_capacity(n_lines);
        starts.extend(known.iter().take(above));
        // lines that are placed anew have no place yet
        starts.resize(n_lines.saturating_sub(below), 0);
        starts.extend(known.iter().skip(known.len().saturating_sub(below)));
        plain.fill(starts, above..n_lines.saturating_sub(below))
    }

    /// Gives the lines of a window their places between those above and below it. The window grows, down and then up,
    /// until there is room in it.
    fn fill(self, mut starts: Vec<u32>, mut window: Range<usize>) -> Self {
        if window.is_empty() {
            return Self { starts: Some(starts.into()), ..self };
        }
        let n_lines = self.lines.len();
        let most = self.gap();
        let mut step = 1;
        loop {
            let from = window.start.checked_sub(1).map_or(0, |above| {
                let start = starts.get(above).copied().map_or(0, u64::from);
                start + u64::from(self.offset_of(window.start)).saturating_sub(u64::from(self.offset_of(above)))
            });
            let to = starts.get(window.end).copied().map_or(END, u64::from);
            let bytes = u64::from(self.offset_of(window.end)).saturating_sub(u64::from(self.offset_of(window.start)));
            // room stands above each line and below the last, but the first line of all starts where places do
            let n_gaps = window.len() as u64 + u64::from(window.start > 0);
            let gap = to.checked_sub(from + bytes).map(|room| room / n_gaps);
            match gap.filter(|gap| *gap >= least(window.len()).min(most / 2)) {
                Some(gap) => {
                    let gap = gap.min(most);
                    let mut at = from;
                    for line in window {
                        at += if line > 0 { gap } else { 0 };
                        if let Some(start) = starts.get_mut(line) {
                            *start = u32::try_from(at).unwrap_or(u32::MAX);
                        }
                        at += u64::from(self.offset_of(line + 1).saturating_sub(self.offset_of(line)));
                    }
                    return Self { starts: Some(starts.into()), ..self };
                }
                None if window.end < n_lines => window.end = (window.end + step).min(n_lines),
                None if window.start > 0 => window.start = window.start.saturating_sub(step),
                None => return self.spread(),
            }
            step *= 2;
        }
    }

    /// The same lines with room behind each.
    fn spread(self) -> Self {
        let gap = self.gap();
        if gap == 0 {
            return Self { starts: None, ..self };
        }
        let starts = self.lines.iter().zip(0_u64..).map(|(offset, line)| {
            // at most half of all numbers, as `gap` is measured
            u32::try_from(u64::from(*offset) + line * gap).unwrap_or(u32::MAX)
        });
        Self { starts: Some(starts.collect()), ..self }
    }

    /// The room behind each line where all have the same.
    fn gap(&self) -> u64 {
        ((END / 2).saturating_sub(u64::from(self.length)) / self.lines.len().max(1) as u64).min(ROOM)
    }

    /// The lines that this text has in common with an earlier one.
    pub(super) fn common(&self, text: &str, earlier: &Self, earlier_text: &str) -> Common {
        let (new, old) = (text.as_bytes(), earlier_text.as_bytes());
        let shared = prefix(new, old);
        let above = earlier.lines.partition_point(|start| *start as usize <= shared).saturating_sub(1);
        // what is shared above is as long in both
        let rest = self.offset_of(above) as usize;
        let shared = suffix(new.get(rest..).unwrap_or_default(), old.get(rest..).unwrap_or_default());
        let (from, old_from) = (clip(new.len() - shared), clip(old.len() - shared));
        let mut first = earlier.lines.partition_point(|start| *start < old_from);
        // whether the first line that is shared starts where both texts still are alike, or the break before it is not
        if earlier.lines.get(first) == Some(&old_from) && self.lines.binary_search(&from).is_err() {
            first += 1;
        }
        Common { above, below: earlier.lines.len().saturating_sub(first) }
    }

    /// Whether places are byte offsets.
    pub fn is_plain(&self) -> bool {
        self.starts.is_none()
    }

    /// How many lines there are, an empty one behind the last line break included.
    pub(super) fn n_lines(&self) -> usize {
        self.lines.len()
    }

    /// The byte offset at which a line (from 0) starts; the end of the text for a line behind the last.
    pub(super) fn offset_of(&self, line: usize) -> u32 {
        self.lines.get(line).copied().unwrap_or(self.length)
    }

    /// The place at which a line (from 0) starts.
    pub(super) fn start_of(&self, line: usize) -> Option<u32> {
        self.starts.as_ref().unwrap_or(&self.lines).get(line).copied()
    }

    /// The line (from 0) that holds a place; the line above for one that lies in the room between lines.
    fn line_above(&self, place: u32) -> usize {
        let starts = self.starts.as_ref().unwrap_or(&self.lines);
        starts.partition_point(|start| *start <= place).saturating_sub(1)
    }

    /// The line (from 0) of a byte offset.
    fn line_of_offset(&self, offset: u32) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The line (from 0) of a place.
    pub(super) fn line(&self, place: u32) -> usize {
        if self.is_plain() { self.line_of_offset(place) } else { self.line_of_offset(self.offset(place)) }
    }

    /// The byte offset of a place. A place in the room behind a line is the end of the line.
    pub fn offset(&self, place: u32) -> u32 {
        let Some(starts) = &self.starts else { return place };
        let line = self.line_above(place);
        let within = place.saturating_sub(starts.get(line).copied().unwrap_or_default());
        self.offset_of(line).saturating_add(within).min(self.offset_of(line + 1))
    }

    /// The place of a byte offset.
    pub fn place(&self, offset: u32) -> u32 {
        self.place_in(self.line_of_offset(offset), offset)
    }

    fn place_in(&self, line: usize, offset: u32) -> u32 {
        let Some(starts) = &self.starts else { return offset };
        let within = offset.min(self.length).saturating_sub(self.offset_of(line));
        starts.get(line).copied().unwrap_or_default().saturating_add(within)
    }
}

/// The least room that each of so many lines is left with, half as much again for twice as many: whoever gives up their
/// places for room finds enough of it to be left alone for a while.
fn least(n_lines: usize) -> u64 {
    let n_doublings = n_lines.checked_ilog2().unwrap_or_default();
    (0..n_doublings).fold(LEAST, |least, _| least + least / 2)
}

/// Moves spans from byte offsets to places. Takes constant time for spans that come in the order of the text.
#[derive(Debug)]
pub struct Mover<'p> {
    places: &'p Places,
    line: usize,
}

impl<'p> Mover<'p> {
    /// Moves to these places.
    pub fn new(places: &'p Places) -> Self {
        Self { places, line: 0 }
    }

    /// Moves a span.
    pub fn span(&mut self, span: &mut Span) {
        span.start = self.place(span.start);
        span.end = self.place(span.end);
    }

    fn place(&mut self, offset: u32) -> u32 {
        let holds = |line: usize| {
            self.places.lines.get(line).is_some_and(|start| *start <= offset)
                && self.places.lines.get(line + 1).is_none_or(|next| offset < *next)
        };
        self.line = [self.line, self.line + 1]
            .into_iter()
            .find(|line| holds(*line))
            .unwrap_or_else(|| self.places.line_of_offset(offset));
        self.places.place_in(self.line, offset)
    }
}

/// How many bytes are compared at once.
const STRIDE: usize = 64;

/// How many bytes two texts begin with alike.
fn prefix(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE));
    let whole = strides.take_while(|(a, b)| a == b).count() * STRIDE;
    let (a, b) = (a.get(whole..).unwrap_or_default(), b.get(whole..).unwrap_or_default());
    whole + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts end with alike.
fn suffix(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE));
    let whole = strides.take_while(|(a, b)| a == b).count() * STRIDE;
    let rest = |bytes: &[u8]| bytes.len() - whole;
    let (a, b) = (a.get(..rest(a)).unwrap_or_default(), b.get(..rest(b)).unwrap_or_default());
    whole + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}
