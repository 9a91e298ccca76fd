//! An object does not contradict itself, so that the API server stores it.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::object::api::core::v1::{ResourceRequirements, ServicePort};
use crate::object::{FieldPath, Given, IntOrString, PodDisruptionBudget, Service};
use crate::value::Port;
use crate::value::name::{NameFault, port_name};
use crate::value::quantity::{Rounding, in_thousandths};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::metadata;
use crate::verify::pod::ContainerView;

crate::code! {
    /// ## What it means
    /// Fields of one object contradict each other or hold what their kind may not: two containers, ports or volumes of one name,
    /// two mounts at one path, a mount of a volume that is not there, a request above its limit, a port out of range or a
    /// number written as a text, a liveness or startup probe that wants more than one success, a rollout that may neither add
    /// a pod nor take one away, or is given up before a pod counts, more replicas at the least than at the most, a budget
    /// with both of its amounts, a name, a namespace or a label that Kubernetes does not take. Or something is missing or is not what
    /// it should be: an object or a container without a name, a pod without a container, a container without an image, a probe with two
    /// actions or none, a Job whose pods are to start again for ever, a schedule that is none, an amount that is none such as `1cpu`,
    /// an `ExternalName` without one, a port of the node beside another one of the container on the node's network, an autoscaler that
    /// may go down to 0 by what pods use, a ClusterRoleBinding to a Role or for an account whose namespace is not stated, a rule of a role
    /// without verbs. Or a LimitRange beside it does not
    /// take what a container, a pod or a claim asks for: less than its `min`, more than its `max`, a limit of more than
    /// `maxLimitRequestRatio` times the request, or nothing where it asks for something.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the object, and what was there before stays. Of a StatefulSet, and of whatever a LimitRange does not
    /// take, it refuses the pods: the object is stored, and none appears. A `ScaledObject` is stored, and KEDA makes no autoscaler for it.
    ///
    /// ## How to mend it
    /// Correct the field that is named.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       volumeMounts:
    ///         - name: cahce #~ BVL1145 "`cahce`"
    ///           mountPath: /cache
    ///   volumes: [{ name: cache, emptyDir: {} }]
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       volumeMounts:
    ///         - name: cache
    ///           mountPath: /cache
    ///   volumes: [{ name: cache, emptyDir: {} }]
    /// ```
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: LimitRange
    /// metadata: { name: range }
    /// spec:
    ///   limits:
    ///     - type: Container
    ///       max: { memory: 1Gi }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web #~ BVL1145 "may take 2Gi of memory, more than 1Gi" :6
    ///       image: web:1
    ///       resources: { limits: { memory: 2Gi } }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: LimitRange
    /// metadata: { name: range }
    /// spec:
    ///   limits:
    ///     - type: Container
    ///       max: { memory: 1Gi }
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
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: { name: report }
    /// spec:
    ///   schedule: every day #~ BVL1145 "is no schedule"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec: #~ BVL1145 "restartPolicy"
    ///           containers:
    ///             - name: report
    ///               image: report:1
    ///               resources:
    ///                 requests:
    ///                   cpu: 1cpu #~ BVL1145 "`1cpu`"
    /// ```
    /// ```yaml good
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata: { name: report }
    /// spec:
    ///   schedule: "@daily"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: report:1
    ///               resources:
    ///                 requests:
    ///                   cpu: 1
    /// ```
    ///
    /// ## Source
    /// `ValidateObjectMeta` in [`objectmeta.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go),
    /// `ValidatePodSpec`, `validateContainerCommon`, `validateHandler`, `validateHostNetwork`, `ValidateContainerResourceRequirements`,
    /// `validateLivenessProbe`, `validateStartupProbe` and `ValidateService` in
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go) of `core`,
    /// `ValidateDeploymentSpec`, `ValidateRollingUpdateDeployment` and `ValidateRollingUpdateDaemonSet` in that of
    /// [`apps`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/apps/validation/validation.go),
    /// `ValidateJobSpec` and `validateScheduleFormat` in that of [`batch`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/batch/validation/validation.go),
    /// `validateHorizontalPodAutoscalerSpec` and `validateMetrics` in that of [`autoscaling`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/autoscaling/validation/validation.go),
    /// `ValidatePodDisruptionBudgetSpec` in that of [`policy`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/policy/validation/validation.go),
    /// `ValidatePolicyRule`, `ValidateRoleBinding`, `ValidateClusterRoleBinding` and `ValidateRoleBindingSubject` in that of
    /// [`rbac`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/rbac/validation/validation.go),
    /// `ParseQuantity` in [`quantity.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go),
    /// `PodValidateLimitFunc` in [`admission.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/plugin/pkg/admission/limitranger/admission.go),
    /// Kubernetes 1.36; `CheckReplicaCountBoundsAreValid` in
    /// [`scaledobject_types.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_types.go), KEDA 2.20.
    BVL1145, "object-is-refused", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1145];

