//! What may be written otherwise: what is offered where, what comes of it, and that it means the same.

use bvlc::syntax;
use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::Client;
use crate::corpus::Platform;

/// The platform that is written otherwise.
pub(crate) const BASE: &str = r#"//- platform.bvl
use "teams/*.bvl"
use "data.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

let registry = "registry.example"

let limit = 500m

let described = "x" // why it is here

environment prod { namespace "prod"; profile restricted }
environment test {
  namespace "test"
  profile restricted
  service web { scale 2 } // two are enough
}
//- data.bvl
external vault { cidr 10.20.0.10/32; port secure 8200 }

// What keeps files.
external files { cidr 10.20.1.10/32; port https 443 } // the old ones, too
//- teams/web.bvl
/// The shop's pages.
service web {
  image "${registry}/web:1.0"
  port http 8080
  cpu 100m..$limit
  memory 64Mi..128Mi
  scale 2..6 { on cpu 70% }
}

allow web -> vault.secure because "it reads secrets"
"#;

fn actions(case: &Case, only: Option<&str>, trigger: Option<u8>, workspace: &Value) -> Vec<Value> {
    let mut client = case.client(workspace);
    let at = client.at(&case.path, case.caret);
    let range = json!({"start": at["position"], "end": at["position"]});
    let mut context = json!({"diagnostics": []});
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    if let Some(trigger) = trigger {
        context["triggerKind"] = json!(trigger);
    }
    let params = json!({"textDocument": {"uri": Client::uri(&case.path)}, "range": range, "context": context});
    let answer = client.ask("textDocument/codeAction", params);
    client.end();
    answer.as_array().unwrap().clone()
}

/// The files after the one refactoring of a kind, or of a title, is done.
fn done(old: &str, marked: &str, only: &str, titled: &str) -> (Vec<String>, Platform) {
    let case = Case::with(BASE, old, marked);
    let found = actions(&case, Some(only), None, &able());
    let titles: Vec<String> = found.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
    let chosen = found.iter().find(|one| one["title"] == titled);
    let after = chosen.map_or_else(Platform::new, |one| applied(&case.platform, &one["edit"]));
    for (path, text) in &after {
        let tree = syntax::parse(bvlc::source::FileId::default(), &text.as_str().into());
        assert_eq!(syntax::format(&tree).as_deref(), Some(text.as_str()), "{path} is in the one style");
    }
    (titles, after)
}

#[test]
fn a_constant_is_put_in_wherever_it_is_used() {
    for (old, marked) in [("let registry", "let regi$0stry"), ("${registry}", "${regi$0stry}")] {
        let (_, after) = done(old, marked, "refactor.inline", "put in what `registry` stands for");
        assert!(after["teams/web.bvl"].contains("image \"registry.example/web:1.0\""), "{after:?}");
        assert!(!after["platform.bvl"].contains("let registry"));
        assert!(after["platform.bvl"].contains("}\n\nlet limit = 500m\n"), "{}", after["platform.bvl"]);
    }
    let (_, after) = done("$limit", "$lim$0it", "refactor.inline", "put in what `limit` stands for");
    assert!(after["teams/web.bvl"].contains("cpu 100m..500m\n"));
}

#[test]
fn a_declaration_moves_with_its_comments() {
    let (_, after) = done("external files", "external fi$0les", "refactor.move", "move `files` to files.bvl");
    let expected = "// What keeps files.\nexternal files { cidr 10.20.1.10/32; port https 443 } // the old ones, too\n";
    assert_eq!(after["files.bvl"], expected);
    assert!(
        after["data.bvl"].contains("external vault") && after["data.bvl"].contains("use \"files.bvl\""),
        "{after:?}"
    );
    let (_, after) = done("service web {\n", "service w$0eb {\n", "refactor.move", "move `web` to teams/web.bvl");
    assert!(after.is_empty(), "it is the file's name already");
    let (_, after) = done("environment prod", "environment pr$0od", "refactor.move", "move `prod` to prod.bvl");
    assert_eq!(after["prod.bvl"], "environment prod { namespace \"prod\"; profile restricted }\n");
    assert!(after["platform.bvl"].contains("use \"data.bvl\"\nuse \"prod.bvl\"\n"), "{}", after["platform.bvl"]);
}

