//! The declarations of the spec: platform, environments, services, what others run, what is outside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::diff::tree::amount;
use super::beside;
use super::exposed::Exposures;
use super::flows::{Deny, End, Flows, Listening};
use super::given::{Home, Parts, at, container, items, number, text, texts};
use super::hosts::{self, Host, Hosts};
use super::job;
use super::layers::{self, Sharing};
use super::marks::{self, PerService};
use super::names::Names;
use super::peers::Managed;
use super::pod;
use super::scale;
use super::secrets;
use super::spec::{Line, quoted};
use crate::model::kept::SYNC_WAVE;
use crate::value::{Address, Cpu, Image};

/// Everything that the spec says, by file.
#[derive(Debug, Default)]
pub(super) struct Spec {
    /// `platform` and what stands before it.
    pub(super) platform: Vec<Line>,
    /// The environments.
    pub(super) environments: Vec<Line>,
    /// What services share.
    pub(super) classes: Vec<Line>,
    /// The services.
    pub(super) services: Vec<Line>,
    /// The jobs.
    pub(super) jobs: Vec<Line>,
    /// What others run.
    pub(super) managed: Vec<Line>,
    /// What is outside.
    pub(super) externals: Vec<Line>,
    /// Who may reach whom.
    pub(super) flows: Vec<Line>,
}

/// What is read.
pub(super) struct Source<'s> {
    /// The namespaces.
    pub(super) homes: &'s [Home],
    /// What services listen on.
    pub(super) listening: &'s Listening,
    /// What passes.
    pub(super) flows: &'s Flows,
    /// What everything is called.
    pub(super) names: &'s Names,
    /// The cluster's domain.
    pub(super) domain: &'s str,
    /// What services expose.
    pub(super) exposures: &'s Exposures,
}

/// The domain where nobody says another.
pub(super) const DOMAIN: &str = "cluster.local";
/// The reason where nothing is denied.
const OPEN: &str = "off because \"no policy isolated its pods when it was imported\"";

impl<'s> Source<'s> {
    /// All of it.
    pub(super) fn spec(&self) -> Spec {
        let mut per_service = PerService::new();
        for home in self.homes {
            for (name, parts) in &home.services {
                per_service.entry(name).or_default().push((&home.namespace, self.service(home, name, parts)));
            }
        }
        let shared = marks::of_platform(self.homes, &per_service);
        for (_, body) in per_service.values_mut().flatten() {
            body.retain(|line| !shared.contains(line));
        }
        let mut marks: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for home in self.homes {
            let mut labels = marks::of_home(home, &per_service);
            labels.retain(|line| !shared.contains(line));
            marks.insert(&home.namespace, labels);
        }
        for (home, body) in per_service.values_mut().flatten() {
            body.retain(|line| marks.get(home).is_none_or(|marks| !marks.contains(line)));
        }
        let mut shared = shared;
        shared.extend(marks::annotate(self.homes, &mut marks));
        let mut overlays: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        let (mut names, mut bodies, mut bases) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut jobs: Vec<(String, Vec<Line>)> = Vec::new();
        for (name, own) in &per_service {
            let all: Vec<&[Line]> = own.iter().map(|(_, body)| body.as_slice()).collect();
            let mut base = layers::base(&all);
            for (namespace, body) in own {
                let block = layers::overlay(&base, body);
                if !block.is_empty() {
                    let word = if self.is_job(name) { "job" } else { "service" };
                    overlays.entry(namespace).or_default().push(Line::keyed(word, *name, "").with(block));
                }
            }
            // what services have in common is nothing to jobs
            if self.is_job(name) {
                jobs.push(((*name).to_owned(), base));
                continue;
            }
            bases.insert((*name).to_owned(), base.clone());
            names.push((*name).to_owned());
            // the default need not be said
            base.retain(|line| line.word != "scale" || line.rest != "1" || !line.block.is_empty());
            bodies.push(base);
        }
        let mut defaults_of: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for home in self.homes {
            if let Some(own) = overlays.get_mut(home.namespace.as_str()) {
                defaults_of.insert(&home.namespace, layers::environment(own, &bases, home.answering().count()));
                own.retain(|line| !line.block.is_empty());
            }
        }
        let defaults = layers::hoist(&mut bodies);
        let (classes, takes) = layers::classes(&mut bodies, Sharing::Services, &[]);
        let mut spec = Spec { classes: classes.into_iter().map(class).collect(), ..Spec::default() };
        for ((name, mut body), takes) in names.into_iter().zip(bodies).zip(takes) {
            let homes: BTreeSet<&str> =
                per_service.get(name.as_str()).into_iter().flatten().map(|(namespace, _)| *namespace).collect();
            if let Some(line) = self.runs_in(&homes) {
                body.insert(0, line);
            }
            spec.services.push(Line::keyed("service", name, taken(&takes)).with(body));
        }
        spec.jobs = jobs.into_iter().map(|(name, body)| self.job(name, body, &per_service)).collect();
        self.managed(&mut spec, &mut overlays, (&shared, &marks));
        for home in self.homes {
            let mut block = marks.remove(home.namespace.as_str()).unwrap_or_default();
            let defaults = defaults_of.remove(home.namespace.as_str()).unwrap_or_default();
            if !defaults.is_empty() {
                block.push(Line::new("defaults", "").with(defaults));
            }
            block.extend(overlays.remove(home.namespace.as_str()).unwrap_or_default());
            spec.environments.push(self.environment(home, block));
        }
        spec.externals = self.flows.externals.iter().map(super::peers::External::line).collect();
        spec.flows = self.edges();
        spec.platform = vec![self.platform(shared, defaults)];
        spec
    }

