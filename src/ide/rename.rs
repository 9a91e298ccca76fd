//! Another name for what stands at a place, everywhere; refused where it cannot be proven that all else stays as it is.
//!
//! Invariants: the result is judged before it is given (`meaning`), by the compiler's own rules of names; no place is
//! changed that does not stand for the same thing, and none is left out.

use super::change::{Change, Offer};
use super::meaning::{self, Renaming};
use super::moved::edited;
use super::names::Occurrence;
use super::{At, Names, Role, Symbol, View};
use crate::analyze::{Analysis, analyze_again};
use crate::diagnostic::Severity;
use crate::model::Workload;
use crate::source::files::Overlay;
use crate::source::{FileId, Files, Provenance, Span, TextEdit};
use crate::syntax::{self, Item, Statement};
use crate::value::name::service_name;
use crate::value::text::quoted;
use crate::value::{Term, TermKind};
use crate::vocabulary::{Block, FILE};

/// What can be renamed at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamable {
    /// Where its name stands.
    pub span: Span,
    /// The name.
    pub name: String,
}

/// What would be renamed at a place; `None` where no name stands there.
///
/// # Errors
/// Why it cannot be.
pub fn prepare(view: &View, at: At) -> Result<Option<Renamable>, String> {
    let Some(occurrence) = view.names.at(at.file, at.place) else { return Ok(None) };
    places(view, &occurrence.symbol)?;
    let name = occurrence.symbol.name();
    Ok(Some(Renamable { span: own(view, &occurrence), name: base(name).to_owned() }))
}

/// The edits that give what stands at a place another name; `None` where no name stands there.
///
/// # Errors
/// Why it cannot have that name.
pub fn rename(view: &View, files: &dyn Files, root: &str, at: At, new: &str) -> Result<Option<Change>, String> {
    let Some(occurrence) = view.names.at(at.file, at.place) else { return Ok(None) };
    let symbol = &occurrence.symbol;
    let old = base(symbol.name()).to_owned();
    let spans = places(view, symbol)?;
    if old == new {
        return Ok(Some(Change::default()));
    }
    if !is_word(new) {
        return Err(format!(
            "`{new}` is no name: one is letters, digits, `-` and `_`, begins with a letter and does not end with `-`"
        ));
    }
    if let Some(taken) = renamed(symbol, new).and_then(|symbol| view.names.definition(&symbol)) {
        return Err(format!("`{new}` is taken: it is declared at {}", view.sources().place(taken)));
    }
    if let Some(dark) = unreadable(view, &old) {
        let place = view.sources().place(dark);
        return Err(format!(
            "`{old}` also stands at {place}, which cannot be read, so that it is not known what it means there: mend that first"
        ));
    }
    let edits: Vec<TextEdit> = spans.iter().map(|span| TextEdit::replace(*span, new)).collect();
    let refuse = |why: String| format!("with `{new}` for `{old}` something else would change: {why}");
    let texts = edited(view, &edits).ok_or_else(|| refuse("the edits overlap".to_owned()))?;
    let overlay = Overlay { below: files, texts: &texts };
    let after = analyze_again(&overlay, root, &view.analysis.inputs, Some(&view.analysis));
    let mut warnings = meaning::compare(&view.analysis, &after, Some(Renaming { old: &old, new })).map_err(refuse)?;
    let names = Names::of(&after.project, Some(&view.names));
    let after = View { analysis: after, names };
    if !stands_for_the_same(view, &after, &spans, new) {
        return Err(refuse("not every place would stand for the same thing".to_owned()));
    }
    warnings.extend(outside(view, symbol, new));
    let judged = |offer: &Offer| {
        let texts = edited(view, &[edits.as_slice(), &offer.edits].concat())?;
        let overlay = Overlay { below: files, texts: &texts };
        let with = analyze_again(&overlay, root, &view.analysis.inputs, Some(&after.analysis));
        (n_errors(&with) <= n_errors(&after.analysis)).then_some(())
    };
    let offers = kept(view, symbol, new).filter(|offer| judged(offer).is_some()).into_iter().collect();
    Ok(Some(Change { title: format!("rename `{old}` to `{new}`"), edits, warnings, offers, ..Change::default() }))
}

