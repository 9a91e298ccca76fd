//! What `$name` stands for in each environment: params, lets, the environment's own parameters, `environment`, `namespace`.
//!
//! Invariant: everything bound is closed; what cannot be is reported here, once, and listed as faulty. A let is bound in each
//! environment to what it says of `environment` and `namespace` there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::Constants;
use crate::model::body::{Scope, Unclosed, spelling};
use crate::model::codes::{BVL0202, BVL0204, BVL0205, BVL0208, BVL0212, BVL0213, BVL0219};
use crate::model::constants::ValuePlaces;
use crate::source::Span;
use crate::value::{Term, TermKind, similar};

use super::Mode;
use super::classes;
use super::constants;
use super::declarations::{Declarations, Declared, Named};
use super::environments::{Parameter, Parametrised, Request, parameter, parametrised};
use super::params::Given;
use super::unsigned;

/// The most bytes that all lets have together in one environment: each may repeat the one before it.
const MOST_LETS: usize = 16 << 20;

/// The scope of each environment, in order of request, and one for what belongs to none.
#[derive(Debug)]
pub(super) struct Scopes {
    /// Params and lets with their values for all environments.
    pub(super) global: Scope<'static>,
    /// By environment.
    pub(super) environments: Vec<Scope<'static>>,
    /// Where the values of params and lets stand.
    pub(super) constants: Arc<Constants>,
}

/// What values come from, and what has been said of names.
#[derive(Clone, Copy)]
pub(super) struct Values<'v> {
    /// Values of params from outside.
    pub(super) given: &'v [Given],
    /// Which params need one.
    pub(super) mode: Mode,
    /// Where a name stands that is declared nowhere, which has been reported at that place.
    pub(super) told: &'v Arc<BTreeSet<Span>>,
}

/// Binds every name in every environment.
pub(super) fn make(
    declarations: &Declarations<'_>,
    values: Values<'_>,
    requests: &[Request],
    sink: &mut Sink,
) -> Scopes {
    let Values { given, mode, told } = values;
    let mut faulty: BTreeSet<Box<str>> = declarations.lost.iter().map(|name| Box::from(*name)).collect();
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    for statement in declarations.params.iter().filter(|statement| !statement.broken) {
        if statement.terms.is_empty() {
            sink.report(
                Diagnostic::new(&BVL0202, statement.head(), "this param has no name")
                    .help("for example: `param version: string example \"1.4.2\"`"),
            );
        }
        let before = sink.len();
        let Some(parameter) = parameter(&statement.terms, sink) else {
            faulty.extend(statement.terms.first().and_then(Term::name).map(Box::from));
            continue;
        };
        unsigned::plain(&parameter, declarations, sink.behind(before));
        parameter.is_plain(sink);
        if is_new(&mut names, parameter.name, parameter.span, sink) {
            parameters.push(parameter);
        }
    }
    let broken = declarations.params.iter().chain(&declarations.lets).filter(|statement| statement.broken);
    faulty.extend(broken.filter_map(|statement| statement.terms.first()?.name()).map(Box::from));
    let lets = lets(declarations, &mut names, &mut faulty, sink);
    let meant = misdirected(given, &parameters, declarations, sink);
    let bind = |environment: Option<&Request>, sink: &mut Sink| {
        let mut scope = Scope { told: Some(Arc::clone(told)), faulty: faulty.clone(), ..Scope::default() };
        for parameter in &parameters {
            // without a value of its type it is not bound: its uses are tainted, and the fault is reported once, here
            let mut unheard = Sink::default();
            // what a misspelled name was meant for has a value, which is read once the name is mended
            let sink = if meant.contains(parameter.name) { &mut unheard } else { &mut *sink };
            match value(parameter, environment, given, mode, sink) {
                Some(value) => drop(scope.bound.insert(parameter.name.into(), value)),
                None => drop(scope.faulty.insert(parameter.name.into())),
            }
        }
        let mut closing = Closing { scope, left: MOST_LETS, is_full: false };
        match environment {
            Some(request) => {
                closing.scope.bound.insert("environment".into(), text(request.name.clone(), declarations));
                for (name, term) in &request.arguments {
                    closing.scope.bound.insert(name.clone(), term.clone());
                }
                closing.lets(lets.iter().filter(|one| one.names_namespace.is_none()), sink);
                let stated = namespace(declarations, request);
                closing.namespace(stated, &lets, &request.name, sink);
                closing.lets(lets.iter().filter(|one| one.names_namespace.is_some()), sink);
            }
            // one that differs between environments is a fault only where it is used
            None => closing.lets(lets.iter().filter(|one| !one.differs), sink),
        }
        closing.scope
    };
    let global = bind(None, sink);
    let environments: Vec<_> = requests.iter().map(|request| bind(Some(request), sink)).collect();
    // a parameter of an environment or a class stands for another of its name
    let places = |scope: &Scope<'_>, own: Option<&Request>| {
        let is_own = |name: &str| own.is_some_and(|request| request.arguments.contains_key(name));
        let bound = scope.bound.iter().filter(|(name, _)| names.contains_key(&***name) && !is_own(name));
        bound.map(|(name, term)| (name.clone(), term.span)).collect()
    };
    let classes = declarations.classes.values().filter(|named| !named.parameters.is_empty());
    let parameters = |named: &Named<'_>| {
        let names =
            named.parameters.iter().filter_map(|part| super::environments::name_of(part)?.name().map(Box::from));
        (named.statement.span, names.collect())
    };
    let constants = Constants {
        everywhere: places(&global, None),
        environments: environments.iter().zip(requests).map(|(scope, request)| places(scope, Some(request))).collect(),
        arguments: arguments(declarations),
        classes: classes.map(parameters).collect(),
    };
    Scopes { global, environments, constants: Arc::new(constants) }
}

