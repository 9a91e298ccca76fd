//! No pod is selected as two workloads.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::prose::{counted, listed};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, KeyedTexts, Workload, WorkloadKind};

crate::check! {
    /// ## What it means
    /// The labels by which one workload's pods are selected are found on another one's pods, too, in the same namespace.
    ///
    /// ## Why it matters in the cluster
    /// Policies, Services, disruption budgets and autoscalers select by labels. Each of the first workload's would take
    /// in the second one's pods: flows open for both, requests reach the wrong program, evictions fail because two
    /// budgets speak of one pod.
    ///
    /// ## How to mend it
    /// Give each its own labels.
    ///
    /// ```bvl bad in=file
    /// managed queue { match "app" "queue"; port client 4222 } //~ BVL0311 "queue and mirror"
    /// managed mirror { match "app" "queue"; match "role" "mirror"; port client 4222 }
    /// allow app -> queue.client, mirror.client
    /// ```
    /// Those that select alike are one finding:
    /// ```bvl bad in=file
    /// class jobs { match "app" "jobs"; port client 4222 }
    /// managed dawn is jobs {} //~ BVL0311 "dawn, day, eve and 1 other share pods: `app=jobs` selects all of them"
    /// managed night is jobs {}
    /// managed eve is jobs {}
    /// managed day is jobs {}
    /// allow app -> day.client, night.client, eve.client, dawn.client
    /// ```
    /// What has every pod of its namespace has an environment to itself:
    /// ```bvl bad in=file
    /// managed tools { every-pod } //~ BVL0311 "tools, app and caller share pods: `every-pod` selects all of them"
    /// ```
    /// ```bvl good in=file
    /// managed queue { match "app" "queue"; match "role" "main"; port client 4222 }
    /// managed mirror { match "app" "queue"; match "role" "mirror"; port client 4222 }
    /// allow app -> queue.client, mirror.client
    /// ```
    ///
    /// ## Source
    /// [Labels and Selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/);
    /// [eviction.go](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/registry/core/pod/storage/eviction.go) for
    /// pods with two budgets (Kubernetes 1.36).
    BVL0311, "shared-selector", Error(Emitted), since "0.1.0" => run
}

/// The label by which a service's pods are selected where it states no `selector` of its own.
const OWN: &str = "app.kubernetes.io/name";
/// The word by which every pod of a namespace is one's.
const EVERY_POD: &str = "every-pod";
/// How many are named in the title; all of them are pointed at.
const NAMED: usize = 3;

/// A label: its key and its value.
type Label<'a> = (&'a str, &'a str);
/// Labels, by key.
type Labels<'a> = BTreeMap<&'a str, &'a str>;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // Environments that share a namespace are found by `shared-namespace`.
    let all: Vec<(&Workload, &Environment)> = cx.workloads().collect();
    for members in all.chunk_by(|(_, one), (_, other)| one.id == other.id) {
        judge(members, sink);
    }
}

/// Judges the workloads of one environment. Those that select alike are one group with one finding, and are compared with
/// whoever carries the rarest of their labels.
fn judge(members: &[(&Workload, &Environment)], sink: &mut Sink) {
    // names are one workload's each: only where somebody states a name as a label is one selected by it with others
    let labels = members.iter().flat_map(|(workload, _)| stated(workload));
    let stated: BTreeSet<&str> = labels.filter(|(key, _)| *key == OWN).map(|(_, name)| name).collect();
    let selecting =
        members.iter().filter(|(workload, _)| !is_by_name(workload) || stated.contains(workload.name.value.as_str()));
    let mut groups: Vec<(Vec<Label<'_>>, &Workload, &Environment)> =
        selecting.map(|(workload, environment)| (selector(workload).collect(), *workload, *environment)).collect();
    groups.sort_by(|(one, workload, _), (other, second, _)| {
        one.cmp(other).then_with(|| is_every_pod(second).cmp(&is_every_pod(workload)))
    });
    groups.dedup_by(|(later, ..), (first, ..)| later == first);
    let carriers = Carriers::of(members, groups.iter().flat_map(|(labels, ..)| labels.iter().copied()).collect());
    for (labels, selecting, environment) in &groups {
        let carrying = labels.iter().map(|label| carriers.carrying(*label));
        let fewest = carrying.min_by_key(|carrying| carrying.len()).unwrap_or_default();
        let everyone = if is_every_pod(selecting) { members } else { &[] };
        let taken: Vec<&Workload> = fewest
            .iter()
            .filter_map(|(_, at)| members.get(*at))
            .chain(everyone)
            .map(|(other, _)| *other)
            .filter(|other| other.id != selecting.id && selects(labels, &carried(other).collect()))
            .collect();
        if !taken.is_empty() {
            sink.report(shared(selecting, labels, &taken, environment));
        }
    }
}

/// Who carries the labels by which anyone is selected.
struct Carriers<'a> {
    /// These labels, in order.
    labels: Vec<Label<'a>>,
    /// Pairs of a label and a workload, both by index, in order.
    carrying: Vec<(usize, usize)>,
}

