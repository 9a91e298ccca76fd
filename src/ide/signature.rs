//! What a statement takes at the caret: the arguments of its word, or the parameters of a class.

use super::context;
use super::hover::signature;
use super::{At, Symbol, View};
use crate::source::SourceFile;
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{self, Argument, Presence, Slot, Word};

/// What is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The whole: `port NAME PORT [service-port PORT] [udp]`.
    pub label: String,
    /// Markdown about it.
    pub documentation: String,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Which of them stands at the caret; `None` where none does.
    pub active: Option<usize>,
}

/// An argument or parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the label, in bytes.
    pub start: usize,
    /// Behind its end.
    pub end: usize,
    /// Markdown about it.
    pub documentation: String,
}

/// What is taken at a place; `None` where the caret stands behind no word.
pub fn signature_at(view: &View, at: At) -> Option<Signature> {
    let (file, tree) = view.file(at.file)?;
    let context = context::at(file, tree, at.place);
    if context.is_on_word {
        return None;
    }
    if let Some(found) = class_parameters(view, file.before(at.place)) {
        return Some(found);
    }
    let (statement, word) = context.statement?;
    let word = word.filter(|word| !word.is_own_key())?;
    Some(match of_choice(word, statement) {
        Some(choice) => choice,
        None => of_word(word, statement, at, file),
    })
}

/// A word behind which one of several has to be chosen first; `None` once that is done.
fn of_choice(word: &'static Word, statement: &Statement) -> Option<Signature> {
    let split = vocabulary::split(word, &statement.terms);
    if word.variants.is_empty() || split.variant.is_some() || !word.args.is_empty() {
        return None;
    }
    let names: Vec<&str> = word.variants.iter().map(|variant| variant.name).collect();
    let label = format!("{} {}", word.name, names.join(" | "));
    let told: Vec<String> = word.variants.iter().map(|one| format!("- `{}`: {}", signature(one), one.doc)).collect();
    let part = Part { start: word.name.len() + 1, end: label.len(), documentation: told.join("\n") };
    Some(Signature { label, documentation: word.doc.to_owned(), parts: vec![part], active: Some(0) })
}

/// Which part of a form the caret is in, by the last sign before it, or by how many values stand there.
fn slot_at(form: &[Slot], statement: &Statement, at: At, file: &SourceFile) -> Option<usize> {
    let range = statement.word.span.to(statement.head()).range();
    let before = file.before(at.place);
    let typed = before.get(range.start.min(before.len())..).unwrap_or_default();
    let sign = |slot: &Slot| match slot.before.trim_matches([' ', '[']) {
        // a path is ruled out by either arrow
        arrow if arrow.ends_with('>') => ">",
        sign => sign,
    };
    let by_sign = form.iter().rposition(|slot| !sign(slot).is_empty() && typed.contains(sign(slot)));
    let unsigned = form.iter().take_while(|slot| sign(slot).is_empty()).count();
    let is_list = form.iter().take(unsigned).any(|slot| slot.name.ends_with(".."));
    let n_before = statement.terms.iter().take_while(|term| term.span.end < at.place).count();
    let n_before = if is_list { n_before.min(unsigned.saturating_sub(1)) } else { n_before };
    by_sign.or((n_before < unsigned).then_some(n_before))
}

fn of_word(word: &'static Word, statement: &Statement, at: At, file: &SourceFile) -> Signature {
    let split = vocabulary::split(word, &statement.terms);
    let chosen = split.variant.unwrap_or(word);
    let prefix = if split.variant.is_some() { format!("{} ", word.name) } else { String::new() };
    let label = format!("{prefix}{}", signature(chosen));
    let mut parts = Vec::new();
    let mut from = prefix.len() + chosen.name.len();
    for slot in chosen.form {
        let start = from + slot.before.len();
        from = start + slot.name.len();
        parts.push(Part { start, end: from, documentation: slot.what.to_owned() });
        from += usize::from(slot.before.contains('['));
    }
    let mut add = |args: &'static [Argument], name: Option<&'static str>| {
        if let Some(name) = name {
            from +=
                label.get(from..).and_then(|rest| rest.find(&format!("[{name}"))).map_or(0, |at| at + name.len() + 1);
        }
        let first = parts.len();
        for arg in args {
            let rest = label.get(from..).unwrap_or_default();
            let Some(start) = rest.find(arg.name).map(|at| from + at) else { continue };
            from = start + arg.name.len();
            parts.push(Part { start, end: from, documentation: format!("{}.", arg.ty.expected()) });
        }
        first
    };
    let own = add(chosen.args, None);
    let clauses: Vec<usize> = chosen.clauses.iter().map(|clause| add(clause.args, Some(clause.name))).collect();
    let before = file.before(at.place);
    // behind a comma the argument is still the one that the list is
    let is_within = |term: &Term| at.place <= term.span.end;
    let place = |terms: &[Term], args: &[Argument]| {
        let n_before = terms.iter().take_while(|term| !is_within(term)).count();
        let n_before = if before.trim_end().ends_with(',') { n_before.saturating_sub(1) } else { n_before };
        let is_list = args.last().is_some_and(|arg| arg.presence == Presence::List);
        let at = if is_list { n_before.min(args.len().saturating_sub(1)) } else { n_before };
        (at < args.len()).then_some(at)
    };
    let clause = split.clauses.iter().rev().find(|(_, name, _)| name.span.end < at.place);
    let active = match clause {
        Some((clause, _, terms)) => {
            let first =
                chosen.clauses.iter().position(|known| known.name == clause.name).and_then(|at| clauses.get(at));
            first.and_then(|first| Some(first + place(terms, clause.args)?))
        }
        None if !chosen.form.is_empty() => slot_at(chosen.form, statement, at, file),
        None => place(split.args, chosen.args).map(|at| own + at),
    };
    Signature { label, documentation: chosen.doc.to_owned(), parts, active }
}

