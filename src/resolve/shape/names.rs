//! Whether names that terms hold stand for anything, and whether a value stands where one is wanted.

use super::super::declarations::Named;
use super::super::environments::name_of;
use super::super::spaces;
use super::super::unbraced::{longest, unbraced};
use super::Known;
use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::body::{MOST_TEXT, too_long};
use crate::model::codes::{BVL0203, BVL0204};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind, Within, quoted, similar};
use crate::vocabulary::{Split, Type};

impl Known<'_, '_> {
    /// Reports every `$name` and `${name}` that stands for nothing, and `$name` in a string; whether each string says what
    /// it is meant to say.
    pub(super) fn terms(&self, terms: &[Term], sink: &mut Sink) -> bool {
        let mut is_meant = true;
        for term in terms {
            for member in term.members() {
                if let TermKind::Text(text) = &member.kind
                    && text.len() > MOST_TEXT
                {
                    sink.report(too_long(member.span));
                }
                for finding in unbraced(member, self.sources, |name| self.stands(name)) {
                    is_meant = false;
                    sink.report(finding);
                }
            }
            term.each_variable(&mut |name, span, within| match within {
                Within::Term => self.variable(name, span, "$", sink),
                // a path with a dot is an address
                Within::Text if !name.contains('.') => self.variable(name, span, "", sink),
                Within::Text => self.behind_space(name, span, "").into_iter().for_each(|finding| sink.report(finding)),
            });
        }
        is_meant
    }

    /// A declaration in the place of a value: its address may be meant, or its name as a text. So is a value that is written as in
    /// another language.
    pub(super) fn bare_declaration(&self, entry: &Statement, split: &Split<'_>) -> Option<Diagnostic> {
        let expects = split.variant.unwrap_or(split.word);
        let values = || split.args.iter().zip(expects.args).filter(|(_, argument)| argument.ty == Type::Value);
        if let Some(foreign) = values().find_map(|(term, _)| self.behind_space(term.name()?, term.span, "$")) {
            return Some(foreign);
        }
        let (name, span) = values().find_map(|(term, _)| {
            Some((term.name()?, term.span)).filter(|(name, _)| self.declarations.endpoints.contains_key(*name))
        })?;
        let key = entry.terms.first().filter(|term| term.span != span).map(crate::model::key_text);
        let what = key.map_or_else(|| format!("`{}`", entry.word()), |key| format!("`{} {key}`", entry.word()));
        Some(
            Diagnostic::new(&BVL0203, span, format!("{what} wants a value, and `{name}` is a declaration"))
                .here("neither its address nor a text")
                .help(format!("write its address, `{name}.host` or `{name}.PORT.host`, or the text {}", quoted(name)))
                .unsafe_fix(format!("write `{name}.host`"), vec![TextEdit::insert_after(span, ".host")])
                .unsafe_fix(format!("write {}", quoted(name)), vec![TextEdit::replace(span, quoted(name))]),
        )
    }

    /// A value behind the space of names of another language, `var.version`, where an address would stand.
    pub(super) fn behind_space(&self, path: &str, span: Span, sign: &str) -> Option<Diagnostic> {
        let is_endpoint = |name: &str| self.declarations.endpoints.contains_key(name);
        let name = spaces::meant(path, |name| self.is_known(name), is_endpoint)?;
        let written = format!("{sign}{name}");
        let whole = if sign.is_empty() { format!("${{{name}}}") } else { written.clone() };
        Some(
            Diagnostic::new(&BVL0204, span, format!("`{path}` is no address: `{name}` is known by its name alone"))
                .here("the name of a value, with another one before it")
                .help(format!("write `{whole}`"))
                .fix(format!("write `{whole}`"), vec![TextEdit::replace(span, written)]),
        )
    }

