//! No two ends have more ports between them than the network plugin can hold.

use std::collections::{BTreeMap, BTreeSet};

use super::common_addresses::leave_out;
use super::ranges::statement;
use crate::check::mend::Mend;
use crate::check::prose::{listed, listed_few};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::Flow;
use crate::model::platform::Cni;
use crate::model::{DeclaredFlow, Endpoint, EndpointId, Environment, External, Origin, Protocol, Workload};
use crate::value::{Cidr, Port};

/// So many pairs of port and protocol may stand in the rules for one address.
const MOST: usize = 24;

crate::check! {
    /// ## What it means
    /// Amazon's VPC CNI is the network plugin, and a workload may reach more than 24 ports of another end, or an external more than 24
    /// ports of it. The plugin turns every peer into addresses, and holds 24 pairs of port and protocol for each: those of
    /// several externals at one address count together, and a range within another one has the ports of both.
    ///
    /// ## Why it matters in the cluster
    /// The policy is taken and not enforced as written: what goes beyond is cut, or the whole policy is not applied.
    ///
    /// ## How to mend it
    /// Allow fewer ports, or use another network plugin. Where a range holds another external's by mistake, write `except` behind it, or
    /// the smaller range that is meant.
    ///
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// allow app -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23, wide.p24, wide.p25 //~^^ BVL0321 "25 ports of wide"
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// allow app -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23, wide.p24
    /// class unused {
    /// ```
    /// What counts is the address, whatever it is called:
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// external near {
    ///   cidr 10.9.0.4/32
    ///   port p26 9026; port p27 9027
    /// }
    /// allow app -> near.p26, near.p27, //~ BVL0321 "25 ports of near and wide at 10.9.0.4/32"
    ///   wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// external near {
    ///   cidr 10.9.0.4/32
    ///   port p26 9026; port p27 9027
    /// }
    /// allow app -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10,
    ///   wide.p11, wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21,
    ///   wide.p22, wide.p23, near.p26
    /// class unused {
    /// ```
    /// What a wider range leaves out has none of its ports:
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// external near { cidr 10.9.0.0/16 except 10.9.0.0/24; port p26 9026; port p27 9027 }
    /// allow app -> near.p26, near.p27,
    ///   wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23
    /// class unused {
    /// ```
    /// A range that holds another's by mistake leaves it out:
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// external near {
    ///   cidr 10.9.0.0/16
    ///   port p26 9026; port p27 9027
    /// }
    /// allow app -> near.p26, near.p27, //~ BVL0321 "25 ports of near and wide at 10.9.0.0/24"
    ///   wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23
    /// class unused {
    /// ```
    /// ```bvl fixed fix=1 in=ports
    /// cni aws-vpc
    /// }
    /// external near {
    ///   cidr 10.9.0.0/16 except 10.9.0.0/24
    ///   port p26 9026; port p27 9027
    /// }
    /// allow app -> near.p26, near.p27,
    ///   wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11,
    ///   wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22,
    ///   wide.p23
    /// class unused {
    /// ```
    /// The other way round the ports are those of the workload:
    /// ```bvl bad in=ports
    /// cni aws-vpc
    /// }
    /// service many is base {
    ///   port q1 7001; port q2 7002; port q3 7003; port q4 7004; port q5 7005; port q6 7006
    ///   port q7 7007; port q8 7008; port q9 7009; port q10 7010; port q11 7011; port q12 7012
    ///   port q13 7013; port q14 7014; port q15 7015; port q16 7016; port q17 7017; port q18 7018
    ///   port q19 7019; port q20 7020; port q21 7021; port q22 7022; port q23 7023; port q24 7024
    /// }
    /// allow wide -> many.http, //~ BVL0321 "wide may reach 25 ports of many"
    ///   many.q1, many.q2, many.q3, many.q4, many.q5, many.q6, many.q7, many.q8, many.q9, many.q10, many.q11,
    ///   many.q12, many.q13, many.q14, many.q15, many.q16, many.q17, many.q18, many.q19, many.q20, many.q21, many.q22,
    ///   many.q23, many.q24
    /// class unused {
    /// ```
    /// ```bvl good in=ports
    /// cni aws-vpc
    /// }
    /// service many is base {
    ///   port q1 7001; port q2 7002; port q3 7003; port q4 7004; port q5 7005; port q6 7006
    ///   port q7 7007; port q8 7008; port q9 7009; port q10 7010; port q11 7011; port q12 7012
    ///   port q13 7013; port q14 7014; port q15 7015; port q16 7016; port q17 7017; port q18 7018
    ///   port q19 7019; port q20 7020; port q21 7021; port q22 7022; port q23 7023; port q24 7024
    /// }
    /// allow wide -> many.q1, many.q2, many.q3, many.q4, many.q5, many.q6, many.q7, many.q8, many.q9, many.q10,
    ///   many.q11, many.q12, many.q13, many.q14, many.q15, many.q16, many.q17, many.q18, many.q19, many.q20, many.q21,
    ///   many.q22, many.q23, many.q24
    /// class unused {
    /// ```
    ///
    /// ## Source
    /// [Amazon EKS: limit pod traffic with Kubernetes network policies](https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html):
    /// at most 24 combinations of port and protocol for one CIDR;
    /// [`fw_rule_processor.go`](https://github.com/aws/aws-network-policy-agent/blob/1288a9bd25989f93c9f85d76e2b5db735b677575/pkg/fwruleprocessor/fw_rule_processor.go),
    /// `ComputeMapEntriesFromEndpointRules`, and `MAX_PORT_PROTOCOL` in the agent's `pkg/ebpf/c/tc.v4ingress.bpf.c`.
    BVL0321, "too-many-ports", Error(Emitted), since "0.1.0" => run, looks Neighbors
}

