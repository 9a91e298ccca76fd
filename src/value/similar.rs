//! "Did you mean": the known word nearest to an unknown one.
//!
//! Invariant: the work for one word is bounded, whatever a file holds: longer words are not compared, and in a table of
//! many names those are compared that are one edit away or begin alike.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use indexmap::IndexMap;

/// Words of more characters are no slip of the pen, and are not compared.
const LONGEST: usize = 64;

/// Of a table of more names than this, a word is compared with those at one edit and with as many that begin alike.
const MOST: usize = 512;

/// The candidate nearest to `word`: the same but for case, else at most a third of its characters (and one in any
/// case) inserted, left out, replaced or swapped with their neighbor. Of equals the first.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(word, candidates).min_by_key(|(distance, candidate)| rank(*distance, candidate, word)).map(|(_, found)| found)
}

/// The candidates that are as near to `word` as [`closest`], which is the first of them; three at the most.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    tied(near(word, candidates).map(|(distance, candidate)| (rank(distance, candidate, word), candidate)).collect())
}

/// Whether `word` is so like `known` that nothing else can have been meant: the same but for case, or one character of three or
/// more, two of eight or more, and so on, are wrong.
pub fn is_sure(word: &str, known: &str) -> bool {
    let pattern = Pattern::new(&letters(word));
    let wrong = pattern.near(compared(known));
    wrong.is_some_and(|wrong| wrong == 0 || pattern.length > 2 && wrong <= (pattern.length / 4).max(1))
}

/// Of what is near, all that is nearest, in order: names that many others are as near to are no help.
fn tied<R: Ord, N>(mut ranked: Vec<((usize, R), N)>) -> Vec<N> {
    /// So many can be chosen from.
    const CHOICES: usize = 3;
    ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
    let least = ranked.first().map(|((distance, _), _)| *distance);
    let nearest = ranked.into_iter().take_while(|((distance, _), _)| Some(*distance) == least);
    nearest.map(|(_, name)| name).take(CHOICES).collect()
}

/// Of two that are as near, the one that begins as written: who types on gets there.
fn rank(distance: usize, candidate: &str, word: &str) -> (usize, bool) {
    (distance, !candidate.starts_with(word))
}

/// The known word that `word` is a slip of: [`closest`], where it is not itself one of them. A word that is known costs no
/// more than to find it.
pub fn slip<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.contains(&word) { None } else { closest(word, known.iter().copied()) }
}

/// The known words of which `word` is a part: its parts between `-` stand in them, in their order; three at the most.
pub fn whole<'a>(word: &str, known: &[&'a str]) -> Vec<&'a str> {
    let has = |known: &str| {
        let mut parts = known.split('-');
        word.split('-').all(|part| parts.any(|known| known.eq_ignore_ascii_case(part)))
    };
    known.iter().copied().filter(|known| has(known)).take(3).collect()
}

/// The `n` candidates nearest to `word`, the nearest first, equals in their own order; those that [`closest`] would take.
pub fn closest_all<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>, n: usize) -> Vec<&'a str> {
    let mut found: Vec<_> = near(word, candidates).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(n).map(|(_, candidate)| candidate).collect()
}

/// The candidates that are near enough, with their distances.
fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = (usize, &'a str)> {
    let word = Pattern::new(&letters(word));
    candidates.into_iter().filter_map(move |candidate| Some((word.near(compared(candidate))?, candidate)))
}

/// The characters that are compared.
fn compared(word: &str) -> impl Iterator<Item = char> + Clone {
    word.chars().take(LONGEST + 1).map(|letter| letter.to_ascii_lowercase())
}

/// The same, to be kept.
fn letters(word: &str) -> Vec<char> {
    compared(word).collect()
}

/// A word in the form in which it is compared with many: for each character, where it stands.
struct Pattern {
    length: usize,
    ascii: [u64; 128],
    other: Vec<(char, u64)>,
}

