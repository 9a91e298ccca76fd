//! Models for the tests of this room, from a notation of one line a declaration: only what flows follow from.
//!
//! ```text
//! env system shared
//! managed system/keda is keda.operator: provides triggers; port api 6443; allow kubernetes-api -> self.api because hooks
//! service prod/web: port http 8080; metrics 8081; on nats-jetstream from prod/nats; after prod/api
//! external prod/vault: port api 8200; host
//! flow prod/web -> prod/vault.api
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Sink;
use crate::graph::{Flow, FlowGraph, Source, Target, Why};
use crate::model::body::{Body, Decoder, Names};
use crate::model::environment::{EnvironmentIdentity, Instance};
use crate::model::flow::StatementId;
use crate::model::managed::{ClassEnd, ClassFlow, Role};
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, Reference, Trigger, TriggerKind};
use crate::model::unread::Unread;
use crate::model::workload::{Identity, WorkloadForm};
use crate::model::{
    Autoscaling, ClassId, DeclaredFlow, Endpoint, EndpointId, Environment, EnvironmentId, External, FlowStatement,
    Layer, Model, NamedPort, Origin, Platform, PortUse, Protocol, Scaling, Waived, Workload, WorkloadKind,
};
use crate::source::{Provenance, SourceMap, Span};
use crate::value::{FromTerm, Percent, Port, Term, TermKind};

/// The model that a text in the notation stands for.
pub(super) fn model(text: &str) -> Model {
    Fixture::new(text).model()
}

/// A graph as lines: `prod/web -> prod/api.http`, with derivation and reason where it is derived.
pub(super) fn lines(model: &Model, graph: &FlowGraph) -> Vec<String> {
    graph.flows.iter().map(|flow| line(model, flow)).collect()
}

/// An endpoint as tests name it.
pub(super) fn name(model: &Model, id: EndpointId) -> String {
    let endpoint = model.endpoint(id).unwrap();
    format!("{}/{}", model.environment_title(endpoint.environment()), endpoint.name().value)
}

/// The endpoint that tests name so.
pub(super) fn id(model: &Model, title: &str) -> EndpointId {
    model.endpoints().map(Endpoint::id).find(|id| name(model, *id) == title).unwrap()
}

/// The text at a place.
pub(super) fn text_at(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

fn line(model: &Model, flow: &Flow) -> String {
    let source = match flow.source {
        Source::Endpoint(id) => name(model, id),
        Source::KubernetesApi => "kubernetes-api".to_owned(),
    };
    let target = match flow.target {
        Target::Port { endpoint, .. } => {
            format!("{}.{}", name(model, endpoint), flow.port(model).unwrap().name.value)
        }
        Target::Dns => "dns".to_owned(),
        Target::KubernetesApi => "kubernetes-api".to_owned(),
    };
    match &flow.why {
        Why::Declared(_) => format!("{source} -> {target}"),
        Why::Derived(derived) => format!("{source} -> {target} {}: {}", derived.derivation, derived.reason),
    }
}

struct Fixture<'t> {
    text: &'t str,
    environments: Vec<&'t str>,
    /// `ENV/NAME` in order of id.
    endpoints: Vec<&'t str>,
    classes: Vec<String>,
    base: Span,
}

struct Nobody;

impl Names for Nobody {
    fn endpoint(&self, _: &str) -> Result<EndpointId, Vec<String>> {
        Err(Vec::new())
    }
}

/// `prod/web is a, b` and what follows the colon.
struct Line<'t> {
    word: &'t str,
    name: &'t str,
    classes: Vec<&'t str>,
    body: Vec<&'t str>,
}

impl<'t> Fixture<'t> {
    fn new(text: &'t str) -> Self {
        let file = SourceMap::default().add("test.bvl", text, Provenance::User);
        let mut fixture = Self {
            text,
            environments: Vec::new(),
            endpoints: Vec::new(),
            classes: Vec::new(),
            base: Span::new(file, 0, 0),
        };
        for line in fixture.lines() {
            match line.word {
                "env" => fixture.environments.push(line.name),
                "class" => fixture.class(line.name),
                "flow" => {}
                _ => fixture.endpoints.push(line.name),
            }
            for class in line.classes {
                fixture.class(class);
            }
        }
        let environments = fixture.environments.clone();
        fixture
            .endpoints
            .sort_by_key(|name| environments.iter().position(|own| *own == name.split('/').next().unwrap()));
        fixture
    }

