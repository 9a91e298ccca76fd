//! `waive`: findings that the platform accepts where they stand.
//!
//! Invariants: a waiver never hides an error of syntax or names; one that accepts nothing is an error itself, so that
//! none outlives what it was written for.

mod faults;

use std::collections::{BTreeMap, BTreeSet};

use faults::{
    ended, idle_in, meaningless, misnamed, misspelled, never_waived, nobody, several, still_refused, twice, unused,
    without_reason,
};
pub(super) use faults::{near, unknown};

use super::{Check, Judges, Looks};
use crate::code;
use crate::diagnostic::{Code, Diagnostic, Ground};
use crate::model::{self, Endpoint, Model, Waiver};
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax;
use crate::value::Date;
use crate::value::similar::Lexicon;

code! {
    /// ## What it means
    /// A `waive` accepts no finding: what it was written for has been mended, or it names another workload, flow or
    /// environment than the finding does.
    ///
    /// ## Why it matters in the cluster
    /// A waiver that nobody needs hides the next finding of its kind, which nobody has looked at.
    ///
    /// ## How to mend it
    /// Take it out, or name what the finding is about.
    ///
    /// ```bvl bad in=file
    /// waive shutdown-without-spare on app because "it exits at once" //~ BVL0990 "accepts no finding"
    /// ```
    /// ```bvl bad in=file
    /// waive shutdown-without-spare on ap because "it exits at once" //~ BVL0990 "nothing has that name"
    /// ```
    /// Each of the environments that it names has the finding:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; service brief { shutdown { grace 30s } } }
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief in test, staging because "it exits at once" //~ BVL0990 "accepts no finding in staging"
    /// ```
    /// ```bvl good in=file
    /// environment staging { namespace "shop-staging"; service brief { shutdown { grace 30s } } }
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief in test because "it exits at once"
    /// ```
    /// A name is offered for another one if it has the finding:
    /// ```bvl bad in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on bref because "it exits at once" //~ BVL0990 "nothing has that name"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief because "it exits at once"
    /// ```
    /// ```bvl good in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief because "it exits at once"
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0990, "unused-waiver", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `waive` does not say why the finding is accepted.
    ///
    /// ## Why it matters in the cluster
    /// Whoever finds the weakness later cannot know whether it was weighed or overlooked.
    ///
    /// ## How to mend it
    /// End it with `because` and the reason.
    ///
    /// ```bvl bad in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief //~ BVL0991 "does not say why"
    /// ```
    /// ```bvl good in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief because "it exits at once"
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0991, "waiver-without-reason", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `waive` or a `severity` names a finding that bvlc does not know. Findings are named by their number or by their name, both as
    /// every message shows them.
    ///
    /// ## Why it matters in the cluster
    /// The finding that was meant is not accepted, or stays as grave as it was.
    ///
    /// ## How to mend it
    /// Write the number or the name of the finding.
    ///
    /// ```bvl bad in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spar on brief because "it exits at once" //~ BVL0992 "no finding"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief because "it exits at once"
    /// ```
    /// ```bvl bad in=platform
    /// severity even-quorums deny //~ BVL0992 "even-quorums"
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// severity even-quorum deny
    /// ```
    /// ```bvl good in=platform
    /// severity even-quorum deny
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0992, "unknown-finding", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `waive` names an error of syntax, of names or of waivers. These say that something cannot be read, not that
    /// something is weak, so there is nothing that could be accepted.
    ///
    /// ## Why it matters in the cluster
    /// What cannot be read would be missing from the output.
    ///
    /// ## How to mend it
    /// Mend the error, and take the waiver out.
    ///
    /// ```bvl bad in=file
    /// waive unknown-name on app because "it comes later" //~ BVL0993 "cannot be accepted"
    /// ```
    /// ```bvl good in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive BVL0702 on brief because "it exits at once"
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0993, "never-waived", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `waive` accepts a finding until a day, and that day is over. What day it is a command is told with `--today`, since
    /// bvlc asks no clock: without it no waiver ends. What it accepts stays accepted, so that this is the one thing that is told.
    ///
    /// ## Why it matters in the cluster
    /// The weakness was to be gone by then, and is still there.
    ///
    /// ## How to mend it
    /// Mend what it accepts, and take the waiver out; or look at the reason again, and write a later day.
    ///
    /// The examples are judged with `--today 2026-07-01`.
    /// ```bvl bad in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief until "2026-06-30" because "it drains faster from the next release on" //~ BVL0996 "2026-06-30"
    /// ```
    /// ```bvl good in=file
    /// service brief is base { shutdown { grace 26s } }
    /// allow caller -> brief.http
    /// waive shutdown-without-spare on brief until "2026-07-01" because "it drains faster from the next release on"
    /// ```
    ///
    /// ## Source
    /// bvlc's own rule.
    BVL0996, "waiver-ended", Error, since "0.1.0"
}

