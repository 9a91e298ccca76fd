//! What Argo CD is told with, as files of one folder or as a stream: the project before what needs it.

use serde::Serialize;

use super::layout::escaped;
use super::write::Batch;
use super::{OutputFile, WriteError, yaml};
use crate::emit::ArgoCd;
use crate::object::argo_cd::{Resource, Spec};

/// The folder of all of it, beside those of the environments: no environment has a `_` in its name, and many a one that Argo
/// CD runs in is called `argocd`.
pub const FOLDER: &str = "_argocd";

/// Its files.
///
/// # Errors
/// When the writer refuses one; see [`WriteError`].
pub fn files(told: &ArgoCd) -> Batch {
    documents(told).collect()
}

/// All of it as one text.
///
/// # Errors
/// When the writer refuses it; see [`WriteError`].
pub fn stream(told: &ArgoCd) -> Result<String, WriteError> {
    let texts: Result<Vec<String>, WriteError> =
        documents(told).map(|file| Ok(String::from_utf8_lossy(&file?.bytes).into_owned())).collect();
    Ok(texts?.join(yaml::BETWEEN))
}

fn documents(told: &ArgoCd) -> impl Iterator<Item = Result<OutputFile, WriteError>> {
    let project = std::iter::once_with(|| document(&told.project));
    let applications = told.applications.iter().map(document);
    project.chain(applications).chain(told.application_sets.iter().map(document))
}

/// The kind in lower case begins the name of a file, so that no name of one kind can be taken for another kind.
fn document<S: Spec>(resource: &Resource<S>) -> Result<OutputFile, WriteError>
where
    Resource<S>: Serialize,
{
    let name = resource.metadata.name.as_deref().unwrap_or_default();
    yaml::file(format!("{FOLDER}/{}-{}.yaml", S::KIND.to_ascii_lowercase(), escaped(name)), resource)
}
