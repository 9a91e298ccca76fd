//! Whether terms are what the table says may stand in their place: of the right type, and something where nothing will not
//! do. What holds no variable is judged where it is written, once; what does, with the values that it has in one place.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::Unread;
use crate::model::body::{Body, Merged, Part, Unclosed, mismatch_diagnostic, spelling};
use crate::model::codes::{BVL0202, BVL0203};
use crate::source::FileId;
use crate::syntax::parse;
use crate::value::{Term, TermKind, quoted};
use crate::vocabulary::{self, Argument, Nothing, Presence, Type, Word};

use super::{shape, slips};

/// The statement or clause whose arguments are judged.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    /// Its word.
    pub(super) word: &'a str,
    /// What the word chose.
    pub(super) variant: Option<&'static Word>,
    /// A whole statement.
    pub(super) example: &'static str,
    /// The parameters of the class around that name workloads; `None` outside of classes.
    pub(super) workloads: Option<&'a [String]>,
}

impl Of<'_> {
    /// Its words, as messages name it: `replicas`, `on keda`.
    fn name(self) -> String {
        self.variant.map_or_else(|| self.word.to_owned(), |variant| format!("{} {}", self.word, variant.name))
    }

    /// The statement as it is written, with the value of the example in the place of the term at that index; the example where
    /// it is of another form.
    fn mended(self, terms: &[Term], at: usize) -> String {
        let name = self.name();
        let usual = self.example.strip_prefix(&name).map(arguments_of).unwrap_or_default();
        let is_plain = |term: &Term| {
            !matches!(term.kind, TermKind::List(_)) && (term.text().is_some() || !spelling(term).is_empty())
        };
        if usual.len() < terms.len() || !terms.iter().all(is_plain) {
            return self.example.to_owned();
        }
        let value = |term: &Term| term.text().map_or_else(|| spelling(term).into_owned(), quoted);
        let written = terms.iter().map(value).zip(usual).enumerate();
        let values = written.map(|(index, (own, usual))| if index == at { usual.to_owned() } else { own });
        format!("{name} {}", values.collect::<Vec<_>>().join(" "))
    }
}

/// The values behind the words of an example, up to its braces.
fn arguments_of(example: &str) -> Vec<&str> {
    let mut rest = example.trim_start();
    let mut values = Vec::new();
    while !rest.is_empty() && !rest.starts_with('{') {
        let closed = rest.strip_prefix('"').and_then(|behind| behind.find('"')).map(|at| at + 2);
        let Some((value, behind)) = rest.split_at_checked(closed.or_else(|| rest.find(' ')).unwrap_or(rest.len()))
        else {
            break;
        };
        values.push(value);
        rest = behind.trim_start();
    }
    values
}

/// Judges the terms without variables, and that no variable stands for the name of a declaration.
pub(super) fn written(terms: &[Term], arguments: &[Argument], of: Of<'_>, sink: &mut Sink) {
    let required = arguments.iter().filter(|argument| argument.presence != Presence::Optional).count();
    let is_whole = (required..=arguments.len()).contains(&terms.len());
    for (at, (term, argument)) in terms.iter().zip(arguments).enumerate() {
        if argument.presence == Presence::List && argument.ty.is_declared() {
            slips::named_twice(std::slice::from_ref(term), argument.ty, "", sink);
        }
        for member in members(term, argument).iter().filter(|member| member.kind != TermKind::Bad) {
            if !member.is_closed() {
                if argument.ty.is_declared()
                    && let Some(varying) = varying(member, argument.ty, of.workloads)
                {
                    sink.report(varying);
                }
            } else if let Some(finding) = nothing(member, argument, of, || of.mended(terms, at)) {
                sink.report(finding);
            } else if let Err(mut mismatch) = argument.ty.check(member) {
                let likely = argument.with_units(member);
                if !likely.is_empty() {
                    mismatch.suggestions = likely;
                }
                // where one is missing or too many, each may have been meant for another
                if !is_whole {
                    mismatch.suggestions.clear();
                } else if mismatch.suggestions.is_empty()
                    && let Some(bare) = without_quotes(member, argument.ty)
                {
                    mismatch = mismatch.help("it is written without quotes").suggest(bare);
                }
                let finding = mismatch_diagnostic(member, mismatch);
                let helped = finding.help.is_some() || of.example.is_empty();
                sink.report(if helped { finding } else { finding.help(format!("for example: `{}`", of.example)) });
            }
        }
    }
}

