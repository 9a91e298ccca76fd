//! What an external leaves out lies strictly inside its range.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed_few;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::External;
use crate::value::Cidr;

crate::check! {
    /// ## What it means
    /// A range behind `except` lies outside every range of its external, or is as large as one of them; or those of one range
    /// together are as large as it.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the network policy: an exception must be a strict part of its block, of the same family. Of several
    /// that leave nothing of their block it takes the policy, which then lets nobody pass.
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
    /// ```bvl bad in=file
    /// external depot { cidr 10.30.0.0/24 except 10.30.0.0/25, 10.30.0.128/25; port api 8443 } //~ BVL0307 "together are all of 10.30.0.0/24"
    /// allow app -> depot.api
    /// ```
    /// A slip in the address of the cloud's instance metadata is this mistake alone:
    /// ```bvl bad in=file
    /// external link { cidr 169.254.0.0/16 except 169.245.169.254/32; port api 8443 } //~ BVL0307 "169.245.169.254/32"
    /// allow app -> link.api
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

/// Whether it is said of what an external leaves out that it lies in none of its ranges, and stands.
pub(super) fn is_told(cx: &Context<'_>, external: &External, except: Cidr) -> bool {
    let is_outside = !external.cidrs.iter().any(|cidr| cidr.value.strictly_contains(&except));
    let environment = cx.model.environment(external.environment).filter(|_| is_outside);
    environment.is_some_and(|environment| cx.stands(&CHECK, &external.name.value, environment))
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for external in cx.externals() {
        for cidr in &external.cidrs {
            let left_out = |range: &Cidr| cidr.value.strictly_contains(range);
            let except: Vec<_> = external.except.iter().filter(|except| left_out(&except.value)).collect();
            let ranges: Vec<Cidr> = except.iter().map(|except| except.value).collect();
            let Some(last) = except.last().filter(|_| cidr.value.first_outside(&ranges).is_none()) else { continue };
            let name = &external.name.value;
            let listed: Vec<String> = ranges.iter().map(Cidr::to_string).collect();
            let title = format!("{name} leaves out {}, which together are all of {}", listed_few(&listed), cidr.value);
            let diagnostic = Diagnostic::new(&BVL0307, last.span, title)
                .here("with this one nothing is left")
                .environment(cx.model.environment_title(external.environment))
                .about(name.clone())
                .also(cidr.span, format!("the range{}", cx.from_layer(cidr.layer)));
            sink.report(
                diagnostic
                    .note("a block of which nothing is left lets nobody pass, though a flow says so")
                    .help(format!("leave out less of {}, or take the range out", cidr.value)),
            );
        }
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
