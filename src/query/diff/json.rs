//! A diff as JSON, one object; `docs/diff.schema.json` describes it.
//!
//! Invariants: it says which schema it follows; within one version members are only added.

use serde_json::{Value as Json, json};

use super::table::Effect;
use super::{Change, Class, Diff, Entry, Place, Reason, Version};
use crate::diagnostic::render::Shown;

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.diff/1";

/// A side, as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// As the user names it.
    pub name: &'a str,
    /// Its files.
    pub shown: Shown<'a>,
}

/// All of a diff.
pub fn render(diff: &Diff, old: Named<'_>, new: Named<'_>) -> Json {
    let sides = Both { old, new };
    let counts = Class::ALL.iter().filter_map(|class| {
        let n = diff.entries.iter().filter(|entry| entry.class == *class).count();
        (n > 0).then(|| (class.name().to_owned(), Json::from(n)))
    });
    json!({
        "schema": SCHEMA,
        "old": old.name,
        "new": new.name,
        "counts": counts.collect::<serde_json::Map<_, _>>(),
        "differences": diff.entries.iter().map(|entry| sides.entry(entry)).collect::<Vec<_>>(),
    })
}

struct Both<'a> {
    old: Named<'a>,
    new: Named<'a>,
}

impl Both<'_> {
    fn entry(&self, entry: &Entry) -> Json {
        json!({
            "class": entry.class.name(),
            "subject": entry.subject,
            "what": entry.what,
            "environments": entry.environments,
            "changes": entry.changes.iter().map(change).collect::<Vec<_>>(),
            "reasons": entry.reasons.iter().map(|reason| self.reason(reason)).collect::<Vec<_>>(),
            "places": entry.places.iter().map(|place| self.place(*place)).collect::<Vec<_>>(),
        })
    }

    fn reason(&self, reason: &Reason) -> Json {
        json!({ "text": reason.text, "place": self.place(reason.place) })
    }

    fn place(&self, place: Place) -> Json {
        let (side, shown) = match place.version {
            Version::Old => ("old", self.old.shown),
            Version::New => ("new", self.new.shown),
        };
        let position = shown.sources.position(place.span);
        json!({
            "side": side,
            "path": shown.path(place.span),
            "line": position.line,
            "column": position.column,
        })
    }
}

fn change(change: &Change) -> Json {
    json!({
        "object": change.object,
        "path": change.path,
        "label": change.label,
        "old": change.old,
        "new": change.new,
        "effect": change.effect.map(Effect::name),
        "why": change.why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Analysis, Inputs, analyze};
    use crate::diagnostic::render::schema::fault;
    use crate::query::diff::{Side, diff};
    use crate::source::files::MemoryFiles;

    const TEXT: &str = r#"
platform shop {
  kubernetes "1.33"
  defaults { health 8081 { live "/healthz"; ready "/readyz" }; shutdown { pre-stop 5s; drain 20s } }
}
environment prod { namespace "shop-prod" }
class base { cpu 100m..500m; memory 128Mi..256Mi }
service web is base { image "registry.example/web:1.0"; port http 8080; scale 2; env LOG "info" }
service api is base { image "registry.example/api:1.0"; port http 8080; scale 2 }
external ledger { cidr 10.20.0.0/28; port https 443 }
allow web -> api.http
never web -> ledger
"#;

    fn analysis(text: &str) -> Analysis {
        analyze(&MemoryFiles::new([("platform.bvl", text)]), "platform.bvl", &Inputs::default())
    }

    #[test]
    fn the_schema_in_docs_describes_it() {
        let schema: Json = serde_json::from_str(include_str!("../../../docs/diff.schema.json")).unwrap();
        let text = TEXT
            .replace("web:1.0", "web:1.1")
            .replace("never web -> ledger", "allow api -> ledger.https")
            .replace("scale 2; env LOG \"info\"", "scale 2..3 { on cpu 70% }");
        let (old, new) = (analysis(TEXT), analysis(&text));
        let sides = [&old, &new].map(|analysis| Side::of_platform(analysis.checked().unwrap()).unwrap());
        let found = diff(&sides[0], &sides[1]);
        let named = |analysis: &'static str, sources| Named { name: analysis, shown: Shown { sources, prefix: "p/" } };
        let mut object = render(&found, named("main", old.sources()), named(".", new.sources()));
        assert_eq!(fault(&schema, &schema, &object), None);
        assert!(object["differences"].as_array().unwrap().len() > 3);
        for (pointer, wrong) in [
            ("/schema", json!("bvlc.diff/2")),
            ("/differences/0/class", json!("other")),
            ("/differences/0/places/0/line", json!("7")),
            ("/counts", json!([])),
        ] {
            let right = std::mem::replace(object.pointer_mut(pointer).unwrap(), wrong);
            assert!(fault(&schema, &schema, &object).is_some(), "{pointer}");
            *object.pointer_mut(pointer).unwrap() = right;
        }
    }
}
