//! What a service exposes, host by host: each host is an object of its own, an Ingress or an `HTTPRoute`, by what lets requests in.
//!
//! Invariant: the name of such an object says the service, the entry and the host, so that none takes another's place.

use super::{Context, http_route, ingress};
use crate::model::{EntryKind, Workload};
use crate::object::Object;

/// The object of each host at which a workload is reached from outside.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    objects.extend(cx.graph.hosts(cx.model, workload).into_iter().map(|host| match &host.by.by {
        EntryKind::Ingress { class, timeout_annotation: _ } => ingress::of_host(cx, workload, &host, class),
        EntryKind::Gateway { name, namespace, listener } => {
            http_route::of_host(cx, workload, &host, (name, namespace.as_ref(), listener.as_ref()))
        }
    }));
}
