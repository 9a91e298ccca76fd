//! What scrapes metrics reaches every metrics port.

use super::Context;
use super::draft::Draft;
use super::providers::{Demand, Missed};
use crate::graph::{Derived, Source, Target};
use crate::model::PortUse;
use crate::model::managed::Role;

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    for workload in cx.model.workloads() {
        let metrics = (0u16..).zip(&*workload.ports).find(|(_, port)| port.usage == PortUse::Metrics);
        let Some((port, metrics)) = metrics else { continue };
        let name = &workload.name.value;
        // A class offers metrics to whoever scrapes them; a service that states them wants them scraped.
        let scrapers = if workload.service().is_some() {
            let why = format!("{name} states where its metrics are read, and nothing reads them");
            cx.providers(Role::Scrape, Demand { workload, cause: metrics.number.span, why }, &mut missed, draft)
        } else {
            cx.sight.nearest(cx.sight.of_role(Role::Scrape), workload.environment)
        };
        for scraper in scrapers {
            let reason = format!("{} reads the metrics of {name}", cx.name(scraper));
            draft.add(
                Source::Endpoint(scraper),
                Target::Port { endpoint: workload.id, port },
                Derived { derivation: "scrape", reason, cause: metrics.number.span },
            );
        }
    }
}
