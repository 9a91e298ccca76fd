//! What is declared: every top-level statement of every file, by kind and name.
//!
//! Invariants: declarations are sorted by name, so nothing depends on files; of two with one name the first by file and
//! place is kept and the other reported.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::ClassId;
use crate::model::body::spelling;
use crate::model::codes::{BVL0201, BVL0202, BVL0205, BVL0214, BVL0215};
use crate::model::workload::WorkloadForm;
use crate::source::{Provenance, SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::similar::Lexicon;
use crate::value::{Term, TermKind, name as names};
use crate::vocabulary::{self, Keyed, Word, declares_endpoint, declares_workload};

use super::braced;
use super::digits;
use super::faulty::Faulty;
use super::foreign::{self, Replaced};
use super::members::Members;
use super::mentions::Mentions;
use super::misfits;
use super::misplaced;
use super::modules::Project;
use super::without;

/// Everything that is declared.
#[derive(Debug, Default)]
pub(super) struct Declarations<'t> {
    /// The `platform` statement.
    pub(super) platform: Option<Named<'t>>,
    /// The `defaults` of the platform.
    pub(super) defaults: Vec<&'t Statement>,
    /// `param` statements.
    pub(super) params: Vec<&'t Statement>,
    /// `let` statements.
    pub(super) lets: Vec<&'t Statement>,
    /// Environments.
    pub(super) environments: Lexicon<IndexMap<String, Named<'t>>>,
    /// Classes, `module.class` for those of the standard library.
    pub(super) classes: Lexicon<IndexMap<String, Named<'t>>>,
    /// The number of each class, in order of name.
    pub(super) class_ids: IndexMap<String, ClassId>,
    /// The classes of which nobody knows all that they take over, since one of these does not exist or takes itself over.
    pub(super) lacking: BTreeSet<ClassId>,
    /// The workloads that parameters of classes can name.
    pub(super) members: Members,
    /// Services, managed workloads, externals and groups.
    pub(super) endpoints: Lexicon<IndexMap<String, Declared<'t>>>,
    /// The words of the statements in which something is wrong.
    pub(super) faulty: Faulty,
    /// The words of those statements of which another one declares the same name.
    pub(super) twice: Faulty,
    /// Each workload, external or group that is declared again: its name, and where it stands first and again.
    pub(super) copies: Vec<(String, [Span; 2])>,
    /// Whether an environment could not be read, not even its name.
    pub(super) has_lost_environment: bool,
    /// Whether there is a platform whose name cannot be read.
    has_nameless_platform: bool,
    /// The places of findings of syntax in place of which others are told.
    pub(super) replaced: Replaced,
    /// Names that what has been reported may declare: of params as in another language, and of declarations of which a `(`
    /// is missing.
    pub(super) lost: BTreeSet<&'t str>,
    /// The places of names that begin with a digit, of which all is told where they are declared.
    pub(super) numbered: BTreeSet<Span>,
    /// Whole declarations that begin with no word of the language: nothing in them has a grammar to break.
    pub(super) unknown: Vec<Span>,
    /// `allow` statements.
    pub(super) allows: Vec<&'t Statement>,
    /// `never` statements.
    pub(super) nevers: Vec<&'t Statement>,
    /// `rule` statements.
    pub(super) rules: Vec<&'t Statement>,
    /// `test` statements.
    pub(super) tests: Vec<&'t Statement>,
    /// `waive` statements.
    pub(super) waivers: Vec<&'t Statement>,
    /// Where a fault that belongs to no statement is shown: the start of the root file.
    pub(super) root: Option<Span>,
}

/// A declaration with a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'t> {
    /// The statement.
    pub(super) statement: &'t Statement,
    /// Where its name stands.
    pub(super) name_span: Span,
    /// What stands in the parentheses behind the name.
    pub(super) parameters: &'t [Box<[Term]>],
}

/// A declaration in the space of names that flows use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'t> {
    /// The declaration.
    pub(super) named: Named<'t>,
    /// What it declares.
    pub(super) kind: DeclaredKind,
}

/// What a name in a flow can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclaredKind {
    /// A workload.
    Workload(WorkloadForm),
    /// An external.
    External,
    /// A group.
    Group,
}

impl DeclaredKind {
    /// The word that declares it, which a statement may misspell.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Workload(form) => form.word(),
            Self::External => "external",
            Self::Group => "group",
        }
    }

    /// Whether bvlc makes its pods.
    pub(super) fn is_made(self) -> bool {
        match self {
            Self::Workload(form) => form.is_made(),
            Self::External | Self::Group => false,
        }
    }

    /// Whether it is something that runs.
    pub(super) fn is_workload(self) -> bool {
        match self {
            Self::Workload(_) => true,
            Self::External | Self::Group => false,
        }
    }
}

