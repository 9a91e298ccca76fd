//! Statements put in order.

use crate::means::{BASE, rewritten, titles_of};

const ONLY: &str = "refactor.rewrite";

/// The base with other text in place of some, and of what is rewritten the part that is new.
fn sorted(old: &str, marked: &str, titled: &str, expected: &str) {
    let after = rewritten(BASE, old, marked, ONLY, titled);
    let all: String = after.values().map(String::as_str).collect();
    assert!(all.contains(expected), "{marked}: {all}");
}

#[test]
fn neighbors_of_one_kind_are_sorted_by_name() {
    let cases = [
        // flows that stand together, and no others
        (
            "allow web -> vault.secure\n",
            "al$0low web -> vault.secure\n",
            "sort these 3 flows",
            "\nallow api -> files.https\nallow api -> vault.secure\nallow web -> vault.secure\n",
        ),
        (
            "allow web -> api.rest\n",
            "allow$0 web -> api.rest\n",
            "sort these 2 flows",
            "allow admin -> api.rest because \"stock is counted\"\nallow web -> api.rest\n\nallow web",
        ),
        // declarations that stand apart, with what is said of them
        (
            "service web is",
            "service w$0eb is",
            "sort these 2 services",
            "service admin is pages(port = 8090, low = 300m) {\n  image \"${registry}/admin:1.0\"\n  env LISTEN \":8090\"\n}\n\n/// The shop's pages.\nservice web is",
        ),
        (
            "external vault",
            "exter$0nal vault",
            "sort these 2 externals",
            "external files { cidr 10.20.1.10/32; port https 443 } // the old ones, too\n\nexternal vault {",
        ),
        (
            "use \"shared.bvl\"\n",
            "u$0se \"teams/web.bvl\"\nuse \"shared.bvl\"\n",
            "sort these 3 uses",
            "use \"shared.bvl\"\nuse \"teams/*.bvl\"\nuse \"teams/web.bvl\"\n",
        ),
        (
            "let registry",
            "l$0et zone = \"z\"\nlet registry",
            "sort these 2 constants",
            "let registry = \"registry.example\"\nlet zone = \"z\"\n",
        ),
    ];
    for (old, marked, titled, expected) in cases {
        sorted(old, marked, titled, expected);
    }
}

#[test]
fn what_is_said_of_a_file_stays_above_it() {
    sorted(
        "use \"shared.bvl\"\n",
        "// Of the whole file.\n// And more.\nu$0se \"teams/web.bvl\"\n/// The first.\nuse \"shared.bvl\"\n",
        "sort these 3 uses",
        "// Of the whole file.\n// And more.\n/// The first.\nuse \"shared.bvl\"\nuse \"teams/*.bvl\"\nuse \"teams/web.bvl\"\n",
    );
}

#[test]
fn the_words_of_a_body_are_sorted_as_the_reference_lists_them() {
    let cases = [
        (
            "service web is",
            "service w$0eb is",
            "put the words of `web` in order",
            "{ // seen by everyone\n  image \"${registry}/web:1.0\"\n  // as much as two pages\n  memory 256Mi\n\n",
        ),
        (
            "  cpu 250m\n  memory 256Mi\n  scale 3\n",
            "  scale 3\n  memory 256Mi\n  cpu 250m\n",
            "put the words of `api` in order",
            "  port rest 8082\n  cpu 250m\n  memory 256Mi\n  scale 3\n  spread zone // a zone may go\n",
        ),
        (
            "external vault { cidr 10.20.0.10/32; port secure 8200 }",
            "external vau$0lt { port secure 8200; cidr 10.20.0.10/32 }",
            "put the words of `vault` in order",
            "external vault { cidr 10.20.0.10/32; port secure 8200 }\n",
        ),
        (
            "  shutdown { grace 60s }\n",
            "  shut$0down { pre-stop 6s; grace 60s }\n",
            "put the words of `shutdown` in order",
            "  shutdown { grace 60s; pre-stop 6s }\n",
        ),
        ("  namespace \"shop\"\n  profile restricted\n", "  pro$0file restricted\n  namespace \"shop\"\n", "", ""),
    ];
    for (old, marked, titled, expected) in cases {
        if titled.is_empty() {
            // a word without braces has none
            assert_eq!(titles_of(BASE, old, marked, ONLY), [""; 0], "{marked}");
        } else if marked.contains("$0") {
            if titled.contains("`web`") {
                let base = BASE.replacen(
                    "  tier standard\n  shutdown { grace 60s }\n",
                    "  shutdown { grace 60s }\n  tier standard\n",
                    1,
                );
                let after = rewritten(&base, old, marked, ONLY, titled);
                assert!(after["teams/web.bvl"].contains(expected), "{}", after["teams/web.bvl"]);
            } else {
                sorted(old, marked, titled, expected);
            }
        } else {
            let base = BASE.replacen(old, marked, 1);
            let after = rewritten(&base, "service api {", "service a$0pi {", ONLY, titled);
            assert!(after["teams/api.bvl"].contains(expected), "{}", after["teams/api.bvl"]);
        }
    }
}

#[test]
fn comments_by_themselves_stay_and_part_what_is_sorted() {
    let (old, new) = ("allow api -> files.https\n", "\n// What is kept.\n\nallow api -> files.https\n");
    let base = BASE.replacen(old, new, 1);
    let after = rewritten(&base, "allow web -> vault", "all$0ow web -> vault", ONLY, "sort these 3 flows");
    let expected = "allow admin -> api.rest because \"stock is counted\"\nallow web -> api.rest\n\nallow web -> vault.secure\n\n// What is kept.\n";
    assert!(after["teams/api.bvl"].contains(expected), "{}", after["teams/api.bvl"]);
}

#[test]
fn what_is_in_order_or_would_mean_something_else_is_left() {
    let none = [
        ("platform shop {", "platform sh$0op {"),
        ("class base {", "cla$0ss base {"),
        ("environment prod {", "environment$0 prod {"),
        // a variable may speak of those before it
        ("  env COLOR \"blue\"", "  e$0nv COLOR \"blue\""),
    ];
    for (old, marked) in none {
        let sorts = titles_of(BASE, old, marked, ONLY);
        assert!(sorts.iter().all(|title| !title.contains("sort") && !title.contains("order")), "{marked}: {sorts:?}");
    }
}

#[test]
fn broken_files_are_sorted_where_they_can_be_read() {
    for (old, new) in [
        ("service admin is", "servce admin is"),
        ("profile restricted", "profle restricted"),
        ("  scale 3\n", "  scale \n"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        let titled = "sort these 3 flows";
        let after = rewritten(&broken, "allow web -> vault", "all$0ow web -> vault", ONLY, titled);
        assert!(after["teams/api.bvl"].ends_with("allow api -> vault.secure\nallow web -> vault.secure\n"), "{new}");
    }
    // what cannot be read stays where it is, and parts what is sorted
    let broken = BASE.replacen("allow api -> files.https\n", "allow api -> \n", 1);
    let after = rewritten(&broken, "allow web -> vault", "all$0ow web -> vault", ONLY, "sort these 3 flows");
    assert!(after["teams/api.bvl"].ends_with("allow web -> vault.secure\nallow api -> \nallow api -> vault.secure\n"));
}
