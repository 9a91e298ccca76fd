//! What services expose, as several checks read it.

use crate::check::Context;
use crate::model::{Entry, Environment, Exposure, Workload};

/// What a service exposes, and what lets requests in to it.
#[derive(Clone, Copy)]
pub(super) struct Exposed<'a> {
    pub(super) workload: &'a Workload,
    pub(super) environment: &'a Environment,
    pub(super) exposure: &'a Exposure,
    /// What lets requests in.
    pub(super) entry: &'a Workload,
    /// What it lets them in by.
    pub(super) by: &'a Entry,
}

/// All that is exposed by the services that are judged, of which it is known what lets requests in.
pub(super) fn all<'a>(cx: &'a Context<'a>) -> impl Iterator<Item = Exposed<'a>> {
    let (model, graph) = (cx.model, cx.graph);
    cx.services().flat_map(move |(workload, service, environment)| {
        service.exposures.iter().enumerate().filter_map(move |(index, exposure)| {
            let entry = model.workload(*graph.implied.entries.get(&(workload.id, index))?)?;
            let by = entry.managed()?.entry.as_ref()?;
            Some(Exposed { workload, environment, exposure, entry, by })
        })
    })
}
