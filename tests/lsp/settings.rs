//! What the user chooses: asked for where the client tells it, and told where it is wrong.

use serde_json::json;

use crate::client::{Client, Counts};
use crate::corpus::Platform;

fn empty() -> Platform {
    Platform::from([("platform.bvl".to_owned(), String::new())])
}

#[test]
fn settings_are_asked_for_and_asked_again() {
    let abilities = json!({"workspace": {"configuration": true, "inlayHint": {"refreshSupport": true}}});
    let mut client = Client::start(&empty(), Counts::Utf8, &abilities);
    client.settings = json!({"bvl.hints": {"ports": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    while !client.asked.iter().any(|method| method == "workspace/inlayHint/refresh") {
        client.receive();
    }
    assert!(client.told.is_empty(), "{:?}", client.told);
    client.settings = json!({"bvl.hints": {"prots": false}, "bvl.lenses": "no"});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    while client.told.is_empty() {
        client.receive();
    }
    assert!(client.told[0].contains("bvl.hints.prots") && client.told[0].contains("bvl.lenses"), "{:?}", client.told);
    client.end();
}

#[test]
fn settings_that_come_by_themselves_are_read() {
    let mut client = Client::start(&empty(), Counts::Utf8, &json!({}));
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"bvl": {"hints": 1, "path": "bvlc"}}}));
    while client.told.is_empty() {
        client.receive();
    }
    assert!(client.told[0].contains("bvl.hints"), "{:?}", client.told);
    assert!(client.asked.is_empty(), "{:?}", client.asked);
    client.end();
}

#[test]
fn settings_come_as_one_section_too() {
    let abilities = json!({"workspace": {"configuration": true, "inlayHint": {"refreshSupport": true}}});
    let mut client = Client::start(&empty(), Counts::Utf8, &abilities);
    client.settings = json!({"bvl": {"hints": {"ports": false, "prots": true}, "lenses": false}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    while !client.asked.iter().any(|method| method == "workspace/inlayHint/refresh") {
        client.receive();
    }
    assert_eq!(client.told.len(), 1, "{:?}", client.told);
    assert!(client.told[0].contains("bvl.hints.prots"), "{:?}", client.told);
    client.end();
}
