//! Deployments, their pods, and what stands around them.

use serde_json::{Value, json};

use super::support::{at, build, build_whole, names, object};

const RESOURCES: &str = "image \"registry.example/web:1\"; cpu 500m..2; memory 512Mi..1Gi";

/// What reads metrics: a service that has some needs it.
const SCRAPER: &str = "managed prometheus { match \"app\" \"prometheus\"; provides scrape }";

/// The Deployment of a service with these statements beside its image and resources.
fn deployment(statements: &str) -> Value {
    object(&build(&format!("{SCRAPER}; service web {{ {RESOURCES}; {statements} }}"), &[]), "prod", "Deployment web")
}

/// The same on an API server of that version.
fn deployment_at(version: &str, statements: &str) -> Value {
    let spec = format!(
        "platform shop {{ kubernetes \"{version}\" }} environment prod {{ namespace \"p\" }}
         service web {{ {RESOURCES}; {statements} }}"
    );
    object(&build_whole(&spec, &[]), "prod", "Deployment web")
}

const POD: &str = "/spec/template/spec";

fn pod(deployment: &Value, pointer: &str) -> Value {
    at(deployment, &format!("{POD}{pointer}")).clone()
}

fn container(deployment: &Value, pointer: &str) -> Value {
    pod(deployment, &format!("/containers/0{pointer}"))
}

#[test]
fn a_pod_is_restricted_and_read_only() {
    let found = deployment("user 10001");
    let context = json!({
        "fsGroup": 10001, "runAsGroup": 10001, "runAsNonRoot": true, "runAsUser": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    });
    assert_eq!(pod(&found, "/securityContext"), context);
    let context = json!({
        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true,
    });
    assert_eq!(container(&found, "/securityContext"), context);
    assert_eq!(pod(&found, "/automountServiceAccountToken"), false);
    assert_eq!(pod(&found, "/enableServiceLinks"), false);
    assert_eq!(pod(&found, "/serviceAccountName"), "web");
    assert_eq!(pod(&deployment(""), "/securityContext/runAsUser"), 65532);
}

#[test]
fn security_changes_what_it_names_alone() {
    let plain = deployment("user 10001");
    let stated = deployment(
        "user 10001; security { files-group 2; group 3; seccomp localhost \"a/b.json\"; capability KILL; capability CHOWN; writable-root; privilege-escalation }",
    );
    let context = json!({
        "fsGroup": 2, "runAsGroup": 3, "runAsNonRoot": true, "runAsUser": 10001,
        "seccompProfile": {"type": "Localhost", "localhostProfile": "a/b.json"},
    });
    assert_eq!(pod(&stated, "/securityContext"), context);
    let context = json!({
        "allowPrivilegeEscalation": true, "capabilities": {"add": ["CHOWN", "KILL"], "drop": ["ALL"]},
        "readOnlyRootFilesystem": false,
    });
    assert_eq!(container(&stated, "/securityContext"), context);
    let unconfined = deployment("security { seccomp unconfined }");
    assert_eq!(pod(&unconfined, "/securityContext/seccompProfile"), json!({"type": "Unconfined"}));
    for same in ["user 10001; security { }", "user 10001; security { group 10001; files-group 10001 }"] {
        assert_eq!(deployment(same), plain, "{same}");
    }
}

#[test]
fn accounts_hold_the_pull_secret_of_their_registry() {
    for (image, secrets) in [
        ("registry.example/web:1", json!([{"name": "pull"}])),
        ("other.example/web:1", Value::Null),
        ("web:1", Value::Null),
    ] {
        let text = format!("service web {{ image \"{image}\"; cpu 1; memory 1Gi }}");
        let account = object(&build(&text, &[]), "prod", "ServiceAccount web");
        assert_eq!(at(&account, "/imagePullSecrets"), &secrets, "{image}");
        assert_eq!(account["automountServiceAccountToken"], false);
    }
}

#[test]
fn resources_are_canonical() {
    let found = container(&deployment("ephemeral 100Mi..1024Mi"), "/resources");
    let limits = json!({"cpu": "2", "ephemeral-storage": "1Gi", "memory": "1Gi"});
    let requests = json!({"cpu": "500m", "ephemeral-storage": "100Mi", "memory": "512Mi"});
    assert_eq!(found, json!({"limits": limits, "requests": requests}));
    let text = "service web { image \"a/web:1\"; cpu 0.5..none because \"bursts\"; memory 1Gi }";
    let found = container(&object(&build(text, &[]), "prod", "Deployment web"), "/resources");
    assert_eq!(found, json!({"limits": {"memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"}}));
}

