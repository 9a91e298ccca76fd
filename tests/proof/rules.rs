//! Each rule of `NetworkPolicy` v1, with the words of upstream that state it: kubernetes/api `networking/v1/types.go`
//! (0.33, "types.go"), kubernetes/website `docs/concepts/services-networking/network-policies.md` (1.33, "the page"),
//! apimachinery `pkg/apis/meta/v1/types.go` (0.33, "meta").

use bvlc::object::{Labels, Service, meta};
use bvlc::verify::connectivity::{ClassId, Connectivity, Ports, Transport};
use serde_json::{Value, json};

use crate::clusters::{World, with_ports};

/// The two namespaces, and `b/db`, which calls two ports alike.
fn world() -> World {
    let ports = json!([
        { "name": "sql", "containerPort": 6432 },
        { "name": "sql", "containerPort": 53, "protocol": "UDP" },
    ]);
    World::two_namespaces("b/db", &["app=db"], with_ports(ports))
}

/// Whether TCP passes at a port between two ends, `namespace/name` or an address.
fn passes(world: &World, from: &str, to: &str, port: u16) -> bool {
    world.ports(from, to).contains(Transport::Tcp, port)
}

/// Who reaches `a/db` at 5432 under one policy of namespace `a`: of `a/web`, `b/db`, `b/host`, `10.1.0.1`.
fn reaching(spec: Value) -> [bool; 4] {
    let world = world().policy("a", spec);
    ["a/web", "b/db", "b/host", "10.1.0.1"].map(|from| passes(&world, from, "a/db", 5432))
}

#[test]
fn without_a_policy_everything_passes() {
    // the page: "By default, a pod is non-isolated for egress; all outbound connections are allowed" (and for ingress)
    assert_eq!(world().ports("a/web", "b/db"), Ports::all());
    assert_eq!(world().ports("10.0.0.1", "a/web"), Ports::all());
    assert_eq!(world().ports("a/web", "fd00::1"), Ports::all());
}

#[test]
fn both_ends_have_to_allow() {
    // the page: "both the egress policy on the source pod and the ingress policy on the destination pod need to allow"
    let egress = json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": [{ "ports": [{ "port": 5432 }, { "port": 1 }] }] });
    let ingress = json!({ "podSelector": {}, "ingress": [{ "ports": [{ "port": 5432 }, { "port": 2 }] }] });
    let both = world().policy("a", egress).policy("b", ingress);
    assert_eq!(both.ports("a/web", "b/db"), Ports::one(Transport::Tcp, 5432));
    assert_eq!(both.ports("b/db", "a/web"), Ports::all());
}

#[test]
fn policies_and_rules_are_a_union() {
    // the page: "Network policies do not conflict; they are additive [..] order of evaluation does not affect the result"
    let one = json!({ "podSelector": { "matchLabels": { "app": "db" } }, "ingress": [{ "ports": [{ "port": 1 }] }, { "ports": [{ "port": 3 }] }] });
    let two = json!({ "podSelector": {}, "ingress": [{ "ports": [{ "port": 2 }] }] });
    let world = world().policy("a", one).policy("a", two);
    assert_eq!(world.ports("a/web", "a/db").to_string(), "1-3/TCP");
    assert_eq!(world.ports("a/db", "a/web").to_string(), "2/TCP");
}

#[test]
fn policy_types_have_a_default() {
    // types.go: "If this field is not specified, it will default based on the existence of ingress or egress rules;
    // policies that contain an egress section are assumed to affect egress, and all policies [..] to affect ingress"
    let outside = |spec: Value| {
        let world = world().policy("a", spec);
        [passes(&world, "b/db", "a/web", 80), passes(&world, "a/web", "b/db", 80)]
    };
    let rule = json!([{ "ports": [{ "port": 1 }] }]);
    assert_eq!(outside(json!({ "podSelector": {} })), [false, true]);
    assert_eq!(outside(json!({ "podSelector": {}, "policyTypes": [] })), [false, true]);
    assert_eq!(outside(json!({ "podSelector": {}, "egress": [] })), [false, true]);
    assert_eq!(outside(json!({ "podSelector": {}, "egress": rule })), [false, false]);
    assert_eq!(outside(json!({ "podSelector": {}, "policyTypes": ["Egress"], "ingress": rule })), [true, false]);
    assert_eq!(outside(json!({ "podSelector": {}, "policyTypes": ["Ingress"], "egress": rule })), [false, true]);
}

