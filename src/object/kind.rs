//! The kinds of objects that are emitted: how each is spelled, and when it is applied.
//!
//! Invariant: the order of the variants is the order of application, so that `Ord` sorts a stream as it must be read.

use std::fmt;

use k8s_openapi::Resource;

use super::{
    AuthorizationPolicy, ConfigMap, CronJob, Deployment, ExternalSecret, HTTPRoute, HorizontalPodAutoscaler, Ingress,
    Job, LinkerdAuthorizationPolicy, MeshTLSAuthentication, Namespace, NetworkAuthentication, NetworkPolicy,
    PeerAuthentication, PodDisruptionBudget, PodMonitor, PrometheusRule, ResourceQuota, ScaledObject, Server, Service,
    ServiceAccount, StatefulSet, TriggerAuthentication,
};

/// A kind of object, at the one API version in which it is emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `v1`
    Namespace,
    /// `networking.k8s.io/v1`
    NetworkPolicy,
    /// `security.istio.io/v1`
    PeerAuthentication,
    /// `security.istio.io/v1`
    AuthorizationPolicy,
    /// `policy.linkerd.io/v1beta3`
    Server,
    /// `policy.linkerd.io/v1alpha1`
    MeshTLSAuthentication,
    /// `policy.linkerd.io/v1alpha1`
    NetworkAuthentication,
    /// `AuthorizationPolicy` of `policy.linkerd.io/v1alpha1`: Istio has a kind of that name.
    LinkerdAuthorizationPolicy,
    /// `v1`
    ResourceQuota,
    /// `policy/v1`
    PodDisruptionBudget,
    /// `v1`
    ServiceAccount,
    /// `v1`
    ConfigMap,
    /// `external-secrets.io/v1`
    ExternalSecret,
    /// `keda.sh/v1alpha1`
    TriggerAuthentication,
    /// `v1`
    Service,
    /// `batch/v1`
    Job,
    /// `apps/v1`
    Deployment,
    /// `apps/v1`
    StatefulSet,
    /// `batch/v1`
    CronJob,
    /// `networking.k8s.io/v1`
    Ingress,
    /// `gateway.networking.k8s.io/v1`
    HTTPRoute,
    /// `autoscaling/v2`
    HorizontalPodAutoscaler,
    /// `keda.sh/v1alpha1`
    ScaledObject,
    /// `monitoring.coreos.com/v1`
    PodMonitor,
    /// `monitoring.coreos.com/v1`
    PrometheusRule,
}

impl Kind {
    /// Every kind, in the order of application.
    pub const ALL: [Self; 25] = [
        Self::Namespace,
        Self::NetworkPolicy,
        Self::PeerAuthentication,
        Self::AuthorizationPolicy,
        Self::Server,
        Self::MeshTLSAuthentication,
        Self::NetworkAuthentication,
        Self::LinkerdAuthorizationPolicy,
        Self::ResourceQuota,
        Self::PodDisruptionBudget,
        Self::ServiceAccount,
        Self::ConfigMap,
        Self::ExternalSecret,
        Self::TriggerAuthentication,
        Self::Service,
        Self::Job,
        Self::Deployment,
        Self::StatefulSet,
        Self::CronJob,
        Self::Ingress,
        Self::HTTPRoute,
        Self::HorizontalPodAutoscaler,
        Self::ScaledObject,
        Self::PodMonitor,
        Self::PrometheusRule,
    ];

