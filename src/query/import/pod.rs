//! A Deployment's pods in words: image, ports, health, resources, environment, folders.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::diff::side::Key;
use super::super::diff::tree::amount;
use super::beside;
use super::given::{Home, Parts, at, container, is_headless, items, mount, number, pod_labels, text, texts};
use super::hosts::Hosts;
use super::secrets;
use super::security;
use super::spec::{Line, bare, quoted, seconds};
use super::stateful;
use super::watched;
use crate::model::kept;
use crate::value::name::{port_name, service_name};
use crate::value::{Cpu, Memory};

/// The reason where a limit is left out.
const NO_LIMIT: &str = "because \"it ran without a limit when it was imported\"";

/// A port of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    /// Its name in the spec.
    pub(super) name: String,
    /// Its number in the pod.
    pub(super) number: i64,
    /// Its number in the Service.
    pub(super) service: i64,
    /// Whether it is a UDP port.
    pub(super) udp: bool,
    /// The sidecar that listens on it, where the workload's own container does not.
    pub(super) sidecar: Option<String>,
}

/// What a workload listens on.
#[derive(Debug, Clone, Default)]
pub(super) struct Ports {
    /// What others are served on.
    pub(super) serving: Vec<Port>,
    /// Where its health is asked.
    pub(super) health: Option<i64>,
    /// Where its metrics are read.
    pub(super) metrics: Option<i64>,
}

impl Ports {
    /// Whether a flow to a port of that name is one to it.
    pub(super) fn has(&self, name: &str) -> bool {
        match name {
            "health" => self.health.is_some(),
            "metrics" => self.metrics.is_some(),
            name => self.serving.iter().any(|port| port.name == name),
        }
    }

    /// The name of a port in flows.
    pub(super) fn name(&self, number: u16, udp: bool) -> Option<&str> {
        let number = i64::from(number);
        let serving = self.serving.iter().find(|port| port.number == number && port.udp == udp);
        let health = || (self.health == Some(number) && !udp).then_some("health");
        let metrics = || (self.metrics == Some(number) && !udp).then_some("metrics");
        serving.map(|port| port.name.as_str()).or_else(metrics).or_else(health)
    }
}

/// The probes of a container and their words.
pub(super) const PROBES: [(&str, &str); 3] =
    [("livenessProbe", "live"), ("readinessProbe", "ready"), ("startupProbe", "start")];

