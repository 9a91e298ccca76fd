//! `Server` and whom it lets in: a server for each port that somebody asks, and for it either the identities that may, or everybody.
//!
//! Invariants: a port without a server lets in whom the default of its pod does, which [`written`](crate::graph::written) states, so
//! that what nobody asks is denied. Where a flow begins outside of the mesh the port lets in every address: which of these it is stays
//! with the network policy, and Linkerd cannot let in whoever shows no identity without letting in everybody.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::{Context, convert, metadata};
use crate::graph::Caller;
use crate::model::{Admission, Carriage, Identity, Namespaces, Workload};
use crate::object::{
    ClientNetwork, IdentityRef, Kind, LinkerdAuthorizationPolicy, LinkerdAuthorizationPolicySpec,
    MeshTLSAuthentication, MeshTLSAuthenticationSpec, NetworkAuthentication, NetworkAuthenticationSpec, Object,
    POLICY_GROUP, PolicyRef, Server, ServerSpec, WorkloadSelector, int,
};

/// Every address there is.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Whom a port lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clients {
    /// Everybody.
    Everybody,
    /// Whoever shows an identity: of a caller whose namespace nobody knows yet no more can be said than that.
    Meshed,
    /// These accounts, by namespace.
    Accounts(BTreeSet<(String, String)>),
}

/// The servers of a workload and what authorizes their clients.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(admission) = cx.model.admission(workload) else { return };
    for (number, clients) in clients(cx, workload) {
        let is_said = match (admission, &clients) {
            // the default of the pod lets in whoever shows an identity, or everybody
            (Admission::Everybody, Clients::Everybody) => cx.model.is_strict(workload),
            (Admission::Everybody, Clients::Meshed | Clients::Accounts(_)) => false,
            (Admission::Identities | Admission::Asked | Admission::Flows, _) => true,
        };
        if is_said {
            port(cx, workload, number, clients, objects);
        }
    }
}

/// Whom each port lets in that somebody asks.
fn clients(cx: &Context<'_>, workload: &Workload) -> BTreeMap<u16, Clients> {
    let mut ports: BTreeMap<u16, Clients> = BTreeMap::new();
    for flow in cx.graph.incoming(workload.id) {
        let Some(port) = flow.port(cx.model) else { continue };
        let Some(carriage) = cx.graph.carriage(cx.model, workload, port) else { continue };
        let known = ports.entry(port.number.value.get()).or_insert_with(|| Clients::Accounts(BTreeSet::new()));
        match (carriage, flow.caller(cx.model, workload)) {
            (Carriage::Either | Carriage::Plain, _) | (Carriage::Mutual, Caller::Unknown) => {
                *known = Clients::Everybody;
            }
            (Carriage::Mutual, Caller::Known(Identity { namespace, account })) => match (namespace, &mut *known) {
                (Namespaces::Named(namespace), Clients::Accounts(accounts)) => {
                    accounts.insert((namespace.to_owned(), account.to_owned()));
                }
                (Namespaces::Beginning(_), Clients::Accounts(_)) => *known = Clients::Meshed,
                (_, Clients::Everybody | Clients::Meshed) => {}
            },
        }
    }
    ports
}

fn port(cx: &Context<'_>, workload: &Workload, number: u16, clients: Clients, objects: &mut Vec<Object>) {
    // no workload is called so: names of workloads have no dot
    let name = format!("{}.{number}", workload.name.value);
    let is_opaque = workload.ports.iter().any(|port| port.opaque && port.number.value.get() == number);
    let spec = ServerSpec {
        access_policy: Some("deny".to_owned()),
        pod_selector: WorkloadSelector { match_labels: metadata::selector(cx, workload) },
        port: int(convert::count(u32::from(number))),
        proxy_protocol: Some(if is_opaque { "opaque" } else { "unknown" }.to_owned()),
    };
    let metadata = |kind| metadata::of_workload(cx, workload, kind, &name);
    objects.push(Server { metadata: metadata(Kind::Server), spec }.into());
    let authentication = match clients {
        Clients::Everybody => {
            let networks = EVERYWHERE.map(|cidr| ClientNetwork { cidr: cidr.to_owned(), except: Vec::new() }).to_vec();
            let spec = NetworkAuthenticationSpec { networks };
            objects.push(NetworkAuthentication { metadata: metadata(Kind::NetworkAuthentication), spec }.into());
            Kind::NetworkAuthentication
        }
        Clients::Meshed => meshed(
            MeshTLSAuthenticationSpec { identities: vec!["*".to_owned()], ..Default::default() },
            metadata,
            objects,
        ),
        Clients::Accounts(accounts) => {
            let account = |(namespace, name)| IdentityRef {
                kind: Kind::ServiceAccount.as_str().to_owned(),
                name: Some(name),
                namespace: Some(namespace),
            };
            let identity_refs = accounts.into_iter().map(account).collect();
            meshed(MeshTLSAuthenticationSpec { identity_refs, ..Default::default() }, metadata, objects)
        }
    };
    let named = |kind: Kind| PolicyRef {
        group: POLICY_GROUP.to_owned(),
        kind: kind.as_str().to_owned(),
        name: name.clone(),
        namespace: None,
    };
    let spec = LinkerdAuthorizationPolicySpec {
        required_authentication_refs: vec![named(authentication)],
        target_ref: named(Kind::Server),
    };
    objects.push(LinkerdAuthorizationPolicy { metadata: metadata(Kind::LinkerdAuthorizationPolicy), spec }.into());
}

fn meshed(
    spec: MeshTLSAuthenticationSpec,
    metadata: impl Fn(Kind) -> crate::object::ObjectMeta,
    objects: &mut Vec<Object>,
) -> Kind {
    objects.push(MeshTLSAuthentication { metadata: metadata(Kind::MeshTLSAuthentication), spec }.into());
    Kind::MeshTLSAuthentication
}
