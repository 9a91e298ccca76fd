//! Every budget against the pods that it selects.

use std::collections::BTreeMap;

use super::arithmetic::{Amount, Budget};
use super::codes::{BVL1120, BVL1121, BVL1122, BVL1123};
use crate::object::{FieldPath, Given, PodDisruptionBudget};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::replicas::{Fewest, fewest};
use crate::verify::select::{fits, labels};

/// A workload of which a budget selects pods.
struct Selected<'a> {
    at: usize,
    object: &'a Given,
    fewest: Fewest,
    /// Those of its members that it selects.
    members: Vec<usize>,
    /// Whether it would select any others as well: by what the template states.
    is_whole: bool,
    /// How many pods it selects at the fewest: of a member of a `StatefulSet` one, and it counts all the same as the controller
    /// counts.
    count: u64,
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
    let mut taken: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, object, budget) in budgets {
        let selected = selected(cluster, object, budget);
        for workload in &selected {
            let pods = || workload.members.iter().map(|member| (workload.at, *member));
            match pods().find_map(|pods| taken.get(&pods)) {
                Some(other) => found.push(overlap(cluster, at, *other, workload)),
                None => taken.extend(pods().map(|pods| (pods, at))),
            }
        }
        found.extend(of_budget(cluster, at, budget, &selected));
    }
    found
}

fn selected<'a>(cluster: &Cluster<'a>, object: &'a Given, budget: &PodDisruptionBudget) -> Vec<Selected<'a>> {
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let pods = cluster.selected(cluster.namespace_of(object), selector).into_iter();
    let selected = pods.filter_map(|Pod { at, object, view, members }| {
        let fewest = fewest(cluster, *at, object)?;
        let own = members.iter().enumerate().filter(|(_, member)| fits(selector, Some(&member.labels)));
        let own: Vec<(usize, Option<u64>)> = own.map(|(number, member)| (number, member.count)).collect();
        let counted: Option<u64> = own.iter().map(|(_, count)| *count).sum();
        let count = counted.unwrap_or(fewest.count).min(fewest.count);
        let is_whole = fits(selector, labels(&view.template));
        let members = own.into_iter().map(|(number, _)| number).collect();
        Some(Selected { at: *at, object, fewest, members, is_whole, count })
    });
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
        let namespace = cluster.objects.get(at).map_or("", |budget| cluster.namespace_of(budget));
        if cluster.may_select_left_out(namespace, |labels| fits(spec.selector.as_ref(), Some(labels))) {
            return Vec::new();
        }
        let message = format!("{own} selects no pod of these files");
        let wanted = spec.selector.as_ref().and_then(|selector| selector.match_labels.as_ref());
        let finding = Finding::new(&BVL1122, Place::new(at, FieldPath::of("spec.selector")), message);
        return vec![
            finding
                .here("no template in its namespace has these labels")
                .note("a drain takes the pods that it was meant for all at once")
                .help(cluster.labels_there(namespace, wanted)),
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
                .help(format!("say `minAvailable: {}`, as a number, or remove the budget", spared(selected))),
        ];
    }
    // the controllers of the pods say how many there have to be, the selector how many there are
    let expected: u64 = selected.iter().map(|it| it.count).sum();
    let desired = budget.desired(selected.iter().map(|it| it.fewest.count).sum());
    let mut found = Vec::new();
    if expected > 0 && desired >= expected {
        let kind = Drained::of(selected);
        let message =
            format!("{own}: as few as {} may run, and {desired} must stay, so {}", pods(expected), kind.what());
        let mut finding = Finding::new(&BVL1120, place.clone(), message)
            .here(format!("{} keeps {desired} of {expected}", budget.text()));
        for it in selected {
            finding = finding.other(it.fewest.place.clone(), format!("as few as {}", pods(it.count)));
        }
        found.push(finding.note(kind.note()).help(advice(budget, selected)));
    }
    for it in selected {
        let is_set = matches!(it.object, Given::StatefulSet(_));
        let (members, quorum) = (it.fewest.count, it.fewest.count / 2 + 1);
        if is_set && selected.len() == 1 && it.is_whole && members >= 3 && desired < quorum {
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

/// How many pods of a budget may stay so that one may go.
fn spared(selected: &[Selected<'_>]) -> u64 {
    selected.iter().map(|it| it.count).sum::<u64>().saturating_sub(1)
}

/// So many pods more are thought of.
const FURTHER: u64 = 200;

/// What to write instead of a budget that lets none go: with each of these one may.
fn advice(budget: Budget, selected: &[Selected<'_>]) -> String {
    let (counted, selectable): (u64, u64) =
        (selected.iter().map(|it| it.fewest.count).sum(), selected.iter().map(|it| it.count).sum());
    let is_scalable = selected.iter().all(|it| it.fewest.is_scalable);
    let one = Budget::MaxUnavailable(Amount::Count(1));
    if !is_scalable || one.desired(counted) >= selectable {
        return format!("say `minAvailable: {}`, as a number, or remove the budget", spared(selected));
    }
    let mut said = "use `maxUnavailable: 1`".to_owned();
    if selectable == 1 {
        said.push_str(", with which nobody answers until the pod has started elsewhere");
    }
    // no number of pods helps where all of them have to stay, or where not all are counted that are selected
    let enough = (counted + 1..=counted + FURTHER).find(|count| budget.desired(*count) < *count);
    if let Some(enough) = enough.filter(|_| selected.iter().all(|it| it.is_whole)) {
        let who = if let [_] = selected { "the workload" } else { "the workloads" };
        return format!("{said}, or let {who} have {enough} pods at the fewest");
    }
    said
}

/// Whose pods a drain would evict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drained {
    /// Pods of nodes, which it leaves alone.
    DaemonSets,
    /// Pods that end by themselves.
    Jobs,
    /// Any others.
    Others,
}

impl Drained {
    fn of(selected: &[Selected<'_>]) -> Self {
        let is_all = |of: fn(&Given) -> bool| selected.iter().all(|it| of(it.object));
        if is_all(|object| matches!(object, Given::DaemonSet(_))) {
            Self::DaemonSets
        } else if is_all(|object| matches!(object, Given::Job(_) | Given::CronJob(_))) {
            Self::Jobs
        } else {
            Self::Others
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::DaemonSets => "none may be evicted",
            Self::Jobs => "a drain waits until they have ended",
            Self::Others => "a drain never ends",
        }
    }

    /// Source: `daemonSetFilter` in kubernetes/kubectl `pkg/drain/filters.go`, and `evictPods` in `drain.go`, 1.36.
    const fn note(self) -> &'static str {
        match self {
            Self::DaemonSets => {
                "`kubectl drain` leaves the pods of a DaemonSet where they are; whoever else evicts one is refused each time"
            }
            Self::Jobs => "`kubectl drain` tries again every 5 s; a node that should go stays as long as the pods run",
            Self::Others => "`kubectl drain` tries again every 5 s without end; a node that should go stays",
        }
    }
}
