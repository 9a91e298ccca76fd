//! Who can talk on one side: its pods, plain ones for whatever else may run there, and what passes between them.
//!
//! Invariant: a party has the same name on both sides, that of the new one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::renames::Renames;
use super::super::side::{Evidence, Key, Side, name_of};
use super::managed::Known;
use crate::compile::{ENVIRONMENT, Ends, Expectation, Witness, gather};
use crate::graph::Flow;
use crate::model::{EndpointId, Workload};
use crate::object::{Given, Labels};
use crate::source::Span;
use crate::verify::cluster::Cluster;
use crate::verify::connectivity::{
    self, AddressRange, ClassId, Connectivity, Direction, End, Half, Missing, Network, Pod, Ports, StandIn, running,
    told,
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
        /// The labels of a managed one's pods, where its name means other pods on the other side; empty elsewhere.
        labels: String,
    },
    /// Pods that a policy of either side selects, and of which neither side has any.
    Subjects {
        /// Their namespace; by its labels in brackets where any that has them is meant.
        namespace: String,
        /// Their labels.
        labels: String,
    },
    /// Any other pod of a namespace.
    Others {
        /// Which one.
        namespace: String,
    },
    /// Pods of which a policy of either side speaks, and that nothing on that side is.
    Selected {
        /// Their namespace; by its labels in brackets where any that has them is meant.
        namespace: String,
        /// Their labels; empty where all pods of the namespace are meant.
        labels: String,
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
            Self::Pods { namespace, .. }
            | Self::Subjects { namespace, .. }
            | Self::Others { namespace }
            | Self::Selected { namespace, .. } => Some(namespace),
            Self::Dns | Self::Elsewhere => None,
        }
    }

    /// The labels by which its pods are told apart, where its name does not.
    pub(super) fn labels(&self) -> &str {
        match self {
            Self::Pods { labels, .. } => labels,
            Self::Subjects { .. } | Self::Others { .. } | Self::Selected { .. } | Self::Dns | Self::Elsewhere => "",
        }
    }

    /// Whether it is a workload's, be it one that is not among the files.
    pub(super) fn is_workload(&self) -> bool {
        matches!(self, Self::Pods { .. } | Self::Subjects { .. })
    }

    /// Whether what holds of all pods of these namespaces holds of it.
    pub(super) fn is_one_of(&self, namespaces: &BTreeSet<&str>) -> bool {
        (self.is_workload() || self.is_selected()) && self.namespace().is_some_and(|own| namespaces.contains(own))
    }

    /// Whether it is only there because a policy names it as a peer.
    pub(super) fn is_selected(&self) -> bool {
        matches!(self, Self::Selected { .. })
    }

    /// Whether what is said of it says the same of another one: that one has its labels, and more.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (Self::Selected { namespace, labels }, Self::Selected { namespace: there, labels: more }) = (self, other)
        else {
            return false;
        };
        let bracketed = |name: &'_ str| name.starts_with('(').then(|| name.trim_matches(['(', ')']).to_owned());
        let is_there = namespace == there
            || bracketed(namespace).zip(bracketed(there)).is_some_and(|(own, there)| is_among(&own, &there));
        self != other && is_there && is_among(labels, more)
    }

    /// Whether it is only there because a policy speaks of it.
    pub(super) fn is_stand_in(&self) -> bool {
        matches!(self, Self::Selected { .. } | Self::Subjects { .. })
    }
}

/// The pods and policies of one side.
pub(super) struct World {
    ends: Ends,
    parties: Vec<(usize, Party)>,
    workloads: BTreeMap<Party, EndpointId>,
    /// Some of the pods of a workload of manifests.
    members: BTreeSet<Party>,
    /// The managed workloads of a platform, whose pods are in no file; `None` of manifests, which do not say who is managed.
    managed: Option<BTreeSet<Party>>,
    /// The namespace that nobody names.
    elsewhere: String,
    /// The namespaces of environments that are not built, of whose policies nothing is known.
    unbuilt: BTreeSet<String>,
}

/// Kinds of plain pods that stand for something which a reviewer would ask about.
const PLAIN: [Witness; 4] = [Witness::Member, Witness::Stranger, Witness::Foreign, Witness::Dns];

