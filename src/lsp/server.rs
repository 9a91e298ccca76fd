//! The server: one queue in, one thread that owns the world, threads that answer on snapshots, one queue out.
//!
//! Invariants: a message is taken from the queue before anything is computed, so that a change or a cancellation is never
//! behind an answer; what changed after it was asked is not answered from what was; a panic ends the answer that it was in
//! and nothing else; nothing waits for the client.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use ls_types::notification as note;
use ls_types::notification::Notification as _;
use ls_types::request as method;
use ls_types::request::Request as _;
use ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, InitializeParams, PublishDiagnosticsParams,
    WorkspaceDiagnosticParams,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::asked::{Asked, path, uri};
use super::capabilities::{self, Client, Findings};
use super::diagnostics::Reports;
use super::documents::{Document, changed};
use super::features::{self, Answer, Lane, Reply, Route};
use super::progress::Progress;
use super::refresh::Refresh;
use super::sent::Sent;
use super::settings::{SECTIONS, Settings};
use super::workspace_diagnostics::{self, Pull};
use super::world::{Snapshot, Watch, Workspace, World};
use super::{confirm, parent};

/// How many threads answer requests. Formatting has one of its own beside them, so that saving never waits.
const WORKERS: usize = 2;

/// Something to compute away from the world's thread.
type Job = Box<dyn FnOnce() -> Event + Send>;

/// What comes back from a thread.
enum Event {
    /// An answer to a request, and what the user has to know of it.
    Answer(Response, Option<String>),
    /// A platform has been judged.
    Judged(Arc<Snapshot>, Reports),
    /// A newer snapshot is in the place of the one that was to be judged.
    Outdated,
    /// A mistake of ours ended a judgment.
    Failed,
    /// Files on the disk have changed.
    Changed(Vec<PathBuf>),
    /// What is judged takes longer than people take for at once.
    TakesLong,
    /// The process that started the server is gone.
    ParentGone,
}

/// A request that is being answered.
struct Pending {
    /// The document that it is about, and that document's number when it was asked.
    about: Option<(PathBuf, Option<i32>)>,
    /// Whether it asks what is found there.
    is_pull: bool,
}

/// The server.
pub(super) struct Server {
    world: World,
    client: Client,
    sent: Arc<Sent>,
    out: Sender<Message>,
    lanes: Lanes,
    events: Receiver<Event>,
    pending: BTreeMap<RequestId, Pending>,
    /// By root file the newest snapshot, and what it was found to be once that is known.
    judged: BTreeMap<PathBuf, (Arc<Snapshot>, Option<Reports>)>,
    /// Requests for the findings of the whole workspace that wait for something new.
    pulls: Vec<Pull>,
    /// The documents of each platform for which findings were sent.
    published: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Answers that wait for the user's word, by our question, and the platform as it was when they were made.
    unconfirmed: BTreeMap<RequestId, (Response, Arc<Snapshot>)>,
    refresh: Refresh,
    progress: Progress,
    settings: Settings,
    /// Requests of ours to the client.
    n_asked: i32,
    /// The newest of them that asks for settings.
    asked_settings: Option<RequestId>,
    is_shut_down: bool,
    has_told_of_failure: bool,
    /// What tells of changes on the disk where the client does not, and the folders below which it does.
    watch: Option<Box<dyn Watch>>,
    watched: BTreeSet<PathBuf>,
}

/// The threads that compute.
struct Lanes {
    answers: Sender<Job>,
    formatting: Sender<Job>,
    judging: Sender<Job>,
}

impl Lanes {
    fn start(events: &Sender<Event>) -> Self {
        let lane = |n_threads: usize| {
            let (jobs, queue) = unbounded::<Job>();
            for _ in 0..n_threads {
                let (queue, events) = (queue.clone(), events.clone());
                let work = move || {
                    // the end of either queue is the end of the server
                    for job in queue {
                        if events.send(job()).is_err() {
                            return;
                        }
                    }
                };
                // a machine that gives no thread gives no answer, which the client sees as one that takes long
                drop(std::thread::Builder::new().name("bvlc answers".to_owned()).stack_size(STACK).spawn(work));
            }
            jobs
        };
        Self { answers: lane(WORKERS), formatting: lane(1), judging: lane(1) }
    }
}

/// As much as the main thread has on most systems.
const STACK: usize = 8 << 20;

/// The protocol's code for a request that was understood and cannot be fulfilled.
const REQUEST_FAILED: i32 = -32803;

