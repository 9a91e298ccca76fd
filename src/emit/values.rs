//! Values for the charts of managed workloads: what makes a chart keep what the spec says.
//!
//! Invariant: data only; what they look like as text is the writer's matter.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Context, address};
use crate::model::managed::{ChartContent, ChartValue, Role};
use crate::model::text::{Address, AddressPart, Piece, Text};
use crate::model::trigger::TriggerKind;
use crate::model::{EndpointId, Workload};

/// Values of a chart by key, in the order in which they are stated. Serializes to a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartValues {
    /// Keys, each once, and what they are set to.
    pub entries: Vec<(String, ChartNode)>,
}

/// What a value of a chart is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartNode {
    /// `true` or `false`
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Values of its own.
    Block(ChartValues),
}

impl ChartValues {
    fn take(&mut self, key: &str) -> Option<ChartNode> {
        let at = self.entries.iter().position(|(own, _)| own == key)?;
        Some(self.entries.remove(at).1)
    }
}

impl Serialize for ChartValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (key, node) in &self.entries {
            map.serialize_entry(key, node)?;
        }
        map.end()
    }
}

impl Serialize for ChartNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(members) => serializer.collect_seq(members),
            Self::Block(values) => values.serialize(serializer),
        }
    }
}

/// The values for every chart of the environment that has some, by name of the workload.
pub(super) fn emit(cx: &Context<'_>) -> Vec<(String, ChartValues)> {
    let mut files = Vec::new();
    for workload in cx.model.workloads_in(cx.environment.id) {
        let Some(managed) = workload.managed() else { continue };
        let mut values = block(cx, &managed.values);
        if managed.has_role(Role::CustomMetrics) {
            let rules: Vec<ChartNode> = asked_metrics(cx, workload.id).iter().flat_map(|name| rules(name)).collect();
            if !rules.is_empty() {
                add_custom_rules(&mut values, rules);
            }
        }
        if !values.entries.is_empty() {
            files.push((workload.name.value.clone(), values));
        }
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

/// A text with its addresses put in: one that is a port alone is a number, as charts have it.
fn text_node(text: &Text, rendered: String) -> ChartNode {
    let is_port = matches!(text.pieces.as_slice(), [Piece::Address(Address { part: AddressPart::Port, .. })]);
    match rendered.parse() {
        Ok(number) if is_port => ChartNode::Number(number),
        _ => ChartNode::Text(rendered),
    }
}

fn block(cx: &Context<'_>, values: &[ChartValue]) -> ChartValues {
    ChartValues { entries: values.iter().map(|value| (value.key.clone(), node(cx, &value.value))).collect() }
}

fn node(cx: &Context<'_>, content: &ChartContent) -> ChartNode {
    match content {
        ChartContent::Flag(flag) => ChartNode::Flag(*flag),
        ChartContent::Number(number) => ChartNode::Number(*number),
        ChartContent::Text(text) => text_node(&text.value, address::render(cx, &text.value)),
        ChartContent::List(members) => ChartNode::List(members.iter().map(|member| node(cx, member)).collect()),
        ChartContent::Block(values) => ChartNode::Block(block(cx, values)),
    }
}

/// The metrics that services ask of this workload, in whatever environment they run.
fn asked_metrics<'a>(cx: &Context<'a>, adapter: EndpointId) -> BTreeSet<&'a str> {
    let sources = cx.graph.implied.trigger_sources.iter().filter(|(_, source)| source.endpoint == adapter);
    let names = sources.filter_map(|((service, index), _)| {
        let scaling = cx.model.workload(*service).and_then(Workload::service)?.scaling.auto()?;
        match &scaling.triggers.get(*index)?.kind {
            TriggerKind::Metric { name, .. } => Some(name.value.as_str()),
            TriggerKind::Cpu(_)
            | TriggerKind::Memory(_)
            | TriggerKind::Prometheus { .. }
            | TriggerKind::NatsJetstream { .. }
            | TriggerKind::Kafka { .. }
            | TriggerKind::Rabbitmq { .. }
            | TriggerKind::Redis(_)
            | TriggerKind::Cron { .. }
            | TriggerKind::Keda { .. } => None,
        }
    });
    names.collect()
}

/// Puts rules behind those of `rules.custom`, where the chart of prometheus-adapter looks for them.
fn add_custom_rules(values: &mut ChartValues, added: Vec<ChartNode>) {
    let mut rules = match values.take("rules") {
        Some(ChartNode::Block(rules)) => rules,
        Some(_) | None => ChartValues::default(),
    };
    let mut custom = match rules.take("custom") {
        Some(ChartNode::List(custom)) => custom,
        Some(_) | None => Vec::new(),
    };
    custom.extend(added);
    rules.entries.push(("custom".to_owned(), ChartNode::List(custom)));
    values.entries.push(("rules".to_owned(), ChartNode::Block(rules)));
}

/// The adapter's rules for a metric (kubernetes-sigs/prometheus-adapter `docs/config.md`, v0.12). A series of that name
/// is taken as it is. A name that ends in `_per_second` is by the adapter's own convention the rate of a counter that
/// ends in `_total`: where the pods show that in place of the rate, the second rule applies.
fn rules(metric: &str) -> Vec<ChartNode> {
    let as_is = rule(metric, metric, "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)");
    let rate = metric.strip_suffix("_per_second").map(|base| {
        let counter = format!("{base}_total");
        rule(&counter, metric, "sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)")
    });
    std::iter::once(as_is).chain(rate).collect()
}

fn rule(series: &str, name: &str, query: &str) -> ChartNode {
    let resource = |kind: &str| map([("resource", text(kind))]);
    map([
        ("seriesQuery", text(&format!("{series}{{namespace!=\"\",pod!=\"\"}}"))),
        ("resources", map([("overrides", map([("namespace", resource("namespace")), ("pod", resource("pod"))]))])),
        ("name", map([("matches", text(&format!("^{series}$"))), ("as", text(name))])),
        ("metricsQuery", text(query)),
    ])
}

fn map<const N: usize>(entries: [(&str, ChartNode); N]) -> ChartNode {
    ChartNode::Block(ChartValues { entries: entries.map(|(key, node)| (key.to_owned(), node)).into() })
}

fn text(text: &str) -> ChartNode {
    ChartNode::Text(text.to_owned())
}
