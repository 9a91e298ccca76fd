//! What the pods of a namespace ask for together is within its quotas.
//!
//! Source: `PodUsageFunc` in kubernetes `pkg/quota/v1/evaluator/core/pods.go`, and `PodRequests` in
//! `staging/src/k8s.io/component-helpers/resource/helpers.go`, v1.36: a pod asks for what its containers do at once, or what
//! its init containers do if that is more, and its overhead. Pods that ended are not counted, so that Jobs are counted at
//! the most alone; a `DaemonSet` is counted once, since the number of nodes is not known; what a rollout adds for its time is
//! not counted.

use std::collections::BTreeMap;

use super::counts::{Home, is_of_default_class, keeping, rows};
use super::scopes::{counts, scopes};
use crate::diagnostic::Code;
use crate::object::api::core::v1::{ResourceQuota, ResourceRequirements};
use crate::object::{FieldPath, Given, Quantity};
use crate::value::quantity::{Rounding, Unit, in_thousandths};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::{ContainerView, Role};
use crate::verify::replicas::{fewest, most};

crate::code! {
    /// ## What it means
    /// The pods of a namespace together ask for more than a quota of it allows, at the smallest counts of their autoscalers
    /// already. Or its objects are more than that: how many there are of a kind (`services`, `count/deployments.apps`), ports of
    /// nodes, claims and their storage, of a class as well. Of every namespace the ConfigMap and the ServiceAccount count that
    /// the control plane makes.
    ///
    /// ## Why it matters in the cluster
    /// The quota refuses what comes last, with status 403. Of pods, what makes them is accepted, and some of its pods never
    /// appear. Which ones depends on the order.
    ///
    /// ## How to mend it
    /// Raise the quota, or lower what is asked for or how often. The table says who takes what.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec:
    ///   hard: { requests.cpu: 1 } #~ BVL1138 "1500m"
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec:
    ///       containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 500m } } }]
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec: { hard: { requests.cpu: 1500m } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec:
    ///       containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 500m } } }]
    /// ```
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec:
    ///   hard: { services.nodeports: 1 } #~ BVL1138 "takes 2 of `services.nodeports`"
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   type: NodePort
    ///   ports: [{ name: http, port: 80 }, { name: https, port: 443 }]
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec: { hard: { services.nodeports: 2 } }
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   type: NodePort
    ///   ports: [{ name: http, port: 80 }, { name: https, port: 443 }]
    /// ```
    ///
    /// ## Source
    /// `PodUsageFunc` in [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go) and
    /// [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/), Kubernetes 1.36.
    BVL1138, "quota-below-fewest", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// The pods of a namespace together ask for more than a quota of it allows once every autoscaler is at its largest count.
    ///
    /// ## Why it matters in the cluster
    /// When the load is highest, the quota refuses the pods that come last: the autoscaler asks for them, and they do not appear.
    ///
    /// ## How to mend it
    /// Raise the quota, or lower the largest counts. The table says who takes what. Where not all of them are at their largest at
    /// one time, this warning may stay.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec:
    ///   hard: { requests.cpu: 4 } #~ BVL1139 "4500m"
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec:
    ///       containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 500m } } }]
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   minReplicas: 2
    ///   maxReplicas: 9
    ///   scaleTargetRef: { kind: Deployment, name: web }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec: { hard: { requests.cpu: 4 } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec:
    ///       containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 500m } } }]
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   minReplicas: 2
    ///   maxReplicas: 8
    ///   scaleTargetRef: { kind: Deployment, name: web }
    /// ```
    ///
    /// ## Source
    /// `PodUsageFunc` in [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go) and
    /// [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/), Kubernetes 1.36.
    BVL1139, "quota-below-most", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1138, &BVL1139];

/// So many rows of the table are shown.
const SHOWN: usize = 8;

/// What a key of `hard` counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counted<'a> {
    Pods,
    Request(&'a str),
    Limit(&'a str),
}

/// What the pods of one workload take, or what one object takes, in thousandths.
#[derive(Debug)]
pub(super) struct Row {
    /// Who.
    pub(super) title: String,
    /// How much each takes.
    pub(super) one: u128,
    /// How many there are at the fewest.
    pub(super) fewest: u64,
    /// How many there are at the most.
    pub(super) most: u64,
}

/// Who takes something of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takers {
    Pods,
    Objects,
}

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (namespace, home) in Home::all(cluster) {
        for (at, quota) in cluster.quotas(namespace) {
            found.extend(of_quota(cluster, namespace, &home, (*at, quota)));
        }
    }
    found
}

