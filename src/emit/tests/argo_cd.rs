//! What Argo CD is told with.

use serde_json::{Value, json};

use super::support::{at, resolved};
use crate::emit::{ArgoCd, argo_cd};
use crate::object::Kind;

const ENVIRONMENTS: &str = r#"
environment tools { shared; namespace "shop-tools" existing }
environment prod { namespace "shop-prod" }
environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
"#;

/// What is told with of objects of these kinds; `words` stand in the braces of `delivery argocd`.
fn told_of(words: &str, environments: &str, kinds: &[Kind]) -> Option<ArgoCd> {
    let delivery = if words.is_empty() { String::new() } else { format!("delivery argocd {{ {words} }}") };
    let text =
        format!("param team: string = \"quay\"\nplatform shop {{ kubernetes \"1.33\"; {delivery} }}\n{environments}");
    argo_cd(&resolved(&text, &[]).1, &kinds.iter().copied().collect())
}

fn told(words: &str) -> ArgoCd {
    let words = format!("in tools; repository \"https://git.example.com/shop/deploy.git\"; {words}");
    told_of(&words, ENVIRONMENTS, &[Kind::Namespace, Kind::Deployment, Kind::NetworkPolicy]).unwrap()
}

fn json(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

#[test]
fn nothing_is_told_where_nothing_is_stated() {
    assert_eq!(told_of("", ENVIRONMENTS, &[]), None);
}

#[test]
fn a_project_lets_pass_what_is_built_and_nothing_else() {
    let project = json(&told("pull-requests preview { github \"shop\" \"shop\" }").project);
    let server = "https://kubernetes.default.svc";
    let to = |namespace: &str| json!({ "namespace": namespace, "server": server });
    let namespace = |name: &str| json!({ "group": "", "kind": "Namespace", "name": name });
    assert_eq!(project["kind"], "AppProject");
    assert_eq!(project["metadata"]["name"], "shop");
    assert_eq!(project["metadata"]["namespace"], "shop-tools");
    assert_eq!(project["spec"]["destinations"], json!([to("shop-pr-*"), to("shop-prod"), to("shop-tools")]));
    // the namespace that is there already is nobody's to make
    assert_eq!(project["spec"]["clusterResourceWhitelist"], json!([namespace("shop-pr-*"), namespace("shop-prod")]));
    assert_eq!(
        project["spec"]["namespaceResourceWhitelist"],
        json!([{ "group": "apps", "kind": "Deployment" }, { "group": "networking.k8s.io", "kind": "NetworkPolicy" }])
    );
    assert_eq!(project["spec"]["sourceRepos"], json!(["https://git.example.com/shop/deploy.git"]));
    assert_eq!(at(&project, "/spec/namespaceResourceBlacklist"), &Value::Null);
}

#[test]
fn a_list_that_would_let_everything_pass_is_never_empty() {
    let words = "in tools; repository \"git@h:shop/deploy.git\"";
    let project = json(&told_of(words, ENVIRONMENTS, &[Kind::Namespace]).unwrap().project);
    assert_eq!(project["spec"]["namespaceResourceBlacklist"], json!([{ "group": "*", "kind": "*" }]));
    assert_eq!(at(&project, "/spec/namespaceResourceWhitelist"), &Value::Null);
    // of the cluster's own objects a list of none lets none pass
    let existing = "environment tools { shared; namespace \"shop-tools\" existing }";
    let project = json(&told_of(words, existing, &[]).unwrap().project);
    assert_eq!(at(&project, "/spec/clusterResourceWhitelist"), &Value::Null);
}

#[test]
fn each_environment_has_an_application_in_the_namespace_of_argo_cd() {
    let told = told("revision \"v1\"; path \"a/b\"; project goods");
    let [prod, tools] = told.applications.as_slice() else { panic!("{:#?}", told.applications) };
    let (prod, tools) = (json(prod), json(tools));
    assert_eq!([&prod["metadata"]["name"], &tools["metadata"]["name"]], ["shop-prod", "shop-tools"]);
    assert_eq!([&prod["metadata"]["namespace"], &tools["metadata"]["namespace"]], ["shop-tools", "shop-tools"]);
    assert_eq!(prod["spec"]["destination"]["namespace"], "shop-prod");
    assert_eq!(prod["spec"]["project"], "goods");
    assert_eq!(prod["spec"]["source"]["path"], "a/b/prod");
    assert_eq!(prod["spec"]["source"]["targetRevision"], "v1");
    // what production runs outlives its Application
    assert_eq!(at(&prod, "/metadata/finalizers"), &Value::Null);
    assert_eq!(told.application_sets, []);
}

#[test]
fn the_root_of_the_newest_is_what_is_delivered_where_nothing_else_is_stated() {
    let application = json(told("").applications.first().unwrap());
    assert_eq!(application["spec"]["source"]["path"], "prod");
    assert_eq!(application["spec"]["source"]["targetRevision"], "HEAD");
    assert_eq!(application["spec"]["project"], "shop");
}

#[test]
fn the_api_server_says_what_differs() {
    let told = told("pull-requests preview { github \"shop\" \"shop\" }");
    let options = "/annotations/argocd.argoproj.io~1compare-options";
    let application = json(&told.applications.first().unwrap().metadata);
    assert_eq!(at(&application, options), "ServerSideDiff=true");
    let set = json(told.application_sets.first().unwrap());
    assert_eq!(at(&set["spec"]["template"]["metadata"], options), "ServerSideDiff=true");
    assert_eq!(at(&set["metadata"], options), &Value::Null);
    assert_eq!(at(&json(&told.project.metadata), options), &Value::Null);
}

#[test]
fn the_number_stands_wherever_the_parameter_does() {
    let environments = r#"
environment tools { shared; namespace "shop-tools" }
environment preview(pr: string example "42") { namespace "${team}-${pr}-pr-${pr}" }
"#;
    let words = "in tools; repository \"git@h:shop/deploy.git\"; pull-requests preview { github \"a\" \"b\" }";
    let told = told_of(words, environments, &[Kind::Namespace]).unwrap();
    let set = json(told.application_sets.first().unwrap());
    let template = &set["spec"]["template"];
    assert_eq!(template["metadata"]["name"], "shop-preview-{{.number}}");
    assert_eq!(template["spec"]["destination"]["namespace"], "quay-{{.number}}-pr-{{.number}}");
    assert_eq!(template["spec"]["source"]["path"], "preview-{{.number}}");
    let project = json(&told.project);
    assert_eq!(project["spec"]["clusterResourceWhitelist"][0]["name"], "quay-*-pr-*");
    // and no other template is anywhere in it
    let text = template.to_string().replace("{{.number}}", "");
    assert!(!text.contains("{{"), "{text}");
}

#[test]
fn github_is_asked_as_it_is_stated() {
    let of = |words: &str| {
        let words = format!("pull-requests preview {{ github \"shop\" \"web\"; {words} }}");
        json(told(&words).application_sets.first().unwrap())["spec"]["generators"][0]["pullRequest"].take()
    };
    assert_eq!(of(""), json!({ "github": { "owner": "shop", "repo": "web" }, "requeueAfterSeconds": 1800 }));
    assert_eq!(
        of("label \"a\"; label \"b\"; token \"github\"; every 90s"),
        json!({
            "github": {
                "labels": ["a", "b"],
                "owner": "shop",
                "repo": "web",
                "tokenRef": { "key": "token", "secretName": "github" },
            },
            "requeueAfterSeconds": 90,
        })
    );
}
