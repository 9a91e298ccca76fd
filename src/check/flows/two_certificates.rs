//! A host has one certificate.

use std::collections::BTreeMap;

use super::exposed::{self, Exposed};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Certificate, EndpointId, EntryKind, EnvironmentId};

crate::check! {
    /// ## What it means
    /// Two statements about one host, through one entry and in one environment, name two certificates, or one of them none.
    ///
    /// ## Why it matters in the cluster
    /// The entry shows one certificate for a host, whoever answers at its paths: which of two is the controller's choice, and may change
    /// with the next edit of either Ingress.
    ///
    /// ## How to mend it
    /// State the same `tls` wherever the host is exposed.
    ///
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls secret "shop-tls" } }
    /// service cart is base { expose "shop.example/cart" { tls cluster-issuer "letsencrypt" } } //~ BVL0333 "shop.example has two certificates"
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls cluster-issuer "letsencrypt" } }
    /// service cart is base { expose "shop.example/cart" { tls cluster-issuer "letsencrypt" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls secret "shop-tls" } }
    /// service cart is base { expose "cart.example" { tls cluster-issuer "letsencrypt" } }
    /// ```
    ///
    /// ## Source
    /// [ingress-nginx](https://kubernetes.github.io/ingress-nginx/how-it-works/) (1.13): of several TLS sections of a host the first one is used;
    /// cert-manager `pkg/controller/certificate-shim/sync.go` (1.19), `buildCertificates`: a Certificate of an annotation is one Ingress's.
    BVL0333, "two-certificates", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut known: BTreeMap<(EndpointId, EnvironmentId, &str), (Exposed<'_>, &Certificate)> = BTreeMap::new();
    let mut all: Vec<Exposed<'_>> = exposed::all(cx).collect();
    all.sort_by_key(|exposed| exposed.exposure.address.span);
    for exposed in all {
        let Exposed { workload, environment, exposure, entry, by } = exposed;
        // that there is none at all, or that a Gateway has it, is told by others
        let (EntryKind::Ingress { .. }, Some(tls)) = (&by.by, &exposure.tls) else { continue };
        let host = exposure.address.value.host.as_str();
        let (first, certificate) =
            *known.entry((entry.id, environment.id, host)).or_insert((exposed, &tls.certificate));
        if certificate.written() == tls.certificate.written() {
            continue;
        }
        let Some(other) = first.exposure.tls.as_ref() else { continue };
        let title = format!("{host} has two certificates, {} and {}", certificate.written(), tls.certificate.written());
        let mut found = finding(&BVL0333, workload, environment, tls.stated.span, title)
            .also(other.stated.span, format!("the other, of {}", first.workload.name.value));
        if first.workload.id != workload.id {
            found = found.about(first.workload.name.value.clone());
        }
        sink.report(
            found
                .note(format!("{} shows one of them, whoever answers at the path", cx.name(entry.id, environment.id)))
                .help("state the same `tls` at both"),
        );
    }
}
