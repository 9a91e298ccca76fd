//! The server: one queue in, one thread that owns the world, threads that answer on snapshots, one queue out.
//!
//! Invariants: a message is taken from the queue before anything is computed, so that a change or a cancellation is never
//! behind an answer; what is taken in is handed on at once, to who answers (`answers`), judges (`judging`) or computes
//! (`lanes`).

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
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::answers::{About, Answers};
use super::asked::{Asked, Wanted, path, uri};
use super::capabilities::{self, Client};
use super::diagnostics::Reports;
use super::documents::{Document, changed};
use super::features::{self, Aside, Lane, Route};
use super::judging::{Due, Judging};
use super::lanes::{Event, Lanes};
use super::link::Link;
use super::pages::Pages;
use super::sent::Sent;
use super::settings::{SECTIONS, Settings};
use super::shown::{Leading, Texts};
use super::world::{Changes, Moment, Root, Snapshot, Watch, Workspace, World};
use super::{confirm, parent};
use crate::ide::impact;

/// What tells a client what saving has changed: the document and a line.
const IMPACT: &str = "bvlc/impact";

/// The server.
pub(super) struct Server {
    world: World,
    link: Link,
    sent: Arc<Sent>,
    pages: Arc<Pages>,
    texts: Arc<Texts>,
    leading: Leading,
    lanes: Lanes,
    events: Receiver<Event>,
    answers: Answers,
    judging: Judging,
    settings: Settings,
    /// The files of each platform as they were when they were saved last, or first changed, for clients that show what saving changes.
    bases: BTreeMap<Root, Moment>,
    /// The newest of our requests that asks for settings.
    asked_settings: Option<RequestId>,
    is_shut_down: bool,
    has_told_of_failure: bool,
    /// What tells of changes on the disk where the client does not, and the folders below which it does.
    watch: Option<Box<dyn Watch>>,
    watched: BTreeSet<PathBuf>,
}

/// How the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client asked for it, in order.
    Asked,
    /// The client is gone, or ended the server without shutting it down.
    Gone,
}

impl Server {
    pub(super) fn new(
        params: &InitializeParams,
        client: Client,
        workspace: Arc<dyn Workspace>,
        out: Sender<Message>,
    ) -> Self {
        let (events_in, events) = unbounded();
        let link = Link::new(client, out);
        let tell_changes = {
            let events = events_in.clone();
            // the end of the queue is the end of the server
            move |paths| drop(events.send(Event::Changed(paths)))
        };
        let watch = if link.client.watches_when_asked { None } else { workspace.watch(Box::new(tell_changes)) };
        if let Some(process) = params.process_id {
            let events = events_in.clone();
            parent::watch(process, move || drop(events.send(Event::ParentGone)));
        }
        let mut world = World::new(workspace);
        for folder in capabilities::folders(params) {
            world.add_folder(&folder, changes(&link));
        }
        let (settings, wrong) = Settings::pushed(params.initialization_options.as_ref().unwrap_or(&Value::Null));
        link.warn(&wrong);
        Self {
            world,
            link,
            sent: Arc::default(),
            pages: Arc::default(),
            texts: Arc::default(),
            leading: Leading::default(),
            lanes: Lanes::start(&events_in),
            events,
            answers: Answers::default(),
            judging: Judging::default(),
            settings,
            bases: BTreeMap::new(),
            asked_settings: None,
            is_shut_down: false,
            has_told_of_failure: false,
            watch,
            watched: BTreeSet::new(),
        }
    }

