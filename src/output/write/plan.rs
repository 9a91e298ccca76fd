//! What has to change so that the output folder is as it shall be: looks, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::disk::{Disk, DiskError, Kind, is_output_path, parents};
use super::journal::{self, Change, Staging};
use super::record::{self, Digest, Origin, Record};
use super::summary::{Blocked, FolderError, Summary};
use super::{Batch, EnvironmentFolder, Extent, Scope};
use crate::output::OutputFile;

/// What a build would do to the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What differs.
    pub summary: Summary,
    /// What stands in the way; if anything does, nothing can be written.
    pub blocked: Vec<Blocked>,
    pub(super) changes: Vec<Change>,
}

impl Plan {
    /// Whether the output folder is not as a build would leave it.
    pub fn differs(&self) -> bool {
        !self.changes.is_empty() || !self.blocked.is_empty()
    }
}

/// A path that no layout makes: to write to it would lose something.
fn refused(path: &str, message: &str) -> DiskError {
    DiskError { path: path.to_owned(), doing: "write", message: message.to_owned() }
}

/// What is to become of one file.
#[derive(Clone, Copy)]
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

/// A plan in the making: one folder after the other, some files at a time.
pub(super) struct Draft<'d> {
    disk: &'d dyn Disk,
    /// The name of the platform.
    platform: String,
    /// Takes the bytes of what is to be written; they are let go where there is none.
    staging: Option<&'d Staging<'d>>,
    folders: BTreeSet<String>,
    summary: Summary,
    blocked: BTreeSet<Blocked>,
    writes: Vec<Change>,
    removals: Vec<Change>,
    dropped_records: Vec<Change>,
}

/// The folder under work.
struct Folder {
    name: String,
    /// What its record names.
    known: BTreeMap<String, Digest>,
    /// The digest of that record.
    stored: Option<Digest>,
    /// What bvlc answers for from now on.
    record: Record,
    /// Every file that it shall hold, those in the way of something included.
    paths: BTreeSet<String>,
    /// The folders above its files that have been looked at, by their path in the output folder.
    looked_at: BTreeSet<String>,
    /// Those of them that are none.
    obstacles: BTreeSet<String>,
}

impl<'d> Draft<'d> {
    /// The whole of it: what the folders shall hold, compared with what they do hold.
    pub(super) fn of<F>(
        scope: Scope,
        environments: impl IntoIterator<Item = (EnvironmentFolder, F)>,
        disk: &'d dyn Disk,
        staging: Option<&'d Staging<'d>>,
    ) -> Result<Plan, FolderError>
    where
        F: IntoIterator<Item = Batch>,
    {
        if let Some(interrupted) = journal::interrupted(disk)? {
            return Err(FolderError::Interrupted(interrupted));
        }
        let Scope { platform, extent } = scope;
        match &extent {
            Extent::All { .. } => no_others(disk, &platform)?,
            // each is looked at when it is opened
            Extent::Given => {}
        }
        let mut draft = Self {
            disk,
            platform,
            staging,
            folders: BTreeSet::new(),
            summary: Summary::default(),
            blocked: BTreeSet::new(),
            writes: Vec::new(),
            removals: Vec::new(),
            dropped_records: Vec::new(),
        };
        for (folder, batches) in environments {
            let mut folder = draft.open(folder)?;
            for batch in batches {
                draft.add(&mut folder, batch.map_err(FolderError::Refused)?)?;
            }
            draft.close(folder)?;
        }
        match extent {
            Extent::All { parametrized } => draft.no_longer_declared(&parametrized)?,
            Extent::Given => {}
        }
        Ok(draft.finish())
    }

