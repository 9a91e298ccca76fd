//! Which texts may stand in a place of the output, so that a pattern can say it: those that every check takes there.
//!
//! Invariant: what a [`Texts`] admits is its [`Texts::pattern`], is no longer than its [`Texts::most`], and is none of what it
//! [`Texts::refuses`].

use std::collections::BTreeSet;

use crate::check::pod_security::secrets;
use crate::value::Image;

/// How long a text may be where its place sets no bound: a version, a revision, a name.
const MOST: usize = 128;
/// How long the value of a label may be (`LabelValueMaxLength` in kubernetes apimachinery `pkg/util/validation/validation.go`, 1.33).
const MOST_OF_LABEL: usize = 63;

/// A place of a text, which has some of its own text before and behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind of text it is.
    pub kind: PlaceKind,
    /// What stands before it.
    pub before: String,
    /// What stands behind it.
    pub behind: String,
}

/// The kinds of places that a chart may leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// The tag of an image; what stands before it begins behind the `:`.
    Tag,
    /// The value of a label.
    Label,
    /// A text that only the program reads, or people do.
    Free,
}

/// Which texts may stand in some places at once: letters, digits, and within `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// How long one may be.
    most: usize,
    /// Whether it ends with a letter or digit, as it begins with one.
    is_closed: bool,
    /// What none begins with.
    openings: BTreeSet<String>,
    /// What none is.
    others: BTreeSet<String>,
}

impl Texts {
    /// Those that may stand in all of these places.
    ///
    /// # Errors
    /// Why none may, in words behind "it".
    pub fn of<'p>(places: impl IntoIterator<Item = &'p Place>) -> Result<Self, String> {
        let mut texts = Self { most: MOST, is_closed: false, openings: BTreeSet::new(), others: BTreeSet::new() };
        for place in places {
            texts.narrow(place)?;
        }
        Ok(texts)
    }

    fn narrow(&mut self, Place { kind, before, behind }: &Place) -> Result<(), String> {
        let beside = before.len() + behind.len();
        match kind {
            PlaceKind::Tag => {
                self.most = self.most.min(Image::MOST_OF_TAG.saturating_sub(beside));
                let moving = Image::MOVING_TAG.strip_prefix(before.as_str());
                self.others.extend(moving.and_then(|rest| rest.strip_suffix(behind.as_str())).map(str::to_owned));
            }
            PlaceKind::Label => {
                self.most = self.most.min(MOST_OF_LABEL.saturating_sub(beside));
                self.is_closed |= behind.is_empty();
            }
            PlaceKind::Free => {}
        }
        if self.most == 0 {
            return Err("stands where there is no room for another text".to_owned());
        }
        if *kind != PlaceKind::Tag {
            self.openings.extend(secrets::openings(before, behind).map_err(|kind| format!("may become {kind}"))?);
        }
        Ok(())
    }

    /// A regular expression that all of them match and nothing else of their length, as RE2 and ECMAScript read it alike.
    pub fn pattern(&self) -> String {
        let most = self.most.saturating_sub(1);
        match (self.is_closed, most) {
            (_, 0) => "^[A-Za-z0-9]$".to_owned(),
            (false, _) => format!("^[A-Za-z0-9][A-Za-z0-9._-]{{0,{most}}}$"),
            (true, _) => format!("^[A-Za-z0-9]([A-Za-z0-9._-]{{0,{}}}[A-Za-z0-9])?$", most - 1),
        }
    }

    /// A regular expression that none of them matches; nothing where the first says it all.
    pub fn refuses(&self) -> Option<String> {
        let is_first = |opening: &&String| {
            !self.openings.iter().any(|other| other != *opening && opening.starts_with(other.as_str()))
        };
        let openings = self.openings.iter().filter(is_first).map(|opening| format!("^{}", escaped(opening)));
        let others = self.others.iter().map(|other| format!("^{}$", escaped(other)));
        let all: Vec<String> = openings.chain(others).collect();
        (!all.is_empty()).then(|| all.join("|"))
    }

    /// How long one may be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Whether a text is one of them.
    pub fn admit(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.iter().all(is_inner)
            && (!self.is_closed || bytes.last().is_some_and(u8::is_ascii_alphanumeric))
            && bytes.len() <= self.most
            && !self.openings.iter().any(|opening| text.starts_with(opening.as_str()))
            && !self.others.contains(text)
    }

    /// Some of them that are as unlike as they can be: the shortest, the longest, those with every sign.
    pub fn probes(&self) -> Vec<String> {
        let long: String = "Z9._-".chars().cycle().take(self.most.saturating_sub(1)).chain(['z']).collect();
        let all = ["0", "q", "1.4", "1e3", "true", "0x1F", "A._-b", "a.", "B_", "c-", "d--e..f__g", long.as_str()];
        all.into_iter().filter(|text| self.admit(text)).map(str::to_owned).collect()
    }
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('.', "\\.")
}

