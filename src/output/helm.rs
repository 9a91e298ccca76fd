//! Objects as a chart of Helm: the plain files as templates, with what is left open as values.
//!
//! Invariants: what `helm template` makes of a chart with its own values is the plain output of its environment but for the
//! namespace, which a chart cannot own: that stands beside it. Nothing of an object is taken for an action of a template. What
//! else was tried is told in `docs/decisions/0012-helm.md`.

use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::layout::{rivals, stem};
use super::write::Batch;
use super::{OutputFile, WriteError, yaml};
use crate::object::{Kind, Object};

/// The chart of one environment.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The folder of the environment, in which its chart is a folder of the chart's name.
    pub folder: String,
    /// The name of the chart: the platform's.
    pub name: String,
    /// The environment as the user names it.
    pub environment: String,
    /// Its namespace.
    pub namespace: String,
    /// The oldest Kubernetes that takes the objects, `1.33`.
    pub kubernetes: String,
    /// Its values.
    pub values: Vec<ChartValue>,
}

/// A value of a chart.
#[derive(Debug, Clone)]
pub struct ChartValue {
    /// Its key.
    pub name: String,
    /// What it is for.
    pub doc: String,
    /// What it is where none is given.
    pub value: Value,
    /// Whether another may be given.
    pub role: ValueRole,
}

/// Whether the value of a chart may be another.
#[derive(Debug, Clone)]
pub enum ValueRole {
    /// It may.
    Open {
        /// What stands for it in the texts of objects.
        mark: String,
        /// A regular expression that it matches.
        pattern: String,
        /// One that it does not match.
        refuses: Option<String>,
        /// How long it may be.
        most: usize,
    },
    /// It may not, since it decides something.
    Fixed {
        /// What, in words behind "it".
        because: String,
    },
}

/// The files of a chart, some objects at a time.
pub fn files(chart: Chart, batches: impl IntoIterator<Item = Vec<Object>>) -> impl Iterator<Item = Batch> {
    let mut batches = batches.into_iter();
    let mut chart = Some((chart, rivals()));
    std::iter::from_fn(move || match (batches.next(), &chart) {
        (Some(objects), Some((chart, rivals))) => Some(chart.templates(&objects, rivals)),
        (Some(_), None) => None,
        (None, _) => chart.take().map(|(chart, _)| chart.rest()),
    })
}

/// The file in which the namespace stands, beside the chart.
const BOOTSTRAP: &str = "bootstrap.yaml";

