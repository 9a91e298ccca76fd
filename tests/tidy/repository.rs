//! The files of the repository, and how a broken law is told.
#![expect(clippy::disallowed_methods, reason = "the tidy test reads the repository from disk")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::rust::{self, Token};

/// One text file.
pub(crate) struct File {
    /// Relative to the repository, `/` between parts.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

/// One Rust file, read into tokens.
pub(crate) struct RustFile {
    /// Relative to the repository.
    pub(crate) path: &'static str,
    /// What is in it.
    pub(crate) text: &'static str,
    /// Its tokens; comments are none.
    pub(crate) tokens: Vec<Token>,
}

/// Folders that hold what is built, not what is written.
const BUILT: [&str; 4] = [".git", "target", "out", "node_modules"];

/// Every text file of the repository, sorted by path. They are read once.
pub(crate) fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut found = Vec::new();
        walk(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    })
}

/// The file at this path, if it is there.
pub(crate) fn file(path: &str) -> Option<&'static File> {
    files().iter().find(|file| file.path == path)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            if !BUILT.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            found.push(File { path, text });
        }
    }
}

/// The ending of a path, without the dot.
pub(crate) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether something is at this path of the repository.
pub(crate) fn exists(path: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists()
}

/// The Rust files below a folder. They are taken apart once.
pub(crate) fn rust_files(folder: &str) -> Vec<&'static RustFile> {
    static FILES: OnceLock<Vec<RustFile>> = OnceLock::new();
    let all = FILES.get_or_init(|| {
        let rust = files().iter().filter(|file| extension(&file.path) == "rs");
        rust.map(|File { path, text }| RustFile { path, text, tokens: rust::tokens(text) }).collect()
    });
    all.iter().filter(|file| file.path.starts_with(folder)).collect()
}

/// Fails with every place that breaks a law, and what to do about it.
#[track_caller]
pub(crate) fn hold(law: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{law}\n  {}\n", broken.join("\n  "));
}
