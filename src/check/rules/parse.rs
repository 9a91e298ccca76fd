//! From the terms of a sentence to its parts: what it binds, where, what it requires, and how that is joined.
//!
//! Invariants: of what cannot be read one fault is told, at its place; nothing nests deeper than `MOST_DEEP`, and nothing is longer
//! than `MOST_TERMS`.

use super::asked::JOINING;
use super::fault::Fault;
use crate::source::Span;
use crate::value::{Sign, Term, TermKind, similar};

/// How deep parentheses, `not`, `any` and `all` nest at most.
const MOST_DEEP: usize = 16;

/// How many terms a sentence has at most.
const MOST_TERMS: usize = 256;

/// A sentence: `for NAME in THINGS where .. require .. else ..`.
#[derive(Debug)]
pub(super) struct Parts<'t> {
    /// The name that it binds.
    pub(super) name: (&'t str, Span),
    /// What it speaks of.
    pub(super) things: (&'t str, Span),
    /// Of which of these.
    pub(super) condition: Option<Node<'t>>,
    /// What holds of each.
    pub(super) require: Node<'t>,
    /// What is said of one of which it does not.
    pub(super) message: Option<&'t Term>,
}

/// A part of a condition.
#[derive(Debug)]
pub(super) enum Node<'t> {
    /// A name or path.
    Path(&'t str, Span),
    /// A path with a key behind it.
    Keyed(&'t str, Span, &'t Term),
    /// A value as it is written.
    Literal(&'t Term),
    /// What does not hold.
    Not(Box<Self>, Span),
    /// What holds together.
    Both(Vec<Self>, Span),
    /// Of which one holds.
    Either(Vec<Self>, Span),
    /// A comparison.
    Compare(Relation, Box<[Self; 2]>),
    /// Whether it is one of several.
    Among(Holds, Box<[Self; 2]>),
    /// What kind of thing it is.
    Kind(Holds, Box<Self>, &'t Term),
    /// What is asked of a text.
    Test(Test, Box<[Self; 2]>),
    /// What is counted.
    Count(Operation, Box<[Self; 2]>),
    /// What holds of each of several, or of one.
    Each(Quantity, (&'t str, Span), Box<[Self; 2]>, Span),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// Whether something is to hold or not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It is to.
    Yes,
    /// It is not to.
    No,
}

/// What is asked of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// `starts-with`
    StartsWith,
    /// `ends-with`
    EndsWith,
    /// `contains`
    Contains,
}

/// How amounts are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Plus,
    Minus,
    Times,
}

/// Of how many of several something is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Of one.
    Any,
    /// Of each.
    All,
}

impl Quantity {
    /// The one of that word.
    pub(super) fn of(term: &Term) -> Option<Self> {
        match term.name()? {
            "any" => Some(Self::Any),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

impl Test {
    fn of(word: &str) -> Option<Self> {
        match word {
            "starts-with" => Some(Self::StartsWith),
            "ends-with" => Some(Self::EndsWith),
            "contains" => Some(Self::Contains),
            _ => None,
        }
    }
}

/// The words that part a sentence.
pub const CLAUSES: [&str; 3] = ["where", "require", "else"];

impl Node<'_> {
    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Path(_, span)
            | Self::Keyed(_, span, _)
            | Self::Not(_, span)
            | Self::Both(_, span)
            | Self::Either(_, span)
            | Self::Each(_, _, _, span) => *span,
            Self::Literal(term) => term.span,
            Self::Compare(_, sides) | Self::Among(_, sides) | Self::Test(_, sides) | Self::Count(_, sides) => {
                let [left, right] = &**sides;
                left.span().to(right.span())
            }
            Self::Kind(_, node, word) => node.span().to(word.span),
        }
    }
}

/// The parts of what stands behind `for`; `whole` is the place of the word.
pub(super) fn parts(terms: &[Term], whole: Span) -> Result<Parts<'_>, Fault> {
    is_short("rule", terms, whole)?;
    let mut parser = Parser { terms, at: 0, deep: 0, whole, what: "rule" };
    let name = parser.bound("for")?;
    parser.word("in", "the things that it speaks of: `for s in services`")?;
    let things = match parser.next() {
        Some(Term { kind: TermKind::Name(things), span }) => (&**things, *span),
        Some(Term { kind: TermKind::List(_), span }) => {
            return Err(Fault::new(*span, "a rule speaks of one kind of thing, and here are several")
                .help("write a rule for each, or `workloads` for services, jobs and managed workloads together"));
        }
        other => return Err(parser.unexpected(other, "the things that it speaks of: `for s in services`")),
    };
    let condition = if parser.is_next("where") {
        parser.at += 1;
        Some(parser.condition()?)
    } else {
        None
    };
    let is_bare = condition.is_none();
    parser.word("require", "what holds of each: `require s.scale.min >= 2`").map_err(|fault| {
        let found = parser.terms.get(parser.at.saturating_sub(1)).and_then(Term::name);
        // no condition has begun that could go on
        let near = |name| if name == "in" { Some("in") } else { similar::closest(name, ["where", "require", "in"]) };
        match found.filter(|_| is_bare).and_then(near) {
            Some("in") => {
                fault.near(&[""; 0]).help("environments stand before the braces: `rule \"TITLE\" in prod { .. }`")
            }
            Some(near) => fault.near(&[near]),
            None => fault,
        }
    })?;
    let require = parser.condition()?;
    let message = if parser.is_next("else") {
        parser.at += 1;
        let term = parser.next();
        let Some(text) = term.filter(|term| matches!(term.kind, TermKind::Text(_) | TermKind::Template(_))) else {
            return Err(parser.unexpected(term, "a text, in quotes"));
        };
        if text.text().is_some_and(|text| text.trim().is_empty()) {
            return Err(
                Fault::new(text.span, "this message says nothing").help("take the `else` out, or say what is wrong")
            );
        }
        Some(text)
    } else {
        None
    };
    match parser.next() {
        None => Ok(Parts { name, things, condition, require, message }),
        extra => {
            let wanted = if message.is_some() { "nothing more" } else { "`and`, `or`, `else`, or nothing more" };
            Err(parser.unexpected(extra, wanted))
        }
    }
}

/// A condition alone, which is that of an expectation; `whole` is the place of the word before it.
pub(super) fn condition(terms: &[Term], whole: Span) -> Result<Node<'_>, Fault> {
    is_short("expectation", terms, whole)?;
    let mut parser = Parser { terms, at: 0, deep: 0, whole, what: "expectation" };
    let condition = parser.condition()?;
    match parser.next() {
        None => Ok(condition),
        extra => Err(parser.unexpected(extra, "`and`, `or`, `in` before environments, or nothing more")),
    }
}

