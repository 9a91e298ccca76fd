//! Each check on both sides of each boundary and of each change of version.

use super::*;
use crate::object::Given;
use crate::verify::pod::PodView;

/// The checks that refuse something of a pod given as JSON.
fn refused(pod: &serde_json::Value, level: Level, version: u32) -> Vec<(&'static str, String)> {
    let mut pod = pod.clone();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    let given = Given::decode("v1", "Pod", pod).unwrap().unwrap();
    let view = PodView::new(given.template().unwrap());
    let found = violations(&view, level, PolicyVersion(version));
    found.into_iter().map(|violation| (violation.check, violation.path.to_string())).collect()
}

/// A pod that every level of every version lets pass, with other fields for its container and its spec.
fn pod(container: serde_json::Value, spec: serde_json::Value) -> serde_json::Value {
    let mut main = serde_json::json!({
        "name": "app",
        "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
    });
    merge(&mut main, container);
    let mut whole = serde_json::json!({
        "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
        "containers": [main],
    });
    merge(&mut whole, spec);
    serde_json::json!({ "metadata": { "name": "web" }, "spec": whole })
}

fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn container(fields: serde_json::Value) -> serde_json::Value {
    pod(fields, serde_json::json!({}))
}

fn secured(fields: &serde_json::Value) -> serde_json::Value {
    container(serde_json::json!({ "securityContext": fields }))
}

fn spec(fields: serde_json::Value) -> serde_json::Value {
    pod(serde_json::json!({}), fields)
}

fn pod_secured(fields: &serde_json::Value) -> serde_json::Value {
    spec(serde_json::json!({ "securityContext": fields }))
}

fn annotated(key: &str, value: &str) -> serde_json::Value {
    let mut pod = spec(serde_json::json!({}));
    pod["metadata"]["annotations"] = serde_json::json!({ key: value });
    pod
}

/// From `from` up to `to` (inclusive) the check refuses the field, at `level` and not below; in all other versions
/// nothing is refused.
fn hold(
    pod: &serde_json::Value,
    level: Level,
    check: &'static str,
    path: &str,
    versions: std::ops::RangeInclusive<u32>,
) {
    for version in 0..=NEWEST.0 {
        let expected = if versions.contains(&version) { vec![(check, path.to_owned())] } else { Vec::new() };
        assert_eq!(refused(pod, level, version), expected, "{check} at v1.{version} of {pod}");
        if level == Level::Restricted {
            assert_eq!(refused(pod, Level::Baseline, version), [], "{check} below restricted at v1.{version} of {pod}");
        }
    }
}

const ALWAYS: std::ops::RangeInclusive<u32> = 0..=37;
const CONTEXT: &str = "spec.containers[0].securityContext";

#[test]
fn a_good_pod_passes_everywhere() {
    for version in 0..=40 {
        for level in [Level::Privileged, Level::Baseline, Level::Restricted] {
            assert_eq!(refused(&spec(serde_json::json!({})), level, version), [], "{level:?} v1.{version}");
        }
    }
    let bare = serde_json::json!({ "metadata": {}, "spec": { "hostPID": true, "containers": [{ "name": "app" }] } });
    assert_eq!(refused(&bare, Level::Privileged, 37), []);
}

