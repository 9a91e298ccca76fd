//! What the checks of `never` share: how a statement reads, where its ends exist, and how the flows against it are shown.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::addresses;
use super::never_unenforced;
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::check::pod_security::deny_off_without_reason;
use crate::check::prose::listed;
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{Flow, Target, Why};
use crate::model::environment::DefaultDeny;
use crate::model::flow::{DeclaredFlow, Never, NeverEnd};
use crate::model::text::Address;
use crate::model::{Endpoint, EndpointId, Environment, EnvironmentId, Origin};
use crate::source::{Span, TextEdit};

/// The statement as it is written, on one line.
pub(super) fn written(cx: &Context<'_>, never: &Never) -> String {
    let text = cx.sources.text(never.span).split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_end_matches([';', ' ']).to_owned()
}

/// Why what a statement allows is allowed whatever else is written.
pub(super) const ADD_UP: &str = "network policies add up, so what one statement allows no other can take back";

/// Which of the statements may go where one rules out what others allow directly.
pub(super) fn either(cx: &Context<'_>, never: &Never, flows: &[&Flow]) -> String {
    let at = |allow: Span| format!("the `allow` in {}", line(cx, allow, never.span));
    let take = match allows(cx, flows).iter().collect::<Vec<_>>().as_slice() {
        [only] => match going(cx, flows) {
            Going::Whole => format!("take out {}", at(**only)),
            Going::Ends(ends) => {
                let names: Vec<String> = ends.iter().map(|end| format!("`{}`", cx.sources.text(*end))).collect();
                format!("take {} out of {}", listed(&names), at(**only))
            }
            Going::Pairs => format!("part {}, which allows more, and leave this out", at(**only)),
        },
        [one, other] => {
            format!("take out {} and the one in {}", at(**one), line(cx, **other, never.span))
        }
        _ => "take out each `allow`".to_owned(),
    };
    let never = line(cx, never.span, never.span);
    let left = left_alone(cx, flows);
    let then = match left.len() {
        0 => String::new(),
        1 => format!(" ({} then has no flow left, which is BVL0313)", listed(&left)),
        _ => format!(" ({} then have no flow left, which is BVL0313)", listed(&left)),
    };
    format!("if the flow is not needed, {take}{then}; if it is needed, take out the `never` in {never}")
}

/// What goes with flows of the one statement that allows them.
enum Going {
    /// The statement, which allows nothing else.
    Whole,
    /// These names, at one of its ends: whatever it allows of them is to go.
    Ends(BTreeSet<Span>),
    /// Some of the pairs that its names make.
    Pairs,
}

/// One end of a flow, and where it is named.
type End = fn(&DeclaredFlow) -> (EndpointId, Span);

/// What of the statement that allows flows has to go with them.
fn going(cx: &Context<'_>, flows: &[&Flow]) -> Going {
    let stated = allows(cx, flows);
    let is_of_it = |flow: &&DeclaredFlow| {
        let mut statements = flow.statements.iter().filter_map(|id| cx.model.statement(*id));
        statements.any(|statement| stated.contains(&statement.span))
    };
    let gone: BTreeSet<_> = flows.iter().filter_map(|flow| flow.declared(cx.model)).map(key).collect();
    // whatever else it allows, it allows some of to one of these ends, or from one
    let ends: BTreeSet<EndpointId> =
        flows.iter().flat_map(|flow| [flow.source_endpoint(), flow.target_endpoint()]).flatten().collect();
    let beside = ends.iter().flat_map(|end| cx.graph.incoming(*end).chain(cx.graph.outgoing(*end)));
    let declared = beside.filter_map(|flow| flow.declared(cx.model));
    let (goes, others): (Vec<_>, Vec<_>) = declared.filter(is_of_it).partition(|flow| gone.contains(&key(flow)));
    if others.is_empty() {
        return Going::Whole;
    }
    let sides: [End; 2] = [|flow| (flow.destination, flow.destination_span), |flow| (flow.source, flow.source_span)];
    // what another statement allows as well is not lost, but for what this one says of it
    let lost = others.iter().copied().filter(|flow| flow.statements.len() == 1 || flow.terms.is_some()).collect();
    for stays in [others, lost] {
        for side in sides {
            let ends: BTreeSet<(EndpointId, Span)> = goes.iter().map(|flow| side(flow)).collect();
            // where several statements allow one, its names are shown in one of them
            let goes_with = |flow: &&DeclaredFlow| {
                let (end, span) = side(flow);
                let is_named_elsewhere = flow.statements.len() > 1;
                ends.iter().any(|(known, at)| *at == span || is_named_elsewhere && *known == end)
            };
            if !stays.iter().any(goes_with) {
                return Going::Ends(ends.into_iter().map(|(_, span)| span).collect());
            }
        }
    }
    Going::Pairs
}

/// What tells one flow from another.
fn key(flow: &DeclaredFlow) -> (EnvironmentId, EndpointId, EndpointId, u16) {
    (flow.environment, flow.source, flow.destination, flow.port)
}

