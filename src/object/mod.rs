//! The objects that are emitted, as types: those of Kubernetes from `k8s-openapi`, those of operators from this room.
//!
//! Invariants: this room alone names `k8s-openapi`; everyone else reaches its types as `object::api` and
//! `object::apimachinery`, at the one Kubernetes version that Cargo.toml states. What an object is (its kind, its API
//! version) follows from its type and cannot be stated wrongly. An object serializes to its manifest and no more: no
//! status, no null, no empty list or map, so that the bytes are what `kubectl` would print of the same intent.

pub mod argo_cd;
mod build;
mod cluster_policy;
mod external_secrets;
mod gateway;
mod given;
mod istio;
mod keda;
mod kind;
mod linkerd;
mod monitoring;
mod path;
mod prune;

use std::fmt;

pub use k8s_openapi::{ByteString, api, apimachinery};
use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use self::api::apps::v1::{Deployment, StatefulSet};
pub use self::api::autoscaling::v2::HorizontalPodAutoscaler;
pub use self::api::batch::v1::{CronJob, Job};
use self::api::core::v1::PodTemplateSpec;
pub use self::api::core::v1::{ConfigMap, Namespace, ResourceQuota, Service, ServiceAccount};
pub use self::api::networking::v1::{Ingress, NetworkPolicy};
pub use self::api::policy::v1::PodDisruptionBudget;
pub use self::apimachinery::pkg::api::resource::Quantity;
pub use self::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
pub use self::apimachinery::pkg::util::intstr::IntOrString;
pub use self::build::{Labels, int, meta, quantity, selector, text};
pub use self::cluster_policy::{
    ClusterEgressRule, ClusterIngressRule, ClusterNetworkPolicy, ClusterNetworkPolicySpec, ClusterPeer, ClusterPort,
    ClusterPortRange, ClusterPorts, ClusterProtocol, NamespacedPods,
};
pub use self::external_secrets::{
    ExternalSecret, ExternalSecretData, ExternalSecretSpec, ExternalSecretTarget, RemoteRef, SecretStoreRef,
};
pub use self::gateway::{
    BackendRef, GATEWAY_GROUP, HTTPPathMatch, HTTPRoute, HTTPRouteMatch, HTTPRouteRule, HTTPRouteSpec,
    HTTPRouteTimeouts, ParentReference,
};
pub use self::given::{Given, PodTemplate};
pub use self::istio::{
    AuthorizationPolicy, AuthorizationPolicySpec, AuthorizationRule, MutualTls, PeerAuthentication,
    PeerAuthenticationSpec, RuleFrom, RuleOperation, RuleSource, RuleTo, WorkloadSelector,
};
pub use self::keda::{
    Advanced, AuthenticationRef, Fallback, FallbackBehavior, HpaConfig, MetricType, ScaleTarget, ScaleTrigger,
    ScaledObject, ScaledObjectSpec, SecretTarget, TriggerAuthentication, TriggerAuthenticationSpec,
};
pub use self::kind::Kind;
pub use self::linkerd::{
    ClientNetwork, IdentityRef, LinkerdAuthorizationPolicy, LinkerdAuthorizationPolicySpec, MeshTLSAuthentication,
    MeshTLSAuthenticationSpec, NetworkAuthentication, NetworkAuthenticationSpec, POLICY_GROUP, PolicyRef, Server,
    ServerSpec,
};
pub use self::monitoring::{
    AlertingRule, PodMetricsEndpoint, PodMonitor, PodMonitorSpec, PrometheusRule, PrometheusRuleSpec, RuleGroup,
};
pub use self::path::{FieldPath, Step};

/// Argo CD's annotation for the order of a synchronization (`docs/user-guide/sync-waves.md`, v3.5).
pub const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The annotations by which cert-manager is asked for the certificates of an Ingress: `IngressIssuerNameAnnotationKey` and
/// `IngressClusterIssuerNameAnnotationKey` (cert-manager `pkg/apis/certmanager/v1/types.go`, v1.19).
pub const ISSUER: &str = "cert-manager.io/issuer";
/// The same, by an issuer of the cluster.
pub const CLUSTER_ISSUER: &str = "cert-manager.io/cluster-issuer";

