//! `waive`: findings that the platform accepts where they stand.
//!
//! Invariants: a waiver never hides an error of syntax or names; one that accepts nothing is an error itself, so that
//! none outlives what it was written for.

use std::collections::{BTreeMap, BTreeSet};

use super::prose::{listed, listed_few};
use super::{Check, Judges, Looks};
use crate::code;
use crate::diagnostic::{Absent, Code, Diagnostic, Ground, Severity};
use crate::model::codes::BVL0207;
use crate::model::{self, Endpoint, Model, Origin, Waiver, Workload};
use crate::source::{SourceMap, Span, TextEdit};
use crate::syntax;
use crate::value::similar::{Lexicon, nearest};

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

/// The codes of waivers.
pub static CODES: &[&Code] = &[&BVL0990, &BVL0991, &BVL0992, &BVL0993];

/// What waivers leave of findings.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// The findings that no waiver accepts, in their order.
    pub(super) findings: Vec<Diagnostic>,
    /// How many findings a waiver accepts, wholly or in some of its environments, by its index in the model.
    pub(super) accepted: BTreeMap<usize, usize>,
    /// How many of the findings that are accepted somewhere say that a cluster refuses the objects: a waiver does not change
    /// what a cluster does.
    pub(super) n_refused: usize,
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
        let is_on =
            self.model.waivers.get(index).is_some_and(|waiver| subjects.contains(waiver.subject.value.as_str()));
        is_on && self.named.get(index).is_some_and(|named| named.judges().is_some())
    }

    /// Leaves out what they accept.
    pub(super) fn leave(&self, findings: Vec<Diagnostic>) -> Left {
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
                *left.accepted.entry(index).or_default() += 1;
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
        sources: &SourceMap,
        counts: &mut [usize],
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
        for (index, ((waiver, named), count)) in model.waivers.iter().zip(named).zip(counts).enumerate() {
            let accepted = &*count;
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
                Named::Check(_) => None,
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
                *count = 0;
            }
            faults.extend(fault.map(|fault| fault.about(waiver.subject.value.clone())));
        }
        faults
    }
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

/// A finding that is accepted, and whose objects a cluster refuses all the same: it stays, as a warning, where it is accepted.
fn still_refused(finding: &Diagnostic, waiver: &Waiver, rest: &[String]) -> Diagnostic {
    let mut refused = finding.clone();
    refused.severity = Severity::Warning;
    refused.environments.retain(|environment| !rest.contains(environment));
    refused
        .label(waiver.span, "accepted here")
        .note("a waiver changes nothing in the cluster: where nothing else does, it refuses the objects all the same")
}

/// Whether what one waiver accepts is all that another could.
fn accepts_all(earlier: &Waiver, waiver: &Waiver) -> bool {
    let environments = &waiver.environments;
    earlier.environments.is_empty()
        || !environments.is_empty() && environments.iter().all(|one| earlier.environments.contains(one))
}

fn twice(waiver: &Waiver, code: &Code, first: Span, sources: &SourceMap) -> Diagnostic {
    let message = format!("the waiver of `{}` on {} is stated twice", code.slug, waiver.subject.value);
    Diagnostic::new(&BVL0207, waiver.span, message)
        .here("again here")
        .label(first, "accepts it first")
        .help("keep the one with the better reason: a finding is accepted once")
        .unsafe_fix("take the second one out", vec![take_out(sources, waiver.span)])
}

