//! Breaks of what Linkerd is told.

use bvlc::object::{
    ClientNetwork, IdentityRef, IntOrString, LinkerdAuthorizationPolicySpec, MeshTLSAuthenticationSpec,
    NetworkAuthenticationSpec, Object, PolicyRef, ServerSpec,
};

use crate::mesh::{Edit, OTHER, once, template};

/// The annotation that says what becomes of whom nothing else is said.
const DEFAULT: &str = "config.linkerd.io/default-inbound-policy";

/// Every way in which what Linkerd is told is broken.
pub(crate) const TOLD: &[(&str, Edit)] = &[
    ("a server is of the next port", |o, n| {
        let IntOrString::Int(port) = &mut server(o)?.port else { return None };
        *port += 1;
        once(n, Some(()))
    }),
    ("a server is of a port by name", |o, n| {
        server(o)?.port = IntOrString::String("http".to_owned());
        once(n, Some(()))
    }),
    ("a server is of other pods", |o, n| {
        let labels = &mut server(o)?.pod_selector.match_labels;
        once(n, labels.values_mut().next().map(|label| OTHER.clone_into(label)))
    }),
    ("another account", |o, n| {
        OTHER.clone_into(meshed(o)?.identity_refs.get_mut(n)?.name.as_mut()?);
        Some(())
    }),
    ("another namespace", |o, n| {
        OTHER.clone_into(meshed(o)?.identity_refs.get_mut(n)?.namespace.as_mut()?);
        Some(())
    }),
    ("every account of a namespace", |o, n| meshed(o)?.identity_refs.get_mut(n)?.name.take().map(drop)),
    ("a namespace in the place of an account", |o, n| {
        let one = meshed(o)?.identity_refs.get_mut(n)?;
        "Namespace".clone_into(&mut one.kind);
        one.name = one.namespace.take();
        Some(())
    }),
    ("what has no identity", |o, n| {
        "Group".clone_into(&mut meshed(o)?.identity_refs.get_mut(n)?.kind);
        Some(())
    }),
    ("every identity", |o, n| {
        let spec = meshed(o)?;
        spec.identity_refs.clear();
        (spec.identities != ["*"]).then(|| spec.identities = vec!["*".to_owned()])?;
        once(n, Some(()))
    }),
    ("an account is dropped", |o, n| {
        let refs = &mut meshed(o)?.identity_refs;
        (n < refs.len()).then(|| drop(refs.remove(n)))
    }),
    ("an account too many", |o, n| {
        let other = Some(OTHER.to_owned());
        let one = IdentityRef { kind: "ServiceAccount".to_owned(), name: other.clone(), namespace: other };
        meshed(o)?.identity_refs.push(one);
        once(n, Some(()))
    }),
    ("a family of addresses is lost", |o, n| {
        let networks = &mut networks(o)?.networks;
        (n < networks.len()).then(|| drop(networks.remove(n)))
    }),
    ("addresses are left out", |o, n| {
        networks(o)?.networks.get_mut(n)?.except.push("10.0.0.0/8".to_owned());
        Some(())
    }),
    ("a narrower network", |o, n| {
        networks(o)?.networks.get_mut(n)?.cidr = "10.0.0.0/8".to_owned();
        Some(())
    }),
    ("no network", |o, n| {
        networks(o)?.networks.clear();
        once(n, Some(()))
    }),
    ("a policy is about another server", |o, n| {
        OTHER.clone_into(&mut policy(o)?.target_ref.name);
        once(n, Some(()))
    }),
    ("a policy is about a server of no group", |o, n| {
        policy(o)?.target_ref.group.clear();
        once(n, Some(()))
    }),
    ("a policy is about another namespace", |o, n| {
        policy(o)?.target_ref =
            PolicyRef { kind: "Namespace".to_owned(), name: OTHER.to_owned(), ..PolicyRef::default() };
        once(n, Some(()))
    }),
    ("a policy names clients that are not there", |o, n| {
        OTHER.clone_into(&mut policy(o)?.required_authentication_refs.get_mut(n)?.name);
        Some(())
    }),
    ("a policy names clients elsewhere", |o, n| {
        policy(o)?.required_authentication_refs.get_mut(n)?.namespace = Some(OTHER.to_owned());
        Some(())
    }),
    ("a policy asks for two things", |o, n| {
        let refs = &mut policy(o)?.required_authentication_refs;
        let mut second = refs.first()?.clone();
        OTHER.clone_into(&mut second.name);
        refs.push(second);
        once(n, Some(()))
    }),
    ("a policy asks for nothing", |o, n| {
        let refs = &mut policy(o)?.required_authentication_refs;
        // everybody may come where addresses are asked for
        (refs.first()?.kind == "MeshTLSAuthentication").then(|| refs.clear())?;
        once(n, Some(()))
    }),
    ("a policy asks for addresses in the place of identities", |o, n| {
        let one = policy(o)?.required_authentication_refs.get_mut(n)?;
        (one.kind == "MeshTLSAuthentication").then(|| "NetworkAuthentication".clone_into(&mut one.kind))
    }),
    ("the object is in another namespace", |o, n| {
        (server(o).is_some() || meshed(o).is_some() || networks(o).is_some() || policy(o).is_some()).then_some(())?;
        once(n, o.metadata_mut().namespace.as_mut().map(|namespace| OTHER.clone_into(namespace)))
    }),
    ("no proxy", |o, n| once(n, annotations(o)?.remove("linkerd.io/inject").map(drop))),
    ("a proxy that is refused", |o, n| {
        once(n, annotations(o)?.get_mut("linkerd.io/inject").map(|value| "disabled".clone_into(value)))
    }),
    ("a proxy that outlives its job", |o, n| {
        once(n, annotations(o)?.remove("config.beta.linkerd.io/proxy-enable-native-sidecar").map(drop))
    }),
    ("another mesh beside it", |o, n| {
        annotations(o)?.contains_key("linkerd.io/inject").then_some(())?;
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        labels.insert("sidecar.istio.io/inject".to_owned(), "true".to_owned());
        once(n, Some(()))
    }),
    ("ports without a server are open", |o, n| default(o, n, "all-unauthenticated")),
    ("ports without a server are the mesh's", |o, n| default(o, n, "all-authenticated")),
    ("ports without a server are looked at", |o, n| default(o, n, "audit")),
    ("ports without a server are as the cluster has it", |o, n| once(n, annotations(o)?.remove(DEFAULT).map(drop))),
    ("a port passes the proxy by", |o, n| {
        let annotations = annotations(o)?;
        annotations.contains_key(DEFAULT).then_some(())?;
        annotations.insert("config.linkerd.io/skip-inbound-ports".to_owned(), "22, 23".to_owned());
        once(n, Some(()))
    }),
    ("somebody else's account", |o, n| {
        once(n, template(o)?.spec.as_mut()?.service_account_name.as_mut().map(|name| OTHER.clone_into(name)))
    }),
];

