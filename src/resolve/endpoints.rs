//! Environments and what exists in each: which layers speak of a workload, and the model read from them.
//!
//! Invariants: endpoints are numbered by environment, then name, before any body is read, so that references can be read
//! in any order and in parallel.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Decoder, Names, Scope};
use crate::model::codes::{BVL0210, BVL0211};
use crate::model::environment::EnvironmentIdentity;
use crate::model::mesh::MeshMode;
use crate::model::workload::{Identity, WorkloadForm};
use crate::model::{
    ClassId, Doubt, Endpoint, EndpointId, Environment, EnvironmentId, External, Layer, Model, Origin, Platform,
    Removed, Unread, Waived, Workload,
};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::{Cpu, Memory, Requested, Term, TermKind};
use crate::vocabulary::{ENVIRONMENT, PLATFORM};

use super::Spec;
use super::absent;
use super::again::{Again, Held, Memo};
use super::arguments;
use super::classes::{self, Company, Taken};
use super::declarations::{Declarations, DeclaredKind, Named};
use super::environments::Request;
pub(super) use super::homes::Place;
use super::homes::{Entries, Entry, block, entries, places};
use super::layers::{self, Source, Stated};
use super::members::Sight;
use super::overlays::{self};
use super::scopes::Scopes;
use super::table::Table;
use super::unreadable::{self, IsWhole, Read, hidden, unreadable};

/// An endpoint as it was read.
#[derive(Debug)]
pub(super) struct ReadEndpoint {
    /// What was read.
    pub(super) endpoint: Arc<Endpoint>,
    /// The places of the words of the overlays that speak of it.
    overlays: Box<[Span]>,
    /// What is wrong with it.
    found: Box<[Diagnostic]>,
}

struct Seen<'a> {
    table: &'a Table,
    environment: EnvironmentId,
}

impl Names for Seen<'_> {
    fn endpoint(&self, name: &str) -> Result<EndpointId, Vec<String>> {
        self.table.endpoint(name, self.environment).ok_or_else(|| self.table.near(name))
    }
}

struct NoNames;

impl Names for NoNames {
    fn endpoint(&self, _: &str) -> Result<EndpointId, Vec<String>> {
        Err(Vec::new())
    }
}

/// Makes the model, its flows left aside, and the table of what its names stand for.
pub(super) fn build(
    spec: Spec<'_, '_>,
    platform: Named<'_>,
    requests: &[Request],
    again: &mut Again<'_>,
    sink: &mut Sink,
) -> (Model, Table) {
    let Spec { declarations, scopes, sources } = spec;
    let named = declarations.classes.iter();
    let classes = named.map(|(name, class)| Origin::new(name.clone(), class.name_span, Layer::Declaration)).collect();
    let places = places(declarations, requests);
    overlays::match_something(declarations, &places, sink);
    let Entries { entries, idle } = entries(declarations, &places, sink);
    let table = table(&entries, &places, requests);
    if again.held.as_ref().is_some_and(|held| !is_same(&entries, held.memo)) {
        // names stand for something else
        again.held = None;
    }
    let held = again.held.as_ref();
    let mut endpoints: Vec<Arc<Endpoint>> = Vec::with_capacity(entries.len());
    let mut found = Sink::default();
    // one environment after the other, so that each can share with those before it
    for in_environment in entries.chunk_by(|a, b| a.environment == b.environment) {
        let before = endpoints.as_slice();
        let read = in_environment.par_iter().filter_map(|entry| {
            let place = places.get(entry.environment.0 as usize)?;
            let known = held.and_then(|held| Some((held, held.memo.endpoints.get(entry.id.0 as usize)?)));
            if let Some((held, known)) = known
                && is_held(entry, place, held, known)
            {
                return Some(Reading::Known(Arc::clone(known)));
            }
            let scope = scopes.environments.get(entry.environment.0 as usize)?;
            let title = &requests.get(entry.environment.0 as usize)?.title;
            let (mut endpoint, found) = read(entry, View { declarations, place }, scope, title, &table);
            let found = if entry.is_in_doubt { Sink::default() } else { found };
            if let Endpoint::Workload(workload) = &mut endpoint
                && let Some(elsewhere) = table.before(entry.name, entry.environment)
                && let Some(Endpoint::Workload(other)) = before.get(elsewhere.0 as usize).map(Arc::as_ref)
            {
                workload.share(other);
            }
            let endpoint = Arc::new(endpoint);
            let overlays = overlays_of(entry, place).map(|overlay| overlay.word.span).collect();
            Some(Reading::New(endpoint, overlays, found))
        });
        let read: Vec<Reading> = read.collect();
        endpoints.extend(read.into_iter().map(|reading| reading.told(again.memo.as_mut(), &mut found)));
    }
    overlays::of_some(&mut found, &places, |environment, word| {
        let is_one = |entry: &&Entry<'_>| entry.environment == environment && entry.declared.kind.word() == word;
        entries.iter().filter(is_one).count()
    });
    sink.absorb(found);
    let environments = places.iter().zip(requests).zip(&scopes.environments);
    let view = |place| View { declarations, place };
    let environments: Vec<Environment> =
        environments.map(|((place, request), scope)| environment(view(place), request, scope, sink)).collect();
    overlays::reach(&places, requests, &table, sink);
    overlays::take_away(&places, requests, (&idle, sources), sink);
    let platform = read_platform(platform, declarations, &scopes.global, sink);
    delivered(&platform, declarations, sink);
    meshed(&platform, &environments, sink);
    let model = Model {
        platform,
        environments,
        endpoints,
        classes,
        statements: Arc::default(),
        flows: Arc::default(),
        unresolved: BTreeSet::new(),
        unread_flows: false,
        unknown_ends: false,
        taken_flows: Arc::default(),
        nevers: Vec::new(),
        rules: Vec::new(),
        tests: Vec::new(),
        waivers: Vec::new(),
        waived: Waived::default(),
        doubt: Doubt::default(),
        half_read: Arc::new(declarations.faulty.half_read().clone()),
        overlays: overlays::stated(declarations, requests),
        constants: Arc::clone(&scopes.constants),
    };
    (model, table)
}

