//! An Ingress and a route of a Gateway lead to ports that their Services have.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::object::api::core::v1::ServicePort;
use crate::object::api::networking::v1::{Ingress, IngressServiceBackend};
use crate::object::{BackendRef, FieldPath, Given, HTTPRoute, IntOrString, Service};
use crate::verify::cluster::Cluster;
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// An Ingress leads to a port of a Service, by number or by name, or an HTTPRoute to one by number, that this Service of these files
    /// has not.
    ///
    /// ## Why it matters in the cluster
    /// The controller has nowhere to send these requests: they are answered with 503, or the path is left out.
    ///
    /// ## How to mend it
    /// Write a port of the Service: its own number or name, not those of the pods behind it.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: { name: web }
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: web
    ///       port: { number: 8080 } #~ BVL1146 "8080"
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata: { name: web }
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: web
    ///       port: { number: 80 }
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }
    /// ```
    /// ```yaml bad
    /// apiVersion: gateway.networking.k8s.io/v1
    /// kind: HTTPRoute
    /// metadata: { name: web }
    /// spec:
    ///   rules:
    ///   - backendRefs:
    ///     - name: web
    ///       port: 8080 #~ BVL1146 "8080"
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }
    /// ```
    ///
    /// ## Source
    /// [`types.go`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go), Kubernetes 1.36, `IngressServiceBackend`:
    /// "A port name or port number is required".
    BVL1146, "backend-port-not-there", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1146];

/// The Services that an Ingress leads to, each with the field that holds it.
pub(super) fn backends(ingress: &Ingress) -> Vec<(FieldPath, &IngressServiceBackend)> {
    let Some(spec) = &ingress.spec else { return Vec::new() };
    let default = spec.default_backend.iter().map(|backend| (FieldPath::of("spec.defaultBackend"), backend));
    let rules = spec.rules.iter().flatten().enumerate();
    let paths = rules.flat_map(|(rule, stated)| {
        let paths = stated.http.iter().flat_map(|http| &http.paths).enumerate();
        paths.map(move |(at, path)| {
            let field = FieldPath::of("spec.rules").index(rule).at("http.paths").index(at).at("backend");
            (field, &path.backend)
        })
    });
    default.chain(paths).filter_map(|(path, backend)| Some((path.at("service"), backend.service.as_ref()?))).collect()
}

/// The Services of its own namespace that a route leads to, each with the field that holds it.
pub(super) fn services_of(route: &HTTPRoute) -> Vec<(FieldPath, &BackendRef)> {
    let rules = route.spec.rules.iter().enumerate();
    let backends = rules.flat_map(|(rule, stated)| {
        let backends = stated.backend_refs.iter().enumerate();
        backends
            .map(move |(at, backend)| (FieldPath::of("spec.rules").index(rule).at("backendRefs").index(at), backend))
    });
    let is_service = |backend: &BackendRef| {
        backend.kind.as_deref().is_none_or(|kind| kind == "Service")
            && backend.group.as_deref().is_none_or(str::is_empty)
            && backend.namespace.is_none()
    };
    backends.filter(|(_, backend)| is_service(backend)).collect()
}

/// A port of a Service, as it is named.
#[derive(Clone, Copy)]
struct Named<'a> {
    service: &'a str,
    number: Option<i32>,
    name: Option<&'a str>,
}

/// The ports of Services that an object leads requests to, each with the field that holds it.
fn named(object: &Given) -> Vec<(FieldPath, Named<'_>)> {
    if let Given::Ingress(ingress) = object {
        return backends(ingress)
            .into_iter()
            .filter_map(|(path, backend)| {
                let port = backend.port.as_ref()?;
                let named = Named { service: &backend.name, number: port.number, name: port.name.as_deref() };
                Some((path.at("port"), named))
            })
            .collect();
    }
    let Given::HTTPRoute(route) = object else { return Vec::new() };
    services_of(route)
        .into_iter()
        .map(|(path, backend)| (path.at("port"), Named { service: &backend.name, number: backend.port, name: None }))
        .collect()
}

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut services: BTreeMap<(&str, &str), (usize, &Service)> = BTreeMap::new();
    for (at, object) in cluster.iter() {
        if let Given::Service(service) = object {
            services.insert((cluster.namespace_of(object), object.name()), (at, service));
        }
    }
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        for (path, port) in named(object) {
            // one that is not there is said with whatever else is named and not there
            let key = (cluster.namespace_of(object), port.service);
            let Some((service_at, service)) = services.get(&key).copied() else { continue };
            let ports = || service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
            let wanted = match (port.number, port.name) {
                (Some(number), _) if !ports().any(|port| port.port == number) => number.to_string(),
                (None, Some(name)) if !ports().any(|port| port.name.as_deref() == Some(name)) => format!("`{name}`"),
                (Some(_) | None, _) => continue,
            };
            let shown = ports().map(|port| match &port.name {
                Some(name) => format!("{} (`{name}`)", port.port),
                None => port.port.to_string(),
            });
            let shown = shown.collect::<Vec<_>>().join(" or ");
            let help = if shown.is_empty() {
                "give the Service this port".to_owned()
            } else {
                let is_of_pods = |its: &ServicePort| match &its.target_port {
                    Some(IntOrString::Int(target)) => port.number == Some(*target),
                    Some(IntOrString::String(target)) => port.name == Some(target),
                    None => false,
                };
                let pods =
                    if ports().any(is_of_pods) { format!("; {wanted} is that of its pods") } else { String::new() };
                format!("write a port of the Service, {shown}{pods}")
            };
            let message = format!(
                "{} leads to the port {wanted} of the Service `{}`, which has no such port",
                cluster.title(object),
                port.service
            );
            found.push(
                Finding::new(&BVL1146, Place::new(at, path), message)
                    .here("no such port")
                    .other(Place::new(service_at, FieldPath::of("spec.ports")), "these are its ports")
                    .note("the controller answers these requests with 503")
                    .help(help),
            );
        }
    }
    found
}
