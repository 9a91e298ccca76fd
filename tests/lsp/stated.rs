//! What is offered of what a body states elsewhere: to be taken away, changed in an overlay, or read; and amounts of a range.

use crate::carets::Case;

const BASE: &str = r#"
platform shop {
  kubernetes "1.33"
}
environment prod { namespace "shop" }
class noted {
  config notes { NOTE "x" }
  env FROM "class"
  annotation "example.com/kept" "yes"
  sidecar proxy { image "registry.example/proxy:1"; cpu 10m..20m; memory 16Mi..32Mi }
}
service web is noted {
  image "registry.example/web:1.0"
  port http 8080
  config settings { LEVEL "info"; "odd key" "1" }
  secret keys from vault "shop/web" { key TOKEN }
  scale 2..4 { on cpu 70% }
  // HERE
}
// BELOW
"#;

#[test]
fn what_is_stated_is_known() {
    let cases: [(&str, &str, &[&str], &[&str]); 18] = [
        ("// HERE", "env A config $0", &["settings", "notes"], &["keys", "web"]),
        ("// HERE", "env A config se$0", &["settings"], &["keys"]),
        ("// HERE", "env A config settings $0", &["\"LEVEL\"", "\"odd key\""], &["\"NOTE\"", "\"TOKEN\""]),
        ("// HERE", "env A config notes $0", &["\"NOTE\""], &["\"LEVEL\""]),
        ("// HERE", "env A secret $0", &["keys"], &["settings"]),
        ("// HERE", "env A secret keys $0", &["\"TOKEN\""], &["\"LEVEL\""]),
        // a body takes away what its classes state
        ("// HERE", "without env $0", &["FROM"], &["LEVEL"]),
        ("// HERE", "without sidecar $0", &["proxy"], &["web"]),
        ("// HERE", "without annotation $0", &["\"example.com/kept\""], &["FROM"]),
        ("// HERE", "without config $0", &["notes"], &["settings"]),
        // an overlay what the body states as well
        (
            "// BELOW",
            "environment test { namespace \"t\"; service web { without config $0 } }",
            &["notes", "settings"],
            &["prod"],
        ),
        ("// BELOW", "environment test { namespace \"t\"; service web { without port $0 } }", &["http"], &["settings"]),
        (
            "// BELOW",
            "environment test { namespace \"t\"; service web { scale 3 { without on $0 } } }",
            &["cpu"],
            &["http"],
        ),
        ("// BELOW", "environment test { namespace \"t\"; service web { sidecar $0 } }", &["proxy"], &["http"]),
        ("// BELOW", "environment test { namespace \"t\"; service web { port $0 } }", &["http"], &["proxy"]),
        ("// HERE", "sidecar $0", &[], &["proxy"]),
        // broken
        ("// HERE", "env A config $0\n  sclae 3 {", &["settings", "notes"], &["keys"]),
        ("// HERE", "} }\nservice api is noted { without env $0", &["FROM"], &["LEVEL"]),
    ];
    for (old, new, offered, others) in cases {
        Case::with(BASE, old, new).offers(offered, others, new);
    }
}

#[test]
fn its_own_name_is_known_in_texts() {
    for (old, new, is_offered) in [
        ("// HERE", "env A \"${$0}\"", true),
        ("// HERE", "env A \"${se$0}\"", true),
        ("// HERE", "env A \"\"\"\n  ${$0}\n  \"\"\"", true),
        ("NOTE \"x\"", "NOTE \"${$0}\"", true),
        ("// BELOW", "managed db { match \"app\" \"${$0}\" }", true),
        ("namespace \"shop\"", "namespace \"${$0}\"", false),
        ("// HERE", "env A \"${web.$0}\"", false),
    ] {
        let labels = Case::with(BASE, old, new).labels();
        assert_eq!(labels.iter().any(|label| label == "self"), is_offered, "{new}: {labels:?}");
    }
}

/// A limit is not below its request, and whole cores have no unit.
#[test]
fn amounts_of_a_range_are_no_less_than_its_begin() {
    for (new, expected) in [
        ("cpu 1$0", vec!["1m", "1"]),
        ("cpu 500m..1$0", vec!["500m..1"]),
        ("cpu 500m..750$0", vec!["500m..750m"]),
        ("cpu 2..1$0", vec![]),
        ("memory 64Mi..1$0", vec!["64Mi..1Gi"]),
        ("memory 64Mi..128$0", vec!["64Mi..128Mi", "64Mi..128Gi"]),
        ("memory 1$0", vec!["1Mi", "1Gi"]),
    ] {
        let labels = Case::with(BASE, "// HERE", new).labels();
        assert_eq!(labels, expected, "{new}");
    }
}
