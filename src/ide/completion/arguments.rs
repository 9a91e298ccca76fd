//! What stands in the parentheses behind a class: the names of its parameters, and behind `=` a value of the parameter's type.

use super::{Caret, Completion, Item, Kind, item};
use crate::ide::context;
use crate::ide::names::Owner;
use crate::ide::signature::Call;
use crate::value::Term;
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
