//! Who has addresses or pods in common with an end of a `never`: policies know these and not names, so what is allowed to the one
//! is allowed to the other. The cluster's DNS and the Kubernetes API have both, and no name.
//!
//! Invariant: a name means what stands for it in the environment that is looked at, what is in shared ones where nothing does,
//! and what the environment that it names has.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Context;
use crate::check::mend::{Edits, Mend as _};
use crate::diagnostic::Diagnostic;
use crate::graph::{ByAddress, Flow, Opened, Openings, Question, Source, Target, is_held};
use crate::model::flow::{Never, NeverEnd};
use crate::model::own_services::{LabeledPods, Meeting, OwnService};
use crate::model::{Common, Endpoint, EndpointId, EnvironmentId, External, NamedPort, Origin, Protocol};
use crate::source::Span;
use crate::value::{Cidr, Port};

/// Which endpoints have addresses in common, each two compared once.
pub(super) struct Sharing<'c> {
    cx: Context<'c>,
    /// What has addresses and begins flows, by environment.
    sources: BTreeMap<EnvironmentId, Vec<EndpointId>>,
    /// What has addresses and flows end at, by environment.
    targets: BTreeMap<EnvironmentId, Vec<EndpointId>>,
    /// What has addresses of pods as well and has flows.
    holding_pods: BTreeSet<EndpointId>,
    known: BTreeMap<(Party, EndpointId), Option<Ground<'c>>>,
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    /// What is declared.
    Endpoint(EndpointId),
    /// What every cluster has.
    Own(OwnService),
}

impl Party {
    pub(super) fn source(flow: &Flow) -> Self {
        match flow.source {
            Source::Endpoint(endpoint) => Self::Endpoint(endpoint),
            Source::KubernetesApi => Self::Own(OwnService::KubernetesApi),
        }
    }

    pub(super) fn target(flow: &Flow) -> Self {
        match flow.target {
            Target::Port { endpoint, .. } => Self::Endpoint(endpoint),
            Target::Dns => Self::Own(OwnService::Dns),
            Target::KubernetesApi => Self::Own(OwnService::KubernetesApi),
        }
    }

    /// What it is called, as seen from an environment.
    pub(super) fn name(self, cx: &Context<'_>, seen_from: EnvironmentId) -> String {
        match self {
            Self::Endpoint(endpoint) => cx.name(endpoint, seen_from),
            Self::Own(own) => own.title().to_owned(),
        }
    }

    /// The same with no environment before it.
    fn bare(self, cx: &Context<'_>) -> String {
        match self {
            Self::Endpoint(endpoint) => bare(cx, endpoint),
            Self::Own(own) => own.title().to_owned(),
        }
    }

    /// Whether it can be somebody else as well: it is at addresses that the spec says, or the cluster's own.
    fn is_placed(self, cx: &Context<'_>) -> bool {
        match self {
            Self::Endpoint(endpoint) => cx.is_at_addresses(endpoint),
            Self::Own(_) => true,
        }
    }

    fn is_one_of(self, endpoints: &BTreeSet<EndpointId>) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoints.contains(&endpoint))
    }

    /// What is declared, if it is.
    pub(super) fn endpoint(self) -> Option<EndpointId> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint),
            Self::Own(_) => None,
        }
    }
}

/// What two have in common.
#[derive(Debug, Clone, Copy)]
enum Ground<'c> {
    /// Addresses of both; the first range is the flow's end's.
    Ranges(Common<'c>),
    /// The same of a service of the cluster's own.
    Own(Meeting<'c>),
    /// Addresses that pods have, where a flow opens the one half of a way between two of them; the second range is that of pods.
    Pods {
        common: Common<'c>,
        /// The flow that opens the other half, if that is held at all.
        beside: Option<&'c Flow>,
    },
}

/// Which end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Source,
    Target,
}

/// An end of a `never` that has part in a flow by its addresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shared<'c> {
    /// Which end of the flow it is.
    pub(super) side: Side,
    /// The end of the flow.
    allowed: Party,
    /// The end of the `never`.
    pub(super) ruled_out: EndpointId,
    /// What both have.
    ground: Ground<'c>,
}

