//! What a template of another language fills in: `image {{ .Values.image }}`, as Helm, Jinja and Go write it.
//!
//! Invariant: it ends in the line in which it begins, and gives one finding with all that touches it.

use super::build::Context;
use super::codes::BVL0115;
use super::mistake::shown;
use super::quotes::LONGEST;
use super::text::is_word;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The type and value that a help writes where the place of a template is not known.
pub const ANY_VALUE: &str = "string example \"1.4.2\"";

/// The same of a part of a text.
const PART: &str = "string example \"web\"";

/// What ends a text that touches a template.
const ENDS: [char; 11] = [' ', '\t', '\n', ';', ',', '(', ')', '[', ']', '{', '}'];

/// What stands for a name that is not known.
const UNNAMED: &str = "NAME";

/// Words behind which the name stands of what they declare.
pub(super) const NAMED: [&str; 8] =
    ["platform", "environment", "class", "service", "job", "managed", "external", "group"];

/// Words behind which names stand alone.
pub(super) const FLOWS: [&str; 2] = ["allow", "never"];

/// Functions with which templates begin.
const FUNCTIONS: [&str; 9] = ["include", "printf", "toYaml", "default", "required", "tpl", "lookup", "index", "if"];

/// A template, or several that touch, with all that touches them: where they are, and what was meant.
pub(super) struct Template {
    pub(super) span: Span,
    /// The names of the values that they stand for, each once, with a value that it may have.
    names: Vec<(String, &'static str)>,
    /// What was meant, as it is written in .bvl.
    written: String,
}

/// What a template stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// A value of the statement before it.
    Value,
    /// The name of what is declared.
    Name,
    /// A condition, a loop, or statements.
    Statements,
}

/// The template that a brace begins, with the tokens before it that touch it.
pub(super) fn at(cx: &Context<'_>, before: &[Token], brace: Token) -> Option<Template> {
    let text = cx.text.get(brace.start()..).filter(|text| text.starts_with("{{"))?;
    let length = text.char_indices().take(LONGEST).last().map_or(0, |(at, last)| at + last.len_utf8());
    let line = text.get(..length)?.lines().next()?;
    let mut rest = line;
    while let Some((inner, behind)) = rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
        if !is_template(inner) {
            return None;
        }
        rest = behind.trim_start_matches(|c: char| !ENDS.contains(&c));
    }
    let length = line.len() - rest.len();
    if length == 0 {
        return None;
    }
    let span = cx.span(touching(before, brace), brace.start() + length);
    let pieces = pieces(cx.text.get(span.range())?);
    let (paths, written) = (paths(&pieces), written(&pieces));
    let is_text = written.starts_with('"');
    // in a text it is a tag or a port behind a `:`, else a part of a name
    let value = |path: &str| {
        let is_behind = |pair: &[Piece<'_>]| matches!(pair, [Piece::Text(before), Piece::Path(own)] if *own == path && before.ends_with(':'));
        if !is_text || pieces.windows(2).any(is_behind) { ANY_VALUE } else { PART }
    };
    let names = paths.iter().map(|path| (name(path, &paths), value(path))).collect();
    Some(Template { span, names, written })
}

/// Where the tokens begin that stand before a brace, without a space, and are parts of a value.
fn touching(before: &[Token], brace: Token) -> usize {
    let is_part = |token: &Token| token.is_part_of_text() || token.kind == Kind::Dots;
    let mut start = brace.start();
    for token in before.iter().rev().filter(|token| token.kind != Kind::Statement) {
        if !is_part(token) || token.end() != start {
            break;
        }
        start = token.start();
    }
    start
}

/// Whether what stands between the braces is a path, or begins as a function or a condition does: what else there is are statements
/// in braces that are doubled.
fn is_template(inner: &str) -> bool {
    let inner = inner.trim_start_matches('-').trim();
    let mut words = inner.split_whitespace();
    let first = words.next().unwrap_or_default();
    first.starts_with(['.', '$'])
        || FUNCTIONS.contains(&first)
        || words.next().is_none_or(|next| next == "|" || next == "-")
}

/// A piece of a text with templates.
enum Piece<'t> {
    /// The path to a value.
    Path(&'t str),
    Text(&'t str),
}

/// The pieces of a text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, (inner, behind))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        // GitHub writes `${{ x }}`
        found.push(Piece::Text(before.strip_suffix('$').unwrap_or(before)));
        found.push(Piece::Path(path(inner)));
        rest = behind;
    }
    found.push(Piece::Text(rest));
    found.retain(|piece| !matches!(piece, Piece::Text("")));
    found
}

