//! The budget that an operator makes, as its class tells it: it is the only one, it lets at least one pod go, and it keeps the
//! majority of a quorum.

use crate::check::mend::Mend;
use crate::check::scaling::replicas;
use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Reach};
use crate::model::managed::OperatorKeeps;
use crate::model::{Disruption, Environment, Origin, Workload};

/// Where the operator's budget is stated, and what it keeps, where it is the only one of a workload: what is stated of another
/// one is a mistake of its own.
fn alone(workload: &Workload) -> Option<(Origin<()>, &OperatorKeeps)> {
    let managed = workload.managed()?;
    let keeps = managed.operator_keeps.as_ref()?;
    let stated = match workload.disruption {
        Some(Disruption::ByOperator(stated)) => stated,
        Some(Disruption::None { .. } | Disruption::MinAvailable(_) | Disruption::MaxUnavailable(_)) => return None,
        None => managed.operators_budget.filter(|_| workload.kept_unstated().is_none())?,
    };
    Some((stated, keeps))
}

/// Whether the operator's budget does for a workload as far as it is known: one may go, and a majority stays.
pub(super) fn does(workload: &Workload) -> bool {
    let keeps = workload.managed().and_then(|managed| Some((managed.operator_keeps.as_ref()?, managed.quorum)));
    let (Some((keeps, quorum)), Some(floor)) = (keeps, replicas::floor(workload)) else { return true };
    let (n, stay) = (floor.value, keeps.count.value);
    stay < n && (quorum.is_none() || n < 3 || stay > n / 2)
}

/// What is said of a workload whose operator keeps all of its pods.
pub(super) fn keeps_all(
    cx: &Context<'_>,
    code: &'static Code,
    workload: &Workload,
    environment: &Environment,
) -> Option<Diagnostic> {
    let (stated, keeps) = alone(workload)?;
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
            "; or state `{}` in the operator's own resource, and here `without operator-keeps; disruption none because \"REASON\"`",
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

/// What is said of a quorum whose operator keeps less than its majority.
pub(super) fn keeps_no_majority(
    cx: &Context<'_>,
    code: &'static Code,
    workload: &Workload,
    environment: &Environment,
) -> Option<Diagnostic> {
    let quorum = workload.quorum()?;
    let (stated, keeps) = alone(workload)?;
    let members = replicas::floor(workload).filter(|members| members.value >= 3)?;
    let (n, majority, stay) = (members.value, members.value / 2 + 1, keeps.count.value);
    if stay >= majority || !(cx.is_users(keeps.count.span) || cx.is_users(members.span)) {
        return None;
    }
    let name = &workload.name.value;
    let title = format!(
        "the disruption budget of {name}'s operator keeps {stay} of {n} members, and its majority is {majority}"
    );
    Some(
        finding(code, workload, environment, keeps.count.span, title)
            .here(format!("its operator keeps {stay}{}", cx.from_layer(keeps.count.layer)))
            .also(stated.span, format!("its operator makes the budget{}", cx.from_layer(stated.layer)))
            .also(members.span, format!("{n} members{}", cx.from_layer(members.layer)))
            .also(quorum.span, format!("decide by majority{}", cx.from_layer(quorum.layer)))
            .note(format!("{} may go at once, and {stay} of {n} decide nothing: no write is accepted", n - stay))
            .note(format!("floor({n} / 2) + 1 = {majority}"))
            .help(format!(
                "have the operator keep {majority} in its own resource, and then state `operator-keeps {majority}`, which says what it keeps and does not change it"
            )),
    )
}
