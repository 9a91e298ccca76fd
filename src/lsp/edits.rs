//! A change of files as the protocol has it, as much of it as the client takes.
//!
//! Invariants: edits name the version of the document that they were made for, where the client takes that; what is to be
//! thought of first is asked, where the client can ask.

use ls_types::{
    AnnotatedTextEdit, ChangeAnnotation, CreateFile, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};

use super::asked::{Asked, uri};
use super::capabilities::Edits;
use crate::ide::change::{Change, Offer};
use crate::source::edit::with_breaks_of;

/// The name of the annotation of all that a change does.
const ANNOTATION: &str = "consequences";

/// The name of the annotation of an offer.
fn offered(number: usize) -> String {
    format!("offer-{number}")
}

/// A change for the client; `None` where it makes files and the client cannot.
pub(super) fn of_change(asked: &Asked, change: &Change) -> Option<WorkspaceEdit> {
    if !is_possible(asked, change) {
        return None;
    }
    let Edits::Documents { asks, .. } = asked.client.edits else { return asked.edit(&change.edits) };
    let is_asked = asks && !change.warnings.is_empty();
    let own = is_asked.then(|| ANNOTATION.to_owned());
    let edit = |edit: TextEdit, annotation: Option<String>| match annotation {
        Some(annotation_id) => OneOf::Right(AnnotatedTextEdit { text_edit: edit, annotation_id }),
        None => OneOf::Left(edit),
    };
    // what is offered is for those who can choose
    let offers: &[Offer] = if asks { &change.offers } else { &[] };
    let mut operations: Vec<DocumentChangeOperation> = Vec::new();
    for (path, text) in &change.created {
        let uri = uri(&asked.snapshot.root.folder.join(path))?;
        let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        // what is in it comes from a file that is there
        let from = change.edits.first().and_then(|edit| asked.view().sources().get(edit.span.file));
        let new_text = with_breaks_of(from.map_or("", |file| file.text()), text).into_owned();
        let whole = TextEdit { range: Range::new(Position::new(0, 0), Position::new(0, 0)), new_text };
        operations.push(DocumentChangeOperation::Edit(document(uri, None, vec![edit(whole, own.clone())])));
    }
    let mut sorted: Vec<_> = change.edits.iter().map(|edit| (edit, own.clone())).collect();
    let chosen =
        offers.iter().enumerate().flat_map(|(number, offer)| offer.edits.iter().map(move |edit| (number, edit)));
    sorted.extend(chosen.map(|(number, edit)| (edit, Some(offered(number)))));
    sorted.sort();
    for edits in sorted.chunk_by(|(a, _), (b, _)| a.span.file == b.span.file) {
        let Some((first, _)) = edits.first() else { continue };
        let file = first.span.file;
        let uri = uri(&asked.snapshot.path(file)?)?;
        let version = asked.snapshot.files.version(asked.view().sources().get(file)?.path());
        let placed = edits.iter().filter_map(|(one, annotation)| Some(edit(asked.placed(one)?, annotation.clone())));
        operations.push(DocumentChangeOperation::Edit(document(uri, version, placed.collect())));
    }
    let asked = |label: &str, description: String| ChangeAnnotation {
        label: label.to_owned(),
        needs_confirmation: Some(true),
        description: Some(description),
    };
    let whole = is_asked.then(|| (ANNOTATION.to_owned(), asked(&change.title, change.warnings.join("; "))));
    let offered =
        offers.iter().enumerate().map(|(number, offer)| (offered(number), asked(&offer.title, offer.reason.clone())));
    let is_annotated = is_asked || !offers.is_empty();
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(operations)),
        change_annotations: is_annotated.then(|| whole.into_iter().chain(offered).collect()),
        ..WorkspaceEdit::default()
    })
}

/// Whether the client can do a change.
pub(super) fn is_possible(asked: &Asked, change: &Change) -> bool {
    change.created.is_empty() || matches!(asked.client.edits, Edits::Documents { creates: true, .. })
}

/// What is to be thought of before a change is done, where the client cannot show it along with the edits.
pub(super) fn untold(asked: &Asked, change: &Change) -> Option<String> {
    let shows = matches!(asked.client.edits, Edits::Documents { asks: true, .. });
    (!shows && !change.warnings.is_empty()).then(|| format!("{}: {}", change.title, change.warnings.join("; ")))
}

fn document(uri: Uri, version: Option<i32>, edits: Vec<OneOf<TextEdit, AnnotatedTextEdit>>) -> TextDocumentEdit {
    TextDocumentEdit { text_document: OptionalVersionedTextDocumentIdentifier { uri, version }, edits }
}

/// Adds a change to another one that was made for the same client.
pub(super) fn join(whole: &mut WorkspaceEdit, other: WorkspaceEdit) {
    if let (Some(changes), Some(others)) = (&mut whole.changes, other.changes) {
        changes.extend(others);
    }
    if let (Some(DocumentChanges::Operations(operations)), Some(DocumentChanges::Operations(others))) =
        (&mut whole.document_changes, other.document_changes)
    {
        operations.extend(others);
    }
    if let Some(others) = other.change_annotations {
        whole.change_annotations.get_or_insert_default().extend(others);
    }
}
