//! Platforms as tests write them: files behind `//- PATH`, the caret at `$0`; and what comes of edits.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{Client, Counts, document_abilities};
use crate::corpus::{Platform, ROOT};

/// A platform with a caret in one of its files.
pub(crate) struct Case {
    pub(crate) platform: Platform,
    pub(crate) path: String,
    /// The byte offset of the caret.
    pub(crate) caret: usize,
}

impl Case {
    /// Reads files behind `//- PATH`; without such a line all of it is the root file.
    pub(crate) fn new(text: &str) -> Self {
        let mut platform = Platform::new();
        let mut path = ROOT.to_owned();
        for line in text.split_inclusive('\n') {
            match line.trim_end().strip_prefix("//- ") {
                Some(next) => {
                    next.clone_into(&mut path);
                    platform.insert(path.clone(), String::new());
                }
                None => platform.entry(path.clone()).or_default().push_str(line),
            }
        }
        let (path, caret) =
            platform.iter().find_map(|(path, text)| Some((path.clone(), text.find("$0")?))).expect("a caret");
        let marked = platform.get_mut(&path).unwrap();
        marked.replace_range(caret..caret + 2, "");
        Self { platform, path, caret }
    }

    /// A base with a text in place of another: the caret stands in the new one.
    pub(crate) fn with(base: &str, old: &str, new: &str) -> Self {
        assert!(base.contains(old), "{old}");
        Self::new(&base.replacen(old, new, 1))
    }

    /// What is offered at the caret.
    pub(crate) fn completions(&self) -> Vec<Value> {
        let mut client = self.client(&able());
        let answer = client.ask("textDocument/completion", client.at(&self.path, self.caret));
        client.end();
        answer.as_array().cloned().unwrap_or_default()
    }

    /// The labels of what is offered at the caret.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.completions().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// Holds that all of the first labels are offered at the caret, and none of the second.
    pub(crate) fn offers(&self, offered: &[&str], others: &[&str], what: &str) {
        let labels = self.labels();
        for label in offered {
            assert!(labels.iter().any(|known| known == label), "{what}: {label} is not among {labels:?}");
        }
        for label in others {
            assert!(!labels.iter().any(|known| known == label), "{what}: {label} is among {labels:?}");
        }
    }

    /// Holds that the name at the caret is declared at one place, and that it stands at so many.
    pub(crate) fn is_name_of(&self, n_places: usize, what: &str) {
        let mut client = self.client(&json!({}));
        let at = client.at(&self.path, self.caret);
        let definition = client.ask("textDocument/definition", at.clone());
        let mut params = at;
        params["context"] = json!({"includeDeclaration": true});
        let references = client.ask("textDocument/references", params);
        client.end();
        assert_eq!(definition.as_array().map(Vec::len), Some(1), "{what}: {definition}");
        assert_eq!(references.as_array().map(Vec::len), Some(n_places), "{what}: {references}");
    }

    /// The quick fixes at the caret, and what is found in its file.
    pub(crate) fn quick_fixes(&self) -> (Vec<Value>, Vec<Value>) {
        let mut client = self.client(&able());
        let at = client.at(&self.path, self.caret);
        let params = json!({
            "textDocument": {"uri": Client::uri(&self.path)},
            "range": {"start": at["position"], "end": at["position"]},
            "context": {"diagnostics": [], "only": ["quickfix"]},
        });
        let actions = client.ask("textDocument/codeAction", params);
        let found = client.pull(&self.path);
        client.end();
        (actions.as_array().unwrap().clone(), found)
    }

    /// A client that counts bytes and has all files open.
    pub(crate) fn client(&self, workspace: &Value) -> Client {
        let abilities = json!({
            "general": {"positionEncodings": ["utf-8"]},
            "textDocument": document_abilities(),
            "workspace": workspace,
        });
        let mut client = Client::start(&self.platform, Counts::Utf8, &abilities);
        for (path, text) in &self.platform {
            client.open(path, text);
        }
        client
    }
}

/// What a client can that takes everything.
pub(crate) fn able() -> Value {
    json!({"workspaceEdit": {
        "documentChanges": true,
        "resourceOperations": ["create", "rename", "delete"],
        "changeAnnotationSupport": {},
    }})
}

/// The files of a platform after an edit of the workspace, places in bytes.
pub(crate) fn applied(platform: &Platform, edit: &Value) -> Platform {
    let mut after = platform.clone();
    let mut edits: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let path = |uri: &Value| uri.as_str().unwrap().strip_prefix(&Client::uri("")).unwrap().to_owned();
    for (uri, own) in edit["changes"].as_object().into_iter().flatten() {
        edits.entry(path(&json!(uri))).or_default().extend(own.as_array().unwrap().iter().cloned());
    }
    for operation in edit["documentChanges"].as_array().into_iter().flatten() {
        if operation["kind"] == "create" {
            let before = after.insert(path(&operation["uri"]), String::new());
            assert!(before.is_none(), "{operation} is there already");
            continue;
        }
        let own = operation["edits"].as_array().unwrap().iter().cloned();
        edits.entry(path(&operation["textDocument"]["uri"])).or_default().extend(own);
    }
    for (path, mut own) in edits {
        let text = after.get_mut(&path).unwrap();
        own.sort_by_key(|edit| std::cmp::Reverse(offset(text, &edit["range"]["start"])));
        let mut bound = text.len();
        for edit in own {
            let (start, end) = (offset(text, &edit["range"]["start"]), offset(text, &edit["range"]["end"]));
            assert!(start <= end && end <= bound, "{edit} overlaps another");
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
            bound = start;
        }
    }
    after
}

/// The byte offset of a position.
pub(crate) fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
}

/// The lines that are new, by path.
pub(crate) fn new_lines(before: &Platform, after: &Platform) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, text) in after {
        let old: Vec<&str> = before.get(path).map(|text| text.lines().collect()).unwrap_or_default();
        lines.extend(text.lines().filter(|line| !old.contains(line)).map(|line| line.trim().to_owned()));
    }
    lines
}
