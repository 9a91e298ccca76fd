//! A pod's `securityContext` in words: its user, and what it asks for beyond what every pod of bvlc's has.
//!
//! Invariant: what a manifest leaves out stays bvlc's own setting, which is the stricter one; the comparison lists it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::given::{at, items, number, text};
use super::spec::{Line, quoted};
use crate::value::{Capability, SeccompProfile};

/// The user that the language takes where nobody states one.
const DEFAULT_USER: i64 = 65532;

/// The reason of whatever takes a protection away.
const IMPORTED: &str = "because \"it ran so when it was imported\"";

const OF_POD: &str = "spec.template.spec.securityContext";

/// The user that the words state, where it is not the default.
pub(super) fn user(workload: &Value, container: &Value) -> Option<Line> {
    let user = stated_user(workload, container)?;
    Some(Line::new("user", user.to_string()))
}

fn stated_user(workload: &Value, container: &Value) -> Option<i64> {
    let user = of_either(workload, container, "runAsUser", number)?;
    (user != DEFAULT_USER && user > 0).then_some(user)
}

/// A field that a container may state for itself, and its pod for all.
fn of_either<'v, T>(
    workload: &'v Value,
    container: &'v Value,
    field: &str,
    read: fn(&'v Value, &str) -> Option<T>,
) -> Option<T> {
    let own = read(container, &format!("securityContext.{field}"));
    own.or_else(|| read(workload, &format!("{OF_POD}.{field}")))
}

/// `security { .. }`, where there is anything to say.
pub(super) fn security(workload: &Value, container: &Value) -> Option<Line> {
    let mut block = weakened(container);
    block.extend(seccomp(of_either(workload, container, "seccompProfile.type", text), || {
        of_either(workload, container, "seccompProfile.localhostProfile", text)
    }));
    let user = stated_user(workload, container).unwrap_or(DEFAULT_USER);
    let group = of_either(workload, container, "runAsGroup", number);
    let files = number(workload, &format!("{OF_POD}.fsGroup"));
    for (word, number) in [("group", group), ("files-group", files)] {
        let own = number.filter(|number| *number != user && (0..=i64::from(i32::MAX)).contains(number));
        block.extend(own.map(|number| Line::new(word, number.to_string())));
    }
    (!block.is_empty()).then(|| Line::new("security", "").with(block))
}

/// `user` and `security { .. }` of a container beside a workload's own, where it states them itself.
pub(super) fn of_container(container: &Value) -> Vec<Line> {
    let own = |field: &str| format!("securityContext.{field}");
    let user = number(container, &own("runAsUser")).filter(|user| *user > 0);
    let mut block = weakened(container);
    let profile = || text(container, &own("seccompProfile.localhostProfile"));
    block.extend(seccomp(text(container, &own("seccompProfile.type")), profile));
    let group = number(container, &own("runAsGroup"));
    let group = group.filter(|group| Some(*group) != user && (0..=i64::from(i32::MAX)).contains(group));
    block.extend(group.map(|group| Line::new("group", group.to_string())));
    let security = (!block.is_empty()).then(|| Line::new("security", "").with(block));
    user.map(|user| Line::new("user", user.to_string())).into_iter().chain(security).collect()
}

/// What takes a protection of one container away.
fn weakened(container: &Value) -> Vec<Line> {
    let mut block = Vec::new();
    let is = |field: &str, value: bool| {
        at(container, &format!("securityContext.{field}")).and_then(Value::as_bool) == Some(value)
    };
    if is("readOnlyRootFilesystem", false) {
        block.push(Line::new("writable-root", IMPORTED));
    }
    let added = items(container, "securityContext.capabilities.add").iter().filter_map(Value::as_str);
    let mut added: Vec<Capability> = added.filter_map(Capability::named).collect();
    added.sort_unstable();
    added.dedup();
    block.extend(added.into_iter().map(|one| Line::keyed("capability", one.name(), IMPORTED)));
    if is("allowPrivilegeEscalation", true) {
        block.push(Line::new("privilege-escalation", IMPORTED));
    }
    block
}

fn seccomp<'v>(kind: Option<&str>, profile: impl FnOnce() -> Option<&'v str>) -> Option<Line> {
    let rest = match kind? {
        "Unconfined" => format!("unconfined {IMPORTED}"),
        "Localhost" => {
            format!("localhost {}", quoted(&SeccompProfile::named(profile()?)?.to_string()))
        }
        _ => return None,
    };
    Some(Line::new("seccomp", rest))
}

/// The words that say otherwise than a field of a `securityContext` which bvlc adds, to stand beside it.
pub(super) fn otherwise(path: &str, built: &Value) -> Option<String> {
    let (_, field) = path.rsplit_once(".securityContext")?;
    let fields: Vec<&str> = match field.strip_prefix('.') {
        Some(field) => vec![field],
        None if field.is_empty() => built.as_object()?.keys().map(String::as_str).collect(),
        None => return None,
    };
    let words: BTreeSet<&str> = fields.into_iter().filter_map(word).collect();
    let (own, within): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| *word == "user");
    let quoted = |words: Vec<&str>| words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let within = (!within.is_empty()).then(|| format!("in `security` by {}", quoted(within)));
    let own = (!own.is_empty()).then(|| format!("by {}", quoted(own)));
    let all: Vec<String> = own.into_iter().chain(within).collect();
    (!all.is_empty()).then(|| format!("stated otherwise {}", all.join(", and ")))
}

/// The word for a field of a `securityContext`.
fn word(field: &str) -> Option<&'static str> {
    Some(match field {
        "allowPrivilegeEscalation" => "privilege-escalation",
        "capabilities" => "capability",
        "fsGroup" => "files-group",
        "readOnlyRootFilesystem" => "writable-root",
        "runAsGroup" => "group",
        "runAsNonRoot" | "runAsUser" => "user",
        "seccompProfile" => "seccomp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_the_words_that_say_otherwise() {
        let pod = json!({ "fsGroup": 1, "runAsGroup": 1, "runAsNonRoot": true, "runAsUser": 1 });
        let container = json!({ "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true });
        for (path, built, expected) in [
            (
                "spec.securityContext",
                pod,
                Some("stated otherwise by `user`, and in `security` by `files-group`, `group`"),
            ),
            (
                "spec.containers[a].securityContext",
                container,
                Some("stated otherwise in `security` by `privilege-escalation`, `writable-root`"),
            ),
            ("spec.securityContext.runAsNonRoot", json!(true), Some("stated otherwise by `user`")),
            ("spec.securityContext.seccompProfile.localhostProfile", json!("a.json"), None),
            ("spec.securityContextual", json!({ "fsGroup": 1 }), None),
            ("spec.enableServiceLinks", json!(false), None),
        ] {
            assert_eq!(otherwise(path, &built).as_deref(), expected, "{path}");
        }
    }
}
