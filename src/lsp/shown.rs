//! Texts that commands answer with, for users whose editor does not show an answer: documents, files, or where a file is.
//!
//! Invariants: what has the same title is shown in the same place; what is held has a bound; the preview that was shown last
//! follows its platform, and no other text does; nothing is written among the user's own files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};

use ls_types::request as method;
use ls_types::request::Request as _;
use ls_types::{ShowDocumentParams, ShowDocumentResult, Uri};
use lsp_server::{RequestId, Response};
use serde_json::json;

use super::asked::{Asked, path, uri};
use super::capabilities;
use super::confirm;
use super::link::Link;
use crate::ide::preview::Subject;

/// The scheme of the addresses of our documents.
pub(super) const SCHEME: &str = "bvlc";

/// Has a client ask for the text of a document again (LSP 3.18).
const REFRESH: &str = "workspace/textDocumentContent/refresh";

/// How many texts are held: of those that were shown before, a client asks no more once their windows are closed.
const KEPT: usize = 16;

/// How long the name of a document is at most.
const LONGEST: usize = 80;

/// The texts that are shown as documents, by their addresses, newest last.
#[derive(Debug, Default)]
pub(super) struct Texts(Mutex<Vec<(Uri, String)>>);

/// Where a text is put.
enum Put {
    /// Where it is, and whether another text was there or none.
    There(Uri, PutAs),
    /// Nothing can be written.
    Nowhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PutAs {
    Same,
    New,
}

/// Where a user is to be led.
pub(super) struct Lead {
    /// The document or file; `None` where there is none.
    uri: Option<Uri>,
    /// What is told where it cannot be shown.
    message: String,
    /// What is shown there, where it goes on following its platform.
    followed: Option<Followed>,
}

/// A preview that is shown.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    /// The document that its declaration stands in.
    pub(super) path: PathBuf,
    pub(super) subject: Subject,
    pub(super) environment: Option<String>,
    /// The name under which it is shown.
    name: String,
}

impl Texts {
    /// The text of a document.
    pub(super) fn text(&self, wanted: &Uri) -> Option<String> {
        // a thread that ended while it held the texts has left them whole
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().find(|(uri, _)| uri == wanted).map(|(_, text)| text.clone())
    }

    fn hold(&self, uri: Uri, text: &str) -> Put {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = texts.iter().position(|(known, _)| *known == uri).map(|at| texts.remove(at).1);
        texts.push((uri.clone(), text.to_owned()));
        if texts.len() > KEPT {
            texts.remove(0);
        }
        Put::There(uri, if before.is_some_and(|before| before == text) { PutAs::Same } else { PutAs::New })
    }
}

/// Where the user of the client is led to see a text; `None` where the client shows it itself.
pub(super) fn lead(asked: &Asked, (title, language, text): (&str, &str, &str)) -> Option<Lead> {
    if asked.client.texts == capabilities::Texts::Itself {
        return None;
    }
    let name = named(title, language);
    let (uri, message) = match put(asked, &name, text) {
        Put::There(uri, _) => {
            let place = path(&uri).map_or_else(|| uri.to_string(), |path| path.display().to_string());
            (Some(uri), format!("{title}: {place}"))
        }
        // better in a narrow place than nowhere
        Put::Nowhere => (None, text.to_owned()),
    };
    Some(Lead { uri, message, followed: None })
}

impl Lead {
    /// It shows a preview, which follows.
    pub(super) fn following(self, asked: &Asked, subject: Subject, environment: Option<String>, title: &str) -> Self {
        let name = named(title, "yaml");
        Self { followed: Some(Followed { path: asked.path.clone(), subject, environment, name }), ..self }
    }
}

impl Followed {
    /// Puts its new text in the place of the one before; the document that the client is to ask for again.
    pub(super) fn put(&self, asked: &Asked, text: &str) -> Option<Uri> {
        match put(asked, &self.name, text) {
            Put::There(uri, PutAs::New) if asked.client.texts == capabilities::Texts::Documents => Some(uri),
            Put::There(..) | Put::Nowhere => None,
        }
    }
}

