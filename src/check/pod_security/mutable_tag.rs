//! An image is named by a tag that stays, or by its digest.

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::value::Image;

crate::check! {
    /// ## What it means
    /// An image has neither tag nor digest, or the tag `latest`.
    ///
    /// ## Why it matters in the cluster
    /// Each node pulls whatever the tag means at that moment: two replicas of one service run different programs, and a
    /// rollback brings back nothing.
    ///
    /// ## How to mend it
    /// Name a version, as a rule by a parameter: `image "registry.example/web:${version}"`.
    ///
    /// ```bvl bad in=service
    /// image "registry.example/app" //~ BVL0406 "has no tag"
    /// ```
    /// ```bvl bad in=service
    /// image "registry.example/app:latest" //~ BVL0406 "latest"
    /// ```
    /// ```bvl good in=service
    /// image "registry.example/app:2.0"
    /// ```
    /// ```bvl good in=service
    /// image "registry.example/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    /// ```
    ///
    /// ## Source
    /// [Images](https://kubernetes.io/docs/concepts/containers/images/), "Image names" (Kubernetes 1.36).
    BVL0406, "mutable-tag", Error(Judgment), since "0.1.0" => run, reads ["image"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, _, environment) in cx.containers() {
        let Some(image) = &contained.container.image else { continue };
        let name = contained.called(&workload.name.value);
        if !moves(&image.value) {
            continue;
        }
        let title = match image.value.tag() {
            None => format!("the image of {name} has no tag, which means `latest`"),
            Some(tag) => format!("the image of {name} has the tag `{tag}`, which moves"),
        };
        let found = finding(&BVL0406, workload, environment, image.span, title);
        let found = if image.value.tag().is_some() { found.of_piece("latest") } else { found };
        sink.report(
            found
                .here(format!("is another image tomorrow{}", cx.from_layer(image.layer)))
                .note("`latest` is what was pushed last: each node pulls what it is at that moment, replicas differ, and a rollback brings back nothing")
                .help("name the version that is to run: `:1.4.2`, or `:${version}` with `param version: string example \"1.4.2\"`"),
        );
    }
}

/// Whether an image is another one whenever something is pushed.
pub(super) fn moves(image: &Image) -> bool {
    image.digest().is_none() && image.tag().is_none_or(|tag| tag == Image::MOVING_TAG)
}
