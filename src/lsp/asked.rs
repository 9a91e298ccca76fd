//! A question about a platform: the snapshot that it is asked of, and how the client counts.
//!
//! Invariant: places leave as locations of the user's own files; only who is led somewhere is led into a copy of the standard
//! library.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ls_types::{Location, Position, Range, TextEdit, Uri, WorkspaceEdit};

use super::capabilities::Client;
use super::pages::Pages;
use super::sent::Sent;
use super::settings::Settings;
use super::shown::Texts;
use super::wire::Lines;
use super::world::{Snapshot, Workspace};
use crate::ide::described::{self, Described};
use crate::ide::{At, View};
use crate::source::edit::with_breaks_of;
use crate::source::{self, FileId, Files as _, Provenance, Span};

/// Whether somebody still waits for an answer. All copies say the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Nobody waits any more: the request was canceled, or what it was about has changed.
    pub(super) fn abandon(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody does.
    pub(super) fn is_so(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// A question.
pub(super) struct Asked {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) path: PathBuf,
    pub(super) client: Client,
    /// What was sent of documents before.
    pub(super) sent: Arc<Sent>,
    /// Where codes are explained.
    pub(super) pages: Arc<Pages>,
    pub(super) settings: Settings,
    /// The texts that are shown as documents.
    pub(super) texts: Arc<Texts>,
    /// Where copies of the standard library can be opened.
    pub(super) workspace: Arc<dyn Workspace>,
    /// Whether the answer is waited for: what takes long looks at it in between.
    pub(super) wanted: Wanted,
}

impl Asked {
    /// The same question, of the file by itself where nothing of the platform uses it.
    pub(super) fn settled(self) -> Self {
        let snapshot = self.snapshot.for_file(&self.path);
        Self { snapshot, ..self }
    }

    /// The same question about another file.
    pub(super) fn about(&self, path: &Path) -> Self {
        Self {
            snapshot: Arc::clone(&self.snapshot),
            path: path.to_owned(),
            client: self.client,
            settings: self.settings,
            sent: Arc::clone(&self.sent),
            pages: Arc::clone(&self.pages),
            texts: Arc::clone(&self.texts),
            workspace: Arc::clone(&self.workspace),
            wanted: self.wanted.clone(),
        }
    }

    pub(super) fn view(&self) -> &View {
        self.snapshot.view()
    }

    /// The text that is asked about, whatever it is found to be; `None` where it is not there or is no text.
    pub(super) fn text(&self) -> Option<Arc<str>> {
        let bytes = self.snapshot.files.read(&self.snapshot.root.relative(&self.path)?).ok()?;
        Some(std::str::from_utf8(&bytes).ok()?.into())
    }

    /// The file that is asked about.
    pub(super) fn file(&self) -> Option<FileId> {
        let standard = || self.view().file_of(&self.workspace.standard_of(&self.path)?);
        self.snapshot.file(&self.path).or_else(standard)
    }

    /// The place of a position in it.
    pub(super) fn at(&self, position: Position) -> Option<At> {
        let file = self.file()?;
        let offset = u32::try_from(self.lines(file)?.offset(position)).ok()?;
        Some(At { file, place: self.view().sources().get(file)?.place(offset) })
    }

    /// The lines of a file.
    pub(super) fn lines(&self, file: FileId) -> Option<Lines<'_>> {
        let known = self.view().sources().get(file)?;
        Some(Lines::known(known, self.snapshot.starts(file, known.text()), self.client.encoding))
    }

    /// Where a place is for the client.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        let uri = uri(&self.snapshot.path(span.file)?)?;
        Some(Location { uri, range: self.lines(span.file)?.range(span) })
    }

    /// Where to go: places of the standard library are in a copy that can be opened.
    pub(super) fn locations(&self, spans: Vec<Span>) -> Vec<Location> {
        let standard = |span: Span| {
            let file = self.view().sources().get(span.file)?;
            let is_standard = file.provenance() == Provenance::Standard;
            let path = is_standard.then(|| self.workspace.standard(file.path(), file.text()))??;
            Some(Location { uri: uri(&path)?, range: self.lines(span.file)?.range(span) })
        };
        spans.into_iter().filter_map(|span| self.location(span).or_else(|| standard(span))).collect()
    }

    /// Where the reference says what the word or the code at a place means.
    pub(super) fn described(&self, at: At) -> Option<Location> {
        match described::at(self.view(), at)? {
            Described::Word { page, line, length } => {
                let range = Range { start: Position { line, character: 0 }, end: Position { line, character: length } };
                Some(Location { uri: self.pages.of_words(&*self.workspace, page)?, range })
            }
            Described::Code(code) => {
                Some(Location { uri: self.pages.uri_of_code(&*self.workspace, code)?, range: Range::default() })
            }
        }
    }

    /// An edit, with line breaks as its file has them: not every editor sees to that itself.
    pub(super) fn placed(&self, edit: &source::TextEdit) -> Option<TextEdit> {
        let text = self.view().sources().get(edit.span.file)?.text();
        let new_text = with_breaks_of(text, &edit.text).into_owned();
        Some(TextEdit { range: self.lines(edit.span.file)?.range(edit.span), new_text })
    }

    /// Edits of one file.
    pub(super) fn edits(&self, edits: &[source::TextEdit]) -> Vec<TextEdit> {
        edits.iter().filter_map(|edit| self.placed(edit)).collect()
    }

    /// Edits of any number of files.
    #[expect(clippy::disallowed_types, reason = "the protocol's type has it")]
    pub(super) fn edit(&self, edits: &[source::TextEdit]) -> Option<WorkspaceEdit> {
        let mut changes: std::collections::HashMap<Uri, Vec<TextEdit>> = std::collections::HashMap::new();
        for edit in edits {
            let uri = uri(&self.snapshot.path(edit.span.file)?)?;
            changes.entry(uri).or_default().extend(self.edits(std::slice::from_ref(edit)));
        }
        Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }
}

