//! What the API server makes of an object: what it fills in where nothing is stated, and what it gives out itself.
//!
//! Invariants: one table has all of it, and each row says which function of upstream does it; a row speaks of one field of the
//! kinds that have it, and of no other that ends alike. Filling twice is filling once.

mod computed;
mod rows;

use serde_json::{Map, Value};

use self::rows::{Fill, KINDS, Row};
use crate::model::kept::is_of_jobs;
use crate::query::diff::Version;
use crate::query::diff::tree::{self, Path, Step};

/// Two versions of an object, each as the API server would store it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::query) struct Filled {
    old: Value,
    new: Value,
}

/// Who wrote a version of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Author {
    /// People or programs, which state what they want.
    Manifest,
    /// The API server: it was read from a cluster.
    Cluster,
}

impl Filled {
    /// Of both versions.
    pub(in crate::query) fn of(mut old: Value, mut new: Value) -> Self {
        fill(&mut old);
        fill(&mut new);
        cluster_ips(&mut old, &mut new);
        Self { old, new }
    }

    /// The same with something done to both.
    #[must_use]
    pub(in crate::query) fn with(mut self, change: impl Fn(&mut Value)) -> Self {
        change(&mut self.old);
        change(&mut self.new);
        self
    }

    /// Whether both have the same at a path, once what nobody states is there.
    pub(in crate::query) fn is_same(&self, path: &Path) -> bool {
        tree::is_equal_at(&self.old, &self.new, path)
    }

    /// Whether the field at a path stands on one side alone, and is what the API server gave out there.
    pub(in crate::query) fn is_given_out(&self, path: &Path, (old, new): (Author, Author)) -> bool {
        self.one_sided(path).is_some_and(|(version, keeps)| {
            let author = match version {
                Version::Old => old,
                Version::New => new,
            };
            match keeps {
                Keeps::Nothing => false,
                Keeps::OfCluster | Keeps::OnUpdate => author == Author::Cluster,
            }
        })
    }

    /// Whether the field at a path is no longer stated, and stays as it is when the new version is applied over the old one.
    pub(in crate::query) fn is_kept(&self, path: &Path) -> bool {
        self.one_sided(path) == Some((Version::Old, Keeps::OnUpdate))
    }

    fn one_sided(&self, path: &Path) -> Option<(Version, Keeps)> {
        let (value, version) = match (tree::at(&self.old, path), tree::at(&self.new, path)) {
            (Some(was), None) => (was, Version::Old),
            (None, Some(is)) => (is, Version::New),
            (Some(_), Some(_)) | (None, None) => return None,
        };
        let kind = self.new.get("kind").and_then(Value::as_str).unwrap_or_default();
        Some((version, given_out(kind, path, value, &self.new)))
    }
}

/// What becomes of a field that the API server gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    /// It is the user's.
    Nothing,
    /// It may be stated by whoever wants another, and is the server's where the object was read from a cluster.
    OfCluster,
    /// So it is, and an update without it keeps what was.
    OnUpdate,
}

/// What the API server does with a field of an object that has it, `new` being what is applied.
///
/// `patchAllocatedValues` (kubernetes `pkg/registry/core/service/storage/storage.go`, 1.33) keeps addresses and ports of nodes,
/// `initIPFamilyFields` (`alloc.go` beside it) the policy of families ("If they didn't specify a policy we need to adopt the
/// policy from before"); families follow from the addresses, and where there are none from the cluster.
fn given_out(kind: &str, path: &Path, value: &Value, new: &Value) -> Keeps {
    let steps: Vec<&str> = path.0.iter().map(Step::name).collect();
    match (kind, steps.as_slice()) {
        ("Service", ["spec", rest @ ..]) if !rest.is_empty() => of_service(rest, value, new),
        _ if is_of_controllers(kind, &steps, value) => Keeps::OfCluster,
        _ => Keeps::Nothing,
    }
}

