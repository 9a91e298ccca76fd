//! Fixes as actions: each by itself, with what it does as its title and what it mends.

use serde_json::Value;

use crate::carets::{Case, able, applied};

const BASE: &str = r#"//- platform.bvl
platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

environment prod { namespace "prod" }

class base { image "registry.example/app:1"; port http 8080; cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
service web is base { env DB store.host }
service app is base { shutdown { grace 26s } }
external store { cidr 10.20.0.10/32; port sql 5432; port admin 9000 }
allow web -> app.http
allow app -> web.http
"#;

/// The case, the quick fixes at its caret, and what is found in its file.
fn fixes(old: &str, new: &str) -> (Case, Vec<Value>, Vec<Value>) {
    let case = Case::with(BASE, old, new);
    let (actions, found) = case.quick_fixes();
    (case, actions, found)
}

#[test]
fn each_fix_of_a_finding_is_an_action_that_says_what_it_does() {
    for (old, new, code, expected) in [
        (
            "env DB store.host",
            "env DB sto$0re.host",
            "BVL0315",
            ["add `allow web -> store.sql`", "add `allow web -> store.admin`"].as_slice(),
        ),
        ("grace 26s", "grace 2$06s", "BVL0702", &["raise grace to 27s", "lower drain to 19s"]),
        // in files that are broken, too
        ("allow web -> app.http", "al$0ow web -> app.http", "BVL0201", &["write `allow`"]),
        ("allow web -> app.http", "allow web -> ap$0.http", "BVL0216", &["write `app`"]),
        ("env DB store.host", "env DB store.sql.host; shutdwon$0 { }", "BVL0201", &["write `shutdown`"]),
    ] {
        let (case, actions, found) = fixes(old, new);
        let finding =
            found.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("{new}: {found:?}"));
        let own: Vec<&Value> = actions.iter().filter(|action| action["diagnostics"][0] == *finding).collect();
        let titles: Vec<&str> = own.iter().map(|action| action["title"].as_str().unwrap()).collect();
        assert_eq!(titles, expected, "{new}: {actions:?}");
        for action in own {
            let after = Case { platform: applied(&case.platform, &action["edit"]), path: case.path.clone(), caret: 0 };
            let mut client = after.client(&able());
            let left = client.pull(&after.path);
            client.end();
            // a text that has gone on since is not changed by it
            assert_eq!(action["edit"]["documentChanges"][0]["textDocument"]["version"], 1, "{action}");
            let is_left = left.iter().any(|known| known["message"] == finding["message"]);
            assert!(!is_left, "{}: {left:?}", action["title"]);
        }
    }
}

#[test]
fn a_class_of_a_module_that_nothing_uses_is_mended_by_its_use() {
    let classes = "use std.keda\nplatform shop {";
    for line in ["managed queue is kafka.op$0erator { }", "managed queue is kafka.str$0imzi { }"] {
        let new = format!("external store {{ cidr 10.20.0.10/32; port sql 5432; port admin 9000 }}\n{line}");
        let base = BASE.replace("platform shop {", classes);
        let old = "external store { cidr 10.20.0.10/32; port sql 5432; port admin 9000 }";
        let case = Case::with(&base, old, &new);
        let (actions, _) = case.quick_fixes();
        let titles: Vec<&str> = actions.iter().filter_map(|one| one["title"].as_str()).collect();
        assert_eq!(titles, ["add `use std.kafka`"], "{line}");
        assert_eq!(actions[0]["isPreferred"], true);
        let after = applied(&case.platform, &actions[0]["edit"]);
        assert!(after[&case.path].starts_with("use std.keda\nuse std.kafka\nplatform"), "{after:?}");
    }
}

/// What was formatted is so when it is mended; what was not is left as it was, but for what mends it.
#[test]
fn what_a_fix_writes_is_as_the_formatter_writes_it() {
    let formatted =
        |text: &str| bvlc::syntax::format(&bvlc::syntax::parse(bvlc::source::FileId::default(), &text.into())).unwrap();
    let plain = "service pl$0ain {\n  image \"registry.example/p:1\"\n  port http 8080\n  scale 2\n}\nallow web -> plain.http\n";
    let slow = "service slow is base {\n  shutdown {\n    drain 8$00s\n  }\n}\nallow web -> slow.http\n";
    for (code, added) in [("BVL0501", plain), ("BVL0701", slow)] {
        let marked = formatted(&BASE.replace("//- platform.bvl\n", "").replace('\t', "")) + "\n" + added;
        let bare = marked.replace("$0", "");
        assert_eq!(formatted(&bare), bare, "{code}");
        for (text, is_formatted) in
            [(marked.clone(), true), (marked.replace("allow web -> app", "allow  web -> app"), false)]
        {
            let case = Case::new(&text);
            let (actions, found) = case.quick_fixes();
            assert!(found.iter().any(|finding| finding["code"] == code), "{found:?}");
            assert!(!actions.is_empty(), "{code}");
            for action in actions {
                let after = applied(&case.platform, &action["edit"])[&case.path].clone();
                assert_eq!(formatted(&after) == after, is_formatted, "{}: {after}", action["title"]);
                assert_eq!(after.contains("allow  web"), !is_formatted);
            }
        }
    }
}
