//! Files of a git revision, read through git and never from the work tree.
//!
//! Invariants: nothing is checked out and nothing written; links and submodules are not followed; no more than
//! [`MOST_BYTES`] of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::files::MOST_BYTES;
use super::super::place::words;
use super::super::{Fault, system};
use crate::source::files::{MemoryFiles, matches_pattern};
use crate::source::{FileError, Files};
use crate::value::closest;

/// The files of a folder in a revision.
#[derive(Debug)]
pub(super) struct Revision {
    /// A folder of the repository's work tree, where git is asked.
    repository: PathBuf,
    /// What git calls each file, by its path in the folder.
    index: BTreeMap<String, String>,
    /// The files that are read in any case.
    loaded: MemoryFiles,
}

/// Runs git.
fn git(folder: &Path, arguments: &[&str], stdin: &str) -> Result<Result<Vec<u8>, String>, Fault> {
    system::git(folder, arguments, stdin).map_err(|error| {
        Fault::new(format!("cannot run git: {}", words(&error)))
            .hint("a revision is read with git; without it, compare two folders")
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}

/// The path of a folder within its repository, `/` at its end; empty for the topmost.
///
/// # Errors
/// Where the folder is in no repository.
pub(super) fn within(folder: &Path, revision: &str) -> Result<String, Fault> {
    match git(folder, &["rev-parse", "--show-prefix"], "")? {
        Ok(prefix) => Ok(text(&prefix)),
        Err(said) => {
            Err(Fault::new(format!("there is no file or folder `{revision}`, and git knows no revision: {said}")))
        }
    }
}

/// The commit of a revision.
///
/// # Errors
/// Where git knows none.
pub(super) fn known(folder: &Path, revision: &str) -> Result<String, Fault> {
    let named = format!("{revision}^{{commit}}");
    let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &named];
    let Ok(commit) = git(folder, &verify, "")? else { return Err(unknown(folder, revision)?) };
    Ok(text(&commit))
}

impl Revision {
    /// Reads the files below a folder, given by its path in the repository; those with one of these endings at once.
    ///
    /// # Errors
    /// Where there is no such revision, or nothing of that name in it.
    pub(super) fn read(folder: &Path, revision: &str, below: &str, endings: &[&str]) -> Result<Self, Fault> {
        let commit = known(folder, revision)?;
        let mut list = vec!["ls-tree", "-r", "-z", "--full-tree", &commit];
        if !below.is_empty() {
            list.extend(["--", below]);
        }
        let listed = git(folder, &list, "")?.map_err(|said| Fault::new(format!("cannot read `{revision}`: {said}")))?;
        let index = index(&listed, below);
        let mut files = Self { repository: folder.to_owned(), index, loaded: MemoryFiles::default() };
        // of one file nothing is left of its path
        let named = |path: &str| if path.is_empty() { below.to_owned() } else { path.to_owned() };
        let wanted = files.index.iter().filter(|(path, _)| endings.iter().any(|ending| named(path).ends_with(ending)));
        let wanted: Vec<(String, String)> = wanted.map(|(path, id)| (path.clone(), id.clone())).collect();
        files.load(&wanted, revision)?;
        Ok(files)
    }

    /// The paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// The files that were read at once.
    pub(super) fn loaded(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.loaded.0
    }

    fn load(&mut self, wanted: &[(String, String)], revision: &str) -> Result<(), Fault> {
        if wanted.is_empty() {
            return Ok(());
        }
        let asked: String = wanted.iter().flat_map(|(_, id)| [id.as_str(), "\n"]).collect();
        let fault = |said: &str| Fault::new(format!("cannot read `{revision}`: {said}"));
        let answer = git(&self.repository, &["cat-file", "--batch"], &asked)?.map_err(|said| fault(&said))?;
        let bodies = bodies(&answer).ok_or_else(|| fault("git's answer is cut short"))?;
        for ((path, _), body) in wanted.iter().zip(bodies) {
            self.loaded.0.insert(path.clone(), body);
        }
        Ok(())
    }
}

/// The files of a listing by their paths below a folder: `MODE TYPE ID\tPATH`, each with a zero byte behind it.
fn index(listed: &[u8], below: &str) -> BTreeMap<String, String> {
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| {
        let (about, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
        let mut about = about.split(' ');
        let (mode, _, id) = (about.next()?, about.next()?, about.next()?);
        let path = path.strip_prefix(below)?;
        // neither links nor submodules
        mode.starts_with("100").then(|| (path.to_owned(), id.to_owned()))
    });
    entries.collect()
}

/// The contents of `cat-file --batch`, in the order in which they were asked for: `ID TYPE SIZE\n`, the bytes, `\n`.
fn bodies(answer: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = answer;
    let mut bodies = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let size: usize = std::str::from_utf8(rest.get(..end)?).ok()?.rsplit(' ').next()?.parse().ok()?;
        let start = end + 1;
        bodies.push(rest.get(start..start.checked_add(size)?)?.to_vec());
        rest = rest.get(start + size + 1..)?;
    }
    Some(bodies)
}

