//! Defaults that depend on what else is stated.
//!
//! Invariants: each takes the object as it is stated, and the map that lacks the field as far as it is filled in.

#![expect(clippy::unnecessary_wraps, reason = "all of them have the form that the table asks for")]

use serde_json::{Map, Value, json};

use crate::model::kept::is_of_jobs;
use crate::query::diff::tree::amount;
use crate::value::{Cron, Image};

type Fields = Map<String, Value>;

fn text<'f>(map: &'f Fields, key: &str) -> &'f str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Quantities in one way of writing them.
pub(super) fn amounts(_: &Value, amounts: &mut Fields) {
    amounts.values_mut().for_each(canonical);
}

/// The same of those fields of a map that are quantities: a folder's size, what a metric aims at.
pub(super) fn sizes(_: &Value, map: &mut Fields) {
    for key in ["sizeLimit", "averageValue", "value"] {
        map.get_mut(key).into_iter().for_each(canonical);
    }
}

fn canonical(value: &mut Value) {
    if let Some(thousandths) = amount(value) {
        *value = format!("{thousandths}m").into();
    }
}

/// A schedule by its name is its five fields.
pub(super) fn schedule(_: &Value, spec: &mut Fields) {
    if let Some(Value::String(schedule)) = spec.get_mut("schedule")
        && let Some(fields) = Cron::fields(schedule).filter(|fields| fields != schedule)
    {
        *schedule = fields.to_owned();
    }
}

/// What a Secret states as text is stored among its data, and comes before what stands there.
pub(super) fn encoded(_: &Value, secret: &mut Fields) {
    let Some(Value::Object(texts)) = secret.remove("stringData") else { return };
    let data = secret.entry("data").or_insert_with(|| json!({}));
    for (key, text) in texts {
        if let (Some(data), Some(text)) = (data.as_object_mut(), text.as_str()) {
            data.insert(key, base64(text.as_bytes()).into());
        }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| DIGITS.get((bits & 63) as usize).map_or('=', |digit| char::from(*digit));
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().chain([0; 2].iter()).take(3).fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        for at in 0..4 {
            text.push(if at <= three.len() { digit(bits >> (18 - 6 * at)) } else { '=' });
        }
    }
    text
}

/// `Always` for the tag `latest`, which is that of an image with neither tag nor digest (`ParseImageName` in kubernetes
/// `pkg/util/parsers/parsers.go`, 1.33).
pub(super) fn pull_policy(_: &Value, container: &Fields) -> Option<Value> {
    let image = Image::parse(text(container, "image")).ok();
    let is_latest = image.is_some_and(|image| image.tag().map_or(image.digest().is_none(), |tag| tag == "latest"));
    Some(if is_latest { "Always" } else { "IfNotPresent" }.into())
}

/// The same of an image that is a volume.
pub(super) fn volume_pull_policy(_: &Value, image: &Fields) -> Option<Value> {
    pull_policy(&Value::Null, &Map::from_iter([("image".to_owned(), image.get("reference")?.clone())]))
}

/// An empty folder where a volume names no source.
pub(super) fn empty_folder(_: &Value, volume: &Fields) -> Option<Value> {
    volume.keys().all(|key| key == "name").then(|| json!({}))
}

/// The older name of the account's field, and the newer one: each is the other.
pub(super) fn old_account(_: &Value, pod: &Fields) -> Option<Value> {
    pod.get("serviceAccountName").cloned()
}

/// See [`old_account`].
pub(super) fn account(_: &Value, pod: &Fields) -> Option<Value> {
    pod.get("serviceAccount").cloned()
}

/// Requests are the limits where none are stated: in pods, never in templates.
pub(super) fn requests(_: &Value, resources: &mut Fields) {
    let limits = resources.get("limits").and_then(Value::as_object).cloned().unwrap_or_default();
    if limits.is_empty() {
        return;
    }
    let requests = resources.entry("requests").or_insert_with(|| json!({}));
    over(requests, limits);
}

fn over(amounts: &mut Value, others: Fields) {
    if let Some(amounts) = amounts.as_object_mut() {
        for (name, amount) in others {
            amounts.entry(name).or_insert(amount);
        }
    }
}

/// A port of a container is one of its node, where the pod shares the node's network.
pub(super) fn host_port(root: &Value, port: &Fields) -> Option<Value> {
    let shares = root.pointer("/spec/hostNetwork") == Some(&Value::Bool(true));
    port.get("containerPort").filter(|_| shares).cloned()
}

/// How a `Deployment` or a `DaemonSet` rolls, where it does.
pub(super) fn rolling(_: &Value, strategy: &Fields) -> Option<Value> {
    (text(strategy, "type") == "RollingUpdate").then(|| json!({}))
}

/// A `StatefulSet` gets one where it states no type either.
pub(super) fn rolling_if_untyped(root: &Value, _: &Fields) -> Option<Value> {
    root.pointer("/spec/updateStrategy/type").is_none().then(|| json!({}))
}

