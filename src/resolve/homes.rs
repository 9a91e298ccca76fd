//! What exists where: which workloads and externals are in which environment, by their own `in`, by that of a class, or by default.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::{BVL0210, BVL0211};
use crate::model::{EndpointId, EnvironmentId, Unread};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::{Term, TermKind};
use crate::vocabulary::{Block, ENVIRONMENT, EXTERNAL, SERVICE, declares_endpoint};

use super::declarations::{Declarations, Declared, DeclaredKind, Named};
use super::environments::Request;
use super::overlays::Idle;
use super::shape::block_of;
use super::unreadable::{Read, unreadable};
use super::{absent, classes};

/// Something to be read.
pub(super) struct Entry<'t> {
    pub(super) id: EndpointId,
    pub(super) environment: EnvironmentId,
    pub(super) name: &'t str,
    pub(super) declared: Declared<'t>,
    /// Whether it is here at all is not known, since its `in` names an environment that there is not: it is there for whoever
    /// names it, and nothing is said of it.
    pub(super) is_in_doubt: bool,
}

impl Entry<'_> {
    /// What of it cannot be read, before anything is.
    pub(super) fn unread(&self) -> Unread {
        let mut unread = Unread::default();
        if self.is_in_doubt {
            unread.everything();
        }
        unread
    }
}

/// What exists where.
pub(super) struct Entries<'t> {
    pub(super) entries: Vec<Entry<'t>>,
    /// What an environment leaves out that is not in it anyway, with the `in` that says where it is.
    pub(super) idle: Idle<'t>,
}

/// What layering needs to know of one environment.
pub(super) struct Place<'t> {
    /// Its declaration.
    pub(super) named: Named<'t>,
    /// Its number.
    pub(super) id: EnvironmentId,
    pub(super) shared: bool,
    pub(super) dropped: BTreeSet<&'t str>,
    /// Its `defaults`.
    pub(super) defaults: Vec<&'t Statement>,
    overlays: Overlays<'t>,
}

/// The overlays of an environment, found at once, however many there are.
struct Overlays<'t> {
    /// Those of all that a word declares, by that word: there are few words.
    of_all: Vec<(&'t str, Vec<&'t Statement>)>,
    /// By word and name.
    by_name: IndexMap<(&'t str, &'t str), Vec<&'t Statement>>,
}

impl<'t> Place<'t> {
    /// The overlays of all that a word declares.
    pub(super) fn overlays_of_all(&self, word: &str) -> impl Iterator<Item = &'t Statement> + use<'_, 't> {
        let of_word = self.overlays.of_all.iter().find(|(of, _)| *of == word);
        of_word.into_iter().flat_map(|(_, all)| all).copied()
    }

    /// The overlays of what a word declares by a name.
    pub(super) fn overlays_of(
        &self,
        word: &'t str,
        name: &'t str,
    ) -> impl Iterator<Item = &'t Statement> + use<'_, 't> {
        self.overlays.by_name.get(&(word, name)).into_iter().flatten().copied()
    }
}

pub(super) fn places<'t>(declarations: &Declarations<'t>, requests: &[Request]) -> Vec<Place<'t>> {
    let numbered = requests.iter().zip(0..);
    numbered
        .filter_map(|(request, id)| {
            let named = *declarations.environments.get(&request.name)?;
            let shared = named.statement.statements().any(|statement| ENVIRONMENT.reads(statement.word(), "shared"));
            let without = named.statement.statements().filter(|statement| statement.word() == "without");
            let dropped = without.filter_map(|statement| match &*statement.terms {
                [only] => only.name(),
                _ => None,
            });
            let is_defaults = |statement: &&Statement| ENVIRONMENT.reads(statement.word(), "defaults");
            let defaults = named.statement.statements().filter(is_defaults);
            Some(Place {
                named,
                id: EnvironmentId(id),
                shared,
                dropped: dropped.collect(),
                defaults: defaults.collect(),
                overlays: overlays(named.statement),
            })
        })
        .collect()
}

