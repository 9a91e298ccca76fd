//! A job that runs once stays there as what has run.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A job without a `schedule` states `ttl`.
    ///
    /// ## Why it matters in the cluster
    /// Kubernetes deletes the Job that long after its end. A delivery tool that compares the cluster with the manifests finds it
    /// missing and makes it again: what was to run once, a migration, runs time and again.
    ///
    /// ## How to mend it
    /// Take `ttl` out: the Job that has run stays, and costs nothing. Where nothing but a person applies the manifests, accept it
    /// with `waive ttl-runs-again on NAME because "..."`.
    ///
    /// ```bvl bad in=job
    /// retries 2
    /// ttl 24h //~ BVL0808 "runs again"
    /// ```
    /// ```bvl fixed in=job fix=1
    /// retries 2
    /// ```
    /// A scheduled job makes a new one each time anyway:
    /// ```bvl good in=job
    /// deadline 1h
    /// ttl 24h
    /// schedule "0 3 * * *"
    /// ```
    ///
    /// ## Source
    /// [TTL after finished](https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/) (Kubernetes 1.33), and
    /// [argo-cd issue 8586](https://github.com/argoproj/argo-cd/issues/8586).
    BVL0808, "ttl-runs-again", Warning, since "0.1.0" => run, reads ["ttl", "schedule"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, job, environment) in cx.jobs() {
        let Some(ttl) = job.ttl.filter(|_| job.schedule.is_none()) else { continue };
        let name = &workload.name.value;
        let title = format!("{name} runs again each time its Job is deleted, {} after its end", ttl.value);
        sink.report(
            finding(&BVL0808, workload, environment, ttl.span, title)
                .here(format!("deletes what has run{}", cx.from_layer(ttl.layer)))
                .note("a delivery tool such as Argo CD finds the Job missing and makes it again, and it runs")
                .help(format!(
                    "take `ttl` out: the Job that has run stays, and with another image or other arguments {name} is another Job, which runs; where only people apply the manifests, `waive ttl-runs-again on {name} because \"REASON\"`"
                ))
                .choice("take `ttl` out", cx.take_statement("ttl", &ttl)),
        );
    }
}
