//! No probe kills a program that may still be starting.

use super::probes::{Change, Sum};
use super::stopping::Written;
use super::{probes, start_probe_instead};
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Reach, Sink};
use crate::model::Origin;
use crate::model::health::Probe;
use crate::source::{Span, TextEdit};
use crate::value::Duration;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// A service says how long starting may take (`starts-within`), and its liveness probe may kill it before: at the
    /// earliest after its delay and all failures but the first, each a period apart. Where there is a start probe liveness
    /// waits for it, and the start probe itself is the one that may kill.
    ///
    /// ## Why it matters in the cluster
    /// A slow start, with a migration or a cold cache, is killed and begins anew, slower each time: `CrashLoopBackOff` of a
    /// program that is well.
    ///
    /// ## How to mend it
    /// Let a start probe hold liveness back, or raise `after` or `fail`. Of a start probe raise `within` or `fail`.
    ///
    /// 30s, and two periods of 10s until the third failure:
    /// ```bvl bad in=health
    /// live "/healthz" after 30s //~ BVL0720 "30s + 2 x 10s = 50s"
    /// starts-within 51s
    /// ```
    /// ```bvl fixed in=health fix=1
    /// live "/healthz" after 30s
    /// start "/healthz" every 5s within 51s
    /// ```
    /// ```bvl bad in=health
    /// live "/healthz" after 20s //~ BVL0720 "20s + 2 x 10s = 40s"
    /// starts-within 50s
    /// ```
    /// ```bvl fixed in=health fix=2
    /// live "/healthz" after 30s
    /// starts-within 50s
    /// ```
    /// What is written in minutes is said in minutes:
    /// ```bvl bad in=health
    /// live "/healthz" after 1m //~ BVL0720 "app may take 2m to start, and its liveness probe may kill it after 1m + 2 x 10s = 80s"
    /// starts-within 2m
    /// ```
    /// ```bvl fixed in=health fix=1
    /// live "/healthz" after 1m
    /// start "/healthz" every 5s within 2m
    /// ```
    /// ```bvl good in=health
    /// live "/healthz" after 30s
    /// starts-within 50s
    /// ```
    /// What comes from the defaults and is wrong by what one service states is mended in that service:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s } //~ BVL0720 "0s + 2 x 10s = 20s"
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { starts-within 25s } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl fixed fix=2
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults {
    ///     health 8081 { live "/healthz"; ready "/readyz" every 5s }
    ///     shutdown { pre-stop 5s; drain 20s }
    ///   }
    /// }
    /// environment test { namespace "shop-test" }
    /// class base { image "registry.example/app:1.0"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service app is base { health 8081 { starts-within 25s; live after 5s } }
    /// service caller is base { }
    /// allow caller -> app.http
    /// ```
    /// ```bvl bad in=health
    /// start "/healthz" every 5s fail 10 //~ BVL0720 "0s + 9 x 5s = 45s"
    /// starts-within 46s
    /// ```
    /// ```bvl fixed in=health fix=1
    /// start "/healthz" every 5s within 46s
    /// starts-within 46s
    /// ```
    /// ```bvl bad in=health
    /// start "/healthz" every 10s within 20s //~ BVL0720 "0s + 2 x 10s = 20s"
    /// starts-within 60s
    /// ```
    /// ```bvl fixed in=health fix=1
    /// start "/healthz" every 10s within 60s
    /// starts-within 60s
    /// ```
    /// ```bvl good in=health
    /// start "/healthz" every 5s fail 10
    /// starts-within 45s
    /// ```
    ///
    /// ## Source
    /// [`worker.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/prober/worker.go): the first question
    /// comes at the first period after the delay, Kubernetes 1.36.
    BVL0720, "killed-while-starting", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment, (sidecar, health)) in probes::healths(cx) {
        let Some(starts) = &health.starts_within else { continue };
        let (word, probe) = match (&health.start, &health.live) {
            (Some(start), _) => ("start", start),
            (None, Some(live)) => ("liveness", live),
            (None, None) => continue,
        };
        let earliest = probe.earliest_failure();
        if !probes::is_plain(probe) || earliest >= starts.value {
            continue;
        }
        let name = probes::called(workload, sidecar);
        let within = cx.spelled_as(starts.value, starts);
        let reach = Reach::AtLeast(starts.value.millis());
        let begins = cx.spelled_as(probe.after.value, &probe.after);
        let further = probe.failures().saturating_sub(1);
        let every = cx.spelled_as(probe.every.value, &probe.every);
        let sum = format!("{begins} + {further} x {every} = {earliest}");
        let title = format!("{name} may take {within} to start, and its {word} probe may kill it after {sum}");
        // what kills a start that is slow is looked at: the time that its probe is given, where that is stated
        let stated = probe.within.as_ref().filter(|within| cx.is_users(within.span));
        let place = stated.map_or(probe.path.span, |within| within.span);
        let mut diagnostic = finding(&BVL0720, workload, environment, place, title)
            .here(format!("kills after {earliest} at the earliest{}", probes::from_layer(cx, probe, Sum::Earliest)))
            .also(starts.span, format!("starts within {within}{}", cx.from_layer(starts.layer)))
            .note(format!(
                "the first question comes after {begins}, and failure {} kills, {further} x {every} later{}",
                probe.failures(),
                defaults(probe)
            ))
            .note("a slow start would be killed and begin anew, again and again");
        diagnostic = probes::supplied(cx, probe, Sum::Earliest, diagnostic);
        if health.start.is_none() {
            let start = format!("start {} every 5s within {within}", quoted(&probe.path.value));
            let needless = if probe.after.is_built_in() { "" } else { "; the `after` of `live` can go then" };
            diagnostic = diagnostic
                .help(format!("let a start probe hold liveness back, in place of `starts-within`: `{start}`{needless}"))
                .choice_to(
                    reach,
                    format!("write `{start}` in place of `starts-within`{}", probes::place(cx, starts)),
                    instead(cx, starts, &start),
                );
        }
        sink.report(match (&probe.within, &health.start) {
            // a later beginning leaves fewer questions until `within` has passed
            (Some(stated), _) => diagnostic
                .help(format!("raise `within` to {within}; or lower `starts-within`, if it never takes so long"))
                .choice_to(
                    reach,
                    format!("raise `within` to {within}{}", probes::place(cx, stated)),
                    cx.replace(stated, &*within),
                ),
            (None, Some(start)) => {
                let change = Change::of(health, &[(start, Sum::Earliest)], &[starts.layer]);
                longer(cx, (change, start), starts, diagnostic)
            }
            (None, None) => {
                let missing = starts.value.saturating_sub(earliest);
                let after = Duration::from_secs((probe.after.value + missing).secs());
                let shown = cx.spelled_as(after, if probe.after.is_built_in() { starts } else { &probe.after });
                let change = Change::of(health, &[(probe, Sum::Earliest)], &[starts.layer]);
                let Written { edits, place } = change.set(cx, ("live", probe), ("after", &probe.after), &shown);
                // a start probe does better than a long delay of liveness, and is offered
                let edits = edits.filter(|_| after <= start_probe_instead::LONG);
                diagnostic.choice_to(
                    Reach::AtLeast(after.millis()),
                    format!("let the liveness probe begin after {shown}{place}"),
                    edits,
                )
            }
        });
    }
}

