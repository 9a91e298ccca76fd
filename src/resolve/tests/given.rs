//! What a test gives: values of params, and of the parameters of environments.

use std::collections::BTreeMap;

use super::{Reader, wrong};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::spelling;
use crate::model::codes::BVL0213;
use crate::model::key_text;
use crate::model::test::GivenValue;
use crate::resolve::absent;
use crate::resolve::environments::{Parameter, parameter};
use crate::resolve::params::ParamType;
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind, similar};

/// What a `given` is.
pub(super) enum Given {
    Param(GivenValue),
    /// Of a parametrised environment.
    Argument {
        environment: String,
        name: String,
        value: String,
    },
}

impl Reader<'_, '_> {
    /// All fixed environments, and an instance of every other: with what is given, else the examples.
    pub(super) fn asked(&self, arguments: &BTreeMap<(String, String), String>) -> Vec<String> {
        let asked = self.declarations.environments.iter().filter_map(|(name, named)| {
            if named.parameters.is_empty() {
                return Some(name.clone());
            }
            let parts: Option<Vec<String>> = named
                .parameters
                .iter()
                .map(|part| {
                    let own = parameter(part, &mut Sink::default())?;
                    let given = arguments.get(&(name.clone(), own.name.to_owned())).cloned();
                    let value = given.or_else(|| own.example.or(own.default).map(key_text))?;
                    Some(format!("{}={value}", own.name))
                })
                .collect();
            Some(format!("{name}({})", parts?.join(", ")))
        });
        asked.collect()
    }

    pub(super) fn given(&mut self, statement: &Statement) -> Option<Given> {
        const HELP: &str = "for example: `given version \"1.4.2\"`";
        let [name, value] = &*statement.terms else {
            let (span, title) = match &*statement.terms {
                [] => (statement.head(), "`given` wants a param and its value".to_owned()),
                [name] => (name.span.after(), format!("`given {}` gives no value", key_text(name))),
                [_, equals, ..] if equals.kind == TermKind::Equals => {
                    let told = wrong(equals.span, "a value stands behind its param without a sign").help(HELP);
                    return self.fault(told.fix("take the sign out", vec![TextEdit::replace(equals.span, "")]));
                }
                [_, extra] | [_, _, extra, ..] => {
                    (extra.span, format!("{} does not belong behind the value", extra.describe()))
                }
            };
            return self.fault(wrong(span, title).help(HELP));
        };
        let Some(path) = name.name() else {
            let title = format!("expected the name of a param, found {}", name.describe());
            return self.fault(wrong(name.span, title).help(HELP));
        };
        let (environment, bare) = match path.rsplit_once('.') {
            Some((environment, bare)) => (Some(environment), bare),
            None => (None, path),
        };
        if let Some(environment) = environment
            && !self.declarations.environments.contains_key(environment)
        {
            if self.table.is_lost(environment) {
                self.is_whole = false;
                return None;
            }
            let environments = &self.declarations.environments;
            let near = environments.nearest_of(environment, |_| true);
            let span = name.span.beginning(environment);
            return self.fault(absent::environment(environment, span, &near, environments.names()));
        }
        let value = self.closed(value)?;
        let own = environment.and_then(|environment| self.declarations.environments.get(environment));
        let own: Vec<Parameter<'_>> = own
            .into_iter()
            .flat_map(|named| named.parameters)
            .filter_map(|part| parameter(part, &mut Sink::default()))
            .collect();
        let params: Vec<Parameter<'_>> = self
            .declarations
            .params
            .iter()
            .filter_map(|statement| parameter(&statement.terms, &mut Sink::default()))
            .collect();
        if let Some(parameter) = own.iter().find(|parameter| parameter.name == bare) {
            let written = self.value(bare, parameter.ty, &value)?;
            if written.contains([',', '"', '(', ')']) {
                let told =
                    Diagnostic::new(&BVL0213, value.span, format!("`{bare}` tells instances apart by its value"))
                        .here("a comma, a quote or a parenthesis parts it")
                        .help("give a value without these, as `--env` takes it");
                return self.fault(told);
            }
            let environment = environment.unwrap_or_default().to_owned();
            return Some(Given::Argument { environment, name: bare.to_owned(), value: written });
        }
        let Some(parameter) = params.iter().find(|parameter| parameter.name == bare) else {
            let is_broken = |statement: &&Statement| statement.terms.first().is_some_and(|first| first.is_name(bare));
            if self.declarations.lost.contains(bare)
                || self.declarations.params.iter().copied().any(|one| is_broken(&one))
            {
                self.is_whole = false;
                return None;
            }
            let names: Vec<&str> = own.iter().chain(&params).map(|parameter| parameter.name).collect();
            return self.fault(self.unknown_param(bare, name.span.ending(bare), &names));
        };
        let written = self.value(bare, parameter.ty, &value)?;
        Some(Given::Param(GivenValue {
            environment: environment.map(str::to_owned),
            name: bare.to_owned(),
            value: written,
            span: statement.head(),
        }))
    }

    fn unknown_param(&self, name: &str, span: Span, names: &[&str]) -> Diagnostic {
        let told = Diagnostic::new(&BVL0213, span, format!("there is no param `{name}`"));
        let of: Vec<&str> = self
            .declarations
            .environments
            .iter()
            .filter(|(_, named)| {
                named.parameters.iter().any(|part| part.first().is_some_and(|first| first.is_name(name)))
            })
            .map(|(environment, _)| environment.as_str())
            .collect();
        if let [environment] = of.as_slice() {
            let whole = format!("{environment}.{name}");
            return told
                .here(format!("a parameter of environment {environment}"))
                .fix(format!("write `{whole}`"), vec![TextEdit::replace(span, whole)]);
        }
        let near = similar::nearest(name, names.iter().copied());
        if !near.is_empty() {
            return told.guess(&near, |near| vec![TextEdit::replace(span, near)]);
        }
        if names.is_empty() {
            return told.here("the platform declares no params").help("declare it, or take this out");
        }
        told.here("declared nowhere").help(format!("params: {}", names.join(", ")))
    }

    /// A value as it is given from outside.
    fn value(&mut self, name: &str, ty: ParamType, term: &Term) -> Option<String> {
        if let Err(mismatch) = ty.check(term) {
            return self.fault(ty.mismatch(name, term, &mismatch));
        }
        Some(term.text().map_or_else(|| spelling(term).into_owned(), str::to_owned))
    }
}
