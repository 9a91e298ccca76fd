//! The budget that an operator makes lets at least one pod go: what a class says of it, against the number of pods.

use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Reach};
use crate::model::{Disruption, Environment, Workload};

/// What is said of a workload whose operator keeps all of its pods.
pub(super) fn keeps_all(
    cx: &Context<'_>,
    code: &'static Code,
    workload: &Workload,
    environment: &Environment,
) -> Option<Diagnostic> {
    let Some(Disruption::ByOperator(stated)) = &workload.disruption else { return None };
    let keeps = workload.managed()?.operator_keeps.as_ref()?;
    let floor = replicas::floor(workload)?;
    let (n, stay) = (floor.value, keeps.count.value);
    if stay < n {
        return None;
    }
    let name = &workload.name.value;
    let more = replicas::fitting(workload, stay.saturating_add(1))?;
    let place = if floor.is_built_in() { workload.name.span } else { floor.span };
    let otherwise = match &keeps.unless {
        Some(unless) => format!(
            "; or state `{}` in the operator's own resource, and here `disruption none because \"REASON\"`",
            unless.value
        ),
        None => String::new(),
    };
    Some(
        finding(
            code,
            workload,
            environment,
            place,
            format!("no pod of {name} can ever be evicted: its operator's disruption budget keeps {stay} of {n}"),
        )
        .here(replicas::floor_label(cx, workload, floor))
        .also(keeps.count.span, format!("its operator keeps {stay}{}", cx.from_layer(keeps.count.layer)))
        .also(stated.span, format!("its operator makes the budget{}", cx.from_layer(stated.layer)))
        .taken(workload, replicas::unstated(workload, floor))
        .note(format!("{n} running - {stay} that must stay: 0 may go"))
        .note("`kubectl drain` would ask again every 5s without end, and nodes could not be upgraded")
        .help(format!("{}{otherwise}", replicas::keep(workload, more)))
        .choice_to(
            Reach::AtLeast(more.into()),
            format!("keep {more} replicas with `replicas`"),
            replicas::raise(cx, workload, more),
        ),
    )
}
