//! Words of the `service` block: a workload that the platform deploys.

use super::{
    BECAUSE, Block, Entries, Keyed, Made, Type, Word, arg, clause, companion, entry, list, monitoring, optional, scale,
    security, stateful,
};

pub(super) const IN: Word = Word {
    name: "in",
    args: &[list("ENVIRONMENT", Type::Environment)],
    doc: "The environments it runs in; all that are not `shared` where it is left out.",
    example: "in prod, staging",
    ..Word::NEW
};

pub(super) const PORT: Word = Word {
    name: "port",
    args: &[arg("NAME", Type::Name), arg("NUMBER", Type::Port)],
    clauses: &[
        clause("udp", &[], "UDP in place of TCP."),
        clause(
            "service-port",
            &[arg("NUMBER", Type::Port)],
            "The port of the Service in front of it, where it differs.",
        ),
        clause(
            "opaque",
            &[],
            "Its server speaks first, as those of NATS, MySQL and SMTP do: a mesh carries it without looking into it.",
        ),
    ],
    keyed: Keyed::ByArgument,
    doc: "A port that its pods listen on. Flows name it; the number is the pod's.",
    example: "port http 8080 service-port 80",
    ..Word::NEW
};

pub(super) const NAMED_SERVICE: Word = Word {
    name: "service",
    args: &[arg("NAME", Type::Text), list("PORT", Type::Name)],
    clauses: &[clause("headless", &[], "The Service has no address of its own and names each pod.")],
    keyed: Keyed::ByArgument,
    doc: "One more Service in front of its pods, beside the one of its own name, and the ports that it carries: a name by which others call it, such as the one that it had before.",
    example: "service \"shop-web\" http",
    ..Word::NEW
};

pub(super) const CONNECTIONS: Word = Word {
    name: "connections",
    args: &[arg("COUNT", Type::Integer).something("no caller could open a single one")],
    doc: "How many connections it takes from all callers together; an external that has the same address in several environments, from those in all of them. Each flow to it then states its `pool`.",
    example: "connections 200",
    ..Word::NEW
};

pub(super) const DEREGISTER: Word = Word {
    name: "deregister",
    args: &[arg("DURATION", Type::Duration).about(15)],
    doc: "How long it goes on sending new connections to a pod that is going, when it balances over pods itself. The time for which it drains old connections is not meant.",
    example: "deregister 15s",
    ..Word::NEW
};

pub(super) const TIER: Word = Word {
    name: "tier",
    args: &[arg("TIER", Type::Choice(&["critical", "standard", "best-effort"]))],
    doc: "How much depends on it. What is `critical` keeps two replicas and depends on nothing of a lower tier.",
    example: "tier critical",
    ..Word::NEW
};

pub(super) const CPU: Word = Word {
    name: "cpu",
    args: &[arg("REQUEST..LIMIT", Type::CpuRange)],
    clauses: &[BECAUSE],
    doc: "Cpu, requested and at most. One number is both. `500m..none because \"REASON\"` leaves the limit out.",
    example: "cpu 500m..2",
    ..Word::NEW
};

pub(super) const MEMORY: Word = Word {
    name: "memory",
    args: &[arg("REQUEST..LIMIT", Type::MemoryRange)],
    clauses: &[BECAUSE],
    doc: "Memory, requested and at most. One number is both.",
    example: "memory 512Mi..1Gi",
    ..Word::NEW
};

pub(super) const EPHEMERAL: Word = Word {
    name: "ephemeral",
    args: &[arg("REQUEST..LIMIT", Type::MemoryRange)],
    doc: "Local disk for scratch folders and logs, requested and at most.",
    example: "ephemeral 100Mi..1Gi",
    ..Word::NEW
};

pub(super) const METRICS: Word = Word {
    name: "metrics",
    args: &[arg("PORT", Type::Port), optional("PATH", Type::Text)],
    doc: "Where its metrics are read. The port is named `metrics`. Path default \"/metrics\".",
    example: "metrics 8081 \"/metrics\"",
    ..Word::NEW
};