#[test]
fn an_absent_list_is_an_empty_one() {
    // types.go: "If this field is empty or missing, this rule matches all sources (traffic not restricted by source)"
    for rule in [json!({}), json!({ "from": [] }), json!({ "from": [], "ports": [] })] {
        assert_eq!(reaching(json!({ "podSelector": {}, "ingress": [rule] })), [true; 4]);
    }
    // types.go, of `ingress`: "If this field is empty then this NetworkPolicy does not allow any traffic"
    for spec in [json!({ "podSelector": {} }), json!({ "podSelector": {}, "ingress": [] })] {
        assert_eq!(reaching(spec), [false; 4]);
    }
}

#[test]
fn selectors_of_one_peer_are_and_and_peers_are_or() {
    // the page, "Behavior of to and from selectors"
    let team = json!({ "matchLabels": { "team": "blue" } });
    let app = json!({ "matchLabels": { "app": "web" } });
    let of = |peers: Value| {
        reaching(json!({ "podSelector": { "matchLabels": { "app": "db" } }, "ingress": [{ "from": peers }] }))
    };
    assert_eq!(of(json!([{ "namespaceSelector": team, "podSelector": app }])), [false; 4]);
    assert_eq!(of(json!([{ "namespaceSelector": team }, { "podSelector": app }])), [true, true, false, false]);
    // types.go: podSelector alone "selects the Pods matching PodSelector in the policy's own Namespace"
    assert_eq!(of(json!([{ "podSelector": { "matchLabels": { "app": "db" } } }])), [false; 4]);
    // types.go: "if it is present but empty, it selects all namespaces", "all pods"
    assert_eq!(of(json!([{ "namespaceSelector": {} }])), [true, true, false, false]);
    assert_eq!(of(json!([{ "podSelector": {} }])), [true, false, false, false]);
    // what the API refuses is not stored, and isolates nobody
    assert_eq!(of(json!([{}])), [true; 4]);
    assert_eq!(of(json!([{ "podSelector": app }, {}])), [true; 4]);
    // the label that the control plane sets
    let name = json!({ "matchLabels": { "kubernetes.io/metadata.name": "b" } });
    assert_eq!(of(json!([{ "namespaceSelector": name }])), [false, true, false, false]);
}

#[test]
fn selector_operators() {
    // meta: "Valid operators are In, NotIn, Exists and DoesNotExist"; pkg/labels/selector.go, Requirement.Matches:
    // for NotIn, "if !ls.Has(r.key) { return true }"
    let of = |operator: &str, values: &[&str]| {
        let expression = json!({ "key": "tier", "operator": operator, "values": values });
        let selector = json!({ "matchExpressions": [expression] });
        let [web, db, ..] = reaching(
            json!({ "podSelector": {}, "ingress": [{ "from": [{ "namespaceSelector": {}, "podSelector": selector }] }] }),
        );
        [web, db]
    };
    assert_eq!(of("In", &["front", "back"]), [true, false]);
    assert_eq!(of("In", &["back"]), [false, false]);
    assert_eq!(of("NotIn", &["front"]), [false, true]);
    assert_eq!(of("NotIn", &["back"]), [true, true]);
    assert_eq!(of("Exists", &[]), [true, false]);
    assert_eq!(of("DoesNotExist", &[]), [false, true]);
    // refused, and with it the policy: nothing is isolated
    assert_eq!(of("Maybe", &[]), [true, true]);
}

