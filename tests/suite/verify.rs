//! `tests/verify`: manifests of others. A file is a cluster; what `#~` claims is found, and nothing else.

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::unmatched;
use crate::compiler::Files;
use crate::{annotation, disk};

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let files = disk::tree(&setup.root.join("tests/verify"))?;
    let cases = files.into_iter().map(|(path, text)| {
        let setup = setup.clone();
        Case::new(format!("verify/{path}"), move || judge(&setup, &path, &text))
    });
    Ok(cases.collect())
}

/// Compares what is claimed of one file with what is found.
pub(crate) fn judge(setup: &Setup, path: &str, text: &str) -> Outcome {
    let claims = annotation::claims(path, text)?;
    let found = setup.compiler.verify(&Files::from([(path.to_owned(), text.to_owned())]));
    outcome(&unmatched(&claims, &found, &|path, line| format!("{path}:{line}")))
}
