//! What a body names for itself: configurations, secrets, triggers, containers beside its own.

use serde_json::json;

use crate::carets::{Case, applied, new_lines};
use crate::rename::{BASE, ask};

/// A body that names parts of its own, one of which it has from a class.
const PARTS: &str = r#"class tuned { config settings { LEVEL "info" } }
service worker is sized(most = 500m), tuned {
  image "registry.example/worker:1"
  secret keys from vault "shop/keys" { key TOKEN "token" }
  config local { MODE "a" }
  scale 1..5 {
    on cpu 70%
    on cron as evening { timezone "UTC"; start "0 18 * * *"; end "0 22 * * *"; replicas 4 }
  }
  init setup { image "registry.example/setup:1"; cpu 10m; memory 16Mi }
  sidecar side { image "registry.example/side:1"; cpu 10m; memory 16Mi }
  env LEVEL config settings "LEVEL"
  env MODE config local "MODE"
  env TOKEN secret keys TOKEN
}
"#;

/// What a body names for itself is gone to, listed and renamed from wherever it stands.
#[test]
fn the_parts_of_a_body_have_names() {
    let base = BASE.replacen("  kubernetes", "  secret-store vault\n  kubernetes", 1).replacen(
        "  service web { scale 4 }\n",
        "  service web { scale 4 }\n  service worker { scale { without on evening; without on cpu }; sidecar side { cpu 30m }; without init setup }\n",
        1,
    );
    let base = format!("{base}{PARTS}");
    for (old, marked, new, expected) in [
        (
            "config settings {",
            "config sett$0ings {",
            "levels",
            ["class tuned { config levels { LEVEL \"info\" } }", "env LEVEL config levels \"LEVEL\""],
        ),
        (
            "LEVEL config settings",
            "LEVEL config set$0tings",
            "levels",
            ["class tuned { config levels { LEVEL \"info\" } }", "env LEVEL config levels \"LEVEL\""],
        ),
        (
            "MODE config local",
            "MODE config lo$0cal",
            "own",
            ["config own { MODE \"a\" }", "env MODE config own \"MODE\""],
        ),
        (
            "secret keys from",
            "secret ke$0ys from",
            "tokens",
            ["secret tokens from vault \"shop/keys\" { key TOKEN \"token\" }", "env TOKEN secret tokens TOKEN"],
        ),
        (
            "without on evening",
            "without on eve$0ning",
            "night",
            [
                "service worker { scale { without on night; without on cpu }; sidecar side { cpu 30m }; without init setup }",
                "on cron as night { timezone \"UTC\"; start \"0 18 * * *\"; end \"0 22 * * *\"; replicas 4 }",
            ],
        ),
        (
            "sidecar side { image",
            "sidecar si$0de { image",
            "proxy",
            [
                "service worker { scale { without on evening; without on cpu }; sidecar proxy { cpu 30m }; without init setup }",
                "sidecar proxy { image \"registry.example/side:1\"; cpu 10m; memory 16Mi }",
            ],
        ),
        (
            "without init setup",
            "without init set$0up",
            "prepare",
            [
                "init prepare { image \"registry.example/setup:1\"; cpu 10m; memory 16Mi }",
                "service worker { scale { without on evening; without on cpu }; sidecar side { cpu 30m }; without init prepare }",
            ],
        ),
    ] {
        let case = Case::with(&base, old, marked);
        case.is_name_of(2, marked);
        let edit = ask(&case, new, &json!({})).unwrap_or_else(|why| panic!("{marked}: {why}"));
        let mut lines = new_lines(&case.platform, &applied(&case.platform, &edit));
        lines.sort();
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(lines, expected, "{marked}");
    }
    // what is none of its own is a mistake, and has no other place
    let base = base.replacen("env MODE config local", "env MODE config elsewhere", 1);
    let case = Case::with(&base, "config elsewhere", "config elsew$0here");
    let why = ask(&case, "x", &json!({})).unwrap_err();
    assert!(why.contains("`elsewhere` is declared nowhere"), "{why}");
}
