//! A caller waits at least as long as the one that it asks waits for others.

use std::collections::BTreeSet;

use super::stopping::whole;
use super::timed::{self, Timed};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Reach, Sink};
use crate::model::{Endpoint, EnvironmentId, Origin, Workload};
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// A asks B, and B asks C to answer A. B may wait for C, with all its retries, longer than A waits for B.
    ///
    /// ## Why it matters in the cluster
    /// A gives up, and perhaps asks again, while B still works on an answer that nobody takes: under load the work
    /// doubles when there is least room for it.
    ///
    /// ## How to mend it
    /// Let A wait longer, or B shorter. Work of B's that no caller waits for is marked `background`.
    ///
    /// ```bvl bad in=flow
    /// allow app -> store.admin { timeout 5s; retries 1 }
    /// service web is base { }
    /// allow web -> app.http { timeout 9s } //~ BVL0708 "app waits 2 x 5s = 10s for store"
    /// ```
    /// ```bvl fixed fix=1 in=flow
    /// allow app -> store.admin { timeout 5s; retries 1 }
    /// service web is base { }
    /// allow web -> app.http { timeout 10s }
    /// ```
    /// ```bvl fixed fix=2 in=flow
    /// allow app -> store.admin { timeout 4s; retries 1 }
    /// service web is base { }
    /// allow web -> app.http { timeout 9s }
    /// ```
    /// What no caller waits for does not count:
    /// ```bvl good in=flow
    /// allow app -> store.admin { timeout 5s; retries 1; background }
    /// service web is base { }
    /// allow web -> app.http { timeout 9s }
    /// ```
    /// What lets requests in from outside waits as a caller does:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service report is base { expose "shop.example/report" { timeout 9s } } //~ BVL0708 "door waits 9s for report, but report waits 10s for app"
    /// allow report -> app.http { timeout 10s }
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service report is base { expose "shop.example/report" { timeout 10s } }
    /// allow report -> app.http { timeout 10s }
    /// ```
    /// ```bvl fixed fix=2 in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service report is base { expose "shop.example/report" { timeout 9s } }
    /// allow report -> app.http { timeout 9s }
    /// ```
    ///
    /// What an environment states for itself counts there, with its layer:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; allow report -> app.http { retries 1 } }
    /// service report is base { }
    /// allow report -> app.http { timeout 5s }
    /// allow caller -> report.http { timeout 9s } //~ BVL0708 "report waits 2 x 5s = 10s for app"
    /// ```
    ///
    /// ## Source
    /// The language's own: `timeout` is for one try, and a caller waits (1 + retries) x timeout.
    BVL0708, "deadline-nesting", Error(Judgment), since "0.1.0" => run, reads ["shutdown", "expose"], looks Neighbors
}

/// Who waits for an answer of an endpoint.
struct Outer<'a> {
    /// By name, as the endpoint sees them.
    callers: Vec<String>,
    timeout: &'a Origin<Duration>,
    /// Where they are.
    environments: BTreeSet<EnvironmentId>,
    /// For `waive`.
    subjects: Vec<String>,
    /// Whether they may wait longer.
    /// Why they cannot wait longer.
    held: Option<String>,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for middle in cx.endpoints() {
        let Some(waits) = timed::waits(cx, middle.id()) else { continue };
        let (name, taken) = (&middle.name().value, waits.longest.wait());
        for group in timed::groups(cx, middle.id()).values() {
            let Some(first) = group.first() else { continue };
            if first.flow.source == first.flow.destination || taken <= first.timeout.value {
                continue;
            }
            let callers = timed::callers(cx, group);
            let outer = Outer {
                timeout: first.timeout,
                environments: group.iter().map(|timed| timed.flow.environment).collect(),
                subjects: callers.iter().map(|caller| format!("{caller} -> {name}")).collect(),
                held: held(cx, group, taken),
                callers,
            };
            sink.report(outlasts(cx, middle, waits, &outer));
        }
        let Some(workload) = cx.model.workload(middle.id()).filter(|workload| cx.is_read(workload)) else { continue };
        for (exposure, entry, _) in cx.graph.exposed(cx.model, workload) {
            let Some(timeout) = exposure.timeout.as_ref().filter(|timeout| taken > timeout.value) else { continue };
            let outer = Outer {
                callers: vec![cx.name(entry.id(), middle.environment())],
                timeout,
                environments: BTreeSet::from([middle.environment()]),
                subjects: vec![name.clone()],
                held: drains_less(workload, taken),
            };
            // in however many layers it is exposed
            sink.report(outlasts(cx, middle, waits, &outer).caused_by(waits.longest.timeout.span));
        }
    }
}

