//! A workload's rollout can go on: what replaces its pods says how many may come or go.
//!
//! Invariant: fields are judged as the API server fills them in.

use super::refused::BVL1145;
use crate::object::{FieldPath, Given, IntOrString};
use crate::verify::cluster::Cluster;
use crate::verify::finding::{Finding, Place};

/// What is said of an object that is not stored.
const REFUSED: &str = "the API server refuses the object";

/// `ValidateDeploymentSpec`, `ValidateRollingUpdateDeployment` and `ValidateRollingUpdateDaemonSet` in kubernetes
/// `pkg/apis/apps/validation/validation.go`, v1.36; defaults are those of `pkg/apis/apps/v1/defaults.go`.
pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, object) in cluster.iter() {
        let rollout = Rollout { at, title: cluster.title(object) };
        if let Given::Deployment(it) = object
            && let Some(spec) = &it.spec
        {
            found.extend(rollout.deadline(spec.min_ready_seconds, spec.progress_deadline_seconds));
            let strategy = spec.strategy.as_ref();
            if let Some(rolling) = strategy.and_then(|strategy| strategy.rolling_update.as_ref()) {
                let kind = strategy.and_then(|strategy| strategy.type_.as_deref());
                let (surge, unavailable) = (rolling.max_surge.as_ref(), rolling.max_unavailable.as_ref());
                found.extend(match kind {
                    Some("Recreate") => Some(rollout.recreated()),
                    Some(_) | None => rollout.nothing("spec.strategy.rollingUpdate", surge, unavailable),
                });
            }
        }
        if let Given::DaemonSet(it) = object
            && let Some(strategy) = it.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref())
            && let Some(rolling) =
                strategy.rolling_update.as_ref().filter(|_| strategy.type_.as_deref() != Some("OnDelete"))
        {
            // a DaemonSet lets none come before one goes, unless it says so
            let surge = rolling.max_surge.as_ref().unwrap_or(&IntOrString::Int(0));
            let unavailable = rolling.max_unavailable.as_ref();
            found.extend(rollout.nothing("spec.updateStrategy.rollingUpdate", Some(surge), unavailable));
            found.extend(rollout.both(surge, unavailable));
        }
    }
    found
}

/// A workload under review.
struct Rollout {
    at: usize,
    title: String,
}

impl Rollout {
    fn finding(&self, path: FieldPath, what: &str) -> Finding {
        let message = format!("{}: {what}", self.title);
        Finding::new(&BVL1145, Place::new(self.at, path), message).note(REFUSED)
    }

    /// How long pods are watched, against when the rollout is given up.
    fn deadline(&self, ready: Option<i32>, deadline: Option<i32>) -> Option<Finding> {
        let (ready, most) = (ready.unwrap_or(0), deadline.unwrap_or(600));
        if ready < most {
            return None;
        }
        let by_default = if deadline.is_none() { ", which it is where none is stated" } else { "" };
        let what = format!("minReadySeconds {ready} is not below progressDeadlineSeconds {most}{by_default}");
        let (own, other) = (FieldPath::of("spec.minReadySeconds"), FieldPath::of("spec.progressDeadlineSeconds"));
        // one that is not stated is 0, and the other one is the mistake
        let finding = if ready == 0 {
            self.finding(other, &what).here("the rollout is given up after this long")
        } else {
            let finding = self.finding(own, &what).here("a pod counts after this long");
            match deadline {
                Some(_) => finding.other(Place::new(self.at, other), "the rollout is given up after this long"),
                None => finding,
            }
        };
        Some(finding.help("raise progressDeadlineSeconds above minReadySeconds, or lower minReadySeconds"))
    }

    /// A rollout that may neither add a pod nor take one away.
    fn nothing(
        &self,
        field: &'static str,
        surge: Option<&IntOrString>,
        unavailable: Option<&IntOrString>,
    ) -> Option<Finding> {
        if !is_none(surge) || !is_none(unavailable) {
            return None;
        }
        let what = "maxSurge and maxUnavailable are both 0, so that no pod may come and none may go";
        let path = FieldPath::of(field).at("maxUnavailable");
        Some(self.finding(path, what).here("no pod may go").help("let one of the two be 1 or more"))
    }

    /// A Deployment that stops all pods first has no share of them.
    fn recreated(&self) -> Finding {
        let what = "rollingUpdate stands beside the type Recreate, which stops every pod before a new one starts";
        let finding = self.finding(FieldPath::of("spec.strategy.rollingUpdate"), what);
        finding.here("not beside Recreate").help("remove rollingUpdate, or the type")
    }

    /// A `DaemonSet` has one of the two.
    fn both(&self, surge: &IntOrString, unavailable: Option<&IntOrString>) -> Option<Finding> {
        if is_none(Some(surge)) || is_none(unavailable) {
            return None;
        }
        let by_default = if unavailable.is_none() { "1, which it is where none is stated" } else { "not 0" };
        let what = format!("maxSurge is not 0, and maxUnavailable is {by_default}: a DaemonSet has one of the two");
        let path = FieldPath::of("spec.updateStrategy.rollingUpdate.maxSurge");
        Some(
            self.finding(path, &what)
                .here("the second of the two")
                .help("state `maxUnavailable: 0`, or remove maxSurge"),
        )
    }
}

/// Whether an amount is stated, and is 0 (`getIntOrPercentValue`).
fn is_none(amount: Option<&IntOrString>) -> bool {
    match amount {
        Some(IntOrString::Int(count)) => *count == 0,
        Some(IntOrString::String(text)) => text.strip_suffix('%').and_then(|share| share.parse().ok()) == Some(0_i32),
        None => false,
    }
}