/// Collects what all files declare.
pub(super) fn collect<'t>(project: &'t Project, sink: &mut Sink) -> Declarations<'t> {
    let mut found = Declarations { root: project.root.map(|root| Span::new(root, 0, 0)), ..Declarations::default() };
    let mentions = Mentions::of(&project.sources);
    // what may have been meant for `platform` is that only where nothing else is
    let mut meant_for_platform = Vec::new();
    for tree in &project.trees {
        let module = project.modules.iter().find(|(_, file)| **file == tree.file).map(|(name, _)| name.as_str());
        let is_user = project.sources.get(tree.file).is_some_and(|file| file.provenance() == Provenance::User);
        for statement in tree.statements() {
            let module = if is_user { None } else { module };
            let from = From { sources: &project.sources, module, mentions: &mentions };
            if vocabulary::FILE.word(statement.word()).is_none() && meant(statement) == Some("platform") {
                meant_for_platform.push((statement, from));
                continue;
            }
            found.take(statement, from, sink);
        }
    }
    for (statement, from) in meant_for_platform {
        found.take(statement, from, sink);
    }
    found.numbered = digits::tell(project, sink);
    found.replaced.extend(&found.numbered);
    found.environments.sort_unstable_keys();
    found.classes.sort_unstable_keys();
    found.endpoints.sort_unstable_keys();
    found.class_ids = found.classes.keys().cloned().zip((0..).map(ClassId)).collect();
    if found.platform.is_none()
        && let Some(root) = found.root
    {
        let broken = !project.trees.iter().any(|tree| Some(tree.file) == project.root);
        // of one without a name that can be read, that is what is wrong
        if !broken && !found.has_nameless_platform {
            sink.report(
                Diagnostic::new(&BVL0214, root, "no file declares the platform")
                    .help("begin platform.bvl with `platform shop { kubernetes \"1.33\" }`: a name of your choice, which labels all objects, and the oldest version of your clusters (`kubectl version`)"),
            );
        }
    }
    found
}

/// Where a statement comes from.
#[derive(Clone, Copy)]
struct From<'t, 'm> {
    sources: &'t SourceMap,
    module: Option<&'t str>,
    mentions: &'m Mentions<'t>,
}

impl<'t> Declarations<'t> {
    fn take(&mut self, statement: &'t Statement, from: From<'t, '_>, sink: &mut Sink) {
        let word = statement.word();
        if vocabulary::FILE.word(word).is_some() {
            self.take_as(word, statement, from, sink);
        } else if !statement.broken || !word.is_empty() {
            let before = sink.len();
            let near = meant(statement);
            if near == Some("param")
                && let Some((finding, signs)) = braced::input(statement, from.sources)
            {
                sink.report(finding);
                self.replaced.extend(signs);
                self.lost.extend(braced::name(statement));
                return;
            }
            let second = self.platform.filter(|_| near == Some("platform"));
            let mut finding = unknown(statement, word);
            if let Some(near) = near.filter(|_| statement.terms.is_empty()) {
                // the word alone would make nothing of it
                finding.fixes.clear();
                finding = finding.help(format!("write `{near}` and a name behind it"));
            }
            if let Some(first) = second {
                finding.fixes.clear();
                finding = finding
                    .label(first.statement.head(), "the platform")
                    .help("a platform is declared once: what is to hold everywhere stands in its braces");
            }
            sink.report(finding);
            foreign::join(statement, before, &mut self.replaced, sink);
            // read as what it was most likely meant for, so that what it declares is there
            match near {
                Some(_) if second.is_some() => {}
                Some(near) => {
                    // that it lacks its name is no other mistake
                    let mut unsaid = Sink::default();
                    self.take_as(near, statement, from, if statement.terms.is_empty() { &mut unsaid } else { sink });
                }
                None => self.unknown.push(statement.span),
            }
        }
    }

