//! Messages against what the protocol says that they are made of: `protocol.json`, which `editors/tools/protocol.py` makes.

use std::sync::LazyLock;

use serde_json::{Map, Value};

static MODEL: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("protocol.json")).unwrap());

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Params,
    Result,
}

/// Whether the table knows a message.
pub(crate) fn knows(method: &str) -> bool {
    MODEL["messages"].get(method).is_some()
}

/// Fails where a part of a message is not made of what the protocol says. What the table does not know is not judged.
pub(crate) fn hold(method: &str, part: Part, value: &Value) {
    let message = &MODEL["messages"][method];
    let stated = match part {
        Part::Params => &message["params"],
        Part::Result => &message["result"],
    };
    if stated.is_null() {
        return;
    }
    if let Err(why) = check(stated, value, "") {
        panic!("{method}: {part:?}: {why}\n{value}");
    }
}

fn check(stated: &Value, value: &Value, at: &str) -> Result<(), String> {
    let here = if at.is_empty() { "all of it" } else { at };
    if let Some(name) = stated.as_str() {
        return named(name, value, here);
    }
    let (form, inner) = stated.as_object().unwrap().iter().next().unwrap();
    match (form.as_str(), inner, value) {
        ("list", of, Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(n, item)| check(of, item, &format!("{at}[{n}]")))
        }
        ("map", of, Value::Object(fields)) => {
            fields.iter().try_for_each(|(key, field)| check(of, field, &format!("{at}.{key}")))
        }
        ("or", Value::Array(all), value) => {
            let mut whys = Vec::new();
            for one in all {
                match check(one, value, at) {
                    Ok(()) => return Ok(()),
                    Err(why) => whys.push(why),
                }
            }
            // the one that goes furthest was meant
            Err(whys.into_iter().max_by_key(|why| why.split(' ').next().map_or(0, str::len)).unwrap_or_default())
        }
        (form, ..) => Err(format!("{here} is no {form}: {value}")),
    }
}

fn named(name: &str, value: &Value, at: &str) -> Result<(), String> {
    let is_one = match name {
        "any" => true,
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "decimal" => value.is_number(),
        "integer" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        // the protocol's own bound is that of a signed number
        "uinteger" => value.as_u64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => return of_type(name, value, at),
    };
    if is_one { Ok(()) } else { Err(format!("{at} is no {name}: {value}")) }
}

fn of_type(name: &str, value: &Value, at: &str) -> Result<(), String> {
    let known = &MODEL["types"][name];
    if let Some(values) = known["values"].as_array() {
        return if values.contains(value) { Ok(()) } else { Err(format!("{at} is no {name}: {value}")) };
    }
    let none = Map::new();
    let stated = known["fields"].as_object().unwrap_or(&none);
    let Some(fields) = value.as_object() else { return Err(format!("{at} is no {name}: {value}")) };
    for (field, of) in stated {
        let bare = field.trim_end_matches('?');
        let at = if at == "all of it" { bare.to_owned() } else { format!("{at}.{bare}") };
        match fields.get(bare) {
            Some(value) => check(of, value, &at)?,
            None if field.ends_with('?') => {}
            None => return Err(format!("{at} of {name} is missing")),
        }
    }
    let is_stated = |key: &str| stated.contains_key(key) || stated.contains_key(&format!("{key}?"));
    match fields.keys().find(|key| !is_stated(key)) {
        Some(unknown) => Err(format!("{at}.{unknown} is nothing of {name}")),
        None => Ok(()),
    }
}

/// What is declared is in the table: no answer is left unjudged.
#[test]
fn every_request_that_is_answered_is_known() {
    let declared = bvlc::lsp::table();
    let methods: Vec<&str> =
        declared.split_whitespace().filter(|word| word.contains('/') && !word.contains('`')).collect();
    assert!(methods.len() > 30, "{methods:?}");
    let unknown: Vec<&&str> = methods.iter().filter(|method| !knows(method)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn what_is_wrong_is_found() {
    use serde_json::json;
    let place = json!({"line": 1, "character": 2});
    let range = json!({"start": place, "end": place});
    for (value, is_right) in [
        (json!(null), true),
        (json!({"contents": {"kind": "markdown", "value": "x"}, "range": range}), true),
        (json!({"contents": {"kind": "html", "value": "x"}}), false),
        (json!({"contents": {"kind": "markdown", "value": "x"}, "rnage": range}), false),
        (json!({"contents": {"kind": "markdown", "value": "x"}, "range": null}), false),
        (json!({"contents": {"kind": "markdown", "value": "x"}, "range": {"start": place}}), false),
        (
            json!({"contents": {"kind": "markdown", "value": "x"}, "range": {"start": place, "end": {"line": -1, "character": 0}}}),
            false,
        ),
        (json!({}), false),
        (json!("x"), false),
    ] {
        let stated = &MODEL["messages"]["textDocument/hover"]["result"];
        assert_eq!(check(stated, &value, "").is_ok(), is_right, "{value}");
    }
}
