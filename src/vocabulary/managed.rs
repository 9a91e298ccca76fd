//! Words of the `managed` block: what runs in the cluster and is deployed by an operator or a chart.

use super::{BECAUSE, Block, Entries, Keyed, Type, Word, arg, clause, entry, list, monitoring, service};

/// What a managed workload may do for others.
const ROLES: &[&str] = &["scrape", "triggers", "custom-metrics", "challenges", "mesh", "node-proxy"];

/// The `managed` block.
pub static MANAGED: Block = Block {
    name: "managed",
    entries: Entries::Words,
    words: &[
        service::IN,
        Word {
            name: "match",
            args: &[arg("KEY", Type::Key), arg("VALUE", Type::Text)],
            keyed: Keyed::ByArgument,
            doc: "A label that its pods carry; all of them together select exactly its pods.",
            example: "match \"cnpg.io/cluster\" \"shop-db\"",
            ..Word::NEW
        },
        Word {
            name: "every-pod",
            doc: "In place of `match`: every pod of its namespace is its, whatever labels it carries. It has its environment to itself.",
            example: "every-pod",
            ..Word::NEW
        },
        Word {
            doc: "A Service that its operator or chart makes, and the ports that it carries.",
            example: "service \"shop-db-rw\" sql",
            ..service::NAMED_SERVICE
        },
        Word {
            name: "replicas",
            args: &[arg("COUNT", Type::Integer)
                .something("nobody would answer; `without NAME` takes it out of an environment")],
            doc: "How many pods its operator or chart keeps. Default 1.",
            example: "replicas 3",
            ..Word::NEW
        },
        Word {
            name: "quorum",
            doc: "Its members need a majority of themselves; the disruption budget follows from that.",
            example: "quorum",
            ..Word::NEW
        },
        service::PORT,
        service::CONNECTIONS,
        service::DEREGISTER,
        service::CPU,
        service::MEMORY,
        service::DISRUPTION,
        Word {
            name: "operator-keeps",
            args: &[
                arg("COUNT", Type::Integer).something("a budget that keeps none holds nothing up; leave the word out")
            ],
            clauses: &[clause(
                "unless",
                &[arg("TEXT", Type::Text)],
                "What the operator's own resource states where it is to make no budget.",
            )],
            doc: "How many pods the budget that its operator makes keeps, however many there are. A class states it where that follows from its operator; `without operator-keeps` says that it is told to make none.",
            example: "operator-keeps 1 unless \"enablePDB: false\"",
            ..Word::NEW
        },
        service::TIER,
        service::METRICS,
        Word {
            name: "host-network",
            doc: "Its pods use the addresses of their nodes, so no label can name them in a network policy.",
            example: "host-network",
            ..Word::NEW
        },
        Word {
            name: "profile",
            args: &[arg("PROFILE", Type::Choice(&["restricted", "baseline", "privileged"]))],
            doc: "The strictest Pod Security Standard that all its pods pass. A class of the standard library states it where that follows from its operator or chart.",
            example: "profile baseline",
            ..Word::NEW
        },
        Word {
            name: "provides",
            args: &[list("ROLE", Type::Choice(ROLES))],
            doc: "What it does for others: `scrape` collects the metrics of every workload that has some, `triggers` asks the sources of scaling triggers (KEDA), `custom-metrics` serves the custom metrics API, `challenges` answers those of certificate authorities (cert-manager), which come through every entry that lets in to its environment, `mesh` gives the proxies of a mesh their rules and certificates, `node-proxy` is such a proxy, of all pods of its node.",
            example: "provides scrape",
            ..Word::NEW
        },
        monitoring::MONITORS,
        entry::ENTRY,
        Word {
            name: "trigger",
            args: &[arg("TYPE", Type::Scaler), arg("PORT", Type::Name)],
            keyed: Keyed::ByArgument,
            doc: "The port that a scaling trigger of that type asks.",
            example: "trigger nats-jetstream monitoring",
            ..Word::NEW
        },
        Word {
            name: "allow",
            keyed: Keyed::Each,
            clauses: &[BECAUSE],
            doc: "Traffic that it needs or brings, written with `self`: `self -> self.PORT` among its members, `self -> kubernetes-api`, `CLASS -> self.PORT` from each workload of that class, `self -> CLASS.PORT` to each.",
            example: "allow self -> self.routes because \"members replicate to each other\"",
            ..Word::NEW
        },
        Word {
            name: "values",
            block: Some(&Block { name: "values", words: &[], entries: Entries::Nested }),
            doc: "Values of its chart that make it keep what the spec says; written to `values/NAME.yaml` beside the manifests. `$replicas` is the number of replicas in force, `$by-operator` whether `disruption by-operator` is.",
            example: "values { podDisruptionBudget { enabled false } }",
            ..Word::NEW
        },
        service::LABEL,
        service::ANNOTATION,
    ],
};
