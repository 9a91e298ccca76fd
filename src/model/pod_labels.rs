//! By which labels the pods of workloads are selected, and which they carry.
//!
//! Invariant: what is emitted and what is judged is said here, once. The labels by which pods are selected are never overridden.

use std::collections::BTreeMap;

use super::keyed::KeyedTexts;
use super::{Model, Workload, WorkloadKind};

/// The first of the recommended labels: the workload's name.
pub const NAME: &str = "app.kubernetes.io/name";
/// The second: the platform's.
pub const INSTANCE: &str = "app.kubernetes.io/instance";

/// Labels, by key.
pub type Labels<'m> = BTreeMap<&'m str, &'m str>;

impl Workload {
    /// The labels that are stated to select its pods, in place of its name.
    pub fn stated_selector(&self) -> Option<&KeyedTexts> {
        match &self.kind {
            WorkloadKind::Service(service) => Some(&*service.selector).filter(|stated| !stated.is_empty()),
            WorkloadKind::Job(_) => None,
            WorkloadKind::Managed(managed) => Some(&managed.selector),
        }
    }
}

impl Model {
    /// The labels that select the pods of a workload, and nothing else in its namespace. Empty for a managed workload that has
    /// every pod there; else only for one that states none, which the checks refuse ([`Workload::is_selectable`]).
    pub fn selector<'m>(&'m self, workload: &'m Workload) -> Labels<'m> {
        workload.stated_selector().map_or_else(|| self.recommended(workload), |stated| entries(stated).collect())
    }

    /// The labels that every object of a workload carries: what the platform, its environment and it state, and its name.
    pub fn object_labels<'m>(&'m self, workload: &'m Workload) -> Labels<'m> {
        let environment = self.environment(workload.environment).map(|environment| &environment.labels);
        let stated = [Some(&self.platform.labels), environment, Some(&workload.labels)];
        let mut labels: Labels<'_> = stated.into_iter().flatten().flat_map(entries).collect();
        labels.extend(self.recommended(workload));
        labels
    }

    /// The labels of a workload's pods: those of its objects, that by which they are in a mesh, and those that select them. Of pods that are made by others only the
    /// latter are known.
    pub fn pod_labels<'m>(&'m self, workload: &'m Workload) -> Labels<'m> {
        let mut labels = match &workload.kind {
            WorkloadKind::Service(_) | WorkloadKind::Job(_) => self.object_labels(workload),
            WorkloadKind::Managed(_) => Labels::new(),
        };
        labels.extend(self.mesh_label(workload));
        labels.extend(self.selector(workload));
        labels
    }

    /// One of the [`Self::pod_labels`], without making the others.
    pub fn pod_label<'m>(&'m self, workload: &'m Workload, key: &str) -> Option<&'m str> {
        let of = |labels: &'m KeyedTexts| labels.get(key).map(|label| label.value.as_str());
        let selecting = workload.stated_selector().and_then(of);
        if matches!(workload.kind, WorkloadKind::Managed(_)) {
            return selecting;
        }
        let recommended = || match key {
            NAME => Some(workload.name.value.as_str()),
            INSTANCE => Some(self.platform.name.value.as_str()),
            _ => None,
        };
        let environment = || of(&self.environment(workload.environment)?.labels);
        let meshed = || self.mesh_label(workload).filter(|(own, _)| *own == key).map(|(_, value)| value);
        let stated = || of(&workload.labels).or_else(environment).or_else(|| of(&self.platform.labels));
        selecting.or_else(meshed).or_else(recommended).or_else(stated)
    }

    /// `name` and `instance` of the recommended labels: <https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>.
    fn recommended<'m>(&'m self, workload: &'m Workload) -> Labels<'m> {
        Labels::from([(NAME, workload.name.value.as_str()), (INSTANCE, self.platform.name.value.as_str())])
    }
}

fn entries(stated: &KeyedTexts) -> impl Iterator<Item = (&str, &str)> {
    stated.iter().map(|(key, value)| (key.as_str(), value.value.as_str()))
}
