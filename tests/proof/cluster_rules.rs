//! Each rule of `ClusterNetworkPolicy` v1alpha2, with the words of upstream that state it: kubernetes-sigs/network-policy-api
//! v0.2.0 `apis/v1alpha2/clusternetworkpolicy_types.go` ("types.go") and `site-src/api-overview.md` ("the overview").

use bvlc::verify::connectivity::{Connectivity, Ports, Transport};
use serde_json::{Value, json};

use crate::clusters::{World, with_ports};

/// The two namespaces, and `b/job`, whose port has the name of the database's.
fn world() -> World {
    World::two_namespaces("b/job", &["app=job"], with_ports(json!([{ "name": "sql", "containerPort": 6432 }])))
}

/// Whether `b/job` reaches `a/db` at 5432.
fn reaches(world: &World) -> bool {
    world.ports("b/job", "a/db").contains(Transport::Tcp, 5432)
}

fn everyone() -> Value {
    json!([{ "namespaces": {} }])
}

/// A policy of all pods with these rules of ingress.
fn of(tier: &str, priority: u32, ingress: Value) -> Value {
    json!({ "tier": tier, "priority": priority, "subject": { "namespaces": {} }, "ingress": ingress })
}

fn rule(action: &str) -> Value {
    json!([{ "action": action, "from": everyone() }])
}

/// Isolates `a/db`, and lets nobody in.
fn closed() -> Value {
    json!({ "podSelector": { "matchLabels": { "app": "db" } } })
}

/// Isolates `a/db`, and lets everyone in.
fn opened() -> Value {
    json!({ "podSelector": { "matchLabels": { "app": "db" } }, "ingress": [{}] })
}

#[test]
fn admin_before_namespaces_before_baseline() {
    // types.go: "If Admin tier has made a final decision (Accept or Deny) on a connection, then no further evaluation is done"
    assert!(!reaches(&world().policy("a", opened()).cluster_policy(of("Admin", 1, rule("Deny")))));
    assert!(reaches(&world().policy("a", closed()).cluster_policy(of("Admin", 1, rule("Accept")))));
    // types.go: "Baseline tier is a cluster-wide policy that can be overridden by the v1.NetworkPolicy"
    assert!(reaches(&world().policy("a", opened()).cluster_policy(of("Baseline", 1, rule("Deny")))));
    assert!(!reaches(&world().policy("a", closed()).cluster_policy(of("Baseline", 1, rule("Accept")))));
    assert!(!reaches(&world().cluster_policy(of("Baseline", 1, rule("Deny")))));
}

#[test]
fn what_no_rule_speaks_of_passes() {
    // the overview: "there will not be any implicit isolation effects for the Pods selected by the ClusterNetworkPolicy"
    let only_udp = json!([{ "action": "Accept", "from": everyone(), "protocols": [{ "udp": {} }] }]);
    for tier in ["Admin", "Baseline"] {
        assert_eq!(world().cluster_policy(of(tier, 1, only_udp.clone())).ports("b/job", "a/db"), Ports::all());
    }
    // types.go: "CNPs with no ingress rules do not affect ingress traffic"
    assert_eq!(world().cluster_policy(of("Admin", 1, json!([]))).ports("b/job", "a/db"), Ports::all());
}

#[test]
fn pass_leaves_it_to_the_next_tier() {
    // types.go: "Skips all further ClusterNetworkPolicy rules in the current tier for the selected traffic, and passes
    // evaluation to the next tier"
    let passed = world().cluster_policy(of("Admin", 1, rule("Pass"))).cluster_policy(of("Admin", 2, rule("Deny")));
    assert!(reaches(&passed));
    assert!(!reaches(&passed.clone().policy("a", closed())));
    // the overview: "if there is no NetworkPolicy match, Baseline policies will be evaluated"
    assert!(!reaches(&passed.cluster_policy(of("Baseline", 1, rule("Deny")))));
}

