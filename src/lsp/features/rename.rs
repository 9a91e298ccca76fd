//! Another name for what the caret is on, in all files.

use ls_types::request::{PrepareRenameRequest, Rename};
use ls_types::{
    OneOf, PrepareRenameResponse, RenameOptions, RenameParams, TextDocumentPositionParams, WorkDoneProgressOptions,
    WorkspaceEdit,
};

use super::{Asked, Feature, Request, refusable};
use crate::ide::rename;
use crate::lsp::edits;

pub(super) const FEATURE: Feature = Feature {
    declare: |server| {
        server.rename_provider = Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }));
    },
    requests: &[
        Request::new::<PrepareRenameRequest>(|params| {
            refusable::<PrepareRenameRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, params| prepare(asked, &params),
            )
        }),
        Request::new::<Rename>(|params| {
            refusable::<Rename>(
                params,
                |params| &params.text_document_position.text_document.uri,
                |asked, params| rename(asked, &params),
            )
        }),
    ],
};

fn prepare(asked: &Asked, params: &TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>, String> {
    let Some(at) = asked.at(params.position) else { return Ok(None) };
    let found = rename::prepare(asked.view(), at)?;
    Ok(found.and_then(|found| {
        let range = asked.lines(found.span.file)?.range(found.span);
        Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: found.name })
    }))
}

fn rename(asked: &Asked, params: &RenameParams) -> Result<Option<WorkspaceEdit>, String> {
    let Some(at) = asked.at(params.text_document_position.position) else { return Ok(None) };
    let snapshot = &asked.snapshot;
    let change = rename::rename(asked.view(), &*snapshot.files, &snapshot.root.file, at, &params.new_name)?;
    Ok(change.and_then(|change| edits::of_change(asked, &change)))
}
