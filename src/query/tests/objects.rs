//! Whether objects are built that a test expects, and what holds of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::value::{Judged, step};
use super::{Outcome, Run, join, unmet};
use crate::analyze::Analysis;
use crate::check::rules::{BVL1005, condition};
use crate::compile::{Disproof, compile_with_examples};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::text::one_line;
use crate::model::test::{Expectation, Expected, Presence};
use crate::model::{EnvironmentId, Model, Origin};
use crate::query::diff::origin;
use crate::query::diff::side::undigested;
use crate::query::diff::tree::{Path, Step};
use crate::source::{Provenance, Span};
use crate::value::{Term, similar};

/// What is expected of objects of one kind and name.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'t> {
    /// Whether there is to be one.
    pub presence: Presence,
    /// Its kind.
    pub kind: &'t Origin<String>,
    /// Its name.
    pub name: &'t Origin<String>,
    /// What holds of it.
    pub condition: Option<&'t [Term]>,
}

/// The objects of a platform, proven; those that a test of it asks for are kept.
#[derive(Debug, Default)]
pub struct Objects {
    kept: BTreeMap<(EnvironmentId, String, String), Value>,
    /// The kinds and names of all.
    named: BTreeSet<(String, String)>,
    environments: Vec<EnvironmentId>,
}

impl Objects {
    /// Makes those of a platform; `None` where an error keeps them from being made.
    ///
    /// # Errors
    /// Where what is made does not do what the spec says, which is a mistake of bvlc.
    pub fn of(analysis: &Analysis) -> Result<Option<Self>, Disproof> {
        let Some(checked) = analysis.checked() else { return Ok(None) };
        let asked = asked(checked.model());
        let mut objects = Self::default();
        let compilation = compile_with_examples(&checked);
        for emitted in compilation.environments() {
            let environment = emitted.environment;
            objects.environments.push(environment);
            for object in emitted.flatten() {
                let mut value = serde_json::to_value(&object).unwrap_or_default();
                let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
                let kind = value.get("kind").map(text).unwrap_or_default();
                let own = value.pointer("/metadata/name").map(text).unwrap_or_default();
                // the Job of a `job` goes by its name, whatever it runs
                let name = undigested(&mut value).unwrap_or(own);
                if asked.contains(&(kind.as_str(), name.as_str())) {
                    objects.kept.insert((environment, kind.clone(), name.clone()), value);
                }
                objects.named.insert((kind, name));
            }
        }
        compilation.prove()?;
        Ok(Some(objects))
    }

    fn get(&self, environment: EnvironmentId, asked: Asked<'_>) -> Option<&Value> {
        self.kept.get(&(environment, asked.kind.value.clone(), asked.name.value.clone()))
    }

    /// What is like what is asked for, or has its name.
    fn near(&self, asked: Asked<'_>) -> Vec<String> {
        let (kind, name) = (&asked.kind.value, &asked.name.value);
        let of_kind = self.named.iter().filter(|(known, _)| known == kind).map(|(_, name)| name.as_str());
        let near = similar::nearest(name, of_kind.filter(|known| known != name));
        if !near.is_empty() {
            return near.into_iter().map(|near| format!("{kind}/{near}")).collect();
        }
        let of_name = self.named.iter().filter(|(_, known)| known == name);
        of_name.map(|(kind, name)| format!("{kind}/{name}")).collect()
    }
}

/// The kinds and names of the objects that any test asks for.
fn asked(model: &Model) -> BTreeSet<(&str, &str)> {
    let expectations = model.tests.iter().flat_map(|test| &test.expectations);
    let asked = expectations.filter_map(|expectation| match &expectation.what {
        Expected::Object { kind, name, .. } => Some((kind.value.as_str(), name.value.as_str())),
        Expected::Flow(..) | Expected::Path(..) | Expected::Finding { .. } => None,
    });
    asked.collect()
}

