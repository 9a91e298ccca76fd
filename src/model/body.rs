//! A layered body: what all layers together state of one declaration, and how typed values are read from it.
//!
//! `resolve` makes bodies, the other files of this room read them. Invariants: entries are in the order in which they
//! are first mentioned, weakest layer first; a word appears once for each key; arguments come from one layer as a
//! whole, clauses each from theirs, none weaker than the arguments'.

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use super::scope::{MOST_TEXT, Scope, Unclosed, spelling, too_long};

use super::codes;
use super::origin::{EndpointId, Layer, Origin};
use super::removed::Removed;
use super::text::Text;
use super::unread::Unread;
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{Span, TextEdit};
use crate::value::{FromTerm, Mismatch, Term, TermKind};
use crate::vocabulary::{Clause, Keyed, Word};

/// Terms of a statement as one layer wrote them, and what their variables stand for.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The terms, arguments or those of one clause.
    pub terms: &'a [Term],
    /// What variables stand for.
    pub scope: &'a Scope<'a>,
    /// The layer that wrote them.
    pub layer: Layer,
    /// The statement's word and terms.
    pub span: Span,
}

/// One word (and key) of a layered body.
#[derive(Debug, Clone)]
pub struct Merged<'a> {
    /// The word.
    pub word: &'static Word,
    /// Its key, for words that are stated once for each key, and for a key of the user's own; as it is written where it cannot be
    /// closed, which [`Merged::written_key`] tells of.
    pub key: Cow<'a, str>,
    /// A key of the user's own, as its strongest statement writes it. That of a word is the first of its arguments.
    pub own_key: Option<Part<'a>>,
    /// The variant that was chosen.
    pub variant: Option<&'static Word>,
    /// The arguments in force (without key and variant's name left out: they are there).
    pub args: Option<Part<'a>>,
    /// The clauses in force.
    pub clauses: Vec<(&'static Clause, Part<'a>)>,
    /// What stands in its braces.
    pub block: Body<'a>,
    /// The variants that statements chose, those that stronger ones replaced included, weakest first.
    pub variants: Vec<(&'static Word, Layer, Span)>,
    /// Every statement of it, weakest first.
    pub stated: Vec<(Layer, Span)>,
}

/// What all layers together state.
#[derive(Debug, Clone, Default)]
pub struct Body<'a> {
    /// The words.
    pub entries: Vec<Merged<'a>>,
    /// Where those of a word are by their keys, once there are more than [`FEW`]: a service may state very many.
    index: BTreeMap<&'static str, BTreeMap<Cow<'a, str>, usize>>,
    /// What was taken away of its own words, weakest first; [`Body::removed`] has that of their blocks as well.
    pub removed: Vec<Removed>,
}

/// So many entries are looked through one by one.
const FEW: usize = 16;

impl<'a> Body<'a> {
    /// Where the first entry of a word with a key is.
    pub fn position(&self, word: &str, key: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|entry| entry.word.name == word && entry.key == key);
        }
        self.index.get(word)?.get(key).copied()
    }

    /// Adds an entry, and says where it is.
    pub fn push(&mut self, entry: Merged<'a>) -> usize {
        let at = self.entries.len();
        if at > FEW {
            self.index.entry(entry.word.name).or_default().entry(entry.key.clone()).or_insert(at);
        }
        self.entries.push(entry);
        if at == FEW {
            self.count();
        }
        at
    }

    /// Takes the entries out of which this holds.
    pub fn take_out(&mut self, is_meant: impl FnMut(&mut Merged<'a>) -> bool) -> Vec<Merged<'a>> {
        let out: Vec<_> = self.entries.extract_if(.., is_meant).collect();
        if !out.is_empty() && !self.index.is_empty() {
            self.count();
        }
        out
    }

    fn count(&mut self) {
        self.index.clear();
        for (at, entry) in self.entries.iter().enumerate() {
            self.index.entry(entry.word.name).or_default().entry(entry.key.clone()).or_insert(at);
        }
    }

    /// The entry of a word that is stated once.
    pub fn get(&self, word: &str) -> Option<&Merged<'a>> {
        self.entries.iter().find(|entry| entry.word.name == word)
    }

    /// The entries of a word that is stated once for each key.
    pub fn all<'b>(&'b self, word: &'b str) -> impl Iterator<Item = &'b Merged<'a>> {
        self.entries.iter().filter(move |entry| entry.word.name == word)
    }

    /// Whether a flag word is stated.
    pub fn flag(&self, word: &str) -> Option<Origin<()>> {
        self.get(word).and_then(Merged::origin)
    }

    /// The strongest statement that chose a variant of a word, be another one in force or the word taken away.
    pub fn chosen(&self, word: &str, variant: &str) -> Option<Origin<()>> {
        let taken = self.removed.iter().filter(|removed| removed.path == word);
        let taken = taken.flat_map(|removed| removed.chosen.iter().copied());
        let all = taken.chain(self.all(word).flat_map(Merged::chosen));
        all.filter(|(chosen, _)| *chosen == variant).last().map(|(_, stated)| stated)
    }
}

