//! Every mutant of an example: one statement, one term or one order changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use bvlc::registry;
use bvlc::source::{Provenance, SourceMap};
use bvlc::syntax::parse;
use bvlc::syntax::tree::{Statement, Tree};
use bvlc::value::{Term, TermKind};

use crate::change::{changes, typo};
use crate::platform::Texts;

/// One change.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// `shop/flows.bvl:3`
    pub(crate) place: String,
    /// The words that lead to the statement: `service shutdown drain`; the key of an entry is `KEY`.
    pub(crate) statement: String,
    /// What was done: `delete`, `half`.
    pub(crate) kind: &'static str,
    /// What stood there, and what stands there now, in short.
    pub(crate) what: String,
    path: String,
    range: Range<usize>,
    new: String,
}

impl Mutant {
    /// The texts with the change.
    pub(crate) fn apply(&self, texts: &Texts) -> Texts {
        let mut texts = texts.clone();
        let text = texts.get_mut(&self.path).unwrap();
        text.replace_range(self.range.clone(), &self.new);
        texts
    }
}

/// What mutants are made from.
struct Maker<'m> {
    example: &'m str,
    path: &'m str,
    text: &'m str,
    words: &'m BTreeMap<String, Vec<&'static str>>,
    names: &'m BTreeMap<String, BTreeSet<String>>,
    found: Vec<Mutant>,
}

/// All mutants of an example, in order of file and place.
pub(crate) fn mutants(example: &str, texts: &Texts) -> Vec<Mutant> {
    let mut sources = SourceMap::default();
    let trees: Vec<(&String, Tree)> = texts
        .iter()
        .map(|(path, text)| {
            let text: Arc<str> = text.as_str().into();
            let file = sources.add(path.as_str(), Arc::clone(&text), Provenance::User);
            (path, parse(file, &text))
        })
        .collect();
    let mut words: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for row in registry::words() {
        words.entry(row.block).or_default().push(row.word);
    }
    let mut names = BTreeMap::new();
    for (_, tree) in &trees {
        tree.statements().for_each(|statement| collect(statement, "", &mut names));
    }
    let mut found = Vec::new();
    for (path, tree) in &trees {
        let maker = Maker { example, path, text: &tree.text, words: &words, names: &names, found };
        found = maker.all(tree);
    }
    found
}

/// The words that lead to a statement, its own last.
fn path_of(outer: &str, statement: &Statement) -> String {
    let is_word = |block: &str| registry::words().any(|row| row.block == block && row.word == statement.word());
    let inner = outer.strip_prefix("environment ").or(outer.strip_prefix("platform defaults")).unwrap_or(outer).trim();
    let inner = if inner.is_empty() && !outer.is_empty() { "service" } else { inner };
    let inner = inner.replace("class", "service").replace("defaults", "service");
    let managed = inner.replace("service", "managed");
    let external = inner.replace("service", "external");
    let known = [outer, &inner, &managed, &external].into_iter().any(is_word);
    let word = if known || outer.is_empty() { statement.word() } else { "KEY" };
    format!("{outer} {word}").trim().to_owned()
}

/// What kind of name stands there: ends of flows are of one kind.
fn place_of(statement: &str, idx: usize) -> String {
    let word = statement.rsplit(' ').next().unwrap_or_default();
    if matches!(word, "allow" | "never") { "flow".to_owned() } else { format!("{word} {idx}") }
}

fn collect(statement: &Statement, outer: &str, names: &mut BTreeMap<String, BTreeSet<String>>) {
    let path = path_of(outer, statement);
    for (idx, term) in statement.terms.iter().enumerate() {
        for member in term.members() {
            if let Some(name) = member.name().filter(|name| *name != "because" && *name != "in") {
                names.entry(place_of(&path, idx)).or_default().insert(name.to_owned());
            }
        }
    }
    statement.statements().for_each(|inner| collect(inner, &path, names));
}

