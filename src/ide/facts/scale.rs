//! What scaling means in what is asked for, and when all replicas are wanted.

use super::Own;
use crate::model::trigger::{RabbitmqMeasure, RedisMeasure, TriggerKind};
use crate::model::{Autoscaling, Model, Scaling, Workload};
use crate::syntax::Statement;
use crate::value::{Cpu, Memory};

/// What all replicas request together, at the least and at the most.
pub(super) fn requested(model: &Model, workload: &Workload) -> Option<Own> {
    let service = workload.service()?;
    let request = workload.pod_takes(|it| Some(it.cpu.as_ref()?.amount.value.request.millis()))?;
    let request = Cpu::from_millis(request);
    let times = |n: u32| Cpu::from_millis(request.millis().saturating_mul(n.into()));
    let budget = model.environment(workload.environment)?.budget.as_ref().and_then(|budget| budget.requests_cpu);
    let of = budget.map(|budget| format!(" of {}", budget.value)).unwrap_or_default();
    let (sum, label) = match &service.scaling {
        Scaling::Fixed(replicas) if replicas.value <= 1 => return None,
        Scaling::Fixed(replicas) => {
            let all = times(replicas.value);
            (format!("{} x {request} = {all}", replicas.value), format!("requests {all} cpu{of}"))
        }
        Scaling::Auto(auto) => {
            let (least, most) = (times(auto.min.value), times(auto.max.value));
            let range = format!("{}..{}", auto.min.value, auto.max.value);
            (format!("{range} x {request} = {least}..{most}"), format!("requests {least}..{most} cpu{of}"))
        }
    };
    Some(Own { label, detail: format!("{sum} of cpu are requested{of}.") })
}

/// When a trigger asks for more, or for all replicas.
pub(super) fn trigger(workload: &Workload, on: &Statement) -> Option<Own> {
    let auto = workload.service()?.scaling.auto()?;
    let trigger = auto.triggers.iter().find(|trigger| on.span.contains(trigger.stated.span))?;
    match &trigger.kind {
        TriggerKind::Cpu(target) => {
            let request = workload.pod_runs_on(|it| Some(it.cpu.as_ref()?.amount.value.request.millis()))?;
            let request = Cpu::from_millis(request);
            let above = Cpu::from_millis(part(request.millis(), target.value.0));
            let label = format!("scales above {above} a pod");
            Some(Own { detail: format!("{} of {request} of cpu is {above}: {label}.", target.value), label })
        }
        TriggerKind::Memory(target) => {
            let request = workload.pod_runs_on(|it| Some(it.memory.as_ref()?.amount.value.request.bytes()))?;
            let request = Memory::from_bytes(request);
            // down to whole mebibytes, in which people read memory
            let above = part(request.bytes(), target.value.0) >> 20;
            let label = format!("scales above {above}Mi a pod");
            Some(Own { detail: format!("{} of {request} of memory is {above}Mi: {label}.", target.value), label })
        }
        TriggerKind::Metric { target, .. } | TriggerKind::Prometheus { target, .. } => {
            all_at(auto, target.value.parse().ok()?, "")
        }
        TriggerKind::NatsJetstream { lag, .. }
        | TriggerKind::Kafka { lag, .. }
        | TriggerKind::Redis(RedisMeasure::Stream { lag, .. }) => all_at(auto, lag.value, " pending"),
        TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Length(length), .. }
        | TriggerKind::Redis(RedisMeasure::List { length, .. }) => all_at(auto, length.value, " waiting"),
        TriggerKind::Rabbitmq { measure: RabbitmqMeasure::Rate(rate), .. } => all_at(auto, rate.value, " a second"),
        TriggerKind::Cron { .. } | TriggerKind::Keda { .. } => None,
    }
}

/// A share of a request, rounded down.
fn part(request: u64, percent: u32) -> u64 {
    u64::try_from(u128::from(request) * u128::from(percent) / 100).unwrap_or(u64::MAX)
}

/// At what sum the largest number of replicas is wanted: each replica is to have its share of it.
fn all_at(auto: &Autoscaling, share: u32, what: &str) -> Option<Own> {
    let max = auto.max.value;
    let sum = u64::from(max).checked_mul(share.into()).filter(|sum| *sum > 0)?;
    let label = format!("{max} replicas at {}{what}", grouped(sum));
    Some(Own { detail: format!("{max} x {share} = {}: {label}.", grouped(sum)), label })
}

/// A number with its digits in threes.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        for (number, shown) in [(0, "0"), (999, "999"), (5000, "5,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), shown);
        }
    }
}
