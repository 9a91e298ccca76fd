//! Every environment has a namespace of its own.

use std::collections::BTreeMap;

use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{Instance, Namespace};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// Two environments state the same namespace.
    ///
    /// ## Why it matters in the cluster
    /// Objects of one name would be one object: whoever is applied last wins, and a delivery tool that prunes one
    /// environment takes the other's objects away.
    ///
    /// ## How to mend it
    /// Give each environment a namespace of its own. What all use belongs in a `shared` environment with its own namespace.
    ///
    /// ```bvl bad in=file
    /// environment next { namespace "shop-test" } //~ BVL0902 "next and test"
    /// ```
    /// ```bvl good in=file
    /// environment next { namespace "shop-next" }
    /// ```
    ///
    /// ## Source
    /// [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/): names of objects are
    /// unique within one.
    BVL0902, "shared-namespace", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut by_name: BTreeMap<&str, Vec<(&Environment, &Namespace)>> = BTreeMap::new();
    for environment in &cx.model.environments {
        if let Some(namespace) = &environment.namespace {
            by_name.entry(&namespace.name.value).or_default().push((environment, namespace));
        }
    }
    for (name, mut users) in by_name {
        // Instances of parametrised environments among themselves and with fixed ones are another check's.
        users.retain(|(environment, _)| environment.instance == Instance::Fixed);
        users.sort_by_key(|(_, namespace)| namespace.name.span);
        let Some(((last, namespace), others)) = users.split_last() else { continue };
        if others.is_empty() {
            continue;
        }
        let mut titles: Vec<&str> = users.iter().map(|(environment, _)| environment.title.as_str()).collect();
        titles.sort_unstable();
        let title = format!("environments {} share the namespace {}", listed(&titles), quoted(name));
        let mut diagnostic = Diagnostic::new(&BVL0902, namespace.name.span, title)
            .here(format!("the namespace of {}", last.title))
            .note("objects of one name would be one object: whoever is applied last wins");
        for (other, namespace) in others {
            diagnostic = diagnostic.also(namespace.name.span, format!("the namespace of {}", other.title));
        }
        for (environment, _) in &users {
            diagnostic = diagnostic.environment(environment.title.clone()).about(environment.name.value.clone());
        }
        sink.report(diagnostic.help("give each environment a namespace of its own"));
    }
}
