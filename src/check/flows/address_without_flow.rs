//! Who is given an address may reach what is there.

use indexmap::IndexMap;

use super::addresses::addresses;
use crate::check::mend::Mend as _;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::flow::NeverEnd;
use crate::model::text::Address;
use crate::model::{EndpointId, Layer, PORT_WORDS, Program, Workload, port};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A setting of a service names the address of something that no flow lets the service reach.
    ///
    /// ## Why it matters in the cluster
    /// The program gets the address, connects, and waits until it gives up: the deny drops its packets without an answer.
    ///
    /// ## How to mend it
    /// Allow the flow, or take the setting out.
    ///
    /// ```bvl bad in=flow
    /// service report is base {
    ///   env DATABASE_HOST store.sql.host //~ BVL0315 "no flow lets report reach store"
    /// }
    /// allow report -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// service report is base {
    ///   env DATABASE_HOST store.sql.host
    /// }
    /// allow report -> app.http, store.sql
    /// ```
    /// ```bvl good in=flow
    /// service report is base {
    ///   env DATABASE_HOST store.sql.host
    /// }
    /// allow report -> store.sql
    /// ```
    /// It is added to a statement of the service that says nothing of its flows but where they end, and else below:
    /// ```bvl bad in=flow
    /// service report is base { env DATABASE_HOST store.sql.host } //~ BVL0315
    /// allow report -> app.http {
    ///   timeout 5s
    /// }
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// service report is base { env DATABASE_HOST store.sql.host }
    /// allow report -> app.http {
    ///   timeout 5s
    /// }
    /// allow report -> store.sql
    /// ```
    /// What begins no flow yet has it where flows stand:
    /// ```bvl bad in=flow
    /// service report is base { env DATABASE_HOST store.sql.host } //~ BVL0315
    /// allow caller -> vault.api
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// service report is base { env DATABASE_HOST store.sql.host }
    /// allow caller -> vault.api
    /// allow report -> store.sql
    /// ```
    /// Each port of what the address names is a way, where it names none:
    /// ```bvl bad in=flow
    /// service report is base { env DATABASE_HOST store.host } //~ BVL0315 "no flow lets report reach store"
    /// allow report -> app.http
    /// ```
    /// ```bvl fixed fix=2 in=flow
    /// service report is base { env DATABASE_HOST store.host }
    /// allow report -> app.http, store.admin
    /// ```
    /// Its own address needs no flow:
    /// ```bvl good in=service
    /// env PUBLIC_HOST app.host
    /// ```
    ///
    /// ## Source
    /// The language's own: an address counts as a use of the flow that it needs.
    BVL0315, "address-without-flow", Error(Judgment), since "0.1.0" => run, reads [], judges Missing, looks Neighbors, whole whole
}

/// Of those that begin some flow: what they miss is added beside it.
fn run(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, sink, |workload| cx.begins_flows(workload));
}

/// Of those that begin none: where flows stand, others say.
fn whole(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, sink, |workload| !cx.begins_flows(workload));
}

