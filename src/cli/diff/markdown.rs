//! A diff for a pull request: what matters in the open, the rest folded.
//!
//! Invariant: nothing of a spec or manifest is read as Markdown or HTML.

use super::super::ui::Stream;
use super::place;
use crate::diagnostic::render::text::one_line;
use crate::query::diff::json::Named;
use crate::query::diff::{Class, Diff, words};

/// Writes it.
pub(super) fn write(diff: &Diff, sides: [Named<'_>; 2], all: &[String], out: &mut Stream) {
    let [old, new] = sides;
    out.line(&format!("### What changes from {} to {}\n", code(old.name), code(new.name)));
    if diff.entries.is_empty() {
        out.line("Nothing differs.");
        return;
    }
    out.line(&format!("{}.", escaped(&words::counts(&diff.entries))));
    for class in Class::ALL {
        let lines = words::lines(class, &diff.entries);
        if lines.is_empty() {
            continue;
        }
        let is_folded = matches!(class, Class::Policies | Class::NoEffect);
        if is_folded {
            out.line(&format!("\n<details><summary>{}</summary>\n", class.title()));
        } else {
            out.line(&format!("\n**{}**\n", class.title()));
        }
        for line in lines {
            let what = if line.what.is_empty() { String::new() } else { format!(": {}", escaped(&line.what)) };
            let environments = words::environments(&line.environments, all);
            let environments =
                if environments.is_empty() { String::new() } else { format!(" _{}_", escaped(&environments)) };
            let from = line.place.map(|own| format!(" ({})", code(&place(own, sides)))).unwrap_or_default();
            out.line(&format!("- {}{what}{environments}{from}", code(&line.subject)));
            for change in &line.changes {
                out.line(&format!("  - {}", escaped(change)));
            }
            for reason in &line.reasons {
                out.line(&format!("  - {} ({})", stated(&reason.text), code(&place(reason.place, sides))));
            }
        }
        if is_folded {
            out.line("\n</details>");
        }
    }
}

/// A text as code, whatever is in it.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// A statement in backticks and what follows it; any other text as it is.
fn stated(text: &str) -> String {
    match text.strip_prefix('`').and_then(|rest| rest.rsplit_once('`')) {
        Some((statement, rest)) => format!("{}{}", code(statement), escaped(rest)),
        None => escaped(text),
    }
}

/// A text in which no character means anything.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '@' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_as_markup() {
        for (text, expected) in [
            ("<img src=x>", "&lt;img src=x>"),
            ("a_b*c", "a\\_b\\*c"),
            ("[x](y)", "\\[x\\](y)"),
            ("@team", "\\@team"),
            ("a\nb", "a␊b"),
        ] {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(stated("`allow a -> b`, because *x*"), "`allow a -> b`, because \\*x\\*");
        for (text, expected) in [("web", "`web`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```")] {
            assert_eq!(code(text), expected);
        }
    }
}
