//! Which traffic passes on one side alone, by the policies of both, and which statements say so.
//!
//! Invariants: what passes is `verify`'s word on both sides, both halves of each connection; a platform's flows only give
//! it names and reasons. Halves are compared party by party, and only pairs whose halves differ are looked at, so that
//! time goes with what policies name and with what changed.

mod managed;
mod net;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::managed::Managed;
use self::net::{Net, Party, World};
use super::entries::{About, Entries};
use super::side::Key;
use super::{Class, Place, Reason, Sides, Version};
use crate::diagnostic::render::text::one_line;
use crate::graph::{Flow, Why};
use crate::model::Model;
use crate::verify::connectivity::{AddressRange, Connectivity, Direction, Half, Ports, Untold};

/// Compares what passes.
pub(super) fn compare(sides: &Sides<'_>, entries: &mut Entries) {
    let managed = Managed::find(sides);
    let mut before = World::of(sides.old, Some(sides.renames), &managed.old);
    let mut after = World::of(sides.new, None, &managed.new);
    untold(sides, (&before, &after), entries);
    World::share(&mut before, &mut after, sides.renames);
    World::select(&mut before, &mut after, sides.renames);
    let (was, is) = (Connectivity::of(before.traffic()), Connectivity::of(after.traffic()));
    let old = Net::of(sides.old, &before, &was);
    let new = Net::of(sides.new, &after, &is);
    let mut parties: Vec<&Party> = old.parties().chain(new.parties()).collect();
    parties.sort();
    parties.dedup();
    // a namespace that comes or goes is one entry, and what is in it is not told apart but for what it sends to others
    let (was_there, is_there) = (old.namespaces(), new.namespaces());
    let is_known = |party: &Party| {
        let is_of_both = |namespace: &str| was_there.contains(namespace) && is_there.contains(namespace);
        let is_of_none = |namespace: &str| !was_there.contains(namespace) && !is_there.contains(namespace);
        party.namespace().is_none_or(|name| is_of_both(name) || (party.is_stand_in() && is_of_none(name)))
    };
    let added: Vec<&Party> = parties.extract_if(.., |party| !is_known(party)).collect();
    let is_new = |party: &Party| party.namespace().is_some_and(|name| !was_there.contains(name));
    let (added, _): (Vec<&Party>, Vec<&Party>) = added.into_iter().partition(|party| is_new(party));
    let bare = old.bare().into_iter().chain(new.bare()).collect();
    let comparison = Comparison { sides, old: &old, new: &new, parties, added, bare };
    comparison.run(entries);
    comparison.opened(entries);
}

/// Policies that differ, and speak of more than is compared.
fn untold(sides: &Sides<'_>, (before, after): (&World, &World), entries: &mut Entries) {
    let (old, new) = (before.traffic().untold(), after.traffic().untold());
    if old.is_empty() && new.is_empty() {
        return;
    }
    let named: BTreeSet<(&str, &str)> =
        old.iter().chain(&new).map(|one| (one.namespace.as_deref().unwrap_or_default(), one.name.as_str())).collect();
    let differs = |namespace: &str, name: &str| {
        let own = |key: &&Key| key.kind.ends_with("NetworkPolicy") && key.name == name && key.namespace == namespace;
        let known = sides.old.objects.keys().find(own);
        let (Some(was), Some(is)) = (known, sides.new.objects.keys().find(own)) else { return true };
        !sides.old.is_same(was, sides.new, is)
    };
    for (namespace, name) in named.into_iter().filter(|(namespace, name)| differs(namespace, name)) {
        let of = |one: &&Untold| one.name == name && one.namespace.as_deref().unwrap_or_default() == namespace;
        let own: Vec<Untold> = new.iter().find(of).or_else(|| old.iter().find(of)).cloned().into_iter().collect();
        let kind = if namespace.is_empty() { "ClusterNetworkPolicy" } else { "NetworkPolicy" };
        let about = About { class: Class::Unknown, subject: format!("{kind} {name}"), namespace: namespace.to_owned() };
        if let Some(what) = Untold::line(&own) {
            entries.say(about, what, None);
        }
    }
}

struct Comparison<'c> {
    sides: &'c Sides<'c>,
    old: &'c Net<'c>,
    new: &'c Net<'c>,
    parties: Vec<&'c Party>,
    /// Those of namespaces that come: of them it is said what is open, and what enters the others.
    added: Vec<&'c Party>,
    /// Those of whom policies speak that select nobody of the files: what they let pass is nobody else's to tell.
    bare: BTreeSet<&'c Party>,
}