/// Whether a field is one that controllers, the scheduler and the admission write into an object of others (kubernetes 1.33):
/// - of a claim what the binder and the admission of storage classes write (`pkg/controller/volume/persistentvolume` and
///   `plugin/pkg/admission/storage/storageclass/setdefault`), and the annotations by which binder, scheduler and provisioner know each other;
/// - the class of an Ingress (`plugin/pkg/admission/network/defaultingressclass`);
/// - the number of a template (`pkg/apis/apps/v1/conversion.go`), the labels of a Job (`generateSelector`,
///   `pkg/registry/batch/job/strategy.go`);
/// - the finalizers that hold back what is in use;
/// - the time of a restart (`kubectl rollout restart`, kubernetes/kubectl `pkg/polymorphichelpers/objectrestarter.go`, 0.33), which an apply
///   of what never stated it leaves;
/// - of a pod its node (`BindingREST`, `pkg/registry/core/pod/storage/storage.go`), its priority (`plugin/pkg/admission/priority`), and the
///   token of its account with its pull secrets (`plugin/pkg/admission/serviceaccount/admission.go`).
fn is_of_controllers(kind: &str, steps: &[&str], value: &Value) -> bool {
    const PREFIXES: [&str; 3] = ["pv.kubernetes.io/", "volume.kubernetes.io/", "volume.beta.kubernetes.io/"];
    const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
    const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";
    match (kind, steps) {
        ("Deployment" | "StatefulSet" | "DaemonSet", ["spec", "template", "metadata", "annotations", rest @ ..]) => {
            match rest {
                [] => value.as_object().is_some_and(|all| all.keys().all(|name| name == RESTARTED)),
                [name, ..] => *name == RESTARTED,
            }
        }
        ("PersistentVolumeClaim", ["spec", "volumeName" | "storageClassName"])
        | ("Ingress", ["spec", "ingressClassName"])
        | ("DaemonSet", ["metadata", "annotations", "deprecated.daemonset.template.generation"])
        | (
            "Pod",
            ["spec", "nodeName" | "priority" | "preemptionPolicy" | "imagePullSecrets", ..]
            | ["spec", "containers" | "initContainers", _, "volumeMounts", TOKEN, ..],
        ) => true,
        ("PersistentVolumeClaim", ["metadata", "annotations", name]) => {
            PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        }
        ("Job", ["metadata", "labels", name]) => is_of_jobs(name),
        ("Pod", ["spec", "volumes", name, ..]) => name.starts_with("kube-api-access-"),
        (_, ["metadata", "finalizers", ..]) => is_protection(value),
        _ => false,
    }
}

fn of_service(steps: &[&str], value: &Value, new: &Value) -> Keeps {
    let text = |path: &str| tree::at(new, &Path::of(path)).and_then(Value::as_str).unwrap_or_default();
    let kind = text("spec.type");
    match steps {
        // "None" is asked for, never given out
        ["clusterIP" | "clusterIPs", ..] if kind != "ExternalName" && !is_headless(value) => Keeps::OnUpdate,
        ["ports", _, "nodePort"] if matches!(kind, "NodePort" | "LoadBalancer") => Keeps::OnUpdate,
        ["healthCheckNodePort"] if kind == "LoadBalancer" && text("spec.externalTrafficPolicy") == "Local" => {
            Keeps::OnUpdate
        }
        ["ipFamilyPolicy"] if kind != "ExternalName" => Keeps::OnUpdate,
        ["ipFamilies", ..] if kind != "ExternalName" && text("spec.clusterIP") != "None" => Keeps::OnUpdate,
        ["ipFamilyPolicy" | "ipFamilies", ..] => Keeps::OfCluster,
        _ => Keeps::Nothing,
    }
}

/// Whether finalizers are those alone by which controllers hold back what is in use (`pkg/controller/volume/pvcprotection` and
/// `pvprotection`, kubernetes 1.33, and kubernetes/cloud-provider `service/helpers/helper.go`, 0.33).
fn is_protection(value: &Value) -> bool {
    const OWN: [&str; 3] =
        ["kubernetes.io/pvc-protection", "kubernetes.io/pv-protection", "service.kubernetes.io/load-balancer-cleanup"];
    let is_own = |one: &Value| one.as_str().is_some_and(|one| OWN.contains(&one));
    value.as_array().map_or_else(|| is_own(value), |all| all.iter().all(is_own))
}

/// The addresses of a Service are the one that it states where it states that alone, and stay those that were where it states the
/// same one: `normalizeClusterIPs` (kubernetes `pkg/registry/core/service/storage/storage.go`, 1.33), "`ClusterIPs` were cleared by an
/// old client which was trying to patch some field and didn't provide `ClusterIPs`".
fn cluster_ips(old: &mut Value, new: &mut Value) {
    const ALL: &str = "/spec/clusterIPs";
    let one = |tree: &Value| tree.pointer("/spec/clusterIP").cloned();
    let is_service = |tree: &Value| tree.get("kind").and_then(Value::as_str) == Some("Service");
    if !is_service(old) || !is_service(new) {
        return;
    }
    match (old.pointer(ALL).cloned(), new.pointer(ALL).cloned()) {
        (Some(was), None) => {
            let own = one(new);
            let all = if own == one(old) { Some(was) } else { own.map(|own| Value::Array(vec![own])) };
            if let (Some(all), Some(_)) = (all, one(new)) {
                state(new, all);
            }
        }
        // of two, the second one is given out where the cluster says so, and asked for where people do
        (None, Some(is)) if is.as_array().is_some_and(|all| all.len() == 1) => {
            if let Some(own) = one(old) {
                state(old, Value::Array(vec![own]));
            }
        }
        (None | Some(_), Some(_)) | (None, None) => {}
    }
}

