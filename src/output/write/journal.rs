//! How many files change as one: everything is staged, a journal says what is to happen, and only then it happens.
//!
//! The order: new contents go to `.bvlc/new`, present ones get a second name in `.bvlc/old`, the journal is written
//! under another name and renamed to `.bvlc/journal`; then come the renames and removals; the journal's removal is what
//! commits. Before the journal is there the old output is untouched, and afterwards whoever comes next completes it.
//! A call that fails on the way turns the journal into `.bvlc/undo` (a rename, which a full disk allows) and takes back
//! what was done.
//!
//! Invariants: no step touches a file that is not as the journal expects it: if somebody changed one meanwhile, nothing
//! is completed, everything else is undone. Each step can be repeated. Promised for a process that is killed and for
//! calls that fail; after a power cut files may lack their content, because 60,000 files are not flushed one by one: the
//! digests show that, and the next build, which compares every file, writes them again. Names below `.bvlc` have no
//! extension, so that no tool takes a staged file for a manifest.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, DiskError, DiskMut, Flush, Kind, WORK, is_output_path, parents};
use super::record::{Digest, LoadError, RECORD, SCHEMA, Unreadable};

const NEW: &str = ".bvlc/new";
const OLD: &str = ".bvlc/old";
const DRAFT: &str = ".bvlc/draft";
const JOURNAL: &str = ".bvlc/journal";
const UNDO: &str = ".bvlc/undo";

/// A file that becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) path: String,
    /// What is there; nothing where it is created.
    pub(super) before: Option<Digest>,
    /// What shall be there; nothing where it is removed.
    pub(super) after: Option<Digest>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    schema: u32,
    changes: Vec<Change>,
}

/// An earlier build that did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// It had changed no file yet, or all of them: only its working files are left.
    Working,
    /// It had begun to change files.
    Halfway,
}

/// What became of an earlier build that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// No earlier build was interrupted.
    Nothing,
    /// An interrupted build was completed.
    Completed,
    /// An interrupted build was undone.
    Undone,
    /// An interrupted build had changed no file yet, or all of them; its working files were removed.
    CleanedUp,
}

/// Why the changes were not made.
#[derive(Debug)]
pub(super) enum StepError {
    /// Something failed; all is as it was before.
    Undone(DiskError),
    /// Something failed, and undoing it failed too: the next build will do it.
    Halfway { cause: DiskError, undo: Box<DiskError> },
}

/// Whether an earlier build was interrupted (or one is under way).
pub(super) fn interrupted(disk: &dyn Disk) -> Result<Option<Interrupted>, DiskError> {
    if disk.look(JOURNAL)?.is_some() || disk.look(UNDO)?.is_some() {
        return Ok(Some(Interrupted::Halfway));
    }
    let staged = disk.look(DRAFT)?.is_some() || disk.look(NEW)?.is_some() || disk.look(OLD)?.is_some();
    Ok(staged.then_some(Interrupted::Working))
}

/// Everything that completing and undoing need, as it is gathered: files that were staged, by the place of their change
/// in the journal.
pub(super) struct Staging<'d>(&'d dyn DiskMut);

impl<'d> Staging<'d> {
    /// Nothing yet.
    pub(super) fn new(disk: &'d dyn DiskMut) -> Self {
        Self(disk)
    }

    /// Stages what a change brings and what it replaces.
    pub(super) fn add(&self, idx: usize, change: &Change, bytes: &[u8]) -> Result<(), DiskError> {
        // the records are few, and a torn one would ask for the user's help
        let flush = if change.path.ends_with(RECORD) { Flush::Now } else { Flush::Later };
        self.0.write(&new_name(idx), bytes, flush)?;
        self.keep(idx, change)
    }

    fn keep(&self, idx: usize, change: &Change) -> Result<(), DiskError> {
        if change.before.is_some() { self.0.keep(&change.path, &old_name(idx)) } else { Ok(()) }
    }

    /// Removes what was staged. What stays is found and removed by the next build; why the build ends is what the user
    /// must hear.
    pub(super) fn abandon(self) {
        drop(clean(self.0));
    }

