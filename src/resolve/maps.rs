//! Maps of YAML and JSON: entries in the braces of a word that stands once for each of them, with commas between them, and among them
//! what stands before the braces.
//!
//! Invariants: a map gives one finding; what a fix makes of it is a statement for each entry, which its word takes.

use crate::diagnostic::Diagnostic;
use crate::model::codes::{BVL0201, BVL0202};
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::name::dns_label;
use crate::value::{Term, TermKind, quoted};
use crate::vocabulary::{Argument, Block, Entries, FILE, Keyed, Presence, Word};

use super::misfits::article;

/// Fields of Kubernetes' objects that hold a part of an entry: braces with one of these are one entry, not several.
const FIELDS: [&str; 6] = ["name", "value", "valueFrom", "containerPort", "targetPort", "protocol"];

/// What is said of braces behind a word that stands once for each entry, `env { A "x"; B "y" }`, and of names in the braces that they
/// stand before, `config { app { .. } }`.
pub(super) fn spread(entry: &Statement, word: &'static Word, sources: &SourceMap) -> Option<Diagnostic> {
    let braces = entry.block.as_ref().filter(|_| entry.terms.is_empty() && !entry.broken)?;
    let key = word.args.first().filter(|first| first.presence == Presence::Required)?;
    if word.keyed != Keyed::ByArgument || word.is_own_key() {
        return None;
    }
    let mut edits = Vec::new();
    for inner in entry.statements() {
        // the first takes the word that is there
        let prefix = if edits.is_empty() { Prefix::None } else { Prefix::Word };
        edits.push(written(inner, word, key, (prefix, sources))?);
    }
    let mut edits: Vec<TextEdit> = edits.into_iter().flatten().collect();
    let (first, last) = (entry.statements().next()?, entry.statements().last()?);
    let before = Span { end: first.word.span.start, ..entry.span };
    let behind = Span { start: last.span.end, end: braces.close?.end, ..entry.span };
    let has_comment = |span: Span| sources.text(span).contains(['/', '#']);
    if has_comment(before) || has_comment(behind) {
        return None;
    }
    edits.push(TextEdit::replace(before, format!("{} ", word.name)));
    let line = sources.get(behind.file)?.behind(behind.end).lines().next().unwrap_or_default().trim_start();
    let goes_on = line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"');
    edits.push(TextEdit::replace(behind, if goes_on && word.block.is_none() { ";" } else { "" }));
    let (title, here, help) = if word.block.is_some() {
        (
            format!("the names of `{}` stand before its braces", word.name),
            "no names stand in them",
            format!("write `{} {} {{ .. }}`", word.name, first.word()),
        )
    } else {
        (
            format!("`{}` takes no braces", word.name),
            "each entry is a statement of its own",
            format!("write `{}` before each; for example: `{}`", word.name, word.example),
        )
    };
    Some(
        Diagnostic::new(&BVL0202, braces.open, title)
            .here(here)
            .help(help)
            .fix(format!("write `{}` before each", word.name), edits),
    )
}

/// What is put before an entry.
#[derive(Clone, Copy)]
enum Prefix {
    None,
    Word,
}

/// What makes a statement of `word` of an entry in its braces; `None` where it may be none.
fn written(
    inner: &Statement,
    word: &'static Word,
    key: &Argument,
    (prefix, sources): (Prefix, &SourceMap),
) -> Option<Vec<TextEdit>> {
    let name = inner.word();
    let is_listed = |block: &'static Block| block.entries == Entries::Words && block.word(name).is_some();
    let is_entry = match word.block {
        Some(block) => inner.block.is_some() && inner.terms.is_empty() && !is_listed(block),
        None => inner.block.is_none() && !inner.terms.is_empty(),
    };
    if !is_entry || FIELDS.contains(&name) {
        return None;
    }
    let prefix = match prefix {
        Prefix::None => String::new(),
        Prefix::Word => format!("{} ", word.name),
    };
    let mut edits = Vec::new();
    let bare = Term { span: inner.word.span, kind: TermKind::Name(name.into()) };
    if key.ty.check(&inner.word).is_err() {
        if key.ty.check(&bare).is_err() || dns_label(name).is_err() {
            return None;
        }
        // a key of JSON, where a bare name stands
        edits.push(TextEdit::replace(inner.word.span, format!("{prefix}{name}")));
    } else if !prefix.is_empty() {
        edits.push(TextEdit::replace(inner.word.span.before(), prefix));
    }
    let taken = keys_in_lists(&inner.terms, word);
    if let ([value], Some(argument)) = (&*inner.terms, word.args.get(1))
        && let Some(bare) = value.name()
        && argument.ty.check(value).is_err()
        && argument.ty.check(&Term { span: value.span, kind: TermKind::Text(bare.into()) }).is_ok()
    {
        edits.push(TextEdit::replace(value.span, quoted(bare)));
    }
    for (before, key) in taken {
        edits.push(apart(before, key, word.name, sources)?);
    }
    Some(edits)
}

