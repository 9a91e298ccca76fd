//! The fields of the objects that a word fills: what its own example adds to what a small platform makes.
//!
//! Invariants: no sample is written by hand: what is shown is emitted, by the same code as everything is; a word that no
//! object shows has none.

use serde_json::{Map, Value};

use crate::emit;
use crate::graph;
use crate::output::yaml;
use crate::resolve::{self, Course, Inputs};
use crate::source::files::{MemoryFiles, ROOT};

/// So many lines are shown at most.
const MOST_LINES: usize = 24;

/// The platform into which examples are set: they name what stands here. `@PLACE` is where those of a block stand.
const PLATFORM: &str = include_str!("sample.bvl");

/// The places of the blocks: the line of [`PLATFORM`] that they stand in, and the braces around them.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("file", "file", "", ""),
    ("platform", "platform", "", ""),
    ("registry", "platform", "registry \"registry.example\" {", "}"),
    ("defaults", "platform", "defaults {", "}"),
    ("environment", "environment", "", ""),
    ("budget", "environment", "budget {", "}"),
    ("requests", "environment", "budget { requests {", "} }"),
    ("service", "service", "", ""),
    ("health", "service", "health 8081 {", "}"),
    ("shutdown", "service", "shutdown {", "}"),
    ("rollout", "service", "rollout {", "}"),
    ("security", "service", "security {", "}"),
    ("expose", "service", "expose \"shop.example\" http {", "}"),
    ("secret", "service", "secret billing from vault \"shop/billing\" { key ID \"id\"", "}"),
    ("init", "service", "init first {", "}"),
    ("container-security", "service", "init first { security {", "} }"),
    ("sidecar", "sided", "sidecar helper {", "}"),
    ("scale", "service", "scale 2..4 {", "}"),
    ("behavior", "service", "scale 2..4 { on cpu 70%; up {", "} }"),
    ("metric trigger", "asking", "scale 2..4 { on metric queue_length 20 from metrics {", "} }"),
    ("prometheus trigger", "asking", "scale 2..4 { on prometheus \"queue_length\" 20 from prometheus {", "} }"),
    ("nats-jetstream trigger", "asking", "scale 2..4 { on nats-jetstream from nats {", "} }"),
    ("kafka trigger", "asking", "scale 2..4 { on kafka from kafka {", "} }"),
    ("rabbitmq trigger", "asking", "scale 2..4 { on rabbitmq from rabbitmq {", "} }"),
    ("redis trigger", "asking", "scale 2..4 { on redis from redis {", "} }"),
    ("cron trigger", "asking", "scale 2..4 { on cron {", "} }"),
    ("job", "job", "", ""),
    ("schedule", "planned", "schedule \"0 3 * * *\" {", "}"),
    ("managed", "managed", "", ""),
    ("external", "external", "", ""),
];

/// What a trigger needs to be one, before more is said of it.
const WHOLE: &[(&str, &str)] = &[
    ("nats-jetstream trigger", "stream \"S\"; consumer \"c\"; lag 9"),
    ("kafka trigger", "topic \"t\"; consumer \"c\"; lag 9"),
    ("rabbitmq trigger", "queue \"q\"; length 9"),
    ("redis trigger", "list \"l\"; length 9"),
    ("cron trigger", "timezone \"UTC\"; start \"0 1 * * *\"; end \"0 2 * * *\"; replicas 3"),
];

/// What scales where a word says more of an autoscaler.
const SCALING: &str = "on cron { timezone \"UTC\"; start \"0 1 * * *\"; end \"0 2 * * *\"; replicas 3 }";

