//! What has to change so that the output folder is as it shall be: looks, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::disk::{Disk, DiskError, Kind, is_output_path, parents};
use super::journal::{self, Change, Step};
use super::record::{self, Digest, Origin, Record};
use super::summary::{Blocked, FolderError, Summary};
use super::{Scope, Target};
use crate::output::OutputFile;

/// What a build would do to the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What differs.
    pub summary: Summary,
    /// What stands in the way; if anything does, nothing can be written.
    pub blocked: Vec<Blocked>,
    pub(super) steps: Vec<Step>,
}

/// Compares the output folder with the target and changes nothing: what `--check` shows.
///
/// # Errors
/// Where the disk refuses, a record cannot be read, or an earlier build was interrupted.
pub fn plan(target: Target, disk: &dyn Disk) -> Result<Plan, FolderError> {
    if let Some(interrupted) = journal::interrupted(disk)? {
        return Err(FolderError::Interrupted(interrupted));
    }
    let scope = target.scope;
    let mut folders = sorted(target)?;
    if scope == Scope::All {
        add_no_longer_built(&mut folders, disk)?;
    }
    let mut draft = Draft::default();
    for (name, contents) in folders {
        draft.folder(&name, contents, disk)?;
    }
    Ok(draft.finish())
}

impl Plan {
    /// Whether the output folder is not as a build would leave it.
    pub fn differs(&self) -> bool {
        !self.steps.is_empty() || !self.blocked.is_empty()
    }
}

/// All that shall be in one folder: files by their path in it.
struct Contents {
    origin: Origin,
    files: BTreeMap<String, OutputFile>,
}

/// The files by folder. Refuses paths that are none, that come twice, or of which one lies in the other: no layout makes
/// them, and to write them would lose something.
fn sorted(target: Target) -> Result<BTreeMap<String, Contents>, DiskError> {
    let refuse = |path: &str, message: &str| {
        Err(DiskError { path: path.to_owned(), doing: "write", message: message.to_owned() })
    };
    let mut folders = BTreeMap::new();
    for folder in target.folders {
        if !is_output_path(&folder.name) || folder.name.contains('/') {
            return refuse(&folder.name, "it cannot be the name of a folder");
        }
        let contents = Contents { origin: folder.origin, files: BTreeMap::new() };
        if folders.insert(folder.name.clone(), contents).is_some() {
            return refuse(&folder.name, "two environments would write to this folder");
        }
    }
    for file in target.files {
        let Some((folder, path)) = file.path.split_once('/').filter(|_| is_output_path(&file.path)) else {
            return refuse(&file.path, "it cannot be the path of a file in the output folder");
        };
        let Some(contents) = folders.get_mut(folder) else {
            return refuse(&file.path, "it is not in the folder of an environment that is built");
        };
        if let Some(twin) = contents.files.insert(path.to_owned(), file) {
            return refuse(&twin.path, "two objects would be written to this file");
        }
    }
    for (name, Contents { files, .. }) in &folders {
        if let Some(both) = files.keys().flat_map(|path| parents(path)).find(|parent| files.contains_key(*parent)) {
            return refuse(&format!("{name}/{both}"), "it would be both a file and a folder");
        }
    }
    Ok(folders)
}

/// Adds folders with a record of a fixed environment that is not built any more: nothing shall be in them.
fn add_no_longer_built(folders: &mut BTreeMap<String, Contents>, disk: &dyn Disk) -> Result<(), FolderError> {
    for (name, kind) in disk.list("")? {
        if kind != Kind::Folder || folders.contains_key(&name) || !is_output_path(&name) {
            continue;
        }
        if record::load(disk, &name)?.is_some_and(|stored| stored.record.environment == Origin::Fixed) {
            folders.insert(name, Contents { origin: Origin::Fixed, files: BTreeMap::new() });
        }
    }
    Ok(())
}

/// What is to become of one file.
enum Verdict {
    Same(Digest),
    Create(Digest),
    Replace { before: Digest, after: Digest },
    Blocked(Kind),
}

fn judge(file: &OutputFile, disk: &dyn Disk) -> Result<Verdict, DiskError> {
    let after = Digest::of(&file.bytes);
    Ok(match disk.look(&file.path)? {
        None => Verdict::Create(after),
        Some(Kind::File) => {
            let before = Digest::of(&disk.read(&file.path)?);
            if before == after { Verdict::Same(after) } else { Verdict::Replace { before, after } }
        }
        Some(kind @ (Kind::Folder | Kind::Other)) => Verdict::Blocked(kind),
    })
}

/// What is to become of a file that bvlc wrote and no longer writes.
enum Farewell {
    Remove,
    Keep,
    Gone,
}

fn dismiss(path: &str, written: &Digest, disk: &dyn Disk) -> Result<Farewell, DiskError> {
    Ok(match disk.look(path)? {
        None => Farewell::Gone,
        Some(Kind::File) if Digest::of(&disk.read(path)?) == *written => Farewell::Remove,
        Some(_) => Farewell::Keep,
    })
}

