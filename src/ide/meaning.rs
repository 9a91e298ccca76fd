//! Whether two states of a platform mean the same, but for a name: what is found, who may talk to whom, and every object.
//!
//! Invariants: nothing is the same that would be built otherwise, the order of lists included where nothing has another
//! name; what says only where an object comes from (annotations of the project's own) may differ. Of two texts that differ in the name alone it is not asked at which places they do, since
//! what an edit does not touch stays what it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rayon::prelude::*;
use serde_json::Value;

use crate::analyze::Analysis;
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::{self, ChartValues};
use crate::graph::{Flow, Source, Target, Why};
use crate::model::flow::{NeverEnd, Reach};
use crate::model::{EndpointId, EnvironmentId, Job, Model, Never, Waiver, Workload};
use crate::object::Object;

/// A name that becomes another.
#[derive(Debug, Clone, Copy)]
pub struct Renaming<'n> {
    /// What it was.
    pub old: &'n str,
    /// What it becomes.
    pub new: &'n str,
}

/// Compares two states of a platform. What is given is what the cluster makes of the name, in sentences; nothing without a
/// renaming.
///
/// # Errors
/// What else would differ, in a sentence.
pub fn compare(before: &Analysis, after: &Analysis, renaming: Option<Renaming<'_>>) -> Result<Vec<String>, String> {
    let names = Names { renaming };
    names.findings(before, after)?;
    let (old, new) = match (&before.model, &after.model) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return Ok(Vec::new()),
        (Some(_), None) | (None, Some(_)) => return Err("it would not be the same platform".to_owned()),
    };
    names.flows((old, before), (new, after))?;
    names.assertions((old, before), (new, after))?;
    names.objects((old, before), (new, after))
}

/// A model and all that is known beside it.
type State<'a> = (&'a Model, &'a Analysis);

/// What stands for the name in texts that are compared.
const NAME: &str = "\u{0}";

/// What keys begin with that say where an object comes from (`query::diff::table` has the rule).
const OWN: &str = "bvl.dev/";

/// How texts are compared.
#[derive(Clone, Copy)]
struct Names<'n> {
    renaming: Option<Renaming<'n>>,
}

