//! Every service talks to something, or something talks to it.

use std::collections::BTreeSet;

use super::address_without_flow;
use super::addresses::addresses;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::graph::Flow;
use crate::model::{Endpoint, EndpointId, Environment, EnvironmentId, Origin, Workload};
use crate::value::name::dns_label;
use crate::vocabulary::is_reserved;

crate::check! {
    /// ## What it means
    /// No flow begins or ends at a service.
    ///
    /// ## Why it matters in the cluster
    /// What is not allowed is denied: its pods reach nothing, and nothing reaches them. As a rule an `allow` was
    /// forgotten.
    ///
    /// ## How to mend it
    /// Allow what it needs; or accept it with `waive workload-without-flows on NAME because "..."`.
    ///
    /// ```bvl bad in=file
    /// service lonely is base { } //~ BVL0313 "lonely reaches nothing"
    /// ```
    /// ```bvl good in=file
    /// service lonely is base { }
    /// allow lonely -> app.http
    /// ```
    ///
    /// An address without a flow is the mistake (BVL0315), and this is judged once that is accepted:
    /// ```bvl bad in=file
    /// service report is base { env CALLER_HOST caller.http.host } //~ BVL0313 "report reaches nothing"
    /// waive address-without-flow on report because "it only prints it"
    /// ```
    ///
    /// ## Source
    /// The language's own: what no flow allows is denied.
    BVL0313, "workload-without-flows", Warning, since "0.1.0" => run, reads ["scale", "port", "metrics", "env", "config", "args", "expose", "init", "sidecar"], judges Missing, looks Platform
}

/// The words that name addresses.
const SETTINGS: &[&str] = &["env", "config", "args"];

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // most platforms have none: whom settings and what could not be read name is asked only of those
    let alone: Vec<_> =
        cx.programs().filter(|(workload, _, environment)| is_alone(cx, workload, environment)).collect();
    if alone.is_empty() {
        return;
    }
    // an address in a setting wants a flow: where it has none, that is said
    let mut named: BTreeSet<EndpointId> = BTreeSet::new();
    for (workload, program, environment) in cx.programs() {
        for (_, address) in addresses(program) {
            if is_said(cx, workload, address.endpoint, environment) {
                named.extend([workload.id, address.endpoint]);
            }
        }
    }
    // what could not be read may name any that is seen from there
    let lacks = |workload: &Workload| workload.unread.touches(SETTINGS);
    let blind: BTreeSet<EnvironmentId> =
        cx.model.workloads().filter(|workload| lacks(workload)).map(|workload| workload.environment).collect();
    for (workload, _, environment) in alone {
        if named.contains(&workload.id) || blind.contains(&environment.id) {
            continue;
        }
        let name = &workload.name;
        let title = format!("{} reaches nothing, and nothing reaches it", name.value);
        let found = finding(&BVL0313, workload, environment, name.span, title)
            .here("no flow begins or ends here")
            .note("what no flow allows is denied")
            .unless_elsewhere()
            .help(help(workload));
        // one that is left out takes the flows of all that spoke with it alone
        sink.report(match only_peer(cx, workload, environment) {
            Some(peer) => found.caused_by(peer.span).note(format!(
                "elsewhere its flows are with {} alone, which is not there where this holds",
                peer.value
            )),
            None => found,
        });
    }
}

/// Whom alone it has flows with in other environments, where that is not in this one.
fn only_peer<'a>(cx: &Context<'a>, workload: &Workload, environment: &Environment) -> Option<&'a Origin<String>> {
    let homes = cx.model.named(&workload.name.value).into_iter().map(Endpoint::id);
    let mut peers = homes.flat_map(|home| {
        let targets = cx.graph.outgoing(home).filter_map(Flow::target_endpoint);
        let all = targets.chain(cx.graph.incoming(home).filter_map(Flow::source_endpoint));
        all.filter_map(|peer| Some(cx.model.endpoint(peer)?.name()))
    });
    let first = peers.next()?;
    let is_same = |peer: &Origin<String>| peer.span == first.span;
    (cx.model.named_in(environment.id, &first.value).next().is_none() && peers.all(is_same)).then_some(first)
}

/// Whether no flow begins or ends at a workload whose traffic is denied, and none that could not be read may be the one.
fn is_alone(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    let mut flows = cx.graph.outgoing(workload.id).chain(cx.graph.incoming(workload.id));
    if flows.next().is_some() || !environment.is_denied() {
        return false;
    }
    // that nothing lets requests in to what is exposed is said
    let is_exposed = workload.service().is_some_and(|service| !service.exposures.is_empty());
    // a name that Kubernetes refuses is likely spelled better where it is used, and one that no flow can name is to have another
    let name = &workload.name.value;
    let is_named = dns_label(name).is_err()
        || is_reserved(name)
        || cx.model.unread_flows
        || cx.model.unknown_ends
        || cx.model.unresolved.contains(name);
    !is_exposed && !is_named
}

/// Whether that no flow reaches an address is said of it, and stands.
fn is_said(cx: &Context<'_>, workload: &Workload, target: EndpointId, environment: &Environment) -> bool {
    let name = &workload.name.value;
    let stands = |subject: &str| cx.stands(&address_without_flow::CHECK, subject, environment);
    if cx.model.waivers.is_empty() {
        return stands(name);
    }
    let target = cx.model.endpoint(target).map(|target| &target.name().value);
    stands(name) && target.is_none_or(|target| stands(&format!("{name} -> {target}")))
}

/// What to write for one that is needed by others or needs others, and for one that is meant to be alone.
fn help(workload: &Workload) -> String {
    let name = &workload.name.value;
    let port = workload.serving_ports().next().map(|port| format!("`allow CALLER -> {name}.{}` or ", port.name.value));
    format!(
        "allow what it needs: {}`allow {name} -> TARGET.PORT`; where it is meant to be alone, `waive workload-without-flows on {name} because \"REASON\"`",
        port.unwrap_or_default()
    )
}
