//! What cannot be said, for programs: one JSON object a line.
//!
//! Invariants: it says which schema it follows; within one version members are only added.

use serde_json::{Value as Json, json};

use super::left::Left;
use crate::source::SourceMap;

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.import/1";

/// One thing.
pub fn render(left: &Left, sources: &SourceMap) -> Json {
    let place = left.place.map(|span| {
        let position = sources.position(span);
        json!({ "file": sources.path(span), "line": position.line, "column": position.column })
    });
    let mut said = json!({
        "schema": SCHEMA,
        "loss": left.loss.name(),
        "object": left.object,
        "path": left.path,
        "given": left.given,
        "built": left.built,
        "place": place,
    });
    if let (Some(remark), Some(said)) = (&left.remark, said.as_object_mut()) {
        said.insert("remark".to_owned(), json!(remark));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::render::schema::fault;
    use crate::query::import::{Loss, import};
    use crate::source::Provenance;

    #[test]
    fn the_schema_in_docs_describes_it() {
        let schema: Json = serde_json::from_str(include_str!("../../../docs/import.schema.json")).unwrap();
        let mut sources = SourceMap::default();
        let text = "{apiVersion: v1, kind: Secret, metadata: {name: token, namespace: shop}}";
        let file = sources.add("secret.yaml", text, Provenance::User);
        let imported = import(&sources, &[file], "default", "shop");
        let [left] = imported.left.as_slice() else { panic!("{:?}", imported.left) };
        let mut object = render(left, &sources);
        assert_eq!(fault(&schema, &schema, &object), None);
        assert_eq!(object["place"]["line"], 1);
        for loss in Loss::ALL {
            let remark = Some("said beside it".to_owned());
            let left = Left { loss, remark, ..left.clone() };
            assert_eq!(fault(&schema, &schema, &render(&left, &sources)), None);
        }
        object["loss"] = json!("other");
        assert!(fault(&schema, &schema, &object).is_some());
    }
}