impl Names<'_> {
    /// A text in which both names are one.
    fn one(&self, text: &str) -> String {
        let Some(Renaming { old, new }) = self.renaming else { return text.to_owned() };
        // most texts have neither, and searching is much faster than walking
        if !text.contains(old) && !text.contains(new) {
            return text.to_owned();
        }
        let mut longest = [old, new];
        longest.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        let mut is_within = false;
        while let Some(first) = rest.chars().next() {
            let is_whole = |name: &&str| {
                !name.is_empty()
                    && rest.strip_prefix::<&str>(name).is_some_and(|behind| !behind.starts_with(char::is_alphanumeric))
            };
            if let Some(name) = longest.iter().find(|name| !is_within && is_whole(name)) {
                written.push_str(NAME);
                rest = rest.get(name.len()..).unwrap_or_default();
                is_within = name.ends_with(char::is_alphanumeric);
            } else {
                written.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                is_within = first.is_alphanumeric();
            }
        }
        written
    }

    /// What a finding says, whatever the order in which it lists names.
    fn told(&self, finding: &Diagnostic) -> (Severity, &'static str, Vec<String>, Vec<String>) {
        let words = |text: &str| -> Vec<String> {
            let mut words: Vec<String> =
                self.one(text).split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
            words.sort();
            words
        };
        let mut environments: Vec<String> = finding.environments.iter().map(|name| self.one(name)).collect();
        environments.sort();
        (finding.severity, finding.code.id, words(&finding.message), environments)
    }

    fn findings(&self, before: &Analysis, after: &Analysis) -> Result<(), String> {
        let mut known: BTreeMap<_, i64> = BTreeMap::new();
        for finding in &before.findings {
            *known.entry(self.told(finding)).or_default() += 1;
        }
        for finding in &after.findings {
            match known.get_mut(&self.told(finding)) {
                Some(n) if *n > 0 => *n -= 1,
                Some(_) | None => return Err(format!("{} ({})", finding.message, finding.code.id)),
            }
        }
        let is_gone = |finding: &&Diagnostic| known.get(&self.told(finding)).is_some_and(|n| *n > 0);
        match before.findings.iter().find(is_gone) {
            Some(gone) => Err(format!("this would no longer be found: {} ({})", gone.message, gone.code.id)),
            None => Ok(()),
        }
    }

    fn flows(&self, before: State<'_>, after: State<'_>) -> Result<(), String> {
        let flows = |(model, analysis): State<'_>| -> Vec<String> {
            let mut lines: Vec<String> = analysis.graph.flows.iter().map(|flow| self.one(&line(model, flow))).collect();
            lines.sort_unstable();
            lines
        };
        match first_difference(&flows(before), &flows(after)) {
            Some(flow) => Err(format!("who may talk to whom would change: {}", self.shown(&flow))),
            None => Ok(()),
        }
    }

    fn assertions(&self, before: State<'_>, after: State<'_>) -> Result<(), String> {
        let stated = |(model, analysis): State<'_>| -> Vec<String> {
            let nevers = model.nevers.iter().map(|never| self.never(never));
            let counts = analysis.waived.iter().copied().chain(std::iter::repeat(0));
            let waivers = model.waivers.iter().zip(counts).map(|(waiver, n)| waived(waiver, n));
            let mut lines: Vec<String> = nevers.chain(waivers.map(|line| self.one(&line))).collect();
            lines.sort_unstable();
            lines
        };
        match first_difference(&stated(before), &stated(after)) {
            Some(line) => Err(format!("an assertion would change: {}", self.shown(&line))),
            None => Ok(()),
        }
    }

    fn never(&self, never: &Never) -> String {
        let ends = |ends: &[NeverEnd]| {
            // in order of what they are called once both names are one
            let mut ends: Vec<String> = ends
                .iter()
                .map(|end| {
                    let (name, port) = (self.one(&end.name), self.one(end.port.as_deref().unwrap_or_default()));
                    format!("{name}.{port} ({})", end.endpoints.len())
                })
                .collect();
            ends.sort();
            ends.join(", ")
        };
        let arrow = match never.reach {
            Reach::Direct => "->",
            Reach::Path => "~>",
        };
        format!("never {} {arrow} {}", ends(&never.sources), ends(&never.destinations))
    }

    /// A compared text for people.
    fn shown(&self, text: &str) -> String {
        text.replace(NAME, self.renaming.map_or("", |renaming| renaming.old))
    }

    fn objects(&self, before: State<'_>, after: State<'_>) -> Result<Vec<String>, String> {
        let mut effects = Effects::default();
        let titled: BTreeMap<String, _> =
            after.0.environments.iter().map(|environment| (self.one(&environment.title), environment.id)).collect();
        if before.0.environments.len() != after.0.environments.len() {
            return Err("there would be other environments".to_owned());
        }
        for environment in &before.0.environments {
            let other = titled.get(&self.one(&environment.title));
            let other = other.ok_or_else(|| format!("environment {} would be another", environment.title))?;
            let (gone, come) = self.apart((before, environment.id), (after, *other));
            self.pair(&gone, &come, &mut effects)?;
        }
        Ok(effects.sentences(self.renaming))
    }

    /// What is built in one state of an environment and not in the other, one text each. It is built workload by workload,
    /// and only what differs is held.
    fn apart(&self, old: (State<'_>, EnvironmentId), new: (State<'_>, EnvironmentId)) -> (Vec<String>, Vec<String>) {
        let mut others: BTreeMap<String, Vec<&Workload>> = BTreeMap::new();
        for workload in new.0.0.workloads_in(new.1) {
            others.entry(self.one(&workload.name.value)).or_default().push(workload);
        }
        let mut pairs: Vec<(Option<&Workload>, Option<&Workload>)> = Vec::new();
        for workload in old.0.0.workloads_in(old.1) {
            let other = others.get_mut(&self.one(&workload.name.value)).and_then(Vec::pop);
            pairs.push((Some(workload), other));
        }
        pairs.extend(others.into_values().flatten().map(|other| (None, Some(other))));
        let made = |(model, analysis): State<'_>, workload: Option<&Workload>| {
            let made = |workload| emit::of_workload(model, &analysis.graph, analysis.sources(), workload);
            workload.map(made).unwrap_or_default()
        };
        let mut differing: Vec<_> =
            pairs.par_iter().map(|(one, other)| texts_apart(&made(old.0, *one), &made(new.0, *other))).collect();
        let by_itself = |((model, analysis), environment): (State<'_>, EnvironmentId)| {
            emit::by_itself(model, &analysis.graph, analysis.sources(), environment)
        };
        differing.push(texts_apart(&by_itself(old), &by_itself(new)));
        differing.push(sorted_apart(charts(old), charts(new)));
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for (old, new) in differing {
            gone.extend(old);
            come.extend(new);
        }
        (gone, come)
    }

    /// Puts objects together that differ in the name alone.
    fn pair(&self, gone: &[String], come: &[String], effects: &mut Effects) -> Result<(), String> {
        let read = |texts: &[String]| -> Vec<(String, Value)> {
            let values = texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap_or_default());
            let mut read: Vec<(String, Value)> = values
                .map(|value| {
                    let mut text = String::new();
                    self.canonical(&value, Place::Object, &mut text);
                    (text, value)
                })
                .collect();
            read.sort_by(|a, b| a.0.cmp(&b.0));
            read
        };
        let (gone, come) = (read(gone), read(come));
        for (before, after) in gone.iter().zip(&come) {
            if before.0 != after.0 {
                let which = if before.0 < after.0 { &before.1 } else { &after.1 };
                return Err(format!("{} would be another", title(which)));
            }
            effects.take(&before.1, &after.1);
        }
        match gone.get(come.len()..).and_then(<[_]>::first).or(come.get(gone.len()..).and_then(<[_]>::first)) {
            Some((_, extra)) => Err(format!("{} would come or go", title(extra))),
            None => Ok(()),
        }
    }

    /// A value as text in which both names are one; of what has no order of its own, what another name has put elsewhere is
    /// not told.
    fn canonical(&self, value: &Value, place: Place, text: &mut String) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                let _ = write!(text, "{value}");
            }
            Value::String(one) => {
                let _ = write!(text, "{:?}", self.one(one));
            }
            Value::Array(members) => {
                let mut written: Vec<String> = members
                    .iter()
                    .map(|member| {
                        let mut text = String::new();
                        self.canonical(member, Place::Within, &mut text);
                        text
                    })
                    .collect();
                if place != Place::Ordered && self.renaming.is_some() {
                    written.sort_unstable();
                }
                let _ = write!(text, "[{}]", written.join(","));
            }
            Value::Object(map) => {
                let is_told = |key: &str| place == Place::Annotations && key.starts_with(OWN);
                let mut written: Vec<String> = map
                    .iter()
                    .filter(|(key, _)| !is_told(key))
                    .map(|(key, value)| {
                        let mut text = format!("{:?}:", self.one(key));
                        self.canonical(value, self.within(place, key), &mut text);
                        text
                    })
                    .collect();
                written.sort_unstable();
                let _ = write!(text, "{{{}}}", written.join(","));
            }
        }
    }

    /// What stands under a key.
    fn within(&self, place: Place, key: &str) -> Place {
        match (place, key) {
            // a variable may speak of those before it, and of two sources the last one counts (`EnvVar.value` and
            // `Container.envFrom` in kubernetes `staging/src/k8s.io/api/core/v1/types.go`, 1.33)
            (_, "args" | "command" | "env" | "envFrom") => Place::Ordered,
            (Place::Object, "metadata") => Place::Metadata,
            (Place::Metadata, "annotations") => Place::Annotations,
            // a digest of configuration in which the name may stand
            (_, "annotations") if self.renaming.is_some() => Place::Annotations,
            _ => Place::Within,
        }
    }
}