impl Chart {
    fn templates(&self, objects: &[Object], rivals: &[(Kind, String)]) -> Batch {
        let file = |object: &Object| {
            if object.kind() == Kind::Namespace {
                let path = format!("{}/{BOOTSTRAP}", self.folder);
                return Ok(OutputFile { path, bytes: yaml::document(object)?.into_bytes() });
            }
            let path = self.path(&format!("templates/{}.yaml", stem(&object.reference(), rivals)));
            Ok(OutputFile { path, bytes: self.template(object)?.into_bytes() })
        };
        let files: Vec<_> = objects.par_iter().map(file).collect();
        let mut files = files.into_iter().collect::<Result<Vec<OutputFile>, WriteError>>()?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// A path within the chart.
    fn path(&self, within: &str) -> String {
        format!("{}/{}/{within}", self.folder, self.name)
    }

    /// An object as a template: a text with a value in it stands in double quotes, so that it is a text whatever is given.
    fn template(&self, object: &Object) -> Result<String, WriteError> {
        let opened = |text: &str| {
            let mut written: Option<String> = None;
            for (_, mark) in self.open().filter(|(_, mark)| text.contains(*mark)) {
                let text = written.as_deref().unwrap_or(text);
                written = Some(text.replace(mark, &format!("{EDGE}{mark}")));
            }
            written
        };
        let mut text = as_text(&yaml::rewritten(object, opened)?);
        for (name, mark) in self.open() {
            text = text.replace(&format!("{WRITTEN_EDGE}{mark}"), &action(name));
        }
        Ok(text)
    }

    /// The values that are left open, with their marks.
    fn open(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(|value| match &value.role {
            ValueRole::Open { mark, .. } => Some((value.name.as_str(), mark.as_str())),
            ValueRole::Fixed { .. } => None,
        })
    }

    /// The files that are of no object.
    fn rest(self) -> Batch {
        let head = ChartFile {
            api_version: "v2",
            name: &self.name,
            description: format!("{} in {}, as bvlc builds it", self.name, self.environment),
            r#type: "application",
            version: "0.0.0",
            kube_version: format!(">={}.0-0", self.kubernetes),
        };
        let files = [
            ("Chart.yaml", yaml::named("Chart.yaml", &head)?),
            ("templates/NOTES.txt", as_text(&self.notes())),
            ("values.schema.json", self.schema()),
            ("values.yaml", self.values_file()?),
        ];
        Ok(files.map(|(path, text)| OutputFile { path: self.path(path), bytes: text.into_bytes() }).into())
    }

    fn values_file(&self) -> Result<String, WriteError> {
        let mut file = String::new();
        for value in &self.values {
            for line in value.doc.lines() {
                let _ = writeln!(file, "# {}", line.trim());
            }
            if let ValueRole::Fixed { because } = &value.role {
                let _ = writeln!(file, "# As it was built: it {because}.");
            }
            file.push_str(&yaml::named("values.yaml", &json!({ value.name.as_str(): value.value }))?);
        }
        Ok(if file.is_empty() { "{}\n".to_owned() } else { file })
    }

    /// What may be given, as JSON Schema, of which Helm reads draft 7.
    fn schema(&self) -> String {
        let mut properties = Map::new();
        for value in &self.values {
            let mut property = Map::new();
            if !value.doc.is_empty() {
                property.insert("description".to_owned(), json!(value.doc));
            }
            match &value.role {
                ValueRole::Open { pattern, refuses, most, .. } => {
                    property.insert("type".to_owned(), json!("string"));
                    property.insert("pattern".to_owned(), json!(pattern));
                    property.insert("maxLength".to_owned(), json!(most));
                    if let Some(refuses) = refuses {
                        property.insert("not".to_owned(), json!({ "pattern": refuses }));
                    }
                }
                ValueRole::Fixed { because } => {
                    property.insert("const".to_owned(), value.value.clone());
                    property.insert("$comment".to_owned(), json!(format!("it {because}")));
                }
            }
            properties.insert(value.name.clone(), property.into());
        }
        // what a chart that depends on this one gives to all of its own
        properties.entry("global").or_insert_with(|| json!({}));
        let schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        format!("{schema:#}\n")
    }

    fn notes(&self) -> String {
        let Self { name, environment, namespace, .. } = self;
        format!(
            "{name} in {environment}, whose objects say their namespace themselves: {namespace}.\n\
             That namespace, with its level of pod security, stands beside this chart and comes first:\n\n  \
             kubectl apply --server-side -f {BOOTSTRAP}\n"
        )
    }
}

/// What stands before a mark until the text is written: a text that holds it is written in double quotes, where it stands as
/// [`WRITTEN_EDGE`].
const EDGE: char = '\u{1}';
const WRITTEN_EDGE: &str = "\\x01";

/// The action that gives a value of the chart.
fn action(name: &str) -> String {
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { format!("{{{{ .Values.{name} }}}}") } else { format!("{{{{ index .Values \"{name}\" }}}}") }
}

/// A text as a template that gives it back.
fn as_text(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// What Helm reads of a chart (`pkg/chart/v2/metadata.go`, Helm v4.0).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChartFile<'c> {
    api_version: &'static str,
    name: &'c str,
    description: String,
    r#type: &'static str,
    version: &'static str,
    kube_version: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Chart, ChartValue, ValueRole, files};
    use crate::object::{ConfigMap, Labels, Namespace, Object, meta};