/// Gives a start probe the time that a start takes, by `within` or by as many failures.
fn longer(
    cx: &Context<'_>,
    (change, probe): (Change<'_>, &Probe),
    starts: &Origin<Duration>,
    found: Diagnostic,
) -> Diagnostic {
    let within = cx.spelled_as(starts.value, starts);
    let enough = starts.value.saturating_sub(probe.after.value).millis().div_ceil(probe.every.value.millis()) + 1;
    let fail = enough.to_string();
    let clause = format!("within {within}");
    // both stand at one place, and go as far
    let reach = Reach::AtLeast(starts.value.millis());
    let (instead, Written { edits, place }) = if probe.fail.is_built_in() {
        let unstated = Origin::built_in((), probe.path.span);
        ("", change.set(cx, ("start", probe), ("within", &unstated), &within))
    } else {
        let edits = cx.replace_clause("fail", &probe.fail, &clause);
        (" in place of `fail`", Written { edits, place: probes::place(cx, &probe.fail) })
    };
    let counted = change.set(cx, ("start", probe), ("fail", &probe.fail), &fail);
    found
        .help(format!("give the start probe `{clause}`{instead}, or `fail {fail}`"))
        .choice_to(reach, format!("write `{clause}`{instead}{place}"), edits)
        .choice_to(reach, format!("write `fail {fail}`{}", counted.place), counted.edits)
}

/// Which of the numbers nobody states, to follow a sum: ` (0s, 10s and 3 failures are the defaults of Kubernetes)`.
fn defaults(probe: &Probe) -> String {
    let after = probe.after.is_built_in().then(|| format!("after {}", probe.after.value));
    let every = probe.every.is_built_in().then(|| format!("every {}", probe.every.value));
    let is_counted = probe.within.is_none() && probe.fail.is_built_in();
    let fail = is_counted.then(|| format!("fail {}", probe.fail.value));
    let stated: Vec<String> = [after, every, fail].into_iter().flatten().map(|text| format!("`{text}`")).collect();
    match stated.len() {
        0 => String::new(),
        1 => format!("; {} is Kubernetes' default", listed(&stated)),
        _ => format!("; {} are Kubernetes' defaults", listed(&stated)),
    }
}

/// Writes a start probe in the place of `starts-within`, which it says as well.
fn instead(cx: &Context<'_>, starts: &Origin<Duration>, start: &str) -> Option<Vec<TextEdit>> {
    let file = cx.sources.get(starts.span.file)?;
    let word = file.before(starts.span.start).trim_end().strip_suffix("starts-within")?.len();
    let whole = Span { start: file.place(u32::try_from(word).ok()?), ..starts.span };
    let whole = Origin::new((), whole, starts.layer);
    cx.replace(&whole, start)
}
