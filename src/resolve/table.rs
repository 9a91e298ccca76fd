//! What names stand for: endpoints by environment.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::model::{EndpointId, EnvironmentId};
use crate::value::Term;
use crate::value::name::{dns_label, suggest_label};
use crate::value::similar::Lexicon;

use super::declarations::{Declarations, Declared};

/// Which endpoint a name stands for in which environment.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By name, then environment.
    pub(super) by_name: Lexicon<IndexMap<String, BTreeMap<EnvironmentId, EndpointId>>>,
    /// The environments by the name of their declaration.
    pub(super) environments: Lexicon<BTreeMap<String, Vec<EnvironmentId>>>,
    /// Those that are shared.
    pub(super) shared: BTreeSet<EnvironmentId>,
    /// Environments of which no instance could be made, and what may run there alone.
    lost: BTreeSet<String>,
}

impl Table {
    /// What a bare name or `ENV/NAME` stands for, seen from an environment.
    pub(super) fn endpoint(&self, name: &str, environment: EnvironmentId) -> Option<EndpointId> {
        if let Some((elsewhere, name)) = name.split_once('/') {
            let instances = self.environments.get(elsewhere)?;
            let own = instances.iter().find(|id| **id == environment).or_else(|| instances.first())?;
            return self.by_name.get(name)?.get(own).copied();
        }
        let places = self.by_name.get(name)?;
        if let Some(own) = places.get(&environment) {
            return Some(*own);
        }
        let mut shared = places.iter().filter(|(place, _)| self.shared.contains(place));
        match (shared.next(), shared.next()) {
            (Some((_, only)), None) => Some(*only),
            _ => None,
        }
    }

    /// Lets a name that does not fit be used as it should be: that it does not fit is told where it stands.
    pub(super) fn mend_names(&mut self) {
        let unfit = self.by_name.iter().filter(|(name, _)| dns_label(name).is_err());
        let mended = unfit.filter_map(|(name, homes)| Some((suggest_label(name)?, homes.clone())));
        let mended: Vec<_> = mended.filter(|(name, _)| !self.by_name.contains_key(name)).collect();
        self.by_name.extend(mended);
    }

    /// What has a name in the environment before this one that has it.
    pub(super) fn before(&self, name: &str, environment: EnvironmentId) -> Option<EndpointId> {
        self.by_name.get(name)?.range(..environment).next_back().map(|(_, endpoint)| *endpoint)
    }

    /// Remembers what is declared, but is nowhere because its environment could not be made or is none, or there is
    /// no environment at all.
    pub(super) fn lose(&mut self, declarations: &Declarations<'_>) {
        let environments = declarations.environments.keys().filter(|name| !self.environments.contains_key(*name));
        let mut lost: BTreeSet<String> = environments.cloned().collect();
        let has_lost = !lost.is_empty() || declarations.environments.is_empty();
        let is_nowhere = |name: &str, declared: &Declared<'_>| {
            let stated = declared.named.statement.statements().filter(|inner| inner.word() == "in");
            let mut homes = stated.flat_map(|inner| &inner.terms).flat_map(Term::members).filter_map(Term::name);
            let is_unknown = homes.any(|home| !declarations.environments.contains_key(home));
            !self.by_name.contains_key(name) && (has_lost || is_unknown)
        };
        let nowhere = declarations.endpoints.iter().filter(|(name, declared)| is_nowhere(name, declared));
        lost.extend(nowhere.map(|(name, _)| name.clone()));
        self.lost = lost;
    }

    /// Whether an environment could not be made.
    pub(super) fn has_lost(&self) -> bool {
        !self.lost.is_empty()
    }

    /// Whether a name, or the environment before it, is declared and only lost.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        name.split('/').any(|part| self.lost.contains(part))
    }

    /// The names that were most likely meant, of those that are not the name itself, which may be known elsewhere: the nearest,
    /// and those that are as near.
    pub(super) fn near(&self, name: &str) -> Vec<String> {
        let Some((environment, bare)) = name.split_once('/') else {
            let near = self.by_name.nearest_of(name, |_| true).into_iter();
            return near.filter(|near| *near != name).map(str::to_owned).collect();
        };
        let in_environment = |(environment, instances): (&str, &Vec<EnvironmentId>)| {
            let is_there = |name: &str| {
                let homes = self.by_name.get(name);
                homes.is_some_and(|homes| instances.iter().any(|id| homes.contains_key(id)))
            };
            let near = self.by_name.nearest_of(bare, is_there).into_iter();
            near.map(|bare| format!("{environment}/{bare}")).collect::<Vec<_>>()
        };
        let environments = self.environments.nearest_of(environment, |_| true).into_iter();
        let found = environments.filter_map(|found| Some((found, self.environments.get(found)?)));
        found.flat_map(in_environment).filter(|near| near != name).collect()
    }
}