    /// Serves until the client ends it or is gone.
    pub(super) fn run(mut self, messages: &Receiver<Message>) -> End {
        if self.link.client.watches_when_asked {
            self.link.ask(method::RegisterCapability::METHOD, capabilities::watchers());
        }
        self.ask_settings();
        self.judge_all();
        loop {
            let next = select! {
                recv(messages) -> message => message.ok().map(Ok),
                recv(self.events) -> event => event.ok().map(Err),
                recv(self.judging.progress().timer()) -> _ => Some(Err(Event::TakesLong)),
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

    /// What another thread tells.
    fn event(&mut self, event: Event) {
        match event {
            Event::Answer(response, Aside::Nothing) => self.respond(response),
            Event::Answer(response, Aside::Consequences(consequences)) => {
                self.answers.consider(&mut self.world, &mut self.link, response, &consequences);
            }
            Event::Answer(response, Aside::Lead(lead)) => {
                let is_wanted = self.answers.is_wanted(&self.world, &response.id);
                self.respond(response);
                if is_wanted {
                    self.leading.begin(&mut self.link, *lead);
                }
            }
            Event::Shown(uri) => Leading::refresh(&mut self.link, &uri),
            Event::Impact(uri, text) => self.link.tell(IMPACT, json!({"uri": uri, "text": text})),
            Event::Judged(snapshot, reports) => {
                self.judging.done(&self.world, &mut self.link, &snapshot, &reports);
                self.follow(snapshot);
            }
            // the end of the parent has ended the server
            Event::Outdated | Event::ParentGone => {}
            Event::Failed => {
                self.judging.failed(&self.link);
                self.tell_of_failure();
            }
            Event::Changed(paths) => self.disk_changed(&paths),
            Event::TakesLong => self.judging.takes_long(&mut self.link),
        }
    }

    /// The answer to a request of ours.
    fn told(&mut self, response: Response) {
        if self.answers.is_confirmed(&self.world, &self.link, &response) {
            return;
        }
        self.leading.answered(&self.link, &response);
        self.judging.answered(&mut self.link, &response);
        if self.asked_settings.as_ref() == Some(&response.id)
            && let Ok(Value::Array(sections)) = response.response_result
        {
            self.choose(Settings::read(&sections));
        }
    }

    fn ask_settings(&mut self) {
        if self.link.client.tells_settings {
            let items: Vec<Value> = SECTIONS.map(|section| json!({"section": section})).to_vec();
            self.asked_settings = Some(self.link.ask(method::WorkspaceConfiguration::METHOD, json!({"items": items})));
        }
    }

    fn choose(&mut self, (settings, wrong): (Settings, Vec<String>)) {
        self.link.warn(&wrong);
        if self.settings != settings {
            self.settings = settings;
            for refresh in self.link.client.refreshes() {
                self.link.ask(refresh, Value::Null);
            }
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method: name, params } = request;
        let misread = |link: &Link, id, error: &serde_json::Error| {
            link.refuse(id, ErrorCode::InvalidParams as i32, error.to_string());
        };
        if self.is_shut_down {
            self.link.refuse(id, ErrorCode::InvalidRequest as i32, "the server is shut down");
            return;
        }
        match name.as_str() {
            method::Shutdown::METHOD => {
                self.is_shut_down = true;
                self.link.send(Response::new_ok(id, Value::Null));
            }
            method::WorkspaceDiagnosticRequest::METHOD => match serde_json::from_value(params) {
                Ok(params) => self.judging.pull(&self.world, &self.link, id, params),
                Err(error) => misread(&self.link, id, &error),
            },
            _ => match features::find(&name, params) {
                Some(Ok(route)) => self.answer(id, route, name == method::DocumentDiagnosticRequest::METHOD),
                Some(Err(error)) => misread(&self.link, id, &error),
                None => {
                    self.link.refuse(id, ErrorCode::MethodNotFound as i32, format!("there is no {name} here"));
                }
            },
        }
    }

    fn answer(&mut self, id: RequestId, route: Route, is_pull: bool) {
        match route {
            Route::Document { document, lane, answer } => {
                let Some(path) = path(&document) else {
                    self.link.send(Response::new_ok(id, Value::Null));
                    return;
                };
                let version = self.world.version(&path);
                let snapshot = self.world.snapshot(&path);
                let asked = self.about(snapshot, path.clone());
                let wanted = asked.wanted.clone();
                let about = if is_pull { About::Findings } else { About::Document };
                let made_of = vec![asked.snapshot.moment()];
                self.answers.begun(id.clone(), about(path, version), made_of, wanted.clone());
                self.lanes.answer(lane, id, wanted, move || answer(asked));
            }
            Route::Workspace { answer } => {
                let asked = self.world.snapshots().map(|snapshot| self.asked(snapshot)).collect();
                let made_of = self.world.snapshots().map(|snapshot| snapshot.moment()).collect();
                let wanted = Wanted::default();
                self.answers.begun(id.clone(), About::Workspace, made_of, wanted.clone());
                self.lanes.answer(Lane::Answers, id, wanted, move || answer(asked));
            }
        }
    }

    fn asked(&self, snapshot: &Arc<Snapshot>) -> Asked {
        self.about(Arc::clone(snapshot), snapshot.root.path())
    }

    fn about(&self, snapshot: Arc<Snapshot>, path: PathBuf) -> Asked {
        Asked {
            snapshot,
            path,
            client: self.link.client,
            settings: self.settings,
            sent: Arc::clone(&self.sent),
            pages: Arc::clone(&self.pages),
            texts: Arc::clone(&self.texts),
            workspace: Arc::clone(self.world.workspace()),
            wanted: Wanted::default(),
        }
    }

    /// Sends an answer.
    fn respond(&mut self, response: Response) {
        if let Some(told) = self.answers.send(&self.world, &self.link, response) {
            self.judging.told(&mut self.world, &mut self.link, told);
        }
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
                    let text = changed(&document.text, &params.content_changes, self.link.client.encoding);
                    self.set(&path, Document { version: params.text_document.version, text });
                }
            }
            note::DidCloseTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                    && let Some(path) = path(&params.text_document.uri)
                {
                    self.world.close(&path);
                    self.sent.forget(&path);
                    self.judging.forget(&path);
                    self.judge_all();
                }
            }
            note::DidSaveTextDocument::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidSaveTextDocumentParams>(params)
                    && let Some(path) = path(&params.text_document.uri)
                {
                    self.world.saved(&path);
                    self.tell_impact(&path);
                }
            }
            note::DidChangeWatchedFiles::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeWatchedFilesParams>(params) {
                    let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| path(&change.uri)).collect();
                    self.disk_changed(&paths);
                }
            }
            note::DidChangeConfiguration::METHOD => {
                if self.link.client.tells_settings {
                    self.ask_settings();
                } else if let Some(all) = params.get("settings") {
                    self.choose(Settings::pushed(all));
                }
            }
            note::DidChangeWorkspaceFolders::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeWorkspaceFoldersParams>(params) {
                    for folder in params.event.added.iter().filter_map(|folder| path(&folder.uri)) {
                        self.world.add_folder(&folder, changes(&self.link));
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
                    if self.answers.is_canceled(&id) || self.judging.is_canceled(&id) {
                        self.link.refuse(id, ErrorCode::RequestCanceled as i32, "canceled");
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
        self.judging.refresh(&mut self.link);
    }

    /// Tells what saving has changed, against the files as they were when they were saved last.
    fn tell_impact(&mut self, path: &Path) {
        if !self.link.client.shows_impact {
            return;
        }
        let (Some(uri), snapshot) = (uri(path), self.world.snapshot(path)) else { return };
        let Some(base) = self.bases.insert(snapshot.root.clone(), snapshot.moment()) else { return };
        self.lanes.follow(move || {
            let text = impact::in_a_line(snapshot.view(), base.files(), &snapshot.root.file);
            text.map_or(Event::Outdated, |text| Event::Impact(uri, text))
        });
    }

    fn set(&mut self, path: &Path, document: Document) {
        let is_new = self.world.document(path).is_none();
        let text = Arc::clone(&document.text);
        self.world.set(path, document);
        if is_new && self.link.client.shows_impact {
            let snapshot = self.world.snapshot(path);
            let base = self.bases.entry(snapshot.root.clone()).or_insert_with(|| snapshot.moment());
            base.opened(path, &text);
        }
        self.answers.changed(path);
        self.judge_all();
    }

    /// Has every platform judged whose newest snapshot is not.
    fn judge_all(&mut self) {
        self.judging.forget_others(&self.world, &self.link);
        if let Some(watch) = &mut self.watch {
            for folder in self.world.snapshots().map(|snapshot| &snapshot.root.folder) {
                if !self.watched.contains(folder) {
                    self.watched.insert(folder.clone());
                    watch.add(folder);
                }
            }
        }
        for snapshot in self.world.snapshots() {
            let Some(Due { earlier }) = self.judging.begin(&self.link, snapshot) else { continue };
            let asked = self.asked(snapshot);
            let open: Vec<PathBuf> = self.world.open_in(&snapshot.root).cloned().collect();
            self.lanes.judge(move || {
                if asked.snapshot.is_outdated() {
                    return Event::Outdated;
                }
                let reports = Reports::of(&asked, &open, earlier.as_deref());
                Event::Judged(asked.snapshot, Arc::new(reports))
            });
        }
    }

    /// Has the preview that was shown last follow what its platform has become.
    fn follow(&self, snapshot: Arc<Snapshot>) {
        let is_its = |path: &Path| snapshot.root.relative(path).is_some();
        let Some(followed) = self.leading.followed(is_its).cloned() else { return };
        let asked = self.about(snapshot, followed.path.clone());
        self.lanes.follow(move || {
            if asked.snapshot.is_outdated() {
                return Event::Outdated;
            }
            features::followed(&asked.settled(), &followed).map_or(Event::Outdated, Event::Shown)
        });
    }

    fn tell_of_failure(&mut self) {
        if !self.has_told_of_failure {
            self.has_told_of_failure = true;
            self.link.show(confirm::ERROR, "bvlc made a mistake and goes on; please report what was typed last");
        }
    }
}

fn changes(link: &Link) -> Changes {
    if link.client.watches_when_asked { Changes::Told } else { Changes::Untold }
}