/// Something that may be said.
enum Found<'c> {
    /// One half of a pair differs.
    Pair(&'c Party, &'c Party),
    /// Addresses that a party may or might talk to.
    Addresses(Addresses<'c>),
    /// A party became open, or was isolated.
    Turned { party: &'c Party, direction: Direction, is_open: bool },
}

/// Addresses that a party may talk to on one side alone.
struct Addresses<'c> {
    party: &'c Party,
    direction: Direction,
    version: Version,
    range: AddressRange,
    ports: Ports,
}

/// What a party's own policies make of it.
enum State {
    Absent,
    Open,
    Isolated(Half),
}

/// Peers of one destination (or source) at the same ports, said together where they are many.
type Raw<'c> = BTreeMap<(Version, &'c Party, String), BTreeMap<&'c Party, Ports>>;

/// Whom policies isolate on one side alone, by namespace and whether they are open now, and in which directions.
type Turned<'c> = BTreeMap<(&'c str, bool), BTreeMap<&'c Party, Vec<Direction>>>;

impl<'c> Comparison<'c> {
    fn run(&self, entries: &mut Entries) {
        let found: Vec<Found<'c>> = self.parties.par_iter().flat_map_iter(|party| self.party(party)).collect();
        let mut pairs: BTreeSet<(&Party, &Party)> = BTreeSet::new();
        let mut turned = Turned::new();
        for one in found {
            match one {
                Found::Pair(source, destination) => {
                    pairs.insert((source, destination));
                }
                Found::Addresses(found) => self.addresses(&found, entries),
                Found::Turned { party, direction, is_open } => {
                    let of_namespace = turned.entry((party.namespace().unwrap_or_default(), is_open)).or_default();
                    of_namespace.entry(party).or_default().push(direction);
                }
            }
        }
        self.turned(&turned, entries);
        let pairs: Vec<(&Party, &Party)> = pairs.into_iter().collect();
        let judged: Vec<(&Party, &Party, Ports, Ports)> = pairs
            .par_iter()
            .map(|(source, destination)| {
                let (was, is) = (self.old.passes(source, destination), self.new.passes(source, destination));
                (*source, *destination, was, is)
            })
            .collect();
        let mut raw: Raw<'_> = BTreeMap::new();
        for (source, destination, was, is) in judged {
            for (version, ports) in [(Version::New, is.without(&was)), (Version::Old, was.without(&is))] {
                if !ports.is_empty() {
                    self.pair((source, destination), (version, &ports), entries, &mut raw);
                }
            }
        }
        self.unnamed(raw, entries);
    }

    fn state(net: &Net<'_>, party: &Party, direction: Direction) -> State {
        if !net.has(party) {
            return State::Absent;
        }
        net.half(party, direction).map_or(State::Open, State::Isolated)
    }

