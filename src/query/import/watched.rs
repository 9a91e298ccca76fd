//! What the Prometheus Operator is told of workloads, in words: `metrics`, `alerts`, and `monitors` of the Prometheus that is told.
//!
//! Invariant: where policies do not tell which Prometheus that is, nothing is read of what it is told: it stays what it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::flows::{Deny, Edge, End, Flows, Listening};
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

/// What the labels of pods of the operator's Prometheus say (prometheus-operator `pkg/prometheus/common.go`, v0.93.0).
const OPERATED: (&str, &str) = ("app.kubernetes.io/name", "prometheus");
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

/// Says of the Prometheus that is told what it scrapes and when it alerts by which labels it finds that; the flows to what it
/// scrapes follow, and are taken out. Whether there is nothing to tell, or it is known who is told.
pub(super) fn read(homes: &[Home], listening: &Listening, flows: &mut Flows) -> bool {
    let told: Vec<(&Home, &Parts)> = homes.iter().flat_map(all).filter(|(_, parts)| parts.is_watched()).collect();
    if told.is_empty() {
        return true;
    }
    let Some(number) = door(homes, &told, listening, flows) else { return false };
    let scraped = scraped(homes, listening);
    flows.edges.retain(|edge| !scraped.iter().any(|target| is_between(edge, number, target)));
    let labels = labels(&told).into_iter().map(|(key, value)| Line::keyed("label", quoted(&key), quoted(&value)));
    if let Some(managed) = flows.managed.get_mut(number) {
        managed.monitors = Some(Line::new("monitors", "").with(labels.collect()));
    }
    true
}

/// Forgets what somebody is told of whom nothing is known.
pub(super) fn forget(homes: &mut [Home]) {
    for parts in homes.iter_mut().flat_map(|home| home.services.values_mut()) {
        (parts.monitor, parts.rule) = (None, None);
    }
}

fn all(home: &Home) -> impl Iterator<Item = (&Home, &Parts)> {
    home.services.values().map(move |parts| (home, parts))
}

/// The services that have metrics, each with its namespace and the name of their port.
fn scraped<'h>(homes: &'h [Home], listening: &'h Listening) -> Vec<(&'h str, &'h str, &'h str)> {
    let services = homes.iter().flat_map(|home| home.answering().map(move |(name, _)| (home.namespace.as_str(), name)));
    let scraped = services.filter_map(|(home, name)| {
        let ports = listening.get(&(home.to_owned(), name.clone()))?;
        let number = u16::try_from(ports.metrics?).ok()?;
        Some((home, name.as_str(), ports.name(number, false)?))
    });
    scraped.collect()
}

/// The one workload of others that may read all metrics of services, and that everybody who has something to tell sees; of several
/// the one whose pods say that they are the operator's.
fn door(homes: &[Home], told: &[(&Home, &Parts)], listening: &Listening, flows: &Flows) -> Option<usize> {
    let is_denied = |home: &str| flows.deny.get(home) == Some(&Deny::On);
    let telling: Vec<_> = scraped(homes, listening).into_iter().filter(|(home, ..)| is_denied(home)).collect();
    let fits = |number: usize| {
        let managed = flows.managed.get(number)?;
        let is_seen = told.iter().all(|(home, _)| !managed.is_beside || managed.homes.contains(&home.namespace));
        let reads = |target| flows.edges.iter().any(|edge| is_between(edge, number, target));
        (is_seen && telling.iter().all(reads)).then_some(managed)
    };
    let fitting: Vec<_> = (0..flows.managed.len()).filter_map(|number| Some((number, fits(number)?))).collect();
    if let ([(number, _)], false) = (fitting.as_slice(), telling.is_empty()) {
        return Some(*number);
    }
    let is_operated = |labels: &BTreeMap<String, String>| labels.get(OPERATED.0).is_some_and(|name| name == OPERATED.1);
    let mut operated = fitting.into_iter().filter(|(_, managed)| is_operated(&managed.labels));
    let (first, _) = operated.next()?;
    operated.next().is_none().then_some(first)
}

/// Whether a flow is that of a workload of others to what it scrapes.
fn is_between(edge: &Edge, number: usize, (home, name, port): &(&str, &str, &str)) -> bool {
    let is_to = matches!(&edge.to, End::Service(own, to) if own == home && to == name);
    is_to && edge.port == *port && matches!(&edge.from, End::Managed(_, from) if *from == number)
}

/// The labels that all it is told with has, and that nothing else says.
fn labels(told: &[(&Home, &Parts)]) -> BTreeMap<String, String> {
    let objects = told.iter().flat_map(|(_, parts)| {
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
