//! Chains the tables of the rooms: codes, words, modules. Holds none itself.

use crate::diagnostic::Code;
use crate::value::closest;
use crate::{check, model, syntax};

/// Every code, by number.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let checks = check::all().map(|check| check.code);
    let mut codes: Vec<&'static Code> =
        [syntax::CODES, model::codes::CODES].into_iter().flatten().copied().chain(checks).collect();
    codes.sort_by_key(|code| code.id);
    codes.into_iter()
}

/// The code of a number (`BVL0701`, `bvl0701`, `0701`) or slug.
pub fn code(name: &str) -> Option<&'static Code> {
    let number = name.to_ascii_uppercase();
    let number = number.strip_prefix("BVL").unwrap_or(&number);
    codes().find(|code| code.slug == name || code.id.strip_prefix("BVL") == Some(number))
}

/// The number or slug that `name` most likely was meant to be.
pub fn nearest_code(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let by_slug = closest(name, codes().map(|code| code.slug));
    by_slug.or_else(|| closest(&upper, codes().map(|code| code.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_number_and_slug() {
        for name in ["BVL0203", "bvl0203", "0203", "wrong-type"] {
            assert_eq!(code(name).map(|code| code.id), Some("BVL0203"), "{name}");
        }
        assert!(code("203").is_none());
        assert_eq!(nearest_code("wrongtype"), Some("wrong-type"));
        assert_eq!(nearest_code("xxxxxxxxxxxxxxxxxxxxxxx"), None);
    }

    #[test]
    fn numbers_and_slugs_are_unique() {
        let codes: Vec<&Code> = codes().collect();
        assert!(codes.is_sorted_by(|a, b| a.id < b.id));
        let mut slugs: Vec<&str> = codes.iter().map(|code| code.slug).collect();
        slugs.sort_unstable();
        assert!(slugs.is_sorted_by(|a, b| a < b), "{slugs:?}");
    }
}
