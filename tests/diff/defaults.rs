//! What the API server fills in is no change, whichever side states it.

use bvlc::query::defaults::fill;
use serde_json::{Value, json};

use crate::fields::{classes, objects};

fn object(api: &str, kind: &str, spec: Value) -> Value {
    let mut object = json!({ "apiVersion": api, "kind": kind, "metadata": { "name": "a", "namespace": "s" } });
    object["spec"] = spec;
    object
}

/// A workload whose template has these fields beside the first container's.
fn workload(kind: &str, pod: Value, container: Value) -> Value {
    let mut template = json!({
        "metadata": { "labels": { "app": "a" } },
        "spec": { "containers": [{ "name": "a", "image": "x:1" }] },
    });
    merge(&mut template["spec"], pod);
    merge(&mut template["spec"]["containers"][0], container);
    object("apps/v1", kind, json!({ "selector": { "matchLabels": { "app": "a" } }, "template": template }))
}

fn merge(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (key, value) in other {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, other) => *into = other,
    }
}

fn with(mut object: Value, spec: Value) -> Value {
    merge(&mut object["spec"], spec);
    object
}

#[test]
fn filling_in_an_emitted_object_changes_nothing() {
    let mut n_filled = 0;
    for object in objects() {
        let mut filled = object.clone();
        fill(&mut filled);
        n_filled += usize::from(filled != object);
        let mut again = filled.clone();
        fill(&mut again);
        assert_eq!(again, filled, "filling twice is filling once");
        for (old, new) in [(&object, &filled), (&filled, &object)] {
            assert_eq!(classes(old, new), [""; 0], "{old}\n{new}");
        }
    }
    assert!(n_filled > 80, "{n_filled}");
}

/// Versions of an object: without a field, with its default, with another value; and the class of the other value.
type Case = (Value, Value, Value, &'static str);

fn hold<const N: usize>(cases: [Case; N]) {
    for (plain, stated, other, class) in cases {
        for (old, new) in [(&plain, &stated), (&stated, &plain)] {
            assert_eq!(classes(old, new), [""; 0], "{old}\n{new}");
        }
        for (old, new) in [(&plain, &other), (&other, &plain)] {
            assert!(classes(old, new).contains(&class), "{old}\n{new}\n{:?}", classes(old, new));
        }
    }
}

#[test]
fn stating_a_default_of_pods_changes_nothing_and_another_value_does() {
    let deployment = || workload("Deployment", json!({}), json!({}));
    let set = || workload("StatefulSet", json!({}), json!({}));
    let volumes = |volume: Value| workload("Deployment", json!({ "volumes": [volume] }), json!({}));
    let variable = |variable: Value| workload("Deployment", json!({}), json!({ "env": [variable] }));
    let claim = |more: Value| {
        let mut spec = json!({ "accessModes": ["ReadWriteOnce"] });
        merge(&mut spec, more);
        with(set(), json!({ "volumeClaimTemplates": [{ "metadata": { "name": "d" }, "spec": spec }] }))
    };
    hold([
        (
            set(),
            with(set(), json!({ "podManagementPolicy": "OrderedReady" })),
            with(set(), json!({ "podManagementPolicy": "Parallel" })),
            "recreate",
        ),
        (
            claim(json!({})),
            claim(json!({ "volumeMode": "Filesystem" })),
            claim(json!({ "volumeMode": "Block" })),
            "recreate",
        ),
        (
            deployment(),
            workload("Deployment", json!({}), json!({ "imagePullPolicy": "IfNotPresent" })),
            workload("Deployment", json!({}), json!({ "imagePullPolicy": "Always" })),
            "rolling-restart",
        ),
        (
            volumes(json!({ "name": "v" })),
            volumes(json!({ "name": "v", "emptyDir": {} })),
            volumes(json!({ "name": "v", "emptyDir": { "medium": "Memory" } })),
            "rolling-restart",
        ),
        (
            volumes(json!({ "name": "v", "configMap": { "name": "c" } })),
            volumes(json!({ "name": "v", "configMap": { "name": "c", "defaultMode": 420 } })),
            volumes(json!({ "name": "v", "configMap": { "name": "c", "defaultMode": 256 } })),
            "rolling-restart",
        ),
        (
            variable(json!({ "name": "A" })),
            variable(json!({ "name": "A", "value": "" })),
            variable(json!({ "name": "A", "value": "1" })),
            "rolling-restart",
        ),
        (
            variable(json!({ "name": "A", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } })),
            variable(
                json!({ "name": "A", "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.name" } } }),
            ),
            variable(json!({ "name": "A", "valueFrom": { "fieldRef": { "fieldPath": "metadata.uid" } } })),
            "rolling-restart",
        ),
    ]);
}

