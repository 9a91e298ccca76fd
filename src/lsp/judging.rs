//! What platforms are found to be, and who is told of it.
//!
//! Invariants: of each platform the newest snapshot is judged, and nobody is told what an older one was found to be; a client
//! is not told what it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ls_types::notification as note;
use ls_types::notification::Notification as _;
use ls_types::request as method;
use ls_types::request::Request as _;
use ls_types::{PublishDiagnosticsParams, WorkspaceDiagnosticParams};
use lsp_server::{RequestId, Response};

use super::answers::Told;
use super::asked::uri;
use super::capabilities::Findings;
use super::diagnostics::Reports;
use super::link::Link;
use super::progress::Progress;
use super::refresh::Refresh;
use super::workspace_diagnostics::{self, Pull};
use super::world::{Snapshot, World};

/// A platform that is judged.
struct Judged {
    /// The newest snapshot of it.
    snapshot: Arc<Snapshot>,
    /// What was found last.
    reports: Option<Arc<Reports>>,
    /// Whether that was found in the newest snapshot.
    is_newest: bool,
}

/// A snapshot that has to be judged.
pub(super) struct Due {
    /// What was found last in the platform.
    pub(super) earlier: Option<Arc<Reports>>,
}

/// What platforms are found to be.
#[derive(Default)]
pub(super) struct Judging {
    /// By root file.
    judged: BTreeMap<PathBuf, Judged>,
    /// Requests for the findings of the whole workspace that wait for something new.
    pulls: Vec<Pull>,
    /// The documents of each platform for which findings were sent.
    published: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    refresh: Refresh,
    progress: Progress,
}

impl Judging {
    /// What tells how long it takes.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Lets go of platforms that are no more: nothing of them is left to be seen.
    pub(super) fn forget_others(&mut self, world: &World, link: &Link) {
        let roots: BTreeSet<PathBuf> = world.snapshots().map(|snapshot| snapshot.root.path()).collect();
        let gone: Vec<PathBuf> = self.published.keys().filter(|root| !roots.contains(*root)).cloned().collect();
        for path in gone.iter().filter_map(|root| self.published.remove(root)).flatten() {
            publish(world, link, &path, Vec::new());
        }
        self.judged.retain(|root, _| roots.contains(root));
    }

    /// Takes in the newest snapshot of a platform; `None` where it is known.
    pub(super) fn begin(&mut self, link: &Link, snapshot: &Arc<Snapshot>) -> Option<Due> {
        let root = snapshot.root.path();
        let known = self.judged.get(&root);
        if known.is_some_and(|known| Arc::ptr_eq(&known.snapshot, snapshot)) {
            return None;
        }
        let reports = known.and_then(|known| known.reports.clone());
        let judged = Judged { snapshot: Arc::clone(snapshot), reports: reports.clone(), is_newest: false };
        self.judged.insert(root, judged);
        if link.client.shows_progress {
            self.progress.begun();
        }
        Some(Due { earlier: reports })
    }

    /// A snapshot has been judged.
    pub(super) fn done(&mut self, world: &World, link: &mut Link, snapshot: &Arc<Snapshot>, reports: &Arc<Reports>) {
        let root = snapshot.root.path();
        let Some(known) = self.judged.get_mut(&root).filter(|known| Arc::ptr_eq(&known.snapshot, snapshot)) else {
            return;
        };
        (known.reports, known.is_newest) = (Some(Arc::clone(reports)), true);
        if link.client.findings == Findings::Pushed {
            self.publish(world, link, &root, reports);
        }
        self.tell_news(world, link, &root);
        self.answer_pulls(world, link);
    }

    /// A mistake of ours ended a judgment.
    pub(super) fn failed(&mut self, link: &Link) {
        if let Some(end) = self.progress.ended() {
            link.send(end);
        }
    }

    /// It takes longer than people take for at once.
    pub(super) fn takes_long(&mut self, link: &mut Link) {
        let token = self.progress.token();
        let id = link.ask(method::WorkDoneProgressCreate::METHOD, token);
        self.progress.asked(id);
    }