/// What is said of an object that is not stored.
pub(super) const REFUSED: &str = "the API server refuses the object";

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for pod in cluster.pods() {
        of_pod(cluster, pod, &mut found);
    }
    for (at, object) in cluster.iter() {
        let mut review = Review::of_object(cluster, (at, object), &mut found);
        // a policy's are judged with the rest of it
        if !matches!(object, Given::NetworkPolicy(_)) {
            review.metadata(object);
        }
        if let Given::Service(service) = object {
            review.service(service);
        }
        if let Given::PodDisruptionBudget(budget) = object {
            review.budget(budget);
        }
        review.bounds(object);
    }
    found
}

fn of_pod(cluster: &Cluster<'_>, Pod { at, object, view: pod, .. }: &Pod<'_>, found: &mut Vec<Finding>) {
    let mut review = Review::of_pods(cluster, (*at, object), found);
    let names = pod.containers.iter().map(|container| (container.name.to_owned(), container.path.at("name")));
    review.distinct(names, |name| format!("two containers are called `{name}`"));
    let volumes = pod.volumes().map(|(path, volume)| (volume.name.clone(), path.at("name")));
    review.distinct(volumes, |name| format!("two volumes are called `{name}`"));
    let mut known: Vec<&str> = pod.volumes().map(|(_, volume)| volume.name.as_str()).collect();
    if let Given::StatefulSet(set) = object {
        let claims = set.spec.iter().flat_map(|spec| spec.volume_claim_templates.iter().flatten());
        known.extend(claims.filter_map(|claim| claim.metadata.name.as_deref()));
    }
    for container in &pod.containers {
        review.ports(container);
        review.mounts(container, &known);
        if let Some(resources) = container.resources {
            review.resources(container, resources);
        }
    }
}

/// One object under review.
pub(super) struct Review<'f> {
    at: usize,
    title: String,
    /// What becomes of it.
    refusal: &'static str,
    found: &'f mut Vec<Finding>,
}

impl<'f> Review<'f> {
    pub(super) fn of_object(cluster: &Cluster<'_>, (at, object): (usize, &Given), found: &'f mut Vec<Finding>) -> Self {
        Self { at, title: cluster.title(object), refusal: REFUSED, found }
    }

    /// Of the pods of an object: the template of a `StatefulSet` is not judged before they are made.
    pub(super) fn of_pods(cluster: &Cluster<'_>, (at, object): (usize, &Given), found: &'f mut Vec<Finding>) -> Self {
        let is_set = matches!(object, Given::StatefulSet(_));
        let refusal = if is_set { "the API server refuses each of its pods" } else { REFUSED };
        Self { refusal, ..Self::of_object(cluster, (at, object), found) }
    }

    pub(super) fn refuse(&mut self, path: FieldPath, what: &str, here: &str, help: &str) {
        let finding = Finding::new(&BVL1145, Place::new(self.at, path), format!("{}: {what}", self.title));
        self.found.push(finding.here(here).note(self.refusal).help(help));
    }

    /// What every object has, whatever its kind.
    fn metadata(&mut self, object: &Given) {
        for (path, what) in metadata::refused(object) {
            self.refuse(path, &what, "no object has this", "write another one, here and wherever it is named");
        }
    }

    /// Finds the names that stand twice.
    fn distinct(&mut self, names: impl Iterator<Item = (String, FieldPath)>, what: impl Fn(&str) -> String) {
        let mut first: BTreeMap<String, FieldPath> = BTreeMap::new();
        for (name, path) in names.filter(|(name, _)| !name.is_empty()) {
            let Some(other) = first.get(&name) else {
                first.insert(name, path);
                continue;
            };
            let message = format!("{}: {}", self.title, what(&name));
            self.found.push(
                Finding::new(&BVL1145, Place::new(self.at, path), message)
                    .here("this is the second one")
                    .other(Place::new(self.at, other.clone()), "this is the first one")
                    .note(self.refusal)
                    .help("give one of them another name, or remove it"),
            );
        }
    }

