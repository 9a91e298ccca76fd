//! What is taken for granted because no object says otherwise.
//!
//! Nothing here is wrong: what is missing may be brought by others, and then these answers are others, too.

use super::{Judged, PolicyView, words};
use crate::object::{FieldPath, LabelSelector};
use crate::verify::connectivity::{NAMESPACE_NAME, peers};
use crate::verify::finding::Place;
use crate::verify::select;

/// Each thing that is assumed, and the field that asks for it.
pub(super) fn assumed(judged: &Judged<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for policy in judged.policies() {
        found.extend(of_nobody(judged, policy));
    }
    found.extend(unknown_labels(judged));
    found
}

/// A policy whose pods are not among the objects, with nothing there that could be meant.
fn of_nobody(judged: &Judged<'_>, policy: &PolicyView<'_>) -> Option<(Place, String)> {
    let selector = policy.selector.filter(|selector| !select::is_empty(selector))?;
    if judged.refused.contains(&policy.number)
        || !judged.has_pods(policy.namespace)
        || !policy.subjects.is_empty()
        || judged.slip(policy.namespace, selector).is_some()
    {
        return None;
    }
    let text = format!(
        "{} selects `{}`, which no pod of these files has in {}: it holds for pods of others, if there are such",
        policy.title,
        select::written(selector),
        policy.namespace,
    );
    Some((Place::new(policy.at, FieldPath::of("spec.podSelector")), text))
}

/// Selectors of namespaces by their labels, where a namespace with pods is stated by no object.
pub(super) fn unknown_labels(judged: &Judged<'_>) -> Vec<(Place, String)> {
    let unknown = || judged.namespaces.difference(&judged.stated).copied();
    if unknown().next().is_none() {
        return Vec::new();
    }
    let names = words(unknown().map(str::to_owned));
    let mut found = Vec::new();
    for policy in judged.policies() {
        for one in peers(policy.object) {
            let Some(selector) = one.peer.namespace_selector.as_ref().filter(|selector| asks_for_labels(selector))
            else {
                continue;
            };
            let text = format!(
                "{} selects namespaces by `{}`, and no Namespace object is there of {names}: taken to have no label but the name",
                policy.title,
                select::written(selector),
            );
            found.push((Place::new(policy.at, one.path().at("namespaceSelector")), text));
        }
    }
    found
}

/// Whether a selector of namespaces depends on more than their names.
fn asks_for_labels(selector: &LabelSelector) -> bool {
    let mut keys = selector.match_labels.iter().flatten().map(|(key, _)| key.as_str());
    let mut asked = selector.match_expressions.iter().flatten().map(|one| one.key.as_str());
    keys.any(|key| key != NAMESPACE_NAME) || asked.any(|key| key != NAMESPACE_NAME)
}
