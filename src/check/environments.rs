//! One mistake gives one finding, whichever environments it holds in.
//!
//! Invariant: findings of several environments are one where they have their code, place, subject and cause in common and
//! say the same but for numbers and what each environment is called; what holds in some of these environments alone says in
//! which.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::prose::listed_few;
use crate::diagnostic::{Diagnostic, Fix, Reach};
use crate::model::Environment;
use crate::source::Span;

/// How many places a finding shows that holds in several environments.
const MOST_PLACES: usize = 12;

/// How many notes a finding has that each hold in some of its environments.
const MOST_NOTES: usize = 6;

/// Of findings that say the same, how many are asked whether another one is theirs.
const MOST_ASKED: usize = 8;

/// What each environment is called, which a text may hold by `${namespace}`, `${environment}` or a parameter: looked up only where
/// findings differ.
#[derive(Debug, Default)]
pub(super) struct Called<'m> {
    environments: &'m [Environment],
    /// By title, the longest first.
    known: OnceCell<BTreeMap<&'m str, Vec<&'m str>>>,
}

impl<'m> Called<'m> {
    /// Those of a model.
    pub(super) fn of(environments: &'m [Environment]) -> Self {
        Self { environments, known: OnceCell::new() }
    }

    /// What an environment is called, by its title.
    fn names(&self, title: &str) -> &[&'m str] {
        let known = self.known.get_or_init(|| {
            let named = self.environments.iter().map(|environment| {
                let namespace = environment.namespace.as_ref().map(|namespace| namespace.name.value.as_str());
                let telling = environment.telling.iter().map(|(_, value)| value.as_str());
                let own = [&environment.title, &environment.slug, &environment.name.value].map(String::as_str);
                let mut names: Vec<&str> = own.into_iter().chain(namespace).chain(telling).collect();
                names.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
                names.dedup();
                (environment.title.as_str(), names)
            });
            named.collect()
        });
        known.get(title).map_or(&[], Vec::as_slice)
    }

    /// A text without what environments are called.
    fn left_out(&self, text: &str, environments: &[String]) -> String {
        let mut left = text.to_owned();
        for name in environments.iter().flat_map(|title| self.names(title)) {
            left = without(&left, name);
        }
        left
    }
}

/// A text without a name, wherever it is no part of a longer word.
fn without(text: &str, name: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name).filter(|_| !name.is_empty()) {
        let last = before.chars().next_back().or_else(|| left.chars().next_back());
        left.push_str(before);
        left.push_str(if is_word(last) || is_word(after.chars().next()) { name } else { "`" });
        rest = after;
    }
    left.push_str(rest);
    left
}

/// Makes one finding of those that are one mistake in different environments. They come ordered by place and code.
pub(super) fn join(findings: Vec<Diagnostic>, called: &Called<'_>) -> Vec<Diagnostic> {
    let mut all = Vec::with_capacity(findings.len());
    let mut run: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let goes_on = run.last().is_none_or(|last| last.code == finding.code && last.span() == finding.span());
        if !goes_on {
            end(&mut run, &mut all, called);
        }
        run.push(finding);
    }
    end(&mut run, &mut all, called);
    all
}

/// Tells the findings of one place and code.
fn end(run: &mut Vec<Diagnostic>, all: &mut Vec<Diagnostic>, called: &Called<'_>) {
    if run.len() < 2 {
        all.append(run);
        return;
    }
    let each: Vec<Group> = run.drain(..).map(Group::of).collect();
    let alike = gather(each, |finding| (finding.message.clone(), finding.subjects.clone()));
    // most are one by now, of which nothing has to be compared
    if alike.len() < 2 {
        all.extend(alike.into_iter().filter_map(|group| tell(group.members)));
        return;
    }
    let shaped = gather(alike, |finding| {
        let said = called.left_out(&finding.message, &finding.environments);
        (shape(&said), finding.subjects.clone(), finding.causes.clone())
    });
    all.extend(shaped.into_iter().filter_map(|group| tell(group.members)));
}

/// Findings that are one mistake, in different environments.
struct Group {
    members: Vec<Diagnostic>,
    environments: BTreeSet<String>,
}

impl Group {
    fn of(finding: Diagnostic) -> Self {
        Self { environments: finding.environments.iter().cloned().collect(), members: vec![finding] }
    }

    /// Whether both hold in environments, and in none together.
    fn is_apart(&self, other: &Self) -> bool {
        let (few, many) =
            if self.environments.len() < other.environments.len() { (self, other) } else { (other, self) };
        !few.environments.is_empty() && few.environments.is_disjoint(&many.environments)
    }
}