impl World {
    /// Gathers them; `renames` says what the old side's names are on the new one, `managed` who its managed workloads are.
    pub(super) fn of(side: &Side<'_>, renames: Option<&Renames>, managed: &Known) -> Self {
        let named = |party: Party| {
            let known = match &party {
                Party::Pods { namespace, name, .. } => managed.get(&(namespace.clone(), name.clone())),
                Party::Subjects { .. }
                | Party::Others { .. }
                | Party::Selected { .. }
                | Party::Dns
                | Party::Elsewhere => None,
            };
            match (known, renames) {
                (Some(known), _) => known.clone(),
                (None, Some(renames)) => renamed(&party, renames),
                (None, None) => party,
            }
        };
        let mut world = match &side.traffic {
            Evidence::Platform(checked, manifests) => {
                let model = checked.model();
                let ends = gather(model, manifests.as_ref().clone(), &PLAIN);
                let party = |id: &EndpointId| {
                    let workload = model.workload(*id)?;
                    let namespace = model.environment(workload.environment)?.namespace_name().to_owned();
                    Some((pods(namespace, workload.name.value.clone()), *id))
                };
                let workloads = ends.of_workload.keys().filter_map(party).collect();
                let built = manifests.environments();
                let unbuilt = model.environments.iter().filter(|one| !built.contains(&one.id));
                let unbuilt = unbuilt.map(|one| one.namespace_name().to_owned()).collect();
                // the pod of a Job bears the digest of what it runs, whatever that is
                let jobs = ends.of_workload.iter().filter_map(|(id, pods)| {
                    let workload = model.workload(*id).filter(|workload| workload.job().is_some())?;
                    Some((*pods.first()?, workload.name.value.clone()))
                });
                let jobs: BTreeMap<usize, String> = jobs.collect();
                let mut world = Self {
                    ends,
                    parties: Vec::new(),
                    workloads,
                    members: BTreeSet::new(),
                    managed: Some(BTreeSet::new()),
                    elsewhere: String::new(),
                    unbuilt,
                };
                world.of_platform(&jobs);
                world
            }
            Evidence::Objects { objects, namespace } => of_objects(&Cluster::new(objects, namespace)),
        };
        for (_, party) in &mut world.parties {
            *party = named(party.clone());
        }
        world.members = std::mem::take(&mut world.members).into_iter().map(named).collect();
        world.managed = world.managed.take().map(|managed| managed.into_iter().map(named).collect());
        let workloads = std::mem::take(&mut world.workloads);
        world.workloads = workloads.into_iter().map(|(party, id)| (named(party), id)).collect();
        if let Some(renames) = renames {
            let unbuilt = std::mem::take(&mut world.unbuilt);
            world.unbuilt = unbuilt.iter().map(|name| renames.namespace(name).to_owned()).collect();
        }
        world
    }

    /// What the pods of a platform's world stand for; `jobs` has the names of those that are a job's.
    fn of_platform(&mut self, jobs: &BTreeMap<usize, String>) {
        for (at, pod) in self.ends.traffic.pods().enumerate() {
            let namespace = pod.namespace().to_owned();
            let name = jobs.get(&at).map_or_else(|| pod.name().to_owned(), String::clone);
            let named = || pods(namespace.clone(), name.clone());
            let party = match self.ends.witnesses.get(&at) {
                None => named(),
                Some(Witness::Member) => {
                    let party = named();
                    self.managed.get_or_insert_default().insert(party.clone());
                    party
                }
                Some(Witness::Stranger) => Party::Others { namespace },
                Some(Witness::Foreign) => {
                    self.elsewhere = namespace;
                    Party::Elsewhere
                }
                Some(Witness::Dns) if self.ends.dns.contains(&at) => Party::Dns,
                Some(
                    Witness::Dns
                    | Witness::Sibling
                    | Witness::NearMiss
                    | Witness::Twin
                    | Witness::HostNetwork
                    | Witness::Selected,
                ) => continue,
            };
            self.parties.push((at, party));
        }
    }

    /// Adds to each side the pods that a name of the other one means, and its own does not, so that it is seen what the
    /// policies of both say of them.
    pub(super) fn share(old: &mut Self, new: &mut Self, renames: &Renames) {
        let in_old = old.old_names(renames);
        // what comes or goes has no pods on the other side
        let (in_old_side, in_new_side) = (old.names(), new.names());
        let from_old = old.with_labels().into_iter().chain(old.unknown_to(new));
        let from_new = new.with_labels().into_iter().chain(new.unknown_to(old));
        let (from_old, from_new): (Vec<_>, Vec<_>) = (from_old.collect(), from_new.collect());
        for (party, pod) in from_old.into_iter().filter(|(party, _)| old.is_shared(party, &in_new_side)) {
            let namespace = renames.namespace(&pod.namespace).to_owned();
            let at = new.ends.traffic.add_pod(&Pod { namespace: namespace.into(), ..pod });
            new.parties.push((at, party));
        }
        for (party, pod) in from_new.into_iter().filter(|(party, _)| new.is_shared(party, &in_old_side)) {
            let namespace = in_old.get(&*pod.namespace).cloned().unwrap_or_else(|| pod.namespace.clone().into_owned());
            let at = old.ends.traffic.add_pod(&Pod { namespace: namespace.into(), ..pod });
            old.parties.push((at, party));
        }
    }

