//! Which instances of environments there are: the fixed ones, those that were asked for, and one example of every other
//! parametrised one, so that it is checked all the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::EnvironmentId;
use crate::model::body::spelling;
use crate::model::codes::{BVL0202, BVL0204, BVL0207, BVL0210, BVL0213};
use crate::model::environment::Instance;
use crate::model::parameter as model;
use crate::source::{Span, TextEdit};
use crate::value::{Term, TermKind, quoted, similar};

use super::Inputs;
use super::declarations::{Declarations, Named};
use super::modules::Project;
use super::params::{self, ParamType, TYPES};
use super::unsigned;

/// An instance of an environment that is to be modeled.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The name of the declaration.
    pub(super) name: String,
    /// How the user names it.
    pub(super) title: String,
    /// How files and folders name it.
    pub(super) slug: String,
    /// What made it.
    pub(super) instance: Instance,
    /// The values of its parameters.
    pub(super) arguments: BTreeMap<Box<str>, Term>,
    /// Its parameters.
    pub(super) parameters: Vec<model::Parameter>,
    /// The parameters that tell its instances apart, with the values of this one.
    pub(super) telling: Vec<(String, String)>,
}

/// A param, or a parameter of an environment or a class: `pr: int = 1 example 42`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'t, Type = ParamType> {
    pub(super) name: &'t str,
    pub(super) span: Span,
    pub(super) ty: Type,
    pub(super) default: Option<&'t Term>,
    pub(super) example: Option<&'t Term>,
}

impl<'t, Type> Parameter<'t, Type> {
    /// Its default and its example, where it has them.
    pub(super) fn values(&self) -> impl Iterator<Item = &'t Term> + use<'t, Type> {
        self.default.into_iter().chain(self.example)
    }
}

impl Parameter<'_> {
    fn modeled(&self) -> model::Parameter {
        model::Parameter { name: self.name.to_owned(), written: self.ty.written(), has_default: self.default.is_some() }
    }

    /// Whether its default and its example are made of nothing else, which is reported where they are: a param and a
    /// parameter of an environment are known before all that may differ.
    pub(super) fn is_plain(&self, sink: &mut Sink) -> bool {
        let open = [("default", self.default), ("example", self.example)];
        let open: Vec<_> = open.into_iter().filter_map(|(what, term)| Some((what, term?))).collect();
        let open = open.into_iter().filter(|(_, term)| !term.is_closed());
        open.fold(true, |_, (what, term)| {
            let name = self.name;
            sink.report(
                Diagnostic::new(&BVL0213, term.span, format!("the {what} of `{name}` is made of other names"))
                    .here("a value is expected")
                    .help(format!(
                        "write the value out, or make it a `let`: `let {name} = VALUE` may be made of others"
                    )),
            );
            false
        })
    }
}

/// Reads `NAME: TYPE [= default] [example VALUE]`; reports and leaves out what is not one.
pub(super) fn parameter<'t>(terms: &'t [Term], sink: &mut Sink) -> Option<Parameter<'t>> {
    let parameter = typed(terms, sink, |name, span, sink| {
        let ty = ParamType::named(name);
        if ty.is_none() {
            sink.report(unknown_type(name, span, &[]));
        }
        ty
    })?;
    for value in parameter.values().filter(|value| value.is_closed()) {
        if let Err(mismatch) = parameter.ty.check(value) {
            sink.report(parameter.ty.mismatch(parameter.name, value, &mismatch));
        }
    }
    Some(parameter)
}

