//! Flows that follow from stated facts: one file a derivation, in the order of the list below.
//!
//! Invariants: each derivation reads the model's endpoints and adds to the draft; none takes a flow away, none reads
//! declared flows. What derives nothing although it is stated is in `missing`, unless a declaration that could not be read
//! is why. `dns`, which follows from all flows there are, is derived where they are joined.

mod class;
pub(super) mod dns;
mod draft;
mod entry;
mod mesh;
mod monitor;
mod ports;
mod providers;
mod quorum;
mod scrape;
mod sight;
mod trigger;

use super::{Implied, order};
use crate::model::{EndpointId, Model};
use draft::Draft;
use sight::Sight;

/// Every derivation.
const DERIVATIONS: &[fn(&Context<'_>, &mut Draft<'_>)] =
    &[class::derive, quorum::derive, scrape::derive, monitor::derive, trigger::derive, entry::derive, mesh::derive];

/// What derivations read.
struct Context<'m> {
    /// The model.
    model: &'m Model,
    /// Who can be meant where nobody is named.
    sight: Sight<'m>,
}

/// What the endpoints of a model imply, and the order of its rollout.
///
/// Takes time in proportion to the model and what comes out.
pub(super) fn imply(model: &Model) -> Implied {
    let cx = Context { model, sight: Sight::new(model) };
    let mut draft = Draft::new(model);
    for derivation in DERIVATIONS {
        derivation(&cx, &mut draft);
    }
    let mut implied = draft.finish();
    let order = order::order(model);
    implied.waves = order.waves;
    implied.circles = order.circles;
    implied
}

impl<'m> Context<'m> {
    /// The name of an endpoint, for reasons.
    fn name(&self, endpoint: EndpointId) -> &'m str {
        self.model.endpoint(endpoint).map_or("", |endpoint| &endpoint.name().value)
    }
}