/// The overlays of an environment.
fn overlays(environment: &Statement) -> Overlays<'_> {
    let mut of_all: Vec<(&str, Vec<_>)> = Vec::new();
    let mut by_name: IndexMap<_, Vec<_>> = IndexMap::new();
    for statement in environment.statements().filter(|statement| declares_endpoint(statement.word())) {
        let Some(first) = statement.terms.first() else { continue };
        let word = statement.word();
        if let Some(name) = first.name() {
            by_name.entry((word, name)).or_default().push(statement);
        } else if first.kind == TermKind::Star {
            match of_all.iter_mut().find(|(of, _)| *of == word) {
                Some((_, all)) => all.push(statement),
                None => of_all.push((word, vec![statement])),
            }
        }
    }
    Overlays { of_all, by_name }
}

/// What exists where.
pub(super) fn entries<'t>(declarations: &'t Declarations<'_>, places: &[Place<'_>], sink: &mut Sink) -> Entries<'t> {
    let states_home = |statement: &Statement| statement.statements().any(|inner| inner.word() == "in");
    let classes_may = declarations.classes.values().any(|named| states_home(named.statement));
    // one for each of the endpoints, in their order
    let homes: Vec<Option<Home<'_>>> = declarations
        .endpoints
        .iter()
        .map(|(name, declared)| {
            let may = classes_may || states_home(declared.named.statement);
            may.then(|| home(name, *declared, declarations, places, sink)).flatten()
        })
        .collect();
    let mut entries = Vec::new();
    let mut idle = BTreeMap::new();
    for place in places {
        let environment = place.named.statement.terms.first().map(crate::model::key_text).unwrap_or_default();
        let environment = environment_name(place.named).unwrap_or(&environment);
        for ((name, declared), home) in declarations.endpoints.iter().zip(&homes) {
            let home = home.as_ref();
            let is_named = home.map(|home| home.environments.contains(environment));
            let is_anywhere = match declared.kind {
                DeclaredKind::Group => continue,
                // an external is the same for whoever reaches it, wherever that runs
                DeclaredKind::External => true,
                DeclaredKind::Workload(_) => !place.shared,
            };
            let is_in_doubt =
                home.is_some_and(|home| home.knowledge == Knowledge::Unknown) && is_anywhere && is_named == Some(false);
            let is_here = is_named.unwrap_or(is_anywhere) || is_in_doubt;
            let is_dropped = place.dropped.contains(name.as_str());
            if is_here && !is_dropped {
                let id = EndpointId(u32::try_from(entries.len()).unwrap_or(u32::MAX));
                entries.push(Entry { id, environment: place.id, name, declared: *declared, is_in_doubt });
            } else if !is_here && is_dropped && is_home_known(home, *declared, declarations) {
                idle.insert((place.id, name.as_str()), home.map(|home| home.stated));
            }
        }
    }
    Entries { entries, idle }
}

/// Whether nothing that could not be read may say where something is.
fn is_home_known(home: Option<&Home<'_>>, declared: Declared<'_>, declarations: &Declarations<'_>) -> bool {
    let statement = declared.named.statement;
    // where no `in` may stand it has been refused
    let may_say = home.is_none() || block(declared.kind).word("in").is_some();
    let is_whole = home.is_none_or(|home| home.knowledge == Knowledge::Whole);
    if !may_say || !is_whole || declarations.twice.contains(&statement.word.span) {
        return false;
    }
    let classes = classes::linearize(statement, declarations);
    if classes::takes_unknown(statement, &classes, declarations) {
        return false;
    }
    let says_all = |statement: &Statement| {
        let mut unread = Unread::default();
        match unreadable(statement, block(declared.kind), &declarations.faulty, &mut unread) {
            Read::All => !unread.touches(&["in"]),
            Read::Unknown => home.is_some() && !unread.touches(&["in"]),
            Read::Broken => false,
        }
    };
    std::iter::once(statement).chain(classes.iter().map(|class| class.named.statement)).all(says_all)
}

fn environment_name(named: Named<'_>) -> Option<&str> {
    named.statement.terms.first()?.named().map(|(name, ..)| name)
}

