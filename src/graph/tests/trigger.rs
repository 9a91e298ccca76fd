//! What triggers ask.

use super::fixture::{id, lines, name, text_at};
use super::{ENVS, graph, missing};
use crate::graph::{UnnamedSource, Why};

/// What KEDA and others are in the tests of triggers.
const KEDA: &str = "
    managed system/keda: provides triggers
    managed prod/nats: port client 4222; port monitoring 8222; trigger nats-jetstream monitoring
";

const QUEUE: &str = "managed prod/queue: port main 1";
const PROM: &str = "managed system/prom: port http 9090; port grpc 1; trigger prometheus http";
const ADAPTER: &str = "managed system/adapter: provides custom-metrics; port api 6443; metrics 1";
const VENDOR: &str = "external prod/vendor: port broker 9092";

/// A trigger, what else is declared, the port that is asked, and the flow that is derived.
const ASKED: &[(&str, &str, &str, &str)] = &[
    ("cpu", "", "", ""),
    ("memory", "", "", ""),
    ("cron", "", "", ""),
    (
        "nats-jetstream",
        "",
        "prod/nats.monitoring",
        "system/keda -> prod/nats.monitoring trigger: keda asks nats how many messages wait for worker",
    ),
    (
        "nats-jetstream from prod/nats",
        "managed prod/second: trigger nats-jetstream x",
        "prod/nats.monitoring",
        "system/keda -> prod/nats.monitoring trigger: keda asks nats how many messages wait for worker",
    ),
    (
        "nats-jetstream from prod/nats.client",
        "",
        "prod/nats.client",
        "system/keda -> prod/nats.client trigger: keda asks nats how many messages wait for worker",
    ),
    (
        "kafka from prod/queue",
        QUEUE,
        "prod/queue.main",
        "system/keda -> prod/queue.main trigger: keda asks queue how many messages wait for worker",
    ),
    (
        "kafka from prod/vendor",
        VENDOR,
        "prod/vendor.broker",
        "system/keda -> prod/vendor.broker trigger: keda asks vendor how many messages wait for worker",
    ),
    (
        "rabbitmq from prod/queue",
        QUEUE,
        "prod/queue.main",
        "system/keda -> prod/queue.main trigger: keda asks queue how many messages wait for worker",
    ),
    (
        "rabbitmq-rate from prod/queue",
        QUEUE,
        "prod/queue.main",
        "system/keda -> prod/queue.main trigger: keda asks queue how many messages come in for worker",
    ),
    (
        "redis from prod/queue",
        QUEUE,
        "prod/queue.main",
        "system/keda -> prod/queue.main trigger: keda asks queue how many entries wait for worker",
    ),
    (
        "prometheus",
        PROM,
        "system/prom.http",
        "system/keda -> system/prom.http trigger: keda asks prom for what worker scales on",
    ),
    (
        "mysql from prod/queue",
        QUEUE,
        "prod/queue.main",
        "system/keda -> prod/queue.main trigger: keda asks queue for what `mysql` tells it about worker",
    ),
    ("mysql", QUEUE, "", ""),
    ("metric", ADAPTER, "system/adapter.api", ""),
    ("metric from system/adapter", ADAPTER, "system/adapter.api", ""),
];