/// The parameters of the class in whose parentheses the caret behind a text stands, whether they are closed or not.
fn class_parameters(view: &View, before: &str) -> Option<Signature> {
    let call = Call::around_the_end(before)?;
    let (declared, class, parameters) = call.class(view)?;
    let mut label = format!("{}(", call.name);
    let mut parts = Vec::new();
    for (number, part) in parameters.iter().enumerate() {
        if number > 0 {
            label.push_str(", ");
        }
        let start = label.len();
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        label.push_str(declared.slice(first.span.to(last.span)));
        parts.push(Part { start, end: label.len(), documentation: String::new() });
    }
    label.push(')');
    let named = call.part.split_once('=').map(|(name, _)| name.trim());
    let by_name =
        named.and_then(|name| parameters.iter().position(|part| part.first().is_some_and(|first| first.is_name(name))));
    let active = by_name.or(Some(call.n_before)).filter(|at| *at < parts.len());
    Some(Signature { label, documentation: class.documentation(|span| declared.slice(span)), parts, active })
}

/// A class: its file, its statement, and its parameters.
pub(super) type Class<'v> = (&'v SourceFile, &'v Statement, &'v [Box<[Term]>]);

/// A call whose parentheses are open at the end of a text.
pub(super) struct Call<'t> {
    name: &'t str,
    /// How many arguments stand before the last one.
    n_before: usize,
    /// All arguments, as far as they are written.
    pub(super) given: &'t str,
    /// The last one, as far as it is written.
    pub(super) part: &'t str,
}

impl<'t> Call<'t> {
    /// The call around the end of what a file holds before the caret.
    pub(super) fn around_the_end(before: &'t str) -> Option<Self> {
        // classes are taken over where something is declared, which is in column one
        let declared = before
            .rmatch_indices('\n')
            .find(|(at, _)| before.get(at + 1..).is_some_and(|line| !line.starts_with([' ', '\t', '\r', '\n'])));
        Self::of(declared.map_or(before, |(at, _)| before.get(at + 1..).unwrap_or_default()))
    }

    /// The class that it names: its file, its statement, and its parameters.
    pub(super) fn class<'v>(&self, view: &'v View) -> Option<Class<'v>> {
        let span = view.names.definition(&Symbol::Class(self.name.into()))?;
        let (declared, tree) = view.file(span.file)?;
        let class = tree.statements().find(|known| known.span.contains(span))?;
        let (_, _, parameters) = class.terms.first()?.named()?;
        Some((declared, class, parameters))
    }

    fn of(text: &'t str) -> Option<Self> {
        // where each open parenthesis stands, how many commas are behind it, and where the last of them ends
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        let (mut is_text, mut is_escaped) = (false, false);
        for (at, character) in text.char_indices() {
            if is_text {
                is_text = is_escaped || character != '"';
                is_escaped = character == '\\' && !is_escaped;
                continue;
            }
            match (character, open.last_mut()) {
                ('"', _) => is_text = true,
                ('(', _) => open.push((at, 0, at + 1)),
                (')', _) => drop(open.pop()),
                (',', Some((_, n_commas, end))) => {
                    *n_commas += 1;
                    *end = at + 1;
                }
                _ => {}
            }
        }
        let (start, n_before, end) = open.pop()?;
        let before = text.get(..start)?;
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
        let name = before.trim_end_matches(is_part).len();
        let (given, part) = (text.get(start + 1..)?, text.get(end..)?);
        Some(Self { name: before.get(name..)?, n_before, given, part })
    }
}
