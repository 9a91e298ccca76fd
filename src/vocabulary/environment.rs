//! Words of the `environment` block: one target, its guarantees and its overlays.

use super::{BECAUSE, Block, Entries, FLOW_FORM, Keyed, TAKEN_AWAY, Type, Word, arg, clause, platform, service};

const RATIO: super::Clause =
    clause("ratio", &[arg("TIMES", Type::Integer)], "How many times the request a limit may be at most.");

/// `limit-range { .. }` of an environment.
static LIMIT_RANGE: Block = Block {
    name: "limit-range",
    entries: Entries::Words,
    words: &[
        Word {
            name: "cpu",
            args: &[arg("MIN..MAX", Type::CpuRange)],
            clauses: &[RATIO],
            doc: "The least cpu that a container requests, and the most that its limit is: one that states no limit, for whatever reason, is given the most.",
            example: "cpu 10m..4",
            ..Word::NEW
        },
        Word {
            name: "memory",
            args: &[arg("MIN..MAX", Type::MemoryRange)],
            clauses: &[RATIO],
            doc: "The least memory that a container requests, and the most that its limit is: one that states no limit, for whatever reason, is given the most.",
            example: "memory 32Mi..8Gi ratio 4",
            ..Word::NEW
        },
    ],
};

/// The `environment` block.
pub static ENVIRONMENT: Block = Block {
    name: "environment",
    entries: Entries::Words,
    words: &[
        Word {
            name: "shared",
            doc: "It holds only what names it with `in`, and the other environments may use what is there.",
            example: "shared",
            ..Word::NEW
        },
        Word {
            name: "production",
            doc: "People depend on it: what could take all replicas of a workload at once is reported.",
            example: "production",
            ..Word::NEW
        },
        Word {
            name: "immutable",
            doc: "What was built once stays as it is: images are named by digest.",
            example: "immutable",
            ..Word::NEW
        },
        Word {
            name: "namespace",
            args: &[arg("NAME", Type::Text)],
            clauses: &[clause(
                "existing",
                &[],
                "The namespace is there already and is not emitted; its labels are its owner's, those of Pod Security and that by which policies of other environments know the instances of one with parameters (BVL0328).",
            )],
            doc: "The namespace that everything in this environment lives in.",
            example: "namespace \"shop-prod\"",
            ..Word::NEW
        },
        Word {
            name: "profile",
            args: &[arg("PROFILE", Type::Choice(&["restricted", "baseline", "privileged"]))],
            clauses: &[
                clause(
                    "version",
                    &[arg("VERSION", Type::PolicyVersion)],
                    "The version of the Pod Security Standard; `latest` where it is left out.",
                ),
                BECAUSE,
            ],
            doc: "The Pod Security Standard that the namespace enforces. Default `restricted`. Anything weaker carries a reason.",
            example: "profile restricted version \"1.33\"",
            ..Word::NEW
        },
        Word {
            name: "default-deny",
            args: &[arg("STATE", Type::Choice(&["on", "off"]))],
            clauses: &[BECAUSE],
            doc: "Whether every pod is denied all traffic that no flow allows. Default `on`. Where it is `off` no policy selects this environment's pods.",
            example: "default-deny off because \"each operator's chart brings its own policies\"",
            ..Word::NEW
        },
        Word {
            name: "observe",
            doc: "Builds no network policy here and reports what each would isolate, for the time before the deny is switched on.",
            example: "observe",
            ..Word::NEW
        },
        Word {
            name: "mesh",
            args: &[arg("MODE", Type::Choice(&["none", "permissive", "strict"]))],
            doc: "How strictly the pods of this environment take the platform's mesh: `none` keeps them out of it, `permissive` takes mutual TLS and plain text, `strict` only what a flow allows, by the identity of who asks.",
            example: "mesh permissive",
            ..Word::NEW
        },
        Word {
            name: "nodes",
            args: &[arg("COUNT", Type::Integer)],
            clauses: &[clause("zones", &[arg("COUNT", Type::Integer)], "In how many zones they stand.")],
            doc: "How many nodes its pods may run on, where that is fixed. What spreads replicas is held against it.",
            example: "nodes 6 zones 3",
            ..Word::NEW
        },
        Word {
            name: "budget",
            block: Some(&platform::BUDGET),
            doc: "What all pods of this environment may take together: a ResourceQuota.",
            example: "budget { cpu 40; memory 80Gi; pods 100 }",
            ..Word::NEW
        },
        Word {
            name: "limit-range",
            block: Some(&LIMIT_RANGE),
            doc: "What a LimitRange that is in the namespace already asks of every container. It is not emitted.",
            example: "limit-range { cpu 10m..4; memory 32Mi..8Gi ratio 4 }",
            ..Word::NEW
        },
        service::LABEL,
        service::ANNOTATION,
        Word {
            name: "defaults",
            block: Some(&super::PLATFORM_DEFAULTS),
            doc: "What every service of this environment gets that nothing stronger states.",
            example: "defaults { rollout { surge 1 } }",
            ..Word::NEW
        },
        Word {
            name: "service",
            args: &[arg("NAME", Type::Name)],
            keyed: Keyed::ByArgument,
            block: Some(&super::SERVICE),
            doc: "What is different for this service here. `service *` speaks of all of them and is weaker than a name.",
            example: "service web { scale 2..4 }",
            ..Word::NEW
        },
        Word {
            name: "job",
            args: &[arg("NAME", Type::Name)],
            keyed: Keyed::ByArgument,
            block: Some(&super::JOB),
            doc: "What is different for this job here.",
            example: "job report { schedule \"0 5 * * *\" }",
            ..Word::NEW
        },
        Word {
            name: "managed",
            args: &[arg("NAME", Type::Name)],
            keyed: Keyed::ByArgument,
            block: Some(&super::MANAGED),
            doc: "What is different for this managed workload here.",
            example: "managed postgres { replicas 1; disruption none because \"staging may pause\" }",
            ..Word::NEW
        },
        Word {
            name: "external",
            args: &[arg("NAME", Type::Name)],
            keyed: Keyed::ByArgument,
            block: Some(&super::EXTERNAL),
            doc: "What is different for this external here.",
            example: "external vault { cidr 10.21.0.10/32 }",
            ..Word::NEW
        },
        Word {
            name: "allow",
            keyed: Keyed::Each,
            block: Some(&super::FLOW),
            clauses: &[BECAUSE],
            doc: "A flow that exists only here, or entries of one that differ here.",
            example: "allow web -> api.http { timeout 30s }",
            form: FLOW_FORM,
            ..Word::NEW
        },
        Word {
            name: "without",
            keyed: Keyed::Each,
            doc: "Takes something away here: `without web` (a workload), `without allow web -> api` (a flow).",
            example: "without reports",
            form: TAKEN_AWAY,
            ..Word::NEW
        },
    ],
};
