//! Accepted findings: `waive CODE on NAME | A -> B [in ENV] [until "DAY"] because "..."`.

use std::iter::Peekable;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::mismatch_diagnostic;
use crate::model::codes::BVL0202;
use crate::model::{Layer, Model, Origin, Waiver};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Date, FromTerm, Term, TermKind, similar};
use crate::vocabulary::Type;

use super::declarations::{Declarations, DeclaredKind};
use super::ends::{End, named_environments, open_group};
use super::scopes::Scopes;
use super::table::Table;

/// Puts every `waive` into the model.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    table: &Table,
    model: &mut Model,
    scopes: &Scopes,
    sink: &mut Sink,
) {
    for statement in &declarations.waivers {
        // what is wrong with one of which a part is no term has been said
        let mut unheard = Sink::default();
        let told = if statement.broken { &mut unheard } else { &mut *sink };
        if let Some(mut waiver) = waiver(statement, table, scopes, told) {
            waiver.group = group(&waiver.subject, declarations);
            model.waived.add(&waiver);
            model.waivers.push(waiver);
        }
    }
}

/// A group that a waiver names, with its members.
fn group(subject: &Origin<String>, declarations: &Declarations<'_>) -> Option<(String, Vec<String>)> {
    let is_group =
        |name: &&str| declarations.endpoints.get(*name).is_some_and(|declared| declared.kind == DeclaredKind::Group);
    let name = subject.value.split(" -> ").find(is_group)?;
    let mut ends = Vec::new();
    open_group(
        End { name, port: None, group: None, span: subject.span, beside: &[], is_guess: false },
        declarations,
        &mut ends,
    );
    Some((name.to_owned(), ends.into_iter().map(|end| end.name.to_owned()).collect()))
}

/// What a finding names: one name, or two with an arrow.
fn about(ends: &[&Term], first: Span) -> Origin<String> {
    let text = ends.iter().map(|end| crate::model::key_text(end)).collect::<Vec<_>>().join(" -> ");
    Origin::new(text, ends.last().map_or(first, |last| first.to(last.span)), Layer::Declaration)
}

/// What stands behind `on` and names nothing that a finding could be about.
fn no_subject(ends: &[&Term], code: &str) -> Option<Diagnostic> {
    if let Some(open) = ends.iter().find(|end| !end.is_closed()) {
        let message = format!("expected what the finding names, found {}", open.describe());
        return Some(Diagnostic::new(&BVL0202, open.span, message).help(WHOLE));
    }
    let star = ends.iter().find(|end| end.kind == TermKind::Star)?;
    let help = format!(
        "write a waiver for each that has the finding, or lower it on the whole platform: `severity {code} warn because \"REASON\"`"
    );
    let diagnostic = Diagnostic::new(&BVL0202, star.span, "a waiver is on one name, and `*` is none");
    Some(diagnostic.here("accepts a finding wherever it comes").help(help))
}

/// How a waiver is written.
const WHOLE: &str = "for example: `waive mutable-tag on web because \"the registry refuses to move tags\"`";

/// Something wrong with a waiver, with how one is written.
fn wrong(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, message).help(WHOLE)
}

/// Several of which a waiver has one.
fn one_each(span: Span, message: &str, several: &[Term]) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, message)
        .here(format!("these are {}", several.len()))
        .help("write one for each, with the reason of its own: `waive CODE on NAME because \"REASON\"`")
}

/// A `~>` between the ends of the flow that a waiver is on.
fn path_arrow(arrow: &Term) -> Diagnostic {
    Diagnostic::new(&BVL0202, arrow.span, "`~>` stands in `never` only, and a flow has `->`")
        .here("expected `->`")
        .help("name the flow of the finding with `->` between its ends")
        .fix("write `->`", vec![TextEdit::replace(arrow.span, "->")])
}

/// A term of a waiver that is none of its parts; `near` is the one that was most likely meant.
fn unexpected(term: &Term, near: Option<&str>) -> Diagnostic {
    let diagnostic = wrong(term.span, "unexpected in a waiver");
    match near {
        Some(near) => diagnostic
            .here(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![TextEdit::replace(term.span, near)]),
        None => diagnostic,
    }
}

