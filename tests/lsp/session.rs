//! The protocol's order: what is refused, canceled, outdated; how a session ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bvlc::lsp::{End, page, server_capabilities, table};
use lsp_server::ErrorCode;
use serde_json::{Value, json};

use crate::client::{Client, Counts, PIECES, document_abilities};
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

/// What a client says that takes all that is declared.
fn able() -> Value {
    let mut able = json!({"textDocument": document_abilities(), "window": {"showDocument": {"support": true}}});
    able["workspace"] = json!({"textDocumentContent": {}});
    able
}

#[test]
fn what_the_server_can_is_what_it_prints() {
    let client = Client::start(&one(SPEC), Counts::Utf16, &able());
    assert_eq!(client.initialized["capabilities"], server_capabilities());
    client.end();
}

#[test]
fn what_the_server_can_is_in_its_table() {
    let mut client = Client::start(&one(SPEC), Counts::Utf16, &able());
    let (page, table) = (page().text, table());
    let row = |line: &&str| line.starts_with("| ") && line.matches(" | ").count() == 3;
    let cell = |line: &str, number: usize| -> Vec<String> {
        let cells: Vec<&str> = line.split(" | ").collect();
        let words = cells[number].split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    };
    let rows: Vec<&str> = page.lines().filter(row).skip(1).collect();
    let declared: BTreeSet<String> = rows.iter().flat_map(|line| cell(line, 2)).collect();
    let mut said = BTreeSet::new();
    for (name, value) in client.initialized["capabilities"].as_object().unwrap() {
        match value.as_object().filter(|_| name == "workspace") {
            Some(inner) => said.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            None => drop(said.insert(name.clone())),
        }
    }
    for base in ["positionEncoding", "textDocumentSync", "workspace.workspaceFolders"] {
        assert!(said.remove(base), "{base} is no feature");
    }
    assert_eq!(declared, said);
    // what it says is answered is answered
    for method in rows.iter().flat_map(|line| cell(line, 3)) {
        assert!(table.contains(&method), "{method}");
        let id = client.send_anything(&method, Value::Null);
        let code = client.answer(&id).response_result.unwrap_err().code;
        assert_eq!(code, ErrorCode::InvalidParams as i32, "{method}");
    }
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

/// What is asked of one document and speaks of another that has changed meanwhile.
#[test]
fn what_speaks_of_another_document_that_has_changed_is_refused() {
    let service = |name: &str| format!("service {name} {{ image \"registry.example/{name}:1\"; port http 8080 }}\n");
    let web = format!("use \"web.bvl\"\nuse \"api.bvl\"\nuse \"closed.bvl\"\n{SPEC}allow web -> api.http\n");
    let mut platform = one(&web);
    platform.insert("web.bvl".to_owned(), service("web"));
    platform.insert("api.bvl".to_owned(), service("api"));
    platform.insert("closed.bvl".to_owned(), service("closed"));
    // what is not open is read each time, so that the edit comes before any answer
    let abilities = json!({"general": {"positionEncodings": ["utf-8"]}, "textDocument": document_abilities()});
    let mut client = Client::slow(&platform, Duration::from_millis(300), &abilities);
    for path in ["platform.bvl", "web.bvl", "api.bvl"] {
        client.open(path, &platform[path].clone());
    }
    let at = |client: &mut Client, method: &str, more: &[(&str, Value)]| {
        let mut params = client.at("web.bvl", "service we".len());
        for (name, value) in more {
            params[*name] = value.clone();
        }
        client.send(method, params)
    };
    let rename = at(&mut client, "textDocument/rename", &[("newName", json!("other"))]);
    let references = at(&mut client, "textDocument/references", &[("context", json!({"includeDeclaration": true}))]);
    let symbols = client.send("workspace/symbol", json!({"query": ""}));
    let hover = at(&mut client, "textDocument/hover", &[]);
    let highlights = at(&mut client, "textDocument/documentHighlight", &[]);
    client.edit("platform.bvl", 0, 0, "// a line before all others\n");
    for id in [rename, references, symbols] {
        let error = client.answer(&id).response_result.expect_err("it has places of another text");
        assert_eq!(error.code, ErrorCode::ContentModified as i32, "{error:?}");
    }
    // what keeps to its own document is right
    for id in [hover, highlights] {
        assert!(!client.answer(&id).response_result.unwrap().is_null());
    }
    // as is what speaks of others that are as they were
    let definition =
        client.send("textDocument/definition", client.at("platform.bvl", client.text("platform.bvl").len() - 8));
    client.edit("web.bvl", 0, 0, "// so does this\n");
    let found = client.answer(&definition).response_result.unwrap();
    assert!(found.to_string().contains("api.bvl"), "{found}");
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
        let id = client.send_anything(method, params);
        assert_eq!(client.answer(&id).response_result.unwrap_err().code, code as i32, "{method}");
    }
    client.notify_anything("$/nonsense", json!({}));
    client.notify_anything("textDocument/didChange", json!({"textDocument": 1}));
    let change =
        json!({"range": {"start": {"line": 9, "character": 9}, "end": {"line": 1, "character": 99}}, "text": ""});
    client.open("platform.bvl", SPEC);
    let document = json!({"uri": Client::uri("platform.bvl"), "version": 2});
    client.notify_anything("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    let elsewhere = json!({"textDocument": {"uri": "git:/a/platform.bvl"}, "position": {"line": 0, "character": 0}});
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

/// A client that asks for findings again when it is told.
fn told() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    })
}

fn two() -> Platform {
    let root = format!("use \"web.bvl\"\n{SPEC}");
    let web = "external web { cidr 10.0.0.1/32; port http 80 }\n";
    Platform::from([("platform.bvl".to_owned(), root), ("web.bvl".to_owned(), web.to_owned())])
}

