//! The names of a test: what it gives, what it expects of whom and where.

use super::collect::Collector;
use super::{Argument, Role, Symbol, Taker};
use crate::model::test::{Parted, parted};
use crate::value::Term;

/// What flows can end at that nobody declares.
const OWN: [&str; 2] = ["dns", "kubernetes-api"];

impl<'t> Collector<'t> {
    /// `given NAME VALUE`, `given ENVIRONMENT.NAME VALUE`.
    pub(super) fn given(&mut self, terms: &'t [Term]) {
        if let Some(first) = terms.first()
            && let Some(path) = first.name()
        {
            match path.rsplit_once('.') {
                Some((environment, name)) => {
                    let place = first.span.beginning(environment);
                    self.add(place, Symbol::Environment(environment.into()), Role::Reference);
                    let of = Taker::Environment(environment.into());
                    self.argue(Argument { span: first.span.ending(name), of, name: name.into() });
                }
                None => self.add(first.span, Symbol::Constant(path.into()), Role::Reference),
            }
        }
        for term in terms {
            self.variables(term);
        }
    }

    /// `expect ..`
    pub(super) fn expectation(&mut self, terms: &'t [Term]) {
        let Parted { head, clauses } = parted(terms);
        let n_words = 1 + usize::from(head.first().is_some_and(|first| first.is_name("no")));
        let (words, ends) = head.split_at(n_words.min(head.len()));
        match words.last().and_then(Term::name) {
            Some("flow" | "deny" | "path") => {
                let members = ends.iter().flat_map(Term::members);
                let declared = members.filter(|member| !member.name().is_some_and(|name| OWN.contains(&name)));
                declared.for_each(|member| self.endpoint(member));
            }
            Some("object") => {
                if let Some(object) = ends.first()
                    && let Some((_, name)) = object.name().and_then(|path| path.split_once('/'))
                    && !name.is_empty()
                {
                    let place = object.span.ending(name);
                    self.add(place, Symbol::Endpoint(name.into()), Role::Reference);
                }
            }
            _ => {}
        }
        for (word, own) in clauses {
            match word.name() {
                Some("in") => own.iter().flat_map(Term::members).for_each(|term| self.environment(term)),
                Some("on") => own.iter().for_each(|term| self.endpoint(term)),
                _ => own.iter().for_each(|term| self.variables(term)),
            }
        }
    }
}
