//! What leaves the cluster is not in plain text.

use std::net::{IpAddr, Ipv6Addr};

use super::cluster_range::ranges;
use super::metadata_address::METADATA;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{DeclaredFlow, External, Protocol};
use crate::value::{Address, Cidr};

crate::check! {
    /// ## What it means
    /// A flow leads to a port of an external on which, by convention, everything is sent in plain text.
    ///
    /// ## Why it matters in the cluster
    /// Whoever is on the way, in the data center or outside, reads along: passwords and customers' data included.
    ///
    /// ## How to mend it
    /// Use the port with TLS; or accept it with `waive plain-text-leaving on NAME because "..."`, if the program
    /// encrypts on that port after all.
    ///
    /// ```bvl bad in=file
    /// external cache { cidr 10.30.0.9; port client 6379 } //~ BVL0319 "cache.client (6379)"
    /// allow app -> cache.client
    /// ```
    /// ```bvl good in=file
    /// external cache { cidr 10.30.0.9; port client 6380 }
    /// allow app -> cache.client
    /// ```
    ///
    /// What answers at an address of the link is the machine itself, and no router carries it further; so is what EC2 answers at
    /// `fd00:ec2::23` and `fd00:ec2::254`:
    /// ```bvl good in=file
    /// external metadata { cidr 169.254.169.254 because "workload identity asks there"; port http 80 }
    /// external agent { cidr 169.254.170.23; port http 80 }
    /// allow app -> metadata.http, agent.http
    /// ```
    /// ```bvl bad in=file
    /// external agent { cidr 169.253.170.23; port http 80 } //~ BVL0319 "agent.http (80)"
    /// allow app -> agent.http
    /// ```
    ///
    /// What is inside the addresses of pods, Services or nodes that the platform states does not leave the cluster:
    /// ```bvl good in=ranges
    /// external legacy { cidr 10.244.8.0/24 because "the old cluster's pods keep their addresses"; port cache 6379 }
    /// allow app -> legacy.cache
    /// ```
    /// ```bvl bad in=ranges
    /// external legacy { cidr 10.245.8.0/24; port cache 6379 } //~ BVL0319 "outside the cluster"
    /// allow app -> legacy.cache
    /// ```
    ///
    /// ## Source
    /// [IANA Service Name and Transport Protocol Port Number Registry](https://www.iana.org/assignments/service-names-port-numbers)
    /// (2026) and the defaults of the programs named. What is of the link is not forwarded:
    /// [RFC 3927](https://www.rfc-editor.org/rfc/rfc3927#section-7), [RFC 4291](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6).
    BVL0319, "plain-text-leaving", Warning, since "0.1.0" => run, looks Neighbors
}

/// Ports that are plain text by convention, and who speaks there.
const PLAIN: [(u16, &str); 10] = [
    (21, "FTP"),
    (23, "Telnet"),
    (80, "HTTP"),
    (389, "LDAP"),
    (1883, "MQTT"),
    (4222, "NATS"),
    (5672, "AMQP"),
    (6379, "Redis"),
    (8080, "HTTP"),
    (11211, "Memcached"),
];

/// Where the agent of EKS Pod Identity answers in a cluster of IPv6, which is no address of the link (Amazon EKS User Guide, "Set up
/// the Amazon EKS Pod Identity Agent").
const AGENT: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23));

/// How many flows are shown.
const SHOWN: usize = 3;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // the machine answers there itself, and nothing of it goes further
    let is_machine = |cidr: &Cidr| {
        cidr.single()
            .is_some_and(|address| Address(address).is_link_local() || METADATA.contains(&address) || address == AGENT)
    };
    let inside = ranges(&cx.model.platform);
    let is_inside = |cidr: &Cidr| inside.iter().any(|(_, range)| range.value.contains(cidr));
    let stays = |external: &External| {
        let mut cidrs = external.cidrs.iter().map(|cidr| &cidr.value);
        !external.cidrs.is_empty() && cidrs.all(|cidr| is_machine(cidr) || is_inside(cidr))
    };
    for external in cx.externals().filter(|external| !stays(external)) {
        for (index, port) in external.ports.iter().enumerate() {
            let known = PLAIN.iter().find(|(number, _)| *number == port.number.value.get());
            let Some((number, speaks)) = known.filter(|_| port.protocol == Protocol::Tcp) else { continue };
            let flows = cx.stated_to(external.id).filter(|flow| usize::from(flow.port) == index);
            let flows: Vec<&DeclaredFlow> = flows.take(SHOWN).collect();
            if flows.is_empty() {
                continue;
            }
            let name = &external.name.value;
            let title = format!(
                "{name}.{} ({number}) is plain text by convention, and {name} is outside the cluster",
                port.name.value
            );
            let mut diagnostic = Diagnostic::new(&BVL0319, port.number.span, title)
                .here(format!("{speaks} without TLS{}", cx.from_layer(port.number.layer)));
            for flow in flows {
                diagnostic = diagnostic.also(flow.destination_span, "leaves the cluster here");
            }
            sink.report(
                diagnostic
                    .note("whoever is on the way reads along, passwords included")
                    .help(format!("state the port on which it speaks TLS; where TLS is spoken on {number}, say so outside of all blocks: `waive plain-text-leaving on {name} because \"REASON\"`"))
                    .environment(cx.model.environment_title(external.environment))
                    .about(name.clone()),
            );
        }
    }
}
