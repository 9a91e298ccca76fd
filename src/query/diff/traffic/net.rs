//! Who can talk on one side: its pods, plain ones for whatever else may run there, and what passes between them.
//!
//! Invariant: a party has the same name on both sides, that of the new one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::renames::Renames;
use super::super::side::{Evidence, Side};
use crate::compile::{Ends, Expectation, Witness, gather};
use crate::graph::Flow;
use crate::model::{EndpointId, Workload};
use crate::object::{Given, Labels};
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{
    self, AddressRange, ClassId, Connectivity, Direction, End, Half, Network, Pod, Ports, running, told,
};

/// Whoever can begin or answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    /// The pods of a workload.
    Pods {
        /// Their namespace.
        namespace: String,
        /// The workload.
        name: String,
    },
    /// Any other pod of a namespace.
    Others {
        /// Which one.
        namespace: String,
    },
    /// The cluster's DNS.
    Dns,
    /// Any pod of a namespace that nobody names.
    Elsewhere,
}

impl Party {
    /// The namespace, if it has one.
    pub(super) fn namespace(&self) -> Option<&str> {
        match self {
            Self::Pods { namespace, .. } | Self::Others { namespace } => Some(namespace),
            Self::Dns | Self::Elsewhere => None,
        }
    }

    /// Whether it is a workload's.
    pub(super) fn is_workload(&self) -> bool {
        matches!(self, Self::Pods { .. })
    }
}

/// The pods and policies of one side.
pub(super) struct World {
    ends: Ends,
    parties: Vec<(usize, Party)>,
    workloads: BTreeMap<Party, EndpointId>,
}

/// Kinds of plain pods that stand for something which a reviewer would ask about.
const PLAIN: [Witness; 4] = [Witness::Member, Witness::Stranger, Witness::Foreign, Witness::Dns];

impl World {
    /// Gathers them; `renames` says what the old side's names are on the new one.
    pub(super) fn of(side: &Side<'_>, renames: Option<&Renames>) -> Self {
        let mut world = match &side.traffic {
            Evidence::Platform(checked, manifests) => {
                let model = checked.model();
                let ends = gather(model, manifests.as_ref().clone(), &PLAIN);
                let party = |id: &EndpointId| {
                    let workload = model.workload(*id)?;
                    let namespace = model.environment(workload.environment)?.namespace_name().to_owned();
                    Some((Party::Pods { namespace, name: workload.name.value.clone() }, *id))
                };
                let workloads = ends.of_workload.keys().filter_map(party).collect();
                let mut world = Self { ends, parties: Vec::new(), workloads };
                world.of_platform();
                world
            }
            Evidence::Objects { objects, namespace } => of_objects(&Cluster::new(objects, namespace)),
        };
        if let Some(renames) = renames {
            for (_, party) in &mut world.parties {
                *party = renamed(party, renames);
            }
            let workloads = std::mem::take(&mut world.workloads);
            world.workloads = workloads.into_iter().map(|(party, id)| (renamed(&party, renames), id)).collect();
        }
        world
    }

    /// What the pods of a platform's world stand for.
    fn of_platform(&mut self) {
        for (at, pod) in self.ends.traffic.pods().enumerate() {
            let namespace = pod.namespace().to_owned();
            let named = || Party::Pods { namespace: namespace.clone(), name: pod.name().to_owned() };
            let party = match self.ends.witnesses.get(&at) {
                None | Some(Witness::Member) => named(),
                Some(Witness::Stranger) => Party::Others { namespace },
                Some(Witness::Foreign) => Party::Elsewhere,
                Some(Witness::Dns) if self.ends.dns.contains(&at) => Party::Dns,
                Some(Witness::Dns | Witness::NearMiss | Witness::Twin | Witness::HostNetwork) => continue,
            };
            self.parties.push((at, party));
        }
    }

    /// The pods, as `verify` takes them.
    pub(super) fn traffic(&self) -> &connectivity::Traffic {
        &self.ends.traffic
    }
}

fn renamed(party: &Party, renames: &Renames) -> Party {
    match party {
        Party::Pods { namespace, name } => {
            let namespace = renames.namespace(namespace).to_owned();
            Party::Pods { name: renames.name(&namespace, name).to_owned(), namespace }
        }
        Party::Others { namespace } => Party::Others { namespace: renames.namespace(namespace).to_owned() },
        Party::Dns => Party::Dns,
        Party::Elsewhere => Party::Elsewhere,
    }
}

/// A label that no policy selects by.
const PLAIN_LABEL: (&str, &str) = ("bvl.dev/stranger", "true");

