//! What can be done about what stands at a place.

use ls_types::request::{CodeActionRequest, CodeActionResolveRequest};
use ls_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CodeActionTriggerKind, Range, Uri,
};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Asked, Feature, Lane, Request, Route, judged, value};
use crate::ide::actions::{self, Action};
use crate::ide::change::Change;
use crate::ide::lenses::{self, Offer};
use crate::ide::pasted;
use crate::ide::refactor::{self, Kind};
use crate::lsp::asked::uri;
use crate::lsp::commands::Name;
use crate::lsp::{diagnostics, edits};
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    title: "Code actions",
    doc: "Fixes; classes and constants made and put in; declarations moved and sorted; overlays begun; pasted manifests said in bvl; what lenses do.",
    declare: |server, client| {
        if !client.takes_actions {
            server.code_action_provider = Some(CodeActionProviderCapability::Simple(true));
            return;
        }
        server.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR_EXTRACT,
                CodeActionKind::REFACTOR_INLINE,
                CodeActionKind::REFACTOR_REWRITE,
                CodeActionKind::new(MOVE),
                CodeActionKind::new(FIX_ALL),
                CodeActionKind::new("source.bvl"),
            ]),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        }));
    },
    requests: &[
        Request::new::<CodeActionRequest>(|params| {
            judged::<CodeActionRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, params| code_actions(asked, &params),
            )
        }),
        Request::new::<CodeActionResolveRequest>(|params| {
            let action: CodeAction = serde_json::from_value(params)?;
            let data: Data = serde_json::from_value(action.data.clone().unwrap_or_default())?;
            let document = data.uri.clone();
            let answer =
                move |asked: Asked| with_edit(&asked.settled(), action, &data).map(|action| value(action).into());
            Ok(Route::Document { document, lane: Lane::Platform, answer: Box::new(answer) })
        }),
    ],
};

/// What an action carries until it is chosen.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    /// Its document.
    uri: Uri,
    /// What was selected.
    range: Range,
}

/// What moves something elsewhere (LSP 3.18, `CodeActionKind.RefactorMove`).
const MOVE: &str = "refactor.move";

/// What puts a spec in the place of manifests.
const IMPORT: &str = "refactor.rewrite.import";

const FIX_ALL: &str = "source.fixAll.bvl";

/// What lenses do, and the other commands, for clients that show no lenses.
fn commands(asked: &Asked, params: &CodeActionParams) -> Vec<CodeAction> {
    let position = params.range.start;
    let (Some(place), Some(document)) = (selected(asked, params.range), uri(&asked.path)) else { return Vec::new() };
    let action = |offer: Offer| {
        let at = |name: Name, kind: &'static str, title: &str| (kind, name.at(title, &document, position));
        let (kind, command) = match offer {
            Offer::Preview => at(Name::Preview, "source.bvl.preview", "preview YAML"),
            Offer::Why => at(Name::Why, "source.bvl.why", "why may this pass?"),
            Offer::Graph => at(Name::Graph, "source.bvl.graph", "flows in and out"),
            Offer::Check => at(Name::Check, "source.bvl.check", "what checks find"),
            Offer::Rule => at(Name::Rule, "source.bvl.rule", "what does this rule hold of?"),
            Offer::Layers => at(Name::Layers, "source.bvl.layers", "show all layers"),
            Offer::Impact => at(Name::Impact, "source.bvl.impact", "what does saving change?"),
            Offer::Build => at(Name::Build, "source.bvl.build", "what is built?"),
            Offer::Explain(code) => {
                let title = format!("what does {} mean?", code.id);
                ("source.bvl.explain", Name::Explain.with(title, json!({"code": code.id})))
            }
        };
        CodeAction {
            title: command.title.clone(),
            kind: Some(CodeActionKind::new(kind)),
            command: Some(command),
            ..CodeAction::default()
        }
    };
    lenses::offered(asked.view(), place).into_iter().map(action).collect()
}

