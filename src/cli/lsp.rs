//! `bvlc lsp`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::DiskFiles;
use super::place::{ROOT, platform_above, words};
use super::{Exit, Fault, Session};
use crate::lsp::{self, End, Root, Workspace};
use crate::source::Files;
use crate::source::files::MemoryFiles;

const AFTER_HELP: &str = "\
Examples:
  bvlc lsp
  bvlc lsp --capabilities";

/// Serve an editor: the language server, over stdin and stdout
///
/// Editors start it; what it says is what `bvlc check` says. It ends when the editor ends it or is gone.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Print what the server can do, as the protocol writes it, and end
    #[arg(long)]
    capabilities: bool,
    /// Talk over stdin and stdout, which it does anyway: many editors pass this on
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    if arguments.capabilities {
        let capabilities = lsp::server_capabilities();
        session.ui.out().line(&serde_json::to_string_pretty(&capabilities).unwrap_or_default());
        return Ok(Exit::Clean);
    }
    match lsp::serve_stdio(Arc::new(Disk)) {
        Ok(End::Asked) => Ok(Exit::Clean),
        Ok(End::Gone) => Ok(Exit::Findings),
        Err(error) => Err(Fault::new(format!("what the editor sent cannot be read: {}", words(&error)))),
    }
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
        let mut found = Vec::new();
        let mut next = vec![(folder.to_owned(), 0)];
        let mut n_seen = 0;
        while let Some((folder, depth)) = next.pop() {
            n_seen += 1;
            if folder.join(ROOT).is_file() {
                found.push(Root { folder: folder.clone(), file: ROOT.to_owned() });
            }
            if depth < DEEPEST && n_seen < MOST_FOLDERS {
                next.extend(folders_in(&folder).into_iter().map(|folder| (folder, depth + 1)));
            }
        }
        found.sort();
        found
    }
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
