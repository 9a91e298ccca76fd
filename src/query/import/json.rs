//! What cannot be said, for programs: one JSON object a line.
//!
//! Invariants: it says which schema it follows; within one version members are only added.

use serde_json::{Value as Json, json};

use super::left::Left;
use crate::source::SourceMap;

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.import/1";

/// One thing.
pub fn render(left: &Left, sources: &SourceMap) -> Json {
    let place = left.place.map(|span| {
        let position = sources.position(span);
        json!({ "file": sources.path(span), "line": position.line, "column": position.column })
    });
    json!({
        "schema": SCHEMA,
        "loss": left.loss.name(),
        "object": left.object,
        "path": left.path,
        "given": left.given,
        "built": left.built,
        "place": place,
    })
}
