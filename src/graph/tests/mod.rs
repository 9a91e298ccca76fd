//! What flows follow from what, and what does not.

mod fixture;
mod openings;
mod order;
mod path;
mod seed;
mod trigger;

use super::{FlowGraph, Why, derive};
use crate::model::Model;
use fixture::{lines, model, name, text_at};

/// Two environments and what they share.
const ENVS: &str = "env prod\nenv dev\nenv system shared\n";

fn graph(text: &str) -> (Model, FlowGraph) {
    let model = model(text);
    let graph = derive(&model);
    (model, graph)
}

/// Holds that exactly these flows are there, in this order.
#[track_caller]
fn flows(text: &str, expected: &[&str]) {
    let text = format!("{ENVS}{text}");
    let (model, graph) = graph(&text);
    assert_eq!(lines(&model, &graph), expected);
    assert_eq!(graph.implied.missing, [], "nothing is missing");
}

/// Holds that exactly these ends are missing: `WORKLOAD at STATEMENT needs NEEDS: EXAMPLE [CANDIDATES]`.
#[track_caller]
fn missing(text: &str, expected: &[&str]) {
    let text = format!("{ENVS}{text}");
    let (model, graph) = graph(&text);
    let missing = graph.implied.missing.iter().map(|end| {
        assert!(!end.why.is_empty());
        let (workload, cause) = (name(&model, end.workload), text_at(&text, end.cause));
        format!("{workload} at `{cause}` needs {}: {} [{}]", end.needs, end.example, end.candidates.join(" "))
    });
    assert_eq!(missing.collect::<Vec<_>>(), expected);
}

#[test]
fn declared_flows_stand_once_and_win() {
    flows(
        "
        managed prod/nats is nats.cluster: port client 4222; brings nats.cluster -> self.client because members talk
        service prod/web: port http 80
        flow prod/web -> prod/nats.client
        flow prod/nats -> prod/nats.client
        flow prod/web -> prod/nats.client
        ",
        &[
            "prod/web -> prod/nats.client",
            "prod/nats -> prod/nats.client",
            "prod/nats -> dns dns: the members of nats look up each other's names",
            "prod/web -> dns dns: web looks up the name of nats",
        ],
    );
}

#[test]
fn reasons_of_one_flow_are_joined() {
    let reason = |reasons: &[&str]| {
        let flows: Vec<String> =
            reasons.iter().map(|reason| format!("allow self -> kubernetes-api because {reason}")).collect();
        let (_, graph) = graph(&format!("env prod\nmanaged prod/a: {}", flows.join("; ")));
        let [flow] = graph.flows.as_slice() else { panic!("one flow") };
        let Why::Derived(derived) = &flow.why else { panic!("a derived flow") };
        derived.reason.clone()
    };
    assert_eq!(reason(&["a"]), "a");
    assert_eq!(reason(&["a", "a"]), "a");
    assert_eq!(reason(&["a", "b"]), "a; and b");
    assert_eq!(reason(&["a", "b", "a", "c", "b"]), "a; b; and c");
    assert_eq!(reason(&["a", "b", "c", "d"]), "a; b; c; and 1 more");
    assert_eq!(reason(&["a", "b", "c", "d", "d", "e"]), "a; b; c; and 2 more");
}

