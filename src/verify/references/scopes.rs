//! Which pods a quota counts.
//!
//! Source: `Matches` in kubernetes `staging/src/k8s.io/apiserver/pkg/quota/v1/generic/evaluator.go` and `podMatchesScopeFunc` in
//! `pkg/quota/v1/evaluator/core/pods.go`, v1.36: all scopes of a quota must hold of a pod, those of `scopes` and those of
//! `scopeSelector` alike.

use super::sums::{Counted, asked};
use crate::object::api::core::v1::{PodSpec, ResourceQuotaSpec, ScopedResourceSelectorRequirement};
use crate::verify::cluster::{Cluster, Pod};

/// A scope by its name, and what is required of it where something is.
type Scope<'q> = (&'q str, Option<&'q ScopedResourceSelectorRequirement>);

/// The scopes of a quota.
pub(super) fn scopes(spec: &ResourceQuotaSpec) -> impl Iterator<Item = Scope<'_>> {
    let own = spec.scopes.iter().flatten().map(|scope| (scope.as_str(), None));
    let selected = spec.scope_selector.iter().flat_map(|selector| selector.match_expressions.iter().flatten());
    own.chain(selected.map(|one| (one.scope_name.as_str(), Some(one))))
}

/// Whether a quota counts a pod: one without scopes counts all. `None` where only a cluster can tell.
pub(super) fn counts(cluster: &Cluster<'_>, spec: &ResourceQuotaSpec, pod: &Pod<'_>) -> Option<bool> {
    let mut all = true;
    for (scope, requirement) in scopes(spec) {
        all &= is_of_scope(cluster, pod, scope, requirement)?;
    }
    Some(all)
}

/// Whether a scope of a quota holds of a pod; `None` where only a cluster can tell.
fn is_of_scope(
    cluster: &Cluster<'_>,
    pod: &Pod<'_>,
    scope: &str,
    requirement: Option<&ScopedResourceSelectorRequirement>,
) -> Option<bool> {
    let spec: &PodSpec = pod.view.template.spec;
    let ends = spec.active_deadline_seconds.is_some_and(|seconds| seconds >= 0);
    let is_best_effort = || {
        let asks = |resource: &str| {
            asked(cluster, pod, Counted::Request(resource)) > 0 || asked(cluster, pod, Counted::Limit(resource)) > 0
        };
        !asks("cpu") && !asks("memory")
    };
    Some(match scope {
        "Terminating" => ends,
        "NotTerminating" => !ends,
        "BestEffort" => is_best_effort(),
        "NotBestEffort" => !is_best_effort(),
        "PriorityClass" => {
            let class = spec.priority_class_name.as_deref().filter(|class| !class.is_empty());
            let Some(requirement) = requirement else { return Some(class.is_some()) };
            let values = requirement.values.as_deref().unwrap_or_default();
            let is_one = class.is_some_and(|class| values.iter().any(|value| value == class));
            match requirement.operator.as_str() {
                "In" => is_one,
                "NotIn" => !is_one,
                "Exists" => class.is_some(),
                "DoesNotExist" => class.is_none(),
                _ => return None,
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Given;
    use serde_json::json;

    #[test]
    fn scopes() {
        let is = |spec: &serde_json::Value, scope: &str| {
            let pod = json!({ "metadata": { "name": "web" }, "spec": spec });
            let objects = [Given::decode("v1", "Pod", pod).unwrap().unwrap()];
            let cluster = Cluster::new(&objects, "shop");
            is_of_scope(&cluster, &cluster.pods()[0], scope, None)
        };
        let plain = json!({ "containers": [{ "name": "app" }] });
        let bounded = json!({ "containers": [{ "name": "app", "resources": { "requests": { "cpu": "1" } } }], "activeDeadlineSeconds": 0, "priorityClassName": "high" });
        for (scope, of_plain, of_bounded) in [
            ("Terminating", Some(false), Some(true)),
            ("NotTerminating", Some(true), Some(false)),
            ("BestEffort", Some(true), Some(false)),
            ("NotBestEffort", Some(false), Some(true)),
            ("PriorityClass", Some(false), Some(true)),
            ("CrossNamespacePodAffinity", None, None),
        ] {
            assert_eq!((is(&plain, scope), is(&bounded, scope)), (of_plain, of_bounded), "{scope}");
        }
    }
}
