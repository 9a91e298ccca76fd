//! What may be written otherwise at a place: a constant put in where it is used, a declaration in a file of its own, an
//! overlay begun.
//!
//! Invariants: what is offered has been judged to mean the same (`meaning`); comments stay with what they stand at; a file
//! that was in the one style is so afterwards.

use std::collections::BTreeMap;

use super::change::Change;
use super::format::changed_lines;
use super::moved::edited;
use super::{At, Role, Symbol, View, meaning};
use crate::analyze::analyze_again;
use crate::resolve::normalize;
use crate::source::files::{Overlay, matches_pattern};
use crate::source::{FileId, Files, Provenance, SourceFile, Span, TextEdit};
use crate::syntax::{self, Item, Statement, Tree};
use crate::value::{Term, TermKind};

/// What a refactoring does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Puts in what a constant stands for.
    Inline,
    /// Moves a declaration.
    Move,
    /// Begins an overlay.
    Overlay,
}

/// In how many environments an overlay is offered at most.
const MOST: usize = 8;

/// All that may be done at a place and is wanted.
pub fn offered(
    view: &View,
    files: &dyn Files,
    root: &str,
    at: At,
    wanted: &dyn Fn(Kind) -> bool,
) -> Vec<(Kind, Change)> {
    let mut found = Vec::new();
    let Some(occurrence) = view.names.at(at.file, at.place) else { return found };
    let Some(place) = Declared::of(view, &occurrence.symbol) else { return found };
    let judge = |change: Option<Change>| change.and_then(|change| judged(view, files, root, change));
    if wanted(Kind::Inline) {
        found.extend(judge(inline(view, &occurrence.symbol, &place)).map(|change| (Kind::Inline, change)));
    }
    let is_declaration = occurrence.role == Role::Definition;
    if wanted(Kind::Move) && is_declaration {
        found.extend(judge(move_out(view, files, &place)).map(|change| (Kind::Move, change)));
    }
    if wanted(Kind::Overlay) && is_declaration {
        let overlays = overlays(view, &place).into_iter().take(MOST);
        found.extend(overlays.filter_map(|change| judge(Some(change))).map(|change| (Kind::Overlay, change)));
    }
    found
}

/// A declaration of the user's.
struct Declared<'v> {
    name: &'v str,
    file: &'v SourceFile,
    id: FileId,
    tree: &'v Tree,
    statement: &'v Statement,
}

impl<'v> Declared<'v> {
    fn of(view: &'v View, symbol: &Symbol) -> Option<Self> {
        let span = view.names.definition(symbol)?;
        let (file, tree) = view.file(span.file)?;
        let statement = tree.statements().find(|statement| statement.head().contains(span))?;
        let is_user = file.provenance() == Provenance::User;
        is_user.then(|| Self { name: file.slice(span), file, id: span.file, tree, statement })
    }
}

/// The change with its files in the one style, where the platform means the same with it.
fn judged(view: &View, files: &dyn Files, root: &str, change: Change) -> Option<Change> {
    let mut texts = edited(view, &change.edits)?;
    let mut edits = Vec::new();
    for (path, text) in &mut texts {
        let id = view.file_of(path)?;
        let (file, tree) = view.file(id)?;
        if syntax::format(&syntax::parse(id, file.shared_text())).as_deref() == Some(file.text()) {
            *text = tidied(text)?;
        } else if tree.errors.is_empty() && tidied(text).is_none() {
            return None;
        }
        let lines = changed_lines(id, file.text(), text).into_iter();
        edits.extend(lines.map(|edit| TextEdit { span: file.span(id, edit.span.range()), text: edit.text }));
    }
    let mut all: BTreeMap<String, String> = texts;
    all.extend(change.created.iter().cloned());
    let after =
        analyze_again(&Overlay { below: files, texts: &all }, root, &view.analysis.inputs, Some(&view.analysis));
    meaning::compare(&view.analysis, &after, None).ok()?;
    Some(Change { edits, ..change })
}

/// A text in the one style; `None` for one with mistakes of syntax.
fn tidied(text: &str) -> Option<String> {
    syntax::format(&syntax::parse(FileId::default(), &text.into()))
}