    fn job(&self, name: String, mut body: Vec<Line>, per_service: &PerService<'_>) -> Line {
        let own = per_service.get(name.as_str()).into_iter().flatten();
        let homes: BTreeSet<&str> = own.map(|(namespace, _)| *namespace).collect();
        if let Some(line) = self.runs_in(&homes) {
            body.insert(0, line);
        }
        Line::keyed("job", name, "").with(body)
    }

    fn service(&self, home: &Home, name: &str, parts: &Parts) -> Vec<Line> {
        let nothing = pod::Ports::default();
        let ports = self.listening.get(&(home.namespace.clone(), name.to_owned())).unwrap_or(&nothing);
        let (known, (sources, numbers)) = (self.known(home, name), self.sources(home));
        let hosts = Hosts { namespace: &home.namespace, domain: self.domain, known, sources, ports: numbers };
        let mut lines = pod::words(home, name, parts, ports, &hosts);
        if parts.is_job() {
            lines.extend(job::words(&parts.workload));
        } else {
            lines.extend(scale::words(parts, &hosts));
        }
        lines.extend(self.exposures.words(&home.namespace, name, self.names, self.flows));
        lines.extend(self.after(home, name));
        lines.extend(pod::labels(parts, name, &self.names.platform));
        lines
    }

    /// Whether what is called so runs to its end; it does so everywhere.
    fn is_job(&self, name: &str) -> bool {
        self.homes.iter().filter_map(|home| home.services.get(name)).any(Parts::is_job)
    }

    /// What a scaler may ask in a namespace: by Service and port, and by port alone.
    fn sources(&self, home: &Home) -> (hosts::ByService, hosts::ByPort) {
        let (mut sources, mut ports) = (BTreeMap::new(), hosts::ByPort::new());
        for (number, managed) in self.flows.managed.iter().enumerate() {
            if !managed.homes.contains(&home.namespace) {
                continue;
            }
            for ((port, _), name) in managed.ports.iter().filter(|((_, udp), _)| !udp) {
                let named = format!("{}.{name}", self.names.managed(number));
                ports.entry(i64::from(*port)).or_default().push(named);
            }
            for (service, (carried, _)) in &managed.services {
                for ((port, _), name) in managed.ports.iter().filter(|((_, udp), name)| !udp && carried.contains(*name))
                {
                    sources
                        .insert((service.clone(), i64::from(*port)), format!("{}.{name}", self.names.managed(number)));
                }
            }
        }
        (sources, ports)
    }

    /// Whether a flow between two ends that run in the same namespaces holds in this one: where nothing is denied it does
    /// once it does elsewhere.
    fn holds_in(&self, namespace: &str, home: &Home) -> bool {
        namespace == home.namespace || self.flows.deny.get(&home.namespace) != Some(&Deny::On)
    }

