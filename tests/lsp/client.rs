//! A client that fails on whatever the protocol does not allow: unknown replies, answers that come twice, places outside
//! the document.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bvlc::lsp::{End, Listeners, Root, Shelf, Workspace, serve};
use bvlc::source::files::MemoryFiles;
use bvlc::source::{FileError, Files};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use crate::protocol::{self, Part};

/// The folder of the platform.
pub(crate) const FOLDER: &str = "/platform";
const ROOT: &str = "platform.bvl";
/// The token by which a client takes answers piece by piece.
pub(crate) const PIECES: &str = "pieces";
/// Where copies of the standard library are.
pub(crate) const STANDARD: &str = "/cache";
/// Where the pages of the reference are.
pub(crate) const REFERENCE: &str = "/pages/reference";
/// Where the pages of codes are.
pub(crate) const ERRORS: &str = "/pages/errors";
/// Where texts are that are shown once.
pub(crate) const SHOWN: &str = "/shown";
/// Far longer than anything takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// What editors say of documents that take all that they are answered with.
pub(crate) fn document_abilities() -> Value {
    json!({
        "diagnostic": {},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"documentationFormat": ["markdown", "plaintext"]}},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["markdown"]}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
        "rename": {"prepareSupport": true},
    })
}

/// A platform in memory, as it is now.
#[derive(Clone)]
pub(crate) struct Memory {
    files: Arc<Mutex<MemoryFiles>>,
    /// How long reading takes.
    each: Duration,
    /// What was written to be shown, by name; where nothing can be written nothing is.
    shown: Option<Arc<Mutex<BTreeMap<String, String>>>>,
}

/// Files of a disk on which reading takes its time.
struct Slow(MemoryFiles, Duration);

impl Files for Slow {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::thread::sleep(self.1);
        self.0.read(path)
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        self.0.list(pattern)
    }
}

impl Memory {
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        Self { files: Arc::new(Mutex::new(files)), each: Duration::ZERO, shown: Some(Arc::default()) }
    }

    fn now(&self) -> MemoryFiles {
        self.files.lock().unwrap().clone()
    }
}

impl Workspace for Memory {
    fn platform_of(&self, file: &Path) -> Root {
        if let Ok(name) = file.strip_prefix(STANDARD) {
            return Root { folder: STANDARD.into(), file: name.to_str().unwrap().to_owned() };
        }
        let name = file.strip_prefix(FOLDER).ok().and_then(Path::to_str).unwrap_or(ROOT).to_owned();
        let is_platform = self.now().0.contains_key(ROOT);
        Root { folder: FOLDER.into(), file: if is_platform { ROOT.to_owned() } else { name } }
    }

    fn files(&self, _: &Path) -> Arc<dyn Files + Send + Sync> {
        if self.each.is_zero() { Arc::new(self.now()) } else { Arc::new(Slow(self.now(), self.each)) }
    }

    fn standard(&self, path: &str, _: &str) -> Option<PathBuf> {
        Some(Path::new(STANDARD).join(path))
    }

    fn standard_of(&self, file: &Path) -> Option<String> {
        Some(file.strip_prefix(STANDARD).ok()?.to_str()?.to_owned())
    }

    fn page(&self, shelf: Shelf, name: &str, _: &str) -> Option<PathBuf> {
        let folder = match shelf {
            Shelf::Errors => ERRORS,
            Shelf::Reference => REFERENCE,
        };
        Some(Path::new(folder).join(name))
    }

    fn shown(&self, name: &str, text: &str) -> Option<PathBuf> {
        self.shown.as_ref()?.lock().unwrap().insert(name.to_owned(), text.to_owned());
        Some(Path::new(SHOWN).join(name))
    }

    fn platforms_in(&self, _: &Path) -> Vec<Root> {
        let is_platform = self.now().0.contains_key(ROOT);
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

    pub(crate) fn name(self) -> &'static str {
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
    /// What the server reads of files that are not open.
    disk: Memory,
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
    /// What was asked, until it is answered.
    methods: BTreeMap<RequestId, String>,
    /// What the user chose, by section.
    pub(crate) settings: Value,
    /// What the server asked for.
    pub(crate) asked: Vec<String>,
    /// The documents to which the user was led, and what the client answers then.
    pub(crate) shown: Vec<Value>,
    pub(crate) is_showing: bool,
    /// What the server told the user.
    pub(crate) told: Vec<String>,
    /// What saving has changed, as the server told.
    pub(crate) impacts: Vec<String>,
    /// The pieces of answers that came piece by piece.
    pub(crate) pieces: Vec<Value>,
    /// What the server said of work that takes long.
    pub(crate) progress: Vec<String>,
    /// What the user chooses when asked.
    pub(crate) choice: Value,
    /// Whether the client answers what the server asks for at once.
    pub(crate) is_answering: bool,
    unanswered: Vec<(RequestId, Value)>,
}

impl Client {
    /// A client that asks for findings itself.
    pub(crate) fn pulling(files: &BTreeMap<String, String>, counts: Counts) -> Self {
        let abilities = json!({
            "general": {"positionEncodings": [counts.name()]},
            "textDocument": document_abilities(),
        });
        Self::start(files, counts, &abilities)
    }

