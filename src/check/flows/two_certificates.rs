//! A host has one certificate.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::exposed::{self, Exposed, Told};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::exposure::{Tls, host_in_name};
use crate::model::{EntryKind, EnvironmentId, Exposure};
use crate::value::quoted;

crate::check! {
    /// ## What it means
    /// Two statements about one host, through one entry, name two certificates, or one of them none; or cert-manager would keep the
    /// certificates of two hosts in one Secret.
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
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "*.shop.example" { tls issuer "letsencrypt" } }
    /// service cart is base { expose "any.shop.example" { tls issuer "letsencrypt" } } //~ BVL0333 "would be in one Secret"
    /// ```
    ///
    /// ## Source
    /// [ingress-nginx](https://kubernetes.github.io/ingress-nginx/how-it-works/) (1.13): of several TLS sections of a host the first one is used;
    /// cert-manager `pkg/controller/certificate-shim/sync.go` (1.19), `buildCertificates`: a Certificate of an annotation is one Ingress's.
    BVL0333, "two-certificates", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut known: BTreeMap<(Told<'_>, &str), Stated<'_>> = BTreeMap::new();
    // by what names the Secret that cert-manager would keep it in: the entry, and the host as it stands there
    let mut kept: BTreeMap<(EnvironmentId, &str, Cow<'_, str>), Stated<'_>> = BTreeMap::new();
    let mut all: Vec<Exposed<'_>> = exposed::all(cx).collect();
    all.sort_by_key(|exposed| exposed.exposure.address.span);
    for exposed in all {
        // that there is none at all, or that a Gateway has it, is told by others
        let (EntryKind::Ingress { .. }, Some(tls)) = (&exposed.by.by, &exposed.exposure.tls) else { continue };
        let host = exposed.exposure.address.value.host.as_str();
        let stated = Stated { exposed, tls };
        let first = *known.entry((exposed.told(cx), host)).or_insert(stated);
        if !first.tls.certificate.is_as(&tls.certificate) {
            let (one, other) = (first.tls.certificate.written(), tls.certificate.written());
            let title = if [&first.tls.certificate, &tls.certificate].iter().any(|one| one.name().is_none()) {
                format!("{host} has a certificate at one path, and none at another")
            } else {
                format!("{host} has two certificates, {one} and {other}")
            };
            let shows = format!(
                "{} shows one of them, whoever answers at the path",
                cx.name(exposed.entry.id(), exposed.environment.id)
            );
            sink.report(found(first, stated, title).note(shows).help("state the same `tls` at both"));
            continue;
        }
        if !tls.certificate.is_issued() {
            continue;
        }
        let entry = exposed.entry.name().value.as_str();
        let first = *kept.entry((exposed.environment.id, entry, host_in_name(host))).or_insert(stated);
        let other = &first.exposed.exposure.address.value.host;
        if other != host {
            let secret = Exposure::certificate_name(entry, host);
            let title = format!("the certificates of {other} and {host} would be in one Secret, {}", quoted(&secret));
            sink.report(
                found(first, stated, title)
                    .note("in the name of a Secret `any` stands for `*`, and cert-manager keeps one certificate in it")
                    .help(format!("take the certificate of {host} from a Secret that is there, `tls secret \"NAME\"`; or write another host")),
            );
        }
    }
}

/// A certificate, and what states it.
#[derive(Clone, Copy)]
struct Stated<'a> {
    exposed: Exposed<'a>,
    tls: &'a Tls,
}

/// A finding about two statements.
fn found(first: Stated<'_>, second: Stated<'_>, title: String) -> Diagnostic {
    let Exposed { workload, environment, .. } = second.exposed;
    let one = first.exposed.workload;
    let found = finding(&BVL0333, workload, environment, second.tls.stated.span, title)
        .here(format!("of {}", workload.name.value))
        .also(first.tls.stated.span, format!("the other, of {}", one.name.value));
    if one.name.value == workload.name.value { found } else { found.about(one.name.value.clone()) }
}
