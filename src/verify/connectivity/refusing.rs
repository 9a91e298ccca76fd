//! Pods, and namespaces, that carry a label which a selector refuses (`NotIn`, `DoesNotExist`), and that nothing else names.
//!
//! Invariants: whoever a peer means, or would mean but for what it refuses, has a stand-in with each label that is refused by
//! any selector which is asked together with it, up to a limit; a namespace that is told by its name has no label beside it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::combinations::{LIMIT, combinations, left_out, pairs};
use super::given::NAMESPACE_NAME;
use super::index::{ClassId, Index, NamespaceId};
use super::labels::{self, Demand, Selector};
use super::names::{Id, Symbol};
use super::policy::{Direction, Peer, Peers, Places, Policy};
use super::stand_ins::{Demands, StandIn};
use super::traffic::Traffic;
use crate::object::Labels;

/// What selectors say of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// Whether policies select it.
    Subject,
    /// Whether rules of this direction speak of it.
    Peer(Direction),
}

/// Selectors that are asked together: those of a namespace's policies, or of the cluster's.
type Scope = (Option<String>, Asked);

/// What selectors refuse, those together that are asked together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals(BTreeMap<Scope, Refused>);

/// What is refused of namespaces, and of pods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Refused {
    spaces: Spoken,
    pods: Spoken,
}

/// What selectors speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Spoken {
    /// The values that they refuse, by key.
    refused: BTreeMap<String, Values>,
    /// All keys: whoever bears another one of these than he is asked for is somebody else.
    keys: BTreeSet<String>,
}

/// The values of a key that are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Values {
    listed: BTreeSet<String>,
    is_any: bool,
}

impl Refusals {
    /// Whether nothing is refused.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Refused::is_empty)
    }

    /// The same with the namespaces of policies called otherwise.
    #[must_use]
    pub fn moved(self, renamed: impl Fn(&str) -> String) -> Self {
        let mut moved = Self::default();
        for ((namespace, asked), refused) in self.0 {
            moved.add((namespace.map(|name| renamed(&name)), asked), refused);
        }
        moved
    }

    /// What either refuses.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (scope, refused) in other.0 {
            self.add(scope, refused);
        }
        self
    }

    fn add(&mut self, scope: Scope, more: Refused) {
        self.0.entry(scope).or_default().add(more);
    }
}

impl Refused {
    fn is_empty(&self) -> bool {
        self.spaces.refused.is_empty() && self.pods.refused.is_empty()
    }

    fn add(&mut self, more: Self) {
        for (own, more) in [(&mut self.spaces, more.spaces), (&mut self.pods, more.pods)] {
            own.keys.extend(more.keys);
            for (key, values) in more.refused {
                let of_key = own.refused.entry(key).or_default();
                of_key.listed.extend(values.listed);
                of_key.is_any |= values.is_any;
            }
        }
    }
}

impl Traffic {
    /// What the selectors of its policies refuse.
    pub fn refusals(&self) -> Refusals {
        let mut all = Refusals::default();
        for (scope, peer) in self.asked() {
            let refused = self.refused_by(peer);
            all.add(self.called(scope), refused);
        }
        all
    }

    /// Pods with the labels that selectors refuse, where nothing like them is there: of the selectors of subjects, or of
    /// peers. `refusals` are what each is to be asked about beside its own. `elsewhere` is the namespace that stands for any
    /// other, where there is one.
    pub fn refused(&self, elsewhere: &str, are_subjects: bool, refusals: Option<&Refusals>) -> Vec<StandIn> {
        let asked = self.asked().into_iter().filter(|((_, asked), _)| (*asked == Asked::Subject) == are_subjects);
        let asked = asked.filter_map(|(scope, peer)| {
            let mut refused = self.refused_by(peer);
            let shared = refusals.and_then(|refusals| refusals.0.get(&self.called(scope)));
            refused.add(shared.cloned().unwrap_or_default());
            (!refused.is_empty()).then_some((peer, refused))
        });
        let asked: Vec<(&Peer, Refused)> = asked.collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let index = Index::new(self);
        let elsewhere = self.tables.names.find(elsewhere).and_then(|name| index.namespace(name));
        let looking = Looking { traffic: self, index: &index, elsewhere };
        let found: BTreeSet<StandIn> =
            asked.par_iter().flat_map_iter(|(peer, refused)| looking.peer(peer, refused)).collect();
        found.into_iter().collect()
    }