/// What names stand for.
fn table(entries: &[Entry<'_>], places: &[Place<'_>], requests: &[Request]) -> Table {
    let mut table = Table::default();
    for (place, request) in places.iter().zip(requests) {
        table.environments.entry(request.name.clone()).or_default().push(place.id);
        if place.shared {
            table.shared.insert(place.id);
        }
    }
    for entry in entries {
        table.by_name.entry(entry.name.to_owned()).or_default().insert(entry.environment, entry.id);
    }
    table.mend_names();
    table
}

/// What comes of reading one endpoint.
enum Reading {
    /// It is as it was.
    Known(Arc<ReadEndpoint>),
    /// It was read, with these overlays and findings.
    New(Arc<Endpoint>, Box<[Span]>, Sink),
}

impl Reading {
    /// The endpoint; what is wrong with it is reported, and both are recorded.
    fn told(self, memo: Option<&mut Memo>, sink: &mut Sink) -> Arc<Endpoint> {
        let read = match (self, memo.is_some()) {
            (Self::Known(known), _) => known,
            (Self::New(endpoint, overlays, found), true) => {
                let found = found.into_found().into_boxed_slice();
                Arc::new(ReadEndpoint { endpoint, overlays, found })
            }
            (Self::New(endpoint, _, found), false) => {
                sink.absorb(found);
                return endpoint;
            }
        };
        read.found.iter().for_each(|finding| sink.report(finding.clone()));
        let endpoint = Arc::clone(&read.endpoint);
        if let Some(memo) = memo {
            memo.endpoints.push(read);
        }
        endpoint
    }
}

