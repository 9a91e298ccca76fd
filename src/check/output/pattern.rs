//! When names with parameters in them can be one name.
//!
//! One rule for all: two patterns meet where there are values of both that give one name, and a pattern is ambiguous where two sets of
//! values do. The shortest such name is looked for, byte by byte, in both patterns at once; what is said of them is what was found.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::parameter::{NamePattern, NamePiece, Parameter, Written};

/// The longest name of a namespace (apimachinery `pkg/util/validation/validation.go`, `DNS1123LabelMaxLength`, 1.33).
const LONGEST: usize = 63;

/// How far a search goes. Without a parameter that stands in a name twice it has ended long before.
const LIMIT: usize = 20_000;

/// A name with gaps, to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern<'m> {
    atoms: Vec<Atom<'m>>,
}

/// A part of a [`Pattern`] that is read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Atom<'m> {
    /// Where every name begins.
    Begin,
    Byte(u8),
    Gap(Gap<'m>),
}

/// A place for the value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap<'m> {
    parameter: &'m str,
    written: Written,
    texts: Texts,
    /// Whether its parameter stands in the name more than once: what fills one of its gaps fills all.
    repeats: bool,
    /// Whether it is not the first of them.
    is_again: bool,
}

/// What is read of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Inside {
    Start,
    /// A number that begins with `0`, and ends there.
    Zero,
    Digits,
    Letter,
    Dash,
    /// This has to follow.
    Rest(&'static str),
    /// So many bytes of what is held.
    Again(usize),
}

/// Which texts fill a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// Those that anybody would give: letters and digits, `-` between them.
    Plain,
    /// All of them.
    Any,
}

/// How far one pattern is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reading<'m> {
    at: usize,
    inside: Inside,
    /// What fills the gaps of the parameters that stand in the name more than once.
    held: BTreeMap<&'m str, Vec<u8>>,
}

/// A name that two patterns can become, or one for two sets of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meeting<'m> {
    /// The name.
    pub(super) name: String,
    /// What fills the gaps of the one and of the other.
    pub(super) values: [Vec<(&'m str, String)>; 2],
}

/// What two readings have to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// One name.
    One,
    /// One name by two sets of values.
    Differing,
}

/// A step of a search.
struct Step<'m> {
    readings: [Reading<'m>; 2],
    byte: u8,
    before: Option<usize>,
    length: usize,
    /// How many of its bytes are of values, and no `-`: so that values are made of `x`, `y`, `z` and `1`, `2`, `3`.
    n_told: usize,
    differ: bool,
}

impl<'m> Pattern<'m> {
    /// The pattern of a name in which these parameters stand.
    pub(super) fn new(name: &'m NamePattern, parameters: &[Parameter]) -> Self {
        let n_gaps = |parameter: &str| {
            name.pieces
                .iter()
                .filter(|piece| matches!(piece, NamePiece::Parameter(other) if other == parameter))
                .count()
        };
        let mut atoms = vec![Atom::Begin];
        let mut known = BTreeSet::new();
        for piece in &name.pieces {
            match piece {
                NamePiece::Text(text) => atoms.extend(text.bytes().map(Atom::Byte)),
                NamePiece::Parameter(parameter) => {
                    let stated = parameters.iter().find(|stated| stated.name == *parameter);
                    atoms.push(Atom::Gap(Gap {
                        parameter,
                        written: stated.map_or(Written::Text, |stated| stated.written),
                        texts: Texts::Any,
                        repeats: n_gaps(parameter) > 1,
                        is_again: !known.insert(parameter),
                    }));
                }
            }
        }
        Self { atoms }
    }

