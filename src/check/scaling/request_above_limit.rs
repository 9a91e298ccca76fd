//! Nothing requests more than it may take.

use super::amounts::{self, Amount, TIMES};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, Workload};
use crate::source::Span;
use crate::value::Cpu;

crate::check! {
    /// ## What it means
    /// The request of cpu, memory or disk is larger than the limit.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the Deployment.
    ///
    /// ## How to mend it
    /// The request stands first, the limit last. Equal is fine, and is written as one number.
    ///
    /// ```bvl bad in=service
    /// memory 512Mi..256Mi //~ BVL0503 "app requests 512Mi of memory and may take 256Mi"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// memory 256Mi..512Mi
    /// ```
    /// ```bvl good in=service
    /// memory 256Mi..256Mi
    /// ```
    /// ```bvl bad in=service
    /// cpu 500..2 //~ BVL0503 "app requests 500 of cpu and may take 2"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// cpu 500m..2
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go),
    /// `ValidateContainerResourceRequirements`, Kubernetes 1.36.
    BVL0503, "request-above-limit", Error(Refused), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        for amount in amounts::of_workload(workload) {
            let Some(limit) = amount.limit.filter(|limit| amount.request > *limit) else { continue };
            // of two statements nobody knows which is meant
            if workload.unread.touches(&[amount.word, "init", "sidecar"]) {
                continue;
            }
            let (requested, limited) = (amount.requested(), amount.shown(limit));
            let noun = if amount.word == "ephemeral" { "disk" } else { amount.word };
            let title = format!("{} requests {requested} of {noun} and may take {limited}", amount.of);
            let mut diagnostic = finding(&BVL0503, workload, environment, amount.stated.span, title)
                .here(format!("{requested} > {limited}{}", cx.from_layer(amount.stated.layer)))
                .note("the API server would refuse the pod: a request is at most the limit")
                .help(format!("the request stands first: `{} REQUEST..LIMIT`", amount.word));
            if let Some(meant) = meant(&amount, limit) {
                diagnostic = diagnostic.choice(format!("write `{meant}`"), cx.replace(&amount.stated, meant));
            }
            // values that are too far apart were hardly meant the other way around
            let is_near = limit > 0 && amount.request <= limit.saturating_mul(TIMES);
            if is_near || amount.word == "ephemeral" {
                let swapped = amount.range(limit, amount.request);
                diagnostic = diagnostic.choice(format!("write `{swapped}`"), cx.replace(&amount.stated, swapped));
            }
            sink.report(diagnostic);
        }
    }
}

/// `500m..2` for `500..2`: an `m` was forgotten.
fn meant(amount: &Amount<'_>, limit: u64) -> Option<String> {
    let is_whole = amount.word == "cpu" && amount.request.is_multiple_of(1000);
    let thousandths = amount.request / 1000;
    (is_whole && (100..=limit).contains(&thousandths))
        .then(|| amount.range(Cpu::from_millis(thousandths).millis(), limit))
}

/// Whether it is told of what a workload states at a place.
pub(in crate::check) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment, place: Span) -> bool {
    let is_above = |amount: &Amount<'_>| amount.limit.is_some_and(|limit| amount.request > limit);
    amounts::of_workload(workload).any(|amount| amount.stated.span == place && is_above(&amount))
        && cx.stands(&CHECK, &workload.name.value, environment)
}
