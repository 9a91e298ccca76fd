//! What the process asks the system beside files of a platform: arguments, variables, its folder, the clock, a folder's
//! files to format, git, and the few files that commands write one by one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The arguments of the process.
pub(super) fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// A variable of the process's environment.
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The folder that the user stands in, as the shell names it where that is the same one.
pub(super) fn here() -> io::Result<PathBuf> {
    let here = std::env::current_dir()?;
    let named = variable("PWD").map(PathBuf::from).filter(|named| named.is_absolute());
    Ok(named.filter(|named| named.canonicalize().is_ok_and(|named| named == here)).unwrap_or(here))
}

/// Now.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// All of stdin.
pub(super) fn stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(super::files::MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(super::files::MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file that is not there yet, and the folders it lies in.
pub(super) fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Writes a file that is for reading only, whole or not at all, and the folders it lies in.
pub(super) fn keep(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.bvlc", std::process::id()));
    whole(&beside, || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions)?;
        fs::rename(&beside, path)
    })
}

/// Takes a file away.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Takes a folder away with all that is in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

/// The folders in a folder.
pub(super) fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path)?.filter_map(Result::ok);
    Ok(entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect())
}

/// Replaces a file by another text at once: whoever reads it sees the old or the new one, and its permissions stay. A
/// link stays a link.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let beside = beside(&path);
    whole(&beside, || write_beside(&path, &beside, text))
}

/// Writes a file whole or not at all, whether it is there or not, and the folders it lies in.
pub(super) fn put(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        return replace(path, text);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(path);
    whole(&beside, || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })
}

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.bvlc", std::process::id()));
    path.with_file_name(name)
}

/// Writes a file beside another one; nothing of it is left where that fails.
fn whole(beside: &Path, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let written = write();
    if written.is_err() {
        drop(fs::remove_file(beside));
    }
    written
}

fn write_beside(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()?;
    fs::rename(beside, path)
}

/// What git prints, or its own words where it fails.
///
/// # Errors
/// Where there is no git.
pub(super) fn git(folder: &Path, arguments: &[&str], stdin: &str) -> io::Result<Result<Vec<u8>, String>> {
    let mut child = Command::new("git")
        .arg("--literal-pathspecs")
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let asked = stdin.to_owned();
    let writing = child.stdin.take().map(|mut pipe| {
        // while its answers are read: neither side may wait for the other
        std::thread::spawn(move || drop(pipe.write_all(asked.as_bytes())))
    });
    let output = child.wait_with_output()?;
    if let Some(writing) = writing {
        drop(writing.join());
    }
    let words = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(if output.status.success() { Ok(output.stdout) } else { Err(words()) })
}

/// Whether nothing is in a folder.
///
/// # Errors
/// Where it is no folder, is not there, or cannot be read.
pub(super) fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}

/// Every file with one of these extensions below a folder, sorted; hidden folders and links left out.
pub(super) fn below(folder: &Path, extensions: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                    folders.push(path);
                }
            } else if kind.is_file()
                && path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
