//! Words that stand at the top level of a file, and the block of a flow.

use super::{BECAUSE, Block, Entries, FLOW_FORM, Keyed, Type, Word, arg, clause, list, slot};

/// The top level of a file.
pub static FILE: Block = Block {
    name: "file",
    entries: Entries::Words,
    words: &[
        Word {
            name: "use",
            keyed: Keyed::Each,
            doc: "Takes in a module of the standard library (`use std.nats`) or other files of the platform (`use \"teams/*.bvl\"`). Order does not matter and each file is taken once.",
            example: "use std.nats",
            form: &[slot(
                " ",
                "MODULE",
                "A module of the standard library, `std.nats`, or files in quotes, `\"teams/*.bvl\"`.",
            )],
            ..Word::NEW
        },
        Word {
            name: "platform",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::PLATFORM),
            doc: "What holds everywhere. Exactly one, in the root file `platform.bvl`.",
            example: "platform shop { kubernetes \"1.33\" }",
            ..Word::NEW
        },
        Word {
            name: "param",
            keyed: Keyed::Each,
            doc: "An input of the build: `param version: string example \"1.4.2\"`. Types are `int`, `decimal`, `bool`, `string`, `duration`, `cpu`, `memory`, `percent`, `address`, `cidr`. `build` wants a value for it (`--set version=1.4.2`, `--params FILE`); `check` and editors take the example where there is no default.",
            example: "param version: string example \"1.4.2\"",
            form: &[
                slot(" ", "NAME", "What it is called."),
                slot(
                    ": ",
                    "TYPE",
                    "`int`, `decimal`, `bool`, `string`, `duration`, `cpu`, `memory`, `percent`, `address` or `cidr`.",
                ),
                slot(" [= ", "VALUE", "Its value where none is given."),
                slot(" [example ", "VALUE", "Its value for `check` and editors."),
            ],
            ..Word::NEW
        },
        Word {
            name: "let",
            keyed: Keyed::Each,
            doc: "A constant, used as `$name` or `${name}`. It keeps its spelling and is read by type where it is used.",
            example: "let team = \"payments\"",
            form: &[slot(" ", "NAME", "What it is called."), slot(" = ", "VALUE", "What it stands for.")],
            ..Word::NEW
        },
        Word {
            name: "environment",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::ENVIRONMENT),
            keyed: Keyed::ByArgument,
            doc: "A target: its namespace, its Pod Security profile, its defaults and overlays. With parameters, `environment preview(pr: int example 42)`, it is built only when asked for.",
            example: "environment prod { namespace \"shop-prod\"; profile restricted }",
            ..Word::NEW
        },
        Word {
            name: "class",
            args: &[arg("NAME", Type::Name)],
            keyed: Keyed::ByArgument,
            clauses: &[clause(
                "is",
                &[list("CLASS", Type::Name)],
                "Classes whose words it takes over; later ones are stronger.",
            )],
            doc: "A reusable body, taken over with `is`. It may have parameters: `class sized(cpu: cpu) { .. }`. One whose type is a class names a workload that takes that class over, and stands wherever the name of a workload may: `class reader(books: store) { after $books }`.",
            example: "class web { health 8081 { live \"/healthz\" } }",
            ..Word::NEW
        },
        Word {
            name: "service",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::SERVICE),
            keyed: Keyed::ByArgument,
            clauses: &[clause(
                "is",
                &[list("CLASS", Type::Name)],
                "Classes whose words it takes over; later ones are stronger.",
            )],
            doc: "A workload that this platform deploys.",
            example: "service web { image \"registry.example/web:1.0\"; port http 8080 }",
            ..Word::NEW
        },
        Word {
            name: "job",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::JOB),
            keyed: Keyed::ByArgument,
            clauses: &[clause(
                "is",
                &[list("CLASS", Type::Name)],
                "Classes whose words it takes over; later ones are stronger.",
            )],
            doc: "A workload that this platform deploys and that runs to completion: once, or by the clock with `schedule`.",
            example: "job migrate { image \"registry.example/migrate:1.0\"; cpu 100m; memory 128Mi }",
            ..Word::NEW
        },
        Word {
            name: "managed",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::MANAGED),
            keyed: Keyed::ByArgument,
            clauses: &[clause(
                "is",
                &[list("CLASS", Type::Name)],
                "Classes whose words it takes over; later ones are stronger.",
            )],
            doc: "A workload that runs in the cluster and is deployed by an operator or a chart.",
            example: "managed nats is nats.cluster { replicas 3 }",
            ..Word::NEW
        },
        Word {
            name: "external",
            args: &[arg("NAME", Type::Name)],
            block: Some(&super::EXTERNAL),
            keyed: Keyed::ByArgument,
            clauses: &[clause(
                "is",
                &[list("CLASS", Type::Name)],
                "Classes whose words it takes over; later ones are stronger.",
            )],
            doc: "Something outside the cluster, known by its address range.",
            example: "external vault { cidr 10.20.0.10/32; port api 8200 }",
            ..Word::NEW
        },
        Word {
            name: "group",
            args: &[arg("NAME", Type::Name), list("MEMBER", Type::Member)],
            keyed: Keyed::ByArgument,
            doc: "A set of endpoints, usable wherever one is; `GROUP.port` is that port of every member.",
            example: "group stores postgres, redis",
            ..Word::NEW
        },
        Word {
            name: "allow",
            keyed: Keyed::Each,
            block: Some(&FLOW),
            clauses: &[BECAUSE, IN],
            doc: "Traffic that may pass: `allow web -> api.http`. Each source meets each destination. What is not allowed is denied.",
            example: "allow web -> api.http",
            form: FLOW_FORM,
            ..Word::NEW
        },
        Word {
            name: "never",
            keyed: Keyed::Each,
            doc: "Traffic that must not be possible: `never A -> B` directly, derived flows included; `never A ~> B` through any chain of flows.",
            example: "never web ~> vault",
            form: &[
                slot(" ", "SOURCE, ..", "Who must not begin."),
                slot(
                    " ~> ",
                    "DESTINATION, ..",
                    "Who must not be reached: behind `->` directly, behind `~>` through any chain of flows.",
                ),
            ],
            ..Word::NEW
        },
        Word {
            name: "rule",
            args: &[arg("TEXT", Type::Text).something("it is what a finding says of whatever breaks the rule")],
            keyed: Keyed::Each,
            block: Some(&RULE),
            clauses: &[IN],
            doc: "An invariant of the platform's own. In its braces stands one sentence, which is judged of each thing that it names, in each environment, as all layers together state it.",
            example: "rule \"nothing runs alone in production\" in prod { for s in services require s.scale.min >= 2 }",
            ..Word::NEW
        },
        Word {
            name: "test",
            args: &[arg("TEXT", Type::Text).something("it is what a report says of the test")],
            keyed: Keyed::Each,
            block: Some(&TEST),
            doc: "What is expected of the platform, with some values of its params. `bvlc test` runs it; `check` and `build` only say whether it can be judged.",
            example: "test \"web never reaches the vault\" { expect no path web ~> vault }",
            ..Word::NEW
        },
        Word {
            name: "waive",
            keyed: Keyed::Each,
            clauses: &[
                clause(
                    "on",
                    &[arg("NAME", Type::Name)],
                    "The workload, external, environment or flow on which it is accepted.",
                ),
                IN,
                clause(
                    "until",
                    &[arg("DAY", Type::Date)],
                    "The last day on which it is accepted, `\"2027-01-31\"`. It is judged where a command is told what day it is, with `--today`: afterwards the waiver is an error.",
                ),
                BECAUSE,
            ],
            doc: "Accepts a finding where it stands, visibly: `waive CODE on NAME because \"REASON\"`. CODE is the number or the name. An unused waiver is an error.",
            example: "waive mutable-tag on web because \"the registry refuses to move tags\"",
            form: &[slot(" ", "CODE", "What is accepted, by its name or number: `mutable-tag`, `BVL0904`.")],
            ..Word::NEW
        },
    ],
};

