//! An object states what its kind cannot do without, each value in the form that it is read in.
//!
//! Invariant: what some version of Kubernetes takes is not refused. Functions are those of kubernetes `pkg/apis/*/validation/validation.go`,
//! v1.36.

use std::collections::BTreeMap;

use super::refused::Review;
use crate::object::api::core::v1::{LifecycleHandler, PersistentVolumeClaimSpec, Probe};
use crate::object::{FieldPath, Given, Quantity};
use crate::value::cron::schedule_fault;
use crate::value::quantity::is_quantity;
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::Finding;
use crate::verify::pod::{ContainerView, PodView};

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for Pod { at, object, view, .. } in cluster.pods() {
        let mut review = Review::of_pods(cluster, (*at, object), &mut found);
        review.pod(object, view);
    }
    for (at, object) in cluster.iter() {
        let mut review = Review::of_object(cluster, (at, object), &mut found);
        review.object(object);
    }
    found
}

impl Review<'_> {
    fn object(&mut self, object: &Given) {
        let metadata = object.metadata();
        let is_named = |name: Option<&String>| name.is_some_and(|name| !name.is_empty());
        if !is_named(metadata.name.as_ref()) && !is_named(metadata.generate_name.as_ref()) {
            let what = "it has no name, nor a beginning of one in generateName";
            self.refuse(FieldPath::of("metadata.name"), what, "no `name`", "state `metadata.name`");
        }
        if let Given::Service(service) = object {
            let spec = service.spec.as_ref().filter(|spec| spec.type_.as_deref() == Some("ExternalName"));
            // `ValidateService`
            if spec.is_some_and(|spec| spec.external_name.as_deref().unwrap_or_default().is_empty()) {
                let what = "it is an ExternalName, and names nothing that it stands for";
                let help = "state the name in `externalName`, or another type";
                self.refuse(FieldPath::of("spec.externalName"), what, "no `externalName`", help);
            }
        }
        if let Given::CronJob(job) = object
            && let Some(spec) = &job.spec
            && let Some(fault) = schedule_fault(&spec.schedule)
        {
            let what = format!("`{}` is no schedule: {fault}", spec.schedule);
            let help = "write minute, hour, day, month and weekday, such as \"0 8 * * 1-5\", or a name such as @daily";
            self.refuse(FieldPath::of("spec.schedule"), &what, "no schedule", help);
        }
        self.scaler(object);
        for (path, amounts) in amounts(object) {
            self.amounts(&path, amounts, "it");
        }
    }

    /// `validateMetrics`: nothing is used where no pod is, so that what pods use makes none of them. Without metrics it is their cpu
    /// (`SetDefaults_HorizontalPodAutoscaler`, `pkg/apis/autoscaling/v2/defaults.go`).
    fn scaler(&mut self, object: &Given) {
        let Given::HorizontalPodAutoscaler(scaler) = object else { return };
        let Some(spec) = scaler.spec.as_ref().filter(|spec| spec.min_replicas == Some(0)) else { return };
        let metrics = spec.metrics.as_deref().unwrap_or_default();
        if metrics.iter().any(|metric| matches!(metric.type_.as_str(), "Object" | "External")) {
            return;
        }
        let what = "minReplicas is 0, and no metric of an object or from outside says when a pod is needed again";
        let help = "state `minReplicas: 1`, or a metric of the type Object or External";
        self.refuse(FieldPath::of("spec.minReplicas"), what, "0 at the least", help);
    }

    fn pod(&mut self, object: &Given, pod: &PodView<'_>) {
        let spec = pod.template.spec;
        if spec.containers.is_empty() {
            let path = pod.spec_path.at("containers");
            self.refuse(path, "it has no container", "no `containers`", "state a container");
        }
        self.restart(object, pod);
        for container in &pod.containers {
            self.container(container);
            if !pod.is_host_network() {
                continue;
            }
            for (index, port) in container.ports.iter().enumerate() {
                // in a template it may be left out, and is filled in once a pod is made
                let Some(on_host) =
                    port.host_port.filter(|on_host| !matches!(*on_host, 0) && *on_host != port.container_port)
                else {
                    continue;
                };
                let what = format!(
                    "the container `{}` listens at {} on the network of its node, and hostPort is {on_host}",
                    container.name, port.container_port
                );
                let path = container.path.at("ports").index(index).at("hostPort");
                self.refuse(path, &what, "another port", "remove hostPort, or write the same port");
            }
        }
        for (path, volume) in pod.volumes() {
            let size = volume.empty_dir.as_ref().and_then(|folder| folder.size_limit.as_ref());
            let Some(size) = size.filter(|size| !is_quantity(&size.0)) else { continue };
            let whose = format!("the volume `{}`", volume.name);
            self.amount(path.at("emptyDir.sizeLimit"), &size.0, &whose, "storage");
        }
    }

    /// `ValidateJobSpec`; `ValidatePodTemplateSpecForReplicaSet` and its like in that of `apps`.
    fn restart(&mut self, object: &Given, pod: &PodView<'_>) {
        let stated = pod.template.spec.restart_policy.as_deref().filter(|policy| !policy.is_empty());
        let known: &[&str] = if matches!(object, Given::Job(_) | Given::CronJob(_)) {
            &["OnFailure", "Never"]
        } else if matches!(object, Given::Pod(_) | Given::PodTemplate(_)) {
            &["Always", "OnFailure", "Never"]
        } else {
            &["Always"]
        };
        // what is not stated is Always
        if known.contains(&stated.unwrap_or("Always")) {
            return;
        }
        let shown = known.join(" or ");
        let what = match stated {
            Some(stated) => format!("its restartPolicy is {stated}, and may be {shown}"),
            None => format!("it states no restartPolicy, which is Always then, and may be {shown}"),
        };
        let help = format!("state `restartPolicy: {}`", known.last().unwrap_or(&""));
        self.refuse(pod.spec_path.at("restartPolicy"), &what, &format!("not {shown}"), &help);
    }

    fn container(&mut self, container: &ContainerView<'_>) {
        let whose = if container.name.is_empty() {
            self.refuse(container.path.at("name"), "a container has no name", "no `name`", "give the container a name");
            "a container".to_owned()
        } else {
            format!("the container `{}`", container.name)
        };
        if container.image.is_empty() {
            let what = format!("{whose} has no image");
            self.refuse(container.path.at("image"), &what, "no `image`", "state the image that it runs");
        }
        for (field, probe) in container.probes {
            let Some(probe) = probe else { continue };
            self.handler(&actions_of_probe(probe), container.path.at(field), &format!("the {field} of {whose}"));
        }
        let hooks = container.lifecycle.into_iter().flat_map(|lifecycle| {
            [("postStart", lifecycle.post_start.as_ref()), ("preStop", lifecycle.pre_stop.as_ref())]
        });
        for (field, hook) in hooks {
            let Some(hook) = hook else { continue };
            let path = container.path.at("lifecycle").at(field);
            self.handler(&actions_of_hook(hook), path, &format!("the {field} hook of {whose}"));
        }
        for (field, amounts) in container
            .resources
            .iter()
            .flat_map(|resources| [("requests", resources.requests.as_ref()), ("limits", resources.limits.as_ref())])
        {
            if let Some(amounts) = amounts {
                self.amounts(&container.path.at("resources").at(field), amounts, &whose);
            }
        }
    }

    /// `validateHandler`
    fn handler(&mut self, actions: &[&'static str], path: FieldPath, whose: &str) {
        match *actions {
            [] => self.refuse(path, &format!("{whose} does nothing"), "no action", "state what it does, or remove it"),
            [_] => {}
            [first, second, ..] => {
                let what = format!("{whose} has two actions, {first} and {second}");
                let help = format!("keep one of the two, {first} or {second}");
                self.refuse(path.at(second), &what, "the second action", &help);
            }
        }
    }

    fn amounts(&mut self, path: &FieldPath, amounts: &BTreeMap<String, Quantity>, whose: &str) {
        for (resource, amount) in amounts.iter().filter(|(_, amount)| !is_quantity(&amount.0)) {
            self.amount(path.key(resource), &amount.0, whose, resource);
        }
    }

    fn amount(&mut self, path: FieldPath, amount: &str, whose: &str, resource: &str) {
        let what = format!("{whose} states `{amount}` of {resource}, which is no amount");
        let help = "write a number, with a suffix that Kubernetes has: 2, 500m, 1.5Gi";
        self.refuse(path, &what, "no amount", help);
    }
}

