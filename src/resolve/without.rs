//! Whether what stands behind `without` is something that can be taken away. Judged once where it is written; whether there is
//! such a thing is judged where layers and flows are known.

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::{BVL0201, BVL0202};
use crate::model::key_text;
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind};
use crate::vocabulary::{Block, Entries, Keyed, SERVICE, WITHOUT, Word, declares_endpoint};

use super::{misfits, shown};

/// `without WORD [KEY]` within a block.
pub(super) fn word(entry: &Statement, block: &'static Block, sink: &mut Sink) {
    let wrong = |span: Span, what: String| {
        Diagnostic::new(&BVL0202, span, what).help(format!("for example: `{}`", WITHOUT.example))
    };
    if let Some(first) = entry.terms.first().filter(|first| is_entry(first, block)) {
        if let Some(extra) = entry.terms.get(1) {
            let what = format!("`without` takes the key `{}`, not {} as well", key_text(first), extra.describe());
            sink.report(Diagnostic::new(&BVL0202, extra.span, what).help(AS_KEY));
        }
        return;
    }
    let Some(name) = entry.terms.first().and_then(Term::name) else {
        if block.entries == Entries::Words {
            sink.report(wrong(entry.head(), "`without` wants a word".to_owned()));
        } else {
            let what = "`without` wants the key that is to go".to_owned();
            sink.report(Diagnostic::new(&BVL0202, entry.head(), what).help(AS_KEY));
        }
        return;
    };
    if let Some(extra) = entry.terms.get(2) {
        let what = format!("`without` takes a word and a key, not {} as well", extra.describe());
        sink.report(wrong(extra.span, what));
        return;
    }
    if let Some(word) = without_key(entry, block) {
        let key = match word.keyed {
            Keyed::ByVariant => "TYPE",
            Keyed::ByArgument | Keyed::Once | Keyed::Each => word.args.first().map_or("KEY", |argument| argument.name),
        };
        sink.report(
            Diagnostic::new(&BVL0202, entry.head(), format!("`without {name}` does not say which one"))
                .here(format!("there may be a `{name}` for each `{key}`"))
                .note("it would take away all that weaker layers state, now and whenever one is added there")
                .help(format!("write `without {name} {key}` for each that is to go")),
        );
    }
}

/// `without` outside of all braces, where nothing weaker is stated that it could take away.
pub(super) fn outside(entry: &Statement) -> Diagnostic {
    let own = shown::line(entry);
    let is_word = entry.terms.first().and_then(Term::name).is_some_and(|name| SERVICE.word(name).is_some());
    let help = match (&*entry.terms, is_word) {
        ([], _) => format!("for example: `service web {{ {} }}`", WITHOUT.example),
        (_, true) => format!("write it in those of what is to lack it: `service NAME {{ {own} }}`"),
        (_, false) => {
            format!("write it in those of the environment that is to lack it: `environment NAME {{ {own} }}`")
        }
    };
    Diagnostic::new(&BVL0201, entry.word.span, format!("`{own}` stands outside of all braces"))
        .here("takes nothing away here")
        .help(help)
}

/// How a key that is called `without` is written.
pub(super) const AS_KEY: &str = "a key that is itself called `without` stands in quotes: `\"without\" \"TEXT\"`";

/// Whether what `without` names is a key of the user's own.
pub(super) fn is_entry(term: &Term, block: &Block) -> bool {
    let is_text = matches!(term.kind, TermKind::Name(_) | TermKind::Text(_) | TermKind::Template(_));
    let text = term.name().or_else(|| term.text()).unwrap_or_default();
    is_text && block.word(text).is_some_and(Word::is_own_key)
}

/// The word that stands once for each key, where `without` names it without one.
pub(super) fn without_key(entry: &Statement, block: &'static Block) -> Option<&'static Word> {
    let [only] = &*entry.terms else { return None };
    block.word(only.name()?).filter(|word| matches!(word.keyed, Keyed::ByArgument | Keyed::ByVariant))
}

/// `without NAME` of an environment; `flows` reads `without allow ..`.
pub(super) fn environment(entry: &Statement, word: &'static Word, sink: &mut Sink) {
    let wrong = |span: Span, what: String| Diagnostic::new(&BVL0202, span, what);
    let [first, rest @ ..] = &*entry.terms else {
        sink.report(
            wrong(entry.head(), "`without` names nothing".to_owned()).help(format!("for example: `{}`", word.example)),
        );
        return;
    };
    if first.is_name("allow") {
        return;
    }
    if let Some(arrow) = rest.iter().position(|term| term.kind == TermKind::Arrow) {
        // what says more of a flow says it of one that is allowed
        if rest.len() > arrow + 2 || entry.block.is_some() {
            sink.report(
                wrong(first.span, "a flow is taken away by `without allow`, which says nothing more of it".to_owned())
                    .here("`allow` is missing")
                    .help("write `allow` in the place of `without`; or `without allow`, and nothing behind the destination")
                    .unsafe_fix(
                        "write `allow` in the place of `without`",
                        vec![TextEdit::replace(entry.word.span, "allow")],
                    ),
            );
            return;
        }
        // directly behind the first term, the arrow makes that a source
        let (at, new) =
            if arrow == 0 { (Span { end: first.span.start, ..first.span }, "allow ") } else { (first.span, "allow") };
        sink.report(
            wrong(first.span, "a flow is taken away by `without allow`".to_owned())
                .here("`allow` is missing")
                .fix("write `allow`", vec![TextEdit::replace(at, new)]),
        );
        return;
    }
    let members = first.members();
    if members.len() > 1 && rest.is_empty() {
        let each: Vec<String> = members.iter().filter_map(Term::name).map(|name| format!("without {name}")).collect();
        let each = each.join("; ");
        let diagnostic = wrong(first.span, format!("`without` takes one name, and here are {}", members.len()))
            .help(format!("one statement for each: `{each}`"));
        sink.report(if members.iter().all(|member| member.name().is_some()) {
            diagnostic.fix("write one for each", vec![TextEdit::replace(entry.head().to(first.span), each)])
        } else {
            diagnostic
        });
    } else if first.name().is_none() {
        sink.report(
            wrong(first.span, format!("`without` wants a name, and finds {}", first.describe()))
                .help(format!("for example: `{}`", word.example)),
        );
    } else if let Some(extra) = rest.first() {
        let diagnostic = misfits::too_many("without", extra, word, None);
        let is_kind = first.name().is_some_and(declares_endpoint);
        sink.report(match extra.name().filter(|_| is_kind && rest.len() == 1) {
            Some(name) => diagnostic
                .here("its name is enough")
                .fix(format!("write `without {name}`"), vec![TextEdit::replace(first.span.to(extra.span), name)]),
            None => diagnostic,
        });
    }
}