fn judge(cx: &Context<'_>, sink: &mut Sink, is_judged: impl Fn(&Workload) -> bool) {
    if cx.model.unread_flows {
        return;
    }
    for (workload, program, environment) in cx.programs().filter(|(workload, ..)| is_judged(workload)) {
        // the host and the port of one address want one flow
        let mut unreached: IndexMap<_, Vec<(&str, &Address)>> = IndexMap::new();
        for (setting, address) in addresses(program) {
            // nobody calls a job, and `no_single_address` says so
            let Some(target) = cx.model.endpoint(address.endpoint).filter(|end| end.word() != "job") else { continue };
            if may_be_lost(cx, &workload.name.value, &target.name().value) {
                continue;
            }
            if target.id() == workload.id || target.lacks(PORT_WORDS) || is_reached(cx, workload.id, address) {
                continue;
            }
            let port = match (&address.port, target.ports()) {
                (Some(port), ports) if ports.iter().all(|known| known.name.value != *port) => continue,
                (Some(port), _) => Some(port.as_str()),
                (None, [only]) => Some(only.name.value.as_str()),
                (None, _) => None,
            };
            unreached.entry((target.id(), port)).or_default().push((setting, address));
        }
        // an address that names no port is reached by a flow to any of them
        let named_ports: Vec<_> = unreached.keys().filter(|(_, port)| port.is_some()).copied().collect();
        for key in named_ports {
            if let Some(any) = unreached.shift_remove(&(key.0, None)) {
                unreached.entry(key).or_default().extend(any);
            }
        }
        for ((target, port), named) in unreached {
            let (Some(target), [(_, first), others @ ..]) = (cx.model.endpoint(target), named.as_slice()) else {
                continue;
            };
            let (name, far) = (&workload.name.value, cx.name(target.id(), environment.id));
            let mut settings: Vec<&str> = named.iter().map(|(setting, _)| *setting).collect();
            settings.dedup();
            let (verb, what) = if settings.len() == 1 { ("names", "setting") } else { ("name", "settings") };
            let at = first.port.as_ref().map_or_else(String::new, |port| format!(" at {port}"));
            let flow = format!("allow {name} -> {far}.{}", port.unwrap_or("PORT"));
            let title = format!("{} {verb} {far}, but no flow lets {name} reach {far}{at}", listed(&settings));
            let mut diagnostic = finding(&BVL0315, workload, environment, first.span, title)
                .here("an address that it cannot reach")
                .label(target.name().span, format!("{} declared here", target.word()));
            let taken = cx.taken_between(environment.id, (workload.id, target.id()));
            let is_inherited = is_inherited(program, first.span);
            if is_inherited {
                diagnostic = diagnostic.caused_by(first.span);
            }
            if let Some(taken) = taken {
                diagnostic = diagnostic.label(taken, "takes the flow away");
            }
            for (_, other) in others {
                diagnostic = diagnostic.label(other.span, "named here as well");
            }
            let can_mend = target.name().value == far && taken.is_none() && !is_ruled_out(cx, workload.id, target.id());
            let ports: Vec<&str> = match port {
                Some(port) => vec![port],
                None => target.ports().iter().map(|port| port.name.value.as_str()).collect(),
            };
            for port in ports.iter().filter(|_| can_mend) {
                let mended = cx.allow(workload, &format!("{far}.{port}"));
                let flow = format!("allow {name} -> {far}.{port}");
                let title = if is_inherited { format!("let it reach {far}.{port}") } else { format!("add `{flow}`") };
                diagnostic = diagnostic.choice(title, mended);
            }
            let flow = match (port, ports.as_slice()) {
                (None, [_, ..]) => format!("`{flow}` with the port that it speaks to ({})", ports.join(", ")),
                (Some(_), _) | (None, []) => format!("`{flow}`"),
            };
            sink.report(
                diagnostic
                    .note("connections would time out: the deny drops packets without an answer")
                    .unless_elsewhere()
                    .help(match taken {
                        Some(_) => format!("take the `without allow` out, or the {what}"),
                        None => format!("add {flow}, or take the {what} out"),
                    })
                    .about(format!("{name} -> {}", target.name().value)),
            );
        }
    }
}

/// Whether a flow that means nothing may be the one that is missed: one of the two, or of either and a name that nobody has, which may
/// be a group's or the other one's former name.
fn may_be_lost(cx: &Context<'_>, source: &str, target: &str) -> bool {
    let [is_from_it, is_to_it] = [source, target].map(|name| cx.model.unresolved.contains(name));
    is_from_it && is_to_it || (is_from_it || is_to_it) && cx.model.unknown_ends
}

/// Whether a `never` takes away what would be allowed.
fn is_ruled_out(cx: &Context<'_>, source: EndpointId, target: EndpointId) -> bool {
    let names = |ends: &[NeverEnd], id| ends.iter().any(|end| end.endpoints.contains(&id));
    cx.model.nevers.iter().any(|never| names(&never.sources, source) && names(&never.destinations, target))
}

/// Whether what stands at a place is one address that others take over as well: each of them lacks the flow.
fn is_inherited(program: &Program, at: Span) -> bool {
    let addresses = program.texts().flat_map(|(_, text)| text.value.addresses().map(move |address| (text, address)));
    let at_it = addresses.filter(|(_, address)| address.span == at);
    let mut at_it: Vec<_> = at_it.map(|(text, address)| (text.layer, address.endpoint)).collect();
    at_it.dedup();
    matches!(at_it.as_slice(), [(layer, _)] if *layer < Layer::Declaration)
}

/// Whether a flow leads to the port that the address names, or to any where it names none. Two names may stand for one
/// port, so numbers are compared.
fn is_reached(cx: &Context<'_>, source: EndpointId, address: &Address) -> bool {
    let number = |name: &str| {
        let ports = cx.model.endpoint(address.endpoint)?.ports();
        Some(ports.get(port::place(ports, name)?)?.number.value)
    };
    cx.graph.outgoing(source).filter(|flow| flow.target_endpoint() == Some(address.endpoint)).any(|flow| match &address
        .port
    {
        None => true,
        Some(port) => flow.port(cx.model).map(|port| port.number.value) == number(port),
    })
}