/// What is said of a revision that git does not know.
fn unknown(folder: &Path, revision: &str) -> Result<Fault, Fault> {
    let refs = git(folder, &["for-each-ref", "--format=%(refname:short)"], "")?.unwrap_or_default();
    let refs = String::from_utf8_lossy(&refs).into_owned();
    let fault = Fault::new(format!("there is no file, folder or git revision `{revision}`"));
    Ok(match closest(revision, refs.lines().chain(["HEAD"])) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => {
            fault.hint("a revision is a branch, a tag, `HEAD~1` or a commit; one of another platform is REV:FOLDER")
        }
    })
}

impl Files for Revision {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let found = match (self.loaded.0.get(path), self.index.get(path)) {
            (Some(bytes), _) => bytes.clone(),
            (None, Some(id)) => match system::git(&self.repository, &["cat-file", "blob", id], "") {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(said)) => return Err(FileError::Other(said)),
                Err(error) => return Err(FileError::Other(words(&error))),
            },
            (None, None) => {
                let folder = format!("{path}/");
                let is_folder = self.index.keys().any(|known| known.starts_with(&folder));
                return Err(if is_folder { FileError::IsFolder } else { FileError::NotFound });
            }
        };
        if found.len() as u64 > MOST_BYTES { Err(FileError::TooLarge(MOST_BYTES)) } else { Ok(found) }
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        Ok(self.index.keys().filter(|path| matches_pattern(pattern, path)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_listed() {
        let listed = b"100644 blob a1\tp/platform.bvl\x00100755 blob b2\tp/t/a b.bvl\x00120000 blob c3\tp/link.bvl\x00160000 commit d4\tp/sub\x00100644 blob e5\tq/x.bvl\x00";
        let found: Vec<(String, String)> = index(listed, "p/").into_iter().collect();
        let expected = [("platform.bvl", "a1"), ("t/a b.bvl", "b2")];
        assert_eq!(found, expected.map(|(path, id)| (path.to_owned(), id.to_owned())));
        assert_eq!(index(listed, "").len(), 3);
    }

    #[test]
    fn contents_may_hold_anything() {
        let answer = b"a1 blob 3\na\nb\nb2 blob 0\n\nc3 blob 2\n\x00\n\n";
        let expected: Vec<Vec<u8>> = [&b"a\nb"[..], b"", b"\x00\n"].map(<[u8]>::to_vec).to_vec();
        assert_eq!(bodies(answer), Some(expected));
        for cut in [&b"a1 blob 3\na"[..], b"a1 missing\n", b"a1 blob 9999999999999999999\nx"] {
            assert_eq!(bodies(cut), None, "{cut:?}");
        }
        assert_eq!(bodies(b""), Some(Vec::new()));
    }
}