/// The line of a place as it is called where another one is spoken of: `line 12`, in another file `teams/web.bvl:12`. Only for checks
/// that look at the whole platform: what others find is kept while lines are added elsewhere.
fn line(cx: &Context<'_>, span: Span, beside: Span) -> String {
    let line = cx.sources.position(span).line;
    if span.file == beside.file { format!("line {line}") } else { format!("{}:{line}", cx.sources.path(span)) }
}

/// A fix for each of the two statements that may go: the `allow`, or of it the name that is to go, and the `never`.
pub(super) fn offered(cx: &Context<'_>, diagnostic: Diagnostic, never: &Never, flows: &[&Flow]) -> Diagnostic {
    let (title, allow) = allow_out(cx, flows).unzip();
    let never = never_out(cx, never, diagnostic.code);
    diagnostic.choice(title.unwrap_or_default(), allow).choice("take the `never` out", never)
}

/// Takes out what allows flows, where one statement alone does and nobody misses them: the statement, or of it the name that is to go
/// where it allows others. Says what that is.
pub(super) fn allow_out(cx: &Context<'_>, flows: &[&Flow]) -> Option<(String, Vec<TextEdit>)> {
    let allows = allows(cx, flows);
    let is_missed = !left_alone(cx, flows).is_empty() || flows.iter().any(|flow| is_addressed(cx, flow));
    let only = allows.first().filter(|_| allows.len() == 1 && !is_missed)?;
    match going(cx, flows) {
        Going::Whole => Some(("take the `allow` out".to_owned(), cx.take_out(*only)?)),
        Going::Ends(ends) => match ends.iter().collect::<Vec<_>>().as_slice() {
            [end] => Some((format!("take `{}` out of the `allow`", cx.sources.text(**end)), cx.take_listed(**end)?)),
            _ => None,
        },
        Going::Pairs => None,
    }
}

/// Takes a `never` out, unless a waiver accepts something of what is found against any, or that nothing enforces it: it might accept
/// nothing any more.
pub(super) fn never_out(cx: &Context<'_>, never: &Never, found: &Code) -> Edits {
    let is_waived = [found, never_unenforced::CHECK.code].into_iter().any(|code| cx.model.is_waived(code));
    if is_waived { None } else { cx.take_out(never.span) }
}

/// The statements that allow flows.
pub(super) fn allows(cx: &Context<'_>, flows: &[&Flow]) -> BTreeSet<Span> {
    let statements = flows.iter().filter_map(|flow| flow.declared(cx.model)).flat_map(|flow| &flow.statements);
    statements.filter_map(|id| cx.model.statement(*id)).map(|flow| flow.span).collect()
}

/// The services at the ends of flows that have no other flow than those that the same statements allow; the DNS flow of a service
/// follows from its others.
fn left_alone(cx: &Context<'_>, flows: &[&Flow]) -> Vec<String> {
    let statements_going = allows(cx, flows);
    let only_these = !matches!(going(cx, flows), Going::Whole);
    let goes = |flow: &Flow| {
        let declared = flow.declared(cx.model);
        if only_these && declared.is_some() {
            return flows.contains(&flow);
        }
        let mut statements = declared.into_iter().flat_map(|flow| &flow.statements).map(|id| cx.model.statement(*id));
        let is_stated = declared.is_some()
            && statements.all(|stated| stated.is_some_and(|stated| statements_going.contains(&stated.span)));
        is_stated || matches!(flow.target, Target::Dns)
    };
    let ends = |flow: &Flow| [flow.source_endpoint(), flow.target_endpoint()].into_iter().flatten().collect::<Vec<_>>();
    let mut left: Vec<String> = Vec::new();
    let own: BTreeSet<EndpointId> = flows.iter().flat_map(|flow| ends(flow)).collect();
    // a statement may allow them to others beside these
    let beside = own.iter().flat_map(|end| cx.graph.incoming(*end).chain(cx.graph.outgoing(*end)));
    let all: BTreeSet<EndpointId> =
        beside.filter(|flow| goes(flow)).flat_map(ends).chain(own.iter().copied()).collect();
    for workload in all.into_iter().filter_map(|id| cx.model.workload(id)) {
        let is_denied = cx.model.environment(workload.environment).is_some_and(Environment::is_denied);
        let mut flows = cx.graph.incoming(workload.id).chain(cx.graph.outgoing(workload.id));
        let name = &workload.name.value;
        if workload.program().is_some() && is_denied && flows.all(goes) && !left.contains(name) {
            left.push(name.clone());
        }
    }
    left
}

