//! Formatting of some lines, and behind what has just been typed.

use serde_json::{Value, json};

use crate::carets::{Case, applied};
use crate::client::Client;
use crate::corpus::{Platform, platforms};

/// The text after the edits of an answer.
fn after(platform: &Platform, path: &str, edits: &Value) -> String {
    applied(platform, &json!({"changes": {Client::uri(path): edits}}))[path].clone()
}

fn range(first: usize, last: usize) -> Value {
    json!({"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}})
}

const OPTIONS: &str = r#"{"tabSize": 2, "insertSpaces": true}"#;

fn options() -> Value {
    serde_json::from_str(OPTIONS).unwrap()
}

#[test]
fn only_the_lines_that_were_asked_for_change() {
    let text =
        "service   a {\n      port http 1\n}\nservice   b {\n      port http 2\n}\nservice   c { port   http 3 }\n";
    let cases: [(usize, usize, &str); 6] = [
        (0, 3, "service a {\n  port http 1\n}\nservice   b {\n      port http 2\n}\nservice   c { port   http 3 }\n"),
        (
            3,
            4,
            "service   a {\n      port http 1\n}\nservice b {\n      port http 2\n}\nservice   c { port   http 3 }\n",
        ),
        (4, 5, "service   a {\n      port http 1\n}\nservice   b {\n  port http 2\n}\nservice   c { port   http 3 }\n"),
        (6, 7, "service   a {\n      port http 1\n}\nservice   b {\n      port http 2\n}\nservice c { port http 3 }\n"),
        (2, 3, text),
        (0, 7, "service a {\n  port http 1\n}\nservice b {\n  port http 2\n}\nservice c { port http 3 }\n"),
    ];
    let platform = Platform::from([("platform.bvl".to_owned(), text.to_owned())]);
    let case = Case { platform: platform.clone(), path: "platform.bvl".to_owned(), caret: 0 };
    let mut client = case.client(&json!({}));
    let document = json!({"uri": Client::uri("platform.bvl")});
    for (first, last, expected) in cases {
        let params = json!({"textDocument": document, "range": range(first, last), "options": options()});
        let edits = client.ask("textDocument/rangeFormatting", params);
        // blank lines between declarations are the formatter's too, and belong to no line that was asked for
        let found = after(&platform, "platform.bvl", &edits);
        if edits.as_array().unwrap().is_empty() {
            assert_eq!(found, text);
        } else {
            let lines =
                |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(&found), lines(expected), "{first}..{last}");
        }
    }
    client.end();
}

/// In every example, untidy: what some lines become is what they become with the whole, and no other line changes.
#[test]
fn parts_of_examples_are_formatted_as_the_whole_is() {
    for (name, platform) in platforms("examples") {
        for (path, text) in platform.iter().filter(|(_, text)| text.lines().count() < 60) {
            let untidy = text.replace("  ", "      ").replace(" {", "    {");
            let own = Platform::from([(path.clone(), untidy.clone())]);
            let case = Case { platform: own.clone(), path: path.clone(), caret: 0 };
            let mut client = case.client(&json!({}));
            let n_lines = untidy.lines().count();
            for first in (0..n_lines).step_by(7) {
                let last = (first + 5).min(n_lines);
                let document = json!({"uri": Client::uri(path)});
                let params = json!({"textDocument": document, "range": range(first, last), "options": options()});
                let edits = client.ask("textDocument/rangeFormatting", params);
                for edit in edits.as_array().into_iter().flatten() {
                    let (start, end) = (edit["range"]["start"]["line"].as_u64(), edit["range"]["end"]["line"].as_u64());
                    let is_within = start >= Some(first as u64) && end <= Some(last as u64);
                    assert!(is_within, "{name} {path} {first}..{last}: {edit}");
                }
                if edits.is_array() {
                    let found = after(&own, path, &edits);
                    let whole: Vec<&str> = text.lines().collect();
                    let old: Vec<&str> = untidy.lines().collect();
                    let is_known = |line: &&str| whole.contains(line) || old.contains(line);
                    assert!(found.lines().all(|line| is_known(&line)), "{name} {path} {first}..{last}: {found}");
                }
            }
            client.end();
        }
    }
}

#[test]
fn what_stands_beside_a_mistake_is_formatted() {
    let cases = [
        ("let   x = \nlet   y = 2\n", "let   x = \nlet y = 2\n"),
        (
            "service   a {\n port   http 1\n\nservice   b {\n port   http 2\n}\n",
            "service   a {\n port   http 1\n\nservice b {\n  port http 2\n}\n",
        ),
        ("}\n/// said\nlet   y = 2 // so\n", "}\n/// said\nlet y = 2 // so\n"),
        ("let   x = ; let   y = 2\nlet   z = 3\n", "let   x = ; let   y = 2\nlet z = 3\n"),
        ("let   a = 1\nlet   b = \"\nlet   c = 3\n", "let a = 1\nlet   b = \"\nlet c = 3\n"),
        (
            "<<<<<<< ours\nlet   x = 1\n=======\nlet x = 2\n>>>>>>> theirs\nlet   y = 1\n",
            "<<<<<<< ours\nlet   x = 1\n=======\nlet x = 2\n>>>>>>> theirs\nlet   y = 1\n",
        ),
    ];
    for (text, expected) in cases {
        let platform = Platform::from([("platform.bvl".to_owned(), text.to_owned())]);
        let case = Case { platform: platform.clone(), path: "platform.bvl".to_owned(), caret: 0 };
        let mut client = case.client(&json!({}));
        let params = json!({"textDocument": {"uri": Client::uri("platform.bvl")}, "options": options()});
        let edits = client.ask("textDocument/formatting", params);
        client.end();
        let edits = if edits.is_null() { json!([]) } else { edits };
        assert_eq!(after(&platform, "platform.bvl", &edits), expected, "{text:?}");
    }
}

fn typed(text: &str, char: &str) -> String {
    let case = Case::new(text);
    let mut client = case.client(&json!({}));
    let mut params = client.at(&case.path, case.caret);
    params["ch"] = json!(char);
    params["options"] = options();
    let edits = client.ask("textDocument/onTypeFormatting", params);
    client.end();
    // what cannot be read well enough is left as it is
    let edits = if edits.is_null() { json!([]) } else { edits };
    after(&case.platform, &case.path, &edits)
}

#[test]
fn what_has_been_closed_or_ended_is_formatted() {
    let cases = [
        ("service a {\n      port   http 1\n}$0\n", "}", "service a {\n  port http 1\n}\n"),
        ("let   x = 1\nservice a {\n   port   http 1\n}$0\n", "}", "let   x = 1\nservice a {\n  port http 1\n}\n"),
        (
            "service a {\n  health 1 {\n    live   \"/a\"\n  }$0\n  port   http 1\n}\n",
            "}",
            "service a {\n  health 1 {\n    live \"/a\"\n  }\n  port   http 1\n}\n",
        ),
        ("let   x = 1\n$0", "\n", "let x = 1\n"),
        ("let   x = 1\nlet   y = 2\n$0", "\n", "let   x = 1\nlet y = 2\n"),
        ("service a {\n      port   http 1\n$0\n}\n", "\n", "service a {\n  port http 1\n\n}\n"),
        ("let x = 1\n$0", "\n", "let x = 1\n"),
        // braces that are not closed yet, as in editors that do not close them
        ("service   a {\n  port   http 1\n$0", "\n", "service   a {\n  port http 1\n"),
        // an empty block is one line, and that is not what is being written
        ("service   a {\n$0", "\n", "service   a {\n"),
        ("service a {\n  health 1 {\n      live   \"/a\"\n$0", "\n", "service a {\n  health 1 {\n    live \"/a\"\n"),
        (
            "service a {\n  health 1 {\n      live   \"/a\"\n   }$0",
            "}",
            "service a {\n  health 1 {\n    live \"/a\"\n  }",
        ),
        (
            "service a {\n port   http 1\n$0\nservice   b { port http 2 }\n",
            "\n",
            "service a {\n  port http 1\n\nservice   b { port http 2 }\n",
        ),
        ("let x = \nservice a {\n port   http 1\n$0\n}\n", "\n", "let x = \nservice a {\n  port http 1\n\n}\n"),
        ("service a {\n port   \n$0", "\n", "service a {\n  port\n"),
        // the end of the last line is typed next
        ("service a {\n   port   http 1\n}$0", "}", "service a {\n  port http 1\n}"),
        ("service a {\n  port http 1\n}$0", "}", "service a {\n  port http 1\n}"),
        ("}$0\nlet   x = 1\n", "}", "}\nlet   x = 1\n"),
        ("let   x = \"}$0\n", "}", "let   x = \"}\n"),
    ];
    for (text, char, expected) in cases {
        let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&typed(text, char)), lines(expected), "{text:?}");
    }
}
