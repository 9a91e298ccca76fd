//! What scales a workload, and how many pods may go, in words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::given::{Parts, at, items, number, text, texts};
use super::hosts::Hosts;
use super::secrets;
use super::spec::{Line, amount, bare, quoted, seconds};
use crate::value::{Cron, TimeZone};

/// What is said where a workload has no budget of its own.
fn no_budget(parts: &Parts) -> String {
    let why = match &parts.shared {
        Some(budget) => format!("the PodDisruptionBudget {budget} selects it"),
        None => "it had no budget when it was imported".to_owned(),
    };
    format!("none because {}", quoted(&why))
}

/// The words of how many replicas there are, how they are replaced, and how many may go.
pub(super) fn words(parts: &Parts, hosts: &Hosts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let (scale, floor) = match &parts.scaler {
        Some((key, tree)) if key.kind == "ScaledObject" => scaled(parts, tree, hosts),
        Some((_, tree)) => autoscaled(tree),
        None => {
            let replicas = number(&parts.workload, "spec.replicas").unwrap_or(1);
            (Some(Line::new("scale", replicas.to_string())), replicas)
        }
    };
    lines.extend(scale);
    lines.extend(disruption(parts, floor));
    lines.extend(rollout(&parts.workload));
    lines
}

/// A number or a percentage as the API has it.
fn count(value: &Value) -> Option<String> {
    value.as_str().and_then(amount).or_else(|| value.as_i64().map(|number| number.to_string()))
}

/// What a budget says.
pub(super) fn bound(budget: &Value) -> Option<String> {
    let of = |field: &str| at(budget, "spec")?.get(field).and_then(count);
    let stays = of("minAvailable").map(|count| format!("min-available {count}"));
    stays.or_else(|| of("maxUnavailable").map(|count| format!("max-unavailable {count}")))
}

fn disruption(parts: &Parts, floor: i64) -> Option<Line> {
    let said = match &parts.budget {
        Some((_, budget)) => bound(budget)?,
        None => no_budget(parts),
    };
    // what follows from two replicas need not be said
    (floor < 2 || said != "min-available 1").then(|| Line::new("disruption", said))
}

/// How a Deployment replaces its pods, where bvlc would do it otherwise. Both shares are 25% where nobody states them
/// (kubernetes `pkg/apis/apps/v1/defaults.go`, `SetDefaults_Deployment`, 1.33).
fn rollout(workload: &Value) -> Option<Line> {
    let rolling = at(workload, "spec.strategy.rollingUpdate");
    let of = |field: &str| rolling.and_then(|rolling| rolling.get(field)).and_then(count);
    let mut block = Vec::new();
    let is_deployment = text(workload, "kind") == Some("Deployment");
    if is_deployment && text(workload, "spec.strategy.type") != Some("Recreate") {
        block.extend(of("maxSurge").filter(|surge| surge != "25%").map(|surge| Line::new("surge", surge)));
        let missing = of("maxUnavailable").unwrap_or_else(|| "25%".to_owned());
        block.extend((missing != "0").then(|| Line::new("unavailable", missing)));
    }
    let ready = number(workload, "spec.minReadySeconds").filter(|ready| *ready > 0);
    block.extend(ready.map(|ready| Line::new("min-ready", seconds(ready))));
    let deadline = number(workload, "spec.progressDeadlineSeconds").filter(|deadline| *deadline != 600);
    block.extend(deadline.map(|deadline| Line::new("deadline", seconds(deadline))));
    (!block.is_empty()).then(|| Line::new("rollout", "").with(block))
}

/// The words of a `HorizontalPodAutoscaler`, and the fewest replicas that it keeps. Without metrics it goes by 80% of cpu
/// (kubernetes `pkg/apis/autoscaling/v2/defaults.go`, `SetDefaults_HorizontalPodAutoscaler`, 1.33).
fn autoscaled(tree: &Value) -> (Option<Line>, i64) {
    let min = number(tree, "spec.minReplicas").unwrap_or(1);
    let max = number(tree, "spec.maxReplicas").unwrap_or(min);
    let mut block = Vec::new();
    let metrics = items(tree, "spec.metrics");
    for metric in metrics {
        let utilization = number(metric, "resource.target.averageUtilization");
        if let (Some(name @ ("cpu" | "memory")), Some(share)) = (text(metric, "resource.name"), utilization) {
            block.push(Line::keyed("on", name, format!("{share}%")));
        } else if let Some(name) = text(metric, "pods.metric.name") {
            let value = text(metric, "pods.target.averageValue").unwrap_or_default();
            if let Some(value) = amount(value).filter(|value| !value.ends_with('%')) {
                block.push(Line::keyed("on", "metric", format!("{} {value}", bare(name))));
            }
        }
    }
    // in the order in which people think of them
    block.sort_by_key(|line| ["cpu", "memory", "metric"].iter().position(|known| *known == line.key));
    if metrics.is_empty() {
        block.push(Line::keyed("on", "cpu", "80%"));
    }
    block.extend(behavior(at(tree, "spec.behavior")));
    (Some(Line::new("scale", format!("{min}..{max}")).with(block)), min)
}