/// What of quotas is not judged: where it stands, and why.
pub fn unjudged(cluster: &Cluster<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for (namespace, home) in Home::all(cluster) {
        for (at, quota) in cluster.quotas(namespace) {
            let (Some(spec), Some(object)) = (&quota.spec, cluster.objects.get(*at)) else { continue };
            let title = cluster.title(object);
            if home.pods.iter().any(|pod| counts(cluster, spec, pod).is_none()) {
                let text = format!("{title} is not judged: only a cluster tells which pods are of its scopes");
                found.push((cluster.whole(*at), text));
                continue;
            }
            for key in spec.hard.iter().flatten().map(|(key, _)| key) {
                if counting(key).is_some() {
                    continue;
                }
                let why = match keeping(key) {
                    Some(kept) if is_of_default_class(cluster, &home, kept) => {
                        "claims without a class are of the default one, and only a cluster tells which that is"
                    }
                    Some(_) => continue,
                    None => "what it counts is of no kind that is",
                };
                let place = Place::new(*at, FieldPath::of("spec.hard").key(key));
                found.push((place, format!("{title}: `{key}` is not judged: {why}")));
            }
        }
    }
    found
}

fn of_quota(
    cluster: &Cluster<'_>,
    namespace: &str,
    home: &Home<'_, '_>,
    (at, quota): (usize, &ResourceQuota),
) -> Vec<Finding> {
    let Some(spec) = &quota.spec else { return Vec::new() };
    let is_in: Option<Vec<bool>> = home.pods.iter().map(|pod| counts(cluster, spec, pod)).collect();
    // a scope that only a cluster can judge leaves the quota alone
    let Some(is_in) = is_in else { return Vec::new() };
    let counted: Vec<&Pod<'_>> = home.pods.iter().zip(is_in).filter(|(_, is_in)| *is_in).map(|(pod, _)| *pod).collect();
    let mut found = Vec::new();
    for (key, hard) in spec.hard.iter().flatten() {
        let Some(hard) = in_thousandths(&hard.0, Rounding::Up) else { continue };
        let place = Place::new(at, FieldPath::of("spec.hard").key(key));
        let (rows, takers) = match (counting(key), keeping(key)) {
            (Some(what), _) => (counted.iter().filter_map(|pod| row(cluster, pod, what)).collect(), Takers::Pods),
            // scopes are of pods
            (None, Some(kept)) if scopes(spec).next().is_none() => (rows(cluster, home, kept), Takers::Objects),
            (None, Some(_) | None) => continue,
        };
        found.extend(above(cluster, (namespace, quota, key.as_str()), hard, (rows, takers), place));
    }
    found
}

