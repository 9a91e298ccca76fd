//! The place of the spec that decides about a line of a manifest.
//!
//! Invariants: a line leads to the statement that its value would be changed by, in whatever layer that is; a line about
//! which no statement decides has no place, so that nobody is led to what has nothing to do with it.

mod exposed;
mod policy;
mod reasons;

use serde_json::Value;

use self::policy::Halves;
use crate::analyze::Checked;
use crate::emit;
use crate::graph::written::{self, DECLARATION, ENVIRONMENT, FILE, SAFE_TO_EVICT};
use crate::graph::{FlowGraph, Watchers};
use crate::model::environment::Budget;
use crate::model::environment::PolicyVersion;
use crate::model::kept::{SCRAPE, SYNC_WAVE};
use crate::model::pod_labels::{INSTANCE, NAME};
use crate::model::{Environment, KeyedTexts, Model, Monitors, Origin, Workload};
use crate::object::{Kind, Object};
use crate::query::diff::origin;
use crate::query::diff::tree::{Path, Step};
use crate::source::Span;

/// What the files of this room read of one object.
pub(super) struct Places<'a> {
    model: &'a Model,
    graph: &'a FlowGraph,
    environment: &'a Environment,
    workload: Option<&'a Workload>,
    sort: Kind,
    kind: &'static str,
    name: &'a str,
    tree: Value,
    halves: Halves,
}

/// The last key of a path, or the number of the element that it ends at.
fn last(path: &Path) -> &str {
    match path.0.last() {
        Some(Step::Key(name) | Step::Element(name)) => name,
        None => "",
    }
}

/// The key above the last step of a path.
fn above(path: &Path) -> &str {
    let at = path.0.len().checked_sub(2).and_then(|at| path.0.get(at));
    match at {
        Some(Step::Key(name) | Step::Element(name)) => name,
        None => "",
    }
}

/// What stands at the place where somebody stated it.
fn place<T>(origin: &Origin<T>) -> Option<Span> {
    (!origin.is_built_in()).then_some(origin.span)
}

impl<'a> Places<'a> {
    /// Of an object of an environment.
    pub(super) fn of(checked: Checked<'a>, environment: &'a Environment, object: &'a Object) -> Self {
        let (model, analysis) = (checked.model(), checked.analysis());
        let mut workloads = model.workloads_in(environment.id);
        let workload = emit::workload_of(object).and_then(|name| workloads.find(|known| known.name.value == name));
        let (graph, sources) = (&analysis.graph, analysis.sources());
        let is_policy = object.kind() == Kind::NetworkPolicy;
        let halves = workload.filter(|_| is_policy).map(|workload| Halves::of(model, graph, sources, workload));
        Self {
            model,
            graph,
            environment,
            workload,
            sort: object.kind(),
            kind: object.kind().as_str(),
            name: object.name(),
            tree: serde_json::to_value(object).unwrap_or_default(),
            halves: halves.unwrap_or_default(),
        }
    }

    /// The statement that makes the object.
    pub(super) fn made(&self) -> Span {
        let environment = self.environment.name.span;
        self.workload.map_or(environment, |workload| origin::made(workload, self.kind, self.name))
    }

    /// What decides about a field.
    pub(super) fn field(&self, path: &Path) -> Option<Span> {
        let key = last(path);
        // alerts have labels and annotations of their own
        if self.sort == Kind::PrometheusRule && path.0.first() == Some(&Step::Key("spec".to_owned())) {
            return origin::stated(self.workload?, (self.kind, self.name), path);
        }
        match above(path) {
            "annotations" => return self.annotation(key),
            "metadata" if path.0.len() == 2 => match key {
                "name" if self.kind == Kind::Namespace.as_str() => return self.namespace(),
                "name" => return Some(self.made()),
                "namespace" => return self.namespace(),
                _ => {}
            },
            _ => {}
        }
        if let Some(span) = self.halves.rule(&self.tree, path) {
            return Some(span);
        }
        if matches!(above(path), "labels" | "matchLabels" | "selector") {
            return self.label(key);
        }
        let Some(workload) = self.workload else { return self.of_environment(key) };
        match (above(path), key) {
            ("scaleTargetRef" | "service", "name") => return Some(workload.name.span),
            _ if key == "imagePullSecrets" || path.0.contains(&Step::Key("imagePullSecrets".to_owned())) => {
                return self.pull_secret(above(path));
            }
            _ => {}
        }
        exposed::field(self, workload, path).or_else(|| origin::stated(workload, (self.kind, self.name), path))
    }

    fn namespace(&self) -> Option<Span> {
        self.environment.namespace.as_ref().map(|namespace| namespace.name.span)
    }

