//! What a body has from weaker layers, or states itself: to be taken away, changed, or read; and amounts beside a request.

use std::collections::BTreeMap;

use super::{Caret, Item, Kind, item};
use crate::ide::Symbol;
use crate::ide::names::{Owner, Part};
use crate::model::key_text;
use crate::syntax::{Statement, is_word};
use crate::value::quantity::{Rounding, in_thousandths};
use crate::value::{Term, quoted};
use crate::vocabulary::{Block, ENVIRONMENT, Entries, WITHOUT, Word};

/// The digits of a number of whole cores.
const MOST_DIGITS: usize = 2;

impl Caret<'_> {
    /// Whose body the statements around the caret are, and whether an overlay of an environment changes it.
    fn owner(around: &[&Statement]) -> Option<(Owner, bool)> {
        let is_overlay = around.first().is_some_and(|first| first.word() == "environment");
        let declared = around.get(usize::from(is_overlay))?;
        let (name, ..) = declared.terms.first().and_then(Term::named)?;
        let owner = if declared.word() == "class" { Owner::Class(name.into()) } else { Owner::Endpoint(name.into()) };
        Some((owner, is_overlay))
    }

    /// What stands elsewhere of the body around the caret, where a statement takes one of several away, or an overlay changes one.
    pub(super) fn of_body(
        &self,
        word: &Word,
        terms: &[Term],
        (block, around): (&'static Block, &[&Statement]),
    ) -> Option<Vec<Item>> {
        if word.name == WITHOUT.name {
            return match terms {
                [] => (block.entries != Entries::Words).then(|| self.keys(around)),
                [taken] => {
                    let is_body = !std::ptr::eq(block, &raw const ENVIRONMENT) && !taken.is_name("allow");
                    is_body.then(|| self.stated(taken.name().unwrap_or_default(), around))
                }
                _ => None,
            };
        }
        let is_one = word.name == "port" || Part::of_word(word.name).is_some_and(|part| part != Part::Trigger);
        let (_, is_overlay) = Self::owner(around)?;
        (is_one && is_overlay && terms.is_empty()).then(|| self.stated(word.name, around))
    }

    /// What an `env` reads behind a word, given what stands there: the names of its own, and behind one of them its keys.
    pub(super) fn read(&self, word: &str, given: &[Term], around: &[&Statement]) -> Vec<Item> {
        let Some(part) = Part::of_word(word) else { return Vec::new() };
        match given {
            [] => self.parts(part, around),
            [name] => name.name().map(|name| self.keys_of(part, name, around)).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// What the body around the caret, and the classes that it takes over, name by a word: its `config`s, its `secret`s.
    fn parts(&self, part: Part, around: &[&Statement]) -> Vec<Item> {
        let Some((owner, _)) = Self::owner(around) else { return Vec::new() };
        let chain = self.view.names.chain(&owner);
        let declared = self.view.names.declared().into_iter();
        let of_it =
            |symbol: &Symbol| matches!(symbol, Symbol::Part(known, own, _) if *known == part && chain.contains(own));
        let mut items: Vec<Item> = Vec::new();
        for (symbol, span) in declared.filter(|(symbol, _)| of_it(symbol)) {
            if items.iter().all(|known| known.label != symbol.name()) {
                let line = self.line(span);
                items.push(Item { declared: Some(span), ..item(Kind::Constant, symbol.name(), line, "") });
            }
        }
        items
    }

    /// The keys in the braces of one of those.
    fn keys_of(&self, part: Part, name: &str, around: &[&Statement]) -> Vec<Item> {
        let Some((owner, _)) = Self::owner(around) else { return Vec::new() };
        let mut keys = BTreeMap::new();
        for body in self.bodies(self.view.names.chain(&owner)) {
            let of_it = |one: &&Statement| {
                one.word() == part.word() && one.terms.first().is_some_and(|first| first.is_name(name))
            };
            for entry in body.statements().filter(of_it).flat_map(Statement::statements) {
                // a secret says `key NAME`
                let (key, value) = match (part, entry.terms.first()) {
                    (Part::Secret, Some(key)) => (key_text(key), String::new()),
                    (_, value) => (entry.word().to_owned(), value.map(key_text).unwrap_or_default()),
                };
                keys.insert(key, value);
            }
        }
        keys.into_iter().map(|(key, value)| item(Kind::Choice, quoted(&key), value, "")).collect()
    }

    /// What weaker layers state by a word of which there may be several: `env NAME`, `port NAME`, `on cpu`.
    fn stated(&self, word: &str, around: &[&Statement]) -> Vec<Item> {
        let Some((owner, is_overlay)) = Self::owner(around) else { return Vec::new() };
        let chain = self.view.names.chain(&owner).into_iter().filter(|known| is_overlay || *known != owner);
        let inner = around.get(1 + usize::from(is_overlay)..).unwrap_or_default();
        let mut found = BTreeMap::new();
        for mut bodies in self.bodies(chain).into_iter().map(|body| vec![body]) {
            for step in inner {
                let is_it = |other: &&Statement| {
                    let key = |one: &Statement| one.terms.first().map(key_text);
                    // what stands behind a word that there is once is its value
                    other.word() == step.word() && (key(other) == key(step) || other.word() == "scale")
                };
                bodies = bodies.iter().flat_map(|body| body.statements()).filter(is_it).collect();
            }
            for one in bodies.iter().flat_map(|body| body.statements()).filter(|one| one.word() == word) {
                // a trigger with a name of its own is known by that
                let mut own = one.terms.iter().skip_while(|term| word != Part::Trigger.word() || !term.is_name("as"));
                let Some(first) = own.nth(1).or_else(|| one.terms.first()) else { continue };
                let key = key_text(first);
                let label = if first.name().is_some() || is_word(&key) { key } else { quoted(&key) };
                found.entry(label).or_insert(first.span);
            }
        }
        let named = |(label, span)| Item { declared: Some(span), ..item(Kind::Constant, label, self.line(span), "") };
        found.into_iter().map(named).collect()
    }

    /// Whether a weaker layer states a word in the braces around the caret: the platform's defaults, a class, what an overlay changes.
    pub(super) fn is_below(&self, word: &str, around: &[&Statement]) -> bool {
        let Some((owner, is_overlay)) = Self::owner(around) else { return false };
        let inner = around.get(1 + usize::from(is_overlay)..).unwrap_or_default();
        let chain = self.view.names.chain(&owner).into_iter().filter(|known| is_overlay || *known != owner);
        let platforms = self.view.analysis.trees().iter().flat_map(|tree| tree.statements());
        let platforms = platforms.filter(|statement| statement.word() == "platform").flat_map(Statement::statements);
        let defaults = platforms.filter(|statement| statement.word() == "defaults");
        let mut bodies: Vec<&Statement> = self.bodies(chain).into_iter().chain(defaults).collect();
        for step in inner {
            bodies = bodies.iter().flat_map(|body| body.statements()).filter(|one| one.word() == step.word()).collect();
        }
        bodies.iter().flat_map(|body| body.statements()).any(|one| one.word() == word)
    }

    /// Behind the request of cpu that there is no limit.
    pub(super) fn unlimited(&self, word: &Word) -> Option<Item> {
        let (request, limit) = self.typed.split_once("..").filter(|_| word.name == "cpu")?;
        let label = format!("{request}..none");
        "none".starts_with(limit).then(|| item(Kind::Choice, label, "no limit, with a reason", ""))
    }

    fn bodies(&self, owners: impl IntoIterator<Item = Owner>) -> Vec<&Statement> {
        owners.into_iter().filter_map(|owner| self.declaration(owner)).collect()
    }

    /// The number before the caret with each unit; of a limit those that are not below its request. Whole cores have none.
    pub(super) fn amounts(&self, units: &[&str]) -> Vec<Item> {
        let (request, number) = match self.typed.split_once("..") {
            Some((request, number)) => (in_thousandths(request, Rounding::Exact), number),
            None => (None, self.typed),
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Vec::new();
        }
        let is_enough = |unit: &&&str| {
            let amount = in_thousandths(&format!("{number}{unit}"), Rounding::Exact);
            request.zip(amount).is_none_or(|(request, amount)| request <= amount)
        };
        // so many cores no node has
        let is_meant = |unit: &&&str| !unit.is_empty() || number.len() <= MOST_DIGITS;
        let meant = units.iter().filter(is_meant).filter(is_enough);
        meant.map(|unit| item(Kind::Unit, format!("{}{unit}", self.typed), "", "")).collect()
    }
}
