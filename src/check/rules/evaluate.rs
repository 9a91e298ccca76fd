//! Whether what a rule requires holds of one thing, and what it is that fails.
//!
//! Invariants: every sentence that has types has a value, of every thing: nothing fails, and nothing loops. What is absent is equal to
//! `none` alone, is neither more nor less than anything, and makes whatever is counted with it absent.

use std::borrow::Cow;

use super::fields::{Field, Found, Lack, Place, Read, Thing, Ty, Value, World};
use super::parse::{Holds, Operation, Quantity, Relation, Test};
use super::typed::{Kind, Piece, Several, Typed};
use crate::model::Workload;

/// What fails.
#[derive(Debug)]
pub(super) struct Blame<'a> {
    /// Where it stands; `None` for what no statement says.
    pub(super) place: Option<Place>,
    /// What it is: `s.scale.min is 1`.
    pub(super) said: String,
    /// What is missing of whom, where that is a mistake of its own, whatever a rule asks.
    pub(super) lack: Option<(Lack, &'a Workload)>,
}

impl Blame<'_> {
    /// The first that no other mistake explains, else the first.
    fn own(all: impl Iterator<Item = Self>) -> Option<Self> {
        Self::first(all, |blame| blame.lack.is_none())
    }

    /// The first of a kind, else the first.
    fn first(all: impl Iterator<Item = Self>, is_meant: impl Fn(&Self) -> bool) -> Option<Self> {
        let mut first = None;
        for blame in all {
            if is_meant(&blame) {
                return Some(blame);
            }
            first.get_or_insert(blame);
        }
        first
    }
}

/// What is bound while one thing is judged.
pub(super) struct Judged<'a> {
    world: World<'a>,
    bound: Vec<Value<'a>>,
}

