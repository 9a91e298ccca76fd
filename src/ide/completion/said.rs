//! What may stand within `${` of a text of a rule.

use super::{Caret, Item, RULE};
use crate::ide::context::Context;
use crate::ide::sentences;

impl Caret<'_> {
    /// Within `${` of a text of a rule: constants, and in its message what it binds, as far as that can be said; `None` in other texts.
    pub(super) fn of_rule(&self, context: &Context<'_>) -> Option<(&str, Vec<Item>)> {
        let constants = || if self.typed.contains('.') { Vec::new() } else { self.constants(context) };
        let (statement, _) = context.statement.filter(|(_, word)| word.is_some())?;
        let is_sentence = context.block.is_some_and(|block| std::ptr::eq(block, &raw const RULE));
        if !is_sentence {
            let is_head = context.around.is_empty() && statement.word() == "rule";
            return is_head.then(|| (self.typed, constants()));
        }
        let n_before = statement.terms.iter().take_while(|term| term.span.end <= self.start).count();
        let (begun, items) = sentences::said(statement.terms.get(..n_before)?, self.typed);
        Some((begun, items.into_iter().chain(constants()).collect()))
    }
}
