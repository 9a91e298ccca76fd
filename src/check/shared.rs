//! One mistake gives one finding: what is the same in several environments, one value that several workloads take over, one
//! cause that several of them share, one name or word that is written in several places, one habit of another language
//! throughout a file.
//!
//! Invariant: what is merged has one code and one cause; every place or workload that it concerns is named, up to a bound
//! behind which they are counted.

use std::collections::{BTreeMap, BTreeSet};

use super::environments::{self, Called, Further};
use super::prose::listed_few;
use super::stated;
use crate::diagnostic::{Absent, Code, Content, Diagnostic, Fix, Label};
use crate::model::codes::{BVL0201, BVL0204, BVL0211, BVL0216, BVL0217, BVL0218};
use crate::source::{FileId, Span, TextEdit};
use crate::syntax::codes::{BVL0116, BVL0117, BVL0118, BVL0119};

/// How many of the other findings are written out, or shown as further places.
const WRITTEN: usize = 6;

/// Codes whose message names all of what is wrong: two of one message are one mistake.
static NAMES: &[&Code] = &[&BVL0201, &BVL0204, &BVL0211, &BVL0216, &BVL0218];

/// Codes of habits: two in one file that are mended alike are one mistake.
static HABITS: &[&Code] = &[&BVL0116, &BVL0117, &BVL0118, &BVL0119];

/// What findings have in common that are one mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    /// A value: its place, and the other places that make it wrong. What a service states of its own beside an inherited
    /// value is its own mistake, mended there.
    Value(Span, BTreeSet<Span>),
    /// A cause that is no part of what each of them says, in each environment.
    Cause(Vec<Span>),
    /// The name or word that is wrong, as the message has it.
    Name(String),
    /// The name that stands for nothing, whatever is said of it where.
    Absent(Absent),
    /// How it is mended, in one file.
    Habit(FileId, String),
    /// A value that names stand for: where it stands, the other places that make it wrong, and what is said of each alike.
    Named(BTreeSet<Span>, BTreeSet<Span>, String),
    /// An edit that mends each of them.
    Mend(Vec<TextEdit>),
    /// One number at one place that is wrong for each of them, though not as far: the place, and where it is moved.
    Move(Span, Vec<Span>),
}

/// Makes one finding of those that are one mistake.
pub(super) fn merge(findings: Vec<Diagnostic>, called: &Called<'_>) -> Vec<Diagnostic> {
    let findings = environments::join(findings, called);
    let findings = with_meant_ports(together(findings));
    let findings = gather(findings, |finding| shared(finding).into_iter().collect());
    let findings = gather(findings, |finding| named(finding).into_iter().collect());
    gather(findings, |finding| {
        let fixes = || finding.fixes.iter().filter(|fix| !fix.is_one_of_several && !fix.edits.is_empty());
        let moves = fixes().filter(|fix| fix.reach.is_some());
        let moves = moves.map(|fix| fix.edits.iter().map(|edit| edit.span).collect());
        let moves = finding.span().into_iter().flat_map(|place| moves.clone().map(move |to| Shared::Move(place, to)));
        fixes().map(|fix| Shared::Mend(fix.edits.clone())).chain(moves).collect()
    })
}

/// Makes one finding of those that an environment causes which is not shared: what says so tells what else is missed for it.
fn together(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let unshared: BTreeSet<Vec<Span>> = findings
        .iter()
        .filter_map(|finding| match &finding.absent {
            Some(Absent::Shared(places)) => Some(places.clone()),
            Some(_) | None => None,
        })
        .collect();
    if unshared.is_empty() {
        return findings;
    }
    findings.sort_by_key(|finding| !matches!(finding.absent, Some(Absent::Shared(_))));
    gather(findings, |finding| {
        let places = match &finding.absent {
            Some(Absent::Shared(places)) => Some(places),
            Some(_) => Some(&finding.causes),
            None => None,
        };
        let places = places.filter(|places| unshared.contains(*places));
        places.map(|places| Shared::Absent(Absent::Shared(places.clone()))).into_iter().collect()
    })
}

