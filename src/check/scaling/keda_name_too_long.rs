//! A service that KEDA scales leaves room in its name.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

/// KEDA names its autoscaler `keda-hpa-NAME`, and that name is a label value of at most 63 characters.
const LONGEST: usize = 63 - "keda-hpa-".len();
/// What is longer is no name of a Service or label at all, and is named by that.
const LABEL: usize = 63;

crate::check! {
    /// ## What it means
    /// The name of a service that KEDA scales is longer than 54 characters.
    ///
    /// ## Why it matters in the cluster
    /// KEDA makes an autoscaler named `keda-hpa-` and that name. With more than 63 characters together it is refused, and
    /// the service is not scaled at all.
    ///
    /// ## How to mend it
    /// Shorten the name.
    ///
    /// ```bvl bad in=file
    /// managed keda { provides triggers; match "app" "keda-operator" }
    /// service a-very-long-name-that-says-all-there-is-to-say-about-it is base { //~ BVL0513 "55 characters"
    ///   disruption max-unavailable 1
    ///   scale 1..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 5 } }
    /// }
    /// allow caller -> a-very-long-name-that-says-all-there-is-to-say-about-it.http
    /// ```
    /// ```bvl good in=file
    /// managed keda { provides triggers; match "app" "keda-operator" }
    /// service a-very-long-name-that-says-all-there-is-to-say-about-x is base {
    ///   disruption max-unavailable 1
    ///   scale 1..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 5 } }
    /// }
    /// allow caller -> a-very-long-name-that-says-all-there-is-to-say-about-x.http
    /// ```
    ///
    /// ## Source
    /// [`scaledobject_webhook.go`](https://github.com/kedacore/keda/blob/v2.20.2/apis/keda/v1alpha1/scaledobject_webhook.go),
    /// `getHpaName`, KEDA 2.20; later versions name it in `verifyName`.
    BVL0513, "keda-name-too-long", Error(Refused), since "0.1.0" => run, reads ["scale"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let Some(auto) = service.scaling.auto().filter(|auto| auto.needs_keda()) else { continue };
        if !(LONGEST + 1..=LABEL).contains(&name.len()) {
            continue;
        }
        let title = format!("{name} has {} characters, and KEDA can scale what has at most {LONGEST}", name.len());
        let mut diagnostic = finding(&BVL0513, workload, environment, workload.name.span, title)
            .here(format!("{} characters", name.len()))
            .note(format!(
                "its autoscaler would be named `keda-hpa-{name}`, {} characters, and names end at {LABEL}",
                name.len() + LABEL - LONGEST
            ))
            .help(format!(
                "shorten the name by {} here and wherever it is used; what is deployed under the old name is removed and made anew",
                name.len() - LONGEST
            ));
        if let Some(keda) = auto.triggers.iter().find(|trigger| trigger.kind.is_keda()) {
            diagnostic =
                diagnostic.also(keda.stated.span, format!("asked by KEDA{}", cx.from_layer(keda.stated.layer)));
        }
        sink.report(diagnostic);
    }
}
