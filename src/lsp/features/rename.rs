//! Another name for what the caret is on, in all files.

use ls_types::request::{PrepareRenameRequest, Rename};
use ls_types::{
    OneOf, PrepareRenameResponse, RenameOptions, RenameParams, TextDocumentPositionParams, WorkDoneProgressOptions,
};
use serde_json::Value;

use super::{Answer, Asked, Feature, Lane, Reply, Request, Route, refusable, value};
use crate::ide::rename;
use crate::lsp::edits;

pub(super) const FEATURE: Feature = Feature {
    title: "Rename",
    doc: "Another name everywhere, proven to change nothing else, or refused with the reason.",
    declare: |server, client| {
        let options = RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        };
        server.rename_provider = Some(if client.prepares_renames { OneOf::Right(options) } else { OneOf::Left(true) });
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
            let params: RenameParams = serde_json::from_value(params)?;
            let document = params.text_document_position.text_document.uri.clone();
            let answer = move |asked: Asked| rename(&asked.settled(), &params);
            Ok(Route::Document { document, lane: Lane::Platform, answer: Box::new(answer) })
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

fn rename(asked: &Asked, params: &RenameParams) -> Answer {
    let Some(at) = asked.at(params.text_document_position.position) else { return Ok(Value::Null.into()) };
    let snapshot = &asked.snapshot;
    let change = rename::rename(asked.view(), &*snapshot.files, &snapshot.root.file, at, &params.new_name)?;
    let Some(change) = change else { return Ok(Value::Null.into()) };
    let consequences = edits::untold(asked, &change);
    Ok(Reply { value: value(edits::of_change(asked, &change)), aside: consequences.into() })
}
