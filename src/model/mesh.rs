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
    /// Istio with a proxy on each node (ztunnel), which knows connections alone.
    IstioAmbient,
    /// Linkerd, with a proxy in each pod.
    Linkerd,
}

/// What is true of a mesh, whatever a platform says.
#[derive(Debug, PartialEq, Eq)]
pub struct MeshFacts {
    /// As written.
    pub name: &'static str,
    /// Its control plane.
    pub control: ControlPlane,
    /// Where its proxies are.
    pub proxies: Proxies,
    /// The label by which a pod is in it, whatever its namespace says; where it is an annotation, none.
    pub label: Option<(&'static str, &'static str)>,
    /// How a flow between two of its pods looks to network policies.
    pub wire: Wire,
    /// How it knows what a port is asked.
    pub protocols: Protocols,
    /// How it lets in plain text beside mutual TLS.
    pub plain: PlainText,
    /// The addresses from which kubelets ask after the health of its pods, where these are not the nodes' own.
    pub probes_from: &'static [&'static str],
}

/// The control plane of a mesh, as the standard library and the proxies know it.
#[derive(Debug, PartialEq, Eq)]
pub struct ControlPlane {
    /// Its ports that a proxy asks, each with the class of the standard library that has it.
    pub asked: &'static [(u16, &'static str)],
    /// Whether its own pods ask.
    pub own: OwnProxies,
}

/// Whether the pods of a control plane have proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnProxies {
    /// They have none.
    Absent,
    /// They have, which ask the other parts of it.
    Asking,
}

/// How a mesh lets in plain text beside mutual TLS at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainText {
    /// From whoever shows no identity, and from nobody else.
    Apart,
    /// By letting in everybody: it cannot ask for no identity.
    WithEverybody,
}

/// Where the proxies of a mesh are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxies {
    /// In each pod, which is whom the control plane sees.
    Pods,
    /// On each node: managed workloads of this class, which are whom the control plane sees.
    Nodes(&'static str),
}

/// How a flow between two pods of a mesh looks to network policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// As one to the port that it asks.
    Own,
    /// As one to this port of the proxy, whatever it asks.
    Tunnel(u16),
}

