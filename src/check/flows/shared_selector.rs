//! No pod is selected as two workloads.

use std::collections::BTreeMap;

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{EnvironmentId, Workload, WorkloadKind};

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
    BVL0311, "shared-selector", Error, since "0.1.0" => run
}

/// The label by which a service's pods are selected where it states no `selector` of its own.
const OWN: &str = "app.kubernetes.io/name";

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // Each selector under one of its labels: whoever carries that label is compared, and nobody else.
    // Environments that share a namespace are found by `shared-namespace`.
    let mut by_label: BTreeMap<(EnvironmentId, &str, &str), Vec<&Workload>> = BTreeMap::new();
    for (workload, environment) in cx.workloads() {
        if let Some((key, value)) = selector(workload).next() {
            by_label.entry((environment.id, key, value)).or_default().push(workload);
        }
    }
    for (carrier, environment) in cx.workloads() {
        for (key, value) in carried(carrier) {
            for selecting in by_label.get(&(environment.id, key, value)).into_iter().flatten() {
                let is_twin = selector(selecting).eq(selector(carrier)) && selecting.id > carrier.id;
                if selecting.id == carrier.id || is_twin || !selects(selecting, carrier) {
                    continue;
                }
                let labels: Vec<String> = selector(selecting).map(|(key, value)| format!("{key}={value}")).collect();
                let names = (&selecting.name.value, &carrier.name.value);
                let title = format!("{} and {} share pods: `{}` selects both", names.0, names.1, labels.join(","));
                sink.report(
                    finding(&BVL0311, selecting, environment, selecting.name.span, title)
                        .here(format!("selects by {}", labels.join(" and ")))
                        .label(carrier.name.span, "its pods carry these labels, too")
                        .note("policies, Services, budgets and autoscalers of the one would take in the other's pods")
                        .help(apart(selecting, carrier))
                        .about(carrier.name.value.clone()),
                );
            }
        }
    }
}

/// How the two are told apart.
fn apart(selecting: &Workload, carrier: &Workload) -> String {
    let (name, other) = (&selecting.name.value, &carrier.name.value);
    let word = match &selecting.kind {
        WorkloadKind::Managed(_) => "match",
        WorkloadKind::Service(service) if !service.selector.is_empty() => "selector",
        WorkloadKind::Service(_) => return format!("take that label off {other}, or write another value"),
    };
    format!(
        "add to {name} a label that the pods of {other} do not carry, such as `{word} \"role\" \"{name}\"`; its pods must carry it: `kubectl get pods --show-labels`"
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

fn selects(selecting: &Workload, carrier: &Workload) -> bool {
    let labels: BTreeMap<&str, &str> = carried(carrier).collect();
    selector(selecting).all(|(key, value)| labels.get(key) == Some(&value))
}