impl<'a> Carriers<'a> {
    fn of(members: &[(&'a Workload, &'a Environment)], mut labels: Vec<Label<'a>>) -> Self {
        labels.sort_unstable();
        labels.dedup();
        let keys: BTreeSet<&str> = labels.iter().map(|(key, _)| *key).collect();
        let mut carrying = Vec::with_capacity(members.len());
        for (at, (workload, _)) in members.iter().enumerate() {
            let selecting = carried(workload).filter(|(key, _)| keys.contains(key));
            carrying.extend(selecting.filter_map(|label| Some((labels.binary_search(&label).ok()?, at))));
        }
        carrying.sort_unstable();
        carrying.dedup();
        Self { labels, carrying }
    }

    /// The workloads that carry a label, with its index before theirs.
    fn carrying(&self, label: Label<'_>) -> &[(usize, usize)] {
        let Ok(at) = self.labels.binary_search(&label) else { return &[] };
        let first = self.carrying.partition_point(|(label, _)| *label < at);
        let behind = self.carrying.get(first..).unwrap_or_default();
        behind.get(..behind.partition_point(|(label, _)| *label == at)).unwrap_or_default()
    }
}

/// Says which pods the labels of `selecting` take in besides its own.
fn shared(selecting: &Workload, labels: &[(&str, &str)], taken: &[&Workload], environment: &Environment) -> Diagnostic {
    let written: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let written = if written.is_empty() { vec![EVERY_POD.to_owned()] } else { written };
    let mut names: Vec<String> = std::iter::once(selecting)
        .chain(taken.iter().copied())
        .take(NAMED)
        .map(|workload| workload.name.value.clone())
        .collect();
    let unnamed = (taken.len() + 1).saturating_sub(NAMED);
    if unnamed > 0 {
        names.push(counted(u32::try_from(unnamed).unwrap_or(u32::MAX), "other"));
    }
    let both = if taken.len() == 1 { "both" } else { "all of them" };
    let title = format!("{} share pods: `{}` selects {both}", listed(&names), written.join(","));
    let mut diagnostic =
        finding(&BVL0311, selecting, environment, selecting.name.span, title).here(if labels.is_empty() {
            "has every pod of the namespace".to_owned()
        } else {
            format!("selects by {}", written.join(" and "))
        });
    let carries = if labels.is_empty() { "its pods are there, too" } else { "its pods carry these labels, too" };
    for carrier in taken {
        diagnostic = diagnostic.label(carrier.name.span, carries).about(carrier.name.value.clone());
    }
    diagnostic
        .note("policies, Services, budgets and autoscalers of the one would take in the other's pods")
        .help(apart(selecting, taken))
}

/// How they are told apart.
fn apart(selecting: &Workload, taken: &[&Workload]) -> String {
    let name = &selecting.name.value;
    let (other, each) = match taken {
        [other] => (other.name.value.as_str(), ""),
        _ => ("the others", ", and so on for each"),
    };
    if is_every_pod(selecting) {
        return format!(
            "give {name} an environment of its own, with the namespace that it has to itself and `shared` where several use it, or select its pods by `match`"
        );
    }
    let word = match &selecting.kind {
        WorkloadKind::Managed(_) => "match",
        WorkloadKind::Service(service) if !service.selector.is_empty() => "selector",
        WorkloadKind::Service(_) | WorkloadKind::Job(_) => {
            return format!("take that label off {other}, or write another value");
        }
    };
    format!(
        "add to {name} a label that the pods of {other} do not carry, such as `{word} \"role\" \"{name}\"`{each}; its pods must carry it: `kubectl get pods --show-labels`"
    )
}

/// The labels that select a workload's pods.
fn selector(workload: &Workload) -> impl Iterator<Item = Label<'_>> {
    let own = is_by_name(workload).then_some((OWN, workload.name.value.as_str()));
    own.into_iter().chain(stated_selector(workload))
}

/// Whether a workload's pods are selected by its name.
fn is_by_name(workload: &Workload) -> bool {
    workload.program().is_some() && workload.service().is_none_or(|service| service.selector.is_empty())
}

fn is_every_pod(workload: &Workload) -> bool {
    workload.managed().is_some_and(|managed| managed.every_pod.is_some())
}

fn stated_selector(workload: &Workload) -> impl Iterator<Item = Label<'_>> {
    let stated = match &workload.kind {
        WorkloadKind::Service(service) => Some(&*service.selector),
        WorkloadKind::Job(_) => None,
        WorkloadKind::Managed(managed) => Some(&managed.selector),
    };
    stated.into_iter().flat_map(KeyedTexts::iter).map(|(key, value)| (key.as_str(), value.value.as_str()))
}

/// The labels that are stated for a workload's pods.
fn stated(workload: &Workload) -> impl Iterator<Item = Label<'_>> {
    let labels = workload.labels.iter().map(|(key, value)| (key.as_str(), value.value.as_str()));
    // another name than its own is refused where it stands, as `kubernetes-name`
    let labels = labels.filter(|(key, value)| *key != OWN || *value == workload.name.value);
    stated_selector(workload).chain(labels.filter(|_| workload.program().is_some()))
}

/// The labels that a workload's pods are known to carry.
fn carried(workload: &Workload) -> impl Iterator<Item = Label<'_>> {
    let own = is_by_name(workload).then_some((OWN, workload.name.value.as_str()));
    own.into_iter().chain(stated(workload))
}

fn selects(labels: &[(&str, &str)], carried: &Labels<'_>) -> bool {
    labels.iter().all(|(key, value)| carried.get(key) == Some(value))
}