/// Says of each port that is missed without a name which one it is: the only one that others miss there by its name. What
/// flows say of ports comes first, and of that what names the port, since it says how to state it.
fn with_meant_ports(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in &findings {
        if let Some(Absent::Port { of, port, .. }) = &finding.absent {
            names.entry(of.clone()).or_default().insert(port.clone());
        }
    }
    // the first is the empty one
    let meant = |of: &str| match names.get(of)?.iter().collect::<Vec<_>>().as_slice() {
        [unnamed, only] if unnamed.is_empty() => Some((*only).clone()),
        _ => None,
    };
    for finding in &mut findings {
        let Some(Absent::Port { of, port, .. }) = &mut finding.absent else { continue };
        if let Some(name) = meant(of).filter(|_| port.is_empty()) {
            *port = name;
        }
    }
    if !names.is_empty() {
        findings.sort_by_key(|finding| match &finding.absent {
            Some(Absent::Port { .. }) if finding.code == &BVL0218 => 0,
            Some(Absent::Port { .. }) if finding.code == &BVL0217 => 1,
            Some(_) | None => 2,
        });
    }
    findings
}

/// Makes one finding of those that have one thing in common.
fn gather(mut findings: Vec<Diagnostic>, in_common: impl Fn(&Diagnostic) -> Vec<Shared>) -> Vec<Diagnostic> {
    // for each, which earlier one tells it as well; findings may be as many as lines, so that they are moved and not copied
    let mut first: BTreeMap<(&'static str, Shared), usize> = BTreeMap::new();
    let mut told_by: Vec<Option<usize>> = Vec::with_capacity(findings.len());
    let mut told: BTreeMap<usize, (Shared, Vec<Diagnostic>)> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let mut by = None;
        for shared in in_common(finding) {
            let is_value = matches!(shared, Shared::Value(..));
            // a name is missed by different codes, as it is used
            let code = if matches!(shared, Shared::Absent(_)) { "" } else { finding.code.id };
            let earlier = *first.entry((code, shared.clone())).or_insert(at);
            let is_other = |known: &Diagnostic| !is_value || known.subjects != finding.subjects;
            // what is told with another tells no third one
            let tells = told_by.get(earlier).is_some_and(Option::is_none);
            if by.is_none() && tells && findings.get(earlier).is_some_and(is_other) {
                told.entry(earlier).or_insert((shared, Vec::new()));
                by = Some(earlier);
            }
        }
        told_by.push(by);
    }
    drop(first);
    let mut places = told_by.iter();
    let moved = findings.extract_if(.., |_| places.next().is_some_and(Option::is_some));
    for (finding, by) in moved.zip(told_by.iter().flatten()) {
        if let Some((_, others)) = told.get_mut(by) {
            others.push(finding);
        }
    }
    let kept = told_by.iter().enumerate().filter(|(_, by)| by.is_none()).map(|(at, _)| at);
    for (finding, at) in findings.iter_mut().zip(kept) {
        if let Some((shared, others)) = told.remove(&at) {
            *finding = tell(finding.clone(), &shared, others);
        }
    }
    findings
}

/// What a finding has in common with those that are the same mistake.
fn shared(finding: &Diagnostic) -> Option<Shared> {
    if let Some(absent) = &finding.absent {
        return Some(Shared::Absent(absent.of_all()));
    }
    if NAMES.contains(&finding.code) {
        return Some(Shared::Name(finding.message.clone()));
    }
    if HABITS.contains(&finding.code) {
        let fix = finding.fixes.first()?;
        return Some(Shared::Habit(finding.span()?.file, fix.title.clone()));
    }
    if !finding.causes.is_empty() {
        return Some(Shared::Cause(finding.causes.clone()));
    }
    // a flow is no workload, and what speaks of several workloads speaks of these alone
    let [subject] = finding.subjects.as_slice() else { return None };
    if subject.contains(" -> ") {
        return None;
    }
    // what each gives a class is shown beside the value that the class makes of it
    let decides = |label: &&Label| !label.is_aside && !stated::is_of_value(label);
    let others = finding.labels.iter().skip(1).filter(decides).map(|label| label.span);
    Some(Shared::Value(finding.span()?, others.collect()))
}

/// The value that names stand for in a finding, where these are all that is wrong at its place.
fn named(finding: &Diagnostic) -> Option<Shared> {
    let first = finding.labels.first().filter(|label| !finding.is_of_name && !label.values.is_empty())?;
    let decides = |label: &&Label| !label.is_aside && !stated::is_of_value(label);
    let places = |label: &Label| if label.values.is_empty() { vec![label.span] } else { label.values.clone() };
    let others = finding.labels.iter().skip(1).filter(decides).flat_map(places).collect();
    let said = format!("{}\n{}", finding.message, finding.help.as_deref().unwrap_or_default());
    let said = if finding.piece.is_some() { unquoted(&said) } else { said };
    Some(Shared::Named(first.values.iter().copied().collect(), others, unnamed(&said, &finding.subjects)))
}

