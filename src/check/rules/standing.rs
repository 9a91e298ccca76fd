//! What a rule is judged of, and of how much of it it holds.

use super::evaluate::Judged;
use super::fields::{Thing, World};
use super::spoken::{self, Those};
use super::typed::{self, Sentence};
use crate::check::Context;
use crate::model::{Environment, Rule};
use crate::source::Span;

/// Of how much a rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it speaks of: `services`.
    pub things: String,
    /// Of which of those that it means, in order of environments.
    pub held: Vec<Named>,
    /// Of which of them it does not.
    pub broken: Vec<Broken>,
}

/// A thing, as findings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The title of its environment.
    pub environment: String,
    /// The thing.
    pub subject: String,
}

/// A thing of which a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub named: Named,
    /// What it is that fails, as the finding says it: `` `s.scale.min` is 1``; nothing where no value is to blame.
    pub said: Option<String>,
    /// Where that is stated, if it is.
    pub place: Option<Span>,
}

impl Standing {
    /// How many it means.
    pub const fn n_meant(&self) -> usize {
        self.held.len() + self.broken.len()
    }
}

/// One that a rule means: what it says, the thing and its environment.
pub(super) type Meant<'m, 'a> = (&'m Sentence, Thing<'a>, &'a Environment);

/// Judges a rule of each thing that it means; `visit` is given one with what is bound, and whether the rule holds of it.
pub(super) fn each<'a>(cx: &Context<'a>, rule: &Rule, visit: &mut dyn FnMut(Meant<'_, 'a>, &mut Judged<'a>, Verdict)) {
    for stated in &rule.sentences {
        // one that cannot be judged is told by itself
        let Ok(sentence) = typed::read(&stated.terms, rule.sentence) else { continue };
        for environment in stated.environments.iter().filter_map(|id| cx.model.environment(*id)) {
            for thing in spoken::of(cx, &sentence.things.0, environment.id, Those::Read) {
                let mut judged = Judged::new(World { model: cx.model }, thing);
                if sentence.condition.as_ref().is_none_or(|condition| judged.holds(condition)) {
                    let verdict = if judged.holds(&sentence.require) { Verdict::Held } else { Verdict::Broken };
                    visit((&sentence, thing, environment), &mut judged, verdict);
                }
            }
        }
    }
}

/// Whether a rule holds of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Held,
    Broken,
}

/// Of how much a rule holds; `None` of one that cannot be judged.
pub fn of(cx: &Context<'_>, rule: &Rule) -> Option<Standing> {
    let things = typed::read(&rule.sentences.first()?.terms, rule.sentence).ok()?.things.0;
    let mut standing = Standing { things, held: Vec::new(), broken: Vec::new() };
    each(cx, rule, &mut |(sentence, thing, environment), judged, verdict| {
        let named =
            Named { environment: environment.title.clone(), subject: spoken::subject(cx, thing, environment.id) };
        match verdict {
            Verdict::Held => standing.held.push(named),
            Verdict::Broken => {
                let blame = judged.blame(&sentence.require);
                let place = blame.as_ref().and_then(|blame| blame.place).map(|place| place.span);
                standing.broken.push(Broken { named, said: blame.map(|blame| blame.said), place });
            }
        }
    });
    Some(standing)
}
