//! The explanation of a code, in parts that can be shown anywhere.

use crate::check::waivers::is_unreadable;
use crate::diagnostic::{Code, Severity};

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A heading.
    Heading(String),
    /// Running text, its lines joined.
    Paragraph(String),
    /// An entry of a list, its lines joined.
    Item(String),
    /// Lines that stay as they are: a table.
    Lines(Vec<String>),
    /// Lines of a spec.
    Example(Kind, Vec<String>),
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A spec that is refused with this code.
    Bad,
    /// A spec without it.
    Good,
    /// What the fix makes of the refused spec before.
    Fixed,
    /// Something else.
    Other,
}

impl Kind {
    /// What becomes of such a spec, in a word; empty where the text says it.
    pub fn caption(self, severity: Severity) -> &'static str {
        match (self, severity) {
            (Self::Bad, Severity::Error) => "refused",
            (Self::Bad, Severity::Warning) => "warned of",
            (Self::Bad, Severity::Hint) => "hinted at",
            (Self::Good, _) => "accepted",
            (Self::Fixed, _) => "mended",
            (Self::Other, _) => "",
        }
    }
}

/// The explanation as Markdown, without the marks that make its examples tests; before each example stands what becomes of it.
pub fn markdown(code: &Code) -> String {
    let mut text = String::new();
    let mut is_inside = false;
    for line in code.explanation.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let Some(line) = without_mark(line) else { continue };
        let Some(info) = line.strip_prefix("```") else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        is_inside = !is_inside;
        if !is_inside {
            text.push_str("```\n");
            continue;
        }
        let caption = kind(info).caption(code.severity);
        if !caption.is_empty() {
            if !text.ends_with("\n\n") {
                text.push('\n');
            }
            text.extend(["*", caption, "*:\n"]);
        }
        let language = info.split_whitespace().next().unwrap_or_default();
        text.extend(["```", language, "\n"]);
    }
    text
}

/// Whether a platform may make a warning of an error, and why.
pub fn standing(code: &Code) -> Option<String> {
    let ground = match code.ground {
        Some(ground) if ground.is_judgment() => {
            let lowered = format!("`severity {} warn because \"REASON\"` in the platform block", code.slug);
            return Some(match code.graver {
                None => format!("May be made a warning, {lowered}: {}.", ground.reason()),
                Some(graver) => format!(
                    "An error on every platform where {}. Else it may be made a warning, {lowered}: {}.",
                    graver.reason(),
                    ground.reason()
                ),
            });
        }
        Some(ground) => match code.graver {
            None => ground.reason().to_owned(),
            Some(graver) => format!("{}, or {}", ground.reason(), graver.reason()),
        },
        None if is_unreadable(code) => "what cannot be read cannot be built".to_owned(),
        None => return None,
    };
    (code.severity == Severity::Error).then(|| format!("An error on every platform: {ground}."))
}

/// The explanation in parts.
pub fn parts(code: &Code) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut lines = code.explanation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).peekable();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| !line.starts_with("```")).filter_map(without_mark);
            parts.push(Part::Example(kind(info), body.map(str::to_owned).collect()));
        } else if let Some(heading) = line.strip_prefix('#') {
            parts.push(Part::Heading(heading.trim_start_matches('#').trim().to_owned()));
        } else if let Some(item) = line.strip_prefix("- ") {
            parts.push(Part::Item(item.to_owned()));
        } else if line.starts_with('|') {
            match parts.last_mut() {
                Some(Part::Lines(table)) => table.push(line.to_owned()),
                _ => parts.push(Part::Lines(vec![line.to_owned()])),
            }
        } else if !line.is_empty() {
            let mut text = line.to_owned();
            while let Some(next) = lines.next_if(|next| is_running(next)) {
                text.push(' ');
                text.push_str(next.trim());
            }
            match parts.last_mut() {
                Some(Part::Item(item)) if line.starts_with("  ") => {
                    item.push(' ');
                    item.push_str(text.trim());
                }
                _ => parts.push(Part::Paragraph(text)),
            }
        }
    }
    parts
}

fn is_running(line: &str) -> bool {
    !line.is_empty() && !["```", "#", "- ", "|"].iter().any(|start| line.starts_with(start))
}

fn kind(info: &str) -> Kind {
    match info.split_whitespace().nth(1) {
        Some("bad") => Kind::Bad,
        Some("good") => Kind::Good,
        Some("fixed") => Kind::Fixed,
        _ => Kind::Other,
    }
}

/// The line without its `//~` mark; `None` for a line that holds nothing else.
fn without_mark(line: &str) -> Option<&str> {
    match line.split_once("//~") {
        Some((before, _)) if before.trim().is_empty() => None,
        Some((before, _)) => Some(before.trim_end()),
        None => Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_is_taken_apart() {
        let code = Code {
            id: "BVL0000",
            slug: "none",
            severity: Severity::Error,
            ground: None,
            graver: None,
            since: "0",
            explanation: " ## What\n One\n two.\n \n - a\n   b\n - c\n\n ```bvl bad in=file\n x 1 //~ BVL0000 \"x\"\n //~^ BVL0001\n ```\n | a |\n | b |\n",
        };
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let expected = [
            Part::Heading("What".to_owned()),
            Part::Paragraph("One two.".to_owned()),
            Part::Item("a b".to_owned()),
            Part::Item("c".to_owned()),
            Part::Example(Kind::Bad, owned(&["x 1"])),
            Part::Lines(owned(&["| a |", "| b |"])),
        ];
        assert_eq!(parts(&code), expected);
        let expected = "## What\nOne\ntwo.\n\n- a\n  b\n- c\n\n*refused*:\n```bvl\nx 1\n```\n| a |\n| b |\n";
        assert_eq!(markdown(&code), expected);
    }
}
