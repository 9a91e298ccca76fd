//! The small parts of which every object is built.
//!
//! Invariant: nothing empty is stored where its absence says the same.

use std::collections::BTreeMap;

use super::{IntOrString, LabelSelector, ObjectMeta, Quantity};

/// Labels, or annotations, by key.
pub type Labels = BTreeMap<String, String>;

/// The metadata of an object; `namespace` is `None` for what belongs to the cluster.
pub fn meta(name: &str, namespace: Option<&str>, labels: Labels, annotations: Labels) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: namespace.map(str::to_owned),
        labels: (!labels.is_empty()).then_some(labels),
        annotations: (!annotations.is_empty()).then_some(annotations),
        ..ObjectMeta::default()
    }
}

/// A selector of everything that carries these labels. Without labels it selects *everything* (`{}`): an empty
/// selector matches all objects (`LabelSelector` in apimachinery's `meta/v1/types.go`, v0.33).
pub fn selector(labels: Labels) -> LabelSelector {
    LabelSelector { match_labels: (!labels.is_empty()).then_some(labels), match_expressions: None }
}

/// A quantity as it is to be written, `500m` or `256Mi`. Write the canonical form: the API server stores no other, and
/// any other is a difference for ever after.
pub fn quantity(canonical: impl Into<String>) -> Quantity {
    Quantity(canonical.into())
}

/// A count or a port number, where a percentage or a port name could stand too.
pub const fn int(number: i32) -> IntOrString {
    IntOrString::Int(number)
}

/// A percentage such as `25%` or a port name, where a number could stand too.
pub fn text(text: impl Into<String>) -> IntOrString {
    IntOrString::String(text.into())
}
