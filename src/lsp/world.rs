//! What the server knows: open documents, and for each platform a snapshot of its files.
//!
//! Invariants: one thread owns the world and alone changes it; a snapshot never changes, and what is derived from it is
//! computed once, by whoever asks first; a change makes new snapshots of the platforms that it touches and of no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::asked::is_unsaved;
use super::documents::Document;
use super::wire::{self, Starts};
use crate::analyze::analyze_again;
use crate::diagnostic::{Diagnostic, Severity};
use crate::ide::View;
use crate::resolve::Inputs;
use crate::source::files::{Overlay, ROOT};
use crate::source::{FileError, FileId, Files};

/// Where platforms are: what the server asks of the disk. Paths are absolute.
pub trait Workspace: Send + Sync {
    /// The folder of the platform that a file belongs to, and its root file relative to that; a file of no platform is
    /// the root of its own.
    fn platform_of(&self, file: &Path) -> Root;

    /// The files of a folder.
    fn files(&self, folder: &Path) -> Arc<dyn Files + Send + Sync>;

    /// The roots of all platforms in a folder.
    fn platforms_in(&self, folder: &Path) -> Vec<Root>;

    /// Where a file of the standard library can be opened: its path as specs have it, and its text. `None` where nothing can
    /// be written.
    fn standard(&self, path: &str, text: &str) -> Option<PathBuf> {
        let _ = (path, text);
        None
    }

    /// The path as specs have it of what [`Self::standard`] gives; `None` for any other file.
    fn standard_of(&self, file: &Path) -> Option<String> {
        let _ = file;
        None
    }

    /// Where a page can be opened, by its name and with its text. `None` where nothing can be written.
    fn page(&self, shelf: Shelf, name: &str, text: &str) -> Option<PathBuf> {
        let _ = (shelf, name, text);
        None
    }

    /// Where a text can be opened that is shown once, by its name; it is for reading only, and gone once the server has ended.
    /// `None` where nothing can be written.
    fn shown(&self, name: &str, text: &str) -> Option<PathBuf> {
        let _ = (name, text);
        None
    }

    /// The files of a folder as they were at a revision of its repository.
    ///
    /// # Errors
    /// A sentence that says why they are not known.
    fn at_revision(&self, folder: &Path, revision: &str) -> Result<Arc<dyn Files + Send + Sync>, String> {
        let _ = folder;
        Err(format!("there is no repository here that knows `{revision}`"))
    }

    /// What tells of changes on the disk, for clients that do not; `None` where nothing does.
    fn watch(&self, tell: Box<dyn Fn(Vec<PathBuf>) + Send>) -> Option<Box<dyn Watch>> {
        drop(tell);
        None
    }
}

/// Pages that are kept together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// What codes mean.
    Errors,
    /// What words mean.
    Reference,
}

/// What tells of changes on the disk.
pub trait Watch: Send {
    /// Changes below this folder are told from the moment on in which this returns.
    fn add(&mut self, folder: &Path);
}

/// A platform's folder, and its root file relative to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    /// The folder.
    pub folder: PathBuf,
    /// The root file.
    pub file: String,
}

impl Root {
    /// The path of the root file.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(&self.file)
    }

    /// The path of a file relative to the platform's folder, as specs write it.
    pub(super) fn relative(&self, path: &Path) -> Option<String> {
        let parts = path.strip_prefix(&self.folder).ok()?.components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    }
}

/// A platform at one moment.
pub(super) struct Snapshot {
    /// Which platform.
    pub(super) root: Root,
    /// Its files: open documents over the disk.
    pub(super) files: Arc<Held>,
    extent: Extent,
    view: OnceLock<Arc<View>>,
    /// The newest view of the platform as it was before, until this one is made of it.
    earlier: Mutex<Option<Arc<View>>>,
    starts: Mutex<BTreeMap<FileId, Starts>>,
    /// Files of the folder that nothing uses, each as a platform of its own.
    strays: Mutex<BTreeMap<String, Arc<Snapshot>>>,
}

/// The files of a platform at one moment, without what is derived from them.
pub(super) struct Moment {
    root: Root,
    files: Arc<Held>,
}