/// Reads `NAME: TYPE [= default] [example VALUE]`, whatever the types are called.
pub(super) fn typed<'t, Type>(
    terms: &'t [Term],
    sink: &mut Sink,
    named: impl FnOnce(&'t str, Span, &mut Sink) -> Option<Type>,
) -> Option<Parameter<'t, Type>> {
    let first = terms.first()?;
    let wrong = |span: Span, what: String| {
        Diagnostic::new(&BVL0202, span, what).help("for example: `version: string = \"1.0\" example \"1.4.2\"`")
    };
    let Some(name) = first.name() else {
        if first.kind != TermKind::Bad {
            sink.report(wrong(first.span, format!("expected a name, found {}", first.describe())));
        }
        return None;
    };
    let own = name_of(terms).filter(|own| own.span != first.span).and_then(|own| Some((own.name()?, own.span)));
    let colon = terms.get(1).filter(|term| term.kind == TermKind::Colon);
    let stated = colon.and_then(|_| terms.get(2)).and_then(|ty| Some((ty.name()?, ty.span)));
    let ((name, span), (ty, ty_span), n_read) = match (own, stated) {
        // read as what it was meant for
        (Some((own, span)), _) => {
            sink.report(swapped(name, own, first.span.to(span)));
            ((own, span), (name, first.span), 2)
        }
        (None, Some(ty)) => ((name, first.span), ty, 3),
        (None, None) => {
            sink.report(untyped(name, first.span, terms.get(1..).unwrap_or_default()));
            return None;
        }
    };
    let ty = named(ty, ty_span, sink)?;
    let mut parameter = Parameter { name, span, ty, default: None, example: None };
    let mut rest = terms.get(n_read..).unwrap_or_default().iter();
    while let Some(term) = rest.next() {
        let value = rest.next();
        match (&term.kind, value) {
            (TermKind::Equals, Some(value)) => parameter.default = Some(value),
            (TermKind::Name(word), Some(value)) if &**word == "example" => parameter.example = Some(value),
            (TermKind::Bad, _) => return None,
            _ => {
                sink.report(wrong(term.span, format!("{} does not belong here", term.describe())));
                return None;
            }
        }
    }
    Some(parameter)
}

/// The name in a part of the parentheses behind a class or environment; of `string name` the second word, which is read as `name: string`.
pub(super) fn name_of(part: &[Term]) -> Option<&Term> {
    match part {
        [ty, name, ..] if name.name().is_some() && TYPES.iter().any(|(known, _)| ty.is_name(known)) => Some(name),
        [name, ..] => Some(name),
        [] => None,
    }
}

/// What is said of `string name`, as others declare what has a type.
fn swapped(ty: &str, own: &str, whole: Span) -> Diagnostic {
    let written = format!("{own}: {ty}");
    Diagnostic::new(&BVL0202, whole, format!("the name `{own}` stands before its type"))
        .here("a type, then a name")
        .help(format!("write `{written}`"))
        .fix(format!("write `{written}`"), vec![TextEdit::replace(whole, written)])
}

/// What is said of `NAME = VALUE`, and of a name alone: where the value can be of one type alone, which one it lacks.
fn untyped(name: &str, span: Span, rest: &[Term]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&BVL0202, span, format!("`{name}` has no type"));
    let value = match rest {
        [equals, value] if equals.kind == TermKind::Equals => Some(value),
        [..] => None,
    };
    let fitting = |value: &Term| -> Vec<&'static str> {
        TYPES.iter().filter(|(_, ty)| ty.check(value).is_ok()).map(|(name, _)| *name).collect()
    };
    let with = |value: &Term, ty: &str| {
        let written = value.text().map_or_else(|| spelling(value).into_owned(), quoted);
        (format!("write `{name}: {ty} = {written}`"), vec![TextEdit::insert_after(span, format!(": {ty}"))])
    };
    match value.map(|value| (value, fitting(value))) {
        Some((value, fits)) if fits.len() == 1 => {
            let (title, edits) = with(value, &fits.concat());
            diagnostic.help(title.clone()).fix(title, edits)
        }
        // a whole number is a decimal and an amount of cpu as well
        Some((value, fits)) if fits.contains(&"int") => {
            let (title, edits) = with(value, "int");
            diagnostic.help(format!("{title}, or another type: {}", fits.join(", "))).unsafe_fix(title, edits)
        }
        _ => diagnostic.help(format!("write `{name}: TYPE`; types: {}", type_names().join(", "))),
    }
}

fn type_names() -> Vec<&'static str> {
    TYPES.iter().map(|(name, _)| *name).collect()
}

/// What is said of a type that there is not. The names of `others` could have been meant beside those of the types.
pub(super) fn unknown_type(name: &str, span: Span, others: &[&str]) -> Diagnostic {
    let known = type_names();
    let diagnostic = Diagnostic::new(&BVL0204, span, format!("there is no type `{name}`"));
    if let Some(near) = similar::closest(name, known.iter().chain(others).copied()) {
        return diagnostic
            .here(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![TextEdit::replace(span, near)]);
    }
    let meant = counterparts(name);
    if meant.is_empty() {
        diagnostic.help(format!("types: {}", known.join(", ")))
    } else {
        diagnostic.guess(meant, |meant| vec![TextEdit::replace(span, meant)])
    }
}

