//! Objects on their way out, and what the proof keeps of them.
//!
//! Invariant: no object leaves a compilation unseen.

use std::cell::RefCell;

use crate::emit::{self, ChartValues, EnvironmentManifests};
use crate::model::EnvironmentId;
use crate::object::Object;
use crate::verify::connectivity::{Pod, Refused, Traffic, Untold};
use crate::verify::mesh::Mesh;

/// What the proof keeps of objects: what of them decides about traffic.
#[derive(Debug, Clone, Default)]
pub struct Manifests {
    /// The environments whose objects they are.
    pub(super) environments: Vec<EnvironmentId>,
    /// What they say.
    pub(super) traffic: Traffic,
    /// The environment of each pod of the traffic; none for one in a namespace of which the spec says nothing.
    pub(super) pods: Vec<Option<EnvironmentId>>,
    /// What they tell a mesh; none of objects of others, of which bvlc reads network policies alone.
    pub(super) mesh: Option<Mesh>,
}

impl Manifests {
    /// The environments whose objects they are.
    pub fn environments(&self) -> &[EnvironmentId] {
        &self.environments
    }

    /// The policies that speak of more combinations of labels than are looked at.
    pub fn untold(&self) -> Vec<Untold> {
        self.traffic.untold()
    }

    /// What of policies of the cluster manifests do not tell: their name, and the part of them.
    pub fn unjudged(&self) -> impl Iterator<Item = (&str, Refused)> {
        self.traffic.unjudged().filter_map(|one| Some((self.traffic.policy(one.policy)?.1, one)))
    }

    /// An environment is built, even if nothing is emitted for it.
    pub fn begin(&mut self, environment: EnvironmentId) {
        if !self.environments.contains(&environment) {
            self.environments.push(environment);
        }
    }

    /// Reads objects of an environment.
    pub fn see(&mut self, environment: EnvironmentId, objects: &[Object]) {
        let mesh = self.mesh.get_or_insert_default();
        for object in objects {
            mesh.add(object);
            if self.traffic.add(object).is_some() {
                self.pods.push(Some(environment));
            }
        }
    }

    /// Reads pods of an environment, or of a namespace of which the spec says nothing, whatever makes them.
    pub(super) fn see_pod(&mut self, environment: Option<EnvironmentId>, pod: &Pod<'_>) {
        self.traffic.add_pod(pod);
        self.pods.push(environment);
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
