//! The places of a name in the document in which it is asked for.

use ls_types::request::DocumentHighlightRequest;
use ls_types::{DocumentHighlight, DocumentHighlightKind, OneOf, Position};

use super::{Asked, Feature, Request, judged};
use crate::ide::goto;

pub(super) const FEATURE: Feature = Feature {
    title: "Highlights",
    doc: "The other places of a name in the file.",
    declare: |server, _| server.document_highlight_provider = Some(OneOf::Left(true)),
    requests: &[Request::new::<DocumentHighlightRequest>(|params| {
        judged::<DocumentHighlightRequest>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| highlights(asked, params.text_document_position_params.position),
        )
    })],
};

fn highlights(asked: &Asked, position: Position) -> Option<Vec<DocumentHighlight>> {
    let at = asked.at(position)?;
    let lines = asked.lines(at.file)?;
    let found = goto::highlights(asked.view(), at).into_iter().map(|found| DocumentHighlight {
        range: lines.range(found.span),
        kind: Some(if found.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    });
    Some(found.collect())
}
