//! What runs in the cluster, in one environment: what services and managed workloads share.

use std::borrow::Cow;

use super::PORT_WORDS;
use super::body::{Body, Decoder};
use super::codes;
use super::disruption::Disruption;
use super::exposure::Exposure;
use super::job::Job;
use super::managed::Managed;
use super::monitoring::Alerts;
use super::named_service::{self, NamedService, ServiceForm};
use super::origin::{ClassId, EndpointId, EnvironmentId, Origin};
use super::port::{self, NamedPort, PortUse};
use super::program::Program;
use super::removed::Removed;
use super::resources::Resources;
use super::service::Service;
use super::stateful::Stateful;
use super::unread::Unread;
use super::{KeyedTexts, Shared, keyed_texts};
use crate::diagnostic::Diagnostic;

/// A workload in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its own id.
    pub id: EndpointId,
    /// Its environment.
    pub environment: EnvironmentId,
    /// Its name, at its declaration.
    pub name: Origin<String>,
    /// The classes that it takes over, directly or not, strongest last.
    pub classes: Shared<[ClassId]>,
    /// What it listens on.
    pub ports: Shared<[NamedPort]>,
    /// The Services that are stated: of a managed workload all that there are, else those beside the one of its own name.
    pub services: Shared<[NamedService]>,
    /// What it asks of its node.
    pub resources: Resources,
    /// Its disruption budget as stated.
    pub disruption: Option<Disruption>,
    /// How much depends on it.
    pub tier: Option<Origin<Tier>>,
    /// When somebody is told that something of it does not hold.
    pub alerts: Option<Alerts>,
    /// Labels for its objects.
    pub labels: Shared<KeyedTexts>,
    /// Annotations for its objects.
    pub annotations: Shared<KeyedTexts>,
    /// What layers took away of it.
    pub removed: Shared<[Removed]>,
    /// Who deploys it, and what only that kind has.
    pub kind: WorkloadKind,
    /// Whether something of it could not be read, so that findings about it may be consequences of that.
    pub tainted: bool,
    /// What that is.
    pub unread: Unread,
}

/// How much depends on a workload, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// `best-effort`
    BestEffort,
    /// `standard`
    Standard,
    /// `critical`
    Critical,
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BestEffort => "best-effort",
            Self::Standard => "standard",
            Self::Critical => "critical",
        })
    }
}

/// Who deploys a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkloadKind {
    /// This platform; it runs until it is told to stop.
    Service(Box<Service>),
    /// This platform; it runs until it is done.
    Job(Box<Job>),
    /// An operator or a chart.
    Managed(Box<Managed>),
}

/// Which kind of workload a declaration makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadForm {
    /// `service`
    Service,
    /// `job`
    Job,
    /// `managed`
    Managed,
}

impl WorkloadForm {
    /// The form that a word declares.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "service" => Some(Self::Service),
            "job" => Some(Self::Job),
            "managed" => Some(Self::Managed),
            _ => None,
        }
    }

    /// The word that declares it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Job => "job",
            Self::Managed => "managed",
        }
    }

    /// Whether bvlc makes its pods, and so has to know what runs in them.
    pub fn is_made(self) -> bool {
        match self {
            Self::Service | Self::Job => true,
            Self::Managed => false,
        }
    }
}

/// Who a workload is: what is known of it before its body is read.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its own id.
    pub id: EndpointId,
    /// Its environment.
    pub environment: EnvironmentId,
    /// Its name, at its declaration.
    pub name: Origin<String>,
    /// The classes that it takes over.
    pub classes: Vec<ClassId>,
    /// Which kind it is.
    pub form: WorkloadForm,
}

