//! What a change of a field does: one rule a field, or one for all that stands below it, for every kind.
//!
//! Invariants: the first rule that fits decides; a field that no rule fits is said to be unknown, never passed over. Each
//! rule says why, and where upstream says so.

use super::tree::{Path, Step};

/// What a change of a field does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It makes another object of it.
    Identity,
    /// The API server refuses it: the object is deleted and made again.
    Recreate,
    /// New pods take the place of the old ones.
    Restart,
    /// There are more or fewer pods, or someone else decides how many.
    Replicas,
    /// More or less may be asked for.
    Capacity,
    /// Something that held no longer holds, or the other way round.
    Guarantee,
    /// Other traffic may pass.
    Traffic,
    /// A name leads elsewhere.
    Addresses,
    /// Something else is read, and nothing is restarted.
    Configuration,
    /// Nothing in the cluster acts on it.
    Nothing,
}

impl Effect {
    /// As programs read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Recreate => "recreate",
            Self::Restart => "restart",
            Self::Replicas => "replicas",
            Self::Capacity => "capacity",
            Self::Guarantee => "guarantee",
            Self::Traffic => "traffic",
            Self::Addresses => "addresses",
            Self::Configuration => "configuration",
            Self::Nothing => "nothing",
        }
    }
}

/// What one field does, or all below one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The kinds that it speaks of; all of them where it is empty.
    pub kinds: &'static [&'static str],
    /// The field: keys with dots between or in brackets, `[]` for every element of a list, `*` at the end of a key for
    /// anything, `**` for a field and all below it.
    pub path: &'static str,
    /// What its change does.
    pub effect: Effect,
    /// Why, to follow "since".
    pub why: &'static str,
}

const fn rule(kinds: &'static [&'static str], path: &'static str, effect: Effect, why: &'static str) -> Rule {
    Rule { kinds, path, effect, why }
}

/// A kind for each that makes pods in rounds.
const ROLLING: &[&str] = &["Deployment", "StatefulSet", "DaemonSet"];
const SCALED: &[&str] = &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

