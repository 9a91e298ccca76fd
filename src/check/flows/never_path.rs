//! Where `never A ~> B` stands, no chain of flows leads from A to B.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::asserted::{ADD_UP, either, flow_in_words, is_enforced, label_words, never_out, offered, written};
use super::common_addresses::{Party, Shared, Sharing, Side, Standing};
use super::{never_direct, path_mended};
use crate::check::Context;
use crate::check::mend::{Edits, Mend as _};
use crate::check::prose::{counted, listed, listed_few};
use crate::check::waivers::Waivers;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Question, Step};
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::{EndpointId, EnvironmentId};
use crate::source::{Provenance, TextEdit};

crate::check! {
    /// ## What it means
    /// A `never A ~> B` says that no chain of flows leads from A to B, and one does. The shortest is shown, hop by hop;
    /// derived flows count like declared ones.
    ///
    /// ## Why it matters in the cluster
    /// Whoever takes over A can go on to whatever A may reach, and from there to B, without any policy in the way.
    ///
    /// ## How to mend it
    /// Take out one of the hops, or say with `never A -> B` that only the direct way is meant.
    ///
    /// ```bvl bad in=flow
    /// never caller ~> vault //~ BVL0302 "caller -> app -> vault"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// never caller -> vault
    /// ```
    /// A hop goes where both of its ends have other flows:
    /// ```bvl bad in=flow
    /// service report is base { }
    /// service other is base { }
    /// allow report -> app.http, other.http
    /// allow other -> store.sql
    /// never report ~> vault //~ BVL0302 "report -> app -> vault"
    /// ```
    /// ```bvl fixed fix=3 in=flow
    /// service report is base { }
    /// service other is base { }
    /// allow report -> other.http
    /// allow other -> store.sql
    /// never report ~> vault
    /// ```
    /// Where the flow itself is ruled out as well, another port may be meant:
    /// ```bvl bad in=flow
    /// never app ~> store //~ BVL0302 "app -> store"
    /// ```
    /// ```bvl fixed fix=3 in=flow
    /// never app -> store.admin
    /// ```
    /// What is accepted says why:
    /// ```bvl bad in=flow
    /// never caller ~> vault //~ BVL0302 "caller -> app -> vault"
    /// ```
    /// ```bvl fixed fix=3 in=flow
    /// never caller ~> vault
    /// waive never-path on caller -> vault because "REASON"
    /// ```
    /// A direct flow is a way, too:
    /// ```bvl bad in=flow
    /// never app ~> vault //~ BVL0302 "app -> vault"
    /// ```
    /// The end of a chain is known by its addresses, where it is an external, whatever name they are allowed by:
    /// ```bvl bad in=flow
    /// external hooks { cidr 10.30.0.0/16; port api 443 }
    /// external ledger { cidr 10.30.0.7/32; port api 443 }
    /// allow app -> hooks.api
    /// never caller ~> ledger //~ BVL0302 "caller -> app -> hooks, and hooks and ledger share the address 10.30.0.7"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// external hooks { cidr 10.30.0.0/16 except 10.30.0.7/32; port api 443 }
    /// external ledger { cidr 10.30.0.7/32; port api 443 }
    /// allow app -> hooks.api
    /// never caller ~> ledger
    /// ```
    /// Whoever may begin, one statement is one mistake:
    /// ```bvl bad in=flow
    /// never caller, app ~> vault //~ BVL0302 "app -> vault"
    /// ```
    /// ```bvl bad in=flow
    /// service report is base { }
    /// allow report -> app.http
    /// never caller, report ~> vault //~ BVL0302 "and 1 more way likewise"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// service report is base { }
    /// allow report -> app.http
    /// never caller, report -> vault
    /// ```
    /// Paths follow the direction of flows:
    /// ```bvl good in=flow
    /// never store ~> caller
    /// ```
    ///
    /// What is elsewhere is named with its environment, in the way and at each hop:
    /// ```bvl bad in=file
    /// environment sys { shared; namespace "shop-sys" }
    /// external db { cidr 10.9.0.4/32; port sql 5432 }
    /// service hub is base { in sys }
    /// allow caller -> hub.http
    /// allow hub -> db.sql
    /// never caller ~> db //~ BVL0302 "caller -> sys/hub -> sys/db"
    /// ```
    ///
    /// Where no chain leads there, addresses may: those of pods within the range of an external, as for `->`:
    /// ```bvl bad in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 }
    /// allow office -> app.http
    /// never tool ~> app //~ BVL0302 "office holds the addresses of pods, 10.244.0.0/16, and tools/tool is among them"
    /// ```
    /// ```bvl fixed fix=1 in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 except 10.244.0.0/16 }
    /// allow office -> app.http
    /// never tool ~> app
    /// ```
    /// So do chains that go on by addresses. What denies has to let out, too:
    /// ```bvl bad in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 }
    /// allow office -> caller.http
    /// never tool ~> app //~ BVL0302 "tool -> test/caller -> test/app, and test/office holds the addresses of pods, 10.244.0.0/16"
    /// ```
    /// ```bvl fixed fix=1 in=ranges
    /// environment tools { shared; namespace "shop-tools"; default-deny off because "it is moved here" }
    /// service tool is base { in tools }
    /// external office { cidr 10.0.0.0/8 except 10.244.0.0/16 }
    /// allow office -> caller.http
    /// never tool ~> app
    /// ```
    /// ```bvl bad in=ranges
    /// service door is base { port web 8443 }
    /// service store is base { }
    /// external lan { cidr 10.0.0.0/8; port web 8443 }
    /// allow app -> lan.web
    /// allow lan -> door.web
    /// allow door -> store.http
    /// never caller ~> store //~ BVL0302 "caller -> app -> door -> store, and lan holds the addresses of pods"
    /// ```
    /// ```bvl good in=ranges
    /// service door is base { port web 8443 }
    /// service store is base { }
    /// external lan { cidr 10.0.0.0/8; port web 9443 }
    /// allow app -> lan.web
    /// allow lan -> door.web
    /// allow door -> store.http
    /// never caller ~> store
    /// ```
    ///
    /// ## Source
    /// The language's own: `~>` follows declared and derived flows of the whole platform. Of a pod's address in a range:
    /// kubernetes-sigs/kube-network-policies, `pkg/networkpolicy/networkpolicy.go`, `evaluateIPBlocks`.
    BVL0302, "never-path", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let nevers: Vec<&Never> = cx.model.nevers.iter().filter(|never| never.reach == Reach::Path).collect();
    // no statement asks for it in most platforms
    if nevers.is_empty() {
        return;
    }
    let mut sharing = Sharing::of(cx);
    let (questions, standing): (Vec<Question>, Vec<Standing<'_>>) =
        nevers.iter().map(|never| sharing.question(never)).unzip();
    let reachable = cx.graph.reachable(&questions);
    let waivers = LazyCell::new(|| Waivers::of(cx.model));
    let mut left = Vec::new();
    for (((never, question), standing), sources) in nevers.into_iter().zip(questions).zip(standing).zip(reachable) {
        let ways = Ways { cx, never, question: &question, standing: &standing };
        let found = ways.from(sources, |asked| hops_of(cx, &cx.graph.shortest_path(asked)?, &sharing));
        let found = mistakes(&waivers, found);
        // what is accepted hides nothing
        let is_told = found.iter().any(|(accepted, _)| accepted.is_none());
        for (_, ways) in found {
            sink.report(diagnostic(cx, never, &ways, &standing));
        }
        // no chain of flows leads there, and addresses may
        if !is_told && !never_direct::by_address(cx, (never, &BVL0302), &mut sharing, &waivers, sink) {
            left.push((never, question, standing));
        }
    }
    let openings = sharing.openings();
    if openings.is_empty() {
        return;
    }
    let questions: Vec<Question> = left.iter().map(|(_, question, _)| question.clone()).collect();
    let reachable = cx.graph.reachable_through(&openings, &questions);
    for ((never, question, standing), sources) in left.iter().zip(reachable) {
        let ways = Ways { cx, never, question, standing };
        let found = ways.from(sources, |asked| {
            let path = cx.graph.shortest_path_through(&openings, asked)?;
            // the others have been judged
            let is_new = path.len() > 1 && path.iter().any(|step| matches!(step, Step::Address(..)));
            if is_new { hops_of(cx, &path, &sharing) } else { None }
        });
        for (_, ways) in mistakes(&waivers, found) {
            sink.report(diagnostic(cx, never, &ways, standing));
        }
    }
}

/// What a `never` about chains of flows asks.
#[derive(Clone, Copy)]
struct Ways<'a, 'c> {
    cx: &'a Context<'c>,
    never: &'a Never,
    question: &'a Question,
    standing: &'a Standing<'c>,
}

impl<'c> Ways<'_, 'c> {
    /// The ways from some of those whom it rules out, each the shortest.
    fn from(self, sources: Vec<EndpointId>, shortest: impl Fn(&Question) -> Option<Vec<Hop<'c>>>) -> Vec<Way<'c>> {
        let Self { cx, never, question, standing } = self;
        let ruled_out: BTreeSet<EndpointId> = question.from.iter().copied().collect();
        // one that is only known by the addresses of another is no way of its own where that other one gets there through it
        let stands_in = |source: EndpointId| standing.contains_key(&(Side::Source, Party::Endpoint(source)));
        let mut passed: BTreeSet<EndpointId> = BTreeSet::new();
        let mut paths: Vec<(EndpointId, Vec<Hop<'c>>)> = Vec::new();
        let mut joining: BTreeMap<EndpointId, Vec<EndpointId>> = BTreeMap::new();
        for source in sources {
            let asked = Question { from: vec![source], to: question.to.clone(), at: question.at.clone() };
            let Some(path) = shortest(&asked) else { continue };
            let last = path.last().and_then(|hop| hop.to.endpoint());
            if !is_enforced(cx, never, [Some(source), last]) {
                continue;
            }
            let stops = path.iter().filter_map(|hop| hop.to.endpoint());
            let stops: Vec<EndpointId> = stops.take(path.len().saturating_sub(1)).collect();
            if !stands_in(source) {
                passed.extend(stops.iter().copied());
            }
            let is_ruled_out =
                |stop: &&EndpointId| ruled_out.contains(stop) && (stands_in(source) || !stands_in(**stop));
            // whoever gets there through another one whom the same rules out has that one's way
            match stops.iter().rfind(is_ruled_out).copied() {
                Some(last) => joining.entry(last).or_default().push(source),
                None => paths.push((source, path)),
            }
        }
        paths.retain(|(source, _)| !stands_in(*source) || !passed.contains(source));
        let ways = paths.into_iter().map(|(source, path)| {
            let joining = joining.remove(&source).unwrap_or_default();
            Way::new(cx, (source, path, joining), standing)
        });
        ways.collect()
    }
}

/// The shortest path from the sources of what is written as a `never` to its destinations, whether policies see it or not. `told` begins what is
/// said of it, given the chain in names; each hop is shown where it is allowed.
pub fn shown(cx: &Context<'_>, never: &Never, told: &dyn Fn(&str) -> Diagnostic) -> Option<Diagnostic> {
    let mut sharing = Sharing::of(cx);
    let (question, standing) = sharing.question(never);
    let openings = sharing.openings();
    let way = question.from.iter().filter_map(|source| {
        let asked = Question { from: vec![*source], to: question.to.clone(), at: question.at.clone() };
        let path = hops_of(cx, &cx.graph.shortest_path_through(&openings, &asked)?, &sharing)?;
        Some(Way::new(cx, (*source, path, Vec::new()), &standing))
    });
    let way = way.min_by_key(|way| way.hops.len())?;
    Some(way.hop_by_hop(cx, told(&way.said())))
}

/// One further on a way.
#[derive(Debug, Clone, Copy)]
struct Hop<'c> {
    /// The flow that opens it.
    flow: &'c Flow,
    /// Where it leads.
    to: Party,
    /// Who has part in the flow by addresses, where it is stated for somebody else.
    by: Option<Shared<'c>>,
}

fn hops_of<'c>(cx: &Context<'c>, path: &[Step], sharing: &Sharing<'c>) -> Option<Vec<Hop<'c>>> {
    let hop = |step: &Step| match *step {
        Step::Flow(flow) => {
            let flow = cx.graph.flows.get(flow as usize)?;
            Some(Hop { flow, to: Party::target(flow), by: None })
        }
        Step::Address(source, target) => {
            let (flow, by) = sharing.hop(source, target)?;
            Some(Hop { flow, to: Party::Endpoint(target), by: Some(by) })
        }
    };
    path.iter().map(hop).collect()
}

/// A shortest path from one of those that a `never` rules out.
struct Way<'c> {
    environment: Option<EnvironmentId>,
    source: EndpointId,
    hops: Vec<Hop<'c>>,
    /// Those who get there through the source, and are ruled out by the same `never`.
    joining: Vec<EndpointId>,
    /// The chain in names: `caller -> app -> vault`.
    chain: String,
    /// Which addresses an end of it has in common with whom the `never` names, to follow the chain.
    common: String,
    /// The two whom the `never` names, as findings are about them.
    subject: String,
}