/// What a workload listens on.
pub(super) fn ports(parts: &Parts) -> Ports {
    let Some(container) = container(&parts.workload) else { return Ports::default() };
    let declared = items(container, "ports");
    let mut by_name = numbers(container);
    for sidecar in beside::sidecars(parts) {
        for (name, number) in numbers(sidecar.container) {
            by_name.entry(name).or_insert(number);
        }
    }
    let named = |port: &Value| port.as_i64().or_else(|| by_name.get(port.as_str()?).copied());
    let served: &[Value] = parts.front().map(|(_, service)| items(service, "spec.ports")).unwrap_or_default();
    // a port of that name which no Service carries is what the word makes
    let called = || {
        let mut called = declared.iter().filter(|port| text(port, "name") == Some("metrics") && !is_udp(port));
        let number = number(called.next()?, "containerPort")?;
        let is_served = served.iter().any(|port| !is_udp(port) && target(port).and_then(named) == Some(number));
        (!is_served).then_some(number)
    };
    let metrics = scraped(parts).or_else(|| watched::port(parts, &by_name)).or_else(called);
    let mut asked = ["readinessProbe", "livenessProbe", "startupProbe"].into_iter();
    let health = asked.find_map(|probe| named(at(container, probe)?.get("httpGet")?.get("port")?));
    let mut ports = Ports { serving: Vec::new(), health, metrics };
    let mut taken = BTreeSet::from(["health".to_owned(), "metrics".to_owned(), "host".to_owned(), "port".to_owned()]);
    let mut add = |number: i64, udp: bool, declared: Option<&str>, served: Option<&Value>, sidecar: Option<&str>| {
        if ports.serving.iter().any(|port| port.number == number && port.udp == udp) {
            return;
        }
        let names = [declared, served.and_then(|port| text(port, "name"))].into_iter().flatten();
        let mut names =
            names.filter(|name| port_name(name).is_ok() && name.starts_with(|c: char| c.is_ascii_alphabetic()));
        let is_asked = health == Some(number) && !udp;
        let unnamed = || if is_asked { "http".to_owned() } else { well_known(number, udp) };
        let name = names.find(|name| !taken.contains(*name)).map_or_else(unnamed, str::to_owned);
        let name = if taken.contains(&name) { format!("port-{number}") } else { name };
        taken.insert(name.clone());
        let service = served.and_then(|port| self::number(port, "port")).unwrap_or(number);
        ports.serving.push(Port { name, number, service, udp, sidecar: sidecar.map(str::to_owned) });
    };
    // where a Service is made for others anyway, what is asked keeps the name that it has
    let is_other = |port: &&Value| ![health, metrics].contains(&number(port, "containerPort"));
    let serves = parts.services.is_empty() && declared.iter().filter(|port| has_word(port)).any(|port| is_other(&port));
    for port in declared.iter().filter(|port| has_word(port)) {
        let Some(number) = number(port, "containerPort") else { continue };
        let udp = is_udp(port);
        let front = served.iter().find(|one| is_udp(one) == udp && target(one).and_then(named) == Some(number));
        let is_asked = health == Some(number) || metrics == Some(number);
        if front.is_none() && is_asked && !(serves && is_named_otherwise(port)) {
            continue;
        }
        add(number, udp, text(port, "name"), front, None);
    }
    for sidecar in beside::sidecars(parts) {
        let asked = sidecar.health();
        for port in items(sidecar.container, "ports").iter().filter(|port| has_word(port)) {
            let Some(number) = number(port, "containerPort") else { continue };
            let udp = is_udp(port);
            let front = served.iter().find(|one| is_udp(one) == udp && target(one).and_then(named) == Some(number));
            if front.is_none() && !udp && (asked == Some(number) || metrics == Some(number)) {
                continue;
            }
            add(number, udp, text(port, "name"), front, Some(sidecar.name));
        }
    }
    for port in served.iter().filter(|port| has_word(port)) {
        if let Some(number) = target(port).and_then(named) {
            add(number, is_udp(port), None, Some(port), None);
        }
    }
    let further = parts.services.iter().filter(|(_, service)| is_plain(service));
    for port in further.flat_map(|(_, service)| items(service, "spec.ports")) {
        let is_asked = |number| (health == Some(number) || metrics == Some(number)) && !is_udp(port);
        if let Some(number) = target(port).and_then(named).filter(|number| !is_asked(*number)) {
            add(number, is_udp(port), None, Some(port), None);
        }
    }
    ports
}

/// The port at which annotations have the metrics of a workload read.
fn scraped(parts: &Parts) -> Option<i64> {
    let annotations = texts(&parts.workload, "spec.template.metadata.annotations");
    let is_scraped = annotations.get("prometheus.io/scrape").map(String::as_str) == Some("true");
    annotations.get("prometheus.io/port").filter(|_| is_scraped)?.parse().ok()
}

/// Whether a port has a name, and none that a word gives it.
fn is_named_otherwise(port: &Value) -> bool {
    text(port, "name").is_some_and(|name| !matches!(name, "health" | "metrics"))
}

/// Whether a port is of a protocol that the language has: TCP or UDP.
fn has_word(port: &Value) -> bool {
    matches!(text(port, "protocol"), None | Some("TCP" | "UDP"))
}

pub(super) fn is_udp(port: &Value) -> bool {
    text(port, "protocol") == Some("UDP")
}

