//! What the manifests hold, sorted: what runs, and what is beside each of it.
//!
//! Invariant: an object belongs to one workload at most; what belongs to none is nobody's and stays where it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::diff::side::{Key, Side, name_of};
use super::exposed::{GROUP, INGRESS};
use super::job::{is_job, unsaid, with_template};
use super::secrets::{self, Copied};
use super::stateful;
use super::watched;
use crate::object::Given;
use crate::object::api::policy::v1::PodDisruptionBudgetSpec;
use crate::value::Image;
use crate::value::name::{annotation_key, dns_label, label_key, label_value, service_name};
use crate::verify::metadata;
use crate::verify::select::matches;
use crate::vocabulary::is_reserved;

/// The objects of one namespace.
#[derive(Debug, Default)]
pub(super) struct Home {
    /// Its name.
    pub(super) namespace: String,
    /// The object that makes it, if there is one.
    pub(super) object: Option<Value>,
    /// What bvlc can deploy, by name.
    pub(super) services: BTreeMap<String, Parts>,
    /// What others deploy, by name.
    pub(super) others: BTreeMap<String, Parts>,
    /// Budgets that belong to nothing that is there.
    pub(super) budgets: Vec<(Key, Value)>,
    /// What leads requests from outside to what runs.
    pub(super) ingresses: Vec<(Key, Value)>,
    /// The policies.
    pub(super) policies: Vec<(Key, Value)>,
    /// The quota, if there is one.
    pub(super) quota: Option<(Key, Value)>,
    /// The names of the Services in front of what bvlc can deploy.
    pub(super) fronts: BTreeSet<String>,
}

/// A workload and the objects beside it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// It.
    pub(super) workload: Value,
    /// The Services in front of it, in order of name.
    pub(super) services: Vec<(Key, Value)>,
    /// Its budget.
    pub(super) budget: Option<(Key, Value)>,
    /// The name of a budget that selects it, and cannot be said as its own.
    pub(super) shared: Option<String>,
    /// What scales it.
    pub(super) scaler: Option<(Key, Value)>,
    /// Its account.
    pub(super) account: Option<(Key, Value)>,
    /// What has its metrics read.
    pub(super) monitor: Option<(Key, Value)>,
    /// What says when somebody is told of it.
    pub(super) rule: Option<(Key, Value)>,
    /// The configurations that it reads as a whole, with the name that each has in the spec.
    pub(super) configs: Vec<(String, Key, Value)>,
    /// The secrets that it reads as a whole, where they are copied from a store.
    pub(super) secrets: Vec<Copied>,
    /// What its scaler presents to its sources, by name.
    pub(super) authentications: BTreeMap<String, Value>,
}

impl Parts {
    /// Whether it runs to its end.
    pub(super) fn is_job(&self) -> bool {
        text(&self.workload, "kind").is_some_and(is_job)
    }

    /// Whether a Prometheus is told something of it.
    pub(super) fn is_watched(&self) -> bool {
        self.monitor.is_some() || self.rule.is_some()
    }

    /// The Service that says what its ports are in front of it: the one of its own name, else one that has an address.
    pub(super) fn front(&self) -> Option<&(Key, Value)> {
        let own = text(&self.workload, "metadata.name");
        let is_own = |key: &Key| Some(key.name.as_str()) == own;
        let rank = |(key, service): &&(Key, Value)| (!is_own(key), is_headless(service));
        self.services.iter().min_by_key(rank)
    }
}

/// Whether a Service has no address of its own.
pub(super) fn is_headless(service: &Value) -> bool {
    text(service, "spec.clusterIP") == Some("None")
}

/// A value below another, by keys with dots between.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// A text below.
pub(super) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path)?.as_str()
}

/// A number below.
pub(super) fn number(value: &Value, path: &str) -> Option<i64> {
    at(value, path)?.as_i64()
}

/// A list below; empty where there is none.
pub(super) fn items<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    at(value, path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A map of texts below; empty where there is none.
pub(super) fn texts(value: &Value, path: &str) -> BTreeMap<String, String> {
    let map = at(value, path).and_then(Value::as_object).map(Map::iter);
    map.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The labels of a workload's pods.
pub(super) fn pod_labels(workload: &Value) -> BTreeMap<String, String> {
    texts(workload, "spec.template.metadata.labels")
}

/// The only container of a workload's pods that this language can speak of: the first.
pub(super) fn container(workload: &Value) -> Option<&Value> {
    items(workload, "spec.template.spec.containers").first()
}

/// The folder at which a container mounts a volume.
pub(super) fn mount<'v>(container: &'v Value, volume: &str) -> Option<&'v str> {
    let mut mounts = items(container, "volumeMounts").iter();
    text(mounts.find(|mount| text(mount, "name") == Some(volume))?, "mountPath")
}

fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Whether a budget selects pods with these labels, with an empty selector all of its namespace (kubernetes/api
/// `policy/v1/types.go`, `PodDisruptionBudgetSpec`, 0.33).
fn is_budget_of(budget: &Value, labels: &BTreeMap<String, String>) -> bool {
    let spec: Option<PodDisruptionBudgetSpec> =
        budget.get("spec").and_then(|spec| serde_json::from_value(spec.clone()).ok());
    let selector = spec.and_then(|spec| spec.selector);
    selector.is_some_and(|selector| matches(&selector, labels) == Some(true))
}

/// The kind of what says what passes, of the group of an Ingress.
pub(super) const POLICY: &str = "NetworkPolicy";

/// Kinds whose pods somebody else deploys, as far as this language goes.
const OTHERS: [&str; 4] = ["StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"];

/// Why no service may be called so: the API server takes more names than the language.
pub(super) fn no_name(name: &str) -> Option<&'static str> {
    if is_reserved(name) {
        return Some("the language keeps this name for itself, and no service has it");
    }
    let is_label = dns_label(name).is_ok() && name.starts_with(|first: char| first.is_ascii_lowercase());
    (!is_label).then_some("the name of a service is a DNS label that begins with a letter")
}

/// What names an object: kind, namespace, name.
pub(super) type Title = (String, String, String);

/// What names an object of manifests, where those that state no namespace are in `default`.
pub(super) fn title(object: &Given, default: &str) -> Title {
    let metadata = object.metadata();
    let own = metadata.namespace.as_deref().unwrap_or(default);
    let namespace = if object.is_of_the_cluster() { "" } else { own };
    (object.kind().to_owned(), namespace.to_owned(), name_of(object).to_owned())
}

/// The objects that no spec can speak of, and that stay as they are: the API server refuses their names or labels, or
/// they hold a NUL, which no text of a spec can.
pub(super) fn unfit(side: &Side<'_>, objects: &[Given], default: &str) -> BTreeSet<Title> {
    let refused = objects.iter().filter(|object| {
        let is_service = matches!(object, Given::Service(_));
        !metadata::refused(object).is_empty() || is_service && service_name(object.name()).is_err()
    });
    let mut unfit: BTreeSet<Title> = refused.map(|object| title(object, default)).collect();
    let typed: BTreeSet<Title> = objects.iter().map(|object| title(object, default)).collect();
    unfit.extend(side.objects.keys().filter_map(|key| {
        let own = (key.kind.clone(), key.namespace.clone(), key.name.clone());
        let is_read = typed.contains(&own) || !READ.contains(&key.kind.as_str());
        // only what is of an API that is read is one of its kinds
        let is_fit = is_read && (!makes_pods(&key.kind) || selects_its_own(&with_template(side.tree(key))));
        (!is_fit).then_some(own)
    }));
    let held = side.objects.keys().filter(|key| {
        let is_homeless = !key.home().is_empty() && dns_label(key.home()).is_err();
        is_homeless || holds_nul(&side.tree(key))
    });
    unfit.extend(held.map(|key| (key.kind.clone(), key.namespace.clone(), key.name.clone())));
    unfit
}

/// The kinds that are sorted to workloads, and are typed where their API is the one that is meant.
const READ: [&str; 16] = [
    "Namespace",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "ResourceQuota",
    "Service",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "ScaledObject",
    "ServiceAccount",
    "ConfigMap",
    "ExternalSecret",
];

/// Whether objects of a kind have a selector that fits their template.
fn makes_pods(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") || is_job(kind)
}

