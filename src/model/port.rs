//! Ports of endpoints, by name.

use super::body::{Body, Decoder};
use super::codes;
use super::container::Role;
use super::named_service::ServiceForm;
use super::origin::{Layer, Origin};
use super::{ClassId, Endpoint, Model, Removed, Workload};
use crate::diagnostic::{Absent, Diagnostic};
use crate::source::{Span, TextEdit};
use crate::value::name::{port_name, suggest_label};
use crate::value::{Port, TermKind, similar};

/// The transport of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
}

impl Protocol {
    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortUse {
    /// Traffic of other workloads; stated with `port`.
    Serving,
    /// Probes; stated with `health`.
    Health,
    /// Metrics; stated with `metrics`.
    Metrics,
}

/// A named port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPort {
    /// Its name; `health` and `metrics` for those two uses.
    pub name: Origin<String>,
    /// The number that the pod (or external) listens on.
    pub number: Origin<Port>,
    /// Its transport.
    pub protocol: Protocol,
    /// The port of the Service, where it differs from the number.
    pub service_port: Option<Origin<Port>>,
    /// What it is for.
    pub usage: PortUse,
    /// Whether its server may speak first, so that no proxy can tell by what the caller says what is spoken.
    pub opaque: bool,
    /// The sidecar that listens on it, where the workload's own container does not.
    pub sidecar: Option<String>,
}

impl NamedPort {
    /// Whether it is at the number and protocol of another one.
    pub fn is_at(&self, other: &Self) -> bool {
        self.number.value == other.number.value && self.protocol == other.protocol
    }

    /// The port of the Service in front of it.
    pub fn service_port(&self) -> Port {
        self.service_port.as_ref().map_or(self.number.value, |port| port.value)
    }

    /// Its port in a Service of that form: a headless one leads to the pods themselves, hence to their own port.
    pub fn port_of(&self, form: ServiceForm) -> Port {
        match form {
            ServiceForm::Clustered => self.service_port(),
            ServiceForm::Headless => self.number.value,
        }
    }
}

/// The place of the port of that name; one whose name Kubernetes does not accept is meant by the name that it should have,
/// too: that it does not fit is told where it stands.
pub fn place(ports: &[NamedPort], name: &str) -> Option<usize> {
    let is_meant = |port: &NamedPort| {
        let own = &port.name.value;
        port_name(own).is_err() && suggest_label(own).as_deref() == Some(name)
    };
    ports.iter().position(|port| port.name.value == name).or_else(|| ports.iter().position(is_meant))
}

/// The class that states every port on which others are served, and where it states the first.
pub fn class(ports: &[NamedPort]) -> Option<(ClassId, Span)> {
    let mut serving = ports.iter().filter(|port| port.usage == PortUse::Serving);
    let first = serving.next()?;
    let Layer::Class(class) = first.name.layer else { return None };
    serving.all(|port| port.name.layer == first.name.layer).then_some((class, first.name.span))
}

/// The weakest of the user's own classes of someone who states no port on which others are served: it states none either, for
/// all that take it over.
pub fn lacking_class<'m>(model: &'m Model, endpoint: &Endpoint) -> Option<(ClassId, &'m Origin<String>)> {
    let Endpoint::Workload(workload) = endpoint else { return None };
    if workload.ports.iter().any(|port| port.usage == PortUse::Serving) || workload.removed.iter().any(is_of_port) {
        return None;
    }
    let classes = workload.classes.iter().filter_map(|id| Some((*id, model.classes.get(id.0 as usize)?)));
    classes.into_iter().find(|(_, class)| !class.value.contains('.'))
}

/// Whether what is taken away is a port, or all of them.
fn is_of_port(removed: &Removed) -> bool {
    removed.path.split(' ').next() == Some("port")
}

/// Where a port of someone would be stated.
pub fn home(model: &Model, endpoint: &Endpoint) -> String {
    match lacking_class(model, endpoint) {
        Some((_, class)) => format!("class {}, or in the braces of {}", class.value, endpoint.name().value),
        None => format!("the braces of {}", endpoint.name().value),
    }
}

