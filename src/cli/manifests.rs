//! Manifests of others: the files that a command is given, or what stands on stdin.

use std::path::{Path, PathBuf};

use super::{Fault, Session, place, system};
use crate::diagnostic::Diagnostic;
use crate::manifest;
use crate::query::manifests::{Objects, read};
use crate::source::{FileId, Provenance, SourceMap, Span};

/// Reads files, folders with all YAML and JSON below, and `-` for stdin.
///
/// # Errors
/// Where one of them is not there, cannot be read, or is too large.
pub(super) fn load(paths: &[PathBuf], session: &Session) -> Result<(SourceMap, Objects), Fault> {
    let mut input = Input::default();
    if paths.iter().any(|path| path == Path::new("-")) {
        let bytes = system::stdin().map_err(|error| Fault::new(format!("cannot read stdin: {error}")))?;
        input.add("<stdin>", &bytes)?;
    }
    for path in files(paths, &session.here)? {
        let name = path.strip_prefix(&session.here).unwrap_or(&path).display().to_string();
        let bytes = system::read(&path)
            .map_err(|error| Fault::new(format!("cannot read `{name}`: {}", place::words(&error))))?;
        input.add(&name, &bytes)?;
    }
    let mut objects = read(&input.sources, &input.files);
    objects.broken.splice(0..0, input.broken);
    Ok((input.sources, objects))
}

/// What is read.
#[derive(Default)]
struct Input {
    /// The text of the files.
    sources: SourceMap,
    /// The files that are text.
    files: Vec<FileId>,
    /// What is wrong with the others.
    broken: Vec<Diagnostic>,
}

impl Input {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() as u64 >= super::files::MOST_BYTES {
            let most = super::files::MOST_BYTES >> 20;
            return Err(Fault::new(format!("`{name}` has {most} MiB or more, the most that is read of one file")));
        }
        let file = self.sources.add(name, &*String::from_utf8_lossy(bytes), Provenance::User);
        match std::str::from_utf8(bytes) {
            Ok(_) => self.files.push(file),
            Err(error) => {
                let at = error.valid_up_to();
                let span = Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                self.broken.push(manifest::not_utf8(span));
            }
        }
        Ok(())
    }
}

/// The files that are asked for, each once.
fn files(paths: &[PathBuf], here: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| *path != Path::new("-")) {
        let full = here.join(path);
        let cannot =
            |error: &std::io::Error| Fault::new(format!("cannot read `{}`: {}", path.display(), place::words(error)));
        if full.metadata().map_err(|error| cannot(&error))?.is_dir() {
            files.extend(system::below(&full, &["yaml", "yml", "json"]).map_err(|error| cannot(&error))?);
        } else {
            files.push(full);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