    fn take_as(&mut self, word: &str, statement: &'t Statement, from: From<'t, '_>, sink: &mut Sink) {
        let module = from.module;
        if let Some(word) = vocabulary::FILE.word(word) {
            dropped(statement, word, sink);
        }
        match word {
            "platform" => self.take_platform(statement, from, sink),
            "param" => self.params.push(statement),
            "let" => self.lets.push(statement),
            "allow" => self.allows.push(statement),
            "never" => self.nevers.push(statement),
            "rule" => self.rules.push(statement),
            "test" => self.tests.push(statement),
            "waive" => self.waivers.push(statement),
            "environment" | "class" if lacks_open(statement, from.sources) => {
                self.lost.extend(run_together(statement));
                self.has_lost_environment |= word == "environment";
            }
            "environment" => match named(statement, from, sink) {
                Some((name, named)) => {
                    insert(&mut self.environments, name, named, |named| *named, sink);
                }
                None => self.has_lost_environment = true,
            },
            "class" => {
                if let Some((name, named)) = named(statement, from, sink) {
                    let name = module.map_or_else(|| name.clone(), |module| format!("{module}.{name}"));
                    let twice = self.classes.get(&name).map(|first| first.statement.word.span);
                    if let Some(word) = twice {
                        self.faulty.insert(word);
                        self.twice.insert(word);
                    }
                    insert(&mut self.classes, name, named, |named| *named, sink);
                }
            }
            word if declares_endpoint(word) || word == "group" => {
                let kind = match (WorkloadForm::of(word), word) {
                    (Some(form), _) => DeclaredKind::Workload(form),
                    (None, "external") => DeclaredKind::External,
                    (None, _) => DeclaredKind::Group,
                };
                let several = if word == "group" { Vec::new() } else { several(statement, sink) };
                if !several.is_empty() {
                    self.faulty.insert(statement.word.span);
                }
                let one = if several.is_empty() { named(statement, from, sink) } else { None };
                for (name, named) in several.into_iter().chain(one) {
                    let declared = Declared { named, kind };
                    let first = self.endpoints.get(&name).map(|first| first.named);
                    let twice = first.map(|first| first.statement.word.span);
                    self.copies.extend(first.map(|first| (name.clone(), [first.name_span, named.name_span])));
                    if let Some(word) = twice {
                        self.faulty.insert(word);
                        self.twice.insert(word);
                    }
                    insert(&mut self.endpoints, name, declared, |declared| declared.named, sink);
                }
            }
            // `use`, which `modules` reads
            _ => {}
        }
    }

    fn take_platform(&mut self, statement: &'t Statement, from: From<'t, '_>, sink: &mut Sink) {
        if let Some(first) = &self.platform {
            sink.report(
                Diagnostic::new(&BVL0214, statement.head(), "a second `platform`")
                    .here("one too many")
                    .label(first.statement.head(), "the first one")
                    .help("take one of them out; everything of one platform stands in one block"),
            );
            return;
        }
        let named = named(statement, from, sink);
        self.has_nameless_platform |= named.is_none();
        if let Some((_, named)) = named {
            self.platform = Some(named);
            let block = &vocabulary::PLATFORM;
            self.defaults = statement.statements().filter(|inner| block.reads(inner.word(), "defaults")).collect();
            // what stands in its braces by mistake is read all the same: its names are there, and what is wrong in it is told
            let is_misplaced = |inner: &&Statement| {
                block.word(inner.word()).is_none() && inner.word() != "platform" && misfits::is_misplaced(inner, block)
            };
            for inner in statement.statements().filter(is_misplaced) {
                self.take_as(inner.word(), inner, from, sink);
            }
        }
    }
}

/// The word of a declaration that another word was most likely meant for: none where the statement is whole as it stands in the
/// braces of some declaration.
pub(super) fn meant(statement: &Statement) -> Option<&'static str> {
    let meant = vocabulary::FILE.meant(statement.word())?;
    (!misplaced::stands_within(statement)).then_some(meant)
}

fn unknown(statement: &Statement, word: &str) -> Diagnostic {
    let block = &vocabulary::FILE;
    let diagnostic = Diagnostic::new(&BVL0201, statement.word.span, format!("no declaration begins with `{word}`"));
    if let Some(flow) = misplaced::bare_flow(statement) {
        flow
    } else if let Some(near) = meant(statement) {
        let here = match block.counterpart(word) {
            Some(_) => format!("in .bvl this is `{near}`"),
            None => format!("did you mean `{near}`?"),
        };
        diagnostic.here(here).fix(format!("write `{near}`"), vec![TextEdit::replace(statement.word.span, near)])
    } else if word == vocabulary::WITHOUT.name {
        without::outside(statement)
    } else if let Some(led) = misplaced::led_within(statement) {
        led
    } else {
        let words: Vec<&str> = block.words.iter().map(|word| word.name).collect();
        diagnostic.help(format!("declarations begin with {}", vocabulary::types::one_of(&words)))
    }
}

