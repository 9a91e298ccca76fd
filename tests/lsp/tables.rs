//! What is answered at a caret (`$0`), of highlights, folds, links, declarations and overlays: on whole files and on broken ones.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::carets::{Case, offset};
use crate::client::{Client, FOLDER};

const BASE: &str = r#"//- platform.bvl
use "teams/*.bvl"
use std.nats

// What follows
// is the shop.
/// What the shop is.
platform shop {
  kubernetes "1.33"
}

let registry = "registry.example"

environment prod {
  namespace "prod"
  service web { scale 3 }
}

class http(port: int) {
  port http $port
}

managed bus is nats.cluster { replicas 3 }
allow web -> api.rest in prod
allow web -> bus.client
group front web, api
never api ~> front
//- teams/web.bvl
/// The pages.
service web is http(8080) {
  image "${registry}/web:1.0"
  env API "http://${api.rest.host}"
  after api
}
service api {
  image "docker.io/library/api:1.2"
  port rest 8081
  expose "api.shop.example" rest { tls none because "x" }
}
"#;

/// What is answered at the caret, with the case.
fn asked(method: &str, (old, new): (&str, &str)) -> (Case, Value) {
    let case = Case::with(BASE, old, new);
    let mut client = case.client(&json!({}));
    let place = client.at(&case.path, case.caret);
    let document = json!({"textDocument": place["textDocument"]});
    let is_of_place = !matches!(method, "foldingRange" | "documentLink");
    let answer = client.ask(&format!("textDocument/{method}"), if is_of_place { place } else { document });
    client.end();
    (case, answer)
}

/// The text of a range, and the number of its line.
fn shown(text: &str, range: &Value) -> String {
    let (start, end) = (offset(text, &range["start"]), offset(text, &range["end"]));
    format!("{}:{}", range["start"]["line"].as_u64().unwrap() + 1, &text[start..end])
}

