//! Words of a service whose pods have names and data of their own.

use super::{Block, Entries, Keyed, Type, Word, arg, clause};

/// `ValidatePersistentVolumeClaimSpec` in kubernetes `pkg/apis/core/validation/validation.go` (1.33): the request has to be above 0.
const NO_SIZE: &str = "the API server refuses a claim of nothing";

const KEEP_OR_DELETE: &[&str] = &["keep", "delete"];

pub(super) const STATEFUL: Word = Word {
    name: "stateful",
    block: Some(&Block {
        name: "stateful",
        entries: Entries::Words,
        words: &[
            Word {
                name: "parallel",
                doc: "All pods start and stop at once when they are scaled. Otherwise each starts once those with smaller numbers are ready, and stops once those with larger ones are gone. Rollouts go one by one in any case.",
                example: "parallel",
                ..Word::NEW
            },
            Word {
                name: "when-scaled",
                args: &[arg("VOLUMES", Type::Choice(KEEP_OR_DELETE))],
                doc: "What becomes of the volumes of a pod that is scaled away: `keep` leaves them for the next pod of that number, `delete` deletes them and their data. Default `keep`.",
                example: "when-scaled delete",
                ..Word::NEW
            },
            Word {
                name: "when-deleted",
                args: &[arg("VOLUMES", Type::Choice(KEEP_OR_DELETE))],
                doc: "What becomes of all of its volumes when the service is deleted, be it by hand or by the delivery tool once it is out of the spec. Default `keep`.",
                example: "when-deleted delete",
                ..Word::NEW
            },
            Word {
                name: "service",
                args: &[arg("NAME", Type::Text)],
                doc: "The headless Service below which its pods have their names, to adopt what runs already: it cannot be changed. Its own name makes its own Service headless; the name of a `service .. headless` is that one. Default: one more Service, NAME-pods, that knows each pod before it is ready.",
                example: "service \"shop-db-headless\"",
                ..Word::NEW
            },
        ],
    }),
    doc: "Each of its pods keeps its name, NAME-0, NAME-1 and so on, its address, NAME-0.NAME-pods, and its volumes, on whichever node it runs: a StatefulSet in place of a Deployment. A rollout replaces one pod after the other, from the largest number on, and waits until each is ready.",
    example: "stateful { parallel; when-scaled delete }",
    ..Word::NEW
};

pub(super) const QUORUM: Word = Word {
    name: "quorum",
    doc: "Its members need a majority of themselves; the disruption budget follows from that, and that they may talk to each other.",
    example: "quorum",
    ..Word::NEW
};

pub(super) const VOLUME: Word = Word {
    name: "volume",
    args: &[arg("NAME", Type::Name), arg("PATH", Type::Text), arg("SIZE", Type::Memory).something(NO_SIZE)],
    clauses: &[clause(
        "class",
        &[arg("CLASS", Type::Text)],
        "The StorageClass of the cluster that provides it; its default one where it is left out.",
    )],
    keyed: Keyed::ByArgument,
    doc: "A folder of a `stateful` service that it may write to, of which each pod has its own and finds it again: a volume that the cluster provides, and that outlives the pod. Once the service runs, the API server takes no other size or class, and no further volume.",
    example: "volume data \"/var/lib/db\" 10Gi class \"fast\"",
    ..Word::NEW
};
