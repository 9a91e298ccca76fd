//! The container of a service or a job.

use std::collections::BTreeMap;

use super::{env, ports, probes, volumes};
use crate::emit::{Context, convert};
use crate::model::resources::{Resource, Resources};
use crate::model::security::Security;
use crate::model::{Program, Service, Workload};
use crate::object::api::core::v1::{
    Capabilities, Container, ExecAction, Lifecycle, LifecycleHandler, ResourceRequirements, SecurityContext,
    SleepAction,
};
use crate::object::{Quantity, quantity};
use crate::value::{Cpu, Duration, KubernetesVersion, Memory, Requested};

/// The `sleep` action of a pre-stop hook is there by default from this version on (KEP-3960).
const SLEEP_ACTION: KubernetesVersion = KubernetesVersion::new(30);

/// The container of a service, with its probes.
pub(super) fn of_service(cx: &Context<'_>, workload: &Workload, service: &Service) -> Container {
    let probes = probes::of_service(workload, service);
    let ports = ports::of_container(workload);
    Container {
        ports: (!ports.is_empty()).then_some(ports),
        liveness_probe: probes.liveness,
        readiness_probe: probes.readiness,
        startup_probe: probes.startup,
        ..of_program(cx, workload, &service.program)
    }
}

/// The container. It bears the workload's name.
pub(super) fn of_program(cx: &Context<'_>, workload: &Workload, program: &Program) -> Container {
    Container {
        name: workload.name.value.clone(),
        image: program.image.as_ref().map(|image| image.value.to_string()),
        command: env::words(program.command.as_deref()),
        args: env::words(program.args.as_deref()),
        env: env::variables(cx, workload, program),
        env_from: env::sources(workload, program),
        resources: Some(resources(&workload.resources)),
        lifecycle: pre_stop(cx, program.shutdown.pre_stop.value),
        security_context: Some(security_context(program.security.as_deref())),
        volume_mounts: volumes::mounts(program),
        ..Container::default()
    }
}

fn security_context(security: Option<&Security>) -> SecurityContext {
    let gains = security.is_some_and(|security| security.privilege_escalation.is_some());
    let is_writable = security.is_some_and(|security| security.writable_root.is_some());
    let added = security.into_iter().flat_map(|security| &security.capabilities);
    let added: Vec<String> = added.map(|added| added.name.value.to_string()).collect();
    SecurityContext {
        allow_privilege_escalation: Some(gains),
        capabilities: Some(Capabilities {
            add: (!added.is_empty()).then_some(added),
            drop: Some(vec!["ALL".to_owned()]),
        }),
        read_only_root_filesystem: Some(!is_writable),
        ..SecurityContext::default()
    }
}

fn resources(resources: &Resources) -> ResourceRequirements {
    let mut requests = BTreeMap::new();
    let mut limits = BTreeMap::new();
    let Resources { cpu, memory, ephemeral } = resources;
    let cpu = cpu.as_ref().map(|cpu| written(cpu, Cpu::kubernetes));
    let memory = memory.as_ref().map(|memory| written(memory, Memory::kubernetes));
    let ephemeral = ephemeral.as_ref().map(|ephemeral| written(ephemeral, Memory::kubernetes));
    for (name, amount) in [("cpu", cpu), ("memory", memory), ("ephemeral-storage", ephemeral)] {
        let Some((request, limit)) = amount else { continue };
        requests.insert(name.to_owned(), request);
        limits.extend(limit.map(|limit| (name.to_owned(), limit)));
    }
    ResourceRequirements {
        claims: None,
        limits: (!limits.is_empty()).then_some(limits),
        requests: (!requests.is_empty()).then_some(requests),
    }
}

/// Request and limit in canonical form.
fn written<T: Copy>(resource: &Resource<T>, kubernetes: fn(T) -> String) -> (Quantity, Option<Quantity>) {
    let Requested { request, limit } = resource.amount.value;
    (quantity(kubernetes(request)), limit.map(|limit| quantity(kubernetes(limit))))
}

/// Keeps the container serving for a while before it is told to stop. Older versions have no action for that, and need
/// the image to bring a `sleep`.
fn pre_stop(cx: &Context<'_>, duration: Duration) -> Option<Lifecycle> {
    if duration.is_zero() {
        return None;
    }
    let seconds = convert::long_seconds(duration);
    let handler = if cx.model.platform.kubernetes.value >= SLEEP_ACTION {
        LifecycleHandler { sleep: Some(SleepAction { seconds }), ..LifecycleHandler::default() }
    } else {
        let command = Some(vec!["sleep".to_owned(), seconds.to_string()]);
        LifecycleHandler { exec: Some(ExecAction { command }), ..LifecycleHandler::default() }
    };
    Some(Lifecycle { pre_stop: Some(handler), ..Lifecycle::default() })
}
