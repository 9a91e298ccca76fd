//! From what takes a class over to the class, and classes as the protocol's type hierarchy.

use ls_types::request::{GotoTypeDefinition, TypeHierarchyPrepare, TypeHierarchySubtypes, TypeHierarchySupertypes};
use ls_types::{
    GotoDefinitionParams, GotoDefinitionResponse, Position, SymbolKind, TypeDefinitionProviderCapability,
    TypeHierarchyItem,
};
use serde_json::json;

use super::{Asked, Feature, Request, judged, newer};
use crate::ide::classes::{self, Kind};
use crate::ide::goto;
use crate::ide::{Symbol, View};

pub(super) const FEATURE: Feature = Feature {
    title: "Type hierarchy",
    doc: "Classes, what they take over and who takes them over; from a declaration to its classes.",
    declare: |server, _| {
        server.type_definition_provider = Some(TypeDefinitionProviderCapability::Simple(true));
        newer(server, json!({"typeHierarchyProvider": true}));
    },
    requests: &[
        Request::new::<GotoTypeDefinition>(|params| {
            judged::<GotoTypeDefinition>(
                params,
                |params| &params.text_document_position_params.text_document.uri,
                |asked, params| definitions(asked, &params),
            )
        }),
        Request::new::<TypeHierarchyPrepare>(|params| {
            judged::<TypeHierarchyPrepare>(
                params,
                |params| &params.text_document_position_params.text_document.uri,
                |asked, params| prepare(asked, params.text_document_position_params.position),
            )
        }),
        Request::new::<TypeHierarchySupertypes>(|params| {
            judged::<TypeHierarchySupertypes>(
                params,
                |params| &params.item.uri,
                |asked, params| Some(related(asked, &params.item, classes::above)),
            )
        }),
        Request::new::<TypeHierarchySubtypes>(|params| {
            judged::<TypeHierarchySubtypes>(
                params,
                |params| &params.item.uri,
                |asked, params| Some(related(asked, &params.item, classes::below)),
            )
        }),
    ],
};

fn prepare(asked: &Asked, position: Position) -> Option<Vec<TypeHierarchyItem>> {
    let found = classes::at(asked.view(), asked.at(position)?)?;
    Some(vec![item(asked, &found)?])
}

/// A class of the standard library is in a copy that can be opened.
fn item(asked: &Asked, kind: &Kind) -> Option<TypeHierarchyItem> {
    let [location, selection] = asked.locations(vec![kind.span, kind.selection]).try_into().ok()?;
    Some(TypeHierarchyItem {
        name: kind.symbol.name().to_owned(),
        kind: if matches!(kind.symbol, Symbol::Class(_)) { SymbolKind::CLASS } else { SymbolKind::MODULE },
        tags: None,
        detail: None,
        selection_range: selection.range,
        uri: location.uri,
        range: location.range,
        data: None,
    })
}

fn related(asked: &Asked, item: &TypeHierarchyItem, step: fn(&View, &Symbol) -> Vec<Kind>) -> Vec<TypeHierarchyItem> {
    let name = item.name.as_str().into();
    let symbol = if item.kind == SymbolKind::CLASS { Symbol::Class(name) } else { Symbol::Endpoint(name) };
    step(asked.view(), &symbol).iter().filter_map(|kind| self::item(asked, kind)).collect()
}

fn definitions(asked: &Asked, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let at = asked.at(params.text_document_position_params.position)?;
    let mut found = asked.locations(classes::definitions(asked.view(), at));
    if found.is_empty() && goto::definitions(asked.view(), at).is_empty() {
        // what is no name has the word of the language for its type
        found.extend(asked.described(at));
    }
    Some(GotoDefinitionResponse::Array(found))
}
