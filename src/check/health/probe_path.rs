//! The path of a probe begins with `/`.

use super::probes;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// The path of a probe does not begin with `/`.
    ///
    /// ## Why it matters in the cluster
    /// The kubelet makes a URL of the pod, the health port and the path, and puts in the `/` that is missing: it asks for another
    /// path than the one that is written, and of an address it takes the path alone.
    ///
    /// ## How to mend it
    /// Write the path as it is asked for.
    ///
    /// ```bvl bad in=health
    /// live "healthz" //~ BVL0711 "does not begin with `/`"
    /// ```
    /// ```bvl fixed in=health
    /// live "/healthz"
    /// ```
    /// An address is no path:
    /// ```bvl bad in=health
    /// live "http://localhost/healthz" //~ BVL0711
    /// ```
    /// ```bvl good in=health
    /// live "/"
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go), `validateHTTPGetAction`, and
    /// [`request.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/probe/http/request.go) (Kubernetes 1.36).
    BVL0711, "probe-path", Error(Judgment), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for asked in probes::all(cx) {
        let path = &asked.probe.path;
        // an empty one has been reported where it is read
        if path.value.is_empty() || path.value.starts_with('/') {
            continue;
        }
        let title = format!(
            "the path {} of the {} probe of {} does not begin with `/`",
            quoted(&path.value),
            asked.word,
            asked.workload.name.value
        );
        let mut diagnostic = finding(&BVL0711, asked.workload, asked.environment, path.span, title)
            .here(format!("a path begins with `/`{}", cx.from_layer(path.layer)))
            .note(format!(
                "it is a path on port {} of the pod itself, and a path of a URL begins with `/`",
                asked.health.port.value
            ));
        let is_plain = !path.value.contains(':') && !path.value.contains("//");
        diagnostic = if is_plain {
            let right = quoted(&format!("/{}", path.value));
            diagnostic.help(format!("write {right}")).safely(format!("write {right}"), cx.replace(path, right))
        } else {
            diagnostic.help("write the path alone, such as \"/healthz\"")
        };
        sink.report(diagnostic);
    }
}
