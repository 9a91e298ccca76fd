//! Classes: which a declaration takes over, in which order, with which arguments.
//!
//! Invariants: a class applies once to a declaration, at its last place, and has the same arguments wherever the declaration
//! reaches it; circles are reported once, whoever uses them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::ClassId;
use crate::model::body::{Scope, spelling};
use crate::model::codes::{BVL0207, BVL0208, BVL0212, BVL0213};
use crate::model::constants::ValuePlaces;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::term::Within;
use crate::value::{Term, TermKind, quoted, similar};
use crate::vocabulary::types::one_of;

use super::declarations::{Declarations, Named};
use super::environments::Parameter;
use super::members::{self, ArgumentType, Sight};
use super::unsigned;

/// A class that a declaration takes over, with its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'t> {
    /// Its name, `module.class` for one of the standard library.
    pub(super) name: &'t str,
    /// Where it is named.
    pub(super) span: Span,
    /// Its number in the model.
    pub(super) id: ClassId,
    /// Its declaration.
    pub(super) named: Named<'t>,
    arguments: &'t [Box<[Term]>],
    /// The class that names it, by its statement; `None` where the declaration itself does.
    heir: Option<Span>,
}

/// The classes of a declaration, weakest first; one that is reached twice applies once, at its last place.
pub(super) fn linearize<'t>(statement: &'t Statement, declarations: &Declarations<'t>) -> Vec<Taken<'t>> {
    reach(statement, declarations).0
}

/// [`linearize`], and the weaker places at which classes with parameters are reached again, strongest first.
pub(super) fn reach<'t>(statement: &'t Statement, declarations: &Declarations<'t>) -> (Vec<Taken<'t>>, Vec<Taken<'t>>) {
    // circles are reported by `circles`, once
    let mut ignored = Circles::default();
    let (mut order, again) = walk(taken(statement, declarations), declarations, &mut BTreeSet::new(), &mut ignored);
    order.reverse();
    (order, again)
}

/// Classes that take themselves over.
#[derive(Default)]
struct Circles {
    sink: Sink,
    /// Some of each circle.
    classes: BTreeSet<ClassId>,
}

/// Reports classes that take themselves over, directly or through others, whether they are used or not. Returns the classes of
/// which nobody knows all that they take over, at least one of each circle.
pub(super) fn circles(declarations: &Declarations<'_>, sink: &mut Sink) -> BTreeSet<ClassId> {
    let mut done = BTreeSet::new();
    let mut circles = Circles::default();
    for (name, named) in declarations.classes.iter() {
        let id = declarations.class_ids.get(name).copied().unwrap_or(ClassId(0));
        let start = Taken { name, span: named.name_span, id, named: *named, arguments: &[], heir: None };
        walk(vec![start], declarations, &mut done, &mut circles);
        if names_unknown(named.statement, declarations) {
            circles.classes.insert(id);
        }
    }
    sink.absorb(circles.sink);
    circles.classes
}

/// Visits classes depth first, last to first, each once, so that the last place of one counts; with the other places of those that
/// have parameters. With a stack of its own: chains of classes may be long.
fn walk<'t>(
    start: Vec<Taken<'t>>,
    declarations: &Declarations<'t>,
    done: &mut BTreeSet<&'t str>,
    circles: &mut Circles,
) -> (Vec<Taken<'t>>, Vec<Taken<'t>>) {
    enum Step<'t> {
        Enter(Taken<'t>),
        Leave,
    }
    let (mut order, mut again): (Vec<Taken<'t>>, Vec<Taken<'t>>) = Default::default();
    let mut path: Vec<Taken<'t>> = Vec::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    let mut stack: Vec<Step<'t>> = start.into_iter().map(Step::Enter).collect();
    while let Some(step) = stack.pop() {
        match step {
            Step::Enter(class) if open.contains(class.name) => {
                let at = path.iter().position(|open| open.name == class.name).unwrap_or(0);
                let members = path.get(at..).unwrap_or_default();
                circles.classes.extend(members.iter().map(|open| open.id));
                circle(members, class, &mut circles.sink);
            }
            Step::Enter(class) => {
                if done.insert(class.name) {
                    path.push(class);
                    open.insert(class.name);
                    order.push(class);
                    stack.push(Step::Leave);
                    let heir = Some(class.named.statement.span);
                    let taken = taken(class.named.statement, declarations).into_iter();
                    stack.extend(taken.map(|taken| Step::Enter(Taken { heir, ..taken })));
                } else if !class.named.parameters.is_empty() {
                    again.push(class);
                }
            }
            Step::Leave => {
                if let Some(left) = path.pop() {
                    open.remove(left.name);
                }
            }
        }
    }
    (order, again)
}

