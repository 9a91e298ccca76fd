//! The ends of flows that the manifests do not make: workloads of others, and addresses outside.
//!
//! Invariant: what the same labels select is one workload, in however many namespaces it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::given::{Parts, is_headless, items, number, pod_labels, texts};
use super::pod::well_known;
use super::scale;
use super::spec::{Line, bare, quoted};
use crate::value::name::port_name;

/// Labels by key.
pub(super) type Labels = BTreeMap<String, String>;

/// The port at which names are looked up.
pub(super) const DNS: u16 = 53;

/// A workload of others.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "three facts that do not depend on each other")]
pub(super) struct Managed {
    /// Its name in the spec.
    pub(super) name: String,
    /// What selects its pods.
    pub(super) labels: Labels,
    /// Whether it is whatever runs in its namespace, where nothing else is known of that.
    pub(super) is_every_pod: bool,
    /// The namespaces that it runs in.
    pub(super) homes: BTreeSet<String>,
    /// Its ports by number, and whether they are UDP.
    pub(super) ports: BTreeMap<(u16, bool), String>,
    /// The Services in front of it, each with the names of its ports, and whether it is headless.
    pub(super) services: BTreeMap<String, (BTreeSet<String>, bool)>,
    /// Whether its pods are on the network of their nodes.
    pub(super) host_network: bool,
    /// Whether it runs in a namespace that has services.
    pub(super) is_beside: bool,
    /// How many pods it has, by namespace.
    replicas: BTreeMap<String, i64>,
    /// What its budget says, by namespace.
    budgets: BTreeMap<String, String>,
    /// What it was, where the manifests make it.
    pub(super) kind: Option<&'static str>,
    /// The Services at which a scaler asks its members, of which there are several then.
    members: BTreeSet<String>,
    /// What it lets requests in by, where Ingresses lead through it.
    pub(super) entry: Option<Line>,
    /// That it reads metrics, and how it is told which.
    pub(super) scrapes: Option<Line>,
    /// Where its own metrics are read, where nobody asks anything else there.
    pub(super) metrics: Option<u16>,
}

/// The labels that select the pods of a workload.
pub(super) fn selector(parts: &Parts) -> Labels {
    let stated = texts(&parts.workload, "spec.selector.matchLabels");
    if stated.is_empty() { pod_labels(&parts.workload) } else { stated }
}

/// What pods are called by their labels.
pub(super) fn name_of(labels: &Labels) -> String {
    let known = ["app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/instance", "component"];
    let named = known.into_iter().find_map(|key| labels.get(key)).or_else(|| labels.values().next());
    named.cloned().unwrap_or_default()
}

impl Managed {
    /// Pods that these labels select.
    pub(super) fn new(name: &str, labels: Labels) -> Self {
        Self { name: name.to_owned(), labels, ..Self::default() }
    }

    /// Whatever runs in a namespace.
    pub(super) fn all_of(namespace: &str) -> Self {
        Self { name: namespace.to_owned(), is_every_pod: true, ..Self::default() }
    }

    /// Whether another one, in some namespace, is the same: whatever runs in a namespace is that namespace's alone.
    pub(super) fn is_same(&self, other: &Self, namespace: &str) -> bool {
        let kind = |one: &Self| (one.is_beside, one.is_every_pod);
        self.labels == other.labels
            && kind(self) == kind(other)
            && (!self.is_every_pod || self.homes.contains(namespace))
    }

    /// Another namespace of the same.
    pub(super) fn join(&mut self, other: Self) {
        self.ports.extend(other.ports);
        for (name, (ports, is_headless)) in other.services {
            let own = self.services.entry(name).or_default();
            own.0.extend(ports);
            own.1 |= is_headless;
        }
        self.replicas.extend(other.replicas);
        self.budgets.extend(other.budgets);
        self.host_network |= other.host_network;
        self.kind = self.kind.take().or(other.kind);
    }

    /// A port that its containers declare.
    pub(super) fn declare(&mut self, number: u16, udp: bool, name: Option<&str>) {
        let is_fit = |name: &&str| {
            port_name(name).is_ok() && !matches!(*name, "host" | "port") && self.ports.values().all(|own| own != name)
        };
        let name = name.filter(is_fit).map_or_else(|| self.free(number, udp), str::to_owned);
        self.ports.entry((number, udp)).or_insert(name);
    }

    /// The name of a port that somebody asks.
    pub(super) fn port(&mut self, number: u16, udp: bool) -> String {
        if !self.ports.contains_key(&(number, udp)) {
            self.declare(number, udp, None);
        }
        self.ports.get(&(number, udp)).cloned().unwrap_or_default()
    }

