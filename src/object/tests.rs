//! What objects are called, what their manifests hold, and in which order they are applied.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::api::apps::v1::DeploymentSpec;
use super::api::core::v1::{Container, EmptyDirVolumeSource, EnvVar, NamespaceStatus, PodSpec, ServiceStatus, Volume};
use super::api::networking::v1::{NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicySpec};
use super::*;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn named(name: &str) -> ObjectMeta {
    meta(name, Some("prod"), Labels::new(), Labels::new())
}

fn manifest(object: impl Into<Object>) -> Value {
    serde_json::to_value(object.into()).unwrap()
}

/// One object of each kind, named `a`, in the order of [`Kind::ALL`].
fn one_of_each() -> [Object; 25] {
    let metadata = named("a");
    [
        Namespace { metadata: metadata.clone(), ..Namespace::default() }.into(),
        NetworkPolicy { metadata: metadata.clone(), ..NetworkPolicy::default() }.into(),
        PeerAuthentication { metadata: metadata.clone(), ..PeerAuthentication::default() }.into(),
        AuthorizationPolicy { metadata: metadata.clone(), ..AuthorizationPolicy::default() }.into(),
        Server { metadata: metadata.clone(), ..Server::default() }.into(),
        MeshTLSAuthentication { metadata: metadata.clone(), ..MeshTLSAuthentication::default() }.into(),
        NetworkAuthentication { metadata: metadata.clone(), ..NetworkAuthentication::default() }.into(),
        LinkerdAuthorizationPolicy { metadata: metadata.clone(), ..LinkerdAuthorizationPolicy::default() }.into(),
        ResourceQuota { metadata: metadata.clone(), ..ResourceQuota::default() }.into(),
        PodDisruptionBudget { metadata: metadata.clone(), ..PodDisruptionBudget::default() }.into(),
        ServiceAccount { metadata: metadata.clone(), ..ServiceAccount::default() }.into(),
        ConfigMap { metadata: metadata.clone(), ..ConfigMap::default() }.into(),
        ExternalSecret { metadata: metadata.clone(), ..ExternalSecret::default() }.into(),
        TriggerAuthentication { metadata: metadata.clone(), ..TriggerAuthentication::default() }.into(),
        Service { metadata: metadata.clone(), ..Service::default() }.into(),
        Job { metadata: metadata.clone(), ..Job::default() }.into(),
        Deployment { metadata: metadata.clone(), ..Deployment::default() }.into(),
        StatefulSet { metadata: metadata.clone(), ..StatefulSet::default() }.into(),
        CronJob { metadata: metadata.clone(), ..CronJob::default() }.into(),
        Ingress { metadata: metadata.clone(), ..Ingress::default() }.into(),
        HTTPRoute { metadata: metadata.clone(), ..HTTPRoute::default() }.into(),
        HorizontalPodAutoscaler { metadata: metadata.clone(), ..HorizontalPodAutoscaler::default() }.into(),
        ScaledObject { metadata: metadata.clone(), ..ScaledObject::default() }.into(),
        PodMonitor { metadata: metadata.clone(), ..PodMonitor::default() }.into(),
        PrometheusRule { metadata, ..PrometheusRule::default() }.into(),
    ]
}

#[test]
fn the_kind_follows_from_the_type() {
    for (object, kind) in one_of_each().iter().zip(Kind::ALL) {
        assert_eq!(object.kind(), kind);
        assert_eq!(object.reference().to_string(), format!("{kind} prod/a"));
        let manifest = serde_json::to_value(object).unwrap();
        assert_eq!(manifest["kind"], kind.as_str());
        assert_eq!(manifest["apiVersion"], kind.api_version());
        assert_eq!(manifest["metadata"], json!({"name": "a", "namespace": "prod"}));
    }
}

#[test]
fn what_belongs_to_the_cluster_has_no_namespace() {
    let mut object =
        Object::from(Namespace { metadata: meta("prod", None, Labels::new(), Labels::new()), ..Default::default() });
    assert_eq!(object.namespace(), None);
    assert_eq!(object.reference().to_string(), "Namespace prod");
    object.metadata_mut().labels = Some(labels(&[("a", "b")]));
    assert_eq!(object.metadata().labels, Some(labels(&[("a", "b")])));
}

