//! Words of the `external` block: something outside the cluster.

use super::{BECAUSE, Block, Entries, Keyed, Type, Word, arg, clause, entry, list, service};

/// The `external` block.
pub static EXTERNAL: Block = Block {
    name: "external",
    entries: Entries::Words,
    words: &[
        Word {
            name: "cidr",
            args: &[list("CIDR", Type::Cidr)],
            clauses: &[clause("except", &[list("CIDR", Type::Cidr)], "Ranges inside that are left out."), BECAUSE],
            doc: "Its addresses. A single address stands for its /32 or /128.",
            example: "cidr 10.30.0.0/24",
            ..Word::NEW
        },
        Word {
            name: "host",
            args: &[arg("NAME", Type::Host)],
            doc: "The name under which workloads reach it; whoever may reach it then needs DNS as well.",
            example: "host \"objects.shop.internal\"",
            ..Word::NEW
        },
        Word {
            name: "port",
            args: &[arg("NAME", Type::Name), arg("NUMBER", Type::Port)],
            clauses: &[clause("udp", &[], "UDP in place of TCP.")],
            keyed: Keyed::ByArgument,
            doc: "A port that it listens on.",
            example: "port api 8200",
            ..Word::NEW
        },
        entry::ENTRY,
        service::CONNECTIONS,
        service::DEREGISTER,
    ],
};