#[test]
fn ports_have_protocols_names_and_ends() {
    let out = |port: Value, to: &str| {
        let world = world()
            .policy("a", json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": [{ "ports": [port] }] }));
        world.ports("a/web", to).to_string()
    };
    // types.go: "protocol [..] If not specified, this field defaults to TCP"
    assert_eq!(out(json!({ "port": 80 }), "b/db"), "80/TCP");
    assert_eq!(out(json!({ "port": 80, "protocol": "SCTP" }), "b/db"), "80/SCTP");
    // types.go: "If this field is not provided, this matches all port names and numbers"
    assert_eq!(out(json!({ "protocol": "UDP" }), "b/db"), "any port/UDP");
    assert_eq!(out(json!({}), "10.0.0.1"), "any port/TCP");
    // types.go: "if set, indicates that the range of ports from port to endPort, inclusive, should be allowed"
    assert_eq!(out(json!({ "port": 80, "endPort": 90 }), "10.0.0.1"), "80-90/TCP");
    // refused, and with it the policy: the pods are open
    assert_eq!(out(json!({ "port": 80, "endPort": 79 }), "10.0.0.1"), "any port");
    assert_eq!(out(json!({ "port": "sql", "endPort": 79 }), "a/db"), "any port");
    assert_eq!(out(json!({ "endPort": 79 }), "a/db"), "any port");
    assert_eq!(out(json!({ "port": 80, "protocol": "ICMP" }), "10.0.0.1"), "any port");
    // types.go: "This can either be a numerical or named port on a pod": of each destination, in the same protocol
    assert_eq!(out(json!({ "port": "sql" }), "a/db"), "5432/TCP");
    assert_eq!(out(json!({ "port": "sql" }), "b/db"), "6432/TCP");
    assert_eq!(out(json!({ "port": "sql", "protocol": "UDP" }), "b/db"), "53/UDP");
    assert_eq!(out(json!({ "port": "sql" }), "a/web"), "no port");
    assert_eq!(out(json!({ "port": "sql" }), "10.0.0.1"), "no port");
}

#[test]
fn a_named_port_is_that_of_any_container_that_runs_beside_the_others() {
    let port = |number: u16| json!([{ "name": "admin", "containerPort": number }]);
    let world = world()
        .pod(
            "b/many",
            &[],
            json!({
                "containers": [{ "name": "one", "ports": port(1) }, { "name": "two", "ports": port(2) }],
                "initContainers": [
                    { "name": "sidecar", "restartPolicy": "Always", "ports": port(3) },
                    { "name": "before", "ports": port(4) },
                ],
            }),
        )
        .policy("b", json!({ "podSelector": {}, "ingress": [{ "ports": [{ "port": "admin" }] }] }));
    assert_eq!(world.ports("a/web", "b/many").to_string(), "1-3/TCP");
}

#[test]
fn ip_blocks_have_holes() {
    // types.go: "except is a slice of CIDRs that should not be included within an ipBlock"
    let block = |cidr: &str, except: &[&str]| json!([{ "from": [{ "ipBlock": { "cidr": cidr, "except": except } }] }]);
    let reaches = |rules: Value, from: &str| {
        passes(&world().policy("a", json!({ "podSelector": {}, "ingress": rules })), from, "a/db", 5432)
    };
    let holed = block("10.0.0.0/8", &["10.1.0.0/16"]);
    for (from, expected) in [
        ("9.255.255.255", false),
        ("10.0.0.0", true),
        ("10.0.255.255", true),
        ("10.1.0.0", false),
        ("10.1.255.255", false),
        ("10.2.0.0", true),
        ("10.255.255.255", true),
        ("11.0.0.0", false),
        ("fd00::1", false),
        ("a/web", false),
        ("b/host", false),
    ] {
        assert_eq!(reaches(holed.clone(), from), expected, "{from}");
    }
    assert!(
        reaches(block("fd00::/8", &["fd01::/16"]), "fd00::1") && !reaches(block("fd00::/8", &["fd01::/16"]), "fd01::1")
    );
    // an exception is of its own block alone (kubernetes `test/e2e/network/netpol/network_policy.go`, 1.33: "should
    // ensure an IP overlapping both IPBlock.CIDR and IPBlock.Except is allowed")
    let rules = json!([{ "from": [
        { "ipBlock": { "cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"] } }, { "ipBlock": { "cidr": "10.1.2.0/24" } },
    ] }]);
    assert!(reaches(rules, "10.1.2.3"));
}

#[test]
fn pods_on_the_host_network_are_their_node() {
    // the page, "NetworkPolicy and hostNetwork pods": "traffic to/from hostNetwork pods is treated the same as all other
    // traffic to/from the node IP. (You can allow traffic to/from the node IP using ipBlock rules)"
    let deny = json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] });
    let mut world = world().policy("b", deny);
    assert!(passes(&world, "a/web", "b/host", 80) && passes(&world, "b/host", "a/web", 80));
    assert!(!passes(&world, "b/host", "b/db", 80));
    world.pods[3].addresses.push("10.50.0.7".parse().unwrap());
    let node = json!({ "podSelector": {}, "ingress": [{ "from": [{ "ipBlock": { "cidr": "10.50.0.0/16" } }] }] });
    let world = world.policy("a", node);
    assert!(passes(&world, "b/host", "a/web", 80) && !passes(&world, "b/db", "a/web", 80));
}

