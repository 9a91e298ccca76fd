//! Requests that are being answered, until their answers are sent.
//!
//! Invariants: what changed after it was asked is not answered from what was, nor is anything answered that speaks of another
//! document which has; one that was canceled is answered once, by
//! saying so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ls_types::request as method;
use ls_types::request::Request as _;
use lsp_server::{ErrorCode, RequestId, Response};

use super::asked::{Wanted, uri};
use super::confirm;
use super::link::Link;
use super::world::{Moment, Snapshot, World};

/// What is asked about.
pub(super) enum About {
    /// A document, and its number when it was asked.
    Document(PathBuf, Option<i32>),
    /// What is found in a document, and its number when it was asked.
    Findings(PathBuf, Option<i32>),
    /// All platforms.
    Workspace,
}

impl About {
    fn document(&self) -> Option<(&Path, Option<i32>)> {
        match self {
            Self::Document(path, version) | Self::Findings(path, version) => Some((path, *version)),
            Self::Workspace => None,
        }
    }

    fn is_current(&self, world: &World) -> bool {
        self.document().is_none_or(|(path, version)| world.version(path) == version)
    }
}

/// A request that is being answered.
struct Pending {
    about: About,
    /// The files of which the answer is made, by platform.
    made_of: Vec<Moment>,
    wanted: Wanted,
}

impl Pending {
    /// Whether an answer speaks of an open document that is no longer as it was when the answer was made: an edit or a place
    /// in it would be wrong there. The findings of a document may be sent all the same: whoever has them is told when they are
    /// others.
    fn speaks_of_the_past(&self, world: &World, response: &Response) -> bool {
        let is_told_again = match self.about {
            About::Findings(..) => true,
            About::Document(..) | About::Workspace => false,
        };
        let Ok(answer) = &response.response_result else { return false };
        if is_told_again {
            return false;
        }
        let changed: Vec<_> = self.made_of.iter().flat_map(|moment| world.changed_since(moment)).collect();
        if changed.is_empty() {
            return false;
        }
        let text = answer.to_string();
        changed.iter().filter_map(|path| uri(path)).any(|uri| text.contains(uri.as_str()))
    }
}

/// The findings of a document that the client was answered with: its number then, and what names them.
pub(super) struct Told {
    pub(super) path: PathBuf,
    pub(super) version: i32,
    pub(super) id: String,
}

/// The requests that are being answered.
#[derive(Default)]
pub(super) struct Answers {
    pending: BTreeMap<RequestId, Pending>,
    /// Answers that wait for the user's word, by our question, and the platform as it was when they were made.
    unconfirmed: BTreeMap<RequestId, (Response, Arc<Snapshot>)>,
}

impl Answers {
    /// A request is being answered.
    pub(super) fn begun(&mut self, id: RequestId, about: About, made_of: Vec<Moment>, wanted: Wanted) {
        self.pending.insert(id, Pending { about, made_of, wanted });
    }

    /// A document has changed: what is being answered about it will be refused, and need not be computed.
    pub(super) fn changed(&self, path: &Path) {
        for Pending { about, wanted, .. } in self.pending.values() {
            if about.document().is_some_and(|(known, _)| known == path) {
                wanted.abandon();
            }
        }
    }

    /// Whether a request that is no longer wanted was being answered: nothing more is sent for it.
    pub(super) fn is_canceled(&mut self, id: &RequestId) -> bool {
        let Some(pending) = self.pending.remove(id) else { return false };
        pending.wanted.abandon();
        true
    }

    /// Whether somebody still waits for an answer, and what it speaks of is as it was.
    pub(super) fn is_wanted(&self, world: &World, id: &RequestId) -> bool {
        self.pending.get(id).is_some_and(|pending| pending.about.is_current(world))
    }

    /// Sends an answer, unless it was canceled or what it speaks of has changed. What the client knows then of a document that
    /// is open, where that was asked.
    pub(super) fn send(&mut self, world: &World, link: &Link, response: Response) -> Option<Told> {
        let pending = self.pending.remove(&response.id)?;
        if !pending.about.is_current(world) {
            link.refuse(response.id, ErrorCode::ContentModified as i32, "the document has changed");
            return None;
        }
        if pending.speaks_of_the_past(world, &response) {
            link.refuse(
                response.id,
                ErrorCode::ContentModified as i32,
                "a document that the answer is about has changed",
            );
            return None;
        }
        let id = response.response_result.as_ref().ok().and_then(|report| report["resultId"].as_str());
        let id = id.map(str::to_owned);
        link.send(response);
        match pending.about {
            About::Findings(path, version) => Some(Told { path, version: version?, id: id? }),
            About::Document(..) | About::Workspace => None,
        }
    }

    /// Sends an answer that the user has to know something of: once they have agreed, where the client can ask them.
    pub(super) fn consider(&mut self, world: &mut World, link: &mut Link, response: Response, consequences: &str) {
        let Some(pending) = self.pending.get(&response.id) else { return };
        match pending.about.document() {
            Some((path, _)) if link.client.shows_questions => {
                let snapshot = world.snapshot(path);
                let question = confirm::question(consequences);
                let id = link.ask(method::ShowMessageRequest::METHOD, question);
                self.unconfirmed.insert(id, (response, snapshot));
            }
            Some(_) | None => {
                self.send(world, link, response);
                link.show(confirm::WARNING, consequences);
            }
        }
    }

    /// Sends the answer that waited for the user's word, if this is it; whether it is.
    pub(super) fn is_confirmed(&mut self, world: &World, link: &Link, word: &Response) -> bool {
        let Some((answer, snapshot)) = self.unconfirmed.remove(&word.id) else { return false };
        let is_newest = world.snapshots().any(|known| Arc::ptr_eq(known, &snapshot));
        self.send(world, link, confirm::confirmed(answer, word, is_newest));
        true
    }
}
