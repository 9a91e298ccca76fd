//! What a namespace with parameters in its name can become.

/// A name with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
}

/// A piece of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Text as it is.
    Fixed(String),
    /// What stands in `${..}`.
    Gap {
        /// The name between the braces.
        name: String,
        /// What can fill it.
        filler: Filler,
    },
}

/// What can fill a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filler {
    /// A whole number.
    Number,
    /// Any text.
    Text,
}

impl Pattern {
    /// Reads a string literal or a `$name` as it is written; `filler` says what a name stands for.
    pub(super) fn read(written: &str, filler: impl Fn(&str) -> Filler) -> Self {
        let gap = |name: &str| Piece::Gap { name: name.to_owned(), filler: filler(name) };
        if let Some(name) = written.strip_prefix('$') {
            return Self { pieces: vec![gap(name)] };
        }
        let mut rest = written.trim_matches('"');
        let mut pieces = Vec::new();
        while let Some((fixed, behind)) = rest.split_once("${") {
            pieces.push(Piece::Fixed(fixed.to_owned()));
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            pieces.push(gap(name.trim()));
            rest = behind;
        }
        pieces.push(Piece::Fixed(rest.to_owned()));
        Self { pieces }
    }

    /// The names of its gaps.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Gap { name, .. } => Some(name.as_str()),
            Piece::Fixed(_) => None,
        })
    }

    /// Whether its gaps can be filled so that it becomes `name`. Takes time proportional to the square of the name, which
    /// is bounded.
    pub(super) fn can_be(&self, name: &str) -> bool {
        let mut ends = vec![0];
        for piece in &self.pieces {
            let mut next: Vec<usize> = Vec::new();
            for start in ends {
                let Some(rest) = name.get(start..) else { continue };
                match piece {
                    Piece::Fixed(text) => next.extend(rest.starts_with(text.as_str()).then(|| start + text.len())),
                    Piece::Gap { filler: Filler::Text, .. } => next.extend(start..=name.len()),
                    Piece::Gap { filler: Filler::Number, .. } => {
                        next.extend(numbers(rest).map(|length| start + length));
                    }
                }
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends.contains(&name.len())
    }

    /// What fills its only gap where it becomes `name`.
    pub(super) fn filling(&self, name: &str) -> Option<(&str, String)> {
        let mut gaps = self.names();
        let (gap, None) = (gaps.next()?, gaps.next()) else { return None };
        let at = self.pieces.iter().position(|piece| matches!(piece, Piece::Gap { .. }))?;
        let fixed = |pieces: &[Piece]| -> String {
            let texts = pieces.iter().filter_map(|piece| match piece {
                Piece::Fixed(text) => Some(text.as_str()),
                Piece::Gap { .. } => None,
            });
            texts.collect()
        };
        let (before, behind) = (fixed(self.pieces.get(..at)?), fixed(self.pieces.get(at..)?));
        let filling = name.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())?;
        Some((gap, filling.to_owned()))
    }
}

/// The lengths of the whole numbers that a text begins with.
fn numbers(text: &str) -> impl Iterator<Item = usize> {
    let sign = usize::from(text.starts_with('-'));
    let digits = text.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
    (1..=digits).map(move |count| sign + count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn becomes_what_its_gaps_allow() {
        let filler = |name: &str| if name == "n" { Filler::Number } else { Filler::Text };
        for (written, name, expected) in [
            ("\"shop-pr-${n}\"", "shop-pr-42", true),
            ("\"shop-pr-${n}\"", "shop-pr-", false),
            ("\"shop-pr-${n}\"", "shop-prod", false),
            ("\"shop-${n}\"", "shop--1", true),
            ("\"shop-${n}\"", "shop-1a", false),
            ("\"shop-${n}${n}\"", "shop-1", false),
            ("\"shop-${n}${n}\"", "shop-12", true),
            ("\"shop-${branch}\"", "shop-prod", true),
            ("\"shop-${branch}\"", "cart-prod", false),
            ("\"${branch}-x\"", "a-x-x", true),
            ("\"${branch}-x\"", "a-x-y", false),
            ("$branch", "anything", true),
            ("$n", "anything", false),
            ("\"fixed\"", "fixed", true),
            ("\"fixed\"", "fixed-1", false),
        ] {
            assert_eq!(Pattern::read(written, filler).can_be(name), expected, "{written} {name}");
        }
    }

    #[test]
    fn says_what_fills_its_only_gap() {
        for (written, name, expected) in [
            ("\"shop-${branch}\"", "shop-prod", Some("prod")),
            ("\"${branch}-x\"", "a-x-x", Some("a-x")),
            ("\"${a}${b}\"", "a", None),
            ("\"fixed\"", "fixed", None),
        ] {
            let pattern = Pattern::read(written, |_| Filler::Text);
            assert_eq!(pattern.filling(name).map(|(_, filling)| filling).as_deref(), expected, "{written} {name}");
        }
    }
}
