//! What stands above a declaration: what it makes, who calls it and whom it calls, what checks find of it; above a rule, of how
//! much it holds.

use std::collections::BTreeSet;

use super::context::{self, Context};
use super::{At, View, preview, rules, verdict};
use crate::diagnostic::{Code, Severity};
use crate::graph::{Source, Target};
use crate::model::{Endpoint, EndpointId};
use crate::registry;
use crate::source::{FileId, Span};
use crate::syntax::Statement;
use crate::vocabulary::{declares_endpoint, declares_workload};

/// What a lens is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The objects that come of it.
    Objects,
    /// Who may reach it, and whom it may reach.
    Flows,
    /// What checks find of it.
    Check,
    /// Of how much a rule holds.
    Rule,
}

/// A lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name of the declaration, or of the overlay, or the text of the rule: that is what it stands above.
    pub place: Span,
    /// What it is about.
    pub kind: Kind,
}

/// What a statement speaks of: a declaration, or what an overlay makes of it in its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The name of the workload or external.
    pub name: String,
    /// The environment whose overlay it is.
    pub environment: Option<String>,
}

/// What the statement around a place speaks of; `None` where that is no workload or external.
pub fn spoken(view: &View, at: At) -> Option<Spoken> {
    let (file, tree) = view.file(at.file)?;
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let mut path = around.into_iter().chain(statement.map(|(statement, _)| statement));
    let first = path.next()?;
    let environment = (first.word() == "environment").then(|| name(first)).flatten();
    let own = if environment.is_some() { path.next()? } else { first };
    declares_endpoint(own.word())
        .then(|| Some(Spoken { name: name(own)?.to_owned(), environment: environment.map(str::to_owned) }))?
}

/// The environment whose declaration a place is in.
pub fn environment(view: &View, at: At) -> Option<String> {
    let (file, tree) = view.file(at.file)?;
    let Context { around, statement, .. } = context::at(file, tree, at.place);
    let first = around.first().copied().or(statement.map(|(statement, _)| statement))?;
    (first.word() == "environment").then(|| name(first).map(str::to_owned))?
}

fn name(statement: &Statement) -> Option<&str> {
    Some(statement.terms.first()?.named()?.0)
}

/// Whether the environment of that title is the one of a name, or one of those that it has with other values.
pub fn is_of(title: &str, name: &str) -> bool {
    title.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
}

/// The lenses of a file, in order of place, without what has to be computed.
pub fn lenses(view: &View, file: FileId) -> Vec<Lens> {
    let Some((_, tree)) = view.file(file) else { return Vec::new() };
    let mut found = Vec::new();
    let overlays = |statement: &'_ Statement| statement.word() == "environment";
    let spoken = tree.statements().flat_map(|statement| {
        let inner = overlays(statement).then(|| statement.statements()).into_iter().flatten();
        std::iter::once(statement).chain(inner)
    });
    for statement in spoken {
        let kinds: &[Kind] = match statement.word() {
            word if declares_workload(word) => &[Kind::Objects, Kind::Flows, Kind::Check],
            "external" => &[Kind::Flows, Kind::Check],
            "rule" => &[Kind::Rule],
            _ => continue,
        };
        let Some(first) = statement.terms.first() else { continue };
        let named = first.named().map(|(_, place, _)| place);
        let Some(place) = named.or_else(|| first.text().map(|_| first.span)) else { continue };
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
    /// Of what the rule holds, and of what not.
    Rule,
    /// Every place that states the word.
    Layers,
    /// What saving changes.
    Impact,
    /// What `build` makes.
    Build,
    /// What a code means.
    Explain(&'static Code),
}

/// So many codes are explained of what is selected: who selects a whole file wants something else.
const MOST_CODES: usize = 5;

/// What can be asked at a place: what lenses do, and what has none.
pub fn offered(view: &View, place: Span) -> Vec<Offer> {
    let Some((file, tree)) = view.file(place.file) else { return Vec::new() };
    let Context { around, statement, .. } = context::at(file, tree, place.start);
    let innermost = statement.map(|(statement, _)| statement);
    let first = around.first().copied().or(innermost);
    let mut offers = match first.map(Statement::word) {
        Some(word) if declares_workload(word) => vec![Offer::Preview, Offer::Graph, Offer::Check],
        Some("external") => vec![Offer::Graph, Offer::Check],
        Some("allow") => vec![Offer::Preview, Offer::Why],
        Some("environment") if spoken(view, At { file: place.file, place: place.start }).is_some() => {
            vec![Offer::Preview, Offer::Graph, Offer::Check, Offer::Build]
        }
        Some("environment") => vec![Offer::Preview, Offer::Build],
        Some("platform") => vec![Offer::Build],
        Some("rule") => vec![Offer::Rule],
        Some(_) | None => Vec::new(),
    };
    // what stands within a declaration may be stated by layers
    let is_within = innermost.is_some_and(|known| !declares_endpoint(known.word())) && !around.is_empty();
    if is_within && spoken(view, At { file: place.file, place: place.start }).is_some() {
        offers.push(Offer::Layers);
    }
    offers.push(Offer::Impact);
    let stated = innermost.filter(|known| matches!(known.word(), "waive" | "severity"));
    let stated = stated.and_then(|known| registry::code(known.terms.first()?.name()?));
    let mut codes: Vec<&'static Code> = stated.into_iter().collect();
    for finding in view.analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint) {
        let touches = |span: Span| span.file == place.file && span.start <= place.end && place.start <= span.end;
        if finding.span().is_some_and(touches) && !codes.iter().any(|known| known.id == finding.code.id) {
            codes.push(finding.code);
        }
    }
    offers.extend(codes.into_iter().take(MOST_CODES).map(Offer::Explain));
    offers
}

/// What a lens says at a place: of a declaration, of what an overlay makes of it in its environment, or of a rule; `None` where
/// nothing is known of it.
pub fn title(view: &View, at: At, kind: Kind) -> Option<String> {
    let spoken = || spoken(view, at);
    match kind {
        Kind::Rule => {
            let standing = rules::standing(view, rules::at(view, at)?)?;
            Some(format!("{} \u{b7} show", rules::title(&standing)))
        }
        Kind::Objects => {
            let (n_objects, environment) = preview::count(view, &spoken()?)?;
            let objects = if n_objects == 1 { "object" } else { "objects" };
            Some(format!("{n_objects} {objects} in {environment} \u{b7} preview YAML"))
        }
        Kind::Check => verdict::verdict(view, &spoken()?).map(|found| verdict::title(&found)),
        Kind::Flows => {
            let model = view.analysis.model.as_ref()?;
            let Spoken { name, environment } = spoken()?;
            let is_wanted = |known: &&Endpoint| {
                let title = model.environment_title(known.environment());
                known.name().value == name && environment.as_ref().is_none_or(|wanted| is_of(title, wanted))
            };
            let ids: Vec<EndpointId> = model.endpoints().filter(is_wanted).map(Endpoint::id).collect();
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
