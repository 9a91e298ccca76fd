//! Words of the `init` and `sidecar` blocks: containers beside a workload's own, in one pod with it.

use super::{Block, Entries, Keyed, Type, Word, arg, security, service};

/// The user of a container beside the workload's own.
const USER: Word = Word {
    name: "user",
    args: &[arg("UID", Type::Integer)],
    doc: "The number that is both the user and the group its process runs as. Default that of the pod, which the workload states.",
    example: "user 10001",
    ..Word::NEW
};

/// The image of a container beside the workload's own, of which no pre-stop runs a command.
const IMAGE: Word = Word { clauses: &[], example: "image \"registry.example/exporter:0.11.1\"", ..service::IMAGE };

/// `init NAME { .. }` of a service, a job and classes.
pub(super) const INIT: Word = Word {
    name: "init",
    args: &[arg("NAME", Type::Name)],
    keyed: Keyed::ByArgument,
    block: Some(&Block {
        name: "init",
        entries: Entries::Words,
        words: &[
            IMAGE,
            service::COMMAND,
            service::ARGS,
            service::CPU,
            service::MEMORY,
            service::EPHEMERAL,
            service::ENV,
            USER,
            security::OF_CONTAINER,
        ],
    }),
    doc: "A container that runs to its end before the workload's own starts. Each `init` and `sidecar` starts in order of statement. It has the folders of every `scratch` and mounted `config` of its workload, and of its variables those that it states itself.",
    example: "init schema { image \"registry.example/schema:1.4.2\"; cpu 50m; memory 64Mi }",
    ..Word::NEW
};

/// `sidecar NAME { .. }` of a service and classes.
pub(super) const SIDECAR: Word = Word {
    name: "sidecar",
    args: &[arg("NAME", Type::Name)],
    keyed: Keyed::ByArgument,
    block: Some(&Block {
        name: "sidecar",
        entries: Entries::Words,
        words: &[
            IMAGE,
            service::COMMAND,
            service::ARGS,
            service::PORT,
            service::HEALTH,
            service::METRICS,
            service::CPU,
            service::MEMORY,
            service::EPHEMERAL,
            service::ENV,
            USER,
            security::OF_CONTAINER,
            Word {
                name: "stops-within",
                args: &[arg("DURATION", Type::Seconds).about(5)],
                doc: "How long it may take to stop. It is told to once the service's own container has ended, and every sidecar that is stated behind it, all within the service's grace. Default 0s.",
                example: "stops-within 5s",
                ..Word::NEW
            },
        ],
    }),
    doc: "A container that starts before the service's own and stops after it: an init container that is always restarted. Each `init` and `sidecar` starts in order of statement, and sidecars stop in reverse. Its ports are the service's. It has the folders of every `scratch` and mounted `config` of its service, and of its variables those that it states itself.",
    example: "sidecar exporter { image \"registry.example/exporter:0.11.1\"; metrics 9113; cpu 20m; memory 32Mi }",
    ..Word::NEW
};
