//! Every pod against the labels of its namespace, as findings.

use std::collections::BTreeMap;

use super::codes::{BVL1110, BVL1111, BVL1112};
use super::labels::{Mode, Policies, Policy, policies};
use super::policy::{Level, NEWEST, PolicyVersion, Violation, violations};
use crate::object::{FieldPath, Given};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::PodView;

/// Every pod of the cluster against the labels of its namespace. `server` is the version of the cluster, `absent` the
/// level that a namespace enforces which is not among the objects.
pub fn judge(cluster: &Cluster<'_>, server: PolicyVersion, absent: Level) -> Vec<Finding> {
    let of_absent = Policies::enforcing(absent, server.min(NEWEST));
    let mut found = Vec::new();
    let mut asked: BTreeMap<&str, (usize, Policies)> = BTreeMap::new();
    for (name, (at, namespace)) in cluster.namespaces() {
        let policies = policies(namespace, server);
        for bad in &policies.bad {
            let path = FieldPath::of("metadata.labels").key(bad.key);
            let message = format!("Namespace {name}: `{}` is no value of the label `{}`", bad.value, bad.key);
            found.push(
                Finding::new(&BVL1112, Place::new(at, path), message)
                    .here(format!("it may be {}", bad.expected))
                    .note("the API server refuses the namespace")
                    .help(format!("write {}", bad.expected)),
            );
        }
        asked.insert(name, (at, policies));
    }
    for Pod { at, object, view, .. } in cluster.pods() {
        let namespace = cluster.namespace_of(object);
        let title = format!("{} {namespace}/{}", object.kind(), object.name());
        let (namespace, policies) = match asked.get(namespace) {
            Some((namespace, policies)) => (Some(*namespace), policies),
            None => (None, &of_absent),
        };
        let latest = server.min(NEWEST);
        of_pod(&Subject { at: *at, object, title, namespace, latest }, view, policies, &mut found);
    }
    found
}

struct Subject<'a> {
    at: usize,
    object: &'a Given,
    title: String,
    /// The number of its namespace, where that is among the objects.
    namespace: Option<usize>,
    /// The version that a label without one means.
    latest: PolicyVersion,
}

fn of_pod(subject: &Subject<'_>, pod: &PodView<'_>, policies: &Policies, found: &mut Vec<Finding>) {
    // what a graver mode refuses need not be said of a milder one
    let mut known: Vec<FieldPath> = Vec::new();
    for (mode, policy) in &policies.of_mode {
        let new = violations(pod, policy.level, policy.version);
        let new: Vec<Violation> = new.into_iter().filter(|violation| !known.contains(&violation.path)).collect();
        found.extend(new.iter().map(|violation| said(subject, *mode, *policy, violation)));
        known.extend(new.into_iter().map(|violation| violation.path));
    }
}

fn said(subject: &Subject<'_>, mode: Mode, policy: Policy, violation: &Violation) -> Finding {
    let verb = match mode {
        Mode::Enforce => "enforces",
        Mode::Warn => "warns about",
        Mode::Audit => "audits",
    };
    let is_latest = policy.version == subject.latest;
    let policy = format!("{} {}", policy.level.name(), policy.version);
    let code = if mode == Mode::Enforce { &BVL1110 } else { &BVL1111 };
    let consequence = match (mode, subject.object) {
        (Mode::Enforce, Given::Pod(_)) => "the API server refuses the pod",
        (Mode::Enforce, _) => "the object is accepted, and its pods are refused one by one: none appears",
        (Mode::Warn | Mode::Audit, _) => "the pods run now, and are refused once this level is enforced",
    };
    let message = format!("{}: {}, which {policy} does not allow", subject.title, violation.reason);
    let finding = Finding::new(code, Place::new(subject.at, violation.path.clone()), message)
        .here(format!("`{}`, not allowed by the check {}", violation.path, violation.check))
        .note(consequence)
        .help(violation.cure);
    let Some(namespace) = subject.namespace else { return finding };
    let finding = if is_latest {
        finding.note(format!(
            "{} is the newest version that bvlc knows, unless `--kubernetes` names that of the cluster; the label `{}` pins one",
            subject.latest,
            mode.version_label()
        ))
    } else {
        finding
    };
    let label = Place::new(namespace, FieldPath::of("metadata.labels").key(mode.label()));
    finding.other(label, format!("the namespace {verb} {policy}"))
}
