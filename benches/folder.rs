//! A platform's folder, as the benches read it.

use std::path::PathBuf;

use bvlc::source::files::matches_pattern;
use bvlc::source::{FileError, Files};

/// A folder without folders in it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|error| FileError::Other(error.to_string()))
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let entries = std::fs::read_dir(&self.0).map_err(|error| FileError::Other(error.to_string()))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| matches_pattern(pattern, name)).collect();
        names.sort();
        Ok(names)
    }
}