fn code_actions(asked: &Asked, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let is_wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_deref();
        let begins = |wanted: &CodeActionKind| {
            kind.as_str().strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        only.is_none_or(|only| only.iter().any(begins))
    };
    if !asked.client.takes_actions {
        let commands = commands(asked, params).into_iter().filter_map(|action| action.command);
        return Some(commands.map(CodeActionOrCommand::Command).collect());
    }
    let place = selected(asked, params.range)?;
    let mut found = Vec::new();
    if is_wanted(&CodeActionKind::QUICKFIX) {
        let snapshot = &asked.snapshot;
        for Action { fix, findings, is_preferred } in
            actions::fixes(asked.view(), &*snapshot.files, &snapshot.root.file, place)
        {
            found.push(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(findings.iter().map(|finding| diagnostics::converted(asked, finding)).collect()),
                edit: edits::of_change(asked, &Change { edits: fix.edits, ..Change::default() }),
                is_preferred: is_preferred.then_some(true),
                ..CodeAction::default()
            });
        }
    }
    let import = CodeActionKind::new(IMPORT);
    if is_wanted(&import)
        && let Some(change) = pasted::pasted(asked.view(), place)
    {
        let edit = edits::of_change(asked, &change);
        found.push(CodeAction { title: change.title, kind: Some(import), edit, ..CodeAction::default() });
    }
    found.extend(commands(asked, params).into_iter().filter(|known| known.kind.as_ref().is_some_and(is_wanted)));
    // each is judged before it is offered, so that none is looked for as long as nobody asks
    let is_automatic = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    if params.context.only.is_some() || !is_automatic {
        found.extend(refactorings(asked, place, &is_wanted));
    }
    let all = CodeActionKind::new(FIX_ALL);
    if is_wanted(&all) {
        let action = CodeAction {
            title: "mend all that can be mended without asking".to_owned(),
            kind: Some(all),
            ..CodeAction::default()
        };
        // computing it judges the platform anew, so that it is done once it is chosen, or asked for by its kind alone
        if params.context.only.is_some() {
            found.extend(Some(mended(asked, action)).filter(|action| action.edit.is_some()));
        } else if asked.client.resolves_actions && !is_automatic && actions::has_safe(asked.view(), place.file) {
            found.push(action);
        }
    }
    // some clients ask for the rest of whatever has no command, or no edit
    let data = value(Data { uri: uri(&asked.path)?, range: params.range });
    let with_data = |action| CodeAction { data: Some(data.clone()), ..action };
    Some(found.into_iter().map(|action| CodeActionOrCommand::CodeAction(with_data(action))).collect())
}

/// An action that is chosen, with what it does.
fn with_edit(asked: &Asked, action: CodeAction, data: &Data) -> Result<CodeAction, String> {
    if action.edit.is_some() || action.command.is_some() {
        return Ok(action);
    }
    if action.kind.as_ref().is_some_and(|kind| kind.as_str() == FIX_ALL) {
        return Ok(mended(asked, action));
    }
    let snapshot = &asked.snapshot;
    let found = selected(asked, data.range).map(|place| {
        let is_it = |kind: Kind| action.kind == Some(protocol(kind));
        refactor::candidates(asked.view(), &*snapshot.files, place, &is_it)
    });
    let chosen = found.into_iter().flatten().map(|(_, change)| change).find(|change| change.title == action.title);
    let chosen = chosen.ok_or("what it was offered for has changed")?;
    let change = refactor::judged(asked.view(), &*snapshot.files, &snapshot.root.file, &chosen)?;
    Ok(CodeAction { edit: edits::of_change(asked, &change), ..action })
}

fn selected(asked: &Asked, range: Range) -> Option<Span> {
    let (start, end) = (asked.at(range.start)?, asked.at(range.end)?);
    Some(Span { file: start.file, start: start.place, end: end.place.max(start.place) })
}

/// The action with all safe fixes.
fn mended(asked: &Asked, action: CodeAction) -> CodeAction {
    let snapshot = &asked.snapshot;
    let file = asked.file();
    let mended = file.and_then(|file| actions::fix_all(asked.view(), &*snapshot.files, &snapshot.root.file, file));
    let edit = mended.and_then(|edits| edits::of_change(asked, &Change { edits, ..Change::default() }));
    CodeAction { edit, ..action }
}

/// What may be written otherwise without meaning anything else. That it does not is proven before it is offered, or, since
/// that judges the platform once for each, once it is chosen.
fn refactorings(asked: &Asked, selected: Span, is_wanted: &dyn Fn(&CodeActionKind) -> bool) -> Vec<CodeAction> {
    let snapshot = &asked.snapshot;
    let wanted = |kind: Kind| is_wanted(&protocol(kind));
    let found = refactor::candidates(asked.view(), &*snapshot.files, selected, &wanted).into_iter();
    let possible = found.filter(|(_, change)| edits::is_possible(asked, change));
    let action = |(kind, change): (Kind, Change)| {
        let edit = if asked.client.resolves_actions {
            None
        } else {
            let change = refactor::judged(asked.view(), &*snapshot.files, &snapshot.root.file, &change).ok()?;
            Some(edits::of_change(asked, &change)?)
        };
        Some(CodeAction { title: change.title, kind: Some(protocol(kind)), edit, ..CodeAction::default() })
    };
    possible.filter_map(action).collect()
}

fn protocol(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Inline => CodeActionKind::REFACTOR_INLINE,
        Kind::Move => CodeActionKind::new(MOVE),
        Kind::Overlay | Kind::Sort => CodeActionKind::REFACTOR_REWRITE,
    }
}