/// The codes of waivers.
pub static CODES: &[&Code] = &[&BVL0990, &BVL0991, &BVL0992, &BVL0993, &BVL0996];

/// What waivers leave of findings.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// The findings that no waiver accepts, in their order.
    pub(super) findings: Vec<Diagnostic>,
    /// What a waiver accepts, by its index in the model.
    pub(super) accepted: BTreeMap<usize, Scope>,
    /// How many of the findings that are accepted somewhere say that a cluster refuses the objects: a waiver does not change
    /// what a cluster does.
    pub(super) n_refused: usize,
}

/// How much a waiver accepts.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// How many findings, wholly or in some of its environments.
    pub(super) n_findings: usize,
    /// In which of the environments that it names, where it names several.
    pub(super) environments: BTreeSet<String>,
    /// What the first of them says, and where.
    pub(super) first: Option<(Option<Span>, String)>,
}

impl Scope {
    /// Counts what is accepted elsewhere.
    pub(super) fn add(&mut self, other: &Self) {
        self.n_findings += other.n_findings;
        self.environments.extend(other.environments.iter().cloned());
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }
}

/// What a number or slug names.
pub(super) enum Named {
    /// A finding about the platform.
    Check(&'static Code),
    /// An error that says that something cannot be read.
    Unreadable(&'static Code),
    /// None that there is.
    Nothing,
}

impl Named {
    /// The code of a check.
    fn judges(&self) -> Option<&'static Code> {
        match self {
            Self::Check(code) => Some(code),
            Self::Unreadable(_) | Self::Nothing => None,
        }
    }
}

/// How much of a platform could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    /// Everything.
    Everything,
    /// Every statement, though not all of what they state: the model says whom that may concern.
    Statements,
    /// Neither.
    Less,
}

/// The waivers of a model, by what they are on.
pub(super) struct Waivers<'m> {
    model: &'m Model,
    /// What each of them names.
    named: Vec<Named>,
    /// By code and subject, where the code is that of a check.
    by_subject: BTreeMap<(&'static str, &'m str), Vec<usize>>,
    /// The same of those that are on something that there is not, by what they were most likely meant for.
    by_meant: BTreeMap<&'static str, BTreeMap<String, Vec<usize>>>,
    /// All names of the platform, where a waiver names a check.
    names: Lexicon<BTreeSet<&'m str>>,
    /// The names of environments by their titles.
    titles: BTreeMap<&'m str, &'m str>,
}

impl<'m> Waivers<'m> {
    /// Those of a model.
    pub(super) fn of(model: &'m Model) -> Self {
        let mut named = Vec::new();
        let mut by_subject: BTreeMap<(&'static str, &str), Vec<usize>> = BTreeMap::new();
        let mut by_meant: BTreeMap<&'static str, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for (index, waiver) in model.waivers.iter().enumerate() {
            let code = find(&waiver.code.value);
            // one that is misspelled accepts what it was meant for: that is the only mistake
            if let Some(code) = code.judges().or_else(|| find(near(&waiver.code.value).first()?).judges()) {
                by_subject.entry((code.id, &waiver.subject.value)).or_default().push(index);
            }
            named.push(code);
        }
        let is_of_check = named.iter().any(|code| code.judges().is_some());
        let names = if is_of_check { names(model) } else { Lexicon::default() };
        for (index, (waiver, code)) in model.waivers.iter().zip(&named).enumerate() {
            let is_stated = |code: &Code, subject: &str| by_subject.contains_key(&(code.id, subject));
            let Some(code) = code.judges() else { continue };
            let Some((unknown, meant)) = misspelled(waiver, &names, |subject| is_stated(code, subject)) else {
                continue;
            };
            if let [meant] = meant.as_slice()
                && several(&unknown, waiver, model).is_none()
            {
                by_meant.entry(code.id).or_default().entry(meant.clone()).or_default().push(index);
            }
        }
        let titles = model.environments.iter();
        let titles = titles.map(|environment| (environment.title.as_str(), environment.name.value.as_str())).collect();
        Self { model, named, by_subject, by_meant, names, titles }
    }

