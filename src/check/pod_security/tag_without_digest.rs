//! Where what was built stays as it is, images are named by digest.

use super::mutable_tag;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// An environment is marked `immutable`, and an image in it is named by a tag alone.
    ///
    /// ## Why it matters in the cluster
    /// A tag can be moved in the registry; a digest names the very bytes. The same manifests would run another program.
    ///
    /// ## How to mend it
    /// Add the digest: `image "registry.example/web:1.4.2@sha256:..."`. Where the registry itself refuses to move tags,
    /// accept it with `waive tag-without-digest on NAME because "..."`.
    ///
    /// ```bvl bad in=immutable
    /// image "registry.example/app:1.0" //~ BVL0407 "named by the tag `1.0` alone"
    /// ```
    /// ```bvl good in=immutable
    /// image "registry.example/app:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    /// ```
    /// ```bvl good in=service
    /// image "registry.example/app:1.0"
    /// ```
    ///
    /// Whoever accepts that a tag moves has not accepted this:
    /// ```bvl bad in=file
    /// environment release { shared; namespace "shop-release"; immutable }
    /// service report is base { in release; image "registry.example/report" } //~ BVL0407 "without tag and digest"
    /// allow caller -> report.http
    /// waive mutable-tag on report because "a mirror that moves no tag"
    /// ```
    ///
    /// ## Source
    /// [Images](https://kubernetes.io/docs/concepts/containers/images/), "Image digests" (Kubernetes 1.36).
    BVL0407, "tag-without-digest", Warning, since "0.1.0" => run, reads ["image"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, _, environment) in cx.containers() {
        let (Some(image), Some(immutable)) = (&contained.container.image, &environment.immutable) else { continue };
        // that its tag moves, or that it has none, is said first
        let moves =
            mutable_tag::moves(&image.value) && cx.stands(&mutable_tag::CHECK, &workload.name.value, environment);
        if image.value.digest().is_some() || moves {
            continue;
        }
        let name = contained.called(&workload.name.value);
        let (title, shown) = (&environment.title, image.value.to_string());
        // what has a tag is mended alike in all of the environment
        let (what, place, cause) = match image.value.tag() {
            Some(tag) => (format!("by the tag `{tag}` alone"), " after the tag", immutable.span),
            None => ("without tag and digest".to_owned(), "", image.span),
        };
        sink.report(
            finding(
                &BVL0407,
                workload,
                environment,
                image.span,
                format!("the image of {name} is named {what}"),
            )
            .here(format!("no digest{}", cx.from_layer(image.layer)))
            .caused_by(cause)
            .label(immutable.span, format!("what is built for {title} stays as it is"))
            .note("a tag can be moved in the registry, and the same manifests would run another program")
            .help(format!("add the digest{place}, `{shown}@sha256:DIGEST`: `docker buildx imagetools inspect {shown}` shows it")),
        );
    }
}
