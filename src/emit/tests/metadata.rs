//! Labels, annotations and waves.

use serde_json::{Value, json};

use super::API;
use super::support::{at, build, build_whole, names, object};

const PREVIEW: &str = "environment preview(pr: int example 42) { namespace \"shop-pr-${pr}\" }";

#[test]
fn namespaces_enforce_their_profile() {
    for (profile, level, version) in [
        ("", "restricted", "latest"),
        ("profile restricted version \"1.33\"", "restricted", "v1.33"),
        ("profile baseline because \"an agent\"", "baseline", "latest"),
    ] {
        let spec = format!("platform shop {{}} environment prod {{ namespace \"p\"; {profile} }}");
        let labels = object(&build_whole(&spec, &[]), "prod", "Namespace p")["metadata"]["labels"].clone();
        for mode in ["enforce", "warn", "audit"] {
            assert_eq!(labels[format!("pod-security.kubernetes.io/{mode}")], level);
            assert_eq!(labels[format!("pod-security.kubernetes.io/{mode}-version")], version);
        }
        assert_eq!(labels.get("kubernetes.io/metadata.name"), None);
    }
}

#[test]
fn namespaces_of_fixed_environments_are_kept_and_others_are_labeled() {
    let manifests = build(PREVIEW, &["prod", "preview(pr=7)"]);
    let fixed = object(&manifests, "prod", "Namespace shop-prod");
    assert_eq!(fixed["metadata"]["annotations"]["argocd.argoproj.io/sync-options"], "Prune=false,Delete=false");
    assert_eq!(fixed["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    assert_eq!(fixed["metadata"]["labels"].get("bvl.dev/environment"), None);
    let instance = object(&manifests, "preview-7", "Namespace shop-pr-7");
    let keys: Vec<&String> = instance["metadata"]["annotations"].as_object().unwrap().keys().collect();
    let own = ["bvl.dev/declaration", "bvl.dev/environment", "bvl.dev/file"];
    assert_eq!(keys, [&["argocd.argoproj.io/sync-wave"], own.as_slice()].concat());
    assert_eq!(instance["metadata"]["labels"]["bvl.dev/environment"], "preview");
}

#[test]
fn an_existing_namespace_is_left_alone() {
    let spec = "platform shop {} environment prod { namespace \"p\" existing }";
    assert_eq!(names(&build_whole(spec, &[]), "prod"), ["NetworkPolicy default-deny"]);
}

#[test]
fn every_object_says_where_it_comes_from_and_pods_do_not() {
    let manifests = build(API, &[]);
    for name in names(&manifests, "prod") {
        let manifest = object(&manifests, "prod", &name);
        let of = if name.ends_with(" api") || name.ends_with("-settings") { "service api" } else { "environment prod" };
        assert_eq!(manifest["metadata"]["annotations"]["bvl.dev/declaration"], of, "{name}");
        assert_eq!(manifest["metadata"]["annotations"]["bvl.dev/file"], "platform.bvl", "{name}");
        assert_eq!(manifest["metadata"]["annotations"]["bvl.dev/environment"], "prod", "{name}");
        assert_eq!(manifest["metadata"]["labels"]["app.kubernetes.io/managed-by"], "bvlc", "{name}");
        assert_eq!(manifest["metadata"]["labels"]["team"], "web", "{name}");
    }
    let template = object(&manifests, "prod", "Deployment api")["spec"]["template"]["metadata"].clone();
    let annotations: Vec<&String> = template["annotations"].as_object().unwrap().keys().collect();
    assert_eq!(annotations, ["bvl.dev/config-hash"]);
    let labels = json!({"app.kubernetes.io/name": "api", "app.kubernetes.io/instance": "shop", "team": "web"});
    assert_eq!(template["labels"], labels);
}

#[test]
fn the_version_stands_on_the_deployment_alone() {
    let manifests = build(API, &[]);
    let version =
        |name| object(&manifests, "prod", name)["metadata"]["labels"].get("app.kubernetes.io/version").cloned();
    assert_eq!(version("Deployment api"), Some(json!("1.4.2")));
    assert_eq!(version("Service api"), None);
    let no_label = build(&API.replace(":1.4.2", &format!(":{}", "1".repeat(64))), &[]);
    let labels = object(&no_label, "prod", "Deployment api")["metadata"]["labels"].clone();
    assert_eq!(labels.get("app.kubernetes.io/version"), None);
}

#[test]
fn the_users_words_win_but_for_what_selects_pods() {
    let stated = "service api {
        label \"team\" \"core\"; label \"app.kubernetes.io/name\" \"other\"; label \"app.kubernetes.io/managed-by\" \"us\"
        annotation \"example.org/page\" \"7\"; annotation \"bvl.dev/declaration\" \"mine\"";
    let manifests = build(&API.replace("service api {", stated), &[]);
    let deployment = object(&manifests, "prod", "Deployment api");
    for pointer in ["/metadata/labels", "/spec/template/metadata/labels"] {
        assert_eq!(at(&deployment, pointer)["team"], "core");
        assert_eq!(at(&deployment, pointer)["app.kubernetes.io/name"], "api");
    }
    assert_eq!(deployment["metadata"]["labels"]["app.kubernetes.io/managed-by"], "us");
    assert_eq!(deployment["metadata"]["annotations"]["example.org/page"], "7");
    assert_eq!(deployment["metadata"]["annotations"]["bvl.dev/declaration"], "service api");
}

#[test]
fn a_stated_selector_is_used_wherever_pods_are_selected() {
    let text = API.replace("service api {", "service api { selector \"app\" \"legacy\"; ");
    let manifests = build(&format!("{text} managed m {{ match \"app\" \"m\"; port a 1000 }} allow api -> m.a"), &[]);
    let own = json!({"app": "legacy"});
    for (name, pointer) in [
        ("Deployment api", "/spec/selector/matchLabels"),
        ("Service api", "/spec/selector"),
        ("PodDisruptionBudget api", "/spec/selector/matchLabels"),
        ("NetworkPolicy api", "/spec/podSelector/matchLabels"),
        ("NetworkPolicy m", "/spec/ingress/0/from/0/podSelector/matchLabels"),
    ] {
        assert_eq!(at(&object(&manifests, "prod", name), pointer), &own, "{name}");
    }
    let labels = object(&manifests, "prod", "Deployment api")["spec"]["template"]["metadata"]["labels"].clone();
    assert_eq!((&labels["app"], &labels["app.kubernetes.io/name"]), (&json!("legacy"), &json!("api")));
}

#[test]
fn waves_follow_kinds_and_after() {
    let second = API.replace("service api {", "service second { after api; ");
    let third = API.replace("service api {", "service third { after second; ");
    let manifests = build(&format!("{API}{second}{third}"), &[]);
    for (name, wave) in [
        ("Namespace shop-prod", json!("-5")),
        ("NetworkPolicy default-deny", json!("-4")),
        ("PodDisruptionBudget third", json!("-2")),
        ("ConfigMap third-settings", json!("-2")),
        ("Service third", json!("-1")),
        ("Deployment api", Value::Null),
        ("HorizontalPodAutoscaler api", json!("1")),
        ("Deployment second", json!("1")),
        ("HorizontalPodAutoscaler second", json!("2")),
        ("Deployment third", json!("2")),
    ] {
        let object = object(&manifests, "prod", name);
        assert_eq!(object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"], wave, "{name}");
    }
}

#[test]
fn each_service_in_front_of_pods_is_an_object() {
    let spec = |words: &str| {
        format!("service w {{ image \"registry.example/w:1\"; scale 2; cpu 1; memory 1Gi; {words} }} allow w -> w.http")
    };
    let stated = "port http 8080 service-port 80; health 9102 { live \"/h\" }; service \"old\" http, health; service \"pods\" http headless";
    let manifests = build(&spec(stated), &[]);
    let own = object(&manifests, "prod", "Service w");
    let named = |name: &str| object(&manifests, "prod", &format!("Service {name}"));
    let http = json!({"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"});
    assert_eq!(own["spec"]["ports"], json!([http]));
    let health = json!({"name": "health", "port": 9102, "protocol": "TCP", "targetPort": "health"});
    assert_eq!(named("old")["spec"]["ports"], json!([http, health]));
    assert_eq!(named("old")["spec"].get("clusterIP"), None);
    // a headless one leads to the pods themselves
    let by_number = json!({"name": "http", "port": 8080, "protocol": "TCP", "targetPort": 8080});
    assert_eq!(named("pods")["spec"]["ports"], json!([by_number]));
    assert_eq!(named("pods")["spec"]["clusterIP"], "None");
    for name in ["old", "pods"] {
        assert_eq!(named(name)["spec"]["selector"], own["spec"]["selector"]);
        assert_eq!(named(name)["metadata"]["labels"], own["metadata"]["labels"]);
        assert_eq!(named(name)["metadata"]["annotations"], own["metadata"]["annotations"]);
    }
    // what serves nobody has no Service of its own
    let manifests =
        build(&spec("health 9102 { live \"/h\" }; service \"w\" health").replace("allow w -> w.http", ""), &[]);
    assert_eq!(object(&manifests, "prod", "Service w")["spec"]["ports"], json!([health]));
}

/// One label is asked for by its key in the layers in which all are put together.
#[test]
fn a_label_of_pods_is_the_one_that_is_emitted() {
    let spec = r#"
platform shop { kubernetes "1.33"; label "team" "web"; label "app" "all"; label "app.kubernetes.io/instance" "stated" }
environment prod { namespace "shop-prod"; label "team" "prod"; label "stage" "prod" }
class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
service plain is base { label "stage" "own" }
service adopted is base { label "app" "own"; selector "app" "chosen"; selector "team" "chosen" }
managed queue { match "app" "queue"; port client 4222; disruption by-operator }
allow plain, adopted -> queue.client
"#;
    let (_, model, _) = super::support::resolved(spec, &[]);
    assert_eq!(model.workloads().count(), 3);
    for workload in model.workloads() {
        let all = model.pod_labels(workload);
        assert!(!all.is_empty(), "{}", workload.name.value);
        for key in ["app", "team", "stage", "nobody's", "app.kubernetes.io/name", "app.kubernetes.io/instance"] {
            assert_eq!(model.pod_label(workload, key), all.get(key).copied(), "{} {key}", workload.name.value);
        }
    }
}
