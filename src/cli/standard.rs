//! Copies of the standard library and of the pages of codes below the user's cache folder, so that any editor can open them.
//!
//! Invariants: a copy has the text that this bvlc has embedded, whatever is on the disk; it appears whole or not at all, and
//! is for reading only.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::system;
use crate::lsp::Shelf;

/// The folder of the copies, which each version has for itself; `None` where the user has no cache.
fn folder() -> Option<PathBuf> {
    Some(cache()?.join("bvlc").join(concat!("std-", env!("CARGO_PKG_VERSION"))))
}

/// Where programs keep what they can make again.
pub(super) fn cache() -> Option<PathBuf> {
    let of = |name: &str| system::variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return of("LOCALAPPDATA");
    }
    // the XDG Base Directory Specification 0.8, "Environment variables"
    let home = || of("HOME").map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }));
    of("XDG_CACHE_HOME").or_else(home)
}

/// The path as specs have it of a copy; `None` for any other file.
pub(super) fn path_of(file: &Path) -> Option<String> {
    let name = file.strip_prefix(folder()?).ok()?.to_str()?;
    Some(format!("std/{name}"))
}

/// One thread of the process writes at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// The copy of a file of the standard library; `None` where it cannot be written.
pub(super) fn copy(path: &str, text: &str) -> Option<PathBuf> {
    written(folder()?.join(path.strip_prefix("std/").unwrap_or(path)), text)
}

/// A page, by its shelf and its name; `None` where it cannot be written.
pub(super) fn page(shelf: Shelf, name: &str, text: &str) -> Option<PathBuf> {
    let folder = match shelf {
        Shelf::Errors => concat!("errors-", env!("CARGO_PKG_VERSION")),
        Shelf::Reference => concat!("reference-", env!("CARGO_PKG_VERSION")),
    };
    written(cache()?.join("bvlc").join(folder).join(name), text)
}

/// The file once it has this text.
fn written(file: PathBuf, text: &str) -> Option<PathBuf> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let is_there = || system::read(&file).is_ok_and(|known| known == text.as_bytes());
    // another process may have been first
    (is_there() || system::keep(&file, text).is_ok() || is_there()).then_some(file)
}
