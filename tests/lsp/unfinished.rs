//! Completion where a statement is not finished, goes on behind what is there already, or changes what weaker layers state.

use crate::carets::Case;

const BASE: &str = r#"platform shop {
  kubernetes "1.33"
  defaults { health 8081 { live "/healthz"; ready "/readyz" } }
}
environment prod { namespace "prod" }
environment tools { shared; namespace "tools" }
param load: int = 3
param text: string = "a"
class small(size: cpu = 1) { cpu $size }
class other { port http 1 }
service web { image "registry.example/web:1"; port http 8080; scale 1..3 { on cpu 70%; on cron as evening { replicas 2 } } }
job nightly { image "registry.example/job:1" }
managed queue { in tools; match "a" "b" }
external far { cidr 10.0.0.0/8; port api 1 }
group all web
// HERE
"#;

fn each(cases: &[(&str, &[&str], &[&str])]) {
    for (text, offered, others) in cases {
        Case::with(BASE, "// HERE", text).offers(offered, others, text);
    }
}

#[test]
fn a_header_without_its_brace_goes_on() {
    each(&[
        ("service new $0\n  image \"a/b:1\"\n  port http 8080\n}", &["is"], &["image"]),
        ("service new is s$0\n  image \"a/b:1\"\n}", &["small"], &["image"]),
        ("service new is small($0\n  image \"a/b:1\"\n}", &["size"], &["image"]),
        (
            "service new {\n  image \"a/b:1\"\n  s$0\n    drain 30s\n  }\n  spread zone\n}",
            &["shutdown", "scale"],
            &["drain"],
        ),
        // what stands below is in its braces all the same
        ("service new\n  image \"a/b:1\"\n  p$0\n}", &["port"], &["is"]),
    ]);
}

#[test]
fn a_sentence_goes_on_in_the_next_line() {
    each(&[
        ("rule \"x\" {\n  for s in services\n  re$0\n}", &["require", "where"], &["else", "for"]),
        ("rule \"x\" {\n  for s in services require s.scale.min >= 2\n  el$0\n}", &["else"], &["require", "where"]),
        ("rule \"x\" {\n  $0\n}", &["for"], &["require"]),
        // what is bound in `any` is not behind it
        ("rule \"x\" { for s in services where any x in s.exposed: x.tls require $0 }", &["s", "not"], &["x"]),
        ("rule \"x\" { for s in services require (any x in s.exposed: x.tls) and $0 }", &["s"], &["x"]),
        ("rule \"x\" { for s in services require all c in s.containers: c.name == \"a\" and $0 }", &["s", "c"], &[]),
        (
            "test \"x\" { expect object Deployment/web where any t in spec.a: t.b == \"1\" $0 }",
            &["in", "and"],
            &["where"],
        ),
        ("test \"x\" { expect object Deployment/web where spec.a == 1 in prod $0 }", &[], &["in"]),
    ]);
}

#[test]
fn behind_a_value_stands_what_goes_on_with_it() {
    each(&[
        ("environment p(pr: int $0) { namespace \"p-${pr}\" }", &["=", "example"], &["int"]),
        ("class sized(a: cpu $0) { cpu $a }", &["=", "example"], &["cpu"]),
        ("class sized(a: cpu = 1, b: $0) { cpu $a }", &["cpu"], &["=", "example"]),
        ("service new { cpu 500m..$0 }", &["500m..none"], &[]),
        ("service new { memory 500Mi..$0 }", &[], &["500Mi..none"]),
        // what is stated below need not be stated again
        ("service new { health { live $0 } }", &["after", "every"], &[]),
        ("service new { cpu $0 }", &[], &["because"]),
        ("service new { scale 1..2 { on prometheus \"x\" $0 } }", &["$load"], &["$text"]),
        ("service new { scale 1..2 { on prometheus \"x\" $$0 } }", &["load", "text"], &[]),
        ("service new is small(size = 2), $0 { }", &["other"], &["small"]),
    ]);
}

#[test]
fn what_weaker_layers_state_can_be_taken_away() {
    each(&[
        ("service new { $0 }", &["without", "image"], &[]),
        ("service new { scale 2 { $0 } }", &["without"], &[]),
        ("environment st { namespace \"a\"; service * { $0 } }", &["without"], &["in"]),
        (
            "environment st { namespace \"a\"; service web { scale 2..4 { without on $0 } } }",
            &["cpu", "evening"],
            &["cron"],
        ),
        ("platform other { $0 }", &[], &["without"]),
        ("environment st { namespace \"a\"; without $0 }", &["web", "far", "allow"], &["all"]),
    ]);
}

#[test]
fn a_class_has_the_words_of_those_who_take_it_over() {
    each(&[
        ("class k { $0 }\nexternal m is k { }", &["cidr", "port"], &["image", "match"]),
        ("class k { $0 }\nmanaged m is k { }", &["match", "port"], &["image", "cidr"]),
        ("class k { $0 }\nmanaged m is k { }\nexternal n is k { }", &["port"], &["match", "cidr"]),
        ("class k { $0 }", &["image", "match", "cidr"], &[]),
        ("class k { image \"a\"; $0 }", &["port"], &["match", "cidr"]),
    ]);
}

#[test]
fn classes_of_modules_are_of_the_kind() {
    each(&[
        ("managed new is $0", &["nats.cluster"], &["aws.pod-identity", "google.private-apis"]),
        ("external new is $0", &["aws.pod-identity", "google.private-apis"], &["nats.cluster"]),
        ("service new is $0", &["small"], &["nats.cluster", "aws.pod-identity"]),
    ]);
}

#[test]
fn what_cannot_stand_there_is_not_offered() {
    each(&[
        ("waive mutable-tag on $0", &["web", "far", "prod"], &["all"]),
        ("allow web -> $0", &["far", "all", "queue"], &["nightly"]),
        ("environment st { namespace \"a\"; without allow web -> $0 }", &["far"], &["nightly"]),
        // what is elsewhere is not changed here
        ("environment st { namespace \"a\"; managed $0 { } }", &[], &["queue"]),
        ("environment st { namespace \"a\"; service $0 { } }", &["web"], &[]),
    ]);
}
