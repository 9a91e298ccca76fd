//! Requests in flight end before their server does.

use super::advice::Typed;
use super::no_pre_stop;
use super::stopping::{For, Stopping, Written, whole};
use super::timed::{self, Timed};
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Reach, Sink};
use crate::model::{Endpoint, Environment, Origin, Service, Workload};
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// A flow's `timeout` lets a caller wait longer than the service that it asks drains.
    ///
    /// ## Why it matters in the cluster
    /// A request that is in flight when its server is told to stop, and takes as long as its caller would wait, is cut:
    /// at every rollout, when the service grows smaller, and when its node is drained.
    ///
    /// ## How to mend it
    /// Raise the service's `drain` to the longest `timeout` of those who ask it, or lower that timeout.
    ///
    /// ```bvl bad in=file
    /// service report is base { }
    /// allow report -> app.http { timeout 21s } //~ BVL0707 "report waits 21s for app, which drains for 20s"
    /// ```
    /// ```bvl fixed fix=2 in=file
    /// service report is base { }
    /// allow report -> app.http { timeout 20s }
    /// ```
    /// The drain is raised together with a grace that has no room for it:
    /// ```bvl bad in=file
    /// service report is base { shutdown { drain 23s } }
    /// allow caller -> report.http { timeout 25s } //~ BVL0707
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// service report is base { shutdown { drain 25s; grace 32s } }
    /// allow caller -> report.http { timeout 25s }
    /// ```
    /// ```bvl good in=file
    /// service report is base { }
    /// allow report -> app.http { timeout 19s }
    /// ```
    /// Timeouts for one service are one mistake, since its drain mends all of them. Those for several are one each, whatever default they
    /// exceed: each service drains as long as it is asked.
    /// ```bvl bad in=file
    /// service report is base { }
    /// service audit is base { }
    /// allow report -> app.http { timeout 21s } //~ BVL0707 "report waits 21s for app"
    /// allow audit -> app.http { timeout 25s }
    /// allow audit -> caller.http { timeout 23s } //~ BVL0707 "audit waits 23s for caller"
    /// ```
    /// What lets requests in from outside waits as a caller does:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service report is base { expose "shop.example/report" { timeout 21s } } //~ BVL0707 "door waits 21s for report, which drains for 20s"
    /// ```
    /// ```bvl fixed fix=2 in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service report is base { expose "shop.example/report" { timeout 20s } }
    /// ```
    ///
    /// What an environment states for itself is raised there:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; service report { shutdown { drain 22s } } }
    /// service report is base { }
    /// allow caller -> report.http { timeout 23s } //~ BVL0707 "caller waits 23s for report"
    /// ```
    ///
    /// So is a timeout of one environment, with the layer that states it:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; allow caller -> report.http { timeout 24s } } //~ BVL0707 "caller waits 24s for report"
    /// service report is base { }
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination)
    /// (Kubernetes 1.33).
    BVL0707, "timeout-exceeds-drain", Error(Judgment), since "0.1.0" => run, reads ["shutdown", "expose"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for endpoint in cx.endpoints() {
        let Endpoint::Workload(workload) = endpoint else { continue };
        let (Some(service), Some(environment)) = (workload.service(), cx.model.environment(workload.environment))
        else {
            continue;
        };
        let drain = service.program.shutdown.drain.value;
        // that nothing says how it stops is told of its pre-stop
        if no_pre_stop::lacks_drain(cx, workload, service, environment) {
            continue;
        }
        let groups = timed::groups(cx, workload.id);
        let mut outlasting = groups.values().filter_map(|group| Some((*group.first()?, group)));
        let mut longest = None;
        while let Some((first, group)) = outlasting.find(|(first, _)| first.timeout.value > drain) {
            // of all callers, whose number is that of the groups at the most: asked once
            let longest = *longest.get_or_insert_with(|| whole(timed::longest_timeout(cx, workload)));
            sink.report(outlasts(cx, (workload, service, environment), (first, group), longest));
        }
        if !timed::is_sound(cx, workload.id) {
            continue;
        }
        for (exposure, entry, _) in cx.graph.exposed(cx.model, workload) {
            let Some(timeout) = exposure.timeout.as_ref().filter(|timeout| timeout.value > drain) else { continue };
            let longest = *longest.get_or_insert_with(|| whole(timed::longest_timeout(cx, workload)));
            let caller = cx.name(entry.id(), environment.id);
            sink.report(waits(cx, (workload, service, environment), (&[caller], timeout), longest));
        }
    }
}