    /// The client has answered a request of ours.
    pub(super) fn answered(&mut self, link: &mut Link, response: &Response) {
        if let Some(begin) = self.progress.answered(&response.id, response.response_result.is_ok()) {
            link.send(begin);
        }
        if self.refresh.is_answered(&response.id) {
            self.refresh(link);
        }
    }

    /// The client has been told what is found in a document.
    pub(super) fn told(&mut self, world: &mut World, link: &mut Link, Told { path, version, id }: Told) {
        let root = world.snapshot(&path).root.path();
        self.refresh.told(path, id, version);
        self.tell_news(world, link, &root);
    }

    /// A document is closed.
    pub(super) fn forget(&mut self, path: &Path) {
        self.refresh.forget(path);
    }

    /// Has the client ask for findings again, where it does that when it is told.
    pub(super) fn refresh(&mut self, link: &mut Link) {
        if link.client.findings == Findings::PulledWhenTold && self.refresh.is_free() {
            let id = link.ask(method::WorkspaceDiagnosticRefresh::METHOD, ());
            self.refresh.asked(id);
        }
    }

    /// The client asks for the findings of the whole workspace.
    pub(super) fn pull(&mut self, world: &World, link: &Link, id: RequestId, params: WorkspaceDiagnosticParams) {
        self.pulls.push(Pull::new(id, params));
        self.answer_pulls(world, link);
    }

    /// Whether one who asked for the findings of the workspace, and no longer wants them, was waiting.
    pub(super) fn is_canceled(&mut self, id: &RequestId) -> bool {
        let n_waiting = self.pulls.len();
        self.pulls.retain(|pull| pull.id() != id);
        self.pulls.len() < n_waiting
    }

    /// Answers those who wait for the workspace's findings and have not the newest.
    fn answer_pulls(&mut self, world: &World, link: &Link) {
        if self.judged.values().any(|judged| !judged.is_newest) {
            return;
        }
        if let Some(end) = self.progress.ended() {
            link.send(end);
        }
        for pull in std::mem::take(&mut self.pulls) {
            let reports = self.judged.values().filter_map(|judged| judged.reports.as_ref());
            let files = reports.flat_map(|reports| &reports.files).map(Arc::as_ref);
            match workspace_diagnostics::report(files, &pull, |path| world.version(path)) {
                Some(items) => pull.messages(&items).into_iter().for_each(|message| link.send(message)),
                None => self.pulls.push(pull),
            }
        }
    }

    /// Has the client ask again, if something else is found in a platform than it was told.
    fn tell_news(&mut self, world: &World, link: &mut Link, root: &Path) {
        let known = self.judged.get(root).filter(|known| known.is_newest);
        let Some(reports) = known.and_then(|known| known.reports.as_ref()) else { return };
        if link.client.findings == Findings::PulledWhenTold
            && self.refresh.has_news(reports, |path| world.version(path))
        {
            self.refresh(link);
        }
    }

    /// Sends the findings of a platform, and that there are none any more where there were some.
    fn publish(&mut self, world: &World, link: &Link, root: &Path, reports: &Reports) {
        let mut before = self.published.remove(root).unwrap_or_default();
        let mut now = BTreeSet::new();
        for report in reports.files.iter().chain(&reports.strays) {
            let had = before.remove(&report.path);
            if !report.items.is_empty() {
                now.insert(report.path.clone());
            }
            if had || !report.items.is_empty() {
                publish(world, link, &report.path, report.items.clone());
            }
        }
        for gone in before {
            publish(world, link, &gone, Vec::new());
        }
        self.published.insert(root.to_owned(), now);
    }
}

fn publish(world: &World, link: &Link, path: &Path, items: Vec<ls_types::Diagnostic>) {
    let Some(uri) = uri(path) else { return };
    let params = PublishDiagnosticsParams { uri, diagnostics: items, version: world.version(path) };
    link.tell(note::PublishDiagnostics::METHOD, params);
}