#[test]
fn replicas_are_the_autoscalers_where_there_is_one() {
    assert_eq!(at(&deployment(""), "/spec/replicas"), 1);
    assert_eq!(at(&deployment("scale 3"), "/spec/replicas"), 3);
    assert_eq!(at(&deployment("scale 3..5 { on cpu 70% }"), "/spec/replicas"), &Value::Null);
}

#[test]
fn a_rollout_says_all_but_zero() {
    let found = deployment("");
    assert_eq!(at(&found, "/spec/strategy/rollingUpdate"), &json!({"maxSurge": "25%", "maxUnavailable": 0}));
    assert_eq!(at(&found, "/spec/minReadySeconds"), &Value::Null);
    assert_eq!(at(&found, "/spec/progressDeadlineSeconds"), 600);
    let found = deployment("rollout { surge 2; unavailable 10%; min-ready 2s; deadline 15m }");
    assert_eq!(at(&found, "/spec/strategy/rollingUpdate"), &json!({"maxSurge": 2, "maxUnavailable": "10%"}));
    assert_eq!(at(&found, "/spec/minReadySeconds"), 2);
    assert_eq!(at(&found, "/spec/progressDeadlineSeconds"), 900);
}

#[test]
fn stopping_waits_as_the_version_can() {
    let shutdown = "shutdown { grace 60s; pre-stop 5s; drain 30s; drain-env DRAIN }";
    let sleep = json!({"preStop": {"sleep": {"seconds": 5}}});
    let exec = json!({"preStop": {"exec": {"command": ["sleep", "5"]}}});
    for (version, expected) in [("1.29", exec), ("1.30", sleep)] {
        assert_eq!(container(&deployment_at(version, shutdown), "/lifecycle"), expected, "{version}");
    }
    let found = deployment(shutdown);
    assert_eq!(pod(&found, "/terminationGracePeriodSeconds"), 60);
    assert_eq!(container(&found, "/env"), json!([{"name": "DRAIN", "value": "30"}]));
    assert_eq!(container(&deployment(""), "/lifecycle"), Value::Null);
    let stated = deployment(&format!("env DRAIN \"7\"; {shutdown}"));
    assert_eq!(container(&stated, "/env"), json!([{"name": "DRAIN", "value": "7"}]));
}

#[test]
fn probes_say_every_number() {
    let found = deployment(
        "health 8081 { live \"/live\" after 60s; ready \"/ready\" every 5s timeout 2s fail 4; start \"/live\" every 4s within 30s }",
    );
    let http = |path: &str| json!({"path": path, "port": "health", "scheme": "HTTP"});
    let live = json!({
        "httpGet": http("/live"), "initialDelaySeconds": 60, "periodSeconds": 10, "timeoutSeconds": 1,
        "successThreshold": 1, "failureThreshold": 3,
    });
    let ready = json!({
        "httpGet": http("/ready"), "periodSeconds": 5, "timeoutSeconds": 2, "successThreshold": 1,
        "failureThreshold": 4,
    });
    assert_eq!(container(&found, "/livenessProbe"), live);
    assert_eq!(container(&found, "/readinessProbe"), ready);
    assert_eq!(container(&found, "/startupProbe/failureThreshold"), 9);
}

#[test]
fn one_number_and_protocol_is_one_container_port() {
    for (statements, ports, probe) in [
        ("health 8081 { live \"/l\" }; metrics 8081", json!([["health", 8081, "TCP"]]), json!("health")),
        ("health 8081 { live \"/l\" }; port http 8081", json!([["http", 8081, "TCP"]]), json!(8081)),
        ("metrics 8080; port http 8080", json!([["http", 8080, "TCP"]]), Value::Null),
        ("port b 53; port a 53 udp", json!([["b", 53, "TCP"], ["a", 53, "UDP"]]), Value::Null),
        ("port b 9000; port a 8000", json!([["a", 8000, "TCP"], ["b", 9000, "TCP"]]), Value::Null),
    ] {
        let found = deployment(statements);
        let listed = container(&found, "/ports");
        let listed: Vec<Value> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|port| json!([port["name"], port["containerPort"], port["protocol"]]))
            .collect();
        assert_eq!(json!(listed), ports, "{statements}");
        assert_eq!(container(&found, "/livenessProbe/httpGet/port"), probe, "{statements}");
    }
}

