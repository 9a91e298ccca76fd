//! How Linkerd reads `Server`, and what authorizes its clients.
//!
//! Sources: linkerd.io 2.18 "Authorization Policy" (a server denies what nothing authorizes, of several references of a policy all have
//! to be true, of several policies one; the default of a pod holds where no server speaks of a port); linkerd/linkerd2
//! `policy-controller/k8s/index/src/inbound/index.rs` (references that lead nowhere void their policy). A port that two servers speak of
//! is refused by the cluster, and lets in nobody here. What is not read here lets in nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::selecting::{Selecting, Selects, title};
use super::{Caller, Pod, Told};
use crate::object::{
    IdentityRef, IntOrString, LinkerdAuthorizationPolicy, MeshTLSAuthentication, NetworkAuthentication, POLICY_GROUP,
    PolicyRef, Server, WorkloadSelector,
};
use crate::verify::connectivity::{Ports, Transport};

/// What becomes of whom nothing else is said, by pod (linkerd.io 2.18 "Authorization Policy", "Default policies").
const DEFAULT: &str = "config.linkerd.io/default-inbound-policy";
/// Ports at which the proxy is passed by (linkerd.io 2.18 "Protocol Detection", "Marking ports as skip ports").
const SKIPPED: &str = "config.linkerd.io/skip-inbound-ports";
/// Every address of a family.
const WHOLE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// What Linkerd is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    servers: Selecting<Server>,
    policies: Vec<LinkerdAuthorizationPolicy>,
    by_target: BTreeMap<Target, Vec<usize>>,
    meshed: BTreeMap<Named, MeshTLSAuthentication>,
    networks: BTreeMap<Named, NetworkAuthentication>,
}

/// A namespace and a name.
type Named = (String, String);

/// What a policy is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Server(Named),
    Namespace(String),
}

impl Selects for Server {
    fn place(&self) -> (&str, &str) {
        (self.metadata.namespace.as_deref().unwrap_or_default(), self.metadata.name.as_deref().unwrap_or_default())
    }

    fn selector(&self) -> Option<&WorkloadSelector> {
        Some(&self.spec.pod_selector)
    }
}

impl Rules {
    pub(super) fn add_server(&mut self, object: &Server) {
        self.servers.add(object.clone());
    }

    pub(super) fn add_policy(&mut self, object: &LinkerdAuthorizationPolicy) {
        if let Some(target) = target(object) {
            self.by_target.entry(target).or_default().push(self.policies.len());
        }
        self.policies.push(object.clone());
    }

    pub(super) fn add_meshed(&mut self, object: &MeshTLSAuthentication) {
        self.meshed.insert(named(&object.metadata), object.clone());
    }

    pub(super) fn add_networks(&mut self, object: &NetworkAuthentication) {
        self.networks.insert(named(&object.metadata), object.clone());
    }

    /// The ports that take plain text, and those that take mutual TLS, which the proxy does at each that does not pass it by.
    pub(super) fn takes(&self, pod: &Pod) -> (Ports, Ports) {
        (self.allows(pod, &Caller::Unknown), Ports::every(Transport::Tcp).without(&skipped(pod)))
    }

    /// The ports at which a caller is let in.
    pub(super) fn allows(&self, pod: &Pod, caller: &Caller) -> Ports {
        let usual = lets_in(pod.annotations.get(DEFAULT).map(String::as_str), caller);
        let mut allowed = if usual { Ports::every(Transport::Tcp) } else { Ports::NONE };
        let mut seen = BTreeSet::new();
        for server in self.servers.of(pod) {
            let IntOrString::Int(number) = server.spec.port else { continue };
            let Ok(number) = u16::try_from(number) else { continue };
            let port = Ports::one(Transport::Tcp, number);
            allowed = allowed.without(&port);
            let policy = server.spec.access_policy.as_deref().unwrap_or("deny");
            if seen.insert(number) && (self.is_authorized(server, caller) || lets_in(Some(policy), caller)) {
                allowed.add(&port);
            }
        }
        allowed.add(&skipped(pod));
        allowed
    }

