//! A probe is answered before it is asked again.

use super::probes::{Asked, Change};
use super::stopping::Written;
use super::{probes, readiness_slower_than_liveness, slow_to_leave};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};

crate::check! {
    /// ## What it means
    /// A probe waits longer for an answer than until its next question.
    ///
    /// ## Why it matters in the cluster
    /// The kubelet asks one question after the other and leaves out those whose time passes meanwhile: a hang is noticed
    /// later than `every` and `fail` say.
    ///
    /// ## How to mend it
    /// Lower `timeout`, or raise `every`.
    ///
    /// ```bvl bad in=health
    /// live "/healthz" every 5s timeout 6s //~ BVL0715 "6s"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// live "/healthz" every 5s timeout 5s
    /// ```
    /// ```bvl fixed fix=2 in=health
    /// live "/healthz" every 6s timeout 6s
    /// ```
    /// ```bvl good in=health
    /// live "/healthz" every 6s timeout 5s
    /// ```
    ///
    /// ## Source
    /// [`worker.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/prober/worker.go), `run` (Kubernetes 1.36).
    BVL0715, "probe-timeout-above-period", Warning, since "0.1.0" => run, reads ["health", "port", "sidecar"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for asked in probes::all(cx) {
        let (timeout, every) = (&asked.probe.timeout, &asked.probe.every);
        if timeout.value <= every.value || !probes::is_plain(asked.probe) {
            continue;
        }
        // where nothing else is wrong with how soon a hang is noticed, that is said, with this as the way to mend it
        let Asked { workload, environment, health, sidecar, .. } = asked;
        let container = (sidecar, health);
        let is_slower = || readiness_slower_than_liveness::is_told(cx, workload, environment, container);
        let is_slow = || slow_to_leave::is_told(cx, workload, environment, container);
        let is_told = match asked.word {
            "ready" => probes::capped_ready(health).is_some() && (is_slower() || is_slow()),
            "live" => probes::spaced_live(health).is_some() && is_slower(),
            _ => false,
        };
        if is_told {
            continue;
        }
        let title = format!(
            "the {} probe of {} waits {} for an answer, but asks every {}",
            asked.word,
            asked.called(),
            timeout.value,
            every.value
        );
        let place = if timeout.is_built_in() { every } else { timeout };
        let mut diagnostic = finding(&BVL0715, asked.workload, asked.environment, place.span, title);
        if !timeout.is_built_in() {
            diagnostic =
                diagnostic.also(timeout.span, format!("waits {}{}", timeout.value, cx.from_layer(timeout.layer)));
        }
        if !every.is_built_in() {
            diagnostic =
                diagnostic.also(every.span, format!("asks every {}{}", every.value, cx.from_layer(every.layer)));
        }
        let (of, layers) = ((asked.word, asked.probe), [timeout.layer, every.layer]);
        let change = Change::of(health, &[], &layers);
        let Written { edits: lowered, place } = change.set(cx, of, ("timeout", timeout), &every.value.to_string());
        diagnostic = diagnostic
            .note("while one question waits for its answer no other is asked: failures come less often than `every` says, and a hang is noticed late")
            .help("lower the timeout, or ask less often")
            .choice_to(Reach::AtMost(every.value.millis()), format!("wait {} for an answer{place}", every.value), lowered);
        // Asking for readiness less often could make it slower than it may be.
        if asked.word != "ready" {
            let Written { edits: raised, place } = change.set(cx, of, ("every", every), &timeout.value.to_string());
            diagnostic = diagnostic.choice_to(
                Reach::AtLeast(timeout.value.millis()),
                format!("ask every {}{place}", timeout.value),
                raised,
            );
        }
        sink.report(diagnostic);
    }
}
