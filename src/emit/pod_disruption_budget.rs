//! `PodDisruptionBudget`: how many pods stay while nodes are drained.

use super::{Context, convert, metadata};
use crate::model::{Count, Disruption, Workload};
use crate::object::api::policy::v1::PodDisruptionBudgetSpec;
use crate::object::{IntOrString, Kind, Object, PodDisruptionBudget, int, selector};
use crate::value::KubernetesVersion;

/// `unhealthyPodEvictionPolicy` is there by default from this version on (KEP-3017).
const UNHEALTHY_POLICY: KubernetesVersion = KubernetesVersion::new(27);

/// The budget of a workload, unless its operator makes one. A stateless service's broken pods may always go, so that a
/// crash loop never holds up a drain; a broken pod that keeps data may hold the only good copy and keeps the default.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(bound) = bound(workload).filter(|_| workload.is_selectable()) else { return };
    let is_stateless = workload.service().is_some_and(|service| service.stateful().is_none());
    let may_always = is_stateless && cx.model.platform.kubernetes.value >= UNHEALTHY_POLICY;
    let (min_available, max_unavailable) = match bound {
        Bound::MinAvailable(count) => (Some(count), None),
        Bound::MaxUnavailable(count) => (None, Some(count)),
    };
    let spec = PodDisruptionBudgetSpec {
        min_available,
        max_unavailable,
        selector: Some(selector(metadata::selector(cx, workload))),
        unhealthy_pod_eviction_policy: may_always.then(|| "AlwaysAllow".to_owned()),
    };
    let metadata = metadata::of_workload(cx, workload, Kind::PodDisruptionBudget, &workload.name.value);
    objects.push(PodDisruptionBudget { metadata, spec: Some(spec), status: None }.into());
}

/// Whether a workload has a budget that bvlc makes.
pub(super) fn has_budget(workload: &Workload) -> bool {
    bound(workload).is_some() && workload.is_selectable()
}

enum Bound {
    MinAvailable(IntOrString),
    MaxUnavailable(IntOrString),
}

/// What is stated, else what is kept where nothing is.
fn bound(workload: &Workload) -> Option<Bound> {
    let stated = |count: &crate::model::Origin<Count>| convert::count_or_percent(count.value);
    match &workload.disruption {
        Some(Disruption::MinAvailable(count)) => Some(Bound::MinAvailable(stated(count))),
        Some(Disruption::MaxUnavailable(count)) => Some(Bound::MaxUnavailable(stated(count))),
        Some(Disruption::ByOperator(_) | Disruption::None { .. }) => None,
        None => workload.kept_unstated().map(|kept| Bound::MinAvailable(int(convert::count(kept)))),
    }
}