fn of_objects(cluster: &Cluster<'_>) -> World {
    let mut traffic = connectivity::Traffic::in_namespace(cluster.default_namespace());
    let mut namespaces: BTreeSet<&str> = BTreeSet::new();
    for (_, object) in cluster.iter() {
        namespaces.insert(cluster.home_of(object));
        traffic.add_given(object);
    }
    // of two with one name, the one that a workload makes keeps it
    let (bare, made): (Vec<_>, Vec<_>) = running(cluster).partition(|pod| matches!(pod.object, Given::Pod(_)));
    let mut names: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut parties = Vec::new();
    for pod in made.into_iter().chain(bare) {
        let (namespace, mut name) = (cluster.namespace_of(pod.object), pod.object.name().to_owned());
        if !names.insert((namespace, name.clone())) {
            name = format!("{name} ({})", pod.object.kind());
            names.insert((namespace, name.clone()));
        }
        let at = traffic.add_pod(&told(cluster, pod));
        parties.push((at, Party::Pods { namespace: namespace.to_owned(), name }));
    }
    let mut foreign = "elsewhere".to_owned();
    while namespaces.contains(foreign.as_str()) {
        foreign.push('-');
    }
    for namespace in namespaces.into_iter().filter(|namespace| !namespace.is_empty()) {
        let at = traffic.add_pod(&plain(namespace.to_owned(), PLAIN_LABEL));
        parties.push((at, Party::Others { namespace: namespace.to_owned() }));
    }
    let at = traffic.add_pod(&plain(foreign, PLAIN_LABEL));
    parties.push((at, Party::Elsewhere));
    // `CoreDNS` keeps the label of kube-dns (kubernetes `cluster/addons/dns/coredns`, 1.33)
    let at = traffic.add_pod(&plain("kube-system".to_owned(), ("k8s-app", "kube-dns")));
    parties.push((at, Party::Dns));
    let ends = Ends {
        traffic,
        of_workload: BTreeMap::new(),
        witnesses: BTreeMap::new(),
        dns: Vec::new(),
        without_pods: Vec::new(),
    };
    World { ends, parties, workloads: BTreeMap::new() }
}

fn plain<'a>(namespace: String, (key, value): (&str, &str)) -> Pod<'a> {
    Pod {
        name: Cow::Borrowed(""),
        namespace: Cow::Owned(namespace),
        labels: Cow::Owned(Labels::from([(key.to_owned(), value.to_owned())])),
        ports: Vec::new(),
        network: Network::Own(Vec::new()),
    }
}

/// What passes on one side.
pub(super) struct Net<'w> {
    world: &'w World,
    connectivity: &'w Connectivity<'w>,
    classes: BTreeMap<&'w Party, ClassId>,
    members: BTreeMap<ClassId, Vec<&'w Party>>,
    side: &'w Side<'w>,
}

impl<'w> Net<'w> {
    /// Reads it.
    pub(super) fn of(side: &'w Side<'w>, world: &'w World, connectivity: &'w Connectivity<'w>) -> Self {
        let mut classes = BTreeMap::new();
        let mut members: BTreeMap<ClassId, Vec<&Party>> = BTreeMap::new();
        for (at, party) in &world.parties {
            let Some(class) = connectivity.class_of(*at) else { continue };
            classes.insert(party, class);
            members.entry(class).or_default().push(party);
        }
        Self { world, connectivity, classes, members, side }
    }

    /// Everyone.
    pub(super) fn parties(&self) -> impl Iterator<Item = &'w Party> {
        self.classes.keys().copied()
    }

    /// Whether it is there.
    pub(super) fn has(&self, party: &Party) -> bool {
        self.classes.contains_key(party)
    }

    /// The namespaces that it speaks of.
    pub(super) fn namespaces(&self) -> BTreeSet<&'w str> {
        self.parties().filter_map(Party::namespace).collect()
    }

    /// What a party's own policies let pass; `None` where none isolates it.
    pub(super) fn half(&self, party: &Party, direction: Direction) -> Option<Half> {
        self.connectivity.half(*self.classes.get(party)?, direction)
    }

    /// Whoever is of a class.
    pub(super) fn members(&self, class: ClassId) -> &[&'w Party] {
        self.members.get(&class).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where a connection passes; nowhere if one of the two is not there.
    pub(super) fn passes(&self, source: &Party, destination: &Party) -> Ports {
        let (Some(source), Some(destination)) = (self.classes.get(source), self.classes.get(destination)) else {
            return Ports::NONE;
        };
        self.connectivity.passes(End::Pod(*source), End::Pod(*destination))
    }

    /// The flows of the spec that let something pass between two parties.
    pub(super) fn flows(&self, source: &Party, destination: &Party, ports: &Ports) -> Vec<(String, &'w Flow)> {
        let Some(peer) = self.classes.get(destination) else { return Vec::new() };
        self.meeting(source, Direction::Egress, Ok(*peer), ports)
    }

    /// The flows of the spec between a party and addresses.
    pub(super) fn flows_at(
        &self,
        party: &Party,
        direction: Direction,
        range: AddressRange,
        ports: &Ports,
    ) -> Vec<(String, &'w Flow)> {
        self.meeting(party, direction, Err(range), ports)
    }

    fn meeting(
        &self,
        party: &Party,
        direction: Direction,
        peer: Result<ClassId, AddressRange>,
        ports: &Ports,
    ) -> Vec<(String, &'w Flow)> {
        let Evidence::Platform(checked, _) = &self.side.traffic else { return Vec::new() };
        let Some(workload) = self.workload(party) else { return Vec::new() };
        let expectation = Expectation {
            model: checked.model(),
            graph: &checked.analysis().graph,
            ends: &self.world.ends,
            connectivity: self.connectivity,
        };
        let flows = expectation.meeting(workload, direction, peer, ports).into_iter();
        flows.map(|flow| (expectation.title(flow), flow)).collect()
    }

    fn workload(&self, party: &Party) -> Option<&'w Workload> {
        self.side.model()?.workload(*self.world.workloads.get(party)?)
    }

    /// The side that it belongs to.
    pub(super) fn side(&self) -> &'w Side<'w> {
        self.side
    }
}
