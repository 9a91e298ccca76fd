//! An answer that the user is asked about before it is sent.

use lsp_server::{ErrorCode, Response};
use serde_json::{Value, json};

/// Kinds of messages, as the protocol numbers them.
pub(super) const ERROR: u8 = 1;
pub(super) const WARNING: u8 = 2;
pub(super) const INFO: u8 = 3;

/// What the user chooses to have it done.
const GO: &str = "Do it";

/// The question whether something with these consequences is to be done.
pub(super) fn question(consequences: &str) -> Value {
    json!({"type": WARNING, "message": consequences, "actions": [{"title": GO}, {"title": "Leave it"}]})
}

/// The answer once the user has chosen: nothing where they leave it, an error where it is no longer right.
pub(super) fn confirmed(answer: Response, chosen: &Response, is_newest: bool) -> Response {
    let title = chosen.response_result.as_ref().ok().and_then(|choice| choice.get("title")).and_then(Value::as_str);
    match (title == Some(GO), is_newest) {
        (true, true) => answer,
        (true, false) => {
            let message = "the platform has changed since you were asked".to_owned();
            Response::new_err(answer.id, ErrorCode::ContentModified as i32, message)
        }
        (false, _) => Response::new_ok(answer.id, Value::Null),
    }
}
