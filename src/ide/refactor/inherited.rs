//! A class put into the bodies of all that take it over, and taken out.
//!
//! Invariants: what a body states itself stays stronger than what the class states; arguments and defaults stand where
//! parameters stood; what is said above the class is said above what comes of it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::constant::Value;
use super::pieces::{self, Kind, Piece, Shape, Written};
use super::{Declared, Read};
use crate::ide::change::Change;
use crate::ide::{Role, Symbol, View};
use crate::source::edit::apply;
use crate::source::{FileId, Span, TextEdit};
use crate::syntax::{self, Statement, Tree};
use crate::value::{Term, TermKind};
use crate::vocabulary::{Block, FILE, Keyed, Word};

/// The change; `None` where nobody takes the class over, or it is named in another way.
pub(super) fn inline(view: &View, symbol: &Symbol, place: &Declared<'_>) -> Option<Change> {
    let (Symbol::Class(name), "class") = (symbol, place.statement.word()) else { return None };
    let read = Read::of(view, place.id)?;
    let own = read.statement(place.statement)?;
    let class = Class::of(view, name, &read, own)?;
    let mut users: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    let uses = view.names.places(symbol).into_iter().filter(|(_, role)| *role == Role::Reference);
    for (span, _) in uses {
        users.entry(span.file).or_default().push(view.sources().get(span.file)?.range(span).start);
    }
    if users.is_empty() {
        return None;
    }
    let mut edits = vec![TextEdit::take_out(place.file.span(place.id, class.whole.clone()), place.file)];
    for (file, uses) in users {
        let user = Read::of(view, file)?;
        for at in uses {
            let taker = user.tree.statements().find(|statement| statement.head().range().contains(&at))?;
            if taker.broken || taker.foreign.is_some() {
                return None;
            }
            edits.extend(class.put_into(&user, taker, at)?);
        }
    }
    Some(Change { title: format!("put in what class `{name}` states"), edits, ..Change::default() })
}

/// A class that is put in.
struct Class<'c> {
    name: &'c str,
    /// Its statement as written.
    text: &'c str,
    /// Its piece of its file.
    whole: Range<usize>,
    /// Comments above it and behind it, as comments of lines.
    said: Vec<String>,
    /// Where its parameters are used, in bytes of `text`.
    uses: Vec<(&'c str, Range<usize>)>,
    parameters: Vec<(&'c str, Option<Value<'c>>)>,
}

impl<'c> Class<'c> {
    fn of(view: &View, name: &'c str, read: &Read<'c>, own: &'c Statement) -> Option<Self> {
        let (_, head, parts) = own.terms.first()?.named()?;
        let file = read.file;
        let range = own.span.range();
        let pieces = pieces::pieces(&read.tree.items);
        let piece = pieces.iter().find(|piece| piece.statement().is_some_and(|known| known.span == own.span))?;
        let around = [piece.range.start..range.start, range.end..piece.range.end];
        let said = around.into_iter().filter_map(|range| file.text().get(range)).flat_map(str::lines);
        let said: Vec<String> = said.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if said.iter().any(|line| !line.starts_with("//")) || !own.comments.is_empty() {
            return None;
        }
        let said = said.iter().map(|line| format!("// {}", line.trim_start_matches('/').trim())).collect();
        let declaration = file.span(read.id, head.range());
        let (mut uses, mut parameters) = (Vec::new(), Vec::new());
        for part in parts {
            let name = part.first()?.name()?;
            let default = part.iter().skip_while(|term| term.kind != TermKind::Equals).nth(1);
            parameters.push((name, default.map(|term| Value::of(term, read.slice(term.span)))));
            let places = view.names.places(&Symbol::Parameter(declaration, name.into())).into_iter();
            let places = places.filter(|(span, role)| *role == Role::Reference && span.file == read.id);
            let within = places.map(|(span, _)| file.range(span));
            let within = within.filter(|place| range.start <= place.start && place.end <= range.end);
            uses.extend(within.map(|place| (name, place.start - range.start..place.end - range.start)));
        }
        let text = file.text().get(range)?;
        Some(Self { name, text, whole: piece.range.clone(), said, uses, parameters })
    }

    /// The class with values for its parameters.
    fn with(&self, arguments: &[Box<[Term]>], user: &Read<'_>) -> Option<(String, Tree)> {
        let mut edits = Vec::new();
        for (name, place) in &self.uses {
            let given = arguments.iter().find_map(|argument| match &**argument {
                [known, equals, value] if equals.kind == TermKind::Equals && known.is_name(name) => Some(value),
                _ => None,
            });
            let given = given.map(|term| Value::of(term, user.slice(term.span)));
            let default = self.parameters.iter().find(|(known, _)| known == name).and_then(|(_, value)| *value);
            let (range, text) = given.or(default)?.put_in(self.text, place.clone())?;
            edits.push(TextEdit::replace(Span::new(FileId::default(), range.start, range.end), text));
        }
        let text = apply(self.text, &edits)?;
        let tree = syntax::parse(FileId::default(), &text.as_str().into());
        tree.errors.is_empty().then_some((text, tree))
    }

