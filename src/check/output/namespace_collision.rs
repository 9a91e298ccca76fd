//! No instance of a parametrised environment lives in another environment's namespace.

use std::collections::BTreeMap;

use super::pattern::{Meeting, Pattern};
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Environment;
use crate::model::environment::{Instance, Namespace};
use crate::model::parameter::{NamePattern, NamePiece, Parameter, Written};
use crate::source::{Span, TextEdit};
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// An environment with parameters can get the namespace of another environment, or several of its instances can get the same:
    /// there are values of their parameters with which two names are one.
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
    ///   namespace "shop-${branch}" //~ BVL0903 "preview(branch=test) would live in"
    /// }
    /// ```
    /// ```bvl good in=file
    /// environment preview(branch: string example "main") {
    ///   namespace "shop-preview-${branch}"
    /// }
    /// ```
    /// A number cannot become a name, and is never below 0, since it counts instances:
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
    /// Two sets of values give one name where nothing tells where one value ends:
    /// ```bvl bad in=file
    /// environment preview(team: int example 4, pr: int example 42) {
    ///   namespace "shop-preview-${team}${pr}" //~ BVL0903 "preview(team=1, pr=23) and preview(team=12, pr=3)"
    /// }
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// environment preview(team: int example 4, pr: int example 42) {
    ///   namespace "shop-preview-${team}-${pr}"
    /// }
    /// ```
    /// No text tells where one text ends, since it may stand in either; a number tells where it does:
    /// ```bvl bad in=file
    /// environment preview(team: string example "cart", branch: string example "main") {
    ///   namespace "shop-preview-${team}-${branch}" //~ BVL0903 "preview(team=x, branch=y-z) and preview(team=x-y, branch=z)"
    /// }
    /// ```
    /// ```bvl good in=file
    /// environment preview(team: string example "cart", pr: int example 42) {
    ///   namespace "shop-preview-${team}-${pr}"
    /// }
    /// ```
    /// The instances of two environments tell themselves apart by a text that the other name cannot have there:
    /// ```bvl bad in=file
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// environment review(mr: int example 7) { namespace "shop-pr-${mr}" } //~ BVL0903 "preview(pr=1) and review(mr=1)"
    /// ```
    /// ```bvl good in=file
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// environment review(mr: int example 7) { namespace "shop-mr-${mr}" }
    /// ```
    ///
    /// ## Source
    /// [Namespaces](https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/): names of objects are
    /// unique within one.
    BVL0903, "namespace-collision", Error(Emitted), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut clean: BTreeMap<Span, bool> = BTreeMap::new();
    let mut before: Vec<Named<'_>> = Vec::new();
    let mut taken: BTreeMap<&str, Named<'_>> = BTreeMap::new();
    let fixed: Vec<Named<'_>> = named(cx).filter(|known| known.environment.instance == Instance::Fixed).collect();
    for known in named(cx).filter(|known| known.environment.instance != Instance::Fixed) {
        let declared = known.environment.name.span;
        let is_clean = clean.get(&declared).copied().unwrap_or_else(|| {
            let is_clean = judge(cx, &known, &fixed, &before, sink);
            before.extend(is_clean.then(|| known.clone()));
            is_clean
        });
        clean.insert(declared, is_clean);
        let name = known.namespace.name.value.as_str();
        if !is_clean {
            continue;
        }
        // what was asked for: with a number below 0, or with another value of a setting
        let others = fixed.iter().find(|other| other.namespace.name.value == name);
        if let Some(other) = others.cloned().or_else(|| taken.insert(name, known.clone())) {
            asked_together(&other, &known, sink);
        }
    }
}

/// An environment with its namespace, and what that can become.
#[derive(Clone)]
struct Named<'m> {
    environment: &'m Environment,
    namespace: &'m Namespace,
    pattern: Pattern<'m>,
}

fn named<'m>(cx: &Context<'m>) -> impl Iterator<Item = Named<'m>> {
    cx.model.environments.iter().filter_map(|environment| {
        let namespace = environment.namespace.as_ref()?;
        let pattern = Pattern::new(&namespace.pattern, &environment.parameters);
        Some(Named { environment, namespace, pattern })
    })
}

impl Named<'_> {
    fn name(&self) -> &str {
        &self.environment.name.value
    }

    /// How an instance with these values is named.
    fn instance(&self, values: &[(&str, String)]) -> String {
        let values: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if values.is_empty() { self.name().to_owned() } else { format!("{}({})", self.name(), values.join(", ")) }
    }

    fn about(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.environment(self.environment.title.clone()).about(self.environment.name.value.clone())
    }
}

fn asked_together(other: &Named<'_>, known: &Named<'_>, sink: &mut Sink) {
    let (environment, name) = (known.environment, &known.namespace.name);
    let title =
        format!("{} and {} share the namespace {}", other.environment.title, environment.title, quoted(&name.value));
    let diagnostic = Diagnostic::new(&BVL0903, name.span, title)
        .here(format!("the namespace of {}", environment.title))
        .also(other.namespace.name.span, format!("the namespace of {}", other.environment.title))
        .note("objects of one name would be one object: whoever is applied last wins");
    sink.report(known.about(diagnostic).help(if other.environment.name.span == environment.name.span {
        "ask for one of the two; or put the parameters in which they differ into the name"
    } else {
        "begin each name with a text that no other has, and put every parameter behind it"
    }));
}