/// That someone has no port of that name: one mistake of all that have their ports from one class, or that none has from it.
pub fn absent(model: &Model, endpoint: &Endpoint, port: &str) -> Absent {
    let mut absent = absent_of(&endpoint.name().value, endpoint.ports(), port);
    if let (Absent::Port { of, .. }, Some((class, _))) = (&mut absent, lacking_class(model, endpoint)) {
        *of = of_class(class);
    }
    absent
}

/// [`absent`], where nothing is known but the ports.
pub fn absent_of(name: &str, ports: &[NamedPort], port: &str) -> Absent {
    let class = class(ports);
    let of = class.map_or_else(|| name.to_owned(), |(class, _)| of_class(class));
    Absent::Port { of, endpoint: name.to_owned(), class: class.map(|(_, span)| span), port: port.to_owned() }
}

fn of_class(class: ClassId) -> String {
    format!("class {}", class.0)
}

/// Says of a port that there is not which ones there are, and offers what may be meant: one that is at that number, the
/// nearest by name, or the only one, whatever it is called. `place` is where its name stands, [`home`] where it would be stated.
pub fn suggest(
    diagnostic: Diagnostic,
    (name, ports, home): (&str, &[NamedPort], &str),
    wanted: &str,
    place: Span,
) -> Diagnostic {
    let edits = |name: &str| vec![TextEdit::replace(place, name)];
    if let Some(port) = ports.iter().find(|port| port.number.value.to_string() == wanted) {
        let name = &port.name.value;
        return diagnostic.here(format!("did you mean `{name}`?")).fix(format!("write `{name}`"), edits(name));
    }
    let near = similar::nearest(wanted, ports.iter().map(|port| port.name.value.as_str()));
    if !near.is_empty() {
        return diagnostic.guess(&near, edits);
    }
    // what no port may be called is stated nowhere
    let is_name = port_name(wanted).is_ok() && !matches!(wanted, "health" | "host" | "metrics" | "port");
    let stating = format!("state the port: `port {wanted} NUMBER` in {home}");
    let mut serving = ports.iter().filter(|port| port.usage == PortUse::Serving);
    let only = serving.next().filter(|_| serving.next().is_none());
    let diagnostic = match (ports.is_empty(), is_name) {
        (true, true) => diagnostic.help(format!("{name} states no port: {stating}")),
        (true, false) => diagnostic.help(format!("{name} states no port: `port NAME NUMBER` in {home}")),
        (false, true) => {
            diagnostic.help(format!("the ports there: {}; write one of them, or {stating}", listed(ports)))
        }
        (false, false) => diagnostic.help(format!("the ports there: {}; write one of them", listed(ports))),
    };
    match only {
        Some(only) => diagnostic.unsafe_fix(format!("write `{}`", only.name.value), edits(&only.name.value)),
        None => diagnostic,
    }
}

/// The ports that there are, with their numbers.
pub fn listed(ports: &[NamedPort]) -> String {
    let listed: Vec<String> = ports.iter().map(|port| format!("{} ({})", port.name.value, port.number.value)).collect();
    listed.join(", ")
}

/// Shows the class in which the ports of an endpoint stand, where it is one of the platform's own.
pub fn show_class(diagnostic: Diagnostic, model: &Model, endpoint: &Endpoint) -> Diagnostic {
    let stated = class(endpoint.ports()).and_then(|(id, span)| Some((model.classes.get(id.0 as usize)?, span)));
    match (stated.filter(|(class, _)| !class.value.contains('.')), lacking_class(model, endpoint)) {
        (Some((class, span)), _) => diagnostic.label(span, format!("the ports stand here, in class {}", class.value)),
        (None, Some((_, class))) => {
            let name = &endpoint.name().value;
            diagnostic.label(class.span, format!("{name} is `{}`, which states none either", class.value))
        }
        (None, None) => diagnostic,
    }
}

/// Shows who took a port away that there is not, and where, if anyone did.
pub fn show_taken(diagnostic: Diagnostic, model: &Model, endpoint: &Endpoint, port: &str) -> Diagnostic {
    let Endpoint::Workload(workload) = endpoint else { return diagnostic };
    let Some(removed) = taken(workload, port) else { return diagnostic };
    let name = &workload.name.value;
    let layer = model.layer_name(removed.by.layer);
    let mut diagnostic = diagnostic;
    // it is the name that was meant
    diagnostic.fixes.clear();
    diagnostic
        .label(removed.by.span, format!("takes `{port}` of {name} away, from {layer}"))
        .help(format!("leave the port in, or take out there what asks for `{name}.{port}` as well"))
}

