//! What manifests do, whoever wrote them: `bvlc verify`.
//!
//! Invariants: files that cannot be read do not hide the others; the findings do not depend on the order in which files
//! are given, but for their order.

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Sink};
use crate::manifest::{self, Manifest, Note};
use crate::object::Given;
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::verify::cluster::Cluster;
use crate::verify::eviction;
use crate::verify::finding::{Finding, Place};
use crate::verify::pod_security::{self, Level, PolicyVersion};
use crate::verify::references;

/// One thing that manifests are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Pods against the labels of their namespaces.
    PodSecurity,
    /// Budgets against the pods that they select.
    Eviction,
    /// Names, selectors, ports and amounts against each other.
    References,
}

/// How manifests are judged.
#[derive(Debug, Clone)]
pub struct Terms {
    /// By what; everything where it is empty.
    pub subjects: Vec<Subject>,
    /// The namespace of objects that state none.
    pub namespace: String,
    /// The version of the cluster.
    pub version: PolicyVersion,
    /// What a namespace enforces that is not among the objects.
    pub profile: Level,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            subjects: Vec::new(),
            namespace: "default".to_owned(),
            version: pod_security::NEWEST,
            profile: Level::Privileged,
        }
    }
}

impl Terms {
    fn includes(&self, subject: Subject) -> bool {
        self.subjects.is_empty() || self.subjects.contains(&subject)
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Verified {
    /// What is wrong, in order.
    pub findings: Vec<Diagnostic>,
    /// How many objects were judged.
    pub n_objects: usize,
    /// How many of them have pods.
    pub n_pods: usize,
    /// What was left alone.
    pub unknown: Vec<Note>,
}

/// Judges files as the objects of one cluster.
pub fn verify(sources: &SourceMap, files: &[FileId], terms: &Terms) -> Verified {
    let read = |id: &FileId| manifest::read(*id, sources.get(*id).map_or("", SourceFile::text));
    let streams: Vec<manifest::Stream> = files.par_iter().map(read).collect();
    let mut sink = Sink::default();
    let (mut objects, mut trees, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for stream in streams {
        sink.absorb(stream.sink);
        unknown.extend(stream.unknown);
        for Manifest { object, tree } in stream.manifests {
            objects.push(object);
            trees.push(tree);
        }
    }
    let cluster = Cluster::new(&objects, &terms.namespace);
    let place = |place: &Place| Some(trees.get(place.object)?.place(&place.path));
    for finding in judged(&cluster, terms) {
        if let Some(diagnostic) = diagnostic(finding, &place) {
            sink.report(diagnostic);
        }
    }
    Verified {
        findings: sink.finish(),
        n_objects: objects.len(),
        n_pods: objects.iter().filter_map(Given::template).count(),
        unknown,
    }
}

fn judged(cluster: &Cluster<'_>, terms: &Terms) -> Vec<Finding> {
    let mut found = Vec::new();
    if terms.includes(Subject::PodSecurity) {
        found.extend(pod_security::judge(cluster, terms.version, terms.profile));
    }
    if terms.includes(Subject::Eviction) {
        found.extend(eviction::judge(cluster));
    }
    if terms.includes(Subject::References) {
        found.extend(references::judge(cluster));
    }
    found
}

/// The finding with places in files; none for an object that is not among those judged, which there is not.
fn diagnostic(finding: Finding, place: &impl Fn(&Place) -> Option<Span>) -> Option<Diagnostic> {
    let mut said = Diagnostic::new(finding.code, place(&finding.place)?, finding.message).here(finding.here);
    for (other, text) in &finding.others {
        said = said.label(place(other)?, text.clone());
    }
    for note in finding.notes {
        said = said.note(note);
    }
    Some(match finding.help {
        Some(help) => said.help(help),
        None => said,
    })
}
