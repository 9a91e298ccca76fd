//! What hover says beyond what a word is: values in force and their layers, flows, timelines, units, codes.

use serde_json::json;

use crate::carets::Case;
use crate::client::{Client, Counts};
use crate::corpus::platforms;

const BASE: &str = "\
use std.nats
platform shop {
  kubernetes \"1.33\"
  api-server 10.0.0.1/32 6443
  defaults { shutdown { grace 60s; pre-stop 5s; drain 30s } }
}
environment prod { namespace \"prod\"; profile restricted }
environment staging { namespace \"staging\"; profile restricted; service web { scale 2; cpu 250m } }
service web {
  image \"registry.example/web:1.0\"
  port http 8080
  cpu 500m..1
  memory 256Mi
  scale 3
  shutdown { drain 20s }
}
managed bus is nats.cluster { replicas 3 }
allow web -> bus.client because \"orders\"
waive mutable-tag on web because \"the registry refuses to move tags\"
";

fn said(old: &str, new: &str) -> String {
    let case = Case::with(BASE, old, new);
    let mut client = case.client(&json!({}));
    let answer = client.ask("textDocument/hover", client.at(&case.path, case.caret));
    client.end();
    answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn hover_on_a_waiver_says_how_much_it_accepts_now() {
    let tight = "environment staging {";
    for (marked, accepted) in [
        ("wai$0ve BVL0702 on web because \"x\"", "It accepts one finding on `web`.\n\n- in prod, staging: web"),
        ("waive BVL0702 on web in pro$0d because \"x\"", ""),
        ("wai$0ve BVL0702 on web in prod because \"x\"", "It accepts one finding on `web`.\n\n- in prod: web"),
        ("waive BVL0$0702 on web because \"x\"", "It accepts one finding on `web`."),
        ("waive mutable$0-tag on web because \"x\"", "It accepts no finding on `web`."),
    ] {
        let text = BASE.replacen("shutdown { drain 20s }", "shutdown { grace 25s; drain 20s }", 1);
        let case = Case::with(&text, tight, &format!("{marked}\n{tight}"));
        let mut client = case.client(&json!({}));
        let answer = client.ask("textDocument/hover", client.at(&case.path, case.caret));
        client.end();
        let said = answer["contents"]["value"].as_str().unwrap();
        assert!(said.contains(accepted), "{marked}: {said}");
    }
}

#[test]
fn hover_says_what_follows_and_where_it_comes_from() {
    let cases: [(&str, &str, &[&str]); 29] = [
        ("  scale 3", "  sc$0ale 3", &["In prod:\n- `scale` = `3`", "In staging:\n- `scale` = `2`", "over `3`"]),
        ("  cpu 500m..1", "  c$0pu 500m..1", &["`cpu` = `500m..1`", "`cpu` = `250m`", "platform.bvl:8"]),
        ("service web { scale 2;", "service web { sc$0ale 2;", &["environment staging, platform.bvl:8", "over `3`"]),
        (
            "shutdown { drain 20s }",
            "shut$0down { drain 20s }",
            &["| 0s | 5s | pre-stop 5s | the platform's defaults |", "35s spare"],
        ),
        ("drain 20s", "dr$0ain 20s", &["`shutdown drain` = `20s`", "over `30s` (the platform's defaults", "35s spare"]),
        ("drain 20s", "drain 2$00s", &["`DURATION` of `drain`: a duration", "`20s` is 20000 ms"]),
        ("cpu 500m..1", "cpu 5$000m..1", &["`500m` is 500m: thousandths of a core"]),
        ("memory 256Mi", "memory 25$06Mi", &["268435456 bytes"]),
        (
            "allow web",
            "all$0ow web",
            &[
                "web -> bus in prod, staging**: yes",
                "egress",
                "the network policy of web decides",
                "because \"orders\"",
                "both halves",
            ],
        ),
        ("web -> bus", "web -$0> bus", &["web -> bus in prod, staging**: yes"]),
        ("bus.client", "bus.cl$0ient", &["Number 4222 in prod, staging"]),
        ("waive mutable-tag", "waive mut$0able-tag", &["BVL", "mutable-tag", "What it means"]),
        ("is nats.cluster", "is nats.clu$0ster", &["Of the standard library", "port client"]),
        ("is nats.cluster", "is na$0ts.cluster", &["use std.nats", "`nats.cluster`"]),
        ("use std.nats", "use std.na$0ts", &["A module of the standard library", "`nats.cluster`"]),
        ("http 8080", "http 80$080", &["`NUMBER` of `port`"]),
        (
            "use std.nats",
            "use \"plat$0form.bvl\"\nuse std.nats",
            &["One file", "`platform.bvl`: `platform shop`", "`service web`"],
        ),
        ("use std.nats", "use std.nats\nparam n: in$0t = 2", &["The type of the param `n`: int, such as `3`"]),
        ("use std.nats", "use std.nats\nparam n: int = 2$0", &["The value of `n` where none is given: int"]),
        ("use std.nats", "use std.nats\nparam n: int exam$0ple 2", &["`bvlc build` asks for a value"]),
        ("use std.nats", "use std.nats\nlet who = \"m$0e\"", &["What `who` stands for", "`${who}`"]),
        (
            "environment prod {",
            "environment preview(pr: int example 4$02) { namespace \"p-${pr}\"; profile restricted }\nenvironment prod {",
            &["The example of `pr`: int"],
        ),
        (
            "staging\"; profile restricted;",
            "staging\"; profile restricted; service web { without sp$0read };",
            &["Taken away here", "spread OVER"],
        ),
        (
            "managed bus is",
            "class own { allow self -> ku$0bernetes-api because \"x\" }\nmanaged bus is own,",
            &["The API server of the cluster, at 10.0.0.1/32 port 6443"],
        ),
        ("waive mutable-tag", "wai$0ve mutable-tag", &["It accepts no finding on `web`"]),
        (
            "kubernetes \"1.33\"",
            "delivery argo$0cd { in prod; repository \"git@h:a/b.git\" }",
            &["Argo CD takes it from"],
        ),
        ("kubernetes \"1.33\"", "delivery argocd { in pr$0od; repository \"git@h:a/b.git\" }", &["environment prod"]),
        (
            "kubernetes \"1.33\"",
            "delivery argocd { in prod; repository \"git@h:a$0/b.git\" }",
            &["`ADDRESS` of `repository`: the address of a repository"],
        ),
        (
            "kubernetes \"1.33\"",
            "delivery argocd { in prod; repository \"git@h:a/b.git\"; pull-requests prod { ev$0ery 3m } }",
            &["How often it asks. Default 30m."],
        ),
    ];
    for (old, new, expected) in cases {
        let text = said(old, new);
        for part in expected {
            assert!(text.contains(part), "{new}: {part} is not in\n{text}");
        }
    }
}

#[test]
fn hover_says_it_on_broken_files_as_far_as_it_is_known() {
    for (old, new, expected) in [
        ("managed bus is", "}}\nmanaged bus is nats.clu$0ster\nmanaged x is", "Of the standard library"),
        ("allow web -> bus.client because \"orders\"", "all$0ow web -> ", "Traffic that may pass"),
        ("waive mutable-tag on web", "waive mut$0able-tag on ", "What it means"),
        ("  shutdown { drain 20s }", "  shut$0down { drain }", "shutdown"),
    ] {
        let text = said(old, new);
        assert!(text.contains(expected), "{new}: {text}");
    }
}

/// What cannot be read is in force nowhere.
#[test]
fn hover_says_nothing_in_force_that_cannot_be_read() {
    for (value, is_in_force) in
        [("sc$0ale 3", true), ("sc$0ale three", false), ("scale th$0ree", false), ("scale 3$0", true)]
    {
        let text = said("scale 3", value);
        assert!(
            text.contains("scale") && text.contains("a number of replicas") != value.starts_with("sc$0"),
            "{value}: {text}"
        );
        assert_eq!(text.contains("`scale` ="), is_in_force, "{value}: {text}");
    }
}

#[test]
fn a_flow_shows_both_halves_as_they_are_emitted() {
    let text = said("allow web", "all$0ow web");
    let yaml = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let expected = "\
# egress of web in prod
- ports:
  - port: 4222
    protocol: TCP
  to:
  - podSelector:
      matchLabels:
        app.kubernetes.io/component: nats
        app.kubernetes.io/instance: bus
        app.kubernetes.io/name: nats
# ingress of bus in prod
- from:
  - podSelector:
      matchLabels:
        app.kubernetes.io/instance: shop
        app.kubernetes.io/name: web
  ports:
  - port: 4222
    protocol: TCP
";
    assert_eq!(yaml, expected);
    // as little as can be: one flow, however many the statement lets through
    let text = said(
        "allow web -> bus.client because",
        "service api { image \"r.example/api:1.0\"; port http 80 }\nall$0ow web -> bus.client, api.http because",
    );
    assert_eq!(text.matches("# egress of").count(), 1, "{text}");
}

#[test]
fn a_flow_says_what_follows_from_it() {
    let said = said("allow web -> bus", "all$0ow web -> bus");
    assert!(said.contains("From it follows: web may reach the cluster's DNS in prod, staging, because "), "{said}");
}

#[test]
fn a_half_that_no_policy_decides_about_is_not_shown() {
    let external = "external vault { cidr 10.20.0.10/32; port api 443 }\nall$0ow web -> vault.api because";
    let text = said("allow web -> bus.client because", external);
    assert!(text.contains("# egress of web in prod") && text.contains("cidr: 10.20.0.10/32"), "{text}");
    assert!(!text.contains("# ingress of"), "{text}");
    let off = BASE.replacen(
        "profile restricted }\nenv",
        "profile restricted; default-deny off because \"not yet\" }\nenv",
        1,
    );
    let case = Case::with(&off, "allow web", "all$0ow web");
    let mut client = case.client(&json!({}));
    let answer = client.ask("textDocument/hover", client.at(&case.path, case.caret));
    client.end();
    assert!(!answer["contents"]["value"].as_str().unwrap().contains("# egress"), "{answer}");
}

#[test]
fn a_statement_of_the_seed_has_its_layers() {
    let (_, platform) = platforms("examples/bitvault").remove(0);
    let mut client = Client::pulling(&platform, Counts::Utf16);
    let path = "services/bitvaultd.bvl";
    client.open(path, &platform[path]);
    let at = platform[path].find("scale 3..20").unwrap();
    let answer = client.ask("textDocument/hover", client.at(path, at + 1));
    let text = answer["contents"]["value"].as_str().unwrap().to_owned();
    for part in ["In prod:", "`scale` = `3..20`", "In staging:", "`scale` = `2..4`", "over `3..20`", "environments.bvl"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    client.end();
}
