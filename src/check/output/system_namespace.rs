//! No environment is in a namespace that the cluster keeps for itself or that everybody shares.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// The namespace of an environment is `default`, or begins with `kube-` as `kube-system` does, and the output would make
    /// it, with a Pod Security profile, or deny its traffic.
    ///
    /// ## Why it matters in the cluster
    /// A namespace has pods that the spec does not speak of: in `kube-system` the cluster's DNS, proxies and controllers, in
    /// `default` those of whoever states no namespace. The deny cuts all of them off, and the profile refuses their next pods.
    ///
    /// ## How to mend it
    /// Give the environment a namespace of its own. What runs there already is spoken of by an environment that changes
    /// nothing there: `namespace "kube-system" existing` and `default-deny off because ".."`.
    ///
    /// ```bvl bad in=file
    /// environment tools { namespace "kube-system" } //~ BVL0910 "kube-system"
    /// ```
    /// ```bvl bad in=file
    /// environment next { namespace "default" existing } //~ BVL0910 "default"
    /// ```
    /// ```bvl good in=file
    /// environment tools {
    ///   shared
    ///   namespace "kube-system" existing
    ///   default-deny off because "the cluster's own pods bring no policies"
    /// }
    /// ```
    /// ```bvl good in=file
    /// environment next { namespace "defaults" }
    /// ```
    ///
    /// ## Source
    /// [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/) (Kubernetes 1.36): the
    /// prefix `kube-` is reserved for system namespaces, and for production another namespace than `default` is advised.
    BVL0910, "system-namespace", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let Some(namespace) = &environment.namespace else { continue };
        let name = &namespace.name;
        let is_system = name.value.starts_with("kube-");
        if !is_system && name.value != "default" {
            continue;
        }
        let does = match (namespace.existing.is_none(), environment.is_denied()) {
            (true, true) => "makes that namespace and denies its traffic",
            (true, false) => "makes that namespace",
            (false, true) => "denies the traffic of that namespace",
            (false, false) => continue,
        };
        let title = format!("environment {} is in {}, and {does}", environment.name.value, quoted(&name.value));
        let (here, note) = if is_system {
            (
                "reserved for the cluster itself",
                "pods of the cluster's own are there, its DNS and proxies for example: a deny cuts them off, and a Pod Security profile refuses their next pods",
            )
        } else {
            (
                "where whoever states no namespace lands",
                "pods that this spec does not speak of are there as a rule: a deny cuts them off, and a Pod Security profile refuses their next pods",
            )
        };
        let help = format!(
            "give it a namespace of its own; to speak of what runs there and change nothing: `namespace {} existing` and `default-deny off because \"REASON\"`",
            quoted(&name.value)
        );
        let diagnostic = Diagnostic::new(&BVL0910, name.span, title);
        sink.report(
            diagnostic
                .here(here)
                .note(note)
                .help(help)
                .environment(environment.title.clone())
                .about(environment.name.value.clone()),
        );
    }
}
