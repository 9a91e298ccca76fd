//! Whether statements have the shape that the vocabulary asks for: known words, the right number of terms, terms of the
//! right type, each word stated once. Judged once where it is written, whatever layer it ends up in.

mod names;
mod rules;
mod tests;
mod unsigned;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::BVL0202;
use crate::model::scaling::unmoved;
use crate::model::workload::WorkloadForm;
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax::Statement;
use crate::value::similar::Lexicon;
use crate::value::{FromTerm, Term, TermKind};
use crate::vocabulary::{
    self, Block, ENVIRONMENT, EXTERNAL, FLOW, JOB, Keyed, MANAGED, PLATFORM, SERVICE, Split, Type, Word,
    declares_endpoint,
};

use super::again::Again;
use super::arguments;
use super::declarations::{Declarations, DeclaredKind};
use super::environments::name_of;
use super::faulty::Faulty;
use super::foreign::{self, Replaced};
use super::misfits::{Stated, article, declared_within, meant_variant, no_braces, twice, unknown_class, unknown_word};
use super::statement::{clauses, example, statement};
use super::{absent, classes, fields, groups, maps, run_on, scopes, slips, without};

/// The number of replicas in force: what a managed workload and its classes may use beside their parameters.
pub(super) const REPLICAS: &str = "replicas";

/// Whether `disruption by-operator` is in force, likewise.
pub(super) const BY_OPERATOR: &str = "by-operator";

/// What may be used as `$name` in one declaration.
struct Known<'a, 'e> {
    global: &'a Lexicon<BTreeSet<String>>,
    own: Vec<String>,
    /// What each param and let says of itself, by its name.
    constants: BTreeMap<&'a str, &'a [Term]>,
    /// The parameters of the class or environment whose body is judged.
    parameters: &'a [Box<[Term]>],
    /// Names without a declaration that have a value in every block that is judged.
    built_in: &'static [&'static str],
    /// The parameters of the class whose body is judged that name workloads; `None` outside of classes.
    workloads: Option<Vec<String>>,
    declarations: &'a Declarations<'a>,
    sources: &'a SourceMap,
    again: &'a mut Again<'e>,
    faulty: Faulty,
    replaced: Replaced,
}

/// What is wrong with the shape of one statement.
#[derive(Debug, Default)]
pub(super) struct Judged {
    found: Vec<Diagnostic>,
    faulty: Faulty,
    replaced: Replaced,
    n_twice: usize,
}

/// What is known of the shape of statements.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// Those in which something is wrong.
    pub(super) faulty: Faulty,
    /// The places of findings of syntax in place of which others are told.
    pub(super) replaced: Replaced,
}

/// Words whose values are handed through, each key by itself: of one that is stated twice nothing but its value is not known.
const SETTINGS: [&str; 3] = ["env", "label", "annotation"];

