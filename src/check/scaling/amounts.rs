//! Cpu, memory and disk of a workload in one shape, so that checks of requests and limits are written once.

use std::borrow::Cow;

use super::request_above_limit;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::Diagnostic;
use crate::model::resources::{Resource, Resources};
use crate::model::{Environment, Origin, Workload};
use crate::value::{Cpu, Memory};

/// So many times the request may be the limit.
pub(super) const TIMES: u64 = 10;

/// Request and limit of one resource, in its smallest unit.
pub(super) struct Amount<'a> {
    /// Whose it is, as messages call the container: `web`, `init fetch of web`.
    pub(super) of: Cow<'a, str>,
    /// The word that states it.
    pub(super) word: &'static str,
    /// Where it is stated.
    pub(super) stated: Origin<()>,
    /// What is requested.
    pub(super) request: u64,
    /// What it may take; `None` for `none`.
    pub(super) limit: Option<u64>,
    /// Whether a reason is given for `none`.
    pub(super) has_reason: bool,
    /// An amount as a user writes it.
    pub(super) show: fn(u64) -> String,
    /// The stated request and limit, with the suffixes that they are stated with.
    as_stated: [fn(u64) -> String; 2],
    /// The amounts that people write are multiples of this.
    pub(super) step: u64,
}

impl Amount<'_> {
    /// The request as a user writes it.
    pub(super) fn requested(&self) -> String {
        self.shown(self.request)
    }

    /// An amount as a user writes it, and one that is stated as it is stated.
    pub(super) fn shown(&self, amount: u64) -> String {
        let [request, limit] = self.as_stated;
        match self.limit {
            _ if amount == self.request => request(amount),
            Some(stated) if amount == stated => limit(amount),
            Some(_) | None => (self.show)(amount),
        }
    }

    /// `REQUEST..LIMIT`, or one number where they are equal.
    pub(super) fn range(&self, request: u64, limit: u64) -> String {
        let shown = |amount| self.shown(amount);
        if request == limit { shown(request) } else { format!("{}..{}", shown(request), shown(limit)) }
    }
}

/// What a container has, by its own statements and those of its classes.
pub(super) struct Container<'a> {
    /// How messages call it: `web`, `init fetch of web`.
    pub(super) called: Cow<'a, str>,
    /// Its name, and where that stands.
    pub(super) name: &'a Origin<String>,
    resources: &'a Resources,
    is_beside: bool,
}

/// A workload's own container, then each beside it.
pub(super) fn containers(workload: &Workload) -> impl Iterator<Item = Container<'_>> {
    let name = &workload.name;
    let own = Container {
        called: Cow::Borrowed(name.value.as_str()),
        name,
        resources: &workload.resources,
        is_beside: false,
    };
    let companions = workload.program().into_iter().flat_map(|program| &*program.companions);
    let beside = companions.map(|companion| Container {
        called: Cow::Owned(companion.called(&name.value)),
        name: &companion.name,
        resources: &companion.resources,
        is_beside: true,
    });
    std::iter::once(own).chain(beside)
}

impl Container<'_> {
    /// Request and limit of `cpu` or `memory`.
    pub(super) fn stated(&self, word: &str) -> Option<(u64, Option<u64>)> {
        of(self.resources, word)
    }

    /// Whether it is the one that the workload is there for.
    pub(super) fn is_own(&self) -> bool {
        !self.is_beside
    }

    /// Where `cpu` or `memory` is stated.
    pub(super) fn place(&self, word: &str) -> Option<Origin<()>> {
        let Resources { cpu, memory, .. } = self.resources;
        if word == "cpu" { Some(cpu.as_ref()?.amount.map(|_| ())) } else { Some(memory.as_ref()?.amount.map(|_| ())) }
    }

    /// Says of a word that it is not stated.
    pub(super) fn lacks(&self, cx: &Context<'_>, workload: &Workload, word: &str, found: Diagnostic) -> Diagnostic {
        if self.is_beside {
            found.here(format!("states no {word}{}", cx.from_layer(self.name.layer)))
        } else {
            found.missing(cx, workload, &[word], self.name.span)
        }
    }
}

/// What a workload states, of its own container and then of each beside it.
pub(super) fn of_workload(workload: &Workload) -> impl Iterator<Item = Amount<'_>> {
    containers(workload).flat_map(|container| of_container(container.called, container.resources))
}

