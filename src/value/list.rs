//! Lists: `a, b` or `[a, b]`, and a single value as a list of one.

use super::{FromTerm, Mismatch, Term};

/// What is wrong with a member points at it alone.
impl<T: FromTerm> FromTerm for Vec<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let read = |member: &Term| T::from_term(member).map_err(|mismatch| mismatch.at(member.span));
        term.members().iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{at, fault, list, name, number};
    use crate::value::{TermKind, Word};

    #[test]
    fn reads_members() {
        for (term, expected) in
            [(list(vec![number("1"), number("2")]), vec![1, 2]), (number("1"), vec![1]), (list(vec![]), vec![])]
        {
            assert_eq!(Vec::<u32>::from_term(&term), Ok(expected));
        }
    }

    #[test]
    fn points_at_the_member() {
        let bad = at(9, TermKind::Number("2".into()));
        let mismatch = fault::<Vec<Word>>(&list(vec![name("a"), bad.clone()]));
        assert_eq!((&*mismatch.message, mismatch.span), ("expected a name, found `2`", Some(bad.span)));
    }
}
