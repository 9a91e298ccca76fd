//! Labels and selectors by the ids of their texts, and whether a selector matches labels.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Symbol, Table};
use crate::object::{LabelSelector, Labels};
use crate::verify::select::Operator;

/// Keys and values, in order of the keys' ids.
pub(super) type LabelSet = Box<[(Symbol, Symbol)]>;

/// What labels have to be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Selector {
    /// `matchLabels`.
    pub(super) equal: LabelSet,
    /// `matchExpressions`.
    requirements: Box<[Requirement]>,
}

/// One of `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Requirement {
    key: Symbol,
    operator: Operator,
    values: Box<[Symbol]>,
}

/// What a key has to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Demand {
    /// One of these values; never empty.
    Listed(BTreeSet<Symbol>),
    /// Any value but these.
    Any(BTreeSet<Symbol>),
}

/// What is asked of one key, requirement by requirement.
#[derive(Default)]
struct Asked {
    listed: Option<BTreeSet<Symbol>>,
    refused: BTreeSet<Symbol>,
    is_there: bool,
    is_absent: bool,
}

/// Labels as a set of ids.
pub(super) fn label_set<'l>(
    labels: impl IntoIterator<Item = (&'l String, &'l String)>,
    names: &mut Table<Box<str>>,
) -> LabelSet {
    set(labels, &mut |text| names.text(text))
}

fn set<'l>(
    labels: impl IntoIterator<Item = (&'l String, &'l String)>,
    symbol: &mut impl FnMut(&str) -> Symbol,
) -> LabelSet {
    let mut set: Vec<_> = labels.into_iter().map(|(key, value)| (symbol(key), symbol(value))).collect();
    set.sort_unstable();
    set.into()
}

/// The value of a key.
pub(super) fn value(labels: &[(Symbol, Symbol)], key: Symbol) -> Option<Symbol> {
    let at = labels.binary_search_by_key(&key, |(key, _)| *key).ok()?;
    labels.get(at).map(|(_, value)| *value)
}

impl Selector {
    /// The selector of equal labels alone.
    pub(super) fn equal(labels: &Labels, names: &mut Table<Box<str>>) -> Self {
        Self { equal: label_set(labels, names), requirements: Box::default() }
    }

    /// Reads a selector; `None` where the API refuses it.
    pub(super) fn read(selector: &LabelSelector, names: &mut Table<Box<str>>) -> Option<Self> {
        Self::of(selector, &mut |text| names.text(text))
    }

    /// The same without keeping anything: a text that is not there is [`Symbol::UNKNOWN`], which nothing carries.
    pub(super) fn find(selector: &LabelSelector, names: &Table<Box<str>>) -> Option<Self> {
        Self::of(selector, &mut |text| names.find(text).unwrap_or(Symbol::UNKNOWN))
    }

    fn of(selector: &LabelSelector, symbol: &mut impl FnMut(&str) -> Symbol) -> Option<Self> {
        let requirements = selector.match_expressions.iter().flatten().map(|stated| {
            let values = stated.values.as_deref().unwrap_or_default();
            let operator = Operator::read(&stated.operator, !values.is_empty())?;
            let values = values.iter().map(|value| symbol(value)).collect();
            Some(Requirement { key: symbol(&stated.key), operator, values })
        });
        let requirements = requirements.collect::<Option<_>>()?;
        Some(Self { equal: set(selector.match_labels.iter().flatten(), symbol), requirements })
    }

    /// Whether all of its requirements hold of what each key carries; an empty selector matches everything.
    ///
    /// "`matchLabels` [..] and `matchExpressions` are `ANDed`"; `In`: the key is there with one of the values; `NotIn`: it
    /// is not, so absent keys match; `Exists`, `DoesNotExist`: the key alone (kubernetes/apimachinery
    /// `pkg/apis/meta/v1/types.go` and `pkg/labels/selector.go`, `Requirement.Matches`, 0.33).
    pub(super) fn matches(&self, carried: impl Fn(Symbol) -> Option<Symbol>) -> bool {
        self.equal.iter().all(|(key, value)| carried(*key) == Some(*value))
            && self
                .requirements
                .iter()
                .all(|requirement| requirement.operator.holds(carried(requirement.key).as_ref(), &requirement.values))
    }

    /// What each key has to carry that has to be there; `None` for a selector that contradicts itself, which matches nothing.
    pub(super) fn demands(&self) -> Option<BTreeMap<Symbol, Demand>> {
        let mut asked: BTreeMap<Symbol, Asked> = BTreeMap::new();
        let equal = self.equal.iter().map(|(key, value)| (*key, Operator::In, std::slice::from_ref(value)));
        let stated = self.requirements.iter().map(|one| (one.key, one.operator, &*one.values));
        for (key, operator, values) in equal.chain(stated) {
            let of_key = asked.entry(key).or_default();
            match operator {
                Operator::In => {
                    let values: BTreeSet<Symbol> = values.iter().copied().collect();
                    let both = of_key.listed.as_ref().map(|listed| listed.intersection(&values).copied().collect());
                    of_key.listed = Some(both.unwrap_or(values));
                }
                Operator::NotIn => of_key.refused.extend(values),
                Operator::Exists => of_key.is_there = true,
                Operator::DoesNotExist => of_key.is_absent = true,
            }
        }
        let mut demands = BTreeMap::new();
        for (key, Asked { listed, refused, is_there, is_absent }) in asked {
            let demand = match listed {
                Some(listed) => Demand::Listed(listed.difference(&refused).copied().collect()),
                None if is_there => Demand::Any(refused),
                None => continue,
            };
            if is_absent || matches!(&demand, Demand::Listed(values) if values.is_empty()) {
                return None;
            }
            demands.insert(key, demand);
        }
        Some(demands)
    }

    /// What it refuses: a key, and the values of it; none of them where it refuses any.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (Symbol, &[Symbol])> {
        self.requirements.iter().filter_map(|one| match one.operator {
            Operator::NotIn => Some((one.key, &*one.values)),
            Operator::DoesNotExist => Some((one.key, <&[Symbol]>::default())),
            Operator::In | Operator::Exists => None,
        })
    }

    /// The keys that it speaks of.
    pub(super) fn keys(&self) -> impl Iterator<Item = Symbol> {
        self.equal.iter().map(|(key, _)| *key).chain(self.requirements.iter().map(|one| one.key))
    }

    /// Whether it has no requirement.
    pub(super) fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.requirements.is_empty()
    }
}
