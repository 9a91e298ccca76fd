//! A class made of what a body states.

use crate::corpus::Platform;
use crate::means::{BASE, rewritten, titles_of};

const ONLY: &str = "refactor.extract";

fn made(base: &str, old: &str, marked: &str, of: &str) -> Platform {
    rewritten(base, old, marked, ONLY, &format!("make a class of settings of `{of}`"))
}

#[test]
fn what_is_selected_becomes_a_class() {
    // what is selected, what the class states, what is left of the head
    let cases: [(&str, &str, &str, &str, &str); 6] = [
        (
            "  cpu 250m\n",
            "  $0cpu 250m$1\n",
            "class api-settings {\n  cpu 250m\n}\n\n",
            "service api is api-settings {\n",
            "api",
        ),
        (
            "  cpu 250m\n  memory 256Mi\n  scale 3\n",
            "  cpu 25$00m\n  memory 256Mi\n  sca$1le 3\n",
            "class api-settings {\n  cpu 250m\n  memory 256Mi\n  scale 3\n}\n\n",
            "service api is api-settings {\n",
            "api",
        ),
        (
            "  spread zone // a",
            "  $0spread$1 zone // a",
            "class api-settings {\n  spread zone // a zone may go\n}\n\n",
            "service api is api-settings {\n",
            "api",
        ),
        (
            "  memory 256Mi\n\n  env",
            "  mem$0ory 256$1Mi\n\n  env",
            "class web-settings {\n  // as much as two pages\n  memory 256Mi\n}\n\n",
            "service web is pages(port = 8080), web-settings { // seen by everyone\n",
            "web",
        ),
        (
            "  port rest 8082\n",
            "  $0port rest 8082$1\n",
            "class api-settings {\n  port rest 8082\n}\n\n",
            "service api is api-settings {\n",
            "api",
        ),
        (
            "external vault { cidr",
            "external vault { $0cid$1r",
            "class vault-settings {\n  cidr 10.20.0.10/32\n}\n\n",
            "external vault is vault-settings { port secure 8200 }\n",
            "vault",
        ),
    ];
    for (old, marked, class, head, of) in cases {
        let after = made(BASE, old, marked, of);
        let all: String = after.values().map(String::as_str).collect();
        assert!(all.contains(class), "{marked}: {all}");
        assert!(all.contains(head), "{marked}: {all}");
    }
}

#[test]
fn a_declaration_gives_what_others_could_share() {
    let after = made(BASE, "service api {", "service a$0pi {", "api");
    let expected = "\
class api-settings {
  cpu 250m
  memory 256Mi
  scale 3
  spread zone // a zone may go
}

// Orders and stock.
service api is api-settings {
  image \"${registry}/api:1.0\"
  port rest 8082
}
";
    assert!(after["teams/api.bvl"].starts_with(expected), "{}", after["teams/api.bvl"]);
}

#[test]
fn the_name_is_one_that_nothing_has() {
    let taken = format!("{BASE}\nclass api-settings {{ scale 2 }}\n");
    let after = made(&taken, "service api {", "service a$0pi {", "api");
    assert!(after["teams/api.bvl"].contains("service api is api-settings-2 {"), "{}", after["teams/api.bvl"]);
}

#[test]
fn what_would_mean_something_else_is_not_offered() {
    let none = [
        // the variable of the class would come before its own
        ("  env COLOR \"blue\"", "  env ALPHA \"a\"\n  $0env COLOR$1 \"blue\""),
        // nothing of a body is selected
        ("allow web -> api.rest\n", "al$0low web -> ap$1i.rest\n"),
        // a class has others to ask
        ("  cpu 100m\n", "  $0cpu 100$1m\n"),
        // an overlay takes nothing over
        ("service web { scale 4 }", "service web { $0scale$1 4 }"),
        // nothing that it states is for others
        ("service admin is", "service adm$0in is"),
        // of two bodies
        ("scale 3\n  spread", "sc$0ale 3\n  spread"),
    ];
    for (old, marked) in none {
        assert_eq!(titles_of(BASE, old, marked, ONLY), [""; 0], "{marked}");
    }
}

#[test]
fn broken_files_give_classes_too() {
    for (old, new) in [
        ("allow web -> vault.secure", "allow web -> "),
        ("profile restricted", "profle restricted"),
        ("service admin is", "servce admin is"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        let after = made(&broken, "  cpu 250m\n", "  $0cpu 250m$1\n", "api");
        assert!(after["teams/api.bvl"].contains("class api-settings {\n  cpu 250m\n}"), "{new}");
    }
    // where a body itself cannot be read, nothing of it is moved
    let broken = BASE.replacen("  port rest 8082\n", "  port rest 8082)\n", 1);
    assert_eq!(titles_of(&broken, "service api {", "service a$0pi {", ONLY), [""; 0]);
}
