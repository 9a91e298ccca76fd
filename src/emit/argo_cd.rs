//! What Argo CD is told with: an `Application` for each environment, an `ApplicationSet` for each that pull requests or the clusters
//! of a fleet have, and the `AppProject` that lets them do what is emitted and nothing else.
//!
//! Invariants: no text of a spec stands in a template of Go's but names of Kubernetes and what `value::git` lets pass, none
//! of which can hold a brace. No list is empty where that would mean everything.

use std::collections::BTreeSet;

use super::metadata;
use crate::model::delivery::{Delivery, Fleet, PullRequests};
use crate::model::environment::Instance;
use crate::model::{Environment, Model};
use crate::object::argo_cd::{
    AppProject, AppProjectSpec, Application, ApplicationSet, ApplicationSetSpec, ApplicationSpec, ApplicationTemplate,
    Automated, ClusterGenerator, ClusterResource, ClusterSelector, Destination, Generator, GithubGenerator, GroupKind,
    PullRequestGenerator, Source, SyncPolicy, TokenRef,
};
use crate::object::{Kind, Labels, ObjectMeta, meta};

/// The cluster that Argo CD itself runs in (`docs/operator-manual/declarative-setup.md`, v3.5).
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// How what is delivered is compared with what is there: the API server is asked what would change, so that what it fills in
/// by itself is no difference. What Argo CD does otherwise with objects that the server applies is discontinued
/// (`docs/user-guide/diff-strategies.md`, v3.5).
const COMPARISON: (&str, &str) = ("argocd.argoproj.io/compare-options", "ServerSideDiff=true");

/// The name and the address of a cluster, in a template (`docs/operator-manual/applicationset/Generators-Cluster.md`, v3.5).
const CLUSTER: &str = "{{.nameNormalized}}";
const SERVER: &str = "{{.server}}";
/// Any cluster, in a project: which there are only Argo CD knows.
const ANY: &str = "*";

/// The number of a pull request, in a template (`docs/operator-manual/applicationset/Generators-Pull-Request.md`, v3.5).
const NUMBER: &str = "{{.number}}";

/// What Argo CD is told with.
#[derive(Debug, Clone, PartialEq)]
pub struct ArgoCd {
    /// What all may do.
    pub project: AppProject,
    /// An environment each.
    pub applications: Vec<Application>,
    /// One for each environment that pull requests or the clusters of a fleet have.
    pub application_sets: Vec<ApplicationSet>,
}

/// What Argo CD is told with of objects of these kinds; `None` where the platform states no `delivery`, and where what it
/// states has been found wrong.
pub fn argo_cd(model: &Model, kinds: &BTreeSet<Kind>) -> Option<ArgoCd> {
    let delivery = model.platform.delivery.as_ref()?;
    let fixed = || model.environments.iter().filter(|one| one.instance == Instance::Fixed);
    let (home, repository) = delivery.home.as_ref().zip(delivery.repository.as_ref())?;
    let home = fixed().find(|one| one.name.value == home.value)?;
    let writer = Writer { model, delivery, home, repository: repository.value.to_string() };
    let mut places: Vec<Place> = Vec::new();
    let (mut applications, mut application_sets) = (Vec::new(), Vec::new());
    for environment in fixed() {
        let mut place = Place {
            name: environment.slug.clone(),
            folder: environment.slug.clone(),
            namespace: environment.namespace_name().to_owned(),
            made: is_made(environment),
            server: IN_CLUSTER,
        };
        if let Some(fleet) = delivery.fleet(&environment.name.value) {
            place.server = SERVER;
            application_sets.push(writer.fleet(fleet, &place));
            place.server = ANY;
        } else {
            let metadata = compared(writer.metadata(&place.name));
            applications.push(Application::new(metadata, writer.application(&place)));
        }
        places.push(place);
    }
    for pull_requests in &delivery.pull_requests {
        let place = numbered(model, &pull_requests.environment.value, NUMBER)?;
        application_sets.push(writer.application_set(pull_requests, &place));
        places.push(numbered(model, &pull_requests.environment.value, "*")?);
    }
    Some(ArgoCd { project: writer.project(&places, kinds), applications, application_sets })
}

/// Whether the namespace of an environment is emitted.
fn is_made(environment: &Environment) -> bool {
    environment.namespace.as_ref().is_some_and(|namespace| namespace.existing.is_none())
}

/// Where an environment is delivered to, or each instance of one.
struct Place {
    /// Its part of the Application's name.
    name: String,
    /// The folder that it is written to.
    folder: String,
    namespace: String,
    /// Whether the namespace is emitted.
    made: bool,
    /// The cluster's address; in a project a pattern.
    server: &'static str,
}

/// An environment whose parameter is a number, with something in the place of it.
fn numbered(model: &Model, name: &str, number: &str) -> Option<Place> {
    let environment = model.environments.iter().find(|one| one.name.value == name)?;
    let namespace = environment.numbered(number)?;
    let name = format!("{name}-{number}");
    Some(Place { folder: name.clone(), name, namespace, made: is_made(environment), server: IN_CLUSTER })
}

/// The metadata of an Application.
fn compared(mut metadata: ObjectMeta) -> ObjectMeta {
    let (key, how) = COMPARISON;
    metadata.annotations.get_or_insert_default().insert(key.to_owned(), how.to_owned());
    metadata
}

