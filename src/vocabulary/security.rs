//! Words of the `security` block: what a service's or a job's own pods ask for beyond what every pod of bvlc's has.

use super::{BECAUSE, Block, Entries, Keyed, Type, Word, arg};

const WRITABLE_ROOT: Word = Word {
    name: "writable-root",
    clauses: &[BECAUSE],
    doc: "The root file system can be written to (`readOnlyRootFilesystem: false`). It is read-only where this is not stated; a `scratch` makes a folder writable.",
    example: "writable-root because \"nginx writes below /var/cache\"",
    ..Word::NEW
};

const CAPABILITY: Word = Word {
    name: "capability",
    args: &[arg("NAME", Type::Capability)],
    clauses: &[BECAUSE],
    keyed: Keyed::ByArgument,
    doc: "A capability of Linux that is added (`capabilities.add`), without `CAP_`. All others are dropped. A process that is not root has it only by its program's file, and by that only with `privilege-escalation`.",
    example: "capability CHOWN because \"it hands its files to other users\"",
    ..Word::NEW
};

const PRIVILEGE_ESCALATION: Word = Word {
    name: "privilege-escalation",
    clauses: &[BECAUSE],
    doc: "A process may gain more privileges than the one that starts it (`allowPrivilegeEscalation: true`): by set-user-ID programs such as `sudo`, or by capabilities of files. None may where this is not stated.",
    example: "privilege-escalation because \"the image starts its workers by sudo\"",
    ..Word::NEW
};

const SECCOMP: Word = Word {
    name: "seccomp",
    variants: &[
        Word {
            name: "unconfined",
            clauses: &[BECAUSE],
            doc: "Every system call is let through (`Unconfined`).",
            example: "seccomp unconfined because \"it records performance events\"",
            ..Word::NEW
        },
        Word {
            name: "localhost",
            args: &[arg("PATH", Type::SeccompProfile)],
            doc: "A profile that lies on each node (`Localhost`), by its path relative to the kubelet's folder of profiles.",
            example: "seccomp localhost \"profiles/app.json\"",
            ..Word::NEW
        },
    ],
    doc: "Which system calls are let through. Those of the container runtime's own profile (`RuntimeDefault`) where this is not stated.",
    example: "seccomp localhost \"profiles/app.json\"",
    ..Word::NEW
};

const GROUP: Word = Word {
    name: "group",
    args: &[arg("GID", Type::Integer)],
    doc: "The number of the group that its process runs as (`runAsGroup`). Default the number of its `user`.",
    example: "group 2000",
    ..Word::NEW
};

const FILES_GROUP: Word = Word {
    name: "files-group",
    args: &[arg("GID", Type::Integer)],
    doc: "The number of the group that its volumes belong to, and its process as well (`fsGroup`). Default the number of its `user`.",
    example: "files-group 2000",
    ..Word::NEW
};

/// `security { .. }` of a service, a job and the defaults.
pub(super) const SECURITY: Word = Word {
    name: "security",
    block: Some(&Block {
        name: "security",
        entries: Entries::Words,
        words: &[WRITABLE_ROOT, CAPABILITY, PRIVILEGE_ESCALATION, SECCOMP, GROUP, FILES_GROUP],
    }),
    doc: "What its pods ask for beyond what every pod of bvlc's has: no capabilities, a read-only root file system, no gain of privileges, the runtime's seccomp profile, and one number for user and group. Whatever weakens that carries a reason.",
    example: "security { writable-root because \"nginx writes below /var/cache\"; group 2000 }",
    ..Word::NEW
};

/// `security { .. }` of one container, which has no say in what is the pod's.
pub(super) const OF_CONTAINER: Word = Word {
    name: "security",
    block: Some(&Block {
        name: "container-security",
        entries: Entries::Words,
        words: &[WRITABLE_ROOT, CAPABILITY, PRIVILEGE_ESCALATION, SECCOMP, GROUP],
    }),
    doc: "What this container asks for beyond what every container of bvlc's has: no capabilities, a read-only root file system and no gain of privileges. Its seccomp profile and its group are those of the pod where they are not stated. Whatever weakens a protection carries a reason.",
    example: "security { writable-root because \"it unpacks itself below /opt\" }",
    ..Word::NEW
};