fn put(asked: &Asked, name: &str, text: &str) -> Put {
    if asked.client.texts == capabilities::Texts::Documents {
        let uri = Uri::from_str(&format!("{SCHEME}:///{name}"));
        return uri.map_or(Put::Nowhere, |uri| asked.texts.hold(uri, text));
    }
    let file = asked.workspace.shown(name, text).and_then(|path| uri(&path));
    // editors look themselves whether a file has changed
    file.map_or(Put::Nowhere, |uri| Put::There(uri, PutAs::New))
}

/// The name under which a text is shown: its title, as far as any disk takes it.
fn named(title: &str, language: &str) -> String {
    let mut name = String::new();
    for char in title.chars() {
        let char = if char.is_ascii_alphanumeric() || matches!(char, '_' | '.') { char } else { '-' };
        if !(char == '-' && (name.is_empty() || name.ends_with('-'))) && name.len() < LONGEST {
            name.push(char);
        }
    }
    let name = name.trim_matches(['-', '.']);
    let ending = match language {
        "yaml" => "yaml",
        "markdown" => "md",
        _ => "txt",
    };
    format!("{}.{ending}", if name.is_empty() { "text" } else { name })
}

/// The texts that the client is being led to.
#[derive(Default)]
pub(super) struct Leading {
    /// What is told where it does not show what it was asked to, by our question.
    asked: BTreeMap<RequestId, String>,
    followed: Option<Followed>,
}

impl Leading {
    /// Leads the user to a text.
    pub(super) fn begin(&mut self, link: &mut Link, lead: Lead) {
        let Lead { uri, message, followed } = lead;
        if followed.is_some() {
            self.followed = followed;
        }
        let can_be_led = match link.client.texts {
            capabilities::Texts::Documents | capabilities::Texts::Files => true,
            capabilities::Texts::Itself | capabilities::Texts::Told => false,
        };
        match uri.filter(|_| can_be_led) {
            Some(uri) => {
                // beside what is being written
                let params = ShowDocumentParams { uri, external: None, take_focus: Some(false), selection: None };
                let id = link.ask(method::ShowDocument::METHOD, params);
                self.asked.insert(id, message);
            }
            None => link.show(confirm::INFO, &message),
        }
    }

    /// The client has answered a request of ours.
    pub(super) fn answered(&mut self, link: &Link, response: &Response) {
        let Some(message) = self.asked.remove(&response.id) else { return };
        let shown = response.response_result.as_ref().ok();
        let shown = shown.and_then(|result| serde_json::from_value::<ShowDocumentResult>(result.clone()).ok());
        if !shown.is_some_and(|shown| shown.success) {
            link.show(confirm::INFO, &message);
        }
    }

    /// The preview that follows.
    pub(super) fn followed(&self, is_its: impl Fn(&Path) -> bool) -> Option<&Followed> {
        self.followed.as_ref().filter(|followed| is_its(&followed.path))
    }

    /// Has the client ask for the text of a document again.
    pub(super) fn refresh(link: &mut Link, uri: &Uri) {
        link.ask(REFRESH, json!({"uri": uri}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_any_disk() {
        for (title, language, name) in [
            ("service web in prod", "yaml", "service-web-in-prod.yaml"),
            ("web in preview(region=eu)", "yaml", "web-in-preview-region-eu.yaml"),
            ("../../etc/passwd", "plaintext", "etc-passwd.txt"),
            ("a -> b", "markdown", "a-b.md"),
            ("\u{e9}\u{1f600}", "plaintext", "text.txt"),
            ("..", "yaml", "text.yaml"),
        ] {
            assert_eq!(named(title, language), name, "{title}");
        }
        assert!(named(&"all of them ".repeat(40), "plaintext").len() <= LONGEST + ".txt".len());
    }

    #[test]
    fn of_texts_the_newest_are_held() {
        let texts = Texts::default();
        let address = |n: usize| Uri::from_str(&format!("{SCHEME}:///{n}.txt")).unwrap();
        let is_new = |n: usize, text: &str| match texts.hold(address(n), text) {
            Put::There(_, how) => how == PutAs::New,
            Put::Nowhere => panic!("it is held"),
        };
        assert!(is_new(0, "a") && !is_new(0, "a") && is_new(0, "b"));
        assert_eq!(texts.text(&address(0)).as_deref(), Some("b"));
        for n in 1..=KEPT {
            is_new(n, "a");
        }
        assert_eq!(texts.text(&address(0)), None);
    }
}
