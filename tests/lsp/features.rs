//! What is answered at a caret (`^` behind it, on the line below), on whole and on broken files.

use serde_json::{Value, json};

use crate::client::{Client, Counts};
use crate::corpus::Platform;

const BASE: &str = "\
use std.nats

/// What the shop is.
platform shop {
  kubernetes \"1.33\"
  api-server 10.0.0.1/32
}

let registry = \"registry.example\"

environment prod {
  namespace \"prod\"
  service web { scale 3 }
}

class http(port: int) {
  port http $port
}

/// The shop's pages.
service web is http(8080) {
  image \"${registry}/web:1.0\"
  env API \"http://${api.rest.host}\"
  after api
}

service api {
  port rest 8081
}

managed bus is nats.cluster { replicas 3 }

allow web -> api.rest in prod
";

/// The base with a text in place of another, and the byte offset of the caret `|` in it.
fn with(old: &str, new: &str) -> (Platform, String, usize) {
    assert!(BASE.contains(old), "{old}");
    let text = BASE.replacen(old, new, 1);
    let caret = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    (Platform::from([("platform.bvl".to_owned(), text.clone())]), text, caret)
}

fn asked(method: &str, old: &str, new: &str) -> Value {
    let (platform, text, caret) = with(old, new);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open("platform.bvl", &text);
    let answer = client.ask(&format!("textDocument/{method}"), client.at("platform.bvl", caret));
    client.end();
    answer
}

