//! What the pods of a namespace ask for together is within its quotas.
//!
//! Source: `PodUsageFunc` in kubernetes `pkg/quota/v1/evaluator/core/pods.go`, and `PodRequests` in
//! `staging/src/k8s.io/component-helpers/resource/helpers.go`, v1.36: a pod asks for what its containers do at once, or what
//! its init containers do if that is more, and its overhead. Pods that ended are not counted, so that Jobs are counted at
//! the most alone; a `DaemonSet` is counted once, since the number of nodes is not known; what a rollout adds for its time is
//! not counted.

use std::collections::BTreeMap;

use super::scopes::{counts, scopes};
use crate::diagnostic::Code;
use crate::object::api::core::v1::{ResourceQuota, ResourceRequirements};
use crate::object::{FieldPath, Given, Quantity};
use crate::value::quantity::{Rounding, Unit, in_thousandths};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::connectivity::running;
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::{ContainerView, Role};
use crate::verify::replicas::{fewest, most};

crate::code! {
    /// ## What it means
    /// The pods of a namespace together ask for more than a quota of it allows, at the smallest counts of their autoscalers
    /// already.
    ///
    /// ## Why it matters in the cluster
    /// The quota refuses the pods that come last: what makes them is accepted, and some of its pods never appear. Which ones
    /// depends on the order.
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

/// What the pods of one workload take, in thousandths.
struct Row {
    title: String,
    one: u128,
    fewest: u64,
    most: u64,
}

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut pods: BTreeMap<&str, Vec<&Pod<'_>>> = BTreeMap::new();
    for pod in running(cluster) {
        pods.entry(cluster.namespace_of(pod.object)).or_default().push(pod);
    }
    let mut found = Vec::new();
    for (namespace, pods) in pods {
        for (at, quota) in cluster.quotas(namespace) {
            found.extend(of_quota(cluster, namespace, &pods, (*at, quota)));
        }
    }
    found
}

fn of_quota(
    cluster: &Cluster<'_>,
    namespace: &str,
    pods: &[&Pod<'_>],
    (at, quota): (usize, &ResourceQuota),
) -> Vec<Finding> {
    let Some(spec) = &quota.spec else { return Vec::new() };
    let is_in: Option<Vec<bool>> = pods.iter().map(|pod| counts(cluster, spec, pod)).collect();
    // a scope that only a cluster can judge leaves the quota alone
    let Some(is_in) = is_in else { return Vec::new() };
    let counted: Vec<&Pod<'_>> = pods.iter().zip(is_in).filter(|(_, is_in)| *is_in).map(|(pod, _)| *pod).collect();
    let mut found = Vec::new();
    for (key, hard) in spec.hard.iter().flatten() {
        let (Some(what), Some(hard)) = (counting(key), in_thousandths(&hard.0, Rounding::Up)) else { continue };
        let rows: Vec<Row> = counted.iter().filter_map(|pod| row(cluster, pod, what)).collect();
        let place = Place::new(at, FieldPath::of("spec.hard").key(key));
        found.extend(above(cluster, (namespace, quota, key.as_str()), hard, rows, place));
    }
    found
}

fn above(
    cluster: &Cluster<'_>,
    (namespace, quota, key): (&str, &ResourceQuota, &str),
    hard: u128,
    mut rows: Vec<Row>,
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
    let message = format!(
        "the pods of namespace {namespace} ask for {} {key} together, {when}, and {title} allows {}",
        unit.text(asked),
        unit.text(hard),
    );
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
    let help = format!("raise it to {} or more, or lower what these ask for or how many they are", unit.text(asked));
    Some(finding.note("the quota refuses the pods that come last: they do not appear").help(help))
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

fn unit(key: &str) -> Unit {
    let is_bytes =
        ["memory", "ephemeral-storage"].iter().any(|resource| key.ends_with(resource)) || key.contains("hugepages-");
    match (key.ends_with("cpu"), is_bytes) {
        (true, _) => Unit::Cpu,
        (false, true) => Unit::Bytes,
        (false, false) => Unit::Count,
    }
}

fn row(cluster: &Cluster<'_>, pod: &Pod<'_>, what: Counted<'_>) -> Option<Row> {
    // a workload that is scaled to nothing without activity, and one that ends
    let rests = |(_, scaler): (usize, &Given)| {
        let Given::ScaledObject(it) = scaler else { return false };
        it.spec.min_replica_count.unwrap_or(0) == 0 || it.spec.idle_replica_count == Some(0)
    };
    let may_be_none = matches!(pod.object, Given::Job(_) | Given::CronJob(_)) || cluster.scalers(pod.object).any(rests);
    let fewest = fewest(cluster, pod.at, pod.object)?.count;
    Some(Row {
        title: cluster.title(pod.object),
        one: asked(cluster, pod, what),
        fewest: if may_be_none { 0 } else { fewest },
        most: most(cluster, pod.object)?,
    })
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
