//! What is said of a waiver that is wrong: that accepts nothing, names nobody, is stated twice, or gives no reason.

use std::collections::BTreeSet;

use super::super::prose::{listed, listed_few};
use super::super::{all, severity};
use super::{BVL0990, BVL0991, BVL0992, BVL0993, BVL0996, CODES, Scope, find, is_about, take_out};
use crate::diagnostic::{Absent, Code, Diagnostic, Severity};
use crate::model::codes::BVL0207;
use crate::model::{Endpoint, Model, Origin, Waiver, Workload};
use crate::source::{SourceMap, Span, TextEdit};
use crate::value::Date;
use crate::value::similar::{Lexicon, nearest};

/// A finding that is accepted, and whose objects a cluster refuses all the same: it stays, as a warning, where it is accepted.
pub(super) fn still_refused(finding: &Diagnostic, waiver: &Waiver, rest: &[String]) -> Diagnostic {
    let mut refused = finding.clone();
    refused.severity = Severity::Warning;
    refused.environments.retain(|environment| !rest.contains(environment));
    refused
        .label(waiver.span, "accepted here")
        .note("a waiver changes nothing in the cluster: where nothing else does, it refuses the objects all the same")
}

pub(super) fn twice(waiver: &Waiver, code: &Code, first: Span, sources: &SourceMap) -> Diagnostic {
    let message = format!("the waiver of `{}` on {} is stated twice", code.slug, waiver.subject.value);
    Diagnostic::new(&BVL0207, waiver.span, message)
        .here("again here")
        .label(first, "accepts it first")
        .help("keep the one with the better reason: a finding is accepted once")
        .unsafe_fix("take the second one out", vec![take_out(sources, waiver.span)])
}

/// A waiver that accepts nothing; `found` are the findings of its code that no waiver accepts. Where there are some, it was most
/// likely meant for one of them, and is not taken out without asking.
pub(super) fn unused(waiver: &Waiver, code: &Code, found: &[&Diagnostic], sources: &SourceMap) -> Diagnostic {
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
            // what somebody wrote about one is no reason for another whose name is not like it
            let near = nearest(subject, all.iter().copied());
            let (meant, out) = (near.first().filter(|_| near.len() == 1).map(|only| write(only)), out);
            let diagnostic = diagnostic.label(waiver.subject.span, here).help(help);
            match meant {
                Some((title, edits)) => diagnostic.unsafe_fix(title, edits).unsafe_fix(out.0, out.1),
                None => diagnostic.unsafe_fix(out.0, out.1),
            }
        }
    }
}

/// A waiver that accepts something, and nothing in some of the environments that it names.
pub(super) fn idle_in(waiver: &Waiver, environments: &[String], code: &Code) -> Diagnostic {
    let (subject, listed) = (&waiver.subject.value, listed(environments));
    let rest: Vec<&String> = waiver.environments.iter().filter(|name| !environments.contains(name)).collect();
    let message = format!("the waiver of `{}` on {subject} accepts no finding in {listed}", code.slug);
    Diagnostic::new(&BVL0990, waiver.span, message)
        .here(format!("nothing to accept in {listed}"))
        .note("a waiver that nobody needs would hide the next finding of its kind")
        .help(format!(
            "name the environments of the finding alone: `in {}`",
            rest.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
        ))
}

/// A waiver that accepts findings, and was to do so until a day that is over.
pub(super) fn ended(waiver: &Waiver, code: &Code, scope: &Scope, today: Option<Date>) -> Option<Diagnostic> {
    let (until, today) = (waiver.until.as_ref()?, today?);
    (today > until.value).then_some(())?;
    let message = format!(
        "the waiver of `{}` on {} ended on {}, and today is {today}",
        code.slug, waiver.subject.value, until.value
    );
    let mut ended = Diagnostic::new(&BVL0996, until.span, message).here("the last day on which it holds");
    if let Some((place, first)) = &scope.first {
        if let Some(place) = place {
            ended = ended.label(*place, "what it accepts is still found here");
        }
        let more = match scope.n_findings {
            0 | 1 => String::new(),
            n => format!("; and {} more", n - 1),
        };
        ended = ended.note(format!("still found, and not told besides: {first}{more}"));
    }
    Some(ended.help("mend what is found and take the waiver out, or look at its reason again and write a later day"))
}

/// The name in a waiver's subject that nothing has, and the subjects that were most likely meant; `is_stated` says on what another
/// one accepts the same.
pub(super) fn misspelled(
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
pub(super) fn several(name: &str, waiver: &Waiver, model: &Model) -> Option<(&'static str, Vec<String>)> {
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
pub(super) fn nobody(
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

pub(super) fn without_reason(waiver: &Waiver, code: &Code) -> Diagnostic {
    let message = format!("the waiver of `{}` on {} does not say why", code.slug, waiver.subject.value);
    Diagnostic::new(&BVL0991, waiver.span, message)
        .here("nothing says why the finding is accepted")
        .note("whoever finds the weakness later cannot know whether it was weighed or overlooked")
        .help("end it with `because \"REASON\"` and the reason")
}

pub(super) fn never_waived(waiver: &Waiver, code: &Code, sources: &SourceMap) -> Diagnostic {
    let is_own = [CODES, severity::CODES].into_iter().flatten().any(|own| *own == code);
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

/// A waiver of a finding that there is not, by the name that it was meant by.
pub(super) fn misnamed(waiver: &Waiver, accepted: usize) -> Diagnostic {
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
pub(super) fn meaningless(waiver: &Waiver, is_accepted: bool, sources: &SourceMap) -> Diagnostic {
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
pub(in crate::check) fn near(written: &str) -> Vec<&'static str> {
    let found = nearest(written, all().flat_map(|check| [check.code.slug, check.code.id]));
    // numbers are all alike: of one that differs in more than a digit nothing says that it was meant
    let digits = |near: &str| written.chars().zip(near.chars()).filter(|(a, b)| a != b).count();
    let is_number = |text: &str| text.starts_with("BVL") && text.len() == "BVL0000".len();
    let is_alike = |near: &&str| !(is_number(near) && is_number(written)) || digits(near) <= 1;
    found.into_iter().filter(is_alike).collect()
}

pub(super) fn unknown_title(code: &Origin<String>) -> String {
    format!("no finding has the number or name `{}`", code.value)
}

/// A number or slug that no finding has; those that were most likely meant are offered where they could stand there.
pub(in crate::check) fn unknown(
    code: &Origin<String>,
    consequence: String,
    can_stand: impl Fn(&Code) -> bool,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(&BVL0992, code.span, unknown_title(code)).note(consequence);
    let mut near = near(&code.value);
    near.retain(|near| find(near).judges().is_some_and(&can_stand));
    match near.as_slice() {
        near @ [_, ..] => diagnostic.guess(near, |near| vec![TextEdit::replace(code.span, near)]),
        [] => diagnostic.here("not known").help("write the number or the name that the message of the finding shows"),
    }
}
