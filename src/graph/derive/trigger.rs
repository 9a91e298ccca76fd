//! What scaling triggers ask: KEDA asks their sources, and the custom metrics API has a server.
//!
//! KEDA's operator alone asks: its metrics server gets the answers from the operator, by gRPC at port 9666 (KEDA 2.20).
//! For a metric of the pods the autoscaler asks the API server and that the adapter, whose own flows its class states.

use super::draft::Draft;
use super::providers::{Demand, Missed};
use super::{Context, ports};
use crate::graph::{Derived, MissingEnd, Source, Target, TriggerSource, UnnamedSource};
use crate::model::managed::Role;
use crate::model::trigger::{RabbitmqMeasure, Trigger, TriggerKind};
use crate::model::{EndpointId, PORT_WORDS, Workload};
use crate::source::Span;

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    for workload in cx.model.workloads() {
        let Some(auto) = workload.service().and_then(|service| service.scaling.auto()) else { continue };
        for (index, trigger) in auto.triggers.iter().enumerate() {
            let asking = Asking { cx, workload, trigger };
            // KEDA is needed also where the trigger asks nothing, or where what it asks is not known.
            let kedas = asking.keda(&mut missed, draft);
            let Some(source) = asking.source(&mut missed, draft) else {
                if trigger.from.is_none() && trigger.kind.asks_unnamed() && !kedas.is_empty() {
                    draft.leave_unnamed(UnnamedSource { workload: workload.id, trigger: index, kedas });
                }
                continue;
            };
            draft.ask(workload.id, index, source);
            for keda in kedas {
                let target = Target::Port { endpoint: source.endpoint, port: source.port };
                let reason = asking.reason(keda, source.endpoint);
                let cause = trigger.stated.span;
                draft.add(Source::Endpoint(keda), target, Derived { derivation: "trigger", reason, cause });
            }
        }
    }
}

/// One trigger of one service.
struct Asking<'a> {
    cx: &'a Context<'a>,
    workload: &'a Workload,
    trigger: &'a Trigger,
}

impl<'a> Asking<'a> {
    /// The KEDA that asks, where only KEDA knows the trigger.
    fn keda(&self, missed: &mut Missed, draft: &mut Draft<'_>) -> Vec<EndpointId> {
        if !self.trigger.kind.is_keda() {
            return Vec::new();
        }
        let why = format!("{} scales on `{}`, which only KEDA knows", self.workload.name.value, self.word());
        self.cx.providers(Role::Triggers, self.demand(why), missed, draft)
    }

    /// The workload and port that are asked.
    fn source(&self, missed: &mut Missed, draft: &mut Draft<'_>) -> Option<TriggerSource> {
        let endpoint = match (&self.trigger.kind, &self.trigger.from) {
            (TriggerKind::Metric { .. }, from) => {
                let name = &self.workload.name.value;
                let why = format!("{name} scales on a metric of its pods, which the custom metrics API serves");
                let servers = self.cx.providers(Role::CustomMetrics, self.demand(why), missed, draft);
                match from {
                    None => self.only(&servers, draft)?,
                    Some(from) => {
                        self.serving_metrics(from.endpoint, &servers, draft).then_some(from.endpoint)?;
                        from.endpoint
                    }
                }
            }
            (_, Some(from)) => from.endpoint,
            (kind, None) if kind.needs_source() => self.only_source(draft)?,
            (_, None) => return None,
        };
        Some(TriggerSource { endpoint, port: self.port(endpoint, draft)? })
    }

    /// The only workload in sight that marks a port for this type of trigger.
    fn only_source(&self, draft: &mut Draft<'_>) -> Option<EndpointId> {
        let (sight, from) = (&self.cx.sight, self.workload.environment);
        let word = self.word();
        let sources = sight.nearest(sight.of_trigger(word), from);
        if sources.is_empty() && !sight.is_uncertain(from) {
            let is_shared = self.usual_class() == PROMETHEUS || sight.is_shared(from);
            let place = if is_shared { sight.shared_for(from) } else { None };
            draft.miss(MissingEnd {
                cause: self.trigger.stated.span,
                workload: self.workload.id,
                needs: format!("a workload that a `{word}` trigger can ask"),
                why: format!("nothing that {} could reach marks a port for it", self.workload.name.value),
                example: sight.declaration(self.usual_class(), place),
                candidates: Vec::new(),
                unshared: sight.unshared(sight.of_trigger(word), from),
                named_by: "from",
            });
        }
        self.only(&sources, draft)
    }

    /// The one of several; more than one is reported.
    fn only(&self, found: &[EndpointId], draft: &mut Draft<'_>) -> Option<EndpointId> {
        match found {
            [] => None,
            [one] => Some(*one),
            several => {
                let candidates: Vec<String> = self.spelled(several);
                draft.miss(MissingEnd {
                    cause: self.trigger.stated.span,
                    workload: self.workload.id,
                    needs: format!("a workload that a `{}` trigger can ask", self.word()),
                    why: "only one can be asked".to_owned(),
                    example: candidates.first().map(|name| format!("from {name}")).unwrap_or_default(),
                    candidates,
                    unshared: None,
                    named_by: "from",
                });
                None
            }
        }
    }

