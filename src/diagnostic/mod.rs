//! How anything wrong is said: one [`Diagnostic`] for one mistake, with all places, the consequence and the mending.
//!
//! Invariants: a diagnostic has at least one label, the first is the primary one; titles are whole without their labels;
//! [`Sink::finish`] orders by file, place and code, so that the same input gives the same report.

pub mod code;
mod findings;
pub mod render;

pub use code::{Code, Ground, Severity};
pub use findings::Findings;

use std::ops::{Deref, DerefMut};

use crate::source::{Mover, Span, TextEdit};

/// A place with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there, a few words in lower case; may be empty.
    pub message: String,
    /// Whether it only shows whom the finding concerns: what is the same mistake of others is shown at other places.
    pub is_aside: bool,
    /// Where the values stand of what is wrong there, where nothing but names stands for it.
    pub values: Vec<Span>,
}

impl Label {
    /// A place that is a part of what is wrong.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), is_aside: false, values: Vec::new() }
    }
}

/// Whether a fix may be applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// The meaning that the user intended, without doubt: `--fix` applies it.
    Safe,
    /// Changes meaning, or is one of several: `--unsafe-fixes` or a choice in the editor.
    Unsafe,
}

/// How far a fix goes that moves a number: by that the one is known that mends what the others mend as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The number must be so large at the least.
    AtLeast(u64),
    /// The number must be so small at the least.
    AtMost(u64),
}

impl Reach {
    /// Whether what goes so far goes as far as the other.
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::AtLeast(number), Self::AtLeast(other)) => number >= other,
            (Self::AtMost(number), Self::AtMost(other)) => number <= other,
            (Self::AtLeast(_), Self::AtMost(_)) | (Self::AtMost(_), Self::AtLeast(_)) => false,
        }
    }
}

/// What there is not, where a name stands for nothing: findings of one such name are told as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absent {
    /// A workload or external.
    Endpoint(String),
    /// An environment.
    Environment(String),
    /// Any environment at all.
    AnyEnvironment,
    /// A class.
    Class(String),
    /// A param, let or parameter.
    Constant(String),
    /// A module of the standard library, which is not used.
    Module(String),
    /// A file of the platform's folder, which is not used.
    File(String),
    /// A port of a workload or external that is there.
    Port {
        /// Whose port it would be: the name of an endpoint, or the class from which it has all of its ports.
        of: String,
        /// The endpoint of which it is asked.
        endpoint: String,
        /// Where the class states the first of its ports.
        class: Option<Span>,
        /// Its name.
        port: String,
    },
    /// A store of secrets.
    Store(String),
    /// What others need is in these environments alone, none of which is shared: where they are declared.
    Shared(Vec<Span>),
}

impl Absent {
    /// What is one mistake of all whom it concerns.
    #[must_use]
    pub fn of_all(&self) -> Self {
        let mut of_all = self.clone();
        match &mut of_all {
            Self::Port { endpoint, .. } => endpoint.clear(),
            Self::Endpoint(_)
            | Self::Environment(_)
            | Self::AnyEnvironment
            | Self::Class(_)
            | Self::Constant(_)
            | Self::Module(_)
            | Self::File(_)
            | Self::Store(_)
            | Self::Shared(_) => {}
        }
        of_all
    }

    /// The name, where it is one that is missed.
    pub fn name(&self) -> &str {
        match self {
            Self::AnyEnvironment | Self::Shared(_) => "",
            Self::Endpoint(name)
            | Self::Environment(name)
            | Self::Class(name)
            | Self::Constant(name)
            | Self::Module(name)
            | Self::File(name)
            | Self::Port { port: name, .. }
            | Self::Store(name) => name,
        }
    }
}

/// A way to mend what is wrong, as edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative with its number: "raise grace to 37s".
    pub title: String,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
    /// The edits, all or none.
    pub edits: Vec<TextEdit>,
    /// Whether it mends at one of several places where that may be done: others that are mended there as well are mistakes of their
    /// own, which may be mended elsewhere.
    pub is_one_of_several: bool,
    /// How far it goes, where it moves a number that another workload or environment may want moved further.
    pub reach: Option<Reach>,
    /// Why it is not offered, where it was tried and does not leave the platform clean by itself: what comes of it.
    pub withheld: Option<String>,
}

/// One mistake. It is one pointer wide, since mistakes can be as many as lines and are sorted, gathered and handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic(Box<Content>);