/// The ports that flows between a workload and others speak to.
type Ports = BTreeSet<(Port, Protocol)>;

/// A range, and whose it is.
type Stated<'a> = (&'a Origin<Cidr>, &'a External);

/// What is allowed between a workload and whoever is at one address.
struct Crowded<'a> {
    /// Whose address it is: one end, or externals that have it under several names.
    ends: BTreeSet<EndpointId>,
    /// The address, of externals, and where each of them states a range that holds it.
    address: Option<(Cidr, Vec<Stated<'a>>)>,
    n_ports: usize,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    if cx.model.platform.cni.value != Cni::AwsVpc {
        return;
    }
    for (workload, environment) in cx.workloads() {
        let reached = cx.graph.outgoing(workload.id).filter_map(|flow| Some((flow.target_endpoint()?, flow)));
        for crowded in crowded(cx, reached) {
            sink.report(told(cx, (workload, environment), &crowded, Way::Out));
        }
        // what a workload may reach is counted where it begins
        let outside = |id| matches!(cx.model.endpoint(id), Some(Endpoint::External(_)));
        let reaching = cx.graph.incoming(workload.id).filter_map(|flow| Some((flow.source_endpoint()?, flow)));
        for crowded in crowded(cx, reaching.filter(|(id, _)| outside(*id))) {
            sink.report(told(cx, (workload, environment), &crowded, Way::In));
        }
    }
}

/// Which way connections go, seen from a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

