//! What is read, where it stands, and that nothing breaks the reader.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::parse::{DEEPEST, MOST_REPEATED};
use super::*;
use crate::object::{FieldPath, Given};
use crate::source::{Provenance, SourceMap};

/// The titles of what is read: `Kind name`, and the codes of what is wrong with their lines.
fn told(text: &str) -> (Vec<String>, Vec<(&'static str, u32)>) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", text, Provenance::User);
    let stream = read(file, text);
    let objects = stream.manifests.iter().map(|it| format!("{} {}", it.object.kind(), it.object.name())).collect();
    let findings = stream.sink.finish();
    let faults = findings.iter().map(|it| (it.code.id, sources.position(it.span().unwrap()).line)).collect();
    (objects, faults)
}

fn line_of(text: &str, path: &FieldPath) -> (u32, String) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", text, Provenance::User);
    let stream = read(file, text);
    let span = stream.manifests[0].tree.place(path);
    (sources.position(span).line, sources.text(span).to_owned())
}

const POD: &str = "\
# a comment
apiVersion: v1
kind: Pod
metadata:
  name: \"web\"
  labels: {app: web}
spec:
  containers:
  - name: app
    image: web:1
    ports:
    - containerPort: 80
  - image: x
    name: side
";

#[test]
fn fields_have_places() {
    let containers = FieldPath::of("spec.containers");
    for (path, line, text) in [
        (FieldPath::default(), 3, "kind: Pod"),
        (FieldPath::of("metadata.name"), 5, "name: \"web\""),
        (FieldPath::of("metadata.labels").key("app"), 6, "app: web"),
        (FieldPath::of("metadata.annotations"), 4, "metadata"),
        (containers.index(0), 9, "name: app"),
        (containers.index(1), 14, "name: side"),
        (containers.index(1).at("securityContext.privileged"), 14, "name: side"),
        (containers.index(0).at("ports").index(0).at("hostPort"), 12, "containerPort: 80"),
        (containers.index(7), 8, "containers"),
        (FieldPath::of("status.phase"), 3, "kind: Pod"),
    ] {
        assert_eq!(line_of(POD, &path), (line, text.to_owned()), "{path}");
    }
}

#[test]
fn streams_lists_and_json() {
    let text = format!(
        "---\n{POD}---\n# nothing\n---\n{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{{\"name\":\"s\"}}}}\n...\n"
    );
    assert_eq!(told(&text), (vec!["Pod web".to_owned(), "Secret s".to_owned()], vec![]));
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: b}\n";
    assert_eq!(told(list).0, ["ConfigMap a", "ConfigMap b"]);
    let json = "{\n\t\"apiVersion\": \"apps/v1\",\n\t\"kind\": \"Deployment\",\n\t\"metadata\": {\"name\": \"w\\/\\u00e9\"}\n}\n";
    assert_eq!(told(json), (vec!["Deployment w/é".to_owned()], vec![]));
    let one = |name: &str| format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}}}}"#);
    for between in ["", "\n", "\n\n  ", "\n---\n"] {
        let text = format!("{}{between}{}{between}{}\n", one(r#"a}{\"'"#), one("b"), one("c"));
        let named = ["ConfigMap a}{\"'", "ConfigMap b", "ConfigMap c"].map(str::to_owned).to_vec();
        assert_eq!(told(&text), (named, vec![]), "{text}");
    }
    // what is broken hides none of the others
    let (objects, faults) = told(&format!("{}\n{{\"a\" \"b\"}}\n{}", one("a"), one("b")));
    assert_eq!((objects.len(), faults.len()), (2, 1));
    // in YAML braces may be quoted otherwise
    assert_eq!(told("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: '} {'}}").0, ["ConfigMap a"]);
    assert_eq!(told("\u{feff}apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: a\r\n").0, ["ConfigMap a"]);
}

#[test]
fn a_broken_document_does_not_hide_the_next() {
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    for broken in ["a: [\n", "a: \"x\n", "a: b: c\n", "{{ .Values.x }}: {{ y }}\nb\n", "a: *none\n", "%YAML 9\nx\n"] {
        let (objects, faults) = told(&format!("{good}---\n{broken}---\n{good}"));
        assert_eq!(objects, ["ConfigMap a", "ConfigMap a"], "{broken}");
        assert_eq!(faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["BVL1101"], "{broken}");
    }
}

#[test]
fn kinds_that_are_not_judged_are_noted() {
    let text = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nspec: {a: [1, {b: c}]}\n---\nx: 1\n---\n- 1\n---\ntext\n";
    let stream = read(SourceMap::default().add("a", text, Provenance::User), text);
    assert!(stream.sink.is_empty() && stream.manifests.is_empty());
    let kinds: Vec<&str> = stream.unknown.iter().map(|note| note.kind.as_str()).collect();
    assert_eq!(kinds, ["ServiceMonitor", "", "", ""]);
}

#[test]
fn merged_keys_and_aliases() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &n a, labels: {app: *n}}\nx: &x {a: \"1\", b: \"2\"}\ndata:\n  <<: *x\n  b: \"3\"\n";
    let stream = read(SourceMap::default().add("a", text, Provenance::User), text);
    let Given::ConfigMap(map) = &stream.manifests[0].object else { panic!("no ConfigMap") };
    let data: Vec<(&str, &str)> =
        map.data.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(data, [("a", "1"), ("b", "3")]);
    assert_eq!(map.metadata.labels.as_ref().unwrap()["app"], "a");
}

