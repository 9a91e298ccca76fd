//! A tree from the byte offsets of its text, in which it is made, to the places of its file.
//!
//! Invariant: every span of the tree is moved once, those of its errors included.

use super::tree::{Item, Statement, Tree};
use crate::source::{Mover, SourceFile};

impl Tree {
    /// Moves a tree that has just been made to the places of its file.
    pub fn relocate(&mut self, file: &SourceFile) {
        if file.places().is_plain() {
            return;
        }
        let mut mover = Mover::new(file.places());
        items(&mut self.items, &mut mover);
        self.errors.iter_mut().for_each(|error| error.relocate(&mut mover));
        self.left_out.iter_mut().for_each(|part| mover.span(part));
    }
}

fn items(items: &mut [Item], mover: &mut Mover<'_>) {
    for item in items {
        match item {
            Item::Statement(own) => statement(own, mover),
            Item::Comment(comment) => mover.span(&mut comment.span),
            Item::Blank(span) | Item::Stray(span) => mover.span(span),
        }
    }
}

fn statement(own: &mut Statement, mover: &mut Mover<'_>) {
    // naming every field, so that a new one is not forgotten
    let Statement { span, word, terms, block, docs, comments, broken: _, awaits: _, foreign } = own;
    for comment in docs {
        mover.span(&mut comment.span);
    }
    mover.span(span);
    word.relocate(mover);
    terms.iter_mut().for_each(|term| term.relocate(mover));
    for comment in comments {
        mover.span(&mut comment.span);
    }
    if let Some(foreign) = foreign {
        mover.span(&mut foreign.at);
        foreign.edits.iter_mut().for_each(|edit| mover.span(&mut edit.span));
    }
    if let Some(block) = block {
        mover.span(&mut block.open);
        items(&mut block.items, mover);
        block.close.iter_mut().for_each(|close| mover.span(close));
    }
}
