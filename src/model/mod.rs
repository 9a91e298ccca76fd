//! The model: what a spec means, one of everything for each environment, every leaf with its origin.
//!
//! Invariants: ids index the model that made them; a value that could not be read has been reported and taints what it
//! belongs to; nothing here depends on how files are split or ordered.

pub mod addresses;
pub mod body;
pub mod budget;
pub mod codes;
pub mod constants;
pub mod container;
pub mod count;
pub mod delivery;
pub mod disruption;
pub mod doubt;
pub mod environment;
pub mod expansion;
pub mod exposure;
pub mod external;
pub mod flow;
pub mod health;
pub mod job;
pub mod kept;
pub mod keyed;
pub mod managed;
pub mod mesh;
pub mod monitoring;
pub mod named_service;
pub mod origin;
pub mod own_services;
pub mod parameter;
pub mod platform;
pub mod pod_labels;
pub mod port;
pub mod program;
pub mod removed;
pub mod resources;
pub mod rollout;
pub mod rule;
pub mod scaling;
mod scope;
pub mod secret;
pub mod security;
pub mod service;
pub mod settings;
pub mod shared;
pub mod shutdown;
pub mod stateful;
pub mod test;
pub mod text;
pub mod trigger;
pub mod unread;
pub mod waived;
pub mod workload;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use addresses::{Addresses, Common};
pub use constants::Constants;
pub use container::{Companion, Contained, Container, Role};
pub use count::Count;
pub use disruption::Disruption;
pub use doubt::Doubt;
pub use environment::Environment;
pub use exposure::{Certificate, Entry, EntryKind, Exposure};
pub use external::External;
pub use flow::{DeclaredFlow, FlowStatement, Never, TakenFlow, Waiver};
pub use job::{Concurrency, Job, Schedule};
pub use keyed::KeyedTexts;
pub use managed::Managed;
pub use mesh::{
    Admission, Carriage, Identity, Mesh, MeshFacts, MeshKind, MeshMode, Namespaces, OwnProxies, PlainText, Protocols,
    Proxies, Wire,
};
pub use monitoring::{Alerts, Monitors};
pub use named_service::{NamedService, ServiceForm};
pub use origin::{ClassId, EndpointId, EnvironmentId, Layer, Origin};
pub use own_services::{Meeting, OwnService};
pub use platform::Platform;
pub use port::{NamedPort, PortUse, Protocol};
pub use program::Program;
pub use removed::Removed;
pub use rule::Rule;
pub use scaling::{Autoscaling, Scaling};
pub use secret::{Secret, SecretStore};
pub use service::Service;
pub use shared::Shared;
pub use stateful::{ServiceKind, Stateful, Volume};
pub use test::Test;
pub use unread::Unread;
pub use waived::Waived;
pub use workload::{Tier, Workload, WorkloadKind};

use crate::diagnostic::{Absent, Code, Diagnostic};
use crate::source::{Span, TextEdit};
use crate::value::{TemplatePart, Term, TermKind};
use body::{Body, Decoder, Merged, spelling};

/// Everything a spec means.
#[derive(Debug, Clone)]
pub struct Model {
    /// What holds everywhere.
    pub platform: Platform,
    /// All environments: the fixed ones, the instances that were asked for, one example of every other parametrised one.
    pub environments: Vec<Environment>,
    /// Every workload and external of every environment, grouped by environment, in order of name.
    pub endpoints: Vec<Arc<Endpoint>>,
    /// Names of the classes where they are declared, `module.class` for those of the standard library.
    pub classes: Vec<Origin<String>>,
    /// The statements that allow flows.
    pub statements: Arc<Vec<FlowStatement>>,
    /// The flows that they allow.
    pub flows: Arc<Vec<DeclaredFlow>>,
    /// Endpoints that a statement of a flow names which could not be read or resolved, by name.
    pub unresolved: BTreeSet<String>,
    /// Whether an end of a flow could not even be read: it may be any endpoint's.
    pub unread_flows: bool,
    /// Whether an end of a flow is not written yet, or is declared nowhere and is like no name that is: it may be any endpoint's, or
    /// its former name.
    pub unknown_ends: bool,
    /// The flows that environments take away, in order of [`TakenFlow::key`].
    pub taken_flows: Arc<Vec<TakenFlow>>,
    /// Asserted absences.
    pub nevers: Vec<Never>,
    /// The platform's own invariants.
    pub rules: Vec<Rule>,
    /// Its tests.
    pub tests: Vec<Test>,
    /// Accepted findings.
    pub waivers: Vec<Waiver>,
    /// What they accept.
    pub waived: Waived,
    /// Whom what could not be read may concern; known where there are waivers.
    pub doubt: Doubt,
    /// The statements that could not be read as they stand, without their braces: nothing that points at one is found.
    pub half_read: Arc<BTreeSet<Span>>,
    /// The statements of environments that are about what is in them, in order of place, each with what its environment is called.
    pub overlays: Arc<[(Span, String)]>,
    /// Where the values of params and lets stand.
    pub constants: Arc<Constants>,
}

