//! What a mesh is told is broken on purpose, in every way and place: none is proven, and what is said names who is concerned.

use std::collections::BTreeMap;

use bvlc::analyze::{Analysis, analyze};
use bvlc::compile::{Witness, compare};
use bvlc::object::Object;
use bvlc::object::api::core::v1::PodTemplateSpec;
use bvlc::source::files::MemoryFiles;

use crate::platforms::{Built, Emitted, inputs, manifests, platform, sources_of};
use crate::{mesh_ambient, mesh_istio, mesh_linkerd, mesh_tunnel};

/// Breaks an object at its n-th place; `None` where there is none.
pub(crate) type Edit = fn(&mut Object, usize) -> Option<()>;

/// What cannot be there by accident.
pub(crate) const OTHER: &str = "some-other";

pub(crate) fn once(n: usize, done: Option<()>) -> Option<()> {
    if n == 0 { done } else { None }
}

pub(crate) fn template(object: &mut Object) -> Option<&mut PodTemplateSpec> {
    match object {
        Object::Deployment(it) => Some(&mut it.spec.as_mut()?.template),
        Object::Job(it) => Some(&mut it.spec.as_mut()?.template),
        Object::CronJob(it) => Some(&mut it.spec.as_mut()?.job_template.spec.as_mut()?.template),
        _ => None,
    }
}

/// A mesh to try.
struct Tried {
    /// As a platform names it.
    name: &'static str,
    /// What its agents are declared by.
    agents: &'static str,
    /// Every way in which it is broken.
    edits: &'static [&'static [(&'static str, Edit)]],
}

const ISTIO: Tried = Tried {
    name: "istio",
    agents: "use std.istio\nmanaged istiod is istio.istiod { in system }\n",
    edits: &[mesh_istio::TOLD, mesh_istio::IN_PODS],
};

const AMBIENT: Tried = Tried {
    name: "istio-ambient",
    agents: r#"
use std.istio
environment istio-system { shared; namespace "istio-system"; profile privileged because "agents reach into every pod's network" }
managed istiod is istio.istiod-ambient { in istio-system }
managed ztunnel is istio.ztunnel { in istio-system }
"#,
    edits: &[mesh_istio::TOLD, mesh_ambient::ON_NODES, mesh_tunnel::CLOSED],
};

const LINKERD: Tried = Tried {
    name: "linkerd",
    agents: r#"
use std.linkerd
environment linkerd { shared; namespace "linkerd" }
managed linkerd-identity is linkerd.identity { in linkerd }
managed linkerd-destination is linkerd.destination { in linkerd }
managed linkerd-proxy-injector is linkerd.proxy-injector { in linkerd }
"#,
    edits: &[mesh_linkerd::TOLD, mesh_tunnel::CLOSED],
};

/// `bitvault`, all of whose pods are in a mesh.
fn meshed(tried: &Tried, modes: &[(&str, &str)]) -> Analysis {
    let Tried { name: mesh, agents, .. } = tried;
    let (mut files, args) = sources_of("bitvault");
    for (path, text) in &mut files {
        if path == "platform.bvl" {
            *text = text.replace("platform bitvault {", &format!("platform bitvault {{\n  mesh {mesh}"));
            *text = format!("use \"mesh.bvl\"\n{text}");
        }
        for (environment, mode) in modes {
            let head = format!("environment {environment} {{");
            *text = text.replace(&head, &format!("{head}\n  mesh {mode}"));
        }
    }
    files.push(("mesh.bvl".to_owned(), (*agents).to_owned()));
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, "platform.bvl", &inputs(&args));
    assert!(analysis.checked().is_some(), "{mesh}: {:#?}", analysis.findings);
    analysis
}

/// The environments of an analysis as what is built of each alone.
fn alone(analysis: &Analysis) -> Vec<Built> {
    manifests(analysis).environments.into_iter().map(|one| Built { environments: vec![one] }).collect()
}

/// Tries every edit in every place, and says how many were found of each.
fn break_all<'e>(
    analysis: &Analysis,
    edits: impl Iterator<Item = &'e (&'static str, Edit)> + Clone,
) -> BTreeMap<&'static str, usize> {
    let checked = analysis.checked().unwrap();
    let mut counts = BTreeMap::new();
    for environment in alone(analysis) {
        let title = checked.model().environment_title(environment.environments[0].environment).to_owned();
        compare(&checked, environment.seen(), &Witness::ALL).expect("what is not broken is proven");
        for at in 0..environment.environments[0].objects.len() {
            for (edit, apply) in edits.clone() {
                for place in 0.. {
                    let mut broken = environment.clone();
                    let Emitted { objects, .. } = &mut broken.environments[0];
                    let before = objects[at].clone();
                    if apply(&mut objects[at], place).is_none() {
                        break;
                    }
                    let shown = format!("{title}: {edit}, {} place {place}", before.reference());
                    assert_ne!(objects[at], before, "{shown}: nothing was broken");
                    let Err(disproof) = compare(&checked, broken.seen(), &Witness::ALL) else {
                        panic!("{shown}: it was proven all the same")
                    };
                    let said: Vec<String> = disproof.differences.iter().map(ToString::to_string).collect();
                    let said = said.join("\n");
                    // network policies are a layer of their own
                    let is_policy = matches!(before, Object::NetworkPolicy(_));
                    let is_named = (is_policy || said.contains("the mesh")) && said.contains(before.name());
                    assert!(is_named, "{shown}: it is not named:\n{said}");
                    *counts.entry(*edit).or_default() += 1;
                }
            }
        }
    }
    counts
}

