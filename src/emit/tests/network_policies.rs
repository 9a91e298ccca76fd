//! Who may reach whom, as policies say it.

use serde_json::{Value, json};

use super::support::{at, build, build_whole, names, object};

const SERVICES: &str = r#"
service web { image "a/web:1"; cpu 1; memory 1Gi; port http 3000 service-port 80 }
service api { image "a/api:1"; cpu 1; memory 1Gi; port http 8080; port dns 5300 udp }
"#;

fn own(name: &str) -> Value {
    json!({"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": name}}})
}

fn pods(namespace: &str, labels: &Value) -> Value {
    let namespace = json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}});
    json!({"namespaceSelector": namespace, "podSelector": {"matchLabels": labels}})
}

fn block(cidr: &str) -> Value {
    json!({"ipBlock": {"cidr": cidr}})
}

fn port(number: u16) -> Value {
    json!({"port": number, "protocol": "TCP"})
}

fn dns(number: u16) -> Value {
    json!([{"port": number, "protocol": "TCP"}, {"port": number, "protocol": "UDP"}])
}

fn policies(names: &[String]) -> Vec<&str> {
    names.iter().filter_map(|name| name.strip_prefix("NetworkPolicy ")).collect()
}

#[test]
fn the_deny_has_no_rules_at_all() {
    let deny = object(&build(SERVICES, &[]), "prod", "NetworkPolicy default-deny");
    assert_eq!(deny["spec"], json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
}

#[test]
fn a_flow_has_both_ends_at_the_pods_port() {
    let manifests = build(&format!("{SERVICES} allow web -> api.http, api.dns; allow api -> web.http"), &[]);
    let web = object(&manifests, "prod", "NetworkPolicy web");
    let api_ports = json!([{"port": 5300, "protocol": "UDP"}, {"port": 8080, "protocol": "TCP"}]);
    assert_eq!(web["spec"]["ingress"], json!([{"from": [own("api")], "ports": [port(3000)]}]));
    assert_eq!(at(&web, "/spec/egress/1"), &json!({"to": [own("api")], "ports": api_ports}));
    assert_eq!(web["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    let api = object(&manifests, "prod", "NetworkPolicy api");
    assert_eq!(api["spec"]["ingress"], json!([{"from": [own("web")], "ports": api_ports}]));
}

#[test]
fn peers_of_the_same_ports_share_a_rule() {
    let more = "service a { image \"a/a:1\"; cpu 1; memory 1Gi } service b { image \"a/b:1\"; cpu 1; memory 1Gi }";
    let ends =
        ["allow web, b, a -> api.http; allow web -> api.dns", "allow web -> api.dns; allow a, b, web -> api.http"];
    let [one, other] = ends.map(|ends| {
        let manifests = build(&format!("{SERVICES}{more}; {ends}"), &[]);
        object(&manifests, "prod", "NetworkPolicy api")["spec"]["ingress"].clone()
    });
    assert_eq!(one, other);
    let both = json!([{"port": 5300, "protocol": "UDP"}, port(8080)]);
    let shared = json!({"from": [own("a"), own("b")], "ports": [port(8080)]});
    assert_eq!(one, json!([{"from": [own("web")], "ports": both}, shared]));
}

#[test]
fn nothing_without_flows_needs_a_policy() {
    assert_eq!(policies(&names(&build(SERVICES, &[]), "prod")), ["default-deny"]);
}

#[test]
fn no_policy_selects_pods_where_the_deny_is_off() {
    let text = format!(
        "environment open {{ namespace \"open\"; default-deny off because \"being moved\" }}
         environment seen {{ namespace \"seen\"; observe }} {SERVICES} allow web -> api.http"
    );
    let manifests = build(&text, &[]);
    assert_eq!(policies(&names(&manifests, "prod")), ["api", "default-deny", "web"]);
    for environment in ["open", "seen"] {
        assert!(policies(&names(&manifests, environment)).is_empty(), "{environment}");
    }
}

const SHARED: &str = r#"
environment system { shared; namespace "shop-system" }
environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
managed queue { in system; match "app" "queue"; port amqp 5672 }
managed prometheus { in system; match "app" "prometheus"; provides scrape }
"#;

#[test]
fn another_namespace_is_named_with_its_pods_in_one_entry() {
    let text =
        format!("{SHARED} service web {{ image \"a/w:1\"; cpu 1; memory 1Gi; metrics 9100 }} allow web -> queue.amqp");
    let manifests = build(&text, &["prod", "system", "preview(pr=7)"]);
    let queue = json!({"app": "queue"});
    for environment in ["prod", "preview-7"] {
        let web = object(&manifests, environment, "NetworkPolicy web");
        let to = json!({"to": [pods("shop-system", &queue)], "ports": [port(5672)]});
        assert_eq!(at(&web, "/spec/egress/1"), &to, "{environment}");
        let from = json!([{"from": [pods("shop-system", &json!({"app": "prometheus"}))], "ports": [port(9100)]}]);
        assert_eq!(web["spec"]["ingress"], from, "{environment}");
    }
    // What is shared names the instances of a parametrised environment by their label, whichever there are.
    let labels = json!({"app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "web"});
    let preview = json!({
        "namespaceSelector": {"matchLabels": {"bvl.dev/environment": "preview"}},
        "podSelector": {"matchLabels": labels},
    });
    let both = [preview, pods("shop-prod", &labels)];
    let queue = object(&manifests, "system", "NetworkPolicy queue");
    assert_eq!(queue["spec"]["ingress"], json!([{"from": both, "ports": [port(5672)]}]));
    let prometheus = object(&manifests, "system", "NetworkPolicy prometheus");
    assert_eq!(at(&prometheus, "/spec/egress/1"), &json!({"to": both, "ports": [port(9100)]}));
    assert_eq!(object(&build(&text, &["system"]), "system", "NetworkPolicy queue"), queue);
}

#[test]
fn an_existing_namespace_of_an_instance_goes_by_the_label_of_all() {
    let text = SHARED.replace("\"shop-pr-${pr}\"", "\"shop-pr-${pr}\" existing");
    let spec = |text: &str| {
        format!("{text} service web {{ image \"a/w:1\"; cpu 1; memory 1Gi; in preview }} allow web -> queue.amqp")
    };
    for asked in [&["system"] as &[&str], &["system", "preview(pr=7)"]] {
        let queue = |text: &str| object(&build(&spec(text), asked), "system", "NetworkPolicy queue").clone();
        assert_eq!(queue(&text), queue(SHARED));
    }
}

#[test]
fn externals_are_addresses_without_what_is_left_out() {
    let text = format!(
        "{SERVICES} external objects {{ cidr 10.30.0.0/24, 10.31.0.0/24 except 10.31.0.9/32, 10.31.0.1/32; port s3 443 }}
         external partner {{ cidr 192.0.2.0/24; port none 1 }}
         allow web -> objects.s3; allow partner -> web.http"
    );
    let web = object(&build(&text, &[]), "prod", "NetworkPolicy web");
    let excepting = json!({"ipBlock": {"cidr": "10.31.0.0/24", "except": ["10.31.0.1/32", "10.31.0.9/32"]}});
    let to = json!([{"to": [block("10.30.0.0/24"), excepting], "ports": [port(443)]}]);
    assert_eq!(web["spec"]["egress"], to);
    assert_eq!(web["spec"]["ingress"], json!([{"from": [block("192.0.2.0/24")], "ports": [port(3000)]}]));
}

#[test]
fn host_network_pods_are_their_nodes() {
    let text = format!(
        "{SERVICES} managed edge {{ match \"app\" \"edge\"; host-network; port http 8080 }} allow edge -> web.http"
    );
    let manifests = build(&text, &[]);
    assert_eq!(policies(&names(&manifests, "prod")), ["default-deny", "web"]);
    let web = object(&manifests, "prod", "NetworkPolicy web");
    assert_eq!(web["spec"]["ingress"], json!([{"from": [block("10.50.0.0/16")], "ports": [port(3000)]}]));
}

#[test]
fn the_kubernetes_api_is_its_addresses_both_ways() {
    let text = "managed op { match \"app\" \"op\"; port webhook 9443
        allow self -> kubernetes-api because \"it watches\"; allow kubernetes-api -> self.webhook because \"it admits\" }";
    let op = object(&build(text, &[]), "prod", "NetworkPolicy op");
    assert_eq!(op["spec"]["ingress"], json!([{"from": [block("10.40.0.0/28")], "ports": [port(9443)]}]));
    assert_eq!(op["spec"]["egress"], json!([{"to": [block("10.40.0.0/28")], "ports": [port(6443)]}]));
    let reasons = "from kubernetes-api to webhook: it admits (class)\nto kubernetes-api: it watches (class)";
    assert_eq!(op["metadata"]["annotations"]["bvl.dev/flows"], reasons);
}

#[test]
fn dns_is_where_the_platform_has_it() {
    let kube_dns = pods("kube-system", &json!({"k8s-app": "kube-dns"}));
    let openshift = pods("openshift-dns", &json!({"dns.operator.openshift.io/daemonset-dns": "default"}));
    for (shape, peers, number) in [
        ("", json!([kube_dns]), 53),
        (
            "dns node-local 169.254.20.10, fd00::a",
            json!([kube_dns, block("169.254.20.10/32"), block("fd00::a/128")]),
            53,
        ),
        ("dns local-redirect", json!([kube_dns, pods("kube-system", &json!({"k8s-app": "node-local-dns"}))]), 53),
        ("dns openshift", json!([openshift]), 5353),
        ("dns addresses 10.0.0.2", json!([block("10.0.0.2/32")]), 53),
        ("dns addresses 10.0.0.2 port 1053", json!([block("10.0.0.2/32")]), 1053),
    ] {
        let spec = format!(
            "platform shop {{ {shape} }} environment prod {{ namespace \"p\" }} {SERVICES} allow web -> api.http"
        );
        let web = object(&build_whole(&spec, &[]), "prod", "NetworkPolicy web");
        assert_eq!(at(&web, "/spec/egress/0"), &json!({"to": peers, "ports": dns(number)}), "{shape}");
    }
}

#[test]
fn reasons_are_lines() {
    let text = format!("{SERVICES} allow web -> api.http because \"it shows what\n  the api knows\"")
        .replace("what\n", "what\\n");
    let reasons = |name| object(&build(&text, &[]), "prod", name)["metadata"]["annotations"]["bvl.dev/flows"].clone();
    assert_eq!(reasons("NetworkPolicy api"), "from web to http: it shows what the api knows");
    let lines = reasons("NetworkPolicy web");
    let lines: Vec<&str> = lines.as_str().unwrap().lines().collect();
    assert_eq!(lines, ["to api.http: it shows what the api knows", "to dns: web looks up the name of api (dns)"]);
}

#[test]
fn reasons_are_at_most_a_hundred() {
    let service = |i: u32| {
        format!("service s{i} {{ image \"a/s:1\"; cpu 1; memory 1Gi }} allow s{i} -> api.http because \"r\"\n")
    };
    let services = |n: u32| (0..n).map(service).collect::<Vec<_>>().concat();
    for (n, n_lines, last) in
        [(100, 100, "from s99 to http: r"), (101, 101, "and 1 more: `bvlc explain flow` shows them")]
    {
        let api = object(&build(&format!("{SERVICES}{}", services(n)), &[]), "prod", "NetworkPolicy api");
        let lines = api["metadata"]["annotations"]["bvl.dev/flows"].as_str().unwrap();
        assert_eq!((lines.lines().count(), lines.lines().last()), (n_lines, Some(last)));
    }
}

#[test]
fn reasons_have_at_most_24_kib() {
    // with what stands before the reason
    let most = (24 << 10) - "from s to http: ".len();
    for (n, last) in [(most, None), (most + 1, Some("and 1 more: `bvlc explain flow` shows them"))] {
        let reason = "r".repeat(n);
        let service = "service s { image \"a/s:1\"; cpu 1; memory 1Gi }";
        let text = format!("{SERVICES}{service}\nallow s -> api.http because \"{reason}\"\n");
        let api = object(&build(&text, &[]), "prod", "NetworkPolicy api");
        let lines = api["metadata"]["annotations"]["bvl.dev/flows"].as_str().unwrap();
        let whole = format!("from s to http: {reason}");
        assert_eq!(lines, last.unwrap_or(&whole));
    }
}

#[test]
fn very_many_peers_stand_in_several_policies_that_add_up() {
    let policies_of = |n_callers: usize| {
        let callers = (0..n_callers).map(|number| {
            format!("service c{number} {{ image \"a/c:1\"; cpu 1; memory 1Gi }} allow c{number} -> api.http\n")
        });
        let text = format!("{SERVICES}{}", callers.collect::<String>());
        let manifests = build(&text, &[]);
        let names = names(&manifests, "prod");
        let of_api = policies(&names).into_iter().filter(|name| name.starts_with("api"));
        let found = of_api.map(|name| (name.to_owned(), object(&manifests, "prod", &format!("NetworkPolicy {name}"))));
        found.collect::<Vec<_>>()
    };
    let [(_, whole)] = policies_of(499).try_into().unwrap();
    let [(one, first), (two, second)] = policies_of(501).try_into().unwrap();
    assert_eq!([one.as_str(), two.as_str()], ["api", "api.2"]);
    let peers = |policy: &Value, direction: &str, end: &str| {
        let rules = policy["spec"][direction].as_array().into_iter().flatten();
        rules.flat_map(|rule| rule[end].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    assert_eq!((peers(&whole, "ingress", "from").len(), peers(&whole, "egress", "to").len()), (499, 0));
    assert_eq!((peers(&first, "ingress", "from").len(), peers(&first, "egress", "to").len()), (500, 0));
    assert_eq!((peers(&second, "ingress", "from").len(), peers(&second, "egress", "to").len()), (1, 0));
    assert_eq!(first["spec"]["podSelector"], second["spec"]["podSelector"]);
    assert_eq!(second["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    assert!(second.to_string().len() < 262_144 && first.to_string().len() < 262_144);
}
