//! `ResourceQuota`: what the pods of an environment may take together.

use std::collections::BTreeMap;

use super::{Context, metadata};
use crate::object::api::core::v1::ResourceQuotaSpec;
use crate::object::{Kind, Object, Quantity, ResourceQuota, quantity};

/// Its name in every environment.
const NAME: &str = "budget";

/// The environment's `budget`, under the names of `pods.go` and `persistent_volume_claims.go` in
/// kubernetes `pkg/quota/v1/evaluator/core` (1.33).
pub(super) fn emit(cx: &Context<'_>, objects: &mut Vec<Object>) {
    let Some(budget) = &cx.environment.budget else { return };
    let cpu = |amount: &crate::model::Origin<crate::value::Cpu>| amount.value.kubernetes();
    let memory = |amount: &crate::model::Origin<crate::value::Memory>| amount.value.kubernetes();
    let amounts = [
        ("limits.cpu", budget.cpu.as_ref().map(cpu)),
        ("limits.memory", budget.memory.as_ref().map(memory)),
        ("persistentvolumeclaims", budget.volumes.as_ref().map(|volumes| plain(volumes.value))),
        ("pods", budget.pods.as_ref().map(|pods| plain(pods.value))),
        ("requests.cpu", budget.requests_cpu.as_ref().map(cpu)),
        ("requests.memory", budget.requests_memory.as_ref().map(memory)),
        ("requests.storage", budget.storage.as_ref().map(memory)),
    ];
    let stated = amounts.into_iter().filter_map(|(name, amount)| Some((name.to_owned(), quantity(amount?))));
    let hard: BTreeMap<String, Quantity> = stated.collect();
    if hard.is_empty() {
        return;
    }
    let metadata = metadata::of_environment(cx, Kind::ResourceQuota, NAME);
    let spec = ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() };
    objects.push(ResourceQuota { metadata, spec: Some(spec), status: None }.into());
}

/// A whole number as a canonical quantity: `1k` for a thousand.
fn plain(number: u32) -> String {
    crate::value::Cpu::from_millis(u64::from(number).saturating_mul(1000)).kubernetes()
}
