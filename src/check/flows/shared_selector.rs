//! No pod is selected as two workloads.

use std::collections::BTreeSet;

use crate::check::mend::Mend as _;
use crate::check::prose::{counted, listed};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::pod_labels::{INSTANCE, NAME};
use crate::model::{Environment, KeyedTexts, Model, Workload, WorkloadKind};

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
    /// Labels that every pod of an environment or of the platform carries count as well:
    /// ```bvl bad in=file
    /// environment tools { namespace "shop-tools"; label "team" "shop" }
    /// managed queue { in tools; match "team" "shop"; port client 4222 } //~ BVL0311 "queue, app and caller share pods: `team=shop`"
    /// allow app -> queue.client
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

/// Whether somebody accepts in an environment that the pods of a workload are another's as well. What is built then does what the
/// spec says to both.
pub(crate) fn is_accepted(model: &Model, environment: &Environment, workload: &Workload) -> bool {
    model.is_waived_in(environment, &workload.name.value, &BVL0311)
}

/// The word by which every pod of a namespace is one's.
const EVERY_POD: &str = "every-pod";
/// How many are named in the title; all of them are pointed at.
const NAMED: usize = 3;

/// A label: its key and its value.
type Label<'a> = (&'a str, &'a str);

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // Environments that share a namespace are found by `shared-namespace`.
    let all: Vec<Member<'_>> = cx.workloads().map(|(workload, environment)| Member { workload, environment }).collect();
    for members in all.chunk_by(|one, other| one.environment.id == other.environment.id) {
        judge(cx, members, sink);
    }
}

/// A workload of an environment.
struct Member<'a> {
    workload: &'a Workload,
    environment: &'a Environment,
}

/// Judges the workloads of one environment. Those that select alike are one group with one finding, and are compared with
/// whoever carries the rarest of their labels.
fn judge(cx: &Context<'_>, members: &[Member<'_>], sink: &mut Sink) {
    // names are one workload's each: who is selected by its own is so with others only where these state it to be selected by
    let stated = members.iter().filter_map(|member| member.workload.stated_selector()?.get(NAME));
    let stated: BTreeSet<&str> = stated.map(|name| name.value.as_str()).collect();
    let selecting =
        members.iter().filter(|one| !is_by_name(one.workload) || stated.contains(one.workload.name.value.as_str()));
    let mut groups: Vec<(Vec<Label<'_>>, &Member<'_>)> =
        selecting.map(|member| (selector(member.workload).collect(), member)).collect();
    groups.sort_by(|(one, member), (other, second)| {
        one.cmp(other).then_with(|| is_every_pod(second.workload).cmp(&is_every_pod(member.workload)))
    });
    groups.dedup_by(|(later, ..), (first, ..)| later == first);
    let carriers =
        Carriers::of(cx.model, members, groups.iter().flat_map(|(labels, ..)| labels.iter().copied()).collect());
    for (labels, selecting) in &groups {
        let carrying = labels.iter().map(|label| carriers.carrying(*label));
        let fewest = carrying.min_by_key(|carrying| carrying.len()).unwrap_or_default();
        let everyone = if is_every_pod(selecting.workload) { members } else { &[] };
        let taken: Vec<&Workload> = fewest
            .iter()
            .filter_map(|(_, at)| members.get(*at))
            .chain(everyone)
            .filter(|other| other.workload.id != selecting.workload.id && selects(cx.model, labels, other.workload))
            .map(|other| other.workload)
            .collect();
        if !taken.is_empty() {
            let diagnostic = shared(selecting.workload, labels, &taken, selecting.environment);
            sink.report(everywhere(cx, diagnostic, labels, selecting.environment));
        }
    }
}