/// Who stands for an end of a `never`, at the beginning of flows or where they end.
pub(super) type Standing<'c> = BTreeMap<(Side, Party), Shared<'c>>;

/// Ends of a `never` that others may be as well.
struct Ends<'n>(Vec<End<'n>>);

/// One of them.
struct End<'n> {
    named: &'n NeverEnd,
    /// What it stands for, by environment.
    of: BTreeMap<EnvironmentId, EndpointId>,
}

impl<'n> Ends<'n> {
    fn of(cx: &Context<'_>, ends: &'n [NeverEnd]) -> Self {
        let with_addresses = |named: &'n NeverEnd| {
            let known = named.endpoints.iter().filter(|id| cx.is_at_addresses(**id) || cx.is_own(**id));
            let of = known.filter_map(|id| Some((cx.model.endpoint(*id)?.environment(), *id))).collect();
            End { named, of }
        };
        Self(ends.iter().map(with_addresses).filter(|end| !end.of.is_empty()).collect())
    }

    /// Those whose pods may be known by their addresses.
    fn of_pods(cx: &Context<'_>, ends: &'n [NeverEnd]) -> Self {
        let with_pods = |named: &'n NeverEnd| {
            let known = named.endpoints.iter().filter(|id| !cx.model.pod_addresses(**id).is_empty());
            let of = known.filter_map(|id| Some((cx.model.endpoint(*id)?.environment(), *id))).collect();
            End { named, of }
        };
        Self(ends.iter().map(with_pods).filter(|end| !end.of.is_empty()).collect())
    }

    /// What is meant by them in an environment: what is there, else what is in a shared one, or, seen from a shared one, in any.
    fn beside(&self, cx: &Context<'_>, environment: EnvironmentId) -> impl Iterator<Item = (EndpointId, &'n NeverEnd)> {
        let from_shared = is_shared(cx, environment);
        self.0.iter().flat_map(move |end| {
            let own = end.of.get(&environment).filter(|_| !end.named.name.contains('/'));
            let is_seen = move |at: EnvironmentId| match own {
                Some(_) => at == environment,
                None => end.named.name.contains('/') || from_shared || is_shared(cx, at),
            };
            end.of.iter().filter(move |(at, _)| is_seen(**at)).map(|(_, id)| (*id, end.named))
        })
    }
}

impl<'c> Sharing<'c> {
    pub(super) fn of(cx: &Context<'c>) -> Self {
        let (mut sources, mut targets) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for endpoint in cx.model.endpoints.iter().filter(|endpoint| cx.is_at_addresses(endpoint.id())) {
            let (id, environment) = (endpoint.id(), endpoint.environment());
            if cx.graph.outgoing(id).next().is_some() {
                sources.entry(environment).or_default().push(id);
            }
            if cx.graph.incoming(id).next().is_some() {
                targets.entry(environment).or_default().push(id);
            }
        }
        let pods = &cx.model.platform.pod_cidrs;
        let holds_pods = |id: &EndpointId| {
            pods.iter().any(|range| cx.model.addresses(*id).common_with(range.value).next().is_some())
        };
        let holding_pods = sources.values().chain(targets.values()).flatten().copied().filter(holds_pods).collect();
        Self { cx: *cx, sources, targets, holding_pods, known: BTreeMap::new() }
    }

