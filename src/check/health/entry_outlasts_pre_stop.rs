//! A pod keeps serving until the load balancer in front of it sends it nothing new.

use super::advice::{Typed, raised_to};
use super::stopping::{For, SHORTEST_PRE_STOP, Stopping, Written};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::graph::{Flow, LETS_IN, Why};
use crate::model::{Endpoint, EndpointId, Environment, Origin, Workload};
use crate::source::Span;
use crate::value::Duration;

crate::check! {
    /// ## What it means
    /// What sends a service its traffic states how long it goes on sending new connections to a pod that is going
    /// (`deregister`), and that is longer than the service's `pre-stop`.
    ///
    /// ## Why it matters in the cluster
    /// After `pre-stop` the program takes no new connections, and the load balancer still sends it some: errors at every
    /// rollout. The 300 s for which an AWS load balancer drains old connections are not meant; it stops sending new ones
    /// within seconds of being told.
    ///
    /// ## How to mend it
    /// Raise `pre-stop` to that time.
    ///
    /// ```bvl bad in=file
    /// external internet { cidr 203.0.113.0/24; deregister 6s }
    /// allow internet -> app.http //~ BVL0719 "internet sends it new connections for up to 6s"
    /// ```
    /// ```bvl good in=file
    /// external internet { cidr 203.0.113.0/24; deregister 5s }
    /// allow internet -> app.http
    /// ```
    /// ```bvl bad in=file
    /// external internet { cidr 203.0.113.0/24; deregister 6s }
    /// service shop is base { shutdown { pre-stop 0s } } //~ BVL0719
    /// allow internet -> shop.http
    /// ```
    /// ```bvl fixed in=file fix=1
    /// external internet { cidr 203.0.113.0/24; deregister 6s }
    /// service shop is base { shutdown { pre-stop 6s } }
    /// allow internet -> shop.http
    /// ```
    ///
    /// ## Source
    /// [Termination of pods](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow)
    /// (Kubernetes 1.36); [deregistration delay](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay).
    BVL0719, "entry-outlasts-pre-stop", Error(Judgment), since "0.1.0" => run, looks Neighbors
}

/// An entry that sends new connections for longer than a service's pre-stop.
pub(super) struct Entry {
    pub(super) id: EndpointId,
    deregister: Origin<Duration>,
    flow: Span,
}

impl Entry {
    /// How long it goes on.
    pub(super) fn takes(&self) -> Duration {
        self.deregister.value
    }
}

/// The entry of a workload that takes longest to notice.
pub(super) fn longest(cx: &Context<'_>, workload: &Workload) -> Option<Entry> {
    let entries = cx.graph.incoming(workload.id).filter_map(|flow| entry(cx, flow));
    entries.max_by_key(Entry::takes)
}

/// The same where that is longer than its pre-stop lasts.
pub(super) fn slowest(cx: &Context<'_>, workload: &Workload) -> Option<Entry> {
    let pre_stop = Stopping::of(workload, workload.program()?).pre_stop;
    longest(cx, workload).filter(|entry| entry.takes() > pre_stop)
}

fn entry(cx: &Context<'_>, flow: &Flow) -> Option<Entry> {
    let (source, place) = match (flow.declared(cx.model), &flow.why) {
        (Some(declared), _) => (declared.source, declared.destination_span),
        (None, Why::Derived(derived)) if derived.derivation == LETS_IN => (flow.source_endpoint()?, derived.cause),
        (None, Why::Derived(_) | Why::Declared(_)) => return None,
    };
    let deregister = match cx.model.endpoint(source)? {
        Endpoint::Workload(workload) => workload.managed()?.deregister?,
        Endpoint::External(external) => external.deregister?,
    };
    Some(Entry { id: source, deregister, flow: place })
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let stopping = Stopping::of(workload, &service.program);
        if stopping.is_filled_by_pre_stop() {
            continue;
        }
        let Some(entry) = slowest(cx, workload) else { continue };
        let (name, pre_stop, takes) = (&workload.name.value, &stopping.shutdown.pre_stop, entry.deregister.value);
        let from = cx.name(entry.id, environment.id);
        let title = format!(
            "{name} keeps serving for {} when a pod of it goes, but {from} sends it new connections for up to {takes}",
            stopping.pre_stop
        );
        // a default that others share is right for those; the flow is what is new
        let own = !pre_stop.is_built_in() && pre_stop.layer >= crate::model::Layer::Declaration;
        let span = if own { pre_stop.span } else { entry.flow };
        let mut diagnostic = finding(&BVL0719, workload, environment, span, title);
        if !pre_stop.is_built_in() {
            diagnostic = diagnostic
                .also(pre_stop.span, format!("{} of pre-stop{}", pre_stop.value, cx.from_layer(pre_stop.layer)));
        }
        if !own {
            diagnostic = diagnostic.caused_by(entry.deregister.span);
        }
        // no shorter one is enough for the others
        let enough = takes.max(SHORTEST_PRE_STOP);
        let changes = [("pre-stop", pre_stop, enough)];
        let (Written { edits, place }, grace) = stopping.set_parts(cx, For::This, &changes);
        let fix = format!("raise {}{place}", raised_to(&changes, grace));
        let help = match stopping.typed(cx, &changes, grace) {
            Typed::Statement(statement) => format!(
                "raise it in the block of {name}, `{statement}`, which leaves the rest of its shutdown as it is"
            ),
            Typed::Room(room) => format!("to have a pre-stop of {enough}, {room}"),
        };
        let diagnostic = stopping.bounded(cx, diagnostic, &changes, grace);
        sink.report(
            diagnostic
                .also(entry.flow, format!("traffic from {from}"))
                .also(
                    entry.deregister.span,
                    format!("{from} sends new connections for {takes} more{}", cx.from_layer(entry.deregister.layer)),
                )
                .note("connections fail at every rollout: the program takes no new ones after its pre-stop")
                .help(help)
                .choice_to(Reach::AtLeast(enough.millis()), fix, edits),
        );
    }
}

/// Whether it is said of a workload, and stands.
pub(super) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    slowest(cx, workload).is_some() && cx.stands(&CHECK, &workload.name.value, environment)
}