/// The labels of the template, where the object has none.
pub(super) fn template_labels(root: &Value, _: &Fields) -> Option<Value> {
    root.pointer("/spec/template/metadata/labels").cloned()
}

/// Which pods are a Job's is generated, unless it says that it selects by hand.
pub(super) fn without_selector(_: &Value, job: &mut Fields) {
    if job.get("manualSelector") != Some(&Value::Bool(true)) {
        job.remove("selector");
    }
}

/// The labels by which it selects are generated with it.
pub(super) fn without_generated(_: &Value, labels: &mut Fields) {
    labels.retain(|key, _| !is_of_jobs(key));
}

/// One run, where nothing says how many.
pub(super) fn completions(_: &Value, job: &Fields) -> Option<Value> {
    (!job.contains_key("parallelism")).then(|| 1.into())
}

/// How often a job is tried again.
pub(super) fn backoff_limit(_: &Value, job: &Fields) -> Option<Value> {
    Some(if job.contains_key("backoffLimitPerIndex") { i32::MAX.into() } else { 6.into() })
}

/// When a job makes a pod in place of another.
pub(super) fn replacement(_: &Value, job: &Fields) -> Option<Value> {
    Some(if job.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" }.into())
}

/// The port to which a Service leads.
pub(super) fn target_port(_: &Value, port: &Fields) -> Option<Value> {
    port.get("port").cloned()
}

/// How long a client stays with its pod.
pub(super) fn affinity(_: &Value, service: &Fields) -> Option<Value> {
    (text(service, "sessionAffinity") == "ClientIP").then(|| json!({ "clientIP": { "timeoutSeconds": 10800 } }))
}

/// Who is asked from outside: every node (`ExternallyAccessible` in kubernetes `pkg/api/v1/service/util.go`, 1.33).
pub(super) fn from_outside(_: &Value, service: &Fields) -> Option<Value> {
    let kind = text(service, "type");
    let is_open = matches!(kind, "LoadBalancer" | "NodePort")
        || (kind == "ClusterIP"
            && service.get("externalIPs").and_then(Value::as_array).is_some_and(|ips| !ips.is_empty()));
    is_open.then(|| "Cluster".into())
}

/// Who is asked from inside: every pod.
pub(super) fn from_inside(_: &Value, service: &Fields) -> Option<Value> {
    matches!(text(service, "type"), "ClusterIP" | "LoadBalancer" | "NodePort").then(|| "Cluster".into())
}

/// Whether a load balancer gets ports of nodes.
pub(super) fn node_ports(_: &Value, service: &Fields) -> Option<Value> {
    (text(service, "type") == "LoadBalancer").then(|| Value::Bool(true))
}

/// The label that every namespace has.
pub(super) fn name_label(root: &Value, metadata: &mut Fields) {
    let Some(name) = root.pointer("/metadata/name").cloned() else { return };
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    if let Some(labels) = labels.as_object_mut() {
        labels.insert("kubernetes.io/metadata.name".to_owned(), name);
    }
}

/// A version of a standard that is the latest, which it is without the label.
pub(super) fn without_latest(_: &Value, labels: &mut Fields) {
    let is_latest = |key: &str, value: &Value| {
        key.starts_with("pod-security.kubernetes.io/") && key.ends_with("-version") && value == "latest"
    };
    labels.retain(|key, value| !is_latest(key, value));
}

/// For how long a pod stays on a node that is gone, where it does not say so itself.
pub(super) fn tolerations(_: &Value, pod: &mut Fields) {
    let stated = pod.get("tolerations").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_for = |one: &Value, taint: &str| {
        let of = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
        (of("key") == taint || of("key").is_empty()) && matches!(of("effect"), "NoExecute" | "")
    };
    let mut all = stated.clone();
    for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        if !stated.iter().any(|one| is_for(one, taint)) {
            all.push(json!({ "key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }));
        }
    }
    pod.insert("tolerations".to_owned(), Value::Array(all));
}

/// What a `LimitRange` gives to containers: its `max`, and as a request what it gives as a limit, or its `min`.
pub(super) fn container_limits(_: &Value, item: &mut Fields) {
    if text(item, "type") != "Container" {
        return;
    }
    let amounts = |item: &Fields, key: &str| item.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let others = amounts(item, from);
        over(item.entry(to).or_insert_with(|| json!({})), others);
    }
}

/// What a policy isolates.
pub(super) fn policy_types(_: &Value, policy: &Fields) -> Option<Value> {
    let has_egress = policy.get("egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    Some(if has_egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) })
}

/// The group of whom a binding names.
pub(super) fn subject_group(_: &Value, subject: &Fields) -> Option<Value> {
    matches!(text(subject, "kind"), "User" | "Group").then(|| "rbac.authorization.k8s.io".into())
}