#[test]
fn what_belongs_to_the_node() {
    use Level::Baseline;
    use serde_json::json;
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        hold(&spec(json!({ field: true })), Baseline, "hostNamespaces", &format!("spec.{field}"), ALWAYS);
        assert_eq!(refused(&spec(json!({ field: false })), Baseline, 37), []);
    }
    let path =
        spec(json!({ "volumes": [{ "name": "a", "emptyDir": {} }, { "name": "b", "hostPath": { "path": "/" } }] }));
    hold(&path, Baseline, "hostPathVolumes", "spec.volumes[1].hostPath", ALWAYS);
    let port = container(json!({ "ports": [{ "containerPort": 1 }, { "containerPort": 2, "hostPort": 2 }] }));
    hold(&port, Baseline, "hostPorts", "spec.containers[0].ports[1].hostPort", ALWAYS);
    let zero = container(json!({ "ports": [{ "containerPort": 1, "hostPort": 0 }] }));
    assert_eq!(refused(&zero, Level::Restricted, 37), []);
    // in the node's network the API copies the port
    let both = pod(json!({ "ports": [{ "containerPort": 1 }] }), json!({ "hostNetwork": true }));
    assert_eq!(refused(&both, Baseline, 37).len(), 2);
    for (context, path) in [
        (pod_secured(&json!({ "windowsOptions": { "hostProcess": true } })), "spec.securityContext"),
        (secured(&json!({ "windowsOptions": { "hostProcess": true } })), CONTEXT),
    ] {
        hold(&context, Baseline, "windowsHostProcess", &format!("{path}.windowsOptions.hostProcess"), ALWAYS);
    }
}

#[test]
fn hosts_of_probes_from_34() {
    use serde_json::json;
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        for action in ["httpGet", "tcpSocket"] {
            let probe = container(json!({ field: { action: { "port": 80, "host": "127.0.0.1" } } }));
            let path = format!("spec.containers[0].{field}.{action}.host");
            hold(&probe, Level::Baseline, "hostProbesAndHostLifecycle", &path, 34..=37);
        }
    }
    for field in ["postStart", "preStop"] {
        let hook = container(json!({ "lifecycle": { field: { "httpGet": { "port": 80, "host": "x" } } } }));
        let path = format!("spec.containers[0].lifecycle.{field}.httpGet.host");
        hold(&hook, Level::Baseline, "hostProbesAndHostLifecycle", &path, 34..=37);
    }
    let header = json!({ "port": 80, "host": "", "httpHeaders": [{ "name": "Host", "value": "x" }] });
    assert_eq!(refused(&container(json!({ "livenessProbe": { "httpGet": header } })), Level::Restricted, 37), []);
}

#[test]
fn privileges() {
    use serde_json::json;
    let privileged = format!("{CONTEXT}.privileged");
    hold(&secured(&json!({ "privileged": true })), Level::Baseline, "privileged", &privileged, ALWAYS);
    for stated in [json!(true), json!(null)] {
        let pod = secured(&json!({ "allowPrivilegeEscalation": stated }));
        let path = format!("{CONTEXT}.allowPrivilegeEscalation");
        hold(&pod, Level::Restricted, "allowPrivilegeEscalation", &path, 8..=37);
        let mut windows = pod;
        windows["spec"]["os"] = json!({ "name": "windows" });
        hold(&windows, Level::Restricted, "allowPrivilegeEscalation", &path, 8..=24);
    }
}

#[test]
fn capabilities() {
    use serde_json::json;
    let add = |name: &str| secured(&json!({ "capabilities": { "add": [name] } }));
    let added = format!("{CONTEXT}.capabilities.add[0]");
    for name in ["SYS_ADMIN", "CAP_CHOWN", "chown", "ALL"] {
        hold(&add(name), Level::Baseline, "capabilities_baseline", &added, ALWAYS);
        assert_eq!(refused(&add(name), Level::Restricted, 21), [("capabilities_baseline", added.clone())]);
        assert_eq!(refused(&add(name), Level::Restricted, 22), [("capabilities_restricted", added.clone())]);
    }
    hold(&add("CHOWN"), Level::Restricted, "capabilities_restricted", &added, 22..=37);
    assert_eq!(refused(&add("NET_BIND_SERVICE"), Level::Restricted, 37), []);
    for drop in [json!(["all"]), json!(["CHOWN"]), json!([])] {
        let pod = secured(&json!({ "capabilities": { "drop": drop } }));
        hold(&pod, Level::Restricted, "capabilities_restricted", &format!("{CONTEXT}.capabilities.drop"), 22..=37);
        let mut windows = pod;
        windows["spec"]["os"] = json!({ "name": "windows" });
        hold(&windows, Level::Restricted, "capabilities_restricted", &format!("{CONTEXT}.capabilities.drop"), 22..=24);
    }
}