/// The keys of further entries that commas have taken into the values of one, each with the value before it: `A "x", B "y"`.
fn keys_in_lists<'t>(terms: &'t [Term], word: &'static Word) -> Vec<(&'t Term, &'t Term)> {
    let Some((_, lists)) = terms.split_last() else { return Vec::new() };
    let mut keys = Vec::new();
    for list in lists.iter().filter(|term| matches!(term.kind, TermKind::List(_))) {
        match list.members() {
            [before, key]
                if (key.text().is_some() || key.name().is_some_and(|name| word.clause(name).is_none()))
                    && !matches!(before.kind, TermKind::List(_)) =>
            {
                keys.push((before, key));
            }
            _ => return Vec::new(),
        }
    }
    let is_list = |term: &Term| matches!(term.kind, TermKind::List(_));
    if terms.last().is_some_and(is_list) { Vec::new() } else { keys }
}

/// The edit that makes a statement of its own of what a comma has taken in.
fn apart(before: &Term, key: &Term, word: &str, sources: &SourceMap) -> Option<TextEdit> {
    let gap = Span { start: before.span.end, end: key.span.start, ..before.span };
    let between = sources.text(gap);
    if !between.trim_start().starts_with(',') || between.contains('/') {
        return None;
    }
    let word = if word.is_empty() { String::new() } else { format!("{word} ") };
    let parted = between.replacen(',', if between.contains('\n') { "" } else { ";" }, 1);
    Some(TextEdit::replace(gap, format!("{parted}{word}")))
}

/// What is said of an entry that a comma joins with the next one, `LOG_LEVEL "info", WORKERS 4`.
pub(super) fn joined(
    entry: &Statement,
    word: &'static Word,
    block: &'static Block,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    let is_entry = word.is_own_key() || word.keyed == Keyed::ByArgument && word.block.is_none();
    if !is_entry || entry.block.is_some() || word.args.iter().any(|argument| argument.presence == Presence::List) {
        return None;
    }
    let values = if word.is_own_key() { &*entry.terms } else { entry.terms.get(1..)? };
    let taken = keys_in_lists(values, word);
    let (_, first) = taken.first()?;
    // a word of the block is told as that
    let is_word =
        |key: &Term| block.entries == Entries::Words && key.name().is_some_and(|name| block.word(name).is_some());
    if taken.iter().any(|(_, key)| is_word(key)) {
        return None;
    }
    let edits: Option<Vec<TextEdit>> =
        taken.iter().map(|(before, key)| apart(before, key, word.name, sources)).collect();
    let name = first.name().or_else(|| first.text()).unwrap_or_default();
    let title = format!("a comma takes `{name}` into the statement of `{}`", entry.word());
    let (help, fix) = if word.is_own_key() {
        ("remove the comma: a statement ends with its line, or with `;`".to_owned(), "write `;`".to_owned())
    } else {
        (
            format!("a statement ends with its line, or with `;`, and each begins with `{}`", word.name),
            format!("write `; {}`", word.name),
        )
    };
    let (before, _) = taken.first()?;
    let comma = Span { start: before.span.end, end: first.span.start, ..before.span };
    let at = sources.text(comma).find(',').map_or(comma, |at| sources.part(comma, at..at + 1));
    Some(
        Diagnostic::new(&BVL0202, at, title)
            .here("no comma ends a statement")
            .label(first.span, "begins a statement of its own")
            .help(help)
            .fix(fix, edits?),
    )
}

/// What is said of an entry in braces that says what stands before them: `health { port 8081; .. }`.
pub(super) fn before_braces(
    entry: &Statement,
    within: &Statement,
    block: &'static Block,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    let [value] = &*entry.terms else { return None };
    if entry.broken || entry.block.is_some() || !within.terms.is_empty() || block.word(entry.word()).is_some() {
        return None;
    }
    // how many replicas there are is told with all that says so
    if block.is_said_before(entry.word()) {
        return None;
    }
    let word = opener(&FILE, block, within.word())?;
    let argument = word.args.first().filter(|argument| argument.name.eq_ignore_ascii_case(entry.word()))?;
    if !value.is_closed() || argument.ty.check(value).is_err() {
        return None;
    }
    let said = sources.text(value.span);
    let behind = within.statements().find(|other| other.word.span.start > entry.word.span.start);
    let out = match behind {
        Some(next) => {
            let gap = Span { end: next.word.span.start, ..entry.span };
            if sources.text(gap).contains("//") {
                return None;
            }
            TextEdit::replace(gap, "")
        }
        None => TextEdit::take_out(entry.span, sources.get(entry.span.file)?),
    };
    let title = format!("the {} of `{}` stands before its braces", argument.name.to_lowercase(), word.name);
    Some(
        Diagnostic::new(&BVL0201, entry.word.span, title)
            .here(format!("no word of {} block", article(block.name)))
            .help(format!("write `{} {said} {{ .. }}`", word.name))
            .fix(
                format!("write `{} {said}`", word.name),
                vec![TextEdit::insert_after(within.word.span, format!(" {said}")), out],
            ),
    )
}

/// The word of that name which a block stands behind.
fn opener(within: &'static Block, block: &'static Block, name: &str) -> Option<&'static Word> {
    let own =
        within.words.iter().find(|word| word.name == name && word.block.is_some_and(|own| std::ptr::eq(own, block)));
    own.or_else(|| within.words.iter().filter_map(|word| word.block).find_map(|inner| opener(inner, block, name)))
}