#[test]
fn the_apply_key_sorts_by_wave_then_namespace_then_kind_then_name() {
    let at = |namespace, name: &str| meta(name, Some(namespace), Labels::new(), Labels::new());
    let in_wave = |wave: &str, name| meta(name, Some("a"), Labels::new(), labels(&[(SYNC_WAVE, wave)]));
    let mut objects: Vec<Object> = vec![
        ScaledObject { metadata: at("a", "w"), ..Default::default() }.into(),
        ScaledObject { metadata: in_wave("2", "later"), ..Default::default() }.into(),
        Deployment { metadata: in_wave("1", "later"), ..Default::default() }.into(),
        Deployment { metadata: at("a", "w"), ..Default::default() }.into(),
        Job { metadata: at("a", "z"), ..Default::default() }.into(),
        ConfigMap { metadata: at("b", "w"), ..Default::default() }.into(),
        ServiceAccount { metadata: at("b", "w"), ..Default::default() }.into(),
        ConfigMap { metadata: at("a", "x"), ..Default::default() }.into(),
        ConfigMap { metadata: at("a", "w"), ..Default::default() }.into(),
        NetworkPolicy { metadata: at("z", "w"), ..Default::default() }.into(),
        Namespace { metadata: meta("z", None, Labels::new(), Labels::new()), ..Default::default() }.into(),
    ];
    objects.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
    let order: Vec<String> = objects.iter().map(|object| object.reference().to_string()).collect();
    assert_eq!(
        order,
        [
            "Namespace z",
            "NetworkPolicy z/w",
            "ConfigMap a/w",
            "ConfigMap a/x",
            "ServiceAccount b/w",
            "ConfigMap b/w",
            "Job a/z",
            "Deployment a/w",
            "Deployment a/later",
            "ScaledObject a/w",
            "ScaledObject a/later",
        ]
    );
}

#[test]
fn a_manifest_has_no_status() {
    let namespace = Namespace {
        metadata: named("a"),
        spec: None,
        status: Some(NamespaceStatus { phase: Some("Active".to_owned()), ..Default::default() }),
    };
    assert_eq!(manifest(namespace).as_object().unwrap().len(), 3);
    let service = Service { metadata: named("a"), spec: None, status: Some(ServiceStatus::default()) };
    assert_eq!(manifest(service).as_object().unwrap().len(), 3);
}

#[test]
fn empty_lists_and_maps_go_and_empty_structs_stay() {
    let policy = NetworkPolicy {
        metadata: ObjectMeta { labels: Some(Labels::new()), finalizers: Some(Vec::new()), ..named("a") },
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector {
                match_labels: Some(Labels::new()),
                match_expressions: Some(Vec::new()),
            }),
            ingress: Some(vec![
                NetworkPolicyIngressRule::default(),
                NetworkPolicyIngressRule {
                    from: Some(vec![NetworkPolicyPeer {
                        namespace_selector: Some(LabelSelector::default()),
                        ..Default::default()
                    }]),
                    ports: Some(Vec::new()),
                },
            ]),
            egress: Some(Vec::new()),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        }),
    };
    assert_eq!(
        manifest(policy),
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "a", "namespace": "prod"},
            "spec": {
                "ingress": [{}, {"from": [{"namespaceSelector": {}}]}],
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
            },
        })
    );
}

#[test]
fn entries_of_maps_and_empty_texts_stay() {
    let deployment = Deployment {
        metadata: named("a"),
        spec: Some(DeploymentSpec {
            selector: selector(labels(&[("app", "")])),
            template: PodTemplateSpec {
                metadata: None,
                spec: Some(PodSpec {
                    containers: vec![Container {
                        name: "a".to_owned(),
                        args: Some(Vec::new()),
                        env: Some(vec![EnvVar { name: "A".to_owned(), value: Some(String::new()), value_from: None }]),
                        ..Default::default()
                    }],
                    volumes: Some(vec![Volume {
                        name: "v".to_owned(),
                        empty_dir: Some(EmptyDirVolumeSource::default()),
                        ..Default::default()
                    }]),
                    ..Default::default()
                }),
            },
            ..Default::default()
        }),
        status: None,
    };
    assert_eq!(
        manifest(deployment)["spec"],
        json!({
            "selector": {"matchLabels": {"app": ""}},
            "template": {"spec": {
                "containers": [{"env": [{"name": "A", "value": ""}], "name": "a"}],
                "volumes": [{"emptyDir": {}, "name": "v"}],
            }},
        })
    );
}

#[test]
fn bodies_without_a_spec_show_all_their_fields() {
    let account = ServiceAccount {
        metadata: named("a"),
        automount_service_account_token: Some(false),
        image_pull_secrets: Some(vec![api::core::v1::LocalObjectReference { name: "r".to_owned() }]),
        secrets: Some(Vec::new()),
    };
    let shown = manifest(account);
    assert_eq!(shown["automountServiceAccountToken"], false);
    assert_eq!(shown["imagePullSecrets"], json!([{"name": "r"}]));
    assert_eq!(shown.get("secrets"), None);
    let config = ConfigMap {
        metadata: named("a"),
        immutable: Some(true),
        data: Some(labels(&[("k", "v")])),
        binary_data: Some(BTreeMap::from([("b".to_owned(), ByteString(vec![0, 255]))])),
    };
    let shown = manifest(config);
    assert_eq!(
        (&shown["immutable"], &shown["data"]["k"], &shown["binaryData"]["b"]),
        (&json!(true), &json!("v"), &json!("AP8="))
    );
}