    /// Whether one accepts what a check finds of a subject, or was meant to.
    pub(super) fn accept(&self, subject: &str, code: &Code) -> bool {
        let meant = self.by_meant.get(code.id).is_some_and(|subjects| subjects.contains_key(subject));
        meant || self.by_subject.contains_key(&(code.id, subject))
    }

    /// Whether one is written as what it accepts is called.
    fn is_as_meant(&self, index: usize, subjects: &BTreeSet<&str>) -> bool {
        let is_on = self
            .model
            .waivers
            .get(index)
            .is_some_and(|waiver| !waiver.is_in_doubt && subjects.contains(waiver.subject.value.as_str()));
        is_on && self.named.get(index).is_some_and(|named| named.judges().is_some())
    }

    /// The code of the check of which one accepts findings, by its index.
    pub(super) fn judged(&self, index: usize) -> Option<&'static Code> {
        self.named.get(index).and_then(Named::judges)
    }

    /// Leaves out what they accept.
    pub(super) fn leave(&self, findings: Vec<Diagnostic>) -> Left {
        self.leave_telling(findings, &mut |_, _, _| {})
    }

    /// [`Self::leave`], which tells what each accepts: its index, the finding, and the environments in which that is left.
    pub(super) fn leave_telling(
        &self,
        findings: Vec<Diagnostic>,
        tell: &mut dyn FnMut(usize, &Diagnostic, &[String]),
    ) -> Left {
        if self.by_subject.is_empty() {
            return Left { findings, ..Left::default() };
        }
        let mut left = Left::default();
        for mut finding in findings {
            let subjects: BTreeSet<&str> = finding.subjects.iter().map(String::as_str).collect();
            let waivers: BTreeSet<usize> = subjects
                .iter()
                .flat_map(|subject| {
                    let meant = self.by_meant.get(finding.code.id).and_then(|subjects| subjects.get(*subject));
                    [self.by_subject.get(&(finding.code.id, *subject)), meant]
                })
                .flatten()
                .flatten()
                .copied()
                .collect();
            // what one accepts that is written as it is meant is not left to one that is misspelled
            let (as_meant, misspelled): (Vec<usize>, Vec<usize>) =
                waivers.into_iter().partition(|index| self.is_as_meant(*index, &subjects));
            let n_as_meant = as_meant.len();
            let (mut is_left, mut is_accepted) = (true, false);
            for (at, index) in as_meant.into_iter().chain(misspelled).enumerate() {
                let Some(waiver) = self.model.waivers.get(index) else { continue };
                let Some(rest) = rest(waiver, &finding.environments, &self.titles).filter(|_| is_left) else {
                    continue;
                };
                let scope = left.accepted.entry(index).or_default();
                scope.n_findings += 1;
                if waiver.until.is_some() && scope.first.is_none() {
                    scope.first = Some((finding.span(), finding.message.clone()));
                }
                if waiver.environments.len() > 1 {
                    let accepted = finding.environments.iter().filter(|title| !rest.contains(title));
                    let names = accepted.map(|title| self.titles.get(title.as_str()).copied().unwrap_or(title));
                    scope.environments.extend(names.map(str::to_owned));
                }
                tell(index, &finding, &rest);
                is_accepted |= at < n_as_meant;
                is_left = !rest.is_empty();
                if finding.ground == Some(Ground::Refused) {
                    left.findings.push(still_refused(&finding, waiver, &rest));
                }
                finding.environments = rest;
            }
            left.n_refused += usize::from(is_accepted && finding.ground == Some(Ground::Refused));
            if is_left {
                left.findings.push(finding);
            }
        }
        left
    }

    /// What is wrong with them: how many findings each accepts is known, and how much could be read. What one is
    /// taken for that is misspelled is left out for that mistake alone, and does not count as accepted. `found` are the
    /// findings of a check that none of them accepts.
    pub(super) fn faults<'f>(
        self,
        (sources, today): (&SourceMap, Option<Date>),
        scopes: &mut [Scope],
        read: Readable,
        found: &dyn Fn(&Code) -> Vec<&'f Diagnostic>,
    ) -> Vec<Diagnostic> {
        let Self { model, named, by_subject, by_meant, names, .. } = self;
        if model.waivers.is_empty() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let mut first: BTreeMap<(&str, &str), &Waiver> = BTreeMap::new();
        let taken: BTreeSet<usize> = by_meant.values().flat_map(BTreeMap::values).flatten().copied().collect();
        for (index, ((waiver, named), scope)) in model.waivers.iter().zip(named).zip(scopes).enumerate() {
            let accepted = &scope.n_findings;
            let is_misspelled = |index| taken.contains(&index);
            let earlier = match &named {
                Named::Check(code) if *accepted == 0 => first.get(&(code.id, waiver.subject.value.as_str())).copied(),
                Named::Check(code) => {
                    first.entry((code.id, &waiver.subject.value)).or_insert(waiver);
                    None
                }
                Named::Unreadable(_) | Named::Nothing => None,
            };
            let fault = match named {
                Named::Check(code) if waiver.is_in_doubt => {
                    waiver.because.is_none().then(|| without_reason(waiver, code))
                }
                Named::Check(code) if earlier.is_some_and(|earlier| accepts_all(earlier, waiver)) => {
                    earlier.map(|earlier| twice(waiver, code, earlier.span, sources))
                }
                // What cannot be read may be what the waiver was written for; a reason it needs all the same.
                Named::Check(code)
                    if *accepted == 0
                        && !is_judged(waiver, code, model, read)
                        && !is_of_nobody(waiver, model, &names, read) =>
                {
                    waiver.because.is_none().then(|| without_reason(waiver, code))
                }
                Named::Check(code) if *accepted == 0 || is_misspelled(index) => {
                    let is_stated = |subject: &str| by_subject.contains_key(&(code.id, subject));
                    // what it was taken for alone has been left out of what is found
                    let is_found = |meant: &str| found(code).iter().any(|finding| is_about(finding, meant));
                    let has = |meant: &str| if is_misspelled(index) { *accepted > 0 } else { is_found(meant) };
                    let nobody = nobody(waiver, model, misspelled(waiver, &names, is_stated), has, sources);
                    Some(nobody.unwrap_or_else(|| unused(waiver, code, &found(code), sources)))
                }
                Named::Check(code) if waiver.because.is_none() => Some(without_reason(waiver, code)),
                Named::Check(code) => idle(waiver, scope)
                    .filter(|idle| is_judged(idle, code, model, read))
                    .map(|idle| idle_in(waiver, &idle.environments, code))
                    .or_else(|| ended(waiver, code, scope, today)),
                Named::Unreadable(code) => Some(never_waived(waiver, code, sources)),
                Named::Nothing if *accepted > 0 || read != Readable::Everything => Some(misnamed(waiver, *accepted)),
                Named::Nothing => {
                    let meant = near(&waiver.code.value).first().and_then(|near| find(near).judges());
                    let on = meant.and_then(|code| by_subject.get(&(code.id, waiver.subject.value.as_str())));
                    let is_other = on.is_some_and(|waivers| waivers.iter().any(|other| *other != index));
                    Some(meaningless(waiver, is_other, sources))
                }
            };
            let is_taken_for_another = |fault: &Diagnostic| [&BVL0990, &BVL0992].contains(&fault.code);
            if fault.as_ref().is_some_and(is_taken_for_another) {
                scope.n_findings = 0;
            }
            faults.extend(fault.map(|fault| fault.about(waiver.subject.value.clone())));
        }
        faults
    }
}

