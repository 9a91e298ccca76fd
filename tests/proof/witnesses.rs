//! Each kind of plain pod is there for something: there is a mistake that only it shows. And no address is beyond the
//! comparison.

use bvlc::compile::{Open, OpenBecause, Witness, compare};
use bvlc::object::api::networking::v1::{NetworkPolicyPeer, NetworkPolicySpec};
use bvlc::object::{NetworkPolicy, Object, Service, meta};
use serde_json::{Value, json};

use crate::platforms::{Built, manifests, platform, proven};

const PLATFORM: &str = r#"
platform w {
  kubernetes "1.33"
  node-cidr 10.50.0.0/16
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { grace 40s; pre-stop 5s; drain 20s }
    cpu 100m..500m
    memory 64Mi..128Mi
  }
}
environment prod { namespace "w-prod"; profile restricted }
service web { in prod; image "registry.example/web:1.0.0"; port http 8080; scale 2 }
service api { in prod; image "registry.example/api:1.0.0"; port http 8080; scale 2 }
managed db { in prod; match "app" "db"; match "role" "primary"; port sql 5432; replicas 3 }
managed edge { in prod; match "app" "edge"; host-network; port http 80; replicas 2 }
waive profile-refuses-pods on edge because "what the namespace enforces is not what is proven"
external partner { cidr 10.30.0.0/24 except 10.30.0.64/26; port https 443 }
allow edge -> web.http
allow web -> api.http
allow api -> db.sql
allow api -> partner.https
"#;
/// Instances beside it that reach into it.
const PREVIEWS: &str = r#"
environment preview(pr: int example 42) { namespace "w-pr-${pr}" }
service tester { in preview; image "registry.example/tester:1.0.0"; scale 2 }
allow preview/tester -> prod/api.http because "what is reviewed is tried against what runs"
"#;

/// Breaks the policy of `api`.
fn break_api(manifests: &Built, edit: impl FnOnce(&mut NetworkPolicySpec)) -> Built {
    let mut broken = manifests.clone();
    let policy = broken.environments[0].objects.iter_mut().find_map(|object| match object {
        Object::NetworkPolicy(policy) if policy.metadata.name.as_deref() == Some("api") => policy.spec.as_mut(),
        _ => None,
    });
    edit(policy.unwrap());
    broken
}

fn let_in(spec: &mut NetworkPolicySpec, peer: Value) {
    let peer: NetworkPolicyPeer = serde_json::from_value(peer).unwrap();
    spec.ingress.as_mut().unwrap()[0].from.as_mut().unwrap().push(peer);
}

/// The rules of egress that do not speak of a port.
fn without_port(spec: &mut NetworkPolicySpec, port: i32) {
    spec.egress.as_mut().unwrap().retain(|rule| {
        let ports = rule.ports.as_ref().unwrap();
        !ports.iter().any(|one| serde_json::to_value(one).unwrap()["port"] == json!(port))
    });
}

