//! Probes: how the kubelet asks for a container's health.

use super::ports;
use crate::emit::convert;
use crate::model::health::{Health, Probe};
use crate::model::{Companion, PortUse, Service, Workload};
use crate::object::api::core::v1::{self, HTTPGetAction};
use crate::object::{IntOrString, int};

/// The three probes of a container.
#[derive(Debug, Default)]
pub(super) struct Probes {
    pub(super) liveness: Option<v1::Probe>,
    pub(super) readiness: Option<v1::Probe>,
    pub(super) startup: Option<v1::Probe>,
}

/// The probes of a service. Every number is written, those that are the API's defaults too, but for a delay of zero,
/// which the API server does not echo.
pub(super) fn of_service(workload: &Workload, service: &Service) -> Probes {
    let Some(health) = &service.health else { return Probes::default() };
    let named = workload.ports.iter().find(|port| port.usage == PortUse::Health);
    let port = match named {
        Some(port) => ports::reference(workload, port),
        None => int(i32::from(health.port.value.get())),
    };
    of_health(health, &port)
}

/// Those of a container beside a service's own: its port of this use has no name.
pub(super) fn of_companion(companion: &Companion) -> Probes {
    companion
        .health
        .as_ref()
        .map_or_else(Probes::default, |health| of_health(health, &int(i32::from(health.port.value.get()))))
}

fn of_health(health: &Health, port: &IntOrString) -> Probes {
    let probe = |asked: &Option<Probe>| asked.as_ref().map(|asked| probe(asked, port.clone()));
    Probes { liveness: probe(&health.live), readiness: probe(&health.ready), startup: probe(&health.start) }
}

fn probe(asked: &Probe, port: IntOrString) -> v1::Probe {
    let delay = convert::seconds(asked.after.value);
    v1::Probe {
        http_get: Some(HTTPGetAction {
            path: Some(asked.path.value.clone()),
            port,
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        }),
        initial_delay_seconds: (delay > 0).then_some(delay),
        period_seconds: Some(convert::seconds(asked.every.value)),
        timeout_seconds: Some(convert::seconds(asked.timeout.value)),
        success_threshold: Some(1),
        failure_threshold: Some(convert::count(asked.failures())),
        ..v1::Probe::default()
    }
}