fn state(service: &mut Value, addresses: Value) {
    if let Some(spec) = service.get_mut("spec").and_then(Value::as_object_mut) {
        spec.insert("clusterIPs".to_owned(), addresses);
    }
}

fn is_headless(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "None",
        Value::Array(all) => all.iter().any(is_headless),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// Fills in what the API server fills in, and takes out what it does not store since it says nothing.
pub fn fill(object: &mut Value) {
    fill_where(object, &|_| true);
}

/// Fills in what stands below a field alone.
pub(in crate::query) fn fill_below(object: &mut Value, field: &str) {
    fill_where(object, &|path| path.starts_with(field));
}

fn fill_where(object: &mut Value, is_meant: &dyn Fn(&str) -> bool) {
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let Some((.., rows)) = KINDS.iter().find(|(own, kinds, _)| *own == group && kinds.contains(&kind)) else { return };
    without_empty_lists(object);
    let root = object.clone();
    apply(rows, &root, object, is_meant);
}

fn apply(rows: &[Row], root: &Value, within: &mut Value, is_meant: &dyn Fn(&str) -> bool) {
    for row in rows.iter().filter(|row| is_meant(row.path)) {
        let (above, key) = row.path.rsplit_once('.').unwrap_or(("", row.path));
        match row.fill {
            Fill::Each(rows) => visit(within, row.path, &mut |value| apply(rows, root, value, &|_| true)),
            Fill::Do(change) => visit(within, row.path, &mut |value| {
                if let Some(map) = value.as_object_mut() {
                    change(root, map);
                }
            }),
            Fill::Value(_) | Fill::By(_) | Fill::Zero(_) => visit(within, above, &mut |value| {
                if let Some(map) = value.as_object_mut() {
                    set(row.fill, key, root, map);
                }
            }),
        }
    }
}

fn set(fill: Fill, key: &str, root: &Value, map: &mut Map<String, Value>) {
    let value = |json: &str| serde_json::from_str::<Value>(json).unwrap_or_default();
    match fill {
        Fill::Value(json) => {
            map.entry(key).or_insert_with(|| value(json));
        }
        Fill::By(compute) if !map.contains_key(key) => {
            if let Some(value) = compute(root, map) {
                map.insert(key.to_owned(), value);
            }
        }
        Fill::Zero(json) if map.get(key) == Some(&value(json)) => {
            map.remove(key);
        }
        Fill::By(_) | Fill::Zero(_) | Fill::Do(_) | Fill::Each(_) => {}
    }
}

/// Visits what stands at a path of a table: keys with dots between, `[]` behind one for all its elements.
fn visit(value: &mut Value, path: &str, act: &mut dyn FnMut(&mut Value)) {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    if step.is_empty() {
        return act(value);
    }
    match step.strip_suffix("[]") {
        Some(key) => {
            for item in value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
                visit(item, rest, act);
            }
        }
        None => {
            if let Some(inner) = value.get_mut(step) {
                visit(inner, rest, act);
            }
        }
    }
}

