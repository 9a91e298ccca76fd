//! Each folder of a container is mounted once, where one can be.

use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::program::Program;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// The folder of a `scratch` or `volume`, or of a `config` or `secret` that is mounted `at` one, cannot be mounted: its path is `/`, is not
    /// absolute, holds `:`, or is the folder of another one. A `/` at its end makes no other folder of it.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses a path that stands twice, whatever `severity` says. Of two spellings of one path, `/cache` and `/cache/`,
    /// it takes both, and what is mounted later hides the other. What is mounted at `/` would hide the image's own files, and the
    /// container does not start. A `:` becomes a part of the folder's name: `/cache:ro` is another folder than `/cache`, and
    /// written to all the same.
    ///
    /// ## How to mend it
    /// Write the folder's whole path, one for each.
    ///
    /// ```bvl bad in=service
    /// scratch "/" 1Mi //~ BVL0908 "hides the whole image"
    /// ```
    /// ```bvl bad in=service
    /// scratch "/cache:rw" 1Mi //~ BVL0908 "holds `:`"
    /// ```
    /// ```bvl bad in=service
    /// config settings at "/etc/app" { level "info" }
    /// scratch "/etc/app/" 1Mi //~ BVL0908 "is mounted already"
    /// ```
    /// ```bvl bad in=service
    /// config settings at "/etc/app" { level "info" }
    /// scratch "/etc/app" 1Mi //~ BVL0908 "is mounted already"
    /// ```
    /// ```bvl good in=service
    /// config settings at "/etc/app" { level "info" }
    /// scratch "/etc/app/cache" 1Mi
    /// ```
    /// ```bvl bad in=service
    /// stateful
    /// scratch "/data" 1Mi
    /// volume data "/data" 1Gi //~ BVL0908 "is mounted already"
    /// ```
    /// ```bvl bad in=secret
    /// config settings at "/etc/app" { level "info" }
    /// secret billing from vault "shop/billing" at "/etc/app" { key token } //~ BVL0908 "is mounted already"
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go)
    /// (`ValidateVolumeMounts`), which asks nothing of `:`
    /// ([kubernetes#138722](https://github.com/kubernetes/kubernetes/pull/138722)), and
    /// [`kubelet_pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go), `makeMounts`,
    /// which reads a path without `/` from the root (Kubernetes 1.36).
    BVL0908, "mount-path", Error(Judgment, Refused), since "0.1.0" => run, reads ["scratch", "volume", "config", "secret"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let name = &workload.name.value;
        let mut first: BTreeMap<&str, &Origin<String>> = BTreeMap::new();
        for path in folders(program) {
            let text = path.value.as_str();
            let folder = text.trim_matches('/');
            let (fault, note) = if folder.is_empty() {
                ("hides the whole image", "the program itself would be gone, and the container does not start")
            } else if text.contains(':') {
                ("holds `:`", "it would be a part of the folder's name: nothing after a `:` is an option of the mount")
            } else if !text.starts_with('/') && !first.contains_key(folder) {
                first.insert(folder, path);
                (RELATIVE, "the kubelet takes it for a folder of `/`, whatever folder the program runs in")
            } else if first.contains_key(folder) {
                let is_spelled_alike = first.get(folder).is_some_and(|other| other.value == path.value);
                let note = if is_spelled_alike {
                    "a container has one folder at a path: the API server refuses a second one"
                } else {
                    "the API server takes two spellings of one path, and both are mounted at one folder: what is mounted later hides the other"
                };
                ("is mounted already", note)
            } else {
                first.insert(folder, path);
                continue;
            };
            let title = format!("the folder {} of {name} {fault}", quoted(text));
            let mut diagnostic = finding(&BVL0908, workload, environment, path.span, title)
                .here(format!("cannot be mounted{}", cx.from_layer(path.layer)))
                .note(note);
            // paths that the API server tells apart, such as one with `/` at its end, are one folder to the kubelet alone
            if first.get(folder).is_some_and(|other| other.value == path.value) {
                diagnostic = diagnostic.gravely();
            }
            if let Some(other) = first.get(folder).filter(|other| other.span != path.span) {
                diagnostic = diagnostic.also(other.span, "mounted here");
            }
            if fault == RELATIVE {
                let whole = format!("/{text}");
                let is_free = folders(program).all(|other| other.value != whole);
                let absolute = quoted(&whole);
                let edits = cx.replace(path, absolute.clone()).filter(|_| is_free);
                sink.report(
                    diagnostic
                        .help("the whole path stands there, from `/` on")
                        .choice(format!("write {absolute}"), edits),
                );
                continue;
            }
            sink.report(diagnostic.help("write another folder, such as \"/var/cache/app\""));
        }
    }
}

/// What is said of a path that does not begin with `/`: the kubelet puts that before it (kubernetes
/// `pkg/kubelet/kubelet_pods.go`, `makeMounts`, 1.36).
const RELATIVE: &str = "is not absolute";

/// What is mounted into the container.
fn folders(program: &Program) -> impl Iterator<Item = &Origin<String>> {
    let configs = program.configs.iter().filter_map(|config| config.mount.as_ref());
    let secrets = program.secrets.iter().filter_map(|secret| secret.mount.as_ref());
    let scratches = program.scratches.iter().map(|scratch| &scratch.path);
    configs.chain(secrets).chain(scratches).chain(program.volumes.iter().map(|volume| &volume.path))
}
