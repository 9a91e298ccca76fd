//! Objects that are broken on purpose, in every way and place, are not proven; and what is said names flow and policy.

use std::collections::{BTreeMap, BTreeSet};

use bvlc::analyze::Checked;
use bvlc::compile::{Disproof, Witness, compare};
use bvlc::object::api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicySpec};
use bvlc::object::{Kind, Labels, NetworkPolicy, Object, meta};
use rayon::prelude::*;

use crate::edits::{EDITS, Edit};
use crate::equivalent::EQUIVALENT;
use crate::platforms::{Built, EXAMPLES, Emitted, example, manifests};

/// One environment of an example, as what is built of it alone.
fn alone(manifests: &Built) -> Vec<Built> {
    manifests.environments.iter().map(|one| Built { environments: vec![one.clone()] }).collect()
}

/// The manifests with another object in the place of one, or without it.
fn replaced(manifests: &Built, at: usize, object: Option<Object>) -> Built {
    let mut broken = manifests.clone();
    let Emitted { objects, .. } = &mut broken.environments[0];
    match object {
        Some(object) => objects[at] = object,
        None => drop(objects.remove(at)),
    }
    broken
}

/// What was found of one edit.
struct Tried {
    edit: &'static str,
    place: String,
    outcome: Outcome,
}

/// What became of a broken object.
enum Outcome {
    /// The comparison found it.
    Caught,
    /// It says the same as before.
    Same,
    /// It was not tried: see [`SHARE`].
    Left,
    /// It was not found, or not named.
    Fault(String),
}

/// `cargo test` tries one place of so many; `EVERY_PLACE=1 cargo test --test proof -- every_edit` tries all.
const SHARE: usize = 12;

