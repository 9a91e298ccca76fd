//! A managed workload that flows speak of says which pods are its.

use super::asserted::label_flow;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// Flows begin or end at a managed workload that states no `match`, so nothing says which pods are its.
    ///
    /// ## Why it matters in the cluster
    /// A selector without labels selects every pod of the namespace: the flow would be open to all of them.
    ///
    /// ## How to mend it
    /// State the labels that its operator or chart puts on its pods: `match "app" "nats"`. Where every pod of a namespace is
    /// meant, say so with `every-pod`, in an environment that nothing else runs in. Where it is accepted, no policy opens these flows.
    ///
    /// ```bvl bad in=file
    /// managed queue { port client 4222 } //~ BVL0310 "queue states no `match`"
    /// allow app -> queue.client
    /// ```
    /// ```bvl good in=file
    /// managed queue { match "app" "queue"; port client 4222 }
    /// allow app -> queue.client
    /// ```
    /// ```bvl good in=file
    /// environment tools { shared; namespace "tools" existing; default-deny off because "others run it" }
    /// managed tools { in tools; every-pod; port client 4222 }
    /// allow app -> tools.client
    /// ```
    ///
    /// ## Source
    /// [`LabelSelector`](https://github.com/kubernetes/apimachinery/blob/v0.36.2/pkg/apis/meta/v1/types.go): "an empty
    /// label selector matches all objects" (Kubernetes 1.36).
    BVL0310, "managed-without-match", Error(Emitted), since "0.1.0" => run, reads ["match", "every-pod"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(managed) = workload.managed() else { continue };
        if managed.is_selectable() || managed.host_network.is_some() {
            continue;
        }
        let Some(flow) = cx.graph.incoming(workload.id).chain(cx.graph.outgoing(workload.id)).next() else { continue };
        let name = &workload.name;
        let title =
            format!("{} states no `match`, so its flows would be open to every pod of its namespace", name.value);
        let diagnostic = finding(&BVL0310, workload, environment, name.span, title)
            .here("no `match` says which pods belong to it")
            .note("a selector without labels selects every pod of the namespace")
            .help(format!(
                "state the labels that its operator or chart puts on its pods, such as `match \"app.kubernetes.io/name\" \"{}\"`: `kubectl get pods --show-labels` shows them; where every pod of the namespace is meant, state `every-pod`",
                name.value
            ));
        let diagnostic = diagnostic.taken_by(cx, workload, "match").taken_by(cx, workload, "every-pod");
        sink.report(label_flow(cx, diagnostic, flow));
    }
}
