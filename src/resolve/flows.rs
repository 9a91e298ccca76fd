//! Flows as stated: which source may reach which port of which destination, in which environment.
//!
//! Invariants: each source meets each destination; a pair holds in an environment where both ends are, at least one of
//! them in it and not in a shared one only.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Decoder, Names};
use crate::model::codes::{BVL0202, BVL0211};
use crate::model::flow::FlowTerms;
use crate::model::{
    Endpoint, EndpointId, EnvironmentId, FlowStatement, Layer, Model, NamedPort, Origin, PORT_WORDS, Unread,
    port as named_ports,
};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::name::{dns_label, suggest_label};
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::{self, FILE, FLOW, WITHOUT};

use super::Spec;
use super::again::{Again, Held};
use super::arguments;
use super::declarations::Declarations;
use super::ends::{End, WHOLE, named_environments, never_meet, open, open_group, port, unknown_end};
use super::layers::{self, Source};
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
    /// Whether an end could not be read.
    pub(super) unread: bool,
    /// Whether an end is declared nowhere and is like nothing that is.
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

    fn read_into(&self, statement: &'t Statement, only: Place, stated: &mut StatedFlows, sink: &mut Sink) {
        if statement.broken {
            stated.lose(&statement.terms);
            return;
        }
        let Some(word) = FILE.word("allow") else { return };
        let split = vocabulary::split(word, &statement.terms);
        if self.path_arrow(statement, &split, stated, sink) {
            stated.lose(&statement.terms);
            return;
        }
        let Some(Ends { sources, destinations, open, is_guess }) = self.ends(statement, split.args, sink) else {
            stated.lose(&statement.terms);
            return;
        };
        if !open.is_empty() {
            // each of them may have this flow, and so may whatever else is as near
            stated.lose(split.args);
            stated.unresolved.extend(open.into_iter().map(str::to_owned));
            stated.unknown = true;
        }
        if is_guess {
            stated.guessed.push(statement.head());
            stated.guessed.extend(statement.statements().map(Statement::head));
        }
        let is_end = |term: &Term| term.name().is_some() || term.kind == TermKind::Arrow;
        if !split.args.iter().flat_map(Term::members).all(is_end) {
            stated.lose(split.args);
        }
        let Some(environments) = self.environments(&split, only, sink) else {
            stated.lose(split.args);
            return;
        };
        let (terms, because) = self.terms(statement, &split, only, (stated, sink));
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

    /// Says of an `allow` with the arrow of `never` that it has that, and offers what makes a flow, or a `never`, of it.
    fn path_arrow(
        &self,
        statement: &'t Statement,
        split: &vocabulary::Split<'t>,
        stated: &mut StatedFlows,
        sink: &mut Sink,
    ) -> bool {
        let [from, arrow, to] = split.args else { return false };
        if arrow.kind != TermKind::PathArrow {
            return false;
        }
        // a flow in whose place something else would be wrong is not offered
        let mut ignored = Sink::default();
        let [sources, destinations] =
            [from, to].map(|end| open(std::slice::from_ref(end), self.declarations, WHOLE, &mut ignored));
        let all: Vec<EnvironmentId> = self.model.environments.iter().map(|environment| environment.id).collect();
        for (source, destination) in sources.iter().flat_map(|source| destinations.iter().map(move |to| (source, to))) {
            let mut tried = StatedFlows::default();
            self.pair((source, destination), &all, &mut tried, &mut ignored);
            stated.looked_at.extend(tried.looked_at);
        }
        stated.looked_at.sort_unstable();
        stated.looked_at.dedup();
        let diagnostic = Diagnostic::new(&BVL0202, arrow.span, "`~>` stands in `never` only, and a flow has `->`")
            .here("rules out every way from one to the other")
            .help("write `->` to let the one connect to the other, or `never` to rule it out");
        let is_flow = ignored.is_empty() && sources.iter().all(|source| source.port.is_none());
        let may_be_ruled_out = split.clauses.is_empty() && statement.block.is_none();
        sink.report(match (is_flow, may_be_ruled_out) {
            (true, _) => diagnostic.fix("write `->`", vec![TextEdit::replace(arrow.span, "->")]),
            (false, true) => {
                diagnostic.unsafe_fix("write `never`", vec![TextEdit::replace(statement.word.span, "never")])
            }
            (false, false) => diagnostic,
        });
        true
    }

    /// Takes a flow away in one environment.
    fn without(&self, statement: &'t Statement, environment: EnvironmentId, all: &mut Gathered, sink: &mut Sink) {
        all.count_without();
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
        if !matched {
            sink.report(
                Diagnostic::new(&BVL0211, statement.head(), "there is no such flow to take away")
                    .unless_elsewhere()
                    .here("nothing allows it in this environment")
                    .help("name a flow as it is allowed, source and destination"),
            );
        }
    }

    /// The names before and behind the arrow.
    fn ends(&self, statement: &'t Statement, terms: &'t [Term], sink: &mut Sink) -> Option<Ends<'t>> {
        let arrow = terms.iter().position(|term| term.kind == TermKind::Arrow);
        let (before, behind) = match arrow {
            Some(at) => (terms.get(..at).unwrap_or_default(), terms.get(at + 1..).unwrap_or_default()),
            None => (terms, &[] as &[Term]),
        };
        let extra = behind.get(1).or_else(|| before.get(1));
        if arrow.is_none() || before.is_empty() || behind.is_empty() || extra.is_some() {
            let span = extra.map_or(statement.head(), |term| term.span);
            if let (Some(extra), Some(last), [_, ..], "without") =
                (behind.get(1), behind.last(), before, statement.word())
            {
                let more = Span { start: behind.first().map_or(extra.span.start, |to| to.span.end), ..last.span };
                sink.report(
                    Diagnostic::new(
                        &BVL0202,
                        extra.span,
                        "`without allow` takes a flow away, and says nothing more of it",
                    )
                    .here("stands behind the destination")
                    .help("take it out; a reason is given for what is allowed")
                    .unsafe_fix("take it out", vec![TextEdit::replace(more, "")]),
                );
                return None;
            }
            let diagnostic = Diagnostic::new(&BVL0202, span, "a flow is a source, an arrow and a destination")
                .help("for example: `allow web -> api.http because \"REASON\"`");
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
        let mut open = Vec::new();
        let n_before = sink.len();
        let sources = self.known(sources, &behind, &mut open, sink);
        let destinations = self.known(destinations, &before, &mut open, sink);
        let is_guess = sink.len() > n_before;
        for source in sources.iter().filter(|source| source.port.is_some()) {
            sink.report(
                Diagnostic::new(&BVL0202, source.span, "the source of a flow has no port")
                    .here("connections leave from any port")
                    .help(format!("write `{}`", source.name)),
            );
        }
        Some(Ends { sources, destinations, open, is_guess })
    }

    /// The ends of a flow, misspelled ones reported and read as what they were most likely meant for: what else is wrong
    /// may be a consequence of that. One that is as near to several names is read as none of them, and these are `open`.
    fn known(&self, ends: Vec<End<'t>>, others: &[&str], open: &mut Vec<&'t str>, sink: &mut Sink) -> Vec<End<'t>> {
        let mut known = Vec::with_capacity(ends.len());
        let given: BTreeSet<(&str, Option<&str>)> = ends.iter().map(|end| (end.name, end.port)).collect();
        for end in ends {
            let is_known = end.name.contains('/')
                || self.declarations.endpoints.contains_key(end.name)
                || self.table.by_name.contains_key(end.name);
            // another port of what is named beside it may be meant
            let is_new = |near: &str| !given.contains(&(near, end.port));
            let near = if is_known { Vec::new() } else { self.declarations.endpoints.nearest_of(end.name, is_new) };
            if near.is_empty() {
                known.push(end);
                continue;
            }
            // what is declared by a name that does not fit is named as it should be
            let fitting = |near: &&str| if dns_label(near).is_ok() { None } else { suggest_label(near) };
            let written = |near: &&str| fitting(near).unwrap_or_else(|| (*near).to_owned());
            let written: Vec<String> = near.iter().map(written).collect();
            let unknown = unknown_end(&end, (self.table, self.model), &written, others);
            sink.report(near.iter().fold(unknown, |unknown, near| {
                let declared = fitting(near).zip(self.declarations.endpoints.get(*near));
                declared.into_iter().fold(unknown, |unknown, (better, declared)| {
                    unknown.label(declared.named.name_span, format!("`{near}` is to be called `{better}`"))
                })
            }));
            match near.as_slice() {
                [nearest] => open_group(End { name: nearest, is_guess: true, ..end }, self.declarations, &mut known),
                several => {
                    for name in several {
                        let mut meant = Vec::new();
                        open_group(End { name, is_guess: true, ..end.clone() }, self.declarations, &mut meant);
                        open.extend(meant.iter().map(|end| end.name));
                    }
                }
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
        (stated, sink): (&mut StatedFlows, &mut Sink),
    ) -> (Option<FlowTerms>, Option<Origin<String>>) {
        let scope = only.and_then(|id| self.scopes.environments.get(id.0 as usize)).unwrap_or(&self.scopes.global);
        let layer = only.map_or(Layer::Declaration, Layer::Overlay);
        let source = Source { statement, scope, layer };
        let mut merged = Sink::default();
        let body = layers::merge(&FLOW, &[source], &mut merged);
        if only.is_some() {
            // what this block does not state itself, a statement outside of the environment may
            for without in statement.statements().filter(|inner| inner.word() == WITHOUT.name) {
                let is_of_it =
                    |finding: &&Diagnostic| finding.code == &BVL0211 && finding.span() == Some(without.head());
                let word = without.terms.first().and_then(Term::name).and_then(FlowWord::named);
                let finding = merged.iter().find(is_of_it).cloned();
                if let Some((word, finding)) = word.zip(finding) {
                    stated.takes.push((word, finding.unless_elsewhere()));
                    merged.retain(|finding| finding.code != &BVL0211 || finding.span() != Some(without.head()));
                }
            }
        }
        sink.absorb(merged);
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
            let home = |id| self.model.endpoint(id).map(Endpoint::environment);
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
            if let Some(port) = port(self.model, to, destination, sink) {
                keys.push((*environment, from, to, port));
            } else {
                stated.portless.push((*environment, from, to));
                stated.unresolved.extend([source.name.to_owned(), destination.name.to_owned()]);
            }
        }
        if !met {
            let is_declared =
                |end: &End<'_>| end.name.contains('/') || self.declarations.endpoints.contains_key(end.name);
            stated.unknown |= !is_declared(source) || !is_declared(destination);
            stated.unresolved.extend([source.name.to_owned(), destination.name.to_owned()]);
            never_meet(source, destination, (self.table, self.model), sink);
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

/// The clause of a flow that a word behind its ends was most likely meant for.
fn clause_meant(term: &Term) -> Option<&'static str> {
    let word = FILE.word("allow")?;
    similar::closest(term.name()?, word.clauses.iter().map(|clause| clause.name))
}
