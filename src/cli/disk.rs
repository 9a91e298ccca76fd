//! The output folder on the real disk.
//!
//! Invariants: nothing is touched outside the folder, no link below it is followed (each parent is looked at before each
//! step); a [`LockedFolder`] is the only way to change anything, and two of one folder never live at the same time, whatever
//! processes they are in. The lock is the system's own and ends with its process, so that a killed build blocks nobody.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::output::write::{Disk, DiskError, DiskMut, Flush, Kind, WORK};

const LOCK: &str = "lock";
/// How often the lock may vanish under our hands, each time because another build ended just then.
const ATTEMPTS: u32 = 100;

/// An output folder, to look into. It need not exist.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// An output folder that no other build can change meanwhile.
#[derive(Debug)]
pub struct LockedFolder {
    folder: Folder,
    lock: File,
}

impl Folder {
    /// The folder at a path, which may be a link to one.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the folder if need be, and keeps other builds out until the result is dropped.
    ///
    /// # Errors
    /// Where the folder cannot be made or written, or another build has it.
    pub fn lock(self) -> Result<LockedFolder, DiskError> {
        fs::create_dir_all(&self.root).map_err(|error| self.cannot_use(&error))?;
        let path = self.root.join(WORK).join(LOCK);
        for _ in 0..ATTEMPTS {
            self.make_folder(WORK)?;
            // not created anew: the lock is on the one file that all builds of this folder open
            let lock = match File::options().write(true).create(true).truncate(false).open(&path) {
                Ok(lock) => lock,
                // the build before removed it with its folder just now
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(self.cannot_use(&error)),
            };
            match lock.try_lock() {
                // some network file systems know no locks
                Ok(()) => {}
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(self.cannot_use(&error)),
                Err(TryLockError::WouldBlock) => return Err(self.busy()),
            }
            // the build before may have removed the file between our opening and locking it: then the lock holds nobody out
            if is_still_at(&lock, &path) {
                return Ok(LockedFolder { folder: self, lock });
            }
        }
        Err(self.busy())
    }

    fn busy(&self) -> DiskError {
        let message = "another build is writing there; try again when it has finished".to_owned();
        DiskError { path: self.root.display().to_string(), doing: "write into", message }
    }

    fn cannot_use(&self, error: &io::Error) -> DiskError {
        let is_no_folder = matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotADirectory);
        let message = if is_no_folder { "it is not a folder".to_owned() } else { words(error) };
        DiskError { path: self.root.display().to_string(), doing: "write into", message }
    }

    /// A path below the folder, after making sure that no parent is a link.
    fn resolve(&self, path: &str, doing: &'static str) -> Result<PathBuf, DiskError> {
        let mut full = self.root.clone();
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            full.push(part);
            if parts.peek().is_some() && fs::symlink_metadata(&full).is_ok_and(|found| found.is_symlink()) {
                let message = "it is a link, which bvlc does not follow".to_owned();
                return Err(DiskError { path: full.display().to_string(), doing, message });
            }
        }
        Ok(full)
    }

    fn cannot(&self, doing: &'static str, path: &str, error: &io::Error) -> DiskError {
        let full = if path.is_empty() { self.root.clone() } else { self.root.join(path) };
        DiskError { path: full.display().to_string(), doing, message: words(error) }
    }

    fn make_folder(&self, path: &str) -> Result<(), DiskError> {
        let full = self.resolve(path, "create")?;
        match fs::symlink_metadata(&full) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(found) if found.is_symlink() => {
                let message = "it is a link, which bvlc does not follow".to_owned();
                Err(DiskError { path: full.display().to_string(), doing: "write into", message })
            }
            _ => fs::create_dir_all(&full).map_err(|error| self.cannot("create", path, &error)),
        }
    }

    /// Runs a step, and once more with the parents of `path` made if they were missing.
    fn with_parents<T>(
        &self,
        path: &str,
        doing: &'static str,
        step: impl Fn() -> io::Result<T>,
    ) -> Result<T, DiskError> {
        match step() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if let Some((parent, _)) = path.rsplit_once('/') {
                    self.make_folder(parent)?;
                }
                step().map_err(|error| self.cannot(doing, path, &error))
            }
            done => done.map_err(|error| self.cannot(doing, path, &error)),
        }
    }
}

