//! The output is for Kubernetes versions that bvlc knows.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Origin;
use crate::value::KubernetesVersion;
use crate::value::text::quoted;

/// The oldest version whose rules are known.
const OLDEST: KubernetesVersion = KubernetesVersion::new(29);
/// The newest version whose rules are known.
const NEWEST: KubernetesVersion = KubernetesVersion::new(37);

crate::check! {
    /// ## What it means
    /// `kubernetes` names a version that this bvlc does not know, or an `up-to` that is older than the oldest version.
    ///
    /// ## Why it matters in the cluster
    /// What such a server accepts, refuses or takes for something else is not known, so nothing could be promised.
    ///
    /// ## How to mend it
    /// Name versions from 1.29 to 1.37, the older first; a newer bvlc may know more.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.28" //~ BVL0904 "1.28"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.29"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33" up-to "1.38" //~ BVL0904 "1.38"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.33" up-to "1.37"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl bad in=platform
    /// kubernetes "1.33" up-to "1.32" //~ BVL0904 "older"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.32" up-to "1.33"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.33" up-to "1.33"
    /// api-server 10.40.0.0/28 6443
    /// ```
    ///
    /// ## Source
    /// bvlc's own: the versions whose rules it holds, from 1.29 to 1.37.
    BVL0904, "unsupported-version", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let versions = [Some(("oldest", &platform.kubernetes)), platform.up_to.as_ref().map(|newest| ("newest", newest))];
    let mut is_known = true;
    for (end, version) in versions.into_iter().flatten() {
        let Some(near) = unknown(version.value) else { continue };
        is_known = false;
        let title = format!(
            "the {end} Kubernetes version of {} is {}, but bvlc knows {OLDEST} to {NEWEST}",
            platform.name.value, version.value
        );
        sink.report(
            Diagnostic::new(&BVL0904, version.span, title)
                .here("not known")
                .note("what such a server accepts or refuses is not known, so nothing can be promised")
                .help(format!(
                    "write {} once your {end} server is that; bvlc knows no other servers than those",
                    quoted(&near.to_string())
                ))
                .choice(format!("write {near}"), cx.replace(version, quoted(&near.to_string())))
                .about(platform.name.value.clone()),
        );
    }
    match &platform.up_to {
        Some(newest) if is_known && newest.value < platform.kubernetes.value => {
            sink.report(exchanged(cx, &platform.kubernetes, newest));
        }
        Some(_) | None => {}
    }
}

/// The nearest version that is known, for one that is not.
fn unknown(version: KubernetesVersion) -> Option<KubernetesVersion> {
    let near = version.clamp(OLDEST, NEWEST);
    (near != version).then_some(near)
}

fn exchanged(cx: &Context<'_>, oldest: &Origin<KubernetesVersion>, newest: &Origin<KubernetesVersion>) -> Diagnostic {
    let title = format!("the newest Kubernetes version, {}, is older than the oldest, {}", newest.value, oldest.value);
    let edits = cx.replace(oldest, quoted(&newest.value.to_string())).and_then(|mut edits| {
        edits.extend(cx.replace(newest, quoted(&oldest.value.to_string()))?);
        Some(edits)
    });
    Diagnostic::new(&BVL0904, newest.span, title)
        .here("the newest version")
        .also(oldest.span, "the oldest version")
        .note("no server is both at least as new as the one and at most as new as the other")
        .help("write the oldest version first")
        .choice("exchange the two", edits)
        .about(cx.model.platform.name.value.clone())
}
