//! Which feature answers which request: one arm a request, one function that puts its answer into the protocol's types.

use ls_types::request as method;
use ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CompletionItem, CompletionItemKind, CompletionResponse,
    CompletionTextEdit, DocumentDiagnosticReport, DocumentDiagnosticReportResult, DocumentHighlight,
    DocumentHighlightKind, DocumentSymbol, DocumentSymbolResponse, Documentation, FoldingRange, FoldingRangeKind,
    FullDocumentDiagnosticReport, GotoDefinitionResponse, Hover, HoverContents, MarkupContent, MarkupKind, Position,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, SymbolKind, TextEdit,
    UnchangedDocumentDiagnosticReport, Uri, WorkspaceEdit,
};
use serde_json::Value;

use super::asked::{Asked, uri};
use super::diagnostics;
use super::wire::Lines;
use crate::ide::goto::Declaration;
use crate::ide::symbols::Outlined;
use crate::ide::{actions, completion, folding, format, goto, hover, symbols};
use crate::source::{self, Span};

/// A request about a document that has been read, and how it is answered.
pub(super) struct Route {
    /// The document.
    pub(super) document: Uri,
    /// Where it is answered.
    pub(super) lane: Lane,
    /// The answer. It is asked for on a thread of its own.
    pub(super) answer: Box<dyn FnOnce(Asked) -> Value + Send>,
}

/// Where an answer is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// With what is judged.
    Answers,
    /// From a text alone: saving never waits for a judgment.
    Formatting,
}

/// How a request is answered; `None` where nobody answers it.
///
/// # Errors
/// Where its parameters are not those of the request.
pub(super) fn find(method_name: &str, params: Value) -> Option<Result<Route, serde_json::Error>> {
    let route = match method_name {
        <method::HoverRequest as method::Request>::METHOD => route::<method::HoverRequest>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| hover(asked, params.text_document_position_params.position),
        ),
        <method::Completion as method::Request>::METHOD => route::<method::Completion>(
            params,
            |params| &params.text_document_position.text_document.uri,
            |asked, params| complete(asked, params.text_document_position.position),
        ),
        <method::GotoDefinition as method::Request>::METHOD => route::<method::GotoDefinition>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| places(asked, params.text_document_position_params.position, goto::definitions),
        ),
        <method::GotoDeclaration as method::Request>::METHOD => route::<method::GotoDeclaration>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| places(asked, params.text_document_position_params.position, goto::definitions),
        ),
        <method::GotoImplementation as method::Request>::METHOD => route::<method::GotoImplementation>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| places(asked, params.text_document_position_params.position, goto::overlays),
        ),
        <method::References as method::Request>::METHOD => route::<method::References>(
            params,
            |params| &params.text_document_position.text_document.uri,
            |asked, params| {
                let is_included = params.context.include_declaration;
                let declaration = if is_included { Declaration::Included } else { Declaration::Left };
                let at = asked.at(params.text_document_position.position)?;
                Some(asked.locations(goto::references(asked.view(), at, declaration)))
            },
        ),
        <method::DocumentHighlightRequest as method::Request>::METHOD => route::<method::DocumentHighlightRequest>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| highlights(asked, params.text_document_position_params.position),
        ),
        <method::DocumentSymbolRequest as method::Request>::METHOD => route::<method::DocumentSymbolRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, _| outline(asked),
        ),
        <method::FoldingRangeRequest as method::Request>::METHOD => {
            route::<method::FoldingRangeRequest>(params, |params| &params.text_document.uri, |asked, _| folds(asked))
        }
        <method::Formatting as method::Request>::METHOD => {
            of_text::<method::Formatting>(params, |params| &params.text_document.uri, |asked, _| formatting(&asked))
        }
        <method::CodeActionRequest as method::Request>::METHOD => route::<method::CodeActionRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, params| code_actions(asked, &params),
        ),
        <method::DocumentDiagnosticRequest as method::Request>::METHOD => route::<method::DocumentDiagnosticRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, params| report(asked, params.previous_result_id.as_deref()),
        ),
        _ => return None,
    };
    Some(route)
}

/// Answered with what is judged.
fn route<R: method::Request>(
    params: Value,
    document: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(&Asked, R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    let route = of_text::<R>(params, document, |asked, params| answer(&asked.settled(), params))?;
    Ok(Route { lane: Lane::Answers, ..route })
}

/// Answered from the text alone.
fn of_text<R: method::Request>(
    params: Value,
    document: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(Asked, R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    let params: R::Params = serde_json::from_value(params)?;
    let document = document(&params).clone();
    // what the protocol's types hold always has a form in JSON
    let answer = move |asked: Asked| serde_json::to_value(answer(asked, params)).unwrap_or_default();
    Ok(Route { document, lane: Lane::Formatting, answer: Box::new(answer) })
}

fn formatting(asked: &Asked) -> Option<Vec<TextEdit>> {
    let text = asked.text()?;
    let lines = Lines::of(&text, asked.encoding);
    let edits = format::edits(&text)?.into_iter();
    Some(edits.map(|edit| TextEdit { range: lines.range(edit.span), new_text: edit.text }).collect())
}

fn hover(asked: &Asked, position: Position) -> Option<Hover> {
    let found = hover::hover(asked.view(), asked.at(position)?)?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: found.text });
    Some(Hover { contents, range: Some(asked.lines(found.span.file)?.range(found.span)) })
}

