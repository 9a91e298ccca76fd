//! Who may open how many connections to an endpoint that says how many it takes.

use std::collections::{BTreeMap, BTreeSet};

use super::replicas::{self, Extent, Pods};
use crate::check::Context;
use crate::model::flow::FlowTerms;
use crate::model::{DeclaredFlow, Endpoint, EnvironmentId, External, Origin, Protocol, Workload};
use crate::value::{Cidr, Port};

/// What states `connections`: an endpoint, or an external in all environments in which it is one and the same.
pub(super) struct Callee<'a> {
    /// Its name.
    pub(super) names: Vec<&'a str>,
    /// How many it takes.
    pub(super) limit: Origin<u32>,
    /// It in each of its environments, and how many it takes as stated there.
    each: Vec<(&'a Endpoint, Origin<u32>)>,
}

/// What makes an external of several environments one and the same: its addresses, and how many connections these take.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Address<'a> {
    cidrs: BTreeSet<Cidr>,
    except: BTreeSet<Cidr>,
    host: Option<&'a str>,
    /// What it serves: two servers of one machine have a port each.
    ports: BTreeSet<(Port, Protocol)>,
    limit: u32,
}

impl<'a> Address<'a> {
    fn of(external: &'a External, limit: u32) -> Self {
        let values = |cidrs: &[Origin<Cidr>]| cidrs.iter().map(|cidr| cidr.value).collect();
        Self {
            cidrs: values(&external.cidrs),
            except: values(&external.except),
            host: external.host.as_ref().map(|host| host.value.as_str()),
            ports: external.ports.iter().map(|port| (port.number.value, port.protocol)).collect(),
            limit,
        }
    }
}

/// A flow to it.
pub(super) struct Caller<'a> {
    /// The flow.
    pub(super) flow: &'a DeclaredFlow,
    /// The workload that calls; nothing for what is outside the cluster, which counts once.
    pub(super) workload: Option<&'a Workload>,
    /// Where the callee is that it calls.
    pub(super) environment: EnvironmentId,
    /// How it is called, as seen from there.
    pub(super) own_name: String,
    /// How it is called among all callers.
    pub(super) name: String,
    /// Its largest number of replicas, rollouts included.
    pub(super) pods: Pods,
    /// How many connections each pod keeps.
    pub(super) pool: Option<Origin<u32>>,
}

impl<'a> Caller<'a> {
    /// The name of the port that it calls.
    pub(super) fn flow_port(&self, cx: &Context<'a>) -> &'a str {
        let target = cx.model.endpoint(self.flow.destination);
        let port = target.and_then(|target| target.ports().get(usize::from(self.flow.port)));
        port.map_or("PORT", |port| port.name.value.as_str())
    }

    /// All its connections.
    pub(super) fn sum(&self) -> u64 {
        self.pool.map_or(0, |pool| self.pods.all().saturating_mul(pool.value.into()))
    }
}

/// What states `connections`. An external of several environments is one where its addresses and their limit are the same.
pub(super) fn callees<'a>(cx: &Context<'a>) -> Vec<Callee<'a>> {
    let mut callees: Vec<Callee<'a>> = Vec::new();
    let mut known: BTreeMap<Address<'a>, usize> = BTreeMap::new();
    for endpoint in cx.endpoints().filter(|endpoint| !endpoint.tainted()) {
        let (limit, address) = match endpoint {
            Endpoint::Workload(workload) => (workload.managed().and_then(|managed| managed.connections), None),
            Endpoint::External(external) => {
                (external.connections, external.connections.map(|limit| Address::of(external, limit.value)))
            }
        };
        let Some(limit) = limit else { continue };
        let at = address.map_or(callees.len(), |address| *known.entry(address).or_insert(callees.len()));
        match callees.get_mut(at) {
            Some(callee) => {
                let name = endpoint.name().value.as_str();
                if !callee.names.contains(&name) {
                    callee.names.push(name);
                }
                callee.each.push((endpoint, limit));
            }
            None => callees.push(Callee { names: vec![&endpoint.name().value], limit, each: vec![(endpoint, limit)] }),
        }
    }
    callees
}

impl<'a> Callee<'a> {
    /// Where it is stated how many it takes, each place once.
    pub(super) fn limits(&self) -> impl Iterator<Item = Origin<u32>> {
        let places: BTreeMap<_, _> = self.each.iter().map(|(_, limit)| (limit.span, *limit)).collect();
        places.into_values()
    }

    /// Its callers in all environments, those that take most first.
    pub(super) fn callers(&self, cx: &Context<'a>) -> Vec<Caller<'a>> {
        let mut callers: Vec<Caller<'a>> = self.each.iter().flat_map(|(endpoint, _)| callers(cx, endpoint)).collect();
        if environments(&callers).len() > 1 {
            for caller in &mut callers {
                let environment = cx.model.endpoint(caller.flow.source).map(Endpoint::environment);
                let environment = environment.map_or("", |environment| cx.model.environment_title(environment));
                let name = cx.model.endpoint(caller.flow.source).map_or("", |source| &source.name().value);
                caller.name = format!("{environment}/{name}");
            }
        }
        callers.sort_by(|a, b| b.sum().cmp(&a.sum()).then_with(|| a.name.cmp(&b.name)));
        callers
    }
}

/// Where the callee is that they call.
pub(super) fn environments(callers: &[Caller<'_>]) -> BTreeSet<EnvironmentId> {
    callers.iter().map(|caller| caller.environment).collect()
}

/// Who calls an endpoint.
fn callers<'a>(cx: &Context<'a>, callee: &Endpoint) -> impl Iterator<Item = Caller<'a>> {
    let (cx, model, environment) = (*cx, cx.model, callee.environment());
    let declared = cx.graph.incoming(callee.id()).filter_map(|flow| flow.declared(model));
    declared
        .filter(|flow| flow.source != flow.destination)
        .filter(|flow| model.endpoint(flow.source).is_some_and(|source| !source.tainted()))
        .map(move |flow| {
            let workload = model.workload(flow.source);
            let one = Pods { replicas: 1, ..Pods::default() };
            let pods = workload.map_or(one, |workload| replicas::pods(workload, Extent::Most));
            let name = cx.name(flow.source, environment);
            let pool = pool(flow.terms.as_deref());
            Caller { flow, workload, environment, own_name: name.clone(), name, pods, pool }
        })
}

fn pool(terms: Option<&FlowTerms>) -> Option<Origin<u32>> {
    terms.and_then(|terms| terms.pool)
}