fn insert<'t, T>(
    into: &mut IndexMap<String, T>,
    name: String,
    value: T,
    of: impl Fn(&T) -> Named<'t>,
    sink: &mut Sink,
) {
    if let Some(first) = into.get(&name) {
        let (first, second) = (of(first), of(&value));
        sink.report(
            Diagnostic::new(&BVL0205, second.name_span, format!("`{name}` is declared twice"))
                .here("declared again here")
                .label(first.name_span, "declared first here")
                .help(one_of_two(&name, first.statement, second.statement)),
        );
    } else {
        into.insert(name, value);
    }
}

/// What may be done about two declarations of one name.
fn one_of_two(name: &str, first: &Statement, second: &Statement) -> String {
    match (first.word(), second.word()) {
        ("external", "external") => {
            let (Some(first), Some(second)) = (addresses(first), addresses(second)) else {
                return "put both blocks into one, or rename one of them".to_owned();
            };
            let listed = second.join(", ");
            let all: Vec<String> =
                first.iter().chain(second.iter().filter(|one| !first.contains(one))).cloned().collect();
            format!(
                "rename one of them, or let one hold all addresses: `cidr {}`; if the second is for one environment alone, move it there: `environment NAME {{ external {name} {{ cidr {listed} }} }}`",
                all.join(", ")
            )
        }
        (word, other) if word == other && declares_workload(word) => {
            format!("rename one of them; `{word} {name}` with braces, within an environment, changes it there")
        }
        ("class" | "environment", word) if first.word() == word => {
            "put both blocks into one, or rename one of them".to_owned()
        }
        _ => "rename one of them".to_owned(),
    }
}

/// The addresses of an external that states nothing else of them.
fn addresses(external: &Statement) -> Option<Vec<String>> {
    let stated = external.statements().find(|inner| inner.word() == "cidr")?;
    let [listed] = &*stated.terms else { return None };
    let is_plain = !stated.broken && listed.is_closed();
    is_plain.then(|| listed.members().iter().map(|member| spelling(member).into_owned()).collect())
}

/// Reports what stands where the declaration has no place for it, and where nobody else would read it.
fn dropped(statement: &Statement, word: &'static Word, sink: &mut Sink) {
    if statement.broken {
        return;
    }
    // a class's braces are its body, and a group says by itself that it has none
    let has_braces = word.block.is_some() || matches!(word.name, "class" | "group");
    if let Some(braces) = statement.block.as_ref().filter(|_| !has_braces) {
        sink.report(misfits::no_braces(word.name, braces.open, word.example));
    }
    let takes_over = word.clauses.iter().any(|clause| clause.name == "is");
    if word.block.is_some()
        && word.keyed != Keyed::Each
        && !takes_over
        && let Some(extra) = statement.terms.get(1)
        && extra.kind != TermKind::Bad
    {
        sink.report(misfits::too_many(word.name, extra, word, None));
    }
    let has_parameters = matches!(word.name, "class" | "environment");
    let parts = statement.terms.first().and_then(Term::named).map_or(&[][..], |(_, _, parts)| parts);
    if let Some(first) = parts.first().and_then(|part| part.first()).filter(|_| !has_parameters) {
        sink.report(
            Diagnostic::new(&BVL0202, first.span, format!("`{}` takes no parameters", word.name))
                .here("nothing would give it a value")
                .help("make it a `param`, or a parameter of a class that this takes over: `class NAME(..)`"),
        );
    }
}

/// Each name of a list where one name is declared. That these are several is told; each is there, so that its uses say nothing more.
fn several<'t>(statement: &'t Statement, sink: &mut Sink) -> Vec<(String, Named<'t>)> {
    let Some(first) = statement.terms.first().filter(|first| matches!(first.kind, TermKind::List(_))) else {
        return Vec::new();
    };
    let word = statement.word();
    let members = || first.members().iter().filter_map(|member| Some((member.named()?.0.to_owned(), member.span)));
    let each: Vec<String> = members().map(|(name, _)| format!("`{word} {name} {{ .. }}`")).collect();
    if each.len() < first.members().len() {
        return Vec::new();
    }
    let title = format!("`{word}` declares one at a time, and here are {}", each.len());
    sink.report(Diagnostic::new(&BVL0215, first.span, title).here("a list, where one name is expected").help(format!(
        "write one for each, {}; what they share may stand in a class that each takes over, `{word} NAME is CLASS`",
        each.join(" and ")
    )));
    members().map(|(name, name_span)| (name, Named { statement, name_span, parameters: &[] })).collect()
}

/// The name of a declaration.
/// Whether a `)` stands behind the name of a declaration that no `(` has opened.
fn lacks_open(statement: &Statement, sources: &SourceMap) -> bool {
    let is_close = |term: &Term| term.kind == TermKind::Bad && sources.text(term.span) == ")";
    statement.broken && statement.terms.iter().any(is_close)
}