impl Moment {
    /// The files.
    pub(super) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// A document is opened, which is as the disk has it: it is that here, too, whatever the disk holds later.
    pub(super) fn opened(&mut self, path: &Path, text: &Arc<str>) {
        let Some(relative) = self.root.relative(path) else { return };
        let Held { disk, below, texts, versions } = &*self.files;
        let (mut texts, versions) = (texts.clone(), versions.clone());
        texts.entry(relative).or_insert_with(|| Arc::clone(text));
        self.files = Arc::new(Held { disk: Arc::clone(disk), below: Arc::clone(below), texts, versions });
    }
}

/// Whether the client tells of changes of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    /// It does.
    Told,
    /// It does not.
    Untold,
}

/// What is told of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Everything.
    Whole,
    /// What is wrong with the text alone: the file is no platform, and what it lacks is elsewhere.
    Syntax,
}

impl Snapshot {
    fn new(root: Root, files: Arc<Held>, extent: Extent, earlier: Option<Arc<View>>) -> Self {
        let (starts, strays) = (Mutex::default(), Mutex::default());
        Self { root, files, extent, view: OnceLock::new(), earlier: Mutex::new(earlier), starts, strays }
    }

    /// Its files, for who asks later what has changed.
    pub(super) fn moment(&self) -> Moment {
        Moment { root: self.root.clone(), files: Arc::clone(&self.files) }
    }

    /// The newest view that there is: of this snapshot, or of one before it while this one is not judged.
    fn newest(&self) -> Option<Arc<View>> {
        // a thread that ended while it held the view has left it whole
        let earlier = || self.earlier.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // the earlier one goes once this one is there
        self.view.get().cloned().or_else(earlier).or_else(|| self.view.get().cloned())
    }

    /// The snapshot that knows a file: this one, or where nothing of it uses the file one of that file alone.
    pub(super) fn for_file(self: &Arc<Self>, path: &Path) -> Arc<Self> {
        let Some(relative) = self.root.relative(path) else { return Arc::clone(self) };
        if self.view().file_of(&relative).is_some() || self.files.read(&relative).is_err() {
            return Arc::clone(self);
        }
        // a thread that ended while it held the map has left it whole
        let mut strays = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        let stray = strays.entry(relative.clone()).or_insert_with(|| {
            let root = Root { folder: self.root.folder.clone(), file: relative };
            Arc::new(Self::new(root, Arc::clone(&self.files), Extent::Syntax, None))
        });
        Arc::clone(stray)
    }

    /// Where the lines of a file of the view start.
    pub(super) fn starts(&self, file: FileId, text: &str) -> Starts {
        // a thread that ended while it held the map has left it whole
        let mut known = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(file).or_insert_with(|| wire::starts(text)))
    }

    /// What the compiler says of it.
    pub(super) fn view(&self) -> &View {
        let view = self.view.get_or_init(|| {
            let earlier = self.newest();
            let before = earlier.as_ref().map(|view| &view.analysis);
            let analysis = analyze_again(&*self.files, &self.root.file, &Inputs::default(), before);
            Arc::new(View::new(analysis, earlier.as_deref()))
        });
        // it has been made use of; whoever asks for the newest view now gets this one
        let earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(earlier);
        view
    }

    /// Whether nobody but the asker has it any more: a newer one is in its place.
    pub(super) fn is_outdated(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1
    }

    /// The file at a path, where the platform takes it in.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.view().file_of(&self.root.relative(path)?)
    }

    /// The path of a file of the view; `None` for one that is not the user's.
    pub(super) fn path(&self, file: FileId) -> Option<PathBuf> {
        let file = self.view().sources().get(file)?;
        let is_user = file.provenance() == crate::source::Provenance::User;
        is_user.then(|| self.root.folder.join(file.path()))
    }

    /// The findings of each file, each at its first place; a finding that has none is at the start of the root file.
    pub(super) fn findings(&self) -> BTreeMap<FileId, Vec<&Arc<Diagnostic>>> {
        let view = self.view();
        let mut found: BTreeMap<FileId, Vec<&Arc<Diagnostic>>> = BTreeMap::new();
        for finding in view.analysis.findings.shared().filter(|finding| self.tells(finding)) {
            if let Some(file) = finding.span().map(|span| span.file).or(view.analysis.project.root) {
                found.entry(file).or_default().push(finding);
            }
        }
        found
    }

    /// Those of one file.
    pub(super) fn findings_of(&self, file: FileId) -> Vec<&Arc<Diagnostic>> {
        let view = self.view();
        let is_there = |finding: &&Arc<Diagnostic>| {
            finding.span().map(|span| span.file).or(view.analysis.project.root) == Some(file) && self.tells(finding)
        };
        view.analysis.findings.shared().filter(is_there).collect()
    }

    /// As `bvlc check` does, which shows hints to those who ask for them.
    fn tells(&self, finding: &Diagnostic) -> bool {
        finding.severity != Severity::Hint && (self.extent == Extent::Whole || finding.code.id.starts_with(SYNTAX))
    }
}

