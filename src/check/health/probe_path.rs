//! The path of a probe begins with `/`.

use super::probes::{self, Asked};
use crate::check::mend::Mend;
use crate::check::prose::listed;
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
    /// One path under a name is one mistake, whichever probes ask for it:
    /// ```bvl bad in=file
    /// let path = "healthz"
    /// service report is base { health 8081 { live $path; ready $path every 5s } } //~ BVL0711 "of the live and ready probes of report"
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/core/validation/validation.go), `validateHTTPGetAction`, and
    /// [`request.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/probe/http/request.go) (Kubernetes 1.36).
    BVL0711, "probe-path", Error(Judgment), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    // an empty one has been reported where it is read
    let is_wrong = |asked: &Asked<'_>| {
        let path = &asked.probe.path.value;
        !path.is_empty() && !path.starts_with('/')
    };
    let mut wrong = probes::all(cx).filter(is_wrong).peekable();
    while let Some(asked) = wrong.next() {
        let path = &asked.probe.path;
        let written = cx.sources.text(path.span);
        // what is written once and named by several probes is one mistake
        let is_same = |other: &Asked<'_>| {
            other.workload.id == asked.workload.id
                && written.contains('$')
                && cx.sources.text(other.probe.path.span) == written
        };
        let mut others = Vec::new();
        while let Some(other) = wrong.next_if(is_same) {
            others.push(other);
        }
        let words: Vec<String> =
            [asked.word].into_iter().chain(others.iter().map(|other| other.word)).map(str::to_owned).collect();
        let title = format!(
            "the path {} of the {} {} of {} does not begin with `/`",
            quoted(&path.value),
            listed(&words),
            if others.is_empty() { "probe" } else { "probes" },
            asked.called()
        );
        let mut diagnostic = finding(&BVL0711, asked.workload, asked.environment, path.span, title)
            .here(format!("a path begins with `/`{}", cx.from_layer(path.layer)))
            .note(format!(
                "it is a path on port {} of the pod itself, and a path of a URL begins with `/`",
                asked.health.port.value
            ));
        for other in &others {
            diagnostic = diagnostic.aside(other.probe.path.span, "here too");
        }
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