/// What is said of a variable in the place of a declaration's name. A class's own parameter that names a workload may stand where
/// a workload's does: what it is given is the name of one.
pub(super) fn varying(term: &Term, ty: Type, workloads: Option<&[String]>) -> Option<Diagnostic> {
    let names_workload = |name: &str| workloads.into_iter().flatten().any(|known| known == name);
    if let (Type::Endpoint, TermKind::Variable(name)) = (ty, &term.kind)
        && names_workload(name)
    {
        return None;
    }
    let title = format!("expected {}, found {}", ty.expected(), term.describe());
    let help = match (ty, workloads) {
        (Type::Endpoint, Some(_)) => {
            "write the name itself, or let the class be given a workload, by a parameter whose type is a class: `class worker(queue: nats.cluster) { .. }`"
        }
        _ => "write the name itself; what differs in an environment is stated in the block of that environment",
    };
    let finding = Diagnostic::new(&BVL0203, term.span, title);
    Some(finding.of_name().here("a value, which may differ between environments").help(help))
}

/// What stands in quotes, as in JSON, where it is one value without them.
fn without_quotes(term: &Term, ty: Type) -> Option<&str> {
    let text = term.text()?;
    let tree = parse(FileId::default(), &Arc::from(format!("word {text}")));
    let entry = tree.statements().next().filter(|entry| tree.errors.is_empty() && entry.block.is_none())?;
    let [value] = &*entry.terms else { return None };
    // a name in quotes is told as what it may be
    (value.name().is_none() && value.is_closed() && ty.check(value).is_ok()).then_some(text)
}

fn members<'t>(term: &'t Term, argument: &Argument) -> &'t [Term] {
    if argument.presence == Presence::List { term.members() } else { std::slice::from_ref(term) }
}

/// What is said of a term that is nothing where something must stand.
fn nothing(term: &Term, argument: &Argument, of: Of<'_>, mended: impl Fn() -> String) -> Option<Diagnostic> {
    let Nothing::Refused(why) = argument.nothing else { return None };
    let (low, high) = argument.name.split_once("..").unwrap_or((argument.name, argument.name));
    let (end, name) = if let TermKind::Range(ends) = &term.kind {
        if is_nothing(&ends.0) { (&ends.0, low) } else { (&ends.1, high) }
    } else {
        (term, low)
    };
    is_nothing(end).then(|| {
        let is = if end.text().is_some() { "empty" } else { "0" };
        let title = match of.name().as_str() {
            "" => format!("a {} of these braces is {is}", name.to_lowercase()),
            word => format!("the {} of `{word}` is {is}", name.to_lowercase()),
        };
        let finding = Diagnostic::new(&BVL0202, end.span, title).note(why);
        if of.example.is_empty() {
            finding.help("write what is meant there, or take the entry out")
        } else {
            finding.help(format!("for example: `{}`", mended()))
        }
    })
}

/// A blank text, or a number of only zeros whatever its unit.
fn is_nothing(term: &Term) -> bool {
    let is_zero = |number: &str| {
        let digits = number.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        !digits.is_empty() && digits.bytes().all(|digit| matches!(digit, b'0' | b'.'))
    };
    term.text().is_some_and(|text| text.trim().is_empty()) || term.number().is_some_and(is_zero)
}

/// Judges what variables stand for, in one environment; the words in which something is wrong are added to `unread`.
pub(super) fn bound(body: &Body<'_>, environment: &str, unread: &mut Unread, sink: &mut Sink) {
    for entry in &body.entries {
        let mut is_read = |judge: fn(&Merged<'_>, &str, &mut Sink) -> bool| {
            let before = sink.len();
            judge(entry, environment, sink) && sink.len() == before
        };
        if !is_read(head_bound) {
            unread.word(entry.word.name);
        }
        if !is_read(block_bound) {
            unread.block(entry.word.name);
        }
    }
}

