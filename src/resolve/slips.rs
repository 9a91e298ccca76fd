//! Slips of the pen within a statement: a unit apart from its number, a range in words, two arguments in the other order, a list
//! without its commas, a reason without quotes, a word or name twice. Each gives one finding in the place of those that its terms would give one by one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::spelling;
use crate::model::codes::{BVL0202, BVL0203, BVL0207};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::duration::spoken;
use crate::value::{Term, TermKind, quoted, similar};
use crate::vocabulary::{self, Argument, Clause, Keyed, Presence, Type};

/// Two arguments of which each is what is expected of the other.
pub(super) fn swapped(terms: &[Term], arguments: &[Argument], word: &str) -> Option<Diagnostic> {
    let ([first, second, ..], [one, two, ..]) = (terms, arguments) else { return None };
    let is_swapped = first.is_closed()
        && second.is_closed()
        && one.ty.check(first).is_err()
        && two.ty.check(second).is_err()
        && one.ty.check(second).is_ok()
        && two.ty.check(first).is_ok();
    if !is_swapped {
        return None;
    }
    let text = |term: &Term| {
        let bare = term.name().or_else(|| term.number()).map(str::to_owned);
        bare.or_else(|| term.text().map(quoted))
    };
    let (first_text, second_text) = (text(first)?, text(second)?);
    let whole = first.span.to(second.span);
    Some(
        Diagnostic::new(&BVL0203, whole, format!("the {} of `{word}` stands before its {}", two.name, one.name))
            .here("the other way round")
            .help(format!("write `{word} {second_text} {first_text}`"))
            .fix(
                format!("write `{second_text} {first_text}`"),
                vec![TextEdit::replace(first.span, second_text), TextEdit::replace(second.span, first_text)],
            ),
    )
}

/// A list whose members have no comma between them: each of those behind it could be one of its own.
pub(super) fn missing_comma(
    terms: &[Term],
    arguments: &[Argument],
    word: &str,
    split: &vocabulary::Split<'_>,
) -> Option<Diagnostic> {
    let (list, behind) = (terms.get(arguments.len().checked_sub(1)?)?, terms.get(arguments.len()..)?);
    let of = arguments.last().filter(|argument| argument.presence == Presence::List)?;
    let extra = behind.first()?;
    // what is like a clause was meant for one before it was meant for one more of the list
    if extra.name().is_some_and(|name| clause_near(name, split).is_some()) {
        return None;
    }
    let members = || behind.iter().flat_map(Term::members);
    if !members().all(|member| member.is_closed() && of.ty.check(member).is_ok()) {
        return None;
    }
    let last = list.members().last().unwrap_or(list);
    let written: Vec<_> = list.members().iter().chain(members()).map(stated).collect();
    let before = terms.iter().take(arguments.len() - 1).map(|term| format!("{} ", stated(term)));
    let ends = std::iter::once(last).chain(behind).take(behind.len());
    let (first, second) = (spelling(last), spelling(extra.members().first().unwrap_or(extra)));
    Some(
        Diagnostic::new(&BVL0202, extra.span, format!("`{second}` follows `{first}` without a comma"))
            .here("expected `,` before it")
            .help(format!("write `{word} {}{}`", before.collect::<String>(), written.join(", ")))
            .fix("put the comma there", ends.map(|end| TextEdit::insert_after(end.span, ",")).collect()),
    )
}

