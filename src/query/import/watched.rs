//! What the Prometheus Operator is told of workloads, in words: `metrics`, `alerts`, and `monitors` of whoever is told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::given::{Home, Parts, items, number, pod_labels, text, texts};
use super::spec::{Line, quoted};
use crate::emit::{NOT_READY, RUN_FAILED};

/// The kind of what says which pods are scraped.
pub(super) const MONITOR: &str = "PodMonitor";
/// The kind of what says when somebody is told.
pub(super) const RULE: &str = "PrometheusRule";
/// The group of both.
pub(super) const GROUP: &str = "monitoring.coreos.com";
/// Where metrics are read where no path is stated ("If empty, Prometheus uses the default value (e.g. `/metrics`).",
/// prometheus-operator `example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml`, v0.93.0).
pub(super) const PATH: &str = "/metrics";

/// What the labels begin with that bvlc writes on all objects.
const RECOMMENDED: &str = "app.kubernetes.io/";

/// The port that a monitor has scraped, by the names of the container's ports.
pub(super) fn port(parts: &Parts, by_name: &BTreeMap<&str, i64>) -> Option<i64> {
    let endpoint = endpoint(parts)?;
    number(endpoint, "portNumber").or_else(|| by_name.get(text(endpoint, "port")?).copied())
}

/// The path that a monitor has scraped.
pub(super) fn path(parts: &Parts) -> Option<&str> {
    endpoint(parts).map(|endpoint| text(endpoint, "path").unwrap_or(PATH))
}

fn endpoint(parts: &Parts) -> Option<&Value> {
    items(&parts.monitor.as_ref()?.1, "spec.podMetricsEndpoints").first()
}

/// Writes out what a monitor leaves to the operator.
pub(super) fn complete(monitor: &mut Value) {
    let endpoints = monitor.pointer_mut("/spec/podMetricsEndpoints").and_then(Value::as_array_mut);
    for endpoint in endpoints.into_iter().flatten().filter_map(Value::as_object_mut) {
        endpoint.entry("path").or_insert_with(|| PATH.into());
    }
}

/// The name of the workload that a rule is about, where it is one that `alerts` makes.
pub(super) fn of_workload(rule: &Value) -> Option<&str> {
    let first = items(items(rule, "spec.groups").first()?, "rules").first()?;
    let is_ours = text(first, "alert").is_some_and(|alert| [NOT_READY, RUN_FAILED].contains(&alert));
    text(first, "labels.workload").filter(|_| is_ours)
}

/// When somebody is told of a workload.
pub(super) fn alerts(parts: &Parts) -> Option<Line> {
    let (_, rule) = parts.rule.as_ref()?;
    let rules = items(items(rule, "spec.groups").first()?, "rules");
    let stated = rules.iter().find_map(|rule| text(rule, "for")).filter(|after| is_length(after));
    let severity = rules.iter().find_map(|rule| text(rule, "labels.severity"));
    let severity = severity.filter(|severity| matches!(*severity, "critical" | "info"));
    let severity = severity.map(|severity| format!(" severity {severity}")).unwrap_or_default();
    // of a run that has failed somebody is told at once, whatever is stated
    let after = stated.or(parts.is_job().then_some("15m"))?;
    Some(Line::new("alerts", format!("{after}{severity}")))
}

/// Whether a length of time is one that the language writes so.
fn is_length(text: &str) -> bool {
    let number = text.strip_suffix(['s', 'm', 'h']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// By which labels a Prometheus finds what it is told.
pub(super) fn monitors(told: &[&Parts]) -> Line {
    let labels = labels(told).into_iter().map(|(key, value)| Line::keyed("label", quoted(&key), quoted(&value)));
    Line::new("monitors", "").with(labels.collect())
}

/// Forgets what somebody is told of whom nothing is known.
pub(super) fn forget(homes: &mut [Home]) {
    for parts in homes.iter_mut().flat_map(|home| home.services.values_mut()) {
        (parts.monitor, parts.rule) = (None, None);
    }
}

/// The labels that all it is told with has, and that nothing else says.
fn labels(told: &[&Parts]) -> BTreeMap<String, String> {
    let objects = told.iter().flat_map(|parts| {
        let own = pod_labels(&parts.workload);
        [&parts.monitor, &parts.rule].into_iter().flatten().map(move |(_, object)| {
            let mut labels = texts(object, "metadata.labels");
            labels.retain(|key, value| !key.starts_with(RECOMMENDED) && own.get(key) != Some(value));
            labels
        })
    });
    let both = |one: BTreeMap<String, String>, other: BTreeMap<String, String>| {
        one.into_iter().filter(|(key, value)| other.get(key) == Some(value)).collect()
    };
    objects.reduce(both).unwrap_or_default()
}
