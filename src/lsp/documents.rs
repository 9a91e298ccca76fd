//! The documents that the client has open: what they hold is what counts, whatever is on the disk.
//!
//! Invariants: changes are applied in the order in which they came; a document that is closed is the disk's again.

use std::sync::Arc;

use ls_types::TextDocumentContentChangeEvent;

use super::wire::{Encoding, Lines};

/// A document that is open.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The client's number of this text; grows with every change.
    pub(super) version: i32,
    /// The text.
    pub(super) text: Arc<str>,
}

/// A text with changes applied one after the other.
pub(super) fn changed(text: &str, changes: &[TextDocumentContentChangeEvent], encoding: Encoding) -> Arc<str> {
    let mut text = text.to_owned();
    for change in changes {
        match change.range {
            None => text.clone_from(&change.text),
            Some(range) => {
                let lines = Lines::of(&text, encoding);
                let (start, end) = (lines.offset(range.start), lines.offset(range.end));
                text.replace_range(start.min(end)..end.max(start), &change.text);
            }
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use ls_types::{Position, Range};

    use super::*;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        let range = Some(Range { start: position(start), end: position(end) });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_follow_each_other() {
        let changes = [change((0, 1), (0, 3), "X"), change((1, 0), (1, 0), "Y\n"), change((9, 0), (9, 0), "end")];
        assert_eq!(&*changed("a\u{1f600}b\r\nc", &changes, Encoding::Utf16), "aXb\r\nY\ncend");
    }

    #[test]
    fn a_change_without_a_range_is_the_whole_text() {
        let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: "new".to_owned() };
        assert_eq!(&*changed("old", &[whole], Encoding::Utf8), "new");
    }
}