#[test]
fn what_a_pattern_takes_in_needs_no_use() {
    let base =
        BASE.replacen("allow web -> vault", "external cache { cidr 10.1.0.0/32; port x 1 }\n\nallow web -> vault", 1);
    let case = Case::with(&base, "external cache", "external ca$0che");
    let found = actions(&case, Some("refactor.move"), None, &able());
    let after = applied(&case.platform, &found[0]["edit"]);
    assert_eq!(after["teams/cache.bvl"], "external cache { cidr 10.1.0.0/32; port x 1 }\n");
    assert_eq!(after["platform.bvl"], case.platform["platform.bvl"]);
    assert!(!after["teams/web.bvl"].lines().any(|line| line.starts_with("use ")));
}

#[test]
fn an_overlay_is_begun_where_there_is_none() {
    let (titles, after) =
        done("service web {\n", "service w$0eb {\n", "refactor.rewrite", "change `web` in prod alone");
    assert_eq!(titles, ["change `web` in prod alone"], "test has one");
    let expected = "environment prod {\n  namespace \"prod\"\n  profile restricted\n  service web {}\n}\n";
    assert!(after["platform.bvl"].contains(expected), "{}", after["platform.bvl"]);
    let (titles, after) =
        done("external vault", "external vau$0lt", "refactor.rewrite", "change `vault` in test alone");
    assert_eq!(titles.iter().filter(|title| title.starts_with("change")).count(), 2);
    assert!(after["platform.bvl"].contains("  service web { scale 2 } // two are enough\n  external vault {}\n}\n"));
}

#[test]
fn what_cannot_be_proven_or_is_elsewhere_is_not_offered() {
    let none: [(&str, &str, &str); 8] = [
        // nobody uses it, and a comment would be lost
        ("let described", "let descri$0bed", "refactor.inline"),
        ("platform shop", "platform sh$0op", "refactor"),
        ("kubernetes \"1.33\"", "kuber$0netes \"1.33\"", "refactor"),
        ("port http 8080", "port ht$0tp 8080", "refactor"),
        // a use is no declaration
        ("allow web ->", "allow w$0eb ->", "refactor"),
        // what stands alone in its file stays there
        ("service web { scale 2 }", "service w$0eb { scale 2 }", "refactor"),
        // another kind is asked for
        ("let registry", "let regi$0stry", "refactor.move"),
        ("let registry", "let regi$0stry", "quickfix"),
    ];
    for (old, marked, only) in none {
        let found = actions(&Case::with(BASE, old, marked), Some(only), None, &able());
        assert!(found.is_empty(), "{marked} {only}: {found:?}");
    }
}

#[test]
fn it_is_looked_for_when_somebody_asks() {
    let case = Case::with(BASE, "let registry", "let regi$0stry");
    let refactorings = |trigger: Option<u8>| {
        let found = actions(&case, None, trigger, &able());
        found.iter().filter(|action| action["kind"].as_str().unwrap().starts_with("refactor.inline")).count()
    };
    assert_eq!(refactorings(Some(2)), 0, "the caret has only come to be there");
    assert_eq!(refactorings(Some(1)), 1);
    assert_eq!(refactorings(None), 1);
    let case = Case::with(BASE, "external files", "external fi$0les");
    assert_eq!(actions(&case, Some("refactor.move"), None, &json!({})).len(), 0, "the client makes no files");
}

