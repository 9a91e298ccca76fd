//! Where in an object of the output something stands that was put in the place of a param's value.
//!
//! Invariant: a place that is not known to be mere text is none that a chart may leave open: it decides something.

use serde_json::Value;

use super::text::{Place, PlaceKind};
use crate::object::Kind;
use crate::value::Image;

/// What stands for the values of params in a platform that is built to find its templates; one each, by the param's place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks(pub(super) Vec<String>);

/// Where one of them stands, or what it decides.
pub(super) type Marked = (usize, Result<Place, String>);

impl Marks {
    /// So many of them: words that may stand in a name, a label, a tag, a path and a text alike, and that nobody writes.
    pub(super) fn of(count: usize) -> Self {
        // of one length, so that none is a part of another
        Self((0..count).map(|at| format!("xq{at:04}zj")).collect())
    }

    /// A text with values in the place of the marks.
    pub(super) fn replaced(&self, text: &str, values: &[&str]) -> String {
        let pairs = self.0.iter().zip(values).filter(|(mark, _)| text.contains(mark.as_str()));
        pairs.fold(text.to_owned(), |text, (mark, value)| text.replace(mark.as_str(), value))
    }

    /// Puts values in the place of the marks in all texts of an object.
    pub(super) fn replace_all(&self, value: &mut Value, values: &[&str]) {
        match value {
            Value::String(text) => {
                if self.0.iter().any(|mark| text.contains(mark.as_str())) {
                    *text = self.replaced(text, values);
                }
            }
            Value::Array(members) => members.iter_mut().for_each(|member| self.replace_all(member, values)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.replace_all(field, values)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Every place of a mark in an object.
    pub(super) fn places(&self, object: &Value) -> Vec<Marked> {
        let mut found = Vec::new();
        self.walk(object, &mut Vec::new(), &mut found);
        if object.get("kind").and_then(Value::as_str) == Some(Kind::Namespace.as_str()) {
            // a chart does not own it, and leaves it as it was built
            let why = "stands beside the charts, in a field";
            for (_, place) in &mut found {
                *place = Err(why.to_owned());
            }
        }
        found
    }

    fn walk<'v>(&self, value: &'v Value, path: &mut Vec<&'v str>, found: &mut Vec<Marked>) {
        match value {
            Value::String(text) => self.text(text, path, found),
            Value::Array(members) => {
                path.push(MEMBER);
                for member in members {
                    self.walk(member, path, found);
                }
                path.pop();
            }
            Value::Object(fields) => {
                for (key, field) in fields {
                    path.push(key);
                    for (at, _) in self.in_text(key) {
                        found.push((at, Err(format!("names {}", shown(path)))));
                    }
                    self.walk(field, path, found);
                    path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The marks in a text, each with where it begins.
    fn in_text<'m>(&'m self, text: &'m str) -> impl Iterator<Item = (usize, usize)> + 'm {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(at, mark)| text.match_indices(mark.as_str()).map(move |(from, _)| (at, from)))
    }

    fn text(&self, text: &str, path: &[&str], found: &mut Vec<Marked>) {
        let marks: Vec<(usize, usize)> = self.in_text(text).collect();
        for (at, from) in &marks {
            let place = if marks.len() > 1 {
                Err(format!("stands with another value in {}", shown(path)))
            } else {
                let length = self.0.get(*at).map_or(0, String::len);
                let (before, behind) = (text.get(..*from), text.get(from + length..));
                place(path, text, before.unwrap_or_default(), behind.unwrap_or_default())
            };
            found.push((*at, place));
        }
    }
}

/// A step from a list to one of its members.
const MEMBER: &str = "[]";

/// The kind of a place, by the path that leads to it.
fn place(path: &[&str], text: &str, before: &str, behind: &str) -> Result<Place, String> {
    let of = |kind| Ok(Place { kind, before: before.to_owned(), behind: behind.to_owned() });
    let is_of_container = |path: &[&str]| matches!(path, [.., "containers" | "initContainers", MEMBER]);
    match path {
        [rest @ .., "image"] if is_of_container(rest) => {
            let tag = Image::parse(text).ok().and_then(|image| Some(image.tag()?.to_owned()));
            let of_tag = tag.filter(|tag| text.ends_with(tag.as_str()) && tag.len() >= text.len() - before.len());
            let Some(tag) = of_tag else { return Err(format!("decides from where {} comes", shown(path))) };
            let head = text.len() - tag.len();
            let before = before.get(head..).unwrap_or_default().to_owned();
            Ok(Place { kind: PlaceKind::Tag, before, behind: behind.to_owned() })
        }
        [.., "metadata", "labels", _] => of(PlaceKind::Label),
        [.., "metadata", "annotations", _] => of(PlaceKind::Free),
        [rest @ .., "env", MEMBER, "value"] | [rest @ .., "args" | "command", MEMBER] if is_of_container(rest) => {
            of(PlaceKind::Free)
        }
        _ => Err(format!("decides {}", shown(path))),
    }
}

/// A path as Kubernetes writes it.
fn shown(path: &[&str]) -> String {
    let mut shown = String::new();
    for step in path {
        if *step != MEMBER && !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(step);
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Marks, PlaceKind};

    fn places(object: &Value) -> Vec<Result<(PlaceKind, String, String), String>> {
        let marks = Marks::of(2);
        let places = marks.places(object).into_iter();
        places.map(|(_, place)| place.map(|place| (place.kind, place.before, place.behind))).collect()
    }

    fn container(field: &str, value: &Value) -> Value {
        json!({ "spec": { "template": { "spec": { "containers": [{ field: value }] } } } })
    }

    #[test]
    fn what_is_mere_text_is_open() {
        let mark = &Marks::of(2).0[0];
        let ok = |kind, before: &str, behind: &str| vec![Ok((kind, before.to_owned(), behind.to_owned()))];
        let image = |text: String| places(&container("image", &json!(text)));
        assert_eq!(image(format!("registry.example:5000/a/web:{mark}")), ok(PlaceKind::Tag, "", ""));
        assert_eq!(image(format!("web:v{mark}-alpine")), ok(PlaceKind::Tag, "v", "-alpine"));
        let env = json!([{ "name": "A", "value": format!("http://{mark}/x") }]);
        assert_eq!(places(&container("env", &env)), ok(PlaceKind::Free, "http://", "/x"));
        assert_eq!(places(&container("args", &json!(["a", format!("--v={mark}")]))), ok(PlaceKind::Free, "--v=", ""));
        let labels = json!({ "metadata": { "labels": { "k": mark } } });
        assert_eq!(places(&labels), ok(PlaceKind::Label, "", ""));
    }

    #[test]
    fn what_decides_something_is_not() {
        let marks = Marks::of(2);
        let [one, other] = marks.0.as_slice() else { panic!() };
        let why = |object: Value| places(&object).into_iter().map(Result::unwrap_err).collect::<Vec<_>>();
        let image = |text: String| why(container("image", &json!(text)));
        let decides = ["decides from where spec.template.spec.containers[].image comes"];
        assert_eq!(image(format!("{one}/web:1.0")), decides);
        assert_eq!(image(format!("web-{one}:1.0")), decides);
        assert_eq!(image(format!("web-{one}")), decides);
        let both = json!([{ "name": "A", "value": format!("{one}{other}") }]);
        let path = "spec.template.spec.containers[].env[].value";
        assert_eq!(why(container("env", &both)), vec![format!("stands with another value in {path}"); 2]);
        assert_eq!(why(json!({ "spec": { "host": one } })), ["decides spec.host"]);
        assert_eq!(why(json!({ "data": { one: "a" } })), [format!("names data.{one}")]);
    }

    #[test]
    fn values_take_the_place_of_marks() {
        let marks = Marks::of(2);
        let text = |a: &str, b: &str| json!({ "a": [format!("{a}-{b}"), 1], "b": { "c": b } });
        let mut object = text(&marks.0[0], &marks.0[1]);
        marks.replace_all(&mut object, &["1.0", "x"]);
        assert_eq!(object, text("1.0", "x"));
    }
}