/// The numbers of the ports of a container that have names.
pub(super) fn numbers(container: &Value) -> BTreeMap<&str, i64> {
    let declared = items(container, "ports").iter();
    declared.filter_map(|port| Some((text(port, "name")?, number(port, "containerPort")?))).collect()
}

/// Whether a Service is one that the language has: reached within the cluster, by TCP and UDP.
fn is_plain(service: &Value) -> bool {
    matches!(text(service, "spec.type"), None | Some("ClusterIP")) && items(service, "spec.ports").iter().all(has_word)
}

/// The Services beside the one of its own name. One that would be led to otherwise under its name, since a port has
/// another number there, stays what it is.
fn services(home: &Home, name: &str, parts: &Parts, ports: &Ports) -> Vec<Line> {
    let Some(container) = container(&parts.workload) else { return Vec::new() };
    let numbers = numbers(container);
    let named = |port: &Value| port.as_i64().or_else(|| numbers.get(port.as_str()?).copied());
    let is_free = |key: &Key| key.name != name && !home.services.contains_key(&key.name);
    // what does nothing but name pods follows from `stateful`
    let names_pods = |key: &Key, service: &Value| {
        let is_early = at(service, "spec.publishNotReadyAddresses") == Some(&Value::Bool(true));
        is_early && is_headless(service) && text(&parts.workload, "spec.serviceName") == Some(key.name.as_str())
    };
    let further = parts.services.iter().filter(|(key, service)| is_free(key) && is_plain(service));
    let further = further.filter(|(key, service)| !names_pods(key, service));
    let lines = further.filter_map(|(key, service)| {
        service_name(&key.name).ok()?;
        let headless = is_headless(service);
        let stated = items(service, "spec.ports");
        let carried = stated.iter().map(|port| {
            let (front, own) = (number(port, "port")?, target(port).and_then(named)?);
            let name = ports.name(u16::try_from(own).ok()?, is_udp(port))?;
            let serving = ports.serving.iter().find(|port| port.name == name);
            let there = serving.filter(|_| !headless).map_or(own, |port| port.service);
            (front == there).then_some(name)
        });
        let carried: Vec<&str> = carried.collect::<Option<_>>()?;
        let is_once = carried.iter().collect::<BTreeSet<_>>().len() == carried.len() && !carried.is_empty();
        let form = if headless { " headless" } else { "" };
        is_once.then(|| Line::keyed("service", quoted(&key.name), format!("{}{form}", carried.join(", "))))
    });
    lines.collect()
}

/// Where a port of a Service leads.
fn target(port: &Value) -> Option<&Value> {
    port.get("targetPort").or_else(|| port.get("port"))
}

/// What a port is called that nobody names: as IANA registers it (Service Name and Transport Protocol Port Number
/// Registry), else by its number.
pub(super) fn well_known(number: i64, udp: bool) -> String {
    let known = match (number, udp) {
        // as `CoreDNS` calls them (kubernetes `cluster/addons/dns/coredns/coredns.yaml.base`, 1.33)
        (53, true) => "dns",
        (53, false) => "dns-tcp",
        (80, false) => "http",
        (443, false) => "https",
        (514, true) => "syslog",
        (3306, false) => "mysql",
        (5432, false) => "postgresql",
        (5672, false) => "amqp",
        (6379, false) => "redis",
        _ => return format!("port-{number}"),
    };
    known.to_owned()
}