    /// What two sets of values make one name of.
    pub(super) fn ambiguity(&self) -> Option<Meeting<'m>> {
        let gaps: BTreeSet<&str> = self.gaps().map(|gap| gap.parameter).collect();
        if gaps.len() < 2 {
            return None;
        }
        let mut found = search([self, self], Wanted::Differing)?;
        found.values.sort();
        Some(found)
    }

    /// A name that another pattern can become as well.
    pub(super) fn meeting(&self, other: &Self) -> Option<Meeting<'m>> {
        let is_apart = differ_in_text(self.atoms.iter(), other.atoms.iter())
            || differ_in_text(self.atoms.iter().rev(), other.atoms.iter().rev());
        if is_apart { None } else { search([self, other], Wanted::One) }
    }

    /// The same, filled with such texts alone.
    fn of(&self, texts: Texts) -> Self {
        let atoms = self.atoms.iter().map(|atom| match *atom {
            Atom::Gap(gap) => Atom::Gap(Gap { texts, ..gap }),
            other @ (Atom::Begin | Atom::Byte(_)) => other,
        });
        Self { atoms: atoms.collect() }
    }

    fn gaps(&self) -> impl Iterator<Item = &Gap<'m>> {
        self.atoms.iter().filter_map(|atom| match atom {
            Atom::Gap(gap) => Some(gap),
            Atom::Begin | Atom::Byte(_) => None,
        })
    }

    /// What stands in it, or could by the way in which its parameters are written.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.atoms.iter().flat_map(|atom| match atom {
            Atom::Begin => Vec::new(),
            Atom::Byte(byte) => vec![*byte],
            Atom::Gap(gap) => match gap.written {
                Written::Whole | Written::Text => Vec::new(),
                Written::Amount(units) => units.concat().into_bytes(),
                Written::OneOf(values) => values.concat().into_bytes(),
            },
        })
    }

    fn is_gap(&self, at: usize) -> bool {
        matches!(self.atoms.get(at), Some(Atom::Gap(_)))
    }

    /// Where the next byte leads.
    fn next(&self, reading: &Reading<'m>, byte: u8) -> Vec<Reading<'m>> {
        let mut all = Vec::new();
        if let Some(Atom::Gap(gap)) = self.atoms.get(reading.at) {
            all.extend(reading.fill(gap, (reading.at, reading.inside), byte));
        }
        if !self.may_end(reading) {
            return all;
        }
        for (at, atom) in self.atoms.iter().enumerate().skip(reading.at + 1) {
            match atom {
                Atom::Begin => {}
                Atom::Byte(fixed) => {
                    if *fixed == byte {
                        all.push(Reading { at, inside: Inside::Start, held: reading.held.clone() });
                    }
                    break;
                }
                Atom::Gap(gap) => {
                    all.extend(reading.fill(gap, (at, Inside::Start), byte));
                    if !reading.is_full(gap, Inside::Start) {
                        break;
                    }
                }
            }
        }
        all
    }

    /// Whether the atom that is being read may end here.
    fn may_end(&self, reading: &Reading<'m>) -> bool {
        match self.atoms.get(reading.at) {
            Some(Atom::Gap(gap)) => reading.is_full(gap, reading.inside),
            Some(Atom::Begin | Atom::Byte(_)) | None => true,
        }
    }

    /// Whether the whole name may end here.
    fn is_read(&self, reading: &Reading<'m>) -> bool {
        let mut rest = self.atoms.iter().skip(reading.at + 1);
        self.may_end(reading)
            && rest.all(|atom| match atom {
                Atom::Gap(gap) => reading.is_full(gap, Inside::Start),
                Atom::Begin | Atom::Byte(_) => false,
            })
    }
}

impl<'m> Reading<'m> {
    fn begin() -> Self {
        Self { at: 0, inside: Inside::Start, held: BTreeMap::new() }
    }

    /// Reads a byte as part of what fills a gap, in each way in which it can be one.
    fn fill(&self, gap: &Gap<'m>, (at, inside): (usize, Inside), byte: u8) -> Vec<Self> {
        if gap.is_again {
            let read = if let Inside::Again(read) = inside { read } else { 0 };
            let is_it = self.holds(gap).get(read) == Some(&byte);
            let inside = Inside::Again(read + 1);
            return is_it.then(|| Self { at, inside, held: self.held.clone() }).into_iter().collect();
        }
        let mut held = self.held.clone();
        if gap.repeats {
            held.entry(gap.parameter).or_default().push(byte);
        }
        gap.next(inside, byte).into_iter().map(|inside| Self { at, inside, held: held.clone() }).collect()
    }

    fn is_full(&self, gap: &Gap<'m>, inside: Inside) -> bool {
        if gap.is_again {
            let read = if let Inside::Again(read) = inside { read } else { 0 };
            return read == self.holds(gap).len();
        }
        gap.is_whole(inside)
    }

    fn holds(&self, gap: &Gap<'m>) -> &[u8] {
        self.held.get(gap.parameter).map_or(&[], Vec::as_slice)
    }
}

