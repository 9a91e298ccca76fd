//! What enters from elsewhere, and how many pods there are.

use bvlc::query::diff::Class;

use super::said::{DEPLOYMENT, TEXT, between, manifests, of};

const SHARED: &str = r#"
platform shop {
  kubernetes "1.33"
  defaults { health 8081 { live "/healthz"; ready "/readyz" }; shutdown { pre-stop 5s; drain 20s } }
}
environment common { shared; namespace "shop-common" }
environment prod { namespace "shop-prod" }
environment lab { namespace "shop-lab" }
class base { cpu 100m; memory 128Mi; scale 2 }
service auth is base { in common; image "registry.example/auth:1.0"; port http 8080; port admin 9000 }
service web is base { image "registry.example/web:1.0"; port http 8080 }
allow web -> auth.http
"#;

/// A flow from one environment into another is of both.
#[test]
fn traffic_between_environments_is_of_both() {
    let new = format!("{SHARED}allow auth -> web.http in prod\n");
    let found = between(&[], SHARED, &new);
    let allowed = of(&found, &[Class::Allowed]);
    let own = "auth -> web.http: 8080/TCP; `allow auth -> web.http in prod` [common, prod]".to_owned();
    assert!(allowed.contains(&own), "{allowed:#?}");
}

/// A namespace that comes is one entry, and whom it is let into is said beside it.
#[test]
fn what_a_new_environment_sends_to_others_is_newly_allowed() {
    let new = SHARED.replace("environment lab", "environment next { namespace \"shop-next\" }\nenvironment lab");
    let found = between(&[], SHARED, &new);
    let allowed = of(&found, &[Class::Allowed]);
    assert_eq!(allowed, ["web -> auth.http: 8080/TCP; `allow web -> auth.http` [common, next]"], "{found:#?}");
    // what goes with a namespace is gone with it
    assert_eq!(of(&between(&[], &new, SHARED), &[Class::Allowed, Class::Denied]), Vec::<String>::new());
    let pod = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: {namespace}, labels: {{app: web}}}}\n\
             spec: {{containers: [{{name: c, image: 'x:1'}}]}}\n---\n"
        )
    };
    let policy = |namespaces: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web, namespace: a}}\nspec:\n  \
             podSelector: {{matchLabels: {{app: web}}}}\n  policyTypes: [Ingress]\n  \
             ingress: [{{from: [{{namespaceSelector: {{matchExpressions: [{{key: kubernetes.io/metadata.name, operator: In, \
             values: [{namespaces}]}}]}}}}]}}]\n"
        )
    };
    let old = format!("{}{}{}", pod("a"), pod("b"), policy("b"));
    let new = format!("{}{}{}{}", pod("a"), pod("b"), pod("c"), policy("b, c"));
    let allowed = of(&manifests(&old, &new), &[Class::Allowed]);
    assert!(allowed.iter().any(|text| text.starts_with("any pod of c -> web: any port")), "{allowed:#?}");
}

/// The budget of a platform is compared at as many pods as there are.
#[test]
fn a_budget_that_keeps_more_of_what_there_is_is_won() {
    let with = |budget: &str| TEXT.replace("scale 2; env", &format!("scale 3; {budget}env"));
    let found = between(&[], &with(""), &with("disruption max-unavailable 1; "));
    assert!(of(&found, &[Class::GuaranteeLost]).is_empty(), "{found:#?}");
    assert_eq!(of(&found, &[Class::GuaranteeWon]).len(), 1, "{found:#?}");
    let found = between(&[], &with("disruption max-unavailable 1; "), &with(""));
    assert_eq!(of(&found, &[Class::GuaranteeLost]).len(), 1, "{found:#?}");
}

/// Pods are their controller's, and counted with it.
#[test]
fn the_pods_of_a_dump_are_counted_once() {
    let asking = DEPLOYMENT.to_owned();
    let pod = |n: u32| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web-{n}\n  namespace: shop\n  labels: {{ app: web }}\n  \
             ownerReferences: [{{ apiVersion: apps/v1, kind: Deployment, name: web, uid: \"1\", controller: true }}]\n\
             spec: {{ containers: [{{ name: web, image: \"web:1\", resources: {{ requests: {{ cpu: 1 }} }} }}] }}\n"
        )
    };
    let dumped = asking.replace("name: web, namespace: shop", "name: web, namespace: shop, uid: \"1\"");
    let dump = format!("{dumped}{}{}", pod(1), pod(2));
    assert_eq!(of(&manifests(&dump, &asking), &[Class::Capacity]), Vec::<String>::new());
    assert_eq!(of(&manifests(&asking, &dump), &[Class::Capacity]), Vec::<String>::new());
    // a pod that nothing among them made is one more
    let alone = pod(3).replace("ownerReferences", "finalizers: []\n  # ");
    let more = of(&manifests(&asking, &format!("{asking}{alone}")), &[Class::Capacity]);
    assert!(more.iter().any(|text| text.contains("cpu requests")), "{more:#?}");
}
