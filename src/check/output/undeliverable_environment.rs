//! Argo CD is in one place, and what it delivers of a pull request is told by its number alone.

use crate::check::Context;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::delivery::namespace_of_number;
use crate::model::environment::Instance;

crate::check! {
    /// ## What it means
    /// `delivery argocd` is `in` an environment that has parameters, or its `pull-requests` are of one whose instances cannot be
    /// told by a number: it has no parameter, or several, or none of them in its namespace.
    ///
    /// ## Why it matters in the cluster
    /// Argo CD reads its Applications in the one namespace that it runs in. An ApplicationSet puts the number of a pull request
    /// where the parameter stands, and knows nothing else of it: with any other parameter it cannot say in which folder and
    /// namespace a preview is.
    ///
    /// ## How to mend it
    /// Let Argo CD be in an environment without parameters. Give the environment of pull requests one parameter, `pr: int`, and
    /// a namespace with it: `"shop-pr-${pr}"`.
    ///
    /// ```bvl bad in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; pull-requests test { github "shop" "shop" } } //~ BVL0914 "by the number of a pull request"
    /// ```
    /// ```bvl good in=platform
    /// delivery argocd { in test; repository "https://git.example.com/shop/deploy.git"; path "deploy" }
    /// ```
    ///
    /// ## Source
    /// [`Generators-Pull-Request.md`](https://github.com/argoproj/argo-cd/blob/v3.5.1/docs/operator-manual/applicationset/Generators-Pull-Request.md),
    /// "Template" (Argo CD 3.5): what is known of a pull request.
    BVL0914, "undeliverable-environment", Error(Emitted), since "0.1.0" => run, reads [], judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let Some(delivery) = &platform.delivery else { return };
    let named = |name: &str| cx.model.environments.iter().find(|environment| environment.name.value == name);
    // one that is declared nowhere has been found
    if let Some(home) = &delivery.home
        && let Some(environment) = named(&home.value)
        && environment.instance != Instance::Fixed
    {
        let title =
            format!("Argo CD runs in one namespace, and environment `{}` has one for each instance", home.value);
        sink.report(
            Diagnostic::new(&BVL0914, home.span, title)
                .here("has parameters")
                .note("Argo CD reads its Applications in the namespace that it runs in")
                .help("name an environment without parameters")
                .about(platform.name.value.clone()),
        );
    }
    for pull_requests in &delivery.pull_requests {
        let name = &pull_requests.environment;
        let Some(environment) = named(&name.value) else { continue };
        let Some(namespace) = &environment.namespace else { continue };
        if namespace_of_number(environment, cx.sources.text(namespace.name.span), "").is_some() {
            continue;
        }
        let title =
            format!("the instances of environment `{}` cannot be told by the number of a pull request", name.value);
        sink.report(
            Diagnostic::new(&BVL0914, name.span, title)
                .here("needs one parameter, which stands in its namespace")
                .note("the number is all that Argo CD knows of which instance it delivers, and into which namespace")
                .help(format!(
                    "declare it as `environment {}(pr: int example 42) {{ namespace \"NAME-pr-${{pr}}\" }}`",
                    name.value
                ))
                .about(platform.name.value.clone()),
        );
    }
}
