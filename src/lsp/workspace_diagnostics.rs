//! The findings of the whole workspace: answered when there is something new, so that a client that asks again and again
//! costs nothing while nothing changes.

use std::collections::BTreeMap;
use std::path::Path;

use ls_types::notification::{Notification as _, Progress};
use ls_types::{
    FullDocumentDiagnosticReport, ProgressToken, UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};
use lsp_server::{Message, Notification, RequestId, Response};
use serde_json::json;

use super::asked::{path, uri};
use super::diagnostics::{self, Report};

/// How many reports are sent at once to a client that takes them piece by piece.
const AT_ONCE: usize = 64;

/// A request, and which reports the client has.
pub(super) struct Pull {
    id: RequestId,
    /// What the client knows pieces of the answer by.
    pieces: Option<ProgressToken>,
    known: BTreeMap<std::path::PathBuf, String>,
}

impl Pull {
    pub(super) fn new(id: RequestId, params: WorkspaceDiagnosticParams) -> Self {
        let known = params.previous_result_ids.into_iter();
        let pieces = params.partial_result_params.partial_result_token;
        Self { id, pieces, known: known.filter_map(|known| Some((path(&known.uri)?, known.value))).collect() }
    }

    pub(super) fn id(&self) -> &RequestId {
        &self.id
    }

    /// What is sent: pieces first, where the client takes them, and then what is left.
    pub(super) fn messages(&self, items: &[WorkspaceDocumentDiagnosticReport]) -> Vec<Message> {
        let value = |items: &[WorkspaceDocumentDiagnosticReport]| json!({"items": items});
        let Some(token) = &self.pieces else { return vec![Response::new_ok(self.id.clone(), value(items)).into()] };
        let piece = |items| {
            let params = json!({"token": token, "value": value(items)});
            Message::from(Notification::new(Progress::METHOD.to_owned(), params))
        };
        let mut messages: Vec<Message> = items.chunks(AT_ONCE).map(piece).collect();
        messages.push(Response::new_ok(self.id.clone(), value(&[])).into());
        messages
    }
}

/// The reports of all files; `None` where the client has all of them.
pub(super) fn report<'r>(
    reports: impl Iterator<Item = &'r Report>,
    pull: &Pull,
    version: impl Fn(&Path) -> Option<i32>,
) -> Option<Vec<WorkspaceDocumentDiagnosticReport>> {
    let mut items = Vec::new();
    let mut is_new = pull.known.is_empty();
    let mut left = pull.known.clone();
    for Report { path, items: found, id, .. } in reports {
        let Some(uri) = uri(path) else { continue };
        let (id, version) = (id.clone(), version(path).map(i64::from));
        if left.remove(path).as_ref() == Some(&id) {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
            let unchanged =
                WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report };
            items.push(WorkspaceDocumentDiagnosticReport::Unchanged(unchanged));
        } else {
            is_new = true;
            items.push(full(uri, version, id, found.clone()));
        }
    }
    // files that are no longer of any platform
    let nothing = diagnostics::id(&[]);
    for (path, _) in left.into_iter().filter(|(_, id)| *id != nothing) {
        if let Some(uri) = uri(&path) {
            is_new = true;
            items.push(full(uri, version(&path).map(i64::from), nothing.clone(), Vec::new()));
        }
    }
    is_new.then_some(items)
}

fn full(
    uri: ls_types::Uri,
    version: Option<i64>,
    id: String,
    items: Vec<ls_types::Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(id), items };
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report,
    })
}