/// Something that flows begin or end at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// It runs in the cluster.
    Workload(Workload),
    /// It does not.
    External(External),
}

impl Endpoint {
    /// Its id.
    pub fn id(&self) -> EndpointId {
        match self {
            Self::Workload(workload) => workload.id,
            Self::External(external) => external.id,
        }
    }

    /// Its environment.
    pub fn environment(&self) -> EnvironmentId {
        match self {
            Self::Workload(workload) => workload.environment,
            Self::External(external) => external.environment,
        }
    }

    /// What it lets requests in by, where it does.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Workload(workload) => workload.managed()?.entry.as_ref(),
            Self::External(external) => external.entry.as_ref(),
        }
    }

    /// Its name, at its declaration.
    pub fn name(&self) -> &Origin<String> {
        match self {
            Self::Workload(workload) => &workload.name,
            Self::External(external) => &external.name,
        }
    }

    /// What it listens on.
    pub fn ports(&self) -> &[NamedPort] {
        match self {
            Self::Workload(workload) => &workload.ports,
            Self::External(external) => &external.ports,
        }
    }

    /// Whether it may be asked at a port of that number and protocol: whoever states no port may be at any.
    pub fn answers_at(&self, asked: &NamedPort) -> bool {
        let ports = self.ports();
        ports.is_empty() || ports.iter().any(|port| port.is_at(asked))
    }

    /// The word that declares it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Workload(workload) => workload.word(),
            Self::External(_) => "external",
        }
    }

    /// Whether something of it could not be read.
    pub fn tainted(&self) -> bool {
        match self {
            Self::Workload(workload) => workload.tainted,
            Self::External(external) => external.tainted,
        }
    }

    /// Whether one of these words of it may not have been read.
    pub fn lacks(&self, words: &[&str]) -> bool {
        match self {
            Self::Workload(workload) => workload.unread.touches(words),
            Self::External(external) => external.unread.touches(words),
        }
    }
}

/// The words that say where something listens.
pub const PORT_WORDS: &[&str] = &["port", "health", "metrics", "sidecar"];

impl Model {
    /// The endpoint of an id.
    pub fn endpoint(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.get(id.0 as usize).map(Arc::as_ref)
    }

    /// The statement of an id.
    pub fn statement(&self, id: flow::StatementId) -> Option<&FlowStatement> {
        self.statements.get(id.0 as usize)
    }

    /// The workload of an id, if it is one.
    pub fn workload(&self, id: EndpointId) -> Option<&Workload> {
        match self.endpoint(id)? {
            Endpoint::Workload(workload) => Some(workload),
            Endpoint::External(_) => None,
        }
    }

    /// The external of an id, if it is one.
    pub fn external(&self, id: EndpointId) -> Option<&External> {
        match self.endpoint(id)? {
            Endpoint::External(external) => Some(external),
            Endpoint::Workload(_) => None,
        }
    }

    /// The environment of an id.
    pub fn environment(&self, id: EnvironmentId) -> Option<&Environment> {
        self.environments.get(id.0 as usize)
    }

