//! What each piece of a text is: words, names by what they stand for, values, comments.
//!
//! Invariants: the table says what a word, clause or choice is and [`Names`](super::Names) what a name stands for, so that
//! nothing here knows a word by heart; tokens come in order of place and do not overlap; of a broken statement what can be
//! read is told.

use super::names::Occurrence;
use super::{Role, Symbol, View, context, sentences};
use crate::check::rules::asked::is_word;
use crate::model::rule::bound;
use crate::model::test::{Parted, parted};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{Comment, CommentForm, Item, Statement};
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::{self, Argument, Block, Entries, FILE, Presence, RULE, TEST, THINGS, Type, Word};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word that begins a statement.
    Word,
    /// A word that follows the arguments of another.
    Clause,
    /// One of a word's choices.
    Choice,
    /// A key or name of the user's own that nothing else refers to.
    Key,
    /// A service, managed workload, external or group.
    Endpoint,
    /// A port.
    Port,
    /// A class.
    Class,
    /// An environment.
    Environment,
    /// A module of the standard library.
    Module,
    /// The name of the platform.
    Platform,
    /// A `param` or `let`.
    Constant,
    /// What stands in the parentheses of a declaration or of its use.
    Parameter,
    /// The type of a `param` or parameter.
    ValueType,
    /// A number or an address.
    Number,
    /// The unit behind a number.
    Unit,
    /// A string, or the part of one between values.
    Text,
    /// What sets a value off from the string around it.
    Interpolation,
    /// An arrow.
    Arrow,
    /// `..`, `=`, `:`, `*`.
    Operator,
    /// A comment.
    Comment,
    /// A comment that documents what follows.
    Documentation,
}

/// What a name does, beside standing for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits {
    /// What a name of the platform does here.
    pub role: Option<Role>,
    /// It comes with the compiler.
    pub is_standard: bool,
}

/// A piece of text and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The place, possibly over several lines.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// What it does.
    pub traits: Traits,
}

/// The tokens of a file that touch a place, or all of them; `None` for a file that is not read as .bvl.
pub fn tokens(view: &View, file: FileId, within: Option<Span>) -> Option<Vec<Token>> {
    let (source, tree) = view.file(file)?;
    let names: Vec<&Occurrence> = view.names.in_file(file).collect();
    let mut reader = Reader { source, names: &names, within, found: Vec::new() };
    reader.items(&tree.items, Some(&FILE));
    let mut found = reader.found;
    found.sort_by_key(|token| (token.span.start, token.span.end));
    // a mistake here must never reach an editor, which would color everything behind it wrongly
    let mut end = 0;
    found.retain(|token| {
        let fits = token.span.start >= end && token.span.start < token.span.end;
        if fits {
            end = token.span.end;
        }
        fits
    });
    if let Some(within) = within {
        found.retain(|token| token.span.start < within.end && within.start < token.span.end);
    }
    Some(found)
}

/// Reads the items of a file.
struct Reader<'v> {
    source: &'v SourceFile,
    /// The names of the file, in order of place.
    names: &'v [&'v Occurrence],
    within: Option<Span>,
    found: Vec<Token>,
}

impl<'v> Reader<'v> {
    fn add(&mut self, span: Span, kind: Kind) {
        self.found.push(Token { span, kind, traits: Traits::default() });
    }

    fn standard(&mut self, span: Span, kind: Kind) {
        self.found.push(Token { span, kind, traits: Traits { is_standard: true, ..Traits::default() } });
    }

    fn is_wanted(&self, span: Span) -> bool {
        self.within.is_none_or(|within| span.start < within.end && within.start < span.end)
    }

    fn items(&mut self, items: &[Item], block: Option<&'static Block>) {
        for item in items {
            match item {
                Item::Statement(statement) => {
                    let docs = statement.docs.iter().chain(&statement.comments);
                    docs.for_each(|comment| self.comment(comment));
                    if self.is_wanted(statement.span) {
                        self.statement(statement, block);
                    }
                }
                Item::Comment(comment) => self.comment(comment),
                Item::Blank(_) | Item::Stray(_) => {}
            }
        }
    }

    fn comment(&mut self, comment: &Comment) {
        let kind = match comment.form {
            CommentForm::Line | CommentForm::Block => Kind::Comment,
            CommentForm::Doc => Kind::Documentation,
        };
        self.add(comment.span, kind);
    }

    fn statement(&mut self, statement: &Statement, block: Option<&'static Block>) {
        let word = block.and_then(|block| block.word_at(&statement.word));
        let is_listed = word.is_some_and(|word| !word.is_own_key());
        if statement.word.name().is_none() {
            self.term(&statement.word, None);
        } else if is_listed {
            self.add(statement.word.span, Kind::Word);
        } else if block.is_some_and(|block| block.entries != Entries::Words) {
            // a word that nobody knows is no word
            self.add(statement.word.span, Kind::Key);
        }
        match word {
            Some(word) => self.terms(word, &statement.terms, block),
            None => statement.terms.iter().for_each(|term| self.term(term, None)),
        }
        if let Some(inner) = &statement.block {
            self.items(&inner.items, context::body(statement, word));
        }
    }

