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
use crate::ide::change::Change;

/// The name of the one annotation.
const ANNOTATION: &str = "consequences";

/// A change for the client; `None` where it makes files and the client cannot.
pub(super) fn of_change(asked: &Asked, change: &Change) -> Option<WorkspaceEdit> {
    if !is_possible(asked, change) {
        return None;
    }
    let Edits::Documents { asks, .. } = asked.client.edits else { return asked.edit(&change.edits) };
    let is_asked = asks && !change.warnings.is_empty();
    let edit = |edit: TextEdit| {
        if is_asked {
            OneOf::Right(AnnotatedTextEdit { text_edit: edit, annotation_id: ANNOTATION.to_owned() })
        } else {
            OneOf::Left(edit)
        }
    };
    let mut operations: Vec<DocumentChangeOperation> = Vec::new();
    for (path, text) in &change.created {
        let uri = uri(&asked.snapshot.root.folder.join(path))?;
        let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        let whole = TextEdit { range: Range::new(Position::new(0, 0), Position::new(0, 0)), new_text: text.clone() };
        operations.push(DocumentChangeOperation::Edit(document(uri, None, vec![edit(whole)])));
    }
    let mut sorted: Vec<_> = change.edits.iter().collect();
    sorted.sort();
    for edits in sorted.chunk_by(|a, b| a.span.file == b.span.file) {
        let Some(first) = edits.first() else { continue };
        let file = first.span.file;
        let uri = uri(&asked.snapshot.path(file)?)?;
        let version = asked.snapshot.files.version(asked.view().sources().get(file)?.path());
        let lines = asked.lines(file)?;
        let own = edits.iter().map(|one| edit(TextEdit { range: lines.range(one.span), new_text: one.text.clone() }));
        operations.push(DocumentChangeOperation::Edit(document(uri, version, own.collect())));
    }
    let annotation = ChangeAnnotation {
        label: change.title.clone(),
        needs_confirmation: Some(true),
        description: Some(change.warnings.join("; ")),
    };
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(operations)),
        change_annotations: is_asked.then(|| std::iter::once((ANNOTATION.to_owned(), annotation)).collect()),
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
