//! What Ingresses lead to, as what services `expose`, and the workload of others that lets it in.
//!
//! Invariants: an Ingress is read path by path, and what of it is not said is listed. Who lets requests in is not guessed: it is the one
//! workload of others that may reach all that the Ingresses of a class lead to, as the policies say, else the one range of addresses;
//! then the flow follows from `expose`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::flows::{Deny, Edge, End, Flows, Listening};
use super::given::{Home, at, items, number, text, texts};
use super::names::Names;
use super::peers::{External, Managed};
use super::spec::{Line, quoted, seconds};
use crate::model::Exposure;
use crate::object::{CLUSTER_ISSUER, ISSUER};
use crate::value::Exposed as Address;
use crate::value::name::dns_label;

/// The kind of what is read.
pub(super) const INGRESS: &str = "Ingress";
/// The group of its API.
pub(super) const GROUP: &str = "networking.k8s.io";
/// Where the class stood before it was a field (kubernetes/api `networking/v1beta1/types.go`, 0.33, `IngressSpec.IngressClassName`).
pub(super) const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// How long ingress-nginx waits for an answer, in seconds (kubernetes/ingress-nginx
/// `docs/user-guide/nginx-configuration/annotations.md`, 1.13).
const TIMEOUT_ANNOTATION: &str = "nginx.ingress.kubernetes.io/proxy-read-timeout";
/// The reason where there is no certificate.
const PLAIN: &str = "none because \"it had no certificate when it was imported\"";

/// What services expose.
#[derive(Debug, Default)]
pub(super) struct Exposures {
    /// Of each service, by namespace and name, in the order of the Ingresses: the entry, and the statement without it.
    stated: BTreeMap<(String, String), Vec<(Door, Line)>>,
    /// How many entries there are.
    n_entries: usize,
}

/// What lets requests in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// A workload of others, by its number.
    Managed(usize),
    /// A range of addresses, by its number.
    External(usize),
}

/// A path of an Ingress that leads to a port of a service.
struct Route<'h> {
    class: &'h str,
    home: &'h str,
    service: &'h str,
    port: String,
    address: String,
    block: Vec<Line>,
    /// What the name of the Ingress calls what lets requests in, where it is one that bvlc makes.
    called: Option<String>,
}

/// Reads them. What lets requests in is marked as an entry among the workloads of others, and its flows to what is exposed, which
/// follow, are taken out.
pub(super) fn read(homes: &[Home], listening: &Listening, flows: &mut Flows) -> Exposures {
    let mut by_class: BTreeMap<&str, Vec<Route<'_>>> = BTreeMap::new();
    for home in homes {
        for (_, ingress) in &home.ingresses {
            for route in routes(home, ingress, listening) {
                by_class.entry(route.class).or_default().push(route);
            }
        }
    }
    let mut exposures = Exposures::default();
    for (class, routes) in by_class {
        let Some(door) = door(flows, &routes) else { continue };
        let is_timed = routes.iter().any(|route| route.block.iter().any(|line| line.word == "timeout"));
        let timed =
            if is_timed { format!(" timeout-annotation {}", quoted(TIMEOUT_ANNOTATION)) } else { String::new() };
        flows.open(door, Line::new("entry", format!("ingress {}{timed}", quoted(class))), called(&routes));
        exposures.n_entries += 1;
        for route in routes {
            flows.edges.retain(|edge| !lets_in(edge, door, &route));
            let line = Line::keyed("expose", quoted(&route.address), route.port).with(route.block);
            let key = (route.home.to_owned(), route.service.to_owned());
            exposures.stated.entry(key).or_default().push((door, line));
        }
    }
    exposures
}

