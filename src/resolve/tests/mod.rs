//! The platform's own tests: what a `test` gives and expects, with what its names stand for.

mod given;

use std::collections::BTreeMap;

use given::Given;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::body::Unclosed;
use crate::model::codes::{BVL0202, BVL0203, BVL0204};
use crate::model::flow::NeverEnd;
use crate::model::test::{CLAUSES, Ends, Expectation, Expected, Grade, Parted, Passing, Presence, Test, parted};
use crate::model::{EnvironmentId, Layer, Model, Origin, key_text};
use crate::source::{Span, TextEdit};
use crate::syntax::Statement;
use crate::value::{Term, TermKind, quoted, similar};
use crate::vocabulary::{FILE, TEST, Type, split};

use super::declarations::Declarations;
use super::ends::named_environments;
use super::misfits::{self, Stated};
use super::nevers::About;
use super::scopes::Scopes;
use super::table::Table;
use super::{nevers, slips};

/// How a test is written.
const WHOLE: &str = "for example: `test \"web reaches the api\" { expect flow web -> api.http }`";

/// What is said of ends that stand for nothing.
const ABOUT: About<'_> =
    About { example: "", note: "nothing can be expected of what there is not", here: "nothing can be expected of it" };

/// What flows can end at that nobody declares.
const OWN: [&str; 2] = ["dns", "kubernetes-api"];

/// Puts every `test` into the model.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    table: &Table,
    model: &mut Model,
    scopes: &Scopes,
    sink: &mut Sink,
) {
    let mut texts: BTreeMap<String, Span> = BTreeMap::new();
    let mut tests = Vec::new();
    for statement in &declarations.tests {
        let mut reader = Reader { declarations, table, model, scopes, sink, is_whole: !statement.broken };
        let head = reader.head(statement);
        let test = reader.test(statement, head);
        let Some(test) = test else { continue };
        if let Some(first) = texts.insert(test.text.clone(), test.span) {
            sink.report(
                Diagnostic::new(&crate::model::codes::BVL0205, test.span, "two tests have this text")
                    .again(first)
                    .help("say of each what it is about: a report names tests by their texts"),
            );
            continue;
        }
        tests.push(test);
    }
    model.tests = tests;
}

struct Reader<'r, 't> {
    declarations: &'r Declarations<'t>,
    table: &'r Table,
    model: &'r Model,
    scopes: &'r Scopes,
    sink: &'r mut Sink,
    /// Whether all of the test could be read.
    is_whole: bool,
}

fn wrong(span: Span, title: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, title)
}