    fn party(&self, party: &'c Party) -> Vec<Found<'c>> {
        let mut found = Vec::new();
        // what it may do itself is said of all that nobody names
        if party.is_selected() {
            return found;
        }
        // an environment that was not asked for is not built, and has no policies here that it will have
        if !self.old.is_judged(party) || !self.new.is_judged(party) {
            return found;
        }
        for direction in Direction::BOTH {
            let (was, is) = (Self::state(self.old, party, direction), Self::state(self.new, party, direction));
            let empty = Half::default();
            let (was, is) = match (&was, &is) {
                (State::Open, State::Open | State::Absent) | (State::Absent, State::Absent) => continue,
                (State::Absent | State::Isolated(_), State::Open) => {
                    found.push(Found::Turned { party, direction, is_open: true });
                    continue;
                }
                (State::Open, State::Isolated(_)) => {
                    found.push(Found::Turned { party, direction, is_open: false });
                    continue;
                }
                (State::Absent, State::Isolated(is)) => (&empty, is),
                (State::Isolated(was), State::Absent) => (was, &empty),
                (State::Isolated(was), State::Isolated(is)) => (was, is),
            };
            self.halves(party, direction, (was, is), &mut found);
        }
        found
    }

    fn halves(&self, party: &'c Party, direction: Direction, (was, is): (&Half, &Half), found: &mut Vec<Found<'c>>) {
        let spread = |net: &Net<'c>, half: &Half| {
            let mut ports: BTreeMap<&'c Party, Ports> = BTreeMap::new();
            for (class, own) in &half.pods {
                for member in net.members(*class) {
                    ports.entry(member).or_default().add(own);
                }
            }
            ports
        };
        let (before, after) = (spread(self.old, was), spread(self.new, is));
        let peers: BTreeSet<&Party> = before.keys().chain(after.keys()).copied().collect();
        for peer in peers.into_iter().filter(|peer| before.get(peer) != after.get(peer)) {
            // two that are no workloads are nobody's flow
            let enters =
                || direction == Direction::Ingress && !peer.is_selected() && self.added.binary_search(&peer).is_ok();
            let is_told = self.parties.binary_search(&peer).is_ok() || enters();
            if (party.is_workload() || peer.is_workload() || self.bare.contains(party)) && is_told {
                found.push(match direction {
                    Direction::Ingress => Found::Pair(peer, party),
                    Direction::Egress => Found::Pair(party, peer),
                });
            }
        }
        for (version, ranges) in
            [(Version::New, is.addresses.without(&was.addresses)), (Version::Old, was.addresses.without(&is.addresses))]
        {
            for (range, ports) in ranges.ranges() {
                let (range, ports) = (*range, ports.clone());
                found.push(Found::Addresses(Addresses { party, direction, version, range, ports }));
            }
        }
    }

    fn net(&self, version: Version) -> &'c Net<'c> {
        match version {
            Version::Old => self.old,
            Version::New => self.new,
        }
    }

    /// Says that something passes on one side alone, by the flows that say so: of the namespaces that it leaves and enters.
    fn flows(
        &self,
        (own, version): (&[&Party], Version),
        shown: impl Fn(&Ports) -> String,
        flows: &[(String, &Flow, Ports)],
        entries: &mut Entries,
    ) {
        let side = self.net(version).side();
        for (title, flow, ports) in flows {
            let reasons = side.model().map(|model| reasons(model, flow, self.sides, version)).unwrap_or_default();
            let place = reasons.first().map(|reason| reason.place);
            for about in own.iter().map(|own| about(own, version, title.clone())) {
                entries.say(about.clone(), shown(ports), place);
                entries.because(&about, reasons.iter().cloned());
            }
        }
    }

    /// Says it where a flow does; else remembers it.
    fn pair(
        &self,
        (source, destination): (&'c Party, &'c Party),
        (version, ports): (Version, &Ports),
        entries: &mut Entries,
        raw: &mut Raw<'c>,
    ) {
        let flows = self.net(version).flows(source, destination, ports);
        if flows.is_empty() {
            raw.entry((version, destination, ports.to_string())).or_default().insert(source, ports.clone());
        } else {
            let own: Vec<&Party> = [source, destination].into_iter().filter(|end| end.is_workload()).collect();
            let shown = |ports: &Ports| at_pods(ports.to_string(), source, destination);
            self.flows((&own, version), shown, &flows, entries);
        }
    }

    fn addresses(&self, found: &Addresses<'_>, entries: &mut Entries) {
        let Addresses { party, direction, version, range, ports } = found;
        let flows = self.net(*version).flows_at(party, *direction, *range, ports);
        if flows.is_empty() {
            let (own, peer) = (self.name(party, party), range.to_string());
            let subject = match direction {
                Direction::Ingress => format!("{peer} -> {own}"),
                Direction::Egress => format!("{own} -> {peer}"),
            };
            let rule = self.net(*version).rule_for(party, *direction, *range, ports);
            let place = rule.map(|span| Place { version: *version, span });
            entries.say(about(party, *version, subject), ports.to_string(), place);
        } else {
            let shown = |ports: &Ports| match direction {
                Direction::Ingress => at_pods(format!("{ports} of {range}"), &Party::Elsewhere, party),
                Direction::Egress => at_pods(format!("{ports} of {range}"), party, &Party::Elsewhere),
            };
            self.flows((&[*party], *version), shown, &flows, entries);
        }
    }

