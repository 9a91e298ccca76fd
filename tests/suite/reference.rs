//! The pages below docs/ that are generated from tables: each is as it would be written, and none is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::case::{Case, Outcome, Setup};
use crate::compare::difference;
use crate::disk;
use crate::explanation;

/// The folders that hold generated pages and nothing else.
pub(crate) const FOLDERS: [&str; 2] = ["docs/errors/", "docs/reference/"];

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut shown = BTreeMap::new();
    for code in setup.compiler.codes() {
        // an example that cannot be read is the failure of its own trial
        shown.insert(code.code.clone(), explanation::shown(setup, &code).unwrap_or_default());
    }
    let pages = setup.compiler.reference(&shown);
    let mut paths: BTreeSet<String> = pages.keys().cloned().collect();
    for folder in FOLDERS {
        paths.extend(disk::tree(&setup.root.join(folder))?.into_keys().map(|path| format!("{folder}{path}")));
    }
    let cases = paths.into_iter().map(|path| {
        let (setup, text) = (setup.clone(), pages.get(&path).cloned());
        Case::new(format!("reference/{path}"), move || judge(&setup, &path, text.as_deref()))
    });
    Ok(cases.collect())
}

fn judge(setup: &Setup, path: &str, text: Option<&str>) -> Outcome {
    let file = setup.root.join(path);
    let known = disk::read(&file).unwrap_or_default();
    match text {
        Some(text) if text == known => Ok(()),
        Some(text) if setup.bless => disk::write(&file, text),
        Some(text) => Err(format!("(BLESS=1 rewrites it)\n{}", difference(&known, text).unwrap_or_default())),
        None if setup.bless => fs::remove_file(&file).map_err(|error| format!("{path}: {error}")),
        None => Err("nothing makes this page (BLESS=1 removes it)".to_owned()),
    }
}
