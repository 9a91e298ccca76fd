//! What stands above a declaration: what it makes, who calls it and whom it calls, what checks find of it.

use std::collections::BTreeSet;

use super::context::{self, Context};
use super::{At, View, preview, verdict};
use crate::graph::{Source, Target};
use crate::model::{Endpoint, EndpointId};
use crate::source::{FileId, Span};
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::declares_workload;

/// What a lens is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The objects that come of it.
    Objects,
    /// Who may reach it, and whom it may reach.
    Flows,
    /// What checks find of it.
    Check,
}

/// A lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name of the declaration: that is what it stands above.
    pub place: Span,
    /// What it is about.
    pub kind: Kind,
}

/// The lenses of a file, in order of place, without what has to be computed.
pub fn lenses(view: &View, file: FileId) -> Vec<Lens> {
    let Some((_, tree)) = view.file(file) else { return Vec::new() };
    let mut found = Vec::new();
    for statement in tree.statements() {
        let kinds: &[Kind] = match statement.word() {
            word if declares_workload(word) => &[Kind::Objects, Kind::Flows, Kind::Check],
            "external" => &[Kind::Flows, Kind::Check],
            _ => continue,
        };
        let Some((_, place, _)) = statement.terms.first().and_then(Term::named) else { continue };
        found.extend(kinds.iter().map(|kind| Lens { place, kind: *kind }));
    }
    found
}

/// Something that can be asked at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The manifests of the declaration.
    Preview,
    /// Why what the statement names may pass.
    Why,
    /// Whom the declaration talks to, and who to it.
    Graph,
    /// What checks find of the declaration.
    Check,
    /// What saving changes.
    Impact,
}

/// What can be asked at a place: what lenses do, and what has none.
pub fn offered(view: &View, at: At) -> Vec<Offer> {
    let Some((file, tree)) = view.file(at.file) else { return Vec::new() };
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let first = around.first().copied().or(statement.map(|(statement, _)| statement));
    let mut offers = match first.map(Statement::word) {
        Some(word) if declares_workload(word) => vec![Offer::Preview, Offer::Graph, Offer::Check],
        Some("external") => vec![Offer::Graph, Offer::Check],
        Some("allow") => vec![Offer::Preview, Offer::Why],
        Some("environment") => vec![Offer::Preview],
        Some(_) | None => Vec::new(),
    };
    offers.push(Offer::Impact);
    offers
}

/// What a lens says of a declaration; `None` where nothing is known of it.
pub fn title(view: &View, name: &str, kind: Kind) -> Option<String> {
    match kind {
        Kind::Objects => {
            let (n_objects, environment) = preview::count(view, name)?;
            let objects = if n_objects == 1 { "object" } else { "objects" };
            Some(format!("{n_objects} {objects} in {environment} \u{b7} preview YAML"))
        }
        Kind::Check => verdict::verdict(view, name).map(|found| verdict::title(&found)),
        Kind::Flows => {
            let model = view.analysis.model.as_ref()?;
            let ids: Vec<EndpointId> =
                model.endpoints().filter(|known| known.name().value == name).map(Endpoint::id).collect();
            if ids.is_empty() {
                return None;
            }
            let of = |id: EndpointId| model.endpoint(id).map_or("", |known| known.name().value.as_str());
            let graph = &view.analysis.graph;
            let callers = ids.iter().flat_map(|id| graph.incoming(*id)).map(|flow| match flow.source {
                Source::Endpoint(id) => of(id),
                Source::KubernetesApi => "kubernetes-api",
            });
            let callers: BTreeSet<&str> = callers.collect();
            let out = ids.iter().flat_map(|id| graph.outgoing(*id)).map(|flow| match flow.target {
                Target::Port { endpoint, port } => (of(endpoint), Some(port)),
                Target::Dns => ("dns", None),
                Target::KubernetesApi => ("kubernetes-api", None),
            });
            let out: BTreeSet<(&str, Option<u16>)> = out.collect();
            let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
            let flows = if out.len() == 1 { "1 flow out".to_owned() } else { format!("{} flows out", out.len()) };
            Some(format!("{} \u{b7} {flows}", plural(callers.len(), "caller")))
        }
    }
}