/// Judges what stands in the braces of an entry; whether all of its values are known.
fn block_bound(entry: &Merged<'_>, environment: &str, sink: &mut Sink) -> bool {
    let mut is_closed = true;
    for inner in &entry.block.entries {
        is_closed &= head_bound(inner, environment, sink);
        is_closed &= block_bound(inner, environment, sink);
    }
    is_closed
}

/// Judges what stands before the braces of an entry; whether all of its values are known.
fn head_bound(entry: &Merged<'_>, environment: &str, sink: &mut Sink) -> bool {
    let mut is_closed = true;
    let expects = entry.variant.unwrap_or(entry.word);
    let of = Of { word: entry.word.name, variant: entry.variant, example: expects.example, workloads: None };
    if let Some(part) = entry.own_key {
        is_closed &= part_bound(part, &[vocabulary::OWN_KEY], of, environment, sink);
    }
    if let Some(part) = entry.args {
        is_closed &= part_bound(part, expects.args, of, environment, sink);
    }
    for (clause, part) in &entry.clauses {
        is_closed &= part_bound(*part, clause.args, Of { word: clause.name, variant: None, ..of }, environment, sink);
    }
    is_closed
}

/// Judges arguments; whether all of them are known. This sees every value that a body states, read or not, so that none is
/// left out in silence because nobody reads it.
fn part_bound(part: Part<'_>, arguments: &[Argument], of: Of<'_>, environment: &str, sink: &mut Sink) -> bool {
    let mut is_closed = true;
    let open = part.terms.iter().zip(arguments).enumerate().filter(|(_, (term, _))| !term.is_closed());
    // the members of a list that is written out are values of their own
    let open = open
        .flat_map(|(at, (term, argument))| members(term, argument).iter().map(move |member| (at, member, argument)));
    for (at, term, argument) in open.filter(|(_, term, _)| !term.is_closed()) {
        let found: Vec<Diagnostic> = match part.scope.close(term) {
            Ok(closed) => {
                let judge = |member| {
                    nothing(member, argument, of, || of.mended(part.terms, at)).or_else(|| misread(member, argument.ty))
                };
                members(&closed, argument).iter().filter_map(judge).collect()
            }
            Err(unclosed) if is_filled_in(&unclosed, argument.ty) => continue,
            Err(unclosed) => {
                is_closed = false;
                unclosed.diagnostic().into_iter().collect()
            }
        };
        for finding in found {
            sink.report(if environment.is_empty() { finding } else { finding.environment(environment) });
        }
    }
    is_closed
}

/// Whether whoever reads a value of that type fills in what is not known yet: addresses in texts, and in a chart's values
/// the number of replicas and who makes the budget.
fn is_filled_in(unclosed: &Unclosed, ty: Type) -> bool {
    match unclosed {
        Unclosed::Address(..) => matches!(ty, Type::Value | Type::Content),
        Unclosed::Unknown(name, _) => ty == Type::Content && [shape::REPLICAS, shape::BY_OPERATOR].contains(&&**name),
        Unclosed::Reported | Unclosed::LongText(_) | Unclosed::LongList(_) | Unclosed::Nested(_) => false,
    }
}

/// What is wrong with a value of a type that nobody else judges: every other is, by whoever reads it.
fn misread(member: &Term, ty: Type) -> Option<Diagnostic> {
    let word = member
        .text()
        .filter(|_| ty.is_word())
        .map(|text| Term { span: member.span, kind: TermKind::Name(text.into()) });
    let is_fine = ty == Type::Seconds && Type::Duration.check(member).is_ok();
    if !ty.is_word() && !is_fine && !matches!(ty, Type::OneOf(_)) {
        return None;
    }
    let mut mismatch = ty.check(word.as_ref().unwrap_or(member)).err()?;
    // the mistake is where the variable got its value
    mismatch.suggestions.clear();
    Some(mismatch_diagnostic(member, mismatch))
}