/// A text without the names of whom it is about.
fn unnamed(text: &str, subjects: &[String]) -> String {
    // one may be named like the article
    let names = subjects.iter().flat_map(|subject| subject.split(" -> ")).chain(["a"]);
    let names: BTreeSet<&str> = names.collect();
    let is_open = |c: char| !c.is_alphanumeric() && c != '-';
    let pieces = text.split_inclusive(is_open).map(|piece| {
        let bare = piece.trim_end_matches(is_open);
        if names.contains(bare) { piece.get(bare.len()..).unwrap_or_default() } else { piece }
    });
    pieces.collect()
}

/// A text without what stands in quotes.
fn unquoted(text: &str) -> String {
    text.split('"').step_by(2).collect()
}

/// The finding, with what the others that are the same mistake say beyond it.
fn tell(mut finding: Diagnostic, shared: &Shared, mut others: Vec<Diagnostic>) -> Diagnostic {
    // what the one says whose fix goes furthest is enough for all
    if matches!(shared, Shared::Value(..) | Shared::Move(..)) {
        let all = || std::iter::once(&finding).chain(&others);
        let lead = environments::leading(all()).checked_sub(1);
        if let Some(lead) = lead.and_then(|lead| others.get_mut(lead)) {
            std::mem::swap(&mut finding, lead);
        }
    }
    for other in &others {
        for environment in &other.environments {
            if !finding.environments.contains(environment) {
                finding.environments.push(environment.clone());
            }
        }
    }
    finding.environments.sort_unstable();
    match shared {
        Shared::Value(..) => {
            let names = further_subjects(&finding, &others);
            finding.subjects.extend(names);
            // what each of them gives the class that states the value
            for label in others.iter().flat_map(|other| &other.labels).filter(|label| stated::is_of_value(label)) {
                if finding.labels.iter().all(|known| known.span != label.span) && finding.labels.len() < 2 * WRITTEN {
                    finding.labels.push(label.clone());
                }
            }
            // an argument is given by one of them, and mends no other
            let Content { fixes, labels, .. } = &mut *finding;
            fixes.retain(|fix| !stated::is_of_argument(fix, labels));
            let mut seen = BTreeSet::new();
            let messages = others.iter().map(|other| other.message.as_str());
            let messages: Vec<&str> = messages.filter(|message| seen.insert(*message)).collect();
            finding.joined = messages.iter().map(|message| (*message).to_owned()).collect();
            for fix in &mut finding.fixes {
                let of_all = others
                    .iter()
                    .flat_map(|other| other.fixes.iter().filter(|fix| !stated::is_of_argument(fix, &other.labels)));
                for other in of_all {
                    if other.applicability == fix.applicability
                        && environments::further(fix, other) == Some(Further::Other)
                    {
                        *fix = other.clone();
                    }
                }
            }
            finding.note(bounded("the same value is wrong for others as well:\n  ", &messages, "\n  "))
        }
        Shared::Mend(_) | Shared::Move(..) | Shared::Absent(Absent::Shared(_)) => {
            let mut seen: BTreeSet<String> = finding.joined.iter().chain([&finding.message]).cloned().collect();
            // those were joined with others before
            let messages = others.iter().flat_map(|other| [&other.message].into_iter().chain(&other.joined)).cloned();
            let messages: Vec<String> = messages.filter(|message| seen.insert(message.clone())).collect();
            let names = further_subjects(&finding, &others);
            // what only misses something of the environment offers nothing
            let is_whole = matches!(shared, Shared::Absent(_));
            let fixes = if is_whole { std::mem::take(&mut finding.fixes) } else { Vec::new() };
            let mut finding = with_places(finding, others);
            finding.fixes.extend(fixes);
            finding.subjects.extend(names);
            let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
            if messages.is_empty() {
                finding
            } else {
                finding.note(bounded("one edit mends these as well:\n  ", &messages, "\n  "))
            }
        }
        Shared::Cause(_) | Shared::Named(..) => {
            let names = further_subjects(&finding, &others);
            let is_told = |flow: &str| {
                flow.split_once(" -> ").is_some_and(|(from, to)| names.iter().any(|name| name == from || name == to))
            };
            let mut finding = with_places(finding, others);
            finding.subjects.extend(names.iter().cloned());
            let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !is_told(name)).collect();
            if names.is_empty() { finding } else { finding.note(bounded("the same holds for ", &names, ", ")) }
        }
        Shared::Name(_) | Shared::Absent(_) | Shared::Habit(..) => {
            let finding = of_several(finding, &others);
            let more = others.len().saturating_sub(WRITTEN);
            let finding = with_places(finding, others);
            if more == 0 { finding } else { finding.note(format!("and in {more} more places")) }
        }
    }
}

