//! What both kinds of autoscalers say: how fast, by what, and how much for one replica.

pub(super) mod behavior;
pub(super) mod quantity;
pub(super) mod trigger;

use crate::model::trigger::Trigger;
use crate::model::{Autoscaling, ServiceKind, Workload};
use crate::object::Kind;

/// The autoscaling of a workload, where it has some.
pub(super) fn of_workload(workload: &Workload) -> Option<&Autoscaling> {
    workload.service()?.scaling.auto()
}

/// The kind of object whose replicas an autoscaler sets.
pub(super) fn target(workload: &Workload) -> Kind {
    match workload.service().map(|service| &service.kind) {
        Some(ServiceKind::Stateful(_)) => Kind::StatefulSet,
        Some(ServiceKind::Deployment) | None => Kind::Deployment,
    }
}

/// The name of the object that holds what KEDA presents for a trigger: the service's, the trigger's type and, where it
/// has one, its own name.
pub fn authentication_name(workload: &Workload, trigger: &Trigger) -> String {
    let (service, word) = (&workload.name.value, trigger.kind.word());
    match &trigger.name {
        Some(name) => format!("{service}-{word}-{}", name.value),
        None => format!("{service}-{word}"),
    }
}
