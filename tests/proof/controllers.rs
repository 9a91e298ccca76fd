//! Random clusters whose pods controllers make: policies select by the labels that these give, which no manifest states.

use bvlc::object::Labels;
use bvlc::verify::connectivity::{Gathered, PodOrigin};
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clusters::{Member, World};
use crate::given::{EACH, differs};
use crate::random::{Breadth, USUAL, seeds, stated, world};

const JOB: &str = "batch.kubernetes.io/job-name";
const POD: &str = "statefulset.kubernetes.io/pod-name";
const INDEX: &str = "apps.kubernetes.io/pod-index";
/// How many members the `StatefulSet` of a namespace has.
const MEMBERS: usize = 3;

/// What a label of the random cluster is called instead, and its value; nothing for what is no label.
fn instead(key: &str, value: &str) -> Option<(&'static str, String)> {
    let at = ["a", "b", "c"].iter().position(|known| *known == value)?;
    match key {
        "zone" => Some((JOB, format!("job-{value}"))),
        "tier" => Some((POD, format!("set-{at}"))),
        _ => None,
    }
}

fn rename(value: &mut Value) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(rename);
    }
    let Value::Object(map) = value else { return };
    if let Some(key) = map.get("key").and_then(Value::as_str).map(str::to_owned)
        && let Some((renamed, _)) = instead(&key, "a")
    {
        map.insert("key".to_owned(), json!(renamed));
        for value in map.get_mut("values").and_then(Value::as_array_mut).into_iter().flatten() {
            *value = json!(instead(&key, value.as_str().unwrap()).unwrap().1);
        }
    }
    for key in ["zone", "tier"] {
        let value = map.get(key).and_then(Value::as_str);
        if let Some((key_now, value)) = value.and_then(|value| instead(key, value)) {
            map.remove(key);
            map.insert(key_now.to_owned(), json!(value));
        }
    }
    map.values_mut().for_each(rename);
}

fn renamed<T: Serialize + DeserializeOwned>(one: &T) -> T {
    let mut value = serde_json::to_value(one).unwrap();
    rename(&mut value);
    serde_json::from_value(value).unwrap()
}

fn labels(member: &mut Member) -> &mut Labels {
    member.template.metadata.get_or_insert_default().labels.get_or_insert_default()
}

/// The cluster as it is, and as its manifests say it.
fn made(seed: u64) -> (World, Vec<Value>) {
    let random = world(seed, Breadth::Whole);
    let mut real = World {
        namespaces: random.namespaces.iter().map(renamed).collect(),
        policies: random.policies.iter().map(renamed).collect(),
        cluster_policies: random.cluster_policies.iter().map(renamed).collect(),
        ..World::default()
    };
    let mut manifests = real.manifests();
    let mut taken = std::collections::BTreeSet::new();
    for member in &random.pods {
        let mut member = Member { template: renamed(&member.template), addresses: Vec::new(), ..member.clone() };
        let (job, pod) = (labels(&mut member).remove(JOB), labels(&mut member).remove(POD));
        let job = job.filter(|name| taken.insert((member.namespace.clone(), name.clone())));
        let pod = pod.filter(|_| job.is_none() && taken.insert((member.namespace.clone(), "set".to_owned())));
        let object = |api: &str, kind: &str, name: &str, spec: Value| {
            let metadata = json!({ "name": name, "namespace": member.namespace });
            json!({ "apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec })
        };
        if let Some(name) = job {
            manifests.push(object("batch/v1", "Job", &name, json!({ "template": member.template })));
            member.name.clone_from(&name);
            labels(&mut member).insert(JOB.to_owned(), name);
            real.pods.push(member);
        } else if pod.is_some() {
            let spec = json!({ "replicas": MEMBERS, "selector": {}, "template": member.template });
            manifests.push(object("apps/v1", "StatefulSet", "set", spec));
            for at in 0..MEMBERS {
                let mut one = Member { name: format!("set-{at}"), ..member.clone() };
                labels(&mut one).insert(POD.to_owned(), format!("set-{at}"));
                labels(&mut one).insert(INDEX.to_owned(), at.to_string());
                real.pods.push(one);
            }
        } else {
            let mut pod = object("v1", "Pod", &member.name, json!(member.template.spec));
            pod["metadata"]["labels"] = json!(labels(&mut member.clone()));
            manifests.push(pod);
            real.pods.push(member);
        }
    }
    (real, manifests)
}

fn disagreement(seed: u64) -> Option<String> {
    let (real, manifests) = made(seed);
    let found = |gathered: &Gathered| -> Vec<usize> {
        let pods: Vec<(&PodOrigin, _)> = gathered.pods.iter().zip(gathered.traffic.pods()).collect();
        let number = |member: &Member| {
            let called = |name: &str| {
                pods.iter().position(|(origin, pod)| {
                    matches!(origin, PodOrigin::Object(_)) && (pod.namespace(), pod.name()) == (&member.namespace, name)
                })
            };
            // whoever no selector tells from the rest is one of them
            called(&member.name).or_else(|| called("set")).unwrap()
        };
        real.pods.iter().map(number).collect()
    };
    differs(seed, &real, &manifests, found)
}

#[test]
fn random_clusters_of_controllers_are_as_defined() {
    let found = seeds(stated("CLUSTERS", EACH * USUAL) / EACH)
        .into_par_iter()
        .find_map_first(|seed| disagreement(seed).map(|what| (seed, what)));
    if let Some((seed, what)) = found {
        panic!("seed {seed}: {what}\n{:#?}", made(seed));
    }
}
