//! The containers of an environment are what its `LimitRange` asks for.

use super::amounts::{self, Amount, TIMES, show_cpu, show_memory};
use super::limit_ranges::{Range, of_environment};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Environment;

crate::check! {
    /// ## What it means
    /// An environment states what a `LimitRange` in its namespace asks of every container, and a service requests less than
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
    /// ## Source
    /// [`admission.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/plugin/pkg/admission/limitranger/admission.go),
    /// `PodValidateLimitFunc`, and
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go),
    /// `SetDefaults_LimitRangeItem`, Kubernetes 1.36.
    BVL0526, "limit-range-refuses", Error(Refused), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment) in cx.programs() {
        for amount in amounts::of_workload(workload) {
            // a range that nothing is within is one mistake, its own
            let range = of_environment(environment).find(|range| range.word == amount.word);
            let Some(range) = range.filter(|range| range.fault().is_none()) else { continue };
            let Some((what, fitting)) = refused(&amount, &range) else { continue };
            let title = format!("{} {what}", amount.of);
            let mut diagnostic = finding(&BVL0526, workload, environment, amount.stated.span, title)
                .here(format!("stated here{}", cx.from_layer(amount.stated.layer)))
                .also(range.stated.span, in_words(&range, amount.show));
            if let Some(ratio) = &range.ratio {
                diagnostic =
                    diagnostic.also(ratio.span, format!("a limit is at most {} times the request", ratio.value));
            }
            diagnostic = diagnostic
                .note(format!(
                    "the API server would refuse each pod of it: the {} is accepted, and no pod appears",
                    workload.maker()
                ))
                .help("state an amount within the range, or ask whoever owns the namespace to change the range");
            if let Some(fitting) = fitting {
                diagnostic = diagnostic.choice(format!("write `{fitting}`"), cx.replace(&amount.stated, fitting));
            }
            sink.report(diagnostic);
        }
    }
}

/// Whether a range refuses none of an environment's services.
pub(super) fn suits(cx: &Context<'_>, environment: &Environment, range: &Range) -> bool {
    let own = cx.programs().filter(|(_, _, own)| own.id == environment.id);
    own.flat_map(|(workload, ..)| amounts::of_workload(workload).collect::<Vec<_>>())
        .all(|amount| amount.word != range.word || breach(&amount, range).is_none())
}

/// Whether one of an environment's ranges refuses an amount of a workload in it, which is then told of as that.
pub(super) fn is_refused(amount: &Amount, ranges: &[Range]) -> bool {
    let range = ranges.iter().find(|range| range.word == amount.word);
    range.is_some_and(|range| breach(amount, range).is_some() && range.fault().is_none())
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
fn fitting(amount: &Amount, range: &Range) -> Option<String> {
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

fn breach(amount: &Amount, range: &Range) -> Option<Breach> {
    let request = amount.request;
    if request < range.least {
        return Some(Breach::Request);
    }
    // what states no limit is given the most
    let limit = amount.limit.or(range.most);
    if let Some((limit, most)) = limit.zip(range.most).filter(|(limit, most)| limit > most) {
        return Some(Breach::Limit { limit, most });
    }
    if let Some(most) = range.most.filter(|most| amount.limit.is_none() && request > *most) {
        return Some(Breach::Given { most });
    }
    let ratio = u64::from(range.ratio?.value);
    let Some(limit) = limit else { return Some(Breach::NoLimit { ratio }) };
    (limit > request.saturating_mul(ratio)).then_some(Breach::Ratio { limit, ratio })
}

/// What of a container is refused, and an amount that would not be.
fn refused(amount: &Amount, range: &Range) -> Option<(String, Option<String>)> {
    let (word, show) = (amount.word, if amount.word == "cpu" { show_cpu } else { show_memory });
    let request = show(amount.request);
    let what = match breach(amount, range)? {
        Breach::Request => format!("requests {request} of {word}, less than {}", show(range.least)),
        Breach::Limit { limit, most } => format!("may take {} of {word}, more than {}", show(limit), show(most)),
        Breach::Given { most } => format!("requests {request} of {word}, more than {}", show(most)),
        Breach::NoLimit { ratio } => {
            format!("has no {word} limit, where one is at most {ratio} times the request")
        }
        Breach::Ratio { limit, ratio } => {
            format!("may take {} of {word}, more than {ratio} times the {request} that it requests", show(limit))
        }
    };
    Some((what, fitting(amount, range)))
}
