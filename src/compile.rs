//! [`Checked`] -> [`EnvironmentManifests`]: what is emitted for the environments that were asked for.
//!
//! Invariant: one environment at a time, in the order in which they were asked for, and of each some objects at a time,
//! so that whoever takes them can let them go before the next are made.

use crate::analyze::Checked;
use crate::emit::{self, EnvironmentManifests};

/// Emits the environments that were asked for, each when it is taken.
pub fn compile<'a>(checked: &Checked<'a>) -> impl Iterator<Item = EnvironmentManifests<'a>> + use<'a> {
    let (model, analysis) = (checked.model(), checked.analysis());
    let wanted = analysis.wanted.iter();
    wanted.filter_map(move |id| emit::emit(model, &analysis.graph, analysis.sources(), *id))
}
