//! The colors of a text: what each piece of it is, in the protocol's own types, with modifiers of bvl's for what is finer.
//!
//! Invariants: a client that knows only the protocol's types and modifiers colors everything; a token lies in one line;
//! what a delta makes of what was sent is what `full` would send.

use ls_types::request::{SemanticTokensFullDeltaRequest, SemanticTokensFullRequest, SemanticTokensRangeRequest};
use ls_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensRangeResult, SemanticTokensResult,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::Role;
use crate::ide::tokens::{self, Kind, Token};
use crate::lsp::sent::Tokens;
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    title: "Semantic tokens",
    doc: "Colors by meaning: all of a file, what has changed, or a part.",
    declare: |server, _| {
        let options = SemanticTokensOptions {
            legend: SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() },
            range: Some(true),
            full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
            ..SemanticTokensOptions::default()
        };
        server.semantic_tokens_provider = Some(options.into());
    },
    requests: &[
        Request::new::<SemanticTokensFullRequest>(|params| {
            judged::<SemanticTokensFullRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, _| full(asked).map(SemanticTokensResult::Tokens),
            )
        }),
        Request::new::<SemanticTokensFullDeltaRequest>(|params| {
            judged::<SemanticTokensFullDeltaRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, params| since(asked, &params.previous_result_id),
            )
        }),
        Request::new::<SemanticTokensRangeRequest>(|params| {
            judged::<SemanticTokensRangeRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, params| {
                    let data = of_range(asked, params.range)?;
                    Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data }))
                },
            )
        }),
    ],
};

/// The types that are told, all of them the protocol's.
const TYPES: [SemanticTokenType; 12] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::TYPE,
    SemanticTokenType::CLASS,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::NUMBER,
    SemanticTokenType::STRING,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::COMMENT,
];

/// The modifiers: the protocol's own first, then those that tell apart what has one type.
const MODIFIERS: [SemanticTokenModifier; 11] = [
    SemanticTokenModifier::DECLARATION,
    SemanticTokenModifier::READONLY,
    SemanticTokenModifier::MODIFICATION,
    SemanticTokenModifier::DOCUMENTATION,
    SemanticTokenModifier::DEFAULT_LIBRARY,
    CLAUSE,
    PORT,
    ENVIRONMENT,
    UNIT,
    INTERPOLATION,
    FLOW,
];

const CLAUSE: SemanticTokenModifier = SemanticTokenModifier::new("clause");
const PORT: SemanticTokenModifier = SemanticTokenModifier::new("port");
const ENVIRONMENT: SemanticTokenModifier = SemanticTokenModifier::new("environment");
const UNIT: SemanticTokenModifier = SemanticTokenModifier::new("unit");
const INTERPOLATION: SemanticTokenModifier = SemanticTokenModifier::new("interpolation");
const FLOW: SemanticTokenModifier = SemanticTokenModifier::new("flow");

/// What a token is for the protocol.
fn names(token: &Token) -> (SemanticTokenType, Vec<SemanticTokenModifier>) {
    let (kind, own) = match token.kind {
        Kind::Word => (SemanticTokenType::KEYWORD, None),
        Kind::Clause => (SemanticTokenType::KEYWORD, Some(CLAUSE)),
        Kind::Choice => (SemanticTokenType::ENUM_MEMBER, None),
        Kind::Key => (SemanticTokenType::PROPERTY, None),
        Kind::Port => (SemanticTokenType::PROPERTY, Some(PORT)),
        Kind::Endpoint => (SemanticTokenType::TYPE, None),
        Kind::Class => (SemanticTokenType::CLASS, None),
        Kind::Environment => (SemanticTokenType::NAMESPACE, Some(ENVIRONMENT)),
        Kind::Module | Kind::Platform => (SemanticTokenType::NAMESPACE, None),
        Kind::Constant => (SemanticTokenType::VARIABLE, Some(SemanticTokenModifier::READONLY)),
        Kind::Parameter => (SemanticTokenType::PARAMETER, Some(SemanticTokenModifier::READONLY)),
        Kind::ValueType => (SemanticTokenType::TYPE, Some(SemanticTokenModifier::READONLY)),
        Kind::Number => (SemanticTokenType::NUMBER, None),
        Kind::Unit => (SemanticTokenType::NUMBER, Some(UNIT)),
        Kind::Text => (SemanticTokenType::STRING, None),
        Kind::Interpolation => (SemanticTokenType::OPERATOR, Some(INTERPOLATION)),
        Kind::Arrow => (SemanticTokenType::OPERATOR, Some(FLOW)),
        Kind::Operator => (SemanticTokenType::OPERATOR, None),
        Kind::Comment => (SemanticTokenType::COMMENT, None),
        Kind::Documentation => (SemanticTokenType::COMMENT, Some(SemanticTokenModifier::DOCUMENTATION)),
    };
    let traits = [
        (token.traits.role == Some(Role::Definition), SemanticTokenModifier::DECLARATION),
        (token.traits.role == Some(Role::Overlay), SemanticTokenModifier::MODIFICATION),
        (token.traits.is_standard, SemanticTokenModifier::DEFAULT_LIBRARY),
    ];
    let traits = traits.into_iter().filter(|(has, _)| *has).map(|(_, name)| name);
    (kind, traits.chain(own).collect())
}

