//! How Istio reads `PeerAuthentication` and `AuthorizationPolicy`.
//!
//! Sources: `security/v1beta1/peer_authentication.proto` and `authorization_policy.proto` (istio/api 1.31): a policy with a selector
//! goes before one without, a port before all ports; `DENY` goes before `ALLOW`, and where there is any `ALLOW` what none of them
//! fits is refused. Whoever shows no identity has an empty one, which no pattern of `principals` fits and every one of
//! `notPrincipals` leaves (istio.io, ISTIO-SECURITY-2021-004). What a root namespace says is not known here.

use super::dialect::{Dialect, Reading};
use super::selecting::{Selecting, Selects, title};
use super::{Caller, Pod, Told};
use crate::object::{
    AuthorizationPolicy, AuthorizationRule, MutualTls, PeerAuthentication, RuleFrom, RuleSource, WorkloadSelector,
};
use crate::verify::connectivity::{Ports, Transport};

/// What Istio is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    authentications: Selecting<PeerAuthentication>,
    policies: Selecting<AuthorizationPolicy>,
}

impl Selects for PeerAuthentication {
    fn place(&self) -> (&str, &str) {
        (self.metadata.namespace.as_deref().unwrap_or_default(), self.metadata.name.as_deref().unwrap_or_default())
    }

    fn selector(&self) -> Option<&WorkloadSelector> {
        self.spec.selector.as_ref()
    }
}

impl Selects for AuthorizationPolicy {
    fn place(&self) -> (&str, &str) {
        (self.metadata.namespace.as_deref().unwrap_or_default(), self.metadata.name.as_deref().unwrap_or_default())
    }

    fn selector(&self) -> Option<&WorkloadSelector> {
        self.spec.selector.as_ref()
    }
}

impl Rules {
    pub(super) fn add_authentication(&mut self, object: &PeerAuthentication) {
        self.authentications.add(object.clone());
    }

    pub(super) fn add_policy(&mut self, object: &AuthorizationPolicy) {
        self.policies.add(object.clone());
    }

    pub(super) fn takes(&self, pod: &Pod, by: Dialect) -> (Ports, Ports) {
        let (every, modes) = (Ports::every(Transport::Tcp), self.modes(pod));
        let mutual = match by.disabled() {
            Reading::Everything => every.without(&modes.disabled),
            Reading::Nothing => every.clone(),
        };
        (every.without(&modes.strict), mutual)
    }

    /// The ports that take mutual TLS alone, and those that take none.
    fn modes(&self, pod: &Pod) -> Modes {
        let (mut own, mut of_namespace) = (None, None);
        for object in self.authentications.of(pod) {
            // of several the oldest counts, which nobody can tell from objects: the first stands for it
            let place = if object.labels().is_some() { &mut own } else { &mut of_namespace };
            place.get_or_insert(object);
        }
        let mode = |tls: Option<&MutualTls>| match tls.and_then(|tls| tls.mode.as_deref()) {
            None | Some("UNSET") => None,
            Some(mode) => Some(mode.to_owned()),
        };
        let of = |object: Option<&PeerAuthentication>| object.and_then(|object| mode(object.spec.mtls.as_ref()));
        let usual = of(own).or_else(|| of(of_namespace)).unwrap_or_else(|| "PERMISSIVE".to_owned());
        let mut modes = Modes::default();
        let mut apart = Ports::NONE;
        for (number, tls) in own.iter().flat_map(|object| &object.spec.port_level_mtls) {
            let (Ok(number), Some(mode)) = (number.parse::<u16>(), mode(Some(tls))) else { continue };
            let port = Ports::one(Transport::Tcp, number);
            apart.add(&port);
            modes.add(&mode, &port);
        }
        modes.add(&usual, &Ports::every(Transport::Tcp).without(&apart));
        modes
    }

    /// The ports at which the policies let a caller in.
    pub(super) fn allows(&self, pod: &Pod, caller: &Caller, by: Dialect) -> Ports {
        let every = Ports::every(Transport::Tcp);
        let (mut allowed, mut denied, mut is_allowing) = (Ports::NONE, Ports::NONE, false);
        for policy in self.policies.of(pod) {
            match policy.spec.action.as_deref() {
                None | Some("ALLOW") => {
                    is_allowing = true;
                    let rules = policy.spec.rules.iter().filter(|rule| rule.when.is_empty());
                    rules.filter(|rule| speaks_of(rule, caller, by)).for_each(|rule| allowed.add(&ports(rule, by)));
                }
                Some("DENY") => {
                    let rules = policy.spec.rules.iter().filter(|rule| speaks_of(rule, caller, by));
                    rules.for_each(|rule| denied.add(&ports(rule, by)));
                }
                Some("AUDIT") => {}
                Some(_) => match by.custom() {
                    Reading::Everything => denied.add(&every),
                    Reading::Nothing => {}
                },
            }
        }
        if is_allowing { allowed.without(&denied) } else { every.without(&denied) }
    }