/// What a name and that of its first parameter can be where nothing parts them, and the names of the other parameters.
fn run_together(statement: &Statement) -> impl Iterator<Item = &str> {
    let mut names = statement.terms.iter().flat_map(Term::members).filter_map(Term::name);
    let first = names.next().unwrap_or_default();
    let parts = first.char_indices().flat_map(|(at, _)| <[&str; 2]>::from(first.split_at(at)));
    parts.chain(names)
}

fn named<'t>(statement: &'t Statement, from: From<'t, '_>, sink: &mut Sink) -> Option<(String, Named<'t>)> {
    let (word, sources) = (statement.word(), from.sources);
    let Some(first) = statement.terms.first() else {
        if !statement.broken {
            sink.report(unfit(statement.head(), format!("this {word} has no name"), None));
        }
        return None;
    };
    let in_quotes = first.text().filter(|text| names::dns_label(text).is_ok());
    if let Some(text) = in_quotes {
        let diagnostic = Diagnostic::new(&BVL0215, first.span, format!("the name of this {word} stands in quotes"));
        sink.report(
            diagnostic
                .here("text, where a name is expected")
                .help("names stand without quotes")
                .fix(format!("write `{text}`"), vec![TextEdit::replace(first.span, text)]),
        );
    }
    // a name that syntax has refused is likely spelled without its last hyphen where it is used
    let cut_off = || Some(sources.text(first.span).trim_end_matches('-')).filter(|_| first.kind == TermKind::Bad);
    let recovered = in_quotes.or_else(|| cut_off().filter(|text| names::dns_label(text).is_ok()));
    let found = first.named().or_else(|| recovered.map(|text| (text, first.span, [].as_slice())));
    let Some((name, name_span, parameters)) = found else {
        if first.kind != TermKind::Bad && digits::name(first).is_none() {
            let title = format!("expected the name of this {word}, found {}", first.describe());
            sink.report(unfit(first.span, title, None));
        }
        return None;
    };
    let named = Named { statement, name_span, parameters };
    parameters_twice(parameters, sink);
    let fault =
        match word {
            // Classes never become names in the cluster.
            "class" => name.contains(['.', '/']).then(|| "holds a `.` or `/`".to_owned()),
            _ => names::dns_label(name).err().map(|fault| faults(name).unwrap_or_else(|| fault.to_string())).or_else(
                || vocabulary::is_reserved(name).then(|| "is a word that the language keeps for itself".to_owned()),
            ),
        };
    if let Some(fault) = fault {
        let better = names::suggest_label(name).filter(|better| better != name);
        let mut diagnostic = unfit(name_span, format!("the name `{name}` {fault}"), better);
        // renamed here alone, it would be missed wherever else it is used
        if !from.mentions.is_single(name) {
            diagnostic.fixes.clear();
        }
        sink.report(diagnostic);
    }
    Some((name.to_owned(), named))
}

/// Reports parameters of one declaration that have one name.
fn parameters_twice(parameters: &[Box<[Term]>], sink: &mut Sink) {
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for term in parameters.iter().filter_map(|part| super::environments::name_of(part)) {
        let Some(name) = term.name() else { continue };
        match known.entry(name) {
            Entry::Vacant(first) => drop(first.insert(term.span)),
            Entry::Occupied(first) => sink.report(
                Diagnostic::new(&BVL0205, term.span, format!("the parameter `{name}` is declared twice"))
                    .here("declared again here")
                    .label(*first.get(), "declared first here")
                    .help("rename one of them, or take it out"),
            ),
        }
    }
}

/// Which characters a name may not hold, where there are several.
fn faults(name: &str) -> Option<String> {
    let is_wrong = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-');
    let wrong = names::unfit(name, |c| !is_wrong(&c));
    let named: Vec<String> = wrong.iter().take(5).map(|c| format!("`{c}`")).collect();
    let (last, others) = named.split_last()?;
    if others.is_empty() {
        return None;
    }
    Some(format!("holds {} and {last}, but may hold only lower-case letters, digits and `-`", others.join(", ")))
}

fn unfit(span: Span, message: String, better: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&BVL0215, span, message);
    match better {
        Some(better) => diagnostic
            .help(format!("`{better}` would do; write it wherever the name is used, too"))
            .unsafe_fix(format!("write `{better}`"), vec![TextEdit::replace(span, better)]),
        None => diagnostic.help("names are lower case letters, digits and `-`, beginning with a letter"),
    }
}
