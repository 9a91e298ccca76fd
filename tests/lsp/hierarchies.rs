//! Flows as calls, classes of what takes them over, what a selection grows to, and what leads to other files.

use serde_json::{Value, json};

use crate::carets::{Case, offset};
use crate::client::Client;

const BASE: &str = r#"//- platform.bvl
use "flows.bvl"
use std.nats
use std.prometheus

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

environment prod { namespace "prod"; profile restricted }
environment test { namespace "test"; profile restricted }

class base { cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
class named(port: int) is base { port http $port; metrics 9102 "/metrics" }

service web is named(port = 8080) { image "registry.example/web:1" }
service api is named(port = 8080) { image "registry.example/api:1" }
service lone { image "registry.example/lone:1"; cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
managed prometheus is prometheus.server { }
external vault { cidr 10.20.0.10/32; port secure 8200 }
group all web, api
//- flows.bvl
allow web -> api.http { timeout 5s }
allow api -> vault.secure in prod because "it reads secrets"
"#;

fn asked(old: &str, marked: &str, method: &str) -> (Client, Value) {
    let case = Case::with(BASE, old, marked);
    let mut client = case.client(&json!({}));
    let answer = client.ask(&format!("textDocument/{method}"), client.at(&case.path, case.caret));
    (client, answer)
}

/// The steps from what stands at the caret, as `NAME DETAIL`.
fn steps(marked: &str, direction: &str) -> Vec<String> {
    let old = marked.replacen("$0", "", 1);
    let (mut client, items) = asked(&old, marked, "prepareCallHierarchy");
    let Some(item) = items.as_array().and_then(|items| items.first()) else {
        client.end();
        return vec!["none".to_owned()];
    };
    let found = client.ask(&format!("callHierarchy/{direction}Calls"), json!({"item": item}));
    client.end();
    let end = if direction == "incoming" { "from" } else { "to" };
    let step = |call: &Value| {
        assert!(!call["fromRanges"].as_array().unwrap().is_empty(), "{call}");
        format!("{} {}", call[end]["name"].as_str().unwrap(), call[end]["detail"].as_str().unwrap())
    };
    found.as_array().unwrap().iter().map(step).collect()
}

#[test]
fn flows_are_steps_with_port_reason_and_environments() {
    let dns = "the cluster's DNS in prod, test, derived: web looks up the name of api";
    assert_eq!(steps("service w$0eb is", "outgoing"), ["api .http in prod, test", dns]);
    assert_eq!(steps("allow web -> a$0pi.http", "outgoing"), ["vault .secure in prod, because it reads secrets"]);
    assert_eq!(steps("external vau$0lt", "incoming"), ["api .secure in prod, because it reads secrets"]);
    assert_eq!(steps("external vau$0lt", "outgoing"), [""; 0]);
    assert_eq!(steps("service lo$0ne", "incoming"), [""; 0]);
    let api = steps("service a$0pi is", "incoming");
    assert!(api.iter().any(|step| step == "web .http in prod, test"), "{api:?}");
    let derived = api.iter().find(|step| step.starts_with("prometheus"));
    assert!(derived.is_some_and(|step| step.contains(".metrics in prod, test, derived: ")), "{api:?}");
}

#[test]
fn a_step_on_a_way_that_a_never_rules_out_says_so() {
    let broken = |marked: &str, direction: &str| {
        let old = marked.replacen("$0", "", 1);
        let base = BASE.replacen("group all web, api", "group all web, api\nnever web ~> vault", 1);
        let case = Case::with(&base, &old, marked);
        let mut client = case.client(&json!({}));
        let items = client.ask("textDocument/prepareCallHierarchy", client.at(&case.path, case.caret));
        let found = client.ask(&format!("callHierarchy/{direction}Calls"), json!({"item": items[0]}));
        client.end();
        let end = if direction == "incoming" { "from" } else { "to" };
        let detail = |call: &Value| format!("{} {}", call[end]["name"], call[end]["detail"]).replace('"', "");
        found.as_array().unwrap().iter().map(detail).collect::<Vec<_>>()
    };
    let mark = ", on a way that `never web ~> vault` rules out";
    let test = "api .http in test".to_owned();
    assert_eq!(broken("service w$0eb is", "outgoing")[..2], [test, format!("api .http in prod{mark}")]);
    let incoming = broken("external vau$0lt", "incoming");
    assert_eq!(incoming, [format!("api .secure in prod, because it reads secrets{mark}")]);
    let api = broken("service a$0pi is", "incoming");
    let derived = api.iter().find(|step| step.starts_with("prometheus"));
    assert!(derived.is_some_and(|step| !step.contains("never")), "{api:?}");
}

/// The text of a range of a document.
fn text_at(client: &Client, uri: &Value, range: &Value) -> String {
    let path = uri.as_str().unwrap().strip_prefix(&Client::uri("")).unwrap();
    let text = client.text(path);
    text[offset(text, &range["start"])..offset(text, &range["end"])].to_owned()
}

/// Where a step's other end is, what of that is selected, and where it is called: the first words of each.
fn places(marked: &str, direction: &str) -> Vec<[String; 3]> {
    let (mut client, items) = asked(&marked.replacen("$0", "", 1), marked, "prepareCallHierarchy");
    let found = client.ask(&format!("callHierarchy/{direction}Calls"), json!({"item": items[0]}));
    let end = if direction == "incoming" { "from" } else { "to" };
    let place = |call: &Value| {
        let other = &call[end];
        let whole = text_at(&client, &other["uri"], &other["range"]);
        let selected = text_at(&client, &other["uri"], &other["selectionRange"]);
        assert!(whole.contains(&selected), "{other}");
        let within = if direction == "incoming" { other } else { &items[0] };
        let from: Vec<String> = call["fromRanges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|range| text_at(&client, &within["uri"], range))
            .collect();
        [whole.chars().take(18).collect(), selected, from.join(", ")]
    };
    let found = found.as_array().unwrap().iter().map(place).collect();
    client.end();
    found
}

#[test]
fn a_step_leads_to_the_statement_that_allows_it() {
    let strings = |rows: &[[&str; 3]]| rows.iter().map(|row| row.map(str::to_owned)).collect::<Vec<_>>();
    // stated in another file than the callers are declared in
    assert_eq!(places("external vau$0lt", "incoming"), strings(&[["allow api -> vault", "api", "vault.secure"]]));
    let api = places("service a$0pi is", "incoming");
    assert!(api.contains(&["allow web -> api.h".to_owned(), "web".to_owned(), "api.http".to_owned()]), "{api:?}");
    // what follows from a fact is no statement of whoever begins
    let derived = api.iter().find(|place| place[1] == "prometheus");
    assert_eq!(derived.unwrap()[2], "prometheus", "{api:?}");
    let named = ["service api is nam", "api", "web"];
    // what is declared nowhere stands where it follows from
    let derived = ["allow web -> api.h", "allow web -> api.http", "web"];
    assert_eq!(places("service w$0eb is", "outgoing"), strings(&[named, derived]));
    // in the same file
    let one = BASE.replacen("//- flows.bvl\n", "", 1).replacen("use \"flows.bvl\"\n", "", 1);
    let case = Case::with(&one, "service a$0pi is".replace("$0", "").as_str(), "service a$0pi is");
    let mut client = case.client(&json!({}));
    let items = client.ask("textDocument/prepareCallHierarchy", client.at(&case.path, case.caret));
    for (direction, named, other) in
        [("incoming", "api.http", "service web is"), ("outgoing", "vault.secure", "external vault")]
    {
        let found = client.ask(&format!("callHierarchy/{direction}Calls"), json!({"item": items[0]}));
        let end = if direction == "incoming" { "from" } else { "to" };
        let calls = found.as_array().unwrap();
        let call = calls.iter().find(|call| call[end]["name"] != "prometheus").unwrap();
        assert!(text_at(&client, &call[end]["uri"], &call[end]["range"]).starts_with(other), "{call}");
        assert_eq!(text_at(&client, &items[0]["uri"], &call["fromRanges"][0]), named);
    }
    client.end();
}

#[test]
fn what_has_no_flows_is_no_step() {
    for marked in ["class na$0med", "group a$0ll", "environment pr$0od", "kuber$0netes \"1.33\"", "platform sh$0op"] {
        assert_eq!(steps(marked, "incoming"), ["none"], "{marked}");
    }
}

#[test]
fn flows_are_steps_in_broken_files_too() {
    for (old, new) in
        [("group all web, api", "group all web,"), ("cpu 100m..500m; mem", "cpu 100m..; mem"), ("test {", "test { {")]
    {
        let broken = BASE.replacen(old, new, 1);
        let case = Case::with(&broken, "service web is", "service w$0eb is");
        let mut client = case.client(&json!({}));
        let items = client.ask("textDocument/prepareCallHierarchy", client.at(&case.path, case.caret));
        let found = client.ask("callHierarchy/outgoingCalls", json!({"item": items[0]}));
        assert_eq!(found[0]["to"]["name"], "api", "{new}");
        client.end();
    }
}

#[test]
fn the_type_of_something_is_its_class() {
    let cases = [
        ("allow w$0eb -> api", Some("class named")),
        ("-> api.ht$0tp", Some("class named")),
        ("service a$0pi is", Some("class named")),
        ("class na$0med", Some("class base")),
        ("class ba$0se", None),
        ("-> vault.sec$0ure", Some("external vault")),
        ("service lo$0ne", None),
        ("environment pr$0od", None),
        ("kubernetes \"1.$033\"", None),
    ];
    for (marked, declared) in cases {
        let (client, answer) = asked(&marked.replacen("$0", "", 1), marked, "typeDefinition");
        let lines: Vec<&str> = answer
            .as_array()
            .into_iter()
            .flatten()
            .map(|place| {
                client
                    .text("platform.bvl")
                    .lines()
                    .nth(usize::try_from(place["range"]["start"]["line"].as_u64().unwrap()).unwrap())
                    .unwrap()
            })
            .collect();
        match declared {
            Some(declared) => assert!(lines.len() == 1 && lines[0].starts_with(declared), "{marked}: {lines:?}"),
            None => assert!(lines.is_empty(), "{marked}: {lines:?}"),
        }
        client.end();
    }
}

#[test]
fn classes_are_a_hierarchy() {
    let related = |marked: &str, direction: &str| -> Vec<String> {
        let (mut client, items) = asked(&marked.replacen("$0", "", 1), marked, "prepareTypeHierarchy");
        let found = match items.as_array().and_then(|items| items.first()) {
            Some(item) => client.ask(&format!("typeHierarchy/{direction}"), json!({"item": item})),
            None => json!([{"name": "none"}]),
        };
        client.end();
        found.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let cases: [(&str, &str, &[&str]); 10] = [
        ("class na$0med", "supertypes", &["base"]),
        ("class na$0med", "subtypes", &["api", "web"]),
        ("class ba$0se", "supertypes", &[]),
        ("class ba$0se", "subtypes", &["named"]),
        ("service w$0eb is", "supertypes", &["named"]),
        ("service w$0eb is", "subtypes", &[]),
        ("allow a$0pi -> vault", "supertypes", &["named"]),
        ("service lo$0ne", "supertypes", &[]),
        ("environment pr$0od", "supertypes", &["none"]),
        ("-> vault.sec$0ure", "supertypes", &["none"]),
    ];
    for (marked, direction, expected) in cases {
        assert_eq!(related(marked, direction), expected, "{marked} {direction}");
    }
}

#[test]
fn a_selection_grows_by_what_stands_around() {
    let grown = |base: &str, old: &str, marked: &str| {
        let case = Case::with(base, old, marked);
        let mut client = case.client(&json!({}));
        let at = client.at(&case.path, case.caret);
        let params = json!({"textDocument": at["textDocument"], "positions": [at["position"]]});
        let answer = client.ask("textDocument/selectionRange", params);
        let text = client.text(&case.path).to_owned();
        client.end();
        let mut found = Vec::new();
        let mut next = &answer[0];
        while next["range"].is_object() {
            let end = |end: &str| offset(&text, &next["range"][end]);
            found.push(text[end("start")..end("end")].to_owned());
            next = &next["parent"];
        }
        assert!(found.windows(2).all(|pair| pair[1].contains(&pair[0]) && pair[1].len() > pair[0].len()), "{found:?}");
        assert_eq!(found.last(), Some(&text));
        found
    };
    let starts: [(&str, &str, &[&str]); 10] = [
        (
            "allow web -> api.http",
            "allow w$0eb -> api.http",
            &["web", "allow web -> api.http", "allow web -> api.http { timeout 5s }"],
        ),
        ("-> api.http", "-> api.ht$0tp", &["http", "api.http", "allow web -> api.http"]),
        ("timeout 5s", "timeout 5$0s", &["5s", "timeout 5s", "{ timeout 5s }"]),
        ("timeout 5s", "time$0out 5s", &["timeout", "timeout 5s", "{ timeout 5s }"]),
        (
            "named(port = 8080) { image \"registry.example/web",
            "named(port = 80$080) { image \"registry.example/web",
            &["8080", "port = 8080", "named(port = 8080)"],
        ),
        ("group all web, api", "group all w$0eb, api", &["web", "web, api", "group all web, api"]),
        (
            "cpu 100m..500m; memory 64Mi..128Mi; scale 2 }\nclass",
            "cpu 100m..50$00m; memory 64Mi..128Mi; scale 2 }\nclass",
            &["500m", "100m..500m", "cpu 100m..500m"],
        ),
        ("ready \"/readyz\"", "ready \"/rea$0dyz\"", &["\"/readyz\"", "ready \"/readyz\" every 5s"]),
        ("external vault", "exter$0nal vault", &["external", "external vault"]),
        (
            "in prod because",
            "in pr$0od because",
            &["prod", "allow api -> vault.secure in prod because \"it reads secrets\""],
        ),
    ];
    for (old, marked, expected) in starts {
        let found = grown(BASE, old, marked);
        assert_eq!(found.get(..expected.len()).unwrap_or(&found), expected, "{marked}");
    }
    for (old, new, marked) in [
        ("timeout 5s }", "timeout 5s", "timeout 5$0s"),
        ("allow web", "} } alow web", "alow w$0eb"),
        ("because \"it reads secrets\"", "because \"it reads", "secure in pr$0od"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        assert!(grown(&broken, &marked.replacen("$0", "", 1), marked).len() > 1, "{marked}");
    }
}

#[test]
fn what_leads_out_of_a_file_is_linked() {
    let base = "//- platform.bvl\nuse \"a.bvl\", \"teams/*.bvl\"\nuse std.nats, \"./teams/../b.bvl\", std.nothing\nuse \"../out.bvl\"\nuse \"\nplatform $0shop { kubernetes \"1.33\" }\nservice web { image \"registry.example/web:${tag}\" }\nservice api { image \"registry.example/api-${tag}\" }\nservice jobs { image \"${registry}/jobs:1\" }\nexternal bank { host \"bank.example\" }\n//- a.bvl\n//- b.bvl\n";
    let case = Case::new(base);
    let mut client = case.client(&json!({}));
    let answer = client.ask("textDocument/documentLink", json!({"textDocument": {"uri": Client::uri("platform.bvl")}}));
    let targets: Vec<&str> = answer.as_array().unwrap().iter().map(|link| link["target"].as_str().unwrap()).collect();
    let [a, nats, b, image, host] = targets[..] else { panic!("{targets:?}") };
    assert_eq!([a, b], [Client::uri("a.bvl"), Client::uri("b.bvl")]);
    assert!(nats.ends_with("/nats.bvl"), "{nats}");
    assert_eq!([image, host], ["https://registry.example/web", "https://bank.example"]);
    client.end();
}

#[test]
fn classes_of_the_standard_library_are_in_the_hierarchy() {
    let base = "//- platform.bvl\nuse std.nats\nplatform shop { kubernetes \"1.33\" }\nenvironment prod { namespace \"shop\" }\nmanaged que$0ue is nats.cluster { replicas 3 }\n";
    let case = Case::new(base);
    let mut client = case.client(&json!({}));
    let items = client.ask("textDocument/prepareTypeHierarchy", client.at(&case.path, case.caret));
    let above = client.ask("typeHierarchy/supertypes", json!({"item": items[0]}));
    assert_eq!(above[0]["name"], "nats.cluster");
    assert!(above[0]["uri"].as_str().unwrap().ends_with("/nats.bvl"), "{above}");
    let below = client.ask("typeHierarchy/subtypes", json!({"item": above[0]}));
    assert_eq!(below[0]["name"], "queue", "{below}");
    client.end();
}