    /// The workloads of this side, by namespace and name.
    fn names(&self) -> BTreeSet<(String, String)> {
        let names = self.parties.iter().filter_map(|(_, party)| match party {
            Party::Pods { namespace, name, .. } => Some((namespace.clone(), name.clone())),
            Party::Subjects { .. } | Party::Others { .. } | Party::Selected { .. } | Party::Dns | Party::Elsewhere => {
                None
            }
        });
        names.collect()
    }

    /// Whether pods that labels tell apart are on the other side, of which these are the names: members of a workload are where
    /// that is, and what only policies speak of is anywhere.
    fn is_shared(&self, party: &Party, other: &BTreeSet<(String, String)>) -> bool {
        match party {
            Party::Pods { namespace, name, .. } if self.members.contains(party) => {
                other.contains(&(namespace.clone(), name.clone()))
            }
            Party::Pods { .. }
            | Party::Subjects { .. }
            | Party::Others { .. }
            | Party::Selected { .. }
            | Party::Dns
            | Party::Elsewhere => true,
        }
    }

    /// The pods that only labels tell apart.
    fn with_labels(&self) -> Vec<(Party, Pod<'static>)> {
        let own = self.parties.iter().filter(|(_, party)| !party.labels().is_empty());
        own.filter_map(|(at, party)| Some((party.clone(), self.ends.traffic.pod(*at)?.told()))).collect()
    }

    /// The pods of managed workloads, where the other side is manifests that have the namespace and nobody of that name: they
    /// are in the cluster whatever files say, and the other side's policies speak of them as this side's do.
    fn unknown_to(&self, other: &Self) -> Vec<(Party, Pod<'static>)> {
        let Some(managed) = self.managed.as_ref().filter(|_| other.managed.is_none()) else { return Vec::new() };
        let known: BTreeSet<&Party> = other.parties.iter().map(|(_, party)| party).collect();
        let namespaces: BTreeSet<Option<&str>> = known.iter().map(|party| party.namespace()).collect();
        let is_unknown = |party: &Party| {
            managed.contains(party) && !known.contains(party) && namespaces.contains(&party.namespace())
        };
        let unknown = self.parties.iter().filter(|(_, party)| party.labels().is_empty() && is_unknown(party));
        unknown.filter_map(|(at, party)| Some((party.clone(), self.ends.traffic.pod(*at)?.told()))).collect()
    }

    /// The namespaces of the old side by their names on the new one; a namespace that only the old side has keeps its name.
    fn old_names(&self, renames: &Renames) -> BTreeMap<String, String> {
        let pods = self.ends.traffic.pods();
        pods.map(|pod| (renames.namespace(pod.namespace()).to_owned(), pod.namespace().to_owned())).collect()
    }

    /// Adds to both sides a pod for whatever the policies of either speak of and no pod of that side is, so that it is seen
    /// what they say of pods that nobody runs here, and whom they let in that nobody runs. `renames` says what the old side's
    /// names are on the new one.
    pub(super) fn select(old: &mut Self, new: &mut Self, renames: &Renames) {
        let olds = old.old_names(renames);
        // only bvlc gives that label: of two platforms what is said of one such namespace is said of all
        let told_by = Some(ENVIRONMENT).filter(|_| old.managed.is_some() && new.managed.is_some());
        let elsewhere = |world: &Self, name: String| if name == world.elsewhere { String::new() } else { name };
        let in_old = |name: &str| olds.get(name).cloned().unwrap_or_else(|| name.to_owned());
        // those that are selected first: they are there then for the peers that mean them
        for missing in [Missing::Subjects, Missing::Peers] {
            let found = |world: &Self| world.ends.traffic.stand_ins(&world.elsewhere, missing, told_by);
            let of_old =
                found(old).into_iter().map(|one| one.moved(|name| elsewhere(old, renames.namespace(name).to_owned())));
            let of_new = found(new).into_iter().map(|one| one.moved(|name| elsewhere(new, name.to_owned())));
            let both: BTreeSet<StandIn> = of_old.chain(of_new).collect();
            old.add_stand_ins(&both, missing, in_old);
            new.add_stand_ins(&both, missing, str::to_owned);
        }
        let of_old = old.ends.traffic.refusals().moved(|name| renames.namespace(name).to_owned());
        let both = of_old.and(new.ends.traffic.refusals());
        if both.is_empty() {
            return;
        }
        let refused_by_old = both.clone().moved(in_old);
        for missing in [Missing::Subjects, Missing::Peers] {
            // one more label of whoever is selected is not asked about: what a policy refuses itself is
            let are_subjects = missing == Missing::Subjects;
            let shared = |all| if are_subjects { None } else { Some(all) };
            let of_old = old.ends.traffic.refused(&old.elsewhere, are_subjects, shared(&refused_by_old)).into_iter();
            let of_old = of_old.map(|one| one.moved(|name| elsewhere(old, renames.namespace(name).to_owned())));
            let of_new = new.ends.traffic.refused(&new.elsewhere, are_subjects, shared(&both)).into_iter();
            let of_new = of_new.map(|one| one.moved(|name| elsewhere(new, name.to_owned())));
            let all: BTreeSet<StandIn> = of_old.chain(of_new).collect();
            old.add_stand_ins(&all, missing, in_old);
            new.add_stand_ins(&all, missing, str::to_owned);
        }
    }