/// What a [`Diagnostic`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its kind.
    pub code: &'static Code,
    /// How grave it is here (a platform may raise a warning to an error).
    pub severity: Severity,
    /// Why it is an error, where it is one that a check finds: its code's ground, or a graver one in this case.
    pub ground: Option<Ground>,
    /// What is wrong, with the user's names and numbers; understandable alone, no full stop.
    pub message: String,
    /// The places: the first is the one to look at.
    pub labels: Vec<Label>,
    /// Why it matters in the cluster; sums and tables.
    pub notes: Vec<String>,
    /// How to mend it.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
    /// The environments in which it holds; empty for what does not depend on one.
    pub environments: Vec<String>,
    /// Those of them in which the numbers of the message hold, where it says so: in the others it holds with other numbers.
    pub told_of: Vec<String>,
    /// Names of the declarations it is about, for `waive`: `web`, or `web -> api` for a flow.
    pub subjects: Vec<String>,
    /// What makes it true of others as well, where that is not its own place, in each of the environments in which it holds:
    /// findings of one code whose causes are the same are told as one.
    pub causes: Vec<Span>,
    /// The name that stands for nothing, where that is what is wrong.
    pub absent: Option<Absent>,
    /// Whether what is missed, beside a name, may stand in a file that is used and cannot be read.
    pub may_be_elsewhere: bool,
    /// Which piece of the text at its place is wrong, where the rest of it is right.
    pub piece: Option<&'static str>,
    /// Whether a name is wrong where it stands, whatever it stands for: each use of it is then a mistake of its own.
    pub is_of_name: bool,
    /// What those say that were joined with it, each of its own subject.
    pub joined: Vec<String>,
}

impl Deref for Diagnostic {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Content {
        &mut self.0
    }
}