    /// The names of the ports that are within a range.
    pub(super) fn within(&self, range: RangeInclusive<u16>, udp: bool) -> Vec<String> {
        let own = self.ports.iter().filter(|((number, own), _)| *own == udp && range.contains(number));
        own.map(|(_, name)| name.clone()).collect()
    }

    fn free(&self, number: u16, udp: bool) -> String {
        let name = well_known(i64::from(number), udp);
        let is_taken = self.ports.values().any(|own| *own == name);
        if is_taken { format!("port-{number}-{}", if udp { "udp" } else { "tcp" }) } else { name }
    }

    /// What the manifests say of it where they make it.
    pub(super) fn describe(&mut self, parts: &Parts, namespace: &str) {
        self.replicas.insert(namespace.to_owned(), number(&parts.workload, "spec.replicas").unwrap_or(1));
        if let Some((_, budget)) = &parts.budget {
            self.budget(namespace, budget);
        }
        if let Some((key, service)) = parts.front() {
            let is_headless = is_headless(service);
            let mut named = BTreeSet::new();
            for port in items(service, "spec.ports") {
                let target = port.get("targetPort").or_else(|| port.get("port"));
                let by_name = target.and_then(Value::as_str);
                let by_number = target.and_then(Value::as_u64).and_then(|number| u16::try_from(number).ok());
                let own = self
                    .ports
                    .iter()
                    .find(|((number, _), name)| Some(name.as_str()) == by_name || Some(*number) == by_number);
                named.extend(own.map(|(_, name)| name.clone()));
            }
            if !named.is_empty() {
                self.services.insert(key.name.clone(), (named, is_headless));
            }
        }
    }

    /// A name under which its members are asked one by one: there are several of them.
    pub(super) fn member(&mut self, service: String, port: u16) {
        let name = self.port(port, false);
        self.services.insert(service.clone(), (BTreeSet::from([name]), true));
        self.members.insert(service);
    }

    /// Whether a budget is on its pods.
    pub(super) fn has_budget(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// A budget on its pods.
    pub(super) fn budget(&mut self, namespace: &str, budget: &Value) {
        if let Some(bound) = scale::bound(budget) {
            self.budgets.insert(namespace.to_owned(), bound);
        }
    }

    /// What it states in a namespace.
    pub(super) fn words(&self, namespace: &str) -> Vec<Line> {
        let mut lines: Vec<Line> =
            self.labels.iter().map(|(key, value)| Line::keyed("match", quoted(key), quoted(value))).collect();
        if self.is_every_pod {
            lines.push(Line::new("every-pod", ""));
        }
        let budget = self.budgets.get(namespace);
        let kept = budget.and_then(|bound| bound.strip_prefix("min-available ")?.parse::<i64>().ok());
        let replicas = self.replicas.get(namespace).copied();
        match (replicas, kept) {
            (Some(replicas), _) if replicas > 1 => lines.push(Line::new("replicas", replicas.to_string())),
            (None, Some(kept)) => {
                let line = Line::new("replicas", (kept + 1).to_string());
                lines.push(line.remark("At least: the manifests do not say, and its budget lets one go."));
            }
            (None, None) if !self.members.is_empty() => {
                let line = Line::new("replicas", "2");
                lines.push(line.remark("At least: the manifests do not say, and a scaler asks each of them."));
            }
            (Some(_), _) | (None, None) => {}
        }
        let told = self.ports.iter().filter(|((number, udp), _)| *udp || self.metrics != Some(*number));
        let told = told.map(|((number, udp), name)| {
            Line::keyed("port", name.clone(), format!("{number}{}", if *udp { " udp" } else { "" }))
        });
        lines.extend(told);
        lines.extend(self.metrics.map(|number| Line::new("metrics", number.to_string())));
        lines.extend(self.services.iter().map(|(name, (ports, is_headless))| {
            let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
            let headless = if *is_headless { " headless" } else { "" };
            Line::keyed("service", quoted(name), format!("{}{headless}", ports.join(", ")))
        }));
        lines.extend(self.entry.iter().chain(&self.scrapes).cloned());
        if self.host_network {
            lines.push(Line::new("host-network", ""));
        }
        let is_many = replicas.or(kept.map(|kept| kept + 1)).unwrap_or(1) > 1;
        match budget {
            Some(bound) if is_many && bound == "min-available 1" => {}
            Some(bound) => lines.push(Line::new("disruption", bound.clone())),
            None => lines.push(Line::new("disruption", "by-operator")),
        }
        lines
    }

    /// Its pods as manifests, where nothing makes them.
    pub(super) fn stand_ins(&self, name: &str) -> Vec<String> {
        if self.kind.is_some() {
            return Vec::new();
        }
        let ports: Vec<Value> = self
            .ports
            .iter()
            .map(|((number, udp), name)| {
                json!({ "containerPort": number, "name": name, "protocol": if *udp { "UDP" } else { "TCP" } })
            })
            .collect();
        let pod = |namespace: &String| {
            let metadata = json!({ "name": name, "namespace": namespace, "labels": self.labels });
            let spec = json!({ "containers": [{ "name": name, "ports": ports }], "hostNetwork": self.host_network });
            json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec }).to_string()
        };
        self.homes.iter().map(pod).collect()
    }

    /// Whether its pods come and go by themselves, so that nothing is lost where nothing is said of it.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self.kind, Some("Job" | "CronJob" | "Pod" | "PodTemplate")) || self.is_every_pod
    }

    /// What is said above it.
    pub(super) fn remark(&self) -> String {
        match self.kind {
            Some(kind) => format!("A {kind}, which goes on being deployed as it is."),
            None => String::new(),
        }
    }
}

