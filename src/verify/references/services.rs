//! A Service has pods, and its ports lead to ports of theirs; a probe asks a port that is there.

use crate::diagnostic::Code;
use crate::object::api::core::v1::{ContainerPort, HTTPGetAction, ServicePort, TCPSocketAction};
use crate::object::{FieldPath, Given, IntOrString};
use crate::value::name::port_name;
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::{ContainerView, PodView, Role};
use crate::verify::select::fits_map;

crate::code! {
    /// ## What it means
    /// No pod template of these files, in the namespace of the Service, has the labels that it selects.
    ///
    /// ## Why it matters in the cluster
    /// The name resolves, and every connection is refused or times out.
    ///
    /// ## How to mend it
    /// Write the labels of the pods. Where the pods come from somewhere else, add their files to what is verified.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   selector: { app: wbe } #~ BVL1132
    ///   ports: [{ port: 80 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   selector: { app: web }
    ///   ports: [{ port: 80 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// [Service](https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors), "Services without selectors",
    /// Kubernetes 1.36: one without a selector gets no endpoints and is left out.
    BVL1132, "service-without-pods", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A port of a Service leads to a name that no container of the selected pods gives to a port of that protocol.
    ///
    /// ## Why it matters in the cluster
    /// Those pods are left out of this port: it has no endpoints, and every connection to it fails.
    ///
    /// ## How to mend it
    /// Name the container's port, or write its number.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   selector: { app: web }
    ///   ports:
    ///     - port: 80
    ///       targetPort: http #~ BVL1133 "`http`"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec:
    ///   containers: [{ name: web, image: "web:1", ports: [{ name: https, containerPort: 8443 }] }]
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Service
    /// metadata: { name: web }
    /// spec:
    ///   selector: { app: web }
    ///   ports:
    ///     - port: 80
    ///       targetPort: http
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec:
    ///   containers: [{ name: web, image: "web:1", ports: [{ name: http, containerPort: 8080 }] }]
    /// ```
    ///
    /// ## Source
    /// `FindPort` in [`util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/api/v1/pod/util.go), Kubernetes 1.36.
    BVL1133, "target-port-not-there", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A probe, or a hook with `httpGet`, asks a port by a name that its container gives to none of its ports.
    ///
    /// ## Why it matters in the cluster
    /// The probe fails each time. Of liveness and startup the container is killed again and again, of readiness the pod
    /// never gets traffic. After a failed `postStart` the container is killed, after a failed `preStop` it is told to stop at once,
    /// with requests still on their way to it.
    ///
    /// ## How to mend it
    /// Name the port in the same container, or write its number.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       ports: [{ name: http, containerPort: 8080 }]
    ///       readinessProbe:
    ///         httpGet:
    ///           port: health #~ BVL1134 "`health`"
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       ports: [{ name: http, containerPort: 8080 }]
    ///       readinessProbe:
    ///         httpGet:
    ///           port: http
    /// ```
    ///
    /// ## Source
    /// `ResolveContainerPort` in [`util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/probe/util.go), which `pkg/kubelet/prober` calls, and
    /// `runHTTPHandler` in [`handlers.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/lifecycle/handlers.go), Kubernetes 1.36.
    BVL1134, "probe-port-not-there", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1132, &BVL1133, &BVL1134];

/// So many ports are named.
const SHOWN: usize = 5;

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        if let Given::Service(service) = object {
            let Some(spec) = &service.spec else { continue };
            let selector = spec.selector.as_ref().filter(|selector| !selector.is_empty());
            if selector.is_none() || spec.type_.as_deref() == Some("ExternalName") {
                continue;
            }
            let pods = cluster.labeled(cluster.namespace_of(object), selector);
            let is_unread = || {
                let namespace = cluster.namespace_of(object);
                cluster.may_select_left_out(namespace, |labels| fits_map(selector, Some(labels)))
            };
            if pods.is_empty() && !is_unread() {
                let message = format!("{} selects no pod of these files", cluster.title(object));
                found.push(
                    Finding::new(&BVL1132, Place::new(at, FieldPath::of("spec.selector")), message)
                        .here("no template in its namespace has these labels")
                        .note("its name resolves, and no connection to it succeeds")
                        .help(cluster.labels_there(cluster.namespace_of(object), selector)),
                );
            }
            for (index, port) in spec.ports.iter().flatten().enumerate() {
                let path = FieldPath::of("spec.ports").index(index).at("targetPort");
                found.extend(pods.iter().filter_map(|pod| of_port(cluster, Place::new(at, path.clone()), port, pod)));
            }
        }
    }
    for Pod { at, object, view, .. } in cluster.pods() {
        of_probes(&cluster.title(object), *at, view, &mut found);
    }
    found
}