/// The fields that a statement of a block fills, as YAML; `None` where no object shows it.
pub fn of(block: &str, example: &str) -> Option<String> {
    let (_, place, open, close) = PLACES.iter().find(|(name, ..)| *name == block)?;
    let whole = WHOLE.iter().find(|(name, _)| *name == block).map_or("", |(_, text)| text);
    // an autoscaler is there once something scales it: what else is said of it shows beside that
    let scales = if block == "scale" && !example.starts_with("on ") { SCALING } else { "" };
    let base = if whole.is_empty() { String::new() } else { format!("{open} {whole} {close}") };
    // what an example declares is not there before
    let mut head = example.split(' ').take(2).collect::<Vec<_>>().join(" ");
    head.push(' ');
    if block == "file"
        && !["service ", "job ", "managed ", "external ", "allow "].iter().any(|word| head.starts_with(word))
    {
        return None;
    }
    let platform = PLATFORM.lines().filter(|line| block != "file" || !line.starts_with(&head));
    let mut platform = platform.collect::<Vec<_>>().join("\n");
    platform.push('\n');
    let set = |statement: &str| {
        let text = platform.replace("// @based", &base);
        let text = text.replace(&format!("// @{place}\n"), &format!("{open}\n{scales}\n{statement}\n{close}\n"));
        objects(&text)
    };
    let (before, mut after) = (set(""), set(example));
    // who may talk to whom follows from what else there is
    after.sort_by_key(|((kind, _), _)| kind == "NetworkPolicy");
    let mut shown = String::new();
    let mut known: Vec<Map<String, Value>> = Vec::new();
    for (key, object) in &after {
        let difference = match before.iter().find(|(known, _)| known == key) {
            Some((_, old)) => added(old, object),
            None => Some(bare(object)),
        };
        let Some(Value::Object(fields)) = difference else { continue };
        let kind = Map::from_iter([("kind".to_owned(), object.get("kind").cloned().unwrap_or_default())]);
        let fields: Map<String, Value> = kind.into_iter().chain(fields).collect();
        // what several objects have alike is shown once
        if known.contains(&fields) {
            continue;
        }
        if !shown.is_empty() {
            shown.push_str(yaml::BETWEEN);
        }
        shown.push_str(&yaml::text(&fields).ok()?);
        known.push(fields);
    }
    let lines: Vec<&str> = shown.lines().take(MOST_LINES).collect();
    let rest = if shown.lines().count() > MOST_LINES { "\n# .." } else { "" };
    (!lines.is_empty()).then(|| format!("{}{rest}", lines.join("\n")))
}

/// Kind and name of an object.
type Key = (String, String);

/// What a platform makes of its first environment, in the order in which it is applied.
fn objects(text: &str) -> Vec<(Key, Value)> {
    // what the checks say of examples that stand alone is nothing that anybody asked
    let (mut project, _) = resolve::load(&MemoryFiles::new([(ROOT, text)]), ROOT);
    let resolved = resolve::resolve(&mut project, &Inputs::default(), Course::Once);
    let Some(model) = &resolved.model else { return Vec::new() };
    let graph = graph::derive(model);
    let Some(environment) = model.environments.iter().find(|known| known.name.value == "prod") else {
        return Vec::new();
    };
    let Some(made) = emit::emit(model, &graph, &project.sources, environment.id) else { return Vec::new() };
    let objects = made.objects.in_order().into_iter();
    let keyed = objects.map(|object| {
        let key = (object.kind().as_str().to_owned(), object.name().to_owned());
        (key, serde_json::to_value(&object).unwrap_or_default())
    });
    keyed.collect()
}

/// An object without what every object has.
fn bare(object: &Value) -> Value {
    let Value::Object(fields) = object else { return object.clone() };
    let own = |(key, _): &(&String, &Value)| !matches!(key.as_str(), "apiVersion" | "metadata" | "kind");
    Value::Object(fields.iter().filter(own).map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// What one tree has that another has not, or has otherwise, with the keys that lead there.
fn added(old: &Value, new: &Value) -> Option<Value> {
    match (old, new) {
        (old, new) if old == new => None,
        (Value::Object(old), Value::Object(new)) => {
            let below = |(key, value): (&String, &Value)| {
                let found = match old.get(key) {
                    Some(known) => added(known, value),
                    None => Some(value.clone()),
                };
                found.filter(|_| !is_of_bvlc(key)).map(|found| (key.clone(), found))
            };
            let found: Map<String, Value> = new.iter().filter_map(below).collect();
            (!found.is_empty()).then_some(Value::Object(found))
        }
        (Value::Array(old), Value::Array(new)) => {
            let below = |(at, item): (usize, &Value)| {
                let known = match item.get("name") {
                    Some(name) => old.iter().find(|known| known.get("name") == Some(name)),
                    None => old.get(at),
                };
                let found = match known {
                    Some(known) => added(known, item)?,
                    None => item.clone(),
                };
                Some(named(found, item))
            };
            let found: Vec<Value> = new.iter().enumerate().filter_map(below).collect();
            (!found.is_empty()).then_some(Value::Array(found))
        }
        _ => Some(new.clone()),
    }
}

/// Whether a key follows from whatever else changes.
fn is_of_bvlc(key: &str) -> bool {
    key.starts_with("bvl.dev/")
}

/// An element of a list with its name, by which it is known.
fn named(found: Value, item: &Value) -> Value {
    match (found, item.get("name")) {
        (Value::Object(fields), Some(name)) => {
            let name = Map::from_iter([("name".to_owned(), name.clone())]);
            Value::Object(name.into_iter().chain(fields).collect())
        }
        (found, _) => found,
    }
}
