//! What is called runs.

use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{DeclaredFlow, EndpointId, Origin, Scaling, Workload};

crate::check! {
    /// ## What it means
    /// A service has no replica, `scale 0`, and one that runs calls it.
    ///
    /// ## Why it matters in the cluster
    /// Its Service has no endpoints: each call is refused at once, or waits until it times out, and nothing starts a pod for
    /// it.
    ///
    /// ## How to mend it
    /// Keep a replica; or take the service out of the environment with `without NAME`, so that whoever needs it is named.
    /// Where the callers do well without it, accept it with `waive called-without-replicas on NAME because ".."`.
    ///
    /// ```bvl bad in=service
    /// scale 0 //~ BVL0325 "caller calls it"
    /// ```
    /// ```bvl good in=service
    /// scale 1
    /// disruption max-unavailable 1
    /// ```
    /// Where the caller does not run either, nothing is missed:
    /// ```bvl good in=file
    /// service report is base { scale 0 }
    /// service reader is base { scale 0 }
    /// allow reader -> report.http
    /// ```
    ///
    /// ## Source
    /// [Services without endpoints](https://kubernetes.io/docs/reference/networking/virtual-ips/) (Kubernetes 1.36).
    BVL0325, "called-without-replicas", Warning, since "0.1.0" => run, reads ["scale"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let runs = |id: EndpointId| cx.model.workload(id).and_then(none).is_none();
    for (workload, _, environment) in cx.services() {
        let Some(scale) = none(workload) else { continue };
        let flows: Vec<&DeclaredFlow> = cx.stated_to(workload.id).filter(|flow| runs(flow.source)).collect();
        if flows.is_empty() {
            continue;
        }
        let mut callers: Vec<String> = Vec::new();
        for flow in &flows {
            let name = cx.name(flow.source, environment.id);
            if !callers.contains(&name) {
                callers.push(name);
            }
        }
        let (name, named) = (&workload.name.value, listed(&callers));
        let (verb, who) = if callers.len() == 1 { ("calls", named.as_str()) } else { ("call", named.as_str()) };
        let mut diagnostic = finding(
            &BVL0325,
            workload,
            environment,
            scale.span,
            format!("{name} runs no replica, and {who} {verb} it"),
        )
        .here(format!("none{}", cx.from_layer(scale.layer)));
        if let Some(flow) = flows.first() {
            diagnostic = diagnostic.also(flow.destination_span, "called here");
        }
        sink.report(
            diagnostic
                .note("its Service has no endpoints: each call is refused or times out, and nothing starts a pod for it")
                .help(format!("keep a replica, `scale 2`; or take {name} out of the environment, `without {name}`; where callers do well without it, `waive called-without-replicas on {name} because \"..\"`")),
        );
    }
}

/// The `scale 0` of a service that never runs.
fn none(workload: &Workload) -> Option<&Origin<u32>> {
    match &workload.service()?.scaling {
        Scaling::Fixed(number) if number.value == 0 && !number.is_built_in() => Some(number),
        Scaling::Fixed(_) | Scaling::Auto(_) => None,
    }
}
