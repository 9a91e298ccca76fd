//! Breaks of what Istio is told.

use bvlc::object::{
    AuthorizationPolicySpec, AuthorizationRule, MutualTls, Object, PeerAuthenticationSpec, RuleFrom, RuleSource,
};

use crate::mesh::{Edit, OTHER, once, template};

/// Every way in which what Istio is told is broken, wherever its proxies are.
pub(crate) const TOLD: &[(&str, Edit)] = &[
    ("PERMISSIVE", |o, n| once(n, mode(o, "PERMISSIVE"))),
    ("DISABLE", |o, n| once(n, mode(o, "DISABLE"))),
    ("UNSET", |o, n| once(n, mode(o, "UNSET"))),
    ("mtls is left out", |o, n| once(n, authentication(o)?.mtls.take().map(drop))),
    ("the exception of a port is STRICT", |o, n| set(tls(o, n)?, "STRICT")),
    ("the exception of a port is gone", |o, n| {
        let ports = &mut authentication(o)?.port_level_mtls;
        let port = ports.keys().nth(n)?.clone();
        ports.remove(&port).map(drop)
    }),
    ("the exception is of another port", |o, n| {
        let ports = &mut authentication(o)?.port_level_mtls;
        let port = ports.keys().nth(n)?.clone();
        let tls = ports.remove(&port)?;
        ports.insert("1".to_owned(), tls);
        Some(())
    }),
    ("an exception too many", |o, n| {
        let tls = MutualTls { mode: Some("PERMISSIVE".to_owned()) };
        once(n, authentication(o).map(|spec| drop(spec.port_level_mtls.insert("22".to_owned(), tls))))
    }),
    ("modes are of other pods", |o, n| {
        let labels = &mut authentication(o)?.selector.as_mut()?.match_labels;
        once(n, labels.values_mut().next().map(|label| OTHER.clone_into(label)))
    }),
    ("exceptions are of no pods", |o, n| {
        let spec = authentication(o)?;
        (!spec.port_level_mtls.is_empty()).then_some(())?;
        once(n, spec.selector.take().map(drop))
    }),
    ("DENY", |o, n| once(n, action(o, Some("DENY")))),
    ("AUDIT", |o, n| once(n, action(o, Some("AUDIT")))),
    ("CUSTOM", |o, n| {
        // what allows nothing refuses everything as well
        (!policy(o)?.rules.is_empty()).then_some(())?;
        once(n, action(o, Some("CUSTOM")))
    }),
    ("no rule is left", |o, n| {
        let rules = &mut policy(o)?.rules;
        (!rules.is_empty()).then(|| rules.clear())?;
        once(n, Some(()))
    }),
    ("a rule is dropped", |o, n| {
        let rules = &mut policy(o)?.rules;
        (n < rules.len()).then(|| drop(rules.remove(n)))
    }),
    ("a rule for everything is added", |o, n| once(n, policy(o).map(|spec| spec.rules.push(Default::default())))),
    ("a rule is of anybody", |o, n| {
        rule(o, n)?.from.clear();
        Some(())
    }),
    ("a rule is of every port", |o, n| {
        let to = &mut rule(o, n)?.to;
        (!to.is_empty()).then(|| to.clear())
    }),
    ("a rule names no port", |o, n| {
        rule(o, n)?.to.first_mut()?.operation.ports.clear();
        Some(())
    }),
    ("a rule has a condition", |o, n| {
        rule(o, n)?.when.push(serde_json::json!({ "key": "source.ip" }));
        Some(())
    }),
    ("another account", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("{}/sa/{OTHER}", principal.split_once("/sa/")?.0);
        Some(())
    }),
    ("another namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        let (_, account) = principal.split_once("/sa/")?;
        *principal = format!("cluster.local/ns/{OTHER}/sa/{account}");
        Some(())
    }),
    ("another trust domain", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = principal.strip_prefix("cluster.local").map(|rest| format!("example.org{rest}"))?;
        Some(())
    }),
    ("spiffe:// before an identity", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("spiffe://{principal}");
        Some(())
    }),
    ("every identity", |o, n| {
        "*".clone_into(principals(o).into_iter().nth(n)?);
        Some(())
    }),
    ("every account of a namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("{}/sa/*", principal.split_once("/sa/")?.0);
        Some(())
    }),
    ("an account of every namespace", |o, n| {
        let principal = principals(o).into_iter().nth(n)?;
        *principal = format!("*/sa/{}", principal.split_once("/sa/")?.1.to_owned());
        Some(())
    }),
    ("whoever has no identity is anybody", |o, n| {
        let source = sources(o).into_iter().filter(|source| !source.not_principals.is_empty()).nth(n)?;
        source.not_principals.clear();
        Some(())
    }),
    ("whoever has no identity is let in", |o, n| {
        let rule = rule(o, n)?;
        rule.from.iter().all(|from| from.source.not_principals.is_empty()).then_some(())?;
        let source = RuleSource { not_principals: vec!["*".to_owned()], ..RuleSource::default() };
        rule.from.push(RuleFrom { source });
        Some(())
    }),
    ("a namespace is let in", |o, n| {
        let source = RuleSource { namespaces: vec![OTHER.to_owned()], ..RuleSource::default() };
        rule(o, n)?.from.push(RuleFrom { source });
        Some(())
    }),
    ("a port is one higher", |o, n| {
        let port = ports(o).into_iter().nth(n)?;
        *port = (port.parse::<u16>().ok()? + 1).to_string();
        Some(())
    }),
    ("a port is a name", |o, n| {
        "http".clone_into(ports(o).into_iter().nth(n)?);
        Some(())
    }),
    ("a port is added", |o, n| {
        rule(o, n)?.to.first_mut()?.operation.ports.push("22".to_owned());
        Some(())
    }),
    ("rules are of other pods", |o, n| {
        let labels = &mut policy(o)?.selector.as_mut()?.match_labels;
        once(n, labels.values_mut().next().map(|label| OTHER.clone_into(label)))
    }),
    ("rules are of every pod", |o, n| {
        let spec = policy(o)?;
        (!spec.rules.is_empty()).then_some(())?;
        once(n, spec.selector.take().map(drop))
    }),
    ("the object is in another namespace", |o, n| {
        (authentication(o).is_some() || policy(o).is_some()).then_some(())?;
        once(n, o.metadata_mut().namespace.as_mut().map(|namespace| OTHER.clone_into(namespace)))
    }),
    ("somebody else's account", |o, n| {
        once(n, template(o)?.spec.as_mut()?.service_account_name.as_mut().map(|name| OTHER.clone_into(name)))
    }),
];

