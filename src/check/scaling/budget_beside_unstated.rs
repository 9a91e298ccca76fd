//! What a budget counts is known.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::{counted, listed};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Workload;

/// So many workloads are named.
const NAMED: usize = 5;

crate::check! {
    /// ## What it means
    /// An environment has a budget of cpu or memory, and managed workloads in it whose cpu or memory is not stated.
    ///
    /// ## Why it matters in the cluster
    /// Their pods count against the budget like all others, so whether everything fits cannot be told; and a pod that
    /// declares no amount of what is budgeted is refused.
    ///
    /// ## How to mend it
    /// State on the managed workload what its chart or operator is told: `cpu 500m..2; memory 1Gi..2Gi`.
    ///
    /// ```bvl bad
    /// platform shop { kubernetes "1.33"; registry "registry.example" }
    /// environment test {
    ///   namespace "shop-test"
    ///   budget { cpu 10 } //~ BVL0516 "store"
    /// }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///   shutdown { pre-stop 5s; drain 20s }
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    /// }
    /// managed store { match "app" "store"; port sql 5432; service "store" sql; replicas 3 }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good
    /// platform shop { kubernetes "1.33"; registry "registry.example" }
    /// environment test {
    ///   namespace "shop-test"
    ///   budget { cpu 10 }
    /// }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///   shutdown { pre-stop 5s; drain 20s }
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    /// }
    /// managed store { match "app" "store"; port sql 5432; service "store" sql; replicas 3; cpu 500m..2 }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/) and
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go), Kubernetes 1.36.
    BVL0516, "budget-beside-unstated", Warning, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // budgets that count the same have the same gap
    let mut counted_first: Option<Vec<&str>> = None;
    for environment in cx.environments() {
        let Some(budget) = &environment.budget else { continue };
        let counts = [
            ("cpu", budget.cpu.is_some() || budget.requests_cpu.is_some()),
            ("memory", budget.memory.is_some() || budget.requests_memory.is_some()),
        ];
        let unstated = |workload: &&Workload| {
            let resources = &workload.resources;
            let (cpu, memory) = (resources.cpu.is_none(), resources.memory.is_none());
            counts.iter().any(|(word, is_counted)| *is_counted && if *word == "cpu" { cpu } else { memory })
        };
        let managed = cx.model.workloads_in(environment.id).filter(|workload| workload.managed().is_some());
        let unknown: Vec<&Workload> = managed.filter(|workload| !workload.tainted).filter(unstated).collect();
        if unknown.is_empty() {
            continue;
        }
        let words: Vec<&str> = counts.iter().filter(|(_, is_counted)| *is_counted).map(|(word, _)| *word).collect();
        let is_alike = *counted_first.get_or_insert_with(|| words.clone()) == words;
        let (words, title) = (listed(&words), &environment.title);
        let mut names: Vec<String> = unknown.iter().take(NAMED).map(|workload| workload.name.value.clone()).collect();
        if unknown.len() > NAMED {
            names.push(counted(u32::try_from(unknown.len() - NAMED).unwrap_or(u32::MAX), "other"));
        }
        let message =
            format!("{title} has a budget of {words}, and how much {} may take is not stated", listed(&names));
        let examples: Vec<&str> = counts
            .iter()
            .filter(|(_, is_counted)| *is_counted)
            .map(|(word, _)| if *word == "cpu" { "`cpu 100m..500m`" } else { "`memory 128Mi..256Mi`" })
            .collect();
        let are = if counts.iter().filter(|(_, is_counted)| *is_counted).count() > 1 { "are" } else { "is" };
        let mut diagnostic = Diagnostic::new(&BVL0516, budget.stated.span, message)
            .here("counts the pods of managed workloads, too")
            .note("whether everything fits cannot be told, and a pod that declares no amount would be refused")
            .help(format!("state in the block of {} what its chart or operator gives its pods, such as {}: `kubectl get pods -o yaml` shows it", listed(&names), listed(&examples)))
            .environment(title.clone());
        for workload in unknown.iter().take(NAMED) {
            diagnostic = diagnostic.also(workload.name.span, format!("its {words} {are} not stated"));
            diagnostic = diagnostic.taken(workload, &["cpu", "memory"]);
        }
        if let Some(first) = unknown.first().filter(|_| is_alike) {
            diagnostic = diagnostic.caused_by(first.name.span);
        }
        for workload in unknown {
            diagnostic = diagnostic.about(workload.name.value.clone());
        }
        sink.report(diagnostic.about(environment.name.value.clone()));
    }
}
