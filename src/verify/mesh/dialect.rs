//! Where Istio's two proxies read the same objects differently.
//!
//! Sources of ztunnel: istio/istio 1.31 `pilot/pkg/serviceregistry/ambient/authorization.go` (`convertPeerAuthentication`,
//! `convertAuthorizationPolicy`), istio/ztunnel `src/rbac.rs` (`Authorization::matches`); istio.io "Use Layer 4 security policy".

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The proxy in a pod, which is Envoy.
    Envoy,
    /// The proxy of a node.
    Ztunnel,
}

/// What comes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// It fits, or refuses, whatever comes.
    Everything,
    /// It is as if it were not there.
    Nothing,
}

impl Dialect {
    /// A `CUSTOM` action: Envoy asks somebody else, of whom nothing is known here; ztunnel does not take the policy.
    pub(super) fn custom(self) -> Reading {
        match self {
            Self::Envoy => Reading::Everything,
            Self::Ztunnel => Reading::Nothing,
        }
    }

    /// A source or an operation that says nothing: ztunnel passes over what is empty in a clause, so that the clause fits nobody.
    pub(super) fn empty(self) -> Reading {
        match self {
            Self::Envoy => Reading::Everything,
            Self::Ztunnel => Reading::Nothing,
        }
    }

    /// What `DISABLE` refuses of mutual TLS: what comes through the tunnel of a ztunnel is never without.
    pub(super) fn disabled(self) -> Reading {
        match self {
            Self::Envoy => Reading::Everything,
            Self::Ztunnel => Reading::Nothing,
        }
    }
}