/// The numbers by which the protocol names them.
fn numbers(token: &Token) -> (u32, u32) {
    let number = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
    let (kind, modifiers) = names(token);
    let bits = modifiers.iter().map(|name| 1 << number(MODIFIERS.iter().position(|known| known == name)));
    (number(TYPES.iter().position(|known| *known == kind)), bits.sum())
}

fn full(asked: &Asked) -> Option<SemanticTokens> {
    let data = encoded(asked, None)?;
    let id = asked.sent.hold(&asked.path, data.as_slice().into());
    Some(SemanticTokens { result_id: Some(id), data })
}

fn of_range(asked: &Asked, range: Range) -> Option<Vec<SemanticToken>> {
    let (start, end) = (asked.at(range.start)?, asked.at(range.end)?);
    encoded(asked, Some(Span { file: start.file, start: start.place, end: end.place.max(start.place) }))
}

/// What has changed since an answer; everything where that is not held any more.
fn since(asked: &Asked, previous: &str) -> Option<SemanticTokensFullDeltaResult> {
    let before = asked.sent.held(&asked.path, previous);
    let now = full(asked)?;
    Some(match before {
        Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
            result_id: now.result_id,
            edits: edits(&before, &now.data),
        }),
        None => SemanticTokensFullDeltaResult::Tokens(now),
    })
}

/// What makes one list of another: what stands between what is the same at the start and at the end.
fn edits(before: &Tokens, now: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let n_head = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (before, now) = (before.get(n_head..).unwrap_or_default(), now.get(n_head..).unwrap_or_default());
    let n_tail = before.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
    let (n_gone, n_new) = (before.len() - n_tail, now.len() - n_tail);
    if n_gone == 0 && n_new == 0 {
        return Vec::new();
    }
    let numbers = |n_tokens: usize| u32::try_from(n_tokens * NUMBERS).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: numbers(n_head),
        delete_count: numbers(n_gone),
        data: Some(now.get(..n_new).unwrap_or_default().to_vec()),
    }]
}

/// By how many numbers the protocol writes a token.
const NUMBERS: usize = 5;

fn encoded(asked: &Asked, within: Option<Span>) -> Option<Vec<SemanticToken>> {
    let file = asked.file()?;
    let lines = asked.lines(file)?;
    let mut cursor = lines.ascending();
    let mut before = (0, 0);
    let mut encoded = Vec::new();
    for token in tokens::tokens(asked.view(), file, within)? {
        let (token_type, token_modifiers_bitset) = numbers(&token);
        for piece in lines.pieces(token.span) {
            let (start, length) = cursor.measure(piece);
            let is_same_line = start.line == before.0;
            encoded.push(SemanticToken {
                delta_line: start.line - before.0,
                delta_start: if is_same_line { start.character - before.1 } else { start.character },
                length,
                token_type,
                token_modifiers_bitset,
            });
            before = (start.line, start.character);
        }
    }
    Some(encoded)
}
