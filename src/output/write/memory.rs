//! A disk in memory that dies, fills up or refuses when told to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use super::disk::{Disk, DiskError, DiskMut, Flush, Kind};

/// Every file by its path.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What goes wrong, by the number of changing calls before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// This call and all later ones do nothing: the process is dead. A write that it dies in may leave a part.
    Kill {
        at: usize,
        torn: bool,
    },
    /// This call fails, the next ones do not.
    Once(usize),
    /// This call fails, and from the other one on the process is dead.
    OnceThenKill(usize, usize),
    /// From this call on there is no space: new files keep a part, and no new name can be made.
    Full(usize),
    /// Nothing can be changed below this path.
    ReadOnly(&'static str),
}

#[derive(Debug)]
struct State {
    files: Files,
    links: BTreeSet<String>,
    calls: usize,
    fault: Fault,
}

/// The disk.
#[derive(Debug)]
pub(super) struct MemoryDisk(Mutex<State>);

impl MemoryDisk {
    pub(super) fn new(files: Files) -> Self {
        Self(Mutex::new(State { files, links: BTreeSet::new(), calls: 0, fault: Fault::None }))
    }

    pub(super) fn with_link(self, path: &str) -> Self {
        self.state().links.insert(path.to_owned());
        self
    }

    pub(super) fn set_fault(&self, fault: Fault) {
        let mut state = self.state();
        state.calls = 0;
        state.fault = fault;
    }

    pub(super) fn calls(&self) -> usize {
        self.state().calls
    }

    pub(super) fn files(&self) -> Files {
        self.state().files.clone()
    }

    /// The files that a user sees.
    pub(super) fn visible(&self) -> Files {
        self.files().into_iter().filter(|(path, _)| !path.starts_with(".bvlc/")).collect()
    }

    pub(super) fn edit(&self, path: &str, text: &str) {
        self.state().files.insert(path.to_owned(), text.as_bytes().to_vec());
    }

    pub(super) fn delete(&self, path: &str) {
        self.state().files.remove(path);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts a changing call, and fails it if its time has come.
    fn call(&self, doing: &'static str, path: &str, takes_space: bool) -> Result<MutexGuard<'_, State>, Failed<'_>> {
        let mut state = self.state();
        let now = state.calls;
        state.calls += 1;
        let (fails, torn) = match state.fault {
            Fault::None => (false, false),
            Fault::Kill { at, torn } => (now >= at, torn && now == at),
            Fault::Once(at) => (now == at, true),
            Fault::OnceThenKill(at, dead) => (now == at || now >= dead, now == at || now == dead),
            Fault::Full(from) => (takes_space && now >= from, true),
            Fault::ReadOnly(prefix) => (path.starts_with(prefix), false),
        };
        if fails {
            let error = DiskError { path: path.to_owned(), doing, message: "told to fail".to_owned() };
            return Err(Failed { error, torn, state });
        }
        Ok(state)
    }
}

struct Failed<'m> {
    error: DiskError,
    torn: bool,
    state: MutexGuard<'m, State>,
}

impl From<Failed<'_>> for DiskError {
    fn from(failed: Failed<'_>) -> Self {
        failed.error
    }
}

fn wrong(doing: &'static str, path: &str) -> DiskError {
    DiskError { path: path.to_owned(), doing, message: "the caller broke the contract".to_owned() }
}

impl Disk for MemoryDisk {
    fn look(&self, path: &str) -> Result<Option<Kind>, DiskError> {
        let state = self.state();
        if super::disk::parents(path).any(|parent| state.links.contains(parent)) {
            return Err(DiskError {
                path: path.to_owned(),
                doing: "look at",
                message: "a parent is a link".to_owned(),
            });
        }
        if state.links.contains(path) {
            return Ok(Some(Kind::Other));
        }
        if state.files.contains_key(path) {
            return Ok(Some(Kind::File));
        }
        let folder = format!("{path}/");
        Ok(state.files.keys().any(|known| known.starts_with(&folder)).then_some(Kind::Folder))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        self.state().files.get(path).cloned().ok_or_else(|| wrong("read", path))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, DiskError> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let state = self.state();
        let mut found = BTreeMap::new();
        for rest in state.files.keys().filter_map(|known| known.strip_prefix(&prefix)) {
            match rest.split_once('/') {
                Some((folder, _)) => found.insert(folder.to_owned(), Kind::Folder),
                None => found.insert(rest.to_owned(), Kind::File),
            };
        }
        found.extend(state.links.iter().filter(|link| !link.contains('/')).map(|link| (link.clone(), Kind::Other)));
        Ok(found.into_iter().collect())
    }
}

impl DiskMut for MemoryDisk {
    fn write(&self, path: &str, bytes: &[u8], _: Flush) -> Result<(), DiskError> {
        match self.call("write", path, true) {
            Ok(mut state) if !state.files.contains_key(path) => {
                state.files.insert(path.to_owned(), bytes.to_vec());
                Ok(())
            }
            Ok(_) => Err(wrong("write", path)),
            Err(mut failed) => {
                if failed.torn {
                    failed.state.files.insert(path.to_owned(), bytes[..bytes.len() / 2].to_vec());
                }
                Err(failed.into())
            }
        }
    }

    fn keep(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let bytes = self.read(from)?;
        self.write(to, &bytes, Flush::Later)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        let is_new = self.look(to)?.is_none() && super::disk::parents(from).ne(super::disk::parents(to));
        let mut state = self.call("rename", to, is_new)?;
        let bytes = state.files.remove(from).ok_or_else(|| wrong("rename", from))?;
        state.files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        let mut state = self.call("remove", path, false)?;
        state.files.remove(path).map(|_| ()).ok_or_else(|| wrong("remove", path))
    }

    fn remove_folder_if_empty(&self, path: &str) -> Result<(), DiskError> {
        // folders are where files are, so an empty one is gone already
        Ok(self.call("remove", path, false).map(|_| ())?)
    }
}
