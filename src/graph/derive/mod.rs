//! Flows that follow from stated facts: one file a derivation, in the order of the list below.
//!
//! Invariants: each derivation reads the model and adds to the draft; none takes a flow away. `dns` comes last, for it
//! follows from the flows of all others. What derives nothing although it is stated is in `missing`, unless a declaration
//! that could not be read is why.

mod class;
mod dns;
mod draft;
mod ports;
mod providers;
mod quorum;
mod scrape;
mod sight;
mod trigger;

use super::{FlowGraph, order};
use crate::model::{EndpointId, Model};
use draft::Draft;
use sight::Sight;

/// Every derivation.
const DERIVATIONS: &[fn(&Context<'_>, &mut Draft<'_>)] =
    &[class::derive, quorum::derive, scrape::derive, trigger::derive, dns::derive];

/// What derivations read.
struct Context<'m> {
    /// The model.
    model: &'m Model,
    /// Who can be meant where nobody is named.
    sight: Sight<'m>,
}

/// All flows of a model, declared and derived, and the order of its rollout.
///
/// Takes time in proportion to the model and the flows that come out.
pub fn derive(model: &Model) -> FlowGraph {
    let cx = Context { model, sight: Sight::new(model) };
    let mut draft = Draft::new(model);
    for derivation in DERIVATIONS {
        derivation(&cx, &mut draft);
    }
    let mut graph = draft.finish();
    let order = order::order(model);
    graph.waves = order.waves;
    graph.circles = order.circles;
    graph
}

impl<'m> Context<'m> {
    /// The name of an endpoint, for reasons.
    fn name(&self, endpoint: EndpointId) -> &'m str {
        self.model.endpoint(endpoint).map_or("", |endpoint| &endpoint.name().value)
    }
}
