//! A workload that an operator or a chart deploys.

use super::body::{Body, Decoder, Merged, Part, Scope, Unclosed, spelling};
use super::environment::ProfileLevel;
use super::exposure::{self, Entry};
use super::monitoring::Monitors;
use super::origin::{EndpointId, Origin};
use super::removed::Removed;
use super::text::Text;
use super::trigger::{Reference, reference};
use super::{KeyedTexts, Layer, keyed_texts};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Duration, Term, TermKind};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What only a managed workload has; what it shares with a service is in [`super::Workload`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// The labels that select its pods.
    pub selector: KeyedTexts,
    /// Whether every pod of its namespace is its, in place of labels.
    pub every_pod: Option<Origin<()>>,
    /// How many pods there are. Default 1.
    pub replicas: Origin<u32>,
    /// Whether values of its chart say how many there are: its chart then runs as many as the spec says.
    pub takes_replicas: bool,
    /// How many connections it takes from all callers together.
    pub connections: Option<Origin<u32>>,
    /// How long it goes on sending new connections to a pod that is going.
    pub deregister: Option<Origin<Duration>>,
    /// Where a class or another layer says that its operator or chart makes a disruption budget, whatever is stated of one
    /// beside that: only a chart that is given `$by-operator` makes none then, and an operator of which
    /// `without operator-keeps` says so.
    pub operators_budget: Option<Origin<()>>,
    /// How many pods the budget that its operator makes always keeps.
    pub operator_keeps: Option<OperatorKeeps>,
    /// Whether its members need a majority of themselves.
    pub quorum: Option<Origin<()>>,
    /// Whether its pods use their nodes' addresses.
    pub host_network: Option<Origin<()>>,
    /// The strictest Pod Security Standard that its pods pass, as stated.
    pub profile: Option<Origin<ProfileLevel>>,
    /// What it lets requests in by.
    pub entry: Option<Entry>,
    /// By what it is told what to scrape, where that is the Prometheus Operator's way.
    pub monitors: Option<Monitors>,
    /// What it does for others.
    pub roles: Vec<Origin<Role>>,
    /// The ports that scaling triggers ask, by type of trigger.
    pub trigger_ports: BTreeMap<String, Origin<String>>,
    /// Traffic that it needs or brings.
    pub flows: Vec<ClassFlow>,
    /// Values of its chart.
    pub values: Vec<ChartValue>,
}

/// How many pods the budget that an operator makes always keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKeeps {
    /// The number.
    pub count: Origin<u32>,
    /// What its own resource states to be without that budget: `enablePDB: false`.
    pub unless: Option<Origin<String>>,
}

impl OperatorKeeps {
    fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("operator-keeps")?;
        Some(Self { count: decoder.argument(entry, 0)?, unless: decoder.clause(entry, "unless") })
    }
}

/// What a managed workload does for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Collects the metrics of every workload that has some.
    Scrape,
    /// Asks the sources of scaling triggers (KEDA's operator).
    Triggers,
    /// Serves the custom metrics API.
    CustomMetrics,
    /// Is told by the Prometheus Operator what to scrape and when to alert; stated by `monitors`.
    Monitor,
    /// Lets requests in from outside; stated by `entry`.
    Entry,
    /// Answers the challenges of certificate authorities.
    Challenges,
    /// Gives the proxies of a mesh their rules and certificates.
    Mesh,
    /// Carries the traffic of the pods of its node for a mesh.
    NodeProxy,
}

/// `allow .. -> ..` of a managed workload or its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassFlow {
    /// Where it starts.
    pub from: ClassEnd,
    /// Where it ends.
    pub to: ClassEnd,
    /// Why: shown as the derived flow's reason.
    pub because: Origin<String>,
    /// The statement.
    pub span: Span,
}