    /// All workloads and externals, in order of id.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.iter().map(Arc::as_ref)
    }

    /// All workloads.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.endpoints.iter().filter_map(|endpoint| match &**endpoint {
            Endpoint::Workload(workload) => Some(workload),
            Endpoint::External(_) => None,
        })
    }

    /// All externals.
    pub fn externals(&self) -> impl Iterator<Item = &External> {
        self.endpoints.iter().filter_map(|endpoint| match &**endpoint {
            Endpoint::External(external) => Some(external),
            Endpoint::Workload(_) => None,
        })
    }

    /// The endpoints of a name in an environment: one, or more where a mistake declares several. Found without a look at others.
    pub fn named_in<'m, 'n>(
        &'m self,
        environment: EnvironmentId,
        name: &'n str,
    ) -> impl Iterator<Item = &'m Endpoint> + use<'m, 'n> {
        let place = move |endpoint: &Endpoint| endpoint.environment().cmp(&environment);
        let order = move |endpoint: &Endpoint| place(endpoint).then_with(|| endpoint.name().value.as_str().cmp(name));
        let start = self.endpoints.partition_point(|endpoint| order(endpoint).is_lt());
        let behind = self.endpoints.get(start..).unwrap_or_default().iter();
        behind.map(Arc::as_ref).take_while(move |endpoint| order(endpoint).is_eq())
    }

    /// The endpoints of a name, in order of environment.
    pub fn named<'m>(&'m self, name: &str) -> Vec<&'m Endpoint> {
        let mut named = Vec::new();
        for environment in &self.environments {
            named.extend(self.named_in(environment.id, name));
        }
        named
    }

    /// The workloads of an environment.
    pub fn workloads_in(&self, id: EnvironmentId) -> impl Iterator<Item = &Workload> {
        let start = self.endpoints.partition_point(|endpoint| endpoint.environment() < id);
        let behind = self.endpoints.get(start..).unwrap_or_default().iter();
        behind.take_while(move |endpoint| endpoint.environment() == id).filter_map(|endpoint| match &**endpoint {
            Endpoint::Workload(workload) => Some(workload),
            Endpoint::External(_) => None,
        })
    }

    /// Whether a waiver accepts what a code finds, of whatever.
    pub fn is_waived(&self, code: &Code) -> bool {
        self.waived.holds(code)
    }

    /// Whether a waiver accepts what a code finds in an environment of what has that name.
    pub fn is_waived_in(&self, environment: &Environment, name: &str, code: &Code) -> bool {
        self.waived.holds_in(environment, name, code)
    }

    /// The waivers on what has that name.
    pub fn waivers_on(&self, name: &str) -> impl Iterator<Item = &Waiver> {
        let waivers = if self.waived.names(name) { self.waivers.as_slice() } else { &[] };
        waivers.iter().filter(move |waiver| waiver.subject.value == name)
    }

    /// How the user names the environment of an endpoint.
    pub fn environment_title(&self, id: EnvironmentId) -> &str {
        self.environment(id).map_or("", |environment| &environment.title)
    }

    /// What supplied a value, to follow "from": `environment staging`, `class web`, `the platform's defaults`.
    pub fn layer_name(&self, layer: Layer) -> String {
        let class = |id: ClassId| self.classes.get(id.0 as usize).map_or("", |class| class.value.as_str());
        layer.name(class, |id| self.environment_title(id))
    }
}

/// Reads every statement of a word with a key and a text: labels, annotations, selectors.
pub(crate) fn keyed_texts(body: &Body<'_>, word: &str, decoder: &mut Decoder<'_>) -> KeyedTexts {
    let stated = body.all(word);
    let read = |entry: &Merged<'_>| {
        let at = entry.term(0)?.0.span;
        Some((entry.key.clone().into_owned(), at, decoder.argument(entry, 1)?))
    };
    stated.filter_map(read).collect()
}

/// A reference to an endpoint that does not exist.
pub(crate) fn unknown_endpoint<N: AsRef<str>>(name: &str, span: Span, near: &[N]) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&codes::BVL0204, span, format!("there is no workload or external named `{name}` here"))
            .lacking(Absent::Endpoint(name.to_owned()));
    if near.is_empty() {
        return diagnostic.here("not declared in any file of the platform, or not in this environment");
    }
    diagnostic.guess(near, |near| vec![TextEdit::replace(span.beginning(name), near)])
}

/// A statement that lacks something which no layer supplies: `missing`, as it follows "lacks".
pub(crate) fn incomplete(entry: &Merged<'_>, span: Span, missing: &str) -> Diagnostic {
    let name = match entry.variant {
        Some(variant) => format!("{} {}", entry.word.name, variant.name),
        None if entry.key.is_empty() => entry.word.name.to_owned(),
        None => format!("{} {}", entry.word.name, entry.key),
    };
    let example = entry.variant.map_or(entry.word.example, |variant| variant.example);
    Diagnostic::new(&codes::BVL0210, span, format!("`{name}` lacks {missing}"))
        .here("no layer states it")
        .help(format!("for example: `{example}`"))
}

/// The text of a term, for keys; variables and `${..}` as they are written.
pub fn key_text(term: &Term) -> String {
    if let TermKind::Variable(name) = &term.kind {
        return format!("${name}");
    }
    if term.kind == TermKind::Star {
        return "*".to_owned();
    }
    let TermKind::Template(parts) = &term.kind else { return spelling(term).into_owned() };
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.to_string(),
        TemplatePart::Path(path, _) => format!("${{{path}}}"),
    };
    parts.iter().map(part).collect()
}
