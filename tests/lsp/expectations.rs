//! Tests in an editor: what is offered by place, what hover says, and names that a test holds.

use serde_json::json;

use crate::carets::Case;

const BASE: &str = "\
platform shop { kubernetes \"1.33\" }
param version: string example \"1.0\"
let contact = \"team\"
class low(share: int) { }
environment prod { namespace \"prod\" }
environment preview(pr: int example 7) { namespace \"pr-${pr}\" }
service web { image \"registry.example/web:${version}\"; port http 8080; scale 2; cpu 100m; memory 64Mi }
service api { image \"registry.example/api:1.0\"; port http 8080; scale 2; cpu 100m; memory 64Mi }
allow web -> api.http
// HERE
";

/// In each case all of the first labels are offered, and none of the second.
#[test]
fn what_may_stand_is_offered_by_place() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("test \"x\" { $0 }", &["given", "expect"], &["service", "for"]),
        ("test \"x\" { given $0 }", &["version", "preview.pr"], &["web", "pr", "preview", "prod", "contact", "share"]),
        ("test \"x\" { given preview.$0 }", &["pr", "version"], &["contact", "share", "preview"]),
        ("test \"x\" { given prod.$0 }", &["version"], &["pr", "contact", "share"]),
        ("test \"x\" { given none.$0 }", &[], &["version", "pr"]),
        ("test \"x\" { expect $0 }", &["flow", "deny", "path", "no", "error", "warning", "object"], &["web"]),
        ("test \"x\" { expect no $0 }", &["path", "object"], &["flow"]),
        ("test \"x\" { expect flow $0 }", &["web", "api"], &["prod", "flow"]),
        ("test \"x\" { expect flow web -> $0 }", &["api"], &["prod"]),
        ("test \"x\" { expect flow web -> api.$0 }", &["http"], &["web"]),
        ("test \"x\" { expect flow web -> api.http $0 }", &["in"], &["where", "on", "because"]),
        ("test \"x\" { expect flow web -> api.http in $0 }", &["prod", "preview"], &["web"]),
        ("test \"x\" { expect error $0 }", &["shutdown-exceeds-grace"], &["web"]),
        ("test \"x\" { expect error BVL0701 $0 }", &["on", "in"], &["where"]),
        ("test \"x\" { expect error BVL0701 on $0 }", &["web", "prod"], &["in"]),
        ("test \"x\" { expect object $0 }", &["Deployment/", "Ingress/"], &["web"]),
        ("test \"x\" { expect object Deployment/$0 }", &["web"], &["Deployment/"]),
        ("test \"x\" { expect object Deployment/web $0 }", &["where", "in"], &["on"]),
        ("test \"x\" { expect object Deployment/web where $0 }", &["spec", "metadata", "not"], &["web", "in", "=="]),
        ("test \"x\" { expect object Deployment/web where spec.$0 }", &[], &["spec", "in", "and", "not", "==", "prod"]),
        ("test \"x\" { expect object Deployment/web where spec.re$0 }", &[], &["spec", "in", "and", "not", "=="]),
        (
            "test \"x\" { expect object Deployment/web where spec.replicas $0 }",
            &["==", "contains", "in", "and"],
            &["spec", "not", "on"],
        ),
        (
            "test \"x\" { expect object Deployment/web where spec.replicas == $0 }",
            &["none", "true", "spec"],
            &["==", "and", "in", "not"],
        ),
        (
            "test \"x\" { expect object Deployment/web where spec.replicas == 2 $0 }",
            &["and", "or", "in"],
            &["==", "contains", "spec", "none"],
        ),
        (
            "test \"x\" { expect object Deployment/web where spec.replicas == none $0 }",
            &["and", "or", "in"],
            &["==", "contains", "spec"],
        ),
        (
            "test \"x\" { expect object Deployment/web where spec.replicas == 2 and $0 }",
            &["spec", "not", "any"],
            &["==", "and", "in"],
        ),
        (
            "test \"x\" { expect object Deployment/web where metadata.name starts-with $0 }",
            &[],
            &["spec", "==", "and", "in"],
        ),
        ("test \"x\" { expect object Deployment/web where spec.replicas in $0 }", &["prod"], &["==", "and", "web"]),
        ("test \"x\" { expect object Deployment/web where spec.replicas in [$0 }", &[], &["==", "and", "spec"]),
        ("test \"x\" { expect object Deployment/web where any $0 }", &[], &["spec", "in", "=="]),
        ("test \"x\" { expect object Deployment/web where any p $0 }", &["in"], &["spec", "==", "and"]),
        ("test \"x\" { expect object Deployment/web where any p in $0 }", &["spec"], &["prod", "==", "none"]),
        (
            "test \"x\" { expect object Deployment/web where any p in spec.list: $0 }",
            &["p", "spec", "not"],
            &["==", "in"],
        ),
        ("test \"x\" { expect path web $0 }", &["~>"], &["->"]),
        ("test \"x\" { expect no path web $0 }", &["~>"], &["->", "in"]),
        ("test \"x\" { expect flow web $0 }", &["->"], &["~>", "in"]),
        ("never web $0", &["->", "~>"], &["in"]),
        ("allow web $0", &["->"], &["~>"]),
    ];
    for (test, offered, others) in cases {
        Case::with(BASE, "// HERE", test).offers(offered, others, test);
    }
}

#[test]
fn hover_says_what_each_word_is() {
    for (statement, said) in [
        ("exp$0ect flow web -> api.http", "Something that is to come of the platform"),
        ("expect de$0ny web -> api.http", "The flow is denied"),
        ("giv$0en version \"2.0\"", "The value of a param in this test"),
        ("expect flow web -> ap$0i.http", "api"),
        ("expect object Deployment/w$0eb", "web"),
        ("expect flow web -> api.http in pr$0od", "prod"),
        ("expect no pa$0th web ~> api", "A chain of flows"),
        ("expect object Depl$0oyment/web", "of `apps/v1`"),
        ("expect object Namespace/oth$0er", "the name of the object"),
        ("expect object Deployment/web where spec.rep$0licas == 2", "a field of the object"),
        ("expect object Deployment/web where spec.replicas == $02", "Beside `spec.replicas`"),
        ("expect object Deployment/web where spec.replicas == 2 a$0nd spec.paused == none", "both sides"),
        ("expect object Deployment/web where any p$0 in spec.list: p.name == none", "each element of the list"),
    ] {
        let case = Case::with(BASE, "// HERE", &format!("test \"x\" {{ {statement} }}"));
        let mut client = case.client(&json!({}));
        let answer = client.ask("textDocument/hover", client.at(&case.path, case.caret));
        client.end();
        let text = answer["contents"]["value"].as_str().unwrap_or_default().to_owned();
        assert!(text.contains(said), "{statement}: {text}");
    }
}

/// What a test names is renamed with it.
#[test]
fn names_of_the_platform_are_names_in_tests() {
    let test = "test \"x ${version}\" {\n  given version \"2.0\"\n  given prod.version \"2.1\"\n  given preview.pr 12\n  expect flow web -> api.http in prod\n  expect no path api ~> web\n  expect object Deployment/web where metadata.name == \"${version}\" in prod, preview\n  expect no object Ingress/api\n}";
    for (place, n_edits) in [
        ("environment pr$0od", 4),
        ("environment pre$0view", 3),
        ("param ver$0sion", 6),
        ("preview(p$0r: int", 3),
        ("service we$0b", 5),
        ("service ap$0i", 5),
        ("port ht$0tp 8080; scale 2; cpu 100m; memory 64Mi }\nallow", 3),
    ] {
        let text = BASE.replace("// HERE", test);
        let case = Case::new(&text.replacen(&place.replace("$0", ""), place, 1));
        let mut client = case.client(&json!({}));
        let mut params = client.at(&case.path, case.caret);
        params["newName"] = json!("other");
        let answer = client.ask("textDocument/rename", params);
        client.end();
        let changes = answer["changes"].as_object().cloned().unwrap_or_default();
        let edits: usize = changes.values().map(|edits| edits.as_array().unwrap().len()).sum();
        assert_eq!(edits, n_edits, "{place}: {answer}");
    }
}
