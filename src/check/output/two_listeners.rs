//! One container of a pod listens on a port.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Protocol, Service, Workload};
use crate::source::Span;
use crate::value::Port;

crate::check! {
    /// ## What it means
    /// Two containers of one pod, a service's own and a `sidecar`, state the same port: both listen there, or one listens and the health
    /// of the other is asked there.
    ///
    /// ## Why it matters in the cluster
    /// All containers of a pod have one address, and the ports of it are shared. Whichever starts second finds the port taken and
    /// crashes, again and again; or probes ask another container than the one that is meant.
    ///
    /// ## How to mend it
    /// Let the program of one of them listen on another port, and write that in place of the number.
    ///
    /// ```bvl bad in=service
    /// sidecar cache {
    ///   image "registry.example/cache:1.0"; cpu 10m; memory 16Mi
    ///   port cache 8080 //~ BVL0915 "app and sidecar cache of app both listen on 8080"
    ///   health 8081 { ready "/readyz" } //~ BVL0915 "the health of sidecar cache of app is asked on 8081, where app listens"
    /// }
    /// ```
    /// ```bvl good in=service
    /// sidecar cache {
    ///   image "registry.example/cache:1.0"; cpu 10m; memory 16Mi
    ///   port cache 9001
    ///   health 9001 { ready "/readyz" }
    /// }
    /// ```
    /// The same number of TCP and UDP are two ports:
    /// ```bvl good in=service
    /// sidecar cache {
    ///   image "registry.example/cache:1.0"; cpu 10m; memory 16Mi
    ///   port cache 8080 udp
    /// }
    /// ```
    ///
    /// ## Source
    /// [Pods: how pods manage multiple containers](https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking), Kubernetes 1.36:
    /// within a pod, containers share an address and its ports.
    BVL0915, "two-listeners", Error(Stated), since "0.1.0" => run, reads ["port", "health", "metrics", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let mut first: BTreeMap<(Port, Protocol), Listener> = BTreeMap::new();
        for listener in listeners(workload, service) {
            let Some(other) = first.get(&listener.at) else {
                first.insert(listener.at, listener);
                continue;
            };
            if other.container == listener.container {
                continue;
            }
            let number = listener.at.0;
            let (title, here, note) = match listener.does {
                Does::Listen => (
                    format!("{} and {} both listen on {number}", other.container, listener.container),
                    listener.place(),
                    "the containers of a pod share its address and its ports: the one that starts second finds the port taken and crashes, and is started again and again",
                ),
                Does::Answer => (
                    format!(
                        "the health of {} is asked on {number}, where {} listens",
                        listener.container, other.container
                    ),
                    listener.place(),
                    "the containers of a pod share its address and its ports: the probe would say of one of them how the other is",
                ),
            };
            sink.report(
                finding(&BVL0915, workload, environment, listener.span, title)
                    .here(here)
                    .also(other.span, other.place())
                    .note(note)
                    .help(elsewhere(workload, service, number)),
            );
        }
    }
}

/// How one of two can listen elsewhere, and where nothing of the pod listens yet.
fn elsewhere(workload: &Workload, service: &Service, number: Port) -> String {
    let taken: BTreeSet<u16> = listeners(workload, service).map(|listener| listener.at.0.get()).collect();
    let free = (number.get()..=u16::MAX).find(|port| !taken.contains(port));
    let such_as = free.map_or_else(String::new, |free| format!(", such as {free}, which is free in the pod"));
    format!(
        "let the program of one of the two containers listen on another port{such_as}; then write that in place of {number}"
    )
}

/// A container, and where it says that it listens.
struct Listener {
    at: (Port, Protocol),
    does: Does,
    container: String,
    /// The name of the port, where it serves others.
    port: Option<String>,
    span: Span,
}

impl Listener {
    /// The label of its place.
    fn place(&self) -> String {
        match &self.port {
            Some(port) => format!("port {port} of {}", self.container),
            None => format!("asks {}", self.container),
        }
    }
}

/// What a container does at a port.
#[derive(Clone, Copy)]
enum Does {
    /// It serves others there.
    Listen,
    /// It is to answer probes there, and serves others if one of its ports says so.
    Answer,
}

/// Where each container listens: on its ports, and where its health is asked.
fn listeners(workload: &Workload, service: &Service) -> impl Iterator<Item = Listener> {
    let name = &workload.name.value;
    let called = |sidecar: &str| {
        let found = service.program.sidecars().find(|known| known.name.value == sidecar);
        found.map_or_else(|| name.clone(), |found| found.called(name))
    };
    let ports = workload.ports.iter().map(move |port| Listener {
        at: (port.number.value, port.protocol),
        does: Does::Listen,
        container: port.sidecar.as_deref().map_or_else(|| name.clone(), called),
        port: Some(port.name.value.clone()),
        span: port.number.span,
    });
    let asked = service.program.sidecars().filter_map(|sidecar| {
        let port = &sidecar.health.as_ref()?.port;
        let at = (port.value, Protocol::Tcp);
        Some(Listener { at, does: Does::Answer, container: sidecar.called(name), port: None, span: port.span })
    });
    ports.chain(asked)
}