impl Workload {
    /// Reads a workload.
    pub fn decode(identity: Identity, body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let kind = match identity.form {
            WorkloadForm::Service => WorkloadKind::Service(Box::new(Service::decode(body, decoder))),
            WorkloadForm::Job => WorkloadKind::Job(Box::new(Job::decode(body, decoder))),
            WorkloadForm::Managed => WorkloadKind::Managed(Box::new(Managed::decode(body, decoder))),
        };
        let mut workload = Self {
            id: identity.id,
            environment: identity.environment,
            name: identity.name,
            classes: identity.classes.into(),
            ports: decoder.within("port", |decoder| port::decode(body, decoder)).into(),
            services: decoder.within("service", |decoder| named_service::decode(body, decoder)).into(),
            resources: Resources::decode(body, decoder),
            disruption: decoder.within("disruption", |decoder| Disruption::decode(body, decoder)),
            tier: decoder.within("tier", |decoder| tier(body, decoder)),
            alerts: decoder.within("alerts", |decoder| Alerts::decode(body, decoder)),
            labels: decoder.within("label", |decoder| keyed_texts(body, "label", decoder)).into(),
            annotations: decoder.within("annotation", |decoder| keyed_texts(body, "annotation", decoder)).into(),
            removed: body.removed().collect(),
            kind,
            tainted: false,
            unread: Unread::default(),
        };
        if !decoder.unread().touches(PORT_WORDS) {
            workload.named_ports_exist(decoder);
        }
        workload.containers_are_apart(decoder);
        workload.unread = decoder.unread();
        workload.tainted = !workload.unread.is_empty();
        workload
    }

    /// Holds what is equal in another environment's workload of the same name once.
    pub fn share(&mut self, other: &Self) {
        self.classes.share(&other.classes);
        self.ports.share(&other.ports);
        self.services.share(&other.services);
        self.labels.share(&other.labels);
        self.annotations.share(&other.annotations);
        self.removed.share(&other.removed);
        match (&mut self.kind, &other.kind) {
            (WorkloadKind::Service(own), WorkloadKind::Service(other)) => own.share(other),
            (WorkloadKind::Job(own), WorkloadKind::Job(other)) => own.share(other),
            (WorkloadKind::Service(_) | WorkloadKind::Job(_) | WorkloadKind::Managed(_), _) => {}
        }
    }

    /// The ports that its triggers name.
    fn asked_ports(&self) -> impl Iterator<Item = &Origin<String>> {
        self.managed().into_iter().flat_map(|managed| managed.trigger_ports.values())
    }

    /// The ports that its Services name.
    fn carried_ports(&self) -> impl Iterator<Item = &Origin<String>> {
        self.services.iter().flat_map(|service| &service.ports)
    }

    /// The ports by which it is exposed.
    fn exposed_names(&self) -> impl Iterator<Item = &Origin<String>> {
        let exposures = self.service().into_iter().flat_map(|service| &*service.exposures);
        exposures.filter_map(|exposure| exposure.port.as_ref())
    }

    /// Whether its own words name a port: one that it does not have has been reported there.
    pub fn names_port(&self, port: &str) -> bool {
        self.asked_ports().chain(self.carried_ports()).chain(self.exposed_names()).any(|named| named.value == port)
    }

    /// Reports ports that its Services and the triggers of a managed workload name and that it does not have.
    fn named_ports_exist(&self, decoder: &mut Decoder<'_>) {
        let (asked, carried) = (self.asked_ports(), self.carried_ports());
        let mut exist = |word, ports: &mut dyn Iterator<Item = &Origin<String>>| {
            // of a statement that is read in part nobody knows which port it means
            if !decoder.unread.touches(&[word]) {
                decoder.within(word, |decoder| ports.for_each(|port| self.port_exists(port, decoder)));
            }
        };
        exist("service", &mut { carried });
        exist("trigger", &mut { asked });
        exist("expose", &mut self.exposed_names());
        // what a class has not, whoever takes it over may state
        if !decoder.environment.is_empty() && !decoder.unread.touches(&["expose"]) {
            decoder.within("expose", |decoder| self.exposed_ports_are_known(decoder));
        }
    }

    /// Reports a container beside its own that has the name of its own, which is that of the workload.
    fn containers_are_apart(&self, decoder: &mut Decoder<'_>) {
        let companions = self.program().into_iter().flat_map(|program| &*program.companions);
        // a class has no pods
        let same = companions.filter(|_| !decoder.environment.is_empty());
        let same: Vec<Diagnostic> = same
            .filter(|companion| companion.name.value == self.name.value)
            .map(|companion| {
                let (word, name, span) = (companion.role.word(), &self.name.value, companion.name.span);
                Diagnostic::new(&codes::BVL0205, span, format!("`{word} {name}` has the name of its {}", self.word()))
                    .here("named like the pod's own container")
                    .label(self.name.span, format!("its own container is called {name}"))
                    .note("the API server refuses a pod with two containers of one name")
                    .help("write another name, of what it does")
            })
            .collect();
        // what they say could be read
        for diagnostic in same {
            decoder.sink.report(diagnostic.environment(decoder.environment));
        }
    }