/// Where the values of the parameters of classes stand, by the declaration that takes them over.
fn arguments(declarations: &Declarations<'_>) -> BTreeMap<Box<str>, BTreeMap<Span, ValuePlaces>> {
    let has_parameters = |(name, named): (&String, &Named<'_>)| !name.contains('.') && !named.parameters.is_empty();
    if !declarations.classes.iter().any(has_parameters) {
        return BTreeMap::new();
    }
    let known = classes::parametrised(declarations);
    let of = |(name, declared): (&String, &Declared<'_>)| {
        let places = classes::arguments(declared.named.statement, declarations, &known);
        (!places.is_empty()).then(|| (name.as_str().into(), places))
    };
    declarations.endpoints.iter().filter_map(of).collect()
}

/// Names that have a value without a declaration.
pub(super) const BUILT_IN: [&str; 3] = ["environment", "namespace", "self"];

/// What the value of one of these is.
fn meaning(name: &str) -> &'static str {
    match name {
        "environment" => "the name of the environment",
        "namespace" => "the namespace of the environment",
        _ => "the name of the declaration",
    }
}

fn is_new<'t>(names: &mut BTreeMap<&'t str, Span>, name: &'t str, span: Span, sink: &mut Sink) -> bool {
    if BUILT_IN.contains(&name) {
        sink.report(
            Diagnostic::new(&BVL0205, span, format!("`{name}` is declared by the language"))
                .here("declared again here")
                .note(format!("`${{{name}}}` has a value of its own wherever it is used: {}", meaning(name)))
                .help("give this one another name"),
        );
        return false;
    }
    match names.insert(name, span) {
        None => true,
        Some(first) => {
            names.insert(name, first);
            sink.report(
                Diagnostic::new(&BVL0205, span, format!("`{name}` is declared twice"))
                    .here("declared again here")
                    .label(first, "declared first here")
                    .help("take one of the two out, or give it a name of its own: params and lets share theirs"),
            );
            false
        }
    }
}

fn text(value: String, declarations: &Declarations<'_>) -> Term {
    // values that nobody wrote have no place of their own; they are never shown as one
    let span = declarations.root.or_else(|| declarations.platform.map(|platform| platform.name_span));
    let anywhere = || declarations.environments.values().next().map(|named| named.name_span);
    let span = span.or_else(anywhere).unwrap_or_else(|| Span::new(crate::source::FileId::default(), 0, 0));
    Term { span, kind: TermKind::Text(value.into()) }
}

