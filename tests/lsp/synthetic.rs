//! Editors that are not run by any test, by what their sources say that they can: each is a synthetic client, held to what it
//! gets, with every message as the protocol has it.

use serde_json::{Value, json};

use crate::client::{Client, Counts};
use crate::corpus::ROOT;

/// A client as its source declares it.
struct Editor {
    name: &'static str,
    /// How it counts: the first that it asks for.
    counts: Counts,
    abilities: fn() -> Value,
    /// Whether it asks for findings.
    asks: bool,
    /// Whether it is led to a file.
    is_led: bool,
    /// What it asks about a document, and about a place of it.
    of_document: &'static [&'static str],
    of_place: &'static [&'static str],
}

/// Helix, `helix-lsp/src/client.rs`: neither lenses, nor colors, nor folds.
fn helix() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "workspace": {
            "configuration": true, "applyEdit": true, "symbol": {}, "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]},
            "inlayHint": {"refreshSupport": false}, "executeCommand": {},
            "fileOperations": {"willRename": true, "didRename": true},
        },
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": true, "resolveSupport": {"properties": ["documentation", "detail", "additionalTextEdits"]}}},
            "hover": {"contentFormat": ["markdown"]},
            "signatureHelp": {"signatureInformation": {"documentationFormat": ["markdown"]}},
            "rename": {"dynamicRegistration": false, "prepareSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}}, "isPreferredSupport": true, "resolveSupport": {"properties": ["edit", "command"]}},
            "publishDiagnostics": {"versionSupport": true}, "inlayHint": {"dynamicRegistration": false},
            "diagnostic": {"dynamicRegistration": false}, "callHierarchy": {}, "documentLink": {},
        },
        "window": {"workDoneProgress": true, "showDocument": {"support": true}},
    })
}

/// Zed, `crates/lsp/src/lsp.rs`.
fn zed() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "configuration": true, "didChangeWatchedFiles": {"dynamicRegistration": true},
            "inlayHint": {"refreshSupport": true}, "codeLens": {"refreshSupport": true}, "diagnostics": {"refreshSupport": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]},
        },
        "textDocument": {
            "definition": {"linkSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}}, "dataSupport": true, "resolveSupport": {"properties": ["kind", "diagnostics", "isPreferred", "disabled", "edit", "command"]}},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown", "plaintext"]}},
            "rename": {"prepareSupport": true}, "hover": {"contentFormat": ["markdown"]},
            "inlayHint": {"resolveSupport": {"properties": ["textEdits", "tooltip"]}},
            "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true},
            "signatureHelp": {"signatureInformation": {"documentationFormat": ["markdown", "plaintext"]}},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true}, "diagnostic": {"dynamicRegistration": true},
        },
        "window": {"workDoneProgress": true},
    })
}

/// The IDEs of `JetBrains` by LSP4IJ, `ClientCapabilitiesManager`: hints are not resolved, and no workspace is asked about.
fn jetbrains() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "applyEdit": true, "configuration": true, "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]},
            "codeLens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true}, "diagnostics": {"refreshSupport": true},
        },
        "textDocument": {
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}}, "resolveSupport": {"properties": ["edit"]}, "dataSupport": true},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown", "plaintext"]}},
            "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true}, "diagnostic": {},
            "rename": {"prepareSupport": true}, "hover": {"contentFormat": ["markdown", "plaintext"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        },
        "window": {"workDoneProgress": true, "showMessage": {}, "showDocument": {"support": true}},
    })
}

/// Eglot 1.24, `eglot-client-capabilities`: it counts characters, and knows neither related places nor pages of codes.
fn eglot() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
        "workspace": {
            "applyEdit": true, "configuration": true, "workspaceFolders": true, "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true}, "diagnostics": {"refreshSupport": true},
        },
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": false, "documentationFormat": ["plaintext"]}},
            "hover": {"contentFormat": ["plaintext"]}, "signatureHelp": {"signatureInformation": {"documentationFormat": ["plaintext"]}},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true}, "rename": {"prepareSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}}, "resolveSupport": {"properties": ["edit", "command"]}, "dataSupport": true},
            "publishDiagnostics": {"relatedInformation": false, "codeDescriptionSupport": false}, "diagnostic": {},
        },
        "window": {"workDoneProgress": true, "showDocument": {"support": true}},
    })
}