/// Whether the selector of a workload fits its pods, the labels and annotations of those are such, and its image is one: else the
/// API server refuses it, or no pod of it ever runs (kubernetes `pkg/apis/apps/validation/validation.go`,
/// `ValidateDeploymentSpec`: "`selector` does not match template `labels`", 1.33).
fn selects_its_own(workload: &Value) -> bool {
    let labels = pod_labels(workload);
    let selector = texts(workload, "spec.selector.matchLabels");
    let fits = |(key, value): (&String, &String)| label_key(key).is_ok() && label_value(value).is_ok();
    let annotations = texts(workload, "spec.template.metadata.annotations");
    let image = container(workload).and_then(|container| text(container, "image"));
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        && labels.iter().all(fits)
        && annotations.keys().all(|key| annotation_key(key).is_ok())
        && image.is_none_or(|image| Image::parse(image).is_ok())
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Sorts the objects of a side, but for those that are unfit.
pub(super) fn sort(side: &Side<'_>, unfit: &BTreeSet<Title>) -> Vec<Home> {
    let mut homes: BTreeMap<String, Home> = BTreeMap::new();
    let mut waiting: BTreeMap<String, Vec<(Key, Value)>> = BTreeMap::new();
    let is_fit = |key: &&Key| {
        !side.by_operators.contains(*key)
            && !unfit.contains(&(key.kind.clone(), key.namespace.clone(), key.name.clone()))
    };
    let is_deployment = |key: &&Key| key.kind == "Deployment";
    let deployments = side.objects.keys().filter(is_deployment);
    let deployments: BTreeSet<(&str, &str)> = deployments.map(|key| (key.home(), key.name.as_str())).collect();
    // of two of one name the spec speaks of the Deployment
    let is_said = |key: &Key, tree: &Value| {
        let is_free = !deployments.contains(&(key.home(), key.name.as_str()));
        is_free && no_name(&key.name).is_none() && stateful::unsaid(&key.name, tree).is_none()
    };
    for key in side.objects.keys().filter(is_fit) {
        let tree = side.tree(key);
        let name = key.home().to_owned();
        if name.is_empty() {
            continue;
        }
        let home = homes.entry(name.clone()).or_insert_with(|| Home { namespace: name.clone(), ..Home::default() });
        let parts = |tree| Parts { workload: tree, ..Parts::default() };
        match key.kind.as_str() {
            "Namespace" => home.object = Some(tree),
            "Deployment" if no_name(&key.name).is_none() => drop(home.services.insert(key.name.clone(), parts(tree))),
            kind if is_job(kind) && no_name(&key.name).is_none() && unsaid(&key.name, &tree).is_none() => {
                // whatever else is called so, is so in the spec
                home.services.entry(key.name.clone()).or_insert_with(|| parts(with_template(tree)));
            }
            stateful::KIND if is_said(key, &tree) => drop(home.services.insert(key.name.clone(), parts(tree))),
            "Deployment" => drop(home.others.insert(key.name.clone(), parts(tree))),
            kind if OTHERS.contains(&kind) => drop(home.others.insert(key.name.clone(), parts(tree))),
            "ResourceQuota" if home.quota.is_none() => home.quota = Some((key.clone(), tree)),
            _ => waiting.entry(name).or_default().push((key.clone(), tree)),
        }
    }
    let called: BTreeSet<String> = homes.values().flat_map(Home::answering).map(|(name, _)| name.clone()).collect();
    for home in homes.values_mut() {
        home.services.retain(|name, parts| !parts.is_job() || !called.contains(name));
    }
    for (name, objects) in waiting {
        if let Some(home) = homes.get_mut(&name) {
            home.attach(objects);
        }
    }
    homes.into_values().collect()
}

impl Home {
    /// What answers: all that bvlc can deploy but jobs.
    pub(super) fn answering(&self) -> impl Iterator<Item = (&String, &Parts)> {
        self.services.iter().filter(|(_, parts)| !parts.is_job())
    }

    /// Whether a name is that of a Service in front of what bvlc can deploy, or will be.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        self.services.contains_key(name) || self.fronts.contains(name)
    }

    /// Gives each object to the workload that it is about.
    fn attach(&mut self, objects: Vec<(Key, Value)>) {
        let by_label = self.by_label();
        let mut configs = BTreeMap::new();
        let (mut authentications, mut copied) = (BTreeMap::new(), BTreeMap::new());
        for (key, tree) in objects {
            match key.kind.as_str() {
                "Service" => {
                    let selector = texts(&tree, "spec.selector");
                    if let Some(parts) = self.selected(&by_label, &selector) {
                        parts.services.push((key, tree));
                    }
                }
                "PodDisruptionBudget" => {
                    let selector = texts(&tree, "spec.selector.matchLabels");
                    match self.selected(&by_label, &selector) {
                        Some(parts) if parts.budget.is_none() => parts.budget = Some((key, tree)),
                        Some(_) | None => self.budgets.push((key, tree)),
                    }
                }
                "HorizontalPodAutoscaler" | "ScaledObject" => {
                    let target = text(&tree, "spec.scaleTargetRef.name").unwrap_or_default();
                    if let Some(parts) = self.services.get_mut(target).filter(|parts| parts.scaler.is_none()) {
                        parts.scaler = Some((key, tree));
                    }
                }
                "ServiceAccount" => {
                    let name = key.name.clone();
                    let users = self.services.values_mut().filter(|parts| {
                        text(&parts.workload, "spec.template.spec.serviceAccountName") == Some(name.as_str())
                    });
                    for parts in users {
                        parts.account = Some((key.clone(), tree.clone()));
                    }
                }
                watched::MONITOR if key.group == watched::GROUP => {
                    let selector = texts(&tree, "spec.selector.matchLabels");
                    let free = self.selected(&by_label, &selector).filter(|parts| parts.monitor.is_none());
                    if let Some(parts) = free {
                        parts.monitor = Some((key, tree));
                    }
                }
                watched::RULE if key.group == watched::GROUP => {
                    let workload = watched::of_workload(&tree).and_then(|name| self.services.get_mut(name));
                    if let Some(parts) = workload.filter(|parts| parts.rule.is_none()) {
                        parts.rule = Some((key, tree));
                    }
                }
                POLICY if key.group == GROUP => self.policies.push((key, tree)),
                INGRESS if key.group == GROUP => self.ingresses.push((key, tree)),
                "ConfigMap" => drop(configs.insert(key.name.clone(), (key, tree))),
                "ExternalSecret" => drop(copied.insert(key.name.clone(), tree)),
                "TriggerAuthentication" => drop(authentications.insert(key.name.clone(), tree)),
                _ => {}
            }
        }
        for parts in self.services.values_mut().filter(|parts| parts.budget.is_none()) {
            let labels = pod_labels(&parts.workload);
            let selecting = self.budgets.iter().find(|(_, budget)| is_budget_of(budget, &labels));
            parts.shared = selecting.map(|(key, _)| key.name.clone());
        }
        for (name, parts) in &mut self.services {
            self.fronts.extend(parts.services.iter().map(|(key, _)| key.name.clone()));
            parts.configs = read_whole(&parts.workload)
                .into_iter()
                .filter_map(|config| {
                    let short = config.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('-'));
                    // what a clause begins with is no name
                    let short = short.filter(|short| !is_reserved(short));
                    let (key, tree) = configs.get(&config)?;
                    Some((short.unwrap_or(&config).to_owned(), key.clone(), tree.clone()))
                })
                .collect();
            if let Some((_, scaler)) = &parts.scaler {
                let named = items(scaler, "spec.triggers").iter().filter_map(|one| text(one, "authenticationRef.name"));
                let own = named.filter_map(|name| Some((name.to_owned(), authentications.get(name)?.clone())));
                parts.authentications = own.collect();
            }
            parts.secrets = secrets::of_service(name, parts, &copied);
        }
    }

    /// The workloads that have each label.
    fn by_label(&self) -> BTreeMap<(String, String), Vec<(bool, String)>> {
        let mut by_label: BTreeMap<(String, String), Vec<(bool, String)>> = BTreeMap::new();
        for (is_service, all) in [(true, &self.services), (false, &self.others)] {
            for (name, parts) in all {
                for label in pod_labels(&parts.workload) {
                    by_label.entry(label).or_default().push((is_service, name.clone()));
                }
            }
        }
        by_label
    }

    /// The only workload that a selector selects.
    fn selected(
        &mut self,
        by_label: &BTreeMap<(String, String), Vec<(bool, String)>>,
        selector: &BTreeMap<String, String>,
    ) -> Option<&mut Parts> {
        let label = |(key, value): (&String, &String)| by_label.get(&(key.clone(), value.clone()));
        let fewest = selector.iter().filter_map(label).min_by_key(|all| all.len())?;
        let fits = |(is_service, name): &&(bool, String)| {
            let all = if *is_service { &self.services } else { &self.others };
            all.get(name).is_some_and(|parts| selects(selector, &pod_labels(&parts.workload)))
        };
        let mut found = fewest.iter().filter(fits);
        let (is_service, name) = found.next()?.clone();
        if found.next().is_some() {
            return None;
        }
        if is_service { self.services.get_mut(&name) } else { self.others.get_mut(&name) }
    }
}

/// The names of the `ConfigMap`s that a workload's first container reads as a whole.
fn read_whole(workload: &Value) -> BTreeSet<String> {
    let sources = container(workload).map(|container| items(container, "envFrom")).unwrap_or_default();
    let sources = sources.iter().filter_map(|source| text(source, "configMapRef.name"));
    let volumes = items(workload, "spec.template.spec.volumes").iter().filter_map(|one| text(one, "configMap.name"));
    sources.chain(volumes).map(str::to_owned).collect()
}
