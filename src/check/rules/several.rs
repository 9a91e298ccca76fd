//! The types of what is asked of several things at once, and of the kind of one.

use super::fault::Fault;
use super::fields::{Field, Record, Ty};
use super::parse::{Holds, Node, Quantity, Relation};
use super::typed::{Binding, Judge, Kind, Several, Typed};
use crate::check::prose::listed;
use crate::source::Span;
use crate::value::{Term, TermKind, quoted};

/// How deep `any` and `all` nest at most: each walks over a part of what the one around it binds.
const MOST_EACH: usize = 2;

impl<'t> Judge<'t> {
    /// `f.from is external`
    pub(super) fn kind(&mut self, are: Holds, thing: &Node<'t>, kind: &'t Term) -> Option<Typed> {
        let span = thing.span().to(kind.span);
        let typed = self.node(thing)?;
        let field = typed.ty.thing().and_then(|record| record.field("kind"));
        let (Some(field), Kind::Field { written, binding, mut way, key }) = (field, typed.kind) else {
            return self.fault(
                Fault::new(typed.span, format!("{} is of no kind that could be asked for", typed.ty.name()))
                    .help("`is` asks for the kind of a workload, a container or an end of a flow; values are compared with `==`"),
            );
        };
        way.push(field);
        let right = self.word(kind.name().unwrap_or_default(), kind.span, field.ty)?;
        let left = Typed {
            ty: field.ty,
            span: typed.span,
            absent: typed.absent,
            kind: Kind::Field { written, binding, way, key },
        };
        let relation = match are {
            Holds::Yes => Relation::Equal,
            Holds::No => Relation::Unequal,
        };
        self.compare(relation, [left, right], span)
    }

    /// `p.number in [80, 443]`
    pub(super) fn among(&mut self, are: Holds, sides: &[Node<'t>; 2], span: Span) -> Option<Typed> {
        let [what, among] = sides;
        if let Node::Literal(Term { kind: TermKind::List(members), .. }) = among {
            let what = self.operand(what, None)?;
            self.is_single(&what)?;
            let mut listed = Vec::with_capacity(members.len());
            for member in members {
                let typed = match member.name() {
                    Some(word) => {
                        let node = Typed { ty: what.ty, span: member.span, absent: None, kind: Kind::None };
                        self.listed_word(word, &node)
                    }
                    None => self.literal(member, what.ty),
                };
                listed.push(typed);
            }
            let listed: Option<Vec<Typed>> = listed.into_iter().collect();
            let kind = Kind::Among(are, Box::new(what), Several::Listed(listed?));
            return Some(Typed { ty: Ty::Bool, span, absent: None, kind });
        }
        if let Node::Literal(Term { kind: TermKind::Range(ends), span: whole }) = among {
            let what = self.operand(what, None)?;
            if !what.ty.is_amount() {
                return self.fault(Fault::new(*whole, format!("{} lies in no range", what.ty.name())));
            }
            let (low, high) = (self.literal(&ends.0, what.ty), self.literal(&ends.1, what.ty));
            let ends = Several::Between(Box::new([low?, high?]));
            return Some(Typed { ty: Ty::Bool, span, absent: None, kind: Kind::Among(are, Box::new(what), ends) });
        }
        let among = self.node(among)?;
        if !matches!(among.ty, Ty::Texts) {
            let fault = Fault::new(among.span, format!("nothing is looked for in {}", among.ty.name()));
            return self.fault(fault.help(match among.ty {
                Ty::Things(_) => "ask whether one of them is as it should be: `any p in s.ports: p.name == \"http\"`",
                Ty::Text => "what a text holds is asked with `contains`: `s.name contains \"web\"`",
                Ty::Bool
                | Ty::Number
                | Ty::Duration
                | Ty::Cpu
                | Ty::Memory
                | Ty::Word(_)
                | Ty::Texts
                | Ty::Thing(_) => "write a list in brackets: `p.number in [80, 443]`",
            }));
        }
        let what = self.operand(what, Some(Ty::Text))?;
        if !what.ty.is_like(Ty::Text) {
            return self.fault(Fault::new(what.span, format!("expected a text, found {}", what.ty.name())));
        }
        let texts = Several::Texts(Box::new(among));
        Some(Typed { ty: Ty::Bool, span, absent: None, kind: Kind::Among(are, Box::new(what), texts) })
    }

    /// A word within a list.
    fn listed_word(&mut self, word: &str, place: &Typed) -> Option<Typed> {
        let term = Term { span: place.span, kind: TermKind::Name(word.into()) };
        match place.ty {
            Ty::Text => {
                let fault = Fault::new(place.span, format!("expected a text, found the word `{word}`"));
                self.fault(fault.help("a text stands in quotes").near(&[quoted(word)]))
            }
            Ty::Bool
            | Ty::Number
            | Ty::Duration
            | Ty::Cpu
            | Ty::Memory
            | Ty::Word(_)
            | Ty::Texts
            | Ty::Thing(_)
            | Ty::Things(_) => self.literal(&term, place.ty),
        }
    }

    fn is_single(&mut self, typed: &Typed) -> Option<()> {
        match typed.ty {
            Ty::Bool | Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Text | Ty::Word(_) => Some(()),
            Ty::Texts | Ty::Thing(_) | Ty::Things(_) => {
                self.faults.push(
                    Fault::new(typed.span, format!("{} is not looked for in a list", typed.ty.name()))
                        .help("compare one of its fields, such as its `name`"),
                );
                None
            }
        }
    }

    /// `any p in s.ports: p.number < 1024`
    pub(super) fn each(
        &mut self,
        quantity: Quantity,
        (name, at): (&'t str, Span),
        parts: &[Node<'t>; 2],
        span: Span,
    ) -> Option<Typed> {
        if self.bound.len() > MOST_EACH {
            return self.fault(
                Fault::new(span, format!("`any` and `all` nest deeper than {MOST_EACH}"))
                    .help("write two rules, each of which says a part of it"),
            );
        }
        if self.binding(name).is_some() {
            return self.fault(Fault::new(at, format!("`{name}` is bound already")).help("choose another name"));
        }
        let [of, body] = parts;
        let of = self.node(of)?;
        let Some(ty) = of.ty.each() else {
            let fault = Fault::new(of.span, format!("expected a part that has several, found {}", of.ty.name()));
            let several = self.several();
            let help = format!("those are {}", listed(&several));
            return self.fault(if several.is_empty() { fault } else { fault.help(help) });
        };
        self.bound.push(Binding { name, ty });
        let body = self.condition(body);
        self.bound.pop();
        Some(Typed { ty: Ty::Bool, span, absent: None, kind: Kind::Each(quantity, Box::new([of, body?])) })
    }

    /// The parts of what is bound that have several.
    fn several(&self) -> Vec<String> {
        let of = |binding: &Binding<'t>| {
            let several = |field: &&Field| field.ty.each().is_some();
            let fields = binding.ty.thing().into_iter().flat_map(Record::fields).filter(several);
            fields.map(|field| format!("`{}.{}`", binding.name, field.name)).collect::<Vec<_>>()
        };
        self.bound.iter().flat_map(of).collect()
    }
}
