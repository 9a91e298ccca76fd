//! Which labels a selector fits.
//!
//! Source: `LabelSelectorAsSelector` in `k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go`, v0.37: none selects nothing,
//! an empty one everything; all parts must hold; `NotIn` and `DoesNotExist` hold where the key is missing.

use std::collections::BTreeMap;

use crate::object::{LabelSelector, PodTemplate};

/// Whether the selector fits the labels.
pub fn fits(selector: Option<&LabelSelector>, labels: Option<&BTreeMap<String, String>>) -> bool {
    let Some(selector) = selector else { return false };
    let value = |key: &str| labels.and_then(|labels| labels.get(key));
    let by_label = fits_map(selector.match_labels.as_ref(), labels);
    let mut expressions = selector.match_expressions.iter().flatten();
    by_label
        && expressions.all(|expression| {
            let values = expression.values.as_deref().unwrap_or_default();
            let known = value(&expression.key);
            let is_among = known.is_some_and(|known| values.contains(known));
            match expression.operator.as_str() {
                "In" => is_among,
                "NotIn" => !is_among,
                "Exists" => known.is_some(),
                "DoesNotExist" => known.is_none(),
                // the API server refuses any other operator
                _ => false,
            }
        })
}

/// Whether the labels hold every entry of the map; an empty map fits everything.
pub fn fits_map(wanted: Option<&BTreeMap<String, String>>, labels: Option<&BTreeMap<String, String>>) -> bool {
    let mut wanted = wanted.into_iter().flatten();
    wanted.all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// The labels of the pods of a template.
pub fn labels<'a>(template: &PodTemplate<'a>) -> Option<&'a BTreeMap<String, String>> {
    template.metadata?.labels.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Labels;

    #[test]
    fn every_operator_on_both_sides() {
        let labels: Labels = [("app", "web"), ("tier", "x")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let read = |text: &str| serde_json::from_str::<LabelSelector>(text).unwrap();
        for (selector, expected) in [
            ("{}", true),
            (r#"{"matchLabels":{"app":"web"}}"#, true),
            (r#"{"matchLabels":{"app":"web","tier":"y"}}"#, false),
            (r#"{"matchExpressions":[{"key":"app","operator":"In","values":["a","web"]}]}"#, true),
            (r#"{"matchExpressions":[{"key":"app","operator":"In","values":["a"]}]}"#, false),
            (r#"{"matchExpressions":[{"key":"app","operator":"NotIn","values":["a"]}]}"#, true),
            (r#"{"matchExpressions":[{"key":"none","operator":"NotIn","values":["a"]}]}"#, true),
            (r#"{"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]}"#, false),
            (r#"{"matchExpressions":[{"key":"app","operator":"Exists"}]}"#, true),
            (r#"{"matchExpressions":[{"key":"none","operator":"Exists"}]}"#, false),
            (r#"{"matchExpressions":[{"key":"none","operator":"DoesNotExist"}]}"#, true),
            (r#"{"matchExpressions":[{"key":"app","operator":"DoesNotExist"}]}"#, false),
            (r#"{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}"#, false),
        ] {
            assert_eq!(fits(Some(&read(selector)), Some(&labels)), expected, "{selector}");
        }
        assert!(!fits(None, Some(&labels)));
        assert!(fits(Some(&read("{}")), None));
    }
}