    pub(super) fn named(&self, pod: &Pod) -> Vec<Caller> {
        let policies = self.policies.of(pod).into_iter();
        let sources = policies.flat_map(|policy| &policy.spec.rules).flat_map(|rule| &rule.from);
        let named = sources.flat_map(|RuleFrom { source }| {
            let principals = source.principals.iter().chain(&source.not_principals).flat_map(|one| examples(one));
            principals.chain(source.namespaces.iter().map(|namespace| somebody_in(&namespace.replace('*', ""))))
        });
        named.collect()
    }

    pub(super) fn has_patterns(&self, pod: &Pod) -> bool {
        self.policies.of(pod).into_iter().flat_map(|policy| &policy.spec.rules).any(|rule| {
            rule.from.iter().any(|from| {
                let source = &from.source;
                let patterns = source.principals.iter().chain(&source.namespaces);
                !source.namespaces.is_empty() || patterns.into_iter().any(|pattern| pattern.contains('*'))
            })
        })
    }

    pub(super) fn told(&self, pod: &Pod) -> Vec<Told> {
        let authentications =
            self.authentications.of(pod).into_iter().map(|object| title("PeerAuthentication", object));
        let policies = self.policies.of(pod).into_iter().map(|object| title("AuthorizationPolicy", object));
        authentications.chain(policies).collect()
    }

    pub(super) fn idle(&self, pods: &[Pod]) -> Vec<Told> {
        let authentications = self.authentications.idle(pods).map(|object| title("PeerAuthentication", object));
        authentications.chain(self.policies.idle(pods).map(|object| title("AuthorizationPolicy", object))).collect()
    }
}

/// Ports by mode.
#[derive(Debug, Default)]
struct Modes {
    strict: Ports,
    disabled: Ports,
}

impl Modes {
    fn add(&mut self, mode: &str, ports: &Ports) {
        match mode {
            "STRICT" => self.strict.add(ports),
            "DISABLE" => self.disabled.add(ports),
            _ => {}
        }
    }
}

fn speaks_of(rule: &AuthorizationRule, caller: &Caller, by: Dialect) -> bool {
    let is_one = |source: &RuleSource| match (*source == RuleSource::default(), by.empty()) {
        (true, Reading::Nothing) => false,
        (true, Reading::Everything) | (false, _) => is_one(source, caller),
    };
    rule.from.is_empty() || rule.from.iter().any(|from| is_one(&from.source))
}

fn is_one(source: &RuleSource, caller: &Caller) -> bool {
    let (principal, namespace) = match caller {
        Caller::Known { trust_domain, namespace, account } => {
            (format!("{trust_domain}/ns/{namespace}/sa/{account}"), namespace.as_str())
        }
        Caller::Unknown => (String::new(), ""),
    };
    let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| fits(pattern, text));
    (source.principals.is_empty() || any(&source.principals, &principal))
        && (source.namespaces.is_empty() || any(&source.namespaces, namespace))
        && !any(&source.not_principals, &principal)
}

/// A text as a whole, a beginning, an end, or anything that is there.
fn fits(pattern: &str, text: &str) -> bool {
    if pattern == "*" {
        return !text.is_empty();
    }
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (None, Some(beginning)) => text.starts_with(beginning),
        (None, None) => pattern == text,
    }
}

/// The ports of a rule. A text that is no number names none.
fn ports(rule: &AuthorizationRule, by: Dialect) -> Ports {
    let every = Ports::every(Transport::Tcp);
    let mut ports = if rule.to.is_empty() { every.clone() } else { Ports::NONE };
    for to in &rule.to {
        if to.operation.ports.is_empty() && by.empty() == Reading::Everything {
            ports.add(&every);
        }
        let numbers = to.operation.ports.iter().filter_map(|port| port.parse::<u16>().ok());
        numbers.for_each(|number| ports.add(&Ports::one(Transport::Tcp, number)));
    }
    ports
}

/// Who fits a pattern of identities: the one that it is, or somebody whose name is completed.
fn examples(pattern: &str) -> Vec<Caller> {
    let completed: Vec<String> = match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => ["x/ns/x/sa/", "x/ns/x", "x/ns/", "x", ""].map(|start| format!("{start}{end}")).to_vec(),
        (None, Some(start)) => {
            ["/ns/x/sa/x", "x/ns/x/sa/x", "/sa/x", "x/sa/x", "x", ""].map(|end| format!("{start}{end}")).to_vec()
        }
        (None, None) => vec![pattern.to_owned()],
    };
    completed.iter().filter(|one| fits(pattern, one)).filter_map(|one| identity(one)).collect()
}