/// Joins those that have a key in common and hold in different environments.
fn gather<K: Ord>(groups: Vec<Group>, key: impl Fn(&Diagnostic) -> K) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::with_capacity(groups.len());
    let mut known: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for group in groups {
        let Some(first) = group.members.first() else { continue };
        let alike = known.entry(key(first)).or_default();
        let asked = alike.iter().take(MOST_ASKED);
        let apart = asked.copied().find(|at| all.get(*at).is_some_and(|known| known.is_apart(&group)));
        if let Some(known) = apart.and_then(|at| all.get_mut(at)) {
            known.members.extend(group.members);
            known.environments.extend(group.environments);
        } else {
            alike.push(all.len());
            all.push(group);
        }
    }
    all
}

/// What a message says beside its numbers, and beside the plural that a number asks for.
fn shape(message: &str) -> String {
    let is_open = |c: char| !c.is_alphanumeric();
    let mut words: Vec<&str> = Vec::new();
    let mut is_counted = false;
    for word in message.split_whitespace() {
        let bare = word.trim_matches(is_open);
        if bare.is_empty() || bare.starts_with(|c: char| c.is_ascii_digit()) {
            is_counted |= !bare.is_empty();
            continue;
        }
        words.push(if is_counted { bare.strip_suffix('s').unwrap_or(bare) } else { bare });
        is_counted = false;
    }
    words.join(" ")
}

/// The finding that tells of all of them, in the words of the one whose fix goes furthest.
fn tell(members: Vec<Diagnostic>) -> Option<Diagnostic> {
    let mut members = members;
    if members.len() < 2 {
        return members.pop();
    }
    let lead = members.get(leading(&members))?;
    let mut told = lead.clone();
    told.severity = members.iter().map(|member| member.severity).max().unwrap_or(lead.severity);
    told.environments = members.iter().flat_map(|member| member.environments.iter().cloned()).collect();
    let others: Vec<&Diagnostic> = members.iter().filter(|member| !std::ptr::eq(*member, lead)).collect();
    if others.iter().any(|other| other.message != lead.message) {
        told.message = format!("{} (in {})", lead.message, listed_few(&lead.environments));
        told.told_of.clone_from(&lead.environments);
    }
    for other in &others {
        add_labels(&mut told, other);
        told.causes.extend(other.causes.iter().copied());
    }
    told.causes.sort_unstable();
    told.causes.dedup();
    told.notes = notes(lead, &others);
    told.fixes.retain_mut(|fix| others.iter().all(|other| take(fix, other)));
    Some(told)
}

/// Where the one stands whose fix goes furthest: what it says is enough for all.
pub(super) fn leading<'d>(members: impl IntoIterator<Item = &'d Diagnostic>) -> usize {
    let reaches = |member: &Diagnostic| member.fixes.iter().filter_map(|fix| fix.reach).collect::<Vec<Reach>>();
    let mut best: (usize, Vec<Reach>) = (0, Vec::new());
    for (at, own) in members.into_iter().map(reaches).enumerate() {
        // of numbers that are moved the same way, some may be moved by one of the two alone
        let goes_further = |own: &Reach| best.1.iter().any(|known| own.covers(*known) && !known.covers(*own));
        if at == 0 || own.iter().any(goes_further) {
            best = (at, own);
        }
    }
    best.0
}

/// Shows the places of another finding.
fn add_labels(told: &mut Diagnostic, other: &Diagnostic) {
    for label in &other.labels {
        let has_room = told.labels.len() < MOST_PLACES;
        match told.labels.iter_mut().find(|found| found.span == label.span) {
            // what holds in one of them alone is said more fully there
            Some(found) => {
                if label.message.contains(found.message.as_str()) {
                    found.message.clone_from(&label.message);
                }
                // what a name stands for may be another value in each
                let is_new = |value: &Span| !found.values.contains(value);
                let new: Vec<Span> = label.values.iter().copied().filter(is_new).collect();
                found.values.extend(new);
                found.values.sort_unstable();
            }
            None if has_room => told.labels.push(label.clone()),
            None => {}
        }
    }
}

/// What the others say, and all notes: those that not all of them have say where they hold.
fn notes(lead: &Diagnostic, others: &[&Diagnostic]) -> Vec<String> {
    let mut notes: Vec<(&str, Vec<&Diagnostic>)> = Vec::new();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    let messages = others.iter().filter(|other| other.message != lead.message);
    let messages = messages.map(|other| (*other, other.message.as_str()));
    let all = std::iter::once(&lead).chain(others);
    let stated = all.flat_map(|member| member.notes.iter().map(|note| (*member, note.as_str())));
    for (member, text) in messages.chain(stated) {
        let at = *place.entry(text).or_insert(notes.len());
        match notes.get_mut(at) {
            Some((_, of)) => of.push(member),
            None => notes.push((text, vec![member])),
        }
    }
    let mut n_partial = 0;
    let said = notes.into_iter().filter_map(|(text, of)| {
        if of.len() > others.len() {
            return Some(text.to_owned());
        }
        n_partial += 1;
        let environments: Vec<String> = of.iter().flat_map(|member| member.environments.iter().cloned()).collect();
        // a table begins on a line of its own
        let gap = if text.contains('\n') { '\n' } else { ' ' };
        (n_partial <= MOST_NOTES).then(|| format!("in {}:{gap}{text}", listed_few(&environments)))
    });
    said.collect()
}