/// A trigger, what else is declared, and what is missing.
const MISSED: &[(&str, &str, &[&str])] = &[
    ("cpu", "", &[]),
    (
        "nats-jetstream from prod/nats",
        "managed prod/nats: port monitoring 8222",
        &[
            "prod/worker at `on nats-jetstream from prod/nats` needs KEDA: managed keda is keda.operator { in system } []",
        ],
    ),
    ("cron", "", &["prod/worker at `on cron` needs KEDA: managed keda is keda.operator { in system } []"]),
    (
        "cron",
        "managed dev/keda: provides triggers",
        &["prod/worker at `on cron` needs KEDA: managed keda-operator is keda.operator { in system } []"],
    ),
    (
        "kafka",
        KEDA,
        &[
            "prod/worker at `on kafka` needs a workload that a `kafka` trigger can ask: managed kafka is kafka.strimzi []",
        ],
    ),
    (
        "prometheus",
        KEDA,
        &["prod/worker at `on prometheus` needs a workload that a `prometheus` trigger can ask: managed prometheus \
               is prometheus.server { in system } []"],
    ),
    (
        "nats-jetstream",
        "managed system/keda: provides triggers
             managed prod/a: port x 1; trigger nats-jetstream x
             managed prod/b: port x 1; trigger nats-jetstream x",
        &["prod/worker at `on nats-jetstream` needs a workload that a `nats-jetstream` trigger can ask: from a [a b]"],
    ),
    (
        "nats-jetstream",
        "env other shared
             managed system/keda: provides triggers
             managed system/a: port x 1; trigger nats-jetstream x
             managed other/a: port x 1; trigger nats-jetstream x",
        &[
            "prod/worker at `on nats-jetstream` needs a workload that a `nats-jetstream` trigger can ask: from system/a \
               [system/a other/a]",
        ],
    ),
    (
        "nats-jetstream from prod/c",
        "managed system/keda: provides triggers\nmanaged prod/c: port x 1; port y 2",
        &["prod/worker at `prod/c` needs the port of c that a `nats-jetstream` trigger asks: port http 8080 [c.x c.y]"],
    ),
    (
        "nats-jetstream from dev/c",
        "managed system/keda: provides triggers\nmanaged dev/c: quorum",
        &["prod/worker at `dev/c` needs the port of dev/c that a `nats-jetstream` trigger asks: port http 8080 []"],
    ),
    (
        "metric",
        "",
        &["prod/worker at `on metric` needs a server of the custom metrics API: managed prometheus-adapter is \
               prometheus.adapter { in system } []"],
    ),
    (
        "metric",
        "managed system/a: provides custom-metrics; port api 1\nmanaged system/b: provides custom-metrics; port api 1",
        &["prod/worker at `on metric` needs a workload that a `metric` trigger can ask: from a [a b]"],
    ),
    (
        "metric from system/b",
        "managed system/a: provides custom-metrics; port api 1\nmanaged system/b: port api 1",
        &["prod/worker at `system/b` needs b to serve the custom metrics API: provides custom-metrics []"],
    ),
    (
        "nats-jetstream from prod/c.x",
        "managed system/keda: provides triggers\nmanaged prod/c: port y 1",
        &["prod/worker at `prod/c.x` needs the port of c that a `nats-jetstream` trigger asks: port x 8080 []"],
    ),
    ("nats-jetstream from prod/c", "managed system/keda: provides triggers\nmanaged prod/c: tainted", &[]),
    ("nats-jetstream", "managed system/keda: tainted", &[]),
];

#[test]
fn keda_asks_the_sources_of_triggers() {
    let asked = |trigger: &str, more: &str| {
        let text = format!("{ENVS}{KEDA}{more}\nservice prod/worker: on {trigger}");
        let (model, graph) = graph(&text);
        assert_eq!(graph.implied.missing, [], "{trigger}");
        let derived = graph.flows.iter().find_map(|flow| match &flow.why {
            Why::Derived(derived) if derived.derivation == "trigger" => Some(derived),
            Why::Derived(_) | Why::Declared(_) => None,
        });
        if let Some(derived) = derived {
            assert_eq!(text_at(&text, derived.cause), format!("on {trigger}"));
        }
        let source = graph.implied.trigger_sources.get(&(id(&model, "prod/worker"), 0)).map(|source| {
            let port = &model.endpoint(source.endpoint).unwrap().ports()[usize::from(source.port)];
            format!("{}.{}", name(&model, source.endpoint), port.name.value)
        });
        let flow = lines(&model, &graph).into_iter().find(|line| line.contains(" trigger: "));
        (source.unwrap_or_default(), flow.unwrap_or_default())
    };
    for (trigger, more, source, flow) in ASKED {
        assert_eq!(asked(trigger, more), ((*source).to_owned(), (*flow).to_owned()), "{trigger}");
    }
}

#[test]
fn what_is_asked_over_the_network_is_named() {
    for (trigger, is_unnamed) in [
        ("mysql", true),
        ("unknown-to-us", true),
        ("mysql from prod/queue", false),
        ("kubernetes-workload", false),
        ("kubernetes-resource", false),
        ("cron", false),
        ("cpu", false),
    ] {
        let (model, graph) = graph(&format!("{ENVS}{KEDA}{QUEUE}\nservice prod/worker: on cron; on {trigger}"));
        let unnamed =
            UnnamedSource { workload: id(&model, "prod/worker"), trigger: 1, kedas: vec![id(&model, "system/keda")] };
        assert_eq!(graph.implied.unnamed_sources, Vec::from_iter(is_unnamed.then_some(unnamed)), "{trigger}");
    }
    // where there is no KEDA, that is what is missing
    let (_, graph) = graph(&format!("{ENVS}service prod/worker: on mysql"));
    assert_eq!(graph.implied.unnamed_sources, []);
}

#[test]
fn triggers_demand_what_they_ask() {
    for (trigger, more, expected) in MISSED {
        missing(&format!("{more}\nservice prod/worker: on {trigger}"), expected);
    }
    // KEDA is missing once in an environment, however many need it.
    missing(
        "service prod/a: on cron; on cron\nservice prod/b: on cron",
        &["prod/a at `on cron` needs KEDA: managed keda is keda.operator { in system } []"],
    );
}
