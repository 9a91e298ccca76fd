//! The containers of an environment are what its `LimitRange` asks for.

use super::amounts::{self, Amount, Container, TIMES, show_cpu, show_memory};
use super::limit_ranges::{Range, of_environment};
use super::missing_resources;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Workload};

crate::check! {
    /// ## What it means
    /// An environment states what a `LimitRange` in its namespace asks of every container, and a workload requests less than
    /// its least, may take more than its most, or has a limit of too many times its request. A container without a limit
    /// gets the most.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses each pod of it. The Deployment is accepted, and its pods never appear.
    ///
    /// ## How to mend it
    /// State an amount within the range, or ask whoever owns the namespace to change the range.
    ///
    /// ```bvl bad in=environment
    /// limit-range { cpu 101m..1 }
    /// service app { cpu 100m..500m } //~ BVL0526 "requests 100m of cpu"
    /// service caller { cpu 101m..500m }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// limit-range { cpu 101m..1 }
    /// service app { cpu 101m..500m }
    /// service caller { cpu 101m..500m }
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { cpu 200m..300m }
    /// service app { cpu 100m..500m } //~ BVL0526 "requests 100m of cpu"
    /// service caller { cpu 200m..300m }
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// limit-range { cpu 200m..300m }
    /// service app { cpu 200m..300m }
    /// service caller { cpu 200m..300m }
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { memory 1Mi..256Mi ratio 2 }
    /// service app { memory 128Mi..257Mi } //~ BVL0526 "may take 257Mi of memory"
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { memory 1Mi..256Mi ratio 2 }
    /// service app { memory 127Mi..256Mi } //~ BVL0526 "more than 2 times"
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { cpu 10m..1 }
    /// service app { cpu 1001m..none because "it computes" } //~ BVL0526 "requests 1001m of cpu, more than 1"
    /// ```
    /// ```bvl good in=environment
    /// limit-range { cpu 10m..1 }
    /// service app { cpu 1..none because "it computes" }
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { cpu 10m..none ratio 5 }
    /// service app { cpu 100m..none because "it computes" } //~ BVL0526 "has no cpu limit"
    /// ```
    /// ```bvl good in=environment
    /// limit-range { cpu 100m..500m ratio 5; memory 128Mi..256Mi ratio 2 }
    /// ```
    ///
    /// What a managed workload states is what all containers of its pod have together, and of one of them it is known what is true of
    /// any that they may be:
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 2..4 ratio 2; memory 1Gi..4Gi } }
    /// managed db {
    ///   in tight; match "app" "db"; port sql 5432
    ///   cpu 1999m //~ BVL0526 "requests 1999m of cpu in all, less than 2"
    ///   memory 8Gi
    /// }
    /// allow caller -> db.sql
    /// ```
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 10m..4 ratio 2 } }
    /// managed db {
    ///   in tight; match "app" "db"; port sql 5432
    ///   cpu 1..2001m //~ BVL0526 "may take 2001m of cpu in all, more than 2 times"
    ///   memory 1Gi
    /// }
    /// allow caller -> db.sql
    /// ```
    /// ```bvl good in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 2..4 ratio 2 } }
    /// managed db { in tight; match "app" "db"; port sql 5432; cpu 4..8; memory 1Gi }
    /// allow caller -> db.sql
    /// ```
    /// Whoever accepts that a service states nothing has not accepted what that makes of it here:
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 10m..none ratio 4 } }
    /// service report is base { in tight; without cpu } //~ BVL0526 "report has no cpu limit"
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives it"
    /// ```
    /// ```bvl bad in=file
    /// environment tight { shared; namespace "shop-tight"; limit-range { cpu 10m..none ratio 5 } }
    /// service report is base {
    ///   in tight
    ///   sidecar shipper { image "registry.example/shipper:1.0"; memory 64Mi } //~ BVL0526 "sidecar shipper of report has no cpu limit"
    /// }
    /// allow caller -> report.http
    /// waive missing-resources on report because "the LimitRange gives it"
    /// ```
    ///
    /// ## Source
    /// [`admission.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/plugin/pkg/admission/limitranger/admission.go),
    /// `PodValidateLimitFunc`, and
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go),
    /// `SetDefaults_LimitRangeItem`, Kubernetes 1.36.
    BVL0526, "limit-range-refuses", Error(Refused), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        for amount in amounts::of_workload(workload) {
            // a range that nothing is within is one mistake, its own
            let range = of_environment(environment).find(|range| range.word == amount.word);
            let Some(range) = range.filter(|range| range.fault().is_none()) else { continue };
            if let Some(breach) = breach(workload, &amount, &range) {
                sink.report(stated(cx, (workload, environment), &amount, &range, &breach));
            }
        }
        for range in of_environment(environment).filter(|range| range.fault().is_none()) {
            let lacking = amounts::containers(workload).filter(|container| container.stated(range.word).is_none());
            let judged = lacking.filter(|_| missing_resources::is_accepted(cx, workload, environment));
            judged.for_each(|container| unstated(cx, (workload, environment), &container, &range, sink));
        }
    }
}