/// Whether every number stands for the same endpoint as before.
fn is_same(entries: &[Entry<'_>], memo: &Memo) -> bool {
    let is_one = |(entry, known): (&Entry<'_>, &Arc<ReadEndpoint>)| {
        let known = &known.endpoint;
        known.environment() == entry.environment && known.name().value == entry.name
    };
    entries.len() == memo.endpoints.len() && entries.iter().zip(&memo.endpoints).all(is_one)
}

/// Whether reading an endpoint again would give what it gave before: its own layers are the same, and all others are of
/// the frame.
fn is_held(entry: &Entry<'_>, place: &Place<'_>, held: &Held<'_>, known: &ReadEndpoint) -> bool {
    let mut overlays = known.overlays.iter();
    held.has(entry.declared.named.statement)
        && overlays_of(entry, place).all(|overlay| overlays.next() == Some(&overlay.word.span) && held.has(overlay))
        && overlays.next().is_none()
}

/// The overlays of an endpoint, weakest first.
fn overlays_of<'p, 'a>(entry: &Entry<'a>, place: &'p Place<'a>) -> impl Iterator<Item = &'a Statement> + use<'p, 'a> {
    let word = entry.declared.kind.word();
    place.overlays_of_all(word).chain(place.overlays_of(word, entry.name))
}

/// Everything that layers state of one endpoint.
pub(super) fn stated(
    declarations: &Declarations<'_>,
    requests: &[Request],
    scopes: &Scopes,
    endpoints: &[EndpointId],
) -> Vec<Vec<Stated>> {
    let mut sink = Sink::default();
    let places = places(declarations, requests);
    let Entries { entries, .. } = entries(declarations, &places, &mut sink);
    let table = table(&entries, &places, requests);
    let mut of_one = |endpoint: &EndpointId| {
        let entry = entries.get(endpoint.0 as usize)?;
        let at = entry.environment.0 as usize;
        let (place, scope) = (places.get(at)?, scopes.environments.get(at)?);
        let view = View { declarations, place };
        let own = own_scope(entry, scope);
        let classes = classes::linearize(entry.declared.named.statement, declarations);
        let sight = Some(Sight { table: &table, environment: entry.environment, title: &requests.get(at)?.title });
        let class_scopes = classes::scopes(&classes, &own, Company { declarations, sight }, &mut sink);
        let sources = sources(entry, view, &own, &classes, &class_scopes);
        Some(layers::listing(&sources, block(entry.declared.kind)))
    };
    endpoints.iter().map(|endpoint| of_one(endpoint).unwrap_or_default()).collect()
}

/// Reports environments that a `delivery` names and that are declared nowhere.
fn delivered(platform: &Platform, declarations: &Declarations<'_>, sink: &mut Sink) {
    let Some(delivery) = &platform.delivery else { return };
    let pull_requests = delivery.pull_requests.iter().map(|pull_requests| &pull_requests.environment);
    let fleets = delivery.fleets.iter().map(|fleet| &fleet.environment);
    for named in delivery.home.iter().chain(pull_requests).chain(fleets) {
        let is_lost = declarations.lost.contains(named.value.as_str());
        if !declarations.environments.contains_key(named.value.as_str()) && !is_lost {
            let near = declarations.environments.nearest_of(&named.value, |_| true);
            sink.report(absent::environment(&named.value, named.span, &near, declarations.environments.names()));
        }
    }
}

/// Reports environments that say how strictly they take a mesh that the platform does not name.
fn meshed(platform: &Platform, environments: &[Environment], sink: &mut Sink) {
    if platform.mesh.is_some() || platform.unread.touches(&["mesh"]) {
        return;
    }
    for environment in environments {
        let Some(stated) = environment.mesh.filter(|stated| stated.value != MeshMode::None) else { continue };
        let title = format!("`mesh {}`: the platform names no mesh", stated.value.name());
        sink.report(
            Diagnostic::new(&BVL0210, stated.span, title)
                .here("how strictly is said, and not what")
                .label(platform.name.span, "the platform, which would name it for all environments")
                .help("add `mesh istio` to the platform, or take this out"),
        );
    }
}

fn read_platform(platform: Named<'_>, declarations: &Declarations<'_>, scope: &Scope<'_>, sink: &mut Sink) -> Platform {
    let source = Source { statement: platform.statement, scope, layer: Layer::Declaration };
    let mut body = layers::merge(&PLATFORM, &[source], sink);
    let defaults: Vec<_> = body.entries.extract_if(.., |entry| entry.word.name == "defaults").collect();
    layers::require(&body, "", sink);
    let mut unread = Unread::default();
    arguments::bound(&body, "", &mut unread, sink);
    match unreadable(platform.statement, &PLATFORM, &declarations.faulty, &mut unread) {
        Read::All | Read::Unknown => {}
        Read::Broken => unread.everything(),
    }
    let name = platform.statement.terms.first().map(crate::model::key_text).unwrap_or_default();
    let mut decoder =
        Decoder { sink, names: &NoNames, environment: "", declared: platform.name_span, tainted: false, unread };
    let mut decoded = Platform::decode(Origin::new(name, platform.name_span, Layer::Declaration), &body, &mut decoder);
    // What is wrong with it is said where a service takes it over.
    let mut unheard = Sink::default();
    let mut decoder = Decoder { sink: &mut unheard, ..decoder };
    let health = defaults.iter().find_map(|defaults| defaults.block.get("health"));
    decoded.health_port = health.and_then(|health| decoder.argument(health, 0));
    let stated = |word| defaults.iter().find_map(|defaults| defaults.block.get(word));
    let cpu = stated("cpu").and_then(|cpu| decoder.argument::<Requested<Cpu>>(cpu, 0)).map(|cpu| cpu.span);
    let memory = || Some(decoder.argument::<Requested<Memory>>(stated("memory")?, 0)?.span);
    decoded.taken = cpu.or_else(memory);
    decoded
}

fn environment(view: View<'_, '_>, request: &Request, scope: &Scope<'_>, sink: &mut Sink) -> Environment {
    let View { declarations, place } = view;
    let source = Source { statement: place.named.statement, scope, layer: Layer::Declaration };
    let body = layers::merge(&ENVIRONMENT, &[source], sink);
    let broken = declarations.faulty.contains(&place.named.statement.word.span);
    if !broken {
        layers::require(&body, &request.title, sink);
    }
    let before = sink.len();
    arguments::bound(&body, &request.title, &mut Unread::default(), sink);
    let broken = broken || sink.len() > before;
    let span = place.named.name_span;
    let identity = EnvironmentIdentity {
        id: place.id,
        name: Origin::new(request.name.clone(), span, Layer::Declaration),
        title: request.title.clone(),
        slug: request.slug.clone(),
        instance: request.instance,
        parameters: request.parameters.clone(),
        telling: request.telling.clone(),
    };
    let mut decoder =
        Decoder { sink, names: &NoNames, environment: "", declared: span, tainted: broken, unread: Unread::default() };
    let environment = Environment::decode(identity, &body, &mut decoder);
    if body.get("namespace").is_none() && !broken {
        decoder.report(
            Diagnostic::new(&BVL0210, span, format!("environment {} names no namespace", request.name))
                .here("everything in it lives in one namespace")
                .help(format!("add `namespace \"{}\"`", request.name)),
        );
    }
    environment
}

fn own_scope<'a>(entry: &Entry<'_>, scope: &'a Scope<'a>) -> Scope<'a> {
    let mut own = Scope { parent: Some(scope), ..Scope::default() };
    let name = Term { span: entry.declared.named.name_span, kind: TermKind::Text(entry.name.into()) };
    own.bound.insert("self".into(), name);
    own
}

