//! Ends of flows as the peers of a policy.
//!
//! Invariants: pods of another namespace are named by namespace and labels in one entry, which is "and"; two entries
//! would be "or". A workload without labels is no peer unless every pod of its namespace is its, since an empty selector is
//! everything. Addresses leave out only ranges that lie strictly inside them.

use crate::emit::{Context, metadata};
use crate::graph::written;
use crate::model::environment::Instance;
use crate::model::{Endpoint, EndpointId, External, Origin, Workload};
use crate::object::api::networking::v1::{IPBlock, NetworkPolicyPeer};
use crate::object::{Labels, selector};
use crate::value::Cidr;

/// The label that the control plane sets on every namespace, to its name, and lets nobody change.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// Who is allowed, in the order in which peers are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    /// Pods with these labels.
    Pods {
        /// Where they are.
        place: Place,
        /// What they carry; empty where every pod there is meant.
        labels: Labels,
    },
    /// Addresses.
    Block {
        /// The range.
        cidr: Cidr,
        /// Ranges inside it that are left out.
        except: Vec<Cidr>,
    },
}

/// The namespaces that pods of a peer are in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// That of the policy.
    Own,
    /// Those with this label.
    Labeled(String, String),
}

impl Peer {
    /// Pods of a namespace other than the policy's.
    pub(super) fn in_namespace(name: &str, labels: Labels) -> Self {
        Self::Pods { place: Place::Labeled(NAMESPACE_NAME.to_owned(), name.to_owned()), labels }
    }

    /// A whole range.
    pub(super) fn block(cidr: Cidr) -> Self {
        Self::Block { cidr, except: Vec::new() }
    }
}

/// An end of a flow. More than one peer for an end with several ranges, none for one that nothing names.
pub(super) fn of_endpoint(cx: &Context<'_>, endpoint: EndpointId) -> Vec<Peer> {
    match cx.model.endpoint(endpoint) {
        Some(Endpoint::Workload(workload)) => of_workload(cx, workload),
        Some(Endpoint::External(external)) => of_external(external),
        None => Vec::new(),
    }
}

/// The API server's addresses: policies see them behind the address of its Service.
pub(super) fn of_api_server(cx: &Context<'_>) -> Vec<Peer> {
    let api_server = cx.model.platform.api_server.iter();
    api_server.flat_map(|api_server| blocks(&api_server.cidrs)).collect()
}

fn of_workload(cx: &Context<'_>, workload: &Workload) -> Vec<Peer> {
    if workload.is_on_host() {
        return blocks(&cx.model.platform.node_cidrs).collect();
    }
    let Some(place) = place(cx, workload).filter(|_| workload.is_selectable()) else { return Vec::new() };
    vec![Peer::Pods { place, labels: metadata::selector(cx, workload) }]
}

/// What exists once for each instance of a parametrised environment is named by the label that the namespaces of all of these
/// bear, whoever puts it there: who is shared by them must not change whenever one comes or goes.
fn place(cx: &Context<'_>, workload: &Workload) -> Option<Place> {
    if workload.environment == cx.environment.id {
        return Some(Place::Own);
    }
    let environment = cx.model.environment(workload.environment)?;
    let namespace = environment.namespace.as_ref()?;
    Some(match environment.instance {
        Instance::Asked | Instance::Example => {
            Place::Labeled(written::ENVIRONMENT.to_owned(), environment.name.value.clone())
        }
        Instance::Fixed => Place::Labeled(NAMESPACE_NAME.to_owned(), namespace.name.value.clone()),
    })
}

fn of_external(external: &External) -> Vec<Peer> {
    let block = |cidr: &Origin<Cidr>| {
        let inside = external.except.iter().filter(|except| cidr.value.strictly_contains(&except.value));
        let mut except: Vec<Cidr> = inside.map(|except| except.value).collect();
        except.sort_unstable();
        except.dedup();
        Peer::Block { cidr: cidr.value, except }
    };
    external.cidrs.iter().map(block).collect()
}

fn blocks(cidrs: &[Origin<Cidr>]) -> impl Iterator<Item = Peer> {
    cidrs.iter().map(|cidr| Peer::block(cidr.value))
}

impl From<Peer> for NetworkPolicyPeer {
    fn from(peer: Peer) -> Self {
        match peer {
            Peer::Pods { place, labels } => Self {
                namespace_selector: match place {
                    Place::Own => None,
                    Place::Labeled(key, value) => Some(selector(Labels::from([(key, value)]))),
                },
                pod_selector: Some(selector(labels)),
                ip_block: None,
            },
            Peer::Block { cidr, except } => {
                let except: Vec<String> = except.iter().map(Cidr::to_string).collect();
                let except = (!except.is_empty()).then_some(except);
                Self { ip_block: Some(IPBlock { cidr: cidr.to_string(), except }), ..Self::default() }
            }
        }
    }
}