/// That the callers of a group wait longer for a service than it drains.
fn outlasts(
    cx: &Context<'_>,
    (workload, service, environment): (&Workload, &Service, &Environment),
    (first, group): (Timed<'_>, &[Timed<'_>]),
    longest: Duration,
) -> Diagnostic {
    let callers = timed::callers(cx, group);
    let diagnostic = waits(cx, (workload, service, environment), (&callers, first.timeout), longest);
    let name = &workload.name.value;
    callers.iter().fold(diagnostic, |diagnostic, caller| diagnostic.about(format!("{caller} -> {name}")))
}

/// That callers wait longer for a service than it drains; `longest` is the time that anyone waits for it at the most.
fn waits(
    cx: &Context<'_>,
    (workload, service, environment): (&Workload, &Service, &Environment),
    (callers, timeout): (&[String], &Origin<Duration>),
    longest: Duration,
) -> Diagnostic {
    let drain = &service.program.shutdown.drain;
    let wait = if callers.len() == 1 { "waits" } else { "wait" };
    let name = &workload.name.value;
    let drained = if drain.is_built_in() { "does not drain".to_owned() } else { format!("drains for {}", drain.value) };
    let title = format!("{} {wait} {} for {name}, which {drained}", listed(callers), timeout.value);
    let diagnostic = finding(&BVL0707, workload, environment, timeout.span, title)
        .here(format!("a request may take {}", cx.supplied(timeout)));
    let mut diagnostic = if drain.is_built_in() {
        diagnostic.missing(cx, workload, &["shutdown drain"], drain.span)
    } else {
        diagnostic.also(drain.span, format!("{} of drain{}", drain.value, cx.from_layer(drain.layer)))
    };
    diagnostic = diagnostic
        .note(format!("requests that are in flight when a pod of {name} stops are cut after {}", drain.value));
    let (stopping, changes) = (Stopping::of(workload, &service.program), [("drain", drain, longest)]);
    let (Written { edits, place }, grace) = stopping.set_parts(cx, For::This, &changes);
    let help = match stopping.typed(cx, &changes, grace) {
        Typed::Statement(statement) => {
            let both = if grace.is_some() { " and its grace" } else { "" };
            format!(
                "raise the drain of {name}{both} in its block, `{statement}`, which leaves the rest of its shutdown as it is, or lower the timeout"
            )
        }
        Typed::Room(room) => format!("lower the timeout; or, to have a drain of {longest}, {room}"),
    };
    diagnostic = stopping.bounded(cx, diagnostic, &changes, grace).help(help);
    diagnostic = diagnostic.choice_to(
        Reach::AtLeast(longest.millis()),
        match grace {
            Some(grace) => format!("raise the drain of {name} to {longest} and its grace to {grace}{place}"),
            None => format!("raise the drain of {name} to {longest}{place}"),
        },
        edits,
    );
    let is_enough = timed::waits(cx, workload.id).is_none_or(|waits| waits.longest.wait() <= drain.value);
    if is_enough && !drain.value.is_zero() {
        let edits = cx.replace(timeout, drain.value.to_string());
        let reach = Reach::AtMost(drain.value.millis());
        diagnostic = diagnostic.choice_to(reach, format!("lower the timeout to {}", drain.value), edits);
    }
    // of all who are asked by the statement it is one mistake
    diagnostic.caused_by(timeout.span)
}