    /// Traffic that no flow of a spec names: manifests', or that of pods that nobody declares. Its place is the rule that lets
    /// it pass.
    fn unnamed(&self, raw: Raw<'_>, entries: &mut Entries) {
        let place = |version: Version, (source, destination): (&Party, &Party), ports: &Ports| {
            let rule = self.net(version).rule(source, destination, ports);
            rule.map(|span| Place { version, span })
        };
        // many sources of one destination, then many destinations of one source
        let mut by_source: Raw<'_> = BTreeMap::new();
        for ((version, destination, shown), sources) in raw {
            if let Some(ports) = sources.get(&Party::Elsewhere) {
                let subject = format!("any pod -> {}", self.name(destination, destination));
                let place = place(version, (&Party::Elsewhere, destination), ports);
                entries.say(about(destination, version, subject), shown, place);
                continue;
            }
            let wide: BTreeSet<&str> = sources.keys().filter_map(|source| others(source)).collect();
            let told: Vec<&Party> = sources.keys().copied().collect();
            for (source, ports) in sources {
                if !source.is_one_of(&wide) && !told.iter().any(|other| other.covers(source)) {
                    by_source.entry((version, source, shown.clone())).or_default().insert(destination, ports);
                }
            }
        }
        for ((version, source, shown), destinations) in by_source {
            if let Some(ports) = destinations.get(&Party::Elsewhere) {
                let subject = format!("{} -> any pod", self.name(source, source));
                let place = place(version, (source, &Party::Elsewhere), ports);
                entries.say(about(source, version, subject), shown, place);
                continue;
            }
            let wide: BTreeSet<&str> = destinations.keys().filter_map(|destination| others(destination)).collect();
            let told: Vec<&Party> = destinations.keys().copied().collect();
            let is_new = |one: &Party| !one.is_one_of(&wide) && !told.iter().any(|other| other.covers(one));
            for (destination, ports) in destinations.into_iter().filter(|(one, _)| is_new(one)) {
                let own = if source.is_workload() { source } else { destination };
                let subject = format!("{} -> {}", self.name(source, own), self.name(destination, own));
                let place = place(version, (source, destination), &ports);
                entries.say(about(own, version, subject), shown.clone(), place);
            }
        }
    }

    /// A party as another one would name it.
    fn name(&self, party: &Party, seen_from: &Party) -> String {
        let near = party.namespace() == seen_from.namespace();
        let environment = |namespace: &str| self.sides.environment(namespace).unwrap_or(namespace).to_owned();
        match party {
            Party::Pods { namespace, name, labels } => {
                let own = if near { name.clone() } else { format!("{}/{name}", environment(namespace)) };
                if labels.is_empty() { own } else { format!("{own} (pods with {labels})") }
            }
            Party::Others { namespace } if party == seen_from && self.bare.contains(party) => {
                format!("other pods of {} (none in these files)", environment(namespace))
            }
            Party::Others { .. } if near => "any pod beside it".to_owned(),
            Party::Others { namespace } => format!("any pod of {}", environment(namespace)),
            Party::Subjects { namespace, labels } | Party::Selected { namespace, labels } => {
                // such pods run somewhere, or the policy would say nothing
                let is_absent = matches!(party, Party::Subjects { .. });
                let labels = if is_absent { format!("{labels} (none in these files)") } else { labels.clone() };
                let pods = if labels.is_empty() { "any pod".to_owned() } else { format!("pods with {labels}") };
                match namespace.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                    Some(own) => format!("{pods} of namespaces with {own}"),
                    None if namespace.is_empty() => format!("{pods} of any namespace"),
                    None if near && matches!(party, Party::Subjects { .. }) => pods,
                    None if near => format!("{pods} beside it"),
                    None => format!("{pods} of {}", environment(namespace)),
                }
            }
            Party::Dns => "dns".to_owned(),
            Party::Elsewhere => "any pod".to_owned(),
        }
    }

    /// Who is open in a namespace that is new: all of it is one entry, and this is what it lets pass that nobody may expect.
    fn opened(&self, entries: &mut Entries) {
        let mut turned = Turned::new();
        for party in self.added.iter().filter(|party| !party.is_selected() && self.new.is_judged(party)) {
            let open =
                Direction::BOTH.into_iter().filter(|way| matches!(Self::state(self.new, party, *way), State::Open));
            let open: Vec<Direction> = open.collect();
            if !open.is_empty() {
                let of_namespace = turned.entry((party.namespace().unwrap_or_default(), true)).or_default();
                of_namespace.insert(party, open);
            }
        }
        self.turned(&turned, entries);
    }

    /// Whom policies isolate on one side alone.
    fn turned(&self, turned: &Turned<'_>, entries: &mut Entries) {
        for ((namespace, is_open), parties) in turned {
            let mut by_direction: BTreeMap<&'static str, Vec<&Party>> = BTreeMap::new();
            for (party, directions) in parties {
                let ways = match directions.as_slice() {
                    [Direction::Ingress] => "in",
                    [Direction::Egress] => "out",
                    _ => "in and out",
                };
                by_direction.entry(ways).or_default().push(party);
            }
            for (ways, parties) in by_direction {
                let namespace = (*namespace).to_owned();
                let (class, turn, what) = if *is_open {
                    let what = format!("no policy isolates it: everything passes {ways} that the other end lets pass");
                    (Class::Allowed, Class::GuaranteeLost, what)
                } else {
                    let what = format!("isolated now: only what policies allow passes {ways}");
                    (Class::Denied, Class::GuaranteeWon, what)
                };
                // of a namespace that is new nothing is lost
                if parties.iter().any(|party| others(party).is_some() && self.old.has(party)) {
                    let subject = "default deny".to_owned();
                    let about = About { class: turn, subject, namespace: namespace.clone() };
                    entries.say(about, format!("of what goes {ways}"), self.denied(&namespace));
                }
                let mut names: Vec<String> = parties.iter().map(|party| self.name(party, party)).collect();
                names.sort_by_key(|name| name.starts_with("any pod"));
                let subject = names.join(", ").replace("any pod beside it", "any other pod");
                entries.say(About { class, subject, namespace }, what, None);
            }
        }
    }

    /// Where the new spec says whether a namespace denies what no flow allows.
    fn denied(&self, namespace: &str) -> Option<Place> {
        let model = self.new.side().model()?;
        let environment = model.environments.iter().find(|one| one.namespace_name() == namespace)?;
        let span = match &environment.default_deny {
            crate::model::environment::DefaultDeny::Off { stated, .. } => stated.span,
            crate::model::environment::DefaultDeny::On => {
                environment.observe.as_ref().map_or(environment.name.span, |observe| observe.span)
            }
        };
        Some(Place { version: Version::New, span })
    }
}

