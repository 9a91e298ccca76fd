//! Flows as stated: which source may reach which port of which destination, in which environment.
//!
//! Invariants: each source meets each destination; a pair holds in an environment where both ends are, at least one of
//! them in it and not in a shared one only.

mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::Names;
use crate::model::codes::BVL0211;
use crate::model::flow::FlowTerms;
use crate::model::{
    Endpoint, EndpointId, EnvironmentId, FlowStatement, Model, NamedPort, PORT_WORDS, port as named_ports,
};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::{Term, TermKind};

use super::Spec;
use super::again::{Again, Held};
use super::declarations::Declarations;
use super::ends::{End, Side, unknown_end};
use super::scopes::Scopes;
use super::table::Table;
use super::together::{FlowWord, Gathered, Key, Pair, Portless, Together};

/// Where a statement of a flow holds: in the environments that it names, or in the one that it stands in.
pub(super) type Place = Option<EnvironmentId>;

/// What one statement says.
#[derive(Debug, Default)]
pub(super) struct StatedFlows {
    /// The statement itself, if its ends could be read.
    pub(super) statement: Option<FlowStatement>,
    /// What it allows.
    pub(super) pairs: Vec<Pair>,
    /// What its block states.
    pub(super) terms: Option<FlowTerms>,
    /// What its block takes away, each with what is said where no weaker statement states that.
    pub(super) takes: Vec<(FlowWord, Diagnostic)>,
    /// Those whose ports were looked at.
    looked_at: Vec<EndpointId>,
    /// Names that it holds and that could not be resolved.
    pub(super) unresolved: BTreeSet<String>,
    /// The pairs that it names, of which it is not known at which port they meet.
    pub(super) portless: Vec<Portless>,
    /// The groups of whose members some lack the port that is named, where they are written.
    unshared: BTreeSet<Span>,
    /// Whether an end could not be read.
    pub(super) unread: bool,
    /// Whether an end is declared nowhere and is like nothing that is, or is not written yet.
    pub(super) unknown: bool,
    /// Where it is written and what its braces state, where an end is misspelled and read as what it was most likely meant for.
    pub(super) guessed: Vec<Span>,
    /// What is wrong with it.
    pub(super) found: Vec<Diagnostic>,
}

/// The ends of a statement.
struct Ends<'t> {
    sources: Vec<End<'t>>,
    destinations: Vec<End<'t>>,
    /// The names of which one was meant by an end that is as near to several, and that is left out.
    open: Vec<&'t str>,
    /// Whether one is misspelled.
    is_guess: bool,
}

struct Resolver<'t> {
    declarations: &'t Declarations<'t>,
    table: &'t Table,
    scopes: &'t Scopes,
    model: &'t Model,
}

struct NoNames;

impl Names for NoNames {
    fn endpoint(&self, _: &str) -> Result<EndpointId, Vec<String>> {
        Err(Vec::new())
    }
}

/// Puts every stated flow into the model.
pub(super) fn resolve(spec: Spec<'_, '_>, table: &Table, model: &mut Model, again: &mut Again<'_>, sink: &mut Sink) {
    let Spec { declarations, scopes, .. } = spec;
    let resolver = Resolver { declarations, table, scopes, model };
    let (mut said, mut withouts) = (Vec::new(), Vec::new());
    for statement in &declarations.allows {
        said.push((resolver.stated(statement, None, again), Telling::Heard));
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for environment in &model.environments {
        let Some(named) = declarations.environments.get(&environment.name.value) else { continue };
        // an overlay of a parametrised environment is written once and holds in each of its instances
        let telling = if seen.insert(&environment.name.value) { Telling::Heard } else { Telling::Ignored };
        for statement in named.statement.statements() {
            if statement.word() == "allow" {
                let stated = resolver.stated(statement, Some(environment.id), again);
                said.push((stated, telling));
            }
            let is_flow = statement.terms.first().is_some_and(|term| term.is_name("allow"));
            if statement.word() == "without" && is_flow {
                withouts.push((statement, environment.id, telling));
            }
        }
    }
    let together = match resolver.together(&said, &withouts, again) {
        Some(known) => known,
        None => Arc::new(resolver.gather(&said, &withouts)),
    };
    together.found.iter().for_each(|finding| sink.report(finding.clone()));
    let guessed: Vec<Span> = said.iter().flat_map(|(reading, ..)| reading.stated().guessed.iter().copied()).collect();
    if !guessed.is_empty() {
        Arc::make_mut(&mut model.half_read).extend(guessed);
    }
    model.flows = Arc::clone(&together.flows);
    model.statements = Arc::clone(&together.statements);
    model.unresolved.clone_from(&together.unresolved);
    model.unread_flows = together.unread_flows;
    model.unknown_ends = together.unknown_ends;
    model.taken_flows = Arc::clone(&together.taken);
    if let Some(memo) = &mut again.memo {
        memo.together = together;
    }
}

/// What one statement says, those outside of all environments first, and whether what is wrong is told.
type Said = (Reading, Telling);

/// A statement that takes flows away, and where.
type Without<'t> = (&'t Statement, EnvironmentId, Telling);