/// Whether the open file is the one that the path names.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere the lock file is never removed, so it is always the same one.
#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

/// What the errors that a user may meet and mend mean; the system has words for the rest.
const WORDS: &[(ErrorKind, &str)] = &[
    (ErrorKind::NotFound, "it is not there"),
    (ErrorKind::PermissionDenied, "permission denied"),
    (ErrorKind::AlreadyExists, "something of that name is there already"),
    (ErrorKind::NotADirectory, "it, or something above it, is not a folder"),
    (ErrorKind::IsADirectory, "it is a folder"),
    (ErrorKind::ReadOnlyFilesystem, "the file system is read-only"),
    (ErrorKind::StorageFull, "the disk is full"),
    (ErrorKind::QuotaExceeded, "the disk quota is used up"),
    (ErrorKind::InvalidFilename, "the file system does not allow such a name"),
];

fn words(error: &io::Error) -> String {
    let known = WORDS.iter().find(|(kind, _)| *kind == error.kind());
    known.map_or_else(|| error.to_string(), |(_, words)| (*words).to_owned())
}

fn kind_of(found: fs::FileType) -> Kind {
    if found.is_file() {
        Kind::File
    } else if found.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

impl Disk for Folder {
    fn look(&self, path: &str) -> Result<Option<Kind>, DiskError> {
        let full = self.resolve(path, "look at")?;
        match fs::symlink_metadata(full) {
            Ok(found) => Ok(Some(kind_of(found.file_type()))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.cannot("look at", path, &error)),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        fs::read(self.resolve(path, "read")?).map_err(|error| self.cannot("read", path, &error))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, DiskError> {
        let full = self.resolve(path, "list")?;
        let entries = match fs::read_dir(full) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.cannot("list", path, &error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.cannot("list", path, &error))?;
            let kind = entry.file_type().map_err(|error| self.cannot("list", path, &error))?;
            // a name that is not Unicode is none that bvlc made
            if let Ok(name) = entry.file_name().into_string() {
                found.push((name, kind_of(kind)));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }
}

impl Disk for LockedFolder {
    fn look(&self, path: &str) -> Result<Option<Kind>, DiskError> {
        self.folder.look(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        self.folder.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, DiskError> {
        self.folder.list(path)
    }
}

impl DiskMut for LockedFolder {
    fn write(&self, path: &str, bytes: &[u8], flush: Flush) -> Result<(), DiskError> {
        let full = self.folder.resolve(path, "write")?;
        self.folder.with_parents(path, "write", || {
            let mut file = File::create_new(&full)?;
            file.write_all(bytes)?;
            match flush {
                Flush::Now => file.sync_all(),
                Flush::Later => Ok(()),
            }
        })
    }

    fn keep(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let source = self.folder.resolve(from, "copy")?;
        let full = self.folder.resolve(to, "write")?;
        self.folder.with_parents(to, "write", || match fs::hard_link(&source, &full) {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
            // not every file system has second names
            Err(_) => copy(&source, &full),
            Ok(()) => Ok(()),
        })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let source = self.folder.resolve(from, "rename")?;
        let full = self.folder.resolve(to, "write")?;
        self.folder.with_parents(to, "write", || fs::rename(&source, &full))
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        let full = self.folder.resolve(path, "remove")?;
        fs::remove_file(full).map_err(|error| self.folder.cannot("remove", path, &error))
    }

    fn remove_folder_if_empty(&self, path: &str) -> Result<(), DiskError> {
        let full = self.folder.resolve(path, "remove")?;
        match fs::remove_dir(full) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty || is_absent(&error) => Ok(()),
            done => done.map_err(|error| self.folder.cannot("remove", path, &error)),
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut target = File::create_new(to)?;
    io::copy(&mut File::open(from)?, &mut target).map(|_| ())
}

impl Drop for LockedFolder {
    /// Removes the lock before it is let go. What cannot be removed hinders nobody.
    fn drop(&mut self) {
        if cfg!(unix) {
            let work = self.folder.root.join(WORK);
            drop(fs::remove_file(work.join(LOCK)));
            drop(fs::remove_dir(work));
        }
        drop(self.lock.unlock());
    }
}