pub(super) const LABEL: Word = Word {
    name: "label",
    args: &[arg("KEY", Type::Key), arg("VALUE", Type::Text).or_empty()],
    keyed: Keyed::ByArgument,
    doc: "A label on the objects that are made.",
    example: "label \"app.kubernetes.io/part-of\" \"shop\"",
    ..Word::NEW
};

pub(super) const ANNOTATION: Word = Word {
    name: "annotation",
    args: &[arg("KEY", Type::Key), arg("VALUE", Type::Text).or_empty()],
    keyed: Keyed::ByArgument,
    doc: "An annotation on the objects that are made.",
    example: "annotation \"example.org/owner\" \"team-a\"",
    ..Word::NEW
};

pub(super) const ENV: Word = Word {
    name: "env",
    args: &[arg("NAME", Type::Key), optional("VALUE", Type::Value)],
    clauses: &[
        clause(
            "secret",
            &[arg("NAME", Type::Key), arg("KEY", Type::Text)],
            "Read from a key of a Secret: its own `secret`, or any other of its namespace, by its full name.",
        ),
        clause(
            "config",
            &[arg("NAME", Type::Key), arg("KEY", Type::Text)],
            "Read from a key of a ConfigMap: its own `config`, by its name without quotes, or an existing one of its namespace that others make, by its full name in quotes.",
        ),
        clause(
            "expand",
            &[],
            "Leaves `$(NAME)` in the value to Kubernetes, which puts another variable's value there.",
        ),
    ],
    either: &[&["VALUE", "expand"], &["secret"], &["config"]],
    keyed: Keyed::ByArgument,
    doc: "An environment variable: a value, an address of something it may reach, or a key of a Secret or ConfigMap. It has one of these.",
    example: "env DATABASE_HOST postgres.sql.host",
    ..Word::NEW
};

/// External Secrets Operator takes 0 for "once", and since 0.11 follows not even a change of the object then (external-secrets
/// issues 4167 and 4568).
const NEVER_AGAIN: &str =
    "External Secrets Operator would read the store once and never again, whatever changes there or here";

pub(super) const SECRET: Word = Word {
    name: "secret",
    args: &[arg("NAME", Type::Name)],
    clauses: &[
        clause(
            "from",
            &[
                arg("STORE", Type::Store),
                arg("PATH", Type::Text).something("a store holds its secrets by path, and none by an empty one"),
            ],
            "The `secret-store` that it is read from, and its path or name there.",
        ),
        clause("at", &[arg("PATH", Type::Text)], "Mounted as files in this folder, in place of environment variables."),
    ],
    keyed: Keyed::ByArgument,
    block: Some(&Block {
        name: "secret",
        entries: Entries::Words,
        words: &[
            Word {
                name: "key",
                args: &[
                    arg("KEY", Type::Key),
                    optional("PROPERTY", Type::Text)
                        .something("what is left out, quotes and all, stands for everything at the path"),
                ],
                keyed: Keyed::ByArgument,
                doc: "A key of the Secret, and the property at the path that fills it; everything that stands at the path where no property is named. The name of the environment variable or the file is the key.",
                example: "key API_TOKEN \"token\"",
                ..Word::NEW
            },
            Word {
                name: "refresh",
                args: &[arg("DURATION", Type::Seconds).about(1800).something(NEVER_AGAIN)],
                doc: "How often the store is read again. Default 1h.",
                example: "refresh 15m",
                ..Word::NEW
            },
        ],
    }),
    doc: "A secret of a store, which External Secrets Operator copies into a Secret of the namespace, named by the workload and by this name. A change of what it reads rolls the pods; a new value in the store reaches files, and variables once a pod starts anew.",
    example: "secret billing from vault \"shop/billing\" { key API_TOKEN \"token\" }",
    makes: Some(&Made {
        kind: "Secret",
        rest: "from STORE \"PATH\" { key KEY \"PROPERTY\" }",
        clause: Some("from"),
        used_by: ("env", "secret"),
    }),
    ..Word::NEW
};