    /// Makes all changes or none; those that bring something have been staged, and come first. `Ok` holds what could not
    /// be cleaned up, which the next build does.
    pub(super) fn take(self, changes: Vec<Change>) -> Result<Option<DiskError>, StepError> {
        let disk = self.0;
        if changes.is_empty() {
            return Ok(None);
        }
        let journal = Journal { schema: SCHEMA, changes };
        if let Err(cause) = self.write(&journal) {
            self.abandon();
            return Err(StepError::Undone(cause));
        }
        match complete(disk, &journal) {
            Ok(()) => Ok(clean(disk).err()),
            Err(cause) => match turn_back(disk, &journal) {
                Ok(()) => {
                    drop(clean(disk));
                    Err(StepError::Undone(cause))
                }
                Err(undo) => Err(StepError::Halfway { cause, undo: Box::new(undo) }),
            },
        }
    }

    /// Keeps what will be removed, then writes the journal.
    fn write(&self, journal: &Journal) -> Result<(), DiskError> {
        for (idx, change) in journal.changes.iter().enumerate().filter(|(_, change)| change.after.is_none()) {
            self.keep(idx, change)?;
        }
        // a struct of strings and numbers always has a JSON form
        let bytes = serde_json::to_vec(journal).unwrap_or_default();
        self.0.write(DRAFT, &bytes, Flush::Now)?;
        self.0.rename(DRAFT, JOURNAL)
    }
}

/// Completes or undoes what an interrupted build left.
pub(super) fn recover(disk: &dyn DiskMut) -> Result<Recovered, LoadError> {
    let done = if disk.look(UNDO)?.is_some() {
        undo(disk, &Journal::load(disk, UNDO)?)?;
        Recovered::Undone
    } else if disk.look(JOURNAL)?.is_some() {
        let journal = Journal::load(disk, JOURNAL)?;
        if can_complete(disk, &journal)? {
            complete(disk, &journal)?;
            Recovered::Completed
        } else {
            turn_back(disk, &journal)?;
            Recovered::Undone
        }
    } else if interrupted(disk)?.is_some() {
        Recovered::CleanedUp
    } else {
        return Ok(Recovered::Nothing);
    };
    clean(disk)?;
    Ok(done)
}

