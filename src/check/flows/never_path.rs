//! Where `never A ~> B` stands, no chain of flows leads from A to B.

use super::asserted::{label_flow, written};
use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::EndpointId;
use crate::model::flow::{Never, Reach};

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
    /// ```bvl good in=flow
    /// never caller -> vault
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
    for never in cx.model.nevers.iter().filter(|never| never.reach == Reach::Path) {
        let to: Vec<EndpointId> = never.destinations.iter().flat_map(|end| end.endpoints.iter().copied()).collect();
        let reaching = cx.graph.reaching(&to);
        for source in never.sources.iter().flat_map(|end| &end.endpoints) {
            if !reaching.contains(source) {
                continue;
            }
            if let Some(path) = cx.graph.shortest_path(&[*source], &to) {
                sink.report(diagnostic(cx, never, *source, &path));
            }
        }
    }
}

fn diagnostic(cx: &Context<'_>, never: &Never, source: EndpointId, path: &[usize]) -> Diagnostic {
    let start = cx.model.endpoint(source);
    let environment = start.map(crate::model::Endpoint::environment);
    let name = |id| environment.map_or_else(String::new, |environment| cx.name(id, environment));
    let flows = || path.iter().filter_map(|index| cx.graph.flows.get(*index));
    let stops: Vec<EndpointId> = flows().filter_map(crate::graph::Flow::target_endpoint).collect();
    let names: Vec<String> = std::iter::once(source).chain(stops.iter().copied()).map(name).collect();
    let title = format!("`{}` does not hold: {}", written(cx, never), names.join(" -> "));
    let mut diagnostic = Diagnostic::new(&BVL0302, never.span, title).here("ruled out here");
    if let Some(environment) = environment {
        diagnostic = diagnostic.environment(cx.model.environment_title(environment));
    }
    let bare = |id: &EndpointId| cx.model.endpoint(*id).map_or_else(String::new, |end| end.name().value.clone());
    if let Some(last) = stops.last() {
        diagnostic = diagnostic.about(format!("{} -> {}", bare(&source), bare(last)));
    }
    let numbered = path.len() > 1;
    for (at, flow) in flows().enumerate() {
        diagnostic = label_flow(cx, diagnostic, flow, numbered.then_some(at + 1));
    }
    diagnostic
        .note(format!("whoever takes over {} can get there, one hop after the other", bare(&source)))
        .note("`~>` rules out every way, by others too; `->` rules out the flow from the one to the other alone")
        .help("take out a hop that is not needed, or write `->` in the `never` where only the direct flow is meant")
}