impl<'c> Way<'c> {
    fn new(
        cx: &Context<'c>,
        (source, hops, joining): (EndpointId, Vec<Hop<'c>>, Vec<EndpointId>),
        standing: &Standing<'_>,
    ) -> Self {
        let environment = cx.model.endpoint(source).map(crate::model::Endpoint::environment);
        let name = |end: Party| environment.map_or_else(String::new, |environment| end.name(cx, environment));
        let stops: Vec<Party> = hops.iter().map(|hop| hop.to).collect();
        let source_party = Party::Endpoint(source);
        let names: Vec<String> = std::iter::once(source_party).chain(stops.iter().copied()).map(name).collect();
        let ends = [Some((Side::Source, source_party)), stops.last().map(|target| (Side::Target, *target))];
        let shared = ends.iter().flatten().filter_map(|end| standing.get(end));
        let shared = shared.chain(hops.iter().filter_map(|hop| hop.by.as_ref()));
        let common = shared.filter_map(|shared| Some(format!(", and {}", shared.in_words(cx, environment?))));
        let meant = |end: &(Side, Party)| match (standing.get(end), end.1) {
            (Some(shared), _) => Some(shared.ruled_out),
            (None, Party::Endpoint(endpoint)) => Some(endpoint),
            (None, Party::Own(_)) => None,
        };
        let bare = |id: EndpointId| cx.model.endpoint(id).map_or("", |end| end.name().value.as_str());
        let subject = ends.iter().flatten().filter_map(meant).map(bare).collect::<Vec<_>>().join(" -> ");
        Self { environment, source, joining, chain: names.join(" -> "), common: common.collect(), subject, hops }
    }

    fn said(&self) -> String {
        format!("{}{}", self.chain, self.common)
    }

    /// Shows each hop where it is allowed.
    fn hop_by_hop(&self, cx: &Context<'_>, diagnostic: Diagnostic) -> Diagnostic {
        let numbered = self.hops.len() > 1;
        self.hops.iter().enumerate().fold(diagnostic, |diagnostic, (at, hop)| {
            // as the way names its ends
            let seen_from = self.environment.unwrap_or(hop.flow.environment);
            let words = flow_in_words(cx, hop.flow, seen_from);
            let words = if numbered { format!("{}. {words}", at + 1) } else { words };
            let Some(by) = &hop.by else { return label_words(cx, diagnostic, hop.flow, &words) };
            let who = cx.name(by.ruled_out, seen_from);
            let diagnostic = label_words(cx, diagnostic, hop.flow, &format!("{words}, and {who} has such an address"));
            match by.beside() {
                Some(out) => {
                    let words = format!("{}. which {}", at + 1, flow_in_words(cx, out, seen_from));
                    label_words(cx, diagnostic, out, &words)
                }
                None => diagnostic,
            }
        })
    }

    /// The flow that it is, where that is a single one which statements allow.
    fn direct(&self, cx: &Context<'_>) -> Option<&'c Flow> {
        let [Hop { flow, by: None, .. }] = self.hops.as_slice() else { return None };
        flow.declared(cx.model).map(|_| *flow)
    }

    /// Where the addresses of an end of it, those of the source first, or of who is passed are known by another name.
    fn shared<'s>(&'s self, standing: &'s Standing<'c>) -> Option<&'s Shared<'c>> {
        let target = || standing.get(&(Side::Target, self.hops.last()?.to));
        let source = standing.get(&(Side::Source, Party::Endpoint(self.source)));
        source.or_else(target).or_else(|| self.hops.iter().find_map(|hop| hop.by.as_ref()))
    }
}

/// The ways against one `never` by mistakes, the shortest way of each first: all are one, but what a waiver accepts, which
/// accepts nothing beside it, and each says which does. Where environments have the same ways these are told in each, and joined as all findings are.
fn mistakes<'c>(waivers: &Waivers<'_>, ways: Vec<Way<'c>>) -> Vec<(Option<String>, Vec<Way<'c>>)> {
    let mut by_waiver: BTreeMap<Option<String>, Vec<Way<'c>>> = BTreeMap::new();
    for way in ways {
        let waived = waivers.accept(&way.subject, &BVL0302).then(|| way.subject.clone());
        by_waiver.entry(waived).or_default().push(way);
    }
    let mut mistakes = Vec::new();
    for (accepted, ways) in by_waiver {
        let mut rows: BTreeMap<Option<EnvironmentId>, BTreeSet<String>> = BTreeMap::new();
        for way in &ways {
            rows.entry(way.environment).or_default().insert(way.said());
        }
        let first = rows.values().next().cloned();
        let are_same = rows.values().all(|own| Some(own) == first.as_ref());
        let mut by_place: BTreeMap<Option<EnvironmentId>, Vec<Way<'c>>> = BTreeMap::new();
        for way in ways {
            by_place.entry(way.environment.filter(|_| are_same)).or_default().push(way);
        }
        mistakes.extend(by_place.into_values().map(|ways| (accepted.clone(), ways)));
    }
    for (_, ways) in &mut mistakes {
        ways.sort_by_key(|way| way.hops.len());
    }
    mistakes
}

