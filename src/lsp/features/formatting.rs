//! The one style, for a whole document.

use ls_types::request::Formatting;
use ls_types::{OneOf, TextEdit};

use super::{Asked, Feature, Request, of_text};
use crate::ide::format;
use crate::lsp::wire::Lines;

pub(super) const FEATURE: Feature = Feature {
    declare: |server| server.document_formatting_provider = Some(OneOf::Left(true)),
    requests: &[Request::new::<Formatting>(|params| {
        of_text::<Formatting>(params, |params| &params.text_document.uri, |asked, _| formatting(asked))
    })],
};

fn formatting(asked: &Asked) -> Option<Vec<TextEdit>> {
    let text = asked.text()?;
    let lines = Lines::of(&text, asked.client.encoding);
    let edits = format::edits(&text)?.into_iter();
    Some(edits.map(|edit| TextEdit { range: lines.range(edit.span), new_text: edit.text }).collect())
}