    /// The selectors of policies, each once where it is asked together with the same others.
    fn asked(&self) -> Vec<((Option<Symbol>, Asked), &Peer)> {
        let mut seen: BTreeSet<(Option<Symbol>, Asked, Id<Peer>)> = BTreeSet::new();
        let mut asked = Vec::new();
        for policy in &self.policies {
            let namespace = policy.namespace();
            let stated = self.peers_of(policy).into_iter();
            let new = stated.filter(|(asked, id, _)| id.is_none_or(|id| seen.insert((namespace, *asked, id))));
            asked.extend(new.map(|(asked, _, peer)| ((namespace, asked), peer)));
        }
        asked
    }

    fn called(&self, (namespace, asked): (Option<Symbol>, Asked)) -> Scope {
        (namespace.map(|name| self.tables.names.str(name).to_owned()), asked)
    }

    fn refused_by(&self, peer: &Peer) -> Refused {
        let Peer::Pods(places, pods) = peer else { return Refused::default() };
        let spaces = match places {
            Places::One(_) => None,
            Places::Selected(selector) => Some(*selector),
        };
        let text = |symbol: Symbol| self.tables.names.str(symbol).to_owned();
        let spoken = |selector: Option<Id<Selector>>| {
            let mut spoken = Spoken::default();
            let Some(selector) = selector.and_then(|selector| self.tables.selectors.get(selector)) else {
                return spoken;
            };
            for (key, values) in selector.refusals() {
                let of_key = spoken.refused.entry(text(key)).or_default();
                of_key.is_any |= values.is_empty();
                of_key.listed.extend(values.iter().map(|value| text(*value)));
            }
            spoken.keys = selector.keys().map(text).collect();
            spoken
        };
        Refused { spaces: spoken(spaces), pods: spoken(*pods) }
    }
}

impl Traffic {
    /// The policies of which a peer speaks of more combinations of labels than are looked at.
    pub fn untold(&self) -> Vec<Untold> {
        let refusals = self.refusals();
        let mut found = Vec::new();
        for policy in &self.policies {
            let namespace = policy.namespace();
            let mut n = 0_usize;
            for (asked, _, peer) in self.peers_of(policy) {
                let mut refused = self.refused_by(peer);
                if asked != Asked::Subject {
                    refused.add(refusals.0.get(&self.called((namespace, asked))).cloned().unwrap_or_default());
                }
                n = n.saturating_add(self.left_out(peer, &refused));
            }
            if n > 0 {
                let text = |symbol: Symbol| self.tables.names.str(symbol).to_owned();
                found.push(Untold { namespace: namespace.map(text), name: text(policy.name), n });
            }
        }
        found
    }

    /// The peers of a policy, and what is asked of them; those of its rules by their numbers, since others may have the same.
    fn peers_of<'p>(&'p self, policy: &'p Policy) -> Vec<(Asked, Option<Id<Peer>>, &'p Peer)> {
        let subjects = policy.subjects.as_ref().map(|peer| (Asked::Subject, None, peer));
        let mut peers: Vec<(Asked, Option<Id<Peer>>, &Peer)> = subjects.into_iter().collect();
        for direction in Direction::BOTH {
            for rule in policy.rules(direction).unwrap_or_default() {
                if let Some(Peers::Listed(listed)) = self.tables.rules.get(*rule).map(|rule| &rule.peers) {
                    let listed = listed.iter().filter_map(|id| Some((*id, self.tables.peers.get(*id)?)));
                    peers.extend(listed.map(|(id, peer)| (Asked::Peer(direction), Some(id), peer)));
                }
            }
        }
        peers
    }

    /// How many combinations are not looked at: of what is listed, and where something is refused of that, too.
    fn left_out(&self, peer: &Peer, refused: &Refused) -> usize {
        let Peer::Pods(places, pods) = peer else { return 0 };
        let lengths = |selector: Option<Id<Selector>>, refused: &Spoken| -> Option<Vec<usize>> {
            let demands = match selector {
                Some(selector) => self.tables.selectors.get(selector)?.demands()?,
                None => Demands::new(),
            };
            Some(self.keys(&demands, &refused.refused).iter().map(|key| key.values.len()).collect())
        };
        let spaces = match places {
            Places::One(_) => Some(Vec::new()),
            Places::Selected(selector) => lengths(Some(*selector), &refused.spaces),
        };
        spaces.zip(lengths(*pods, &refused.pods)).map_or(0, |(spaces, pods)| left_out(&spaces, &pods))
    }

    /// The keys that are asked for, and those of which something is refused.
    fn keys(&self, demands: &Demands, refused: &BTreeMap<String, Values>) -> Vec<Key> {
        let names = &self.tables.names;
        let text = |value: &Symbol| names.str(*value).to_owned();
        let asked = demands.iter().map(|(key, demand)| {
            let name = text(key);
            let of_key = refused.get(&name).map(|values| &values.listed);
            let (values, n_asked): (Vec<Option<String>>, _) = match demand {
                Demand::Listed(values) => (values.iter().map(|value| Some(text(value))).collect(), values.len()),
                Demand::Any(but) => {
                    let mut values: BTreeSet<String> = but.iter().map(text).collect();
                    values.extend(of_key.into_iter().flatten().cloned());
                    let other = other(&values);
                    (std::iter::once(other).chain(values).map(Some).collect(), 1)
                }
            };
            Key { name, symbol: Some(*key), values, n_asked }
        });
        let free = refused.iter().filter(|(name, _)| {
            let symbol = names.find(name.as_str());
            !symbol.is_some_and(|symbol| demands.contains_key(&symbol))
        });
        let free = free.map(|(name, Values { listed, is_any })| {
            let values = std::iter::once(None).chain(listed.iter().cloned().map(Some));
            let values = values.chain(is_any.then(|| Some(other(listed)))).collect();
            Key { name: name.clone(), symbol: names.find(name.as_str()), values, n_asked: 1 }
        });
        asked.chain(free).collect()
    }
}

