//! What a word makes, for whoever names one that is there already.

use crate::value::quoted;

/// What a word makes, and how one of those that is there already is used.
#[derive(Debug)]
pub struct Made {
    /// The kind of what is made: `Secret`.
    pub kind: &'static str,
    /// What the word says of one that it makes, as it follows the name.
    pub rest: &'static str,
    /// The clause without which it makes none; the braces, where it has none.
    pub clause: Option<&'static str>,
    /// The word that uses one that is there, and its clause.
    pub used_by: (&'static str, &'static str),
}

impl Made {
    /// What says of one that is there, or that is to be made, what was most likely meant.
    pub fn ways(&self, word: &str, name: &str) -> String {
        let (user, clause) = self.used_by;
        format!(
            "where the {kind} {quoted} is there already, write `{user} NAME {clause} {quoted} \"KEY\"` for each of its keys that the program reads; `{word} {name} {rest}` makes one",
            kind = self.kind,
            quoted = quoted(name),
            rest = self.rest,
        )
    }
}
