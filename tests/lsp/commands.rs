//! Lenses, the actions that do the same, and the commands behind both.

use serde_json::{Value, json};

use crate::carets::Case;
use crate::client::{Client, Counts};
use crate::corpus::{Platform, ROOT, platforms};

pub(crate) const BASE: &str = "\
platform shop {
  kubernetes \"1.33\"
  defaults {
    health 8081 { live \"/healthz\"; ready \"/readyz\" every 5s }
    shutdown { grace 60s; pre-stop 5s; drain 30s }
  }
}
environment prod { namespace \"shop\"; profile restricted }
service web {
  image \"registry.example/web:1.0\"
  port http 8080
  cpu 100m..500m
  memory 128Mi
  scale 2
}
service api {
  image \"registry.example/api:1.0\"
  port rest 8082
  cpu 100m..500m
  memory 128Mi
  scale 2
}
external vault { cidr 10.20.0.10/32; port api 8200 }
allow web -> api.rest because \"orders\"
allow api -> vault.api
";

pub(crate) fn run(client: &mut Client, command: &str, arguments: &Value) -> Value {
    client.ask("workspace/executeCommand", json!({"command": command, "arguments": [arguments]}))
}

/// What a command answers at the caret.
fn at(command: &str, old: &str, new: &str) -> Value {
    let case = Case::with(BASE, old, new);
    let mut client = case.client(&json!({}));
    let place = client.at(&case.path, case.caret);
    let answer = run(&mut client, command, &place);
    client.end();
    answer
}

/// Holds that a command answers at the caret with a text that has these parts.
fn answers(command: &str, old: &str, new: &str, expected: &[&str]) {
    let answer = at(command, old, new);
    let text = answer["text"].as_str().unwrap_or_else(|| panic!("{command} {new}: {answer}"));
    for part in expected {
        assert!(text.contains(part), "{command} {new}: {part} is not in\n{text}");
    }
    assert!(answer["title"].is_string() && answer["language"].is_string());
}

#[test]
fn a_rule_says_what_it_holds_of() {
    let cases: [(&str, &[&str]); 4] = [
        (
            "rule \"enough\" { fo$0r s in services where s.name != \"api\" require s.scale.min >= 3 }",
            &["enough: holds for 0 of 1 services\n\nbroken in prod\n  web: `s.scale.min` is 2 (platform.bvl:"],
        ),
        (
            "rule \"en$0ough\" { for w in workloads require w.name != \"web\" }",
            &["enough: holds for 1 of 2 workloads\n", "broken in prod\n  web: ", "holds in prod\n  api\n"],
        ),
        ("ru$0le \"x\" { for w in workloads require w.name != \"web\" }\nservice other {", &["x: holds for "]),
        ("ru$0le \"x\" { for w in workloads require w.name }", &["x: cannot be judged"]),
    ];
    for (rule, expected) in cases {
        answers("bvlc.rule", "external vault", &format!("{rule}\nexternal vault"), expected);
    }
}

/// Every place that states a word: the one in force first, in whatever file or layer it stands.
#[test]
fn all_layers_of_a_word_are_shown() {
    let overlaid = "profile restricted; service web { scale 3 } }";
    let base = BASE.replace("profile restricted }", overlaid);
    for (old, new, text, lines) in [
        // from the declaration that an overlay changes
        (
            "  scale 2\n}\nservice api",
            "  sc$0ale 2\n}\nservice api",
            "in prod\n  scale = 3\n    in force: 3 from environment prod, platform.bvl:8\n    \
             over: 2 from the declaration itself, platform.bvl:14\n",
            vec![7, 13],
        ),
        // from the overlay, and in a file that is broken elsewhere
        (
            "service web { scale 3 }",
            "service web { sc$0ale 3 }",
            "in prod\n  scale = 3\n    in force: 3 from environment prod, platform.bvl:8\n    \
             over: 2 from the declaration itself, platform.bvl:14\n",
            vec![7, 13],
        ),
        (
            "  cpu 100m..500m\n  memory 128Mi\n  scale 2\n}\nservice api",
            "  cpu 100m..500m\n  mem$0ory 128Mi\n  scael 2\n}\nservice api",
            "in prod\n  memory = 128Mi\n    in force: 128Mi from the declaration itself, platform.bvl:13\n",
            vec![12],
        ),
        // within braces, from the defaults of the platform
        (
            "  scale 2\n}\nservice api",
            "  scale 2\n  shutdown { dr$0ain 20s }\n}\nservice api",
            "in prod\n  shutdown drain = 20s\n    in force: 20s from the declaration itself, platform.bvl:15\n    \
             over: 30s from the platform's defaults, platform.bvl:5\n",
            vec![14, 4],
        ),
    ] {
        let case = Case::with(&base, old, new);
        let mut client = case.client(&json!({}));
        let place = client.at(&case.path, case.caret);
        let answer = run(&mut client, "bvlc.layers", &place);
        client.end();
        assert_eq!(answer["text"], text, "{new}");
        let found = answer["locations"].as_array().unwrap().iter();
        let found: Vec<u64> = found.map(|place| place["range"]["start"]["line"].as_u64().unwrap()).collect();
        assert_eq!(found, lines, "{new}");
    }
}

#[test]
fn commands_answer_with_a_text() {
    let cases: [(&str, &str, &str, &[&str]); 17] = [
        ("bvlc.check", "service web", "service w$0eb", &["web: check \u{2713}"]),
        (
            "bvlc.check",
            "  memory 128Mi\n  scale 2\n}\nservice api",
            "  mem$0ory 128Mi\n  scael 2\n}\nservice api",
            &["BVL", "scael", "web: 1 error"],
        ),
        (
            "bvlc.check",
            "service api {\n  image \"registry.example/api:1.0\"\n  port rest 8082",
            "service a$0pi {\n  image \"registry.example/api:1.0\"\n  port rest 8082\n  shutdown { drain 90s }",
            &["BVL0701", "api: 1 error"],
        ),
        (
            "bvlc.preview",
            "service web",
            "service w$0eb",
            &["kind: Deployment", "kind: NetworkPolicy", "image: registry.example/web:1.0"],
        ),
        ("bvlc.preview", "  scale 2", "  sc$0ale 2", &["replicas: 2"]),
        ("bvlc.preview", "environment prod", "environment pr$0od", &["kind: Namespace", "name: shop"]),
        (
            "bvlc.preview",
            "allow web ->",
            "allow w$0eb ->",
            &["kind: NetworkPolicy", "name: web", "name: api", "port: 8082"],
        ),
        ("bvlc.preview", "external vault", "external va$0ult", &["# there is no declaration here"]),
        ("bvlc.preview", "  scale 2", "  scal$0 2", &["# nothing is emitted while something is wrong"]),
        (
            "bvlc.why",
            "allow web ->",
            "allow w$0eb ->",
            &["web -> api in prod: yes", "because \"orders\"", "the network policy of web decides"],
        ),
        (
            "bvlc.why",
            "allow api ->",
            "allow a$0pi ->",
            &["api -> vault in prod: yes", "vault is no pod of the platform"],
        ),
        ("bvlc.graph", "service web", "service w$0eb", &["web -> api.rest"]),
        ("bvlc.graph", "platform shop", "platform sh$0op", &["web -> api.rest", "api -> vault.api"]),
        ("bvlc.graph", "external vault", "external va$0ult", &["api -> vault.api"]),
        ("bvlc.impact", "  scale 2", "  scale 2 $0", &["Nothing differs"]),
        // broken from here on
        ("bvlc.graph", "allow web ->", "}\nallow w$0eb ->", &["web -> api.rest"]),
        ("bvlc.preview", "service api {", "service api {{{ $0", &["# nothing is emitted while something is wrong"]),
    ];
    for (command, old, new, expected) in cases {
        answers(command, old, new, expected);
    }
    let drawn = at("bvlc.graph", "service web", "service w$0eb");
    assert!(drawn["dot"].as_str().unwrap().contains("\"prod/web\" -> \"prod/api\" [label=\"rest\"]"), "{drawn}");
}

#[test]
fn a_question_may_name_its_ends_and_a_code_stand_alone() {
    let case = Case::with(BASE, "service web", "$0service web");
    let mut client = case.client(&json!({}));
    let denied = run(&mut client, "bvlc.why", &json!({"from": "web", "to": "vault"}));
    assert!(denied["text"].as_str().unwrap().contains("web -> vault in prod: no"), "{denied}");
    for code in [json!("BVL0701"), json!({"code": "shutdown-exceeds-grace"})] {
        let explained = run(&mut client, "bvlc.explain", &code);
        assert_eq!(explained["language"], "markdown");
        assert!(explained["text"].as_str().unwrap().starts_with("# BVL0701: shutdown-exceeds-grace"), "{explained}");
    }
    let place = client.at(&case.path, case.caret);
    for (command, arguments, reason) in [
        ("bvlc.explain", json!("BVL9999"), "there is no code"),
        ("bvlc.explain", json!("shutdown-exceeds-graec"), "did you mean"),
        ("bvlc.nonsense", json!({}), "bvlc.preview"),
        ("bvlc.preview", json!({}), "position"),
        ("bvlc.rule", place.clone(), "no rule"),
        ("bvlc.layers", place.clone(), "no word"),
        ("bvlc.why", json!({"from": "web", "to": "nobody"}), "nobody"),
    ] {
        let id = client.send("workspace/executeCommand", json!({"command": command, "arguments": [arguments]}));
        let error = client.answer(&id).response_result.unwrap_err();
        assert!(error.message.contains(reason), "{command}: {}", error.message);
    }
    client.end();
}

#[test]
fn impact_is_against_what_is_saved() {
    let platform = Platform::from([(ROOT.to_owned(), BASE.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, BASE);
    let at = BASE.find("web:1.0").unwrap() + 4;
    client.edit(ROOT, at, at + 3, "2.0");
    let answer = run(&mut client, "bvlc.impact", &json!({"textDocument": {"uri": Client::uri(ROOT)}}));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("1 rolling restart") && text.contains("1.0 -> 2.0"), "{text}");
    client.end();
}

/// A client that shows it is told after each save what that has changed since the last one.
#[test]
fn what_saving_has_changed_is_told_to_who_shows_it() {
    let platform = Platform::from([(ROOT.to_owned(), BASE.to_owned())]);
    let mut client = Client::with_options(&platform, &json!({}), &json!({"showsImpact": true}));
    client.open(ROOT, BASE);
    let save = json!({"textDocument": {"uri": Client::uri(ROOT)}});
    let at = BASE.find("web:1.0").unwrap() + 4;
    for (version, n_told) in [("2.0", 1), ("3.0", 2)] {
        client.edit(ROOT, at, at + 3, version);
        client.notify("textDocument/didSave", save.clone());
        while client.impacts.len() < n_told {
            client.receive();
        }
    }
    // nothing more is changed by saving it once more
    client.notify("textDocument/didSave", save);
    while client.impacts.len() < 3 {
        client.receive();
    }
    let [first, second, third] = client.impacts.as_slice() else { panic!("{:?}", client.impacts) };
    assert!(first.contains("prod: 1 rolling restart (web)"), "{first}");
    assert_eq!(first, second);
    assert!(third.contains("prod: none") && !third.contains("restart"), "{third}");
    client.end();
}

/// While something is wrong it is said what and where, above what was shown last.
#[test]
fn a_preview_says_what_is_wrong_and_goes_on_showing_what_was() {
    let platform = Platform::from([(ROOT.to_owned(), BASE.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, BASE);
    let web = BASE.find("service web").unwrap() + 9;
    let shown = |client: &mut Client| {
        let place = client.at(ROOT, web);
        run(client, "bvlc.preview", &place)
    };
    let good = shown(&mut client);
    let scale = BASE.rfind("scale 2").unwrap();
    client.edit(ROOT, scale, scale + 5, "scael");
    let line = BASE[..scale].lines().count();
    let broken = shown(&mut client);
    let text = broken["text"].as_str().unwrap();
    assert!(text.starts_with("# OUT OF DATE"), "{text}");
    for part in
        ["# nothing is emitted while something is wrong:\n# 1 error\n", &format!("platform.bvl:{line}: BVL0201: ")]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.ends_with(&format!("---\n{}", good["text"].as_str().unwrap())), "{text}");
    assert_eq!((&broken["title"], &broken["lines"]), (&good["title"], &json!([])));
    // of what was not shown before it is said alone
    let place = client.at(ROOT, BASE.find("service api").unwrap() + 9);
    let other = run(&mut client, "bvlc.preview", &place)["text"].as_str().unwrap().to_owned();
    assert!(other.contains("1 error") && !other.contains("kind:") && !other.contains("OUT OF DATE"), "{other}");
    client.edit(ROOT, scale, scale + 5, "scale");
    assert_eq!(shown(&mut client), good);
    // nothing is held of what is closed
    client.close(ROOT);
    let many: Vec<String> = (0..7).map(|n| format!("service s{n} {{ nobody{n} }}\n")).collect();
    client.open(ROOT, &format!("{BASE}{}", many.concat()));
    let text = shown(&mut client)["text"].as_str().unwrap().to_owned();
    assert!(text.contains("7 errors") && text.contains("and 2 more") && !text.contains("OUT OF DATE"), "{text}");
    client.end();
}

#[test]
fn impact_says_which_state_is_wrong_and_where() {
    let wrong = &BASE.replace("scale 2", "scael 2");
    for (saved, edited, n_saved, n_edited) in [
        (BASE, wrong.as_str(), "no errors", "1 error"),
        (wrong, BASE, "1 error", "no errors"),
        (wrong, wrong, "1 error", "1 error"),
    ] {
        let platform = Platform::from([(ROOT.to_owned(), saved.to_owned())]);
        let mut client = Client::pulling(&platform, Counts::Utf8);
        client.open(ROOT, edited);
        let answer = run(&mut client, "bvlc.impact", &json!({"textDocument": {"uri": Client::uri(ROOT)}}));
        let text = answer["text"].as_str().unwrap();
        let parts = [&format!("What is saved: {n_saved}"), &format!("What is edited: {n_edited}"), "platform.bvl:"];
        for part in parts {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        client.end();
    }
}

/// What is previewed is what `build` writes, and its lines lead to where they are stated.
#[test]
fn previews_are_what_is_built() {
    for (name, platform) in platforms("examples") {
        let folder = std::path::Path::new(&name).join("expected");
        let mut written = String::new();
        collect(&folder, &mut written);
        let mut client = Client::pulling(&platform, Counts::Utf16);
        let mut n_documents = 0;
        for (path, text) in &platform {
            client.open(path, text);
        }
        for (path, text) in &platform {
            for (at, line) in text.match_indices("\nservice ") {
                let place = client.at(path, at + line.len());
                let answer = run(&mut client, "bvlc.preview", &place);
                let shown = answer["text"].as_str().unwrap();
                for document in shown.split("---\n") {
                    assert!(written.contains(document), "{name} {path}: not among what is built:\n{document}");
                    n_documents += 1;
                }
                let lines: Vec<&str> = shown.lines().collect();
                for entry in answer["lines"].as_array().unwrap() {
                    let line = usize::try_from(entry["line"].as_u64().unwrap()).unwrap();
                    assert!(line < lines.len(), "{entry}");
                    assert!(entry["location"]["uri"].as_str().unwrap().starts_with("file:"), "{entry}");
                }
                let image =
                    lines.iter().position(|line| line.trim_start_matches([' ', '-']).starts_with("image: ")).unwrap();
                let entry = answer["lines"].as_array().unwrap().iter().find(|entry| entry["line"] == image as u64);
                let place = &entry.unwrap_or_else(|| panic!("{name}: {answer}"))["location"];
                let source = place["uri"].as_str().unwrap().strip_prefix(&Client::uri("")).unwrap();
                let row = usize::try_from(place["range"]["start"]["line"].as_u64().unwrap()).unwrap();
                assert!(platform[source].lines().nth(row).unwrap().contains("image"), "{place}");
            }
        }
        assert!(n_documents > 0 || !platform.values().any(|text| text.contains("\nservice ")), "{name}");
        client.end();
    }
}

const STATED: &str = r#"platform shop {
  kubernetes "1.33"
  defaults { shutdown { pre-stop 5s; drain 20s } }
}
environment prod {
  namespace "prod"
  service web { scale 3..20 }
}
service web {
  image "registry.example/web:1"
  port http 8080 service-port 80
  health 8081 {
    live "/healthz" after 60s
    ready "/readyz" every 5s
  }
  shutdown {
    drain 30s
    drain-env DRAIN_SECONDS
    grace 45s
  }
  cpu 100m..500m
  memory 64Mi..128Mi
  scale 2..4 {
    on memory 60%
    on cpu 70%
    down { by 1 every 30s }
  }
}
"#;

/// Each line of what is made leads to the statement that it has its value from, whichever layer that is in.
#[test]
fn lines_of_a_preview_lead_to_what_states_them() {
    let platform = Platform::from([(ROOT.to_owned(), STATED.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, STATED);
    let place = client.at(ROOT, STATED.find("service web {\n  image").unwrap() + 9);
    let answer = run(&mut client, "bvlc.preview", &place);
    client.end();
    let text = answer["text"].as_str().unwrap();
    let stated = |row: usize| {
        let entry = answer["lines"].as_array().unwrap().iter().find(|entry| entry["line"] == row as u64);
        let entry = entry.unwrap_or_else(|| panic!("line {row} of\n{text}\nhas no place"));
        let line = entry["location"]["range"]["start"]["line"].as_u64().unwrap();
        STATED.lines().nth(usize::try_from(line).unwrap()).unwrap().trim().to_owned()
    };
    for (line, expected) in [
        ("minReplicas: 3", "service web { scale 3..20 }"),
        ("maxReplicas: 20", "service web { scale 3..20 }"),
        ("averageUtilization: 70", "on cpu 70%"),
        ("averageUtilization: 60", "on memory 60%"),
        ("periodSeconds: 30", "down { by 1 every 30s }"),
        ("value: \"30\"", "drain 30s"),
        ("terminationGracePeriodSeconds: 45", "grace 45s"),
        ("path: /healthz", "live \"/healthz\" after 60s"),
        ("initialDelaySeconds: 60", "live \"/healthz\" after 60s"),
        ("path: /readyz", "ready \"/readyz\" every 5s"),
        ("periodSeconds: 5", "ready \"/readyz\" every 5s"),
        ("containerPort: 8080", "port http 8080 service-port 80"),
        ("containerPort: 8081", "health 8081 {"),
        ("port: 80", "port http 8080 service-port 80"),
    ] {
        let row = text.lines().position(|known| known.trim_start_matches([' ', '-']).starts_with(line));
        let row = row.unwrap_or_else(|| panic!("{line} is not in\n{text}"));
        assert_eq!(stated(row), expected, "{line}");
    }
}

#[expect(clippy::disallowed_methods, reason = "what is built is read from the disk")]
fn collect(folder: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, text);
        } else {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

fn lenses(client: &mut Client) -> Vec<Value> {
    let document = json!({"textDocument": {"uri": Client::uri(ROOT)}});
    client.ask("textDocument/codeLens", document).as_array().unwrap().clone()
}

#[test]
fn lenses_say_what_comes_of_a_declaration_and_whom_it_knows() {
    let platform = Platform::from([(ROOT.to_owned(), BASE.to_owned())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, BASE);
    let found = lenses(&mut client);
    assert!(found.iter().all(|lens| lens.get("command").is_none()));
    let resolved: Vec<Value> = found.into_iter().map(|lens| client.ask("codeLens/resolve", lens)).collect();
    let titles: Vec<&str> = resolved.iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    let expected = [
        "objects in prod \u{b7} preview YAML",
        "0 callers \u{b7} ",
        "check \u{2713}",
        "objects in prod \u{b7} preview YAML",
        "1 caller \u{b7} ",
        "check \u{2713}",
        "1 caller \u{b7} 0 flows out",
        "check \u{2713}",
    ];
    assert_eq!(titles.len(), expected.len(), "{titles:?}");
    for (title, expected) in titles.iter().zip(expected) {
        assert!(title.contains(expected), "{title}: {expected}");
    }
    for lens in resolved {
        let (command, arguments) = (&lens["command"]["command"], &lens["command"]["arguments"]);
        let answer = client.ask("workspace/executeCommand", json!({"command": command, "arguments": arguments}));
        assert!(!answer["text"].as_str().unwrap().is_empty());
    }
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"bvl": {"lenses": false}}}));
    assert!(lenses(&mut client).is_empty());
    client.end();
}

#[test]
fn lenses_of_what_is_broken_still_have_a_command() {
    for broken in ["service web {\n  imag \"x\"\n", "}} service web { }\n", "service web is nobody { port http }\n"] {
        let platform = Platform::from([(ROOT.to_owned(), broken.to_owned())]);
        let mut client = Client::pulling(&platform, Counts::Utf8);
        client.open(ROOT, broken);
        for lens in lenses(&mut client) {
            let resolved = client.ask("codeLens/resolve", lens);
            assert!(resolved["command"]["command"].as_str().unwrap().starts_with("bvlc."), "{resolved}");
        }
        client.end();
    }
}

/// The titles of the lenses above the overlay of `web`, and what each of their commands answers.
fn of_overlay(old: &str, new: &str) -> Vec<(String, Value)> {
    let text = BASE.replacen(
        "profile restricted }\n",
        "profile restricted }\nenvironment test {\n  namespace \"test\"\n  profile restricted\n  service web { scale 3 }\n}\n",
        1,
    );
    let text = text.replacen("vault.api\n", "vault.api\nallow web -> vault.api in test\n", 1).replacen(old, new, 1);
    let platform = Platform::from([(ROOT.to_owned(), text.clone())]);
    let mut client = Client::pulling(&platform, Counts::Utf8);
    client.open(ROOT, &text);
    let line = text.lines().position(|line| line.contains("service web { sc")).unwrap();
    let own = lenses(&mut client).into_iter().filter(|lens| lens["range"]["start"]["line"] == line);
    let own: Vec<Value> = own.collect();
    let told = own.into_iter().map(|lens| {
        let command = client.ask("codeLens/resolve", lens)["command"].clone();
        let answer = client
            .ask("workspace/executeCommand", json!({"command": command["command"], "arguments": command["arguments"]}));
        (command["title"].as_str().unwrap().to_owned(), answer)
    });
    let told = told.collect();
    client.end();
    told
}

#[test]
fn lenses_of_an_overlay_speak_of_its_environment() {
    let told = of_overlay("", "");
    let expected = [
        ("objects in test \u{b7} preview YAML", "service web in test", "replicas: 3"),
        ("0 callers \u{b7} 3 flows out", "flows of web in test", "web -> vault.api"),
        ("check \u{2713}", "what checks find of web in test", "web in test: check"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((title, answer), (part, named, text)) in told.iter().zip(expected) {
        assert!(title.contains(part), "{title}: {part}");
        assert_eq!(answer["title"], named);
        assert!(answer["text"].as_str().unwrap().contains(text), "{text} is not in\n{answer}");
    }
    let graph = told[1].1["text"].as_str().unwrap();
    assert!(!graph.contains("prod"), "{graph}");
    // what is wrong in one environment is not said of the other
    let broken = of_overlay("service web { scale 3 }", "service web { scale 3; shutdown { drain 90s } }");
    assert!(broken[2].0.contains("1 error"), "{broken:?}");
    let other = of_overlay(
        "namespace \"shop\"; profile restricted",
        "namespace \"shop\"; profile restricted; service web { shutdown { drain 90s } }",
    );
    assert!(other.iter().any(|(title, _)| title.contains("check \u{2713}")), "{other:?}");
}

/// What is built is what the environments are told to be, and the manifests of the one that is asked for.
#[test]
fn a_build_is_all_of_an_environment_and_is_proven() {
    let built = at("bvlc.build", "environment prod", "environment pr$0od");
    let text = built["text"].as_str().unwrap();
    for part in ["# prod: ", "# proved: ", "kind: Namespace", "kind: Deployment", "name: api", "name: web"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!((&built["title"], &built["language"]), (&json!("build of prod"), &json!("yaml")));
    let broken = at("bvlc.build", "  scale 2", "  sc$0ael 2");
    let text = broken["text"].as_str().unwrap();
    assert!(text.starts_with("# nothing is built while something is wrong:\n# 1 error\n#   platform.bvl:"), "{text}");
    let case = Case::with(BASE, "service web", "$0service web");
    let mut client = case.client(&json!({}));
    let document = json!({"uri": Client::uri(ROOT)});
    let id = client.send(
        "workspace/executeCommand",
        json!({"command": "bvlc.build", "arguments": [{"textDocument": document, "environment": "nowhere"}]}),
    );
    let error = client.answer(&id).response_result.unwrap_err();
    assert!(error.message.contains("there is no environment nowhere"), "{}", error.message);
    client.end();
}

/// The kinds of the actions at a caret that run a command.
fn kinds(old: &str, new: &str, only: &Value) -> Vec<String> {
    let case = Case::with(BASE, old, new);
    let mut client = case.client(&json!({}));
    let place = client.at(&case.path, case.caret);
    let params = json!({
        "textDocument": place["textDocument"],
        "range": {"start": place["position"], "end": place["position"]},
        "context": {"diagnostics": [], "only": only},
    });
    let actions = client.ask("textDocument/codeAction", params);
    let actions = actions.as_array().unwrap().iter().filter(|action| action.get("command").is_some());
    let found: Vec<Value> = actions.cloned().collect();
    for action in &found {
        let (command, arguments) = (&action["command"]["command"], &action["command"]["arguments"]);
        let answer = client.ask("workspace/executeCommand", json!({"command": command, "arguments": arguments}));
        assert!(answer["text"].is_string(), "{action}: {answer}");
    }
    client.end();
    found.iter().map(|action| action["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whatever_a_lens_does_an_action_does_too() {
    let all = json!(["source.bvl"]);
    for (old, new, only, expected) in [
        (
            "service web",
            "service w$0eb",
            &all,
            vec!["source.bvl.preview", "source.bvl.graph", "source.bvl.check", "source.bvl.impact"],
        ),
        ("external vault", "external va$0ult", &all, vec!["source.bvl.graph", "source.bvl.check", "source.bvl.impact"]),
        ("allow web ->", "allow w$0eb ->", &all, vec!["source.bvl.preview", "source.bvl.why", "source.bvl.impact"]),
        ("environment prod", "environment pr$0od", &json!(["source.bvl.preview"]), vec!["source.bvl.preview"]),
        (
            "environment prod",
            "environment pr$0od",
            &all,
            vec!["source.bvl.preview", "source.bvl.build", "source.bvl.impact"],
        ),
        ("platform shop", "platform sh$0op", &all, vec!["source.bvl.build", "source.bvl.impact"]),
        (
            "external vault",
            "rule \"x\" { fo$0r s in services require s.name != \"x\" }\nexternal vault",
            &all,
            vec!["source.bvl.rule", "source.bvl.impact"],
        ),
        (
            "profile restricted }",
            "profile restricted; service web { sc$0ale 3 } }",
            &all,
            vec![
                "source.bvl.preview",
                "source.bvl.graph",
                "source.bvl.check",
                "source.bvl.build",
                "source.bvl.layers",
                "source.bvl.impact",
            ],
        ),
        (
            "profile restricted }",
            "profile restricted; service we$0b { scale 3 } }",
            &json!(["source.bvl.layers"]),
            vec![],
        ),
        // what is found there, and what a waiver names, is explained; in broken files, too
        ("  scale 2", "  sc$0ael 2", &json!(["source.bvl.explain"]), vec!["source.bvl.explain"]),
        ("external vault", "}$0} external vault", &json!(["source.bvl.explain"]), vec!["source.bvl.explain"]),
        (
            "external vault",
            "wai$0ve BVL0702 on web because \"x\"\nexternal vault",
            &json!(["source.bvl.explain"]),
            vec!["source.bvl.explain", "source.bvl.explain"],
        ),
        ("service web", "service w$0eb", &json!(["quickfix"]), vec![]),
    ] {
        assert_eq!(kinds(old, new, only), expected, "{new} {only}");
    }
}
