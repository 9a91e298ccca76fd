//! A workload has one scaler, which can reckon; a quota lets the pods in.

use std::collections::BTreeMap;

use super::scopes::counts;
use crate::diagnostic::Code;
use crate::object::api::core::v1::{LimitRange, ResourceQuota};
use crate::object::{FieldPath, Given, MetricType};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::{ContainerView, PodView, Role};
use crate::verify::replicas::target;

crate::code! {
    /// ## What it means
    /// Two autoscalers (or `ScaledObject`s, which make one) have the same target.
    ///
    /// ## Why it matters in the cluster
    /// Each undoes what the other does: the count goes up and down every 15 s. KEDA's webhook refuses the second, if it
    /// is there; Kubernetes does not.
    ///
    /// ## How to mend it
    /// Put all metrics into one; the largest proposal wins.
    ///
    /// ```yaml bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec: { maxReplicas: 3, scaleTargetRef: { kind: Deployment, name: web } }
    /// ---
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata: { name: web }
    /// spec:
    ///   scaleTargetRef: #~ BVL1135 :4
    ///     name: web
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 1 } } }] }
    /// ```
    /// ```yaml good
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec: { maxReplicas: 3, scaleTargetRef: { kind: Deployment, name: web } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { requests: { cpu: 1 } } }] }
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_webhook.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_webhook.go), KEDA 2.20;
    /// [`horizontal.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/horizontal.go), Kubernetes 1.36 (`AmbiguousSelector`).
    BVL1135, "two-scalers", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// An autoscaler aims at a share of what pods request, and a container of them requests none of that resource, or the one
    /// container that it asks is not there. An autoscaler without any metric aims at 80 % of the cpu.
    ///
    /// ## Why it matters in the cluster
    /// The share cannot be reckoned: the autoscaler reports `FailedGetResourceMetric` and does nothing.
    ///
    /// ## How to mend it
    /// Let every container and every sidecar request the resource (a limit counts as a request), or aim at one container
    /// with a metric of the type `ContainerResource`.
    ///
    /// ```yaml bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   maxReplicas: 3
    ///   scaleTargetRef: { kind: Deployment, name: web }
    ///   metrics:
    ///     - type: Resource
    ///       resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } #~ BVL1136 "`web`"
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { requests: { memory: 1Gi } } }] }
    /// ```
    /// ```yaml good
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   maxReplicas: 3
    ///   scaleTargetRef: { kind: Deployment, name: web }
    ///   metrics:
    ///     - type: Resource
    ///       resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { limits: { cpu: 1 } } }] }
    /// ```
    /// ```yaml bad
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   maxReplicas: 3
    ///   scaleTargetRef: { kind: Deployment, name: web }
    ///   metrics:
    ///     - type: ContainerResource
    ///       containerResource:
    ///         name: cpu
    ///         container: wbe #~ BVL1136 "`wbe`"
    ///         target: { type: Utilization, averageUtilization: 70 }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { limits: { cpu: 1 } } }] }
    /// ```
    /// ```yaml good
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: web }
    /// spec:
    ///   maxReplicas: 3
    ///   scaleTargetRef: { kind: Deployment, name: web }
    ///   metrics:
    ///     - type: ContainerResource
    ///       containerResource:
    ///         name: cpu
    ///         container: web
    ///         target: { type: Utilization, averageUtilization: 70 }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1", resources: { limits: { cpu: 1 } } }] }
    /// ```
    ///
    /// ## Source
    /// `calculatePodRequests` in [`replica_calculator.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/replica_calculator.go),
    /// `SetDefaults_HorizontalPodAutoscaler` in [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/v2/defaults.go),
    /// Kubernetes 1.36.
    BVL1136, "scaler-without-request", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A quota of the namespace counts a resource that a container does not state, and no `LimitRange` states it instead.
    /// A quota with scopes is held against the pods that all of its scopes fit; one with a scope that only the cluster can
    /// judge, `CrossNamespacePodAffinity`, against none.
    ///
    /// ## Why it matters in the cluster
    /// The quota refuses every such pod. What makes it is accepted, and its pods never appear.
    ///
    /// ## How to mend it
    /// State the request or limit on every container, init containers too.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec: { hard: { limits.memory: 8Gi } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web #~ BVL1137 "limits.memory" :4
    ///       image: web:1
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: most }
    /// spec: { hard: { limits.memory: 8Gi } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       resources: { limits: { memory: 1Gi } }
    /// ```
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: lasting }
    /// spec: { hard: { limits.memory: 8Gi }, scopes: [NotTerminating] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web #~ BVL1137 "`lasting`"
    ///       image: web:1
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata: { name: lasting }
    /// spec: { hard: { limits.memory: 8Gi }, scopes: [NotTerminating] }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   activeDeadlineSeconds: 60
    ///   containers:
    ///     - name: web
    ///       image: web:1
    /// ```
    ///
    /// ## Source
    /// `Constraints` and `podMatchesScopeFunc` in [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go), and which quotas are asked:
    /// `CheckRequest` in [`controller.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go),
    /// Kubernetes 1.36.
    BVL1137, "quota-refuses", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1135, &BVL1136, &BVL1137];

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    of_targets(cluster, &mut found);
    for pod in cluster.pods() {
        for (scaler_at, scaler) in cluster.scalers(pod.object) {
            of_metrics(cluster, pod, (scaler_at, scaler), &mut found);
        }
        if !matches!(pod.object, Given::PodTemplate(_)) {
            for (quota_at, quota) in cluster.quotas(cluster.namespace_of(pod.object)) {
                of_quota(cluster, pod, (*quota_at, quota), &mut found);
            }
        }
    }
    found
}