    /// Adds them, in namespaces that `renamed` gives the names of this side; the empty name is that of no namespace in
    /// particular.
    fn add_stand_ins(&mut self, all: &BTreeSet<StandIn>, missing: Missing, renamed: impl Fn(&str) -> String) {
        let elsewhere = self.elsewhere.clone();
        let named = |name: &str| if name.is_empty() { elsewhere.clone() } else { renamed(name) };
        let own: Vec<StandIn> = all.iter().map(|one| one.clone().moved(named)).collect();
        let added = self.ends.traffic.add_stand_ins(&own, |_| String::new());
        for (at, one) in added.into_iter().zip(all) {
            let (namespace, labels) = (one.namespace(), one.written());
            let party = match missing {
                Missing::Subjects => Party::Subjects { namespace, labels },
                Missing::Peers | Missing::Anyone => Party::Selected { namespace, labels },
            };
            self.parties.push((at, party));
        }
    }

    /// The pods, as `verify` takes them.
    pub(super) fn traffic(&self) -> &connectivity::Traffic {
        &self.ends.traffic
    }
}

/// Whether labels, as they are written, are among others; a key alone is that of any value.
fn is_among(labels: &str, more: &str) -> bool {
    let is_one = |label: &str| {
        more.split(',').any(|other| other == label || other.split_once('=').is_some_and(|(key, _)| key == label))
    };
    labels.is_empty() || labels.split(',').all(is_one)
}

/// The pods that a name tells.
fn pods(namespace: String, name: String) -> Party {
    Party::Pods { namespace, name, labels: String::new() }
}

