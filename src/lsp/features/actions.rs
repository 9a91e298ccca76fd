//! What can be done about what stands at a place.

use ls_types::request::CodeActionRequest;
use ls_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::actions;
use crate::ide::lenses::{self, Offer};
use crate::lsp::asked::uri;
use crate::lsp::commands::Name;
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    declare: |server| {
        server.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::new(FIX_ALL),
                CodeActionKind::new("source.bvl"),
            ]),
            ..CodeActionOptions::default()
        }));
    },
    requests: &[Request::new::<CodeActionRequest>(|params| {
        judged::<CodeActionRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, params| code_actions(asked, &params),
        )
    })],
};

const FIX_ALL: &str = "source.fixAll.bvl";

/// What lenses do, and the other commands, for clients that show no lenses.
fn commands(asked: &Asked, params: &CodeActionParams) -> Vec<CodeAction> {
    let position = params.range.start;
    let (Some(at), Some(document)) = (asked.at(position), uri(&asked.path)) else { return Vec::new() };
    let offered = lenses::offered(asked.view(), at).into_iter().map(|offer| match offer {
        Offer::Preview => (Name::Preview, "source.bvl.preview", "preview YAML"),
        Offer::Why => (Name::Why, "source.bvl.why", "why may this pass?"),
        Offer::Graph => (Name::Graph, "source.bvl.graph", "flows in and out"),
        Offer::Impact => (Name::Impact, "source.bvl.impact", "what does saving change?"),
    });
    let action = |(name, kind, title): (Name, &'static str, &str)| CodeAction {
        title: title.to_owned(),
        kind: Some(CodeActionKind::new(kind)),
        command: Some(name.at(title, &document, position)),
        ..CodeAction::default()
    };
    offered.map(action).collect()
}

fn code_actions(asked: &Asked, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let is_wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_deref();
        let begins = |wanted: &CodeActionKind| {
            kind.as_str().strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        only.is_none_or(|only| only.iter().any(begins))
    };
    let (start, end) = (asked.at(params.range.start)?, asked.at(params.range.end)?);
    let mut found = Vec::new();
    if is_wanted(&CodeActionKind::QUICKFIX) {
        let place = Span { file: start.file, start: start.place, end: end.place.max(start.place) };
        for action in actions::fixes(asked.view(), place) {
            found.push(CodeAction {
                title: action.fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                edit: asked.edit(&action.fix.edits),
                is_preferred: action.is_preferred.then_some(true),
                ..CodeAction::default()
            });
        }
    }
    found.extend(commands(asked, params).into_iter().filter(|known| known.kind.as_ref().is_some_and(is_wanted)));
    let all = CodeActionKind::new(FIX_ALL);
    // computing it judges the platform anew, so that it is done where it is asked for by its kind alone
    if params.context.only.is_some() && is_wanted(&all) {
        let snapshot = &asked.snapshot;
        let edits = actions::fix_all(asked.view(), &*snapshot.files, &snapshot.root.file, start.file);
        if let Some(edits) = edits {
            found.push(CodeAction {
                title: "mend all that can be mended without asking".to_owned(),
                kind: Some(all),
                edit: asked.edit(&edits),
                ..CodeAction::default()
            });
        }
    }
    Some(found.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}
