//! Names of Services in values: what the spec calls by the name of whoever answers there.
//!
//! Invariant: a value is rendered to what it was in the manifest, in whichever namespace it is rendered.

use std::collections::BTreeMap;

use super::spec::escaped;

/// Who answers under a name, and its ports there by number in the Service.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    /// The workload.
    pub(super) name: String,
    /// The names of its ports by number in the Service.
    pub(super) ports: BTreeMap<i64, String>,
}

/// Ports of workloads by Service and number.
pub(super) type ByService = BTreeMap<(String, i64), String>;
/// Ports of workloads by number.
pub(super) type ByPort = BTreeMap<i64, Vec<String>>;

/// What one workload may call by name.
#[derive(Debug)]
pub(super) struct Hosts<'a> {
    /// Its namespace.
    pub(super) namespace: &'a str,
    /// The cluster's domain.
    pub(super) domain: &'a str,
    /// The Services of its namespace to which it has flows.
    pub(super) known: BTreeMap<String, Host>,
    /// What a scaler may ask in its namespace, by Service and port: `kafka.client`.
    pub(super) sources: ByService,
    /// What listens on a port in its namespace, whatever it is called: `queue.amqp`.
    pub(super) ports: ByPort,
}

/// A name of a Service in a value: the parts before, the name, the port behind, and the rest.
struct Found<'v> {
    before: &'v str,
    host: &'v str,
    port: Option<i64>,
    behind: &'v str,
    rest: &'v str,
}

fn find<'v>(value: &'v str, tail: &str) -> Option<Found<'v>> {
    let (before, rest) = value.split_once(tail)?;
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let start = before.trim_end_matches(is_name).len();
    let (before, host) = before.split_at_checked(start)?;
    let digits =
        rest.strip_prefix(':').map(|rest| rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let end = digits.map_or(0, |digits| digits + 1);
    let (behind, rest) = rest.split_at_checked(end)?;
    Some(Found { before, host, port: behind.strip_prefix(':').and_then(|port| port.parse().ok()), behind, rest })
}

/// The names of Services of a namespace in a value, with their ports.
pub(super) fn named(value: &str, namespace: &str, domain: &str) -> Vec<(String, Option<i64>)> {
    let tail = format!(".{namespace}.svc.{domain}");
    let (mut names, mut value) = (Vec::new(), value);
    while let Some(found) = find(value, &tail) {
        names.push((found.host.to_owned(), found.port));
        value = found.rest;
    }
    names
}

impl Hosts<'_> {
    /// What is asked at an address that is no more than that: `kafka.client`.
    pub(super) fn source(&self, address: &str) -> Option<&str> {
        let (host, rest) = address.split_once('.')?;
        let (place, port) = rest.rsplit_once(':')?;
        let is_here = place == format!("{}.svc.{}", self.namespace, self.domain);
        let found = self.sources.get(&(host.to_owned(), port.parse().ok()?)).filter(|_| is_here)?;
        Some(found)
    }

    /// A value as it is written in the spec.
    pub(super) fn written(&self, value: &str) -> String {
        let tail = format!(".{}.svc.{}", self.namespace, self.domain);
        let (mut out, mut value) = (String::new(), value);
        let inner = |text: &str| escaped(text);
        while let Some(found) = find(value, &tail) {
            out.push_str(&inner(found.before));
            let host = self.known.get(found.host);
            let named = host.and_then(|host| Some((host, host.ports.get(&found.port?)?)));
            match (named, host.and_then(|host| Some((host, host.ports.values().next()?)))) {
                (Some((host, port)), _) => {
                    out.extend([format!("${{{0}.{port}.host}}:${{{0}.{port}.port}}", host.name)]);
                }
                (None, Some((host, port))) if found.port.is_none() => {
                    out.extend([format!("${{{}.{port}.host}}", host.name)]);
                }
                (None, _) => {
                    out.extend([format!("{}.${{namespace}}.svc.{}{}", found.host, self.domain, found.behind)]);
                }
            }
            value = found.rest;
        }
        format!("\"{out}{}\"", inner(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let known = BTreeMap::from([(
            "nats".to_owned(),
            Host { name: "queue".to_owned(), ports: BTreeMap::from([(4222, "client".to_owned())]) },
        )]);
        let hosts = Hosts {
            namespace: "shop",
            domain: "cluster.local",
            known,
            sources: BTreeMap::new(),
            ports: BTreeMap::new(),
        };
        for (value, written) in [
            ("nats://nats.shop.svc.cluster.local:4222/x", "\"nats://${queue.client.host}:${queue.client.port}/x\""),
            ("nats.shop.svc.cluster.local", "\"${queue.client.host}\""),
            ("nats.shop.svc.cluster.local:1", "\"nats.${namespace}.svc.cluster.local:1\""),
            ("api.shop.svc.cluster.local:80,b", "\"api.${namespace}.svc.cluster.local:80,b\""),
            ("nats.other.svc.cluster.local:4222", "\"nats.other.svc.cluster.local:4222\""),
            ("$HOME \"x\"", "\"\\$HOME \\\"x\\\"\""),
            ("\"", "\"\\\"\""),
        ] {
            assert_eq!(hosts.written(value), written);
        }
    }
}