/// The words of a Deployment's pods.
pub(super) fn words(home: &Home, name: &str, parts: &Parts, ports: &Ports, hosts: &Hosts<'_>) -> Vec<Line> {
    let workload = &parts.workload;
    let Some(container) = container(workload) else { return Vec::new() };
    let mut lines = programs(container);
    let answering = if parts.is_job() { None } else { Some(()) };
    lines.extend(serving(ports, None));
    lines.extend(services(home, name, parts, ports));
    lines.extend(answering.and(ports.health).map(|port| health(container, port)));
    let metrics_port = ports.metrics.filter(|number| beside::listens(parts, *number).is_none());
    lines.extend(answering.and(metrics_port).map(|number| metrics(parts, number)));
    lines.extend(watched::alerts(parts));
    lines.extend(resources(container));
    lines.extend(variables(container, parts, hosts));
    lines.extend(configs(workload, container, parts));
    lines.extend(secrets::lines(parts));
    lines.extend(scratches(workload, container));
    lines.extend(stateful::volumes(workload));
    lines.extend(security::user(workload, container));
    lines.extend(security::security(workload, container));
    lines.extend(beside::lines(parts, ports, hosts));
    lines.extend(stateful::words(workload, name));
    lines.extend(answering.and_then(|()| spread(workload)));
    lines.extend(stop(workload, container));
    lines
}

/// What a container runs.
pub(super) fn programs(container: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    lines.extend(text(container, "image").map(|image| Line::new("image", quoted(image))));
    for word in ["command", "args"] {
        let words: Vec<&str> = items(container, word).iter().filter_map(Value::as_str).collect();
        if !words.is_empty() {
            let expand = if words.iter().any(|word| expands(word)) { " expand" } else { "" };
            let written: Vec<String> = words.into_iter().map(quoted).collect();
            lines.push(Line::new(word, format!("{}{expand}", written.join(", "))));
        }
    }
    lines
}

/// The ports on which a sidecar, or the workload's own container, serves others.
pub(super) fn serving(ports: &Ports, sidecar: Option<&str>) -> impl Iterator<Item = Line> {
    ports.serving.iter().filter(move |port| port.sidecar.as_deref() == sidecar).map(|port| {
        let udp = if port.udp { " udp" } else { "" };
        let front = if port.service == port.number { String::new() } else { format!(" service-port {}", port.service) };
        Line::keyed("port", port.name.clone(), format!("{}{udp}{front}", port.number))
    })
}

fn expands(text: &str) -> bool {
    text.contains("$(") || text.contains("$$")
}

pub(super) fn health(container: &Value, port: i64) -> Line {
    let mut block = Vec::new();
    for (field, word) in PROBES {
        let Some(probe) = container.get(field) else { continue };
        let Some(path) = text(probe, "httpGet.path") else { continue };
        let mut rest = quoted(path);
        for (field, clause, default) in
            [("initialDelaySeconds", "after", 0), ("periodSeconds", "every", 10), ("timeoutSeconds", "timeout", 1)]
        {
            if let Some(amount) = number(probe, field).filter(|amount| *amount != default) {
                rest.extend([format!(" {clause} {}", seconds(amount))]);
            }
        }
        if let Some(times) = number(probe, "failureThreshold").filter(|times| *times != 3) {
            rest.extend([format!(" fail {times}")]);
        }
        block.push(Line::new(word, rest));
    }
    Line::new("health", port.to_string()).with(block)
}

pub(super) fn metrics(parts: &Parts, number: i64) -> Line {
    let path = texts(&parts.workload, "spec.template.metadata.annotations").remove("prometheus.io/path");
    let path = path.or_else(|| watched::path(parts).map(str::to_owned));
    let path = path.map(|path| format!(" {}", quoted(&path))).unwrap_or_default();
    Line::new("metrics", format!("{number}{path}"))
}

/// How thousandths of a unit are written.
type Written = fn(u128) -> Option<String>;

