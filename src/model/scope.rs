//! What `$name` and `${name}` stand for, and what becomes of a term in which they are replaced.
//!
//! Invariant: a term that is closed holds no name any more, and no text or list is longer for it than a spec may have.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{TemplatePart, Term, TermKind};

/// What `$name` and `${name}` stand for in one place. Bound terms are closed. A name that is not bound is a finding wherever
/// it is used, unless it is listed here as reported: nothing is left out in silence.
#[derive(Debug, Clone, Default)]
pub struct Scope<'a> {
    /// The terms by name.
    pub bound: BTreeMap<Box<str>, Term>,
    /// Names that stand for workloads: the parameters of a class whose types are classes, or could not be read.
    pub workloads: BTreeSet<Box<str>>,
    /// Names without a value of which the fault has been reported, so that their uses say nothing more.
    pub faulty: BTreeSet<Box<str>>,
    /// Where a name stands that is declared nowhere, which has been reported at that place.
    pub told: Option<Arc<BTreeSet<Span>>>,
    /// Where a name is looked up that is not bound here.
    pub parent: Option<&'a Scope<'a>>,
}

/// The most bytes of a text, interpolation included.
pub const MOST_TEXT: usize = 64 << 10;

/// The most bytes that the members of a list have together once its variables are replaced.
const MOST_LIST: usize = 1 << 20;

/// Why a term cannot be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclosed {
    /// A name has no value, and that has been reported.
    Reported,
    /// A name has no value in this place.
    Unknown(Box<str>, Span),
    /// An address, which stands for a text only when the output is made.
    Address(String, Span),
    /// A text would be longer than [`MOST_TEXT`].
    LongText(Span),
    /// A list would be longer than `MOST_LIST`.
    LongList(Span),
    /// A variable stands for a list or range, as one value within another.
    Nested(Span),
}

impl Unclosed {
    /// What is to be said about it; nothing where that has been said.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        Some(match self {
            Self::Reported => return None,
            Self::Unknown(name, span) => valueless(name, *span),
            Self::Address(path, span) => {
                Diagnostic::new(&codes::BVL0206, *span, format!("`{path}` is an address, and none can stand here"))
                    .here("an address")
                    .note("an address becomes the name of a Service once all of them are known, which is after this is read")
                    .help("addresses are filled in within the values of `env` and `config`; elsewhere write the name out, such as \"web.${namespace}.svc.cluster.local\"")
            }
            Self::LongText(span) => too_long(*span),
            Self::LongList(span) => Diagnostic::new(&codes::BVL0219, *span, "this list is longer than 1 MiB")
                .here("with what its variables stand for")
                .help("state the long text once, where it is used"),
            Self::Nested(span) => {
                Diagnostic::new(&codes::BVL0203, *span, "expected one value, found a list or range within another")
                    .here("stands for several values")
                    .help("write its values out")
            }
        })
    }
}

/// What is said about a name that has a value elsewhere and none here.
fn valueless(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::BVL0204, span, format!("`{name}` has no value here"));
    match name {
        "self" => diagnostic
            .here("the name of a declaration, and this stands in none")
            .help("use it in the block of a service, managed workload or external, or write the name out"),
        "replicas" | "by-operator" => diagnostic
            .here("known only to the values of a chart")
            .help("use it in a value within the braces of `values`, or make it a `param` of which both are made"),
        _ => diagnostic
            .here("differs between environments, and this belongs to none of them")
            .help("state this in the blocks of the environments, or make it of what is the same in all of them"),
    }
}

/// What is said about a text of more than [`MOST_TEXT`].
pub fn too_long(span: Span) -> Diagnostic {
    Diagnostic::new(&codes::BVL0219, span, "this text is longer than 64 KiB")
        .here("counted with what each `${..}` stands for")
        .help("put what is this long into a file of the image or a volume, and state its path")
}

