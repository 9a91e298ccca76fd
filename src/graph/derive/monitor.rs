//! Who is told by the Prometheus Operator what to scrape, and when somebody is told.

use super::Context;
use super::draft::Draft;
use super::providers::{Demand, Missed};
use crate::graph::Watchers;
use crate::model::managed::Role;
use crate::model::{EndpointId, Workload};

pub(super) fn derive(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let mut missed = Missed::default();
    for workload in cx.model.workloads() {
        let watchers = Watchers {
            scraping: scraping(cx, workload),
            alerting: match &workload.alerts {
                Some(alerts) => {
                    let why = format!("{} states when somebody is told, and nothing evaluates it", workload.name.value);
                    let demand = Demand { workload, cause: alerts.after.span, why };
                    cx.providers(Role::Monitor, demand, &mut missed, draft)
                }
                None => Vec::new(),
            },
        };
        if watchers != Watchers::default() {
            draft.watch(workload.id, watchers);
        }
    }
}

/// Those who scrape a service ([`super::scrape`]), but for whoever finds it by its annotations.
fn scraping(cx: &Context<'_>, workload: &Workload) -> Vec<EndpointId> {
    if workload.service().is_none() || workload.metrics_port().is_none() {
        return Vec::new();
    }
    let is_told = |scraper: &EndpointId| {
        let managed = cx.model.workload(*scraper).and_then(Workload::managed);
        managed.is_some_and(|managed| managed.has_role(Role::Monitor))
    };
    cx.sight.nearest(cx.sight.of_role(Role::Scrape), workload.environment).into_iter().filter(is_told).collect()
}
