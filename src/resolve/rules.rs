//! The platform's own invariants: what a `rule` has around its sentence, and that sentence with what its variables stand for in
//! each environment.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Scope, Unclosed};
use crate::model::codes::BVL0202;
use crate::model::rule::{Rule, Sentence, bound, is_own};
use crate::model::{EnvironmentId, Model, key_text};
use crate::syntax::Statement;
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::{FILE, RULE, Type, split};

use super::declarations::Declarations;
use super::ends::named_environments;
use super::misfits::{self, Stated};
use super::scopes::Scopes;
use super::slips;
use super::table::Table;

/// How a rule is written.
const WHOLE: &str = "for example: `rule \"nothing runs alone\" { for s in services require s.scale.min >= 2 }`";

/// The word with which the sentence of a rule begins.
pub(super) const SENTENCE: &str = "for";

/// Puts every `rule` into the model.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    table: &Table,
    model: &mut Model,
    scopes: &Scopes,
    sink: &mut Sink,
) {
    for statement in &declarations.rules {
        let sentence = sentence(statement, sink);
        if statement.broken {
            continue;
        }
        let head = head(statement, table, scopes, sink);
        let Some((head, sentence)) = head.zip(sentence) else { continue };
        let environments = match head.environments {
            Named::All => model.environments.iter().map(|environment| environment.id).collect(),
            Named::Some(named) => named,
            Named::Unknown => continue,
        };
        if let Some(sentences) = sentences(sentence, &environments, scopes, sink) {
            model.rules.push(Rule { text: head.text, span: head.span, sentence: sentence.head(), sentences });
        }
    }
}

/// What stands before the braces of a rule.
struct Head {
    text: String,
    span: crate::source::Span,
    environments: Named,
}

/// The environments in which a rule holds.
enum Named {
    All,
    Some(Vec<EnvironmentId>),
    /// One of them is declared nowhere, which has been reported.
    Unknown,
}

fn wrong(span: crate::source::Span, title: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, title).help(WHOLE)
}

fn head(statement: &Statement, table: &Table, scopes: &Scopes, sink: &mut Sink) -> Option<Head> {
    let word = FILE.word("rule")?;
    let split = split(word, &statement.terms);
    let Some((text, more)) = split.args.split_first() else {
        sink.report(wrong(statement.head(), "this rule does not say what it is about").here("expected a text"));
        return None;
    };
    if let Some(extra) = more.first() {
        sink.report(wrong(extra.span, format!("{} does not belong behind the text of a rule", extra.describe())));
        return None;
    }
    if !matches!(text.kind, TermKind::Text(_) | TermKind::Template(_) | TermKind::Variable(_)) {
        sink.report(wrong(text.span, format!("a rule says in a text what it is about, found {}", text.describe())));
        return None;
    }
    let closed = scopes.global.close(text).map_err(|unclosed| report(&unclosed, sink)).ok()?;
    let said = key_text(&closed);
    if said.trim().is_empty() {
        sink.report(
            Diagnostic::new(&BVL0202, text.span, "this rule says nothing of what it is about")
                .here("an empty text")
                .help("write what holds: it is what a finding says of whatever breaks the rule"),
        );
        return None;
    }
    let mut environments = Named::All;
    let mut given = Vec::new();
    for (_, name, terms) in &split.clauses {
        if let Some(extra) = terms.get(1) {
            sink.report(wrong(
                extra.span,
                format!("{} does not belong behind the environments of a rule", extra.describe()),
            ));
            return None;
        }
        let Some(list) = terms.first() else {
            sink.report(wrong(name.span, "`in` wants the environments in which the rule holds"));
            return None;
        };
        if let Some(other) = list.members().iter().find(|member| member.name().is_none()) {
            sink.report(wrong(other.span, format!("expected an environment, found {}", other.describe())));
            return None;
        }
        if !given.is_empty() {
            sink.report(
                wrong(name.span, "`in` stands here twice")
                    .help("list the environments with commas: `in prod, staging`"),
            );
            return None;
        }
        given = terms.to_vec();
        slips::named_twice(&given, Type::Environment, "", sink);
        environments = named_environments(&given, table, sink).map_or(Named::Unknown, Named::Some);
    }
    Some(Head { text: said, span: text.span, environments })
}

