//! A client that fails on whatever the protocol does not allow: unknown replies, answers that come twice, places outside
//! the document.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bvlc::lsp::{End, Listeners, Root, Workspace, serve};
use bvlc::source::Files;
use bvlc::source::files::MemoryFiles;
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// The folder of the platform.
pub(crate) const FOLDER: &str = "/platform";
const ROOT: &str = "platform.bvl";
/// Far longer than anything takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A platform in memory.
pub(crate) struct Memory(MemoryFiles);

impl Memory {
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        Self(MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
    }
}

impl Workspace for Memory {
    fn platform_of(&self, file: &Path) -> Root {
        let name = file.strip_prefix(FOLDER).ok().and_then(Path::to_str).unwrap_or(ROOT).to_owned();
        let is_platform = self.0.0.contains_key(ROOT);
        Root { folder: FOLDER.into(), file: if is_platform { ROOT.to_owned() } else { name } }
    }

    fn files(&self, _: &Path) -> Arc<dyn Files + Send + Sync> {
        Arc::new(self.0.clone())
    }

    fn platforms_in(&self, _: &Path) -> Vec<Root> {
        let is_platform = self.0.0.contains_key(ROOT);
        is_platform.then(|| Root { folder: FOLDER.into(), file: ROOT.to_owned() }).into_iter().collect()
    }
}

/// How a client counts within a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    Utf8,
    Utf16,
    Utf32,
}

impl Counts {
    pub(crate) const ALL: [Self; 3] = [Self::Utf8, Self::Utf16, Self::Utf32];

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Utf32 => text.chars().count(),
        }
    }

    /// The position of a byte offset, written apart from the server's own.
    pub(crate) fn position(self, text: &str, offset: usize) -> Value {
        let (mut line, mut start) = (0, 0);
        let bytes = text.as_bytes();
        for at in 0..offset {
            let ends = bytes[at] == b'\n' || bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if ends {
                line += 1;
                start = at + 1;
            }
        }
        let before = text[start..offset].trim_end_matches(['\r', '\n']);
        json!({"line": line, "character": self.length(before)})
    }

    pub(crate) fn range(self, text: &str, start: usize, end: usize) -> Value {
        json!({"start": self.position(text, start), "end": self.position(text, end)})
    }
}

/// A client with its server.
pub(crate) struct Client {
    connection: Connection,
    server: Option<JoinHandle<End>>,
    next: i32,
    counts: Counts,
    /// What the server said when it began.
    pub(crate) initialized: Value,
    texts: BTreeMap<String, (i32, String)>,
    /// The findings that were pushed, by document.
    pub(crate) pushed: BTreeMap<String, Value>,
    answers: BTreeMap<RequestId, Response>,
    /// What the user chose, by section.
    pub(crate) settings: Value,
    /// What the server asked for.
    pub(crate) asked: Vec<String>,
    /// What the server told the user.
    pub(crate) told: Vec<String>,
}

impl Client {
    /// A client that asks for findings itself.
    pub(crate) fn pulling(files: &BTreeMap<String, String>, counts: Counts) -> Self {
        let abilities = json!({
            "general": {"positionEncodings": [counts.name()]},
            "textDocument": {"diagnostic": {}},
        });
        Self::start(files, counts, &abilities)
    }

    /// A client that waits for findings.
    pub(crate) fn waiting(files: &BTreeMap<String, String>) -> Self {
        Self::start(files, Counts::Utf16, &json!({}))
    }

