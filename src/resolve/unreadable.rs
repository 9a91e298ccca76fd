//! Which words of a declaration cannot be read, so that nothing is said that may be a consequence of that.
//!
//! Invariant: what is not known to be hidden counts as read; a fault in one word says nothing against the others.

use std::collections::BTreeSet;

use crate::model::{Layer, Unread};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::Term;
use crate::vocabulary::{Block, Keyed, PLATFORM_DEFAULTS};

use super::faulty::Faulty;
use super::layers::Source;

/// Whether a syntax error lies anywhere in a declaration.
fn is_broken(statement: &Statement) -> bool {
    let mut stack = vec![statement];
    while let Some(next) = stack.pop() {
        if next.broken {
            return true;
        }
        stack.extend(next.statements());
    }
    false
}

/// How much of a statement can be read.
pub(super) enum Read {
    /// All that no word of it is known to hide.
    All,
    /// A word is unknown: it may have been meant for any that is not stated.
    Unknown,
    /// A fault does not lie in one word.
    Broken,
}

/// Which layers must state a word for nothing else to matter.
#[derive(Clone, Copy)]
pub(super) enum IsWhole {
    /// Any.
    Anywhere,
    /// The declaration or an overlay.
    AboveClasses,
}

/// Adds what cannot be read of all layers of a declaration, of whose `without` those in `idle` take nothing away; whether a fault lies
/// in no single word.
pub(super) fn of_layers(
    sources: &[Source<'_>],
    block: &'static Block,
    (faulty, idle): (&Faulty, &BTreeSet<Span>),
    unread: &mut Unread,
) -> bool {
    let mut is_broken = false;
    for source in sources {
        misplaced(source, block, unread);
        for read in [unreadable(source.statement, block, faulty, unread), meant_by_idle(source, block, idle, unread)] {
            match read {
                Read::All => {}
                Read::Unknown => hidden(sources, IsWhole::Anywhere, block, unread),
                Read::Broken => is_broken = true,
            }
        }
    }
    is_broken
}

/// Adds the words of which a statement cannot be read: those with a fault in them, and those that Kubernetes
/// calls by another name.
pub(super) fn unreadable(statement: &Statement, block: &'static Block, faulty: &Faulty, unread: &mut Unread) -> Read {
    if statement.broken {
        return Read::Broken;
    }
    let mut read = Read::All;
    for inner in statement.statements() {
        match block.word_at(&inner.word) {
            Some(word) if !is_broken(inner) && faulty.is_in_block(&inner.word.span) => unread.block(word.name),
            Some(word) if is_broken(inner) || faulty.contains(&inner.word.span) => {
                unread.word(word.name);
                // a statement that nothing parts from this one is not read either
                for swallowed in inner.terms.iter().flat_map(Term::members).filter_map(|term| block.word(term.name()?))
                {
                    unread.word(swallowed.name);
                }
            }
            Some(word) if faulty.is_by_value(&inner.word.span) => unread.value(word.name),
            Some(_) => {}
            None => match block.meant(inner.word()) {
                // read as the word that is near, where that is sure; Kubernetes' own words are not
                Some(near) if is_broken(inner) || block.read_as(inner.word()).is_none() => unread.word(near),
                None if is_broken(inner) => return Read::Broken,
                Some(_) => {}
                None => read = Read::Unknown,
            },
        }
    }
    read
}

/// Adds the words that a `without` of a layer may have been meant for which finds nothing to take away, as `idle` lists them. One
/// of an overlay of all finds something elsewhere, or is told as a whole.
fn meant_by_idle(source: &Source<'_>, block: &'static Block, idle: &BTreeSet<Span>, unread: &mut Unread) -> Read {
    let mut read = Read::All;
    for inner in source.statement.statements().filter(|_| !idle.is_empty()) {
        if !idle.contains(&inner.head()) {
            if let Some(word) = block.word_at(&inner.word).filter(|_| holds(inner, idle)) {
                unread.block(word.name);
            }
            continue;
        }
        let Some(name) = inner.terms.first().and_then(Term::name) else { continue };
        let within = || block.words.iter().filter(|word| word.block.is_some_and(|inner| inner.word(name).is_some()));
        match (block.word(name), block.did_you_mean(name)) {
            (Some(_), _) if matches!(source.layer, Layer::OverlayAll(_)) => {}
            (Some(word), _) => unread.word(word.name),
            (None, Some(near)) => unread.word(near),
            (None, None) if within().next().is_some() => within().for_each(|word| unread.block(word.name)),
            (None, None) => read = Read::Unknown,
        }
    }
    read
}

/// Whether one of some statements stands in the braces of another, at any depth.
fn holds(statement: &Statement, some: &BTreeSet<Span>) -> bool {
    let mut stack: Vec<&Statement> = statement.statements().collect();
    while let Some(next) = stack.pop() {
        if some.contains(&next.head()) {
            return true;
        }
        stack.extend(next.statements());
    }
    false
}

/// Adds the words that a service takes and defaults do not: where defaults state them they have been refused, and nothing that
/// follows from them is said.
fn misplaced(source: &Source<'_>, block: &'static Block, unread: &mut Unread) {
    match source.layer {
        Layer::PlatformDefaults | Layer::EnvironmentDefaults(_) => {}
        Layer::BuiltIn | Layer::Class(_) | Layer::Declaration | Layer::OverlayAll(_) | Layer::Overlay(_) => return,
    }
    let refused = source.statement.statements().filter(|inner| PLATFORM_DEFAULTS.word(inner.word()).is_none());
    for word in refused.filter_map(|inner| block.word(inner.word())) {
        unread.word(word.name);
    }
}

/// Adds the words that may be stated where nothing can be read: all but those that are stated whole.
pub(super) fn hidden(sources: &[Source<'_>], whole: IsWhole, block: &'static Block, unread: &mut Unread) {
    let stronger = sources.iter().filter(|source| match (source.layer, whole) {
        (_, IsWhole::Anywhere) | (Layer::Declaration | Layer::OverlayAll(_) | Layer::Overlay(_), _) => true,
        (Layer::BuiltIn | Layer::PlatformDefaults | Layer::EnvironmentDefaults(_) | Layer::Class(_), _) => false,
    });
    let stated: BTreeSet<&str> =
        stronger.flat_map(|source| source.statement.statements()).map(Statement::word).collect();
    for word in block.words {
        let is_whole = word.keyed == Keyed::Once && word.block.is_none() && stated.contains(word.name);
        if !is_whole {
            unread.word(word.name);
        }
    }
}
