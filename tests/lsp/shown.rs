//! What a command answers is seen in editors that know nothing of our commands.

use serde_json::{Value, json};

use crate::carets::Case;
use crate::client::{Client, SHOWN};
use crate::commands::{BASE, run};
use crate::corpus::ROOT;

fn documents() -> Value {
    json!({"window": {"showDocument": {"support": true}}, "workspace": {"textDocumentContent": {}}})
}

fn files() -> Value {
    json!({"window": {"showDocument": {"support": true}}})
}

/// A client of these abilities with the case open, and the place of its caret.
fn begun(case: &Case, abilities: &Value) -> (Client, Value) {
    let mut client = Client::with_options(&case.platform, abilities, &Value::Null);
    client.open(ROOT, &case.platform[ROOT]);
    let place = client.at(&case.path, case.caret);
    (client, place)
}

/// Takes in what the server sends until a document is to be looked at again, or the user was led to one more.
fn until(client: &mut Client, is_so: impl Fn(&Client) -> bool) {
    while !is_so(client) {
        client.receive();
    }
}

/// Each command, the place that it is asked at, and the name under which its answer is seen.
const COMMANDS: [(&str, &str, &str, &str); 10] = [
    ("bvlc.preview", "service web", "service w$0eb", "service-web-in-prod.yaml"),
    ("bvlc.preview", "environment prod", "environment pr$0od", "environment-prod-in-prod.yaml"),
    ("bvlc.preview", "external vault", "external va$0ult", "preview.yaml"),
    ("bvlc.why", "allow web", "al$0low web", "why-it-may-pass.txt"),
    ("bvlc.graph", "service web", "service w$0eb", "flows-of-web.txt"),
    ("bvlc.check", "service web", "service w$0eb", "what-checks-find-of-web.txt"),
    ("bvlc.layers", "  scale 2", "  sc$0ale 2", "scale.txt"),
    ("bvlc.impact", "service web", "service w$0eb", "what-saving-changes.txt"),
    ("bvlc.build", "environment prod", "environment pr$0od", "build-of-prod.yaml"),
    (
        "bvlc.rule",
        "external vault",
        "rule \"a$0ll\" { for w in workloads require w.name != \"x\" }\nexternal vault",
        "all.txt",
    ),
];

#[test]
fn a_client_is_led_to_a_file() {
    for (command, old, new, name) in COMMANDS {
        let case = Case::with(BASE, old, new);
        let (mut client, place) = begun(&case, &files());
        let answer = run(&mut client, command, &place);
        until(&mut client, |client| !client.shown.is_empty());
        let led = json!({"uri": format!("file://{SHOWN}/{name}"), "takeFocus": false});
        assert_eq!(client.shown, [led], "{command} {new}");
        assert_eq!(client.shown_file(name).as_deref(), answer["text"].as_str(), "{command} {new}");
        assert_eq!(client.told, [""; 0], "{command} {new}");
        client.end();
    }
}

#[test]
fn one_that_asks_for_documents_is_led_to_one() {
    for (command, old, new, name) in COMMANDS {
        let case = Case::with(BASE, old, new);
        let (mut client, place) = begun(&case, &documents());
        let schemes = &client.initialized["capabilities"]["workspace"]["textDocumentContent"]["schemes"];
        assert_eq!(schemes, &json!(["bvlc"]));
        assert!(client.initialized["capabilities"]["workspace"]["workspaceFolders"].is_object());
        let answer = run(&mut client, command, &place);
        until(&mut client, |client| !client.shown.is_empty());
        let uri = format!("bvlc:///{name}");
        assert_eq!(client.shown[0]["uri"], uri, "{command} {new}");
        let content = client.ask("workspace/textDocumentContent", json!({"uri": uri}));
        assert_eq!(content, json!({"text": answer["text"]}), "{command} {new}");
        assert_eq!(client.shown_file(name), None, "{command} {new}");
        client.end();
    }
}

#[test]
fn one_that_cannot_be_led_is_told_where_it_is() {
    for (command, old, new, name) in COMMANDS {
        let case = Case::with(BASE, old, new);
        let (mut client, place) = begun(&case, &json!({}));
        let answer = run(&mut client, command, &place);
        until(&mut client, |client| !client.told.is_empty());
        let title = answer["title"].as_str().unwrap();
        assert_eq!(client.told, [format!("{title}: {SHOWN}/{name}")], "{command} {new}");
        assert_eq!(client.shown_file(name).as_deref(), answer["text"].as_str(), "{command} {new}");
        client.end();
    }
}

