//! What a document takes in and names, to be followed.

use std::str::FromStr as _;

use ls_types::request::DocumentLinkRequest;
use ls_types::{DocumentLink, DocumentLinkOptions, Uri, WorkDoneProgressOptions};

use super::{Asked, Feature, Request, judged};
use crate::ide::links::{self, Target};
use crate::lsp::asked::uri;

pub(super) const FEATURE: Feature = Feature {
    title: "Document links",
    doc: "From `use` to its file or module, from an image to its repository, from a host to its page.",
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
    let found = links::links(asked.view(), file).into_iter().filter_map(|link| {
        let target = Some(target(asked, link.target)?);
        Some(DocumentLink { range: lines.range(link.span), target, tooltip: None, data: None })
    });
    Some(found.collect())
}

fn target(asked: &Asked, target: Target) -> Option<Uri> {
    match target {
        Target::File(path) => uri(&asked.snapshot.root.folder.join(path)),
        Target::Module(file) => {
            let start = asked.view().sources().get(file)?.span(file, 0..0);
            Some(asked.locations(vec![start]).pop()?.uri)
        }
        Target::Page(page) => Uri::from_str(&page).ok(),
    }
}
