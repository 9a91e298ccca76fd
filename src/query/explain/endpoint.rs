//! The effective values of a workload or external, each with the layer that states it and what that overrides.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::analyze::Analysis;
use crate::emit;
use crate::model::managed::{ChartContent, ChartValue};
use crate::model::shutdown::Shutdown;
use crate::model::text::Text;
use crate::model::{
    Endpoint, EndpointId, EnvironmentId, Model, Origin, Scaling, Service, ServiceKind, Stateful, Workload,
};
use crate::resolve::{self, Stated};
use crate::source::Span;
use crate::value::closest;

/// A name that stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What is wrong: `there is no workload or external named`.
    pub what: String,
    /// The name.
    pub name: String,
    /// The name that was most likely meant.
    pub near: Option<String>,
}

impl Unknown {
    /// A name that is none of these.
    pub fn new<'a>(what: impl Into<String>, name: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self { what: what.into(), name: name.to_owned(), near: closest(name, names).map(str::to_owned) }
    }
}

/// What is known of a workload or external in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The word that declares it.
    pub word: &'static str,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: String,
    /// Where it is declared.
    pub place: Span,
    /// The classes that it takes over, strongest last.
    pub classes: Vec<String>,
    /// Its values, in the order in which the spec states them.
    pub values: Vec<Value>,
}

/// A value in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The words that lead to it: `shutdown grace`, `port http`.
    pub path: String,
    /// As written.
    pub value: String,
    /// Who states it, the strongest first: that one is in force, the others are overridden.
    pub stated: Vec<Layered>,
}

impl Value {
    pub(super) fn of(stated: Stated, model: &Model) -> Self {
        let layers = stated.layers.into_iter().rev();
        let layered = |(layer, place, value)| Layered { layer: model.layer_name(layer), place: Some(place), value };
        Self { path: stated.path, value: stated.value, stated: layers.map(layered).collect() }
    }
}

/// What one layer states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layered {
    /// The layer, to follow "from".
    pub layer: String,
    /// Where; nowhere for the compiler's own defaults.
    pub place: Option<Span>,
    /// The value there.
    pub value: String,
}

/// Explains a workload or external in every environment that is asked for and has it.
///
/// # Errors
/// A name that stands for nothing.
pub fn explain(analysis: &Analysis, word: &str, name: &str, asked: &[String]) -> Result<Vec<Explained>, Unknown> {
    let Some(model) = &analysis.model else { return Ok(Vec::new()) };
    let environments = environments(model, asked)?;
    let is_named = |endpoint: &&Endpoint| endpoint.word() == word && endpoint.name().value == name;
    let found = model.endpoints().filter(is_named);
    let found: Vec<EndpointId> =
        found.filter(|endpoint| environments.contains(&endpoint.environment())).map(Endpoint::id).collect();
    if found.is_empty() {
        let others = model.endpoints().filter(|endpoint| endpoint.word() == word);
        let names = others.map(|endpoint| endpoint.name().value.as_str());
        let place = match asked {
            [] => String::new(),
            asked => format!(" in {}", asked.join(", ")),
        };
        return Err(Unknown::new(format!("there is no {word}{place} named"), name, names));
    }
    Ok(instances(analysis, &found))
}

/// Explains workloads and externals, each in its environment.
pub fn instances(analysis: &Analysis, ids: &[EndpointId]) -> Vec<Explained> {
    let Some(model) = &analysis.model else { return Vec::new() };
    // what was given on the command line gets a place of its own
    let mut project = analysis.project.clone();
    let stated = resolve::stated(&mut project, &analysis.inputs, ids);
    ids.iter().zip(stated).filter_map(|(id, stated)| explained(analysis, model, *id, stated)).collect()
}

