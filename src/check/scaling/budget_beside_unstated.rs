//! What a budget counts is known.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::{counted, listed};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Workload};

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
    /// What budgets of several environments count is stated at once:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; budget { cpu 10 } } //~ BVL0516 "store" :27
    /// environment prod { namespace "shop-prod"; budget { cpu 10; memory 10Gi } }
    /// managed store { match "app" "store"; port sql 5432; service "store" sql; replicas 3 }
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/) and
    /// [`pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/evaluator/core/pods.go), Kubernetes 1.36.
    BVL0516, "budget-beside-unstated", Warning, since "0.1.0" => run
}

/// What a budget may count, and what states so much of it.
const COUNTED: [(&str, &str); 2] = [("cpu", "`cpu 100m..500m`"), ("memory", "`memory 128Mi..256Mi`")];

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let counts = |environment: &Environment, word: &str| {
        environment.budget.as_ref().is_some_and(|budget| match word {
            "cpu" => budget.cpu.is_some() || budget.requests_cpu.is_some(),
            _ => budget.memory.is_some() || budget.requests_memory.is_some(),
        })
    };
    let lacks = |workload: &Workload, word: &str| match word {
        "cpu" => workload.resources.cpu.is_none(),
        _ => workload.resources.memory.is_none(),
    };
    // what one budget counts and another one does not is the same gap, to be filled at once
    let any = COUNTED.map(|(word, _)| cx.environments().any(|environment| counts(environment, word)));
    let counted_by_any =
        || COUNTED.into_iter().zip(any).filter(|(_, is_counted)| *is_counted).map(|(counted, _)| counted);
    for environment in cx.environments() {
        let Some(budget) = &environment.budget else { continue };
        let words: Vec<&str> = COUNTED.iter().map(|(word, _)| *word).filter(|word| counts(environment, word)).collect();
        let managed = cx.model.workloads_in(environment.id).filter(|workload| workload.managed().is_some());
        let unstated = |workload: &&Workload| words.iter().any(|word| lacks(workload, word));
        let unknown: Vec<&Workload> = managed.filter(|workload| !workload.tainted).filter(unstated).collect();
        let Some(first) = unknown.first() else { continue };
        let (words, title) = (listed(&words), &environment.title);
        let mut names: Vec<String> = unknown.iter().take(NAMED).map(|workload| workload.name.value.clone()).collect();
        if unknown.len() > NAMED {
            names.push(counted(u32::try_from(unknown.len() - NAMED).unwrap_or(u32::MAX), "other"));
        }
        let message =
            format!("{title} has a budget of {words}, and how much {} may take is not stated", listed(&names));
        let examples = counted_by_any().filter(|(word, _)| unknown.iter().any(|workload| lacks(workload, word)));
        let examples: Vec<&str> = examples.map(|(_, example)| example).collect();
        let mut diagnostic = Diagnostic::new(&BVL0516, budget.stated.span, message)
            .here("counts the pods of managed workloads, too")
            .note("whether everything fits cannot be told, and a pod that declares no amount would be refused")
            .help(format!("state in the block of {} what its chart or operator gives its pods, such as {}: `kubectl get pods -o yaml` shows it", listed(&names), listed(&examples)))
            .environment(title.clone());
        for workload in unknown.iter().take(NAMED) {
            let lacking: Vec<&str> =
                counted_by_any().map(|(word, _)| word).filter(|word| lacks(workload, word)).collect();
            let are = if lacking.len() > 1 { "are" } else { "is" };
            diagnostic = diagnostic.also(workload.name.span, format!("its {} {are} not stated", listed(&lacking)));
            diagnostic = diagnostic.taken(workload, &["cpu", "memory"]);
        }
        diagnostic = diagnostic.caused_by(first.name.span);
        for workload in unknown {
            diagnostic = diagnostic.about(workload.name.value.clone());
        }
        sink.report(diagnostic.about(environment.name.value.clone()));
    }
}