const PLACES: &[&str] =
    &["completion", "hover", "definition", "references", "signatureHelp", "documentHighlight", "prepareRename"];

const EDITORS: [Editor; 4] = [
    Editor {
        name: "Helix (synthetic)",
        counts: Counts::Utf8,
        abilities: helix,
        asks: true,
        is_led: true,
        of_document: &["documentSymbol", "documentLink", "inlayHint"],
        of_place: &[
            "completion",
            "hover",
            "definition",
            "typeDefinition",
            "implementation",
            "references",
            "prepareCallHierarchy",
        ],
    },
    Editor {
        name: "Zed (synthetic)",
        counts: Counts::Utf16,
        abilities: zed,
        asks: true,
        is_led: false,
        of_document: &["documentSymbol", "inlayHint", "codeLens", "semanticTokens/full"],
        of_place: PLACES,
    },
    Editor {
        name: "LSP4IJ (synthetic)",
        counts: Counts::Utf16,
        abilities: jetbrains,
        asks: true,
        is_led: true,
        of_document: &[
            "documentSymbol",
            "inlayHint",
            "codeLens",
            "foldingRange",
            "semanticTokens/full",
            "documentLink",
        ],
        of_place: PLACES,
    },
    Editor {
        name: "Eglot 1.24 (synthetic)",
        counts: Counts::Utf32,
        abilities: eglot,
        asks: true,
        is_led: true,
        of_document: &["documentSymbol", "inlayHint", "semanticTokens/full"],
        of_place: &[
            "completion",
            "hover",
            "signatureHelp",
            "definition",
            "references",
            "prepareCallHierarchy",
            "prepareTypeHierarchy",
        ],
    },
];

