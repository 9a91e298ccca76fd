//! What is told of what was found: as grave as the platform states, without what it accepts, one finding for one mistake.
//!
//! Invariant: what a check finds is told by itself, and other findings are told apart from it, so that what it found before
//! and finds again need not be told anew; but a name that stands for nothing is one mistake, whoever finds it.

use std::sync::Arc;

use super::environments::Called;
use super::findings::Judged;
use super::severity::Grades;
use super::shared;
use super::stated;
use super::waivers::{Left, Readable, Scope, Waivers, is_unreadable};
use super::{Context, Extent};
use crate::diagnostic::{Code, Diagnostic, Findings, Label, Severity, Sink};
use crate::model::codes::BVL0203;
use crate::model::{Environment, Model};
use crate::source::{SourceMap, Span};
use crate::syntax;
use crate::value::Date;

/// What is told of a platform.
#[derive(Debug, Default)]
pub struct Told {
    /// The findings, in order.
    pub findings: Findings,
    /// How many findings each waiver accepts, wholly or in some of its environments, by its index in the model.
    pub accepted: Vec<usize>,
    /// How many of the findings that are accepted somewhere say that a cluster refuses the objects.
    pub n_refused: usize,
}

/// A finding that a waiver accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it says.
    pub message: String,
    /// Where it is accepted; empty where it holds without any environment.
    pub environments: Vec<String>,
}

/// What is told of what one check found. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Part(Arc<Telling>);

#[derive(Debug)]
struct Telling {
    findings: Vec<Arc<Diagnostic>>,
    /// Those of a name that stands for nothing, which others may miss as well.
    lacking: Vec<Diagnostic>,
    /// What each waiver accepts that accepts any, by its index.
    accepted: Vec<(usize, Scope)>,
    n_refused: usize,
}

/// A platform that was told before: what it means, what was found, and what was told of that.
pub type Earlier<'e> = (&'e Model, &'e Judged, &'e [Part]);

/// By what a platform's findings are told.
pub struct Rules<'m> {
    model: &'m Model,
    sources: &'m SourceMap,
    grades: Grades,
    /// What is wrong with the grades.
    faults: Vec<Diagnostic>,
    waivers: Waivers<'m>,
    /// The day by which waivers are judged that hold until one.
    today: Option<Date>,
    called: Called<'m>,
}

impl<'m> Rules<'m> {
    /// The rules of a model, on a day.
    pub fn of(model: &'m Model, sources: &'m SourceMap, today: Option<Date>) -> Self {
        let (grades, faults) = Grades::of(model, sources);
        let called = Called::of(&model.environments);
        Self { model, sources, grades, faults, waivers: Waivers::of(model), today, called }
    }

    /// Tells what one check found.
    pub fn part(&self, mut found: Sink) -> Part {
        found.retain(|finding| !self.builds_on_half(finding));
        let Left { mut findings, accepted, n_refused } = self.left(found.finish());
        stated::mend(&mut findings, self.model, self.sources);
        stated::show(&mut findings, self.model, self.sources);
        stated::name_overlays(&mut findings, self.model);
        let lacking = findings.extract_if(.., |finding| finding.absent.is_some()).collect();
        let findings = shared::merge(findings, &self.called).into_iter().map(Arc::new).collect();
        Part(Arc::new(Telling { findings, lacking, accepted: accepted.into_iter().collect(), n_refused }))
    }

    /// What a waiver accepts, by its index in the model: its check is asked anew.
    pub fn accepted(&self, cx: &Context<'_>, index: usize) -> Vec<Accepted> {
        let code = self.waivers.judged(index);
        let Some(check) = super::all().find(|check| Some(check.code) == code) else { return Vec::new() };
        let mut found = super::run_one(cx, check);
        found.retain(|finding| !self.builds_on_half(finding));
        let mut findings = found.finish();
        self.grades.apply(&mut findings);
        let mut accepted: Vec<Accepted> = Vec::new();
        self.waivers.leave_telling(findings, &mut |by, finding, rest| {
            if by == index {
                let environments = finding.environments.iter().filter(|title| !rest.contains(title)).cloned().collect();
                accepted.push(Accepted { message: finding.message.clone(), environments });
            }
        });
        accepted
    }

    /// Tells what each check found; what it has found before, and was told by the same rules, is taken over.
    pub fn parts(&self, judged: &Judged, earlier: Option<Earlier<'_>>) -> Vec<Part> {
        let earlier = earlier.filter(|(model, ..)| is_ruled_alike(model, self.model));
        let known = earlier.into_iter().flat_map(|(_, judged, parts)| judged.checks().iter().zip(parts));
        let mut known = known.fuse();
        let part = |found: &super::findings::Found| {
            let told = known.next().filter(|(earlier, _)| found.is_that_of(earlier));
            told.map_or_else(|| self.part(found.sink()), |(_, part)| part.clone())
        };
        judged.checks().iter().map(part).collect()
    }

