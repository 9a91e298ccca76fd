//! KEDA's objects: `ScaledObject` and `TriggerAuthentication`, `keda.sh/v1alpha1`.
//!
//! The fields are those of `config/crd/bases/keda.sh_scaledobjects.yaml` and `keda.sh_triggerauthentications.yaml`
//! (kedacore/keda v2.20.2) that the language can say; counts and seconds are `int32` there. The meaning of each is in
//! `apis/keda/v1alpha1/scaledobject_types.go`.

use std::collections::BTreeMap;

use k8s_openapi::{NamespaceResourceScope, Resource};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::ObjectMeta;
use super::api::autoscaling::v2::HorizontalPodAutoscalerBehavior;

/// Scales a workload by what its triggers count.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ScaledObject {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// What it scales, and by what.
    pub spec: ScaledObjectSpec,
}

/// What is scaled, between which bounds, by which triggers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledObjectSpec {
    /// What is scaled; it lives in the same namespace.
    pub scale_target_ref: ScaleTarget,
    /// Seconds between two looks at the triggers; KEDA's default is 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polling_interval: Option<i32>,
    /// Seconds without activity before the last replica goes; KEDA's default is 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown_period: Option<i32>,
    /// Replicas while every trigger is idle; KEDA accepts 0 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_replica_count: Option<i32>,
    /// The fewest replicas; KEDA's default is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replica_count: Option<i32>,
    /// The most replicas; KEDA's default is 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replica_count: Option<i32>,
    /// What holds while the sources do not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// What is said to the autoscaler that KEDA makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Advanced>,
    /// What is counted; the largest proposal wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<ScaleTrigger>,
}

/// The workload that is scaled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScaleTarget {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// The replicas that hold when a trigger's source has failed several times in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fallback {
    /// Failures in a row before the fallback holds.
    pub failure_threshold: i32,
    /// How many replicas then.
    pub replicas: i32,
    /// How they relate to the replicas of the moment; KEDA's default is `static`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<FallbackBehavior>,
}

/// How the replicas of a fallback relate to the replicas of the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FallbackBehavior {
    /// Those of the fallback.
    Static,
    /// Those of the moment.
    CurrentReplicas,
    /// Those of the moment if they are more.
    CurrentReplicasIfHigher,
    /// Those of the moment if they are fewer.
    CurrentReplicasIfLower,
}

/// What is said to the autoscaler that KEDA makes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Advanced {
    /// The settings of the autoscaler itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal_pod_autoscaler_config: Option<HpaConfig>,
    /// Whether the workload goes back to its first replica count when the `ScaledObject` is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_to_original_replica_count: Option<bool>,
}

/// The settings of the autoscaler that KEDA makes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HpaConfig {
    /// Its name; `keda-hpa-NAME` if unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How fast it may go up and down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<HorizontalPodAutoscalerBehavior>,
}

/// A source, and how much of what it counts is for one replica.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScaleTrigger {
    /// The scaler, as KEDA spells it: `nats-jetstream`, `cpu`.
    pub r#type: String,
    /// The name of the trigger, distinct within its `ScaledObject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How the target is read; KEDA's default is the average a pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_type: Option<MetricType>,
    /// What the scaler needs to know. Every value is a string, numbers and flags too. The field is required.
    #[serde(serialize_with = "required")]
    pub metadata: BTreeMap<String, String>,
    /// What is presented to the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_ref: Option<AuthenticationRef>,
}

/// A map that stays where it is empty, as an empty structure does: an API server refuses an object that lacks the field.
fn required<S: Serializer>(map: &BTreeMap<String, String>, serializer: S) -> Result<S::Ok, S::Error> {
    if map.is_empty() { serializer.serialize_struct("Metadata", 0)?.end() } else { map.serialize(serializer) }
}

/// How a trigger's target is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricType {
    /// The total divided by the pods.
    AverageValue,
    /// The total.
    Value,
    /// Percent of what is requested; `cpu` and `memory` alone.
    Utilization,
}

/// The name of a [`TriggerAuthentication`] in the same namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthenticationRef {
    /// Its name.
    pub name: String,
}

/// What KEDA presents to a trigger's source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TriggerAuthentication {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Where the parameters come from.
    pub spec: TriggerAuthenticationSpec,
}

/// Where the parameters of an authentication come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TriggerAuthenticationSpec {
    /// From Secrets of the same namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secret_target_ref: Vec<SecretTarget>,
}

/// One parameter, from one key of a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SecretTarget {
    /// The scaler's parameter: `password`, `connection`.
    pub parameter: String,
    /// The Secret.
    pub name: String,
    /// The key within it.
    pub key: String,
}

/// A kind of KEDA's, which `k8s-openapi` does not know.
macro_rules! keda_kind {
    ($type:ident, $plural:literal) => {
        impl Resource for $type {
            const API_VERSION: &'static str = "keda.sh/v1alpha1";
            const GROUP: &'static str = "keda.sh";
            const KIND: &'static str = stringify!($type);
            const VERSION: &'static str = "v1alpha1";
            const URL_PATH_SEGMENT: &'static str = $plural;
            type Scope = NamespaceResourceScope;
        }
    };
}

keda_kind!(ScaledObject, "scaledobjects");
keda_kind!(TriggerAuthentication, "triggerauthentications");