/// The term that names the namespace of an environment.
fn namespace<'t>(declarations: &Declarations<'t>, request: &Request) -> Option<&'t Term> {
    let named = declarations.environments.get(&request.name)?;
    let statement = named.statement.statements().find(|statement| statement.word() == "namespace")?;
    statement.terms.first()
}

/// A let, behind those that it uses.
struct Let<'t> {
    name: &'t str,
    term: &'t Term,
    /// Where it, or the let through which it does, uses `namespace`.
    names_namespace: Option<Span>,
    /// Whether it is made of what differs between environments.
    differs: bool,
}

/// A scope while values are closed into it.
struct Closing {
    scope: Scope<'static>,
    /// How many bytes lets may have yet.
    left: usize,
    is_full: bool,
}

impl Closing {
    /// Binds lets. One of a faulty value is not bound: its uses are tainted, and the fault is reported once, here.
    fn lets<'l>(&mut self, lets: impl Iterator<Item = &'l Let<'l>>, sink: &mut Sink) {
        for one in lets {
            let closed = if self.is_full { Err(Unclosed::Reported) } else { self.scope.close(one.term) };
            match closed {
                Ok(closed) => {
                    self.left = self.left.saturating_sub(spelling(&closed).len());
                    if self.left == 0 {
                        self.is_full = true;
                        self.scope.faulty.insert(one.name.into());
                        sink.report(
                            Diagnostic::new(&BVL0219, one.term.span, "with this one, all lets are longer than 16 MiB")
                                .help("long values of many lets repeat each other; state what they share once"),
                        );
                    } else {
                        self.scope.bound.insert(one.name.into(), closed);
                    }
                }
                Err(unclosed) => {
                    self.scope.faulty.insert(one.name.into());
                    unclosed.diagnostic().into_iter().for_each(|diagnostic| sink.report(diagnostic));
                }
            }
        }
    }

    /// Binds `namespace`. Where it is stated wrongly or not at all, that is reported where the environment is read.
    fn namespace(&mut self, stated: Option<&Term>, lets: &[Let<'_>], environment: &str, sink: &mut Sink) {
        let mut circle: Option<(Span, Option<&Let<'_>>)> = None;
        if let Some(term) = stated {
            term.each_variable(&mut |name, span, _| {
                let through = lets.iter().find(|one| one.name == name && one.names_namespace.is_some());
                if circle.is_none() && (name == "namespace" || through.is_some()) {
                    circle = Some((span, through));
                }
            });
        }
        if let Some((span, through)) = circle {
            let title = format!("the namespace of {environment} leads back to itself");
            let diagnostic = Diagnostic::new(&BVL0208, span, title)
                .help("write the namespace out, or make it of `${environment}`, the name of the environment");
            let place = through.and_then(|one| Some((one, one.names_namespace?)));
            sink.report(match place {
                Some((one, used)) => diagnostic
                    .here(format!("`{}` is made of the namespace", one.name))
                    .label(used, "the namespace is used here"),
                None => diagnostic.here("the namespace itself"),
            });
        }
        match stated.filter(|_| circle.is_none()).and_then(|term| self.scope.close(term).ok()) {
            Some(closed) => self.scope.bound.insert("namespace".into(), closed).map(drop).unwrap_or_default(),
            None => drop(self.scope.faulty.insert("namespace".into())),
        }
    }
}

/// The value of a param in one environment; `None` where it has none, which has been reported.
fn value(
    parameter: &Parameter<'_>,
    environment: Option<&Request>,
    given: &[Given],
    mode: Mode,
    sink: &mut Sink,
) -> Option<Term> {
    let own = given.iter().rev().filter(|given| given.name == parameter.name);
    let special = own.clone().find(|given| {
        given.environment.is_some() && given.environment.as_ref() == environment.map(|request| &request.name)
    });
    let general = own.clone().find(|given| given.environment.is_none());
    if let Some(given) = special.or(general) {
        let term = parameter.ty.term(&given.value, given.span);
        if let Err(mismatch) = parameter.ty.check(&term) {
            sink.report(parameter.ty.mismatch(parameter.name, &term, &mismatch).label(parameter.span, "declared here"));
            return None;
        }
        return Some(term);
    }
    // a default or example of another type has been reported where it stands
    let fits = |term: &&Term| term.is_closed() && parameter.ty.check(term).is_ok();
    if let Some(default) = parameter.default {
        return Some(default).filter(fits).cloned();
    }
    let is_needed = match mode {
        Mode::Build => {
            environment.is_some_and(|request| request.instance != crate::model::environment::Instance::Example)
        }
        Mode::Check => parameter.example.is_none(),
    };
    if is_needed {
        let name = parameter.name;
        let diagnostic = Diagnostic::new(&BVL0212, parameter.span, format!("param `{name}` has no value"));
        let diagnostic =
            environment.into_iter().fold(diagnostic, |diagnostic, request| diagnostic.environment(&request.title));
        sink.report(
            diagnostic
                .here("no default, and none was given")
                .help(match mode {
                    Mode::Build => format!("give it: --set {name}=VALUE, or a line `{name} = VALUE` in a file for --params"),
                    Mode::Check => {
                        let (ty, sample) = (parameter.ty.name(), parameter.ty.sample());
                        format!("write `param {name}: {ty} example {sample}` to have it checked with an example, `param {name}: {ty} = {sample}` for a default, or give --set {name}=VALUE")
                    }
                }),
        );
    }
    parameter.example.filter(fits).cloned()
}

/// Reports values that are given to nothing, and says which params they were most likely meant for.
fn misdirected<'t>(
    given: &[Given],
    parameters: &[Parameter<'t>],
    declarations: &Declarations<'_>,
    sink: &mut Sink,
) -> BTreeSet<&'t str> {
    let mut meant = BTreeSet::new();
    // of one that is written wrongly it has been said
    let is_broken = |name: &str| {
        let broken = declarations.params.iter().filter(|statement| statement.broken);
        broken.filter_map(|statement| statement.terms.first()).any(|first| first.is_name(name))
    };
    for given in given {
        if !parameters.iter().any(|parameter| parameter.name == given.name) && !is_broken(&given.name) {
            let names = || parameters.iter().map(|parameter| parameter.name);
            let diagnostic = Diagnostic::new(&BVL0213, given.span, format!("there is no param `{}`", given.name));
            let asked = parametrised(declarations, &given.name, &given.value);
            let near = if asked.is_empty() { similar::nearest(&given.name, names()) } else { Vec::new() };
            meant.extend(&near);
            sink.report(if !asked.is_empty() {
                of_an_environment(given, &asked)
            } else if parameters.is_empty() {
                diagnostic.help("the platform declares no params: take it out")
            } else if near.is_empty() {
                diagnostic.help(format!("params: {}", names().collect::<Vec<_>>().join(", ")))
            } else {
                let of = given.environment.as_ref().map_or_else(String::new, |environment| format!("{environment}."));
                let forms = near.iter().map(|near| format!("`{of}{near}={}`", given.value)).collect::<Vec<_>>();
                diagnostic.did_you_mean(&near).help(format!("give it as {}", forms.join(" or ")))
            });
        }
        if let Some(environment) = &given.environment
            && !declarations.environments.contains_key(environment)
        {
            let diagnostic = Diagnostic::new(&BVL0204, given.span, format!("there is no environment `{environment}`"))
                .lacking(Absent::Environment(environment.clone()));
            let near = declarations.environments.nearest_of(environment, |_| true);
            sink.report(if near.is_empty() {
                let names = declarations.environments.names().collect::<Vec<_>>();
                diagnostic.help(format!("environments: {}", names.join(", ")))
            } else {
                let form = |near: &&str| format!("`{near}.{}={}`", given.name, given.value);
                let forms = near.iter().map(form).collect::<Vec<_>>();
                diagnostic.did_you_mean(&near).help(format!("give it as {}", forms.join(" or ")))
            });
        }
    }
    meant
}

