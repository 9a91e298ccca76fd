//! What the objects of a namespace take of its quotas beside what its pods do: how many they are, ports of nodes, storage.
//!
//! Sources, Kubernetes 1.36: `serviceEvaluator.Usage` in `pkg/quota/v1/evaluator/core/services.go` (each port of a Service of
//! type `NodePort` or `LoadBalancer` is one of the nodes, unless the load balancer has none), `pvcEvaluator.Usage` in
//! `persistent_volume_claims.go` beside it, `GetPersistentVolumeClaimClass` in
//! `staging/src/k8s.io/component-helpers/storage/volume/helpers.go`; "Quota on object count" in kubernetes/website
//! `docs/concepts/policy/resource-quotas.md`. Invariant: what may come of an object and need not is not counted.

use std::collections::{BTreeMap, BTreeSet};

use super::sums::{Row, times};
use crate::object::api::core::v1::{PersistentVolumeClaimSpec, ServicePort};
use crate::object::{Given, ObjectMeta};
use crate::value::quantity::{Rounding, in_thousandths};
use crate::verify::cluster::{Cluster, Pod, controller};
use crate::verify::connectivity::running;

/// What a key of `hard` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept<'k> {
    /// Objects of a kind.
    Objects(&'static str),
    /// Services with a load balancer.
    LoadBalancers,
    /// Ports of the nodes.
    NodePorts,
    /// Claims, of this class if it is one of a class.
    Claims(Option<&'k str>),
    /// The storage that claims ask for, of this class if it is that of a class.
    Storage(Option<&'k str>),
}

/// The resources of the API whose objects are judged, and their kinds.
const KINDS: [(&str, &str); 21] = [
    ("services", "Service"),
    ("configmaps", "ConfigMap"),
    ("secrets", "Secret"),
    ("replicationcontrollers", "ReplicationController"),
    ("resourcequotas", "ResourceQuota"),
    ("serviceaccounts", "ServiceAccount"),
    ("limitranges", "LimitRange"),
    ("podtemplates", "PodTemplate"),
    ("deployments.apps", "Deployment"),
    ("statefulsets.apps", "StatefulSet"),
    ("daemonsets.apps", "DaemonSet"),
    ("replicasets.apps", "ReplicaSet"),
    ("jobs.batch", "Job"),
    ("cronjobs.batch", "CronJob"),
    ("ingresses.networking.k8s.io", "Ingress"),
    ("networkpolicies.networking.k8s.io", "NetworkPolicy"),
    ("poddisruptionbudgets.policy", "PodDisruptionBudget"),
    ("horizontalpodautoscalers.autoscaling", "HorizontalPodAutoscaler"),
    ("httproutes.gateway.networking.k8s.io", "HTTPRoute"),
    ("scaledobjects.keda.sh", "ScaledObject"),
    ("externalsecrets.external-secrets.io", "ExternalSecret"),
];

/// Those that may be counted without `count/` before them.
const SHORT: [&str; 5] = ["services", "configmaps", "secrets", "replicationcontrollers", "resourcequotas"];

const CLASS: &str = ".storageclass.storage.k8s.io/";

/// What a key of a quota counts; `None` for what is not judged.
pub(super) fn keeping(key: &str) -> Option<Kept<'_>> {
    if let Some((class, what)) = key.split_once(CLASS) {
        return match what {
            "requests.storage" => Some(Kept::Storage(Some(class))),
            "persistentvolumeclaims" => Some(Kept::Claims(Some(class))),
            _ => None,
        };
    }
    match key {
        "services.loadbalancers" => return Some(Kept::LoadBalancers),
        "services.nodeports" => return Some(Kept::NodePorts),
        "requests.storage" => return Some(Kept::Storage(None)),
        "persistentvolumeclaims" | "count/persistentvolumeclaims" => return Some(Kept::Claims(None)),
        _ => {}
    }
    let resource = key.strip_prefix("count/").or_else(|| SHORT.contains(&key).then_some(key))?;
    KINDS.iter().find(|(own, _)| *own == resource).map(|(_, kind)| Kept::Objects(kind))
}

/// What is in a namespace.
#[derive(Debug, Default)]
pub(super) struct Home<'c, 'a> {
    /// Its objects.
    pub(super) objects: Vec<&'a Given>,
    /// Its pods.
    pub(super) pods: Vec<&'c Pod<'a>>,
}

impl<'c, 'a> Home<'c, 'a> {
    /// Those that have quotas, by name.
    pub(super) fn all(cluster: &'c Cluster<'a>) -> BTreeMap<&'a str, Self> {
        let quotas = cluster.iter().filter(|(_, object)| matches!(object, Given::ResourceQuota(_)));
        let mut all: BTreeMap<&str, Self> =
            quotas.map(|(_, quota)| (cluster.namespace_of(quota), Self::default())).collect();
        if all.is_empty() {
            return all;
        }
        for (_, object) in cluster.iter() {
            if let Some(home) = all.get_mut(cluster.namespace_of(object)) {
                home.objects.push(object);
            }
        }
        for pod in running(cluster) {
            if let Some(home) = all.get_mut(cluster.namespace_of(pod.object)) {
                home.pods.push(pod);
            }
        }
        all
    }
}