    /// The value of `kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => Namespace::KIND,
            Self::NetworkPolicy => NetworkPolicy::KIND,
            Self::PeerAuthentication => PeerAuthentication::KIND,
            Self::AuthorizationPolicy => AuthorizationPolicy::KIND,
            Self::Server => Server::KIND,
            Self::MeshTLSAuthentication => MeshTLSAuthentication::KIND,
            Self::NetworkAuthentication => NetworkAuthentication::KIND,
            Self::LinkerdAuthorizationPolicy => LinkerdAuthorizationPolicy::KIND,
            Self::ResourceQuota => ResourceQuota::KIND,
            Self::PodDisruptionBudget => PodDisruptionBudget::KIND,
            Self::ServiceAccount => ServiceAccount::KIND,
            Self::ConfigMap => ConfigMap::KIND,
            Self::ExternalSecret => ExternalSecret::KIND,
            Self::TriggerAuthentication => TriggerAuthentication::KIND,
            Self::Service => Service::KIND,
            Self::Deployment => Deployment::KIND,
            Self::StatefulSet => StatefulSet::KIND,
            Self::Job => Job::KIND,
            Self::CronJob => CronJob::KIND,
            Self::Ingress => Ingress::KIND,
            Self::HTTPRoute => HTTPRoute::KIND,
            Self::HorizontalPodAutoscaler => HorizontalPodAutoscaler::KIND,
            Self::ScaledObject => ScaledObject::KIND,
            Self::PodMonitor => PodMonitor::KIND,
            Self::PrometheusRule => PrometheusRule::KIND,
        }
    }

    /// The value of `apiVersion`.
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::Namespace => Namespace::API_VERSION,
            Self::NetworkPolicy => NetworkPolicy::API_VERSION,
            Self::PeerAuthentication => PeerAuthentication::API_VERSION,
            Self::AuthorizationPolicy => AuthorizationPolicy::API_VERSION,
            Self::Server => Server::API_VERSION,
            Self::MeshTLSAuthentication => MeshTLSAuthentication::API_VERSION,
            Self::NetworkAuthentication => NetworkAuthentication::API_VERSION,
            Self::LinkerdAuthorizationPolicy => LinkerdAuthorizationPolicy::API_VERSION,
            Self::ResourceQuota => ResourceQuota::API_VERSION,
            Self::PodDisruptionBudget => PodDisruptionBudget::API_VERSION,
            Self::ServiceAccount => ServiceAccount::API_VERSION,
            Self::ConfigMap => ConfigMap::API_VERSION,
            Self::ExternalSecret => ExternalSecret::API_VERSION,
            Self::TriggerAuthentication => TriggerAuthentication::API_VERSION,
            Self::Service => Service::API_VERSION,
            Self::Deployment => Deployment::API_VERSION,
            Self::StatefulSet => StatefulSet::API_VERSION,
            Self::Job => Job::API_VERSION,
            Self::CronJob => CronJob::API_VERSION,
            Self::Ingress => Ingress::API_VERSION,
            Self::HTTPRoute => HTTPRoute::API_VERSION,
            Self::HorizontalPodAutoscaler => HorizontalPodAutoscaler::API_VERSION,
            Self::ScaledObject => ScaledObject::API_VERSION,
            Self::PodMonitor => PodMonitor::API_VERSION,
            Self::PrometheusRule => PrometheusRule::API_VERSION,
        }
    }

    /// The kind in lower case with a hyphen between words, as file names have it: `network-policy`.
    pub const fn kebab(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::NetworkPolicy => "network-policy",
            Self::PeerAuthentication => "peer-authentication",
            Self::AuthorizationPolicy | Self::LinkerdAuthorizationPolicy => "authorization-policy",
            Self::Server => "server",
            Self::MeshTLSAuthentication => "mesh-tls-authentication",
            Self::NetworkAuthentication => "network-authentication",
            Self::ResourceQuota => "resource-quota",
            Self::PodDisruptionBudget => "pod-disruption-budget",
            Self::ServiceAccount => "service-account",
            Self::ConfigMap => "config-map",
            Self::ExternalSecret => "external-secret",
            Self::TriggerAuthentication => "trigger-authentication",
            Self::Service => "service",
            Self::Deployment => "deployment",
            Self::StatefulSet => "stateful-set",
            Self::Job => "job",
            Self::CronJob => "cron-job",
            Self::Ingress => "ingress",
            Self::HTTPRoute => "http-route",
            Self::HorizontalPodAutoscaler => "horizontal-pod-autoscaler",
            Self::ScaledObject => "scaled-object",
            Self::PodMonitor => "pod-monitor",
            Self::PrometheusRule => "prometheus-rule",
        }
    }

    /// The step of one application at which objects of this kind are created: a namespace before what it holds, its
    /// policies and quota before any pod can start without them, what a pod names before the pod, and what scales a
    /// workload after it. Of workloads Jobs come first: more services wait for a job than jobs for a service, and kustomize, which
    /// sorts by kind, knows nothing else. `kubectl apply` creates the objects of a stream in the stream's order. Within the freedom
    /// that is left this is the order of Argo CD (`gitops-engine/pkg/sync/sync_tasks.go`, v3.5.1) and of Helm
    /// (`pkg/release/v1/util/kind_sorter.go`, v4).
    pub const fn apply_rank(self) -> u8 {
        match self {
            Self::Namespace => 0,
            Self::NetworkPolicy
            | Self::PeerAuthentication
            | Self::AuthorizationPolicy
            | Self::Server
            | Self::MeshTLSAuthentication
            | Self::NetworkAuthentication
            | Self::LinkerdAuthorizationPolicy => 1,
            Self::ResourceQuota => 2,
            Self::PodDisruptionBudget
            | Self::ServiceAccount
            | Self::ConfigMap
            | Self::ExternalSecret
            | Self::TriggerAuthentication => 3,
            Self::Service => 4,
            Self::Deployment | Self::StatefulSet | Self::Job | Self::CronJob => 5,
            Self::Ingress
            | Self::HTTPRoute
            | Self::HorizontalPodAutoscaler
            | Self::ScaledObject
            | Self::PodMonitor
            | Self::PrometheusRule => 6,
        }
    }

    /// The same steps as Argo CD's sync waves, with workloads in wave 0, the wave of whatever carries no annotation.
    /// A workload that comes after others, and its autoscaler with it, is emitted later by as many waves as that takes.
    pub fn wave(self) -> i32 {
        i32::from(self.apply_rank()) - i32::from(Self::Deployment.apply_rank())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_kind_has_a_place_and_names_that_agree() {
        assert!(Kind::ALL.is_sorted());
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.apply_rank()));
        for kind in Kind::ALL {
            let mut kebab = String::new();
            let word = kind.as_str().replace("HTTP", "Http").replace("TLS", "Tls");
            for letter in word.chars() {
                if letter.is_uppercase() && !kebab.is_empty() {
                    kebab.push('-');
                }
                kebab.push(letter.to_ascii_lowercase());
            }
            assert_eq!(kind.kebab(), kebab);
            // of two kinds of one name the second has its group before it
            let variant = format!("{kind:?}");
            let variant = variant.strip_prefix("Linkerd").unwrap_or(&variant);
            assert_eq!(variant, kind.to_string(), "the variant is spelled as Kubernetes spells it");
        }
    }

    #[test]
    fn api_versions_are_those_that_clusters_serve() {
        let versions = Kind::ALL.map(Kind::api_version);
        let expected = [
            "v1",
            "networking.k8s.io/v1",
            "security.istio.io/v1",
            "security.istio.io/v1",
            "policy.linkerd.io/v1beta3",
            "policy.linkerd.io/v1alpha1",
            "policy.linkerd.io/v1alpha1",
            "policy.linkerd.io/v1alpha1",
            "v1",
            "policy/v1",
            "v1",
            "v1",
            "external-secrets.io/v1",
            "keda.sh/v1alpha1",
            "v1",
            "batch/v1",
            "apps/v1",
            "apps/v1",
            "batch/v1",
            "networking.k8s.io/v1",
            "gateway.networking.k8s.io/v1",
            "autoscaling/v2",
            "keda.sh/v1alpha1",
            "monitoring.coreos.com/v1",
            "monitoring.coreos.com/v1",
        ];
        assert_eq!(versions, expected);
    }

    #[test]
    fn waves_put_workloads_at_zero() {
        let waves = [-5, -4, -4, -4, -4, -4, -4, -4, -3, -2, -2, -2, -2, -2, -1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
        assert_eq!(Kind::ALL.map(Kind::wave), waves);
    }
}
