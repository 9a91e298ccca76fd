//! The page of what a rule can ask for: the table of its fields.

use super::{Draft, Page};
use crate::check::rules::fields::{COLLECTIONS, Record, Ty, records};

/// The page.
pub fn page() -> Page {
    let mut text = Draft::new("What a rule can ask for");
    text.add("A rule speaks of one of these; what is bound to `s` in `for s in services` has the fields of its kind, `s.name`. ");
    text.add("Where a field may be absent, it is `none` then: equal to `none` alone, and neither more nor less than anything.\n\n");
    text.add("| what it speaks of | each is | |\n|---|---|---|\n");
    for (name, record, doc) in COLLECTIONS {
        text.add(&format!("| `{name}` | [{}](#{}) | {doc} |\n", record.name, anchor(record)));
    }
    for record in records() {
        text.add(&format!(
            "\n## {}\n\n| field | type | what it says | `none` where |\n|---|---|---|---|\n",
            record.name
        ));
        for field in record.fields() {
            let key = if field.is_keyed() { "(\"KEY\")" } else { "" };
            let absent = field.absent.unwrap_or_default();
            text.add(&format!("| `{}{key}` | {} | {} | {absent} |\n", field.name, shown(field.ty), field.doc));
        }
    }
    text.page("docs/reference/rule-fields.md")
}

fn shown(ty: Ty) -> String {
    match ty {
        Ty::Bool | Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Text | Ty::Word(_) | Ty::Texts => ty.name(),
        Ty::Thing(record) => format!("[{}](#{})", record.name, anchor(record)),
        Ty::Things(record) => format!("several: [{}](#{})", record.name, anchor(record)),
    }
}

fn anchor(record: &Record) -> String {
    record.name.replace(' ', "-")
}