/// The clause of a statement that a word is like.
fn clause_near(name: &str, split: &vocabulary::Split<'_>) -> Option<&'static Clause> {
    let clauses = split.variant.into_iter().flat_map(|variant| variant.clauses).chain(split.word.clauses);
    let near = similar::closest(name, clauses.clone().map(|clause| clause.name))?;
    clauses.into_iter().find(|clause| clause.name == near)
}

/// `env X secrets "s" "k"`: a word that is like a clause, where no bare word stands, and behind it what that clause takes. Where
/// nothing stands behind it, it may be a text.
pub(super) fn misspelled_clause(split: &vocabulary::Split<'_>) -> Option<Diagnostic> {
    let expects = split.variant.unwrap_or(split.word);
    let own = (split.args, expects.args);
    let parts = std::iter::once(own).chain(split.clauses.iter().map(|(clause, _, terms)| (*terms, clause.args)));
    for (terms, arguments) in parts {
        // the words of a reason without quotes are told as that
        if arguments.iter().any(|argument| argument.name == "REASON") {
            continue;
        }
        let takes_less = terms.len() > arguments.len();
        for (at, term) in terms.iter().enumerate() {
            let Some(clause) = term.name().and_then(|name| clause_near(name, split)) else { continue };
            let behind = terms.get(at + 1..).unwrap_or_default();
            let required = clause.args.iter().filter(|argument| argument.presence != Presence::Optional).count();
            let fits = |(term, argument): (&Term, &Argument)| !term.is_closed() || argument.ty.check(term).is_ok();
            let is_followed = !behind.is_empty()
                && (required..=clause.args.len()).contains(&behind.len())
                && behind.iter().zip(clause.args).all(fits);
            // a bare word that may stand there is no slip, unless what follows it has no other place
            let is_taken = arguments.get(at).is_some_and(|argument| argument.ty.check(term).is_ok());
            let is_key = split.word.keyed == Keyed::ByArgument && at == 0 && std::ptr::eq(terms, split.args);
            if is_followed && (!is_taken || takes_less && !(is_key && arguments.first().is_some_and(is_required))) {
                return Some(meant_for(term, clause.name, split.word.name));
            }
            let takes_text = arguments.get(at).is_some_and(|argument| argument.ty == Type::Value) && !is_taken;
            if takes_text && behind.is_empty() && required > 0 {
                return Some(text_or_clause(term, clause));
            }
        }
    }
    None
}

/// `env X secrets`: a text without its quotes, or a clause of which all is missing.
fn text_or_clause(term: &Term, clause: &'static Clause) -> Diagnostic {
    let title = format!("expected {}, found {}", Type::Value.expected(), term.describe());
    let text = quoted(term.name().unwrap_or_default());
    let named: Vec<String> = clause.args.iter().map(|argument| quoted(argument.name)).collect();
    Diagnostic::new(&BVL0203, term.span, title)
        .here(format!("did you mean `{}`?", clause.name))
        .help(format!("write `{} {}`, or `{text}` if it is text", clause.name, named.join(" ")))
        .unsafe_fix(format!("write `{text}`"), vec![TextEdit::replace(term.span, text)])
}

fn is_required(argument: &Argument) -> bool {
    argument.presence == Presence::Required
}

/// Says of a term behind a word that it is like a clause of that: without asking only where nothing else can have been meant.
pub(super) fn meant_for(term: &Term, clause: &'static str, word: &str) -> Diagnostic {
    let finding = Diagnostic::new(&BVL0202, term.span, format!("{} does not belong after `{word}`", term.describe()))
        .here(format!("did you mean `{clause}`?"));
    let (title, edits) = (format!("write `{clause}`"), vec![TextEdit::replace(term.span, clause)]);
    if term.name().is_some_and(|name| similar::is_sure(name, clause)) {
        finding.fix(title, edits)
    } else {
        finding.unsafe_fix(title, edits)
    }
}

/// A term as it is stated: a text in its quotes.
fn stated(term: &Term) -> Cow<'_, str> {
    if let TermKind::Text(text) = &term.kind { Cow::Owned(quoted(text)) } else { spelling(term) }
}

/// A word written twice behind itself, so that `extra` is one term too many.
pub(super) fn doubled(entry: &Statement, extra: &Term) -> Option<Diagnostic> {
    let terms: Vec<&Term> = std::iter::once(&entry.word).chain(&entry.terms).collect();
    terms.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        let name = second.name().filter(|name| second.span.start <= extra.span.start && first.is_name(name))?;
        // what is more than a space between them may be a comment
        let is_apart = second.span.start - first.span.end > 1;
        let taken = if is_apart { second.span } else { Span { start: first.span.end, ..second.span } };
        Some(
            Diagnostic::new(&BVL0202, second.span, format!("`{name}` is written twice"))
                .here("once too often")
                .help("take it out")
                .fix("take it out", vec![TextEdit::replace(taken, "")]),
        )
    })
}

