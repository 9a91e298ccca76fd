//! What decides about the fields of an Ingress or an `HTTPRoute`.

use super::{Places, above, last};
use crate::graph::Exposing;
use crate::model::{Certificate, EntryKind, Exposure, Workload};
use crate::query::diff::tree::{Path, Step};
use crate::source::Span;

fn host<'a>(places: &Places<'a>, workload: &'a Workload) -> Option<Exposing<'a>> {
    if !matches!(places.kind, "Ingress" | "HTTPRoute") {
        return None;
    }
    let mut hosts = places.graph.hosts(places.model, workload).into_iter();
    hosts.find(|host| host.object_name(workload) == places.name)
}

/// The exposure of the path, by its number, that a path leads through.
fn exposure<'e>(host: &Exposing<'e>, path: &Path) -> Option<&'e Exposure> {
    let list = if path.0.contains(&Step::Key("paths".to_owned())) { "paths" } else { "rules" };
    let mut behind = path.0.iter().skip_while(|step| **step != Step::Key(list.to_owned()));
    let Some(Step::Element(at)) = behind.nth(1) else { return None };
    let is_path = list == "paths" || path.0.iter().any(|step| matches!(step, Step::Key(key) if key == "matches"));
    let is_path = is_path
        || path.0.iter().any(|step| matches!(step, Step::Key(key) if key == "backendRefs" || key == "timeouts"));
    host.exposures.get(at.parse::<usize>().ok().filter(|_| is_path)?).copied()
}

/// What decides about a field of what a workload exposes.
pub(super) fn field(places: &Places<'_>, workload: &Workload, path: &Path) -> Option<Span> {
    let host = host(places, workload)?;
    let address = host.exposures.first().map(|exposure| exposure.address.span);
    match &host.by.by {
        EntryKind::Ingress { class, timeout_annotation: _ } => {
            if last(path) == "ingressClassName" {
                return Some(class.span);
            }
        }
        EntryKind::Gateway { name, namespace, listener } => {
            if path.0.contains(&Step::Key("parentRefs".to_owned())) {
                let stated = match last(path) {
                    "namespace" => namespace.as_ref().map_or(host.entry.name().span, |namespace| namespace.span),
                    "sectionName" => listener.as_ref()?.span,
                    _ => name.span,
                };
                return Some(stated);
            }
        }
    }
    if let Some(exposure) = exposure(&host, path) {
        let port = || {
            let stated = exposure.port.as_ref().map(|port| port.span);
            stated.or_else(|| workload.exposed_port(exposure).map(|port| port.name.span))
        };
        let is_port = above(path) == "port" || last(path) == "port";
        return match last(path) {
            "pathType" | "type" => Some(exposure.exact.as_ref().map_or(exposure.address.span, |exact| exact.span)),
            "request" => exposure.timeout.as_ref().map(|timeout| timeout.span),
            _ if is_port => port(),
            "name" => Some(workload.name.span),
            "path" | "value" => Some(exposure.address.span),
            _ => None,
        };
    }
    match last(path) {
        "host" => address,
        "secretName" => certificate(&host).or(address),
        _ if matches!(above(path), "hosts" | "hostnames") => address,
        _ => None,
    }
}

fn certificate(host: &Exposing<'_>) -> Option<Span> {
    host.certificate()?.name().map(|name| name.span)
}

/// What decides about an annotation by which whoever serves an Ingress is told of a certificate or a timeout.
pub(super) fn annotation(places: &Places<'_>, key: &str) -> Option<Span> {
    let host = host(places, places.workload?)?;
    let EntryKind::Ingress { class: _, timeout_annotation } = &host.by.by else { return None };
    if timeout_annotation.as_ref().is_some_and(|stated| stated.value == key) {
        return host.exposures.iter().find_map(|exposure| exposure.timeout.as_ref()).map(|timeout| timeout.span);
    }
    match host.certificate()? {
        Certificate::Issuer(name) | Certificate::ClusterIssuer(name) => {
            host.annotations().iter().any(|(known, _)| known == key).then_some(name.span)
        }
        Certificate::Secret(_) | Certificate::None(_) => None,
    }
}
