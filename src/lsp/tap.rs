//! Listening to a session: every message passes on as it came, and is shown to whoever listens.
//!
//! Invariant: a listener changes nothing, and its end is not the session's.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Connection, Message, RequestId};
use serde_json::{Value, json};

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The editor.
    Client,
    /// The server.
    Server,
}

/// What takes down a session.
pub struct Listeners {
    /// Takes every message, one a line, so that the session can be played again.
    pub record: Option<Box<dyn Write + Send>>,
    /// Takes a line for each request with how long it took.
    pub log: Option<Box<dyn Write + Send>>,
}

impl Listeners {
    /// Nobody.
    pub fn none() -> Self {
        Self { record: None, log: None }
    }
}

/// The same connection, listened to; the threads end when both of its sides have.
pub(super) fn listen(connection: Connection, listeners: Listeners) -> (Connection, Vec<JoinHandle<()>>) {
    if listeners.record.is_none() && listeners.log.is_none() {
        return (connection, Vec::new());
    }
    let (heard, queue) = unbounded::<(From, Message)>();
    let Connection { sender, receiver } = connection;
    let (to_server, from_client) = unbounded::<Message>();
    let (to_client, from_server) = unbounded::<Message>();
    let threads = vec![
        std::thread::spawn({
            let heard = heard.clone();
            move || pass(&receiver, &to_server, From::Client, &heard)
        }),
        std::thread::spawn(move || pass(&from_server, &sender, From::Server, &heard)),
        std::thread::spawn(move || take_down(&queue, listeners)),
    ];
    (Connection { sender: to_client, receiver: from_client }, threads)
}

fn pass(messages: &Receiver<Message>, on: &Sender<Message>, from: From, heard: &Sender<(From, Message)>) {
    for message in messages {
        let is_end = matches!(&message, Message::Notification(note) if note.method == "exit");
        // nobody may be left to listen
        drop(heard.send((from, message.clone())));
        if on.send(message).is_err() || is_end {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a log says when and how long; nothing is decided by it")]
fn take_down(queue: &Receiver<(From, Message)>, listeners: Listeners) {
    let Listeners { mut record, mut log } = listeners;
    let start = Instant::now();
    let mut asked: BTreeMap<RequestId, (String, Instant)> = BTreeMap::new();
    for (from, message) in queue {
        if let Some(out) = &mut record {
            let sender = match from {
                From::Client => "client",
                From::Server => "server",
            };
            let line = json!({"from": sender, "message": written(&message)});
            // a disk that is full ends the recording, not the session
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                record = None;
            }
        }
        let Some(out) = &mut log else { continue };
        let line = match (from, message) {
            (From::Client, Message::Request(request)) => {
                asked.insert(request.id, (request.method, Instant::now()));
                continue;
            }
            (From::Client, Message::Notification(note)) => format!("{} is told", note.method),
            (From::Server, Message::Response(response)) => {
                let Some((method, since)) = asked.remove(&response.id) else { continue };
                let how =
                    response.response_result.err().map_or_else(String::new, |error| format!(": {}", error.message));
                format!("{method} took {:.1?}{how}", since.elapsed())
            }
            (From::Server, Message::Notification(note)) => format!("{} is sent", note.method),
            (From::Server, Message::Request(request)) => format!("{} is asked of the editor", request.method),
            (From::Client, Message::Response(_)) => continue,
        };
        if writeln!(out, "{:>9.3} s  {line}", start.elapsed().as_secs_f64()).and_then(|()| out.flush()).is_err() {
            log = None;
        }
    }
}

/// A message as it is on the wire.
fn written(message: &Message) -> Value {
    // what came as JSON has a form in JSON
    let mut value = serde_json::to_value(message).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("jsonrpc".to_owned(), json!("2.0"));
    }
    value
}
