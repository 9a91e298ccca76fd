//! A term as the user wrote it: the unit of which every statement is made, before the place that it stands in gives it
//! a type.
//!
//! Invariant: a term keeps the spelling (`0.50`, `1024Mi`), so that a message and the formatter show what was written.

use crate::source::{Mover, Span};

/// One term and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A bare word or path: `restricted`, `nats.client`, `prod/web.http`, `std.nats`.
    Name(Box<str>),
    /// `*`
    Star,
    /// `$name`, without the dollar.
    Variable(Box<str>),
    /// A number with its suffix as written: `30s`, `0.5`, `70%`, `512Mi`.
    Number(Box<str>),
    /// An IP address or CIDR as written.
    Address(Box<str>),
    /// A string without `${..}`, escapes already replaced.
    Text(Box<str>),
    /// A string with `${..}`.
    Template(Box<[TemplatePart]>),
    /// `a..b`
    Range(Box<(Term, Term)>),
    /// `a, b` or `[a, b]`.
    List(Box<[Term]>),
    /// `name(..)`: a class or environment with arguments, or the head of a declaration with parameters.
    Call(Box<Call>),
    /// `->`
    Arrow,
    /// `~>`
    PathArrow,
    /// `=`
    Equals,
    /// `:`
    Colon,
    /// What stands between values in the sentence of a rule.
    Sign(Sign),
    /// Characters that belong to no term; a syntax error has been reported for them.
    Bad,
}

/// A sign of the sentence of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `(` around a part of it.
    Open,
    /// `(` behind a name, at once.
    Call,
    /// `)`
    Close,
}

impl Sign {
    /// As it is written.
    pub const fn written(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Open | Self::Call => "(",
            Self::Close => ")",
        }
    }

    /// The sign that is written so between values.
    pub fn between(written: &str) -> Option<Self> {
        let all = [
            Self::Equal,
            Self::Unequal,
            Self::Below,
            Self::AtMost,
            Self::Above,
            Self::AtLeast,
            Self::Plus,
            Self::Minus,
        ];
        all.into_iter().find(|sign| sign.written() == written)
    }
}

/// What stands between parentheses: one entry for each comma-separated part.
pub type Parts = [Box<[Term]>];

/// A name, its place, and what stands in the parentheses behind it.
pub type Named<'t> = (&'t str, Span, &'t Parts);

/// Where a variable stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// `$name`, a term of its own.
    Term,
    /// `${name}` in a string.
    Text,
}

/// A piece of a string with `${..}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Fixed text, escapes replaced.
    Text(Box<str>),
    /// The path within `${..}` and its place.
    Path(Box<str>, Span),
}

/// `name( terms )`, the terms as written; `decode` of the place reads them as arguments or parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name before the parenthesis.
    pub name: Box<str>,
    /// Place of the name.
    pub name_span: Span,
    /// What stands between the parentheses, one entry for each comma-separated part.
    pub parts: Box<[Box<[Term]>]>,
}

impl Term {
    /// The bare word, if it is one.
    pub fn name(&self) -> Option<&str> {
        if let TermKind::Name(name) = &self.kind { Some(name) } else { None }
    }

