//! What there is to know about what the pointer is on.

use ls_types::request::HoverRequest;
use ls_types::{Hover, HoverContents, HoverProviderCapability, Position};

use super::{Asked, Feature, Request, judged, markup};
use crate::ide::hover;

pub(super) const FEATURE: Feature = Feature {
    title: "Hover",
    doc: "What a word means, what a name stands for, values in force with their layers, both halves of a flow.",
    declare: |server, _| server.hover_provider = Some(HoverProviderCapability::Simple(true)),
    requests: &[Request::new::<HoverRequest>(|params| {
        judged::<HoverRequest>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| hover(asked, params.text_document_position_params.position),
        )
    })],
};

fn hover(asked: &Asked, position: Position) -> Option<Hover> {
    let found = hover::hover(asked.view(), asked.at(position)?)?;
    let contents = HoverContents::Markup(markup(asked.client.markdown.hovers, found.text));
    Some(Hover { contents, range: Some(asked.lines(found.span.file)?.range(found.span)) })
}
