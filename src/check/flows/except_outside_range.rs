//! What an external leaves out lies strictly inside its range.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};

crate::check! {
    /// ## What it means
    /// A range behind `except` lies outside every range of its external, or is as large as one of them.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the network policy: an exception must be a strict part of its block, of the same family.
    ///
    /// ## How to mend it
    /// Write a part of the range.
    ///
    /// ```bvl bad in=file
    /// external depot { cidr 10.30.0.0/24 except 10.31.0.0/28; port api 8443 } //~ BVL0307 "10.31.0.0/28"
    /// allow app -> depot.api
    /// ```
    /// ```bvl bad in=file
    /// external depot { cidr 10.30.0.0/24 except 10.30.0.0/24; port api 8443 } //~ BVL0307
    /// allow app -> depot.api
    /// ```
    /// ```bvl good in=file
    /// external depot { cidr 10.30.0.0/24 except 10.30.0.0/25; port api 8443 }
    /// allow app -> depot.api
    /// ```
    ///
    /// ## Source
    /// [`ValidateIPBlock`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/networking/validation/validation.go)
    /// (Kubernetes 1.36).
    BVL0307, "except-outside-range", Error(Refused), since "0.1.0" => run, reads ["cidr"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals() {
        for except in &external.except {
            if external.cidrs.iter().any(|cidr| cidr.value.strictly_contains(&except.value)) {
                continue;
            }
            let name = &external.name.value;
            let equal = external.cidrs.iter().find(|cidr| except.value.contains(&cidr.value));
            let title = match equal {
                Some(cidr) => format!("{name} leaves out {}, which is all of {}", except.value, cidr.value),
                None => format!("{name} leaves out {}, which lies in none of its ranges", except.value),
            };
            let ranges: Vec<String> = external.cidrs.iter().take(3).map(|cidr| cidr.value.to_string()).collect();
            let mut diagnostic = Diagnostic::new(&BVL0307, except.span, title)
                .here("must be a part of a range")
                .environment(cx.model.environment_title(external.environment))
                .about(name.clone());
            for cidr in external.cidrs.iter().take(3) {
                diagnostic = diagnostic.also(cidr.span, format!("a range{}", cx.from_layer(cidr.layer)));
            }
            sink.report(
                diagnostic
                    .note("the API server refuses a network policy whose exception is not a strict part of its block")
                    .help(format!("write a part of {}, or take the exception out", ranges.join(" or "))),
            );
        }
    }
}