/// What the two arrows mean.
const EVERY_WAY: &str =
    "`~>` rules out every way, by others too; `->` rules out the flow from the one to the other alone";

/// `->` in the place of `~>`, where no direct flow is ruled out by it.
fn direct_only(cx: &Context<'_>, never: &Never) -> Edits {
    let ends = |ends: &[NeverEnd]| ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect::<BTreeSet<_>>();
    let (sources, targets) = (ends(&never.sources), ends(&never.destinations));
    let mut flows = sources.iter().flat_map(|source| cx.graph.outgoing(*source));
    if flows.any(|flow| flow.target_endpoint().is_some_and(|target| targets.contains(&target))) {
        return None;
    }
    let file = cx.sources.get(never.span.file).filter(|file| file.provenance() == Provenance::User)?;
    let start = file.range(never.span).start + cx.sources.text(never.span).find("~>")?;
    Some(vec![TextEdit::replace(file.span(never.span.file, start..start + 2), "->")])
}

/// How many ways a finding shows beside the shortest one.
const MOST_WAYS: usize = 6;

/// What is said of ways that are one mistake.
fn diagnostic<'c>(cx: &Context<'c>, never: &Never, ways: &[Way<'c>], standing: &Standing<'c>) -> Diagnostic {
    let Some(shortest) = ways.first() else { return Diagnostic::new(&BVL0302, never.span, written(cx, never)) };
    let mut rows: IndexMap<String, BTreeSet<EnvironmentId>> = IndexMap::new();
    for way in ways {
        rows.entry(way.said()).or_default().extend(way.environment);
    }
    let all: BTreeSet<EnvironmentId> = rows.values().flatten().copied().collect();
    let more = match rows.len() - 1 {
        0 => String::new(),
        more => format!(", and {} likewise", ways_in_words(more)),
    };
    let title = format!("`{}` does not hold: {}{more}", written(cx, never), shortest.said());
    let mut diagnostic = Diagnostic::new(&BVL0302, never.span, title).here("ruled out here");
    for environment in &all {
        diagnostic = diagnostic.environment(cx.model.environment_title(*environment));
    }
    for way in ways {
        diagnostic = diagnostic.about(way.subject.clone());
    }
    diagnostic = shortest.hop_by_hop(cx, diagnostic);
    diagnostic = others(cx, diagnostic, &rows, all.len());
    let mut joined = BTreeSet::new();
    for way in ways.iter().filter(|way| !way.joining.is_empty()) {
        let name = |id| way.environment.map_or_else(String::new, |environment| cx.name(id, environment));
        let names: Vec<String> = way.joining.iter().copied().map(name).collect();
        joined.insert(format!("{} may get there as well, through {}", listed(&names), name(way.source)));
    }
    diagnostic = joined.into_iter().take(MOST_WAYS).fold(diagnostic, Diagnostic::note);
    mended(cx, never, ways, diagnostic, standing)
}

