//! What is selected step by step around a caret.

use ls_types::request::SelectionRangeRequest;
use ls_types::{Position, Range, SelectionRange, SelectionRangeProviderCapability};

use super::{Asked, Feature, Request, judged};
use crate::ide::selection;

pub(super) const FEATURE: Feature = Feature {
    title: "Selection",
    doc: "From the caret outwards: term, statement, block, declaration.",
    declare: |server, _| server.selection_range_provider = Some(SelectionRangeProviderCapability::Simple(true)),
    requests: &[Request::new::<SelectionRangeRequest>(|params| {
        judged::<SelectionRangeRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, params| Some(params.positions.iter().map(|position| around(asked, *position)).collect()),
        )
    })],
};

/// One answer for each position, as the protocol asks.
fn around(asked: &Asked, position: Position) -> SelectionRange {
    let found = || {
        let at = asked.at(position)?;
        let lines = asked.lines(at.file)?;
        let spans = selection::around(asked.view(), at).into_iter().rev();
        let wider = |parent: Option<SelectionRange>, span| {
            Some(SelectionRange { range: lines.range(span), parent: parent.map(Box::new) })
        };
        spans.fold(None, wider)
    };
    found().unwrap_or(SelectionRange { range: Range::new(position, position), parent: None })
}