/// Whether a setting of the source names the address of the target, and none by another port.
fn is_addressed(cx: &Context<'_>, flow: &Flow) -> bool {
    let program = flow.source_endpoint().and_then(|id| cx.model.workload(id)?.program());
    let port = flow.port(cx.model).map(|port| &port.name.value);
    let is_it = |address: &Address| {
        let is_another = address.port.as_ref().zip(port).is_some_and(|(named, own)| named != own);
        Some(address.endpoint) == flow.target_endpoint() && !is_another
    };
    program.is_some_and(|program| addresses(program).any(|(_, address)| is_it(address)))
}

/// Where the deny of an environment is switched off.
pub(super) fn off<'m>(cx: &Context<'m>, id: EnvironmentId) -> Option<&'m Origin<()>> {
    let environment = cx.model.environment(id)?;
    match &environment.default_deny {
        // without a reason it is a mistake of its own, which is told first
        DefaultDeny::Off { stated, .. } if !deny_off_without_reason::is_told(cx, environment) => Some(stated),
        DefaultDeny::On | DefaultDeny::Off { .. } => None,
    }
}

/// Whether a policy judges what the source of a flow sends: a pod with an address of its own, in an environment that denies.
pub(super) fn is_judged_at_source(cx: &Context<'_>, flow: &Flow) -> bool {
    flow.source_endpoint().and_then(|id| cx.model.workload(id)).is_some_and(|source| {
        !source.is_on_host() && cx.model.environment(source.environment).is_some_and(Environment::is_denied)
    })
}

/// Whether what is ruled out between two is judged: where both are without the deny no policy enforces it, and that is what is
/// wrong with a `never` about them, unless somebody accepts that.
pub(super) fn is_enforced(cx: &Context<'_>, never: &Never, ends: [Option<EndpointId>; 2]) -> bool {
    let is_off = |id| cx.model.endpoint(id).is_some_and(|end| off(cx, end.environment()).is_some());
    let [source, _] = ends;
    !ends.into_iter().all(|end| end.is_some_and(is_off)) || !never_unenforced::stands(cx, never, source)
}

/// The same of one flow, which no policy sees where neither end is a pod.
pub(super) fn is_policed(cx: &Context<'_>, never: &Never, ends: [Option<EndpointId>; 2]) -> bool {
    is_enforced(cx, never, ends) && !ends.into_iter().all(|end| end.is_some_and(|id| is_outside(cx, id)))
}

/// Whether an end is an external: no pod that a policy could select.
pub(super) fn is_outside(cx: &Context<'_>, id: EndpointId) -> bool {
    matches!(cx.model.endpoint(id), Some(Endpoint::External(_)))
}

/// The ends that name an endpoint.
pub(super) fn ends_by_endpoint(ends: &[NeverEnd]) -> BTreeMap<EndpointId, Vec<&NeverEnd>> {
    let mut by_endpoint: BTreeMap<EndpointId, Vec<&NeverEnd>> = BTreeMap::new();
    for end in ends {
        for endpoint in &end.endpoints {
            by_endpoint.entry(*endpoint).or_default().push(end);
        }
    }
    by_endpoint
}

/// The environments in which ends exist.
pub(super) fn environments(cx: &Context<'_>, endpoints: impl Iterator<Item = EndpointId>) -> BTreeSet<EnvironmentId> {
    endpoints.filter_map(|id| cx.model.endpoint(id)).map(Endpoint::environment).collect()
}

/// A flow in words: `app may reach store at sql (5432)`.
pub(super) fn flow_in_words(cx: &Context<'_>, flow: &Flow, seen_from: EnvironmentId) -> String {
    let name = |id| cx.name(id, seen_from);
    let source = flow.source_endpoint().map_or_else(|| "the Kubernetes API".to_owned(), name);
    let target = match flow.target {
        Target::Port { endpoint, .. } => match flow.port(cx.model) {
            Some(port) => format!("{} at {} ({})", name(endpoint), port.name.value, port.number.value),
            None => name(endpoint),
        },
        Target::Dns => "the cluster's DNS".to_owned(),
        Target::KubernetesApi => "the Kubernetes API".to_owned(),
    };
    format!("{source} may reach {target}")
}

/// Labels what makes a flow possible: each statement that allows it, or the cause of a derived one.
pub(super) fn label_flow(cx: &Context<'_>, diagnostic: Diagnostic, flow: &Flow) -> Diagnostic {
    label_words(cx, diagnostic, flow, &flow_in_words(cx, flow, flow.environment))
}

/// Labels the statements that a flow comes of with words.
pub(super) fn label_words(cx: &Context<'_>, diagnostic: Diagnostic, flow: &Flow, words: &str) -> Diagnostic {
    match &flow.why {
        Why::Derived(derived) => diagnostic.also(derived.cause, format!("{words}, because {}", derived.reason)),
        Why::Declared(_) => {
            let statements = flow.declared(cx.model).map(|declared| declared.statements.as_slice()).unwrap_or_default();
            let spans = statements.iter().filter_map(|id| cx.model.statement(*id));
            spans.fold(diagnostic, |diagnostic, statement| diagnostic.also(statement.span, words))
        }
    }
}