    /// Whether what `from` names serves the custom metrics API.
    fn serving_metrics(&self, named: EndpointId, servers: &[EndpointId], draft: &mut Draft<'_>) -> bool {
        let Some(endpoint) = self.cx.model.endpoint(named) else { return false };
        let managed = self.cx.model.workload(named).and_then(Workload::managed);
        if managed.is_some_and(|managed| managed.has_role(Role::CustomMetrics)) {
            return true;
        }
        // Without any server, that is what has been reported.
        if !servers.is_empty() && !endpoint.tainted() {
            let name = &endpoint.name().value;
            draft.miss(MissingEnd {
                cause: self.place(),
                workload: self.workload.id,
                needs: format!("{name} to serve the custom metrics API"),
                why: format!("what serves it is {}", self.spelled(servers).join(", ")),
                example: "provides custom-metrics".to_owned(),
                candidates: Vec::new(),
                unshared: None,
                named_by: "from",
            });
        }
        false
    }

    /// The port that is named; else the one marked for this type of trigger; else the only one.
    fn port(&self, endpoint: EndpointId, draft: &mut Draft<'_>) -> Option<u16> {
        let ports = self.cx.ports(endpoint);
        let managed = self.cx.model.workload(endpoint).and_then(Workload::managed);
        let marked = || managed.and_then(|managed| managed.trigger_ports.get(self.word())).map(|port| &*port.value);
        let stated = self.trigger.from.as_ref().and_then(|from| from.port.as_deref()).or_else(marked);
        let found = match stated {
            Some(name) => ports::named(ports, name),
            // Nobody is sent to this port by its number: the API server knows the adapter by its APIService.
            None if matches!(self.trigger.kind, TriggerKind::Metric { .. }) => {
                ports::only(ports).or_else(|| ports::first_serving(ports))
            }
            None => ports::only(ports),
        };
        if found.is_none() && self.cx.model.endpoint(endpoint).is_some_and(|endpoint| !endpoint.lacks(PORT_WORDS)) {
            let name = self.cx.sight.spelled(endpoint, self.workload.environment);
            let word = self.word();
            let why = match stated {
                Some(port) => format!("{name} has no port named `{port}`"),
                None if ports.is_empty() => format!("{name} has no port"),
                None => format!("{name} has several, and none is marked for it"),
            };
            draft.miss(MissingEnd {
                cause: self.place(),
                workload: self.workload.id,
                needs: format!("the port of {name} that a `{word}` trigger asks"),
                why,
                example: match marked().filter(|marked| stated.is_some() && ports::named(ports, marked).is_some()) {
                    Some(marked) => format!("from {name}.{marked}"),
                    None => format!("port {} 8080", stated.unwrap_or("http")),
                },
                candidates: if stated.is_some() { Vec::new() } else { ports::spelled(ports, &name) },
                unshared: None,
                named_by: "from",
            });
        }
        found
    }

    /// As sentence part after "because".
    fn reason(&self, keda: EndpointId, source: EndpointId) -> String {
        let (keda, source, name) = (self.cx.name(keda), self.cx.name(source), &self.workload.name.value);
        match &self.trigger.kind {
            TriggerKind::NatsJetstream { .. }
            | TriggerKind::Kafka { .. }
            | TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Length(_), .. } => {
                format!("{keda} asks {source} how many messages wait for {name}")
            }
            TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Rate(_), .. } => {
                format!("{keda} asks {source} how many messages come in for {name}")
            }
            TriggerKind::Redis(_) => format!("{keda} asks {source} how many entries wait for {name}"),
            TriggerKind::Prometheus { .. } => format!("{keda} asks {source} for what {name} scales on"),
            TriggerKind::Cpu(_)
            | TriggerKind::Memory(_)
            | TriggerKind::Metric { .. }
            | TriggerKind::Cron { .. }
            | TriggerKind::Keda { .. } => {
                format!("{keda} asks {source} for what `{}` tells it about {name}", self.word())
            }
        }
    }

    /// The type of trigger, as workloads mark ports for it.
    fn word(&self) -> &'a str {
        if let TriggerKind::Keda { kind, .. } = &self.trigger.kind { &kind.value } else { self.trigger.kind.word() }
    }

    /// The class of the standard library that most would declare for this type of trigger.
    fn usual_class(&self) -> &'static str {
        match &self.trigger.kind {
            TriggerKind::NatsJetstream { .. } => "nats.cluster",
            TriggerKind::Kafka { .. } => "kafka.strimzi",
            TriggerKind::Rabbitmq { .. } => "rabbitmq.cluster",
            TriggerKind::Redis(_) => "redis.replication",
            TriggerKind::Cpu(_)
            | TriggerKind::Memory(_)
            | TriggerKind::Metric { .. }
            | TriggerKind::Prometheus { .. }
            | TriggerKind::Cron { .. }
            | TriggerKind::Keda { .. } => PROMETHEUS,
        }
    }

    fn demand(&self, why: String) -> Demand<'a> {
        Demand { workload: self.workload, cause: self.trigger.stated.span, why }
    }

    fn spelled(&self, endpoints: &[EndpointId]) -> Vec<String> {
        endpoints.iter().map(|endpoint| self.cx.sight.spelled(*endpoint, self.workload.environment)).collect()
    }

    /// Where it says what is asked.
    fn place(&self) -> Span {
        self.trigger.from.as_ref().map_or(self.trigger.stated.span, |from| from.span)
    }
}

const PROMETHEUS: &str = "prometheus.server";
