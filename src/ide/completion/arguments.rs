//! What stands in the parentheses behind a class: the names of its parameters, and behind `=` a value of the parameter's type.

use super::{Caret, Completion, Item, Kind, item};
use crate::ide::context;
use crate::ide::names::Owner;
use crate::ide::signature::Call;
use crate::value::{Term, TermKind};
use crate::vocabulary::Type;

impl Caret<'_> {
    /// What could stand at the caret within the parentheses of a class that is taken over; `None` outside of any.
    pub(super) fn class_arguments(&self) -> Option<Completion> {
        let before = self.view.sources().get(self.at.file)?.before(self.start);
        let call = Call::around_the_end(before)?;
        let (declared, _, parameters) = call.class(self.view)?;
        if let Some((name, value)) = call.part.split_once('=') {
            let is_it = |part: &[Term]| part.first().is_some_and(|first| first.is_name(name.trim()));
            let ty = parameters.iter().find(|part| is_it(part)).and_then(|part| part.get(2)).and_then(Term::name);
            let is_begun = !value.trim().is_empty();
            return Some(match ty {
                Some(ty) if !is_begun => self.of_parameter(ty),
                Some(_) | None => self.items(self.typed, Vec::new()),
            });
        }
        let is_given = |name: &str| {
            let names = call.given.split(',').filter_map(|given| given.split_once('='));
            names.map(|(given, _)| given.trim()).any(|given| given == name)
        };
        let names = parameters.iter().filter_map(|part| {
            let (first, last) = (part.first()?, part.last()?);
            let name = first.name().filter(|name| !is_given(name))?;
            let detail = declared.slice(first.span.to(last.span));
            let snippet = Some(format!("{name} = ${{1}}"));
            Some(Item { snippet, declared: Some(first.span), ..item(Kind::Constant, name, detail, "") })
        });
        Some(self.items(self.typed, names.collect()))
    }

    /// Whether the caret is behind the type of a parameter, in the parentheses of what declares it.
    pub(super) fn is_behind_type(&self) -> bool {
        let before = self.view.sources().get(self.at.file).map_or("", |file| file.before(self.start));
        let inner = before.rsplit_once('(').map_or("", |(_, inner)| inner);
        let part = inner.rsplit(',').next().unwrap_or_default();
        let is_closed = inner.contains([')', '{', '}']);
        let ty = part.split_once(':').map_or("", |(_, ty)| ty);
        !is_closed && ty.ends_with(char::is_whitespace) && ty.split_whitespace().count() == 1
    }

    /// What may stand behind the type of a param or parameter.
    pub(super) fn behind_type(&self) -> Completion {
        let follows = [("=", "its value where none is given"), ("example", "its value for `check` and editors")];
        self.items(self.typed, follows.map(|(name, what)| item(Kind::Clause, name, what, "")).into())
    }

    /// The params of the platform that are a number of this type, as they are put in.
    pub(super) fn params_of(&self, ty: Type) -> Vec<Item> {
        let wanted = of_params(ty);
        let statements = self.view.analysis.trees().iter().flat_map(|tree| tree.statements());
        let params = statements.filter(|statement| statement.word() == "param").filter_map(|param| {
            let [name, colon, ty, ..] = &*param.terms else { return None };
            let fits = colon.kind == TermKind::Colon && ty.name().is_some_and(|ty| wanted.contains(&ty));
            let label = format!("${}", name.name().filter(|_| fits)?);
            Some(self.named(Kind::Constant, label, name.span))
        });
        params.collect()
    }

    /// The values of a type of parameters: of a class the workloads that take it over.
    fn of_parameter(&self, ty: &str) -> Completion {
        let known = match ty {
            "duration" => Some(Type::Duration),
            "cpu" => Some(Type::Cpu),
            "memory" => Some(Type::Memory),
            "percent" => Some(Type::Percent),
            "bool" => Some(Type::Choice(&["true", "false"])),
            "int" => Some(Type::Integer),
            "decimal" | "string" | "address" | "cidr" => Some(Type::Text),
            _ => None,
        };
        let Some(known) = known else {
            let class = Owner::Class(ty.into());
            let mut items = self.declared(Kind::Endpoint);
            items.retain(|item| self.view.names.chain(&Owner::Endpoint((*item.label).into())).contains(&class));
            return self.items(self.typed, items);
        };
        let mut completion = self.argument(known);
        if self.typed.is_empty()
            && let Some((file, tree)) = self.view.file(self.at.file)
        {
            let constants = self.constants(&context::at(file, tree, self.at.place));
            let variable = |item: Item| Item { label: format!("${}", item.label), ..item };
            completion.items.extend(constants.into_iter().map(variable));
        }
        completion
    }
}

/// The types of params that can stand for values of some types, where those are numbers.
const OF_NUMBERS: [(&[Type], &[&str]); 7] = [
    (&[Type::Integer, Type::Port, Type::Replicas], &["int"]),
    (&[Type::Quantity], &["int", "decimal"]),
    (&[Type::Count], &["int", "percent"]),
    (&[Type::Percent], &["percent"]),
    (&[Type::Duration, Type::Seconds], &["duration"]),
    (&[Type::Cpu, Type::CpuRange], &["cpu"]),
    (&[Type::Memory, Type::MemoryRange], &["memory"]),
];

fn of_params(ty: Type) -> &'static [&'static str] {
    OF_NUMBERS.iter().find(|(types, _)| types.contains(&ty)).map_or(&[], |(_, params)| params)
}
