//! The files that a document takes in, to be followed.

use ls_types::request::DocumentLinkRequest;
use ls_types::{DocumentLink, DocumentLinkOptions, WorkDoneProgressOptions};

use super::{Asked, Feature, Request, judged};
use crate::ide::links;
use crate::lsp::asked::uri;

pub(super) const FEATURE: Feature = Feature {
    title: "Document links",
    doc: "From `use` to its files.",
    declare: |server, _| {
        server.document_link_provider = Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        });
    },
    requests: &[Request::new::<DocumentLinkRequest>(|params| {
        judged::<DocumentLinkRequest>(params, |params| &params.text_document.uri, |asked, _| links(asked))
    })],
};

fn links(asked: &Asked) -> Option<Vec<DocumentLink>> {
    let file = asked.file()?;
    let lines = asked.lines(file)?;
    let found = links::links(asked.view(), file).into_iter().map(|link| DocumentLink {
        range: lines.range(link.span),
        target: uri(&asked.snapshot.root.folder.join(link.path)),
        tooltip: None,
        data: None,
    });
    Some(found.collect())
}