/// Lets a fix mend what another finding says as well; `false` where no fix mends both.
fn take(fix: &mut Fix, other: &Diagnostic) -> bool {
    let alike = || other.fixes.iter().filter(|same| same.applicability == fix.applicability);
    if let Some(same) = alike().find(|same| same.title == fix.title) {
        for edit in &same.edits {
            if !fix.edits.contains(edit) {
                fix.edits.push(edit.clone());
            }
        }
        return true;
    }
    match alike().find(|same| further(fix, same).is_some()) {
        Some(same) => {
            if further(fix, same) == Some(Further::Other) {
                *fix = same.clone();
            }
            true
        }
        // what mends it in one environment alone leaves it in the others
        None => false,
    }
}

/// Which of two fixes goes further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Further {
    /// The first, or both go as far.
    One,
    /// The second.
    Other,
}

/// Which of two fixes goes further, where they move one number.
pub(super) fn further(one: &Fix, other: &Fix) -> Option<Further> {
    let places = |fix: &Fix| fix.edits.iter().map(|edit| edit.span).collect::<Vec<Span>>();
    let (reach, other_reach) = (one.reach?, other.reach?);
    if places(one) != places(other) {
        return None;
    }
    if reach.covers(other_reach) {
        return Some(Further::One);
    }
    other_reach.covers(reach).then_some(Further::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Applicability;
    use crate::source::{FileId, TextEdit};

    fn finding(message: &str, environment: &str) -> Diagnostic {
        let code = super::super::all().next().map(|check| check.code).unwrap();
        Diagnostic::new(code, Span::new(FileId::default(), 0, 1), message).about("web").environment(environment)
    }

    fn joined(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        join(findings, &Called::default())
    }

    #[test]
    fn a_name_is_left_out_where_it_is_a_word() {
        assert_eq!(without("prod at shop-prod.example, prod", "prod"), "` at shop-`.example, `");
        assert_eq!(without("product reproduces prods", "prod"), "product reproduces prods");
        assert_eq!(without("prod", ""), "prod");
    }

    #[test]
    fn numbers_and_plurals_are_no_part_of_a_shape() {
        let one = "web keeps 1 replica of 2 (50% of 4s), and api 5s + 3s = 8s";
        let other = "web keeps 20 replicas of 30 (7% of 1m), and api 1s = 1s";
        assert_eq!(shape(one), shape(other));
        assert_ne!(shape("web states no cpu"), shape("web states no memory"));
        assert_ne!(shape("port http2 is used"), shape("port http1 is used"));
    }

    #[test]
    fn one_mistake_is_told_once_with_the_numbers_of_each_environment() {
        let found = joined(vec![
            finding("web keeps 3 of 3", "prod").note("it matters").note("3 - 3 = 0"),
            finding("web keeps 2 of 2", "staging").note("it matters").note("2 - 2 = 0"),
            finding("web keeps 2 of 2", "dev").note("it matters").note("2 - 2 = 0"),
        ]);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(found.message, "web keeps 3 of 3 (in prod)");
        assert_eq!(found.environments, ["prod", "staging", "dev"]);
        assert_eq!(found.told_of, ["prod"]);
        let expected = [
            "in staging and dev: web keeps 2 of 2",
            "it matters",
            "in prod: 3 - 3 = 0",
            "in staging and dev: 2 - 2 = 0",
        ];
        assert_eq!(found.notes, expected);
    }

    #[test]
    fn two_mistakes_of_one_environment_stay_two() {
        let found = joined(vec![
            finding("web keeps 3 of 3", "prod"),
            finding("web keeps 2 of 2", "prod"),
            finding("web keeps 2 of 2", "staging"),
        ]);
        let environments: Vec<_> = found.iter().map(|found| found.environments.join(" ")).collect();
        assert_eq!(environments, ["prod", "prod staging"]);
    }

    #[test]
    fn the_fix_that_goes_furthest_mends_all() {
        let raise = |to: u64, environment: &str| {
            let edits = vec![TextEdit::replace(Span::new(FileId::default(), 5, 7), to.to_string())];
            let found = finding(&format!("web needs {to}"), environment);
            found.unsafe_fix(format!("raise it to {to}"), edits).reaching(Reach::AtLeast(to))
        };
        let found = joined(vec![raise(3, "dev"), raise(9, "prod"), raise(5, "staging")]);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(found.message, "web needs 9 (in prod)");
        let [fix] = found.fixes.as_slice() else { panic!("{found:?}") };
        assert_eq!((fix.title.as_str(), fix.applicability), ("raise it to 9", Applicability::Unsafe));
    }
}