impl Gap<'_> {
    /// What is read of a value with one byte more.
    fn next(&self, inside: Inside, byte: u8) -> Vec<Inside> {
        let digit = byte.is_ascii_digit();
        match (self.written, inside) {
            (Written::Whole, Inside::Start) if byte == b'0' => vec![Inside::Zero],
            (Written::Whole | Written::Amount(_), Inside::Start | Inside::Digits) if digit => vec![Inside::Digits],
            (Written::Amount(units), Inside::Digits) => beginning(units, byte),
            (Written::OneOf(values), Inside::Start) => beginning(values, byte),
            (Written::Amount(_) | Written::OneOf(_), Inside::Rest(rest)) => beginning(&[rest], byte),
            (Written::Text, _) if self.texts == Texts::Any || byte != b'-' => vec![Inside::Letter],
            (Written::Text, Inside::Letter) => vec![Inside::Dash],
            _ => Vec::new(),
        }
    }

    /// Whether what is read is a value.
    fn is_whole(&self, inside: Inside) -> bool {
        match (self.written, inside) {
            (Written::Text, Inside::Start) => self.texts == Texts::Any,
            (Written::Text, Inside::Letter) | (Written::Whole, Inside::Zero | Inside::Digits) => true,
            (Written::Amount(units), Inside::Digits) => units.contains(&""),
            (Written::Amount(_) | Written::OneOf(_), Inside::Rest(rest)) => rest.is_empty(),
            _ => false,
        }
    }
}

/// What has to follow a byte in those that begin with it.
fn beginning(all: &[&'static str], byte: u8) -> Vec<Inside> {
    let rest = all.iter().filter_map(|one| one.strip_prefix(char::from(byte)).map(Inside::Rest));
    rest.collect()
}

/// Whether the first difference is one of text.
fn differ_in_text<'a, 'm: 'a>(
    one: impl Iterator<Item = &'a Atom<'m>>,
    other: impl Iterator<Item = &'a Atom<'m>>,
) -> bool {
    let differing = one.zip(other).find(|(one, other)| one != other);
    matches!(differing, Some((Atom::Byte(_), Atom::Byte(_))))
}

/// The shortest name of both patterns; one whose values look like values, where there is one.
fn search<'m>(patterns: [&Pattern<'m>; 2], wanted: Wanted) -> Option<Meeting<'m>> {
    [Texts::Plain, Texts::Any].into_iter().find_map(|texts| {
        let [one, other] = patterns.map(|pattern| pattern.of(texts));
        shortest([&one, &other], wanted)
    })
}

fn shortest<'m>(patterns: [&Pattern<'m>; 2], wanted: Wanted) -> Option<Meeting<'m>> {
    let [one, other] = patterns;
    let readings = [Reading::begin(), Reading::begin()];
    let first = Step { readings, byte: b'-', before: None, length: 0, n_told: 0, differ: wanted == Wanted::One };
    let mut steps = vec![first];
    let mut known = BTreeSet::new();
    let all = Bytes::of(patterns);
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        let [left, right] = &step.readings;
        let ends = step.differ && step.byte != b'-';
        if ends && one.is_read(left) && other.is_read(right) {
            return Some(meeting(patterns, &steps, at));
        }
        if step.length == LONGEST || steps.len() > LIMIT {
            at += 1;
            continue;
        }
        let mut following = Vec::new();
        for byte in all.after(step.n_told).filter(|byte| step.length > 0 || *byte != b'-') {
            let rights = other.next(right, byte);
            for left in one.next(left, byte) {
                following.extend(rights.iter().map(|right| Step {
                    differ: step.differ || left.at != right.at,
                    readings: [left.clone(), right.clone()],
                    byte,
                    before: Some(at),
                    length: step.length + 1,
                    n_told: step.n_told + usize::from(byte != b'-' && (one.is_gap(left.at) || other.is_gap(right.at))),
                }));
            }
        }
        let is_new = |step: &Step<'m>| known.insert((step.readings.clone(), step.differ, step.byte == b'-'));
        steps.extend(following.into_iter().filter(is_new));
        at += 1;
    }
    None
}

/// The bytes that names are made of in a search: those in the patterns, and some that stand for all others of their kind.
struct Bytes {
    letters: Vec<u8>,
    digits: Vec<u8>,
}