/// The one sentence in the braces of a rule.
fn sentence<'t>(statement: &'t Statement, sink: &mut Sink) -> Option<&'t Statement> {
    let stated = Stated::of(statement);
    let word = RULE.word(SENTENCE)?;
    let mut found: Option<&Statement> = None;
    let mut is_told = statement.broken;
    for inner in statement.statements() {
        if !RULE.reads(inner.word(), SENTENCE) {
            if !inner.broken {
                sink.report(misfits::unknown_word(inner, (statement, &stated), &RULE));
            }
            // of one that cannot be read that is what is wrong
            is_told = true;
            continue;
        }
        if inner.word() != SENTENCE {
            // said of one that is torn as well: what tore it are its signs
            sink.report(misfits::unknown_word(inner, (statement, &stated), &RULE));
            is_told = true;
        }
        if let Some(braces) = inner.block.as_ref().filter(|_| !inner.broken) {
            sink.report(misfits::no_braces(SENTENCE, braces.open, word.example));
            is_told = true;
        }
        match found {
            Some(first) => {
                sink.report(
                    misfits::twice(inner, word, first.head()).help("a rule has one sentence: write a rule for each"),
                );
            }
            None => found = Some(inner),
        }
    }
    if found.is_none() && !is_told {
        let place = statement.block.as_ref().map_or(statement.head(), |block| block.open);
        sink.report(wrong(place, "this rule has no sentence").here("nothing is required"));
    }
    found.filter(|sentence| !sentence.broken && sentence.block.is_none() && sentence.word() == SENTENCE)
}

fn report(unclosed: &Unclosed, sink: &mut Sink) {
    unclosed.diagnostic().into_iter().for_each(|diagnostic| sink.report(diagnostic));
}

/// A sentence as it is in each environment; `None` where something in it stands for nothing, which is reported.
fn sentences(
    sentence: &Statement,
    environments: &[EnvironmentId],
    scopes: &Scopes,
    sink: &mut Sink,
) -> Option<Vec<Sentence>> {
    let names: Vec<&str> = bound(&sentence.terms).collect();
    let is_open = sentence.terms.iter().any(|term| !term.is_closed());
    if !is_open {
        return Some(vec![Sentence {
            environments: environments.to_vec(),
            terms: sentence.terms.iter().cloned().collect(),
        }]);
    }
    let mut closed: Vec<Sentence> = Vec::new();
    for environment in environments {
        let scope = scopes.environments.get(environment.0 as usize)?;
        let terms: Result<Arc<[Term]>, Unclosed> =
            sentence.terms.iter().map(|term| close(term, scope, &names)).collect();
        let terms = match terms {
            Ok(terms) => terms,
            Err(unclosed) => {
                report(&unclosed, sink);
                return None;
            }
        };
        match closed.iter_mut().find(|known| known.terms == terms) {
            Some(known) => known.environments.push(*environment),
            None => closed.push(Sentence { environments: vec![*environment], terms }),
        }
    }
    Some(closed)
}

/// A term with what its variables stand for; in texts the names that the sentence binds are left.
fn close(term: &Term, scope: &Scope<'_>, names: &[&str]) -> Result<Term, Unclosed> {
    if let TermKind::List(members) = &term.kind
        && members.iter().any(|member| matches!(member.kind, TermKind::Template(_)))
    {
        let members: Result<Vec<Term>, Unclosed> = members.iter().map(|member| close(member, scope, names)).collect();
        return Ok(Term { span: term.span, kind: TermKind::List(members?.into()) });
    }
    let TermKind::Template(parts) = &term.kind else { return scope.close(term) };
    let mut closed = Vec::with_capacity(parts.len());
    for part in parts {
        closed.push(match part {
            TemplatePart::Path(path, _) if is_own(path, names) => part.clone(),
            TemplatePart::Path(_, span) => {
                let alone = Term { span: *span, kind: TermKind::Template([part.clone()].into()) };
                TemplatePart::Text(key_text(&scope.close(&alone)?).into())
            }
            TemplatePart::Text(_) => part.clone(),
        });
    }
    let is_whole = closed.iter().all(|part| matches!(part, TemplatePart::Text(_)));
    let kind = if is_whole {
        let text = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => text.to_string(),
            TemplatePart::Path(..) => String::new(),
        };
        TermKind::Text(closed.iter().map(text).collect::<String>().into())
    } else {
        TermKind::Template(closed.into())
    };
    Ok(Term { span: term.span, kind })
}
