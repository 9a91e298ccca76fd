//! A diagnostic as one JSON object on one line, for programs. `docs/diagnostic.schema.json` describes it.
//!
//! Invariants: the object says which schema it follows; within one version of the schema members are only added.

use serde::Serialize;

use super::Shown;
use super::positions::Positions;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::{Position, Span};

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.diagnostic/1";

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    code: &'static str,
    slug: &'static str,
    severity: &'static str,
    message: &'a str,
    path: Option<String>,
    range: Option<Range>,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
    environments: &'a [String],
    subjects: &'a [String],
}

#[derive(Serialize, Clone, Copy)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize, Clone, Copy)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Label<'a> {
    path: String,
    range: Range,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: String,
    range: Range,
    text: &'a str,
}

/// The object, without a line break at its end.
pub fn render(diagnostic: &Diagnostic, shown: Shown<'_>, positions: &mut Positions<'_>) -> String {
    let labels: Vec<Label<'_>> = diagnostic
        .labels
        .iter()
        .map(|label| Label {
            path: shown.path(label.span),
            range: range(label.span, positions),
            message: &label.message,
        })
        .collect();
    let object = Object {
        schema: SCHEMA,
        code: diagnostic.code.id,
        slug: diagnostic.code.slug,
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        path: labels.first().map(|label| label.path.clone()),
        range: labels.first().map(|label| label.range),
        labels,
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
        fixes: diagnostic.fixes.iter().map(|fix| self::fix(fix, shown, positions)).collect(),
        environments: &diagnostic.environments,
        subjects: &diagnostic.subjects,
    };
    // Strings, numbers and lists of them always have a form in JSON.
    serde_json::to_string(&object).unwrap_or_default()
}

fn fix<'a>(fix: &'a crate::diagnostic::Fix, shown: Shown<'_>, positions: &mut Positions<'_>) -> Fix<'a> {
    let edits = fix.edits.iter().map(|edit| Edit {
        path: shown.path(edit.span),
        range: range(edit.span, positions),
        text: &edit.text,
    });
    Fix {
        title: &fix.title,
        applicability: match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
        },
        edits: edits.collect(),
    }
}

fn range(span: Span, positions: &mut Positions<'_>) -> Range {
    let place = |Position { line, column }| Place { line, column };
    let start = place(positions.at(span.file, span.start));
    Range { start, end: place(positions.at(span.file, span.end)) }
}