fn somebody_in(namespace: &str) -> Caller {
    Caller::Known {
        trust_domain: "cluster.local".to_owned(),
        namespace: namespace.to_owned(),
        account: "default".to_owned(),
    }
}

fn identity(principal: &str) -> Option<Caller> {
    let (trust_domain, rest) = principal.split_once("/ns/")?;
    let (namespace, account) = rest.split_once("/sa/")?;
    Some(Caller::Known {
        trust_domain: trust_domain.to_owned(),
        namespace: namespace.to_owned(),
        account: account.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{AuthorizationPolicySpec, Labels, PeerAuthenticationSpec, RuleOperation, RuleTo};

    fn pod() -> Pod {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let (name, namespace, account) = ("web".to_owned(), "shop".to_owned(), "web".to_owned());
        Pod { name, namespace, labels, annotations: Labels::new(), account }
    }

    fn known(namespace: &str) -> Caller {
        somebody_in(namespace)
    }

    fn policy(action: &str, port: &str, principals: &[&str]) -> AuthorizationPolicy {
        let principals = principals.iter().map(|&text| text.to_owned()).collect();
        let rule = AuthorizationRule {
            from: vec![RuleFrom { source: RuleSource { principals, ..RuleSource::default() } }],
            to: vec![RuleTo { operation: RuleOperation { ports: vec![port.to_owned()] } }],
            when: Vec::new(),
        };
        let mut policy = AuthorizationPolicy {
            spec: AuthorizationPolicySpec { action: Some(action.to_owned()), rules: vec![rule], selector: None },
            ..AuthorizationPolicy::default()
        };
        policy.metadata.namespace = Some("shop".to_owned());
        policy
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("a*", "ba", false),
            ("*b", "ab", true),
            ("*b", "ba", false),
            ("*", "a", true),
            ("*", "", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_denied_is_not_allowed_and_what_nobody_speaks_of_is() {
        let tcp = |port| Ports::one(Transport::Tcp, port);
        let mut rules = Rules::default();
        assert_eq!(rules.allows(&pod(), &Caller::Unknown, Dialect::Envoy), Ports::every(Transport::Tcp));
        rules.add_policy(&policy("ALLOW", "80", &["*"]));
        rules.add_policy(&policy("ALLOW", "81", &["cluster.local/ns/a/sa/default"]));
        assert_eq!(rules.allows(&pod(), &Caller::Unknown, Dialect::Envoy), Ports::NONE);
        let mut both = tcp(80);
        both.add(&tcp(81));
        assert_eq!(rules.allows(&pod(), &known("a"), Dialect::Envoy), both);
        assert_eq!(rules.allows(&pod(), &known("b"), Dialect::Envoy), tcp(80));
        rules.add_policy(&policy("DENY", "80", &["cluster.local/ns/a/*"]));
        assert_eq!(rules.allows(&pod(), &known("a"), Dialect::Envoy), tcp(81));
        assert_eq!(rules.allows(&pod(), &known("b"), Dialect::Envoy), tcp(80));
    }

    #[test]
    fn a_port_goes_before_its_pod_and_a_pod_before_its_namespace() {
        let tls = |mode: &str| MutualTls { mode: Some(mode.to_owned()) };
        let of = |mode: &str, ports: &[(&str, &str)], selector: Option<WorkloadSelector>| {
            let port_level_mtls = ports.iter().map(|(port, mode)| ((*port).to_owned(), tls(mode))).collect();
            let spec = PeerAuthenticationSpec { mtls: Some(tls(mode)), port_level_mtls, selector };
            let mut object = PeerAuthentication { spec, ..PeerAuthentication::default() };
            object.metadata.namespace = Some("shop".to_owned());
            object
        };
        let every = Ports::every(Transport::Tcp);
        let mut rules = Rules::default();
        assert_eq!(rules.takes(&pod(), Dialect::Envoy), (every.clone(), every.clone()));
        // ports of one without a selector say nothing
        rules.add_authentication(&of("STRICT", &[("80", "DISABLE")], None));
        assert_eq!(rules.takes(&pod(), Dialect::Envoy), (Ports::NONE, every.clone()));
        let selector = WorkloadSelector { match_labels: pod().labels };
        rules.add_authentication(&of("UNSET", &[("80", "DISABLE"), ("81", "PERMISSIVE")], Some(selector)));
        let mut plain = Ports::one(Transport::Tcp, 80);
        plain.add(&Ports::one(Transport::Tcp, 81));
        assert_eq!(rules.takes(&pod(), Dialect::Envoy), (plain, every.without(&Ports::one(Transport::Tcp, 80))));
    }
}