fn n_errors(analysis: &Analysis) -> usize {
    analysis.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

/// The Service of the old name beside the new one, with the ports that it has in every environment: whoever calls it from
/// outside the platform has time to learn the new name.
fn kept(view: &View, symbol: &Symbol, new: &str) -> Option<Offer> {
    let Symbol::Endpoint(old) = symbol else { return None };
    let model = view.analysis.model.as_ref()?;
    let own: Vec<&Workload> =
        model.workloads().filter(|known| *known.name.value == **old && known.has_own_service()).collect();
    let is_served = |workload: &&Workload, name: &str| workload.serving_ports().any(|port| port.name.value == name);
    let ports = own.first()?.serving_ports().map(|port| port.name.value.as_str());
    let ports: Vec<&str> = ports.filter(|name| own.iter().all(|workload| is_served(workload, name))).collect();
    if ports.is_empty() || service_name(old).is_err() {
        return None;
    }
    let stated = format!("service {} {}", quoted(old), ports.join(", "));
    let defined = view.names.definition(symbol)?;
    let (file, tree) = view.file(defined.file)?;
    let statement = tree.statements().find(|statement| statement.head().contains(defined))?;
    let edit = match &statement.block {
        Some(block) => TextEdit::first_within(block.open, file, &stated),
        None => TextEdit::insert_after(statement.head(), format!(" {{ {stated} }}")),
    };
    Some(Offer {
        title: format!("keep the Service `{old}` in front of `{new}`"),
        reason: format!("whoever still calls `{old}` finds it; take `{stated}` out once nobody does"),
        edits: vec![edit],
    })
}

/// Whether the first of the places that were changed stands for what is there as often as it was.
fn stands_for_the_same(before: &View, after: &View, spans: &[Span], new: &str) -> bool {
    let Some(first) = spans.first() else { return false };
    let Some(file) = before.sources().get(first.file) else { return false };
    // nothing before the first place has moved
    let offset = file.offset(first.start);
    let Some(id) = after.file_of(file.path()) else { return false };
    let Some(now) = after.sources().get(id) else { return false };
    let Some(occurrence) = after.names.at(id, now.place(offset)) else { return false };
    base(occurrence.symbol.name()) == new && user_places(after, &occurrence.symbol).len() == spans.len()
}

/// What users of the platform write outside its files.
fn outside(view: &View, symbol: &Symbol, new: &str) -> Option<String> {
    let old = symbol.name();
    match symbol {
        Symbol::Constant(_) => {
            let defined = view.names.definition(symbol)?;
            let (_, tree) = view.file(defined.file)?;
            let is_param = tree.statements().any(|known| known.word() == "param" && known.span.contains(defined));
            is_param.then(|| {
                format!("whoever builds with `--set {old}=..`, or with a file of params, has to write `{new}`")
            })
        }
        Symbol::Environment(_) => Some(format!(
            "the folder of what is built is `{new}`; whoever builds with `--env {old}` or `--set {old}.NAME=..` has to write `{new}`"
        )),
        Symbol::Store(_) => Some(format!(
            "the store itself is in the cluster by the name `{old}`; whoever keeps it there has to name it `{new}`"
        )),
        Symbol::Endpoint(name) => {
            let model = view.analysis.model.as_ref()?;
            let own = model.workloads().filter(|known| *known.name.value == **name);
            let is_named_so =
                own.filter_map(|workload| Some((workload, workload.managed()?))).any(|(workload, managed)| {
                    let selected = managed.selector.iter().map(|(_, text)| &text.value);
                    selected
                        .chain(workload.services.iter().map(|service| &service.name.value))
                        .any(|text| text.contains(&**name))
                });
            is_named_so.then(|| {
                format!(
                    "`{old}` is deployed by others: its pods or Services are known by that name, and whoever deploys it has to name it `{new}`, which makes another one beside it; until then what may reach it no longer does"
                )
            })
        }
        Symbol::Platform(_)
        | Symbol::Class(_)
        | Symbol::Module(_)
        | Symbol::Parameter(..)
        | Symbol::Bound(..)
        | Symbol::Port(..)
        | Symbol::Part(..) => None,
    }
}

/// All places that have to change, in order.
fn places(view: &View, symbol: &Symbol) -> Result<Vec<Span>, String> {
    let name = base(symbol.name());
    if let Symbol::Module(_) = symbol {
        return Err(format!("`{name}` is a module of the standard library"));
    }
    let Some(defined) = view.names.definition(symbol) else {
        return Err(format!("`{name}` is declared nowhere, so that it is not known what it names"));
    };
    let is_user = |span: Span| {
        let provenance = view.sources().get(span.file).map(crate::source::SourceFile::provenance);
        provenance == Some(Provenance::User)
    };
    if !is_user(defined) {
        return Err(format!("`{name}` belongs to the standard library"));
    }
    let places = view.names.places(symbol);
    let declared = |role: &Role| *role == Role::Definition;
    let mut declarations = places.iter().filter(|(_, role)| declared(role)).map(|(span, _)| *span);
    if let (Some(first), Some(second)) = (declarations.next(), declarations.next()) {
        let (first, second) = (view.sources().place(first), view.sources().place(second));
        return Err(format!("`{name}` is declared twice, at {first} and {second}: it is not known which one is meant"));
    }
    Ok(user_places(view, symbol))
}

fn user_places(view: &View, symbol: &Symbol) -> Vec<Span> {
    let is_user = |span: &Span| view.sources().get(span.file).is_some_and(|file| file.provenance() == Provenance::User);
    let mut spans: Vec<Span> = view.names.places(symbol).into_iter().map(|(span, _)| span).filter(is_user).collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The place of a name without the module before it.
fn own(view: &View, occurrence: &Occurrence) -> Span {
    let length = u32::try_from(base(occurrence.symbol.name()).len()).unwrap_or(u32::MAX);
    let written = view.sources().text(occurrence.span).len();
    if written == length as usize {
        occurrence.span
    } else {
        Span { end: occurrence.span.start + length, ..occurrence.span }
    }
}

/// A name without its module.
fn base(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The same kind of thing under another name.
fn renamed(symbol: &Symbol, new: &str) -> Option<Symbol> {
    Some(match symbol {
        Symbol::Platform(_) | Symbol::Module(_) => return None,
        Symbol::Environment(_) => Symbol::Environment(new.into()),
        Symbol::Class(_) => Symbol::Class(new.into()),
        Symbol::Constant(_) => Symbol::Constant(new.into()),
        Symbol::Store(_) => Symbol::Store(new.into()),
        Symbol::Parameter(of, _) => Symbol::Parameter(*of, new.into()),
        Symbol::Bound(of, _) => Symbol::Bound(*of, new.into()),
        Symbol::Endpoint(_) => Symbol::Endpoint(new.into()),
        Symbol::Port(owner, _) => Symbol::Port(owner.clone(), new.into()),
        Symbol::Part(part, owner, _) => Symbol::Part(*part, owner.clone(), new.into()),
    })
}

/// Whether a text is one bare word, as the parser reads it.
fn is_word(text: &str) -> bool {
    let tree = syntax::parse(FileId::default(), &format!("let {text} = 1").into());
    let mut statements = tree.statements();
    let is_read = tree.errors.is_empty()
        && statements.next().is_some_and(|statement| statement.terms.first().and_then(Term::name) == Some(text));
    is_read && statements.next().is_none() && !text.contains(['.', '/'])
}

/// Where a name stands that nothing has been read of: it may mean anything there.
fn unreadable(view: &View, name: &str) -> Option<Span> {
    let users = view.sources().iter().filter(|(_, file)| file.provenance() == Provenance::User);
    for (id, file) in users {
        // searching is much faster than walking
        if !file.text().contains(name) {
            continue;
        }
        let mut dark: Vec<Span> = Vec::new();
        match view.analysis.project.tree(id) {
            Some(tree) => collect_dark(&tree.items, Some(&FILE), &mut dark),
            None => dark.push(file.span(id, 0..file.text().len())),
        }
        for span in dark {
            let text = file.slice(span);
            let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
            for (at, _) in text.match_indices(name) {
                let (before, behind) = text.split_at_checked(at).unwrap_or_default();
                let behind = behind.get(name.len()..).unwrap_or_default();
                let place = file.part(span, at..at + name.len());
                let is_whole = !before.ends_with(is_part) && !behind.starts_with(is_part);
                if is_whole && view.names.at(id, place.start).is_none_or(|known| known.span != place) {
                    return Some(place);
                }
            }
        }
    }
    None
}

/// Texts that belong to no statement, statements of words that nobody knows, and terms that could not be read.
fn collect_dark(items: &[Item], block: Option<&'static Block>, dark: &mut Vec<Span>) {
    let mut stack: Vec<(&[Item], Option<&'static Block>)> = vec![(items, block)];
    while let Some((items, block)) = stack.pop() {
        for item in items {
            match item {
                Item::Stray(span) => dark.push(*span),
                Item::Blank(_) | Item::Comment(_) => {}
                Item::Statement(statement) => {
                    let word = block.and_then(|block| block.word_at(&statement.word));
                    match (block, word) {
                        (Some(_), None) => dark.push(statement.span),
                        _ => bad_terms(statement, dark),
                    }
                    if let Some(inner) = &statement.block
                        && (block.is_none() || word.is_some())
                    {
                        stack.push((&inner.items, super::context::body(statement, word)));
                    }
                }
            }
        }
    }
}

fn bad_terms(statement: &Statement, dark: &mut Vec<Span>) {
    if statement.broken {
        dark.push(statement.head());
    }
    dark.extend(statement.terms.iter().filter(|term| term.kind == TermKind::Bad).map(|term| term.span));
}