fn n_refreshed(client: &Client) -> usize {
    client.asked.iter().filter(|method| *method == "workspace/diagnostic/refresh").count()
}

#[test]
fn what_an_edit_changes_in_another_document_is_told() {
    let platform = two();
    let mut client = Client::start(&platform, Counts::Utf8, &told());
    for (path, text) in &platform {
        client.open(path, text);
        client.pull(path);
    }
    // what is found in the document that is edited, its client asks for itself
    let end = platform["platform.bvl"].len();
    client.edit("platform.bvl", end, end, "nonsense\n");
    assert_eq!(client.pull("platform.bvl").len(), 1);
    client.edit("platform.bvl", end, end + 9, "");
    client.pull("platform.bvl");
    assert_eq!(n_refreshed(&client), 0);
    // a flow whose end is declared in the other one
    client.edit("platform.bvl", end, end, "allow web -> web.http\n");
    let before = client.pull("platform.bvl");
    let text = client.text("web.bvl").to_owned();
    client.edit("web.bvl", 0, text.len(), "// nothing\n");
    while n_refreshed(&client) == 0 {
        client.receive();
    }
    assert_ne!(client.pull("platform.bvl"), before);
    client.end();
}

#[test]
fn a_client_that_does_not_answer_is_not_told_again() {
    let platform = two();
    let mut client = Client::start(&platform, Counts::Utf8, &told());
    client.is_answering = false;
    for (path, text) in &platform {
        client.open(path, text);
    }
    client.edit("platform.bvl", 0, 0, "allow web -> web.http\n");
    client.pull("platform.bvl");
    for _ in 0..20 {
        let length = client.text("web.bvl").len();
        let other = if length > 20 { "// nothing\n" } else { platform["web.bvl"].as_str() };
        client.edit("web.bvl", 0, length, other);
        client.pull("web.bvl");
        client.ask("workspace/symbol", json!({"query": "web"}));
    }
    while n_refreshed(&client) == 0 {
        client.receive();
    }
    assert_eq!(n_refreshed(&client), 1);
    client.catch_up();
    while n_refreshed(&client) < 2 {
        client.receive();
    }
    client.end();
}

#[test]
fn a_client_that_waits_for_findings_is_not_told_to_ask() {
    let client = Client::waiting(&one(SPEC));
    assert_eq!(client.initialized["capabilities"]["diagnosticProvider"], Value::Null);
    client.end();
}

#[test]
fn what_takes_long_is_told_where_the_client_shows_it() {
    let shows = json!({"textDocument": {"diagnostic": {}}, "window": {"workDoneProgress": true}});
    let mut client = Client::slow(&one(SPEC), Duration::from_millis(700), &shows);
    while client.progress.len() < 2 {
        client.receive();
    }
    assert_eq!(client.progress, ["begin", "end"]);
    client.end();
    // one that shows none is not asked
    let mut client = Client::slow(&one(SPEC), Duration::from_millis(400), &json!({"textDocument": {"diagnostic": {}}}));
    client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert!(client.progress.is_empty() && client.asked.is_empty(), "{:?}", client.asked);
    client.end();
}

#[test]
fn a_workspace_is_reported_piece_by_piece_where_the_client_takes_that() {
    let mut platform = one(&format!("use \"many/*.bvl\"\n{SPEC}"));
    for number in 0..150 {
        platform.insert(format!("many/{number}.bvl"), format!("let l{number} = {number}\n"));
    }
    let mut client = Client::pulling(&platform, Counts::Utf8);
    let whole = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert!(client.pieces.is_empty());
    let params = json!({"previousResultIds": [], "partialResultToken": PIECES});
    let rest = client.ask("workspace/diagnostic", params);
    assert_eq!(rest, json!({"items": []}));
    let items: Vec<&Value> = client.pieces.iter().flat_map(|piece| piece["items"].as_array().unwrap()).collect();
    assert!(client.pieces.len() > 2 && items.len() == 151, "{}", items.len());
    assert_eq!(items, whole["items"].as_array().unwrap().iter().collect::<Vec<_>>());
    client.end();
}

/// A document that has never been saved is a platform of its own.
#[test]
fn what_was_never_saved_is_judged() {
    let mut client = Client::pulling(&one(SPEC), Counts::Utf8);
    let uri = "untitled:Untitled-1";
    let text =
        "platform lab { kubernetes \"1.33\" }\nenvironment lab { namespace \"lab\" }\nservice web { imag \"a:1\" }\n";
    let item = json!({"uri": uri, "languageId": "bvl", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({"textDocument": item}));
    let document = json!({"textDocument": {"uri": uri}});
    let report = client.ask("textDocument/diagnostic", document.clone());
    let found = report["items"].as_array().unwrap();
    assert!(found.iter().any(|found| found["code"] == "BVL0201"), "{report}");
    let hover = client
        .ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": {"line": 2, "character": 9}}));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("service web"), "{hover}");
    let range = json!({"start": {"line": 2, "character": 14}, "end": {"line": 2, "character": 18}});
    let context = json!({"diagnostics": report["items"]});
    let actions = client
        .ask("textDocument/codeAction", json!({"textDocument": {"uri": uri}, "range": range, "context": context}));
    let fix = actions.as_array().unwrap().iter().find(|action| action["title"] == "write `image`").unwrap();
    let resolved = client.ask("codeAction/resolve", fix.clone());
    assert!(resolved["edit"].to_string().contains(uri), "{resolved}");
    // nothing can be written beside it
    assert!(!actions.to_string().contains("untitled%3A"), "{actions}");
    client.notify("textDocument/didClose", document.clone());
    assert_eq!(
        client
            .ask("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": {"line": 2, "character": 9}})),
        Value::Null
    );
    client.end();
}
