//! Colors: what each piece of a text is told to be, and that deltas and ranges say the same as the whole.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::agreement::{PASTED, Random, nameable};
use crate::client::{Client, Counts};
use crate::corpus::{Platform, platforms};

const ROOT: &str = "platform.bvl";

/// The numbers of an answer, by token.
fn numbers(data: &Value) -> Vec<u64> {
    data.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// What stands at each token, and what it is told to be.
fn told(client: &Client, text: &str, numbers: &[u64]) -> Vec<(String, String)> {
    let legend = &client.initialized["capabilities"]["semanticTokensProvider"]["legend"];
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut line, mut start) = (0, 0);
    let mut found = Vec::new();
    for token in numbers.chunks(5) {
        let [down, right, length, kind, bits] = *token else { panic!("{token:?}") };
        start = if down == 0 { start + right } else { right };
        line += down;
        let place = usize::try_from(start).unwrap();
        let piece = &lines[usize::try_from(line).unwrap()][place..place + usize::try_from(length).unwrap()];
        let mut name = legend["tokenTypes"][usize::try_from(kind).unwrap()].as_str().unwrap().to_owned();
        for (bit, modifier) in legend["tokenModifiers"].as_array().unwrap().iter().enumerate() {
            if bits >> bit & 1 == 1 {
                write!(name, ".{}", modifier.as_str().unwrap()).unwrap();
            }
        }
        found.push((piece.to_owned(), name));
    }
    found
}

fn all(client: &mut Client, path: &str) -> (String, Vec<u64>) {
    let params = json!({"textDocument": {"uri": Client::uri(path)}});
    let answer = client.ask("textDocument/semanticTokens/full", params);
    (answer["resultId"].as_str().unwrap().to_owned(), numbers(&answer["data"]))
}