#[test]
fn stating_a_default_of_others_changes_nothing_and_another_value_does() {
    let deployment = || workload("Deployment", json!({}), json!({}));
    let service = |spec: Value| object("v1", "Service", spec);
    let port = |more: Value| {
        let mut port = json!({ "port": 80 });
        merge(&mut port, more);
        service(json!({ "selector": { "app": "a" }, "ports": [port] }))
    };
    let scaler = |more: Value| {
        let target = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "a" });
        with(
            object("autoscaling/v2", "HorizontalPodAutoscaler", json!({ "maxReplicas": 3, "scaleTargetRef": target })),
            more,
        )
    };
    let policy = |more: Value| {
        with(object("networking.k8s.io/v1", "NetworkPolicy", json!({ "podSelector": {}, "ingress": [{}] })), more)
    };
    hold([
        (port(json!({})), port(json!({ "targetPort": 80 })), port(json!({ "targetPort": 81 })), "addresses"),
        (scaler(json!({})), scaler(json!({ "minReplicas": 1 })), scaler(json!({ "minReplicas": 2 })), "replicas"),
        (
            deployment(),
            with(deployment(), json!({ "replicas": 1 })),
            with(deployment(), json!({ "replicas": 2 })),
            "replicas",
        ),
        (
            policy(json!({})),
            policy(json!({ "policyTypes": ["Ingress"] })),
            policy(json!({ "policyTypes": ["Ingress", "Egress"] })),
            "policies",
        ),
        (
            policy(json!({ "ingress": [{ "ports": [{ "port": 80 }] }] })),
            policy(json!({ "ingress": [{ "from": [], "ports": [{ "port": 80, "protocol": "TCP" }] }] })),
            policy(json!({ "ingress": [{ "ports": [{ "port": 80, "protocol": "UDP" }] }] })),
            "policies",
        ),
    ]);
}

/// Fields that end like a default of another kind, or stand where nothing is filled in.
#[test]
fn a_field_of_one_kind_is_no_default_of_another() {
    let deployment = || workload("Deployment", json!({}), json!({}));
    for other in [
        json!({ "backoffLimit": 6 }),
        json!({ "template": { "spec": { "enableServiceLinks": true } } }),
        json!({ "template": { "spec": { "automountServiceAccountToken": true } } }),
    ] {
        assert_ne!(classes(&deployment(), &with(deployment(), other.clone())), [""; 0], "{other}");
    }
    // what a policy of another kind takes as no port at all
    let admin = |ports: Value| {
        let rule = json!({ "action": "Accept", "from": [{ "namespaces": {} }], "ports": ports });
        let subject = json!({ "namespaces": {} });
        object(
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            json!({ "priority": 1, "subject": subject, "ingress": [rule] }),
        )
    };
    let ported = |protocol: Value| json!([{ "portNumber": protocol }]);
    let (bare, stated) = (admin(ported(json!({ "port": 1 }))), admin(ported(json!({ "port": 1, "protocol": "TCP" }))));
    assert_ne!(classes(&bare, &stated), [""; 0]);
}