impl Scope<'_> {
    /// Why a name that is not bound has no value.
    pub fn missing(&self, name: &str, span: Span) -> Unclosed {
        if self.is_faulty(name) || self.is_told(span) {
            return Unclosed::Reported;
        }
        Unclosed::Unknown(name.into(), span)
    }

    /// Whether a name has no value because of what has been reported.
    fn is_faulty(&self, name: &str) -> bool {
        self.faulty.contains(name) || self.parent.is_some_and(|parent| parent.is_faulty(name))
    }

    /// Whether the name at a place is declared nowhere, which has been reported there.
    fn is_told(&self, span: Span) -> bool {
        self.told.as_ref().is_some_and(|told| told.contains(&span))
            || self.parent.is_some_and(|parent| parent.is_told(span))
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&Term> {
        let mut scope = self;
        loop {
            if let Some(term) = scope.bound.get(name) {
                return Some(term);
            }
            scope = scope.parent?;
        }
    }

    /// A term in a place that names a declaration, as a path: of a class's parameter that names a workload, `$q`, `q` or the `q` of
    /// `q.port`, the workload is put in its place. `None` for what names nothing, which has been reported where it is written.
    ///
    /// # Errors
    /// For a parameter without a value.
    pub fn path<'t>(&self, term: &'t Term) -> Result<Option<Cow<'t, str>>, Unclosed> {
        let (path, name) = if let TermKind::Variable(name) = &term.kind {
            (&**name, &**name)
        } else if let Some(path) = term.name() {
            (path, path.split('.').next().unwrap_or(path))
        } else {
            return Ok(None);
        };
        if !self.names_workload(name) {
            return Ok(term.name().map(Cow::Borrowed));
        }
        let workload = self.get(name).ok_or_else(|| self.missing(name, term.span))?;
        let rest = path.strip_prefix(name).unwrap_or_default();
        Ok(workload.name().map(|workload| Cow::Owned(format!("{workload}{rest}"))))
    }

    /// Whether a name is a parameter of the class whose scope this is.
    pub fn is_of_class(&self, name: &str) -> bool {
        self.parent.is_some() && name != "self" && (self.bound.contains_key(name) || self.faulty.contains(name))
    }

    /// Whether a name stands for a workload.
    fn names_workload(&self, name: &str) -> bool {
        self.workloads.contains(name) || self.parent.is_some_and(|parent| parent.names_workload(name))
    }

    /// The path of an address, of which the first part may be a parameter that names a workload. Any other value, whatever its
    /// name, is asked for by `$name`: it stands in no declaration's place.
    ///
    /// # Errors
    /// For a first part that stands for nothing, which has been reported.
    pub fn address<'p>(&self, path: &'p str, span: Span) -> Result<Cow<'p, str>, Unclosed> {
        let Some((first, rest)) = path.split_once('.') else { return Ok(Cow::Borrowed(path)) };
        if !self.names_workload(first) {
            return if self.is_told(span) { Err(Unclosed::Reported) } else { Ok(Cow::Borrowed(path)) };
        }
        let workload = self.get(first).ok_or_else(|| self.missing(first, span))?;
        Ok(workload.name().map_or(Cow::Borrowed(path), |workload| Cow::Owned(format!("{workload}.{rest}"))))
    }

    /// The term with every variable and `${..}` replaced.
    ///
    /// # Errors
    /// For a name that is not bound, for an address, and for what grows beyond bounds.
    pub fn close(&self, term: &Term) -> Result<Term, Unclosed> {
        let kind = match &term.kind {
            TermKind::Variable(name) => {
                let bound = self.get(name).ok_or_else(|| self.missing(name, term.span))?;
                return Ok(Term { span: term.span, kind: bound.kind.clone() });
            }
            TermKind::Template(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        TemplatePart::Text(fixed) => text.push_str(fixed),
                        TemplatePart::Path(path, span) => match self.get(path) {
                            Some(bound) => text.push_str(&spelling(bound)),
                            None if path.contains('.') => {
                                return Err(Unclosed::Address(self.address(path, *span)?.into_owned(), *span));
                            }
                            None => return Err(self.missing(path, *span)),
                        },
                    }
                    if text.len() > MOST_TEXT {
                        return Err(Unclosed::LongText(term.span));
                    }
                }
                TermKind::Text(text.into())
            }
            TermKind::Range(ends) => TermKind::Range(Box::new((self.close_one(&ends.0)?, self.close_one(&ends.1)?))),
            TermKind::List(members) => {
                let mut closed = Vec::with_capacity(members.len());
                let mut bytes = 0;
                for member in members {
                    let member = self.close_one(member)?;
                    bytes += spelling(&member).len();
                    if bytes > MOST_LIST {
                        return Err(Unclosed::LongList(term.span));
                    }
                    closed.push(member);
                }
                TermKind::List(closed.into())
            }
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Call(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => term.kind.clone(),
        };
        Ok(Term { span: term.span, kind })
    }

    /// Closes a part of a list or range. A variable there stands for one value: lists of lists that lets make of each
    /// other would grow without bounds.
    fn close_one(&self, term: &Term) -> Result<Term, Unclosed> {
        let closed = self.close(term)?;
        let is_several = matches!(closed.kind, TermKind::List(_) | TermKind::Range(_));
        if is_several && matches!(term.kind, TermKind::Variable(_)) {
            return Err(Unclosed::Nested(term.span));
        }
        Ok(closed)
    }
}

/// How a bound term reads inside a string.
pub fn spelling(term: &Term) -> Cow<'_, str> {
    match &term.kind {
        TermKind::Name(text) | TermKind::Number(text) | TermKind::Address(text) | TermKind::Text(text) => {
            Cow::Borrowed(text)
        }
        TermKind::Range(ends) => Cow::Owned(format!("{}..{}", spelling(&ends.0), spelling(&ends.1))),
        TermKind::List(members) => {
            Cow::Owned(members.iter().map(|member| spelling(member).into_owned()).collect::<Vec<_>>().join(", "))
        }
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Template(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Sign(_)
        | TermKind::Colon
        | TermKind::Bad => Cow::Borrowed(""),
    }
}
