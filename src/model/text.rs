//! Text that may hold addresses of other endpoints: `postgres.sql.host`, `"http://${api.http.host}:${api.http.port}"`.

use super::body::{Decoder, MOST_TEXT, Part, Scope, spelling, too_long};
use super::codes;
use super::origin::EndpointId;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};
use crate::value::{Mismatch, TemplatePart, Term, TermKind, similar};

/// A text in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Fixed(String),
    /// An address, put in when the output is made.
    Address(Address),
}

/// The address of an endpoint, or of one of its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whose address it is.
    pub endpoint: EndpointId,
    /// The port, by name; `None` for an endpoint whose ports all have one address.
    pub port: Option<String>,
    /// Which part of it.
    pub part: AddressPart,
    /// Where it is written.
    pub span: Span,
}

/// The parts of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressPart {
    /// The name or address to reach it by.
    Host,
    /// The port to reach it at.
    Port,
}

impl Text {
    /// A text without addresses.
    pub fn fixed(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Fixed(text.into())] }
    }

    /// The text, where it holds no address.
    pub fn plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Fixed(text)] => Some(text),
            _ => None,
        }
    }

    /// The addresses in it.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Address(address) => Some(address),
            Piece::Fixed(_) => None,
        })
    }

    /// How long it is without its addresses, in bytes.
    pub fn fixed_size(&self) -> usize {
        let fixed = |piece: &Piece| if let Piece::Fixed(text) = piece { text.len() } else { 0 };
        self.pieces.iter().map(fixed).sum()
    }

    /// Reads a string, number, word or address.
    pub fn read(term: &Term, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let text = Self::pieces(term, part, decoder)?;
        if text.fixed_size() > MOST_TEXT {
            decoder.report(too_long(term.span));
            return None;
        }
        Some(text)
    }

    fn pieces(term: &Term, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &term.kind {
            TermKind::Variable(name) => {
                let Some(bound) = part.scope.get(name) else {
                    decoder.unclosed(&part.scope.missing(name, term.span));
                    return None;
                };
                if matches!(bound.kind, TermKind::List(_) | TermKind::Range(_)) {
                    decoder.mismatch(term, no_text(bound));
                    return None;
                }
                Some(Self::fixed(spelling(bound)))
            }
            TermKind::Template(template) => {
                let mut pieces = Vec::new();
                // whatever is wrong in it is said at once
                let mut is_read = true;
                for piece in template {
                    match piece {
                        TemplatePart::Text(text) => push(&mut pieces, text),
                        TemplatePart::Path(path, span) => match part.scope.get(path) {
                            Some(bound) => push(&mut pieces, &spelling(bound)),
                            None if path.contains('.') => match Address::within(path, *span, part, decoder) {
                                Some(address) => pieces.push(Piece::Address(address)),
                                None => is_read = false,
                            },
                            None => {
                                decoder.unclosed(&part.scope.missing(path, *span));
                                is_read = false;
                            }
                        },
                    }
                }
                is_read.then_some(Self { pieces })
            }
            TermKind::Name(path) if path.contains('.') => {
                Some(Self { pieces: vec![Piece::Address(Address::within(path, term.span, part, decoder)?)] })
            }
            TermKind::Name(_) | TermKind::Number(_) | TermKind::Address(_) | TermKind::Text(_) => {
                Some(Self::fixed(spelling(term)))
            }
            TermKind::Star
            | TermKind::Range(_)
            | TermKind::List(_)
            | TermKind::Call(_)
            | TermKind::Arrow
            | TermKind::PathArrow
            | TermKind::Equals
            | TermKind::Sign(_)
            | TermKind::Colon
            | TermKind::Bad => {
                decoder.mismatch(term, no_text(term));
                None
            }
        }
    }
}

fn no_text(term: &Term) -> Mismatch {
    Mismatch::new(format!("expected a string, a number or an address, found {}", term.describe()))
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Fixed(last)) = pieces.last_mut() {
        last.push_str(text);
    } else {
        pieces.push(Piece::Fixed(text.to_owned()));
    }
}

/// What others call the parts of an address.
const HABITS: &[(&str, &str)] = &[
    ("addr", "host"),
    ("address", "host"),
    ("dns", "host"),
    ("fqdn", "host"),
    ("hostname", "host"),
    ("ip", "host"),
    ("portnumber", "port"),
    ("service", "host"),
];

/// The part that the last of a path was meant for, with `before` names before it.
fn meant(last: &str, before: usize) -> Option<&'static str> {
    if !(1..=2).contains(&before) {
        return None;
    }
    let habit = HABITS.iter().find(|(habit, _)| *habit == last.to_ascii_lowercase()).map(|(_, part)| *part);
    habit.or_else(|| similar::closest(last, ["host", "port"]))
}