    fn shared(&mut self, side: Side, allowed: Party, ruled_out: EndpointId) -> Option<Shared<'c>> {
        let model = self.cx.model;
        let compared = || match allowed {
            Party::Endpoint(allowed) => {
                model.addresses(allowed).common(&model.addresses(ruled_out)).map(Ground::Ranges)
            }
            Party::Own(own) => model.meetings(own, ruled_out).first().copied().map(Ground::Own),
        };
        let ground = *self.known.entry((allowed, ruled_out)).or_insert_with(compared);
        ground.map(|ground| Shared { side, allowed, ruled_out, ground })
    }

    /// The flows from the sources of a `never` to whoever has addresses in common with its destinations, at a port that
    /// these are asked at; and those to its destinations from whoever has some in common with its sources.
    pub(super) fn flows(&mut self, never: &Never) -> Vec<(&'c Flow, Shared<'c>)> {
        let mut found = self.outward(never);
        found.extend(self.inward(never));
        found.extend(self.between_pods(never));
        found
    }

    /// The flows that let pods of the sources reach pods of the destinations, at the addresses of these or from their own.
    fn between_pods(&self, never: &Never) -> Vec<(&'c Flow, Shared<'c>)> {
        let (cx, mut found) = (self.cx, Vec::new());
        if self.holding_pods.is_empty() {
            return found;
        }
        let ends = Ends::of_pods(&cx, &never.destinations);
        let leads_there = |flow: &Flow| flow.target_endpoint().is_some_and(|end| self.holding_pods.contains(&end));
        let may_begin = |id: &EndpointId| {
            let is_free = cx.model.workload(*id).is_some_and(|workload| !is_held(cx.model, workload));
            is_free || cx.graph.outgoing(*id).any(leads_there)
        };
        for source in endpoints(&never.sources).into_iter().filter(may_begin) {
            let Some(environment) = cx.model.endpoint(source).map(Endpoint::environment) else { continue };
            for (target, end) in ends.beside(&cx, environment) {
                let is_asked = |port: &NamedPort| end.port.as_ref().is_none_or(|name| *name == port.name.value);
                for way in cx.graph.by_address(cx.model, source, target).filter(|way| is_asked(way.port)) {
                    found.push(between(source, target, way));
                }
            }
        }
        found
    }

    /// Where pods go on by the addresses of others, between all of them.
    pub(super) fn openings(&self) -> Openings {
        self.cx.graph.openings(self.cx.model, &self.holding_pods)
    }

    /// The flow by which one goes on to another by addresses.
    pub(super) fn hop(&self, source: EndpointId, target: EndpointId) -> Option<(&'c Flow, Shared<'c>)> {
        let way = self.cx.graph.by_address(self.cx.model, source, target).next()?;
        Some(between(source, target, way))
    }

    fn outward(&mut self, never: &Never) -> Vec<(&'c Flow, Shared<'c>)> {
        let (cx, mut found) = (self.cx, Vec::new());
        let (ends, named) = (Ends::of(&cx, &never.destinations), endpoints(&never.destinations));
        for source in if ends.0.is_empty() { BTreeSet::new() } else { endpoints(&never.sources) } {
            let Some(environment) = cx.model.endpoint(source).map(Endpoint::environment) else { continue };
            for flow in cx.graph.outgoing(source) {
                let allowed = Party::target(flow);
                if !allowed.is_placed(&cx) || allowed.is_one_of(&named) {
                    continue;
                }
                for (ruled_out, end) in ends.beside(&cx, environment) {
                    if asks(&cx, flow, ruled_out, end.port.as_deref()) {
                        found.extend(self.shared(Side::Target, allowed, ruled_out).map(|shared| (flow, shared)));
                    }
                }
            }
        }
        found
    }

    fn inward(&mut self, never: &Never) -> Vec<(&'c Flow, Shared<'c>)> {
        let (cx, mut found) = (self.cx, Vec::new());
        let (ends, named) = (Ends::of(&cx, &never.sources), endpoints(&never.sources));
        let targets = never.destinations.iter().flat_map(|end| end.endpoints.iter().map(move |target| (end, *target)));
        for (end, target) in targets.filter(|_| !ends.0.is_empty()) {
            for flow in cx.graph.incoming(target).filter(|flow| asks(&cx, flow, target, end.port.as_deref())) {
                let allowed = Party::source(flow);
                if !allowed.is_placed(&cx) || allowed.is_one_of(&named) {
                    continue;
                }
                for (ruled_out, _) in ends.beside(&cx, flow.environment) {
                    found.extend(self.shared(Side::Source, allowed, ruled_out).map(|shared| (flow, shared)));
                }
            }
        }
        found
    }

    /// What a `never` about chains of flows asks: from its sources and whoever has addresses in common with them, to its
    /// destinations and the ports of whoever has some in common with those. Who stands for whom is said by endpoint.
    pub(super) fn question(&mut self, never: &Never) -> (Question, Standing<'c>) {
        let cx = self.cx;
        let mut standing = BTreeMap::new();
        let [mut from, to] = [&never.sources, &never.destinations].map(|ends| endpoints(ends));
        let mut at = BTreeSet::new();
        let ends = Ends::of(&cx, &never.destinations);
        for (environment, allowed) in if ends.0.is_empty() { Vec::new() } else { pairs(&self.targets) } {
            for (ruled_out, end) in ends.beside(&cx, environment) {
                let Some(shared) = self.shared(Side::Target, Party::Endpoint(allowed), ruled_out) else { continue };
                let flows = cx.graph.incoming(allowed).filter(|_| !to.contains(&allowed));
                let asked = flows.filter(|flow| asks(&cx, flow, ruled_out, end.port.as_deref()));
                for flow in asked {
                    at.insert(flow.target);
                    standing.entry((Side::Target, Party::Endpoint(allowed))).or_insert(shared);
                }
            }
        }
        // whoever asks these of the cluster's own asks them in every environment
        for (end, id) in ends.0.iter().flat_map(|end| end.of.values().map(move |id| (end.named, *id))) {
            for own in [OwnService::Dns, OwnService::KubernetesApi] {
                let Some(shared) = self.shared(Side::Target, Party::Own(own), id) else { continue };
                if answers(&cx, &cx.model.own_ports(own), id, end.port.as_deref()) {
                    at.insert(Target::from(own));
                    standing.entry((Side::Target, Party::Own(own))).or_insert(shared);
                }
            }
        }
        let ends = Ends::of(&cx, &never.sources);
        for (environment, allowed) in if ends.0.is_empty() { Vec::new() } else { pairs(&self.sources) } {
            for (ruled_out, _) in ends.beside(&cx, environment).filter(|(id, _)| *id != allowed) {
                let Some(shared) = self.shared(Side::Source, Party::Endpoint(allowed), ruled_out) else { continue };
                if from.insert(allowed) {
                    standing.insert((Side::Source, Party::Endpoint(allowed)), shared);
                }
            }
        }
        let question =
            Question { from: from.into_iter().collect(), to: to.into_iter().collect(), at: at.into_iter().collect() };
        (question, standing)
    }
}

