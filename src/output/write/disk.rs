//! How output reaches files: [`Disk`] looks, [`DiskMut`] changes; the real ones are in `cli`, tests use one that dies.
//!
//! Invariants: paths are relative to the output folder, `/` between parts; an implementation never leaves that folder
//! and never goes through a link below it. Only who holds the folder's lock can be a [`DiskMut`].

use std::fmt;

/// The folder of all that is not output; gone when no build is under way. All names of bvlc's own begin like it.
pub const WORK: &str = ".bvlc";

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, a device, a pipe: nothing that bvlc makes, so nothing that it touches.
    Other,
}

/// Why something could not be done to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskError {
    /// The path as the user knows it.
    pub path: String,
    /// What was tried, after "cannot": `read`, `write`.
    pub doing: &'static str,
    /// Why it failed.
    pub message: String,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.doing, self.path, self.message)
    }
}

impl std::error::Error for DiskError {}

/// When the bytes of a new file must have reached the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// When the system sees fit: survives the death of the process, not that of the machine.
    Later,
    /// Before the call returns.
    Now,
}

/// Looks into the output folder.
pub trait Disk: Sync {
    /// What stands at the path; links are not followed. `None` also where a parent is missing or is a file.
    ///
    /// # Errors
    /// Where the system refuses to say, or a parent is a link.
    fn look(&self, path: &str) -> Result<Option<Kind>, DiskError>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where there is no such file or it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError>;

    /// What stands in a folder (the empty path is the output folder), by name, sorted; nothing where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, DiskError>;
}

/// Changes the output folder. After an error the path is as before, but for a new file, which may hold a part.
pub trait DiskMut: Disk {
    /// Writes a new file, making its parents.
    ///
    /// # Errors
    /// Where it exists, or the system refuses.
    fn write(&self, path: &str, bytes: &[u8], flush: Flush) -> Result<(), DiskError>;

    /// Gives a file's present content a second name that later renames over the first leave alone, making parents.
    ///
    /// # Errors
    /// Where the new name is taken, or the system refuses.
    fn keep(&self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Gives a file another name in one step, replacing the file that has it, making parents.
    ///
    /// # Errors
    /// Where the system refuses.
    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError>;

    /// Removes a file.
    ///
    /// # Errors
    /// Where there is none, or the system refuses.
    fn remove(&self, path: &str) -> Result<(), DiskError>;

    /// Removes a folder if it is there and empty.
    ///
    /// # Errors
    /// Where it is empty and the system refuses.
    fn remove_folder_if_empty(&self, path: &str) -> Result<(), DiskError>;
}

/// Whether a path, from wherever it came, names a file below the output folder that is not one of bvlc's own books,
/// on every system: no `..`, no drive, no second kind of separator.
pub(super) fn is_output_path(path: &str) -> bool {
    path.split('/').all(|part| {
        let ours = part.get(..WORK.len()).is_some_and(|start| start.eq_ignore_ascii_case(WORK));
        !part.is_empty() && part != "." && part != ".." && !ours && !part.contains(is_unsafe)
    })
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\\' | ':')
}

/// The folders above a path, the highest first: `a` and `a/b` for `a/b/c`.
pub(super) fn parents(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_paths() {
        for (path, expected) in [
            ("prod/web.yaml", true),
            ("prod/values/kube-system.yaml", true),
            (".hidden", true),
            ("..web", true),
            ("", false),
            ("/etc/passwd", false),
            ("prod//web", false),
            ("prod/", false),
            ("../web", false),
            ("prod/../../web", false),
            ("./web", false),
            ("c:web", false),
            ("prod\\web", false),
            ("a\nb", false),
            (".bvlc/journal", false),
            ("prod/.BVLC-record", false),
        ] {
            assert_eq!(is_output_path(path), expected, "{path:?}");
        }
    }

    #[test]
    fn parents_of() {
        assert_eq!(parents("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(parents("a").count(), 0);
    }
}
