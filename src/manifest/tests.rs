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
