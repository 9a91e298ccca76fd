//! How fast an autoscaler may grow and shrink what it scales.

use crate::emit::convert;
use crate::model::scaling::{Behavior, Step};
use crate::model::{Autoscaling, Count};
use crate::object::api::autoscaling::v2::{HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscalerBehavior};

/// What is stated; the API server fills in the rest.
pub(in crate::emit) fn of_scaling(scaling: &Autoscaling) -> Option<HorizontalPodAutoscalerBehavior> {
    let behavior = HorizontalPodAutoscalerBehavior {
        scale_up: scaling.up.as_ref().map(rules),
        scale_down: scaling.down.as_ref().map(rules),
    };
    (behavior != HorizontalPodAutoscalerBehavior::default()).then_some(behavior)
}

/// Of several steps the one that allows the most counts, as everywhere in Kubernetes.
fn rules(behavior: &Behavior) -> HPAScalingRules {
    let policies: Vec<HPAScalingPolicy> = behavior.steps.iter().map(policy).collect();
    HPAScalingRules {
        select_policy: (!policies.is_empty()).then(|| "Max".to_owned()),
        policies: (!policies.is_empty()).then_some(policies),
        stabilization_window_seconds: behavior.window.as_ref().map(|window| convert::seconds(window.value)),
        tolerance: None,
    }
}

fn policy(step: &Step) -> HPAScalingPolicy {
    let (type_, value) = match step.amount.value {
        Count::Number(number) => ("Pods", number),
        Count::Percent(percent) => ("Percent", percent.0),
    };
    HPAScalingPolicy {
        type_: type_.to_owned(),
        value: convert::count(value),
        period_seconds: convert::seconds(step.every.value),
    }
}
