//! What stopping adds up to, and how long a drain takes.

use std::fmt::Write as _;

use super::Own;
use crate::model::budget::{Budget, Field};
use crate::model::{Model, Origin, Workload, WorkloadKind};
use crate::value::Duration;

/// The sum of what has to fit into grace, and what is left of that.
pub(super) fn shutdown(model: &Model, workload: &Workload) -> Option<Own> {
    let program = workload.program()?;
    let shutdown = &program.shutdown;
    let (grace, needed) = (shutdown.grace.value, program.stops_in());
    let parts = [
        ("pre-stop", shutdown.counted_pre_stop(), &shutdown.pre_stop),
        ("drain", shutdown.drain.value, &shutdown.drain),
        ("finish", shutdown.finish.value, &shutdown.finish),
    ];
    let own = parts.into_iter().map(|(word, time, origin)| (word.to_owned(), time, origin));
    let sidecars = program
        .stopping_sidecars()
        .map(|sidecar| (format!("sidecar {}", sidecar.name.value), sidecar.stops_within.value, &sidecar.stops_within));
    let parts: Vec<(String, Duration, &Origin<Duration>)> =
        own.chain(sidecars).filter(|(_, time, _)| !time.is_zero()).collect();
    if parts.is_empty() {
        return None;
    }
    let sum: Vec<String> = parts.iter().map(|(word, time, _)| format!("{time} {word}")).collect();
    let left = if needed <= grace {
        format!("{} spare", grace.saturating_sub(needed))
    } else {
        format!("{} too much", needed.saturating_sub(grace))
    };
    let label = format!("= {} \u{b7} {left}", sum.join(" + "));
    let mut detail = "| from | to | what | stated by |\n|---|---|---|---|".to_owned();
    let mut at = Duration::from_secs(0);
    for (word, time, origin) in &parts {
        let end = at + *time;
        let _ = write!(detail, "\n| {at} | {end} | {word} {time} | {} |", model.layer_name(origin.layer));
        at = end;
    }
    let _ = write!(
        detail,
        "\n| {grace} | | killed: grace {grace} | {} |\n\nThe clock of grace starts before pre-stop. {} of {grace} are used: {left}.",
        model.layer_name(shutdown.grace.layer),
        needed,
    );
    Some(Own { label, detail })
}

/// How many may go at a time, or how long it takes until all have gone.
pub(super) fn drain(workload: &Workload) -> Option<Own> {
    let budget = Budget::of(workload.disruption.as_ref())?;
    let (least, most) = match &workload.kind {
        WorkloadKind::Service(service) => (service.scaling.min().value.max(1), service.scaling.max().value.max(1)),
        WorkloadKind::Job(_) => return None,
        WorkloadKind::Managed(managed) => (managed.replicas.value.max(1), managed.replicas.value.max(1)),
    };
    let of = |n: u32| format!("{} of {n}", budget.may_go(n));
    let going = if least == most { of(least) } else { format!("{} .. {}", of(least), of(most)) };
    let sums = if least == most { budget.sum(most) } else { format!("{}; {}", budget.sum(least), budget.sum(most)) };
    let mut detail = format!("{going} may go at a time ({sums}).");
    let grace = workload.service().map(|service| service.program.shutdown.grace.value);
    let worst = grace.and_then(|grace| Some((grace, budget.drain(most, grace)?)));
    if let Some((grace, worst)) = worst {
        let _ = write!(
            detail,
            " A drain of all {most} takes up to {} of grace: {} at a time, {grace} each. How long new ones take to be ready comes on top.",
            long(worst),
            budget.may_go(most),
        );
    }
    let label = match (budget.field, worst) {
        (Field::MaxUnavailable, Some((_, worst))) if most > 1 => {
            format!("worst drain of all replicas {}", long(worst))
        }
        (Field::MaxUnavailable | Field::MinAvailable, _) => format!("{going} may go"),
    };
    Some(Own { label, detail })
}

/// A time as people say it: `1h 40min`.
fn long(time: Duration) -> String {
    let seconds = time.secs();
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if parts.is_empty() { time.to_string() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_largest_units() {
        for (seconds, said) in [(6000, "1h 40min"), (90, "1min 30s"), (45, "45s"), (3600, "1h"), (0, "0s")] {
            assert_eq!(long(Duration::from_secs(seconds)), said);
        }
    }
}