/// That an endpoint waits longer for others than whoever asks it does for it.
fn outlasts(cx: &Context<'_>, middle: &Endpoint, waits: timed::Waits<'_>, outer: &Outer<'_>) -> Diagnostic {
    let inner = waits.longest;
    let Outer { callers, timeout: given, environments, subjects, held } = outer;
    let taken = inner.wait();
    let (name, seen_from) = (&middle.name().value, middle.environment());
    let far = cx.name(inner.flow.destination, seen_from);
    let port = inner.port(cx);
    let (waits_word, give) = if callers.len() == 1 { ("waits", "gives") } else { ("wait", "give") };
    let tries = match inner.tries() {
        1 => taken.to_string(),
        tries => format!("{tries} x {} = {taken}", inner.timeout.value),
    };
    let title =
        format!("{} {waits_word} {} for {name}, but {name} waits {tries} for {far}", listed(callers), given.value);
    let found = Diagnostic::new(&BVL0708, given.span, title);
    let everywhere = environments.iter().map(|id| cx.model.environment_title(*id));
    let mut diagnostic = everywhere
        .fold(found, Diagnostic::environment)
        .here(format!("{give} up on {name} after {}{}", given.value, cx.from_layer(given.layer)))
        .also(
            inner.timeout.span,
            format!(
                "{name} waits {} for one answer of {far}{}",
                inner.timeout.value,
                cx.from_layer(inner.timeout.layer)
            ),
        );
    if let Some(retries) = &inner.terms.retries {
        diagnostic = diagnostic
            .also(retries.span, format!("and asks {} more{}", times(retries.value), cx.from_layer(retries.layer)));
    }
    diagnostic = diagnostic
        .note(format!("{name} goes on with work whose answer nobody takes, and may be asked for it again meanwhile"))
        .help(format!(
            "{}; if no caller waits for it, say so in that flow: `allow {name} -> {far}.{port} {{ timeout {}; background }}`",
            match held {
                Some(why) => format!("let {name} wait shorter, since {} cannot wait longer: {why}", listed(callers)),
                None => format!("let {} wait longer or {name} shorter", listed(callers)),
            },
            inner.timeout.value
        ));
    if held.is_none() {
        diagnostic = diagnostic.choice_to(
            Reach::AtLeast(taken.millis()),
            format!("raise the timeout of {} -> {name} to {taken}", listed(callers)),
            cx.replace(given, taken.to_string()),
        );
    }
    if let Some(shorter) = shorter(inner, given.value)
        && timed::longest_wait(cx, inner.flow.destination) <= shorter
        && waits.second <= given.value
    {
        diagnostic = diagnostic.choice_to(
            Reach::AtMost(shorter.millis()),
            format!("lower the timeout of {name} -> {far} to {shorter}"),
            cx.replace(inner.timeout, shorter.to_string()),
        );
    }
    subjects.iter().fold(diagnostic, Diagnostic::about)
}

fn times(n: u32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

/// The longest timeout in whole seconds with which the flow, with all its tries, keeps within `given`.
fn shorter(inner: Timed<'_>, given: Duration) -> Option<Duration> {
    let seconds = given.millis() / 1000 / u64::from(inner.tries());
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// What keeps callers from waiting so long: the drain of the one that they ask, or the patience of those who ask them, from outside as
/// well.
fn held(cx: &Context<'_>, group: &[Timed<'_>], timeout: Duration) -> Option<String> {
    group.iter().find_map(|outer| {
        let drains = cx.model.workload(outer.flow.destination).and_then(|callee| drains_less(callee, timeout));
        if drains.is_some() || outer.terms.background.is_some() {
            return drains;
        }
        let above = timed::incoming(cx, outer.flow.source).map(|above| above.timeout.value);
        let asked = cx.model.workload(outer.flow.source);
        let exposed = asked.into_iter().flat_map(|asked| cx.graph.exposed(cx.model, asked));
        let outside = exposed.filter_map(|(exposure, ..)| exposure.timeout.as_ref()).map(|timeout| timeout.value);
        let least = above.chain(outside).min().filter(|least| timeout * outer.tries() > *least)?;
        let asked = cx.name(outer.flow.source, outer.flow.environment);
        Some(format!("whoever asks {asked} waits {least} for it"))
    })
}

/// That a workload drains for less than somebody would wait for it.
fn drains_less(workload: &Workload, timeout: Duration) -> Option<String> {
    let drain = workload.service()?.program.shutdown.drain.value;
    (whole(timeout) > drain).then(|| format!("{} drains for {drain}", workload.name.value))
}
