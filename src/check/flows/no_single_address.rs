//! An address names one place.

use super::addresses::addresses;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::text::{Address, AddressPart};
use crate::model::{
    Endpoint, EndpointId, External, NamedService, PORT_WORDS, PortUse, ServiceForm, Workload, WorkloadKind,
    port as ports,
};
use crate::source::{Span, TextEdit};
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
    /// ```bvl good in=file
    /// external depot { cidr 10.30.0.0/24; host "depot.shop.internal"; port api 8443 }
    /// service buyer is base { env DEPOT depot.host }
    /// allow buyer -> depot.api
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0316, "no-single-address", Error(Emitted), since "0.1.0" => run, reads [], judges Missing, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let name = &workload.name.value;
        // what is wrong with the host and with the port of one text is one mistake
        let mut told: Vec<(EndpointId, Diagnostic)> = Vec::new();
        for (setting, address) in addresses(program) {
            let Some(target) = cx.model.endpoint(address.endpoint) else { continue };
            let name_of = &target.name().value;
            if let Some(port) = address.port.as_deref()
                && ports::place(target.ports(), port).is_none()
                && !target.lacks(PORT_WORDS)
            {
                let title =
                    format!("{setting} of {name} reads the port `{port}` of {name_of}, which has none of that name");
                let found = finding(&BVL0316, workload, environment, address.span, title);
                sink.report(no_port(cx, found, (target, port), address));
                continue;
            }
            let ambiguity = ambiguity(target, address).filter(|_| !target.tainted());
            let Some(Ambiguity { why, help, place, lack }) = ambiguity else { continue };
            let title = format!("{setting} of {name} names no single place: {why}");
            let same = |(of, known): &&mut (EndpointId, Diagnostic)| *of == target.id() && known.message == title;
            if let Some((_, known)) = told.iter_mut().find(same) {
                *known = known.clone().also(address.span, "and here");
                continue;
            }
            let found = finding(&BVL0316, workload, environment, address.span, title)
                .here("this address")
                .label(target.name().span, format!("{} declared here", target.word()))
                .help(help);
            let found = match lack {
                Lack::Precision => found,
                Lack::Address => found.caused_by(target.name().span),
                Lack::Ports => found.lacking(ports::absent(cx.model, target, "")),
            };
            let found = place.into_iter().fold(found, |found, (span, text)| found.label(span, text));
            told.push((target.id(), found));
        }
        for (_, found) in told {
            sink.report(found);
        }
    }
}

/// Why an address names no single place, and what makes it name one.
struct Ambiguity {
    why: String,
    help: String,
    /// What is several there, where it stands.
    place: Option<(Span, String)>,
    lack: Lack,
}

/// Who lacks what would make an address name one place.
enum Lack {
    /// The address says too little.
    Precision,
    /// Whoever is called has no such address: every address of that is one mistake.
    Address,
    /// Whoever is called has no port at all, which flows to it miss as well.
    Ports,
}

impl Ambiguity {
    fn lacking(self, lack: Lack) -> Self {
        Self { lack, ..self }
    }

    fn new(why: String, help: String) -> Self {
        Self { why, help, place: None, lack: Lack::Precision }
    }
}

/// The finding that an address names a port which is not there: one mistake, wherever that port is named.
fn no_port(cx: &Context<'_>, found: Diagnostic, (target, port): (&Endpoint, &str), address: &Address) -> Diagnostic {
    let names = target.ports().iter().map(|known| known.name.value.as_str());
    let is_place =
        |name: &&str| ambiguity(target, &Address { port: Some((*name).to_owned()), ..address.clone() }).is_none();
    let places: Vec<&str> = names.filter(is_place).collect();
    let named = |name: &str| cx.sources.text(address.span).replacen(&format!(".{port}."), &format!(".{name}."), 1);
    let found = found
        .here("no such port")
        .label(target.name().span, format!("{} declared here", target.word()))
        .lacking(ports::absent(cx.model, target, port));
    // the only one may be meant, whatever it is called
    let near = if let [only] = *places { vec![only] } else { nearest(port, places.iter().copied()) };
    if !near.is_empty() {
        // a name that is wrong as well is mended together with it: what one writes the other leaves alone
        let text = cx.sources.text(address.span);
        let (before, _) = text.split_once(&format!(".{port}.")).unwrap_or((text, ""));
        let place = address.span.behind(&format!("{before}.")).beginning(port);
        return found.guess(&near, |near| vec![TextEdit::replace(place, near)]);
    }
    let name = &target.name().value;
    match (places.as_slice(), target.ports().is_empty()) {
        ([], true) => {
            let home = ports::home(cx.model, target);
            found.help(format!("{name} states no port: state the port: `port {port} NUMBER` in {home}"))
        }
        ([], false) => found.help(format!("no port of {name} has an address by itself: leave it out")),
        (places, _) => {
            let forms = places.iter().map(|place| format!("`{}`", named(place).trim_matches(['$', '{', '}'])));
            found.help(format!("write {}", forms.collect::<Vec<_>>().join(" or ")))
        }
    }
}

/// What is wrong with an address; nothing if it names one place.
fn ambiguity(target: &Endpoint, address: &Address) -> Option<Ambiguity> {
    match target {
        Endpoint::External(external) => external_ambiguity(external, address),
        Endpoint::Workload(workload) => workload_ambiguity(workload, address),
    }
}

