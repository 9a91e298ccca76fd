//! What may stand where the caret is.

use ls_types::request::{Completion, ResolveCompletionItem};
use ls_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionResponse, CompletionTextEdit, Documentation,
    InsertTextFormat, InsertTextMode, Position, TextEdit,
};
use serde_json::json;

use super::{Asked, Feature, Request, judged, markup, resolved};
use crate::ide::completion::{self, Kind};
use crate::lsp::asked::uri;

pub(super) const FEATURE: Feature = Feature {
    title: "Completion",
    doc: "What may stand at the caret: words of the block, names that fit, values with units, snippets; documentation with each.",
    declare: |server, _| {
        server.completion_provider = Some(CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([".", "$", "/", "{", ">"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        });
    },
    requests: &[
        Request::new::<Completion>(|params| {
            judged::<Completion>(
                params,
                |params| &params.text_document_position.text_document.uri,
                |asked, params| complete(asked, params.text_document_position.position),
            )
        }),
        Request::new::<ResolveCompletionItem>(|params| {
            resolved::<ResolveCompletionItem>(params, |item| item.data.as_ref(), with_documentation)
        }),
    ],
};

fn complete(asked: &Asked, position: Position) -> Option<CompletionResponse> {
    let at = asked.at(position)?;
    let found = completion::complete(asked.view(), at)?;
    let range = asked.lines(at.file)?.range(found.span);
    let data = json!({"uri": uri(&asked.path)?, "position": position});
    let items = found.items.into_iter().enumerate().map(|(order, item)| {
        let snippet = item.snippet.filter(|_| asked.client.takes_snippets);
        let module = item.module.and_then(|module| completion::use_module(asked.view(), at.file, &module));
        CompletionItem {
            kind: Some(kind(item.kind)),
            detail: (!item.detail.is_empty()).then_some(item.detail),
            sort_text: Some(format!("{order:05}")),
            insert_text_format: snippet.is_some().then_some(InsertTextFormat::SNIPPET),
            insert_text_mode: snippet.is_some().then_some(InsertTextMode::ADJUST_INDENTATION),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                range,
                new_text: snippet.unwrap_or_else(|| item.label.clone()),
            })),
            additional_text_edits: module.map(|edit| asked.edits(&[edit])),
            label: item.label,
            data: Some(data.clone()),
            ..CompletionItem::default()
        }
    });
    Some(CompletionResponse::Array(items.collect()))
}

fn kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Word | Kind::Clause => CompletionItemKind::KEYWORD,
        Kind::Choice => CompletionItemKind::ENUM_MEMBER,
        Kind::Endpoint => CompletionItemKind::MODULE,
        Kind::Port => CompletionItemKind::FIELD,
        Kind::Environment => CompletionItemKind::FOLDER,
        Kind::Class => CompletionItemKind::CLASS,
        Kind::Module => CompletionItemKind::FILE,
        Kind::Constant => CompletionItemKind::CONSTANT,
        Kind::Unit => CompletionItemKind::UNIT,
        Kind::Code => CompletionItemKind::VALUE,
    }
}

/// What is shown of an item that somebody looks at: most never are.
fn with_documentation(asked: &Asked, item: CompletionItem) -> CompletionItem {
    let position = item.data.as_ref().and_then(|data| data.get("position"));
    let position = position.and_then(|position| serde_json::from_value::<Position>(position.clone()).ok());
    let found = position.and_then(|position| completion::complete(asked.view(), asked.at(position)?));
    let items = found.map(|found| found.items).unwrap_or_default();
    let is_it = |known: &completion::Item| known.label == item.label && Some(kind(known.kind)) == item.kind;
    let known = items.iter().find(|known| is_it(known));
    let documentation = known.and_then(|known| completion::documentation(asked.view(), known));
    let documentation =
        documentation.map(|text| Documentation::MarkupContent(markup(asked.client.markdown.completions, text)));
    CompletionItem { documentation, ..item }
}
