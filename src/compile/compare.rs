//! The comparison: each half of each pod that is to be isolated lets pass what the flows say, none more and none less;
//! each other pod is open; each Service leads to its workload's pods.
//!
//! Halves are compared one by one, not only what passes both: a half that is too wide is a difference even while the
//! other one denies it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::difference::{Cause, Difference};
use super::ends::{Ends, Witness, gather, selecting, transport};
use super::expected::Expectation;
use super::manifests::Manifests;
use super::mesh;
use super::{Open, OpenBecause, Proof};
use crate::graph::FlowGraph;
use crate::model::environment::DefaultDeny;
use crate::model::{EndpointId, Environment, Model, ServiceForm, Workload};
use crate::verify::connectivity::{
    Action, ClassId, Connectivity, Direction, End, Half, Network, PodOf, Ports, Transport,
};

/// Compares what the manifests do with what the spec says, with the plain pods of these kinds: where they part, in order, and
/// what was compared.
pub(super) fn compare(
    model: &Model,
    graph: &FlowGraph,
    manifests: Manifests,
    witnesses: &[Witness],
) -> (Vec<Difference>, Proof) {
    let built: Vec<&Environment> = manifests.environments.iter().filter_map(|id| model.environment(*id)).collect();
    let mut manifests = manifests;
    let mesh = manifests.mesh.take();
    let ends = gather(model, manifests, witnesses);
    let connectivity = Connectivity::of(&ends.traffic);
    let comparison = Comparison {
        expected: Expectation { model, graph, ends: &ends, connectivity: &connectivity },
        denied: built.iter().filter(|environment| environment.is_denied()).map(|one| one.namespace_name()).collect(),
        workloads: of_pods(&ends),
        made: (0..ends.traffic.pods().len())
            .filter(|at| matches!(ends.witnesses.get(at), None | Some(Witness::Member | Witness::Dns)))
            .filter_map(|at| connectivity.class_of(at))
            .collect(),
    };
    let mut differences: Vec<Difference> =
        (0..ends.traffic.pods().len()).into_par_iter().flat_map_iter(|at| comparison.pod(at)).collect();
    differences.extend(comparison.objects(&built));
    differences.extend(mesh.iter().flat_map(|mesh| mesh::compare(&comparison.expected, mesh, &built)));
    differences.sort();
    differences.dedup();
    (differences, Proof { pairs: comparison.pairs(), open: open(model, &built) })
}

struct Comparison<'a> {
    expected: Expectation<'a>,
    /// The namespaces in which everything is denied that no flow allows.
    denied: BTreeSet<&'a str>,
    /// The workloads of each pod that has one; several only where that is accepted.
    workloads: BTreeMap<usize, Vec<EndpointId>>,
    /// The classes that have a pod which somebody runs: of the others all only stand in.
    made: BTreeSet<ClassId>,
}

impl<'a> Comparison<'a> {
    fn connectivity(&self) -> &'a Connectivity<'a> {
        self.expected.connectivity
    }

    /// Whether the spec wants a pod isolated.
    fn is_denied(&self, pod: PodOf<'_>) -> bool {
        match pod.network() {
            Network::Own(_) => self.denied.contains(pod.namespace()),
            Network::Host(_) => false,
        }
    }

    fn pod(&self, at: usize) -> Vec<Difference> {
        let (pod, class) = (self.expected.ends.traffic.pod(at), self.connectivity().class_of(at));
        let Some((pod, class)) = pod.zip(class) else { return Vec::new() };
        // what isolates it is its own namespace's affair
        if self.expected.ends.strangers.contains(&at) {
            return Vec::new();
        }
        let workloads = self.workloads.get(&at).into_iter().flatten();
        let workloads: Vec<&Workload> = workloads.filter_map(|one| self.expected.model.workload(*one)).collect();
        let mut differences = Vec::new();
        for direction in Direction::BOTH {
            match (self.is_denied(pod), self.connectivity().half(class, direction)) {
                (true, Some(half)) => self.half((class, pod, &workloads), direction, &half, &mut differences),
                (true, None) => differences.push(Difference::Open {
                    pod: shown(pod),
                    direction,
                    namespace: pod.namespace().to_owned(),
                    flows: {
                        let flows = workloads.iter().flat_map(|workload| self.expected.flows(workload, direction));
                        flows.map(|flow| self.expected.title(flow)).collect()
                    },
                    standing_in: self.standing_in(&[class]),
                }),
                (false, Some(_)) => {
                    let by = self.closing(class, direction);
                    if !by.is_empty() {
                        let (pod, standing_in) = (shown(pod), self.standing_in(&[class]));
                        differences.push(Difference::Isolated { pod, direction, by, standing_in });
                    }
                }
                (false, None) => {}
            }
        }
        differences
    }