/// A policy of which a peer speaks of more combinations of labels than are looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Untold {
    /// Its namespace; none of a policy of the cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// How many combinations nothing is said of.
    pub n: usize,
}

impl Untold {
    /// What is said of some of them, in one line; nothing of none.
    pub fn line(all: &[Self]) -> Option<String> {
        const SHOWN: usize = 4;
        let named = all.iter().take(SHOWN).map(|one| {
            let home = one.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
            format!("{} of {home}{}", one.n, one.name)
        });
        let named = named.collect::<Vec<_>>().join(", ");
        let more = match all.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(", and those of {more} more"),
        };
        let what = format!(
            "of a peer with more than {LIMIT} combinations of labels only some are looked at, and nothing is said of the others"
        );
        (!all.is_empty()).then(|| format!("{what}: {named}{more}"))
    }
}

struct Looking<'l> {
    traffic: &'l Traffic,
    index: &'l Index<'l>,
    elsewhere: Option<NamespaceId>,
}

/// What may stand at a key.
struct Key {
    name: String,
    symbol: Option<Symbol>,
    /// The values that matter; none is a key that is not there.
    values: Vec<Option<String>>,
    /// How many of them are asked for; the others are refused.
    n_asked: usize,
}

/// The number of a value for each key.
type Choice = Vec<usize>;

impl Key {
    /// Which of its values this is.
    fn of(&self, carried: Option<&str>) -> Option<usize> {
        self.values.iter().position(|value| value.as_deref() == carried)
    }
}

