//! Words of the `platform` block: what holds everywhere.

use super::{
    BECAUSE, Block, Entries, Keyed, Type, Word, arg, clause, delivery, list, monitoring, optional, security, service,
};

/// The editions of the language that there are.
const EDITIONS: &[u32] = &[2026];

/// The `platform` block.
pub static PLATFORM: Block = Block {
    name: "platform",
    entries: Entries::Words,
    words: &[
        Word {
            name: "edition",
            args: &[arg("YEAR", Type::OneOf(EDITIONS))],
            doc: "The edition of the language that the platform is written in; 2026 is the first and the default.",
            example: "edition 2026",
            ..Word::NEW
        },
        Word {
            name: "kubernetes",
            args: &[arg("OLDEST", Type::Version)],
            clauses: &[clause(
                "up-to",
                &[arg("NEWEST", Type::Version)],
                "The newest API server that must accept the output.",
            )],
            doc: "The oldest API server that must accept the output. Default \"1.33\".",
            example: "kubernetes \"1.33\" up-to \"1.36\"",
            ..Word::NEW
        },
        Word {
            name: "api-server",
            args: &[list("CIDR", Type::Cidr), arg("PORT", Type::Port)],
            doc: "Where pods meet the Kubernetes API, behind its Service address: network policies see the address after translation.",
            example: "api-server 10.40.0.0/28 6443",
            ..Word::NEW
        },
        Word {
            name: "registry",
            args: &[arg("HOST", Type::Registry)],
            keyed: Keyed::ByArgument,
            block: Some(&Block {
                name: "registry",
                entries: Entries::Words,
                words: &[Word {
                    name: "pull-secret",
                    args: &[arg("SECRET", Type::Text)],
                    doc: "The existing Secret with which images of this registry are pulled, in every namespace.",
                    example: "pull-secret \"registry\"",
                    ..Word::NEW
                }],
            }),
            doc: "A registry that images come from, by the host that they begin with, and the Secret it takes to pull them. Images without a host come from `docker.io`.",
            example: "registry \"registry.example\" { pull-secret \"registry\" }",
            ..Word::NEW
        },
        Word {
            name: "secret-store",
            args: &[arg("NAME", Type::Key)],
            clauses: &[clause(
                "namespaced",
                &[],
                "Each namespace has a SecretStore of this name, in place of one ClusterSecretStore for all.",
            )],
            keyed: Keyed::ByArgument,
            doc: "A store outside the cluster that External Secrets Operator reads, by the name of its ClusterSecretStore, which whoever runs the operator keeps: bvlc makes none. Each `secret` of a service comes from one.",
            example: "secret-store vault",
            ..Word::NEW
        },
        Word {
            name: "delivery",
            variants: delivery::DELIVERY,
            doc: "Who takes to the cluster what is built. Without it, whoever runs `kubectl apply`.",
            example: "delivery argocd { in tools; repository \"https://git.example.com/shop/deploy.git\" }",
            ..Word::NEW
        },
        service::LABEL,
        service::ANNOTATION,
        Word {
            name: "domain",
            args: &[arg("NAME", Type::Domain)],
            doc: "The cluster's DNS domain. Default \"cluster.local\".",
            example: "domain \"cluster.local\"",
            ..Word::NEW
        },
        Word {
            name: "cni",
            args: &[arg("NAME", Type::Choice(&["any", "cilium", "calico", "aws-vpc"]))],
            doc: "The network plugin, where its own ways matter. `any` (the default) asks for nothing beyond the NetworkPolicy API.",
            example: "cni cilium",
            ..Word::NEW
        },
        Word {
            name: "mesh",
            args: &[
                arg("NAME", Type::Choice(&["istio", "istio-ambient", "linkerd"])),
                optional("MODE", Type::Choice(&["none", "permissive", "strict"])),
            ],
            clauses: &[clause(
                "trust-domain",
                &[arg("DOMAIN", Type::Domain)],
                "What the identities of the mesh begin with. Default \"cluster.local\".",
            )],
            doc: "The mesh that carries traffic between pods by mutual TLS, and how strictly: `strict`, the default, lets in what a flow allows, by the identity of who asks; `permissive` takes plain text as well; `none` keeps pods out of it. An environment may say otherwise.",
            example: "mesh istio permissive",
            ..Word::NEW
        },
        Word {
            name: "dns",
            variants: &[
                Word {
                    name: "kube-dns",
                    doc: "Pods labeled `k8s-app: kube-dns` in kube-system, port 53.",
                    example: "dns kube-dns",
                    ..Word::NEW
                },
                Word {
                    name: "node-local",
                    args: &[list("ADDRESS", Type::Address)],
                    doc: "A cache on every node: its link-local address and the cluster DNS address that it answers for.",
                    example: "dns node-local 169.254.20.10, 10.96.0.10",
                    ..Word::NEW
                },
                Word {
                    name: "local-redirect",
                    doc: "Cilium's Local Redirect Policy leads questions to the cache on the same node, pods labeled `k8s-app: node-local-dns` in kube-system, and else to those of `kube-dns`.",
                    example: "dns local-redirect",
                    ..Word::NEW
                },
                Word {
                    name: "openshift",
                    doc: "Pods in namespace openshift-dns, pod port 5353 behind Service port 53.",
                    example: "dns openshift",
                    ..Word::NEW
                },
                Word {
                    name: "addresses",
                    args: &[list("ADDRESS", Type::Address)],
                    clauses: &[clause("port", &[arg("PORT", Type::Port)], "The port they answer on. Default 53.")],
                    doc: "Resolvers at fixed addresses.",
                    example: "dns addresses 10.0.0.2, 10.0.0.3",
                    ..Word::NEW
                },
            ],
            doc: "The shape of the cluster's DNS, from which every DNS flow is derived, always UDP and TCP. Default `kube-dns`.",
            example: "dns node-local 169.254.20.10, 10.96.0.10",
            ..Word::NEW
        },
        Word {
            name: "node-cidr",
            args: &[list("CIDR", Type::Cidr)],
            doc: "Every address that nodes send from, tunnels included. A host-network workload is these addresses.",
            example: "node-cidr 10.0.0.0/16",
            ..Word::NEW
        },
        Word {
            name: "pod-cidr",
            args: &[list("CIDR", Type::Cidr)],
            doc: "The range of pod addresses.",
            example: "pod-cidr 10.244.0.0/16",
            ..Word::NEW
        },
        Word {
            name: "service-cidr",
            args: &[list("CIDR", Type::Cidr)],
            doc: "The range of Service addresses.",
            example: "service-cidr 10.96.0.0/12",
            ..Word::NEW
        },
        Word {
            name: "severity",
            args: &[arg("CODE", Type::Name), arg("GRADE", Type::Choice(&["deny", "warn"]))],
            keyed: Keyed::ByArgument,
            clauses: &[BECAUSE],
            doc: "How grave a finding is on this platform, by its number or name: `deny` makes it an error, `warn` a warning. An error becomes a warning only where it is a matter of judgment, and with a reason: never where the cluster would refuse the objects, or what the spec itself states would not hold.",
            example: "severity even-quorum deny",
            ..Word::NEW
        },
        Word {
            name: "drain-limit",
            args: &[arg("DURATION", Type::Duration).about(600)],
            doc: "The longest grace that a drain of a node waits for: 10m by the cluster autoscaler's own default, 2m on EC2 spot nodes.",
            example: "drain-limit 10m",
            ..Word::NEW
        },
        Word {
            name: "defaults",
            block: Some(&PLATFORM_DEFAULTS),
            doc: "What every service gets that nothing stronger states.",
            example: "defaults { shutdown { pre-stop 5s; drain 30s } }",
            ..Word::NEW
        },
    ],
};

