//! How the compiler reaches files: read one, list by pattern, nothing else. The real file system is in `cli`.
//!
//! Invariant: paths are relative to the platform's folder, `/` between parts; an implementation never leaves that folder.

use std::collections::BTreeMap;

/// The name of a platform's root file.
pub const ROOT: &str = "platform.bvl";

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing is there.
    NotFound,
    /// A folder is there, not a file.
    IsFolder,
    /// The path leads out of the platform's folder.
    Outside,
    /// Larger than this many bytes, the most that is read.
    TooLarge(u64),
    /// The system's own words.
    Other(String),
}

/// Reading access to the platform's folder.
pub trait Files: Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// [`FileError`] says why there are none.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Every file below the platform's folder whose path matches the pattern, sorted. In a pattern `*` stands for any
    /// characters but `/`, `**/` for any folders.
    ///
    /// # Errors
    /// [`FileError`] where a folder cannot be listed.
    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError>;
}

/// Files that live in memory: for tests, fences in documentation, and editors' unsaved text.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// Files from pairs of path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect())
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let folder = format!("{path}/");
        self.0.get(path).cloned().ok_or_else(|| {
            let is_folder = self.0.keys().any(|known| known.starts_with(&folder));
            if is_folder { FileError::IsFolder } else { FileError::NotFound }
        })
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        Ok(self.0.keys().filter(|path| matches_pattern(pattern, path)).cloned().collect())
    }
}

/// Texts over other files: what they hold is read instead.
pub struct Overlay<'a, T> {
    /// What is there.
    pub below: &'a dyn Files,
    /// What is read instead, by path.
    pub texts: &'a BTreeMap<String, T>,
}

impl<T: AsRef<str> + Sync> Files for Overlay<'_, T> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_ref().as_bytes().to_vec()),
            None => self.below.read(path),
        }
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let mut found = self.below.list(pattern)?;
        found.extend(self.texts.keys().filter(|path| matches_pattern(pattern, path)).cloned());
        found.sort();
        found.dedup();
        Ok(found)
    }
}

/// Whether a path matches a pattern of [`Files::list`]. Takes time proportional to pattern times path.
pub fn matches_pattern(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // reachable[i]: the pattern so far can have consumed the first i parts of the path
    let mut reachable = vec![false; path.len() + 1];
    if let Some(first) = reachable.first_mut() {
        *first = true;
    }
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        if part == "**" {
            let mut seen = false;
            for (slot, from) in next.iter_mut().zip(&reachable) {
                seen |= *from;
                *slot = seen;
            }
        } else {
            for ((slot, from), name) in next.iter_mut().skip(1).zip(&reachable).zip(&path) {
                *slot = *from && matches_part(part.as_bytes(), name.as_bytes());
            }
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

fn matches_part(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n + 1));
                p += 1;
            }
            Some(byte) if Some(byte) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((at, from)) => {
                    p = at;
                    n = from;
                    retry = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("teams/*.bvl", "teams/a.bvl", true),
            ("teams/*.bvl", "teams/x/a.bvl", false),
            ("teams/**/*.bvl", "teams/x/y/a.bvl", true),
            ("teams/**/*.bvl", "teams/a.bvl", true),
            ("*a*b*", "xxaxxbx", true),
            ("*a*b*", "xxbxxax", false),
            ("a.bvl", "a.bvl", true),
        ] {
            assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
        }
    }
}