/// Where in an object a value stands, as far as it is compared otherwise for that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the object.
    Object,
    /// Its metadata.
    Metadata,
    /// Annotations of which some say only where it comes from.
    Annotations,
    /// A list whose order means something.
    Ordered,
    /// Anything else.
    Within,
}

/// The first line that one of two sorted lists has and the other has not.
fn first_difference(before: &[String], after: &[String]) -> Option<String> {
    let at = before.iter().zip(after).position(|(one, other)| one != other).unwrap_or(before.len().min(after.len()));
    match (before.get(at), after.get(at)) {
        (Some(one), Some(other)) => Some(one.min(other).clone()),
        (Some(only), None) | (None, Some(only)) => Some(only.clone()),
        (None, None) => None,
    }
}

/// A flow in one line.
fn line(model: &Model, flow: &Flow) -> String {
    let named = |id: EndpointId| {
        let endpoint = model.endpoint(id);
        endpoint.map_or_else(String::new, |known| {
            format!("{}/{}", model.environment_title(known.environment()), known.name().value)
        })
    };
    let source = match flow.source {
        Source::Endpoint(id) => named(id),
        Source::KubernetesApi => "kubernetes-api".to_owned(),
    };
    let target = match flow.target {
        Target::Port { endpoint, .. } => named(endpoint),
        Target::Dns => "dns".to_owned(),
        Target::KubernetesApi => "kubernetes-api".to_owned(),
    };
    let port = flow.port(model).map_or("", |port| port.name.value.as_str());
    let why = match &flow.why {
        Why::Derived(derived) => derived.derivation.to_owned(),
        Why::Declared(_) => flow.declared(model).map_or_else(String::new, |declared| {
            let statements = declared.statements.iter().filter_map(|id| model.statements.get(id.0 as usize));
            let reasons = statements.filter_map(|statement| Some(statement.because.as_ref()?.value.as_str()));
            let terms = declared.terms.as_ref().map_or_else(String::new, |terms| {
                let value = |text: Option<String>| text.unwrap_or_default();
                format!(
                    " {} {} {} {}",
                    value(terms.timeout.as_ref().map(|stated| format!("{:?}", stated.value))),
                    value(terms.retries.as_ref().map(|stated| stated.value.to_string())),
                    value(terms.pool.as_ref().map(|stated| stated.value.to_string())),
                    value(terms.background.as_ref().map(|_| "background".to_owned())),
                )
            });
            let mut reasons: Vec<&str> = reasons.collect();
            reasons.sort_unstable();
            format!("{}{terms}", reasons.join("; "))
        }),
    };
    format!("{source} -> {target}.{port} in {} {why}", model.environment_title(flow.environment))
}

