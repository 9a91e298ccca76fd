//! A Service has somebody who may call it.

use std::collections::BTreeMap;

use super::{Judged, words};
use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::verify::connectivity::{ClassId, Direction, Ports, Route};
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// NetworkPolicies let somebody in to the pods of a Service, and at none of the ports that the Service leads to. Pods that
    /// are closed to everyone may be meant so, and are left alone.
    ///
    /// ## Why it matters in the cluster
    /// The name of the Service resolves, its pods are ready (probes of the kubelet are always let in), and every connection times
    /// out.
    ///
    /// ## How to mend it
    /// Allow its callers, at the port of the pods: a policy judges what arrives at the pod, so the number is the `targetPort` and
    /// never the `port` of the Service. A Service that nobody should call can be removed.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: api }
    /// spec:
    ///   selector: { app: api }
    ///   ports: #~ BVL1155 "Service api"
    ///     - { port: 80, targetPort: 8080 }
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - ports: [{ port: 80 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: api }
    /// spec:
    ///   selector: { app: api }
    ///   ports:
    ///     - { port: 80, targetPort: 8080 }
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - ports: [{ port: 8080 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/),
    /// Kubernetes 1.33: ports of a policy are those of the pods that it selects.
    BVL1155, "service-without-callers", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1155];

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut services: BTreeMap<usize, Vec<Route>> = BTreeMap::new();
    for route in judged.connectivity.routes() {
        services.entry(route.service).or_default().push(route);
    }
    services.into_iter().filter_map(|(service, routes)| of_service(judged, service, &routes)).collect()
}

fn of_service(judged: &Judged<'_>, service: usize, routes: &[Route]) -> Option<Finding> {
    let targets =
        || routes.iter().flat_map(|route| route.targets.iter().map(move |(class, port)| (route, *class, *port)));
    let admitted = |class: ClassId| judged.connectivity.admitted(class);
    let is_open = |(route, class, port): (&Route, ClassId, u16)| admitted(class).contains(route.transport, port);
    if targets().any(is_open) {
        return None;
    }
    let (_, first, _) = targets().next()?;
    // pods that are closed to all may be meant so, and a port by a name that is not there is said where it is named
    if targets().all(|(_, class, _)| admitted(class).is_empty())
        || targets().any(|(_, class, _)| judged.names_no_port(class))
    {
        return None;
    }
    let at = *judged.gathered.services.get(service)?;
    let title = judged.cluster.objects.get(at).map(|object| judged.cluster.title(object))?;
    let mut ports = Ports::NONE;
    for (route, _, port) in targets() {
        ports.add(&Ports::one(route.transport, port));
    }
    let pods = words(targets().map(|(_, class, _)| judged.title(class)));
    let message = format!("{title}: policies let nobody in to {pods} at {ports}");
    let mut finding = Finding::new(&BVL1155, Place::new(at, FieldPath::of("spec.ports")), message)
        .here(format!("these lead to {ports}"))
        .note("every connection to it times out");
    // the port of a Service where that of its pods is meant
    let is_own = |(route, class, port): &(&Route, ClassId, u16)| {
        route.port != *port && admitted(*class).contains(route.transport, route.port)
    };
    if let Some((route, ..)) = targets().find(is_own) {
        let own = Ports::one(route.transport, route.port);
        finding =
            finding.note(format!("{own} is let in, the port of the Service; a policy judges the port of the pod"));
    }
    let isolating = judged.connectivity.isolating(first, Direction::Ingress).take(3);
    for policy in isolating.filter_map(|policy| judged.policy(policy)) {
        let place = Place::new(policy.at, FieldPath::of("spec.podSelector"));
        finding = finding.other(place, format!("{} isolates them", policy.title));
    }
    Some(finding.help(format!("allow its callers at {ports}")))
}