/// What is said of a party's traffic.
fn about(own: &Party, version: Version, subject: String) -> About {
    About { class: class(version), subject, namespace: own.namespace().unwrap_or_default().to_owned() }
}

/// Ports, and whose they are where a name does not say it.
fn at_pods(ports: String, source: &Party, destination: &Party) -> String {
    let to = destination.labels();
    let from = source.labels();
    let ports = if to.is_empty() { ports } else { format!("{ports} of pods with {to}") };
    if from.is_empty() { ports } else { format!("{ports} from pods with {from}") }
}

/// The namespace of whatever else runs there.
fn others(party: &Party) -> Option<&str> {
    match party {
        Party::Others { namespace } => Some(namespace),
        Party::Pods { .. } | Party::Subjects { .. } | Party::Selected { .. } | Party::Dns | Party::Elsewhere => None,
    }
}

/// What passes on the new side alone is newly allowed.
fn class(version: Version) -> Class {
    match version {
        Version::Old => Class::Denied,
        Version::New => Class::Allowed,
    }
}

/// Why a flow is: the statements, or what it is derived from.
fn reasons(model: &Model, flow: &Flow, sides: &Sides<'_>, version: Version) -> Vec<Reason> {
    let sources = match version {
        Version::Old => sides.old.sources,
        Version::New => sides.new.sources,
    };
    match &flow.why {
        Why::Derived(derived) => vec![Reason {
            text: format!("derived ({}), because {}", derived.derivation, one_line(&derived.reason)),
            place: Place { version, span: derived.cause },
        }],
        Why::Declared(_) => {
            let ids = flow.declared(model).map(|declared| declared.statements.as_slice()).unwrap_or_default();
            let statements = ids.iter().filter_map(|id| model.statement(*id));
            let stated = statements.map(|statement| {
                let text = format!("`{}`", one_line(sources.text(statement.span)));
                let because = statement.because.as_ref().filter(|because| !text.contains(because.value.as_str()));
                let because = because.map(|because| format!(", because {}", one_line(&because.value)));
                Reason {
                    text: format!("{text}{}", because.unwrap_or_default()),
                    place: Place { version, span: statement.span },
                }
            });
            stated.collect()
        }
    }
}
