//! Pods, and namespaces, that stand in for whoever policies speak of and no pod of a traffic is.
//!
//! Invariants: whatever a peer of a policy may mean, some pod of the traffic or a stand-in is it: for each combination of
//! values that its selectors list there is one, up to a limit; a pod of the traffic stands for itself alone, so that
//! whoever else a peer means has a stand-in of his own; a stand-in carries what a selector asks for and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::combinations::{combinations, pairs};
use super::given::NAMESPACE_NAME;
use super::index::{ClassId, Index, NamespaceId};
use super::labels::{self, Demand, LabelSet, Selector};
use super::names::{Id, Symbol};
use super::policy::{Direction, Peer, Peers, Places};
use super::traffic::{Network, Pod, Traffic};
use crate::object::Labels;

/// A pod that would be spoken of, if there were one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandIn {
    /// Its namespace; none where any that has the labels would do, and no such one is there.
    pub(super) namespace: Option<String>,
    /// What that namespace has to carry, where it is not there.
    pub(super) namespace_labels: Labels,
    /// Its labels.
    pub labels: Labels,
}

/// Whom pods are to stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Whoever peers of rules name and nobody is; of a peer that pods of more than one namespace may be, one in a namespace
    /// that has none yet; of all pods of a namespace, one that nobody names.
    Peers,
    /// Whoever peers of rules name and nobody is; whoever policies select and nobody is; and of a label that may have any value
    /// one with a value that nobody has.
    Anyone,
    /// Of each policy that selects nobody, one that it would select.
    Subjects,
}

impl StandIn {
    /// The name of its namespace; one that nothing names is called by its labels, in brackets.
    pub fn namespace(&self) -> String {
        let called = || match written(&self.namespace_labels) {
            labels if labels.is_empty() => "(any)".to_owned(),
            labels => format!("({labels})"),
        };
        self.namespace.clone().unwrap_or_else(called)
    }

    /// The same in a namespace of another name, where it has one.
    #[must_use]
    pub fn moved(mut self, renamed: impl FnOnce(&str) -> String) -> Self {
        self.namespace = self.namespace.map(|namespace| renamed(&namespace));
        self
    }

    /// Whatever else runs in its namespace.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { labels: Labels::new(), ..self.clone() }
    }

    /// Its labels: `app=web,tier=x`.
    pub fn written(&self) -> String {
        written(&self.labels)
    }
}

/// Labels as `kubectl` writes them.
fn written(labels: &Labels) -> String {
    let pairs = labels.iter().map(|(key, value)| if value.is_empty() { key.clone() } else { format!("{key}={value}") });
    pairs.collect::<Vec<_>>().join(",")
}

impl Traffic {
    /// The pods that would have to be there so that everyone is whom policies speak of. `elsewhere` is the namespace of them
    /// that stands for any other, where there is one.
    /// Those that are there stand for all namespaces that bear the label `own` with their value of it.
    pub fn stand_ins(&self, elsewhere: &str, missing: Missing, own: Option<&str>) -> Vec<StandIn> {
        let index = Index::new(self);
        let elsewhere = self.tables.names.find(elsewhere).and_then(|name| index.namespace(name));
        let plain = elsewhere.into_iter().flat_map(|elsewhere| index.in_namespace(elsewhere));
        let plain = plain.filter_map(|class| Some(index.class(*class)?.pod.labels)).collect();
        let own = own.and_then(|own| self.tables.names.find(own));
        let looking = Looking { traffic: self, index: &index, elsewhere, missing, own, plain };
        let rules = self.policies.iter().flat_map(|policy| {
            Direction::BOTH.into_iter().flat_map(|direction| policy.rules(direction).unwrap_or_default())
        });
        let rules: BTreeSet<_> = rules.copied().filter(|_| missing != Missing::Subjects).collect();
        let listed = rules.into_iter().filter_map(|rule| match &self.tables.rules.get(rule)?.peers {
            Peers::Everyone => None,
            Peers::Listed(peers) => Some(&**peers),
        });
        let listed: BTreeSet<Id<Peer>> = listed.flatten().copied().collect();
        let mut peers: Vec<&Peer> = listed.into_iter().filter_map(|peer| self.tables.peers.get(peer)).collect();
        if matches!(missing, Missing::Anyone | Missing::Subjects) {
            peers.extend(self.policies.iter().filter_map(|policy| policy.subjects.as_ref()));
        }
        let found: BTreeSet<StandIn> = peers.into_par_iter().flat_map_iter(|peer| looking.peer(peer)).collect();
        found.into_iter().collect()
    }

