//! A rule speaks of something.

use super::spoken::{self, Those};
use super::typed;
use crate::check::Context;
use crate::check::prose::listed_few;
use crate::diagnostic::{Diagnostic, Sink};

crate::check! {
    /// ## What it means
    /// A `rule` speaks of things of which there are none, in any of the environments in which it holds: it cannot fail. A `where`
    /// that matches nothing is no finding: what it asks about may come.
    ///
    /// ## Why it matters in the cluster
    /// It reads as if something were held that nobody has.
    ///
    /// ## How to mend it
    /// Say what it is meant to speak of, or take it out until there is something.
    ///
    /// ```bvl bad in=file
    /// rule "every job ends" { for j in jobs require j.deadline != none } //~ BVL1003 "there are no jobs"
    /// ```
    /// ```bvl good in=file
    /// rule "every job ends" { for s in services where s.name == "later" require s.scale.min >= 2 }
    /// ```
    ///
    /// ## Source
    /// The language's own: what holds of nothing says nothing.
    BVL1003, "rule-of-nothing", Warning, since "0.1.0" => run, judges Missing
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for rule in &cx.model.rules {
        let Some(stated) = rule.sentences.first() else { continue };
        let Ok(sentence) = typed::read(&stated.terms, rule.sentence) else { continue };
        let (things, span) = (&sentence.things.0, sentence.things.1);
        let environments = || rule.sentences.iter().flat_map(|stated| &stated.environments);
        if environments().any(|id| !spoken::of(cx, things, *id, Those::There).is_empty()) {
            continue;
        }
        let noun = if things == "managed" { "managed workloads" } else { things };
        let titles: Vec<&str> = environments().map(|id| cx.model.environment_title(*id)).collect();
        let within = if titles.len() == cx.model.environments.len() {
            String::new()
        } else {
            format!(" in {}", listed_few(&titles))
        };
        sink.report(
            Diagnostic::new(
                &BVL1003,
                span,
                format!("the rule \"{}\" speaks of nothing: there are no {noun}{within}", rule.text),
            )
            .here("none of these")
            .help("take the rule out until there are some, or let it speak of something else"),
        );
    }
}
