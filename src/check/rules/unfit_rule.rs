//! A rule can be judged: it asks for what there is, and compares what can be compared.

use super::typed;
use crate::check::Context;
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A `rule` asks for a field that nothing has, or compares what cannot be compared: a number with a text, a duration with an
    /// amount of memory. Everything in a rule has a type: a field that of [the table](../reference/rule-fields.md), and a value that is
    /// written out that of its partner.
    ///
    /// ## Why it matters in the cluster
    /// The rule would never fail, and whoever wrote it would believe that it holds.
    ///
    /// ## How to mend it
    /// Write the field that is meant, or a value of its type.
    ///
    /// ```bvl bad in=file
    /// rule "nothing runs alone" { for s in services require s.scal.min >= 2 } //~ BVL1002 "a service has no field `scal`"
    /// ```
    /// ```bvl fixed in=file
    /// rule "nothing runs alone" { for s in services require s.scale.min >= 2 }
    /// ```
    /// ```bvl bad in=file
    /// rule "nothing stops late" { for s in services require s.shutdown.grace <= 60 } //~ BVL1002 "has no unit"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// rule "nothing stops late" { for s in services require s.shutdown.grace <= 60s }
    /// ```
    /// ```bvl bad in=file
    /// rule "nothing runs alone" { for s in services require s.scale } //~ BVL1002 "neither holds"
    /// ```
    /// ```bvl good in=file
    /// rule "nothing stops late" { for s in services require s.shutdown.grace <= 60s and s.scale.min in 1..20 }
    /// ```
    ///
    /// ## Source
    /// The language's own: rules are typed, so that each of them means something.
    BVL1002, "unfit-rule", Error(Stated), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for rule in &cx.model.rules {
        // what is wrong with the sentence is the same wherever nothing stands for anything else
        let mut told: Vec<crate::diagnostic::Diagnostic> = Vec::new();
        for stated in &rule.sentences {
            for fault in typed::read(&stated.terms, rule.sentence).err().into_iter().flatten() {
                let finding = fault.told(&BVL1002);
                if !told.contains(&finding) {
                    told.push(finding.clone());
                    sink.report(finding);
                }
            }
        }
    }
}