fn waived(waiver: &Waiver, n_accepted: usize) -> String {
    let because = waiver.because.as_ref().map_or("", |because| because.value.as_str());
    let (code, subject) = (&waiver.code.value, &waiver.subject.value);
    let (environments, until) = (waiver.environments.join(", "), waiver.end());
    format!("waive {code} on {subject} in {environments}{until} because {because} ({n_accepted})")
}

/// The values of an environment's charts, one text each.
fn charts(((model, analysis), environment): (State<'_>, EnvironmentId)) -> Vec<String> {
    let made = emit::emit(model, &analysis.graph, analysis.sources(), environment);
    let values = made.into_iter().flat_map(|made| made.values);
    values.map(|(name, values)| chart(&name, &values)).collect()
}

/// The objects that are in one list alone, one text each.
fn texts_apart(old: &[Object], new: &[Object]) -> (Vec<String>, Vec<String>) {
    if old == new {
        return (Vec::new(), Vec::new());
    }
    let texts = |objects: &[Object]| -> Vec<String> {
        objects.iter().filter_map(|object| Some(undigested(object, &serde_json::to_string(object).ok()?))).collect()
    };
    sorted_apart(texts(old), texts(new))
}

/// The text of an object without the digest that a Job bears behind its name: it follows from the names in its template.
fn undigested(object: &Object, text: &str) -> String {
    let name = object.name();
    match Job::of_object(name).filter(|_| matches!(object, Object::Job(_))) {
        Some(job) => text.replace(&format!("\"{name}\""), &format!("\"{job}\"")),
        None => text.to_owned(),
    }
}

/// The values of a chart as an object.
fn chart(name: &str, values: &ChartValues) -> String {
    let values = serde_json::to_value(values).unwrap_or_default();
    serde_json::json!({"kind": "values of the chart", "metadata": {"name": name}, "values": values}).to_string()
}

/// What one of two lists has and the other has not, in order.
fn sorted_apart(mut old: Vec<String>, mut new: Vec<String>) -> (Vec<String>, Vec<String>) {
    old.sort_unstable();
    new.sort_unstable();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(one), Some(other)) => one.cmp(other),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return (gone, come),
        };
        match order {
            std::cmp::Ordering::Equal => {
                old.next();
                new.next();
            }
            std::cmp::Ordering::Less => gone.extend(old.next()),
            std::cmp::Ordering::Greater => come.extend(new.next()),
        }
    }
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    path.iter().try_fold(value, |value, key| value.get(key)).and_then(Value::as_str).unwrap_or_default()
}

/// `Deployment prod/web`.
fn title(value: &Value) -> String {
    let (kind, name, namespace) =
        (text(value, &["kind"]), text(value, &["metadata", "name"]), text(value, &["metadata", "namespace"]));
    if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
}

