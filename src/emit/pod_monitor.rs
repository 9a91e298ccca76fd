//! `PodMonitor`: has a Prometheus of the Prometheus Operator scrape a service.

use super::pod::ports;
use super::{Context, metadata, watchers};
use crate::model::Workload;
use crate::object::{IntOrString, Kind, Object, PodMetricsEndpoint, PodMonitor, PodMonitorSpec, selector};

/// One for each Prometheus that is told by the operator that it scrapes the service.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(watchers) = cx.graph.implied.watchers.get(&workload.id) else { return };
    let path = workload.service().and_then(|service| service.metrics_path.as_ref());
    let (Some(port), Some(path)) = (workload.metrics_port(), path) else { return };
    let (port, port_number) = match ports::reference(workload, port) {
        IntOrString::String(name) => (Some(name), None),
        IntOrString::Int(number) => (None, Some(number)),
    };
    let spec = PodMonitorSpec {
        selector: selector(metadata::selector(cx, workload)),
        pod_metrics_endpoints: vec![PodMetricsEndpoint { port, port_number, path: path.value.clone() }],
    };
    for metadata in watchers::told(cx, workload, Kind::PodMonitor, &watchers.scraping) {
        objects.push(PodMonitor { metadata, spec: spec.clone() }.into());
    }
}
