//! Characters that a reader does not see: they could make a text mean something else than it shows.
//!
//! Invariant: they are reported wherever they stand, in strings and comments too, once a line.

use super::codes::BVL0112;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, TextEdit};

/// One diagnostic for each line that holds such characters.
pub(super) fn check(file: FileId, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut line: Vec<(usize, char)> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\n' {
            found.extend(report(file, &line));
            line.clear();
        } else if may_hide(byte)
            && let Some(c) = text.get(at..).and_then(|rest| rest.chars().next())
            && is_hidden(c, at, text)
        {
            line.push((at, c));
        }
    }
    found.extend(report(file, &line));
    found
}

/// Whether a hidden character can begin with this byte.
fn may_hide(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || matches!(byte, 0x7F | 0xC2 | 0xE2 | 0xEF)
}

fn is_hidden(c: char, at: usize, text: &str) -> bool {
    match c {
        '\n' | '\t' => false,
        '\r' => !text.get(at + 1..).is_some_and(|rest| rest.starts_with('\n')),
        '\u{FEFF}' => at > 0,
        '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_control(),
    }
}

fn report(file: FileId, line: &[(usize, char)]) -> Option<Diagnostic> {
    let (at, c) = *line.first()?;
    let spans: Vec<Span> = line.iter().map(|(at, c)| Span::new(file, *at, at + c.len_utf8())).collect();
    let number = format!("U+{:04X}", u32::from(c));
    let message = match spans.len() {
        1 => format!("a {} ({number}) stands here, which no editor shows", name(c)),
        count => {
            format!("{count} characters that no editor shows stand in this line, the first a {} ({number})", name(c))
        }
    };
    let edits = spans.iter().map(|span| TextEdit::replace(*span, "")).collect();
    let note = if matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') {
        "it makes text run in the other direction, so that a reviewer sees another spec than the compiler reads"
    } else {
        "whoever reviews the spec cannot see it, while the compiler and the cluster would read it"
    };
    let diagnostic =
        Diagnostic::new(&BVL0112, Span::new(file, at, at + c.len_utf8()), message).here(name(c)).note(note);
    let help = match c {
        '\0' => "remove it".to_owned(),
        _ => format!("remove it, or write `\\u{{{:x}}}` where a string needs it", u32::from(c)),
    };
    Some(diagnostic.help(help).unsafe_fix("remove what no editor shows", edits))
}

fn name(c: char) -> &'static str {
    match c {
        '\0' => "NUL character",
        '\r' => "carriage return without a line feed",
        '\u{FEFF}' => "byte-order mark inside the file",
        '\u{200B}' | '\u{2060}' => "space of no width",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "mark that changes the direction of text",
        _ => "control character",
    }
}