    /// The Services to which a service has flows.
    fn known(&self, home: &Home, name: &str) -> BTreeMap<String, Host> {
        let mut known: BTreeMap<String, Host> = BTreeMap::new();
        for edge in &self.flows.edges {
            let End::Service(own, _) = &edge.from else { continue };
            if edge.from != End::Service(own.clone(), name.to_owned()) || !self.holds_in(own, home) {
                continue;
            }
            match &edge.to {
                End::Service(namespace, to) if namespace == own && home.services.contains_key(to) => {
                    let listening = self.listening.get(&(namespace.clone(), to.clone()));
                    let Some(port) =
                        listening.and_then(|ports| ports.serving.iter().find(|port| port.name == edge.port))
                    else {
                        continue;
                    };
                    let host = known.entry(to.clone()).or_default();
                    host.name.clone_from(to);
                    host.ports.insert(port.service, port.name.clone());
                }
                End::Managed(namespace, number) if namespace == own => {
                    let managed = self.flows.managed.get(*number).filter(|one| one.homes.contains(&home.namespace));
                    let Some(managed) = managed else { continue };
                    let Some(((port, _), _)) = managed.ports.iter().find(|(_, name)| **name == edge.port) else {
                        continue;
                    };
                    for service in managed.services.iter().filter(|(_, (ports, _))| ports.contains(&edge.port)) {
                        let host = known.entry(service.0.clone()).or_default();
                        host.name.clone_from(self.names.managed(*number));
                        host.ports.insert(i64::from(*port), edge.port.clone());
                    }
                }
                End::Service(..) | End::Managed(..) | End::External(_) => {}
            }
        }
        known
    }

    fn platform(&self, labels: Vec<Line>, defaults: Vec<Line>) -> Line {
        let mut block = vec![Line::new("kubernetes", quoted(self.oldest()))];
        if self.domain != DOMAIN {
            block.push(Line::new("domain", quoted(self.domain)));
        }
        block.extend(self.resolvers());
        let mut pulled: BTreeMap<String, String> = BTreeMap::new();
        for parts in self.homes.iter().flat_map(|home| home.services.values()) {
            let own = container(&parts.workload).and_then(|container| text(container, "image"));
            let beside = beside::all(parts).filter_map(|beside| text(beside.container, "image"));
            let images: Vec<&str> = own.into_iter().chain(beside).collect();
            let account = parts.account.as_ref().map(|(_, account)| items(account, "imagePullSecrets"));
            let own = items(&parts.workload, "spec.template.spec.imagePullSecrets");
            let secret = own.iter().chain(account.unwrap_or_default()).find_map(|secret| text(secret, "name"));
            let Some(secret) = secret else { continue };
            for image in images.into_iter().filter_map(|image| Image::parse(image).ok()) {
                pulled.entry(image.registry().to_owned()).or_insert_with(|| secret.to_owned());
            }
        }
        block.extend(pulled.into_iter().map(|(host, secret)| {
            Line::keyed("registry", quoted(&host), "").with(vec![Line::new("pull-secret", quoted(&secret))])
        }));
        block.extend(secrets::stores(self.homes.iter().flat_map(|home| home.services.values())));
        block.extend(labels);
        if !defaults.is_empty() {
            block.push(Line::new("defaults", "").with(defaults));
        }
        Line::keyed("platform", self.names.platform.clone(), "").with(block)
    }