/// A part of a waiver behind which nothing stands.
fn valueless(part: &Term, word: &str) -> Diagnostic {
    let (what, help) = match word {
        "on" => ("NAME", "write the name that the finding shows: `on web`"),
        "in" => (
            "ENVIRONMENT",
            "write the environment of the finding, `in prod`, or take the `in` out: it then holds in all of them",
        ),
        _ => ("DAY", "write the last day on which it holds, `until \"2027-01-31\"`, or take the `until` out"),
    };
    Diagnostic::new(&BVL0202, part.span, format!("`{word}` lacks its {what}"))
        .here(format!("no {what} after it"))
        .help(help)
}

/// A waiver that says not what it is about; `environments` is what it has behind `in`.
fn subjectless(statement: &Statement, environments: Option<(&Term, &Term)>, table: &Table) -> Diagnostic {
    const MISSING: &str = "`waive` wants what it is about, with `on`";
    // `in web` for `on web`
    let swapped = environments.filter(|(_, list)| {
        let is_environment = |member: &Term| member.name().is_some_and(|name| table.environments.get(name).is_some());
        !list.members().iter().any(is_environment)
    });
    match swapped {
        Some((at, list)) => wrong(at.span, MISSING)
            .here(format!("did you mean `on`? {} is no environment", crate::model::key_text(list)))
            .fix("write `on`", vec![TextEdit::replace(at.span, "on")]),
        None => wrong(statement.head(), MISSING),
    }
}

/// What a waiver is on, which begins with a name; nothing where it could be about nothing.
fn on<'t>(
    name: &'t Term,
    terms: &mut Peekable<impl Iterator<Item = &'t Term>>,
    (code, is_faulty): (&str, &mut bool),
    sink: &mut Sink,
) -> Option<Origin<String>> {
    if let names @ [_, _, ..] = name.members() {
        sink.report(one_each(name.span, "a waiver is on one name", names));
        return None;
    }
    let mut ends = vec![name];
    if let Some(arrow) = terms.next_if(|next| matches!(next.kind, TermKind::Arrow | TermKind::PathArrow)) {
        if arrow.kind == TermKind::PathArrow && !std::mem::replace(is_faulty, true) {
            sink.report(path_arrow(arrow));
        }
        ends.extend(terms.next());
    }
    match no_subject(&ends, code) {
        Some(misfit) => {
            sink.report(misfit);
            None
        }
        None => Some(about(&ends, name.span)),
    }
}

/// What stands behind the code of a waiver.
const PARTS: [&str; 4] = ["on", "in", "until", "because"];

/// A waiver, as far as it has been read.
struct Reading<'r, 't> {
    code: &'r str,
    scopes: &'r Scopes,
    /// Whether something is wrong with it that has been said.
    is_faulty: bool,
    subject: Option<Origin<String>>,
    /// Behind which word, and which.
    environments: Option<(&'t Term, &'t Term)>,
    until: Option<Origin<Date>>,
    because: Option<Origin<String>>,
}

impl<'t> Reading<'_, 't> {
    /// The part that a term begins. What it was most likely meant for is read, so that the finding that is accepted is not told
    /// beside the mistake.
    fn part(&mut self, term: &Term, sink: &mut Sink) -> Option<&'static str> {
        let written = term.name().unwrap_or_default();
        let is_open = |word: &&str| match *word {
            "on" => self.subject.is_none(),
            "in" => self.environments.is_none(),
            "until" => self.until.is_none(),
            _ => self.because.is_none(),
        };
        PARTS.into_iter().find(|word| *word == written).or_else(|| {
            let near = similar::closest(written, PARTS.into_iter().filter(is_open));
            if !std::mem::replace(&mut self.is_faulty, true) {
                sink.report(unexpected(term, near));
            }
            near
        })
    }

    /// Reads what stands behind a part; nothing where it makes the rest pointless.
    fn read(
        &mut self,
        (part, word): (&'t Term, &str),
        value: &'t Term,
        terms: &mut Peekable<impl Iterator<Item = &'t Term>>,
        sink: &mut Sink,
    ) -> Option<()> {
        match word {
            "on" => self.subject = Some(on(value, terms, (self.code, &mut self.is_faulty), sink)?),
            "in" => {
                if let Some(other) = value.members().iter().find(|member| member.name().is_none()) {
                    sink.report(wrong(other.span, &format!("expected an environment, found {}", other.describe())));
                    return None;
                }
                self.environments = Some((part, value));
            }
            "until" => self.until = until(value, self.scopes, sink),
            _ => self.because = Some(because(value, self.scopes, sink)),
        }
        Some(())
    }
}

