//! `PeerAuthentication` and `AuthorizationPolicy`: what comes in as plain text, and who may ask at which port; of Istio with a proxy
//! in each pod and with one on each node, which read the same objects.
//!
//! Invariants: callers are named by identity, and whoever has none only by having none: which of these it is stays with the
//! network policy. A port is that of the pods, as the proxies see it. Where any policy allows something, everything else is
//! refused, so that a workload whom nobody asks has a policy without rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::{Context, metadata};
use crate::graph::Caller;
use crate::model::{Admission, Carriage, Identity, Mesh, MeshMode, Namespaces, Workload};
use crate::object::{
    AuthorizationPolicy, AuthorizationPolicySpec, AuthorizationRule, Kind, MutualTls, Object, PeerAuthentication,
    PeerAuthenticationSpec, RuleFrom, RuleOperation, RuleSource, RuleTo, WorkloadSelector,
};

/// So many callers stand in one policy, for the reason that network policies have for their peers; a caller takes some 100 bytes.
const MOST_CALLERS: usize = 500;

/// Callers, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// This identity.
    Principal(String),
    /// Identities that end like this, of namespaces that begin like that.
    Alike { account: String, namespaces: String },
    /// Whoever has none.
    Nobody,
}

/// Both objects of a workload; no `AuthorizationPolicy` where plain text is taken from anybody, or nothing is denied.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, (mesh, mode): (&Mesh, MeshMode), objects: &mut Vec<Object>) {
    let name = &workload.name.value;
    let spec = peer_authentication(cx, workload, mode);
    let metadata = metadata::of_workload(cx, workload, Kind::PeerAuthentication, name);
    objects.push(PeerAuthentication { metadata, spec }.into());
    let Some(admission @ (Admission::Identities | Admission::Flows)) = cx.model.admission(workload) else { return };
    let mut callers = callers(cx, workload, mesh);
    let mut anybody = Vec::new();
    if admission == Admission::Identities {
        callers.remove(&Source::Nobody);
        anybody.push(AuthorizationRule { from: from(vec![Source::Nobody]), ..AuthorizationRule::default() });
    }
    let mut number = 1;
    while number == 1 || !callers.is_empty() {
        let behind = callers.keys().nth(MOST_CALLERS).cloned();
        let rest = behind.map(|behind| callers.split_off(&behind)).unwrap_or_default();
        let spec = AuthorizationPolicySpec {
            action: Some("ALLOW".to_owned()),
            rules: rules(std::mem::replace(&mut callers, rest)).into_iter().chain(anybody.drain(..)).collect(),
            selector: Some(selector(cx, workload)),
        };
        // no workload is called so: names of workloads have no dot
        let name = if number == 1 { name.clone() } else { format!("{name}.{number}") };
        let metadata = metadata::of_workload(cx, workload, Kind::AuthorizationPolicy, &name);
        objects.push(AuthorizationPolicy { metadata, spec }.into());
        number += 1;
    }
}

fn selector(cx: &Context<'_>, workload: &Workload) -> WorkloadSelector {
    WorkloadSelector { match_labels: metadata::selector(cx, workload) }
}

fn peer_authentication(cx: &Context<'_>, workload: &Workload, mode: MeshMode) -> PeerAuthenticationSpec {
    let usual = match mode {
        MeshMode::Strict => Carriage::Mutual,
        MeshMode::None | MeshMode::Permissive => Carriage::Either,
    };
    let ports = workload.ports.iter().filter_map(|port| {
        let carriage = cx.graph.carriage(cx.model, workload, port).filter(|carriage| *carriage != usual)?;
        Some((port.number.value.to_string(), tls(carriage)))
    });
    PeerAuthenticationSpec {
        mtls: Some(tls(usual)),
        port_level_mtls: ports.collect(),
        selector: Some(selector(cx, workload)),
    }
}

fn tls(carriage: Carriage) -> MutualTls {
    let mode = match carriage {
        Carriage::Mutual => "STRICT",
        Carriage::Either => "PERMISSIVE",
        Carriage::Plain => "DISABLE",
    };
    MutualTls { mode: Some(mode.to_owned()) }
}

/// The ports of each caller. To one that takes plain text alone everybody comes without an identity.
fn callers(cx: &Context<'_>, workload: &Workload, mesh: &Mesh) -> BTreeMap<Source, BTreeSet<u16>> {
    let mut callers: BTreeMap<Source, BTreeSet<u16>> = BTreeMap::new();
    for flow in cx.graph.incoming(workload.id) {
        let Some(port) = flow.port(cx.model) else { continue };
        let Some(carriage) = cx.graph.carriage(cx.model, workload, port) else { continue };
        let source = match (carriage, flow.caller(cx.model, workload)) {
            (Carriage::Plain, _) | (_, Caller::Unknown) => Source::Nobody,
            (Carriage::Mutual | Carriage::Either, Caller::Known(identity)) => source(mesh, identity),
        };
        callers.entry(source).or_default().insert(port.number.value.get());
    }
    callers
}

/// An identity as Istio writes it, `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`; of a pattern only one end can be left open
/// (`security/v1beta1/authorization_policy.proto`, istio/api 1.31). ztunnel takes `cluster.local` for no other trust domain (istio/ztunnel
/// #1260), so that the real one is written.
fn source(mesh: &Mesh, Identity { namespace, account }: Identity<'_>) -> Source {
    match namespace {
        Namespaces::Named(namespace) => Source::Principal(format!("{}/ns/{namespace}/sa/{account}", mesh.trust_domain)),
        Namespaces::Beginning(beginning) => {
            Source::Alike { account: format!("*/sa/{account}"), namespaces: format!("{beginning}*") }
        }
    }
}

/// Callers by the ports that they share.
fn rules(callers: BTreeMap<Source, BTreeSet<u16>>) -> Vec<AuthorizationRule> {
    let mut by_ports: BTreeMap<BTreeSet<u16>, Vec<Source>> = BTreeMap::new();
    for (source, ports) in callers {
        by_ports.entry(ports).or_default().push(source);
    }
    let rule = |(ports, sources): (BTreeSet<u16>, Vec<Source>)| AuthorizationRule {
        from: from(sources),
        to: vec![RuleTo { operation: RuleOperation { ports: ports.iter().map(u16::to_string).collect() } }],
        when: Vec::new(),
    };
    by_ports.into_iter().map(rule).collect()
}

fn from(sources: Vec<Source>) -> Vec<RuleFrom> {
    let mut known = RuleSource::default();
    let mut others = Vec::new();
    for source in sources {
        match source {
            Source::Principal(principal) => known.principals.push(principal),
            Source::Alike { account, namespaces } => others.push(RuleSource {
                namespaces: vec![namespaces],
                principals: vec![account],
                ..RuleSource::default()
            }),
            // who is not anybody has no identity (`notPrincipals`, istio.io ISTIO-SECURITY-2021-004)
            Source::Nobody => {
                others.push(RuleSource { not_principals: vec!["*".to_owned()], ..RuleSource::default() });
            }
        }
    }
    let known = (!known.principals.is_empty()).then_some(known);
    known.into_iter().chain(others).map(|source| RuleFrom { source }).collect()
}
