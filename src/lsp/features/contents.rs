//! The texts of commands as documents, for clients that ask for them.

use ls_types::Uri;
use serde_json::{Value, json};

use super::{Asked, Feature, Request, Route, newer};
use crate::lsp::capabilities::Texts;
use crate::lsp::shown::SCHEME;

pub(super) const FEATURE: Feature = Feature {
    title: "Documents",
    doc: "What a command answers with, as a document; the preview follows what is typed.",
    declare: |server, client| {
        if client.texts == Texts::Documents {
            newer(server, json!({"workspace": {"textDocumentContent": {"schemes": [SCHEME]}}}));
        }
    },
    requests: &[Request::new::<Content>(|params| {
        let Params { uri } = serde_json::from_value(params)?;
        let text = move |asked: Vec<Asked>| {
            let text = asked.first().and_then(|asked| asked.texts.text(&uri));
            let text = text.ok_or_else(|| format!("nothing is shown any more as {}", uri.as_str()))?;
            Ok(json!({"text": text}).into())
        };
        Ok(Route::Workspace { answer: Box::new(text) })
    })],
};

/// The request (LSP 3.18), which the protocol's types do not know.
enum Content {}

/// What it is given.
#[derive(serde::Serialize, serde::Deserialize)]
struct Params {
    uri: Uri,
}

impl ls_types::request::Request for Content {
    type Params = Params;
    type Result = Value;
    const METHOD: &'static str = "workspace/textDocumentContent";
}
