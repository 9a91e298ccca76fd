//! Two trees of one object, compared: which fields differ, and how lists belong together.
//!
//! Invariants: elements of a list are matched by what names them, as `kubectl` merges them; where nothing names them the
//! whole list is one value. Quantities are compared by what they amount to, so that `1000m` is `1`, and so are lengths of time.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::object::FieldPath;
use crate::value::go_duration::in_nanoseconds;
use crate::value::quantity::{Rounding, in_thousandths};

/// One step into a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// An element of a list: what names it, or its number.
    Element(String),
}

impl Step {
    /// The key, or what names the element.
    pub(in crate::query) fn name(&self) -> &str {
        match self {
            Self::Key(name) | Self::Element(name) => name,
        }
    }
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Path(pub Vec<Step>);

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where it stands.
    pub path: Path,
    /// Its value before; `None` where it was not stated.
    pub old: Option<Value>,
    /// Its value after; `None` where it is not stated.
    pub new: Option<Value>,
}

impl Path {
    /// The path of these keys, with dots between.
    pub fn of(keys: &str) -> Self {
        Self(keys.split('.').filter(|key| !key.is_empty()).map(|key| Step::Key(key.to_owned())).collect())
    }

    /// This path, and one more step.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The key of the last step that is one.
    fn last_key(&self) -> &str {
        let keys = self.0.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Element(_) => None,
        });
        keys.take(1).last().unwrap_or_default()
    }

    /// Whether the value there is a quantity: what `resources`, quotas and sizes are written in.
    fn is_quantity(&self) -> bool {
        let above = self.0.len().checked_sub(2).and_then(|at| self.0.get(at));
        let above = match above {
            Some(Step::Key(key)) => key.as_str(),
            Some(Step::Element(_)) | None => "",
        };
        matches!(
            above,
            "requests" | "limits" | "hard" | "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio"
        ) || matches!(self.last_key(), "sizeLimit" | "averageValue" | "storage")
    }
}

/// `spec.template.spec.containers[web].image`, `metadata.labels[app.kubernetes.io/name]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) && at == 0 => f.write_str(key)?,
                Step::Key(key) if is_plain(key) => write!(f, ".{key}")?,
                Step::Key(key) | Step::Element(key) => write!(f, "[{key}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The fields in which two values differ, in order. `is_whole` says of a path that what stands below it on one side
/// alone is one difference.
pub fn compare(old: &Value, new: &Value, is_whole: &dyn Fn(&Path) -> bool) -> Vec<Difference> {
    let mut comparison = Comparison { is_whole, found: Vec::new() };
    comparison.both(&Path::default(), old, new);
    comparison.found
}

struct Comparison<'a> {
    is_whole: &'a dyn Fn(&Path) -> bool,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn both(&mut self, path: &Path, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
                keys.sort();
                keys.dedup();
                for key in keys {
                    self.either(&path.then(Step::Key(key.clone())), old.get(key), new.get(key));
                }
            }
            (Value::Array(olds), Value::Array(news)) => match (named(path, olds), named(path, news)) {
                (Some(before), Some(after)) => self.lists(path, &before, &after, (old, new)),
                _ => self.report(path, Some(old), Some(new)),
            },
            (old, new) if path.is_quantity() && is_same_amount(old, new) => {}
            (old, new) if path.last_key() == DURATION && is_same_time(old, new) => {}
            (old, new) => self.report(path, Some(old), Some(new)),
        }
    }

    fn lists(
        &mut self,
        path: &Path,
        before: &[(String, &Value)],
        after: &[(String, &Value)],
        (old, new): (&Value, &Value),
    ) {
        let olds: BTreeMap<&str, &Value> = before.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let news: BTreeMap<&str, &Value> = after.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let n_before = self.found.len();
        for (name, value) in before {
            self.either(&path.then(Step::Element(name.clone())), Some(value), news.get(name.as_str()).copied());
        }
        for (name, value) in after.iter().filter(|(name, _)| !olds.contains_key(name.as_str())) {
            self.either(&path.then(Step::Element(name.clone())), None, Some(value));
        }
        // the same elements in another order are another list: to a pod template that is a change like any other
        let is_ordered = path.to_string() != METRICS;
        if is_ordered
            && self.found.len() == n_before
            && !before.iter().map(|(name, _)| name).eq(after.iter().map(|(name, _)| name))
        {
            self.report(path, Some(old), Some(new));
        }
    }

    fn either(&mut self, path: &Path, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (Some(old), Some(new)) => self.both(path, old, new),
            (None, None) => {}
            // a list that comes or goes is its elements, each of which has a name
            (Some(one), None) | (None, Some(one)) if !(self.is_whole)(path) || is_named(path, one) => {
                self.below(path, one, old.is_some());
            }
            (old, new) => self.report(path, old, new),
        }
    }

    /// What stands on one side alone, taken apart.
    fn below(&mut self, path: &Path, one: &Value, is_old: bool) {
        let parts: Vec<(Step, &Value)> = match one {
            Value::Object(map) if !map.is_empty() => {
                map.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect()
            }
            Value::Array(items) => match named(path, items) {
                Some(items) if !items.is_empty() => {
                    items.into_iter().map(|(name, value)| (Step::Element(name), value)).collect()
                }
                _ => Vec::new(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Vec::new(),
        };
        if parts.is_empty() {
            let (old, new) = if is_old { (Some(one), None) } else { (None, Some(one)) };
            self.report(path, old, new);
        }
        for (step, value) in parts {
            let (old, new) = if is_old { (Some(value), None) } else { (None, Some(value)) };
            self.either(&path.then(step), old, new);
        }
    }

    fn report(&mut self, path: &Path, old: Option<&Value>, new: Option<&Value>) {
        self.found.push(Difference { path: path.clone(), old: old.cloned(), new: new.cloned() });
    }
}

/// The metrics of an autoscaler, whose order says nothing: the one that wants most replicas decides (kubernetes
/// `pkg/controller/podautoscaler/horizontal.go`, `computeReplicasForMetrics`, 1.33).
const METRICS: &str = "spec.metrics";

/// The elements of a list with what names each; `None` where nothing does, or where two are named alike.
///
/// These are the merge keys of the API's lists (`patchMergeKey` in kubernetes/api `core/v1/types.go`, 0.33), with the
/// protocol beside a port, since one number may be there twice.
fn named<'v>(path: &Path, items: &'v [Value]) -> Option<Vec<(String, &'v Value)>> {
    let mut names = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        names.push((name(path.last_key(), at, item)?, item));
    }
    let mut sorted: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    sorted.sort_unstable();
    let n = sorted.len();
    sorted.dedup();
    (sorted.len() == n).then_some(names)
}

