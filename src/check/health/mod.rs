//! Health, shutdown and deadlines (`BVL07xx`).

mod advice;
mod deadline_nesting;
mod entry_outlasts_pre_stop;
mod grace_exceeds_drain_limit;
mod health_on_serving_port;
mod killed_while_starting;
mod no_pre_stop;
mod pre_stop_fills_grace;
mod probe_path;
mod probe_timeout_above_period;
mod probe_zero;
mod probes;
mod readiness_slower_than_liveness;
mod shared_health_port;
mod shell_less_pre_stop;
mod short_pre_stop;
mod shutdown_exceeds_grace;
mod shutdown_without_spare;
mod sleep_by_command;
mod slow_to_leave;
mod start_limit_twice;
mod start_probe_instead;
pub(super) mod stopping;
mod timed;
mod timeout_exceeds_drain;

use super::{Check, Context};
use crate::diagnostic::Diagnostic;
use crate::graph::Why;
use crate::model::{Companion, NamedPort, PortUse, Workload};
use crate::source::Span;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &shutdown_exceeds_grace::CHECK,
    &shutdown_without_spare::CHECK,
    &pre_stop_fills_grace::CHECK,
    &no_pre_stop::CHECK,
    &short_pre_stop::CHECK,
    &sleep_by_command::CHECK,
    &timeout_exceeds_drain::CHECK,
    &deadline_nesting::CHECK,
    &shared_health_port::CHECK,
    &health_on_serving_port::CHECK,
    &probe_path::CHECK,
    &probe_zero::CHECK,
    &start_limit_twice::CHECK,
    &readiness_slower_than_liveness::CHECK,
    &probe_timeout_above_period::CHECK,
    &slow_to_leave::CHECK,
    &start_probe_instead::CHECK,
    &grace_exceeds_drain_limit::CHECK,
    &entry_outlasts_pre_stop::CHECK,
    &killed_while_starting::CHECK,
    &shell_less_pre_stop::CHECK,
];

/// Why a workload receives traffic: the first flow to a port that serves others.
struct Traffic {
    /// The statement that allows or causes it.
    span: Span,
    /// The name of the port.
    port: String,
}

/// Whether others reach a workload through its Service.
fn traffic(cx: &Context<'_>, workload: &Workload) -> Option<Traffic> {
    traffic_of(cx, workload, None)
}

/// Whether others reach a workload through its Service, or a sidecar of it.
fn traffic_of(cx: &Context<'_>, workload: &Workload, sidecar: Option<&Companion>) -> Option<Traffic> {
    // whatever listens in the pod, its own container mostly stands behind it
    let is_of_it = |port: &NamedPort| sidecar.is_none_or(|it| port.sidecar.as_ref() == Some(&it.name.value));
    cx.graph.incoming(workload.id).find_map(|flow| {
        let port = flow.port(cx.model).filter(|port| port.usage == PortUse::Serving && is_of_it(port))?;
        let span = match (&flow.why, flow.declared(cx.model)) {
            (_, Some(declared)) => declared.destination_span,
            (Why::Derived(derived), None) => derived.cause,
            (Why::Declared(_), None) => return None,
        };
        Some(Traffic { span, port: port.name.value.clone() })
    })
}

impl Traffic {
    fn show(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.aside(self.span, format!("traffic to its port {}", self.port))
    }
}