/// Judges every declaration.
pub(super) fn check(
    declarations: &Declarations<'_>,
    sources: &SourceMap,
    again: &mut Again<'_>,
    sink: &mut Sink,
) -> Shapes {
    let (global, constants) = constants(declarations);
    let mut known = Known {
        global: &global,
        own: Vec::new(),
        constants,
        parameters: &[],
        built_in: &[],
        workloads: None,
        declarations,
        sources,
        again,
        faulty: Faulty::default(),
        replaced: Replaced::new(),
    };
    for statement in &declarations.lets {
        known.terms(&statement.terms, sink);
    }
    if let Some(platform) = &declarations.platform {
        known.block(platform.statement, &PLATFORM, sink);
    }
    known.built_in = &["environment"];
    for named in declarations.environments.values() {
        known.own = parameter_names(named.parameters);
        known.parameters = named.parameters;
        known.block(named.statement, &ENVIRONMENT, sink);
        for overlay in named.statement.statements().filter(|entry| declares_endpoint(entry.word())) {
            overlay_in(overlay, sink);
        }
    }
    known.built_in = &scopes::BUILT_IN;
    for named in declarations.classes.values() {
        let (block, _) = class_block(named.statement);
        known.own = parameter_names(named.parameters);
        known.parameters = named.parameters;
        if std::ptr::eq(block, &raw const MANAGED) {
            known.own.extend([REPLICAS, BY_OPERATOR].map(str::to_owned));
        }
        known.workloads = Some(workloads(named.parameters, declarations));
        known.block(named.statement, block, sink);
        known.workloads = None;
        known.is_clause(named.statement, block, declarations, sink);
    }
    known.parameters = &[];
    for declared in declarations.endpoints.values() {
        let statement = declared.named.statement;
        let is_managed = declared.kind == DeclaredKind::Workload(WorkloadForm::Managed);
        known.own = if is_managed { [REPLICAS, BY_OPERATOR].map(str::to_owned).to_vec() } else { Vec::new() };
        let block = match declared.kind {
            DeclaredKind::Group => {
                known.replaced.extend(groups::members(statement, declarations, sources, sink));
                continue;
            }
            DeclaredKind::External => &EXTERNAL,
            DeclaredKind::Workload(form) => block_of(form),
        };
        known.once(statement, sink, |known, sink| {
            known.block(statement, block, sink);
            known.is_clause(statement, block, declarations, sink);
            0
        });
    }
    groups::circle(declarations, sink);
    known.own = Vec::new();
    known.built_in = &[];
    for statement in &declarations.allows {
        known.once(statement, sink, |known, sink| {
            known.flow_clauses(statement, sink);
            known.terms(&statement.terms, sink);
            known.block(statement, &FLOW, sink)
        });
    }
    known.claims(declarations, sink);
    Shapes { faulty: known.faulty, replaced: known.replaced }
}

/// The names that have a value everywhere, and what each param and let says of itself.
fn constants<'t>(declarations: &Declarations<'t>) -> (Lexicon<BTreeSet<String>>, BTreeMap<&'t str, &'t [Term]>) {
    let mut names = Lexicon::from(BTreeSet::from(scopes::BUILT_IN.map(str::to_owned)));
    let mut constants = BTreeMap::new();
    for statement in declarations.params.iter().chain(&declarations.lets) {
        if let Some(name) = statement.terms.first().and_then(Term::name) {
            names.insert(name.to_owned());
            constants.entry(name).or_insert(&*statement.terms);
        }
    }
    for name in &declarations.lost {
        names.insert((*name).to_owned());
    }
    (names, constants)
}

/// Whether a statement is an overlay of an environment.
fn is_overlay(entry: &Statement, within: &Block) -> bool {
    std::ptr::eq(within, &raw const ENVIRONMENT) && (declares_endpoint(entry.word()) || entry.word() == "allow")
}

/// An overlay speaks of somebody.
fn nameless_overlay(overlay: &Statement) -> Diagnostic {
    let word = overlay.word();
    let all = if word == "service" { ", or `service * { .. }` for all of them" } else { "" };
    Diagnostic::new(&BVL0202, overlay.head(), format!("this {word} has no name"))
        .here("nothing is stated of anybody")
        .help(format!("write whom it is about: `{word} NAME {{ .. }}`{all}"))
}

/// `service web, api { .. }`: an overlay speaks of one.
fn several_in_overlay(overlay: &Statement) -> Option<Diagnostic> {
    let names = overlay.terms.first().filter(|names| matches!(names.kind, TermKind::List(_)))?;
    let word = overlay.word();
    let each: Option<Vec<String>> =
        names.members().iter().map(|name| Some(format!("`{word} {} {{ .. }}`", name.name()?))).collect();
    Some(
        Diagnostic::new(&BVL0202, names.span, format!("`{word}` speaks of one, and several are named"))
            .here("each has its own braces")
            .help(format!("write one for each: {}", each?.join(", "))),
    )
}

