//! From a name to where it is declared, changed and used.

use ls_types::request::{GotoDeclaration, GotoDefinition, GotoImplementation, References};
use ls_types::{
    DeclarationCapability, GotoDefinitionParams, GotoDefinitionResponse, ImplementationProviderCapability, Location,
    OneOf, ReferenceParams, Uri,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::goto::{self, Declaration};
use crate::ide::{At, View};
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    title: "Navigation",
    doc: "From a name to its declaration, the overlays that change it, and its uses; from a word to its place in the reference, and \
          from a code to its page.",
    declare: |server, _| {
        server.definition_provider = Some(OneOf::Left(true));
        server.declaration_provider = Some(DeclarationCapability::Simple(true));
        server.implementation_provider = Some(ImplementationProviderCapability::Simple(true));
        server.references_provider = Some(OneOf::Left(true));
    },
    requests: &[
        Request::new::<GotoDefinition>(|params| {
            judged::<GotoDefinition>(params, document, |asked, params| declared(asked, &params))
        }),
        Request::new::<GotoDeclaration>(|params| {
            judged::<GotoDeclaration>(params, document, |asked, params| declared(asked, &params))
        }),
        Request::new::<GotoImplementation>(|params| {
            judged::<GotoImplementation>(params, document, |asked, params| places(asked, &params, goto::overlays))
        }),
        Request::new::<References>(|params| {
            judged::<References>(
                params,
                |params| &params.text_document_position.text_document.uri,
                |asked, params| references(asked, &params),
            )
        }),
    ],
};

fn document(params: &GotoDefinitionParams) -> &Uri {
    &params.text_document_position_params.text_document.uri
}

fn declared(asked: &Asked, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let at = asked.at(params.text_document_position_params.position)?;
    let mut found = asked.locations(goto::definitions(asked.view(), at));
    if found.is_empty() {
        found.extend(asked.described(at));
    }
    Some(GotoDefinitionResponse::Array(found))
}

fn places(
    asked: &Asked,
    params: &GotoDefinitionParams,
    feature: fn(&View, At) -> Vec<Span>,
) -> Option<GotoDefinitionResponse> {
    let found = feature(asked.view(), asked.at(params.text_document_position_params.position)?);
    Some(GotoDefinitionResponse::Array(asked.locations(found)))
}

fn references(asked: &Asked, params: &ReferenceParams) -> Option<Vec<Location>> {
    let declaration = if params.context.include_declaration { Declaration::Included } else { Declaration::Left };
    let at = asked.at(params.text_document_position.position)?;
    Some(asked.locations(goto::references(asked.view(), at, declaration)))
}
