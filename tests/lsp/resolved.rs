//! Actions that are computed once they are chosen.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::{Client, Counts};

const BASE: &str = "\
platform shop {
  kubernets \"1.33\"
}

environment prod {
  nmespace \"prod\"
  profile restricted
}

$0external vault { cidr 10.20.0.10/32; port secure 8200 }
";

const ALL: &str = "source.fixAll.bvl";

/// A client that asks for edits later, or does not.
fn started(case: &Case, resolves: bool) -> Client {
    let mut action = json!({"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}});
    if resolves {
        action["resolveSupport"] = json!({"properties": ["edit"]});
    }
    let abilities = json!({
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"diagnostic": {}, "codeAction": action},
        "workspace": able(),
    });
    let mut client = Client::start(&case.platform, Counts::Utf8, &abilities);
    client.open(&case.path, &case.platform[&case.path]);
    client
}

fn actions(client: &mut Client, case: &Case, context: &Value) -> Vec<Value> {
    let at = client.at(&case.path, case.caret)["position"].clone();
    let params = json!({
        "textDocument": {"uri": Client::uri(&case.path)},
        "range": {"start": at, "end": at},
        "context": context,
    });
    client.ask("textDocument/codeAction", params).as_array().unwrap().clone()
}

fn of_kind(found: &[Value], kind: &str) -> Option<Value> {
    found.iter().find(|action| action["kind"] == kind).cloned()
}

#[test]
fn all_fixes_are_computed_once_they_are_chosen() {
    let case = Case::new(BASE);
    let mut client = started(&case, true);
    let found = actions(&mut client, &case, &json!({"diagnostics": []}));
    let all = of_kind(&found, ALL).unwrap();
    assert_eq!(all["edit"], Value::Null);
    let resolved = client.ask("codeAction/resolve", all.clone());
    assert_eq!(resolved["title"], all["title"]);
    let after = applied(&case.platform, &resolved["edit"]);
    assert!(
        after["platform.bvl"].contains("  kubernetes \"1.33\"")
            && after["platform.bvl"].contains("  namespace \"prod\"")
    );
    // asked for by its kind alone, it comes with its edit
    let asked = actions(&mut client, &case, &json!({"diagnostics": [], "only": [ALL]}));
    assert_eq!(applied(&case.platform, &asked[0]["edit"]), after);
    // a caret that only passes by asks for nothing
    let passing = actions(&mut client, &case, &json!({"diagnostics": [], "triggerKind": 2}));
    assert_eq!(of_kind(&passing, ALL), None);
    client.end();
}

#[test]
fn a_client_that_does_not_ask_again_is_offered_what_is_whole() {
    let case = Case::new(BASE);
    let mut client = started(&case, false);
    let found = actions(&mut client, &case, &json!({"diagnostics": []}));
    assert_eq!(of_kind(&found, ALL), None);
    assert!(found.iter().all(|action| action["edit"].is_object() || action["command"].is_object()), "{found:?}");
    client.end();
}

#[test]
fn what_is_whole_comes_back_as_it_is() {
    let case = Case::new(BASE);
    let mut client = started(&case, true);
    let found = actions(&mut client, &case, &json!({"diagnostics": []}));
    let is_whole = |action: &Value| action["edit"].is_object() || action["command"].is_object();
    let whole: Vec<Value> = found.into_iter().filter(is_whole).collect();
    assert!(whole.len() > 1, "{whole:?}");
    for action in whole {
        assert_eq!(client.ask("codeAction/resolve", action.clone()), action);
    }
    client.end();
}

#[test]
fn where_there_is_nothing_to_mend_it_is_not_offered() {
    let text = BASE.replacen("kubernets", "kubernetes", 1).replacen("nmespace", "namespace", 1);
    let case = Case::new(&text);
    let mut client = started(&case, true);
    let found = actions(&mut client, &case, &json!({"diagnostics": []}));
    assert_eq!(of_kind(&found, ALL), None);
    client.end();
}

/// What is offered of a kind where a platform can be built, and what comes of choosing it.
fn chosen(old: &str, marked: &str, kind: &str, title: &str) -> (Case, Result<Value, String>) {
    let case = Case::with(crate::means::BASE, old, marked);
    let abilities = json!({
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"diagnostic": {}, "codeAction": {"resolveSupport": {"properties": ["edit"]}}},
        "workspace": able(),
    });
    let mut client = Client::start(&case.platform, Counts::Utf8, &abilities);
    for (path, text) in &case.platform {
        client.open(path, text);
    }
    let found = actions(&mut client, &case, &json!({"diagnostics": [], "only": [kind]}));
    let one = found.iter().find(|action| action["title"] == title).cloned().unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(one["edit"], Value::Null, "nothing is judged before it is chosen");
    let answer = client.try_ask("codeAction/resolve", one);
    client.end();
    (case, answer)
}

#[test]
fn what_is_written_otherwise_is_judged_once_it_is_chosen() {
    let cases = [
        ("class base {", "class ba$0se {", "refactor.inline", "put in what class `base` states"),
        ("let registry", "let regi$0stry", "refactor.inline", "put in what `registry` stands for"),
        ("service api {", "service a$0pi {", "refactor.extract", "make a class of settings of `api`"),
        ("service api {", "service a$0pi {", "refactor.move", "move `api` to teams/web.bvl"),
        ("external vault", "external va$0ult", "refactor.move", "move `vault` to vault.bvl"),
        ("external vault", "external va$0ult", "refactor.rewrite", "change `vault` in prod alone"),
        ("external vault", "external va$0ult", "refactor.rewrite", "sort these 2 externals"),
    ];
    for (old, marked, kind, title) in cases {
        let (case, answer) = chosen(old, marked, kind, title);
        let after = applied(&case.platform, &answer.unwrap()["edit"]);
        assert_ne!(after, case.platform, "{title}");
    }
}

#[test]
fn what_would_mean_something_else_is_refused_with_the_reason() {
    // a class that is named later is stronger, a body of one's own stronger still
    let (old, marked) = ("class base {", "class sm$0all { memory 64Mi }\n\nclass base {");
    let old_user = "service admin is pages(port = 8090, low = 300m) {";
    let user = "service admin is small, pages(port = 8090, low = 300m) {";
    let base = crate::means::BASE.replacen(old_user, user, 1);
    let case = Case::with(&base, old, marked);
    let mut client = started_all(&case);
    let found = actions(&mut client, &case, &json!({"diagnostics": [], "only": ["refactor.inline"]}));
    let reason = client.try_ask("codeAction/resolve", found[0].clone()).unwrap_err();
    assert!(reason.contains("something else would change"), "{reason}");
    client.end();
}

fn started_all(case: &Case) -> Client {
    let mut client = started(case, true);
    for (path, text) in case.platform.iter().filter(|(path, _)| **path != case.path) {
        client.open(path, text);
    }
    client
}

#[test]
fn what_is_no_longer_there_is_not_done() {
    let case = Case::with(crate::means::BASE, "external vault", "external va$0ult");
    let mut client = started_all(&case);
    let found = actions(&mut client, &case, &json!({"diagnostics": [], "only": ["refactor.move"]}));
    let at = case.platform[&case.path].find("external vault").unwrap();
    client.edit(&case.path, at, at, "// edited\n");
    let reason = client.try_ask("codeAction/resolve", found[0].clone()).unwrap_err();
    assert_eq!(reason, "what it was offered for has changed");
    client.end();
}
