//! Which platform a command speaks of: the one whose folder you stand in, or the one of a path.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::Fault;
use super::files::DiskFiles;
use crate::source::SourceMap;

pub(super) use crate::source::files::ROOT;

/// A platform on disk.
#[derive(Debug)]
pub(super) struct Place {
    /// Its files.
    pub(super) files: DiskFiles,
    /// Its root file, relative to its folder.
    pub(super) root: String,
    /// The file that was named, relative to its folder, where one was.
    pub(super) asked: Option<String>,
    /// What stands before the paths of its files so that they are right from where the user stands.
    pub(super) prefix: String,
}

/// Finds the platform: upwards from where the user stands, from a folder, or from a file of it. A file that belongs to
/// no platform is the root of its own.
///
/// # Errors
/// Where there is none.
pub(super) fn find(here: &Path, path: Option<&Path>) -> Result<Place, Fault> {
    let start = here.join(path.unwrap_or(Path::new("")));
    let cannot = |error: &io::Error| match path {
        Some(path) => {
            let fault = Fault::new(format!("cannot read `{}`: {}", path.display(), words(error)));
            if path == Path::new("-") {
                fault.hint("a platform is a folder; `bvlc fmt -` alone reads stdin")
            } else {
                fault
            }
        }
        None => Fault::new(format!("cannot read the folder you are in: {}", words(error))),
    };
    let is_folder = start.metadata().map_err(|error| cannot(&error))?.is_dir();
    let start = tidied(&start).map_err(|error| cannot(&error))?;
    let from = if is_folder { Some(&*start) } else { start.parent() };
    let (folder, root) = match from.and_then(platform_above) {
        Some(folder) => (folder, ROOT.to_owned()),
        None if is_folder => {
            if let Some(fault) = start.ancestors().find_map(unusable) {
                return Err(fault);
            }
            let fault = match path {
                Some(path) => format!("there is no {ROOT} in `{}` or in a folder above it", path.display()),
                None => format!("there is no {ROOT} here or in a folder above"),
            };
            return Err(Fault::new(fault).hint(match other(&start) {
                Some(other) => format!("name the file, as in `bvlc check {other}`, or call it {ROOT}"),
                None => "`bvlc init` writes a first one".to_owned(),
            }));
        }
        None => match (start.parent(), start.file_name().and_then(|name| name.to_str())) {
            (Some(folder), Some(name)) => (folder, name.to_owned()),
            _ => return Err(Fault::new(format!("the name of `{}` is no text", start.display()))),
        },
    };
    let prefix = match path {
        Some(path) if path.is_absolute() => format!("{}/", folder.display()),
        _ => relative(here, folder),
    };
    let asked = start.strip_prefix(folder).ok().filter(|_| !is_folder).map(|path| {
        let parts = path.components().map(|component| component.as_os_str().to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    });
    let files = DiskFiles::new(folder).map_err(|error| cannot(&error))?;
    Ok(Place { files, root, asked, prefix })
}

impl Place {
    /// Refuses to speak of the platform in the place of a file that is no part of it.
    ///
    /// # Errors
    /// Where the file that was named is none of these.
    pub(super) fn has_asked(&self, sources: &SourceMap) -> Result<(), Fault> {
        let Some(asked) = &self.asked else { return Ok(()) };
        if sources.iter().any(|(_, file)| file.path() == asked) {
            return Ok(());
        }
        let fault = format!(
            "`{}{asked}` is no part of the platform of `{}{}`: nothing uses it",
            self.prefix, self.prefix, self.root
        );
        Err(Fault::new(fault).hint(format!("`use \"{asked}\"` in {} takes it in", self.root)))
    }
}

/// The folder of the platform in which a folder lies: itself, or one above it.
pub(super) fn platform_above(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(ROOT).is_file())
}

/// Says why what is called like a root file is none.
fn unusable(folder: &Path) -> Option<Fault> {
    let root = folder.join(ROOT);
    root.symlink_metadata().ok()?;
    let why = match root.metadata() {
        Ok(found) if found.is_dir() => "it is a folder".to_owned(),
        Ok(_) => "it is no file".to_owned(),
        Err(error) => words(&error),
    };
    Some(Fault::new(format!("cannot read `{}`: {why}", root.display())).hint("a platform's root file has that name"))
}

/// A spec in a folder that has no root file.
fn other(folder: &Path) -> Option<String> {
    let names = folder.read_dir().ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.strip_suffix(".bvl").is_some()).min()
}

/// The path without `.`, and without links where it has `..`.
fn tidied(path: &Path) -> io::Result<PathBuf> {
    if path.components().any(|component| component == Component::ParentDir) {
        path.canonicalize()
    } else {
        Ok(path.components().filter(|component| *component != Component::CurDir).collect())
    }
}

/// The way from one folder to another, empty or with `/` at its end.
fn relative(from: &Path, to: &Path) -> String {
    let n_shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(n_shared).map(|_| "../".to_owned());
    let down = to.components().skip(n_shared).map(|component| format!("{}/", component.as_os_str().display()));
    up.chain(down).collect()
}

/// What the system says, in the words of the house.
pub(super) fn words(error: &io::Error) -> String {
    let known = [
        (io::ErrorKind::NotFound, "it is not there"),
        (io::ErrorKind::PermissionDenied, "permission denied"),
        (io::ErrorKind::IsADirectory, "it is a folder"),
        (io::ErrorKind::NotADirectory, "a part of the path is a file, not a folder"),
    ];
    let words = known.into_iter().find(|(kind, _)| *kind == error.kind());
    words.map_or_else(|| error.to_string(), |(_, words)| words.to_owned())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes files to find")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_cannot_be_a_root_file_says_why() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/unit/place-unusable");
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.join("a").join(ROOT).join("b")).unwrap();
        for inside in ["a", "a/platform.bvl/b"] {
            let fault = format!("{:?}", find(&folder.join(inside), None).unwrap_err());
            assert!(fault.contains("a/platform.bvl`: it is a folder"), "{fault}");
        }
    }

    #[test]
    fn found_from_anywhere_in_the_platform() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/unit/place");
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.join("p/teams/deep")).unwrap();
        fs::create_dir_all(folder.join("q")).unwrap();
        for path in ["p/platform.bvl", "p/teams/a.bvl", "q/alone.bvl"] {
            fs::write(folder.join(path), "").unwrap();
        }
        let absolute = folder.join("p/teams");
        for (here, path, prefix, root) in [
            ("p", None, "", "platform.bvl"),
            ("p/teams/deep", None, "../../", "platform.bvl"),
            ("", Some("p"), "p/", "platform.bvl"),
            ("", Some("./p/teams/a.bvl"), "p/", "platform.bvl"),
            ("p/teams", Some("a.bvl"), "../", "platform.bvl"),
            ("q", Some("../p/teams/deep"), "../p/", "platform.bvl"),
            ("q", Some("alone.bvl"), "", "alone.bvl"),
            ("", Some("q/alone.bvl"), "q/", "alone.bvl"),
        ] {
            let place = find(&folder.join(here), path.map(Path::new)).unwrap();
            assert_eq!((place.prefix.as_str(), place.root.as_str()), (prefix, root), "{here} {path:?}");
        }
        let place = find(&folder.join("q"), Some(&absolute)).unwrap();
        assert_eq!(place.prefix, format!("{}/p/", folder.display()));
        assert!(find(&folder, Some(Path::new("none"))).is_err());
    }
}
