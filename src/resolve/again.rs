//! What an earlier resolving leaves to the next one: after an edit only what it touches is read again.
//!
//! Invariants: what is taken over is what reading it again would give, places included. A statement is the same if the
//! whole of it is, in the same place. What many statements depend on is the [`Frame`]: where it differs, nothing is taken
//! over. A resolving whose result nobody will come back to records nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declarations::{Declarations, DeclaredKind};
use super::endpoints::ReadEndpoint;
use super::environments::Request;
use super::faulty::Faulty;
use super::flows::{Place, StatedFlows};
use super::members::Members;
use super::modules::Project;
use super::scopes::Scopes;
use super::shape::Judged;
use super::together::Together;
use crate::model::body::Scope;
use crate::source::{FileId, Span};
use crate::syntax::Statement;
use crate::value::Term;
use crate::value::name::dns_label;
use crate::vocabulary::declares_endpoint;

/// What a resolving found, in the pieces in which the next one may take it over.
#[derive(Debug, Default)]
pub struct Memo {
    frame: Frame,
    /// What variables stand for, everywhere and in each environment.
    values: Vec<Values>,
    /// What is wrong with the shape of statements, by the place of their words; nothing where nothing is.
    pub(super) shapes: BTreeMap<Span, Arc<Judged>>,
    /// By id.
    pub(super) endpoints: Vec<Arc<ReadEndpoint>>,
    /// Statements of flows, by the place of their words and where they hold.
    pub(super) flows: BTreeMap<(Span, Place), Arc<StatedFlows>>,
    /// What they say together.
    pub(super) together: Arc<Together>,
}

/// An earlier resolving.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'e> {
    /// What was resolved.
    pub project: &'e Project,
    /// What it found.
    pub memo: &'e Memo,
}

/// How a platform is resolved.
#[derive(Debug, Clone, Copy)]
pub enum Course<'e> {
    /// Once: nothing is recorded.
    Once,
    /// Again and again: what is the same as in an earlier one is taken over from there.
    Again(Option<Earlier<'e>>),
}

/// What many statements depend on: which names there are, what variables stand for, classes, groups, and the words of
/// environments that speak to whatever is in them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Frame {
    endpoints: Vec<(String, DeclaredKind)>,
    /// Where names stand that do not fit: whoever asks for one nearly is told so.
    unfit: Vec<Span>,
    classes: Vec<String>,
    members: Members,
    environments: Vec<(String, String)>,
    /// The places of the words of whole statements that belong to it.
    statements: Vec<Span>,
    /// The places of the words of statements of which the head belongs to it.
    heads: Vec<Span>,
    faulty: Faulty,
    /// Names that are meant to be declared by what is no declaration.
    lost: Vec<String>,
}

/// What variables stand for, and which of them for nothing that could be read. Where names were told to be unknown is left
/// out: that is known of each statement.
#[derive(Debug, PartialEq, Eq)]
struct Values {
    bound: BTreeMap<Box<str>, Term>,
    faulty: BTreeSet<Box<str>>,
}

/// What is known of an earlier resolving, once it is clear that the frame is the same.
#[derive(Debug)]
pub(super) struct Held<'e> {
    /// What it found.
    pub(super) memo: &'e Memo,
    same: Same<'e>,
}

/// Which statements are the same as in an earlier project.
#[derive(Debug)]
struct Same<'e> {
    /// The statements of the files that differ, as they were, by the place of their words: those at the top level, and
    /// those directly within environments and the platform.
    edited: BTreeMap<FileId, BTreeMap<Span, &'e Statement>>,
}

/// What is taken over, and what is recorded.
#[derive(Debug)]
pub(super) struct Again<'e> {
    /// What may be taken over.
    pub(super) held: Option<Held<'e>>,
    /// What is recorded; `None` where nothing is.
    pub(super) memo: Option<Memo>,
}

impl<'e> Again<'e> {
    /// Compares the frame with the earlier one.
    pub(super) fn new(
        course: Course<'e>,
        project: &Project,
        declarations: &Declarations<'_>,
        requests: &[Request],
    ) -> Self {
        let Course::Again(earlier) = course else { return Self { held: None, memo: None } };
        let frame = Frame::of(declarations, requests);
        let held = earlier.and_then(|earlier| {
            let same = Same::between(earlier.project, project)?;
            let is_same = frame == earlier.memo.frame && Frame::is_held(declarations, &same);
            is_same.then_some(Held { memo: earlier.memo, same })
        });
        Self { held, memo: Some(Memo { frame, ..Memo::default() }) }
    }

    /// Compares what variables stand for with what they stood for.
    pub(super) fn bind(&mut self, scopes: &Scopes) {
        let Some(memo) = &mut self.memo else { return };
        let values = |scope: &Scope<'_>| Values { bound: scope.bound.clone(), faulty: scope.faulty.clone() };
        memo.values = std::iter::once(&scopes.global).chain(&scopes.environments).map(values).collect();
        if self.held.as_ref().is_some_and(|held| held.memo.values != memo.values) {
            self.held = None;
        }
    }
}