    /// The edits of whoever takes the class over at an offset of its file.
    fn put_into(&self, user: &Read<'_>, taker: &Statement, at: usize) -> Option<Vec<TextEdit>> {
        let [name, is, classes @ ..] = &*taker.terms else { return None };
        if !is.is_name("is") {
            return None;
        }
        let heirs: Vec<&Term> = classes.iter().flat_map(Term::members).collect();
        let own = heirs.iter().position(|term| term.span.range().contains(&at))?;
        let (known, span, arguments) = heirs.get(own)?.named()?;
        if known != self.name || span.range().start != at {
            return None;
        }
        let (text, tree) = self.with(arguments, user)?;
        let class = tree.statements().next()?;
        let slice = |span: Span| text.get(span.range()).unwrap_or_default();
        let above = class.terms.iter().skip(2).flat_map(Term::members).map(|term| slice(term.span));
        let mut names: Vec<&str> = heirs.iter().map(|term| user.slice(term.span)).collect();
        names.splice(own..=own, above);
        // a class applies at its last place
        let mut kept: Vec<&str> = Vec::new();
        for name in names.into_iter().rev() {
            if !kept.contains(&name) {
                kept.push(name);
            }
        }
        kept.reverse();
        let last = classes.last()?.span.range();
        let head = if kept.is_empty() {
            user.edit(name.span.range().end..last.end, "")
        } else {
            let first = classes.first()?.span.range();
            user.edit(first.start..last.end, kept.join(", "))
        };
        let block = FILE.word(taker.word()).and_then(|word| word.block);
        let block = block.or_else(|| Some(crate::resolve::class_block(taker).0));
        let outer = pieces::indent(user.file.text(), taker.span.range().start);
        let inner = Body { text: &text, statement: class };
        let mut written = merged(&inner, &Body { text: user.file.text(), statement: taker }, block, outer)?;
        let first = written.iter().position(|piece| !piece.is_behind_brace).unwrap_or(written.len());
        if !self.said.is_empty() {
            let said = self.said.join(&format!("\n{outer}  "));
            written.insert(first, Written { text: said, is_apart: false, is_behind_brace: false });
        }
        let body = if let Some(own) = taker.block.as_deref() {
            let shape = Shape::of(user.file.text(), own);
            user.edit(own.open.to(own.close?).range(), pieces::braces(&written, shape, outer))
        } else {
            let end = taker.span.range().end;
            user.edit(end..end, format!(" {}", pieces::braces(&written, Shape::Line, outer)))
        };
        Some(vec![head, body])
    }
}

/// A statement with braces, and the text that it stands in.
struct Body<'b> {
    text: &'b str,
    statement: &'b Statement,
}

/// What a class states and a body states in its place, then what the body alone states.
fn merged(class: &Body<'_>, user: &Body<'_>, block: Option<&'static Block>, indent: &str) -> Option<Vec<Written>> {
    let of_class = class.statement.block.as_deref().map_or_else(|| Some(Vec::new()), pieces::within)?;
    let of_user = user.statement.block.as_deref().map_or_else(|| Some(Vec::new()), pieces::within)?;
    let mut taken = vec![false; of_user.len()];
    let mut written: Vec<Written> = Vec::new();
    for (piece, taken) in of_user.iter().zip(&mut taken) {
        if matches!(piece.kind, Kind::BehindBrace) {
            *taken = true;
            written.push(piece.written(user.text));
        }
    }
    for piece in &of_class {
        let Some(statement) = piece.statement() else {
            written.push(Written { is_behind_brace: false, ..piece.written(class.text) });
            continue;
        };
        let word = block.and_then(|block| block.word_at(&statement.word));
        let is_same = |other: &Piece<'_>| {
            other.statement().is_some_and(|other| {
                is_same(word, &Body { text: class.text, statement }, &Body { text: user.text, statement: other })
            })
        };
        match of_user.iter().position(is_same) {
            None => written.push(piece.written(class.text)),
            Some(at) => {
                let (own, taken) = (of_user.get(at)?, taken.get_mut(at)?);
                *taken = true;
                let stronger = Body { text: user.text, statement: own.statement()? };
                let text = over(&Body { text: class.text, statement }, &stronger, own, word, indent)?;
                written.push(Written { text, ..own.written(user.text) });
            }
        }
    }
    let left = of_user.iter().zip(taken).filter(|(_, taken)| !taken);
    written.extend(left.map(|(piece, _)| piece.written(user.text)));
    Some(written)
}

/// Whether two statements of a word state the same thing.
fn is_same(word: Option<&Word>, class: &Body<'_>, user: &Body<'_>) -> bool {
    let key = |body: &Body<'_>| {
        let first = body.statement.terms.first();
        first.and_then(|term| body.text.get(term.span.range())).unwrap_or_default().to_owned()
    };
    let word_of = |body: &Body<'_>| crate::model::key_text(&body.statement.word);
    let is_word = word_of(class) == word_of(user) && class.statement.word() != "without";
    is_word
        && match word.map(|word| word.keyed) {
            Some(Keyed::Once) => true,
            Some(Keyed::ByArgument | Keyed::ByVariant) => key(class) == key(user),
            Some(Keyed::Each) | None => false,
        }
}

/// A statement of a body over that of the class: its own value, and what either states in braces.
fn over(
    class: &Body<'_>,
    user: &Body<'_>,
    piece: &Piece<'_>,
    word: Option<&'static Word>,
    indent: &str,
) -> Option<String> {
    let Some(weaker) = class.statement.block.as_deref() else {
        return user.text.get(piece.range.clone()).map(str::to_owned);
    };
    let head = user.statement.head().range();
    let before = user.text.get(piece.range.start..head.start)?;
    let behind = user.text.get(user.statement.span.range().end..piece.range.end)?;
    let stated = if user.statement.terms.is_empty() {
        class.text.get(class.statement.head().range())?
    } else {
        user.text.get(head)?
    };
    let variant = user.statement.terms.first().and_then(Term::name).and_then(|name| word?.variant(name));
    let block = variant.and_then(|variant| variant.block).or(word.and_then(|word| word.block));
    let deeper = format!("{indent}  ");
    let written = merged(class, user, block, &deeper)?;
    let shape = user.statement.block.as_deref().map_or(Shape::of(class.text, weaker), |own| Shape::of(user.text, own));
    Some(format!("{before}{stated} {}{behind}", pieces::braces(&written, shape, &deeper)))
}
