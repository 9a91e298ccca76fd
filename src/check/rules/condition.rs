//! What an expectation asks of an object: conditions as rules have them, of the fields of Kubernetes' objects as they are written.
//!
//! Invariants: of what cannot be read one fault is told, at its place; a condition that is read has a value of every object.

use super::fault::Fault;
use super::parse::{self, Holds, Node, Quantity, Relation, Test};
use crate::check::prose::listed;
use crate::source::Span;
use crate::value::{Term, TermKind, quoted, similar};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// What does not hold.
    Not(Box<Self>),
    /// What holds together.
    Both(Vec<Self>),
    /// Of which one holds.
    Either(Vec<Self>),
    /// A field that is true.
    Holds(Path),
    /// A comparison.
    Compare(Relation, Operand, Operand),
    /// Whether a field is one of several.
    Among(Holds, Path, Several),
    /// What is asked of a text, or of the texts of a list.
    Test(Test, Path, String),
    /// What holds of each of several, or of one; each has the number of bindings around it.
    Each(Quantity, Path, Box<Self>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// As it is written.
    pub written: String,
    /// Of what: the object, or what `any` or `all` goes through, the outermost being 0.
    pub of: Option<usize>,
    /// The keys on the way.
    pub keys: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A field.
    Field(Path),
    /// A value that is written out.
    Value(Constant),
}

/// A value that is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// What is not there.
    None,
    /// `true`, `false`
    Is(bool),
    /// A number with its unit, as written.
    Number(String),
    /// A text.
    Text(String),
}

/// Among which values a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Several {
    /// These.
    Listed(Vec<Constant>),
    /// Those from one to another, both counted.
    Between(String, String),
}

/// The fields that objects have outermost: a slip in one of these would make `!=` hold of everything. `kubectl explain KIND` lists them
/// (kubernetes `api/openapi-spec/v3`, 1.33).
const OUTERMOST: [&str; 14] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "data",
    "binaryData",
    "immutable",
    "automountServiceAccountToken",
    "imagePullSecrets",
    "rules",
    "roleRef",
    "subjects",
    "value",
    "globalDefault",
];

/// Reads what stands behind `where`; `whole` is the place of the expectation.
///
/// # Errors
/// The findings that say what is wrong with it, of this code.
pub fn read(
    terms: &[Term],
    whole: Span,
    code: &'static crate::diagnostic::Code,
) -> Result<Condition, Box<crate::diagnostic::Diagnostic>> {
    let node = parse::condition(terms, whole);
    let mut reader = Reader { bound: Vec::new() };
    node.and_then(|node| reader.condition(&node)).map_err(|fault| Box::new(fault.told(code)))
}

struct Reader<'t> {
    bound: Vec<&'t str>,
}

impl<'t> Reader<'t> {
    fn condition(&mut self, node: &Node<'t>) -> Result<Condition, Fault> {
        let all = |reader: &mut Self, nodes: &[Node<'t>]| {
            nodes.iter().map(|node| reader.condition(node)).collect::<Result<Vec<_>, Fault>>()
        };
        Ok(match node {
            Node::Path("true" | "false" | "none", span) => return Err(no_condition(*span)),
            Node::Path(path, span) => Condition::Holds(self.path(path, *span, None)?),
            Node::Keyed(path, span, key) => Condition::Holds(self.path(path, *span, key.text())?),
            Node::Literal(term) => return Err(no_condition(term.span)),
            Node::Not(inner, _) => Condition::Not(Box::new(self.condition(inner)?)),
            Node::Both(nodes, _) => Condition::Both(all(self, nodes)?),
            Node::Either(nodes, _) => Condition::Either(all(self, nodes)?),
            Node::Compare(relation, sides) => {
                let [left, right] = &**sides;
                self.compare(*relation, left, right, node.span())?
            }
            Node::Among(holds, sides) => {
                let [what, several] = &**sides;
                Condition::Among(*holds, self.field(what)?, self::several(several)?)
            }
            Node::Test(test, sides) => {
                let [what, part] = &**sides;
                let Node::Literal(Term { kind: TermKind::Text(text), .. }) = part else {
                    return Err(Fault::new(part.span(), "a text is expected here").help("texts stand in quotes"));
                };
                Condition::Test(*test, self.field(what)?, text.to_string())
            }
            Node::Kind(_, _, word) => {
                let fault = Fault::new(word.span, "the field of an object is of no kind");
                return Err(
                    fault.help("`is` asks of flows and containers in rules; compare the field: `kind == \"Job\"`")
                );
            }
            Node::Count(..) => {
                let fault = Fault::new(node.span(), "nothing is counted in an expectation");
                return Err(fault.help("write the number that comes of it"));
            }
            Node::Each(quantity, (name, _), parts, _) => {
                let [of, body] = &**parts;
                let of = self.field(of)?;
                self.bound.push(name);
                let body = self.condition(body);
                self.bound.pop();
                Condition::Each(*quantity, of, Box::new(body?))
            }
        })
    }