#[test]
fn what_the_server_gives_out_stays() {
    let service = |more: Value| {
        let spec = json!({ "selector": { "app": "a" }, "ports": [{ "port": 80 }] });
        let mut service = object("v1", "Service", spec);
        merge(&mut service, more);
        service
    };
    let given = json!({ "spec": { "clusterIP": "10.0.0.9", "clusterIPs": ["10.0.0.9"] } });
    let plain = service(json!({}));
    let file = service(given.clone());
    let mut dump = json!({ "metadata": { "uid": "1" }, "spec": {
        "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "type": "ClusterIP",
    }});
    merge(&mut dump, given);
    let dump = service(dump);
    for (old, new, expected) in [
        (&plain, &dump, &[][..]),
        (&dump, &plain, &[]),
        // an update without it keeps what was, and one with it asks for another
        (&file, &plain, &[]),
        (&plain, &file, &["recreate"]),
        (&plain, &service(json!({ "spec": { "clusterIP": "None" } })), &["recreate"]),
        (&service(json!({ "spec": { "clusterIP": "None" } })), &plain, &["recreate"]),
        // so it does with the policy of families
        (&service(json!({ "spec": { "ipFamilyPolicy": "PreferDualStack" } })), &plain, &[]),
        (&plain, &service(json!({ "spec": { "ipFamilyPolicy": "PreferDualStack" } })), &["addresses"]),
    ] {
        assert_eq!(classes(old, new), expected, "{old}\n{new}");
    }
    let headless = service(json!({ "spec": { "clusterIP": "None" } }));
    let listed = json!({ "spec": { "clusterIP": "None", "clusterIPs": ["None"], "ipFamilies": ["IPv4"] } });
    let mut of_cluster =
        json!({ "metadata": { "uid": "1", "finalizers": ["service.kubernetes.io/load-balancer-cleanup"] } });
    merge(&mut of_cluster, listed);
    let of_cluster = service(of_cluster);
    for (old, new) in [(&headless, &of_cluster), (&of_cluster, &headless)] {
        assert_eq!(classes(old, new), [""; 0], "{old}\n{new}");
    }
    let job = |more: Value| {
        let template = json!({ "spec": { "containers": [{ "name": "a", "image": "x:1" }], "restartPolicy": "Never" } });
        with(object("batch/v1", "Job", json!({ "template": template })), more)
    };
    let labels = json!({ "controller-uid": "1", "job-name": "a" });
    let written = json!({ "selector": { "matchLabels": labels }, "template": { "metadata": { "labels": labels } } });
    assert_eq!(classes(&job(json!({})), &job(written.clone())), [""; 0]);
    assert_eq!(classes(&job(written), &job(json!({}))), [""; 0]);
    let mut labeled = job(json!({}));
    merge(&mut labeled, json!({ "metadata": { "labels": labels } }));
    assert_eq!(classes(&job(json!({})), &labeled), [""; 0]);
    assert_eq!(classes(&labeled, &job(json!({}))), [""; 0]);
    let own = json!({ "template": { "metadata": { "labels": { "app": "a" } } } });
    assert_eq!(classes(&job(json!({})), &job(own)), ["recreate"]);
}

