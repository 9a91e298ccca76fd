//! What a mesh is told is broken on purpose, in every way and place: none is proven, and what is said names who is concerned.

use std::collections::BTreeMap;

use bvlc::analyze::{Analysis, analyze};
use bvlc::compile::{Witness, compare};
use bvlc::object::api::core::v1::PodTemplateSpec;
use bvlc::object::{
    AuthorizationPolicySpec, AuthorizationRule, MutualTls, Object, PeerAuthenticationSpec, RuleFrom, RuleSource,
};
use bvlc::source::files::MemoryFiles;

use crate::platforms::{Built, Emitted, inputs, manifests, platform, sources_of};

/// Breaks an object at its n-th place; `None` where there is none.
type Edit = fn(&mut Object, usize) -> Option<()>;

/// What cannot be there by accident.
const OTHER: &str = "some-other";

/// Every way in which what Istio is told is broken.
const ISTIO: &[(&str, Edit)] = &[
    ("PERMISSIVE", |o, n| once(n, mode(o, "PERMISSIVE"))),
    ("DISABLE", |o, n| once(n, mode(o, "DISABLE"))),
    ("UNSET", |o, n| once(n, mode(o, "UNSET"))),
    ("mtls is left out", |o, n| once(n, authentication(o)?.mtls.take().map(drop))),
    ("the exception of a port is STRICT", |o, n| set(tls(o, n)?, "STRICT")),
    ("the exception of a port is DISABLE", |o, n| set(tls(o, n)?, "DISABLE")),
    ("the exception of a port is gone", |o, n| {
        let ports = &mut authentication(o)?.port_level_mtls;
        let port = ports.keys().nth(n)?.clone();
        ports.remove(&port).map(drop)
    }),
    ("the exception is of another port", |o, n| {
        let ports = &mut authentication(o)?.port_level_mtls;
        let port = ports.keys().nth(n)?.clone();
        let tls = ports.remove(&port)?;
        ports.insert("1".to_owned(), tls);
        Some(())
    }),
    ("an exception too many", |o, n| {
        let tls = MutualTls { mode: Some("PERMISSIVE".to_owned()) };
        once(n, authentication(o).map(|spec| drop(spec.port_level_mtls.insert("22".to_owned(), tls))))
    }),
    ("modes are of other pods", |o, n| {
        let labels = &mut authentication(o)?.selector.as_mut()?.match_labels;
        once(n, labels.values_mut().next().map(|label| OTHER.clone_into(label)))
    }),
    ("exceptions are of no pods", |o, n| {
        let spec = authentication(o)?;
        (!spec.port_level_mtls.is_empty()).then_some(())?;
        once(n, spec.selector.take().map(drop))
    }),
    ("DENY", |o, n| once(n, action(o, Some("DENY")))),
    ("AUDIT", |o, n| once(n, action(o, Some("AUDIT")))),
    ("CUSTOM", |o, n| {
        // what allows nothing refuses everything as well
        (!policy(o)?.rules.is_empty()).then_some(())?;
        once(n, action(o, Some("CUSTOM")))
    }),
    ("no rule is left", |o, n| {
        let rules = &mut policy(o)?.rules;
        (!rules.is_empty()).then(|| rules.clear())?;
        once(n, Some(()))
    }),
    ("a rule is dropped", |o, n| {
        let rules = &mut policy(o)?.rules;
        (n < rules.len()).then(|| drop(rules.remove(n)))
    }),
    ("a rule for everything is added", |o, n| once(n, policy(o).map(|spec| spec.rules.push(Default::default())))),
    ("a rule is of anybody", |o, n| {
        rule(o, n)?.from.clear();
        Some(())
    }),
    ("a rule is of every port", |o, n| {
        rule(o, n)?.to.clear();
        Some(())
    }),
    ("a rule names no port", |o, n| {
        rule(o, n)?.to.first_mut()?.operation.ports.clear();
        Some(())
    }),
    ("a rule has a condition", |o, n| {
        rule(o, n)?.when.push(serde_json::json!({ "key": "source.ip" }));
        Some(())
    }),
    ("another account", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("{}/sa/{OTHER}", principal.split_once("/sa/")?.0);
        Some(())
    }),
    ("another namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        let (_, account) = principal.split_once("/sa/")?;
        *principal = format!("cluster.local/ns/{OTHER}/sa/{account}");
        Some(())
    }),
    ("another trust domain", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = principal.strip_prefix("cluster.local").map(|rest| format!("example.org{rest}"))?;
        Some(())
    }),
    ("spiffe:// before an identity", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("spiffe://{principal}");
        Some(())
    }),
    ("every identity", |o, n| {
        "*".clone_into(principals(o).into_iter().nth(n)?);
        Some(())
    }),
    ("every account of a namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("{}/sa/*", principal.split_once("/sa/")?.0);
        Some(())
    }),
    ("an account of every namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("*/sa/{}", principal.split_once("/sa/")?.1.to_owned());
        Some(())
    }),
    ("whoever has no identity is anybody", |o, n| {
        let source = sources(o).into_iter().filter(|source| !source.not_principals.is_empty()).nth(n)?;
        source.not_principals.clear();
        Some(())
    }),
    ("whoever has no identity is let in", |o, n| {
        let rule = rule(o, n)?;
        rule.from.iter().all(|from| from.source.not_principals.is_empty()).then_some(())?;
        let source = RuleSource { not_principals: vec!["*".to_owned()], ..RuleSource::default() };
        rule.from.push(RuleFrom { source });
        Some(())
    }),
    ("a namespace is let in", |o, n| {
        let source = RuleSource { namespaces: vec![OTHER.to_owned()], ..RuleSource::default() };
        rule(o, n)?.from.push(RuleFrom { source });
        Some(())
    }),
    ("a port is one higher", |o, n| {
        let port = ports(o).into_iter().nth(n)?;
        *port = (port.parse::<u16>().ok()? + 1).to_string();
        Some(())
    }),
    ("a port is a name", |o, n| {
        "http".clone_into(ports(o).into_iter().nth(n)?);
        Some(())
    }),
    ("a port is added", |o, n| {
        rule(o, n)?.to.first_mut()?.operation.ports.push("22".to_owned());
        Some(())
    }),
    ("rules are of other pods", |o, n| {
        let labels = &mut policy(o)?.selector.as_mut()?.match_labels;
        once(n, labels.values_mut().next().map(|label| OTHER.clone_into(label)))
    }),
    ("rules are of every pod", |o, n| {
        let spec = policy(o)?;
        (!spec.rules.is_empty()).then_some(())?;
        once(n, spec.selector.take().map(drop))
    }),
    ("the object is in another namespace", |o, n| {
        (authentication(o).is_some() || policy(o).is_some()).then_some(())?;
        once(n, o.metadata_mut().namespace.as_mut().map(|namespace| OTHER.clone_into(namespace)))
    }),
    ("no proxy", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.remove("sidecar.istio.io/inject").map(drop))
    }),
    ("a proxy that is refused", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.get_mut("sidecar.istio.io/inject").map(|label| "false".clone_into(label)))
    }),
    ("a proxy that outlives its job", |o, n| {
        let annotations = template(o)?.metadata.as_mut()?.annotations.as_mut()?;
        once(n, annotations.remove("sidecar.istio.io/nativeSidecar").map(drop))
    }),
    ("probes that meet the proxy", |o, n| {
        let annotations = template(o)?.metadata.as_mut()?.annotations.as_mut()?;
        let probes = annotations.get_mut("sidecar.istio.io/rewriteAppHTTPProbers");
        once(n, probes.map(|probes| "false".clone_into(probes)))
    }),
    ("somebody else's account", |o, n| {
        once(n, template(o)?.spec.as_mut()?.service_account_name.as_mut().map(|name| OTHER.clone_into(name)))
    }),
];