fn above(
    cluster: &Cluster<'_>,
    (namespace, quota, key): (&str, &ResourceQuota, &str),
    hard: u128,
    (mut rows, takers): (Vec<Row>, Takers),
    place: Place,
) -> Option<Finding> {
    let sum = |count: fn(&Row) -> u64| {
        rows.iter().fold(0_u128, |sum, row| sum.saturating_add(row.one.saturating_mul(u128::from(count(row)))))
    };
    let (fewest, most) = (sum(|row| row.fewest), sum(|row| row.most));
    let (code, asked, when) = match (fewest > hard, most > hard) {
        (true, _) => (&BVL1138, fewest, "at the fewest of them"),
        (false, true) => (&BVL1139, most, "at the most of them"),
        (false, false) => return None,
    };
    let unit = unit(key).of_all(rows.iter().map(|row| row.one).chain([asked, hard]));
    let title = cluster.objects.get(place.object).map(|object| cluster.title(object)).unwrap_or_default();
    let (asked_text, hard_text) = (unit.text(asked), unit.text(hard));
    let message = match takers {
        Takers::Pods => format!(
            "the pods of namespace {namespace} ask for {asked_text} {key} together, {when}, and {title} allows {hard_text}"
        ),
        Takers::Objects => {
            let when = if fewest == most { String::new() } else { format!(", {when}") };
            format!(
                "what is in namespace {namespace} takes {asked_text} of `{key}`{when}, and {title} allows {hard_text}"
            )
        }
    };
    let scoped = quota.spec.as_ref().is_some_and(|spec| scopes(spec).next().is_some());
    let mut finding = Finding::new(code, place, message).here(format!("{} too little", unit.text(asked - hard)));
    if scoped {
        finding = finding.note("of pods in its scopes alone");
    }
    rows.retain(|row| row.one > 0 && row.most > 0);
    rows.sort_by_key(|row| std::cmp::Reverse(row.one.saturating_mul(u128::from(row.most))));
    let width = rows.iter().take(SHOWN).map(|row| row.title.chars().count()).max().unwrap_or_default();
    for row in rows.iter().take(SHOWN) {
        let range = |least: String, most: String| if least == most { most } else { format!("{least}..{most}") };
        let total = |count: u64| unit.text(row.one.saturating_mul(u128::from(count)));
        let (count, taken) =
            (range(row.fewest.to_string(), row.most.to_string()), range(total(row.fewest), total(row.most)));
        finding = finding.note(format!("{:<width$}  {count} x {} = {taken}", row.title, unit.text(row.one)));
    }
    if rows.len() > SHOWN {
        finding = finding.note(format!("and {} more that take less", rows.len() - SHOWN));
    }
    let (refused, how) = match takers {
        Takers::Pods => (
            "the quota refuses the pods that come last: they do not appear",
            "lower what these ask for or how many they are",
        ),
        Takers::Objects => {
            ("the API server refuses those that come last, with status 403", "have fewer or smaller ones")
        }
    };
    Some(finding.note(refused).help(format!("raise it to {asked_text} or more, or {how}")))
}

/// What a key of a quota counts; `None` for objects that are no pods.
fn counting(key: &str) -> Option<Counted<'_>> {
    Some(match key {
        "pods" | "count/pods" => Counted::Pods,
        "cpu" | "memory" | "ephemeral-storage" => Counted::Request(key),
        "requests.storage" => return None,
        _ => match (key.strip_prefix("requests."), key.strip_prefix("limits.")) {
            (Some(resource), _) => Counted::Request(resource),
            (None, Some(resource)) => Counted::Limit(resource),
            (None, None) => return None,
        },
    })
}

/// In what a resource, or what a key counts, is written.
pub(super) fn unit(key: &str) -> Unit {
    let is_bytes = ["memory", "storage"].iter().any(|resource| key.ends_with(resource)) || key.contains("hugepages-");
    match (key.ends_with("cpu"), is_bytes) {
        (true, _) => Unit::Cpu,
        (false, true) => Unit::Bytes,
        (false, false) => Unit::Count,
    }
}

fn row(cluster: &Cluster<'_>, pod: &Pod<'_>, what: Counted<'_>) -> Option<Row> {
    let (fewest, most) = times(cluster, pod)?;
    Some(Row { title: cluster.title(pod.object), one: asked(cluster, pod, what), fewest, most })
}