    fn is_authorized(&self, server: &Server, caller: &Caller) -> bool {
        self.policies_of(server).any(|policy| {
            let refs = &policy.spec.required_authentication_refs;
            refs.iter().all(|one| self.is_true(policy, one, caller))
        })
    }

    fn policies_of<'s>(&'s self, server: &Server) -> impl Iterator<Item = &'s LinkerdAuthorizationPolicy> + use<'s> {
        let (namespace, name) = server.place();
        let of_server = Target::Server((namespace.to_owned(), name.to_owned()));
        let targets = [of_server, Target::Namespace(namespace.to_owned())];
        let found: Vec<usize> =
            targets.iter().filter_map(|target| self.by_target.get(target)).flatten().copied().collect();
        found.into_iter().filter_map(|at| self.policies.get(at))
    }

    /// Whether a reference of a policy is true of a caller.
    fn is_true(&self, policy: &LinkerdAuthorizationPolicy, one: &PolicyRef, caller: &Caller) -> bool {
        let at = Self::at(policy, one);
        match (one.group.as_str(), one.kind.as_str()) {
            (POLICY_GROUP, "MeshTLSAuthentication") => self.meshed.get(&at).is_some_and(|it| is_one(it, caller)),
            (POLICY_GROUP, "NetworkAuthentication") => {
                self.networks.get(&at).is_some_and(|it| !it.spec.networks.is_empty())
            }
            ("", "ServiceAccount") => match caller {
                Caller::Known { namespace, account, .. } => (namespace, account) == (&at.0, &at.1),
                Caller::Unknown => false,
            },
            _ => false,
        }
    }

    fn at(policy: &LinkerdAuthorizationPolicy, one: &PolicyRef) -> Named {
        let own = policy.metadata.namespace.clone().unwrap_or_default();
        (one.namespace.clone().unwrap_or(own), one.name.clone())
    }

    /// Whom the rules about a pod name.
    pub(super) fn named(&self, pod: &Pod) -> Vec<Caller> {
        let authentications = self.meshed_of(pod).into_iter();
        authentications
            .flat_map(|it| {
                let own = it.metadata.namespace.as_deref().unwrap_or_default();
                let refs = it.spec.identity_refs.iter().map(|one| somebody(one, own));
                refs.chain(it.spec.identities.iter().filter_map(|one| identity(one))).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Whether a rule about a pod lets in identities that it does not name one by one.
    pub(super) fn has_patterns(&self, pod: &Pod) -> bool {
        self.meshed_of(pod).into_iter().any(|it| {
            let is_open = |one: &IdentityRef| one.name.is_none() || one.kind == "Namespace";
            it.spec.identities.iter().any(|one| one.starts_with('*')) || it.spec.identity_refs.iter().any(is_open)
        })
    }

    fn meshed_of(&self, pod: &Pod) -> Vec<&MeshTLSAuthentication> {
        let policies = self.servers.of(pod).into_iter().flat_map(|server| self.policies_of(server));
        let refs = policies.flat_map(|policy| {
            policy.spec.required_authentication_refs.iter().map(|one| Self::at(policy, one)).collect::<Vec<_>>()
        });
        refs.filter_map(|at| self.meshed.get(&at)).collect()
    }

    /// The objects that have a say about a pod.
    pub(super) fn told(&self, pod: &Pod) -> Vec<Told> {
        let servers = self.servers.of(pod).into_iter();
        servers
            .flat_map(|server| {
                let policies = self.policies_of(server).map(|policy| {
                    let (namespace, name) = named(&policy.metadata);
                    format!("AuthorizationPolicy {namespace}/{name}")
                });
                [title("Server", server)].into_iter().chain(policies).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The objects that select no pod of these, or that nothing names.
    pub(super) fn idle(&self, pods: &[Pod]) -> Vec<Told> {
        let idle = self.servers.idle(pods).map(|server| title("Server", server));
        let servers: BTreeSet<Named> = self
            .servers
            .all()
            .map(|server| {
                let (namespace, name) = server.place();
                (namespace.to_owned(), name.to_owned())
            })
            .collect();
        let is_about = |policy: &LinkerdAuthorizationPolicy| match target(policy) {
            Some(Target::Server(server)) => servers.contains(&server),
            Some(Target::Namespace(namespace)) => servers.iter().any(|(own, _)| *own == namespace),
            None => false,
        };
        let shown = |kind: &str, (namespace, name): &Named| format!("{kind} {namespace}/{name}");
        let policies = self.policies.iter().filter(|policy| !is_about(policy));
        let policies = policies.map(|policy| shown("AuthorizationPolicy", &named(&policy.metadata)));
        let refs = self.policies.iter().flat_map(|policy| {
            policy.spec.required_authentication_refs.iter().map(move |one| (one.kind.as_str(), Self::at(policy, one)))
        });
        let refs: BTreeSet<(&str, Named)> = refs.collect();
        let unnamed = |kind: &'static str, all: Vec<&Named>| {
            let unnamed = all.into_iter().filter(|at| !refs.contains(&(kind, (*at).clone())));
            unnamed.map(|at| shown(kind, at)).collect::<Vec<_>>()
        };
        let meshed = unnamed("MeshTLSAuthentication", self.meshed.keys().collect());
        let networks = unnamed("NetworkAuthentication", self.networks.keys().collect());
        idle.chain(policies).chain(meshed).chain(networks).collect()
    }

    /// The objects that let in some addresses and not all: which of them a caller has is not known here.
    pub(super) fn partial(&self) -> Vec<Told> {
        let is_whole = |it: &&NetworkAuthentication| {
            let whole = it.spec.networks.iter().filter(|network| network.except.is_empty());
            let whole: BTreeSet<&str> = whole.map(|network| network.cidr.as_str()).collect();
            WHOLE.into_iter().all(|range| whole.contains(range))
        };
        let partial = self.networks.values().filter(|it| !is_whole(it));
        partial.map(|it| named(&it.metadata)).map(|(own, name)| format!("NetworkAuthentication {own}/{name}")).collect()
    }
}

fn named(metadata: &crate::object::ObjectMeta) -> Named {
    (metadata.namespace.clone().unwrap_or_default(), metadata.name.clone().unwrap_or_default())
}

fn target(policy: &LinkerdAuthorizationPolicy) -> Option<Target> {
    let own = policy.metadata.namespace.clone().unwrap_or_default();
    let PolicyRef { group, kind, name, namespace: _ } = &policy.spec.target_ref;
    match (group.as_str(), kind.as_str()) {
        (POLICY_GROUP, "Server") => Some(Target::Server((own, name.clone()))),
        // a namespace other than its own is none of its business
        ("", "Namespace") => (*name == own).then_some(Target::Namespace(own)),
        _ => None,
    }
}

/// What a default lets in; a pod that states none has the cluster's, of which nothing is known.
fn lets_in(policy: Option<&str>, caller: &Caller) -> bool {
    match policy {
        Some("deny") => false,
        Some("all-authenticated" | "cluster-authenticated") => *caller != Caller::Unknown,
        Some(_) | None => true,
    }
}

fn skipped(pod: &Pod) -> Ports {
    let mut ports = Ports::NONE;
    let numbers = pod.annotations.get(SKIPPED).into_iter().flat_map(|list| list.split(','));
    for number in numbers.filter_map(|number| number.trim().parse::<u16>().ok()) {
        ports.add(&Ports::one(Transport::Tcp, number));
    }
    ports
}

fn is_one(authentication: &MeshTLSAuthentication, caller: &Caller) -> bool {
    let Caller::Known { namespace, account, .. } = caller else { return false };
    let own = authentication.metadata.namespace.as_deref().unwrap_or_default();
    let is_named = |one: &IdentityRef| {
        let place = one.namespace.as_deref().unwrap_or(own);
        match (one.kind.as_str(), one.name.as_deref()) {
            ("ServiceAccount", Some(name)) => place == namespace && name == account,
            ("ServiceAccount", None) => place == namespace,
            ("Namespace", Some(name)) => name == namespace,
            _ => false,
        }
    };
    let of_namespace = format!("{namespace}.serviceaccount.identity.");
    let is_shown = |one: &String| match one.strip_prefix('*') {
        Some("") => true,
        Some(end) => {
            let end = end.trim_start_matches('.');
            end.starts_with(&of_namespace) || end.starts_with("serviceaccount.identity.")
        }
        None => one.starts_with(&format!("{account}.{of_namespace}")),
    };
    authentication.spec.identity_refs.iter().any(is_named) || authentication.spec.identities.iter().any(is_shown)
}

/// Somebody of whom a reference is true.
fn somebody(one: &IdentityRef, own: &str) -> Caller {
    let (place, name) = (one.namespace.as_deref().unwrap_or(own), one.name.as_deref());
    let (namespace, account) = match (one.kind.as_str(), name) {
        ("Namespace", Some(name)) => (name, "default"),
        (_, name) => (place, name.unwrap_or("default")),
    };
    known(namespace, account)
}

fn known(namespace: &str, account: &str) -> Caller {
    Caller::Known {
        trust_domain: "cluster.local".to_owned(),
        namespace: namespace.to_owned(),
        account: account.to_owned(),
    }
}

/// Whom an identity as proxies show it names.
fn identity(one: &str) -> Option<Caller> {
    let (before, _) = one.split_once(".serviceaccount.identity.")?;
    let (account, namespace) = before.split_once('.')?;
    Some(known(namespace, if account == "*" { "default" } else { account }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Labels, LinkerdAuthorizationPolicySpec, MeshTLSAuthenticationSpec, ObjectMeta, ServerSpec};

    fn pod(default: &str) -> Pod {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let annotations = Labels::from([(DEFAULT.to_owned(), default.to_owned())]);
        let (name, namespace, account) = ("web".to_owned(), "shop".to_owned(), "web".to_owned());
        Pod { name, namespace, labels, annotations, account }
    }

    fn metadata(name: &str) -> ObjectMeta {
        ObjectMeta { name: Some(name.to_owned()), namespace: Some("shop".to_owned()), ..ObjectMeta::default() }
    }

    fn server(name: &str, port: i32) -> Server {
        let pod_selector = WorkloadSelector { match_labels: pod("deny").labels };
        let spec = ServerSpec { pod_selector, port: IntOrString::Int(port), ..ServerSpec::default() };
        Server { metadata: metadata(name), spec }
    }

    fn policy(target_ref: PolicyRef, refs: &[(&str, &str, &str)]) -> LinkerdAuthorizationPolicy {
        let required_authentication_refs =
            refs.iter().map(|(group, kind, name)| reference(group, kind, name)).collect();
        let spec = LinkerdAuthorizationPolicySpec { required_authentication_refs, target_ref };
        LinkerdAuthorizationPolicy { metadata: metadata("policy"), spec }
    }

    fn reference(group: &str, kind: &str, name: &str) -> PolicyRef {
        PolicyRef { group: group.to_owned(), kind: kind.to_owned(), name: name.to_owned(), namespace: None }
    }

    fn tcp(port: u16) -> Ports {
        Ports::one(Transport::Tcp, port)
    }

    #[test]
    fn the_default_of_a_pod_holds_where_no_server_speaks_of_a_port() {
        let every = Ports::every(Transport::Tcp);
        let mut rules = Rules::default();
        let (somebody, nobody) = (known("shop", "api"), Caller::Unknown);
        for (default, of_somebody, of_nobody) in [
            ("deny", false, false),
            ("all-authenticated", true, false),
            ("cluster-authenticated", true, false),
            ("all-unauthenticated", true, true),
            ("audit", true, true),
        ] {
            for (caller, is_let_in) in [(&somebody, of_somebody), (&nobody, of_nobody)] {
                let expected = if is_let_in { every.clone() } else { Ports::NONE };
                assert_eq!(rules.allows(&pod(default), caller), expected, "{default} {caller:?}");
            }
        }
        rules.add_server(&server("http", 80));
        assert_eq!(rules.allows(&pod("all-unauthenticated"), &nobody), every.without(&tcp(80)));
    }

    #[test]
    fn all_references_of_a_policy_and_one_of_several_policies_have_to_be_true() {
        let somebody = known("shop", "api");
        let account = |name: &str| ("", "ServiceAccount", name.to_owned());
        let of = |target: PolicyRef, all: &[&[(&str, &str, String)]]| {
            let mut rules = Rules::default();
            rules.add_server(&server("http", 80));
            for refs in all {
                let refs: Vec<_> = refs.iter().map(|(group, kind, name)| (*group, *kind, name.as_str())).collect();
                rules.add_policy(&policy(target.clone(), &refs));
            }
            rules.allows(&pod("deny"), &somebody)
        };
        let http = || reference(POLICY_GROUP, "Server", "http");
        assert_eq!(of(http(), &[&[account("api")]]), tcp(80));
        assert_eq!(of(http(), &[&[account("api"), account("web")]]), Ports::NONE);
        assert_eq!(of(http(), &[&[account("web")], &[account("api")]]), tcp(80));
        assert_eq!(of(http(), &[&[]]), tcp(80));
        assert_eq!(of(reference("", "Namespace", "shop"), &[&[account("api")]]), tcp(80));
        assert_eq!(of(reference("", "Namespace", "bank"), &[&[account("api")]]), Ports::NONE);
        let missing = (POLICY_GROUP, "MeshTLSAuthentication", "missing".to_owned());
        assert_eq!(of(http(), &[&[missing]]), Ports::NONE);
    }

    #[test]
    fn identities_are_accounts_namespaces_or_ends() {
        let is = |spec: MeshTLSAuthenticationSpec, caller: &Caller| {
            is_one(&MeshTLSAuthentication { metadata: metadata("one"), spec }, caller)
        };
        let shown = |one: &str| MeshTLSAuthenticationSpec { identities: vec![one.to_owned()], ..Default::default() };
        let told = |kind: &str, name: Option<&str>, namespace: Option<&str>| {
            let [name, namespace] = [name, namespace].map(|text| text.map(str::to_owned));
            let one = IdentityRef { kind: kind.to_owned(), name, namespace };
            MeshTLSAuthenticationSpec { identity_refs: vec![one], ..Default::default() }
        };
        let (api, other) = (known("shop", "api"), known("bank", "api"));
        for (spec, of_api, of_other) in [
            (shown("*"), true, true),
            (shown("*.shop.serviceaccount.identity.linkerd.cluster.local"), true, false),
            (shown("*.serviceaccount.identity.linkerd.cluster.local"), true, true),
            (shown("api.shop.serviceaccount.identity.linkerd.cluster.local"), true, false),
            (shown("web.shop.serviceaccount.identity.linkerd.cluster.local"), false, false),
            (told("ServiceAccount", Some("api"), None), true, false),
            (told("ServiceAccount", Some("api"), Some("bank")), false, true),
            (told("ServiceAccount", None, Some("bank")), false, true),
            (told("Namespace", Some("shop"), None), true, false),
            (told("Group", Some("api"), None), false, false),
        ] {
            assert_eq!((is(spec.clone(), &api), is(spec.clone(), &other)), (of_api, of_other), "{spec:?}");
            assert!(!is(spec, &Caller::Unknown));
        }
    }
}
