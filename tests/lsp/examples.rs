//! Every word of every example, asked for everything: no error, and what is declared is found.

use std::collections::BTreeMap;

use bvlc::source::files::MemoryFiles;
use bvlc::syntax;
use serde_json::{Value, json};

use crate::client::{Client, Counts};
use crate::corpus::{Platform, platforms};

/// The byte offsets at which words begin, outside comments.
fn words(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default();
        let mut before = ' ';
        for (at, char) in code.char_indices() {
            if char.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric() && before != '-' && before != '_' {
                found.push(start + at);
            }
            before = char;
        }
        start += line.len();
    }
    found
}

fn opened(platform: &Platform, counts: Counts) -> Client {
    let mut client = Client::pulling(platform, counts);
    for (path, text) in platform {
        client.open(path, text);
    }
    client
}

/// What is asked at a caret.
const METHODS: [&str; 9] = [
    "textDocument/signatureHelp",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/implementation",
    "textDocument/documentHighlight",
    "textDocument/completion",
    "textDocument/typeDefinition",
    "textDocument/prepareCallHierarchy",
    "textDocument/prepareTypeHierarchy",
];

#[test]
fn everything_is_answered_everywhere() {
    for (number, (_, platform)) in platforms("examples").into_iter().enumerate() {
        let mut client = opened(&platform, Counts::ALL[number % 3]);
        for (path, text) in &platform {
            let offsets = words(text);
            for offset in &offsets {
                let at = client.at(path, *offset);
                client.ask_all(&METHODS, &at);
                // what cannot be renamed says so
                drop(client.try_ask("textDocument/prepareRename", at));
            }
            let positions: Vec<Value> = offsets.iter().map(|at| client.at(path, *at)["position"].take()).collect();
            let at = json!({"textDocument": {"uri": Client::uri(path)}, "positions": positions});
            let selections = client.ask("textDocument/selectionRange", at);
            assert_eq!(selections.as_array().unwrap().len(), offsets.len());
            assert!(selections.as_array().unwrap().iter().all(|one| one["range"].is_object()), "{path}");
            let document = json!({"textDocument": {"uri": Client::uri(path)}});
            for method in ["documentSymbol", "foldingRange", "documentLink"] {
                let answer = client.ask(&format!("textDocument/{method}"), document.clone());
                assert!(answer.is_array(), "{path} {method}");
            }
            for lens in client.ask("textDocument/codeLens", document.clone()).as_array().unwrap() {
                assert!(client.ask("codeLens/resolve", lens.clone())["command"].is_object(), "{path}");
            }
            let mut all = document.clone();
            all["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
            for hint in client.ask("textDocument/inlayHint", all.clone()).as_array().unwrap() {
                assert!(client.ask("inlayHint/resolve", hint.clone())["tooltip"].is_object(), "{path} {hint}");
            }
            for method in ["semanticTokens/full", "semanticTokens/range"] {
                let params = if method.ends_with("range") { &all } else { &document };
                let answer = client.ask(&format!("textDocument/{method}"), params.clone());
                assert!(!answer["data"].as_array().unwrap().is_empty(), "{path} {method}");
            }
        }
        client.end();
    }
}

#[test]
fn about_every_word_there_is_something_to_know() {
    for (name, platform) in platforms("examples") {
        let mut client = opened(&platform, Counts::Utf8);
        for (path, text) in &platform {
            let silent: Vec<&str> = words(text)
                .into_iter()
                .filter(|at| client.ask("textDocument/hover", client.at(path, *at)) == Value::Null)
                .filter_map(|at| text[at..].split_whitespace().next())
                .collect();
            assert_eq!(silent, [""; 0], "{name} {path}");
        }
        client.end();
    }
}

#[test]
fn from_a_declaration_its_uses_are_found_and_back() {
    for (name, platform) in platforms("examples") {
        let mut client = opened(&platform, Counts::Utf8);
        let (mut n_found, mut n_words) = (0, 0);
        // those of a declaration are the same from wherever it is used
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for (path, text) in &platform {
            for offset in words(text) {
                let params = client.at(path, offset);
                let definitions = client.ask("textDocument/definition", params.clone());
                let Some(definition) = definitions.as_array().and_then(|found| found.first()).cloned() else {
                    continue;
                };
                // a word of the language is described in the reference, from which nothing leads back
                if definition["uri"].as_str().unwrap().starts_with("file:///pages/") {
                    n_words += 1;
                    continue;
                }
                let mut from =
                    json!({"textDocument": {"uri": definition["uri"]}, "position": definition["range"]["start"]});
                from["context"] = json!({"includeDeclaration": true});
                let references = known.entry(definition.to_string());
                let references = references.or_insert_with(|| client.ask("textDocument/references", from));
                let is_here = |place: &Value| {
                    place["uri"] == params["textDocument"]["uri"]
                        && place["range"]["start"]["line"] == params["position"]["line"]
                        && place["range"]["start"]["character"].as_u64() <= params["position"]["character"].as_u64()
                        && params["position"]["character"].as_u64() <= place["range"]["end"]["character"].as_u64()
                };
                assert!(references.as_array().unwrap().iter().any(is_here), "{name} {path}: {params} {references}");
                n_found += 1;
            }
        }
        assert!(n_found >= 5 && n_words >= 20, "{name}: {n_found} {n_words}");
        client.end();
    }
}

#[test]
fn at_every_endpoint_it_is_offered() {
    for (name, platform) in platforms("examples") {
        let mut client = opened(&platform, Counts::Utf16);
        let mut n_tried = 0;
        for (path, text) in &platform {
            for offset in words(text) {
                let line = text[..offset].rsplit('\n').next().unwrap();
                let is_end = line.trim_start().starts_with("allow ") || line.trim_start().starts_with("never ");
                let end =
                    offset + text[offset..].find(|char: char| !char.is_ascii_alphanumeric() && char != '-').unwrap();
                let word = &text[offset..end];
                if !is_end
                    || line.contains('{')
                    || line.contains("because")
                    || word == "because"
                    || line.contains(" in ")
                    || word == "in"
                {
                    continue;
                }
                let answer = client.ask("textDocument/completion", client.at(path, end));
                let labels: Vec<&str> =
                    answer.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
                assert!(labels.contains(&word), "{name} {path}: `{word}` after `{line}` is not among {labels:?}");
                n_tried += 1;
            }
        }
        assert!(n_tried > 0 || !platform.values().any(|text| text.contains("allow ")), "{name}");
        client.end();
    }
}

#[test]
fn formatting_is_what_the_formatter_writes() {
    for (_, platform) in platforms("examples") {
        for (path, text) in &platform {
            let untidy = text.replace("  ", "      ").replace(" {", "    {");
            let mut client = Client::pulling(&platform, Counts::Utf16);
            client.open(path, &untidy);
            let params = json!({
                "textDocument": {"uri": Client::uri(path)},
                "options": {"tabSize": 2, "insertSpaces": true},
            });
            let edits = client.ask("textDocument/formatting", params);
            let mut sources = bvlc::source::SourceMap::default();
            let id = sources.add(path.clone(), untidy.clone(), bvlc::source::Provenance::User);
            let expected = syntax::format(&syntax::parse(id, &untidy.as_str().into())).unwrap();
            assert_eq!(applied(&untidy, edits.as_array().unwrap()), expected, "{path}");
            client.end();
        }
    }
}

/// A text with edits, by lines alone: the formatter changes whole ones.
fn applied(text: &str, edits: &[Value]) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for edit in edits.iter().rev() {
        assert_eq!(edit["range"]["start"]["character"], 0);
        assert_eq!(edit["range"]["end"]["character"], 0);
        let line = |end: &str| usize::try_from(edit["range"][end]["line"].as_u64().unwrap()).unwrap();
        lines.splice(line("start")..line("end"), [edit["newText"].as_str().unwrap().to_owned()]);
    }
    lines.concat()
}

