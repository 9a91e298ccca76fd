//! The platforms that the server is tried on: all examples, and all mistakes of `tests/fail`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of a platform's root file.
pub(crate) const ROOT: &str = "platform.bvl";

/// A platform: texts by path.
pub(crate) type Platform = BTreeMap<String, String>;

/// Every platform below a folder of the repository: one with a root file, or a file that is one.
pub(crate) fn platforms(folder: &str) -> Vec<(String, Platform)> {
    let mut found = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    assert!(!found.is_empty());
    found
}

fn below(folder: &Path, found: &mut Vec<(String, Platform)>) {
    if folder.join(ROOT).is_file() {
        let mut platform = Platform::new();
        collect(folder, folder, &mut platform);
        found.push((folder.display().to_string(), platform));
        return;
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "bvl")
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path.display().to_string(), Platform::from([(ROOT.to_owned(), text)])));
        }
    }
}

fn collect(root: &Path, folder: &Path, platform: &mut Platform) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_spec = path.extension().is_some_and(|extension| extension == "bvl");
        if path.is_dir() {
            collect(root, &path, platform);
        } else if is_spec && let Ok(text) = fs::read_to_string(&path) {
            platform.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text);
        }
    }
}
