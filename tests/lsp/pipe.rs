//! `bvlc lsp` as a process, and the messages that go over its pipe: for the tests of the process, and for the benches of it.

use std::io::{BufReader, Error, Read as _, Result, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use serde_json::Value;

/// Far longer than anything takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// The server, and a client that answers whatever it is asked with nothing.
pub(crate) struct Pipe {
    /// The process.
    pub(crate) child: Child,
    /// What came from it, and when the last byte of it had come.
    messages: Receiver<(Message, Instant)>,
    n_asked: i32,
}

impl Pipe {
    /// Starts it with further arguments of its own, and shakes hands. Returns what it answers to `initialize` as well.
    /// `cache` is where it puts its copies of the standard library.
    pub(crate) fn start(arguments: &[&str], cache: &Path, initialize: Value) -> Result<(Self, Value)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bvlc"));
        command.env("XDG_CACHE_HOME", cache);
        command.arg("lsp").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| Error::other("it has no output"))?;
        let mut pipe = Self { child, messages: read(stdout), n_asked: 0 };
        let (answer, _) = pipe.ask("initialize", initialize)?;
        pipe.tell("initialized", serde_json::json!({}))?;
        Ok((pipe, answer.map_err(|error| Error::other(error.message))?))
    }

    fn send(&mut self, message: impl Into<Message>) -> Result<()> {
        let to = self.child.stdin.as_mut().ok_or_else(|| Error::other("it has no input"))?;
        message.into().write(to)?;
        to.flush()
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(Notification::new(method.to_owned(), params))
    }

    /// Sends a request, and returns its number.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> Result<i32> {
        self.n_asked += 1;
        self.send(Request::new(self.n_asked.into(), method.to_owned(), params))?;
        Ok(self.n_asked)
    }

    /// Sends a request, and waits for its answer: what it is, and how long it took from the last byte of the request to the last
    /// byte of the answer.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        params: Value,
    ) -> Result<(std::result::Result<Value, ResponseError>, Duration)> {
        let id = self.begin(method, params)?;
        let start = Instant::now();
        let (answer, end) = self.answer(id)?;
        Ok((answer, end.saturating_duration_since(start)))
    }

    /// Waits for the answer to a request that was sent before.
    pub(crate) fn answer(&mut self, id: i32) -> Result<(std::result::Result<Value, ResponseError>, Instant)> {
        let id = RequestId::from(id);
        self.wait(|message, came| match message {
            Message::Response(response) if response.id == id => Some((response.response_result.clone(), came)),
            Message::Request(_) | Message::Response(_) | Message::Notification(_) => None,
        })
    }

    /// Waits for the first message that says what is asked for.
    pub(crate) fn wait<T>(&mut self, says: impl Fn(&Message, Instant) -> Option<T>) -> Result<T> {
        loop {
            let (message, came) = self.messages.recv_timeout(PATIENCE).map_err(Error::other)?;
            if let Some(said) = says(&message, came) {
                return Ok(said);
            }
            if let Message::Request(Request { id, .. }) = message {
                self.send(Response::new_ok(id, Value::Null))?;
            }
        }
    }

    /// Waits for its end: how it ended, and what it said to stderr.
    pub(crate) fn ended(mut self) -> Result<(ExitStatus, String)> {
        let status = self.child.wait()?;
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut said)?;
        }
        Ok((status, said))
    }

    /// Ends it in order. It is an error that it fails, or that it has said anything to stderr.
    pub(crate) fn end(mut self) -> Result<()> {
        let (answer, _) = self.ask("shutdown", Value::Null)?;
        answer.map_err(|error| Error::other(error.message))?;
        self.tell("exit", Value::Null)?;
        let (status, said) = self.ended()?;
        if status.success() && said.is_empty() { Ok(()) } else { Err(Error::other(format!("{status} {said}"))) }
    }
}

/// Reads on a thread of its own, so that a time is that of the message and not of whoever waits for it.
fn read(stdout: ChildStdout) -> Receiver<(Message, Instant)> {
    let (out, messages) = channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Ok(Some(message)) = Message::read(&mut stdout) {
            if out.send((message, Instant::now())).is_err() {
                return;
            }
        }
    });
    messages
}