    /// The name of a bare word or of a call, its place, and what stands in the parentheses.
    pub fn named(&self) -> Option<Named<'_>> {
        if let TermKind::Call(call) = &self.kind {
            return Some((&call.name, call.name_span, &call.parts));
        }
        self.name().map(|name| (name, self.span, &[] as &Parts))
    }

    /// The number with its suffix, if it is one.
    pub fn number(&self) -> Option<&str> {
        if let TermKind::Number(text) = &self.kind { Some(text) } else { None }
    }

    /// What is written without quotes and is one thing: a bare word, a number, an address.
    pub fn unquoted(&self) -> Option<&str> {
        match &self.kind {
            TermKind::Name(text) | TermKind::Number(text) | TermKind::Address(text) => Some(text),
            TermKind::Star
            | TermKind::Variable(_)
            | TermKind::Text(_)
            | TermKind::Template(_)
            | TermKind::Range(_)
            | TermKind::List(_)
            | TermKind::Call(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => None,
        }
    }

    /// The string without `${..}`, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let TermKind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Calls `visit` for each name behind `$` or within `${..}`, with its place; and where it stands.
    pub fn each_variable<'t>(&'t self, visit: &mut dyn FnMut(&'t str, Span, Within)) {
        match &self.kind {
            TermKind::Variable(name) => visit(name, self.span, Within::Term),
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Path(path, span) = part {
                        visit(path, *span, Within::Text);
                    }
                }
            }
            TermKind::Range(ends) => {
                ends.0.each_variable(visit);
                ends.1.each_variable(visit);
            }
            TermKind::List(members) => members.iter().for_each(|member| member.each_variable(visit)),
            TermKind::Call(call) => call.parts.iter().flatten().for_each(|term| term.each_variable(visit)),
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => {}
        }
    }

    /// Moves all its spans, in the order of the text.
    pub fn relocate(&mut self, mover: &mut Mover<'_>) {
        mover.span(&mut self.span);
        match &mut self.kind {
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Path(_, span) = part {
                        mover.span(span);
                    }
                }
            }
            TermKind::Range(ends) => {
                ends.0.relocate(mover);
                ends.1.relocate(mover);
            }
            TermKind::List(members) => members.iter_mut().for_each(|member| member.relocate(mover)),
            TermKind::Call(call) => {
                mover.span(&mut call.name_span);
                call.parts.iter_mut().flatten().for_each(|term| term.relocate(mover));
            }
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Variable(_)
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => {}
        }
    }

    /// Whether this is the bare word `word`.
    pub fn is_name(&self, word: &str) -> bool {
        self.name() == Some(word)
    }

    /// The members of a list, or the term alone.
    pub fn members(&self) -> &[Term] {
        if let TermKind::List(members) = &self.kind { members } else { std::slice::from_ref(self) }
    }

    /// Whether the term holds no `$name` and no `${..}`, so that it reads the same everywhere.
    pub fn is_closed(&self) -> bool {
        match &self.kind {
            TermKind::Variable(_) | TermKind::Template(_) => false,
            TermKind::Range(ends) => ends.0.is_closed() && ends.1.is_closed(),
            TermKind::List(members) => members.iter().all(Term::is_closed),
            TermKind::Call(call) => call.parts.iter().flatten().all(Term::is_closed),
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => true,
        }
    }

    /// What a person would call this kind of term, with its article.
    pub fn describe(&self) -> String {
        match &self.kind {
            TermKind::Name(name) => format!("the word `{name}`"),
            TermKind::Star => "`*`".to_owned(),
            TermKind::Variable(name) => format!("`${name}`"),
            TermKind::Number(text) => format!("`{text}`"),
            TermKind::Address(text) => format!("the address `{text}`"),
            TermKind::Text(_) | TermKind::Template(_) => "a string".to_owned(),
            TermKind::Range(_) => "a range".to_owned(),
            TermKind::List(_) => "a list".to_owned(),
            TermKind::Call(call) => format!("`{}(..)`", call.name),
            TermKind::Arrow => "`->`".to_owned(),
            TermKind::PathArrow => "`~>`".to_owned(),
            TermKind::Equals => "`=`".to_owned(),
            TermKind::Colon => "`:`".to_owned(),
            TermKind::Sign(sign) => format!("`{}`", sign.written()),
            TermKind::Bad => "something unreadable".to_owned(),
        }
    }
}

/// Reads a typed value from a term. The term is closed: variables and `${..}` have been replaced.
pub trait FromTerm: Sized {
    /// What is expected, with an example, to follow "expected": ``a duration such as `30s` ``.
    const EXPECTED: &'static str;

    /// The value.
    ///
    /// # Errors
    /// A [`Mismatch`] says what is wrong and what could stand there.
    fn from_term(term: &Term) -> Result<Self, Mismatch>;
}

/// Why a term is not a value of the type that its place expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What is wrong, to stand as a title: ``expected a duration such as `30s`, found the word `fast` ``.
    pub message: String,
    /// What is said at the place; where there is nothing, what was expected if the title says it.
    pub here: Option<String>,
    /// Why, or how to mend it, if the title does not say it all.
    pub help: Option<String>,
    /// Texts that could stand there instead, the likeliest first. A single one is a safe fix.
    pub suggestions: Vec<String>,
    /// The part of the term that is wrong and that the suggestions replace; `None` for the whole of it.
    pub span: Option<Span>,
}

impl Mismatch {
    /// `expected X, found Y`.
    pub fn expected<T: FromTerm>(term: &Term) -> Self {
        Self::new(format!("expected {}, found {}", T::EXPECTED, term.describe()))
    }

    /// A mismatch with a title of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), here: None, help: None, suggestions: Vec::new(), span: None }
    }

    /// Says something at the place.
    #[must_use]
    pub fn here(mut self, here: impl Into<String>) -> Self {
        self.here = Some(here.into());
        self
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a text that could stand there instead.
    #[must_use]
    pub fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestions.push(text.into());
        self
    }

    /// Points at a part of the term, unless a part of that part has been pointed at already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}
