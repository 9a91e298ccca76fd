//! A limit is at most ten times the request.

use std::collections::{BTreeMap, BTreeSet};

use super::amounts::{self, TIMES};
use super::limit_range_refuses::{is_accepted, is_refused};
use super::limit_ranges::{Range, of_environment};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::EnvironmentId;
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// The limit of cpu or memory is more than ten times the request.
    ///
    /// ## Why it matters in the cluster
    /// The scheduler fills nodes by requests. When several such pods use what they may, the node has not got it: cpu is
    /// shared out slowly, and for memory the kernel kills a process, not always the one that took it.
    ///
    /// ## How to mend it
    /// Raise the request to what is used in ordinary hours, or lower the limit.
    ///
    /// ```bvl bad in=service
    /// cpu 100m..1001m //~ BVL0504 "more than 10 times"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// cpu 101m..1001m
    /// ```
    /// ```bvl good in=service
    /// cpu 100m..1
    /// ```
    /// ```bvl bad in=service
    /// memory 128Mi..2Gi //~ BVL0504
    /// ```
    /// ```bvl fixed in=service fix=2
    /// memory 128Mi..1280Mi
    /// ```
    /// What the `limit-range` of one environment refuses is told as that alone, whatever other environments have none:
    /// ```bvl good in=file
    /// environment prod { namespace "shop-prod"; limit-range { cpu 10m..4 ratio 20 } }
    /// service report is base { cpu 100m..1 }
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/),
    /// Kubernetes 1.36. The factor is a rule of this language.
    BVL0504, "limit-far-above-request", Warning, since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut refused = None;
    let ranges: BTreeMap<EnvironmentId, Vec<Range>> =
        cx.environments().map(|environment| (environment.id, of_environment(environment).collect())).collect();
    let far = cx.workloads().filter(|(workload, _)| amounts::any(workload, is_far));
    for (workload, environment) in far {
        for amount in amounts::of_workload(workload) {
            let most = amount.request.saturating_mul(TIMES);
            let Some(limit) = amount.limit.filter(|limit| is_far(amount.request, Some(*limit))) else { continue };
            let own = ranges.get(&environment.id).map_or(&[][..], Vec::as_slice);
            let is_told = (!workload.tainted && is_refused(workload, &amount, own))
                || refused.get_or_insert_with(|| refused_anywhere(cx, &ranges)).contains(&amount.stated.span);
            if amount.word == "ephemeral" || !cx.is_users(amount.stated.span) || is_told {
                continue;
            }
            let (word, requested, limited) = (amount.word, amount.requested(), amount.shown(limit));
            let title = format!(
                "{} may take {limited} of {word}, more than {TIMES} times the {requested} that it requests",
                amount.of
            );
            let raised = limit.div_ceil(TIMES).div_ceil(amount.step).saturating_mul(amount.step).min(limit);
            let (higher, lower) = (amount.range(raised, limit), amount.range(amount.request, most));
            sink.report(
                finding(&BVL0504, workload, environment, amount.stated.span, title)
                    .here(format!(
                        "{TIMES} x {requested} = {}, less than {}{}",
                        same_unit(word, most, limit, amount.show),
                        if word == "cpu" { same_unit(word, limit, most, amount.show) } else { limited.clone() },
                        cx.from_layer(amount.stated.layer)
                    ))
                    .note("nodes are filled by requests: pods that use what they may would find nothing left")
                    .help(format!(
                        "request what it is measured to need, `{word} {higher}` or more, or limit it: `{word} {lower}`"
                    ))
                    .choice(format!("raise the request: `{higher}`"), cx.replace(&amount.stated, higher))
                    .choice(format!("lower the limit: `{lower}`"), cx.replace(&amount.stated, lower)),
            );
        }
    }
}

/// Whether a limit is more than so many times the request.
fn is_far(request: u64, limit: Option<u64>) -> bool {
    let most = request.saturating_mul(TIMES);
    most > 0 && limit.is_some_and(|limit| limit > most)
}

/// Where the amounts are stated that the range of some environment refuses: what such a statement says is one mistake in all of them. None
/// where that is accepted of anyone.
fn refused_anywhere(cx: &Context<'_>, ranges: &BTreeMap<EnvironmentId, Vec<Range>>) -> BTreeSet<Span> {
    if is_accepted(cx) {
        return BTreeSet::new();
    }
    let mut refused = BTreeSet::new();
    for (workload, environment) in cx.workloads() {
        let Some(own) = ranges.get(&environment.id).filter(|own| !own.is_empty()) else { continue };
        let amounts = amounts::of_workload(workload).filter(|amount| is_refused(workload, amount, own));
        refused.extend(amounts.map(|amount| amount.stated.span));
    }
    refused
}

/// An amount beside another one: both cpus, or both thousandths.
fn same_unit(word: &str, amount: u64, other: u64, show: fn(u64) -> String) -> String {
    let is_whole = amount.is_multiple_of(1000) && other.is_multiple_of(1000);
    if word == "cpu" && !is_whole { format!("{amount}m") } else { show(amount) }
}
