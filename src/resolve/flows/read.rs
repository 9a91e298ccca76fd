//! How one statement of a flow is read: its ends, its terms, and the pairs that come of them.

use std::collections::BTreeSet;

use super::super::arguments;
use super::super::ends::{
    End, Side, WHOLE, host_of, named_environments, never_meet, open, open_group, port, undotted, unknown_end,
};
use super::super::layers::{self, Source};
use super::super::together::{FlowWord, Key, Pair};
use super::super::unshared;
use super::{Ends, NoNames, Place, Resolver, StatedFlows};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Decoder, spelling};
use crate::model::codes::{BVL0202, BVL0211};
use crate::model::flow::FlowTerms;
use crate::model::{Endpoint, EndpointId, EnvironmentId, FlowStatement, Layer, Origin, Unread, port as named_ports};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::name::{dns_label, suggest_label};
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::{self, FILE, FLOW, WITHOUT};

impl<'t> Resolver<'t> {
    pub(super) fn read_into(&self, statement: &'t Statement, only: Place, stated: &mut StatedFlows, sink: &mut Sink) {
        if statement.broken {
            stated.lose(&statement.terms);
            stated.unknown = true;
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
            stated.unknown |= split.args.len() < 3;
            stated.unread |= split.args.is_empty();
            return;
        };
        // one more may be meant, at either end
        if statement.awaits {
            stated.lose(split.args);
            stated.unknown = true;
        }
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
    pub(super) fn path_arrow(
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

    /// The names before and behind the arrow.
    pub(super) fn ends(&self, statement: &'t Statement, terms: &'t [Term], sink: &mut Sink) -> Option<Ends<'t>> {
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
                (None, [from, colon, to])
                    if from.name().is_some() && colon.kind == TermKind::Colon && to.name().is_some() =>
                {
                    diagnostic.here("expected `->`").fix("write `->`", vec![TextEdit::replace(colon.span, " ->")])
                }
                (None, _) if let Some(told) = extra.and_then(|extra| behind_ends(statement, extra, terms)) => told,
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
        let sources = self.known(sources, (Side::Source, &behind), &mut open, sink);
        let destinations = self.known(destinations, (Side::Destination, &before), &mut open, sink);
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

    /// Whether something has the name of an end, or may have it in the environment that it names.
    pub(super) fn is_known(&self, end: &End<'_>) -> bool {
        end.name.contains('/')
            || self.declarations.endpoints.contains_key(end.name)
            || self.table.by_name.contains_key(end.name)
    }

    /// The ends of a flow, misspelled ones reported and read as what they were most likely meant for: what else is wrong
    /// may be a consequence of that. One that is as near to several names is read as none of them, and these are `open`.
    pub(super) fn known(
        &self,
        ends: Vec<End<'t>>,
        (side, others): (Side, &[&str]),
        open: &mut Vec<&'t str>,
        sink: &mut Sink,
    ) -> Vec<End<'t>> {
        let mut known = Vec::with_capacity(ends.len());
        let given: BTreeSet<(&str, Option<&str>)> = ends.iter().map(|end| (end.name, end.port)).collect();
        for end in ends {
            let is_known = self.is_known(&end);
            // another port of what is named beside it may be meant
            let undotted =
                if is_known || end.port.is_some() { None } else { undotted(end.name, self.table, self.model) };
            if let Some((name, port)) = undotted {
                sink.report(unknown_end::<&str>(&end, (self.table, self.model), &[], (side, others)));
                let port = (side != Side::Source).then_some(port);
                open_group(End { name, port, is_guess: true, ..end }, self.declarations, &mut known);
                continue;
            }
            let is_new = |near: &str| !given.contains(&(near, end.port));
            let near = if is_known || host_of(&end).is_some() {
                Vec::new()
            } else {
                self.declarations.endpoints.nearest_of(end.name, is_new)
            };
            if near.is_empty() {
                known.push(end);
                continue;
            }
            // what is declared by a name that does not fit is named as it should be
            let fitting = |near: &&str| if dns_label(near).is_ok() { None } else { suggest_label(near) };
            let written = |near: &&str| fitting(near).unwrap_or_else(|| (*near).to_owned());
            let written: Vec<String> = near.iter().map(written).collect();
            let unknown = unknown_end(&end, (self.table, self.model), &written, (side, others));
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
    pub(super) fn environments(
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
        // behind an `in` that is half written any may be meant
        if terms.is_empty() {
            return None;
        }
        named_environments(terms, self.table, sink)
    }

    /// What the block states, and the reason.
    pub(super) fn terms(
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

    /// Whether the port of a group is one that this member lacks and no other one is meant for all; says so, once for the group.
    fn has_unshared_port(
        &self,
        destination: &End<'_>,
        (environment, to): (EnvironmentId, EndpointId),
        stated: &mut StatedFlows,
        sink: &mut Sink,
    ) -> bool {
        let lacks = |wanted| {
            let endpoint = self.model.endpoint(to);
            endpoint.is_some_and(|endpoint| named_ports::place(endpoint.ports(), wanted).is_none())
        };
        if destination.group.is_none() || !destination.port.is_some_and(lacks) {
            return false;
        }
        if stated.unshared.contains(&destination.span) {
            return true;
        }
        let told = unshared::told(destination, Some(environment), self.declarations, (self.table, self.model));
        let Some(told) = told else { return false };
        stated.unshared.insert(destination.span);
        sink.report(told);
        true
    }

    /// One source and one destination, in each environment where they meet.
    pub(super) fn pair(
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
            if self.has_unshared_port(destination, (*environment, to), stated, sink) {
                stated.portless.push((*environment, from, to));
                stated.unresolved.extend([source.name.to_owned(), destination.name.to_owned()]);
                continue;
            }
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

/// What is said of what stands behind the ends of a flow and belongs into its braces, or stands before these for nothing.
fn behind_ends(statement: &Statement, extra: &Term, terms: &[Term]) -> Option<Diagnostic> {
    if extra.kind == TermKind::Colon && statement.block.is_some() {
        return Some(
            Diagnostic::new(&BVL0202, extra.span, "no `:` stands before the braces of a flow")
                .here("a space is enough")
                .help("remove the `:`")
                .fix("remove the `:`", vec![TextEdit::replace(extra.span, "")]),
        );
    }
    let begins = |term: &Term| term.name().is_some_and(|name| FLOW.word(name).is_some());
    let at = terms.iter().position(|term| term.span == extra.span).filter(|_| begins(extra))?;
    let (before, own) = terms.split_at_checked(at)?;
    let name = extra.name()?;
    let said: Vec<_> = own.iter().map(spelling).collect();
    let said = said.join(" ");
    let (title, help) = match statement.block {
        Some(_) => (format!("`{name}` stands before the braces of `allow`, and belongs into them"), "put it into them"),
        None => (format!("`{name}` belongs into the braces of `allow`, and there are none"), "put it into braces"),
    };
    let finding = Diagnostic::new(&BVL0202, extra.span, title).here("a word of the flow block");
    // of several words behind each other nobody knows where one ends
    if own.iter().filter(|term| begins(term)).count() != 1 || own.iter().any(|term| spelling(term).is_empty()) {
        return Some(finding.help("write `{ WORD VALUE; WORD VALUE }` behind the flow"));
    }
    let taken = Span { start: before.last()?.span.end, ..own.last()?.span };
    let put = match &statement.block {
        Some(block) => TextEdit::insert_after(block.open, format!(" {said};")),
        None => TextEdit::insert_after(statement.head(), format!(" {{ {said} }}")),
    };
    let finding = finding.help(format!("write `{{ {said} }}` behind the flow"));
    let edits = vec![TextEdit::replace(taken, ""), put];
    Some(finding.fix(help, edits))
}

/// The clause of a flow that a word behind its ends was most likely meant for.
fn clause_meant(term: &Term) -> Option<&'static str> {
    let word = FILE.word("allow")?;
    similar::closest(term.name()?, word.clauses.iter().map(|clause| clause.name))
}
