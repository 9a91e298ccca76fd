//! The containers of a service or a job: its own, and those beside it.

use std::collections::BTreeMap;

use super::{env, ports, probes, volumes};
use crate::emit::{Context, convert};
use crate::model::resources::{Resource, Resources};
use crate::model::security::Security;
use crate::model::{self, Companion, Program, Role, Service, Workload};
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
    Container {
        ports: ports::of_container(workload, None),
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
        env: env::variables(cx, workload, program),
        env_from: env::sources(workload, program),
        resources: resources(&workload.resources),
        lifecycle: pre_stop(cx, program.shutdown.pre_stop.value),
        volume_mounts: volumes::mounts(program),
        ..of_any(&program.container)
    }
}

/// Those beside it, in the order in which they start. Each bears its own name.
pub(super) fn beside(cx: &Context<'_>, workload: &Workload, program: &Program) -> Option<Vec<Container>> {
    let all: Vec<Container> =
        program.companions.iter().map(|companion| of_companion(cx, workload, program, companion)).collect();
    (!all.is_empty()).then_some(all)
}

fn of_companion(cx: &Context<'_>, workload: &Workload, program: &Program, companion: &Companion) -> Container {
    let probes = probes::of_companion(companion);
    let container = of_any(&companion.container);
    Container {
        name: companion.name.value.clone(),
        env: env::of_container(cx, (workload, program), &companion.container),
        resources: resources(&companion.resources),
        ports: ports::of_container(workload, Some(companion)),
        liveness_probe: probes.liveness,
        readiness_probe: probes.readiness,
        startup_probe: probes.startup,
        restart_policy: match companion.role {
            Role::Init => None,
            Role::Sidecar => Some("Always".to_owned()),
        },
        security_context: container.security_context.map(|context| as_stated(context, companion)),
        volume_mounts: volumes::shared_mounts(program),
        ..container
    }
}

/// What is not the pod's, where the container states it.
fn as_stated(context: SecurityContext, companion: &Companion) -> SecurityContext {
    let user = companion.user.as_ref().map(|user| i64::from(user.value));
    let security = companion.container.security.as_deref();
    let group = security.and_then(|security| security.group.as_ref()).map(|group| i64::from(group.value));
    let seccomp = security.and_then(|security| security.seccomp.as_ref());
    SecurityContext {
        run_as_user: user,
        run_as_group: group.or(user),
        run_as_non_root: user.map(|user| user != 0),
        seccomp_profile: seccomp.map(|stated| super::seccomp(Some(stated))),
        ..context
    }
}

/// What every container has.
fn of_any(container: &model::Container) -> Container {
    Container {
        image: container.image.as_ref().map(|image| image.value.to_string()),
        command: env::words(container.command.as_deref()),
        args: env::words(container.args.as_deref()),
        security_context: Some(security_context(container.security.as_deref())),
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

fn resources(resources: &Resources) -> Option<ResourceRequirements> {
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
    // what has a limit has a request
    (!requests.is_empty()).then(|| ResourceRequirements {
        claims: None,
        limits: (!limits.is_empty()).then_some(limits),
        requests: Some(requests),
    })
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