fn of_port(cluster: &Cluster<'_>, place: Place, port: &ServicePort, pod: &Pod<'_>) -> Option<Finding> {
    let Some(IntOrString::String(name)) = &port.target_port else { return None };
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    // init containers that stay beside the others have ports of the pod, those that end have none
    let stays = |container: &&ContainerView<'_>| match container.role {
        Role::Main | Role::Sidecar => true,
        Role::Init | Role::Ephemeral => false,
    };
    let all = || pod.view.containers.iter().filter(stays).flat_map(|container| container.ports);
    let of = |port: &ContainerPort| port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
    let so_called = || all().filter(|known| known.name.as_ref() == Some(name));
    // what cannot be the name of a port is refused, and said to be
    if so_called().any(|known| of(known) == protocol) || port_name(name).is_err() {
        return None;
    }
    let service = cluster.objects.get(place.object).map(|service| cluster.title(service)).unwrap_or_default();
    let workload = cluster.title(pod.object);
    let other = so_called().next().map(of);
    let message = match &other {
        Some(other) => format!(
            "{service}: its port {} leads to `{name}` by {protocol}, which {workload} has by {other} alone",
            port.port
        ),
        None => format!("{service}: its port {} leads to `{name}`, which {workload} has not", port.port),
    };
    let is_ended = || {
        pod.view
            .containers
            .iter()
            .filter(|it| it.role == Role::Init)
            .any(|it| it.ports.iter().any(|known| known.name.as_ref() == Some(name)))
    };
    let stated = match protocol {
        "TCP" => format!("`ports: [{{ name: {name}, containerPort: .. }}]`"),
        other => format!("`ports: [{{ name: {name}, containerPort: .., protocol: {other} }}]`"),
    };
    let help = match (other, named(all().filter(|known| of(known) == protocol))) {
        (Some(other), _) => format!(
            "say `protocol: {other}` at the port of the Service, or give the container a port of {protocol}: {stated}"
        ),
        (None, Some(ports)) => format!("write a port that is there, {ports}, or give that port the name `{name}`"),
        (None, None) if is_ended() => {
            format!(
                "state the port in a container that keeps running, an init container with `restartPolicy: Always` or another: {stated}"
            )
        }
        (None, None) => format!("state the port in its container: {stated}"),
    };
    Some(
        Finding::new(&BVL1133, place, message)
            .here(format!("no {protocol} port has this name"))
            .other(Place::new(pod.at, pod.view.spec_path.at("containers")), "these containers have no such port")
            .note("these pods get no traffic of this port")
            .help(help),
    )
}

/// The ports as they may be named: `` `https` (8443) ``; nothing where there is none.
fn named<'a>(ports: impl Iterator<Item = &'a ContainerPort>) -> Option<String> {
    let named = ports.take(SHOWN).map(|port| match &port.name {
        Some(name) => format!("`{name}` ({})", port.container_port),
        None => format!("`{}`", port.container_port),
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| named.join(" or "))
}

fn of_probes(title: &str, at: usize, pod: &PodView<'_>, found: &mut Vec<Finding>) {
    for container in &pod.containers {
        let probes = container.probes.into_iter().filter_map(|(field, probe)| {
            let (action, name) = named_port(probe?.http_get.as_ref(), probe?.tcp_socket.as_ref())?;
            Some((container.path.at(field), action, name, format!("the {field}"), "the probe fails each time"))
        });
        let hooks = container.lifecycle.into_iter().flat_map(|lifecycle| {
            let (start, stop) = (lifecycle.post_start.as_ref(), lifecycle.pre_stop.as_ref());
            [("postStart", start, FAILED_START), ("preStop", stop, FAILED_STOP)]
        });
        let hooks = hooks.filter_map(|(field, hook, consequence)| {
            let (action, name) = named_port(hook?.http_get.as_ref(), None)?;
            Some((container.path.at("lifecycle").at(field), action, name, format!("the {field} hook"), consequence))
        });
        for (path, action, name, what, consequence) in probes.chain(hooks) {
            if container.ports.iter().any(|port| port.name.as_deref() == Some(name)) || port_name(name).is_err() {
                continue;
            }
            let message = format!(
                "{title}: {what} of the container `{}` asks the port `{name}`, which it has not",
                container.name
            );
            found.push(
                Finding::new(&BVL1134, Place::new(at, path.at(action).at("port")), message)
                    .here("no port of this container has this name")
                    .note(consequence)
                    .help(match named(container.ports.iter()) {
                        Some(ports) => {
                            format!("write a port of the same container, {ports}, or give that port the name `{name}`")
                        }
                        None => "write the number of the port, or state the port with this name in the same container"
                            .to_owned(),
                    }),
            );
        }
    }
}

/// "If it fails, the container is terminated" (`Lifecycle.PostStart` in kubernetes/api `core/v1/types.go`, 0.36).
const FAILED_START: &str = "the hook fails each time, and the container is killed and started again";
/// "Regardless of the outcome of the handler, the container will eventually terminate" (`Lifecycle.PreStop` there).
const FAILED_STOP: &str = "the hook fails each time, and the container is told to stop at once";

fn named_port<'p>(
    http: Option<&'p HTTPGetAction>,
    tcp: Option<&'p TCPSocketAction>,
) -> Option<(&'static str, &'p str)> {
    let (action, port) = match (http, tcp) {
        (Some(http), _) => ("httpGet", &http.port),
        (None, Some(tcp)) => ("tcpSocket", &tcp.port),
        (None, None) => return None,
    };
    if let IntOrString::String(name) = port { Some((action, name)) } else { None }
}
