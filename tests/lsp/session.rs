//! The protocol's order: what is refused, canceled, outdated; how a session ends.

use std::collections::BTreeMap;

use bvlc::lsp::{End, server_capabilities};
use lsp_server::ErrorCode;
use serde_json::{Value, json};

use crate::client::{Client, Counts};
use crate::corpus::Platform;

const SPEC: &str =
    "platform shop {\n  kubernetes \"1.33\"\n}\n\nenvironment prod {\n  namespace \"prod\"\n  profile restricted\n}\n";

fn one(text: &str) -> Platform {
    BTreeMap::from([("platform.bvl".to_owned(), text.to_owned())])
}

#[test]
fn a_mistake_is_pushed_and_taken_back() {
    let mut client = Client::waiting(&one(SPEC));
    client.open("platform.bvl", SPEC);
    let uri = Client::uri("platform.bvl");
    let at = SPEC.find("profile").unwrap();
    client.edit("platform.bvl", at, at + 1, "q");
    while client.pushed.get(&uri).is_none_or(|params| params["diagnostics"].as_array().unwrap().is_empty()) {
        client.receive();
    }
    let finding = client.pushed[&uri]["diagnostics"][0].clone();
    assert_eq!(finding["code"], "BVL0201");
    assert_eq!(finding["range"]["start"], json!({"line": 6, "character": 2}));
    assert_eq!(client.pushed[&uri]["version"], 2);
    client.edit("platform.bvl", at, at + 1, "p");
    while !client.pushed[&uri]["diagnostics"].as_array().unwrap().is_empty() {
        client.receive();
    }
    assert_eq!(client.pushed[&uri]["version"], 3);
    client.end();
}

#[test]
fn what_is_closed_and_belongs_to_no_platform_has_no_findings() {
    let mut client = Client::waiting(&Platform::new());
    let uri = Client::uri("alone.bvl");
    client.open("alone.bvl", "servce web {}\n");
    while client.pushed.get(&uri).is_none_or(|params| params["diagnostics"].as_array().unwrap().is_empty()) {
        client.receive();
    }
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    while !client.pushed[&uri]["diagnostics"].as_array().unwrap().is_empty() {
        client.receive();
    }
    client.end();
}

#[test]
fn what_the_server_can_is_what_it_prints() {
    let client = Client::pulling(&one(SPEC), Counts::Utf16);
    assert_eq!(client.initialized["capabilities"], server_capabilities());
    client.end();
}

#[test]
fn the_first_of_the_clients_encodings_is_spoken() {
    for (counts, name) in Counts::ALL.into_iter().zip(["utf-8", "utf-16", "utf-32"]) {
        let client = Client::pulling(&one(SPEC), counts);
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], name);
        client.end();
    }
}

#[test]
fn what_is_canceled_is_answered_once() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    client.open("platform.bvl", SPEC);
    let mut asked = Vec::new();
    for n in 0..1000 {
        client.edit("platform.bvl", SPEC.len() + n, SPEC.len() + n, "\n");
        if n % 20 == 0 {
            let id = client.send("textDocument/hover", client.at("platform.bvl", 2));
            let number: i32 = serde_json::from_str(&id.to_string()).unwrap();
            client.notify("$/cancelRequest", json!({"id": number}));
            asked.push(id);
        }
    }
    assert_eq!(asked.len(), 50);
    let allowed = [ErrorCode::RequestCanceled as i32, ErrorCode::ContentModified as i32];
    for id in asked {
        // one that was answered before the cancellation arrived is as good
        if let Err(error) = client.answer(&id).response_result {
            assert!(allowed.contains(&error.code), "{error:?}");
        }
    }
    assert!(client.pull("platform.bvl").is_empty());
    client.end();
}

#[test]
fn whatever_nobody_knows_is_refused_and_the_session_goes_on() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    let cases = [
        ("textDocument/nonsense", json!({}), ErrorCode::MethodNotFound),
        ("textDocument/hover", json!({"position": 1}), ErrorCode::InvalidParams),
        ("textDocument/hover", Value::Null, ErrorCode::InvalidParams),
    ];
    for (method, params, code) in cases {
        let id = client.send(method, params);
        assert_eq!(client.answer(&id).response_result.unwrap_err().code, code as i32, "{method}");
    }
    client.notify("$/nonsense", json!({}));
    client.notify("textDocument/didChange", json!({"textDocument": 1}));
    let change =
        json!({"range": {"start": {"line": 9, "character": 9}, "end": {"line": 1, "character": 99}}, "text": ""});
    client.open("platform.bvl", SPEC);
    let document = json!({"uri": Client::uri("platform.bvl"), "version": 2});
    client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    let elsewhere = json!({"textDocument": {"uri": "untitled:Untitled-1"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.ask("textDocument/hover", elsewhere), Value::Null);
    let nowhere = json!({"textDocument": {"uri": "file:///nowhere/x.bvl"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.ask("textDocument/hover", nowhere), Value::Null);
    client.end();
}

#[test]
fn behind_shutdown_nothing_is_answered() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    client.ask("shutdown", Value::Null);
    let id = client.send("textDocument/hover", client_position());
    assert_eq!(client.answer(&id).response_result.unwrap_err().code, ErrorCode::InvalidRequest as i32);
    client.exit();
}

fn client_position() -> Value {
    json!({"textDocument": {"uri": Client::uri("platform.bvl")}, "position": {"line": 0, "character": 0}})
}

#[test]
fn a_client_that_is_gone_ends_the_server() {
    assert_eq!(Client::pulling(&one(SPEC), Counts::Utf8).vanish(), End::Gone);
}

#[test]
fn the_workspace_is_reported_when_there_is_something_new() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    client.open("platform.bvl", SPEC);
    let first = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    let known: Vec<Value> = first["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!({"uri": item["uri"], "value": item["resultId"]}))
        .collect();
    assert_eq!(known.len(), 1);
    let id = client.send("workspace/diagnostic", json!({"previousResultIds": known}));
    client.edit("platform.bvl", 0, 1, "q");
    let second = client.answer(&id).response_result.unwrap();
    assert_eq!(second["items"][0]["kind"], "full");
    assert!(!second["items"][0]["items"].as_array().unwrap().is_empty());
    client.end();
}

#[test]
fn a_file_that_nothing_uses_is_read_by_itself() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    let text = "service web {\n image \"x\n}\nallow a -> b\n";
    client.open("stray.bvl", text);
    let found = client.pull("stray.bvl");
    assert!(!found.is_empty(), "the string is not closed");
    assert!(found.iter().all(|item| item["code"].as_str().unwrap().starts_with("BVL01")), "{found:?}");
    let edits = client.ask(
        "textDocument/formatting",
        json!({
            "textDocument": {"uri": Client::uri("stray.bvl")},
            "options": {"tabSize": 2, "insertSpaces": true},
        }),
    );
    assert!(edits.is_null() || edits.is_array());
    client.end();
}
