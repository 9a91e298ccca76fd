//! Parameters of classes that name a workload: `class adapter(server: prometheus.server)`. Which workloads take a class over,
//! and which one an argument names, or stands for where none is given.
//!
//! Invariant: what is bound to such a parameter is the name of a workload that takes the class over and that the
//! environment sees, so that a class never speaks of what is not there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::codes::{BVL0204, BVL0212, BVL0213};
use crate::model::{ClassId, EnvironmentId, unknown_endpoint};
use crate::source::{Span, TextEdit};
use crate::value::{Term, TermKind, name as names, similar};
use crate::vocabulary::SERVICE;

use super::classes::{self, Taken};
use super::declarations::{Declarations, Declared, DeclaredKind};
use super::environments::{self, Parameter};
use super::params::ParamType;
use super::shape::class_block;
use super::table::Table;
use super::{unsigned, unused};

/// The workloads that take over the classes which parameters name as their types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Members {
    /// By class, in order of name.
    of: BTreeMap<ClassId, Vec<String>>,
    /// Those that name a class that there is not, which may be meant for any.
    uncertain: BTreeSet<String>,
}

/// What an argument of a class may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArgumentType<'t> {
    /// A value.
    Value(ParamType),
    /// The name of a workload that takes this class over.
    Member(&'t str, ClassId),
}

/// From where names are seen.
#[derive(Clone, Copy)]
pub(super) struct Sight<'v> {
    /// What they stand for.
    pub(super) table: &'v Table,
    /// The environment that sees them.
    pub(super) environment: EnvironmentId,
    /// How the user names it.
    pub(super) title: &'v str,
}

impl Members {
    /// Finds them.
    pub(super) fn of(declarations: &Declarations<'_>) -> Self {
        let parts = declarations.classes.values().flat_map(|class| class.parameters);
        let wanted: BTreeMap<&str, ClassId> = parts
            .filter_map(|part| {
                let name = part.get(2)?.name()?;
                Some((name, *declarations.class_ids.get(name)?))
            })
            .collect();
        if wanted.is_empty() {
            return Self::default();
        }
        // the classes through which a declaration is of one that is wanted, by their names
        let mut leading: BTreeMap<&str, BTreeSet<ClassId>> = BTreeMap::new();
        for (name, class) in declarations.classes.iter() {
            let inherited = classes::linearize(class.statement, declarations).into_iter().map(|class| class.name);
            let ids: BTreeSet<ClassId> =
                inherited.chain([name.as_str()]).filter_map(|name| wanted.get(name).copied()).collect();
            if !ids.is_empty() {
                leading.insert(name, ids);
            }
        }
        let mut members = Self::default();
        for (name, declared) in declarations.endpoints.iter().filter(|(_, declared)| declared.kind.is_workload()) {
            let named = declared.named.statement.terms.iter().skip(2).flat_map(Term::members).filter_map(Term::named);
            let ids: BTreeSet<ClassId> =
                named.filter_map(|(class, ..)| leading.get(class)).flatten().copied().collect();
            for id in ids {
                members.of.entry(id).or_default().push(name.clone());
            }
            if classes::names_unknown(declared.named.statement, declarations) {
                members.uncertain.insert(name.clone());
            }
        }
        members
    }

    fn seen(&self, class: ClassId, sight: Sight<'_>) -> Vec<&str> {
        let all = self.of.get(&class).into_iter().flatten().map(String::as_str);
        all.filter(|name| sight.table.endpoint(name, sight.environment).is_some()).collect()
    }
}

/// Reads a parameter of a class; reports and leaves out what is not one.
pub(super) fn parameter<'t>(
    terms: &'t [Term],
    declarations: &Declarations<'_>,
    sink: &mut Sink,
) -> Option<Parameter<'t, ArgumentType<'t>>> {
    let named = |name: &'t str, span: Span, sink: &mut Sink| {
        let member = |id: &ClassId| ArgumentType::Member(name, *id);
        let class = declarations.class_ids.get(name).map(member);
        let ty = ParamType::named(name).map(ArgumentType::Value).or(class);
        if ty.is_none() {
            let classes: Vec<&str> = declarations.classes.keys().map(String::as_str).collect();
            let absent = Absent::Class(name.to_owned());
            let unknown = Diagnostic::new(&BVL0204, span, format!("there is no type `{name}`"));
            sink.report(
                unused::told(&unknown, name, declarations)
                    .unwrap_or_else(|| environments::unknown_type(name, span, &classes).lacking(absent)),
            );
        }
        ty
    };
    let parameter = environments::typed(terms, sink, named)?;
    for value in parameter.values().filter(|value| value.is_closed()) {
        match parameter.ty {
            ArgumentType::Value(ty) => {
                if let Err(mismatch) = ty.check(value) {
                    let finding = ty.mismatch(parameter.name, value, &mismatch);
                    let fits = |other: &Term| ty.check(other).is_ok();
                    sink.report(unsigned::default(finding, (value, &mismatch), declarations, fits));
                }
            }
            ArgumentType::Member(class, _) if value.name().is_none() => {
                sink.report(no_name(parameter.name, class, value));
            }
            ArgumentType::Member(..) => {}
        }
    }
    Some(parameter)
}

/// The name of a parameter that stands for a workload: its type is a class, or could not be read.
pub(super) fn standing<'t>(terms: &'t [Term], read: Option<&Parameter<'t, ArgumentType<'t>>>) -> Option<&'t str> {
    let is_value = matches!(read, Some(Parameter { ty: ArgumentType::Value(_), .. }));
    terms.first().and_then(Term::name).filter(|_| !is_value)
}