fn once(n: usize, done: Option<()>) -> Option<()> {
    if n == 0 { done } else { None }
}

fn set(tls: &mut MutualTls, mode: &str) -> Option<()> {
    (tls.mode.as_deref() != Some(mode)).then(|| tls.mode = Some(mode.to_owned()))
}

fn mode(object: &mut Object, mode: &str) -> Option<()> {
    set(authentication(object)?.mtls.as_mut()?, mode)
}

fn action(object: &mut Object, action: Option<&str>) -> Option<()> {
    policy(object)?.action = action.map(str::to_owned);
    Some(())
}

fn authentication(object: &mut Object) -> Option<&mut PeerAuthenticationSpec> {
    match object {
        Object::PeerAuthentication(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn policy(object: &mut Object) -> Option<&mut AuthorizationPolicySpec> {
    match object {
        Object::AuthorizationPolicy(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn tls(object: &mut Object, n: usize) -> Option<&mut MutualTls> {
    authentication(object)?.port_level_mtls.values_mut().nth(n)
}

fn rule(object: &mut Object, n: usize) -> Option<&mut AuthorizationRule> {
    policy(object)?.rules.get_mut(n)
}

fn sources(object: &mut Object) -> Vec<&mut RuleSource> {
    let rules = policy(object).into_iter().flat_map(|spec| &mut spec.rules);
    rules.flat_map(|rule| &mut rule.from).map(|from| &mut from.source).collect()
}

fn principals(object: &mut Object) -> Vec<&mut String> {
    sources(object).into_iter().filter(|it| it.namespaces.is_empty()).flat_map(|it| &mut it.principals).collect()
}

fn ports(object: &mut Object) -> Vec<&mut String> {
    let rules = policy(object).into_iter().flat_map(|spec| &mut spec.rules);
    rules.flat_map(|rule| &mut rule.to).flat_map(|to| &mut to.operation.ports).collect()
}

fn template(object: &mut Object) -> Option<&mut PodTemplateSpec> {
    match object {
        Object::Deployment(it) => Some(&mut it.spec.as_mut()?.template),
        Object::Job(it) => Some(&mut it.spec.as_mut()?.template),
        Object::CronJob(it) => Some(&mut it.spec.as_mut()?.job_template.spec.as_mut()?.template),
        _ => None,
    }
}

/// What the control plane of a mesh is declared by.
const ISTIOD: &str = "use std.istio\nmanaged istiod is istio.istiod { in system }\n";

/// `bitvault`, all of whose pods are in a mesh.
fn meshed(mesh: &str, plane: &str, modes: &[(&str, &str)]) -> Analysis {
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
    files.push(("mesh.bvl".to_owned(), plane.to_owned()));
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
fn break_all(analysis: &Analysis, edits: &[(&'static str, Edit)]) -> BTreeMap<&'static str, usize> {
    let checked = analysis.checked().unwrap();
    let mut counts = BTreeMap::new();
    for environment in alone(analysis) {
        let title = checked.model().environment_title(environment.environments[0].environment).to_owned();
        compare(&checked, environment.seen(), &Witness::ALL).expect("what is not broken is proven");
        for at in 0..environment.environments[0].objects.len() {
            for (edit, apply) in edits {
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
                    let is_named = said.contains("the mesh") && said.contains(before.name());
                    assert!(is_named, "{shown}: it is not named:\n{said}");
                    *counts.entry(*edit).or_default() += 1;
                }
            }
        }
    }
    counts
}

#[test]
fn istio_carries_bitvault_and_every_break_is_caught() {
    let analysis = meshed("istio", ISTIOD, &[]);
    let counts = break_all(&analysis, ISTIO);
    let unused: Vec<&str> = ISTIO.iter().map(|(name, _)| *name).filter(|name| !counts.contains_key(name)).collect();
    assert_eq!(unused, Vec::<&str>::new(), "no place for these");
    assert!(counts.len() >= 20);
}

#[test]
fn the_phases_of_a_mesh_are_proven() {
    for modes in [
        &[("prod", "permissive"), ("staging", "strict"), ("dev", "none")] as &[(&str, &str)],
        &[("prod", "none"), ("staging", "permissive"), ("dev", "strict")],
    ] {
        let analysis = meshed("istio", ISTIOD, modes);
        let checked = analysis.checked().unwrap();
        compare(&checked, manifests(&analysis).seen(), &Witness::ALL).expect("each phase is proven");
        let Analysis { model, .. } = &analysis;
        let model = model.as_ref().unwrap();
        for built in manifests(&analysis).environments {
            let name = &model.environment(built.environment).unwrap().name.value;
            let is_none = modes.contains(&(name.as_str(), "none"));
            let is_strict = modes.contains(&(name.as_str(), "strict"));
            let has = |is: fn(&Object) -> bool| built.objects.iter().any(is);
            let is_told = has(|object| matches!(object, Object::PeerAuthentication(_)));
            if is_none || is_strict {
                assert_eq!(is_told, is_strict, "{name}");
                assert_eq!(has(|object| matches!(object, Object::AuthorizationPolicy(_))), is_strict, "{name}");
            }
        }
    }
}

#[test]
fn plain_text_that_a_phase_takes_must_pass() {
    let analysis = meshed("istio", ISTIOD, &[("prod", "permissive")]);
    let checked = analysis.checked().unwrap();
    let mut n_tried = 0;
    for environment in alone(&analysis) {
        let id = environment.environments[0].environment;
        if checked.model().environment(id).unwrap().name.value != "prod" {
            continue;
        }
        for at in 0..environment.environments[0].objects.len() {
            let mut broken = environment.clone();
            if mode(&mut broken.environments[0].objects[at], "STRICT").is_none() {
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
    let analysis = meshed("istio", ISTIOD, &[]);
    let checked = analysis.checked().unwrap();
    let mut n_tried = 0;
    for environment in alone(&analysis) {
        for (at, object) in environment.environments[0].objects.iter().enumerate() {
            if !matches!(object, Object::PeerAuthentication(_) | Object::AuthorizationPolicy(_)) {
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
use std.istio
platform shop { kubernetes "1.33"; api-server 10.40.0.0/28 6443; mesh istio trust-domain "shop.example" }
environment system { shared; namespace "shop-system" }
environment prod { namespace "shop-prod" }
environment preview(pr: int example 7) { namespace "shop-preview-${pr}" }
managed istiod is istio.istiod { in system }
class program { scale 2; cpu 100m..1; memory 64Mi..128Mi; shutdown { pre-stop 5s; drain 10s } }
service hub is program { in system; image "registry.example/hub:1.0"; port http 8080; port bus 4222 opaque }
service web is program { in prod, preview; image "registry.example/web:1.0"; port http 8080 }
managed batch { in prod; match "app" "batch"; disruption none because "it may wait" }
allow web -> system/hub.http, system/hub.bus
allow batch -> system/hub.bus
"#;

#[test]
fn instances_and_servers_that_speak_first_are_carried() {
    let analysis = platform(SHARED);
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
            if let Some(spec) = authentication(object) {
                modes.extend(spec.port_level_mtls.clone().into_iter().map(|(port, tls)| (port, tls.mode.unwrap())));
            }
            let mut broken = whole.clone();
            let object = &mut broken.environments[built].objects[at];
            let Some(source) = sources(object).into_iter().find(|source| !source.namespaces.is_empty()) else {
                continue;
            };
            assert_eq!(source.namespaces, ["shop-preview-*"]);
            assert_eq!(source.principals, ["*/sa/web"]);
            source.namespaces.clear();
            let disproof = compare(&checked, broken.seen(), &Witness::ALL).expect_err("anybody's `web` is let in");
            assert!(
                disproof.to_string().contains("/sa/web -> shop-system/hub at 8080/TCP passes the mesh"),
                "{disproof}"
            );
            alike += 1;
        }
    }
    assert_eq!(modes, [("4222".to_owned(), "DISABLE".to_owned())]);
    assert_eq!(alike, 1);
}