#[test]
fn profiles() {
    use serde_json::json;
    let annotation = "container.apparmor.security.beta.kubernetes.io/app";
    let path = format!("metadata.annotations[{annotation}]");
    hold(&annotated(annotation, "unconfined"), Level::Baseline, "appArmorProfile", &path, ALWAYS);
    for value in ["", "runtime/default", "localhost/x"] {
        assert_eq!(refused(&annotated(annotation, value), Level::Restricted, 37), [], "{value}");
    }
    let unconfined = json!({ "appArmorProfile": { "type": "Unconfined" } });
    let path = "securityContext.appArmorProfile.type";
    hold(&pod_secured(&unconfined), Level::Baseline, "appArmorProfile", &format!("spec.{path}"), ALWAYS);
    hold(&secured(&unconfined), Level::Baseline, "appArmorProfile", &format!("spec.containers[0].{path}"), ALWAYS);
    let se = |field: &str, value: &str| secured(&json!({ "seLinuxOptions": { field: value } }));
    let at = |field: &str| format!("{CONTEXT}.seLinuxOptions.{field}");
    hold(&se("type", "spc_t"), Level::Baseline, "seLinuxOptions", &at("type"), ALWAYS);
    hold(&se("type", "container_engine_t"), Level::Baseline, "seLinuxOptions", &at("type"), 0..=30);
    for field in ["user", "role"] {
        hold(&se(field, "x"), Level::Baseline, "seLinuxOptions", &at(field), ALWAYS);
        assert_eq!(refused(&se(field, ""), Level::Restricted, 37), []);
    }
    assert_eq!(refused(&se("type", "container_kvm_t"), Level::Restricted, 37), []);
}

#[test]
fn seccomp() {
    use serde_json::json;
    let of_pod = "seccomp.security.alpha.kubernetes.io/pod";
    let of_app = "container.seccomp.security.alpha.kubernetes.io/app";
    for key in [of_pod, of_app] {
        let path = format!("metadata.annotations[{key}]");
        hold(&annotated(key, "unconfined"), Level::Baseline, "seccompProfile_baseline", &path, 0..=18);
        for value in ["runtime/default", "docker/default", "localhost/x"] {
            assert_eq!(refused(&annotated(key, value), Level::Restricted, 0), [], "{value}");
        }
    }
    assert_eq!(refused(&annotated(&format!("{of_app}-none"), "unconfined"), Level::Baseline, 0), []);
    let field = format!("{CONTEXT}.seccompProfile.type");
    let unconfined = secured(&json!({ "seccompProfile": { "type": "Unconfined" } }));
    hold(&unconfined, Level::Baseline, "seccompProfile_baseline", &field, 19..=37);
    assert_eq!(refused(&unconfined, Level::Restricted, 18), []);
    assert_eq!(refused(&unconfined, Level::Restricted, 19), [("seccompProfile_restricted", field.clone())]);
    let unset = pod_secured(&json!({ "seccompProfile": null }));
    hold(&unset, Level::Restricted, "seccompProfile_restricted", &field, 19..=37);
    let mut windows = unset;
    windows["spec"]["os"] = json!({ "name": "windows" });
    hold(&windows, Level::Restricted, "seccompProfile_restricted", &field, 19..=24);
    let loose = pod(
        json!({ "securityContext": { "seccompProfile": { "type": "Localhost" } } }),
        json!({ "securityContext": { "seccompProfile": { "type": "Unconfined" } } }),
    );
    let of_pod = "spec.securityContext.seccompProfile.type".to_owned();
    assert_eq!(refused(&loose, Level::Restricted, 19), [("seccompProfile_restricted", of_pod)]);
}