/// What is outside, each block of addresses once.
#[derive(Debug, Default)]
pub(super) struct Externals {
    all: Vec<External>,
    numbers: BTreeMap<(String, Vec<String>), usize>,
}

/// Something outside.
#[derive(Debug, Clone)]
pub(super) struct External {
    /// Its name in the spec.
    pub(super) name: String,
    cidr: String,
    except: Vec<String>,
    ports: BTreeMap<(u16, bool), String>,
    /// What it lets requests in by, where Ingresses lead through it.
    pub(super) entry: Option<Line>,
}

impl Externals {
    /// The number of a block.
    pub(super) fn number(&mut self, cidr: &str, except: &[String]) -> usize {
        let key = (cidr.to_owned(), except.to_vec());
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        let number = self.all.len();
        let name = name_of_block(cidr);
        self.all.push(External {
            name,
            cidr: cidr.to_owned(),
            except: except.to_vec(),
            ports: BTreeMap::new(),
            entry: None,
        });
        self.numbers.insert(key, number);
        number
    }

    /// The name of a port of one.
    pub(super) fn port(&mut self, external: usize, number: u16, udp: bool) -> String {
        let Some(external) = self.all.get_mut(external) else { return String::new() };
        let name = well_known(i64::from(number), udp);
        let is_taken = external.ports.iter().any(|(key, own)| *own == name && *key != (number, udp));
        let name = if is_taken { format!("port-{number}-{}", if udp { "udp" } else { "tcp" }) } else { name };
        external.ports.entry((number, udp)).or_insert(name).clone()
    }

    /// All of them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut External> {
        self.all.iter_mut()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &External> {
        self.all.iter()
    }

    /// One of them, to say more of it.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut External> {
        self.all.get_mut(number)
    }

    /// One of them.
    pub(super) fn get(&self, number: usize) -> Option<&External> {
        self.all.get(number)
    }
}

/// What a block of addresses is called that nobody names.
fn name_of_block(cidr: &str) -> String {
    if matches!(cidr, "0.0.0.0/0" | "::/0") {
        return if cidr.starts_with(':') { "internet-v6".to_owned() } else { "internet".to_owned() };
    }
    let fits = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let one = cidr.strip_suffix("/32").or_else(|| cidr.strip_suffix("/128"));
    let (word, rest) = one.map_or(("net", cidr), |address| ("host", address));
    let written: String = rest.chars().map(fits).collect();
    let parts: Vec<&str> = written.split('-').filter(|part| !part.is_empty()).collect();
    format!("{word}-{}", parts.join("-"))
}

impl External {
    /// Its declaration.
    pub(super) fn line(&self) -> Line {
        let except = if self.except.is_empty() { String::new() } else { format!(" except {}", self.except.join(", ")) };
        let because = if self.is_world() { format!(" {WORLD}") } else { String::new() };
        let mut block = vec![Line::new("cidr", format!("{}{except}{because}", self.cidr))];
        block.extend(self.ports.iter().map(|((number, udp), name)| {
            Line::keyed("port", bare(name), format!("{number}{}", if *udp { " udp" } else { "" }))
        }));
        block.extend(self.entry.clone());
        Line::keyed("external", self.name.clone(), "").with(block)
    }

    /// Whether it is every address.
    pub(super) fn is_world(&self) -> bool {
        self.cidr.ends_with("/0")
    }
}

/// The reason for flows from and to everywhere.
pub(super) const WORLD: &str = "because \"the policies that were imported say so\"";
