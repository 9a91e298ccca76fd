//! The parser held against texts: shapes, mistakes, hostile input, and the explanations of the codes.

use std::fmt::Write as _;
use std::sync::Arc;

use super::tree::{Comment, Item, Statement, Tree};
use crate::source::{FileId, Provenance, SourceMap};
use crate::value::{TemplatePart, Term, TermKind};

pub(super) const SAMPLE: &str = r#"
use std.postgres
use "teams/*.bvl"

platform shop {
  kubernetes "1.33"                       // the oldest
  api-server 10.40.0.0/28 6443
  registry "registry.example.com" { pull-secret "registry" }
  label "app.kubernetes.io/part-of" "shop"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 30s }
  }
}

param version: string example "1.4.2"
let sizes = ["a", "b", fd00::1/64,]

environment system {
  shared
  profile privileged because "operators need host access"
}
environment preview(pr: int example 42, zone: string = "b") { namespace "shop-pr-${pr}-x"; profile restricted }

managed nats     is nats.cluster            { replicas 3 }     // quorum

external objects { cidr 10.30.0.0/24, fd00:1::/32; port s3 443; host "objects.internal" }

/// Stateless
/// control plane.
service web is sized(cpu = 1), tagged(
  a = "x",
  b = $y
), plain {
  image "registry.example.com/web:${version}"
  cpu 500m..2
  cpu $low..none because "batch"
  scale 3..20 { on cpu 70%; on metric requests_per_second 200 from metrics }
  disruption min-available 50%
  env NOTE """
    first $(X) \${no}
      second

    third ${version}
    """
}

service * { without port http }

allow edge, /* the mesh */ prod/web.http ->
  api.http,   // why
  api.grpc
  // unseals
  because "unseals tenant keys"
  in prod
never web ~> kms

/* the end */
waive BVL0101 on web -> api because "seen" // last"#;

pub(super) fn tree(text: &str) -> Tree {
    super::parse(file(), &Arc::from(text))
}

pub(super) fn file() -> FileId {
    SourceMap::default().add("a.bvl", "", Provenance::User)
}

/// The shape of a tree: everything but places and blank lines.
pub(super) fn shape(tree: &Tree) -> String {
    let mut shape = String::new();
    items(&tree.items, &tree.text, &mut shape);
    shape
}

fn items(items: &[Item], text: &str, out: &mut String) {
    for item in items {
        match item {
            Item::Statement(statement) => one(statement, text, out),
            Item::Comment(found) => comment(found, text, out),
            Item::Blank(_) => {}
            Item::Stray(span) => write!(out, "stray {:?} ", text.get(span.range()).unwrap()).unwrap(),
        }
    }
}

fn comment(comment: &Comment, text: &str, out: &mut String) {
    let lines = text.get(comment.span.range()).unwrap().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let trailing = if comment.trailing { "+" } else { "" };
    write!(out, "<{trailing}{lines}> ").unwrap();
}

fn one(statement: &Statement, text: &str, out: &mut String) {
    statement.docs.iter().for_each(|doc| comment(doc, text, out));
    out.push_str(if statement.broken { "!(" } else { "(" });
    term(&statement.word, out);
    for found in &statement.terms {
        out.push(' ');
        term(found, out);
    }
    statement.comments.iter().for_each(|found| comment(found, text, out));
    if let Some(block) = &statement.block {
        out.push_str(" { ");
        items(&block.items, text, out);
        out.push_str(if block.close.is_some() { "}" } else { "?" });
    }
    out.push_str(") ");
}

