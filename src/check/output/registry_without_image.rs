//! A registry that is stated is one that images come from.

use std::collections::BTreeSet;

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::value::{quoted, similar};

crate::check! {
    /// ## What it means
    /// No image of any service comes from a registry that the platform states.
    ///
    /// ## Why it matters in the cluster
    /// Its pull secret is given to nobody. Where images were meant to come from it, they are pulled without, and a private
    /// registry refuses that.
    ///
    /// ## How to mend it
    /// Write the host as the images begin, with its port, or take the registry out. Images without a host come from
    /// `docker.io`.
    ///
    /// ```bvl bad in=platform
    /// registry "registry.exmaple" { pull-secret "registry" } //~ BVL0911 "no image comes from"
    /// ```
    /// ```bvl fixed in=platform fix=1
    /// registry "registry.example" { pull-secret "registry" }
    /// ```
    /// ```bvl good in=file
    /// service report is base { image "docker.io/library/nginx:1.27" }
    /// allow report -> app.http
    /// ```
    ///
    /// ## Source
    /// [`normalize.go`](https://github.com/distribution/reference/blob/v0.6.0/normalize.go), `splitDockerDomain`
    /// (distribution/reference 0.6): what is a host in the name of an image, and which one is meant where there is none.
    BVL0911, "registry-without-image", Warning, since "0.1.0" => run, reads ["image", "init", "sidecar"], judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut hosts: BTreeSet<&str> = BTreeSet::new();
    for workload in cx.model.workloads() {
        let Some(program) = workload.program() else { continue };
        for contained in program.containers() {
            // where one could not be read it may be the one
            let Some(image) = &contained.container.image else { return };
            hosts.insert(image.value.registry());
        }
    }
    if hosts.is_empty() {
        return;
    }
    let platform = &cx.model.platform;
    for registry in &platform.registries {
        let host = &registry.host;
        if host.value.registry().trim().is_empty() || hosts.contains(host.value.registry()) {
            continue;
        }
        let title = format!("no image comes from the registry {}", quoted(&host.value.to_string()));
        let diagnostic = Diagnostic::new(&BVL0911, host.span, title)
            .note("its pull secret is given to nobody")
            .about(platform.name.value.clone());
        let known: Vec<String> = hosts.iter().take(8).map(|host| format!("`{host}`")).collect();
        let help =
            format!("write the host as images begin with it, or take it out; images come from {}", known.join(", "));
        sink.report(match similar::closest(host.value.registry(), hosts.iter().copied()) {
            Some(near) => {
                let is_stated = platform.registries.iter().any(|other| other.host.value.registry() == near);
                let better = if is_stated { None } else { cx.replace(host, quoted(near)) };
                diagnostic
                    .here(format!("did you mean {}?", quoted(near)))
                    .help(help)
                    .choice(format!("write {}", quoted(near)), better)
            }
            None => diagnostic.here("no service has an image of it").help(help),
        });
    }
}