    fn terms(&mut self, word: &'static Word, terms: &[Term], block: Option<&'static Block>) {
        match word.name {
            "param" | "let" => return self.typed(terms),
            sentences::WORD if block.is_some_and(|block| std::ptr::eq(block, &raw const RULE)) => {
                return self.sentence(terms);
            }
            "expect" if block.is_some_and(|block| std::ptr::eq(block, &raw const TEST)) => {
                return self.expectation(terms);
            }
            "without" => {
                let (what, key) = terms.split_at(terms.len().min(1));
                for term in what {
                    let is_word = term.name().is_some_and(|name| block.is_some_and(|block| block.word(name).is_some()));
                    self.term(term, is_word.then_some(Kind::Word));
                }
                return key.iter().for_each(|term| self.term(term, Some(Kind::Key)));
            }
            _ => {}
        }
        let split = vocabulary::split(word, terms);
        if split.variant.is_some()
            && let Some(first) = terms.first()
        {
            self.add(first.span, Kind::Choice);
        }
        let args = split.variant.map_or(word.args, |variant| variant.args);
        self.args(args, split.args, word);
        for (clause, name, own) in &split.clauses {
            self.add(name.span, Kind::Clause);
            self.args(clause.args, own, word);
        }
    }

    /// Terms where a word or clause has its arguments.
    fn args(&mut self, args: &'static [Argument], terms: &[Term], word: &'static Word) {
        let mut args = args.iter().peekable();
        for term in terms {
            let ty = args.peek().map(|arg| arg.ty);
            if args.peek().is_some_and(|arg| arg.presence != Presence::List) {
                args.next();
            }
            let bare = match ty {
                Some(Type::Choice(_) | Type::PolicyVersion | Type::OneOf(_) | Type::Capability | Type::Scaler) => {
                    Some(Kind::Choice)
                }
                Some(Type::Value | Type::Content | Type::Text) => Some(Kind::Text),
                Some(Type::Endpoint | Type::Member) => Some(Kind::Endpoint),
                Some(_) => Some(Kind::Key),
                // the ends of flows and the codes of findings, which the table does not list
                None => match word.name {
                    "allow" | "never" => Some(Kind::Endpoint),
                    "waive" => Some(Kind::Choice),
                    _ => None,
                },
            };
            self.term(term, bare);
        }
    }

    /// `NAME: TYPE = VALUE example VALUE`, as `param`, `let` and parameters have it.
    fn typed(&mut self, terms: &[Term]) {
        let mut before: Option<&TermKind> = None;
        for (at, term) in terms.iter().enumerate() {
            match (&term.kind, before) {
                (TermKind::Name(_), Some(TermKind::Colon)) => self.standard(term.span, Kind::ValueType),
                (TermKind::Name(name), Some(before)) if &**name == "example" && *before != TermKind::Equals => {
                    self.add(term.span, Kind::Clause);
                }
                (TermKind::Name(name), Some(_)) if matches!(&**name, "true" | "false") => {
                    self.add(term.span, Kind::Choice);
                }
                _ => self.term(term, Some(if at == 0 { Kind::Parameter } else { Kind::Text })),
            }
            before = Some(&term.kind);
        }
    }

    /// The sentence of a rule.
    fn sentence(&mut self, terms: &[Term]) {
        let own: Vec<&str> = bound(terms).collect();
        for (at, term) in terms.iter().enumerate() {
            let kind = match term.name() {
                Some(name) if at == 2 && THINGS.contains(&name) => Kind::Choice,
                Some(name) if is_word(name) => Kind::Clause,
                Some(name) if own.contains(&name.split('.').next().unwrap_or(name)) => Kind::Parameter,
                Some(_) | None => Kind::Choice,
            };
            self.term(term, Some(kind));
        }
    }

    /// What stands behind `expect`.
    fn expectation(&mut self, terms: &[Term]) {
        let Parted { head, clauses } = parted(terms);
        let n_words = 1 + usize::from(head.first().is_some_and(|first| first.is_name("no")));
        let (words, rest) = head.split_at(n_words.min(head.len()));
        for word in words {
            self.term(word, Some(Kind::Choice));
        }
        let is_flow = words.last().is_some_and(|word| !word.is_name("error") && !word.is_name("warning"));
        let of_head = if is_flow { Kind::Endpoint } else { Kind::Choice };
        for term in rest {
            self.term(term, Some(of_head));
        }
        for (word, own) in clauses {
            self.add(word.span, Kind::Clause);
            for term in own {
                let kind = match term.name() {
                    Some(name) if is_word(name) => Kind::Clause,
                    Some("true" | "false" | "none") => Kind::Choice,
                    Some(_) | None => Kind::Key,
                };
                self.term(term, Some(kind));
            }
        }
    }

