//! About how long durations are, by which what lacks its unit is told what it was most likely meant to be.
//!
//! Invariant: every argument that is a duration says what is usual there, and each default and example of the table comes first.

use super::Argument;
use crate::value::{Duration, Term, TermKind};

/// So many of the units that could stand there are offered.
const OFFERED: usize = 2;

impl Argument {
    /// The same, which is about so many seconds.
    #[must_use]
    pub const fn about(self, seconds: u64) -> Self {
        Self { usual: Some(Duration::from_secs(seconds)), ..self }
    }

    /// What a number without a unit was meant for there, the likeliest first.
    pub fn with_units(&self, term: &Term) -> Vec<String> {
        let Some((usual, digits)) = self.usual.zip(term.number()) else { return Vec::new() };
        let is_fine = |written: &String| {
            let kind = TermKind::Number(written.as_str().into());
            self.ty.check(&Term { span: term.span, kind }).is_ok()
        };
        usual.with_units(digits).into_iter().filter(is_fine).take(OFFERED).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Clause, FILE, Type, Word};
    use super::*;
    use crate::source::{Provenance, SourceMap, Span};
    use crate::value::FromTerm;

    fn number(text: &str) -> Term {
        let file = SourceMap::default().add("test.bvl", "", Provenance::User);
        Term { span: Span::new(file, 0, text.len()), kind: TermKind::Number(text.into()) }
    }

    /// Every duration of the table: what is usual, and the values of its default and its example.
    fn durations(block: &'static Block, found: &mut Vec<(&'static Argument, String, Vec<&'static str>)>) {
        let mut take = |argument: &'static Argument, name: &str, doc: &'static str, example: &'static str| {
            let default = doc.split_once("Default ").map(|(_, rest)| rest.split([' ', '.']).next().unwrap_or_default());
            let own = example.split(' ').skip_while(|word| *word != name).nth(1);
            let values = default.into_iter().chain(own).map(|value| value.trim_end_matches(','));
            let is_duration = |value: &&str| Duration::from_term(&number(value)).is_ok_and(|value| !value.is_zero());
            if matches!(argument.ty, Type::Duration | Type::Seconds) {
                found.push((argument, format!("{name} of {}", block.name), values.filter(is_duration).collect()));
            }
        };
        for word in block.words.iter().flat_map(|word| word.variants.iter().chain([word])) {
            let Word { name, args, clauses, doc, example, .. } = word;
            args.iter().for_each(|argument| take(argument, name, doc, example));
            for Clause { name, args, doc } in *clauses {
                args.iter().for_each(|argument| take(argument, name, doc, example));
            }
        }
        let blocks =
            block.words.iter().flat_map(|word| word.variants.iter().chain([word])).filter_map(|word| word.block);
        for inner in blocks.filter(|inner| !std::ptr::eq(*inner, block) && inner.name != "entry") {
            durations(inner, found);
        }
    }

    #[test]
    fn what_the_table_says_comes_first() {
        let mut found = Vec::new();
        durations(&FILE, &mut found);
        assert!(found.len() > 20, "{}", found.len());
        for (argument, name, values) in found {
            assert!(argument.usual.is_some(), "{name} does not say what is usual");
            for value in values {
                let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
                let offered = argument.with_units(&number(digits));
                assert_eq!(offered.first().map(String::as_str), Some(value), "{name}: {offered:?}");
                assert_eq!(offered.len(), OFFERED, "{name}: {offered:?}");
            }
        }
    }
}
