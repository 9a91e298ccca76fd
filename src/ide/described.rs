//! Where the language itself says what a word means: its place in the pages of the reference, and the page of a code.

use super::context::{self, body};
use super::{At, View};
use crate::diagnostic::Code;
use crate::query::reference::words::{self, BLOCKS};
use crate::registry;
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{Block, FILE, Word};

/// What describes a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Described {
    /// A heading of a page of words.
    Word {
        /// The block whose page it is, as the page is called.
        page: &'static str,
        /// The line, from 0.
        line: u32,
        /// How long the line is: it has no characters but those of ASCII.
        length: u32,
    },
    /// The page of a code.
    Code(&'static Code),
}

/// What describes the word, the clause, the choice or the code at a place. `None` on names and values.
pub fn at(view: &View, at: At) -> Option<Described> {
    let (file, tree) = view.file(at.file)?;
    let context = context::at(file, tree, at.place);
    let (statement, word) = context.statement?;
    let word = word?;
    let (page, mut path) = way(&context.around)?;
    path.push(word.name);
    if context.is_on_word {
        return heading(page, &path);
    }
    let term = statement.terms.iter().find(|term| context::touches(term.span, at.place))?;
    let is_first = statement.terms.first().is_some_and(|first| first.span == term.span);
    if matches!(word.name, "waive" | "severity") && is_first {
        return Some(Described::Code(registry::code(term.name()?)?));
    }
    let name = term.name()?;
    let variant = variant(statement, word);
    path.extend(variant.map(|variant| variant.name));
    let is_clause = variant.and_then(|variant| variant.clause(name)).or_else(|| word.clause(name)).is_some();
    let is_choice = variant.is_some() && is_first;
    (is_choice || is_clause).then(|| heading(page, &path))?
}

/// The page on which the words of the innermost braces are described, and the words that lead there from its top.
fn way(around: &[&Statement]) -> Option<(&'static Block, Vec<&'static str>)> {
    let (mut page, mut block) = (&FILE, &FILE);
    let mut path = Vec::new();
    for statement in around {
        let word = block.word_at(&statement.word)?;
        path.push(word.name);
        path.extend(variant(statement, word).map(|variant| variant.name));
        block = body(statement, Some(word))?;
        if let Some((own, _)) = BLOCKS.iter().find(|(own, _)| std::ptr::eq(*own, block)) {
            page = own;
            path.clear();
        }
    }
    Some((page, path))
}

fn variant(statement: &Statement, word: &'static Word) -> Option<&'static Word> {
    statement.terms.first().and_then(Term::name).and_then(|name| word.variant(name))
}

fn heading(block: &'static Block, path: &[&str]) -> Option<Described> {
    let (line, length) = words::place(block, &path.join(" "))?;
    Some(Described::Word { page: block.name, line, length })
}
