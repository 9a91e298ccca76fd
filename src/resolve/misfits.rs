//! What is said of statements that the vocabulary has no place for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::body::spelling;
use crate::model::codes::{BVL0201, BVL0202, BVL0203, BVL0204, BVL0207};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind, quoted, similar};
use crate::vocabulary::{self, Block, Entries, Form, Keyed, Split, Type, Word};

use super::declarations::Declarations;
use super::misplaced::{self, led_home};
use super::slips::meant_for;
use super::statement::{example, statement};
use super::unused;

/// The first statement of each word of a block, gathered when it is first asked for.
pub(super) struct Stated<'t> {
    within: &'t Statement,
    first: OnceCell<BTreeMap<&'t str, &'t Statement>>,
}

impl<'t> Stated<'t> {
    pub(super) fn of(within: &'t Statement) -> Self {
        Self { within, first: OnceCell::new() }
    }

    fn first(&self, word: &str) -> Option<&'t Statement> {
        let gather = || {
            let mut first = BTreeMap::new();
            for statement in self.within.statements() {
                first.entry(statement.word()).or_insert(statement);
            }
            first
        };
        self.first.get_or_init(gather).get(word).copied()
    }
}

/// How many replicas a block of `scale` was meant to say, as that is written: `2..5` for `min 2; max 5`, and for `max 5` alone in the
/// braces of `scale 2`.
pub(super) fn counted_before(within: &Statement, block: &'static Block) -> Option<String> {
    let count = |term: &Term| term.number()?.parse::<u32>().ok();
    let number = |is_it: &dyn Fn(&str) -> bool| {
        let mut meant = within.statements().filter(|entry| block.is_said_before(entry.word()));
        count(meant.find(|entry| is_it(&entry.word().to_ascii_lowercase()))?.terms.first()?)
    };
    let (low, high) = (number(&|word| word.starts_with("min")), number(&|word| word.starts_with("max")));
    let (low, high) = (low, high.filter(|high| *high > 0));
    let (first, last) = match within.terms.first().map(|term| &term.kind) {
        Some(TermKind::Range(ends)) => (count(&ends.0), count(&ends.1)),
        Some(_) => (within.terms.first().and_then(count), None),
        None => (None, None),
    };
    match (low, high) {
        (None, None) => number(&|_| true).map(|number| number.to_string()),
        (Some(low), Some(high)) if low == high => Some(low.to_string()),
        // no range ends below its start
        (Some(low), Some(high)) => Some(format!("{}..{}", low.min(high), high.max(low))),
        (Some(low), None) => {
            let last = last.filter(|last| *last > low).map_or_else(|| "MAX".to_owned(), |last| last.to_string());
            Some(format!("{low}..{last}"))
        }
        (None, Some(high)) => {
            let first = first.filter(|first| *first < high).map_or_else(|| "MIN".to_owned(), |first| first.to_string());
            Some(format!("{first}..{high}"))
        }
    }
}

