//! Completion beyond what may stand at a place: order, snippets, what else is added, and what is told later.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied, new_lines};
use crate::client::{Client, Counts};

const BASE: &str = "\
use std.nats
platform shop { kubernetes \"1.33\"; api-server 10.0.0.1/32; secret-store vault; secret-store team namespaced }
environment prod { namespace \"prod\"; profile restricted }
class web-like { image \"registry.example/x:1.0\"; port http 8080 }
class store { cidr 10.0.0.0/24 }
class kept { replicas 3; quorum }
service web is web-like { cpu 100m }
service api is web-like { port grpc 9090; cpu 100m }
service jobs { image \"registry.example/j:1.0\"; port http 8081; scale 1..3 { on cpu 70% } }
managed bus is nats.cluster { replicas 3 }
external vault { cidr 10.20.0.10/32; port api 8200 }
allow web -> api.grpc
allow web -> bus.client
allow jobs -> bus.client
// HERE
";

fn items(old: &str, new: &str) -> (Case, Vec<Value>) {
    let case = Case::with(BASE, old, new);
    let items = case.completions();
    (case, items)
}

fn labels(old: &str, new: &str) -> Vec<String> {
    Case::with(BASE, old, new).labels()
}

/// In each case the first labels stand before all of the second.
#[test]
fn the_likeliest_stand_first() {
    let cases: [(&str, &str, &[&str], &[&str]); 14] = [
        ("on cpu 70%", "on nats-jetstream from $0", &["bus"], &["api", "jobs", "vault", "web"]),
        ("// HERE", "allow api -> $0", &["bus"], &["vault", "jobs", "api"]),
        ("// HERE", "allow jobs -> $0", &["bus", "api"], &["jobs"]),
        ("// HERE", "allow web -> api.$0", &["http"], &["grpc"]),
        ("// HERE", "allow jobs -> api.$0", &["grpc", "http"], &[]),
        ("// HERE", "service new { $0 }", &["image"], &["in", "port"]),
        ("// HERE", "external new { $0 }", &["cidr"], &["host"]),
        ("// HERE", "environment new { $0 }", &["namespace"], &["production"]),
        ("// HERE", "service new is $0", &["web-like"], &[]),
        ("// HERE", "external new is $0", &["store"], &[]),
        ("// HERE", "managed new is $0", &["kept", "nats.cluster"], &["redis.replication"]),
        ("on cpu 70%", "on $0", &["cpu", "nats-jetstream"], &["kafka", "prometheus"]),
        ("cpu 100m }", "cpu 100m; secret keys from $0 \"a\" { key A } }", &["vault", "team"], &[]),
        // on a broken file
        ("// HERE", "} }\nallow web -> api.$0", &["http"], &["grpc"]),
    ];
    for (old, new, first, behind) in cases {
        let labels = labels(old, new);
        let at = |label: &&str| {
            labels.iter().position(|known| known == label).unwrap_or_else(|| panic!("{new}: {label}: {labels:?}"))
        };
        let last = first.iter().map(at).max().unwrap();
        assert!(behind.iter().all(|label| at(label) > last), "{new}: {labels:?}");
    }
    assert!(!labels("// HERE", "class again is $0").contains(&"again".to_owned()));
    assert!(labels("// HERE", "service new { config c { A \"\"\"\n  hello $0\n  \"\"\" } }").is_empty());
}

/// In each case the labels that are there, and those that could not stand there.
#[test]
fn what_could_not_stand_there_is_not_offered() {
    let cases: [(&str, &str, &[&str], &[&str]); 35] = [
        ("cpu 100m }\nservice api", "cpu 100m; after $0 }\nservice api", &["api", "bus", "jobs"], &["web", "vault"]),
        ("// HERE", "service new is $0", &["web-like"], &["store", "kept", "redis.replication", "nats.cluster"]),
        ("// HERE", "external new is $0", &["store"], &["web-like", "kept", "nats.cluster"]),
        ("// HERE", "managed new is $0", &["kept"], &["web-like", "store"]),
        // of what nobody answers
        ("on cpu 70%", "on $0", &["nats-jetstream", "cpu"], &["metric"]),
        (
            "external vault { cidr 10.20.0.10/32; port api 8200 }\n",
            "service other { image \"x\"; scale 1..2 { on $0 } }\n",
            &["nats-jetstream", "cpu"],
            &["kafka", "rabbitmq", "prometheus", "metric"],
        ),
        // a class that fits several kinds, and none of another
        ("// HERE", "class owned { label \"team\" \"a\" }\njob new is o$0", &["owned"], &["web-like", "store", "kept"]),
        (
            "// HERE",
            "class owned { label \"team\" \"a\" }\nclass other { label \"x\" \"b\" }\njob new is owned, $0",
            &["other"],
            &["owned", "store"],
        ),
        // behind one without a comma comes no other
        ("// HERE", "service new is web-like $0", &[], &["web-like", "is"]),
        // what a clause wants comes before another clause, and what a list names stands in it once
        ("// HERE", "allow web -> api.http in $0", &["prod"], &["because"]),
        ("// HERE", "waive mutable-tag on web in $0", &["prod"], &["until", "because"]),
        ("// HERE", "allow web, $0", &["api", "jobs"], &["web"]),
        ("// HERE", "allow web -> bus.client in prod, $0", &[], &["prod", "because"]),
        ("// HERE", "group g $0", &["web"], &["g"]),
        ("// HERE", "param size: int $0", &["=", "example"], &["int", "web"]),
        ("profile restricted }", "profile restricted; service web { $0 } }", &["image", "scale"], &["in"]),
        ("profile restricted }", "profile restricted; without allow $0 }", &["web", "vault"], &["image", "allow"]),
        ("profile restricted }", "profile restricted; without allow web $0 }", &["->"], &["web", "because"]),
        ("profile restricted }", "profile restricted; without allow web -> $0 }", &["api", "bus"], &["->"]),
        ("profile restricted }", "profile restricted; without allow web -> api.$0 }", &["grpc"], &["web"]),
        // the second of a list, once it is begun
        ("// HERE", "group g web, a$0", &["api", "bus"], &["->"]),
        (
            "managed bus is nats.cluster {",
            "managed bus is nats.cluster { service \"b\" client, m$0;",
            &["monitoring"],
            &["web", "client"],
        ),
        // a text of several lines
        (
            "// HERE",
            "let who = \"x\"\nservice new { config c { A \"\"\"\n  hello ${w$0\n  \"\"\" } }",
            &["who", "environment", "api"],
            &["secret"],
        ),
        // an overlay changes, and takes away, what is declared
        ("profile restricted }", "profile restricted; service $0 }", &["web", "api"], &["bus", "vault"]),
        ("profile restricted }", "profile restricted; managed b$0 {} }", &["bus"], &["web", "vault"]),
        ("profile restricted }", "profile restricted; without $0 }", &["web", "bus", "vault", "allow"], &["image"]),
        ("cpu 100m }\nservice api", "cpu 100m; without $0 }\nservice api", &["port", "cpu"], &["in", "web", "without"]),
        // a key of one's own that a class states
        (
            "// HERE",
            "class kept-in { config cf { FROM \"a\"; TO \"b\" } }\nservice new is web-like, kept-in { cpu 100m; config cf { without $0; TO \"c\" } }",
            &["FROM"],
            &["TO", "cpu", "config"],
        ),
        ("// HERE", "waive mutable-tag on $0", &["web", "vault", "prod"], &["mutable-tag"]),
        ("// HERE", "param size: $0", &["int", "cidr"], &["web"]),
        ("// HERE", "class sized(most: $0) { }", &["int", "cpu", "nats.cluster"], &["web"]),
        ("// HERE", "class sized(most: int) { scale $0 }", &["$most"], &["most"]),
        (
            "managed bus is nats.cluster {",
            "managed bus is nats.cluster { service \"b\" $0;",
            &["client", "headless"],
            &["web"],
        ),
        ("// HERE", "service new { disruption max-unavailable 50$0 }", &["50%"], &[]),
        ("// HERE", "waive BVL04$0", &["BVL0406"], &["mutable-tag"]),
    ];
    for (old, new, there, absent) in cases {
        let labels = labels(old, new);
        let has = |label: &&&str| labels.iter().any(|known| known == **label);
        assert!(there.iter().all(|label| has(&label)), "{new}: {there:?}: {labels:?}");
        assert!(!absent.iter().any(|label| has(&label)), "{new}: {absent:?}: {labels:?}");
    }
}

/// In each case all labels.
#[test]
fn the_parentheses_of_a_class_take_its_parameters() {
    let classes = "class sized(low: cpu = 100m, high: cpu = 500m, peer: web-like) { cpu $low..$high }\n";
    for (new, expected) in [
        ("service new is sized($0) { }", ["low", "high", "peer"].as_slice()),
        ("service new is web-like, sized(l$0) { }", &["low", "high", "peer"]),
        ("service new is sized(low = 200m, $0) { }", &["high", "peer"]),
        ("service new is sized(low = 200$0) { }", &["200m"]),
        ("service new is sized(peer = $0) { }", &["api", "web"]),
        // broken from here on
        ("service new is sized($0", &["low", "high", "peer"]),
        ("service new is sized(low = 200m, high = 2$0", &["2m", "2"]),
    ] {
        assert_eq!(labels("// HERE", &format!("{classes}{new}")), expected, "{new}");
    }
    let (case, items) = items("// HERE", &format!("{classes}service new is sized($0) {{ }}"));
    assert_eq!(items[0]["textEdit"]["newText"], "low", "{}", case.platform[&case.path]);
    assert_eq!(items[0]["detail"], "low: cpu = 100m");
    let taking = json!({
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"completion": {"completionItem": {"snippetSupport": true}}},
    });
    assert_eq!(text_of(&taking, &format!("{classes}service new is sized($0) {{ }}"), "low").0, "low = ${1}");
    let constants = labels("// HERE", &format!("{classes}let most = 2\nservice new is sized(low = $0) {{ }}"));
    assert!(constants.contains(&"$most".to_owned()), "{constants:?}");
}

/// In each case all labels, or the first of them.
#[test]
fn a_flow_goes_from_its_sources_by_an_arrow_to_its_destinations() {
    for (new, expected) in [
        ("allow web $0", ["->"].as_slice()),
        ("allow web, jobs $0", &["->"]),
        ("never web $0", &["->", "~>"]),
        ("allow web -> api.grpc $0", &["because", "in"]),
        ("allow web -> api.grpc because \"x\" $0", &["in"]),
        ("never web ~> vault $0", &[]),
    ] {
        assert_eq!(labels("// HERE", new), expected, "{new}");
    }
    for new in ["allow web -> $0", "allow web -> api.grpc, $0", "never web ~> $0", "allow $0", "allow web, $0"] {
        let found = labels("// HERE", new);
        assert!(found.contains(&"vault".to_owned()), "{new}: {found:?}");
        for absent in ["->", "~>", "because", "in", "self"] {
            assert!(!found.contains(&absent.to_owned()), "{new}: {absent}: {found:?}");
        }
    }
}

#[test]
fn the_port_of_metrics_is_one_of_the_ports() {
    let stated = "external vault { cidr 10.20.0.10/32; port api 8200 }";
    let metrics =
        format!("service seen {{ image \"registry.example/j:1.0\"; port http 8081; metrics 9100 \"/m\" }}\n{stated}");
    for (new, expected) in
        [("allow web -> seen.$0", ["http", "metrics"].as_slice()), ("allow web -> jobs.$0", &["http"])]
    {
        assert_eq!(labels(stated, &format!("{metrics}\n{new}")), expected, "{new}");
    }
}

#[test]
fn a_class_of_a_module_that_is_not_used_brings_it() {
    for (old, new, expected) in [
        ("// HERE", "managed new is redis$0", ["managed new is redis.replication", "use std.redis"]),
        ("use std.nats\nplatform", "platform", ["managed new is redis.replication", "use std.redis"]),
    ] {
        let (old, new) = if old == "// HERE" {
            (old.to_owned(), new.to_owned())
        } else {
            (BASE.to_owned(), format!("{}managed new is re$0\n", BASE.replacen("use std.nats\n", "", 1)))
        };
        let (case, items) = items(&old, &new);
        let item = items.iter().find(|item| item["label"] == "redis.replication").unwrap();
        let mut edits = vec![item["textEdit"].clone()];
        edits.extend(item["additionalTextEdits"].as_array().unwrap().iter().cloned());
        let after = applied(&case.platform, &json!({"changes": {Client::uri(&case.path): edits}}));
        let mut lines = new_lines(&case.platform, &after);
        lines.sort();
        lines.retain(|line| !line.is_empty());
        assert_eq!(lines, expected, "{new}");
        let text = &after[&case.path];
        assert!(text.find("use std.redis").unwrap() < text.find("platform shop").unwrap(), "{text}");
    }
}

fn text_of(abilities: &Value, new: &str, label: &str) -> (String, Value) {
    let case = Case::with(BASE, "// HERE", new);
    let mut client = Client::start(&case.platform, Counts::Utf8, abilities);
    client.open(&case.path, &case.platform[&case.path]);
    let answer = client.ask("textDocument/completion", client.at(&case.path, case.caret));
    client.end();
    let item = answer.as_array().unwrap().iter().find(|item| item["label"] == label).unwrap().clone();
    (item["textEdit"]["newText"].as_str().unwrap().to_owned(), item["insertTextFormat"].clone())
}

#[test]
fn snippets_are_for_those_who_take_them() {
    let taking = json!({
        "general": {"positionEncodings": ["utf-8"]},
        "textDocument": {"completion": {"completionItem": {"snippetSupport": true}}},
    });
    let plain = json!({"general": {"positionEncodings": ["utf-8"]}});
    for (new, label, snippet) in [
        ("service new { po$0 }", "port", "port ${1:NAME} ${2:NUMBER}"),
        ("service new { im$0 }", "image", "image \"${1:IMAGE}\""),
        ("ser$0", "service", "service ${1:NAME} {\n  $0\n}"),
        ("al$0", "allow", "allow ${1:web -> api.http}"),
        ("service new { shu$0 }", "shutdown", "shutdown {\n  $0\n}"),
        ("environment new { prof$0 }", "profile", "profile ${1|restricted,baseline,privileged|}"),
    ] {
        assert_eq!(text_of(&taking, new, label), (snippet.to_owned(), json!(2)), "{new}");
        assert_eq!(text_of(&plain, new, label), (label.to_owned(), Value::Null), "{new}");
    }
    assert_eq!(text_of(&taking, "environment new { prod$0 }", "production"), ("production".to_owned(), Value::Null));
}

#[test]
fn documentation_is_told_when_it_is_asked_for() {
    let case = Case::with(BASE, "// HERE", "service new { po$0 }");
    let mut client = case.client(&json!({}));
    let answer = client.ask("textDocument/completion", client.at(&case.path, case.caret));
    for item in answer.as_array().unwrap() {
        assert!(item.get("documentation").is_none(), "{item}");
        let resolved = client.ask("completionItem/resolve", item.clone());
        assert_eq!(resolved["label"], item["label"]);
        assert!(resolved["documentation"]["value"].as_str().is_some_and(|text| text.contains("```bvl")), "{resolved}");
    }
    client.end();
}

/// Of a name it is what hover says where the name is declared.
#[test]
fn what_is_named_is_documented() {
    for (new, of) in [
        ("allow web -> $0", "service web"),
        ("allow web.$0", "A port of `class web-like`"),
        ("service new { in $0 }", "environment prod"),
        ("service new is $0", "class "),
        ("service new { env A $$0 }", "let image"),
        ("service new { secret a from $0 }", "secret-store vault"),
    ] {
        let case = Case::with(BASE, "// HERE", &format!("let image = \"a\"\n{new}"));
        let mut client = case.client(&json!({}));
        let items = client.ask("textDocument/completion", client.at(&case.path, case.caret));
        let items = items.as_array().unwrap();
        let told = items.iter().filter_map(|item| {
            let resolved = client.ask("completionItem/resolve", item.clone());
            Some(resolved["documentation"]["value"].as_str()?.to_owned())
        });
        let told: Vec<String> = told.collect();
        assert!(told.iter().any(|text| text.contains(of)), "{new}: {items:#?} {told:#?}");
        client.end();
    }
}

/// What cannot be read cannot be accepted, and what is found here is likeliest meant.
#[test]
fn a_waiver_is_offered_what_checks_find() {
    for (new, refused, also) in [
        ("waive $0", "unknown-name", "mutable-tag"),
        ("} }\nwaive $0", "unclosed-block", "mutable-tag"),
        ("platform x { severity $0 }", "request-above-limit", "mutable-tag"),
    ] {
        let labels = labels("// HERE", new);
        assert!(!labels.iter().any(|label| label == refused), "{new}: {labels:?}");
        assert!(labels.iter().any(|label| label == also), "{new}: {labels:?}");
    }
    let case = Case::with(BASE, "// HERE", "waive $0");
    let mut client = case.client(&able());
    let found = client.pull(&case.path);
    let found: Vec<&str> = found.iter().map(|item| item["code"].as_str().unwrap()).collect();
    let items = client.ask("textDocument/completion", client.at(&case.path, case.caret));
    let first = items[0]["detail"].as_str().or(items[0]["labelDetails"]["description"].as_str()).unwrap();
    assert!(found.iter().any(|code| first.contains(code)), "{first} is not among {found:?}");
    client.end();
}

#[test]
fn behind_a_value_stands_what_may_stand_beside_it() {
    for (typed, offered, others) in [
        ("env A $0", ["secret", "config", "api"].as_slice(), ["expand"].as_slice()),
        ("env A \"x\" $0", &["expand"], &["secret", "config"]),
        ("env A api.$0", &["http", "grpc", "host"], &["secret", "config", "expand"]),
        ("env A api.grpc.$0", &["host", "port"], &["secret", "config", "expand"]),
        ("env A api.grpc.host $0", &["expand"], &["secret", "config"]),
        ("env A secret $0", &[], &["config", "expand"]),
        // on a broken file
        ("\n  env A api.$0\n\nservice more is web-like {", &["http"], &["secret", "config", "expand"]),
    ] {
        Case::with(BASE, "is web-like { cpu 100m }", &format!("is web-like {{ cpu 100m; {typed} }}"))
            .offers(offered, others, typed);
    }
}

#[test]
fn where_a_number_is_due_one_is_shown() {
    for (typed, expected) in [
        ("cpu $0", "500m..2"),
        ("port more $0", "8080"),
        ("user $0", "10001"),
        ("health 8081 { ready \"/r\" every $0 }", "5s"),
        ("shutdown { drain $0 }", "30s"),
        // on a broken file
        ("\n  memory $0\n\nservice more is web-like {", "512Mi..1Gi"),
    ] {
        let case = Case::with(BASE, "is web-like { cpu 100m }", &format!("is web-like {{ {typed} }}"));
        let items = case.completions();
        let shown = items.iter().find(|item| item["detail"] == "for example");
        let shown = shown.unwrap_or_else(|| panic!("{typed}: {items:?}"));
        assert_eq!(shown["label"], expected, "{typed}");
    }
}
