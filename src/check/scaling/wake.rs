//! Which triggers can tell that work waits while no pod runs.

use crate::model::Autoscaling;
use crate::model::trigger::TriggerKind;

/// Whether what scales by these triggers would stay at zero: there are some, and all measure the pods themselves.
pub(in crate::check) fn never_wakes(auto: &Autoscaling) -> bool {
    !auto.triggers.is_empty() && !auto.triggers.iter().any(|trigger| wakes(&trigger.kind))
}

/// Whether it measures something other than the pods themselves, which KEDA can ask while there is none.
pub(super) fn wakes(kind: &TriggerKind) -> bool {
    match kind {
        TriggerKind::Cpu(_) | TriggerKind::Memory(_) | TriggerKind::Metric { .. } => false,
        TriggerKind::Keda { kind, .. } => !matches!(kind.value.as_str(), "cpu" | "memory"),
        TriggerKind::Prometheus { .. }
        | TriggerKind::NatsJetstream { .. }
        | TriggerKind::Kafka { .. }
        | TriggerKind::Rabbitmq { .. }
        | TriggerKind::Redis(_)
        | TriggerKind::Cron { .. } => true,
    }
}
