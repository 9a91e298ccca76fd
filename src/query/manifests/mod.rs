//! What manifests do, whoever wrote them: `bvlc verify`.
//!
//! Invariants: files that cannot be read do not hide the others; the findings do not depend on the order in which files
//! are given, but for their order.

pub mod drift;
mod endpoints;
pub mod flow;
pub mod forms;
mod located;
pub mod passing;
mod read;

pub use self::read::{Objects, read};

use crate::diagnostic::{Diagnostic, Sink};
use crate::source::Span;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{Connectivity, gather};
use crate::verify::eviction;
use crate::verify::finding::{Finding, Place};
use crate::verify::pod_security::{self, Level, PolicyVersion};
use crate::verify::policies;
use crate::verify::policies::selected::BVL1156;
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
    /// Network policies against the pods and Services that they speak of.
    Connectivity,
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
    /// What could not be judged, and what was assumed instead: where it stands, and why.
    pub unjudged: Vec<(Span, String)>,
    /// How many objects were judged.
    pub n_objects: usize,
    /// How many of them have pods that none of the others makes.
    pub n_pods: usize,
}

/// Judges objects as those of one cluster.
pub fn verify(read: &Objects, terms: &Terms) -> Verified {
    let mut sink = Sink::default();
    for broken in &read.broken {
        sink.report(broken.clone());
    }
    let cluster = Cluster::new(&read.objects, &terms.namespace).beside(&read.left_out);
    let place = |place: &Place| read.place(place);
    let (judged, assumed) = judged(&cluster, terms);
    for finding in judged {
        // a part that is refused for want of the field that was meant is one mistake
        if finding.code == &BVL1156 && read.is_astray(&finding.place) {
            continue;
        }
        if let Some(diagnostic) = diagnostic(finding, &place) {
            sink.report(diagnostic);
        }
    }
    let mut unjudged = Vec::new();
    if terms.includes(Subject::References) {
        let found = references::mentions::unjudged(&cluster).into_iter().chain(references::sums::unjudged(&cluster));
        unjudged.extend(found.filter_map(|(at, text)| Some((read.place(&at)?, text))));
    }
    unjudged.extend(assumed.into_iter().filter_map(|(at, text)| Some((read.place(&at)?, text))));
    Verified { findings: sink.finish(), unjudged, n_objects: read.objects.len(), n_pods: cluster.pods().len() }
}

/// What is found, and what is taken for granted.
fn judged(cluster: &Cluster<'_>, terms: &Terms) -> (Vec<Finding>, Vec<(Place, String)>) {
    let (mut found, mut assumed) = (Vec::new(), Vec::new());
    if terms.includes(Subject::PodSecurity) {
        found.extend(pod_security::judge(cluster, terms.version, terms.profile));
    }
    if terms.includes(Subject::Eviction) {
        found.extend(eviction::judge(cluster));
    }
    if terms.includes(Subject::References) {
        found.extend(references::judge(cluster));
    }
    if terms.includes(Subject::Connectivity) {
        let gathered = gather(cluster);
        let connectivity = Connectivity::of(&gathered.traffic);
        let (of_policies, taken) = policies::judge(cluster, &gathered, &connectivity, terms.version);
        found.extend(of_policies);
        assumed.extend(taken);
    }
    (found, assumed)
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