const AFTER: super::Clause = clause(
    "after",
    &[arg("DURATION", Type::Seconds).about(20)],
    "How long after the start it is asked first. Default 0s.",
);
const EVERY: super::Clause = clause("every", &[arg("DURATION", Type::Seconds).about(10)], "How often. Default 10s.");
const TIMEOUT: super::Clause =
    clause("timeout", &[arg("DURATION", Type::Seconds).about(1)], "How long an answer may take. Default 1s.");
const FAIL: super::Clause =
    clause("fail", &[arg("TIMES", Type::Integer)], "How many failures in a row count. Default 3.");

pub(super) const HEALTH: Word = Word {
    name: "health",
    args: &[arg("PORT", Type::Port)],
    block: Some(&Block {
        name: "health",
        entries: Entries::Words,
        words: &[
            Word {
                name: "live",
                args: &[arg("PATH", Type::Text)],
                clauses: &[AFTER, EVERY, TIMEOUT, FAIL],
                doc: "Answers while the process works; a container that fails it is restarted.",
                example: "live \"/healthz\" after 60s",
                ..Word::NEW
            },
            Word {
                name: "ready",
                args: &[arg("PATH", Type::Text)],
                clauses: &[AFTER, EVERY, TIMEOUT, FAIL],
                doc: "Answers while it can take traffic; a pod that fails it leaves its Service.",
                example: "ready \"/readyz\" every 5s",
                ..Word::NEW
            },
            Word {
                name: "start",
                args: &[arg("PATH", Type::Text)],
                clauses: &[
                    AFTER,
                    EVERY,
                    TIMEOUT,
                    FAIL,
                    clause(
                        "within",
                        &[arg("DURATION", Type::Duration).about(60)],
                        "How long starting may take: as many failures are allowed as fit.",
                    ),
                ],
                doc: "Answers once it has started; until then the other two are not asked.",
                example: "start \"/healthz\" every 5s within 2m",
                ..Word::NEW
            },
            Word {
                name: "starts-within",
                args: &[arg("DURATION", Type::Duration).about(60)],
                doc: "How long starting may take at the longest, where no `start` says so. No probe may kill it before.",
                example: "starts-within 90s",
                ..Word::NEW
            },
        ],
    }),
    doc: "Where and how its health is asked. The port is named `health`.",
    example: "health 8081 { live \"/healthz\"; ready \"/readyz\" every 5s }",
    ..Word::NEW
};

pub(super) const DISRUPTION: Word = Word {
    name: "disruption",
    variants: &[
        Word {
            name: "min-available",
            args: &[arg("COUNT", Type::Count)],
            doc: "So many replicas stay while nodes are drained. A percentage rounds up.",
            example: "disruption min-available 50%",
            ..Word::NEW
        },
        Word {
            name: "max-unavailable",
            args: &[arg("COUNT", Type::Count)],
            doc: "At most so many are taken at once. A percentage rounds up.",
            example: "disruption max-unavailable 1",
            ..Word::NEW
        },
        Word {
            name: "by-operator",
            doc: "Its operator or chart makes the budget; a second one would stop every eviction.",
            example: "disruption by-operator",
            ..Word::NEW
        },
        Word {
            name: "none",
            clauses: &[BECAUSE],
            doc: "No budget: all replicas may be taken at once.",
            example: "disruption none because \"a pause at night is agreed\"",
            ..Word::NEW
        },
    ],
    doc: "How many replicas stay while nodes are drained. Default `min-available 1` where at least two are kept, the quorum for a quorum of three and more; below that it must be stated.",
    example: "disruption min-available 1",
    ..Word::NEW
};

