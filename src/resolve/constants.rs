//! Whether the value of a `let` can be one at all: judged where it stands, since a constant that no place takes is wrong
//! before it is used.
//!
//! Invariant: what some type reads, and what a text may be made of, is accepted; the type is that of each use.

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Unclosed, mismatch_diagnostic};
use crate::model::codes::BVL0203;
use crate::value::{Address, Cidr, Cpu, Duration, FromTerm, Memory, Percent, Term, TermKind};

/// Every suffix that some type reads, those included that metrics' targets may have as Kubernetes writes quantities.
const SUFFIXES: &[&str] =
    &["", "ms", "s", "m", "h", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "k", "M", "G", "T", "P", "E", "n", "u", "%"];

/// Reports what is wrong with a value, and says whether nothing is.
pub(super) fn is_fine(term: &Term, sink: &mut Sink) -> bool {
    let found = match &term.kind {
        TermKind::Number(text) => suffix(term, text),
        TermKind::Address(text) if text.contains('/') => misread::<Cidr>(term),
        TermKind::Address(_) => misread::<Address>(term),
        TermKind::Range(ends) => range(term, &ends.0, &ends.1),
        TermKind::Name(path) if path.ends_with(".host") || path.ends_with(".port") => {
            Unclosed::Address(path.to_string(), term.span).diagnostic()
        }
        // every member is judged, also behind a wrong one
        TermKind::List(members) => return members.iter().filter(|member| !is_fine(member, sink)).count() == 0,
        TermKind::Name(_)
        | TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Text(_)
        | TermKind::Template(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Sign(_)
        | TermKind::Colon
        | TermKind::Bad => None,
    };
    let fine = found.is_none();
    if let Some(finding) = found {
        sink.report(finding);
    }
    fine
}

fn misread<T: FromTerm>(term: &Term) -> Option<Diagnostic> {
    T::from_term(term).err().map(|mismatch| mismatch_diagnostic(term, mismatch))
}

fn suffix(term: &Term, text: &str) -> Option<Diagnostic> {
    let (_, suffix) = text.split_at(text.find(|digit: char| !(digit.is_ascii_digit() || digit == '.'))?);
    // versions such as 1.4.2-rc1 are texts
    let is_unit = suffix.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%');
    (is_unit && !SUFFIXES.contains(&suffix)).then(|| {
        Diagnostic::new(&BVL0203, term.span, format!("`{suffix}` of `{text}` is no unit"))
            .here("no place takes such a number")
            .help("units are ms, s, m, h for times, m for cpu, Ki, Mi, Gi, Ti, k, M, G, T for memory, % for shares; a text stands in quotes")
    })
}

fn range(term: &Term, low: &Term, high: &Term) -> Option<Diagnostic> {
    if let Some(finding) = [low, high].into_iter().find_map(|end| suffix(end, end.number()?)) {
        return Some(finding);
    }
    let readings = [
        falls::<u32>(low, high),
        falls::<Duration>(low, high),
        falls::<Cpu>(low, high),
        falls::<Memory>(low, high),
        falls::<Percent>(low, high),
    ];
    // read by any type that reads both ends, it falls
    let mut read = readings.into_iter().flatten().peekable();
    if read.peek().is_none() || !read.all(|falls| falls) {
        return None;
    }
    let (low, high) = (low.number().unwrap_or_default(), high.number().unwrap_or_default());
    Some(
        Diagnostic::new(&BVL0203, term.span, format!("the range `{low}..{high}` ends below its start"))
            .here("the smaller number stands first")
            .help(format!("write `{high}..{low}`")),
    )
}

/// Whether a range falls, where a type reads both of its ends.
fn falls<T: FromTerm + PartialOrd>(low: &Term, high: &Term) -> Option<bool> {
    Some(T::from_term(low).ok()? > T::from_term(high).ok()?)
}
