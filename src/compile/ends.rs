//! The pods that the comparison judges: those of the output, and plain ones for whatever else may run in the cluster.
//!
//! Invariant: a plain pod is one that no right policy could take for another: a stranger carries no label that anything
//! selects by, a near miss all labels of a workload's pods but one, a twin all of them in a foreign namespace. What a policy
//! speaks of beyond these gets a pod too, so that nobody is let in unseen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::manifests::Manifests;
use crate::check::is_sharing_accepted;
use crate::model::environment::Instance;
use crate::model::platform::Dns;
use crate::model::{EndpointId, Environment, EnvironmentId, KeyedTexts, Model, Protocol, Workload, WorkloadKind};
use crate::object::Labels;
use crate::verify::connectivity::{DeclaredPort, Missing, Network, Pod, PodOf, StandIn, Traffic, Transport};

/// Why a pod is judged that no object of the output makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// A member of a managed workload, or of a service in an environment that is not built.
    Member,
    /// A member of a workload of a parametrised environment, in one more instance of that.
    Sibling,
    /// A pod that nothing knows, in each namespace.
    Stranger,
    /// A pod with all labels of a workload's pods but one, beside them.
    NearMiss,
    /// A pod that nothing knows, in a namespace that nothing knows.
    Foreign,
    /// A pod with all labels of a workload's pods, in the namespace that nothing knows.
    Twin,
    /// A pod on the host network, in each namespace.
    HostNetwork,
    /// The pods of the cluster's DNS.
    Dns,
    /// A pod that a policy speaks of, and that none of the others is.
    Selected,
}

impl Witness {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Member,
        Self::Sibling,
        Self::Stranger,
        Self::NearMiss,
        Self::Foreign,
        Self::Twin,
        Self::HostNetwork,
        Self::Dns,
        Self::Selected,
    ];
}

/// Everything that is judged.
#[derive(Debug)]
pub struct Ends {
    /// It, as `verify` takes it.
    pub traffic: Traffic,
    /// The pods of each workload, by index; of a service one.
    pub of_workload: BTreeMap<EndpointId, Vec<usize>>,
    /// The pods of others that a workload's labels select as well, which somebody accepts: they are both's.
    pub shared: BTreeMap<EndpointId, Vec<usize>>,
    /// Their like in other instances of their environment, which to those of other environments are theirs as well.
    pub siblings: BTreeMap<EndpointId, Vec<usize>>,
    /// What the plain pods stand in for, by the same index.
    pub witnesses: BTreeMap<usize, Witness>,
    /// The pods that answer for names.
    pub dns: Vec<usize>,
    /// The services whose pods no object makes.
    pub without_pods: Vec<EndpointId>,
    /// Pods that somebody runs in a namespace of which the spec says nothing.
    pub strangers: BTreeSet<usize>,
}

/// A label that nothing selects by.
const STRANGER: (&str, &str) = ("bvl.dev/stranger", "true");
/// A value that no label has.
const OTHER: &str = "bvl.dev_other";
/// The label of the namespaces of a parametrised environment's instances, which are alike.
pub const ENVIRONMENT: &str = "bvl.dev/environment";

impl Ends {
    /// Pods of which nothing is said.
    pub fn of(traffic: Traffic) -> Self {
        Self {
            traffic,
            of_workload: BTreeMap::new(),
            shared: BTreeMap::new(),
            siblings: BTreeMap::new(),
            witnesses: BTreeMap::new(),
            dns: Vec::new(),
            without_pods: Vec::new(),
            strangers: BTreeSet::new(),
        }
    }

    /// The pods of a workload, those that it shares with others included.
    pub fn all_of(&self, workload: EndpointId) -> impl Iterator<Item = usize> {
        let shared = self.shared.get(&workload).into_iter();
        self.of_workload.get(&workload).into_iter().chain(shared).flatten().copied()
    }
}

/// Gathers the pods of the output, and plain ones of these kinds.
pub fn gather(model: &Model, manifests: Manifests, witnesses: &[Witness]) -> Ends {
    let Manifests { environments, traffic, pods, mesh: _ } = manifests;
    let built: BTreeSet<EnvironmentId> = environments.into_iter().collect();
    let own = of_workloads(model, &traffic, &pods);
    let foreign = foreign_namespace(model, &traffic);
    let strangers = pods.iter().enumerate().filter(|(_, home)| home.is_none()).map(|(at, _)| at).collect();
    let ends = Ends { strangers, ..Ends::of(traffic) };
    let mut gathering = Gathering { model, witnesses, foreign, twins: BTreeSet::new(), ends };
    for environment in &model.environments {
        gathering.namespace(environment, &built);
    }
    for (workload, pods) in model.workloads().zip(own) {
        gathering.workload(workload, pods, built.contains(&workload.environment));
    }
    gathering.instances();
    gathering.siblings();
    gathering.strangers();
    gathering.dns();
    gathering.selected();
    gathering.shared();
    gathering.ends
}

