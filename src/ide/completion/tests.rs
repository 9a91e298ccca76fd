//! What may stand in a test: params behind `given`, and behind `expect` what there is to expect, of whom and where.

use super::flows::{CHAINED, DIRECT};
use super::{Caret, Completion, Item, Kind, Symbol, clauses, conditions, item};
use crate::model::test::{Parted, parted};
use crate::object;
use crate::source::Span;
use crate::value::Term;
use crate::vocabulary::{self, FILE, TEST};

impl Caret<'_> {
    /// Behind `given`: a param, or a parameter of an environment behind the name of that; behind the dot either.
    pub(super) fn given(&self, terms: &[Term]) -> Completion {
        if !terms.is_empty() {
            return self.items(self.typed, Vec::new());
        }
        if let Some((environment, begun)) = self.typed.rsplit_once('.') {
            if self.view.names.definition(&Symbol::Environment(environment.into())).is_none() {
                return self.items(begun, Vec::new());
            }
            let own = self.own_parameters(|name| name == environment).into_iter().map(|(_, item)| item);
            return self.items(begun, own.chain(self.params()).collect());
        }
        let own = self.own_parameters(|_| true).into_iter();
        let own = own.map(|(of, item)| Item { label: format!("{of}.{}", item.label), ..item });
        self.items(self.typed, self.params().into_iter().chain(own).collect())
    }

    /// The params of the platform.
    fn params(&self) -> Vec<Item> {
        let is_param = |place: Span| {
            let declared = self.view.file(place.file).and_then(|(_, tree)| {
                let mut statements = tree.statements();
                statements.find(|statement| statement.span.contains(place))
            });
            declared.is_some_and(|statement| statement.word() == "param")
        };
        let mut items = self.declared(Kind::Constant);
        items.retain(|item| item.declared.is_some_and(is_param));
        items
    }

    /// The parameters of environments that fit, each with the name of its environment.
    fn own_parameters(&self, fits: impl Fn(&str) -> bool) -> Vec<(&str, Item)> {
        let declared = self.view.names.declared();
        let of = |place: Span| {
            let mut known = declared.iter();
            known.find_map(|(symbol, span)| {
                let Symbol::Environment(name) = symbol else { return None };
                (*span == place).then_some(&**name)
            })
        };
        let own = declared.iter().filter_map(|(symbol, span)| {
            let Symbol::Parameter(declaration, name) = symbol else { return None };
            let environment = of(*declaration).filter(|environment| fits(environment))?;
            Some((environment, self.named(Kind::Constant, &**name, *span)))
        });
        own.collect()
    }

    /// Behind `expect` and the terms that stand there.
    pub(super) fn expected(&self, terms: &[Term], is_list: bool) -> Option<Completion> {
        let Parted { head, clauses: stated } = parted(terms);
        let n_words = 1 + usize::from(head.first().is_some_and(|first| first.is_name("no")));
        let Some(what) = head.get(n_words - 1).and_then(Term::name) else {
            let words = ["path", "object"].map(|word| item(Kind::Choice, word, "", ""));
            return Some(self.items(self.typed, words.into()));
        };
        let rest = head.get(n_words..).unwrap_or_default();
        match stated.last() {
            Some((word, own)) if word.is_name("where") => {
                let mut items = conditions::next(own, self.typed, is_list);
                if !is_list && conditions::is_whole(own) && self.is_on_word() {
                    items.extend(others(what, terms));
                }
                Some(self.items(self.typed, items))
            }
            Some((word, own)) if own.is_empty() || is_list => {
                let environments = self.declared(Kind::Environment);
                if word.is_name("in") {
                    return Some(self.items(self.typed, environments));
                }
                let mut completion = self.endpoints();
                completion.items.extend(environments);
                Some(completion)
            }
            Some(_) => Some(self.items(self.typed, others(what, terms))),
            None => match what {
                "flow" | "deny" | "path" => {
                    let (word, arrows) = if what == "path" { ("never", CHAINED) } else { ("allow", DIRECT) };
                    let mut found = self.flow((FILE.word(word)?, arrows), rest, (&FILE, is_list))?;
                    if rest.len() > 2 && !is_list {
                        found.items = others(what, terms);
                    }
                    Some(found)
                }
                "error" | "warning" if rest.is_empty() => Some(self.items(self.typed, self.codes("waive"))),
                "object" if rest.is_empty() => Some(self.objects()),
                _ => Some(self.items(self.typed, others(what, terms))),
            },
        }
    }

    /// The kinds of objects, and behind one the names of whom they are of.
    fn objects(&self) -> Completion {
        if let Some((_, begun)) = self.typed.split_once('/') {
            return self.items(begun, self.declared(Kind::Endpoint));
        }
        let kind = |kind: object::Kind| item(Kind::Choice, format!("{}/", kind.as_str()), "", "");
        self.items(self.typed, object::Kind::ALL.map(kind).into())
    }
}

/// The clauses that an expectation may still have.
fn others(what: &str, terms: &[Term]) -> Vec<Item> {
    let takes: &[&str] = match what {
        "error" | "warning" => &["on", "in"],
        "object" => &["where", "in"],
        _ => &["in"],
    };
    let Some(word) = TEST.word("expect") else { return Vec::new() };
    // `in` within a condition is a word of that
    let stated: Vec<&str> = parted(terms).clauses.iter().filter_map(|(word, _)| word.name()).collect();
    let mut items = clauses(word, vocabulary::split(word, terms).args.len(), &[]);
    items.retain(|item| takes.contains(&item.label.as_str()) && !stated.contains(&item.label.as_str()));
    items
}
