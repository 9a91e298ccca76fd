//! Conditions of an object's fields.
//!
//! Invariants: every condition has a value of every object, and nothing loops. What is not there is equal to `none` alone, and neither more nor
//! less than anything.

use std::cmp::Ordering;

use serde_json::Value;

use crate::check::rules::condition::{Condition, Constant, Operand, Path, Several};
use crate::check::rules::parse::{Holds, Quantity, Relation, Test};
use crate::value::go_duration::in_nanoseconds;
use crate::value::quantity::{Rounding, in_thousandths};
use crate::value::{quoted, similar};

/// So much of a value is shown.
const MOST_SHOWN: usize = 80;

/// An object, and what `any` and `all` go through.
pub(super) struct Judged<'v> {
    object: &'v Value,
    bound: Vec<&'v Value>,
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
enum Side<'v> {
    None,
    Field(&'v Value),
    Written(&'v Constant),
}

impl<'v> Judged<'v> {
    pub(super) fn new(object: &'v Value) -> Self {
        Self { object, bound: Vec::new() }
    }

    fn with(&self, one: &'v Value) -> Self {
        let mut bound = self.bound.clone();
        bound.push(one);
        Self { object: self.object, bound }
    }

    pub(super) fn holds(&self, condition: &'v Condition) -> bool {
        match condition {
            Condition::Not(inner) => !self.holds(inner),
            Condition::Both(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Either(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::Holds(path) => self.find(path).is_some_and(|value| *value == Value::Bool(true)),
            Condition::Compare(relation, left, right) => compares(*relation, self.side(left), self.side(right)),
            Condition::Among(holds, path, several) => {
                let field = self.find(path).map_or(Side::None, Side::Field);
                let is_among = match several {
                    Several::Listed(listed) => {
                        listed.iter().any(|one| compares(Relation::Equal, field, Side::Written(one)))
                    }
                    Several::Between(low, high) => {
                        let number = |text: &str| Constant::Number(text.to_owned());
                        compares(Relation::AtLeast, field, Side::Written(&number(low)))
                            && compares(Relation::AtMost, field, Side::Written(&number(high)))
                    }
                };
                match holds {
                    Holds::Yes => is_among,
                    Holds::No => !is_among,
                }
            }
            Condition::Test(test, path, part) => {
                let Some(value) = self.find(path) else { return false };
                match (test, value) {
                    (Test::Contains, Value::Array(items)) => {
                        items.iter().any(|item| item.as_str() == Some(part.as_str()))
                    }
                    (Test::Contains, Value::String(text)) => text.contains(part.as_str()),
                    (Test::StartsWith, Value::String(text)) => text.starts_with(part.as_str()),
                    (Test::EndsWith, Value::String(text)) => text.ends_with(part.as_str()),
                    (Test::Contains | Test::StartsWith | Test::EndsWith, _) => false,
                }
            }
            Condition::Each(quantity, path, body) => {
                let mut items = self.items(path).iter();
                match quantity {
                    Quantity::Any => items.any(|item| self.with(item).holds(body)),
                    Quantity::All => items.all(|item| self.with(item).holds(body)),
                }
            }
        }
    }

    fn items(&self, path: &Path) -> &'v [Value] {
        self.find(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn side(&self, operand: &'v Operand) -> Side<'v> {
        match operand {
            Operand::Field(path) => self.find(path).map_or(Side::None, Side::Field),
            Operand::Value(Constant::None) => Side::None,
            Operand::Value(constant) => Side::Written(constant),
        }
    }

    fn start(&self, path: &Path) -> Option<&'v Value> {
        path.of.map_or(Some(self.object), |of| self.bound.get(of).copied())
    }

    fn find(&self, path: &Path) -> Option<&'v Value> {
        let found = path.keys.iter().try_fold(self.start(path)?, |value, key| step(value, key))?;
        (!found.is_null()).then_some(found)
    }

    /// What decides a condition: the fields of which it does not hold, or of which it does.
    pub(super) fn said(&self, condition: &'v Condition, is_met: bool) -> Vec<String> {
        let mut said = Vec::new();
        self.tell(condition, is_met, &mut said);
        said.dedup();
        said
    }

    fn tell(&self, condition: &'v Condition, is_met: bool, said: &mut Vec<String>) {
        match condition {
            Condition::Not(inner) => self.tell(inner, !is_met, said),
            Condition::Both(parts) | Condition::Either(parts) => {
                // of those that are as the whole is, each has its part in it
                parts.iter().filter(|part| self.holds(part) == is_met).for_each(|part| self.tell(part, is_met, said));
            }
            Condition::Holds(path) | Condition::Among(_, path, _) | Condition::Test(_, path, _) => {
                said.push(self.field(path));
            }
            Condition::Compare(_, left, right) => {
                for operand in [left, right] {
                    if let Operand::Field(path) = operand {
                        said.push(self.field(path));
                    }
                }
            }
            Condition::Each(_, path, body) => {
                let items = self.items(path);
                if items.is_empty() {
                    return said.push(format!("{}, which has nothing", self.field(path)));
                }
                if let Some(item) = items.iter().find(|item| self.with(item).holds(body) == is_met) {
                    self.with(item).tell(body, is_met, said);
                }
            }
        }
    }

    /// A field and its value: `spec.replicas` is 3.
    fn field(&self, path: &Path) -> String {
        let Path { written, .. } = path;
        if let Some(value) = self.find(path) {
            return format!("`{written}` is {}", shown(value));
        }
        let mut value = self.start(path);
        for key in &path.keys {
            let Some(current) = value else { break };
            let next = step(current, key);
            if next.is_none() {
                let there = keys(current);
                let near = similar::nearest(key, there.iter().map(String::as_str));
                let beside = match (near.as_slice(), there.as_slice()) {
                    ([], []) => String::new(),
                    ([], there) => format!(" (there is {})", few(there)),
                    (near, _) => format!(" (did you mean `{}`?)", near.join("` or `")),
                };
                return format!("`{written}` is none{beside}");
            }
            value = next;
        }
        format!("`{written}` is none")
    }
}

/// One key further: of a list the element of that name.
pub(super) fn step<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(key),
        Value::Array(items) => items.iter().find(|item| item.get("name").and_then(Value::as_str) == Some(key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(items) => items.iter().filter_map(|item| item.get("name")?.as_str()).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn few(names: &[String]) -> String {
    const MOST: usize = 8;
    let more = if names.len() > MOST { ", .." } else { "" };
    format!("{}{more}", names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", "))
}

fn shown(value: &Value) -> String {
    if let Value::String(text) = value {
        return quoted(text);
    }
    let text = value.to_string();
    if text.chars().count() <= MOST_SHOWN {
        return text;
    }
    format!("{} ..", text.chars().take(MOST_SHOWN).collect::<String>())
}

fn compares(relation: Relation, left: Side<'_>, right: Side<'_>) -> bool {
    let order = order(left, right);
    let is_there = !matches!(left, Side::None) && !matches!(right, Side::None);
    match relation {
        Relation::Equal => order.is_some_and(Ordering::is_eq),
        Relation::Unequal => !order.is_some_and(Ordering::is_eq),
        Relation::Below => is_there && order.is_some_and(Ordering::is_lt),
        Relation::AtMost => is_there && order.is_some_and(Ordering::is_le),
        Relation::Above => is_there && order.is_some_and(Ordering::is_gt),
        Relation::AtLeast => is_there && order.is_some_and(Ordering::is_ge),
    }
}

/// How two values are ordered; `None` for values of types that nothing compares.
fn order(left: Side<'_>, right: Side<'_>) -> Option<Ordering> {
    match (left, right) {
        (Side::None, Side::None) => Some(Ordering::Equal),
        (Side::None, _) | (_, Side::None) => None,
        (Side::Field(one), Side::Field(other)) if one == other => Some(Ordering::Equal),
        (Side::Field(one), Side::Field(other)) => amounts(&plain(one)?, &plain(other)?),
        (Side::Field(field), Side::Written(constant)) => against(field, constant),
        (Side::Written(constant), Side::Field(field)) => against(field, constant).map(Ordering::reverse),
        (Side::Written(one), Side::Written(other)) => (one == other).then_some(Ordering::Equal),
    }
}

fn against(field: &Value, constant: &Constant) -> Option<Ordering> {
    match (field, constant) {
        (Value::Bool(is), Constant::Is(wanted)) => Some(is.cmp(wanted)),
        (Value::String(text), Constant::Text(wanted)) => Some(text.as_str().cmp(wanted.as_str())),
        (Value::Number(_) | Value::String(_), Constant::Number(wanted)) => amounts(&plain(field)?, wanted),
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_),
            _,
        ) => None,
    }
}

/// A number or text as it is written.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Two amounts by what they amount to: percentages, quantities of the API, lengths of time.
fn amounts(one: &str, other: &str) -> Option<Ordering> {
    let percent = |text: &str| text.strip_suffix('%').and_then(|number| in_thousandths(number, Rounding::Exact));
    if let (Some(one), Some(other)) = (percent(one), percent(other)) {
        return Some(one.cmp(&other));
    }
    let quantity = |text: &str| in_thousandths(text, Rounding::Exact);
    if let (Some(one), Some(other)) = (quantity(one), quantity(other)) {
        return Some(one.cmp(&other));
    }
    Some(in_nanoseconds(one)?.cmp(&in_nanoseconds(other)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_compare_by_what_they_are() {
        let number = |text: &str| Constant::Number(text.to_owned());
        for (field, constant, expected) in [
            (json!(2), number("2"), Some(Ordering::Equal)),
            (json!(2), number("3"), Some(Ordering::Less)),
            (json!("1"), number("1000m"), Some(Ordering::Equal)),
            (json!("1Gi"), number("1024Mi"), Some(Ordering::Equal)),
            (json!("1Gi"), number("1G"), Some(Ordering::Greater)),
            (json!("25%"), number("25%"), Some(Ordering::Equal)),
            (json!("90s"), number("1m30s"), Some(Ordering::Equal)),
            (json!("25%"), number("25"), None),
            (json!(true), Constant::Is(true), Some(Ordering::Equal)),
            (json!("a"), Constant::Text("a".to_owned()), Some(Ordering::Equal)),
            (json!(2), Constant::Text("2".to_owned()), None),
            (json!([]), number("2"), None),
        ] {
            assert_eq!(against(&field, &constant), expected, "{field} {constant:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_none_alone() {
        let field = json!(2);
        for (relation, none, some) in [
            (Relation::Equal, true, false),
            (Relation::Unequal, false, true),
            (Relation::Below, false, false),
            (Relation::AtMost, false, false),
            (Relation::Above, false, false),
            (Relation::AtLeast, false, false),
        ] {
            assert_eq!(compares(relation, Side::None, Side::None), none, "{relation:?}");
            assert_eq!(compares(relation, Side::None, Side::Field(&field)), some, "{relation:?}");
        }
    }
}