fn renamed(party: &Party, renames: &Renames) -> Party {
    match party {
        Party::Pods { namespace, name, labels } => {
            let namespace = renames.namespace(namespace).to_owned();
            Party::Pods { name: renames.name(&namespace, name).to_owned(), namespace, labels: labels.clone() }
        }
        Party::Others { namespace } => Party::Others { namespace: renames.namespace(namespace).to_owned() },
        // those of both sides are told of by the names of the new one
        Party::Subjects { .. } | Party::Selected { .. } => party.clone(),
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
    let (mut parties, mut members) = (Vec::new(), BTreeSet::new());
    for pod in made.into_iter().chain(bare) {
        let (namespace, mut name) = (cluster.namespace_of(pod.object), name_of(pod.object).to_owned());
        if !names.insert((namespace, name.clone())) {
            name = format!("{name} ({})", pod.object.kind());
            names.insert((namespace, name.clone()));
        }
        for (member, told) in told(cluster, pod) {
            let at = traffic.add_pod(&told);
            let (namespace, name) = (namespace.to_owned(), name.clone());
            let party = Party::Pods { namespace, name, labels: member.written(&pod.view.template) };
            if !party.labels().is_empty() {
                members.insert(party.clone());
            }
            parties.push((at, party));
        }
    }
    let mut foreign = "elsewhere".to_owned();
    while namespaces.contains(foreign.as_str()) {
        foreign.push('-');
    }
    for namespace in namespaces.into_iter().filter(|namespace| !namespace.is_empty()) {
        let at = traffic.add_pod(&plain(namespace.to_owned(), PLAIN_LABEL));
        parties.push((at, Party::Others { namespace: namespace.to_owned() }));
    }
    let at = traffic.add_pod(&plain(foreign.clone(), PLAIN_LABEL));
    parties.push((at, Party::Elsewhere));
    // `CoreDNS` keeps the label of kube-dns (kubernetes `cluster/addons/dns/coredns`, 1.33)
    let at = traffic.add_pod(&plain("kube-system".to_owned(), ("k8s-app", "kube-dns")));
    parties.push((at, Party::Dns));
    let ends = Ends::of(traffic);
    World {
        ends,
        parties,
        workloads: BTreeMap::new(),
        members,
        managed: None,
        elsewhere: foreign,
        unbuilt: BTreeSet::new(),
    }
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

    /// The other pods of namespaces for which some policy of manifests is there that selects no pod of the files.
    pub(super) fn bare(&self) -> BTreeSet<&'w Party> {
        let Evidence::Objects { .. } = &self.side.traffic else { return BTreeSet::new() };
        let has_workload = |class: &ClassId| self.members(*class).iter().any(|member| member.is_workload());
        let is_bare = |class: ClassId| {
            let mut policies = Direction::BOTH.into_iter().flat_map(|way| self.connectivity.isolating(class, way));
            policies.any(|policy| !self.connectivity.subjects(policy).iter().any(has_workload))
        };
        let others = self.classes.iter().filter(|(party, _)| matches!(party, Party::Others { .. }));
        others.filter(|(_, class)| is_bare(**class)).map(|(party, _)| *party).collect()
    }

    /// Whether policies are known that would isolate it.
    pub(super) fn is_judged(&self, party: &Party) -> bool {
        party.namespace().is_none_or(|namespace| !self.world.unbuilt.contains(namespace))
    }

    /// The namespaces that are there, or that somebody runs in.
    pub(super) fn namespaces(&self) -> BTreeSet<&'w str> {
        self.parties().filter(|party| !party.is_stand_in()).filter_map(Party::namespace).collect()
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

    /// The rule of manifests that lets something pass between two parties: the destination's, else the source's.
    pub(super) fn rule(&self, source: &Party, destination: &Party, ports: &Ports) -> Option<Span> {
        let (source, destination) = (*self.classes.get(source)?, *self.classes.get(destination)?);
        self.rule_at(destination, Direction::Ingress, End::Pod(source), ports)
            .or_else(|| self.rule_at(source, Direction::Egress, End::Pod(destination), ports))
    }

    /// The rule of manifests that lets a party talk to addresses.
    pub(super) fn rule_for(
        &self,
        party: &Party,
        direction: Direction,
        range: AddressRange,
        ports: &Ports,
    ) -> Option<Span> {
        self.rule_at(*self.classes.get(party)?, direction, End::Address(range.first()), ports)
    }

    fn rule_at(&self, class: ClassId, direction: Direction, peer: End, ports: &Ports) -> Option<Span> {
        let mut rules = self.connectivity.allowances(class, direction, peer);
        let rule = rules.find(|rule| !rule.ports.and(ports).is_empty())?;
        let (namespace, name) = self.world.traffic().policy(rule.policy)?;
        let (kind, group) = match namespace {
            Some(_) => ("NetworkPolicy", "networking.k8s.io"),
            None => ("ClusterNetworkPolicy", "policy.networking.k8s.io"),
        };
        let key = Key {
            namespace: namespace.unwrap_or_default().to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            group: group.to_owned(),
        };
        self.side.field(&key, &direction.rule_path(rule.rule))
    }

    /// The flows of the spec that let something pass between two parties, each with its part of the ports.
    pub(super) fn flows(&self, source: &Party, destination: &Party, ports: &Ports) -> Vec<(String, &'w Flow, Ports)> {
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
    ) -> Vec<(String, &'w Flow, Ports)> {
        self.meeting(party, direction, Err(range), ports)
    }

    fn meeting(
        &self,
        party: &Party,
        direction: Direction,
        peer: Result<ClassId, AddressRange>,
        ports: &Ports,
    ) -> Vec<(String, &'w Flow, Ports)> {
        let Evidence::Platform(checked, _) = &self.side.traffic else { return Vec::new() };
        let Some(workload) = self.workload(party) else { return Vec::new() };
        let expectation = Expectation {
            model: checked.model(),
            graph: &checked.analysis().graph,
            ends: &self.world.ends,
            connectivity: self.connectivity,
        };
        let flows = expectation.meeting(workload, direction, peer, ports).into_iter();
        flows.map(|flow| (expectation.title(flow), flow, expectation.ports(flow).and(ports))).collect()
    }

    fn workload(&self, party: &Party) -> Option<&'w Workload> {
        self.side.model()?.workload(*self.world.workloads.get(party)?)
    }

    /// The side that it belongs to.
    pub(super) fn side(&self) -> &'w Side<'w> {
        self.side
    }
}