/// What one statement says.
enum Reading {
    /// As an earlier resolving has it.
    Known(Arc<StatedFlows>),
    /// It was read.
    New(Arc<StatedFlows>),
}

impl Reading {
    fn stated(&self) -> &StatedFlows {
        match self {
            Self::Known(stated) | Self::New(stated) => stated,
        }
    }
}

/// What a statement has read of the ports that it may speak of.
#[derive(Clone, Copy)]
enum Ports {
    /// Their names and uses: which of them it means.
    Named,
    /// All of them, and where they are declared: what is wrong tells of them.
    Told,
}

impl Ports {
    /// Whether it would read the same of another state of an endpoint.
    fn is_same(self, is: &Endpoint, was: &Endpoint) -> bool {
        let is_named =
            |port: &NamedPort, other: &NamedPort| port.name.value == other.name.value && port.usage == other.usage;
        match self {
            Self::Named => {
                is.ports().len() == was.ports().len()
                    && is.ports().iter().zip(was.ports()).all(|(is, was)| is_named(is, was))
            }
            Self::Told => is.name() == was.name() && is.ports() == was.ports(),
        }
    }
}

/// Whether what is wrong with a statement is told, or has been.
#[derive(Clone, Copy)]
enum Telling {
    /// It is told.
    Heard,
    /// It has been.
    Ignored,
}

impl Telling {
    /// Where what is wrong goes.
    fn of<'s>(self, heard: &'s mut Sink, ignored: &'s mut Sink) -> &'s mut Sink {
        match self {
            Self::Heard => heard,
            Self::Ignored => ignored,
        }
    }
}

impl<'t> Resolver<'t> {
    /// What a statement says, as an earlier resolving has it where nothing that it speaks of has changed.
    fn stated(&self, statement: &'t Statement, place: Place, again: &mut Again<'_>) -> Reading {
        let key = (statement.word.span, place);
        let held = again.held.as_ref().filter(|held| held.has(statement));
        let known = held.and_then(|held| Some((held, held.memo.flows.get(&key)?)));
        let exactness = |known: &StatedFlows| if known.found.is_empty() { Ports::Named } else { Ports::Told };
        let reading = match known.filter(|(held, known)| self.is_held(&known.looked_at, exactness(known), held)) {
            Some((_, known)) => Reading::Known(Arc::clone(known)),
            None => Reading::New(Arc::new(self.read(statement, place))),
        };
        if let Some(memo) = &mut again.memo {
            let (Reading::Known(stated) | Reading::New(stated)) = &reading;
            memo.flows.insert(key, Arc::clone(stated));
        }
        reading
    }

