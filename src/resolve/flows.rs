//! Flows as stated: which source may reach which port of which destination, in which environment.
//!
//! Invariants: each source meets each destination; a pair holds in an environment where both ends are, at least one of
//! them in it and not in a shared one only; statements of one flow merge, an environment's own are the stronger layer.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Decoder, Names};
use crate::model::codes::{BVL0202, BVL0211};
use crate::model::flow::{FlowTerms, StatementId, TakenFlow};
use crate::model::{DeclaredFlow, EndpointId, EnvironmentId, FlowStatement, Layer, Model, Origin, PORT_WORDS, Unread};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::name::{dns_label, suggest_label};
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::{self, FILE, FLOW};

use super::Spec;
use super::again::{Again, Held};
use super::arguments;
use super::declarations::Declarations;
use super::ends::{End, WHOLE, named_environments, never_meet, open, open_group, port, unknown_end};
use super::layers::{self, Source};
use super::scopes::Scopes;
use super::table::Table;

type Key = (EnvironmentId, EndpointId, EndpointId, u16);

/// Where a statement of a flow holds: in the environments that it names, or in the one that it stands in.
pub(super) type Place = Option<EnvironmentId>;

/// What one statement says.
#[derive(Debug, Default)]
pub(super) struct StatedFlows {
    statement: Option<FlowStatement>,
    pairs: Vec<Pair>,
    terms: Option<FlowTerms>,
    /// Those whose ports were looked at.
    looked_at: Vec<EndpointId>,
    /// Names that it holds and that could not be resolved.
    unresolved: BTreeSet<String>,
    /// Whether an end could not be read.
    unread: bool,
    /// Whether an end is declared nowhere and is like nothing that is.
    unknown: bool,
    found: Vec<Diagnostic>,
}

/// What all statements say together.
#[derive(Debug, Default)]
pub(super) struct Together {
    statements: Arc<Vec<FlowStatement>>,
    flows: Arc<Vec<DeclaredFlow>>,
    unresolved: BTreeSet<String>,
    unread_flows: bool,
    unknown_ends: bool,
    taken: Arc<Vec<TakenFlow>>,
    /// Statements that take flows away.
    n_withouts: usize,
    /// Those whose ports these looked at.
    looked_at: Vec<EndpointId>,
    found: Vec<Diagnostic>,
}

/// One source and one port of one destination, and where they are written.
#[derive(Debug, Clone, Copy)]
struct Pair {
    key: Key,
    source: Span,
    destination: Span,
}

/// Flows under construction.
struct Found {
    flow: DeclaredFlow,
    strength: Strength,
}

/// The layers that can state a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Platform,
    Environment,
}

struct Resolver<'t> {
    declarations: &'t Declarations<'t>,
    table: &'t Table,
    scopes: &'t Scopes,
    model: &'t Model,
}

/// What all statements say together.
#[derive(Default)]
struct Gathered {
    found: IndexMap<Key, Found>,
    statements: Vec<FlowStatement>,
    unresolved: BTreeSet<String>,
    unread_flows: bool,
    unknown_ends: bool,
    taken: Vec<TakenFlow>,
    /// Those whose ports statements looked at that take flows away.
    looked_at: Vec<EndpointId>,
}

struct NoNames;

impl Names for NoNames {
    fn endpoint(&self, _: &str) -> Result<EndpointId, Option<String>> {
        Err(None)
    }
}