/// An end of a [`ClassFlow`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassEnd {
    /// The workload itself; a port where it is the destination.
    Own(Option<String>),
    /// The Kubernetes API.
    KubernetesApi,
    /// The workload that a parameter of the class stands for; a port where it is the destination.
    Workload {
        /// The workload.
        endpoint: EndpointId,
        /// The port's name.
        port: Option<String>,
    },
    /// Each visible workload of a class; a port where it is the destination.
    Class {
        /// The class, `module.class` for one of the standard library.
        class: String,
        /// The port's name.
        port: Option<String>,
    },
}

/// A value of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartValue {
    /// Its key.
    pub key: String,
    /// What it is.
    pub value: ChartContent,
}

/// What a value of a chart is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartContent {
    /// `true`, `false`
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Origin<Text>),
    /// A list.
    List(Vec<Self>),
    /// Values of its own.
    Block(Vec<ChartValue>),
}

impl Managed {
    /// Reads what only a managed workload has.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let replicas = decoder.value_or(body, "replicas", 1);
        let selector = keyed_texts(body, "match", decoder);
        let variant = body.get("disruption").and_then(|entry| entry.variant);
        let is_operators = variant.is_some_and(|variant| variant.name == "by-operator");
        let known = [
            (REPLICAS, TermKind::Number(replicas.value.to_string().into())),
            (BY_OPERATOR, TermKind::Name(is_operators.to_string().into())),
        ];
        Self {
            every_pod: every_pod(body, &selector, decoder),
            selector,
            takes_replicas: body.get("values").is_some_and(|entry| takes(&entry.block, REPLICAS)),
            values: body.get("values").map(|entry| values(&entry.block, &known, decoder)).unwrap_or_default(),
            replicas,
            connections: decoder.value(body, "connections"),
            deregister: decoder.value(body, "deregister"),
            operators_budget: operators_budget(body),
            operator_keeps: OperatorKeeps::decode(body, decoder),
            quorum: body.flag("quorum"),
            host_network: body.flag("host-network"),
            profile: profile(body, decoder),
            entry: exposure::entry(body, decoder),
            roles: roles(body, decoder),
            monitors: Monitors::decode(body, decoder),
            trigger_ports: trigger_ports(body, decoder),
            flows: flows(body, decoder),
        }
    }

    /// The strictest Pod Security Standard that its pods pass, where that is known: `baseline` refuses the host's network.
    pub fn passes(&self) -> Option<Origin<ProfileLevel>> {
        self.host_network.map(|stated| stated.map(|()| ProfileLevel::Privileged)).or(self.profile)
    }

    /// Whether anything says which pods are its, as far as selectors can.
    pub fn is_selectable(&self) -> bool {
        self.every_pod.is_some() || !self.selector.is_empty()
    }

    /// Whether it has a role.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.iter().any(|own| own.value == role)
    }
}

/// Reads `every-pod`, and reports it beside a label: whichever counted, the other would be passed over.
fn every_pod(body: &Body<'_>, labels: &KeyedTexts, decoder: &mut Decoder<'_>) -> Option<Origin<()>> {
    let stated = body.flag("every-pod")?;
    if let Some((key, label)) = labels.iter().next() {
        let title = format!("`every-pod` takes in pods without the label `{key}`, by which they are selected as well");
        decoder.report(
            Diagnostic::new(&super::codes::BVL0202, stated.span, title)
                .here("one of the two would be passed over")
                .label(label.span, "selected by this label")
                .note("`match` picks some pods of the namespace, `every-pod` is all of them")
                .help(format!(
                    "keep one, or take a weaker layer's away with `without match {}`",
                    crate::value::text::quoted(key)
                )),
        );
    }
    Some(stated)
}