/// How a mesh knows what a port is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocols {
    /// By the caller's first bytes, where nothing says it, so that plain text and mutual TLS cannot be told apart at a port whose
    /// server speaks first; the `appProtocol` of a Service that says it.
    Guessed(&'static str),
    /// The same, but mutual TLS comes another way and is not met by the guess.
    Marked(&'static str),
    /// It does not: bytes are carried as they come.
    Unread,
}

/// What the proxies ask istiod for is their configuration and their certificate (`discoveryAddress` is
/// `istiod.istio-system.svc:15012`, istio.io "Application Requirements", "Ports used by Istio", 1.31). The label is told in
/// "Installing the Sidecar", "Controlling the injection policy".
static ISTIO: MeshFacts = MeshFacts {
    name: "istio",
    control: ControlPlane { asked: &[(15012, "istio.istiod")], own: OwnProxies::Absent },
    proxies: Proxies::Pods,
    label: Some(("sidecar.istio.io/inject", "true")),
    wire: Wire::Own,
    protocols: Protocols::Guessed("tcp"),
    plain: PlainText::Apart,
    probes_from: &[],
};

/// The label: istio.io "Add workloads to an ambient mesh", of a pod as of a namespace, 1.31. `CA_ADDRESS` and `XDS_ADDRESS` of the
/// ztunnel of each node are istiod's port 15012 (istio/istio 1.31 `manifests/charts/ztunnel/templates/daemonset.yaml`). What passes
/// between two pods goes to port 15008 of the other, "Pod inbound HBONE traffic capture" (istio/ztunnel ARCHITECTURE.md; istio.io
/// "Ambient and Kubernetes `NetworkPolicy`"). Probes get the addresses of `HOST_PROBE_SNAT_IP` and its like of IPv6 (istio/istio 1.31
/// `cni/pkg/nodeagent/options.go`), so that ztunnel knows them: policies have to let these in.
static ISTIO_AMBIENT: MeshFacts = MeshFacts {
    name: "istio-ambient",
    control: ControlPlane { asked: &[(15012, "istio.istiod-ambient")], own: OwnProxies::Absent },
    proxies: Proxies::Nodes("istio.ztunnel"),
    label: Some(("istio.io/dataplane-mode", "ambient")),
    wire: Wire::Tunnel(15008),
    protocols: Protocols::Unread,
    plain: PlainText::Apart,
    probes_from: &["169.254.7.127/32", "fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128"],
};

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

/// What proxies ask of it: `linkerd-identity` 8080, `linkerd-dst` 8086, `linkerd-policy` 8090 (linkerd/linkerd2
/// `charts/linkerd-control-plane/templates`, edge of 2.19), and so do those of its own pods. "Communication between two meshed pods
/// will always have its original target port replaced with the proxy's inbound port (by default, 4143)" (linkerd.io 2.18 "Network
/// Policy"); at a port that is marked as opaque the proxy looks for no TLS in what comes straight to it, for mutual TLS comes to 4143
/// (linkerd/linkerd2-proxy `linkerd/app/inbound/src/detect.rs`). `appProtocol`: linkerd.io 2.18 "Protocol Detection". Kubelets are let
/// in at the paths of probes (linkerd/linkerd2 `policy-controller/k8s/index`, `default_inbound_http_routes`).
static LINKERD: MeshFacts = MeshFacts {
    name: "linkerd",
    control: ControlPlane {
        asked: &[(8080, "linkerd.identity"), (8086, "linkerd.destination"), (8090, "linkerd.destination")],
        own: OwnProxies::Asking,
    },
    proxies: Proxies::Pods,
    label: None,
    wire: Wire::Tunnel(4143),
    protocols: Protocols::Marked("linkerd.io/opaque"),
    plain: PlainText::WithEverybody,
    probes_from: &[],
};

impl MeshKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Istio, Self::IstioAmbient, Self::Linkerd];

    /// What is true of it.
    pub fn facts(self) -> &'static MeshFacts {
        match self {
            Self::Istio => &ISTIO,
            Self::IstioAmbient => &ISTIO_AMBIENT,
            Self::Linkerd => &LINKERD,
        }
    }

    /// As written.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
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

/// Whom the pods of a workload let in, by what their mesh is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// Everybody: that is the network policies' to say.
    Everybody,
    /// Whoever shows an identity as flows say, for network policies do not see which port that one asks; whoever shows none as they
    /// say.
    Identities,
    /// Everybody at ports that some flow asks, and nobody at others: the mesh can tell no more, and network policies do not see which
    /// port is asked.
    Asked,
    /// Whom a flow allows.
    Flows,
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
        let known = MeshKind::named(&kind.value)?;
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

    /// Whom the pods of a workload let in, by what their mesh is told; `None` of one that is not in it.
    pub fn admission(&self, workload: &Workload) -> Option<Admission> {
        let (mesh, mode) = self.mesh_of(workload)?;
        let is_denied = self.environment(workload.environment)?.is_denied();
        let facts = mesh.kind.value.facts();
        Some(match (mode, facts.wire, facts.plain) {
            _ if !is_denied => Admission::Everybody,
            (MeshMode::Strict, ..) => Admission::Flows,
            (MeshMode::None | MeshMode::Permissive, Wire::Own, _) => Admission::Everybody,
            (MeshMode::None | MeshMode::Permissive, Wire::Tunnel(_), PlainText::Apart) => Admission::Identities,
            (MeshMode::None | MeshMode::Permissive, Wire::Tunnel(_), PlainText::WithEverybody) => Admission::Asked,
        })
    }

    /// Whether the pods of a workload are in a mesh that is taken strictly.
    pub fn is_strict(&self, workload: &Workload) -> bool {
        self.mesh_of(workload).is_some_and(|(_, mode)| mode == MeshMode::Strict)
    }

    /// The label by which the pods of a workload are in its mesh.
    pub fn mesh_label(&self, workload: &Workload) -> Option<(&'static str, &'static str)> {
        self.mesh_of(workload).and_then(|(mesh, _)| mesh.kind.value.facts().label)
    }
}

impl NamedPort {
    /// Whether a mesh carries it: none carries UDP (istio.io "Protocol Selection", 1.31).
    pub fn is_meshed(&self) -> bool {
        self.protocol == Protocol::Tcp
    }
}
