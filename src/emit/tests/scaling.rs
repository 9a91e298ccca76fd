//! Autoscalers of both kinds.

use serde_json::{Value, json};

use super::support::{at, build, names, object};

/// What triggers ask.
const SOURCES: &str = r#"
managed keda { match "app" "keda"; provides triggers }
managed adapter { match "app" "adapter"; port api 6443; provides custom-metrics }
managed prometheus { match "app" "prometheus"; port http 9090 service-port 80; service "prom" http; trigger prometheus http }
managed nats { replicas 3; match "app" "nats"; port client 4222; port monitoring 8222 service-port 18222
  service "nats" client, monitoring; service "nats-headless" client, monitoring headless; trigger nats-jetstream monitoring }
managed solo { match "app" "solo"; port monitoring 8222 service-port 18222
  service "solo-headless" monitoring headless; service "solo" monitoring; trigger nats-jetstream monitoring }
managed kafka { replicas 3; match "app" "kafka"; port client 9092; service "kafka-bootstrap" client; trigger kafka client }
managed rabbit { match "app" "rabbit"; port amqp 5672; port management 15672; service "rabbit" amqp, management; trigger rabbitmq amqp }
managed redis { match "app" "redis"; port client 6379; service "redis" client; trigger redis client }
"#;

/// What scales a service with these entries in `scale`.
fn scaler(kind: &str, scale: &str) -> Value {
    let text = format!("{SOURCES} service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; scale {scale} }}");
    object(&build(&text, &[]), "prod", &format!("{kind} w"))
}

fn trigger(text: &str) -> Value {
    let found = scaler("ScaledObject", &format!("1..9 {{ {text} }}"));
    assert_eq!(found["spec"]["triggers"].as_array().unwrap().len(), 1);
    at(&found, "/spec/triggers/0").clone()
}

#[test]
fn metrics_stand_as_the_api_server_keeps_them() {
    let found =
        scaler("HorizontalPodAutoscaler", "3..20 { on cpu 70%; on memory 80%; on metric rps 1500m from adapter }");
    let resource = |name: &str, share: u32| json!({"type": "Resource", "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": share}}});
    let pods = json!({
        "type": "Pods",
        "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "1500m"}},
    });
    assert_eq!(found["spec"]["metrics"], json!([resource("memory", 80), pods, resource("cpu", 70)]));
    assert_eq!((&found["spec"]["minReplicas"], &found["spec"]["maxReplicas"]), (&json!(3), &json!(20)));
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "w"});
    assert_eq!(found["spec"]["scaleTargetRef"], target);
    assert_eq!(at(&found, "/spec/behavior"), &Value::Null);
}

#[test]
fn behavior_says_what_is_stated() {
    let scale = "1..9 { on cpu 70%; up { by 4; by 100% every 30s }; down { window 10m } }";
    let policies = json!([
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 30},
    ]);
    let behavior = json!({
        "scaleUp": {"policies": policies, "selectPolicy": "Max"},
        "scaleDown": {"stabilizationWindowSeconds": 600},
    });
    assert_eq!(scaler("HorizontalPodAutoscaler", scale)["spec"]["behavior"], behavior);
    let cron = "on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 }";
    let found = scaler("ScaledObject", &scale.replace("on cpu 70%", cron));
    assert_eq!(at(&found, "/spec/advanced/horizontalPodAutoscalerConfig/behavior"), &behavior);
}

#[test]
fn a_service_has_one_scaler() {
    let cron = "on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 }";
    for (scale, kinds) in [
        ("2".to_owned(), [].as_slice()),
        ("1..5 { on cpu 70% }".to_owned(), &["HorizontalPodAutoscaler w"]),
        (format!("1..5 {{ on cpu 70%; {cron} }}"), &["ScaledObject w"]),
    ] {
        let text = format!("{SOURCES} service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; scale {scale} }}");
        let found = names(&build(&text, &[]), "prod");
        let found: Vec<&String> =
            found.iter().filter(|name| name.contains("Scale") || name.contains("scaler")).collect();
        assert_eq!(found, kinds, "{scale}");
    }
}

#[test]
fn keda_is_told_every_number() {
    let cron = "on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 }";
    let found = scaler(
        "ScaledObject",
        &format!("1..50 {{ {cron}; on cpu 80%; idle 0; fallback 3 after 5; poll 10s; cooldown 2m }}"),
    );
    for (pointer, expected) in [
        ("/minReplicaCount", json!(1)),
        ("/maxReplicaCount", json!(50)),
        ("/idleReplicaCount", json!(0)),
        ("/fallback", json!({"failureThreshold": 5, "replicas": 3})),
        ("/pollingInterval", json!(10)),
        ("/cooldownPeriod", json!(120)),
        ("/triggers/1", json!({"type": "cpu", "metricType": "Utilization", "metadata": {"value": "80"}})),
        ("/advanced", Value::Null),
    ] {
        assert_eq!(at(&found, &format!("/spec{pointer}")), &expected, "{pointer}");
    }
    let least = scaler("ScaledObject", &format!("0..50 {{ {cron} }}"));
    let keys: Vec<&String> = least["spec"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["scaleTargetRef", "minReplicaCount", "maxReplicaCount", "triggers"]);
}