    /// A client that waits for findings.
    pub(crate) fn waiting(files: &BTreeMap<String, String>) -> Self {
        Self::start(files, Counts::Utf16, &json!({}))
    }

    /// A client with abilities of its own.
    pub(crate) fn start(files: &BTreeMap<String, String>, counts: Counts, abilities: &Value) -> Self {
        Self::on(Memory::of(files), counts, abilities, &Value::Null)
    }

    /// A client that says something of its own when it begins.
    pub(crate) fn with_options(files: &BTreeMap<String, String>, abilities: &Value, options: &Value) -> Self {
        Self::on(Memory::of(files), Counts::Utf16, abilities, options)
    }

    /// One beside which nothing can be written.
    pub(crate) fn without_space(files: &BTreeMap<String, String>, abilities: &Value) -> Self {
        Self::on(Memory { shown: None, ..Memory::of(files) }, Counts::Utf16, abilities, &Value::Null)
    }

    /// The text of a file that was written to be shown.
    pub(crate) fn shown_file(&self, name: &str) -> Option<String> {
        self.disk.shown.as_ref()?.lock().unwrap().get(name).cloned()
    }

    /// One on a disk on which reading takes its time.
    pub(crate) fn slow(files: &BTreeMap<String, String>, each: Duration, abilities: &Value) -> Self {
        Self::on(Memory { each, ..Memory::of(files) }, Counts::Utf8, abilities, &Value::Null)
    }

    fn on(disk: Memory, counts: Counts, abilities: &Value, options: &Value) -> Self {
        let (connection, other) = Connection::memory();
        let memory = disk.clone();
        let server = std::thread::spawn(move || serve(other, Arc::new(memory), Listeners::none()));
        let mut client = Self {
            disk,
            connection,
            server: Some(server),
            next: 0,
            counts,
            initialized: Value::Null,
            texts: BTreeMap::new(),
            pushed: BTreeMap::new(),
            answers: BTreeMap::new(),
            methods: BTreeMap::new(),
            settings: Value::Null,
            asked: Vec::new(),
            shown: Vec::new(),
            is_showing: true,
            told: Vec::new(),
            impacts: Vec::new(),
            pieces: Vec::new(),
            progress: Vec::new(),
            choice: Value::Null,
            is_answering: true,
            unanswered: Vec::new(),
        };
        let folders = json!([{"uri": format!("file://{FOLDER}"), "name": "platform"}]);
        let mut params = json!({"processId": null, "capabilities": abilities, "workspaceFolders": folders});
        params["initializationOptions"] = options.clone();
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
        protocol::hold(method, Part::Params, &params);
        self.notify_anything(method, params);
    }

    /// Tells what may be wrong.
    pub(crate) fn notify_anything(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    /// Asks, and does not wait.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> RequestId {
        protocol::hold(method, Part::Params, &params);
        self.send_anything(method, params)
    }

