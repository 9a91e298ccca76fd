//! Findings as the protocol has them: the same codes, places and words as `bvlc check` prints.
//!
//! Invariants: all that a finding says is in its message, since clients need not show what is related; a report's id
//! depends on its content alone.

use std::path::PathBuf;
use std::sync::Arc;

use ls_types::{Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString};
use sha2::{Digest as _, Sha256};

use super::asked::Asked;
use crate::diagnostic::{self, Severity};
use crate::source::{Provenance, SourceMap};

/// The findings of a document.
pub(super) fn of_document(asked: &Asked) -> Vec<Diagnostic> {
    asked.file().map_or_else(Vec::new, |file| all(asked, &asked.snapshot.findings_of(file)))
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
    /// Of what it was made; `None` where that is not known.
    of: Option<Of>,
}

/// Of what a report is made: as long as this is the same, so is the report.
#[derive(Debug)]
struct Of {
    /// The path of the file in the platform.
    name: Box<str>,
    findings: Vec<Arc<diagnostic::Diagnostic>>,
    /// The texts in which the places of the findings are counted, each once.
    texts: Vec<Arc<str>>,
}

impl Of {
    fn new(sources: &SourceMap, name: &str, findings: &[&Arc<diagnostic::Diagnostic>]) -> Self {
        let mut texts: Vec<Arc<str>> = Vec::new();
        for label in findings.iter().flat_map(|finding| &finding.labels) {
            // they speak of few files
            if let Some(file) = sources.get(label.span.file)
                && !texts.iter().any(|known| Arc::ptr_eq(known, file.shared_text()))
            {
                texts.push(Arc::clone(file.shared_text()));
            }
        }
        Self { name: name.into(), findings: findings.iter().map(|finding| Arc::clone(finding)).collect(), texts }
    }

    fn is_that_of(&self, earlier: &Self) -> bool {
        let findings = || self.findings.iter().zip(&earlier.findings);
        self.name == earlier.name
            && self.findings.len() == earlier.findings.len()
            && self.texts.len() == earlier.texts.len()
            && self.texts.iter().zip(&earlier.texts).all(|(one, other)| Arc::ptr_eq(one, other))
            && findings().all(|(one, other)| Arc::ptr_eq(one, other) || one == other)
    }
}

impl Report {
    fn new(path: PathBuf, items: Vec<Diagnostic>) -> Self {
        Self { path, id: id(&items), items, of: None }
    }

    /// One in which nothing is found, by this id.
    #[cfg(test)]
    pub(super) fn named(path: PathBuf, id: String) -> Self {
        Self { path, items: Vec::new(), id, of: None }
    }
}

/// What a platform is found to be.
#[derive(Debug)]
pub(super) struct Reports {
    /// Of each file that it takes in.
    pub(super) files: Vec<Arc<Report>>,
    /// Of each open document of its folder that nothing uses.
    pub(super) strays: Vec<Arc<Report>>,
}

impl Reports {
    /// The reports of a platform and of documents that are open in its folder. Of files of which nothing else is found than
    /// in an earlier state of the same platform, they are those of then.
    pub(super) fn of(asked: &Asked, open: &[PathBuf], earlier: Option<&Self>) -> Self {
        let findings = asked.snapshot.findings();
        let sources = asked.view().sources();
        let mut files: Vec<Arc<Report>> = Vec::new();
        for (id, file) in sources.iter().filter(|(_, file)| file.provenance() == Provenance::User) {
            let found = findings.get(&id).map(Vec::as_slice).unwrap_or_default();
            let of = Of::new(sources, file.path(), found);
            // files keep their order as long as none comes or goes
            let known = earlier.and_then(|earlier| earlier.files.get(files.len()));
            let known = known.filter(|known| known.of.as_ref().is_some_and(|earlier| of.is_that_of(earlier)));
            if let Some(known) = known {
                files.push(Arc::clone(known));
            } else if let Some(path) = asked.snapshot.path(id) {
                files.push(Arc::new(Report { of: Some(of), ..Report::new(path, all(asked, found)) }));
            }
        }
        let strays = open.iter().filter(|path| asked.snapshot.file(path).is_none());
        let of_stray = |path: &PathBuf| Report::new(path.clone(), of_document(&asked.about(path).settled()));
        Self { files, strays: strays.map(|path| Arc::new(of_stray(path))).collect() }
    }
}

fn all(asked: &Asked, findings: &[&Arc<diagnostic::Diagnostic>]) -> Vec<Diagnostic> {
    findings.iter().map(|finding| converted(asked, finding)).collect()
}

/// A finding as the client is told of it.
pub(super) fn converted(asked: &Asked, finding: &diagnostic::Diagnostic) -> Diagnostic {
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
        code_description: if asked.client.follows_codes {
            asked.pages.of_code(&*asked.workspace, finding.code)
        } else {
            None
        },
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ls_types::InitializeParams;

    use super::*;
    use crate::lsp::asked::Wanted;
    use crate::lsp::capabilities::Client;
    use crate::lsp::settings::Settings;
    use crate::lsp::world::tests::{Disk, document};
    use crate::lsp::world::{Changes, World};

    #[test]
    fn of_files_in_which_nothing_else_is_found_reports_are_those_of_before() {
        let root = "use \"a.bvl\"\nuse \"b.bvl\"\nplatform shop { kubernetes \"1.33\" }\n";
        let disk = Disk::default();
        disk.hold(&[("platform.bvl", root), ("a.bvl", "service {}\n"), ("b.bvl", "servic x {}\n")]);
        let mut world = World::new(Arc::new(disk));
        world.add_folder(Path::new("/it"), Changes::Told);
        let reports = |world: &mut World, earlier: Option<&Reports>| {
            let path = PathBuf::from("/it/platform.bvl");
            let asked = Asked {
                snapshot: world.snapshot(&path),
                path,
                client: Client::of(&InitializeParams::default(), &serde_json::Value::Null),
                sent: Arc::default(),
                pages: Arc::default(),
                texts: Arc::default(),
                settings: Settings::pushed(&serde_json::Value::Null).0,
                workspace: Arc::clone(world.workspace()),
                wanted: Wanted::default(),
            };
            Reports::of(&asked, &[], earlier)
        };
        let first = reports(&mut world, None);
        assert_eq!(first.files.len(), 3);
        assert!(first.files.iter().skip(1).all(|report| !report.items.is_empty()), "{first:?}");
        // what is wrong in it is further down now
        world.set(Path::new("/it/a.bvl"), document(1, "\n\nservice {}\n"));
        let second = reports(&mut world, Some(&first));
        let pairs = first.files.iter().zip(&second.files);
        assert_eq!(pairs.map(|(one, other)| Arc::ptr_eq(one, other)).collect::<Vec<_>>(), [true, false, true]);
        let alone = reports(&mut world, None);
        for (one, other) in alone.files.iter().zip(&second.files) {
            assert_eq!((&one.path, &one.items, &one.id), (&other.path, &other.items, &other.id));
        }
    }
}
