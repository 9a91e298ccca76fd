//! What follows from a statement has both its ends.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::{Absent, Sink};
use crate::graph::MissingEnd;
use crate::model::{Environment, EnvironmentId, Workload};

crate::check! {
    /// ## What it means
    /// A statement needs something at its far end that nothing declared provides, or that several do: a trigger of KEDA
    /// needs KEDA, a metric needs what serves it, a queue that is asked needs to be known.
    ///
    /// ## Why it matters in the cluster
    /// The flow that follows from the statement cannot be made. Under the deny the question is never answered: nothing
    /// scales, no metric is read.
    ///
    /// ## How to mend it
    /// Declare it, as the message shows; where several fit, name one with `from` or `via`.
    ///
    /// ```bvl bad in=service
    /// disruption max-unavailable 1
    /// scale 1..5 {
    ///   on cpu 70%
    ///   on metric requests_per_second 200 //~ BVL0314
    /// }
    /// ```
    /// ```bvl good in=service
    /// disruption max-unavailable 1
    /// scale 1..5 { on cpu 70% }
    /// ```
    ///
    /// ## Source
    /// The language's own: flows that follow from facts.
    BVL0314, "missing-far-end", Error(Emitted), since "0.1.0" => run, reads ["scale", "port", "metrics", "sidecar"], judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // one declaration that is missing is one finding, whoever needs it
    let mut found: IndexMap<_, Vec<(&MissingEnd, &Workload)>> = IndexMap::new();
    for missing in &cx.graph.implied.missing {
        if let Some(workload) = cx.model.workload(missing.workload).filter(|workload| cx.is_read(workload)) {
            let key = (workload.environment, &missing.needs, &missing.example, &missing.candidates);
            found.entry(key).or_default().push((missing, workload));
        }
    }
    for ((environment, ..), all) in found {
        let (Some(environment), [(missing, workload), others @ ..]) = (cx.model.environment(environment), &*all) else {
            continue;
        };
        let mut names: Vec<&str> = all.iter().map(|(_, workload)| workload.name.value.as_str()).collect();
        names.dedup();
        let verb = if names.len() == 1 { "needs" } else { "need" };
        let name = listed(&names);
        let (title, help) = if missing.candidates.len() > 1 {
            let candidates = listed(&missing.candidates);
            (
                format!("{name} {verb} {}, and {candidates} all fit", missing.needs),
                format!("say which one with `{}`", missing.named_by),
            )
        } else if let Some((provider, there)) = unshared(cx, missing) {
            let (provider, there, here) = (&provider.name.value, &there.name.value, &environment.name.value);
            let example = missing.example.split(" {").next().unwrap_or_default();
            (
                format!("{name} {verb} {}, and {provider} is in {there}, which is not shared", missing.needs),
                format!(
                    "write `shared` in environment {there}, so that others may use what is there; or declare another one: `{example} {{ in {here} }}`"
                ),
            )
        } else {
            let title = format!("{name} {verb} {}, and nothing declared provides it", missing.needs);
            let is_named = missing.example.strip_prefix(missing.named_by).is_some_and(|rest| rest.starts_with(' '));
            let help = if is_named { format!("write `{}`", missing.example) } else { declaration(&missing.example) };
            (title, help)
        };
        let mut diagnostic = finding(&BVL0314, workload, environment, missing.cause, title)
            .here("needed here")
            .note(missing.why.clone())
            .help(help);
        if let Some((provider, there)) = unshared(cx, missing) {
            let (name, title) = (provider.name.span, &there.title);
            diagnostic = diagnostic
                .also(name, format!("declared, but in {title}"))
                .also(there.name.span, "not shared, so that nothing of another environment may use it")
                .note("what names no environment by `in` runs in all of those that are not shared")
                .lacking(Absent::Shared(vec![there.name.span]));
            // people may depend on what runs there, which would be gone
            if there.production.is_none() {
                diagnostic = diagnostic.choice(format!("share {title}"), cx.state_in(there.name.span, "shared"));
            }
        }
        for (other, workload) in others {
            if other.cause != missing.cause {
                diagnostic = diagnostic.label(other.cause, "and here");
            }
            if !diagnostic.subjects.contains(&workload.name.value) {
                diagnostic = diagnostic.about(workload.name.value.clone());
            }
        }
        sink.report(diagnostic);
    }
}

/// What would provide what is missing, and its environment, which is not shared.
fn unshared<'a>(cx: &Context<'a>, missing: &MissingEnd) -> Option<(&'a Workload, &'a Environment)> {
    let provider = cx.model.workload(missing.unshared?)?;
    Some((provider, cx.model.environment(provider.environment)?))
}

/// The environments of which it is said here that they are not shared, each with who else is where something of it is needed: of those
/// who run there as well, that is the one mistake.
pub(in crate::check) fn meant_for_others<'a>(cx: &Context<'a>) -> BTreeMap<EnvironmentId, BTreeSet<&'a str>> {
    let mut meant: BTreeMap<EnvironmentId, BTreeSet<&str>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for missing in &cx.graph.implied.missing {
        let here = cx.model.workload(missing.workload).and_then(|workload| {
            let here = cx.model.environment(workload.environment)?;
            cx.stands(&CHECK, &workload.name.value, here).then_some(here.id)
        });
        let there = unshared(cx, missing).filter(|_| missing.candidates.len() < 2).map(|(_, there)| there.id);
        let Some((here, there)) = here.zip(there).filter(|pair| known.insert(*pair)) else { continue };
        let names = cx.model.workloads_in(here).map(|workload| workload.name.value.as_str());
        meant.entry(there).or_default().extend(names);
    }
    meant
}

/// How what is missing is declared, with the module that its class comes from.
fn declaration(example: &str) -> String {
    if example.starts_with("from ") {
        return format!("write `{example}`, the port that is marked for it");
    }
    if !example.starts_with("managed ") {
        return format!("declare it: `{example}`");
    }
    let class = example.split_once(" is ").map_or("", |(_, class)| class);
    let used = class.split_once('.').map_or_else(String::new, |(module, _)| format!("`use std.{module}` and "));
    // the adapter asks a server
    let beside = if class.starts_with("prometheus.adapter") {
        ", beside a server: `managed prometheus is prometheus.server`"
    } else {
        ""
    };
    let placed = if example.contains(" in ") {
        ""
    } else {
        "; with several environments `{ in NAME }` after it names the one where it runs"
    };
    format!("declare it outside of all blocks: {used}`{example}`{beside}{placed}")
}
