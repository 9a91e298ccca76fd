//! How much an object may have of annotations is judged to the byte: what is just taken makes an object of just as many bytes as the
//! API server takes, and one byte more is refused.

use bvlc::analyze::{Analysis, Inputs, Mode, analyze};
use bvlc::source::files::MemoryFiles;
use serde_json::Value;

use super::platforms::manifests;

/// What `ValidateAnnotationsSize` takes (apimachinery `pkg/api/validation/objectmeta.go`, 0.36).
const MOST: usize = 256 << 10;

/// The longest text that a spec may hold, of which four are what an object may have.
const LONGEST: usize = 64 << 10;

/// What states annotations, at `ANNOTATION`, in a platform whose largest object is another one in each.
const PLATFORMS: [(&str, &str); 7] = [
    ("a service", "service app is base { ANNOTATION }"),
    ("an autoscaler that comes late", "service app is base { ANNOTATION; scale 2..9 { on cpu 60% }; after other }"),
    (
        "an Ingress",
        "service app is base { ANNOTATION; expose \"www.shop.example\" { tls cluster-issuer \"letsencrypt\"; timeout 20s } }",
    ),
    (
        "pods",
        "service app is base { ANNOTATION; metrics 9102 \"/metrics\"; scratch \"/tmp\" 1Mi; scratch \"/var/lib/app/cache\" 1Mi
           config settings { A \"b\" } }",
    ),
    (
        "a job",
        "service app is base {}
         job sum { ANNOTATION; image \"registry.example/sum:1.0\"; cpu 1; memory 1Gi; deadline 1h; schedule \"0 3 * * *\" { timezone \"UTC\" } }
         allow sum -> app.http",
    ),
    ("a managed workload", "service app is base {}\nmanaged db { ANNOTATION; match \"app\" \"db\"; port sql 5432 }\nallow app -> db.sql"),
    ("an environment", "service app is base {}\nenvironment prod { ANNOTATION; namespace \"shop\" }"),
];

fn analyzed(body: &str, length: usize) -> Analysis {
    let text = |length| "x".repeat(length);
    let whole = ["a", "b", "c"].map(|key| format!("annotation \"{key}\" \"{}\"", text(LONGEST))).join("; ");
    let stated = body.replace("ANNOTATION", &format!("{whole}; annotation \"d\" \"{}\"", text(length)));
    let environment = if body.contains("environment prod") { "" } else { "environment prod { namespace \"shop\" }" };
    let text = format!(
        "use std.ingress
         use std.prometheus
         platform shop {{ kubernetes \"1.33\"; api-server 10.40.0.0/28 6443; node-cidr 10.0.0.0/16 }}
         {environment}
         environment edge {{ shared; namespace \"edge\" existing; profile privileged because \"R\" }}
         managed edge-nginx is ingress.nginx {{ in edge; host-network }}
         managed prometheus is prometheus.server {{ in edge }}
         external visitors {{ cidr 203.0.113.0/24 }}
         allow visitors -> edge-nginx.https
         class base {{
           image \"registry.example/app:1.0\"; port http 8080; cpu 1; memory 1Gi; ephemeral 64Mi..256Mi; scale 2
           health 8081 {{ live \"/healthz\"; ready \"/readyz\" every 5s }}
           shutdown {{ pre-stop 5s; drain 20s }}
         }}
         service other is base {{}}
         allow other -> app.http
         {stated}"
    );
    let files = MemoryFiles::new([("platform.bvl", text.as_str())]);
    analyze(&files, "platform.bvl", &Inputs { mode: Mode::Build, ..Inputs::default() })
}

fn is_refused(analysis: &Analysis) -> bool {
    analysis.findings.iter().any(|finding| finding.code.id == "BVL0901")
}

/// The most bytes of annotations that one object has, or the template of its pods.
fn most(tree: &Value) -> usize {
    match tree {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match value.as_object().filter(|_| key == "annotations") {
                Some(all) => all.iter().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum(),
                None => most(value),
            })
            .max()
            .unwrap_or_default(),
        Value::Array(members) => members.iter().map(most).max().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[test]
fn annotations_are_judged_to_the_byte() {
    for (what, body) in PLATFORMS {
        let (mut taken, mut refused) = (LONGEST - (4 << 10), LONGEST);
        let small = analyzed(body, taken);
        let errors: Vec<&str> = small.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(small.checked().is_some(), "{what}: {errors:?}");
        assert!(is_refused(&analyzed(body, refused)), "{what}");
        while refused - taken > 1 {
            let between = usize::midpoint(taken, refused);
            if is_refused(&analyzed(body, between)) { refused = between } else { taken = between }
        }
        let built = manifests(&analyzed(body, taken));
        let objects = built.environments.iter().flat_map(|emitted| &emitted.objects);
        let largest = objects.map(|object| most(&serde_json::to_value(object).unwrap())).max().unwrap();
        assert_eq!(largest, MOST, "{what}");
    }
}
