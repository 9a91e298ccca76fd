//! Where `never A ~> B` stands, no chain of flows leads from A to B.

use super::asserted::{ADD_UP, either, label_flow, offered, written};
use crate::check::Context;
use crate::check::mend::{Edits, Mend as _};
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
    let nevers: Vec<&Never> = cx.model.nevers.iter().filter(|never| never.reach == Reach::Path).collect();
    let endpoints = |ends: &[NeverEnd]| ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect();
    let question = |never: &&Never| Question { from: endpoints(&never.sources), to: endpoints(&never.destinations) };
    let questions: Vec<Question> = nevers.iter().map(question).collect();
    let reachable = cx.graph.reachable(&questions);
    for ((never, question), sources) in nevers.into_iter().zip(&questions).zip(reachable) {
        for source in sources {
            if let Some(path) = cx.graph.shortest_path(&[source], &question.to) {
                sink.report(diagnostic(cx, never, source, &path));
            }
        }
    }
}

/// `->` in the place of `~>`.
fn direct_only(cx: &Context<'_>, never: &Never) -> Edits {
    let file = cx.sources.get(never.span.file).filter(|file| file.provenance() == Provenance::User)?;
    let start = file.range(never.span).start + cx.sources.text(never.span).find("~>")?;
    Some(vec![TextEdit::replace(file.span(never.span.file, start..start + 2), "->")])
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
    match flows().collect::<Vec<_>>().as_slice() {
        [direct] if direct.declared(cx.model).is_some() => {
            return offered(cx, diagnostic.note(ADD_UP).help(either(cx, never, &[direct])), never, &[direct]);
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
        .note("`~>` rules out every way, by others too; `->` rules out the flow from the one to the other alone")
        .help("take out a hop that is not needed, or write `->` in the `never` where only the direct flow is meant")
        .choice("rule out the direct flow alone", direct_only(cx, never))
        .choice("take the `never` out", cx.take_out(never.span))
}