    /// Reports what is exposed at no port, or at one of several.
    fn exposed_ports_are_known(&self, decoder: &mut Decoder<'_>) {
        let unnamed = |exposure: &&Exposure| exposure.port.is_none() && self.exposed_port(exposure).is_none();
        for exposure in self.service().iter().flat_map(|service| &*service.exposures).filter(unnamed) {
            // the same of every environment, whatever names its address holds
            let (name, span) = (&self.name.value, exposure.address.span);
            let ports: Vec<String> = self.serving_ports().map(|port| format!("`{}`", port.name.value)).collect();
            let diagnostic = match ports.as_slice() {
                [] => Diagnostic::new(&codes::BVL0210, span, format!("{name} is exposed, and has no port"))
                    .here("nothing answers these requests")
                    .caused_by(self.name.span)
                    .help("state the port that answers them: `port http 8080`"),
                _ => Diagnostic::new(&codes::BVL0210, span, format!("which port of {name} answers here?"))
                    .here(format!("it has {}", ports.join(", ")))
                    .help(format!(
                        "name the port behind the address: `expose ADDRESS {}`",
                        ports.first().map_or("http", |port| port.trim_matches('`'))
                    )),
            };
            decoder.report(diagnostic);
        }
    }

    fn port_exists(&self, port: &Origin<String>, decoder: &mut Decoder<'_>) {
        if self.port(&port.value).is_some() {
            return;
        }
        let title = format!("{} has no port `{}`", self.name.value, port.value);
        let diagnostic = Diagnostic::new(&codes::BVL0218, port.span, title).lacking(port::absent_of(
            &self.name.value,
            &self.ports,
            &port.value,
        ));
        let home = format!("the braces of {}", self.name.value);
        let told = port::suggest(diagnostic, (&self.name.value, &self.ports, &home), &port.value, port.span);
        let told = match self.removed(&format!("port {}", port.value)) {
            Some(removed) => told.label(removed.by.span, format!("takes `{}` away", port.value)),
            None => told,
        };
        decoder.report(told);
    }

    /// What only a service has.
    pub fn service(&self) -> Option<&Service> {
        match &self.kind {
            WorkloadKind::Service(service) => Some(service),
            WorkloadKind::Job(_) | WorkloadKind::Managed(_) => None,
        }
    }

    /// What runs in its pods, where bvlc makes them.
    pub fn program(&self) -> Option<&Program> {
        match &self.kind {
            WorkloadKind::Service(service) => Some(&service.program),
            WorkloadKind::Job(job) => Some(&job.program),
            WorkloadKind::Managed(_) => None,
        }
    }

    /// The endpoints that its words name: those that its program names, by `from` of a trigger, and by `via` of what it exposes.
    pub fn named(&self) -> impl Iterator<Item = EndpointId> {
        let auto = self.service().and_then(|service| service.scaling.auto());
        let triggers = auto.into_iter().flat_map(|auto| &auto.triggers);
        let sources = triggers.filter_map(|trigger| trigger.from.as_ref()).map(|reference| reference.endpoint);
        let exposures = self.service().into_iter().flat_map(|service| &*service.exposures);
        let entries = exposures.filter_map(|exposure| exposure.via.as_ref()).map(|reference| reference.endpoint);
        self.program().into_iter().flat_map(Program::named).chain(sources).chain(entries)
    }

    /// What only a managed workload has.
    pub fn managed(&self) -> Option<&Managed> {
        match &self.kind {
            WorkloadKind::Managed(managed) => Some(managed),
            WorkloadKind::Service(_) | WorkloadKind::Job(_) => None,
        }
    }

    /// What only a stateful service has.
    pub fn stateful(&self) -> Option<&Stateful> {
        self.service().and_then(Service::stateful)
    }

    /// Where it is stated that its members need a majority of themselves.
    pub fn quorum(&self) -> Option<Origin<()>> {
        match &self.kind {
            WorkloadKind::Service(service) => service.quorum,
            WorkloadKind::Job(_) => None,
            WorkloadKind::Managed(managed) => managed.quorum,
        }
    }

    /// What only a job has.
    pub fn job(&self) -> Option<&Job> {
        match &self.kind {
            WorkloadKind::Job(job) => Some(job),
            WorkloadKind::Service(_) | WorkloadKind::Managed(_) => None,
        }
    }

    /// Whether a selector can say which pods are its: by labels, or as every pod of its namespace.
    pub fn is_selectable(&self) -> bool {
        self.managed().is_none_or(Managed::is_selectable)
    }