    /// Whether a name stands for a value.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.global.contains(name) || self.own.iter().any(|known| known == name)
    }

    /// Whether a path within `${..}` would stand for a value: a known name, or an address.
    pub(super) fn stands(&self, path: &str) -> bool {
        let Some((before, part)) = path.rsplit_once('.') else { return self.is_known(path) };
        let endpoint = before.rsplit_once('/').map_or(before, |(_, endpoint)| endpoint);
        let endpoint = endpoint.split_once('.').map_or(endpoint, |(endpoint, _)| endpoint);
        let is_own = self.own.iter().any(|known| known == endpoint);
        matches!(part, "host" | "port") && (is_own || self.declarations.endpoints.contains_key(endpoint))
    }

    pub(super) fn variable(&self, name: &str, span: Span, sign: &str, sink: &mut Sink) {
        if self.is_known(name) {
            return;
        }
        if let Some(finding) = self.no_value(name, span, sign) {
            sink.report(finding);
            return;
        }
        let names = || self.global.iter().chain(&self.own).map(String::as_str);
        let diagnostic = Diagnostic::new(&BVL0204, span, format!("`{name}` is no param, let or parameter"))
            .lacking(Absent::Constant(name.to_owned()));
        let own = self.own.iter().map(String::as_str);
        let near = similar::nearest(name, self.global.nearest_of(name, |_| true).into_iter().chain(own));
        if !near.is_empty() {
            sink.report(diagnostic.guess(&near, |near| vec![TextEdit::replace(span, format!("{sign}{near}"))]));
            return;
        }
        if let Some((owner, place)) = self.owner_of(name) {
            let named = owner.statement.terms.first().and_then(Term::named);
            let who = format!("{} {}", owner.statement.word(), named.map_or("", |(name, ..)| name));
            let overlay = if owner.statement.word() == "environment" {
                format!(", as in an overlay: `service NAME {{ env KEY \"${{{name}}}\" }}`")
            } else {
                String::new()
            };
            let title = format!("`{name}` is a parameter of {who}, and this is outside of its braces");
            sink.report(
                Diagnostic::new(&BVL0204, span, title)
                    .lacking(Absent::Constant(name.to_owned()))
                    .here("no value here")
                    .label(place, "declared here")
                    .help(format!(
                        "use it within those{overlay}, or declare a name that is known everywhere: `param NAME: string example \"TEXT\"`"
                    )),
            );
            return;
        }
        let known: Vec<&str> = names().take(12).collect();
        sink.report(diagnostic.here("declared nowhere").help(format!(
            "declare the name outside of all blocks, `let NAME = \"TEXT\"` or `param NAME: string example \"TEXT\"` whose value `--set` gives, or use one that is there: {}",
            known.join(", ")
        )));
    }

    /// What is said of the name of a declaration, which has an address and no value, and of a value with more behind it.
    fn no_value(&self, name: &str, span: Span, sign: &str) -> Option<Diagnostic> {
        let finding = |title| Diagnostic::new(&BVL0204, span, title).lacking(Absent::Constant(name.to_owned()));
        if self.declarations.endpoints.contains_key(name) {
            let (address, port) = match sign {
                "" => (format!("${{{name}.host}}"), format!("${{{name}.PORT.host}}")),
                _ => (format!("{name}.host"), format!("{name}.PORT.host")),
            };
            return Some(
                finding(format!("`{name}` is a declaration, which has no value of its own"))
                    .here("no address")
                    .help(format!("write its address, `{address}` or `{port}`"))
                    .unsafe_fix(format!("write `{address}`"), vec![TextEdit::replace(span, format!("{name}.host"))]),
            );
        }
        let begins = longest(name, &|name| self.is_known(name)).filter(|_| !sign.is_empty())?;
        let written = format!("\"${{{begins}}}{}\"", name.strip_prefix(begins)?);
        Some(
            finding(format!("`{name}` is no param, let or parameter, and `{begins}` is one"))
                .here("all of it is read as one name")
                .help(format!("where `{}` is text, write `{written}`", name.strip_prefix(begins)?))
                .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
        )
    }

    /// The environment or class that has a parameter of that name, and where.
    pub(super) fn owner_of(&self, name: &str) -> Option<(Named<'_>, Span)> {
        let is_users = |(full, _): &(&String, &Named<'_>)| !full.contains('.');
        let classes = self.declarations.classes.iter().filter(is_users).map(|(_, named)| named);
        let mut all = self.declarations.environments.values().chain(classes);
        all.find_map(|named| {
            let mut first = named.parameters.iter().filter_map(|part| name_of(part));
            first.find(|first| first.is_name(name)).map(|first| (*named, first.span))
        })
    }
}
