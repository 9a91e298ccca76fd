//! Whether chains of flows lead where a test expects them to, or nowhere: as `never ~>` follows them.

use std::collections::BTreeSet;

use super::{Outcome, Run, join, unmet};
use crate::check::Context;
use crate::check::flows::shown_path;
use crate::diagnostic::Diagnostic;
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::test::{Ends, Expectation, Presence};
use crate::model::{EndpointId, EnvironmentId};
use crate::query::explain::flow::{Question, Verdict, flow};

pub(super) fn judge(
    run: Run<'_>,
    expectation: &Expectation,
    (presence, ends): (Presence, &Ends),
    outcome: &mut Outcome<'_>,
) {
    let (mut failed, mut why) = (Vec::new(), Vec::new());
    for source in &ends.sources {
        for target in &ends.destinations {
            let pairs = pairs(run, expectation, source, target);
            let seen: BTreeSet<EnvironmentId> = pairs.iter().map(|pair| pair.environment).collect();
            let lost = expectation.environments.iter().filter(|id| !seen.contains(id));
            let lost: Vec<&str> = lost.map(|id| run.title(*id)).collect();
            if pairs.is_empty() || !lost.is_empty() {
                let title = format!("no environment has both {} and {}", source.name, target.name);
                let title = match lost.as_slice() {
                    [] => title,
                    lost => format!("{} has not both {} and {}", lost.join(", "), source.name, target.name),
                };
                failed.push(
                    unmet(expectation, title)
                        .here("no path can be asked for there")
                        .help("name environments that have both behind `in`, or take the expectation out"),
                );
            }
            for pair in pairs {
                match pair.judge(run, expectation, presence) {
                    Ok(said) => why.push(said),
                    Err(told) => join(&mut failed, *told),
                }
            }
        }
    }
    if failed.is_empty() {
        outcome.meet(expectation, why);
    }
    outcome.unmet.extend(failed);
}

/// One source in one environment, and whom it may be asked to reach.
struct Pair<'e> {
    environment: EnvironmentId,
    source: (&'e NeverEnd, EndpointId),
    target: (&'e NeverEnd, Vec<EndpointId>),
}

/// Every source of a name with the targets that a statement in its environment sees.
fn pairs<'e>(run: Run<'_>, expectation: &Expectation, source: &'e NeverEnd, target: &'e NeverEnd) -> Vec<Pair<'e>> {
    let home = |id: EndpointId| run.model.endpoint(id).map(crate::model::Endpoint::environment);
    let is_shared = |id: EnvironmentId| run.model.environment(id).is_some_and(|one| one.shared.is_some());
    let are_named = source.name.contains('/') || target.name.contains('/');
    let within = |id: EnvironmentId| expectation.environments.is_empty() || expectation.environments.contains(&id);
    let mut pairs: Vec<Pair<'e>> = Vec::new();
    for id in &source.endpoints {
        let Some(own) = home(*id) else { continue };
        let sees = |other: EnvironmentId| other == own || is_shared(other) || are_named;
        let mut by_environment: Vec<(EnvironmentId, Vec<EndpointId>)> = Vec::new();
        for other in &target.endpoints {
            let Some(place) = home(*other) else { continue };
            // what is shared is asked for in each environment that it is about
            let asked = if is_shared(own) && !is_shared(place) { place } else { own };
            if !within(asked) || !(sees(place) || is_shared(own)) {
                continue;
            }
            match by_environment.iter_mut().find(|(known, _)| *known == asked) {
                Some((_, known)) => known.push(*other),
                None => by_environment.push((asked, vec![*other])),
            }
        }
        pairs.extend(by_environment.into_iter().map(|(environment, targets)| Pair {
            environment,
            source: (source, *id),
            target: (target, targets),
        }));
    }
    pairs
}

impl Pair<'_> {
    /// Whether it is as expected, and what is.
    fn judge(&self, run: Run<'_>, expectation: &Expectation, presence: Presence) -> Result<String, Box<Diagnostic>> {
        let Self { environment, source: (source, from), target: (target, to) } = self;
        let cx = Context::new(run.model, &run.analysis.graph, run.shown.sources);
        let end = |end: &NeverEnd, endpoints: &[EndpointId]| NeverEnd { endpoints: endpoints.to_vec(), ..end.clone() };
        let never = Never {
            span: expectation.span,
            sources: vec![end(source, &[*from])],
            destinations: vec![end(target, to)],
            reach: Reach::Path,
        };
        let title = run.title(*environment);
        let names = (&source.name, &target.name);
        let path = shown_path(&cx, &never, &|chain| {
            unmet(expectation, format!("{} reaches {}: {chain}", names.0, names.1)).here("expected not to be")
        });
        match (presence, path) {
            (Presence::There, Some(path)) => Ok(format!("{} in {title}", path.message)),
            (Presence::There, None) => {
                let told = unmet(expectation, format!("no path leads from {} to {}", names.0, names.1));
                Err(Box::new(told.here("expected to be").note(self.reached(run)).environment(title)))
            }
            (Presence::Absent, Some(path)) => Err(Box::new(path.environment(title))),
            (Presence::Absent, None) if self.is_open(run) => {
                let told = unmet(expectation, format!("nothing denies {} -> {}", names.0, names.1));
                let note = "no statement allows it, and no policy denies it either";
                Err(Box::new(told.here("expected not to be").note(note).environment(title)))
            }
            (Presence::Absent, None) => Ok(format!("no path leads from {} to {} in {title}", names.0, names.1)),
        }
    }

    /// Whether nothing denies the direct way.
    fn is_open(&self, run: Run<'_>) -> bool {
        let Self { environment, source: (source, _), target: (target, _) } = self;
        let environments = [run.title(*environment).to_owned()];
        let question = Question { source: &source.name, target: &target.name, environments: &environments };
        let answers = flow(run.model, &run.analysis.graph, question).unwrap_or_default();
        answers.iter().any(|answer| matches!(answer.verdict, Verdict::Open))
    }

    /// Whom the source reaches at once.
    fn reached(&self, run: Run<'_>) -> String {
        let Self { environment, source: (source, from), .. } = self;
        let cx = Context::new(run.model, &run.analysis.graph, run.shown.sources);
        let targets = run.analysis.graph.outgoing(*from).filter_map(crate::graph::Flow::target_endpoint);
        let mut names: Vec<String> = targets.map(|id| cx.name(id, *environment)).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            return format!("{} reaches nobody of the platform", source.name);
        }
        format!("{} reaches {} at once", source.name, names.join(", "))
    }
}