/// The types that say what one of other languages does.
fn counterparts(name: &str) -> &'static [&'static str] {
    match name.to_ascii_lowercase().as_str() {
        "str" | "text" | "char" | "varchar" => &["string"],
        "number" | "num" | "float" | "double" | "real" => &["decimal", "int"],
        "integer" | "long" | "uint" | "i32" | "i64" | "u32" | "u64" => &["int"],
        "boolean" | "flag" => &["bool"],
        "time" | "timeout" | "seconds" | "interval" => &["duration"],
        "size" | "bytes" | "quantity" => &["memory"],
        "ip" => &["address"],
        "network" | "subnet" | "range" => &["cidr"],
        "share" | "ratio" => &["percent"],
        _ => &[],
    }
}

/// Reports workloads that run nowhere, since there is no environment at all. A folder of classes alone is a library, and
/// waits for a platform that has some.
pub(super) fn any(declarations: &Declarations<'_>, platform: Named<'_>, sink: &mut Sink) {
    let mut workloads = declarations.endpoints.iter().filter(|(_, declared)| declared.kind.is_workload());
    let Some((name, first)) = workloads.next() else { return };
    if !declarations.environments.is_empty() || declarations.has_lost_environment {
        return;
    }
    let rest = workloads.count();
    let who = if rest == 0 { format!("{name} runs") } else { format!("{name} and {rest} more run") };
    let namespace = platform.statement.terms.first().map(crate::model::key_text).unwrap_or_default();
    sink.report(
        Diagnostic::new(&BVL0210, platform.name_span, format!("the platform has no environment, so {who} nowhere"))
            .lacking(Absent::AnyEnvironment)
            .here("no file declares one")
            .label(first.named.name_span, "declared here")
            .note(
                "everything is built for an environment: its namespace, its pods, its policies; nothing would be built",
            )
            .help(format!("add `environment prod {{ namespace \"{namespace}\" }}` at the top level of a file")),
    );
}

/// Every instance to be modeled, in order of name, instances of one environment in the order in which they are asked for.
pub(super) fn requests(declarations: &Declarations<'_>, asked: &[Asked], sink: &mut Sink) -> Vec<Request> {
    let mut requests = Vec::new();
    for wanted in asked {
        if !declarations.environments.contains_key(&wanted.name) {
            let near = declarations.environments.nearest_of(&wanted.name, |_| true);
            let diagnostic =
                Diagnostic::new(&BVL0204, wanted.span, format!("there is no environment `{}`", wanted.name))
                    .lacking(Absent::Environment(wanted.name.clone()));
            sink.report(if near.is_empty() {
                let names = declarations.environments.names().collect::<Vec<_>>();
                diagnostic.help(format!("environments: {}", names.join(", ")))
            } else {
                diagnostic.did_you_mean(&near)
            });
        }
    }
    for (name, named) in declarations.environments.iter() {
        let before = sink.len();
        let parameters: Vec<Parameter<'_>> = named.parameters.iter().filter_map(|part| parameter(part, sink)).collect();
        for parameter in &parameters {
            unsigned::plain(parameter, declarations, sink.behind(before));
        }
        let n_open = parameters.iter().filter(|parameter| !parameter.is_plain(sink)).count();
        let own = asked.iter().filter(|wanted| wanted.name == *name);
        if named.parameters.is_empty() {
            for wanted in own.filter(|wanted| !wanted.arguments.is_empty()) {
                let title = format!("environment {name} has no parameters");
                sink.report(
                    Diagnostic::new(&BVL0213, wanted.span, title)
                        .label(named.name_span, "declared here, without any")
                        .help(format!("ask for it by its name alone: --env {name}")),
                );
            }
            requests.push(Request {
                name: name.clone(),
                title: name.clone(),
                slug: name.clone(),
                instance: Instance::Fixed,
                arguments: BTreeMap::new(),
                parameters: Vec::new(),
                telling: Vec::new(),
            });
            continue;
        }
        if n_open > 0 {
            continue;
        }
        let before = requests.len();
        for wanted in own {
            let instance = instance(name, named, &parameters, Some(wanted), sink);
            // asked for again, however it is written, it is the same one
            let is_new = |new: &Request| !requests.iter().skip(before).any(|known: &Request| known.title == new.title);
            requests.extend(instance.filter(is_new));
        }
        if requests.len() == before {
            requests.extend(instance(name, named, &parameters, None, sink));
        }
    }
    requests
}