/// Every way in which a mesh is broken has its places, and is caught in all of them.
fn every_break_is_caught(tried: &Tried) {
    let analysis = meshed(tried, &[]);
    let edits = tried.edits.iter().copied().flatten();
    let counts = break_all(&analysis, edits.clone());
    let unused: Vec<&str> = edits.map(|(name, _)| *name).filter(|name| !counts.contains_key(name)).collect();
    assert_eq!(unused, Vec::<&str>::new(), "no place for these");
    assert!(counts.len() >= 20);
}

#[test]
fn istio_carries_bitvault_and_every_break_is_caught() {
    every_break_is_caught(&ISTIO);
}

#[test]
fn ambient_carries_bitvault_and_every_break_is_caught() {
    every_break_is_caught(&AMBIENT);
}

#[test]
fn linkerd_carries_bitvault_and_every_break_is_caught() {
    every_break_is_caught(&LINKERD);
}

/// A server lets in nobody whom nothing authorizes.
#[test]
fn servers_of_linkerd_that_are_opened_are_caught() {
    let analysis = meshed(&LINKERD, &[]);
    let checked = analysis.checked().unwrap();
    let mut n_tried = 0;
    for environment in alone(&analysis) {
        let objects = &environment.environments[0].objects;
        let of_everybody: Vec<&str> =
            objects.iter().filter(|object| mesh_linkerd::is_of_everybody(object)).map(Object::name).collect();
        for (at, object) in objects.iter().enumerate().filter(|(_, object)| !of_everybody.contains(&object.name())) {
            for (edit, apply) in mesh_linkerd::OPENED {
                let mut broken = environment.clone();
                if apply(&mut broken.environments[0].objects[at], 0).is_none() {
                    continue;
                }
                let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err(edit);
                assert!(disproof.to_string().contains(object.name()), "{disproof}");
                n_tried += 1;
            }
        }
    }
    assert!(n_tried > 10);
}

/// Between pods of a mesh that brings everything to one port network policies hold no port, while plain text is taken as well: the
/// mesh does.
#[test]
fn ports_hold_through_the_tunnel_in_every_phase() {
    let analysis = meshed(&AMBIENT, &[("prod", "permissive"), ("staging", "permissive"), ("dev", "permissive")]);
    let ports = [
        "AUDIT",
        "DENY",
        "no rule is left",
        "a rule is dropped",
        "a rule for everything is added",
        "a rule is of every port",
        "another account",
        "another namespace",
        "another trust domain",
        "every identity",
        "every account of a namespace",
        "an account of every namespace",
        "a namespace is let in",
        "a port is one higher",
        "a port is added",
        "rules are of other pods",
    ];
    let edits = mesh_istio::TOLD.iter().filter(|(name, _)| ports.contains(name)).chain(mesh_ambient::ON_NODES);
    let edits = edits.chain(mesh_tunnel::CLOSED);
    let counts = break_all(&analysis, edits);
    let unused: Vec<&str> = ports.into_iter().filter(|name| !counts.contains_key(name)).collect();
    assert_eq!(unused, Vec::<&str>::new(), "no place for these");
}

