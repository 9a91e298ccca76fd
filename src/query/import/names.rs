//! What everything is called in the spec.
//!
//! Invariant: two things have one name only where the language keeps them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::flows::Flows;
use super::given::{Home, pod_labels, texts};
use crate::value::name::{dns_label, suggest_label};
use crate::vocabulary::is_reserved;

/// The names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The platform's.
    pub(super) platform: String,
    /// Of each namespace.
    environments: BTreeMap<String, String>,
    /// Of each workload of others.
    managed: Vec<String>,
}

/// Gives names.
pub(super) fn give(homes: &[Home], flows: &mut Flows, platform: &str) -> Names {
    let mut taken: BTreeSet<String> = homes.iter().flat_map(|home| home.services.keys().cloned()).collect();
    let mut fresh = |wanted: &str, word: &str| {
        let label = label(wanted).unwrap_or_else(|| word.to_owned());
        let label =
            if label.starts_with(|c: char| c.is_ascii_alphabetic()) { label } else { format!("{word}-{label}") };
        let numbered = (2_usize..).map(|number| format!("{label}-{number}"));
        let name = std::iter::once(label.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name) && !is_reserved(name))
            .unwrap_or(label.clone());
        taken.insert(name.clone());
        name
    };
    let managed = flows.managed.iter().map(|managed| fresh(&managed.name, "pods")).collect();
    for external in flows.externals.iter_mut() {
        external.name = fresh(&external.name, "net");
    }
    Names { platform: platform_name(homes, platform), environments: environments(homes), managed }
}

/// A text as a DNS label: itself where it is one.
fn label(text: &str) -> Option<String> {
    if dns_label(text).is_ok() { Some(text.to_owned()) } else { suggest_label(text) }
}

/// The instance that most pods say they belong to, else what the namespaces have in common.
fn platform_name(homes: &[Home], fallback: &str) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for parts in homes.iter().flat_map(|home| home.services.values()) {
        let label = pod_labels(&parts.workload).remove("app.kubernetes.io/instance");
        if let Some(instance) = label {
            *counts.entry(instance).or_default() += 1;
        }
    }
    let named = counts.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(name.clone())));
    let common = || {
        let prefix = prefix(homes);
        prefix.strip_suffix('-').filter(|prefix| !prefix.is_empty()).map(str::to_owned)
    };
    let wanted = named.map(|(name, _)| name).or_else(common).unwrap_or_else(|| fallback.to_owned());
    let label =
        label(&wanted).filter(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_reserved(label));
    label.unwrap_or_else(|| "imported".to_owned())
}

/// What the namespaces begin with, up to a `-`.
fn prefix(homes: &[Home]) -> String {
    let mut names = homes.iter().filter(|home| !home.services.is_empty()).map(|home| home.namespace.as_str());
    let (Some(first), mut common) = (names.next(), 0) else { return String::new() };
    let others: Vec<&str> = names.collect();
    if others.is_empty() {
        return String::new();
    }
    for (at, _) in first.match_indices('-') {
        if others.iter().all(|other| other.get(..=at) == first.get(..=at)) {
            common = at + 1;
        }
    }
    first.get(..common).unwrap_or_default().to_owned()
}

fn environments(homes: &[Home]) -> BTreeMap<String, String> {
    let prefix = prefix(homes);
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for home in homes {
        // what bvlc built says what it was built for
        let annotated =
            home.object.as_ref().and_then(|object| texts(object, "metadata.annotations").remove("bvl.dev/environment"));
        let annotated = annotated.filter(|name| dns_label(name).is_ok());
        let short =
            home.namespace.strip_prefix(&prefix).filter(|short| short.starts_with(|c: char| c.is_ascii_alphabetic()));
        let wanted = annotated.unwrap_or_else(|| short.unwrap_or(&home.namespace).to_owned());
        let is_fit = wanted.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_reserved(&wanted);
        let wanted = if is_fit { wanted } else { format!("env-{wanted}") };
        let name = if taken.contains(&wanted) { home.namespace.clone() } else { wanted };
        taken.insert(name.clone());
        names.insert(home.namespace.clone(), name);
    }
    names
}

impl Names {
    /// Of the environment of a namespace.
    pub(super) fn environment<'n>(&'n self, namespace: &'n str) -> &'n str {
        self.environments.get(namespace).map_or(namespace, String::as_str)
    }

    /// Of a workload of others.
    pub(super) fn managed(&self, number: usize) -> &String {
        static NONE: String = String::new();
        self.managed.get(number).unwrap_or(&NONE)
    }

    /// The workload of others of that name.
    pub(super) fn managed_by(&self, name: &str) -> Option<usize> {
        self.managed.iter().position(|own| own == name)
    }
}