impl Pattern {
    fn new(letters: &[char]) -> Self {
        let mut pattern = Self { length: letters.len(), ascii: [0; 128], other: Vec::new() };
        for (at, letter) in letters.iter().take(LONGEST).enumerate() {
            if let Some(places) = pattern.ascii.get_mut(*letter as usize) {
                *places |= 1 << at;
            } else {
                pattern.other.push((*letter, 1 << at));
            }
        }
        pattern
    }

    fn places(&self, letter: char) -> u64 {
        let other = || self.other.iter().filter(|(known, _)| *known == letter).fold(0, |all, (_, places)| all | places);
        self.ascii.get(letter as usize).copied().unwrap_or_else(other)
    }

    /// The distance of a word that is near enough.
    fn near(&self, other: impl Iterator<Item = char> + Clone) -> Option<usize> {
        let threshold = (self.length / 3).max(1);
        let length = other.clone().count();
        let longest = self.length.max(length);
        if longest > LONGEST || self.length.abs_diff(length) > threshold {
            return None;
        }
        let distance = self.distance(other);
        // Two words that share no character are not alike, however short.
        (distance <= threshold && (distance < longest || longest == 0)).then_some(distance)
    }

    /// Damerau-Levenshtein distance in its restricted form (optimal string alignment): how many characters are to be
    /// inserted, left out, replaced or swapped with their neighbor, no place twice. A column of the table of distances is
    /// held as the differences of its neighbors, a bit each (H. Hyyrö, A bit-vector algorithm for computing Levenshtein
    /// and Damerau edit distances, Nordic Journal of Computing 10, 2003).
    fn distance(&self, other: impl Iterator<Item = char>) -> usize {
        let Some(last) = self.length.checked_sub(1) else { return other.count() };
        let mut distance = self.length;
        let (mut more, mut less, mut zero, mut before) = (!0_u64, 0_u64, 0_u64, 0_u64);
        for letter in other {
            let places = self.places(letter);
            let swapped = ((!zero & places) << 1) & before;
            zero = ((places & more).wrapping_add(more) ^ more) | places | less | swapped;
            let (right_more, right_less) = (less | !(zero | more), zero & more);
            distance += usize::from(right_more >> last & 1 == 1);
            distance -= usize::from(right_less >> last & 1 == 1);
            let (right_more, right_less) = (right_more << 1 | 1, right_less << 1);
            more = right_less | !(zero | right_more);
            less = right_more & zero;
            before = places;
        }
        distance
    }
}

/// A table that is asked by names that people write: which of its names was meant is found without a look at all of them.
#[derive(Debug, Default)]
pub struct Lexicon<T> {
    table: T,
    index: OnceLock<Index>,
}

/// A table with names.
pub trait Named {
    /// Its names, in its order.
    fn names(&self) -> impl Iterator<Item = &str>;
}

impl<V> Named for IndexMap<String, V> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.keys().map(String::as_str)
    }
}

impl<V> Named for BTreeMap<String, V> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.keys().map(String::as_str)
    }
}

impl Named for BTreeSet<&str> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().copied()
    }
}

impl Named for BTreeSet<String> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(String::as_str)
    }
}

impl<T: Named> Lexicon<T> {
    /// The names, in the order of the table.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.table.names()
    }

    /// The name nearest to `word`, as [`closest`] finds it; of more than 512 names, one that is further away than one
    /// edit is found only where it begins alike.
    pub fn closest(&self, word: &str) -> Option<&str> {
        self.closest_of(word, |_| true)
    }

    /// The nearest of the names that fit.
    pub fn closest_of(&self, word: &str, fits: impl Fn(&str) -> bool) -> Option<&str> {
        self.nearest_of(word, fits).into_iter().next()
    }

    /// Those of the names that fit which are as near as [`Self::closest_of`], which is the first; three at the most.
    pub fn nearest_of(&self, word: &str, fits: impl Fn(&str) -> bool) -> Vec<&str> {
        self.index.get_or_init(|| Index::new(self.table.names())).nearest(word, fits)
    }
}

impl<T> From<T> for Lexicon<T> {
    fn from(table: T) -> Self {
        Self { table, index: OnceLock::new() }
    }
}

