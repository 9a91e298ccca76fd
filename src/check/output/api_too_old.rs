//! The oldest Kubernetes version takes all that goes to it.

use super::named::{self, Owner, RELAXED_VARIABLES, Rule};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// The spec states something that the oldest Kubernetes version of the platform does not accept, and that cannot be
    /// left out: the name of an environment variable with characters that are accepted from 1.32 on.
    ///
    /// ## Why it matters in the cluster
    /// An API server of that version refuses the whole object.
    ///
    /// ## How to mend it
    /// Raise `kubernetes` once no older server is left, or write another name.
    ///
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.31"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   env "app:level" "info" //~ BVL0905 "Kubernetes 1.31"
    /// }
    /// allow app -> app.http
    /// ```
    /// ```bvl fixed fix=1
    /// platform shop {
    ///   kubernetes "1.32"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   env "app:level" "info"
    /// }
    /// allow app -> app.http
    /// ```
    /// ```bvl good
    /// platform shop {
    ///   kubernetes "1.31"
    ///   api-server 10.40.0.0/28 6443
    ///   defaults { shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment test { namespace "shop-test" }
    /// service app {
    ///   image "registry.example/app:1.0"
    ///   port http 8080
    ///   cpu 100m..500m
    ///   memory 128Mi..256Mi
    ///   scale 2
    ///   env LEVEL "info"
    /// }
    /// allow app -> app.http
    /// ```
    ///
    /// ## Source
    /// [KEP-4369](https://github.com/kubernetes/enhancements/issues/4369): on by default from 1.32.
    BVL0905, "api-too-old", Error(Refused), since "0.1.0" => run, looks Endpoint, whole whole
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, named::of_workloads(cx), sink);
}

fn whole(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, named::of_platform(cx), sink);
}

fn judge<'a>(cx: &Context<'a>, owners: impl Iterator<Item = Owner<'a>>, sink: &mut Sink) {
    let oldest = &cx.model.platform.kubernetes;
    if oldest.value >= RELAXED_VARIABLES {
        return;
    }
    for owner in owners {
        for named in owner.names {
            let is_newer = matches!(named.rule, Rule::Variable) && named::is_relaxed_variable(&named.text);
            let Some(fault) = named::fault(&named, oldest.value).filter(|_| is_newer) else { continue };
            let title = format!(
                "{} {} of {} is not accepted by Kubernetes {}: it {fault}",
                named.what,
                quoted(&named.text),
                owner.name,
                oldest.value
            );
            let mut diagnostic = Diagnostic::new(&BVL0905, named::span(&named), title)
                .here(format!("accepted from {RELAXED_VARIABLES} on{}", cx.from_layer(named.origin.layer)));
            if !oldest.is_built_in() {
                diagnostic = diagnostic.also(oldest.span, "the oldest version that must accept it");
            }
            let raised = quoted(&RELAXED_VARIABLES.to_string());
            diagnostic = diagnostic
                .note("an API server of that version refuses the object")
                .help(format!("raise `kubernetes` to {raised} once no older server is left (`kubectl version`), or write another name and let the program read that"))
                .choice(format!("raise kubernetes to {RELAXED_VARIABLES}"), cx.replace(oldest, raised))
                .about(owner.name);
            diagnostic.environments.extend(owner.environment.map(str::to_owned));
            sink.report(diagnostic);
        }
    }
}