    /// Whether its pods have their nodes' addresses, by which alone policies know them.
    pub fn is_on_host(&self) -> bool {
        self.managed().is_some_and(|managed| managed.host_network.is_some())
    }

    /// What took away what stands at a path, `shutdown pre-stop`, if anything did.
    pub fn removed(&self, path: &str) -> Option<&Removed> {
        Removed::last(&self.removed, path)
    }

    /// The word that declares it.
    pub fn word(&self) -> &'static str {
        match &self.kind {
            WorkloadKind::Service(_) => "service",
            WorkloadKind::Job(_) => "job",
            WorkloadKind::Managed(_) => "managed",
        }
    }

    /// The kind of object that makes its pods, where bvlc makes that: `Deployment`.
    pub fn maker(&self) -> &'static str {
        match &self.kind {
            WorkloadKind::Job(job) if job.is_scheduled() => "CronJob",
            WorkloadKind::Job(_) => "Job",
            WorkloadKind::Service(service) => service.kind.maker(),
            WorkloadKind::Managed(_) => "Deployment",
        }
    }

    /// The port of that name.
    pub fn port(&self, name: &str) -> Option<&NamedPort> {
        self.ports.get(port::place(&self.ports, name)?)
    }

    /// The ports that serve other workloads.
    pub fn serving_ports(&self) -> impl Iterator<Item = &NamedPort> {
        self.ports.iter().filter(|port| port.usage == PortUse::Serving)
    }

    /// The port that an exposure is about: the one that it names, else the only one that serves others.
    pub fn exposed_port(&self, exposure: &Exposure) -> Option<&NamedPort> {
        if let Some(name) = &exposure.port {
            return self.port(&name.value);
        }
        let mut serving = self.serving_ports();
        serving.next().filter(|_| serving.next().is_none())
    }

    /// Whether bvlc makes a Service of its own name: one that only its operator or chart makes is stated.
    pub fn has_own_service(&self) -> bool {
        let names_pods = || self.own_form() == ServiceForm::Headless;
        self.service().is_some() && (self.serving_ports().next().is_some() || names_pods())
    }

    /// Whether the Service of its own name has an address of its own: not where it is the one that names its pods.
    pub fn own_form(&self) -> ServiceForm {
        let stated = self.stateful().and_then(|stateful| stateful.service.as_ref());
        let is_own = stated.is_some_and(|stated| stated.value == self.name.value);
        if is_own { ServiceForm::Headless } else { ServiceForm::Clustered }
    }

    /// The name of the headless Service below which its pods have their names, where they keep them.
    pub fn pods_service(&self) -> Option<Cow<'_, str>> {
        let stated = &self.stateful()?.service;
        Some(match stated {
            Some(stated) => Cow::Borrowed(&stated.value),
            None => Cow::Owned(Stateful::service_name(&self.name.value)),
        })
    }

    /// That name, where the Service is there for nothing else.
    pub fn own_pods_service(&self) -> Option<Cow<'_, str>> {
        let is_other = |name: &str| name != self.name.value && self.services.iter().all(|own| own.name.value != name);
        self.pods_service().filter(|name| is_other(name))
    }

    /// The port at which its metrics are read.
    pub fn metrics_port(&self) -> Option<&NamedPort> {
        self.ports.iter().find(|port| port.usage == PortUse::Metrics)
    }

    /// How many pods stay while nodes are drained where nobody states it: the majority of a quorum of three and more, else
    /// one, where at least two are kept.
    pub fn kept_unstated(&self) -> Option<u32> {
        let quorum = self.quorum().is_some();
        match self.floor() {
            0 | 1 => None,
            members if quorum && members >= 3 => Some(members / 2 + 1),
            _ => Some(1),
        }
    }

    /// The smallest number of pods that is kept while it runs at all: at least 1.
    pub fn floor(&self) -> u32 {
        match &self.kind {
            WorkloadKind::Service(service) => service.scaling.min().value.max(1),
            WorkloadKind::Job(_) => 1,
            WorkloadKind::Managed(managed) => managed.replicas.value.max(1),
        }
    }
}

fn tier(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Origin<Tier>> {
    let word = decoder.word_at(body.get("tier")?, 0)?;
    let tier = match &*word.value {
        "best-effort" => Tier::BestEffort,
        "standard" => Tier::Standard,
        "critical" => Tier::Critical,
        _ => return None,
    };
    Some(word.map(|_| tier))
}
