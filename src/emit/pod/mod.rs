//! The pod of a service or a job, as its template has it.
//!
//! Invariants: the pod satisfies the `restricted` Pod Security Standard and has a read-only root file system, in whatever
//! environment it runs, but for root where `user 0` is stated and for what `security` asks for; nothing here differs when only the place of a declaration does.

mod config_hash;
mod container;
mod env;
pub(super) mod ports;
mod probes;
mod volumes;

use super::{Context, convert, metadata};
use crate::graph::written;
use crate::model::security::Seccomp;
use crate::model::service::{Firmness, SpreadOver};
use crate::model::{Job, Origin, Program, Service, ServiceKind, Workload};
use crate::object::api::core::v1::{
    Container, PodSecurityContext, PodSpec, PodTemplateSpec, SeccompProfile, TopologySpreadConstraint,
};
use crate::object::{Labels, ObjectMeta, selector};
use crate::value::KubernetesVersion;

/// `nodeTaintsPolicy` of spread constraints is there by default from this version on (KEP-3094).
const NODE_INCLUSION: KubernetesVersion = KubernetesVersion::new(26);
/// `matchLabelKeys` of spread constraints is there by default from this version on (KEP-3243).
const MATCH_LABEL_KEYS: KubernetesVersion = KubernetesVersion::new(27);

/// The template of a service's pods.
pub(super) fn of_service(cx: &Context<'_>, workload: &Workload, service: &Service) -> PodTemplateSpec {
    let container = container::of_service(cx, workload, service);
    let spec = PodSpec {
        topology_spread_constraints: spread(cx, workload, service),
        ..spec(cx, workload, &service.program, container)
    };
    template(cx, workload, &service.program, spec)
}

/// The template of a job's pods. A pod that fails stays as it is, so that its output can be read; another one tries again.
pub(super) fn of_job(cx: &Context<'_>, workload: &Workload, job: &Job) -> PodTemplateSpec {
    let container = container::of_program(cx, workload, &job.program);
    let spec = PodSpec { restart_policy: Some("Never".to_owned()), ..spec(cx, workload, &job.program, container) };
    template(cx, workload, &job.program, spec)
}

/// What every pod has.
fn spec(cx: &Context<'_>, workload: &Workload, program: &Program, container: Container) -> PodSpec {
    let user = i64::from(program.user.value);
    let security = program.container.security.as_deref();
    let group = |stated: &Option<Origin<u32>>| stated.as_ref().map(|group| i64::from(group.value));
    PodSpec {
        automount_service_account_token: Some(false),
        containers: vec![container],
        enable_service_links: Some(false),
        init_containers: container::beside(cx, workload, program),
        security_context: Some(PodSecurityContext {
            fs_group: Some(security.and_then(|security| group(&security.files_group)).unwrap_or(user)),
            run_as_group: Some(security.and_then(|security| group(&security.group)).unwrap_or(user)),
            // with it the kubelet would not start a container whose user is root (`verifyRunAsNonRoot` in kubernetes
            // `pkg/kubelet/kuberuntime/security_context.go`, 1.36)
            run_as_non_root: (user != 0).then_some(true),
            run_as_user: Some(user),
            seccomp_profile: Some(seccomp(security.and_then(|security| security.seccomp.as_ref()))),
            ..PodSecurityContext::default()
        }),
        service_account_name: Some(workload.name.value.clone()),
        termination_grace_period_seconds: Some(convert::long_seconds(program.shutdown.grace.value)),
        volumes: volumes::volumes(workload, program),
        ..PodSpec::default()
    }
}

fn seccomp(stated: Option<&Seccomp>) -> SeccompProfile {
    let (type_, localhost_profile) = match stated {
        None => ("RuntimeDefault", None),
        Some(Seccomp::Unconfined(_)) => ("Unconfined", None),
        Some(Seccomp::Localhost(path)) => ("Localhost", Some(path.value.to_string())),
    };
    SeccompProfile { type_: type_.to_owned(), localhost_profile }
}

fn template(cx: &Context<'_>, workload: &Workload, program: &Program, spec: PodSpec) -> PodTemplateSpec {
    let annotations = annotations(cx, workload, program);
    let metadata = ObjectMeta {
        labels: Some(metadata::pod_labels(cx, workload)),
        annotations: (!annotations.is_empty()).then_some(annotations),
        ..ObjectMeta::default()
    };
    PodTemplateSpec { metadata: Some(metadata), spec: Some(spec) }
}

fn annotations(cx: &Context<'_>, workload: &Workload, program: &Program) -> Labels {
    let mut annotations: Labels = metadata::owned(written::of_pods(workload)).collect();
    annotations.extend(metadata::values(&workload.annotations));
    annotations.extend(metadata::owned(written::of_mesh(cx.model, cx.graph, workload)));
    if !(program.configs.is_empty() && program.secrets.is_empty()) {
        annotations.insert(written::CONFIG_HASH.to_owned(), config_hash::of_program(cx, program));
    }
    annotations
}

/// The label by which the pods of one version are told from those of another (`DefaultDeploymentUniqueLabelKey` and
/// `ControllerRevisionHashLabelKey` in kubernetes/api `apps/v1/types.go`, 0.33).
fn revision_label(service: &Service) -> &'static str {
    match service.kind {
        ServiceKind::Deployment => "pod-template-hash",
        ServiceKind::Stateful(_) => "controller-revision-hash",
    }
}

/// With `matchLabelKeys` a rollout counts the new pods by themselves. A hard spread counts no node that takes no pods: one
/// that is drained, or one of the control plane, would stay the emptiest and hold every other to a single replica
/// (kubernetes/kubernetes issues 106127 and 116118).
fn spread(cx: &Context<'_>, workload: &Workload, service: &Service) -> Option<Vec<TopologySpreadConstraint>> {
    let spread = service.spread.as_ref()?.value;
    let keys: &[&str] = match spread.over {
        SpreadOver::Zone => &["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
        SpreadOver::Node => &["kubernetes.io/hostname"],
    };
    let firmness = match spread.firmness {
        Firmness::Soft => "ScheduleAnyway",
        Firmness::Hard => "DoNotSchedule",
    };
    let is_hard = spread.firmness == Firmness::Hard;
    let honors_taints = is_hard && cx.model.platform.kubernetes.value >= NODE_INCLUSION;
    let by_revision = cx.model.platform.kubernetes.value >= MATCH_LABEL_KEYS;
    let constraint = |key: &&str| TopologySpreadConstraint {
        label_selector: Some(selector(metadata::selector(cx, workload))),
        match_label_keys: by_revision.then(|| vec![revision_label(service).to_owned()]),
        max_skew: 1,
        node_taints_policy: honors_taints.then(|| "Honor".to_owned()),
        topology_key: (*key).to_owned(),
        when_unsatisfiable: firmness.to_owned(),
        ..TopologySpreadConstraint::default()
    };
    Some(keys.iter().map(constraint).collect())
}
