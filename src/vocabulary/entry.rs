//! Words of what lets others in from outside: `expose` of a service, and `entry` of what serves it.

use super::{BECAUSE, Block, Entries, Keyed, Type, Word, arg, clause, optional};

pub(super) const EXPOSE: Word = Word {
    name: "expose",
    args: &[arg("HOST[/PATH]", Type::Exposed), optional("PORT", Type::Name)],
    clauses: &[clause(
        "via",
        &[arg("ENTRY", Type::Endpoint)],
        "The managed workload that lets requests in, where several could: one with `entry`.",
    )],
    keyed: Keyed::ByArgument,
    block: Some(&Block {
        name: "expose",
        entries: Entries::Words,
        words: &[
            Word {
                name: "tls",
                variants: &[
                    Word {
                        name: "secret",
                        args: &[arg("NAME", Type::Key)],
                        doc: "The certificate is in the Secret of this name, in the service's own namespace.",
                        example: "tls secret \"shop-tls\"",
                        ..Word::NEW
                    },
                    Word {
                        name: "issuer",
                        args: &[arg("NAME", Type::Key)],
                        doc: "cert-manager asks the Issuer of this name, of the service's own namespace, for the certificate.",
                        example: "tls issuer \"letsencrypt\"",
                        ..Word::NEW
                    },
                    Word {
                        name: "cluster-issuer",
                        args: &[arg("NAME", Type::Key)],
                        doc: "cert-manager asks the ClusterIssuer of this name for the certificate.",
                        example: "tls cluster-issuer \"letsencrypt\"",
                        ..Word::NEW
                    },
                    Word {
                        name: "none",
                        clauses: &[BECAUSE],
                        doc: "Requests come in as plain text, for a reason.",
                        example: "tls none because \"the load balancer in front ends TLS\"",
                        ..Word::NEW
                    },
                ],
                doc: "The certificate of the host. An Ingress wants it here; of a Gateway the listener has it.",
                example: "tls cluster-issuer \"letsencrypt\"",
                ..Word::NEW
            },
            Word {
                name: "timeout",
                args: &[arg("DURATION", Type::Seconds)
                    .about(30)
                    .something("an entry takes 0 for no limit: leave the word out for its own default")],
                doc: "How long the entry waits for an answer. Without it the entry's own default holds.",
                example: "timeout 20s",
                ..Word::NEW
            },
            Word {
                name: "exact",
                doc: "Requests for this very path, in place of all that begin with it.",
                example: "exact",
                ..Word::NEW
            },
        ],
    }),
    doc: "A host, and perhaps a path, at which it is reached from outside through an entry: an Ingress, or an HTTPRoute of a Gateway, and the flow from the entry. The port may be left out where it has one.",
    example: "expose \"shop.example/api\" http { tls cluster-issuer \"letsencrypt\" }",
    ..Word::NEW
};

pub(super) const ENTRY: Word = Word {
    name: "entry",
    variants: &[
        Word {
            name: "ingress",
            args: &[arg("CLASS", Type::Key)],
            clauses: &[clause(
                "timeout-annotation",
                &[arg("KEY", Type::Key)],
                "The annotation of an Ingress that tells it how long to wait for an answer, in seconds.",
            )],
            doc: "It serves the Ingresses of this class.",
            example: "entry ingress \"nginx\"",
            ..Word::NEW
        },
        Word {
            name: "gateway",
            args: &[arg("NAME", Type::Key)],
            clauses: &[
                clause(
                    "namespace",
                    &[arg("NAME", Type::Key)],
                    "The namespace of the Gateway, where it is not that of its pods; of an `external`, not that of whoever is exposed.",
                ),
                clause(
                    "listener",
                    &[arg("NAME", Type::Key)],
                    "The listener that routes belong to; all that take them where it is left out.",
                ),
            ],
            doc: "It is what runs for the Gateway of this name, and serves the routes that belong to it.",
            example: "entry gateway \"public\"",
            ..Word::NEW
        },
    ],
    doc: "It lets requests in from outside: what services `expose` is reached through it. Of an `external` it is a load balancer outside of the cluster that sends requests to pods by their own addresses.",
    example: "entry ingress \"nginx\"",
    ..Word::NEW
};