impl<'m> Maker<'m> {
    fn all(mut self, tree: &Tree) -> Vec<Mutant> {
        let statements: Vec<&Statement> = tree.statements().collect();
        self.block(&statements, "");
        self.found
    }

    fn written(&self, range: &Range<usize>) -> &'m str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn add(&mut self, statement: &str, range: Range<usize>, kind: &'static str, new: String) {
        let old = self.written(&range);
        if old == new {
            return;
        }
        let what =
            format!("{} -> {}", short(old), if new.trim().is_empty() { "nothing".to_owned() } else { short(&new) });
        let line = self.text.get(..range.start).map_or(0, |before| before.matches('\n').count()) + 1;
        let place = format!("{}/{}:{line}", self.example, self.path);
        let (statement, path) = (statement.to_owned(), self.path.to_owned());
        self.found.push(Mutant { place, statement, kind, what, path, range, new });
    }

    fn block(&mut self, statements: &[&Statement], outer: &str) {
        for (at, statement) in statements.iter().enumerate() {
            let path = path_of(outer, statement);
            let range = statement.span.range();
            self.add(&path, range.clone(), "delete", String::new());
            let written = self.written(&range).to_owned();
            self.add(&path, range.clone(), "twice", format!("{written}\n{written}"));
            if let Some(next) = statements.get(at + 1) {
                let other = next.span.range();
                let between = self.written(&(range.end..other.start));
                let swapped = format!("{}{between}{written}", self.written(&other));
                self.add(&path, range.start..other.end, "order", swapped);
            }
            self.word(statement, &path, outer);
            self.terms(statement, &path);
            let inner: Vec<&Statement> = statement.statements().collect();
            self.block(&inner, &path);
        }
    }

    fn word(&mut self, statement: &Statement, path: &str, outer: &str) {
        let span = statement.word.span;
        if statement.word.name().is_none() {
            return;
        }
        self.add(path, span.range(), "word-typo", typo(statement.word()));
        let block = self.words.get(outer).map_or(&[] as &[&str], Vec::as_slice);
        if let Some(at) = block.iter().position(|word| *word == statement.word()) {
            for step in [1, block.len() - 1] {
                let other = block[(at + step) % block.len()];
                self.add(path, span.range(), "word-neighbor", other.to_owned());
            }
        }
    }

    fn terms(&mut self, statement: &Statement, path: &str) {
        for (idx, term) in statement.terms.iter().enumerate() {
            self.add(path, term.span.range(), "term-drop", String::new());
            let names: Vec<String> = self.names.get(&place_of(path, idx)).into_iter().flatten().cloned().collect();
            self.term(term, path, &names);
        }
        let arrow = statement.terms.iter().position(|term| matches!(term.kind, TermKind::Arrow | TermKind::PathArrow));
        let around =
            arrow.and_then(|at| Some((statement.terms.get(at.checked_sub(1)?)?, statement.terms.get(at + 1)?)));
        if let Some((source, target)) = around {
            let [left, right] = [source, target].map(|end| self.written(&end.span.range()).to_owned());
            let range = source.span.range().start..target.span.range().end;
            self.add(path, range, "flow-turn", format!("{right} -> {left}"));
        }
    }

    fn term(&mut self, term: &Term, path: &str, names: &[String]) {
        let text = self.written(&term.span.range()).to_owned();
        for (kind, new) in changes(term, &text, names) {
            self.add(path, term.span.range(), kind, new);
        }
        match &term.kind {
            TermKind::Range(ends) => [&ends.0, &ends.1].into_iter().for_each(|end| self.term(end, path, names)),
            TermKind::List(members) => members.iter().for_each(|member| self.term(member, path, names)),
            TermKind::Call(call) => call.parts.iter().flatten().for_each(|term| self.term(term, path, names)),
            TermKind::Name(_)
            | TermKind::Star
            | TermKind::Variable(_)
            | TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Template(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Colon
            | TermKind::Sign(_)
            | TermKind::Bad => {}
        }
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 50 { format!("{}..", line.chars().take(48).collect::<String>()) } else { line }
}