fn circle(path: &[Taken<'_>], class: Taken<'_>, sink: &mut Sink) {
    // reported at the class whose name comes first, whichever declaration led here
    let Some(first) = path.iter().min_by_key(|open| open.name) else { return };
    let title = format!("class {} inherits from itself", first.name);
    let mut diagnostic = Diagnostic::new(&BVL0208, first.named.name_span, title);
    let named = path.iter().skip(1).map(|open| (open.name, open.span)).chain([(class.name, class.span)]);
    let mut edges: Vec<(&str, &str, Span)> =
        path.iter().zip(named).map(|(open, (name, span))| (open.name, name, span)).collect();
    edges.sort_unstable();
    for (heir, name, span) in &edges {
        diagnostic = diagnostic.label(*span, format!("{heir} inherits from {name} here"));
    }
    let example = edges.first().map(|(heir, name, _)| {
        let inherits = path.iter().find(|open| open.name == *heir).map_or(0, |open| {
            open.named.statement.terms.iter().skip(2).map(|term| term.members().len()).sum::<usize>()
        });
        let is = if inherits == 1 { "is " } else { "" };
        format!(", for example `{is}{name}` of class {heir}")
    });
    sink.report(diagnostic.help(format!("take one of these out{}", example.unwrap_or_default())));
}

/// Whether a class that a declaration takes over, directly or through others, does not exist, or takes itself over, so that
/// words may be missing because of that. `classes` are those that it does take over.
pub(super) fn takes_unknown(statement: &Statement, classes: &[Taken<'_>], declarations: &Declarations<'_>) -> bool {
    let is_lacking = |class: &Taken<'_>| declarations.lacking.contains(&class.id);
    !declarations.lacking.is_empty() && classes.iter().any(is_lacking) || names_unknown(statement, declarations)
}

/// Whether a declaration names a class that does not exist, or none behind its `is`.
pub(super) fn names_unknown(statement: &Statement, declarations: &Declarations<'_>) -> bool {
    let named: usize = statement.terms.iter().skip(2).map(|term| term.members().len()).sum();
    match statement.terms.get(1) {
        None => false,
        Some(is) if is.is_name("is") => named == 0 || taken(statement, declarations).len() < named,
        // what stands between the name and `is` hides it
        Some(_) => true,
    }
}

/// The classes behind `is`, in order.
pub(super) fn taken<'t>(statement: &'t Statement, declarations: &Declarations<'t>) -> Vec<Taken<'t>> {
    let mut terms = statement.terms.iter().skip(1);
    if !terms.next().is_some_and(|term| term.is_name("is")) {
        return Vec::new();
    }
    let members = terms.flat_map(Term::members);
    let classes = members.filter_map(|term| {
        let (name, span, arguments) = term.named()?;
        let (named, id) = (*declarations.classes.get(name)?, *declarations.class_ids.get(name)?);
        Some(Taken { name, span, id, named, arguments, heir: None })
    });
    classes.collect()
}

impl Taken<'_> {
    /// Whether anything stands in parentheses behind its name.
    pub(super) fn has_arguments(&self) -> bool {
        !self.arguments.is_empty()
    }
}

/// What arguments are judged by.
#[derive(Clone, Copy)]
pub(super) struct Company<'v, 'a> {
    /// What is declared.
    pub(super) declarations: &'v Declarations<'a>,
    /// From where names are seen; `None` for a class that nothing takes over.
    pub(super) sight: Option<Sight<'v>>,
}

/// The scope of each class: its parameters with their arguments. What a class hands to one that it takes over is made of its own
/// parameters, so that the strongest come first.
pub(super) fn scopes<'a>(
    classes: &[Taken<'_>],
    own: &'a Scope<'a>,
    company: Company<'_, '_>,
    sink: &mut Sink,
) -> Vec<Scope<'a>> {
    let mut scopes: Vec<Scope<'a>> = Vec::with_capacity(classes.len());
    let mut place: BTreeMap<Span, usize> = BTreeMap::new();
    for class in classes.iter().rev() {
        let heir = class.heir.and_then(|heir| scopes.get(*place.get(&heir)?));
        let scope = scope(class, own, heir.unwrap_or(own), company, sink);
        place.insert(class.named.statement.span, scopes.len());
        scopes.push(scope);
    }
    scopes.reverse();
    scopes
}