/// A platform with mistakes on a line that begins with what each encoding counts otherwise.
const TYPED: &str = "\
platform shop {
  kubernetes \"1.33\"
  defaults {
    health 8081 { live \"/healthz\"; ready \"/readyz\" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}
environment prod { namespace \"shop\"; profile restricted }
service web {
  image \"registry.example/web:1.0\"
  port http 8080
  cpu 100m..500m
  memory 128Mi
  /* \u{1f600}\u{e9} */ sclae 2
}
service api {
  imgae \"registry.example/api:1.0\"
  port rest 8082
  cpu 100m..500m
  memory 128Mi
  scale 2
}
allow web -> api.rset
";

impl Editor {
    fn start(&self, text: &str) -> Client {
        let platform = [(ROOT.to_owned(), text.to_owned())].into();
        let mut client = Client::start(&platform, self.counts, &(self.abilities)());
        client.open(ROOT, text);
        client
    }

    fn findings(&self, client: &mut Client) -> Vec<Value> {
        assert!(self.asks, "{}", self.name);
        client.pull(ROOT)
    }
}

/// What was typed is mended by quick fixes alone, and the editor's own form of edits says where.
#[test]
fn what_is_typed_is_mended_in_each() {
    for editor in &EDITORS {
        let mut client = editor.start(TYPED);
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], editor.counts.name(), "{}", editor.name);
        let mut n_mended = 0;
        while let Some(finding) = editor.findings(&mut client).first().cloned() {
            let related = finding.get("codeDescription").is_some();
            let can = (editor.abilities)()["textDocument"]["publishDiagnostics"]["codeDescriptionSupport"] == true;
            assert!(can || !related, "{}: it knows no pages of codes", editor.name);
            let params = json!({
                "textDocument": {"uri": Client::uri(ROOT)},
                "range": finding["range"],
                "context": {"diagnostics": [finding], "only": ["quickfix"]},
            });
            let actions = client.ask("textDocument/codeAction", params);
            let first = actions[0].clone();
            let whole = if first["edit"].is_null() { client.ask("codeAction/resolve", first) } else { first };
            client.apply(ROOT, &whole["edit"]);
            n_mended += 1;
            assert!(n_mended <= 3, "{}: {finding}", editor.name);
        }
        let text = client.text(ROOT);
        assert!(
            text.contains("*/ scale 2")
                && text.contains("  image \"registry.example/api")
                && text.contains("api.rest\n"),
            "{text}"
        );
        client.end();
    }
}

/// Each feature that it has answers at every word, on what is whole and on what is broken.
#[test]
fn all_that_it_asks_is_answered() {
    for editor in &EDITORS {
        for text in
            [TYPED.to_owned(), TYPED.replace("sclae", "scale"), TYPED.replace("scale 2\n}\nallow", "scale 2\nallow")]
        {
            let mut client = editor.start(&text);
            let document = json!({"uri": Client::uri(ROOT)});
            let all = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
            for method in editor.of_document {
                let mut params = json!({"textDocument": document});
                if *method == "inlayHint" {
                    params["range"] = all.clone();
                }
                client.ask(&format!("textDocument/{method}"), params);
            }
            let words = text.match_indices(' ').map(|(at, _)| at + 1).filter(|at| text.is_char_boundary(*at));
            for at in words.step_by(3) {
                for method in editor.of_place {
                    let mut params = client.at(ROOT, at);
                    if *method == "references" {
                        params["context"] = json!({"includeDeclaration": true});
                    }
                    let id = client.send(&format!("textDocument/{method}"), params);
                    // what cannot be renamed says why
                    let answer = client.answer(&id).response_result;
                    assert!(answer.is_ok() || *method == "prepareRename", "{} {method}: {answer:?}", editor.name);
                }
            }
            client.end();
        }
    }
}

/// The preview is a code action in each, and is seen: in a file, or by being told where that is.
#[test]
fn the_preview_is_seen_in_each() {
    for editor in &EDITORS {
        let text = TYPED.replace("sclae", "scale").replace("imgae", "image").replace("rset", "rest");
        let mut client = editor.start(&text);
        let position = client.at(ROOT, text.find("web {").unwrap())["position"].clone();
        let params = json!({
            "textDocument": {"uri": Client::uri(ROOT)},
            "range": {"start": position, "end": position},
            "context": {"diagnostics": [], "only": ["source"]},
        });
        let actions = client.ask("textDocument/codeAction", params);
        let preview = actions.as_array().unwrap().iter().find(|one| one["kind"] == "source.bvl.preview").unwrap();
        let command = &preview["command"];
        let run = json!({"command": command["command"], "arguments": command["arguments"]});
        client.ask("workspace/executeCommand", run);
        while client.shown.is_empty() && client.told.is_empty() {
            client.receive();
        }
        assert_eq!(!client.shown.is_empty(), editor.is_led, "{}: {:?}", editor.name, client.told);
        assert!(client.shown_file("service-web-in-prod.yaml").unwrap().contains("kind: Deployment"), "{}", editor.name);
        client.end();
    }
}

/// Renamed in the form of edits that it takes; who can be asked about it agrees.
#[test]
fn names_change_in_each() {
    for editor in &EDITORS {
        let text = TYPED.replace("sclae", "scale").replace("imgae", "image").replace("rset", "rest");
        let mut client = editor.start(&text);
        client.choice = json!({"title": "Do it"});
        let mut params = client.at(ROOT, text.find("web {").unwrap());
        params["newName"] = json!("pages");
        let edit = client.ask("textDocument/rename", params);
        assert!(edit["documentChanges"].is_array() && edit.get("changeAnnotations").is_none(), "{}", editor.name);
        client.apply(ROOT, &edit);
        let after = client.text(ROOT);
        assert!(after.contains("service pages {") && after.contains("allow pages -> api.rest"), "{after}");
        assert!(editor.findings(&mut client).is_empty(), "{}", editor.name);
        client.end();
    }
}
