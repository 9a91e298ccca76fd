//! Whether what follows a word has the shape that the vocabulary asks for: its arguments first, its clauses behind them.

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::spelling;
use crate::model::codes::{BVL0202, BVL0207};
use crate::syntax::Statement;
use crate::value::{Term, quoted};
use crate::vocabulary::{self, Argument, Presence, Split, Type, Word};

use super::arguments::{self, Of};
use super::misfits::{several, too_many, unknown_variant};
use super::slips;

/// Judges what follows a word: arguments, then clauses. `workloads` are the parameters of the class around that name some.
pub(super) fn statement(entry: &Statement, split: &Split<'_>, workloads: Option<&[String]>, sink: &mut Sink) {
    let word = split.word;
    let expects = split.variant.unwrap_or(word);
    if !word.variants.is_empty() && split.variant.is_none() {
        sink.report(unknown_variant(entry, word));
        return;
    }
    if let Some(detached) = slips::detached_unit(&entry.terms) {
        sink.report(detached);
        return;
    }
    if let Some(spoken) = slips::spoken_range(split.args, expects.args) {
        sink.report(spoken);
        return;
    }
    let extra = split.args.get(expects.args.len());
    if let Some(doubled) = extra.and_then(|extra| slips::doubled(entry, extra)) {
        sink.report(doubled);
        return;
    }
    if let Some(swapped) = slips::swapped(split.args, expects.args, entry.word()) {
        sink.report(swapped);
        return;
    }
    if let Some(clause) = slips::misspelled_clause(split) {
        sink.report(clause);
        return;
    }
    let before = sink.len();
    let of = Of { word: entry.word(), variant: split.variant, example: example(word, split.variant), workloads };
    if word.is_own_key() {
        arguments::written(std::slice::from_ref(&entry.word), &[vocabulary::OWN_KEY], Of { word: "", ..of }, sink);
    }
    arguments::written(split.args, expects.args, of, sink);
    if let Some(extra) = extra.filter(|_| sink.len() == before) {
        let unlisted = slips::missing_comma(split.args, expects.args, entry.word(), split);
        sink.report(unlisted.unwrap_or_else(|| too_many(entry.word(), extra, word, split.variant)));
    }
    clauses(split, workloads, sink);
    if let Some(several) = several(entry, split) {
        sink.report(several);
    }
}

/// Judges the clauses behind a word.
pub(super) fn clauses(split: &Split<'_>, workloads: Option<&[String]>, sink: &mut Sink) {
    let word = split.word;
    let mut seen: Vec<&str> = Vec::new();
    for (clause, head, terms) in &split.clauses {
        if seen.contains(&clause.name) {
            sink.report(Diagnostic::new(&BVL0207, head.span, format!("`{}` is stated twice", clause.name)));
        }
        seen.push(clause.name);
        if clause.name == vocabulary::BECAUSE.name
            && let Some(unquoted) = slips::unquoted_reason(head, terms, split)
        {
            sink.report(unquoted);
            return;
        }
        if let Some(named) = slips::named_arguments(terms, (clause, head)) {
            sink.report(named);
            continue;
        }
        let before = sink.len();
        let of = Of { word: clause.name, variant: None, example: example(word, split.variant), workloads };
        arguments::written(terms, clause.args, of, sink);
        if sink.len() > before {
            continue;
        }
        let required = clause.args.iter().filter(|argument| argument.presence != Presence::Optional).count();
        if let Some(extra) = terms.get(clause.args.len()) {
            let unlisted = slips::missing_comma(terms, clause.args, clause.name, split);
            sink.report(unlisted.unwrap_or_else(|| too_many(word.name, extra, word, split.variant)));
        } else if terms.len() < required {
            let missing = clause.args.get(terms.len());
            let expected = missing.map_or(String::new(), |argument| argument.ty.expected());
            let what = missing.map_or("value", |argument| argument.name);
            let own = |term: &Term| term.text().map_or_else(|| spelling(term).into_owned(), quoted);
            let blank = |argument: &Argument| {
                if argument.ty == Type::Text { quoted(argument.name) } else { argument.name.to_owned() }
            };
            let given = |(at, argument): (usize, &Argument)| terms.get(at).map_or_else(|| blank(argument), own);
            let names: Vec<String> = clause.args.iter().enumerate().map(given).collect();
            sink.report(
                Diagnostic::new(&BVL0202, head.span, format!("`{}` lacks its {what}, {expected}", clause.name))
                    .here(format!("no {what} after it"))
                    .help(format!("write `{} {}`", clause.name, names.join(" "))),
            );
        }
    }
}

pub(super) fn example(word: &'static Word, variant: Option<&'static Word>) -> &'static str {
    variant.map_or(word.example, |variant| variant.example)
}
