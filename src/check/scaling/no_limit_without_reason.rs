//! A limit that is left out is left out for a reason.

use super::{amounts, limit_ranges};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// `none` leaves a limit of cpu or memory out, and no `because` says why.
    ///
    /// ## Why it matters in the cluster
    /// Without a memory limit a leak takes the memory of the node, and the kubelet evicts whoever is in the way. Without
    /// a cpu limit a busy pod takes what its neighbors did not request but count on. Both can be right; nobody
    /// who comes later can tell.
    ///
    /// ## How to mend it
    /// Write the reason behind it, or a limit.
    ///
    /// ```bvl bad in=service
    /// cpu 500m..none //~ BVL0502 "app has no cpu limit"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// cpu 500m
    /// ```
    /// Where a `limit-range` has a most, that is the limit of what states none:
    /// ```bvl bad in=environment
    /// limit-range { cpu 10m..4 }
    /// service app { cpu 500m..none } //~ BVL0502 "app has no cpu limit"
    /// ```
    /// ```bvl good in=service
    /// cpu 500m..none because "throttling costs more than neighbors"
    /// ```
    ///
    /// ## Source
    /// [How pods with resource limits are run](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run),
    /// Kubernetes 1.36. That a reason stands beside it is a rule of this language.
    BVL0502, "no-limit-without-reason", Error(Judgment), since "0.1.0" => run, reads ["cpu", "memory"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        for amount in amounts::of_workload(workload) {
            let (word, stated) = (amount.word, amount.stated);
            let is_judged = word == "ephemeral" || amount.has_reason || amounts::is_budgeted(environment, word);
            if amount.limit.is_some() || is_judged || !cx.is_users(stated.span) {
                continue;
            }
            // what states no limit is given the most of the namespace's range
            let given = limit_ranges::given_limit(environment, word).map(amount.show);
            let consequence = match word {
                _ if given.is_some() => "`none` reads as if it could take all there is",
                "memory" => "a leak would take the node's memory, and the kubelet evicts whoever is in the way",
                _ => "a busy pod would take all cpu of its node that is not in use at that moment",
            };
            let title = format!("{} has no {word} limit, and no reason is given", amount.of);
            let requested = amount.requested();
            let mut diagnostic = finding(&BVL0502, workload, environment, stated.span, title)
                .here(format!("the limit is left out{}", cx.from_layer(stated.layer)));
            if let Some(most) = given {
                diagnostic = diagnostic
                    .note(format!("its containers have a limit all the same, the {most} of the `limit-range`"));
            }
            sink.report(
                diagnostic
                    .note(consequence)
                    .help(format!("write `{word} {requested}..none because \"REASON\"`, or a limit"))
                    .choice(format!("limit it to what it requests, {requested}"), cx.replace(&stated, requested)),
            );
        }
    }
}