fn ways_in_words(n: usize) -> String {
    counted(u64::try_from(n).unwrap_or(u64::MAX), "more way")
}

/// The ways beside the shortest, each with its environments where these are not all in which there is one.
fn others(
    cx: &Context<'_>,
    diagnostic: Diagnostic,
    rows: &IndexMap<String, BTreeSet<EnvironmentId>>,
    environments: usize,
) -> Diagnostic {
    if rows.len() < 2 {
        return diagnostic;
    }
    let row = |(said, own): (&String, &BTreeSet<EnvironmentId>)| {
        let titles: Vec<&str> = own.iter().map(|id| cx.model.environment_title(*id)).collect();
        let within = if own.len() < environments { format!(", in {}", listed_few(&titles)) } else { String::new() };
        format!("{said}{within}")
    };
    let mut lines: Vec<String> = rows.iter().skip(1).take(MOST_WAYS).map(row).collect();
    let left = rows.len() - 1 - lines.len();
    if left > 0 {
        lines.push(format!("and {}", ways_in_words(left)));
    }
    diagnostic.note(format!("who else gets there:\n  {}", lines.join("\n  ")))
}

/// How ways that are one mistake are mended. What is chosen less often stands last: a machine takes what stands first.
fn mended<'c>(
    cx: &Context<'c>,
    never: &Never,
    ways: &[Way<'c>],
    diagnostic: Diagnostic,
    standing: &Standing<'c>,
) -> Diagnostic {
    let mut diagnostic = with_help(cx, never, ways, diagnostic, standing);
    let has_ground = ways.iter().any(|way| way.shared(standing).is_some());
    // a way through addresses is opened by ranges, whatever flows there are beside them
    let flows = |way: &Way<'c>| -> Option<Vec<&'c Flow>> {
        way.hops.iter().map(|hop| hop.by.is_none().then_some(hop.flow)).collect()
    };
    if let Some(hops) = ways.iter().map(flows).collect::<Option<Vec<_>>>() {
        for (title, edits) in path_mended::hops_out(cx, never, &hops) {
            diagnostic = diagnostic.fix_there(title, edits);
        }
    }
    // whose addresses are meant by another name has ports of its own
    if let Some((title, edits)) = path_mended::narrowed(cx, never).filter(|_| !has_ground) {
        diagnostic = diagnostic.fix_there(title, edits);
    }
    let subjects: BTreeSet<&str> = ways.iter().map(|way| way.subject.as_str()).collect();
    match subjects.first() {
        Some(subject) if subjects.len() == 1 && !diagnostic.fixes.is_empty() => {
            let statement = format!("waive {} on {subject} because \"REASON\"", BVL0302.slug);
            let title = "accept it: `waive` it, and say why";
            match cx.below(never.span, &statement) {
                Some(edits) => diagnostic.fix_there(title, edits),
                None => diagnostic,
            }
        }
        Some(_) | None => diagnostic,
    }
}

