//! What would change, as a patch.

use std::ops::Range;

use super::ui::Stream;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::{one_line, printable};
use crate::value::lines;

/// Writes the difference of a file as a unified diff. On a terminal control characters are shown as pictures; a patch
/// that goes to a file is exact.
pub(super) fn write(stream: &mut Stream, path: &str, before: &str, after: &str) {
    let text = format!("{}{}", header(&one_line(path)), hunks(before, after));
    for line in text.split_terminator('\n') {
        let shown = if stream.is_terminal() { printable(line) } else { line.to_owned() };
        let painted = match line.as_bytes().first() {
            Some(b'+') => stream.paint(Role::Good, &shown),
            Some(b'-') => stream.paint(Role::Error, &shown),
            Some(b'@') => stream.paint(Role::Hint, &shown),
            _ => shown,
        };
        stream.line(&painted);
    }
}

/// The names of a file in a patch: one of an absolute path is taken apart at the root, one with a space ends with a tab, for
/// `patch` takes what follows a space for a time.
fn header(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let end = if path.contains(' ') { "\t" } else { "" };
    format!("--- a/{path}{end}\n+++ b/{path}{end}\n")
}

/// So many lines are shown around what differs.
const AROUND: usize = 3;

/// The places that differ, each with the lines around it, as `patch` and `git apply` read them.
fn hunks(before: &str, after: &str) -> String {
    let split = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (before, after) = (split(before), split(after));
    let changes = lines::changed(before.iter(), after.iter());
    // places whose lines around them meet are one
    let meet = |one: &(Range<usize>, Range<usize>), next: &(Range<usize>, Range<usize>)| {
        next.0.start - one.0.end <= 2 * AROUND
    };
    let mut text = String::new();
    for place in changes.chunk_by(meet) {
        let [(first, first_after), ..] = place else { continue };
        let [.., (last, last_after)] = place else { continue };
        let above = first.start.min(AROUND);
        let below = (before.len() - last.end).min(AROUND);
        let whole = |first: &Range<usize>, last: &Range<usize>| range(first.start - above..last.end + below);
        text.extend(["@@ -", &whole(first, last), " +", &whole(first_after, last_after), " @@\n"]);
        let mut at = first.start - above;
        for (old, new) in place {
            push(&mut text, ' ', &before, at..old.start);
            push(&mut text, '-', &before, old.clone());
            push(&mut text, '+', &after, new.clone());
            at = old.end;
        }
        push(&mut text, ' ', &before, at..last.end + below);
    }
    text
}

fn push(text: &mut String, mark: char, lines: &[&str], range: Range<usize>) {
    for line in lines.get(range).unwrap_or_default() {
        text.push(mark);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// A range of lines: one line is its number alone, and none stands behind the line before it
/// (<https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>).
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{header, hunks};

    #[test]
    fn names_a_file_by_one_slash() {
        for path in ["srv/shop.bvl", "/srv/shop.bvl"] {
            assert_eq!(header(path), "--- a/srv/shop.bvl\n+++ b/srv/shop.bvl\n");
        }
        assert_eq!(header("a shop.bvl"), "--- a/a shop.bvl\t\n+++ b/a shop.bvl\t\n");
    }

    #[test]
    fn as_patch_reads_them() {
        for (before, after, expected) in [
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
            ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            ("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
            ("a\nb", "c\nb", "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n"),
            ("a\n", "a\n", ""),
        ] {
            assert_eq!(hunks(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn places_far_from_each_other_are_two() {
        let lines = |changed: &[usize]| {
            let line = |at: usize| format!("{at}{}\n", if changed.contains(&at) { "!" } else { "" });
            (1..=20).map(line).collect::<Vec<_>>().concat()
        };
        for (changed, expected) in [
            (&[5, 12][..], &["@@ -2,14 +2,14 @@"][..]),
            (&[5, 13], &["@@ -2,7 +2,7 @@", "@@ -10,7 +10,7 @@"]),
            (&[1, 20], &["@@ -1,4 +1,4 @@", "@@ -17,4 +17,4 @@"]),
        ] {
            let patch = hunks(&lines(&[]), &lines(changed));
            assert_eq!(patch.lines().filter(|line| line.starts_with('@')).collect::<Vec<_>>(), expected, "{patch}");
        }
    }
}