/// Where something is by its own words.
struct Home<'t> {
    /// The `in` that says so, its own or that of a class.
    stated: Span,
    environments: BTreeSet<&'t str>,
    knowledge: Knowledge,
}

/// Whether it is known of everything that is in no environment that it is not meant to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    Whole,
    /// What names it is misspelled, or contradicts another name.
    Part,
    /// An environment that is named is declared nowhere: it may be any.
    Unknown,
}

/// The environments that an `in` of the declaration or of one of its classes names.
fn home<'t>(
    name: &str,
    declared: Declared<'t>,
    declarations: &'t Declarations<'_>,
    places: &[Place<'_>],
    sink: &mut Sink,
) -> Option<Home<'t>> {
    let own = std::iter::once(declared.named.statement);
    let classes = classes::linearize(declared.named.statement, declarations);
    let stated = own
        .chain(
            classes.iter().rev().filter_map(|class| declarations.classes.get(class.name).map(|named| named.statement)),
        )
        .find_map(|statement| statement.statements().find(|inner| inner.word() == "in"))?;
    if stated.terms.iter().all(|term| term.members().is_empty()) {
        if !stated.broken {
            sink.report(nowhere(stated));
        }
        // read as if it were not there, so that this is the one mistake
        return None;
    }
    let given = absent::given(&stated.terms);
    let mut home = BTreeSet::new();
    let mut all_shared = BTreeSet::new();
    let (mut shared, mut other) = (None, None);
    let mut knowledge = Knowledge::Whole;
    // what runs into it is told there, and names no environment
    if stated.terms.len() > 1 {
        knowledge = Knowledge::Part;
    }
    let first_end = stated.terms.first().map_or(stated.span.end, |first| first.span.end);
    for term in stated.terms.iter().take(1).flat_map(Term::members) {
        let Some(mut environment) = term.name() else {
            knowledge = Knowledge::Part;
            continue;
        };
        if !declarations.environments.contains_key(environment) {
            let near = declarations.environments.nearest_of(environment, |near| !given.contains(near));
            // and neither does its own word, which a comma has taken in
            let runs_in = stated.terms.len() > 1 && term.span.end == first_end;
            // where no `in` may stand it has been refused
            let is_refused = block(declared.kind).word("in").is_none();
            if !declarations.lost.contains(environment) && !runs_in && !is_refused {
                sink.report(absent::environment(environment, term.span, &near, declarations.environments.names()));
            }
            knowledge = Knowledge::Unknown;
            // read as what it was most likely meant for, if that is clear
            let [near] = near.as_slice() else { continue };
            environment = near;
        }
        let place = places.iter().find(|place| environment_name(place.named) == Some(environment));
        if place.is_some_and(|place| place.shared) {
            all_shared.insert(environment);
            shared = Some(term.span);
        } else {
            other = Some(term.span);
        }
        home.insert(environment);
    }
    if let (Some(shared), Some(other)) = (shared, other) {
        sink.report(
            Diagnostic::new(&BVL0211, stated.head(), format!("`{name}` is in a shared environment and in others"))
                .here("one or the other")
                .label(shared, "shared: every environment may use what is there")
                .label(other, "not shared: it would be there twice")
                .help("keep the shared one, or name only environments of its own"),
        );
        // there every environment finds it
        home = all_shared;
        knowledge = Knowledge::Part;
    }
    Some(Home { stated: stated.head(), environments: home, knowledge })
}

/// An `in` without a name.
fn nowhere(stated: &Statement) -> Diagnostic {
    Diagnostic::new(&BVL0210, stated.head(), "`in` lacks its ENVIRONMENT, the name of an environment")
        .here("no ENVIRONMENT after it")
        .note("what is in no environment is written nowhere")
        .help("name the environments, such as `in prod`, or take the `in` out: without it, it is in each that is not shared")
}

pub(super) fn block(kind: DeclaredKind) -> &'static Block {
    match kind {
        DeclaredKind::Workload(form) => block_of(form),
        DeclaredKind::External => &EXTERNAL,
        DeclaredKind::Group => &SERVICE,
    }
}