/// An overlay speaks of what runs here already; where it runs is stated where it is declared.
fn overlay_in(overlay: &Statement, sink: &mut Sink) {
    if let Some(stated) = overlay.statements().find(|inner| inner.word() == "in") {
        sink.report(
            Diagnostic::new(&BVL0202, stated.head(), "an overlay has no `in`")
                .here("it speaks of one environment, this one")
                .help("state `in` where the workload is declared; `without NAME` drops one here"),
        );
    }
}

fn parameter_names(parameters: &[Box<[Term]>]) -> Vec<String> {
    parameters.iter().filter_map(|part| name_of(part).and_then(Term::name)).map(str::to_owned).collect()
}

/// The parameters that name workloads: those whose types are classes.
fn workloads(parameters: &[Box<[Term]>], declarations: &Declarations<'_>) -> Vec<String> {
    let names_class =
        |part: &[Term]| part.get(2).and_then(Term::name).is_some_and(|ty| declarations.classes.contains_key(ty));
    let names = parameters.iter().filter(|part| names_class(part)).filter_map(|part| name_of(part)?.name());
    names.map(str::to_owned).collect()
}

/// The block of a workload.
pub(super) fn block_of(form: WorkloadForm) -> &'static Block {
    match form {
        WorkloadForm::Service => &SERVICE,
        WorkloadForm::Job => &JOB,
        WorkloadForm::Managed => &MANAGED,
    }
}

/// The blocks that a class can be written for, the likeliest first.
static KINDS: [(&Block, &str); 4] =
    [(&SERVICE, "services"), (&JOB, "jobs"), (&MANAGED, "managed workloads"), (&EXTERNAL, "externals")];

/// The block that a class's body is written for: the one that knows most of its words, services before the others.
pub fn class_block(class: &Statement) -> (&'static Block, &'static str) {
    let fits = |block: &Block| class.statements().filter(|entry| block.word(entry.word()).is_some()).count();
    let [mut best, rest @ ..] = KINDS;
    for kind in rest {
        if fits(kind.0) > fits(best.0) {
            best = kind;
        }
    }
    best
}

/// A statement of a class that a block has not, and what the class is written for has; a word that neither has is reported where
/// the class is written. A class without any fits the block.
pub fn stranger<'t>(class: &'t Statement, block: &'static Block) -> Option<&'t Statement> {
    let (written_for, _) = class_block(class);
    class.statements().find(|entry| block.word(entry.word()).is_none() && written_for.word(entry.word()).is_some())
}

/// Reports a class that is written for something else than what takes it over, once, in place of each of its words.
fn wrong_kind(name: &str, span: Span, class: &Statement, block: &'static Block, sink: &mut Sink) {
    let (_, kind) = class_block(class);
    if let Some(stranger) = stranger(class, block) {
        sink.report(
            Diagnostic::new(&BVL0202, span, format!("{name} is a class of {kind}"))
                .here(format!("it states `{}`, which {} has not", stranger.word(), article(block.name)))
                .help(format!(
                    "take it over in something of that kind, or write a class for {} block",
                    article(block.name)
                )),
        );
    }
}

impl Known<'_, '_> {
    /// What a platform says of itself: what is never to be, what is accepted, rules and tests.
    fn claims(&mut self, declarations: &Declarations<'_>, sink: &mut Sink) {
        for statement in declarations.nevers.iter().chain(&declarations.waivers) {
            self.terms(&statement.terms, sink);
        }
        for statement in &declarations.rules {
            self.rule(statement, sink);
        }
        for statement in &declarations.tests {
            self.test(statement, sink);
        }
    }