    /// Asks, and does not wait, what may be wrong.
    pub(crate) fn send_anything(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.methods.insert(id.clone(), method.to_owned());
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
        let message = self.connection.receiver.recv_timeout(PATIENCE).unwrap();
        if let Message::Notification(Notification { method, params })
        | Message::Request(Request { method, params, .. }) = &message
        {
            protocol::hold(method, Part::Params, params);
        }
        match message {
            Message::Response(response) => {
                let method = self.methods.remove(&response.id).expect("an answer is to what was asked, and one");
                if let Ok(result) = &response.response_result {
                    protocol::hold(&method, Part::Result, result);
                }
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
            Message::Notification(note) if note.method == "bvlc/impact" => {
                assert!(note.params["uri"].is_string(), "{}", note.params);
                self.impacts.push(note.params["text"].as_str().unwrap().to_owned());
            }
            Message::Notification(note) if note.method == "$/progress" && note.params["token"] == PIECES => {
                self.pieces.push(note.params["value"].clone());
            }
            Message::Notification(note) if note.method == "$/progress" => {
                assert!(self.asked.iter().any(|method| method == "window/workDoneProgress/create"));
                self.progress.push(note.params["value"]["kind"].as_str().unwrap().to_owned());
            }
            Message::Request(Request { id, method, params }) => {
                let answer = match method.as_str() {
                    "workspace/configuration" => {
                        let sections = params["items"].as_array().unwrap().iter();
                        sections.map(|item| self.settings[item["section"].as_str().unwrap()].clone()).collect()
                    }
                    "client/registerCapability" | "window/workDoneProgress/create" => Value::Null,
                    "window/showMessageRequest" => {
                        self.told.push(params["message"].as_str().unwrap().to_owned());
                        self.choice.clone()
                    }
                    "window/showDocument" => {
                        assert!(params["uri"].is_string(), "{params}");
                        self.shown.push(params);
                        json!({"success": self.is_showing})
                    }
                    refresh if refresh.ends_with("/refresh") => Value::Null,
                    other => panic!("{other} is asked for: {params}"),
                };
                protocol::hold(&method, Part::Result, &answer);
                self.asked.push(method);
                if !self.is_answering {
                    self.unanswered.push((id, answer));
                    return;
                }
                self.connection.sender.send(Response::new_ok(id, answer).into()).unwrap();
            }
            other @ Message::Notification(_) => panic!("{other:?}"),
        }
    }

    /// Answers what the server has asked for and was not answered.
    pub(crate) fn catch_up(&mut self) {
        self.is_answering = true;
        for (id, answer) in std::mem::take(&mut self.unanswered) {
            self.connection.sender.send(Response::new_ok(id, answer).into()).unwrap();
        }
    }

    /// Asks and waits; the answer is no error.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let asked = params.clone();
        let id = self.send(method, params);
        let response = self.answer(&id);
        response.response_result.unwrap_or_else(|error| panic!("{method} {asked}: {error:?}"))
    }

    /// Asks several things with the same parameters at once, and waits for all of the answers; none is an error.
    pub(crate) fn ask_all(&mut self, methods: &[&str], params: &Value) -> Vec<Value> {
        let ids: Vec<RequestId> = methods.iter().map(|method| self.send(method, params.clone())).collect();
        let answers = ids.iter().zip(methods).map(|(id, method)| {
            let response = self.answer(id);
            response.response_result.unwrap_or_else(|error| panic!("{method} {params}: {error:?}"))
        });
        answers.collect()
    }

    /// Asks and waits; where it is refused, the reason.
    pub(crate) fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.send(method, params);
        let refused = |error: lsp_server::ResponseError| {
            assert_eq!(error.code, -32803, "{error:?}");
            error.message
        };
        self.answer(&id).response_result.map_err(refused)
    }

    pub(crate) fn open(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), (1, text.to_owned()));
        let document = json!({"uri": Self::uri(path), "languageId": "bvl", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Applies an edit of the workspace to an open document, as the client counts.
    pub(crate) fn apply(&mut self, path: &str, edit: &Value) {
        let changes = edit["changes"].as_object().into_iter().flatten().map(|(uri, own)| (uri.clone(), own.clone()));
        let documents = edit["documentChanges"].as_array().into_iter().flatten();
        let documents =
            documents.map(|one| (one["textDocument"]["uri"].as_str().unwrap().to_owned(), one["edits"].clone()));
        let mut own: Vec<(usize, usize, String)> = Vec::new();
        for (uri, edits) in changes.chain(documents) {
            assert_eq!(uri, Self::uri(path));
            let text = self.text(path).to_owned();
            let offset = |position: &Value| {
                let is_it = |at: &usize| text.is_char_boundary(*at) && self.counts.position(&text, *at) == *position;
                (0..=text.len()).find(is_it).unwrap()
            };
            for edit in edits.as_array().unwrap() {
                let range = &edit["range"];
                let new = edit["newText"].as_str().unwrap().to_owned();
                own.push((offset(&range["start"]), offset(&range["end"]), new));
            }
        }
        assert!(!own.is_empty(), "{edit}");
        own.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
        for (start, end, new) in own {
            self.edit(path, start, end, &new);
        }
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

    pub(crate) fn close(&mut self, path: &str) {
        self.texts.remove(path);
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": Self::uri(path)}}));
    }

    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.texts.contains_key(path)
    }

    /// Writes files to the disk, or takes them from it, and tells the server of it at once.
    pub(crate) fn on_disk(&mut self, files: &[(&str, Option<&str>)]) {
        let mut changes = Vec::new();
        for (path, text) in files {
            let mut disk = self.disk.files.lock().unwrap();
            let before = match text {
                Some(text) => disk.0.insert((*path).to_owned(), text.as_bytes().to_vec()),
                None => disk.0.remove(*path),
            };
            let kind = match (before, text) {
                (None, _) => 1,
                (Some(_), Some(_)) => 2,
                (Some(_), None) => 3,
            };
            changes.push(json!({"uri": Self::uri(path), "type": kind}));
        }
        self.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
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
