//! No range lets a pod reach the cloud's instance metadata unless it is meant to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::common_addresses::leave_out;
use super::except_outside_range;
use super::ranges::{begins_alone, statement};
use super::world_without_reason::{self, all_together};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{External, Origin};
use crate::value::{Address, Cidr};

crate::check! {
    /// ## What it means
    /// The range of an external holds the address at which clouds answer questions about the machine, `169.254.169.254`
    /// or `fd00:ec2::254`, and does not leave it out. One from which flows come and to which none goes lets nobody reach it.
    ///
    /// ## Why it matters in the cluster
    /// Whoever reaches that address from a pod can fetch the credentials of the node, which as a rule may do far more
    /// than the pod.
    ///
    /// ## How to mend it
    /// Leave the address out with `except`. Where a cloud's workload identity needs it, declare an external of that
    /// address alone, with a reason.
    ///
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0 because "webhooks"; port https 443 } //~ BVL0306 "169.254.169.254"
    /// allow app -> web.https
    /// ```
    /// ```bvl fixed in=file
    /// external web { cidr 0.0.0.0/0 except 169.254.169.254/32 because "webhooks"; port https 443 }
    /// allow app -> web.https
    /// ```
    /// ```bvl bad in=file
    /// external metadata { cidr 169.254.169.254; port http 80 } //~ BVL0306
    /// ```
    /// ```bvl good in=file
    /// external visitors { cidr 0.0.0.0/0 because "the shop is open to everyone" }
    /// allow visitors -> app.http
    /// ```
    /// ```bvl bad in=file
    /// external visitors { cidr 0.0.0.0/0 because "the shop is open to everyone"; port https 443 } //~ BVL0306
    /// allow visitors -> app.http
    /// allow app -> visitors.https
    /// ```
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0; port https 443 } //~ BVL0306 "web lets pods reach 169.254.169.254"
    /// allow app -> web.https
    /// waive world-without-reason on web because "customers choose where webhooks go"
    /// ```
    /// ```bvl good in=file
    /// external metadata { cidr 169.254.169.254 because "workload identity asks there"; port api 8775 }
    /// ```
    /// An exception that lies in no range is the mistake (BVL0307), since it may be a slip in this one; one that lies in it is another matter:
    /// ```bvl bad in=file
    /// external link { cidr 169.254.0.0/16 except 169.254.0.0/24; port api 8443 } //~ BVL0306 "169.254.169.254"
    /// allow app -> link.api
    /// ```
    /// Where externals together are the whole internet without a reason, that is the mistake (BVL0305); with a reason, or where nobody
    /// may reach all of them, it is this:
    /// ```bvl bad in=file
    /// external low { cidr 0.0.0.0/1; port https 443 }
    /// external high { cidr 128.0.0.0/1; port https 443 } //~ BVL0306 "high lets pods reach 169.254.169.254"
    /// allow app -> low.https
    /// allow caller -> high.https
    /// ```
    ///
    /// ## Source
    /// [Kubernetes: use network policies to restrict cloud metadata API access](https://kubernetes.io/docs/tasks/administer-cluster/securing-a-cluster/#restricting-cloud-metadata-api-access)
    /// (Kubernetes 1.36).
    BVL0306, "metadata-address", Error(Judgment), since "0.1.0" => run, reads ["cidr"]
}

/// Where instance metadata is answered; the second is that of Amazon EC2.
pub(super) const METADATA: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254))];

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut together = None;
    for external in cx.externals().filter(|external| !begins_alone(cx, external.id)) {
        // an exception that is none may be a slip in the one that leaves it out
        if external.except.iter().any(|except| except_outside_range::is_told(cx, external, except.value)) {
            continue;
        }
        // what is the whole internet holds it for that reason
        let is_own = |(_, address): &(&Origin<Cidr>, IpAddr)| {
            !world_without_reason::is_told(cx, external, *address)
                && !together.get_or_insert_with(|| all_together(cx)).iter().any(|one| one.tells(cx, external, *address))
        };
        let exposed: Vec<(&Origin<Cidr>, IpAddr)> = held(external).filter(is_own).collect();
        let Some((first, address)) = exposed.first() else { continue };
        let name = &external.name.value;
        let title = format!("{name} lets pods reach {address}, where the cloud hands out the node's credentials");
        let mut diagnostic = Diagnostic::new(&BVL0306, first.span, title)
            .environment(cx.model.environment_title(external.environment))
            .about(name.clone());
        for (cidr, address) in &exposed {
            diagnostic =
                diagnostic.also(cidr.span, format!("{} holds {address}{}", cidr.value, cx.from_layer(cidr.layer)));
        }
        diagnostic = diagnostic.note("the node's credentials as a rule may do far more than the pod");
        let alone = exposed.iter().any(|(cidr, _)| cidr.value.single().is_some());
        sink.report(if alone {
            diagnostic.help("add `because \"REASON\"` if a pod must ask there, as for a cloud's workload identity")
        } else {
            let except: Vec<String> =
                exposed.iter().map(|(_, address)| Cidr::from(Address(*address)).to_string()).collect();
            let except = except.join(", ");
            let edits = leave_out(cx, external, &except);
            let whole = statement(external, &except);
            diagnostic.help(format!("leave it out: `{whole}`")).safely(format!("leave out {except}"), edits)
        });
    }
}

/// Which of the addresses an external holds, and in which range, without a reason of its own.
pub(super) fn held(external: &External) -> impl Iterator<Item = (&Origin<Cidr>, IpAddr)> {
    METADATA.iter().filter_map(|address| Some((exposing(external, *address)?, *address)))
}

/// The range that lets the address through without a reason of its own.
fn exposing(external: &External, address: IpAddr) -> Option<&Origin<Cidr>> {
    if external.except.iter().any(|except| except.value.contains_address(address)) {
        return None;
    }
    let is_meant = |cidr: &Cidr| cidr.single().is_some() && external.because.is_some();
    external.cidrs.iter().find(|cidr| cidr.value.contains_address(address) && !is_meant(&cidr.value))
}