/// An old text of the base, the new one with the caret, and what is answered.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn hold(method: &str, rows: &[Row], told: impl Fn(&Case, &Value) -> String) {
    let mut wrong = String::new();
    for (old, new, expected) in rows {
        let (case, answer) = asked(method, (old, new));
        let found: Vec<String> = answer.as_array().into_iter().flatten().map(|one| told(&case, one)).collect();
        if found != *expected {
            writeln!(wrong, "{new:?}\n  {found:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{method}\n{wrong}");
}

#[test]
fn highlights() {
    hold("documentHighlight", &HIGHLIGHTS, |case, one| {
        let kind = match one["kind"].as_u64() {
            Some(2) => "read",
            Some(3) => "written",
            other => panic!("{other:?}"),
        };
        format!("{} {kind}", shown(&case.platform[&case.path], &one["range"]))
    });
}

#[test]
fn folds() {
    hold("foldingRange", &FOLDS, |_, one| {
        let line = |field: &str| one[field].as_u64().unwrap() + 1;
        let kind = one["kind"].as_str().map(|kind| format!(" {kind}")).unwrap_or_default();
        format!("{}..{}{kind}", line("startLine"), line("endLine"))
    });
}

#[test]
fn links() {
    hold("documentLink", &LINKS, |case, one| {
        let target = one["target"].as_str().unwrap_or("nowhere").replace(&format!("file://{FOLDER}/"), "");
        format!("{} -> {target}", shown(&case.platform[&case.path], &one["range"]))
    });
}

fn place(case: &Case, one: &Value) -> String {
    let uri = one["uri"].as_str().unwrap();
    match uri.strip_prefix(&Client::uri("")) {
        Some(path) => format!("{path} {}", shown(&case.platform[path], &one["range"])),
        None => format!("{}:{}", uri.rsplit('/').next().unwrap(), one["range"]["start"]["line"].as_u64().unwrap() + 1),
    }
}

#[test]
fn declarations() {
    hold("declaration", &DECLARATIONS, place);
}

#[test]
fn overlays() {
    hold("implementation", &OVERLAYS, place);
}

const HIGHLIGHTS: [Row; 14] = [
    (
        "allow web -> api.rest",
        "allow w$0eb -> api.rest",
        &["15:web written", "23:web read", "24:web read", "25:web read"],
    ),
    (
        "service web { scale 3 }",
        "service w$0eb { scale 3 }",
        &["15:web written", "23:web read", "24:web read", "25:web read"],
    ),
    ("api.rest in prod", "api.re$0st in prod", &["23:rest read"]),
    ("api.rest in prod", "api.rest in pr$0od", &["13:prod written", "23:prod read"]),
    ("port http $port", "port http $po$0rt", &["18:port written", "19:port read"]),
    ("let registry", "let regi$0stry", &["11:registry written"]),
    ("group front", "group fro$0nt", &["25:front written", "26:front read"]),
    ("bus.client", "b$0us.client", &["22:bus written", "24:bus read"]),
    ("is http(8080)", "is ht$0tp(8080)", &["2:http read"]),
    ("${api.rest.host}", "${a$0pi.rest.host}", &["4:api read", "5:api read", "7:api written"]),
    ("kubernetes \"1.33\"", "kuber$0netes \"1.33\"", &[]),
    // broken
    (
        "allow web -> api.rest in prod",
        "allow w$0eb -> \nallow web ->",
        &["15:web written", "23:web read", "24:web read", "25:web read", "26:web read"],
    ),
    ("  after api\n}", "  after a$0pi\n", &["4:api read", "5:api read", "7:api written"]),
    ("group front web, api", "group front web, a$0pi, \"x", &["23:api read", "25:api read", "26:api read"]),
];

const FOLDS: [Row; 10] = [
    ("use std.nats", "use std.nats$0", &["1..2 imports", "4..5 comment", "7..8", "13..15", "18..19"]),
    ("/// The pages.", "/// The pages.$0", &["2..5", "7..10"]),
    ("// is the shop.", "$0", &["1..2 imports", "7..8", "13..15", "18..19"]),
    (
        "use std.nats\n",
        "use std.nats\nuse std.redis\n\nuse std.kafka$0\n",
        &["1..3 imports", "7..8 comment", "10..11", "16..18", "21..22"],
    ),
    ("service api {", "service api {$0\n  shutdown {\n    grace 30s\n  }\n", &["2..5", "7..14", "8..9"]),
    (
        "/// The pages.",
        "/* one\n two\n three */$0\n/// The pages.\n/// And more.",
        &["1..3 comment", "4..5 comment", "6..9", "11..14"],
    ),
    (
        "group front web, api",
        "group front web,\n  api$0",
        &["1..2 imports", "4..5 comment", "7..8", "13..15", "18..19"],
    ),
    // broken
    ("  after api\n}", "  after api$0\n", &["2..5", "7..10"]),
    ("platform shop {", "} }\nplatform shop {$0", &["1..2 imports", "4..6 comment", "8..9", "14..16", "19..20"]),
    ("  port rest 8081\n", "  env A \"\"\"$0\n  port rest 8081\n", &["2..5", "7..13"]),
];

const LINKS: [Row; 10] = [
    ("use std.nats", "use std.nats$0", &["2:std.nats -> file:///cache/std/nats.bvl"]),
    (
        "/// The pages.",
        "/// The pages.$0",
        &[
            "8:\"docker.io/library/api:1.2\" -> https://hub.docker.com/_/api",
            "10:\"api.shop.example\" -> https://api.shop.example",
        ],
    ),
    (
        "use \"teams/*.bvl\"",
        "use \"teams/web.bvl\"$0",
        &["1:\"teams/web.bvl\" -> teams/web.bvl", "2:std.nats -> file:///cache/std/nats.bvl"],
    ),
    (
        "\"docker.io/library/api:1.2\"",
        "\"ghcr.io/shop/api:1.2\"$0",
        &[
            "8:\"ghcr.io/shop/api:1.2\" -> https://ghcr.io/shop/api",
            "10:\"api.shop.example\" -> https://api.shop.example",
        ],
    ),
    (
        "\"docker.io/library/api:1.2\"",
        "\"quay.io/shop/api@sha256:0123456789012345678901234567890123456789012345678901234567890123\"$0",
        &[
            "8:\"quay.io/shop/api@sha256:0123456789012345678901234567890123456789012345678901234567890123\" -> https://quay.io/shop/api",
            "10:\"api.shop.example\" -> https://api.shop.example",
        ],
    ),
    (
        "\"docker.io/library/api:1.2\"",
        "\"nginx:1.27\"$0",
        &["8:\"nginx:1.27\" -> https://hub.docker.com/_/nginx", "10:\"api.shop.example\" -> https://api.shop.example"],
    ),
    (
        "expose \"api.shop.example\"",
        "expose \"*.shop.example\"$0",
        &["8:\"docker.io/library/api:1.2\" -> https://hub.docker.com/_/api"],
    ),
    // broken
    (
        "  after api\n}",
        "  after api$0\n",
        &[
            "8:\"docker.io/library/api:1.2\" -> https://hub.docker.com/_/api",
            "10:\"api.shop.example\" -> https://api.shop.example",
        ],
    ),
    (
        "use std.nats",
        "use std.nats$0\nuse \"nothing.bvl\"\nuse",
        &["2:std.nats -> file:///cache/std/nats.bvl", "3:\"nothing.bvl\" -> nothing.bvl"],
    ),
    (
        "\"docker.io/library/api:1.2\"",
        "\"docker.io/library/api:1.2$0",
        &[
            "8:\"docker.io/library/api:1.2 -> https://hub.docker.com/_/api",
            "10:\"api.shop.example\" -> https://api.shop.example",
        ],
    ),
];

const DECLARATIONS: [Row; 13] = [
    ("allow web -> api.rest", "allow w$0eb -> api.rest", &["teams/web.bvl 2:web"]),
    ("api.rest in prod", "api.re$0st in prod", &["teams/web.bvl 9:rest"]),
    ("api.rest in prod", "api.rest in pr$0od", &["platform.bvl 13:prod"]),
    ("port http $port", "port http $po$0rt", &["platform.bvl 18:port"]),
    ("${registry}", "${regi$0stry}", &["platform.bvl 11:registry"]),
    ("${api.rest.host}", "${api.re$0st.host}", &["teams/web.bvl 9:rest"]),
    ("~> front", "~> fro$0nt", &["platform.bvl 25:front"]),
    ("bus.client", "bus.cli$0ent", &["nats.bvl:26"]),
    ("is http(8080)", "is ht$0tp(8080)", &["platform.bvl 18:http"]),
    ("service web { scale 3 }", "service w$0eb { scale 3 }", &["teams/web.bvl 2:web"]),
    // broken
    ("allow web -> api.rest in prod", "allow w$0eb -> ", &["teams/web.bvl 2:web"]),
    ("  after api\n}", "  after a$0pi\n", &["teams/web.bvl 7:api"]),
    ("platform shop {", "} }\nnever w$0eb -> \"\nplatform shop {", &["teams/web.bvl 2:web"]),
];

const OVERLAYS: [Row; 11] = [
    ("allow web -> api.rest", "allow w$0eb -> api.rest", &["platform.bvl 15:web"]),
    ("service web is", "service w$0eb is", &["platform.bvl 15:web"]),
    ("service web { scale 3 }", "service w$0eb { scale 3 }", &["platform.bvl 15:web"]),
    (
        "service web { scale 3 }",
        "service web { scale 3 }\n  service api { scale 4 }\n  managed b$0us { replicas 5 }",
        &["platform.bvl 17:bus"],
    ),
    ("service api {", "service a$0pi {", &[]),
    (
        "environment prod {",
        "environment test {\n  namespace \"t\"\n  service web { scale 2 }\n}\nenvironment pr$0od {",
        &[],
    ),
    ("bus.client", "b$0us.client", &[]),
    ("group front web", "group front w$0eb", &["platform.bvl 15:web"]),
    // broken
    ("service web { scale 3 }", "service w$0eb { scale ", &["platform.bvl 15:web"]),
    ("allow web -> api.rest in prod", "allow w$0eb -> \"", &["platform.bvl 15:web"]),
    ("  after api\n}", "  after api\n}\nservice w$0eb {", &["platform.bvl 15:web"]),
];
