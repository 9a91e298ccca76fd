//! Objects that others wrote: the kinds that can be judged, typed, whoever made them.
//!
//! Invariants: [`Given::decode`] knows a kind by `apiVersion` and `kind` alone and leaves every other kind alone; one
//! object has at most one pod template, and [`Given::template`] is the only place that knows where.

use k8s_openapi::Resource;
use serde::de::{Deserialize, Deserializer};

use super::api::apps::v1::{DaemonSet, ReplicaSet, StatefulSet};
use super::api::autoscaling::v1::HorizontalPodAutoscaler as HorizontalPodAutoscalerV1;
use super::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget, ResourceMetricSource,
};
use super::api::batch::v1::{CronJob, Job};
use super::api::core::v1::{
    Endpoints, LimitRange, PersistentVolumeClaim, Pod, PodSpec, PodTemplate as PodTemplateObject, PodTemplateSpec,
    ReplicationController, Secret,
};
use super::api::discovery::v1::EndpointSlice;
use super::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use super::{
    ClusterNetworkPolicy, ConfigMap, Deployment, ExternalSecret, FieldPath, HTTPRoute, HorizontalPodAutoscaler,
    Ingress, Namespace, NetworkPolicy, ObjectMeta, PodDisruptionBudget, ResourceQuota, ScaledObject, Service,
    ServiceAccount,
};

/// Declares [`Given`] and what is the same for every kind.
macro_rules! given {
    ($($(#[doc = $doc:literal])+ $kind:ident($body:ty)),* $(,)?) => {
        /// An object that someone wrote.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Given {
            $($(#[doc = $doc])+ $kind(Box<$body>),)*
        }

        impl Given {
            /// The object of that kind, read from `source`; `None` for a kind that is not judged.
            ///
            /// # Errors
            /// Where a field does not hold what its type says.
            pub fn decode<'de, D: Deserializer<'de>>(
                api_version: &str,
                kind: &str,
                source: D,
            ) -> Option<Result<Self, D::Error>> {
                $(if (api_version, kind) == (<$body as Resource>::API_VERSION, <$body as Resource>::KIND) {
                    return Some(<$body>::deserialize(source).map(|body| Self::$kind(Box::new(body))));
                })*
                if (api_version, kind) == (ClusterNetworkPolicy::NEXT_API_VERSION, ClusterNetworkPolicy::KIND) {
                    let policy = ClusterNetworkPolicy::deserialize(source);
                    return Some(policy.map(|body| Self::ClusterNetworkPolicy(Box::new(body))));
                }
                if (api_version, kind) == (ExternalSecret::OLD_API_VERSION, ExternalSecret::KIND) {
                    let secret = ExternalSecret::deserialize(source);
                    return Some(secret.map(|body| Self::ExternalSecret(Box::new(body))));
                }
                let is_old_autoscaler = api_version == HorizontalPodAutoscalerV1::API_VERSION
                    && kind == HorizontalPodAutoscalerV1::KIND;
                is_old_autoscaler.then(|| {
                    let body = HorizontalPodAutoscalerV1::deserialize(source).map(modern)?;
                    Ok(Self::HorizontalPodAutoscaler(Box::new(body)))
                })
            }

            /// Its kind: `Deployment`.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => <$body as Resource>::KIND,)*
                }
            }

            /// The version of the API that it is read in: `apps/v1`.
            pub const fn api_version(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => <$body as Resource>::API_VERSION,)*
                }
            }

            /// Its metadata.
            pub fn metadata(&self) -> &ObjectMeta {
                match self {
                    $(Self::$kind(body) => &body.metadata,)*
                }
            }

            /// The same, to be changed.
            pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
                match self {
                    $(Self::$kind(body) => &mut body.metadata,)*
                }
            }
        }
    };
}

given! {
    /// A namespace and its labels.
    Namespace(Namespace),
    /// A pod without a controller.
    Pod(Pod),
    /// Interchangeable pods.
    Deployment(Deployment),
    /// Pods with names and volumes of their own.
    StatefulSet(StatefulSet),
    /// A pod on every node.
    DaemonSet(DaemonSet),
    /// Interchangeable pods of one template.
    ReplicaSet(ReplicaSet),
    /// The `ReplicaSet` of the core API.
    ReplicationController(ReplicationController),
    /// Pods that end.
    Job(Job),
    /// Jobs by the clock.
    CronJob(CronJob),
    /// A template for others to use.
    PodTemplate(PodTemplateObject),
    /// A name and ports for pods.
    Service(Service),
    /// Where a Service without a selector leads.
    Endpoints(Endpoints),
    /// The same, or a part of it.
    EndpointSlice(EndpointSlice),
    /// The identity of pods.
    ServiceAccount(ServiceAccount),
    /// Files and settings for pods.
    ConfigMap(ConfigMap),
    /// The same, to be kept from others.
    Secret(Secret),
    /// What External Secrets Operator makes a Secret of.
    ExternalSecret(ExternalSecret),
    /// A claim to a disk.
    PersistentVolumeClaim(PersistentVolumeClaim),
    /// Who of outside comes to which Services, by host and path.
    Ingress(Ingress),
    /// The same, of a Gateway.
    HTTPRoute(HTTPRoute),
    /// Who may reach pods, and whom they may reach.
    NetworkPolicy(NetworkPolicy),
    /// The same for pods of all namespaces, before and after those of the namespaces.
    ClusterNetworkPolicy(ClusterNetworkPolicy),
    /// How many pods an eviction must leave.
    PodDisruptionBudget(PodDisruptionBudget),
    /// What scales a workload by metrics.
    HorizontalPodAutoscaler(HorizontalPodAutoscaler),
    /// What scales a workload by the sources that KEDA knows.
    ScaledObject(ScaledObject),
    /// The most that a namespace may ask for.
    ResourceQuota(ResourceQuota),
    /// What a pod asks for that says nothing, and the most it may.
    LimitRange(LimitRange),
    /// What may be done with objects of a namespace.
    Role(Role),
    /// What may be done with objects of all namespaces, and of the cluster.
    ClusterRole(ClusterRole),
    /// Who may do it in a namespace.
    RoleBinding(RoleBinding),
    /// Who may do it everywhere.
    ClusterRoleBinding(ClusterRoleBinding),
}