/// The pods that objects make of each workload: of a service or a job the one of its name, of a managed one all with its
/// labels that are none of theirs.
fn of_workloads(model: &Model, traffic: &Traffic, homes: &[Option<EnvironmentId>]) -> Vec<Vec<usize>> {
    let pods = || {
        let homes = homes.iter().zip(traffic.pods()).enumerate();
        homes.filter_map(|(at, (home, pod))| Some((at, ((*home)?, pod))))
    };
    let by_name: BTreeMap<(EnvironmentId, &str), usize> =
        pods().map(|(at, (environment, pod))| ((environment, pod.name()), at)).collect();
    let own = |workload: &Workload| by_name.get(&(workload.environment, workload.name.value.as_str())).copied();
    let carries = |labels: &Labels, at: usize| traffic.pod(at).is_some_and(|pod| carries(&pod, labels));
    // the object of a job bears its name, and a digest of its template behind that unless it is scheduled
    let of_job = |workload: &Workload| {
        let (home, name) = (workload.environment, workload.name.value.as_str());
        let labels = selecting(model, workload);
        let from = by_name.range((home, name)..).take_while(|((at, made), _)| *at == home && made.starts_with(name));
        from.map(|(_, at)| *at).find(|at| carries(&labels, *at))
    };
    let made = model.workloads().map(|workload| match workload.kind {
        WorkloadKind::Service(_) => own(workload),
        WorkloadKind::Job(_) => of_job(workload),
        WorkloadKind::Managed(_) => None,
    });
    let made: Vec<Option<usize>> = made.collect();
    let taken: BTreeSet<usize> = made.iter().flatten().copied().collect();
    // the output itself has no pods of others
    let others: Vec<(usize, EnvironmentId)> =
        pods().filter(|(at, _)| !taken.contains(at)).map(|(at, (environment, _))| (at, environment)).collect();
    let managed = |workload: &Workload| {
        let labels = selecting(model, workload);
        let here = others.iter().filter(|(_, environment)| *environment == workload.environment);
        here.map(|(at, _)| *at).filter(|at| carries(&labels, *at)).collect()
    };
    let pods = model.workloads().zip(made).map(|(workload, made)| match workload.kind {
        WorkloadKind::Service(_) | WorkloadKind::Job(_) => made.into_iter().collect(),
        WorkloadKind::Managed(_) => managed(workload),
    });
    pods.collect()
}

struct Gathering<'a> {
    model: &'a Model,
    witnesses: &'a [Witness],
    foreign: String,
    /// The labels that twins carry: one for all environments that have the same.
    twins: BTreeSet<Labels>,
    ends: Ends,
}