fn try_edit(
    checked: &Checked<'_>,
    manifests: &Built,
    at: usize,
    (number, (edit, apply)): (usize, (&'static str, Edit)),
) -> Vec<Tried> {
    let before = &manifests.environments[0].objects[at];
    let mut tried = Vec::new();
    for place in 0.. {
        let mut after = before.clone();
        if apply(&mut after, place).is_none() {
            break;
        }
        let shown = format!("{} place {place}", before.reference());
        if after == *before {
            continue;
        }
        if !every_place() && !(at + number + place).is_multiple_of(SHARE) {
            tried.push(Tried { edit, place: shown, outcome: Outcome::Left });
            continue;
        }
        let objects = &manifests.environments[0].objects;
        let same = || EQUIVALENT.iter().any(|(_, same)| same(objects, before, &after));
        let outcome = match compare(checked, replaced(manifests, at, Some(after.clone())).seen(), &Witness::ALL) {
            Err(disproof) => names(&disproof, before).map_or_else(Outcome::Fault, |()| Outcome::Caught),
            Ok(_) if same() => Outcome::Same,
            Ok(_) => Outcome::Fault("it was proven all the same".to_owned()),
        };
        tried.push(Tried { edit, place: shown, outcome });
    }
    tried
}

/// What is said of a broken object has to say what is wrong with it: the flow with both of its ends, and the policies of
/// its namespace that make it so, or that there is none.
fn names(disproof: &Disproof, object: &Object) -> Result<(), String> {
    let text: Vec<String> = disproof.differences.iter().map(ToString::to_string).collect();
    let text = text.join("\n");
    let namespace = object.namespace().unwrap_or(object.name());
    let flow = text.contains(" -> ") || text.contains("open to all");
    let policy = text.contains(&format!("NetworkPolicy {namespace}/")) || text.contains("no NetworkPolicy");
    let said = match object.kind() {
        Kind::NetworkPolicy => flow && (policy || text.contains("would refuse")),
        Kind::Service => text.contains(&format!("Service {namespace}/{}", object.name())),
        Kind::Deployment => text.contains(object.name()),
        _ => flow,
    };
    if said { Ok(()) } else { Err(format!("it is not named:\n{text}")) }
}

/// What an object is but for its environment: where two environments have the same, one stands for both.
fn shape(object: &Object, environment: &str) -> String {
    let namespace = object.namespace().unwrap_or(object.name()).to_owned();
    let mut object = object.clone();
    object.metadata_mut().annotations = None;
    let text = serde_json::to_string(&object).unwrap().replace(&namespace, "NAMESPACE");
    // the first environment of a kind has no other before it, and everything of it is tried
    if object.kind() == Kind::Namespace { format!("{environment} {text}") } else { text }
}

/// Whether places are tried again that an environment before had too.
#[expect(clippy::disallowed_methods, reason = "a test is told how much to try by the environment")]
fn every_place() -> bool {
    std::env::var("EVERY_PLACE").is_ok()
}

#[test]
fn every_edit_is_caught() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    let (mut caught, mut same) = (0, 0);
    for name in EXAMPLES {
        let analysis = example(name);
        let checked = analysis.checked().unwrap();
        let mut seen = BTreeSet::new();
        for environment in alone(&manifests(&analysis)) {
            let Emitted { objects, environment: id } = &environment.environments[0];
            let title = checked.model().environment_title(*id);
            let mut is_new = |at: &usize| seen.insert(shape(&objects[*at], title));
            let objects: Vec<usize> = (0..objects.len()).filter(&mut is_new).collect();
            let tried: Vec<Tried> = objects
                .into_par_iter()
                .flat_map_iter(|at| {
                    let environment = &environment;
                    let edits = EDITS.iter().copied().enumerate();
                    edits.flat_map(move |edit| try_edit(&checked, environment, at, edit))
                })
                .collect();
            for Tried { edit, place, outcome } in tried {
                *counts.entry(edit).or_default() += 1;
                match outcome {
                    Outcome::Caught => caught += 1,
                    Outcome::Same => same += 1,
                    Outcome::Left => {}
                    Outcome::Fault(fault) => faults.push(format!("{name}: {edit}, {place}: {fault}")),
                }
            }
        }
    }
    let unused: Vec<&str> = EDITS.iter().map(|(name, _)| *name).filter(|name| !counts.contains_key(name)).collect();
    let places = counts.values().sum::<usize>();
    println!("{} edits in {places} places: {caught} caught, {same} that change nothing", counts.len());
    for (edit, count) in &counts {
        println!("{count:6} {edit}");
    }
    assert!(faults.is_empty(), "{} faults, the first:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    assert!(unused.is_empty(), "no example has a place for: {unused:?}");
    assert!(counts.len() >= 40);
}

#[test]
fn every_dropped_object_is_caught() {
    let mut count = 0;
    for name in EXAMPLES {
        let analysis = example(name);
        let checked = analysis.checked().unwrap();
        for environment in alone(&manifests(&analysis)) {
            for (at, object) in environment.environments[0].objects.iter().enumerate() {
                if !matches!(object.kind(), Kind::NetworkPolicy | Kind::Service | Kind::Deployment) {
                    continue;
                }
                count += 1;
                let disproof = compare(&checked, replaced(&environment, at, None).seen(), &Witness::ALL);
                let disproof = disproof.expect_err(&format!("{name}: without {}", object.reference()));
                // nothing is left that could be named of a policy but its namespace
                names(&disproof, object).unwrap_or_else(|fault| panic!("{name}: {}: {fault}", object.reference()));
            }
        }
    }
    println!("{count} objects were dropped one by one");
    assert!(count > 100);
}

#[test]
fn a_policy_too_many_is_caught() {
    let policies: [(&str, NetworkPolicySpec); 3] = [
        (
            "lets everything in",
            NetworkPolicySpec {
                ingress: Some(vec![NetworkPolicyIngressRule::default()]),
                ..NetworkPolicySpec::default()
            },
        ),
        (
            "lets everything out",
            NetworkPolicySpec {
                policy_types: Some(vec!["Egress".to_owned()]),
                egress: Some(vec![NetworkPolicyEgressRule::default()]),
                ..NetworkPolicySpec::default()
            },
        ),
        ("denies where the deny is off", NetworkPolicySpec::default()),
    ];
    for name in EXAMPLES {
        let analysis = example(name);
        let checked = analysis.checked().unwrap();
        for environment in alone(&manifests(&analysis)) {
            let id = environment.environments[0].environment;
            let environment_of = checked.model().environment(id).unwrap();
            for (what, spec) in &policies {
                let metadata = meta("extra", Some(environment_of.namespace_name()), Labels::new(), Labels::new());
                let mut broken = environment.clone();
                broken.environments[0].objects.push(NetworkPolicy { metadata, spec: Some(spec.clone()) }.into());
                let outcome = compare(&checked, broken.seen(), &Witness::ALL);
                if environment_of.is_denied() && what.starts_with("denies") {
                    outcome.expect("one more deny changes nothing");
                    continue;
                }
                let text = outcome.expect_err(what).to_string();
                assert!(text.contains("NetworkPolicy") && text.contains("/extra"), "{name}: {what}: {text}");
            }
        }
    }
}

#[test]
fn a_namespace_that_others_select_keeps_its_label() {
    let mut caught = 0;
    for name in EXAMPLES {
        let analysis = example(name);
        let checked = analysis.checked().unwrap();
        let whole = manifests(&analysis);
        let selects = |object: &Object| match object {
            Object::NetworkPolicy(policy) => {
                serde_json::to_string(&policy.spec).unwrap().contains("bvl.dev/environment")
            }
            _ => false,
        };
        let is_selected = whole.environments.iter().flat_map(|built| &built.objects).any(selects);
        for built in 0..whole.environments.len() {
            let mut broken = whole.clone();
            let labels = broken.environments[built].objects.iter_mut().find_map(|object| match object {
                Object::Namespace(namespace) => namespace.metadata.labels.as_mut(),
                _ => None,
            });
            let Some(label) = labels.and_then(|labels| labels.get_mut("bvl.dev/environment")) else { continue };
            "another".clone_into(label);
            match compare(&checked, broken.seen(), &Witness::ALL) {
                Ok(_) => assert!(!is_selected, "{name}: nothing was found"),
                Err(disproof) => {
                    let text = disproof.to_string();
                    assert!(text.contains(" -> ") && text.contains("NetworkPolicy"), "{text}");
                    caught += 1;
                }
            }
        }
    }
    assert!(caught > 0);
}