/// How the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client asked for it, in order.
    Asked,
    /// The client is gone, or ended the server without shutting it down.
    Gone,
}

impl Server {
    pub(super) fn new(params: &InitializeParams, workspace: Arc<dyn Workspace>, out: Sender<Message>) -> Self {
        let (events_in, events) = unbounded();
        let client = Client::of(params);
        let tell_changes = {
            let events = events_in.clone();
            // the end of the queue is the end of the server
            move |paths| drop(events.send(Event::Changed(paths)))
        };
        let watch = if client.watches_when_asked { None } else { workspace.watch(Box::new(tell_changes)) };
        if let Some(process) = params.process_id {
            let events = events_in.clone();
            parent::watch(process, move || drop(events.send(Event::ParentGone)));
        }
        let mut world = World::new(workspace);
        for folder in capabilities::folders(params) {
            world.add_folder(&folder);
        }
        let (settings, wrong) = Settings::pushed(params.initialization_options.as_ref().unwrap_or(&Value::Null));
        let server = Self {
            world,
            client,
            sent: Arc::default(),
            out,
            lanes: Lanes::start(&events_in),
            events,
            pending: BTreeMap::new(),
            judged: BTreeMap::new(),
            pulls: Vec::new(),
            published: BTreeMap::new(),
            unconfirmed: BTreeMap::new(),
            refresh: Refresh::default(),
            progress: Progress::default(),
            settings,
            n_asked: 0,
            asked_settings: None,
            is_shut_down: false,
            has_told_of_failure: false,
            watch,
            watched: BTreeSet::new(),
        };
        server.warn(&wrong);
        server
    }