/// Puts every stated flow into the model.
pub(super) fn resolve(spec: Spec<'_, '_>, table: &Table, model: &mut Model, again: &mut Again<'_>, sink: &mut Sink) {
    let Spec { declarations, scopes } = spec;
    let resolver = Resolver { declarations, table, scopes, model };
    let (mut said, mut withouts) = (Vec::new(), Vec::new());
    for statement in &declarations.allows {
        said.push((resolver.stated(statement, None, again), Strength::Platform, Telling::Heard));
    }
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for environment in &model.environments {
        let Some(named) = declarations.environments.get(&environment.name.value) else { continue };
        // an overlay of a parametrised environment is written once and holds in each of its instances
        let telling = if seen.insert(&environment.name.value) { Telling::Heard } else { Telling::Ignored };
        for statement in named.statement.statements() {
            if statement.word() == "allow" {
                let stated = resolver.stated(statement, Some(environment.id), again);
                said.push((stated, Strength::Environment, telling));
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

/// What one statement says, how strong its layer is, and whether what is wrong is told.
type Said = (Reading, Strength, Telling);

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
        let reading = match known.filter(|(held, known)| self.is_held(&known.looked_at, held)) {
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
            && said.iter().all(|(reading, ..)| matches!(reading, Reading::Known(_)))
            && withouts.len() == known.n_withouts
            && withouts.iter().all(|(statement, ..)| held.has(statement))
            && self.is_held(&known.looked_at, held);
        is_same.then(|| Arc::clone(known))
    }

    /// What all statements say together.
    fn gather(&self, said: &[Said], withouts: &[Without<'t>]) -> Together {
        let (mut all, mut sink, mut ignored) = (Gathered::default(), Sink::default(), Sink::default());
        for (reading, strength, telling) in said {
            all.take(reading.stated(), *strength, telling.of(&mut sink, &mut ignored));
        }
        for (statement, environment, telling) in withouts {
            self.without(statement, *environment, &mut all, telling.of(&mut sink, &mut ignored));
        }
        let Gathered { mut found, statements, unresolved, unread_flows, unknown_ends, taken, looked_at } = all;
        found.sort_unstable_keys();
        let mut taken = taken;
        taken.sort_unstable_by_key(TakenFlow::key);
        Together {
            statements: Arc::new(statements),
            flows: Arc::new(found.into_values().map(|found| found.flow).collect()),
            unresolved,
            unread_flows,
            unknown_ends,
            taken: Arc::new(taken),
            n_withouts: withouts.len(),
            looked_at,
            found: sink.into_found(),
        }
    }

    /// Whether whatever was looked at is as it was.
    fn is_held(&self, looked_at: &[EndpointId], held: &Held<'_>) -> bool {
        looked_at.iter().all(|id| {
            let was = held.memo.endpoints.get(id.0 as usize).map(|known| &*known.endpoint);
            self.model.endpoint(*id).zip(was).is_some_and(|(is, was)| {
                std::ptr::eq(is, was)
                    || is.name() == was.name()
                        && is.ports() == was.ports()
                        && is.lacks(PORT_WORDS) == was.lacks(PORT_WORDS)
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

    fn read_into(&self, statement: &'t Statement, only: Place, stated: &mut StatedFlows, sink: &mut Sink) {
        if statement.broken {
            stated.lose(&statement.terms);
            return;
        }
        let Some(word) = FILE.word("allow") else { return };
        let split = vocabulary::split(word, &statement.terms);
        let Some((sources, destinations)) = self.ends(statement, split.args, sink) else {
            stated.lose(&statement.terms);
            return;
        };
        let is_end = |term: &Term| term.name().is_some() || term.kind == TermKind::Arrow;
        if !split.args.iter().flat_map(Term::members).all(is_end) {
            stated.lose(split.args);
        }
        let Some(environments) = self.environments(&split, only, sink) else {
            stated.lose(split.args);
            return;
        };
        let (terms, because) = self.terms(statement, &split, only, sink);
        stated.statement = Some(FlowStatement { span: statement.head(), because });
        stated.terms = terms;
        for source in &sources {
            for destination in &destinations {
                for key in self.pair((source, destination), &environments, stated, sink) {
                    stated.pairs.push(Pair { key, source: source.span, destination: destination.span });
                }
            }
        }
        stated.looked_at.sort_unstable();
        stated.looked_at.dedup();
    }

    /// Takes a flow away in one environment.
    fn without(&self, statement: &'t Statement, environment: EnvironmentId, all: &mut Gathered, sink: &mut Sink) {
        let terms = statement.terms.get(1..).unwrap_or_default();
        let Some((sources, destinations)) = self.ends(statement, terms, sink) else { return };
        let mut matched = false;
        for source in &sources {
            for destination in &destinations {
                let (Some(from), Some(to)) =
                    (self.table.endpoint(source.name, environment), self.table.endpoint(destination.name, environment))
                else {
                    continue;
                };
                all.looked_at.push(to);
                let ports = self.model.endpoint(to).map(crate::model::Endpoint::ports).unwrap_or_default();
                let is_meant = |key: &Key| {
                    let port = ports.get(usize::from(key.3));
                    destination.port.is_none_or(|name| port.is_some_and(|port| port.name.value == name))
                };
                let keys = (0..).zip(ports).map(|(port, _)| (environment, from, to, port));
                for key in keys.filter(is_meant).filter(|key| all.found.swap_remove(key).is_some()) {
                    matched = true;
                    let (_, source, destination, port) = key;
                    all.taken.push(TakenFlow { environment, source, destination, port, by: statement.head() });
                }
            }
        }
        if !matched {
            sink.report(
                Diagnostic::new(&BVL0211, statement.head(), "there is no such flow to take away")
                    .here("nothing allows it in this environment")
                    .help("name a flow as it is allowed, source and destination"),
            );
        }
    }

    /// The names before and behind the arrow.
    fn ends(
        &self,
        statement: &'t Statement,
        terms: &'t [Term],
        sink: &mut Sink,
    ) -> Option<(Vec<End<'t>>, Vec<End<'t>>)> {
        let arrow = terms.iter().position(|term| term.kind == TermKind::Arrow);
        let (before, behind) = match arrow {
            Some(at) => (terms.get(..at).unwrap_or_default(), terms.get(at + 1..).unwrap_or_default()),
            None => (terms, &[] as &[Term]),
        };
        let extra = behind.get(1).or_else(|| before.get(1));
        if arrow.is_none() || before.is_empty() || behind.is_empty() || extra.is_some() {
            let span = extra.map_or(statement.head(), |term| term.span);
            let diagnostic = Diagnostic::new(&BVL0202, span, "a flow is a source, an arrow and a destination")
                .help("a whole one: `allow web -> api.http because \"..\"`");
            let path = terms.iter().find(|term| term.kind == TermKind::PathArrow);
            sink.report(match (path, terms) {
                (Some(path), _) => diagnostic
                    .here("`~>` stands in `never` only")
                    .fix("write `->`", vec![TextEdit::replace(path.span, "->")]),
                (None, [from, to]) if from.name().is_some() && to.name().is_some() => diagnostic
                    .here("an arrow is missing before it")
                    .fix("write the arrow", vec![TextEdit::insert_after(from.span, " ->")]),
                (None, [from, to, behind]) if from.name().is_some() && to.is_name("to") && behind.name().is_some() => {
                    diagnostic.here("expected `->`").fix("write `->`", vec![TextEdit::replace(to.span, "->")])
                }
                (None, _) if arrow.is_some() => match extra.and_then(|term| Some((term, clause_meant(term)?))) {
                    Some((extra, near)) => diagnostic
                        .here(format!("did you mean `{near}`?"))
                        .fix(format!("write `{near}`"), vec![TextEdit::replace(extra.span, near)]),
                    None => diagnostic,
                },
                (None, _) => diagnostic,
            });
            return None;
        }
        let (sources, destinations) =
            (open(before, self.declarations, WHOLE, sink), open(behind, self.declarations, WHOLE, sink));
        let names = |ends: &[End<'t>]| -> Vec<&'t str> { ends.iter().map(|end| end.name).collect() };
        let (before, behind) = (names(&sources), names(&destinations));
        let (sources, destinations) = (self.known(sources, &behind, sink), self.known(destinations, &before, sink));
        for source in sources.iter().filter(|source| source.port.is_some()) {
            sink.report(
                Diagnostic::new(&BVL0202, source.span, "the source of a flow has no port")
                    .here("connections leave from any port")
                    .help(format!("write `{}`", source.name)),
            );
        }
        Some((sources, destinations))
    }

    /// The ends of a flow, misspelled ones reported and read as what they were most likely meant for: what else is wrong
    /// may be a consequence of that.
    fn known(&self, ends: Vec<End<'t>>, others: &[&str], sink: &mut Sink) -> Vec<End<'t>> {
        let mut known = Vec::with_capacity(ends.len());
        let given: BTreeSet<&str> = ends.iter().map(|end| end.name).collect();
        for end in ends {
            let is_known = end.name.contains('/')
                || self.declarations.endpoints.contains_key(end.name)
                || self.table.by_name.contains_key(end.name);
            let near = if is_known {
                None
            } else {
                self.declarations.endpoints.closest_of(end.name, |near| !given.contains(near))
            };
            match near {
                Some(near) => {
                    // what is declared by a name that does not fit is named as it should be
                    let fitting = if dns_label(near).is_ok() { None } else { suggest_label(near) };
                    let written = fitting.as_deref().unwrap_or(near);
                    sink.report(unknown_end(&end, self.table, Some(written), others));
                    open_group(End { name: near, ..end }, self.declarations, &mut known);
                }
                None => known.push(end),
            }
        }
        known
    }

    /// The environments that a statement speaks of; `None` where one of them could be any.
    fn environments(
        &self,
        split: &vocabulary::Split<'_>,
        only: Option<EnvironmentId>,
        sink: &mut Sink,
    ) -> Option<Vec<EnvironmentId>> {
        if let Some(only) = only {
            return Some(vec![only]);
        }
        let Some((_, _, terms)) = split.clauses.iter().find(|(clause, ..)| clause.name == "in") else {
            return Some(self.model.environments.iter().map(|environment| environment.id).collect());
        };
        named_environments(terms, self.table, sink)
    }

    /// What the block states, and the reason.
    fn terms(
        &self,
        statement: &Statement,
        split: &vocabulary::Split<'_>,
        only: Option<EnvironmentId>,
        sink: &mut Sink,
    ) -> (Option<FlowTerms>, Option<Origin<String>>) {
        let scope = only.and_then(|id| self.scopes.environments.get(id.0 as usize)).unwrap_or(&self.scopes.global);
        let layer = only.map_or(Layer::Declaration, Layer::Overlay);
        let source = Source { statement, scope, layer };
        let body = layers::merge(&FLOW, &[source], sink);
        layers::require(&body, "", sink);
        arguments::bound(&body, "", &mut Unread::default(), sink);
        let mut decoder = Decoder {
            sink,
            names: &NoNames,
            environment: "",
            declared: statement.head(),
            tainted: false,
            unread: Unread::default(),
        };
        let because = split.clauses.iter().find(|(clause, ..)| clause.name == "because").and_then(|(_, _, terms)| {
            let part = crate::model::body::Part { terms, scope, layer, span: statement.head() };
            decoder.read::<String>(terms.first()?, part)
        });
        let terms = statement.block.as_ref().map(|_| FlowTerms {
            // none at all has been refused
            timeout: decoder
                .value(&body, "timeout")
                .filter(|timeout: &Origin<crate::value::Duration>| !timeout.value.is_zero()),
            retries: decoder.value(&body, "retries"),
            pool: decoder.value(&body, "pool"),
            background: body.flag("background"),
        });
        (terms, because)
    }

    /// One source and one destination, in each environment where they meet.
    fn pair(
        &self,
        (source, destination): (&End<'_>, &End<'_>),
        environments: &[EnvironmentId],
        stated: &mut StatedFlows,
        sink: &mut Sink,
    ) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut met = false;
        for environment in environments {
            let (Some(from), Some(to)) =
                (self.table.endpoint(source.name, *environment), self.table.endpoint(destination.name, *environment))
            else {
                continue;
            };
            met = true;
            // where both ends are elsewhere, the pair belongs to that environment
            let home = |id| self.model.endpoint(id).map(crate::model::Endpoint::environment);
            let crosses = source.name.contains('/') || destination.name.contains('/');
            if home(from) != Some(*environment) && home(to) != Some(*environment) && !crosses {
                continue;
            }
            // an external is seen from everywhere: a shared workload's flow to it belongs to the shared environment
            let is_elsewhere = home(from).is_some_and(|home| home != *environment);
            if is_elsewhere && self.model.external(to).is_some() {
                continue;
            }
            stated.looked_at.push(to);
            match port(self.model, to, destination, sink) {
                Some(port) => keys.push((*environment, from, to, port)),
                None => stated.unresolved.extend([source.name.to_owned(), destination.name.to_owned()]),
            }
        }
        if !met {
            let is_unknown =
                |end: &End<'_>| !end.name.contains('/') && !self.declarations.endpoints.contains_key(end.name);
            stated.unknown |= is_unknown(source) || is_unknown(destination);
            stated.unresolved.extend([source.name.to_owned(), destination.name.to_owned()]);
            never_meet(source, destination, self.table, sink);
        }
        keys
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

impl Gathered {
    /// Takes in what one statement says.
    fn take(&mut self, stated: &StatedFlows, strength: Strength, sink: &mut Sink) {
        stated.found.iter().for_each(|finding| sink.report(finding.clone()));
        self.unresolved.extend(stated.unresolved.iter().cloned());
        self.unread_flows |= stated.unread;
        self.unknown_ends |= stated.unknown;
        let Some(statement) = &stated.statement else { return };
        let id = StatementId(u32::try_from(self.statements.len()).unwrap_or(u32::MAX));
        self.statements.push(statement.clone());
        for Pair { key, source, destination } in &stated.pairs {
            let found = self.found.entry(*key).or_insert_with(|| Found {
                flow: DeclaredFlow {
                    environment: key.0,
                    source: key.1,
                    destination: key.2,
                    port: key.3,
                    statements: Vec::new(),
                    source_span: *source,
                    destination_span: *destination,
                    terms: None,
                },
                strength,
            });
            found.flow.statements.push(id);
            if let Some(terms) = &stated.terms {
                combine(found, terms, strength, sink);
            }
            found.strength = strength;
        }
    }
}

/// The clause of a flow that a word behind its ends was most likely meant for.
fn clause_meant(term: &Term) -> Option<&'static str> {
    let word = FILE.word("allow")?;
    similar::closest(term.name()?, word.clauses.iter().map(|clause| clause.name))
}

fn combine(found: &mut Found, terms: &FlowTerms, strength: Strength, sink: &mut Sink) {
    let stronger = strength > found.strength || found.flow.terms.is_none();
    let own = found.flow.terms.get_or_insert_default();
    merge_entry(&mut own.timeout, terms.timeout.as_ref(), "timeout", stronger, sink);
    merge_entry(&mut own.retries, terms.retries.as_ref(), "retries", stronger, sink);
    merge_entry(&mut own.pool, terms.pool.as_ref(), "pool", stronger, sink);
    if terms.background.is_some() {
        own.background.clone_from(&terms.background);
    }
}

fn merge_entry<T: Clone + PartialEq>(
    own: &mut Option<Origin<T>>,
    new: Option<&Origin<T>>,
    word: &str,
    stronger: bool,
    sink: &mut Sink,
) {
    let Some(new) = new else { return };
    match own {
        Some(known) if !stronger && known.value != new.value => sink.report(
            Diagnostic::new(
                &crate::model::codes::BVL0207,
                new.span,
                format!("two statements of one flow give it different values of `{word}`"),
            )
            .here("again here")
            .label(known.span, "first here")
            .help("keep one, or move the other into the environment where it differs"),
        ),
        _ => *own = Some(new.clone()),
    }
}