    fn chart() -> Chart {
        let open = |name: &str, mark: &str| ChartValue {
            name: name.to_owned(),
            doc: "What runs.\nOf all.".to_owned(),
            value: json!("1.0"),
            role: ValueRole::Open {
                mark: mark.to_owned(),
                pattern: "^[a-z]$".to_owned(),
                refuses: Some("^latest$".to_owned()),
                most: 9,
            },
        };
        let fixed = ChartValue {
            name: "least".to_owned(),
            doc: String::new(),
            value: json!(2),
            role: ValueRole::Fixed { because: "is an int".to_owned() },
        };
        Chart {
            folder: "prod".to_owned(),
            name: "shop".to_owned(),
            environment: "prod".to_owned(),
            namespace: "shop-prod".to_owned(),
            kubernetes: "1.33".to_owned(),
            values: vec![open("version", "xq0zj"), open("build-of", "xq1zj"), fixed],
        }
    }

    fn config(text: &str) -> Object {
        ConfigMap {
            metadata: meta("c", Some("shop-prod"), Labels::new(), Labels::new()),
            data: Some(Labels::from([("k".to_owned(), text.to_owned())])),
            ..ConfigMap::default()
        }
        .into()
    }

    fn written(objects: Vec<Object>) -> Vec<(String, String)> {
        let files = files(chart(), [objects]).flat_map(Result::unwrap);
        files.map(|file| (file.path, String::from_utf8(file.bytes).unwrap())).collect()
    }

    fn line(text: &str) -> String {
        let files = written(vec![config(text)]);
        let (path, text) = files.first().unwrap();
        assert_eq!(path, "prod/shop/templates/config-map-c.yaml");
        text.split_once("  k: ").unwrap().1.to_owned()
    }

    #[test]
    fn values_stand_in_quotes_and_nothing_else_is_an_action() {
        assert_eq!(line("xq0zj"), "\"{{ .Values.version }}\"\n");
        assert_eq!(line("a:xq0zj-xq1zj"), "\"a:{{ .Values.version }}-{{ index .Values \"build-of\" }}\"\n");
        assert_eq!(line("a\nxq0zj"), "\"a\\n{{ .Values.version }}\"\n");
        assert_eq!(line("{{ .Values.x }}"), "\"{{ \"{{\" }} .Values.x }}\"\n");
        assert_eq!(line("a\n{{b}}"), "|-\n    a\n    {{ \"{{\" }}b}}\n");
        assert_eq!(line("\\x01version"), "\\x01version\n");
    }

    #[test]
    fn the_namespace_stands_beside_the_chart() {
        let metadata = meta("shop-prod", None, Labels::new(), Labels::new());
        let files = written(vec![Namespace { metadata, ..Default::default() }.into(), config("a")]);
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        let own =
            ["templates/config-map-c.yaml", "Chart.yaml", "templates/NOTES.txt", "values.schema.json", "values.yaml"];
        let own = own.map(|path| format!("prod/shop/{path}"));
        assert_eq!(
            paths,
            ["prod/bootstrap.yaml"].into_iter().chain(own.iter().map(String::as_str)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn values_say_what_may_be_given() {
        let files = written(Vec::new());
        let text = |name: &str| files.iter().find(|(path, _)| path.ends_with(name)).unwrap().1.as_str();
        let head = "# What runs.\n# Of all.\nversion: \"1.0\"\n";
        let foot = "# As it was built: it is an int.\nleast: 2\n";
        assert!(
            text("/values.yaml").starts_with(head) && text("/values.yaml").ends_with(foot),
            "{}",
            text("/values.yaml")
        );
        let schema: serde_json::Value = serde_json::from_str(text("values.schema.json")).unwrap();
        let version = json!({
            "description": "What runs.\nOf all.", "type": "string", "pattern": "^[a-z]$", "maxLength": 9,
            "not": { "pattern": "^latest$" },
        });
        assert_eq!(schema["properties"]["version"], version);
        assert_eq!(schema["properties"]["least"], json!({ "const": 2, "$comment": "it is an int" }));
        assert_eq!(schema["additionalProperties"], json!(false));
        assert!(text("Chart.yaml").contains("kubeVersion: \">=1.33.0-0\""), "{}", text("Chart.yaml"));
    }
}
