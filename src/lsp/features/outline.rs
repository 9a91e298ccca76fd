//! The declarations of a document, as a tree.

use ls_types::request::DocumentSymbolRequest;
use ls_types::{DocumentSymbol, DocumentSymbolResponse, OneOf, SymbolInformation};

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
    if asked.client.nests_symbols {
        let nested = outlined.into_iter().filter_map(|known| symbol(asked, known));
        return Some(DocumentSymbolResponse::Nested(nested.collect()));
    }
    let mut flat = Vec::new();
    flatten(asked, outlined, None, &mut flat);
    Some(DocumentSymbolResponse::Flat(flat))
}

/// Declarations one after the other, each with the name of what it stands in.
#[expect(deprecated, reason = "the protocol's type still has the field and no way to make one without naming it")]
fn flatten(asked: &Asked, outlined: Vec<Outlined>, within: Option<&str>, flat: &mut Vec<SymbolInformation>) {
    for known in outlined {
        let Some(location) = asked.location(known.span) else { continue };
        flat.push(SymbolInformation {
            name: known.name.clone(),
            kind: symbol_kind(known.word),
            tags: None,
            deprecated: None,
            location,
            container_name: within.map(str::to_owned),
        });
        flatten(asked, known.inner, Some(&known.name), flat);
    }
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
