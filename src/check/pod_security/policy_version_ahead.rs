//! The version of the Pod Security Standard is one that the cluster knows.

use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::PolicyVersion;

crate::check! {
    /// ## What it means
    /// The version of an environment's profile is newer than the newest Kubernetes version that the platform targets.
    ///
    /// ## Why it matters in the cluster
    /// An API server takes a version that it does not know for the newest one that it does know, in silence. The label
    /// says something else than what is enforced.
    ///
    /// ## How to mend it
    /// Write a version up to the newest targeted one; or target newer servers with `up-to`.
    ///
    /// ```bvl bad in=environment
    /// profile restricted version "1.34" //~ BVL0404 "1.34"
    /// ```
    /// ```bvl fixed in=environment
    /// profile restricted version "1.33"
    /// ```
    /// ```bvl good in=environment
    /// profile restricted version "1.32"
    /// ```
    ///
    /// Of several versions that are targeted each server enforces its own rules then:
    /// ```bvl bad
    /// platform p { kubernetes "1.32" up-to "1.33" }
    /// environment prod { namespace "p"; profile restricted version "1.34" } //~ BVL0404 "newer than any server"
    /// ```
    /// ```bvl fixed
    /// platform p { kubernetes "1.32" up-to "1.33" }
    /// environment prod { namespace "p"; profile restricted version "1.33" }
    /// ```
    /// A number up to which only some servers know the rules is BVL0405.
    ///
    /// ## Source
    /// [`NewPolicyRegistry`, `EvaluatePod`](https://github.com/kubernetes/pod-security-admission/blob/v0.36.0/policy/registry.go)
    /// (Kubernetes 1.36).
    BVL0404, "policy-version-ahead", Error(Judgment), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let newest = platform.up_to.as_ref().unwrap_or(&platform.kubernetes);
    for environment in cx.environments() {
        let version = &environment.profile.version;
        let PolicyVersion::Pinned(pinned) = version.value else { continue };
        if pinned <= newest.value {
            continue;
        }
        let name = &environment.name.value;
        let title = format!("{name} enforces the profile of Kubernetes {pinned}, newer than any server it targets");
        sink.report(
            Diagnostic::new(&BVL0404, version.span, title)
                .here(format!("newer than {}", newest.value))
                .also(newest.span, format!("the newest that is targeted is {}", cx.supplied(newest)))
                .note(format!(
                    "a server takes a version that it does not know for the newest that it knows, in silence{}",
                    each_its_own(cx)
                ))
                .help(format!("write `version \"{}\"`, or target newer servers with `up-to`", newest.value))
                .safely(
                    format!("write version \"{}\"", newest.value),
                    cx.replace(version, format!("\"{}\"", newest.value)),
                )
                .environment(environment.title.clone())
                .about(name.clone()),
        );
    }
}

/// What each of several versions that are targeted enforces.
fn each_its_own(cx: &Context<'_>) -> String {
    let platform = &cx.model.platform;
    let oldest = platform.kubernetes.value;
    match &platform.up_to {
        Some(newest) if newest.value > oldest => {
            format!(": servers of {oldest} enforce the rules of {oldest}, those of {0} the rules of {0}", newest.value)
        }
        Some(_) | None => String::new(),
    }
}
