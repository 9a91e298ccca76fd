//! The parser held against texts: shapes, mistakes, hostile input, and the explanations of the codes.

use std::fmt::Write as _;
use std::sync::Arc;

use super::tree::{Comment, Item, Statement, Tree};
use crate::source::{FileId, Provenance, SourceMap};
use crate::value::{TemplatePart, Term, TermKind};

const SAMPLE: &str = r#"
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

fn file() -> FileId {
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
            Item::Stray(span) => write!(out, "stray {:?} ", &text[span.range()]).unwrap(),
        }
    }
}

fn comment(comment: &Comment, text: &str, out: &mut String) {
    let lines = text[comment.span.range()].lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
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
            for part in &call.parts {
                list(part, "(", ")", out);
            }
        }
        TermKind::Star => out.push('*'),
        TermKind::Arrow => out.push_str("->"),
        TermKind::PathArrow => out.push_str("~>"),
        TermKind::Equals => out.push('='),
        TermKind::Colon => out.push(':'),
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
fn mistakes(tree: &Tree) -> Vec<String> {
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
                assert_eq!(text[..start].matches('\n').count(), line, "{} line", code.id);
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
