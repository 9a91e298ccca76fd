//! What is proposed for a value that the syntax cannot read: only what its place takes, as the table of words says.
//!
//! Invariant: a value that a help or a fix of such a finding has somebody write is one that its place reads. Where the place is not
//! known, as behind a `let` that nothing in the file uses, what the syntax says of it stands.

mod joined;
mod template;
mod typed;

use std::sync::Arc;

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{FileId, SourceMap, Span, TextEdit};
use crate::syntax::{Statement, Tree, is_word, parse};
use crate::value::{Cpu, TemplatePart, Term, TermKind, addresses, quoted};
use crate::vocabulary::{self, Argument, Block, Clause, FILE, Presence, Type, Word};

use super::params::ParamType;
use super::statement::example;
pub(super) use joined::PARTS;
use typed::Known;

/// Codes of values that are no value.
const CODES: [&str; 3] = ["BVL0111", "BVL0115", "BVL0122"];

/// Words whose statements have a grammar of their own.
const OWN_GRAMMAR: [&str; 5] = ["allow", "never", "waive", "without", "use"];

/// So many values are proposed at most.
const MOST: usize = 2;

/// How much of a text is shown.
const SHOWN: usize = 40;

/// What the syntax of a file is wrong about, each value told as its place has it.
pub fn told(tree: &Tree, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut errors = tree.errors.clone();
    joined::tell(tree, sources, &mut errors);
    let is_of_value = |code: &Code| CODES.contains(&code.id);
    let mut open: Vec<(Span, &mut Diagnostic)> = errors
        .iter_mut()
        .filter(|error| is_of_value(error.code))
        .filter_map(|error| error.span().map(|span| (span, error)))
        .collect();
    if open.is_empty() {
        return errors;
    }
    open.sort_by_key(|(span, _)| span.start);
    let known = Known::of(tree, &open);
    each(tree, &mut |entry, word| tell(entry, word, &known, &mut open, sources));
    errors
}

/// Whether the place of a value takes no address: it is filled in only where what is read is for a process or a chart.
pub(super) fn refuses_addresses(tree: &Tree, span: Span) -> bool {
    let mut refuses = false;
    each(tree, &mut |entry, word| {
        let is_of = entry.head().contains(span) && !matches!(word.name, "let" | "param");
        if let Some(place) = Place::of(entry, word, span).filter(|_| is_of) {
            refuses = !matches!(place.argument.ty, Type::Value | Type::Content);
        }
    });
    refuses
}

