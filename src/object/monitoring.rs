//! The objects by which the Prometheus Operator tells a Prometheus what to scrape and when to alert: `PodMonitor` and
//! `PrometheusRule`, `monitoring.coreos.com/v1`.
//!
//! The fields are those of `example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml` and
//! `monitoring.coreos.com_prometheusrules.yaml` (prometheus-operator v0.93.0) that the language can say.

use k8s_openapi::{NamespaceResourceScope, Resource};
use serde::{Deserialize, Serialize};

use super::{LabelSelector, Labels, ObjectMeta};

/// Pods whose metrics are read.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct PodMonitor {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// Which pods, and where they have metrics.
    pub spec: PodMonitorSpec,
}

/// Which pods of the namespace, and where they have metrics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodMonitorSpec {
    /// The pods.
    pub selector: LabelSelector,
    /// Where they have metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pod_metrics_endpoints: Vec<PodMetricsEndpoint>,
}

/// Where a pod has metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodMetricsEndpoint {
    /// The port's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// The port's number, where no name stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_number: Option<i32>,
    /// The path.
    pub path: String,
}

/// What a Prometheus evaluates.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct PrometheusRule {
    /// Its name, labels and annotations.
    pub metadata: ObjectMeta,
    /// The rules.
    pub spec: PrometheusRuleSpec,
}

/// Groups of rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PrometheusRuleSpec {
    /// The groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<RuleGroup>,
}

/// Rules that are evaluated one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleGroup {
    /// Its name, one of its own within the object.
    pub name: String,
    /// The rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<AlertingRule>,
}

/// When somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertingRule {
    /// What the alert is called.
    pub alert: String,
    /// Told while this has a result.
    pub expr: String,
    /// How long it has to have one first.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// Whom to tell is decided by these.
    pub labels: Labels,
    /// What is told; templates of Go.
    pub annotations: Labels,
}

impl Resource for PodMonitor {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const GROUP: &'static str = "monitoring.coreos.com";
    const KIND: &'static str = "PodMonitor";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "podmonitors";
    type Scope = NamespaceResourceScope;
}

impl Resource for PrometheusRule {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const GROUP: &'static str = "monitoring.coreos.com";
    const KIND: &'static str = "PrometheusRule";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "prometheusrules";
    type Scope = NamespaceResourceScope;
}