fn no_name(parameter: &str, class: &str, value: &Term) -> Diagnostic {
    let title = format!("`{parameter}` names a workload of class {class}, and this is {}", value.describe());
    let finding = Diagnostic::new(&BVL0213, value.span, title).here("not the name of a declaration");
    match value.text().filter(|text| names::dns_label(text).is_ok()) {
        Some(name) => finding.fix(format!("write `{name}`"), vec![TextEdit::replace(value.span, name)]),
        None => finding.help(format!("write the name of one, without quotes: `{parameter} = NAME`")),
    }
}

/// The workload that an argument names.
pub(super) fn given(
    value: &Term,
    parameter: &Parameter<'_, ArgumentType<'_>>,
    (class, id): (&str, ClassId),
    (declarations, sight): (&Declarations<'_>, Sight<'_>),
    sink: &mut Sink,
) -> Option<Term> {
    let Some(name) = value.name() else {
        sink.report(no_name(parameter.name, class, value).label(parameter.span, "declared here"));
        return None;
    };
    let seen = declarations.members.seen(id, sight);
    if seen.contains(&name) {
        return Some(value.clone());
    }
    let of_class = || declarations.members.of.get(&id).into_iter().flatten().any(|known| known == name);
    let finding = match declarations.endpoints.get(name) {
        None => {
            let near: Vec<&str> = similar::nearest(name, seen.iter().copied());
            if !near.is_empty() {
                sink.report(unknown_endpoint(name, value.span, &near).environment(sight.title));
                return None;
            }
            unknown_endpoint::<&str>(name, value.span, &[])
        }
        Some(declared) if of_class() => {
            let title = format!("`{name}` runs neither in this environment nor in one that it sees");
            Diagnostic::new(&BVL0213, value.span, title).label(declared.named.name_span, "declared here")
        }
        // its class is written wrongly, and may be this one
        Some(_) if declarations.members.uncertain.contains(name) => return None,
        Some(declared) => {
            let title = format!("`{name}` is no workload of class {class}, which `{}` names", parameter.name);
            Diagnostic::new(&BVL0213, value.span, title).label(declared.named.name_span, "declared here")
        }
    };
    let finding = finding.help(match seen.as_slice() {
        [] => declare((class, id), declarations, sight),
        seen => format!("write one of class {class}: {}", seen.join(", ")),
    });
    sink.report(finding.environment(sight.title));
    None
}

/// The workload that a parameter stands for where no argument is given: the only one that there is.
pub(super) fn only(
    taken: &Taken<'_>,
    parameter: &Parameter<'_, ArgumentType<'_>>,
    (class, id): (&str, ClassId),
    (declarations, sight): (&Declarations<'_>, Sight<'_>),
    sink: &mut Sink,
) -> Option<Term> {
    let seen = declarations.members.seen(id, sight);
    if let [only] = seen.as_slice() {
        return Some(Term { span: taken.span, kind: TermKind::Name((*only).into()) });
    }
    // one whose class is written wrongly may be of this one
    if seen.is_empty() && !declarations.members.uncertain.is_empty() {
        return None;
    }
    let (name, of) = (parameter.name, taken.name);
    let finding = if seen.is_empty() {
        let title = format!("`{name}` of class {of} is a workload of class {class}, and there is none");
        let is_of_it = |external: &Declared<'_>| {
            external.kind == DeclaredKind::External
                && classes::linearize(external.named.statement, declarations).iter().any(|class| class.id == id)
        };
        let external = declarations.endpoints.values().find(|declared| is_of_it(declared));
        let finding = Diagnostic::new(&BVL0212, taken.span, title).caused_by(parameter.span).help(declare(
            (class, id),
            declarations,
            sight,
        ));
        match external {
            Some(external) => finding.label(external.named.name_span, "an external, which is no workload"),
            None => finding,
        }
    } else {
        let title = format!("class {of} wants a value for `{name}`, and several workloads are of class {class}");
        let finding =
            Diagnostic::new(&BVL0212, taken.span, title).note(format!("in {}: {}", sight.title, seen.join(", ")));
        if taken.has_arguments() {
            finding.help(format!("add `{name} = {}`, or the one that is meant, to its arguments", seen.join("` or `")))
        } else {
            seen.iter().fold(finding, |finding, one| {
                let text = format!("({name} = {one})");
                finding.unsafe_fix(format!("write `{of}{text}`"), vec![TextEdit::insert_after(taken.span, text)])
            })
        }
    };
    sink.report(finding.label(parameter.span, "declared here").environment(sight.title));
    None
}

/// How to have a workload of a class.
fn declare((class, id): (&str, ClassId), declarations: &Declarations<'_>, sight: Sight<'_>) -> String {
    let block = declarations.classes.get(class).map(|class| class_block(class.statement).0);
    let word = if block.is_some_and(|block| std::ptr::eq(block, &raw const SERVICE)) { "service" } else { "managed" };
    let home =
        if sight.table.shared.contains(&sight.environment) { format!("in {}", sight.title) } else { "..".into() };
    let declare = format!(
        "declare one outside of all blocks, `{word} NAME is {class} {{ {home} }}`: where it is the only one, it is taken by itself"
    );
    match declarations.members.of.get(&id).and_then(|elsewhere| elsewhere.first()) {
        Some(one) => format!("let `{one}` run there too, by its `in`, or {declare}"),
        None => declare,
    }
}