/// How the codes of what syntax is wrong about begin.
const SYNTAX: &str = "BVL01";

/// What the disk holds, each file read once: for folders of which the client tells what changes there.
struct Saved {
    disk: Arc<dyn Files + Send + Sync>,
    read: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl Files for Saved {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        // a thread that ended while it held the map has left it whole
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return Ok(known.to_vec());
        }
        let bytes = self.disk.read(path)?;
        // clients tell of these alone, and of others that are not there nobody knows when they come
        if Path::new(path).extension().is_some_and(|extension| extension == "bvl") {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            read.insert(path.to_owned(), bytes.as_slice().into());
        }
        Ok(bytes)
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        self.disk.list(pattern)
    }
}

/// The files of a folder at one moment: open documents over the disk.
pub(super) struct Held {
    /// The disk itself.
    disk: Arc<dyn Files + Send + Sync>,
    /// What is known of it.
    below: Arc<dyn Files + Send + Sync>,
    texts: BTreeMap<String, Arc<str>>,
    /// The client's numbers of the open documents.
    versions: BTreeMap<String, i32>,
}

impl Held {
    /// The files as they are on the disk.
    pub(super) fn saved(&self) -> &dyn Files {
        &*self.disk
    }

    /// The client's number of a document; `None` for one that is not open.
    pub(super) fn version(&self, path: &str) -> Option<i32> {
        self.versions.get(path).copied()
    }

    /// Whether a file is the same in other files of the platform: the same number of the client's, or what it was on the disk.
    fn has_as(&self, other: &Self, path: &str) -> bool {
        match (self.texts.get(path), other.texts.get(path)) {
            (Some(one), Some(other_text)) => Arc::ptr_eq(one, other_text) && self.version(path) == other.version(path),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => self.read(path).ok() == other.read(path).ok(),
        }
    }

    fn over(&self) -> Overlay<'_, Arc<str>> {
        Overlay { below: &*self.below, texts: &self.texts }
    }
}

impl Files for Held {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.over().read(path)
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        self.over().list(pattern)
    }
}

/// Everything.
pub(super) struct World {
    workspace: Arc<dyn Workspace>,
    documents: BTreeMap<PathBuf, Document>,
    roots: BTreeMap<PathBuf, Root>,
    platforms: BTreeMap<Root, Arc<Snapshot>>,
    /// The folders of the workspace, where the client tells of all changes of the disk below them.
    told: Vec<PathBuf>,
    /// What the disk is known to hold, by folder.
    saved: BTreeMap<PathBuf, Arc<Saved>>,
}

impl World {
    /// A world in which nothing is open.
    pub(super) fn new(workspace: Arc<dyn Workspace>) -> Self {
        let (documents, roots, platforms) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { workspace, documents, roots, platforms, told: Vec::new(), saved: BTreeMap::new() }
    }

    /// Takes in the platforms of a folder of the workspace, below which the client tells of changes or does not.
    pub(super) fn add_folder(&mut self, folder: &Path, changes: Changes) {
        if changes == Changes::Told {
            self.told.push(folder.to_owned());
        }
        for root in self.workspace.platforms_in(folder) {
            self.refresh(&root);
        }
    }

    /// Where platforms are.
    pub(super) fn workspace(&self) -> &Arc<dyn Workspace> {
        &self.workspace
    }

    /// A document as it is open.
    pub(super) fn document(&self, path: &Path) -> Option<&Document> {
        self.documents.get(path)
    }

    /// The client's number of a document; `None` for one that is not open.
    pub(super) fn version(&self, path: &Path) -> Option<i32> {
        self.document(path).map(|document| document.version)
    }

    /// The open documents in the folder of a platform.
    pub(super) fn open_in(&self, root: &Root) -> impl Iterator<Item = &PathBuf> {
        self.documents.keys().filter(move |path| self.roots.get(*path) == Some(root))
    }

