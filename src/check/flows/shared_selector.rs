//! No pod is selected as two workloads.

use std::collections::BTreeMap;

use crate::check::prose::{counted, listed};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, EnvironmentId, Workload, WorkloadKind};

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
/// How many are named in the title; all of them are pointed at.
const NAMED: usize = 3;

/// The labels that select a group's pods, in the environment where they do.
type Selecting<'a> = (EnvironmentId, Vec<(&'a str, &'a str)>);
/// Labels, by key.
type Labels<'a> = BTreeMap<&'a str, &'a str>;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // Workloads that select alike are one group with one finding, and are compared with whoever carries the rarest of their
    // labels. Environments that share a namespace are found by `shared-namespace`.
    let mut groups: BTreeMap<Selecting<'_>, &Workload> = BTreeMap::new();
    let mut carriers: BTreeMap<(EnvironmentId, &str, &str), Vec<usize>> = BTreeMap::new();
    let mut all: Vec<(&Workload, Labels<'_>)> = Vec::new();
    for (workload, environment) in cx.workloads() {
        let labels: Labels<'_> = carried(workload).collect();
        for (key, value) in &labels {
            carriers.entry((environment.id, key, value)).or_default().push(all.len());
        }
        let selecting: Vec<(&str, &str)> = selector(workload).collect();
        groups.entry((environment.id, selecting)).or_insert(workload);
        all.push((workload, labels));
    }
    for ((environment, labels), selecting) in &groups {
        let carrying = labels.iter().filter_map(|(key, value)| carriers.get(&(*environment, *key, *value)));
        let fewest = carrying.min_by_key(|carrying| carrying.len());
        let taken: Vec<&Workload> = fewest
            .into_iter()
            .flatten()
            .filter_map(|at| all.get(*at))
            .filter(|(other, carried)| other.id != selecting.id && selects(labels, carried))
            .map(|(other, _)| *other)
            .collect();
        if let Some(environment) = cx.model.environment(*environment).filter(|_| !taken.is_empty()) {
            sink.report(shared(selecting, labels, &taken, environment));
        }
    }
}

/// Says which pods the labels of `selecting` take in besides its own.
fn shared(selecting: &Workload, labels: &[(&str, &str)], taken: &[&Workload], environment: &Environment) -> Diagnostic {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
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
    let title = format!("{} share pods: `{}` selects {both}", listed(&names), labels.join(","));
    let mut diagnostic = finding(&BVL0311, selecting, environment, selecting.name.span, title)
        .here(format!("selects by {}", labels.join(" and ")));
    for carrier in taken {
        diagnostic =
            diagnostic.label(carrier.name.span, "its pods carry these labels, too").about(carrier.name.value.clone());
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
    let word = match &selecting.kind {
        WorkloadKind::Managed(_) => "match",
        WorkloadKind::Service(service) if !service.selector.is_empty() => "selector",
        WorkloadKind::Service(_) => return format!("take that label off {other}, or write another value"),
    };
    format!(
        "add to {name} a label that the pods of {other} do not carry, such as `{word} \"role\" \"{name}\"`{each}; its pods must carry it: `kubectl get pods --show-labels`"
    )
}

/// The labels that select a workload's pods.
fn selector(workload: &Workload) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
    let stated = match &workload.kind {
        WorkloadKind::Service(service) if service.selector.is_empty() => {
            return Box::new(std::iter::once((OWN, workload.name.value.as_str())));
        }
        WorkloadKind::Service(service) => &service.selector,
        WorkloadKind::Managed(managed) => &managed.selector,
    };
    Box::new(stated.iter().map(|(key, value)| (key.as_str(), value.value.as_str())))
}

/// The labels that a workload's pods are known to carry.
fn carried(workload: &Workload) -> impl Iterator<Item = (&str, &str)> {
    let labels = workload.labels.iter().map(|(key, value)| (key.as_str(), value.value.as_str()));
    selector(workload).chain(labels.filter(|_| workload.service().is_some()))
}

fn selects(labels: &[(&str, &str)], carried: &Labels<'_>) -> bool {
    labels.iter().all(|(key, value)| carried.get(key) == Some(value))
}