    /// A client with abilities of its own.
    pub(crate) fn start(files: &BTreeMap<String, String>, counts: Counts, abilities: &Value) -> Self {
        let (connection, other) = Connection::memory();
        let memory = Memory::of(files);
        let server = std::thread::spawn(move || serve(other, Arc::new(memory), Listeners::none()));
        let mut client = Self {
            connection,
            server: Some(server),
            next: 0,
            counts,
            initialized: Value::Null,
            texts: BTreeMap::new(),
            pushed: BTreeMap::new(),
            answers: BTreeMap::new(),
            settings: Value::Null,
            asked: Vec::new(),
            told: Vec::new(),
        };
        let folders = json!([{"uri": format!("file://{FOLDER}"), "name": "platform"}]);
        let params = json!({"processId": null, "capabilities": abilities, "workspaceFolders": folders});
        client.initialized = client.ask("initialize", params);
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn uri(path: &str) -> String {
        format!("file://{FOLDER}/{path}")
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        &self.texts[path].1
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    /// Asks, and does not wait.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.connection.sender.send(Request::new(id.clone(), method.to_owned(), params).into()).unwrap();
        id
    }

    /// Waits for an answer.
    pub(crate) fn answer(&mut self, id: &RequestId) -> Response {
        loop {
            if let Some(response) = self.answers.remove(id) {
                return response;
            }
            self.receive();
        }
    }

    /// Takes one message from the server.
    pub(crate) fn receive(&mut self) {
        match self.connection.receiver.recv_timeout(PATIENCE).unwrap() {
            Message::Response(response) => {
                let before = self.answers.insert(response.id.clone(), response);
                assert!(before.is_none(), "{before:?} was answered twice");
            }
            Message::Notification(note) if note.method == "textDocument/publishDiagnostics" => {
                let uri = note.params["uri"].as_str().unwrap().to_owned();
                self.pushed.insert(uri, note.params);
            }
            Message::Notification(note) if note.method == "window/showMessage" => {
                self.told.push(note.params["message"].as_str().unwrap().to_owned());
            }
            Message::Request(Request { id, method, params }) => {
                let answer = match method.as_str() {
                    "workspace/configuration" => {
                        let sections = params["items"].as_array().unwrap().iter();
                        sections.map(|item| self.settings[item["section"].as_str().unwrap()].clone()).collect()
                    }
                    "client/registerCapability" => Value::Null,
                    refresh if refresh.ends_with("/refresh") => Value::Null,
                    other => panic!("{other} is asked for: {params}"),
                };
                self.asked.push(method);
                self.connection.sender.send(Response::new_ok(id, answer).into()).unwrap();
            }
            other @ Message::Notification(_) => panic!("{other:?}"),
        }
    }

    /// Asks and waits; the answer is no error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let asked = format!("{method} {params}");
        let id = self.send(method, params);
        let response = self.answer(&id);
        response.response_result.unwrap_or_else(|error| panic!("{asked}: {error:?}"))
    }

    pub(crate) fn open(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), (1, text.to_owned()));
        let document = json!({"uri": Self::uri(path), "languageId": "bvl", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces what stands between two byte offsets.
    pub(crate) fn edit(&mut self, path: &str, start: usize, end: usize, new: &str) {
        let counts = self.counts;
        let (version, text) = self.texts.get_mut(path).unwrap();
        *version += 1;
        let change = json!({"range": counts.range(text, start, end), "text": new});
        text.replace_range(start..end, new);
        let document = json!({"uri": Self::uri(path), "version": *version});
        let params = json!({"textDocument": document, "contentChanges": [change]});
        self.notify("textDocument/didChange", params);
    }

    /// The parameters of a question about a byte offset.
    pub(crate) fn at(&self, path: &str, offset: usize) -> Value {
        let position = self.counts.position(self.text(path), offset);
        json!({"textDocument": {"uri": Self::uri(path)}, "position": position})
    }

    /// The findings of a document, asked for.
    pub(crate) fn pull(&mut self, path: &str) -> Vec<Value> {
        let report = self.ask("textDocument/diagnostic", json!({"textDocument": {"uri": Self::uri(path)}}));
        report["items"].as_array().unwrap().clone()
    }

    /// Ends the server in order.
    pub(crate) fn end(mut self) {
        self.ask("shutdown", Value::Null);
        self.exit();
    }

    /// Ends the server that is shut down.
    pub(crate) fn exit(mut self) {
        self.notify("exit", Value::Null);
        assert_eq!(self.server.take().unwrap().join().unwrap(), End::Asked);
        assert!(self.answers.is_empty(), "{:?} were not asked for", self.answers);
    }

    /// Goes away without a word.
    pub(crate) fn vanish(mut self) -> End {
        let server = self.server.take().unwrap();
        drop(self.connection);
        server.join().unwrap()
    }
}