impl<'a> Judged<'a> {
    /// One of the things that a sentence speaks of.
    pub(super) fn new(world: World<'a>, thing: Thing<'a>) -> Self {
        // room for what a sentence may bind beside it
        let mut bound = Vec::with_capacity(4);
        bound.push(Value::Thing(thing));
        Self { world, bound }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, condition: &Typed) -> bool {
        match &condition.kind {
            Kind::Is(is) => *is,
            Kind::Field { .. } => matches!(self.value(condition).value, Some(Value::Is(true))),
            Kind::Not(inner) => !self.holds(inner),
            Kind::Both(parts) => parts.iter().all(|part| self.holds(part)),
            Kind::Either(parts) => parts.iter().any(|part| self.holds(part)),
            Kind::Compare(relation, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.value(left).value, self.value(right).value);
                compares(*relation, left.as_ref(), right.as_ref())
            }
            Kind::Among(are, what, several) => {
                let what = self.value(what).value;
                let is_among = self.is_among(what.as_ref(), several);
                match are {
                    Holds::Yes => is_among,
                    Holds::No => !is_among,
                }
            }
            Kind::Test(test, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.value(left).value, self.value(right).value);
                let (Some(Value::Text(text)), Some(Value::Text(part))) = (left, right) else { return false };
                match test {
                    Test::StartsWith => text.starts_with(&*part),
                    Test::EndsWith => text.ends_with(&*part),
                    Test::Contains => text.contains(&*part),
                }
            }
            Kind::Each(quantity, parts) => {
                let [of, body] = &**parts;
                let mut each = self.each(of);
                match quantity {
                    Quantity::Any => each.any(|one| self.with(one, |judged| judged.holds(body))),
                    Quantity::All => each.all(|one| self.with(one, |judged| judged.holds(body))),
                }
            }
            Kind::Number(_) | Kind::Text(_) | Kind::None | Kind::Count(..) => false,
        }
    }

    /// Binds one more while something is read.
    fn with<T>(&mut self, (one, _): (Value<'a>, Option<Place>), read: impl FnOnce(&mut Self) -> T) -> T {
        self.bound.push(one);
        let read = read(self);
        self.bound.pop();
        read
    }

    /// Each of several, where it stands.
    fn each(&self, of: &Typed) -> impl Iterator<Item = (Value<'a>, Option<Place>)> + use<'a> {
        let (things, texts) = match self.value(of).value {
            Some(Value::Things(things)) => (things, Vec::new()),
            Some(Value::Texts(texts)) => (Vec::new(), texts),
            Some(Value::Is(_) | Value::Number(_) | Value::Text(_) | Value::Thing(_)) | None => Default::default(),
        };
        let things = things.into_iter().map(|thing| (Value::Thing(thing), None));
        things.chain(texts.into_iter().map(|(text, place)| (Value::Text(text), place)))
    }

    fn is_among(&self, what: Option<&Value<'a>>, several: &Several) -> bool {
        match several {
            Several::Listed(listed) => {
                listed.iter().any(|one| compares(Relation::Equal, what, self.value(one).value.as_ref()))
            }
            Several::Between(ends) => {
                let [low, high] = &**ends;
                compares(Relation::AtLeast, what, self.value(low).value.as_ref())
                    && compares(Relation::AtMost, what, self.value(high).value.as_ref())
            }
            Several::Texts(texts) => self.each(texts).any(|(text, _)| compares(Relation::Equal, what, Some(&text))),
        }
    }

    /// A value, where it is one.
    fn value(&self, typed: &Typed) -> Found<'a> {
        match &typed.kind {
            Kind::Field { binding, way, key, .. } => self.field(*binding, way, key.as_deref()),
            Kind::Is(is) => Found::known(Value::Is(*is)),
            Kind::Number(number) => Found::known(Value::Number(*number)),
            Kind::Text(text) => Found::known(Value::Text(Cow::Owned(text.clone()))),
            Kind::Count(operation, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.value(left), self.value(right));
                let place = left.place.or(right.place);
                let (Some(Value::Number(one)), Some(Value::Number(other))) = (left.value, right.value) else {
                    return Found { value: None, place };
                };
                let counted = match operation {
                    Operation::Plus => one.saturating_add(other),
                    Operation::Minus => one.saturating_sub(other),
                    Operation::Times => one.saturating_mul(other),
                };
                Found { value: Some(Value::Number(counted)), place }
            }
            // what holds or not is no side of a comparison
            Kind::None
            | Kind::Not(_)
            | Kind::Both(_)
            | Kind::Either(_)
            | Kind::Compare(..)
            | Kind::Among(..)
            | Kind::Test(..)
            | Kind::Each(..) => Found::NONE,
        }
    }

    fn field(&self, binding: usize, way: &[&'static Field], key: Option<&str>) -> Found<'a> {
        let mut found = Found { value: self.bound.get(binding).cloned(), place: None };
        for field in way {
            let Some(Value::Thing(thing)) = found.value else { return Found { value: None, place: found.place } };
            let place = found.place;
            found = match field.read {
                Read::Plain(read) => read(self.world, thing),
                Read::Keyed(read) => read(self.world, thing, key.unwrap_or_default()),
            };
            // what is not there is missing where that stands of which it would be a part
            found.place = found.place.or(place).or_else(|| Self::around(thing));
        }
        found
    }

    /// What is missing of whom, where a field is absent and that is a mistake of its own.
    fn lack(&self, typed: &Typed) -> Option<(Lack, &'a Workload)> {
        let Kind::Field { binding, way, .. } = &typed.kind else { return None };
        let mut value = self.bound.get(*binding).cloned();
        for field in way {
            let Some(Value::Thing(thing)) = value else { return None };
            let Read::Plain(read) = field.read else { return None };
            value = read(self.world, thing).value;
            if value.is_none() {
                let of = if let Thing::Container(workload, _) = thing { Some(workload) } else { thing.workload() };
                return field.lack.zip(of);
            }
        }
        None
    }

    /// Where that stands which has parts of its own.
    fn around(thing: Thing<'a>) -> Option<Place> {
        let of = |span, layer| Some(Place { span, layer });
        match thing {
            Thing::Port(port) => of(port.name.span, port.name.layer),
            Thing::Container(_, contained) => {
                let companion = contained.companion?;
                of(companion.name.span, companion.name.layer)
            }
            Thing::Image(image) => of(image.span, image.layer),
            Thing::Cpu(cpu) => of(cpu.amount.span, cpu.amount.layer),
            Thing::Memory(memory) => of(memory.amount.span, memory.amount.layer),
            Thing::Exposure(exposure) => of(exposure.address.span, exposure.address.layer),
            Thing::Budget(budget) => of(budget.stated.span, budget.stated.layer),
            Thing::Workload(_) | Thing::External(_) | Thing::Environment(_) | Thing::Flow(_) | Thing::End(..) => None,
        }
    }

    /// What is said of a thing.
    pub(super) fn message(&self, pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(typed) => self.shown(typed),
        };
        pieces.iter().map(piece).collect()
    }

    fn shown(&self, typed: &Typed) -> String {
        self.value(typed).value.map_or_else(|| "none".to_owned(), |value| typed.ty.show(&value))
    }

    /// Why a condition does not hold that does not.
    pub(super) fn blame(&mut self, condition: &Typed) -> Option<Blame<'a>> {
        match &condition.kind {
            Kind::Field { .. } => self.blame_value(condition),
            Kind::Not(inner) => self.praise(inner),
            Kind::Both(parts) => {
                let failing: Vec<&Typed> = parts.iter().filter(|part| !self.holds(part)).collect();
                Blame::own(failing.into_iter().filter_map(|part| self.blame(part)))
            }
            Kind::Either(parts) => parts.iter().find_map(|part| self.blame(part)),
            Kind::Compare(_, sides) | Kind::Test(_, sides) => {
                Blame::first(sides.iter().filter_map(|side| self.blame_value(side)), |blame| blame.lack.is_some())
            }
            Kind::Among(_, what, _) => self.blame_value(what),
            Kind::Each(Quantity::All, parts) => {
                let [of, body] = &**parts;
                let failing = |judged: &mut Self, one| judged.with(one, |judged| !judged.holds(body));
                let failing: Vec<_> = self.each(of).filter(|one| failing(self, one.clone())).collect();
                Blame::own(failing.into_iter().filter_map(|one| self.blame_one(one, body, of)))
            }
            Kind::Each(Quantity::Any, parts) => {
                let [of, _] = &**parts;
                self.blame_value(of)
            }
            Kind::Is(_) | Kind::Number(_) | Kind::Text(_) | Kind::None | Kind::Count(..) => None,
        }
    }

    /// Why a condition holds that does.
    fn praise(&mut self, condition: &Typed) -> Option<Blame<'a>> {
        match &condition.kind {
            Kind::Not(inner) => self.blame(inner),
            Kind::Both(parts) => parts.iter().find_map(|part| self.praise(part)),
            Kind::Either(parts) => {
                let holding = parts.iter().find(|part| self.holds(part))?;
                self.praise(holding)
            }
            Kind::Each(Quantity::Any, parts) => {
                let [of, body] = &**parts;
                let holding = |judged: &mut Self, one| judged.with(one, |judged| judged.holds(body));
                let one = self.each(of).find(|one| holding(self, one.clone()))?;
                let place = one.1;
                let found = self.with(one, |judged| judged.praise(body));
                found.map(|found| Blame { place: found.place.or(place), ..found })
            }
            Kind::Each(Quantity::All, parts) => {
                let [of, _] = &**parts;
                self.blame_value(of)
            }
            Kind::Field { .. } | Kind::Compare(..) | Kind::Among(..) | Kind::Test(..) => self.blame(condition),
            Kind::Is(_) | Kind::Number(_) | Kind::Text(_) | Kind::None | Kind::Count(..) => None,
        }
    }

    /// What one of several has that fails.
    fn blame_one(&mut self, one: (Value<'a>, Option<Place>), body: &Typed, of: &Typed) -> Option<Blame<'a>> {
        let place = one.1;
        let name = match &one.0 {
            Value::Thing(thing) => thing.name(),
            Value::Text(text) => Some(text.to_string()),
            Value::Is(_) | Value::Number(_) | Value::Texts(_) | Value::Things(_) => None,
        };
        let found = self.with(one, |judged| judged.blame(body))?;
        let name = name.filter(|_| matches!(of.ty, Ty::Things(_)));
        let said = name.map_or_else(|| found.said.clone(), |name| format!("of {name}: {}", found.said));
        Some(Blame { place: found.place.or(place), said, lack: found.lack })
    }

    /// A value that is a field, or counted of some.
    fn blame_value(&self, typed: &Typed) -> Option<Blame<'a>> {
        match &typed.kind {
            Kind::Field { written, .. } => {
                let found = self.value(typed);
                let said = match found.value {
                    None => format!("`{written}` is none"),
                    Some(Value::Things(things)) if things.is_empty() => format!("`{written}` has nothing"),
                    Some(Value::Texts(texts)) if texts.is_empty() => format!("`{written}` has nothing"),
                    Some(value) => format!("`{written}` is {}", typed.ty.show(&value)),
                };
                Some(Blame { place: found.place, said, lack: self.lack(typed) })
            }
            Kind::Count(_, sides) => {
                let parts: Vec<Blame<'_>> = sides.iter().filter_map(|side| self.blame_value(side)).collect();
                let place = parts.iter().find_map(|part| part.place);
                let lack = parts.iter().find_map(|part| part.lack);
                let said = parts.into_iter().map(|part| part.said).collect::<Vec<_>>().join(", ");
                (!said.is_empty()).then_some(Blame { place, said, lack })
            }
            Kind::Is(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::None
            | Kind::Not(_)
            | Kind::Both(_)
            | Kind::Either(_)
            | Kind::Compare(..)
            | Kind::Among(..)
            | Kind::Test(..)
            | Kind::Each(..) => None,
        }
    }
}

/// Whether two values compare so; what is absent is equal to what is absent.
fn compares(relation: Relation, left: Option<&Value<'_>>, right: Option<&Value<'_>>) -> bool {
    let order = match (left, right) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => Some(one.cmp(other)),
        (Some(Value::Text(one)), Some(Value::Text(other))) => Some(one.cmp(other)),
        (Some(Value::Is(one)), Some(Value::Is(other))) => Some(one.cmp(other)),
        (None, None) => Some(std::cmp::Ordering::Equal),
        _ => None,
    };
    let is_there = left.is_some() && right.is_some();
    match relation {
        Relation::Equal => order.is_some_and(std::cmp::Ordering::is_eq),
        Relation::Unequal => !order.is_some_and(std::cmp::Ordering::is_eq),
        Relation::Below => is_there && order.is_some_and(std::cmp::Ordering::is_lt),
        Relation::AtMost => is_there && order.is_some_and(std::cmp::Ordering::is_le),
        Relation::Above => is_there && order.is_some_and(std::cmp::Ordering::is_gt),
        Relation::AtLeast => is_there && order.is_some_and(std::cmp::Ordering::is_ge),
    }
}