/// Refuses what is longer than anybody reads.
fn is_short(what: &str, terms: &[Term], whole: Span) -> Result<(), Fault> {
    if terms.len() <= MOST_TERMS {
        return Ok(());
    }
    let title = format!("this {what} is longer than {MOST_TERMS} words and signs");
    Err(Fault::new(whole, title).help(format!("write two {what}s, each of which says a part of it")))
}

/// Whether a name is a word within conditions.
fn is_joining(name: &str) -> bool {
    JOINING.iter().any(|(word, _)| *word == name)
}

struct Parser<'t> {
    terms: &'t [Term],
    at: usize,
    deep: usize,
    /// The place of the sentence.
    whole: Span,
    /// What it is of.
    what: &'static str,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Term> {
        self.terms.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Term> {
        let term = self.peek();
        self.at += usize::from(term.is_some());
        term
    }

    fn is_next(&self, word: &str) -> bool {
        self.peek().is_some_and(|term| term.is_name(word))
    }

    /// Says that something else is expected than what stands there.
    fn unexpected(&self, found: Option<&Term>, wanted: &str) -> Fault {
        let Some(term) = found else {
            let end = self.terms.last().map_or(self.whole.after(), |last| last.span.after());
            return Fault::new(end, format!("this {} ends too soon: expected {wanted}", self.what));
        };
        let joining = JOINING.map(|(word, _)| word);
        let near = term.name().and_then(|name| similar::closest(name, CLAUSES.into_iter().chain(joining)));
        let fault = Fault::new(term.span, format!("expected {wanted}, found {}", term.describe()));
        if let Some(near) = near { fault.near(&[near]) } else { fault }
    }

    fn word(&mut self, word: &str, what: &str) -> Result<(), Fault> {
        let term = self.next();
        if term.is_some_and(|term| term.is_name(word)) {
            return Ok(());
        }
        let fault = self.unexpected(term, &format!("`{word}` and {what}"));
        Err(match term.and_then(Term::name) {
            Some(name) if similar::closest(name, [word]).is_some() => fault.near(&[word]),
            Some(_) | None => fault,
        })
    }

    /// A name that is bound behind a word.
    fn bound(&mut self, word: &str) -> Result<(&'t str, Span), Fault> {
        let term = self.next();
        let wanted = format!("a name of your choice behind `{word}`, such as `s`");
        let Some((name, span)) = term.and_then(|term| Some((term.name()?, term.span))) else {
            return Err(self.unexpected(term, &wanted));
        };
        if name.contains(['.', '/']) || is_joining(name) || CLAUSES.contains(&name) {
            return Err(self.unexpected(term, &wanted));
        }
        Ok((name, span))
    }

    /// `a and b or c`
    fn condition(&mut self) -> Result<Node<'t>, Fault> {
        let either = self.joined("or", |parser| {
            let both = parser.joined("and", Self::one)?;
            Ok(alone(both, Node::Both, parser.whole))
        })?;
        Ok(alone(either, Node::Either, self.whole))
    }

    fn joined(
        &mut self,
        word: &str,
        mut part: impl FnMut(&mut Self) -> Result<Node<'t>, Fault>,
    ) -> Result<Vec<Node<'t>>, Fault> {
        let mut parts = vec![part(self)?];
        while self.is_next(word) {
            self.at += 1;
            parts.push(part(self)?);
        }
        Ok(parts)
    }

    /// Goes one deeper.
    fn within<T>(&mut self, at: Span, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.deep += 1;
        if self.deep > MOST_DEEP {
            let what = self.what;
            return Err(Fault::new(at, format!("this {what} nests deeper than {MOST_DEEP}"))
                .help(format!("write two {what}s, each of which says a part of it")));
        }
        let read = read(self)?;
        self.deep -= 1;
        Ok(read)
    }

    /// `not ..`, `any NAME in .. : ..`, or a comparison.
    fn one(&mut self) -> Result<Node<'t>, Fault> {
        let Some(first) = self.peek() else { return Err(self.unexpected(None, "a condition")) };
        if first.is_name("not") {
            self.at += 1;
            let inner = self.within(first.span, Self::one)?;
            let span = first.span.to(inner.span());
            return Ok(Node::Not(Box::new(inner), span));
        }
        if let Some(quantity) = Quantity::of(first) {
            self.at += 1;
            return self.within(first.span, |parser| parser.each(quantity, first));
        }
        self.comparison()
    }

    fn each(&mut self, quantity: Quantity, first: &'t Term) -> Result<Node<'t>, Fault> {
        let word = first.name().unwrap_or_default();
        let name = self.bound(word)?;
        self.word("in", &format!("a part that has several: `{word} p in s.ports: p.number < 1024`"))?;
        let of = self.operand()?;
        let colon = self.next();
        if colon.is_none_or(|colon| colon.kind != TermKind::Colon) {
            return Err(self.unexpected(colon, &format!("`:` and what holds: `{word} p in s.ports: p.number < 1024`")));
        }
        let body = self.condition()?;
        let span = first.span.to(body.span());
        Ok(Node::Each(quantity, name, Box::new([of, body]), span))
    }

    /// `a >= b`, `a in [..]`, `a is KIND`, `a contains b`, or what holds by itself.
    fn comparison(&mut self) -> Result<Node<'t>, Fault> {
        let left = self.sum()?;
        let Some(next) = self.peek() else { return Ok(left) };
        let relation = if let TermKind::Sign(sign) = next.kind { relation(sign) } else { None };
        if let Some(relation) = relation {
            self.at += 1;
            let right = self.sum()?;
            if let Some(again) =
                self.peek().filter(|term| matches!(term.kind, TermKind::Sign(sign) if self::relation(sign).is_some()))
            {
                return Err(Fault::new(again.span, "two comparisons in a row").help("join them: `a <= b and b <= c`"));
            }
            return Ok(Node::Compare(relation, Box::new([left, right])));
        }
        let holds = if next.is_name("not") { Holds::No } else { Holds::Yes };
        let word = if holds == Holds::No { self.terms.get(self.at + 1) } else { Some(next) };
        match word.and_then(Term::name) {
            Some("in") => {
                self.at += if holds == Holds::No { 2 } else { 1 };
                let right = self.several()?;
                Ok(Node::Among(holds, Box::new([left, right])))
            }
            Some("is") if holds == Holds::Yes => {
                self.at += 1;
                let holds = if self.is_next("not") { Holds::No } else { Holds::Yes };
                self.at += usize::from(holds == Holds::No);
                let kind = self.next();
                match kind.filter(|kind| kind.name().is_some()) {
                    Some(kind) => Ok(Node::Kind(holds, Box::new(left), kind)),
                    None => Err(self.unexpected(kind, "a kind of thing behind `is`, such as `external`")),
                }
            }
            Some(word) => match Test::of(word) {
                Some(test) => {
                    self.at += if holds == Holds::No { 2 } else { 1 };
                    let right = self.operand()?;
                    let span = left.span().to(right.span());
                    let tested = Node::Test(test, Box::new([left, right]));
                    Ok(if holds == Holds::No { Node::Not(Box::new(tested), span) } else { tested })
                }
                None => Ok(left),
            },
            None => Ok(left),
        }
    }

    /// What stands behind `in`: a list, a range or a path.
    fn several(&mut self) -> Result<Node<'t>, Fault> {
        match self.peek() {
            Some(term) if matches!(term.kind, TermKind::List(_) | TermKind::Range(_)) => {
                self.at += 1;
                Ok(Node::Literal(term))
            }
            Some(_) | None => self.operand(),
        }
    }

    /// `a + b - c`
    fn sum(&mut self) -> Result<Node<'t>, Fault> {
        let mut left = self.product()?;
        loop {
            let operation = match self.peek().map(|term| &term.kind) {
                Some(TermKind::Sign(Sign::Plus)) => Operation::Plus,
                Some(TermKind::Sign(Sign::Minus)) => Operation::Minus,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = Node::Count(operation, Box::new([left, right]));
        }
    }

    /// `a * b`
    fn product(&mut self) -> Result<Node<'t>, Fault> {
        let mut left = self.operand()?;
        while self.peek().is_some_and(|term| term.kind == TermKind::Star) {
            self.at += 1;
            let right = self.operand()?;
            left = Node::Count(Operation::Times, Box::new([left, right]));
        }
        Ok(left)
    }

    /// A path, a value, or what stands in parentheses.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is no value")]
    fn operand(&mut self) -> Result<Node<'t>, Fault> {
        const WANTED: &str = "a value, such as `s.scale.min` or `2`";
        let Some(term) = self.next() else { return Err(self.unexpected(None, WANTED)) };
        match &term.kind {
            TermKind::Name(name) if CLAUSES.contains(&&**name) || is_joining(name) => {
                Err(self.unexpected(Some(term), WANTED))
            }
            TermKind::Name(name) => self.path(name, term.span),
            TermKind::Number(_)
            | TermKind::Address(_)
            | TermKind::Text(_)
            | TermKind::Template(_)
            | TermKind::Variable(_) => Ok(Node::Literal(term)),
            TermKind::Sign(Sign::Open) => {
                let inner = self.within(term.span, Self::condition)?;
                self.closes(term)?;
                Ok(inner)
            }
            TermKind::List(_) | TermKind::Range(_) => {
                Err(Fault::new(term.span, format!("{} is no value by itself", term.describe()))
                    .help("what is one of several is asked with `in`: `p.number in [80, 443]`"))
            }
            _ => Err(self.unexpected(Some(term), WANTED)),
        }
    }

    fn path(&mut self, name: &'t str, span: Span) -> Result<Node<'t>, Fault> {
        let Some(open) = self.peek().filter(|next| next.kind == TermKind::Sign(Sign::Call)) else {
            return Ok(Node::Path(name, span));
        };
        self.at += 1;
        let key = self.next();
        let Some(key) = key.filter(|key| matches!(key.kind, TermKind::Text(_))) else {
            return Err(self.unexpected(key, "a key in quotes: `s.label(\"team\")`"));
        };
        let close = self.closes(open)?;
        Ok(Node::Keyed(name, span.to(close), key))
    }

    /// The end of what a parenthesis opens.
    fn closes(&mut self, open: &Term) -> Result<Span, Fault> {
        match self.next() {
            Some(Term { kind: TermKind::Sign(Sign::Close), span }) => Ok(*span),
            other => {
                let fault = Fault::new(open.span, "this parenthesis is never closed");
                Err(match other {
                    Some(other) => fault.label(other.span, "expected `)` before this"),
                    None => fault.help("a `)` is missing at the end"),
                })
            }
        }
    }
}

fn alone<'t>(mut nodes: Vec<Node<'t>>, joined: impl FnOnce(Vec<Node<'t>>, Span) -> Node<'t>, whole: Span) -> Node<'t> {
    match (nodes.pop(), nodes.first().map(Node::span)) {
        (Some(only), None) => only,
        (Some(last), Some(first)) => {
            let span = first.to(last.span());
            nodes.push(last);
            joined(nodes, span)
        }
        (None, _) => joined(nodes, whole),
    }
}

fn relation(sign: Sign) -> Option<Relation> {
    match sign {
        Sign::Equal => Some(Relation::Equal),
        Sign::Unequal => Some(Relation::Unequal),
        Sign::Below => Some(Relation::Below),
        Sign::AtMost => Some(Relation::AtMost),
        Sign::Above => Some(Relation::Above),
        Sign::AtLeast => Some(Relation::AtLeast),
        Sign::Plus | Sign::Minus | Sign::Open | Sign::Call | Sign::Close => None,
    }
}
