//! The declarations of a document, as a tree.

use ls_types::request::DocumentSymbolRequest;
use ls_types::{DocumentSymbol, DocumentSymbolResponse, OneOf};

use super::{Asked, Feature, Request, judged, symbol_kind};
use crate::ide::symbols::{self, Outlined};

pub(super) const FEATURE: Feature = Feature {
    title: "Outline",
    doc: "The declarations of a file.",
    declare: |server, _| server.document_symbol_provider = Some(OneOf::Left(true)),
    requests: &[Request::new::<DocumentSymbolRequest>(|params| {
        judged::<DocumentSymbolRequest>(params, |params| &params.text_document.uri, |asked, _| outline(asked))
    })],
};

fn outline(asked: &Asked) -> Option<DocumentSymbolResponse> {
    let id = asked.file()?;
    let (file, tree) = asked.view().file(id)?;
    let outlined = symbols::outline(file, tree);
    Some(DocumentSymbolResponse::Nested(outlined.into_iter().filter_map(|known| symbol(asked, known)).collect()))
}

#[expect(deprecated, reason = "the protocol's type still has the field and no way to make one without naming it")]
fn symbol(asked: &Asked, outlined: Outlined) -> Option<DocumentSymbol> {
    let lines = asked.lines(outlined.span.file)?;
    let inner: Vec<DocumentSymbol> = outlined.inner.into_iter().filter_map(|inner| symbol(asked, inner)).collect();
    Some(DocumentSymbol {
        name: outlined.name,
        detail: Some(outlined.word.to_owned()),
        kind: symbol_kind(outlined.word),
        tags: None,
        deprecated: None,
        range: lines.range(outlined.span),
        selection_range: lines.range(outlined.selection),
        children: (!inner.is_empty()).then_some(inner),
    })
}
