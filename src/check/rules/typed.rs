//! A sentence that can be judged: each of its parts with its type.
//!
//! Invariants: a literal has the type of its partner; what is typed can be evaluated of every thing, whatever is absent.

use super::fault::Fault;
use super::fields::{Field, Record, Ty, collection, ticked};
use super::parse::{Holds, Node, Operation, Parts, Quantity, Relation, Test, parts};
use crate::check::prose::listed;
use crate::source::Span;
use crate::value::{Cpu, Duration, FromTerm, Memory, Mismatch, TemplatePart, Term, TermKind, quoted, similar};
use crate::vocabulary::THINGS;
use crate::vocabulary::types::meant;

/// A sentence.
#[derive(Debug)]
pub(super) struct Sentence {
    /// What it speaks of, as it is written, and where.
    pub(super) things: (String, Span),
    /// Of which of these.
    pub(super) condition: Option<Typed>,
    /// What holds of each.
    pub(super) require: Typed,
    /// What is said of one of which it does not.
    pub(super) message: Option<Vec<Piece>>,
}

/// A piece of a message.
#[derive(Debug)]
pub(super) enum Piece {
    /// Text as it is.
    Text(String),
    /// What a thing has.
    Value(Typed),
}

/// A part with its type.
#[derive(Debug)]
pub(super) struct Typed {
    /// What it is.
    pub(super) ty: Ty,
    /// Where it is written.
    pub(super) span: Span,
    /// When it is absent, if it may be.
    pub(super) absent: Option<&'static str>,
    /// How it comes about.
    pub(super) kind: Kind,
}

/// How a part comes about.
#[derive(Debug)]
pub(super) enum Kind {
    /// What a bound name stands for, or has: the number of the binding, and the fields on the way.
    Field {
        /// As it is written.
        written: String,
        /// The binding, the outermost being 0.
        binding: usize,
        /// The fields on the way.
        way: Vec<&'static Field>,
        /// The key of the last one.
        key: Option<String>,
    },
    /// True or false.
    Is(bool),
    /// A number; of what has a unit so many of its smallest part.
    Number(i128),
    /// A text or a word.
    Text(String),
    /// What is not there.
    None,
    /// What does not hold.
    Not(Box<Typed>),
    /// What holds together.
    Both(Vec<Typed>),
    /// Of which one holds.
    Either(Vec<Typed>),
    /// A comparison.
    Compare(Relation, Box<[Typed; 2]>),
    /// Whether it is one of several.
    Among(Holds, Box<Typed>, Several),
    /// What is asked of a text.
    Test(Test, Box<[Typed; 2]>),
    /// What is counted.
    Count(Operation, Box<[Typed; 2]>),
    /// What holds of each of several, or of one.
    Each(Quantity, Box<[Typed; 2]>),
}

/// Among which values one is looked for.
#[derive(Debug)]
pub(super) enum Several {
    /// These.
    Listed(Vec<Typed>),
    /// Those from one to another, both counted.
    Between(Box<[Typed; 2]>),
    /// The texts that a thing has.
    Texts(Box<Typed>),
}

/// A name, and what is bound to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Binding<'t> {
    pub(super) name: &'t str,
    pub(super) ty: Ty,
}

/// Reads a sentence: what stands behind `for`.
pub(super) fn read(terms: &[Term], whole: Span) -> Result<Sentence, Vec<Fault>> {
    let Parts { name, things, condition, require, message } = parts(terms, whole).map_err(|fault| vec![fault])?;
    let Some(record) = collection(things.0) else { return Err(vec![unknown_things(things)]) };
    let mut judge = Judge { bound: vec![Binding { name: name.0, ty: Ty::Thing(record) }], faults: Vec::new() };
    let condition = condition.map(|condition| judge.condition(&condition));
    let require = judge.condition(&require);
    let message = message.map(|message| judge.message(message));
    let whole = (condition.map_or(Some(None), |condition| condition.map(Some)), require);
    match whole {
        (Some(condition), Some(require)) if judge.faults.is_empty() => {
            Ok(Sentence { things: (things.0.to_owned(), things.1), condition, require, message })
        }
        _ => Err(judge.faults),
    }
}

fn unknown_things((name, span): (&str, Span)) -> Fault {
    let title = format!("a rule cannot speak of `{name}`");
    let near = similar::nearest(name, THINGS.iter().copied());
    if near.is_empty() {
        return Fault::new(span, title).help(format!("it can speak of {}", listed(&ticked(THINGS))));
    }
    Fault::new(span, title).near(&near)
}