#[test]
fn a_scaled_object_is_spelled_as_keda_reads_it() {
    use super::api::autoscaling::v2::{HPAScalingRules, HorizontalPodAutoscalerBehavior};
    let object = ScaledObject {
        metadata: named("worker"),
        spec: ScaledObjectSpec {
            scale_target_ref: ScaleTarget {
                api_version: Kind::Deployment.api_version().to_owned(),
                kind: Kind::Deployment.to_string(),
                name: "worker".to_owned(),
            },
            polling_interval: Some(10),
            cooldown_period: Some(60),
            idle_replica_count: Some(0),
            min_replica_count: Some(1),
            max_replica_count: Some(50),
            fallback: Some(Fallback {
                failure_threshold: 3,
                replicas: 5,
                behavior: Some(FallbackBehavior::CurrentReplicasIfHigher),
            }),
            advanced: Some(Advanced {
                horizontal_pod_autoscaler_config: Some(HpaConfig {
                    name: None,
                    behavior: Some(HorizontalPodAutoscalerBehavior {
                        scale_down: Some(HPAScalingRules {
                            stabilization_window_seconds: Some(300),
                            ..Default::default()
                        }),
                        scale_up: None,
                    }),
                }),
                restore_to_original_replica_count: Some(true),
            }),
            triggers: vec![ScaleTrigger {
                r#type: "nats-jetstream".to_owned(),
                name: Some("jobs".to_owned()),
                metric_type: Some(MetricType::AverageValue),
                metadata: labels(&[("lagThreshold", "100"), ("useHttps", "false")]),
                authentication_ref: Some(AuthenticationRef { name: "worker-nats".to_owned() }),
            }],
        },
    };
    assert_eq!(
        manifest(object)["spec"],
        json!({
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "worker"},
            "pollingInterval": 10,
            "cooldownPeriod": 60,
            "idleReplicaCount": 0,
            "minReplicaCount": 1,
            "maxReplicaCount": 50,
            "fallback": {"failureThreshold": 3, "replicas": 5, "behavior": "currentReplicasIfHigher"},
            "advanced": {
                "horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}}},
                "restoreToOriginalReplicaCount": true,
            },
            "triggers": [{
                "type": "nats-jetstream",
                "name": "jobs",
                "metricType": "AverageValue",
                "metadata": {"lagThreshold": "100", "useHttps": "false"},
                "authenticationRef": {"name": "worker-nats"},
            }],
        })
    );
}

#[test]
fn a_trigger_authentication_is_spelled_as_keda_reads_it() {
    let target = SecretTarget { parameter: "password".to_owned(), name: "nats".to_owned(), key: "token".to_owned() };
    let object = TriggerAuthentication {
        metadata: named("a"),
        spec: TriggerAuthenticationSpec { secret_target_ref: vec![target] },
    };
    assert_eq!(
        manifest(object)["spec"],
        json!({"secretTargetRef": [{"parameter": "password", "name": "nats", "key": "token"}]})
    );
}

#[test]
fn an_external_secret_tells_which_secret_it_writes() {
    let of = |target: Value, further: Value| {
        let mut object = json!({"metadata": {"name": "web"}, "spec": {"target": target, "data": [{"secretKey": "a"}]}});
        object["spec"].as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        serde_json::from_value::<ExternalSecret>(object).unwrap()
    };
    for (target, writes) in [
        (json!({}), Some(("web", true))),
        (json!({"name": "other", "creationPolicy": "Owner"}), Some(("other", true))),
        (json!({"creationPolicy": "Orphan"}), Some(("web", true))),
        (json!({"creationPolicy": "Merge"}), Some(("web", false))),
        (json!({"creationPolicy": "None"}), None),
        (json!({"manifest": {"apiVersion": "v1", "kind": "ConfigMap"}}), None),
    ] {
        assert_eq!(of(target.clone(), json!({})).writes(), writes, "{target}");
    }
    let keys = |object: &ExternalSecret| object.keys().map(|keys| keys.map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(keys(&of(json!({}), json!({}))), Some(vec!["a".to_owned()]));
    assert_eq!(keys(&of(json!({"template": {"data": {"b": "{{ .a }}"}}}), json!({}))), None);
    assert_eq!(keys(&of(json!({}), json!({"dataFrom": [{"extract": {"key": "web"}}]}))), None);
}
