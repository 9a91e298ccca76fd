//! Findings as the protocol has them: the same codes, places and words as `bvlc check` prints.
//!
//! Invariants: all that a finding says is in its message, since clients need not show what is related; a report's id
//! depends on its content alone.

use std::path::PathBuf;

use ls_types::{Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString};
use sha2::{Digest as _, Sha256};

use super::asked::Asked;
use crate::diagnostic::{self, Severity};
use crate::source::FileId;

/// The findings of a document.
pub(super) fn of_document(asked: &Asked) -> Vec<Diagnostic> {
    let findings = asked.snapshot.findings();
    asked.file().and_then(|file| findings.get(&file)).map_or_else(Vec::new, |found| all(asked, found))
}

/// The findings of one file, and what names them.
#[derive(Debug)]
pub(super) struct Report {
    /// The file.
    pub(super) path: PathBuf,
    /// Its findings.
    pub(super) items: Vec<Diagnostic>,
    /// The same for the same findings.
    pub(super) id: String,
}

impl Report {
    fn new(path: PathBuf, items: Vec<Diagnostic>) -> Self {
        Self { path, id: id(&items), items }
    }
}

/// What a platform is found to be.
#[derive(Debug)]
pub(super) struct Reports {
    /// Of each file that it takes in.
    pub(super) files: Vec<Report>,
    /// Of each open document of its folder that nothing uses.
    pub(super) strays: Vec<Report>,
}

impl Reports {
    /// The reports of a platform and of documents that are open in its folder.
    pub(super) fn of(asked: &Asked, open: &[PathBuf]) -> Self {
        let findings = asked.snapshot.findings();
        let ids = asked.view().sources().iter().map(|(id, _)| id);
        let of_file = |id: &FileId| findings.get(id).map_or_else(Vec::new, |found| all(asked, found));
        let files = ids.filter_map(|id| Some(Report::new(asked.snapshot.path(id)?, of_file(&id)))).collect();
        let strays = open.iter().filter(|path| asked.snapshot.file(path).is_none());
        let of_stray = |path: &PathBuf| Report::new(path.clone(), of_document(&asked.about(path).settled()));
        Self { files, strays: strays.map(of_stray).collect() }
    }
}

fn all(asked: &Asked, findings: &[&diagnostic::Diagnostic]) -> Vec<Diagnostic> {
    findings.iter().map(|finding| converted(asked, finding)).collect()
}

fn converted(asked: &Asked, finding: &diagnostic::Diagnostic) -> Diagnostic {
    let range = finding.span().and_then(|span| Some(asked.lines(span.file)?.range(span))).unwrap_or_default();
    let related = finding.labels.iter().skip(1).filter_map(|label| {
        let message = if label.message.is_empty() { "involved too".to_owned() } else { label.message.clone() };
        Some(DiagnosticRelatedInformation { location: asked.location(label.span)?, message })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    Diagnostic {
        range,
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(finding.code.id.to_owned())),
        source: Some("bvlc".to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_unnecessary(finding.code.slug).then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

/// Whether a finding says that something does nothing: editors show such a place faded.
fn is_unnecessary(slug: &str) -> bool {
    slug.starts_with("unused-")
}

/// The title, what is to be seen at the place, why it matters and how to mend it.
fn message(finding: &diagnostic::Diagnostic) -> String {
    let mut parts = vec![finding.message.clone()];
    parts.extend(finding.labels.first().map(|label| label.message.clone()).filter(|text| !text.is_empty()));
    parts.extend(finding.notes.iter().cloned());
    if !finding.environments.is_empty() {
        parts.push(format!("in {}", finding.environments.join(", ")));
    }
    parts.extend(finding.help.as_ref().map(|help| format!("help: {help}")));
    parts.join("\n")
}

/// What names the content of a report, so that the same one need not be sent again.
pub(super) fn id(items: &[Diagnostic]) -> String {
    let text = serde_json::to_string(items).unwrap_or_default();
    let digest = Sha256::digest(text.as_bytes());
    format!("{:016x}", digest.first_chunk().copied().map_or(0, u64::from_be_bytes))
}
