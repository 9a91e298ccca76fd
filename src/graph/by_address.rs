//! Which pods reach which others by their addresses: a range that is stated for somebody else may hold those of pods.
//!
//! Invariant: both halves are open, and a stated range opens at least one of them.

use super::{Flow, FlowGraph};
use crate::model::{Common, EndpointId, Environment, Model, NamedPort, Workload};

/// A way from one workload to another that no flow between the two opens.
#[derive(Debug, Clone, Copy)]
pub struct ByAddress<'a> {
    /// The port of the target at which it leads there.
    pub port: &'a NamedPort,
    /// The flow that opens it.
    pub opened: Opened<'a>,
}

/// Which half of it a flow opens that is stated for somebody else.
#[derive(Debug, Clone, Copy)]
pub enum Opened<'a> {
    /// The source is let out to addresses of the target's, and nothing holds back what comes to the target.
    Out(Half<'a>),
    /// The target lets in from addresses of the source's. The source is let out by the other one, or nothing holds it back.
    In(Half<'a>, Option<&'a Flow>),
}

/// A flow and what its other end has in common with a pod.
pub type Half<'a> = (&'a Flow, Common<'a>);

impl FlowGraph {
    /// The ways from one workload's pods to another's by addresses, one for each port at which no flow leads there.
    pub fn by_address<'a>(
        &'a self,
        model: &'a Model,
        source: EndpointId,
        target: EndpointId,
    ) -> impl Iterator<Item = ByAddress<'a>> {
        let ends = model.workload(source).zip(model.workload(target)).filter(|_| source != target);
        let held = ends.map(|(from, to)| [from, to].map(|end| is_held(model, end)));
        let ports = ends.filter(|_| held != Some([false, false])).map(|(_, to)| to.ports.iter());
        ports.into_iter().flatten().filter_map(move |port| {
            let asks = |flow: &&Flow| flow.ports(model).contains(&(port.number.value, port.protocol));
            if self.outgoing(source).filter(|flow| flow.target_endpoint() == Some(target)).any(|flow| asks(&flow)) {
                return None;
            }
            let common = |other: Option<EndpointId>, pods| model.addresses(other?).common(&model.pod_addresses(pods));
            let mut outgoing = self.outgoing(source).filter(asks);
            let out = outgoing.find_map(|flow| Some((flow, common(flow.target_endpoint(), target)?)));
            let mut incoming = self.incoming(target).filter(asks);
            let inward = incoming.find_map(|flow| Some((flow, common(flow.source_endpoint(), source)?)));
            let [is_source_held, is_target_held] = held?;
            let opened = match (out, inward) {
                (Some(out), _) if !is_target_held => Opened::Out(out),
                (_, Some(inward)) if !is_source_held => Opened::In(inward, None),
                (Some((out, _)), Some(inward)) => Opened::In(inward, Some(out)),
                (Some(_) | None, None) | (None, Some(_)) => return None,
            };
            Some(ByAddress { port, opened })
        })
    }
}

/// Whether a policy lets through only what is allowed.
pub fn is_held(model: &Model, workload: &Workload) -> bool {
    !workload.is_on_host() && model.environment(workload.environment).is_some_and(Environment::is_denied)
}
