//! What is won and what is lost with a field of a budget, of a namespace's labels, or of an Ingress.
//!
//! Invariants: a field with which something is won and something lost is said as both, each in words; what cannot be told to be
//! better counts as lost, since someone has to look at it.

use serde_json::Value;

use super::Class;
use super::guarantees::{Turn, at};
use super::selected::Count;
use super::tree::Difference;
use crate::object::api::policy::v1::PodDisruptionBudgetSpec;
use crate::verify::eviction::Budget;
use crate::verify::pod_security::{self, Level, Mode, NEWEST, PolicyVersion};

/// What a difference means, and what is to be said beside the field.
pub(super) type Meaning = (Class, String);

fn plain(class: Class) -> Vec<Meaning> {
    vec![(class, String::new())]
}

/// What a field that guarantees something by itself means. A budget is tried of as many pods as it has, and of many where that
/// is not known; with the number stands what is won and lost of those that it selects.
pub(super) fn of_field(
    kind: &str,
    difference: &Difference,
    (before, after): (&Value, &Value),
    pods: (Option<Count>, Option<Vec<Turn>>),
) -> Vec<Meaning> {
    let path = difference.path.to_string();
    match kind {
        "PodDisruptionBudget" => of_budget(&path, (before, after), pods),
        // the version is that of a level, and goes with it
        "Namespace" => match Mode::ALL.into_iter().find(|mode| path.contains(&format!("[{}", mode.label()))) {
            Some(mode) => of_mode(mode, path.contains(mode.version_label()), before, after),
            None => plain(Turn::Lost.class()),
        },
        "Ingress" => {
            let has_tls = |tree: &Value| at(tree, &["spec", "tls"]).is_some();
            plain(match (has_tls(before), has_tls(after)) {
                (false, true) => Turn::Won.class(),
                (true, false) => Turn::Lost.class(),
                // another certificate, or one for another host
                (true, true) | (false, false) => Class::Configuration,
            })
        }
        _ => plain(Turn::Lost.class()),
    }
}

/// Of so many pods a budget is tried, of which nobody knows how many it has.
const PODS: u64 = 100;
/// Of no more than so many where that is known.
const MANY: u64 = 1_000;

fn of_budget(
    path: &str,
    (before, after): (&Value, &Value),
    (count, selected): (Option<Count>, Option<Vec<Turn>>),
) -> Vec<Meaning> {
    // which workloads these are is said by itself
    if let (true, Some(turns)) = (path.starts_with("spec.selector"), selected) {
        let same = || vec![(Class::NoEffect, "the same pods are selected".to_owned())];
        return if turns.is_empty() {
            same()
        } else {
            turns.into_iter().flat_map(|turn| plain(turn.class())).collect()
        };
    }
    if path == "spec.unhealthyPodEvictionPolicy" {
        return unhealthy(after);
    }
    let budget = |tree: &Value| {
        let spec: PodDisruptionBudgetSpec = serde_json::from_value(tree.get("spec")?.clone()).ok()?;
        Budget::read(&spec)
    };
    let is_amount = path == "spec.minAvailable" || path == "spec.maxUnavailable";
    let (Some(old), Some(new), true) = (budget(before), budget(after), is_amount) else {
        return plain(Turn::Lost.class());
    };
    let fewest = count.map_or(1, |count| count.fewest).max(1);
    let most = count.and_then(|count| count.most).map(|most| most.clamp(fewest, fewest + MANY));
    // of more than there are as many stay as there are
    let stay = |budget: Budget, n: u64| budget.desired(n).min(n);
    let tried = || fewest..=most.unwrap_or(fewest.max(PODS));
    let more = tried().find(|n| stay(new, *n) > stay(old, *n));
    let fewer = tried().find(|n| stay(new, *n) < stay(old, *n));
    let said = |n: u64| format!("of {} {} {} may go, {} before", n, pods(n), n - stay(new, n), n - stay(old, n));
    match (more, fewer) {
        (Some(_), None) => plain(Turn::Won.class()),
        (None, Some(_)) => plain(Turn::Lost.class()),
        (Some(more), Some(fewer)) => vec![(Turn::Won.class(), said(more)), (Turn::Lost.class(), said(fewer))],
        (None, None) => {
            let what = match most {
                Some(most) if most == fewest => {
                    format!("of {most} {} {} may go, as before", pods(most), most - stay(new, most))
                }
                Some(most) => format!("of {fewest} to {most} pods as many may go as before"),
                None => "as many pods may go as before".to_owned(),
            };
            vec![(Class::NoEffect, what)]
        }
    }
}