impl Bytes {
    fn of(patterns: [&Pattern<'_>; 2]) -> Self {
        let gaps = || patterns.iter().flat_map(|pattern| pattern.gaps());
        let repeats = gaps().any(|gap| gap.repeats);
        // that values look unlike each other is for whoever reads them; a search with repeats goes the farther the fewer there are
        let (letters, digits): (&[u8], &[u8]) = if repeats { (b"", b"") } else { (b"xyz", b"123") };
        let mut all = Self { letters: letters.to_vec(), digits: digits.to_vec() };
        for byte in patterns.iter().flat_map(|pattern| pattern.bytes()) {
            let of_its_kind = if byte.is_ascii_digit() { &mut all.digits } else { &mut all.letters };
            if byte.is_ascii_alphanumeric() && !of_its_kind.contains(&byte) {
                of_its_kind.push(byte);
            }
        }
        let is_counted = |gap: &Gap<'_>| matches!(gap.written, Written::Whole | Written::Amount(_));
        all.letters.extend(all.letters.is_empty().then_some(b'x'));
        all.digits.extend((all.digits.is_empty() && gaps().any(is_counted)).then_some(b'1'));
        all
    }

    /// All of them, letters first, in an order in which values that follow each other differ.
    fn after(&self, n_told: usize) -> impl Iterator<Item = u8> {
        let from = |all: &'_ [u8]| {
            let mut all = all.to_vec();
            let n_fresh = all.len().min(3);
            if let Some(fresh) = all.get_mut(..n_fresh).filter(|fresh| !fresh.is_empty()) {
                fresh.rotate_left(n_told % n_fresh);
            }
            all
        };
        from(&self.letters).into_iter().chain(from(&self.digits)).chain([b'-'])
    }
}

