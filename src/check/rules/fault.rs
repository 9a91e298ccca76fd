//! What makes a rule one that cannot be judged, before it is told.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, TextEdit};

/// What is wrong with a sentence, and where.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    span: Span,
    title: String,
    here: Option<String>,
    help: Option<String>,
    label: Option<(Span, String)>,
    /// What may have been meant at the place, the likeliest first.
    near: Vec<String>,
    names: Names,
}

/// Whose names may have been meant.
#[derive(Debug, Clone, Copy)]
enum Names {
    OfLanguage,
    OfUser,
}

impl Fault {
    pub(super) fn new(span: Span, title: impl Into<String>) -> Self {
        Self {
            span,
            title: title.into(),
            here: None,
            help: None,
            label: None,
            near: Vec::new(),
            names: Names::OfLanguage,
        }
    }

    pub(super) fn here(self, here: impl Into<String>) -> Self {
        Self { here: Some(here.into()), ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn label(self, span: Span, said: impl Into<String>) -> Self {
        Self { label: Some((span, said.into())), ..self }
    }

    pub(super) fn near<N: AsRef<str>>(self, near: &[N]) -> Self {
        Self { near: near.iter().map(|near| near.as_ref().to_owned()).collect(), ..self }
    }

    /// Names of the writer's own that may have been meant.
    pub(super) fn near_names(self, near: &[&str]) -> Self {
        Self { names: Names::OfUser, ..self.near(near) }
    }

    /// The finding.
    pub(super) fn told(self, code: &'static Code) -> Diagnostic {
        let mut told = Diagnostic::new(code, self.span, self.title);
        if let Some(here) = self.here {
            told = told.here(here);
        }
        if let Some((span, said)) = self.label {
            told = told.label(span, said);
        }
        if let Some(help) = self.help {
            told = told.help(help);
        }
        let span = self.span;
        let edit = |near: &str| vec![TextEdit::replace(span, near)];
        match (self.near.as_slice(), self.names) {
            // words of the language are corrected
            ([only], Names::OfLanguage) => told.did_you_mean(&self.near).fix(format!("write `{only}`"), edit(only)),
            (near, Names::OfLanguage | Names::OfUser) => told.guess(near, edit),
        }
    }
}
