//! What Argo CD is told with: `Application`, `ApplicationSet` and `AppProject`, `argoproj.io/v1alpha1`.
//!
//! The fields are those of `pkg/apis/application/v1alpha1/types.go`, `app_project_types.go` and `applicationset_types.go`
//! (argoproj/argo-cd v3.5) that the language can say. They are no part of an environment's objects: what they are told
//! to deliver is.

use serde::Serialize;

use super::{Labels, ObjectMeta};

const API_VERSION: &str = "argoproj.io/v1alpha1";

/// A custom resource of Argo CD.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource<S> {
    api_version: &'static str,
    kind: &'static str,
    /// Its name, namespace and labels.
    pub metadata: ObjectMeta,
    /// What it says.
    pub spec: S,
}

/// What is delivered from where to where.
pub type Application = Resource<ApplicationSpec>;

/// An Application for each of something.
pub type ApplicationSet = Resource<ApplicationSetSpec>;

/// What Applications may do.
pub type AppProject = Resource<AppProjectSpec>;

/// What has a kind.
pub trait Spec: Serialize {
    /// The kind.
    const KIND: &'static str;
}

impl<S: Spec> Resource<S> {
    /// A resource of the kind of its specification.
    pub fn new(metadata: ObjectMeta, spec: S) -> Self {
        Self { api_version: API_VERSION, kind: S::KIND, metadata, spec }
    }
}

impl Spec for ApplicationSpec {
    const KIND: &'static str = "Application";
}

impl Spec for ApplicationSetSpec {
    const KIND: &'static str = "ApplicationSet";
}

impl Spec for AppProjectSpec {
    const KIND: &'static str = "AppProject";
}

/// The specification of an [`Application`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationSpec {
    /// To where.
    pub destination: Destination,
    /// By whose rights.
    pub project: String,
    /// From where.
    pub source: Source,
    /// When, and how.
    pub sync_policy: SyncPolicy,
}

/// A namespace of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Destination {
    /// The namespace; in a project a pattern.
    pub namespace: String,
    /// The address of the cluster's API, as Argo CD calls it.
    pub server: String,
}

/// A folder of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The folder.
    pub path: String,
    /// The repository.
    #[serde(rename = "repoURL")]
    pub repo_url: String,
    /// The state of it.
    pub target_revision: String,
}

/// When something is delivered, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncPolicy {
    /// By itself.
    pub automated: Automated,
    /// How.
    pub sync_options: Vec<String>,
}

/// What is done by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Automated {
    /// What is no longer in the repository goes.
    pub prune: bool,
    /// What was changed in the cluster is changed back.
    pub self_heal: bool,
}

/// The specification of an [`AppProject`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppProjectSpec {
    /// The cluster's own objects that may be made; none but these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cluster_resource_whitelist: Vec<ClusterResource>,
    /// For people.
    pub description: String,
    /// Where something may be made.
    pub destinations: Vec<Destination>,
    /// Kinds that may not be made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespace_resource_blacklist: Vec<GroupKind>,
    /// Kinds that may be made; any where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespace_resource_whitelist: Vec<GroupKind>,
    /// From where.
    pub source_repos: Vec<String>,
}

/// A kind of objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GroupKind {
    /// Its API group; empty for the core.
    pub group: String,
    /// The kind.
    pub kind: String,
}

/// Objects of a cluster by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClusterResource {
    /// Its API group; empty for the core.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// A pattern of names.
    pub name: String,
}

/// The specification of an [`ApplicationSet`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationSetSpec {
    /// What there is one Application of.
    pub generators: Vec<Generator>,
    /// The template is one of Go.
    pub go_template: bool,
    /// What Go is told of it.
    pub go_template_options: Vec<String>,
    /// What each Application is.
    pub template: ApplicationTemplate,
}

/// One Application for each of something: of one of these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Generator {
    /// The clusters that Argo CD knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<ClusterGenerator>,
    /// The open pull requests of a repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequestGenerator>,
}

/// Which clusters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterGenerator {
    /// Those whose Secrets have these labels.
    pub selector: ClusterSelector,
}

/// Labels that all of them have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterSelector {
    /// The labels.
    pub match_labels: Labels,
}

/// Where pull requests are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequestGenerator {
    /// At GitHub.
    pub github: GithubGenerator,
    /// After so many seconds once more.
    pub requeue_after_seconds: i64,
}

/// A repository of GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GithubGenerator {
    /// Labels that a pull request must have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Whose it is.
    pub owner: String,
    /// Its name.
    pub repo: String,
    /// By which it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_ref: Option<TokenRef>,
}

/// A key of a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRef {
    /// The key.
    pub key: String,
    /// The Secret.
    pub secret_name: String,
}

/// What each Application of an [`ApplicationSet`] is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApplicationTemplate {
    /// Its name.
    pub metadata: ObjectMeta,
    /// What it says.
    pub spec: ApplicationSpec,
}
