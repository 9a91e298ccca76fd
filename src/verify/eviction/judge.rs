//! Every budget against the pods that it selects.

use super::arithmetic::Budget;
use super::codes::{BVL1120, BVL1121, BVL1122, BVL1123};
use crate::object::{FieldPath, Given, PodDisruptionBudget};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::replicas::{Fewest, fewest};

/// A workload that a budget selects.
struct Selected<'a> {
    at: usize,
    object: &'a Given,
    fewest: Fewest,
}

/// Every budget of the cluster.
pub fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let budgets: Vec<(usize, &Given, &PodDisruptionBudget)> = cluster
        .iter()
        .filter_map(|(at, object)| {
            let Given::PodDisruptionBudget(budget) = object else { return None };
            Some((at, object, &**budget))
        })
        .collect();
    let mut taken: Vec<Option<usize>> = vec![None; cluster.objects.len()];
    for (at, object, budget) in budgets {
        let selected = selected(cluster, object, budget);
        for workload in &selected {
            match taken.get_mut(workload.at) {
                Some(Some(other)) => found.push(overlap(cluster, at, *other, workload)),
                Some(free) => *free = Some(at),
                None => {}
            }
        }
        found.extend(of_budget(cluster, at, budget, &selected));
    }
    found
}

fn selected<'a>(cluster: &Cluster<'a>, object: &'a Given, budget: &PodDisruptionBudget) -> Vec<Selected<'a>> {
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let pods = cluster.selected(cluster.namespace_of(object), selector).into_iter();
    let selected = pods
        .filter_map(|Pod { at, object, .. }| Some(Selected { at: *at, object, fewest: fewest(cluster, *at, object)? }));
    selected.collect()
}

fn title(cluster: &Cluster<'_>, at: usize) -> String {
    cluster.objects.get(at).map(|object| cluster.title(object)).unwrap_or_default()
}

fn pods(count: u64) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

fn overlap(cluster: &Cluster<'_>, at: usize, other: usize, workload: &Selected<'_>) -> Finding {
    let (own, other_title) = (title(cluster, at), title(cluster, other));
    let workload_title = cluster.title(workload.object);
    let selector = FieldPath::of("spec.selector");
    let selects_all = match cluster.objects.get(at) {
        Some(Given::PodDisruptionBudget(budget)) => budget.spec.as_ref().is_some_and(|spec| {
            let empty = spec.selector.as_ref().map(|it| (it.match_labels.is_none(), it.match_expressions.is_none()));
            empty == Some((true, true))
        }),
        Some(_) | None => false,
    };
    Finding::new(
        &BVL1121,
        Place::new(at, selector.clone()),
        format!("{own} and {other_title} both select the pods of {workload_title}"),
    )
    .here(if selects_all {
        "and so does this one: `{}` fits all pods of the namespace"
    } else {
        "and so does this one"
    })
    .other(Place::new(other, selector), "this budget selects them")
    .other(cluster.whole(workload.at), "these are the pods")
    .note("an eviction of a pod with two budgets fails with status 500; `kubectl drain` gives up on it")
    .help("remove one of the budgets, or give them selectors that share no pod")
}

fn of_budget(
    cluster: &Cluster<'_>,
    at: usize,
    object: &PodDisruptionBudget,
    selected: &[Selected<'_>],
) -> Vec<Finding> {
    let own = title(cluster, at);
    let Some(spec) = &object.spec else { return Vec::new() };
    if selected.is_empty() {
        let message = format!("{own} selects no pod of these files");
        let wanted = spec.selector.as_ref().and_then(|selector| selector.match_labels.as_ref());
        let finding = Finding::new(&BVL1122, Place::new(at, FieldPath::of("spec.selector")), message);
        return vec![
            finding
                .here("no template in its namespace has these labels")
                .note("a drain takes the pods that it was meant for all at once")
                .help(
                    cluster.labels_there(
                        cluster.objects.get(at).map_or("", |budget| cluster.namespace_of(budget)),
                        wanted,
                    ),
                ),
        ];
    }
    let Some(budget) = Budget::read(spec) else { return Vec::new() };
    let place = Place::new(at, FieldPath::of(budget.field()));
    if let Some(uncounted) = selected.iter().find(|it| !it.fewest.is_scalable && budget.wants_scale()) {
        let who = cluster.title(uncounted.object);
        let message = format!("{own}: {} cannot be counted for {who}, so no pod may ever be evicted", budget.text());
        return vec![
            Finding::new(&BVL1120, place, message)
                .here("this needs a controller with a scale")
                .other(cluster.whole(uncounted.at), "this one has none")
                .note("the disruption controller sets the number of pods that may go to 0")
                .help("state `minAvailable` as a number, or remove the budget"),
        ];
    }
    let expected: u64 = selected.iter().map(|it| it.fewest.count).sum();
    let desired = budget.desired(expected);
    let mut found = Vec::new();
    if expected > 0 && desired >= expected {
        let message =
            format!("{own}: as few as {} may run, and {desired} must stay, so a drain never ends", pods(expected));
        let mut finding = Finding::new(&BVL1120, place.clone(), message)
            .here(format!("{} keeps {desired} of {expected}", budget.text()));
        for it in selected {
            finding = finding.other(it.fewest.place.clone(), format!("as few as {}", pods(it.fewest.count)));
        }
        found.push(
            finding
                .note("`kubectl drain` tries again every 5 s without end; a node that should go stays")
                .help(if expected == 1 {
                    "use `maxUnavailable: 1`, with which nobody answers until the pod has started elsewhere, or let the workload have one more pod than must stay"
                } else {
                    "use `maxUnavailable: 1`, or let the workload have one more pod than must stay"
                }),
        );
    }
    for it in selected {
        let is_set = matches!(it.object, Given::StatefulSet(_));
        let (members, quorum) = (it.fewest.count, it.fewest.count / 2 + 1);
        if is_set && selected.len() == 1 && members >= 3 && desired < quorum {
            let who = cluster.title(it.object);
            let message =
                format!("{own}: {desired} of the {members} members of {who} must stay, {quorum} are a quorum");
            found.push(
                Finding::new(&BVL1123, place.clone(), message)
                    .here(format!("{} lets {} go at once", budget.text(), members - desired))
                    .other(it.fewest.place.clone(), format!("{members} members"))
                    .note(format!(
                        "members of a StatefulSet are taken to decide by majority: floor({members} / 2) + 1 = {quorum}, and below it nothing is decided"
                    ))
                    .help("use `maxUnavailable: 1`, which leaves time to catch up between two evictions; where they decide nothing together, leave this warning aside"),
            );
        }
    }
    found
}
