//! Mutual TLS by a mesh: which one, how strictly, and who is in it.
//!
//! Invariants: the platform names the mesh and each environment says how strictly it takes it, so that two meshes never meet.
//! In the mesh are the pods that bvlc makes where it is not `none`, and no others: whose pods an operator or a chart makes is
//! not known to have a proxy. Who somebody is follows from its namespace and its `ServiceAccount`, of which every workload has
//! one of its own.

use super::body::{Body, Decoder, Merged};
use super::environment::{Environment, Instance};
use super::origin::Origin;
use super::parameter::NamePiece;
use super::{Model, NamedPort, Protocol, Workload};
use crate::value::Domain;

/// `mesh NAME [MODE] [trust-domain DOMAIN]` of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mesh {
    /// Which one.
    pub kind: Origin<MeshKind>,
    /// How strictly, where an environment does not say.
    pub mode: MeshMode,
    /// What identities begin with.
    pub trust_domain: String,
}

/// A mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeshKind {
    /// Istio with a proxy in each pod.
    Istio,
}

/// How strictly a mesh is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeshMode {
    /// No pod is in it.
    None,
    /// Pods are in it, and take plain text as well, from whoever may reach them.
    Permissive,
    /// Pods take what a flow allows, by the identity of its source, and plain text only where a flow begins outside of the
    /// mesh.
    Strict,
}

impl MeshKind {
    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Istio => "istio",
        }
    }

    /// The ports of its control plane that the proxy in each pod asks: for its configuration and its certificate
    /// (`discoveryAddress` is `istiod.istio-system.svc:15012`, istio.io "Application Requirements", "Ports used by Istio", 1.31).
    pub fn control_ports(self) -> &'static [u16] {
        match self {
            Self::Istio => &[15012],
        }
    }

    /// The class of the standard library that is its control plane.
    pub fn control_class(self) -> &'static str {
        match self {
            Self::Istio => "istio.istiod",
        }
    }

    /// The label by which a pod is in it, whatever its namespace says: `sidecar.istio.io/inject` (istio.io "Installing the
    /// Sidecar", "Controlling the injection policy", 1.31).
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Istio => ("sidecar.istio.io/inject", "true"),
        }
    }
}

impl MeshMode {
    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Permissive => "permissive",
            Self::Strict => "strict",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::None, Self::Permissive, Self::Strict].into_iter().find(|mode| mode.name() == name)
    }
}

/// Who a workload is to the mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'m> {
    /// Its namespaces.
    pub namespace: Namespaces<'m>,
    /// Its `ServiceAccount`.
    pub account: &'m str,
}

/// The namespaces in which somebody has an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespaces<'m> {
    /// This one.
    Named(&'m str),
    /// Those of the instances of an environment, which all begin with this.
    Beginning(&'m str),
}

/// How a port takes what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carriage {
    /// By mutual TLS alone.
    Mutual,
    /// By mutual TLS, and as plain text from who has no proxy.
    Either,
    /// As plain text from everybody: a server that speaks first, of whom a proxy cannot tell whether TLS begins (istio.io
    /// "Protocol Selection", "Server first protocols", 1.31).
    Plain,
}

impl Mesh {
    /// Reads it from the platform's block.
    pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("mesh")?;
        let kind = decoder.word_at(entry, 0)?;
        let known = match &*kind.value {
            "istio" => MeshKind::Istio,
            _ => return None,
        };
        let trust_domain = decoder.clause::<Domain>(entry, "trust-domain");
        Some(Self {
            kind: kind.map(|_| known),
            mode: mode(entry, 1, decoder).map_or(MeshMode::Strict, |mode| mode.value),
            trust_domain: trust_domain.map_or_else(|| "cluster.local".to_owned(), |domain| domain.value.0),
        })
    }
}

/// Reads what an environment says of it.
pub(super) fn of_environment(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Origin<MeshMode>> {
    mode(body.get("mesh")?, 0, decoder)
}

fn mode(entry: &Merged<'_>, index: usize, decoder: &mut Decoder<'_>) -> Option<Origin<MeshMode>> {
    let word = decoder.word_at(entry, index)?;
    let mode = MeshMode::named(&word.value)?;
    Some(word.map(|_| mode))
}

impl Model {
    /// The mesh that the pods of an environment are in, and how strictly it is taken there.
    pub fn mesh(&self, environment: &Environment) -> Option<(&Mesh, MeshMode)> {
        let mesh = self.platform.mesh.as_ref()?;
        let mode = environment.mesh.as_ref().map_or(mesh.mode, |stated| stated.value);
        (mode != MeshMode::None).then_some((mesh, mode))
    }

    /// The mesh that the pods of a workload are in.
    pub fn mesh_of(&self, workload: &Workload) -> Option<(&Mesh, MeshMode)> {
        workload.program()?;
        self.mesh(self.environment(workload.environment)?)
    }

    /// Who a workload is to others in the mesh; `None` of one that is not in it.
    pub fn identity<'m>(&'m self, workload: &'m Workload) -> Option<Identity<'m>> {
        self.mesh_of(workload)?;
        let environment = self.environment(workload.environment)?;
        let namespace = match environment.instance {
            Instance::Fixed => Namespaces::Named(environment.namespace_name()),
            Instance::Asked | Instance::Example => {
                let first = environment.namespace.as_ref().and_then(|namespace| namespace.pattern.pieces.first());
                match first {
                    Some(NamePiece::Text(text)) => Namespaces::Beginning(text),
                    Some(NamePiece::Parameter(_)) | None => Namespaces::Beginning(""),
                }
            }
        };
        Some(Identity { namespace, account: &workload.name.value })
    }

    /// Who a workload is as another one meets it: within an instance of an environment its namespace is known.
    pub fn identity_to<'m>(&'m self, workload: &'m Workload, other: &Workload) -> Option<Identity<'m>> {
        let identity = self.identity(workload)?;
        if workload.environment != other.environment {
            return Some(identity);
        }
        let environment = self.environment(workload.environment)?;
        Some(Identity { namespace: Namespaces::Named(environment.namespace_name()), ..identity })
    }

    /// The label by which the pods of a workload are in its mesh.
    pub fn mesh_label(&self, workload: &Workload) -> Option<(&'static str, &'static str)> {
        self.mesh_of(workload).map(|(mesh, _)| mesh.kind.value.label())
    }
}

impl NamedPort {
    /// Whether a mesh carries it: none carries UDP (istio.io "Protocol Selection", 1.31).
    pub fn is_meshed(&self) -> bool {
        self.protocol == Protocol::Tcp
    }
}
