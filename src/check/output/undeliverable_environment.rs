//! Argo CD is in one place and has a project of the platform's own, and a number alone tells what it delivers of a pull request.

use super::fleets;
use crate::check::Context;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::delivery::{Delivery, PullRequests};
use crate::model::environment::{Instance, Namespace};
use crate::source::Span;

/// The project of whatever names none (`docs/user-guide/projects.md`, v3.5, "The Default Project").
const DEFAULT_PROJECT: &str = "default";

crate::check! {
    /// ## What it means
    /// `delivery argocd` is `in` an environment that has parameters, its `pull-requests` are of one whose instances no number tells
    /// apart, another environment is called like an instance of that one, or its project is called `default`. Or its `clusters` are
    /// of an environment that has parameters or that Argo CD itself is in, or of one that uses what is in another environment, which
    /// is not in each of these clusters.
    ///
    /// No number tells instances apart where an environment has no parameter, or several, or one that is neither `int` nor `string`,
    /// or where its namespace has no parameter in it. `preview-7` is called like an instance of `preview(pr: int)`. Where no `project`
    /// is stated, the platform's name is that of the project.
    ///
    /// ## Why it matters in the cluster
    /// Argo CD reads its Applications in the one namespace that it runs in. An ApplicationSet puts the number of a pull request
    /// where the parameter stands, and knows nothing else of it: with any other parameter it cannot say in which folder and
    /// namespace a preview is. Where an environment has the name of pull request 7, there is one folder and one Application for
    /// both, and the preview takes the place of the environment. The project `default` is Argo CD's own: rights for this
    /// platform alone would take from every Application that names no project what it may do. A policy speaks of pods of its own
    /// cluster: what a service uses in another environment is not there where that is delivered to other clusters.
    ///
    /// ## How to mend it
    /// Let Argo CD be in an environment without parameters. Give the environment of pull requests one parameter, `pr: int`, and
    /// a namespace with it: `"shop-pr-${pr}"`. Call no other environment by a number behind its name. State a `project` of another
    /// name. Deliver what is used to the same clusters: with the same labels, or with fewer.
    ///
    /// ```bvl bad in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; pull-requests test { github "shop" "shop" } } //~ BVL0914 "by the number of a pull request"
    /// ```
    /// ```bvl good in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; path "deploy" }
    /// ```
    /// ```bvl bad in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; project default } //~ BVL0914 "Argo CD's own"
    /// ```
    /// ```bvl good in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; project defaults }
    /// ```
    ///
    /// ```bvl bad in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; clusters test { label "fleet" "shop" } } //~ BVL0914 "Argo CD itself is in"
    /// ```
    ///
    /// ## Source
    /// [`Generators-Pull-Request.md`](https://github.com/argoproj/argo-cd/blob/v3.5.1/docs/operator-manual/applicationset/Generators-Pull-Request.md),
    /// "Template": what is known of a pull request.
    /// [`Generators-Cluster.md`](https://github.com/argoproj/argo-cd/blob/v3.5.1/docs/operator-manual/applicationset/Generators-Cluster.md),
    /// "Label selector".
    /// [`projects.md`](https://github.com/argoproj/argo-cd/blob/v3.5.1/docs/user-guide/projects.md), "The Default Project" (Argo CD 3.5).
    BVL0914, "undeliverable-environment", Error(Emitted), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let Some(delivery) = &cx.model.platform.delivery else { return };
    let named = |name: &str| cx.model.environments.iter().find(|environment| environment.name.value == name);
    // one that is declared nowhere has been found
    let home = delivery.home.as_ref().and_then(|home| Some((home, named(&home.value)?)));
    if let Some((home, _)) = home.filter(|(_, environment)| environment.instance != Instance::Fixed) {
        let title =
            format!("Argo CD runs in one namespace, and environment `{}` has one for each instance", home.value);
        let diagnostic = Diagnostic::new(&BVL0914, home.span, title)
            .here("has parameters")
            .note("Argo CD reads its Applications in the namespace that it runs in")
            .help("name an environment without parameters");
        report(cx, diagnostic, sink);
    }
    for pull_requests in &delivery.pull_requests {
        let Some(environment) = named(&pull_requests.environment.value) else { continue };
        let Some(namespace) = &environment.namespace else { continue };
        if environment.numbered("").is_none() {
            not_numbered(cx, pull_requests, (environment, namespace), sink);
        } else if let Some((other, number)) = cx.model.environments.iter().find_map(|other| meets(other, environment)) {
            same_folder(cx, pull_requests, (other, number), sink);
        }
    }
    for fleet in &delivery.fleets {
        if let Some(environment) = named(&fleet.environment.value) {
            fleets::alone(cx, (delivery, fleet, environment), sink);
        }
    }
    fleets::apart(cx, delivery, sink);
    own_project(cx, delivery, sink);
}

