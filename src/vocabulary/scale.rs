//! Words of the `scale` block: what makes a service larger and smaller.

use super::{Argument, Block, Clause, Entries, Keyed, Type, Word, arg, clause, keda, optional};

/// The `scale` block.
pub(super) static SCALE: Block = Block {
    name: "scale",
    entries: Entries::Words,
    words: &[
        Word {
            name: "on",
            variants: TRIGGERS,
            keyed: Keyed::ByVariant,
            doc: "A trigger. With several the largest answer counts. A second one of the same type is named with `as`.",
            example: "on cpu 70%",
            ..Word::NEW
        },
        Word {
            name: "up",
            block: Some(&BEHAVIOR),
            doc: "How fast it may grow.",
            example: "up { by 4 every 15s }",
            ..Word::NEW
        },
        Word {
            name: "down",
            block: Some(&BEHAVIOR),
            doc: "How fast it may shrink.",
            example: "down { window 10m; by 10% every 60s }",
            ..Word::NEW
        },
        Word {
            name: "idle",
            args: &[arg("REPLICAS", Type::Integer)],
            doc: "How many replicas stay while no trigger is active. KEDA knows only 0.",
            example: "idle 0",
            ..Word::NEW
        },
        Word {
            name: "fallback",
            args: &[arg("REPLICAS", Type::Integer)],
            clauses: &[clause(
                "after",
                &[arg("FAILURES", Type::Integer)],
                "How many failed questions in a row. Default 3.",
            )],
            doc: "How many replicas run while the trigger's source does not answer.",
            example: "fallback 3",
            ..Word::NEW
        },
        Word {
            name: "poll",
            args: &[arg("DURATION", Type::Seconds).about(30)],
            doc: "How often KEDA asks the sources. Default 30s.",
            example: "poll 15s",
            ..Word::NEW
        },
        Word {
            name: "cooldown",
            args: &[arg("DURATION", Type::Seconds).about(300)],
            doc: "How long KEDA waits after the last active trigger before it scales to `idle` or zero. Default 300s.",
            example: "cooldown 5m",
            ..Word::NEW
        },
    ],
};

static BEHAVIOR: Block = Block {
    name: "behavior",
    entries: Entries::Words,
    words: &[
        Word {
            name: "window",
            args: &[arg("DURATION", Type::Seconds).about(300)],
            doc: "How long past recommendations are held against a change, up to one hour. Defaults: 0s up, 5m down.",
            example: "window 10m",
            ..Word::NEW
        },
        Word {
            name: "by",
            args: &[arg("AMOUNT", Type::Count)],
            clauses: &[clause("every", &[arg("DURATION", Type::Seconds).about(60)], "In how long, up to 30 minutes.")],
            keyed: Keyed::Each,
            doc: "How many replicas, or how much of the present number, may come or go in a time.",
            example: "by 4 every 15s",
            ..Word::NEW
        },
    ],
};

const AS: Clause = clause("as", &[arg("NAME", Type::Name)], "A name, where there are several of one type.");
const FROM: Clause = clause(
    "from",
    &[arg("WORKLOAD", Type::Endpoint)],
    "The workload that is asked. May be left out where only one fits; its port too.",
);
const STREAM: Word = entry("stream", NAME, "The stream.", "stream \"JOBS\"");
const CONSUMER: Word = entry("consumer", NAME, "The consumer, or consumer group.", "consumer \"worker\"");
const LAG: Word = entry("lag", MESSAGES, "How many waiting messages one replica is to have.", "lag 100");
const LENGTH: Word = entry("length", MESSAGES, "How many waiting entries one replica is to have.", "length 50");
const PEAK: Word = entry(
    "peak",
    MESSAGES,
    "How many messages arrive in a minute at the busiest time. Nothing is emitted for it: what replicas are needed then is held against the largest number.",
    "peak 6000",
);
const HANDLES: Word = entry("handles", MESSAGES, "How many messages one replica handles in a minute.", "handles 300");
const PEAK_VALUE: Word = entry(
    "peak",
    MESSAGES,
    "What it comes to at the busiest time, over all replicas. Nothing is emitted for it: what replicas are needed then is held against the largest number.",
    "peak 4000",
);
/// `auth` of a trigger whose parameters are these.
const fn auth(args: &'static [Argument]) -> Word {
    Word { args, ..AUTH }
}

const AUTH: Word = Word {
    name: "auth",
    args: &[optional("PARAMETER", Type::Key)],
    clauses: &[clause(
        "secret",
        &[arg("NAME", Type::Key), arg("KEY", Type::Text)],
        "The Secret and its key: one of this service's `secret`, or any other of its namespace, by its full name.",
    )],
    keyed: Keyed::ByArgument,
    doc: "How KEDA proves who it is: a parameter of the trigger, read from a Secret. The parameter defaults by type.",
    example: "auth secret \"queue\" \"password\"",
    ..Word::NEW
};

const NAME: &[Argument] = &[arg("NAME", Type::Text)];
const MESSAGES: &[Argument] = &[arg("MESSAGES", Type::Integer)];
const REPLICAS: &[Argument] =
    &[arg("REPLICAS", Type::Integer)
        .something("KEDA takes 0 for a number that nobody stated, and refuses the trigger")];
const TIME: &[Argument] = &[arg("TIME", Type::Cron)];

const fn entry(name: &'static str, args: &'static [Argument], doc: &'static str, example: &'static str) -> Word {
    Word { name, args, doc, example, ..Word::NEW }
}

