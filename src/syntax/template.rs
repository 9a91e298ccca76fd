//! What a template of another language fills in: `image {{ .Values.image }}`, as Helm, Jinja and Go write it.
//!
//! Invariant: it ends in the line in which it begins, and gives one finding with all that touches it.

use super::build::Context;
use super::codes::BVL0115;
use super::mistake::shown;
use super::text::is_word;
use super::token::Token;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The type and value that a help writes where the place of a template is not known.
pub const ANY_VALUE: &str = "string example \"1.4.2\"";

/// What ends a text that touches a template.
const ENDS: [char; 11] = [' ', '\t', '\n', ';', ',', '(', ')', '[', ']', '{', '}'];

/// What stands for a name that is not known.
const UNNAMED: &str = "NAME";

/// A template, or several that touch, with all that touches them: where they are, and what was meant.
pub(super) struct Template {
    pub(super) span: Span,
    /// The names of the values that they stand for, each once.
    names: Vec<String>,
    /// What was meant, as it is written in .bvl.
    written: String,
}

/// The template that a brace begins; from `start` on tokens touch it.
pub(super) fn at(cx: &Context<'_>, start: usize, brace: Token) -> Option<Template> {
    let line = cx.text.get(brace.start()..)?.lines().next()?;
    let mut rest = line;
    while let Some((_, behind)) = rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
        rest = behind.trim_start_matches(|c: char| !ENDS.contains(&c));
    }
    let length = line.len() - rest.len();
    if length == 0 {
        return None;
    }
    let span = cx.span(start, brace.start() + length);
    let (names, pieces) = pieces(cx.text.get(span.range())?);
    let signed = |name: &str| format!("${name}");
    let written = match pieces.as_slice() {
        [Piece::Name(name)] => signed(name),
        [Piece::Name(low), Piece::Text(".."), Piece::Name(high)] => format!("{}..{}", signed(low), signed(high)),
        pieces => {
            let piece = |piece: &Piece<'_>| match piece {
                Piece::Name(name) => format!("${{{name}}}"),
                Piece::Text(text) => text.replace(['"', '\''], ""),
            };
            format!("\"{}\"", pieces.iter().map(piece).collect::<String>())
        }
    };
    Some(Template { span, names, written })
}

/// A piece of a text with templates.
enum Piece<'t> {
    Name(&'t str),
    Text(&'t str),
}

/// The pieces of a text, and its names, each once.
fn pieces(text: &str) -> (Vec<String>, Vec<Piece<'_>>) {
    let (mut names, mut found, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some((before, inner, behind)) = rest.split_once("{{").and_then(|(before, rest)| {
        let (inner, behind) = rest.split_once("}}")?;
        Some((before, inner, behind))
    }) {
        let name = name(inner).unwrap_or(UNNAMED);
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        found.push(Piece::Name(name));
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = behind;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    (names, found)
}

/// The last name of the path with which a template begins: `tag` of `.Values.image.tag | quote`. A word with more behind it is a
/// function or a condition.
fn name(inner: &str) -> Option<&str> {
    let inner = inner.trim_start_matches('-').trim_end_matches('-').split('|').next().unwrap_or_default().trim();
    inner.rsplit('.').next().filter(|name| is_word(name))
}

/// What is said of it: as a value of the statement before it, or by itself.
pub(super) fn mistake(cx: &Context<'_>, template: &Template, is_value: bool) -> Diagnostic {
    let Template { span, names, written } = template;
    let text = shown(cx.text.get(span.range()).unwrap_or_default());
    let declared: Vec<String> = names.iter().map(|name| format!("`param {name}: {ANY_VALUE}`")).collect();
    Diagnostic::new(&BVL0115, *span, format!("`{text}` is filled in by another language, not by .bvl"))
        .here("a template, as Helm and Jinja have it")
        .help(if is_value {
            format!("write `{}`, and declare the value: {}", shown(written), declared.join(", "))
        } else {
            "what differs between environments is stated in their blocks, `environment NAME { .. }`; what repeats is a class"
                .to_owned()
        })
}
