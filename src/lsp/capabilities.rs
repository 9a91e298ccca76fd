//! What the server can do, and what the client can.

use std::path::PathBuf;

use ls_types::request::{CodeLensRefresh, InlayHintRefreshRequest, Request as _};
use ls_types::{
    ClientCapabilities, InitializeParams, MarkupKind, OneOf, ResourceOperationKind, ServerCapabilities,
    TextDocumentClientCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceEditClientCapabilities, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

use super::asked::path;
use super::features::{FEATURES, Feature};
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
    /// Where it shows Markdown.
    pub(super) markdown: Markdown,
    /// Whether it shows the declarations of a document as a tree.
    pub(super) nests_symbols: bool,
    /// Whether it takes actions, and not commands alone.
    pub(super) takes_actions: bool,
    /// Whether it asks what would be renamed first.
    pub(super) prepares_renames: bool,
    /// Whether it tells the user's settings when it is asked for them.
    pub(super) tells_settings: bool,
    /// What it can do with edits.
    pub(super) edits: Edits,
    /// Whether it asks for the edit of an action that is chosen.
    pub(super) resolves_actions: bool,
    /// Whether it leads from the code of a finding to a page.
    pub(super) follows_codes: bool,
    /// Whether it shows that something takes long.
    pub(super) shows_progress: bool,
    /// Whether it shows the user a question of ours.
    pub(super) shows_questions: bool,
    /// How the user gets to see a text that a command answers with.
    pub(super) texts: Texts,
    /// Whether it shows what saving has changed, and says so when it begins: `showsImpact`.
    pub(super) shows_impact: bool,
    /// Whether it asks for hints again when it is told that there are others.
    refreshes_hints: bool,
    /// Whether it asks for lenses again when it is told that there are others.
    refreshes_lenses: bool,
}

/// Where a client shows Markdown; elsewhere it shows a text as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "clients tell each by itself")]
pub(super) struct Markdown {
    /// In what is told of what the pointer is on, and of hints.
    pub(super) hovers: bool,
    /// In what is told of what may be completed.
    pub(super) completions: bool,
    /// In what is told of what is being written.
    pub(super) signatures: bool,
}

impl Markdown {
    fn of(known: Option<&TextDocumentClientCapabilities>) -> Self {
        let takes =
            |formats: Option<&Vec<MarkupKind>>| formats.is_some_and(|known| known.contains(&MarkupKind::Markdown));
        let hover = || known?.hover.as_ref()?.content_format.as_ref();
        let completion = || known?.completion.as_ref()?.completion_item.as_ref()?.documentation_format.as_ref();
        let signature =
            || known?.signature_help.as_ref()?.signature_information.as_ref()?.documentation_format.as_ref();
        Self { hovers: takes(hover()), completions: takes(completion()), signatures: takes(signature()) }
    }
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

/// How the user of a client gets to see a text that a command answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// It shows the answer itself, and says so when it begins: `showsTexts`.
    Itself,
    /// It is led to a document, and asks for its text (LSP 3.18, `workspace/textDocumentContent`).
    Documents,
    /// It is led to a file.
    Files,
    /// The user is told where a file is.
    Told,
}

impl Texts {
    /// `written` is what the client says as it wrote it: the protocol's types do not know all of it.
    fn of(params: &InitializeParams, written: &Value) -> Self {
        let shows_itself = params.initialization_options.as_ref().and_then(|options| options.get("showsTexts"));
        let window = params.capabilities.window.as_ref();
        let can_be_led = window.and_then(|known| known.show_document.as_ref()).is_some_and(|known| known.support);
        let asks = written.pointer("/capabilities/workspace/textDocumentContent").is_some_and(Value::is_object);
        match (shows_itself, can_be_led, asks) {
            (Some(Value::Bool(true)), _, _) => Self::Itself,
            (_, true, true) => Self::Documents,
            (_, true, false) => Self::Files,
            (_, false, _) => Self::Told,
        }
    }
}

/// What a client can do with edits of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edits {
    /// Change texts.
    Texts,
    /// Change documents of a known version; and what more.
    Documents {
        /// Make files.
        creates: bool,
        /// Ask before what is annotated is done.
        asks: bool,
    },
}