/// Whether claims that state no class count, which is the default one then: only a cluster tells which that is.
pub(super) fn is_of_default_class(cluster: &Cluster<'_>, home: &Home<'_, '_>, kept: Kept<'_>) -> bool {
    let (Kept::Claims(Some(_)) | Kept::Storage(Some(_))) = kept else { return false };
    claims(cluster, home).iter().any(|claim| claim.class.is_none())
}

/// Who takes how much of it.
pub(super) fn rows(cluster: &Cluster<'_>, home: &Home<'_, '_>, kept: Kept<'_>) -> Vec<Row> {
    let here = || home.objects.iter().copied();
    let one = |object: &Given, count: u128| Row { title: cluster.title(object), one: count * 1000, fewest: 1, most: 1 };
    let services = |count: fn(&str, &[ServicePort], bool) -> usize| {
        let services = here().filter_map(move |object| {
            let Given::Service(service) = object else { return None };
            let spec = service.spec.as_ref()?;
            let has_ports = spec.allocate_load_balancer_node_ports != Some(false);
            let (kind, ports) = (spec.type_.as_deref().unwrap_or_default(), spec.ports.as_deref().unwrap_or_default());
            Some((object, count(kind, ports, has_ports)))
        });
        services.filter(|(_, count)| *count > 0).map(|(object, count)| one(object, count as u128)).collect()
    };
    match kept {
        Kept::Objects(kind) => {
            let mut rows: Vec<Row> = here().filter(|object| object.kind() == kind).map(|it| one(it, 1)).collect();
            let has = |name: &str| here().any(|object| (object.kind(), object.name()) == (kind, name));
            if let Some(name) = always(kind).filter(|name| !has(name)) {
                let title = format!("{kind} {name}, which every namespace gets");
                rows.push(Row { title, one: 1000, fewest: 1, most: 1 });
            }
            if kind == "ReplicaSet" {
                let makers: BTreeSet<&str> = here()
                    .filter(|object| object.kind() == kind)
                    .filter_map(|object| controller(object).map(|owner| owner.name.as_str()))
                    .collect();
                let is_maker =
                    |object: &Given| matches!(object, Given::Deployment(_)) && !makers.contains(object.name());
                rows.extend(here().filter(|object| is_maker(object)).map(|object| one(object, 1)));
            }
            rows
        }
        Kept::LoadBalancers => services(|kind, _, _| usize::from(kind == "LoadBalancer")),
        Kept::NodePorts => services(|kind, ports, has_ports| match (kind, has_ports) {
            ("NodePort", _) | ("LoadBalancer", true) => ports.len(),
            ("LoadBalancer", false) => ports.iter().filter(|port| port.node_port.unwrap_or_default() != 0).count(),
            _ => 0,
        }),
        Kept::Claims(class) => {
            let all = claims(cluster, home).into_iter().filter(|claim| class.is_none() || claim.class == class);
            all.map(|claim| Row { one: 1000, ..claim.row }).collect()
        }
        Kept::Storage(class) => {
            let all = claims(cluster, home).into_iter().filter(|claim| class.is_none() || claim.class == class);
            all.map(|claim| claim.row).collect()
        }
    }
}

