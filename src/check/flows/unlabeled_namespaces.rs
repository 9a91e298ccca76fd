//! What has a policy can tell the namespaces of a parametrised environment.

use super::asserted::label_flow;
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::Flow;
use crate::model::environment::Namespace;
use crate::model::{EndpointId, Environment, Workload};
use crate::source::TextEdit;

crate::check! {
    /// ## What it means
    /// A flow begins or ends in an environment with parameters whose namespaces are `existing`, and its other end is in another
    /// environment whose deny is on.
    ///
    /// ## Why it matters in the cluster
    /// The policy at the other end is written before anybody knows which instances there will be, so it names their
    /// namespaces by the label `bvl.dev/environment`. bvlc puts that label on the namespaces that it makes; on those that are
    /// there already it is whoever makes them who would have to. Without it the policy lets none of the instances through.
    ///
    /// ## How to mend it
    /// Take `existing` out: the namespaces are then made with their label. Or have whoever makes them label each, and say so in a
    /// waiver, whose reason stands for what bvlc cannot see. Or keep the flow within an instance, by declaring its other end
    /// without `in`.
    ///
    /// ```bvl bad in=file
    /// environment system { shared; namespace "shop-system" }
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" existing } //~ BVL0328 "the policy of hub cannot tell the namespaces of preview"
    /// service hub is base { in system }
    /// allow caller -> hub.http
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// environment system { shared; namespace "shop-system" }
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// service hub is base { in system }
    /// allow caller -> hub.http
    /// ```
    /// ```bvl good in=file
    /// environment system { shared; namespace "shop-system" }
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" existing }
    /// service hub is base { in system }
    /// allow caller -> hub.http
    /// waive unlabeled-namespaces on preview because "the tenant operator labels each: bvl.dev/environment=preview"
    /// ```
    /// The name of a namespace that is not made of parameters is known:
    /// ```bvl good in=file
    /// environment system { shared; namespace "shop-system" existing }
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// service hub is base { in system }
    /// allow caller -> hub.http
    /// ```
    ///
    /// ## Source
    /// [Network Policies](https://kubernetes.io/docs/concepts/services-networking/network-policies/), "Targeting multiple
    /// namespaces by label" (Kubernetes 1.36): a `namespaceSelector` selects by labels, of which the control plane sets
    /// `kubernetes.io/metadata.name` alone.
    BVL0328, "unlabeled-namespaces", Error(Emitted), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let Some(namespace) = environment.namespace.as_ref().filter(|_| environment.is_unlabeled()) else { continue };
        if workload.is_on_host() {
            continue;
        }
        let flows = cx.graph.incoming(workload.id).filter_map(|flow| Some((flow, flow.source_endpoint()?)));
        let flows =
            flows.chain(cx.graph.outgoing(workload.id).filter_map(|flow| Some((flow, flow.target_endpoint()?))));
        for (flow, other) in flows {
            if let Some((peer, home)) = isolated(cx, other).filter(|(_, home)| home.id != environment.id) {
                sink.report(told(cx, (environment, namespace), flow, (peer, home)));
            }
        }
    }
}

fn told(
    cx: &Context<'_>,
    (environment, namespace): (&Environment, &Namespace),
    flow: &Flow,
    (peer, home): (&Workload, &Environment),
) -> Diagnostic {
    let (name, span) = (&environment.name.value, namespace.name.span);
    let peer = &peer.name.value;
    let title = format!("the policy of {peer} cannot tell the namespaces of {name}, which bear no label of bvlc's");
    let diagnostic = Diagnostic::new(&BVL0328, span, title)
        .here("`existing`: bvlc makes none of these, and each instance has another name")
        .note(format!(
            "which instances there are is not known when {} is built, so a policy there names their namespaces by a label: `bvl.dev/environment: {name}`",
            home.title
        ))
        .help(format!(
            "take `existing` out: bvlc then makes each namespace, with that label; or have whoever makes them put it there, and say so: `waive unlabeled-namespaces on {name} because \"WHO LABELS THEM\"`; or give each instance a {peer} of its own in place of the one of {}",
            home.name.value
        ))
        .choice("take `existing` out", taken_out(cx, namespace))
        .environment(environment.title.clone())
        .about(name.clone())
        .about(between(cx, flow))
        .caused_by(span);
    label_flow(cx, diagnostic, flow)
}

/// A workload that a policy of its own isolates, and where.
fn isolated<'m>(cx: &Context<'m>, id: EndpointId) -> Option<(&'m Workload, &'m Environment)> {
    let workload = cx.model.workload(id).filter(|workload| !workload.is_on_host())?;
    let environment = cx.model.environment(workload.environment)?;
    environment.is_denied().then_some((workload, environment))
}

/// The names of a flow's ends, as a waiver writes them.
fn between(cx: &Context<'_>, flow: &Flow) -> String {
    let name = |id| cx.model.endpoint(id).map_or("", |end| &end.name().value);
    let [source, target] = [flow.source_endpoint(), flow.target_endpoint()].map(|id| id.map_or("", name));
    format!("{source} -> {target}")
}

fn taken_out(cx: &Context<'_>, namespace: &Namespace) -> Edits {
    let span = namespace.name.span;
    let file = cx.sources.get(span.file).filter(|_| cx.is_users(span))?;
    let behind = file.behind(span.end);
    let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    behind.get(gap..)?.starts_with("existing").then_some(())?;
    let start = file.range(span).end;
    Some(vec![TextEdit::replace(file.span(span.file, start..start + gap + "existing".len()), "")])
}