fn of(text: &str) -> Vec<(String, String)> {
    let platform = Platform::from([(ROOT.to_owned(), text.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, text);
    let (_, numbers) = all(&mut client, ROOT);
    let told = told(&client, text, &numbers);
    client.end();
    told
}

/// Lines, each with what its tokens are in order; what stands between them is none.
#[test]
fn pieces_are_told_apart() {
    let cases: [(&str, &[(&str, &str)]); 17] = [
        (
            "param canary: bool = false example true",
            &[
                ("param", "keyword"),
                ("canary", "variable.declaration.readonly"),
                (":", "operator"),
                ("bool", "type.readonly.defaultLibrary"),
                ("=", "operator"),
                ("false", "enumMember"),
                ("example", "keyword.clause"),
                ("true", "enumMember"),
            ],
        ),
        ("use std.nats", &[("use", "keyword"), ("std.nats", "namespace.defaultLibrary")]),
        ("use \"teams/*.bvl\"", &[("use", "keyword"), ("\"teams/*.bvl\"", "string")]),
        (
            "param wait: duration = 30s example 1m",
            &[
                ("param", "keyword"),
                ("wait", "variable.declaration.readonly"),
                (":", "operator"),
                ("duration", "type.readonly.defaultLibrary"),
                ("=", "operator"),
                ("30", "number"),
                ("s", "number.unit"),
                ("example", "keyword.clause"),
                ("1", "number"),
                ("m", "number.unit"),
            ],
        ),
        (
            "let host = \"api.${environment}.x\"",
            &[
                ("let", "keyword"),
                ("host", "variable.declaration.readonly"),
                ("=", "operator"),
                ("\"api.", "string"),
                ("${", "operator.interpolation"),
                ("environment", "variable.readonly"),
                ("}", "operator.interpolation"),
                (".x\"", "string"),
            ],
        ),
        (
            "class sized(cpu: cpu) { cpu $cpu..2 }",
            &[
                ("class", "keyword"),
                ("sized", "class.declaration"),
                ("cpu", "parameter.declaration.readonly"),
                (":", "operator"),
                ("cpu", "type.readonly.defaultLibrary"),
                ("cpu", "keyword"),
                ("$cpu", "parameter.readonly"),
                ("..", "operator"),
                ("2", "number"),
            ],
        ),
        (
            "managed bus is nats.cluster { replicas 3 }",
            &[
                ("managed", "keyword"),
                ("bus", "type.declaration"),
                ("is", "keyword.clause"),
                ("nats", "namespace.defaultLibrary"),
                ("cluster", "class.defaultLibrary"),
                ("replicas", "keyword"),
                ("3", "number"),
            ],
        ),
        (
            "allow web, prod/web -> api.http because \"x\" in prod { retries 1 }",
            &[
                ("allow", "keyword"),
                ("web", "type"),
                ("prod", "namespace.environment"),
                ("web", "type"),
                ("->", "operator.flow"),
                ("api", "type"),
                ("http", "property.port"),
                ("because", "keyword.clause"),
                ("\"x\"", "string"),
                ("in", "keyword.clause"),
                ("prod", "namespace.environment"),
                ("retries", "keyword"),
                ("1", "number"),
            ],
        ),
        (
            "never web ~> vault // no",
            &[("never", "keyword"), ("web", "type"), ("~>", "operator.flow"), ("vault", "type"), ("// no", "comment")],
        ),
        (
            "/// Says what.\nservice web { port http 8080 udp }",
            &[
                ("/// Says what.", "comment.documentation"),
                ("service", "keyword"),
                ("web", "type.declaration"),
                ("port", "keyword"),
                ("http", "property.declaration.port"),
                ("8080", "number"),
                ("udp", "keyword.clause"),
            ],
        ),
        (
            "service web { scale 3..20 { on cpu 70% } }",
            &[
                ("service", "keyword"),
                ("web", "type.declaration"),
                ("scale", "keyword"),
                ("3", "number"),
                ("..", "operator"),
                ("20", "number"),
                ("on", "keyword"),
                ("cpu", "enumMember"),
                ("70", "number"),
                ("%", "number.unit"),
            ],
        ),
        (
            "environment prod { profile restricted; service web { scale 2 } }",
            &[
                ("environment", "keyword"),
                ("prod", "namespace.declaration.environment"),
                ("profile", "keyword"),
                ("restricted", "enumMember"),
                ("service", "keyword"),
                ("web", "type.modification"),
                ("scale", "keyword"),
                ("2", "number"),
            ],
        ),
        (
            "external vault { cidr 10.20.0.10/32 }",
            &[("external", "keyword"), ("vault", "type.declaration"), ("cidr", "keyword"), ("10.20.0.10/32", "number")],
        ),
        (
            "/* a\n b */\nlet x = 1",
            &[
                ("/* a", "comment"),
                (" b */", "comment"),
                ("let", "keyword"),
                ("x", "variable.declaration.readonly"),
                ("=", "operator"),
                ("1", "number"),
            ],
        ),
        // broken from here on
        ("service web { prot http 8080\n", &[("service", "keyword"), ("web", "type.declaration"), ("8080", "number")]),
        ("allow web -> \n", &[("allow", "keyword"), ("web", "type"), ("->", "operator.flow")]),
        (
            "}} let x = \"\u{1f600}\n\nlet y = 1",
            &[
                ("let", "keyword"),
                ("x", "variable.declaration.readonly"),
                ("=", "operator"),
                ("let", "keyword"),
                ("y", "variable.declaration.readonly"),
                ("=", "operator"),
                ("1", "number"),
            ],
        ),
    ];
    for (text, expected) in cases {
        let found = of(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(piece, name)| (piece.as_str(), name.as_str())).collect();
        let is_broken = text.contains("prot") || text.contains("}}");
        if is_broken {
            for token in expected {
                assert!(found.contains(token), "{text}: {token:?} is not in {found:?}");
            }
        } else {
            assert_eq!(found, expected, "{text}");
        }
    }
}

/// What a client makes of an answer.
fn applied(before: &[u64], answer: &Value) -> Vec<u64> {
    let Some(edits) = answer["edits"].as_array() else { return numbers(&answer["data"]) };
    let mut after = before.to_vec();
    for edit in edits.iter().rev() {
        let start = usize::try_from(edit["start"].as_u64().unwrap()).unwrap();
        let count = usize::try_from(edit["deleteCount"].as_u64().unwrap()).unwrap();
        after.splice(start..start + count, numbers(&edit["data"]));
    }
    after
}

/// Deltas after random edits make what is told of the whole text, and a range the part of that.
#[test]
fn deltas_and_ranges_are_the_whole() {
    for (seed, counts) in Counts::ALL.into_iter().enumerate() {
        let mut random = Random(seed as u64 + 3);
        for (name, platform) in platforms("examples") {
            let mut client = Client::pulling(&platform, counts);
            let path = platform.keys().nth(random.below(platform.len())).unwrap().clone();
            client.open(&path, &platform[&path]);
            let (mut id, mut known) = all(&mut client, &path);
            for _ in 0..12 {
                let start = random.offset(client.text(&path));
                let end = (start + random.below(12)).min(client.text(&path).len());
                let end = nameable(client.text(&path), end).max(start);
                client.edit(&path, start, end, PASTED[random.below(PASTED.len())]);
                let params = json!({"textDocument": {"uri": Client::uri(&path)}, "previousResultId": id});
                let answer = client.ask("textDocument/semanticTokens/full/delta", params);
                known = applied(&known, &answer);
                answer["resultId"].as_str().unwrap().clone_into(&mut id);
                let (_, whole) = all(&mut client, &path);
                assert_eq!(known, whole, "{name}: {path} {answer}");
                let text = client.text(&path);
                let range = counts.range(text, 0, text.len());
                let params = json!({"textDocument": {"uri": Client::uri(&path)}, "range": range});
                let part = client.ask("textDocument/semanticTokens/range", params);
                assert_eq!(numbers(&part["data"]), whole, "{name}: {path}");
            }
            client.end();
        }
    }
}

#[test]
fn a_range_has_the_tokens_that_touch_it_and_a_small_edit_a_small_delta() {
    let (_, platform) = platforms("examples/bitvault").remove(0);
    let path = "services/bitvaultd.bvl";
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(path, &platform[path]);
    let (id, whole) = all(&mut client, path);
    let text = client.text(path).to_owned();
    let at = text.find("cpu 500m").unwrap();
    let range = Counts::Utf8.range(&text, at, at + 6);
    let part = client
        .ask("textDocument/semanticTokens/range", json!({"textDocument": {"uri": Client::uri(path)}, "range": range}));
    let found = told(&client, &text, &numbers(&part["data"]));
    let pieces: Vec<&str> = found.iter().map(|(piece, _)| piece.as_str()).collect();
    assert_eq!(pieces, ["cpu", "500"]);
    client.edit(path, at + 4, at + 5, "7");
    let params = json!({"textDocument": {"uri": Client::uri(path)}, "previousResultId": id});
    let answer = client.ask("textDocument/semanticTokens/full/delta", params.clone());
    assert_eq!(answer["edits"], json!([]), "only a digit is another");
    client.edit(path, at, at, "// x\n  ");
    let answer = client.ask("textDocument/semanticTokens/full/delta", params);
    let data = answer["edits"][0]["data"].as_array().unwrap().len();
    assert!(data <= 10 && whole.len() > 200, "{data} of {}", whole.len());
    let forgotten = json!({"textDocument": {"uri": Client::uri(path)}, "previousResultId": "nonsense"});
    assert!(client.ask("textDocument/semanticTokens/full/delta", forgotten)["data"].is_array());
    client.end();
}