/// The types of triggers.
pub const TRIGGERS: &[Word] = &[
    Word {
        name: "cpu",
        args: &[arg("UTILIZATION", Type::Percent)],
        doc: "The pods' cpu use, as a share of what they request.",
        example: "on cpu 70%",
        ..Word::NEW
    },
    Word {
        name: "memory",
        args: &[arg("UTILIZATION", Type::Percent)],
        doc: "The pods' memory use, as a share of what they request.",
        example: "on memory 80%",
        ..Word::NEW
    },
    Word {
        name: "metric",
        args: &[arg("NAME", Type::Key), arg("TARGET", Type::Quantity)],
        clauses: &[FROM],
        block: Some(&Block { name: "metric trigger", entries: Entries::Words, words: &[PEAK_VALUE] }),
        doc: "A metric of the pods, averaged over them, served by the custom metrics API.",
        example: "on metric requests_per_second 200 from metrics",
        keyed: Keyed::ByArgument,
        ..Word::NEW
    },
    Word {
        name: "prometheus",
        args: &[arg("QUERY", Type::Text), arg("TARGET", Type::Quantity)],
        clauses: &[FROM, AS],
        block: Some(&Block {
            name: "prometheus trigger",
            entries: Entries::Words,
            words: &[PEAK_VALUE, auth(&[optional("PARAMETER", Type::Parameter(keda::PROMETHEUS))])],
        }),
        doc: "The answer to a Prometheus query, asked by KEDA.",
        example: "on prometheus \"sum(rate(jobs_total[1m]))\" 20 from prometheus",
        ..Word::NEW
    },
    Word {
        name: "nats-jetstream",
        clauses: &[FROM, AS],
        block: Some(&Block {
            name: "nats-jetstream trigger",
            entries: Entries::Words,
            words: &[
                STREAM,
                CONSUMER,
                LAG,
                entry("account", NAME, "The NATS account. Default \"$G\", the global account.", "account \"$G\""),
                PEAK,
                HANDLES,
                auth(&[optional("PARAMETER", Type::Parameter(keda::NATS))]),
            ],
        }),
        doc: "The messages that wait for a JetStream consumer, in work ones included, asked by KEDA of every member's monitoring port.",
        example: "on nats-jetstream from nats { stream \"JOBS\"; consumer \"worker\"; lag 100 }",
        ..Word::NEW
    },
    Word {
        name: "kafka",
        clauses: &[FROM, AS],
        block: Some(&Block {
            name: "kafka trigger",
            entries: Entries::Words,
            words: &[
                entry("topic", NAME, "The topic.", "topic \"orders\""),
                CONSUMER,
                LAG,
                PEAK,
                HANDLES,
                auth(&[optional("PARAMETER", Type::Parameter(keda::KAFKA))]),
            ],
        }),
        doc: "The lag of a Kafka consumer group, asked by KEDA. More replicas than partitions do nothing.",
        example: "on kafka from kafka { topic \"orders\"; consumer \"billing\"; lag 50 }",
        ..Word::NEW
    },
    Word {
        name: "rabbitmq",
        clauses: &[FROM, AS],
        block: Some(&Block {
            name: "rabbitmq trigger",
            entries: Entries::Words,
            words: &[
                entry("queue", NAME, "The queue.", "queue \"mails\""),
                LENGTH,
                entry("rate", MESSAGES, "How many messages a second one replica is to take.", "rate 20"),
                entry("vhost", NAME, "The virtual host. Default \"/\".", "vhost \"/\""),
                PEAK,
                HANDLES,
                auth(&[optional("PARAMETER", Type::Parameter(keda::RABBITMQ))]),
            ],
        }),
        doc: "The length of a RabbitMQ queue or its publish rate, asked by KEDA.",
        example: "on rabbitmq from rabbitmq { queue \"mails\"; length 20; auth secret \"rabbitmq\" \"uri\" }",
        ..Word::NEW
    },
    Word {
        name: "redis",
        clauses: &[FROM, AS],
        block: Some(&Block {
            name: "redis trigger",
            entries: Entries::Words,
            words: &[
                entry("list", NAME, "The list whose length counts.", "list \"jobs\""),
                STREAM,
                CONSUMER,
                LENGTH,
                LAG,
                PEAK,
                HANDLES,
                auth(&[optional("PARAMETER", Type::Parameter(keda::REDIS))]),
            ],
        }),
        doc: "The length of a Redis list, or the lag of a consumer group of a Redis stream, asked by KEDA.",
        example: "on redis from redis { list \"jobs\"; length 50 }",
        ..Word::NEW
    },
    Word {
        name: "cron",
        clauses: &[AS],
        block: Some(&Block {
            name: "cron trigger",
            entries: Entries::Words,
            words: &[
                entry(
                    "timezone",
                    &[arg("NAME", Type::TimeZone)],
                    "The time zone, by its IANA name.",
                    "timezone \"Europe/Berlin\"",
                ),
                entry("start", TIME, "When it begins, as a cron expression.", "start \"0 8 * * 1-5\""),
                entry("end", TIME, "When it ends, as a cron expression.", "end \"0 18 * * 1-5\""),
                entry("replicas", REPLICAS, "How many replicas run in between.", "replicas 5"),
            ],
        }),
        doc: "A number of replicas for a time of day.",
        example: "on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 }",
        ..Word::NEW
    },
    Word {
        name: "keda",
        args: &[arg("TYPE", Type::Scaler).something("KEDA has no scaler of that name")],
        clauses: &[FROM, AS],
        block: Some(&Block { name: "keda trigger", entries: Entries::Flat, words: &[AUTH] }),
        doc: "Any other trigger of KEDA, by its type and its own keys.",
        example: "on keda \"aws-sqs-queue\" { queueURL \"https://sqs.example/q\"; queueLength \"5\" }",
        ..Word::NEW
    },
];
