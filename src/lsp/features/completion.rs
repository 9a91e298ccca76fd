//! What may stand where the caret is.

use ls_types::request::Completion;
use ls_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionResponse, CompletionTextEdit, Documentation,
    MarkupContent, MarkupKind, Position, TextEdit,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::completion;

pub(super) const FEATURE: Feature = Feature {
    declare: |server| {
        server.completion_provider = Some(CompletionOptions {
            trigger_characters: Some([".", "$", "/", "{", ">"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        });
    },
    requests: &[Request::new::<Completion>(|params| {
        judged::<Completion>(
            params,
            |params| &params.text_document_position.text_document.uri,
            |asked, params| complete(asked, params.text_document_position.position),
        )
    })],
};

fn complete(asked: &Asked, position: Position) -> Option<CompletionResponse> {
    let at = asked.at(position)?;
    let found = completion::complete(asked.view(), at)?;
    let range = asked.lines(at.file)?.range(found.span);
    let items = found.items.into_iter().enumerate().map(|(order, item)| CompletionItem {
        kind: Some(match item.kind {
            completion::Kind::Word | completion::Kind::Clause => CompletionItemKind::KEYWORD,
            completion::Kind::Choice => CompletionItemKind::ENUM_MEMBER,
            completion::Kind::Endpoint => CompletionItemKind::MODULE,
            completion::Kind::Port => CompletionItemKind::FIELD,
            completion::Kind::Environment => CompletionItemKind::FOLDER,
            completion::Kind::Class => CompletionItemKind::CLASS,
            completion::Kind::Module => CompletionItemKind::FILE,
            completion::Kind::Constant => CompletionItemKind::CONSTANT,
            completion::Kind::Unit => CompletionItemKind::UNIT,
            completion::Kind::Code => CompletionItemKind::VALUE,
        }),
        detail: (!item.detail.is_empty()).then_some(item.detail),
        documentation: (!item.documentation.is_empty()).then_some(Documentation::MarkupContent(MarkupContent {
            kind: MarkupKind::Markdown,
            value: item.documentation,
        })),
        sort_text: Some(format!("{order:05}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: item.label.clone() })),
        label: item.label,
        ..CompletionItem::default()
    });
    Some(CompletionResponse::Array(items.collect()))
}
