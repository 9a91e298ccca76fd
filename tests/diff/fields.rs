//! Every emitted field, changed once, against the reviewed table.

use std::collections::BTreeMap;
use std::path::Path;

use bvlc::manifest::is_unread;
use bvlc::query::diff::{Class, Side, diff};
use bvlc::source::{Provenance, SourceMap};
use serde_json::Value;

use crate::delivery::told;

/// One object in a file of its own.
fn alone(tree: &Value) -> (SourceMap, bvlc::source::FileId) {
    let mut sources = SourceMap::default();
    let file = sources.add("object.json", tree.to_string(), Provenance::User);
    (sources, file)
}

/// The classes of what differs between two versions of one object: those of its fields; all of them where the object
/// became another one.
pub(crate) fn classes(old: &Value, new: &Value) -> Vec<&'static str> {
    let ((before, was), (after, is)) = (alone(old), alone(new));
    let (old, faults) = Side::of_manifests(&before, &[was], "default");
    assert!(faults.is_empty(), "{faults:#?}");
    let (new, faults) = Side::of_manifests(&after, &[is], "default");
    assert!(!faults.iter().any(is_unread), "{faults:#?}");
    let found = diff(&old, &new);
    let of_fields = found.entries.iter().filter(|entry| entry.changes.iter().any(|change| !change.path.is_empty()));
    let mut classes: Vec<Class> = of_fields.map(|entry| entry.class).collect();
    if classes.is_empty() {
        classes = found.entries.iter().map(|entry| entry.class).collect();
    }
    classes.sort_unstable();
    classes.dedup();
    classes.into_iter().map(Class::name).collect()
}

/// The fields of an object, each with a pointer to it, below one that is known already.
fn fields(path: &str, pointer: &str, tree: &Value, found: &mut Vec<(String, String)>) {
    match tree {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
                let dot = if path.is_empty() { "" } else { "." };
                let path = if is_plain { format!("{path}{dot}{key}") } else { format!("{path}[{key}]") };
                let step = key.replace('~', "~0").replace('/', "~1");
                fields(&path, &format!("{pointer}/{step}"), value, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                fields(&format!("{path}[]"), &format!("{pointer}/{at}"), item, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            found.push((path.to_owned(), pointer.to_owned()));
        }
    }
}

/// Another value of the same type.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(truth) => Value::Bool(!truth),
        Value::Number(number) => Value::from(number.as_i64().unwrap() + 1),
        // the one field whose type knows its values
        Value::String(text) if text == "AverageValue" || text == "Utilization" => Value::from("Value"),
        Value::String(text) => Value::String(format!("{text}x")),
        Value::Object(_) => serde_json::json!({ "other": "value" }),
        Value::Null | Value::Array(_) => panic!("{value} is emitted, and this test cannot change it"),
    }
}

#[expect(clippy::disallowed_methods, reason = "what is emitted are files")]
fn emitted(folder: &Path, found: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "values") {
                emitted(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "yaml")
            && path.components().any(|part| part.as_os_str() == "expected")
        {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The objects of all examples, and of what is built beside them, as their manifests have them.
pub(crate) fn objects() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    emitted(&root.join("examples"), &mut texts);
    emitted(&root.join("tests/build"), &mut texts);
    let mut sources = SourceMap::default();
    let mut objects = Vec::new();
    for text in texts {
        let file = sources.add("emitted.yaml", text.as_str(), Provenance::User);
        let stream = bvlc::manifest::read(file, &text);
        let typed = stream.manifests.iter().map(|manifest| &manifest.tree);
        objects.extend(typed.chain(&stream.untyped).map(value));
    }
    objects.extend(told());
    objects
}

fn value(node: &bvlc::manifest::Node) -> Value {
    use bvlc::manifest::Value as Read;
    match &node.value {
        Read::Null => Value::Null,
        Read::Bool(truth) => Value::Bool(*truth),
        Read::Integer(number) => Value::from(*number),
        Read::Natural(number) => Value::from(*number),
        Read::Float(number) => Value::from(*number),
        Read::Text(text) => Value::from(text.as_ref()),
        Read::List(items) => Value::Array(items.iter().map(value).collect()),
        Read::Map(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value))).collect())
        }
    }
}

#[test]
fn a_change_of_every_emitted_field_has_its_class() {
    let mut actual: BTreeMap<String, String> = BTreeMap::new();
    for object in objects() {
        let kind = object["kind"].as_str().unwrap();
        let mut found = Vec::new();
        fields("", "", &object, &mut found);
        for (path, pointer) in found {
            let name = format!("{kind} {path}");
            // what a claim is, the field itself says
            if ["spec.volumeClaimTemplates[].apiVersion", "spec.volumeClaimTemplates[].kind"].contains(&path.as_str()) {
                continue;
            }
            if actual.contains_key(&name) {
                continue;
            }
            let mut changed = object.clone();
            let field = changed.pointer_mut(&pointer).unwrap();
            *field = other(field);
            actual.insert(name, classes(&object, &changed).join(", "));
        }
    }
    let reviewed = include_str!("fields.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let reviewed: BTreeMap<String, String> = reviewed
        .map(|line| {
            let (name, class) = line.rsplit_once(": ").unwrap_or((line, ""));
            (name.to_owned(), class.to_owned())
        })
        .collect();
    let mut wrong = Vec::new();
    for (name, class) in &actual {
        match reviewed.get(name) {
            Some(known) if known == class => {}
            Some(known) => wrong.push(format!("{name} is {class}, and is reviewed as {known}")),
            None => wrong.push(format!("{name}: {class}\n    is emitted and not reviewed")),
        }
    }
    let stale = reviewed.keys().filter(|name| !actual.contains_key(*name));
    wrong.extend(stale.map(|name| format!("{name} is reviewed and nowhere emitted")));
    assert!(wrong.is_empty(), "say in tests/diff/fields.txt what a change of each field does:\n{}", wrong.join("\n"));
    assert!(actual.values().all(|class| class != "unknown" && !class.is_empty()));
}

#[test]
fn a_field_that_no_rule_knows_says_so() {
    let object = |size: &str| {
        serde_json::json!({
            "apiVersion": "example.dev/v1", "kind": "Widget", "metadata": { "name": "w" }, "spec": { "size": size },
        })
    };
    assert_eq!(classes(&object("1"), &object("2")), ["unknown"]);
}
