//! Words of the `delivery` block: who takes to the cluster what is built, and from where.

use super::{Block, Entries, Keyed, Type, Word, arg, optional};

/// `delivery argocd { .. }`
pub(super) static DELIVERY: &[Word] = &[Word {
    name: "argocd",
    block: Some(&ARGO_CD),
    doc: "Argo CD takes it from a Git repository that the output is committed to. `bvlc build --format argocd` writes what it is told with: an Application for each environment, and an AppProject that lets them do what is built and nothing else.",
    example: "delivery argocd { in tools; repository \"https://git.example.com/shop/deploy.git\"; path \"deploy\" }",
    ..Word::NEW
}];

static ARGO_CD: Block = Block {
    name: "argocd",
    entries: Entries::Words,
    words: &[
        Word {
            name: "in",
            args: &[arg("ENVIRONMENT", Type::Environment)],
            doc: "The environment in whose namespace Argo CD runs, and reads its Applications.",
            example: "in tools",
            ..Word::NEW
        },
        Word {
            name: "repository",
            args: &[arg("ADDRESS", Type::Repository)],
            doc: "The repository that the output is committed to, by HTTPS or SSH. Argo CD is told apart from this how it may read it.",
            example: "repository \"https://git.example.com/shop/deploy.git\"",
            ..Word::NEW
        },
        Word {
            name: "revision",
            args: &[arg("REVISION", Type::Revision)],
            doc: "The branch, tag or commit that is delivered. Default \"HEAD\", the newest of the default branch.",
            example: "revision \"main\"",
            ..Word::NEW
        },
        Word {
            name: "path",
            args: &[arg("FOLDER", Type::Folder)],
            doc: "The folder of the repository that is the `-o` of the build, in the plain form or for kustomize. Default \".\", its root.",
            example: "path \"deploy\"",
            ..Word::NEW
        },
        Word {
            name: "project",
            args: &[arg("NAME", Type::Name)],
            doc: "The name of the AppProject. Default the platform's.",
            example: "project shop",
            ..Word::NEW
        },
        Word {
            name: "pull-requests",
            args: &[arg("ENVIRONMENT", Type::Environment)],
            keyed: Keyed::ByArgument,
            block: Some(&PULL_REQUESTS),
            doc: "An environment with one parameter, which is the number of a pull request: an ApplicationSet delivers an instance of it for each that is open. Its folder is built and committed by whoever builds the pull request.",
            example: "pull-requests preview { github \"shop\" \"shop\" }",
            ..Word::NEW
        },
        Word {
            name: "clusters",
            args: &[arg("ENVIRONMENT", Type::Environment)],
            keyed: Keyed::ByArgument,
            block: Some(&CLUSTERS),
            doc: "An environment that is delivered to a fleet: an ApplicationSet delivers it to each cluster that Argo CD knows by these labels, and to no other. What it uses of another environment has to be in each of these clusters.",
            example: "clusters prod { label \"fleet\" \"shop\" }",
            ..Word::NEW
        },
    ],
};

static CLUSTERS: Block = Block {
    name: "clusters",
    entries: Entries::Words,
    words: &[Word {
        name: "label",
        args: &[arg("KEY", Type::Text), arg("VALUE", Type::Text)],
        keyed: Keyed::ByArgument,
        doc: "A label that the Secret of a cluster has beside Argo CD; with several, all of them. Every cluster but the one that Argo CD runs in has `\"argocd.argoproj.io/secret-type\" \"cluster\"`.",
        example: "label \"fleet\" \"shop\"",
        ..Word::NEW
    }],
};

static PULL_REQUESTS: Block = Block {
    name: "pull-requests",
    entries: Entries::Words,
    words: &[
        Word {
            name: "github",
            args: &[arg("OWNER", Type::Text), arg("REPOSITORY", Type::Text)],
            doc: "The repository of GitHub whose pull requests they are.",
            example: "github \"shop\" \"shop\"",
            ..Word::NEW
        },
        Word {
            name: "label",
            args: &[arg("LABEL", Type::Text)],
            keyed: Keyed::ByArgument,
            doc: "A label that a pull request must have; with several, all of them.",
            example: "label \"preview\"",
            ..Word::NEW
        },
        Word {
            name: "token",
            args: &[arg("SECRET", Type::Text), optional("KEY", Type::Text)],
            doc: "The Secret beside Argo CD that holds the token by which it asks, and the key of it. Default key \"token\". Without one it asks as anybody.",
            example: "token \"github\" \"token\"",
            ..Word::NEW
        },
        Word {
            name: "every",
            args: &[arg("DURATION", Type::Seconds)
                .about(300)
                .something("Argo CD would ask once, and never learn of another pull request")],
            doc: "How often it asks. Default 30m.",
            example: "every 3m",
            ..Word::NEW
        },
    ],
};
