//! The flows of the spec, as a person states them: who may reach whom, each pair once.

use std::collections::{BTreeMap, BTreeSet};

use super::flows::{Deny, Edge, End};
use super::peers::{External, WORLD};
use super::platform::Source;
use super::spec::Line;

impl Source<'_> {
    /// The flows, as few statements as name each once.
    pub(super) fn edges(&self) -> Vec<Line> {
        let mut holds: BTreeMap<(String, String, &str), BTreeSet<&str>> = BTreeMap::new();
        for edge in &self.flows.edges {
            let (from, to, home, because) = self.written(edge);
            holds.entry((from, format!("{to}.{}", edge.port), because)).or_default().extend(home);
        }
        // what one may reach in the same environments and for the same reason is one statement
        let mut by_source: BTreeMap<(String, String, &str), BTreeSet<String>> = BTreeMap::new();
        for ((from, to, because), homes) in holds {
            let (target, port) = to.split_once('.').unwrap_or((&to, ""));
            let everywhere = self.homes_of(&from, target);
            let is_open = |home: &&&str| self.flows.deny.get(**home) != Some(&Deny::On);
            let is_beside = |name: &str| self.beside(name);
            let has_port = |home: &str| {
                let ports = self.listening.get(&(home.to_owned(), target.to_owned()));
                ports.is_none_or(|ports| ports.has(port))
            };
            // where nothing is denied a flow between what runs there changes nothing
            let is_all = homes == everywhere
                || is_beside(&from)
                    && is_beside(target)
                    && everywhere.difference(&homes).all(|home| is_open(&home) && has_port(home));
            let within = if homes.is_empty() || is_all && homes.is_subset(&everywhere) {
                String::new()
            } else {
                let named: Vec<&str> = homes.iter().map(|home| self.names.environment(home)).collect();
                format!(" in {}", named.join(", "))
            };
            by_source.entry((from, within, because)).or_default().insert(to);
        }
        let mut by_targets: BTreeMap<(BTreeSet<String>, String, &str), Vec<String>> = BTreeMap::new();
        for ((from, within, because), targets) in by_source {
            by_targets.entry((targets, within, because)).or_default().push(from);
        }
        let mut statements: Vec<(Vec<String>, String)> = Vec::new();
        for ((targets, within, because), sources) in by_targets {
            let targets: Vec<String> = targets.into_iter().collect();
            let because = if because.is_empty() { String::new() } else { format!(" {because}") };
            let text = format!("{} -> {}{because}{within}", sources.join(", "), targets.join(", "));
            statements.push((sources, text));
        }
        statements.sort();
        statements.into_iter().map(|(_, text)| Line::new("allow", text)).collect()
    }

    /// Whether something runs beside services, or is outside the cluster.
    fn beside(&self, name: &str) -> bool {
        let managed = self.names.managed_by(name).and_then(|number| self.flows.managed.get(number));
        managed.is_none_or(|managed| managed.is_beside)
    }

    /// The namespaces in which a flow could be: those where both ends are.
    fn homes_of(&self, from: &str, to: &str) -> BTreeSet<&str> {
        let own = |name: &str| -> Option<BTreeSet<&str>> {
            let services = self.homes.iter().filter(|home| home.services.contains_key(name));
            let services: BTreeSet<&str> = services.map(|home| home.namespace.as_str()).collect();
            if !services.is_empty() {
                return Some(services);
            }
            let number = self.names.managed_by(name)?;
            let managed = self.flows.managed.get(number).filter(|managed| managed.is_beside)?;
            Some(managed.homes.iter().map(String::as_str).collect())
        };
        match (own(from), own(to)) {
            (Some(from), Some(to)) => from.intersection(&to).copied().collect(),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => BTreeSet::new(),
        }
    }

    /// Both ends as the spec calls them, the namespace whose flow it is, and the reason that it needs.
    fn written<'e>(&'e self, edge: &'e Edge) -> (String, String, Option<&'e str>, &'static str) {
        let place = |end: &'e End| match end {
            End::Service(home, name) => (Some(home.as_str()), name.clone(), true),
            End::Managed(home, number) => {
                let managed = self.flows.managed.get(*number);
                let is_beside = managed.is_some_and(|managed| managed.is_beside);
                let name = self.names.managed(*number);
                // of what runs in several environments of others one is meant
                let is_one_of_many = !is_beside && managed.is_some_and(|managed| managed.homes.len() > 1);
                let name =
                    if is_one_of_many { format!("{}/{name}", self.names.environment(home)) } else { name.clone() };
                (Some(home.as_str()), name, is_beside)
            }
            End::External(number) => {
                let external = self.flows.externals.get(*number);
                (None, external.map(|external| external.name.clone()).unwrap_or_default(), false)
            }
        };
        let ((from_home, from, from_beside), (to_home, to, to_beside)) = (place(&edge.from), place(&edge.to));
        let is_world = [&edge.from, &edge.to].into_iter().any(|end| match end {
            End::External(number) => self.flows.externals.get(*number).is_some_and(External::is_world),
            End::Service(..) | End::Managed(..) => false,
        });
        let because = if is_world { WORLD } else { "" };
        match (from_home, to_home) {
            (Some(one), Some(other)) if from_beside && to_beside && one != other => {
                let from = format!("{}/{from}", self.names.environment(one));
                let to = format!("{}/{to}", self.names.environment(other));
                (from, to, None, WORLD)
            }
            _ => {
                let home = from_home.filter(|_| from_beside).or(to_home.filter(|_| to_beside));
                (from, to, home, because)
            }
        }
    }
}
