//! What an environment states as its `LimitRange` is one that can exist.

use super::limit_range_refuses;
use super::limit_ranges::{Fault, Range, of_environment};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;

crate::check! {
    /// ## What it means
    /// The `limit-range` of an environment contradicts itself: its least is more than its most, a limit would have to stay below
    /// the request, or its ratio allows more than lies between its ends.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses such a `LimitRange`, so the namespace cannot have it: what is stated is not what pods meet there.
    /// No service is judged by it until it is mended.
    ///
    /// ## How to mend it
    /// State what `kubectl get limitrange` shows: the least request first, the largest limit last, and a ratio from 1 to the
    /// largest limit divided by the least request.
    ///
    /// ```bvl bad in=environment
    /// service app { cpu 1..2 }
    /// service caller { cpu 1..2 }
    /// limit-range { cpu 4..1 } //~ BVL0528 "at least 4 of cpu and may take at most 1"
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// service app { cpu 1..2 }
    /// service caller { cpu 1..2 }
    /// limit-range { cpu 1..4 }
    /// ```
    /// ```bvl bad in=environment
    /// service app { memory 64Mi }
    /// service caller { memory 64Mi }
    /// limit-range { memory 64Mi..1Gi ratio 0 } //~ BVL0528 "ratio of memory is 0"
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// service app { memory 64Mi }
    /// service caller { memory 64Mi }
    /// limit-range { memory 64Mi..1Gi }
    /// ```
    /// ```bvl bad in=environment
    /// limit-range { cpu 100m..1 ratio 11 } //~ BVL0528 "11, more than 1 / 100m = 10"
    /// ```
    /// ```bvl fixed in=environment fix=1
    /// limit-range { cpu 100m..1 ratio 10 }
    /// ```
    /// ```bvl good in=environment
    /// limit-range { cpu 100m..1 ratio 10; memory 0Mi..none ratio 50 }
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go),
    /// `ValidateLimitRange`, and
    /// [`defaults.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/v1/defaults.go),
    /// `SetDefaults_LimitRangeItem`, Kubernetes 1.36.
    BVL0528, "limit-range-impossible", Error(Refused), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        for range in of_environment(environment) {
            if let Some(fault) = range.fault() {
                sink.report(told(cx, environment, &range, &fault));
            }
        }
    }
}

fn told(cx: &Context<'_>, environment: &Environment, range: &Range, fault: &Fault<'_>) -> Diagnostic {
    let (name, word, [least, most]) = (&environment.name.value, range.word, &range.ends);
    let start = |span, title| {
        let found = Diagnostic::new(&BVL0528, span, title).environment(environment.title.clone()).about(name.clone());
        found.note("the API server refuses such a LimitRange, so bvlc compares no service with it until it is mended")
    };
    // which services a range refuses comes to light once it is one
    let suits = |changed: Range| limit_range_refuses::suits(cx, environment, &changed);
    match fault {
        Fault::Falls => {
            let title = format!(
                "the LimitRange of {name} cannot exist: each container requests at least {least} of {word} and may take at most {most}"
            );
            let swapped = format!("{most}..{least}");
            start(range.stated.span, title)
                .here(format!("{least} > {most}"))
                .help(format!("the least request stands first, the largest limit last: `{word} MIN..MAX`"))
                .choice(
                    format!("write `{swapped}`"),
                    cx.replace(&range.stated, swapped).filter(|_| {
                        let [least, most] = [range.most.unwrap_or(range.least), range.least];
                        suits(Range { least, most: Some(most), ..range.clone() })
                    }),
                )
        }
        Fault::RatioBelowOne(ratio) => start(
            ratio.span,
            format!(
                "the LimitRange of {name} cannot exist: the ratio of {word} is 0, and no limit is below its request"
            ),
        )
        .here("less than 1")
        .help(
            "take it out, and limits are as large as the range allows; a ratio of 1 says that limits are the requests",
        )
        .choice(
            "take `ratio 0` out",
            cx.take_clause("ratio", ratio).filter(|_| suits(Range { ratio: None, ..range.clone() })),
        )
        .choice(
            "write `ratio 1`: limits are the requests",
            cx.replace(ratio, "1").filter(|_| suits(Range { ratio: Some(ratio.map(|_| 1)), ..range.clone() })),
        ),
        Fault::RatioBeyondEnds { ratio, most: end } => {
            let (fits, tenths) = (end / range.least, end.saturating_mul(10) / range.least);
            let is_whole = end.is_multiple_of(range.least);
            let quotient = if is_whole { fits.to_string() } else { format!("{fits}.{}", tenths % 10) };
            let sum = format!("{most} / {least} = {quotient}");
            start(ratio.span, format!("the LimitRange of {name} cannot exist: the ratio of {word} is {}, more than {sum}", ratio.value))
                .here(format!("more than {quotient}"))
                .also(range.stated.span, sum)
                .help(format!("a ratio is at most the largest limit divided by the least request: {fits}; without one limits are as large as the range allows"))
                .choice(
                    format!("write `ratio {fits}`"),
                    cx.replace(*ratio, fits.to_string()).filter(|_| {
                        let fits = u32::try_from(fits).unwrap_or(u32::MAX);
                        suits(Range { ratio: Some(ratio.map(|_| fits)), ..range.clone() })
                    }),
                )
        }
    }
}