/// What a workload states that a range refuses.
fn stated(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    amount: &Amount<'_>,
    range: &Range,
    breach: &Breach,
) -> Diagnostic {
    let title = format!("{} {}", amount.of, told(workload, amount, range, breach));
    let place = if cx.is_users(amount.stated.span) { amount.stated.span } else { workload.name.span };
    let mut diagnostic = finding(&BVL0526, workload, environment, place, title)
        .also(amount.stated.span, format!("stated here{}", cx.from_layer(amount.stated.layer)))
        .also(range.stated.span, in_words(range, amount.show));
    if let Some(ratio) = &range.ratio {
        diagnostic = diagnostic.also(ratio.span, format!("a limit is at most {} times the request", ratio.value));
    }
    if workload.managed().is_some() {
        return diagnostic
            .note("all containers of its pod together have this, so one of them at least is outside of the range: the API server would refuse each pod of it")
            .help("have its operator or chart give each container an amount within the range, and state here what these are together; or ask whoever owns the namespace to change the range");
    }
    diagnostic = refused(diagnostic, workload)
        .help("state an amount within the range, or ask whoever owns the namespace to change the range");
    match fitting(amount, range) {
        Some(fitting) => diagnostic.choice(format!("write `{fitting}`"), cx.replace(&amount.stated, fitting)),
        None => diagnostic,
    }
}

/// Reports a container that states nothing of what a range gives no limit for, though it holds a limit to the request.
fn unstated(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    container: &Container<'_>,
    range: &Range,
    sink: &mut Sink,
) {
    let (Some(ratio), None, word) = (&range.ratio, range.most, range.word) else { return };
    let title = format!("{} {}", container.called, no_limit(word, ratio.value.into()));
    let found = finding(&BVL0526, workload, environment, container.name.span, title);
    let found = container
        .lacks(cx, workload, word, found)
        .also(ratio.span, format!("a limit is at most {} times the request", ratio.value));
    let example = if word == "cpu" { "100m..200m" } else { "128Mi..256Mi" };
    sink.report(refused(found, workload).help(format!(
        "state request and limit, such as `{word} {example}`, or ask whoever owns the namespace to change the range"
    )));
}

fn refused(diagnostic: Diagnostic, workload: &Workload) -> Diagnostic {
    diagnostic.note(format!(
        "the API server would refuse each pod of it: the {} is accepted, and no pod appears",
        workload.maker()
    ))
}

/// Whether a range refuses none of an environment's workloads.
pub(super) fn suits(cx: &Context<'_>, environment: &Environment, range: &Range) -> bool {
    let suits = |workload: &Workload| {
        amounts::of_workload(workload)
            .all(|amount| amount.word != range.word || breach(workload, &amount, range).is_none())
    };
    cx.workloads().filter(|(_, own)| own.id == environment.id).all(|(workload, _)| suits(workload))
}