    /// A document is opened, or has changed.
    pub(super) fn set(&mut self, path: &Path, document: Document) {
        self.documents.insert(path.to_owned(), document);
        let root = self.root_of(path);
        self.refresh(&root);
    }

    /// What the disk holds in the place of a document that is open has changed.
    pub(super) fn saved(&mut self, path: &Path) {
        let root = self.root_of(path);
        self.saved.remove(&root.folder);
    }

    /// A document is closed: what is on the disk counts again.
    pub(super) fn close(&mut self, path: &Path) {
        self.documents.remove(path);
        self.saved(path);
        let root = self.root_of(path);
        self.refresh(&root);
        // a file of no platform is looked at only while it is open
        if root.file != ROOT && !self.documents.keys().any(|open| self.roots.get(open) == Some(&root)) {
            self.platforms.remove(&root);
        }
    }

    /// Files on the disk have changed: where platforms begin may have, too.
    pub(super) fn disk_changed(&mut self, paths: &[PathBuf]) {
        let before: BTreeSet<Root> = self.platforms.keys().cloned().collect();
        self.roots.clear();
        self.saved.clear();
        let mut touched: BTreeSet<Root> = paths.iter().map(|path| self.workspace.platform_of(path)).collect();
        touched.extend(before.iter().filter(|root| paths.iter().any(|path| path.starts_with(&root.folder))).cloned());
        let open: Vec<PathBuf> = self.documents.keys().cloned().collect();
        touched.extend(open.iter().map(|path| self.root_of(path)));
        for root in touched {
            self.refresh(&root);
        }
        let wanted: BTreeSet<Root> = self.roots.values().cloned().collect();
        self.platforms.retain(|root, snapshot| {
            wanted.contains(root) || snapshot.files.read(&root.file).is_ok() && root.file == ROOT
        });
    }

    /// The snapshot of the platform that a file belongs to; of a copy from the standard library one that uses it.
    pub(super) fn snapshot(&mut self, path: &Path) -> Arc<Snapshot> {
        if let Some(standard) = self.workspace.standard_of(path) {
            let has_it = |view: &Arc<View>| view.file_of(&standard).is_some();
            let all = || self.platforms.values().filter(|snapshot| snapshot.root.file == ROOT);
            let using = all().find(|snapshot| snapshot.newest().as_ref().is_some_and(has_it));
            // one that nobody has judged yet may well use it
            let using = using.or_else(|| all().find(|snapshot| snapshot.newest().is_none()));
            if let Some(using) = using {
                return Arc::clone(using);
            }
        }
        let root = self.root_of(path);
        if let Some(snapshot) = self.platforms.get(&root) {
            return Arc::clone(snapshot);
        }
        self.refresh(&root)
    }

    /// The documents of a platform, open now or then, that are no longer as they were.
    pub(super) fn changed_since(&self, then: &Moment) -> Vec<PathBuf> {
        let open = |files: &Held| files.texts.keys().cloned().collect::<BTreeSet<String>>();
        let now = self.platforms.get(&then.root);
        let is_other = |path: &String| now.is_none_or(|now| !then.files.has_as(&now.files, path));
        let mut paths = open(&then.files);
        paths.extend(now.into_iter().flat_map(|now| open(&now.files)));
        paths.into_iter().filter(is_other).map(|path| then.root.folder.join(path)).collect()
    }

    /// The snapshots of all platforms.
    pub(super) fn snapshots(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        self.platforms.values()
    }

    /// Forgets what has been computed, for the case that a mistake of ours has left it half done.
    pub(super) fn rebuild(&mut self) {
        let roots: Vec<Root> = self.platforms.keys().cloned().collect();
        self.saved.clear();
        for root in roots {
            self.replace(&root, None);
        }
    }

    /// What is known of a folder of the disk.
    fn known(&mut self, folder: &Path, disk: &Arc<dyn Files + Send + Sync>) -> Arc<dyn Files + Send + Sync> {
        if !self.told.iter().any(|told| folder.starts_with(told)) {
            return Arc::clone(disk);
        }
        let new = || Arc::new(Saved { disk: Arc::clone(disk), read: Mutex::default() });
        let saved: Arc<Saved> = Arc::clone(self.saved.entry(folder.to_owned()).or_insert_with(new));
        saved
    }