#[test]
fn classes_bring_flows() {
    flows(
        "
        managed prod/db is pg.cluster: port sql 5432; port status 8000; brings self -> self.status because members ask; brings self -> kubernetes-api because leases; brings pg.operator -> self.status because the operator asks
        managed dev/db is pg.cluster: port sql 5432; port status 8000
        managed system/pg is pg.operator: port webhook 9443; brings kubernetes-api -> self because it judges; brings self -> pg.cluster.sql because it sets up
        managed system/other is own: brings self -> pg.operator because it asks
        ",
        &[
            "prod/db -> prod/db.status class: members ask",
            "prod/db -> kubernetes-api class: leases",
            "system/pg -> prod/db.status class: the operator asks",
            "kubernetes-api -> system/pg.webhook class: it judges",
            "system/pg -> prod/db.sql class: it sets up",
            "system/pg -> dev/db.sql class: it sets up",
            "system/other -> system/pg.webhook class: it asks",
            "prod/db -> dns dns: the members of db look up each other's names",
            "system/pg -> dns dns: pg looks up the name of db",
            "system/other -> dns dns: other looks up the name of pg",
        ],
    );
    // A class of one's own has no module, so that the last part may be a port. What is nearer is meant.
    flows(
        "
        managed prod/a is mine: port http 80; port api 81
        managed prod/b: allow self -> mine.api because b asks a
        managed system/a is mine: port http 80; port api 81
        managed dev/c: allow self -> mine.api because c asks a
        ",
        &[
            "prod/b -> prod/a.api class: b asks a",
            "dev/c -> system/a.api class: c asks a",
            "prod/b -> dns dns: b looks up the name of a",
            "dev/c -> dns dns: c looks up the name of a",
        ],
    );
}

#[test]
fn classes_demand_what_they_speak_of() {
    missing(
        "
        class pg.operator
        managed prod/pg is pg.cluster: port status 8000; brings pg.operator -> self.status because the operator asks
        managed system/adapter: allow self -> prometheus.server.http because it asks
        ",
        &[
            "prod/pg at `pg` needs a workload of class pg.operator: managed pg-operator is pg.operator { in system } []",
            "system/adapter at `allow self -> prometheus.server.http because it asks` needs a workload of class \
             prometheus.server: managed prometheus is prometheus.server { in system } []",
        ],
    );
    // Another environment's, not shared, is out of sight.
    missing(
        "managed prod/a: allow self -> mine because it asks\nmanaged dev/b is mine: port http 80",
        &[
            "prod/a at `allow self -> mine because it asks` needs a workload of class mine: managed mine is mine { in system } []",
        ],
    );
    missing(
        "managed prod/a: allow self -> mine because it asks\nmanaged system/b is mine: port x 80; port y 81",
        &["prod/a at `allow self -> mine because it asks` needs a port of b: port http 8080 [b.x b.y]"],
    );
    missing(
        "managed system/a: port x 80; port y 81; allow mine -> self because they ask\nmanaged prod/b is mine: port x 1\nmanaged dev/b is mine: port x 1",
        &["system/a at `allow mine -> self because they ask` needs a port of a: port http 8080 [self.x self.y]"],
    );
    missing(
        "managed prod/a: port x 80; allow self -> self.y because it asks",
        &["prod/a at `allow self -> self.y because it asks` needs a port `y` of a: port y 8080 []"],
    );
    missing(
        "managed prod/a: allow mine -> kubernetes-api because it asks\nmanaged prod/b is mine: port x 1",
        &["prod/a at `allow mine -> kubernetes-api because it asks` needs `self` at one end of the traffic that it \
           states: allow self -> kubernetes-api because \"it watches objects\" []"],
    );
    // What could not be read may be the one.
    missing("managed prod/a: allow self -> mine because it asks\nmanaged system/b: tainted", &[]);
    missing("managed prod/a: tainted; allow self -> mine because it asks", &[]);
    missing("managed prod/a is mine: tainted\nmanaged prod/b: allow self -> mine.x because it asks", &[]);
}

#[test]
fn members_of_a_quorum_talk() {
    flows(
        "
        managed prod/a: quorum; port x 80; port y 81; metrics 82
        managed prod/b is b: quorum; port x 80; port y 81; brings self -> self.x because members talk
        managed prod/c: port x 80
        managed prod/d: quorum
        ",
        &[
            "prod/b -> prod/b.x class: members talk",
            "prod/a -> prod/a.x quorum: members of a quorum talk to each other",
            "prod/a -> prod/a.y quorum: members of a quorum talk to each other",
            "prod/a -> dns dns: the members of a look up each other's names",
            "prod/b -> dns dns: the members of b look up each other's names",
        ],
    );
}

