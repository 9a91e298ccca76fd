//! What an operator or a chart brings: the `allow` statements of managed workloads and of their classes.

use super::draft::Draft;
use super::{Context, ports};
use crate::graph::{Derived, MissingEnd, Source, Target};
use crate::model::managed::{ClassEnd, ClassFlow};
use crate::model::{EndpointId, Layer, PORT_WORDS, Workload};
use crate::source::Span;

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    for workload in cx.model.workloads() {
        for flow in workload.managed().map(|managed| managed.flows.as_slice()).unwrap_or_default() {
            Statement { cx, workload, flow }.derive(draft);
        }
    }
}

/// One statement of one workload.
struct Statement<'a> {
    cx: &'a Context<'a>,
    workload: &'a Workload,
    flow: &'a ClassFlow,
}

impl Statement<'_> {
    fn derive(&self, draft: &mut Draft<'_>) {
        let own = Source::Endpoint(self.workload.id);
        match (&self.flow.from, &self.flow.to) {
            (ClassEnd::Own(_), ClassEnd::Own(port)) => self.to_port(own, self.workload.id, port.as_deref(), draft),
            (ClassEnd::Own(_), ClassEnd::KubernetesApi) => self.add(own, Target::KubernetesApi, draft),
            (ClassEnd::KubernetesApi, ClassEnd::Own(port)) => {
                self.to_port(Source::KubernetesApi, self.workload.id, port.as_deref(), draft);
            }
            (ClassEnd::Class { class, .. }, ClassEnd::Own(port)) => {
                for member in self.members(class, draft) {
                    self.to_port(Source::Endpoint(member), self.workload.id, port.as_deref(), draft);
                }
            }
            (ClassEnd::Own(_), ClassEnd::Class { class, port }) => {
                let (class, port) = self.class_and_port(class, port.as_deref());
                for member in self.members(class, draft) {
                    self.to_port(own, member, port, draft);
                }
            }
            (ClassEnd::Workload { endpoint, .. }, ClassEnd::Own(port)) => {
                self.to_port(Source::Endpoint(*endpoint), self.workload.id, port.as_deref(), draft);
            }
            (ClassEnd::Own(_), ClassEnd::Workload { endpoint, port }) => {
                self.to_port(own, *endpoint, port.as_deref(), draft);
            }
            // A workload speaks of its own traffic only.
            (
                ClassEnd::KubernetesApi | ClassEnd::Workload { .. } | ClassEnd::Class { .. },
                ClassEnd::KubernetesApi | ClassEnd::Workload { .. } | ClassEnd::Class { .. },
            ) => {
                draft.miss(MissingEnd {
                    cause: self.place(),
                    workload: self.workload.id,
                    needs: "`self` at one end of the traffic that it states".to_owned(),
                    why: "traffic between others is stated where they are declared".to_owned(),
                    example: "allow self -> kubernetes-api because \"it watches objects\"".to_owned(),
                    candidates: Vec::new(),
                    unshared: None,
                    named_by: "from",
                });
            }
        }
    }

    /// A class of the platform's own files has no module before it, so its last dot begins a port.
    fn class_and_port<'t>(&self, class: &'t str, port: Option<&'t str>) -> (&'t str, Option<&'t str>) {
        match class.rsplit_once('.') {
            Some((before, last)) if port.is_none() && !self.cx.sight.knows_class(class) => {
                if self.cx.sight.knows_class(before) {
                    return (before, Some(last));
                }
                (class, None)
            }
            _ => (class, port),
        }
    }

    /// The workloads of a class that this one sees: there must be one.
    fn members(&self, class: &str, draft: &mut Draft<'_>) -> Vec<EndpointId> {
        let (sight, from) = (&self.cx.sight, self.workload.environment);
        let members = sight.seen(sight.of_class(class), from);
        if members.is_empty() && !sight.is_uncertain(from) {
            draft.miss(MissingEnd {
                cause: self.place(),
                workload: self.workload.id,
                needs: format!("a workload of class {class}"),
                why: self.flow.because.value.clone(),
                example: sight.declaration(class, sight.shared_for(from)),
                candidates: Vec::new(),
                unshared: sight.unshared(sight.of_class(class), from),
                named_by: "from",
            });
        }
        members
    }

    fn to_port(&self, source: Source, endpoint: EndpointId, name: Option<&str>, draft: &mut Draft<'_>) {
        let ports = self.cx.ports(endpoint);
        let port = name.map_or_else(|| ports::only(ports), |name| ports::named(ports, name));
        if let Some(port) = port {
            self.add(source, Target::Port { endpoint, port }, draft);
        } else if self.cx.model.endpoint(endpoint).is_some_and(|endpoint| !endpoint.lacks(PORT_WORDS))
            && !self.is_told(endpoint, name)
        {
            let port = name.map_or_else(|| "a port".to_owned(), |name| format!("a port `{name}`"));
            let shown = if endpoint == self.workload.id { "self" } else { self.cx.name(endpoint) };
            draft.miss(MissingEnd {
                cause: self.place(),
                workload: self.workload.id,
                needs: format!("{port} of {}", self.cx.name(endpoint)),
                why: self.flow.because.value.clone(),
                example: format!("port {} 8080", name.unwrap_or("http")),
                candidates: if name.is_some() { Vec::new() } else { ports::spelled(ports, shown) },
                unshared: None,
                named_by: "from",
            });
        }
    }

    /// Whether a port that is not there has been said to be missing where the workload's own words name it.
    fn is_told(&self, endpoint: EndpointId, port: Option<&str>) -> bool {
        let workload = self.cx.model.workload(endpoint);
        port.is_some_and(|port| workload.is_some_and(|workload| workload.names_port(port)))
    }

    fn add(&self, source: Source, target: Target, draft: &mut Draft<'_>) {
        let reason = self.flow.because.value.clone();
        draft.add(source, target, Derived { derivation: "class", reason, cause: self.flow.span });
    }

    /// Where the user can mend it: the statement, or the declaration that took it over from a class.
    fn place(&self) -> Span {
        match self.flow.because.layer {
            Layer::Class(_) => self.workload.name.span,
            Layer::BuiltIn
            | Layer::PlatformDefaults
            | Layer::EnvironmentDefaults(_)
            | Layer::Declaration
            | Layer::OverlayAll(_)
            | Layer::Overlay(_) => self.flow.span,
        }
    }
}
