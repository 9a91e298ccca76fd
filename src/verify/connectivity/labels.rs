//! Labels and selectors by the ids of their texts, and whether a selector matches labels.

use super::names::{Symbol, Table};
use crate::object::{LabelSelector, Labels};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "In" => Self::In,
            "NotIn" => Self::NotIn,
            "Exists" => Self::Exists,
            "DoesNotExist" => Self::DoesNotExist,
            _ => return None,
        })
    }
}

/// Labels as a set of ids.
pub(super) fn label_set<'l>(
    labels: impl IntoIterator<Item = (&'l String, &'l String)>,
    names: &mut Table<Box<str>>,
) -> LabelSet {
    let mut set: Vec<_> = labels.into_iter().map(|(key, value)| (names.text(key), names.text(value))).collect();
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

    /// Reads a selector; `None` where an operator is one that the API refuses.
    pub(super) fn read(selector: &LabelSelector, names: &mut Table<Box<str>>) -> Option<Self> {
        let requirements = selector.match_expressions.iter().flatten().map(|stated| {
            let operator = Operator::parse(&stated.operator)?;
            let values = stated.values.iter().flatten().map(|value| names.text(value)).collect();
            Some(Requirement { key: names.text(&stated.key), operator, values })
        });
        let requirements = requirements.collect::<Option<_>>()?;
        Some(Self { equal: label_set(selector.match_labels.iter().flatten(), names), requirements })
    }

    /// Whether all of its requirements hold of what each key carries; an empty selector matches everything.
    ///
    /// "`matchLabels` [..] and `matchExpressions` are `ANDed`"; `In`: the key is there with one of the values; `NotIn`: it
    /// is not, so absent keys match; `Exists`, `DoesNotExist`: the key alone (kubernetes/apimachinery
    /// `pkg/apis/meta/v1/types.go` and `pkg/labels/selector.go`, `Requirement.Matches`, 0.33).
    pub(super) fn matches(&self, carried: impl Fn(Symbol) -> Option<Symbol>) -> bool {
        self.equal.iter().all(|(key, value)| carried(*key) == Some(*value))
            && self.requirements.iter().all(|requirement| {
                let carried = carried(requirement.key);
                let listed = || carried.is_some_and(|value| requirement.values.contains(&value));
                match requirement.operator {
                    Operator::In => listed(),
                    Operator::NotIn => !listed(),
                    Operator::Exists => carried.is_some(),
                    Operator::DoesNotExist => carried.is_none(),
                }
            })
    }

    /// Whether it has no requirement.
    pub(super) fn is_empty(&self) -> bool {
        self.equal.is_empty() && self.requirements.is_empty()
    }
}