    fn half(
        &self,
        (class, pod, workloads): (ClassId, PodOf<'_>, &[&Workload]),
        direction: Direction,
        half: &Half,
        differences: &mut Vec<Difference>,
    ) {
        let expected = self.expected.half(workloads, direction);
        if *half == expected {
            return;
        }
        let none = Ports::NONE;
        let peers: BTreeSet<ClassId> = half.pods.keys().chain(expected.pods.keys()).copied().collect();
        for peer in peers {
            let (is, should) = (half.pods.get(&peer).unwrap_or(&none), expected.pods.get(&peer).unwrap_or(&none));
            let name = self.connectivity().pod(peer).map(shown).unwrap_or_default();
            let (more, less) = (is.without(should), should.without(is));
            if !more.is_empty() {
                let by = self.allowing(class, direction, End::Pod(peer), &more);
                let standing_in = self.standing_in(&[class, peer]);
                differences.push(allowed((shown(pod), name), direction, more, by, standing_in));
            }
            if !less.is_empty() {
                let flows = workloads.iter().flat_map(|one| self.expected.named(one, direction, Ok(peer), &less));
                let at = (class, direction, End::Pod(peer));
                differences.extend(self.denied(at, flows.collect(), &less));
            }
        }
        for (range, ports) in half.addresses.without(&expected.addresses).ranges() {
            let by = self.allowing(class, direction, End::Address(range.first()), ports);
            let standing_in = self.standing_in(&[class]);
            differences.push(allowed((shown(pod), range.to_string()), direction, ports.clone(), by, standing_in));
        }
        let less = expected.addresses.without(&half.addresses);
        for (range, ports) in less.ranges() {
            let flows = workloads.iter().flat_map(|one| self.expected.named(one, direction, Err(*range), ports));
            let flows = flows.map(|flow| format!("{flow} ({range})")).collect();
            differences.extend(self.denied((class, direction, End::Address(range.first())), flows, ports));
        }
    }

    fn denied(
        &self,
        (class, direction, peer): (ClassId, Direction, End),
        flows: Vec<String>,
        ports: &Ports,
    ) -> Vec<Difference> {
        // the rules of the cluster that drop it, else the policies that isolate
        let dropping = self.connectivity().verdict(class, direction, peer).denied.into_iter();
        let dropping = dropping.filter(|rule| !rule.ports.and(ports).is_empty());
        let mut by: Vec<Cause> = dropping.map(|rule| self.policy(rule.policy, Some((direction, rule.rule)))).collect();
        if by.is_empty() {
            by = self.isolating(class, direction);
        }
        let difference = |flow| Difference::Denied { flow, direction, ports: ports.clone(), by: by.clone() };
        flows.into_iter().map(difference).collect()
    }

    /// How many of these classes have no pod but plain ones.
    fn standing_in(&self, classes: &[ClassId]) -> usize {
        classes.iter().filter(|class| !self.made.contains(class)).count()
    }

    /// The policies that isolate a class.
    fn isolating(&self, class: ClassId, direction: Direction) -> Vec<Cause> {
        self.connectivity().isolating(class, direction).map(|policy| self.policy(policy, None)).collect()
    }

    /// The policies that may deny something to a class: those that isolate it, and the cluster's that have such rules.
    fn closing(&self, class: ClassId, direction: Direction) -> Vec<Cause> {
        let governing = self.connectivity().governing(class, direction);
        let governing = governing.filter(|policy| self.connectivity().has_rule(*policy, direction, Action::Deny));
        let all = governing.chain(self.connectivity().isolating(class, direction));
        all.map(|policy| self.policy(policy, None)).collect()
    }

    /// The rules that allow one of these ports.
    fn allowing(&self, class: ClassId, direction: Direction, peer: End, ports: &Ports) -> Vec<Cause> {
        let rules = self.connectivity().allowances(class, direction, peer);
        let rules = rules.filter(|rule| !rule.ports.and(ports).is_empty());
        rules.map(|rule| self.policy(rule.policy, Some((direction, rule.rule)))).collect()
    }

    fn policy(&self, at: usize, rule: Option<(Direction, usize)>) -> Cause {
        let (namespace, name) = self.expected.ends.traffic.policy(at).unwrap_or_default();
        Cause { namespace: namespace.map(str::to_owned), name: name.to_owned(), rule }
    }

    /// What is to be said of objects rather than of pods.
    fn objects(&self, built: &[&Environment]) -> Vec<Difference> {
        let ends: &Ends = self.expected.ends;
        let name = |workload: EndpointId| {
            let endpoint = self.expected.model.endpoint(workload);
            endpoint.map_or_else(String::new, |endpoint| endpoint.name().value.clone())
        };
        let refused = self.connectivity().refused();
        let mut differences: Vec<Difference> = refused
            .map(|refused| Difference::Refused { policy: self.policy(refused.policy, None), what: refused.what })
            .collect();
        let missing = ends.without_pods.iter().map(|workload| Difference::NoPods { workload: name(*workload) });
        differences.extend(missing);
        for environment in built {
            for workload in self.expected.model.workloads_in(environment.id) {
                differences.extend(self.declares(workload));
            }
        }
        differences.extend(self.services(built));
        differences
    }

    /// The ports of the pods of a service or a job, by number and protocol; the labels by which whoever selects them finds them; their
    /// namespace; and that their addresses are their own.
    fn declares(&self, workload: &Workload) -> Option<Difference> {
        let program = workload.program()?;
        let pod = self.expected.ends.traffic.pod(*self.expected.ends.of_workload.get(&workload.id)?.first()?)?;
        let is: BTreeSet<(u16, Transport)> = pod.ports().map(|port| (port.number, port.transport)).collect();
        let should = workload.ports.iter().map(|port| (port.number.value.get(), transport(port.protocol)));
        // kubelets alone ask a sidecar's health
        let asked =
            program.sidecars().filter_map(|sidecar| Some((sidecar.health.as_ref()?.port.value.get(), Transport::Tcp)));
        let should: BTreeSet<(u16, Transport)> = should.chain(asked).collect();
        let written = |(port, transport): &(u16, Transport)| Ports::one(*transport, *port).to_string();
        let mut more: Vec<String> = is.difference(&should).map(written).collect();
        let mut less: Vec<String> = should.difference(&is).map(written).collect();
        let labels = selecting(self.expected.model, workload).into_iter();
        let lacking = labels.filter(|(key, value)| pod.label(key) != Some(value));
        less.extend(lacking.map(|(key, value)| format!("the label {key}: {value}")));
        match pod.network() {
            Network::Own(_) => {}
            Network::Host(_) => more.push("the host network".to_owned()),
        }
        let namespace = self.expected.model.environment(workload.environment)?.namespace_name();
        if pod.namespace() != namespace {
            more.push(format!("the namespace {}", pod.namespace()));
            less.push(format!("the namespace {namespace}"));
        }
        let differs = !more.is_empty() || !less.is_empty();
        differs.then(|| Difference::Declares { workload: workload.name.value.clone(), more, less })
    }

    /// Where the Services of the output lead, and where those of the spec do.
    fn services(&self, built: &[&Environment]) -> Vec<Difference> {
        /// Namespace and name of a Service, and its port.
        type Key<'k> = (&'k str, Cow<'k, str>, u16, Transport);
        type Targets = Vec<(ClassId, u16)>;
        let mut routes: BTreeMap<Key<'_>, (Targets, Targets)> = BTreeMap::new();
        for route in self.connectivity().routes() {
            let Some((namespace, name)) = self.expected.ends.traffic.service(route.service) else { continue };
            let without = route.without_port.into_iter().map(|class| (class, 0));
            let (leads, _) = routes.entry((namespace, Cow::Borrowed(name), route.port, route.transport)).or_default();
            leads.extend(route.targets.into_iter().chain(without));
        }
        for environment in built {
            for workload in self.expected.model.workloads_in(environment.id).filter(|one| one.service().is_some()) {
                let class = |pod: &usize| self.connectivity().class_of(*pod);
                let own = self.expected.ends.of_workload.get(&workload.id).and_then(|pods| class(pods.first()?));
                // what it selects of others has ports of its own making
                let shared = self.expected.ends.shared.get(&workload.id).into_iter().flatten().filter_map(class);
                let shared: BTreeSet<ClassId> = shared.filter(|shared| Some(*shared) != own).collect();
                let named = workload.own_pods_service();
                let own_form = Some((workload.name.value.as_str(), workload.own_form()));
                let of_pods = named.as_deref().map(|name| (name, ServiceForm::Headless));
                let served = own_form.into_iter().chain(of_pods).flat_map(|(name, form)| {
                    workload.serving_ports().map(move |port| (Cow::Owned(name.to_owned()), port, port.port_of(form)))
                });
                let stated = workload.services.iter().flat_map(|service| {
                    let carried = service.ports.iter().filter_map(|port| workload.port(&port.value));
                    carried.map(|port| (Cow::Borrowed(service.name.value.as_str()), port, port.port_of(service.form)))
                });
                for (name, port, number) in served.chain(stated) {
                    let key = (environment.namespace_name(), name, number.get(), transport(port.protocol));
                    let (leads, should) = routes.entry(key).or_default();
                    leads.retain(|(class, _)| !shared.contains(class));
                    should.extend(own.map(|class| (class, port.number.value.get())));
                }
            }
        }
        for (leads, should) in routes.values_mut() {
            for targets in [leads, should] {
                targets.sort_unstable();
                targets.dedup();
            }
        }
        let differing = routes.into_iter().filter(|(_, (leads, should))| leads != should);
        let difference = differing.map(|((namespace, name, port, transport), (leads, should))| {
            let written = |targets: &Targets| {
                let targets = targets.iter().map(|(class, port)| {
                    let pod = self.connectivity().pod(*class).map(shown).unwrap_or_default();
                    if *port == 0 { format!("no port of {pod}") } else { format!("{pod} at {port}") }
                });
                targets.collect()
            };
            let service = format!("Service {namespace}/{name} port {}", Ports::one(transport, port));
            Difference::Service { service, leads: written(&leads), should: written(&should) }
        });
        difference.collect()
    }

    /// The ordered pairs of which one is isolated.
    fn pairs(&self) -> usize {
        let pods = self.expected.ends.traffic.pods();
        let all = pods.len();
        let open = pods.filter(|pod| !self.is_denied(*pod)).count();
        let ordered = |count: usize| count * count.saturating_sub(1);
        ordered(all) - ordered(open)
    }
}

/// The workloads of each pod that has one.
fn of_pods(ends: &Ends) -> BTreeMap<usize, Vec<EndpointId>> {
    let mut workloads: BTreeMap<usize, Vec<EndpointId>> = BTreeMap::new();
    for workload in ends.of_workload.keys() {
        for pod in ends.all_of(*workload) {
            workloads.entry(pod).or_default().push(*workload);
        }
    }
    workloads
}

fn allowed(
    (own, peer): (String, String),
    direction: Direction,
    ports: Ports,
    by: Vec<Cause>,
    standing_in: usize,
) -> Difference {
    let (source, destination) = match direction {
        Direction::Ingress => (peer, own),
        Direction::Egress => (own, peer),
    };
    Difference::Allowed { source, destination, direction, ports, by, standing_in }
}

fn shown(pod: PodOf<'_>) -> String {
    let namespace = pod.namespace();
    match namespace.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        // one that stands in for all that have a label
        Some(labels) => format!("{} (a namespace with {labels})", pod.name()),
        None => format!("{} ({namespace})", pod.name()),
    }
}

/// The workloads of the environments that are built which no policy isolates.
fn open(model: &Model, built: &[&Environment]) -> Vec<Open> {
    let mut open = Vec::new();
    for environment in built {
        let (everything, why) = match (&environment.default_deny, &environment.observe) {
            (DefaultDeny::Off { because, .. }, _) => {
                let because = because.as_ref().map(|because| because.value.clone());
                (true, OpenBecause::DenyOff(because))
            }
            (DefaultDeny::On, Some(_)) => (true, OpenBecause::Observed),
            (DefaultDeny::On, None) => (false, OpenBecause::HostNetwork),
        };
        let workloads = model.workloads_in(environment.id).filter(|workload| everything || workload.is_on_host());
        let workloads: Vec<String> = workloads.map(|workload| workload.name.value.clone()).collect();
        if everything || !workloads.is_empty() {
            open.push(Open { environment: environment.title.clone(), why, workloads });
        }
    }
    open
}