    /// The oldest version that the manifests are for: where a hook runs a `sleep`, one that has no action for it.
    fn oldest(&self) -> &'static str {
        let hooks = self.homes.iter().flat_map(|home| home.services.values()).filter_map(|parts| {
            let command = items(container(&parts.workload)?, "lifecycle.preStop.exec.command");
            Some(command.first()?.as_str() == Some("sleep") && command.len() == 2)
        });
        if hooks.into_iter().any(|sleeps| sleeps) { "1.29" } else { "1.33" }
    }

    /// What is rolled out before a service, where an order of synchronization says so: what it reaches one wave earlier.
    fn after(&self, home: &Home, name: &str) -> Option<Line> {
        let wave = |name: &str| -> i64 {
            let parts = home.services.get(name);
            let stated = parts.and_then(|parts| texts(&parts.workload, "metadata.annotations").remove(SYNC_WAVE));
            stated.and_then(|wave| wave.parse().ok()).unwrap_or_default()
        };
        let own = wave(name);
        let reached = self.flows.edges.iter().filter_map(|edge| match (&edge.from, &edge.to) {
            (End::Service(own, from), End::Service(other, to)) if own == other && from == name => {
                (self.holds_in(own, home) && home.services.contains_key(to)).then_some(to.as_str())
            }
            _ => None,
        });
        // a job is called by nobody, and has run before whatever is a wave later
        let is_done = |(_, parts): &(&String, &Parts)| text(&parts.workload, "kind") == Some("Job");
        let jobs = home.services.iter().filter(is_done).map(|(name, _)| name.as_str()).filter(|job| *job != name);
        let before: BTreeSet<&str> = reached.chain(jobs).filter(|to| own > 0 && wave(to) == own - 1).collect();
        let named: Vec<&str> = before.into_iter().collect();
        (!named.is_empty()).then(|| Line::new("after", named.join(", ")))
    }

    /// Where names are looked up, if not at pods.
    fn resolvers(&self) -> Option<Line> {
        let mut addresses: Vec<Address> = self.flows.resolvers.iter().copied().map(Address).collect();
        addresses.sort_by_key(|address| !address.is_link_local());
        let shape = if self.flows.is_node_local() { "node-local" } else { "addresses" };
        let shown: Vec<String> = addresses.iter().map(Address::to_string).collect();
        if shown.is_empty() && self.flows.asks_openshift() {
            return Some(Line::new("dns", "openshift"));
        }
        (!shown.is_empty()).then(|| Line::new("dns", format!("{shape} {}", shown.join(", "))))
    }

    /// The environments that something runs in, where those are not all.
    fn runs_in(&self, homes: &BTreeSet<&str>) -> Option<Line> {
        let usual = self.homes.iter().filter(|home| !home.services.is_empty());
        let usual: BTreeSet<&str> = usual.map(|home| home.namespace.as_str()).collect();
        if *homes == usual {
            return None;
        }
        let named: Vec<&str> = homes.iter().map(|home| self.names.environment(home)).collect();
        Some(Line::new("in", named.join(", ")))
    }

    fn managed(
        &self,
        spec: &mut Spec,
        overlays: &mut BTreeMap<&'s str, Vec<Line>>,
        (shared, marks): (&[Line], &BTreeMap<&str, Vec<Line>>),
    ) {
        let words = |managed: &Managed, namespace: &str| {
            let mut words = managed.words(namespace);
            let around = marks.get(namespace).map(Vec::as_slice).unwrap_or_default();
            let home = self.homes.iter().find(|home| home.namespace == namespace);
            words.extend(home.into_iter().flat_map(|home| marks::of_managed(home, managed, &[shared, around])));
            words
        };
        let (mut bodies, mut declared) = (Vec::new(), Vec::new());
        for (number, managed) in
            self.flows.managed.iter().enumerate().filter(|(number, _)| !self.flows.silent.contains(number))
        {
            let name = self.names.managed(number);
            let own: Vec<(&str, Vec<Line>)> =
                managed.homes.iter().map(|home| (home.as_str(), words(managed, home))).collect();
            let all: Vec<&[Line]> = own.iter().map(|(_, body)| body.as_slice()).collect();
            let mut base = layers::base(&all);
            for (namespace, body) in &own {
                let block = layers::overlay(&base, body);
                let home = self.homes.iter().find(|home| home.namespace == *namespace);
                if let (false, Some(home)) = (block.is_empty(), home) {
                    overlays
                        .entry(&home.namespace)
                        .or_default()
                        .push(Line::keyed("managed", name.clone(), "").with(block));
                }
            }
            let homes: BTreeSet<&str> = own.iter().map(|(home, _)| *home).collect();
            if let Some(line) = self.runs_in(&homes) {
                base.insert(0, line);
            }
            bodies.push(base);
            declared.push(Line::keyed("managed", name.clone(), "").remark(managed.remark()));
        }
        let (classes, takes) = layers::classes(&mut bodies, Sharing::Managed, &spec.classes);
        let whole = declared.into_iter().zip(bodies).zip(takes);
        spec.managed.extend(whole.map(|((line, body), takes)| Line { rest: taken(&takes), ..line }.with(body)));
        spec.managed.splice(0..0, classes.into_iter().map(class));
    }

    fn environment(&self, home: &Home, rest: Vec<Line>) -> Line {
        let mut block = Vec::new();
        if home.services.is_empty() {
            block.push(Line::new("shared", ""));
        }
        let existing = if home.object.is_none() { " existing" } else { "" };
        let instance = self.names.instance(&home.namespace);
        let namespace = instance.map_or_else(|| quoted(&home.namespace), |one| format!("\"{}\"", one.namespace));
        block.push(Line::new("namespace", format!("{namespace}{existing}")));
        block.extend(home.object.as_ref().and_then(profile));
        if self.flows.deny.get(&home.namespace) != Some(&Deny::On) {
            block.push(Line::new("default-deny", OPEN));
        }
        block.extend(home.quota.as_ref().and_then(|(_, quota)| budget(quota)));
        block.extend(rest);
        let name = self.names.environment(&home.namespace);
        let name = instance.map_or_else(|| name.to_owned(), |one| format!("{name}({})", one.parameter));
        Line::keyed("environment", name, "").with(block)
    }
}

