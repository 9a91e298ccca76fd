//! Reasons in the output: every word that takes one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::support::{build, build_whole, names, object};
use crate::vocabulary::{self, Block, Word};

/// What takes a reason, a spec that gives one, the object that bears it, and the lines that it bears.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "environment profile",
        "environment t { namespace \"t\"; profile baseline because \"R\" }",
        "Namespace t",
        "profile baseline: R",
    ),
    (
        "environment default-deny",
        "environment t { namespace \"t\"; default-deny off because \"R\" }",
        "Namespace t",
        "default-deny off: R",
    ),
    (
        "service cpu",
        "service a { image \"a/a:1\"; cpu 100m..none because \"R\"; memory 1Gi }",
        "Deployment a",
        "cpu 100m..none: R",
    ),
    ("service cpu", "managed m { cpu 1..2 because \"R\"; match \"a\" \"b\" }", "Namespace t", "cpu 1..2 of m: R"),
    (
        "service memory",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi because \"R\" }",
        "Deployment a",
        "memory 1Gi: R",
    ),
    (
        "service memory",
        "managed m { memory 1Gi..none because \"R\"; match \"a\" \"b\" }",
        "Namespace t",
        "memory 1Gi..none of m: R",
    ),
    (
        "container-security capability",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; init b { image \"a/b:1\"; cpu 1; memory 1Gi; security { capability KILL because \"R\" } } }",
        "Deployment a",
        "init b security capability KILL: R",
    ),
    (
        "container-security privilege-escalation",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; init b { image \"a/b:1\"; cpu 1; memory 1Gi; security { privilege-escalation because \"R\" } } }",
        "Deployment a",
        "init b security privilege-escalation: R",
    ),
    (
        "container-security seccomp unconfined",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; init b { image \"a/b:1\"; cpu 1; memory 1Gi; security { seccomp unconfined because \"R\" } } }",
        "Deployment a",
        "init b security seccomp unconfined: R",
    ),
    (
        "container-security writable-root",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; init b { image \"a/b:1\"; cpu 1; memory 1Gi; security { writable-root because \"R\" } } }",
        "Deployment a",
        "init b security writable-root: R",
    ),
    (
        "init cpu",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; init b { image \"a/b:1\"; cpu 1..none because \"R\"; memory 1Gi } }",
        "Deployment a",
        "init b cpu 1..none: R",
    ),
    (
        "init memory",
        "job a { image \"a/a:1\"; cpu 1; memory 1Gi; schedule \"0 3 * * *\"; init b { image \"a/b:1\"; cpu 1; memory 1Gi..none because \"R\" } }",
        "CronJob a",
        "init b memory 1Gi..none: R",
    ),
    (
        "sidecar cpu",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; sidecar b { image \"a/b:1\"; cpu 1..none because \"R\"; memory 1Gi } }",
        "Deployment a",
        "sidecar b cpu 1..none: R",
    ),
    (
        "sidecar memory",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; sidecar b { image \"a/b:1\"; cpu 1; memory 1Gi..none because \"R\" } }",
        "Deployment a",
        "sidecar b memory 1Gi..none: R",
    ),
    (
        "service disruption none",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; disruption none because \"R\" }",
        "Deployment a",
        "disruption none: R",
    ),
    (
        "service disruption none",
        "managed m { disruption none because \"R\"; match \"a\" \"b\" }",
        "Namespace t",
        "disruption none of m: R",
    ),
    (
        "service spread",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; spread none because \"R\" }",
        "Deployment a",
        "spread none: R",
    ),
    (
        "security writable-root",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; security { writable-root because \"R\" } }",
        "Deployment a",
        "security writable-root: R",
    ),
    (
        "security capability",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; security { capability KILL because \"R\" } }",
        "Deployment a",
        "security capability KILL: R",
    ),
    (
        "security privilege-escalation",
        "job a { image \"a/a:1\"; cpu 1; memory 1Gi; schedule \"0 3 * * *\"; security { privilege-escalation because \"R\" } }",
        "CronJob a",
        "security privilege-escalation: R",
    ),
    (
        "security seccomp unconfined",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi; security { seccomp unconfined because \"R\" } }",
        "Deployment a",
        "security seccomp unconfined: R",
    ),
    (
        "external cidr",
        "external e { cidr 10.0.0.0/8 because \"R\"; port p 1 } service a { image \"a/a:1\"; cpu 1; memory 1Gi } allow a -> e.p",
        "NetworkPolicy a",
        "cidr of e: R",
    ),
    (
        "external cidr",
        "external e { cidr 10.0.0.0/8 because \"R\" } service a { image \"a/a:1\"; port p 1; cpu 1; memory 1Gi } allow e -> a.p",
        "NetworkPolicy a",
        "cidr of e: R",
    ),
    (
        "platform severity",
        "platform { severity even-quorum warn because \"R\" }",
        "Namespace t",
        "severity even-quorum warn: R",
    ),
    (
        "expose tls none",
        "environment t { namespace \"t\" } managed door { match \"a\" \"b\"; entry ingress \"n\" } service a { image \"a/a:1\"; port p 1; cpu 1; memory 1Gi; expose \"shop.example/x\" { tls none because \"R\" } }",
        "Ingress a.door.shop.example",
        "tls none of shop.example/x: R",
    ),
    (
        "file waive",
        "service a { image \"a/a:1\"; cpu 1; memory 1Gi } waive mutable-tag on a because \"R\"",
        "Deployment a",
        "waive mutable-tag on a: R",
    ),
    (
        "file waive",
        "external e { cidr 10.0.0.0/8; port p 1 } service a { image \"a/a:1\"; cpu 1; memory 1Gi }\n allow a -> e.p\n waive plain-text-leaving on e because \"R\"",
        "Namespace t",
        "waive plain-text-leaving on e: R",
    ),
    (
        "file waive",
        "managed m { match \"a\" \"b\" } waive BVL0501 on m in t because \"R\"",
        "Namespace t",
        "waive BVL0501 on m: R",
    ),
    ("file waive", "waive BVL0501 on t because \"R\"", "Namespace t", "waive BVL0501 on t: R"),
    ("file waive", "waive BVL0501 on shop because \"R\"", "Namespace t", "waive BVL0501 on shop: R"),
    (
        "file waive",
        "service a { image \"a/a:1\"; port p 1; cpu 1; memory 1Gi } service b { image \"a/b:1\"; port p 1; cpu 1; memory 1Gi } waive BVL0501 on a -> t/b.p because \"R\"",
        "Namespace t",
        "waive BVL0501 on a -> t/b.p: R",
    ),
];

/// Words whose reason is a flow's.
const OF_FLOWS: [&str; 3] = ["environment allow", "file allow", "managed allow"];

fn because(manifests: &[super::support::Emitted], folder: &str, name: &str) -> Value {
    object(manifests, folder, name)["metadata"]["annotations"]["bvl.dev/because"].clone()
}

/// Where a word takes a reason, by block and word.
fn reasoned(block: &'static Block, seen: &mut BTreeSet<&'static str>, found: &mut BTreeSet<String>) {
    fn of_word(path: &str, word: &'static Word, seen: &mut BTreeSet<&'static str>, found: &mut BTreeSet<String>) {
        let path = format!("{path} {}", word.name);
        if word.clause("because").is_some() {
            found.insert(path.clone());
        }
        for variant in word.variants {
            of_word(&path, variant, seen, found);
        }
        if let Some(block) = word.block {
            reasoned(block, seen, found);
        }
    }
    if seen.insert(block.name) {
        for word in block.words {
            of_word(block.name, word, seen, found);
        }
    }
}

#[test]
fn every_word_that_takes_a_reason_has_a_row() {
    let mut found = BTreeSet::new();
    reasoned(&vocabulary::FILE, &mut BTreeSet::new(), &mut found);
    // the words of workloads are the same wherever they stand
    let of_workloads = |path: &String| ["job ", "managed ", "defaults "].iter().any(|block| path.starts_with(block));
    let found: BTreeSet<String> = found
        .into_iter()
        .filter(|path| !OF_FLOWS.contains(&path.as_str()))
        .map(
            |path| {
                if of_workloads(&path) { path.replacen(path.split(' ').next().unwrap(), "service", 1) } else { path }
            },
        )
        .collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(found, rows);
}

#[test]
fn each_reason_stands_on_the_object_that_it_is_about() {
    for (word, spec, bearer, line) in ROWS {
        let spec = match spec.strip_prefix("platform") {
            Some(block) => format!("platform shop{block}\n"),
            None => format!("platform shop {{}}\n{spec}\n"),
        };
        let environment = if spec.contains("environment t {") { "" } else { "environment t { namespace \"t\" }" };
        let spec = format!("{spec}{environment}");
        let manifests = build_whole(&spec, &[]);
        assert_eq!(because(&manifests, "t", bearer), *line, "{word}");
        for name in names(&manifests, "t") {
            assert!(name == *bearer || because(&manifests, "t", &name).is_null(), "{word}: {name}");
        }
        let spec = spec.replace(" because \"R\"", "");
        assert!(because(&build_whole(&spec, &[]), "t", bearer).is_null(), "{word}");
    }
}

#[test]
fn reasons_are_sorted_lines_of_their_environment() {
    let text = "environment dev { namespace \"dev\"; default-deny off because \"its\\n own\" }
        service a { image \"a/a:1\"; cpu 1..none because \"b\"; memory 1Gi; disruption none because \"c\" }
        waive BVL0501 on a in prod because \"d\"\n        waive BVL0502 on a because \"e\"";
    let manifests = build(text, &[]);
    let lines = "cpu 1..none: b\ndisruption none: c\nwaive BVL0502 on a: e";
    assert_eq!(because(&manifests, "dev", "Deployment a"), lines);
    let lines = "cpu 1..none: b\ndisruption none: c\nwaive BVL0501 on a: d\nwaive BVL0502 on a: e";
    assert_eq!(because(&manifests, "prod", "Deployment a"), lines);
    assert_eq!(because(&manifests, "dev", "Namespace dev"), "default-deny off: its own");
    assert!(because(&manifests, "prod", "Namespace shop-prod").is_null());
    let template = &object(&manifests, "prod", "Deployment a")["spec"]["template"];
    assert!(!template.to_string().contains("because"), "{template}");
}

#[test]
fn a_waiver_on_an_external_stands_where_it_is_used() {
    let text = "environment dev { namespace \"dev\" }  external e { cidr 10.0.0.0/8; port p 1 }
        service a { in prod; image \"a/a:1\"; cpu 1; memory 1Gi }
        allow a -> e.p
        waive plain-text-leaving on e because \"R\"";
    let manifests = build(text, &[]);
    assert_eq!(because(&manifests, "prod", "Namespace shop-prod"), "waive plain-text-leaving on e: R");
    assert!(because(&manifests, "dev", "Namespace dev").is_null());
}

/// Where the namespace is there already, whatever comes first bears what would stand on it.
#[test]
fn a_namespace_that_is_there_leaves_its_reasons_to_another_object() {
    let spec = "platform shop {} environment t { namespace \"t\" existing; profile baseline because \"R\" }";
    assert_eq!(because(&build_whole(spec, &[]), "t", "NetworkPolicy default-deny"), "profile baseline: R");
}