/// The `defaults` block of a platform or an environment.
pub static PLATFORM_DEFAULTS: Block = Block {
    name: "defaults",
    entries: Entries::Words,
    words: &[
        service::ENV,
        service::HEALTH,
        service::METRICS,
        service::CPU,
        service::MEMORY,
        service::EPHEMERAL,
        service::DISRUPTION,
        monitoring::ALERTS,
        service::SHUTDOWN,
        service::ROLLOUT,
        service::SPREAD,
        service::SCRATCH,
        service::USER,
        security::SECURITY,
        service::LABEL,
        service::ANNOTATION,
    ],
};

/// `budget { .. }` of an environment.
pub(super) static BUDGET: Block = Block {
    name: "budget",
    entries: Entries::Words,
    words: &[
        Word {
            name: "cpu",
            args: &[arg("LIMIT", Type::Cpu)],
            doc: "The sum of all cpu limits.",
            example: "cpu 40",
            ..Word::NEW
        },
        Word {
            name: "memory",
            args: &[arg("LIMIT", Type::Memory)],
            doc: "The sum of all memory limits.",
            example: "memory 80Gi",
            ..Word::NEW
        },
        Word {
            name: "pods",
            args: &[arg("COUNT", Type::Integer)],
            doc: "The number of pods.",
            example: "pods 100",
            ..Word::NEW
        },
        Word {
            name: "volumes",
            args: &[arg("COUNT", Type::Integer)],
            doc: "The number of volumes that outlive their pods.",
            example: "volumes 20",
            ..Word::NEW
        },
        Word {
            name: "storage",
            args: &[arg("SIZE", Type::Memory)],
            doc: "The sum of their sizes.",
            example: "storage 500Gi",
            ..Word::NEW
        },
        Word {
            name: "requests",
            block: Some(&Block {
                name: "requests",
                entries: Entries::Words,
                words: &[
                    Word {
                        name: "cpu",
                        args: &[optional("REQUEST", Type::Cpu)],
                        doc: "The sum of all cpu requests.",
                        example: "cpu 20",
                        ..Word::NEW
                    },
                    Word {
                        name: "memory",
                        args: &[optional("REQUEST", Type::Memory)],
                        doc: "The sum of all memory requests.",
                        example: "memory 40Gi",
                        ..Word::NEW
                    },
                ],
            }),
            doc: "What all pods together may request.",
            example: "requests { cpu 20; memory 40Gi }",
            ..Word::NEW
        },
    ],
};