/// Gives parts their types.
pub(super) struct Judge<'t> {
    pub(super) bound: Vec<Binding<'t>>,
    pub(super) faults: Vec<Fault>,
}

impl<'t> Judge<'t> {
    pub(super) fn fault(&mut self, fault: Fault) -> Option<Typed> {
        self.faults.push(fault);
        None
    }

    /// What holds or does not.
    pub(super) fn condition(&mut self, node: &Node<'t>) -> Option<Typed> {
        let typed = self.node(node)?;
        match typed.ty {
            Ty::Bool => Some(typed),
            Ty::Number
            | Ty::Duration
            | Ty::Cpu
            | Ty::Memory
            | Ty::Text
            | Ty::Word(_)
            | Ty::Texts
            | Ty::Thing(_)
            | Ty::Things(_) => {
                let fault = Fault::new(typed.span, format!("{} neither holds nor fails to", typed.ty.name()));
                self.fault(fault.here("a condition stands here").help(match typed.ty {
                    Ty::Things(_) | Ty::Texts => {
                        "say of how many of them what holds: `any p in s.ports: p.number < 1024`"
                    }
                    Ty::Thing(_) => "ask whether there is one with `!= none`, or compare one of its fields",
                    Ty::Bool | Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Text | Ty::Word(_) => {
                        "compare it: with `==`, `!=`, or of numbers `<`, `<=`, `>`, `>=`"
                    }
                }))
            }
        }
    }