impl Reader<'_, '_> {
    fn fault<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.sink.report(diagnostic);
        self.is_whole = false;
        None
    }

    /// The text of a test, and where it is.
    fn head(&mut self, statement: &Statement) -> Option<(String, Span)> {
        if statement.broken {
            return None;
        }
        let split = split(FILE.word("test")?, &statement.terms);
        let Some((text, more)) = split.args.split_first() else {
            return self.fault(
                wrong(statement.head(), "this test does not say what it is about").here("expected a text").help(WHOLE),
            );
        };
        if let Some(extra) = more.first() {
            let title = format!("{} does not belong behind the text of a test", extra.describe());
            return self.fault(wrong(extra.span, title).help(WHOLE));
        }
        if !matches!(text.kind, TermKind::Text(_) | TermKind::Template(_) | TermKind::Variable(_)) {
            let title = format!("a test says in a text what it is about, found {}", text.describe());
            return self.fault(wrong(text.span, title).help(WHOLE));
        }
        let closed = self.closed(text)?;
        let said = key_text(&closed);
        if said.trim().is_empty() {
            return self.fault(
                wrong(text.span, "this test says nothing of what it is about")
                    .here("an empty text")
                    .help("write what it holds: it is what a report says of the test"),
            );
        }
        Some((said, text.span))
    }

    /// A term with what its variables stand for, in every environment alike.
    fn closed(&mut self, term: &Term) -> Option<Term> {
        match self.scopes.global.close(term) {
            Ok(closed) => Some(closed),
            Err(unclosed) => {
                self.unclosed(&unclosed);
                None
            }
        }
    }

    fn unclosed(&mut self, unclosed: &Unclosed) {
        self.is_whole = false;
        unclosed.diagnostic().into_iter().for_each(|diagnostic| self.sink.report(diagnostic));
    }

    /// What stands in the braces of a test.
    fn test(&mut self, statement: &Statement, head: Option<(String, Span)>) -> Option<Test> {
        let stated = Stated::of(statement);
        let (mut given, mut expectations) = (Vec::new(), Vec::new());
        let mut arguments: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut known: BTreeMap<String, Span> = BTreeMap::new();
        let mut n_expected = 0_usize;
        for inner in statement.statements() {
            let Some(word) = TEST.word(inner.word()).filter(|word| matches!(word.name, "given" | "expect")) else {
                self.is_whole = false;
                if !inner.broken || inner.word.name().is_some() {
                    self.sink.report(misfits::unknown_word(inner, (statement, &stated), &TEST));
                }
                // of one that cannot be read that is what is wrong
                n_expected += 1;
                continue;
            };
            n_expected += usize::from(word.name == "expect");
            if inner.broken {
                self.is_whole = false;
                continue;
            }
            if let Some(braces) = &inner.block {
                self.fault::<()>(misfits::no_braces(word.name, braces.open, word.example));
                continue;
            }
            if word.name == "given" {
                let key = inner.terms.first().map(key_text).unwrap_or_default();
                if let Some(first) = known.insert(key, inner.head()) {
                    self.fault::<()>(misfits::twice(inner, word, first));
                    continue;
                }
                match self.given(inner) {
                    Some(Given::Param(value)) => given.push(value),
                    Some(Given::Argument { environment, name, value }) => {
                        arguments.insert((environment, name), value);
                    }
                    None => {}
                }
            } else {
                expectations.extend(self.expectation(inner));
            }
        }
        if n_expected == 0 && !statement.broken {
            let place = statement.block.as_ref().map_or(statement.head(), |block| block.open);
            self.fault::<()>(wrong(place, "this test expects nothing").here("no `expect`").help(WHOLE));
        }
        let (text, span) = head?;
        let asked = if arguments.is_empty() { Vec::new() } else { self.asked(&arguments) };
        self.is_whole.then_some(Test { text, span, given, asked, expectations })
    }

    fn expectation(&mut self, statement: &Statement) -> Option<Expectation> {
        let word = TEST.word("expect")?;
        let first = statement.terms.first();
        let variant = first.and_then(Term::name).and_then(|name| word.variant(name));
        let (Some(first), Some(variant)) = (first, variant) else {
            return self.fault(misfits::unknown_variant(statement, word));
        };
        let parted = parted(&statement.terms);
        let Parted { head, clauses } = &parted;
        let mut head = head.get(1..).unwrap_or_default();
        let (kind, presence) = if variant.name == "no" {
            let what = head.first().and_then(Term::name);
            let Some(kind @ ("path" | "object")) = what else {
                return self.fault(no_what(first, head.first()));
            };
            head = head.get(1..).unwrap_or_default();
            (kind, Presence::Absent)
        } else {
            (variant.name, Presence::There)
        };
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let takes: &[&str] = match kind {
            "error" | "warning" => &["on", "in"],
            "object" => &["where", "in"],
            _ => &["in"],
        };
        let mut environments = Vec::new();
        let (mut on, mut condition) = (None, None);
        for (word, terms) in clauses {
            let name = word.name().unwrap_or_default();
            if !takes.contains(&name) {
                let title = format!("`expect {kind}` takes no `{name}`");
                return self.fault(wrong(word.span, title).help(format!("for example: `{}`", variant.example)));
            }
            if let Some(first) = seen.insert(name, word.span) {
                return self.fault(wrong(word.span, format!("`{name}` stands here twice")).again(first));
            }
            if terms.is_empty() {
                let title = format!("nothing stands behind `{name}`");
                return self.fault(wrong(word.span, title).help(format!("for example: `{}`", variant.example)));
            }
            match name {
                "in" => environments = self.within(terms)?,
                "on" => on = Some(self.subject(terms)?),
                _ => condition = Some(self.condition(terms)?),
            }
        }
        let what = match kind {
            "flow" => Expected::Flow(Passing::Passes, self.ends(statement, head, &TermKind::Arrow, variant.example)?),
            "deny" => Expected::Flow(Passing::Denied, self.ends(statement, head, &TermKind::Arrow, variant.example)?),
            "path" => Expected::Path(presence, self.ends(statement, head, &TermKind::PathArrow, variant.example)?),
            "object" => {
                let (kind, name) = self.object(statement, head)?;
                Expected::Object { presence, kind, name, condition }
            }
            _ => {
                let grade = if kind == "error" { Grade::Error } else { Grade::Warning };
                Expected::Finding { grade, code: self.code(statement, head, variant.example)?, subject: on }
            }
        };
        Some(Expectation { span: statement.head(), what, environments })
    }

    fn within(&mut self, terms: &[Term]) -> Option<Vec<EnvironmentId>> {
        if let Some(extra) = terms.get(1) {
            let title = format!("{} does not belong behind the environments", extra.describe());
            return self.fault(wrong(extra.span, title).help("list environments with commas: `in prod, staging`"));
        }
        let list = terms.first()?;
        if let Some(other) = list.members().iter().find(|member| member.name().is_none()) {
            return self.fault(wrong(other.span, format!("expected an environment, found {}", other.describe())));
        }
        slips::named_twice(terms, Type::Environment, "", self.sink);
        let before = self.sink.len();
        let named = named_environments(terms, self.table, self.sink);
        // one of which no instance could be made has been told where it is declared
        if self.sink.len() > before || named.as_ref().is_none_or(Vec::is_empty) {
            self.is_whole = false;
            return None;
        }
        named
    }

    /// What a finding is about: one name, or two with an arrow.
    fn subject(&mut self, terms: &[Term]) -> Option<Origin<String>> {
        let ends: Vec<&Term> = match terms {
            [one] => vec![one],
            [one, arrow, other] if arrow.kind == TermKind::Arrow => vec![one, other],
            _ => {
                let place = terms.first().zip(terms.last()).map(|(first, last)| first.span.to(last.span))?;
                return self.fault(
                    wrong(place, "a finding is about one name, or about a flow")
                        .help("for example: `on web`, or `on web -> api`"),
                );
            }
        };
        for end in &ends {
            let Some(name) = end.name() else {
                let title = format!("expected what the finding is about, found {}", end.describe());
                return self.fault(wrong(end.span, title).help("for example: `on web`"));
            };
            let bare = name.rsplit_once('/').map_or(name, |(_, bare)| bare);
            let bare = bare.split_once('.').map_or(bare, |(bare, _)| bare);
            let is_known = self.table.by_name.get(bare).is_some()
                || self.declarations.endpoints.contains_key(bare)
                || self.declarations.environments.contains_key(bare)
                || self.model.platform.name.value == bare
                || OWN.contains(&bare);
            if is_known || self.table.is_lost(bare) {
                continue;
            }
            let near = self.declarations.endpoints.nearest_of(bare, |_| true);
            let told = Diagnostic::new(&BVL0204, end.span, format!("nothing is named `{bare}`"))
                .lacking(crate::diagnostic::Absent::Endpoint(bare.to_owned()));
            let told = if near.is_empty() {
                told.here("declared nowhere")
                    .help("a finding is about a workload, an external, an environment, or a flow `web -> api`")
            } else {
                told.guess(&near, |near| vec![TextEdit::replace(end.span, near)])
            };
            return self.fault(told);
        }
        let text = ends.iter().map(|end| key_text(end)).collect::<Vec<_>>().join(" -> ");
        let span = ends.first().zip(ends.last()).map(|(first, last)| first.span.to(last.span))?;
        Some(Origin::new(text, span, Layer::Declaration))
    }

    fn condition(&mut self, terms: &[Term]) -> Option<std::sync::Arc<[Term]>> {
        let closed: Option<Vec<Term>> = terms.iter().map(|term| self.closed(term)).collect();
        closed.map(Into::into)
    }

    /// The two ends, with `arrow` between them.
    fn ends(&mut self, statement: &Statement, head: &[Term], arrow: &TermKind, example: &str) -> Option<Ends> {
        let help = format!("for example: `{example}`");
        let (before, behind) = match head {
            [before, sign, behind] if sign.kind == *arrow => (before, behind),
            [_, sign, _] if matches!(sign.kind, TermKind::Arrow | TermKind::PathArrow) => {
                let (written, meant) = if *arrow == TermKind::Arrow { ("~>", "->") } else { ("->", "~>") };
                let title = format!("`{written}` stands where `{meant}` is expected");
                let here = if meant == "->" { "a flow is one step" } else { "a path is any chain of flows" };
                let told = wrong(sign.span, title).here(here);
                return self
                    .fault(told.fix(format!("write `{meant}`"), vec![TextEdit::replace(sign.span, meant)]).help(help));
            }
            [_, sign, _, extra, ..] if matches!(sign.kind, TermKind::Arrow | TermKind::PathArrow) => {
                let title = format!("{} does not belong behind the destination", extra.describe());
                let near = extra.name().and_then(|name| similar::closest(name, ["in"]));
                let told = wrong(extra.span, title);
                return self.fault(match near {
                    Some(near) => told
                        .did_you_mean(&[near])
                        .fix(format!("write `{near}`"), vec![TextEdit::replace(extra.span, near)]),
                    None => told.help(help),
                });
            }
            _ => {
                let title = "expected a source, an arrow and a destination".to_owned();
                return self.fault(wrong(statement.head(), title).help(help));
            }
        };
        let sources = self.names(before, example);
        let destinations = self.names(behind, example);
        let (sources, destinations) = (sources?, destinations?);
        if *arrow == TermKind::Arrow
            && let Some((end, port)) = sources.iter().find_map(|end| Some((end, end.port.as_ref()?)))
        {
            let title = format!("a flow begins at {}, not at its port", end.name);
            let told = wrong(end.span.ending(port), title);
            return self.fault(told.help(format!("leave `.{port}` out: where a flow begins its port is any")));
        }
        let own = sources.iter().chain(&destinations).find(|end| end.endpoints.is_empty());
        if let Some(own) = own.filter(|_| *arrow == TermKind::PathArrow) {
            let title = format!("a path is asked between names that are declared, and `{}` is none", own.name);
            return self.fault(wrong(own.span, title).help("ask for the flow: `expect flow`, or `expect deny`"));
        }
        Some(Ends { sources, destinations })
    }

    /// The names at one end, groups opened, the cluster's own and addresses among them.
    fn names(&mut self, term: &Term, example: &str) -> Option<Vec<NeverEnd>> {
        let is_own = |member: &&Term| {
            let is_declared = |name: &str| self.declarations.endpoints.contains_key(name);
            let is_own = member.name().is_some_and(|name| OWN.contains(&name) && !is_declared(name));
            is_own || matches!(member.kind, TermKind::Address(_))
        };
        let (own, others): (Vec<&Term>, Vec<&Term>) = term.members().iter().partition(is_own);
        let mut ends = Vec::new();
        if !others.is_empty() {
            let others = others.into_iter().cloned().collect::<Vec<Term>>();
            let before = self.sink.len();
            let list = [Term { span: term.span, kind: TermKind::List(others.into()) }];
            let named = nevers::ends(
                &list,
                (self.declarations, &About { example, ..ABOUT }),
                self.table,
                self.model,
                self.sink,
            );
            if self.sink.len() > before || named.is_empty() {
                self.is_whole = false;
                return None;
            }
            ends.extend(named);
        }
        ends.extend(own.into_iter().map(|term| NeverEnd {
            name: key_text(term),
            endpoints: Vec::new(),
            port: None,
            span: term.span,
        }));
        Some(ends)
    }

    fn code(&mut self, statement: &Statement, head: &[Term], example: &str) -> Option<Origin<String>> {
        match head {
            [code] if code.name().is_some() => {
                Some(Origin::new(code.name()?.to_owned(), code.span, Layer::Declaration))
            }
            [] => self.fault(
                wrong(statement.head(), "a finding is expected by its code, by number or name")
                    .help(format!("for example: `{example}`")),
            ),
            [_, extra, ..] => {
                let title = format!("{} does not belong behind the code", extra.describe());
                let near = extra.name().and_then(|name| similar::closest(name, CLAUSES));
                let told = wrong(extra.span, title);
                self.fault(match near {
                    Some(near) => told
                        .did_you_mean(&[near])
                        .fix(format!("write `{near}`"), vec![TextEdit::replace(extra.span, near)]),
                    None => told.here("expected `on` before it").help(format!("for example: `{example}`")),
                })
            }
            [other] => {
                let title = format!("expected the code of a finding, found {}", other.describe());
                self.fault(Diagnostic::new(&BVL0203, other.span, title).help(format!("for example: `{example}`")))
            }
        }
    }

    /// `KIND/NAME`
    fn object(&mut self, statement: &Statement, head: &[Term]) -> Option<(Origin<String>, Origin<String>)> {
        const HELP: &str = "for example: `expect object Deployment/web`";
        let [object] = head else {
            let told = match head.get(1) {
                Some(extra) => {
                    let title = format!("{} does not belong behind the name of an object", extra.describe());
                    let told = wrong(extra.span, title);
                    match extra.name().and_then(|name| similar::closest(name, ["where", "in"])) {
                        Some(near) => told
                            .did_you_mean(&[near])
                            .fix(format!("write `{near}`"), vec![TextEdit::replace(extra.span, near)]),
                        None => told.help("what holds of it stands behind `where`, environments behind `in`"),
                    }
                }
                None => wrong(statement.head(), "an object is expected by its kind and name").help(HELP),
            };
            return self.fault(told);
        };
        let text = object.name().or_else(|| object.text());
        let parts = text.and_then(|text| text.split_once('/'));
        let Some((kind, name)) = parts.filter(|(kind, name)| !kind.is_empty() && !name.is_empty()) else {
            let title = format!("expected the kind and the name of an object, found {}", object.describe());
            let told = Diagnostic::new(&BVL0203, object.span, title).help(HELP);
            return self.fault(match text {
                Some(text) if self.declarations.endpoints.contains_key(text) => {
                    told.here(format!("of which kind? such as `Deployment/{text}`"))
                }
                Some(text) => told.here(format!("{} has no `/`", quoted(text))),
                None => told,
            });
        };
        let is_quoted = object.name().is_none();
        let (start, end) = (object.span.beginning(kind), object.span.ending(name));
        let (start, end) = if is_quoted { (object.span, object.span) } else { (start, end) };
        let origin = |text: &str, span| Origin::new(text.to_owned(), span, Layer::Declaration);
        Some((origin(kind, start), origin(name, end)))
    }
}

/// `no` stands before what there is not.
fn no_what(no: &Term, what: Option<&Term>) -> Diagnostic {
    const HELP: &str = "for example: `expect no path web ~> vault`, `expect no object Ingress/web`";
    let Some(what) = what else {
        return wrong(no.span, "`expect no` wants `path` or `object`").help(HELP);
    };
    let told = Diagnostic::new(&BVL0203, what.span, format!("expected `path` or `object`, found {}", what.describe()));
    match what.name() {
        Some("flow") => told
            .here("what does not pass is denied")
            .fix("write `deny`", vec![TextEdit::replace(no.span.to(what.span), "deny")]),
        Some("error") => told.here("an error that is not expected fails the test anyway").help("leave it out"),
        Some(name) => match similar::closest(name, ["path", "object"]) {
            Some(near) => {
                told.did_you_mean(&[near]).fix(format!("write `{near}`"), vec![TextEdit::replace(what.span, near)])
            }
            None => told.help(HELP),
        },
        None => told.help(HELP),
    }
}