#[test]
fn the_address_of_a_pod_is_in_an_ip_block_where_it_is_known() {
    let mut world = world();
    world.pods[2].addresses.push("10.244.0.9".parse().unwrap());
    let pods = json!({ "podSelector": {}, "ingress": [{ "from": [{ "ipBlock": { "cidr": "10.244.0.0/16" } }] }] });
    let world = world.policy("a", pods);
    assert!(passes(&world, "b/db", "a/web", 80) && !passes(&world, "a/db", "a/web", 80));
}

#[test]
fn two_pods_of_a_class_are_policed() {
    let own = json!({ "podSelector": { "matchLabels": { "app": "web" } }, "ingress": [{ "from": [{ "podSelector": { "matchLabels": { "app": "web" } } }] }] });
    assert!(passes(&world().policy("a", own), "a/web", "a/web", 80));
    assert!(!passes(&world().policy("a", json!({ "podSelector": {} })), "a/web", "a/web", 80));
}

#[test]
fn what_the_api_refuses_is_said() {
    let spec = json!({ "podSelector": {}, "policyTypes": ["Both"], "ingress": [{
        "from": [{}, { "ipBlock": { "cidr": "10.0.0.0/33" } }, { "ipBlock": { "cidr": "10.0.0.0/8", "except": ["x"] } },
                 { "podSelector": { "matchExpressions": [{ "key": "a", "operator": "Maybe" }] } }],
        "ports": [{ "port": 80, "protocol": "ICMP" }, { "port": 0 }, { "endPort": 80 }],
    }] });
    let mut spec = spec;
    spec["policyTypes"] = json!(["Both", "Ingress"]);
    let world = world().policy("a", spec);
    let traffic = world.traffic();
    let refused: Vec<String> = Connectivity::of(&traffic).refused().map(|refused| refused.what).collect();
    assert_eq!(refused.len(), 8, "{refused:#?}");
}

#[test]
fn what_the_api_refuses_is_left_out_whole() {
    // kubernetes `pkg/apis/networking/validation/validation.go`, 1.36, ValidateNetworkPolicySpec: one bad field, and nothing of the
    // object is stored
    let closed = json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] });
    assert!(!passes(&world().policy("a", closed), "b/db", "a/web", 80));
    for port in [json!({ "port": 80, "endPort": 79 }), json!({ "port": 80, "protocol": "ICMP" })] {
        let spec = json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{ "ports": [port, { "port": 8080 }] }] });
        let world = world().policy("a", spec);
        assert!(passes(&world, "b/db", "a/web", 80) && passes(&world, "a/web", "b/db", 5432), "{port}");
    }
}

#[test]
fn services_lead_to_pods() {
    // kubernetes `pkg/api/v1/pod/util.go`, FindPort, 1.33; types.go of core/v1: targetPort, "if this is not specified,
    // the value of the 'port' field is used"
    let mut world = world();
    let port = |target: Value| json!({ "port": 80, "targetPort": target });
    for (name, selector, ports) in [
        ("named", json!({ "app": "db" }), json!([port(json!("sql"))])),
        ("numbered", json!({ "app": "db" }), json!([port(json!(9))])),
        ("plain", json!({ "app": "db" }), json!([{ "port": 80 }])),
        ("udp", json!({ "app": "db" }), json!([{ "port": 80, "targetPort": "sql", "protocol": "UDP" }])),
        ("nobody", json!({}), json!([{ "port": 80 }])),
    ] {
        let metadata = meta(name, Some("b"), Labels::new(), Labels::new());
        let spec = serde_json::from_value(json!({ "selector": selector, "ports": ports })).unwrap();
        world.services.push(Service { metadata, spec: Some(spec), status: None });
    }
    let traffic = world.traffic();
    let connectivity = Connectivity::of(&traffic);
    let shown: Vec<String> = connectivity
        .routes()
        .map(|route| {
            let name = |class: &ClassId| connectivity.pod(*class).unwrap().name().to_owned();
            let targets = route.targets.iter().map(|(class, port)| format!("{}:{port}", name(class)));
            let without = route.without_port.iter().map(|class| format!("{}:none", name(class)));
            targets.chain(without).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(shown, ["db:6432 host:none", "db:9 host:9", "db:80 host:80", "db:53 host:none", ""]);
}