impl Gathering<'_> {
    /// The namespace of an environment as the spec states it, where the objects do not and need not. One that somebody else makes
    /// for an instance bears the label of all instances, on the word of the waiver without which nothing is built.
    fn namespace(&mut self, environment: &Environment, built: &BTreeSet<EnvironmentId>) {
        let Some(namespace) = &environment.namespace else { return };
        let is_ours = namespace.existing.is_none() && built.contains(&environment.id);
        if is_ours || self.ends.traffic.has_namespace(&namespace.name.value) {
            return;
        }
        let labels = match environment.instance {
            Instance::Asked | Instance::Example => of_instances(environment),
            Instance::Fixed => Labels::new(),
        };
        self.ends.traffic.add_namespace(&namespace.name.value, &labels);
    }

    /// The pods of instances that are there and that nobody has asked for: their namespaces are none of the spec's, and bear the label
    /// of all instances.
    fn instances(&mut self) {
        let mut seen = BTreeSet::new();
        let model = self.model;
        let parametrised = model.environments.iter().filter(|environment| environment.instance != Instance::Fixed);
        for environment in parametrised.filter(|environment| seen.insert(environment.name.value.as_str())) {
            let name = environment.name.value.as_str();
            let traffic = &self.ends.traffic;
            let of_instance =
                self.ends.strangers.iter().filter_map(|at| Some((*at, traffic.pod(*at)?))).filter(|(_, pod)| {
                    traffic.namespace_label(pod.namespace(), ENVIRONMENT) == Some(name)
                        && !matches!(pod.network(), Network::Host(_))
                });
            let of_instance: Vec<_> = of_instance.collect();
            for workload in model.workloads_in(environment.id).filter(|workload| workload.is_selectable()) {
                let labels = selecting(model, workload);
                let own = of_instance.iter().filter(|(_, pod)| carries(pod, &labels)).map(|(at, _)| *at);
                self.ends.siblings.entry(workload.id).or_default().extend(own);
            }
        }
    }

    /// One more instance of each parametrised environment, which nobody has asked for yet: what holds of those that are there
    /// holds of it, since policies elsewhere are not written anew for it.
    fn siblings(&mut self) {
        if !self.witnesses.contains(&Witness::Sibling) {
            return;
        }
        let mut seen = BTreeSet::new();
        let model = self.model;
        let instances = model.environments.iter().filter(|environment| environment.instance != Instance::Fixed);
        for environment in instances.filter(|environment| seen.insert(environment.name.value.as_str())) {
            let namespace = format!("another {}", environment.name.value);
            self.ends.traffic.add_namespace(&namespace, &of_instances(environment));
            for workload in model.workloads_in(environment.id) {
                let first = self.ends.of_workload.get(&workload.id).and_then(|pods| pods.first());
                let Some(pod) = first.and_then(|pod| self.ends.traffic.pod(*pod)) else { continue };
                if matches!(pod.network(), Network::Host(_)) {
                    continue;
                }
                let network = Network::Own(Vec::new());
                let pod = Pod { namespace: Cow::Owned(namespace.clone()), network, ..pod.told() };
                let added = self.add(Witness::Sibling, &pod);
                self.ends.siblings.entry(workload.id).or_default().extend(added);
            }
        }
    }

    /// The pods of a workload, which are those that objects make where there are some, and the plain pods beside them.
    fn workload(&mut self, workload: &Workload, made: Vec<usize>, is_built: bool) {
        let Some(environment) = self.model.environment(workload.environment) else { return };
        let namespace = environment.namespace_name();
        // whose pods nothing tells, on the word of a waiver, has none that a flow could lead to
        if !workload.is_selectable() && !workload.is_on_host() {
            return;
        }
        let own = selecting(self.model, workload);
        let pods = match &workload.kind {
            WorkloadKind::Service(_) | WorkloadKind::Job(_) | WorkloadKind::Managed(_) if !made.is_empty() => made,
            WorkloadKind::Service(_) | WorkloadKind::Job(_) | WorkloadKind::Managed(_) => {
                if is_built && workload.program().is_some() {
                    // that is one difference: what policies say of its pods is compared as if they were there
                    self.ends.without_pods.push(workload.id);
                }
                let name = Cow::Borrowed(workload.name.value.as_str());
                let ports = stated_ports(workload);
                let network = match workload.managed().map(|managed| managed.host_network.is_some()) {
                    Some(true) => Network::Host(Vec::new()),
                    Some(false) | None => Network::Own(Vec::new()),
                };
                let pod = Pod { name, namespace: namespace.into(), labels: Cow::Owned(own.clone()), ports, network };
                self.add(Witness::Member, &pod).into_iter().collect()
            }
        };
        if let Some(pod) = pods.first() {
            self.beside(workload, *pod, &own);
            self.ends.of_workload.insert(workload.id, pods);
        }
    }

    /// A near miss for each label that a workload's pods are selected by, and their twin.
    fn beside(&mut self, workload: &Workload, pod: usize, own: &Labels) {
        let Some(pod) = self.ends.traffic.pod(pod) else { return };
        let pod = Pod { network: Network::Own(Vec::new()), ..pod.told() };
        let name = &workload.name.value;
        for key in own.keys() {
            let mut near = pod.clone();
            near.labels.to_mut().insert(key.clone(), OTHER.to_owned());
            near.name = Cow::Owned(format!("a pod like {name} with another {key}"));
            self.add(Witness::NearMiss, &near);
        }
        if self.twins.insert(pod.labels.clone().into_owned()) {
            let name = Cow::Owned(format!("a pod like {name} in another namespace"));
            self.add(Witness::Twin, &Pod { name, namespace: Cow::Owned(self.foreign.clone()), ..pod });
        }
    }

    fn strangers(&mut self) {
        let known = Labels::from([(ENVIRONMENT.to_owned(), OTHER.to_owned())]);
        let foreign = self.foreign.clone();
        self.ends.traffic.add_namespace(&foreign, &known);
        for environment in &self.model.environments {
            let namespace = environment.namespace_name();
            let plain = stranger(format!("a stranger in {namespace}"), namespace.to_owned());
            if let Some(stranger) = self.add(Witness::Stranger, &plain) {
                self.taken_in(environment, stranger);
            }
            let mut on_host = stranger(format!("a host-network pod in {namespace}"), namespace.to_owned());
            on_host.labels.to_mut().insert(STRANGER.0.to_owned(), "host-network".to_owned());
            on_host.network = Network::Host(Vec::new());
            self.add(Witness::HostNetwork, &on_host);
        }
        self.add(Witness::Foreign, &stranger("a stranger in another namespace".to_owned(), foreign));
    }

    /// Whoever runs in a namespace belongs to the workload that has every pod there: no stranger is one to it.
    fn taken_in(&mut self, environment: &Environment, pod: usize) {
        let takes = |workload: &&Workload| workload.managed().is_some_and(|managed| managed.every_pod.is_some());
        for workload in self.model.workloads_in(environment.id).filter(takes) {
            if let Some(pods) = self.ends.of_workload.get_mut(&workload.id) {
                pods.push(pod);
            }
        }
    }

    /// `CoreDNS` keeps the label `k8s-app: kube-dns` (kubernetes `cluster/addons/dns/coredns`, 1.33); `OpenShift`'s pods
    /// are those of its daemon set (openshift/cluster-dns-operator `pkg/operator/controller/names.go`, 4.18). To the pods of
    /// a cache on each node, Cilium redirects (docs.cilium.io, "Local Redirect Policy", 1.18). Whatever else carries the
    /// label there, answers too.
    fn dns(&mut self) {
        let (namespace, key, value, cache) = match &self.model.platform.dns.value {
            Dns::KubeDns | Dns::NodeLocal(_) => ("kube-system", "k8s-app", "kube-dns", None),
            Dns::LocalRedirect => ("kube-system", "k8s-app", "kube-dns", Some("node-local-dns")),
            Dns::Openshift => ("openshift-dns", "dns.operator.openshift.io/daemonset-dns", "default", None),
            Dns::Addresses { .. } => return,
        };
        let cluster = [("the cluster's DNS", value), ("a pod beside the cluster's DNS", OTHER)];
        for (name, value) in cluster.into_iter().chain(cache.map(|cache| ("the DNS cache of a node", cache))) {
            let labels = Labels::from([(key.to_owned(), value.to_owned())]);
            let pod = Pod { labels: Cow::Owned(labels), ..stranger(name.to_owned(), namespace.to_owned()) };
            let Some(pod) = self.add(Witness::Dns, &pod) else { continue };
            let model = self.model;
            for environment in model.environments.iter().filter(|home| home.namespace_name() == namespace) {
                self.taken_in(environment, pod);
            }
        }
        let labels = Cow::Owned(Labels::from([(key.to_owned(), value.to_owned())]));
        let twin = stranger("a pod like the cluster's DNS in another namespace".to_owned(), self.foreign.clone());
        self.add(Witness::Twin, &Pod { labels, ..twin });
        let pods = self.ends.traffic.pods().enumerate();
        let answering = pods.filter(|(_, pod)| {
            pod.namespace() == namespace && pod.label(key).is_some_and(|label| label == value || Some(label) == cache)
        });
        self.ends.dns = answering.map(|(at, _)| at).collect();
    }

    /// A pod for whatever a policy speaks of and nothing of all this is, in a namespace like the one that it names.
    fn selected(&mut self) {
        if !self.witnesses.contains(&Witness::Selected) {
            return;
        }
        let missing = self.ends.traffic.stand_ins(&self.foreign, Missing::Anyone, Some(ENVIRONMENT));
        self.stand_in(&missing);
        let refusals = self.ends.traffic.refusals();
        let subjects = self.ends.traffic.refused(&self.foreign, true, None);
        self.stand_in(&subjects);
        let peers = self.ends.traffic.refused(&self.foreign, false, Some(&refusals));
        self.stand_in(&peers);
    }

    fn stand_in(&mut self, all: &[StandIn]) {
        let called = |one: &StandIn| match one.written() {
            labels if labels.is_empty() => "a stranger".to_owned(),
            labels => format!("a pod with {labels}"),
        };
        let added = self.ends.traffic.add_stand_ins(all, called);
        self.ends.witnesses.extend(added.into_iter().map(|at| (at, Witness::Selected)));
    }

    /// What the labels of a workload select of others, where that is accepted of it, or of one of these.
    fn shared(&mut self) {
        let model = self.model;
        for environment in &model.environments {
            let here = || model.workloads_in(environment.id).filter(|one| one.is_selectable() && !one.is_on_host());
            let accepting: Vec<&Workload> = here().filter(|one| is_sharing_accepted(model, environment, one)).collect();
            if accepting.is_empty() {
                continue;
            }
            for workload in here() {
                let labels = selecting(model, workload);
                let is_theirs = |other: &&Workload| other.id == workload.id || self.is_selected(&labels, other.id);
                if !accepting.iter().any(is_theirs) {
                    continue;
                }
                let own = self.ends.of_workload.get(&workload.id);
                let all = self.ends.traffic.pods().enumerate().filter(|(at, pod)| {
                    pod.namespace() == environment.namespace_name()
                        && matches!(pod.network(), Network::Own(_))
                        && carries(pod, &labels)
                        && own.is_none_or(|own| !own.contains(at))
                });
                let all = all.map(|(at, _)| at).collect();
                let others = here().filter(|other| other.id != workload.id && self.is_selected(&labels, other.id));
                let siblings: Vec<usize> =
                    others.filter_map(|other| self.ends.siblings.get(&other.id)).flatten().copied().collect();
                self.ends.shared.insert(workload.id, all);
                if !siblings.is_empty() {
                    self.ends.siblings.entry(workload.id).or_default().extend(siblings);
                }
            }
        }
    }

    /// Whether a workload's pods carry these labels.
    fn is_selected(&self, labels: &Labels, workload: EndpointId) -> bool {
        let pod = self.ends.of_workload.get(&workload).and_then(|pods| self.ends.traffic.pod(*pods.first()?));
        pod.is_some_and(|pod| carries(&pod, labels))
    }

    fn add(&mut self, witness: Witness, pod: &Pod<'_>) -> Option<usize> {
        self.witnesses.contains(&witness).then(|| {
            let at = self.ends.traffic.add_pod(pod);
            self.ends.witnesses.insert(at, witness);
            at
        })
    }
}