/// The flow that opens a way from pods of one to those of another, and what these have in common with its end.
fn between(source: EndpointId, target: EndpointId, way: ByAddress<'_>) -> (&Flow, Shared<'_>) {
    let (side, (flow, common), beside) = match way.opened {
        Opened::Out(half) => (Side::Target, half, None),
        Opened::In(half, beside) => (Side::Source, half, beside),
    };
    let (allowed, ruled_out) = match side {
        Side::Target => (Party::target(flow), target),
        Side::Source => (Party::source(flow), source),
    };
    (flow, Shared { side, allowed, ruled_out, ground: Ground::Pods { common, beside } })
}

fn pairs(by_environment: &BTreeMap<EnvironmentId, Vec<EndpointId>>) -> Vec<(EnvironmentId, EndpointId)> {
    by_environment.iter().flat_map(|(environment, ids)| ids.iter().map(|id| (*environment, *id))).collect()
}

impl Shared<'_> {
    /// `web and vault share the address 10.20.0.10`, as seen from an environment.
    pub(super) fn in_words(&self, cx: &Context<'_>, seen_from: EnvironmentId) -> String {
        let (allowed, ruled_out) = (self.allowed.name(cx, seen_from), cx.name(self.ruled_out, seen_from));
        let range = match self.ground {
            Ground::Ranges(common) => common.range,
            Ground::Own(Meeting::Addresses { range, .. }) => range,
            Ground::Pods { common, .. } => {
                return format!(
                    "{allowed} holds the addresses of pods, {}, and {ruled_out} is among them",
                    common.range
                );
            }
            Ground::Own(Meeting::Pods(LabeledPods { namespace, key, value })) => {
                return format!("{allowed} and {ruled_out} share the pods `{key}={value}` of namespace {namespace}");
            }
        };
        let addresses = match range.single() {
            Some(address) => format!("the address {address}"),
            None => format!("the addresses {range}"),
        };
        format!("{allowed} and {ruled_out} share {addresses}")
    }

    /// The flow that opens the other half, where two have to.
    pub(super) fn beside(&self) -> Option<&Flow> {
        match self.ground {
            Ground::Pods { beside, .. } => beside,
            Ground::Ranges(_) | Ground::Own(_) => None,
        }
    }

    /// Shows whose ranges they are, says why that matters and how it is mended, and offers what mends it: `others` says which
    /// statements may go.
    pub(super) fn told(&self, cx: &Context<'_>, diagnostic: Diagnostic, others: &str) -> Diagnostic {
        let (allowed, ruled_out) = (self.allowed.bare(cx), bare(cx, self.ruled_out));
        let label = |range: &Origin<Cidr>, of: &str| format!("{} is {of}{}", range.value, cx.from_layer(range.layer));
        let (diagnostic, what) = match self.ground {
            Ground::Ranges(Common { one, other, .. }) => (
                diagnostic.also(one.span, label(one, &allowed)).also(other.span, label(other, &ruled_out)),
                "addresses",
            ),
            Ground::Own(Meeting::Addresses { own, stated, other, .. }) => {
                let diagnostic = diagnostic.also(stated, format!("{own} is {allowed}"));
                (diagnostic.also(other.span, label(other, &ruled_out)), "addresses")
            }
            Ground::Pods { common: Common { one, other, .. }, beside } => {
                let diagnostic = diagnostic.also(one.span, label(one, &allowed));
                let diagnostic = diagnostic.also(other.span, "the addresses of pods");
                let places = beside.and_then(|flow| flow.declared(cx.model)).map(|flow| flow.statements.as_slice());
                let places = places.unwrap_or_default().iter().filter_map(|id| cx.model.statement(*id));
                // a chain has shown each of its hops
                let shown: BTreeSet<Span> = diagnostic.labels.iter().map(|label| label.span).collect();
                let places = places.filter(|flow| !shown.contains(&flow.span));
                let out = format!("lets {ruled_out} out to addresses of pods");
                (places.fold(diagnostic, |diagnostic, flow| diagnostic.also(flow.span, out.clone())), "addresses")
            }
            Ground::Own(Meeting::Pods(_)) => {
                let name = cx.model.endpoint(self.ruled_out).map(|endpoint| endpoint.name().span);
                let own = format!("these pods are {allowed}");
                (name.into_iter().fold(diagnostic, |diagnostic, name| diagnostic.also(name, own.clone())), "labels")
            }
        };
        let diagnostic = diagnostic.note(match self.side {
            Side::Target => {
                format!(
                    "network policies know {what}, not names: what is let out to {allowed} reaches {ruled_out} there"
                )
            }
            Side::Source => {
                format!("network policies know {what}, not names: who lets {allowed} in lets {ruled_out} in from there")
            }
        });
        let Some((external, ranges)) = self.wider(cx) else { return diagnostic.help(others.to_owned()) };
        let (name, ranges) = (&external.name.value, ranges.join(", "));
        diagnostic
            .help(format!("write `except {ranges}` after the range of {name}, if it can do without; or {others}"))
            .choice(format!("leave {ranges} out of {name}"), leave_out(cx, external, &ranges))
    }

    /// The external whose ranges are wider wherever they have addresses in common, and the other's ranges in these.
    fn wider<'a>(&self, cx: &Context<'a>) -> Option<(&'a External, Vec<String>)> {
        // the range of whom the flow is about, and of whom the `never` is
        let all: Vec<(Cidr, Cidr)> = match self.allowed {
            Party::Endpoint(allowed) => {
                let one = cx.model.addresses(allowed);
                let other = match self.ground {
                    Ground::Pods { .. } => cx.model.pod_addresses(self.ruled_out),
                    Ground::Ranges(_) | Ground::Own(_) => cx.model.addresses(self.ruled_out),
                };
                one.all_common(&other).map(|common| (common.one.value, common.other.value)).collect()
            }
            Party::Own(own) => {
                let range = |met: Meeting<'_>| match met {
                    Meeting::Addresses { own, other, .. } => Some((own, other.value)),
                    Meeting::Pods(_) => None,
                };
                cx.model.meetings(own, self.ruled_out).into_iter().map(range).collect::<Option<_>>()?
            }
        };
        let is_first = all.iter().all(|(one, other)| one.strictly_contains(other));
        let is_second = all.iter().all(|(one, other)| other.strictly_contains(one));
        let (wider, ranges): (_, BTreeSet<Cidr>) = match self.allowed {
            Party::Endpoint(allowed) if is_first => (allowed, all.iter().map(|(_, other)| *other).collect()),
            Party::Endpoint(_) | Party::Own(_) if is_second => {
                (self.ruled_out, all.iter().map(|(one, _)| *one).collect())
            }
            Party::Endpoint(_) | Party::Own(_) => return None,
        };
        Some((cx.model.external(wider)?, ranges.iter().map(Cidr::to_string).collect()))
    }
}