    fn lines(&self) -> Vec<Line<'t>> {
        let lines = self.text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let (head, body) = line.split_once(':').unwrap_or((line, ""));
                let (word, rest) = head.split_once(' ').unwrap();
                let (name, classes) = rest.split_once(" is ").unwrap_or((rest, ""));
                Line {
                    word,
                    name: name.split_once(' ').map_or(name, |(name, _)| if word == "env" { name } else { rest }),
                    classes: classes.split(", ").filter(|class| !class.is_empty()).collect(),
                    body: body.split(';').map(str::trim).filter(|part| !part.is_empty()).collect(),
                }
            })
            .collect()
    }

    fn class(&mut self, name: &str) {
        if !self.classes.iter().any(|class| class == name) {
            self.classes.push(name.to_owned());
        }
    }

    fn span(&self, part: &str) -> Span {
        let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
        Span::new(self.base.file, start, start + part.len())
    }

    fn origin(&self, part: &'t str) -> Origin<String> {
        Origin::new(part.to_owned(), self.span(part), Layer::Declaration)
    }

    fn environment(&self, endpoint: &str) -> EnvironmentId {
        let name = endpoint.split('/').next().unwrap();
        EnvironmentId(u32::try_from(self.environments.iter().position(|own| *own == name).unwrap()).unwrap())
    }

    fn endpoint(&self, name: &str) -> EndpointId {
        let found = self.endpoints.iter().position(|own| *own == name);
        EndpointId(u32::try_from(found.unwrap_or_else(|| panic!("no {name}"))).unwrap())
    }

    /// `prod/nats.monitoring`
    fn reference(&self, part: &str) -> Reference {
        let (name, port) = part.split_once('.').map_or((part, None), |(name, port)| (name, Some(port.to_owned())));
        Reference { endpoint: self.endpoint(name), port, span: self.span(part) }
    }

    fn model(&self) -> Model {
        let mut sink = Sink::default();
        let base = self.base;
        let mut decoder = Decoder {
            sink: &mut sink,
            names: &Nobody,
            environment: "",
            declared: base,
            tainted: false,
            unread: Unread::default(),
        };
        let empty = Body::default();
        let platform = Origin::new("test".to_owned(), base, Layer::Declaration);
        let mut model = Model {
            platform: Platform::decode(platform, &empty, &mut decoder),
            environments: Vec::new(),
            endpoints: Vec::new(),
            classes: {
                let named = self.classes.iter();
                named.map(|name| Origin::new(name.clone(), base, Layer::Declaration)).collect()
            },
            statements: Arc::default(),
            flows: Arc::default(),
            unresolved: std::collections::BTreeSet::new(),
            unread_flows: false,
            unknown_ends: false,
            taken_flows: Arc::default(),
            nevers: Vec::new(),
            rules: Vec::new(),
            tests: Vec::new(),
            waivers: Vec::new(),
            waived: Waived::default(),
            doubt: crate::model::Doubt::default(),
            half_read: Arc::default(),
            overlays: Arc::default(),
            constants: Arc::default(),
        };
        let mut endpoints: BTreeMap<EndpointId, Endpoint> = BTreeMap::new();
        for line in self.lines() {
            match line.word {
                "env" => {
                    let identity = EnvironmentIdentity {
                        id: EnvironmentId(u32::try_from(model.environments.len()).unwrap()),
                        name: self.origin(line.name),
                        title: line.name.to_owned(),
                        slug: line.name.to_owned(),
                        telling: Vec::new(),
                        instance: Instance::Fixed,
                        parameters: Vec::new(),
                    };
                    let mut environment = Environment::decode(identity, &empty, &mut decoder);
                    let shared = self.text.contains(&format!("env {} shared", line.name));
                    environment.shared = shared.then(|| Origin::new((), base, Layer::Declaration));
                    model.environments.push(environment);
                }
                "flow" => self.flow(line.name, &endpoints, &mut model),
                "class" => {}
                _ => {
                    let endpoint = self.declaration(&line, &mut decoder);
                    endpoints.insert(endpoint.id(), endpoint);
                }
            }
        }
        model.endpoints = endpoints.into_values().map(Arc::new).collect();
        model
    }

    fn flow(&self, text: &'t str, endpoints: &BTreeMap<EndpointId, Endpoint>, model: &mut Model) {
        let (source, destination) = text.split_once(" -> ").unwrap();
        let to = self.reference(destination);
        let port = index(endpoints[&to.endpoint].ports(), to.port.as_deref().unwrap());
        Arc::make_mut(&mut model.flows).push(DeclaredFlow {
            environment: self.environment(source),
            source: self.endpoint(source),
            destination: to.endpoint,
            port,
            statements: vec![StatementId(u32::try_from(model.statements.len()).unwrap())],
            source_span: self.span(source),
            destination_span: self.span(destination),
            terms: None,
        });
        Arc::make_mut(&mut model.statements).push(FlowStatement { span: self.span(text), because: None });
    }

    fn declaration(&self, line: &Line<'t>, decoder: &mut Decoder<'_>) -> Endpoint {
        let id = self.endpoint(line.name);
        let environment = self.environment(line.name);
        let short = line.name.split_once('/').unwrap().1;
        let empty = Body::default();
        if line.word == "external" {
            let mut external = External::decode(id, environment, self.origin(short), &empty, decoder);
            for part in &line.body {
                match *part {
                    "host" => external.host = Some(self.origin(part)),
                    _ => external.ports.push(self.port(part)),
                }
            }
            return Endpoint::External(external);
        }
        let form = if line.word == "service" { WorkloadForm::Service } else { WorkloadForm::Managed };
        let class =
            |name: &str| ClassId(u32::try_from(self.classes.iter().position(|own| own == name).unwrap()).unwrap());
        let classes = line.classes.iter().map(|name| class(name)).collect();
        let identity = Identity { id, environment, name: self.origin(short), classes, form };
        let mut workload = Workload::decode(identity, &empty, decoder);
        workload.tainted = false;
        workload.unread = Unread::default();
        for part in &line.body {
            self.statement(part, &mut workload);
        }
        Endpoint::Workload(workload)
    }

    fn port(&self, part: &'t str) -> NamedPort {
        let (word, rest) = part.split_once(' ').unwrap();
        let (name, number) = if word == "port" { rest.split_once(' ').unwrap() } else { (word, rest) };
        let usage = match word {
            "port" => PortUse::Serving,
            "metrics" => PortUse::Metrics,
            "health" => PortUse::Health,
            _ => panic!("no statement {part}"),
        };
        let number = Origin::new(Port::new(number.parse().unwrap()).unwrap(), self.span(part), Layer::Declaration);
        NamedPort {
            name: self.origin(name),
            number,
            protocol: Protocol::Tcp,
            service_port: None,
            usage,
            opaque: false,
            sidecar: None,
        }
    }

    fn statement(&self, part: &'t str, workload: &mut Workload) {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        match (&mut workload.kind, word) {
            (_, "tainted") => {
                workload.tainted = true;
                workload.unread.everything();
            }
            (_, "port" | "metrics" | "health") => {
                workload.ports = workload.ports.iter().cloned().chain([self.port(part)]).collect();
            }
            (WorkloadKind::Service(service), "after") => service.program.after.push(self.reference(rest)),
            (WorkloadKind::Service(service), "on") => {
                if let Scaling::Auto(auto) = &mut service.scaling {
                    auto.triggers.push(self.trigger(part, rest));
                } else {
                    let count = |count| Origin::new(count, self.span(part), Layer::Declaration);
                    let triggers = vec![self.trigger(part, rest)];
                    service.scaling = Scaling::Auto(Box::new(Autoscaling {
                        min: count(1),
                        max: count(9),
                        triggers,
                        up: None,
                        down: None,
                        idle: None,
                        fallback: None,
                        poll: None,
                        cooldown: None,
                    }));
                }
            }
            (WorkloadKind::Managed(managed), "quorum") => {
                managed.quorum = Some(Origin::new((), self.span(part), Layer::Declaration));
            }
            (WorkloadKind::Managed(managed), "provides") => {
                let role = match rest {
                    "scrape" => Role::Scrape,
                    "triggers" => Role::Triggers,
                    "custom-metrics" => Role::CustomMetrics,
                    _ => panic!("no role {rest}"),
                };
                managed.roles.push(Origin::new(role, self.span(part), Layer::Declaration));
            }
            (WorkloadKind::Managed(managed), "trigger") => {
                let (kind, port) = rest.split_once(' ').unwrap();
                managed.trigger_ports.insert(kind.to_owned(), self.origin(port));
            }
            (WorkloadKind::Managed(managed), "allow" | "brings") => {
                let (ends, because) = rest.split_once(" because ").unwrap();
                let (from, to) = ends.split_once(" -> ").unwrap();
                // `brings` is what a class states, `allow` what the declaration itself does.
                let layer = if word == "brings" { Layer::Class(ClassId(0)) } else { Layer::Declaration };
                let because = Origin::new(because.to_owned(), self.span(because), layer);
                managed.flows.push(ClassFlow { from: end(from), to: end(to), because, span: self.span(part) });
            }
            _ => panic!("no statement {part} here"),
        }
    }

    fn trigger(&self, part: &'t str, rest: &'t str) -> Trigger {
        let (kind, from) = rest.split_once(" from ").map_or((rest, None), |(kind, from)| (kind, Some(from)));
        let text = |text: &str| Origin::new(text.to_owned(), self.span(part), Layer::Declaration);
        let number = Origin::new(10, self.span(part), Layer::Declaration);
        let percent = Term { span: self.span(part), kind: TermKind::Number("70%".into()) };
        let percent = Origin::new(Percent::from_term(&percent).unwrap(), self.span(part), Layer::Declaration);
        let kind = match kind {
            "cpu" => TriggerKind::Cpu(percent),
            "memory" => TriggerKind::Memory(percent),
            "metric" => TriggerKind::Metric { name: text("rate"), target: text("200") },
            "prometheus" => TriggerKind::Prometheus { query: text("up"), target: text("1") },
            "nats-jetstream" => {
                TriggerKind::NatsJetstream { stream: text("s"), consumer: text("c"), lag: number, account: None }
            }
            "kafka" => TriggerKind::Kafka { topic: text("t"), consumer: text("c"), lag: number },
            "rabbitmq" => {
                TriggerKind::Rabbitmq { queue: text("q"), measure: RabbitmqMeasure::Length(number), vhost: None }
            }
            "rabbitmq-rate" => {
                TriggerKind::Rabbitmq { queue: text("q"), measure: RabbitmqMeasure::Rate(number), vhost: None }
            }
            "redis" => TriggerKind::Redis(RedisMeasure::List { list: text("l"), length: number }),
            "cron" => TriggerKind::Cron {
                timezone: text("Etc/UTC"),
                start: text("0 6 * * *"),
                end: text("0 20 * * *"),
                replicas: number,
            },
            other => TriggerKind::Keda { kind: text(other), metadata: BTreeMap::new() },
        };
        let from = from.map(|from| self.reference(from));
        let stated = Origin::new((), self.span(part), Layer::Declaration);
        Trigger { name: None, stated, kind, from, auth: Vec::new(), peak: None, handles: None }
    }
}

fn end(text: &str) -> ClassEnd {
    match text.split('.').collect::<Vec<_>>().as_slice() {
        ["self"] => ClassEnd::Own(None),
        ["self", port] => ClassEnd::Own(Some((*port).to_owned())),
        ["kubernetes-api"] => ClassEnd::KubernetesApi,
        [module, class, port] => ClassEnd::Class { class: format!("{module}.{class}"), port: Some((*port).to_owned()) },
        _ => ClassEnd::Class { class: text.to_owned(), port: None },
    }
}

fn index(ports: &[NamedPort], name: &str) -> u16 {
    u16::try_from(ports.iter().position(|port| port.name.value == name).unwrap()).unwrap()
}
