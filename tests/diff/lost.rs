//! What is lost though nothing of the object changes that had it, and what is compared with nothing.

use bvlc::query::diff::Class;

use super::said::{manifests, of};

const SELECTED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, tier: front } }
    spec: { containers: [{ name: web, image: \"web:1\" }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 3
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: \"shop:1\" }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: front }
spec: { minAvailable: 2, selector: { matchLabels: { tier: front } } }
---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { selector: { tier: front }, ports: [{ port: 80 }] }
";

/// The labels of pods change, and nothing of the budget and the Service does.
#[test]
fn a_budget_and_a_service_can_lose_their_pods_without_a_change_of_their_own() {
    let none = SELECTED.replace("app: web, tier: front }", "app: web }");
    let found = manifests(SELECTED, &none);
    let lost = "PodDisruptionBudget front: selects no pod of these files any more: a drain takes those that it was meant \
                for all at once [default]";
    assert_eq!(of(&found, &[Class::GuaranteeLost]), [lost], "{found:#?}");
    let address = "Service front: selects no pod of these files any more: its name resolves, and no connection to it \
                   succeeds [default]";
    assert_eq!(of(&found, &[Class::Addresses]), [address], "{found:#?}");
    let found = manifests(&none, SELECTED);
    assert_eq!(
        of(&found, &[Class::GuaranteeLost, Class::Addresses, Class::GuaranteeWon]),
        [
            "Service front: now selects the pods of Deployment web [default]",
            "PodDisruptionBudget front: now selects the pods of Deployment web [default]"
        ]
    );
    // one of two is still there
    let both = SELECTED.replace("{ labels: { app: shop } }", "{ labels: { app: shop, tier: front } }");
    assert_ne!(both, SELECTED.to_owned());
    let found = manifests(&both, SELECTED);
    assert_eq!(
        of(&found, &[Class::GuaranteeLost, Class::Addresses, Class::GuaranteeWon]),
        [
            "PodDisruptionBudget front: no longer selects the pods of Deployment shop [default]",
            "Service front: no longer selects the pods of Deployment shop [default]"
        ]
    );
    // a workload that is gone has lost no budget
    let parts = both.split("---\n").collect::<Vec<_>>();
    let gone = [parts[0], parts[2], parts[3]].join("---\n");
    let found = manifests(&both, &gone);
    assert!(found.iter().all(|(_, text)| !text.contains("no longer selects")), "{found:#?}");
    assert_eq!(manifests(&both, &both), []);
}

#[test]
fn a_second_budget_on_the_same_pods_ends_drains() {
    let second = "---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
";
    let two = format!("{SELECTED}{second}");
    let found = manifests(SELECTED, &two);
    let lost = "Deployment web: PodDisruptionBudget front and PodDisruptionBudget web select its pods: an eviction of a pod \
                with several budgets fails, so it can no longer be drained [default]";
    assert_eq!(of(&found, &[Class::GuaranteeLost]), [lost], "{found:#?}");
    let won = "Deployment web: no longer has several budgets: it can be drained again [default]";
    assert!(of(&manifests(&two, SELECTED), &[Class::GuaranteeWon]).contains(&won.to_owned()));
    assert_eq!(manifests(&two, &two), []);
    // one that selects nothing wins nothing
    let idle = format!("{SELECTED}{}", second.replace("app: web }", "app: wbe }").replace("name: web", "name: shop"));
    let found = manifests(SELECTED, &idle);
    assert_eq!(of(&found, &[Class::GuaranteeLost, Class::GuaranteeWon]), Vec::<String>::new());
    let added = of(&found, &[Class::Added]);
    assert!(added[0].contains("selects no pod of these files"), "{added:?}");
}

#[test]
fn what_holds_as_before_is_no_loss() {
    // two of three stay, whichever way it is said
    let other = SELECTED.replace("minAvailable: 2", "maxUnavailable: 1");
    assert_eq!(of(&manifests(SELECTED, &other), &[Class::GuaranteeLost]), Vec::<String>::new());
    let fewer = SELECTED.replace("minAvailable: 2", "maxUnavailable: 2");
    assert!(!of(&manifests(SELECTED, &fewer), &[Class::GuaranteeLost]).is_empty());
    let label = |labels: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: s, labels: {{ a: b{labels} }} }}\n")
    };
    let mode = |mode: &str, value: &str| format!(", pod-security.kubernetes.io/{mode}: {value}");
    let (none, audit) = (label(""), label(&(mode("audit", "restricted") + &mode("audit-version", "v1.33"))));
    let classes = |old: &str, new: &str| manifests(old, new).into_iter().map(|(class, _)| class).collect::<Vec<_>>();
    assert_eq!(classes(&none, &audit), [Class::GuaranteeWon]);
    assert_eq!(classes(&audit, &none), [Class::GuaranteeLost]);
    assert_eq!(classes(&none, &label(&mode("audit-version", "v1.33"))), [Class::NoEffect]);
    let newer = label(&(mode("audit", "restricted") + &mode("audit-version", "v1.34")));
    assert_eq!(classes(&audit, &newer), [Class::GuaranteeWon]);
    // what is no version tells nothing
    let none = label(&(mode("audit", "restricted") + &mode("audit-version", "newest")));
    assert_eq!(classes(&audit, &none), [Class::GuaranteeLost]);
    // what the API server fills in
    let stated = SELECTED.replace("replicas: 3", "replicas: 3\n  strategy: { type: RollingUpdate }");
    assert_eq!(manifests(SELECTED, &stated), []);
}

/// What a policy of another kind does is in no comparison of traffic, and that is said.
#[test]
fn a_policy_of_a_kind_that_is_not_read_is_named() {
    let policy = "---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: open }
spec: { priority: 5 }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: way, namespace: new }
spec: {}
";
    let with = format!("{SELECTED}{policy}");
    for (old, new, word) in [(SELECTED, with.as_str(), "new"), (with.as_str(), SELECTED, "gone")] {
        let unknown = of(&manifests(old, new), &[Class::Unknown]);
        assert_eq!(unknown.len(), 2, "{unknown:#?}");
        for (text, name) in unknown.iter().zip(["AdminNetworkPolicy open", "CiliumNetworkPolicy way"]) {
            assert!(text.starts_with(name) && text.contains(word) && text.contains("does not read"), "{text}");
        }
    }
}
