//! What is won and what is lost with one field, each said as what it is.

use bvlc::query::diff::Class;

use super::said::{manifests, of};

const GUARANTEES: [Class; 3] = [Class::GuaranteeLost, Class::GuaranteeWon, Class::NoEffect];

/// A Deployment of so many pods, scaled by nothing or as is said, with a budget.
fn budget(replicas: u32, scaler: &str, spec: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: web }}
spec:
  replicas: {replicas}
  selector: {{ matchLabels: {{ app: web }} }}
  template:
    metadata: {{ labels: {{ app: web, tier: front }} }}
    spec: {{ containers: [{{ name: web, image: \"web:1\" }}] }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: shop }}
spec:
  replicas: {replicas}
  selector: {{ matchLabels: {{ app: shop }} }}
  template:
    metadata: {{ labels: {{ app: shop, tier: back }} }}
    spec: {{ containers: [{{ name: shop, image: \"shop:1\" }}] }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{ name: web }}
spec: {{ {spec} }}
{scaler}"
    )
}

const SCALER: &str = "---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 3, maxReplicas: 9 }
";

#[test]
fn an_amount_is_compared_at_the_pods_that_there_are() {
    const WEB: &str = "selector: { matchLabels: { app: web } }";
    let said = |replicas: u32, scaler: &str, old: &str, new: &str| {
        let side = |amount: &str| budget(replicas, scaler, &format!("{WEB}, {amount}"));
        of(&manifests(&side(old), &side(new)), &GUARANTEES)
    };
    for (replicas, old, new, n) in [
        (3, "minAvailable: 1", "maxUnavailable: 2", "of 3 pods 2 may go"),
        (3, "minAvailable: 2", "maxUnavailable: 1", "of 3 pods 1 may go"),
        (3, "minAvailable: 50%", "minAvailable: 2", "of 3 pods 1 may go"),
        (1, "minAvailable: 1", "maxUnavailable: 0", "of 1 pod 0 may go"),
        // of more than there are none may go
        (3, "minAvailable: 7", "minAvailable: 100%", "of 3 pods 0 may go"),
    ] {
        for (old, new) in [(old, new), (new, old)] {
            assert_eq!(said(replicas, "", old, new), [format!("PodDisruptionBudget web: {n}, as before [default]")]);
        }
    }
    let fields = "maxUnavailable added: 2; minAvailable removed, was";
    assert_eq!(
        said(4, "", "minAvailable: 1", "maxUnavailable: 2"),
        [format!("PodDisruptionBudget web: {fields} 1 [default]")]
    );
    // between its fewest and its most both may be
    assert_eq!(
        said(3, SCALER, "minAvailable: 50%", "maxUnavailable: 2"),
        [
            format!("PodDisruptionBudget web: of 3 pods 2 may go, 1 before; {fields} 50% [default]"),
            format!("PodDisruptionBudget web: of 6 pods 2 may go, 3 before; {fields} 50% [default]"),
        ]
    );
    assert_eq!(
        said(3, SCALER, "minAvailable: 100%", "maxUnavailable: 0"),
        ["PodDisruptionBudget web: of 3 to 9 pods as many may go as before [default]"]
    );
}

#[test]
fn what_becomes_of_pods_that_are_not_ready_is_won_and_lost() {
    let side =
        |more: &str| budget(3, "", &format!("selector: {{ matchLabels: {{ app: web }} }}, minAvailable: 1{more}"));
    let (plain, free) = (side(""), side(", unhealthyPodEvictionPolicy: AlwaysAllow"));
    assert_eq!(
        of(&manifests(&plain, &free), &GUARANTEES),
        [
            "PodDisruptionBudget web: a pod that is not ready can be evicted while too few are ready, before it has recovered; \
             unhealthyPodEvictionPolicy added: AlwaysAllow [default]",
            "PodDisruptionBudget web: a drain no longer waits for pods that do not become ready; \
             unhealthyPodEvictionPolicy added: AlwaysAllow [default]",
        ]
    );
    assert_eq!(
        of(&manifests(&free, &plain), &GUARANTEES),
        [
            "PodDisruptionBudget web: a drain waits for pods that do not become ready, where too few are; \
             unhealthyPodEvictionPolicy removed, was AlwaysAllow [default]",
            "PodDisruptionBudget web: a pod that is not ready is kept while too few are ready, so that it can recover; \
             unhealthyPodEvictionPolicy removed, was AlwaysAllow [default]",
        ]
    );
}

#[test]
fn a_selector_is_compared_by_whom_it_selects() {
    let side = |labels: &str| budget(3, "", &format!("minAvailable: 1, selector: {{ {labels} }}"));
    let same = manifests(&side("matchLabels: { app: web }"), &side("matchLabels: { tier: front }"));
    assert_eq!(of(&same, &GUARANTEES), ["PodDisruptionBudget web: the same pods are selected [default]"]);
    let all = "matchExpressions: [{ key: app, operator: Exists }]";
    for (old, new, class) in [
        ("matchLabels: { app: web }", all, Class::GuaranteeWon),
        (all, "matchLabels: { app: web }", Class::GuaranteeLost),
    ] {
        let found = manifests(&side(old), &side(new));
        assert!(!of(&found, &[class]).is_empty(), "{found:?}");
        let other: Vec<Class> = GUARANTEES.into_iter().filter(|other| *other != class).collect();
        assert_eq!(of(&found, &other), Vec::<String>::new(), "{found:?}");
    }
    let found = manifests(&side("matchLabels: { app: web }"), &side("matchLabels: { app: shop }"));
    assert_eq!((of(&found, &[Class::GuaranteeLost]).len(), of(&found, &[Class::GuaranteeWon]).len()), (1, 1));
}

#[test]
fn a_version_of_pod_security_is_compared_by_its_checks() {
    let side = |level: &str, version: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{ name: s, labels: {{ pod-security.kubernetes.io/enforce: {level}, \
             pod-security.kubernetes.io/enforce-version: {version} }} }}\n"
        )
    };
    let label = "metadata.labels[pod-security.kubernetes.io/enforce-version]";
    let said = |level: &str, old: &str, new: &str| of(&manifests(&side(level, old), &side(level, new)), &GUARANTEES);
    for (old, new, turn) in [("v1.30", "v1.31", "looser"), ("v1.31", "v1.30", "stricter")] {
        let what = format!("namespace: {turn} than before: seLinuxOptions; {label} {old} -> {new} [s]");
        assert_eq!(said("baseline", old, new), [what]);
    }
    let [lost, won] = ["looser than before: sysctls", "stricter than before: hostProbesAndHostLifecycle"];
    assert_eq!(
        said("baseline", "v1.31", "v1.34"),
        [lost, won].map(|what| format!("namespace: {what}; {label} v1.31 -> v1.34 [s]"))
    );
    assert_eq!(
        said("restricted", "v1.32", "v1.33"),
        ["namespace: no check of restricted differs between v1.32 and v1.33 [s]"]
    );
    // of a level that refuses nothing no version does
    assert_eq!(said("privileged", "v1.30", "v1.31"), [format!("namespace: {label} [s]")]);
}
