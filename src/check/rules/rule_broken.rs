//! What the platform's own rules require holds of everything that they speak of.

use super::evaluate::Judged;
use super::fields::Lack;
use super::spoken;
use super::standing::{self, Meant, Verdict};
use crate::check::Context;
use crate::check::scaling::{min_above_max, missing_resources, request_above_limit, zero_without_wake};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Rule, Scaling, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A `rule` of this platform requires something, and a service, a flow or another thing that it speaks of is otherwise. The finding
    /// shows the value that is, with the layer that states it, and what the rule asks.
    ///
    /// ## Why it matters in the cluster
    /// Whoever wrote the rule knows: it is what the platform's own people have agreed on.
    ///
    /// ## How to mend it
    /// Change the value, where it stands or in a stronger layer. Where the rule should not hold of this one, accept it with a reason:
    /// `waive rule-broken on app because "REASON"`; where it should hold of fewer, narrow it with `where` or `in`.
    ///
    /// A rule is judged in every environment, of what all layers together state:
    /// ```bvl bad in=file
    /// service report is base { scale 1; disruption none because "it can wait" } //~ BVL1001 "report starts at 1"
    /// allow report -> app.http
    /// rule "nothing runs alone" {
    ///   for s in services require s.scale.min >= 2 else "${s.name} starts at ${s.scale.min}"
    /// }
    /// ```
    /// ```bvl good in=file
    /// service report is base { scale 2 }
    /// allow report -> app.http
    /// rule "nothing runs alone" {
    ///   for s in services require s.scale.min >= 2 else "${s.name} starts at ${s.scale.min}"
    /// }
    /// ```
    /// What is absent is `none`: it is equal to nothing else, and neither more nor less than anything. So a service without a
    /// label breaks a rule that asks for one:
    /// ```bvl bad in=file
    /// service report is base //~ BVL1001 "report breaks the rule"
    /// allow report -> app.http
    /// rule "every report has an owner" { for s in services where s.name == "report" require s.label("owner") != none }
    /// ```
    /// ```bvl good in=file
    /// service report is base { label "owner" "sales" }
    /// allow report -> app.http
    /// rule "every report has an owner" { for s in services where s.name == "report" require s.label("owner") != none }
    /// ```
    ///
    /// ## Source
    /// bvlc's own: whether what the platform's rule says is so.
    BVL1001, "rule-broken", Error(Judgment), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for rule in &cx.model.rules {
        standing::each(cx, rule, &mut |meant, judged, verdict| match verdict {
            Verdict::Held => {}
            Verdict::Broken => {
                if let Some(finding) = broken(cx, rule, meant, judged) {
                    sink.report(finding);
                }
            }
        });
    }
}

/// What is said of one of which a rule does not hold; nothing where none of it is the user's.
fn broken<'a>(
    cx: &Context<'a>,
    rule: &Rule,
    (sentence, thing, environment): Meant<'_, 'a>,
    judged: &mut Judged<'a>,
) -> Option<Diagnostic> {
    let subject = spoken::subject(cx, thing, environment.id);
    let title = match &sentence.message {
        Some(message) => format!("{}: {}", rule.text, judged.message(message)),
        None => format!("{subject} breaks the rule \"{}\"", rule.text),
    };
    let blame = judged.blame(&sentence.require);
    // what has to be there in any case is told as that
    let is_told = |(lack, workload): (Lack, &Workload)| match lack {
        Lack::Needed => true,
        Lack::Amount => missing_resources::is_told(cx, workload, environment),
    };
    if blame.as_ref().and_then(|blame| blame.lack).is_some_and(is_told) {
        return None;
    }
    let place = blame.as_ref().and_then(|blame| blame.place);
    // so is what a cluster refuses, whatever a rule asks
    let is_refused = |workload: &Workload| is_told_at(cx, workload, environment, place.map(|place| place.span));
    if thing.workload().is_some_and(is_refused) {
        return None;
    }
    let declared: Option<Span> = spoken::declared(cx, thing);
    // nobody changes what comes with the compiler: whoever has it is shown
    let span = place.map(|place| place.span).filter(|span| cx.is_users(*span)).or(declared)?;
    let mut finding = Diagnostic::new(&BVL1001, span, title);
    if let Some(blame) = &blame {
        finding = finding.here(format!("{}{}", blame.said, spoken::from(cx, place)));
    }
    if let Some(declared) = declared.filter(|declared| *declared != span && declared.file == span.file) {
        finding = finding.aside(declared, "of this");
    }
    Some(
        finding
            .label(sentence.require.span, "the rule requires this")
            .help(format!(
                "change the value, or accept it with a reason: `waive rule-broken on {subject} because \"REASON\"`"
            ))
            .environment(environment.title.clone())
            .about(subject),
    )
}

/// Whether what a workload states at a place is told as an amount above its limit, or as numbers of replicas that it never has.
fn is_told_at(cx: &Context<'_>, workload: &Workload, environment: &Environment, place: Option<Span>) -> bool {
    let Some(place) = place else { return false };
    let is_of_scale = workload.service().is_some_and(|service| match &service.scaling {
        Scaling::Fixed(replicas) => replicas.span == place,
        Scaling::Auto(auto) => auto.min.span == place || auto.max.span == place,
    });
    let is_scaled_wrongly =
        || min_above_max::is_told(cx, workload, environment) || zero_without_wake::is_told(cx, workload, environment);
    request_above_limit::is_told(cx, workload, environment, place) || (is_of_scale && is_scaled_wrongly())
}