fn carries(pod: &PodOf<'_>, labels: &Labels) -> bool {
    labels.iter().all(|(key, value)| pod.label(key) == Some(value))
}

/// What the namespaces of all instances of an environment have in common.
fn of_instances(environment: &Environment) -> Labels {
    Labels::from([(ENVIRONMENT.to_owned(), environment.name.value.clone())])
}

fn stranger<'a>(name: String, namespace: String) -> Pod<'a> {
    Pod {
        name: Cow::Owned(name),
        namespace: Cow::Owned(namespace),
        labels: Cow::Owned(Labels::from([(STRANGER.0.to_owned(), STRANGER.1.to_owned())])),
        ports: Vec::new(),
        network: Network::Own(Vec::new()),
    }
}

/// The labels by which a workload's pods are told apart: those that the spec states, else name and platform (the
/// recommended labels `name` and `instance`, kubernetes/website
/// `docs/concepts/overview/working-with-objects/common-labels.md`, 1.33).
pub(super) fn selecting(model: &Model, workload: &Workload) -> Labels {
    let stated = match &workload.kind {
        WorkloadKind::Service(service) => Some(&*service.selector),
        WorkloadKind::Job(_) => None,
        WorkloadKind::Managed(managed) => Some(&managed.selector),
    };
    let stated = stated.into_iter().flat_map(KeyedTexts::iter);
    let mut stated = stated.peekable();
    if stated.peek().is_none() && workload.program().is_some() {
        return Labels::from([
            ("app.kubernetes.io/name".to_owned(), workload.name.value.clone()),
            ("app.kubernetes.io/instance".to_owned(), model.platform.name.value.clone()),
        ]);
    }
    stated.map(|(key, value)| (key.clone(), value.value.clone())).collect()
}

/// The ports that the spec gives a workload's pods.
fn stated_ports(workload: &Workload) -> Vec<DeclaredPort<'_>> {
    let ports = workload.ports.iter().map(|port| DeclaredPort {
        name: Some(Cow::Borrowed(port.name.value.as_str())),
        number: port.number.value.get(),
        transport: transport(port.protocol),
    });
    ports.collect()
}

/// The protocol of a port.
pub(super) fn transport(protocol: Protocol) -> Transport {
    match protocol {
        Protocol::Tcp => Transport::Tcp,
        Protocol::Udp => Transport::Udp,
    }
}

/// A name that no namespace has.
fn foreign_namespace(model: &Model, traffic: &Traffic) -> String {
    let mut taken: BTreeSet<&str> = traffic.pods().map(PodOf::namespace).collect();
    taken.extend(model.environments.iter().map(Environment::namespace_name));
    let mut name = "elsewhere".to_owned();
    while taken.contains(name.as_str()) {
        name.push('-');
    }
    name
}
