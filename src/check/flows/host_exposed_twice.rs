//! Each host and path is exposed once by what lets requests in.

use std::collections::BTreeMap;

use super::exposed::{self, Exposed};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::EndpointId;

crate::check! {
    /// ## What it means
    /// Two services, or one service in two environments, expose the same host and path through the same entry.
    ///
    /// ## Why it matters in the cluster
    /// Requests go to one of the two, and which one is nobody's choice: a Gateway takes the older route, and of two Ingresses the
    /// controller refuses one or takes the older. A copy in another environment then answers for production, or nobody
    /// learns that it is never asked.
    ///
    /// ## How to mend it
    /// Give each a host or a path of its own: `expose "${environment}.shop.example"` is another host in each environment. An
    /// overlay takes one away with `without expose "HOST"` and states another.
    ///
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } } //~ BVL0330 "shop and basket are both exposed at shop.example/cart through door"
    /// service basket is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls secret "shop-tls" } }
    /// service basket is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// ```
    /// A path that ends in `/` is the same path, and an exact one is another:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } } //~ BVL0330
    /// service basket is base { expose "shop.example/cart/" { tls secret "shop-tls" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// service basket is base { expose "shop.example/cart" { exact; tls secret "shop-tls" } }
    /// ```
    ///
    /// ## Source
    /// [HTTPRoute](https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule) (Gateway API 1.5), `matches`: of equal ones the oldest
    /// route by its creation is taken. [ingress-nginx](https://kubernetes.github.io/ingress-nginx/how-it-works/) (1.13): the oldest rule
    /// wins, and the admission webhook refuses a host and path that another Ingress has.
    BVL0330, "host-exposed-twice", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut known: BTreeMap<(EndpointId, _, bool), Vec<Exposed<'_>>> = BTreeMap::new();
    for exposed in exposed::all(cx) {
        let key = (exposed.entry.id, &exposed.exposure.address.value, exposed.exposure.exact.is_some());
        known.entry(key).or_default().push(exposed);
    }
    for ((_, address, _), mut all) in known {
        all.sort_by_key(|exposed| exposed.exposure.address.span);
        let [first, others @ ..] = all.as_slice() else { continue };
        let Some(other) = others.first() else { continue };
        let entry = cx.name(first.entry.id, first.environment.id);
        let seen = |exposed: &Exposed<'_>| {
            if exposed.environment.id == first.environment.id
                && all.iter().all(|one| one.environment.id == first.environment.id)
            {
                exposed.workload.name.value.clone()
            } else {
                format!("{}/{}", exposed.environment.title, exposed.workload.name.value)
            }
        };
        let names: Vec<String> = all.iter().map(seen).collect();
        let are = if names.len() == 2 { "are both" } else { "are all" };
        let title = format!("{} {are} exposed at {address} through {entry}", crate::check::prose::listed(&names));
        let span = first.exposure.address.span;
        let is_one = others.iter().all(|other| other.exposure.address.span == span);
        let mut found = finding(&BVL0330, first.workload, first.environment, span, title);
        if is_one {
            found = found.here("one host for all of them");
        }
        for other in others.iter().filter(|_| !is_one) {
            found = found.also(other.exposure.address.span, "and here");
        }
        for other in others {
            if other.environment.id != first.environment.id {
                found = found.environment(other.environment.title.clone());
            }
            if !found.subjects.contains(&other.workload.name.value) {
                found = found.about(other.workload.name.value.clone());
            }
        }
        let help = if is_one {
            format!(
                "write a host that differs between environments, such as `expose \"${{environment}}.{}\"`, or let the overlay of one take it away and state another: `without expose \"{address}\"`",
                address.host.trim_start_matches("*.")
            )
        } else if other.workload.name.value == first.workload.name.value {
            format!("keep one of them for {}", first.workload.name.value)
        } else {
            "give each a path or a host of its own".to_owned()
        };
        sink.report(found.note("requests go to one of them, whichever the cluster has had for longer").help(help));
    }
}
