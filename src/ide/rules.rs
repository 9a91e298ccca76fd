//! Of how much a rule holds, while it is written: in few words, and each by name.

use std::fmt::Write as _;

use super::{At, View, context};
use crate::check;
use crate::check::rules::standing::{self, Broken, Named, Standing};
use crate::model::Rule;
use crate::source::Span;
use crate::syntax::Statement;

/// The rule that a statement is, or whose sentence it is; `None` where that could not be read.
pub fn of<'v>(view: &'v View, statement: &Statement) -> Option<&'v Rule> {
    let is_it = |rule: &&Rule| match statement.word() {
        "rule" => statement.span.contains(rule.span),
        "for" => statement.head() == rule.sentence,
        _ => false,
    };
    view.analysis.model.as_ref()?.rules.iter().find(is_it)
}

/// The rule around a place.
pub fn at(view: &View, at: At) -> Option<&Rule> {
    let (file, tree) = view.file(at.file)?;
    let around = context::at(file, tree, at.place);
    let mut path = around.around.into_iter().chain(around.statement.map(|(statement, _)| statement));
    of(view, path.next().filter(|outermost| outermost.word() == "rule")?)
}

/// Of how much a rule holds; `None` of one that cannot be judged.
pub fn standing(view: &View, rule: &Rule) -> Option<Standing> {
    let model = view.analysis.model.as_ref()?;
    standing::of(&check::Context::new(model, &view.analysis.graph, view.sources()), rule)
}

/// It in few words: `holds for 14 of 15 services`.
pub fn title(standing: &Standing) -> String {
    match standing.n_meant() {
        0 => format!("means none of the {}", standing.things),
        n => format!("holds for {} of {n} {}", standing.held.len(), standing.things),
    }
}

/// The most that are named behind a sentence.
const MOST: usize = 2;

/// It behind the sentence: how much, and what the first ones are of which it does not hold.
pub fn beside(standing: &Standing) -> String {
    let one = |broken: &Broken| match &broken.said {
        Some(said) => format!("{}: {}", broken.named.subject, said.replace('`', "")),
        None => broken.named.subject.clone(),
    };
    // one thing that is alike in several environments is told once
    let mut named: Vec<String> = Vec::new();
    for broken in &standing.broken {
        let one = one(broken);
        if !named.contains(&one) {
            named.push(one);
        }
    }
    let n_more = named.len().saturating_sub(MOST);
    named.truncate(MOST);
    let mut text = title(standing);
    if !named.is_empty() {
        let _ = write!(text, " \u{b7} not for {}", named.join("; "));
    }
    if n_more > 0 {
        let _ = write!(text, "; and {n_more} more");
    }
    text
}

/// The most that hover names.
const MOST_TOLD: usize = 8;

/// It as Markdown, with what breaks it.
pub fn told(standing: &Standing) -> String {
    let Standing { things, held, broken } = standing;
    let mut text = format!("It holds for {} of {} {things} that it means.", held.len(), standing.n_meant());
    if !broken.is_empty() {
        text.push_str(" It is broken by:\n");
    }
    for Broken { named, said, .. } in broken.iter().take(MOST_TOLD) {
        let _ = write!(text, "\n- in {}: {}", named.environment, named.subject);
        if let Some(said) = said {
            let _ = write!(text, ", {said}");
        }
    }
    if broken.len() > MOST_TOLD {
        let _ = write!(text, "\n- and {} more", broken.len() - MOST_TOLD);
    }
    text
}

/// It with every name, those of which it does not hold first: `place` says where something stands.
pub fn whole(rule: &Rule, standing: &Standing, place: &dyn Fn(Span) -> String) -> String {
    let mut text = format!("{}: {}\n", rule.text, title(standing));
    let mut environment = "";
    for broken in &standing.broken {
        if environment != broken.named.environment {
            environment = &broken.named.environment;
            let _ = write!(text, "\nbroken in {environment}\n");
        }
        let said = broken
            .said
            .iter()
            .map(|said| format!(": {said}"))
            .chain(broken.place.map(|at| format!(" ({})", place(at))));
        let _ = writeln!(text, "  {}{}", broken.named.subject, said.collect::<String>());
    }
    environment = "";
    for Named { environment: own, subject } in &standing.held {
        if environment != own {
            environment = own;
            let _ = write!(text, "\nholds in {environment}\n");
        }
        let _ = writeln!(text, "  {subject}");
    }
    text
}
