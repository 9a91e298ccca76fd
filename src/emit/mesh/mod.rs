//! What tells a mesh the flows: by each mesh's own objects.
//!
//! Invariant: all of it speaks of one workload's pods, never of a namespace: pods of others, whom a mesh may know as well, are
//! left as they are.

mod istio;
mod linkerd;

use super::Context;
use crate::model::{MeshKind, Workload};
use crate::object::Object;

/// The objects of a workload that is in a mesh.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some((mesh, mode)) = cx.model.mesh_of(workload) else { return };
    match mesh.kind.value {
        MeshKind::Istio | MeshKind::IstioAmbient => istio::emit(cx, workload, (mesh, mode), objects),
        MeshKind::Linkerd => linkerd::emit(cx, workload, objects),
    }
}