/// What took a port of that name away: its own statement, or the sidecar that it is a port of.
fn taken<'w>(workload: &'w Workload, port: &str) -> Option<&'w Removed> {
    // those of probes and metrics are stated by words of their own
    let own = workload.removed(&format!("port {port}")).or_else(|| workload.removed(port));
    let is_of_sidecar = |removed: &&Removed| {
        let stated = removed.path.strip_prefix(Role::Sidecar.word()).and_then(|rest| rest.trim_start().split_once(' '));
        stated.is_some_and(|(_, stated)| stated == port || stated.strip_prefix("port ") == Some(port))
    };
    own.or_else(|| workload.removed.iter().filter(is_of_sidecar).max_by_key(|removed| removed.by.layer))
}

/// Reads every `port`, then `health` and `metrics` as the ports that they name, then those of each `sidecar`.
pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<NamedPort> {
    let mut ports = Vec::new();
    serving(body, None, &mut ports, decoder);
    for (word, usage) in [("health", PortUse::Health), ("metrics", PortUse::Metrics)] {
        ports.extend(of_word(body, word, usage, decoder));
    }
    for entry in body.all(Role::Sidecar.word()) {
        let mut own = Vec::new();
        serving(&entry.block, Some(&entry.key), &mut own, decoder);
        // kubelets ask its health by number: flows name no port of that use
        let metrics = of_word(&entry.block, "metrics", PortUse::Metrics, decoder);
        own.extend(metrics.map(|port| NamedPort { sidecar: Some(entry.key.clone().into_owned()), ..port }));
        for port in own {
            match ports.iter().find(|other| other.name.value == port.name.value) {
                Some(other) => {
                    let finding = of_two_containers(&entry.key, &port, other);
                    decoder.sink.report(finding.environment(decoder.environment));
                }
                None => ports.push(port),
            }
        }
    }
    ports
}

/// Reads every `port` of a container.
fn serving(body: &Body<'_>, sidecar: Option<&str>, ports: &mut Vec<NamedPort>, decoder: &mut Decoder<'_>) {
    for entry in body.all("port") {
        let Some(number) = decoder.argument::<Port>(entry, 1) else { continue };
        let Some((name, part)) = entry.term(0) else { continue };
        if matches!(name.kind, TermKind::Number(_) | TermKind::Bad) {
            // no name, which is said where it stands
            decoder.tainted = true;
            continue;
        }
        ports.push(NamedPort {
            name: Origin::new(entry.key.clone().into_owned(), name.span, part.layer),
            number,
            protocol: if entry.has("udp") { Protocol::Udp } else { Protocol::Tcp },
            service_port: decoder.clause(entry, "service-port"),
            usage: PortUse::Serving,
            opaque: entry.has("opaque"),
            sidecar: sidecar.map(str::to_owned),
        });
    }
}

/// Reads the port that `health` or `metrics` names.
fn of_word(body: &Body<'_>, word: &str, usage: PortUse, decoder: &mut Decoder<'_>) -> Option<NamedPort> {
    let number = decoder.argument::<Port>(body.get(word)?, 0)?;
    let name = Origin::new(word.to_owned(), number.span, number.layer);
    Some(NamedPort { name, number, protocol: Protocol::Tcp, service_port: None, usage, opaque: false, sidecar: None })
}

/// A name that two containers of one pod give to a port: flows to the pod could mean either.
fn of_two_containers(sidecar: &str, port: &NamedPort, other: &NamedPort) -> Diagnostic {
    let title = format!("sidecar {sidecar} states the port `{}`, which the pod has already", port.name.value);
    Diagnostic::new(&codes::BVL0205, port.name.span, title)
        .here("the second of that name")
        .label(other.name.span, "the first")
        .note("the ports of all containers of a pod are those of its service: flows and addresses could mean either")
        .help(match port.usage {
            PortUse::Metrics => {
                "let one of the containers serve the metrics that are read; state another port by `port NAME NUMBER`"
            }
            PortUse::Serving | PortUse::Health => "write another name for one of them",
        })
}
