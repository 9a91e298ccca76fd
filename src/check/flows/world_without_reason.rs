//! An external that is the whole internet says why.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::metadata_address;
use super::ranges::{begins_alone, statement};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::{listed, listed_few};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Endpoint, EndpointId, External, Workload};
use crate::value::{Address, Cidr};

crate::check! {
    /// ## What it means
    /// The addresses of an external are all addresses there are, `0.0.0.0/0` or `::/0`, by one range or by several together, and
    /// no reason is written. What stands behind `except` changes nothing in that. So are the addresses of several externals
    /// together that one workload may reach.
    ///
    /// ## Why it matters in the cluster
    /// Whoever may reach it may send anything to anyone, other pods and the cloud's own services included, on the
    /// external's ports. Whomever it may reach, everyone may, as far as a network policy is concerned.
    ///
    /// ## How to mend it
    /// Name the range that is meant, or write `because "..."`.
    ///
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0 except 169.254.169.254/32; port https 443 } //~ BVL0305 "web is the internet, 0.0.0.0/0 but 169.254.169.254/32, without a reason"
    /// allow app -> web.https
    /// ```
    /// ```bvl good in=file
    /// external web {
    ///   cidr 0.0.0.0/0 except 169.254.169.254/32 because "customers choose where webhooks go"
    ///   port https 443
    /// }
    /// allow app -> web.https
    /// ```
    /// ```bvl good in=file
    /// external half { cidr 128.0.0.0/1 except 169.254.169.254/32; port https 443 }
    /// allow app -> half.https
    /// ```
    /// ```bvl bad in=file
    /// external web {
    ///   cidr ::/1, 8000::/2, c000::/2 except fd00:ec2::254/128 //~ BVL0305 "web is the internet, ::/0 but fd00:ec2::254/128"
    ///   port https 443
    /// }
    /// allow app -> web.https
    /// ```
    /// ```bvl bad in=file
    /// external visitors { cidr 0.0.0.0/0 } //~ BVL0305 "visitors is the whole internet"
    /// allow visitors -> app.http
    /// ```
    /// ```bvl good in=file
    /// external visitors { cidr 0.0.0.0/0 because "the shop is open to everyone" }
    /// allow visitors -> app.http
    /// ```
    /// With the address of the machine's metadata in it, it is one mistake; where this one is accepted, that is the other:
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0; port https 443 } //~ BVL0305 "web is the whole internet, 0.0.0.0/0"
    /// allow app -> web.https
    /// ```
    /// ```bvl good in=file
    /// external web { cidr 0.0.0.0/0 except 169.254.169.254/32 because "customers choose where webhooks go"; port https 443 }
    /// allow app -> web.https
    /// ```
    /// ```bvl bad in=file
    /// external low { cidr 0.0.0.0/1; port https 443 } //~ BVL0305 "low and high together are the whole internet, 0.0.0.0/0"
    /// external high { cidr 128.0.0.0/1 except 169.254.169.254/32; port https 443 }
    /// allow app -> low.https, high.https
    /// ```
    /// ```bvl good in=file
    /// external low { cidr 0.0.0.0/1; port https 443 }
    /// external high { cidr 128.0.0.0/1 except 169.254.169.254/32 because "partners all over the world"; port https 443 }
    /// allow app -> low.https, high.https
    /// ```
    /// ```bvl good in=file
    /// external low { cidr 0.0.0.0/1; port https 443 }
    /// external high { cidr 128.0.0.0/1 except 169.254.169.254/32; port https 443 }
    /// allow app -> low.https
    /// allow caller -> high.https
    /// ```
    /// So it is of what is the whole internet together:
    /// ```bvl bad in=file
    /// external low { cidr 0.0.0.0/1; port https 443 } //~ BVL0305 "low and high together are the whole internet"
    /// external high { cidr 128.0.0.0/1; port https 443 }
    /// allow app -> low.https, high.https
    /// ```
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0, ::/0; port https 443 } //~ BVL0305 "web is the whole internet, 0.0.0.0/0 and ::/0"
    /// allow app -> web.https
    /// ```
    ///
    /// ## Source
    /// [NetworkPolicy `ipBlock`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go) (Kubernetes 1.36).
    BVL0305, "world-without-reason", Error(Judgment), since "0.1.0" => run, reads ["cidr"], looks Neighbors, whole together
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals().filter(|external| external.because.is_none()) {
        let all = Cidr::merged(external.cidrs.iter().map(|cidr| &cidr.value));
        let worlds: Vec<Cidr> = all.into_iter().filter(Cidr::is_world).collect();
        let within = |world: Cidr| external.cidrs.iter().filter(move |cidr| world.contains(&cidr.value));
        // one that is it by itself, or else the first of those that are it together
        let place = |world: Cidr| within(world).find(|cidr| cidr.value == world).or_else(|| within(world).next());
        if let Some(place) = worlds.first().and_then(|world| place(*world)) {
            let name = &external.name.value;
            let shown: Vec<String> = worlds.iter().map(ToString::to_string).collect();
            let but = |world: Cidr| {
                let ranges = external.except.iter().filter(|range| world.contains(&range.value));
                let ranges: Vec<String> = ranges.map(|range| range.value.to_string()).collect();
                if ranges.is_empty() { String::new() } else { format!(" but {}", listed_few(&ranges)) }
            };
            let shown: Vec<String> =
                worlds.iter().zip(&shown).map(|(world, shown)| format!("{shown}{}", but(*world))).collect();
            let whole = if external.except.is_empty() { "the whole internet" } else { "the internet" };
            let title = format!("{name} is {whole}, {}, without a reason", listed(&shown));
            let from = cx.from_layer(place.layer);
            let mut diagnostic = Diagnostic::new(&BVL0305, place.span, title);
            for world in &worlds {
                for cidr in within(*world) {
                    let is_place = cidr.span == place.span;
                    let what = match (cidr.value == *world, is_place) {
                        (true, _) => format!("every address{}", but(*world)),
                        (false, true) => format!("every address{}, with the ranges beside it", but(*world)),
                        (false, false) => "beside it".to_owned(),
                    };
                    diagnostic = diagnostic.also(cidr.span, format!("{what}{}", if is_place { &from } else { "" }));
                }
            }
            let reached: BTreeSet<String> =
                cx.stated_from(external.id).filter_map(|flow| bare_name(cx, flow.destination)).collect();
            let reached = listed_few(&reached.into_iter().collect::<Vec<_>>());
            if !begins_alone(cx, external.id) {
                diagnostic = diagnostic.note(format!(
                    "whoever may reach {name} may send anything anywhere{}, other pods included",
                    elsewhere(external)
                ));
            }
            if !reached.is_empty() {
                diagnostic = diagnostic.note(format!(
                    "whoever is anywhere{} may reach {reached}, other pods included",
                    elsewhere(external)
                ));
            }
            // what the whole internet holds as well goes with it
            let metadata: Vec<String> = if begins_alone(cx, external.id) {
                Vec::new()
            } else {
                let held = metadata_address::held(external)
                    .filter(|(_, address)| worlds.iter().any(|world| world.contains_address(*address)));
                held.map(|(_, address)| Cidr::from(Address(address)).to_string()).collect()
            };
            let held_both = metadata.len() > 1;
            let (shown, metadata) = (listed(&metadata), metadata.join(", "));
            let whole = if metadata.is_empty() {
                statement(external, "")
            } else {
                diagnostic = diagnostic.note(format!(
                    "{shown} {} within it, where the cloud hands out the node's credentials",
                    if held_both { "are" } else { "is" }
                ));
                format!("{} because \"REASON\"", statement(external, &metadata))
            };
            sink.report(
                diagnostic
                    .help(format!("name the range that is meant, or say why: `{whole}`"))
                    .environment(cx.model.environment_title(external.environment))
                    .about(name.clone()),
            );
        }
    }
}