/// What the cluster makes of another name.
///
/// Sources: kubernetes/website, content/en/docs/concepts/workloads/controllers/job.md ("Deleting a Job will clean up the Pods it
/// created") and content/en/docs/tasks/job/automated-tasks-with-cron-jobs.md ("Deleting the cron job removes all the jobs and
/// pods it created").
#[derive(Debug, Default)]
struct Effects {
    /// Workloads that are made anew, as `namespace/name`.
    recreated: Vec<String>,
    /// Workloads that begin anew with empty volumes.
    emptied: Vec<String>,
    /// Workloads whose pods are replaced.
    restarted: Vec<String>,
    /// Jobs that run again, by another name.
    jobs: Vec<String>,
    /// `CronJob`s that are others under another name.
    scheduled: Vec<String>,
    /// Services whose name is none any more.
    addresses: Vec<String>,
    /// Namespaces that get another name.
    namespaces: Vec<String>,
    /// Other objects under another name.
    n_others: usize,
}

/// The most that one sentence names.
const MOST: usize = 5;

impl Effects {
    fn take(&mut self, before: &Value, after: &Value) {
        let (kind, name) = (text(before, &["kind"]), text(before, &["metadata", "name"]));
        let namespace = text(before, &["metadata", "namespace"]);
        let full = format!("{namespace}/{name}");
        let is_renamed =
            name != text(after, &["metadata", "name"]) || namespace != text(after, &["metadata", "namespace"]);
        let differs = |path: &[&str]| {
            let part = |value: &Value| path.iter().try_fold(value.clone(), |value, key| value.get(key).cloned());
            part(before) != part(after)
        };
        match kind {
            "Deployment" if is_renamed || differs(&["spec", "selector"]) => self.recreated.push(full),
            // its claims are called after it
            "StatefulSet" if is_renamed => self.emptied.push(full),
            "Deployment" | "StatefulSet" if differs(&["spec", "template"]) => self.restarted.push(full),
            // its name ends in a digest of what it runs
            "Job" if is_renamed => {
                self.jobs.push(Job::of_object(name).map_or(full, |job| format!("{namespace}/{job}")));
            }
            "CronJob" if is_renamed => self.scheduled.push(full),
            "Service" if is_renamed => self.addresses.push(full),
            "Namespace" if is_renamed => self.namespaces.push(name.to_owned()),
            _ if is_renamed => self.n_others += 1,
            _ => {}
        }
    }

    fn sentences(mut self, renaming: Option<Renaming<'_>>) -> Vec<String> {
        let mut sentences = Vec::new();
        if renaming.is_none() {
            return sentences;
        }
        let mut say = |names: &mut Vec<String>, say: &dyn Fn(&str, bool) -> String| {
            names.sort();
            names.dedup();
            if names.is_empty() {
                return;
            }
            let mut listed = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
            if names.len() > MOST {
                let _ = write!(listed, " and {} more", names.len() - MOST);
            }
            sentences.push(say(&listed, names.len() > 1));
        };
        say(&mut self.namespaces, &|names, _| {
            format!(
                "namespaces keep their names for life: all that is in {names} is made anew, and what is stored there stays behind"
            )
        });
        say(&mut self.recreated, &|names, are_more| {
            let is = if are_more { "are" } else { "is" };
            format!(
                "names and selectors of Deployments are immutable: {names} {is} recreated, new pods beside the old ones until these are pruned"
            )
        });
        say(&mut self.emptied, &|names, are_more| {
            let begins = if are_more { "begin" } else { "begins" };
            format!(
                "a StatefulSet and its volumes keep their names for life: {names} {begins} anew with empty volumes, and the old ones, with what is stored there, stay behind"
            )
        });
        say(&mut self.jobs, &|names, are_more| {
            let runs = if are_more { "run" } else { "runs" };
            format!(
                "a Job keeps its name for life: {names} {runs} once more, as another Job; the old one is deleted once it is pruned, and its pods with it, even if they are at work"
            )
        });
        say(&mut self.scheduled, &|names, are_more| {
            let is = if are_more { "are others" } else { "is another one" };
            format!(
                "a CronJob keeps its name for life: {names} {is} by the new name, due beside the old one until that is pruned; all Jobs that the old one has started are deleted with it, even if they are at work"
            )
        });
        say(&mut self.addresses, &|names, are_more| {
            let is = if are_more { "Service names of {} are" } else { "Service name of {} is" };
            let is = is.replace("{}", names);
            format!("the {is} gone: whoever calls it from outside the platform no longer finds it")
        });
        say(&mut self.restarted, &|names, _| format!("the pods of {names} are replaced"));
        if self.n_others > 0 && !sentences.is_empty() {
            sentences.push(format!("{} further objects have another name", self.n_others));
        }
        sentences
    }
}
