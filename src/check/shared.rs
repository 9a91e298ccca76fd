//! One value that several workloads take over gives one finding.
//!
//! Invariant: what is merged stands at one place and has one code; every workload that it concerns is named.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// How many of the other workloads' findings are written out.
const WRITTEN: usize = 6;

/// A finding and what the same value does to other workloads.
struct Merged {
    finding: Diagnostic,
    others: Vec<String>,
}

/// Makes one finding of those that a value of a class, of the defaults or of an overlay gives for each workload.
pub fn merge(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut all: Vec<Merged> = Vec::new();
    let mut first: BTreeMap<(Span, &'static str), usize> = BTreeMap::new();
    for finding in findings {
        if let Some(place) = place(&finding) {
            let at = *first.entry(place).or_insert(all.len());
            if let Some(known) = all.get_mut(at).filter(|known| known.finding.subjects != finding.subjects) {
                known.take(finding);
                continue;
            }
        }
        all.push(Merged { finding, others: Vec::new() });
    }
    all.into_iter().map(Merged::told).collect()
}

/// Where a finding about one workload stands, and its code; nothing for one about flows or several workloads.
fn place(finding: &Diagnostic) -> Option<(Span, &'static str)> {
    let [subject] = finding.subjects.as_slice() else { return None };
    if subject.contains(" -> ") { None } else { Some((finding.span()?, finding.code.id)) }
}

impl Merged {
    fn take(&mut self, other: Diagnostic) {
        if !self.others.contains(&other.message) {
            self.others.push(other.message);
        }
        for environment in other.environments {
            if !self.finding.environments.contains(&environment) {
                self.finding.environments.push(environment);
            }
        }
    }

    fn told(self) -> Diagnostic {
        let Self { finding, others } = self;
        if others.is_empty() {
            return finding;
        }
        let mut lines: Vec<&str> = vec!["the same value, inherited by others:"];
        lines.extend(others.iter().take(WRITTEN).map(String::as_str));
        let more = others.len().saturating_sub(WRITTEN);
        let rest = format!("and {more} more");
        if more > 0 {
            lines.push(&rest);
        }
        finding.note(lines.join("\n  "))
    }
}
