//! An input in the braces of another language: `variable "x" { default = 1 }` for `param x: int = 1`.
//!
//! Invariant: it is one finding, and the name that it declares is known.

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0201;
use crate::source::{SourceMap, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind};

use super::foreign::Replaced;
use super::params::ParamType;

/// What is said of a statement that declares a param as another language does, and where signs of that language stand.
pub(super) fn input(statement: &Statement, sources: &SourceMap) -> Option<(Diagnostic, Replaced)> {
    statement.block.as_ref()?;
    let inner = || std::iter::once(statement).chain(statement.statements());
    if inner().any(|statement| statement.broken) {
        return None;
    }
    let title = match name(statement) {
        Some(name) => format!("no declaration begins with `{}`: `{name}` is a param", statement.word()),
        None => format!("no declaration begins with `{}`", statement.word()),
    };
    let finding = Diagnostic::new(&BVL0201, statement.word.span, title).here("in .bvl this is `param`, without braces");
    let finding = match written(statement, sources) {
        Some(form) => finding
            .help(format!("write `{form}`: its name, its type and its value stand on one line"))
            .unsafe_fix(format!("write `{form}`"), vec![TextEdit::replace(statement.span, form)]),
        None => finding.help(
            "a param is one line: `param NAME: TYPE = VALUE`, or `param NAME: TYPE` where `--set` gives its value",
        ),
    };
    Some((finding, inner().filter_map(|statement| Some(statement.foreign.as_ref()?.at)).collect()))
}

/// The name that it declares.
pub(super) fn name(statement: &Statement) -> Option<&str> {
    statement.terms.first().and_then(|first| first.name().or(first.text()))
}

/// The param that says the same, where all that the braces state is known.
fn written(statement: &Statement, sources: &SourceMap) -> Option<String> {
    let [_] = &*statement.terms else { return None };
    let name = name(statement).filter(|name| is_identifier(name))?;
    let (mut ty, mut default) = (None, None);
    for entry in statement.statements() {
        let [.., value] = &*entry.terms else { return None };
        match entry.word() {
            "type" => ty = Some(value.name()?),
            "default" | "value" => default = Some(value),
            "description" => {}
            _ => return None,
        }
    }
    let ty = match (ty, default) {
        (Some("number") | None, Some(value)) => of(value)?,
        (Some("number"), None) => ParamType::Int,
        (Some(name), _) => ParamType::named(name)?,
        (None, None) => return None,
    };
    Some(match default.map(|value| (ty.check(value), sources.text(value.span))) {
        Some((Ok(()), value)) => format!("param {name}: {} = {value}", ty.name()),
        Some((Err(_), _)) => return None,
        None => format!("param {name}: {} example {}", ty.name(), ty.sample()),
    })
}

/// The type of a value.
fn of(value: &Term) -> Option<ParamType> {
    let types = match &value.kind {
        TermKind::Number(_) => &[ParamType::Int, ParamType::Decimal][..],
        TermKind::Text(_) => &[ParamType::String],
        TermKind::Name(_) => &[ParamType::Bool],
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Template(_)
        | TermKind::Address(_)
        | TermKind::Range(_)
        | TermKind::List(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Sign(_)
        | TermKind::Colon
        | TermKind::Bad => &[],
    };
    types.iter().copied().find(|ty| ty.check(value).is_ok())
}

/// Whether a text may be the name of a param.
fn is_identifier(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_part) && !name.ends_with('-')
}
