//! A client that says nothing of itself, as the protocol allows: each feature answers in what it can read.

use serde_json::{Value, json};

use crate::carets::{Case, applied};
use crate::client::{Client, Counts};
use crate::{refactorings, rename};

/// The texts of a document that are marked as Markdown somewhere in an answer.
fn marked(answer: &Value, found: &mut Vec<Value>) {
    match answer {
        Value::Object(fields) => {
            if fields.get("kind").is_some_and(|kind| kind == "markdown") {
                found.push(answer.clone());
            }
            for field in fields.values() {
                marked(field, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                marked(item, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The case with all of its files open in such a client, and the parameters of a question about its caret.
fn begun(case: &Case) -> (Client, Value) {
    let mut client = Client::start(&case.platform, Counts::Utf16, &json!({}));
    for (path, text) in &case.platform {
        client.open(path, text);
    }
    let at = client.at(&case.path, case.caret);
    (client, at)
}

#[test]
fn what_is_declared_is_what_it_can_read() {
    let case = Case::with(rename::BASE, "platform shop", "platform sh$0op");
    let (client, _) = begun(&case);
    let can = &client.initialized["capabilities"];
    assert_eq!((&can["renameProvider"], &can["codeActionProvider"]), (&json!(true), &json!(true)));
    assert_eq!((&can["positionEncoding"], &can["diagnosticProvider"]), (&json!("utf-16"), &Value::Null));
    assert_eq!(client.asked, [""; 0], "it is asked for nothing that it does not know");
    client.end();
}

#[test]
fn texts_are_plain() {
    let case = Case::with(rename::BASE, "  after api", "  af$0ter api");
    let (mut client, at) = begun(&case);
    let hover = client.ask("textDocument/hover", at.clone());
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("after WORKLOAD, ..") && !text.contains("```") && !text.contains("**"), "{text}");
    let completion = client.ask("textDocument/completion", at.clone());
    let first = completion[0].clone();
    assert!(completion.as_array().unwrap().iter().all(|item| item.get("insertTextFormat").is_none()), "{completion}");
    let resolved = client.ask("completionItem/resolve", first);
    assert!(resolved["documentation"]["value"].is_string(), "{resolved}");
    // behind the word
    let mut at = client.at(&case.path, case.caret + "ter ".len());
    at["context"] = json!({"triggerKind": 1, "isRetrigger": false});
    let signature = client.ask("textDocument/signatureHelp", at);
    assert!(signature["signatures"][0]["documentation"]["value"].is_string(), "{signature}");
    let mut found = Vec::new();
    for answer in [&hover, &completion, &resolved, &signature] {
        marked(answer, &mut found);
    }
    assert!(found.is_empty(), "{found:?}");
    client.end();
}

#[test]
fn the_outline_is_a_list() {
    let case = Case::with(rename::BASE, "platform shop", "platform sh$0op");
    let (mut client, _) = begun(&case);
    let document = json!({"textDocument": {"uri": Client::uri("teams/web.bvl")}});
    let outline = client.ask("textDocument/documentSymbol", document);
    let names: Vec<String> = outline
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| {
            assert!(symbol["location"]["uri"].is_string() && symbol.get("children").is_none(), "{symbol}");
            let within = symbol["containerName"].as_str().map(|name| format!(" of {name}")).unwrap_or_default();
            format!("{}{within}", symbol["name"].as_str().unwrap())
        })
        .collect();
    assert!(names.starts_with(&["web".to_owned(), "http of web".to_owned()]), "{names:?}");
    client.end();
}

#[test]
fn actions_are_commands_and_edits_are_of_texts() {
    let case = Case::with(refactorings::BASE, "service web {\n  image", "service w$0eb {\n  image");
    let (mut client, at) = begun(&case);
    let range = json!({"start": at["position"], "end": at["position"]});
    let params = json!({"textDocument": at["textDocument"], "range": range, "context": {"diagnostics": []}});
    let actions = client.ask("textDocument/codeAction", params);
    let commands: Vec<&str> = actions.as_array().unwrap().iter().map(|one| one["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["bvlc.preview", "bvlc.graph", "bvlc.check", "bvlc.impact"]);
    let mut at = at;
    at["newName"] = json!("site");
    let edit = client.ask("textDocument/rename", at);
    assert!(edit["changes"].is_object() && edit.get("documentChanges").is_none(), "{edit}");
    assert!(applied(&case.platform, &edit)["teams/web.bvl"].contains("service site {"));
    // what it can show by nothing else is told
    client.ask("workspace/symbol", json!({"query": "x"}));
    assert!(client.told.iter().any(|told| told.contains("immutable")), "{:?}", client.told);
    client.end();
}

#[test]
fn findings_come_by_themselves_with_all_that_they_say() {
    let case = Case::with(rename::BASE, "allow front -> vault.secure", "allow front -> vault.secrue$0");
    let (mut client, _) = begun(&case);
    let uri = Client::uri(&case.path);
    let told = |client: &Client| {
        let known = client.pushed.get(&uri)?["diagnostics"].as_array()?;
        let mut messages = known.iter().filter_map(|finding| finding["message"].as_str());
        messages.find(|message| message.contains("secrue")).map(str::to_owned)
    };
    while told(&client).is_none() {
        client.receive();
    }
    let message = told(&client).unwrap();
    assert!(message.contains("did you mean `secure`?"), "{message}");
    client.end();
}
