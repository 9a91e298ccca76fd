//! Where manifests and a spec part: what the manifests let pass that no flow allows, and what a flow allows that they deny.
//!
//! The comparison is the one that proves builds ([`crate::compile::compare`]). Invariants: one rule makes one entry, however
//! many pods it lets pass; pods that somebody runs are named before those that only stand in.

use std::collections::BTreeMap;

use super::flow::Unjudged;
use super::passing::PolicyName;
use super::{Objects, Terms};
use crate::analyze::Checked;
use crate::compile::{self, Cause, Difference};
use crate::manifest::Note;
use crate::object::{FieldPath, Given};
use crate::source::Span;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{Direction, Refused, Untold};
use crate::verify::finding::Place;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift {
    /// The environments that were compared, as the user names them.
    pub compared: Vec<String>,
    /// Those of whose namespace the manifests hold nothing, with their namespaces.
    pub without_objects: Vec<(String, String)>,
    /// Namespaces that no compared environment has, and how many objects they have.
    pub elsewhere: Vec<(String, usize)>,
    /// How many ordered pairs of pods were compared.
    pub pairs: usize,
    /// The differences.
    pub entries: Vec<Entry>,
    /// Policies of kinds that are not read, which may decide about what is compared: of the cluster, or of a namespace of it.
    pub unread: Vec<Note>,
    /// Policies of what is compared that speak of more than is looked at.
    pub untold: Vec<Untold>,
    /// Peers of policies of the cluster that manifests do not tell: nothing of them is compared.
    pub unjudged: Vec<Unjudged>,
}

impl Drift {
    /// Whether all that decides was compared: a comparison of a part is none of the whole.
    pub fn is_whole(&self) -> bool {
        !self.compared.is_empty() && self.unread.is_empty() && self.unjudged.is_empty()
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Which way they part.
    pub kind: EntryKind,
    /// Who and at which ports: `web -> api.http at 8080/TCP`; several where one rule makes them, first those between pods
    /// that somebody runs.
    pub what: Vec<String>,
    /// What the manifests do.
    pub why: String,
    /// The policies that do it.
    pub by: Vec<PolicyName>,
}

/// Which way manifests and spec part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// The manifests allow what the spec does not.
    More,
    /// The spec allows what the manifests do not.
    Less,
    /// What they are about differs: pods, ports, Services.
    Other,
}

impl EntryKind {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Less => "less",
            Self::Other => "other",
        }
    }
}

/// What the differences of one entry have in common.
type Same = (EntryKind, String, Vec<PolicyName>);

/// What manifests do not tell of a policy of the cluster, with its place.
fn unjudged(read: &Objects, name: &str, part: Refused) -> Option<Unjudged> {
    let is_it = |object: &Given| matches!(object, Given::ClusterNetworkPolicy(_)) && object.name() == name;
    let at = read.objects.iter().position(is_it)?;
    let place = read.place(&Place::new(at, part.path))?;
    let policy = PolicyName { name: format!("ClusterNetworkPolicy {name}"), place };
    Some(Unjudged { policy, what: part.what })
}

/// Compares manifests with a spec that was checked.
pub fn drift(read: &Objects, terms: &Terms, checked: &Checked<'_>) -> Drift {
    let (model, analysis) = (checked.model(), checked.analysis());
    let cluster = Cluster::new(&read.objects, &terms.namespace);
    let sorted = compile::sort(model, &analysis.wanted, &cluster);
    let places = Places::new(read, &cluster);
    let named = |id: &crate::model::EnvironmentId| {
        let environment = model.environment(*id)?;
        Some((environment.title.clone(), environment.namespace_name().to_owned()))
    };
    let compared = sorted.manifests.environments().iter().filter_map(named);
    let compared: Vec<(String, String)> = compared.collect();
    // what is of the cluster states no namespace, and of a kind that is not known that is left to whoever applies it
    let is_about =
        |home: Option<&String>| home.is_none_or(|home| compared.iter().any(|(_, namespace)| namespace == home));
    let mut drift = Drift {
        untold: sorted.manifests.untold().into_iter().filter(|one| is_about(one.namespace.as_ref())).collect(),
        unread: read.unread().filter(|note| is_about(note.namespace.as_ref())).cloned().collect(),
        unjudged: sorted.manifests.unjudged().filter_map(|(name, one)| unjudged(read, name, one)).collect(),
        compared: compared.iter().map(|(title, _)| title.clone()).collect(),
        without_objects: sorted.without_objects.iter().filter_map(named).collect(),
        elsewhere: sorted.elsewhere.into_iter().collect(),
        ..Drift::default()
    };
    let mut entries: BTreeMap<Same, Vec<(usize, String)>> = BTreeMap::new();
    let (differences, proof) = compile::differences(checked, sorted.manifests);
    drift.pairs = proof.pairs;
    for difference in differences {
        let standing_in = standing_in(&difference);
        if let Some(Entry { kind, what, why, by }) = entry(difference, &places) {
            let what = what.into_iter().map(|what| (standing_in, what));
            entries.entry((kind, why, by)).or_default().extend(what);
        }
    }
    let entry = |((kind, why, by), mut what): (_, Vec<(usize, String)>)| {
        what.sort_by_key(|(standing_in, _)| *standing_in);
        Entry { kind, what: what.into_iter().map(|(_, what)| what).collect(), why, by }
    };
    drift.entries = entries.into_iter().map(entry).collect();
    drift
}