/// Shows which of the labels every pod carries, whosever it is.
fn everywhere(cx: &Context<'_>, diagnostic: Diagnostic, labels: &[Label<'_>], environment: &Environment) -> Diagnostic {
    let all = [(&cx.model.platform.labels, "platform"), (&environment.labels, "environment")];
    all.into_iter().fold(diagnostic, |diagnostic, (stated, whose)| {
        let own = labels.iter().filter_map(|(key, value)| stated.get(key).filter(|stated| stated.value == *value));
        own.fold(diagnostic, |diagnostic, label| {
            diagnostic.also(label.span, format!("every pod of the {whose} carries this label"))
        })
    })
}

/// Who carries the labels by which anyone is selected.
struct Carriers<'a> {
    /// These labels, in order.
    labels: Vec<Label<'a>>,
    /// Pairs of a label and a workload, both by index, in order.
    carrying: Vec<(usize, usize)>,
}

impl<'a> Carriers<'a> {
    fn of(model: &'a Model, members: &'a [Member<'a>], mut labels: Vec<Label<'a>>) -> Self {
        labels.sort_unstable();
        labels.dedup();
        let keys: BTreeSet<&str> = labels.iter().map(|(key, _)| *key).collect();
        let index = |label: Label<'_>| labels.binary_search(&label).ok();
        // what all pods carry alike is looked up for each only where anyone is selected by it
        let environment = members.first().map(|member| &member.environment.labels);
        let common = [Some(&model.platform.labels), environment].into_iter().flatten().flat_map(KeyedTexts::iter);
        let common = common.map(|(key, _)| key.as_str());
        let common: Vec<&str> = common.filter(|key| keys.contains(key) && ![NAME, INSTANCE].contains(key)).collect();
        // names are many, and few are selected by
        let first_named = labels.partition_point(|(key, _)| *key < NAME);
        let named = labels.get(first_named..).unwrap_or_default();
        let named = named.get(..named.partition_point(|(key, _)| *key == NAME)).unwrap_or_default();
        let by_name = |name: &str| Some(first_named + named.binary_search_by(|(_, value)| (*value).cmp(name)).ok()?);
        let instance = index((INSTANCE, model.platform.name.value.as_str()));
        let mut carrying = Vec::with_capacity(members.len());
        for (at, Member { workload, .. }) in members.iter().enumerate() {
            let selecting = workload.stated_selector();
            let by = selecting.into_iter().flat_map(KeyedTexts::iter);
            let by = by.filter_map(|(key, value)| index((key.as_str(), value.value.as_str())));
            carrying.extend(by.map(|label| (label, at)));
            // of pods that are made by others nothing else is known
            if workload.managed().is_some() {
                continue;
            }
            let is_free = |key: &str| selecting.is_none_or(|selecting| selecting.get(key).is_none());
            if !named.is_empty() && is_free(NAME) {
                carrying.extend(by_name(&workload.name.value).map(|label| (label, at)));
            }
            carrying.extend(instance.filter(|_| is_free(INSTANCE)).map(|label| (label, at)));
            let stated = workload.labels.iter().map(|(key, _)| key.as_str()).filter(|key| keys.contains(key));
            let stated = stated.chain(common.iter().copied());
            let stated = stated.filter_map(|key| index((key, model.pod_label(workload, key)?)));
            carrying.extend(stated.map(|label| (label, at)));
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

/// The labels that select a workload's pods, of those that bvlc chooses the name alone: nobody else's tells them apart.
fn selector(workload: &Workload) -> impl Iterator<Item = Label<'_>> {
    let own = is_by_name(workload).then_some((NAME, workload.name.value.as_str()));
    let stated = workload.stated_selector().into_iter().flat_map(KeyedTexts::iter);
    own.into_iter().chain(stated.map(|(key, value)| (key.as_str(), value.value.as_str())))
}

/// Whether a workload's pods are selected by its name.
fn is_by_name(workload: &Workload) -> bool {
    workload.stated_selector().is_none()
}

fn is_every_pod(workload: &Workload) -> bool {
    workload.managed().is_some_and(|managed| managed.every_pod.is_some())
}

fn selects(model: &Model, labels: &[(&str, &str)], carrier: &Workload) -> bool {
    labels.iter().all(|(key, value)| model.pod_label(carrier, key) == Some(value))
}