pub(super) const SHUTDOWN: Word = Word {
    name: "shutdown",
    block: Some(&Block {
        name: "shutdown",
        entries: Entries::Words,
        words: &[
            Word {
                name: "grace",
                args: &[arg("DURATION", Type::Seconds).about(45)],
                doc: "How long a pod may take to stop, all in all, before it is killed. Default 30s.",
                example: "grace 60s",
                ..Word::NEW
            },
            Word {
                name: "pre-stop",
                args: &[arg("DURATION", Type::Seconds).about(5)],
                doc: "How long it keeps serving before it is told to stop, while others learn that it goes. Default 0s.",
                example: "pre-stop 5s",
                ..Word::NEW
            },
            Word {
                name: "drain",
                args: &[arg("DURATION", Type::Seconds).about(30)],
                doc: "How long requests in flight may take to end. Default 0s.",
                example: "drain 30s",
                ..Word::NEW
            },
            Word {
                name: "finish",
                args: &[arg("DURATION", Type::Duration).about(30)],
                doc: "How long work in hand may take to end or be handed back, after the drain. Default 0s.",
                example: "finish 80s",
                ..Word::NEW
            },
            Word {
                name: "drain-env",
                args: &[arg("NAME", Type::Key)],
                doc: "The environment variable that tells the program its drain time, in whole seconds.",
                example: "drain-env DRAIN_SECONDS",
                ..Word::NEW
            },
        ],
    }),
    doc: "How it stops: pre-stop, then drain, then finish, all within grace.",
    example: "shutdown { grace 60s; pre-stop 5s; drain 30s }",
    ..Word::NEW
};

pub(super) const ROLLOUT: Word = Word {
    name: "rollout",
    block: Some(&Block {
        name: "rollout",
        entries: Entries::Words,
        words: &[
            Word {
                name: "surge",
                args: &[arg("COUNT", Type::Count)],
                doc: "How many replicas may run beyond the number wanted. Default 25%, rounded up.",
                example: "surge 1",
                ..Word::NEW
            },
            Word {
                name: "unavailable",
                args: &[arg("COUNT", Type::Count)],
                doc: "How many may be missing. Default 0.",
                example: "unavailable 0",
                ..Word::NEW
            },
            Word {
                name: "min-ready",
                args: &[arg("DURATION", Type::Seconds).about(10)],
                doc: "How long a new replica must stay ready to count. Default 0s.",
                example: "min-ready 10s",
                ..Word::NEW
            },
            Word {
                name: "deadline",
                args: &[arg("DURATION", Type::Seconds).about(600)],
                doc: "After how long without progress the rollout is reported as failed. Default 10m.",
                example: "deadline 15m",
                ..Word::NEW
            },
        ],
    }),
    doc: "How a new version replaces the old one.",
    example: "rollout { surge 1; unavailable 0 }",
    ..Word::NEW
};

pub(super) const SPREAD: Word = Word {
    name: "spread",
    args: &[arg("OVER", Type::Choice(&["zone", "node", "none"]))],
    clauses: &[
        clause("hard", &[], "A replica that would make it uneven is not scheduled, in place of scheduled elsewhere."),
        BECAUSE,
    ],
    doc: "Over what its replicas are spread: `zone` (and nodes within), `node`, or `none`, the default. In an environment marked `production` `none` carries a reason.",
    example: "spread zone",
    ..Word::NEW
};

/// Kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `emptyDirLimitEviction` (v1.36): only a limit above 0 is one.
const NO_SIZE: &str = "the kubelet takes a limit of 0 for none: the folder may fill the node's disk";

pub(super) const SCRATCH: Word = Word {
    name: "scratch",
    args: &[arg("PATH", Type::Text), arg("SIZE", Type::Memory).something(NO_SIZE)],
    clauses: &[clause("in-memory", &[], "Kept in memory; it then counts against the memory limit.")],
    keyed: Keyed::ByArgument,
    doc: "A folder it may write to, empty at every start; the rest of its file system is read-only.",
    example: "scratch \"/tmp\" 64Mi",
    ..Word::NEW
};