/// `in ENV, ..` behind a flow or waiver.
const IN: super::Clause = clause(
    "in",
    &[list("ENVIRONMENT", Type::Environment)],
    "The environments in which it holds; all of them where it is left out.",
);

/// What a rule can speak of.
pub const THINGS: &[&str] = &["services", "jobs", "managed", "workloads", "externals", "flows", "environments"];

/// What may stand in the braces of `rule`.
pub static RULE: Block = Block {
    name: "rule",
    entries: Entries::Words,
    words: &[Word {
        name: "for",
        args: &[arg("NAME", Type::Name)],
        clauses: &[
            clause("in", &[arg("THINGS", Type::Choice(THINGS))], "What it speaks of: each of them is NAME in turn."),
            clause(
                "where",
                &[arg("CONDITION", Type::Condition)],
                "Of which of them it speaks; of all where it is left out. One that matches nothing is no finding.",
            ),
            clause("require", &[arg("CONDITION", Type::Condition)], "What holds of each of them."),
            clause(
                "else",
                &[arg("MESSAGE", Type::Text).something("a finding without a message says nothing")],
                "What is said of one of which it does not hold: `\"${s.name} starts at ${s.scale.min}\"`.",
            ),
        ],
        doc: "The sentence of a rule: `for NAME in THINGS where CONDITION require CONDITION else MESSAGE`.",
        example: "for s in services where s.tier == critical require s.scale.min >= 3",
        ..Word::NEW
    }],
};