/// The rules. Kubernetes' files are those of 1.33 unless another version is named.
pub const RULES: &[Rule] = &[
    rule(&[], "apiVersion", Effect::Nothing, "every version of an API serves the same object"),
    rule(&[], "kind", Effect::Identity, "an object is named by its kind, namespace and name"),
    rule(&[], "metadata.name", Effect::Identity, "an object is named by its kind, namespace and name"),
    rule(&[], "metadata.namespace", Effect::Identity, "an object is named by its kind, namespace and name"),
    // bookkeeping
    rule(&[], "metadata.annotations[bvl.dev/*]", Effect::Nothing, "it says where the object comes from"),
    rule(&[], "metadata.annotations[meta.helm.sh/*]", Effect::Nothing, "Helm notes its release there"),
    rule(
        &[],
        "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",
        Effect::Nothing,
        "kubectl notes there what it applied",
    ),
    rule(&[], "metadata.annotations[deployment.kubernetes.io/revision]", Effect::Nothing, "it counts rollouts"),
    rule(&[], "metadata.labels[app.kubernetes.io/managed-by]", Effect::Nothing, "it says what wrote the object"),
    rule(&[], "metadata.labels[app.kubernetes.io/version]", Effect::Nothing, "it repeats the image's tag"),
    rule(&[], "metadata.labels[helm.sh/chart]", Effect::Nothing, "it says which chart wrote the object"),
    rule(
        &["Namespace"],
        "metadata.labels[pod-security.kubernetes.io/*]",
        Effect::Guarantee,
        "pod security admission judges new pods by it (k8s.io/pod-security-admission `api/constants.go`)",
    ),
    rule(
        &["Namespace"],
        "metadata.labels.**",
        Effect::Traffic,
        "policies select namespaces by their labels (kubernetes/api `networking/v1/types.go`)",
    ),
    rule(&["Pod"], "metadata.labels.**", Effect::Traffic, "policies and Services select pods by their labels"),
    rule(&[], "metadata.labels[app.kubernetes.io/part-of]", Effect::Nothing, "it says what the object belongs to"),
    rule(&[], "metadata.labels.**", Effect::Configuration, "whoever selects such objects by label finds others"),
    rule(&[], "metadata.annotations.**", Effect::Configuration, "whoever looks for the annotation reads another"),
    rule(&[], "metadata.finalizers.**", Effect::Configuration, "it holds up the object's deletion"),
    rule(
        &[],
        "metadata.deletionTimestamp",
        Effect::Configuration,
        "the object is being deleted, and goes as soon as no finalizer holds it up (apimachinery `meta/v1/types.go`)",
    ),
    rule(&[], "metadata.deletionGracePeriodSeconds", Effect::Configuration, "the object is being deleted"),
    rule(&[], "metadata.ownerReferences.**", Effect::Configuration, "it says with what the object is deleted"),
    // workloads
    rule(
        &["Deployment", "DaemonSet", "ReplicaSet"],
        "spec.selector.**",
        Effect::Recreate,
        "the selector is immutable (kubernetes `pkg/registry/apps/{deployment,daemonset,replicaset}/strategy.go`)",
    ),
    rule(
        ROLLING,
        "spec.template.**",
        Effect::Restart,
        "another pod template is another revision (kubernetes `pkg/controller/deployment/util/deployment_util.go`)",
    ),
    rule(SCALED, "spec.replicas", Effect::Replicas, "it is how many pods there are"),
    rule(&["Deployment"], "spec.strategy.**", Effect::Configuration, "the next rollout goes by it"),
    rule(ROLLING, "spec.updateStrategy.**", Effect::Configuration, "the next rollout goes by it"),
    rule(ROLLING, "spec.minReadySeconds", Effect::Configuration, "the next rollout goes by it"),
    rule(ROLLING, "spec.revisionHistoryLimit", Effect::Configuration, "so many old revisions are kept"),
    rule(&["Deployment"], "spec.progressDeadlineSeconds", Effect::Configuration, "the next rollout goes by it"),
    rule(&["Deployment"], "spec.paused", Effect::Configuration, "the next rollout waits, or goes on"),
    rule(&["StatefulSet"], "spec.ordinals.**", Effect::Replicas, "pods get other numbers"),
    rule(
        &["StatefulSet"],
        "spec.persistentVolumeClaimRetentionPolicy.**",
        Effect::Configuration,
        "disks are kept or deleted by it",
    ),
    rule(
        &["StatefulSet"],
        "spec.**",
        Effect::Recreate,
        "everything else of a StatefulSet is immutable (kubernetes `pkg/apis/apps/validation/validation.go`, \
         `ValidateStatefulSetUpdate`)",
    ),
    rule(
        &["ReplicaSet", "ReplicationController"],
        "spec.template.**",
        Effect::Configuration,
        "only pods that are made later follow the template",
    ),
    rule(&["ReplicaSet", "ReplicationController"], "spec.**", Effect::Configuration, "pods that run stay"),
    rule(&["Job"], "spec.parallelism", Effect::Replicas, "it is how many pods run at once"),
    rule(&["Job"], "spec.suspend", Effect::Replicas, "a suspended job has no pods"),
    rule(&["Job"], "spec.activeDeadlineSeconds", Effect::Configuration, "the job ends by it"),
    rule(&["Job"], "spec.backoffLimit", Effect::Configuration, "the job ends by it"),
    rule(&["Job"], "spec.ttlSecondsAfterFinished", Effect::Configuration, "the job is cleaned up by it"),
    rule(
        &["Job"],
        "spec.**",
        Effect::Recreate,
        "everything else of a job is immutable (kubernetes `pkg/apis/batch/validation/validation.go`, \
         `ValidateJobSpecUpdate`)",
    ),
    rule(&["CronJob"], "spec.suspend", Effect::Replicas, "a suspended one begins no run"),
    rule(&["CronJob"], "spec.**", Effect::Configuration, "the next run goes by it"),
    rule(&["PodTemplate"], "template.**", Effect::Configuration, "only pods that are made later follow it"),
    rule(&["Pod"], "spec.containers[].image", Effect::Restart, "the container is started again"),
    rule(&["Pod"], "spec.initContainers[].image", Effect::Restart, "the container is started again"),
    rule(&["Pod"], "spec.activeDeadlineSeconds", Effect::Configuration, "the pod ends by it"),
    rule(&["Pod"], "spec.tolerations.**", Effect::Configuration, "tolerations may be added"),
    rule(
        &["Pod"],
        "spec.**",
        Effect::Recreate,
        "everything else of a pod is immutable (kubernetes `pkg/apis/core/validation/validation.go`, \
         `ValidatePodUpdate`)",
    ),
    // names and identities
    rule(
        &["Service"],
        "spec.clusterIP",
        Effect::Recreate,
        "it may not change once set (kubernetes `pkg/apis/core/validation/validation.go`, \
         `validateUpgradeDowngradeClusterIPs`)",
    ),
    rule(
        &["Service"],
        "spec.clusterIPs.**",
        Effect::Recreate,
        "it may not change once set (kubernetes `pkg/apis/core/validation/validation.go`, \
         `validateUpgradeDowngradeClusterIPs`)",
    ),
    rule(&["Service"], "spec.**", Effect::Addresses, "whoever uses the name is led by it at once"),
    rule(
        &["ServiceAccount"],
        "automountServiceAccountToken",
        Effect::Configuration,
        "pods that are made later get the token by it, where they do not say themselves",
    ),
    rule(&["ServiceAccount"], "imagePullSecrets.**", Effect::Configuration, "pods that are made later pull with it"),
    rule(&["ServiceAccount"], "secrets.**", Effect::Configuration, "it lists what pods of the account may use"),
    rule(
        &["RoleBinding", "ClusterRoleBinding"],
        "roleRef.**",
        Effect::Recreate,
        "it is immutable (kubernetes `pkg/apis/rbac/validation/validation.go`, `ValidateRoleBindingUpdate`)",
    ),
    rule(
        &["RoleBinding", "ClusterRoleBinding"],
        "subjects.**",
        Effect::Configuration,
        "whoever it lists may do what the role says, from then on",
    ),
    rule(&["PriorityClass"], "value", Effect::Recreate, PRIORITY),
    rule(&["PriorityClass"], "preemptionPolicy", Effect::Recreate, PRIORITY),
    rule(&["PriorityClass"], "globalDefault", Effect::Configuration, "pods that are made later go by it"),
    rule(&["PriorityClass"], "description", Effect::Configuration, "it is for people"),
    // configuration
    rule(
        &["Secret"],
        "type",
        Effect::Recreate,
        "it is immutable (kubernetes `pkg/apis/core/validation/validation.go`, `ValidateSecretUpdate`)",
    ),
    rule(&["ConfigMap", "Secret"], "immutable", Effect::Configuration, "from then on the data cannot be changed"),
    rule(&["ConfigMap", "Secret"], "data.**", Effect::Configuration, MOUNTED),
    rule(&["ConfigMap", "Secret"], "binaryData.**", Effect::Configuration, MOUNTED),
    rule(&["ConfigMap", "Secret"], "stringData.**", Effect::Configuration, MOUNTED),
    rule(
        &["ExternalSecret"],
        "spec.**",
        Effect::Configuration,
        "External Secrets Operator reads the store anew and changes the Secret",
    ),
    rule(&["TriggerAuthentication"], "spec.**", Effect::Configuration, "KEDA asks the source with it"),
    rule(&["PodMonitor"], "spec.**", Effect::Configuration, "Prometheus scrapes by it from then on"),
    rule(&["PrometheusRule"], "spec.**", Effect::Configuration, "Prometheus alerts by it from then on"),
    rule(&["Application"], "spec.**", Effect::Configuration, "Argo CD delivers by it from then on"),
    rule(&["ApplicationSet"], "spec.**", Effect::Configuration, "Argo CD makes its Applications anew by it"),
    rule(&["AppProject"], "spec.**", Effect::Configuration, "Argo CD refuses from then on what it does not let pass"),
    rule(
        &["PersistentVolumeClaim"],
        "spec.resources.requests.**",
        Effect::Capacity,
        "a disk can grow, where its class allows it",
    ),
    rule(&["PersistentVolumeClaim"], "spec.volumeAttributesClassName", Effect::Configuration, "the disk follows it"),
    rule(
        &["PersistentVolumeClaim"],
        "spec.**",
        Effect::Recreate,
        "everything else of a claim is immutable (kubernetes `pkg/apis/core/validation/validation.go`, \
         `ValidatePersistentVolumeClaimUpdate`)",
    ),
    rule(&["Namespace"], "spec.**", Effect::Configuration, "it holds up the namespace's deletion"),
    // traffic, disruption, scaling, capacity
    rule(&["NetworkPolicy", "ClusterNetworkPolicy"], "spec.**", Effect::Traffic, "it says what may pass"),
    rule(
        &["PeerAuthentication"],
        "spec.selector.**",
        Effect::Configuration,
        "it says for whose pods a mesh takes plain text or refuses it",
    ),
    rule(
        &["PeerAuthentication"],
        "spec.**",
        Effect::Configuration,
        "STRICT refuses plain text, PERMISSIVE takes it beside mutual TLS, DISABLE takes nothing else",
    ),
    rule(
        &["Server"],
        "spec.**",
        Effect::Configuration,
        "it says at which port of whose pods a mesh lets in nobody but whom a policy authorizes, and what is spoken there",
    ),
    rule(
        &["MeshTLSAuthentication", "NetworkAuthentication"],
        "spec.**",
        Effect::Configuration,
        "it says who the clients are that a policy of a mesh authorizes",
    ),
    rule(
        &["AuthorizationPolicy"],
        "spec.**",
        Effect::Configuration,
        "it says by identity whom a mesh lets in, and where",
    ),
    rule(
        &["Ingress"],
        "spec.tls.**",
        Effect::Guarantee,
        "hosts are served with this certificate, and without one as plain text",
    ),
    rule(&["Ingress", "HTTPRoute"], "spec.**", Effect::Addresses, "it says where requests for a host go"),
    rule(&["PodDisruptionBudget"], "spec.**", Effect::Guarantee, "evictions go by it"),
    rule(&["HorizontalPodAutoscaler", "ScaledObject"], "spec.**", Effect::Replicas, "the autoscaler goes by it"),
    rule(
        &["ResourceQuota"],
        "spec.scopes.**",
        Effect::Recreate,
        "scopes are immutable (kubernetes `pkg/apis/core/validation/validation.go`, `ValidateResourceQuotaUpdate`)",
    ),
    rule(&["ResourceQuota"], "spec.**", Effect::Capacity, "it is the most that the namespace may ask for"),
    rule(&["LimitRange"], "spec.**", Effect::Capacity, "it is what a container may ask for"),
];

