//! A long start is better held back by a start probe than by a delay.

use super::probes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::health::Probe;
use crate::source::TextEdit;
use crate::value::Duration;
use crate::value::text::quoted;

/// A longer delay is there for the start of the program.
pub(super) const LONG: Duration = Duration::from_secs(30);

crate::check! {
    /// ## What it means
    /// A liveness probe begins more than 30 s after the container, and there is no start probe.
    ///
    /// ## Why it matters in the cluster
    /// It works, and is common. But at every restart a hang goes unnoticed for that long, and a start that takes longer
    /// for once is killed. A start probe asks from the beginning, lets liveness begin as soon as the program has started,
    /// and allows a generous limit.
    ///
    /// ## How to mend it
    /// Write a `start` with the time that starting may take, and leave the delay out.
    ///
    /// ```bvl bad in=health
    /// live "/healthz" after 60s //~ BVL0717 "60s"
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// start "/healthz" every 5s within 80s; live "/healthz"
    /// ```
    /// ```bvl bad in=health
    /// live after 31s //~ BVL0717
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// start "/healthz" every 5s within 51s
    /// ```
    /// Where it is said how long a start may take, that is the limit:
    /// ```bvl bad in=health
    /// live "/healthz" after 800s //~ BVL0717 "800s"
    /// starts-within 599s
    /// ```
    /// ```bvl fixed fix=1 in=health
    /// start "/healthz" every 5s within 599s; live "/healthz"
    /// starts-within 599s
    /// ```
    /// ```bvl good in=health
    /// live "/healthz" after 30s
    /// ```
    ///
    /// ## Source
    /// [Startup probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)
    /// (Kubernetes 1.33).
    BVL0717, "start-probe-instead", Hint, since "0.1.0" => run, reads ["health", "rollout"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment, (sidecar, health)) in probes::healths(cx) {
        let (Some(live), None) = (&health.live, &health.start) else { continue };
        if live.after.value <= LONG {
            continue;
        }
        // As long as a start may take, or else may take today before it is killed.
        let earliest = live.earliest_failure();
        let within = health.starts_within.map_or(earliest, |starts| starts.value.min(earliest));
        let start = format!("start {} every 5s within {within}", quoted(&live.path.value));
        let title =
            format!("{} is not watched for {} after every start", probes::called(workload, sidecar), live.after.value);
        let edits = instead(cx, live, &start).filter(|_| service.rollout.outlasts(within));
        sink.report(
            finding(&BVL0717, workload, environment, live.after.span, title)
                .here(format!("the first question comes after {}{}", live.after.value, cx.from_layer(live.after.layer)))
                .note(format!(
                    "a hang goes unnoticed for that long, and a start that takes longer than {} + {} x {} = {earliest} is killed",
                    live.after.value,
                    live.failures().saturating_sub(1),
                    live.every.value
                ))
                .help(format!("write `{start}` beside `live`, and take the `after` of `live` out"))
                .choice(
                    format!("write `{start}` in place of the `after` of `live`{}", probes::place(cx, &live.after)),
                    edits,
                ),
        );
    }
}

/// Writes the start probe before `live` and takes `after` out; all of `live` where it states nothing else.
fn instead(cx: &Context<'_>, live: &Probe, start: &str) -> Option<Vec<TextEdit>> {
    let Origin { span, .. } = &live.after;
    cx.replace(&live.after, "")?;
    let file = cx.sources.get(span.file)?;
    let head = file.before(span.start).trim_end().strip_suffix("after")?;
    let line = head.rfind('\n').map_or(0, |end| end + 1);
    // the path, which may hold the word as well, stands behind it
    let stated = Some(live.path.span).filter(|path| !live.path.is_built_in() && path.file == span.file);
    let behind = stated.map(|path| file.range(path).start).filter(|at| (line..head.len()).contains(at));
    let word = head.get(line..behind.unwrap_or(head.len()))?.rfind("live")? + line;
    let path = head.get(word + "live".len()..)?;
    let behind = file.behind(span.end).trim_start_matches(' ');
    let end = file.range(*span).end;
    let is_all = path.trim().is_empty() && (behind.is_empty() || behind.starts_with([';', '}', '\n', '\r']));
    if is_all {
        return Some(vec![TextEdit::replace(file.span(span.file, word..end), start)]);
    }
    Some(vec![
        TextEdit::replace(file.span(span.file, word..word), format!("{start}; ")),
        TextEdit::replace(file.span(span.file, head.trim_end().len()..end), ""),
    ])
}