    fn compare(&self, relation: Relation, left: &Node<'t>, right: &Node<'t>, span: Span) -> Result<Condition, Fault> {
        let (one, other) = (self.operand(left)?, self.operand(right)?);
        let is_ordering = match relation {
            Relation::Equal | Relation::Unequal => false,
            Relation::Below | Relation::AtMost | Relation::Above | Relation::AtLeast => true,
        };
        for (operand, node) in [(&one, left), (&other, right)] {
            let what = match operand {
                Operand::Value(Constant::Text(_)) => "a text",
                Operand::Value(Constant::Is(_)) => "what is true or false",
                Operand::Value(Constant::None) => "`none`",
                Operand::Value(Constant::Number(_)) | Operand::Field(_) => continue,
            };
            if is_ordering {
                let fault = Fault::new(node.span(), format!("{what} cannot be compared by more and less"));
                let fault = fault.here("no number");
                return Err(match operand {
                    Operand::Value(Constant::Text(text)) if text.parse::<f64>().is_ok() => {
                        fault.help(format!("write the number without quotes, `{text}`"))
                    }
                    Operand::Value(_) | Operand::Field(_) => fault.help("compare it with `==` or `!=`"),
                });
            }
        }
        if matches!((&one, &other), (Operand::Value(_), Operand::Value(_))) {
            let fault = Fault::new(span, "two values are compared, and no field of the object");
            return Err(fault.help("for example: `spec.replicas == 2`"));
        }
        Ok(Condition::Compare(relation, one, other))
    }

    fn operand(&self, node: &Node<'t>) -> Result<Operand, Fault> {
        match node {
            Node::Literal(term) => constant(term).map(Operand::Value),
            Node::Path(path, span) => match word(path) {
                Some(value) => Ok(Operand::Value(value)),
                None => self.path(path, *span, None).map(Operand::Field),
            },
            Node::Keyed(..)
            | Node::Not(..)
            | Node::Both(..)
            | Node::Either(..)
            | Node::Compare(..)
            | Node::Among(..)
            | Node::Kind(..)
            | Node::Test(..)
            | Node::Count(..)
            | Node::Each(..) => self.field(node).map(Operand::Field),
        }
    }

    fn field(&self, node: &Node<'t>) -> Result<Path, Fault> {
        match node {
            Node::Path(path, span) => self.path(path, *span, None),
            Node::Keyed(path, span, key) => self.path(path, *span, key.text()),
            Node::Count(..) => Err(Fault::new(node.span(), "nothing is counted in an expectation")
                .help("write the number that comes of it")),
            Node::Literal(_)
            | Node::Not(..)
            | Node::Both(..)
            | Node::Either(..)
            | Node::Compare(..)
            | Node::Among(..)
            | Node::Kind(..)
            | Node::Test(..)
            | Node::Each(..) => Err(Fault::new(node.span(), "a field of the object is expected here")
                .help("for example: `spec.replicas`, `metadata.labels(\"app.kubernetes.io/name\")`")),
        }
    }

    fn path(&self, path: &str, span: Span, key: Option<&str>) -> Result<Path, Fault> {
        let mut keys: Vec<String> = path.split(['.']).map(str::to_owned).collect();
        let first = keys.first().cloned().unwrap_or_default();
        let of = self.bound.iter().rposition(|name| *name == first);
        if of.is_some() {
            keys.remove(0);
        } else if !OUTERMOST.contains(&first.as_str()) {
            let place = span.beginning(&first);
            let fault = Fault::new(place, format!("an object has no field `{first}`"));
            let near = similar::nearest(&first, OUTERMOST.into_iter().chain(self.bound.iter().copied()));
            return Err(if near.is_empty() {
                let bound: Vec<String> = self.bound.iter().map(|name| format!("`{name}`")).collect();
                let bound = if bound.is_empty() { String::new() } else { format!(", or {}", listed(&bound)) };
                fault.help(format!(
                    "a field is written from the outermost on, `spec.template.spec.containers.web.image`{bound}; a text stands in quotes: {}",
                    quoted(path)
                ))
            } else {
                fault.near(&near)
            });
        }
        let written = key.map_or_else(|| path.to_owned(), |key| format!("{path}({})", quoted(key)));
        keys.extend(key.map(str::to_owned));
        Ok(Path { written, of, keys, span })
    }
}

fn no_condition(span: Span) -> Fault {
    Fault::new(span, "a value by itself neither holds nor fails to")
        .help("compare a field with it: `spec.replicas == 2`, `spec.paused != none`")
}

fn several(node: &Node<'_>) -> Result<Several, Fault> {
    const WANTED: &str = "a list in brackets or a range is expected behind `in`";
    let Node::Literal(term) = node else { return Err(Fault::new(node.span(), WANTED)) };
    match &term.kind {
        TermKind::List(members) => Ok(Several::Listed(members.iter().map(constant).collect::<Result<_, _>>()?)),
        TermKind::Range(ends) => match (ends.0.number(), ends.1.number()) {
            (Some(low), Some(high)) => Ok(Several::Between(low.to_owned(), high.to_owned())),
            _ => Err(Fault::new(term.span, "a range goes from one number to another").help("for example: `in 2..5`")),
        },
        TermKind::Name(_)
        | TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Text(_)
        | TermKind::Template(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Sign(_)
        | TermKind::Bad => Err(Fault::new(term.span, WANTED)),
    }
}

/// The value that a word is.
fn word(name: &str) -> Option<Constant> {
    match name {
        "none" => Some(Constant::None),
        "true" => Some(Constant::Is(true)),
        "false" => Some(Constant::Is(false)),
        _ => None,
    }
}

fn constant(term: &Term) -> Result<Constant, Fault> {
    match &term.kind {
        TermKind::Number(number) => Ok(Constant::Number(number.to_string())),
        TermKind::Text(text) => Ok(Constant::Text(text.to_string())),
        TermKind::Address(address) => Ok(Constant::Text(address.to_string())),
        TermKind::Name(name) => word(name).ok_or_else(|| {
            Fault::new(term.span, format!("the word `{name}` is no value of an object"))
                .help(format!("a text stands in quotes: {}", quoted(name)))
        }),
        TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Template(_)
        | TermKind::Range(_)
        | TermKind::List(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Colon
        | TermKind::Sign(_)
        | TermKind::Bad => Err(Fault::new(term.span, format!("{} is no value of an object", term.describe()))),
    }
}
