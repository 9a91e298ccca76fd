//! `severity`: how grave findings are on this platform.
//!
//! Invariants: an error becomes a warning only where its ground is judgment and a reason is written; what the cluster would
//! refuse, and what the spec itself states, stays an error, also where other findings of its code are matters of judgment.

use std::collections::BTreeMap;

use super::waivers::{self, Named};
use crate::code;
use crate::diagnostic::{Code, Diagnostic, Ground, Label, Severity};
use crate::model::Model;
use crate::model::codes::BVL0207;
use crate::model::platform::{Grade, StatedSeverity};
use crate::source::{SourceMap, Span};

code! {
    /// ## What it means
    /// A `severity` makes a warning of an error that is no matter of judgment for a whole platform: the cluster would refuse the
    /// objects, they would do something else than the spec says, or what the output rests on is left unsaid.
    ///
    /// ## Why it matters in the cluster
    /// The output would be refused when it is applied, would do something else than the spec says, or would hold something that
    /// nobody decided.
    ///
    /// ## How to mend it
    /// Take the line out and mend the findings, or accept one where it stands with `waive` and a reason.
    /// `bvlc explain CODE` says of each error whether it may become a warning, and why.
    ///
    /// ```bvl bad in=platform
    /// severity request-above-limit warn because "we never use it" //~ BVL0994 "request-above-limit"
    /// ```
    /// ```bvl bad in=platform
    /// severity unknown-name warn because "it comes later" //~ BVL0994 "unknown-name"
    /// ```
    /// ```bvl good in=platform
    /// severity mutable-tag warn because "the registry refuses to move tags"
    /// severity missing-resources warn because "the namespace has a LimitRange with defaults"
    /// severity short-pre-stop deny
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0994, "severity-below-refusal", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `severity` makes a warning of an error, and does not say why.
    ///
    /// ## Why it matters in the cluster
    /// What was an error is built from now on, in every environment. Whoever finds the weakness later cannot know whether
    /// it was weighed or overlooked.
    ///
    /// ## How to mend it
    /// End it with `because` and the reason. Where only one workload is meant, `waive` accepts the finding there alone.
    ///
    /// ```bvl bad in=platform
    /// severity mutable-tag warn //~ BVL0995 "does not say why"
    /// ```
    /// ```bvl good in=platform
    /// severity mutable-tag warn because "the registry refuses to move tags"
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0995, "severity-without-reason", Error, since "0.1.0"
}

/// The codes of severities.
pub static CODES: &[&Code] = &[&BVL0994, &BVL0995];

/// How grave the platform says that findings are, by the number of their code.
#[derive(Debug, Default)]
pub(super) struct Grades(BTreeMap<&'static str, (Grade, Span)>);

impl Grades {
    /// What the platform states, and what is wrong with these statements.
    pub(super) fn of(model: &Model, sources: &SourceMap) -> (Self, Vec<Diagnostic>) {
        let (mut grades, mut faults) = (BTreeMap::new(), Vec::new());
        let mut stated_first: BTreeMap<&str, Span> = BTreeMap::new();
        for stated in &model.platform.severities {
            match wrong(stated, sources) {
                Ok(code) => {
                    // a number and a slug are two names of one code
                    let first = *stated_first.entry(code.id).or_insert(stated.span);
                    if first == stated.span {
                        grades.insert(code.id, (stated.grade, stated.span));
                    } else {
                        faults.push(twice(stated, code, first));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        (Self(grades), faults)
    }

    /// Gives findings the severity that the platform states.
    pub(super) fn apply(&self, findings: &mut [Diagnostic]) {
        if self.0.is_empty() {
            return;
        }
        let can_be = |ground: Option<Ground>| ground.is_none_or(Ground::is_judgment);
        for finding in findings {
            match self.0.get(finding.code.id) {
                Some((Grade::Deny, _)) => finding.severity = Severity::Error,
                Some((Grade::Warn, _)) if can_be(finding.ground) => finding.severity = Severity::Warning,
                Some((Grade::Warn, stated)) => {
                    let why = finding.ground.map(Ground::reason).unwrap_or_default();
                    let message = format!("makes no warning of this one: {why}");
                    finding.labels.push(Label::new(*stated, message));
                }
                None => {}
            }
        }
    }
}

/// Whether the platform makes warnings of the errors of a code, as [`Grades`] has it: of two statements the first one counts that is
/// right, and one without its reason changes nothing.
pub(super) fn is_lowered(model: &Model, code: &Code) -> bool {
    let names = |stated: &&StatedSeverity| [code.id, code.slug].contains(&stated.code.value.as_str());
    let can_be = code.severity == Severity::Error && code.ground.is_some_and(Ground::is_judgment);
    let counts = |stated: &&StatedSeverity| stated.grade == Grade::Deny || stated.because.is_some();
    let stated = model.platform.severities.iter().filter(names).find(counts);
    can_be && stated.is_some_and(|stated| stated.grade == Grade::Warn)
}

/// The code whose findings it speaks of.
fn wrong(stated: &StatedSeverity, sources: &SourceMap) -> Result<&'static Code, Diagnostic> {
    let code = match (waivers::find(&stated.code.value), stated.grade) {
        (Named::Nothing, _) => {
            return Err(waivers::unknown(
                &stated.code,
                "no finding becomes graver or less grave by it".to_owned(),
                |code| stated.grade == Grade::Deny || code.ground.is_none_or(Ground::is_judgment),
            ));
        }
        (Named::Unreadable(code), Grade::Warn) => {
            return Err(below_refusal(stated, code, sources, "what cannot be read cannot be built"));
        }
        (Named::Unreadable(code), Grade::Deny) | (Named::Check(code), _) => code,
    };
    if let Some(ground) = code.ground.filter(|_| stated.grade == Grade::Warn) {
        if !ground.is_judgment() {
            return Err(below_refusal(stated, code, sources, ground.reason()));
        }
        if stated.because.is_none() {
            return Err(without_reason(stated, code));
        }
    }
    Ok(code)
}

fn twice(stated: &StatedSeverity, code: &Code, first: Span) -> Diagnostic {
    Diagnostic::new(&BVL0207, stated.span, format!("the severity of {} is stated twice", code.id))
        .here(format!("again here: {} and `{}` are one code", code.id, code.slug))
        .label(first, "first here")
        .help("keep one; which of the two counts would depend on order")
}

fn below_refusal(stated: &StatedSeverity, code: &Code, sources: &SourceMap, why: &str) -> Diagnostic {
    Diagnostic::new(&BVL0994, stated.span, format!("`{}` cannot be made a warning", code.slug))
        .here("is an error on every platform")
        .note(why)
        .help(format!("take the line out; `bvlc check --only {}` shows what is to be mended then", code.slug))
        .unsafe_fix("take the line out", vec![waivers::take_out(sources, stated.span)])
}

fn without_reason(stated: &StatedSeverity, code: &Code) -> Diagnostic {
    Diagnostic::new(&BVL0995, stated.span, format!("`severity {} warn` does not say why", code.slug))
        .here("would make warnings of errors, and gives no reason")
        .note("with it what was an error would be built in every environment; as long as it gives no reason it changes nothing, and they stay errors")
        .help("end it with `because \"REASON\"` and the reason; `waive` accepts the finding on one workload alone")
}