#[test]
fn metrics_are_scraped() {
    flows(
        "
        managed system/prom: provides scrape; port http 9090
        managed dev/own: provides scrape; metrics 9090
        service prod/web: metrics 81
        service prod/plain: port http 80
        service dev/web: metrics 81
        service system/web: metrics 81
        managed prod/db: metrics 9187
        ",
        &[
            "system/prom -> prod/web.metrics scrape: prom reads the metrics of web",
            "system/prom -> prod/db.metrics scrape: prom reads the metrics of db",
            "dev/own -> dev/own.metrics scrape: own reads the metrics of own",
            "dev/own -> dev/web.metrics scrape: own reads the metrics of web",
            "system/prom -> system/web.metrics scrape: prom reads the metrics of web",
            "dev/own -> dns dns: the members of own look up each other's names",
            "system/prom -> dns dns: prom looks up the name of web",
        ],
    );
    // Where nothing shared scrapes, what is shared is scraped by those that use it.
    flows(
        "managed prod/prom: provides scrape\nservice system/web: metrics 81",
        &[
            "prod/prom -> system/web.metrics scrape: prom reads the metrics of web",
            "prod/prom -> dns dns: prom looks up the name of web",
        ],
    );
}

#[test]
fn metrics_of_a_service_demand_a_scraper() {
    missing(
        "
        service prod/web: metrics 81
        service prod/api: metrics 81
        service dev/web: metrics 81
        managed dev/prometheus: provides scrape
        ",
        &["prod/web at `metrics 81` needs something that scrapes metrics: managed prometheus-server is \
             prometheus.server { in system } []"],
    );
    missing("managed prod/db: metrics 81", &[]);
    missing("service prod/web: metrics 81\nmanaged system/prom: tainted", &[]);
    missing(
        "service prod/web: tainted; metrics 81\nservice prod/api: metrics 82",
        &["prod/api at `metrics 82` needs something that scrapes metrics: managed prometheus is prometheus.server \
             { in system } []"],
    );
    let (_, graph) = graph("env prod\nservice prod/web: metrics 81");
    assert_eq!(graph.implied.missing[0].example, "managed prometheus is prometheus.server");
}

#[test]
fn names_are_looked_up() {
    flows(
        "
        service prod/a: port http 80
        service prod/b: port http 80
        service prod/c: port http 80
        service prod/d: port http 80
        external prod/addressed: port api 1
        external prod/named: port api 1; host
        managed prod/m: allow self -> kubernetes-api because leases
        flow prod/a -> prod/addressed.api
        flow prod/b -> prod/addressed.api
        flow prod/b -> prod/named.api
        flow prod/c -> prod/a.http
        flow prod/c -> prod/b.http
        flow prod/named -> prod/a.http
        ",
        &[
            "prod/a -> prod/addressed.api",
            "prod/b -> prod/addressed.api",
            "prod/b -> prod/named.api",
            "prod/c -> prod/a.http",
            "prod/c -> prod/b.http",
            "prod/named -> prod/a.http",
            "prod/m -> kubernetes-api class: leases",
            "prod/b -> dns dns: b looks up the name of named",
            "prod/c -> dns dns: c looks up the name of a",
        ],
    );
}

#[test]
fn derived_flows_name_their_cause() {
    let text = format!(
        "{ENVS}
        managed system/prom: provides scrape; allow self -> kubernetes-api because it finds pods
        managed prod/db: quorum; port sql 1
        service prod/web: metrics 81
        flow prod/web -> prod/db.sql"
    );
    let (_, graph) = graph(&text);
    let causes = graph.flows.iter().filter_map(|flow| match &flow.why {
        Why::Derived(derived) => Some((derived.derivation, text_at(&text, derived.cause))),
        Why::Declared(_) => None,
    });
    let expected = [
        ("class", "allow self -> kubernetes-api because it finds pods"),
        ("quorum", "quorum"),
        ("scrape", "metrics 81"),
        ("dns", "quorum"),
        ("dns", "prod/web -> prod/db.sql"),
        ("dns", "metrics 81"),
    ];
    assert_eq!(causes.collect::<Vec<_>>(), expected);
    assert_eq!(graph.counts(), (1, 6));
}
