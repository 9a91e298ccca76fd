//! Where the flow that an address lacks is written.

use serde_json::json;

use crate::carets::{Case, applied};
use crate::client::Client;
use crate::corpus::Platform;

const ROOT: &str = r#"//- platform.bvl
use "*.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

environment prod { namespace "prod" }

class base { image "registry.example/app:1"; port http 8080; cpu 100m..500m; memory 64Mi..128Mi; scale 2 }
"#;

/// The platform after the fix that adds a flow, of the address at the caret.
fn mended(files: &str) -> (Platform, Platform) {
    let case = Case::new(&format!("{ROOT}{files}"));
    let (actions, found) = case.quick_fixes();
    let added = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with("add `allow"));
    let added = added.unwrap_or_else(|| panic!("{files}: {actions:?} {found:?}"));
    assert_eq!(added["diagnostics"][0]["code"], "BVL0315");
    let after = applied(&case.platform, &added["edit"]);
    (case.platform, after)
}

#[test]
fn it_is_written_where_flows_stand() {
    let store = "external store { cidr 10.20.0.10/32; port sql 5432 }\nservice other is base\nservice web is base\n";
    let report = "service report is base { env DB store.sql$0.host }\n";
    for (flows, file, expected) in [
        // beside those of the same source, wherever others have more
        (
            "//- a.bvl\nallow other -> store.sql\nallow other -> report.http\n//- b.bvl\nallow report -> other.http { timeout 5s }\n",
            "b.bvl",
            "allow report -> other.http { timeout 5s }\nallow report -> store.sql\n",
        ),
        // in one of the same source that says nothing else, wherever that stands
        (
            "//- a.bvl\nallow report -> other.http\nallow report -> web.http in prod\n//- b.bvl\nallow other -> report.http\n",
            "a.bvl",
            "allow report -> other.http, store.sql\nallow report -> web.http in prod\n",
        ),
        // of other sources, in one environment, for a reason, or with a remark it says more
        (
            "//- a.bvl\nallow [report, other] -> web.http\nallow report -> other.http in prod\n",
            "a.bvl",
            "allow [report, other] -> web.http\nallow report -> other.http in prod\nallow report -> store.sql\n",
        ),
        (
            "//- a.bvl\nallow report -> other.http because \"it asks\"\nallow report -> web.http // at night\n",
            "a.bvl",
            "allow report -> other.http because \"it asks\"\nallow report -> web.http // at night\nallow report -> store.sql\n",
        ),
        // else in the file that has most, behind the last, whose braces it is not in
        (
            "//- a.bvl\nallow other -> store.sql\n//- b.bvl\nlet x = 1\nallow other -> report.http {\n  timeout 5s\n}\nallow other -> store.sql in prod // all of it\nlet y = 1\n",
            "b.bvl",
            "let x = 1\nallow other -> report.http {\n  timeout 5s\n}\nallow other -> store.sql in prod // all of it\nallow report -> store.sql\nlet y = 1\n",
        ),
        // else at the end
        ("//- a.bvl\nlet x = 1", "c.bvl", &format!("{store}{}\nallow report -> store.sql\n", report.replace("$0", ""))),
    ] {
        let (before, after) = mended(&format!("{flows}\n//- c.bvl\n{store}{report}"));
        assert_eq!(after[file].trim(), expected.trim_end(), "{flows}");
        let changed: Vec<&String> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
        assert_eq!(changed, [file], "{flows}");
    }
}

#[test]
fn it_is_never_written_within_a_declaration() {
    let store = "external store { cidr 10.20.0.10/32; port sql 5432 }\nclass more { }\nservice other is base\n";
    // flows of its own stand where none is written below: in an overlay, behind others of a line
    let overlay = "environment test { namespace \"test\"; allow report -> other.http }\n";
    for report in [
        "service report is base,\n  more {\n  env DB store.sql$0.host\n  env TEXT \"\"\"\n}\n  \"\"\"\n}",
        "service report is base, more {\n  env DB store.sql$0.host\n} // the last",
        "service report is base, more { env DB store.sql$0.host }",
    ] {
        let (before, after) = mended(&format!("//- c.bvl\n{store}{overlay}{report}\nlet x = 1\n"));
        let expected = before["c.bvl"].replace("\nlet x", "\n\nallow report -> store.sql\nlet x");
        assert_eq!(after["c.bvl"], expected, "{report}");
    }
}

/// All fixes at once write the flow that an address lacks where it has one port, also into another file; where there are several
/// ports it is for the user to choose.
#[test]
fn the_only_flow_that_is_possible_is_one_of_all_fixes() {
    for (port, address, is_added) in
        [("", "store", true), ("", "store.sql", true), ("port admin 9000; ", "store", false)]
    {
        let store = format!(
            "external store {{ cidr 10.20.0.10/32; {port}port sql 5432 }}\nservice report is base {{ env DB {address}$0.host }}\n"
        );
        let case = Case::new(&format!(
            "{ROOT}//- a.bvl\nservice other is base\nallow report -> other.http\n//- c.bvl\n{store}"
        ));
        let mut client = case.client(&json!({}));
        let place = json!({"line": 0, "character": 0});
        let params = json!({
            "textDocument": {"uri": Client::uri("c.bvl")},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": [], "only": ["source.fixAll"]},
        });
        let found = client.ask("textDocument/codeAction", params);
        client.end();
        let after = found.as_array().and_then(|found| Some(applied(&case.platform, &found.first()?["edit"])));
        let is_there = after.as_ref().is_some_and(|after| {
            after["a.bvl"].contains("allow report -> other.http, store.sql")
                || after["a.bvl"].contains("allow report -> store.sql")
        });
        assert_eq!(is_there, is_added, "{port}{address}: {found}");
        let is_alone = after.is_none_or(|after| after["c.bvl"] == case.platform["c.bvl"]);
        assert!(is_alone, "{found}");
    }
}
