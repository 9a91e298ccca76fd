//! Who reads what a mesh is told: its proxies, and what a pod bears to have one.

use std::fmt;

use super::Pod;

/// The proxies of a mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Istio's in the pod.
    Sidecar,
    /// Istio's on the node.
    Ztunnel,
    /// Linkerd's in the pod.
    Linkerd,
}

/// What a pod bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A label.
    Label(&'static str, &'static str),
    /// An annotation.
    Annotation(&'static str, &'static str),
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sidecar, Self::Ztunnel, Self::Linkerd];

    /// By what a pod has such a proxy.
    pub fn enrolled(self) -> Mark {
        match self {
            Self::Sidecar => Mark::Label("sidecar.istio.io/inject", "true"),
            Self::Ztunnel => Mark::Label("istio.io/dataplane-mode", "ambient"),
            Self::Linkerd => Mark::Annotation("linkerd.io/inject", "enabled"),
        }
    }

    /// What else it bears so that it goes on as without: that a sidecar ends behind the containers of the pod, without which no job
    /// does, and that probes come through the agent, which asks for no certificate.
    pub fn beside(self) -> &'static [Mark] {
        match self {
            Self::Sidecar => &[
                Mark::Annotation("sidecar.istio.io/nativeSidecar", "true"),
                Mark::Annotation("sidecar.istio.io/rewriteAppHTTPProbers", "true"),
            ],
            Self::Ztunnel => &[],
            Self::Linkerd => &[Mark::Annotation("config.beta.linkerd.io/proxy-enable-native-sidecar", "true")],
        }
    }
}

impl Mark {
    /// Whether a pod bears it.
    pub fn is_on(self, pod: &Pod) -> bool {
        match self {
            Self::Label(key, value) => pod.labels.get(key).is_some_and(|own| own == value),
            Self::Annotation(key, value) => pod.annotations.get(key).is_some_and(|own| own == value),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(key, value) => write!(f, "the label {key}: {value}"),
            Self::Annotation(key, value) => write!(f, "the annotation {key}: {value}"),
        }
    }
}
