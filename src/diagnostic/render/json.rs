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
    number: usize,
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
        fixes: diagnostic.offered().map(|fix| self::fix(fix, shown, positions)).collect(),
        environments: &diagnostic.environments,
        subjects: &diagnostic.subjects,
    };
    // Strings, numbers and lists of them always have a form in JSON.
    serde_json::to_string(&object).unwrap_or_default()
}

fn fix<'a>(
    (number, fix): (usize, &'a crate::diagnostic::Fix),
    shown: Shown<'_>,
    positions: &mut Positions<'_>,
) -> Fix<'a> {
    let edits = fix.edits.iter().map(|edit| Edit {
        path: shown.path(edit.span),
        range: range(edit.span, positions),
        text: &edit.text,
    });
    Fix {
        number,
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostic::render::schema::fault;
    use crate::diagnostic::{Code, Severity};
    use crate::source::{Provenance, SourceMap, TextEdit};

    static CODE: Code = Code {
        id: "BVL0701",
        slug: "test-code",
        severity: Severity::Error,
        ground: None,
        graver: None,
        since: "0.1.0",
        explanation: "",
    };

    fn rendered(finish: impl Fn(Diagnostic, Span) -> Diagnostic) -> Value {
        let mut sources = SourceMap::default();
        let file = sources.add("a.bvl", "é\n  x\n", Provenance::User);
        let span = Span::new(file, 5, 6);
        let diagnostic = finish(Diagnostic::new(&CODE, span, "wrong\n\"x\""), span);
        let shown = Shown { sources: &sources, prefix: "p/" };
        let text = render(&diagnostic, shown, &mut Positions::new(&sources));
        assert!(!text.contains('\n'));
        serde_json::from_str(&text).unwrap()
    }

    fn whole() -> Value {
        rendered(|diagnostic, span| {
            let edits = || vec![TextEdit::replace(span, "y")];
            let diagnostic = diagnostic.here("here").label(Span::new(span.file, 0, 2), "").note("why").help("how");
            let mut diagnostic = diagnostic.fix("write y", edits()).fix("write z", edits());
            // what was tried and makes another finding is not offered, and the next one keeps its number
            diagnostic.fixes[1].withheld = Some("it would make BVL0702".to_owned());
            let diagnostic = diagnostic.unsafe_fix("or else", edits());
            diagnostic.environment("prod").about("web")
        })
    }

    #[test]
    fn an_object_says_all_of_a_diagnostic() {
        let range = json!({ "start": { "line": 2, "column": 3 }, "end": { "line": 2, "column": 4 } });
        let other = json!({ "start": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 2 } });
        let edits = json!([{ "path": "p/a.bvl", "range": range, "text": "y" }]);
        let expected = json!({
            "schema": "bvlc.diagnostic/1",
            "code": "BVL0701",
            "slug": "test-code",
            "severity": "error",
            "message": "wrong\n\"x\"",
            "path": "p/a.bvl",
            "range": range,
            "labels": [
                { "path": "p/a.bvl", "range": range, "message": "here" },
                { "path": "p/a.bvl", "range": other, "message": "" },
            ],
            "notes": ["why"],
            "help": "how",
            "fixes": [
                { "number": 1, "title": "write y", "applicability": "safe", "edits": edits },
                { "number": 3, "title": "or else", "applicability": "unsafe", "edits": edits },
            ],
            "environments": ["prod"],
            "subjects": ["web"],
        });
        assert_eq!(whole(), expected);
    }

    #[test]
    fn the_schema_in_docs_describes_it() {
        let schema: Value = serde_json::from_str(include_str!("../../../docs/diagnostic.schema.json")).unwrap();
        for object in [whole(), rendered(|diagnostic, _| diagnostic)] {
            assert_eq!(fault(&schema, &schema, &object), None);
        }
        let mut object = whole();
        for (pointer, wrong) in [
            ("/severity", json!("fatal")),
            ("/labels/0/range/start", json!({ "line": 1 })),
            ("/fixes/0/edits", json!({})),
            ("/schema", json!("bvlc.diagnostic/2")),
        ] {
            let right = std::mem::replace(object.pointer_mut(pointer).unwrap(), wrong);
            assert!(fault(&schema, &schema, &object).is_some(), "{pointer}");
            *object.pointer_mut(pointer).unwrap() = right;
        }
    }
}