fn explained(analysis: &Analysis, model: &Model, id: EndpointId, stated: Vec<Stated>) -> Option<Explained> {
    let endpoint = model.endpoint(id)?;
    let classes = model.workload(id).map(|workload| &*workload.classes).unwrap_or_default();
    let mut values: Vec<Value> = stated.into_iter().map(|stated| Value::of(stated, model)).collect();
    if let Endpoint::Workload(workload) = endpoint {
        let addresses = addressed(workload);
        for value in &mut values {
            let Some(text) = addresses.get(&value.path) else { continue };
            let environment = workload.environment;
            let rendered = emit::rendered(model, &analysis.graph, analysis.sources(), environment, text);
            value.value = rendered.unwrap_or_default();
        }
        built_in(workload, model, &mut values);
    }
    Some(Explained {
        word: endpoint.word(),
        name: endpoint.name().value.clone(),
        environment: model.environment_title(endpoint.environment()).to_owned(),
        place: endpoint.name().span,
        classes: classes.iter().filter_map(|class| Some(model.classes.get(class.0 as usize)?.value.clone())).collect(),
        values,
    })
}

/// The texts of a workload in which addresses stand, by the words that lead to them.
fn addressed(workload: &Workload) -> BTreeMap<String, &Text> {
    let mut found = BTreeMap::new();
    if let Some(program) = workload.program() {
        for contained in program.containers() {
            let before = contained
                .companion
                .map_or_else(String::new, |companion| format!("{} {} ", companion.role.word(), companion.name.value));
            for (name, text) in contained.container.texts() {
                found.insert(format!("{before}env {name}"), &text.value);
            }
        }
        for config in program.configs.iter() {
            let entries = config.entries.iter();
            found.extend(
                entries.map(|(key, text)| (format!("config {} {}", config.name.value, key.value), &text.value)),
            );
        }
    }
    if let Some(managed) = workload.managed() {
        charts(&managed.values, "values", &mut found);
    }
    found.retain(|_, text: &mut &Text| text.addresses().next().is_some());
    found
}

fn charts<'m>(values: &'m [ChartValue], prefix: &str, found: &mut BTreeMap<String, &'m Text>) {
    for value in values {
        let path = format!("{prefix} {}", value.key);
        match &value.value {
            ChartContent::Text(text) => drop(found.insert(path, &text.value)),
            ChartContent::Block(inner) => charts(inner, &path, found),
            ChartContent::Flag(_) | ChartContent::Number(_) | ChartContent::List(_) => {}
        }
    }
}

/// Adds the values that nobody states.
fn built_in(workload: &Workload, model: &Model, values: &mut Vec<Value>) {
    let mut add = |path: &str, origin: Origin<String>| {
        if origin.is_built_in() {
            let stated = Layered { layer: model.layer_name(origin.layer), place: None, value: origin.value.clone() };
            values.push(Value { path: path.to_owned(), value: origin.value, stated: vec![stated] });
        }
    };
    if let Some(managed) = workload.managed() {
        add("replicas", shown(&managed.replicas));
    }
    if let (None, Some(kept)) = (&workload.disruption, workload.kept_unstated()) {
        add("disruption", Origin::built_in(format!("min-available {kept}"), workload.name.span));
    }
    let service = workload.service();
    if let Some(health) = service.and_then(|service| service.health.as_deref()) {
        for (word, probe) in [("live", &health.live), ("ready", &health.ready), ("start", &health.start)] {
            let Some(probe) = probe else { continue };
            let times = [("after", &probe.after), ("every", &probe.every), ("timeout", &probe.timeout)];
            for (clause, time) in times {
                add(&format!("health {word} {clause}"), shown(time));
            }
            // `within` says how many failures it takes
            if probe.within.is_none() {
                add(&format!("health {word} fail"), shown(&probe.fail));
            }
        }
    }
    if let Some(Scaling::Fixed(replicas)) = service.map(|service| &service.scaling) {
        add("scale", shown(replicas));
    }
    if let Some(program) = workload.program() {
        for secret in &*program.secrets {
            add(&format!("secret {} refresh", secret.name.value), shown(&secret.refresh));
        }
        add("user", shown(&program.user));
        let Shutdown { grace, pre_stop, drain, finish, drain_env: _ } = &program.shutdown;
        for (word, time) in [("grace", grace), ("pre-stop", pre_stop), ("drain", drain), ("finish", finish)] {
            add(&format!("shutdown {word}"), shown(time));
        }
    }
    if let Some(job) = workload.job() {
        add("retries", shown(&job.retries));
        if let Some(schedule) = &job.schedule {
            add("schedule timezone", shown(&schedule.timezone));
            add("schedule concurrency", shown(&schedule.concurrency));
            add("schedule succeeded-history", shown(&schedule.succeeded_history));
            add("schedule failed-history", shown(&schedule.failed_history));
        }
    }
    let Some(Service { rollout, kind, .. }) = service else { return };
    match kind {
        ServiceKind::Deployment => {
            add("rollout surge", shown(&rollout.surge));
            add("rollout unavailable", shown(&rollout.unavailable));
            add("rollout min-ready", shown(&rollout.min_ready));
            add("rollout deadline", shown(&rollout.deadline));
        }
        ServiceKind::Stateful(stateful) => {
            add("rollout min-ready", shown(&rollout.min_ready));
            add("stateful when-scaled", shown(&stateful.when_scaled));
            add("stateful when-deleted", shown(&stateful.when_deleted));
            if stateful.service.is_none() {
                let name = Stateful::service_name(&workload.name.value);
                add("stateful service", Origin::built_in(name, workload.name.span));
            }
        }
    }
}