    fn root_of(&mut self, path: &Path) -> Root {
        let workspace = &self.workspace;
        let root = || match (path.parent(), path.file_name().and_then(|name| name.to_str())) {
            (Some(folder), Some(name)) if is_unsaved(path) => Root { folder: folder.to_owned(), file: name.to_owned() },
            _ => workspace.platform_of(path),
        };
        self.roots.entry(path.to_owned()).or_insert_with(root).clone()
    }

    /// A new snapshot of a platform, which takes over what has not changed.
    fn refresh(&mut self, root: &Root) -> Arc<Snapshot> {
        let earlier = self.platforms.get(root).and_then(|snapshot| snapshot.newest());
        self.replace(root, earlier)
    }

    fn replace(&mut self, root: &Root, earlier: Option<Arc<View>>) -> Arc<Snapshot> {
        let (mut texts, mut versions) = (BTreeMap::new(), BTreeMap::new());
        for (path, document) in &self.documents {
            if let Some(relative) = root.relative(path) {
                versions.insert(relative.clone(), document.version);
                texts.insert(relative, Arc::clone(&document.text));
            }
        }
        let disk = self.workspace.files(&root.folder);
        let below = self.known(&root.folder, &disk);
        let files = Held { disk, below, texts, versions };
        let is_copy = self.workspace.standard_of(&root.path()).is_some();
        let extent = if is_copy { Extent::Syntax } else { Extent::Whole };
        let snapshot = Arc::new(Snapshot::new(root.clone(), Arc::new(files), extent, earlier));
        self.platforms.insert(root.clone(), Arc::clone(&snapshot));
        snapshot
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::source::files::MemoryFiles;

    /// A disk with one platform, on which it is counted what is read.
    #[derive(Default)]
    pub(crate) struct Disk {
        files: Mutex<Arc<MemoryFiles>>,
        n_read: Arc<AtomicUsize>,
    }

    struct Counted(Arc<MemoryFiles>, Arc<AtomicUsize>);

    impl Files for Counted {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.read(path)
        }

        fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
            self.0.list(pattern)
        }
    }

    impl Disk {
        pub(crate) fn hold(&self, files: &[(&str, &str)]) {
            *self.files.lock().unwrap() = Arc::new(MemoryFiles::new(files.iter().copied()));
        }

        fn taken(&self) -> usize {
            self.n_read.swap(0, Ordering::Relaxed)
        }
    }

    impl Workspace for Disk {
        fn platform_of(&self, _: &Path) -> Root {
            Root { folder: "/it".into(), file: ROOT.to_owned() }
        }

        fn files(&self, _: &Path) -> Arc<dyn Files + Send + Sync> {
            Arc::new(Counted(Arc::clone(&self.files.lock().unwrap()), Arc::clone(&self.n_read)))
        }

        fn platforms_in(&self, _: &Path) -> Vec<Root> {
            vec![self.platform_of(Path::new(ROOT))]
        }
    }

    pub(crate) fn document(version: i32, text: &str) -> Document {
        Document { version, text: text.into() }
    }

    #[test]
    fn what_the_client_tells_of_is_read_once() {
        let text = "use \"a.bvl\"\nplatform shop { kubernetes \"1.33\" }\n";
        for (changes, n_again) in [(Changes::Told, 0), (Changes::Untold, 1)] {
            let disk = Arc::new(Disk::default());
            disk.hold(&[(ROOT, text), ("a.bvl", "let x = 1\n")]);
            let mut world = World::new(Arc::clone(&disk) as Arc<dyn Workspace>);
            world.add_folder(Path::new("/it"), changes);
            let read = |world: &mut World| {
                let snapshot = world.snapshot(Path::new("/it/platform.bvl"));
                assert!(snapshot.view().analysis.model.is_some());
                disk.taken()
            };
            assert_eq!(read(&mut world), 2);
            world.set(Path::new("/it/platform.bvl"), document(1, &format!("{text}\n")));
            assert_eq!(read(&mut world), n_again, "{changes:?}: an edit");
            disk.hold(&[(ROOT, text), ("a.bvl", "let x = 2\n")]);
            world.disk_changed(&["/it/a.bvl".into()]);
            assert_eq!(read(&mut world), 1, "{changes:?}: a change on the disk");
            let snapshot = world.snapshot(Path::new("/it/platform.bvl"));
            let file = snapshot.file(Path::new("/it/a.bvl")).unwrap();
            assert_eq!(snapshot.view().sources().get(file).unwrap().text(), "let x = 2\n");
        }
    }
}
