//! Whatever a manifest holds in a string, it declares nothing in the spec: each string of each kind that is read is replaced
//! by hostile ones, and what is written has no statement that the replacement made.

use std::sync::Arc;

use bvlc::query::import::{Imported, import};
use bvlc::source::{FileId, Provenance, SourceMap};
use bvlc::syntax::{self, tree::Item};
use serde_json::{Value, json};

/// Texts that end whatever they stand in, and go on with a declaration.
const HOSTILE: [&str; 5] = [
    "s\" }\n}\nservice evil { image \"evil.example/x:1\" }\nenvironment t { namespace \"t",
    "1 }\n}\nservice evil { image \"evil.example/x:1\" } // ${x}",
    "1; }; service evil { image \"evil.example/x:1\" }",
    "\\\" ${namespace} `x` \u{1b}[31m \u{202e}\u{2066}\u{feff} \\u{0} evil",
    "\u{0}evil",
];

/// One object of each kind that is read, about one workload.
fn manifests() -> Vec<Value> {
    let labels = json!({ "app": "web" });
    let metadata = |name: &str| {
        let annotations = json!({ "a.example/b": "c" });
        json!({ "name": name, "namespace": "shop", "labels": labels, "annotations": annotations })
    };
    let container = json!({
        "name": "web", "image": "ghcr.io/shop/web:1", "command": ["run"], "args": ["-v"],
        "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }],
        "readinessProbe": { "httpGet": { "path": "/ready", "port": "http" } },
        "resources": { "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "memory": "64Mi" } },
        "env": [
            { "name": "A", "value": "http://db.shop.svc.cluster.local:5432/x" },
            { "name": "B", "valueFrom": { "secretKeyRef": { "name": "s", "key": "k" } } },
            { "name": "C", "valueFrom": { "configMapKeyRef": { "name": "web-settings", "key": "K" } } },
        ],
        "envFrom": [{ "configMapRef": { "name": "web-settings" } }, { "secretRef": { "name": "web-keys" } }],
        "volumeMounts": [{ "name": "tmp", "mountPath": "/tmp" }],
        "lifecycle": { "preStop": { "exec": { "command": ["sleep", "5"] } } },
    });
    let pod = json!({
        "metadata": { "labels": labels, "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "9090", "prometheus.io/path": "/m", "x.example/y": "z" } },
        "spec": {
            "serviceAccountName": "web", "imagePullSecrets": [{ "name": "pull" }], "containers": [container],
            "volumes": [{ "name": "tmp", "emptyDir": { "sizeLimit": "1Gi", "medium": "Memory" } }],
            "topologySpreadConstraints": [{ "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule" }],
        },
    });
    let strategy = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "50%", "maxUnavailable": "10%" } });
    let database = json!({ "metadata": { "labels": { "app": "db" } }, "spec": { "containers": [{ "name": "db", "image": "db:1", "ports": [{ "name": "sql", "containerPort": 5432 }], "volumeMounts": [{ "name": "data", "mountPath": "/data" }] }] } });
    let claim = json!({ "metadata": { "name": "data" }, "spec": { "accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "volumeMode": "Filesystem", "resources": { "requests": { "storage": "1Gi" } } } });
    let retention = json!({ "whenDeleted": "Retain", "whenScaled": "Delete" });
    let peer = |label: &str| json!({ "podSelector": { "matchLabels": { "app": label } } });
    let far = json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "ingress" } }, "podSelector": { "matchLabels": { "app": "nginx" } } });
    let block = json!({ "ipBlock": { "cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"] } });
    let triggers = json!([
        { "type": "kafka", "name": "t", "metadata": { "bootstrapServers": "db.shop.svc.cluster.local:5432", "topic": "a", "consumerGroup": "b", "lagThreshold": "5" } },
        { "type": "cron", "metadata": { "timezone": "UTC", "start": "0 8 * * *", "end": "0 9 * * *", "desiredReplicas": "3" } },
        { "type": "cpu", "metadata": { "value": "80" } },
        { "type": "other", "metadata": { "key": "value" }, "authenticationRef": { "name": "auth" } },
    ]);
    vec![
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop", "labels": { "pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.30" }, "annotations": { "bvl.dev/environment": "prod" } } }),
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata("web"), "spec": { "replicas": 2, "selector": { "matchLabels": labels }, "strategy": strategy, "template": pod } }),
        json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata("db"), "spec": { "replicas": 2, "serviceName": "db", "selector": { "matchLabels": { "app": "db" } }, "template": database, "podManagementPolicy": "Parallel", "updateStrategy": { "type": "RollingUpdate" }, "persistentVolumeClaimRetentionPolicy": retention, "volumeClaimTemplates": [claim] } }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata("web"), "spec": { "selector": labels, "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] } }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata("db"), "spec": { "clusterIP": "None", "selector": { "app": "db" }, "ports": [{ "name": "sql", "port": 5432 }] } }),
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("web") }),
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("web-settings"), "data": { "K": "v" } }),
        json!({ "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata("web-keys"), "spec": {
            "secretStoreRef": { "name": "vault", "kind": "ClusterSecretStore" }, "refreshInterval": "30m",
            "target": { "name": "web-keys", "creationPolicy": "Owner" },
            "data": [{ "secretKey": "T", "remoteRef": { "key": "shop/web", "property": "t" } }],
        } }),
        json!({ "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata("web"), "spec": { "minAvailable": "50%", "selector": { "matchLabels": labels } } }),
        json!({ "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata("lost"), "spec": { "maxUnavailable": "50%", "selector": { "matchLabels": { "app": "lost" } } } }),
        json!({ "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": metadata("web"), "spec": { "scaleTargetRef": { "name": "web" }, "triggers": triggers } }),
        json!({ "apiVersion": "keda.sh/v1alpha1", "kind": "TriggerAuthentication", "metadata": metadata("auth"), "spec": { "secretTargetRef": [{ "parameter": "p", "name": "s", "key": "k" }] } }),
        json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata("q"), "spec": { "hard": { "limits.cpu": "10", "limits.memory": "10Gi", "pods": "20" } } }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata("web"), "spec": {
            "podSelector": { "matchLabels": labels }, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{ "from": [far, block], "ports": [{ "port": 8080, "protocol": "TCP" }] }],
            "egress": [{ "to": [peer("db"), peer("cache")], "ports": [{ "port": 5432 }] }],
        } }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata("db"), "spec": {
            "podSelector": { "matchLabels": { "app": "db" } }, "policyTypes": ["Ingress"], "ingress": [{ "from": [peer("web")], "ports": [{ "port": "sql" }] }],
        } }),
    ]
}

