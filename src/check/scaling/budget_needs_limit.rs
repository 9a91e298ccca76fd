//! Where limits are budgeted, every pod has one.

use std::collections::BTreeMap;

use super::amounts::{self, Container};
use super::demand::{self, Demand};
use super::limit_ranges::{self, given_limit};
use super::missing_resources;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::Budget;
use crate::model::{Environment, EnvironmentId, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// An environment budgets the limits of cpu or memory, and a workload in it has none. Or it budgets what is requested, and a
    /// workload requests nothing, which somebody has accepted of it by itself (BVL0501).
    ///
    /// ## Why it matters in the cluster
    /// A quota on limits makes every container declare one: the API server refuses each pod of that workload.
    ///
    /// ## How to mend it
    /// State a limit, or budget the requests in place of the limits: `budget { requests { cpu 4 } }`. The message says how much all
    /// pods request together, with what rollouts add.
    ///
    /// ```bvl bad in=environment
    /// budget { cpu 10 }
    /// service app { cpu 100m..none because "throttling costs more than neighbors" } //~ BVL0517 "app has no cpu limit"
    /// ```
    /// ```bvl fixed fix=1 in=environment
    /// budget { requests { cpu 600m } }
    /// service app { cpu 100m..none because "throttling costs more than neighbors" }
    /// ```
    /// A `limit-range` with a most gives it to what states no limit:
    /// ```bvl good in=environment
    /// budget { cpu 10 }
    /// limit-range { cpu 10m..500m }
    /// service app { cpu 100m..none because "throttling costs more than neighbors" }
    /// ```
    /// ```bvl good in=environment
    /// budget { memory 10Gi; requests { cpu 10 } }
    /// service app { cpu 100m..none because "throttling costs more than neighbors" }
    /// ```
    ///
    /// Whoever accepts that a service states nothing has not accepted this:
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; budget { requests { cpu 2 } } }
    /// service report is base { in tight; without cpu } //~ BVL0517 "report states no cpu"
    /// allow caller -> report.http
    /// waive missing-resources on report because "nobody has measured it"
    /// ```
    /// ```bvl good in=file
    /// environment tight { shared; namespace "shop-tight"; budget { requests { cpu 2 } }; limit-range { cpu 100m..500m } }
    /// service report is base { in tight; without cpu }
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives it"
    /// ```
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; budget { cpu 2 }; limit-range { cpu 100m..none } }
    /// service report is base { in tight; without cpu } //~ BVL0517 "report states no cpu"
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives what it requests"
    /// ```
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; budget { cpu 2 } }
    /// service report is base {
    ///   in tight
    ///   sidecar shipper { image "registry.example/shipper:1.0"; memory 64Mi } //~ BVL0517 "sidecar shipper of report states no cpu"
    /// }
    /// allow caller -> report.http
    /// waive missing-resources on report because "it ships next to nothing"
    /// ```
    ///
    /// ## Source
    /// [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/) and
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go), `Constraints`, Kubernetes 1.36.
    BVL0517, "budget-needs-limit", Error(Refused), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // what all request together, and its terms: the same for each of them
    let mut known: BTreeMap<(EnvironmentId, &str), Option<Said>> = BTreeMap::new();
    for (workload, environment) in cx.workloads() {
        let Some(budget) = &environment.budget else { continue };
        for container in amounts::containers(workload) {
            for word in ["cpu", "memory"] {
                if let Some(found) = unstated(cx, (workload, environment), &container, budget, word) {
                    sink.report(found);
                }
            }
        }
        if !amounts::any(workload, |_, limit| limit.is_none()) {
            continue;
        }
        for amount in amounts::of_workload(workload).filter(|amount| amount.limit.is_none()) {
            let word = amount.word;
            // the most of a range is the limit of what states none, before the quota looks
            if given_limit(environment, word).is_some() {
                continue;
            }
            let counted = match word {
                "cpu" => budget.cpu.map(|cpu| cpu.map(|_| ())),
                "memory" => budget.memory.map(|memory| memory.map(|_| ())),
                _ => None,
            };
            let Some(counted) = counted else { continue };
            let title = format!("{} has no {word} limit, and the budget of its environment counts limits", amount.of);
            let requested = known
                .entry((environment.id, word))
                .or_insert_with(|| demand::requested(cx, environment, word).map(|all| Said::of(&all)));
            let requests = requested.as_ref().map(|all| format!("requests {{ {word} {} }}", all.sum));
            let shown = requests.clone().unwrap_or_else(|| format!("requests {{ {word} SUM }}"));
            // what stands beside a block of that name belongs into it
            let is_free = budget.requests_cpu.is_none() && budget.requests_memory.is_none();
            let edits = requests.filter(|_| is_free).and_then(|requests| cx.replace_clause(word, &counted, &requests));
            let found = finding(&BVL0517, workload, environment, amount.stated.span, title)
                .here(format!("the limit is left out{}", cx.from_layer(amount.stated.layer)))
                .also(counted.span, format!("counts the {word} limits of all pods"))
                .note(format!(
                    "a quota on limits makes every container declare one: each pod of {} would be refused",
                    workload.name.value
                ))
                .help(format!(
                    "state a limit: `{word} {}..LIMIT`; or let the budget count what pods request: `budget {{ {shown} }}`",
                    amount.requested()
                ))
                .choice(format!("budget what pods request: `{shown}` in place of `{word}`"), edits);
            sink.report(match requested {
                Some(all) => found.note(all.terms.clone()).notes(all.notes.iter().copied()),
                None => found,
            });
        }
    }
}