const fn pods(n: u64) -> &'static str {
    if n == 1 { "pod" } else { "pods" }
}

/// What becomes of pods that run and are not ready: with `AlwaysAllow` they can be evicted whatever the budget says, by
/// default only while as many are ready as it wants (`UnhealthyPodEvictionPolicy` in kubernetes/api `policy/v1/types.go`, 0.33).
fn unhealthy(after: &Value) -> Vec<Meaning> {
    let is_free = at(after, &["spec", "unhealthyPodEvictionPolicy"]).and_then(Value::as_str) == Some("AlwaysAllow");
    let said = |what: &str, now: &str| format!("{what} {now}");
    let (drain, pod) = ("a drain", "a pod that is not ready");
    if is_free {
        return vec![
            (Turn::Won.class(), said(drain, "no longer waits for pods that do not become ready")),
            (Turn::Lost.class(), said(pod, "can be evicted while too few are ready, before it has recovered")),
        ];
    }
    vec![
        (Turn::Won.class(), said(pod, "is kept while too few are ready, so that it can recover")),
        (Turn::Lost.class(), said(drain, "waits for pods that do not become ready, where too few are")),
    ]
}

/// A level of pod security, or its version.
fn of_mode(mode: Mode, is_version: bool, before: &Value, after: &Value) -> Vec<Meaning> {
    let label = |tree: &Value, label: &str| {
        at(tree, &["metadata", "labels", label]).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let level = |tree: &Value| {
        let name = label(tree, mode.label());
        [Level::Baseline, Level::Restricted].into_iter().find(|level| level.name() == name).unwrap_or(Level::Privileged)
    };
    let (old, new) = (level(before), level(after));
    let both = old.min(new);
    match (both, is_version) {
        (Level::Privileged, _) if old == new => plain(Class::NoEffect),
        (Level::Privileged, _) | (Level::Baseline | Level::Restricted, false) => plain(Turn::better(new > old).class()),
        (Level::Baseline | Level::Restricted, true) => {
            // none is the latest; of what is no version nothing can be told
            let version = |tree: &Value| match label(tree, mode.version_label()).as_str() {
                "" => Some(NEWEST),
                stated => pod_security::version(stated, NEWEST),
            };
            match (version(before), version(after)) {
                (Some(from), Some(to)) => of_version(both, from, to),
                (Some(_) | None, _) => plain(Turn::Lost.class()),
            }
        }
    }
}

/// What another version of a level means. One that is not stated is that of the cluster, of which nothing is known but that it
/// is no newer than the newest.
fn of_version(level: Level, from: PolicyVersion, to: PolicyVersion) -> Vec<Meaning> {
    let changed = pod_security::changed(level, from, to);
    let said = |what: &str, checks: &[&str]| format!("{what}: {}", checks.join(", "));
    let mut found = Vec::new();
    if !changed.stricter.is_empty() {
        found.push((Turn::Won.class(), said("stricter than before", &changed.stricter)));
    }
    if !changed.looser.is_empty() {
        found.push((Turn::Lost.class(), said("looser than before", &changed.looser)));
    }
    if found.is_empty() {
        found.push((Class::NoEffect, format!("no check of {} differs between {from} and {to}", level.name())));
    }
    found
}