/// Visits the statements of a file whose words are known.
fn each<'t>(tree: &'t Tree, visit: &mut dyn FnMut(&'t Statement, &'static Word)) {
    let mut left: Vec<(&Statement, Option<&'static Block>)> =
        tree.statements().map(|entry| (entry, Some(&FILE))).collect();
    while let Some((entry, block)) = left.pop() {
        let Some(word) = word_of(entry, block) else { continue };
        let split = vocabulary::split(word, &entry.terms);
        visit(entry, word);
        let inner = split.variant.and_then(|variant| variant.block).or(word.block);
        // a class is of whatever its words are of
        if inner.is_some() || word.name == "class" {
            left.extend(entry.statements().map(|entry| (entry, inner)));
        }
    }
}

/// The word of a statement of a block, or of any workload's or external's where it is a class's.
fn word_of(entry: &Statement, block: Option<&'static Block>) -> Option<&'static Word> {
    match block {
        Some(block) => block.word_at(&entry.word),
        None => vocabulary::endpoint_blocks().find_map(|block| block.word_at(&entry.word)),
    }
}

/// Tells what is wrong with the values of a statement as their places have it.
fn tell(
    entry: &Statement,
    word: &'static Word,
    known: &Known<'_>,
    open: &mut [(Span, &mut Diagnostic)],
    sources: &SourceMap,
) {
    if OWN_GRAMMAR.contains(&word.name) {
        return;
    }
    for (span, error) in within(open, entry, sources) {
        if sources.text(*span).contains("{{") {
            template::tell(error, entry, word, *span);
            continue;
        }
        // what is wrong within a text stands for no value
        if error.code.id == "BVL0111" && !entry.terms.iter().flat_map(Term::members).any(|term| term.span == *span) {
            continue;
        }
        let place = match word.name {
            "let" => known.used(entry),
            "param" => typed::beside(&entry.terms, *span).and_then(Place::typed),
            _ => known.typed(entry, *span).or_else(|| Place::of(entry, word, *span)),
        };
        if let Some(place) = place {
            **error = place.told(error, *span, sources.text(*span));
        }
    }
}

/// The findings of a statement, those of its braces left out. What cannot be read may stand behind what is read of it, in its line.
fn within<'o, 'e>(
    open: &'o mut [(Span, &'e mut Diagnostic)],
    entry: &Statement,
    sources: &SourceMap,
) -> impl Iterator<Item = &'o mut (Span, &'e mut Diagnostic)> {
    let read_to = entry.block.as_ref().map_or(entry.span.end, |block| block.open.start);
    let is_behind = move |span: Span| {
        let between = Span { file: span.file, start: read_to, end: span.start };
        let is_blank = |between| sources.text(between).chars().all(|char| matches!(char, ' ' | '\t' | ':' | '=' | '.'));
        span.start <= read_to || entry.block.is_none() && is_blank(between)
    };
    let first = open.partition_point(|(span, _)| span.start < entry.word.span.start);
    open.iter_mut().skip(first).take_while(move |(span, _)| is_behind(*span))
}

/// The place of a value in its statement.
#[derive(Clone, Copy)]
struct Place {
    /// The word of the statement; `None` where a type stands beside the value.
    word: Option<&'static Word>,
    variant: Option<&'static Word>,
    argument: &'static Argument,
    /// What may stand behind it.
    next: Option<&'static Argument>,
    example: &'static str,
}

impl Place {
    fn of(entry: &Statement, word: &'static Word, span: Span) -> Option<Self> {
        let split = vocabulary::split(word, &entry.terms);
        let expects = split.variant.unwrap_or(word);
        let own = (split.args, expects.args);
        let parts = std::iter::once(own).chain(split.clauses.iter().map(|(clause, _, terms)| (*terms, clause.args)));
        // dots without a value around them are of the one before them
        let before = entry.terms.iter().rev().find(|term| term.span.end <= span.start).map(|term| term.span);
        let mut nearest = None;
        for (terms, arguments) in parts {
            for (at, (term, argument)) in terms.iter().zip(arguments).enumerate() {
                // what an argument in parentheses takes, the class or the environment says
                if matches!(term.kind, TermKind::Call(_)) && term.span.contains(span) {
                    return None;
                }
                let (variant, next) = (split.variant, arguments.get(at + 1));
                let place = Self { word: Some(word), variant, argument, next, example: example(word, variant) };
                // a text in parts begins with one
                if term.span.contains(span) || term.span.start == span.start {
                    return Some(place);
                }
                nearest = Some(place).filter(|_| before == Some(term.span)).or(nearest);
            }
        }
        nearest
    }

    /// The place of a value beside which its type stands.
    fn typed(ty: ParamType) -> Option<Self> {
        let (argument, example) = (ty.argument()?, ty.sample());
        Some(Self { word: None, variant: None, argument, next: None, example })
    }

