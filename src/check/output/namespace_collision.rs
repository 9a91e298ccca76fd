//! No instance of a parametrised environment lives in another environment's namespace.

use std::collections::BTreeMap;

use super::pattern::{Filler, Pattern};
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{Instance, Namespace};
use crate::source::{Span, TextEdit};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// An environment with parameters can get the namespace of another environment, or all its instances get the same.
    ///
    /// ## Why it matters in the cluster
    /// A preview that is built for the wrong value, a branch named `prod` for instance, would overwrite the objects of
    /// production; when it is taken down they are deleted.
    ///
    /// ## How to mend it
    /// Put a text into the namespace's name that no other has, and each parameter behind it.
    ///
    /// ```bvl bad in=file
    /// environment preview(branch: string example "main") {
    ///   namespace "shop-${branch}" //~ BVL0903 "preview with branch=test"
    /// }
    /// ```
    /// ```bvl good in=file
    /// environment preview(branch: string example "main") {
    ///   namespace "shop-preview-${branch}"
    /// }
    /// ```
    /// A number cannot become a name:
    /// ```bvl good in=file
    /// environment preview(pr: int example 42) {
    ///   namespace "shop-${pr}"
    /// }
    /// ```
    /// ```bvl bad in=file
    /// environment preview(pr: int example 42) {
    ///   namespace "shop-preview" //~ BVL0903 "every instance of preview"
    /// }
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// environment preview(pr: int example 42) {
    ///   namespace "shop-preview-${pr}"
    /// }
    /// ```
    ///
    /// ## Source
    /// [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/): names of objects are
    /// unique within one.
    BVL0903, "namespace-collision", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut clean: BTreeMap<Span, bool> = BTreeMap::new();
    let mut taken: BTreeMap<&str, (&Environment, &Namespace)> = BTreeMap::new();
    for environment in cx.model.environments.iter().filter(|environment| environment.instance != Instance::Fixed) {
        let Some(namespace) = &environment.namespace else { continue };
        let declared = environment.name.span;
        if !*clean.entry(declared).or_insert_with(|| judge(cx, environment, namespace, sink)) {
            continue;
        }
        let name = namespace.name.value.as_str();
        let Some((other, first)) = taken.insert(name, (environment, namespace)) else { continue };
        let title = format!("{} and {} share the namespace {}", other.title, environment.title, quoted(name));
        let diagnostic = Diagnostic::new(&BVL0903, namespace.name.span, title)
            .here(format!("the namespace of {}", environment.title))
            .also(first.name.span, format!("the namespace of {}", other.title))
            .note("objects of one name would be one object: whoever is applied last wins");
        sink.report(about(diagnostic, environment).help("give each a text of its own, and every parameter after it"));
    }
}

/// Judges what the namespace of a parametrised environment can become; returns whether nothing was found.
fn judge(cx: &Context<'_>, environment: &Environment, namespace: &Namespace, sink: &mut Sink) -> bool {
    let parameters = parameters(cx, environment.name.span);
    let filler = |name: &str| match parameters.iter().find(|(parameter, _)| parameter == name) {
        Some((_, ty)) if ty == "int" => Filler::Number,
        Some(_) | None => Filler::Text,
    };
    let span = namespace.name.span;
    let pattern = Pattern::read(cx.sources.text(span), filler);
    let name = &environment.name.value;
    let own = |name: &str| parameters.iter().any(|(parameter, _)| parameter == name);
    let first = match parameters.first() {
        Some((first, _)) if !pattern.names().any(own) => first,
        Some(_) | None => return collide(cx, environment, namespace, &pattern, sink),
    };
    let text = cx.sources.text(span);
    let end = Span { start: span.end.saturating_sub(1), end: span.end.saturating_sub(1), ..span };
    let edits =
        (text.ends_with('"') && cx.is_users(span)).then(|| vec![TextEdit::replace(end, format!("-${{{first}}}"))]);
    let title = format!("every instance of {name} lives in the namespace {}", quoted(&namespace.name.value));
    sink.report(
        about(Diagnostic::new(&BVL0903, span, title), environment)
            .here("the same for every instance")
            .also(environment.name.span, format!("{name} has the parameter {first}"))
            .note("instances would overwrite each other's objects, and taking one down would take all down")
            .help(format!("put the parameter into the name: `${{{first}}}`"))
            .choice(format!("append `-${{{first}}}`"), edits),
    );
    false
}

/// Compares what a namespace can become with those of fixed environments.
fn collide(
    cx: &Context<'_>,
    environment: &Environment,
    namespace: &Namespace,
    pattern: &Pattern,
    sink: &mut Sink,
) -> bool {
    let fixed = cx.model.environments.iter().filter(|other| other.instance == Instance::Fixed);
    let taken = fixed.filter_map(|other| Some((other, other.namespace.as_ref()?)));
    let met: Vec<_> = taken.filter(|(_, theirs)| pattern.can_be(&theirs.name.value)).collect();
    let [(other, theirs), others @ ..] = met.as_slice() else { return true };
    let name = &environment.name.value;
    let who = match pattern.filling(&theirs.name.value) {
        Some((parameter, filling)) => format!("{name} with {parameter}={filling}"),
        None => format!("an instance of {name}"),
    };
    let title =
        format!("{who} would live in the namespace {}, which is that of {}", quoted(&theirs.name.value), other.title);
    let mut diagnostic = about(Diagnostic::new(&BVL0903, namespace.name.span, title), environment)
        .here(format!("can become {}", quoted(&theirs.name.value)))
        .also(theirs.name.span, format!("the namespace of {}", other.title));
    for (other, theirs) in others {
        diagnostic = diagnostic.also(theirs.name.span, format!("and that of {}", other.title));
    }
    sink.report(
        diagnostic
            .note(format!("it would overwrite the objects of {}, and delete them when it is taken down", other.title))
            .help(format!("put a text of its own into the name, such as `{name}-` before the parameter")),
    );
    false
}

fn about(diagnostic: Diagnostic, environment: &Environment) -> Diagnostic {
    diagnostic.environment(environment.title.clone()).about(environment.name.value.clone())
}

/// Names and types of the parameters, as they stand behind the environment's name.
fn parameters(cx: &Context<'_>, name: Span) -> Vec<(String, String)> {
    let text = cx.sources.get(name.file).map_or("", |file| file.behind(name.end));
    let head = text.split_once('{').map_or(text, |(head, _)| head).trim_start();
    let Some(list) = head.strip_prefix('(') else { return Vec::new() };
    let parts = list.split(',').filter_map(|part| {
        let (name, ty) = part.split_once(':')?;
        let ty: String = ty.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
        Some((name.trim().to_owned(), ty))
    });
    parts.collect()
}