    fn number(&mut self, number: i32, path: impl FnOnce() -> FieldPath, whose: &str) {
        if Port::of(number).is_none() {
            let what = format!("{number} of {whose} is no port");
            let here = format!("a port is {}", Port::NUMBERS);
            self.refuse(path(), &what, &here, "write the number at which the program listens");
        }
    }

    /// A port by its name.
    fn name(&mut self, name: &str, path: impl FnOnce() -> FieldPath, whose: &str) {
        let Err(fault) = port_name(name) else { return };
        let what = format!("the name `{name}` of a port of {whose} {fault}");
        let help = if fault == NameFault::Number {
            "write the number without quotes"
        } else {
            "give the port another name, here and where it is used"
        };
        self.refuse(path(), &what, "not the name of a port", help);
    }

    fn ports(&mut self, container: &ContainerView<'_>) {
        let whose = format!("the container `{}`", container.name);
        let path = |index: usize| container.path.at("ports").index(index);
        for (index, port) in container.ports.iter().enumerate() {
            self.number(port.container_port, || path(index).at("containerPort"), &whose);
            if let Some(name) = &port.name {
                self.name(name, || path(index).at("name"), &whose);
            }
        }
        let ports = container.ports.iter().enumerate();
        let names = ports.filter_map(|(index, port)| Some((port.name.clone()?, path(index).at("name"))));
        self.distinct(names, |name| format!("two ports of {whose} are called `{name}`"));
        for (field, probe) in container.probes {
            let Some(probe) = probe else { continue };
            let http = probe.http_get.as_ref().map(|get| ("httpGet.port", &get.port));
            let tcp = probe.tcp_socket.as_ref().map(|socket| ("tcpSocket.port", &socket.port));
            for (action, port) in http.into_iter().chain(tcp) {
                let path = || container.path.at(field).at(action);
                let whose = format!("the {field} of {whose}");
                match port {
                    IntOrString::Int(number) => self.number(*number, path, &whose),
                    IntOrString::String(name) => self.name(name, path, &whose),
                }
            }
            // nothing stated, and 0, are 1
            let needed = probe.success_threshold.filter(|needed| !matches!(needed, 0 | 1));
            if let Some(needed) = needed.filter(|_| field != "readinessProbe") {
                let what =
                    format!("the {field} of {whose} asks for {needed} successes, and one is what it may ask for");
                let path = container.path.at(field).at("successThreshold");
                self.refuse(
                    path,
                    &what,
                    "not 1",
                    "remove successThreshold; only a readinessProbe may have another one",
                );
            }
        }
    }

    fn mounts(&mut self, container: &ContainerView<'_>, known: &[&str]) {
        let path = |index: usize| container.path.at("volumeMounts").index(index);
        for (index, mount) in container.mounts.iter().enumerate() {
            if !known.contains(&mount.name.as_str()) {
                let what = format!(
                    "the container `{}` mounts `{}`, and no volume of the pod has this name",
                    container.name, mount.name
                );
                let volumes = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
                let help = if volumes.is_empty() {
                    "state the volume in `volumes`, or remove the mount".to_owned()
                } else {
                    format!("write the name of a volume, {volumes}, or state this one in `volumes`")
                };
                self.refuse(path(index).at("name"), &what, "no volume of this name", &help);
            }
        }
        let mounts = container.mounts.iter().enumerate();
        let places = mounts.map(|(index, mount)| (mount.mount_path.clone(), path(index).at("mountPath")));
        self.distinct(places, |place| format!("the container `{}` mounts two volumes at `{place}`", container.name));
    }

    fn resources(&mut self, container: &ContainerView<'_>, resources: &ResourceRequirements) {
        for (resource, asked) in resources.requests.iter().flatten() {
            let Some(limit) = resources.limits.as_ref().and_then(|limits| limits.get(resource)) else { continue };
            let amounts = in_thousandths(&asked.0, Rounding::Up).zip(in_thousandths(&limit.0, Rounding::Up));
            if amounts.is_some_and(|(asked, limit)| asked > limit) {
                let what = format!(
                    "the container `{}` requests {} of {resource}, and its limit is {}",
                    container.name, asked.0, limit.0
                );
                let path = container.path.at("resources.requests").key(resource);
                self.refuse(path, &what, "above the limit", "raise the limit to the request, or lower the request");
            }
        }
    }