    fn clause(&self, name: &str) -> Option<&'static Clause> {
        self.variant.and_then(|variant| variant.clause(name)).or_else(|| self.word?.clause(name))
    }

    /// Whether a text may stand there, by itself or with what follows it.
    fn takes(&self, written: &str) -> bool {
        let tree = parse(FileId::default(), &Arc::from(format!("word {written}")));
        let Some(entry) = tree.statements().next().filter(|entry| tree.errors.is_empty() && entry.block.is_none())
        else {
            return false;
        };
        let fits = |argument: &Argument, term: &Term| {
            let members = if argument.presence == Presence::List { term.members() } else { std::slice::from_ref(term) };
            members.iter().all(|member| match filled(member) {
                // whatever its names stand for, a string is one
                Some(text) => argument.ty.check(&text).is_ok(),
                None => !member.is_closed() || argument.ty.check(member).is_ok(),
            })
        };
        let Some((first, rest)) = entry.terms.split_first() else { return false };
        let is_followed = match rest {
            [] => true,
            [head, values @ ..] => match head.name().and_then(|name| self.clause(name)) {
                Some(clause) => {
                    values.len() <= clause.args.len()
                        && values.iter().zip(clause.args).all(|(term, argument)| fits(argument, term))
                }
                None => values.is_empty() && self.next.is_some_and(|next| fits(next, head)),
            },
        };
        fits(self.argument, first) && is_followed
    }

    /// What is said of a text there.
    fn told(&self, error: &Diagnostic, span: Span, text: &str) -> Diagnostic {
        let ty = self.argument.ty;
        if text.starts_with("..") {
            return self.dots(error, span);
        }
        if matches!(ty, Type::Cidr | Type::Address)
            && let Some(meant) = addresses::meant(text)
            && meant.written.as_deref().map_or(self.word.is_some(), |written| self.takes(written))
        {
            let told = Diagnostic::new(error.code, span, meant.title).here(meant.here).help(meant.help);
            return meant.written.into_iter().fold(told, |told, written| {
                told.unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)])
            });
        }
        // several ranges, where one value stands
        if self.word.is_none() && ty == Type::Cidr && addresses::meant(text).is_some() {
            return error.clone();
        }
        // of a type there is one value, or a text
        if self.word.is_none() && error.fixes.is_empty() && ends(text).is_some() && addresses::meant(text).is_none() {
            let in_quotes = quoted(text);
            let help = if self.takes(&in_quotes) {
                format!("write `{}`", shown(&in_quotes))
            } else {
                format!(
                    "write one value, such as `{}`; each end of a range can have a parameter of its own",
                    self.example
                )
            };
            return error.clone().help(help);
        }
        // names of which nobody knows what they are would be text
        if error.fixes.is_empty() && text.contains("${") {
            return error.clone();
        }
        let fixes: Vec<(&str, Applicability)> = error
            .fixes
            .iter()
            .filter_map(|fix| match &*fix.edits {
                [edit] if edit.span == span => Some((edit.text.as_str(), fix.applicability)),
                _ => None,
            })
            .collect();
        let in_quotes = quoted(text);
        let is_shown = |written: &str| error.help.as_ref().is_some_and(|help| help.contains(&format!("`{written}`")));
        let is_fixed = error.fixes.len() == fixes.len() && !fixes.is_empty();
        let has_path = text.strip_suffix('.').is_some_and(|path| is_shown(path) && self.takes(path));
        // of what reads like a range it is said what else it may be
        if (is_fixed && ends(text).is_none() || fixes.is_empty() && (is_shown(&in_quotes) || has_path))
            && fixes.iter().all(|(written, _)| self.takes(written))
            && (!is_shown(&in_quotes) || self.takes(&in_quotes))
        {
            return error.clone();
        }
        let meant = self.meant(text, &fixes);
        let is_kept = meant.iter().any(|written| fixes.iter().any(|(fix, _)| fix == written));
        let mut told = if is_kept && meant.len() == 1 {
            let here = error.labels.first().map(|label| label.message.clone()).unwrap_or_default();
            Diagnostic::new(error.code, span, error.message.clone()).here(here)
        } else {
            let title = format!("expected {}, found `{}`", ty.expected(), shown(text));
            let told = Diagnostic::new(error.code, span, title);
            let is_range = ends(text).is_some() && meant.is_empty() && !ty.takes_range();
            if is_range { told.here("one value stands here, and no range") } else { told }
        };
        let listed: Vec<String> = meant.iter().map(|written| format!("`{}`", shown(written))).collect();
        told = told.help(match (listed.is_empty(), self.example) {
            (false, _) => format!("write {}", listed.join(", or ")),
            (true, "") => "write what is meant there".to_owned(),
            (true, example) => format!("for example: `{example}`"),
        });
        for written in meant {
            let safety = fixes.iter().find(|(fix, _)| *fix == written).map(|(_, applicability)| *applicability);
            let (title, edits) = (format!("write `{}`", shown(&written)), vec![TextEdit::replace(span, written)]);
            told = match safety {
                Some(Applicability::Safe) => told.fix(title, edits),
                Some(Applicability::Unsafe) | None => told.unsafe_fix(title, edits),
            };
        }
        told
    }

    /// Dots with no value, or other ones, behind a value.
    fn dots(&self, error: &Diagnostic, span: Span) -> Diagnostic {
        let (ty, example) = (self.argument.ty, self.example);
        if !ty.takes_range() {
            let title = format!("expected {}, found a range", ty.expected());
            let told = Diagnostic::new(error.code, span, title).here("one value stands here, and no range");
            return if example.is_empty() { told } else { told.help(format!("for example: `{example}`")) };
        }
        let mut told = error.clone();
        told.help = Some(if error.fixes.is_empty() {
            format!("write both ends, as in `{example}`, or one value alone")
        } else {
            format!("write `..`; both ends belong to the range, as in `{example}`")
        });
        told
    }

    /// The values that may have been meant, and that may stand there.
    fn meant(&self, text: &str, fixes: &[(&str, Applicability)]) -> Vec<String> {
        let fixed = fixes.iter().map(|(written, _)| (*written).to_owned());
        let range = ends(text).map(|(low, high)| format!("{low}..{high}"));
        let others = [range, fraction(text), mapped(text), interpolated(text), Some(quoted(text))];
        let mut meant: Vec<String> = Vec::new();
        for written in fixed.chain(others.into_iter().flatten()) {
            let is_last_resort = written.starts_with('"') && !meant.is_empty();
            if !is_last_resort && !meant.contains(&written) && meant.len() < MOST && self.takes(&written) {
                meant.push(written);
            }
        }
        meant
    }
}

