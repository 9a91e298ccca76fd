//! What the objects of small specs say.

mod argo_cd;
mod because;
mod exposures;
mod jobs;
mod metadata;
mod monitoring;
mod network_policies;
mod pods;
mod scaling;
mod secrets;
mod stateful;
mod support;
mod values;

use serde_json::json;

use self::support::{at, build, build_whole, names, object};
use crate::emit::emit;

/// A service with a bit of everything.
const API: &str = r#"
service api {
  image "registry.example/api:1.4.2"; port http 8080; cpu 1; memory 1Gi
  health 8081 { live "/live" }
  config settings { LOG "info" }
  scale 2..5 { on cpu 70% }
}
"#;

#[test]
fn objects_come_in_the_order_of_application() {
    let manifests = build(&format!("environment dev {{ namespace \"shop-dev\"; budget {{ pods 1000 }} }}{API}"), &[]);
    let folders: Vec<&str> = manifests.iter().map(|environment| environment.folder.as_str()).collect();
    assert_eq!(folders, ["dev", "prod"]);
    assert_eq!(
        names(&manifests, "dev"),
        [
            "Namespace shop-dev",
            "NetworkPolicy default-deny",
            "ResourceQuota budget",
            "PodDisruptionBudget api",
            "ServiceAccount api",
            "ConfigMap api-settings",
            "Service api",
            "Deployment api",
            "HorizontalPodAutoscaler api",
        ]
    );
    assert_eq!(at(&object(&manifests, "dev", "ResourceQuota budget"), "/spec/hard"), &json!({"pods": "1k"}));
}

#[test]
fn a_budget_has_what_is_stated() {
    let spec = "platform shop {} environment prod {
        namespace \"p\"; budget { cpu 40; memory 64Gi; pods 100; requests { cpu 20500m; memory 32Gi } } }";
    let quota = object(&build_whole(spec, &[]), "prod", "ResourceQuota budget");
    let hard = json!({"limits.cpu": "40", "limits.memory": "64Gi", "pods": "100", "requests.cpu": "20500m", "requests.memory": "32Gi"});
    assert_eq!(at(&quota, "/spec/hard"), &hard);
}

#[test]
fn only_what_is_wanted_is_emitted_and_in_that_order() {
    let text = "environment preview(pr: int example 42) { namespace \"pr-${pr}\" }";
    let manifests = build(text, &["preview(pr=7)", "prod"]);
    let folders: Vec<&str> = manifests.iter().map(|environment| environment.folder.as_str()).collect();
    assert_eq!(folders, ["preview-7", "prod"]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| build(API, &[]))
    };
    assert_eq!(on(1), on(4));
    assert_ne!(on(1), []);
}

/// More workloads than are made at once, one of them without any object.
#[test]
fn objects_of_all_workloads_are_made() {
    let n_workloads = 2 * super::AT_ONCE + 1;
    let managed = (1..n_workloads).map(|at| format!("managed m{at} {{ match \"app\" \"m{at}\"; replicas 3 }}\n"));
    let text: String = managed.collect();
    let manifests = build(&format!("{text}managed m0 {{ match \"app\" \"m0\"; replicas 1 }}"), &[]);
    let names = names(&manifests, "prod");
    assert_eq!(names.iter().filter(|name| name.starts_with("PodDisruptionBudget")).count(), n_workloads - 1);
    assert_eq!(names.iter().filter(|name| name.starts_with("Namespace")).count(), 1);
}

#[test]
fn an_environment_of_another_model_has_no_objects() {
    let text = crate::source::files::MemoryFiles::new([("platform.bvl", "platform a {}")]);
    let (mut project, _) = crate::resolve::load(&text, "platform.bvl");
    let model = crate::resolve::resolve(&mut project, &crate::resolve::Inputs::default(), crate::resolve::Course::Once)
        .model
        .unwrap();
    let other = crate::model::EnvironmentId(9);
    assert!(emit(&model, &crate::graph::FlowGraph::default(), &project.sources, other).is_none());
}

#[test]
fn disruption_budgets_follow_from_replicas_and_quorum() {
    let service = |statements: &str| format!("service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; {statements} }}");
    let managed = |statements: &str| format!("managed w {{ match \"app\" \"w\"; {statements} }}");
    for (text, expected) in [
        (service("scale 1"), None),
        (service("scale 2"), Some(json!({"minAvailable": 1}))),
        (service("scale 1..9 { on cpu 70% }"), None),
        (service("scale 2..9 { on cpu 70% }"), Some(json!({"minAvailable": 1}))),
        (service("scale 1; disruption max-unavailable 1"), Some(json!({"maxUnavailable": 1}))),
        (service("scale 4; disruption min-available 50%"), Some(json!({"minAvailable": "50%"}))),
        (service("scale 4; disruption none because \"a pause is agreed\""), None),
        (service("scale 3; stateful"), Some(json!({"minAvailable": 1}))),
        (service("scale 3; stateful; quorum"), Some(json!({"minAvailable": 2}))),
        (service("scale 2; stateful; quorum"), Some(json!({"minAvailable": 1}))),
        (managed("replicas 1"), None),
        (managed("replicas 3"), Some(json!({"minAvailable": 1}))),
        (managed("replicas 2; quorum"), Some(json!({"minAvailable": 1}))),
        (managed("replicas 3; quorum"), Some(json!({"minAvailable": 2}))),
        (managed("replicas 4; quorum"), Some(json!({"minAvailable": 3}))),
        (managed("replicas 5; quorum"), Some(json!({"minAvailable": 3}))),
        (managed("replicas 3; quorum; disruption by-operator"), None),
    ] {
        let manifests = build(&text, &[]);
        if expected.is_none() {
            assert!(names(&manifests, "prod").iter().all(|name| !name.starts_with("PodD")), "{text}");
            continue;
        }
        let budget = object(&manifests, "prod", "PodDisruptionBudget w");
        let is_service = text.starts_with("service");
        let mut spec = budget["spec"].as_object().unwrap().clone();
        let labels = spec.remove("selector").unwrap()["matchLabels"].take();
        let policy = spec.remove("unhealthyPodEvictionPolicy");
        assert_eq!(Some(json!(spec)), expected, "{text}");
        let keeps_nothing = is_service && !text.contains("stateful");
        assert_eq!(policy, keeps_nothing.then(|| json!("AlwaysAllow")), "{text}");
        let own = json!({"app.kubernetes.io/name": "w", "app.kubernetes.io/instance": "shop"});
        assert_eq!(labels, if is_service { own } else { json!({"app": "w"}) }, "{text}");
    }
}