fn labels(old: &str, new: &str) -> Vec<String> {
    let answer = asked("completion", old, new);
    let items = answer.as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

/// Cases in each of which some labels are offered and others are not.
#[test]
fn completion_knows_the_place() {
    let cases: [(&str, &str, &[&str], &[&str]); 17] = [
        ("allow web -> api.rest in prod\n", "al|\n", &["allow", "service", "never"], &["port", "web"]),
        ("  after api\n", "  |\n", &["after", "port", "cpu", "health"], &["image", "allow ", "platform"]),
        ("allow web -> api.rest", "allow |web -> api.rest", &["web", "api", "bus"], &["prod", "http"]),
        ("allow web -> api.rest", "allow web -> |", &["web", "api", "bus"], &["prod", "rest"]),
        ("allow web -> api.rest", "allow web -> api.|", &["rest"], &["web", "http"]),
        ("allow web -> api.rest", "allow api -> web.|", &["http"], &["rest"]),
        ("api.rest in prod", "api.rest in |", &["prod"], &["web", "api"]),
        ("api.rest in prod", "api.rest |", &["in", "because"], &["prod"]),
        ("  after api\n", "  after |\n", &["api", "bus"], &["prod"]),
        ("web is http(8080)", "web is |", &["http"], &["prod", "web", "nats.cluster"]),
        ("use std.nats", "use |", &["std.nats", "std.redis"], &["web"]),
        ("${registry}/web", "${|}/web", &["registry", "web", "environment"], &["prod"]),
        ("${api.rest.host}", "${api.|}", &["rest"], &["http", "web"]),
        ("  after api\n", "  cpu 500|\n", &["500m"], &["500Mi", "cpu"]),
        ("  after api\n", "  shutdown grace 30|\n", &[], &["web"]),
        ("port http $port", "port http $|", &["port", "registry"], &["web"]),
        ("  namespace \"prod\"\n", "  namespace \"prod\"\n  profile |\n", &["restricted", "baseline"], &["web"]),
    ];
    for (old, new, offered, others) in cases {
        let labels = labels(old, new);
        for label in offered {
            assert!(labels.iter().any(|known| known == label), "{new:?}: {label} is not among {labels:?}");
        }
        for label in others {
            assert!(!labels.iter().any(|known| known == label), "{new:?}: {label} is among {labels:?}");
        }
    }
}

#[test]
fn completion_is_quiet_in_strings_and_comments() {
    for (old, new) in
        [("\"1.33\"", "\"1.|33\""), ("/// What the", "/// What |the"), ("let registry", "// let |registry")]
    {
        assert_eq!(labels(old, new), [""; 0], "{new}");
    }
}

#[test]
fn completion_answers_on_broken_files() {
    let cases = [
        ("allow web -> api.rest in prod\n", "service x {\n  |", "port"),
        ("service api {\n  port rest 8081\n}", "service api {\n  port rest 8081\n  |", "image"),
        ("allow web -> api.rest in prod\n", "}}} \nallow web -> |", "api"),
        ("let registry = \"registry.example\"", "let registry = \"registry.example\nallow |", "web"),
    ];
    for (old, new, offered) in cases {
        let labels = labels(old, new);
        assert!(labels.iter().any(|label| label == offered), "{new:?}: {labels:?}");
    }
}

#[test]
fn hover_says_what_a_word_or_name_is() {
    let cases = [
        ("  kubernetes \"1.33\"", "  ku|bernetes \"1.33\"", "kubernetes"),
        ("  after api\n", "  af|ter api\n", "A word of `service`"),
        ("  after api\n", "  after a|pi\n", "service api"),
        ("allow web", "allow w|eb", "The shop's pages."),
        ("allow web", "allow w|eb", "May reach"),
        ("api.rest in prod", "api.re|st in prod", "port rest 8081"),
        ("api.rest in prod", "api.rest in pr|od", "environment prod"),
        ("api.rest in prod", "api.rest i|n prod", "environments in which it holds"),
        ("is http(8080)", "is ht|tp(8080)", "class http(port: int)"),
        ("${registry}/web", "${regi|stry}/web", "let registry"),
        ("platform shop {", "platform sh|op {", "What the shop is."),
    ];
    for (old, new, said) in cases {
        let answer = asked("hover", old, new);
        let text = answer["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(said), "{new:?}: {text}");
    }
    assert_eq!(asked("hover", "\n\nlet", "\n|\nlet"), Value::Null);
}

#[test]
fn hover_answers_on_broken_files() {
    for (old, new, said) in [
        ("environment prod {", "} }\nenvironment pr|od {", "environment prod"),
        ("allow web -> api.rest in prod\n", "allow w|eb -> \n", "The shop's pages."),
        ("managed bus is nats.cluster { replicas 3 }", "managed bus is nats.cluster { repl|icas ", "replicas"),
    ] {
        let answer = asked("hover", old, new);
        let text = answer["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(said), "{new:?}: {text}");
    }
}

#[test]
fn names_lead_to_where_they_are_declared_and_changed() {
    let line = |place: &Value| place["range"]["start"]["line"].as_u64().unwrap();
    let lines = |answer: &Value| answer.as_array().unwrap().iter().map(line).collect::<Vec<_>>();
    let of = |text: &str| BASE.lines().position(|line| line.starts_with(text)).unwrap() as u64;
    let cases = [
        ("allow web -> api", "allow w|eb -> api", "service web is"),
        ("web -> api.rest", "web -> api.re|st", "  port rest"),
        ("${api.rest.host}", "${api.re|st.host}", "  port rest"),
        ("is http(8080)", "is h|ttp(8080)", "class http"),
        ("port http $port", "port http $po|rt", "class http"),
        ("in prod", "in pr|od", "environment prod"),
        ("service web { scale", "service w|eb { scale", "service web is"),
    ];
    for (old, new, declared) in cases {
        assert_eq!(lines(&asked("definition", old, new)), [of(declared)], "{new}");
    }
    assert_eq!(lines(&asked("implementation", "allow web", "allow w|eb")), [of("  service web")]);
}

/// The `$` before a name is a part of it for whoever points there.
#[test]
fn the_dollar_of_a_name_counts_as_the_name() {
    for method in ["definition", "documentHighlight", "prepareRename", "hover"] {
        let [on_dollar, on_name] =
            ["port http |$port", "port http $p|ort"].map(|new| asked(method, "port http $port", new));
        assert!(!on_name.is_null() && on_name.as_array().is_none_or(|found| !found.is_empty()), "{method}");
        assert_eq!(on_dollar, on_name, "{method}");
    }
}

#[test]
fn references_are_of_one_symbol() {
    let (platform, text, caret) = with("service web is", "service w|eb is");
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open("platform.bvl", &text);
    let mut params = client.at("platform.bvl", caret);
    for (included, n) in [(true, 3), (false, 2)] {
        params["context"] = json!({"includeDeclaration": included});
        let found = client.ask("textDocument/references", params.clone());
        assert_eq!(found.as_array().unwrap().len(), n, "{found}");
    }
    client.end();
}

#[test]
fn the_outline_and_the_folds_of_a_file() {
    let platform = Platform::from([("platform.bvl".to_owned(), BASE.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf16);
    client.open("platform.bvl", BASE);
    let document = json!({"textDocument": {"uri": Client::uri("platform.bvl")}});
    let outline = client.ask("textDocument/documentSymbol", document.clone());
    let names: Vec<&str> = outline.as_array().unwrap().iter().map(|known| known["name"].as_str().unwrap()).collect();
    let expected = ["std.nats", "shop", "registry", "prod", "http", "web", "api", "bus", "web -> api.rest in prod"];
    assert_eq!(names, expected);
    let folds = client.ask("textDocument/foldingRange", document);
    let starts: Vec<u64> = folds.as_array().unwrap().iter().map(|fold| fold["startLine"].as_u64().unwrap()).collect();
    assert_eq!(starts, [3, 10, 15, 20, 26]);
    let found = client.ask("workspace/symbol", json!({"query": "ap"}));
    assert_eq!(found[0]["name"], "api");
    client.end();
}

#[test]
fn blocks_without_their_brace_fold() {
    let text = "service a {\n  port http 8080\n  scale 1..2 {\n    on cpu 70%\n    on memory 70%\n\n/// Second.\nservice b {\n  port http 8080\n";
    let platform = Platform::from([("platform.bvl".to_owned(), text.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf16);
    client.open("platform.bvl", text);
    let folds = client.ask("textDocument/foldingRange", json!({"textDocument": {"uri": Client::uri("platform.bvl")}}));
    client.end();
    let lines = |fold: &Value| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap());
    let folds: Vec<(u64, u64)> = folds.as_array().unwrap().iter().map(lines).collect();
    assert_eq!(folds, [(0, 4), (2, 4), (7, 8)]);
}

#[test]
fn declarations_are_found_by_word_and_name() {
    let platform = Platform::from([("platform.bvl".to_owned(), BASE.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf16);
    let cases: [(&str, &[&str]); 11] = [
        ("web", &["web"]),
        ("@service", &["api", "web"]),
        ("@service ap", &["api"]),
        ("@flow", &["web -> api.rest in prod"]),
        ("@flow api", &["web -> api.rest in prod"]),
        ("@allow rest", &["web -> api.rest in prod"]),
        ("@never", &[]),
        ("@class", &["http"]),
        ("@port", &["http", "rest"]),
        ("@nonsense", &[]),
        ("@parameter p", &["port"]),
    ];
    for (query, expected) in cases {
        let found = client.ask("workspace/symbol", json!({"query": query}));
        let names: Vec<&str> = found.as_array().unwrap().iter().map(|known| known["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
    client.end();
}

#[test]
fn declarations_of_broken_files_are_found() {
    for (old, new) in [
        ("service api {", "service api {{"),
        ("environment prod {", "environment prod"),
        ("allow web -> api.rest in prod", "allow web -> "),
    ] {
        let platform = Platform::from([("platform.bvl".to_owned(), BASE.replacen(old, new, 1))]);
        let mut client = Client::pulling(&platform, Counts::Utf16);
        let found = client.ask("workspace/symbol", json!({"query": "@service web"}));
        assert_eq!(found[0]["name"], "web", "{new}");
        client.end();
    }
}