/// Whether one of an environment's ranges refuses an amount of a workload in it, which is then told of as that.
pub(super) fn is_refused(workload: &Workload, amount: &Amount<'_>, ranges: &[Range]) -> bool {
    let range = ranges.iter().find(|range| range.word == amount.word);
    range.is_some_and(|range| breach(workload, amount, range).is_some() && range.fault().is_none())
}

/// Whether a waiver accepts of anyone that its pods are refused.
pub(super) fn is_accepted(cx: &Context<'_>) -> bool {
    cx.model.is_waived(&BVL0526)
}

/// What a range asks for.
fn in_words(range: &Range, show: fn(u64) -> String) -> String {
    let most = range.most.map_or_else(String::new, |most| format!(" and may take at most {}", show(most)));
    format!("each container here requests at least {}{most}", show(range.least))
}

/// The amount nearest to one that states a limit of which nothing is refused, if there is one.
fn fitting(amount: &Amount<'_>, range: &Range) -> Option<String> {
    // what is far above the request is no better within the range
    let far = amount.request.max(range.least).saturating_mul(TIMES);
    let limit = amount.limit?.min(range.most.unwrap_or(u64::MAX)).min(far);
    let ratio = range.ratio.map_or(u64::MAX, |ratio| u64::from(ratio.value));
    let least = if limit > amount.request.saturating_mul(ratio) {
        limit.div_ceil(ratio).next_multiple_of(amount.step)
    } else {
        amount.request
    };
    let request = least.max(range.least);
    (request <= limit).then(|| amount.range(request, limit))
}

/// What of a container a range refuses.
enum Breach {
    /// It requests less than the least.
    Request,
    /// Its limit is more than the most.
    Limit { limit: u64, most: u64 },
    /// It states no limit, is given the most, and requests more.
    Given { most: u64 },
    /// It has no limit to hold the ratio.
    NoLimit { ratio: u64 },
    /// Its limit is too many times the request.
    Ratio { limit: u64, ratio: u64 },
}

fn breach(workload: &Workload, amount: &Amount<'_>, range: &Range) -> Option<Breach> {
    let request = amount.request;
    if request < range.least {
        return Some(Breach::Request);
    }
    let is_of_all = workload.managed().is_some();
    // what states no limit is given the most
    let limit = amount.limit.or(range.most);
    // of several containers each may have less than the most
    if let Some(most) = range.most.filter(|_| !is_of_all) {
        if let Some(limit) = limit.filter(|limit| *limit > most) {
            return Some(Breach::Limit { limit, most });
        }
        if amount.limit.is_none() && request > most {
            return Some(Breach::Given { most });
        }
    }
    let ratio = u64::from(range.ratio?.value);
    let Some(limit) = limit else { return Some(Breach::NoLimit { ratio }) };
    // which of several containers is given the most is not known
    let is_known = !is_of_all || amount.limit.is_some();
    (is_known && limit > request.saturating_mul(ratio)).then_some(Breach::Ratio { limit, ratio })
}

/// What is said of it, behind the name of the workload.
fn told(workload: &Workload, amount: &Amount<'_>, range: &Range, breach: &Breach) -> String {
    let (word, show) = (amount.word, if amount.word == "cpu" { show_cpu } else { show_memory });
    let request = show(amount.request);
    let together = if workload.managed().is_some() { " in all" } else { "" };
    match breach {
        Breach::Request => format!("requests {request} of {word}{together}, less than {}", show(range.least)),
        Breach::Limit { limit, most } => format!("may take {} of {word}, more than {}", show(*limit), show(*most)),
        Breach::Given { most } => format!("requests {request} of {word}, more than {}", show(*most)),
        Breach::NoLimit { ratio } => no_limit(word, *ratio),
        Breach::Ratio { limit, ratio } => format!(
            "may take {} of {word}{together}, more than {ratio} times the {request} that it requests",
            show(*limit)
        ),
    }
}

fn no_limit(word: &str, ratio: u64) -> String {
    format!("has no {word} limit, where one is at most {ratio} times the request")
}
