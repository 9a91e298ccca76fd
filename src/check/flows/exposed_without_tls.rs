//! What an Ingress lets in comes by TLS, or for a reason in plain text.

use super::exposed::{self, Exposed};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Certificate, EntryKind};

crate::check! {
    /// ## What it means
    /// A host is exposed by an Ingress, and neither `tls` nor a reason why there is none is stated.
    ///
    /// ## Why it matters in the cluster
    /// An Ingress without a certificate is served in plain text: passwords, cookies and whatever else requests hold can be read and
    /// changed on their way.
    ///
    /// ## How to mend it
    /// State where the certificate comes from: `tls cluster-issuer "NAME"` or `tls issuer "NAME"`, which cert-manager asks for it,
    /// or `tls secret "NAME"`. Where TLS ends in front of the entry, say so: `tls none because "REASON"`. Of a Gateway the
    /// listener has the certificate.
    ///
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" } //~ BVL0331 "shop is exposed at shop.example in plain text"
    /// ```
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls none } } //~ BVL0331
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls none because "the load balancer ends TLS" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry gateway "public"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" }
    /// ```
    ///
    /// ## Source
    /// [TLS of an Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls) (Kubernetes 1.36);
    /// [HTTPRoute](https://gateway-api.sigs.k8s.io/guides/tls/) (Gateway API 1.5), where TLS is the listener's.
    BVL0331, "exposed-without-tls", Error(Judgment), since "0.1.0" => run, reads ["expose"], looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for Exposed { workload, environment, exposure, entry, by } in exposed::all(cx) {
        let EntryKind::Ingress { .. } = by.by else { continue };
        let name = &workload.name.value;
        let at = exposure.address.span;
        // as it is written: the same of every environment, whatever names it holds
        let text = cx.sources.text(at);
        let template =
            text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|inner| inner.contains("${"));
        let address = template.map_or_else(|| exposure.address.value.to_string(), str::to_owned);
        let written = match &exposure.port {
            _ if template.is_none() => exposure.written(),
            Some(port) => format!("expose {text} {}", port.value),
            None => format!("expose {text}"),
        };
        let none = match &exposure.tls {
            None => None,
            Some(tls) if matches!(tls.certificate, Certificate::None(None)) => Some(tls.stated.span),
            Some(_) => continue,
        };
        let title = format!("{name} is exposed at {address} in plain text");
        let found = finding(&BVL0331, workload, environment, none.unwrap_or(at), title);
        let found = match none {
            Some(_) => found.here("for no reason that is written down"),
            None => found.here("states no `tls`"),
        };
        let in_plain = "`tls none because \"REASON\"` where TLS ends in front of the entry";
        sink.report(
            found
                .also(by.stated.span, format!("{} serves Ingresses", cx.name(entry.id(), environment.id)))
                .note("whatever a request holds can be read on its way")
                .help(match none {
                    Some(_) => format!("say why, {in_plain}; or state the certificate: `tls cluster-issuer \"NAME\"` has cert-manager get one"),
                    None => format!(
                        "state the certificate in its braces: `{written} {{ tls cluster-issuer \"NAME\" }}` has cert-manager get one, `tls secret \"NAME\"` names a Secret that is there; or {in_plain}"
                    ),
                }),
        );
    }
}