fn term(term: &Term, out: &mut String) {
    match &term.kind {
        TermKind::Name(text) | TermKind::Number(text) => out.push_str(text),
        TermKind::Address(text) => write!(out, "@{text}").unwrap(),
        TermKind::Variable(name) => write!(out, "${name}").unwrap(),
        TermKind::Text(text) => write!(out, "{text:?}").unwrap(),
        TermKind::Template(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Text(text) => write!(out, "{text:?}").unwrap(),
                    TemplatePart::Path(path, _) => write!(out, "${{{path}}}").unwrap(),
                }
            }
        }
        TermKind::Range(ends) => {
            self::term(&ends.0, out);
            out.push_str("..");
            self::term(&ends.1, out);
        }
        TermKind::List(members) => list(members, "[", "]", out),
        TermKind::Call(call) => {
            out.push_str(&call.name);
            out.push_str(if call.parts.is_empty() { "()" } else { "" });
            for part in &call.parts {
                list(part, "(", ")", out);
            }
        }
        TermKind::Star => out.push('*'),
        TermKind::Arrow => out.push_str("->"),
        TermKind::PathArrow => out.push_str("~>"),
        TermKind::Equals => out.push('='),
        TermKind::Colon => out.push(':'),
        TermKind::Sign(sign) => out.push_str(sign.written()),
        TermKind::Bad => out.push_str("BAD"),
    }
}

fn list(members: &[Term], open: &str, close: &str, out: &mut String) {
    out.push_str(open);
    for (number, member) in members.iter().enumerate() {
        if number > 0 {
            out.push(' ');
        }
        term(member, out);
    }
    out.push_str(close);
}

/// Codes and messages, one a line.
pub(super) fn mistakes(tree: &Tree) -> Vec<String> {
    tree.errors.iter().map(|error| format!("{} {}", error.code.id, error.message)).collect()
}

#[test]
fn the_sample_parses() {
    let tree = tree(SAMPLE);
    assert_eq!(mistakes(&tree), Vec::<String>::new());
    assert_eq!(tree.statements().count(), 15);
}

/// The fences of an explanation: what follows `bvl` in the first line, and the text.
fn fences(explanation: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = explanation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let fences = lines.split(|line| line.starts_with("```")).collect::<Vec<_>>();
    let heads = lines.iter().filter_map(|line| line.strip_prefix("```")).step_by(2);
    let texts = fences.iter().skip(1).step_by(2).map(|lines| lines.join("\n"));
    heads.map(|head| head.trim_start_matches("bvl ").to_owned()).zip(texts).collect()
}

#[test]
fn explanations_show_what_the_parser_does() {
    for code in super::CODES {
        let mut bad = None;
        for (head, text) in fences(code.explanation) {
            let tree = tree(&text);
            let found = mistakes(&tree);
            if head.starts_with("bad") {
                let (line, _) = text.lines().enumerate().find(|(_, line)| line.contains("//~ BVL")).unwrap();
                let expected = text.lines().nth(line).unwrap().split("//~ ").nth(1).unwrap();
                let (id, part) = expected.split_once(" \"").unwrap();
                assert_eq!(found.len(), 1, "{} {found:?}", code.id);
                assert!(found[0].contains(part.trim_end_matches('"')) && found[0].starts_with(id), "{found:?}");
                let start = tree.errors[0].span().unwrap().range().start;
                assert_eq!(text.get(..start).unwrap().matches('\n').count(), line, "{} line", code.id);
                bad = Some(tree);
            } else {
                assert_eq!(found, Vec::<String>::new(), "{} {text}", code.id);
            }
            if head.starts_with("fixed") {
                let bad = bad.take().unwrap();
                let fix = &bad.errors[0].fixes[0];
                assert_eq!(fix.applicability, crate::diagnostic::Applicability::Safe);
                let mended = crate::source::edit::apply(&bad.text, &fix.edits).unwrap();
                let plain = |text: &str| {
                    text.lines().map(|l| l.split("   //~").next().unwrap().trim_end()).collect::<Vec<_>>().join("\n")
                };
                assert_eq!(plain(&mended), plain(&text), "{}", code.id);
            }
        }
    }
}

/// The codes that a text is given, in order of place.
fn codes(text: &str) -> String {
    tree(text).errors.iter().map(|error| error.code.id.trim_start_matches("BVL01")).collect::<Vec<_>>().join(" ")
}