#[test]
fn nesting_has_a_limit() {
    let flow = |depth: usize| format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    let block = |depth: usize| {
        let mut text = String::new();
        for level in 0..depth {
            writeln!(text, "{}a:", " ".repeat(level)).unwrap();
        }
        text
    };
    assert_eq!(told(&flow(DEEPEST - 1)).1, []);
    assert_eq!(told(&flow(DEEPEST)).1[0].0, "BVL1102");
    assert_eq!(told(&block(DEEPEST)).1, []);
    assert_eq!(told(&block(DEEPEST + 1)).1[0].0, "BVL1102");
    for text in ["[".repeat(1_000_000), "- ".repeat(500_000), "{a: ".repeat(300_000)] {
        assert_eq!(told(&text).1[0].0, "BVL1102");
    }
    let deep = "[".repeat(DEEPEST / 2) + &"]".repeat(DEEPEST / 2);
    let by_alias = format!("a: &a {deep}\nb: {}*a{}\n", "[".repeat(DEEPEST / 2), "]".repeat(DEEPEST / 2));
    assert_eq!(told(&by_alias).1[0].0, "BVL1102");
}

#[test]
fn aliases_have_a_limit() {
    let items = |n: usize| vec!["x"; n].join(", ");
    // an alias of a list of 99 repeats 100 values
    let text = |aliases: usize| format!("a: &a [{}]\nb: [{}]\n", items(99), vec!["*a"; aliases].join(", "));
    assert_eq!(told(&text(MOST_REPEATED / 100)).1, []);
    assert_eq!(told(&text(MOST_REPEATED / 100 + 1)).1[0].0, "BVL1102");
    assert_eq!(told("a: &a [*a]\n").1[0].0, "BVL1101");
}

#[test]
fn misfits_are_placed_at_the_field() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: app\n    env:\n    - name: A\n      value: 1\n";
    assert_eq!(told(text), (vec![], vec![("BVL1104", 9)]));
    assert_eq!(told(&text.replace("value: 1", "value: \"1\"")).1, []);
    assert_eq!(told(&text.replace("value: 1", "value:")).1, []);
    assert_eq!(told(&text.replace("value: 1", "value: yes")).1, [("BVL1104", 9)]);
}

proptest! {
    /// No bytes break the reader, and what it says lies in the text.
    #[test]
    fn any_text_is_read(text in "(?s).{0,300}|([-{}\\[\\]:,&*?|>!%@`'\"# \n\ta-c0-9<]){0,200}") {
        let mut sources = SourceMap::default();
        let file = sources.add("a", text.as_str(), Provenance::User);
        let stream = read(file, &text);
        for finding in stream.sink.finish() {
            for label in &finding.labels {
                prop_assert!(text.get(label.span.range()).is_some());
            }
        }
    }

    /// Nor do good manifests with a part cut out, doubled or replaced.
    #[test]
    fn mutated_manifests_are_read(
        start in 0..POD.len(),
        length in 0..40_usize,
        with in "([-{}\\[\\]:,&*|>!'\" \n\ta-c0-9<]){0,12}",
        copies in 1..4_usize,
    ) {
        let end = (start + length).min(POD.len());
        let cut = POD.get(start..end).unwrap_or_default();
        let (before, behind) = (POD.get(..start).unwrap_or_default(), POD.get(end..).unwrap_or_default());
        let text = format!("{before}{}{with}{behind}", cut.repeat(copies - 1));
        let mut sources = SourceMap::default();
        let file = sources.add("a", text.as_str(), Provenance::User);
        for manifest in read(file, &text).manifests {
            let span = manifest.tree.place(&FieldPath::of("spec.containers").index(0).at("image"));
            prop_assert!(text.get(span.range()).is_some());
        }
    }
}