/// What a search has found.
fn meeting<'m>(patterns: [&Pattern<'m>; 2], steps: &[Step<'m>], last: usize) -> Meeting<'m> {
    let mut path = Vec::new();
    let mut at = Some(last);
    while let Some(step) = at.and_then(|at| steps.get(at)) {
        path.extend((step.length > 0).then_some(step));
        at = step.before;
    }
    path.reverse();
    let text = |of: &dyn Fn(&Step<'m>) -> bool| {
        path.iter().filter(|step| of(step)).map(|step| char::from(step.byte)).collect::<String>()
    };
    let values = |pattern: &Pattern<'m>, reading: fn(&Step<'m>) -> usize| {
        let atoms = pattern.atoms.iter().enumerate();
        let firsts = atoms.filter_map(|(at, atom)| match atom {
            Atom::Gap(gap) if !gap.is_again => Some((at, gap.parameter)),
            Atom::Gap(_) | Atom::Begin | Atom::Byte(_) => None,
        });
        let value = |at| text(&|step| reading(step) == at);
        firsts.map(|(at, parameter)| (parameter, value(at))).collect::<Vec<_>>()
    };
    let [one, other] = patterns;
    Meeting {
        name: text(&|_| true),
        values: [
            values(one, |step| step.readings.first().map_or(0, |reading| reading.at)),
            values(other, |step| step.readings.last().map_or(0, |reading| reading.at)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `shop-<n>-<s>`: the first letter of a parameter says how it is written.
    fn read(written: &str) -> (NamePattern, Vec<Parameter>) {
        let mut name = NamePattern::default();
        let mut parameters = Vec::new();
        for (at, part) in written.split(['<', '>']).enumerate() {
            if at % 2 == 0 {
                name.pieces.push(NamePiece::Text(part.to_owned()));
                continue;
            }
            name.pieces.push(NamePiece::Parameter(part.to_owned()));
            let written = match part.as_bytes().first() {
                Some(b'n') => Written::Whole,
                Some(b'd') => Written::Amount(&["s", "ms"]),
                Some(b'b') => Written::OneOf(&["true", "false"]),
                Some(b'a') => Written::OneOf(&[]),
                _ => Written::Text,
            };
            parameters.push(Parameter { name: part.to_owned(), written, has_default: false });
        }
        (name, parameters)
    }

    fn said(values: &[(&str, String)]) -> String {
        let all: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        all.join(" ")
    }

    fn said_of(found: Option<Meeting<'_>>) -> Option<String> {
        let Meeting { name, values: [one, other] } = found?;
        Some(format!("{name}: {} | {}", said(&one), said(&other)))
    }

    #[test]
    fn finds_two_sets_of_values_for_one_name() {
        let mut found = Vec::new();
        let all = [
            "p-<n>",
            "p-<s>",
            "p-<n1><n2>",
            "p-<n1>-<n2>",
            "p-<n1>0<n2>",
            "p-<s1>-<s2>",
            "p-<s1><s2>",
            "p-<s>-<n>",
            "p-<n>-<s>",
            "p-<s><n>",
            "p-<n>x<s>",
            "p-<n><b>",
            "p-<d1>-<d2>",
            "p-<d1><d2>",
            "p-<n><d>",
            "p-<b1><b2>",
            "p-<a><n1><n2>",
            "p-<n1><n2>-<n1>",
            "p-<s1>-<s2>-<s1>",
        ];
        for written in all {
            let (name, parameters) = read(written);
            let told = said_of(Pattern::new(&name, &parameters).ambiguity());
            found.push(format!("{written} {}", told.unwrap_or_else(|| "-".to_owned())));
        }
        let expected = "\
p-<n> -
p-<s> -
p-<n1><n2> p-123: n1=1 n2=23 | n1=12 n2=3
p-<n1>-<n2> -
p-<n1>0<n2> p-10302: n1=1 n2=302 | n1=103 n2=2
p-<s1>-<s2> p-x-y-z: s1=x s2=y-z | s1=x-y s2=z
p-<s1><s2> p-xyz: s1=x s2=yz | s1=xy s2=z
p-<s>-<n> -
p-<n>-<s> -
p-<s><n> p-x23: s=x n=23 | s=x2 n=3
p-<n>x<s> -
p-<n><b> -
p-<d1>-<d2> -
p-<d1><d2> -
p-<n><d> p-123s: n=1 d=23s | n=12 d=3s
p-<b1><b2> -
p-<a><n1><n2> -
p-<n1><n2>-<n1> -
p-<s1>-<s2>-<s1> p-p-p-p-p-p: s1=p s2=p-p-p | s1=p-p s2=p";
        assert_eq!(found.join("\n"), expected);
    }

    #[test]
    fn finds_a_name_that_two_can_become() {
        let mut found = Vec::new();
        for (one, other) in [
            ("p-<n1>", "p-<n2>"),
            ("p-<n>", "p-<s>"),
            ("p-<s1>", "p-<s2>"),
            ("p-<n>", "q-<n>"),
            ("p-<n>", "p-x-<n>"),
            ("p-<s>", "p-x-<n>"),
            ("<n>-p", "<s>-q"),
            ("p-<n>x", "p-<n>"),
            ("p<s>", "p"),
            ("p-<n>", "p-0"),
            ("p-<n>", "p-42"),
            ("p-<n>", "p-042"),
            ("p-<n>", "p--1"),
            ("p-<n>", "p-1a"),
            ("p-<n><n>", "p-1"),
            ("p-<n><n>", "p-12"),
            ("p-<n><n>", "p-11"),
            ("p-<s>", "p-prod"),
            ("<s>-x", "a-x-x"),
            ("<s>-x", "a-x-y"),
            ("<s>", "-"),
            ("p-<b>", "p-true"),
            ("p-<b>", "p-yes"),
            ("p-<d>", "p-30ms"),
            ("p-<d>", "p-30"),
            ("p-<a>", "p-<s>"),
            ("p-<s>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "p-<s>"),
        ] {
            let ((one_name, ones), (other_name, others)) = (read(one), read(other));
            let (first, second) = (Pattern::new(&one_name, &ones), Pattern::new(&other_name, &others));
            let told = said_of(first.meeting(&second));
            assert_eq!(second.meeting(&first).is_some(), told.is_some(), "{other} {one}");
            found.push(format!("{one} {other} {}", told.as_deref().map_or("-", str::trim_end)));
        }
        let expected = "\
p-<n1> p-<n2> p-1: n1=1 | n2=1
p-<n> p-<s> p-1: n=1 | s=1
p-<s1> p-<s2> p-x: s1=x | s2=x
p-<n> q-<n> -
p-<n> p-x-<n> -
p-<s> p-x-<n> p-x-2: s=x-2 | n=2
<n>-p <s>-q -
p-<n>x p-<n> -
p<s> p p: s= |
p-<n> p-0 p-0: n=0 |
p-<n> p-42 p-42: n=42 |
p-<n> p-042 -
p-<n> p--1 -
p-<n> p-1a -
p-<n><n> p-1 -
p-<n><n> p-12 -
p-<n><n> p-11 p-11: n=1 |
p-<s> p-prod p-prod: s=prod |
<s>-x a-x-x a-x-x: s=a-x |
<s>-x a-x-y -
<s> - -
p-<b> p-true p-true: b=true |
p-<b> p-yes -
p-<d> p-30ms p-30ms: d=30ms |
p-<d> p-30 -
p-<a> p-<s> -
LONG p-<s> -";
        let long = "p-<s>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        assert_eq!(found.join("\n").replace(long, "LONG"), expected);
    }

    #[test]
    fn gives_up_on_a_parameter_that_repeats_without_end() {
        let ((one, ones), (other, others)) = (read("<s>a<s>b<s>"), read("<s>b<s>a<s>"));
        assert_eq!(Pattern::new(&one, &ones).meeting(&Pattern::new(&other, &others)), None);
    }
}