#[cfg(test)]
mod tests {
    use super::{Place, PlaceKind, Texts};

    fn place(kind: PlaceKind, before: &str, behind: &str) -> Place {
        Place { kind, before: before.to_owned(), behind: behind.to_owned() }
    }

    #[test]
    fn the_narrowest_place_decides() {
        let tag = place(PlaceKind::Tag, "", "");
        let label = place(PlaceKind::Label, "v", "");
        let alone = Texts::of([&tag]).unwrap();
        assert_eq!((alone.pattern().as_str(), alone.most()), ("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", 128));
        assert_eq!(alone.refuses().as_deref(), Some("^latest$"));
        let both = Texts::of([&tag, &label]).unwrap();
        assert_eq!(both.pattern(), "^[A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?$");
        assert_eq!(both.most(), 62);
        for (text, in_tag, in_both) in [
            ("1.4.2", true, true),
            ("a-", true, false),
            ("latest", false, false),
            ("", false, false),
            (".a", false, false),
        ] {
            assert_eq!((alone.admit(text), both.admit(text)), (in_tag, in_both), "{text}");
        }
        assert!(!both.admit(&"a".repeat(63)) && both.admit(&"a".repeat(62)));
        let full = place(PlaceKind::Label, &"a".repeat(63), "");
        assert_eq!(Texts::of([&full]), Err("stands where there is no room for another text".to_owned()));
    }

    #[test]
    fn no_token_can_be_made_of_what_is_admitted() {
        let free = Texts::of([&place(PlaceKind::Free, "", "")]).unwrap();
        assert!(!free.admit("AKIAIOSFODNN7EXAMPLE") && !free.admit("eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJlMTIz"));
        assert!(free.admit("1.4.2") && free.admit("main-AKIA"));
        let behind = Texts::of([&place(PlaceKind::Free, "--key=AK", "")]).unwrap();
        assert!(behind.admit("1.4.2") && !behind.admit("IAIOSFODNN7EXAMPLE"));
        let begun = Texts::of([&place(PlaceKind::Free, "ghp_", "")]);
        assert_eq!(begun, Err("may become a GitHub token".to_owned()));
        let tail = Texts::of([&place(PlaceKind::Tag, "lat", "t")]).unwrap();
        assert!(!tail.admit("es") && tail.admit("est"));
    }

    #[test]
    fn probes_are_admitted_and_reach_the_bounds() {
        for kind in [PlaceKind::Tag, PlaceKind::Label, PlaceKind::Free] {
            let texts = Texts::of([&place(kind, "v", "")]).unwrap();
            let probes = texts.probes();
            assert!(probes.iter().all(|probe| texts.admit(probe)));
            assert_eq!(probes.iter().map(String::len).max(), Some(texts.most()));
            assert_eq!(probes.iter().map(String::len).min(), Some(1));
        }
    }
}
