//! Classes and whoever takes them over.

use super::names::Owner;
use super::{At, Symbol, View};
use crate::source::Span;

/// A class, or something that takes classes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// What it is.
    pub symbol: Symbol,
    /// Its declaration.
    pub span: Span,
    /// Its name there.
    pub selection: Span,
}

/// Where the classes are declared that what stands at a place takes over directly; of a port where whoever has it is.
pub fn definitions(view: &View, at: At) -> Vec<Span> {
    let Some(occurrence) = view.names.at(at.file, at.place) else { return Vec::new() };
    match &occurrence.symbol {
        Symbol::Port(Owner::Endpoint(name), _) | Symbol::Part(_, Owner::Endpoint(name), _) => {
            view.names.definition(&Symbol::Endpoint(name.clone())).into_iter().collect()
        }
        Symbol::Port(Owner::Class(name), _) | Symbol::Part(_, Owner::Class(name), _) => {
            view.names.definition(&Symbol::Class(name.clone())).into_iter().collect()
        }
        symbol @ (Symbol::Platform(_)
        | Symbol::Environment(_)
        | Symbol::Class(_)
        | Symbol::Module(_)
        | Symbol::Constant(_)
        | Symbol::Store(_)
        | Symbol::Parameter(..)
        | Symbol::Bound(..)
        | Symbol::Endpoint(_)) => {
            let Some(owner) = owner(symbol) else { return Vec::new() };
            let classes = view.names.classes(&owner).iter();
            classes.filter_map(|class| view.names.definition(&Symbol::Class(class.clone()))).collect()
        }
    }
}

/// What stands at a place, where it has or is a class.
pub fn at(view: &View, at: At) -> Option<Kind> {
    kind(view, view.names.at(at.file, at.place)?.symbol)
}

/// The classes that something takes over directly, in the order in which they are stated.
pub fn above(view: &View, symbol: &Symbol) -> Vec<Kind> {
    let Some(owner) = owner(symbol) else { return Vec::new() };
    view.names.classes(&owner).iter().filter_map(|class| kind(view, Symbol::Class(class.clone()))).collect()
}

/// Whatever takes a class over directly, in order of kind and name.
pub fn below(view: &View, symbol: &Symbol) -> Vec<Kind> {
    let Symbol::Class(class) = symbol else { return Vec::new() };
    let users = view.names.users(class).into_iter().filter_map(|owner| {
        kind(
            view,
            match owner {
                Owner::Endpoint(name) => Symbol::Endpoint(name.clone()),
                Owner::Class(name) => Symbol::Class(name.clone()),
            },
        )
    });
    users.collect()
}

fn owner(symbol: &Symbol) -> Option<Owner> {
    match symbol {
        Symbol::Endpoint(name) => Some(Owner::Endpoint(name.clone())),
        Symbol::Class(name) => Some(Owner::Class(name.clone())),
        Symbol::Platform(_)
        | Symbol::Environment(_)
        | Symbol::Module(_)
        | Symbol::Constant(_)
        | Symbol::Store(_)
        | Symbol::Parameter(..)
        | Symbol::Bound(..)
        | Symbol::Port(..)
        | Symbol::Part(..) => None,
    }
}

fn kind(view: &View, symbol: Symbol) -> Option<Kind> {
    owner(&symbol)?;
    let selection = view.names.definition(&symbol)?;
    let (_, tree) = view.file(selection.file)?;
    let statement = tree.statements().find(|statement| statement.span.contains(selection))?;
    Some(Kind { symbol, span: statement.span, selection })
}
