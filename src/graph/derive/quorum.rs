//! Members of a quorum talk to each other, also where nobody says at which port.

use super::draft::Draft;
use super::{Context, ports};
use crate::graph::{Derived, Source};
use crate::model::managed::{ClassEnd, ClassFlow};

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    for workload in cx.model.workloads() {
        let Some(quorum) = workload.quorum() else { continue };
        // Which port it is, a class knows better.
        if workload.managed().is_some_and(|managed| managed.flows.iter().any(is_among_members)) {
            continue;
        }
        for target in ports::serving(workload.id, &workload.ports) {
            let reason = "members of a quorum talk to each other".to_owned();
            draft.add(
                Source::Endpoint(workload.id),
                target,
                Derived { derivation: "quorum", reason, cause: quorum.span },
            );
        }
    }
}

fn is_among_members(flow: &ClassFlow) -> bool {
    matches!((&flow.from, &flow.to), (ClassEnd::Own(_), ClassEnd::Own(_)))
}
