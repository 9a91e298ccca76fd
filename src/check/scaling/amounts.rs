//! Cpu, memory and disk of a workload in one shape, so that checks of requests and limits are written once.

use crate::model::resources::Resource;
use crate::model::{Environment, Origin, Workload};
use crate::value::{Cpu, Memory};

/// So many times the request may be the limit.
pub(super) const TIMES: u64 = 10;

/// Request and limit of one resource, in its smallest unit.
pub(super) struct Amount {
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

impl Amount {
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

/// What a workload states.
pub(super) fn of_workload(workload: &Workload) -> impl Iterator<Item = Amount> {
    let resources = &workload.resources;
    let cpu = resources.cpu.as_ref().map(cpu);
    let memory = resources.memory.as_ref().map(|memory| bytes("memory", memory));
    let ephemeral = resources.ephemeral.as_ref().map(|ephemeral| bytes("ephemeral", ephemeral));
    [cpu, memory, ephemeral].into_iter().flatten()
}

/// Request and limit of `cpu` or `memory` that a workload states.
pub(super) fn stated(workload: &Workload, word: &str) -> Option<(u64, Option<u64>)> {
    let resources = &workload.resources;
    if word == "cpu" {
        let amount = resources.cpu.as_ref()?.amount.value;
        return Some((amount.request.millis(), amount.limit.map(Cpu::millis)));
    }
    let amount = resources.memory.as_ref()?.amount.value;
    Some((amount.request.bytes(), amount.limit.map(Memory::bytes)))
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

fn cpu(resource: &Resource<Cpu>) -> Amount {
    let Resource { amount, because } = resource;
    Amount {
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

fn bytes(word: &'static str, resource: &Resource<Memory>) -> Amount {
    let Resource { amount, because } = resource;
    Amount {
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