fn class((name, lines): layers::Class) -> Line {
    Line::keyed("class", name, "").with(lines)
}

/// What follows the name of what takes classes.
fn taken(classes: &[String]) -> String {
    if classes.is_empty() { String::new() } else { format!("is {}", classes.join(", ")) }
}

/// The Pod Security Standard that a namespace enforces.
fn profile(namespace: &Value) -> Option<Line> {
    let labels = texts(namespace, "metadata.labels");
    let label = |mode: &str| labels.get(&format!("pod-security.kubernetes.io/{mode}")).map(String::as_str);
    let version = label("enforce-version").and_then(|version| version.strip_prefix('v'));
    let version = version.map(|version| format!(" version {}", quoted(version))).unwrap_or_default();
    match label("enforce") {
        Some("restricted") if version.is_empty() => None,
        Some(level @ ("baseline" | "privileged")) => {
            let because = "because \"the namespace enforced no more when it was imported\"";
            Some(Line::new("profile", format!("{level}{version} {because}")))
        }
        Some(_) => Some(Line::new("profile", format!("restricted{version}"))),
        None => {
            Some(Line::new("profile", "privileged because \"the namespace enforced nothing when it was imported\""))
        }
    }
}

/// What a quota says.
fn budget(quota: &Value) -> Option<Line> {
    let hard = at(quota, "spec.hard")?;
    let of = |name: &str| hard.get(name).and_then(amount);
    let cpu = |name: &str| Some(Cpu::from_millis(u64::try_from(of(name)?).ok()?).kubernetes());
    let memory = |name: &str| pod::memory(of(name)?);
    let mut block = Vec::new();
    block.extend(cpu("limits.cpu").map(|amount| Line::new("cpu", amount)));
    block.extend(memory("limits.memory").map(|amount| Line::new("memory", amount)));
    for (field, word) in [("pods", "pods"), ("persistentvolumeclaims", "volumes")] {
        let count = hard.get(field).and_then(|count| count.as_str()?.parse().ok()).or_else(|| number(hard, field));
        block.extend(count.map(|count: i64| Line::new(word, count.to_string())));
    }
    block.extend(memory("requests.storage").map(|amount| Line::new("storage", amount)));
    let mut requests = Vec::new();
    let either = |long: &str, short: &str| if hard.get(long).is_some() { long.to_owned() } else { short.to_owned() };
    requests.extend(cpu(&either("requests.cpu", "cpu")).map(|amount| Line::new("cpu", amount)));
    requests.extend(memory(&either("requests.memory", "memory")).map(|amount| Line::new("memory", amount)));
    if !requests.is_empty() {
        block.push(Line::new("requests", "").with(requests));
    }
    (!block.is_empty()).then(|| Line::new("budget", "").with(block))
}
