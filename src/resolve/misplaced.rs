//! What is said of a word that has a place in another block: which one, and how it is written there.
//!
//! Invariants: all of it comes from the table of words; a word with more than two places is led to none; a statement that is shown
//! is one that the block takes, as [`shown::is_taken`] judges.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::misfits::{article, counted_before, fits};
use super::shown;
use crate::diagnostic::Diagnostic;
use crate::model::body::spelling;
use crate::model::codes::BVL0201;
use crate::source::{FileId, TextEdit};
use crate::syntax::{Statement, parse};
use crate::value::TermKind;
use crate::vocabulary::types::one_of;
use crate::vocabulary::{self, Block, Form, Home, Opener, Word};

/// To so many places a word is led at most.
const MOST: usize = 2;

/// Braces that make a statement longer than that are not shown in full.
const LONGEST: usize = 120;

/// What is said of a word where the block of `within` has places for it further in, or where those of other declarations
/// have; `None` where there are none, or too many. `listed` says which words this block has.
pub(super) fn led_home(
    entry: &Statement,
    within: &Statement,
    block: &'static Block,
    listed: &str,
    diagnostic: &Diagnostic,
) -> Option<Diagnostic> {
    let near = block.homes(entry.word());
    let mut far = vocabulary::homes(entry.word());
    far.retain(|home| !home.outer.is_empty() && !near.iter().any(|known| known.is_beside(home)));
    // what stands in the line of another declaration's word is not meant where the declaration around has it as a statement
    let is_of =
        |home: &Home| home.outer.first().is_some_and(|outer| outer.word.block.is_some_and(|outer| outer.has(block)));
    if far.iter().any(|home| is_of(home) && matches!(home.form, Form::Statement(_))) {
        far.retain(|home| is_of(home) || !matches!(home.form, Form::Clause(_)));
    }
    let near = near.iter().map(|home| Place::within(home, entry, block, Some(within)));
    let (mut near, mut far): (Vec<_>, Vec<_>) =
        (near.collect(), far.iter().map(|home| Place::in_a_file(home, entry)).collect());
    let is_whole = near.iter().chain(&far).any(Place::is_whole);
    // what has a place in the very line of a word here is meant for that
    if near.first().is_some_and(|place| place.outer.is_empty() && (place.is_whole() || !is_whole)) {
        near.retain(|place| place.outer.is_empty());
        far.clear();
    }
    // and what is whole where it stands in other braces, for those
    near.retain(|place| place.is_whole() || !is_whole);
    far.retain(|place| place.is_whole() || !is_whole);
    // what has a place in the declaration around is meant for that
    let is_around =
        |place: &Place<'_>| place.declaration.is_some_and(|word| word.block.is_some_and(|outer| outer.has(block)));
    if far.iter().any(is_around) {
        far.retain(is_around);
    }
    if near.len() + far.len() > MOST {
        far.clear();
    }
    if near.len() + far.len() > MOST || near.is_empty() && far.is_empty() {
        return None;
    }
    let (is_near, is_far) = (!near.is_empty(), !far.is_empty());
    let places: Vec<Place<'_>> = near.into_iter().chain(far).collect();
    let words: Vec<String> = places.iter().map(Place::words).collect();
    let diagnostic = diagnostic.clone().here(words.join(", or "));
    let beside = if is_near || listed.is_empty() { String::new() } else { format!("; {listed}") };
    let shown: Vec<String> = places.iter().filter_map(Place::written).collect();
    if shown.is_empty() {
        return Some(if listed.is_empty() { diagnostic } else { diagnostic.help(listed) });
    }
    let write = shown.join(", or ");
    let opening = places.first().and_then(Place::opening).filter(|_| !is_far);
    let stated = within.statements().find(|other| opening.is_some_and(|opener| opens(opener, other)));
    if let (Some(stated), Some(opening)) = (stated, opening) {
        let diagnostic = diagnostic.label(stated.head(), format!("`{}` is stated here", opening.name()));
        return Some(diagnostic.help(match places.first().map(|place| place.form) {
            Some(Form::Variant(..)) => format!("keep one of the two, as {write}"),
            Some(Form::Statement(_) | Form::Clause(_)) | None => format!("move it there: {write}"),
        }));
    }
    let around = places.first().filter(|_| places.len() == 1).and_then(Place::around);
    Some(match around {
        Some((before, behind)) => {
            let before = TextEdit::replace(entry.word.span, format!("{before}{}", entry.word()));
            let behind = (!behind.is_empty()).then(|| TextEdit::insert_after(entry.span, behind));
            diagnostic.unsafe_fix(format!("write {write}"), std::iter::once(before).chain(behind).collect())
        }
        // what was meant for this block may be another of its words
        None => diagnostic.help(format!("write {write}{beside}")),
    })
}

