//! What Argo CD is told with: its fields, and what is said where a platform states another delivery.

use bvlc::analyze::Analysis;
use bvlc::emit::argo_cd;
use bvlc::object::Kind;
use bvlc::query::diff::{Class, Side, diff};
use serde_json::Value;

use crate::said::{TEXT, analysis, said};

fn stating(revision: &str, pull_requests: &str) -> Analysis {
    let delivery = format!(
        "delivery argocd {{ in lab; repository \"git@h:shop/deploy.git\"; revision \"{revision}\"; {pull_requests} }}"
    );
    let text = TEXT.replacen("platform shop {\n", &format!("platform shop {{\n{delivery}\n"), 1);
    analysis(&format!("{text}environment preview(pr: int example 42) {{ namespace \"shop-pr-${{pr}}\" }}\n"))
}

const PREVIEWS: &str = "pull-requests preview { github \"shop\" \"shop\"; label \"shown\"; token \"github\" }; clusters prod { label \"fleet\" \"shop\" }";

/// All that can be told: a project of no kinds and one of some, Applications, an `ApplicationSet`.
pub(super) fn told() -> Vec<Value> {
    let analysis = stating("main", PREVIEWS);
    let model = analysis.checked().unwrap().model();
    let of = |kinds: &[Kind]| argo_cd(model, &kinds.iter().copied().collect()).unwrap();
    let (none, some) = (of(&[]), of(&[Kind::Deployment]));
    let projects = [none.project, some.project].map(|one| serde_json::to_value(one).unwrap());
    let applications = some.applications.into_iter().map(|one| serde_json::to_value(one).unwrap());
    let sets = some.application_sets.into_iter().map(|one| serde_json::to_value(one).unwrap());
    projects.into_iter().chain(applications).chain(sets).collect()
}

#[test]
fn platforms_are_compared_in_it() {
    let without = analysis(TEXT);
    let (main, next, previews) = (stating("main", ""), stating("next", ""), stating("main", PREVIEWS));
    let compared = |old: &Analysis, new: &Analysis| {
        let [old, new] = [old, new].map(|one| Side::of_platform_with_examples(one.checked().unwrap()).unwrap());
        said(&diff(&old, &new))
    };
    assert_eq!(compared(&main, &main), []);
    // both are objects of the namespace that Argo CD is in
    let revision =
        |name: &str| (Class::Configuration, format!("Application {name}: source.targetRevision main -> next [lab]"));
    assert_eq!(compared(&main, &next), ["shop-lab", "shop-prod"].map(revision));
    let is_added = |found: &[(Class, String)], what: &str| {
        assert!(found.iter().any(|(class, text)| *class == Class::Added && text.contains(what)), "{found:#?}");
    };
    is_added(&compared(&main, &previews), "ApplicationSet shop-preview");
    is_added(&compared(&without, &main), "AppProject shop");
}

#[test]
fn manifests_of_a_platform_are_compared_without_it() {
    let analysis = stating("main", "");
    let side = Side::of_platform(analysis.checked().unwrap()).unwrap();
    let with = Side::of_platform_with_examples(analysis.checked().unwrap()).unwrap();
    let found = said(&diff(&side, &with));
    assert!(found.iter().any(|(_, text)| text.contains("Application shop-prod")), "{found:#?}");
}
