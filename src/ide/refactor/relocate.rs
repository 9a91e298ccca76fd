//! A declaration in another file, with the comments that stand at it: in one that bears its name, or in one that is there.

use super::pieces::{Piece, pieces};
use super::{Declared, Read, tidied};
use crate::ide::change::Change;
use crate::ide::{Role, Symbol, View};
use crate::resolve::normalize;
use crate::source::files::matches_pattern;
use crate::source::{FileId, Files, Provenance, TextEdit};
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::declares_endpoint;

/// Into how many files that are there a move is offered at most.
const MOST: usize = 4;

/// Whether a declaration may stand in any file.
fn is_movable(statement: &Statement) -> bool {
    declares_endpoint(statement.word()) || matches!(statement.word(), "class" | "environment" | "group")
}

/// What a declaration declares: the caret may stand on a parameter of it.
fn name<'v>(place: &Declared<'v>) -> Option<&'v str> {
    let (name, ..) = place.statement.terms.first().and_then(Term::named)?;
    Some(name)
}

/// What is moved of a file, and the edit that takes it out; `None` for what stands alone in its file.
fn taken(view: &View, place: &Declared<'_>) -> Option<(String, TextEdit)> {
    let Declared { file, id, tree, statement, .. } = *place;
    if !is_movable(statement) || !tree.errors.is_empty() || tree.statements().nth(1).is_none() {
        return None;
    }
    let read = Read::of(view, id)?;
    let own = read.statement(statement)?;
    let is_its = |piece: &Piece<'_>| piece.statement().is_some_and(|known| known.span == own.span);
    let piece = pieces(&read.tree.items).into_iter().find(is_its)?;
    let whole = file.span(id, piece.range.clone());
    Some((tidied(&format!("{}\n", file.text().get(piece.range)?))?, TextEdit::take_out(whole, file)))
}

/// A declaration in a file that bears its name.
pub(super) fn out(view: &View, files: &dyn Files, place: &Declared<'_>) -> Option<Change> {
    let Declared { file, id, .. } = *place;
    let name = name(place)?;
    let folder = file.path().rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let path = format!("{folder}{name}.bvl");
    if path == file.path() {
        return None;
    }
    let (text, edit) = taken(view, place)?;
    if files.read(&path).is_ok() {
        return None;
    }
    let mut edits = vec![edit];
    if !is_taken_in(view, &path) {
        edits.push(used(view, id, &path)?);
    }
    Some(Change { title: format!("move `{name}` to {path}"), edits, created: vec![(path, text)], ..Change::default() })
}

/// A declaration at the end of a file of the platform that has others of its kind: first where it is spoken of most, then
/// in its own folder.
pub(super) fn into(view: &View, place: &Declared<'_>) -> Vec<Change> {
    let Some((name, (text, edit))) = name(place).zip(taken(view, place)) else { return Vec::new() };
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let own_folder = folder(place.file.path());
    let is_of = |known: &Symbol| matches!(known, Symbol::Endpoint(_) | Symbol::Class(_) | Symbol::Environment(_));
    let defined = view.names.within(place.statement.head());
    let symbol = defined.into_iter().find(|known| known.role == Role::Definition && is_of(&known.symbol));
    let places = symbol.map(|known| view.names.places(&known.symbol)).unwrap_or_default();
    let mut candidates: Vec<(usize, bool, &str, FileId)> = Vec::new();
    for tree in view.analysis.trees() {
        let Some(file) = view.sources().get(tree.file) else { continue };
        let has_like = tree.statements().any(|statement| statement.word() == place.statement.word());
        let is_user = file.provenance() == Provenance::User;
        if is_user && tree.file != place.id && has_like && tree.errors.is_empty() && !tree.is_foreign {
            let n_spoken = places.iter().filter(|(span, _)| span.file == tree.file).count();
            candidates.push((n_spoken, folder(file.path()) == own_folder, file.path(), tree.file));
        }
    }
    let rank = |known: &(usize, bool, &str, FileId)| std::cmp::Reverse((known.0, known.1));
    candidates.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.2.cmp(b.2)));
    let change = |(_, _, path, id): (usize, bool, &str, FileId)| {
        let file = view.sources().get(id)?;
        let length = file.text().len();
        let gap = if file.text().ends_with('\n') { "\n" } else { "\n\n" };
        let added = TextEdit::replace(file.span(id, length..length), format!("{gap}{text}"));
        let title = format!("move `{name}` to {path}");
        Some(Change { title, edits: vec![edit.clone(), added], ..Change::default() })
    };
    candidates.into_iter().take(MOST).filter_map(change).collect()
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