/// What is said of a container that states nothing of what a budget counts, where that by itself is accepted.
fn unstated(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    container: &Container<'_>,
    budget: &Budget,
    word: &'static str,
) -> Option<Diagnostic> {
    if container.stated(word).is_some() || !missing_resources::is_accepted(cx, workload, environment) {
        return None;
    }
    let given = limit_ranges::given(environment, word);
    let (limits, requests) = budgeted(budget, word);
    let limits = limits.filter(|_| given.is_none_or(|given| given.limit.is_none()));
    let requests = requests.filter(|_| given.is_none());
    let (name, example) = (&workload.name.value, if word == "cpu" { "100m..500m" } else { "128Mi..256Mi" });
    let counted: Vec<(Span, &str)> =
        [limits.map(|at| (at, "limits")), requests.map(|at| (at, "requests"))].into_iter().flatten().collect();
    if counted.is_empty() {
        return None;
    }
    let title = format!("{} states no {word}, and the budget of its environment counts it", container.called);
    let found = finding(&BVL0517, workload, environment, container.name.span, title);
    let found = container.lacks(cx, workload, word, found);
    let found = counted
        .into_iter()
        .fold(found, |found, (at, what)| found.also(at, format!("counts the {word} {what} of all pods")));
    let found = found.note(format!(
        "a quota makes every container declare what it counts: each pod of {name} would be refused, whoever accepts that it states none"
    ));
    let is_waived = cx.model.is_waived_in(environment, name, missing_resources::CHECK.code);
    let found = if is_waived {
        found.note(format!(
            "once it is stated the waiver of {} on {name} accepts nothing: take that out as well",
            missing_resources::CHECK.code.id
        ))
    } else {
        found
    };
    let state = if container.is_own() && workload.removed(word).is_some() {
        format!("take the `without` out, or state `{word} {example}` in its place")
    } else {
        format!("state it: `{word} {example}`")
    };
    Some(found.help(format!(
        "{state}; or where a LimitRange of the namespace gives it, state that in the environment: `limit-range {{ {word} LEAST..MOST }}`"
    )))
}

/// Where a budget counts limits, and where requests, of a resource.
fn budgeted(budget: &Budget, word: &str) -> (Option<Span>, Option<Span>) {
    if word == "cpu" {
        (budget.cpu.as_ref().map(|cpu| cpu.span), budget.requests_cpu.as_ref().map(|cpu| cpu.span))
    } else {
        (budget.memory.as_ref().map(|memory| memory.span), budget.requests_memory.as_ref().map(|memory| memory.span))
    }
}

/// What is said of a sum.
struct Said {
    sum: String,
    terms: String,
    notes: Vec<&'static str>,
}

impl Said {
    fn of(all: &Demand) -> Self {
        let terms = format!("requested together:\n{}", all.terms());
        Self { sum: all.shown(), terms, notes: all.notes() }
    }
}
