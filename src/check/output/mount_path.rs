//! Each folder of a container is mounted once, where one can be.

use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::service::Service;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// The folder of a `scratch` or of a `config .. at` cannot be mounted: its path does not begin with `/`, is `/` itself,
    /// holds `:` or `..`, or is the folder of another one.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses a path twice, and one with `:`. What is mounted at `/` hides the image's own files, and the
    /// container does not start. What a relative path is relative to is the container runtime's to say.
    ///
    /// ## How to mend it
    /// Write the folder's whole path, one for each.
    ///
    /// ```bvl bad in=service
    /// scratch "tmp" 1Mi //~ BVL0908 "does not begin with `/`"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// scratch "/tmp" 1Mi
    /// ```
    /// ```bvl bad in=service
    /// scratch "/" 1Mi //~ BVL0908 "hides the whole image"
    /// ```
    /// ```bvl bad in=service
    /// config settings at "/etc/app" { level "info" }
    /// scratch "/etc/app/" 1Mi //~ BVL0908 "is mounted already"
    /// ```
    /// ```bvl good in=service
    /// config settings at "/etc/app" { level "info" }
    /// scratch "/etc/app/cache" 1Mi
    /// ```
    ///
    /// ## Source
    /// `pkg/apis/core/validation/validation.go`, `ValidateVolumeMounts`, and `VolumeMount.mountPath` of
    /// `staging/src/k8s.io/api/core/v1/types.go` (Kubernetes 1.33).
    BVL0908, "mount-path", Error, since "0.1.0" => run, reads ["scratch", "config"]
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let mut first: BTreeMap<&str, &Origin<String>> = BTreeMap::new();
        for path in folders(service) {
            let text = path.value.as_str();
            let shown = quoted(text);
            let folder = text.trim_end_matches('/');
            let (fault, note) = if !text.starts_with('/') {
                ("does not begin with `/`", "what it is relative to is the container runtime's to say")
            } else if folder.is_empty() {
                ("hides the whole image", "the program would be gone, and the container does not start")
            } else if text.contains(':') {
                ("holds `:`", "the API server refuses the pod")
            } else if text.split('/').any(|part| part == "..") {
                ("holds `..`", "it is another folder than the one that is read here")
            } else if first.contains_key(folder) {
                ("is mounted already", "a container has one folder at a path: the API server refuses two")
            } else {
                first.insert(folder, path);
                continue;
            };
            let mut diagnostic =
                finding(&BVL0908, workload, environment, path.span, format!("the folder {shown} of {name} {fault}"))
                    .here(format!("cannot be mounted{}", cx.from_layer(path.layer)))
                    .note(note);
            if let Some(other) = first.get(folder) {
                diagnostic = diagnostic.also(other.span, "mounted here");
            }
            let is_plain = !text.is_empty() && !text.starts_with(['/', '.']) && !text.contains(':');
            sink.report(if is_plain {
                let right = quoted(&format!("/{text}"));
                diagnostic
                    .help(format!("write the whole path, such as {right}"))
                    .choice(format!("write {right}"), cx.replace(path, right))
            } else {
                diagnostic.help("write another folder, such as \"/var/cache/app\"")
            });
        }
    }
}

/// What is mounted into the container.
fn folders(service: &Service) -> impl Iterator<Item = &Origin<String>> {
    let configs = service.configs.iter().filter_map(|config| config.mount.as_ref());
    configs.chain(service.scratches.iter().map(|scratch| &scratch.path))
}