fn of_targets(cluster: &Cluster<'_>, found: &mut Vec<Finding>) {
    let mut first: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for (at, object) in cluster.iter() {
        let Some((kind, name)) = target(object) else { continue };
        // KEDA's own autoscaler in a dump belongs to its ScaledObject
        let mut owners = object.metadata().owner_references.iter().flatten();
        if owners.any(|owner| owner.kind == "ScaledObject") {
            continue;
        }
        let key = (cluster.namespace_of(object), kind, name);
        let Some(other) = first.get(&key).copied() else {
            first.insert(key, at);
            continue;
        };
        let path = FieldPath::of("spec.scaleTargetRef");
        let (own, theirs) = (cluster.title(object), cluster.objects.get(other).map(|it| cluster.title(it)));
        let message = format!("{own} and {} both scale {kind} {name}", theirs.unwrap_or_default());
        found.push(
            Finding::new(&BVL1135, Place::new(at, path.clone()), message)
                .here("and so does this one")
                .other(Place::new(other, path), "this one scales it")
                .note("each undoes what the other does")
                .help("remove one of them; the other may hold the metrics of both, of which the largest proposal wins"),
        );
    }
}

/// Whether the container states a request, or a limit, which is then the request.
fn requests(container: &ContainerView<'_>, resource: &str) -> bool {
    let Some(resources) = container.resources else { return false };
    let states = |amounts: &Option<BTreeMap<String, _>>| amounts.as_ref().is_some_and(|it| it.contains_key(resource));
    states(&resources.requests) || states(&resources.limits)
}

fn limits(container: &ContainerView<'_>, resource: &str) -> bool {
    let limits = container.resources.and_then(|resources| resources.limits.as_ref());
    limits.is_some_and(|limits| limits.contains_key(resource))
}

