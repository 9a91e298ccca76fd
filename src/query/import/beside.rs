//! The containers beside a workload's own in words: `init`, and `sidecar` for those that are always restarted (KEP-753).
//!
//! Invariant: what the language cannot call so is left out whole; the comparison lists it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::given::{Parts, at, items, number, text};
use super::hosts::Hosts;
use super::pod::{self, Ports};
use super::security;
use super::spec::{Line, quoted};
use crate::model::Role;
use crate::value::name::dns_label;

/// A container beside a workload's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside<'v> {
    /// It.
    pub(super) container: &'v Value,
    /// Its name.
    pub(super) name: &'v str,
    /// When it runs.
    pub(super) role: Role,
}

/// Those of a workload that have words, in order.
pub(super) fn all(parts: &Parts) -> impl Iterator<Item = Beside<'_>> {
    let own = text(&parts.workload, "metadata.name");
    let all = items(&parts.workload, "spec.template.spec.initContainers").iter();
    let named = all.filter_map(|container| {
        let is_sidecar = text(container, "restartPolicy") == Some("Always");
        let role = if is_sidecar { Role::Sidecar } else { Role::Init };
        Some(Beside { container, name: text(container, "name")?, role })
    });
    named.filter(move |beside| {
        // nobody calls a job, and none has a sidecar
        let is_known = beside.role == Role::Init || !parts.is_job();
        is_known
            && dns_label(beside.name).is_ok()
            && Some(beside.name) != own
            && text(beside.container, "image").is_some()
    })
}

/// The sidecars.
pub(super) fn sidecars(parts: &Parts) -> impl Iterator<Item = Beside<'_>> {
    all(parts).filter(|beside| beside.role == Role::Sidecar)
}

/// The sidecar that declares a TCP port.
pub(super) fn listens(parts: &Parts, wanted: i64) -> Option<&str> {
    let is_at = |port: &Value| !pod::is_udp(port) && number(port, "containerPort") == Some(wanted);
    sidecars(parts).find(|beside| items(beside.container, "ports").iter().any(is_at)).map(|beside| beside.name)
}

impl Beside<'_> {
    /// The number at which its health is asked.
    pub(super) fn health(&self) -> Option<i64> {
        let named: BTreeMap<&str, i64> = pod::numbers(self.container);
        pod::PROBES.iter().find_map(|(probe, _)| {
            let port = at(self.container, probe)?.get("httpGet")?.get("port")?;
            port.as_i64().or_else(|| named.get(port.as_str()?).copied())
        })
    }
}

/// The words of all of them.
pub(super) fn lines(parts: &Parts, ports: &Ports, hosts: &Hosts<'_>) -> Vec<Line> {
    let line = |beside: Beside<'_>| {
        let mut block = pod::programs(beside.container);
        if beside.role == Role::Sidecar {
            block.extend(pod::serving(ports, Some(beside.name)));
            block.extend(beside.health().map(|port| pod::health(beside.container, port)));
            let metrics = ports.metrics.filter(|number| listens(parts, *number) == Some(beside.name));
            block.extend(metrics.map(|number| pod::metrics(parts, number)));
        }
        block.extend(pod::resources(beside.container));
        block.extend(pod::variables(beside.container, parts, hosts));
        block.extend(security::of_container(beside.container));
        Line::keyed(beside.role.word(), quoted_name(beside.name), "").with(block)
    };
    all(parts).map(line).collect()
}

/// A name as it is written: in quotes where it would not be one without.
fn quoted_name(name: &str) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) { quoted(name) } else { super::spec::bare(name) }
}