/// Writes ranges behind the exceptions of an external.
pub(super) fn leave_out(cx: &Context<'_>, external: &External, ranges: &str) -> Edits {
    match (external.except.last(), external.cidrs.last()) {
        (Some(last), _) => cx.append(last, format!(", {ranges}")),
        (None, Some(last)) => cx.append(last, format!(" except {ranges}")),
        (None, None) => None,
    }
}

/// Whether a flow asks an endpoint at one of its ports, at that of a name where there is one: by its number, since two names may
/// stand for one port.
pub(super) fn asks(cx: &Context<'_>, flow: &Flow, endpoint: EndpointId, name: Option<&str>) -> bool {
    let is_itself = flow.target_endpoint() == Some(endpoint);
    is_itself && name.is_none() || answers(cx, &flow.ports(cx.model), endpoint, name)
}

/// Whether an endpoint may be asked at some of these numbers: whoever states no port may be at any.
fn answers(cx: &Context<'_>, asked: &[(Port, Protocol)], id: EndpointId, name: Option<&str>) -> bool {
    let Some(endpoint) = cx.model.endpoint(id) else { return false };
    let is_asked = |port: &NamedPort| asked.contains(&(port.number.value, port.protocol));
    match name {
        None => !asked.is_empty() && endpoint.ports().is_empty() || endpoint.ports().iter().any(is_asked),
        Some(name) => endpoint.ports().iter().find(|one| one.name.value == name).is_some_and(is_asked),
    }
}

impl Context<'_> {
    /// Whether the spec says at which addresses an endpoint is.
    fn is_at_addresses(&self, id: EndpointId) -> bool {
        !self.model.addresses(id).is_empty()
    }

    /// Whether pods of an endpoint are the cluster's own.
    fn is_own(&self, id: EndpointId) -> bool {
        [OwnService::Dns, OwnService::KubernetesApi].into_iter().any(|own| !self.model.meetings(own, id).is_empty())
    }
}

fn is_shared(cx: &Context<'_>, environment: EnvironmentId) -> bool {
    cx.model.environment(environment).is_some_and(|environment| environment.shared.is_some())
}

fn endpoints(ends: &[NeverEnd]) -> BTreeSet<EndpointId> {
    ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect()
}

fn bare(cx: &Context<'_>, id: EndpointId) -> String {
    cx.model.endpoint(id).map_or_else(String::new, |endpoint| endpoint.name().value.clone())
}