/// Whether a statement that begins as a declaration does can be meant for a place within the block that it stands in: one that
/// takes it as it is, or any if it is no declaration either.
pub(super) fn is_home(entry: &Statement, block: &'static Block) -> bool {
    let homes = block.homes(entry.word());
    let is_declaration = || vocabulary::FILE.word(entry.word()).is_some_and(|word| fits(entry, word));
    !homes.is_empty()
        && (homes.iter().any(|home| Place::within(home, entry, block, None).is_whole()) || !is_declaration())
}

/// Whether a statement of the top level is whole as it is where its word stands in the braces of some declaration.
pub(super) fn stands_within(entry: &Statement) -> bool {
    within(entry).any(|(_, word)| fits(entry, word))
}

/// `web -> api.http` by itself: a flow without the word that says whether it is allowed.
pub(super) fn bare_flow(entry: &Statement) -> Option<Diagnostic> {
    let arrow = entry.terms.first()?;
    let is_path = arrow.kind == TermKind::PathArrow;
    if !is_path && arrow.kind != TermKind::Arrow {
        return None;
    }
    let word = if is_path { "never" } else { "allow" };
    entry.terms.get(1).filter(|to| to.members().iter().all(|member| member.name().is_some()))?;
    let title = format!("no word stands before the flow from `{}`", entry.word());
    Some(
        Diagnostic::new(&BVL0201, entry.word.span, title)
            .here(format!("expected `{word}` before it"))
            .help("`allow web -> api.http` lets the one call the other, `never web -> api` rules it out")
            .unsafe_fix(
                format!("write `{word}`"),
                vec![TextEdit::replace(entry.word.span.before(), format!("{word} "))],
            ),
    )
}

/// The places in the braces of declarations at which the word of a statement begins one.
fn within(entry: &Statement) -> impl Iterator<Item = (Home, &'static Word)> {
    let homes = vocabulary::homes(entry.word()).into_iter().filter(|home| !home.outer.is_empty());
    homes.filter_map(|home| match home.form {
        Form::Statement(word) => Some((home, word)),
        Form::Variant(..) | Form::Clause(_) => None,
    })
}

/// What is said of a statement of the top level whose word stands in the braces of declarations, or of flows: in which, those first
/// that can take it as it is; `None` where there are none.
pub(super) fn led_within(entry: &Statement) -> Option<Diagnostic> {
    let homes: Vec<Home> = within(entry).map(|(home, _)| home).collect();
    let places = homes.iter().map(|home| Place::in_a_file(home, entry)).filter(|place| place.shown.is_some());
    let (fitting, others): (Vec<_>, Vec<_>) = places.partition(Place::is_whole);
    let mut places = if fitting.is_empty() { others } else { fitting };
    let shallowest = places.iter().map(Place::depth).min()?;
    places.retain(|place| place.depth() == shallowest);
    let mut names: Vec<&str> = Vec::new();
    // of several in one declaration the first is the example
    places.retain(|place| {
        let name = place.owner();
        let is_first = !names.contains(&name);
        names.extend(Some(name).filter(|_| is_first));
        is_first
    });
    let takes_over = |block: &Block| vocabulary::endpoint_blocks().any(|known| std::ptr::eq(known, block));
    let declarations = || places.iter().filter_map(|place| place.declaration);
    let class = if declarations().any(|word| word.block.is_some_and(takes_over)) { ", or of a `class`" } else { "" };
    let statements: BTreeSet<&str> = places.iter().filter_map(Place::text).collect();
    let is_flow = places.iter().any(|place| place.declaration.is_none());
    let shown: Vec<String> = match places.first().and_then(Place::text) {
        // the same in all of them
        Some(text) if statements.len() == 1 && !is_flow => vec![format!("`{text}` there")],
        Some(_) | None => places.iter().take(MOST).filter_map(Place::written).collect(),
    };
    let title = format!("`{}` stands outside of all braces", entry.word());
    let diagnostic = Diagnostic::new(&BVL0201, entry.word.span, title);
    Some(
        diagnostic
            .here(format!("belongs in those of {}{class}", one_of(&names)))
            .help(format!("write {}", shown.join(", or "))),
    )
}

