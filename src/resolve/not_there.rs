//! What is said of a `without` that takes nothing away: where what it names is stated, or what it was meant to name.

use crate::diagnostic::Diagnostic;
use crate::model::body::{Body, Merged};
use crate::model::codes::BVL0211;
use crate::model::key_text;
use crate::source::TextEdit;
use crate::syntax::Statement;
use crate::value::{Term, quoted, similar};
use crate::vocabulary::{self, Block, Keyed};

use super::layers::{Source, key, opens_block, states_value};
use super::without;

/// What a `without` names.
pub(super) struct Sought<'a> {
    /// The term behind `without`.
    pub(super) first: &'a Term,
    /// What it says.
    pub(super) name: &'a str,
    /// The word whose entries are meant; empty for those of keys of one's own.
    pub(super) word: &'a str,
    /// The key of the one that is meant; `None` for all of the word.
    pub(super) key: Option<&'a str>,
    /// Whether it names a key of one's own.
    pub(super) is_entry: bool,
}

impl Sought<'_> {
    fn is_meant(&self, entry: &Merged<'_>) -> bool {
        entry.word.name == self.word && self.key.is_none_or(|key| entry.key == *key)
    }
}

/// Says of a `without` that there is nothing to take away, and where there is.
pub(super) fn told(
    body: &Body<'_>,
    block: &'static Block,
    (statement, source): (&Statement, &Source<'_>),
    sought: &Sought<'_>,
) -> Diagnostic {
    let Sought { name, word, key, is_entry, .. } = *sought;
    let what = key.filter(|_| !is_entry).map_or_else(|| format!("`{name}`"), |key| format!("`{name} {key}`"));
    let diagnostic = Diagnostic::new(&BVL0211, statement.head(), format!("there is no {what} to take away"))
        .here("no weaker layer states it");
    let holds = |entry: &&Merged<'_>| entry.block.entries.iter().any(|inner| sought.is_meant(inner));
    if let Some(within) = body.entries.iter().find(holds) {
        return match beside(within, block, (statement, source)) {
            None => stands_within(diagnostic, within, statement),
            Some(other) => stated_beside(diagnostic, within, (statement, other), source),
        };
    }
    // `without WORD INNER` where `INNER` is no key of `WORD`, but a word of its braces
    if let Some(inner) = key.filter(|_| !is_entry)
        && block.word(word).and_then(|outer| outer.block).is_some_and(|outer| outer.word(inner).is_some())
        && block.word(word).is_some_and(|outer| outer.keyed == Keyed::Once)
    {
        let whole = format!("{word} {{ without {inner} }}");
        let stated = body.entries.iter().filter(|entry| entry.word.name == word);
        let stated = stated.flat_map(|entry| &entry.block.entries).find(|known| known.word.name == inner);
        return match stated {
            Some(stated) => {
                let diagnostic = diagnostic.here(format!("it is stated in the braces of `{word}`"));
                let diagnostic = match stated.stated.last() {
                    Some((_, at)) => diagnostic.label(*at, "stated here"),
                    None => diagnostic,
                };
                let edits = vec![TextEdit::replace(statement.head(), whole.as_str())];
                diagnostic.help("write it within those").unsafe_fix(format!("write `{whole}`"), edits)
            }
            None => diagnostic.help(format!(
                "take the `without` out; what a class or the defaults state in the braces of `{word}` is taken away by `{whole}`"
            )),
        };
    }
    misspelled(diagnostic, body, block, statement, sought)
}

/// Says which word or key is meant by one that nothing has.
fn misspelled(
    diagnostic: Diagnostic,
    body: &Body<'_>,
    block: &'static Block,
    statement: &Statement,
    sought: &Sought<'_>,
) -> Diagnostic {
    let Sought { first, name, word, key, is_entry } = *sought;
    let candidates = body.entries.iter().filter(|entry| entry.word.name == word).map(|entry| &*entry.key);
    let near = match key {
        Some(key) if is_entry || block.word(name).is_some() => similar::nearest(key, candidates),
        Some(_) | None => block.did_you_mean(name).into_iter().filter(|near| *near != name).collect(),
    };
    // the word or the key is misspelled: only one with which something is taken away mends it
    let (at, is_key) = match statement.terms.get(1).filter(|_| key.is_some() && block.word(name).is_some()) {
        Some(key) => (key, true),
        None => (first, is_entry),
    };
    let would_take = |near: &str| {
        let found = |entry: &Merged<'_>| match (key, is_key) {
            (_, true) => entry.word.name == word && entry.key == near,
            (key, false) => entry.word.name == near && key.is_none_or(|key| entry.key == *key),
        };
        body.entries.iter().any(found)
    };
    let fitting: Vec<&str> = near.iter().copied().filter(|near| would_take(near)).collect();
    let spelled = |near: &str| if at.text().is_some() { quoted(near) } else { near.to_owned() };
    let told: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
    match near.as_slice() {
        [_, ..] if !fitting.is_empty() => {
            diagnostic.guess(&fitting, |near| vec![TextEdit::replace(at.span, spelled(near))])
        }
        [_, ..] => diagnostic.help(format!("did you mean {}?", told.join(" or "))),
        [] if is_entry => diagnostic
            .help(format!("take the `without` out, or name a key that a weaker layer states; {}", without::AS_KEY)),
        [] => diagnostic.help("take the `without` out, or name what a class or the defaults state"),
    }
}

