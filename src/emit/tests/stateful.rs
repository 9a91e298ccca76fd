//! What `stateful` makes, and what it leaves as it is.

use serde_json::json;

use super::support::{build, names, object};

fn service(statements: &str) -> String {
    format!("service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; port http 80 service-port 8080; {statements} }}")
}

#[test]
fn a_stateful_service_is_a_set_whose_pods_have_names() {
    let manifests = build(&service("stateful; volume data \"/data\" 1Gi"), &[]);
    let all = names(&manifests, "prod");
    assert!(all.contains(&"StatefulSet w".to_owned()) && !all.contains(&"Deployment w".to_owned()), "{all:?}");
    let set = object(&manifests, "prod", "StatefulSet w");
    assert_eq!(set["spec"]["serviceName"], "w-pods");
    assert_eq!(set["spec"]["podManagementPolicy"], "OrderedReady");
    assert_eq!(
        set["spec"]["persistentVolumeClaimRetentionPolicy"],
        json!({"whenDeleted": "Retain", "whenScaled": "Retain"})
    );
    let claim = &set["spec"]["volumeClaimTemplates"][0];
    assert_eq!(claim["metadata"], json!({"name": "data"}));
    assert_eq!(claim["spec"]["storageClassName"], json!(null), "the cluster's default one");
    let pods = object(&manifests, "prod", "Service w-pods");
    assert_eq!(pods["spec"]["clusterIP"], "None");
    assert_eq!(pods["spec"]["publishNotReadyAddresses"], true);
    assert_eq!(pods["spec"]["ports"][0]["port"], 80, "a headless Service leads to the pods' own port");
    let own = object(&manifests, "prod", "Service w");
    assert_eq!(own["spec"]["clusterIP"], json!(null));
    assert_eq!(own["spec"]["publishNotReadyAddresses"], json!(null), "callers reach pods that are ready");
    assert_eq!(own["spec"]["ports"][0]["port"], 8080);
}

#[test]
fn one_service_may_name_pods_and_serve_callers() {
    let manifests = build(&service("stateful { service \"w\" }"), &[]);
    assert!(names(&manifests, "prod").iter().all(|name| name != "Service w-pods"));
    assert_eq!(object(&manifests, "prod", "StatefulSet w")["spec"]["serviceName"], "w");
    let own = object(&manifests, "prod", "Service w");
    assert_eq!(own["spec"]["clusterIP"], "None");
    assert_eq!(own["spec"]["publishNotReadyAddresses"], json!(null), "it is what callers go by");
    let stated = build(&service("stateful { service \"old\" }; service \"old\" http headless"), &[]);
    let services = names(&stated, "prod").into_iter().filter(|name| name.starts_with("Service "));
    assert_eq!(services.collect::<Vec<_>>(), ["Service old", "Service w"]);
}

#[test]
fn no_volume_is_kept_or_deleted_where_there_is_none() {
    let manifests = build(&service("stateful { when-scaled delete }"), &[]);
    let set = object(&manifests, "prod", "StatefulSet w");
    assert_eq!(set["spec"]["persistentVolumeClaimRetentionPolicy"], json!(null));
    assert_eq!(set["spec"]["volumeClaimTemplates"], json!(null));
}

#[test]
fn what_scales_a_set_names_it() {
    for (stateful, kind) in [("", "Deployment"), ("stateful", "StatefulSet")] {
        let manifests = build(&service(&format!("scale 2..4 {{ on cpu 70% }}; {stateful}")), &[]);
        let scaler = object(&manifests, "prod", "HorizontalPodAutoscaler w");
        assert_eq!(scaler["spec"]["scaleTargetRef"], json!({"apiVersion": "apps/v1", "kind": kind, "name": "w"}));
        assert_eq!(object(&manifests, "prod", &format!("{kind} w"))["spec"]["replicas"], json!(null));
    }
}
