//! What a finding says to write is done, and the finding is gone and none came in its place.

use bvlc::object::Given;

use bvlc::verify::cluster::Cluster;
use bvlc::verify::connectivity::{Connectivity, gather};
use bvlc::verify::pod_security::NEWEST;
use bvlc::verify::{eviction, policies, references};
use serde_json::{Value, json};

/// What is found of some objects, by code and help.
fn found(objects: &[Value]) -> Vec<(&'static str, String)> {
    let given = objects.iter().map(|object| {
        let text = |key: &str| object[key].as_str().unwrap();
        Given::decode(text("apiVersion"), text("kind"), object.clone()).unwrap().unwrap()
    });
    let given: Vec<Given> = given.collect();
    let cluster = Cluster::new(&given, "s");
    let gathered = gather(&cluster);
    let connectivity = Connectivity::of(&gathered.traffic);
    let (of_policies, _) = policies::judge(&cluster, &gathered, &connectivity, NEWEST);
    let all = eviction::judge(&cluster).into_iter().chain(references::judge(&cluster)).chain(of_policies);
    all.map(|finding| (finding.code.id, finding.help.unwrap_or_default())).collect()
}

fn codes(objects: &[Value]) -> Vec<&'static str> {
    found(objects).into_iter().map(|(code, _)| code).collect()
}

/// The words of a help that stand in backticks.
fn quoted(help: &str) -> Vec<&str> {
    help.split('`').skip(1).step_by(2).collect()
}

fn pod(kind: &str, replicas: u64, container: &Value) -> Value {
    let template = json!({ "metadata": { "labels": { "app": "a" } }, "spec": { "restartPolicy": "Never", "containers": [container] } });
    let selector = json!({ "matchLabels": { "app": "a" } });
    let (api, spec) = match kind {
        "Pod" => {
            let mut pod = template;
            pod["apiVersion"] = json!("v1");
            pod["kind"] = json!(kind);
            pod["metadata"]["name"] = json!("a");
            return pod;
        }
        "Job" => ("batch/v1", json!({ "template": template })),
        "DaemonSet" => ("apps/v1", json!({ "selector": selector, "template": template })),
        _ => ("apps/v1", json!({ "replicas": replicas, "selector": selector, "template": template })),
    };
    json!({ "apiVersion": api, "kind": kind, "metadata": { "name": "a" }, "spec": spec })
}

#[test]
fn a_budget_that_is_written_as_advised_lets_one_go() {
    let container = json!({ "name": "c", "image": "x" });
    let mut tried = 0;
    let selectors = [
        json!({ "app": "a" }),
        json!({ "statefulset.kubernetes.io/pod-name": "a-0" }),
        json!({ "apps.kubernetes.io/pod-index": "1" }),
    ];
    let amounts = [
        json!({ "minAvailable": 1 }),
        json!({ "minAvailable": 3 }),
        json!({ "minAvailable": "50%" }),
        json!({ "minAvailable": "90%" }),
        json!({ "minAvailable": "100%" }),
        json!({ "maxUnavailable": 0 }),
        json!({ "maxUnavailable": 1 }),
        json!({ "maxUnavailable": "0%" }),
        json!({}),
    ];
    for kind in ["Pod", "Job", "DaemonSet", "Deployment", "StatefulSet"] {
        for replicas in [1, 2, 3, 4] {
            for selector in &selectors {
                for amount in &amounts {
                    let budget = |amount: &Value| {
                        let mut spec = amount.clone();
                        spec["selector"] = json!({ "matchLabels": selector });
                        let metadata = json!({ "name": "b" });
                        json!({ "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": spec })
                    };
                    let workload = pod(kind, replicas, &container);
                    let all = found(&[workload.clone(), budget(amount)]);
                    let Some((_, help)) = all.iter().find(|(code, _)| *code == "BVL1120") else { continue };
                    let is_gone = |objects: &[Value]| {
                        assert!(!codes(objects).contains(&"BVL1120"), "{kind} {replicas} {amount} {selector}: {help}");
                    };
                    for said in quoted(help) {
                        let (field, number) = said.split_once(": ").unwrap();
                        is_gone(&[workload.clone(), budget(&json!({ field: number.parse::<u64>().unwrap() }))]);
                        tried += 1;
                    }
                    if let Some((_, rest)) = help.split_once(" have ") {
                        let enough: u64 = rest.split_once(' ').unwrap().0.parse().unwrap();
                        is_gone(&[pod(kind, enough, &container), budget(amount)]);
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// What can be done to a container or to whoever asks it for a port.
fn ports_that_are_written_as_advised(code: &str, asking: impl Fn(&Value) -> Value) {
    let mut tried = 0;
    for protocol in ["TCP", "UDP"] {
        for ports in [
            json!([]),
            json!([{ "name": "http", "containerPort": 80 }]),
            json!([{ "name": "http", "containerPort": 80, "protocol": "UDP" }]),
            json!([{ "name": "other", "containerPort": 81 }]),
            json!([{ "containerPort": 82, "protocol": "UDP" }, { "name": "other", "containerPort": 81 }]),
        ] {
            let container = |ports: &Value| pod("Pod", 1, &json!({ "name": "c", "image": "x", "ports": ports }));
            let port = json!({ "port": "http", "protocol": protocol });
            let all = found(&[container(&ports), asking(&port)]);
            let Some((_, help)) = all.iter().find(|(own, _)| *own == code) else { continue };
            let is_gone = |objects: &[Value]| {
                assert_eq!(codes(objects), [""; 0], "{protocol} {ports}: {help}");
            };
            let mut more = ports.as_array().unwrap().clone();
            if let Some(other) = quoted(help).iter().find_map(|said| said.strip_prefix("protocol: ")) {
                is_gone(&[container(&ports), asking(&json!({ "port": "http", "protocol": other }))]);
                tried += 1;
            }
            if help.contains("a port that is there, ") {
                for name in quoted(help).into_iter().filter(|said| *said != "http" && !said.contains(' ')) {
                    let name = name.parse::<u16>().map_or_else(|_| json!(name), |number| json!(number));
                    is_gone(&[container(&ports), asking(&json!({ "port": name, "protocol": protocol }))]);
                    tried += 1;
                }
            }
            if help.contains("`ports: [") || help.contains("this name") {
                more.push(json!({ "name": "http", "containerPort": 90, "protocol": protocol }));
                more.retain(|port| port["name"] != "http" || port["containerPort"] == 90);
                is_gone(&[container(&json!(more)), asking(&port)]);
                tried += 1;
            }
        }
    }
    assert!(tried > 8, "{tried}");
}

#[test]
fn a_port_of_a_service_that_is_written_as_advised_is_there() {
    ports_that_are_written_as_advised("BVL1133", |port| {
        let port = json!({ "port": 80, "targetPort": port["port"], "protocol": port["protocol"] });
        let spec = json!({ "selector": { "app": "a" }, "ports": [port] });
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" }, "spec": spec })
    });
}

#[test]
fn a_port_of_a_policy_that_is_written_as_advised_is_there() {
    ports_that_are_written_as_advised("BVL1152", |port| {
        let spec = json!({ "podSelector": { "matchLabels": { "app": "a" } }, "ingress": [{ "ports": [port] }] });
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": { "name": "a" }, "spec": spec })
    });
}