/// A `let` put in wherever it is used, and taken out.
fn inline(view: &View, symbol: &Symbol, place: &Declared<'_>) -> Option<Change> {
    let Declared { name, file, statement, .. } = place;
    let ("let", Symbol::Constant(_), [_, equals, value]) = (statement.word(), symbol, &*statement.terms) else {
        return None;
    };
    let is_bare = statement.docs.is_empty() && statement.comments.is_empty() && !statement.broken;
    if equals.kind != TermKind::Equals || !is_bare {
        return None;
    }
    let written = file.slice(value.span);
    // what may stand within quotes
    let within = match &value.kind {
        TermKind::Text(_) | TermKind::Template(_) => {
            let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            inner.filter(|inner| !inner.starts_with('"') && !inner.contains('\n'))
        }
        TermKind::Number(_) | TermKind::Name(_) | TermKind::Address(_) => Some(written),
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Range(_)
        | TermKind::List(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Bad => None,
    };
    let mut edits = vec![TextEdit::take_out(statement.span, file)];
    let uses = view.names.places(symbol).into_iter().filter(|(_, role)| *role == Role::Reference);
    for (span, _) in uses {
        let user = view.sources().get(span.file)?;
        let range = user.range(span);
        let (before, behind) = (user.text().get(..range.start)?, user.text().get(range.end..)?);
        if before.ends_with('$') {
            edits.push(TextEdit::replace(user.span(span.file, range.start - 1..range.end), written));
        } else if before.ends_with("${") && behind.starts_with('}') {
            edits.push(TextEdit::replace(user.span(span.file, range.start - 2..range.end + 1), within?));
        } else {
            return None;
        }
    }
    (edits.len() > 1).then(|| Change { title: format!("put in what `{name}` stands for"), edits, ..Change::default() })
}

/// A declaration in a file that bears its name, with the comments that stand at it.
fn move_out(view: &View, files: &dyn Files, place: &Declared<'_>) -> Option<Change> {
    let Declared { name, file, id, tree, statement } = *place;
    let is_movable = matches!(statement.word(), "service" | "managed" | "external" | "class" | "environment");
    if !is_movable || !tree.errors.is_empty() || tree.statements().nth(1).is_none() {
        return None;
    }
    let folder = file.path().rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let path = format!("{folder}{name}.bvl");
    if files.read(&path).is_ok() || path == file.path() {
        return None;
    }
    let at =
        tree.items.iter().position(|item| matches!(item, Item::Statement(known) if known.span == statement.span))?;
    // comments in the lines right above, and one behind it
    let above = tree
        .items
        .get(..at)?
        .iter()
        .rev()
        .take_while(|item| matches!(item, Item::Comment(comment) if !comment.trailing));
    let start =
        above.filter_map(comment).last().or(statement.docs.first().map(|doc| doc.span)).unwrap_or(statement.span);
    let behind = tree.items.get(at + 1).filter(|item| matches!(item, Item::Comment(comment) if comment.trailing));
    let whole = start.to(statement.span).to(behind.and_then(comment).unwrap_or(statement.span));
    let text = tidied(&format!("{}\n", file.slice(whole)))?;
    let mut edits = vec![TextEdit::take_out(whole, file)];
    if !is_taken_in(view, &path) {
        edits.push(used(view, id, &path)?);
    }
    Some(Change { title: format!("move `{name}` to {path}"), edits, created: vec![(path, text)], ..Change::default() })
}

fn comment(item: &Item) -> Option<Span> {
    if let Item::Comment(comment) = item { Some(comment.span) } else { None }
}

/// Whether some pattern takes a file in.
fn is_taken_in(view: &View, path: &str) -> bool {
    let trees = view.analysis.trees().iter();
    let uses = trees.flat_map(|tree| tree.statements()).filter(|statement| statement.word() == "use");
    let mut patterns = uses.flat_map(|statement| &statement.terms).flat_map(Term::members).filter_map(Term::text);
    patterns.any(|pattern| normalize(pattern).is_some_and(|pattern| matches_pattern(&pattern, path)))
}

/// The `use` of a new file, in the file from which it comes.
fn used(view: &View, from: FileId, path: &str) -> Option<TextEdit> {
    let (file, tree) = view.file(from)?;
    let last = tree.statements().filter(|statement| statement.word() == "use").last();
    Some(match last {
        Some(last) => TextEdit::insert_after(last.head(), format!("\nuse \"{path}\"")),
        None => TextEdit::replace(file.span(from, 0..0), format!("use \"{path}\"\n\n")),
    })
}

/// An empty overlay in each environment in which something runs and that does not change it yet.
fn overlays(view: &View, place: &Declared<'_>) -> Vec<Change> {
    let Some(model) = &view.analysis.model else { return Vec::new() };
    let (name, word) = (place.name, place.statement.word());
    if !matches!(word, "service" | "managed" | "external") {
        return Vec::new();
    }
    let mut found: Vec<Change> = Vec::new();
    for endpoint in model.endpoints().filter(|known| known.name().value == name) {
        let Some(environment) = model.environment(endpoint.environment()) else { continue };
        let overlay = || {
            let span = environment.name.span;
            let (file, tree) = view.file(span.file)?;
            let statement = tree.statements().find(|statement| statement.head().contains(span))?;
            let is_there = |inner: &Statement| {
                inner.word() == word && inner.terms.first().is_some_and(|first| first.is_name(name))
            };
            if statement.statements().any(is_there) {
                return None;
            }
            let close = statement.block.as_ref()?.close?;
            // a brace on a line of its own needs no other line before it
            let is_apart = file.before(close.start).trim_end_matches(' ').ends_with('\n');
            let line = if is_apart { "" } else { "\n" };
            let edits = vec![TextEdit::replace(close.before(), format!("{line}{word} {name} {{}}\n"))];
            let title = format!("change `{name}` in {} alone", environment.name.value);
            Some(Change { title, edits, ..Change::default() })
        };
        let known = overlay().filter(|change| found.iter().all(|other| other.title != change.title));
        found.extend(known);
    }
    found
}
