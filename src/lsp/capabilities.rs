//! What the server can do, and what the client can.

use std::path::PathBuf;

use ls_types::request::{CodeLensRefresh, InlayHintRefreshRequest, Request as _};
use ls_types::{
    ClientCapabilities, InitializeParams, OneOf, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use super::asked::path;
use super::features::FEATURES;
use super::wire::Encoding;

/// What the client can.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own, as clients tell them")]
pub(super) struct Client {
    /// How it counts within a line.
    pub(super) encoding: Encoding,
    /// How it comes by findings.
    pub(super) findings: Findings,
    /// Whether it watches files when it is asked to.
    pub(super) watches_when_asked: bool,
    /// Whether what is completed may have holes to be filled.
    pub(super) takes_snippets: bool,
    /// Whether it tells the user's settings when it is asked for them.
    pub(super) tells_settings: bool,
    /// Whether it asks for hints again when it is told that there are others.
    refreshes_hints: bool,
    /// Whether it asks for lenses again when it is told that there are others.
    refreshes_lenses: bool,
}

/// How a client comes by findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Findings {
    /// They are sent to it.
    Pushed,
    /// It asks for them.
    Pulled,
    /// It asks for them, also when it is told that there are others.
    PulledWhenTold,
}

impl Client {
    /// What a client says of itself.
    pub(super) fn of(params: &InitializeParams) -> Self {
        let ClientCapabilities { general, text_document, workspace, .. } = &params.capabilities;
        let offered = general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let workspace = workspace.as_ref();
        let pulls = text_document.as_ref().is_some_and(|known| known.diagnostic.is_some());
        let refreshes = workspace
            .and_then(|known| known.diagnostics.as_ref())
            .and_then(|known| known.refresh_support)
            .unwrap_or_default();
        Self {
            encoding: Encoding::choose(offered),
            findings: match (pulls, refreshes) {
                (false, _) => Findings::Pushed,
                (true, false) => Findings::Pulled,
                (true, true) => Findings::PulledWhenTold,
            },
            watches_when_asked: workspace
                .and_then(|known| known.did_change_watched_files.as_ref())
                .and_then(|known| known.dynamic_registration)
                .unwrap_or_default(),
            takes_snippets: text_document
                .as_ref()
                .and_then(|known| known.completion.as_ref()?.completion_item.as_ref()?.snippet_support)
                .unwrap_or_default(),
            tells_settings: workspace.and_then(|known| known.configuration).unwrap_or_default(),
            refreshes_hints: workspace
                .and_then(|known| known.inlay_hint.as_ref())
                .and_then(|known| known.refresh_support)
                .unwrap_or_default(),
            refreshes_lenses: workspace
                .and_then(|known| known.code_lens.as_ref())
                .and_then(|known| known.refresh_support)
                .unwrap_or_default(),
        }
    }

    /// The requests that have it ask again for what settings change.
    pub(super) fn refreshes(self) -> Vec<&'static str> {
        let hints = self.refreshes_hints.then_some(InlayHintRefreshRequest::METHOD);
        let lenses = self.refreshes_lenses.then_some(CodeLensRefresh::METHOD);
        hints.into_iter().chain(lenses).collect()
    }
}

/// What the server can, for a client that counts so.
pub(super) fn server(encoding: Encoding) -> ServerCapabilities {
    let mut server = ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    };
    for feature in FEATURES {
        (feature.declare)(&mut server);
    }
    server
}

/// The folders of the workspace.
pub(super) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    match &params.workspace_folders {
        Some(folders) => folders.iter().filter_map(|folder| path(&folder.uri)).collect(),
        None => older_root(params),
    }
}

#[expect(deprecated, reason = "clients that know no workspace folders name the one folder here")]
fn older_root(params: &InitializeParams) -> Vec<PathBuf> {
    params.root_uri.iter().filter_map(path).collect()
}

/// What is asked of a client that watches files.
pub(super) fn watchers() -> Value {
    json!({"registrations": [{
        "id": "bvl files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": [{"globPattern": "**/*.bvl"}]},
    }]})
}