/// The name of an end, the same from every environment.
fn bare_name(cx: &Context<'_>, id: EndpointId) -> Option<String> {
    Some(cx.model.endpoint(id)?.name().value.clone())
}

/// What of an external leaves something out.
fn elsewhere(external: &External) -> &'static str {
    if external.except.is_empty() { "" } else { " else" }
}

/// Whether it is said of an external, as an error that nobody accepts, that all addresses of the family of one are in it.
pub(super) fn is_told(cx: &Context<'_>, external: &External, address: IpAddr) -> bool {
    let all = Cidr::merged(external.cidrs.iter().map(|cidr| &cidr.value));
    external.because.is_none()
        && all.iter().any(|range| range.is_world() && range.contains_address(address))
        && stands(cx, external)
}

/// Whether what is found of an external stands.
fn stands(cx: &Context<'_>, external: &External) -> bool {
    let environment = cx.model.environment(external.environment);
    environment.is_some_and(|environment| cx.stands(&CHECK, &external.name.value, environment))
}

/// Externals that are the whole internet to a workload which may reach all of them, without a reason.
pub(super) struct Together<'a> {
    workload: &'a Workload,
    externals: Vec<&'a External>,
    world: Cidr,
}

impl Together<'_> {
    /// Whether an external that holds an address is told of with the others; not where somebody accepts that.
    pub(super) fn tells(&self, cx: &Context<'_>, external: &External, address: IpAddr) -> bool {
        self.externals.iter().any(|one| one.id == external.id)
            && self.world.contains_address(address)
            && self.externals.iter().all(|one| stands(cx, one))
    }
}

