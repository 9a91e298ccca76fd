//! Facts beside statements: which are shown, where, and that each can be switched off and is in hover.

use serde_json::{Value, json};

use crate::carets::Case;
use crate::client::{Client, Counts};
use crate::corpus::platforms;

const BASE: &str = "\
platform shop { kubernetes \"1.33\" }
environment prod { namespace \"shop\"; profile restricted }
environment staging { namespace \"shop-staging\"; profile restricted }
service web {
  image \"registry.example/web:1.0\"
  port http 8080
  port admin 9000 service-port 90
  cpu 500m..1
  memory 256Mi..512Mi
  // HERE
}
service api { image \"registry.example/api:1.0\"; port http 8081; port dns 5353 udp; cpu 1; memory 1Gi }
";

/// The labels of all hints of a text, with the lines that they stand on.
fn labels(client: &mut Client, path: &str) -> Vec<(String, String)> {
    let text = client.text(path).to_owned();
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    let hints =
        client.ask("textDocument/inlayHint", json!({"textDocument": {"uri": Client::uri(path)}, "range": range}));
    let of = |hint: &Value| {
        let line = usize::try_from(hint["position"]["line"].as_u64().unwrap()).unwrap();
        (text.lines().nth(line).unwrap().trim().to_owned(), hint["label"].as_str().unwrap().to_owned())
    };
    hints.as_array().unwrap().iter().map(of).collect()
}

fn of(old: &str, new: &str) -> Vec<(String, String)> {
    let case = Case::with(BASE, old, &format!("$0{new}"));
    let mut client = case.client(&json!({}));
    let found = labels(&mut client, &case.path);
    client.end();
    found
}

#[test]
fn what_follows_is_said_behind_the_statement() {
    let here = "  // HERE\n";
    let cases: [(&str, &str, &[&str]); 24] = [
        (here, "shutdown { grace 60s; pre-stop 5s; drain 30s }\n", &["= 5s pre-stop + 30s drain \u{b7} 25s spare"]),
        (
            here,
            "shutdown {\n grace 30s\n pre-stop 5s\n drain 30s\n}\n",
            &["= 5s pre-stop + 30s drain \u{b7} 5s too much"],
        ),
        (here, "shutdown { grace 60s }\n", &[]),
        (
            here,
            "scale 1..50 { on cpu 70% }\nshutdown { grace 120s; pre-stop 5s }\ndisruption max-unavailable 1\n",
            &[
                "scales above 350m a pod",
                "requests 500m..25 cpu",
                "= 5s pre-stop \u{b7} 115s spare",
                "worst drain of all replicas 1h 40min",
            ],
        ),
        (
            here,
            "scale 3..20 { on cpu 70% }\ndisruption min-available 50%\n",
            &["scales above 350m a pod", "requests 1500m..10 cpu", "1 of 3 .. 10 of 20 may go"],
        ),
        // a pod is its service and its sidecars
        (
            here,
            "scale 2..4 { on cpu 70% }\nsidecar s { image \"r.example/s:1\"; cpu 100m; memory 16Mi; stops-within 2s }\nshutdown { grace 60s; pre-stop 5s }\ndisruption max-unavailable 1\n",
            &[
                "scales above 420m a pod",
                "requests 1200m..2400m cpu",
                "= 5s pre-stop + 2s sidecar s \u{b7} 53s spare",
                "worst drain of all replicas 4min",
            ],
        ),
        // what starts last stops first
        (
            here,
            "sidecar proxy { image \"r.example/p:1\"; cpu 100m; memory 16Mi; stops-within 7s }\nsidecar logs { image \"r.example/l:1\"; cpu 100m; memory 16Mi; stops-within 2s }\nshutdown { grace 60s; pre-stop 5s }\n",
            &["= 5s pre-stop + 2s sidecar logs + 7s sidecar proxy \u{b7} 46s spare"],
        ),
        (here, "scale 4\ndisruption min-available 3\n", &["requests 2 cpu", "1 of 4 may go"]),
        (here, "scale 3..20 {\n on cpu 70%\n}\n", &["requests 1500m..10 cpu", "scales above 350m a pod"]),
        (here, "scale 3..20 {\n on memory 80%\n}\n", &["requests 1500m..10 cpu", "scales above 204Mi a pod"]),
        (here, "scale 1\n", &[]),
        ("service api {", "allow web -> api.http\nservice api {", &["= 8081"]),
        ("service api {", "allow web -> api.http, api.dns\nservice api {", &["= http 8081, dns 5353/UDP"]),
        ("service api {", "allow web -> api.http\nallow api -> web.admin\nservice api {", &["= 8081", "= 9000"]),
        (here, "env API \"http://${api.http.host}:${api.http.port}\"\n", &["= 8081"]),
        (here, "env API api.http.host\n", &[]),
        (
            "service api {",
            "rule \"x\" { for s in services require s.cpu.request >= 500m }\nservice api {",
            &["holds for 4 of 4 services"],
        ),
        (
            "service api {",
            "rule \"x\" in prod {\n for s in services where s.name == \"web\" require s.cpu.request >= 1 and s.tier == none\n}\nservice api {",
            &["holds for 0 of 1 services \u{b7} not for web: s.cpu.request is 500m"],
        ),
        // what is alike in both environments is told once
        (
            "service api {",
            "rule \"x\" { for s in services require s.label(\"team\") != none }\nservice api {",
            &[
                "holds for 0 of 4 services \u{b7} not for api: s.label(\"team\") is none; web: s.label(\"team\") is none",
            ],
        ),
        (
            "service api {",
            "rule \"x\" { for s in services where s.name == \"no\" require s.cpu != none }\nservice api {",
            &["means none of the services"],
        ),
        // broken from here on
        ("service api {", "rule \"x\" { for s in services require s.cpu. }\nservice api {", &[]),
        (here, "shutdown { grace 60s; pre-stop 5s; drain }\n", &[]),
        (here, "scale 3..\n", &[]),
        ("service api {", "allow web -> api.\nallow web -> api.http\nservice api {", &["= 8081"]),
    ];
    for (old, new, expected) in cases {
        let found = of(old, new);
        let found: Vec<&str> = found.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(found, expected, "{new}");
    }
}

/// A group has the port of each of its members.
#[test]
fn the_port_of_a_group_is_that_of_each_member() {
    let more = "external far { cidr 10.9.0.0/16; port http 9443 }\ngroup inner far\ngroup both api, inner\nallow web -> both.http\n";
    let found = of("service api {", &format!("{more}service api {{"));
    let flow = found.iter().find(|(line, _)| line.starts_with("allow web"));
    assert_eq!(flow.map(|(_, label)| label.as_str()), Some("= api 8081, far 9443"), "{found:?}");
}

#[test]
fn what_differs_is_said_with_its_environments() {
    let found = of(
        "  // HERE\n",
        "scale 3\n}\nenvironment dev { namespace \"d\"; profile restricted; service web { scale 2 }\n",
    );
    let scale = found.iter().find(|(line, _)| line.starts_with("scale")).unwrap();
    assert_eq!(scale.1, "requests 1 cpu in dev; requests 1500m cpu in prod, staging");
    let overlay = found.iter().find(|(line, _)| line.starts_with("environment dev")).unwrap();
    assert_eq!(overlay.1, "requests 1 cpu");
}

#[test]
fn the_seeds_own_numbers() {
    let (_, platform) = platforms("examples/bitvault").remove(0);
    let mut client = Client::pulling(&platform, Counts::Utf16);
    let path = "services/bitvault-worker.bvl";
    client.open(path, &platform[path]);
    let found = labels(&mut client, path);
    for expected in [
        "= 5s pre-stop + 30s drain + 80s finish \u{b7} 5s spare",
        "worst drain of all replicas 1h 40min",
        "50 replicas at 5,000 pending",
    ] {
        assert!(found.iter().any(|(_, label)| label.contains(expected)), "{expected}: {found:?}");
    }
    client.end();
}

#[test]
fn each_kind_has_a_switch() {
    let text = "scale 1..50 {\n on cpu 70%\n}\nshutdown { grace 120s; pre-stop 5s }\ndisruption max-unavailable 1\n}\nallow web -> api.http\nrule \"x\" { for s in services require s.name != \"x\" }\ngroup all web, api\nenvironment dev {\n";
    let case = Case::with(BASE, "  // HERE\n", &format!("$0{text}"));
    for (switch, n_hints) in [("shutdown", 1), ("drain", 1), ("scale", 2), ("ports", 1), ("rules", 1)] {
        let mut client = case.client(&json!({}));
        let all = labels(&mut client, &case.path).len();
        client.notify("workspace/didChangeConfiguration", json!({"settings": {"bvl": {"hints": {switch: false}}}}));
        assert_eq!(all - labels(&mut client, &case.path).len(), n_hints, "{switch}");
        client.end();
    }
}

#[test]
fn a_hint_is_whole_and_resolving_adds_every_step() {
    let case = Case::with(BASE, "  // HERE\n", "$0shutdown { grace 60s; pre-stop 5s; drain 30s }\n");
    let mut client = case.client(&json!({}));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let document = json!({"uri": Client::uri(&case.path)});
    let hints = client.ask("textDocument/inlayHint", json!({"textDocument": document, "range": range}));
    let hint = hints.as_array().unwrap().iter().find(|hint| hint["label"].as_str().unwrap().contains("spare")).unwrap();
    assert!(hint.get("tooltip").is_none());
    let resolved = client.ask("inlayHint/resolve", hint.clone());
    assert_eq!(resolved["label"], hint["label"]);
    let detail = resolved["tooltip"]["value"].as_str().unwrap();
    assert!(detail.contains("The clock of grace starts before pre-stop"), "{detail}");
    let hover = client.ask("textDocument/hover", client.at(&case.path, case.caret + 2));
    assert!(hover["contents"]["value"].as_str().unwrap().contains(detail), "{hover}");
    client.end();
}