/// Reports classes that are reached again with other arguments than at their last place: of two values nobody knows which is
/// meant, so that the parameter has none. `taker` is the name of what takes them over.
pub(super) fn unlike<'a>(
    (classes, scopes): (&[Taken<'_>], &mut [Scope<'a>]),
    again: &[Taken<'_>],
    (taker, own): (Span, &'a Scope<'a>),
    company: Company<'_, '_>,
    sink: &mut Sink,
) {
    let place = |statement: Span| classes.iter().position(|class| class.named.statement.span == statement);
    for other in again {
        let Some((at, counts)) = place(other.named.statement.span).and_then(|at| Some((at, classes.get(at)?))) else {
            continue;
        };
        let heir = other.heir.and_then(|heir| scopes.get(place(heir)?));
        let lost = scope(other, own, heir.unwrap_or(own), company, sink);
        let Some(kept) = scopes.get_mut(at) else { continue };
        let is_unlike = |name: &&str| {
            lost.bound.get(*name).zip(kept.bound.get(*name)).is_some_and(|(lost, kept)| lost.kind != kept.kind)
        };
        let parameters = counts.named.parameters.iter().filter_map(|part| super::environments::name_of(part)?.name());
        let names: Vec<&str> = parameters.filter(is_unlike).collect();
        if names.is_empty() {
            continue;
        }
        sink.report(taken_twice(counts, other, &names, taker));
        for name in names {
            kept.bound.remove(name);
            kept.faulty.insert(name.into());
        }
    }
}

/// Reports a class that one `is` names again, arguments and all: the second was likely meant for another. What differs in its
/// arguments is [told](unlike) where values are known.
pub(super) fn named_again(statement: &Statement, sources: &SourceMap, sink: &mut Sink) {
    let members: Vec<&Term> = statement.terms.iter().skip(2).flat_map(Term::members).collect();
    for (at, term) in members.iter().enumerate() {
        let Some((name, span, _)) = term.named() else { continue };
        let mut before = members.iter().take(at).zip(members.iter().skip(1));
        let is_same = |other: &Term| sources.text(other.span) == sources.text(term.span);
        let Some((first, next)) = before.rfind(|(other, _)| is_same(other)) else { continue };
        // the last place counts, so that nothing changes without the first
        let first_out = TextEdit::replace(Span { end: next.span.start, ..first.span }, "");
        sink.report(
            Diagnostic::new(&BVL0207, span, format!("class {name} is taken over twice"))
                .again(first.span)
                .note("a class applies once, at its last place, however often it is named")
                .help("write the class that was meant, or take one of the two out")
                .unsafe_fix(format!("take the first `{name}` out"), vec![first_out]),
        );
    }
}

fn taken_twice(counts: &Taken<'_>, other: &Taken<'_>, names: &[&str], taker: Span) -> Diagnostic {
    let name = counts.name;
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let title = format!("class {name} is taken over twice, with different values of {}", quoted.join(" and "));
    let finding = Diagnostic::new(&BVL0207, counts.span, title).again(other.span);
    let why = "a class applies once, however often it is reached: what the other arguments say would be lost";
    if counts.heir == other.heir {
        return finding.note(why).help("keep one, and state in the braces what the other one was to add");
    }
    let handed: Vec<String> = names.iter().map(|name| format!("{name} = ${name}")).collect();
    finding.label(taker, "both are reached from here").note(why).help(format!(
        "give both the same value; a class between them can have a parameter of its own and hand it on, `is {name}({})`",
        handed.join(", ")
    ))
}

