//! Names of declarations that begin with a digit. The parser takes them for numbers, and what begins with one, `1vault.api`, for
//! text that lacks its quotes: that is one mistake, told where the name is declared.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::BVL0215;
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::Term;
use crate::value::name::dns_label;
use crate::vocabulary::declares_endpoint;

use super::modules::Project;

/// How many of the places are shown.
const SHOWN: usize = 6;

/// The name of a declaration that begins with a digit.
pub(super) fn name(term: &Term) -> Option<&str> {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    term.number().filter(|text| text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(is_of_name))
}

/// Tells of every such name with all places that it stands at, and gives these places: what else is found there is no other
/// mistake.
pub(super) fn tell(project: &Project, sink: &mut Sink) -> BTreeSet<Span> {
    let all = || project.trees.iter().flat_map(|tree| tree.statements());
    let is_declaration = |statement: &&Statement| match statement.word() {
        "platform" | "environment" | "class" | "group" => true,
        word => declares_endpoint(word),
    };
    let declared = |statement: &'_ Statement| {
        let term = statement.terms.first()?;
        Some((name(term)?.to_owned(), (statement.word().to_owned(), term.span)))
    };
    let lost: BTreeMap<String, (String, Span)> = all().filter(is_declaration).filter_map(declared).collect();
    if lost.is_empty() {
        return BTreeSet::new();
    }
    let taken: BTreeSet<&str> = all().filter(is_declaration).filter_map(|known| known.terms.first()?.name()).collect();
    let mut used: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    let mut statements: Vec<&Statement> = all().collect();
    while let Some(statement) = statements.pop() {
        statements.extend(statement.statements());
        // the value of another word may be a number that reads the same
        let word = statement.word();
        let speaks_of_names = declares_endpoint(word) || matches!(word, "allow" | "never" | "waive" | "without");
        for term in statement.terms.iter().filter(|_| speaks_of_names).flat_map(Term::members) {
            let text = project.sources.text(term.span);
            let name = text.split('.').next().unwrap_or(text);
            if let Some((name, _)) = lost.get_key_value(name).filter(|(_, (_, declared))| *declared != term.span) {
                let end = term.span.start + u32::try_from(name.len()).unwrap_or(u32::MAX);
                used.entry(name).or_default().push(Span { end, ..term.span });
                told.insert(term.span);
            }
        }
    }
    for (name, (word, declared)) in &lost {
        let mut used = used.remove(name.as_str()).unwrap_or_default();
        used.sort_unstable();
        let title = format!("the name `{name}` of this {word} begins with a digit");
        let finding = Diagnostic::new(&BVL0215, *declared, title).here("read as a number");
        let finding = used.iter().take(SHOWN).fold(finding, |told, place| told.label(*place, "and here"));
        // all of it says what it is, so that nothing is left out
        let better = format!("{word}-{name}");
        sink.report(if dns_label(&better).is_ok() && !taken.contains(better.as_str()) {
            let edits =
                std::iter::once(declared).chain(&used).map(|place| TextEdit::replace(*place, &better)).collect();
            let help = "names begin with a letter, and hold lower case letters, digits and `-`";
            finding.help(help).unsafe_fix(format!("write `{better}` wherever it stands"), edits)
        } else {
            finding.help("names are lower case letters, digits and `-`, beginning with a letter")
        });
    }
    told
}
