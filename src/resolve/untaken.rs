//! Classes that nothing takes over: they are read all the same, so that what is wrong in one is said before it is needed.
//!
//! Invariant: nothing of them reaches the model, and what only whoever takes one over can know, its parameters, its
//! environment and what weaker layers state, is wrong in no way.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Sink};
use crate::model::body::{Decoder, Names, Scope};
use crate::model::codes::{BVL0210, BVL0211, BVL0218};
use crate::model::workload::{Identity, WorkloadForm};
use crate::model::{ClassId, EndpointId, EnvironmentId, External, Layer, Model, Origin, Unread, Workload};
use crate::value::Term;
use crate::vocabulary::EXTERNAL;

use super::classes::Company;
use super::declarations::{Declarations, DeclaredKind, Named};
use super::layers::{self, Source};
use super::{arguments, classes, members, shape, unreadable};

/// What says that something is missing, which whoever takes a class over may state.
static MISSING: [&Code; 3] = [&BVL0210, &BVL0211, &BVL0218];

/// Reads every class of the platform's own that nothing takes over.
pub(super) fn read(declarations: &Declarations<'_>, model: &Model, global: &Scope<'_>, sink: &mut Sink) {
    let mut taken: BTreeSet<ClassId> =
        model.workloads().flat_map(|workload| workload.classes.iter().copied()).collect();
    let externals = declarations.endpoints.values().filter(|declared| declared.kind == DeclaredKind::External);
    for external in externals {
        taken.extend(classes::linearize(external.named.statement, declarations).iter().map(|class| class.id));
    }
    // what only whoever takes a class over knows is wrong in no way
    let mut faulty: BTreeSet<Box<str>> =
        ["self", "environment", "namespace", shape::REPLICAS, shape::BY_OPERATOR].map(Box::from).into();
    let lets = declarations.lets.iter().filter_map(|statement| statement.terms.first()?.name());
    faulty.extend(lets.filter(|name| global.get(name).is_none()).map(Box::from));
    let global = &Scope { faulty, parent: Some(global), ..Scope::default() };
    // those of the standard library have tests of their own
    let users = declarations.classes.iter().filter(|(name, _)| !name.contains('.'));
    let users = users.filter_map(|(name, named)| Some((name.as_str(), *declarations.class_ids.get(name)?, *named)));
    let untaken: Vec<(&str, ClassId, Named<'_>)> = users.filter(|(_, id, _)| !taken.contains(id)).collect();
    // those that no other one takes over come first: what a long chain of them took over has been read with them
    let below = untaken.iter().flat_map(|(_, _, named)| classes::taken(named.statement, declarations));
    let below: BTreeSet<ClassId> = below.map(|class| class.id).collect();
    let (inner, outer): (Vec<_>, Vec<_>) = untaken.into_iter().partition(|(_, id, _)| below.contains(id));
    let mut by_name: BTreeMap<&str, Sink> = BTreeMap::new();
    for (name, id, named) in outer.into_iter().chain(inner) {
        if taken.contains(&id) {
            continue;
        }
        let mut found = Sink::default();
        let weaker = class(name, id, named, View { declarations, global }, &mut found);
        if weaker.len() > LONG_CHAIN {
            taken.extend(weaker);
        }
        found.retain(|finding| !MISSING.contains(&finding.code));
        by_name.insert(name, found);
    }
    for found in by_name.into_values() {
        sink.absorb(found);
    }
}

/// So many classes that one takes over are read each by itself as well; of more, reading each with all that it takes over would take
/// the square of their number.
const LONG_CHAIN: usize = 32;

/// What a class is read with.
#[derive(Clone, Copy)]
struct View<'v, 'a> {
    declarations: &'v Declarations<'a>,
    global: &'v Scope<'v>,
}

/// Reads a class, and returns what it takes over.
fn class(name: &str, id: ClassId, named: Named<'_>, view: View<'_, '_>, sink: &mut Sink) -> Vec<ClassId> {
    let View { declarations, global } = view;
    let mut own = Scope { parent: Some(global), ..Scope::default() };
    for part in named.parameters {
        let parameter = members::parameter(part, declarations, sink);
        own.workloads.extend(members::standing(part, parameter.as_ref()).map(Box::from));
        own.faulty.extend(super::environments::name_of(part).and_then(Term::name).map(Box::from));
    }
    let global = &own;
    let (block, _) = shape::class_block(named.statement);
    let (weaker, again) = classes::reach(named.statement, declarations);
    let company = Company { declarations, sight: None };
    let mut scopes = classes::scopes(&weaker, global, company, sink);
    classes::unlike((&weaker, &mut scopes), &again, (named.name_span, global), company, sink);
    let inherited = weaker.iter().zip(&scopes).map(|(class, scope)| Source {
        statement: class.named.statement,
        scope,
        layer: Layer::Class(class.id),
    });
    let own = Source { statement: named.statement, scope: global, layer: Layer::Class(id) };
    let sources: Vec<Source<'_>> = inherited.chain([own]).collect();
    let body = layers::merge(block, &sources, sink);
    let mut unread = Unread::default();
    arguments::bound(&body, "", &mut unread, sink);
    let tainted = unreadable::of_layers(&sources, block, (&declarations.faulty, &BTreeSet::new()), &mut unread);
    let names = Declared { declarations };
    let declared = named.name_span;
    let origin = Origin::new(name.to_owned(), declared, Layer::Class(id));
    let mut decoder = Decoder { sink, names: &names, environment: "", declared, tainted, unread };
    if std::ptr::eq(block, &raw const EXTERNAL) {
        External::decode(NO_ENDPOINT, NO_ENVIRONMENT, origin, &body, &mut decoder);
    } else {
        let form = WorkloadForm::of(block.name).unwrap_or(WorkloadForm::Service);
        let identity =
            Identity { id: NO_ENDPOINT, environment: NO_ENVIRONMENT, name: origin, classes: Vec::new(), form };
        Workload::decode(identity, &body, &mut decoder);
    }
    weaker.iter().map(|class| class.id).collect()
}

/// What is read is let go, so that no id is looked at.
const NO_ENDPOINT: EndpointId = EndpointId(u32::MAX);
const NO_ENVIRONMENT: EnvironmentId = EnvironmentId(u32::MAX);

/// Names as whatever takes a class over may see them, in any environment.
struct Declared<'v, 'a> {
    declarations: &'v Declarations<'a>,
}

impl Names for Declared<'_, '_> {
    fn endpoint(&self, name: &str) -> Result<EndpointId, Vec<String>> {
        let endpoints = &self.declarations.endpoints;
        let bare = name.split_once('/').map_or(name, |(_, bare)| bare);
        // where nothing is declared, the platform that takes the classes over has what they name
        let is_there = endpoints.get(bare).is_some_and(|declared| declared.kind != DeclaredKind::Group);
        if is_there || endpoints.is_empty() {
            return Ok(NO_ENDPOINT);
        }
        Err(endpoints.nearest_of(bare, |near| near != bare).into_iter().map(str::to_owned).collect())
    }
}