/// Where an endpoint is declared, and in which environment it is looked at.
#[derive(Clone, Copy)]
struct View<'v, 'a> {
    declarations: &'v Declarations<'a>,
    place: &'v Place<'a>,
}

/// The layers that speak of an endpoint, weakest first.
fn sources<'a>(
    entry: &Entry<'a>,
    view: View<'_, 'a>,
    own: &'a Scope<'a>,
    classes: &[Taken<'a>],
    class_scopes: &'a [Scope<'a>],
) -> Vec<Source<'a>> {
    let View { declarations, place } = view;
    let source = |statement, layer| Source { statement, scope: own, layer };
    let mut sources = Vec::new();
    if entry.declared.kind == DeclaredKind::Workload(WorkloadForm::Service) {
        let platform = declarations.defaults.iter();
        sources.extend(platform.map(|statement| source(statement, Layer::PlatformDefaults)));
        let environment = place.defaults.iter();
        sources.extend(environment.map(|statement| source(statement, Layer::EnvironmentDefaults(place.id))));
    }
    for (class, scope) in classes.iter().zip(class_scopes) {
        let layer = Layer::Class(class.id);
        sources.push(Source { statement: class.named.statement, scope, layer });
    }
    sources.push(source(entry.declared.named.statement, Layer::Declaration));
    let word = entry.declared.kind.word();
    let of_all = place.overlays_of_all(word);
    sources.extend(of_all.map(|statement| source(statement, Layer::OverlayAll(place.id))));
    let own = place.overlays_of(word, entry.name);
    sources.extend(own.map(|statement| source(statement, Layer::Overlay(place.id))));
    sources
}