/// A string that holds names, with a letter in place of each.
fn filled(term: &Term) -> Option<Term> {
    let TermKind::Template(parts) = &term.kind else { return None };
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.to_string(),
        TemplatePart::Path(..) => "x".to_owned(),
    };
    let text: String = parts.iter().map(part).collect();
    Some(Term { span: term.span, kind: TermKind::Text(text.into()) })
}

/// The ends of what was meant for a range: `100m-500m`, `3 - 20`.
fn ends(text: &str) -> Option<(&str, &str)> {
    let (low, high) = text.split_once(['-', '/', '~', '–', '—'])?;
    let (low, high) = (low.trim(), high.trim());
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    (is_number(low) && is_number(high)).then_some((low, high))
}

/// `1/2` as an amount of cpu.
fn fraction(text: &str) -> Option<String> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (u64, u64) = (above.trim().parse().ok()?, below.trim().parse().ok()?);
    let millis = above.checked_mul(1000)?;
    (millis.checked_rem(below)? == 0).then(|| Cpu::from_millis(millis / below).to_string())
}

/// `80:8080`, a Service's port and the container's, as others write it; `8080:http`, a port and its name.
fn mapped(text: &str) -> Option<String> {
    let (outer, own) = text.split_once(':').filter(|(outer, _)| !outer.is_empty())?;
    if is_word(own) {
        return Some(format!("{own} {outer}"));
    }
    Some(if outer == own { own.to_owned() } else { format!("{own} service-port {outer}") })
}

/// `${b.http.host}` and `$b.http.host` as a text.
fn interpolated(text: &str) -> Option<String> {
    let path = text.strip_prefix('$')?;
    let path = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    Some(format!("\"${{{path}}}\""))
}

/// The text as a message shows it.
fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain("..".chars()).collect()
}
