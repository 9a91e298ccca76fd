//! What makes a rule one that cannot be judged, before it is told.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, TextEdit};

/// What is wrong with a sentence, and where.
#[derive(Debug, Clone)]
pub(super) struct Fault(Box<Content>);

#[derive(Debug, Clone)]
struct Content {
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
        let (here, help, label, near) = (None, None, None, Vec::new());
        Self(Box::new(Content { span, title: title.into(), here, help, label, near, names: Names::OfLanguage }))
    }

    pub(super) fn here(mut self, here: impl Into<String>) -> Self {
        self.0.here = Some(here.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, span: Span, said: impl Into<String>) -> Self {
        self.0.label = Some((span, said.into()));
        self
    }

    /// What may have been meant, of the words of the language and values.
    pub(super) fn near<N: AsRef<str>>(mut self, near: &[N]) -> Self {
        self.0.near = near.iter().map(|near| near.as_ref().to_owned()).collect();
        self
    }

    /// Names of the writer's own that may have been meant.
    pub(super) fn near_names(self, near: &[&str]) -> Self {
        let mut fault = self.near(near);
        fault.0.names = Names::OfUser;
        fault
    }

    /// The finding.
    pub(super) fn told(self, code: &'static Code) -> Diagnostic {
        let Content { span, title, here, help, label, near, names } = *self.0;
        let mut told = Diagnostic::new(code, span, title);
        if let Some(here) = here {
            told = told.here(here);
        }
        if let Some((span, said)) = label {
            told = told.label(span, said);
        }
        if let Some(help) = help {
            told = told.help(help);
        }
        let edit = |near: &str| vec![TextEdit::replace(span, near)];
        match (near.as_slice(), names) {
            // words of the language are corrected
            ([only], Names::OfLanguage) => told.did_you_mean(&near).fix(format!("write `{only}`"), edit(only)),
            (near, Names::OfLanguage | Names::OfUser) => told.guess(near, edit),
        }
    }
}