fn together(cx: &Context<'_>, sink: &mut Sink) {
    for together in all_together(cx) {
        if let Some(found) = half(cx, &together) {
            sink.report(found);
        }
    }
}

/// All externals that are the whole internet only together, to a workload that may reach all of them.
pub(super) fn all_together<'a>(cx: &Context<'a>) -> Vec<Together<'a>> {
    let merged = |externals: &[&External]| {
        Cidr::merged(externals.iter().flat_map(|external| &external.cidrs).map(|cidr| &cidr.value))
    };
    let mut found = Vec::new();
    let all: Vec<&External> = cx.model.endpoints().filter_map(|endpoint| unreasoned(cx, endpoint.id())).collect();
    // nobody reaches more than all of them
    if !merged(&all).iter().any(Cidr::is_world) {
        return found;
    }
    let mut judged: BTreeSet<Vec<EndpointId>> = BTreeSet::new();
    for workload in cx.model.workloads() {
        let mut reached: Vec<EndpointId> = cx.stated_from(workload.id).map(|flow| flow.destination).collect();
        reached.sort_unstable();
        reached.dedup();
        let mut externals: Vec<&External> = reached.iter().filter_map(|id| unreasoned(cx, *id)).collect();
        externals.sort_unstable_by_key(|external| external.name.span);
        let ids = externals.iter().map(|external| external.id).collect();
        if externals.len() < 2 || !judged.insert(ids) {
            continue;
        }
        for world in merged(&externals).into_iter().filter(Cidr::is_world) {
            // one that is the world by itself is told of by itself
            if externals.iter().any(|external| merged(&[external]).contains(&world)) {
                continue;
            }
            externals.retain(|external| external.cidrs.iter().any(|cidr| world.contains(&cidr.value)));
            found.push(Together { workload, externals: externals.clone(), world });
        }
    }
    found
}

fn unreasoned<'a>(cx: &Context<'a>, id: EndpointId) -> Option<&'a External> {
    match cx.model.endpoint(id)? {
        Endpoint::External(external) => {
            Some(external).filter(|it| it.because.is_none() && !it.unread.touches(&["cidr"]))
        }
        Endpoint::Workload(_) => None,
    }
}

fn half(cx: &Context<'_>, together: &Together<'_>) -> Option<Diagnostic> {
    /// How many are shown.
    const MOST: usize = 6;
    let Together { workload, externals, world } = together;
    let workload = &workload.name.value;
    let names: Vec<&str> = externals.iter().map(|external| external.name.value.as_str()).collect();
    let all = match names.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    };
    let places = || externals.iter().filter_map(|external| Some((external, external.cidrs.first()?)));
    let (_, place) = places().next()?;
    let title = format!("{all} together are the whole internet, {world}, without a reason");
    let mut diagnostic = Diagnostic::new(&BVL0305, place.span, title).here("with the others every address");
    for (external, cidr) in places().skip(1).take(MOST) {
        diagnostic = diagnostic.also(cidr.span, format!("{} holds another part", external.name.value));
    }
    if let Some(external) = externals.first() {
        diagnostic = diagnostic.environment(cx.model.environment_title(external.environment));
    }
    for name in names {
        diagnostic = diagnostic.about(name);
    }
    for external in externals {
        for (_, address) in metadata_address::held(external).filter(|(_, address)| world.contains_address(*address)) {
            let address = Cidr::from(Address(address));
            diagnostic = diagnostic.note(format!(
                "{} holds {address}, where the cloud hands out the node's credentials: `except {address}` leaves it out",
                external.name.value
            ));
        }
    }
    let diagnostic = diagnostic
        .note(format!("{workload} may reach all of them, and so send anything anywhere, other pods included"))
        .help("name the ranges that are meant, or say why of one of them: `cidr RANGE because \"REASON\"`");
    Some(diagnostic)
}