/// By class those with parameters that it takes over, the weakest first. Of the user's classes alone.
pub(super) type Parametrised<'t> = BTreeMap<ClassId, Vec<Taken<'t>>>;

/// The classes that bring parameters.
pub(super) fn parametrised<'t>(declarations: &Declarations<'t>) -> Parametrised<'t> {
    let bring = |(name, named): (&String, &Named<'t>)| {
        let taken = linearize(named.statement, declarations).into_iter().filter(has_own_parameters).collect();
        Some((*declarations.class_ids.get(name)?, taken))
    };
    declarations.classes.iter().filter_map(bring).collect()
}

fn has_own_parameters(class: &Taken<'_>) -> bool {
    !class.named.parameters.is_empty() && !class.name.contains('.')
}

/// Where the values of the parameters stand of the classes that a declaration takes over, by the place of the class.
pub(super) fn arguments<'t>(
    statement: &'t Statement,
    declarations: &Declarations<'t>,
    known: &Parametrised<'t>,
) -> BTreeMap<Span, ValuePlaces> {
    let mut places = BTreeMap::new();
    // a class that is reached twice applies once, at its last place
    for class in taken(statement, declarations) {
        let own = class.named.statement.span;
        if has_own_parameters(&class) {
            places.insert(own, parameters(&class, None, declarations));
        }
        // the strongest first, of whose parameters those of weaker ones may be made
        for inner in known.get(&class.id).into_iter().flatten().rev() {
            let inherited = parameters(inner, places.get(&inner.heir.unwrap_or(own)), declarations);
            places.insert(inner.named.statement.span, inherited);
        }
    }
    places
}

/// Where the value of each parameter stands: its argument, or where the value of that stands which is handed on, else its default.
fn parameters(class: &Taken<'_>, handed_on: Option<&ValuePlaces>, declarations: &Declarations<'_>) -> ValuePlaces {
    let place = |part: &[Term]| {
        let parameter = members::parameter(part, declarations, &mut Sink::default())?;
        let value = given(class, parameter.name).or(parameter.default)?;
        let through = if let TermKind::Variable(name) = &value.kind {
            handed_on.and_then(|places| places.get(name))
        } else {
            None
        };
        Some((parameter.name.into(), through.copied().unwrap_or(value.span)))
    };
    class.named.parameters.iter().filter_map(|part| place(part)).collect()
}

/// The argument that a class is given for a parameter.
fn given<'t>(class: &Taken<'t>, name: &str) -> Option<&'t Term> {
    class.arguments.iter().find_map(|argument| match &**argument {
        [own, equals, value] if equals.kind == TermKind::Equals && own.is_name(name) => Some(value),
        _ => None,
    })
}

