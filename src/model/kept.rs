//! Keys of labels and annotations that are not the spec's to state: words say the same, or a tool takes them as an order.
//!
//! Whatever is stated beside these goes to the objects, and what is stated of a service to its pods as well.

pub use crate::object::SYNC_WAVE;

/// What the keys and values of all annotations of one object may have together, in bytes (`TotalAnnotationSizeLimitB` in apimachinery
/// `pkg/api/validation/objectmeta.go`, 0.36).
pub const MOST_ANNOTATIONS: usize = 256 << 10;

/// What the project's own keys begin with.
pub const OWN: &str = "bvl.dev/";
/// Argo CD's annotation for how an object is synchronized (`docs/user-guide/sync-options.md`, v3.5).
pub const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Helm's annotation for what becomes of an object that a chart no longer has (`ResourcePolicyAnno` in helm
/// `pkg/kube/resource_policy.go`, v3 and v4).
pub const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
/// By which Prometheus learns where to ask a pod (`kubernetes-pods` in the community chart's `values.yaml`).
pub const SCRAPE: [&str; 3] = ["prometheus.io/scrape", "prometheus.io/port", "prometheus.io/path"];

/// An `AppArmor` profile of the container named behind it (`staging/src/k8s.io/api/core/v1/annotation_key_constants.go`,
/// Kubernetes 1.36).
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// Seccomp profiles of a pod and of a container. No server reads them from 1.27 on (KEP-135).
const SECCOMP: [&str; 2] =
    ["seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/"];
/// What makes a hook of an object, Argo CD's (`docs/user-guide/sync-waves.md`) and Helm's (`docs/topics/charts_hooks.md`),
/// which Argo CD reads as well (`docs/user-guide/helm.md`, v3.5).
const HOOKS: [&str; 5] = [
    "argocd.argoproj.io/hook",
    "argocd.argoproj.io/hook-delete-policy",
    "helm.sh/hook",
    "helm.sh/hook-delete-policy",
    "helm.sh/hook-weight",
];

/// What an annotation or a label is stated of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On<'a> {
    /// Every object of the platform or of an environment.
    Everything,
    /// The objects of a workload that has no pod template here.
    Managed,
    /// The objects of a service of this name, and its pods.
    Service(&'a str),
}

/// Which part of a statement is not the spec's to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faulty {
    /// Its key, with whatever value.
    Key,
    /// Its value, which could be another.
    Value,
}

/// Why a key is not the spec's to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// What of it is at fault.
    pub faulty: Faulty,
    /// What the key does, to stand behind it.
    pub does: &'static str,
    /// What would come of it.
    pub note: &'static str,
    /// What to state in its place.
    pub help: &'static str,
}

/// What to do about a key that moves an object to another time.
const TAKE_OUT_AND_ORDER: &str =
    "take it out; a service that has to wait for others says so: `after NAME` in its block";

const OWN_KEY: Kept = Kept {
    faulty: Faulty::Key,
    does: "is bvlc's own",
    note: "bvlc writes there where an object comes from, and reads it again: what is stated here would be lost or mistaken for it",
    help: "use a key under a domain of your own, such as \"example.org/NAME\"",
};

/// Why a label of that key is not the spec's to state, wherever it stands.
pub fn label(key: &str) -> Option<Kept> {
    key.starts_with(OWN).then_some(OWN_KEY)
}

/// What the API server puts on the pods of each Job, and refuses with another value (`generateSelector` in kubernetes
/// `pkg/registry/batch/job/strategy.go`, `validateGeneratedSelector` in `pkg/apis/batch/validation/validation.go`, 1.33).
const OF_JOBS: [&str; 4] =
    ["job-name", "controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/controller-uid"];

/// Whether Kubernetes itself puts a label of that key on the pods of each Job.
pub fn is_of_jobs(key: &str) -> bool {
    OF_JOBS.contains(&key)
}

/// Why a label of that key is not the spec's to state where it reaches the pods of a job.
pub fn label_of_jobs(key: &str) -> Option<Kept> {
    is_of_jobs(key).then_some(Kept {
        faulty: Faulty::Key,
        does: "is what Kubernetes itself puts on the pods of each Job, to find them by",
        note: "the API server refuses a Job whose pods bear another value, and each run of a CronJob likewise: nothing would run",
        help: "take it out, or use a key under a domain of your own, such as \"example.org/NAME\"",
    })
}

