//! The outline of a file: what is declared, within what, by which word, and where one goes; of broken files what can be read.

use serde_json::{Value, json};

use crate::client::{Client, Counts};
use crate::corpus::Platform;

/// An entry as a line: its name, the word that declares it, what stands within it.
fn line(entry: &Value) -> String {
    let (name, word) = (entry["name"].as_str().unwrap(), entry["detail"].as_str().unwrap_or("-"));
    let inner: Vec<String> = entry["children"].as_array().into_iter().flatten().map(line).collect();
    if inner.is_empty() { format!("{word} {name}") } else { format!("{word} {name} ({})", inner.join(", ")) }
}

/// The byte offset of a place in a text of ASCII.
fn offset(text: &str, place: &Value) -> usize {
    let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
    text.split_inclusive('\n').take(number("line")).map(str::len).sum::<usize>() + number("character")
}

/// Holds that each entry lies in the one around it, what is selected in the entry, and that the name is what is selected.
fn lies_within(text: &str, entry: &Value, around: std::ops::Range<usize>) {
    let range = |name: &str| offset(text, &entry[name]["start"])..offset(text, &entry[name]["end"]);
    let (whole, selected) = (range("range"), range("selectionRange"));
    assert!(around.start <= whole.start && whole.end <= around.end, "{entry}");
    assert!(whole.start <= selected.start && selected.end <= whole.end, "{entry}");
    assert!(text[selected].contains(entry["name"].as_str().unwrap()), "{entry}");
    for inner in entry["children"].as_array().into_iter().flatten() {
        lies_within(text, inner, whole.clone());
    }
}

#[test]
fn what_is_declared_stands_in_the_outline() {
    let cases: [(&str, &[&str]); 14] = [
        ("platform shop {\n  kubernetes \"1.33\"\n}\n", &["platform shop"]),
        (
            "service web {\n  port http 8080\n  env LEVEL \"info\"\n  scale 1..3 {\n    on cpu 70%\n  }\n}\n",
            &["service web (port http, env LEVEL)"],
        ),
        (
            "service web {\n  init migrate { image \"x:1\" }\n  sidecar proxy { port admin 9 }\n}\n",
            &["service web (init migrate, sidecar proxy)"],
        ),
        (
            "environment prod {\n  namespace \"prod\"\n  service web { scale 3 }\n  without job old\n  external db { cidr 10.0.0.1/32 }\n}\n",
            &["environment prod (service web, external db)"],
        ),
        (
            "class base(port: int) { port http $port }\nservice web is base(port = 80)\n",
            &["class base (port http)", "service web"],
        ),
        ("managed db is postgres.cluster { replicas 3 }\n", &["managed db"]),
        (
            "external mail { host \"mail.example\"; port smtp 25; port tls 465 }\n",
            &["external mail (port smtp, port tls)"],
        ),
        ("job report { schedule \"0 3 * * *\"; env DAY \"today\" }\n", &["job report (env DAY)"]),
        (
            "allow web -> db.sql, mail\nnever web ~> vault\nwaive BVL0702 on web because \"x\"\n",
            &["allow web -> db.sql, mail", "never web ~> vault", "waive BVL0702 on web because \"x\""],
        ),
        (
            "use \"flows.bvl\"\nuse std.nats\nlet level = \"info\"\nparam tag: string\ngroup front { web, api }\n",
            &["use \"flows.bvl\"", "use std.nats", "let level", "param tag", "group front"],
        ),
        // broken: braces that are missing or too many, a word that is none, a declaration without a name
        (
            "service web {\n  port http 8080\n\nservice api {\n  port rest 80\n",
            &["service web (port http)", "service api (port rest)"],
        ),
        (
            "service web {{\n  port http 8080\n}\nservice api { port rest 80 }\n",
            &["service web", "service api (port rest)"],
        ),
        ("servce web { port http 80 }\nservice api { prot rest 80; env A \"x\" }\n", &["service api (env A)"]),
        (
            "service { port http 80 }\nallow web ->\nallow \nservice api {\n  env A \"\n}\n",
            &["allow web ->", "service api (env A)"],
        ),
    ];
    for (text, expected) in cases {
        let platform = Platform::from([("platform.bvl".to_owned(), text.to_owned())]);
        let mut client = Client::pulling(&platform, Counts::Utf8);
        client.open("platform.bvl", text);
        let outline =
            client.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": Client::uri("platform.bvl")}}));
        client.end();
        let entries = outline.as_array().unwrap();
        assert_eq!(entries.iter().map(line).collect::<Vec<_>>(), expected, "{text}: {outline}");
        for entry in entries {
            lies_within(text, entry, 0..text.len());
        }
    }
}
