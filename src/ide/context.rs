//! Where in a file the caret stands: in which braces, on which word or among which terms.

use crate::resolve::class_block;
use crate::source::{SourceFile, Span};
use crate::syntax::{Statement, Tree};
use crate::value::Term;
use crate::vocabulary::{Block, FILE, Word, declares_endpoint};

/// What surrounds a place.
#[derive(Debug)]
pub struct Context<'t> {
    /// The statements whose braces hold it, outermost first.
    pub around: Vec<&'t Statement>,
    /// What may stand in the innermost braces; `None` where these belong to no word.
    pub block: Option<&'static Block>,
    /// The statement that it touches, if it touches one outside its braces.
    pub statement: Option<(&'t Statement, Option<&'static Word>)>,
    /// Whether it touches the word of that statement.
    pub is_on_word: bool,
}

/// What surrounds a place. The end of a word or term still belongs to it: that is where the caret stands after typing.
pub fn at<'t>(file: &SourceFile, tree: &'t Tree, place: u32) -> Context<'t> {
    let mut context = Context { around: Vec::new(), block: Some(&FILE), statement: None, is_on_word: false };
    let mut statements: Vec<&Statement> = tree.statements().collect();
    loop {
        let behind = statements.partition_point(|statement| statement.word.span.start <= place);
        let Some(statement) = behind.checked_sub(1).and_then(|at| statements.get(at)).copied() else { return context };
        let word = context.block.and_then(|block| block.word_at(&statement.word));
        let is_unwritten = is_unwritten(file, statement, place);
        let inside = statement.block.as_ref().filter(|block| {
            !is_unwritten && block.open.end <= place && block.close.is_none_or(|close| place <= close.start)
        });
        if inside.is_some() {
            context.block = body(statement, word);
            context.around.push(statement);
            statements = statement.statements().collect();
            continue;
        }
        let line_end = line_end(file, statement.head().end);
        let closed = !is_unwritten && statement.block.as_ref().is_some_and(|block| block.open.start < place);
        if place <= line_end && !closed {
            context.is_on_word = touches(statement.word.span, place);
            context.statement = Some((statement, word));
        }
        return context;
    }
}

/// Whether the braces of a statement are taken to begin where none stands, and a place is before all that they hold, on the line
/// on which the `{` will stand.
fn is_unwritten(file: &SourceFile, statement: &Statement, place: u32) -> bool {
    let is_none = statement.block.as_ref().is_some_and(|block| block.open.start == block.open.end);
    let is_first = || statement.statements().next().is_none_or(|first| place < first.word.span.start);
    is_none && place <= line_end(file, statement.head().end) && is_first()
}

/// What may stand in the braces of a statement that begins with `word`.
pub fn body(statement: &Statement, word: Option<&'static Word>) -> Option<&'static Block> {
    let word = word?;
    if std::ptr::eq(word, class()?) {
        return Some(class_block(statement).0);
    }
    let variant = statement.terms.first().and_then(Term::name).and_then(|name| word.variant(name));
    let block = variant.and_then(|variant| variant.block).or(word.block);
    // the overlays of an environment have the words of what they change
    let overlay = declares_endpoint(word.name).then(|| FILE.word(word.name)?.block);
    block.or(overlay.flatten())
}

fn class() -> Option<&'static Word> {
    FILE.word("class")
}

/// Whether a caret at a place is within a span or at one of its ends.
pub fn touches(span: Span, place: u32) -> bool {
    span.start <= place && place <= span.end
}

/// Where the line of a place ends.
fn line_end(file: &SourceFile, place: u32) -> u32 {
    let behind = file.behind(place);
    let length = behind.find(['\n', '\r', ';']).unwrap_or(behind.len());
    place.saturating_add(u32::try_from(length).unwrap_or(u32::MAX))
}
