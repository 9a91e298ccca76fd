//! `bvlc build --format argocd`: what Argo CD is told with, once all that it will deliver is proven.

use std::collections::BTreeSet;

use super::Fault;
use super::build::internal;
use super::timings::Timings;
use crate::analyze::Checked;
use crate::compile::{Proven, compile_with_examples};
use crate::emit::{self, ArgoCd};
use crate::object::Object;
use crate::output::argo_cd::{self, FOLDER};
use crate::output::write::{Batch, EnvironmentFolder, Origin};

/// What Argo CD is told with, and that what it is about is proven.
///
/// # Errors
/// Where the platform states nothing of it, or not all environments are built.
pub(super) fn told(checked: Checked<'_>, timings: &mut Timings) -> Result<(ArgoCd, Proven), Fault> {
    if !checked.analysis().inputs.environments.is_empty() {
        return Err(Fault::new("`--format argocd` speaks of all environments; `--env` names some")
            .hint("take out `--env`; what is built of a preview follows from its declaration"));
    }
    if checked.model().platform.delivery.is_none() {
        return Err(Fault::new("the platform states no `delivery`, so that Argo CD can be told nothing").hint(
            "in the platform block: `delivery argocd { in ENVIRONMENT; repository \"https://git.example.com/team/deploy.git\"; path \"deploy\" }`",
        ));
    }
    let compilation = compile_with_examples(&checked);
    let mut kinds = BTreeSet::new();
    for objects in compilation.environments().flatten() {
        kinds.extend(objects.iter().map(Object::kind));
    }
    timings.ended("emit");
    let proven = compilation.prove().map_err(|disproof| internal(&disproof))?;
    timings.ended("prove");
    let told = emit::argo_cd(checked.model(), &kinds).ok_or_else(|| {
        internal(&"what is stated of `delivery` has passed all checks, and Argo CD cannot be told it")
    })?;
    Ok((told, proven))
}

/// The folder and its files.
pub(super) fn folder(told: &ArgoCd) -> (EnvironmentFolder, Vec<Batch>) {
    (EnvironmentFolder { name: FOLDER.to_owned(), origin: Origin::Delivery }, vec![argo_cd::files(told)])
}