/// Reports what one list names twice in the same words: one of the two was most likely meant for something else, but an
/// environment that is named once more says nothing.
pub(super) fn named_twice(terms: &[Term], ty: Type, place: &str, sink: &mut Sink) {
    for list in terms.iter().filter(|term| matches!(term.kind, TermKind::List(_))) {
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        let mut before = list.span.before();
        for member in list.members() {
            if let Some(path) = member.name()
                && let Some(first) = known.insert(path, member.span)
            {
                let more = vec![TextEdit::replace(Span { start: before.end, ..member.span }, "")];
                let title = format!("`{path}` is named twice{place}");
                let finding = Diagnostic::new(&BVL0207, member.span, title)
                    .again(first)
                    .help("write the one that is meant in its place, or take it out");
                sink.report(if ty == Type::Environment {
                    finding.fix("take it out", more)
                } else {
                    finding.unsafe_fix("take it out", more)
                });
            }
            before = member.span;
        }
    }
}

/// A name in quotes, as of what is there already, behind a word that makes one, where nothing is said of what it is made of.
pub(super) fn not_made(entry: &Statement, split: &vocabulary::Split<'_>) -> Option<Diagnostic> {
    let made = split.word.makes?;
    let name = split.args.first()?;
    let text = name.text().filter(|text| !text.trim().is_empty())?;
    let says_more = match made.clause {
        Some(clause) => split.clauses.iter().any(|(known, ..)| known.name == clause),
        None => entry.block.is_some(),
    };
    if says_more || split.args.len() > 1 {
        return None;
    }
    let title = format!("`{}` makes a {}, and nothing says of what", entry.word(), made.kind);
    let finding = Diagnostic::new(&BVL0203, name.span, title).here("a name in quotes, as of one that is there");
    Some(finding.help(made.ways(entry.word(), text)))
}

/// `secret "s" key "k"`: the names of what a clause takes before each of it, as in its documentation.
pub(super) fn named_arguments(terms: &[Term], (clause, head): (&Clause, &Term)) -> Option<Diagnostic> {
    let is_name = |(at, term): (usize, &Term)| {
        let behind = terms.get(at + 1);
        let is_of = |argument: &Argument| {
            term.name().is_some_and(|name| name.eq_ignore_ascii_case(argument.name))
                && behind.is_some_and(|value| as_taken(value, argument).is_some())
        };
        clause.args.iter().any(is_of)
    };
    let (names, values): (Vec<(usize, &Term)>, Vec<_>) = terms.iter().enumerate().partition(|pair| is_name(*pair));
    let (_, first) = names.first()?;
    if values.len() < clause.args.len() {
        return None;
    }
    // what is more than it takes goes, too, if that is meant
    let (values, surplus) = values.split_at_checked(clause.args.len())?;
    let written: Option<Vec<String>> =
        values.iter().zip(clause.args).map(|((_, value), argument)| as_taken(value, argument)).collect();
    let written = written?;
    let without = names.iter().map(|(at, name)| {
        let end = terms.get(at + 1).map_or(name.span.end, |value| value.span.start);
        TextEdit::replace(Span { end, ..name.span }, "")
    });
    let quoted = values.iter().zip(&written).filter(|((_, value), written)| stated(value) != **written);
    let quoted = quoted.map(|((_, value), written)| TextEdit::replace(value.span, written.as_str()));
    let dropped = surplus.first().zip(surplus.last()).and_then(|((_, from), (_, to))| {
        let start = values.last()?.1.span.end;
        Some(TextEdit::replace(Span { start, ..from.span.to(to.span) }, ""))
    });
    let edits: Vec<TextEdit> = without.chain(quoted).chain(dropped).collect();
    let title = format!("{} does not belong after `{}`", first.describe(), spelling(head));
    let written = format!("write `{} {}`", clause.name, written.join(" "));
    let told =
        Diagnostic::new(&BVL0202, first.span, title).here("its place says what a value is").help(written.clone());
    Some(if surplus.is_empty() { told.fix(written, edits) } else { told.unsafe_fix(written, edits) })
}