    fn service(&mut self, service: &Service) {
        let Some(spec) = &service.spec else { return };
        let ports = spec.ports.as_deref().unwrap_or_default();
        let path = |index: usize| FieldPath::of("spec.ports").index(index);
        let is_named = spec.type_.as_deref() == Some("ExternalName");
        if ports.is_empty() && !is_named && spec.cluster_ip.as_deref() != Some("None") {
            let help = "state its ports; one with `clusterIP: None` needs none";
            self.refuse(FieldPath::of("spec"), "it has no port", "no `ports`", help);
        }
        for (index, port) in ports.iter().enumerate() {
            self.number(port.port, || path(index).at("port"), "the Service");
            match &port.target_port {
                Some(IntOrString::Int(number)) => self.number(*number, || path(index).at("targetPort"), "the Service"),
                Some(IntOrString::String(name)) => self.name(name, || path(index).at("targetPort"), "the Service"),
                None => {}
            }
            if ports.len() > 1 && port.name.as_deref().unwrap_or_default().is_empty() {
                let what = format!("its port {} has no name, and it has {} ports", port.port, ports.len());
                self.refuse(path(index).at("name"), &what, "no `name`", "give each port a name");
            }
        }
        let all = || ports.iter().enumerate();
        let names = all().filter_map(|(index, port)| Some((port.name.clone()?, path(index).at("name"))));
        self.distinct(names, |name| format!("two ports are called `{name}`"));
        let protocol = |port: &ServicePort| port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
        let numbers = all().map(|(index, port)| (format!("{}/{}", port.port, protocol(port)), path(index).at("port")));
        self.distinct(numbers, |port| format!("the port {port} stands twice"));
    }

    fn budget(&mut self, budget: &PodDisruptionBudget) {
        let Some(spec) = &budget.spec else { return };
        if spec.min_available.is_some() && spec.max_unavailable.is_some() {
            self.refuse(
                FieldPath::of("spec.maxUnavailable"),
                "minAvailable and maxUnavailable stand beside each other",
                "a budget has one of the two",
                "keep maxUnavailable, or remove it",
            );
        }
        for (field, amount) in
            [("spec.minAvailable", &spec.min_available), ("spec.maxUnavailable", &spec.max_unavailable)]
        {
            let fault = match amount {
                Some(IntOrString::Int(count)) if *count < 0 => format!("{count} is below 0"),
                Some(IntOrString::String(text)) => match text.strip_suffix('%').map(str::parse::<u32>) {
                    Some(Ok(share)) if share <= 100 => continue,
                    Some(Ok(_)) => format!("{text} is more than 100%"),
                    Some(Err(_)) | None => format!("`{text}` is neither a number nor a share, such as 50%"),
                },
                Some(IntOrString::Int(_)) | None => continue,
            };
            self.refuse(
                FieldPath::of(field),
                &fault,
                "not an amount of pods",
                "write a number of pods, or a share up to 100%",
            );
        }
    }

    /// The fewest and the most of a scaler.
    fn bounds(&mut self, object: &Given) {
        let (fields, least, most) = if let Given::HorizontalPodAutoscaler(it) = object {
            let Some(spec) = &it.spec else { return };
            (["spec.minReplicas", "spec.maxReplicas"], spec.min_replicas.unwrap_or(1), spec.max_replicas)
        } else if let Given::ScaledObject(it) = object {
            self.refusal = "KEDA makes no autoscaler for it";
            let (least, most) = (it.spec.min_replica_count.unwrap_or(0), it.spec.max_replica_count.unwrap_or(100));
            (["spec.minReplicaCount", "spec.maxReplicaCount"], least, most)
        } else {
            return;
        };
        if least > most {
            let [low, high] = fields;
            let short = |field: &'static str| field.trim_start_matches("spec.");
            let message = format!("{}: {} {least} is above {} {most}", self.title, short(low), short(high));
            self.found.push(
                Finding::new(&BVL1145, Place::new(self.at, FieldPath::of(low)), message)
                    .here(format!("{least} at the least"))
                    .other(Place::new(self.at, FieldPath::of(high)), format!("{most} at the most"))
                    .note(self.refusal)
                    .help(format!("lower {}, or raise {}", short(low), short(high))),
            );
        }
    }
}
