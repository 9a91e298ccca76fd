//! What the server offers, one feature a file: what it says of it to the client, which requests it answers, and how an
//! answer of `ide` is put into the protocol's types.
//!
//! Invariants: what is declared is what is answered, since one value holds both; a feature knows no other feature.

mod actions;
mod calls;
mod classes;
mod commands;
mod completion;
mod contents;
mod folding;
mod formatting;
mod highlights;
mod hover;
mod inlay_hints;
mod lenses;
mod links;
mod moved_files;
mod navigation;
mod outline;
mod pulled;
mod rename;
mod selection;
mod semantic_tokens;
mod signature_help;
mod workspace_symbols;

use ls_types::request::Request as Protocol;
use ls_types::{MarkupContent, MarkupKind, ServerCapabilities, SymbolKind, Uri};
use serde_json::Value;

use super::asked::Asked;
use super::capabilities::Client;
use super::plain::plain;
use super::shown::Lead;

pub(super) use commands::followed;

/// All of them, in the order in which tables list them.
pub(super) const FEATURES: &[Feature] = &[
    pulled::FEATURE,
    completion::FEATURE,
    hover::FEATURE,
    navigation::FEATURE,
    highlights::FEATURE,
    outline::FEATURE,
    workspace_symbols::FEATURE,
    folding::FEATURE,
    semantic_tokens::FEATURE,
    inlay_hints::FEATURE,
    signature_help::FEATURE,
    lenses::FEATURE,
    commands::FEATURE,
    contents::FEATURE,
    formatting::FEATURE,
    rename::FEATURE,
    moved_files::FEATURE,
    classes::FEATURE,
    calls::FEATURE,
    links::FEATURE,
    selection::FEATURE,
    actions::FEATURE,
];

/// Something that editors ask for.
pub(super) struct Feature {
    /// What people call it.
    pub(super) title: &'static str,
    /// What it is good for, in a sentence.
    pub(super) doc: &'static str,
    /// Says to the client that it is there.
    pub(super) declare: fn(&mut ServerCapabilities, Client),
    /// What it answers.
    requests: &'static [Request],
}

impl Feature {
    /// The requests that it answers.
    pub(super) fn methods(&self) -> impl Iterator<Item = &'static str> {
        self.requests.iter().map(|request| request.method)
    }
}

/// A request of the protocol, and the way to its answer.
struct Request {
    method: &'static str,
    route: fn(Value) -> Result<Route, serde_json::Error>,
}

impl Request {
    const fn new<R: Protocol>(route: fn(Value) -> Result<Route, serde_json::Error>) -> Self {
        Self { method: R::METHOD, route }
    }
}

/// A request that has been read, and how it is answered. It is asked for on a thread of its own.
pub(super) enum Route {
    /// It is about a document.
    Document {
        /// Which one.
        document: Uri,
        /// Where it is answered.
        lane: Lane,
        /// The answer.
        answer: Box<dyn FnOnce(Asked) -> Answer + Send>,
    },
    /// It is about all platforms of the workspace.
    Workspace {
        /// The answer.
        answer: Box<dyn FnOnce(Vec<Asked>) -> Answer + Send>,
    },
}

/// Says to the client what the protocol's types have no field for.
fn newer(server: &mut ServerCapabilities, fields: Value) {
    match (server.experimental.get_or_insert_with(|| Value::Object(serde_json::Map::new())), fields) {
        (Value::Object(all), Value::Object(fields)) => all.extend(fields),
        (all, fields) => *all = fields,
    }
}

/// What is sent back; where nothing can be, a sentence for the person who asked says why.
pub(super) type Answer = Result<Reply, String>;

/// What is sent back, and what comes with it.
pub(super) struct Reply {
    /// What is sent.
    pub(super) value: Value,
    /// What the client cannot show along with it.
    pub(super) aside: Aside,
}

/// What comes with an answer.
pub(super) enum Aside {
    /// Nothing.
    Nothing,
    /// What the user has to think of.
    Consequences(String),
    /// Where the user is to be led.
    Lead(Box<Lead>),
}