const PRIORITY: &str =
    "it is immutable (kubernetes `pkg/apis/scheduling/validation/validation.go`, `ValidatePriorityClassUpdate`)";

/// Of a claim that is to be smaller.
pub(super) const SHRUNK: &str = "the API server refuses a smaller disk, and that of a new claim is empty (kubernetes \
                                 `pkg/apis/core/validation/validation.go`, `ValidatePersistentVolumeClaimUpdate`)";

const MOUNTED: &str = "files in pods follow within minutes, variables only in pods that are made later";

/// What becomes of a `job` whose template differs: its Job bears a digest of it behind its name.
pub(super) const ANOTHER_JOB: &str = "another Job is made for it, and runs";

/// The rule of a field; `None` for one that is not known.
pub fn rule_of(kind: &str, path: &Path) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.speaks_of(kind) && fits(rule.path, path) == Fit::Whole)
}

/// Whether all that stands at a path and below it has one rule.
pub(in crate::query) fn is_whole(kind: &str, path: &Path) -> bool {
    let mut rules = RULES.iter().filter(|rule| rule.speaks_of(kind));
    rules.find_map(|rule| match fits(rule.path, path) {
        Fit::Whole => Some(true),
        Fit::Begins => Some(false),
        Fit::Not => None,
    }) == Some(true)
}