impl Diagnostic {
    /// A diagnostic of `code` at `span`. The label starts out empty.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self(Box::new(Content {
            code,
            severity: code.severity,
            ground: code.ground,
            message: message.into(),
            labels: vec![Label::new(span, "")],
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
            environments: Vec::new(),
            told_of: Vec::new(),
            subjects: Vec::new(),
            causes: Vec::new(),
            absent: None,
            may_be_elsewhere: false,
            piece: None,
            is_of_name: false,
            joined: Vec::new(),
        }))
    }

    /// What it says, to be taken apart.
    pub fn into_content(self) -> Content {
        *self.0
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn here(mut self, message: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.message = message.into();
        }
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        push(&mut self.labels, Label::new(span, message));
        self
    }

    /// Adds another place that only shows whom it concerns, and is no part of what is wrong.
    #[must_use]
    pub fn aside(mut self, span: Span, message: impl Into<String>) -> Self {
        push(&mut self.labels, Label { is_aside: true, ..Label::new(span, message) });
        self
    }

    /// Says of something that is stated twice where it was stated first.
    #[must_use]
    pub fn again(self, first: Span) -> Self {
        self.here("again here").label(first, "first here")
    }

    /// Adds why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        push(&mut self.notes, note.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix that may be applied without asking.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self.add_fix(title, Applicability::Safe, edits)
    }

    /// Adds a fix that wants a choice.
    #[must_use]
    pub fn unsafe_fix(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self.add_fix(title, Applicability::Unsafe, edits)
    }

    /// Offers names that the user declares, of which one was most likely meant: the nearest first, each a fix of its own that
    /// `edits` makes. No name is put in place of another without asking, however near: what it decides, such as who
    /// is reached, only the writer knows. Words of the language are [corrected](Self::fix).
    #[must_use]
    pub fn guess<N: AsRef<str>>(self, names: &[N], edits: impl Fn(&str) -> Vec<TextEdit>) -> Self {
        let told = self.did_you_mean(names);
        names.iter().map(AsRef::as_ref).fold(told, |told, name| told.unsafe_fix(format!("write `{name}`"), edits(name)))
    }

    /// Asks for the names of which one was most likely meant, all of those that are as near.
    #[must_use]
    pub fn did_you_mean<N: AsRef<str>>(self, names: &[N]) -> Self {
        let listed: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
        if listed.is_empty() { self } else { self.here(format!("did you mean {}?", listed.join(" or "))) }
    }

    fn add_fix(mut self, title: impl Into<String>, applicability: Applicability, edits: Vec<TextEdit>) -> Self {
        let title = title.into();
        push(
            &mut self.fixes,
            Fix { title, applicability, edits, is_one_of_several: false, reach: None, withheld: None },
        );
        self
    }

    /// Says how far the last fix goes.
    #[must_use]
    pub fn reaching(mut self, reach: Reach) -> Self {
        if let Some(fix) = self.fixes.last_mut() {
            fix.reach = Some(reach);
        }
        self
    }

    /// Adds a fix that wants a choice, and mends at one of several places where that may be done.
    #[must_use]
    pub fn fix_there(mut self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self = self.unsafe_fix(title, edits);
        if let Some(fix) = self.fixes.last_mut() {
            fix.is_one_of_several = true;
        }
        self
    }

    /// Says which name stands for nothing.
    #[must_use]
    pub fn lacking(mut self, absent: Absent) -> Self {
        self.absent = Some(absent);
        self
    }

    /// Whether it says that no flow is there, between two or of one, so that a file may hold it.
    pub fn lacks_flow(&self) -> bool {
        self.may_be_elsewhere && self.absent.is_none() && !self.subjects.is_empty()
    }

    /// Says that a file which is used and cannot be read may hold what is missed, though it has no name to look for.
    #[must_use]
    pub fn unless_elsewhere(mut self) -> Self {
        self.may_be_elsewhere = true;
        self
    }

    /// Says in which environment it holds.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if !name.is_empty() {
            push(&mut self.environments, name);
        }
        self
    }

    /// Says which declaration it is about, so that `waive` can accept it there.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        push(&mut self.subjects, subject.into());
        self
    }

    /// Says what makes it true of others as well.
    #[must_use]
    pub fn caused_by(mut self, cause: Span) -> Self {
        self.causes.clear();
        push(&mut self.causes, cause);
        self
    }

    /// Says which piece of the text at its place is wrong: the name that stands for it is then what is mended.
    #[must_use]
    pub fn of_piece(mut self, piece: &'static str) -> Self {
        self.piece = Some(piece);
        self
    }

    /// Says that no name may stand at its place, whatever it stands for.
    #[must_use]
    pub fn of_name(mut self) -> Self {
        self.is_of_name = true;
        self
    }

    /// Moves all its spans, which lie in one file.
    pub fn relocate(&mut self, mover: &mut Mover<'_>) {
        self.labels.iter_mut().for_each(|label| mover.span(&mut label.span));
        self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| mover.span(&mut edit.span));
        self.causes.iter_mut().for_each(|cause| mover.span(cause));
    }

    /// Says that this one is an error on the graver ground of its code.
    #[must_use]
    pub fn gravely(mut self) -> Self {
        self.ground = self.code.graver.or(self.ground);
        self
    }

    /// Says that this one is a warning, though its code is that of a hint: it is most likely not as meant.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = self.severity.max(Severity::Warning);
        self
    }

    /// What orders it, and what those have in common that differ in labels and environments alone.
    fn place(&self) -> (Option<Span>, &'static str, &str) {
        (self.span(), self.code.id, &self.message)
    }

    /// Makes it tell of the environments of another one as well that says the same of the same places.
    fn join(&mut self, other: &mut Self) {
        for environment in std::mem::take(&mut other.environments) {
            if !self.environments.contains(&environment) {
                push(&mut self.environments, environment);
            }
        }
        for note in std::mem::take(&mut other.notes) {
            if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
                push(&mut self.notes, note);
            }
        }
        // what mends it in one environment alone leaves it in the others
        self.fixes.retain(|fix| other.fixes.contains(fix));
    }

    /// Its fixes that are offered, each with the number by which it is chosen.
    pub fn offered(&self) -> impl Iterator<Item = (usize, &Fix)> {
        (1..).zip(&self.fixes).filter(|(_, fix)| fix.withheld.is_none())
    }

    /// The fix that is offered and needs no asking.
    pub fn safe_fix(&self) -> Option<&Fix> {
        self.offered().map(|(_, fix)| fix).find(|fix| fix.applicability == Applicability::Safe)
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// How many notes a finding has that tells of several environments.
const MOST_NOTES: usize = 6;

/// Adds something of which there is mostly one: no room is kept for more, since findings can be as many as lines.
fn push<T>(all: &mut Vec<T>, one: T) {
    if all.is_empty() {
        all.reserve_exact(1);
    }
    all.push(one);
}

/// Collects diagnostics.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// Takes one in.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Takes in all that another collected.
    pub fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Keeps only those that fit.
    pub fn retain(&mut self, fits: impl FnMut(&Diagnostic) -> bool) {
        self.found.retain(fits);
    }

    /// Those that were taken in behind the first `n`.
    pub fn behind(&mut self, n: usize) -> &mut [Diagnostic] {
        self.found.get_mut(n..).unwrap_or_default()
    }

    /// All of them, as they were taken in.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Their primary places.
    pub fn places(&self) -> impl Iterator<Item = Span> {
        self.found.iter().filter_map(Diagnostic::span)
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// How many were taken in.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether none was taken in.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, as they were taken in.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// All of them in order, those that say the same of the same places made one that lists their environments.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        found.sort_by(|a, b| a.place().cmp(&b.place()));
        let mut n_kept = 0;
        for at in 0..found.len() {
            let (before, rest) = found.split_at_mut(at);
            let (Some(kept), Some(diagnostic)) = (before.get_mut(..n_kept), rest.first_mut()) else { break };
            let mut alike = kept.iter_mut().rev().take_while(|known| known.place() == diagnostic.place());
            if let Some(known) = alike.find(|known| known.labels == diagnostic.labels) {
                known.join(diagnostic);
            } else {
                found.swap(n_kept, at);
                n_kept += 1;
            }
        }
        found.truncate(n_kept);
        // in whichever order they were found
        for finding in &mut found {
            finding.environments.sort_unstable();
        }
        found
    }
}
