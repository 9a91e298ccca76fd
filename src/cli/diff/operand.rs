//! What a command compares: which platform, manifests or revision an argument names, and its reading.

use std::path::{Path, PathBuf};

use super::super::manifests::{ENDINGS, texts, within_bounds};
use super::super::place::{self, Place, ROOT};
use super::super::report::Selection;
use super::super::{Fault, Session, system};
use super::revision::{Revision, known, within};
use crate::analyze::{Analysis, Inputs, analyze};
use crate::diagnostic::Severity;
use crate::diagnostic::render::Shown;
use crate::query::trial::Trial;
use crate::source::{FileId, Provenance, SourceMap};

/// What an argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    /// A platform's folder, or a file of it.
    Platform(PathBuf),
    /// Manifests: a file, or a folder with some below it.
    Manifests(PathBuf),
    /// A revision, and a folder of it where one is named.
    Revision {
        /// As git takes it.
        name: String,
        /// Its folder, from the top of the repository.
        folder: Option<String>,
    },
}

/// What a text names: what is on disk wins over a revision of that name.
pub(super) fn operand(text: &str, here: &Path) -> Operand {
    let path = here.join(text);
    if path.is_dir() {
        let has_manifests = || system::below(&path, &ENDINGS).is_ok_and(|found| !found.is_empty());
        // nothing at all is what there was before the first build
        let is_empty = || system::is_empty(&path).unwrap_or(false);
        return if !path.join(ROOT).is_file() && (has_manifests() || is_empty()) {
            Operand::Manifests(text.into())
        } else {
            Operand::Platform(text.into())
        };
    }
    if path.exists() {
        let is_manifest = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        return if is_manifest { Operand::Manifests(text.into()) } else { Operand::Platform(text.into()) };
    }
    Operand::revision(text)
}

impl Operand {
    /// `REV`, or `REV:FOLDER`.
    pub(super) fn revision(text: &str) -> Self {
        match text.split_once(':') {
            Some((name, folder)) if !name.is_empty() => {
                Self::Revision { name: name.to_owned(), folder: Some(folder.to_owned()) }
            }
            Some(_) | None => Self::Revision { name: text.to_owned(), folder: None },
        }
    }
}

/// One side, read.
#[derive(Debug)]
pub(super) enum Loaded {
    /// A platform without errors.
    Platform {
        /// It.
        analysis: Box<Analysis>,
        /// What stands before the paths of its files.
        prefix: String,
    },
    /// Manifests.
    Manifests {
        /// Their texts.
        sources: SourceMap,
        /// Each of them.
        files: Vec<FileId>,
    },
}

impl Loaded {
    /// The files, and how their paths are written.
    pub(super) fn shown(&self) -> Shown<'_> {
        match self {
            Self::Platform { analysis, prefix } => Shown { sources: analysis.sources(), prefix },
            Self::Manifests { sources, .. } => Shown { sources, prefix: "" },
        }
    }
}

/// Reads what an operand names. `beside` is the other one, whose folder is meant where a revision names none.
///
/// # Errors
/// Where it cannot be read, or a platform has errors, which are shown.
pub(super) fn load(
    operand: &Operand,
    beside: &Operand,
    inputs: &Inputs,
    session: &mut Session,
) -> Result<Loaded, Fault> {
    match operand {
        Operand::Platform(path) => {
            let Place { files, root, prefix, asked: _ } = place::find(&session.here, named(path))?;
            platform(&files, &root, prefix, inputs, session)
        }
        Operand::Manifests(path) => manifests(texts(std::slice::from_ref(path), &session.here)?),
        Operand::Revision { name, folder } => {
            let (base, below, root) = meant(name, folder.as_deref(), beside, session)?;
            revision(&base, name, (&below, &root), inputs, session)
        }
    }
}

/// A path that was named; none for the platform that one stands in.
fn named(path: &Path) -> Option<&Path> {
    (!path.as_os_str().is_empty()).then_some(path)
}

/// The folder that a revision is read for: where git is asked, the path in the repository, and the root file.
fn meant(
    name: &str,
    folder: Option<&str>,
    beside: &Operand,
    session: &Session,
) -> Result<(PathBuf, String, String), Fault> {
    if let Some(folder) = folder {
        let here = within(&session.here, name)?;
        let (below, root) = in_revision(folder, &here);
        return Ok((session.here.clone(), below, root));
    }
    if let Operand::Manifests(path) = beside {
        let full = session.here.join(path);
        let (base, file) = if full.is_dir() {
            (full, String::new())
        } else {
            let file = full.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            (full.parent().unwrap_or(&session.here).to_owned(), file)
        };
        let below = within(&base, name)?;
        return Ok((base, format!("{below}{file}"), ROOT.to_owned()));
    }
    let path = match beside {
        Operand::Platform(path) => named(path),
        Operand::Manifests(_) | Operand::Revision { .. } => None,
    };
    let place = match place::find(&session.here, path) {
        Ok(place) => place,
        Err(fault) => {
            // what is no revision anywhere is a mistake of the argument, not of the folder
            let below = within(&session.here, name)?;
            known(&session.here, name)?;
            // of two revisions of manifests no platform need be here
            let are_both = matches!(beside, Operand::Revision { .. });
            return if are_both { Ok((session.here.clone(), below, ROOT.to_owned())) } else { Err(fault) };
        }
    };
    let base = place.files.root().to_owned();
    let below = within(&base, name)?;
    Ok((base, below, place.root))
}