/// What lets in whom nothing authorizes, where that is not everybody anyway.
pub(crate) const OPENED: &[(&str, Edit)] = &[
    ("a server is open", |o, n| access(o, n, "all-unauthenticated")),
    ("a server is the mesh's", |o, n| access(o, n, "all-authenticated")),
    ("a server is looked at", |o, n| access(o, n, "audit")),
];

/// A network that lets in everybody, of an object of that name.
pub(crate) fn is_of_everybody(object: &Object) -> bool {
    match object {
        Object::NetworkAuthentication(it) => it.spec.networks.iter().any(|ClientNetwork { cidr, .. }| cidr == "::/0"),
        _ => false,
    }
}

fn access(object: &mut Object, n: usize, policy: &str) -> Option<()> {
    server(object)?.access_policy = Some(policy.to_owned());
    once(n, Some(()))
}

fn default(object: &mut Object, n: usize, policy: &str) -> Option<()> {
    once(n, annotations(object)?.get_mut(DEFAULT).map(|value| policy.clone_into(value)))
}

fn annotations(object: &mut Object) -> Option<&mut bvlc::object::Labels> {
    template(object)?.metadata.as_mut()?.annotations.as_mut()
}

pub(crate) fn server(object: &mut Object) -> Option<&mut ServerSpec> {
    match object {
        Object::Server(it) => Some(&mut it.spec),
        _ => None,
    }
}

pub(crate) fn meshed(object: &mut Object) -> Option<&mut MeshTLSAuthenticationSpec> {
    match object {
        Object::MeshTLSAuthentication(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn networks(object: &mut Object) -> Option<&mut NetworkAuthenticationSpec> {
    match object {
        Object::NetworkAuthentication(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn policy(object: &mut Object) -> Option<&mut LinkerdAuthorizationPolicySpec> {
    match object {
        Object::LinkerdAuthorizationPolicy(it) => Some(&mut it.spec),
        _ => None,
    }
}
