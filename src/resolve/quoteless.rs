//! What was meant by a text without quotes that holds names: `r.e/web:${version}`, `http://${api}:8080`, `http://api.http.host`.
//!
//! Invariants: without asking it is put in quotes only where each name in it stands for a value there, and where nothing else in it does;
//! what holds no name is left to the syntax.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Diagnostic, Sink};
use crate::model::{Endpoint, Model};
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::{Piece, Statement, holds_quotes, pieces};
use crate::value::Term;

use super::Project;
use super::declarations::Declarations;
use super::environments::name_of;
use super::foreign::Replaced;
use super::proposed;
use super::scopes::BUILT_IN;
use super::spaces;
use super::table::Table;
use super::unbraced::longest;

/// The code of text without quotes.
const TEXT: &str = "BVL0115";

/// The code of a name in braces outside of strings.
const BRACED: &str = "BVL0111";

/// Tells of each such text what was meant, in place of what the syntax says of it.
pub(super) fn told(
    project: &Project,
    declarations: &Declarations<'_>,
    known: (&Table, &Model),
    replaced: &mut Replaced,
    sink: &mut Sink,
) {
    let sources = &project.sources;
    let mut all: BTreeMap<Span, Diagnostic> = BTreeMap::new();
    for tree in &project.trees {
        let is_of_text = |error: &&Diagnostic| matches!(error.code.id, TEXT | BRACED);
        if !tree.errors.iter().any(|error| is_of_text(&error) || proposed::PARTS.contains(&error.code.id)) {
            continue;
        }
        for error in proposed::told(tree, sources).iter().filter(is_of_text) {
            let Some(span) = error.span().filter(|span| !replaced.contains(span)) else { continue };
            let names = Names::at(span, declarations, known);
            let text = sources.text(span);
            let braced = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
            let told = match braced.filter(|_| error.code.id == BRACED) {
                Some(name) => names.alone(error, (text, name), span),
                None => joined(tree.statements(), (text, span), error, sources)
                    .or_else(|| names.within(error, (text, span), || proposed::refuses_addresses(tree, span))),
            };
            all.extend(told.map(|told| (span, told)));
        }
    }
    if all.is_empty() {
        return;
    }
    // the same name is not told as one that there is not as well; none of these overlap
    let is_told = |place: Span| {
        let until = Span { end: u32::MAX, ..place };
        all.range(..=until).next_back().is_some_and(|(span, _)| span.contains(place))
    };
    sink.retain(|finding| finding.span().is_none_or(|place| !is_told(place)));
    replaced.extend(all.keys());
    for told in all.into_values() {
        sink.report(told);
    }
}

/// What has a value in one place.
struct Names<'d, 't> {
    declarations: &'d Declarations<'t>,
    own: Vec<&'d str>,
    table: &'d Table,
    model: &'d Model,
}

/// A text as a string.
#[derive(Default)]
struct Written {
    /// With its addresses as they are.
    plain: String,
    /// With those in braces.
    filled: String,
    /// The addresses that have no braces.
    bare: Vec<String>,
    /// The addresses in braces.
    addresses: Vec<String>,
    /// The names that stand for nothing.
    unknown: Vec<String>,
    /// Whether a name is written as something else.
    is_guessed: bool,
}

impl Written {
    fn name(&mut self, path: &str) {
        if path.contains('.') {
            self.addresses.push(path.to_owned());
        }
        for text in [&mut self.plain, &mut self.filled] {
            text.extend(["${", path, "}"]);
        }
    }

    fn text(&mut self, text: &str) {
        let text = text.replace('$', "\\$");
        self.plain.push_str(&text);
        self.filled.push_str(&text);
    }
}

impl<'d, 't> Names<'d, 't> {
    fn at(span: Span, declarations: &'d Declarations<'t>, (table, model): (&'d Table, &'d Model)) -> Self {
        let mut all = declarations.environments.values().chain(declarations.classes.values());
        let around = all.find(|named| named.statement.span.contains(span));
        let parameters = around.into_iter().flat_map(|named| named.parameters);
        let own = parameters.filter_map(|part| name_of(part)?.name()).collect();
        Self { declarations, own, table, model }
    }

    fn is_value(&self, name: &str) -> bool {
        let constants = self.declarations.params.iter().chain(&self.declarations.lets);
        self.own.contains(&name)
            || BUILT_IN.contains(&name)
            || self.declarations.lost.contains(name)
            || constants.filter_map(|statement| statement.terms.first()?.name()).any(|known| known == name)
    }

    fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.table.by_name.get(name)?.values().find_map(|id| self.model.endpoint(*id))
    }

    /// Whether a path is an address that there is.
    fn is_address(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('.').collect();
        match names.as_slice() {
            [name, "host" | "port"] => self.own.contains(name) || self.endpoint(name).is_some(),
            [name, port, "host" | "port"] => self.own.contains(name) || self.has_port(name, port),
            _ => false,
        }
    }

    fn has_port(&self, name: &str, port: &str) -> bool {
        self.endpoint(name).is_some_and(|endpoint| endpoint.ports().iter().any(|known| known.name.value == *port))
    }

    fn stands(&self, path: &str) -> bool {
        self.is_value(path) || self.is_address(path)
    }

    /// The name that was meant by one behind the space of names of another language.
    fn behind_space<'p>(&self, path: &'p str) -> Option<&'p str> {
        spaces::meant(path, |name| self.is_value(name), |name| self.endpoint(name).is_some())
    }

    /// What is said of `${name}` by itself.
    fn alone(&self, error: &Diagnostic, (text, name): (&str, &str), span: Span) -> Option<Diagnostic> {
        if self.stands(name) {
            return None;
        }
        let edit = |written: &str| vec![TextEdit::replace(span, written)];
        if let Some(meant) = self.behind_space(name) {
            let written = format!("${meant}");
            return Some(
                Diagnostic::new(
                    error.code,
                    span,
                    format!("`{text}` stands for nothing: `{meant}` is known by its name alone"),
                )
                .here("outside of a string")
                .help(format!("write `{written}`"))
                .fix(format!("write `{written}`"), edit(&written)),
            );
        }
        if self.endpoint(name).is_some() {
            let written = format!("{name}.host");
            return Some(
                Diagnostic::new(error.code, span, format!("`{name}` is a declaration, which has no value of its own"))
                    .here("outside of a string, and no address")
                    .help(format!("write its address, `{written}` or `{name}.PORT.host`"))
                    .unsafe_fix(format!("write `{written}`"), edit(&written)),
            );
        }
        // what `$name` would be is no value either
        let mut told = error.clone().note(format!("`{name}` is no param, let or parameter"));
        for fix in &mut told.fixes {
            fix.applicability = Applicability::Unsafe;
        }
        Some(told)
    }

    /// What is said of a text that holds names; nothing where it holds none.
    fn within(
        &self,
        error: &Diagnostic,
        (text, span): (&str, Span),
        refuses_addresses: impl FnOnce() -> bool,
    ) -> Option<Diagnostic> {
        let [fix] = error.fixes.as_slice() else { return None };
        let [edit] = fix.edits.as_slice() else { return None };
        let quoted = |text: &str| format!("\"{text}\"");
        // of a key with its sign less is put in quotes
        let is_whole = text.contains('$') || edit.text == quoted(text);
        // it has parts, of which the fix makes one text
        let has_quotes = holds_quotes(text);
        let is_joined = has_quotes || text.contains('=');
        let text = if has_quotes { edit.text.trim_matches('"') } else { text };
        if edit.span != span || !edit.text.starts_with('"') || !is_whole && !is_joined {
            return None;
        }
        if is_joined && text.contains('\\') {
            return Some(error.clone());
        }
        let written = self.written(text);
        let (plain, filled) = (quoted(&written.plain), quoted(&written.filled));
        let is_changed = plain != edit.text;
        let address = written.addresses.iter().chain(&written.bare).next();
        if !is_changed && address.is_none() && written.unknown.is_empty() {
            // what is said of its parts goes with it
            return is_joined.then(|| error.clone());
        }
        let here = error.labels.first().map(|label| label.message.clone()).unwrap_or_default();
        let told = Diagnostic::new(error.code, span, error.message.clone()).here(here);
        let edits = |text: String| vec![TextEdit::replace(span, text)];
        if let Some(address) = address.filter(|_| refuses_addresses()) {
            let told = told
                .note(format!("`{address}` is an address, which is filled in within the values of `env` and `config`"));
            let out = "write its name out, such as \"web.${namespace}.svc.cluster.local\"";
            return Some(if written.addresses.is_empty() {
                told.help(format!("{out}, or `{plain}` where that is the text"))
                    .unsafe_fix("put it in quotes", edits(plain))
            } else {
                told.help(format!("put it in quotes, and {out}"))
            });
        }
        if let [first, ..] = written.bare.as_slice() {
            return Some(
                told.help(format!("write `{filled}` for the value of `{first}`, `{plain}` for text"))
                    .unsafe_fix(format!("write `{filled}`"), edits(filled))
                    .unsafe_fix("put it in quotes", edits(plain)),
            );
        }
        // a `$` that has slipped into the name
        let unslipped = text.replacen('$', "", 1);
        if !written.unknown.is_empty() && self.is_value(&unslipped) {
            let meant = format!("${unslipped}");
            let edit = vec![TextEdit::replace(span, meant.clone())];
            return Some(told.help(format!("write `{meant}`")).unsafe_fix(format!("write `{meant}`"), edit));
        }
        let told = told.help(format!("write `{plain}`"));
        if let [first, ..] = written.unknown.as_slice() {
            // in quotes it would stand for nothing, too
            return Some(told.note(format!("`{first}` is no param, let or parameter, and no address that is there")));
        }
        let title = if is_changed || is_joined { format!("write `{plain}`") } else { "put it in quotes".to_owned() };
        Some(if written.is_guessed { told.unsafe_fix(title, edits(plain)) } else { told.fix(title, edits(plain)) })
    }

    fn written(&self, text: &str) -> Written {
        let mut written = Written::default();
        let mut rest = pieces(text).into_iter().peekable();
        while let Some(piece) = rest.next() {
            let name = match piece {
                Piece::Plain(plain) => {
                    self.plain(plain, &mut written);
                    continue;
                }
                Piece::Braced(name) | Piece::Bare(name) => name,
            };
            let begins = match piece {
                Piece::Bare(_) => longest(name, &|path: &str| self.stands(path)),
                Piece::Braced(_) | Piece::Plain(_) => Some(name).filter(|name| self.stands(name)),
            };
            if let Some(meant) = self.behind_space(name) {
                written.name(meant);
            } else if let Some(begins) = begins {
                written.name(begins);
                written.text(name.strip_prefix(begins).unwrap_or_default());
            } else if self.endpoint(name).is_some() {
                written.is_guessed = true;
                // `$b.http`, of which the name ends at its dot
                let behind = if let Some(Piece::Plain(plain)) = rest.peek() { *plain } else { "" };
                let port =
                    behind.strip_prefix('.').and_then(|behind| longest(behind, &|port| self.has_port(name, port)));
                match port {
                    Some(port) => {
                        written.name(&format!("{name}.{port}.host"));
                        self.plain(behind.get(port.len() + 1..).unwrap_or_default(), &mut written);
                        rest.next();
                    }
                    None => written.name(&format!("{name}.host")),
                }
            } else {
                written.unknown.push(name.to_owned());
                written.name(name);
            }
        }
        written
    }

    /// Adds what stands between names, in which an address may lack its braces.
    fn plain(&self, text: &str, written: &mut Written) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let mut rest = text;
        while !rest.is_empty() {
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            let sign = behind.chars().next().map_or(0, char::len_utf8);
            match self.address(run, written.plain.ends_with("://")) {
                Some(address) => {
                    written.plain.push_str(run);
                    written.filled.extend(["${", &address, "}"]);
                    written.bare.push(address);
                }
                None => written.text(run),
            }
            written.text(behind.get(..sign).unwrap_or_default());
            rest = behind.get(sign..).unwrap_or_default();
        }
    }

    /// The address that a run of names and dots is, or that its beginning names as the host of a URL.
    fn address(&self, run: &str, is_host: bool) -> Option<String> {
        if self.is_address(run) {
            return Some(run.to_owned());
        }
        let (name, port) = run.split_once('.').filter(|_| is_host)?;
        self.has_port(name, port).then(|| format!("{run}.host"))
    }
}

/// What is said of `"s".k`: a name and its key that a dot joins.
fn joined<'t>(
    mut statements: impl Iterator<Item = &'t Statement>,
    (text, span): (&str, Span),
    error: &Diagnostic,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    let key = text.strip_prefix('.').filter(|key| key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
    let around = statements.find(|statement| statement.span.contains(span))?.innermost(span);
    let terms: Vec<&Term> = around.terms.iter().take_while(|term| term.span.end <= span.start).collect();
    let [.., from, name] = terms.as_slice() else { return None };
    let from = from.name().filter(|from| matches!(*from, "secret" | "config"))?;
    let name = sources.text(name.span).trim_matches('"');
    (!name.is_empty()).then(|| {
        let written = format!("{from} \"{name}\" \"{key}\"");
        let whole = format!("\"{name}\"{text}");
        Diagnostic::new(error.code, span, format!("`{whole}` is no name and key: a space stands between them"))
            .here("the key, without quotes and behind a dot")
            .help(format!("write `{written}`"))
            .fix(format!("write `{written}`"), vec![TextEdit::replace(span, format!(" \"{key}\""))])
    })
}
