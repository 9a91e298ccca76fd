//! Tests alone: whether a JSON value is as a schema in docs/ says, for the words of JSON Schema that these use.

use serde_json::Value;

/// Where a value is not as its schema says, for the words that the schema in docs uses.
pub(crate) fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return fault(root, root.pointer(name.strip_prefix('#').unwrap()).unwrap(), value);
    }
    let broken = |word: &str| Some(format!("{word}: {value} against {}", schema[word]));
    if let Some(choices) = schema["anyOf"].as_array() {
        let is_one = choices.iter().any(|choice| fault(root, choice, value).is_none());
        return if is_one { None } else { broken("anyOf") };
    }
    if schema.get("const").is_some_and(|expected| expected != value) {
        return broken("const");
    }
    if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
        return broken("enum");
    }
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_listed = |types: &Value| types == own || types.as_array().is_some_and(|types| types.contains(&own.into()));
    if schema.get("type").is_some_and(|types| !is_listed(types)) {
        return broken("type");
    }
    let members = value.as_array().into_iter().flatten();
    let inner = members.into_iter().find_map(|member| fault(root, &schema["items"], member));
    let Some(object) = value.as_object() else { return inner };
    let required = schema["required"].as_array().into_iter().flatten();
    if required.filter_map(Value::as_str).any(|name| !object.contains_key(name)) {
        return broken("required");
    }
    object.iter().find_map(|(name, member)| match schema["properties"].get(name) {
        Some(property) => fault(root, property, member),
        None => Some(format!("unknown member {name}")),
    })
}