/// What is to be done in words, and the fixes that nearly everybody has.
fn with_help(
    cx: &Context<'_>,
    never: &Never,
    ways: &[Way<'_>],
    diagnostic: Diagnostic,
    standing: &Standing<'_>,
) -> Diagnostic {
    let Some(shortest) = ways.first() else { return diagnostic };
    let directs: Option<Vec<&Flow>> = ways.iter().map(|way| way.direct(cx)).collect();
    let has_one_ground = ways.iter().all(|way| way.common == shortest.common);
    if let Some(shared) = shortest.shared(standing).filter(|_| has_one_ground) {
        return match directs {
            Some(flows) => offered(cx, shared.told(cx, diagnostic, &either(cx, never, &flows)), never, &flows),
            None => shared
                .told(cx, diagnostic, "take out a hop that is not needed, or the `never`")
                .choice("take the `never` out", never_out(cx, never, &BVL0302)),
        };
    }
    if let Some(flows) = directs {
        let diagnostic = diagnostic.note(ADD_UP).note(EVERY_WAY).help(either(cx, never, &flows));
        return offered(cx, diagnostic, never, &flows);
    }
    if let ([_], [_]) = (ways, shortest.hops.as_slice()) {
        return diagnostic
            .help("take out the statement that causes the flow, or the `never`")
            .choice("take the `never` out", never_out(cx, never, &BVL0302));
    }
    let bare = cx.model.endpoint(shortest.source).map_or("", |end| end.name().value.as_str());
    // between two externals nothing rules out a direct flow
    let is_external = |id: Option<EndpointId>| id.is_some_and(|id| cx.model.external(id).is_some());
    let is_outside = ways
        .iter()
        .all(|way| is_external(Some(way.source)) && is_external(way.hops.last().and_then(|hop| hop.to.endpoint())));
    let direct = direct_only(cx, never).filter(|_| !is_outside);
    let taken_over = format!("whoever takes over {bare} can get there, one hop after the other");
    let diagnostic = diagnostic
        .notes((shortest.hops.len() > 1).then_some(taken_over.as_str()))
        .notes((!is_outside).then_some(EVERY_WAY));
    let hop = if ways.len() > 1 {
        "take out a hop of each way that is not needed"
    } else {
        "take out a hop that is not needed"
    };
    let diagnostic = if !is_outside && ways.iter().all(|way| way.hops.len() > 1) {
        diagnostic.help(format!("{hop}; or write `->` in the `never`, which is the weaker rule: it lets this way stay open, and rules out the direct flow alone"))
    } else {
        diagnostic.help(format!("{hop}, or the `never`"))
    };
    diagnostic
        .choice("write `->`: rule out the direct flow alone, and let this way stay open", direct)
        .choice("take the `never` out", never_out(cx, never, &BVL0302))
}
