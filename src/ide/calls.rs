//! Flows as a hierarchy: who may talk to what stands at a place, and to whom it may talk.
//!
//! Invariants: what is the same in several environments is one step that names them; what follows from facts is told from
//! what is stated; what has no declaration (DNS, the Kubernetes API) stands where it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{At, Symbol, View};
use crate::graph::{Flow, Question, Why};
use crate::model::flow::{Never, NeverEnd, Reach};
use crate::model::{Endpoint, EndpointId, Model, OwnService};
use crate::source::Span;

/// A workload or external.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Its name.
    pub name: String,
    /// The word that declares it.
    pub word: &'static str,
    /// Its declaration.
    pub span: Span,
    /// The name there.
    pub selection: Span,
}

/// A flow to or from it, with all environments in which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who is at the other end.
    pub other: Caller,
    /// The port at which it ends, why it is there, and where: `.rest in prod, test, derived: prometheus scrapes it`.
    pub detail: String,
    /// The statements that say so.
    pub places: Vec<Place>,
}

/// Where a flow is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The statement, or what a derived flow follows from.
    pub statement: Span,
    /// Who begins, as named there.
    pub source: Span,
    /// Who is reached, as named there.
    pub target: Span,
    /// Whether it follows from something else than a flow statement.
    pub is_cause: bool,
}

/// Which end of a flow is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Who may begin.
    Incoming,
    /// Who may be reached.
    Outgoing,
}

/// What stands at a place, where flows may begin or end at it.
pub fn at(view: &View, at: At) -> Option<Caller> {
    let occurrence = view.names.at(at.file, at.place)?;
    let Symbol::Endpoint(name) = &occurrence.symbol else { return None };
    named(view, name)
}

/// The endpoint of a name; `None` for a group, and for what is not declared.
pub fn named(view: &View, name: &str) -> Option<Caller> {
    let model = view.analysis.model.as_ref()?;
    let endpoint = model.endpoints().find(|known| known.name().value == name)?;
    caller(view, endpoint)
}

fn caller(view: &View, endpoint: &Endpoint) -> Option<Caller> {
    let selection = endpoint.name().span;
    let (_, tree) = view.file(selection.file)?;
    let statement = tree.statements().find(|statement| statement.span.contains(selection))?;
    Some(Caller { name: endpoint.name().value.clone(), word: endpoint.word(), span: statement.span, selection })
}

/// A `never A ~> B`, of which the flows on the ways that it rules out are known.
struct RuledOut {
    /// As it is written.
    statement: String,
    /// Whoever it rules out, and whom these may reach.
    begun: BTreeSet<EndpointId>,
    /// Whoever must not be reached, and those who may reach them.
    ending: BTreeSet<EndpointId>,
}

impl RuledOut {
    /// Those to which a way leads all the same.
    fn all(view: &View, model: &Model) -> Vec<Self> {
        let graph = &view.analysis.graph;
        let ends = |ends: &[NeverEnd]| ends.iter().flat_map(|end| end.endpoints.iter().copied()).collect::<Vec<_>>();
        let nevers: Vec<&Never> = model.nevers.iter().filter(|never| never.reach == Reach::Path).collect();
        let everyone: Vec<EndpointId> =
            if nevers.is_empty() { Vec::new() } else { model.endpoints().map(Endpoint::id).collect() };
        let question =
            |never: &&Never| Question { from: everyone.clone(), to: ends(&never.destinations), at: Vec::new() };
        let questions: Vec<Question> = nevers.iter().map(question).collect();
        let reaching = graph.reachable(&questions).into_iter();
        let ruled_out = nevers.into_iter().zip(reaching).map(|(never, reaching)| {
            let mut ending: BTreeSet<EndpointId> = reaching.into_iter().collect();
            ending.extend(ends(&never.destinations));
            let mut begun: BTreeSet<EndpointId> = ends(&never.sources).into_iter().collect();
            let mut open: Vec<EndpointId> = begun.iter().copied().collect();
            while let Some(id) = open.pop() {
                // nobody knows to whom an external goes on
                if model.external(id).is_some() && !ends(&never.sources).contains(&id) {
                    continue;
                }
                let next = graph.outgoing(id).filter_map(Flow::target_endpoint);
                open.extend(next.filter(|target| begun.insert(*target)));
            }
            Self { statement: view.sources().text(never.span).trim().to_owned(), begun, ending }
        });
        ruled_out.collect()
    }