/// A waiver as it is in those of its environments in which it accepts nothing.
fn idle(waiver: &Waiver, scope: &Scope) -> Option<Waiver> {
    let environments = waiver.environments.iter().filter(|name| !scope.environments.contains(*name));
    let environments: Vec<String> = environments.cloned().collect();
    (waiver.environments.len() > 1 && !environments.is_empty()).then(|| Waiver { environments, ..waiver.clone() })
}

/// Whether the check that a waiver names has judged all that the waiver could be on: nothing that could not be read can make
/// a finding of it there.
fn is_judged(waiver: &Waiver, code: &Code, model: &Model, read: Readable) -> bool {
    match read {
        Readable::Everything => return true,
        Readable::Less => return false,
        Readable::Statements => {}
    }
    let subject = &waiver.subject.value;
    let knows_enough = |check: &Check| {
        let is_in_doubt = match (check.judges, check.looks) {
            (Judges::Missing, _) | (_, Looks::Platform) => true,
            (Judges::Own, _) | (Judges::Stated, Looks::Endpoint) => model.doubt.touches(subject),
            (Judges::Stated, Looks::Neighbors) => !model.doubt.is_none(),
        };
        !is_in_doubt && check.whole.is_none()
    };
    if !super::all().any(|check| check.code == code && knows_enough(check)) {
        return false;
    }
    let is_read = |endpoint: &&Endpoint| {
        let is_whole = match endpoint {
            Endpoint::Workload(workload) => !workload.tainted,
            Endpoint::External(external) => !external.tainted,
        };
        is_whole && model.environment(endpoint.environment()).is_some_and(|environment| !environment.tainted)
    };
    let holds = |endpoint: &&Endpoint| {
        model.environment(endpoint.environment()).is_some_and(|environment| waiver.holds_in(environment))
    };
    let mut named = model.named(subject).into_iter().filter(holds).peekable();
    named.peek().is_some() && named.all(|endpoint| is_read(&endpoint))
}

