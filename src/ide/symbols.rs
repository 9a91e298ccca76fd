//! What a file and a platform declare, for outlines and for finding by name.

use super::{Symbol, View};
use crate::source::{Provenance, SourceFile, Span};
use crate::syntax::{Statement, Tree};
use crate::value::Term;
use crate::vocabulary::FILE;

/// A declaration in an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlined {
    /// What it is called: its name, or for a flow its ends.
    pub name: String,
    /// The word that declares it.
    pub word: &'static str,
    /// All of it.
    pub span: Span,
    /// What is selected when one goes there.
    pub selection: Span,
    /// What stands in its braces and has a name: ports, overlays, environment variables.
    pub inner: Vec<Outlined>,
}

/// The outline of a file, in order of place.
pub fn outline(file: &SourceFile, tree: &Tree) -> Vec<Outlined> {
    tree.statements().filter_map(|statement| declaration(file, statement)).collect()
}

fn declaration(file: &SourceFile, statement: &Statement) -> Option<Outlined> {
    let word = FILE.word(statement.word())?;
    let mut outlined = entry(file, statement, word.name)?;
    let named = |inner: &Statement| {
        let word = INNER.into_iter().find(|word| *word == inner.word())?;
        entry(file, inner, word)
    };
    outlined.inner = statement.statements().filter_map(named).collect();
    Some(outlined)
}

/// The words whose statements within a declaration are entries of its outline.
const INNER: [&str; 6] = ["port", "env", "on", "service", "managed", "external"];

fn entry(file: &SourceFile, statement: &Statement, word: &'static str) -> Option<Outlined> {
    let head = || file.slice(statement.head());
    let (name, selection) = match word {
        "allow" | "never" | "waive" | "use" => {
            let ends = head().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim());
            (ends.to_owned(), statement.head())
        }
        _ => match statement.terms.first().and_then(Term::named) {
            Some((name, span, _)) => (name.to_owned(), span),
            // `service * { .. }`
            None => (file.slice(statement.terms.first()?.span).to_owned(), statement.head()),
        },
    };
    if name.is_empty() {
        return None;
    }
    Some(Outlined { name, word, span: statement.span, selection, inner: Vec::new() })
}

/// A declaration anywhere in a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What it is.
    pub symbol: Symbol,
    /// Where its name stands.
    pub span: Span,
}

/// The declarations whose names hold the letters of a query in their order, names that begin with it first.
pub fn search(view: &View, query: &str) -> Vec<Found> {
    let query = query.to_lowercase();
    let mut found: Vec<(bool, Found)> = Vec::new();
    for (symbol, span) in view.names.declared() {
        let is_user = view.sources().get(span.file).is_some_and(|file| file.provenance() == Provenance::User);
        let name = symbol.name();
        if is_user && has_letters(name, &query) {
            let begins = name.to_lowercase().starts_with(&query);
            found.push((!begins, Found { name: name.to_owned(), symbol: symbol.clone(), span }));
        }
    }
    found.sort_by(|(a, x), (b, y)| (a, &x.name, x.span).cmp(&(b, &y.name, y.span)));
    found.into_iter().map(|(_, found)| found).collect()
}

/// Whether a name holds the letters of a query in their order, whatever their case.
fn has_letters(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
