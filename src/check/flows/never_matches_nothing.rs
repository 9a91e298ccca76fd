//! Both ends of a `never` exist somewhere together.

use std::collections::BTreeSet;

use super::asserted::{environments, written};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Question};
use crate::model::EnvironmentId;
use crate::model::flow::{NeverEnd, Reach};

crate::check! {
    /// ## What it means
    /// The ends of a `never` exist nowhere together: no environment has both, neither is in a shared environment that
    /// the other may use, and no flow between environments leads from the one to the other.
    ///
    /// ## Why it matters in the cluster
    /// Such a statement holds whatever else is written. Whoever wrote it believes that it guards something.
    ///
    /// ## How to mend it
    /// Write the name that was meant, or take the statement out.
    ///
    /// ```bvl bad in=flow
    /// service probe is base { in staging }
    /// service target is base { in prod }
    /// allow probe -> app.http
    /// allow caller -> target.http
    /// never probe -> target //~ BVL0303 "probe and target exist nowhere together"
    /// ```
    /// ```bvl good in=flow
    /// service probe is base { in staging }
    /// allow probe -> app.http
    /// never probe -> store
    /// ```
    ///
    /// `ENV/NAME` says that one environment never reaches into another:
    ///
    /// ```bvl good in=flow
    /// service probe is base { in staging }
    /// service target is base { in prod }
    /// allow probe -> app.http
    /// allow caller -> target.http
    /// never probe -> prod/target
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0303, "never-matches-nothing", Error(Stated), since "0.1.0" => run, judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for never in &cx.model.nevers {
        let present = |ends: &[NeverEnd]| environments(cx, ends.iter().flat_map(|end| end.endpoints.iter().copied()));
        let (sources, destinations) = (present(&never.sources), present(&never.destinations));
        // a flow between environments brings ends together that exist in none of them both: it breaks the rule, or could
        let asked = |sources: &[NeverEnd], destinations: &[NeverEnd]| leads(cx, never.reach, sources, destinations);
        let apart = |end: &NeverEnd, others: &BTreeSet<EnvironmentId>| {
            !meet(cx, &environments(cx, end.endpoints.iter().copied()), others)
        };
        // `ENV/NAME` speaks of two environments, as a flow between them would.
        let crosses = never.sources.iter().chain(&never.destinations).any(|end| end.name.contains('/'));
        if crosses && !sources.is_empty() && !destinations.is_empty() {
            continue;
        }
        let idle_sources: Vec<NeverEnd> = never
            .sources
            .iter()
            .filter(|end| apart(end, &destinations) && !asked(std::slice::from_ref(*end), &never.destinations))
            .cloned()
            .collect();
        let idle_destinations: Vec<NeverEnd> = never
            .destinations
            .iter()
            .filter(|end| apart(end, &sources) && !asked(&never.sources, std::slice::from_ref(*end)))
            .cloned()
            .collect();
        let (Some(first), ends) = (
            idle_sources.first().or(idle_destinations.first()),
            idle_sources.iter().chain(&idle_destinations).collect::<Vec<_>>(),
        ) else {
            continue;
        };
        // Where no end meets another one, one name of each side says it; else the ends that stand alone are named.
        let title = match (idle_sources.first(), idle_destinations.first()) {
            (Some(source), Some(destination)) => format!(
                "`{}` says nothing: {} and {} exist nowhere together",
                written(cx, never),
                source.name,
                destination.name
            ),
            _ => format!(
                "`{}` says nothing about {}, which is nowhere with the other end",
                written(cx, never),
                first.name
            ),
        };
        let mut diagnostic = Diagnostic::new(&BVL0303, never.span, title).about(first.name.clone());
        let elsewhere = idle_destinations.first().filter(|end| !end.name.contains('/')).and_then(|end| {
            let there = environments(cx, end.endpoints.iter().copied()).into_iter().next()?;
            let title = cx.model.environment(there)?.name.value.clone();
            let source = idle_sources.first().filter(|end| !end.name.contains('/'))?;
            let here = environments(cx, source.endpoints.iter().copied()).into_iter().next()?;
            let own = &cx.model.environment(here)?.name.value;
            Some(format!("; `never {own}/{} -> {title}/{}` speaks of two environments", source.name, end.name))
        });
        for end in ends {
            let titles: Vec<&str> = environments(cx, end.endpoints.iter().copied())
                .into_iter()
                .map(|id| cx.model.environment_title(id))
                .collect();
            let place = if titles.is_empty() {
                "in no environment".to_owned()
            } else {
                format!("only in {}", titles.join(", "))
            };
            diagnostic = diagnostic.also(end.span, place);
        }
        sink.report(diagnostic.note("it would hold whatever else is written, and guard nothing").help(format!(
            "write the name that was meant, or take the statement out{}",
            elsewhere.unwrap_or_default()
        )));
    }
}

/// Whether something of one set of environments may meet something of the other: in one of both, or in a shared one.
/// Whether something leads from one of some ends to one of others, by a flow or, for `~>`, by a chain of them.
fn leads(cx: &Context<'_>, reach: Reach, sources: &[NeverEnd], destinations: &[NeverEnd]) -> bool {
    let all = |ends: &[NeverEnd]| ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect::<Vec<_>>();
    let (from, to) = (all(sources), all(destinations));
    match reach {
        Reach::Direct => from.iter().any(|source| {
            cx.graph.outgoing(*source).filter_map(Flow::target_endpoint).any(|target| to.contains(&target))
        }),
        Reach::Path => cx.graph.shortest_path(&Question { from, to, at: Vec::new() }).is_some(),
    }
}

fn meet(cx: &Context<'_>, some: &BTreeSet<EnvironmentId>, others: &BTreeSet<EnvironmentId>) -> bool {
    let is_shared = |id: &EnvironmentId| cx.model.environment(*id).is_some_and(|env| env.shared.is_some());
    if some.is_empty() || others.is_empty() {
        return false;
    }
    some.intersection(others).next().is_some() || some.iter().any(is_shared) || others.iter().any(is_shared)
}
