//! Which labels a selector matches.
//!
//! Source: `LabelSelectorAsSelector` in `k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go`, v0.37: none selects nothing,
//! an empty one everything; all parts must hold; `NotIn` and `DoesNotExist` hold where the key is missing.

use std::collections::BTreeMap;

use crate::object::{LabelSelector, Labels, PodTemplate};

/// How a requirement of `matchExpressions` asks for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// It is there with one of the values.
    In,
    /// It is not there with one of them.
    NotIn,
    /// It is there.
    Exists,
    /// It is not.
    DoesNotExist,
}

impl Operator {
    /// The operator of that name; `None` where the API server refuses it: one other than the four, `In` or `NotIn` without
    /// values, `Exists` or `DoesNotExist` with some (kubernetes/apimachinery `pkg/apis/meta/v1/validation/validation.go`,
    /// `ValidateLabelSelectorRequirement`, v0.37).
    pub fn read(name: &str, has_values: bool) -> Option<Self> {
        Some(match (name, has_values) {
            ("In", true) => Self::In,
            ("NotIn", true) => Self::NotIn,
            ("Exists", false) => Self::Exists,
            ("DoesNotExist", false) => Self::DoesNotExist,
            _ => return None,
        })
    }

    /// Whether it holds of a key that carries this value, or is not there.
    pub fn holds<T: PartialEq>(self, carried: Option<&T>, values: &[T]) -> bool {
        match self {
            Self::In => carried.is_some_and(|value| values.contains(value)),
            Self::NotIn => !carried.is_some_and(|value| values.contains(value)),
            Self::Exists => carried.is_some(),
            Self::DoesNotExist => carried.is_none(),
        }
    }
}

/// Whether all requirements of a selector hold; an empty one matches everything. `None` for one that the API server
/// refuses; see [`Operator::read`]. What holds it is not stored, so that it selects nothing.
pub fn matches(selector: &LabelSelector, labels: &Labels) -> Option<bool> {
    let mut all = fits_map(selector.match_labels.as_ref(), Some(labels));
    for requirement in selector.match_expressions.iter().flatten() {
        let values = requirement.values.as_deref().unwrap_or_default();
        let operator = Operator::read(&requirement.operator, !values.is_empty())?;
        all &= operator.holds(labels.get(&requirement.key), values);
    }
    Some(all)
}

/// Whether a selector selects what has these labels. One that is missing, or that the API server refuses, selects nothing.
pub fn fits(selector: Option<&LabelSelector>, labels: Option<&Labels>) -> bool {
    let none = Labels::new();
    selector.and_then(|selector| matches(selector, labels.unwrap_or(&none))) == Some(true)
}

/// Whether a selector has no requirement.
pub fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.iter().flatten().next().is_none()
        && selector.match_expressions.iter().flatten().next().is_none()
}

/// A selector as `kubectl` writes it: `app=web,tier in (a,b),!old`.
pub fn written(selector: &LabelSelector) -> String {
    let equal = selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.match_expressions.iter().flatten().map(|one| {
        let values = one.values.as_deref().unwrap_or_default().join(",");
        match one.operator.as_str() {
            "Exists" => one.key.clone(),
            "DoesNotExist" => format!("!{}", one.key),
            other => format!("{} {} ({values})", one.key, other.to_lowercase()),
        }
    });
    equal.chain(expressions).collect::<Vec<_>>().join(",")
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
            // refused
            (r#"{"matchExpressions":[{"key":"app","operator":"Maybe","values":["web"]}]}"#, false),
            (
                r#"{"matchExpressions":[{"key":"app","operator":"Maybe","values":["web"]}],"matchLabels":{"app":"a"}}"#,
                false,
            ),
            (r#"{"matchExpressions":[{"key":"app","operator":"NotIn"}]}"#, false),
            (r#"{"matchExpressions":[{"key":"app","operator":"Exists","values":["web"]}]}"#, false),
            (r#"{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}"#, false),
        ] {
            assert_eq!(fits(Some(&read(selector)), Some(&labels)), expected, "{selector}");
        }
        assert!(!fits(None, Some(&labels)));
        assert!(fits(Some(&read("{}")), None));
        let shown = r#"{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"a","operator":"NotIn","values":["b","c"]},{"key":"d","operator":"DoesNotExist"},{"key":"e","operator":"Exists"}]}"#;
        assert_eq!(written(&read(shown)), "app=web,a notin (b,c),!d,e");
    }
}