/// What else is broken where the proxies are in the pods.
pub(crate) const IN_PODS: &[(&str, Edit)] = &[
    ("the exception of a port is DISABLE", |o, n| set(tls(o, n)?, "DISABLE")),
    ("no proxy", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.remove("sidecar.istio.io/inject").map(drop))
    }),
    ("a proxy that is refused", |o, n| {
        let labels = template(o)?.metadata.as_mut()?.labels.as_mut()?;
        once(n, labels.get_mut("sidecar.istio.io/inject").map(|label| "false".clone_into(label)))
    }),
    ("a proxy that outlives its job", |o, n| {
        let annotations = template(o)?.metadata.as_mut()?.annotations.as_mut()?;
        once(n, annotations.remove("sidecar.istio.io/nativeSidecar").map(drop))
    }),
    ("probes that meet the proxy", |o, n| {
        let annotations = template(o)?.metadata.as_mut()?.annotations.as_mut()?;
        let probes = annotations.get_mut("sidecar.istio.io/rewriteAppHTTPProbers");
        once(n, probes.map(|probes| "false".clone_into(probes)))
    }),
];

fn set(tls: &mut MutualTls, mode: &str) -> Option<()> {
    (tls.mode.as_deref() != Some(mode)).then(|| tls.mode = Some(mode.to_owned()))
}

pub(crate) fn mode(object: &mut Object, mode: &str) -> Option<()> {
    set(authentication(object)?.mtls.as_mut()?, mode)
}

fn action(object: &mut Object, action: Option<&str>) -> Option<()> {
    policy(object)?.action = action.map(str::to_owned);
    Some(())
}

pub(crate) fn authentication(object: &mut Object) -> Option<&mut PeerAuthenticationSpec> {
    match object {
        Object::PeerAuthentication(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn policy(object: &mut Object) -> Option<&mut AuthorizationPolicySpec> {
    match object {
        Object::AuthorizationPolicy(it) => Some(&mut it.spec),
        _ => None,
    }
}

fn tls(object: &mut Object, n: usize) -> Option<&mut MutualTls> {
    authentication(object)?.port_level_mtls.values_mut().nth(n)
}

fn rule(object: &mut Object, n: usize) -> Option<&mut AuthorizationRule> {
    policy(object)?.rules.get_mut(n)
}

pub(crate) fn sources(object: &mut Object) -> Vec<&mut RuleSource> {
    let rules = policy(object).into_iter().flat_map(|spec| &mut spec.rules);
    rules.flat_map(|rule| &mut rule.from).map(|from| &mut from.source).collect()
}

fn principals(object: &mut Object) -> Vec<&mut String> {
    sources(object).into_iter().filter(|it| it.namespaces.is_empty()).flat_map(|it| &mut it.principals).collect()
}

fn ports(object: &mut Object) -> Vec<&mut String> {
    let rules = policy(object).into_iter().flat_map(|spec| &mut spec.rules);
    rules.flat_map(|rule| &mut rule.to).flat_map(|to| &mut to.operation.ports).collect()
}
