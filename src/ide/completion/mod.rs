//! What could be written at a place: words of the braces, and for each argument what its type and the platform have.
//!
//! Invariants: an item replaces exactly the part of a name that stands before the caret; nothing is offered that could not
//! stand there; the order is that of use, then of name.

mod arguments;
mod bodies;
mod conditions;
mod flows;
mod names;
mod said;
pub mod sample;
mod stated;
mod tests;

use std::collections::BTreeSet;

use self::flows::{DIRECT, arrows};
use super::context::{self, Context};
use super::hover::{hover, signature};
use super::names::Part;
use super::{At, Symbol, View, sentences, snippets};
use crate::check;
use crate::diagnostic::{Code, Ground, Severity};
use crate::model::Endpoint;
use crate::model::managed::Role;
use crate::registry;
use crate::resolve::{self, param_types};
use crate::source::{FileId, Span, TextEdit};
use crate::syntax::{self, Statement};
use crate::value::{Capability, Term, TermKind};
use crate::vocabulary::{
    self, Argument, Block, ENVIRONMENT, FILE, Presence, RULE, Split, TEST, Type, Word, declares_endpoint,
    declares_workload,
};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A word that begins a statement.
    Word,
    /// What may follow a word's arguments.
    Clause,
    /// One of a word's choices.
    Choice,
    /// A service, managed workload, external or group.
    Endpoint,
    /// A port.
    Port,
    /// An environment.
    Environment,
    /// A class.
    Class,
    /// A module of the standard library.
    Module,
    /// A `param`, a `let` or a parameter.
    Constant,
    /// A number with its unit.
    Unit,
    /// The code of a finding.
    Code,
}

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// As it is listed and written.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// A few words beside it.
    pub detail: String,
    /// Markdown about it.
    pub documentation: String,
    /// The same with holes for what it wants, for editors that fill them.
    pub snippet: Option<String>,
    /// The module of the standard library that it wants and that no file uses yet.
    pub module: Option<String>,
    /// Where what it names is declared.
    pub declared: Option<Span>,
    /// The block and the example of a word, by which it is known which fields it fills.
    pub fills: Option<(&'static str, &'static str)>,
}

/// Markdown about an item: that of its own with the fields that it fills, else what there is to know where what it names is declared.
pub fn documentation(view: &View, item: &Item) -> Option<String> {
    if !item.documentation.is_empty() {
        let sample = item.fills.and_then(|(block, example)| sample::of(block, example));
        let fields = sample.map(|sample| format!("\n\nIt fills\n\n```yaml\n{sample}\n```")).unwrap_or_default();
        return Some(format!("{}{fields}", item.documentation));
    }
    let span = item.declared?;
    let known = hover(view, At { file: span.file, place: span.start })?;
    Some(known.text)
}

/// What could be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What an item replaces.
    pub span: Span,
    /// The items, likeliest first.
    pub items: Vec<Item>,
}

/// What could be written at a place; `None` within strings and comments.
pub fn complete(view: &View, at: At) -> Option<Completion> {
    let (file, tree) = view.file(at.file)?;
    let before = file.before(at.place);
    if let Some(text) = of_many_lines(before) {
        return template(view, at, text);
    }
    let line = match Line::of(before.rsplit('\n').next().unwrap_or_default()) {
        Line::Code(line) => line,
        Line::Text(text) => return template(view, at, text),
        Line::Comment => return None,
    };
    let typed = tail(line, |char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/' | '$'));
    let context = context::at(file, tree, at.place);
    let caret = Caret { view, typed, start: at.place - length(typed), at };
    if let Some(name) = typed.strip_prefix('$') {
        return Some(caret.items(name, caret.constants(&context)));
    }
    match context.statement {
        Some((statement, word)) if !context.is_on_word && statement.word.span.end < caret.start => {
            let mut completion = caret.terms(statement, word?, &context)?;
            caret.leave_out(statement, &mut completion.items);
            Some(completion)
        }
        _ if line.trim_start().len() > typed.len() => None,
        _ => {
            let mut items = caret.resumed(&context);
            items.extend(caret.words(context.block?, &context));
            Some(caret.items(typed, items))
        }
    }
}

/// What the end of a line lies in.
enum Line<'t> {
    /// A statement: what stands of it on this line.
    Code(&'t str),
    /// A string: what stands of it.
    Text(&'t str),
    /// A comment.
    Comment,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let (mut start, mut text, mut is_text) = (0, 0, false);
        let mut chars = line.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' if is_text => drop(chars.next()),
                '"' => {
                    is_text = !is_text;
                    text = at + 1;
                }
                '/' if !is_text && matches!(chars.peek(), Some((_, '/' | '*'))) => return Self::Comment,
                '{' | '}' | ';' if !is_text => start = at + 1,
                _ => {}
            }
        }
        let rest = |from: usize| line.get(from..).unwrap_or_default();
        if is_text { Self::Text(rest(text)) } else { Self::Code(rest(start)) }
    }
}