/// A plan in the making.
#[derive(Default)]
struct Draft {
    summary: Summary,
    blocked: BTreeSet<Blocked>,
    writes: Vec<Step>,
    removals: Vec<Step>,
    records: Vec<Step>,
}

impl Draft {
    fn folder(&mut self, name: &str, contents: Contents, disk: &dyn Disk) -> Result<(), FolderError> {
        let Contents { origin, files } = contents;
        // the record's path stands for the folder, which may have no files
        let record_path = record::path_of(name);
        let paths = files.values().map(|file| file.path.as_str()).chain([record_path.as_str()]);
        let obstacles = obstacles(paths, disk)?;
        if !obstacles.is_empty() {
            self.blocked.extend(obstacles);
            return Ok(());
        }
        let stored = record::load(disk, name)?;
        let (known, stored_digest) = match stored {
            Some(stored) => (stored.record.files, Some(stored.digest)),
            None => (BTreeMap::new(), None),
        };
        let mut record = Record::new(origin);
        let judged: Vec<_> = files.into_par_iter().map(|(key, file)| (judge(&file, disk), key, file)).collect();
        for (verdict, key, file) in judged {
            if let Some(digest) = self.file(verdict?, file, known.get(&key)) {
                record.files.insert(key, digest);
            }
        }
        for (file, written) in known {
            if !record.files.contains_key(&file) {
                self.no_longer_written(format!("{name}/{file}"), written, disk)?;
            }
        }
        self.record(record_path, &record, stored_digest);
        Ok(())
    }

    fn file(&mut self, verdict: Verdict, file: OutputFile, known: Option<&Digest>) -> Option<Digest> {
        let OutputFile { path, bytes } = file;
        let (before, after) = match verdict {
            Verdict::Same(after) => {
                self.summary.unchanged += 1;
                return Some(after);
            }
            Verdict::Create(after) => {
                self.summary.created.push(path.clone());
                (None, after)
            }
            Verdict::Replace { before, after } => {
                if known.is_none() {
                    self.blocked.insert(Blocked { path, what: "a file that bvlc did not write" });
                    return None;
                }
                if known != Some(&before) {
                    self.summary.by_hand.push(path.clone());
                }
                self.summary.changed.push(path.clone());
                (Some(before), after)
            }
            Verdict::Blocked(kind) => {
                self.blocked.insert(Blocked { path, what: name_of(kind) });
                return None;
            }
        };
        self.writes.push(Step { change: Change { path, before, after: Some(after.clone()) }, bytes: Some(bytes) });
        Some(after)
    }

    fn no_longer_written(&mut self, path: String, written: Digest, disk: &dyn Disk) -> Result<(), FolderError> {
        if !obstacles(std::iter::once(path.as_str()), disk)?.is_empty() {
            self.summary.kept.push(path);
            return Ok(());
        }
        match dismiss(&path, &written, disk)? {
            Farewell::Remove => {
                self.summary.removed.push(path.clone());
                self.removals.push(Step { change: Change { path, before: Some(written), after: None }, bytes: None });
            }
            Farewell::Keep => self.summary.kept.push(path),
            Farewell::Gone => {}
        }
        Ok(())
    }

    /// A record of no files is none.
    fn record(&mut self, path: String, record: &Record, before: Option<Digest>) {
        let bytes = (!record.files.is_empty()).then(|| record.to_bytes());
        let after = bytes.as_deref().map(Digest::of);
        if before != after {
            self.summary.records.push(path.clone());
            self.records.push(Step { change: Change { path, before, after }, bytes });
        }
    }

    fn finish(self) -> Plan {
        let Self { mut summary, blocked, mut writes, removals, records } = self;
        let Summary { created, changed, removed, kept, by_hand, records: of_records, unchanged: _ } = &mut summary;
        for paths in [created, changed, removed, kept, by_hand, of_records] {
            paths.sort();
        }
        // What takes space comes before what frees it: where the disk is full nothing is removed yet, and undoing takes no
        // space. And a reader sees new files before old ones go.
        let (written, removed) = records.into_iter().partition::<Vec<_>, _>(|step| step.bytes.is_some());
        writes.extend(written);
        writes.extend(removals);
        writes.extend(removed);
        Plan { summary, blocked: blocked.into_iter().collect(), steps: writes }
    }
}

/// What is not a folder above the paths. Nothing is looked for beyond an obstacle.
fn obstacles<'p>(paths: impl Iterator<Item = &'p str>, disk: &dyn Disk) -> Result<Vec<Blocked>, DiskError> {
    let folders: BTreeSet<&str> = paths.flat_map(parents).collect();
    let mut found: Vec<Blocked> = Vec::new();
    for folder in folders {
        if found.iter().any(|known| parents(folder).any(|parent| parent == known.path)) {
            continue;
        }
        match disk.look(folder)? {
            None | Some(Kind::Folder) => {}
            Some(kind @ (Kind::File | Kind::Other)) => {
                found.push(Blocked { path: folder.to_owned(), what: name_of(kind) });
            }
        }
    }
    Ok(found)
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "a file, where a folder is needed",
        Kind::Folder => "a folder, where a file is needed",
        Kind::Other => "a link or a device, which bvlc does not write through",
    }
}
