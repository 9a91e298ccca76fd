//! What is said of a word that has a place in another block: which one, and how it is written there.
//!
//! Invariant: all of it comes from the table of words; a word with more than two places is led to none.

use super::misfits::{article, fits, fits_variant};
use crate::diagnostic::Diagnostic;
use crate::model::body::spelling;
use crate::model::codes::BVL0201;
use crate::source::TextEdit;
use crate::syntax::Statement;
use crate::value::{Term, TermKind, quoted};
use crate::vocabulary::types::one_of;
use crate::vocabulary::{self, Block, Form, Home, Word};

/// To so many places a word is led at most.
const MOST: usize = 2;

/// What is said of a word where the block of `within` has places for it further in, or where those of other declarations
/// have; `None` where there are none, or too many. `listed` says which words this block has.
pub(super) fn led_home(
    entry: &Statement,
    within: &Statement,
    block: &'static Block,
    listed: &str,
    diagnostic: &Diagnostic,
) -> Option<Diagnostic> {
    let homes = block.homes(entry.word());
    // what has a place in the very line of a word here is meant for that
    let is_here = homes.first().is_some_and(|home| home.outer.is_empty());
    let mut near = homes;
    near.retain(|home| !is_here || home.outer.is_empty());
    let mut far = vocabulary::homes(entry.word());
    far.retain(|home| !is_here && !home.outer.is_empty() && !near.iter().any(|known| known.is_beside(home)));
    // what has a place in the declaration around is meant for that
    let is_around =
        |home: &Home| home.outer.first().is_some_and(|word| word.block.is_some_and(|outer| outer.has(block)));
    if far.iter().any(is_around) {
        far.retain(is_around);
    }
    if near.len() + far.len() > MOST {
        far.clear();
    }
    if near.len() + far.len() > MOST || near.is_empty() && far.is_empty() {
        return None;
    }
    let near_places = near.iter().map(|home| Place {
        declaration: None,
        outer: &home.outer,
        form: &home.form,
        entry,
        within: Some(within),
    });
    let places: Vec<Place<'_>> = near_places.chain(far.iter().map(|home| Place::in_a_file(home, entry))).collect();
    let words: Vec<String> = places.iter().map(Place::words).collect();
    let diagnostic = diagnostic.clone().here(words.join(", or "));
    let statements: Vec<String> = places.iter().map(Place::written).collect();
    let write = statements.join(", or ");
    let opening = places.first().and_then(Place::opening).filter(|_| far.is_empty());
    let stated = within.statements().find(|other| opening.is_some_and(|word| word.name == other.word()));
    if let (Some(stated), Some(opening)) = (stated, opening) {
        let diagnostic = diagnostic.label(stated.head(), format!("`{}` is stated here", opening.name));
        return Some(diagnostic.help(match near.first().map(|home| &home.form) {
            Some(Form::Variant(..)) => format!("keep one of the two, as {write}"),
            Some(Form::Statement(_) | Form::Clause(_)) | None => format!("move it there: {write}"),
        }));
    }
    // what was meant for this block may be another of its words
    let beside = if near.is_empty() && !listed.is_empty() { format!("; {listed}") } else { String::new() };
    let around = places.first().filter(|_| places.len() == 1).and_then(Place::around);
    Some(match around {
        Some((before, behind)) => {
            let before = TextEdit::replace(entry.word.span, format!("{before}{}", entry.word()));
            let behind = (!behind.is_empty()).then(|| TextEdit::insert_after(entry.span, behind));
            diagnostic.unsafe_fix(format!("write {write}"), std::iter::once(before).chain(behind).collect())
        }
        None => diagnostic.help(format!("write {write}{beside}")),
    })
}

/// Whether a statement of the top level is whole as it is where its word stands in the braces of some declaration.
pub(super) fn stands_within(entry: &Statement) -> bool {
    within(entry).any(|(_, word)| fits(entry, word))
}

/// The places in the braces of declarations at which the word of a statement begins one.
fn within(entry: &Statement) -> impl Iterator<Item = (Home, &'static Word)> {
    let homes = vocabulary::homes(entry.word()).into_iter().filter(|home| !home.outer.is_empty());
    homes.filter_map(|home| match home.form {
        Form::Statement(word) => Some((home, word)),
        Form::Variant(..) | Form::Clause(_) => None,
    })
}

/// What is said of a statement of the top level whose word stands in the braces of declarations: in which, those first that can
/// take it as it is; `None` where there are none.
pub(super) fn led_within(entry: &Statement) -> Option<Diagnostic> {
    let (fitting, others): (Vec<_>, Vec<_>) = within(entry).partition(|(_, word)| fits(entry, word));
    let mut homes = if fitting.is_empty() { others } else { fitting };
    let shallowest = homes.iter().map(|(home, _)| home.outer.len()).min()?;
    homes.retain(|(home, _)| home.outer.len() == shallowest);
    let places: Vec<Place<'_>> = homes.iter().map(|(home, _)| Place::in_a_file(home, entry)).collect();
    let declarations: Vec<&Word> = places.iter().filter_map(|place| place.declaration).collect();
    let names: Vec<&str> = declarations.iter().map(|word| word.name).collect();
    let takes_over = |block: &Block| vocabulary::endpoint_blocks().any(|known| std::ptr::eq(known, block));
    let takes_classes = declarations.iter().any(|word| word.block.is_some_and(takes_over));
    let class = if takes_classes { ", or of a `class`" } else { "" };
    let statement = places.first().filter(|_| !names.is_empty())?.statement();
    let title = format!("`{}` stands outside of all braces", entry.word());
    let diagnostic = Diagnostic::new(&BVL0201, entry.word.span, title);
    Some(
        diagnostic
            .here(format!("belongs in those of {}{class}", one_of(&names)))
            .help(format!("write `{statement}` there")),
    )
}