impl Address {
    /// Reads a path of which the first part may be a parameter.
    fn within(path: &str, span: Span, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        match part.scope.address(path, span) {
            Ok(meant) => Self::read((&meant, path), span, part, decoder),
            Err(unclosed) => {
                decoder.unclosed(&unclosed);
                None
            }
        }
    }

    /// Reads `NAME.host`, `NAME.port`, `NAME.PORT.host` or `NAME.PORT.port`. What mends it keeps the first name as it is written,
    /// which may be that of a parameter.
    fn read((path, written): (&str, &str), span: Span, of: Part<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut names: Vec<&str> = path.split('.').collect();
        let part = match names.pop() {
            Some("host") => AddressPart::Host,
            Some("port") => AddressPart::Port,
            Some(last) if meant(last, names.len()).is_some() => {
                let near = meant(last, names.len()).unwrap_or_default();
                let (kept, last) = written.rsplit_once('.').unwrap_or((written, ""));
                // the names before it are left to what is wrong with them
                let edit = TextEdit::replace(span.ending(last), near);
                let near = format!("{kept}.{near}");
                decoder.report(
                    Diagnostic::new(&codes::BVL0206, span, format!("`{path}` is no address"))
                        .here(format!("did you mean `{near}`?"))
                        .fix(format!("write `{near}`"), vec![edit]),
                );
                return None;
            }
            last => {
                let told = Diagnostic::new(&codes::BVL0206, span, format!("`{path}` is no address"))
                    .here("an address ends in `.host` or `.port`");
                // behind a name and a port stands nothing but the part
                let is_last_wrong = names.len() > 1 && dotted(&names, decoder).is_none();
                let kept = written.rsplit_once('.').map_or(written, |(kept, _)| kept);
                let (kept, at) = match last.filter(|_| is_last_wrong) {
                    Some(last) => (kept, span.ending(last)),
                    None => (written, span.after()),
                };
                let dot = if is_last_wrong { "" } else { "." };
                let fix = |told: Diagnostic, part: &str| {
                    told.unsafe_fix(
                        format!("write `{kept}.{part}`"),
                        vec![TextEdit::replace(at, format!("{dot}{part}"))],
                    )
                };
                let told = told.help(format!("write `{kept}.host` or `{kept}.port`"));
                decoder.report(fix(fix(told, "host"), "port"));
                return None;
            }
        };
        let (name, port) = match names.as_slice() {
            [name] => (*name, None),
            [name, port] => (*name, Some((*port).to_owned())),
            several => {
                if let Some((endpoint, port)) = dotted(several, decoder) {
                    return Some(Self { endpoint, port, part, span });
                }
                decoder.report(
                    Diagnostic::new(&codes::BVL0206, span, format!("`{path}` is no address"))
                        .here("an address is `NAME.host`, `NAME.PORT.host` or the same with `.port`"),
                );
                return None;
            }
        };
        match decoder.names.endpoint(name) {
            Ok(endpoint) => Some(Self { endpoint, port, part, span }),
            Err(near) => {
                if let Some((endpoint, port)) = dotted(&names, decoder) {
                    return Some(Self { endpoint, port, part, span });
                }
                let finding = super::unknown_endpoint(name, span, &near);
                decoder.report(of_value((name, path), of.scope, &*decoder, finding));
                None
            }
        }
    }
}

/// Adds to what is said of an address that it begins with the name of a value, where it does.
fn of_value(
    (name, path): (&str, &str),
    scope: &Scope<'_>,
    decoder: &Decoder<'_>,
    mut finding: Diagnostic,
) -> Diagnostic {
    let (value, is_of_class) = (scope.get(name), scope.is_of_class(name));
    if value.is_none() && !is_of_class {
        return finding;
    }
    finding.fixes.clear();
    let finding = finding.here(format!("`{name}` is a value, and an address begins with the name of a declaration"));
    if is_of_class {
        return finding.help(format!(
            "a parameter stands for a workload where its type is a class, as in `{name}: CLASS`: then it is given one that is declared"
        ));
    }
    let text = value.and_then(|value| value.name().or(value.text()));
    let rest = path.strip_prefix(name).unwrap_or_default();
    finding.help(match text.filter(|meant| decoder.names.endpoint(meant).is_ok()) {
        Some(meant) => format!("write `{meant}{rest}`"),
        None => format!("begin it with the name of a workload or external; the value itself is `${{{name}}}`"),
    })
}

/// What the names of an address stand for where a name is declared with a dot in it: that none may hold one is said there.
fn dotted(names: &[&str], decoder: &Decoder<'_>) -> Option<(EndpointId, Option<String>)> {
    let (last, before) = names.split_last().filter(|(_, before)| !before.is_empty())?;
    if let Ok(endpoint) = decoder.names.endpoint(&names.join(".")) {
        return Some((endpoint, None));
    }
    let endpoint = decoder.names.endpoint(&before.join(".")).ok().filter(|_| before.len() > 1)?;
    Some((endpoint, Some((*last).to_owned())))
}