pub(super) fn resources(container: &Value) -> Vec<Line> {
    let cpu: Written = |millis| u64::try_from(millis).ok().map(|millis| Cpu::from_millis(millis).kubernetes());
    let words = [("cpu", "cpu", cpu), ("memory", "memory", memory), ("ephemeral-storage", "ephemeral", memory)];
    let mut lines = Vec::new();
    for (field, word, written) in words {
        let amount = |what: &str| {
            let value = at(container, "resources").and_then(|all| all.get(what)?.get(field))?;
            written(amount(value)?)
        };
        // the API server takes a limit for a request that nobody states
        let (request, limit) = (amount("requests"), amount("limits"));
        let rest = match (request, limit) {
            (Some(request), Some(limit)) if request == limit => request,
            (Some(request), Some(limit)) => format!("{request}..{limit}"),
            (Some(request), None) if word == "ephemeral" => format!("{request}..none"),
            (Some(request), None) => format!("{request}..none {NO_LIMIT}"),
            (None, Some(limit)) => limit,
            (None, None) => continue,
        };
        lines.push(Line::new(word, rest));
    }
    lines
}

/// Bytes with a unit; `None` where none fits.
pub(super) fn memory(thousandths: u128) -> Option<String> {
    let written = Memory::from_bytes(u64::try_from(thousandths.div_ceil(1000)).ok()?).kubernetes();
    if !written.ends_with(|last: char| last.is_ascii_digit()) {
        return Some(written);
    }
    None
}

pub(super) fn variables(container: &Value, parts: &Parts, hosts: &Hosts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for variable in items(container, "env") {
        let Some(name) = text(variable, "name") else { continue };
        let reference = |kind: &str| {
            let source = at(variable, "valueFrom")?.get(kind)?;
            Some((text(source, "name")?, text(source, "key")?))
        };
        let rest = if let Some((secret, key)) = reference("secretKeyRef") {
            format!("secret {} {}", secrets::called(parts, secret), quoted(key))
        } else if let Some((config, key)) = reference("configMapKeyRef") {
            let own = parts.configs.iter().find(|(_, own, _)| own.name == config);
            // a key that is not there is no variable either
            if own.is_some_and(|(_, _, tree)| !texts(tree, "data").contains_key(key)) {
                continue;
            }
            let config = own.map_or_else(|| quoted(config), |(short, ..)| bare(short));
            format!("config {config} {}", quoted(key))
        } else if variable.get("valueFrom").is_some() {
            continue;
        } else {
            let value = text(variable, "value").unwrap_or_default();
            let expand = if expands(value) { " expand" } else { "" };
            format!("{}{expand}", hosts.written(value))
        };
        lines.push(Line::keyed("env", bare(name), rest));
    }
    lines
}

fn configs(workload: &Value, container: &Value, parts: &Parts) -> Vec<Line> {
    let mut lines = Vec::new();
    for (short, key, tree) in &parts.configs {
        let volumes = items(workload, "spec.template.spec.volumes").iter();
        let mut volumes = volumes.filter(|volume| text(volume, "configMap.name") == Some(&key.name));
        let mount = volumes.find_map(|volume| mount(container, text(volume, "name")?));
        let rest = mount.map(|path| format!("at {}", quoted(path))).unwrap_or_default();
        let data = texts(tree, "data").into_iter();
        let block = data.map(|(key, value)| Line::keyed("", bare(&key), quoted(&value))).collect();
        lines.push(Line::keyed("config", bare(short), rest).with(block));
    }
    lines
}

fn scratches(workload: &Value, container: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    for volume in items(workload, "spec.template.spec.volumes") {
        let (Some(folder), Some(name)) = (volume.get("emptyDir"), text(volume, "name")) else { continue };
        let Some(path) = mount(container, name) else { continue };
        let stated = folder.get("sizeLimit").and_then(amount).and_then(memory);
        let size = stated.unwrap_or_else(|| UNLIMITED.to_owned());
        let medium = if text(folder, "medium") == Some("Memory") { " in-memory" } else { "" };
        lines.push(Line::keyed("scratch", quoted(path), format!("{size}{medium}")));
    }
    lines
}

/// The size of a folder that had no limit: the language wants one.
const UNLIMITED: &str = "1Gi";