/// A value as an argument takes it: a bare word may be meant for a text.
fn as_taken(value: &Term, argument: &Argument) -> Option<String> {
    if !value.is_closed() || argument.ty.check(value).is_ok() {
        return Some(stated(value).into_owned());
    }
    let text = Term { span: value.span, kind: TermKind::Text(value.name()?.into()) };
    argument.ty.check(&text).is_ok().then(|| stated(&text).into_owned())
}

/// The units that people set apart from their number.
const UNITS: &[&str] = &["ms", "s", "m", "h", "Ki", "Mi", "Gi", "Ti", "k", "M", "G", "T"];

/// `30 s`, `10 seconds`: a unit that stands apart from its number.
pub(super) fn detached_unit(terms: &[Term]) -> Option<Diagnostic> {
    terms.windows(2).find_map(|pair| {
        let [number, unit] = pair else { return None };
        let TermKind::Number(digits) = &number.kind else { return None };
        let unit_name = unit.name()?;
        let joined =
            if UNITS.contains(&unit_name) { format!("{digits}{unit_name}") } else { spoken(digits, unit_name)? };
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let span = Span { end: unit.span.end, ..number.span };
        whole.then(|| {
            Diagnostic::new(&BVL0203, span, format!("the unit `{unit_name}` stands apart from its number"))
                .here("a space between them")
                .help(format!("write `{joined}`"))
                .fix(format!("write `{joined}`"), vec![TextEdit::replace(span, joined)])
        })
    })
}

/// `128Mi to 256Mi`: a range whose ends stand apart, with a word between them.
pub(super) fn spoken_range(terms: &[Term], arguments: &[Argument]) -> Option<Diagnostic> {
    terms.windows(3).zip(arguments).find_map(|(range, argument)| {
        let [low, to, high] = range else { return None };
        let (TermKind::Number(_), TermKind::Number(_), "to") = (&low.kind, &high.kind, to.name()?) else { return None };
        let whole = Term { span: low.span.to(high.span), kind: TermKind::Range(Box::new((low.clone(), high.clone()))) };
        argument.ty.check(&whole).ok()?;
        let written = spelling(&whole);
        let title = format!("a range is written with `..`, not with `{}`", spelling(to));
        let finding = Diagnostic::new(&BVL0203, to.span, title).here("expected `..` between its ends");
        Some(
            finding
                .help(format!("write `{written}`"))
                .fix(format!("write `{written}`"), vec![TextEdit::replace(whole.span, written.clone())]),
        )
    })
}

/// `because it is so`: words where a string is due.
pub(super) fn unquoted_reason(head: &Term, terms: &[Term], split: &vocabulary::Split<'_>) -> Option<Diagnostic> {
    let (first, last) = (terms.first()?, terms.last()?);
    let words: Vec<&str> = terms.iter().map_while(Term::name).collect();
    if words.is_empty() || split.clauses.last().is_none_or(|(_, known, _)| known.span != head.span) && words.len() < 2 {
        return None;
    }
    let span = first.span.to(last.span);
    let diagnostic = Diagnostic::new(&BVL0203, span, "a reason stands in quotes").here("text without quotes");
    let is_last = split.clauses.last().is_some_and(|(_, known, _)| known.span == head.span);
    let quoted = format!("\"{}\"", words.join(" "));
    Some(if is_last && words.len() == terms.len() {
        diagnostic
            .help(format!("write `because {quoted}`"))
            .fix("put it in quotes", vec![TextEdit::replace(span, quoted)])
    } else {
        diagnostic.help("write `because \"REASON\"`, with all of the reason between the quotes")
    })
}
