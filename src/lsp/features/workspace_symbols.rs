//! Finding declarations of the whole workspace by name.

use ls_types::request::WorkspaceSymbolRequest;
use ls_types::{OneOf, SymbolKind, WorkspaceSymbol, WorkspaceSymbolResponse};

use super::{Asked, Feature, Request, of_workspace};
use crate::ide::{Symbol, symbols};

pub(super) const FEATURE: Feature = Feature {
    declare: |server| server.workspace_symbol_provider = Some(OneOf::Left(true)),
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
                kind: kind(&fit.symbol),
                tags: None,
                container_name: None,
                location: OneOf::Left(asked.location(fit.span)?),
                data: None,
            })
        }));
    }
    WorkspaceSymbolResponse::Nested(found)
}

fn kind(symbol: &Symbol) -> SymbolKind {
    match symbol {
        Symbol::Platform(_) => SymbolKind::PACKAGE,
        Symbol::Environment(_) => SymbolKind::NAMESPACE,
        Symbol::Class(_) => SymbolKind::CLASS,
        Symbol::Module(_) | Symbol::Endpoint(_) => SymbolKind::MODULE,
        Symbol::Constant(_) | Symbol::Parameter(..) => SymbolKind::CONSTANT,
        Symbol::Port(..) => SymbolKind::FIELD,
    }
}
