//! Layering: what all layers together state of one declaration.
//!
//! Invariants: a stronger layer's arguments replace a weaker one's and its clauses with them; clauses alone add to what a
//! weaker layer states; blocks merge; `without` takes away what weaker layers state and must find something.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::{Body, Merged, Part, Scope, spelling};
use crate::model::removed::path;
use crate::model::{Layer, Origin, Removed, key_text};
use crate::source::Span;
use crate::syntax::Statement;
use crate::value::{TemplatePart, Term, TermKind};
use crate::vocabulary::{self, Block, Keyed, Presence, Split, Word, declares_endpoint};

use super::misfits::twice;
use super::not_there::{self, Sought};
use super::{shape, without};

/// One layer of one declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// The statement whose block it is.
    pub(super) statement: &'a Statement,
    /// What its variables stand for.
    pub(super) scope: &'a Scope<'a>,
    /// Which layer it is.
    pub(super) layer: Layer,
}

/// What one layer states, for `explain` and hover.
#[derive(Debug, Clone)]
pub struct Stated {
    /// The words that lead to it: `shutdown grace`, `port http`.
    pub path: String,
    /// The value in force as written: the arguments of the strongest layer that states them, each clause of its own.
    pub value: String,
    /// Who states it, and where; the strongest last.
    pub layers: Vec<(Layer, Span, String)>,
}

/// Merges layers, weakest first.
pub(super) fn merge<'a>(block: &'static Block, sources: &[Source<'a>], sink: &mut Sink) -> Body<'a> {
    let mut body = Body::default();
    for source in sources {
        for statement in in_order(source.statement) {
            add(&mut body, block, statement, *source, sink);
        }
    }
    body
}

/// The statements within another: what a layer takes away of the weaker ones goes first, wherever it stands, so that it never
/// takes away what the layer states itself.
fn in_order(statement: &Statement) -> impl Iterator<Item = &Statement> {
    let takes = |statement: &&Statement| statement.word() == vocabulary::WITHOUT.name;
    let stated = move |statement: &&Statement| !takes(statement);
    statement.statements().filter(takes).chain(statement.statements().filter(stated))
}

fn add<'a>(body: &mut Body<'a>, block: &'static Block, statement: &'a Statement, source: Source<'a>, sink: &mut Sink) {
    let name = statement.word();
    // a misspelled word has been reported, and is read as what it was meant for where nothing else can have been
    let near = || block.read_as(name).and_then(|near| block.word(near));
    let Some(word) = block.word_at(&statement.word).or_else(near) else {
        // where it is written has been judged already, and defaults speak to whoever has the word
        return;
    };
    if std::ptr::eq(word, &raw const vocabulary::WITHOUT) {
        take_away(body, block, statement, &source, sink);
        return;
    }
    if is_home(word) || (block.name == "environment" && is_environments_own(word)) {
        return;
    }
    let split = vocabulary::split(word, &statement.terms);
    let key = key(word, statement, &split, source.scope);
    let at = match word.keyed {
        Keyed::Each => None,
        Keyed::Once | Keyed::ByArgument | Keyed::ByVariant => body.position(word.name, &key),
    };
    let at = at.unwrap_or_else(|| {
        body.push(Merged {
            word,
            key,
            own_key: None,
            variant: None,
            variants: Vec::new(),
            args: None,
            clauses: Vec::new(),
            block: Body::default(),
            stated: Vec::new(),
        })
    });
    if let Some(entry) = body.entries.get_mut(at) {
        if let Some(finding) = hidden_twice(entry, statement, source.layer) {
            sink.report(finding);
        }
        state(entry, statement, &split, source, sink);
    }
}

/// A key that one layer states twice, spelled in two ways of which at least one holds a variable: where both are spelled
/// alike, that has been said where they are written.
fn hidden_twice(entry: &Merged<'_>, statement: &Statement, layer: Layer) -> Option<Diagnostic> {
    let before = entry.written_key().filter(|part| part.layer == layer)?;
    let key = if entry.own_key.is_some() { Some(&statement.word) } else { statement.terms.first() };
    let (known, key) = (before.terms.first()?, key?);
    let is_hidden = !(known.is_closed() && key.is_closed()) && key_text(known) != key_text(key);
    let both = || format!("with what stands for the names in them, both are `{}`", entry.key);
    is_hidden.then(|| twice(statement, entry.word, before.span).note(both()))
}

/// Whether a word says in which environments a declaration is: `in` with a list. That of a delivery names one, and is a
/// value like any other.
fn is_home(word: &Word) -> bool {
    word.name == "in" && word.args.iter().any(|argument| argument.presence == Presence::List)
}

/// Words of an environment that are read elsewhere: overlays and flows.
fn is_environments_own(word: &Word) -> bool {
    declares_endpoint(word.name) || matches!(word.name, "allow" | "without" | "defaults")
}