#[test]
fn one_that_shows_answers_itself_is_led_nowhere() {
    for (options, is_led) in [
        (json!({"showsTexts": true}), false),
        (json!({"showsTexts": false}), true),
        (json!({"showsTexts": "yes"}), true),
        (json!({"bvl": {"hints": {"ports": false}}}), true),
    ] {
        for abilities in [files(), documents()] {
            let case = Case::with(BASE, "service web", "service w$0eb");
            let mut client = Client::with_options(&case.platform, &abilities, &options);
            client.open(ROOT, &case.platform[ROOT]);
            let place = client.at(&case.path, case.caret);
            run(&mut client, "bvlc.preview", &place);
            // the request that comes behind an answer has come before the next one
            run(&mut client, "bvlc.graph", &place);
            assert_eq!(!client.shown.is_empty(), is_led, "{options}");
            assert_eq!(client.told, [""; 0], "{options}: it is no setting that nobody knows");
            client.end();
        }
    }
}

#[test]
fn what_cannot_be_shown_is_told() {
    let case = Case::with(BASE, "service web", "service w$0eb");
    for (abilities, place_of_it) in [
        (files(), format!("{SHOWN}/service-web-in-prod.yaml")),
        (documents(), "bvlc:///service-web-in-prod.yaml".to_owned()),
    ] {
        let (mut client, place) = begun(&case, &abilities);
        client.is_showing = false;
        run(&mut client, "bvlc.preview", &place);
        until(&mut client, |client| !client.told.is_empty());
        assert_eq!(client.told, [format!("service web in prod: {place_of_it}")]);
        client.end();
    }
    // where no file can be written, the text itself
    for abilities in [files(), json!({})] {
        let mut client = Client::without_space(&case.platform, &abilities);
        client.open(ROOT, &case.platform[ROOT]);
        let place = client.at(&case.path, case.caret);
        let answer = run(&mut client, "bvlc.check", &place);
        until(&mut client, |client| !client.told.is_empty());
        assert_eq!(client.told, [answer["text"].as_str().unwrap()]);
        client.end();
    }
    // what is refused leads nowhere
    let (mut client, _) = begun(&case, &files());
    client.try_ask("workspace/executeCommand", json!({"command": "bvlc.nonsense", "arguments": []})).unwrap_err();
    let unknown = json!({"uri": "bvlc:///nothing.txt"});
    client.try_ask("workspace/textDocumentContent", unknown).unwrap_err();
    assert_eq!((client.shown.len(), client.told.len()), (0, 0));
    client.end();
}

/// A change of the text at the caret's declaration, what is shown of it then, and what is not.
const FOLLOWED: [(&str, &str, &str, &str, &str, &str); 5] = [
    (
        "service web",
        "service w$0eb",
        "  scale 2\n}\nservice api",
        "  scale 4\n}\nservice api",
        "replicas: 4",
        "replicas: 2",
    ),
    ("service api", "service a$0pi", "external vault", "job other { }\nexternal vault", "OUT OF DATE", "kind: Job"),
    // what stands above it moves it
    (
        "service web",
        "service w$0eb",
        "environment prod { namespace \"shop\"",
        "let a = 1\nlet b = 2\nenvironment prod { namespace \"store\"",
        "namespace: store",
        "namespace: shop",
    ),
    ("allow web ->", "allow w$0eb ->", "port rest 8082", "port more 8084\n  port rest 8083", "8083", "8082"),
    (
        "environment prod",
        "environment pr$0od",
        "namespace \"shop\"",
        "namespace \"store\"",
        "name: store",
        "name: shop",
    ),
];

#[test]
fn the_preview_follows_what_is_typed() {
    for (old, new, before, after, there, gone) in FOLLOWED {
        for abilities in [files(), documents()] {
            let case = Case::with(BASE, old, new);
            let (mut client, place) = begun(&case, &abilities);
            let name = run(&mut client, "bvlc.preview", &place)["title"].as_str().unwrap().replace(' ', "-") + ".yaml";
            until(&mut client, |client| !client.shown.is_empty());
            let start = client.text(ROOT).find(before).unwrap_or_else(|| panic!("{before}"));
            client.edit(ROOT, start, start + before.len(), after);
            let text = if abilities == documents() {
                let refresh = "workspace/textDocumentContent/refresh";
                until(&mut client, |client| client.asked.iter().any(|asked| asked == refresh));
                let uri = client.shown[0]["uri"].clone();
                client.ask("workspace/textDocumentContent", json!({"uri": uri}))["text"].as_str().unwrap().to_owned()
            } else {
                // the file is written behind the judgment, which nobody is told of
                let mut text = client.shown_file(&name).unwrap();
                while !text.contains(there) || text.contains(gone) {
                    client.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": Client::uri(ROOT)}}));
                    text = client.shown_file(&name).unwrap();
                }
                text
            };
            assert!(text.contains(there) && !text.contains(gone), "{after}: {text}");
            client.end();
        }
    }
}