/// What stands before the caret of the text between three quotes that it lies in; `None` outside of any.
fn of_many_lines(before: &str) -> Option<&str> {
    const QUOTES: &str = "\"\"\"";
    let mut open: Option<usize> = None;
    let mut start = 0;
    for line in before.split_inclusive('\n') {
        let mut from = 0;
        while let Some(rest) = line.get(from..) {
            let Some(found) = rest.find(QUOTES) else { break };
            let head = line.get(..from + found).unwrap_or_default();
            open = match open {
                Some(_) => None,
                // within a comment or a text of one line it opens nothing
                None if matches!(Line::of(head), Line::Code(_)) => Some(start + from + found + QUOTES.len()),
                None => break,
            };
            from += found + QUOTES.len();
        }
        start += line.len();
    }
    before.get(open?..)
}

/// Within `${` of a string, what has a value.
fn template(view: &View, at: At, text: &str) -> Option<Completion> {
    let (_, typed) = text.rsplit_once("${")?;
    let is_path = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    if !typed.chars().all(is_path) {
        return None;
    }
    let (file, tree) = view.file(at.file)?;
    let caret = Caret { view, typed, start: at.place - length(typed), at };
    let context = context::at(file, tree, at.place);
    if let Some((begun, items)) = caret.of_rule(&context) {
        return Some(caret.items(begun, items));
    }
    let mut items = caret.addresses();
    if !typed.contains('.') {
        items.splice(0..0, caret.constants(&context));
        let around = context.around.first().map(|around| around.word());
        if around.is_some_and(|word| word == "class" || declares_workload(word)) {
            items.push(item(Kind::Constant, "self", "its own name", ""));
        }
    }
    Some(caret.items(typed.rsplit('.').next().unwrap_or(typed), items))
}

fn tail(text: &str, fits: impl Fn(char) -> bool) -> &str {
    let start = text.char_indices().rev().take_while(|(_, char)| fits(*char)).last().map_or(text.len(), |(at, _)| at);
    text.get(start..).unwrap_or_default()
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

pub(super) fn item(
    kind: Kind,
    label: impl Into<String>,
    detail: impl Into<String>,
    documentation: impl Into<String>,
) -> Item {
    let (snippet, module, declared, fills) = (None, None, None, None);
    let (detail, documentation) = (detail.into(), documentation.into());
    Item { label: label.into(), kind, detail, documentation, snippet, module, declared, fills }
}

/// The edit that adds `use` of a module to a file.
pub fn use_module(view: &View, file: FileId, module: &str) -> Option<TextEdit> {
    let (source, tree) = view.file(file)?;
    Some(resolve::use_module(source, tree, file, module))
}

/// The caret and what has been typed before it.
struct Caret<'a> {
    view: &'a View,
    typed: &'a str,
    start: u32,
    at: At,
}