/// What a `LimitRange` gives to containers that state nothing: whether there is such a request, such a limit.
fn defaults(cluster: &Cluster<'_>, namespace: &str, resource: &str) -> (bool, bool) {
    let of_range = |range: &LimitRange| {
        let items = range.spec.iter().flat_map(|spec| &spec.limits).filter(|item| item.type_ == "Container");
        let given =
            |amounts: &Option<BTreeMap<String, _>>| amounts.as_ref().is_some_and(|it| it.contains_key(resource));
        items.fold((false, false), |(request, limit), item| {
            // a `max` is the default limit, and a default limit the default request (pkg/apis/core/v1/defaults.go)
            let has_limit = given(&item.default) || given(&item.max);
            (request || has_limit || given(&item.default_request) || given(&item.min), limit || has_limit)
        })
    };
    cluster
        .limit_ranges(namespace)
        .iter()
        .map(|range| of_range(range))
        .fold((false, false), |(a, b), (c, d)| (a || c, b || d))
}

/// Whether the pod as a whole states it (pod-level resources, from 1.34 on).
fn pod_states(pod: &PodView<'_>, resource: &str, is_limit: Demand) -> bool {
    let Some(resources) = &pod.template.spec.resources else { return false };
    let states = |amounts: &Option<BTreeMap<String, _>>| amounts.as_ref().is_some_and(|it| it.contains_key(resource));
    match is_limit {
        Demand::Request => states(&resources.requests) || states(&resources.limits),
        Demand::Limit => states(&resources.limits),
    }
}

/// What of a resource is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    Request,
    Limit,
}

/// A resource of which a scaler aims at a share of what is requested.
struct Share<'a> {
    /// The field that says so.
    path: FieldPath,
    resource: &'a str,
    /// The one container that is asked; all of them where none is named.
    container: Option<&'a str>,
}