#[test]
fn a_service_leads_to_serving_ports() {
    let text = format!(
        "{SCRAPER}; service web {{ {RESOURCES}; port grpc 9090; port http 8080 service-port 80; port alt 8080 service-port 81; metrics 9100; health 8081 {{ live \"/l\" }} }}"
    );
    let service = object(&build(&text, &[]), "prod", "Service web");
    let port = |name: &str, port: u16, target: Value| json!({"name": name, "port": port, "protocol": "TCP", "targetPort": target});
    let ports =
        json!([port("http", 80, json!("http")), port("alt", 81, json!(8080)), port("grpc", 9090, json!("grpc")),]);
    assert_eq!(service["spec"]["ports"], ports);
    assert_eq!(service["spec"]["type"], "ClusterIP");
    let none = build(&format!("service web {{ {RESOURCES}; health 8081 {{ live \"/l\" }} }}"), &[]);
    assert!(!names(&none, "prod").contains(&"Service web".to_owned()));
}

#[test]
fn metrics_tell_where_they_are() {
    let annotations = |statements| at(&deployment(statements), "/spec/template/metadata/annotations").clone();
    let expected = json!({"prometheus.io/path": "/m", "prometheus.io/port": "9100", "prometheus.io/scrape": "true"});
    assert_eq!(annotations("metrics 9100 \"/m\""), expected);
    assert_eq!(annotations(""), Value::Null);
}