/// What stands before a value on a line: its key, or nothing.
const KEYS: &[&str] =
    &["a:", "b:", "name:", "a.b/c:", "\"q\":", "'s':", "yes:", "1:", "x y:", "<<:", "a:b:", "?:", "''~:", ""];

/// Values, sound and others.
const VALUES: &[&str] = &[
    "", "1", "x", "x y", "\"q\"", "'s'", "{}", "[]", "|", "|-", "[a]", "{a: b}", "x: y", "x #c", "x#c", "#c", "a:",
    ">", "&a x", "*a", "!!str 1", "-1", "- 1", "--x", "---", "...", "x ", "\"a\"b", "'it''s'", "\"\\n\"", "~", "0777",
    "$(X)", "%a", "<=1", "=", "? a", "a]b", "\u{e9}", "x\ty", "a\r", "\"b",
];

/// A text of lines that are nearly YAML.
fn lines() -> impl Strategy<Value = String> {
    let dashes = prop_oneof![4 => Just(""), 2 => Just("- "), 1 => Just("- - "), 1 => Just("-")];
    let statement = (0..5_usize, dashes, prop::sample::select(KEYS), prop::sample::select(VALUES));
    let statement = statement.prop_map(|(indent, dashes, key, value)| {
        let space = if key.is_empty() || value.is_empty() { "" } else { " " };
        format!("{:indent$}{dashes}{key}{space}{value}\n", "")
    });
    let other =
        prop::sample::select(&["---\n", "\n", "   \n", "# c\n", "    # c\n", "  b: 1\n", "...\n", "  - 1\n"][..]);
    let line = prop_oneof![4 => statement, 1 => other.prop_map(str::to_owned)];
    prop::collection::vec(line, 1..9).prop_map(|lines| lines.concat())
}

proptest! {
    // few of the texts are documents for both
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    #[test]
    fn what_is_read_by_lines_is_what_the_parser_reads(text in lines()) {
        let file = SourceMap::default().add("a.yaml", text.as_str(), Provenance::User);
        for document in block::documents(file, &text) {
            if let Some(node) = document.node {
                prop_assert_eq!(Some(node), parse::by_parser(file, &text, document.start..document.end));
            }
        }
    }
}

/// As `kubectl`, Helm and bvlc write it, but for flow style.
const WRITTEN: &str = "\
---
# Source: shop/templates/web.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {}
  annotations:
    \"example.org/port\": '80'
    example.org/note: |-
      first: line
        # no comment

      last
  empty:
spec:
  # who asks
  ports:
  - name: http
    port: 80
    nested:
      - - 1
        - x: -1
      - \"two\"

  - port: 81
    args:
    - --listen=:8080
    - $(HOST):80
  other: true
---
a: |
  b
";

#[test]
fn what_tools_write_is_read_by_lines() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", WRITTEN, Provenance::User);
    let documents = block::documents(file, WRITTEN);
    assert_eq!(documents.len(), 2);
    for document in documents {
        let by_parser = parse::by_parser(file, WRITTEN, document.start..document.end);
        assert!(by_parser.is_some());
        assert_eq!(document.node, by_parser);
    }
}

#[test]
fn documents_are_read_one_by_one() {
    for (text, objects, faults) in [
        // by the parser, by lines, by the parser
        ("kind: A\nx: [1]\n---\nkind: B\n---\nkind: C\nx: {}\ny: \"\\n\"\n", 3, vec![]),
        ("kind: A\nx: [1\n---\nkind: B\n---\nkind: C\n", 2, vec![("BVL1101", 2)]),
        ("kind: A\nkind: B\n---\nkind: C\n", 2, vec![("BVL1103", 2)]),
        // what follows three dots needs no dashes
        ("kind: A\n...\nkind: B\n---\nkind: C\n", 3, vec![]),
        ("%YAML 1.2\n---\nkind: A\n...\n%YAML 1.2\n---\nkind: B\n", 2, vec![]),
        ("---\n---\nkind: A\n---\n", 1, vec![]),
        ("--- {kind: A}\n--- \nkind: B\n", 2, vec![]),
        ("a: &x 1\nkind: A\n---\nkind: B\nb: *x\n---\nkind: C\n", 2, vec![("BVL1101", 5)]),
        ("kind: A\r\n---\r\nkind: B\r\n", 2, vec![]),
    ] {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", text, Provenance::User);
        let stream = read(file, text);
        let found = stream.sink.finish();
        let found: Vec<_> = found.iter().map(|it| (it.code.id, sources.position(it.span().unwrap()).line)).collect();
        assert_eq!((stream.unknown.len(), found), (objects, faults), "{text:?}");
    }
}
