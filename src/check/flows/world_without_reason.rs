//! An external that is the whole internet says why.

use super::ranges::statement;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::value::Cidr;

crate::check! {
    /// ## What it means
    /// The addresses of an external are all addresses there are, `0.0.0.0/0` or `::/0`, by one range or by several together, and
    /// no reason is written. What stands behind `except` changes nothing in that.
    ///
    /// ## Why it matters in the cluster
    /// Whoever may reach it may send anything to anyone, other pods and the cloud's own services included, on the
    /// external's ports.
    ///
    /// ## How to mend it
    /// Name the range that is meant, or write `because "..."`.
    ///
    /// ```bvl bad in=file
    /// external web { cidr 0.0.0.0/0 except 169.254.169.254/32; port https 443 } //~ BVL0305 "0.0.0.0/0"
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
    ///   cidr ::/1, 8000::/2, c000::/2 except fd00:ec2::254/128 //~ BVL0305 "web is the whole internet, ::/0"
    ///   port https 443
    /// }
    /// allow app -> web.https
    /// ```
    ///
    /// ## Source
    /// [NetworkPolicy `ipBlock`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go) (Kubernetes 1.36).
    BVL0305, "world-without-reason", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals().filter(|external| external.because.is_none()) {
        let all = Cidr::merged(external.cidrs.iter().map(|cidr| &cidr.value));
        for world in all.iter().filter(|range| range.is_world()) {
            let within: Vec<_> = external.cidrs.iter().filter(|cidr| world.contains(&cidr.value)).collect();
            let Some(place) = within.iter().find(|cidr| cidr.value == *world).or(within.first()) else { continue };
            let name = &external.name.value;
            let title = format!("{name} is the whole internet, {world}, without a reason");
            let from = cx.from_layer(place.layer);
            let mut diagnostic = Diagnostic::new(&BVL0305, place.span, title).here(format!("every address{from}"));
            if place.value != *world {
                diagnostic = diagnostic.here(format!("every address, with the ranges beside it{from}"));
                for other in within.iter().filter(|other| other.span != place.span) {
                    diagnostic = diagnostic.also(other.span, "beside it");
                }
            }
            sink.report(
                diagnostic
                    .note(format!("whoever may reach {name} may send anything anywhere, other pods included"))
                    .help(format!("name the range that is meant, or say why: `{}`", statement(external, "")))
                    .environment(cx.model.environment_title(external.environment))
                    .about(name.clone()),
            );
        }
    }
}
