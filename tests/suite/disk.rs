//! Folders as texts by path, and the comparison and blessing of expected ones.

use std::fs;
use std::path::Path;

use crate::case::{Outcome, outcome};
use crate::compare::difference;
use crate::compiler::Files;

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(failed(path))
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    fs::write(path, text).map_err(failed(path))
}

/// Whether a path ends in `.` and this.
pub(crate) fn ends_in(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Every file below a folder by its path within, none where there is no folder.
pub(crate) fn tree(folder: &Path) -> Result<Files, String> {
    let mut found = Files::new();
    if folder.is_dir() {
        walk(folder, "", &mut found)?;
    }
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Files) -> Outcome {
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, read(&entry.path())?);
        }
    }
    Ok(())
}

/// The folders directly below one, sorted; none where there is no such folder.
pub(crate) fn folders(folder: &Path) -> Result<Vec<String>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        if entry.path().is_dir() {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// Makes a folder that is there and empty.
pub(crate) fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed(folder))?;
    }
    fs::create_dir_all(folder).map_err(failed(folder))
}

/// Writes all files below a folder.
pub(crate) fn write_tree(folder: &Path, files: &Files) -> Outcome {
    files.iter().try_for_each(|(path, text)| write(&folder.join(path), text))
}

/// Whether a folder holds exactly these files; with `bless` it is made so.
pub(crate) fn expect_tree(folder: &Path, actual: &Files, bless: bool) -> Outcome {
    let expected = tree(folder)?;
    if expected == *actual {
        return Ok(());
    }
    if bless {
        empty(folder)?;
        return write_tree(folder, actual);
    }
    let mut wrong = Vec::new();
    for (path, text) in actual {
        match expected.get(path) {
            None => wrong.push(format!("{path}: is built, and not expected")),
            Some(known) => wrong.extend(difference(known, text).map(|diff| format!("{path}:\n{diff}"))),
        }
    }
    let stale = expected.keys().filter(|path| !actual.contains_key(*path));
    wrong.extend(stale.map(|path| format!("{path}: is expected, and not built")));
    wrong.push("If this is what you mean, read the change and run again with BLESS=1.".to_owned());
    outcome(&wrong)
}
