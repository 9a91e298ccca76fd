//! What weakens a pod says why.

use super::policy::{Policy, opens};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// The `security` of a service or a job takes a protection away, by `writable-root`, `capability`, `privilege-escalation` or
    /// `seccomp unconfined`, and no reason is written. What its namespace's profile refuses is an error by itself.
    ///
    /// ## Why it matters in the cluster
    /// Whoever reviews the next change, or looks at the pod after a break-in, cannot know whether it was weighed or copied.
    ///
    /// ## How to mend it
    /// Take it out, or write `because "..."`.
    ///
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "nginx as its image comes" }
    /// service edge is base { in old; security { group 2000; writable-root } } //~ BVL0417 "edge asks for `writable-root`"
    /// allow caller -> edge.http
    /// ```
    /// ```bvl fixed in=file fix=1
    /// environment old { shared; namespace "shop-old"; profile baseline because "nginx as its image comes" }
    /// service edge is base { in old; security { group 2000 } }
    /// allow caller -> edge.http
    /// ```
    /// ```bvl good in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "nginx as its image comes" }
    /// service edge is base { in old; security { writable-root because "it writes below /var/cache" } }
    /// allow caller -> edge.http
    /// ```
    /// ```bvl bad in=service
    /// security { capability NET_BIND_SERVICE } //~ BVL0417 "app asks for `capability NET_BIND_SERVICE`"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0417, "security-without-reason", Error(Judgment), since "0.1.0" => run, reads ["security"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let policy = Policy::of(environment, &cx.model.platform);
        for asked in contained.demands() {
            if asked.because.is_some() || policy.refuses(asked.demand).is_some() {
                continue;
            }
            let (name, written) = (contained.called(&workload.name.value), asked.demand.written());
            let title = format!("{name} asks for `{written}`, without a reason");
            // without it nothing could listen there
            let is_needed = opens(workload, program, contained, asked.demand).is_some();
            let edits = cx.take_out_of("security", asked.statement).filter(|_| !is_needed);
            sink.report(
                finding(&BVL0417, workload, environment, asked.stated.span, title)
                    .here(format!("takes a protection away{}", cx.from_layer(asked.stated.layer)))
                    .note("who reviews the next change cannot know whether it was weighed or copied")
                    .help(format!("take `{written}` out, or say why: `{written} because \"REASON\"`"))
                    .choice(format!("take `{written}` out"), edits),
            );
        }
    }
}