/// The mistake that only this kind shows.
fn mistake(witness: Witness, right: &Built) -> Built {
    match witness {
        Witness::Member => break_api(right, |spec| without_port(spec, 5432)),
        Witness::Dns => break_api(right, |spec| without_port(spec, 53)),
        // of all instances of an environment it lets in the one that is there
        Witness::Sibling => break_api(right, |spec| {
            let named = json!({ "matchLabels": { "kubernetes.io/metadata.name": "w-pr-42" } });
            let peers = spec.ingress.as_mut().unwrap().iter_mut().filter_map(|rule| rule.from.as_mut()).flatten();
            let mut told = peers.filter_map(|peer| peer.namespace_selector.as_mut());
            *told.next().unwrap() = serde_json::from_value(named).unwrap();
            assert!(told.next().is_none());
        }),
        Witness::Stranger => break_api(right, |spec| {
            let_in(spec, json!({ "podSelector": { "matchLabels": { "bvl.dev/stranger": "true" } } }));
        }),
        Witness::NearMiss => break_api(right, |spec| {
            let_in(spec, json!({ "podSelector": { "matchLabels": { "app.kubernetes.io/name": "web" } } }));
        }),
        Witness::Foreign => break_api(right, |spec| {
            let known = json!({ "key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["w-prod", "w-pr-42", "kube-system"] });
            let stranger = json!({ "matchLabels": { "bvl.dev/stranger": "true" } });
            let_in(spec, json!({ "namespaceSelector": { "matchExpressions": [known] }, "podSelector": stranger }));
        }),
        Witness::Twin => break_api(right, |spec| {
            let web = json!({ "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "w" });
            let_in(spec, json!({ "namespaceSelector": {}, "podSelector": { "matchLabels": web } }));
        }),
        Witness::HostNetwork => {
            let mut broken = right.clone();
            let spec = json!({ "selector": { "bvl.dev/stranger": "host-network" }, "ports": [{ "port": 80 }] });
            let metadata = meta("extra", Some("w-prod"), Default::default(), Default::default());
            let service = Service { metadata, spec: Some(serde_json::from_value(spec).unwrap()), status: None };
            broken.environments[0].objects.push(service.into());
            broken
        }
        Witness::Selected => break_api(right, |spec| {
            let_in(spec, json!({ "podSelector": { "matchLabels": { "app": "backdoor" } } }));
        }),
    }
}

#[test]
fn each_kind_of_plain_pod_shows_a_mistake_that_no_other_shows() {
    let analysis = platform(&format!("{PLATFORM}{PREVIEWS}"));
    let checked = analysis.checked().unwrap();
    let right = manifests(&analysis);
    for witness in Witness::ALL {
        let broken = mistake(witness, &right);
        assert!(compare(&checked, broken.seen(), &Witness::ALL).is_err(), "{witness:?} shows nothing");
        // what stands in for a selector takes the place of any other
        let is_other = |other: &Witness| *other != witness && *other != Witness::Selected;
        let others: Vec<Witness> = Witness::ALL.into_iter().filter(is_other).collect();
        let without = compare(&checked, broken.seen(), &others);
        assert!(without.is_ok(), "{witness:?} is not alone: {}", without.unwrap_err());
    }
}

/// Whoever a policy may mean beyond the spec, at either end of a connection, is a difference that names them and the rule.
#[test]
fn whoever_a_policy_speaks_of_is_seen() {
    let analysis = platform(PLATFORM);
    let checked = analysis.checked().unwrap();
    let right = manifests(&analysis);
    let label = |key: &str, value: &str| json!({ "matchLabels": { key: value } });
    let listed = |key: &str, values: [&str; 2]| json!({ "matchExpressions": [{ "key": key, "operator": "In", "values": values }] });
    let web = json!({ "matchLabels": { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "w" } });
    for (peer, shown) in [
        (
            json!({ "namespaceSelector": label("kubernetes.io/metadata.name", "ingress-nginx") }),
            "a stranger (ingress-nginx)",
        ),
        (json!({ "namespaceSelector": label("team", "evil") }), "a stranger (a namespace with team=evil)"),
        (json!({ "podSelector": label("app", "backdoor") }), "a pod with app=backdoor (w-prod)"),
        (
            json!({ "namespaceSelector": {}, "podSelector": label("app", "backdoor") }),
            "a pod with app=backdoor (elsewhere)",
        ),
        (
            json!({ "namespaceSelector": label("team", "evil"), "podSelector": web }),
            "a pod with app.kubernetes.io/instance=w,app.kubernetes.io/name=web (a namespace with team=evil)",
        ),
        // of what a label may be, one value is of pods that are let in
        (
            json!({ "namespaceSelector": listed("kubernetes.io/metadata.name", ["w-prod", "backyard"]), "podSelector": web }),
            "a pod with app.kubernetes.io/instance=w,app.kubernetes.io/name=web (backyard)",
        ),
        (
            json!({ "podSelector": listed("app.kubernetes.io/name", ["web", "backdoor"]) }),
            "a pod with app.kubernetes.io/name=backdoor (w-prod)",
        ),
        (
            json!({ "podSelector": { "matchExpressions": [{ "key": "team", "operator": "Exists" }] } }),
            "a pod with team (w-prod)",
        ),
    ] {
        let text = |direction: &str| {
            let broken = break_api(&right, |spec| match direction {
                "ingress" => let_in(spec, peer.clone()),
                _ => spec.egress.as_mut().unwrap()[0]
                    .to
                    .as_mut()
                    .unwrap()
                    .push(serde_json::from_value(peer.clone()).unwrap()),
            });
            compare(&checked, broken.seen(), &Witness::ALL).expect_err(shown).to_string()
        };
        let (into, out) = (text("ingress"), text("egress"));
        assert!(into.contains(&format!("{shown} -> api (w-prod) at 8080/TCP passes the receiving")), "{into}");
        assert!(into.contains("NetworkPolicy w-prod/api (rule 1 of ingress)"), "{into}");
        assert!(out.contains(&format!("api (w-prod) -> {shown} at ")), "{out}");
        assert!(out.contains("NetworkPolicy w-prod/api (rule 1 of egress)"), "{out}");
    }
    // and whoever it selects
    let mut broken = right.clone();
    let spec = json!({ "podSelector": label("app", "backdoor"), "policyTypes": ["Egress"], "egress": [{}] });
    let metadata = meta("extra", Some("w-prod"), Default::default(), Default::default());
    let policy = NetworkPolicy { metadata, spec: Some(serde_json::from_value(spec).unwrap()) };
    broken.environments[0].objects.push(policy.into());
    let text = compare(&checked, broken.seen(), &Witness::ALL).unwrap_err().to_string();
    assert!(text.contains("a pod with app=backdoor (w-prod) -> api (w-prod) at any port passes the sending"), "{text}");
}

/// CIDRs with their exceptions.
type Blocks = &'static [(&'static str, &'static [&'static str])];

#[test]
fn every_address_is_compared() {
    let analysis = platform(PLATFORM);
    let checked = analysis.checked().unwrap();
    let right = manifests(&analysis);
    let blocks: [(&str, Blocks); 10] = [
        ("", &[("10.30.0.0/26", &[]), ("10.30.0.128/25", &[])]),
        ("", &[("10.30.0.0/24", &["10.30.0.64/27", "10.30.0.96/27"])]),
        ("10.30.0.0", &[("10.30.0.0/24", &["10.30.0.64/26", "10.30.0.0/32"])]),
        ("10.30.0.255", &[("10.30.0.0/24", &["10.30.0.64/26", "10.30.0.255/32"])]),
        ("10.30.0.63", &[("10.30.0.0/24", &["10.30.0.64/26", "10.30.0.63/32"])]),
        ("10.30.0.128", &[("10.30.0.0/24", &["10.30.0.64/26", "10.30.0.128/32"])]),
        ("10.29.255.255", &[("10.30.0.0/24", &["10.30.0.64/26"]), ("10.29.255.255/32", &[])]),
        ("10.30.1.0", &[("10.30.0.0/24", &["10.30.0.64/26"]), ("10.30.1.0/32", &[])]),
        ("10.30.0.64", &[("10.30.0.0/24", &["10.30.0.64/26"]), ("10.30.0.64/32", &[])]),
        ("10.30.0.127", &[("10.30.0.0/24", &["10.30.0.64/26"]), ("10.30.0.127/32", &[])]),
    ];
    for (address, blocks) in blocks {
        let broken = break_api(&right, |spec| {
            let rules = spec.egress.as_mut().unwrap().iter_mut();
            let mut peers = rules.filter_map(|rule| rule.to.as_mut());
            let peers = peers.find(|peers| peers.iter().any(|peer| peer.ip_block.is_some())).unwrap();
            peers.retain(|peer| peer.ip_block.is_none());
            peers.extend(blocks.iter().map(|(cidr, except)| -> NetworkPolicyPeer {
                serde_json::from_value(json!({ "ipBlock": { "cidr": cidr, "except": except } })).unwrap()
            }));
        });
        match compare(&checked, broken.seen(), &Witness::ALL) {
            Ok(_) => assert_eq!(address, "", "{blocks:?} was proven"),
            Err(disproof) => {
                let text = disproof.to_string();
                assert!(
                    !address.is_empty() && text.contains(&format!("{address} "))
                        || text.contains(&format!("({address})")),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn what_is_open_is_said() {
    let open = |text: &str| {
        let analysis = platform(text);
        proven(&analysis).proof().open.clone()
    };
    let entry = |why: OpenBecause, workloads: &[&str]| Open {
        environment: "prod".to_owned(),
        why,
        workloads: workloads.iter().map(|name| (*name).to_owned()).collect(),
    };
    let all = ["api", "db", "edge", "web"];
    assert_eq!(open(PLATFORM), [entry(OpenBecause::HostNetwork, &["edge"])]);
    let off =
        PLATFORM.replace("profile restricted }", "profile restricted; default-deny off because \"it moves in\" }");
    assert_eq!(open(&off), [entry(OpenBecause::DenyOff(Some("it moves in".to_owned())), &all)]);
    let observed = PLATFORM.replace("profile restricted }", "profile restricted; observe }");
    assert_eq!(open(&observed), [entry(OpenBecause::Observed, &all)]);
}