#[test]
fn the_lower_priority_and_the_rule_above_come_first() {
    // types.go: "Policies with lower priority values have higher precedence"; in whatever order they stand
    let accept = of("Admin", 9, rule("Accept"));
    assert!(reaches(&world().cluster_policy(of("Admin", 10, rule("Deny"))).cluster_policy(accept.clone())));
    assert!(!reaches(&world().cluster_policy(accept).cluster_policy(of("Admin", 8, rule("Deny")))));
    // types.go: "a rule that appears at the top of the ingress rules would take the highest precedence"
    let [first, second] = ["Accept", "Deny"].map(|action| json!({ "action": action, "from": everyone() }));
    assert!(reaches(&world().cluster_policy(of("Admin", 1, json!([first, second])))));
    assert!(!reaches(&world().cluster_policy(of("Admin", 1, json!([second, first])))));
}

#[test]
fn between_equal_priorities_there_is_no_order() {
    // types.go: "there is no way for the user to reliably determine which one it will choose"
    let contested = |world: World| {
        let traffic = world.traffic();
        Connectivity::of(&traffic).contests().into_iter().map(|contest| contest.policies).collect::<Vec<_>>()
    };
    let deny = || world().cluster_policy(of("Admin", 5, rule("Deny")));
    assert_eq!(contested(deny().cluster_policy(of("Admin", 5, rule("Accept")))), [[0, 1]]);
    assert!(contested(deny().cluster_policy(of("Admin", 6, rule("Accept")))).is_empty());
    assert!(contested(deny().cluster_policy(of("Baseline", 5, rule("Accept")))).is_empty());
    assert!(contested(deny().cluster_policy(of("Admin", 5, rule("Deny")))).is_empty());
    // what one has decided by a rule above is the same in both
    let [accept_web, deny_all] = ["Accept", "Deny"].map(|action| {
        let web = json!([{ "pods": { "namespaceSelector": {}, "podSelector": { "matchLabels": { "app": "web" } } } }]);
        json!({ "action": action, "from": if action == "Accept" { web } else { everyone() } })
    });
    let first = world().cluster_policy(of("Admin", 5, json!([accept_web.clone(), deny_all])));
    assert!(contested(first.cluster_policy(of("Admin", 5, json!([accept_web])))).is_empty());
}

#[test]
fn subjects_and_peers_are_pods_of_namespaces() {
    let deny_from = |peer: Value| {
        let spec = json!({ "tier": "Admin", "priority": 1, "subject": { "namespaces": { "matchLabels": { "team": "red" } } },
            "ingress": [{ "action": "Deny", "from": [peer] }] });
        let world = world().cluster_policy(spec);
        ["a/web", "b/job", "b/host", "10.0.0.1"].map(|from| world.ports(from, "a/db").is_empty())
    };
    assert_eq!(deny_from(json!({ "namespaces": {} })), [true, true, false, false]);
    assert_eq!(deny_from(json!({ "namespaces": { "matchLabels": { "team": "blue" } } })), [false, true, false, false]);
    // types.go: "host-networked pods are not included in this type of peer"
    let db = json!({ "pods": { "namespaceSelector": {}, "podSelector": { "matchLabels": { "app": "db" } } } });
    assert_eq!(deny_from(db), [false, false, false, false]);
    let job = json!({ "pods": { "podSelector": { "matchLabels": { "app": "job" } } } });
    assert_eq!(deny_from(job), [false, true, false, false]);
    // types.go: "host-networked pods are not included in subject selection"
    let all = world().cluster_policy(of("Admin", 1, rule("Deny")));
    assert_eq!(all.ports("a/web", "b/host"), Ports::all());
}

#[test]
fn protocols_ports_and_names() {
    let denied = |protocols: Value| {
        let rule = json!([{ "action": "Deny", "from": everyone(), "protocols": protocols }]);
        let world = world().cluster_policy(of("Admin", 1, rule));
        Ports::all().without(&world.ports("b/job", "a/db")).to_string()
    };
    assert_eq!(denied(json!([{ "tcp": { "destinationPort": { "number": 80 } } }])), "80/TCP");
    let range = json!([{ "udp": { "destinationPort": { "range": { "start": 50, "end": 60 } } } }]);
    assert_eq!(denied(range), "50-60/UDP");
    // the overview: "If `destinationPort` is omitted, all ports for the specified protocol match"
    assert_eq!(denied(json!([{ "sctp": {} }])), "any port/SCTP");
    // types.go: "selects a destination port on a pod based on the ContainerPort name"
    assert_eq!(denied(json!([{ "destinationNamedPort": "sql" }])), "5432/TCP");
    assert_eq!(denied(json!([{ "destinationNamedPort": "http" }])), "no port");
}