impl Caret<'_> {
    /// The codes that a statement may name, those first that are found here: a waiver accepts what checks find, and what
    /// cannot be read is an error on every platform.
    fn codes(&self, word: &str) -> Vec<Item> {
        let found: BTreeSet<&str> = self.view.analysis.findings.iter().map(|finding| finding.code.id).collect();
        let mut codes: Vec<&'static Code> = check::all().map(|check| check.code).collect();
        if word == "severity" {
            codes.retain(|code| code.severity != Severity::Error || code.ground.is_some_and(Ground::is_judgment));
        }
        codes.sort_by_key(|code| (!found.contains(code.id), code.id));
        // who types the number reads it off a finding
        let is_number = self.typed.get(..1).is_some_and(|first| first.eq_ignore_ascii_case("b"))
            && self.typed.chars().all(|char| char.is_ascii_alphanumeric());
        let names = |code: &Code| if is_number { (code.id, code.slug) } else { (code.slug, code.id) };
        codes
            .into_iter()
            .map(|code| {
                let (label, detail) = names(code);
                item(Kind::Code, label, detail, code.explanation)
            })
            .collect()
    }

    /// What `without` may take away: an overlay takes whole declarations and flows, a body takes words.
    fn taken_away(&self, block: &'static Block) -> Vec<Item> {
        let shown = |word: &Word| item(Kind::Word, word.name, signature(word), documented(word));
        if std::ptr::eq(block, &raw const ENVIRONMENT) {
            // what has no pods or addresses of its own is not left out
            let mut items = self.members();
            items.extend(block.word("allow").map(shown));
            return items;
        }
        let words = block.words.iter().filter(|word| !matches!(word.name, "without" | "in"));
        words.map(shown).collect()
    }

    /// The variants of a word; of triggers that ask a workload those that one answers.
    fn variants(&self, word: &'static Word, block: &'static Block) -> Vec<Item> {
        let item = |variant: &Word| Item {
            snippet: snippets::of_word(variant),
            fills: Some((block.name, variant.example)),
            ..item(Kind::Choice, variant.name, signature(variant), documented(variant))
        };
        let mut items: Vec<Item> = word.variants.iter().map(item).collect();
        if let Some(model) = &self.view.analysis.model {
            let managed = || model.workloads().filter_map(|workload| workload.managed());
            let known: BTreeSet<&str> =
                managed().flat_map(|managed| managed.trigger_ports.keys()).map(|name| &**name).collect();
            let serves = managed().any(|managed| managed.has_role(Role::CustomMetrics));
            // what an external answers to is stated nowhere, so that it may be any of them
            let is_outside = model.endpoints().any(|endpoint| matches!(endpoint, Endpoint::External(_)));
            let answers = |name: &str| match name {
                "metric" => Some(serves),
                name if OF_SOURCES.contains(&name) => Some(known.contains(name)),
                _ => None,
            };
            items.retain(|item| answers(&item.label) != Some(false) || is_outside && item.label != "metric");
            items.sort_by_key(|item| answers(&item.label) == Some(false));
        }
        items
    }

    /// The items that begin with what was typed of them; all where none does, for the editor to choose from.
    fn items(&self, typed: &str, items: Vec<Item>) -> Completion {
        let span = Span { file: self.at.file, start: self.at.place - length(typed), end: self.at.place };
        Completion { span, items }
    }

    /// Leaves out what the list in which the caret stands names already: it is named once.
    fn leave_out(&self, statement: &Statement, items: &mut Vec<Item>) {
        let is_it = |term: &&Term| term.span.start < self.start && self.start <= term.span.end.max(self.at.place);
        let before = self.view.sources().get(self.at.file).map_or("", |file| file.before(self.start));
        if !before.trim_end().ends_with([',', '[']) {
            return;
        }
        let Some(list) = statement.terms.iter().rev().find(is_it) else { return };
        let others = list.members().iter().filter(|member| member.span.start != self.start);
        let named: Vec<&str> = others.filter_map(Term::named).map(|(name, ..)| name).collect();
        items.retain(|item| !named.contains(&item.label.as_str()));
    }

    /// What may follow the terms before the caret.
    fn terms(&self, statement: &Statement, word: &'static Word, context: &Context<'_>) -> Option<Completion> {
        let block = context.block?;
        let before = self.view.sources().get(self.at.file)?.before(self.start);
        let is_list = before.trim_end().ends_with([',', '[']);
        // the list in which the caret stands is begun
        let is_before = |term: &&Term| term.span.end <= self.start || is_list && term.span.start < self.start;
        let n_before = statement.terms.iter().take_while(is_before).count();
        let terms = statement.terms.get(..n_before).unwrap_or_default();
        if let Some(items) = self.of_body(word, terms, (block, &context.around)) {
            return Some(self.items(self.typed, items));
        }
        match word.name {
            "use" => return Some(self.items(self.typed, modules())),
            sentences::WORD if std::ptr::eq(block, &raw const RULE) => {
                let (begun, items) = sentences::complete(terms, self.typed);
                return Some(self.items(begun, items));
            }
            "given" if std::ptr::eq(block, &raw const TEST) => return Some(self.given(terms)),
            "expect" if std::ptr::eq(block, &raw const TEST) && !terms.is_empty() => {
                return self.expected(terms, is_list);
            }
            // an overlay changes what is declared
            name if declares_endpoint(name) && terms.is_empty() && std::ptr::eq(block, &raw const ENVIRONMENT) => {
                return Some(self.items(self.typed, self.changeable(name, context)));
            }
            "without" if terms.is_empty() => return Some(self.items(self.typed, self.taken_away(block))),
            // a flow is taken away as it is stated
            "without" if terms.first().is_some_and(|first| first.is_name("allow")) => {
                let (_, ends) = terms.split_first()?;
                return self.flow((FILE.word("allow")?, DIRECT), ends, (block, is_list));
            }
            "param" | "class" | "environment" if before.trim_end().ends_with(':') => {
                let types = param_types().map(|(name, sample)| item(Kind::Choice, name, sample, ""));
                let classes = if word.name == "class" { self.classes() } else { Vec::new() };
                return Some(self.items(self.typed, types.chain(classes).collect()));
            }
            "param" if matches!(terms, [.., colon, _] if colon.kind == TermKind::Colon) => {
                return Some(self.behind_type());
            }
            "class" | "environment" if self.is_behind_type() => return Some(self.behind_type()),
            "waive" | "severity" if terms.is_empty() => return Some(self.items(self.typed, self.codes(word.name))),
            "allow" | "never" if !terms.iter().any(|term| matches!(term.name(), Some("in" | "because"))) => {
                return self.flow((word, arrows(word)), terms, (block, is_list));
            }
            _ => {}
        }
        self.by_the_table((statement, word), terms, (context, is_list))
    }

    /// What may follow these terms of a statement, as the table of words says it.
    fn by_the_table(
        &self,
        (statement, word): (&Statement, &'static Word),
        terms: &[Term],
        (context, is_list): (&Context<'_>, bool),
    ) -> Option<Completion> {
        let block = context.block?;
        let split = vocabulary::split(word, terms);
        if split.variant.is_none() && terms.is_empty() && !word.variants.is_empty() {
            return Some(self.items(self.typed, self.variants(word, block)));
        }
        let args = split.variant.map_or(word.args, |variant| variant.args);
        let argument = match split.clauses.last() {
            Some((clause, ..)) if clause.name == "is" && self.class_arguments().is_some() => {
                return self.class_arguments();
            }
            // behind a class comes another one behind a comma alone
            Some((clause, _, own)) if clause.name == "is" && (own.is_empty() || is_list) => {
                return Some(self.items(self.typed, self.fitting_classes(statement)));
            }
            Some((clause, _, own)) if word.name == "waive" && clause.name == "on" && own.is_empty() => {
                let mut items = self.members();
                items.extend(self.declared(Kind::Environment));
                return Some(self.items(self.typed, items));
            }
            Some((clause, _, own)) if word.name == "env" && Part::of_word(clause.name).is_some() => {
                return Some(self.items(self.typed, self.read(clause.name, own, &context.around)));
            }
            Some((clause, _, own)) => expected(clause.args, own, is_list),
            None => expected(args, split.args, is_list),
        };
        let mut completion = match argument {
            // the ports of a Service are those of the workload around it
            Some(argument) if argument.name == "PORT" && argument.ty == Type::Name => {
                self.items(self.typed, self.own_ports())
            }
            Some(argument) => self.argument(argument.ty),
            None => self.items(self.typed, Vec::new()),
        };
        if argument.is_some_and(|argument| argument.ty == Type::Member)
            && let Some(own) = terms.first().and_then(Term::name)
        {
            completion.items.retain(|item| item.label != own);
        }
        if argument.is_some_and(|argument| argument.ty == Type::Endpoint) && !self.typed.contains('.') {
            self.fit(word, split.variant, &context.around, &mut completion.items);
        }
        if self.typed.is_empty() && argument.is_some_and(|argument| !is_of_names(argument.ty)) {
            completion.items.extend(argument.and_then(|argument| shown(argument, &split)));
            completion.items.extend(self.parameters());
            completion.items.extend(argument.into_iter().flat_map(|argument| self.params_of(argument.ty)));
        }
        completion
            .items
            .extend(argument.filter(|argument| argument.name == "REQUEST..LIMIT").and_then(|_| self.unlimited(word)));
        // a clause that is begun wants what it lists; a word may have a clause in its place, and what a weaker layer states
        // may be left to that
        let is_wanted = |argument: &Argument| match argument.presence {
            Presence::Required => !terms.is_empty() || !self.is_below(word.name, &context.around),
            Presence::List => !split.clauses.is_empty(),
            Presence::Optional => false,
        };
        if !is_list && self.is_on_word() && !argument.is_some_and(is_wanted) {
            let known = split.variant.unwrap_or(word);
            completion.items.extend(clauses(known, split.args.len(), terms));
        }
        Some(completion)
    }

    /// Whether what stands before the caret may be the begin of a word, as a clause is one: no part of a path.
    fn is_on_word(&self) -> bool {
        !self.typed.contains(['.', '/', '$'])
    }

    fn argument(&self, ty: Type) -> Completion {
        let typed = self.typed;
        match ty {
            Type::Endpoint | Type::Member => self.endpoints(),
            Type::Environment => self.items(typed, self.declared(Kind::Environment)),
            Type::Store => self.items(typed, self.stores()),
            Type::Choice(words) => {
                self.items(typed, words.iter().map(|word| item(Kind::Choice, *word, "", "")).collect())
            }
            Type::Capability => {
                let known = Capability::all().map(|known| item(Kind::Choice, known.name(), "", known.lets()));
                self.items(typed, known.collect())
            }
            Type::PolicyVersion => self.items(typed, vec![item(Kind::Choice, "latest", "", "")]),
            Type::PortReference => self.items(typed, self.own_ports()),
            Type::Value => self.items(typed.rsplit('.').next().unwrap_or(typed), self.addresses()),
            Type::Duration | Type::Seconds => self.items(typed, self.amounts(&["s", "m", "h"])),
            Type::Memory | Type::MemoryRange => self.items(typed, self.amounts(&["Mi", "Gi"])),
            Type::Cpu | Type::CpuRange => self.items(typed, self.amounts(&["m", ""])),
            Type::Percent | Type::Count => self.items(typed, self.amounts(&["%"])),
            Type::Integer
            | Type::Text
            | Type::Name
            | Type::Key
            | Type::Replicas
            | Type::Port
            | Type::Cidr
            | Type::Address
            | Type::Version
            | Type::Image
            | Type::Registry
            | Type::Host
            | Type::Domain
            | Type::Repository
            | Type::Revision
            | Type::Folder
            | Type::Exposed
            | Type::OneOf(_)
            | Type::Cron
            | Type::TimeZone
            | Type::Date
            | Type::SeccompProfile
            | Type::Scaler
            | Type::Parameter(_)
            | Type::Quantity
            | Type::Condition
            | Type::Content => self.items(typed, Vec::new()),
        }
    }
}

/// The triggers that ask a workload of which the standard library says so.
const OF_SOURCES: [&str; 5] = ["nats-jetstream", "kafka", "rabbitmq", "redis", "prometheus"];

/// Whether what stands there is a name or a choice, for which no constant can stand.
fn is_of_names(ty: Type) -> bool {
    matches!(
        ty,
        Type::Endpoint
            | Type::Member
            | Type::Environment
            | Type::Store
            | Type::Choice(_)
            | Type::PortReference
            | Type::Name
            | Type::Key
            | Type::Parameter(_)
            | Type::Scaler
            | Type::OneOf(_)
    )
}

/// Whether what stands there is a number, alone or with its unit, or times of numbers.
fn is_of_numbers(ty: Type) -> bool {
    matches!(
        ty,
        Type::Integer
            | Type::Replicas
            | Type::Port
            | Type::Duration
            | Type::Seconds
            | Type::Memory
            | Type::MemoryRange
            | Type::Cpu
            | Type::CpuRange
            | Type::Percent
            | Type::Count
            | Type::Cron
    )
}

/// What stands in the example of a word where the next argument of a statement comes, to be written over, if that is a number.
fn shown(next: &Argument, split: &Split<'_>) -> Option<Item> {
    if !is_of_numbers(next.ty) {
        return None;
    }
    let example = split.variant.map_or(split.word.example, |variant| variant.example);
    let tree = syntax::parse(FileId::default(), &example.into());
    let statement = tree.statements().next()?;
    let parts = vocabulary::split(split.word, &statement.terms);
    let term = match split.clauses.last() {
        Some((clause, _, own)) => {
            let (.., shown) = parts.clauses.iter().find(|(known, ..)| known.name == clause.name)?;
            shown.get(own.len())?
        }
        None => parts.args.get(split.args.len())?,
    };
    let text = example.get(term.span.range())?;
    let snippet = Some(format!("${{1:{}}}", snippets::escaped(text)));
    Some(Item { snippet, ..item(Kind::Unit, text, "for example", "") })
}

/// What a word says, and a statement that uses it.
fn documented(word: &Word) -> String {
    if word.example.is_empty() { word.doc.to_owned() } else { format!("{}\n\n```bvl\n{}\n```", word.doc, word.example) }
}

/// Whether a text holds a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_within = |char: char| char.is_ascii_alphanumeric() || char == '-';
    text.split(|char| !is_within(char)).any(|part| part == word)
}

