//! An address names one place.

use super::addresses::addresses;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::managed::{Managed, ServiceForm};
use crate::model::text::{Address, AddressPart};
use crate::model::{Endpoint, External, PortUse, Workload, WorkloadKind};
use crate::source::TextEdit;
use crate::value::closest;

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
        for (setting, address) in addresses(service) {
            let Some(target) = cx.model.endpoint(address.endpoint).filter(|target| !target.tainted()) else { continue };
            let Some(why) = ambiguity(target, address) else { continue };
            let ports: Vec<&str> = target.ports().iter().map(|port| port.name.value.as_str()).collect();
            let wrong = address.port.as_deref().filter(|port| !ports.contains(port));
            let near = wrong.and_then(|port| closest(port, ports.iter().copied()));
            let edits = wrong.zip(near).map(|(port, near)| {
                let text = cx.sources.text(address.span).replacen(&format!(".{port}."), &format!(".{near}."), 1);
                vec![TextEdit::replace(address.span, text)]
            });
            let names: Vec<String> = ports.iter().map(|port| format!("`{port}`")).collect();
            let help = match (near, ports.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, false) => format!("its ports: {}", listed(&names)),
                (None, true) => format!("{} has no ports", target.name().value),
            };
            let name = &workload.name.value;
            let (title, here) = match wrong {
                Some(port) => {
                    let far = &target.name().value;
                    (
                        format!("{setting} of {name} reads the port `{port}` of {far}, which has none of that name"),
                        "no such port",
                    )
                }
                None => (format!("{setting} of {name} names no single place: {why}"), "this address"),
            };
            sink.report(
                finding(&BVL0316, workload, environment, address.span, title)
                    .here(here)
                    .label(target.name().span, format!("{} declared here", target.word()))
                    .help(help)
                    .safely(near.map_or_else(String::new, |near| format!("write `{near}`")), edits),
            );
        }
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
                let carried = port.usage == PortUse::Serving;
                return (!carried).then(|| format!("no Service carries {name}'s port `{}`", port.name.value));
            }
            match serving {
                0 => Some(format!("{name} serves no port, so it has no Service")),
                1 => None,
                _ => (address.part == AddressPart::Port).then(|| format!("{name} has several ports")),
            }
        }
        WorkloadKind::Managed(managed) => managed_ambiguity(managed, name, address),
    }
}

fn managed_ambiguity(managed: &Managed, name: &str, address: &Address) -> Option<String> {
    let carries = |port: &str| {
        let carrying = || managed.services.iter().filter(|service| service.ports.iter().any(|own| own.value == port));
        let clustered = carrying().filter(|service| service.form == ServiceForm::Clustered).count();
        if clustered > 0 { clustered } else { carrying().count() }
    };
    match (&address.port, managed.services.as_slice()) {
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
