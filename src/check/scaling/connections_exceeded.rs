//! All callers together open no more connections than their callee takes.

use super::connections::{self, Caller};
use super::replicas::notes;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::table;
use crate::diagnostic::{Diagnostic, Reach, Sink};

/// So many rows of a table are shown.
const ROWS: usize = 12;

crate::check! {
    /// ## What it means
    /// Something takes so many `connections`, and its callers may open more once they have grown: the sum over all of
    /// (largest number of replicas + surge) x `pool`. A surge in percent rounds up.
    ///
    /// ## Why it matters in the cluster
    /// At the hour of the highest load, or during a rollout at that hour, connections are refused. The pods that meet it
    /// are mostly the new ones: they fail, are started again, and ask for more.
    ///
    /// ## How to mend it
    /// Lower a `pool` or a largest number of replicas, or let the callee take more. The table shows who takes what.
    ///
    /// Five pods, and one more in a rollout, with 20 connections each:
    /// ```bvl bad in=connections
    /// managed store is pooled { connections 119 } //~ BVL0523 "120 connections"
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl fixed in=connections fix=1
    /// managed store is pooled { connections 119 }
    /// allow app -> store.sql { pool 19 }
    /// ```
    /// ```bvl fixed in=connections fix=2
    /// managed store is pooled { connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl good in=connections
    /// managed store is pooled { connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// Callers count together, wherever their flows are stated:
    /// ```bvl bad in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 122 } //~ BVL0523 "123 connections"
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> store.sql { pool 1 }
    /// ```
    /// ```bvl good in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 123 }
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> store.sql { pool 1 }
    /// ```
    ///
    /// ## Source
    /// The sum is the language's own. The surge:
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts`, Kubernetes 1.36.
    BVL0523, "connections-exceeded", Error(Judgment), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for callee in connections::callees(cx) {
        let callers: Vec<Caller<'_>> = callee.callers(cx).into_iter().filter(|caller| caller.pool.is_some()).collect();
        let sum = callers.iter().fold(0_u64, |sum, caller| sum.saturating_add(caller.sum()));
        let limit = u64::from(callee.limit.value);
        if sum <= limit {
            continue;
        }
        let (name, environment) = (&callee.endpoint.name().value, callee.endpoint.environment());
        let title = format!("the callers of {name} may open {sum} connections, and it takes {limit}");
        let mut diagnostic = Diagnostic::new(&BVL0523, callee.limit.span, title)
            .environment(cx.model.environment_title(environment))
            .about(name.clone())
            .here(format!("takes {limit}{}", cx.from_layer(callee.limit.layer)))
            .note(rows(&callers, sum, limit))
            .notes(notes(callers.iter().map(|caller| caller.pods)))
            .note("at the highest load connections are refused, first to the pods that have just started");
        for caller in callers.iter().take(ROWS) {
            let Some(pool) = &caller.pool else { continue };
            let each = format!("{} for each pod of {}{}", pool.value, caller.name, cx.from_layer(pool.layer));
            diagnostic = diagnostic.also(pool.span, each);
            if let Some(service) = caller.workload.and_then(|workload| workload.service()) {
                let max = service.scaling.max();
                let most = format!("{} has {} pods at the most{}", caller.name, max.value, cx.from_layer(max.layer));
                diagnostic = diagnostic.also(max.span, most);
            }
        }
        let largest = callers.first().and_then(|caller| Some((caller, caller.pool?)));
        let fitting = largest.and_then(|(caller, pool)| {
            let others = sum.saturating_sub(caller.sum());
            let each = limit.checked_sub(others)?.checked_div(caller.pods.all())?;
            (each > 0).then_some((caller, pool, each))
        });
        diagnostic = match fitting {
            Some((caller, pool, each)) => diagnostic
                .help(format!("a `pool` of {each} for {} would fit, or `connections {sum}`", caller.name))
                .choice_to(
                    Reach::AtMost(each),
                    format!("lower the pool of {} to {each}", caller.name),
                    cx.replace(&pool, each.to_string()),
                ),
            None => diagnostic.help(format!("lower pools or replicas of several, or let {name} take {sum}")),
        };
        sink.report(diagnostic.choice_to(
            Reach::AtLeast(sum),
            format!("state that {name} takes {sum}"),
            cx.replace(&callee.limit, sum.to_string()),
        ));
    }
}

/// Who takes what, the largest first.
fn rows(callers: &[Caller<'_>], sum: u64, limit: u64) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for caller in callers.iter().take(ROWS) {
        let pool = caller.pool.map_or(0, |pool| pool.value);
        rows.push(vec![caller.name.clone(), format!("{} x {pool}", caller.pods.sum()), format!("= {}", caller.sum())]);
    }
    if callers.len() > ROWS {
        let others = callers.iter().skip(ROWS).fold(0_u64, |sum, caller| sum.saturating_add(caller.sum()));
        rows.push(vec![format!("{} others", callers.len() - ROWS), String::new(), format!("= {others}")]);
    }
    rows.push(vec!["together".to_owned(), String::new(), format!("= {sum} > {limit}")]);
    table(&rows)
}