/// What may stand in the braces of `test`.
pub static TEST: Block = Block {
    name: "test",
    entries: Entries::Words,
    words: &[
        Word {
            name: "given",
            args: &[arg("NAME", Type::Name), arg("VALUE", Type::Value)],
            keyed: Keyed::ByArgument,
            doc: "The value of a param in this test, as `--set` gives it: `given version \"1.4.2\"`. `given prod.version \"1.4.2\"` gives it in one environment; `given preview.pr 12` is the parameter of an environment. What is not given has its value of the command line, else its default or example.",
            example: "given version \"1.4.2\"",
            ..Word::NEW
        },
        Word {
            name: "expect",
            keyed: Keyed::Each,
            variants: EXPECTED,
            clauses: &[
                clause(
                    "on",
                    &[arg("NAME", Type::Endpoint)],
                    "What the finding is about: a workload, an external, an environment, or a flow.",
                ),
                clause(
                    "where",
                    &[arg("CONDITION", Type::Condition)],
                    "What holds of the object's fields: `spec.replicas == 2 and metadata.labels.team == \"shop\"`.",
                ),
                clause(
                    "in",
                    &[list("ENVIRONMENT", Type::Environment)],
                    "The environments in which it is expected; where it is left out, all that it can be about.",
                ),
            ],
            doc: "Something that is to come of the platform with the values of the test.",
            example: "expect flow web -> api.http in prod",
            ..Word::NEW
        },
    ],
};

/// What can be expected.
const EXPECTED: &[Word] = &[
    Word {
        name: "flow",
        doc: "The flow passes: both policies let it, or nothing denies it.",
        example: "expect flow web -> api.http",
        ..Word::NEW
    },
    Word {
        name: "deny",
        doc: "The flow is denied, by what lets its source out or its target in.",
        example: "expect deny web -> vault.api",
        ..Word::NEW
    },
    Word {
        name: "path",
        doc: "A chain of flows leads from the one to the other.",
        example: "expect path web ~> vault",
        ..Word::NEW
    },
    Word {
        name: "no",
        doc: "What is not expected: `no path A ~> B`, or `no object KIND/NAME`.",
        example: "expect no path web ~> vault",
        ..Word::NEW
    },
    Word {
        name: "error",
        doc: "There is an error of this code, by its number or name. Every error that a test does not expect fails it.",
        example: "expect error BVL0701 on web",
        ..Word::NEW
    },
    Word {
        name: "warning",
        doc: "There is a warning of this code, by its number or name.",
        example: "expect warning unused-external on vault",
        ..Word::NEW
    },
    Word {
        name: "object",
        doc: "`build` writes this object, and `where` holds of it.",
        example: "expect object Deployment/web where spec.replicas == 2 in prod",
        ..Word::NEW
    },
];

/// What may stand in the braces of `allow`.
pub static FLOW: Block = Block {
    name: "flow",
    entries: Entries::Words,
    words: &[
        Word {
            name: "timeout",
            args: &[arg("DURATION", Type::Duration)
                .about(10)
                .something("nobody answers in no time, and what takes 0 for no limit at all waits for ever")],
            doc: "How long the caller waits for one try.",
            example: "timeout 10s",
            ..Word::NEW
        },
        Word {
            name: "retries",
            args: &[arg("COUNT", Type::Integer)],
            doc: "How often the caller tries again; it waits (1 + retries) x timeout in all.",
            example: "retries 1",
            ..Word::NEW
        },
        Word {
            name: "pool",
            args: &[arg("COUNT", Type::Integer).something("nothing would pass over the flow")],
            doc: "How many connections each pod of the caller keeps open at most; they count against the callee's `connections`.",
            example: "pool 20",
            ..Word::NEW
        },
        Word {
            name: "background",
            doc: "The work happens outside a caller's request, so no caller waits for it.",
            example: "background",
            ..Word::NEW
        },
    ],
};
