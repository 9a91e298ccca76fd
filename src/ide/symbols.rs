//! What a file and a platform declare, for outlines and for finding by name.

use super::{Symbol, View};
use crate::source::{FileId, Provenance, SourceFile, Span};
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
const INNER: [&str; 9] = ["port", "env", "on", "init", "sidecar", "service", "job", "managed", "external"];

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
    /// Its name; of a flow its ends.
    pub name: String,
    /// The word that declares it.
    pub word: &'static str,
    /// Where its name stands.
    pub span: Span,
}

/// The declarations whose names hold the letters of a query in their order, names that begin with it first. `@service web`
/// asks for those of one word, and `@flow` for all that say who may talk to whom: these are found in no other way.
pub fn search(view: &View, query: &str) -> Vec<Found> {
    let (wanted, letters) = match query.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').map_or((Some(rest), ""), |(word, letters)| (Some(word), letters.trim())),
        None => (None, query),
    };
    let letters = letters.to_lowercase();
    let is_wanted = |word: &str| {
        let is_flow = matches!(word, "allow" | "never");
        match wanted {
            Some(wanted) => wanted == word || is_flow && wanted == "flow",
            None => !is_flow && !matches!(word, "use" | "waive"),
        }
    };
    let mut found: Vec<(bool, Found)> = Vec::new();
    let mut add = |name: &str, word: &'static str, span: Span| {
        if is_wanted(word) && has_letters(name, &letters) {
            let begins = name.to_lowercase().starts_with(&letters);
            found.push((!begins, Found { name: name.to_owned(), word, span }));
        }
    };
    let is_user = |file: FileId| view.sources().get(file).is_some_and(|file| file.provenance() == Provenance::User);
    for tree in view.analysis.trees().iter().filter(|tree| is_user(tree.file)) {
        let Some(file) = view.sources().get(tree.file) else { continue };
        for statement in tree.statements() {
            let word = FILE.word(statement.word()).map(|word| word.name);
            if let Some(outlined) = word.and_then(|word| entry(file, statement, word)) {
                add(&outlined.name, outlined.word, outlined.selection);
            }
        }
    }
    for (symbol, span) in view.names.declared() {
        if is_user(span.file) {
            match symbol {
                Symbol::Port(_, name) => add(name, "port", span),
                Symbol::Parameter(_, name) => add(name, "parameter", span),
                Symbol::Store(name) => add(name, "secret-store", span),
                Symbol::Part(part, _, name) => add(name, part.word(), span),
                Symbol::Platform(_)
                | Symbol::Bound(..)
                | Symbol::Environment(_)
                | Symbol::Class(_)
                | Symbol::Module(_)
                | Symbol::Constant(_)
                | Symbol::Endpoint(_) => {}
            }
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
