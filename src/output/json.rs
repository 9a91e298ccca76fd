//! Objects as JSON, for people and for programs that would rather not read YAML.

use super::WriteError;
use super::tokens::Tokens;
use crate::object::Object;

/// One object, indented, with a newline at its end.
///
/// # Errors
/// When the writer refuses the object; see [`WriteError`].
pub fn document(object: &Object) -> Result<String, WriteError> {
    let tokens = Tokens::of(object).map_err(|error| WriteError::new(object, &error))?;
    let mut text = serde_json::to_string_pretty(&tokens).map_err(|error| WriteError::new(object, &error))?;
    text.push('\n');
    Ok(text)
}

/// How a `List` of documents begins: the form in which `kubectl` reads several objects from one JSON document.
pub const LIST_BEGINS: &str = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [";

/// One document in a `List`, by its place there.
pub fn list_member(document: &str, idx: usize) -> String {
    let mut text = String::from(if idx == 0 { "\n" } else { ",\n" });
    // A line break within a string is escaped in JSON, so every line may be moved to the right.
    for (idx, line) in document.lines().enumerate() {
        text.push_str(if idx == 0 { "    " } else { "\n    " });
        text.push_str(line);
    }
    text
}

/// How a `List` of so many documents ends.
pub fn list_ends(n_documents: usize) -> &'static str {
    if n_documents == 0 { "]\n}\n" } else { "\n  ]\n}\n" }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::object::{ConfigMap, Labels, Object, meta};
    use crate::output::{Format, Stream};

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
            let mut stream = Stream::new(Format::Json);
            stream.add(&objects).unwrap();
            let text: String = stream.texts().collect();
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value, json!({"apiVersion": "v1", "kind": "List", "items": objects}));
            assert_eq!(text, format!("{}\n", serde_json::to_string_pretty(&value).unwrap()));
        }
    }
}