impl From<Option<String>> for Aside {
    fn from(consequences: Option<String>) -> Self {
        consequences.map_or(Self::Nothing, Self::Consequences)
    }
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self { value, aside: Aside::Nothing }
    }
}

/// Where an answer is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// With what is judged.
    Answers,
    /// From a text alone: saving never waits for a judgment.
    Formatting,
    /// With a platform that is analyzed or emitted anew: such work waits for its like alone.
    Platform,
}

/// How a request is answered; `None` where nobody answers it.
///
/// # Errors
/// Where its parameters are not those of the request.
pub(super) fn find(method: &str, params: Value) -> Option<Result<Route, serde_json::Error>> {
    let request = FEATURES.iter().flat_map(|feature| feature.requests).find(|request| request.method == method)?;
    Some((request.route)(params))
}

/// Answered with what is judged.
fn judged<R: Protocol>(
    params: Value,
    document: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(&Asked, R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    refusable::<R>(params, document, |asked, params| Ok(answer(asked, params)))
}

/// Answered with what is judged, or refused with the reason.
fn refusable<R: Protocol>(
    params: Value,
    document: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(&Asked, R::Params) -> Result<R::Result, String> + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    let params: R::Params = serde_json::from_value(params)?;
    let document = document(&params).clone();
    let answer = move |asked: Asked| answer(&asked.settled(), params).map(|answer| value(answer).into());
    Ok(Route::Document { document, lane: Lane::Answers, answer: Box::new(answer) })
}

/// Something that was answered before, with more of what is known of it; `data` is what was sent along with it, and names
/// its document.
fn resolved<R: Protocol>(
    params: Value,
    data: impl Fn(&R::Params) -> Option<&Value>,
    answer: impl FnOnce(&Asked, R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    #[derive(serde::Deserialize)]
    struct Data {
        uri: Uri,
    }
    let params: R::Params = serde_json::from_value(params)?;
    let Data { uri } = serde_json::from_value(data(&params).cloned().unwrap_or_default())?;
    let answer = move |asked: Asked| Ok(value(answer(&asked.settled(), params)).into());
    Ok(Route::Document { document: uri, lane: Lane::Answers, answer: Box::new(answer) })
}

/// Answered from the text alone.
fn of_text<R: Protocol>(
    params: Value,
    document: impl Fn(&R::Params) -> &Uri,
    answer: impl FnOnce(&Asked, R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    let params: R::Params = serde_json::from_value(params)?;
    let document = document(&params).clone();
    let answer = move |asked: Asked| Ok(value(answer(&asked, params)).into());
    Ok(Route::Document { document, lane: Lane::Formatting, answer: Box::new(answer) })
}

/// Answered with what is judged of every platform.
fn of_workspace<R: Protocol>(
    params: Value,
    answer: impl FnOnce(&[Asked], R::Params) -> R::Result + Send + 'static,
) -> Result<Route, serde_json::Error>
where
    R::Params: Send + 'static,
{
    let params: R::Params = serde_json::from_value(params)?;
    Ok(Route::Workspace { answer: Box::new(move |asked: Vec<Asked>| Ok(value(answer(&asked, params)).into())) })
}

/// What a declaration is most like, by the word that declares it.
fn symbol_kind(word: &str) -> SymbolKind {
    match word {
        "platform" => SymbolKind::PACKAGE,
        "environment" => SymbolKind::NAMESPACE,
        "class" => SymbolKind::CLASS,
        "param" | "let" | "env" | "parameter" => SymbolKind::CONSTANT,
        "port" => SymbolKind::FIELD,
        "group" => SymbolKind::ARRAY,
        "external" => SymbolKind::INTERFACE,
        "allow" | "never" => SymbolKind::EVENT,
        "use" => SymbolKind::FILE,
        _ => SymbolKind::MODULE,
    }
}

/// A text that is Markdown, for a client that shows that or does not.
fn markup(is_shown: bool, markdown: String) -> MarkupContent {
    if is_shown {
        MarkupContent { kind: MarkupKind::Markdown, value: markdown }
    } else {
        MarkupContent { kind: MarkupKind::PlainText, value: plain(&markdown) }
    }
}

/// What the protocol's types hold always has a form in JSON.
fn value(answer: impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}
