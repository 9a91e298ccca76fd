//! `bvlc build --format argocd`: what Argo CD is told with, once all that it will deliver is proven.

use std::collections::BTreeSet;

use super::Fault;
use super::build::internal;
use crate::analyze::Checked;
use crate::compile::{Proven, compile_with_examples};
use crate::emit::{self, ArgoCd, Untold};
use crate::output::argo_cd::{self, FOLDER};
use crate::output::write::{Batch, EnvironmentFolder, Origin};

/// What Argo CD is told with, and that what it is about is proven.
///
/// # Errors
/// Where the spec does not say enough.
pub(super) fn told(checked: Checked<'_>) -> Result<(ArgoCd, Proven), Fault> {
    if !checked.analysis().inputs.environments.is_empty() {
        return Err(Fault::new("`--format argocd` speaks of all environments; `--env` names some")
            .hint("take out `--env`; what is built of a preview follows from its declaration"));
    }
    if let Some(environment) = checked.model().environments.iter().find(|environment| environment.slug == FOLDER) {
        let fault =
            format!("environment `{}` is written to the folder `{FOLDER}`, where Argo CD is told", environment.title);
        return Err(Fault::new(fault).hint("give the environment another name"));
    }
    let compilation = compile_with_examples(&checked);
    let mut kinds = BTreeSet::new();
    for objects in compilation.environments().flatten() {
        kinds.extend(objects.iter().map(crate::object::Object::kind));
    }
    let proven = compilation.prove().map_err(|disproof| internal(&disproof))?;
    let told = emit::argo_cd(checked.model(), checked.analysis().sources(), &kinds).map_err(|untold| match untold {
        Untold::NotStated => Fault::new("the platform states no `delivery`, so that Argo CD can be told nothing").hint(
            "in the platform block: `delivery argocd { in ENVIRONMENT; repository \"https://git.example.com/team/deploy.git\"; path \"deploy\" }`",
        ),
        Untold::NoHome(name) => {
            Fault::new(format!("Argo CD runs in one place, and environment `{name}` has parameters")).hint("name another one with `in`")
        }
        Untold::NotNumbered(name) => Fault::new(format!(
            "the instances of environment `{name}` cannot be told by the number of a pull request"
        ))
        .hint("it needs exactly one parameter, and a namespace with the parameter in it, such as `\"shop-pr-${pr}\"`"),
    })?;
    Ok((told, proven))
}

/// The folder and its files.
pub(super) fn folder(told: &ArgoCd) -> (EnvironmentFolder, Vec<Batch>) {
    (EnvironmentFolder { name: FOLDER.to_owned(), origin: Origin::Delivery }, vec![argo_cd::files(told)])
}
