//! Finding declarations of the whole workspace by name.

use ls_types::request::WorkspaceSymbolRequest;
use ls_types::{OneOf, WorkspaceSymbol, WorkspaceSymbolResponse};

use super::{Asked, Feature, Request, of_workspace, symbol_kind};
use crate::ide::symbols;

pub(super) const FEATURE: Feature = Feature {
    title: "Workspace symbols",
    doc: "Declarations of all platforms by name; `@service web` by word as well, `@flow web` those that say who may talk to whom.",
    declare: |server, _| server.workspace_symbol_provider = Some(OneOf::Left(true)),
    requests: &[Request::new::<WorkspaceSymbolRequest>(|params| {
        of_workspace::<WorkspaceSymbolRequest>(params, |asked, params| Some(search(asked, &params.query)))
    })],
};

/// The most that are answered: nobody reads more, and the query narrows as it is typed.
const MOST: usize = 256;

/// The declarations of all platforms that fit a query.
fn search(asked: &[Asked], query: &str) -> WorkspaceSymbolResponse {
    let mut found = Vec::new();
    for asked in asked {
        let fits = symbols::search(asked.view(), query).into_iter().take(MOST);
        found.extend(fits.filter_map(|fit| {
            Some(WorkspaceSymbol {
                name: fit.name,
                kind: symbol_kind(fit.word),
                tags: None,
                container_name: None,
                location: OneOf::Left(asked.location(fit.span)?),
                data: None,
            })
        }));
    }
    WorkspaceSymbolResponse::Nested(found)
}