impl Edits {
    fn of(known: Option<&WorkspaceEditClientCapabilities>) -> Self {
        let Some(known) = known.filter(|known| known.document_changes.unwrap_or_default()) else { return Self::Texts };
        let operations = known.resource_operations.as_deref().unwrap_or_default();
        Self::Documents {
            creates: operations.contains(&ResourceOperationKind::Create),
            asks: known.change_annotation_support.is_some(),
        }
    }
}

impl Client {
    /// One that says nothing of itself but that it asks for findings, and takes whatever is declared otherwise to who does
    /// not: it is told of all features.
    pub(super) fn asking() -> Self {
        let silent = Self::of(&InitializeParams::default(), &Value::Null);
        let asking = Self { findings: Findings::Pulled, takes_actions: true, prepares_renames: true, ..silent };
        Self { texts: Texts::Documents, ..asking }
    }

    /// What a client says of itself: as the protocol's types have it, and as it is written.
    pub(super) fn of(params: &InitializeParams, written: &Value) -> Self {
        let ClientCapabilities { general, text_document, workspace, window, .. } = &params.capabilities;
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
            markdown: Markdown::of(text_document.as_ref()),
            nests_symbols: text_document
                .as_ref()
                .and_then(|known| known.document_symbol.as_ref()?.hierarchical_document_symbol_support)
                .unwrap_or_default(),
            takes_actions: text_document
                .as_ref()
                .and_then(|known| known.code_action.as_ref())
                .is_some_and(|known| known.code_action_literal_support.is_some() || known.resolve_support.is_some()),
            prepares_renames: text_document
                .as_ref()
                .and_then(|known| known.rename.as_ref()?.prepare_support)
                .unwrap_or_default(),
            edits: Edits::of(workspace.and_then(|known| known.workspace_edit.as_ref())),
            resolves_actions: text_document
                .as_ref()
                .and_then(|known| known.code_action.as_ref()?.resolve_support.as_ref())
                .is_some_and(|known| known.properties.iter().any(|property| property == "edit")),
            follows_codes: text_document
                .as_ref()
                .and_then(|known| known.publish_diagnostics.as_ref()?.code_description_support)
                .unwrap_or_default(),
            shows_progress: window.as_ref().and_then(|known| known.work_done_progress).unwrap_or_default(),
            shows_questions: window.as_ref().is_some_and(|known| known.show_message.is_some()),
            texts: Texts::of(params, written),
            shows_impact: params.initialization_options.as_ref().and_then(|options| options.get("showsImpact"))
                == Some(&Value::Bool(true)),
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

/// What the server can, as the protocol writes it. For what the types of the protocol have no field, features name it under
/// `experimental`; it is told in its own place.
pub(super) fn written(client: Client) -> Value {
    let mut server = base(client);
    for feature in FEATURES {
        (feature.declare)(&mut server, client);
    }
    in_json(server)
}

/// The fields by which a feature is declared to a client.
pub(super) fn fields(feature: &Feature, client: Client) -> Vec<String> {
    let mut server = ServerCapabilities::default();
    (feature.declare)(&mut server, client);
    let Value::Object(declared) = in_json(server) else { return Vec::new() };
    let within = |(name, value): (String, Value)| match value.as_object().filter(|_| name == "workspace") {
        Some(inner) => inner.keys().map(|key| format!("{name}.{key}")).collect(),
        None => vec![name],
    };
    declared.into_iter().flat_map(within).collect()
}

fn in_json(mut server: ServerCapabilities) -> Value {
    let newer = server.experimental.take();
    // what the protocol's types hold always has a form in JSON
    let mut written = serde_json::to_value(server).unwrap_or_default();
    if let (Some(all), Some(Value::Object(newer))) = (written.as_object_mut(), newer) {
        for (name, field) in newer {
            match (all.get_mut(&name), field) {
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (_, field) => drop(all.insert(name, field)),
            }
        }
    }
    written
}

/// What is no feature.
fn base(client: Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
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
    }
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