/// Where policies stand.
struct Places<'a> {
    read: &'a Objects,
    policies: BTreeMap<(Option<&'a str>, &'a str), usize>,
}

impl<'a> Places<'a> {
    fn new(read: &'a Objects, cluster: &Cluster<'a>) -> Self {
        let is_policy = |object: &Given| matches!(object, Given::NetworkPolicy(_) | Given::ClusterNetworkPolicy(_));
        let policies = cluster.iter().filter(|(_, object)| is_policy(object)).map(|(at, object)| {
            let namespace = (!object.is_of_the_cluster()).then(|| cluster.namespace_of(object));
            ((namespace, object.name()), at)
        });
        Self { read, policies: policies.collect() }
    }

    fn of(&self, causes: &[Cause]) -> Vec<PolicyName> {
        let name = |cause: &Cause| {
            let at = *self.policies.get(&(cause.namespace.as_deref(), cause.name.as_str()))?;
            let path = cause.rule.map_or_else(FieldPath::default, |(direction, rule)| direction.rule_path(rule));
            let place: Span = self.read.place(&Place::new(at, path))?;
            Some(PolicyName { name: cause.to_string(), place })
        };
        causes.iter().filter_map(name).collect()
    }
}

/// How many of a difference's ends only stand in.
const fn standing_in(difference: &Difference) -> usize {
    match difference {
        Difference::Allowed { standing_in, .. }
        | Difference::Isolated { standing_in, .. }
        | Difference::Open { standing_in, .. } => *standing_in,
        Difference::Denied { .. }
        | Difference::Service { .. }
        | Difference::Declares { .. }
        | Difference::NoPods { .. }
        | Difference::MeshAllowed { .. }
        | Difference::MeshDenied { .. }
        | Difference::MeshPod { .. }
        | Difference::MeshIdle { .. }
        | Difference::MeshPartial { .. }
        | Difference::Refused { .. } => 0,
    }
}

fn entry(difference: Difference, places: &Places<'_>) -> Option<Entry> {
    let half = |direction: Direction| direction.name().to_lowercase();
    Some(match difference {
        Difference::Allowed { source, destination, direction, ports, by, .. } => Entry {
            kind: EntryKind::More,
            what: vec![format!("{source} -> {destination} at {ports}")],
            why: format!("passes the {} side, and no flow allows it", half(direction)),
            by: places.of(&by),
        },
        Difference::Denied { flow, direction, ports, by } => Entry {
            kind: EntryKind::Less,
            what: vec![format!("{flow} at {ports}")],
            why: if by.iter().any(|cause| cause.namespace.is_none()) {
                format!("does not pass the {} side, where a policy of the cluster drops it", half(direction))
            } else {
                format!("does not pass the {} side, which these policies isolate", half(direction))
            },
            by: places.of(&by),
        },
        Difference::Isolated { pod, direction, by, .. } => Entry {
            kind: EntryKind::Less,
            what: vec![pod],
            why: format!("should be open ({}), and is isolated", half(direction)),
            by: places.of(&by),
        },
        Difference::Open { pod, direction, namespace, .. } => Entry {
            kind: EntryKind::More,
            what: vec![pod],
            why: format!("is open ({}): no NetworkPolicy in {namespace} isolates it", half(direction)),
            by: Vec::new(),
        },
        // manifests of others are compared without what they tell a mesh
        Difference::MeshAllowed { .. }
        | Difference::MeshDenied { .. }
        | Difference::MeshPod { .. }
        | Difference::MeshIdle { .. }
        | Difference::MeshPartial { .. } => return None,
        // a Service that the spec does not state is nobody's flow
        Difference::Service { should, .. } if should.is_empty() => return None,
        Difference::Service { service, leads, should } => Entry {
            kind: EntryKind::Other,
            what: vec![service],
            why: format!("leads to {}, and should lead to {}", listed(&leads), listed(&should)),
            by: Vec::new(),
        },
        Difference::Declares { workload, more, less } => Entry {
            kind: EntryKind::Other,
            what: vec![format!("the pods of {workload}")],
            why: format!("declare {} that they should not, and lack {}", listed(&more), listed(&less)),
            by: Vec::new(),
        },
        Difference::NoPods { workload } => Entry {
            kind: EntryKind::Other,
            what: vec![workload],
            why: "has no pods: nothing of that name makes any in its namespace".to_owned(),
            by: Vec::new(),
        },
        Difference::Refused { policy, what } => {
            let by = places.of(std::slice::from_ref(&policy));
            Entry { kind: EntryKind::Other, what: vec![policy.to_string()], why: format!("is refused: {what}"), by }
        }
    })
}

fn listed(all: &[String]) -> String {
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}
