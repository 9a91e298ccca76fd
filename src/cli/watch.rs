//! Changes on the disk, told by the system: for editors that do not tell them.
//!
//! Invariants: nothing is asked again and again; only folders in which somebody may write specs are watched.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::lsp::folders_below;
use crate::lsp::Watch;

/// What comes together is told together.
const PAUSE: Duration = Duration::from_millis(30);

enum Heard {
    /// A folder is to be watched, and somebody waits until it is.
    Folder(PathBuf, Sender<()>),
    /// Something has changed.
    Event(Event),
}

/// Tells of changes below folders.
pub(super) struct Watcher {
    heard: Sender<Heard>,
}

impl Watcher {
    /// `None` where the system tells of no changes.
    pub(super) fn new(tell: Box<dyn Fn(Vec<PathBuf>) + Send>) -> Option<Self> {
        let (heard, queue) = channel();
        let events = heard.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                // its end is the server's
                drop(events.send(Heard::Event(event)));
            }
        });
        let watcher = watcher.ok()?;
        let work = move || listen(watcher, &queue, &*tell);
        std::thread::Builder::new().name("bvlc disk".to_owned()).spawn(work).ok()?;
        Some(Self { heard })
    }
}

impl Watch for Watcher {
    fn add(&mut self, folder: &Path) {
        let (watched, is_watched) = channel();
        // what is made between a first look at the folder and its watch would be missed
        if self.heard.send(Heard::Folder(folder.to_owned(), watched)).is_ok() {
            is_watched.recv().unwrap_or_default();
        }
    }
}

fn listen(mut watcher: RecommendedWatcher, queue: &Receiver<Heard>, tell: &dyn Fn(Vec<PathBuf>)) {
    let mut watch = |folder: &Path| {
        for folder in folders_below(folder) {
            // one that is gone again, or that the system has no room for, is seen when its documents are opened
            drop(watcher.watch(&folder, RecursiveMode::NonRecursive));
        }
    };
    while let Ok(first) = queue.recv() {
        let mut changed = Vec::new();
        let mut next = Some(first);
        while let Some(heard) = next {
            match heard {
                Heard::Folder(folder, watched) => {
                    watch(&folder);
                    // who waits may have gone away
                    watched.send(()).unwrap_or_default();
                }
                Heard::Event(event) if matches!(event.kind, EventKind::Access(_)) => {}
                Heard::Event(event) => {
                    for path in event.paths {
                        if path.is_dir() {
                            watch(&path);
                        }
                        if is_of_a_spec(&path) && !changed.contains(&path) {
                            changed.push(path);
                        }
                    }
                }
            }
            next = queue.recv_timeout(PAUSE).ok();
        }
        if !changed.is_empty() {
            tell(changed);
        }
    }
}

/// Whether a platform may be another one for what happened there: what has no ending may have been a folder.
fn is_of_a_spec(path: &Path) -> bool {
    path.extension().is_none_or(|ending| ending == "bvl")
}