#[test]
fn users() {
    use serde_json::json;
    let own = |mut pod: serde_json::Value| {
        pod["spec"]["hostUsers"] = json!(false);
        pod
    };
    let root = secured(&json!({ "runAsNonRoot": false }));
    let path = format!("{CONTEXT}.runAsNonRoot");
    hold(&root, Level::Restricted, "runAsNonRoot", &path, ALWAYS);
    hold(&own(root), Level::Restricted, "runAsNonRoot", &path, 0..=34);
    hold(&pod_secured(&json!({ "runAsNonRoot": null })), Level::Restricted, "runAsNonRoot", &path, ALWAYS);
    let of_pod = pod(
        json!({ "securityContext": { "runAsNonRoot": true } }),
        json!({ "securityContext": { "runAsNonRoot": false } }),
    );
    hold(&of_pod, Level::Restricted, "runAsNonRoot", "spec.securityContext.runAsNonRoot", ALWAYS);
    for (zero, path) in [
        (secured(&json!({ "runAsUser": 0 })), format!("{CONTEXT}.runAsUser")),
        (pod_secured(&json!({ "runAsUser": 0 })), "spec.securityContext.runAsUser".to_owned()),
    ] {
        hold(&zero, Level::Restricted, "runAsUser", &path, 23..=37);
        hold(&own(zero), Level::Restricted, "runAsUser", &path, 23..=34);
    }
    assert_eq!(refused(&secured(&json!({ "runAsUser": 1 })), Level::Restricted, 37), []);
    let unmasked = secured(&json!({ "procMount": "Unmasked" }));
    let path = format!("{CONTEXT}.procMount");
    hold(&unmasked, Level::Baseline, "procMount", &path, ALWAYS);
    let unmasked = own(unmasked);
    hold(&unmasked, Level::Baseline, "procMount", &path, 0..=34);
    assert_eq!(refused(&unmasked, Level::Restricted, 34), [("procMount", path.clone())]);
    assert_eq!(refused(&unmasked, Level::Restricted, 35), [("procMount_restricted", path)]);
    assert_eq!(refused(&secured(&json!({ "procMount": "Default" })), Level::Restricted, 37), []);
}

#[test]
fn sysctls_and_volumes() {
    use serde_json::json;
    let last = NEWEST.0;
    for (name, since) in [
        ("kernel.shm_rmid_forced", 0),
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
        ("net.ipv4.tcp_slow_start_after_idle", 37),
        ("net.ipv4.tcp_notsent_lowat", 37),
        ("kernel.msgmax", last + 1),
    ] {
        let pod = pod_secured(&json!({ "sysctls": [{ "name": name, "value": "1" }] }));
        for version in 0..=last {
            let refused = refused(&pod, Level::Baseline, version);
            assert_eq!(refused.is_empty(), version >= since, "{name} at v1.{version}");
        }
    }
    for source in [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ] {
        let pod = spec(json!({ "volumes": [{ "name": "a", source: {} }] }));
        assert_eq!(refused(&pod, Level::Restricted, 37), [], "{source}");
    }
    assert_eq!(refused(&spec(json!({ "volumes": [{ "name": "a" }] })), Level::Restricted, 37), []);
    for source in [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "iscsi",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    ] {
        let pod = spec(json!({ "volumes": [{ "name": "a", source: {} }] }));
        hold(&pod, Level::Restricted, "restrictedVolumes", &format!("spec.volumes[0].{source}"), ALWAYS);
    }
    let path = spec(json!({ "volumes": [{ "name": "a", "hostPath": { "path": "/" } }] }));
    assert_eq!(refused(&path, Level::Restricted, 37), [("restrictedVolumes", "spec.volumes[0].hostPath".to_owned())]);
}

#[test]
fn every_kind_of_container_is_judged() {
    use serde_json::json;
    let bad = json!([{ "name": "x", "securityContext": { "privileged": true } }]);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let pod = spec(json!({ list: bad }));
        let path = format!("spec.{list}[0].securityContext.privileged");
        hold(&pod, Level::Baseline, "privileged", &path, ALWAYS);
    }
}
