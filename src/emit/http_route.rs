//! `HTTPRoute`: a host of a service, for an entry that runs for a Gateway.
//!
//! What the API server would fill in is stated, since delivery tools take it for a difference within a list.

use super::{Context, convert, metadata};
use crate::graph::Exposing;
use crate::model::exposure::namespace_of;
use crate::model::{Exposure, Origin, Workload};
use crate::object::{
    BackendRef, GATEWAY_GROUP, HTTPPathMatch, HTTPRoute, HTTPRouteMatch, HTTPRouteRule, HTTPRouteSpec,
    HTTPRouteTimeouts, Kind, Object, ParentReference,
};
use crate::value::Duration;

/// The route of a host, which belongs to a Gateway, in the namespace that is stated or its pods have, and to a listener of it.
pub(super) fn of_host(
    cx: &Context<'_>,
    workload: &Workload,
    host: &Exposing<'_>,
    (name, namespace, listener): (&Origin<String>, Option<&Origin<String>>, Option<&Origin<String>>),
) -> Object {
    let spec = HTTPRouteSpec {
        hostnames: vec![host.host.to_owned()],
        parent_refs: vec![ParentReference {
            group: Some(GATEWAY_GROUP.to_owned()),
            kind: Some("Gateway".to_owned()),
            name: name.value.clone(),
            namespace: Some(namespace_of(cx.model, host.entry, namespace).to_owned()),
            section_name: listener.map(|name| name.value.clone()),
        }],
        rules: rules(workload, host),
    };
    let metadata = metadata::of_workload(cx, workload, Kind::HTTPRoute, &host.object_name(workload));
    HTTPRoute { metadata, spec }.into()
}

/// A rule for each path: of two that fit a request the longer one is asked, so that their order says nothing.
fn rules(workload: &Workload, host: &Exposing<'_>) -> Vec<HTTPRouteRule> {
    let rule = |exposure: &&Exposure| HTTPRouteRule {
        backend_refs: vec![BackendRef {
            group: Some(String::new()),
            kind: Some("Service".to_owned()),
            name: workload.name.value.clone(),
            namespace: None,
            port: workload.exposed_port(exposure).map(|port| convert::count(u32::from(port.service_port().get()))),
            weight: Some(1),
        }],
        matches: vec![HTTPRouteMatch {
            path: Some(HTTPPathMatch {
                type_: Some(if exposure.exact.is_some() { "Exact" } else { "PathPrefix" }.to_owned()),
                value: Some(exposure.address.value.path.clone()),
            }),
        }],
        timeouts: exposure
            .timeout
            .as_ref()
            .map(|timeout| HTTPRouteTimeouts { request: Some(gateway_duration(timeout.value)) }),
    };
    host.exposures.iter().map(rule).collect()
}

/// A duration as the Gateway API takes it: at most five digits before each unit (GEP-2257).
fn gateway_duration(duration: Duration) -> String {
    let seconds = duration.secs();
    if seconds <= 99_999 {
        return format!("{seconds}s");
    }
    let part = |number: u64, unit: &str| if number == 0 { String::new() } else { format!("{number}{unit}") };
    [part(seconds / 3600, "h"), part(seconds / 60 % 60, "m"), part(seconds % 60, "s")].concat()
}

#[cfg(test)]
mod tests {
    use super::gateway_duration;
    use crate::value::Duration;

    #[test]
    fn durations_have_five_digits_at_the_most() {
        for (seconds, written) in
            [(1, "1s"), (90, "90s"), (99_999, "99999s"), (100_000, "27h46m40s"), (360_000, "100h")]
        {
            assert_eq!(gateway_duration(Duration::from_secs(seconds)), written);
        }
    }
}