#[test]
fn the_phases_of_a_mesh_are_proven() {
    let phases = [
        &[("prod", "permissive"), ("staging", "strict"), ("dev", "none")] as &[(&str, &str)],
        &[("prod", "none"), ("staging", "permissive"), ("dev", "strict")],
    ];
    for (tried, modes) in [ISTIO, AMBIENT, LINKERD].iter().flat_map(|tried| phases.map(|modes| (tried, modes))) {
        let analysis = meshed(tried, modes);
        let checked = analysis.checked().unwrap();
        compare(&checked, manifests(&analysis).seen(), &Witness::ALL).expect("each phase is proven");
        let Analysis { model, .. } = &analysis;
        let model = model.as_ref().unwrap();
        for built in manifests(&analysis).environments {
            let name = &model.environment(built.environment).unwrap().name.value;
            let is_none = modes.contains(&(name.as_str(), "none"));
            let is_strict = modes.contains(&(name.as_str(), "strict"));
            let has = |is: fn(&Object) -> bool| built.objects.iter().any(is);
            let is_told = has(|object| matches!(object, Object::PeerAuthentication(_) | Object::Server(_)));
            if is_none || is_strict {
                assert_eq!(is_told, is_strict, "{name}");
                let is_policy = |object: &Object| {
                    matches!(object, Object::AuthorizationPolicy(_) | Object::LinkerdAuthorizationPolicy(_))
                };
                assert_eq!(has(is_policy), is_strict, "{name}");
            }
        }
    }
}

#[test]
fn plain_text_that_a_phase_takes_must_pass() {
    let analysis = meshed(&ISTIO, &[("prod", "permissive")]);
    let checked = analysis.checked().unwrap();
    let mut n_tried = 0;
    for environment in alone(&analysis) {
        let id = environment.environments[0].environment;
        if checked.model().environment(id).unwrap().name.value != "prod" {
            continue;
        }
        for at in 0..environment.environments[0].objects.len() {
            let mut broken = environment.clone();
            if mesh_istio::mode(&mut broken.environments[0].objects[at], "STRICT").is_none() {
                continue;
            }
            let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err("plain text is refused");
            assert!(disproof.to_string().contains("plain text -> "), "{disproof}");
            n_tried += 1;
        }
    }
    assert!(n_tried > 0);
}

#[test]
fn a_dropped_object_is_caught() {
    every_dropped_object_is_caught(&ISTIO);
}

#[test]
fn a_dropped_object_of_linkerd_is_caught() {
    every_dropped_object_is_caught(&LINKERD);
}

fn every_dropped_object_is_caught(tried: &Tried) {
    let analysis = meshed(tried, &[]);
    let checked = analysis.checked().unwrap();
    let mut n_tried = 0;
    for environment in alone(&analysis) {
        for (at, object) in environment.environments[0].objects.iter().enumerate() {
            let is_told = matches!(
                object,
                Object::PeerAuthentication(_)
                    | Object::AuthorizationPolicy(_)
                    | Object::Server(_)
                    | Object::MeshTLSAuthentication(_)
                    | Object::NetworkAuthentication(_)
                    | Object::LinkerdAuthorizationPolicy(_)
            );
            if !is_told {
                continue;
            }
            let mut broken = environment.clone();
            broken.environments[0].objects.remove(at);
            let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err("nothing is told");
            assert!(disproof.to_string().contains(object.name()), "{disproof}");
            n_tried += 1;
        }
    }
    assert!(n_tried > 10);
}