/// A place for a statement.
struct Place<'a> {
    /// The declaration that it is in, where it is not the one that the statement stands in.
    declaration: Option<&'static Word>,
    /// In whose braces it is there, outermost first.
    outer: &'a [Opener],
    form: &'a Form,
    entry: &'a Statement,
    /// How it is written there; `None` where that is not known.
    shown: Option<Shown>,
}

/// A statement that a block takes.
struct Shown {
    text: String,
    /// Whether all of it is what the user has written, but for what goes around.
    is_own: bool,
}

impl<'a> Place<'a> {
    /// One within the block of the statement.
    fn within(home: &'a Home, entry: &'a Statement, block: &'static Block, within: Option<&Statement>) -> Self {
        let place = Self { declaration: None, outer: &home.outer, form: &home.form, entry, shown: None };
        Self { shown: place.shown_in(block, within), ..place }
    }

    /// One that is not in the block of the statement.
    fn in_a_file(home: &'a Home, entry: &'a Statement) -> Self {
        // a flow is a statement more than a declaration: its braces are spoken of as such
        let is_flow = |block: &'static Block| std::ptr::eq(block, &raw const vocabulary::FLOW);
        let (declaration, outer, block) = match home.outer.split_first() {
            Some((Opener { word: word @ Word { block: Some(block), .. }, .. }, rest)) if !is_flow(block) => {
                (Some(*word), rest, *block)
            }
            Some(_) | None => (None, home.outer.as_slice(), &vocabulary::FILE),
        };
        let place = Self { declaration, outer, form: &home.form, entry, shown: None };
        Self { shown: place.shown_in(block, None), ..place }
    }