    /// Judges a statement, unless an earlier resolving has judged the same one. Says what `judge` does: how many findings
    /// hide nothing else.
    fn once(
        &mut self,
        statement: &Statement,
        sink: &mut Sink,
        judge: impl FnOnce(&mut Self, &mut Sink) -> usize,
    ) -> usize {
        let place = statement.word.span;
        let held = self.again.held.as_ref().filter(|held| held.has(statement));
        let judged = if let Some(held) = held {
            held.memo.shapes.get(&place).map(Arc::clone)
        } else if self.again.memo.is_none() {
            return judge(self, sink);
        } else {
            let outer = (std::mem::take(&mut self.faulty), std::mem::take(&mut self.replaced));
            let mut own = Sink::default();
            let n_twice = judge(self, &mut own);
            let faulty = std::mem::replace(&mut self.faulty, outer.0);
            let replaced = std::mem::replace(&mut self.replaced, outer.1);
            let is_well = own.is_empty() && faulty.is_empty() && replaced.is_empty();
            (!is_well).then(|| Arc::new(Judged { found: own.into_found(), faulty, replaced, n_twice }))
        };
        let Some(judged) = judged else { return 0 };
        judged.found.iter().for_each(|finding| sink.report(finding.clone()));
        self.faulty.extend(&judged.faulty);
        self.replaced.extend(&judged.replaced);
        let n_twice = judged.n_twice;
        if let Some(memo) = &mut self.again.memo {
            memo.shapes.insert(place, judged);
        }
        n_twice
    }

    /// Judges what follows the ends of a flow: its reason and its environments.
    fn flow_clauses(&self, statement: &Statement, sink: &mut Sink) {
        if let Some(word) = vocabulary::FILE.word("allow").filter(|_| !statement.broken) {
            let split = vocabulary::split(word, &statement.terms);
            let before = sink.len();
            clauses(&split, None, sink);
            self.unsigned(&split, sink.behind(before));
        }
    }

    /// Judges what stands in the braces of a statement, and says how many findings there hide nothing else.
    fn block(&mut self, statement: &Statement, block: &'static Block, sink: &mut Sink) -> usize {
        let before = sink.len();
        let n_twice = self.words(statement, block, sink);
        // what would stand in braces that are cut off behind the `{` is not known
        let is_cut_off = |entry: &Statement| {
            entry.block.as_ref().is_some_and(|block| block.close.is_none()) && entry.statements().next().is_none()
        };
        let cut_off = statement.statements().filter(|entry| is_cut_off(entry)).map(|entry| entry.word.span);
        cut_off.for_each(|word| self.faulty.insert(word));
        let torn = statement.statements().filter(|entry| entry.broken);
        torn.for_each(|entry| self.faulty.insert_statement(entry));
        let is_faulty = |entry: &Statement| entry.broken || self.faulty.contains(&entry.word.span);
        let broken = statement.broken || statement.statements().any(is_faulty);
        // what is stated twice hides nothing of what stands beside it
        if statement.broken {
            self.faulty.insert(statement.word.span);
        } else if broken || sink.len() > before + n_twice {
            self.faulty.insert_block(statement.word.span);
        }
        n_twice
    }