    /// Serves until the client ends it or is gone.
    pub(super) fn run(mut self, messages: &Receiver<Message>) -> End {
        if self.client.watches_when_asked {
            self.ask(method::RegisterCapability::METHOD, capabilities::watchers());
        }
        self.ask_settings();
        self.judge_all();
        loop {
            let next = select! {
                recv(messages) -> message => message.ok().map(Ok),
                recv(self.events) -> event => event.ok().map(Err),
                recv(self.progress.timer()) -> _ => Some(Err(Event::TakesLong)),
            };
            match next {
                None | Some(Err(Event::ParentGone)) => return End::Gone,
                Some(Err(event)) => self.event(event),
                Some(Ok(Message::Notification(notification))) if notification.method == note::Exit::METHOD => {
                    return if self.is_shut_down { End::Asked } else { End::Gone };
                }
                Some(Ok(message)) => {
                    // a mistake of ours in taking a message in must not end the session
                    if catch_unwind(AssertUnwindSafe(|| self.message(message))).is_err() {
                        self.world.rebuild();
                        self.tell_of_failure();
                    }
                }
            }
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => self.notification(notification),
            Message::Response(response) => self.told(response),
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // where the client is gone, the queue in ends too
        drop(self.out.send(message.into()));
    }

    fn ask(&mut self, name: &str, params: impl serde::Serialize) -> RequestId {
        self.n_asked += 1;
        let id = RequestId::from(self.n_asked);
        self.send(Request::new(id.clone(), name.to_owned(), params));
        id
    }

    fn ask_settings(&mut self) {
        if self.client.tells_settings {
            let items: Vec<Value> = SECTIONS.map(|section| json!({"section": section})).to_vec();
            self.asked_settings = Some(self.ask(method::WorkspaceConfiguration::METHOD, json!({"items": items})));
        }
    }

    /// The answer to a request of ours.
    fn told(&mut self, response: Response) {
        if let Some((answer, snapshot)) = self.unconfirmed.remove(&response.id) {
            let newest = self.world.snapshots().any(|known| Arc::ptr_eq(known, &snapshot));
            self.respond(confirm::confirmed(answer, &response, newest));
            return;
        }
        if let Some(begin) = self.progress.answered(&response.id, response.response_result.is_ok()) {
            self.send(begin);
        }
        if self.refresh.is_answered(&response.id) {
            self.refresh_findings();
        }
        if self.asked_settings.as_ref() == Some(&response.id)
            && let Ok(Value::Array(sections)) = response.response_result
        {
            self.choose(Settings::read(&sections));
        }
    }

    fn choose(&mut self, (settings, wrong): (Settings, Vec<String>)) {
        self.warn(&wrong);
        if self.settings != settings {
            self.settings = settings;
            for refresh in self.client.refreshes() {
                self.ask(refresh, Value::Null);
            }
        }
    }

    /// Tells the user what is wrong with the settings.
    fn warn(&self, wrong: &[String]) {
        if !wrong.is_empty() {
            self.show(confirm::WARNING, &format!("bvlc: {}", wrong.join("; ")));
        }
    }

    fn show(&self, kind: u8, message: &str) {
        let params = json!({"type": kind, "message": message});
        self.send(Notification::new(note::ShowMessage::METHOD.to_owned(), params));
    }

    fn request(&mut self, request: Request) {
        let Request { id, method: name, params } = request;
        if self.is_shut_down {
            self.send(Response::new_err(id, ErrorCode::InvalidRequest as i32, "the server is shut down".to_owned()));
            return;
        }
        match name.as_str() {
            method::Shutdown::METHOD => {
                self.is_shut_down = true;
                self.send(Response::new_ok(id, Value::Null));
            }
            method::WorkspaceDiagnosticRequest::METHOD => match serde_json::from_value(params) {
                Ok(params) => self.pull(id, params),
                Err(error) => self.send(misread(id, &error)),
            },
            _ => match features::find(&name, params) {
                Some(Ok(route)) => self.answer(id, route, name == method::DocumentDiagnosticRequest::METHOD),
                Some(Err(error)) => self.send(misread(id, &error)),
                None => {
                    let message = format!("there is no {name} here");
                    self.send(Response::new_err(id, ErrorCode::MethodNotFound as i32, message));
                }
            },
        }
    }

    fn answer(&mut self, id: RequestId, route: Route, is_pull: bool) {
        match route {
            Route::Document { document, lane, answer } => {
                let Some(path) = path(&document) else {
                    self.send(Response::new_ok(id, Value::Null));
                    return;
                };
                let version = self.version(&path);
                let snapshot = self.world.snapshot(&path);
                let asked = self.about(snapshot, path.clone());
                self.pending.insert(id.clone(), Pending { about: Some((path, version)), is_pull });
                self.start(lane, id, move || answer(asked));
            }
            Route::Workspace { answer } => {
                let asked = self.world.snapshots().map(|snapshot| self.asked(snapshot)).collect();
                self.pending.insert(id.clone(), Pending { about: None, is_pull: false });
                self.start(Lane::Answers, id, move || answer(asked));
            }
        }
    }

    fn asked(&self, snapshot: &Arc<Snapshot>) -> Asked {
        self.about(Arc::clone(snapshot), snapshot.root.path())
    }

    fn about(&self, snapshot: Arc<Snapshot>, path: PathBuf) -> Asked {
        let (sent, workspace) = (Arc::clone(&self.sent), Arc::clone(self.world.workspace()));
        Asked { snapshot, path, client: self.client, settings: self.settings, sent, workspace }
    }

    /// Answers on a thread of the lane.
    fn start(&self, lane: Lane, id: RequestId, answer: impl FnOnce() -> Answer + Send + 'static) {
        let job = move || {
            let (response, consequences) = match catch_unwind(AssertUnwindSafe(answer)) {
                Ok(Ok(Reply { value, consequences })) => (Response::new_ok(id, value), consequences),
                Ok(Err(reason)) => (Response::new_err(id, REQUEST_FAILED, reason), None),
                Err(_) => {
                    let message = "a mistake of bvlc".to_owned();
                    (Response::new_err(id, ErrorCode::InternalError as i32, message), None)
                }
            };
            Event::Answer(response, consequences)
        };
        let lane = match lane {
            Lane::Answers => &self.lanes.answers,
            Lane::Formatting => &self.lanes.formatting,
        };
        drop(lane.send(Box::new(job)));
    }

    fn pull(&mut self, id: RequestId, params: WorkspaceDiagnosticParams) {
        self.pending.insert(id.clone(), Pending { about: None, is_pull: false });
        self.pulls.push(Pull::new(id, params));
        self.answer_pulls();
    }

    /// Answers those who wait for the workspace's findings and have not the newest.
    fn answer_pulls(&mut self) {
        if self.judged.values().any(|(_, reports)| reports.is_none()) {
            return;
        }
        if let Some(end) = self.progress.ended() {
            self.send(end);
        }
        let waiting = std::mem::take(&mut self.pulls);
        for pull in waiting {
            let reports = self.judged.values().filter_map(|(_, reports)| reports.as_ref());
            let files = reports.flat_map(|reports| &reports.files);
            match workspace_diagnostics::report(files, &pull, |path| self.version(path)) {
                Some(items) => {
                    self.pending.remove(pull.id());
                    for message in pull.messages(&items) {
                        self.send(message);
                    }
                }
                None => self.pulls.push(pull),
            }
        }
    }

    fn version(&self, path: &Path) -> Option<i32> {
        self.world.document(path).map(|document| document.version)
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method: name, params } = notification;
        match name.as_str() {
            note::DidOpenTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(params)
                    && let Some(path) = path(&params.text_document.uri)
                {
                    let text = params.text_document.text.into();
                    self.set(&path, Document { version: params.text_document.version, text });
                }
            }
            note::DidChangeTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeTextDocumentParams>(params)
                    && let Some(path) = path(&params.text_document.uri)
                    && let Some(document) = self.world.document(&path)
                {
                    let text = changed(&document.text, &params.content_changes, self.client.encoding);
                    self.set(&path, Document { version: params.text_document.version, text });
                }
            }
            note::DidCloseTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                    && let Some(path) = path(&params.text_document.uri)
                {
                    self.world.close(&path);
                    self.sent.forget(&path);
                    self.refresh.forget(&path);
                    self.judge_all();
                }
            }
            note::DidChangeWatchedFiles::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeWatchedFilesParams>(params) {
                    let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| path(&change.uri)).collect();
                    self.disk_changed(&paths);
                }
            }
            note::DidChangeConfiguration::METHOD => {
                if self.client.tells_settings {
                    self.ask_settings();
                } else if let Some(all) = params.get("settings") {
                    self.choose(Settings::pushed(all));
                }
            }
            note::DidChangeWorkspaceFolders::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeWorkspaceFoldersParams>(params) {
                    for folder in params.event.added.iter().filter_map(|folder| path(&folder.uri)) {
                        self.world.add_folder(&folder);
                    }
                    self.judge_all();
                }
            }
            note::Cancel::METHOD => {
                if let Ok(params) = serde_json::from_value::<ls_types::CancelParams>(params) {
                    let id: RequestId = match params.id {
                        ls_types::NumberOrString::Number(id) => id.into(),
                        ls_types::NumberOrString::String(id) => id.into(),
                    };
                    if self.pending.remove(&id).is_some() {
                        self.pulls.retain(|pull| *pull.id() != id);
                        let message = "canceled".to_owned();
                        self.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
                    }
                }
            }
            // a notification that nobody knows is passed over, as the protocol asks
            _ => {}
        }
    }

    fn disk_changed(&mut self, paths: &[PathBuf]) {
        self.world.disk_changed(paths);
        self.judge_all();
        self.refresh_findings();
    }

    /// Has the client ask again, if something else is found in a platform than it was told.
    fn tell_news(&mut self, root: &Path) {
        let Some((_, Some(reports))) = self.judged.get(root) else { return };
        let world = &self.world;
        if self.client.findings == Findings::PulledWhenTold
            && self.refresh.has_news(reports, |path| Some(world.document(path)?.version))
        {
            self.refresh_findings();
        }
    }

    /// Has the client ask for findings again, where it does that when it is told.
    fn refresh_findings(&mut self) {
        if self.client.findings == Findings::PulledWhenTold && self.refresh.is_free() {
            let id = self.ask(method::WorkspaceDiagnosticRefresh::METHOD, ());
            self.refresh.asked(id);
        }
    }

    fn set(&mut self, path: &Path, document: Document) {
        self.world.set(path, document);
        self.judge_all();
    }

    /// Has every platform judged whose newest snapshot is not; of those that are no more, nothing is left to be seen.
    fn judge_all(&mut self) {
        let roots: BTreeSet<PathBuf> = self.world.snapshots().map(|snapshot| snapshot.root.path()).collect();
        let gone: Vec<PathBuf> = self.published.keys().filter(|root| !roots.contains(*root)).cloned().collect();
        for path in gone.iter().filter_map(|root| self.published.remove(root)).flatten().collect::<Vec<_>>() {
            self.publish_one(&path, Vec::new());
        }
        self.judged.retain(|root, _| roots.contains(root));
        if let Some(watch) = &mut self.watch {
            for folder in self.world.snapshots().map(|snapshot| &snapshot.root.folder) {
                if !self.watched.contains(folder) {
                    self.watched.insert(folder.clone());
                    watch.add(folder);
                }
            }
        }
        for snapshot in self.world.snapshots() {
            let root = snapshot.root.path();
            if self.judged.get(&root).is_some_and(|(known, _)| Arc::ptr_eq(known, snapshot)) {
                continue;
            }
            self.judged.insert(root, (Arc::clone(snapshot), None));
            if self.client.shows_progress {
                self.progress.begun();
            }
            let asked = self.asked(snapshot);
            let open: Vec<PathBuf> = self.world.open_in(&snapshot.root).cloned().collect();
            let job = move || {
                if asked.snapshot.is_outdated() {
                    return Event::Outdated;
                }
                match catch_unwind(AssertUnwindSafe(|| Reports::of(&asked, &open))) {
                    Ok(reports) => Event::Judged(asked.snapshot, reports),
                    Err(_) => Event::Failed,
                }
            };
            drop(self.lanes.judging.send(Box::new(job)));
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Answer(response, None) => self.respond(response),
            Event::Answer(response, Some(consequences)) => self.consider(response, &consequences),
            Event::Judged(snapshot, reports) => {
                let root = snapshot.root.path();
                if self.judged.get(&root).is_some_and(|(newest, _)| Arc::ptr_eq(newest, &snapshot)) {
                    if self.client.findings == Findings::Pushed {
                        self.publish(&root, &reports);
                    }
                    self.judged.insert(root.clone(), (snapshot, Some(reports)));
                    self.tell_news(&root);
                    self.answer_pulls();
                }
            }
            // the end of the parent has ended the server
            Event::Outdated | Event::ParentGone => {}
            Event::Failed => {
                if let Some(end) = self.progress.ended() {
                    self.send(end);
                }
                self.tell_of_failure();
            }
            Event::Changed(paths) => self.disk_changed(&paths),
            Event::TakesLong => {
                let token = self.progress.token();
                let id = self.ask(method::WorkDoneProgressCreate::METHOD, token);
                self.progress.asked(id);
            }
        }
    }

    /// Sends an answer that the user has to know something of: once they have agreed, where the client can ask them.
    fn consider(&mut self, response: Response, consequences: &str) {
        let Some(pending) = self.pending.get(&response.id) else { return };
        match &pending.about {
            Some((path, _)) if self.client.shows_questions => {
                let snapshot = self.world.snapshot(&path.clone());
                let question = confirm::question(consequences);
                let id = self.ask(method::ShowMessageRequest::METHOD, question);
                self.unconfirmed.insert(id, (response, snapshot));
            }
            Some(_) | None => {
                self.respond(response);
                self.show(confirm::WARNING, consequences);
            }
        }
    }

    /// Sends an answer, unless it was canceled or what it speaks of has changed.
    fn respond(&mut self, response: Response) {
        let Some(pending) = self.pending.remove(&response.id) else { return };
        let is_current = pending.about.as_ref().is_none_or(|(path, version)| self.version(path) == *version);
        if is_current {
            let id = response.response_result.as_ref().ok().and_then(|report| report["resultId"].as_str());
            let id = id.filter(|_| pending.is_pull).map(str::to_owned);
            self.send(response);
            if let (Some((path, Some(version))), Some(id)) = (pending.about, id) {
                self.refresh.told(path.clone(), id, version);
                let root = self.world.snapshot(&path).root.path();
                self.tell_news(&root);
            }
        } else {
            let message = "the document has changed".to_owned();
            self.send(Response::new_err(response.id, ErrorCode::ContentModified as i32, message));
        }
    }

    /// Sends the findings of a platform, and that there are none any more where there were some.
    fn publish(&mut self, root: &Path, reports: &Reports) {
        let mut before = self.published.remove(root).unwrap_or_default();
        let mut now = BTreeSet::new();
        for report in reports.files.iter().chain(&reports.strays) {
            let had = before.remove(&report.path);
            if !report.items.is_empty() {
                now.insert(report.path.clone());
            }
            if had || !report.items.is_empty() {
                self.publish_one(&report.path, report.items.clone());
            }
        }
        for gone in before {
            self.publish_one(&gone, Vec::new());
        }
        self.published.insert(root.to_owned(), now);
    }

    fn publish_one(&self, path: &Path, items: Vec<ls_types::Diagnostic>) {
        let Some(uri) = uri(path) else { return };
        let params = PublishDiagnosticsParams { uri, diagnostics: items, version: self.version(path) };
        self.send(Notification::new(note::PublishDiagnostics::METHOD.to_owned(), params));
    }

    fn tell_of_failure(&mut self) {
        if !self.has_told_of_failure {
            self.has_told_of_failure = true;
            self.show(confirm::ERROR, "bvlc made a mistake and goes on; please report what was typed last");
        }
    }
}

fn misread(id: RequestId, error: &serde_json::Error) -> Response {
    Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string())
}