/// Who is shared is asked from instances, whose namespaces only begin alike, and from outside at a port whose server speaks first.
const SHARED: &str = r#"
platform shop { kubernetes "1.33"; api-server 10.40.0.0/28 6443; mesh MESH trust-domain "shop.example" }
environment system { shared; namespace "shop-system" }
environment prod { namespace "shop-prod" }
environment preview(pr: int example 7) { namespace "shop-preview-${pr}" }
class program { scale 2; cpu 100m..1; memory 64Mi..128Mi; shutdown { pre-stop 5s; drain 10s } }
service hub is program { in system; image "registry.example/hub:1.0"; port http 8080; port bus 4222 opaque }
service web is program { in prod, preview; image "registry.example/web:1.0"; port http 8080 }
managed batch { in prod; match "app" "batch"; disruption none because "it may wait" }
allow web -> system/hub.http, system/hub.bus
allow batch -> system/hub.bus
"#;

/// What comes of it: the mode of the port whose server speaks first, and the ports at which identities are asked for.
fn shared_is_carried(tried: &Tried, mode: &str, ports: &str) {
    let text = SHARED.replace("MESH", tried.name);
    let analysis = platform(&format!("{}{text}", tried.agents));
    let checked = analysis.checked().unwrap();
    let whole = manifests(&analysis);
    compare(&checked, whole.seen(), &Witness::ALL).expect("what is not broken is proven");
    let (mut modes, mut alike) = (Vec::new(), 0);
    for built in 0..whole.environments.len() {
        for at in 0..whole.environments[built].objects.len() {
            let object = &mut whole.environments[built].objects[at].clone();
            if object.name() != "hub" {
                continue;
            }
            if let Some(spec) = mesh_istio::authentication(object) {
                modes.extend(spec.port_level_mtls.clone().into_iter().map(|(port, tls)| (port, tls.mode.unwrap())));
            }
            let mut broken = whole.clone();
            let object = &mut broken.environments[built].objects[at];
            let Some(source) = mesh_istio::sources(object).into_iter().find(|source| !source.namespaces.is_empty())
            else {
                continue;
            };
            assert_eq!(source.namespaces, ["shop-preview-*"]);
            assert_eq!(source.principals, ["*/sa/web"]);
            source.namespaces.clear();
            let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err("anybody's `web` is let in");
            assert!(
                disproof.to_string().contains(&format!("/sa/web -> shop-system/hub at {ports} passes the mesh")),
                "{disproof}"
            );
            alike += 1;
        }
    }
    assert_eq!(modes, [("4222".to_owned(), mode.to_owned())]);
    assert_eq!(alike, 1);
}

#[test]
fn istio_carries_instances_and_servers_that_speak_first() {
    shared_is_carried(&ISTIO, "DISABLE", "8080/TCP");
}

#[test]
fn ambient_carries_instances_and_servers_that_speak_first() {
    shared_is_carried(&AMBIENT, "PERMISSIVE", "4222/TCP, 8080/TCP");
}

/// Linkerd can name an account of a namespace that nobody knows yet only as somebody in the mesh, and a port that is asked from outside
/// lets in everybody.
#[test]
fn linkerd_carries_instances_and_servers_that_speak_first() {
    let text = SHARED.replace("MESH", LINKERD.name);
    let analysis = platform(&format!("{}{text}", LINKERD.agents));
    let checked = analysis.checked().unwrap();
    let whole = manifests(&analysis);
    compare(&checked, whole.seen(), &Witness::ALL).expect("what is not broken is proven");
    let (mut identities, mut protocols) = (Vec::new(), Vec::new());
    for built in 0..whole.environments.len() {
        for at in 0..whole.environments[built].objects.len() {
            let object = &mut whole.environments[built].objects[at].clone();
            if let Some(spec) = mesh_linkerd::server(object).cloned() {
                protocols.push((object.name().to_owned(), spec.proxy_protocol.unwrap()));
            }
            let mut broken = whole.clone();
            let object = &mut broken.environments[built].objects[at];
            let Some(spec) = mesh_linkerd::meshed(object) else { continue };
            identities.extend(std::mem::take(&mut spec.identities));
            let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err("nobody is let in");
            assert!(disproof.to_string().contains("shop-system/hub at 8080/TCP does not pass the mesh"), "{disproof}");
        }
    }
    assert_eq!(identities, ["*"]);
    protocols.sort();
    let expected = [("hub.4222", "opaque"), ("hub.8080", "unknown")];
    assert_eq!(protocols, expected.map(|(name, protocol)| (name.to_owned(), protocol.to_owned())));
}