/// Whether a waiver is on what no declaration has or may have been meant to have, and that is like no name that there is: no
/// finding will ever be about it.
fn is_of_nobody(waiver: &Waiver, model: &Model, names: &Lexicon<BTreeSet<&str>>, read: Readable) -> bool {
    let nobody = || misspelled(waiver, names, |_| false);
    read == Readable::Statements
        && nobody().is_some_and(|(unknown, near)| near.is_empty() && model.doubt.undeclared.contains(&unknown))
}

/// Whether what one waiver accepts is all that another could.
fn accepts_all(earlier: &Waiver, waiver: &Waiver) -> bool {
    let environments = &waiver.environments;
    earlier.environments.is_empty()
        || !environments.is_empty() && environments.iter().all(|one| earlier.environments.contains(one))
}

/// The environments of a finding in which it stays; `None` where the waiver does not speak of it.
fn rest(waiver: &Waiver, environments: &[String], titles: &BTreeMap<&str, &str>) -> Option<Vec<String>> {
    // an environment that there is not is the one mistake, so that what it may have been meant to accept is not told beside it
    if waiver.environments.is_empty() || waiver.is_in_doubt {
        return Some(Vec::new());
    }
    let is_waived = |title: &String| {
        let name = titles.get(title.as_str()).copied().unwrap_or(title);
        waiver.environments.iter().any(|waived| waived == name)
    };
    let rest: Vec<String> = environments.iter().filter(|title| !is_waived(title)).cloned().collect();
    (rest.len() < environments.len()).then_some(rest)
}

/// Whether a code says that something cannot be read: syntax, names, types, ends of flows.
pub fn is_unreadable(code: &Code) -> bool {
    unreadable().any(|known| known == code)
}

/// Codes of what cannot be read: syntax, names, types, ends of flows.
fn unreadable() -> impl Iterator<Item = &'static Code> {
    [syntax::CODES, model::codes::CODES].into_iter().flatten().copied()
}

/// What is meant by a number or slug.
pub(super) fn find(written: &str) -> Named {
    let is_meant = |code: &&'static Code| code.id == written || code.slug == written;
    if let Some(code) = super::all().map(|check| check.code).find(is_meant) {
        return Named::Check(code);
    }
    match unreadable()
        .chain([CODES, super::severity::CODES, super::rules::CODES].into_iter().flatten().copied())
        .find(is_meant)
    {
        Some(code) => Named::Unreadable(code),
        None => Named::Nothing,
    }
}

fn is_about(finding: &Diagnostic, subject: &str) -> bool {
    finding.subjects.iter().any(|known| known == subject)
}

/// What a finding can be about: whatever has a name, and the Kubernetes API, where flows end.
fn names(model: &Model) -> Lexicon<BTreeSet<&str>> {
    let endpoints = model.endpoints().map(|endpoint| endpoint.name().value.as_str());
    let environments = model.environments.iter().map(|environment| environment.name.value.as_str());
    Lexicon::from(
        endpoints
            .chain(environments)
            .chain([model.platform.name.value.as_str(), "kubernetes-api"])
            .collect::<BTreeSet<_>>(),
    )
}

/// Takes a statement out, its line with it.
pub(super) fn take_out(sources: &SourceMap, span: Span) -> TextEdit {
    sources.get(span.file).map_or_else(|| TextEdit::replace(span, ""), |file| TextEdit::take_out(span, file))
}