#[test]
fn triggers_have_the_keys_that_keda_reads() {
    let svc = "shop-prod.svc.cluster.local";
    for (text, kind, metadata) in [
        (
            "on prometheus \"sum(rate(x[1m]))\" 500m from prometheus",
            "prometheus",
            json!({"serverAddress": format!("http://prom.{svc}:80"), "query": "sum(rate(x[1m]))", "threshold": "0.5"}),
        ),
        (
            "on nats-jetstream from nats { stream \"JOBS\"; consumer \"w\"; lag 100 }",
            "nats-jetstream",
            json!({"natsServerMonitoringEndpoint": format!("nats-headless.{svc}:8222"), "account": "$G", "stream": "JOBS", "consumer": "w", "lagThreshold": "100"}),
        ),
        (
            "on nats-jetstream from solo { stream \"JOBS\"; consumer \"w\"; lag 100; account \"A\" }",
            "nats-jetstream",
            json!({"natsServerMonitoringEndpoint": format!("solo.{svc}:18222"), "account": "A", "stream": "JOBS", "consumer": "w", "lagThreshold": "100"}),
        ),
        (
            "on kafka from kafka { topic \"orders\"; consumer \"w\"; lag 50 }",
            "kafka",
            json!({"bootstrapServers": format!("kafka-bootstrap.{svc}:9092"), "topic": "orders", "consumerGroup": "w", "lagThreshold": "50"}),
        ),
        (
            "on rabbitmq from rabbit { queue \"q\"; length 20 }",
            "rabbitmq",
            json!({"host": format!("amqp://rabbit.{svc}:5672/"), "vhostName": "/", "queueName": "q", "mode": "QueueLength", "value": "20"}),
        ),
        (
            "on rabbitmq from rabbit.management { queue \"q\"; rate 20; vhost \"v\" }",
            "rabbitmq",
            json!({"host": format!("http://rabbit.{svc}:15672/"), "vhostName": "v", "queueName": "q", "mode": "MessageRate", "value": "20"}),
        ),
        (
            "on redis from redis { list \"jobs\"; length 50 }",
            "redis",
            json!({"address": format!("redis.{svc}:6379"), "listName": "jobs", "listLength": "50"}),
        ),
        (
            "on redis from redis { stream \"jobs\"; consumer \"w\"; lag 50 }",
            "redis-streams",
            json!({"address": format!("redis.{svc}:6379"), "stream": "jobs", "consumerGroup": "w", "lagCount": "50", "activationLagCount": "0"}),
        ),
        (
            "on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 }",
            "cron",
            json!({"timezone": "UTC", "start": "0 8 * * *", "end": "0 18 * * *", "desiredReplicas": "5"}),
        ),
        (
            "on keda \"aws-sqs-queue\" { queueURL \"https://sqs.example/q\"; queueLength \"5\" }",
            "aws-sqs-queue",
            json!({"queueURL": "https://sqs.example/q", "queueLength": "5"}),
        ),
    ] {
        assert_eq!(trigger(text), json!({"type": kind, "metadata": metadata}), "{text}");
    }
}

#[test]
fn what_an_authentication_supplies_is_not_written_twice() {
    for (text, name, parameters, absent) in [
        (
            "rabbitmq from rabbit { queue \"q\"; length 1; AUTH }",
            "w-rabbitmq",
            ["host"].as_slice(),
            ["host", "vhostName"],
        ),
        ("redis from redis { list \"l\"; length 1; AUTH }", "w-redis", &["password"], ["password", ""]),
        (
            "kafka from kafka as late { topic \"t\"; consumer \"c\"; lag 1; AUTH; auth sasl secret \"s\" \"m\" }",
            "w-kafka-late",
            &["password", "sasl"],
            ["sasl", ""],
        ),
        (
            "nats-jetstream from nats { stream \"s\"; consumer \"c\"; lag 1; AUTH }",
            "w-nats-jetstream",
            &["account"],
            ["account", ""],
        ),
        ("prometheus \"q\" 1 from prometheus { AUTH }", "w-prometheus", &["bearerToken"], ["bearerToken", ""]),
        ("keda \"mysql\" { query \"q\"; AUTH }", "w-keda", &["key"], ["key", ""]),
    ] {
        let text = format!("on {}", text.replace("AUTH", "auth secret \"s\" \"key\""));
        let found = trigger(&text);
        assert_eq!(found["authenticationRef"], json!({"name": name}), "{text}");
        for key in absent {
            assert_eq!(found["metadata"].get(key), None, "{text}");
        }
        let mode = found["metadata"].get("authModes");
        assert_eq!(mode, text.contains("prometheus").then_some(&json!("bearer")), "{text}");
        let spec = format!("{SOURCES} service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; scale 1..9 {{ {text} }} }}");
        let manifests = build(&spec, &[]);
        let object = object(&manifests, "prod", &format!("TriggerAuthentication {name}"));
        let targets = object["spec"]["secretTargetRef"].as_array().unwrap();
        let stated: Vec<&str> = targets.iter().map(|target| target["parameter"].as_str().unwrap()).collect();
        assert_eq!(stated, parameters, "{text}");
        assert_eq!((&targets[0]["name"], &targets[0]["key"]), (&json!("s"), &json!("key")), "{text}");
    }
}
