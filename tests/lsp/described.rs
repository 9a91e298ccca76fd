//! From a word of the language to its place in the reference.

use serde_json::json;

use crate::carets::Case;
use crate::client::{ERRORS, REFERENCE};

const BASE: &str = "\
use std.keda
platform shop { kubernetes \"1.33\"; severity BVL0718 warn because \"it is known\" }
environment prod { namespace \"prod\"; service web { shutdown { drain 20s } } }
managed keda is keda.operator
class small { cpu 100m..500m }
service web is small {
  image \"registry.example/web:1.0\"
  port http 8080 service-port 80
  shutdown { drain 10s }
  scale 2..5 { on cpu 70% }
  rollout { surge 1 }
}
external store { cidr 10.0.0.0/24; port https 443 }
allow web -> store.https because \"it pays\"
waive BVL0313 on web because \"it is known\"
";

/// The page and the heading to which a place leads.
fn led_to(method: &str, old: &str, marked: &str) -> Option<String> {
    let case = Case::with(BASE, old, marked);
    let mut client = case.client(&json!({}));
    let params = client.at(&case.path, case.caret);
    let places = client.ask(&format!("textDocument/{method}"), params);
    client.end();
    let place = places.as_array().unwrap().first()?;
    let page = place["uri"].as_str().unwrap().strip_prefix(&format!("file://{REFERENCE}/"))?;
    let pages = bvlc::query::reference::words::pages();
    let text = pages.into_iter().find(|known| known.path == format!("docs/reference/{page}")).unwrap().text;
    let (start, end) = (&place["range"]["start"], &place["range"]["end"]);
    Some(format!("{page} {}", &text[crate::carets::offset(&text, start)..crate::carets::offset(&text, end)]))
}

#[test]
fn words_lead_into_the_reference() {
    let cases = [
        ("definition", "service web is", "serv$0ice web is", "file.md ## `service`"),
        ("declaration", "image \"", "ima$0ge \"", "service.md ## `image`"),
        ("typeDefinition", "image \"", "ima$0ge \"", "service.md ## `image`"),
        ("definition", "drain 10s", "dra$0in 10s", "service.md ### `shutdown drain`"),
        ("definition", "drain 20s", "dra$0in 20s", "service.md ### `shutdown drain`"),
        ("definition", "on cpu 70%", "o$0n cpu 70%", "service.md ### `scale on`"),
        ("definition", "on cpu 70%", "on cp$0u 70%", "service.md #### `scale on cpu`"),
        ("definition", "service-port 80", "service-po$0rt 80", "service.md ## `port`"),
        ("definition", "cpu 100m", "cp$0u 100m", "service.md ## `cpu`"),
        ("definition", "cidr 10", "ci$0dr 10", "external.md ## `cidr`"),
        ("definition", "kubernetes \"", "kuber$0netes \"", "platform.md ## `kubernetes`"),
        ("definition", "because \"it pays\"", "beca$0use \"it pays\"", "file.md ## `allow`"),
        ("definition", "shutdown { drain 10s }", "shutdown { dra$0in", "service.md ### `shutdown drain`"),
        ("definition", "rollout { surge 1 }", "rollout { sur$0ge \"", "service.md ### `rollout surge`"),
    ];
    for (method, old, marked, expected) in cases {
        assert_eq!(led_to(method, old, marked).as_deref(), Some(expected), "{method} {marked}");
    }
    for (old, marked) in [("70%", "7$00%"), ("\"it pays\"", "\"it p$0ays\""), ("http 8080", "http 80$080")] {
        assert_eq!(led_to("definition", old, marked), None, "a value is no word: {marked}");
    }
}

#[test]
fn a_code_leads_to_its_page() {
    for (old, marked, code) in
        [("waive BVL0313", "waive BVL0$0313", "BVL0313"), ("severity BVL0718", "severity BVL07$018", "BVL0718")]
    {
        let case = Case::with(BASE, old, marked);
        let mut client = case.client(&json!({}));
        let places = client.ask("textDocument/definition", client.at(&case.path, case.caret));
        client.end();
        assert_eq!(places[0]["uri"], format!("file://{ERRORS}/{code}.md"));
    }
}