/// Takes out lists without an element: no type of these APIs has a pointer to a list, and all lists are left out where they are
/// empty (`omitempty` in kubernetes/api, 0.33).
fn without_empty_lists(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
            map.values_mut().for_each(without_empty_lists);
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty_lists),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(mut object: Value) -> Value {
        fill(&mut object);
        object
    }

    #[test]
    fn a_field_is_filled_in_where_its_kind_has_it_and_nowhere_else() {
        let deployment = filled(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": {
            "template": { "spec": { "containers": [{ "name": "a", "image": "x:1", "ports": [{ "containerPort": 80 }] }] } },
        }}));
        assert_eq!(deployment.pointer("/spec/strategy/rollingUpdate/maxSurge"), Some(&json!("25%")));
        let container = deployment.pointer("/spec/template/spec/containers/0").unwrap();
        assert_eq!(container.get("imagePullPolicy"), Some(&json!("IfNotPresent")));
        assert_eq!(container.pointer("/ports/0/protocol"), Some(&json!("TCP")));
        // neither a Job's fields nor a Service's
        for field in ["backoffLimit", "sessionAffinity", "updateStrategy", "podManagementPolicy"] {
            assert_eq!(deployment.pointer(&format!("/spec/{field}")), None, "{field}");
        }
        let other = json!({ "apiVersion": "example.dev/v1", "kind": "Deployment", "spec": { "ports": [] } });
        assert_eq!(filled(other.clone()), other);
    }

    #[test]
    fn what_depends_is_computed() {
        let pulled = |image: &str| {
            let pod = json!({ "containers": [{ "name": "a", "image": image }] });
            let object = json!({ "apiVersion": "v1", "kind": "Pod", "spec": pod });
            filled(object).pointer("/spec/containers/0/imagePullPolicy").cloned().unwrap()
        };
        let digest = format!("@sha256:{}", "0".repeat(64));
        for (image, expected) in [
            ("x", "Always"),
            ("x:latest", "Always"),
            ("x:1", "IfNotPresent"),
            (format!("x{digest}").as_str(), "IfNotPresent"),
            (format!("x:latest{digest}").as_str(), "Always"),
        ] {
            assert_eq!(pulled(image), json!(expected), "{image}");
        }
        let job = |spec: Value| filled(json!({ "apiVersion": "batch/v1", "kind": "Job", "spec": spec }));
        assert_eq!(job(json!({})).pointer("/spec/completions"), Some(&json!(1)));
        assert_eq!(job(json!({ "parallelism": 2 })).pointer("/spec/completions"), None);
        let strategy = json!({ "strategy": { "type": "Recreate" } });
        let recreated = filled(json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": strategy }));
        assert_eq!(recreated.pointer("/spec/strategy"), Some(&json!({ "type": "Recreate" })));
    }

    #[test]
    fn what_the_server_gave_out_stays() {
        let service = |spec: Value| json!({ "apiVersion": "v1", "kind": "Service", "spec": spec });
        let given = service(json!({ "clusterIP": "10.0.0.9", "ipFamilies": ["IPv4"] }));
        let plain = service(json!({}));
        let headless = service(json!({ "clusterIP": "None" }));
        let [ip, families] = ["spec.clusterIP", "spec.ipFamilies"].map(Path::of);
        let both = |old: &Value, new: &Value| Filled::of(old.clone(), new.clone());
        let (stated, read) = ((Author::Manifest, Author::Manifest), (Author::Manifest, Author::Cluster));
        assert!(both(&given, &plain).is_kept(&ip));
        assert!(!both(&given, &plain).is_given_out(&ip, stated));
        assert!(both(&given, &plain).is_kept(&families));
        assert!(!both(&given, &plain).is_given_out(&families, stated));
        let asked = service(json!({ "clusterIP": "None", "ipFamilies": ["IPv6"] }));
        assert!(!both(&asked, &headless).is_kept(&families));
        assert!(both(&given, &plain).is_given_out(&families, (Author::Cluster, Author::Manifest)));
        assert!(!both(&plain, &given).is_kept(&ip));
        assert!(!both(&plain, &given).is_given_out(&ip, stated));
        assert!(both(&plain, &given).is_given_out(&ip, read));
        assert!(!both(&headless, &plain).is_kept(&ip));
        assert!(!both(&plain, &headless).is_given_out(&ip, read));
        assert!(!both(&given, &service(json!({ "clusterIP": "10.0.0.8" }))).is_given_out(&ip, read));
        let all = Path::of("spec.clusterIPs");
        let listed = service(json!({ "clusterIP": "None", "clusterIPs": ["None"] }));
        assert!(both(&headless, &listed).is_same(&all) && both(&listed, &headless).is_same(&all));
        let two = service(json!({ "clusterIP": "10.0.0.9", "clusterIPs": ["10.0.0.9", "fd00::9"] }));
        let one = service(json!({ "clusterIP": "10.0.0.9" }));
        assert!(both(&two, &one).is_same(&all));
        // a second address that somebody asks for
        assert!(!both(&one, &two).is_same(&all) && !both(&one, &two).is_given_out(&all, stated));
        assert!(both(&one, &two).is_given_out(&all, read));
    }

    #[test]
    fn every_row_says_where_it_is_from() {
        fn hold(rows: &[Row]) {
            for row in rows {
                assert!(row.source.contains('`'), "{}", row.path);
                if let Fill::Each(rows) = row.fill {
                    hold(rows);
                }
                if let Fill::Value(json) | Fill::Zero(json) = row.fill {
                    assert!(serde_json::from_str::<Value>(json).is_ok(), "{}: {json}", row.path);
                }
            }
        }
        for (.., rows) in KINDS {
            hold(rows);
        }
    }
}