fn of_container<'a>(of: Cow<'a, str>, resources: &Resources) -> impl Iterator<Item = Amount<'a>> + use<'a> {
    let cpu = resources.cpu.as_ref().map(|stated| cpu(of.clone(), stated));
    let memory = resources.memory.as_ref().map(|memory| bytes(of.clone(), "memory", memory));
    let ephemeral = resources.ephemeral.as_ref().map(|ephemeral| bytes(of, "ephemeral", ephemeral));
    [cpu, memory, ephemeral].into_iter().flatten()
}

/// Request and limit of `cpu`, `memory` or `ephemeral` of one container, in the smallest unit; no limit for `none`.
pub(super) fn of(resources: &Resources, word: &str) -> Option<(u64, Option<u64>)> {
    let Resources { cpu, memory, ephemeral } = resources;
    if word == "cpu" {
        let stated = cpu.as_ref()?.amount.value;
        Some((stated.request.millis(), stated.limit.map(Cpu::millis)))
    } else {
        let stated = if word == "memory" { memory } else { ephemeral }.as_ref()?.amount.value;
        Some((stated.request.bytes(), stated.limit.map(Memory::bytes)))
    }
}

/// Whether some amount of a workload is such a one, by its request and its limit: asked of all, it makes none of them.
pub(super) fn any(workload: &Workload, is_such: fn(u64, Option<u64>) -> bool) -> bool {
    let companions = workload.program().into_iter().flat_map(|program| &*program.companions);
    let mut all = std::iter::once(&workload.resources).chain(companions.map(|companion| &companion.resources));
    all.any(|resources| {
        let mut amounts = ["cpu", "memory", "ephemeral"].into_iter().filter_map(|word| of(resources, word));
        amounts.any(|(request, limit)| is_such(request, limit))
    })
}

/// Whether some container of a workload requests more of a resource than it may take, and that is told: nobody knows which of
/// both is meant, so that nothing is judged by either.
pub(super) fn are_in_doubt(cx: &Context<'_>, workload: &Workload, environment: &Environment, word: &str) -> bool {
    let companions = workload.program().into_iter().flat_map(|program| &*program.companions);
    let all = std::iter::once(&workload.resources).chain(companions.map(|companion| &companion.resources));
    let mut amounts = all.filter_map(|resources| of(resources, word));
    amounts.any(|(request, limit)| limit.is_some_and(|limit| request > limit))
        && cx.stands(&request_above_limit::CHECK, &workload.name.value, environment)
}

/// Cpu in thousandths of a core, as a user writes it.
pub(super) fn show_cpu(millis: u64) -> String {
    Cpu::from_millis(millis).to_string()
}

/// Memory in bytes, as a user writes it.
pub(super) fn show_memory(bytes: u64) -> String {
    Memory::from_bytes(bytes).to_string()
}

/// How an amount is written with suffixes such as this one has.
fn of_family(stated: Memory) -> fn(u64) -> String {
    if stated.is_decimal() { |bytes| Memory::from_bytes_decimal(bytes).to_string() } else { show_memory }
}

/// Whether the environment's budget counts limits of that resource.
pub(super) fn is_budgeted(environment: &Environment, word: &str) -> bool {
    environment.budget.as_ref().is_some_and(|budget| match word {
        "cpu" => budget.cpu.is_some(),
        "memory" => budget.memory.is_some(),
        _ => false,
    })
}

fn cpu<'a>(of: Cow<'a, str>, resource: &Resource<Cpu>) -> Amount<'a> {
    let Resource { amount, because } = resource;
    Amount {
        of,
        word: "cpu",
        stated: amount.map(|_| ()),
        request: amount.value.request.millis(),
        limit: amount.value.limit.map(Cpu::millis),
        has_reason: because.is_some(),
        show: show_cpu,
        as_stated: [show_cpu; 2],
        step: 1,
    }
}

fn bytes<'a>(of: Cow<'a, str>, word: &'static str, resource: &Resource<Memory>) -> Amount<'a> {
    let Resource { amount, because } = resource;
    Amount {
        of,
        word,
        stated: amount.map(|_| ()),
        request: amount.value.request.bytes(),
        limit: amount.value.limit.map(Memory::bytes),
        has_reason: because.is_some(),
        show: of_family(amount.value.request),
        as_stated: [amount.value.request, amount.value.limit.unwrap_or_default()].map(of_family),
        step: if amount.value.request.is_decimal() { 1_000_000 } else { 1 << 20 },
    }
}