/// The places of all strings, and of all keys of maps whose keys are anybody's.
fn places(value: &Value, at: &str, found: &mut Vec<(String, bool)>) {
    match value {
        Value::String(_) => found.push((at.to_owned(), false)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| places(item, &format!("{at}/{number}"), found));
        }
        Value::Object(fields) => {
            let is_free = ["labels", "annotations", "matchLabels", "data", "metadata", "hard"]
                .iter()
                .any(|key| at.ends_with(key));
            for (key, value) in fields {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                if is_free && value.is_string() {
                    found.push((at.clone(), true));
                }
                places(value, &at, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn replaced(manifests: &[Value], number: usize, (at, is_key): &(String, bool), hostile: &str) -> String {
    let mut all = manifests.to_vec();
    if *is_key {
        let (map, key) = at.rsplit_once('/').unwrap();
        let fields = all[number].pointer_mut(map).unwrap().as_object_mut().unwrap();
        let value = fields.remove(&key.replace("~1", "/").replace("~0", "~")).unwrap();
        fields.insert(hostile.to_owned(), value);
    } else {
        *all[number].pointer_mut(at).unwrap() = hostile.into();
    }
    all.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n")
}

fn imported(text: &str) -> Imported {
    let mut sources = SourceMap::default();
    let file = sources.add("all.yaml", text, Provenance::User);
    import(&sources, &[file], "default", "shop")
}

/// The words of all statements, with what is broken; free keys stand as one.
fn declared(imported: &Imported) -> Vec<String> {
    fn heads(items: &[Item], text: &str, level: usize, found: &mut Vec<String>) {
        for item in items {
            let Item::Statement(statement) = item else {
                assert!(!matches!(item, Item::Stray(_)), "{text}");
                continue;
            };
            assert!(!statement.broken, "{text}");
            let word = statement.word.name().unwrap_or_default().to_owned();
            let first = statement.terms.first().and_then(|term| term.name()).unwrap_or_default();
            found.push(if level == 0 { format!("{word} {first}") } else { word });
            heads(statement.block.as_ref().map_or(&[], |block| &block.items), text, level + 1, found);
        }
    }
    let mut found = Vec::new();
    for text in imported.spec.values() {
        heads(&syntax::parse(FileId::default(), &Arc::from(text.as_str())).items, text, 0, &mut found);
    }
    found
}

#[test]
fn no_string_of_a_manifest_becomes_a_statement() {
    let manifests = manifests();
    let plain = imported(&manifests.iter().map(Value::to_string).collect::<Vec<_>>().join("\n---\n"));
    assert_eq!(plain.faults, Vec::<String>::new());
    assert_eq!(plain.counts.0, 2);
    let (mut n, mut unbuilt) = (0, Vec::new());
    for (number, manifest) in manifests.iter().enumerate() {
        let mut found = Vec::new();
        places(manifest, "", &mut found);
        for place in &found {
            // one text at each place: all of them stand at places of every kind
            let hostile = HOSTILE[n % HOSTILE.len()];
            let imported = imported(&replaced(&manifests, number, place, hostile));
            let declared = declared(&imported);
            let evil = declared.iter().find(|head| matches!(head.as_str(), "service evil" | "environment t" | "evil"));
            assert_eq!(evil, None, "{} {place:?} {hostile:?}: {:#?}", manifest["kind"], imported.spec);
            assert!(imported.counts.0 <= 2, "{place:?} {hostile:?}");
            if !imported.faults.is_empty() {
                unbuilt.push(format!("{} {place:?} {hostile:?}: {:?}", manifest["kind"], imported.faults));
            }
            n += 1;
        }
    }
    assert!(n > 150, "{n} places");
    // and what is left without it is a spec that builds
    assert_eq!(unbuilt, Vec::<String>::new());
}
