//! The real file system, as the compiler sees it: the folder of one platform.
//!
//! Invariants: nothing outside the folder is read, links included; no more than [`MOST_BYTES`] of a file; only what is a
//! file (a device or a pipe could be read for ever).

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::place::words;
use crate::source::{FileError, Files, files::matches_pattern};

/// The most that is read of one file.
pub(super) const MOST_BYTES: u64 = 64 << 20;

/// A folder on disk.
#[derive(Debug, Clone)]
pub(super) struct DiskFiles {
    /// Without links in it.
    root: PathBuf,
}

impl DiskFiles {
    /// The files of a folder.
    ///
    /// # Errors
    /// Where there is no such folder.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self { root: folder.canonicalize()? })
    }

    /// The folder, without links in it.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of a spec leads, links followed, if it stays in the folder.
    fn resolve(&self, path: &str) -> Result<PathBuf, FileError> {
        let mut depth = 0_usize;
        for component in Path::new(path).components() {
            match component {
                Component::Normal(_) => depth += 1,
                Component::CurDir => {}
                Component::ParentDir => depth = depth.checked_sub(1).ok_or(FileError::Outside)?,
                Component::RootDir | Component::Prefix(_) => return Err(FileError::Outside),
            }
        }
        let resolved = self.root.join(path).canonicalize().map_err(|error| reason(&error))?;
        if resolved.starts_with(&self.root) { Ok(resolved) } else { Err(FileError::Outside) }
    }

    /// Adds the files below a folder that match the pattern.
    fn walk(&self, folder: &str, pattern: &[&str], found: &mut Vec<String>) -> Result<(), FileError> {
        let Some((part, rest)) = pattern.split_first() else { return Ok(()) };
        if *part == "**" {
            self.walk(folder, rest, found)?;
        }
        let whole = pattern.join("/");
        for entry in fs::read_dir(self.resolve(folder)?).map_err(|error| reason(&error))? {
            let entry = entry.map_err(|error| reason(&error))?;
            // a name that is no UTF-8 cannot be written in a spec
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if folder == "." { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(|error| reason(&error))?;
            if kind.is_dir() || kind.is_symlink() && entry.path().is_dir() {
                // a link below `**` could lead in circles
                if *part == "**" && !kind.is_symlink() {
                    self.walk(&path, pattern, found)?;
                } else if *part != "**" && matches_pattern(part, &name) && !rest.is_empty() {
                    self.walk(&path, rest, found)?;
                }
            } else if matches_pattern(&whole, &name) {
                found.push(path);
            }
        }
        Ok(())
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let resolved = self.resolve(path)?;
        let metadata = fs::metadata(&resolved).map_err(|error| reason(&error))?;
        if metadata.is_dir() {
            return Err(FileError::IsFolder);
        }
        if !metadata.is_file() {
            return Err(FileError::Other("it is neither a file nor a folder".to_owned()));
        }
        let mut bytes = Vec::new();
        let file = File::open(&resolved).map_err(|error| reason(&error))?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(FileError::TooLarge(MOST_BYTES));
        }
        Ok(bytes)
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let parts: Vec<&str> = pattern.split('/').collect();
        // the folders before the first star are named, not looked for
        let is_fixed = |part: &&str| !part.contains('*');
        let n_fixed = parts.iter().take_while(|part| is_fixed(part)).count().min(parts.len().saturating_sub(1));
        let (fixed, rest) = parts.split_at(n_fixed);
        let folder = if fixed.is_empty() { ".".to_owned() } else { fixed.join("/") };
        let mut found = Vec::new();
        match self.walk(&folder, rest, &mut found) {
            Ok(()) | Err(FileError::NotFound) => {}
            Err(error) => return Err(error),
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}

fn reason(error: &io::Error) -> FileError {
    let known = [(io::ErrorKind::NotFound, FileError::NotFound), (io::ErrorKind::IsADirectory, FileError::IsFolder)];
    let reason = known.into_iter().find(|(kind, _)| *kind == error.kind());
    reason.map_or_else(|| FileError::Other(words(error)), |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own below the build's, empty at first.
    fn folder(name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/unit/files").join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.join("p/teams/deep")).unwrap();
        for path in ["p/platform.bvl", "p/teams/b.bvl", "p/teams/a.bvl", "p/teams/deep/c.bvl", "p/teams/x.txt", "o.bvl"]
        {
            fs::write(folder.join(path), path).unwrap();
        }
        folder
    }

    #[test]
    fn only_the_folder_is_read() {
        let folder = folder("read");
        let files = DiskFiles::new(&folder.join("p")).unwrap();
        for (path, expected) in [
            ("platform.bvl", Ok("p/platform.bvl")),
            ("teams/../teams/a.bvl", Ok("p/teams/a.bvl")),
            ("teams", Err(FileError::IsFolder)),
            ("none.bvl", Err(FileError::NotFound)),
            ("../o.bvl", Err(FileError::Outside)),
            ("teams/../../o.bvl", Err(FileError::Outside)),
            ("/etc/hostname", Err(FileError::Outside)),
        ] {
            assert_eq!(files.read(path), expected.map(|text| text.as_bytes().to_vec()), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        use std::os::unix::fs::symlink;
        let folder = folder("links");
        let inside = folder.join("p");
        symlink("../o.bvl", inside.join("out.bvl")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("teams/a.bvl", inside.join("in.bvl")).unwrap();
        symlink("/dev/zero", inside.join("zero")).unwrap();
        let files = DiskFiles::new(&inside).unwrap();
        assert_eq!(files.read("out.bvl"), Err(FileError::Outside));
        assert_eq!(files.read("up/o.bvl"), Err(FileError::Outside));
        assert_eq!(files.read("zero"), Err(FileError::Outside));
        assert_eq!(files.read("in.bvl").unwrap(), b"p/teams/a.bvl");
        assert_eq!(files.list("up/*.bvl"), Err(FileError::Outside));
        let own = DiskFiles::new(Path::new("/dev")).unwrap();
        assert!(matches!(own.read("null"), Err(FileError::Other(_))));
    }

    #[test]
    fn no_file_is_read_without_end() {
        let folder = folder("large");
        let large = File::create(folder.join("p/large.bvl")).unwrap();
        let files = DiskFiles::new(&folder.join("p")).unwrap();
        large.set_len(MOST_BYTES + 1).unwrap();
        assert_eq!(files.read("large.bvl"), Err(FileError::TooLarge(MOST_BYTES)));
    }

    #[test]
    fn a_list_is_what_the_pattern_says() {
        let folder = folder("list");
        let files = DiskFiles::new(&folder.join("p")).unwrap();
        let everything = ["platform.bvl", "teams/a.bvl", "teams/b.bvl", "teams/deep/c.bvl", "teams/x.txt"];
        for pattern in [
            "*.bvl",
            "teams/*.bvl",
            "teams/**/*.bvl",
            "**/*.bvl",
            "*/*",
            "**",
            "t*/a.bvl",
            "teams/a.bvl",
            "none/*.bvl",
            "*/deep/*",
            "**/deep/**/c.bvl",
            "teams/*/*",
            "*/**",
        ] {
            let expected: Vec<&str> = everything.into_iter().filter(|path| matches_pattern(pattern, path)).collect();
            assert_eq!(files.list(pattern).unwrap(), expected, "{pattern}");
        }
    }
}