/// Whether a value is a list whose elements have names.
fn is_named(path: &Path, value: &Value) -> bool {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    !items.is_empty() && named(path, items).is_some()
}

fn name(list: &str, at: usize, item: &Value) -> Option<String> {
    let text = |key: &str| match item.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let with_protocol = |port: String| match text("protocol").filter(|protocol| protocol != "TCP") {
        Some(protocol) => format!("{port}/{protocol}"),
        None => port,
    };
    match list {
        "ports" => text("containerPort").or_else(|| text("port")).map(with_protocol),
        "volumeMounts" => text("mountPath"),
        "volumeDevices" => text("devicePath"),
        "hostAliases" => text("ip"),
        "topologySpreadConstraints" => text("topologyKey"),
        "metrics" => {
            if let Some(what) = item.get("resource").or_else(|| item.get("containerResource")) {
                return what.get("name").and_then(Value::as_str).map(str::to_owned);
            }
            let mut others = ["pods", "object", "external"].into_iter();
            let (kind, metric) = others.find_map(|kind| Some((kind, item.get(kind)?.get("metric")?)))?;
            Some(format!("{kind} {}", metric.get("name")?.as_str()?))
        }
        "triggers" => text("name").or_else(|| Some(format!("{at} {}", text("type")?))),
        "secretTargetRef" => text("parameter"),
        // rules of policies and the like have neither name nor order that matters
        "ingress" | "egress" | "from" | "to" => None,
        _ => text("name"),
    }
}

/// What stands at a path.
pub(in crate::query) fn at<'v>(tree: &'v Value, path: &Path) -> Option<&'v Value> {
    let mut list = Path::default();
    let mut value = tree;
    for step in &path.0 {
        value = match step {
            Step::Key(key) => value.get(key)?,
            Step::Element(wanted) => {
                let items = value.as_array()?;
                match named(&list, items) {
                    Some(names) => names.into_iter().find(|(name, _)| name == wanted)?.1,
                    None => items.get(wanted.parse::<usize>().ok()?)?,
                }
            }
        };
        list = list.then(step.clone());
    }
    Some(value)
}