/// What all of these call what lets requests in.
fn called(routes: &[Route<'_>]) -> Option<String> {
    let name = routes.first()?.called.as_ref()?;
    routes.iter().all(|route| route.called.as_ref() == Some(name)).then(|| name.clone())
}

/// The one workload of others that may reach all of these, and is no entry yet; where there is none, the one range of addresses. What
/// no policy isolates everybody may reach, which says nothing of any.
fn door(flows: &Flows, routes: &[Route<'_>]) -> Option<Door> {
    let telling: Vec<&Route<'_>> =
        routes.iter().filter(|route| flows.deny.get(route.home) == Some(&Deny::On)).collect();
    let reaches = |door: &Door| telling.iter().all(|route| flows.edges.iter().any(|edge| lets_in(edge, *door, route)));
    if telling.is_empty() {
        return None;
    }
    let is_free = |(_, managed): &(usize, &Managed)| managed.entry.is_none();
    let workloads = flows.managed.iter().enumerate().filter(is_free).map(|(number, _)| Door::Managed(number));
    let workloads: Vec<Door> = workloads.filter(reaches).collect();
    let is_free = |(_, external): &(usize, &External)| external.entry.is_none() && !external.is_world();
    let ranges = flows.externals.iter().enumerate().filter(is_free).map(|(number, _)| Door::External(number));
    match workloads.as_slice() {
        [one] => Some(*one),
        [] => {
            let mut ranges = ranges.filter(reaches);
            let first = ranges.next()?;
            ranges.next().is_none().then_some(first)
        }
        [..] => None,
    }
}

impl Flows {
    /// Says of something by what it lets requests in. A range of addresses, which has no name of its own, is called so where it is
    /// called anything.
    fn open(&mut self, door: Door, entry: Line, called: Option<String>) {
        match door {
            Door::Managed(number) => {
                if let Some(managed) = self.managed.get_mut(number) {
                    managed.entry = Some(entry);
                }
            }
            Door::External(number) => {
                if let Some(external) = self.externals.get_mut(number) {
                    external.entry = Some(entry);
                    external.name = called.unwrap_or_else(|| external.name.clone());
                }
            }
        }
    }
}

/// Whether a flow is that of something to what a path leads to.
fn lets_in(edge: &Edge, door: Door, route: &Route<'_>) -> bool {
    let is_to = matches!(&edge.to, End::Service(home, name) if home == route.home && name == route.service);
    let begins = match (&edge.from, door) {
        (End::Managed(_, own), Door::Managed(number)) | (End::External(own), Door::External(number)) => *own == number,
        (End::Managed(..) | End::External(_) | End::Service(..), Door::Managed(_) | Door::External(_)) => false,
    };
    is_to && edge.port == route.port && begins
}

/// The paths of an Ingress that can be said.
fn routes<'h>(home: &'h Home, ingress: &'h Value, listening: &Listening) -> Vec<Route<'h>> {
    let Some(class) = class(ingress) else { return Vec::new() };
    let timeout = texts(ingress, "metadata.annotations").remove(TIMEOUT_ANNOTATION);
    let timeout = timeout.and_then(|timeout| timeout.parse().ok()).filter(|timeout: &u32| *timeout > 0);
    let mut routes = Vec::new();
    for rule in items(ingress, "spec.rules") {
        let Some(host) = text(rule, "host") else { continue };
        let Some(tls) = certificate(ingress, host) else { continue };
        for path in items(rule, "http.paths") {
            let Some((service, port)) = backend(home, path, listening) else { continue };
            let asked = text(path, "path").unwrap_or("/");
            let is_exact = match text(path, "pathType") {
                Some("Exact") => true,
                Some("Prefix") => false,
                // how a path is read is left to the controller, but that everything is asked there
                Some(_) | None if asked == "/" => false,
                Some(_) | None => continue,
            };
            let Ok(address) = Address::parse(&format!("{host}{asked}")) else { continue };
            let mut block = vec![Line::new("tls", tls.clone())];
            block.extend(timeout.map(|timeout| Line::new("timeout", seconds(i64::from(timeout)))));
            block.extend(is_exact.then(|| Line::new("exact", "")));
            let name = text(ingress, "metadata.name").unwrap_or_default();
            let called = Exposure::entry_in(name, service, host).filter(|called| dns_label(called).is_ok());
            let (home, address, called) = (&home.namespace, address.to_string(), called.map(str::to_owned));
            routes.push(Route { class, home, service, port, address, block, called });
        }
    }
    routes
}

/// The class of an Ingress.
pub(super) fn class(ingress: &Value) -> Option<&str> {
    let annotation = || at(ingress, "metadata.annotations")?.get(CLASS_ANNOTATION)?.as_str();
    text(ingress, "spec.ingressClassName").or_else(annotation)
}

/// The entries of an Ingress's `tls` that are about a host: those that name it, or none (kubernetes/api
/// `networking/v1/types.go`, 0.33, `IngressTLS.Hosts`).
pub(super) fn tls_of<'v>(ingress: &'v Value, host: &'v str) -> impl Iterator<Item = &'v Value> {
    items(ingress, "spec.tls").iter().filter(move |tls| {
        let hosts = items(tls, "hosts");
        hosts.is_empty() || hosts.iter().any(|own| own.as_str() == Some(host))
    })
}

/// Where the certificate of a host comes from; `None` where no word says it.
fn certificate(ingress: &Value, host: &str) -> Option<String> {
    let Some(tls) = tls_of(ingress, host).next() else { return Some(PLAIN.to_owned()) };
    let annotations = texts(ingress, "metadata.annotations");
    for (word, key) in [("cluster-issuer", CLUSTER_ISSUER), ("issuer", ISSUER)] {
        if let Some(name) = annotations.get(key) {
            return Some(format!("{word} {}", quoted(name)));
        }
    }
    Some(format!("secret {}", quoted(text(tls, "secretName")?)))
}

/// The service that a path leads to, by the Service of its name, and the name of the port.
fn backend<'h>(home: &'h Home, path: &'h Value, listening: &Listening) -> Option<(&'h str, String)> {
    let name = text(path, "backend.service.name")?;
    let (service, parts) = home.answering().find(|(service, _)| *service == name)?;
    let (_, front) = parts.services.iter().find(|(key, _)| key.name == name)?;
    let asked = number_in(front, at(path, "backend.service.port")?)?;
    let ports = listening.get(&(home.namespace.clone(), service.clone()))?;
    let port = ports.serving.iter().find(|port| port.service == asked && !port.udp)?;
    Some((service, port.name.clone()))
}

/// The number in a Service of the port that an Ingress names: by number, or by name.
pub(super) fn number_in(service: &Value, port: &Value) -> Option<i64> {
    number(port, "number").or_else(|| {
        let name = text(port, "name")?;
        number(items(service, "spec.ports").iter().find(|own| text(own, "name") == Some(name))?, "port")
    })
}

impl Exposures {
    /// What a service exposes in a namespace.
    pub(super) fn words(&self, home: &str, service: &str, names: &Names, flows: &Flows) -> Vec<Line> {
        let stated = self.stated.get(&(home.to_owned(), service.to_owned()));
        let via = |door: &Door| {
            let name = match door {
                Door::Managed(number) => Some(names.managed(*number).as_str()),
                Door::External(number) => flows.externals.get(*number).map(|external| external.name.as_str()),
            };
            name.filter(|_| self.n_entries > 1).map(|name| format!(" via {name}")).unwrap_or_default()
        };
        let line = |(door, line): &(Door, Line)| Line { rest: format!("{}{}", line.rest, via(door)), ..line.clone() };
        stated.into_iter().flatten().map(line).collect()
    }
}