/// How many pods of a workload there are that count, at the fewest and at the most.
pub(super) fn times(cluster: &Cluster<'_>, pod: &Pod<'_>) -> Option<(u64, u64)> {
    // a workload that is scaled to nothing without activity, and one that ends
    let rests = |(_, scaler): (usize, &Given)| {
        let Given::ScaledObject(it) = scaler else { return false };
        it.spec.min_replica_count.unwrap_or(0) == 0 || it.spec.idle_replica_count == Some(0)
    };
    let may_be_none = matches!(pod.object, Given::Job(_) | Given::CronJob(_)) || cluster.scalers(pod.object).any(rests);
    let fewest = fewest(cluster, pod.at, pod.object)?.count;
    Some((if may_be_none { 0 } else { fewest }, most(cluster, pod.object)?))
}

/// What one pod asks for.
pub(super) fn asked(cluster: &Cluster<'_>, pod: &Pod<'_>, what: Counted<'_>) -> u128 {
    let resource = match what {
        Counted::Pods => return 1000,
        Counted::Request(resource) | Counted::Limit(resource) => resource,
    };
    let of = |resources: Option<&ResourceRequirements>| stated(resources, what);
    let spec = pod.view.template.spec;
    let overhead = spec.overhead.as_ref().and_then(|overhead| amount(overhead, resource)).unwrap_or_default();
    // from 1.34 on the pod as a whole may say it
    if let Some(whole) = of(spec.resources.as_ref()) {
        return whole.saturating_add(overhead);
    }
    let default = default(cluster, cluster.namespace_of(pod.object), what);
    let one = |container: &ContainerView<'_>| of(container.resources).or(default).unwrap_or_default();
    let (mut beside, mut at_once, mut before) = (0_u128, 0_u128, 0_u128);
    for container in &pod.view.containers {
        match container.role {
            Role::Init => before = before.max(beside.saturating_add(one(container))),
            Role::Sidecar => {
                beside = beside.saturating_add(one(container));
                before = before.max(beside);
            }
            Role::Main => at_once = at_once.saturating_add(one(container)),
            Role::Ephemeral => {}
        }
    }
    let sum = before.max(beside.saturating_add(at_once));
    // the limits of a pod without one stay none
    let is_free = matches!(what, Counted::Limit(_)) && sum == 0;
    if is_free { 0 } else { sum.saturating_add(overhead) }
}

/// What a container asks for, be it that a `LimitRange` gives it; nothing where nothing does.
pub(super) fn of_container(
    cluster: &Cluster<'_>,
    namespace: &str,
    container: &ContainerView<'_>,
    what: Counted<'_>,
) -> Option<u128> {
    stated(container.resources, what).or_else(|| default(cluster, namespace, what))
}

fn amount(amounts: &BTreeMap<String, Quantity>, resource: &str) -> Option<u128> {
    amounts.get(resource).and_then(|amount| in_thousandths(&amount.0, Rounding::Up))
}

/// What is stated; a limit is the request where none is (kubernetes `pkg/apis/core/v1/defaults.go`, v1.36).
fn stated(resources: Option<&ResourceRequirements>, what: Counted<'_>) -> Option<u128> {
    let resources = resources?;
    let limit = |resource| resources.limits.as_ref().and_then(|limits| amount(limits, resource));
    match what {
        Counted::Pods => None,
        Counted::Limit(resource) => limit(resource),
        Counted::Request(resource) => {
            let request = resources.requests.as_ref().and_then(|requests| amount(requests, resource));
            request.or_else(|| limit(resource))
        }
    }
}