/// Judges what the namespace of a parametrised environment can become; returns whether nothing was found.
fn judge(cx: &Context<'_>, known: &Named<'_>, fixed: &[Named<'_>], before: &[Named<'_>], sink: &mut Sink) -> bool {
    let found = left_out(cx, known)
        .or_else(|| ambiguous(cx, known))
        .or_else(|| of_a_fixed_one(known, fixed))
        .or_else(|| before.iter().find_map(|other| meeting(cx, other, known)));
    let is_clean = found.is_none();
    if let Some(diagnostic) = found {
        sink.report(known.about(diagnostic));
    }
    is_clean
}

/// What is said where a parameter does not stand in the name. One that has a default is a setting of an instance then.
fn left_out(cx: &Context<'_>, known: &Named<'_>) -> Option<Diagnostic> {
    let Named { environment, namespace, .. } = known;
    let (span, name) = (namespace.name.span, known.name());
    let (held, left_out): (Vec<&Parameter>, Vec<&Parameter>) =
        environment.parameters.iter().partition(|parameter| namespace.pattern.holds(&parameter.name));
    if held.is_empty() {
        let first = &left_out.first()?.name;
        let title = format!("every instance of {name} lives in the namespace {}", quoted(&namespace.name.value));
        let diagnostic = Diagnostic::new(&BVL0903, span, title)
            .here("the same for every instance")
            .also(environment.name.span, format!("{name} has the parameter {first}"))
            .note("instances would overwrite each other's objects, and taking one down would take all down")
            .help(format!("put the parameter into the name: `${{{first}}}`"))
            .choice(format!("append `-${{{first}}}`"), appended(cx, span, &[first]));
        return Some(diagnostic);
    }
    let telling = left_out.iter().filter(|parameter| !parameter.has_default);
    let telling: Vec<&str> = telling.map(|parameter| parameter.name.as_str()).collect();
    if telling.is_empty() {
        return None;
    }
    let (all, gaps) = (listed(&telling), gaps(&telling));
    let title = format!("instances of {name} that differ in {all} alone live in one namespace");
    let diagnostic = Diagnostic::new(&BVL0903, span, title)
        .here(format!("the same whatever {all} {}", if telling.len() == 1 { "is" } else { "are" }))
        .also(environment.name.span, format!("{name} has {all} among its parameters, without a default"))
        .note("they would overwrite each other's objects, and taking one down would take the others down");
    let mut whole = namespace.pattern.clone();
    for parameter in &telling {
        let between = NamePiece::Text("-".to_owned());
        whole.pieces.extend([between, NamePiece::Parameter((*parameter).to_owned())]);
    }
    Some(if Pattern::new(&whole, &environment.parameters).ambiguity().is_some() {
        diagnostic.help(with_one_text(&whole, &environment.parameters, false))
    } else {
        diagnostic
            .help(format!(
                "put {all} into the name as well: `{gaps}`; a parameter that is a setting of an instance, and tells none from another, has a default"
            ))
            .choice(format!("append `-{gaps}`"), appended(cx, span, &telling))
    })
}

const NOTE: &str = "they would overwrite each other's objects, and taking one down would take the other down";

/// What is said where two instances of an environment have one name.
fn ambiguous(cx: &Context<'_>, known: &Named<'_>) -> Option<Diagnostic> {
    let Meeting { name, values: [one, other] } = known.pattern.ambiguity()?;
    let Named { environment, namespace, .. } = known;
    let span = namespace.name.span;
    let title =
        format!("{} and {} would share the namespace {}", known.instance(&one), known.instance(&other), quoted(&name));
    let diagnostic = Diagnostic::new(&BVL0903, span, title)
        .here("nothing tells where one value ends and the next one begins")
        .also(environment.name.span, format!("{} is asked for with any values of its parameters", known.name()))
        .note(NOTE);
    let parted = namespace.pattern.parted();
    if Pattern::new(&parted, &environment.parameters).ambiguity().is_none() {
        let written = cx.sources.text(span);
        let apart = written.replace("}${", "}-${");
        return Some(
            diagnostic
                .help(format!("put a text between the two that stands in no value, such as `-`: {}", shown(&parted)))
                .choice(
                    format!("write `{apart}`"),
                    (apart != written && cx.is_users(span)).then(|| vec![TextEdit::replace(span, apart.clone())]),
                ),
        );
    }
    let is_written = parted == namespace.pattern;
    Some(diagnostic.help(with_one_text(&parted, &environment.parameters, is_written)))
}

