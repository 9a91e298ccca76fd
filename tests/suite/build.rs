//! `tests/build` and `examples`: a platform in a folder, and what it builds in `expected/` beside it.

use std::path::Path;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::unmatched;
use crate::disk;
use crate::example::claims;
use crate::words;

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (folder, name) in [("tests/build", "build"), ("examples", "examples")] {
        for case in disk::folders(&setup.root.join(folder))? {
            let path = setup.root.join(folder).join(&case);
            let setup = setup.clone();
            cases.push(Case::new(format!("{name}/{case}"), move || judge(&setup, &path)));
        }
    }
    Ok(cases)
}

/// The files of a case without its expectations, and its arguments.
pub(crate) fn input(folder: &Path) -> Result<(crate::compiler::Files, Vec<String>), String> {
    let mut files = disk::tree(folder)?;
    files.retain(|path, _| !path.starts_with("expected/"));
    let arguments = words::arguments(&files.remove("args").unwrap_or_default())?;
    Ok((files, arguments))
}

fn judge(setup: &Setup, folder: &Path) -> Outcome {
    let (files, arguments) = input(folder)?;
    let found = setup.compiler.diagnose(&files);
    outcome(&unmatched(&claims(&files)?, &found, &|path, line| format!("{path}:{line}")))?;
    let built = setup.compiler.build(&files, &arguments)?;
    if built.is_empty() {
        return Err("nothing was built".to_owned());
    }
    disk::expect_tree(&folder.join("expected"), &built, setup.bless)
}