impl<T> Deref for Lexicon<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.table
    }
}

impl<T> DerefMut for Lexicon<T> {
    fn deref_mut(&mut self) -> &mut T {
        // it may get other names
        self.index = OnceLock::new();
        &mut self.table
    }
}

/// Names by what is left of them when a character is left out: of two words at one edit, some such remains are equal.
#[derive(Debug)]
struct Index {
    /// Each name with the characters that are compared.
    names: Vec<(String, Vec<char>)>,
    /// The places in `names`, by those characters.
    sorted: Vec<usize>,
    /// The remains of each name; empty where all names are compared.
    remains: Remains,
}

/// Places of names by the hashes of what is left of them. A hash begins with the number of its bucket, of which there are about as
/// many as hashes, so that one is found with a look at two places.
#[derive(Debug, Default)]
struct Remains {
    /// In order.
    all: Vec<(u64, usize)>,
    /// Where each bucket begins, and where the last one ends.
    starts: Vec<usize>,
    /// How far to the right a hash goes to become the number of its bucket.
    shift: u32,
}

impl Remains {
    fn of(mut all: Vec<(u64, usize)>) -> Self {
        all.sort_unstable();
        let bits = all.len().checked_ilog2().unwrap_or_default().max(1);
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, (hash, _)) in all.iter().enumerate() {
            let bucket = usize::try_from(hash >> shift).unwrap_or_default();
            while starts.len() <= bucket {
                starts.push(at);
            }
        }
        starts.resize((1 << bits) + 1, all.len());
        Self { all, starts, shift }
    }

    fn places(&self, hash: u64) -> impl Iterator<Item = usize> {
        let bucket = usize::try_from(hash >> self.shift).unwrap_or_default();
        let range = match self.starts.get(bucket..) {
            Some([start, end, ..]) => *start..*end,
            Some(_) | None => 0..0,
        };
        let all = self.all.get(range).unwrap_or_default().iter();
        all.filter(move |(known, _)| *known == hash).map(|(_, at)| *at)
    }
}

impl Index {
    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<(String, Vec<char>)> = names.map(|name| (name.to_owned(), letters(name))).collect();
        let mut sorted = Vec::new();
        let mut found = Vec::new();
        if names.len() > MOST {
            sorted.extend(0..names.len());
            sorted.sort_by_key(|at| names.get(*at).map(|(_, letters)| letters));
            let comparable = names.iter().enumerate().filter(|(_, (_, letters))| letters.len() <= LONGEST);
            found.extend(comparable.flat_map(|(at, (_, letters))| remains(letters).map(move |hash| (hash, at))));
        }
        Self { names, sorted, remains: Remains::of(found) }
    }

    fn nearest(&self, word: &str, fits: impl Fn(&str) -> bool) -> Vec<&str> {
        let written = letters(word);
        let pattern = Pattern::new(&written);
        let nearest = |places: &mut dyn Iterator<Item = usize>| {
            let named = places.filter_map(|at| Some((at, self.names.get(at)?)));
            let near =
                named.filter_map(|(at, (name, letters))| Some((pattern.near(letters.iter().copied())?, at, name)));
            let fitting = near.filter(|(.., name)| fits(name));
            let ranked = fitting.map(|(distance, at, name)| {
                let (distance, is_other) = rank(distance, name, word);
                ((distance, (is_other, at)), at)
            });
            // the remains of a name lead to it more than once
            tied(ranked.collect::<BTreeSet<_>>().into_iter().collect())
        };
        let found = if self.sorted.is_empty() {
            nearest(&mut (0..self.names.len()))
        } else {
            let at_one_edit = nearest(&mut remains(&written).flat_map(|hash| self.remains.places(hash)));
            if at_one_edit.is_empty() { nearest(&mut self.beside(&written)) } else { at_one_edit }
        };
        found.into_iter().filter_map(|at| self.names.get(at)).map(|(name, _)| name.as_str()).collect()
    }

    /// The places of names that begin like this one.
    fn beside(&self, written: &[char]) -> impl Iterator<Item = usize> {
        let letters = |at: &usize| self.names.get(*at).map(|(_, letters)| letters.as_slice());
        let here = self.sorted.partition_point(|at| letters(at) < Some(written));
        let range = here.saturating_sub(MOST / 2)..(here + MOST / 2).min(self.sorted.len());
        self.sorted.get(range).unwrap_or_default().iter().copied()
    }
}

