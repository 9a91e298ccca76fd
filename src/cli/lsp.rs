//! `bvlc lsp`

use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::files::DiskFiles;
use super::place::{ROOT, platform_above, words};
use super::watch::Watcher;
use super::{Exit, Fault, Session, diff, shown, standard};
use crate::lsp::{self, Difference, End, Listeners, Root, Shelf, Watch, Workspace};
use crate::source::Files;
use crate::source::files::MemoryFiles;

const AFTER_HELP: &str = "\
Examples:
  bvlc lsp
  bvlc lsp --capabilities=json";

/// Serve an editor: the language server, over stdin and stdout
///
/// Editors start it; what it says is what `bvlc check` says. It ends when the editor ends it or is gone.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Print what the server can do, as a table or as the protocol writes it, and end
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "table")]
    capabilities: Option<Shown>,
    /// Talk over stdin and stdout, which it does anyway: many editors pass this on
    #[arg(long)]
    stdio: bool,
    /// Write a line for each request with how long it took, and what went wrong
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Write every message, one a line, so that the session can be played again
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Play a recorded session on the files as they are now, print its answers, and tell which are others than those
    /// recorded
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "log", "capabilities"])]
    replay: Option<PathBuf>,
}

/// How the features are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Shown {
    /// A table for people
    Table,
    /// What `initialize` is answered with
    Json,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    match arguments.capabilities {
        Some(Shown::Table) => {
            session.ui.out().line(lsp::table().trim_end());
            return Ok(Exit::Clean);
        }
        Some(Shown::Json) => {
            let capabilities = lsp::server_capabilities();
            session.ui.out().line(&serde_json::to_string_pretty(&capabilities).unwrap_or_default());
            return Ok(Exit::Clean);
        }
        None => {}
    }
    if let Some(recording) = &arguments.replay {
        return replay(recording, session);
    }
    let listeners = Listeners { record: open(arguments.record.as_deref())?, log: open(arguments.log.as_deref())? };
    let mistakes = open(arguments.log.as_deref())?;
    // the client's log is no place for what only bvlc's engineers can read
    std::panic::set_hook(Box::new(told_to(mistakes)));
    let end = lsp::serve_stdio(Arc::new(Disk), listeners);
    shown::end();
    match end {
        Ok(End::Asked) => Ok(Exit::Clean),
        Ok(End::Gone) => Ok(Exit::Findings),
        Err(error) => Err(Fault::new(format!("what the editor sent cannot be read: {}", words(&error)))),
    }
}

/// The file of a log or recording; what it held goes on.
fn open(path: Option<&Path>) -> Result<Option<Box<dyn Write + Send>>, Fault> {
    let Some(path) = path else { return Ok(None) };
    match std::fs::File::options().create(true).append(true).open(path) {
        Ok(file) => Ok(Some(Box::new(file))),
        Err(error) => Err(Fault::new(format!("{} cannot be written: {}", path.display(), words(&error)))),
    }
}