/// One object as it will stand in the cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// Where the objects of an environment live, and the pod security that holds there.
    Namespace(Box<Namespace>),
    /// Who may reach pods, and whom they may reach.
    NetworkPolicy(Box<NetworkPolicy>),
    /// Whether a mesh takes plain text for pods.
    PeerAuthentication(Box<PeerAuthentication>),
    /// Whom a mesh lets reach pods.
    AuthorizationPolicy(Box<AuthorizationPolicy>),
    /// A port of pods at which Linkerd lets in whom it is told to.
    Server(Box<Server>),
    /// Clients by their identity, for Linkerd.
    MeshTLSAuthentication(Box<MeshTLSAuthentication>),
    /// Clients by their addresses, for Linkerd.
    NetworkAuthentication(Box<NetworkAuthentication>),
    /// Whom a server of Linkerd's lets in.
    LinkerdAuthorizationPolicy(Box<LinkerdAuthorizationPolicy>),
    /// The most that a namespace may ask for.
    ResourceQuota(Box<ResourceQuota>),
    /// How many pods an eviction must leave.
    PodDisruptionBudget(Box<PodDisruptionBudget>),
    /// The identity of a workload's pods.
    ServiceAccount(Box<ServiceAccount>),
    /// Files and settings for pods.
    ConfigMap(Box<ConfigMap>),
    /// What External Secrets Operator makes a Secret of.
    ExternalSecret(Box<ExternalSecret>),
    /// What KEDA presents to a trigger's source.
    TriggerAuthentication(Box<TriggerAuthentication>),
    /// A name and ports for pods.
    Service(Box<Service>),
    /// A workload.
    Deployment(Box<Deployment>),
    /// A workload whose pods keep their names and volumes.
    StatefulSet(Box<StatefulSet>),
    /// A workload that runs to completion.
    Job(Box<Job>),
    /// What begins one by the clock.
    CronJob(Box<CronJob>),
    /// Requests of outside for a host, and where they go.
    Ingress(Box<Ingress>),
    /// The same, of a Gateway.
    HTTPRoute(Box<HTTPRoute>),
    /// What scales a workload by its own use and by metrics of its pods.
    HorizontalPodAutoscaler(Box<HorizontalPodAutoscaler>),
    /// What scales a workload by the sources that KEDA knows.
    ScaledObject(Box<ScaledObject>),
    /// What has a Prometheus scrape pods.
    PodMonitor(Box<PodMonitor>),
    /// When a Prometheus alerts.
    PrometheusRule(Box<PrometheusRule>),
}

/// The same expression over the body of whatever object it is.
macro_rules! of_any {
    ($object:expr, $body:ident => $result:expr) => {
        match $object {
            Object::Namespace($body) => $result,
            Object::NetworkPolicy($body) => $result,
            Object::PeerAuthentication($body) => $result,
            Object::AuthorizationPolicy($body) => $result,
            Object::Server($body) => $result,
            Object::MeshTLSAuthentication($body) => $result,
            Object::NetworkAuthentication($body) => $result,
            Object::LinkerdAuthorizationPolicy($body) => $result,
            Object::ResourceQuota($body) => $result,
            Object::PodDisruptionBudget($body) => $result,
            Object::ServiceAccount($body) => $result,
            Object::ConfigMap($body) => $result,
            Object::ExternalSecret($body) => $result,
            Object::TriggerAuthentication($body) => $result,
            Object::Service($body) => $result,
            Object::Deployment($body) => $result,
            Object::StatefulSet($body) => $result,
            Object::Job($body) => $result,
            Object::CronJob($body) => $result,
            Object::Ingress($body) => $result,
            Object::HTTPRoute($body) => $result,
            Object::HorizontalPodAutoscaler($body) => $result,
            Object::ScaledObject($body) => $result,
            Object::PodMonitor($body) => $result,
            Object::PrometheusRule($body) => $result,
        }
    };
}

