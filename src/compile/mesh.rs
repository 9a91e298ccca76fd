//! The second layer of the comparison: a mesh lets in what the flows say, none more and none less.
//!
//! Halves of network policies are compared by themselves, and so is this, in two parts: at which ports plain text is taken, and
//! mutual TLS; and who is let in. Who comes with an identity reaches the ports of the flows that begin with it, and whoever comes
//! without one those of the flows that begin outside of the mesh; which of these it may be is the network policy's to say. A flow
//! passes only where all of them let it.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::Difference;
use super::expected::Expectation;
use crate::graph::Flow;
use crate::model::{
    Admission, Carriage, Environment, Identity, MeshKind, MeshMode, Model, Namespaces, PlainText, Workload,
};
use crate::verify::connectivity::{Direction, Ports, Transport};
use crate::verify::mesh::{Caller, Mesh, Pod, Reader};

/// What no account and no namespace is called.
const NOBODY: &str = "bvl-nobody";

/// Where a mesh and the spec part, of all workloads of these environments.
pub(super) fn compare(expected: &Expectation<'_>, mesh: &Mesh, built: &[&Environment]) -> Vec<Difference> {
    let pods = mesh.pods();
    let identities = identities(expected.model);
    let mut differences: Vec<Difference> =
        mesh.idle().into_iter().map(|object| Difference::MeshIdle { object }).collect();
    differences.extend(mesh.partial().into_iter().map(|object| Difference::MeshPartial { object }));
    for environment in built {
        for workload in expected.model.workloads_in(environment.id).filter(|one| one.program().is_some()) {
            let Some(pod) = pod_of(&pods, environment, workload) else { continue };
            let Some((of, mode)) = expected.model.mesh_of(workload) else {
                if Reader::ALL.iter().any(|by| by.enrolled().is_on(pod)) {
                    differences.push(Difference::MeshPod { pod: shown(pod), lacks: Vec::new() });
                }
                continue;
            };
            let (by, trust_domain) = (reader(of.kind.value), of.trust_domain.as_str());
            let plain = of.kind.value.facts().plain;
            let comparison =
                Comparison { expected, mesh, by, mode, plain, trust_domain, workload, identities: &identities };
            comparison.pod(pod, &mut differences);
        }
    }
    differences
}

/// Who there is, by the spec, each once.
fn identities(model: &Model) -> Vec<Caller> {
    let trust_domain = model.platform.mesh.as_ref().map(|mesh| mesh.trust_domain.as_str());
    let all = trust_domain.into_iter().flat_map(|trust_domain| {
        let known = model.workloads().filter_map(|workload| model.identity(workload));
        known.flat_map(move |identity| callers(trust_domain, identity))
    });
    all.collect::<BTreeSet<Caller>>().into_iter().collect()
}

/// Who somebody is in its namespace, or in two of those that it may be in.
fn callers(trust_domain: &str, Identity { namespace, account }: Identity<'_>) -> Vec<Caller> {
    let namespaces = match namespace {
        Namespaces::Named(namespace) => vec![namespace.to_owned()],
        Namespaces::Beginning(beginning) => vec![format!("{beginning}1"), format!("{beginning}another")],
    };
    let caller =
        |namespace| Caller::Known { trust_domain: trust_domain.to_owned(), namespace, account: account.to_owned() };
    namespaces.into_iter().map(caller).collect()
}

/// The pod of a service or a job: the object of its name, or with a digest of its template behind that.
fn pod_of<'p>(
    pods: &BTreeMap<(&str, &str), &'p Pod>,
    environment: &Environment,
    workload: &Workload,
) -> Option<&'p Pod> {
    let (namespace, name) = (environment.namespace_name(), workload.name.value.as_str());
    if let Some(pod) = pods.get(&(namespace, name)) {
        return Some(pod);
    }
    let made = pods.range((namespace, name)..).take_while(|((at, made), _)| *at == namespace && made.starts_with(name));
    let own = made.map(|(_, pod)| *pod);
    let is_own = |pod: &&Pod| pod.labels.get("app.kubernetes.io/name").is_some_and(|own| own == name);
    if workload.job().is_some() { own.filter(is_own).last() } else { None }
}