    fn has(&self, flow: &Flow) -> bool {
        let begins = flow.source_endpoint().is_some_and(|source| self.begun.contains(&source));
        begins && flow.target_endpoint().is_some_and(|target| self.ending.contains(&target))
    }
}

/// Who is at the other end of a flow.
#[derive(Debug, Clone, Copy)]
enum End {
    /// What is declared.
    Declared(EndpointId),
    /// A service of the cluster.
    Own(OwnService),
}

impl End {
    fn name(self, model: &Model) -> Option<&str> {
        match self {
            Self::Declared(id) => model.endpoint(id).map(|endpoint| &*endpoint.name().value),
            Self::Own(service) => Some(service.title()),
        }
    }
}

/// What the flows of several environments have in common.
type Alike = (String, String, String);

/// The flows that begin or end at an endpoint, in order of the other end.
pub fn steps(view: &View, name: &str, direction: Direction) -> Vec<Step> {
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let ruled_out = RuledOut::all(view, model);
    let mut found: BTreeMap<Alike, (End, Vec<&str>, Vec<Place>)> = BTreeMap::new();
    let instances = model.endpoints().filter(|known| known.name().value == name);
    for instance in instances {
        let graph = &view.analysis.graph;
        let flows: Vec<&Flow> = match direction {
            Direction::Incoming => graph.incoming(instance.id()).collect(),
            Direction::Outgoing => graph.outgoing(instance.id()).collect(),
        };
        for flow in flows {
            let other = match direction {
                Direction::Incoming => flow.source_endpoint().map(End::Declared),
                Direction::Outgoing => flow.target_endpoint().map(End::Declared).or(flow.target.own().map(End::Own)),
            };
            let Some((other, name)) = other.and_then(|other| Some((other, other.name(model)?))) else { continue };
            let port = flow.port(model).map_or_else(String::new, |port| format!(".{} ", port.name.value));
            let (mut why, places) = reasons(model, flow);
            for never in ruled_out.iter().filter(|never| never.has(flow)) {
                let _ = write!(why, ", on a way that `{}` rules out", never.statement);
            }
            let key = (name.to_owned(), port, why);
            let (_, environments, known) = found.entry(key).or_insert_with(|| (other, Vec::new(), Vec::new()));
            let environment = model.environment_title(flow.environment);
            if !environments.contains(&environment) {
                environments.push(environment);
            }
            known.extend(places);
        }
    }
    let step = |((name, port, why), (other, environments, mut places)): (Alike, (End, Vec<&str>, Vec<Place>))| {
        places.sort_unstable();
        places.dedup();
        let detail = format!("{port}in {}{why}", environments.join(", "));
        let other = match other {
            End::Declared(id) => caller(view, model.endpoint(id)?)?,
            End::Own(_) => {
                let place = places.first()?;
                Caller { name, word: "", span: place.statement, selection: place.target }
            }
        };
        Some(Step { other, detail, places })
    };
    found.into_iter().filter_map(step).collect()
}

/// Why a flow is there, to follow its environments, and where that is stated.
fn reasons(model: &Model, flow: &Flow) -> (String, Vec<Place>) {
    if let Why::Derived(derived) = &flow.why {
        let cause = derived.cause;
        let place = Place { statement: cause, source: cause, target: cause, is_cause: true };
        return (format!(", derived: {}", derived.reason), vec![place]);
    }
    let Some(declared) = flow.declared(model) else { return (String::new(), Vec::new()) };
    let statements = declared.statements.iter().filter_map(|id| model.statements.get(id.0 as usize));
    let (mut why, mut places) = (String::new(), Vec::new());
    for statement in statements {
        let within = |end: Span| if statement.span.contains(end) { end } else { statement.span };
        places.push(Place {
            statement: statement.span,
            source: within(declared.source_span),
            target: within(declared.destination_span),
            is_cause: false,
        });
        if let Some(because) = &statement.because {
            why = format!(", because {}", because.value);
        }
    }
    (why, places)
}