    /// Adds pods that stand in, called so; their indices, in the same order. A namespace that is there keeps its labels.
    pub fn add_stand_ins(&mut self, all: &[StandIn], called: impl Fn(&StandIn) -> String) -> Vec<usize> {
        let mut there: BTreeSet<Symbol> = self.pods.iter().map(|pod| pod.namespace).collect();
        there.extend(self.namespaces.keys());
        let mut added = Vec::with_capacity(all.len());
        for one in all {
            let namespace = one.namespace();
            let is_there = self.tables.names.find(namespace.as_str()).is_some_and(|name| there.contains(&name));
            if !is_there {
                self.add_namespace(&namespace, &one.namespace_labels);
            }
            added.push(self.add_pod(&Pod {
                name: called(one).into(),
                namespace: namespace.into(),
                labels: std::borrow::Cow::Borrowed(&one.labels),
                ports: Vec::new(),
                network: Network::Own(Vec::new()),
            }));
        }
        added
    }
}

/// A value for each of some keys.
type Choice = Vec<Option<Symbol>>;

/// All combinations of one value of each key, as far as the bound goes.
fn choices(keys: &[(Symbol, Vec<Symbol>)]) -> Vec<Choice> {
    let lists: Vec<Choice> = keys.iter().map(|(_, values)| values.iter().copied().map(Some).collect()).collect();
    combinations(&lists)
}

struct Looking<'l> {
    traffic: &'l Traffic,
    index: &'l Index<'l>,
    elsewhere: Option<NamespaceId>,
    missing: Missing,
    /// The label of namespaces that are all alike where its value is.
    own: Option<Symbol>,
    /// The labels of pods that nobody names: those of whoever is in the namespace that stands for any other.
    plain: BTreeSet<Id<LabelSet>>,
}

/// What each key has to carry.
pub(super) type Demands = BTreeMap<Symbol, Demand>;

