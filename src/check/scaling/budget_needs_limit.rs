//! Where limits are budgeted, every pod has one.

use std::collections::BTreeMap;

use super::amounts;
use super::demand::{self, Demand};
use super::limit_ranges::given_limit;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::EnvironmentId;

crate::check! {
    /// ## What it means
    /// An environment budgets the limits of cpu or memory, and a workload in it has none.
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