/// Where documents stand that have never been saved: in no folder of a disk, each in one of its own, so that none sees
/// another's files.
const UNSAVED: &str = "/untitled:";
/// The scheme of their addresses.
const UNTITLED: &str = "untitled:";
/// What each of them is called there.
const UNNAMED: &str = "unsaved.bvl";

/// Whether a path is that of a document that has never been saved.
pub(super) fn is_unsaved(path: &Path) -> bool {
    path.starts_with(UNSAVED)
}

/// The path of a document; `None` for one that is neither on a disk nor about to be.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    if let Some(name) = uri.as_str().strip_prefix(UNTITLED) {
        let name = name.replace('%', "%25").replace('/', "%2F");
        return Some(Path::new(UNSAVED).join(format!("_{name}")).join(UNNAMED));
    }
    if !uri.as_str().starts_with("file:") {
        return None;
    }
    let path = uri.to_file_path()?;
    path.is_absolute().then(|| tidied(&path))
}

/// A path without `.` and `..`, which clients are free to send.
fn tidied(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(tidy.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => tidy.push(part),
        }
    }
    tidy
}

/// The document of a path.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    if let Ok(unsaved) = path.strip_prefix(UNSAVED) {
        // there is nothing beside it
        let name = unsaved.parent().filter(|_| unsaved.ends_with(UNNAMED))?.to_str()?.strip_prefix('_')?;
        return Uri::from_str(&format!("{UNTITLED}{}", name.replace("%2F", "/").replace("%25", "%"))).ok();
    }
    Uri::from_file_path(path).or_else(|| Uri::from_str(&format!("file://{}", path.display())).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_whatever_is_in_them() {
        for path_text in ["/a/b.bvl", "/a b/\u{e9}\u{1f600}.bvl", "/a%b/c#d?.bvl", "/c:/x.bvl", "/[x]/y&z.bvl"] {
            let uri = uri(Path::new(path_text)).unwrap();
            assert_eq!(path(&uri).unwrap(), Path::new(path_text), "{}", uri.as_str());
        }
    }

    #[test]
    fn clients_write_one_path_in_many_ways() {
        for text in ["file:///a/c%3A/x.bvl", "file:///a/c:/x.bvl", "file:///a/./c%3a/y/../x.bvl"] {
            assert_eq!(path(&Uri::from_str(text).unwrap()).unwrap(), Path::new("/a/c:/x.bvl"), "{text}");
        }
        assert_eq!(path(&Uri::from_str("git:/a/x.bvl").unwrap()), None);
    }

    #[test]
    fn what_was_never_saved_has_a_place_of_its_own() {
        for text in ["untitled:Untitled-1", "untitled:/a/b%2Fc.bvl", "untitled:..", "untitled:a%20b%25"] {
            let path = path(&Uri::from_str(text).unwrap()).unwrap();
            assert!(is_unsaved(&path), "{}", path.display());
            assert_eq!(uri(&path).unwrap().as_str(), text);
            assert_eq!(uri(&path.with_file_name("teams.bvl")), None, "nothing is written beside it");
        }
    }
}