/// What is said of a value for a parameter of environments, which no param is: each is asked for with it, or the one that is named.
fn of_an_environment(given: &Given, asked: &[Parametrised<'_>]) -> Diagnostic {
    let named = asked.iter().filter(|one| given.environment.as_deref() == Some(one.name)).collect::<Vec<_>>();
    let meant = if named.is_empty() { asked.iter().collect() } else { named };
    let names: Vec<&str> = meant.iter().map(|one| one.name).collect();
    let s = if names.len() == 1 { "" } else { "s" };
    let title = format!("`{}` is no param, but a parameter of environment{s} {}", given.name, names.join(" and "));
    let forms: Vec<&str> = meant.iter().map(|one| one.asked.as_str()).collect();
    let diagnostic = Diagnostic::new(&BVL0213, given.span, title)
        .help(format!("give it where the environment is asked for: {}", forms.join(" or ")));
    meant.iter().fold(diagnostic, |diagnostic, one| diagnostic.label(one.span, "declared here"))
}

/// The lets in an order in which each comes after those that it uses.
fn lets<'t>(
    declarations: &Declarations<'t>,
    names: &mut BTreeMap<&'t str, Span>,
    faulty: &mut BTreeSet<Box<str>>,
    sink: &mut Sink,
) -> Vec<Let<'t>> {
    let mut found: Vec<(&str, Span, &Term)> = Vec::new();
    for statement in declarations.lets.iter().filter(|statement| !statement.broken) {
        match &*statement.terms {
            [name, equals, value] if name.name().is_some() && equals.kind == TermKind::Equals => {
                let text = name.name().unwrap_or_default();
                if is_new(names, text, name.span, sink) {
                    if constants::is_fine(value, sink) {
                        found.push((text, name.span, value));
                    } else {
                        faulty.insert(text.into());
                    }
                }
            }
            // what belongs to no term has been reported
            terms if terms.iter().any(|term| term.kind == TermKind::Bad) => {
                faulty.extend(statement.terms.first().and_then(Term::name).map(Box::from));
            }
            _ => {
                faulty.extend(statement.terms.first().and_then(Term::name).map(Box::from));
                sink.report(
                    Diagnostic::new(&BVL0202, statement.head(), "a let is a name, `=` and one value")
                        .help("for example: `let team = \"payments\"`"),
                );
            }
        }
    }
    let index: BTreeMap<&str, usize> = found.iter().enumerate().map(|(at, (name, ..))| (*name, at)).collect();
    let mut waits: Vec<usize> = vec![0; found.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
    for (at, (_, _, term)) in found.iter().enumerate() {
        let mut used = Vec::new();
        term.each_variable(&mut |name, _, _| used.push(name));
        for name in used {
            if let Some(other) = index.get(name)
                && let (Some(users), Some(waits)) = (users.get_mut(*other), waits.get_mut(at))
            {
                users.push(at);
                *waits += 1;
            }
        }
    }
    let mut ready: VecDeque<usize> =
        waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(at, _)| at).collect();
    let mut ordered: Vec<Let<'t>> = Vec::new();
    // by name: where it uses `namespace`, and whether it differs between environments
    let mut traits: BTreeMap<&str, (Option<Span>, bool)> = BTreeMap::new();
    while let Some(at) = ready.pop_front() {
        if let Some((name, _, term)) = found.get(at) {
            let (mut names_namespace, mut differs) = (None, false);
            term.each_variable(&mut |used, span, _| {
                let (through, other) = traits.get(used).copied().unwrap_or_default();
                let own = (used == "namespace").then_some(span);
                names_namespace = names_namespace.or(own).or(through);
                differs |= other || matches!(used, "namespace" | "environment");
            });
            traits.insert(name, (names_namespace, differs));
            ordered.push(Let { name, term, names_namespace, differs });
        }
        for user in users.get(at).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(*user) {
                *waits -= 1;
                if *waits == 0 {
                    ready.push_back(*user);
                }
            }
        }
    }
    if ordered.len() < found.len() {
        let stuck: Vec<&(&str, Span, &Term)> =
            found.iter().zip(&waits).filter(|(_, waits)| **waits > 0).map(|(found, _)| found).collect();
        faulty.extend(stuck.iter().map(|(name, ..)| Box::from(*name)));
        if let Some((name, span, _)) = stuck.first() {
            let mut diagnostic =
                Diagnostic::new(&BVL0208, *span, format!("the value of `{name}` leads back to itself"));
            for (other, span, _) in stuck.iter().skip(1).take(8) {
                diagnostic = diagnostic.label(*span, format!("`{other}` is part of the circle, or waits for it"));
            }
            sink.report(diagnostic);
        }
    }
    ordered
}
