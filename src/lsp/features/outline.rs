//! The declarations of a document, as a tree.

use ls_types::request::DocumentSymbolRequest;
use ls_types::{DocumentSymbol, DocumentSymbolResponse, OneOf, SymbolKind};

use super::{Asked, Feature, Request, judged};
use crate::ide::symbols::{self, Outlined};

pub(super) const FEATURE: Feature = Feature {
    declare: |server| server.document_symbol_provider = Some(OneOf::Left(true)),
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
        kind: kind(outlined.word),
        tags: None,
        deprecated: None,
        range: lines.range(outlined.span),
        selection_range: lines.range(outlined.selection),
        children: (!inner.is_empty()).then_some(inner),
    })
}

/// What a declaration is most like.
fn kind(word: &str) -> SymbolKind {
    match word {
        "platform" => SymbolKind::PACKAGE,
        "environment" => SymbolKind::NAMESPACE,
        "class" => SymbolKind::CLASS,
        "param" | "let" | "env" => SymbolKind::CONSTANT,
        "port" => SymbolKind::FIELD,
        "group" => SymbolKind::ARRAY,
        "external" => SymbolKind::INTERFACE,
        "allow" | "never" => SymbolKind::EVENT,
        "use" => SymbolKind::FILE,
        _ => SymbolKind::MODULE,
    }
}