fn spread(workload: &Value) -> Option<Line> {
    let constraints = items(workload, "spec.template.spec.topologySpreadConstraints");
    let keys: Vec<&str> = constraints.iter().filter_map(|one| text(one, "topologyKey")).collect();
    let over = match keys.as_slice() {
        ["topology.kubernetes.io/zone", ..] => "zone",
        ["kubernetes.io/hostname"] => "node",
        _ => return None,
    };
    let is_hard = constraints.first().is_some_and(|one| text(one, "whenUnsatisfiable") == Some("DoNotSchedule"));
    Some(Line::new("spread", format!("{over}{}", if is_hard { " hard" } else { "" })))
}

fn stop(workload: &Value, container: &Value) -> Option<Line> {
    let grace = number(workload, "spec.template.spec.terminationGracePeriodSeconds").filter(|grace| *grace != 30);
    let hook = at(container, "lifecycle.preStop");
    let asleep = hook.and_then(|hook| number(hook, "sleep.seconds"));
    let by_command = || {
        let words: Vec<&str> = items(hook?, "exec.command").iter().filter_map(Value::as_str).collect();
        match words.as_slice() {
            ["sleep" | "/bin/sleep", amount] => amount.trim_end_matches('s').parse().ok(),
            ["sh" | "/bin/sh", "-c", script] => {
                script.trim().strip_prefix("sleep ")?.trim().trim_end_matches('s').parse().ok()
            }
            _ => None,
        }
    };
    let mut block = Vec::new();
    block.extend(grace.map(|grace| Line::new("grace", seconds(grace))));
    block.extend(asleep.or_else(by_command).map(|pause: i64| Line::new("pre-stop", seconds(pause))));
    (!block.is_empty()).then(|| Line::new("shutdown", "").with(block))
}

/// Labels and annotations of pods that no other word makes.
pub(super) fn labels(parts: &Parts, name: &str, platform: &str) -> Vec<Line> {
    let workload = &parts.workload;
    let selector = texts(workload, "spec.selector.matchLabels");
    let own: BTreeMap<String, String> = [
        ("app.kubernetes.io/name".to_owned(), name.to_owned()),
        ("app.kubernetes.io/instance".to_owned(), platform.to_owned()),
    ]
    .into();
    let objects = texts(workload, "metadata.labels");
    let mut lines = Vec::new();
    // that of a job is its controller's
    if selector != own && !parts.is_job() {
        let keyed = selector.iter().map(|(key, value)| Line::keyed("selector", quoted(key), quoted(value)));
        lines.extend(keyed);
    }
    for (key, value) in pod_labels(workload) {
        // what selects pods is on them; on the other objects it is only where it is stated
        let is_selecting = selector.get(&key) == Some(&value) && objects.get(&key) != Some(&value);
        if !is_selecting
            && own.get(&key) != Some(&value)
            && !RECOMMENDED.contains(&key.as_str())
            && !is_controllers(&key)
        {
            lines.push(Line::keyed("label", quoted(&key), quoted(&value)));
        }
    }
    for (key, value) in texts(workload, "spec.template.metadata.annotations") {
        let is_kept = kept::annotation(&key, &value, kept::On::Service(name)).is_some();
        if !is_kept && (key != SAFE_TO_EVICT || parts.is_job()) {
            lines.push(Line::keyed("annotation", quoted(&key), quoted(&value)));
        }
    }
    lines
}

/// Whether a label on a template is the controller's of Jobs: what all of them bear, and what others of them may.
pub(super) fn is_controllers(label: &str) -> bool {
    kept::is_of_jobs(label) || label.starts_with("batch.kubernetes.io/")
}

/// Labels that bvlc writes on all objects, whatever a spec states.
const RECOMMENDED: [&str; 2] = ["app.kubernetes.io/name", "app.kubernetes.io/instance"];
/// Derived from scratch folders of services.
const SAFE_TO_EVICT: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