    /// Tells everything: what checks found of so much of the platform, and everything else that is wrong, of which `retell` may say more.
    pub fn all(
        mut self,
        other: Sink,
        (parts, extent): (&[Part], Extent),
        retell: &mut dyn FnMut(&mut [Diagnostic]),
    ) -> Told {
        let mut other = other.finish();
        other.append(&mut self.faults);
        let mut left = self.left(other);
        let errors = left.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let mut unreadable = errors.map(|finding| finding.code).filter(|code| is_unreadable(code));
        let read = match unreadable.next() {
            None => Readable::Everything,
            Some(first) => {
                let is_torn = std::iter::once(first).chain(unreadable).any(|code| syntax::CODES.contains(&code));
                if is_torn || extent == Extent::Part { Readable::Less } else { Readable::Statements }
            }
        };
        let mut accepted = vec![Scope::default(); self.model.waivers.len()];
        let of_parts = parts.iter().flat_map(|part| part.0.accepted.iter().map(|(index, scope)| (index, scope)));
        for (index, scope) in of_parts.chain(&left.accepted) {
            if let Some(all) = accepted.get_mut(*index) {
                all.add(scope);
            }
        }
        let found = |code: &Code| -> Vec<&Diagnostic> {
            let of_parts = parts.iter().flat_map(|part| part.0.findings.iter().map(Arc::as_ref).chain(&part.0.lacking));
            of_parts.chain(&left.findings).filter(|finding| finding.code == code).collect()
        };
        let faults = self.waivers.faults((self.sources, self.today), &mut accepted, read, &found);
        left.findings.extend(faults);
        let misread = left.findings.iter_mut().filter(|finding| finding.code == &BVL0203);
        misread.for_each(|finding| stated::show(std::slice::from_mut(finding), self.model, self.sources));
        retell(&mut left.findings);
        left.findings.extend(parts.iter().flat_map(|part| part.0.lacking.iter().cloned()));
        left.findings.sort_by_key(place);
        let n_refused = left.n_refused + parts.iter().map(|part| part.0.n_refused).sum::<usize>();
        let own = shared::merge(left.findings, &self.called).into_iter().map(Arc::new);
        // each is in order by itself, which sorting makes use of
        let mut all: Vec<Arc<Diagnostic>> = own.collect();
        all.extend(parts.iter().flat_map(|part| part.0.findings.iter().cloned()));
        all.sort_by(|one, other| place(one).cmp(&place(other)));
        let accepted = accepted.into_iter().map(|scope| scope.n_findings).collect();
        Told { findings: Findings::from(all), accepted, n_refused }
    }

    /// Whether a finding points at a statement of which only a part could be read: what the whole of it says is not known.
    fn builds_on_half(&self, finding: &Diagnostic) -> bool {
        let half_read = &self.model.half_read;
        // none lies in another: their braces are left aside
        let is_half = |label: &Label| {
            let before = half_read.range(..=Span { end: u32::MAX, ..label.span }).next_back();
            before.is_some_and(|statement| statement.contains(label.span))
        };
        !half_read.is_empty() && finding.labels.iter().any(is_half)
    }

    fn left(&self, mut findings: Vec<Diagnostic>) -> Left {
        self.grades.apply(&mut findings);
        self.waivers.leave(findings)
    }
}

/// Tells what is wrong where there is no platform to speak of; `retell` may say more of it.
pub fn alone(found: Sink, retell: &mut dyn FnMut(&mut [Diagnostic])) -> Told {
    let mut findings = found.finish();
    retell(&mut findings);
    let findings = shared::merge(findings, &Called::default()).into_iter().map(Arc::new);
    Told { findings: findings.collect(), ..Told::default() }
}

fn place(finding: &Diagnostic) -> (Option<Span>, &'static str) {
    (finding.span(), finding.code.id)
}

/// Whether findings are told by the same rules in both.
fn is_ruled_alike(earlier: &Model, now: &Model) -> bool {
    let names = |environment: &Environment| {
        let namespace = environment.namespace.as_ref().map(|namespace| namespace.name.value.clone());
        (environment.title.clone(), environment.name.value.clone(), namespace)
    };
    earlier.platform.severities == now.platform.severities
        && earlier.waivers == now.waivers
        && earlier.half_read == now.half_read
        && earlier.overlays == now.overlays
        && earlier.constants == now.constants
        && earlier.environments.iter().map(names).eq(now.environments.iter().map(names))
}