/// What a scaler aims at a share of. Without any metric it is the cpu (`SetDefaults_HorizontalPodAutoscaler`, kubernetes
/// `pkg/apis/autoscaling/v2/defaults.go`, v1.36), unless an annotation holds metrics that `v1` has no field for.
fn shares(scaler: &Given) -> Vec<Share<'_>> {
    let mut found = Vec::new();
    if let Given::HorizontalPodAutoscaler(it) = scaler {
        let metrics = it.spec.iter().flat_map(|spec| spec.metrics.iter().flatten()).enumerate();
        for (index, metric) in metrics {
            let path = FieldPath::of("spec.metrics").index(index);
            if let Some(resource) = metric.resource.as_ref().filter(|it| it.target.type_ == "Utilization") {
                found.push(Share { path: path.at("resource.name"), resource: &resource.name, container: None });
            }
            if let Some(resource) = metric.container_resource.as_ref().filter(|it| it.target.type_ == "Utilization") {
                let container = Some(resource.container.as_str());
                found.push(Share { path: path.at("containerResource.container"), resource: &resource.name, container });
            }
        }
        let has_none = it.spec.as_ref().is_some_and(|spec| spec.metrics.iter().flatten().next().is_none());
        let annotations = it.metadata.annotations.as_ref();
        if has_none && annotations.is_none_or(|all| !all.contains_key("autoscaling.alpha.kubernetes.io/metrics")) {
            found.push(Share { path: FieldPath::of("spec.metrics"), resource: "cpu", container: None });
        }
    }
    if let Given::ScaledObject(it) = scaler {
        for (index, trigger) in it.spec.triggers.iter().enumerate() {
            let is_share = trigger.metric_type.is_none_or(|it| it == MetricType::Utilization);
            if ["cpu", "memory"].contains(&trigger.r#type.as_str()) && is_share {
                let path = FieldPath::of("spec.triggers").index(index);
                let container = trigger.metadata.get("containerName").map(String::as_str);
                let field =
                    if container.is_some() { path.at("metadata").key("containerName") } else { path.at("type") };
                found.push(Share { path: field, resource: &trigger.r#type, container });
            }
        }
    }
    found
}

fn of_metrics(
    cluster: &Cluster<'_>,
    Pod { at, object, view: pod, .. }: &Pod<'_>,
    (scaler_at, scaler): (usize, &Given),
    found: &mut Vec<Finding>,
) {
    let (own, title) = (cluster.title(scaler), cluster.title(object));
    for Share { path, resource, container } in shares(scaler) {
        let place = Place::new(scaler_at, path);
        let lasting = || pod.containers.iter().filter(|it| matches!(it.role, Role::Main | Role::Sidecar));
        if let Some(name) = container.filter(|name| !lasting().any(|it| it.name == *name)) {
            let known = lasting().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(" or ");
            let message =
                format!("{own} aims at a share of what the container `{name}` requests, which {title} has not");
            found.push(
                Finding::new(&BVL1136, place, message)
                    .here("no container has this name")
                    .other(Place::new(*at, pod.spec_path.at("containers")), "these are the containers")
                    .note("the autoscaler reports FailedGetContainerResourceMetric and changes nothing")
                    .help(format!("write the name of a container, {known}")),
            );
            continue;
        }
        let (has_default, _) = defaults(cluster, cluster.namespace_of(object), resource);
        if has_default || pod_states(pod, resource, Demand::Request) {
            continue;
        }
        let counted = lasting().filter(|it| container.is_none_or(|name| it.name == name));
        for container in counted.filter(|it| !requests(it, resource)) {
            let message = format!(
                "{own} aims at a share of the {resource} that pods request, and the container `{}` of {title} requests none",
                container.name,
            );
            found.push(
                Finding::new(&BVL1136, place.clone(), message)
                    .here(format!("a share of requested {resource}"))
                    .other(Place::new(*at, container.path.at("resources")), format!("no request of {resource}"))
                    .note("the autoscaler reports FailedGetResourceMetric and changes nothing")
                    .help(format!(
                        "state what `{}` was measured to need, `resources: {{ requests: {{ {resource}: {} }} }}`, or ask a container that has a request by a ContainerResource metric",
                        container.name,
                        if resource == "cpu" { "100m" } else { "128Mi" }
                    )),
            );
        }
    }
}

fn of_quota(
    cluster: &Cluster<'_>,
    counted: &Pod<'_>,
    (quota_at, quota): (usize, &ResourceQuota),
    found: &mut Vec<Finding>,
) {
    let Some(spec) = &quota.spec else { return };
    // of pods that its scopes leave out it demands nothing
    if counts(cluster, spec, counted) != Some(true) {
        return;
    }
    let Pod { at, object, view: pod, .. } = counted;
    for key in spec.hard.iter().flatten().map(|(key, _)| key.as_str()) {
        let (resource, demand) = match key {
            "cpu" | "requests.cpu" => ("cpu", Demand::Request),
            "memory" | "requests.memory" => ("memory", Demand::Request),
            "limits.cpu" => ("cpu", Demand::Limit),
            "limits.memory" => ("memory", Demand::Limit),
            _ => continue,
        };
        let (has_request, has_limit) = defaults(cluster, cluster.namespace_of(object), resource);
        let is_given = if demand == Demand::Request { has_request } else { has_limit };
        if is_given || pod_states(pod, resource, demand) {
            continue;
        }
        for container in pod.containers.iter().filter(|it| it.role != Role::Ephemeral) {
            let states = match demand {
                Demand::Request => requests(container, resource),
                Demand::Limit => limits(container, resource),
            };
            if !states {
                let title = cluster.title(object);
                let message = format!(
                    "{title}: the container `{}` states no {key}, which the quota `{}` counts",
                    container.name,
                    quota.metadata.name.as_deref().unwrap_or_default(),
                );
                found.push(
                    Finding::new(&BVL1137, Place::new(*at, container.path.at("resources")), message)
                        .here(format!("{key} is not stated"))
                        .other(Place::new(quota_at, FieldPath::of("spec.hard").key(key)), "the quota counts it")
                        .note("the quota refuses every such pod: a Deployment or Job is accepted, and its pods do not appear")
                        .help(format!("state {key} on every container, init containers too, or give the namespace a LimitRange with a `default`")),
                );
            }
        }
    }
}