/// A place for a statement.
struct Place<'a> {
    /// The declaration that it is in, where it is not the one that the statement stands in.
    declaration: Option<&'static Word>,
    /// The words in whose braces it is there, outermost first.
    outer: &'a [&'static Word],
    form: &'a Form,
    entry: &'a Statement,
    /// What it stands in, where that is where it belongs as well.
    within: Option<&'a Statement>,
}

impl<'a> Place<'a> {
    /// One that is not in the block of the statement.
    fn in_a_file(home: &'a Home, entry: &'a Statement) -> Self {
        let (declaration, outer) = match home.outer.split_first() {
            // a flow is a statement more than a declaration: its braces are spoken of as such
            Some((first, rest))
                if first.block.is_some_and(|block| !std::ptr::eq(block, &raw const vocabulary::FLOW)) =>
            {
                (Some(*first), rest)
            }
            Some(_) | None => (None, home.outer.as_slice()),
        };
        Self { declaration, outer, form: &home.form, entry, within: None }
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
            format!("in {which} of `{}`", word.name)
        }));
        match self.declaration {
            Some(declaration) if words.is_empty() => return format!("a word of the {} block", declaration.name),
            Some(declaration) => words.push(format!("in {} block", article(declaration.name))),
            None => {}
        }
        format!("stands {}", words.join(", "))
    }

    /// The statement as it is written there, and in what: "`cidr 10.0.0.0/8` in an external block".
    fn written(&self) -> String {
        let statement = self.statement();
        match self.declaration {
            Some(declaration) => format!("`{statement}` in {} block", article(declaration.name)),
            None => format!("`{statement}`"),
        }
    }

    /// The statement as it is written there.
    fn statement(&self) -> String {
        let name = self.entry.word();
        let own = self.own_text();
        let statement = match self.form {
            Form::Statement(word) => {
                if fits(self.entry, word) {
                    own
                } else if self.entry.terms.is_empty() {
                    word.example.to_owned()
                } else {
                    // the value of an example is not the user's
                    let wanted = word.args.iter().map(|argument| argument.name);
                    let wanted = wanted.take_while(|name| !name.is_empty());
                    std::iter::once(word.name).chain(wanted).collect::<Vec<_>>().join(" ")
                }
            }
            Form::Variant(owner, variant) => {
                if fits_variant(self.entry, owner) {
                    format!("{} {own}", owner.name)
                } else {
                    variant.example.to_owned()
                }
            }
            Form::Clause(owners) => {
                let rest = if self.entry.terms.is_empty() { format!("{name} VALUE") } else { own };
                if let Some(stated) = self.stated(owners) {
                    return format!("{} {rest}", text_of(stated));
                }
                // a whole one, without the clauses that it may have as well
                let clauses = owners.first().into_iter().flat_map(|owner| owner.clauses);
                let example = owners.first().map_or("", |owner| owner.example);
                let ends = clauses.filter_map(|clause| example.find(&format!(" {} ", clause.name)));
                let bare = ends.min().and_then(|end| example.get(..end)).unwrap_or(example);
                format!("{bare} {rest}")
            }
        };
        self.outer.iter().rev().fold(statement, |inner, word| format!("{} {{ {inner} }}", head(word)))
    }

    /// The statement in the line of which it belongs, where there is one beside it.
    fn stated(&self, owners: &[&'static Word]) -> Option<&'a Statement> {
        let name = self.entry.word();
        let is_owner = |other: &&Statement| owners.iter().any(|owner| owner.name == other.word());
        let has_it = |other: &Statement| other.terms.iter().any(|term| term.is_name(name));
        let mut stated =
            self.within.filter(|_| self.outer.is_empty())?.statements().filter(is_owner).filter(|it| !has_it(it));
        stated.next().filter(|stated| stated.block.is_none())
    }

    /// The first word that is to be there before it is.
    fn opening(&self) -> Option<&'static Word> {
        self.outer.first().copied().or(match self.form {
            Form::Variant(owner, _) => Some(owner),
            Form::Statement(_) | Form::Clause(_) => None,
        })
    }

    /// What is written before and behind the statement to make it the one that stands there; `None` where more is to be known.
    fn around(&self) -> Option<(String, String)> {
        let opens_alone = |word: &&&'static Word| head(word) == word.name;
        if self.declaration.is_some() || !self.outer.iter().all(|word| opens_alone(&word)) {
            return None;
        }
        let owner = match self.form {
            Form::Statement(word) => fits(self.entry, word).then(String::new)?,
            Form::Variant(owner, _) => fits_variant(self.entry, owner).then(|| format!("{} ", owner.name))?,
            Form::Clause(_) => return None,
        };
        let before = self.outer.iter().rev().fold(owner, |inner, word| format!("{} {{ {inner}", word.name));
        Some((before, " }".repeat(self.outer.len())))
    }

    /// The statement as it is.
    fn own_text(&self) -> String {
        text_of(self.entry)
    }
}

/// The line of a statement.
pub(super) fn text_of(statement: &Statement) -> String {
    let value = |term: &Term| match term.text() {
        Some(text) => quoted(text),
        None if term.kind == TermKind::Arrow => "->".to_owned(),
        None => spelling(term).into_owned(),
    };
    let terms = statement.terms.iter().map(value);
    std::iter::once(statement.word().to_owned()).chain(terms).collect::<Vec<_>>().join(" ")
}

/// What stands before the braces of a word in its example: `health 8081`, `shutdown`.
fn head(word: &Word) -> &'static str {
    word.example.split('{').next().unwrap_or_default().trim_end()
}