/// Whether two trees have the same at a path: a value that means the same, or a map without that key each, be it labels or
/// annotations that are not stored since there are none.
pub(in crate::query) fn is_equal_at(old: &Value, new: &Value, path: &Path) -> bool {
    match (at(old, path), at(new, path)) {
        (Some(before), Some(after)) => {
            let mut comparison = Comparison { is_whole: &|_| true, found: Vec::new() };
            comparison.both(path, before, after);
            comparison.found.is_empty()
        }
        (None, None) => {
            let parent = |path: &Path| Path(path.0.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default());
            let is_map = |path: &Path| [old, new].into_iter().any(|tree| at(tree, path).is_some_and(Value::is_object));
            let above = parent(path);
            let metadata = parent(&above);
            let is_bare = matches!(above.last_key(), "labels" | "annotations")
                && metadata.last_key() == "metadata"
                && is_map(&metadata);
            matches!(path.0.last(), Some(Step::Key(_))) && (is_bare || is_map(&above))
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The path of a field with the numbers of elements, as places are found by it.
pub(in crate::query) fn locate(tree: &Value, path: &Path) -> FieldPath {
    let mut at = FieldPath::default();
    let mut list = Path::default();
    let mut value = Some(tree);
    for step in &path.0 {
        match step {
            Step::Key(key) => {
                at = at.key(key);
                value = value.and_then(|value| value.get(key));
            }
            Step::Element(wanted) => {
                let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let number = match named(&list, items) {
                    Some(names) => names.iter().position(|(name, _)| name == wanted),
                    None => wanted.parse().ok(),
                };
                let Some(number) = number else { return at };
                at = at.index(number);
                value = items.get(number);
            }
        }
        list = list.then(step.clone());
    }
    at
}

/// The field of an `ExternalSecret` that is a `metav1.Duration`, which its operator writes back as `15m0s`
/// (external-secrets/external-secrets `apis/externalsecrets/v1/externalsecret_types.go`, `ExternalSecretSpec`).
const DURATION: &str = "refreshInterval";

/// Whether two values are the same length of time; not where one of them is none.
fn is_same_time(old: &Value, new: &Value) -> bool {
    let nanoseconds = |value: &Value| value.as_str().and_then(in_nanoseconds);
    nanoseconds(old).is_some_and(|old| nanoseconds(new) == Some(old))
}

/// Whether two values are the same amount; not where one of them is none.
fn is_same_amount(old: &Value, new: &Value) -> bool {
    let (Some(old), Some(new)) = (amount(old), amount(new)) else { return false };
    old == new
}

/// The amount of a quantity in thousandths.
pub(in crate::query) fn amount(value: &Value) -> Option<u128> {
    match value {
        Value::String(text) => in_thousandths(text, Rounding::Up),
        Value::Number(number) => in_thousandths(&number.to_string(), Rounding::Up),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(old: &Value, new: &Value) -> Vec<String> {
        let whole = |path: &Path| path.to_string().starts_with("spec.env");
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let differences = compare(old, new, &whole);
        differences.iter().map(|one| format!("{} {} {}", one.path, shown(&one.old), shown(&one.new))).collect()
    }

    #[test]
    fn elements_are_found_by_their_names() {
        let old = json!({"spec": {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}});
        let new = json!({"spec": {"env": [{"name": "C", "value": "3"}, {"name": "A", "value": "0"}]}});
        assert_eq!(
            found(&old, &new),
            [
                r#"spec.env[A].value "1" "0""#,
                r#"spec.env[B] {"name":"B","value":"2"} -"#,
                r#"spec.env[C] - {"name":"C","value":"3"}"#
            ]
        );
    }

    #[test]
    fn another_order_is_a_difference_and_says_so_once() {
        let old = json!({"spec": {"env": [{"name": "A"}, {"name": "B"}]}});
        let new = json!({"spec": {"env": [{"name": "B"}, {"name": "A"}]}});
        assert_eq!(found(&old, &new), [r#"spec.env [{"name":"A"},{"name":"B"}] [{"name":"B"},{"name":"A"}]"#]);
        assert!(found(&old, &old).is_empty());
    }

    #[test]
    fn the_order_of_metrics_says_nothing() {
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu"}});
        let pods = |value: &str| json!({"type": "Pods", "pods": {"metric": {"name": "asked"}, "target": {"averageValue": value}}});
        let of = |metrics: [Value; 2]| json!({"spec": {"metrics": metrics}});
        assert!(found(&of([cpu.clone(), pods("5")]), &of([pods("5"), cpu.clone()])).is_empty());
        let other = found(&of([cpu.clone(), pods("5")]), &of([pods("6"), cpu]));
        assert_eq!(other, [r#"spec.metrics[pods asked].pods.target.averageValue "5" "6""#]);
    }

    #[test]
    fn amounts_are_compared_and_names_are_not() {
        let with = |cpu: Value, name: &str| json!({"resources": {"requests": {"cpu": cpu}}, "name": name});
        assert!(found(&with(json!("1000m"), "1"), &with(json!(1), "1")).is_empty());
        assert_eq!(found(&with(json!("1"), "1000m"), &with(json!("1"), "1")), [r#"name "1000m" "1""#]);
        assert_eq!(found(&with(json!("1"), ""), &with(json!("1001m"), "")).len(), 1);
    }

    #[test]
    fn times_are_compared_by_their_length() {
        let with = |time: &str| json!({"spec": {"refreshInterval": time, "text": time}});
        assert_eq!(found(&with("15m"), &with("15m0s")), [r#"spec.text "15m" "15m0s""#]);
        assert_eq!(found(&with("15m"), &with("15m1s")).len(), 2);
        assert_eq!(found(&with("often"), &with("seldom")).len(), 2);
    }

    #[test]
    fn what_nothing_names_is_one_value() {
        let (old, new) = (json!({"args": ["a", "b"]}), json!({"args": ["a", "c"]}));
        assert_eq!(found(&old, &new), [r#"args ["a","b"] ["a","c"]"#]);
        let twice = json!({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]});
        assert_eq!(found(&twice, &json!({"env": []})).len(), 1);
    }

    #[test]
    fn paths_are_written_as_they_are_read() {
        let path = Path::of("metadata.labels").then(Step::Key("app.kubernetes.io/name".to_owned()));
        assert_eq!(path.to_string(), "metadata.labels[app.kubernetes.io/name]");
        assert_eq!(Path::of("spec.ports").then(Step::Element("80".to_owned())).to_string(), "spec.ports[80]");
    }
}