pub(super) const USER: Word = Word {
    name: "user",
    args: &[arg("UID", Type::Integer)],
    doc: "The number that is both the user and the group its process runs as. Default 65532.",
    example: "user 10001",
    ..Word::NEW
};

pub(super) const IMAGE: Word = Word {
    name: "image",
    args: &[arg("IMAGE", Type::Image)],
    clauses: &[clause("shell-less", &[], "The image brings no programs but its own: no shell, no `sleep`.")],
    doc: "The container image, with a tag or a digest.",
    example: "image \"registry.example/web:${version}\"",
    ..Word::NEW
};

pub(super) const COMMAND: Word = Word {
    name: "command",
    args: &[list("WORD", Type::Text).something("no program is called by it; an empty argument stands in `args`")],
    clauses: &[clause("expand", &[], "Leaves `$(NAME)` to Kubernetes, which puts a variable's value there.")],
    doc: "The program, in place of the image's own entry point.",
    example: "command \"/bin/web\"",
    ..Word::NEW
};

pub(super) const ARGS: Word = Word {
    name: "args",
    args: &[list("WORD", Type::Text).or_empty()],
    clauses: &[clause("expand", &[], "Leaves `$(NAME)` to Kubernetes, which puts a variable's value there.")],
    doc: "The program's arguments, in place of the image's own.",
    example: "args \"--listen\", \":8080\"",
    ..Word::NEW
};

pub(super) const CONFIG: Word = Word {
    name: "config",
    args: &[arg("NAME", Type::Name)],
    clauses: &[clause(
        "at",
        &[arg("PATH", Type::Text)],
        "Mounted as files in this folder, in place of environment variables.",
    )],
    keyed: Keyed::ByArgument,
    block: Some(&Block { name: "config", words: &[], entries: Entries::Flat }),
    doc: "Configuration kept in a ConfigMap; a change rolls the pods.",
    example: "config settings { LOG_LEVEL \"info\" }",
    makes: Some(&Made { kind: "ConfigMap", rest: "{ KEY \"VALUE\" }", clause: None, used_by: ("env", "config") }),
    ..Word::NEW
};

pub(super) const AFTER_OTHERS: Word = Word {
    name: "after",
    args: &[list("WORKLOAD", Type::Endpoint)],
    doc: "What comes before it: a service is rolled out, a job has run to its end.",
    example: "after migrations",
    ..Word::NEW
};

/// The `service` block.
pub static SERVICE: Block = Block {
    name: "service",
    entries: Entries::Words,
    words: &[
        IN,
        IMAGE,
        COMMAND,
        ARGS,
        PORT,
        NAMED_SERVICE,
        HEALTH,
        METRICS,
        entry::EXPOSE,
        CPU,
        MEMORY,
        EPHEMERAL,
        ENV,
        CONFIG,
        SECRET,
        SCRATCH,
        stateful::VOLUME,
        USER,
        security::SECURITY,
        companion::INIT,
        companion::SIDECAR,
        stateful::STATEFUL,
        stateful::QUORUM,
        Word {
            name: "scale",
            args: &[arg("REPLICAS", Type::Replicas)],
            block: Some(&scale::SCALE),
            doc: "How many replicas: a number, or `MIN..MAX` with triggers. Default 1.",
            example: "scale 3..20 { on cpu 70% }",
            ..Word::NEW
        },
        DISRUPTION,
        TIER,
        monitoring::ALERTS,
        SHUTDOWN,
        ROLLOUT,
        SPREAD,
        AFTER_OTHERS,
        Word {
            name: "selector",
            args: &[arg("KEY", Type::Key), arg("VALUE", Type::Text).or_empty()],
            keyed: Keyed::ByArgument,
            doc: "The labels by which its pods are selected, in place of bvlc's own, to adopt what runs already: a selector cannot be changed.",
            example: "selector \"app\" \"web\"",
            ..Word::NEW
        },
        LABEL,
        ANNOTATION,
    ],
};
