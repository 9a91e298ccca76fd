//! What everything is called in the spec.
//!
//! Invariant: two things have one name only where the language keeps them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::flows::Flows;
use super::given::{Home, pod_labels, texts};
use crate::graph::written::ENVIRONMENT;
use crate::value::name::{dns_label, suggest_label};
use crate::vocabulary::is_reserved;

/// The names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The platform's.
    pub(super) platform: String,
    /// Of each namespace.
    environments: BTreeMap<String, String>,
    /// What namespaces are one of several of.
    instances: BTreeMap<String, Instance>,
    /// Of each workload of others.
    managed: Vec<String>,
}

/// The environment that a namespace is one instance of: policies name it by the label of all of them.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    environment: String,
    /// `pr: int example 7`.
    pub(super) parameter: String,
    /// `shop-pr-${pr}`.
    pub(super) namespace: String,
}

impl Instance {
    /// That of a namespace which bears the label of an environment, ends in a number, and is the only one in `homes` that does.
    fn of(home: &Home, homes: &[Home]) -> Option<Self> {
        let label = |home: &Home| texts(home.object.as_ref()?, "metadata.labels").remove(ENVIRONMENT);
        let environment = label(home).filter(|name| dns_label(name).is_ok() && !is_reserved(name))?;
        let n_alike = homes.iter().filter(|other| label(other).as_deref() == Some(&environment)).count();
        let n_digits = home.namespace.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (prefix, number) = home.namespace.split_at_checked(home.namespace.len() - n_digits)?;
        let is_number = number.parse::<u32>().is_ok_and(|value| value.to_string() == number);
        if n_alike != 1 || !is_number || prefix.is_empty() {
            return None;
        }
        // what bvlc built says what the number is
        let built = texts(home.object.as_ref()?, "metadata.annotations").remove(ENVIRONMENT);
        let built = built.as_deref().and_then(|built| built.strip_prefix(&environment)?.strip_prefix('('));
        let own = built.and_then(|built| built.strip_suffix(&format!("={number})")));
        let parameter = own.filter(|own| dns_label(own).is_ok() && !is_reserved(own)).unwrap_or("number");
        Some(Self {
            parameter: format!("{parameter}: int example {number}"),
            namespace: format!("{prefix}${{{parameter}}}"),
            environment,
        })
    }
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
    let instance = |home: &Home| Some((home.namespace.clone(), Instance::of(home, homes)?));
    let instances: BTreeMap<String, Instance> = homes.iter().filter_map(instance).collect();
    Names {
        platform: platform_name(homes, platform),
        environments: environments(homes, &instances),
        instances,
        managed,
    }
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

fn environments(homes: &[Home], instances: &BTreeMap<String, Instance>) -> BTreeMap<String, String> {
    let prefix = prefix(homes);
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for home in homes {
        // what bvlc built says what it was built for
        let annotated =
            home.object.as_ref().and_then(|object| texts(object, "metadata.annotations").remove(ENVIRONMENT));
        let annotated = annotated.filter(|name| dns_label(name).is_ok());
        let annotated = instances.get(&home.namespace).map(|one| one.environment.clone()).or(annotated);
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

    /// What a namespace is one of several of, where it is.
    pub(super) fn instance(&self, namespace: &str) -> Option<&Instance> {
        self.instances.get(namespace)
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