    fn pull_secret(&self, name: &str) -> Option<Span> {
        let mut stated = self.model.platform.registries.iter().filter_map(|known| known.pull_secret.as_ref());
        stated.find(|secret| secret.value == name).map(|secret| secret.span)
    }

    /// The text that states a label or an annotation, the strongest one.
    fn keyed(&self, key: &str, of: fn(&Workload) -> &KeyedTexts, platform: [&KeyedTexts; 2]) -> Option<Span> {
        let own = self.workload.and_then(|workload| of(workload).get(key));
        let stated = own.or_else(|| platform.into_iter().find_map(|texts| texts.get(key)));
        stated.map(|text| text.span)
    }

    fn label(&self, key: &str) -> Option<Span> {
        let (environment, platform) = (self.environment, &self.model.platform);
        if let Some(mode) = key.strip_prefix("pod-security.kubernetes.io/") {
            let profile = &environment.profile;
            let version = Some(&profile.version).filter(|_| mode.ends_with("-version"));
            let version = version.filter(|version: &&Origin<PolicyVersion>| !version.is_built_in());
            return version.map_or_else(|| place(&profile.level), |version| Some(version.span));
        }
        let selecting = self.workload.and_then(|workload| workload.stated_selector()?.get(key));
        if let Some(selecting) = selecting {
            return Some(selecting.span);
        }
        if let Some(finding) = self.watcher().and_then(|monitors| monitors.labels.get(key)) {
            return Some(finding.span);
        }
        let image = || self.workload?.program()?.container.image.as_ref().map(|image| image.span);
        match key {
            NAME => self.workload.map(|workload| workload.name.span),
            INSTANCE => Some(platform.name.span),
            ENVIRONMENT => Some(environment.name.span),
            emit::VERSION => image(),
            _ => self.keyed(key, |workload| &workload.labels, [&environment.labels, &platform.labels]),
        }
    }

    /// Of what a Prometheus is told by, which one that is.
    fn watcher(&self) -> Option<&'a Monitors> {
        let workload = self.workload?;
        let watchers = self.graph.implied.watchers.get(&workload.id)?;
        let told = match self.kind {
            "PodMonitor" => &watchers.scraping,
            "PrometheusRule" => &watchers.alerting,
            _ => return None,
        };
        let is_its = |watcher: &&Workload| Watchers::object_name(told, workload, watcher) == self.name;
        let watcher = told.iter().filter_map(|id| self.model.workload(*id)).find(is_its)?;
        watcher.managed()?.monitors.as_ref()
    }

    fn annotation(&self, key: &str) -> Option<Span> {
        let (environment, platform) = (self.environment, &self.model.platform);
        let stated = || {
            let all = [&environment.annotations, &platform.annotations];
            self.keyed(key, |workload| &workload.annotations, all)
        };
        let service = || self.workload?.service();
        let metrics = || self.workload?.metrics_port().and_then(|port| place(&port.number));
        let derived = match key {
            DECLARATION | FILE => Some(self.workload.map_or(environment.name.span, |workload| workload.name.span)),
            ENVIRONMENT => Some(environment.name.span),
            SYNC_WAVE => self.wave(),
            _ if SCRAPE.last() == Some(&key) => {
                service().and_then(|service| place(service.metrics_path.as_ref()?)).or_else(metrics)
            }
            _ if SCRAPE.contains(&key) => metrics(),
            SAFE_TO_EVICT => {
                self.workload.and_then(|workload| workload.program()?.scratches.first()).map(|own| own.path.span)
            }
            _ => reasons::of(self, key).or_else(|| exposed::annotation(self, key)),
        };
        // what a spec states of its own stands before what follows from it
        stated().or(derived)
    }

    /// What an object is applied later for than others of its kind.
    fn wave(&self) -> Option<Span> {
        let workload = self.workload?;
        let is_later = self.graph.order(workload, self.sort) != written::order(self.sort);
        workload.program()?.after.first().filter(|_| is_later).map(|after| after.span)
    }

    /// What decides about a field of what an environment has by itself.
    fn of_environment(&self, key: &str) -> Option<Span> {
        let budget = self.environment.budget.as_ref().filter(|_| self.kind == Kind::ResourceQuota.as_str())?;
        amount(budget, key)
    }
}

/// What states an amount of a budget.
fn amount(budget: &Budget, key: &str) -> Option<Span> {
    match key {
        "limits.cpu" => budget.cpu.as_ref().and_then(place),
        "limits.memory" => budget.memory.as_ref().and_then(place),
        "pods" => budget.pods.as_ref().and_then(place),
        "persistentvolumeclaims" => budget.volumes.as_ref().and_then(place),
        "requests.storage" => budget.storage.as_ref().and_then(place),
        "requests.cpu" => budget.requests_cpu.as_ref().and_then(place),
        "requests.memory" => budget.requests_memory.as_ref().and_then(place),
        _ => None,
    }
}
