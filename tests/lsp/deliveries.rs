//! What editors say of `delivery`: words and names are completed, an environment that it names is renamed in it.

use serde_json::json;

use crate::carets::{Case, able, applied, new_lines};

const BASE: &str = "\
platform shop {
  kubernetes \"1.33\"
  delivery argocd { in argo; repository \"git@h:a/b.git\"; pull-requests trial { github \"a\" \"b\" } }
}
environment argo { namespace \"argo\" }
environment trial(pr: int example 42) { namespace \"trial-${pr}\" }
service web { image \"registry.example/web:1.0\"; port http 8080; cpu 100m; memory 128Mi }
";

#[test]
fn it_is_completed_word_by_word() {
    let stated = BASE.lines().find(|line| line.contains("delivery")).unwrap();
    for (typed, expected, not) in [
        ("deliv$0", &["delivery"][..], "argocd"),
        ("delivery $0", &["argocd"], "domain"),
        ("delivery argocd { $0 }", &["in", "repository", "revision", "path", "project", "pull-requests"], "github"),
        ("delivery argocd { in $0 }", &["argo", "trial"], "web"),
        ("delivery argocd { pull-requests $0 }", &["argo", "trial"], "web"),
        ("delivery argocd { pull-requests trial { $0 } }", &["github", "label", "token", "every"], "repository"),
        ("delivery argocd { pull-requests trial { every 3$0 } }", &["3s", "3m", "3h"], "trial"),
    ] {
        let case = Case::with(BASE, stated, typed);
        let mut client = case.client(&able());
        let answer = client.ask("textDocument/completion", client.at(&case.path, case.caret));
        client.end();
        let labels: Vec<&str> = answer.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
        assert!(expected.iter().all(|label| labels.contains(label)), "{typed}: {labels:?}");
        assert!(!labels.contains(&not), "{typed}: {labels:?}");
    }
}

#[test]
fn an_environment_is_renamed_in_it() {
    for (old, marked, lines) in [
        (
            "environment argo {",
            "environment ar$0go {",
            [
                "delivery argocd { in new; repository \"git@h:a/b.git\"; pull-requests trial { github \"a\" \"b\" } }",
                "environment new { namespace \"argo\" }",
            ],
        ),
        (
            "pull-requests trial",
            "pull-requests tr$0ial",
            [
                "delivery argocd { in argo; repository \"git@h:a/b.git\"; pull-requests new { github \"a\" \"b\" } }",
                "environment new(pr: int example 42) { namespace \"trial-${pr}\" }",
            ],
        ),
    ] {
        let case = Case::with(BASE, old, marked);
        let mut client = case.client(&json!({}));
        let mut params = client.at(&case.path, case.caret);
        params["newName"] = json!("new");
        let edit = client.try_ask("textDocument/rename", params).unwrap();
        client.end();
        assert_eq!(new_lines(&case.platform, &applied(&case.platform, &edit)), lines, "{marked}");
    }
}