fn behavior(behavior: Option<&Value>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (field, word) in [("scaleUp", "up"), ("scaleDown", "down")] {
        let Some(rules) = behavior.and_then(|behavior| behavior.get(field)) else { continue };
        let window = number(rules, "stabilizationWindowSeconds");
        let mut block: Vec<Line> = window.map(|window| Line::new("window", seconds(window))).into_iter().collect();
        for policy in items(rules, "policies") {
            let (Some(value), Some(period)) = (number(policy, "value"), number(policy, "periodSeconds")) else {
                continue;
            };
            let unit = if text(policy, "type") == Some("Percent") { "%" } else { "" };
            block.push(Line::keyed("by", format!("{value}{unit}"), format!("every {}", seconds(period))));
        }
        lines.push(Line::new(word, "").with(block));
    }
    lines
}

/// The words of a `ScaledObject`, and the fewest replicas that it keeps. It keeps none where nobody says how many, and
/// grows to 100 (kedacore/keda `apis/keda/v1alpha1/scaledobject_types.go`, v2.17).
fn scaled(parts: &Parts, tree: &Value, hosts: &Hosts<'_>) -> (Option<Line>, i64) {
    let min = number(tree, "spec.minReplicaCount").unwrap_or(0);
    let max = number(tree, "spec.maxReplicaCount").unwrap_or(100);
    let mut block = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, trigger) in items(tree, "spec.triggers").iter().enumerate() {
        let Some(kind) = text(trigger, "type") else { continue };
        let metadata = texts(trigger, "metadata");
        if let ("cpu" | "memory", Some(value)) = (kind, metadata.get("value").and_then(|value| amount(value))) {
            block.push(Line::keyed("on", kind, format!("{value}%")));
            continue;
        }
        let (said, entries) = trigger_words(kind, &metadata, hosts);
        let (word, from) = said.split_once(' ').map_or((said.clone(), ""), |(word, from)| (word.to_owned(), from));
        let name = text(trigger, "name").filter(|name| bare(name) == **name).map(str::to_owned);
        let name = name.or_else(|| (!seen.insert(word.clone())).then(|| format!("{kind}-{at}")));
        let alias = name.as_deref().map_or_else(|| word.clone(), bare);
        let name = name.map(|name| format!(" as {}", bare(&name))).unwrap_or_default();
        let mut inner = entries;
        let shown = text(trigger, "authenticationRef.name").and_then(|name| parts.authentications.get(name));
        for secret in shown.map(|shown| items(shown, "spec.secretTargetRef")).unwrap_or_default() {
            let of = |field: &str| text(secret, field).unwrap_or_default();
            let rest = format!("secret {} {}", secrets::called(parts, of("name")), quoted(of("key")));
            inner.push(Line::keyed("auth", bare(of("parameter")), rest));
        }
        let kind = if word == "keda" { format!(" {}", quoted(kind)) } else { String::new() };
        let from = if from.is_empty() { String::new() } else { format!(" {from}") };
        let rest = format!("{kind}{from}{name}");
        block.push(Line::keyed("on", word, rest.trim_start()).with(inner).by(alias));
    }
    block.extend(behavior(at(tree, "spec.advanced.horizontalPodAutoscalerConfig.behavior")));
    block.extend(number(tree, "spec.idleReplicaCount").map(|idle| Line::new("idle", idle.to_string())));
    if let Some(replicas) = number(tree, "spec.fallback.replicas") {
        let failures = number(tree, "spec.fallback.failureThreshold").filter(|failures| *failures != 3);
        let failures = failures.map(|failures| format!(" after {failures}")).unwrap_or_default();
        block.push(Line::new("fallback", format!("{replicas}{failures}")));
    }
    block.extend(number(tree, "spec.pollingInterval").map(|poll| Line::new("poll", seconds(poll))));
    block.extend(number(tree, "spec.cooldownPeriod").map(|wait| Line::new("cooldown", seconds(wait))));
    (Some(Line::new("scale", format!("{min}..{max}")).with(block)), min)
}

