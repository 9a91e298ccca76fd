//! Who can be meant by a class, a role or a type of trigger, as seen from one environment.
//!
//! Invariants: built in one pass over the model; a question costs its answer and the number of shared environments.
//! Two environments that are not shared never see each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::environment::Instance;
use crate::model::managed::Role;
use crate::model::{EndpointId, EnvironmentId, Model};

/// Workloads by environment, each in order of declaration.
#[derive(Default)]
pub(super) struct Places(BTreeMap<EnvironmentId, Vec<EndpointId>>);

/// Workloads by what they can be meant by.
pub(super) struct Sight<'m> {
    model: &'m Model,
    shared: BTreeSet<EnvironmentId>,
    known_classes: BTreeSet<&'m str>,
    classes: BTreeMap<&'m str, Places>,
    roles: BTreeMap<Role, Places>,
    triggers: BTreeMap<&'m str, Places>,
    /// Externals that let requests in.
    doors: Places,
    /// Managed workloads that could not be read: what they do for others may be lost.
    unread: Places,
    names: BTreeSet<&'m str>,
    nobody: Places,
}

impl<'m> Sight<'m> {
    /// The sight over a model.
    pub(super) fn new(model: &'m Model) -> Self {
        let shared = model.environments.iter().filter(|environment| environment.shared.is_some());
        let mut sight = Self {
            model,
            shared: shared.map(|environment| environment.id).collect(),
            known_classes: model.classes.iter().map(|class| class.value.as_str()).collect(),
            classes: BTreeMap::new(),
            roles: BTreeMap::new(),
            triggers: BTreeMap::new(),
            doors: Places::default(),
            unread: Places::default(),
            names: model.endpoints().map(|endpoint| endpoint.name().value.as_str()).collect(),
            nobody: Places::default(),
        };
        for external in model.externals().filter(|external| external.entry.is_some()) {
            sight.doors.push((external.environment, external.id));
        }
        for workload in model.workloads() {
            let at = (workload.environment, workload.id);
            let classes = workload.classes.iter().filter_map(|class| model.classes.get(class.0 as usize));
            for class in classes.map(|class| class.value.as_str()).collect::<BTreeSet<_>>() {
                sight.classes.entry(class).or_default().push(at);
            }
            let Some(managed) = workload.managed() else { continue };
            for role in managed.roles.iter().map(|role| role.value).collect::<BTreeSet<_>>() {
                sight.roles.entry(role).or_default().push(at);
            }
            for trigger in managed.trigger_ports.keys() {
                sight.triggers.entry(trigger).or_default().push(at);
            }
            if workload.tainted {
                sight.unread.push(at);
            }
        }
        sight
    }

    /// The workloads of a class.
    pub(super) fn of_class(&self, class: &str) -> &Places {
        self.classes.get(class).unwrap_or(&self.nobody)
    }

    /// The workloads of a role.
    pub(super) fn of_role(&self, role: Role) -> &Places {
        self.roles.get(&role).unwrap_or(&self.nobody)
    }

    /// The externals that let requests in, as one environment sees them.
    pub(super) fn doors(&self, from: EnvironmentId) -> &[EndpointId] {
        self.doors.at(from)
    }

    /// The workloads that mark a port for a type of trigger.
    pub(super) fn of_trigger(&self, word: &str) -> &Places {
        self.triggers.get(word).unwrap_or(&self.nobody)
    }

    /// Whether there is a class of that name.
    pub(super) fn knows_class(&self, class: &str) -> bool {
        self.known_classes.contains(class)
    }

    /// Those whom a workload of `from` asks: of its own environment, else of the shared ones. What is shared and finds
    /// nobody there looks into every environment.
    pub(super) fn nearest(&self, places: &Places, from: EnvironmentId) -> Vec<EndpointId> {
        let own = places.at(from);
        if !own.is_empty() {
            return own.to_vec();
        }
        let shared: Vec<EndpointId> = self.shared.iter().flat_map(|id| places.at(*id)).copied().collect();
        if shared.is_empty() && self.is_shared(from) { places.everywhere() } else { shared }
    }

    /// All whom a workload of `from` may have to do with: an operator in a shared environment serves every other one.
    pub(super) fn seen(&self, places: &Places, from: EnvironmentId) -> Vec<EndpointId> {
        if self.is_shared(from) { places.everywhere() } else { self.nearest(places, from) }
    }

    /// One of those whom a workload of `from` would ask if its environment were shared.
    pub(super) fn unshared(&self, places: &Places, from: EnvironmentId) -> Option<EndpointId> {
        let is_one = |id: &EnvironmentId| {
            let instance = self.model.environment(*id).map(|environment| environment.instance);
            *id != from && !self.is_shared(*id) && instance == Some(Instance::Fixed)
        };
        let found = places.0.iter().filter(|(id, _)| is_one(id)).flat_map(|(_, there)| there);
        found.min().copied()
    }

    /// Whether something that `from` sees could not be read, so that what is missing may only seem so.
    pub(super) fn is_uncertain(&self, from: EnvironmentId) -> bool {
        let sees = |at: &EnvironmentId| *at == from || self.is_shared(from) || self.is_shared(*at);
        self.unread.0.keys().any(sees)
    }

    /// Whether others may use what is in an environment.
    pub(super) fn is_shared(&self, environment: EnvironmentId) -> bool {
        self.shared.contains(&environment)
    }

    /// The shared environment in which something for `from` would be declared.
    pub(super) fn shared_for(&self, from: EnvironmentId) -> Option<EnvironmentId> {
        if self.is_shared(from) { Some(from) } else { self.shared.first().copied() }
    }

    /// A declaration of a class, under a name that is free: `managed keda is keda.operator { in system }`.
    pub(super) fn declaration(&self, class: &str, place: Option<EnvironmentId>) -> String {
        let module = class.split('.').next().unwrap_or(class);
        // an adapter stands beside the server that it is named after
        let is_taken = self.names.contains(module) || class.ends_with(".adapter");
        let name = if is_taken { class.replace('.', "-") } else { module.to_owned() };
        match place.and_then(|place| self.model.environment(place)) {
            Some(place) => format!("managed {name} is {class} {{ in {} }}", place.name.value),
            None => format!("managed {name} is {class}"),
        }
    }

    /// How a statement in `from` names a workload.
    pub(super) fn spelled(&self, endpoint: EndpointId, from: EnvironmentId) -> String {
        let Some(endpoint) = self.model.endpoint(endpoint) else { return String::new() };
        let (name, place) = (&endpoint.name().value, endpoint.environment());
        if place == from || (self.shared.len() == 1 && self.is_shared(place)) {
            return name.clone();
        }
        let place = self.model.environment(place).map_or("", |environment| &environment.name.value);
        format!("{place}/{name}")
    }
}

impl Places {
    fn push(&mut self, (environment, workload): (EnvironmentId, EndpointId)) {
        self.0.entry(environment).or_default().push(workload);
    }

    fn at(&self, environment: EnvironmentId) -> &[EndpointId] {
        self.0.get(&environment).map(Vec::as_slice).unwrap_or_default()
    }

    fn everywhere(&self) -> Vec<EndpointId> {
        self.0.values().flatten().copied().collect()
    }
}