impl Held<'_> {
    /// Whether a statement is the same as before, in the same place. It must stand at the top level or directly in
    /// an environment or the platform.
    pub(super) fn has(&self, statement: &Statement) -> bool {
        self.same.has(statement)
    }
}

impl<'e> Same<'e> {
    /// `None` where the files are not the same ones.
    fn between(earlier: &'e Project, now: &Project) -> Option<Self> {
        let is_same = earlier.root == now.root
            && earlier.modules == now.modules
            && earlier.trees.len() == now.trees.len()
            && earlier.sources.iter().count() == now.sources.iter().count();
        if !is_same {
            return None;
        }
        let mut edited = BTreeMap::new();
        for (was, is) in earlier.trees.iter().zip(&now.trees) {
            if Arc::ptr_eq(was, is) {
                continue;
            }
            let path = |project: &'e Project, file| project.sources.get(file).map(|file| file.path().to_owned());
            let now_path = now.sources.get(is.file).map(|file| file.path().to_owned());
            if was.file != is.file || path(earlier, was.file) != now_path {
                return None;
            }
            let mut statements = BTreeMap::new();
            for statement in was.statements() {
                statements.insert(statement.word.span, statement);
                if matches!(statement.word(), "environment" | "platform") {
                    statements.extend(statement.statements().map(|inner| (inner.word.span, inner)));
                }
            }
            edited.insert(was.file, statements);
        }
        Some(Self { edited })
    }

    fn has(&self, statement: &Statement) -> bool {
        let Some(file) = self.edited.get(&statement.word.span.file) else { return true };
        file.get(&statement.word.span).is_some_and(|was| *was == statement)
    }

    /// Whether the word and the terms of a statement are the same, whatever stands in its braces.
    fn has_head(&self, statement: &Statement) -> bool {
        let Some(file) = self.edited.get(&statement.word.span.file) else { return true };
        let is_same = |was: &&Statement| {
            was.word == statement.word && was.terms == statement.terms && was.broken == statement.broken
        };
        file.get(&statement.word.span).is_some_and(is_same)
    }
}

/// Whether a statement of an environment speaks to what is in it, other than by name.
fn is_of_frame(statement: &Statement) -> bool {
    match statement.word() {
        word if declares_endpoint(word) || word == "allow" => false,
        "without" => !statement.terms.first().is_some_and(|term| term.is_name("allow")),
        "defaults" | "shared" | "namespace" => true,
        // numbers of an environment are read anew each time; a misspelled word may be meant for one of the above
        word => crate::vocabulary::ENVIRONMENT.word(word).is_none(),
    }
}

impl Frame {
    fn of(declarations: &Declarations<'_>, requests: &[Request]) -> Self {
        let endpoints = declarations.endpoints.iter().map(|(name, declared)| (name.clone(), declared.kind)).collect();
        let unfit = declarations.endpoints.iter().filter(|(name, _)| dns_label(name).is_err());
        Self {
            endpoints,
            unfit: unfit.map(|(_, declared)| declared.named.name_span).collect(),
            classes: declarations.classes.keys().cloned().collect(),
            members: declarations.members.clone(),
            environments: requests.iter().map(|request| (request.name.clone(), request.title.clone())).collect(),
            statements: Self::statements(declarations).map(|statement| statement.word.span).collect(),
            heads: Self::heads(declarations).map(|statement| statement.word.span).collect(),
            faulty: declarations.faulty.clone(),
            lost: declarations.lost.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// The statements of which all belongs to the frame.
    fn statements<'d>(declarations: &'d Declarations<'_>) -> impl Iterator<Item = &'d Statement> {
        let classes = declarations.classes.values().map(|named| named.statement);
        let groups = declarations.endpoints.values().filter(|declared| declared.kind == DeclaredKind::Group);
        let environments = declarations.environments.values();
        let own = environments.flat_map(|named| named.statement.statements().filter(|inner| is_of_frame(inner)));
        let constants = declarations.params.iter().chain(&declarations.lets).copied();
        let defaults = declarations.defaults.iter().copied();
        classes.chain(groups.map(|declared| declared.named.statement)).chain(own).chain(constants).chain(defaults)
    }

    /// The statements of which the head belongs to the frame.
    fn heads<'d>(declarations: &'d Declarations<'_>) -> impl Iterator<Item = &'d Statement> {
        declarations.environments.values().map(|named| named.statement)
    }

    /// Whether its statements are the same as before.
    fn is_held(declarations: &Declarations<'_>, same: &Same<'_>) -> bool {
        Self::statements(declarations).all(|statement| same.has(statement))
            && Self::heads(declarations).all(|statement| same.has_head(statement))
    }
}