/// The finding of this check at a place.
pub(super) fn undeliverable(place: Span, title: String) -> Diagnostic {
    Diagnostic::new(&BVL0914, place, title)
}

pub(super) fn report(cx: &Context<'_>, diagnostic: Diagnostic, sink: &mut Sink) {
    sink.report(diagnostic.about(cx.model.platform.name.value.clone()));
}

fn not_numbered(
    cx: &Context<'_>,
    PullRequests { environment: name, .. }: &PullRequests,
    (environment, namespace): (&Environment, &Namespace),
    sink: &mut Sink,
) {
    let title = format!("the instances of environment `{}` cannot be told by the number of a pull request", name.value);
    let diagnostic = Diagnostic::new(&BVL0914, name.span, title)
        .here("needs one parameter, which stands in its namespace")
        .note("the number is all that Argo CD knows of which instance it delivers, and into which namespace");
    let names: Vec<&str> = environment.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let diagnostic = match (environment.parameters.as_slice(), environment.number()) {
        ([only], Some(_)) => {
            let gap = format!("${{{}}}", only.name);
            let name = cx.sources.text(namespace.name.span).trim_matches('"');
            diagnostic
                .label(namespace.name.span, format!("does not hold `{gap}`"))
                .help(format!("put it into the name: `namespace \"{name}-{gap}\"`"))
        }
        ([only], None) => diagnostic
            .label(environment.name.span, format!("{} is no number", only.name))
            .help(format!("declare it as one: `{}: int example 42`", only.name)),
        ([_, _, ..], _) => diagnostic
            .label(environment.name.span, format!("has {} as parameters", listed(&names)))
            .help(format!(
                "keep the one that is the number, and let the others be values that all instances share: `environment {}(pr: int example 42) {{ namespace \"NAME-pr-${{pr}}\" }}`; or name an environment that pull requests have for themselves",
                name.value
            )),
        ([], _) => {
            let stated = cx.sources.text(namespace.name.span).trim_matches('"');
            diagnostic.help(format!(
                "name an environment that pull requests have for themselves, `pull-requests preview`, declared as `environment preview(pr: int example 42) {{ namespace \"NAME-pr-${{pr}}\" }}`; or, where {name} is theirs and Argo CD does not run there, write `environment {name}(pr: int example 42)` and `namespace \"{stated}-${{pr}}\"`",
                name = name.value
            ))
        }
    };
    report(cx, diagnostic, sink);
}

/// The number of the instance that has the folder of a fixed environment.
fn meets<'a>(fixed: &'a Environment, numbered: &Environment) -> Option<(&'a Environment, &'a str)> {
    let number = fixed.slug.strip_prefix(numbered.name.value.as_str())?.strip_prefix('-')?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() && !number.starts_with('0');
    (fixed.instance == Instance::Fixed && is_number).then_some((fixed, number))
}

fn same_folder(
    cx: &Context<'_>,
    PullRequests { environment: name, .. }: &PullRequests,
    (other, number): (&Environment, &str),
    sink: &mut Sink,
) {
    let title = format!("pull request {number} would be delivered in the place of environment `{}`", other.title);
    let diagnostic = Diagnostic::new(&BVL0914, name.span, title)
        .here(format!("its instance for pull request {number} is called `{}`", other.slug))
        .label(other.name.span, "so is this environment")
        .note("there is one folder and one Application of a name: the preview would take the place of the environment, and end with the pull request")
        .help(format!("give `{}` a name that does not end in a number", other.title));
    report(cx, diagnostic, sink);
}

fn own_project(cx: &Context<'_>, delivery: &Delivery, sink: &mut Sink) {
    let platform = &cx.model.platform.name;
    let project = delivery.project.as_ref().unwrap_or(platform);
    if project.value != DEFAULT_PROJECT {
        return;
    }
    let here = if delivery.project.is_some() {
        "a project of Argo CD's own"
    } else {
        "the project is called like the platform"
    };
    let diagnostic = Diagnostic::new(&BVL0914, project.span, "the project `default` is Argo CD's own, for every Application that names none")
        .here(here)
        .note("with the rights of this platform alone, Argo CD would refuse what all other Applications of that project deliver")
        .help("state another name in `delivery argocd`: `project NAME`");
    report(cx, diagnostic, sink);
}
