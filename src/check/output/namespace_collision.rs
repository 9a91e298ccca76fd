//! No instance of a parametrised environment lives in another environment's namespace.

use std::collections::BTreeMap;

use super::pattern::{Filler, Pattern};
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{Instance, Namespace};
use crate::source::{Span, TextEdit};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// An environment with parameters can get the namespace of another environment, or several of its instances get the same.
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
    /// Each parameter tells instances apart, so each stands in the name:
    /// ```bvl bad in=file
    /// environment preview(pr: int example 42, region: string example "eu") {
    ///   namespace "shop-preview-${pr}" //~ BVL0903 "instances of preview that differ in region alone"
    /// }
    /// ```
    /// One with a default, which the name does not hold, is a setting of an instance and tells none from another:
    /// ```bvl good in=file
    /// environment preview(pr: int example 42, size: int = 2) {
    ///   namespace "shop-preview-${pr}"
    ///   service app { scale $size }
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
        sink.report(about(diagnostic, environment).help(if other.name.span == declared {
            "ask for one of the two; or put the parameters in which they differ into the name"
        } else {
            "begin each name with a text that no other has, and put every parameter behind it"
        }));
    }
}

/// Judges what the namespace of a parametrised environment can become; returns whether nothing was found.
fn judge(cx: &Context<'_>, environment: &Environment, namespace: &Namespace, sink: &mut Sink) -> bool {
    let parameters = parameters(cx, environment.name.span);
    let filler = |name: &str| match parameters.iter().find(|parameter| parameter.name == name) {
        Some(parameter) if parameter.ty == "int" => Filler::Number,
        Some(_) | None => Filler::Text,
    };
    let span = namespace.name.span;
    let pattern = Pattern::read(cx.sources.text(span), filler);
    let name = &environment.name.value;
    let is_held = |parameter: &&Parameter| pattern.names().any(|held| held == parameter.name);
    // what has a default and does not stand in the name is a setting of an instance
    let left_out: Vec<&Parameter> = parameters.iter().filter(|parameter| !is_held(parameter)).collect();
    let telling: Vec<&str> =
        left_out.iter().filter(|parameter| !parameter.has_default).map(|parameter| parameter.name.as_str()).collect();
    let diagnostic = if left_out.len() == parameters.len() {
        let Some(first) = parameters.first().map(|first| &first.name) else {
            return collide(cx, environment, namespace, &pattern, sink);
        };
        let title = format!("every instance of {name} lives in the namespace {}", quoted(&namespace.name.value));
        Diagnostic::new(&BVL0903, span, title)
            .here("the same for every instance")
            .also(environment.name.span, format!("{name} has the parameter {first}"))
            .note("instances would overwrite each other's objects, and taking one down would take all down")
            .help(format!("put the parameter into the name: `${{{first}}}`"))
            .choice(format!("append `-${{{first}}}`"), appended(cx, span, &[first]))
    } else if telling.is_empty() {
        return collide(cx, environment, namespace, &pattern, sink);
    } else {
        let (all, gaps) = (listed(&telling), gaps(&telling));
        let title = format!("instances of {name} that differ in {all} alone live in one namespace");
        Diagnostic::new(&BVL0903, span, title)
            .here(format!("the same whatever {all} {}", if telling.len() == 1 { "is" } else { "are" }))
            .also(environment.name.span, format!("{name} has {all} among its parameters, without a default"))
            .note("they would overwrite each other's objects, and taking one down would take the others down")
            .help(format!(
                "put {all} into the name as well: `{gaps}`; a parameter that is a setting of an instance, and tells none from another, has a default"
            ))
            .choice(format!("append `-{gaps}`"), appended(cx, span, &telling))
    };
    sink.report(about(diagnostic, environment));
    false
}

/// How a name holds parameters: `${pr}-${region}`.
fn gaps<S: AsRef<str>>(parameters: &[S]) -> String {
    let gaps: Vec<String> = parameters.iter().map(|parameter| format!("${{{}}}", parameter.as_ref())).collect();
    gaps.join("-")
}

/// Puts parameters behind a name that is written as a string.
fn appended<S: AsRef<str>>(cx: &Context<'_>, name: Span, parameters: &[S]) -> Edits {
    let can = cx.sources.text(name).ends_with('"') && cx.is_users(name);
    let end = Span { start: name.end.saturating_sub(1), end: name.end.saturating_sub(1), ..name };
    can.then(|| vec![TextEdit::replace(end, format!("-{}", gaps(parameters)))])
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

/// A parameter of an environment.
struct Parameter {
    name: String,
    ty: String,
    has_default: bool,
}

/// The parameters, as they stand behind the environment's name.
fn parameters(cx: &Context<'_>, name: Span) -> Vec<Parameter> {
    let text = cx.sources.get(name.file).map_or("", |file| file.behind(name.end));
    let head = text.split_once('{').map_or(text, |(head, _)| head).trim_start();
    let Some(list) = head.strip_prefix('(') else { return Vec::new() };
    let parts = list.split(',').filter_map(|part| {
        let (name, ty) = part.split_once(':')?;
        let written = ty.trim_start();
        let ty: String = written.chars().take_while(char::is_ascii_alphanumeric).collect();
        let has_default = written.get(ty.len()..)?.trim_start().starts_with('=');
        Some(Parameter { name: name.trim().to_owned(), ty, has_default })
    });
    parts.collect()
}
