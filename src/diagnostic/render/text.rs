//! Text of a spec made fit for a terminal: no control characters, lines no longer than the terminal is wide.

use std::fmt::Write as _;

/// The character as it may be shown: control characters as their pictures, characters that hide or reorder text
/// (<https://trojansource.codes>) as a replacement that can be seen.
pub fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// The text as it may be shown. Line breaks stay.
pub fn printable(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { visible(character) }).collect()
}

/// The text as it may be shown on one line.
pub fn one_line(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Names beside each other; those beyond `most` are counted.
pub(super) fn listing(names: impl Iterator<Item = String>, n_names: usize, most: usize) -> String {
    let mut listed = names.take(most).collect::<Vec<_>>().join(", ");
    if n_names > most {
        // writing to a string cannot fail
        let _ = write!(listed, " and {} more", n_names - most);
    }
    listed
}

/// Breaks lines at spaces so that none is wider than `width`, where words allow it. What stands in backticks is one word,
/// unless it is wider by itself: whoever types or copies it has it in one piece. Spaces at the start of a line are
/// kept and repeated before what it continues with, so that tables stay tables.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    if line.chars().count() <= width {
        return vec![line.to_owned()];
    }
    let indent: String = line.chars().take_while(|character| *character == ' ').collect();
    let mut lines = Vec::new();
    let mut current = indent.clone();
    let mut length = indent.len();
    let mut is_empty = true;
    for word in words(line, width - indent.len().min(width)) {
        let n_characters = word.chars().count();
        if !is_empty && length + 1 + n_characters > width {
            lines.push(std::mem::replace(&mut current, indent.clone()));
            length = indent.len();
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
            length += 1;
        }
        current.push_str(word);
        length += n_characters;
        is_empty = false;
    }
    lines.push(current);
    lines
}

/// The words of a line, those in backticks together where they fit into `width`.
fn words(line: &str, width: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches(' ');
    while !rest.is_empty() {
        let mut is_code = false;
        let ends = |character: char| {
            is_code ^= character == '`';
            character == ' ' && !is_code
        };
        let whole = rest.find(ends).unwrap_or(rest.len());
        let fits = rest.get(..whole).is_some_and(|word| !is_code && word.chars().count() <= width);
        let end = if fits { whole } else { rest.find(' ').unwrap_or(rest.len()) };
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind.trim_start_matches(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(printable("a\u{1b}[31m\tb\n\u{7f}\u{202e}\u{9b}é"), "a␛[31m␉b\n␡\u{fffd}\u{fffd}é");
        assert_eq!(one_line("a\r\nb"), "a␍␊b");
    }

    #[test]
    fn lines_break_at_spaces() {
        for (text, width, expected) in [
            ("", 4, vec![]),
            ("ab cd", 5, vec!["ab cd"]),
            ("ab cd", 4, vec!["ab", "cd"]),
            ("abcdef gh", 4, vec!["abcdef", "gh"]),
            ("  ab cd\nef", 6, vec!["  ab", "  cd", "ef"]),
            ("a  b", 4, vec!["a  b"]),
            ("say `a b` now", 8, vec!["say", "`a b`", "now"]),
            ("say (`a b`, it)", 9, vec!["say", "(`a b`,", "it)"]),
            ("say `a bc de` now", 8, vec!["say `a", "bc de`", "now"]),
            ("an odd ` of it", 8, vec!["an odd `", "of it"]),
        ] {
            assert_eq!(wrap(text, width), expected, "{text:?} {width}");
        }
    }
}