impl<'a> Merged<'a> {
    /// The strongest statement of it.
    pub fn origin(&self) -> Option<Origin<()>> {
        self.stated.last().map(|(layer, span)| Origin::new((), *span, *layer))
    }

    /// The variants that statements chose, those that stronger ones replaced included, weakest first.
    pub fn chosen(&self) -> impl Iterator<Item = (&'static str, Origin<()>)> {
        self.variants.iter().map(|(variant, layer, span)| (variant.name, Origin::new((), *span, *layer)))
    }

    /// Place of its strongest statement; `otherwise` where there is none.
    pub fn span(&self, otherwise: Span) -> Span {
        self.stated.last().map_or(otherwise, |(_, span)| *span)
    }

    /// Its key as it is written, with what is stated behind it or, for a key of the user's own, alone.
    pub fn written_key(&self) -> Option<Part<'a>> {
        self.own_key.or(self.args.filter(|_| self.word.keyed == Keyed::ByArgument))
    }

    /// The term of an argument, from 0.
    pub fn term(&self, index: usize) -> Option<(&'a Term, Part<'a>)> {
        let part = self.args?;
        part.terms.get(index).map(|term| (term, part))
    }

    /// The terms of a clause.
    pub fn clause(&self, name: &str) -> Option<Part<'a>> {
        self.clauses.iter().find(|(clause, _)| clause.name == name).map(|(_, part)| *part)
    }

    /// Whether a flag clause is stated.
    pub fn has(&self, name: &str) -> bool {
        self.clause(name).is_some()
    }
}

/// Looks up what names stand for, as seen from one declaration in one environment.
pub trait Names {
    /// The endpoint that a bare name or `ENV/NAME` stands for.
    ///
    /// # Errors
    /// The names that were most likely meant: the nearest, and those that are as near.
    fn endpoint(&self, name: &str) -> Result<EndpointId, Vec<String>>;
}

/// Reads typed values from bodies and reports what cannot be read.
pub struct Decoder<'e> {
    /// Takes what is wrong.
    pub sink: &'e mut Sink,
    /// What names stand for.
    pub names: &'e dyn Names,
    /// The name of the environment, for findings.
    pub environment: &'e str,
    /// Place of the declaration's name: where built-in defaults are shown.
    pub declared: Span,
    /// Whether something of the declaration could not be read, so that findings about it may be consequences of that.
    pub tainted: bool,
    /// The words of the declaration that could not be read, where the fault is known to lie in one.
    pub unread: Unread,
}

