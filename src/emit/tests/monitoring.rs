//! What a Prometheus of the Prometheus Operator is told.

use serde_json::{Value, json};

use super::support::{at, build, names, object};

const PROMETHEUS: &str = r#"managed prom { match "app" "prom"; monitors { label "release" "stack" } }"#;

fn service(word: &str) -> String {
    format!("service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; {word} }}")
}

fn alerts(text: &str, of: &str) -> Vec<(String, Value, String)> {
    let rule = object(&build(&format!("{PROMETHEUS}; {text}"), &[]), "prod", &format!("PrometheusRule {of}"));
    let rules = at(&rule, "/spec/groups/0/rules").as_array().unwrap().clone();
    let text = |rule: &Value, field: &str| rule[field].as_str().unwrap().to_owned();
    rules.iter().map(|rule| (text(rule, "alert"), rule["for"].clone(), text(rule, "expr"))).collect()
}

fn called(alerts: &[(String, Value, String)]) -> Vec<&str> {
    alerts.iter().map(|(name, _, _)| name.as_str()).collect()
}

#[test]
fn a_monitor_names_the_port_and_the_path_and_bears_the_labels_that_find_it() {
    let text = format!("{PROMETHEUS}; {}", service("port http 8080; metrics 9102 \"/m\"; label \"release\" \"own\""));
    let monitor = object(&build(&text, &[]), "prod", "PodMonitor w");
    assert_eq!(at(&monitor, "/spec/podMetricsEndpoints"), &json!([{"port": "metrics", "path": "/m"}]));
    assert_eq!(at(&monitor, "/metadata/labels/release"), "stack");
    // a port that is called otherwise is told by its number
    let text = format!("{PROMETHEUS}; {}", service("port http 8080; metrics 8080"));
    let monitor = object(&build(&text, &[]), "prod", "PodMonitor w");
    assert_eq!(at(&monitor, "/spec/podMetricsEndpoints"), &json!([{"portNumber": 8080, "path": "/metrics"}]));
}

#[test]
fn nobody_is_told_who_finds_pods_by_annotations() {
    let text = format!("managed prom {{ match \"app\" \"prom\"; provides scrape }}; {}", service("metrics 9102"));
    let built = names(&build(&text, &[]), "prod");
    assert!(!built.iter().any(|name| name.starts_with("PodMonitor")), "{built:?}");
}

#[test]
fn each_of_several_has_its_own() {
    let other = r#"managed other { match "app" "other"; monitors { label "release" "other" } }"#;
    let text = format!("{PROMETHEUS}; {other}; {}", service("metrics 9102; alerts 15m"));
    let manifests = build(&text, &[]);
    for (kind, of) in
        [("PodMonitor", "prom"), ("PodMonitor", "other"), ("PrometheusRule", "prom"), ("PrometheusRule", "other")]
    {
        let object = object(&manifests, "prod", &format!("{kind} w.{of}"));
        let release = if of == "prom" { "stack" } else { "other" };
        assert_eq!(at(&object, "/metadata/labels/release"), release);
    }
}

#[test]
fn alerts_are_about_what_is_stated() {
    let alone = alerts(&service("alerts 15m; scale 1"), "w");
    assert_eq!(called(&alone), ["ReplicasNotReady", "ContainersRestart"]);
    let scaled = alerts(&service("alerts 20m; scale 2..4 { on cpu 70% }"), "w");
    assert_eq!(called(&scaled), ["ReplicasNotReady", "ContainersRestart", "DrainsWait", "ReplicasAtMaximum"]);
    assert_eq!(scaled[0].1, json!("20m"));
    // counted over the time itself
    assert_eq!(scaled[1].1, Value::Null);
    assert_eq!(
        scaled[1].2,
        "increase(kube_pod_container_status_restarts_total{namespace=\"shop-prod\",pod=~\"w-[0-9a-z]+-[0-9a-z]{5}\"}[20m]) > 2"
    );
    let job = "job j { image \"a/j:1\"; cpu 1; memory 1Gi; alerts 1h severity info }";
    let job = alerts(job, "j");
    assert_eq!(called(&job), ["RunFailed"]);
    assert_eq!(job[0].2, "kube_job_failed{namespace=\"shop-prod\",job_name=~\"j-[0-9a-z]+\",condition=\"true\"} == 1");
}

#[test]
fn restarts_of_a_native_sidecar_count() {
    let sidecar = "sidecar proxy { image \"a/p:1\"; cpu 100m; memory 64Mi }";
    let alerts = alerts(&service(&format!("alerts 15m; {sidecar}")), "w");
    assert!(alerts[1].2.contains(" or increase(kube_pod_init_container_status_restarts_total{"), "{}", alerts[1].2);
}

#[test]
fn a_stateful_service_is_asked_of_by_its_own_metrics_and_the_numbers_of_its_pods() {
    let told = alerts(&service("scale 2; stateful; alerts 10m"), "w");
    let query = |name: &str| told.iter().find(|(known, _, _)| known == name).unwrap().2.clone();
    let own = "{namespace=\"shop-prod\",statefulset=\"w\"}";
    assert_eq!(
        query("ReplicasNotReady"),
        format!("kube_statefulset_status_replicas_ready{own} < kube_statefulset_replicas{own}")
    );
    let restarts = query("ContainersRestart");
    assert!(restarts.contains("pod=~\"w-[0-9]+\""), "{restarts}");
    let told = alerts(&service("scale 2; alerts 10m"), "w");
    assert!(told.iter().all(|(_, _, query)| !query.contains("statefulset")), "{told:?}");
}