#[test]
fn broken_files_offer_what_is_certain() {
    for (old, new) in [
        ("  memory 64Mi..128Mi\n", "  memory 64Mi..\n"),
        ("allow web -> vault.secure", "allow web -> "),
        ("profile restricted }", "profle restricted }"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        let case = Case::with(&broken, "let registry", "let regi$0stry");
        let found = actions(&case, Some("refactor.inline"), None, &able());
        assert_eq!(found.len(), 1, "{new}");
        let after = applied(&case.platform, &found[0]["edit"]);
        assert!(after["teams/web.bvl"].contains("\"registry.example/web:1.0\""), "{new}");
    }
}

#[test]
fn a_move_from_a_parameter_bears_the_name_of_the_declaration() {
    let class = "class sized(low: cpu = 100m) { cpu $low..500m }\n\nenvironment prod";
    let marked = class.replace("low: cpu", "l$0ow: cpu");
    let (titles, after) = done("environment prod", &marked, "refactor.move", "move `sized` to sized.bvl");
    assert!(titles.iter().all(|title| title.starts_with("move `sized` to ")), "{titles:?}");
    assert_eq!(after["sized.bvl"], "class sized(low: cpu = 100m) { cpu $low..500m }\n");
}

#[test]
fn a_declaration_moves_into_a_file_that_is_there() {
    let moves: [(&str, &str, &str, &str, &str); 6] = [
        (
            "external vault {",
            "external vau$0lt {",
            "move `vault` to stores.bvl",
            "stores.bvl",
            "external store { cidr 10.0.0.3/32; port http 80 }\n\nexternal vault { cidr 10.20.0.10/32; port secure 8200 }\n",
        ),
        (
            "external files {",
            "external fil$0es {",
            "move `files` to stores.bvl",
            "stores.bvl",
            "\n\n// What keeps files.\nexternal files { cidr 10.20.1.10/32; port https 443 } // the old ones, too\n",
        ),
        (
            "environment test {",
            "environment te$0st {",
            "move `test` to old/where.bvl",
            "old/where.bvl",
            "\n}\n\nenvironment test {\n",
        ),
        (
            "environment prod {",
            "environment pr$0od {",
            "move `prod` to old/where.bvl",
            "old/where.bvl",
            "\n}\n\nenvironment prod {",
        ),
        (
            "service web {\n",
            "service w$0eb {\n",
            "move `web` to teams/api.bvl",
            "teams/api.bvl",
            "\n\n/// The shop's pages.\nservice web {\n",
        ),
        ("service api {", "service a$0pi {", "move `api` to teams/web.bvl", "teams/web.bvl", "\n\nservice api { image"),
    ];
    let base = format!(
        "{}//- stores.bvl\nexternal store {{ cidr 10.0.0.3/32; port http 80 }}\n//- old/where.bvl\nenvironment old {{\n  namespace \"old\"\n  \
         profile restricted\n}}\n//- teams/api.bvl\nservice api {{ image \"r.example/api:1\" }}\n\nexternal x {{ cidr 10.0.0.9/32; port http 80 }}\n",
        BASE.replacen("use \"data.bvl\"\n", "use \"data.bvl\"\nuse \"stores.bvl\"\nuse \"old/where.bvl\"\n", 1)
    );
    for (old, marked, title, path, expected) in moves {
        let case = Case::with(&base, old, marked);
        let found = actions(&case, Some("refactor.move"), None, &able());
        let titles: Vec<&str> = found.iter().map(|one| one["title"].as_str().unwrap()).collect();
        let chosen = found.iter().find(|one| one["title"] == title);
        let chosen = chosen.unwrap_or_else(|| panic!("{title} is not among {titles:?}"));
        let after = applied(&case.platform, &chosen["edit"]);
        assert!(after[path].contains(expected), "{}", after[path]);
        assert!(!after[&case.path].contains(old), "{}", after[&case.path]);
    }
    // first where it is spoken of most, then in its own folder
    let found =
        actions(&Case::with(&base, "external vault {", "external vau$0lt {"), Some("refactor.move"), None, &json!({}));
    let titles: Vec<&str> = found.iter().map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["move `vault` to stores.bvl", "move `vault` to teams/api.bvl"], "and no file is made");
    for (old, new) in [
        ("  memory 64Mi..128Mi\n", "  memory 64Mi..\n"),
        ("allow web -> vault.secure", "allow web -> "),
        ("  scale 2..6 {", "  scle 2..6 {"),
    ] {
        let broken = base.replacen(old, new, 1);
        let case = Case::with(&broken, "external vault {", "external vau$0lt {");
        let found = actions(&case, Some("refactor.move"), None, &able());
        assert!(found.iter().any(|one| one["title"] == "move `vault` to stores.bvl"), "{new}: {found:?}");
    }
}