impl Decoder<'_> {
    /// Reports something about the declaration, which is tainted from then on.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic.environment(self.environment));
        self.tainted = true;
    }

    /// Reads one word: a fault in it taints that word alone.
    pub fn within<T>(&mut self, word: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::take(&mut self.tainted);
        let value = read(self);
        if std::mem::replace(&mut self.tainted, outside) {
            self.unread.word(word);
        }
        value
    }

    /// Reads what stands in the braces of a word, within it: a fault there taints them alone.
    pub fn within_block<T>(&mut self, word: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::take(&mut self.tainted);
        let value = read(self);
        if std::mem::replace(&mut self.tainted, outside) {
            self.unread.block(word);
        }
        value
    }

    /// What could not be read, all in all.
    pub fn unread(&self) -> Unread {
        let mut unread = self.unread.clone();
        if self.tainted {
            unread.everything();
        }
        unread
    }

    /// A built-in default.
    pub fn built_in<T>(&self, value: T) -> Origin<T> {
        Origin::built_in(value, self.declared)
    }

    /// The first argument of a word.
    pub fn value<T: FromTerm>(&mut self, body: &Body<'_>, word: &str) -> Option<Origin<T>> {
        body.get(word).and_then(|entry| self.argument(entry, 0))
    }

    /// The first argument of a word, or its built-in default.
    pub fn value_or<T: FromTerm>(&mut self, body: &Body<'_>, word: &str, default: T) -> Origin<T> {
        match self.value(body, word) {
            Some(value) => value,
            None => self.built_in(default),
        }
    }

    /// An argument, from 0. Where a statement leaves a required one out, `resolve` has reported it.
    pub fn argument<T: FromTerm>(&mut self, entry: &Merged<'_>, index: usize) -> Option<Origin<T>> {
        let (term, part) = entry.term(index)?;
        self.read(term, part)
    }

    /// The first term of a clause.
    pub fn clause<T: FromTerm>(&mut self, entry: &Merged<'_>, name: &str) -> Option<Origin<T>> {
        let part = entry.clause(name)?;
        self.read(part.terms.first()?, part)
    }

    /// The `because` of a statement.
    pub fn because(&mut self, entry: &Merged<'_>) -> Option<Origin<String>> {
        self.clause(entry, "because")
    }

    /// A typed value from a term.
    pub fn read<T: FromTerm>(&mut self, term: &Term, part: Part<'_>) -> Option<Origin<T>> {
        let closed = self.close(term, part)?;
        match T::from_term(&closed) {
            Ok(value) => Some(Origin::new(value, term.span, part.layer)),
            Err(mismatch) => {
                self.mismatch(term, mismatch);
                None
            }
        }
    }

    /// A word, written out or in a variable. One that does not fit has been reported.
    pub fn word(&mut self, term: &Term, part: Part<'_>) -> Option<Origin<String>> {
        let closed = self.close(term, part)?;
        Some(Origin::new(spelling(&closed).into_owned(), term.span, part.layer))
    }

    /// The words of a list, of a single one, or of a variable that stands for a list.
    pub fn words(&mut self, term: &Term, part: Part<'_>) -> Vec<Origin<String>> {
        if !matches!(term.kind, TermKind::Variable(_)) {
            return term.members().iter().filter_map(|member| self.word(member, part)).collect();
        }
        let Some(closed) = self.close(term, part) else { return Vec::new() };
        let word = |member: &Term| Origin::new(spelling(member).into_owned(), term.span, part.layer);
        closed.members().iter().map(word).collect()
    }

    /// An argument that is a word.
    pub fn word_at(&mut self, entry: &Merged<'_>, index: usize) -> Option<Origin<String>> {
        let (term, part) = entry.term(index)?;
        self.word(term, part)
    }

    /// A text that may hold addresses.
    pub fn text(&mut self, term: &Term, part: Part<'_>) -> Option<Origin<Text>> {
        let text = Text::read(term, part, self)?;
        Some(Origin::new(text, term.span, part.layer))
    }

    /// The term with variables and `${..}` replaced.
    pub fn close<'t>(&mut self, term: &'t Term, part: Part<'_>) -> Option<Cow<'t, Term>> {
        if term.is_closed() {
            return Some(Cow::Borrowed(term));
        }
        match part.scope.close(term) {
            Ok(closed) => Some(Cow::Owned(closed)),
            Err(unclosed) => {
                self.unclosed(&unclosed);
                None
            }
        }
    }

    /// A term in a place that names a declaration, as a path.
    pub fn path<'t>(&mut self, term: &'t Term, part: Part<'_>) -> Option<Cow<'t, str>> {
        part.scope.path(term).unwrap_or_else(|unclosed| {
            self.unclosed(&unclosed);
            None
        })
    }

    /// Reports what cannot be closed, unless that has been done where its value is missing.
    pub fn unclosed(&mut self, unclosed: &Unclosed) {
        if let Some(diagnostic) = unclosed.diagnostic() {
            self.report(diagnostic);
        }
        self.tainted = true;
    }

    /// The values of a list: of one that is written out, of a single value, or of a variable that stands for a list. None where
    /// one of them could not be read: what the others mean without it is not known.
    pub fn list<T: FromTerm>(&mut self, term: &Term, part: Part<'_>) -> Vec<Origin<T>> {
        if !matches!(term.kind, TermKind::Variable(_)) {
            let values: Vec<_> = term.members().iter().map(|member| self.read(member, part)).collect();
            return values.into_iter().collect::<Option<_>>().unwrap_or_default();
        }
        let Some(closed) = self.close(term, part) else { return Vec::new() };
        let read = |member: &Term| match T::from_term(member) {
            Ok(value) => Some(Origin::new(value, term.span, part.layer)),
            Err(mismatch) => {
                // the mistake is where the variable got its value
                self.mismatch(term, Mismatch { span: None, suggestions: Vec::new(), ..mismatch });
                None
            }
        };
        let values: Vec<_> = closed.members().iter().map(read).collect();
        values.into_iter().collect::<Option<_>>().unwrap_or_default()
    }

    /// Reports a term of the wrong type, once: a term without variables has been judged where it is written. The value of a
    /// variable stands elsewhere, and others may use it: no fix puts another one in its place.
    pub fn mismatch(&mut self, term: &Term, mismatch: Mismatch) {
        self.tainted = true;
        if !term.is_closed() {
            // what would stand in its place is a text as well, so that one is meant
            let is_text = mismatch.suggestions.iter().any(|one| one.starts_with('"'));
            let mut diagnostic = mismatch_diagnostic(term, mismatch);
            let (is_string, had_fix) =
                (matches!(term.kind, TermKind::Template(_)), !std::mem::take(&mut diagnostic.fixes).is_empty());
            if is_string {
                // what is given from outside may be empty, and nothing else of the text be wrong
                diagnostic = diagnostic.of_piece("");
            }
            match &mut diagnostic.help {
                Some(help) if had_fix && is_string && is_text => {
                    "mend it in this text, or where the names in it get their values".clone_into(help);
                }
                // a string is one whatever its names stand for
                Some(help) if had_fix && is_string => {
                    "what stands in quotes is a text, and this is none: give the whole of it a name, in a `let` without quotes or a `param` of its type, and write `$NAME` here".clone_into(help);
                }
                Some(help) if had_fix => {
                    help.push_str(" where the name gets its value; a `param` states its type, too");
                }
                Some(_) | None => {}
            }
            self.report(diagnostic);
        }
    }
}

/// The diagnostic of a term of the wrong type. A single suggestion is a safe fix; several are choices.
pub fn mismatch_diagnostic(term: &Term, mismatch: Mismatch) -> Diagnostic {
    let span = mismatch.span.unwrap_or(term.span);
    let expected = mismatch.message.strip_prefix("expected ").and_then(|rest| rest.split_once(", found "));
    let here = mismatch.here.or_else(|| expected.map(|(expected, _)| format!("not {expected}")));
    let mut diagnostic = Diagnostic::new(&codes::BVL0203, span, mismatch.message).here(here.unwrap_or_default());
    diagnostic.help = mismatch.help;
    let only = mismatch.suggestions.len() == 1;
    if diagnostic.help.is_none() && !mismatch.suggestions.is_empty() {
        let choices: Vec<String> = mismatch.suggestions.iter().map(|text| format!("`{text}`")).collect();
        diagnostic.help = Some(format!("write {}", choices.join(" or ")));
    }
    for text in mismatch.suggestions {
        let title = format!("write `{text}`");
        let edits = vec![TextEdit::replace(span, text)];
        diagnostic = if only { diagnostic.fix(title, edits) } else { diagnostic.unsafe_fix(title, edits) };
    }
    diagnostic
}