    /// A term; `bare` is what a name is that stands for nothing.
    fn term(&mut self, term: &Term, bare: Option<Kind>) {
        match &term.kind {
            TermKind::Name(name) => self.name(name, term.span, bare),
            TermKind::Variable(_) => match self.names_in(term.span).next() {
                Some((_, kind, traits)) => self.found.push(Token { span: term.span, kind, traits }),
                None => self.add(term.span, Kind::Constant),
            },
            TermKind::Number(text) => self.number(text, term.span),
            TermKind::Address(_) => self.add(term.span, Kind::Number),
            TermKind::Text(_) => self.add(term.span, Kind::Text),
            TermKind::Template(parts) => self.template(parts, term.span),
            TermKind::Range(ends) => {
                self.term(&ends.0, bare);
                self.add(Span { start: ends.0.span.end, end: ends.1.span.start, ..term.span }, Kind::Operator);
                self.term(&ends.1, bare);
            }
            TermKind::List(members) => members.iter().for_each(|member| self.term(member, bare)),
            TermKind::Call(call) => {
                self.name(&call.name, call.name_span, bare);
                for part in &call.parts {
                    // what is handed on by place has no name in front
                    let is_named = part.len() > 1;
                    if is_named {
                        self.typed(part);
                    } else {
                        part.iter().for_each(|term| self.term(term, Some(Kind::Parameter)));
                    }
                }
            }
            TermKind::Arrow | TermKind::PathArrow => self.add(term.span, Kind::Arrow),
            TermKind::Star | TermKind::Equals | TermKind::Colon | TermKind::Sign(_) => {
                self.add(term.span, Kind::Operator);
            }
            TermKind::Bad => {}
        }
    }

    fn name(&mut self, name: &str, span: Span, bare: Option<Kind>) {
        let known: Vec<(Span, Kind, Traits)> = self.names_in(span).collect();
        if known.is_empty() {
            match bare {
                // what every platform has without declaring it
                Some(Kind::Endpoint) => self.standard(span, Kind::Endpoint),
                Some(kind) => self.add(span, kind),
                None if matches!(name, "true" | "false") => self.add(span, Kind::Choice),
                None => {}
            }
        }
        for (span, kind, traits) in known {
            self.found.push(Token { span, kind, traits });
        }
    }

    /// The names that stand within a place, and what they are.
    fn names_in(&self, span: Span) -> impl Iterator<Item = (Span, Kind, Traits)> + use<'v> {
        let start = self.names.partition_point(|known| known.span.start < span.start);
        let names: &'v [&'v Occurrence] = self.names;
        let within = names.get(start..).unwrap_or_default().iter().take_while(move |known| known.span.end <= span.end);
        // what a sentence binds is colored with what it has, as one path
        within.filter(|known| !matches!(known.symbol, Symbol::Bound(..))).map(|known| {
            let (kind, is_standard) = match &known.symbol {
                Symbol::Platform(_) => (Kind::Platform, false),
                Symbol::Environment(_) => (Kind::Environment, false),
                Symbol::Class(name) => (Kind::Class, name.contains('.')),
                Symbol::Module(_) => (Kind::Module, true),
                Symbol::Constant(_) | Symbol::Store(_) | Symbol::Part(..) => (Kind::Constant, false),
                Symbol::Parameter(..) | Symbol::Bound(..) => (Kind::Parameter, false),
                Symbol::Endpoint(_) => (Kind::Endpoint, false),
                Symbol::Port(..) => (Kind::Port, false),
            };
            let traits = Traits { role: Some(known.role), is_standard };
            (known.span, kind, traits)
        })
    }

    /// A number, and the unit behind it.
    fn number(&mut self, text: &str, span: Span) {
        let is_digit = |char: char| char.is_ascii_digit() || matches!(char, '.' | '_' | '-' | '+');
        let n_digits = u32::try_from(text.find(|char| !is_digit(char)).unwrap_or(text.len())).unwrap_or(u32::MAX);
        let unit = span.start.saturating_add(n_digits).min(span.end);
        self.add(Span { end: unit, ..span }, Kind::Number);
        self.add(Span { start: unit, ..span }, Kind::Unit);
    }

    /// A string with values in it.
    fn template(&mut self, parts: &[TemplatePart], span: Span) {
        let mut start = span.start;
        for part in parts {
            let TemplatePart::Path(_, path) = part else { continue };
            // `${` and `}` stand around it, and blanks may
            let open = self.source.before(path.start).rfind("${").and_then(|at| u32::try_from(at).ok());
            let open = open.map_or(path.start, |at| self.source.place(at)).clamp(start, path.start);
            let close = self.source.behind(path.end).find('}').and_then(|at| u32::try_from(at).ok());
            let close = close.map_or(path.end, |at| path.end.saturating_add(at)).min(span.end);
            self.add(Span { start, end: open, ..span }, Kind::Text);
            self.add(Span { start: open, end: path.start, ..span }, Kind::Interpolation);
            let known: Vec<(Span, Kind, Traits)> = self.names_in(*path).collect();
            if known.is_empty() {
                self.add(*path, Kind::Constant);
            }
            for (span, kind, traits) in known {
                self.found.push(Token { span, kind, traits });
            }
            start = close.saturating_add(1).min(span.end);
            self.add(Span { start: close, end: start, ..span }, Kind::Interpolation);
        }
        self.add(Span { start, ..span }, Kind::Text);
    }
}