/// Reads one endpoint.
fn read(entry: &Entry<'_>, view: View<'_, '_>, scope: &Scope<'_>, title: &str, table: &Table) -> (Endpoint, Sink) {
    let View { declarations, .. } = view;
    let mut sink = Sink::default();
    let own = own_scope(entry, scope);
    let (taken, again) = classes::reach(entry.declared.named.statement, declarations);
    let company = Company { declarations, sight: Some(Sight { table, environment: entry.environment, title }) };
    let mut class_scopes = classes::scopes(&taken, &own, company, &mut sink);
    let taker = (entry.declared.named.name_span, &own);
    classes::unlike((&taken, &mut class_scopes), &again, taker, company, &mut sink);
    // a parameter without its value says nothing against what does not read it
    let n_arguments = sink.len();
    let sources = sources(entry, view, &own, &taken, &class_scopes);
    let body = layers::merge(block(entry.declared.kind), &sources, &mut sink);
    // what takes nothing away says nothing against what it was not meant for
    let idle: Vec<Span> =
        sink.iter().skip(n_arguments).filter(|told| told.code == &BVL0211).filter_map(Diagnostic::span).collect();
    let n_told = n_arguments + idle.len();
    let idle: BTreeSet<Span> = idle.into_iter().collect();
    let takes_unknown = classes::takes_unknown(entry.declared.named.statement, &taken, declarations);
    if takes_unknown {
        // the class that is not there may state what a `without` takes away
        sink.retain(|finding| finding.code != &BVL0211);
    }
    let broken =
        takes_unknown || sources.iter().any(|source| declarations.faulty.contains(&source.statement.word.span));
    let complete = broken || layers::require(&body, title, &mut sink);
    let is_twice = sources.iter().any(|source| declarations.twice.contains(&source.statement.word.span));
    // a word or value that is wrong says nothing against the others: only what cannot be read hides what checks find
    let mut unread = entry.unread();
    let tainted = !complete || sink.len() > n_told;
    arguments::bound(&body, title, &mut unread, &mut sink);
    let is_broken =
        unreadable::of_layers(&sources, block(entry.declared.kind), (&declarations.faulty, &idle), &mut unread);
    let tainted = tainted || is_broken;
    if takes_unknown {
        hidden(&sources, IsWhole::AboveClasses, block(entry.declared.kind), &mut unread);
    }
    let has_no_image =
        entry.declared.kind.is_made() && body.get("image").is_none() && !tainted && !unread.touches(&["image"]);
    if has_no_image || is_twice {
        // half written, or the other declaration of this name states it: what else is missing may be still to come
        hidden(&sources, IsWhole::Anywhere, block(entry.declared.kind), &mut unread);
    }
    // who took a word away that is missed
    let lost = |diagnostic: Diagnostic, word: &str| match Removed::last(&body.removed, word) {
        None => diagnostic,
        Some(removed) => {
            let class = |id: ClassId| declarations.classes.names().nth(id.0 as usize).unwrap_or_default();
            let layer = removed.by.layer.name(class, |_| title);
            diagnostic.label(removed.by.span, format!("`{word}` is taken away by {layer}"))
        }
    };
    let names = Seen { table, environment: entry.environment };
    let declared = entry.declared.named.name_span;
    let name = Origin::new(entry.name.to_owned(), declared, Layer::Declaration);
    let mut decoder = Decoder { sink: &mut sink, names: &names, environment: title, declared, tainted, unread };
    let endpoint = match entry.declared.kind {
        DeclaredKind::Workload(form) => {
            let classes = taken.iter().map(|class| class.id).collect();
            let identity = Identity { id: entry.id, environment: entry.environment, name, classes, form };
            Endpoint::Workload(Workload::decode(identity, &body, &mut decoder))
        }
        DeclaredKind::External | DeclaredKind::Group => {
            if body.get("cidr").is_none() && body.get("host").is_none() && !broken {
                let diagnostic = Diagnostic::new(&BVL0210, declared, format!("external {} has no address", entry.name))
                    .here("nothing says where it is")
                    .help("add `cidr 10.20.0.0/24`");
                decoder.report(lost(lost(diagnostic, "cidr"), "host"));
            }
            Endpoint::External(External::decode(entry.id, entry.environment, name, &body, &mut decoder))
        }
    };
    if broken {
        // what seems to be missing may be what could not be read
        sink.retain(|finding| finding.code != &BVL0210);
    }
    if has_no_image {
        let removed = Removed::last(&body.removed, "image");
        let found = no_image(entry, &taken, removed.is_some()).environment(title);
        let found = match removed {
            // one overlay may take it away from many
            Some(removed) => found.caused_by(removed.by.span),
            None => found,
        };
        sink.report(lost(found, "image"));
    }
    (endpoint, sink)
}

/// A service of which nothing says what runs. What no overlay takes away may be missing in the class, for all that are of it.
fn no_image(entry: &Entry<'_>, taken: &[Taken<'_>], is_taken: bool) -> Diagnostic {
    let declared = entry.declared.named.name_span;
    let diagnostic =
        Diagnostic::new(&BVL0210, declared, format!("{} {} has no image", entry.declared.kind.word(), entry.name))
            .here("nothing says what runs")
            .help("add `image \"registry.example/name:tag\"`")
            .about(entry.name);
    match taken.iter().find(|class| !is_taken && !class.name.contains('.')) {
        None => diagnostic,
        Some(class) => {
            let label = format!("{} is `{}`, which does not state it either", entry.name, class.name);
            diagnostic
                .label(class.named.name_span, label)
                .help(format!(
                    "add `image \"registry.example/name:tag\"` to {}, or to class {}",
                    entry.name, class.name
                ))
                .caused_by(class.named.name_span)
        }
    }
}