/// How the instances are told apart where texts stand in the name, between which nothing does.
fn with_one_text(pattern: &NamePattern, parameters: &[Parameter], is_written: bool) -> String {
    // the last of them with which a number would do
    let as_number = parameters.iter().enumerate().rev().find_map(|(at, parameter)| {
        let mut parameters = parameters.to_vec();
        parameters.get_mut(at).filter(|one| one.written == Written::Text)?.written = Written::Whole;
        Pattern::new(pattern, &parameters).ambiguity().is_none().then_some(parameter)
    });
    let as_number = as_number.map(|parameter| {
        let name = &parameter.name;
        let write = if is_written { String::new() } else { format!(", and write {}", shown(pattern)) };
        // the text that is its example or default is no number
        let value = if parameter.has_default { "= 42" } else { "example 42" };
        format!("if {name} is always a number, declare it so, `{name}: int {value}`{write}; or ")
    });
    format!(
        "{}let one parameter name the instance, and give the others a default and leave them out of the name: they are settings of it then. Any text between two texts could stand in one of them as well",
        as_number.unwrap_or_default()
    )
}

/// What is said where an instance of one environment has the name of an instance of another one.
fn meeting(cx: &Context<'_>, other: &Named<'_>, known: &Named<'_>) -> Option<Diagnostic> {
    let Meeting { name, values: [theirs, ours] } = other.pattern.meeting(&known.pattern)?;
    let span = known.namespace.name.span;
    let title = format!(
        "{} and {} would share the namespace {}",
        other.instance(&theirs),
        known.instance(&ours),
        quoted(&name)
    );
    let diagnostic = Diagnostic::new(&BVL0903, span, title)
        .here(format!("can become {}", quoted(&name)))
        .also(other.namespace.name.span, "and so can this")
        .note(NOTE);
    // which of the two, or both, need a text of their own
    let own = [known.told_by_name(), other.told_by_name()];
    let [here, there] = &own;
    let is_apart = |one: &NamePattern, other_one: &NamePattern| {
        let ours = Pattern::new(one, &known.environment.parameters);
        ours.meeting(&Pattern::new(other_one, &other.environment.parameters)).is_none()
    };
    let (ours, theirs) = (&known.namespace.pattern, &other.namespace.pattern);
    let mended: &[(&Named<'_>, &NamePattern)] = if is_apart(here, theirs) {
        &[(known, here)]
    } else if is_apart(ours, there) {
        &[(other, there)]
    } else {
        &[(other, there), (known, here)]
    };
    let said: Vec<String> =
        mended.iter().map(|(named, pattern)| format!("{} for {}", shown(pattern), named.name())).collect();
    let edits: Option<Vec<TextEdit>> = mended.iter().map(|(named, _)| own_text(cx, named)).collect();
    Some(
        diagnostic
            .help(format!("put a text into the name that the other one cannot have there: {}", said.join(", ")))
            .choice(format!("write {}", said.join(", ")), edits),
    )
}

impl Named<'_> {
    /// Its namespace with the environment's name at the front.
    fn told_by_name(&self) -> NamePattern {
        let mut pattern = self.namespace.pattern.clone();
        pattern.pieces.insert(0, NamePiece::Text(format!("{}-", self.name())));
        pattern
    }
}

/// Puts the name of an environment at the front of its namespace that is written as a string.
fn own_text(cx: &Context<'_>, named: &Named<'_>) -> Option<TextEdit> {
    let name = named.namespace.name.span;
    let can = cx.sources.text(name).starts_with('"') && cx.is_users(name);
    let start = Span { start: name.start + 1, end: name.start + 1, ..name };
    can.then(|| TextEdit::replace(start, format!("{}-", named.name())))
}

/// A name as it is written.
fn shown(pattern: &NamePattern) -> String {
    let pieces = pattern.pieces.iter().map(|piece| match piece {
        NamePiece::Text(text) => text.clone(),
        NamePiece::Parameter(name) => format!("${{{name}}}"),
    });
    format!("`\"{}\"`", pieces.collect::<String>())
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

/// What is said where an instance can have the name of a fixed environment.
fn of_a_fixed_one(known: &Named<'_>, fixed: &[Named<'_>]) -> Option<Diagnostic> {
    let mut met = fixed.iter().filter_map(|other| Some((other, known.pattern.meeting(&other.pattern)?)));
    let (other, Meeting { name, values: [values, _] }) = met.next()?;
    let title = format!(
        "{} would live in the namespace {}, which is that of {}",
        known.instance(&values),
        quoted(&name),
        other.environment.title
    );
    let mut diagnostic = Diagnostic::new(&BVL0903, known.namespace.name.span, title)
        .here(format!("can become {}", quoted(&name)))
        .also(other.namespace.name.span, format!("the namespace of {}", other.environment.title));
    for (other, _) in met {
        diagnostic = diagnostic.also(other.namespace.name.span, format!("and that of {}", other.environment.title));
    }
    let note =
        format!("it would overwrite the objects of {}, and delete them when it is taken down", other.environment.title);
    let name = known.name();
    Some(
        diagnostic
            .note(note)
            .help(format!("put a text of its own into the name, such as `{name}-` before the parameter")),
    )
}