fn shown<T: Display>(origin: &Origin<T>) -> Origin<String> {
    origin.as_ref().map(ToString::to_string)
}

/// The environments that are asked for, by title (`preview(pr=42)`) or name; all of them where none is.
///
/// # Errors
/// A name that stands for nothing.
pub fn environments(model: &Model, asked: &[String]) -> Result<Vec<EnvironmentId>, Unknown> {
    if asked.is_empty() {
        return Ok(model.environments.iter().map(|environment| environment.id).collect());
    }
    let mut found = Vec::new();
    for name in asked {
        let title: String = name.chars().filter(|character| !character.is_whitespace()).collect();
        let named = model
            .environments
            .iter()
            .filter(|environment| environment.title.replace(' ', "") == title || environment.name.value == *name);
        let before = found.len();
        found.extend(named.map(|environment| environment.id));
        if found.len() == before {
            let names = model.environments.iter().map(|environment| environment.name.value.as_str());
            return Err(Unknown::new("there is no environment named", name, names));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// `ENV/NAME` taken apart.
pub(super) fn reference(name: &str) -> (Option<&str>, &str) {
    name.rsplit_once('/').map_or((None, name), |(environment, name)| (Some(environment), name))
}

/// What a name means in a statement of an environment: the endpoint there, else the one of a shared environment.
pub(super) fn find(
    model: &Model,
    environment: Option<&str>,
    name: &str,
    seen_from: EnvironmentId,
) -> Result<EndpointId, Unknown> {
    let named = || model.endpoints().filter(|endpoint| endpoint.name().value == name);
    let found = if let Some(environment) = environment {
        let asked = environments(model, &[environment.to_owned()])?;
        named().find(|endpoint| asked.contains(&endpoint.environment()))
    } else {
        let is_shared = |id| model.environment(id).is_some_and(|environment| environment.shared.is_some());
        let here = named().find(|endpoint| endpoint.environment() == seen_from);
        here.or_else(|| named().find(|endpoint| is_shared(endpoint.environment())))
    };
    found.map(Endpoint::id).ok_or_else(|| match named().next() {
        Some(elsewhere) => Unknown {
            what: match environment {
                Some(environment) => format!("{environment} has no workload or external named"),
                None => format!("{} sees no workload or external named", model.environment_title(seen_from)),
            },
            name: name.to_owned(),
            near: Some(in_environment(model, elsewhere)),
        },
        None => unknown(model, name),
    })
}

/// What is said of a name that no workload and no external has, wherever.
pub(super) fn unknown(model: &Model, name: &str) -> Unknown {
    let names = model.endpoints().map(|endpoint| endpoint.name().value.as_str());
    Unknown::new("there is no workload or external named", name, names)
}

/// `ENV/NAME`, as statements write it: of a preview environment without what its parameters stand for.
pub(super) fn in_environment(model: &Model, endpoint: &Endpoint) -> String {
    let environment = model.environment(endpoint.environment()).map_or("", |environment| &environment.name.value);
    format!("{environment}/{}", endpoint.name().value)
}
