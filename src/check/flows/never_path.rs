//! Where `never A ~> B` stands, no chain of flows leads from A to B.

use std::collections::{BTreeMap, BTreeSet};

use super::asserted::{ADD_UP, either, is_enforced, label_flow, offered, written};
use super::common_addresses::{Sharing, Side, Standing};
use crate::check::Context;
use crate::check::mend::{Edits, Mend as _};
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::Question;
use crate::model::EndpointId;
use crate::model::flow::{Never, NeverEnd, Reach};
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
    /// Paths follow the direction of flows:
    /// ```bvl good in=flow
    /// never store ~> caller
    /// ```
    ///
    /// ## Source
    /// The language's own: `~>` follows declared and derived flows of the whole platform.
    BVL0302, "never-path", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut sharing = Sharing::of(cx);
    let nevers: Vec<&Never> = cx.model.nevers.iter().filter(|never| never.reach == Reach::Path).collect();
    let (questions, standing): (Vec<Question>, Vec<Standing<'_>>) =
        nevers.iter().map(|never| sharing.question(never)).unzip();
    let reachable = cx.graph.reachable(&questions);
    for (((never, question), standing), sources) in nevers.into_iter().zip(&questions).zip(&standing).zip(reachable) {
        let ruled_out: BTreeSet<EndpointId> = question.from.iter().copied().collect();
        let mut paths: Vec<(EndpointId, Vec<usize>)> = Vec::new();
        let mut joining: BTreeMap<EndpointId, Vec<EndpointId>> = BTreeMap::new();
        for source in sources {
            let asked = Question { from: vec![source], to: question.to.clone(), at: question.at.clone() };
            let Some(path) = cx.graph.shortest_path(&asked) else { continue };
            let last = path.last().and_then(|flow| cx.graph.flows.get(*flow)?.target_endpoint());
            if !is_enforced(cx, [Some(source), last]) {
                continue;
            }
            let stops = path.iter().filter_map(|flow| cx.graph.flows.get(*flow)?.target_endpoint());
            // whoever gets there through another one whom the same rules out has that one's way
            match stops.take(path.len().saturating_sub(1)).filter(|stop| ruled_out.contains(stop)).last() {
                Some(last) => joining.entry(last).or_default().push(source),
                None => paths.push((source, path)),
            }
        }
        for (source, path) in paths {
            let joining = joining.get(&source).map(Vec::as_slice).unwrap_or_default();
            sink.report(diagnostic(cx, never, (source, joining), &path, standing));
        }
    }
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

/// What is said of the shortest path of a source, which those have as well that are `joining` it.
fn diagnostic(
    cx: &Context<'_>,
    never: &Never,
    (source, joining): (EndpointId, &[EndpointId]),
    path: &[usize],
    standing: &Standing<'_>,
) -> Diagnostic {
    let start = cx.model.endpoint(source);
    let environment = start.map(crate::model::Endpoint::environment);
    let name = |id| environment.map_or_else(String::new, |environment| cx.name(id, environment));
    let flows = || path.iter().filter_map(|index| cx.graph.flows.get(*index));
    let stops: Vec<EndpointId> = flows().filter_map(crate::graph::Flow::target_endpoint).collect();
    let names: Vec<String> = std::iter::once(source).chain(stops.iter().copied()).map(name).collect();
    let at_ends =
        [standing.get(&(Side::Source, source)), stops.last().and_then(|target| standing.get(&(Side::Target, *target)))];
    let common = at_ends.into_iter().flatten().zip(std::iter::repeat(environment));
    let common = common.filter_map(|(shared, from)| Some(format!(", and {}", shared.in_words(cx, from?))));
    let chain = names.join(" -> ");
    let title = format!("`{}` does not hold: {chain}{}", written(cx, never), common.collect::<String>());
    let mut diagnostic = Diagnostic::new(&BVL0302, never.span, title).here("ruled out here");
    if let Some(environment) = environment {
        diagnostic = diagnostic.environment(cx.model.environment_title(environment));
    }
    let meant = |id: EndpointId, side| standing.get(&(side, id)).map_or(id, |shared| shared.ruled_out);
    let bare = |id: &EndpointId| cx.model.endpoint(*id).map_or_else(String::new, |end| end.name().value.clone());
    if let Some(last) = stops.last() {
        let ends = [meant(source, Side::Source), meant(*last, Side::Target)].map(|id| bare(&id));
        diagnostic = diagnostic.about(ends.join(" -> "));
    }
    let numbered = path.len() > 1;
    for (at, flow) in flows().enumerate() {
        diagnostic = label_flow(cx, diagnostic, flow, numbered.then_some(at + 1));
    }
    if !joining.is_empty() {
        let names: Vec<String> = joining.iter().copied().map(name).collect();
        diagnostic = diagnostic.note(format!("{} may get there as well, through {}", listed(&names), name(source)));
    }
    let hops: Vec<_> = flows().collect();
    if let Some(shared) = at_ends.into_iter().flatten().next() {
        return match hops.as_slice() {
            [direct] if direct.declared(cx.model).is_some() => {
                offered(cx, shared.told(cx, diagnostic, &either(cx, never, &[direct])), never, &[direct])
            }
            _ => shared
                .told(cx, diagnostic, "take out a hop that is not needed, or the `never`")
                .choice("take the `never` out", cx.take_out(never.span)),
        };
    }
    match hops.as_slice() {
        [direct] if direct.declared(cx.model).is_some() => {
            let diagnostic = diagnostic.note(ADD_UP).note(EVERY_WAY).help(either(cx, never, &[direct]));
            return offered(cx, diagnostic, never, &[direct]);
        }
        [_] => {
            return diagnostic
                .help("take out the statement that causes the flow, or the `never`")
                .choice("take the `never` out", cx.take_out(never.span));
        }
        _ => {}
    }
    diagnostic
        .note(format!("whoever takes over {} can get there, one hop after the other", bare(&source)))
        .note(EVERY_WAY)
        .help("take out a hop that is not needed; or write `->` in the `never`, which is the weaker rule: it lets this way stay open, and rules out the direct flow alone")
        .choice("write `->`: rule out the direct flow alone, and let this way stay open", direct_only(cx, never))
        .choice("take the `never` out", cx.take_out(never.span))
}