fn state<'a>(entry: &mut Merged<'a>, statement: &'a Statement, split: &Split<'a>, source: Source<'a>, sink: &mut Sink) {
    let part = |terms| Part { terms, scope: source.scope, layer: source.layer, span: statement.head() };
    let states_value = states_value(split, entry.word) || entry.stated.is_empty();
    if entry.variant.map(|variant| variant.name) != split.variant.map(|variant| variant.name) {
        entry.block = Body::default();
        entry.variant = split.variant;
    }
    entry.own_key = entry.word.is_own_key().then(|| part(std::slice::from_ref(&statement.word)));
    if states_value {
        entry.args = (!split.args.is_empty()).then(|| part(split.args));
        entry.clauses.clear();
    }
    for (clause, _, terms) in &split.clauses {
        entry.clauses.retain(|(known, _)| known.name != clause.name);
        entry.clauses.push((clause, part(terms)));
    }
    entry.stated.push((source.layer, statement.head()));
    entry.variants.extend(split.variant.map(|variant| (variant, source.layer, statement.head())));
    if let Some(block) = entry.variant.and_then(|variant| variant.block).or(entry.word.block) {
        for inner in in_order(statement) {
            add(&mut entry.block, block, inner, source, sink);
        }
    }
    if states_value && !opens_block(split, source.scope) {
        // what a `without` takes away beside the number is gone either way
        entry.block.take_out(|inner| inner.origin().is_none_or(|origin| origin.layer != source.layer));
    }
}

/// Whether a statement states the value itself, and not only clauses beside the one that a weaker layer states.
pub(super) fn states_value(split: &Split<'_>, word: &Word) -> bool {
    let keys = usize::from(word.keyed == Keyed::ByArgument);
    let expects = split.variant.unwrap_or(word);
    // where the value itself may be left out for a clause (`env X secret ..`), any statement is a whole one
    let is_whole = expects.args.iter().any(|argument| argument.presence == Presence::Optional);
    split.variant.is_some() || split.args.len() > keys || is_whole
}

/// Whether the value that a statement states leaves what weaker layers state in the braces in force: `N` replicas do not.
pub(super) fn opens_block(split: &Split<'_>, scope: &Scope<'_>) -> bool {
    let Some(value) = split.args.first() else { return true };
    // what has no value has been reported
    split.word.opens_block(value) || scope.close(value).map_or(true, |value| split.word.opens_block(&value))
}

/// What tells two statements of a word apart.
pub(super) fn key<'a>(
    word: &'static Word,
    statement: &'a Statement,
    split: &Split<'a>,
    scope: &Scope<'_>,
) -> Cow<'a, str> {
    if word.is_own_key() {
        return closed(&statement.word, scope);
    }
    match word.keyed {
        Keyed::Once | Keyed::Each => Cow::Borrowed(""),
        Keyed::ByArgument => split.args.first().map_or(Cow::Borrowed(""), |term| closed(term, scope)),
        Keyed::ByVariant => {
            let named =
                split.clauses.iter().find(|(clause, ..)| clause.name == "as").and_then(|(_, _, terms)| terms.first());
            match (named, split.variant) {
                (Some(term), _) => closed(term, scope),
                (None, Some(variant)) => Cow::Borrowed(variant.name),
                (None, None) => Cow::Borrowed(""),
            }
        }
    }
}

/// A key with its variables replaced. One that cannot be closed stays as it is written, so that it is equal to no other; it is
/// reported with all that its entry states.
fn closed<'a>(term: &'a Term, scope: &Scope<'_>) -> Cow<'a, str> {
    if term.is_closed() {
        return spelling(term);
    }
    Cow::Owned(scope.close(term).map_or_else(|_| key_text(term), |closed| spelling(&closed).into_owned()))
}

/// `without WORD [KEY]`
fn take_away(body: &mut Body<'_>, block: &'static Block, statement: &Statement, source: &Source<'_>, sink: &mut Sink) {
    // what is written wrongly has been reported
    let Some(first) = statement.terms.first().filter(|_| !statement.broken) else { return };
    let is_entry = without::is_entry(first, block);
    let is_whole = if is_entry {
        statement.terms.len() == 1
    } else {
        first.name().is_some() && statement.terms.len() <= 2 && without::without_key(statement, block).is_none()
    };
    if !is_whole {
        return;
    }
    let name = if is_entry { closed(first, source.scope) } else { spelling(first) };
    let (word, key) = if is_entry {
        ("", Some(name.clone()))
    } else {
        (&*name, statement.terms.get(1).map(|key| closed(key, source.scope)))
    };
    let is_meant = |entry: &mut Merged<'_>| entry.word.name == word && key.as_ref().is_none_or(|key| entry.key == *key);
    let before = body.removed.len();
    for entry in body.take_out(is_meant) {
        Removed::entry(&entry, Origin::new((), statement.head(), source.layer), &mut body.removed);
    }
    if body.removed.len() > before {
        return;
    }
    // of which type one is that is written wrongly nobody knows
    let may_be =
        |entry: &Merged<'_>| entry.word.name == word && entry.word.keyed == Keyed::ByVariant && entry.variant.is_none();
    if body.entries.iter().any(may_be) {
        return;
    }
    let sought = Sought { first, name: &name, word, key: key.as_deref(), is_entry };
    sink.report(not_there::told(body, block, (statement, source), &sought));
}