#[test]
fn safe_fixes_are_offered_and_mend() {
    let text = "platform shop {\n  kubernetes \"1.33\"\n}\n\nenvironment prod {\n  namespace \"prod\"\n  profil restricted\n}\n";
    let platform = Platform::from([("platform.bvl".to_owned(), text.to_owned())]);
    assert!(MemoryFiles::new([("platform.bvl", text)]).0.len() == 1);
    let mut client = opened(&platform, Counts::Utf8);
    let finding = client.pull("platform.bvl").remove(0);
    let params = |only: Value| {
        json!({
            "textDocument": {"uri": Client::uri("platform.bvl")},
            "range": finding["range"],
            "context": {"diagnostics": [finding], "only": only},
        })
    };
    let actions = client.ask("textDocument/codeAction", params(json!(["quickfix"])));
    assert_eq!(actions[0]["isPreferred"], true);
    let edit = actions[0]["edit"]["changes"][Client::uri("platform.bvl")][0].clone();
    assert_eq!(edit["newText"], "profile");
    let all = client.ask("textDocument/codeAction", params(json!(["source.fixAll"])));
    assert_eq!(all[0]["kind"], "source.fixAll.bvl");
    let at = text.find("profil ").unwrap();
    client.edit("platform.bvl", at, at + 6, "profile");
    assert!(client.pull("platform.bvl").is_empty());
    client.end();
}

/// What people are told to do by hand no action does.
#[test]
fn a_fix_that_makes_a_finding_is_not_offered() {
    let path = format!("{}/tests/fail/waivers/one-environment.bvl", env!("CARGO_MANIFEST_DIR"));
    let text = text_of(&path);
    let platform = Platform::from([("platform.bvl".to_owned(), text.clone())]);
    let mut client = opened(&platform, Counts::Utf8);
    let place = client.at("platform.bvl", text.find("26s").unwrap());
    let params = json!({
        "textDocument": place["textDocument"],
        "range": {"start": place["position"], "end": place["position"]},
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let actions = client.ask("textDocument/codeAction", params);
    let titles: Vec<&str> =
        actions.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, Vec::<&str>::new());
    assert!(client.pull("platform.bvl").iter().any(|finding| finding["code"] == "BVL0702"));
    client.end();
}

#[expect(clippy::disallowed_methods, reason = "the corpus is read from the disk")]
fn text_of(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}