    fn conditions(&mut self, nodes: &[Node<'t>]) -> Option<Vec<Typed>> {
        // what is wrong in each of them is told
        let typed: Vec<Option<Typed>> = nodes.iter().map(|node| self.condition(node)).collect();
        typed.into_iter().collect()
    }

    pub(super) fn node(&mut self, node: &Node<'t>) -> Option<Typed> {
        let span = node.span();
        let holds = |kind| Some(Typed { ty: Ty::Bool, span, absent: None, kind });
        match node {
            Node::Path(path, span) => match *path {
                "true" | "false" => holds(Kind::Is(*path == "true")),
                _ => self.path(path, *span, None),
            },
            Node::Keyed(path, span, key) => self.path(path, *span, key.text()),
            Node::Literal(term) => self.fault(
                Fault::new(term.span, format!("{} is compared with nothing of the platform", term.describe()))
                    .help("a rule compares what it binds: `s.scale.min >= 2`"),
            ),
            Node::Not(inner, _) => {
                let inner = self.condition(inner)?;
                holds(Kind::Not(Box::new(inner)))
            }
            Node::Both(nodes, _) => holds(Kind::Both(self.conditions(nodes)?)),
            Node::Either(nodes, _) => holds(Kind::Either(self.conditions(nodes)?)),
            Node::Compare(relation, sides) => {
                let sides = self.sides(sides)?;
                self.compare(*relation, sides, span)
            }
            Node::Kind(are, thing, kind) => self.kind(*are, thing, kind),
            Node::Among(are, sides) => self.among(*are, sides, span),
            Node::Test(test, sides) => {
                let [left, right] = &**sides;
                let left = self.operand(left, Some(Ty::Text))?;
                let right = self.operand(right, Some(Ty::Text))?;
                for side in [&left, &right] {
                    if !side.ty.is_like(Ty::Text) {
                        let help = matches!(side.ty, Ty::Texts)
                            .then_some("of several texts one is looked for with `in`: `\"web\" in s.classes`");
                        let fault = Fault::new(side.span, format!("expected a text, found {}", side.ty.name()));
                        return self.fault(help.map_or_else(|| fault.clone(), |help| fault.clone().help(help)));
                    }
                }
                holds(Kind::Test(*test, Box::new([left, right])))
            }
            Node::Count(operation, sides) => self.count(*operation, sides, span),
            Node::Each(quantity, name, parts, span) => self.each(*quantity, *name, parts, *span),
        }
    }

    /// Two values of which one may be written out: it has the type of the other.
    fn sides(&mut self, sides: &[Node<'t>; 2]) -> Option<[Typed; 2]> {
        let [left, right] = sides;
        if self.is_written_out(left) {
            let right = self.operand(right, None)?;
            let left = self.operand(left, Some(right.ty))?;
            return Some([left, right]);
        }
        let left = self.operand(left, None)?;
        let right = self.operand(right, Some(left.ty))?;
        Some([left, right])
    }

    /// Whether a part is a value by itself: a literal, or a word that nothing is bound to.
    fn is_written_out(&self, node: &Node<'t>) -> bool {
        match node {
            Node::Literal(_) => true,
            Node::Path(path, _) => !path.contains('.') && self.binding(path).is_none(),
            Node::Count(_, sides) => sides.iter().all(|side| self.is_written_out(side)),
            Node::Keyed(..)
            | Node::Not(..)
            | Node::Both(..)
            | Node::Either(..)
            | Node::Compare(..)
            | Node::Among(..)
            | Node::Kind(..)
            | Node::Test(..)
            | Node::Each(..) => false,
        }
    }

    /// A value; `partner` is what it stands beside.
    pub(super) fn operand(&mut self, node: &Node<'t>, partner: Option<Ty>) -> Option<Typed> {
        match (node, partner) {
            (Node::Literal(term), Some(ty)) => self.literal(term, ty),
            (Node::Path(path, span), Some(ty)) if self.is_written_out(node) => self.word(path, *span, ty),
            (Node::Count(operation, sides), Some(ty)) if self.is_written_out(node) => {
                let [left, right] = &**sides;
                let right_ty = if *operation == Operation::Times { Ty::Number } else { ty };
                let left = self.operand(left, Some(ty))?;
                let right = self.operand(right, Some(right_ty))?;
                self.counted(*operation, [left, right], node.span())
            }
            _ => self.node(node),
        }
    }

    pub(super) fn binding(&self, name: &str) -> Option<(usize, Ty)> {
        let at = self.bound.iter().rposition(|binding| binding.name == name)?;
        Some((at, self.bound.get(at)?.ty))
    }

    /// What a bound name stands for, or a field on the way from there.
    fn path(&mut self, path: &'t str, span: Span, key: Option<&str>) -> Option<Typed> {
        let mut names = path.split('.');
        let first = names.next().unwrap_or_default();
        let mut at = span.beginning(first);
        let Some((binding, mut ty)) = self.binding(first) else {
            let bound: Vec<&str> = self.bound.iter().map(|binding| binding.name).collect();
            let near = similar::nearest(first, bound.iter().copied());
            let fault = Fault::new(at, format!("`{first}` stands for nothing in this rule")).near_names(&near);
            let help = if path.contains('.') || key.is_some() {
                format!("what this rule binds is {}", listed(&ticked(&bound)))
            } else {
                format!(
                    "what this rule binds is {}; a param or let is written `${first}`, a text in quotes",
                    listed(&ticked(&bound))
                )
            };
            return self.fault(fault.help(help));
        };
        let (mut way, mut absent) = (Vec::new(), None);
        for name in names {
            at = Span { start: at.end.saturating_add(1), ..at.after() };
            at = at.beginning(name);
            let field = match field(ty, name, at) {
                Ok(field) => field,
                Err(fault) => return self.fault(fault),
            };
            absent = absent.or(field.absent);
            ty = field.ty;
            way.push(field);
        }
        let last = way.last();
        match (last.is_some_and(|field| field.is_keyed()), key) {
            (true, None) => {
                let name = last.map_or("", |field| field.name);
                return self.fault(
                    Fault::new(span, format!("`{name}` wants a key"))
                        .help(format!("write it behind, in quotes: `{path}(\"KEY\")`")),
                );
            }
            (false, Some(_)) => return self.fault(Fault::new(span, format!("`{path}` takes no key"))),
            (true, Some(_)) | (false, None) => {}
        }
        // what is asked of a field with a key within a path has none
        let inner = way.split_last().map_or(&[][..], |(_, inner)| inner);
        if let Some(keyed) = inner.iter().find(|field| field.is_keyed()) {
            let fault = Fault::new(span, format!("`{}` wants a key, and has no fields", keyed.name));
            return self.fault(fault);
        }
        let written = match key {
            Some(key) => format!("{path}({})", quoted(key)),
            None => path.to_owned(),
        };
        Some(Typed { ty, span, absent, kind: Kind::Field { written, binding, way, key: key.map(str::to_owned) } })
    }

    /// A value as it is written, in the place of a type.
    pub(super) fn literal(&mut self, term: &Term, ty: Ty) -> Option<Typed> {
        if matches!(term.kind, TermKind::Template(_)) {
            let fault = Fault::new(term.span, "a text that is compared is the same for everything");
            return self.fault(fault.here("holds what differs between the things that this rule speaks of").help(
                "compare the field itself, or ask for a part of it with `starts-with`, `ends-with` or `contains`",
            ));
        }
        let kind = match ty {
            Ty::Number => number(term).map(Kind::Number),
            Ty::Duration => Duration::from_term(term).map(|time| Kind::Number(time.millis().into())),
            Ty::Cpu => Cpu::from_term(term).map(|cpu| Kind::Number(cpu.millis().into())),
            Ty::Memory => Memory::from_term(term).map(|memory| Kind::Number(memory.bytes().into())),
            Ty::Text => String::from_term(term).map(Kind::Text),
            Ty::Word(words) => match (term.text().or_else(|| term.name()), term.text().is_some()) {
                // a constant is a text wherever it stands
                (Some(word), _) if words.contains(&word) => Ok(Kind::Text(word.to_owned())),
                (word, _) => {
                    let near = word.and_then(|word| meant(word, words));
                    let mismatch = Mismatch::new(format!("expected {}, found {}", ty.name(), term.describe()));
                    Err(near.map_or_else(|| mismatch.clone(), |near| mismatch.clone().suggest(near)))
                }
            },
            Ty::Bool => match term.name() {
                Some("true") => Ok(Kind::Is(true)),
                Some("false") => Ok(Kind::Is(false)),
                Some(_) | None => Err(Mismatch::new(format!("expected `true` or `false`, found {}", term.describe()))),
            },
            Ty::Texts | Ty::Thing(_) | Ty::Things(_) => {
                Err(Mismatch::new(format!("{} cannot be compared with {}", term.describe(), ty.name())))
            }
        };
        match kind {
            Ok(kind) => Some(Typed { ty, span: term.span, absent: None, kind }),
            Err(mismatch) => {
                let fault =
                    Fault::new(mismatch.span.unwrap_or(term.span), mismatch.message).near(&mismatch.suggestions);
                let fault = mismatch.here.map_or_else(|| fault.clone(), |here| fault.clone().here(here));
                self.fault(mismatch.help.map_or_else(|| fault.clone(), |help| fault.clone().help(help)))
            }
        }
    }

    /// A bare word that nothing is bound to, in the place of a type.
    pub(super) fn word(&mut self, word: &'t str, span: Span, ty: Ty) -> Option<Typed> {
        if word == "none" {
            return Some(Typed { ty, span, absent: Some("it is none"), kind: Kind::None });
        }
        let term = Term { span, kind: TermKind::Name(word.into()) };
        let bound: Vec<&str> = self.bound.iter().map(|binding| binding.name).collect();
        match ty {
            Ty::Word(_) | Ty::Bool => self.literal(&term, ty),
            Ty::Text => {
                let fault = Fault::new(span, format!("expected a text, found the word `{word}`"));
                self.fault(fault.help("a text stands in quotes").near(&[quoted(word)]))
            }
            Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Texts | Ty::Thing(_) | Ty::Things(_) => {
                let fault = Fault::new(span, format!("expected {}, found the word `{word}`", ty.name()));
                self.fault(fault.help(format!(
                    "what this rule binds is {}; a param or let is written `${word}`",
                    listed(&ticked(&bound))
                )))
            }
        }
    }

    pub(super) fn compare(&mut self, relation: Relation, sides: [Typed; 2], span: Span) -> Option<Typed> {
        let [left, right] = &sides;
        let is_none = |side: &Typed| matches!(side.kind, Kind::None);
        let is_equality = matches!(relation, Relation::Equal | Relation::Unequal);
        if is_none(left) || is_none(right) {
            let other = if is_none(left) { right } else { left };
            if is_none(other) || !is_equality {
                return self.fault(
                    Fault::new(span, "`none` is equal to what is absent, and to nothing else")
                        .help("ask with `== none` or `!= none`"),
                );
            }
            if other.absent.is_none() {
                return self.fault(Fault::new(other.span, "this is always there, so that it is never `none`"));
            }
        } else if !left.ty.is_like(right.ty) {
            return self.fault(
                Fault::new(span, format!("{} cannot be compared with {}", left.ty.name(), right.ty.name()))
                    .label(left.span, left.ty.name()),
            );
        } else if matches!(left.ty, Ty::Thing(_) | Ty::Things(_) | Ty::Texts) {
            return self.fault(
                Fault::new(span, format!("{} cannot be compared", left.ty.name()))
                    .help("compare one of its fields, such as its `name`"),
            );
        } else if !is_equality && !left.ty.is_amount() {
            return self.fault(
                Fault::new(span, format!("{} is neither more nor less than another", left.ty.name()))
                    .help("compare it with `==`, `!=` or `in`"),
            );
        }
        if let (Ty::Word(one), Ty::Word(other)) = (left.ty, right.ty)
            && !one.iter().any(|word| other.contains(word))
        {
            return self.fault(Fault::new(span, "these have no word in common").label(left.span, left.ty.name()));
        }
        Some(Typed { ty: Ty::Bool, span, absent: None, kind: Kind::Compare(relation, Box::new(sides)) })
    }

    fn count(&mut self, operation: Operation, sides: &[Node<'t>; 2], span: Span) -> Option<Typed> {
        let [left, right] = sides;
        let number = |judge: &mut Self, node: &Node<'t>| judge.operand(node, Some(Ty::Number));
        let sides = match operation {
            Operation::Plus | Operation::Minus => self.sides(sides)?,
            Operation::Times if self.is_written_out(left) => [number(self, left)?, self.operand(right, None)?],
            Operation::Times => [self.operand(left, None)?, number(self, right)?],
        };
        self.counted(operation, sides, span)
    }

    fn counted(&mut self, operation: Operation, sides: [Typed; 2], span: Span) -> Option<Typed> {
        let [left, right] = &sides;
        if let Some(other) = sides.iter().find(|side| !side.ty.is_amount()) {
            return self.fault(Fault::new(other.span, format!("{} cannot be counted with", other.ty.name())));
        }
        let ty = match operation {
            Operation::Plus | Operation::Minus if left.ty.is_like(right.ty) => left.ty,
            Operation::Times if right.ty.is_like(Ty::Number) => left.ty,
            Operation::Times if left.ty.is_like(Ty::Number) => right.ty,
            Operation::Plus | Operation::Minus | Operation::Times => {
                let title = format!("{} cannot be counted together with {}", left.ty.name(), right.ty.name());
                let fault = Fault::new(span, title);
                return self.fault(match operation {
                    Operation::Times => fault.help("one of the two is a number without a unit"),
                    Operation::Plus | Operation::Minus => fault,
                });
            }
        };
        let absent = left.absent.or(right.absent);
        Some(Typed { ty, span, absent, kind: Kind::Count(operation, Box::new(sides)) })
    }

    /// What is said, with what stands for something in it.
    fn message(&mut self, term: &'t Term) -> Vec<Piece> {
        let TermKind::Template(parts) = &term.kind else {
            return vec![Piece::Text(term.text().unwrap_or_default().to_owned())];
        };
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                TemplatePart::Text(text) => pieces.push(Piece::Text(text.to_string())),
                TemplatePart::Path(path, span) => {
                    let Some(typed) = self.path(path, *span, None) else { continue };
                    match typed.ty {
                        Ty::Thing(_) | Ty::Things(_) => {
                            let record = typed.ty.name();
                            self.faults.push(
                                Fault::new(*span, format!("{record} is no text"))
                                    .help(format!("say what of it is meant: `${{{path}.name}}`")),
                            );
                        }
                        Ty::Bool
                        | Ty::Number
                        | Ty::Duration
                        | Ty::Cpu
                        | Ty::Memory
                        | Ty::Text
                        | Ty::Word(_)
                        | Ty::Texts => {
                            pieces.push(Piece::Value(typed));
                        }
                    }
                }
            }
        }
        pieces
    }
}

/// A whole number.
fn number(term: &Term) -> Result<i128, Mismatch> {
    u32::from_term(term).map(i128::from)
}

/// The field of a name.
fn field(ty: Ty, name: &str, at: Span) -> Result<&'static Field, Fault> {
    if let Some(record) = ty.thing() {
        return record.field(name).ok_or_else(|| unknown_field(record, name, at));
    }
    let Some(record) = ty.each().and_then(Ty::thing) else {
        return Err(Fault::new(at, format!("{} has no field `{name}`", ty.name())));
    };
    let fault = Fault::new(at, format!("these are several, and `{name}` would be that of one"));
    let help = format!("say of how many it holds: `all x in ..: x.{name} ..`, or `any`");
    Err(if record.field(name).is_some() { fault.help(help) } else { fault })
}

/// A field that a record does not have.
fn unknown_field(record: &'static Record, name: &str, at: Span) -> Fault {
    let title = format!("a {} has no field `{name}`", record.name);
    let title = if record.name.starts_with(['a', 'e', 'i', 'o', 'u']) { title.replacen("a ", "an ", 1) } else { title };
    let names: Vec<&str> = record.fields().map(|field| field.name).collect();
    let near = similar::nearest(name, names.iter().copied());
    let fault = Fault::new(at, title).near(&near);
    if near.is_empty() { fault.help(format!("it has {}", listed(&ticked(&names)))) } else { fault }
}
