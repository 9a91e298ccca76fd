//! Which triggers can tell that work waits while no pod runs.

use crate::model::trigger::TriggerKind;

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