/// The scope of a class whose arguments are stated in another one: its own parameters with their values.
fn scope<'a>(
    class: &Taken<'_>,
    own: &'a Scope<'a>,
    stated_in: &Scope<'_>,
    company: Company<'_, '_>,
    sink: &mut Sink,
) -> Scope<'a> {
    let mut scope = Scope { parent: Some(own), ..Scope::default() };
    // one that is written wrongly has been reported, and is there all the same
    let known: Vec<&str> =
        class.named.parameters.iter().filter_map(|part| super::environments::name_of(part)?.name()).collect();
    let mut misnamed = Misnamed::of(class, &known);
    for part in class.named.parameters {
        let mut value = |parameter: Parameter<'_, ArgumentType<'_>>, sink: &mut Sink| {
            (parameter.name.to_owned(), argument(class, &parameter, (stated_in, company), &mut misnamed, sink))
        };
        let parameter = members::parameter(part, company.declarations, sink);
        scope.workloads.extend(members::standing(part, parameter.as_ref()).map(Box::from));
        match parameter.map(|parameter| value(parameter, sink)) {
            Some((name, Some(term))) => drop(scope.bound.insert(name.into(), term)),
            Some((name, None)) => drop(scope.faulty.insert(name.into())),
            None => scope.faulty.extend(super::environments::name_of(part).and_then(Term::name).map(Box::from)),
        }
    }
    let mut named: BTreeMap<&str, Span> = BTreeMap::new();
    for argument in class.arguments {
        let Some(first) = argument.first() else { continue };
        let is_pair = argument.len() == 3 && argument.get(1).is_some_and(|term| term.kind == TermKind::Equals);
        match first.name() {
            Some(name) if is_pair && known.contains(&name) => match named.entry(name) {
                Entry::Vacant(place) => drop(place.insert(first.span)),
                Entry::Occupied(before) => {
                    let title = format!("`{name}` is given to class {} twice", class.name);
                    sink.report(
                        Diagnostic::new(&BVL0207, first.span, title)
                            .again(*before.get())
                            .help("keep one; which of the two counts would depend on order"),
                    );
                }
            },
            Some(name) if is_pair => {
                let title = format!("class {} has no parameter `{name}`", class.name);
                let diagnostic =
                    missed_within(class.named.statement, name, Diagnostic::new(&BVL0213, first.span, title));
                sink.report(match misnamed.near(name).as_slice() {
                    near @ [_, ..] => diagnostic.guess(near, |near| vec![TextEdit::replace(first.span, near)]),
                    [] if known.is_empty() => {
                        diagnostic.label(class.named.name_span, "declared here, without parameters")
                    }
                    [] => diagnostic
                        .label(class.named.name_span, "declared here")
                        .help(format!("its parameters: {}", known.join(", "))),
                });
            }
            // of what is written wrongly nobody knows what it was meant for
            _ if argument.iter().any(|term| matches!(term.kind, TermKind::Bad | TermKind::Call(_))) => {}
            name => {
                let diagnostic = Diagnostic::new(&BVL0213, first.span, "arguments of a class are named");
                let named = |value: &str| format!("write `{}({value})`", class.name);
                sink.report(match (name, argument.get(1), misnamed.free.as_slice()) {
                    (Some(_), Some(colon), _) if colon.kind == TermKind::Colon => {
                        let colon = Span { start: first.span.end, ..colon.span };
                        diagnostic.here("expected `=` after it").fix("write `=`", vec![TextEdit::replace(colon, " =")])
                    }
                    (_, _, []) => diagnostic
                        .here("a value without a name")
                        .label(class.named.name_span, "declared here, and no parameter of it is left")
                        .help("take it out"),
                    (_, None, [only]) if class.arguments.len() == 1 => {
                        let value = first.text().map_or_else(|| spelling(first).into_owned(), quoted);
                        diagnostic
                            .here(format!("a value without a name, and `{only}` is given none"))
                            .help(format!("say which parameter it is for: `{}({only} = {value})`", class.name))
                            .unsafe_fix(
                                format!("write `{only} = {value}`"),
                                vec![TextEdit::replace(first.span.before(), format!("{only} = "))],
                            )
                    }
                    (_, _, free) => diagnostic.here("a value without a name").help(format!(
                        "{}, where NAME is {}",
                        named("NAME = VALUE"),
                        one_of(free)
                    )),
                });
            }
        }
    }
    scope
}

/// Arguments of a class that name none of its parameters: each was meant for one that is given none.
struct Misnamed<'t> {
    /// The parameters that are given no argument.
    free: Vec<&'t str>,
    /// How many arguments were meant for a parameter of quite another name, or name none.
    strangers: usize,
    /// The parameters that arguments were most likely meant for.
    meant: BTreeSet<&'t str>,
}

impl<'t> Misnamed<'t> {
    fn of(class: &Taken<'_>, known: &[&'t str]) -> Self {
        let free = known.iter().copied().filter(|name| given(class, name).is_none()).collect();
        let is_pair = |argument: &[Term]| argument.get(1).is_some_and(|term| term.kind == TermKind::Equals);
        let unnamed = class.arguments.iter().filter(|argument| !is_pair(argument)).count();
        let mut misnamed = Self { free, strangers: unnamed, meant: BTreeSet::new() };
        let names = class.arguments.iter().filter_map(|argument| match &**argument {
            [name, equals, _] if equals.kind == TermKind::Equals => name.name(),
            _ => None,
        });
        for name in names.filter(|name| !known.contains(name)) {
            let near = misnamed.near(name);
            misnamed.strangers += usize::from(near.is_empty());
            misnamed.meant.extend(near);
        }
        misnamed
    }

    fn near(&self, name: &str) -> Vec<&'t str> {
        similar::nearest(name, self.free.iter().copied())
    }

    /// Whether some argument was meant for a parameter that has no value, so that what is wrong is its name.
    fn took(&mut self, name: &str) -> bool {
        let is_meant = self.meant.contains(name);
        let is_last = !is_meant && self.strangers > 0;
        self.strangers -= usize::from(is_last);
        is_meant || is_last
    }
}