fn profile(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Origin<ProfileLevel>> {
    let word = decoder.word_at(body.get("profile")?, 0)?;
    let level = ProfileLevel::named(&word.value)?;
    Some(word.map(|_| level))
}

fn roles(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<Origin<Role>> {
    let entry = body.get("entry").and_then(Merged::origin);
    let mut roles: Vec<Origin<Role>> = entry.map(|stated| stated.map(|()| Role::Entry)).into_iter().collect();
    if let Some(stated) = body.get("monitors").and_then(Merged::origin) {
        roles.extend([Role::Monitor, Role::Scrape].map(|role| stated.map(|()| role)));
    }
    let Some((term, part)) = body.get("provides").and_then(|entry| entry.term(0)) else { return roles };
    for word in decoder.words(term, part) {
        let role = match &*word.value {
            "scrape" => Role::Scrape,
            "triggers" => Role::Triggers,
            "custom-metrics" => Role::CustomMetrics,
            "challenges" => Role::Challenges,
            "mesh" => Role::Mesh,
            "node-proxy" => Role::NodeProxy,
            _ => continue,
        };
        roles.push(word.map(|_| role));
    }
    roles
}

fn trigger_ports(body: &Body<'_>, decoder: &mut Decoder<'_>) -> BTreeMap<String, Origin<String>> {
    let entries =
        body.all("trigger").filter_map(|entry| Some((entry.key.clone().into_owned(), decoder.word_at(entry, 1)?)));
    entries.collect()
}

fn flows(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Vec<ClassFlow> {
    let mut flows = Vec::new();
    for entry in body.all("allow") {
        let span = entry.span(decoder.declared);
        let Some(part) = entry.args else { continue };
        let arrow = part.terms.iter().position(|term| matches!(term.kind, TermKind::Arrow));
        let (Some(arrow), Some(because)) = (arrow, decoder.because(entry)) else {
            if decoder.unread.touches(&["allow"]) {
                continue;
            }
            decoder.report(
                Diagnostic::new(&super::codes::BVL0202, span, "a flow of a class needs an arrow and a reason")
                    .here("written `allow FROM -> TO because \"REASON\"`")
                    .note("the reason is what `bvlc explain flow` and the policy's annotation show"),
            );
            continue;
        };
        let (from, to) = part.terms.split_at(arrow);
        let begins_at_port = |term: &Term| term.name().is_some_and(|path| path.starts_with("self."));
        if from.is_empty() || to.len() < 2 || from.iter().flat_map(Term::members).any(begins_at_port) {
            decoder.report(
                Diagnostic::new(&super::codes::BVL0202, span, "a flow of a class leads from one end to another")
                    .here("written `allow FROM -> TO.PORT because \"REASON\"`")
                    .note("it begins at a workload, whatever its ports, and ends at a port"),
            );
            continue;
        }
        let mut ends = |terms: &[Term]| -> Vec<ClassEnd> {
            terms.iter().flat_map(Term::members).filter_map(|term| class_end(term, part, decoder)).collect()
        };
        let (from, to) = (ends(from), ends(to.get(1..).unwrap_or_default()));
        for from in &from {
            for to in &to {
                flows.push(ClassFlow { from: from.clone(), to: to.clone(), because: because.clone(), span });
            }
        }
    }
    flows
}

/// `self`, `self.PORT`, `kubernetes-api`, `CLASS`, `MODULE.CLASS`, `MODULE.CLASS.PORT`, or a parameter that names a workload. A
/// class of the standard library always has its module before it, so one dot after a class of one's own begins the port.
fn class_end(term: &Term, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<ClassEnd> {
    if term.is_closed() && term.name().is_none() {
        let title = format!("expected `self`, `kubernetes-api` or a class, found {}", term.describe());
        let finding = Diagnostic::new(&super::codes::BVL0202, term.span, title);
        decoder.report(finding.help("for example: `allow self -> nats.cluster.client because \"REASON\"`"));
        return None;
    }
    let path = decoder.path(term, part)?;
    // of a parameter the workload has been put in its place
    if let Cow::Owned(_) = path {
        let Reference { endpoint, port, .. } = reference(term, part, decoder)?;
        return Some(ClassEnd::Workload { endpoint, port });
    }
    let parts: Vec<&str> = path.split('.').collect();
    Some(match parts.as_slice() {
        ["self"] => ClassEnd::Own(None),
        ["self", port] => ClassEnd::Own(Some((*port).to_owned())),
        ["kubernetes-api"] => ClassEnd::KubernetesApi,
        [module, class, port] => ClassEnd::Class { class: format!("{module}.{class}"), port: Some((*port).to_owned()) },
        _ => ClassEnd::Class { class: path.into_owned(), port: None },
    })
}

/// Where it is said that its operator or chart makes a disruption budget, whatever is stated of one beside that.
fn operators_budget(body: &Body<'_>) -> Option<Origin<()>> {
    let is_charts = body.get("values").is_some_and(|entry| takes(&entry.block, BY_OPERATOR));
    let keeps = body.flag("operator-keeps");
    let is_off = keeps.is_none() && Removed::last(&body.removed, "operator-keeps").is_some();
    if is_charts || is_off { None } else { body.chosen("disruption", "by-operator").or(keeps) }
}

/// Whether values of a chart name what stands there for something in force.
fn takes(body: &Body<'_>, wanted: &str) -> bool {
    body.entries.iter().any(|entry| {
        let Some((term, part)) = entry.term(0) else { return takes(&entry.block, wanted) };
        let mut is_named = false;
        term.each_variable(&mut |name, _, _| is_named |= name == wanted);
        is_named && part.scope.get(wanted).is_none()
    })
}

/// What stands for the number of its pods in the values of a chart.
const REPLICAS: &str = "replicas";

/// What says there whether the chart makes the disruption budget.
const BY_OPERATOR: &str = "by-operator";

/// Reads the values of a chart, in which `$replicas` is the number in force and `$by-operator` says who makes the budget.
fn values(body: &Body<'_>, known: &[(&str, TermKind)], decoder: &mut Decoder<'_>) -> Vec<ChartValue> {
    let mut values = Vec::new();
    for entry in &body.entries {
        let key = entry.key.clone().into_owned();
        let content = match entry.term(0) {
            None => ChartContent::Block(self::values(&entry.block, known, decoder)),
            Some((term, part)) => {
                let mut scope = Scope { parent: Some(part.scope), ..Scope::default() };
                let free = known.iter().filter(|(name, _)| part.scope.get(name).is_none());
                for (name, kind) in free {
                    scope.bound.insert((*name).into(), Term { span: term.span, kind: kind.clone() });
                }
                let part = Part { scope: &scope, ..part };
                match value(term, part, decoder) {
                    Some(content) => content,
                    None => continue,
                }
            }
        };
        values.push(ChartValue { key, value: content });
    }
    values
}

/// A value of a chart; what cannot be read has been reported.
fn value(term: &Term, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<ChartContent> {
    let content = match part.scope.close(term) {
        Ok(closed) => chart_content(&closed, part.layer),
        // addresses are filled in as those of any text are
        Err(Unclosed::Address(..)) => None,
        Err(unclosed) => {
            decoder.unclosed(&unclosed);
            return None;
        }
    };
    content.or_else(|| decoder.text(term, part).map(ChartContent::Text))
}

/// What a term that is no text is in a chart's values.
fn chart_content(term: &Term, layer: Layer) -> Option<ChartContent> {
    if let TermKind::List(members) = &term.kind {
        let text = |member: &Term| Origin::new(Text::fixed(spelling(member)), member.span, layer);
        let member = |member: &Term| chart_content(member, layer).unwrap_or_else(|| ChartContent::Text(text(member)));
        return Some(ChartContent::List(members.iter().map(member).collect()));
    }
    match (term.name(), term.number()) {
        (Some("true"), _) => Some(ChartContent::Flag(true)),
        (Some("false"), _) => Some(ChartContent::Flag(false)),
        (_, Some(number)) => number.parse().ok().map(ChartContent::Number),
        (_, None) => None,
    }
}