/// What stands behind the colon of a revision: a folder from the top of the repository, from where one stands where it begins
/// with `.` as git has it, or one file; and the root file.
fn in_revision(named: &str, here: &str) -> (String, String) {
    let relative = if named == "." { Some("") } else { named.strip_prefix("./") };
    let path = relative.map_or_else(|| named.to_owned(), |rest| format!("{here}{rest}"));
    let path = path.trim_matches('/');
    let ending = Path::new(path).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match (ending, path.rsplit_once('/')) {
        ("bvl", Some((folder, file))) => (format!("{folder}/"), file.to_owned()),
        ("bvl", None) => (String::new(), path.to_owned()),
        (ending, _) if path.is_empty() || ENDINGS.contains(&ending) => (path.to_owned(), ROOT.to_owned()),
        _ => (format!("{path}/"), ROOT.to_owned()),
    }
}

fn revision(
    base: &Path,
    name: &str,
    (below, root): (&str, &str),
    inputs: &Inputs,
    session: &mut Session,
) -> Result<Loaded, Fault> {
    let files = Revision::read(base, name, below, &[".bvl", ".yaml", ".yml", ".json"])?;
    if files.paths().any(|path| path == root) {
        return platform(&files, root, format!("{name}:{below}"), inputs, session);
    }
    let is_manifest =
        |path: &str| Path::new(path).extension().is_some_and(|ending| ENDINGS.iter().any(|own| ending == *own));
    let texts = files.loaded().iter().filter(|(path, _)| is_manifest(&format!("{below}{path}")));
    let mut texts = texts.map(|(path, bytes)| Ok((format!("{name}:{below}{path}"), bytes.clone()))).peekable();
    if texts.peek().is_none() {
        let what = if below.is_empty() { "its topmost folder" } else { below.trim_end_matches('/') };
        return Err(Fault::new(format!("`{name}` has neither {root} nor manifests in {what}"))
            .hint("REV:FOLDER names another folder of the repository"));
    }
    manifests(texts)
}

fn manifests(texts: impl Iterator<Item = Result<(String, Vec<u8>), Fault>>) -> Result<Loaded, Fault> {
    let mut sources = SourceMap::default();
    let mut files = Vec::new();
    for text in texts {
        let (name, bytes) = text?;
        within_bounds(&name, &bytes)?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::new(format!("`{name}` is no UTF-8")))?;
        files.push(sources.add(name, text, Provenance::User));
    }
    Ok(Loaded::Manifests { sources, files })
}

fn platform(
    files: &dyn crate::source::Files,
    root: &str,
    prefix: String,
    inputs: &Inputs,
    session: &mut Session,
) -> Result<Loaded, Fault> {
    let mut inputs = inputs.clone();
    let mut analysis = analyze(files, root, &inputs);
    // a value for a param that only the other side has says nothing about this one
    let refused = refused(&analysis);
    if !refused.is_empty() {
        inputs.params.retain(|param| {
            let environment = param.environment.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            !refused.contains(&format!("{environment}{}={}", param.name, param.value))
        });
        for text in &refused {
            session.ui.err().line(&format!("`{text}` says nothing to {prefix}{root}, and is left out there"));
        }
        analysis = analyze(files, root, &inputs);
    }
    if analysis.checked().is_some() {
        return Ok(Loaded::Platform { analysis: Box::new(analysis), prefix });
    }
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let selection = Selection::for_people(errors).tried(&Trial::new(files, root, &analysis));
    selection.write(Shown { sources: analysis.sources(), prefix: &prefix }, session.ui.err());
    selection.count_line(session.ui.err());
    Err(Fault::new(format!("{prefix}{root} has errors, so that nothing can be compared")))
}

/// The values from the command line that a platform has no use for, as they were given.
fn refused(analysis: &Analysis) -> Vec<String> {
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let given = errors.filter_map(|finding| {
        let file = analysis.sources().get(finding.span()?.file)?;
        (file.provenance() == Provenance::CommandLine).then(|| file.text().to_owned())
    });
    given.collect()
}