#[test]
fn terms() {
    for (text, expected) in [
        ("a 1 1.5 30s 70% 512Mi 1e3", "(a 1 1.5 30s 70% 512Mi 1e3) "),
        (
            "a 10.0.0.0/8 10.0.0.1 ::1 fd00::1/64 ::ffff:10.0.0.1 2001:db8::",
            "(a @10.0.0.0/8 @10.0.0.1 @::1 @fd00::1/64 @::ffff:10.0.0.1 @2001:db8::) ",
        ),
        ("a 10.0.0.1..10.0.0.9 1..2 $x..$y 500m .. none a..b", "(a @10.0.0.1..@10.0.0.9 1..2 $x..$y 500m..none a..b) "),
        ("a b-c d_e f1 a.b.c prod/web.http *", "(a b-c d_e f1 a.b.c prod/web.http *) "),
        ("param x:int b->c b~>c b=c", "(param x : int b -> c b ~> c b = c) "),
        ("a b, c..d, 5 e", "(a [b c..d 5] e) "),
        ("a [b, 1..2] [] [c,]", "(a [b 1..2] [] [c]) "),
        ("a b(c = 1, d: int) e() f(x y,), g", "(a b(c = 1)(d : int) e() [f(x y) g]) "),
        (
            r#"a "b" "" "\"\\\n\t\$\u{1F600}" "$(X) $5 ${p} ${env/a.b}x""#,
            "(a \"b\" \"\" \"\\\"\\\\\\n\\t$😀\" \"$(X) $5 \"${p}\" \"${env/a.b}\"x\") ",
        ),
        ("\"k\" \"v\"; k.l 5", "(\"k\" \"v\") (k.l 5) "),
        ("a because \"x\"\nbecause \"y\"\n\n // c\n -> b", "(a because \"x\" because \"y\" -> b<// c> ) "),
        ("a\nbecauses", "(a) (becauses) "),
        ("a b ,\n c\nlet d =\n\n e", "(a [b c]) (let d = e) "),
        ("a { b } c { d; e }", "(a { (b) }) (c { (d) (e) }) "),
    ] {
        let tree = tree(text);
        assert_eq!((mistakes(&tree), shape(&tree)), (Vec::new(), expected.to_owned()), "{text}");
    }
}

#[test]
fn text_blocks() {
    for (text, expected) in [
        ("\"\"\"a\"\"\"", "a"),
        ("\"\"\"\n  a\n    b\n  \"\"\"", "a\n  b"),
        ("\"\"\"\n  a\n\n  b\n  \"\"\"", "a\n\nb"),
        ("\"\"\"\n    a\n  \"\"\"", "  a"),
        ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb"),
        ("\"\"\"\n  a\n\n  \"\"\"", "a\n"),
        ("\"\"\"a\n  b\n  c\"\"\"", "a\nb\nc"),
        ("\"\"\"\n\ta\n\t\tb\"\"\"", "a\n\tb"),
        ("\"\"\"\n a \\\"\"\" \"\" \\n\\\\ \"\"\"", "a \"\"\" \"\" \n\\ "),
        ("\"\"\"\"\"\"", ""),
        ("\"\"\"\n\"\"\"", ""),
    ] {
        let tree = tree(&format!("a {text}"));
        let found = tree.statements().next().unwrap().terms[0].kind.clone();
        assert_eq!((mistakes(&tree), found), (Vec::new(), TermKind::Text(expected.into())), "{text:?}");
    }
}