/// Writes a line for a mistake of bvlc.
fn told_to(log: Option<Box<dyn Write + Send>>) -> impl Fn(&PanicHookInfo<'_>) + Send + Sync {
    let log = Mutex::new(log);
    move |panic| {
        // a thread that ended while it held the log has left it whole
        if let Some(log) = &mut *log.lock().unwrap_or_else(PoisonError::into_inner) {
            // there is nobody to tell of a disk that is full
            drop(writeln!(log, "bvlc made a mistake: {panic}"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a recording is no file of a platform")]
fn replay(recording: &Path, session: &mut Session) -> Result<Exit, Fault> {
    let text = std::fs::read_to_string(recording)
        .map_err(|error| Fault::new(format!("{} cannot be read: {}", recording.display(), words(&error))))?;
    let replayed = lsp::replay(&text, Arc::new(Disk));
    shown::end();
    let replayed =
        replayed.map_err(|error| Fault::new(format!("{} cannot be played: {error}", recording.display())))?;
    for (line, method, answer) in &replayed.answers {
        session.ui.out().line(&json!({"line": line, "method": method, "answer": answer}).to_string());
    }
    for Difference { line, method, recorded, .. } in &replayed.differences {
        session.ui.err().line(&format!("line {line}: {method} was answered otherwise: {recorded}"));
    }
    let (n_answers, n_others) = (replayed.answers.len(), replayed.differences.len());
    session
        .ui
        .err()
        .line(&format!("{} messages, {n_answers} answers, {n_others} others than recorded", replayed.n_sent));
    Ok(if replayed.differences.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Platforms on the real disk.
struct Disk;

/// How deep below a folder of the workspace platforms are looked for, and how many folders at most.
const DEEPEST: usize = 6;
const MOST_FOLDERS: usize = 20_000;

impl Workspace for Disk {
    fn platform_of(&self, file: &Path) -> Root {
        let folder = file.parent().unwrap_or(file);
        match platform_above(folder) {
            Some(folder) => Root { folder: folder.to_owned(), file: ROOT.to_owned() },
            None => Root {
                folder: folder.to_owned(),
                file: file.file_name().and_then(|name| name.to_str()).unwrap_or(ROOT).to_owned(),
            },
        }
    }

    fn files(&self, folder: &Path) -> Arc<dyn Files + Send + Sync> {
        match DiskFiles::new(folder) {
            Ok(files) => Arc::new(files),
            // a folder that is not there yet has the documents that are open, and nothing else
            Err(_) => Arc::new(MemoryFiles::default()),
        }
    }

    fn platforms_in(&self, folder: &Path) -> Vec<Root> {
        let folders = folders_below(folder).filter(|folder| folder.join(ROOT).is_file());
        let mut found: Vec<Root> = folders.map(|folder| Root { folder, file: ROOT.to_owned() }).collect();
        found.sort();
        found
    }

    fn standard(&self, path: &str, text: &str) -> Option<PathBuf> {
        standard::copy(path, text)
    }

    fn page(&self, shelf: Shelf, name: &str, text: &str) -> Option<PathBuf> {
        standard::page(shelf, name, text)
    }

    fn shown(&self, name: &str, text: &str) -> Option<PathBuf> {
        shown::put(name, text)
    }

    fn standard_of(&self, file: &Path) -> Option<String> {
        standard::path_of(file)
    }

    fn at_revision(&self, folder: &Path, revision: &str) -> Result<Arc<dyn Files + Send + Sync>, String> {
        match diff::at_revision(folder, revision) {
            Ok(files) => Ok(files),
            Err(Fault { message, hint }) => Err(hint.map_or(message.clone(), |hint| format!("{message}; {hint}"))),
        }
    }

    fn watch(&self, tell: Box<dyn Fn(Vec<PathBuf>) + Send>) -> Option<Box<dyn Watch>> {
        Some(Box::new(Watcher::new(tell)?))
    }
}

/// A folder and those below it, as deep and as many as are looked through; each before it is looked into, so that whoever
/// watches it first misses nothing.
pub(super) fn folders_below(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut next = vec![(folder.to_owned(), 0)];
    let (mut taken, mut n_taken): (Option<(PathBuf, usize)>, usize) = (None, 0);
    std::iter::from_fn(move || {
        if let Some((folder, depth)) = taken.take()
            && depth < DEEPEST
            && n_taken <= MOST_FOLDERS
        {
            next.extend(folders_in(&folder).into_iter().map(|folder| (folder, depth + 1)));
        }
        let (folder, depth) = next.pop()?;
        n_taken += 1;
        taken = Some((folder.clone(), depth));
        Some(folder)
    })
}

/// The folders in a folder, but for those in which nobody writes specs: hidden ones, and what tools fill.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let is_own = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        !name.to_string_lossy().starts_with('.') && name != "node_modules" && name != "target"
    };
    folders.filter(is_own).map(|entry| entry.path()).collect()
}
