//! Manifests of others: the files that a command is given, or what stands on stdin.

use std::path::{Path, PathBuf};

use super::files::MOST_BYTES;
use super::report::Selection;
use super::{Fault, Session, place, system};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::manifest;
use crate::query::manifests::{Objects, read};
use crate::source::{FileId, Provenance, SourceMap, Span};

/// How the files of manifests end.
pub(super) const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads files, folders with all YAML and JSON below, and `-` for stdin.
///
/// # Errors
/// Where one of them is not there, cannot be read, or is too large, and where there is no object in all of them.
pub(super) fn load(paths: &[PathBuf], session: &Session) -> Result<(SourceMap, Objects), Fault> {
    let (sources, files, broken) = text_files(paths, session)?;
    let mut objects = read(&sources, &files);
    objects.broken.splice(0..0, broken);
    if objects.objects.is_empty() && objects.unknown.is_empty() && objects.broken.is_empty() {
        return Err(no_object(paths, "judge"));
    }
    Ok((sources, objects))
}

/// Where no object is in what is given, so that there is nothing to do with it.
pub(super) fn no_object(paths: &[PathBuf], to: &str) -> Fault {
    let shown = paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    Fault::new(format!("no object is in {shown}, so there is nothing to {to}"))
        .hint("name a file or a folder that holds .yaml, .yml or .json files with objects; - reads stdin")
}

/// The texts of the same, those that are text, and what is wrong with the others.
///
/// # Errors
/// Where one of them is not there, cannot be read, or is too large.
pub(super) fn text_files(
    paths: &[PathBuf],
    session: &Session,
) -> Result<(SourceMap, Vec<FileId>, Vec<Diagnostic>), Fault> {
    let mut input = Input::default();
    if paths.iter().any(|path| path == Path::new("-")) {
        let bytes = system::stdin().map_err(|error| Fault::new(format!("cannot read stdin: {error}")))?;
        input.add("<stdin>", &bytes)?;
    }
    for text in texts(paths, &session.here)? {
        let (name, bytes) = text?;
        input.add(&name, &bytes)?;
    }
    Ok((input.sources, input.files, input.broken))
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
        within_bounds(name, bytes)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => self.files.push(self.sources.add(name, text, Provenance::User)),
            Err(error) => {
                let file = self.sources.add(name, &*String::from_utf8_lossy(bytes), Provenance::User);
                let at = error.valid_up_to();
                let span = Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
                self.broken.push(manifest::not_utf8(span));
            }
        }
        Ok(())
    }
}

/// The files below what is asked for, each once: its name as the user would write it, and its bytes.
///
/// # Errors
/// Where one of them is not there or cannot be read.
pub(super) fn texts(
    paths: &[PathBuf],
    here: &Path,
) -> Result<impl Iterator<Item = Result<(String, Vec<u8>), Fault>>, Fault> {
    let read = move |path: PathBuf| {
        let name = path.strip_prefix(here).unwrap_or(&path).display().to_string();
        match system::read(&path) {
            Ok(bytes) => Ok((name, bytes)),
            Err(error) => Err(Fault::new(format!("cannot read `{name}`: {}", place::words(&error)))),
        }
    };
    Ok(files(paths, here)?.into_iter().map(read))
}

/// Refuses a file that is larger than what is read of one.
///
/// # Errors
/// Where it is.
pub(super) fn within_bounds(name: &str, bytes: &[u8]) -> Result<(), Fault> {
    let most = MOST_BYTES >> 20;
    if bytes.len() as u64 >= MOST_BYTES {
        return Err(Fault::new(format!("`{name}` has {most} MiB or more, the most that is read of one file")));
    }
    Ok(())
}

/// Says what of manifests could not be read; whether that is nothing.
pub(super) fn tell_broken(broken: &[Diagnostic], shown: Shown<'_>, session: &mut Session) -> bool {
    let selection = Selection::for_people(broken);
    let err = session.ui.err();
    selection.write(shown, err);
    selection.count_line(err);
    if let Some(line) = unrendered(broken, shown, "helm template CHART > rendered.yaml") {
        err.line(&line);
    }
    selection.is_empty()
}

/// What is said where something could not be read since it is the template of manifests, not yet what comes of it.
pub(super) fn unrendered(broken: &[Diagnostic], shown: Shown<'_>, command: &str) -> Option<String> {
    let is_template = |span: &Span| {
        let file = shown.sources.get(span.file);
        file.is_some_and(|file| file.line_text(file.line(span.start)).contains("{{"))
    };
    let span = broken.iter().filter_map(Diagnostic::span).find(is_template)?;
    let path = shown.path(span);
    Some(one_line(&format!("{path} is a template: render it first, `{command}`")))
}

/// The files that are asked for, each once.
fn files(paths: &[PathBuf], here: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| *path != Path::new("-")) {
        let full = here.join(path);
        let cannot =
            |error: &std::io::Error| Fault::new(format!("cannot read `{}`: {}", path.display(), place::words(error)));
        if full.metadata().map_err(|error| cannot(&error))?.is_dir() {
            files.extend(system::below(&full, &ENDINGS).map_err(|error| cannot(&error))?);
        } else {
            files.push(full);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