/// A word that the block of `within` does not have.
pub(super) fn unknown_word(
    entry: &Statement,
    (within, stated): (&Statement, &Stated<'_>),
    block: &'static Block,
) -> Diagnostic {
    let name = entry.word();
    let title = format!("no word `{}` in {} block", crate::model::key_text(&entry.word), article(block.name));
    let diagnostic = Diagnostic::new(&BVL0201, entry.word.span, title);
    if block.name == "scale" && block.is_said_before(name) {
        let counted = counted_before(within, block);
        // what differs is told apart
        let meant = counted.as_ref().map(|counted| format!(": `scale {counted}`")).unwrap_or_default();
        let title = format!("`{}` says how many in its own line{meant}", block.name);
        let is_bare = within.statements().all(|entry| block.is_said_before(entry.word()));
        let rest = if is_bare { "on cpu 70%" } else { ".." };
        let counted = counted.unwrap_or_else(|| "3..20".to_owned());
        return Diagnostic::new(&BVL0201, entry.word.span, title)
            .here(format!("no word of {} block", article(block.name)))
            .help(if counted.contains("..") {
                format!("write `scale {counted} {{ {rest} }}`, the fewest and the most before the block")
            } else {
                format!(
                    "how many stands before the block: write `scale {counted}` in place of it, or `scale {counted}..MAX {{ {rest} }}` with it"
                )
            });
    }
    if let Some(classes) = taken_over(entry, within, block) {
        return diagnostic.here("stands behind the name, before the braces").help(classes);
    }
    if is_misplaced(entry, block) {
        return outside(diagnostic);
    }
    let near = block.did_you_mean(name);
    let stated_once = |word: &Word| {
        let is_once = matches!(word.keyed, Keyed::Once);
        stated.first(word.name).filter(|_| is_once)
    };
    let several: Vec<&'static Word> = block.counterparts(name).collect();
    if several.len() > 1 {
        return counterparts(&several, stated_once, diagnostic);
    }
    if let Some(word) = block.counterpart(name).filter(|word| near != Some(word.name)) {
        return match stated_once(word) {
            Some(stated) => diagnostic
                .here(format!("in .bvl this is `{}`", word.name))
                .label(stated.head(), "stated here already")
                .help(format!("take `{name}` out, or say here what it says")),
            None => counterpart(entry, word, diagnostic),
        };
    }
    if let Some(near) = near {
        let diagnostic = diagnostic.here(format!("did you mean `{near}`?"));
        // written twice it would be as wrong
        return match block.word(near).and_then(stated_once) {
            Some(stated) => diagnostic
                .label(stated.head(), format!("`{near}` is stated here already"))
                .help(format!("keep one of the two, as `{near}`")),
            None => corrected(diagnostic, entry, near, block),
        };
    }
    let words: Vec<&str> = block.words.iter().map(|word| word.name).collect();
    let listed = match block.entries {
        Entries::Words => format!("words here: {}", words.join(", ")),
        Entries::Flat | Entries::Nested => String::new(),
    };
    let led = led_home(entry, within, block, &listed, &diagnostic);
    let is_declared = vocabulary::FILE.word(name).is_some();
    if let Some(led) = led.filter(|_| !is_declared || !block.homes(name).is_empty()) {
        return led;
    }
    if is_declared {
        return outside(diagnostic);
    }
    let owners = vocabulary::homes(name).into_iter().filter(|home| matches!(home.form, Form::Statement(_)));
    let owners: Vec<String> = owners.filter_map(|home| home.outer.last().map(vocabulary::Opener::name)).collect();
    if owners.is_empty() {
        return diagnostic.help(listed);
    }
    diagnostic.here(format!("stands in the braces of {}", vocabulary::types::one_of(&owners))).help(listed)
}

/// `service web { is base }`: how the classes are taken over.
fn taken_over(entry: &Statement, within: &Statement, block: &'static Block) -> Option<String> {
    let takes_over = vocabulary::endpoint_blocks().any(|known| std::ptr::eq(known, block));
    if entry.word() != "is" || entry.terms.is_empty() || !takes_over {
        return None;
    }
    let head = within
        .terms
        .first()
        .and_then(Term::name)
        .map_or_else(|| format!("{} NAME", within.word()), |name| format!("{} {name}", within.word()));
    let classes: Vec<_> = entry.terms.iter().flat_map(Term::members).map(spelling).collect();
    let stated = within.terms.iter().position(|term| term.is_name("is"));
    Some(if let Some(at) = stated {
        let known: Vec<_> = within.terms.iter().skip(at + 1).take(1).flat_map(Term::members).map(spelling).collect();
        let added: Vec<_> = classes.iter().filter(|class| !known.contains(class)).cloned().collect();
        if added.is_empty() {
            format!("take it out: `is {}` stands there already", known.join(", "))
        } else {
            let all = [known, added].concat().join(", ");
            format!("name it among those that stand there, with a comma before it: `is {all}`")
        }
    } else {
        format!("write `{head} is {} {{ .. }}`", classes.join(", "))
    })
}

/// Whether a statement whose word a block does not have is a declaration, which stands outside of all braces.
pub(super) fn is_misplaced(entry: &Statement, block: &'static Block) -> bool {
    is_declaration(entry) && !is_meant_here(entry, block)
}

/// Whether a statement begins as a declaration does: its word, and a name.
fn is_declaration(entry: &Statement) -> bool {
    let declares = vocabulary::FILE.word(entry.word()).is_some();
    declares && entry.terms.first().is_some_and(|name| name.named().is_some())
}

/// Whether a statement can be that of a word of this block which its own is like, or stands for elsewhere.
fn is_meant_here(entry: &Statement, block: &'static Block) -> bool {
    let like = block.meant(entry.word()).and_then(|word| block.word(word));
    like.is_some_and(|word| fits(entry, word)) || misplaced::is_home(entry, block)
}

/// A declaration with braces, where a word that begins as one does takes none: what follows is no value of that.
pub(super) fn declared_within(entry: &Statement, word: &'static Word, block: &'static Block) -> Option<Diagnostic> {
    let takes_braces = word.block.is_some() || word.variants.iter().any(|variant| variant.block.is_some());
    if takes_braces || entry.block.is_none() || !is_declaration(entry) {
        return None;
    }
    let title = format!("no declaration of {} stands in {} block", article(entry.word()), article(block.name));
    Some(outside(Diagnostic::new(&BVL0201, entry.word.span, title)))
}

fn outside(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic
        .here("a declaration, which stands outside of all braces")
        .help("write it outside of all braces, such as at the end of the file")
}

/// A word with the one in its place that it is like: without asking only where nothing else can have been meant, and where what
/// stands behind it can be read as what stands behind that.
fn corrected(diagnostic: Diagnostic, entry: &Statement, near: &'static str, block: &'static Block) -> Diagnostic {
    let (title, edits) = (format!("write `{near}`"), vec![TextEdit::replace(entry.word.span, near)]);
    let is_alone = similar::nearest(entry.word(), block.words.iter().map(|word| word.name)).len() == 1;
    let is_sure = is_alone && similar::is_sure(entry.word(), near);
    if is_sure && block.word(near).is_some_and(|word| fits(entry, word)) {
        diagnostic.fix(title, edits)
    } else {
        diagnostic.unsafe_fix(title, edits)
    }
}

/// Whether a statement could be one of `word`.
pub(super) fn fits(entry: &Statement, word: &'static Word) -> bool {
    let mut misfits = Sink::default();
    statement(entry, &vocabulary::split(word, &entry.terms), None, &mut misfits);
    !entry.broken && misfits.is_empty() && (entry.block.is_none() || word.block.is_some())
}

/// A field of Kubernetes' objects where a word says the same.
pub(super) fn counterpart(entry: &Statement, word: &'static Word, diagnostic: Diagnostic) -> Diagnostic {
    let diagnostic = diagnostic.here(format!("in .bvl this is `{}`", word.name));
    if let Some((term, value)) = translated(entry, word) {
        let edits = vec![TextEdit::replace(entry.word.span, word.name), TextEdit::replace(term.span, value.clone())];
        return diagnostic.unsafe_fix(format!("write `{} {value}`", word.name), edits);
    }
    if entry.terms.is_empty() || entry.block.is_some() || !fits(entry, word) {
        return diagnostic.help(format!("for example: `{}`", word.example));
    }
    let value = |term: &Term| term.text().map_or_else(|| spelling(term).into_owned(), quoted);
    let values: Vec<_> = entry.terms.iter().map(value).collect();
    let title = format!("write `{} {}`", word.name, values.join(" "));
    diagnostic.unsafe_fix(title, vec![TextEdit::replace(entry.word.span, word.name)])
}

/// A field of Kubernetes' objects that is several words here, of which some may be stated already.
fn counterparts<'s>(
    words: &[&'static Word],
    stated: impl Fn(&Word) -> Option<&'s Statement>,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let listed: Vec<String> = words.iter().map(|word| format!("`{}`", word.name)).collect();
    let diagnostic = diagnostic.here(format!("in .bvl these are {}", listed.join(" and ")));
    let open: Vec<String> =
        words.iter().filter(|word| stated(word).is_none()).map(|word| format!("`{}`", word.example)).collect();
    let there = words.iter().filter_map(|word| stated(word));
    let diagnostic = there.fold(diagnostic, |told, stated| told.label(stated.head(), "stated here already"));
    if open.is_empty() {
        diagnostic.help("take it out, or say there what it says")
    } else {
        diagnostic.help(format!("for example: {}", open.join(" and ")))
    }
}

/// The value of a field as the word writes it that says the same: `Forbid` is `forbid`, and seconds have their unit.
fn translated<'t>(entry: &'t Statement, word: &'static Word) -> Option<(&'t Term, String)> {
    let ([term], [argument]) = (&*entry.terms, word.args) else { return None };
    if entry.block.is_some() || argument.ty.check(term).is_ok() {
        return None;
    }
    let value = match (argument.ty, term.name().or_else(|| term.text()), term.number()) {
        (Type::Choice(words), Some(name), _) => {
            let name = name.to_ascii_lowercase();
            words.iter().find(|known| **known == name).map(|known| (*known).to_owned())
        }
        (Type::Duration | Type::Seconds, _, Some(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            entry.word().to_ascii_lowercase().ends_with("seconds").then(|| format!("{digits}s"))
        }
        _ => None,
    };
    Some((term, value?))
}

/// The variant that was most likely meant.
pub(super) fn meant_variant(entry: &Statement, word: &'static Word) -> Option<&'static Word> {
    let variants: Vec<&'static str> = word.variants.iter().map(|variant| variant.name).collect();
    word.variant(vocabulary::types::meant(entry.terms.first()?.name()?, &variants)?)
}

pub(super) fn unknown_variant(entry: &Statement, word: &'static Word) -> Diagnostic {
    let names: Vec<&str> = word.variants.iter().map(|variant| variant.name).collect();
    let Some(first) = entry.terms.first() else {
        return Diagnostic::new(
            &BVL0202,
            entry.head(),
            format!("`{}` wants one of {}", word.name, vocabulary::types::one_of(&names)),
        )
        .help(format!("for example: `{}`", word.example));
    };
    let expected = vocabulary::types::one_of(&names);
    let title = format!("expected {expected}, found {}", first.describe());
    let diagnostic = Diagnostic::new(&BVL0203, first.span, title).of_name();
    let in_quotes = first.text().and_then(|text| word.variant(text));
    match meant_variant(entry, word) {
        None if let Some(meant) = in_quotes => diagnostic
            .help("it is written without quotes")
            .fix(format!("write `{}`", meant.name), vec![TextEdit::replace(first.span, meant.name)]),
        Some(near) => diagnostic
            .here(format!("did you mean `{}`?", near.name))
            .fix(format!("write `{}`", near.name), vec![TextEdit::replace(first.span, near.name)]),
        None => diagnostic.help(format!("for example: `{}`", word.example)),
    }
}

/// Fields of Kubernetes' objects, and the clauses that say the same.
const CLAUSES: &[(&str, &str)] = &[
    ("failureThreshold", "fail"),
    ("initialDelaySeconds", "after"),
    ("periodSeconds", "every"),
    ("timeoutSeconds", "timeout"),
];

/// Something behind a word that takes no more.
pub(super) fn too_many(name: &str, extra: &Term, word: &'static Word, variant: Option<&'static Word>) -> Diagnostic {
    let clauses: Vec<&'static str> = word
        .clauses
        .iter()
        .chain(variant.into_iter().flat_map(|variant| variant.clauses))
        .map(|clause| clause.name)
        .collect();
    if let Some(near) = extra.name().and_then(|name| similar::closest(name, clauses.iter().copied())) {
        return meant_for(extra, near, name);
    }
    let diagnostic =
        Diagnostic::new(&BVL0202, extra.span, format!("{} does not belong after `{}`", extra.describe(), name));
    let elsewhere = extra.name().and_then(|name| CLAUSES.iter().find(|(field, _)| name.eq_ignore_ascii_case(field)));
    let n_taken = variant.unwrap_or(word).args.len();
    let then =
        if clauses.is_empty() { String::new() } else { format!(", then {}", vocabulary::types::one_of(&clauses)) };
    let is_of_service = extra.name().is_some_and(|name| ["targetPort", "target-port"].contains(&name));
    let diagnostic = match (elsewhere.filter(|(_, clause)| clauses.contains(clause)), n_taken) {
        (Some((_, clause)), _) => diagnostic.here(format!("in .bvl this is `{clause}`")),
        (None, _) if is_of_service && clauses.contains(&"service-port") => {
            diagnostic.here("the number before it is the container's, and `service-port` says the Service's")
        }
        (None, 0) => diagnostic,
        (None, 1) => diagnostic.here(format!("one too many: `{name}` takes one value{then}")),
        (None, _) => diagnostic.here(format!("one too many: `{name}` takes {n_taken} values{then}")),
    };
    // a key of the user's own has no example
    let whole = example(word, variant);
    let whole = if whole.is_empty() { format!("{name} \"TEXT\"") } else { whole.to_owned() };
    let says = gist(variant.unwrap_or(word).doc);
    let diagnostic = if says.is_empty() { diagnostic } else { diagnostic.note(format!("`{name}`: {says}")) };
    diagnostic.help(format!("for example: `{whole}`"))
}

/// Braces behind a word that takes none.
pub(super) fn no_braces(word: &str, open: Span, example: &str) -> Diagnostic {
    Diagnostic::new(&BVL0202, open, format!("`{word}` takes no braces")).help(format!("for example: `{example}`"))
}

/// The first sentence of what a word says, to follow a colon.
fn gist(doc: &str) -> String {
    let first = doc.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let mut letters = first.chars();
    let begins = letters.next().map(char::to_lowercase).into_iter().flatten();
    begins.chain(letters).collect()
}

/// A statement that says one thing in two ways of which only one can be in force.
pub(super) fn several(entry: &Statement, split: &Split<'_>) -> Option<Diagnostic> {
    let expects = split.variant.unwrap_or(split.word);
    let argument = |name: &str| {
        let at = expects.args.iter().position(|argument| argument.name == name)?;
        Some((format!("a {}", name.to_lowercase()), split.args.get(at)?.span))
    };
    let clause = |name: &str| {
        let (_, head, _) = split.clauses.iter().find(|(clause, ..)| clause.name == name)?;
        Some((format!("`{name}`"), head.span))
    };
    let stated = |name: &&str| argument(name).or_else(|| clause(name));
    let mut ways = expects.either.iter().filter_map(|way| way.iter().find_map(stated));
    let ((first, at), (second, span)) = (ways.next()?, ways.next()?);
    let key = entry.terms.first().filter(|_| split.word.keyed == Keyed::ByArgument);
    let key = key.map(|key| format!(" {}", crate::model::key_text(key))).unwrap_or_default();
    let title = format!("`{}{key}` states both {first} and {second}", entry.word());
    Some(
        Diagnostic::new(&BVL0202, span, title)
            .here("one of the two would be lost")
            .label(at, "stated here")
            .help(format!("keep one; for example: `{}`", example(split.word, split.variant))),
    )
}

pub(super) fn twice(entry: &Statement, word: &'static Word, first: Span) -> Diagnostic {
    let what = match (word.keyed, entry.terms.first()) {
        (Keyed::ByArgument | Keyed::ByVariant, Some(key)) => {
            format!("`{} {}`", entry.word(), crate::model::key_text(key))
        }
        _ => format!("`{}`", crate::model::key_text(&entry.word)),
    };
    let diagnostic = Diagnostic::new(&BVL0207, entry.head(), format!("{what} is stated twice")).again(first);
    let variant = entry.terms.first().and_then(Term::name).and_then(|name| word.variant(name));
    if word.keyed == Keyed::ByVariant && variant.is_some_and(|variant| variant.clause("as").is_some()) {
        return diagnostic.help("name the second one: `as NAME`, before its braces");
    }
    diagnostic.help("keep one; which of the two counts would depend on order")
}

/// A class that does not exist.
pub(super) fn unknown_class(
    name: &str,
    span: Span,
    given: &BTreeSet<&str>,
    declarations: &Declarations<'_>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&BVL0204, span, format!("there is no class `{name}`")).lacking(Absent::Class(name.to_owned()));
    if let Some(told) = unused::told(&diagnostic, name, declarations) {
        return told;
    }
    let near = declarations.classes.nearest_of(name, |near| !given.contains(near));
    if !near.is_empty() {
        return diagnostic.guess(&near, |near| vec![TextEdit::replace(span, near)]);
    }
    if let Some((module, _)) = name.split_once('.') {
        let classes = unused::classes_of(module, declarations);
        if !classes.is_empty() {
            return diagnostic
                .here(format!("`std.{module}` has no such class"))
                .help(format!("its classes: {}", classes.join(", ")));
        }
    }
    if let Some(told) = unused::misspelled(&diagnostic, name, declarations) {
        return told;
    }
    let own = declarations.classes.keys().map(String::as_str).filter(|known| !known.contains('.'));
    let own: Vec<&str> = own.take(12).collect();
    let known = if own.is_empty() { String::new() } else { format!("; classes here: {}", own.join(", ")) };
    diagnostic.here("declared nowhere").help(format!(
        "declare it, `class NAME {{ cpu 100m..500m }}` or with parameters `class NAME(PARAMETER: cpu) {{ cpu $PARAMETER }}`{known}"
    ))
}

/// The name with its indefinite article.
pub fn article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
