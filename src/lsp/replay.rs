//! A recorded session once more: the same messages in the same order, and whether the answers are the same.
//!
//! Invariants: what was asked while another answer was still awaited is asked so again; where no answers are recorded, each
//! is awaited before the next message is sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ls_types::request::{Request as _, WorkspaceDiagnosticRequest};
use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use serde_json::Value;

use super::{End, Listeners, Workspace, serve};

/// How long an answer may take: what hangs is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that is not the recorded one.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The line of the request in the recording, from one.
    pub line: usize,
    /// What was asked.
    pub method: String,
    /// The answer that is recorded.
    pub recorded: Value,
    /// The answer of now.
    pub now: Value,
}

/// What became of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// How many messages were sent.
    pub n_sent: usize,
    /// The answers, in the order in which they were asked for: the line of the request, its method, what was answered.
    pub answers: Vec<(usize, String, Value)>,
    /// The answers that are not the recorded ones.
    pub differences: Vec<Difference>,
    /// Whether the session ended as it should.
    pub end: End,
}

/// One line of a recording.
enum Line {
    Client(Message),
    Server(Message),
}

/// Plays a recording: a message a line, either as `--record` writes them or only those of the client as they are on the
/// wire.
///
/// # Errors
/// Where a line is no message, or an answer does not come.
pub fn replay(recording: &str, workspace: Arc<dyn Workspace>) -> Result<Replayed, String> {
    let lines = recording.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line): (usize, &str)| match read(line) {
        Some(line) => Ok((at.saturating_add(1), line)),
        None => Err(format!("line {} is no message", at.saturating_add(1))),
    };
    let lines: Vec<(usize, Line)> = lines.map(read).collect::<Result<_, _>>()?;
    let recorded: BTreeMap<RequestId, Value> = lines
        .iter()
        .filter_map(|(_, line)| match line {
            Line::Server(Message::Response(response)) => Some((response.id.clone(), result(response))),
            Line::Server(_) | Line::Client(_) => None,
        })
        .collect();
    let (connection, other) = Connection::memory();
    let server = std::thread::spawn(move || serve(other, workspace, Listeners::none()));
    let mut session = Session { connection, asked: BTreeMap::new(), got: BTreeMap::new() };
    let mut n_sent = 0_usize;
    for (at, line) in lines {
        match line {
            Line::Client(message) => {
                n_sent = n_sent.saturating_add(1);
                let id = match &message {
                    // answered when there is something new, which may be never
                    Message::Request(request) if request.method == WorkspaceDiagnosticRequest::METHOD => None,
                    Message::Request(request) => {
                        session.asked.insert(request.id.clone(), (at, request.method.clone()));
                        Some(request.id.clone())
                    }
                    Message::Notification(_) | Message::Response(_) => None,
                };
                // a server that has ended is told by the answers that are missing
                drop(session.connection.sender.send(message));
                if let Some(id) = id.filter(|_| recorded.is_empty()) {
                    session.wait(&id)?;
                }
            }
            Line::Server(Message::Response(response)) if session.asked.contains_key(&response.id) => {
                session.wait(&response.id)?;
            }
            // when findings are sent, and what is said of the whole workspace, is a matter of time
            Line::Server(_) => {}
        }
    }
    let Session { connection, asked, got } = session;
    drop(connection);
    let end = server.join().map_err(|_| "the server made a mistake".to_owned())?;
    let mut answers: Vec<(usize, String, Value, Option<&Value>)> = asked
        .into_iter()
        .filter_map(|(id, (at, method))| Some((at, method, got.get(&id).map(result)?, recorded.get(&id))))
        .collect();
    answers.sort_by_key(|(at, ..)| *at);
    let differs = |(at, method, now, recorded): &(usize, String, Value, Option<&Value>)| {
        let recorded = (*recorded)?;
        let is_same = now == recorded || is_of_the_moment(now) || is_of_the_moment(recorded);
        let difference =
            || Difference { line: *at, method: method.clone(), recorded: recorded.clone(), now: now.clone() };
        (!is_same).then(difference)
    };
    let differences = answers.iter().filter_map(differs).collect();
    let answers = answers.into_iter().map(|(at, method, now, _)| (at, method, now)).collect();
    Ok(Replayed { n_sent, answers, differences, end })
}

fn read(line: &str) -> Option<Line> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    let from = value.get("from").and_then(Value::as_str).map(str::to_owned);
    let message = if from.is_some() { value.get_mut("message")?.take() } else { value };
    let message: Message = serde_json::from_value(message).ok()?;
    match from.as_deref() {
        None | Some("client") => Some(Line::Client(message)),
        Some("server") => Some(Line::Server(message)),
        Some(_) => None,
    }
}

/// What a response holds: its result, or its error.
fn result(response: &Response) -> Value {
    match &response.response_result {
        Ok(value) => value.clone(),
        // what the protocol's types hold always has a form in JSON
        Err(error) => serde_json::to_value(error).unwrap_or_default(),
    }
}

/// Whether an answer depends on how fast the others were.
fn is_of_the_moment(answer: &Value) -> bool {
    let codes = [ErrorCode::RequestCanceled, ErrorCode::ContentModified].map(|code| code as i64);
    answer.get("code").and_then(Value::as_i64).is_some_and(|code| codes.contains(&code))
}

struct Session {
    connection: Connection,
    /// The requests: their lines and methods.
    asked: BTreeMap<RequestId, (usize, String)>,
    got: BTreeMap<RequestId, Response>,
}

impl Session {
    /// Takes what the server sends until an answer is there.
    fn wait(&mut self, id: &RequestId) -> Result<(), String> {
        while !self.got.contains_key(id) {
            match self.connection.receiver.recv_timeout(PATIENCE) {
                Ok(Message::Response(response)) => drop(self.got.insert(response.id.clone(), response)),
                // the recording answers those itself
                Ok(Message::Notification(_) | Message::Request(_)) => {}
                Err(_) => {
                    let (line, method) = self.asked.get(id).cloned().unwrap_or_default();
                    return Err(format!("{method} in line {line} is not answered"));
                }
            }
        }
        Ok(())
    }
}