impl Object {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Namespace(_) => Kind::Namespace,
            Self::NetworkPolicy(_) => Kind::NetworkPolicy,
            Self::PeerAuthentication(_) => Kind::PeerAuthentication,
            Self::AuthorizationPolicy(_) => Kind::AuthorizationPolicy,
            Self::Server(_) => Kind::Server,
            Self::MeshTLSAuthentication(_) => Kind::MeshTLSAuthentication,
            Self::NetworkAuthentication(_) => Kind::NetworkAuthentication,
            Self::LinkerdAuthorizationPolicy(_) => Kind::LinkerdAuthorizationPolicy,
            Self::ResourceQuota(_) => Kind::ResourceQuota,
            Self::PodDisruptionBudget(_) => Kind::PodDisruptionBudget,
            Self::ServiceAccount(_) => Kind::ServiceAccount,
            Self::ConfigMap(_) => Kind::ConfigMap,
            Self::ExternalSecret(_) => Kind::ExternalSecret,
            Self::TriggerAuthentication(_) => Kind::TriggerAuthentication,
            Self::Service(_) => Kind::Service,
            Self::Deployment(_) => Kind::Deployment,
            Self::StatefulSet(_) => Kind::StatefulSet,
            Self::Job(_) => Kind::Job,
            Self::CronJob(_) => Kind::CronJob,
            Self::Ingress(_) => Kind::Ingress,
            Self::HTTPRoute(_) => Kind::HTTPRoute,
            Self::HorizontalPodAutoscaler(_) => Kind::HorizontalPodAutoscaler,
            Self::ScaledObject(_) => Kind::ScaledObject,
            Self::PodMonitor(_) => Kind::PodMonitor,
            Self::PrometheusRule(_) => Kind::PrometheusRule,
        }
    }

    /// The value of `apiVersion`.
    pub const fn api_version(&self) -> &'static str {
        self.kind().api_version()
    }

    /// Its metadata.
    pub fn metadata(&self) -> &ObjectMeta {
        of_any!(self, body => &body.metadata)
    }

    /// Its metadata, to add a label or an annotation.
    pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
        of_any!(self, body => &mut body.metadata)
    }

    /// The template of the pods that it makes, where it makes some.
    pub fn template(&self) -> Option<&PodTemplateSpec> {
        match self {
            Self::Deployment(it) => Some(&it.spec.as_ref()?.template),
            Self::StatefulSet(it) => Some(&it.spec.as_ref()?.template),
            Self::Job(it) => Some(&it.spec.as_ref()?.template),
            Self::CronJob(it) => Some(&it.spec.as_ref()?.job_template.spec.as_ref()?.template),
            Self::Namespace(_)
            | Self::NetworkPolicy(_)
            | Self::PeerAuthentication(_)
            | Self::AuthorizationPolicy(_)
            | Self::Server(_)
            | Self::MeshTLSAuthentication(_)
            | Self::NetworkAuthentication(_)
            | Self::LinkerdAuthorizationPolicy(_)
            | Self::ResourceQuota(_)
            | Self::PodDisruptionBudget(_)
            | Self::ServiceAccount(_)
            | Self::ConfigMap(_)
            | Self::ExternalSecret(_)
            | Self::TriggerAuthentication(_)
            | Self::Service(_)
            | Self::Ingress(_)
            | Self::HTTPRoute(_)
            | Self::HorizontalPodAutoscaler(_)
            | Self::ScaledObject(_)
            | Self::PodMonitor(_)
            | Self::PrometheusRule(_) => None,
        }
    }

    /// Its name; empty if it was built without one.
    pub fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// The namespace that it lives in; none for what belongs to the cluster.
    pub fn namespace(&self) -> Option<&str> {
        self.metadata().namespace.as_deref()
    }

    /// What names it within a cluster.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef { kind: self.kind(), namespace: self.namespace().map(Box::from), name: self.name().into() }
    }

    /// The wave in which it is applied: the one that it states, which may be later than that of its kind.
    fn wave(&self) -> i32 {
        let annotations = self.metadata().annotations.as_ref();
        let stated = annotations.and_then(|annotations| annotations.get(SYNC_WAVE)?.parse().ok());
        stated.unwrap_or_else(|| self.kind().wave())
    }

    /// Where it stands in a stream that is applied from top to bottom: wave by wave, so that whatever comes after others stands
    /// behind them.
    pub fn apply_key(&self) -> (i32, Option<&str>, Kind, &str) {
        (self.wave(), self.namespace(), self.kind(), self.name())
    }
}

