//! Fields of Kubernetes' objects in the line of `env`: `env X valueFrom secretKeyRef "s" "k"`, and `from`, which `secret` needs not.
//!
//! Invariant: such a statement gives one finding, and what is proposed for it is one that `env` takes.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0202;
use crate::source::{FileId, SourceMap, Span, TextEdit};
use crate::syntax::{Statement, parse};
use crate::value::{Term, quoted};
use crate::vocabulary::Word;

use super::misfits::fits;

/// What stands before a value or where it comes from, and says nothing here.
const BEFORE: [&str; 3] = ["from", "value", "valueFrom"];

/// References of Kubernetes' objects, and the clauses that say the same.
const REFERENCES: [(&str, &str); 4] =
    [("secretKeyRef", "secret"), ("secretRef", "secret"), ("configMapKeyRef", "config"), ("configMapRef", "config")];

/// What is said of a field in the line of `env`.
pub(super) fn meant(entry: &Statement, word: &'static Word, sources: &SourceMap) -> Option<Diagnostic> {
    if word.name != "env" || entry.broken {
        return None;
    }
    let (key, rest) = entry.terms.split_first()?;
    let is_before = |term: &Term| BEFORE.iter().any(|field| term.is_name(field));
    let n_before = rest.iter().take_while(|term| is_before(term)).count();
    let behind = rest.get(n_before..).unwrap_or_default();
    let clause = behind.first().and_then(reference);
    let first = rest.first().filter(|_| n_before > 0 || clause.is_some())?;
    let head = sources.text(entry.word.span.to(key.span));
    let written = match (&entry.block, clause, behind) {
        (Some(_), ..) => within_braces(entry).map(|value| format!("{head} {value}")),
        (None, Some(clause), [_, values @ ..]) => {
            let values: Vec<&str> = values.iter().map(|value| sources.text(value.span)).collect();
            Some(format!("{head} {clause} {}", values.join(" ")))
        }
        (None, None, [value, ..]) => {
            let last = behind.last().unwrap_or(value);
            Some(format!("{head} {}", sources.text(value.span.to(last.span))))
        }
        (None, _, []) => return None,
    };
    if let (None, None, [name, of]) = (&entry.block, clause, behind)
        && name.text().is_some()
        && of.text().is_some()
    {
        return Some(of_what(first, (head, sources.text(name.span.to(of.span))), whole(entry)));
    }
    let written = written.filter(|written| is_taken(written, word));
    let meant = clause.or_else(|| behind.first().and_then(Term::name));
    let meant = meant.filter(|meant| word.clause(meant).is_some());
    if written.is_none() && clause.is_none() && entry.block.is_none() {
        // it may be a text without its quotes
        return None;
    }
    let title = format!("{} does not belong after `env`", first.describe());
    let finding = Diagnostic::new(&BVL0202, first.span, title);
    let finding = match (meant, clause) {
        (Some(clause), Some(_)) if n_before == 0 => finding.here(format!("in .bvl this is `{clause}`")),
        (Some(clause), _) => finding.here(format!("`{clause}` alone says where the value comes from")),
        (None, _) if entry.block.is_none() => finding.here("the value stands right behind the name"),
        (None, _) => finding.here("a value, or where it comes from, stands in this line, without braces"),
    };
    Some(match written {
        Some(written) => finding
            .help(format!("write `{written}`"))
            .fix(format!("write `{written}`"), vec![TextEdit::replace(whole(entry), written)]),
        None => finding.help(format!("write `{head} {} \"NAME\" \"KEY\"`", meant.unwrap_or("secret"))),
    })
}

/// `from "s" "k"`: a name and its key, of a `Secret` or of a `ConfigMap`.
fn of_what(from: &Term, (head, names): (&str, &str), whole: Span) -> Diagnostic {
    let [secret, config] = ["secret", "config"].map(|clause| format!("{head} {clause} {names}"));
    let told = Diagnostic::new(&BVL0202, from.span, format!("{} does not belong after `env`", from.describe()))
        .here("a name and its key: of a Secret, or of a ConfigMap")
        .help(format!("write `{secret}`, or `{config}`"));
    [secret, config].into_iter().fold(told, |told, written| {
        told.unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(whole, written)])
    })
}

fn whole(entry: &Statement) -> Span {
    entry.word.span.to(entry.span)
}

fn reference(term: &Term) -> Option<&'static str> {
    let name = term.name()?;
    REFERENCES.iter().find(|(field, _)| name.eq_ignore_ascii_case(field)).map(|(_, clause)| *clause)
}

/// `{ secretKeyRef { name "s"; key "k" } }`, at any depth, as `secret "s" "k"`.
fn within_braces(entry: &Statement) -> Option<String> {
    let value = |of: &Statement, name: &str| {
        let stated = of.statements().find(|inner| inner.word() == name)?;
        let term = stated.terms.first()?;
        term.text().or_else(|| term.name()).map(quoted)
    };
    let head = entry.terms.last().and_then(reference).map(|clause| (clause, entry));
    let of = head.or_else(|| {
        entry.statements().find_map(|inner| {
            let clause = REFERENCES.iter().find(|(field, _)| inner.word() == *field)?.1;
            Some((clause, inner))
        })
    });
    let (clause, of) = of?;
    Some(format!("{clause} {} {}", value(of, "name")?, value(of, "key")?))
}

/// Whether a statement is one that the word takes.
fn is_taken(written: &str, word: &'static Word) -> bool {
    let tree = parse(FileId::default(), &Arc::from(written));
    let mut statements = tree.statements();
    let only = statements.next().filter(|_| tree.errors.is_empty());
    only.is_some_and(|only| fits(only, word)) && statements.next().is_none()
}
