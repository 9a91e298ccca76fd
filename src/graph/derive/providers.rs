//! Who does something for others, or what to declare where nobody does.

use std::collections::BTreeSet;

use super::Context;
use super::draft::{DERIVING, Draft};
use crate::graph::MissingEnd;
use crate::model::managed::Role;
use crate::model::{EndpointId, EnvironmentId, Proxies, Workload};
use crate::source::Span;

/// What was found missing, so that it is reported once in an environment however many ask for it.
#[derive(Default)]
pub(super) struct Missed(BTreeSet<(EnvironmentId, Role)>);

/// Who asks for a role.
pub(super) struct Demand<'a> {
    /// The workload whose statement it is.
    pub(super) workload: &'a Workload,
    /// The statement.
    pub(super) cause: Span,
    /// Why it asks.
    pub(super) why: String,
}

impl Context<'_> {
    /// Those that do `role` for whoever asks; where nobody does, that is reported.
    pub(super) fn providers(
        &self,
        role: Role,
        demand: Demand<'_>,
        missed: &mut Missed,
        draft: &mut Draft<'_>,
    ) -> Vec<EndpointId> {
        let Demand { workload, cause, why } = demand;
        let from = workload.environment;
        let providers = self.sight.nearest(self.sight.of_role(role), from);
        let silent = !providers.is_empty() || workload.unread.touches(DERIVING) || self.sight.is_uncertain(from);
        if !silent && missed.0.insert((from, role)) {
            let (needs, class) = match role {
                Role::Scrape => ("something that scrapes metrics", "prometheus.server"),
                Role::Triggers => ("KEDA", "keda.operator"),
                Role::CustomMetrics => ("a server of the custom metrics API", "prometheus.adapter"),
                Role::Monitor => {
                    ("a Prometheus that the Prometheus Operator tells when to alert", "prometheus.operated")
                }
                Role::Entry => ("what lets requests in", "ingress.nginx"),
                Role::Mesh => ("the control plane of its mesh", self.mesh_classes().0),
                Role::NodeProxy => ("the proxies of its mesh on the nodes", self.mesh_classes().1),
                Role::Challenges => ("what answers challenges", "cert-manager.http01-solver"),
            };
            draft.miss(MissingEnd {
                cause,
                workload: workload.id,
                needs: needs.to_owned(),
                why,
                example: self.sight.declaration(class, self.sight.shared_for(from)),
                candidates: Vec::new(),
                unshared: self.sight.unshared(self.sight.of_role(role), from),
                named_by: "from",
            });
        }
        providers
    }

    /// The classes of the standard library that are the control plane of the platform's mesh, and its proxies on nodes.
    fn mesh_classes(&self) -> (&'static str, &'static str) {
        let facts = self.model.platform.mesh.as_ref().map(|mesh| mesh.kind.value.facts());
        let of_nodes = facts.map_or("", |facts| match facts.proxies {
            Proxies::Pods => "",
            Proxies::Nodes(class) => class,
        });
        let plane = facts.and_then(|facts| facts.control.asked.first());
        (plane.map_or("", |(_, class)| *class), of_nodes)
    }
}