/// One mistake is one diagnostic, and the statement behind it is whole.
#[test]
fn one_mistake_is_one_diagnostic() {
    for (text, expected) in [
        ("service a {\n  health {\n    live \"/x\"\n  port http 80\n}", "05"),
        ("service a {\n  health {\n    live \"/x\"\n}", "05"),
        ("service a {\n  health { live \"/x\"\n  port http 80\n}", "05"),
        ("service a {\n  health {\n    live \"/x\"\n", "05"),
        ("service a {\n  port x }\n  cpu 1\n}", "06"),
        ("service a {\n  port x\n  }\n}", "06"),
        ("service a {\n  env X \"\"\"\n    foo\n}", "02"),
        ("service a {\n  image \"foo\n  cpu 1\n}", "02"),
        ("service a { shutdown { grace \"5s; drain 30s } }", "02"),
        ("service a { x \"${y} }", "02"),
        ("registry \"x {\n  y\n}", "02"),
        ("service a /* c", "03"),
        ("service a {\n  /* c\n  port http 80\n}", "03"),
        ("service a is b(c = 1 {\n}", "04"),
        ("service a is b(c = \"1, d)", "02"),
        ("a [b, c", "04"),
        ("a b)", "04"),
        ("((((", "09"),
        ("f(g(x),\n  y)", "09"),
        ("f(\n  g(x)\n)", "09"),
        ("a [b], c", "09"),
        ("allow a, b ->", "20"),
        ("allow a,", "20"),
        ("a,, b", "20"),
        (", b", "20"),
        ("a [b c]", "20"),
        ("a b ..", "22"),
        ("a 1 .. .. 2", "22"),
        ("a .. b", "22"),
        ("a;\nbecause \"b\"", "21"),
        ("a { b }\n  because \"c\"", "21"),
        ("a 1..2..3", "22"),
        ("a 1...3", "22"),
        ("a 1..=3", "22"),
        ("-> b", "21"),
        ("{ a }", "06"),
        ("{ { { a } } }", "06"),
        ("a {\n  b\n\n  // c\n  { d }\n}", "07"),
        ("a @@ && ^^ b", "01"),
        ("a (b)", "01"),
        ("a \"x\" (b)", "01"),
        ("a: b", "19"),
        ("a = b", "19"),
        ("\"a\": b", "19"),
        ("image registry.example.com/a/b:1.2", "15"),
        ("image nginx:1.2", "15"),
        ("live /healthz", "15"),
        ("host https://a.example.com/b?c=d", "15"),
        ("version v1.4.2-rc.1", "15"),
        ("image web-$env", "15"),
        ("a 1_000", "01"),
        ("| a", "01"),
        ("a\n| b\nc", "01"),
        ("<a>", "01"),
        ("a b- c", "14"),
        ("a 'b' 'c'", "16 16"),
        ("a “b”", "16"),
        ("# a", "17"),
        ("allow a => b", "18"),
        ("allow a → b", "18"),
        ("a \"\\d\\w\"", "10"),
        ("a \"\\u{D800}\"", "10"),
        ("a \"${} ${x y}\"", "11"),
        ("a \"${x\"", "11"),
        ("a ${x} ${x y}", "11 11"),
        ("a\u{a0}b", "12"),
        ("a \"\0\" \u{202e}", "12"),
        ("a \u{200b}\u{feff} b // \u{2066}", "12"),
        ("a\rb", "12"),
    ] {
        let whole = format!("{text}\nservice next {{ port http 1 }}\n");
        assert_eq!(codes(&whole), expected, "{text}");
        let next = tree(&whole).statements().last().cloned().unwrap();
        assert!(!next.broken && next.word() == "service" && next.statements().count() == 1, "{text}");
    }
}

#[test]
fn blocks_nest_to_the_limit() {
    let nested = |depth: usize| format!("{}{}", "a { ".repeat(depth), "} ".repeat(depth));
    assert_eq!(codes(&nested(64)), "");
    assert_eq!(codes(&nested(65)), "08");
    assert_eq!(codes(&format!("{}{}\nservice b", nested(1000), nested(2000))), "08");
}

#[test]
fn what_belongs_to_a_declaration() {
    let tree = tree("/// a\n\n// b\nservice x // c\n/// d\n\n");
    assert_eq!(shape(&tree), "</// a> (service x<// b> ) <+// c> </// d> ");
    let statement = tree.statements().next().unwrap();
    assert_eq!(statement.documentation(|span| tree.text.get(span.range()).unwrap()), "a");
    assert_eq!(statement.head().range(), 12..21);
    assert_eq!(shape(&self::tree("/// a\n// b\n;service x")), "</// a> (service x<// b> ) ");
}

#[test]
fn any_encoding_of_lines_and_characters() {
    let plain = shape(&tree(SAMPLE));
    assert_eq!(shape(&tree(&SAMPLE.replace('\n', "\r\n"))), plain);
    assert_eq!(shape(&tree(&format!("\u{feff}{SAMPLE}"))), plain);
    assert_eq!(codes("a \"🚀 مرحبا\" // שלום\n/* 🚀 */"), "");
    assert_eq!(codes(""), "");
}