/// What all of them have.
struct Writer<'m> {
    model: &'m Model,
    delivery: &'m Delivery,
    home: &'m Environment,
    repository: String,
}

impl Writer<'_> {
    fn platform(&self) -> &str {
        &self.model.platform.name.value
    }

    fn project_name(&self) -> &str {
        self.delivery.project.as_ref().map_or(self.platform(), |project| &project.value)
    }

    fn metadata(&self, part: &str) -> ObjectMeta {
        meta(&format!("{}-{part}", self.platform()), Some(self.home.namespace_name()), metadata::own(), Labels::new())
    }

    fn application(&self, place: &Place) -> ApplicationSpec {
        ApplicationSpec {
            destination: Destination { namespace: place.namespace.clone(), server: place.server.to_owned() },
            project: self.project_name().to_owned(),
            source: Source {
                path: self.delivery.path.value.path_of(&place.folder),
                repo_url: self.repository.clone(),
                target_revision: self.delivery.revision.value.to_string(),
            },
            // No field is to be ignored: the number of replicas that an autoscaler decides is not emitted, so that it is
            // nobody's but the autoscaler's where the server applies (`docs/user-guide/sync-options.md`, v3.5).
            sync_policy: SyncPolicy {
                automated: Automated { prune: true, self_heal: true },
                sync_options: vec!["ServerSideApply=true".to_owned()],
            },
        }
    }

    fn application_set(&self, pull_requests: &PullRequests, place: &Place) -> ApplicationSet {
        let name = format!("{}-{}", self.platform(), place.name);
        let github = GithubGenerator {
            labels: pull_requests.labels.iter().map(|label| label.value.clone()).collect(),
            owner: pull_requests.owner.value.clone(),
            repo: pull_requests.repository.value.clone(),
            token_ref: pull_requests
                .token
                .as_ref()
                .map(|(secret, key)| TokenRef { key: key.value.clone(), secret_name: secret.value.clone() }),
        };
        let requeue_after_seconds = super::convert::seconds(pull_requests.every.value).into();
        let pull_request = Some(PullRequestGenerator { github, requeue_after_seconds });
        let generator = Generator { pull_request, ..Generator::default() };
        self.set((&pull_requests.environment.value, name), generator, place)
    }

    /// The environment in each cluster of a fleet. A `.` is in no name of an environment: `prod` in the cluster `eu` is not
    /// called like `prod-eu`.
    fn fleet(&self, Fleet { environment, labels }: &Fleet, place: &Place) -> ApplicationSet {
        let match_labels = labels.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect();
        let clusters = Some(ClusterGenerator { selector: ClusterSelector { match_labels } });
        let name = format!("{}-{}.{CLUSTER}", self.platform(), place.name);
        self.set((&environment.value, name), Generator { clusters, ..Generator::default() }, place)
    }

    /// An Application of a name for each of something, of an environment.
    fn set(&self, (environment, name): (&str, String), generator: Generator, place: &Place) -> ApplicationSet {
        let spec = ApplicationSetSpec {
            generators: vec![generator],
            go_template: true,
            go_template_options: vec!["missingkey=error".to_owned()],
            template: ApplicationTemplate {
                metadata: compared(meta(&name, None, metadata::own(), Labels::new())),
                spec: self.application(place),
            },
        };
        ApplicationSet::new(self.metadata(environment), spec)
    }

    /// Lets Applications make the kinds that are emitted, in the namespaces that they are emitted for, from the one repository.
    fn project(&self, places: &[Place], kinds: &BTreeSet<Kind>) -> AppProject {
        let namespaced = kinds.iter().filter(|kind| **kind != Kind::Namespace);
        let namespaced: BTreeSet<GroupKind> = namespaced.map(|kind| group_kind(*kind)).collect();
        let GroupKind { group, kind } = group_kind(Kind::Namespace);
        let namespaces: BTreeSet<ClusterResource> = places
            .iter()
            .filter(|place| place.made)
            .map(|place| ClusterResource { group: group.clone(), kind: kind.clone(), name: place.namespace.clone() })
            .collect();
        let destinations: BTreeSet<Destination> = places
            .iter()
            .map(|place| Destination { namespace: place.namespace.clone(), server: place.server.to_owned() })
            .collect();
        // a list of none lets everything pass
        let nothing = GroupKind { group: "*".to_owned(), kind: "*".to_owned() };
        let spec = AppProjectSpec {
            cluster_resource_whitelist: namespaces.into_iter().collect(),
            description: format!("What bvlc builds of the platform {}", self.platform()),
            destinations: destinations.into_iter().collect(),
            namespace_resource_blacklist: if namespaced.is_empty() { vec![nothing] } else { Vec::new() },
            namespace_resource_whitelist: namespaced.into_iter().collect(),
            source_repos: vec![self.repository.clone()],
        };
        let metadata = meta(self.project_name(), Some(self.home.namespace_name()), metadata::own(), Labels::new());
        AppProject::new(metadata, spec)
    }
}

fn group_kind(kind: Kind) -> GroupKind {
    let group = kind.api_version().split_once('/').map_or("", |(group, _)| group);
    GroupKind { group: group.to_owned(), kind: kind.as_str().to_owned() }
}