/// Whom the others are about, beside those whom the finding is about.
fn further_subjects(finding: &Diagnostic, others: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeSet<&String> = finding.subjects.iter().collect();
    let names = others.iter().flat_map(|other| &other.subjects);
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

/// A finding that a port is not there, with the names of all of whom it is asked, and the class from which they have their ports.
fn of_several(mut finding: Diagnostic, others: &[Diagnostic]) -> Diagnostic {
    let Some(Absent::Port { port, class, .. }) = finding.absent.clone() else { return finding };
    let asked = |finding: &Diagnostic| match &finding.absent {
        Some(Absent::Port { endpoint, .. }) => Some(endpoint.clone()),
        Some(_) | None => None,
    };
    let names: BTreeSet<String> = others.iter().chain([&finding]).filter_map(asked).collect();
    let names: Vec<String> = names.into_iter().collect();
    if finding.code == &BVL0218 && names.len() > 1 {
        finding.message = format!("{} have no port `{port}`", listed_few(&names));
    } else if finding.code == &BVL0217 && names.len() > 1 {
        finding.message = format!("{} listen on no port", listed_few(&names));
    }
    let is_shown = |label: &&Label| Some(label.span) == class;
    if !finding.labels.iter().any(|label| is_shown(&label)) {
        finding.labels.extend(others.iter().flat_map(|other| &other.labels).find(is_shown).cloned());
    }
    finding
}

/// The finding with the places of others beside its own, and with fixes that mend all of them.
fn with_places(mut finding: Diagnostic, others: Vec<Diagnostic>) -> Diagnostic {
    let mut left = WRITTEN;
    // one edit may mend all of them
    let mut edited: Vec<BTreeSet<(Span, String)>> = finding.fixes.iter().map(edits).collect();
    for other in others {
        let other = other.into_content();
        // one that leaves a place as it is mends nothing
        let alike = |known: &Fix, fix: &Fix| {
            known.applicability == fix.applicability
                && (known.title == fix.title || environments::further(known, fix).is_some())
        };
        let has = |known: &Fix| other.fixes.iter().any(|fix| alike(known, fix));
        let keeps: Vec<bool> = finding.fixes.iter().map(has).collect();
        let mut kept = keeps.iter();
        finding.fixes.retain(|_| kept.next().is_some_and(|keeps| *keeps));
        let mut kept = keeps.iter();
        edited.retain(|_| kept.next().is_some_and(|keeps| *keeps));
        for fix in other.fixes {
            let same = |(known, _): &(&mut Fix, _)| alike(known, &fix);
            let Some((known, edited)) = finding.fixes.iter_mut().zip(&mut edited).find(same) else { continue };
            if known.title == fix.title {
                for edit in fix.edits {
                    // what is added at one place stands there one after the other
                    let is_addition = edit.span.start == edit.span.end;
                    let is_edited =
                        edited.range((edit.span, String::new())..).next().is_some_and(|(span, _)| *span == edit.span);
                    if !edited.insert((edit.span, edit.text.clone())) {
                        continue;
                    }
                    // searched only where there is one: edits may be as many as lines
                    let same = (is_addition && is_edited)
                        .then(|| known.edits.iter_mut().find(|known| known.span == edit.span))
                        .flatten();
                    match same {
                        Some(known) => known.text.push_str(&edit.text),
                        None => known.edits.push(edit),
                    }
                }
            } else if environments::further(known, &fix) == Some(Further::Other) {
                *edited = edits(&fix);
                *known = fix;
            }
        }
        let is_new = |label: &Label| finding.labels.iter().all(|known| known.span != label.span);
        // of one place more than one thing may be wrong, each in its environment
        let shown = other.labels.into_iter().enumerate().find(|(_, label)| is_new(label)).filter(|_| left > 0);
        if let Some((at, label)) = shown {
            left -= 1;
            let message = if at == 0 { "here too".to_owned() } else { label.message };
            finding.labels.push(Label { message, ..label });
        }
    }
    finding
}

fn edits(fix: &Fix) -> BTreeSet<(Span, String)> {
    fix.edits.iter().map(|edit| (edit.span, edit.text.clone())).collect()
}

/// The items behind an introduction; those that are too many are counted.
fn bounded(introduction: &str, items: &[&str], between: &str) -> String {
    let more = items.len().saturating_sub(WRITTEN);
    let mut shown: Vec<String> = items.iter().take(WRITTEN).map(|item| (*item).to_owned()).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    format!("{introduction}{}", shown.join(between))
}