/// At which addresses the plugin would have to hold more ports than it can, each with its flows. Of ranges within each other
/// the narrower one has the ports of the wider one as well, unless that leaves it out; the fewest ends that are too many are told.
fn crowded<'a>(cx: &Context<'a>, flows: impl Iterator<Item = (EndpointId, &'a Flow)>) -> Vec<Crowded<'a>> {
    let mut ports: BTreeMap<EndpointId, Ports> = BTreeMap::new();
    for (end, flow) in flows {
        if let Some(port) = flow.port(cx.model) {
            ports.entry(end).or_default().insert((port.number.value, port.protocol));
        }
    }
    if ports.values().map(BTreeSet::len).sum::<usize>() <= MOST {
        return Vec::new();
    }
    let mut found: Vec<Crowded<'a>> = Vec::new();
    let mut ranges: Vec<Stated<'a>> = Vec::new();
    for (end, own) in &ports {
        match cx.model.endpoint(*end) {
            Some(Endpoint::External(external)) if !external.cidrs.is_empty() => {
                ranges.extend(external.cidrs.iter().map(|cidr| (cidr, external)));
            }
            _ if own.len() > MOST => {
                found.push(Crowded { ends: BTreeSet::from([*end]), address: None, n_ports: own.len() });
            }
            Some(_) | None => {}
        }
    }
    // a range comes before those within it
    ranges.sort_by_key(|(cidr, external)| (cidr.value, external.id));
    let mut around: Vec<Stated<'a>> = Vec::new();
    let mut beyond: Vec<Crowded<'a>> = Vec::new();
    for same in ranges.chunk_by(|(one, _), (other, _)| one.value == other.value) {
        let Some((first, _)) = same.first() else { continue };
        around.retain(|(wider, _)| wider.value.contains(&first.value));
        around.extend(same);
        let holds = |external: &External| !external.except.iter().any(|except| except.value.contains(&first.value));
        let holding: Vec<_> = around.iter().filter(|(_, external)| holds(external)).copied().collect();
        let all: Ports =
            holding.iter().filter_map(|(_, external)| ports.get(&external.id)).flatten().copied().collect();
        if all.len() > MOST {
            beyond.push(Crowded {
                ends: holding.iter().map(|(_, external)| external.id).collect(),
                address: Some((first.value, holding)),
                n_ports: all.len(),
            });
        }
    }
    beyond.sort_by_key(|crowded| crowded.ends.len());
    for crowded in beyond {
        // what is too much already is one mistake, whatever stands within it
        if !found.iter().any(|known| known.ends.is_subset(&crowded.ends)) {
            found.push(crowded);
        }
    }
    found
}

fn told(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    crowded: &Crowded<'_>,
    way: Way,
) -> Diagnostic {
    let (name, cni) = (&workload.name.value, &cx.model.platform.cni);
    let ends: Vec<String> = crowded.ends.iter().map(|end| cx.name(*end, environment.id)).collect();
    let far = listed_few(&ends);
    let is_alone = ends.len() == 1;
    let at = match &crowded.address {
        Some((address, _)) if !is_alone => format!(" at {address}"),
        Some(_) | None => String::new(),
    };
    let n_ports = crowded.n_ports;
    let (title, between) = match way {
        Way::Out => (format!("{name} may reach {n_ports} ports of {far}{at}"), format!("from {name} to {far}")),
        Way::In => (format!("{far}{at} may reach {n_ports} ports of {name}"), format!("from {far} to {name}")),
    };
    let flows: Vec<&DeclaredFlow> = match way {
        Way::Out => cx.stated_from(workload.id).filter(|flow| crowded.ends.contains(&flow.destination)).collect(),
        Way::In => cx.stated_to(workload.id).filter(|flow| crowded.ends.contains(&flow.source)).collect(),
    };
    let span = flows.iter().map(|flow| flow.destination_span).min().unwrap_or(workload.name.span);
    let mut diagnostic =
        finding(&BVL0321, workload, environment, span, format!("{title}, and the VPC CNI holds {MOST}"))
            .here("the first of these ports")
            .also(cni.span, "the network plugin");
    if let Some((address, stated)) = crowded.address.as_ref().filter(|_| !is_alone) {
        for (cidr, external) in stated {
            let name = &external.name.value;
            let label = if cidr.value == *address {
                format!("the addresses of {name}")
            } else {
                format!("the range of {name} holds them")
            };
            diagnostic = diagnostic.also(cidr.span, label);
        }
    }
    let serving = if way == Way::Out { &far } else { name };
    let together = if is_alone { "" } else { " together" };
    let fewer = format!(
        "allow at most {MOST} ports{together} {between}, or let {serving} serve on fewer ports; a second flow or another name for the same addresses changes nothing"
    );
    let diagnostic = diagnostic.note("the plugin turns every peer into addresses, and holds so many ports for each: what goes beyond is not enforced as written");
    match crowded.address.as_ref().map(|(address, stated)| (address, wider(*address, stated))) {
        Some((address, wider)) if !wider.is_empty() => {
            let apart: Vec<String> = wider.iter().map(|stated| apart(*address, *stated)).collect();
            let diagnostic = diagnostic.help(format!(
                "if {address} is in the range of {} by mistake, {}; if not, {fewer}",
                listed(&names(&wider)),
                apart.join("; ")
            ));
            match wider.as_slice() {
                [(_, only)] => diagnostic.choice(
                    format!("leave {address} out of {}", only.name.value),
                    leave_out(cx, only, &address.to_string()),
                ),
                _ => diagnostic,
            }
        }
        Some(_) | None => diagnostic.help(fewer),
    }
}

/// Of those that state a range which holds an address, those whose range is wider.
fn wider<'a>(address: Cidr, stated: &[Stated<'a>]) -> Vec<Stated<'a>> {
    stated.iter().filter(|(cidr, _)| cidr.value.strictly_contains(&address)).copied().collect()
}

fn names<'a>(stated: &[Stated<'a>]) -> Vec<&'a str> {
    stated.iter().map(|(_, external)| external.name.value.as_str()).collect()
}

/// How an external is written without an address that stands in its wider range.
fn apart(address: Cidr, (cidr, external): Stated<'_>) -> String {
    let name = &external.name.value;
    let without: Vec<Cidr> = external.except.iter().map(|except| except.value).chain([address]).collect();
    let smaller = match cidr.value.first_outside(&without) {
        Some(smaller) => format!(", or give it a smaller range, such as {smaller}"),
        None => String::new(),
    };
    format!("leave it out of {name}, `{}`{smaller}", statement(external, &address.to_string()))
}