#[test]
fn what_controllers_and_admission_write_stays() {
    let pod = |more: Value| with(object("v1", "Pod", json!({ "containers": [{ "name": "a", "image": "x:1" }] })), more);
    let token = json!({ "name": "kube-api-access-abcde", "projected": { "sources": [] } });
    let mount =
        json!({ "name": "kube-api-access-abcde", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount" });
    let toleration = |taint: &str, seconds: u32| json!({ "key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds });
    let [gone, unreachable] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
    let mut admitted = pod(json!({
        "nodeName": "n1", "priority": 0, "preemptionPolicy": "PreemptLowerPriority",
        "serviceAccount": "default", "serviceAccountName": "default", "imagePullSecrets": [{ "name": "of-account" }],
        "containers": [{ "name": "a", "image": "x:1", "volumeMounts": [mount] }], "volumes": [token],
        "tolerations": [toleration(gone, 300), toleration(unreachable, 300)],
    }));
    merge(&mut admitted, json!({ "metadata": { "uid": "1" } }));
    let claim = object("v1", "PersistentVolumeClaim", json!({ "accessModes": ["ReadWriteOnce"] }));
    let mut bound = claim.clone();
    merge(
        &mut bound,
        json!({ "metadata": {
            "uid": "1", "annotations": { "pv.kubernetes.io/bind-completed": "yes", "volume.kubernetes.io/selected-node": "n1" },
            "finalizers": ["kubernetes.io/pvc-protection"],
        }}),
    );
    let ingress = object("networking.k8s.io/v1", "Ingress", json!({ "rules": [{ "host": "a.example" }] }));
    let mut classed = ingress.clone();
    merge(&mut classed, json!({ "metadata": { "uid": "1" }, "spec": { "ingressClassName": "nginx" } }));
    for (file, dump) in [(&pod(json!({})), &admitted), (&claim, &bound), (&ingress, &classed)] {
        for (old, new) in [(file, dump), (dump, file)] {
            assert_eq!(classes(old, new), [""; 0], "{old}\n{new}");
        }
    }
    // what people state is theirs
    for (more, class) in [
        (json!({ "nodeName": "n1" }), "recreate"),
        (json!({ "serviceAccountName": "own" }), "recreate"),
        (json!({ "tolerations": [toleration(gone, 10)] }), "configuration"),
    ] {
        assert_eq!(classes(&pod(json!({})), &pod(more.clone())), [class], "{more}");
    }
    let mut kept = claim.clone();
    merge(&mut kept, json!({ "metadata": { "uid": "1", "finalizers": ["example.dev/kept"] } }));
    assert_eq!(classes(&claim, &kept), ["configuration"]);
}

#[test]
fn the_latest_version_of_a_standard_is_none() {
    let namespace = |version: Option<&str>| {
        let mut labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
        if let Some(version) = version {
            for mode in ["enforce", "audit", "warn"] {
                labels[format!("pod-security.kubernetes.io/{mode}-version")] = version.into();
            }
        }
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "s", "labels": labels } })
    };
    let [absent, latest, pinned] = [None, Some("latest"), Some("v1.30")].map(namespace);
    for (old, new) in [(&absent, &latest), (&latest, &absent)] {
        assert_eq!(classes(old, new), [""; 0], "{old}\n{new}");
    }
    for (old, new) in [(&pinned, &latest), (&absent, &pinned)] {
        assert!(classes(old, new).contains(&"guarantee-lost"), "{old}\n{new}");
    }
}

#[test]
fn equal_amounts_and_what_is_stored_otherwise_change_nothing() {
    let set = |claim: Value| {
        let mut own = json!({ "metadata": { "name": "d" }, "spec": { "accessModes": ["ReadWriteOnce"] } });
        merge(&mut own, claim);
        with(workload("StatefulSet", json!({}), json!({})), json!({ "volumeClaimTemplates": [own] }))
    };
    let sized = |size: Value| set(json!({ "spec": { "resources": { "requests": { "storage": size } } } }));
    let range = |item: Value| {
        let mut own = json!({ "type": "Container" });
        merge(&mut own, item);
        object("v1", "LimitRange", json!({ "limits": [own] }))
    };
    let cron = |job: Value, pod: Value| {
        let mut template = json!({ "spec": { "template": {
            "spec": { "restartPolicy": "Never", "containers": [{ "name": "a", "image": "x:1" }] },
        }}});
        merge(&mut template, job);
        merge(&mut template["spec"]["template"], pod);
        object("batch/v1", "CronJob", json!({ "schedule": "@daily", "jobTemplate": template }))
    };
    let budget = |more: Value| {
        with(object("policy/v1", "PodDisruptionBudget", json!({ "minAvailable": 1, "selector": {} })), more)
    };
    let folder = |more: Value| {
        let mut claim = json!({ "spec": { "accessModes": ["ReadWriteOnce"] } });
        merge(&mut claim, more);
        let volume = json!({ "name": "v", "ephemeral": { "volumeClaimTemplate": claim } });
        workload("Deployment", json!({ "volumes": [volume] }), json!({}))
    };
    hold([
        (
            set(json!({})),
            set(json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": { "phase": "Pending" } })),
            set(json!({ "spec": { "volumeMode": "Block" } })),
            "recreate",
        ),
        (sized(json!("1Gi")), sized(json!("1024Mi")), sized(json!("1025Mi")), "recreate"),
        (
            range(json!({ "max": { "cpu": 1 } })),
            range(json!({ "max": { "cpu": "1000m" } })),
            range(json!({ "max": { "cpu": "1001m" } })),
            "capacity",
        ),
        (
            range(json!({ "max": { "cpu": 4 } })),
            range(json!({ "max": { "cpu": "4" }, "default": { "cpu": "4" }, "defaultRequest": { "cpu": "4" } })),
            range(json!({ "max": { "cpu": 4 }, "default": { "cpu": 3 } })),
            "capacity",
        ),
        (
            cron(json!({}), json!({})),
            with(cron(json!({}), json!({})), json!({ "schedule": "0 0 * * *" })),
            with(cron(json!({}), json!({})), json!({ "schedule": "@hourly" })),
            "configuration",
        ),
        (
            cron(json!({}), json!({})),
            cron(json!({ "metadata": {} }), json!({ "metadata": {} })),
            cron(json!({}), json!({ "metadata": { "labels": { "a": "b" } } })),
            "configuration",
        ),
        (
            folder(json!({})),
            folder(json!({ "metadata": {} })),
            folder(json!({ "metadata": { "labels": { "a": "b" } } })),
            "rolling-restart",
        ),
    ]);
    let policy = |policy: &str| budget(json!({ "unhealthyPodEvictionPolicy": policy }));
    assert_eq!(classes(&budget(json!({})), &policy("IfHealthyBudget")), [""; 0]);
    assert_eq!(classes(&budget(json!({})), &policy("AlwaysAllow")), ["guarantee-lost", "guarantee-won"]);
    // what is stated as text is stored among the data
    let secret = |field: &str, value: &str| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a", "namespace": "s" }, field: { "K": value } });
    for (text, stored) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("\u{fb}\u{ff}?>", "w7vDvz8+")] {
        assert_eq!(classes(&secret("stringData", text), &secret("data", stored)), [""; 0], "{text}");
        assert_ne!(classes(&secret("stringData", text), &secret("data", "Yg==")), [""; 0], "{text}");
    }
}

/// `kubectl rollout restart` writes a time into the template, and an apply of a file that never had one leaves it.
#[test]
fn the_time_of_a_restart_is_left() {
    let plain = workload("Deployment", json!({}), json!({}));
    let restarted = |at: &str, more: Value| {
        let mut annotations = json!({ "kubectl.kubernetes.io/restartedAt": at });
        merge(&mut annotations, more);
        let mut object = plain.clone();
        merge(&mut object, json!({ "spec": { "template": { "metadata": { "annotations": annotations } } } }));
        object
    };
    let dump = |mut object: Value| {
        merge(&mut object, json!({ "metadata": { "uid": "1" } }));
        object
    };
    let (one, other) = (restarted("2026-01-01T00:00:00Z", json!({})), restarted("2026-02-01T00:00:00Z", json!({})));
    assert_eq!(classes(&dump(one.clone()), &plain), [""; 0]);
    assert_eq!(classes(&plain, &dump(one.clone())), [""; 0]);
    let more = restarted("2026-01-01T00:00:00Z", json!({ "team": "a" }));
    let mut kept = plain.clone();
    merge(&mut kept, json!({ "spec": { "template": { "metadata": { "annotations": { "team": "a" } } } } }));
    assert_eq!(classes(&dump(more.clone()), &kept), [""; 0]);
    // a file that states a time wants a restart, and so does whatever else goes
    for (old, new) in
        [(&plain, &one), (&one, &other), (&dump(one.clone()), &dump(other.clone())), (&dump(more), &plain)]
    {
        assert_eq!(classes(old, new), ["rolling-restart"], "{old}\n{new}");
    }
}