impl Looking<'_> {
    fn peer(&self, peer: &Peer, refused: &Refused) -> Vec<StandIn> {
        let Peer::Pods(places, pods) = peer else { return Vec::new() };
        let selectors = &self.traffic.tables.selectors;
        let demands = |selector: Option<Id<Selector>>| match selector {
            Some(selector) => selectors.get(selector)?.demands(),
            None => Some(Demands::new()),
        };
        let Some(of_pods) = demands(*pods) else { return Vec::new() };
        let pod_keys = self.traffic.keys(&of_pods, &refused.pods.refused);
        let (named, space_keys) = match places {
            Places::One(name) => (Some(*name), Vec::new()),
            Places::Selected(selector) => {
                let Some(of_spaces) = demands(Some(*selector)) else { return Vec::new() };
                let is_named = |(key, demand): (&Symbol, &Demand)| {
                    self.traffic.tables.names.str(*key) == NAMESPACE_NAME && matches!(demand, Demand::Listed(_))
                };
                let none = BTreeMap::new();
                let refused = if of_spaces.iter().any(is_named) { &none } else { &refused.spaces.refused };
                (None, self.traffic.keys(&of_spaces, refused))
            }
        };
        let (spaces_beside, pods_beside) =
            (self.beside(&refused.spaces, &space_keys), self.beside(&refused.pods, &pod_keys));
        let mut carried: BTreeSet<(Choice, Choice)> = BTreeSet::new();
        let mut fitting: BTreeMap<Choice, Vec<NamespaceId>> = BTreeMap::new();
        let spaces: Vec<NamespaceId> = match named {
            Some(name) => self.index.namespace(name).into_iter().collect(),
            None => self.index.all_namespaces().collect(),
        };
        for space in spaces {
            let own = |key: &Key| key.of(self.text(key.symbol.and_then(|key| self.index.label(space, key))));
            let Some(own) = space_keys.iter().map(own).collect::<Option<Choice>>() else { continue };
            if spaces_beside.iter().any(|key| self.index.label(space, *key).is_some()) {
                continue;
            }
            let there = self.index.in_namespace(space).iter().filter(|class| self.index.is_selectable(**class));
            let there = there.filter_map(|class| Some((own.clone(), self.pod(*class, &pod_keys, &pods_beside)?)));
            carried.extend(there);
            fitting.entry(own).or_default().push(space);
        }
        let choices = |keys: &[Key]| {
            combinations(&keys.iter().map(|key| (0..key.values.len()).collect()).collect::<Vec<Vec<usize>>>())
        };
        let is_refused = |keys: &[Key], choice: &Choice| keys.iter().zip(choice).any(|(key, at)| *at >= key.n_asked);
        let mut found = Vec::new();
        for (of_space, of_pod) in pairs(&choices(&space_keys), &choices(&pod_keys)) {
            let is_told = is_refused(&space_keys, of_space) || is_refused(&pod_keys, of_pod);
            if !is_told || carried.contains(&(of_space.clone(), of_pod.clone())) {
                continue;
            }
            let labels = labeled(&pod_keys, of_pod);
            let place = match named {
                Some(name) => Some((Some(self.traffic.tables.names.str(name).to_owned()), Labels::new())),
                None => self.place(fitting.get(of_space), labeled(&space_keys, of_space)),
            };
            found.extend(place.map(|(namespace, namespace_labels)| StandIn { namespace, namespace_labels, labels }));
        }
        found
    }

    /// A namespace that is there, else a new one with these labels; `None` where one of its name is there and is not like this.
    fn place(&self, fitting: Option<&Vec<NamespaceId>>, mut labels: Labels) -> Option<(Option<String>, Labels)> {
        let fitting = || fitting.into_iter().flatten().copied();
        let name = |space: &NamespaceId| self.index.name(*space).unwrap_or_default();
        let usual = self.elsewhere.filter(|elsewhere| fitting().any(|space| space == *elsewhere));
        if let Some(space) = usual.or_else(|| fitting().min_by_key(name)) {
            return Some((Some(name(&space).to_owned()), Labels::new()));
        }
        let named = labels.remove(NAMESPACE_NAME).filter(|name| !name.is_empty());
        let known = named.as_ref().and_then(|name| self.traffic.tables.names.find(name.as_str()));
        let is_there = known.is_some_and(|name| self.index.namespace(name).is_some());
        (!is_there).then_some((named, labels))
    }

    /// The keys that are spoken of, and not here; the name of a namespace is not among them, which each has.
    fn beside(&self, spoken: &Spoken, keys: &[Key]) -> Vec<Symbol> {
        let beside =
            spoken.keys.iter().filter(|name| *name != NAMESPACE_NAME && !keys.iter().any(|key| key.name == **name));
        beside.filter_map(|name| self.traffic.tables.names.find(name.as_str())).collect()
    }

    /// What a pod carries of keys; `None` where it is none of their values, or bears one of those beside them.
    fn pod(&self, class: ClassId, keys: &[Key], beside: &[Symbol]) -> Option<Choice> {
        let carried = self.index.labels(self.index.class(class)?.pod.labels);
        if beside.iter().any(|key| labels::value(carried, *key).is_some()) {
            return None;
        }
        let own = |key: &Key| key.of(self.text(key.symbol.and_then(|key| labels::value(carried, key))));
        keys.iter().map(own).collect()
    }

    fn text(&self, symbol: Option<Symbol>) -> Option<&str> {
        symbol.map(|symbol| self.traffic.tables.names.str(symbol))
    }
}

fn labeled(keys: &[Key], choice: &Choice) -> Labels {
    let pairs = keys.iter().zip(choice).filter_map(|(key, at)| Some((key.name.clone(), key.values.get(*at)?.clone()?)));
    pairs.collect()
}

/// A value that is none of these.
fn other(but: &BTreeSet<String>) -> String {
    let mut text = String::new();
    while but.contains(&text) {
        text.push('x');
    }
    text
}
