//! What is reached from outside through a load balancer that is no workload.

use serde_json::json;

use super::support::{at, build, names, object};

const SERVICE: &str =
    r#"service w { image "a/w:1"; cpu 1; memory 1Gi; port http 8080; expose "shop.example" { tls secret "t" } }"#;

#[test]
fn a_load_balancer_outside_of_the_cluster_is_let_in_by_its_addresses() {
    let balancer = r#"external alb { cidr 10.20.0.0/20; entry ingress "alb" }"#;
    let manifests = build(&format!("{balancer}; {SERVICE}"), &[]);
    let ingress = object(&manifests, "prod", "Ingress w.alb.shop.example");
    assert_eq!(at(&ingress, "/spec/ingressClassName"), "alb");
    let policy = object(&manifests, "prod", "NetworkPolicy w");
    assert_eq!(at(&policy, "/spec/ingress/0/from"), &json!([{"ipBlock": {"cidr": "10.20.0.0/20"}}]));
    assert_eq!(at(&policy, "/spec/ingress/0/ports/0/port"), 8080);
}

#[test]
fn via_says_which_of_two_it_is() {
    let both = r#"external alb { cidr 10.20.0.0/20; entry ingress "alb" }; managed edge { match "app" "edge"; entry ingress "nginx" }"#;
    for (via, class) in [("alb", "alb"), ("edge", "nginx")] {
        let service = SERVICE.replace("\"shop.example\"", &format!("\"shop.example\" via {via}"));
        let manifests = build(&format!("{both}; {service}"), &[]);
        let built = names(&manifests, "prod");
        let ingresses: Vec<&String> = built.iter().filter(|name| name.starts_with("Ingress ")).collect();
        assert_eq!(ingresses, [&format!("Ingress w.{via}.shop.example")]);
        let ingress = object(&manifests, "prod", ingresses[0]);
        assert_eq!(at(&ingress, "/spec/ingressClassName"), class);
    }
}