    /// Judges the statements of a block, and says how many of them, at any depth, state again what another one has stated.
    fn words(&mut self, statement: &Statement, block: &'static Block, sink: &mut Sink) -> usize {
        let mut n_twice = 0;
        let mut stated: BTreeMap<(&'static str, String), Span> = BTreeMap::new();
        let first = Stated::of(statement);
        for entry in statement.statements() {
            let before = sink.len();
            let name = entry.word();
            if let Some(word) = block.word_at(&entry.word) {
                // what is written wrongly is no key that another one may have
                let is_read = word.keyed != Keyed::ByArgument
                    || entry.terms.first().is_none_or(|first| first.kind != TermKind::Bad);
                if let Some(key) = key(word, entry).filter(|_| is_read)
                    && let Some(first) = stated.insert((word.name, key), entry.head())
                {
                    sink.report(twice(entry, word, first));
                    // of two that differ nobody knows which is meant, and nothing follows from either
                    let are_alike =
                        entry.block.is_none() && self.sources.text(first) == self.sources.text(entry.head());
                    if !are_alike && SETTINGS.contains(&word.name) {
                        self.faulty.insert_value(entry.word.span);
                    } else if !are_alike {
                        self.faulty.insert_statement(entry);
                    }
                    n_twice += 1;
                }
                let word = self.overlaid(entry, block).unwrap_or(word);
                let split = vocabulary::split(word, &entry.terms);
                let map = || maps::spread(entry, word, self.sources);
                let field = || fields::meant(entry, word, self.sources);
                if let Some(declared) = declared_within(entry, word, block).or_else(map).or_else(field) {
                    sink.report(declared);
                    self.faulty.insert_statement(entry);
                } else if let Some(run_on) =
                    run_on::finding(entry, &split, block, self.sources).filter(|_| !entry.broken)
                {
                    sink.report(run_on);
                    self.faulty.insert_statement(entry);
                } else if is_overlay(entry, block) {
                    n_twice += self.once(entry, sink, |known, sink| known.entry(entry, &split, block, sink));
                } else {
                    n_twice += self.entry(entry, &split, block, sink);
                }
            } else if let Some(before) = maps::before_braces(entry, statement, block, self.sources) {
                sink.report(before);
            } else if !(entry.broken && name.is_empty()) {
                sink.report(unknown_word(entry, (statement, &first), block));
                // what stands in its braces is read as that of the word that was most likely meant
                let near = block.did_you_mean(name).and_then(|near| block.word(near));
                if let (Some(inner), Some(_)) = (near.and_then(|near| near.block), &entry.block) {
                    n_twice += self.block(entry, inner, sink);
                }
            }
            foreign::join(entry, before, &mut self.replaced, sink);
        }
        n_twice
    }

    /// The word of what an overlay of another kind speaks of: that its kind is wrong is told by itself, and its braces are
    /// read as those of what is declared.
    fn overlaid(&self, entry: &Statement, within: &'static Block) -> Option<&'static Word> {
        if !is_overlay(entry, within) || !declares_endpoint(entry.word()) {
            return None;
        }
        let declared = self.declarations.endpoints.get(entry.terms.first()?.name()?)?;
        within.word(declared.kind.word()).filter(|word| declares_endpoint(word.name))
    }

    fn entry(&mut self, entry: &Statement, split: &Split<'_>, of: &'static Block, sink: &mut Sink) -> usize {
        let Split { word, variant, .. } = *split;
        let before = sink.len();
        let is_meant = !word.is_own_key() || self.terms(std::slice::from_ref(&entry.word), sink);
        let is_meant = self.terms(&entry.terms, sink) && is_meant;
        if entry.broken || !is_meant {
            // what is said already speaks for its terms; its block is judged all the same
        } else if word.name == "without" && !std::ptr::eq(word, &raw const vocabulary::WITHOUT) {
            without::environment(entry, word, sink);
        } else if word.name == "without" {
            without::word(entry, of, sink);
        } else if word.name == "allow" {
            // its ends have a grammar of their own: `flows` reads them, `managed` those of a class
            let varying = |term: &Term| arguments::varying(term, Type::Endpoint, self.workloads.as_deref());
            let open = split.args.iter().flat_map(Term::members).filter(|term| !term.is_closed());
            open.filter_map(varying).for_each(|finding| sink.report(finding));
            clauses(split, self.workloads.as_deref(), sink);
        } else if word.name == "service" && entry.terms.first().is_some_and(|term| matches!(term.kind, TermKind::Star))
        {
            // `service *` has no name to judge
        } else if is_overlay(entry, of) && entry.terms.is_empty() {
            sink.report(nameless_overlay(entry));
        } else if let Some(several) = several_in_overlay(entry).filter(|_| is_overlay(entry, of)) {
            sink.report(several);
        } else if let Some(bare) = self.bare_declaration(entry, split) {
            sink.report(bare);
        } else if let Some(not_made) = slips::not_made(entry, split) {
            // what stands in its braces was meant for something else
            sink.report(not_made);
            self.faulty.insert_statement(entry);
            return 0;
        } else {
            statement(entry, split, self.workloads.as_deref(), sink);
        }
        self.unsigned(split, sink.behind(before));
        let meant = variant.or_else(|| meant_variant(entry, word));
        let block = meant.and_then(|variant| variant.block).or(word.block);
        let mut n_twice = 0;
        let is_well = sink.len() == before;
        if let Some(finding) = closed_block(entry, split).filter(|_| !entry.broken && is_well) {
            sink.report(finding);
        }
        let is_well = sink.len() == before;
        match (block, &entry.block) {
            (Some(block), Some(_)) => n_twice = self.block(entry, block, sink),
            // which one is meant has been asked, and whether that takes braces nobody knows
            (None, Some(_)) if meant.is_none() && !word.variants.is_empty() => {}
            (None, Some(braces)) => {
                sink.report(no_braces(entry.word(), braces.open, example(word, variant)));
            }
            (_, None) => {}
        }
        if sink.len() > before + n_twice {
            // braces where none may stand say nothing of what stands before them either
            if is_well { self.faulty.insert_block(entry.word.span) } else { self.faulty.insert_statement(entry) }
        }
        n_twice
    }

    /// Judges the classes that a declaration takes over.
    fn is_clause(
        &mut self,
        statement: &Statement,
        block: &'static Block,
        declarations: &Declarations<'_>,
        sink: &mut Sink,
    ) {
        let before = sink.len();
        self.classes(statement, block, declarations, sink);
        if sink.len() > before {
            self.faulty.insert(statement.word.span);
            foreign::join(statement, before, &mut self.replaced, sink);
        }
        // one that applies all the same hides nothing
        classes::named_again(statement, self.sources, sink);
    }

    fn classes(&self, statement: &Statement, block: &'static Block, declarations: &Declarations<'_>, sink: &mut Sink) {
        let mut terms = statement.terms.iter().skip(1);
        let Some(head) = terms.next() else { return };
        if !head.is_name("is") {
            // a name that is forgotten is told by that of its neighbor
            let is_nameless = statement.terms.first().is_some_and(|name| name.is_name("is"));
            if !statement.broken && !is_nameless {
                let diagnostic =
                    Diagnostic::new(&BVL0202, head.span, format!("{} does not belong after the name", head.describe()))
                        .help("classes are taken over with `is`, and what it states stands in braces");
                let is_class = |term: &Term| {
                    term.members()
                        .iter()
                        .all(|member| member.named().is_some_and(|(name, ..)| declarations.classes.contains_key(name)))
                };
                let behind = statement.terms.get(2);
                // what a class is given in parentheses is not spelled out
                let whole = |finding: Diagnostic, class: &Term| {
                    let name = statement.terms.first().and_then(Term::name);
                    let classes: Option<Vec<&str>> = class.members().iter().map(Term::name).collect();
                    match name.zip(classes) {
                        Some((name, classes)) => finding.help(format!(
                            "write `{} {name} is {}`: classes are taken over with `is`",
                            statement.word(),
                            classes.join(", ")
                        )),
                        None => finding,
                    }
                };
                sink.report(if let Some(doubled) = slips::doubled(statement, head) {
                    doubled
                } else if is_class(head) {
                    whole(diagnostic, head)
                        .fix("write `is` before it", vec![TextEdit::replace(head.span.before(), "is ")])
                } else if let Some(class) = behind.filter(|class| head.name().is_some() && is_class(class)) {
                    whole(diagnostic, class).fix("write `is`", vec![TextEdit::replace(head.span, "is")])
                } else {
                    diagnostic
                });
            }
            return;
        }
        let given = absent::given(&statement.terms);
        let mut terms = terms.flat_map(Term::members).peekable();
        if terms.peek().is_none() && !statement.broken {
            sink.report(
                Diagnostic::new(&BVL0202, head.span, "`is` names no class")
                    .here("nothing follows")
                    .help("write `is CLASS`, or take the `is` out"),
            );
        }
        if let Some(told) = unbracketed(statement, self.sources) {
            return sink.report(told);
        }
        if let Some([before, next]) = unlisted(statement) {
            sink.report(
                Diagnostic::new(&BVL0202, next.span, "a comma is missing before this class")
                    .here("expected `,` before it")
                    .help("classes are listed with commas: `is a, b`")
                    .fix("add the comma", vec![TextEdit::insert_after(before.span, ",")]),
            );
        }
        for term in terms {
            let Some((name, span, _)) = term.named() else {
                if term.kind != TermKind::Bad && !statement.broken {
                    sink.report(
                        Diagnostic::new(&BVL0202, term.span, format!("expected a class, found {}", term.describe()))
                            .help("write the name of a class, such as `is nats.cluster`"),
                    );
                }
                continue;
            };
            self.terms(std::slice::from_ref(term), sink);
            match declarations.classes.get(name) {
                // where a `(` is missing, the name holds that of a parameter
                None if statement.broken || declarations.lost.contains(name) => {}
                None => sink.report(unknown_class(name, span, &given, declarations)),
                Some(class) => wrong_kind(name, span, class.statement, block, sink),
            }
        }
    }
}

/// What a class takes without the parentheses around it: `is web tag = "1.0"`.
fn unbracketed(statement: &Statement, sources: &SourceMap) -> Option<Diagnostic> {
    statement.foreign.as_ref().filter(|foreign| foreign.sign == '=')?;
    let [classes, name, value] = statement.terms.get(2..)?.windows(3).find(|three| match three {
        [_, name, value] => name.name().is_some() && value.named().is_none(),
        _ => false,
    })?
    else {
        return None;
    };
    let (class, _, parts) = classes.members().last()?.named()?;
    let given = format!("({} = {})", name.name()?, sources.text(value.span));
    let whole = Span { start: classes.span.end, ..value.span };
    let finding =
        Diagnostic::new(&BVL0202, name.span.to(value.span), "what a class takes stands in parentheses behind its name");
    let finding = finding.here("stands by itself").help(format!("write `{class}{given}`"));
    Some(if parts.is_empty() {
        finding.fix(format!("write `{class}{given}`"), vec![TextEdit::replace(whole, given)])
    } else {
        finding
    })
}

/// Two classes behind `is` that no comma parts.
fn unlisted(statement: &Statement) -> Option<[&Term; 2]> {
    if statement.broken {
        return None;
    }
    statement.terms.get(2..)?.windows(2).find_map(|pair| match pair {
        [before, next] if next.named().is_some() => Some([before, next]),
        _ => None,
    })
}

/// What stands in the braces of a value beside which it means nothing.
pub(super) fn closed_block(entry: &Statement, split: &Split<'_>) -> Option<Diagnostic> {
    let value = split.args.first().filter(|value| value.is_closed() && !split.word.opens_block(value))?;
    let replicas = u32::from_term(value).ok()?;
    // a word that the block does not have is told as that
    let block = split.word.block?;
    let moves = |inner: &&Statement| inner.word() != vocabulary::WITHOUT.name && block.word_at(&inner.word).is_some();
    let first = entry.statements().find(moves)?;
    Some(unmoved(replicas, value.span, first.word(), first.head()))
}

/// What tells two statements of a word apart; `None` where it may be stated any number of times.
fn key(word: &'static Word, entry: &Statement) -> Option<String> {
    if word.is_own_key() {
        return Some(crate::model::key_text(&entry.word));
    }
    match word.keyed {
        Keyed::Each => None,
        Keyed::Once => Some(String::new()),
        Keyed::ByArgument => Some(entry.terms.first().map(crate::model::key_text).unwrap_or_default()),
        Keyed::ByVariant => {
            let named = entry.terms.iter().position(|term| term.is_name("as")).and_then(|at| entry.terms.get(at + 1));
            let term = named.or_else(|| entry.terms.first())?;
            Some(crate::model::key_text(term))
        }
    }
}
