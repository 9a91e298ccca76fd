//! A disruption budget lets at least one pod go.

use super::evictions::Kept;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Origin, Scaling, WorkloadKind};

crate::check! {
    /// ## What it means
    /// At its smallest number of replicas, a workload's disruption budget lets no pod go. Percentages round up:
    /// `min-available 50%` of one replica is one.
    ///
    /// ## Why it matters in the cluster
    /// A node that is drained waits for the budget, for ever: upgrades of the cluster stand still, and nodes that should
    /// be removed stay.
    ///
    /// ## How to mend it
    /// Let one go, or keep one more. Where no pod may ever go without somebody looking at it, accept this with
    /// `waive budget-blocks-eviction on NAME because "..."`.
    ///
    /// ```bvl bad in=service
    /// scale 2..10 { on cpu 70% }
    /// disruption min-available 2 //~ BVL0601 "`min-available 2` of 2 replicas"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// scale 2..10 { on cpu 70% }
    /// disruption min-available 1
    /// ```
    /// ```bvl bad in=service
    /// scale 3
    /// disruption min-available 67% //~ BVL0601
    /// ```
    /// ```bvl good in=service
    /// scale 3
    /// disruption min-available 66%
    /// ```
    /// ```bvl bad in=service
    /// disruption max-unavailable 0 //~ BVL0601
    /// ```
    /// ```bvl good in=service
    /// disruption max-unavailable 1%
    /// ```
    ///
    /// ## Source
    /// [`disruption.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/disruption/disruption.go)
    /// (Kubernetes 1.36).
    BVL0601, "budget-blocks-eviction", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(kept) = workload.disruption.as_ref().and_then(Kept::of) else { continue };
        let n = workload.floor();
        if kept.lets_one_go(n) {
            continue;
        }
        let (name, count) = (&workload.name.value, kept.count());
        let replicas = match &workload.kind {
            WorkloadKind::Service(service) => service.scaling.min(),
            WorkloadKind::Managed(managed) => &managed.replicas,
        };
        let noun = if n == 1 { "replica" } else { "replicas" };
        let mut diagnostic = finding(
            &BVL0601,
            workload,
            environment,
            count.span,
            format!("no pod of {name} can ever be evicted: `{}` of {n} {noun}", kept.written()),
        )
        .here(format!("lets none go{}", cx.from_layer(count.layer)))
        .also(replicas.span, format!("{n} at the smallest{}", cx.from_layer(replicas.layer)))
        .note(kept.sum(n))
        .note("a node drain would wait for it for ever");
        let mut ways = Vec::new();
        if let Some(looser) = kept.loosened(n) {
            let title = match kept {
                Kept::Min(_) => format!("lower it to min-available {looser}"),
                Kept::Max(_) => format!("raise it to max-unavailable {looser}"),
            };
            diagnostic = diagnostic.choice(title.clone(), cx.replace(count, looser.to_string()));
            ways.push(title);
        }
        if let Some(enough) = kept.enough().filter(|enough| *enough > n) {
            let title = format!("keep {enough} replicas");
            diagnostic = diagnostic.choice(title.clone(), keep(cx, &workload.kind, replicas, enough));
            ways.push(title);
        }
        sink.report(diagnostic.help(ways.join(", or ")));
    }
}

/// The edit by which at least `n` replicas are kept.
fn keep(cx: &Context<'_>, kind: &WorkloadKind, replicas: &Origin<u32>, n: u32) -> crate::check::mend::Edits {
    let max = match kind {
        WorkloadKind::Service(service) => match &service.scaling {
            Scaling::Fixed(_) => None,
            Scaling::Auto(auto) => Some(auto.max.value.max(n)),
        },
        WorkloadKind::Managed(_) => None,
    };
    let text = max.map_or_else(|| n.to_string(), |max| format!("{n}..{max}"));
    cx.replace(replicas, text)
}