/// Says of what a `without` names beside the word in whose braces it stands that it is to be taken away there.
fn stands_within(diagnostic: Diagnostic, within: &Merged<'_>, statement: &Statement) -> Diagnostic {
    let written = |term: &Term| term.text().map_or_else(|| key_text(term), quoted);
    let key = within.written_key().and_then(|part| part.terms.first()).map(written);
    let outer = [Some(within.word.name.to_owned()).filter(|name| !name.is_empty()), key];
    let outer = outer.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let named: Vec<String> = statement.terms.iter().map(written).collect();
    let whole = format!("{outer} {{ without {} }}", named.join(" "));
    let span = statement.head();
    let told = diagnostic.here(format!("it is stated in the braces of `{outer}`"));
    let told = if let Some((_, at)) = within.stated.last() { told.label(*at, "stated in these") } else { told };
    // whoever states it there may need it
    told.help("write it within those").unsafe_fix(format!("write `{whole}`"), vec![TextEdit::replace(span, whole)])
}

/// What the layer of a `without` itself states by the word in whose braces weaker layers state what that names.
fn beside<'a>(
    within: &Merged<'_>,
    block: &'static Block,
    (statement, source): (&Statement, &Source<'a>),
) -> Option<&'a Statement> {
    // those of inner braces are no layer's own
    source.statement.statements().find(|other| std::ptr::eq(*other, statement))?;
    source.statement.statements().find(|other| {
        block.word(other.word()).is_some_and(|word| {
            std::ptr::eq(word, within.word)
                && key(word, other, &vocabulary::split(word, &other.terms), source.scope) == within.key
        })
    })
}

/// Says of what a `without` names beside such a statement that this takes it away already, or has braces to say it in.
fn stated_beside(
    diagnostic: Diagnostic,
    within: &Merged<'_>,
    (statement, other): (&Statement, &Statement),
    source: &Source<'_>,
) -> Diagnostic {
    let split = vocabulary::split(within.word, &other.terms);
    let name = within.word.name;
    let written: Vec<String> = statement.terms.iter().map(key_text).collect();
    let value = split.args.iter().map(key_text).collect::<Vec<_>>().join(" ");
    let shown = |diagnostic: Diagnostic| match within.stated.last() {
        Some((_, at)) => diagnostic.label(*at, "stated in the braces of this"),
        None => diagnostic,
    };
    if states_value(&split, within.word) && !opens_block(&split, source.scope) {
        let title = format!("`{name} {value}` leaves no `{}` to take away", written.join(" "));
        return shown(Diagnostic::new(&BVL0211, statement.head(), title).here("it is gone already"))
            .label(other.head(), "takes it away: one number leaves nothing of what weaker layers state in the braces")
            .help("take the `without` out");
    }
    shown(diagnostic.here(format!("it is stated in the braces of `{name}`")))
        .label(other.head(), format!("`{name}` is stated here"))
        .help(format!(
            "write it within the braces of this `{name}`: `{name} {value} {{ without {} }}`",
            written.join(" ")
        ))
}