/// The word of a trigger and what stands in its braces: its own where it has one that asks no workload.
fn trigger_words(kind: &str, metadata: &BTreeMap<String, String>, hosts: &Hosts<'_>) -> (String, Vec<Line>) {
    let of_cron = [("timezone", "timezone"), ("start", "start"), ("end", "end"), ("desiredReplicas", "replicas")];
    let fits = |(key, word): &(&str, &str)| {
        metadata.get(*key).is_some_and(|value| match *word {
            "timezone" => TimeZone::is_known(value),
            "replicas" => value.parse::<u16>().is_ok(),
            _ => Cron::is_expression(value),
        })
    };
    if kind == "cron" && metadata.len() == of_cron.len() && of_cron.iter().all(fits) {
        let written = of_cron.iter().filter_map(|(key, word)| {
            let value = metadata.get(*key)?;
            Some(Line::new(word, if *word == "replicas" { value.clone() } else { quoted(value) }))
        });
        return ("cron".to_owned(), written.collect());
    }
    if let Some(said) = asking(kind, metadata, hosts) {
        return said;
    }
    let entries = metadata.iter().map(|(key, value)| Line::keyed("", bare(key), hosts.written(value)));
    ("keda".to_owned(), entries.collect())
}

/// The word of a trigger that asks a workload of the namespace for no more than the word can say, and `from` whom.
fn asking(kind: &str, metadata: &BTreeMap<String, String>, hosts: &Hosts<'_>) -> Option<(String, Vec<Line>)> {
    let of = |key: &str| metadata.get(key).map(String::as_str);
    let has = |keys: &[&str]| metadata.len() == keys.len() && keys.iter().all(|key| metadata.contains_key(*key));
    let text = |word: &str, key: &str| Some(Line::new(word, quoted(of(key)?)));
    let amount = |word: &str, key: &str| Some(Line::new(word, amount(of(key)?)?));
    let (word, source, block) = match kind {
        "kafka" if has(&["bootstrapServers", "topic", "consumerGroup", "lagThreshold"]) => {
            let block =
                [text("topic", "topic"), text("consumer", "consumerGroup"), Some(amount("lag", "lagThreshold")?)];
            ("kafka", hosts.source(of("bootstrapServers")?)?, block)
        }
        "nats-jetstream" if has(&["natsServerMonitoringEndpoint", "account", "stream", "consumer", "lagThreshold"]) => {
            let source = hosts.source(of("natsServerMonitoringEndpoint")?)?;
            let account = text("account", "account").filter(|_| of("account") != Some("$G"));
            let block =
                [text("stream", "stream"), text("consumer", "consumer"), Some(amount("lag", "lagThreshold")?), account];
            return Some((format!("nats-jetstream from {source}"), block.into_iter().flatten().collect()));
        }
        "redis" if has(&["address", "listName", "listLength"]) => {
            let block = [text("list", "listName"), Some(amount("length", "listLength")?), None];
            ("redis", hosts.source(of("address")?)?, block)
        }
        "redis-streams" if has(&["address", "stream", "consumerGroup", "lagCount", "activationLagCount"]) => {
            let block = [text("stream", "stream"), text("consumer", "consumerGroup"), Some(amount("lag", "lagCount")?)];
            ("redis", hosts.source(of("address")?)?, block)
        }
        "rabbitmq" if has(&["queueName", "mode", "value"]) || has(&["queueName", "mode", "value", "vhostName"]) => {
            // its Secret names the address
            let (measure, port) = if of("mode") == Some("MessageRate") { ("rate", 15672) } else { ("length", 5672) };
            let [broker] = hosts.ports.get(&port)?.as_slice() else { return None };
            (
                "rabbitmq",
                broker.as_str(),
                [text("queue", "queueName"), Some(amount(measure, "value")?), text("vhost", "vhostName")],
            )
        }
        _ => return None,
    };
    Some((format!("{word} from {source}"), block.into_iter().flatten().collect()))
}
