//! Labels and annotations that say nothing of one service alone: those of the platform, of a namespace, and of a workload of others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::given::{Home, at, texts};
use super::peers::Managed;
use super::spec::{Line, quoted};
use crate::model::kept;

/// What each service states, by its name and namespace.
pub(super) type PerService<'s> = BTreeMap<&'s str, Vec<(&'s str, Vec<Line>)>>;

/// Labels that every pod of every service has, and every namespace that the manifests make.
pub(super) fn of_platform(homes: &[Home], per_service: &PerService<'_>) -> Vec<Line> {
    let mut bodies = per_service.values().flatten();
    let Some((_, first)) = bodies.next() else { return Vec::new() };
    let mut lines: Vec<Line> = first.iter().filter(|line| line.word == "label").cloned().collect();
    for (_, body) in bodies {
        lines.retain(|line| body.contains(line));
    }
    let objects: Vec<Vec<Line>> = homes.iter().filter_map(|home| home.object.as_ref()).map(labels).collect();
    lines.retain(|line| !objects.is_empty() && objects.iter().all(|object| object.contains(line)));
    lines
}

/// Labels that every pod of a namespace has, and the namespace itself: those of the namespace where nothing of it is deployed and
/// whatever else is built for it has them.
pub(super) fn of_home(home: &Home, per_service: &PerService<'_>) -> Vec<Line> {
    let Some(object) = &home.object else { return Vec::new() };
    let mut lines = labels(object);
    let mut bodies = per_service.values().flatten().filter(|(namespace, _)| *namespace == home.namespace).peekable();
    if bodies.peek().is_none() {
        lines.retain(|line| !is_of_others(line));
        for beside in beside(home) {
            let borne = labels(beside);
            lines.retain(|line| borne.contains(line));
        }
    }
    for (_, body) in bodies {
        lines.retain(|line| body.contains(line));
    }
    lines
}

/// The annotations that all Deployments have and their pods have not, and where nothing is deployed all that is built: those of all
/// namespaces, and in `marks` those of each.
pub(super) fn annotate<'h>(homes: &'h [Home], marks: &mut BTreeMap<&'h str, Vec<Line>>) -> Vec<Line> {
    let mut all: Option<Vec<Line>> = None;
    for home in homes.iter().filter(|home| !home.services.is_empty()) {
        let stated = home.services.values().map(|parts| {
            let pods = texts(&parts.workload, "spec.template.metadata.annotations");
            let mut stated = annotations(&parts.workload, kept::On::Everything);
            stated.retain(|line| !pods.keys().any(|key| quoted(key) == line.key));
            stated
        });
        let own = common(stated);
        all = Some(all.map_or_else(|| own.clone(), |all| common([all, own.clone()].into_iter())));
        marks.entry(&home.namespace).or_default().extend(own);
    }
    for home in homes.iter().filter(|home| home.services.is_empty()) {
        let Some(object) = &home.object else { continue };
        let built = std::iter::once(object).chain(beside(home));
        let own = common(built.map(|object| annotations(object, kept::On::Everything)));
        marks.entry(&home.namespace).or_default().extend(own);
    }
    let all = all.unwrap_or_default();
    for marks in marks.values_mut() {
        marks.retain(|line| !all.contains(line));
    }
    all
}

/// What all has that is built for a workload of others in a namespace, and nothing around it says.
pub(super) fn of_managed(home: &Home, managed: &Managed, around: &[&[Line]]) -> Vec<Line> {
    let is_own = |object: &&Value, selector: &str| {
        let selector = at(object, selector);
        let stated = selector.map(|selector| texts(selector, "matchLabels")).unwrap_or_default();
        let is_whole = selector.is_some_and(|selector| selector.get("matchExpressions").is_none());
        is_whole && !stated.is_empty() && stated == managed.labels
    };
    let policies = home.policies.iter().map(|(_, policy)| policy).filter(|policy| is_own(policy, "spec.podSelector"));
    let budgets = budgets(home).filter(|budget| is_own(budget, "spec.selector"));
    let stated = policies.chain(budgets).map(|object| {
        let mut lines = labels(object);
        lines.retain(|line| !is_of_others(line));
        lines.extend(annotations(object, kept::On::Managed));
        lines
    });
    let mut lines = common(stated);
    lines.retain(|line| !around.iter().any(|around| around.contains(line)));
    lines
}

/// The objects of a namespace that are built where nothing is deployed.
fn beside(home: &Home) -> impl Iterator<Item = &Value> {
    let policies = home.policies.iter().chain(&home.quota).map(|(_, object)| object);
    budgets(home).chain(policies)
}

/// The budgets of what others run.
fn budgets(home: &Home) -> impl Iterator<Item = &Value> {
    let known = home.others.values().filter_map(|parts| parts.budget.as_ref());
    known.chain(&home.budgets).map(|(_, budget)| budget)
}

/// What all of them state; nothing where there are none.
fn common(stated: impl Iterator<Item = Vec<Line>>) -> Vec<Line> {
    let both = |one: Vec<Line>, other: Vec<Line>| one.into_iter().filter(|line| other.contains(line)).collect();
    stated.reduce(both).unwrap_or_default()
}

fn labels(object: &Value) -> Vec<Line> {
    let labels = texts(object, "metadata.labels").into_iter();
    labels.map(|(key, value)| Line::keyed("label", quoted(&key), quoted(&value))).collect()
}

/// The annotations of an object that a spec can state.
fn annotations(object: &Value, on: kept::On<'_>) -> Vec<Line> {
    let stated = texts(object, "metadata.annotations").into_iter();
    let stated = stated
        .filter(|(key, _)| !TOOLS.iter().any(|tool| key.starts_with(tool)))
        .filter(|(key, value)| kept::annotation(key, value, on).is_none());
    stated.map(|(key, value)| Line::keyed("annotation", quoted(&key), quoted(&value))).collect()
}

fn is_of_others(label: &Line) -> bool {
    let key = label.key.trim_start_matches('"');
    OF_OTHERS.iter().any(|own| key.starts_with(own))
}

/// What labels begin with that no `label` makes: the control plane's, those that `profile` makes, and those that
/// bvlc writes itself.
const OF_OTHERS: [&str; 6] = [
    "kubernetes.io/",
    "pod-security.kubernetes.io/",
    "bvl.dev/",
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
];

/// What annotations of tools begin with, which say nothing of the platform.
const TOOLS: [&str; 6] = [
    "bvl.dev/",
    "argocd.argoproj.io/",
    "helm.sh/",
    "meta.helm.sh/",
    "kubectl.kubernetes.io/",
    "deployment.kubernetes.io/",
];
