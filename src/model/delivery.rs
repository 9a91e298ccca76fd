//! Who takes to the cluster what is built.

use super::body::{Body, Decoder, Merged};
use super::incomplete;
use super::origin::Origin;
use crate::value::Duration;
use crate::value::git::{Folder, Repository, Revision};

/// `delivery argocd { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where it is stated.
    pub stated: Origin<()>,
    /// The environment in whose namespace Argo CD runs; `None` only where its absence has been reported.
    pub home: Option<Origin<String>>,
    /// Where the output is committed; `None` only where that has been reported.
    pub repository: Option<Origin<Repository>>,
    /// Which state of it is delivered.
    pub revision: Origin<Revision>,
    /// The folder of it that is the output.
    pub path: Origin<Folder>,
    /// The name of the project; the platform's where it is not stated.
    pub project: Option<Origin<String>>,
    /// What is delivered of pull requests.
    pub pull_requests: Vec<PullRequests>,
    /// What is delivered to fleets.
    pub fleets: Vec<Fleet>,
}

/// `clusters ENVIRONMENT { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// The environment.
    pub environment: Origin<String>,
    /// The labels by which Argo CD knows its clusters; at least one.
    pub labels: Vec<(Origin<String>, Origin<String>)>,
}

impl Fleet {
    /// Whether each of its clusters is one of another fleet as well: whoever has all labels has some.
    pub fn is_within(&self, other: &Self) -> bool {
        let has = |(key, value): &(Origin<String>, Origin<String>)| {
            self.labels.iter().any(|(own, of_own)| own.value == key.value && of_own.value == value.value)
        };
        other.labels.iter().all(has)
    }

    /// Its labels, as kubectl writes a selector.
    pub fn selector(&self) -> String {
        let labels = self.labels.iter().map(|(key, value)| format!("{}={}", key.value, value.value));
        labels.collect::<Vec<_>>().join(",")
    }
}

/// `pull-requests ENVIRONMENT { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequests {
    /// The environment with a parameter.
    pub environment: Origin<String>,
    /// Whose repository of GitHub it is.
    pub owner: Origin<String>,
    /// Its name.
    pub repository: Origin<String>,
    /// What a pull request must be labeled.
    pub labels: Vec<Origin<String>>,
    /// The Secret and its key by which GitHub is asked.
    pub token: Option<(Origin<String>, Origin<String>)>,
    /// How often it is asked.
    pub every: Origin<Duration>,
}

impl Delivery {
    /// The fleet that an environment of that name is delivered to; `None` where it is delivered where Argo CD is.
    pub fn fleet(&self, environment: &str) -> Option<&Fleet> {
        self.fleets.iter().find(|fleet| fleet.environment.value == environment)
    }

    /// Reads the `delivery` of a platform.
    pub(super) fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let entry = body.get("delivery")?;
        let stated = entry.origin()?;
        decoder.within_block("delivery", |decoder| {
            // by what is delivered has been asked, and whatever stands in its braces is not read
            if entry.variant.is_none() {
                decoder.tainted = true;
                return None;
            }
            let block = &entry.block;
            let home = block.get("in").and_then(|home| decoder.word_at(home, 0));
            let repository = decoder.value(block, "repository");
            let missing = [(block.get("in").is_none(), "`in`"), (block.get("repository").is_none(), "a `repository`")];
            for (_, missing) in missing.into_iter().filter(|(is_missing, _)| *is_missing) {
                decoder.report(incomplete(entry, stated.span, missing));
            }
            let revision = decoder.value_or(block, "revision", Revision::head());
            let path = decoder.value_or(block, "path", Folder::root());
            let project = block.get("project").and_then(|project| decoder.word_at(project, 0));
            let mut pull_requests = Vec::new();
            for entry in block.all("pull-requests") {
                pull_requests.extend(PullRequests::decode(entry, decoder));
            }
            let mut fleets = Vec::new();
            for entry in block.all("clusters") {
                fleets.extend(Fleet::decode(entry, decoder));
            }
            Some(Self { stated, home, repository, revision, path, project, pull_requests, fleets })
        })
    }
}

impl Fleet {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let environment = decoder.word_at(entry, 0)?;
        let mut labels = Vec::new();
        for label in entry.block.all("label") {
            labels.push((decoder.argument(label, 0)?, decoder.argument(label, 1)?));
        }
        if labels.is_empty() {
            decoder.report(incomplete(
                entry,
                environment.span,
                "the clusters that it is delivered to: a `label` of theirs",
            ));
            return None;
        }
        Some(Self { environment, labels })
    }
}

impl PullRequests {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let environment = decoder.word_at(entry, 0)?;
        let block = &entry.block;
        let Some(github) = block.get("github") else {
            decoder.report(incomplete(
                entry,
                environment.span,
                "the repository whose pull requests they are: `github`",
            ));
            return None;
        };
        let (owner, repository) = (decoder.argument(github, 0), decoder.argument(github, 1));
        let labels = block.all("label").filter_map(|label| decoder.argument(label, 0)).collect();
        let token = block.get("token").and_then(|token| {
            let secret = decoder.argument(token, 0)?;
            let key = decoder.argument(token, 1).unwrap_or_else(|| decoder.built_in("token".to_owned()));
            Some((secret, key))
        });
        let every = decoder.value_or(block, "every", Duration::from_secs(30 * 60));
        Some(Self { environment, owner: owner?, repository: repository?, labels, token, every })
    }
}