    /// What all statements said together, where none of them has changed.
    fn together(&self, said: &[Said], withouts: &[Without<'t>], again: &Again<'_>) -> Option<Arc<Together>> {
        let held = again.held.as_ref()?;
        let known = &held.memo.together;
        let is_same = said.len() == held.memo.flows.len()
            && said.iter().all(|(reading, _)| matches!(reading, Reading::Known(_)))
            && withouts.len() == known.n_withouts
            && withouts.iter().all(|(statement, ..)| held.has(statement))
            && self.is_held(&known.looked_at, Ports::Named, held);
        is_same.then(|| Arc::clone(known))
    }

    /// What all statements say together.
    fn gather(&self, said: &[Said], withouts: &[Without<'t>]) -> Together {
        let (mut all, mut sink, mut ignored) = (Gathered::default(), Sink::default(), Sink::default());
        let (weaker, stronger) = said.split_at(self.declarations.allows.len().min(said.len()));
        for (reading, telling) in weaker {
            all.take(reading.stated(), telling.of(&mut sink, &mut ignored));
        }
        for (reading, telling) in stronger {
            all.take_away(reading.stated(), telling.of(&mut sink, &mut ignored));
        }
        for (reading, telling) in stronger {
            all.take(reading.stated(), telling.of(&mut sink, &mut ignored));
        }
        for (statement, environment, telling) in withouts {
            self.without(statement, *environment, &mut all, telling.of(&mut sink, &mut ignored));
        }
        all.finish(sink.into_found())
    }

    /// Whether whatever was looked at is as it was, as far as it was read.
    fn is_held(&self, looked_at: &[EndpointId], read: Ports, held: &Held<'_>) -> bool {
        looked_at.iter().all(|id| {
            let was = held.memo.endpoints.get(id.0 as usize).map(|known| &*known.endpoint);
            self.model.endpoint(*id).zip(was).is_some_and(|(is, was)| {
                std::ptr::eq(is, was) || read.is_same(is, was) && is.lacks(PORT_WORDS) == was.lacks(PORT_WORDS)
            })
        })
    }

    /// Reads what a statement says.
    fn read(&self, statement: &'t Statement, place: Place) -> StatedFlows {
        let (mut stated, mut sink) = (StatedFlows::default(), Sink::default());
        self.read_into(statement, place, &mut stated, &mut sink);
        stated.found = sink.into_found();
        stated
    }

    /// Takes a flow away in one environment.
    fn without(&self, statement: &'t Statement, environment: EnvironmentId, all: &mut Gathered, sink: &mut Sink) {
        all.count_without();
        // what is half written has been reported, and may be what takes a flow away
        if statement.broken {
            return;
        }
        let terms = statement.terms.get(1..).unwrap_or_default();
        let before = sink.len();
        let Some(Ends { sources, destinations, open, .. }) = self.ends(statement, terms, sink) else { return };
        // what is as near to several names may be one that has such a flow, and a name that is wrong is why there is none
        let mut matched = !open.is_empty() || sink.len() > before || all.is_unread();
        for source in &sources {
            for destination in &destinations {
                let (Some(from), Some(to)) =
                    (self.table.endpoint(source.name, environment), self.table.endpoint(destination.name, environment))
                else {
                    continue;
                };
                all.look_at(to);
                let ports = self.model.endpoint(to).map(Endpoint::ports).unwrap_or_default();
                let is_meant = |key: &Key| {
                    destination.port.is_none_or(|name| named_ports::place(ports, name) == Some(usize::from(key.3)))
                };
                let keys = (0..).zip(ports).map(|(port, _)| (environment, from, to, port));
                for key in keys.filter(is_meant) {
                    matched |= all.remove(key, statement.head());
                }
                // a statement of the two whose port is written wrongly may be the one that allows it
                matched |= all.is_portless((environment, from, to));
            }
        }
        // a name that is declared nowhere is why there is none
        let is_unknown = |end: &&End<'_>| !self.is_known(end) && !self.table.is_lost(end.name);
        let sides = [(Side::Source, &sources), (Side::Destination, &destinations)];
        if !matched && sources.iter().chain(&destinations).any(|end| is_unknown(&end)) {
            for (end, side) in sides.iter().flat_map(|(side, ends)| ends.iter().map(|end| (end, *side))) {
                if is_unknown(&end) {
                    sink.report(unknown_end::<&str>(end, (self.table, self.model), &[], (side, &[])));
                }
            }
        } else if !matched {
            let found = Diagnostic::new(&BVL0211, statement.head(), "there is no such flow to take away")
                .unless_elsewhere()
                .here("nothing allows it in this environment")
                .help("name a flow as it is allowed, source and destination");
            let pairs = sources.iter().flat_map(|from| destinations.iter().map(move |to| (from.name, to.name)));
            sink.report(pairs.fold(found, |found, (from, to)| found.about(format!("{from} -> {to}"))));
        }
    }
}

impl StatedFlows {
    /// Remembers whom a statement names that means nothing, so that nobody says they have no flow.
    fn lose(&mut self, terms: &[Term]) {
        for member in terms.iter().flat_map(Term::members) {
            match member.name() {
                Some(path) => {
                    self.unresolved.insert(path.split('.').next().unwrap_or(path).to_owned());
                }
                None => self.unread |= !matches!(member.kind, TermKind::Arrow | TermKind::PathArrow),
            }
        }
    }
}
