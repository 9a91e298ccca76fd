//! From a name of the standard library to where it is declared.

use serde_json::{Value, json};

use crate::carets::Case;
use crate::client::STANDARD;

const BASE: &str = "\
use std.nats
use std.redis
platform shop { kubernetes \"1.33\" }
environment prod { namespace \"prod\"; profile restricted }
service web {
  image \"registry.example/web:1.0\"
  env BUS \"${bus.client.host}\"
}
managed bus is nats.cluster { replicas 3 }
class own is redis.replication { replicas 3 }
managed cache is own
allow web -> bus.client
allow web -> cache.client
";

/// The file and what stands at each place that is led to, cut out of what the compiler has.
fn led_to(method: &str, old: &str, marked: &str) -> Vec<String> {
    let case = Case::with(BASE, old, marked);
    let mut client = case.client(&json!({}));
    let mut params = client.at(&case.path, case.caret);
    if method == "references" {
        params["context"] = json!({"includeDeclaration": true});
    }
    let places = client.ask(&format!("textDocument/{method}"), params);
    client.end();
    let told = |place: &Value| {
        let path = place["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
        let text = match path.strip_prefix(&format!("{STANDARD}/std/")) {
            Some(name) => bvlc::resolve::STANDARD.get_file(name).unwrap().contents_utf8().unwrap(),
            None => case.platform[path.rsplit('/').next().unwrap()].as_str(),
        };
        let (start, end) = (&place["range"]["start"], &place["range"]["end"]);
        let part = &text[crate::carets::offset(text, start)..crate::carets::offset(text, end)];
        format!("{} {part}", path.rsplit('/').next().unwrap())
    };
    places.as_array().unwrap().iter().map(told).collect()
}

#[test]
fn names_lead_into_the_standard_library() {
    let cases = [
        ("definition", "is nats.cluster", "is nats.clu$0ster", "nats.bvl cluster"),
        ("declaration", "is nats.cluster", "is nats.clu$0ster", "nats.bvl cluster"),
        ("definition", "is nats.cluster", "is na$0ts.cluster", "nats.bvl "),
        ("definition", "use std.nats", "use std.na$0ts", "nats.bvl "),
        ("definition", "bus.client\n", "bus.cli$0ent\n", "nats.bvl client"),
        ("definition", "${bus.client.host}", "${bus.cli$0ent.host}", "nats.bvl client"),
        ("definition", "is redis.replication", "is redis.repl$0ication", "redis.bvl replication"),
        ("definition", "cache.client", "cache.cli$0ent", "redis.bvl client"),
        ("typeDefinition", "managed bus", "managed b$0us", "nats.bvl cluster"),
        ("typeDefinition", "managed cache", "managed ca$0che", "platform.bvl own"),
        ("definition", "is own", "is o$0wn", "platform.bvl own"),
    ];
    for (method, old, marked, expected) in cases {
        assert_eq!(led_to(method, old, marked), [expected], "{method} {marked}");
    }
    assert_eq!(led_to("references", "is nats.cluster", "is nats.clu$0ster").len(), 1, "of the user's own files");
}

#[test]
fn broken_files_lead_there_too() {
    for broken in [
        "managed bus is nats.clu$0ster",
        "managed bus is nats.clu$0ster {{",
        "}\nmanaged bus is nats.clu$0ster { replicas",
    ] {
        let places = led_to("definition", "managed bus is nats.cluster { replicas 3 }", broken);
        assert_eq!(places, ["nats.bvl cluster"], "{broken}");
    }
}

#[test]
fn a_copy_is_no_platform() {
    let case = Case::with(BASE, "use std.nats", "use std.na$0ts");
    let mut client = case.client(&json!({}));
    let uri = format!("file://{STANDARD}/std/nats.bvl");
    let text = bvlc::resolve::STANDARD.get_file("nats.bvl").unwrap().contents_utf8().unwrap();
    let document = json!({"uri": uri, "languageId": "bvl", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({"textDocument": document}));
    let document = json!({"textDocument": {"uri": uri}});
    let report = client.ask("textDocument/diagnostic", document.clone());
    assert_eq!(report["items"], json!([]));
    let outline = client.ask("textDocument/documentSymbol", document);
    assert!(outline.as_array().unwrap().iter().any(|symbol| symbol["name"] == "cluster"), "{outline}");
    // what stands there is known of in the platform
    let at = |text_part: &str| {
        let offset = text.find(&format!("class {text_part}")).unwrap() + "class ".len();
        let line = text[..offset].matches('\n').count();
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": offset - start}})
    };
    let mut of_class = at("cluster");
    of_class["context"] = json!({"includeDeclaration": false});
    let class = client.ask("textDocument/references", of_class);
    assert_eq!(class.as_array().unwrap().len(), 1, "{class}");
    let start = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}, "context": {"includeDeclaration": true}});
    let module = client.ask("textDocument/references", start);
    assert_eq!(module.as_array().unwrap().len(), 2, "`use`, and before the class: {module}");
    let refused = client.try_ask("textDocument/prepareRename", at("cluster")).unwrap_err();
    assert!(refused.contains("standard library"), "{refused}");
    let found = client.pull("platform.bvl");
    let codes: Vec<&str> = found.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(!codes.iter().any(|code| code.starts_with("BVL02")), "the platform is as it was: {codes:?}");
    client.end();
}
