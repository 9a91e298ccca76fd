//! An external that is the whole internet says why.

use super::ranges::statement;
use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};

crate::check! {
    /// ## What it means
    /// The addresses of an external are all addresses there are, `0.0.0.0/0` or `::/0`, and no reason is written.
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
    ///
    /// ## Source
    /// [NetworkPolicy `ipBlock`](https://github.com/kubernetes/api/blob/v0.36.2/networking/v1/types.go) (Kubernetes 1.36).
    BVL0305, "world-without-reason", Error, since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals().filter(|external| external.because.is_none()) {
        for cidr in external.cidrs.iter().filter(|cidr| cidr.value.is_world()) {
            let name = &external.name.value;
            sink.report(
                Diagnostic::new(
                    &BVL0305,
                    cidr.span,
                    format!("{name} is the whole internet, {}, without a reason", cidr.value),
                )
                .here(format!("every address{}", cx.from_layer(cidr.layer)))
                .note(format!("whoever may reach {name} may send anything anywhere, other pods included"))
                .help(format!("name the range that is meant, or say why: `{}`", statement(external, "")))
                .environment(cx.model.environment_title(external.environment))
                .about(name.clone()),
            );
        }
    }
}