    fn open(&mut self, folder: EnvironmentFolder) -> Result<Folder, FolderError> {
        let EnvironmentFolder { name, origin } = folder;
        if !is_output_path(&name) || name.contains('/') {
            return Err(refused(&name, "it cannot be the name of a folder").into());
        }
        if !self.folders.insert(name.clone()) {
            return Err(refused(&name, "two environments would write to this folder").into());
        }
        let mut folder = Folder {
            record: Record::new(&self.platform, origin),
            known: BTreeMap::new(),
            stored: None,
            paths: BTreeSet::new(),
            looked_at: BTreeSet::new(),
            obstacles: BTreeSet::new(),
            name,
        };
        // the folder may have no files
        let record = record::path_of(&folder.name);
        if self.is_free(&mut folder, &record)?
            && let Some(stored) = record::load(self.disk, &folder.name)?
        {
            if let Some(other) = stored.record.other_than(&self.platform) {
                return Err(of_another(&self.platform, [(record, other.to_owned())]));
            }
            folder.known = stored.record.files;
            folder.stored = Some(stored.digest);
        }
        Ok(folder)
    }

    /// Whether nothing but folders stands above a path. What is found is remembered.
    fn is_free(&mut self, folder: &mut Folder, path: &str) -> Result<bool, DiskError> {
        for parent in parents(path) {
            if !folder.looked_at.contains(parent) {
                folder.looked_at.insert(parent.to_owned());
                if let Some(obstacle) = obstacle(parent, self.disk)? {
                    folder.obstacles.insert(parent.to_owned());
                    self.blocked.insert(obstacle);
                }
            }
            if folder.obstacles.contains(parent) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add(&mut self, folder: &mut Folder, files: Vec<OutputFile>) -> Result<(), FolderError> {
        let mut free = Vec::with_capacity(files.len());
        for file in files {
            if !is_output_path(&file.path) {
                return Err(refused(&file.path, "it cannot be the path of a file in the output folder").into());
            }
            let path = file.path.strip_prefix(folder.name.as_str()).and_then(|path| path.strip_prefix('/'));
            let Some(path) = path else {
                return Err(refused(&file.path, "it is not in the folder of its environment").into());
            };
            if !folder.paths.insert(path.to_owned()) {
                return Err(refused(&file.path, "two objects would be written to this file").into());
            }
            if self.is_free(folder, &file.path)? {
                free.push(file);
            }
        }
        let disk = self.disk;
        let judged: Vec<_> = free.into_par_iter().map(|file| (judge(&file, disk), file)).collect();
        let mut staged = Vec::new();
        for (verdict, file) in judged {
            let key = file.path.get(folder.name.len() + 1..).unwrap_or_default().to_owned();
            if let Some(digest) = self.file(verdict?, file, folder.known.get(&key), &mut staged) {
                folder.record.files.insert(key, digest);
            }
        }
        self.stage(staged)
    }

    /// Adds changes that bring bytes.
    fn stage(&mut self, staged: Vec<(Change, Vec<u8>)>) -> Result<(), FolderError> {
        // where something is in the way nothing will be written
        if let Some(staging) = self.staging.filter(|_| self.blocked.is_empty()) {
            let from = self.writes.len();
            staged
                .par_iter()
                .enumerate()
                .try_for_each(|(idx, (change, bytes))| staging.add(from + idx, change, bytes))?;
        }
        self.writes.extend(staged.into_iter().map(|(change, _)| change));
        Ok(())
    }

    fn file(
        &mut self,
        verdict: Verdict,
        file: OutputFile,
        known: Option<&Digest>,
        staged: &mut Vec<(Change, Vec<u8>)>,
    ) -> Option<Digest> {
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
        staged.push((Change { path, before, after: Some(after) }, bytes));
        Some(after)
    }

    fn close(&mut self, folder: Folder) -> Result<(), FolderError> {
        let Folder { name, known, stored, record, paths, looked_at: _, obstacles: _ } = folder;
        if let Some(both) = paths.iter().flat_map(|path| parents(path)).find(|parent| paths.contains(*parent)) {
            return Err(refused(&format!("{name}/{both}"), "it would be both a file and a folder").into());
        }
        for (file, written) in known {
            if !record.files.contains_key(&file) {
                self.no_longer_written(format!("{name}/{file}"), written)?;
            }
        }
        self.record(record::path_of(&name), &record, stored)
    }

    /// Folders with a record of an environment that the platform has no more: nothing shall be in them. An instance stays
    /// as long as its declaration does.
    fn no_longer_declared(&mut self, parametrized: &BTreeSet<String>) -> Result<(), FolderError> {
        for (name, kind) in self.disk.list("")? {
            if kind != Kind::Folder || self.folders.contains(&name) || !is_output_path(&name) {
                continue;
            }
            let Some(stored) = record::load(self.disk, &name)? else { continue };
            let origin = stored.record.origin();
            let stays = match &origin {
                Origin::Fixed => false,
                Origin::Delivery => true,
                // a record that does not say of which was written before records did
                Origin::Instance(of) => of.as_ref().is_none_or(|of| parametrized.contains(of)),
            };
            if !stays {
                let folder = self.open(EnvironmentFolder { name, origin })?;
                self.close(folder)?;
            }
        }
        Ok(())
    }

    fn no_longer_written(&mut self, path: String, written: Digest) -> Result<(), FolderError> {
        if is_behind_obstacle(&path, self.disk)? {
            self.summary.kept.push(path);
            return Ok(());
        }
        match dismiss(&path, &written, self.disk)? {
            Farewell::Remove => {
                self.summary.removed.push(path.clone());
                self.removals.push(Change { path, before: Some(written), after: None });
            }
            Farewell::Keep => self.summary.kept.push(path),
            Farewell::Gone => {}
        }
        Ok(())
    }

    /// A record of no files is none.
    fn record(&mut self, path: String, record: &Record, before: Option<Digest>) -> Result<(), FolderError> {
        let bytes = (!record.files.is_empty()).then(|| record.to_bytes());
        let after = bytes.as_deref().map(Digest::of);
        if before == after {
            return Ok(());
        }
        self.summary.records.push(path.clone());
        let change = Change { path, before, after };
        if let Some(bytes) = bytes {
            return self.stage(vec![(change, bytes)]);
        }
        self.dropped_records.push(change);
        Ok(())
    }

    fn finish(self) -> Plan {
        let Self { mut summary, blocked, writes: mut changes, removals, dropped_records, .. } = self;
        let Summary { created, changed, removed, kept, by_hand, records: of_records, unchanged: _ } = &mut summary;
        for paths in [created, changed, removed, kept, by_hand, of_records] {
            paths.sort();
        }
        // What takes space comes before what frees it: where the disk is full nothing is removed yet, and undoing takes no
        // space. And a reader sees new files before old ones go.
        changes.extend(removals);
        changes.extend(dropped_records);
        Plan { summary, blocked: blocked.into_iter().collect(), changes }
    }
}

/// Refuses an output folder in which a record is that of another platform.
fn no_others(disk: &dyn Disk, platform: &str) -> Result<(), FolderError> {
    let mut found = Vec::new();
    for (name, kind) in disk.list("")? {
        if kind != Kind::Folder || !is_output_path(&name) {
            continue;
        }
        if let Some(stored) = record::load(disk, &name)?
            && let Some(other) = stored.record.other_than(platform)
        {
            found.push((record::path_of(&name), other.to_owned()));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(of_another(platform, found)) }
}

fn of_another(platform: &str, records: impl IntoIterator<Item = (String, String)>) -> FolderError {
    FolderError::OfAnother { platform: platform.to_owned(), records: records.into_iter().collect() }
}

/// Whether anything but folders stands above a path.
fn is_behind_obstacle(path: &str, disk: &dyn Disk) -> Result<bool, DiskError> {
    for parent in parents(path) {
        if obstacle(parent, disk)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What stands where a folder is needed, if it is none.
fn obstacle(folder: &str, disk: &dyn Disk) -> Result<Option<Blocked>, DiskError> {
    Ok(match disk.look(folder)? {
        None | Some(Kind::Folder) => None,
        Some(kind @ (Kind::File | Kind::Other)) => Some(Blocked { path: folder.to_owned(), what: name_of(kind) }),
    })
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "a file, where a folder is needed",
        Kind::Folder => "a folder, where a file is needed",
        Kind::Other => "a link or a device, which bvlc does not write through",
    }
}
