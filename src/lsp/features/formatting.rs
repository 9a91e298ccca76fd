//! The one style: for a whole document, for some lines of it, and behind what has just been typed.

use ls_types::request::{Formatting, OnTypeFormatting, RangeFormatting};
use ls_types::{DocumentOnTypeFormattingOptions, OneOf, Position, Range, TextEdit};

use super::{Asked, Feature, Request, of_text};
use crate::ide::format;
use crate::lsp::wire::Lines;
use crate::source;

pub(super) const FEATURE: Feature = Feature {
    title: "Formatting",
    doc: "The one style: of a file, of a part, and while typing.",
    declare: |server, _| {
        server.document_formatting_provider = Some(OneOf::Left(true));
        server.document_range_formatting_provider = Some(OneOf::Left(true));
        server.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: Some(vec!["\n".to_owned()]),
        });
    },
    requests: &[
        Request::new::<Formatting>(|params| {
            of_text::<Formatting>(params, |params| &params.text_document.uri, |asked, _| formatting(asked))
        }),
        Request::new::<RangeFormatting>(|params| {
            of_text::<RangeFormatting>(
                params,
                |params| &params.text_document.uri,
                |asked, params| range_formatting(asked, params.range),
            )
        }),
        Request::new::<OnTypeFormatting>(|params| {
            of_text::<OnTypeFormatting>(
                params,
                |params| &params.text_document_position.text_document.uri,
                |asked, params| on_type(asked, params.text_document_position.position, &params.ch),
            )
        }),
    ],
};

fn formatting(asked: &Asked) -> Option<Vec<TextEdit>> {
    let text = asked.text()?;
    Some(edits(asked, &text, format::edits(&text)?))
}

fn range_formatting(asked: &Asked, range: Range) -> Option<Vec<TextEdit>> {
    let text = asked.text()?;
    let line = |position: Position| {
        let offset = Lines::of(&text, asked.client.encoding).offset(position);
        Some(text.get(..offset)?.matches('\n').count())
    };
    let (first, last) = (line(range.start)?, line(range.end)?);
    // a range that ends at the start of a line holds nothing of that line
    let last = if range.end.character == 0 && last > first { last - 1 } else { last };
    Some(edits(asked, &text, format::edits_within(&text, first..=last)?))
}

fn on_type(asked: &Asked, position: Position, typed: &str) -> Option<Vec<TextEdit>> {
    let text = asked.text()?;
    let offset = Lines::of(&text, asked.client.encoding).offset(position);
    Some(edits(asked, &text, format::edits_behind(&text, offset, typed.chars().next()?)?))
}

fn edits(asked: &Asked, text: &str, edits: Vec<source::TextEdit>) -> Vec<TextEdit> {
    let lines = Lines::of(text, asked.client.encoding);
    edits.into_iter().map(|edit| TextEdit { range: lines.range(edit.span), new_text: edit.text }).collect()
}