/// What is in every namespace: `RootCACertConfigMapName` in
/// `pkg/controller/certificates/rootcacertpublisher/publisher.go`, and the account of whoever names none
/// (`pkg/controller/serviceaccount/serviceaccounts_controller.go`), Kubernetes 1.36.
fn always(kind: &str) -> Option<&'static str> {
    match kind {
        "ConfigMap" => Some("kube-root-ca.crt"),
        "ServiceAccount" => Some("default"),
        _ => None,
    }
}

/// A claim, or as many as something makes of one template.
struct Claim<'a> {
    class: Option<&'a str>,
    row: Row,
}

fn claims<'a>(cluster: &Cluster<'a>, home: &Home<'_, 'a>) -> Vec<Claim<'a>> {
    let mut all = Vec::new();
    let claim =
        |metadata: Option<&'a ObjectMeta>, spec: &'a PersistentVolumeClaimSpec, title: String, (fewest, most)| {
            let annotations = metadata.and_then(|metadata| metadata.annotations.as_ref());
            let old = annotations.and_then(|annotations| annotations.get("volume.beta.kubernetes.io/storage-class"));
            let class = old.or(spec.storage_class_name.as_ref()).map(String::as_str);
            let stated = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()?.get("storage"));
            let one = stated.and_then(|amount| in_thousandths(&amount.0, Rounding::Up)).unwrap_or_default();
            Claim { class, row: Row { title, one, fewest, most } }
        };
    // what a StatefulSet makes is called after its template, the set, and the number of the pod
    let mut made: Vec<(String, u64)> = Vec::new();
    for pod in home.pods.iter().copied() {
        let Some((fewest, most)) = times(cluster, pod) else { continue };
        if let Given::StatefulSet(set) = pod.object {
            let spec = set.spec.as_ref();
            let first = spec.and_then(|spec| u64::try_from(spec.ordinals.as_ref()?.start?).ok()).unwrap_or_default();
            for template in spec.and_then(|spec| spec.volume_claim_templates.as_ref()).into_iter().flatten() {
                let name = template.metadata.name.as_deref().unwrap_or_default();
                made.push((format!("{name}-{}-", pod.object.name()), first.saturating_add(most)));
                let title = format!("`{name}` of {}", cluster.title(pod.object));
                all.extend(
                    template.spec.as_ref().map(|spec| claim(Some(&template.metadata), spec, title, (fewest, most))),
                );
            }
        }
        for (_, volume) in pod.view.volumes() {
            let template = volume.ephemeral.as_ref().and_then(|volume| volume.volume_claim_template.as_ref());
            let title = format!("volume `{}` of {}", volume.name, cluster.title(pod.object));
            all.extend(template.map(|it| claim(it.metadata.as_ref(), &it.spec, title, (fewest, most))));
        }
    }
    for object in home.objects.iter().copied() {
        let Given::PersistentVolumeClaim(own) = object else { continue };
        let is_counted = |(before, end): &(String, u64)| {
            let number = object.name().strip_prefix(before.as_str()).and_then(|number| number.parse::<u64>().ok());
            number.is_some_and(|number| number < *end)
        };
        let is_of_pod = controller(object).is_some_and(|owner| owner.kind == "Pod");
        if !is_of_pod && !made.iter().any(is_counted) {
            all.extend(own.spec.as_ref().map(|spec| claim(Some(&own.metadata), spec, cluster.title(object), (1, 1))));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_one_or_none() {
        for (key, kept) in [
            ("services", Some(Kept::Objects("Service"))),
            ("count/services", Some(Kept::Objects("Service"))),
            ("count/deployments.apps", Some(Kept::Objects("Deployment"))),
            ("deployments.apps", None),
            ("count/deployments", None),
            ("count/widgets.example.com", None),
            ("services.nodeports", Some(Kept::NodePorts)),
            ("requests.storage", Some(Kept::Storage(None))),
            ("gold.storageclass.storage.k8s.io/requests.storage", Some(Kept::Storage(Some("gold")))),
            ("gold.storageclass.storage.k8s.io/persistentvolumeclaims", Some(Kept::Claims(Some("gold")))),
            ("gold.storageclass.storage.k8s.io/other", None),
        ] {
            assert_eq!(keeping(key), kept, "{key}");
        }
    }
}
