//! An object states what its kind cannot do without, each value in the form that it is read in.
//!
//! Invariant: what some version of Kubernetes takes is not refused. Functions are those of kubernetes `pkg/apis/*/validation/validation.go`,
//! v1.36.

use std::collections::BTreeMap;

use super::refused::Review;
use crate::object::api::core::v1::{LifecycleHandler, PersistentVolumeClaimSpec, Probe};
use crate::object::api::rbac::v1::{RoleRef, Subject};
use crate::object::{FieldPath, Given, Quantity};
use crate::value::cron::schedule_fault;
use crate::value::name::subdomain;
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
        self.rules(object);
        if let Given::RoleBinding(binding) = object {
            self.binding(&binding.role_ref, binding.subjects.as_deref(), &["Role", "ClusterRole"]);
        } else if let Given::ClusterRoleBinding(binding) = object {
            self.binding(&binding.role_ref, binding.subjects.as_deref(), &["ClusterRole"]);
        }
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

    /// `ValidatePolicyRule`, as of `rbac`.
    fn rules(&mut self, object: &Given) {
        let (rules, is_of_namespace) = if let Given::Role(role) = object {
            (role.rules.as_deref(), true)
        } else if let Given::ClusterRole(role) = object {
            (role.rules.as_deref(), false)
        } else {
            return;
        };
        for (index, rule) in rules.unwrap_or_default().iter().enumerate() {
            let path = FieldPath::of("rules").index(index);
            let is_stated = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
            if rule.verbs.is_empty() {
                self.refuse(
                    path.clone(),
                    "a rule of it lists no verb",
                    "no `verbs`",
                    "list what may be done in `verbs`",
                );
            }
            let has_urls = is_stated(&rule.non_resource_urls);
            if has_urls && is_of_namespace {
                let help = "state the rule in a ClusterRole";
                self.refuse(path.at("nonResourceURLs"), "a Role has no URLs", "of no namespace", help);
            }
            let resources = [("apiGroups", &rule.api_groups), ("resources", &rule.resources)];
            let names = [("resourceNames", &rule.resource_names)];
            if has_urls {
                if let Some((field, _)) = resources.iter().chain(&names).find(|(_, list)| is_stated(list)) {
                    let what = format!("a rule of it has both nonResourceURLs and {field}");
                    self.refuse(path.at(field), &what, "beside nonResourceURLs", "make two rules of it");
                }
                continue;
            }
            for (field, _) in resources.iter().filter(|(_, list)| !is_stated(list)) {
                let what = format!("a rule of it lists no {field}");
                let help = if *field == "apiGroups" {
                    "list the groups, `\"\"` for the first one"
                } else {
                    "list the resources"
                };
                self.refuse(path.clone(), &what, &format!("no `{field}`"), help);
            }
        }
    }

    /// `ValidateRoleBinding`, `ValidateClusterRoleBinding` and `ValidateRoleBindingSubject`, as of `rbac`, after what
    /// `SetDefaults_RoleBinding` and `SetDefaults_Subject` fill in (`pkg/apis/rbac/v1/defaults.go`).
    fn binding(&mut self, role: &RoleRef, subjects: Option<&[Subject]>, roles: &[&str]) {
        let path = FieldPath::of("roleRef");
        let shown = roles.join(" or ");
        if !roles.contains(&role.kind.as_str()) {
            let what = match role.kind.as_str() {
                "" => "its roleRef states no kind".to_owned(),
                kind => format!("its roleRef names a {kind}, and may name a {shown}"),
            };
            let help = if role.kind == "Role" {
                "name a ClusterRole, or bind the Role with a RoleBinding in its namespace"
            } else {
                "correct the kind"
            };
            self.refuse(path.at("kind"), &what, &format!("no {shown}"), help);
        }
        if let Some(group) = stated(Some(role.api_group.as_str())).filter(|group| *group != RBAC) {
            let what = format!("its roleRef has the apiGroup `{group}`, and roles are of `{RBAC}`");
            self.refuse(path.at("apiGroup"), &what, "not their group", &format!("write `apiGroup: {RBAC}`"));
        }
        if role.name.is_empty() {
            self.refuse(path.at("name"), "its roleRef states no name", "no `name`", "name the role");
        }
        for (index, subject) in subjects.unwrap_or_default().iter().enumerate() {
            self.subject(&FieldPath::of("subjects").index(index), subject, !roles.contains(&"Role"));
        }
    }

    fn subject(&mut self, path: &FieldPath, subject: &Subject, is_of_the_cluster: bool) {
        let Subject { kind, name, .. } = subject;
        if name.is_empty() {
            self.refuse(path.at("name"), "a subject of it has no name", "no `name`", "name the subject");
            return;
        }
        let (group, whose) = match kind.as_str() {
            "ServiceAccount" => ("", "accounts have none"),
            "User" | "Group" => (RBAC, "users and groups are of `rbac.authorization.k8s.io`"),
            _ => {
                let what = match kind.as_str() {
                    "" => format!("its subject `{name}` states no kind"),
                    kind => format!("its subject `{name}` is a {kind}, which nobody is"),
                };
                let help = "write ServiceAccount, User or Group";
                return self.refuse(path.at("kind"), &what, "no ServiceAccount, User or Group", help);
            }
        };
        if let Some(other) = stated(subject.api_group.as_deref()).filter(|other| *other != group) {
            let what = format!("its subject `{name}` has the apiGroup `{other}`, and {whose}");
            self.refuse(path.at("apiGroup"), &what, "not its group", "remove it");
        }
        if kind != "ServiceAccount" {
            return;
        }
        if let Err(fault) = subdomain(name) {
            let what = format!("the name of its subject `{name}` {fault}");
            self.refuse(path.at("name"), &what, "no account has this", "correct the name");
        }
        if is_of_the_cluster && stated(subject.namespace.as_deref()).is_none() {
            let what = format!("its subject `{name}` is a ServiceAccount, and no namespace is stated of it");
            self.refuse(path.at("namespace"), &what, "no `namespace`", "state the namespace of the account");
        }
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

/// The group of roles, and of users and groups.
const RBAC: &str = "rbac.authorization.k8s.io";

fn stated(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
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
