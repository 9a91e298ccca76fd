//! `bvlc build --format kustomize`: which environments lean on the bases.

use std::collections::BTreeSet;

use super::Fault;
use super::build::{FolderFiles, internal};
use crate::analyze::Checked;
use crate::compile::Compilation;
use crate::model::environment::Instance;
use crate::model::{Environment, EnvironmentId};
use crate::object::Object;
use crate::output::kustomize::{self, BASE, Bases};
use crate::output::write::{Batch, EnvironmentFolder, Origin};

/// The bases of the fixed environments; none where none of these is written.
///
/// # Errors
/// Where some of them are written and others are not, or one is called like the folder of the bases.
pub(super) fn bases(compilation: &Compilation<'_>, checked: Checked<'_>) -> Result<Option<Bases>, Fault> {
    let fixed = |environment: &&Environment| environment.instance == Instance::Fixed;
    let wanted: BTreeSet<EnvironmentId> = checked.analysis().wanted.iter().copied().collect();
    let (written, left_out): (Vec<&Environment>, Vec<&Environment>) =
        checked.model().environments.iter().filter(fixed).partition(|environment| wanted.contains(&environment.id));
    if written.is_empty() {
        return Ok(None);
    }
    if let Some(left_out) = left_out.first() {
        let fault = format!(
            "`--format kustomize` writes all environments without parameters or none of them: their overlays share one base, and `{}` \
             would get it without being built",
            left_out.title
        );
        let all = written.iter().map(|environment| &environment.title);
        let names: Vec<_> = all.map(|title| format!("`--env {title}`")).collect();
        return Err(Fault::new(fault).hint(format!(
            "take out {}, or name the others as well; what is released apart is built in the plain form",
            names.join(", ")
        )));
    }
    let called = checked.analysis().wanted.iter().filter_map(|id| checked.model().environment(*id));
    if let Some(environment) = called.into_iter().find(|environment| environment.slug == BASE) {
        return Err(Fault::new(format!(
            "the overlay of environment `{}` would stand in the folder `{BASE}`, where `--format kustomize` writes what all overlays \
             share",
            environment.title
        ))
        .hint("give the environment another name"));
    }
    Bases::of(|| of_fixed(compilation, checked)).map(Some).map_err(|error| internal(&error))
}

/// The folder of the bases and its files.
pub(super) fn base<'s>(bases: &'s Bases, compilation: &'s Compilation<'s>, checked: Checked<'s>) -> FolderFiles<'s> {
    let folder = EnvironmentFolder { name: BASE.to_owned(), origin: Origin::Fixed };
    (folder, Box::new(bases.files(of_fixed(compilation, checked))))
}

/// The files of an environment's overlay.
pub(super) fn overlay<'s>(
    bases: Option<&'s Bases>,
    id: EnvironmentId,
    checked: Checked<'s>,
    objects: impl Iterator<Item = Vec<Object>> + 's,
) -> Box<dyn Iterator<Item = Batch> + 's> {
    let Some(environment) = checked.model().environment(id) else { return Box::new(std::iter::empty()) };
    let bases = bases.filter(|_| environment.instance == Instance::Fixed);
    let (folder, namespace) = (environment.slug.clone(), environment.namespace_name().to_owned());
    Box::new(kustomize::overlay(bases, folder, namespace, objects))
}

/// The folder and the objects of each fixed environment.
fn of_fixed<'s>(
    compilation: &'s Compilation<'s>,
    checked: Checked<'s>,
) -> impl Iterator<Item = (String, impl Iterator<Item = Vec<Object>> + 's)> + 's {
    let is_fixed = move |id| checked.model().environment(id).is_some_and(|one| one.instance == Instance::Fixed);
    compilation
        .foreseen()
        .filter(move |emitted| is_fixed(emitted.environment))
        .map(|emitted| (emitted.folder, emitted.objects))
}