fn places(
    asked: &Asked,
    position: Position,
    feature: fn(&crate::ide::View, crate::ide::At) -> Vec<Span>,
) -> Option<GotoDefinitionResponse> {
    let found = feature(asked.view(), asked.at(position)?);
    Some(GotoDefinitionResponse::Array(asked.locations(found)))
}

fn highlights(asked: &Asked, position: Position) -> Option<Vec<DocumentHighlight>> {
    let at = asked.at(position)?;
    let lines = asked.lines(at.file)?;
    let found = goto::highlights(asked.view(), at).into_iter().map(|found| DocumentHighlight {
        range: lines.range(found.span),
        kind: Some(if found.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    });
    Some(found.collect())
}

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

fn outline(asked: &Asked) -> Option<DocumentSymbolResponse> {
    let id = asked.file()?;
    let (file, tree) = asked.view().file(id)?;
    let outlined = symbols::outline(file, tree);
    Some(DocumentSymbolResponse::Nested(outlined.into_iter().filter_map(|known| symbol(asked, known)).collect()))
}

#[expect(deprecated, reason = "the protocol's type still has the field and no way to make one without naming it")]
fn symbol(asked: &Asked, outlined: Outlined) -> Option<DocumentSymbol> {
    let lines = asked.lines(outlined.span.file)?;
    let inner: Vec<DocumentSymbol> = outlined.inner.into_iter().filter_map(|inner| symbol(asked, inner)).collect();
    Some(DocumentSymbol {
        name: outlined.name,
        detail: Some(outlined.word.to_owned()),
        kind: kind(outlined.word),
        tags: None,
        deprecated: None,
        range: lines.range(outlined.span),
        selection_range: lines.range(outlined.selection),
        children: (!inner.is_empty()).then_some(inner),
    })
}

/// What a declaration is most like.
fn kind(word: &str) -> SymbolKind {
    match word {
        "platform" => SymbolKind::PACKAGE,
        "environment" => SymbolKind::NAMESPACE,
        "class" => SymbolKind::CLASS,
        "param" | "let" | "env" => SymbolKind::CONSTANT,
        "port" => SymbolKind::FIELD,
        "group" => SymbolKind::ARRAY,
        "external" => SymbolKind::INTERFACE,
        "allow" | "never" => SymbolKind::EVENT,
        "use" => SymbolKind::FILE,
        _ => SymbolKind::MODULE,
    }
}

fn folds(asked: &Asked) -> Option<Vec<FoldingRange>> {
    let file = asked.file()?;
    let (_, tree) = asked.view().file(file)?;
    let lines = asked.lines(file)?;
    let folds = folding::folds(tree, &|place| lines.line(place)).into_iter().map(|fold| FoldingRange {
        start_line: fold.first,
        end_line: fold.last,
        kind: match fold.kind {
            folding::Kind::Block => None,
            folding::Kind::Comments => Some(FoldingRangeKind::Comment),
            folding::Kind::Uses => Some(FoldingRangeKind::Imports),
        },
        ..FoldingRange::default()
    });
    Some(folds.collect())
}

fn code_actions(asked: &Asked, params: &ls_types::CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
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
                edit: edit(asked, &action.fix.edits),
                is_preferred: action.is_preferred.then_some(true),
                ..CodeAction::default()
            });
        }
    }
    let all = CodeActionKind::new("source.fixAll.bvl");
    // computing it judges the platform anew, so that it is done where it is asked for by its kind alone
    if params.context.only.is_some() && is_wanted(&all) {
        let snapshot = &asked.snapshot;
        let edits = actions::fix_all(asked.view(), &*snapshot.files, &snapshot.root.file, start.file);
        if let Some(edits) = edits {
            found.push(CodeAction {
                title: "mend all that can be mended without asking".to_owned(),
                kind: Some(all),
                edit: edit(asked, &edits),
                ..CodeAction::default()
            });
        }
    }
    Some(found.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

/// Edits of any number of files.
#[expect(clippy::disallowed_types, reason = "the protocol's type has it")]
fn edit(asked: &Asked, edits: &[source::TextEdit]) -> Option<WorkspaceEdit> {
    let mut changes: std::collections::HashMap<Uri, Vec<TextEdit>> = std::collections::HashMap::new();
    for edit in edits {
        let uri = uri(&asked.snapshot.path(edit.span.file)?)?;
        changes.entry(uri).or_default().extend(asked.edits(std::slice::from_ref(edit)));
    }
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn report(asked: &Asked, previous: Option<&str>) -> DocumentDiagnosticReportResult {
    let items = diagnostics::of_document(asked);
    let id = diagnostics::id(&items);
    DocumentDiagnosticReportResult::Report(if previous == Some(id.as_str()) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(id), items },
        })
    })
}
