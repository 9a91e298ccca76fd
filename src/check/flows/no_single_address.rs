//! An address names one place.

use super::addresses::addresses;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::text::{Address, AddressPart};
use crate::model::{Endpoint, External, NamedService, PortUse, ServiceForm, Workload, WorkloadKind};
use crate::source::TextEdit;
use crate::value::similar::nearest;

crate::check! {
    /// ## What it means
    /// An address in a setting does not say which place is meant: it names a port that is not there, leaves the port out
    /// where there are several, or speaks of something that has no address.
    ///
    /// ## Why it matters in the cluster
    /// The setting needs one value, and there would be none or several.
    ///
    /// ## How to mend it
    /// Name the port: `NAME.PORT.host`, `NAME.PORT.port`. An external's address is its `host`, else its only address.
    ///
    /// ```bvl bad in=service
    /// env PUBLIC_HOST app.web.host //~ BVL0316 "reads the port `web` of app"
    /// ```
    /// ```bvl good in=service
    /// env PUBLIC_HOST app.http.host
    /// ```
    /// ```bvl bad in=service
    /// port grpc 9090
    /// env PUBLIC_PORT app.port //~ BVL0316 "several ports"
    /// ```
    /// ```bvl bad in=file
    /// external depot { cidr 10.30.0.0/24; port api 8443 }
    /// service buyer is base { env DEPOT depot.host } //~ BVL0316 "depot has no single address"
    /// allow buyer -> depot.api
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0316, "no-single-address", Error(Emitted), since "0.1.0" => run, reads [], judges Missing, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        for (setting, address) in addresses(service) {
            let Some(target) = cx.model.endpoint(address.endpoint).filter(|target| !target.tainted()) else { continue };
            let Some(why) = ambiguity(target, address) else { continue };
            let is_there = |port: &&str| target.ports().iter().any(|known| known.name.value == **port);
            if let Some(port) = address.port.as_deref().filter(|port| !is_there(port)) {
                let title = format!(
                    "{setting} of {name} reads the port `{port}` of {}, which has none of that name",
                    target.name().value
                );
                let found = finding(&BVL0316, workload, environment, address.span, title);
                sink.report(no_port(cx, found, (target, port), address));
                continue;
            }
            let title = format!("{setting} of {name} names no single place: {why}");
            sink.report(
                finding(&BVL0316, workload, environment, address.span, title)
                    .here("this address")
                    .label(target.name().span, format!("{} declared here", target.word()))
                    .help(ports_of(target)),
            );
        }
    }
}

/// The finding that an address names a port which is not there: one mistake, wherever that port is named.
fn no_port(cx: &Context<'_>, found: Diagnostic, (target, port): (&Endpoint, &str), address: &Address) -> Diagnostic {
    let near = nearest(port, target.ports().iter().map(|known| known.name.value.as_str()));
    let edit = |near: &str| {
        let text = cx.sources.text(address.span).replacen(&format!(".{port}."), &format!(".{near}."), 1);
        vec![TextEdit::replace(address.span, text)]
    };
    let found = found
        .here("no such port")
        .label(target.name().span, format!("{} declared here", target.word()))
        .lacking(Absent::Port { of: target.name().value.clone(), port: port.to_owned() });
    if near.is_empty() { found.help(ports_of(target)) } else { found.guess(&near, edit) }
}

/// The ports that an address may name.
fn ports_of(target: &Endpoint) -> String {
    let names: Vec<String> = target.ports().iter().map(|port| format!("`{}`", port.name.value)).collect();
    if names.is_empty() {
        format!("{} has no ports", target.name().value)
    } else {
        format!("its ports: {}", listed(&names))
    }
}

/// Why an address names no single place; nothing if it names one.
fn ambiguity(target: &Endpoint, address: &Address) -> Option<String> {
    let name = &target.name().value;
    if let Some(port) = &address.port
        && target.ports().iter().all(|known| known.name.value != *port)
    {
        return Some(format!("{name} has no port named `{port}`"));
    }
    match target {
        Endpoint::External(external) => external_ambiguity(external, address),
        Endpoint::Workload(workload) => workload_ambiguity(workload, address),
    }
}

fn external_ambiguity(external: &External, address: &Address) -> Option<String> {
    let name = &external.name.value;
    match address.part {
        AddressPart::Host => {
            let single = matches!(external.cidrs.as_slice(), [only] if only.value.single().is_some());
            (external.host.is_none() && !single).then(|| format!("{name} has no single address and states no `host`"))
        }
        AddressPart::Port => {
            (address.port.is_none() && external.ports.len() != 1).then(|| format!("{name} has several ports"))
        }
    }
}

fn workload_ambiguity(workload: &Workload, address: &Address) -> Option<String> {
    let name = &workload.name.value;
    match &workload.kind {
        WorkloadKind::Service(_) => {
            let serving = workload.serving_ports().count();
            let named = address.port.as_deref().and_then(|port| workload.port(port));
            if let Some(port) = named {
                return match (port.usage, &*workload.services) {
                    (PortUse::Serving, _) => None,
                    (PortUse::Health | PortUse::Metrics, []) => {
                        Some(format!("no Service carries {name}'s port `{}`", port.name.value))
                    }
                    (PortUse::Health | PortUse::Metrics, services) => stated_ambiguity(services, name, address),
                };
            }
            match serving {
                0 if workload.services.is_empty() => Some(format!("{name} serves no port, so it has no Service")),
                0 => stated_ambiguity(&workload.services, name, address),
                1 => None,
                _ => (address.part == AddressPart::Port).then(|| format!("{name} has several ports")),
            }
        }
        WorkloadKind::Managed(_) => stated_ambiguity(&workload.services, name, address),
    }
}

fn stated_ambiguity(services: &[NamedService], name: &str, address: &Address) -> Option<String> {
    let carries = |port: &str| {
        let carrying = || services.iter().filter(|service| service.ports.iter().any(|own| own.value == port));
        let clustered = carrying().filter(|service| service.form == ServiceForm::Clustered).count();
        if clustered > 0 { clustered } else { carrying().count() }
    };
    match (&address.port, services) {
        (_, []) => Some(format!("no Service of {name} is stated")),
        (Some(port), _) => match carries(port) {
            0 => Some(format!("no Service of {name} carries its port `{port}`")),
            1 => None,
            _ => Some(format!("several Services of {name} carry its port `{port}`")),
        },
        (None, [only]) => {
            (address.part == AddressPart::Port && only.ports.len() != 1).then(|| format!("{name} has several ports"))
        }
        (None, several) => {
            let clustered = several.iter().filter(|service| service.form == ServiceForm::Clustered).count();
            (clustered != 1 || address.part == AddressPart::Port).then(|| format!("{name} has several Services"))
        }
    }
}