fn kind_of(symbol: &Symbol) -> Option<Kind> {
    match symbol {
        Symbol::Platform(_) | Symbol::Module(_) | Symbol::Bound(..) | Symbol::Part(..) => None,
        Symbol::Environment(_) => Some(Kind::Environment),
        Symbol::Class(_) => Some(Kind::Class),
        Symbol::Constant(_) | Symbol::Store(_) | Symbol::Parameter(..) => Some(Kind::Constant),
        Symbol::Endpoint(_) => Some(Kind::Endpoint),
        Symbol::Port(..) => Some(Kind::Port),
    }
}

/// The argument that comes behind those that stand there already; behind a comma it is that of the list.
fn expected(args: &'static [Argument], given: &[Term], is_list: bool) -> Option<&'static Argument> {
    let at = if is_list { given.len().saturating_sub(1) } else { given.len() };
    args.get(at).or_else(|| args.last().filter(|last| is_list && last.presence == Presence::List))
}

/// The clauses of a word that are not stated yet, behind so many arguments: of groups of which a statement has one those of the
/// one that is begun, or those that begin one.
fn clauses(word: &'static Word, n_args: usize, terms: &[Term]) -> Vec<Item> {
    let is_clause = |name: &str| word.clauses.iter().any(|clause| clause.name == name);
    let is_stated = |name: &str| {
        let mut given = word.args.iter().take(n_args);
        if is_clause(name) { terms.iter().any(|term| term.is_name(name)) } else { given.any(|arg| arg.name == name) }
    };
    let can_stand = |name: &str| {
        let (own, others): (Vec<&[&str]>, Vec<&[&str]>) = word.either.iter().partition(|group| group.contains(&name));
        let is_begun = own.iter().all(|group| group.iter().all(|part| is_clause(part) || is_stated(part)));
        own.is_empty() || is_begun && !others.concat().into_iter().any(is_stated)
    };
    let clauses = word.clauses.iter().filter(|clause| !is_stated(clause.name) && can_stand(clause.name));
    clauses.map(|clause| item(Kind::Clause, clause.name, "", clause.doc)).collect()
}

fn modules() -> Vec<Item> {
    let of = |classes: &[String]| format!("classes: {}", classes.join(", "));
    registry::modules().map(|module| item(Kind::Module, module.name, of(&module.classes), "")).collect()
}