/// Reports every entry that lacks a required argument which no layer supplies.
pub(super) fn require(body: &Body<'_>, environment: &str, sink: &mut Sink) -> bool {
    let removed: Vec<Removed> = body.removed().collect();
    complete(body, "", &removed, environment, sink)
}

fn complete(body: &Body<'_>, outer: &str, removed: &[Removed], environment: &str, sink: &mut Sink) -> bool {
    let mut is_complete = true;
    for entry in &body.entries {
        let at = || if outer.is_empty() { path(entry) } else { format!("{outer} {}", path(entry)) };
        let expects = entry.variant.map_or(entry.word.args, |variant| variant.args);
        let given = entry.args.map_or(0, |part| part.terms.len());
        let required = expects.iter().take_while(|argument| argument.presence != Presence::Optional).count();
        if given < required
            && !entry.word.is_own_key()
            && let Some((_, span)) = entry.stated.last()
        {
            let missing = expects.get(given).map_or_else(String::new, |argument| argument.ty.expected());
            let what = expects.get(given).map_or("value", |argument| argument.name);
            let key = if entry.key.is_empty() { String::new() } else { format!(" {}", entry.key) };
            let example = entry.variant.map_or(entry.word.example, |variant| variant.example);
            let diagnostic = Diagnostic::new(
                &crate::model::codes::BVL0210,
                *span,
                format!("`{}{key}` lacks its {what}, {missing}", entry.word.name),
            )
            .here(format!("no {what} after it"))
            .help(format!("for example: `{example}`"))
            .environment(environment);
            sink.report(match Removed::last(removed, &at()) {
                Some(removed) => diagnostic.label(removed.by.span, "what weaker layers state of it is taken away here"),
                None => diagnostic.note("no layer states it: neither a class, nor the defaults, nor an environment"),
            });
            is_complete = false;
        }
        if !entry.block.entries.is_empty() {
            is_complete &= complete(&entry.block, &at(), removed, environment, sink);
        }
    }
    is_complete
}