#[test]
fn networks_speak_of_pods_too() {
    // types.go: "cluster-internal traffic will be checked against the rule as well"
    let deny_to = |networks: Value| {
        let spec = json!({ "tier": "Admin", "priority": 1, "subject": { "namespaces": {} },
            "egress": [{ "action": "Deny", "to": [{ "networks": networks }] }] });
        let mut world = world().cluster_policy(spec);
        world.pods[1].addresses.push("10.1.0.5".parse().unwrap());
        ["a/db", "b/job", "b/host", "10.1.0.9", "10.2.0.1"].map(|to| world.ports("a/web", to).is_empty())
    };
    assert_eq!(deny_to(json!(["10.1.0.0/16"])), [true, false, false, true, false]);
    assert_eq!(deny_to(json!(["0.0.0.0/0"])), [true, true, true, true, true]);
    assert_eq!(deny_to(json!(["10.1.0.5/32", "10.2.0.0/16"])), [true, false, false, false, true]);
}

#[test]
fn both_ends_are_asked() {
    // types.go: "but any ingress rules at the destination do apply"
    let spec = json!({ "tier": "Admin", "priority": 1, "subject": { "namespaces": {} },
        "egress": [{ "action": "Accept", "to": everyone() }] });
    assert!(!reaches(&world().policy("a", closed()).cluster_policy(spec)));
}

#[test]
fn what_is_refused_is_not_there() {
    let refused = |spec: Value| {
        let world = world().cluster_policy(spec);
        let traffic = world.traffic();
        let refused = Connectivity::of(&traffic).refused().map(|part| part.path.to_string()).collect::<Vec<_>>();
        assert!(reaches(&world), "{refused:?}");
        refused
    };
    assert_eq!(refused(of("Ops", 1, rule("Deny"))), ["spec.tier"]);
    assert_eq!(refused(of("Admin", 1001, rule("Deny"))), ["spec.priority"]);
    assert_eq!(refused(of("Admin", 1, json!([{ "action": "Allow", "from": everyone() }]))), ["spec.ingress[0].action"]);
    assert_eq!(refused(of("Admin", 1, json!([{ "action": "Deny", "from": [] }]))), ["spec.ingress[0].from"]);
    // a field of a newer version is none of this one
    assert_eq!(
        refused(of("Admin", 1, json!([{ "action": "Deny", "from": [{ "zones": {} }] }]))),
        ["spec.ingress[0].from[0]"]
    );
    let egress =
        |rule: Value| json!({ "tier": "Admin", "priority": 1, "subject": { "namespaces": {} }, "egress": [rule] });
    let unmasked = json!({ "action": "Deny", "to": [{ "networks": ["10.0.0.1/8"] }] });
    assert_eq!(refused(egress(unmasked)), ["spec.egress[0].to[0].networks[0]"]);
    let named = json!({ "action": "Deny", "to": [{ "networks": ["10.0.0.0/8"] }], "protocols": [{ "destinationNamedPort": "sql" }] });
    assert_eq!(refused(egress(named)), ["spec.egress[0].protocols[0].destinationNamedPort"]);
    let range = json!({ "action": "Deny", "to": everyone(), "protocols": [{ "tcp": { "destinationPort": { "range": { "start": 9, "end": 9 } } } }] });
    assert_eq!(refused(egress(range)), ["spec.egress[0].protocols[0]"]);
}

#[test]
fn nodes_and_names_are_said_to_be_unknown() {
    for peer in [json!({ "nodes": {} }), json!({ "domainNames": ["*.example.org"] })] {
        let spec = json!({ "tier": "Admin", "priority": 1, "subject": { "namespaces": {} },
            "egress": [{ "action": "Deny", "to": [peer] }] });
        let world = world().cluster_policy(spec);
        let traffic = world.traffic();
        let connectivity = Connectivity::of(&traffic);
        assert_eq!((connectivity.unjudged().count(), connectivity.refused().count()), (1, 0));
        assert_eq!(world.ports("b/job", "a/db"), Ports::all());
    }
}