pub(super) fn judge(
    run: Run<'_>,
    expectation: &Expectation,
    asked: Asked<'_>,
    objects: Option<&Objects>,
    outcome: &mut Outcome<'_>,
) {
    let path = format!("{}/{}", asked.kind.value, asked.name.value);
    let Some(objects) = objects else {
        let told = unmet(expectation, format!("nothing is built, so there is no {path}"));
        let told = told.here("expected of a platform without errors");
        outcome.unmet.push(told.note("a platform with an error is not built; its errors are shown as well"));
        return;
    };
    let condition = match asked.condition.map(|terms| condition::read(terms, expectation.span, &BVL1005)).transpose() {
        Ok(condition) => condition,
        // told by `check`, too
        Err(finding) => return outcome.unmet.push(*finding),
    };
    let environments = environments(run, expectation, asked, objects);
    if environments.is_empty() {
        match missing(run, expectation, asked, objects) {
            Some(told) => outcome.unmet.push(told),
            None => outcome.meet(expectation, vec![format!("no environment has a {path}")]),
        }
        return;
    }
    let (mut failed, mut why): (Vec<Diagnostic>, Vec<String>) = (Vec::new(), Vec::new());
    for environment in environments {
        let title = run.title(environment);
        let object = objects.get(environment, asked);
        let holds = object.map(|object| {
            let judged = Judged::new(object);
            let is_met = condition.as_ref().is_none_or(|condition| judged.holds(condition));
            let said = condition.as_ref().map(|condition| judged.said(condition, is_met)).unwrap_or_default();
            (is_met, said)
        });
        let told = match (asked.presence, holds) {
            (Presence::There, Some((true, said))) | (Presence::Absent, Some((false, said))) => {
                why.push(format!("{path} in {title}{}", behind(&said)));
                continue;
            }
            (Presence::Absent, None) => {
                why.push(format!("there is no {path} in {title}"));
                continue;
            }
            (Presence::There, Some((false, said))) => {
                let told = unmet(expectation, format!("{path}{}", behind(&said)));
                let wanted = asked.condition.and_then(|terms| Some(terms.first()?.span.to(terms.last()?.span)));
                let told = match wanted {
                    Some(wanted) => told.here(format!("expected {}", one_line(run.shown.sources.text(wanted)))),
                    None => told,
                };
                match object.and_then(|object| stated(run, environment, asked, object)) {
                    Some(place) => told
                        .aside(place, "the object's field has its value from here")
                        .help("change what is stated, or what is expected"),
                    None => told,
                }
            }
            (Presence::There, None) => {
                let told = unmet(expectation, format!("there is no {path}")).here("expected here");
                told_near(told, &objects.near(asked))
            }
            (Presence::Absent, Some((true, said))) => {
                unmet(expectation, format!("there is a {path}{}", behind(&said))).here("expected not to be")
            }
        };
        join(&mut failed, told.environment(title));
    }
    if failed.is_empty() {
        outcome.meet(expectation, why);
    }
    outcome.unmet.extend(failed);
}

/// What a workload states that decides about the first field which a condition asks for.
fn stated(run: Run<'_>, environment: EnvironmentId, asked: Asked<'_>, object: &Value) -> Option<Span> {
    let field = asked.condition?.iter().find_map(|term| term.name().filter(|name| name.contains('.')))?;
    let (mut path, mut at) = (Path::default(), object);
    for part in field.split('.') {
        let own = part.to_owned();
        path = path.then(if at.is_array() { Step::Element(own) } else { Step::Key(own) });
        at = step(at, part)?;
    }
    let mut named = run.model.named_in(environment, &asked.name.value);
    let workload = named.find_map(|endpoint| run.model.workload(endpoint.id()))?;
    let place = origin::stated(workload, (&asked.kind.value, &asked.name.value), &path)?;
    let is_users = run.shown.sources.get(place.file).is_some_and(|file| file.provenance() == Provenance::User);
    is_users.then_some(place)
}

fn behind(said: &[String]) -> String {
    if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) }
}

fn told_near(told: Diagnostic, near: &[String]) -> Diagnostic {
    match near {
        [] => told,
        near => told.help(format!("there is {}", near.join(", "))),
    }
}

/// The environments that an expectation is about: those behind `in`, else those that have a workload of the object's name, else those that have
/// the object.
fn environments(run: Run<'_>, expectation: &Expectation, asked: Asked<'_>, objects: &Objects) -> Vec<EnvironmentId> {
    if !expectation.environments.is_empty() {
        return expectation.environments.clone();
    }
    let built = || objects.environments.iter().copied();
    let runs = |id: EnvironmentId| {
        let mut named = run.model.named_in(id, &asked.name.value);
        named.any(|endpoint| run.model.workload(endpoint.id()).is_some())
    };
    let of_workload: Vec<EnvironmentId> = built().filter(|id| runs(*id)).collect();
    if !of_workload.is_empty() {
        return of_workload;
    }
    built().filter(|id| objects.get(*id, asked).is_some()).collect()
}

/// What is said of an object that is nowhere; nothing where that is expected of what bears a name.
fn missing(run: Run<'_>, expectation: &Expectation, asked: Asked<'_>, objects: &Objects) -> Option<Diagnostic> {
    let (kind, name) = (&asked.kind.value, &asked.name.value);
    let is_namespace = |environment: &crate::model::Environment| environment.namespace_name() == name;
    let is_borne = objects.named.iter().any(|(_, known)| known == name)
        || !run.model.named(name).is_empty()
        || run.model.environments.iter().any(is_namespace);
    match asked.presence {
        Presence::Absent if is_borne => None,
        Presence::Absent => {
            let told = unmet(expectation, format!("nothing is named {name}, of whatever kind"));
            let told = told.here(format!("so that there is no {kind} of that name says nothing"));
            let named = run.model.endpoints().map(|endpoint| endpoint.name().value.as_str());
            let near: Vec<&str> = similar::nearest(name, named.collect::<BTreeSet<_>>());
            Some(told.did_you_mean(&near))
        }
        Presence::There => {
            let told = unmet(expectation, format!("no environment has a {kind}/{name}")).here("expected here");
            Some(told_near(told, &objects.near(asked)))
        }
    }
}
