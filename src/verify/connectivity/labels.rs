//! Whether a selector matches labels.

use crate::object::{LabelSelector, Labels};

/// Whether all of its requirements hold; an empty selector matches everything. `None` where an operator is one that the
/// API refuses.
///
/// "`matchLabels` [..] and `matchExpressions` are `ANDed`"; `In`: the key is there with one of the values; `NotIn`: it is
/// not, so absent keys match; `Exists`, `DoesNotExist`: the key alone (kubernetes/apimachinery
/// `pkg/apis/meta/v1/types.go` and `pkg/labels/selector.go`, `Requirement.Matches`, 0.33).
pub(super) fn matches(selector: &LabelSelector, labels: &Labels) -> Option<bool> {
    let mut all = selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    for requirement in selector.match_expressions.iter().flatten() {
        let carried = labels.get(&requirement.key);
        let listed = || carried.is_some_and(|value| requirement.values.iter().flatten().any(|one| one == value));
        all &= match requirement.operator.as_str() {
            "In" => listed(),
            "NotIn" => !listed(),
            "Exists" => carried.is_some(),
            "DoesNotExist" => carried.is_none(),
            _ => return None,
        };
    }
    Some(all)
}

/// Whether it has no requirement.
pub(super) fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.iter().flatten().next().is_none()
        && selector.match_expressions.iter().flatten().next().is_none()
}
