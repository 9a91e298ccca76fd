//! [`Checked`] -> [`Manifests`]: what is emitted for the environments that were asked for.

use crate::analyze::Checked;
use crate::emit::{self, Manifests};

/// Emits the environments that were asked for.
pub fn compile(checked: &Checked<'_>) -> Manifests {
    let analysis = checked.analysis();
    emit::emit_all(checked.model(), &analysis.graph, analysis.sources(), &analysis.wanted)
}