/// Every value of a body with all layers that state it.
pub(super) fn listing(sources: &[Source<'_>], block: &'static Block) -> Vec<Stated> {
    let mut all: Vec<(Stated, Written)> = Vec::new();
    for source in sources {
        list(source.statement, "", source, block, &mut all);
    }
    let mut all: Vec<Stated> = all.into_iter().map(|(stated, _)| stated).collect();
    fill_in(&mut all);
    all
}

/// Puts what is in force where the values of a chart speak of it: no scope has it before layers are merged.
fn fill_in(all: &mut [Stated]) {
    let of = |path: &str| all.iter().find(|stated| stated.path == path).map(|stated| stated.value.clone());
    let is_operators = of("disruption").is_some_and(|stated| stated == "by-operator");
    let known = [
        (shape::REPLICAS, of("replicas").unwrap_or_else(|| "1".to_owned())),
        (shape::BY_OPERATOR, is_operators.to_string()),
    ];
    for stated in all.iter_mut().filter(|stated| stated.path.starts_with("values ")) {
        let values = std::iter::once(&mut stated.value).chain(stated.layers.iter_mut().map(|(_, _, value)| value));
        for value in values.filter(|value| value.contains('$')) {
            for (name, known) in &known {
                let is_bare = value.strip_prefix('$') == Some(name);
                *value = if is_bare { known.clone() } else { value.replace(&format!("${{{name}}}"), known) };
            }
        }
    }
}

/// The value of a statement, in the parts that layers replace each on its own.
#[derive(Debug, Default)]
struct Written {
    args: String,
    clauses: Vec<(&'static str, String)>,
    /// Whether it replaces what weaker layers state, clauses included.
    is_whole: bool,
}

impl Written {
    fn of(split: &Split<'_>, scope: &Scope<'_>) -> Self {
        let word = split.word;
        let keys = usize::from(word.keyed == Keyed::ByArgument);
        let variant = match word.keyed {
            Keyed::ByVariant => None,
            Keyed::Once | Keyed::ByArgument | Keyed::Each => split.variant.map(|variant| variant.name.to_owned()),
        };
        let args = variant.into_iter().chain(split.args.iter().skip(keys).map(|term| visible(term, scope)));
        let clauses = split.clauses.iter().map(|(clause, _, terms)| {
            let terms = terms.iter().map(|term| visible(term, scope));
            (clause.name, std::iter::once(clause.name.to_owned()).chain(terms).collect::<Vec<_>>().join(" "))
        });
        Self {
            args: args.collect::<Vec<_>>().join(" "),
            clauses: clauses.collect(),
            is_whole: states_value(split, word),
        }
    }

    /// What is in force where a stronger layer states `stronger`.
    fn under(self, stronger: Self) -> Self {
        if stronger.is_whole {
            return stronger;
        }
        let mut clauses = self.clauses;
        for (name, text) in stronger.clauses {
            clauses.retain(|(known, _)| *known != name);
            clauses.push((name, text));
        }
        Self { clauses, ..self }
    }

    fn text(&self) -> String {
        let clauses = self.clauses.iter().map(|(_, text)| text.as_str());
        let parts = std::iter::once(self.args.as_str()).chain(clauses).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }
}

fn list(
    statement: &Statement,
    prefix: &str,
    source: &Source<'_>,
    block: &'static Block,
    all: &mut Vec<(Stated, Written)>,
) {
    for inner in statement.statements() {
        let Some(word) = block.word_at(&inner.word) else { continue };
        let split = vocabulary::split(word, &inner.terms);
        let key = key(word, inner, &split, source.scope);
        let path = [prefix, word.name, &key].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if std::ptr::eq(word, &raw const vocabulary::WITHOUT) {
            let gone = inner.terms.iter().map(|term| closed(term, source.scope));
            let gone: Vec<Cow<'_, str>> = std::iter::once(Cow::Borrowed(prefix)).chain(gone).collect();
            let gone = gone.iter().filter(|part| !part.is_empty()).map(|part| &**part).collect::<Vec<_>>().join(" ");
            let within = format!("{gone} ");
            all.retain(|(stated, _)| stated.path != gone && !stated.path.starts_with(&within));
        }
        let written = Written::of(&split, source.scope);
        let value = written.text();
        if !opens_block(&split, source.scope) {
            let within = format!("{path} ");
            all.retain(|(stated, _)| !stated.path.starts_with(&within));
        }
        if !value.is_empty() || inner.block.is_none() {
            let layer = (source.layer, inner.head(), value.clone());
            // of flows and of what is taken away each stands by itself, and none replaces another
            let same = |(stated, _): &&mut (Stated, Written)| word.keyed != Keyed::Each && stated.path == path;
            match all.iter_mut().find(same) {
                Some((stated, in_force)) => {
                    *in_force = std::mem::take(in_force).under(written);
                    stated.value = in_force.text();
                    stated.layers.push(layer);
                }
                None => all.push((Stated { path: path.clone(), value, layers: vec![layer] }, written)),
            }
        }
        if let Some(block) = split.variant.and_then(|variant| variant.block).or(word.block) {
            list(inner, &path, source, block, all);
        }
    }
}

/// A term as it is written among others, where a text of nothing would not be seen without its quotes.
fn visible(term: &Term, scope: &Scope<'_>) -> String {
    let shown = shown(term, scope);
    let is_text = matches!(term.kind, TermKind::Text(_) | TermKind::Template(_) | TermKind::Variable(_));
    if shown.is_empty() && is_text { "\"\"".to_owned() } else { shown }
}

/// A term as it is written, variables replaced as far as they are known: addresses are not, before the whole is.
fn shown(term: &Term, scope: &Scope<'_>) -> String {
    match &term.kind {
        TermKind::Variable(name) => {
            scope.get(name).map_or_else(|| key_text(term), |bound| spelling(bound).into_owned())
        }
        TermKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Text(text) => text.to_string(),
                TemplatePart::Path(path, _) => {
                    scope.get(path).map_or_else(|| format!("${{{path}}}"), |bound| spelling(bound).into_owned())
                }
            };
            parts.iter().map(part).collect()
        }
        TermKind::Range(ends) => format!("{}..{}", shown(&ends.0, scope), shown(&ends.1, scope)),
        TermKind::List(members) => members.iter().map(|member| shown(member, scope)).collect::<Vec<_>>().join(", "),
        TermKind::Star => "*".to_owned(),
        TermKind::Arrow => "->".to_owned(),
        TermKind::PathArrow => "~>".to_owned(),
        TermKind::Equals => "=".to_owned(),
        TermKind::Colon => ":".to_owned(),
        TermKind::Sign(sign) => sign.written().to_owned(),
        TermKind::Name(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Text(_)
        | TermKind::Call(_)
        | TermKind::Bad => spelling(term).into_owned(),
    }
}