impl Journal {
    fn load(disk: &dyn Disk, path: &str) -> Result<Self, LoadError> {
        let parsed = match disk.look(path)? {
            Some(Kind::File) => Self::parse(&disk.read(path)?),
            Some(Kind::Folder | Kind::Other) | None => Err("it is not a file".to_owned()),
        };
        parsed.map_err(|why| {
            LoadError::Unreadable(Unreadable {
                path: path.to_owned(),
                why,
                help: "an interrupted build left it; build with the bvlc that wrote it, or delete the folder `.bvlc` beside \
                       it: then the next build compares every file anew",
            })
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let journal: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if journal.schema != SCHEMA {
            return Err(format!("it has form {}, and this bvlc knows form {SCHEMA}", journal.schema));
        }
        match journal.changes.iter().find(|change| !is_ours(&change.path)) {
            Some(change) => Err(format!("`{}` is not a file of the output", change.path)),
            None => Ok(journal),
        }
    }
}

fn is_ours(path: &str) -> bool {
    let record_of = path.strip_suffix(RECORD).and_then(|folder| folder.strip_suffix('/'));
    is_output_path(record_of.unwrap_or(path))
}

fn new_name(idx: usize) -> String {
    format!("{NEW}/{idx}")
}

fn old_name(idx: usize) -> String {
    format!("{OLD}/{idx}")
}

/// Does what the journal says and has not been done, then removes the journal.
fn complete(disk: &dyn DiskMut, journal: &Journal) -> Result<(), DiskError> {
    for (idx, change) in journal.changes.iter().enumerate() {
        if change.after.is_some() {
            if disk.look(&new_name(idx))?.is_some() {
                disk.rename(&new_name(idx), &change.path)?;
            }
        } else if disk.look(&change.path)?.is_some() {
            disk.remove(&change.path)?;
        }
    }
    remove_empty_folders(disk, journal.changes.iter().filter(|change| change.after.is_none()));
    disk.remove(JOURNAL)
}

/// Whether everything is as the journal saw it or as it wants it, and nothing that it needs is missing.
fn can_complete(disk: &dyn Disk, journal: &Journal) -> Result<bool, DiskError> {
    for (idx, change) in journal.changes.iter().enumerate() {
        let now = found(disk, &change.path)?;
        if now.is(change.after.as_ref()) {
            continue;
        }
        let at_hand = change.after.is_none() || found(disk, &new_name(idx))?.is(change.after.as_ref());
        if !(at_hand && now.is(change.before.as_ref())) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn turn_back(disk: &dyn DiskMut, journal: &Journal) -> Result<(), DiskError> {
    disk.rename(JOURNAL, UNDO)?;
    undo(disk, journal)
}

/// Takes back what was done, leaving alone what somebody else changed since, then removes the journal.
fn undo(disk: &dyn DiskMut, journal: &Journal) -> Result<(), DiskError> {
    for (idx, change) in journal.changes.iter().enumerate().rev() {
        if !found(disk, &change.path)?.is(change.after.as_ref()) {
            continue;
        }
        if change.before.is_none() {
            disk.remove(&change.path)?;
        } else if found(disk, &old_name(idx))?.is(change.before.as_ref()) {
            disk.rename(&old_name(idx), &change.path)?;
        }
    }
    remove_empty_folders(disk, journal.changes.iter().filter(|change| change.before.is_none()));
    disk.remove(UNDO)
}

/// What is at a path, as far as a [`Change`] can speak of it.
enum Found {
    Nothing,
    File(Digest),
    Other,
}

impl Found {
    fn is(&self, expected: Option<&Digest>) -> bool {
        match self {
            Self::Nothing => expected.is_none(),
            Self::File(digest) => expected == Some(digest),
            Self::Other => false,
        }
    }
}

fn found(disk: &dyn Disk, path: &str) -> Result<Found, DiskError> {
    Ok(match disk.look(path)? {
        None => Found::Nothing,
        Some(Kind::File) => Found::File(Digest::of(&disk.read(path)?)),
        Some(Kind::Folder | Kind::Other) => Found::Other,
    })
}

/// Removes the folders that the changes left empty. One that cannot be removed holds nothing and harms nobody.
fn remove_empty_folders<'c>(disk: &dyn DiskMut, gone: impl Iterator<Item = &'c Change>) {
    let folders: BTreeSet<&str> = gone.flat_map(|change| parents(&change.path)).collect();
    // backwards, so that a folder comes after those in it
    for folder in folders.into_iter().rev() {
        drop(disk.remove_folder_if_empty(folder));
    }
}

/// Removes what was staged. Files in the working folder that bvlc never made stay.
fn clean(disk: &dyn DiskMut) -> Result<(), DiskError> {
    for folder in [NEW, OLD] {
        for (name, kind) in disk.list(folder)? {
            if kind == Kind::File && name.bytes().all(|byte| byte.is_ascii_digit()) {
                disk.remove(&format!("{folder}/{name}"))?;
            }
        }
        disk.remove_folder_if_empty(folder)?;
    }
    if disk.look(DRAFT)?.is_some() {
        disk.remove(DRAFT)?;
    }
    disk.remove_folder_if_empty(WORK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_paths() {
        for (path, expected) in [
            ("prod/web.yaml", true),
            ("prod/.bvlc-record", true),
            ("../.bvlc-record", false),
            ("../web.yaml", false),
            (".bvlc-record", false),
            ("prod/.bvlc/x", false),
        ] {
            let text = format!(r#"{{"schema":1,"changes":[{{"path":"{path}","before":null,"after":null}}]}}"#);
            assert_eq!(Journal::parse(text.as_bytes()).is_ok(), expected, "{path}");
        }
    }
}
