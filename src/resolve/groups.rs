//! Whether groups are what they name: every member is declared, and no group leads back to itself.
//!
//! Invariant: judged where they are written, used or not; time is proportional to the members.

use std::collections::{BTreeMap, BTreeSet};

use super::absent::given;
use super::declarations::{Declarations, DeclaredKind};
use super::slips;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::{BVL0202, BVL0208};
use crate::model::unknown_endpoint;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::{Block, Statement};
use crate::value::{Term, TermKind, host};
use crate::vocabulary;

/// Judges the members of a group, and says in place of which finding of syntax another one is told.
pub(super) fn members(
    statement: &Statement,
    declarations: &Declarations<'_>,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Option<Span> {
    const WHOLE: &str = "for example: `group stores postgres, redis`";
    if let Some(braces) = &statement.block {
        sink.report(in_braces(statement, braces, sources).help(WHOLE));
        return statement.statements().find(|entry| entry.word().is_empty()).map(|entry| entry.word.span);
    }
    let members: Vec<&Term> = match members_in(statement) {
        Some((at, members)) => {
            sink.report(in_environments(statement, at));
            members.iter().flat_map(Term::members).collect()
        }
        None => named(statement).collect(),
    };
    if members.is_empty() && !statement.broken {
        sink.report(Diagnostic::new(&BVL0202, statement.head(), "this group has no members").help(WHOLE));
    }
    if let Some(word) = vocabulary::FILE.word("group")
        && members_in(statement).is_none()
        && let Some(unlisted) =
            slips::missing_comma(&statement.terms, word.args, word.name, &vocabulary::split(word, &statement.terms))
    {
        sink.report(unlisted);
    }
    let given = given(&statement.terms);
    for member in members.into_iter().filter(|member| member.kind != TermKind::Bad) {
        let Some(name) = member.name() else {
            let title = format!("expected a workload, external or group, found {}", member.describe());
            let host = member.text().and_then(host::in_text);
            let help = host.map_or_else(|| WHOLE.to_owned(), host::as_external);
            sink.report(Diagnostic::new(&BVL0202, member.span, title).help(help));
            continue;
        };
        if let Some((endpoint, port)) =
            name.split_once('.').filter(|(name, _)| declarations.endpoints.contains_key(*name))
        {
            let group = statement.terms.first().map(crate::model::key_text).unwrap_or_default();
            sink.report(
                Diagnostic::new(&BVL0202, member.span, format!("the member `{name}` of group {group} names a port"))
                    .here("members are named without ports")
                    .note(format!(
                        "a flow says which port it is: `allow web -> {group}.{port}` is that port of every member"
                    ))
                    .fix(format!("write `{endpoint}`"), vec![TextEdit::replace(member.span, endpoint)]),
            );
            continue;
        }
        if !declarations.endpoints.contains_key(name) {
            let near = near(name, &given, declarations);
            sink.report(unknown_endpoint(name, member.span, &near));
        }
    }
    None
}

/// `group stores postgres, redis in prod`: where the `in` is, and what stands before it.
fn members_in(statement: &Statement) -> Option<(&Term, &[Term])> {
    let behind = statement.terms.get(1..)?;
    let at = behind.iter().position(|term| term.is_name("in")).filter(|at| *at > 0)?;
    Some((behind.get(at)?, behind.get(..at)?))
}

/// An `in` behind the members of a group.
fn in_environments(statement: &Statement, at: &Term) -> Diagnostic {
    let last = statement.terms.last().map_or(at.span, |last| at.span.to(last.span));
    let behind = statement.terms.iter().rev().find(|term| term.span.end <= at.span.start).map(|term| term.span);
    let from = behind.map_or(last, |behind| Span { start: behind.end, ..last });
    Diagnostic::new(&BVL0202, last, "a group takes no `in`")
        .here("a group stands for its members in each environment where they are")
        .help("say in which environments something holds where the group is used: `allow web -> stores.client in prod`; or in which a member runs, with `in` in its own block")
        .unsafe_fix("take the `in` out", vec![TextEdit::replace(from, "")])
}

/// What a member that is declared nowhere may have been meant for: what is a member already is not.
fn near<'d>(name: &str, given: &BTreeSet<&str>, declarations: &'d Declarations<'_>) -> Vec<&'d str> {
    declarations.endpoints.nearest_of(name, |near| !given.contains(near))
}

/// What such a member is read as: what it was most likely meant for, if that is clear.
pub(super) fn meant<'t>(group: &Statement, name: &str, declarations: &Declarations<'t>) -> Option<&'t str> {
    match near(name, &given(&group.terms), declarations).as_slice() {
        [only] => declarations.endpoints.get(*only)?.named.statement.terms.first()?.name(),
        _ => None,
    }
}

/// `group stores { postgres, redis }`
fn in_braces(statement: &Statement, braces: &Block, sources: &SourceMap) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&BVL0202, braces.open, "the members of a group stand after its name, without braces")
            .here("a group has no block");
    let Some(close) = braces.close else { return diagnostic };
    let inner = sources.text(Span { start: braces.open.end, end: close.start, ..close }).trim();
    let is_list = !inner.is_empty()
        && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ',' | ' '))
        && inner.split(',').all(|member| !member.trim().is_empty() && !member.trim().contains(' '));
    if !is_list || named(statement).next().is_some() {
        return diagnostic;
    }
    let whole = braces.open.to(close);
    diagnostic.fix("take the braces out", vec![TextEdit::replace(whole, inner)])
}

/// Reports a circle of groups: all of them would be empty, and statements on them would mean nothing.
pub(super) fn circle(declarations: &Declarations<'_>, sink: &mut Sink) {
    let is_group = |name: &str| declarations.endpoints.get(name).is_some_and(|it| it.kind == DeclaredKind::Group);
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut through: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for (name, declared) in declarations.endpoints.iter().filter(|(name, _)| is_group(name)) {
        let groups = named(declared.named.statement).filter_map(|term| Some((term.name()?, term.span)));
        let groups: Vec<(&str, Span)> = groups.filter(|(member, _)| is_group(member)).collect();
        for (member, _) in &groups {
            users.entry(member).or_default().push(name);
        }
        waits.insert(name, groups.len());
        through.insert(name, groups);
    }
    // groups of nothing but finished ones are finished; what is left leads into a circle
    let mut ready: Vec<&str> = waits.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(name) = ready.pop() {
        waits.remove(name);
        for user in users.get(name).into_iter().flatten() {
            if let Some(count) = waits.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    ready.push(user);
                }
            }
        }
    }
    let Some((start, _)) = waits.first_key_value() else { return };
    // one step for each group that is left surely ends within the circle
    let step = |name: &str| through.get(name)?.iter().find(|(member, _)| waits.contains_key(member)).copied();
    let inside = (0..waits.len()).try_fold(*start, |name, _| Some(step(name)?.0));
    let Some(first) = inside else { return };
    let Some((mut name, span)) = step(first) else { return };
    let title = format!("group {first} leads back to itself");
    let mut diagnostic = Diagnostic::new(&BVL0208, span, title).here(format!("{first} takes in {name}"));
    let mut shown = 1;
    while name != first
        && shown < 8
        && let Some((member, span)) = step(name)
    {
        diagnostic = diagnostic.label(span, format!("{name} takes in {member}"));
        name = member;
        shown += 1;
    }
    sink.report(diagnostic.help("take one of these out"));
}

fn named(statement: &Statement) -> impl Iterator<Item = &Term> {
    statement.terms.iter().skip(1).flat_map(Term::members)
}