/// Whose proxies read what a mesh is told.
fn reader(kind: MeshKind) -> Reader {
    match kind {
        MeshKind::Istio => Reader::Sidecar,
        MeshKind::IstioAmbient => Reader::Ztunnel,
        MeshKind::Linkerd => Reader::Linkerd,
    }
}

/// The pods of one workload.
struct Comparison<'a> {
    expected: &'a Expectation<'a>,
    mesh: &'a Mesh,
    by: Reader,
    mode: MeshMode,
    plain: PlainText,
    trust_domain: &'a str,
    workload: &'a Workload,
    identities: &'a [Caller],
}

impl Comparison<'_> {
    fn pod(&self, pod: &Pod, differences: &mut Vec<Difference>) {
        let lacks = self.lacking(pod);
        if !lacks.is_empty() {
            differences.push(Difference::MeshPod { pod: shown(pod), lacks });
        }
        self.carried(pod, differences);
        for caller in self.asking(pod) {
            let is = self.mesh.allows(pod, self.by, &caller);
            let (should, flows) = self.admitted(&caller);
            let (more, less) = (is.without(&should), should.without(&is));
            if !more.is_empty() {
                differences.push(Difference::MeshAllowed {
                    source: name(&caller),
                    destination: shown(pod),
                    ports: more,
                    by: self.mesh.told(pod, self.by),
                });
            }
            if !less.is_empty() {
                differences.push(self.denied(pod, &caller, less, &flows));
            }
        }
    }

    /// The ports at which a caller is to be let in, and the flows that say so.
    fn admitted(&self, caller: &Caller) -> (Ports, Vec<&Flow>) {
        let every = Ports::every(Transport::Tcp);
        let admission = self.expected.model.admission(self.workload).unwrap_or(Admission::Everybody);
        match self.plain {
            PlainText::Apart => match (admission, caller) {
                (Admission::Everybody | Admission::Asked, _) | (Admission::Identities, Caller::Unknown) => {
                    (every, Vec::new())
                }
                (Admission::Identities, Caller::Known { .. }) | (Admission::Flows, _) => self.flows(caller),
            },
            // whoever shows an identity comes to every port that takes plain text as well
            PlainText::WithEverybody => match (admission, caller) {
                (Admission::Everybody, Caller::Unknown) if self.mode == MeshMode::Strict => (self.open(), Vec::new()),
                (Admission::Everybody, _) => (every, Vec::new()),
                (Admission::Asked, _) | (Admission::Identities | Admission::Flows, Caller::Unknown) => {
                    (self.open(), Vec::new())
                }
                (Admission::Identities | Admission::Flows, Caller::Known { .. }) => {
                    let (mut ports, flows) = self.flows(caller);
                    ports.add(&self.open());
                    (ports, flows)
                }
            },
        }
    }

    /// The ports that somebody asks and that take plain text.
    fn open(&self) -> Ports {
        let (_, plain) = self.expected.graph.asked_ports(self.expected.model, self.workload);
        let mut ports = Ports::NONE;
        for number in plain {
            ports.add(&Ports::one(Transport::Tcp, number));
        }
        ports
    }

    /// What is taken as plain text, and what by mutual TLS, before anybody asks who it is.
    fn carried(&self, pod: &Pod, differences: &mut Vec<Difference>) {
        let every = Ports::every(Transport::Tcp);
        let (mut plain, mut no_mutual) = (Ports::NONE, Ports::NONE);
        for port in &*self.workload.ports {
            let number = Ports::one(super::ends::transport(port.protocol), port.number.value.get());
            match self.expected.graph.carriage(self.expected.model, self.workload, port) {
                None | Some(Carriage::Mutual) => {}
                Some(Carriage::Either) => plain.add(&number),
                Some(Carriage::Plain) => {
                    plain.add(&number);
                    no_mutual.add(&number);
                }
            }
        }
        match self.plain {
            PlainText::Apart if self.mode != MeshMode::Strict => plain = every.clone(),
            PlainText::Apart => {}
            PlainText::WithEverybody => plain = self.admitted(&Caller::Unknown).0,
        }
        let (is_plain, is_mutual) = self.mesh.takes(pod, self.by);
        for (what, is, should) in
            [("plain text", is_plain, plain), ("mutual TLS", is_mutual, every.without(&no_mutual))]
        {
            let (more, less) = (is.without(&should), should.without(&is));
            let (source, destination, by) = (what.to_owned(), shown(pod), self.mesh.told(pod, self.by));
            if !less.is_empty() {
                let (source, destination, by) = (source.clone(), destination.clone(), by.clone());
                let flows = self.named(&less, &[]);
                differences.push(Difference::MeshDenied { source, destination, flows, ports: less, by });
            }
            if !more.is_empty() {
                differences.push(Difference::MeshAllowed { source, destination, ports: more, by });
            }
        }
    }

    /// What a flow asks and does not get, with its name; plain text that a phase promises to take has none of its own.
    fn denied(&self, pod: &Pod, caller: &Caller, ports: Ports, flows: &[&Flow]) -> Difference {
        Difference::MeshDenied {
            source: name(caller),
            destination: shown(pod),
            flows: self.named(&ports, flows),
            ports,
            by: self.mesh.told(pod, self.by),
        }
    }

    /// These flows that are about any of these ports, else all that are, as the spec names them.
    fn named(&self, ports: &Ports, flows: &[&Flow]) -> Vec<String> {
        let asked = |flow: &&&Flow| !self.expected.ports(flow).and(ports).is_empty();
        let own: Vec<String> = flows.iter().filter(asked).map(|flow| self.expected.title(flow)).collect();
        if !own.is_empty() {
            return own;
        }
        let incoming = self.expected.flows(self.workload, Direction::Ingress);
        incoming.iter().filter(asked).map(|flow| self.expected.title(flow)).collect()
    }

    /// What a pod lacks to be in the mesh as the spec has it.
    fn lacking(&self, pod: &Pod) -> Vec<String> {
        let wanted = [self.by.enrolled()].into_iter().chain(self.by.beside().iter().copied());
        let mut lacks: Vec<String> = wanted.filter(|mark| !mark.is_on(pod)).map(|mark| mark.to_string()).collect();
        let others = Reader::ALL.into_iter().filter(|other| *other != self.by).map(Reader::enrolled);
        lacks.extend(others.filter(|mark| mark.is_on(pod)).map(|mark| format!("a template without {mark}")));
        if pod.account != self.workload.name.value {
            lacks.push(format!("the account {}", self.workload.name.value));
        }
        lacks
    }

    /// Whoever rules about a pod could tell apart: all whom flows and rules name, for each of these its near misses, and whoever is
    /// nobody's; all there are where a rule names several at once.
    fn asking(&self, pod: &Pod) -> BTreeSet<Caller> {
        let model = self.expected.model;
        let mut callers = BTreeSet::from([Caller::Unknown]);
        for flow in self.expected.flows(self.workload, Direction::Ingress) {
            callers.extend(self.sources(flow));
        }
        callers.extend(self.mesh.named(pod, self.by));
        if self.mesh.has_patterns(pod, self.by) {
            callers.extend(self.identities.iter().cloned());
        }
        let own = model.identity(self.workload).into_iter();
        callers.extend(own.flat_map(|own| self::callers(self.trust_domain, own)));
        let near = callers.iter().flat_map(near_misses).collect::<Vec<_>>();
        callers.extend(near);
        match self.by {
            Reader::Sidecar | Reader::Ztunnel => callers,
            // it is told accounts, and knows its own trust domain
            Reader::Linkerd => callers.into_iter().map(|caller| self.at_home(caller)).collect(),
        }
    }

    /// A caller under the trust domain of the mesh.
    fn at_home(&self, caller: Caller) -> Caller {
        match caller {
            Caller::Known { trust_domain: _, namespace, account } => {
                Caller::Known { trust_domain: self.trust_domain.to_owned(), namespace, account }
            }
            Caller::Unknown => Caller::Unknown,
        }
    }

    fn sources(&self, flow: &Flow) -> Vec<Caller> {
        let source = flow.source_endpoint().and_then(|source| self.expected.model.workload(source));
        match source.and_then(|source| self.expected.model.identity_to(source, self.workload)) {
            Some(identity) => callers(self.trust_domain, identity),
            None => vec![Caller::Unknown],
        }
    }

    /// The ports at which flows let a caller in, and these flows.
    fn flows(&self, caller: &Caller) -> (Ports, Vec<&Flow>) {
        let (model, graph) = (self.expected.model, self.expected.graph);
        let (mut ports, mut flows) = (Ports::NONE, Vec::new());
        for flow in self.expected.flows(self.workload, Direction::Ingress) {
            let Some(port) = flow.port(model) else { continue };
            let Some(carriage) = graph.carriage(model, self.workload, port) else { continue };
            // to a port that takes plain text alone everybody comes as nobody
            let is_its = match carriage {
                Carriage::Plain => *caller == Caller::Unknown,
                Carriage::Mutual | Carriage::Either => self.is_of(flow, caller),
            };
            if is_its {
                ports.add(&self.expected.ports(flow));
                flows.push(flow);
            }
        }
        (ports, flows)
    }

    /// Whether a flow begins with a caller.
    fn is_of(&self, flow: &Flow, caller: &Caller) -> bool {
        let source = flow.source_endpoint().and_then(|source| self.expected.model.workload(source));
        let identity = source.and_then(|source| self.expected.model.identity_to(source, self.workload));
        match (identity, caller) {
            (None, Caller::Unknown) => true,
            (Some(identity), Caller::Known { trust_domain, namespace, account }) => {
                let is_home = match identity.namespace {
                    Namespaces::Named(own) => own == namespace,
                    Namespaces::Beginning(beginning) => namespace.starts_with(beginning),
                };
                // of an instance nothing but how its namespace begins is told, whatever its domain
                let is_domain =
                    trust_domain == self.trust_domain || matches!(identity.namespace, Namespaces::Beginning(_));
                // of an account that nobody can name yet Linkerd is told that it has an identity
                let is_unnamed = self.by == Reader::Linkerd && matches!(identity.namespace, Namespaces::Beginning(_));
                is_unnamed || is_home && is_domain && account == identity.account
            }
            (None, Caller::Known { .. }) | (Some(_), Caller::Unknown) => false,
        }
    }
}

/// The same account elsewhere, another one there, and the same under another root of trust.
fn near_misses(caller: &Caller) -> Vec<Caller> {
    let Caller::Known { trust_domain, namespace, account } = caller else { return Vec::new() };
    let like = |trust_domain: &str, namespace: &str, account: &str| Caller::Known {
        trust_domain: trust_domain.to_owned(),
        namespace: namespace.to_owned(),
        account: account.to_owned(),
    };
    vec![like(trust_domain, NOBODY, account), like(trust_domain, namespace, NOBODY), like(NOBODY, namespace, account)]
}

fn shown(pod: &Pod) -> String {
    format!("{}/{}", pod.namespace, pod.name)
}

fn name(caller: &Caller) -> String {
    match caller {
        Caller::Known { trust_domain, namespace, account } => format!("{trust_domain}/ns/{namespace}/sa/{account}"),
        Caller::Unknown => "whoever shows no identity".to_owned(),
    }
}