/// The environments of a finding in which it stays; `None` where the waiver does not speak of it.
fn rest(waiver: &Waiver, environments: &[String], titles: &BTreeMap<&str, &str>) -> Option<Vec<String>> {
    if waiver.environments.is_empty() {
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
    match unreadable().chain([CODES, super::severity::CODES].into_iter().flatten().copied()).find(is_meant) {
        Some(code) => Named::Unreadable(code),
        None => Named::Nothing,
    }
}

fn is_about(finding: &Diagnostic, subject: &str) -> bool {
    finding.subjects.iter().any(|known| known == subject)
}

/// A waiver that accepts nothing; `found` are the findings of its code that no waiver accepts. Where there are some, it was most
/// likely meant for one of them, and is not taken out without asking.
fn unused(waiver: &Waiver, code: &Code, found: &[&Diagnostic], sources: &SourceMap) -> Diagnostic {
    let subject = &waiver.subject.value;
    let scope = match waiver.environments.as_slice() {
        [] => String::new(),
        environments => format!(" in {}", listed(environments)),
    };
    let message = format!("the waiver of `{}` on {subject}{scope} accepts no finding", code.slug);
    let diagnostic = Diagnostic::new(&BVL0990, waiver.span, message);
    let out = ("take the waiver out", vec![take_out(sources, waiver.span)]);
    if found.iter().any(|finding| is_about(finding, subject)) {
        return diagnostic
            .here(format!("the finding on {subject} is in another environment"))
            .help("write the environment that the finding names, or take the waiver out")
            .unsafe_fix(out.0, out.1);
    }
    let on: BTreeSet<&str> = found.iter().filter_map(|finding| finding.subjects.first()).map(String::as_str).collect();
    // `service/nightly` and `nightly.job` say more than the name; anything else may have been meant for another finding
    let names = |subject: &str| subject.split(['/', '.']).map(str::to_owned).collect::<Vec<_>>();
    let own = names(subject);
    // a finding about a flow names its ends without the port
    let of_flow =
        found.iter().flat_map(|finding| &finding.subjects).map(String::as_str).find(|known| {
            known.contains(" -> ") && subject.strip_prefix(known).is_some_and(|port| port.starts_with('.'))
        });
    let alike: Vec<&str> = match of_flow {
        Some(flow) => vec![flow],
        None => on.iter().copied().filter(|on| names(on).iter().any(|name| own.contains(name))).collect(),
    };
    let write = |name: &str| (format!("write `{name}`"), vec![TextEdit::replace(waiver.subject.span, name)]);
    match (alike.as_slice(), on.into_iter().collect::<Vec<_>>().as_slice()) {
        (_, []) => diagnostic
            .here("nothing to accept")
            .note("a waiver that nobody needs would hide the next finding of its kind")
            .help("take it out, or correct the name after `on`, which is that of a workload, an external, an environment or a flow: `web -> api`")
            .fix(out.0, out.1),
        ([only], _) => {
            let (title, edits) = write(only);
            diagnostic
                .label(waiver.subject.span, format!("the finding is on `{only}`"))
                .help(format!("write the name that the finding shows: `on {only}`"))
                .fix(title, edits)
        }
        (_, all) => {
            let here = format!("no finding on {subject}; there is one on {}", listed_few(all));
            let help = "write the name of the one that is meant, or take the waiver out";
            let (meant, out) = ((all.len() == 1).then(|| all.first()).flatten().map(|only| write(only)), out);
            let diagnostic = diagnostic.label(waiver.subject.span, here).help(help);
            match meant {
                Some((title, edits)) => diagnostic.unsafe_fix(title, edits).unsafe_fix(out.0, out.1),
                None => diagnostic.unsafe_fix(out.0, out.1),
            }
        }
    }
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

/// The name in a waiver's subject that nothing has, and the subjects that were most likely meant; `is_stated` says on what another
/// one accepts the same.
fn misspelled(
    waiver: &Waiver,
    names: &Lexicon<BTreeSet<&str>>,
    is_stated: impl Fn(&str) -> bool,
) -> Option<(String, Vec<String>)> {
    let subject = &waiver.subject.value;
    let bare = |path: &str| {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        // a name that is declared with a dot in it is used with it
        if names.contains(name) { name.to_owned() } else { name.split('.').next().unwrap_or(name).to_owned() }
    };
    let unknown = subject.split(" -> ").map(bare).find(|name| !names.contains(name.as_str()))?;
    let is_new = |near: &str| !is_stated(&subject.replacen(&unknown, near, 1));
    let near = names.nearest_of(&unknown, is_new);
    let meant = near.iter().map(|near| subject.replacen(&unknown, near, 1)).collect();
    Some((unknown, meant))
}

/// What a name in a waiver is that stands for several, a group or a class, and for whom.
fn several(name: &str, waiver: &Waiver, model: &Model) -> Option<(&'static str, Vec<String>)> {
    let class = model.classes.iter().position(|class| class.value == name);
    let Some(class) = class else {
        let (group, members) = waiver.group.as_ref()?;
        return (group == name).then(|| ("group", members.clone()));
    };
    let is_of_it = |workload: &Workload| workload.classes.iter().any(|id| id.0 as usize == class);
    let names = model.endpoints().filter_map(|endpoint| match endpoint {
        Endpoint::Workload(workload) if is_of_it(workload) => Some(&workload.name.value),
        Endpoint::Workload(_) | Endpoint::External(_) => None,
    });
    Some(("class", names.collect::<BTreeSet<_>>().into_iter().cloned().collect()))
}

/// A waiver on something that there is not: the name that nothing has, and what was most likely meant, of which `has` says
/// whether the finding is there.
fn nobody(
    waiver: &Waiver,
    model: &Model,
    misspelled: Option<(String, Vec<String>)>,
    has: impl Fn(&str) -> bool,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    /// What a waiver can be on.
    const ON: &str =
        "a waiver is on what the finding names: a workload, an external, an environment, or a flow `web -> api`";
    let (unknown, near) = misspelled?;
    if let Some((what, members)) = several(&unknown, waiver, model) {
        let message = format!("the waiver is on `{unknown}`, which is a {what}, and no finding is about a {what}");
        let help = match members.as_slice() {
            [] => "write the name that the finding shows, or take the waiver out".to_owned(),
            members => format!("write one for each that has the finding, of {}", listed_few(members)),
        };
        let diagnostic = Diagnostic::new(&BVL0990, waiver.subject.span, message);
        return Some(diagnostic.here(format!("a {what}")).note(ON).help(help));
    }
    let message = format!("the waiver is on `{unknown}`, and nothing has that name");
    let diagnostic = Diagnostic::new(&BVL0990, waiver.subject.span, message).note(ON);
    let help = "write the name that the finding shows, or take the waiver out";
    // one that has no such finding would be the next error
    let meant: Vec<&String> = near.iter().filter(|near| has(near)).collect();
    Some(match (meant.as_slice(), near.first()) {
        (meant @ [_, ..], _) => diagnostic
            .lacking(Absent::Endpoint(unknown))
            .guess(meant, |meant| vec![TextEdit::replace(waiver.subject.span, meant)]),
        ([], Some(near)) => diagnostic
            .here(format!("like `{near}`, which has no such finding"))
            .help(help)
            .fix("take the waiver out", vec![take_out(sources, waiver.span)]),
        ([], None) => diagnostic.lacking(Absent::Endpoint(unknown)).here("declared nowhere").help(help),
    })
}

fn without_reason(waiver: &Waiver, code: &Code) -> Diagnostic {
    let message = format!("the waiver of `{}` on {} does not say why", code.slug, waiver.subject.value);
    Diagnostic::new(&BVL0991, waiver.span, message)
        .here("nothing says why the finding is accepted")
        .note("whoever finds the weakness later cannot know whether it was weighed or overlooked")
        .help("end it with `because \"REASON\"` and the reason")
}

fn never_waived(waiver: &Waiver, code: &Code, sources: &SourceMap) -> Diagnostic {
    let is_own = [CODES, super::severity::CODES].into_iter().flatten().any(|own| *own == code);
    let (what, why) = if is_own {
        (
            "is about a statement that accepts or grades findings, not about what runs",
            "what nobody needs would stay, and hide the next finding of its kind",
        )
    } else {
        (
            "says that something cannot be read, not that something is weak",
            "what cannot be read would be missing from the output",
        )
    };
    Diagnostic::new(&BVL0993, waiver.code.span, format!("`{}` cannot be accepted by a waiver", code.slug))
        .here(what)
        .note(why)
        .help("take the waiver out; if the error comes, mend what it names")
        .unsafe_fix("take the waiver out", vec![take_out(sources, waiver.span)])
}

/// Takes a statement out, its line with it.
pub(super) fn take_out(sources: &SourceMap, span: Span) -> TextEdit {
    sources.get(span.file).map_or_else(|| TextEdit::replace(span, ""), |file| TextEdit::take_out(span, file))
}

/// A waiver of a finding that there is not, by the name that it was meant by.
fn misnamed(waiver: &Waiver, accepted: usize) -> Diagnostic {
    let subject = &waiver.subject.value;
    let consequence = if accepted > 0 {
        format!("read as that name here: its finding on {subject} is not told beside this error")
    } else {
        format!("nothing is accepted on {subject}")
    };
    unknown(&waiver.code, consequence, |_| true)
}

/// A waiver of a finding that there is not, which would be the next error if it were written as it was meant: nothing of that
/// name is found, or another waiver accepts it.
fn meaningless(waiver: &Waiver, is_accepted: bool, sources: &SourceMap) -> Diagnostic {
    let Some(near) = near(&waiver.code.value).into_iter().next() else { return misnamed(waiver, 0) };
    let subject = &waiver.subject.value;
    let (why, consequence) = if is_accepted {
        ("which another waiver accepts", format!("it accepts nothing on {subject} beside that one"))
    } else {
        ("which is not found", format!("nothing is accepted on {subject}"))
    };
    Diagnostic::new(&BVL0992, waiver.code.span, unknown_title(&waiver.code))
        .here(format!("like `{near}`, {why} on {subject}"))
        .note(consequence)
        .help("take the waiver out, or write the number or the name that the message of the finding shows")
        .fix("take the waiver out", vec![take_out(sources, waiver.span)])
}

/// The numbers or slugs that were most likely meant.
fn near(written: &str) -> Vec<&'static str> {
    let found = nearest(written, super::all().flat_map(|check| [check.code.slug, check.code.id]));
    // numbers are all alike: of one that differs in more than a digit nothing says that it was meant
    let digits = |near: &str| written.chars().zip(near.chars()).filter(|(a, b)| a != b).count();
    let is_number = |text: &str| text.starts_with("BVL") && text.len() == "BVL0000".len();
    let is_alike = |near: &&str| !(is_number(near) && is_number(written)) || digits(near) <= 1;
    found.into_iter().filter(is_alike).collect()
}

fn unknown_title(code: &Origin<String>) -> String {
    format!("no finding has the number or name `{}`", code.value)
}

/// A number or slug that no finding has; those that were most likely meant are offered where they could stand there.
pub(super) fn unknown(code: &Origin<String>, consequence: String, can_stand: impl Fn(&Code) -> bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(&BVL0992, code.span, unknown_title(code)).note(consequence);
    let mut near = near(&code.value);
    near.retain(|near| find(near).judges().is_some_and(&can_stand));
    match near.as_slice() {
        near @ [_, ..] => diagnostic.guess(near, |near| vec![TextEdit::replace(code.span, near)]),
        [] => diagnostic.here("not known").help("write the number or the name that the message of the finding shows"),
    }
}