fn actions_of_probe(probe: &Probe) -> Vec<&'static str> {
    let stated = [
        ("exec", probe.exec.is_some()),
        ("httpGet", probe.http_get.is_some()),
        ("tcpSocket", probe.tcp_socket.is_some()),
        ("grpc", probe.grpc.is_some()),
    ];
    stated.into_iter().filter(|(_, is_stated)| *is_stated).map(|(action, _)| action).collect()
}

fn actions_of_hook(hook: &LifecycleHandler) -> Vec<&'static str> {
    let stated = [
        ("exec", hook.exec.is_some()),
        ("httpGet", hook.http_get.is_some()),
        ("tcpSocket", hook.tcp_socket.is_some()),
        ("sleep", hook.sleep.is_some()),
    ];
    stated.into_iter().filter(|(_, is_stated)| *is_stated).map(|(action, _)| action).collect()
}

/// Amounts by resource, and where they stand.
type Amounts<'a> = (FieldPath, &'a BTreeMap<String, Quantity>);
/// The same where they may be stated.
type Stated<'a> = (FieldPath, Option<&'a BTreeMap<String, Quantity>>);

/// The amounts that an object states beside those of its pods.
fn amounts(object: &Given) -> Vec<Amounts<'_>> {
    let mut stated = Vec::new();
    if let Given::ResourceQuota(quota) = object {
        stated.push((FieldPath::of("spec.hard"), quota.spec.as_ref().and_then(|spec| spec.hard.as_ref())));
    } else if let Given::PersistentVolumeClaim(claim) = object {
        stated.extend(of_claim(&FieldPath::of("spec.resources"), claim.spec.as_ref()));
    } else if let Given::StatefulSet(set) = object {
        let claims = set.spec.iter().flat_map(|spec| spec.volume_claim_templates.iter().flatten());
        for (index, claim) in claims.enumerate() {
            let path = FieldPath::of("spec.volumeClaimTemplates").index(index).at("spec.resources");
            stated.extend(of_claim(&path, claim.spec.as_ref()));
        }
    } else if let Given::LimitRange(range) = object {
        for (index, item) in range.spec.iter().flat_map(|spec| &spec.limits).enumerate() {
            let path = FieldPath::of("spec.limits").index(index);
            let own = [("max", &item.max), ("min", &item.min), ("default", &item.default)];
            stated.extend(own.map(|(field, amounts)| (path.at(field), amounts.as_ref())));
            stated.push((path.at("defaultRequest"), item.default_request.as_ref()));
        }
    }
    stated.into_iter().filter_map(|(path, amounts)| Some((path, amounts?))).collect()
}

fn of_claim<'c>(path: &FieldPath, claim: Option<&'c PersistentVolumeClaimSpec>) -> Vec<Stated<'c>> {
    let resources = claim.and_then(|spec| spec.resources.as_ref());
    let (requests, limits) = resources.map_or((None, None), |own| (own.requests.as_ref(), own.limits.as_ref()));
    vec![(path.at("requests"), requests), (path.at("limits"), limits)]
}
