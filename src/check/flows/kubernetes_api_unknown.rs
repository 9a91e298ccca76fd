//! Where pods meet the Kubernetes API is stated if any of them must.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Source, Target, Why};
use crate::model::Workload;
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// Something must reach the Kubernetes API or be called by it, and the platform does not state at which addresses
    /// that is.
    ///
    /// ## Why it matters in the cluster
    /// The API server runs on the nodes' network, behind its Service's address. Policies see the address after
    /// translation, and no label selects it: without addresses the flow cannot be allowed. An operator that cannot reach
    /// the API does nothing; a webhook that cannot be called stops every change of what it watches.
    ///
    /// ## How to mend it
    /// State the addresses and the port that `kubectl get endpointslices -n default` shows:
    /// `api-server 10.40.0.0/28 6443`.
    ///
    /// ```bvl bad
    /// platform shop { } //~ BVL0318 "keeper must reach the Kubernetes API"
    /// environment test { namespace "shop-test" }
    /// managed keeper {
    ///   match "app" "keeper"
    ///   allow self -> kubernetes-api because "it watches its objects"
    /// }
    /// ```
    /// ```bvl good
    /// platform shop { api-server 10.40.0.0/28 6443 }
    /// environment test { namespace "shop-test" }
    /// managed keeper {
    ///   match "app" "keeper"
    ///   allow self -> kubernetes-api because "it watches its objects"
    /// }
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/): rewriting of
    /// addresses may come before policy, and host-network pods are not matched by selectors (Kubernetes 1.36).
    BVL0318, "kubernetes-api-unknown", Error(Emitted), since "0.1.0" => run
}

/// So many workloads are named and shown.
const SHOWN: usize = 3;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    // one that is stated and could not be read has its own finding
    if platform.api_server.is_some() || platform.unread.touches(&["api-server"]) {
        return;
    }
    let in_need: Vec<(&Flow, &Workload)> = cx.graph.flows.iter().filter_map(|flow| in_need(cx, flow)).collect();
    let Some((first, _)) = in_need.first() else { return };
    let names: BTreeSet<&str> = in_need.iter().map(|(_, workload)| workload.name.value.as_str()).collect();
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| (*name).to_owned()).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    let verb = if first.source == Source::KubernetesApi { "is called by" } else { "must reach" };
    let title = format!("{} {verb} the Kubernetes API, but no `api-server` states where that is", listed(&shown));
    let mut diagnostic = Diagnostic::new(&BVL0318, platform.name.span, title)
        .here("states no `api-server`")
        .about(platform.name.value.clone());
    // a workload of several environments is told of once, with all that it needs
    let mut reasons: IndexMap<(Span, &str), IndexSet<&str>> = IndexMap::new();
    for (flow, workload) in &in_need {
        if let Why::Derived(derived) = &flow.why {
            let of_it = reasons.entry((workload.name.span, &workload.name.value)).or_default();
            of_it.insert(&derived.reason);
        }
    }
    for ((place, name), reasons) in reasons.into_iter().take(SHOWN) {
        let reasons: Vec<&str> = reasons.into_iter().collect();
        diagnostic = diagnostic.also(place, format!("{name} needs it: {}", reasons.join("; ")));
    }
    sink.report(
        diagnostic
            .note("policies see the API server's own address, not its Service's, and no label selects it")
            .help("state in the platform block the addresses and the port that `kubectl get endpointslices -n default` shows for `kubernetes`, or a range that holds them: `api-server 10.40.0.4, 10.40.0.5 6443` or `api-server 10.40.0.0/28 6443`"),
    );
}

/// The workload of a flow with the Kubernetes API, where policies are enforced on it.
fn in_need<'m>(cx: &Context<'m>, flow: &'m Flow) -> Option<(&'m Flow, &'m Workload)> {
    let endpoint = match (flow.source, flow.target) {
        (Source::Endpoint(endpoint), Target::KubernetesApi)
        | (Source::KubernetesApi, Target::Port { endpoint, .. }) => endpoint,
        (Source::Endpoint(_) | Source::KubernetesApi, _) => return None,
    };
    let workload = cx.model.workload(endpoint).filter(|workload| !workload.tainted)?;
    cx.model.environment(workload.environment).filter(|environment| environment.is_denied())?;
    Some((flow, workload))
}