/// What a `LimitRange` gives to containers that state nothing: a `max` is the default limit, that is the default request,
/// and a `min` is where there is none (`SetDefaults_LimitRangeItem`, kubernetes `pkg/apis/core/v1/defaults.go`, v1.36).
fn default(cluster: &Cluster<'_>, namespace: &str, what: Counted<'_>) -> Option<u128> {
    let ranges = cluster.limit_ranges(namespace).iter().flat_map(|range| range.spec.iter());
    let mut items = ranges.flat_map(|spec| &spec.limits).filter(|item| item.type_ == "Container");
    items.find_map(|item| {
        let of = |amounts: &Option<BTreeMap<String, Quantity>>, resource: &str| {
            amounts.as_ref().and_then(|amounts| amount(amounts, resource))
        };
        let limit = |resource: &str| of(&item.default, resource).or_else(|| of(&item.max, resource));
        match what {
            Counted::Pods => None,
            Counted::Limit(resource) => limit(resource),
            Counted::Request(resource) => {
                let request = of(&item.default_request, resource).or_else(|| limit(resource));
                request.or_else(|| of(&item.min, resource))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::api::core::v1::LimitRange;
    use serde_json::{Value, json};

    fn given(kind: &str, value: Value) -> Given {
        let version = if kind == "Pod" { "v1" } else { "apps/v1" };
        Given::decode(version, kind, value).unwrap().unwrap()
    }

    fn pod(spec: &Value) -> Given {
        given("Pod", json!({ "metadata": { "name": "web" }, "spec": spec }))
    }

    fn of(objects: &[Given], what: Counted<'_>) -> u128 {
        let cluster = Cluster::new(objects, "shop");
        asked(&cluster, &cluster.pods()[0], what)
    }

    fn container(cpu: &str) -> Value {
        json!({ "name": "app", "resources": { "requests": { "cpu": cpu } } })
    }

    #[test]
    fn a_pod_asks_for_the_most_of_its_life() {
        let sidecar =
            json!({ "name": "log", "restartPolicy": "Always", "resources": { "requests": { "cpu": "50m" } } });
        let spec = |init: Value| {
            pod(&json!({ "initContainers": init, "containers": [container("100m"), container("200m")],
                "overhead": { "cpu": "10m" } }))
        };
        let cpu = Counted::Request("cpu");
        assert_eq!(of(&[spec(json!([]))], cpu), 310);
        assert_eq!(of(&[spec(json!([container("300m")]))], cpu), 310);
        assert_eq!(of(&[spec(json!([container("301m")]))], cpu), 311);
        // one that stays is beside those behind it, and beside the others
        assert_eq!(of(&[spec(json!([sidecar, container("300m")]))], cpu), 360);
        assert_eq!(of(&[spec(json!([sidecar, container("301m")]))], cpu), 361);
        assert_eq!(of(&[spec(json!([container("351m"), sidecar]))], cpu), 361);
        assert_eq!(of(&[spec(json!([]))], Counted::Limit("cpu")), 0);
        assert_eq!(of(&[spec(json!([]))], Counted::Pods), 1000);
    }

    #[test]
    fn what_is_not_stated_is_given() {
        let limits = json!({ "containers": [{ "name": "app", "resources": { "limits": { "memory": "1Gi" } } }] });
        assert_eq!(of(&[pod(&limits)], Counted::Request("memory")), 1_073_741_824_000);
        let nothing = || pod(&json!({ "containers": [{ "name": "app" }] }));
        let range = |item: Value| {
            let range = json!({ "metadata": { "name": "most" }, "spec": { "limits": [item] } });
            Given::LimitRange(Box::new(serde_json::from_value::<LimitRange>(range).unwrap()))
        };
        let max = range(json!({ "type": "Container", "max": { "cpu": "2" }, "min": { "cpu": "1m" } }));
        assert_eq!(of(&[nothing(), max.clone()], Counted::Request("cpu")), 2000);
        assert_eq!(of(&[nothing(), max], Counted::Limit("cpu")), 2000);
        let min = range(json!({ "type": "Container", "min": { "cpu": "1m" } }));
        assert_eq!(of(&[nothing(), min.clone()], Counted::Request("cpu")), 1);
        assert_eq!(of(&[nothing(), min], Counted::Limit("cpu")), 0);
    }
}
