//! What real editors have sent, played once more: each of their requests is answered.
//!
//! The sessions are those of `editors/session`, taken down by `test record` of `editors/neovim`, `editors/emacs` and
//! `editors/vscode`.

#![expect(clippy::disallowed_methods, reason = "the sessions are read from the disk")]

use std::path::Path;
use std::sync::Arc;

use bvlc::lsp::{End, replay};
use lsp_server::ErrorCode;

use crate::client::{FOLDER, Memory};
use crate::corpus;

/// Where the editor had the platform.
const PLACEHOLDER: &str = "@ROOT@";

#[test]
fn what_editors_sent_is_answered() {
    let (_, platform) =
        corpus::platforms("examples").into_iter().find(|(name, _)| name.ends_with("/bitvault")).unwrap();
    let entries = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/recorded").read_dir().unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut n_played = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")) {
        let name = path.display();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(PLACEHOLDER), "{name} names no platform");
        let replayed = replay(&text.replace(PLACEHOLDER, FOLDER), Arc::new(Memory::of(&platform))).unwrap();
        let is_ended = text.contains("\"method\":\"exit\"");
        assert_eq!(replayed.end, if is_ended { End::Asked } else { End::Gone }, "{name}");
        assert_eq!(replayed.answers.len(), text.lines().filter(|line| is_request(line)).count(), "{name}");
        for (line, method, answer) in &replayed.answers {
            assert!(error(answer).is_none(), "{name}, line {line}: {method}: {answer}");
        }
        let mended = replayed.answers.iter().filter(|(_, method, answer)| {
            method == "textDocument/codeAction" && answer.as_array().is_some_and(|actions| !actions.is_empty())
        });
        assert!(mended.count() >= 5, "{name}: the session mends five mistakes");
        n_played += 1;
    }
    assert!(n_played >= 5, "{n_played} recorded sessions");
}

/// Whether a message wants an answer; findings of the workspace are told when there are new ones, which may be never.
fn is_request(line: &str) -> bool {
    let message: serde_json::Value = serde_json::from_str(line).unwrap();
    message.get("id").is_some() && message.get("method").is_some_and(|method| method != "workspace/diagnostic")
}

/// The error that an answer is; what came too late for the text that it asks about is none.
fn error(answer: &serde_json::Value) -> Option<i64> {
    let code = answer.get("code")?.as_i64()?;
    (code != ErrorCode::ContentModified as i64).then_some(code)
}