/// The last day on which a waiver holds; the waiver is there, whatever is wrong with its day.
fn until(day: &Term, scopes: &Scopes, sink: &mut Sink) -> Option<Origin<Date>> {
    match scopes.global.close(day).map(|closed| Date::from_term(&closed)) {
        Ok(Ok(date)) => return Some(Origin::new(date, day.span, Layer::Declaration)),
        Ok(Err(mismatch)) => sink.report(mismatch_diagnostic(day, mismatch)),
        Err(unclosed) => unclosed.diagnostic().into_iter().for_each(|diagnostic| sink.report(diagnostic)),
    }
    None
}

/// Why a waiver accepts what it does; it is there, and its reason is what may be wrong with it.
fn because(reason: &Term, scopes: &Scopes, sink: &mut Sink) -> Origin<String> {
    let text = match scopes.global.close(reason) {
        Ok(closed) => crate::model::key_text(&closed),
        Err(unclosed) => {
            unclosed.diagnostic().into_iter().for_each(|diagnostic| sink.report(diagnostic));
            UNREAD.to_owned()
        }
    };
    Origin::new(text, reason.span, Layer::Declaration)
}

/// What stands for a reason that could not be read.
const UNREAD: &str = "..";

/// One waiver.
fn waiver(statement: &Statement, table: &Table, scopes: &Scopes, sink: &mut Sink) -> Option<Waiver> {
    let mut terms = statement.terms.iter().peekable();
    let Some(code) =
        terms.next().and_then(|term| Some(Origin::new(term.name()?.to_owned(), term.span, Layer::Declaration)))
    else {
        sink.report(match statement.terms.first().map(Term::members) {
            Some(codes @ [_, _, ..]) => one_each(statement.head(), "a waiver is of one finding", codes),
            Some(_) | None => wrong(statement.head(), "`waive` wants the code of a finding, by number or name"),
        });
        return None;
    };
    let mut reading = Reading {
        code: &code.value,
        scopes,
        is_faulty: statement.broken,
        subject: None,
        environments: None,
        until: None,
        because: None,
    };
    while let Some(term) = terms.next() {
        let Some(word) = reading.part(term, sink) else { continue };
        let is_value = |next: &&Term| next.name().is_none_or(|name| !PARTS.contains(&name));
        match terms.next_if(is_value) {
            Some(value) => reading.read((term, word), value, &mut terms, sink)?,
            // what has no reason is told once the finding is known
            None if word == "because" || std::mem::replace(&mut reading.is_faulty, true) => {}
            None => sink.report(valueless(term, word)),
        }
    }
    let Reading { is_faulty, subject, environments, until, because, .. } = reading;
    // an empty reason is none
    let because = because.filter(|because| !because.value.trim().is_empty());
    // what is wrong has been said, and may be in the place of the reason
    let unread = || Origin::new(UNREAD.to_owned(), statement.head(), Layer::Declaration);
    let because = because.or_else(|| is_faulty.then(unread));
    let Some(subject) = subject else {
        if !is_faulty {
            sink.report(subjectless(statement, environments, table));
        }
        return None;
    };
    let environments: Vec<String> = environments.map_or_else(Vec::new, |(_, list)| {
        super::slips::named_twice(std::slice::from_ref(list), Type::Environment, "", sink);
        named_environments(std::slice::from_ref(list), table, sink);
        list.members().iter().filter_map(|member| Some(member.name()?.to_owned())).collect()
    });
    let is_in_doubt = environments.iter().any(|name| !table.environments.contains_key(name));
    Some(Waiver { span: statement.head(), code, subject, group: None, environments, is_in_doubt, until, because })
}
