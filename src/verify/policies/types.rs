//! The rules of a policy are of directions that it is about.

use super::Judged;
use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::verify::connectivity::Direction;
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// A NetworkPolicy has rules of a direction that its `policyTypes` do not name.
    ///
    /// ## Why it matters in the cluster
    /// The rules count for nothing: no traffic of that direction is denied by the policy, and none is allowed by it. Pods that
    /// another policy isolates stay closed to what these rules should let pass; pods that none isolates stay open.
    ///
    /// ## How to mend it
    /// Add the direction to `policyTypes`, or remove the rules.
    ///
    /// ```yaml bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   policyTypes: [Egress]
    ///   ingress: #~ BVL1160 "ingress"
    ///     - ports: [{ port: 8080 }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   policyTypes: [Ingress, Egress]
    ///   ingress: [{ ports: [{ port: 8080 }] }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [`types.go`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go), Kubernetes 1.36, `PolicyTypes`:
    /// "List of rule types that the NetworkPolicy relates to".
    BVL1160, "rules-without-effect", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1160];

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for policy in judged.policies() {
        let Some(spec) = &policy.object.spec else { continue };
        let types = spec.policy_types.as_deref().unwrap_or_default();
        if types.is_empty() {
            continue;
        }
        for direction in Direction::BOTH {
            let (field, count) = match direction {
                Direction::Ingress => ("spec.ingress", spec.ingress.iter().flatten().count()),
                Direction::Egress => ("spec.egress", spec.egress.iter().flatten().count()),
            };
            if count == 0 || types.iter().any(|name| name == direction.name()) {
                continue;
            }
            let side = direction.name().to_lowercase();
            let message =
                format!("{} has rules of {side}, and its policyTypes name {} alone", policy.title, types.join(" and "));
            found.push(
                Finding::new(&BVL1160, Place::new(policy.at, FieldPath::of(field)), message)
                    .here("these rules count for nothing")
                    .other(
                        Place::new(policy.at, FieldPath::of("spec.policyTypes")),
                        format!("{} is not among these", direction.name()),
                    )
                    .note(format!("the policy neither denies nor allows any {side}"))
                    .help(format!("add {} to policyTypes, or remove the rules", direction.name())),
            );
        }
    }
    found
}