impl Rule {
    fn speaks_of(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// How a pattern and a path go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It speaks of something else.
    Not,
    /// It speaks of something below the path.
    Begins,
    /// It speaks of the path.
    Whole,
}

fn fits(pattern: &str, path: &Path) -> Fit {
    let mut steps = path.0.iter();
    for segment in segments(pattern) {
        if segment == Segment::Everything {
            return Fit::Whole;
        }
        let Some(step) = steps.next() else {
            return Fit::Begins;
        };
        let is_met = match (segment, step) {
            (Segment::Element, Step::Element(_)) => true,
            (Segment::Key(pattern), Step::Key(key)) => match pattern.strip_suffix('*') {
                Some(start) => key.starts_with(start),
                None => key == pattern,
            },
            (Segment::Element | Segment::Key(_) | Segment::Everything, _) => false,
        };
        if !is_met {
            return Fit::Not;
        }
    }
    if steps.next().is_none() { Fit::Whole } else { Fit::Not }
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'p> {
    Key(&'p str),
    Element,
    Everything,
}

fn segments(pattern: &str) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let (key, behind) = inner.split_once(']')?;
            rest = behind;
            return Some(if key.is_empty() { Segment::Element } else { Segment::Key(key) });
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (key, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(if key == "**" { Segment::Everything } else { Segment::Key(key) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        let steps = segments(text).map(|segment| match segment {
            Segment::Key(key) => Step::Key(key.to_owned()),
            Segment::Element | Segment::Everything => Step::Element("x".to_owned()),
        });
        Path(steps.collect())
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        for (kind, field, expected) in [
            ("Deployment", "spec.selector.matchLabels.app", Some(Effect::Recreate)),
            ("Deployment", "spec.template.spec.containers[].image", Some(Effect::Restart)),
            ("Deployment", "spec.replicas", Some(Effect::Replicas)),
            ("Deployment", "spec.new", None),
            ("StatefulSet", "spec.volumeClaimTemplates[].spec", Some(Effect::Recreate)),
            ("StatefulSet", "spec.replicas", Some(Effect::Replicas)),
            ("Job", "spec.template", Some(Effect::Recreate)),
            ("Pod", "spec.containers[].image", Some(Effect::Restart)),
            ("Pod", "spec.containers[].args", Some(Effect::Recreate)),
            ("Widget", "metadata.annotations[bvl.dev/file]", Some(Effect::Nothing)),
            ("Widget", "metadata.annotations[team]", Some(Effect::Configuration)),
            ("Widget", "spec.size", None),
            ("Namespace", "metadata.labels[pod-security.kubernetes.io/warn]", Some(Effect::Guarantee)),
            ("Namespace", "metadata.labels[team]", Some(Effect::Traffic)),
            ("Service", "metadata.labels[team]", Some(Effect::Configuration)),
        ] {
            assert_eq!(rule_of(kind, &path(field)).map(|rule| rule.effect), expected, "{kind} {field}");
        }
    }

    #[test]
    fn what_has_several_rules_is_taken_apart() {
        for (kind, field, expected) in [
            ("Deployment", "spec", false),
            ("Deployment", "spec.template", true),
            ("Deployment", "spec.template.spec.containers[]", true),
            ("Service", "spec", false),
            ("Service", "spec.ports", true),
            ("NetworkPolicy", "spec", true),
            ("ConfigMap", "data", true),
            ("ConfigMap", "metadata.labels", false),
            ("Widget", "spec", false),
        ] {
            assert_eq!(is_whole(kind, &path(field)), expected, "{kind} {field}");
        }
    }

    #[test]
    fn every_rule_can_decide() {
        for (at, rule) in RULES.iter().enumerate() {
            let own = path(&rule.path.replace('*', "x").replace(".xx", ""));
            let kinds: &[&str] = if rule.kinds.is_empty() { &["Widget"] } else { rule.kinds };
            for kind in kinds {
                let first = RULES.iter().position(|one| one.speaks_of(kind) && fits(one.path, &own) == Fit::Whole);
                assert_eq!(first, Some(at), "{kind} {}", rule.path);
            }
        }
    }
}
