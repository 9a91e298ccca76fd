//! Mistakes behind mistakes: a fix after which the next one shows is one with the fix of that, and whoever types a service with
//! mistakes in it and mends them by quick fixes alone ends with a platform that builds.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::Client;
use crate::corpus::Platform;

const BASE: &str = r#"//- platform.bvl
use "flows.bvl"
use "new.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { grace 60s; pre-stop 5s; drain 20s }
  }
}

environment prod { namespace "prod" }

class base { image "registry.example/app:1"; port http 8080; cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
service web is base { }
service postgres is base { port sql 5432 }
//- flows.bvl
allow web -> postgres.sql
allow postgres -> web.http, new.http
//- new.bvl
service new is base {
  env LEVEL "info"
}
"#;

const LINE: &str = "env LEVEL \"info\"";

#[test]
fn a_fix_that_shows_the_next_mistake_mends_it_too() {
    for (line, code, titles, new) in [
        (
            "env X post$0gres.sqll.host",
            "BVL0316",
            ["write `sql`, and add `allow new -> postgres.sql`"].as_slice(),
            ["env X postgres.sql.host", "allow new -> postgres.sql"].as_slice(),
        ),
        (
            "env X \"${postgres.sql.ho$0ts}\"",
            "BVL0206",
            &["write `postgres.sql.host`, and add `allow new -> postgres.sql`"],
            &["env X \"${postgres.sql.host}\"", "allow new -> postgres.sql"],
        ),
        // two or three typos in one address
        (
            "env X \"http://${post$0gre.sqll.host}\"",
            "BVL0204",
            &["write `postgres`, write `sql`, and add `allow new -> postgres.sql`"],
            &["env X \"http://${postgres.sql.host}\"", "allow new -> postgres.sql"],
        ),
        (
            "env X postgres.sq$0ll.hst",
            "BVL0206",
            &["write `postgres.sqll.host`, write `sql`, and add `allow new -> postgres.sql`"],
            &["env X postgres.sql.host", "allow new -> postgres.sql"],
        ),
        (
            "shutdown { grace 60s; drain 90$0 }",
            "BVL0203",
            &["write `90s`, and raise grace to 97s", "write `90m`, and raise grace to 5407s"],
            &["shutdown { grace 97s; drain 90s }"],
        ),
        (
            "shutdown { grace 10$0; drain 20s }",
            "BVL0203",
            &["write `10s`, and lower drain to 3s", "write `10m`"],
            &["shutdown { grace 10s; drain 3s }"],
        ),
        ("memory 6$04..128", "BVL0203", &["write `64Mi..128Mi`", "write `64Gi..128Gi`"], &["memory 64Mi..128Mi"]),
    ] {
        let case = Case::with(BASE, LINE, line);
        let (actions, found) = case.quick_fixes();
        assert!(found.iter().any(|finding| finding["code"] == code), "{line}: {found:?}");
        let offered: Vec<&str> = actions.iter().map(|action| action["title"].as_str().unwrap()).collect();
        assert_eq!(offered, titles, "{line}");
        let after = applied(&case.platform, &actions[0]["edit"]);
        for expected in new {
            let stands = after.values().any(|text| text.lines().any(|line| line.trim() == *expected));
            assert!(stands, "{line}: {expected} is not in {after:?}");
        }
        assert_eq!(findings(&after), Vec::<Value>::new(), "{line}");
    }
}

#[test]
fn what_has_no_one_answer_is_not_joined() {
    for (line, code) in [
        // two ports, and no flow to either
        ("env X postgress$0.host", "BVL0204"),
        // what is reached then may not be
        ("env X vault.htp$0.host", "BVL0316"),
    ] {
        let more = format!("{line}\n}}\nservice vault is base {{ }}\nnever new ~> vault\nservice other is base {{");
        let case = Case::with(BASE, LINE, &more);
        let (actions, found) = case.quick_fixes();
        assert!(found.iter().any(|finding| finding["code"] == code), "{line}: {found:?}");
        let joined =
            actions.iter().filter_map(|action| action["title"].as_str()).find(|title| title.contains(", and "));
        assert_eq!(joined, None, "{line}");
    }
}

/// All that is found in the files of a platform, hints aside.
fn findings(platform: &Platform) -> Vec<Value> {
    let (path, _) = platform.first_key_value().unwrap();
    let mut client = Case { platform: platform.clone(), path: path.clone(), caret: 0 }.client(&able());
    let found = platform.keys().flat_map(|path| client.pull(path)).filter(|finding| finding["severity"] != 4);
    let found = found.collect();
    client.end();
    found
}

/// The first quick fix that is offered of some finding.
fn first_fix(platform: &Platform) -> Option<Value> {
    let (path, _) = platform.first_key_value().unwrap();
    let mut client = Case { platform: platform.clone(), path: path.clone(), caret: 0 }.client(&able());
    let mut edit = None;
    for path in platform.keys() {
        for finding in client.pull(path).into_iter().filter(|finding| finding["severity"] != 4) {
            let params = json!({
                "textDocument": {"uri": Client::uri(path)},
                "range": finding["range"],
                "context": {"diagnostics": [finding], "only": ["quickfix"]},
            });
            let actions = client.ask("textDocument/codeAction", params);
            edit = edit.or_else(|| Some(actions.as_array()?.first()?["edit"].clone()));
        }
    }
    client.end();
    edit
}

#[test]
fn a_service_with_mistakes_is_mended_by_quick_fixes_alone() {
    let typed = r#"servce new is bass {
  prot admin 9090
  env A postgres.sqll.host
  env B "${postgres.sql.hots}"
  env C web.http.hst
  cpu 250..1
  memory 64..128
  scale 2..4 { on cpu 70 }
  health 8081 { live "/healthz" after 60; ready "/readyz" every 5 }
  shutdown { drain 90 }
}
service second is base {
  env D new.admn.host
  shutdown { grace 10; drain 20s }
}
alow second -> new.htp
"#;
    let mut platform = Case::with(BASE, LINE, &format!("{LINE}$0")).platform;
    platform.insert("new.bvl".to_owned(), typed.to_owned());
    let mut n_fixes = 0;
    while let Some(edit) = first_fix(&platform) {
        n_fixes += 1;
        assert!(n_fixes < 40, "{platform:?}");
        platform = applied(&platform, &edit);
    }
    assert!(n_fixes > 12, "{n_fixes}");
    assert_eq!(findings(&platform), Vec::<Value>::new(), "{} {}", platform["new.bvl"], platform["flows.bvl"]);
}