fn external_ambiguity(external: &External, address: &Address) -> Option<Ambiguity> {
    let name = &external.name.value;
    match address.part {
        AddressPart::Host => {
            let single = matches!(external.cidrs.as_slice(), [only] if only.value.single().is_some());
            if external.host.is_some() || single {
                return None;
            }
            let place = match external.cidrs.as_slice() {
                [] => None,
                [only] => Some((only.span, addresses_in_words(only.value.count()))),
                [first, ..] => Some((first.span, format!("the first of {} ranges", external.cidrs.len()))),
            };
            Some(Ambiguity {
                why: format!("{name} has no single address and states no `host`"),
                help: format!(
                    "state in `external {name}` the name by which it is called: `host \"NAME\"`; naming a port here does not help, all its ports have the same addresses"
                ),
                place,
                lack: Lack::Address,
            })
        }
        AddressPart::Port => {
            let is_open = address.port.is_none() && external.ports.len() != 1;
            is_open.then(|| several_ports(name, external.ports.iter().map(|port| port.name.value.as_str())))
        }
    }
}

/// So many are counted out.
const COUNTED: u128 = 1 << 16;

fn addresses_in_words(n: u128) -> String {
    if n > COUNTED { format!("more than {COUNTED} addresses") } else { format!("{n} addresses") }
}

/// The port of an endpoint that has several, or none.
fn several_ports<'p>(name: &str, ports: impl Iterator<Item = &'p str>) -> Ambiguity {
    let forms: Vec<String> = ports.map(|port| format!("`{name}.{port}.port`")).collect();
    if forms.is_empty() {
        return Ambiguity::new(format!("{name} has no port"), format!("state a port of {name}: `port NAME NUMBER`"));
    }
    Ambiguity::new(format!("{name} has several ports"), format!("write {}", forms.join(" or ")))
}

fn workload_ambiguity(workload: &Workload, address: &Address) -> Option<Ambiguity> {
    let name = &workload.name.value;
    match &workload.kind {
        WorkloadKind::Service(_) => {
            let named = address.port.as_deref().and_then(|port| workload.port(port));
            if let Some(port) = named {
                return match port.usage {
                    PortUse::Serving => None,
                    PortUse::Health | PortUse::Metrics => stated_ambiguity(&workload.services, name, address),
                };
            }
            match (workload.serving_ports().count(), address.part) {
                (0, _) if workload.services.is_empty() => {
                    let help = format!(
                        "state the port at which {name} is called: `port NAME NUMBER`; its Service follows from it"
                    );
                    Some(
                        Ambiguity::new(format!("{name} serves no port, so it has no Service"), help)
                            .lacking(Lack::Ports),
                    )
                }
                (0, _) => stated_ambiguity(&workload.services, name, address),
                (1, _) | (_, AddressPart::Host) => None,
                (_, AddressPart::Port) => {
                    Some(several_ports(name, workload.serving_ports().map(|port| port.name.value.as_str())))
                }
            }
        }
        WorkloadKind::Job(_) => Some(Ambiguity::new(
            format!("{name} is a job and serves no port, so it has no Service"),
            format!("nobody calls a job: let {name} write its result where others read it, and name that"),
        )),
        WorkloadKind::Managed(_) => stated_ambiguity(&workload.services, name, address),
    }
}

fn stated_ambiguity(services: &[NamedService], name: &str, address: &Address) -> Option<Ambiguity> {
    let part = match address.part {
        AddressPart::Host => "host",
        AddressPart::Port => "port",
    };
    let carries = |port: &str| {
        let carrying = || services.iter().filter(|program| program.ports.iter().any(|own| own.value == port));
        let clustered = carrying().filter(|program| program.form == ServiceForm::Clustered).count();
        if clustered > 0 { clustered } else { carrying().count() }
    };
    let mut ports: Vec<&str> =
        services.iter().flat_map(|program| &program.ports).map(|own| own.value.as_str()).collect();
    ports.sort_unstable();
    ports.dedup();
    ports.retain(|port| carries(port) == 1);
    let carried: Vec<String> = ports.iter().map(|port| format!("`{name}.{port}.{part}`")).collect();
    let one = |port: &str| {
        let stated = format!("state the Service of {name} that carries it: `service \"NAME\" {port}`");
        if carried.is_empty() { stated } else { format!("{stated}; or write {}", carried.join(" or ")) }
    };
    let leave = || format!("leave one Service of {name} that carries what is called here");
    match (&address.port, services) {
        (Some(port), []) => {
            Some(Ambiguity::new(format!("no Service carries {name}'s port `{port}`"), one(port)).lacking(Lack::Address))
        }
        (None, []) => {
            let help = format!(
                "state the one by which {name} is called, and the ports that it carries: `service \"NAME\" PORT, ..`"
            );
            Some(Ambiguity::new(format!("no Service of {name} is stated"), help).lacking(Lack::Address))
        }
        (Some(port), _) => match carries(port) {
            0 => Some(Ambiguity::new(format!("no Service of {name} carries its port `{port}`"), one(port))),
            1 => None,
            // no other port says which of them is meant
            _ => {
                let why = format!("several Services of {name} carry its port `{port}`");
                Some(Ambiguity::new(why, leave()).lacking(Lack::Address))
            }
        },
        (None, [only]) => {
            let is_open = address.part == AddressPart::Port && only.ports.len() != 1;
            is_open.then(|| several_ports(name, only.ports.iter().map(|port| port.value.as_str())))
        }
        (None, several) => {
            let clustered = several.iter().filter(|program| program.form == ServiceForm::Clustered).count();
            let is_open = clustered != 1 || address.part == AddressPart::Port;
            let why = format!("{name} has several Services");
            is_open.then(|| match carried.as_slice() {
                [] => Ambiguity::new(why, leave()).lacking(Lack::Address),
                ports => Ambiguity::new(why, format!("write {}", ports.join(" or "))),
            })
        }
    }
}