/// The paths among pieces, each once.
fn paths<'t>(pieces: &[Piece<'t>]) -> Vec<&'t str> {
    let mut paths: Vec<&str> = Vec::new();
    for piece in pieces {
        if let Piece::Path(path) = piece
            && !paths.contains(path)
        {
            paths.push(path);
        }
    }
    paths
}

/// The path with which a template begins: `.Values.image.tag` of `.Values.image.tag | quote`.
fn path(inner: &str) -> &str {
    inner.trim_start_matches('-').trim_end_matches('-').split('|').next().unwrap_or_default().trim()
}

/// The last name of a path, with the one before it where another path ends alike. A word with more behind it is a function or a
/// condition.
fn name(path: &str, paths: &[&str]) -> String {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let own = last(path);
    let is_alone = paths.iter().filter(|other| last(other) == own).count() < 2;
    let before = path.rsplit('.').nth(1).filter(|before| !is_alone && is_word(before));
    let whole = before.map_or_else(|| own.clone(), |before| format!("{before}-{own}"));
    if is_word(&whole) { whole } else { UNNAMED.to_owned() }
}

/// The pieces as they are written in .bvl: a value, a range of values, or a text. A unit is a part of the value.
fn written(pieces: &[Piece<'_>]) -> String {
    let is_unit = |text: &str| {
        let text = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%')
    };
    let are_ends = |text: &str| text.split_once("..").is_some_and(|(low, high)| is_unit(low) && is_unit(high));
    let is_amount = pieces.iter().enumerate().all(|(at, piece)| match piece {
        Piece::Path(_) => true,
        Piece::Text(text) => {
            are_ends(text) || at > 0 && !text.starts_with(|c: char| c.is_ascii_digit()) && is_unit(text)
        }
    });
    let paths = paths(pieces);
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Path(path) if is_amount => format!("${}", name(path, &paths)),
        Piece::Path(path) => format!("${{{}}}", name(path, &paths)),
        Piece::Text(text) if is_amount => {
            // what stands before its first digit or dot is the unit of the name before it
            text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '%').to_owned()
        }
        Piece::Text(text) => text.replace(['"', '\''], ""),
    };
    let whole: String = pieces.iter().map(piece).collect();
    if is_amount { whole } else { format!("\"{whole}\"") }
}

/// What is said of it.
pub(super) fn mistake(cx: &Context<'_>, template: &Template, meant: Meant) -> Diagnostic {
    let Template { span, names, written } = template;
    let text = shown(cx.text.get(span.range()).unwrap_or_default());
    let declared: Vec<String> = names.iter().map(|(name, value)| format!("`param {name}: {value}`")).collect();
    Diagnostic::new(&BVL0115, *span, format!("`{text}` is filled in by another language, not by .bvl"))
        .here("a template, as Helm and Jinja have it")
        .help(match meant {
            Meant::Value => {
                format!("write `{}`, and declare the value: {}", shown(written), declared.join(", "))
            }
            Meant::Name => "write the name itself: what is declared has one, whatever the params".to_owned(),
            Meant::Statements => "what differs between environments is stated in their blocks, `environment NAME { .. }`; what repeats is a class"
                .to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_written_as_what_they_stand_for() {
        for (text, expected) in [
            ("{{ .Values.a }}", "$a"),
            ("{{- .Values.a | quote -}}", "$a"),
            ("{{ .Values.a }}m", "$a"),
            ("{{ .Values.a }}%", "$a"),
            ("{{ .Values.a }}..{{ .Values.b }}", "$a..$b"),
            ("{{ .Values.a }}..10", "$a..10"),
            ("3..{{ .Values.a }}", "3..$a"),
            ("{{ .requests.cpu }}m..{{ .limits.cpu }}m", "$requests-cpu..$limits-cpu"),
            ("r.e/web:{{ .Values.tag }}", "\"r.e/web:${tag}\""),
            ("\"r.e/web\":{{ tag }}", "\"r.e/web:${tag}\""),
            ("web:${{ tag }}", "\"web:${tag}\""),
            ("{{ .Values.repository }}:{{ .Values.tag }}", "\"${repository}:${tag}\""),
            ("{{ include \"a.b\" . }}", "$NAME"),
        ] {
            assert_eq!(written(&pieces(text)), expected, "{text}");
        }
    }

    #[test]
    fn braces_that_are_doubled_are_none() {
        for inner in [" namespace \"x\" ", " port http 8080 ", " drain 20s; grace 60s "] {
            assert!(!is_template(inner), "{inner}");
        }
        for inner in [" .Values.x ", "- if .Values.x ", " x ", " $x ", " include \"a\" . ", " x | quote ", " x -"] {
            assert!(is_template(inner), "{inner}");
        }
    }
}