/// The hashes of a word and of what is left of it without each of its characters.
fn remains(letters: &[char]) -> impl Iterator<Item = u64> {
    let hash = |without: usize| {
        let mut hasher = DefaultHasher::new();
        let left = letters.iter().enumerate().filter(|(at, _)| *at != without);
        left.for_each(|(_, letter)| letter.hash(&mut hasher));
        hasher.finish()
    };
    // the place behind the last character leaves out none
    (0..=letters.len()).map(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_known_by_its_whole() {
        let known = ["aws-cloudwatch", "aws-sqs-queue", "nats-jetstream", "kafka"];
        for (word, wholes) in [
            ("aws-sqs", &["aws-sqs-queue"][..]),
            ("sqs", &["aws-sqs-queue"]),
            ("NATS", &["nats-jetstream"]),
            ("aws", &["aws-cloudwatch", "aws-sqs-queue"]),
            ("sqs-aws", &[]),
            ("fka", &[]),
        ] {
            assert_eq!(whole(word, &known), wholes, "{word}");
        }
    }

    #[test]
    fn counts_edits() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "axc", 1),
            ("abc", "acb", 1),
            ("abc", "ac", 1),
            ("ab", "xab", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("shutdwon", "shutdown", 1),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(Pattern::new(&chars(a)).distance(b.chars()), expected, "{a} {b}");
            assert_eq!(Pattern::new(&chars(b)).distance(a.chars()), expected, "{b} {a}");
        }
    }

    #[test]
    fn finds_the_closest() {
        let long = "x".repeat(LONGEST);
        let longer = "x".repeat(LONGEST + 1);
        for (word, candidates, expected) in [
            ("sacle", vec!["scale", "spread"], Some("scale")),
            ("Scale", vec!["scales", "scale"], Some("scale")),
            ("HTTP", vec!["http"], Some("http")),
            ("prt", vec!["part", "port"], Some("part")),
            // Two of five characters are too many, two of six are not.
            ("scxxe", vec!["scale"], None),
            ("shxxdown", vec!["shutdown"], Some("shutdown")),
            ("x", vec!["y"], None),
            ("x", vec!["xy"], Some("xy")),
            ("", vec!["a"], None),
            ("port", vec![], None),
            (&long, vec![&long], Some(&long)),
            (&longer, vec![&longer], None),
            (&long, vec![&longer], None),
        ] {
            assert_eq!(closest(word, candidates), expected, "{word}");
        }
    }

    #[test]
    fn finds_several_in_order() {
        let candidates = ["cat", "cats", "dog", "bat", "CAT"];
        assert_eq!(closest_all("cat", candidates, 9), ["cat", "CAT", "cats", "bat"]);
        assert_eq!(closest_all("cat", candidates, 2), ["cat", "CAT"]);
        assert!(closest_all("cat", candidates, 0).is_empty());
    }

    #[test]
    fn is_sure_of_what_is_hardly_wrong() {
        for (word, known, expected) in [
            ("Port", "port", true),
            ("IN", "in", true),
            ("on", "in", false),
            ("cup", "cpu", true),
            ("stream", "spread", false),
            ("retries", "metrics", false),
            ("shutdown", "shxtdxwn", true),
            ("shutdwn", "shutdown", true),
        ] {
            assert_eq!(is_sure(word, known), expected, "{word} {known}");
        }
    }

    #[test]
    fn finds_all_that_are_as_near() {
        for (word, candidates, expected) in [
            ("db-3", vec!["web", "db-2", "db-1"], vec!["db-2", "db-1"]),
            ("pai", vec!["api", "pay", "web"], vec!["api", "pay"]),
            // who types on gets to the second, so that it comes first
            ("ab", vec!["a", "abc", "db"], vec!["abc", "a", "db"]),
            ("cat", vec!["cats", "CAT"], vec!["CAT"]),
            ("a", vec!["ab", "ac", "ad", "ae"], vec!["ab", "ac", "ad"]),
            ("x", vec!["y"], vec![]),
        ] {
            let table: Lexicon<IndexMap<String, ()>> =
                candidates.iter().map(|name| ((*name).to_owned(), ())).collect::<IndexMap<_, _>>().into();
            assert_eq!(nearest(word, candidates), expected, "{word}");
            assert_eq!(table.nearest_of(word, |_| true), expected, "{word}");
        }
        let table: Lexicon<BTreeSet<String>> =
            (0..5000).map(|at| format!("service-{at:04}")).collect::<BTreeSet<_>>().into();
        assert_eq!(table.nearest_of("service-12x4", |_| true), ["service-1204", "service-1214", "service-1224"]);
    }

    /// The definition: each cell of the table from its neighbors.
    fn by_table(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for row in 0..=a.len() {
            for column in 0..=b.len() {
                table[row][column] = match (row.checked_sub(1), column.checked_sub(1)) {
                    (None, _) => column,
                    (_, None) => row,
                    (Some(above), Some(left)) => {
                        let replaced = table[above][left] + usize::from(a[above] != b[left]);
                        let mut least = replaced.min(table[above][column] + 1).min(table[row][left] + 1);
                        if above > 0 && left > 0 && a[above] == b[left - 1] && a[above - 1] == b[left] {
                            least = least.min(table[above - 1][left - 1] + 1);
                        }
                        least
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn counts_as_the_definition_does() {
        let words: Vec<Vec<char>> = (0..1365_usize)
            .scan(Vec::new(), |word: &mut Vec<char>, _| {
                let this = word.clone();
                // the next of all words over four letters, one of them not ASCII
                match word.iter().rposition(|letter| *letter != 'é') {
                    Some(at) => {
                        word[at] = if word[at] == 'c' { 'é' } else { char::from(word[at] as u8 + 1) };
                        word[at + 1..].fill('a');
                    }
                    None => *word = vec!['a'; word.len() + 1],
                }
                Some(this)
            })
            .collect();
        assert_eq!(words.last().map(Vec::len), Some(5));
        for a in words.iter().step_by(13) {
            let pattern = Pattern::new(a);
            for b in &words {
                assert_eq!(pattern.distance(b.iter().copied()), by_table(a, b), "{a:?} {b:?}");
            }
        }
        let (long, other) = (vec!['x'; LONGEST], [vec!['y'], vec!['x'; LONGEST - 2], vec!['y']].concat());
        assert_eq!(Pattern::new(&long).distance(other.into_iter()), 2);
    }

    /// Of many names it finds what the look at all of them finds, where that is one edit away or begins alike.
    #[test]
    fn many_names_are_as_few() {
        let table: Lexicon<BTreeSet<String>> =
            (0..5000).map(|at| format!("Service-{:04}", at * 7 % 9973)).collect::<BTreeSet<_>>().into();
        for word in [
            "service-0007",
            "Service-007",
            "Service-00077",
            "ervice-0070",
            "Servcie-0700",
            "Serbice-0701",
            "zzzzzzz",
            "",
        ] {
            assert_eq!(table.closest(word), closest(word, table.names()), "{word}");
        }
        let next = table.closest_of("Service-0000", |name| name != "Service-0000" && name.ends_with('7'));
        assert_eq!(next, Some("Service-0007"));
        assert!(table.closest("Service-0x0y").is_some(), "two edits, both at its end");
    }

    #[test]
    fn a_table_that_changes_is_read_again() {
        let mut table: Lexicon<BTreeSet<String>> = BTreeSet::from(["web".to_owned()]).into();
        assert_eq!(table.closest("apy"), None);
        table.insert("api".to_owned());
        assert_eq!(table.closest("apy"), Some("api"));
    }
}
