//! `severity`: how grave findings are on this platform.
//!
//! Invariants: an error becomes a warning only where it is a matter of judgment (`OF_JUDGMENT`) and a reason is written;
//! what the cluster would refuse, and what the spec itself states, stays an error.

use super::waivers::{self, Named};
use crate::code;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Model;
use crate::model::platform::{Grade, StatedSeverity};
use crate::source::TextEdit;

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
    /// Take the line out and mend the findings, or accept one where it stands with `waive` and a reason. These errors may become
    /// warnings: `privileged-service`, `mutable-tag`,
    /// `literal-secret`, `budget-blocks-eviction`, `quorum-budget-too-low`, `shutdown-exceeds-grace`, `no-pre-stop`,
    /// `timeout-exceeds-drain`, `deadline-nesting`, `shared-health-port` and `readiness-slower-than-liveness`.
    ///
    /// ```bvl bad in=platform
    /// severity probe-path warn because "we never use it" //~ BVL0994 "probe-path"
    /// ```
    /// ```bvl bad in=platform
    /// severity unknown-name warn because "it comes later" //~ BVL0994 "unknown-name"
    /// ```
    /// ```bvl good in=platform
    /// severity mutable-tag warn because "the registry refuses to move tags"
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

/// Errors that are a matter of judgment: the cluster takes the objects, and nothing that the spec states is broken.
const OF_JUDGMENT: [&str; 11] = [
    "privileged-service",
    "mutable-tag",
    "literal-secret",
    "budget-blocks-eviction",
    "quorum-budget-too-low",
    "shutdown-exceeds-grace",
    "no-pre-stop",
    "timeout-exceeds-drain",
    "deadline-nesting",
    "shared-health-port",
    "readiness-slower-than-liveness",
];

/// Why an error of a check stays one.
const OF_NO_JUDGMENT: &str = "the cluster would refuse the objects, they would do something else than the spec says, or what they rest on is left unsaid";

/// Gives findings the severity that the platform states, and reports what is wrong with these statements.
pub fn apply(model: &Model, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for stated in &model.platform.severities {
        match wrong(stated) {
            Ok(code) => {
                for finding in findings.iter_mut().filter(|finding| finding.code == code) {
                    finding.severity = match stated.grade {
                        Grade::Deny => Severity::Error,
                        Grade::Warn => Severity::Warning,
                    };
                }
            }
            Err(fault) => findings.push(*fault),
        }
    }
    findings.sort_by_key(|finding| (finding.span(), finding.code.id));
    findings
}

/// The code whose findings it speaks of.
fn wrong(stated: &StatedSeverity) -> Result<&'static Code, Box<Diagnostic>> {
    let code = match (waivers::find(&stated.code.value), stated.grade) {
        (Named::Nothing, _) => {
            return Err(Box::new(waivers::unknown(
                &stated.code,
                "no finding becomes graver or less grave by it".to_owned(),
            )));
        }
        (Named::Unreadable(code), Grade::Warn) => {
            return Err(Box::new(below_refusal(stated, code, "what cannot be read cannot be built")));
        }
        (Named::Unreadable(code), Grade::Deny) | (Named::Check(code), _) => code,
    };
    if code.severity == Severity::Error && stated.grade == Grade::Warn {
        if !OF_JUDGMENT.contains(&code.slug) {
            return Err(Box::new(below_refusal(stated, code, OF_NO_JUDGMENT)));
        }
        if stated.because.is_none() {
            return Err(Box::new(without_reason(stated, code)));
        }
    }
    Ok(code)
}

fn below_refusal(stated: &StatedSeverity, code: &Code, why: &str) -> Diagnostic {
    Diagnostic::new(&BVL0994, stated.span, format!("`{}` cannot be made a warning", code.slug))
        .here("is an error on every platform")
        .note(why)
        .help(format!("take the line out; `bvlc check --only {}` shows what is to be mended then", code.slug))
        .unsafe_fix("take the line out", vec![TextEdit::replace(stated.span, "")])
}

fn without_reason(stated: &StatedSeverity, code: &Code) -> Diagnostic {
    Diagnostic::new(&BVL0995, stated.span, format!("`severity {} warn` does not say why", code.slug))
        .here("makes a warning of an error without a reason")
        .note("what was an error is built from now on, in every environment")
        .help("end it with `because \"..\"` and the reason; `waive` accepts the finding on one workload alone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_matter_of_judgment_is_an_error_that_is_checked() {
        for slug in OF_JUDGMENT {
            let code = super::super::all().map(|check| check.code).find(|code| code.slug == slug);
            assert_eq!(code.map(|code| code.severity), Some(Severity::Error), "{slug}");
            assert!(BVL0994.explanation.contains(&format!("`{slug}`")), "{slug}");
        }
    }
}