/// Whether a parameter is in a value of the word of that name, in the braces of a class or in those within them.
fn is_used_in(class: &Statement, word: &str, parameter: &str) -> bool {
    is_used_where(class, parameter, |stated| stated == word)
}

/// Says of a parameter that has another name where it is declared alone that it is missed in the braces of the class as well.
fn missed_within(class: &Statement, name: &str, told: Diagnostic) -> Diagnostic {
    if is_used_where(class, name, |_| true) { told.lacking(Absent::Constant(name.to_owned())) } else { told }
}

fn is_used_where(class: &Statement, parameter: &str, is_meant: impl Fn(&str) -> bool) -> bool {
    let mut within = vec![class];
    while let Some(outer) = within.pop() {
        for statement in outer.statements() {
            let mut is_used = false;
            let mut visit = |name: &str, _: Span, _: Within| is_used |= name == parameter;
            statement.terms.iter().for_each(|term| term.each_variable(&mut visit));
            if is_used && is_meant(statement.word()) {
                return true;
            }
            within.push(statement);
        }
    }
    false
}

/// The value of a class's parameter: the argument, else the default, else the only workload that it can stand for. `None`
/// where it has been reported.
fn argument(
    class: &Taken<'_>,
    parameter: &Parameter<'_, ArgumentType<'_>>,
    (own, company): (&Scope<'_>, Company<'_, '_>),
    misnamed: &mut Misnamed<'_>,
    sink: &mut Sink,
) -> Option<Term> {
    let stated = given(class, parameter.name);
    if stated.is_none() && parameter.default.is_none() && misnamed.took(parameter.name) {
        return None;
    }
    let value = stated.or(parameter.default).map(|value| close(value, own, sink));
    match (parameter.ty, value) {
        (_, Some(None)) => None,
        (ArgumentType::Member(of, id), value) => {
            // what a class that nothing takes over is given is seen from nowhere
            let sight = company.sight?;
            let declarations = company.declarations;
            match value.flatten() {
                Some(value) => members::given(&value, parameter, (of, id), (declarations, sight), sink),
                None => members::only(class, parameter, (of, id), (declarations, sight), sink),
            }
        }
        (ArgumentType::Value(ty), Some(Some(closed))) => {
            if let Some(value) = stated
                && let Err(mismatch) = ty.check(&closed)
            {
                let is_used_in = |word: &str| is_used_in(class.named.statement, word, parameter.name);
                let finding = ty.mismatch_in(parameter.name, value, &mismatch, &is_used_in);
                let finding = finding.label(parameter.span, "declared here");
                sink.report(unsigned::argument(finding, (value, &mismatch), own, |bound| ty.check(bound).is_ok()));
                return None;
            }
            Some(closed)
        }
        (ArgumentType::Value(_), None) => {
            let title = format!("class {} wants a value for `{}`", class.name, parameter.name);
            sink.report(
                Diagnostic::new(&BVL0212, class.span, title)
                    .label(parameter.span, "declared here, without a default")
                    .caused_by(parameter.span)
                    .help(format!("write `{}({} = VALUE)`", class.name, parameter.name)),
            );
            None
        }
    }
}

fn close(value: &Term, own: &Scope<'_>, sink: &mut Sink) -> Option<Term> {
    // what cannot be read has been told where it is written
    if value.kind == TermKind::Bad {
        return None;
    }
    own.close(value).map_err(|unclosed| unclosed.diagnostic().into_iter().for_each(|found| sink.report(found))).ok()
}