    /// Whose braces those are that all of it is in: the declaration's, or the flow's.
    fn owner(&self) -> &'static str {
        self.declaration.or_else(|| self.outer.first().map(|flow| flow.word)).map_or("", |word| word.name)
    }

    /// In how many braces it is within those.
    fn depth(&self) -> usize {
        self.outer.len().saturating_sub(usize::from(self.declaration.is_none()))
    }

    /// The statement as it is written there.
    fn text(&self) -> Option<&str> {
        self.shown.as_ref().map(|shown| shown.text.as_str())
    }

    /// Whether it takes the statement as it is.
    fn is_whole(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.is_own)
    }

    /// Where it is: "stands in the braces of `shutdown`", "stands behind `disruption`, in its line".
    fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        match self.form {
            Form::Statement(_) => {}
            Form::Variant(owner, _) => words.push(format!("after `{}`", owner.name)),
            Form::Clause(owners) => {
                words.push(format!("after {}", one_of(&owners.iter().map(|word| word.name).collect::<Vec<_>>())));
            }
        }
        if !words.is_empty() && self.outer.is_empty() {
            words.push("in its line".to_owned());
        }
        let braces = self.outer.iter().rev().enumerate();
        words.extend(braces.map(|(at, word)| {
            let which = if at == 0 { "the braces" } else { "those" };
            format!("in {which} of `{}`", word.name())
        }));
        match self.declaration {
            Some(declaration) if words.is_empty() => return format!("a word of the {} block", declaration.name),
            Some(declaration) => words.push(format!("in {} block", article(declaration.name))),
            None => {}
        }
        format!("stands {}", words.join(", "))
    }

    /// The statement as it is written there, and in what: "`cidr 10.0.0.0/8` in an external block".
    fn written(&self) -> Option<String> {
        let statement = self.text()?;
        Some(match self.declaration {
            Some(declaration) => format!("`{statement}` in {} block", article(declaration.name)),
            None => format!("`{statement}`"),
        })
    }

    /// The first of the statements that may be meant which the block takes: what the user has written where it can be that,
    /// and an example where it cannot.
    fn shown_in(&self, block: &'static Block, within: Option<&Statement>) -> Option<Shown> {
        let own = || (shown::written(self.entry), true);
        let example = |word: &Word| (word.example.to_owned(), false);
        let candidates: Vec<(String, bool)> = match self.form {
            Form::Statement(word) => std::iter::once(own())
                .chain(self.counted(word).map(|text| (text, false)))
                .chain([example(word)])
                .collect(),
            Form::Variant(owner, variant) => {
                vec![(format!("{} {}", owner.name, shown::written(self.entry)), true), example(variant)]
            }
            // in the line of another statement there is no place for braces
            Form::Clause(_) if self.entry.block.is_some() => Vec::new(),
            Form::Clause(owners) => {
                let stated = within.and_then(|within| self.stated(owners, within)).map(shown::line);
                let examples = owners.iter().flat_map(|owner| bare_examples(owner)).map(str::to_owned);
                stated
                    .into_iter()
                    .chain(examples)
                    .map(|whole| (format!("{whole} {}", shown::line(self.entry)), true))
                    .collect()
            }
        };
        let around = |inner: String| {
            self.outer.iter().rev().fold(inner, |inner, opener| format!("{} {{ {inner} }}", opener.head()))
        };
        let candidates = candidates.into_iter().map(|(text, is_own)| Shown { text: around(text), is_own });
        let shown = candidates.into_iter().find(|shown| shown::is_taken(&shown.text, block))?;
        if shown.is_own && self.entry.block.is_some() && shown.text.len() > LONGEST {
            return Some(Shown { text: around(format!("{} {{ .. }}", shown::line(self.entry))), ..shown });
        }
        Some(shown)
    }

    /// The statement with the number that its braces say before them, where they say one: `scale 2..20 { on cpu 70% }`.
    fn counted(&self, word: &'static Word) -> Option<String> {
        let block = word.block?;
        let counted = counted_before(self.entry, block)?;
        let tree = parse(FileId::default(), &Arc::from(word.example));
        let usual = tree.statements().next().filter(|usual| usual.word() == word.name)?;
        let ends = match usual.terms.first().map(|term| &term.kind) {
            Some(TermKind::Range(ends)) => (spelling(&ends.0), spelling(&ends.1)),
            Some(_) | None => return None,
        };
        let counted = counted.replace("MIN", &ends.0).replace("MAX", &ends.1);
        let kept = self.entry.statements().filter(|inner| !block.is_said_before(inner.word()));
        let kept: Vec<String> = kept.map(shown::written).collect();
        let usual = || usual.statements().map(shown::written).collect();
        let inner = if kept.is_empty() { usual() } else { kept };
        // one number leaves nothing for the braces
        let is_range = counted.contains("..");
        Some(if is_range {
            format!("{} {counted} {{ {} }}", word.name, inner.join("; "))
        } else {
            format!("{} {counted}", word.name)
        })
    }

    /// The statement in the line of which it belongs, where there is one beside it.
    fn stated<'w>(&self, owners: &[&'static Word], within: &'w Statement) -> Option<&'w Statement> {
        let name = self.entry.word();
        let is_owner = |other: &&Statement| owners.iter().any(|owner| owner.name == other.word());
        let has_it = |other: &Statement| other.terms.iter().any(|term| term.is_name(name));
        let within = Some(within).filter(|_| self.outer.is_empty())?;
        let mut stated = within.statements().filter(is_owner).filter(|it| !has_it(it));
        stated.next().filter(|stated| stated.block.is_none())
    }

    /// What is to be there before it is.
    fn opening(&self) -> Option<Opener> {
        self.outer.first().copied().or(match self.form {
            Form::Variant(owner, _) => Some(Opener { word: owner, variant: None }),
            Form::Statement(_) | Form::Clause(_) => None,
        })
    }

    /// What is written before and behind the statement to make it the one that stands there; `None` where more is to be known.
    fn around(&self) -> Option<(String, String)> {
        let opens_alone = |opener: &Opener| opener.head() == opener.name();
        if self.declaration.is_some() || !self.is_whole() || !self.outer.iter().all(opens_alone) {
            return None;
        }
        let owner = match self.form {
            Form::Statement(_) => String::new(),
            Form::Variant(owner, _) => format!("{} ", owner.name),
            Form::Clause(_) => return None,
        };
        let before = self.outer.iter().rev().fold(owner, |inner, opener| format!("{} {{ {inner}", opener.name()));
        Some((before, " }".repeat(self.outer.len())))
    }
}

/// Whether a statement opens a block as that does.
fn opens(opener: Opener, statement: &Statement) -> bool {
    let is_variant = |variant: &Word| statement.terms.first().is_some_and(|first| first.is_name(variant.name));
    statement.word() == opener.word.name && opener.variant.is_none_or(is_variant)
}

/// The examples of a word and of its variants, without their clauses and braces.
fn bare_examples(owner: &'static Word) -> impl Iterator<Item = &'static str> {
    std::iter::once(owner).chain(owner.variants).map(|word| {
        let line = word.example.split('{').next().unwrap_or_default().trim_end();
        let clauses = owner.clauses.iter().chain(word.clauses);
        let ends = clauses.filter_map(|clause| line.find(&format!(" {} ", clause.name)));
        ends.min().and_then(|end| line.get(..end)).unwrap_or(line)
    })
}
