//! The way to the client.
//!
//! Invariants: nothing waits for the client; each request of ours has a number of its own.

use crossbeam_channel::Sender;
use ls_types::notification as note;
use ls_types::notification::Notification as _;
use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::json;

use super::capabilities::Client;
use super::confirm;

/// The client, and what is sent to it.
pub(super) struct Link {
    /// What it can do.
    pub(super) client: Client,
    out: Sender<Message>,
    /// How many requests it was sent.
    n_asked: i32,
}

impl Link {
    /// The way to a client behind a queue.
    pub(super) fn new(client: Client, out: Sender<Message>) -> Self {
        Self { client, out, n_asked: 0 }
    }

    /// Sends a message.
    pub(super) fn send(&self, message: impl Into<Message>) {
        // where the client is gone, the queue in ends too
        drop(self.out.send(message.into()));
    }

    /// Answers a request with an error.
    pub(super) fn refuse(&self, id: RequestId, code: i32, message: impl Into<String>) {
        self.send(Response::new_err(id, code, message.into()));
    }

    /// Tells it something that it does not answer.
    pub(super) fn tell(&self, name: &str, params: impl serde::Serialize) {
        self.send(Notification::new(name.to_owned(), params));
    }

    /// Asks it something; the number by which its answer is known.
    pub(super) fn ask(&mut self, name: &str, params: impl serde::Serialize) -> RequestId {
        self.n_asked += 1;
        let id = RequestId::from(self.n_asked);
        self.send(Request::new(id.clone(), name.to_owned(), params));
        id
    }

    /// Shows the user a text.
    pub(super) fn show(&self, kind: u8, message: &str) {
        self.tell(note::ShowMessage::METHOD, json!({"type": kind, "message": message}));
    }

    /// Tells the user what is wrong with the settings.
    pub(super) fn warn(&self, wrong: &[String]) {
        if !wrong.is_empty() {
            self.show(confirm::WARNING, &format!("bvlc: {}", wrong.join("; ")));
        }
    }
}