#[test]
fn variables_come_from_texts_secrets_and_configurations() {
    let found = deployment(
        "env A \"a $(B)\"; env B \"b\"; env C \"$(B)\" expand; env D secret \"s\" \"k\"; env E config own \"X\"; env F config \"other\" \"Y\"
         config own { X \"1\" }; config files at \"/etc/web\" { \"a.txt\" \"t\" }; command \"/web\", \"$(B)\"; args \"$(B)\" expand",
    );
    let env = json!([
        {"name": "A", "value": "a $$(B)"},
        {"name": "B", "value": "b"},
        {"name": "C", "value": "$(B)"},
        {"name": "D", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "E", "valueFrom": {"configMapKeyRef": {"name": "web-own", "key": "X"}}},
        {"name": "F", "valueFrom": {"configMapKeyRef": {"name": "other", "key": "Y"}}},
    ]);
    assert_eq!(container(&found, "/env"), env);
    assert_eq!(container(&found, "/envFrom"), json!([{"configMapRef": {"name": "web-own"}}]));
    assert_eq!(container(&found, "/command"), json!(["/web", "$$(B)"]));
    assert_eq!(container(&found, "/args"), json!(["$(B)"]));
    assert_eq!(pod(&found, "/volumes"), json!([{"name": "config-files", "configMap": {"name": "web-files"}}]));
    let mounts = json!([{"name": "config-files", "mountPath": "/etc/web", "readOnly": true}]);
    assert_eq!(container(&found, "/volumeMounts"), mounts);
}

#[test]
fn a_change_of_configuration_rolls_the_pods() {
    let hash = |statements: &str| {
        at(&deployment(statements), "/spec/template/metadata/annotations/bvl.dev~1config-hash").clone()
    };
    let one = hash("config a { X \"1\"; Y \"2\" }");
    assert_eq!(one.as_str().unwrap().len(), 32);
    assert_eq!(hash("config a { Y \"2\"; X \"1\" }"), one);
    assert_eq!(hash("scale 5; config a { X \"1\"; Y \"2\" }"), one);
    for other in [
        "config a { X \"1\"; Y \"3\" }",
        "config a { X \"1\" }",
        "config b { X \"1\"; Y \"2\" }",
        "config a { X1 \"\"; Y \"2\" }",
    ] {
        assert_ne!(hash(other), one, "{other}");
    }
    assert_eq!(hash(""), Value::Null);
}

#[test]
fn scratch_folders_are_sized_and_may_be_lost() {
    let found =
        deployment("scratch \"/tmp\" 64Mi; scratch \"/var/Cache\" 1024Ki in-memory; scratch \"/var-cache\" 1Gi");
    let volumes = json!([
        {"name": "scratch-tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        {"name": "scratch-var-cache", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {"name": "scratch-var-cache-2", "emptyDir": {"sizeLimit": "1Gi"}},
    ]);
    assert_eq!(pod(&found, "/volumes"), volumes);
    assert_eq!(container(&found, "/volumeMounts/1"), json!({"name": "scratch-var-cache", "mountPath": "/var/Cache"}));
    let evicted = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
    let annotations = at(&found, "/spec/template/metadata/annotations");
    assert_eq!(annotations[evicted], "scratch-tmp,scratch-var-cache-2");
    let in_memory = deployment("scratch \"/tmp\" 64Mi in-memory");
    assert_eq!(at(&in_memory, "/spec/template/metadata/annotations"), &Value::Null);
    let long = deployment(&format!("scratch \"/{}\" 1Mi", "a/".repeat(60)));
    assert!(pod(&long, "/volumes/0/name").as_str().unwrap().len() <= 63);
}

#[test]
fn replicas_spread_as_the_version_can() {
    let keys = |found: &Value| -> Vec<String> {
        let constraints = pod(found, "/topologySpreadConstraints");
        let constraints = constraints.as_array().cloned().unwrap_or_default();
        constraints.iter().map(|one| format!("{} {}", one["topologyKey"], one["whenUnsatisfiable"])).collect()
    };
    let (zone, node) = ("\"topology.kubernetes.io/zone\"", "\"kubernetes.io/hostname\"");
    let (soft, hard) = ("\"ScheduleAnyway\"", "\"DoNotSchedule\"");
    assert_eq!(keys(&deployment("spread zone")), [format!("{zone} {soft}"), format!("{node} {soft}")]);
    assert_eq!(keys(&deployment("spread node hard")), [format!("{node} {hard}")]);
    assert!(keys(&deployment("spread none")).is_empty());
    for (version, taints) in [("1.25", Value::Null), ("1.26", json!("Honor"))] {
        let found = deployment_at(version, "spread zone hard");
        for index in 0..2 {
            assert_eq!(
                pod(&found, &format!("/topologySpreadConstraints/{index}/nodeTaintsPolicy")),
                taints,
                "{version}"
            );
        }
    }
    assert_eq!(pod(&deployment("spread node"), "/topologySpreadConstraints/0/nodeTaintsPolicy"), Value::Null);
    for (version, by_revision) in [("1.26", Value::Null), ("1.27", json!(["pod-template-hash"]))] {
        let found = deployment_at(version, "spread node");
        assert_eq!(pod(&found, "/topologySpreadConstraints/0/matchLabelKeys"), by_revision, "{version}");
        assert_eq!(
            pod(&found, "/topologySpreadConstraints/0/labelSelector/matchLabels"),
            *at(&found, "/spec/selector/matchLabels")
        );
    }
}

#[test]
fn addresses_are_whole_names() {
    let text = format!(
        "service web {{ {RESOURCES}
           env DB db.sql.host; env DB_PORT db.sql.port; env RO db.ro.host; env API \"http://${{api.http.host}}:${{api.http.port}}\"
           env KMS kms.host; env OBJECTS objects.host; env OBJECTS_PORT objects.s3.port; env CACHE cache.host }}
         service api {{ {RESOURCES}; port http 8080 service-port 80 }}
         managed db {{ in system; match \"a\" \"db\"; port sql 5432; port ro 5433 service-port 15433
           service \"db-rw\" sql; service \"db-ro\" ro; service \"db-pods\" sql headless }}
         managed cache {{ match \"a\" \"cache\"; port redis 6379 }}
         external kms {{ cidr 10.0.0.9/32; port api 443 }}
         external objects {{ cidr 10.1.0.0/24; host \"objects.internal\"; port s3 443 }}
         allow web -> db.sql, db.ro, api.http, kms.api, objects.s3, cache.redis"
    );
    let manifests = build(&format!("environment system {{ shared; namespace \"shop-system\" }} {text}"), &["prod"]);
    let env = container(&object(&manifests, "prod", "Deployment web"), "/env");
    let found: Vec<&str> = env.as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap()).collect();
    let expected = [
        "db-rw.shop-system.svc.cluster.local",
        "5432",
        "db-ro.shop-system.svc.cluster.local",
        "http://api.shop-prod.svc.cluster.local:80",
        "10.0.0.9",
        "objects.internal",
        "443",
        "cache.shop-prod.svc.cluster.local",
    ];
    assert_eq!(found, expected);
}
