//! `Deployment`: the pods of a service, and how a new version replaces the old one.

use super::{Context, because, convert, metadata, pod};
use crate::model::{Scaling, Service, ServiceKind, Workload};
use crate::object::api::apps::v1::{DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use crate::object::{Deployment, Kind, Object, selector};

/// The deployment of a service. Under an autoscaler it says nothing of replicas: whatever it said, every delivery would
/// undo what the autoscaler did.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(service) = workload.service().filter(|service| is_deployment(service)) else { return };
    let min_ready = convert::seconds(service.rollout.min_ready.value);
    let spec = DeploymentSpec {
        replicas: match &service.scaling {
            Scaling::Fixed(replicas) => Some(convert::count(replicas.value)),
            Scaling::Auto(_) => None,
        },
        selector: selector(metadata::selector(cx, workload)),
        strategy: Some(strategy(service)),
        min_ready_seconds: (min_ready > 0).then_some(min_ready),
        progress_deadline_seconds: Some(convert::seconds(service.rollout.deadline.value)),
        template: pod::of_service(cx, workload, service),
        ..DeploymentSpec::default()
    };
    let mut metadata = metadata::of_workload(cx, workload, Kind::Deployment, &workload.name.value);
    because::annotate_maker(cx, workload, &mut metadata);
    objects.push(Deployment { metadata, spec: Some(spec), status: None }.into());
}

fn is_deployment(service: &Service) -> bool {
    match service.kind {
        ServiceKind::Deployment => true,
        ServiceKind::Stateful(_) => false,
    }
}

fn strategy(service: &Service) -> DeploymentStrategy {
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(convert::count_or_percent(service.rollout.surge.value)),
            max_unavailable: Some(convert::count_or_percent(service.rollout.unavailable.value)),
        }),
    }
}
