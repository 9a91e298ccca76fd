//! Objects on their way out, and what the proof keeps of them.
//!
//! Invariant: no object leaves a compilation unseen.

use std::cell::RefCell;

use crate::emit::{self, ChartValues, EnvironmentManifests};
use crate::model::EnvironmentId;
use crate::object::Object;
use crate::verify::connectivity::traffic;

/// Objects by environment, as the proof reads them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifests {
    /// Those of each environment; an environment stands here once.
    pub environments: Vec<Seen>,
}

/// Objects of one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Which one.
    pub environment: EnvironmentId,
    /// Its objects.
    pub objects: Vec<Object>,
}

impl Manifests {
    /// An environment begins.
    fn begin(&mut self, environment: EnvironmentId) {
        self.environments.retain(|seen| seen.environment != environment);
        self.environments.push(Seen { environment, objects: Vec::new() });
    }

    /// Keeps what of an environment's objects decides about traffic.
    fn see(&mut self, environment: EnvironmentId, objects: &[Object]) {
        if let Some(seen) = self.environments.iter_mut().find(|seen| seen.environment == environment) {
            seen.objects.extend(objects.iter().filter_map(traffic));
        }
    }
}

/// What is emitted for one environment; some of its objects at a time, each seen by the proof as it is taken.
#[derive(Debug)]
pub struct EnvironmentObjects<'c> {
    /// Which one.
    pub environment: EnvironmentId,
    /// The folder that it is written to: the environment's slug.
    pub folder: String,
    /// Values for the charts of its managed workloads, by name of the workload.
    pub values: Vec<(String, ChartValues)>,
    objects: emit::Objects<'c>,
    seen: &'c RefCell<Manifests>,
}

impl<'c> EnvironmentObjects<'c> {
    pub(super) fn new(emitted: EnvironmentManifests<'c>, seen: &'c RefCell<Manifests>) -> Self {
        let EnvironmentManifests { environment, folder, objects, values } = emitted;
        seen.borrow_mut().begin(environment);
        Self { environment, folder, values, objects, seen }
    }
}

impl Iterator for EnvironmentObjects<'_> {
    type Item = Vec<Object>;

    fn next(&mut self) -> Option<Vec<Object>> {
        let objects = self.objects.next()?;
        self.seen.borrow_mut().see(self.environment, &objects);
        Some(objects)
    }
}