/// One instance, from what was asked or from the examples.
fn instance(
    name: &str,
    named: &Named<'_>,
    parameters: &[Parameter<'_>],
    asked: Option<&Asked>,
    sink: &mut Sink,
) -> Option<Request> {
    let mut arguments = BTreeMap::new();
    let mut shown = Vec::new();
    if let Some(asked) = asked {
        let mut known = BTreeSet::new();
        if let Some((twice, _)) = asked.arguments.iter().find(|(given, _)| !known.insert(given)) {
            let title = format!("`{twice}` is given to environment {name} twice");
            sink.report(
                Diagnostic::new(&BVL0207, asked.span, title)
                    .help(format!("ask for it with one of the two: --env '{name}({})'", whole(parameters, asked))),
            );
            return None;
        }
        for (given, _) in
            asked.arguments.iter().filter(|(given, _)| !parameters.iter().any(|parameter| parameter.name == given))
        {
            let title = format!("environment {name} has no parameter `{given}`");
            sink.report(
                Diagnostic::new(&BVL0213, asked.span, title)
                    .label(named.name_span, "declared here")
                    .help(format!("ask for it with its own alone: --env '{name}({})'", whole(parameters, asked))),
            );
        }
    }
    for parameter in parameters {
        let given = asked.and_then(|asked| {
            let (_, value) = asked.arguments.iter().find(|(given, _)| given == parameter.name)?;
            Some(parameter.ty.term(value, asked.span))
        });
        let stand_in = if asked.is_none() { parameter.example } else { None };
        let Some(term) = given.or_else(|| stand_in.or(parameter.default).cloned()) else {
            let (span, message, help) = match asked {
                Some(asked) => (
                    asked.span,
                    format!("`{}` of environment {name} has no value", parameter.name),
                    format!("ask for it whole: --env '{name}({})'", whole(parameters, asked)),
                ),
                None => (
                    parameter.span,
                    format!("`{}` has neither a default nor an example", parameter.name),
                    "an example lets every instance be checked before one is asked for: `pr: int example 42`"
                        .to_owned(),
                ),
            };
            sink.report(Diagnostic::new(&crate::model::codes::BVL0212, span, message).help(help));
            return None;
        };
        if let Some(asked) = asked
            && let Err(mismatch) = parameter.ty.check(&term)
        {
            let mismatch = parameter.ty.mismatch(parameter.name, &term, &mismatch);
            let mut mended = asked.clone();
            let is_it = |(given, _): &&mut (String, String)| given == parameter.name;
            mended.arguments.iter_mut().filter(is_it).for_each(|(_, value)| parameter.ty.sample().clone_into(value));
            sink.report(mismatch.help(format!("for example: --env '{name}({})'", whole(parameters, &mended))));
            return None;
        }
        shown.push((parameter.name, crate::model::key_text(&term)));
        arguments.insert(parameter.name.into(), term);
    }
    if parameters.len() != named.parameters.len() {
        return None;
    }
    let list: Vec<String> = shown.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let settings = settings(named, parameters);
    let telling = shown.iter().filter(|(name, _)| !settings.contains(name));
    let telling: Vec<(String, String)> = telling.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let values: Vec<&str> = telling.iter().map(|(_, value)| value.as_str()).collect();
    Some(Request {
        name: name.to_owned(),
        title: format!("{name}({})", list.join(", ")),
        slug: slug(name, &values),
        instance: if asked.is_some() { Instance::Asked } else { Instance::Example },
        arguments,
        parameters: parameters.iter().map(Parameter::modeled).collect(),
        telling,
    })
}

/// The parameters that tell no instance from another: they have a default, and the name of the namespace does not hold them. One
/// that is asked for with another value of such a one is the same instance, in the same namespace and the same folder.
fn settings<'p>(named: &Named<'_>, parameters: &[Parameter<'p>]) -> BTreeSet<&'p str> {
    let Some(namespace) = named.statement.statements().find(|inner| inner.word() == "namespace") else {
        return BTreeSet::new();
    };
    let mut held = BTreeSet::new();
    for term in &namespace.terms {
        term.each_variable(&mut |name, _, _| held.extend([name]));
    }
    let is_setting = |one: &&Parameter<'_>| one.default.is_some() && !held.contains(one.name);
    parameters.iter().filter(is_setting).map(|one| one.name).collect()
}

/// An environment with a parameter that is given a value as if it were a param.
pub(super) struct Parametrised<'d> {
    /// Its name.
    pub(super) name: &'d str,
    /// Where the parameter is declared.
    pub(super) span: Span,
    /// How it is asked for with the value.
    pub(super) asked: String,
}

/// The environments with a parameter of that name.
pub(super) fn parametrised<'d>(
    declarations: &'d Declarations<'_>,
    parameter_name: &str,
    value: &str,
) -> Vec<Parametrised<'d>> {
    let with_it = declarations.environments.iter().filter_map(|(name, named)| {
        let own =
            named.parameters.iter().find_map(|part| name_of(part).filter(|first| first.is_name(parameter_name)))?;
        // what is wrong with one is told where it is declared
        let read = named.parameters.iter().filter_map(|part| parameter(part, &mut Sink::default()));
        let parts = read.filter_map(|one| match one.default {
            _ if one.name == parameter_name => Some(format!("{}={value}", one.name)),
            Some(_) => None,
            None => Some(format!("{}=..", one.name)),
        });
        let asked = format!("--env '{name}({})'", parts.collect::<Vec<_>>().join(", "));
        Some(Parametrised { name, span: own.span, asked })
    });
    with_it.collect()
}