/// Its manifest: `apiVersion`, `kind`, `metadata`, and what its kind has beside `status`.
impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind();
        let mut manifest = prune::Prune(serializer).serialize_struct(kind.as_str(), 6)?;
        manifest.serialize_field("apiVersion", kind.api_version())?;
        manifest.serialize_field("kind", kind.as_str())?;
        manifest.serialize_field("metadata", self.metadata())?;
        match self {
            Self::Namespace(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::NetworkPolicy(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::PeerAuthentication(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::AuthorizationPolicy(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::Server(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::MeshTLSAuthentication(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::NetworkAuthentication(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::LinkerdAuthorizationPolicy(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::ResourceQuota(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::PodDisruptionBudget(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::ServiceAccount(body) => {
                let ServiceAccount { metadata: _, automount_service_account_token, image_pull_secrets, secrets } =
                    body.as_ref();
                manifest.serialize_field("automountServiceAccountToken", automount_service_account_token)?;
                manifest.serialize_field("imagePullSecrets", image_pull_secrets)?;
                manifest.serialize_field("secrets", secrets)?;
            }
            Self::ConfigMap(body) => {
                let ConfigMap { metadata: _, immutable, data, binary_data } = body.as_ref();
                manifest.serialize_field("immutable", immutable)?;
                manifest.serialize_field("data", data)?;
                manifest.serialize_field("binaryData", binary_data)?;
            }
            Self::ExternalSecret(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::TriggerAuthentication(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::Service(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::Deployment(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::StatefulSet(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::Job(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::CronJob(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::Ingress(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::HTTPRoute(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::HorizontalPodAutoscaler(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::ScaledObject(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::PodMonitor(body) => manifest.serialize_field("spec", &body.spec)?,
            Self::PrometheusRule(body) => manifest.serialize_field("spec", &body.spec)?,
        }
        manifest.end()
    }
}

/// What names one object within a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// What it is; the API version follows.
    pub kind: Kind,
    /// The namespace that it lives in; none for what belongs to the cluster.
    pub namespace: Option<Box<str>>,
    /// Its name.
    pub name: Box<str>,
}

/// `Deployment bitvault-prod/web`, and `Namespace bitvault-prod` of what belongs to the cluster.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A body is an object of its kind.
macro_rules! object_from {
    ($($kind:ident),* $(,)?) => {
        $(impl From<$kind> for Object {
            fn from(body: $kind) -> Self {
                Self::$kind(Box::new(body))
            }
        })*
    };
}

object_from!(
    Namespace,
    NetworkPolicy,
    PeerAuthentication,
    AuthorizationPolicy,
    Server,
    MeshTLSAuthentication,
    NetworkAuthentication,
    LinkerdAuthorizationPolicy,
    ResourceQuota,
    PodDisruptionBudget,
    ServiceAccount,
    ConfigMap,
    ExternalSecret,
    TriggerAuthentication,
    Service,
    Deployment,
    StatefulSet,
    Job,
    CronJob,
    Ingress,
    HTTPRoute,
    HorizontalPodAutoscaler,
    ScaledObject,
    PodMonitor,
    PrometheusRule,
);

#[cfg(test)]
mod tests;
