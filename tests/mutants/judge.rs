//! Where two outputs differ first: the object and the field.

use bvlc::output::json;
use serde_json::Value;

use crate::platform::Output;

/// The first object and field in which they differ, with both values.
pub(crate) fn changed(before: &Output, after: &Output) -> Option<String> {
    for (place, object) in &before.objects {
        match after.objects.get(place) {
            None => return Some(format!("{place} goes")),
            Some(now) if now != object => {
                let [old, new] = [object, now].map(|object| {
                    let text = json::document(object).unwrap();
                    serde_json::from_str::<Value>(&text).unwrap()
                });
                return Some(format!("{place}: {}", field(&old, &new, "").unwrap_or_default()));
            }
            Some(_) => {}
        }
    }
    if let Some(new) = after.objects.keys().find(|place| !before.objects.contains_key(*place)) {
        return Some(format!("{new} comes"));
    }
    for (place, text) in &before.values {
        let Some(now) = after.values.get(place) else { return Some(format!("{place} go")) };
        let mut lines = text.lines().zip(now.lines());
        if let Some((old, new)) = lines.find(|(old, new)| old != new) {
            return Some(format!("{place}: {} -> {}", old.trim(), new.trim()));
        }
        if text != now {
            return Some(format!("{place}: {} lines -> {}", text.lines().count(), now.lines().count()));
        }
    }
    after.values.keys().find(|place| !before.values.contains_key(*place)).map(|new| format!("{new} come"))
}

fn field(old: &Value, new: &Value, path: &str) -> Option<String> {
    if old == new {
        return None;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let mut keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            keys.find_map(|key| {
                let [old, new] = [old, new].map(|of| of.get(key).unwrap_or(&Value::Null));
                field(old, new, &format!("{path}.{key}"))
            })
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let mut members = old.iter().zip(new).enumerate();
            members.find_map(|(at, (old, new))| field(old, new, &format!("{path}[{at}]")))
        }
        (Value::Array(old), Value::Array(new)) => Some(format!("{path} of {} entries -> {}", old.len(), new.len())),
        _ => Some(format!("{path} {} -> {}", short(old), short(new))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { format!("{}..", text.chars().take(58).collect::<String>()) } else { text }
}