/// The arguments of an environment that was asked for without some that it needs: those that were given, `..` for these.
fn whole(parameters: &[Parameter<'_>], asked: &Asked) -> String {
    let parts = parameters.iter().filter_map(|parameter| {
        let given = asked.arguments.iter().find(|(given, _)| given == parameter.name);
        match (given, parameter.default) {
            (Some((name, value)), _) => Some(format!("{name}={value}")),
            (None, Some(_)) => None,
            (None, None) => Some(format!("{}=..", parameter.name)),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// A name for files: letters, digits and `-`, other characters written out, so that two instances never share one.
fn slug(name: &str, values: &[&str]) -> String {
    let mut slug = name.to_owned();
    for value in values {
        slug.push('-');
        for character in value.chars() {
            if character.is_ascii_alphanumeric() || character == '.' {
                slug.push(character);
            } else {
                slug.push('_');
                slug.push_str(&u32::from(character).to_string());
                slug.push('_');
            }
        }
    }
    slug
}

/// An environment as asked for on the command line.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    name: String,
    arguments: Vec<(String, String)>,
    span: Span,
}

/// Reads `prod` and `preview(pr=42, region=eu)`.
pub(super) fn read_asked(project: &mut Project, inputs: &Inputs, sink: &mut Sink) -> Vec<Asked> {
    let mut all = Vec::new();
    for text in &inputs.environments {
        let file = params::asked(project, text);
        let span = Span::new(file, 0, text.len());
        let (name, arguments) = match text.split_once('(') {
            None => (text.trim(), Some(Vec::new())),
            Some((name, rest)) => (name.trim(), rest.trim_end().strip_suffix(')').and_then(read_arguments)),
        };
        match arguments {
            Some(arguments) => all.push(Asked { name: name.to_owned(), arguments, span }),
            None => sink.report(
                Diagnostic::new(&BVL0213, span, format!("`{text}` names no environment"))
                    .help("write `--env prod`, or `--env 'preview(pr=42)'` with quotes around it"),
            ),
        }
    }
    all
}

fn read_arguments(list: &str) -> Option<Vec<(String, String)>> {
    if list.trim().is_empty() {
        return Some(Vec::new());
    }
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        Some((name.trim().to_owned(), value.to_owned()))
    };
    list.split(',').map(pair).collect()
}

/// The environments that were asked for: all fixed ones where nothing was.
pub(super) fn wanted(requests: &[Request], asked: &[Asked]) -> Vec<EnvironmentId> {
    let numbered = requests.iter().zip(0..).map(|(request, id)| (request, EnvironmentId(id)));
    let chosen = numbered.filter(|(request, _)| {
        if asked.is_empty() {
            request.instance == Instance::Fixed
        } else {
            request.instance == Instance::Asked
                || (request.instance == Instance::Fixed && asked.iter().any(|wanted| wanted.name == request.name))
        }
    });
    chosen.map(|(_, id)| id).collect()
}