impl Looking<'_> {
    /// Who has to be there for a peer.
    fn peer(&self, peer: &Peer) -> Vec<StandIn> {
        let Peer::Pods(places, pods) = peer else { return Vec::new() };
        let selectors = &self.traffic.tables.selectors;
        let demands = pods.map_or(Some(Demands::new()), |pods| selectors.get(pods)?.demands());
        let Some(demands) = demands else { return Vec::new() };
        match places {
            Places::One(name) => {
                let space = self.index.namespace(*name);
                let there: Vec<ClassId> = space.into_iter().flat_map(|space| self.there(space, *pods)).collect();
                if self.is_enough(&there) {
                    return Vec::new();
                }
                let named = |labels| StandIn {
                    namespace: Some(self.traffic.tables.names.str(*name).to_owned()),
                    namespace_labels: Labels::new(),
                    labels,
                };
                let missing = self.pods(&demands, &there).into_iter().map(named);
                missing.chain(space.and_then(|space| self.beside(space, &demands))).collect()
            }
            Places::Selected(selector) => {
                selectors.get(*selector).map(|selector| self.anywhere(selector, *pods, &demands)).unwrap_or_default()
            }
        }
    }

    /// Whether nobody is asked for beside those that are there.
    fn is_enough(&self, there: &[ClassId]) -> bool {
        self.missing == Missing::Subjects && !there.is_empty()
    }

    /// The pods of a namespace that a peer is; one of them where it is all of them.
    fn there(&self, space: NamespaceId, pods: Option<Id<Selector>>) -> Vec<ClassId> {
        if let Some(pods) = pods {
            return self.index.subjects(space, pods);
        }
        let mut all = self.index.in_namespace(space).iter().copied();
        all.find(|class| self.index.is_selectable(*class)).into_iter().collect()
    }

    /// The labels of pods that are missing.
    fn pods(&self, demands: &Demands, there: &[ClassId]) -> Vec<Labels> {
        let told = self.told(demands);
        let carried: BTreeSet<Choice> =
            there.iter().map(|class| told.iter().map(|(key, _)| self.pod_label(*class, *key)).collect()).collect();
        let missing = choices(&told).into_iter().filter(|choice| !carried.contains(choice));
        missing.map(|choice| self.with(demands, &told, &choice)).collect()
    }

    fn pod_label(&self, class: ClassId, key: Symbol) -> Option<Symbol> {
        labels::value(self.index.labels(self.index.class(class)?.pod.labels), key)
    }

    fn anywhere(&self, selector: &Selector, pods: Option<Id<Selector>>, demands: &Demands) -> Vec<StandIn> {
        let Some(of_spaces) = selector.demands() else { return Vec::new() };
        let spaces = self.index.namespaces(selector);
        let there: Vec<(NamespaceId, ClassId)> =
            spaces.iter().flat_map(|space| self.there(*space, pods).into_iter().map(|class| (*space, class))).collect();
        let classes: Vec<ClassId> = there.iter().map(|(_, class)| *class).collect();
        if self.is_enough(&classes) {
            return Vec::new();
        }
        let (space_keys, pod_keys) = (self.told(&of_spaces), self.told(demands));
        let carried: BTreeSet<(Choice, Choice)> = there
            .iter()
            .map(|(space, class)| {
                let own = space_keys.iter().map(|(key, _)| self.index.label(*space, *key)).collect();
                (own, pod_keys.iter().map(|(key, _)| self.pod_label(*class, *key)).collect())
            })
            .collect();
        let mut found = Vec::new();
        // a namespace that is there may have such pods, whatever value it carries where any will do
        if self.missing == Missing::Anyone
            && let Some((namespace, namespace_labels)) = self.place(&spaces, &[], self.example(&of_spaces))
        {
            let missing = self.pods(demands, &classes).into_iter();
            found.extend(missing.map(|labels| StandIn {
                namespace: namespace.clone(),
                namespace_labels: namespace_labels.clone(),
                labels,
            }));
        }
        for (of_space, of_pod) in pairs(&choices(&space_keys), &choices(&pod_keys)) {
            if carried.contains(&(of_space.clone(), of_pod.clone())) {
                continue;
            }
            let example = self.with(&of_spaces, &space_keys, of_space);
            if let Some((namespace, namespace_labels)) = self.place(&spaces, &space_keys, example) {
                found.push(StandIn { namespace, namespace_labels, labels: self.with(demands, &pod_keys, of_pod) });
            }
        }
        let populated: BTreeSet<NamespaceId> = there.iter().map(|(space, _)| *space).collect();
        found.extend(populated.iter().filter_map(|space| self.beside(*space, demands)));
        if !there.is_empty() {
            found.extend(self.twin(&spaces, &populated, &of_spaces, demands));
        }
        found
    }

    /// A pod that nobody names, where all pods of a namespace are meant and only some that have a name are there.
    fn beside(&self, space: NamespaceId, demands: &Demands) -> Option<StandIn> {
        let is_plain =
            |class: &ClassId| self.index.class(*class).is_some_and(|class| self.plain.contains(&class.pod.labels));
        let classes = self.index.in_namespace(space);
        let is_missing = self.missing == Missing::Peers
            && demands.is_empty()
            && !classes.is_empty()
            && !classes.iter().any(is_plain);
        is_missing.then(|| StandIn {
            namespace: self.index.name(space).map(str::to_owned),
            namespace_labels: Labels::new(),
            labels: Labels::new(),
        })
    }

    /// A pod like those that a peer is, in a namespace that has none of them: whoever makes one may give it any label but the
    /// name of another, and but that of which all are there.
    fn twin(
        &self,
        spaces: &[NamespaceId],
        populated: &BTreeSet<NamespaceId>,
        of_spaces: &Demands,
        demands: &Demands,
    ) -> Option<StandIn> {
        let is_name = |key: Symbol| self.traffic.tables.names.str(key) == NAMESPACE_NAME;
        let is_settled = |(key, demand): (&Symbol, &Demand)| {
            matches!(demand, Demand::Listed(_)) && (is_name(*key) || self.own == Some(*key))
        };
        if of_spaces.iter().any(is_settled) {
            return None;
        }
        let labels = self.example(demands);
        match self.elsewhere.filter(|elsewhere| spaces.contains(elsewhere)) {
            Some(elsewhere) if populated.contains(&elsewhere) => None,
            Some(elsewhere) => Some(StandIn {
                namespace: self.index.name(elsewhere).map(str::to_owned),
                namespace_labels: Labels::new(),
                labels,
            }),
            None => Some(StandIn { namespace: None, namespace_labels: self.example(of_spaces), labels }),
        }
    }

    /// A namespace with these labels: one of those that are there, else a new one. `None` where one of that name is there and
    /// is not like this.
    fn place(
        &self,
        spaces: &[NamespaceId],
        alike: &[(Symbol, Vec<Symbol>)],
        mut example: Labels,
    ) -> Option<(Option<String>, Labels)> {
        let name = |space: &NamespaceId| self.index.name(*space).unwrap_or_default();
        let is_alike = |space: &NamespaceId| {
            alike.iter().all(|(key, _)| {
                let names = &self.traffic.tables.names;
                let own = self.index.label(*space, *key).map(|value| names.str(value));
                own == example.get(names.str(*key)).map(String::as_str)
            })
        };
        let fitting = || spaces.iter().filter(|space| is_alike(space));
        let usual = self.elsewhere.filter(|elsewhere| fitting().any(|space| space == elsewhere));
        if let Some(space) = usual.or_else(|| fitting().min_by_key(|space| name(space)).copied()) {
            return Some((Some(name(&space).to_owned()), Labels::new()));
        }
        let named = example.remove(NAMESPACE_NAME).filter(|name| !name.is_empty());
        let is_there = |name: &String| {
            let name = self.traffic.tables.names.find(name.as_str());
            name.is_some_and(|name| self.index.namespace(name).is_some())
        };
        (!named.as_ref().is_some_and(is_there)).then_some((named, example))
    }

    /// The least that carries what is asked for.
    fn example(&self, demands: &Demands) -> Labels {
        let text = |symbol: Symbol| self.traffic.tables.names.str(symbol).to_owned();
        let value = |demand: &Demand| match demand {
            Demand::Listed(values) => values.first().map(|value| text(*value)).unwrap_or_default(),
            Demand::Any(but) => self.other(but),
        };
        demands.iter().map(|(key, demand)| (text(*key), value(demand))).collect()
    }

    /// The keys of which it matters what they carry, and the values of each for which someone has to be there.
    fn told(&self, demands: &Demands) -> Vec<(Symbol, Vec<Symbol>)> {
        let names = &self.traffic.tables.names;
        let values = demands.iter().filter_map(|(key, demand)| match (self.missing, demand) {
            (Missing::Peers | Missing::Anyone, Demand::Listed(values)) if values.len() > 1 => {
                Some((*key, values.iter().copied().collect()))
            }
            // a value that is no text of this traffic is carried by nobody
            (Missing::Anyone, Demand::Any(but)) => {
                Some((*key, vec![names.find(self.other(but).as_str()).unwrap_or(Symbol::UNKNOWN)]))
            }
            (Missing::Peers | Missing::Anyone | Missing::Subjects, Demand::Listed(_) | Demand::Any(_)) => None,
        });
        values.collect()
    }

    /// The least that carries what is asked for, and these values.
    fn with(&self, demands: &Demands, keys: &[(Symbol, Vec<Symbol>)], choice: &Choice) -> Labels {
        let text = |symbol: Symbol| self.traffic.tables.names.str(symbol).to_owned();
        let mut labels = self.example(demands);
        for ((key, _), value) in keys.iter().zip(choice) {
            if let (Some(value), Some(Demand::Listed(_))) = (value, demands.get(key)) {
                labels.insert(text(*key), text(*value));
            }
        }
        labels
    }

    /// A value that is none of these.
    fn other(&self, but: &BTreeSet<Symbol>) -> String {
        let is_one = |text: &String| but.iter().any(|value| self.traffic.tables.names.str(*value) == text);
        let mut text = String::new();
        while is_one(&text) {
            text.push('x');
        }
        text
    }
}