/// By which meshes are told whether a pod is in them, as labels or annotations: Istio's two and Linkerd.
const OF_MESHES: [&str; 3] = ["sidecar.istio.io/inject", "istio.io/dataplane-mode", "linkerd.io/inject"];

/// Why a label or an annotation of that key is not the spec's to state of pods that are in a mesh.
pub fn of_mesh(key: &str) -> Option<Kept> {
    OF_MESHES.contains(&key).then_some(Kept {
        faulty: Faulty::Key,
        does: "decides whether pods are in a mesh, and `mesh` says that already",
        note: "pods that are kept out show no identity: a mesh refuses what they ask, and nothing encrypts what they are asked",
        help: "take it out; where the pods of an environment are to stay out of the mesh, it says so: `mesh none`",
    })
}

/// Why an annotation is not the spec's to state there.
pub fn annotation(key: &str, value: &str, on: On<'_>) -> Option<Kept> {
    if key.starts_with(OWN) {
        return Some(OWN_KEY);
    }
    if let Some(container) = key.strip_prefix(APPARMOR) {
        return apparmor(container, value, on);
    }
    let [of_pod, of_container] = SECCOMP;
    if key == of_pod || key.starts_with(of_container) {
        return Some(Kept {
            faulty: Faulty::Key,
            does: "asks for a seccomp profile, which bvlc states in a field of the pod",
            note: "no server reads the annotation from Kubernetes 1.27 on, and an older one refuses a pod whose field says something else",
            help: "take it out: each pod runs with the profile `RuntimeDefault`",
        });
    }
    if key == SYNC_WAVE {
        return Some(Kept {
            faulty: Faulty::Key,
            does: "says when Argo CD applies the object, and that follows from the platform",
            note: "namespaces come first, then every policy with the deny, then workloads: in another wave a pod could run before its policy",
            help: TAKE_OUT_AND_ORDER,
        });
    }
    if HOOKS.contains(&key) {
        return Some(Kept {
            faulty: Faulty::Key,
            does: "makes a hook of the object",
            note: "a hook is applied outside of the waves that put policies before pods, and may be deleted once it has run",
            help: TAKE_OUT_AND_ORDER,
        });
    }
    if on == On::Everything && [SYNC_OPTIONS, RESOURCE_POLICY].contains(&key) {
        return Some(Kept {
            faulty: Faulty::Key,
            does: "would stand on every object, the Namespace included, which bvlc keeps from being pruned",
            note: "what is stated here would take the place of that: with its Namespace everything in it is deleted",
            help: "state it on the workloads that it is meant for; options for all of an Application stand in its own `syncPolicy`",
        });
    }
    SCRAPE.contains(&key).then_some(Kept {
        faulty: Faulty::Key,
        does: "tells Prometheus where to ask, and follows from `metrics`",
        note: "only the port that `metrics` names is opened to the scraper",
        help: "state `metrics PORT \"/metrics\"` in the service",
    })
}

/// Pod Security admission judges the profile (`check_appArmorProfile.go`, Kubernetes 1.36), and validation wants the
/// container to be there (`ValidateAppArmorPodAnnotations` in `pkg/apis/core/validation/validation.go`).
fn apparmor(container: &str, value: &str, on: On<'_>) -> Option<Kept> {
    const DOES: &str = "asks for an AppArmor profile of a container";
    match on {
        On::Everything | On::Managed => Some(Kept {
            faulty: Faulty::Key,
            does: DOES,
            note: "it works on pods alone, and what is stated here stands on none",
            help: "state it in the services whose pods it is meant for",
        }),
        On::Service(name) if container != name => Some(Kept {
            faulty: Faulty::Key,
            does: "asks for an AppArmor profile of a container that the pod has not",
            note: "the API server refuses the pod; its container bears the service's name",
            help: "name the container like the service",
        }),
        On::Service(_) if value == "runtime/default" || value.starts_with("localhost/") => None,
        On::Service(_) => Some(Kept {
            faulty: Faulty::Value,
            does: "asks for an AppArmor profile that no namespace but a privileged one takes",
            note: "Pod Security admission refuses the pods",
            help: "write \"runtime/default\" or \"localhost/PROFILE\", or take it out: the runtime's own profile is in force",
        }),
    }
}
