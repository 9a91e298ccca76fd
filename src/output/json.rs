//! Objects as JSON, for people and for programs that would rather not read YAML.

use super::WriteError;
use crate::object::Object;

/// One object, indented, with a newline at its end.
///
/// # Errors
/// When the writer refuses the object; see [`WriteError`].
pub fn document(object: &Object) -> Result<String, WriteError> {
    let mut text = serde_json::to_string_pretty(object).map_err(|error| WriteError::new(object, &error))?;
    text.push('\n');
    Ok(text)
}

/// Several documents as one `List`, in the order given: the form in which `kubectl` reads several objects from one
/// JSON document.
pub fn list(documents: &[String]) -> String {
    let mut text = String::from("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [");
    for (idx, document) in documents.iter().enumerate() {
        text.push_str(if idx == 0 { "\n" } else { ",\n" });
        // A line break within a string is escaped in JSON, so every line may be moved to the right.
        for (idx, line) in document.lines().enumerate() {
            text.push_str(if idx == 0 { "    " } else { "\n    " });
            text.push_str(line);
        }
    }
    text.push_str(if documents.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{document, list};
    use crate::object::{ConfigMap, Labels, Object, meta};

    fn config(name: &str, text: &str) -> Object {
        ConfigMap {
            metadata: meta(name, None, Labels::new(), Labels::new()),
            data: Some(Labels::from([("k".to_owned(), text.to_owned())])),
            ..ConfigMap::default()
        }
        .into()
    }

    #[test]
    fn a_list_is_laid_out_as_one_document() {
        for n_objects in 0..3 {
            let objects: Vec<Object> = (0..n_objects).map(|idx| config(&format!("c{idx}"), "two\nlines\r")).collect();
            let documents: Vec<String> = objects.iter().map(|object| document(object).unwrap()).collect();
            let text = list(&documents);
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value, json!({"apiVersion": "v1", "kind": "List", "items": objects}));
            assert_eq!(text, format!("{}\n", serde_json::to_string_pretty(&value).unwrap()));
        }
    }
}
