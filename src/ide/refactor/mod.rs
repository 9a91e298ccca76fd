//! What may be written otherwise at a place, one file a refactoring.
//!
//! Invariants: what is done has been judged to mean the same (`meaning`), down to the order of what is made; comments stay
//! with what they stand at; a file that was in the one style is so afterwards.

mod constant;
mod extract;
mod inherited;
mod overlay;
mod pieces;
mod relocate;
mod sort;

use std::collections::BTreeMap;

use super::change::Change;
use super::format::changed_lines;
use super::moved::edited;
use super::{At, Role, Symbol, View, meaning};
use crate::analyze::analyze_again;
use crate::source::files::Overlay;
use crate::source::{FileId, Files, Provenance, SourceFile, Span, TextEdit};
use crate::syntax::{self, Statement, Tree};

/// What a refactoring does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Makes a class of settings.
    Extract,
    /// Puts in what a constant stands for or a class states.
    Inline,
    /// Moves a declaration.
    Move,
    /// Begins an overlay.
    Overlay,
    /// Puts in order.
    Sort,
}

/// What could be done with what is selected and is wanted. It is still to be [`judged`].
pub fn candidates(
    view: &View,
    files: &dyn Files,
    selected: Span,
    wanted: &dyn Fn(Kind) -> bool,
) -> Vec<(Kind, Change)> {
    let at = At { file: selected.file, place: selected.start };
    let mut found: Vec<(Kind, Change)> = Vec::new();
    let mut add = |kind: Kind, changes: &mut dyn Iterator<Item = Change>| {
        found.extend(changes.map(|change| (kind, change)));
    };
    if let Some(occurrence) = view.names.at(at.file, at.place)
        && let Some(place) = Declared::of(view, &occurrence.symbol)
    {
        if wanted(Kind::Inline) {
            let inline = constant::inline(view, &occurrence.symbol, &place);
            let inline = inline.or_else(|| inherited::inline(view, &occurrence.symbol, &place));
            add(Kind::Inline, &mut inline.into_iter());
        }
        if occurrence.role == Role::Definition {
            if wanted(Kind::Extract) {
                add(Kind::Extract, &mut extract::settings(view, &place).into_iter());
            }
            if wanted(Kind::Move) {
                add(Kind::Move, &mut relocate::out(view, files, &place).into_iter());
                add(Kind::Move, &mut relocate::into(view, &place).into_iter());
            }
            if wanted(Kind::Overlay) {
                add(Kind::Overlay, &mut overlay::begun(view, &place).into_iter());
            }
        }
    }
    if wanted(Kind::Extract) && selected.start < selected.end {
        add(Kind::Extract, &mut extract::selected(view, selected).into_iter());
    }
    if wanted(Kind::Sort) {
        add(Kind::Sort, &mut sort::sorted(view, at).into_iter());
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

/// A file of the user's that is read by itself: its tree is in byte offsets.
struct Read<'v> {
    id: FileId,
    file: &'v SourceFile,
    tree: Tree,
}

impl<'v> Read<'v> {
    fn of(view: &'v View, id: FileId) -> Option<Self> {
        let (file, _) = view.file(id)?;
        let tree = syntax::parse(id, file.shared_text());
        (file.provenance() == Provenance::User && !tree.is_foreign).then_some(Self { id, file, tree })
    }

    /// The statement of the file that is one of the view's.
    fn statement(&self, known: &Statement) -> Option<&Statement> {
        let start = self.file.range(known.span).start;
        let found = self.tree.statements().find(|statement| statement.span.range().start == start)?;
        (!found.broken && found.foreign.is_none()).then_some(found)
    }

    /// An edit at byte offsets.
    fn edit(&self, range: std::ops::Range<usize>, text: impl Into<String>) -> TextEdit {
        TextEdit::replace(self.file.span(self.id, range), text)
    }

    fn slice(&self, span: Span) -> &'v str {
        self.file.text().get(span.range()).unwrap_or_default()
    }
}

/// The change with its files in the one style.
///
/// # Errors
/// What would not mean the same with it, in a sentence.
pub fn judged(view: &View, files: &dyn Files, root: &str, change: &Change) -> Result<Change, String> {
    let (edits, mut all) = styled(view, change).ok_or("what comes of it could not be read")?;
    all.extend(change.created.iter().cloned());
    let after =
        analyze_again(&Overlay { below: files, texts: &all }, root, &view.analysis.inputs, Some(&view.analysis));
    let refuse = |why: String| format!("with it something else would change: {why}");
    meaning::compare(&view.analysis, &after, None).map_err(refuse)?;
    Ok(Change { edits, ..change.clone() })
}

/// The edits that leave files in the one style that were in it, and the texts that come of them.
fn styled(view: &View, change: &Change) -> Option<(Vec<TextEdit>, BTreeMap<String, String>)> {
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
    Some((edits, texts))
}

/// A text in the one style; `None` for one with mistakes of syntax.
fn tidied(text: &str) -> Option<String> {
    syntax::format(&syntax::parse(FileId::default(), &text.into()))
}