/// The autoscaler of `autoscaling/v1` in the words of `v2`, as the API server stores it
/// (`Convert_v1_HorizontalPodAutoscalerSpec_To_autoscaling_HorizontalPodAutoscalerSpec`, kubernetes
/// `pkg/apis/autoscaling/v1/conversion.go`, v1.36).
fn modern(old: HorizontalPodAutoscalerV1) -> HorizontalPodAutoscaler {
    let of_cpu = |share: i32| MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(share),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let spec = old.spec.map(|spec| HorizontalPodAutoscalerSpec {
        metrics: spec.target_cpu_utilization_percentage.map(|share| vec![of_cpu(share)]),
        max_replicas: spec.max_replicas,
        min_replicas: spec.min_replicas,
        scale_target_ref: CrossVersionObjectReference {
            api_version: spec.scale_target_ref.api_version,
            kind: spec.scale_target_ref.kind,
            name: spec.scale_target_ref.name,
        },
        ..HorizontalPodAutoscalerSpec::default()
    });
    HorizontalPodAutoscaler { metadata: old.metadata, spec, status: None }
}

/// A pod as its template describes it, whichever kind holds the template.
#[derive(Debug, Clone)]
pub struct PodTemplate<'a> {
    /// Labels and annotations of the pods; none where the template has no `metadata`.
    pub metadata: Option<&'a ObjectMeta>,
    /// What runs in them.
    pub spec: &'a PodSpec,
    /// Where the template stands; empty for a pod itself.
    pub path: FieldPath,
}

impl PodTemplate<'_> {
    /// A label of the pods.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.metadata?.labels.as_ref()?.get(key).map(String::as_str)
    }
}

impl Given {
    /// Its name; empty if it states none.
    pub fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// The template of the pods that it makes, or the pod that it is.
    pub fn template(&self) -> Option<PodTemplate<'_>> {
        match self {
            Self::Pod(pod) => Some(PodTemplate {
                metadata: Some(&pod.metadata),
                spec: pod.spec.as_ref()?,
                path: FieldPath::default(),
            }),
            Self::Deployment(it) => template(&it.spec.as_ref()?.template, "spec.template"),
            Self::StatefulSet(it) => template(&it.spec.as_ref()?.template, "spec.template"),
            Self::DaemonSet(it) => template(&it.spec.as_ref()?.template, "spec.template"),
            Self::ReplicaSet(it) => template(it.spec.as_ref()?.template.as_ref()?, "spec.template"),
            Self::ReplicationController(it) => template(it.spec.as_ref()?.template.as_ref()?, "spec.template"),
            Self::Job(it) => template(&it.spec.as_ref()?.template, "spec.template"),
            Self::CronJob(it) => {
                let job = it.spec.as_ref()?.job_template.spec.as_ref()?;
                template(&job.template, "spec.jobTemplate.spec.template")
            }
            Self::PodTemplate(it) => template(it.template.as_ref()?, "template"),
            Self::Namespace(_)
            | Self::Service(_)
            | Self::Endpoints(_)
            | Self::EndpointSlice(_)
            | Self::ServiceAccount(_)
            | Self::ConfigMap(_)
            | Self::Secret(_)
            | Self::ExternalSecret(_)
            | Self::PersistentVolumeClaim(_)
            | Self::Ingress(_)
            | Self::HTTPRoute(_)
            | Self::NetworkPolicy(_)
            | Self::ClusterNetworkPolicy(_)
            | Self::PodDisruptionBudget(_)
            | Self::HorizontalPodAutoscaler(_)
            | Self::ScaledObject(_)
            | Self::ResourceQuota(_)
            | Self::LimitRange(_)
            | Self::Role(_)
            | Self::ClusterRole(_)
            | Self::RoleBinding(_)
            | Self::ClusterRoleBinding(_) => None,
        }
    }

    /// Whether it belongs to the cluster and not to a namespace.
    pub const fn is_of_the_cluster(&self) -> bool {
        matches!(
            self,
            Self::Namespace(_) | Self::ClusterNetworkPolicy(_) | Self::ClusterRole(_) | Self::ClusterRoleBinding(_)
        )
    }
}

fn template<'a>(template: &'a PodTemplateSpec, path: &'static str) -> Option<PodTemplate<'a>> {
    Some(PodTemplate { metadata: template.metadata.as_ref(), spec: template.spec.as_ref()?, path: FieldPath::of(path) })
}
