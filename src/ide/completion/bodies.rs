//! The words of the braces around the caret: those of its block, of a class those of whoever takes it over, and what goes on with
//! a sentence on the line before.

use super::{Caret, Item, Kind, documented, has_word, item};
use crate::ide::context::Context;
use crate::ide::hover::signature;
use crate::ide::{sentences, snippets};
use crate::model::codes::BVL0210;
use crate::resolve::class_block;
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{
    Block, Entries, Keyed, RULE, WITHOUT, Word, declares_endpoint, endpoint_block, endpoint_blocks,
};

impl Caret<'_> {
    /// The words of a block that are not stated yet: those that are missed first, then in the order of the table.
    pub(super) fn words(&self, block: &'static Block, context: &Context<'_>) -> Vec<Item> {
        let around = context.around.last().into_iter().flat_map(|around| around.statements());
        // what is being typed is not stated yet
        let stated: Vec<&str> =
            around.filter(|statement| statement.word.span.start != self.start).map(Statement::word).collect();
        let is_open = |word: &&Word| word.keyed != Keyed::Once || block.name == "file" || !stated.contains(&word.name);
        // an overlay speaks of its environment alone
        let is_overlay = context.around.len() > 1 && context.around.iter().any(|around| around.word() == "environment");
        let is_open = |word: &&Word| is_open(word) && !(is_overlay && word.name == "in");
        let missed = self.missed(context);
        let is_missed = |word: &Word| missed.iter().any(|text| has_word(text, word.name));
        let mut words: Vec<(&Block, &Word)> = match context.around.as_slice() {
            [class] if class.word() == "class" => self.words_of_class(class),
            _ => block.words.iter().map(|word| (block, word)).collect(),
        };
        words.retain(|(_, word)| is_open(word));
        words.sort_by_key(|(_, word)| !is_missed(word));
        let item = |(block, word): (&Block, &Word)| Item {
            snippet: snippets::of_word(word),
            fills: Some((block.name, word.example)),
            ..item(Kind::Word, word.name, signature(word), documented(word))
        };
        let mut items: Vec<Item> = words.into_iter().map(item).collect();
        if takes_away(block, &context.around) {
            items.push(Item {
                snippet: None,
                ..super::item(Kind::Word, WITHOUT.name, "without WORD [KEY]", documented(&WITHOUT))
            });
        }
        items
    }

    /// What findings say of statements that the declaration around the caret lacks.
    fn missed(&self, context: &Context<'_>) -> Vec<String> {
        let Some(around) = context.around.last() else { return Vec::new() };
        let findings = self.view.analysis.findings.iter().filter(|finding| {
            finding.code == &BVL0210 && finding.span().is_some_and(|span| around.head().contains(span))
        });
        findings.map(|finding| format!("{} {}", finding.message, finding.help.as_deref().unwrap_or_default())).collect()
    }

    /// The words that a class may state: those that all have who take it over; of one that nobody takes over those of what it
    /// is written for, and of an empty one those of any.
    fn words_of_class(&self, class: &Statement) -> Vec<(&'static Block, &'static Word)> {
        let of = |block: &'static Block| block.words.iter().map(move |word| (block, word));
        let users = self.users(class);
        if let [first, others @ ..] = users.as_slice() {
            let have = |word: &Word| others.iter().all(|other| other.word(word.name).is_some());
            return of(first).filter(|(_, word)| have(word)).collect();
        }
        if class.statements().any(|statement| statement.word.span.start != self.start) {
            return of(class_block(class).0).collect();
        }
        let mut words: Vec<(&Block, &Word)> = Vec::new();
        for found in endpoint_blocks().flat_map(of) {
            if words.iter().all(|(_, known)| known.name != found.1.name) {
                words.push(found);
            }
        }
        words
    }

    /// The blocks of the declarations that take a class over by its name.
    fn users(&self, class: &Statement) -> Vec<&'static Block> {
        let Some((name, ..)) = class.terms.first().and_then(Term::named) else { return Vec::new() };
        let takes = |statement: &&Statement| {
            let behind = statement.terms.iter().skip_while(|term| !term.is_name("is")).skip(1);
            behind.flat_map(Term::members).filter_map(Term::named).any(|(known, ..)| known == name)
        };
        let statements = self.view.analysis.trees().iter().flat_map(|tree| tree.statements());
        let mut blocks: Vec<&'static Block> = Vec::new();
        for block in statements.filter(takes).filter_map(|statement| endpoint_block(statement.word())) {
            if blocks.iter().all(|known| known.name != block.name) {
                blocks.push(block);
            }
        }
        blocks
    }

    /// What can go on with the sentence of a rule that stands before the caret: it may be written in several lines.
    pub(super) fn resumed(&self, context: &Context<'_>) -> Vec<Item> {
        if !context.block.is_some_and(|block| std::ptr::eq(block, &raw const RULE)) {
            return Vec::new();
        }
        let inner = context.around.last().into_iter().flat_map(|around| around.statements());
        let before = inner.filter(|statement| statement.word.span.start < self.start).last();
        let sentence = before.filter(|statement| statement.word() == sentences::WORD);
        sentence.map(|sentence| sentences::clauses_behind(&sentence.terms)).unwrap_or_default()
    }
}

/// Whether what weaker layers state can be taken away in these braces.
fn takes_away(block: &'static Block, around: &[&Statement]) -> bool {
    let is_layered = |word: &str| word == "class" || word == "environment" || declares_endpoint(word);
    around.first().is_some_and(|first| is_layered(first.word()))
        && block.words.iter().all(|word| word.name != WITHOUT.name)
        && (block.entries == Entries::Words || around.len() > 1)
}
