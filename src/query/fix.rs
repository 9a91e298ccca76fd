//! Mending a spec: the fixes of findings applied to its texts, until nothing is left that a fix can mend.
//!
//! Invariants: a fix is applied as a whole or not at all; fixes that touch one place are applied one after the other, each
//! to what the one before made of the text; a fix after which its finding is still there, or which makes another, is taken
//! back, unless the fix of what it makes leaves nothing new; only the user's own files change; the number of rounds is bounded, whatever fixes make of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::followed::Followed;
use super::joined::joined;
use crate::analyze::{Analysis, analyze};
use crate::check::waivers::is_unreadable;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Ground, Severity};
use crate::resolve::Inputs;
use crate::source::edit::apply_to;
use crate::source::files::Overlay;
use crate::source::{FileId, Files, Provenance, SourceMap, Span, TextEdit};
use crate::syntax;
use crate::value::{Term, TermKind};

/// Each round mends all that is apart; so many rounds mend what lies in one place.
const MOST_ROUNDS: usize = 32;

/// Codes that are found of a statement for the word that it begins with: one that is there twice, and what a `never` rules out.
const OF_THE_WORD: [&str; 3] = ["BVL0207", "BVL0301", "BVL0302"];

/// Codes that are found of a name where it is used, for what is declared under it: whoever writes the name of a declaration
/// decides that.
const OF_THE_NAME: [&str; 2] = ["BVL0218", "BVL0316"];

/// Codes about what a name stands for: that is not known before the syntax is right, and then it was so before.
const OF_NAMES: [&str; 7] = ["BVL0204", "BVL0205", "BVL0209", "BVL0211", "BVL0216", "BVL0217", "BVL0218"];

/// The codes of a string that lacks one of its quotes, and of braces that open on a line of their own: where these are set decides
/// how the whole statement is read.
const OF_READING: [&str; 2] = ["BVL0102", "BVL0107"];

/// How the codes begin that are found of a statement for how it is written.
const SHAPE: &str = "BVL02";

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Those that need no asking.
    Safe,
    /// Of every finding the first one, whether it needs asking or not.
    Any,
}

/// Which fixes are applied, of each code.
#[derive(Debug, Clone)]
pub struct Picks {
    /// Of the codes that `numbered` does not name; none where it is `None`.
    pub rest: Option<Choice>,
    /// Of these codes the findings that are so grave at least: what nobody was shown is nobody's to mend.
    pub least: Severity,
    /// Of these codes the fix of that number, counted from 1 as findings show them: naming it is the answer to its question.
    pub numbered: BTreeMap<&'static str, usize>,
    /// Of these codes the fix of findings that have a single one, whether it needs asking or not.
    pub alone: &'static [&'static str],
}

impl From<Choice> for Picks {
    fn from(rest: Choice) -> Self {
        Self { rest: Some(rest), least: Severity::Hint, numbered: BTreeMap::new(), alone: &[] }
    }
}

/// Texts by path, as a fix leaves them.
pub type Texts = BTreeMap<String, String>;

/// A platform after fixing.
#[derive(Debug)]
pub struct Fixed {
    /// The files that differ now.
    pub texts: Texts,
    /// How many places were mended: one finding may be mended in several.
    pub n_applied: usize,
    /// The numbered picks that no finding offered.
    pub not_offered: Vec<(&'static str, usize)>,
    /// The numbered picks that mended nothing.
    pub idle: Vec<(&'static str, usize)>,
    /// The fixes that were applied where a finding has several and none needs no asking, but for those whose text no longer stands.
    pub chosen: Vec<Chosen>,
    /// What was asserted or accepted before and is no longer.
    pub given_up: Vec<GivenUp>,
    /// The fixes that were wanted and taken back, of findings that are still there.
    pub withheld: Vec<Withheld>,
    /// Where `chosen` and `given_up` stand.
    followed: Followed,
    /// The platform as it is with them.
    pub analysis: Analysis,
}

/// A fix that was applied for being the first of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The code of its finding.
    pub code: &'static str,
    /// What the finding says.
    pub finding: String,
    /// What it did.
    pub title: String,
    /// How many there were.
    pub n_fixes: usize,
}

/// A `never` or a waiver that a fix took out or weakened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// The file in which it stood.
    pub path: String,
    /// As it was written.
    pub statement: String,
    /// As it is written now; nothing where it was taken out.
    pub now: Option<String>,
}

/// A fix that was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The code of its finding.
    pub code: &'static str,
    /// What it would do.
    pub title: String,
    /// Why not.
    pub why: Why,
}

/// Why a fix was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It would make a finding of this code, with this message.
    Makes(&'static str, String),
    /// Its finding would still be there.
    Leaves,
    /// Together with what has been mended it would lead back to where that began, or its edits touch another's.
    Clashes,
    /// Others were tried before it, and no more are at once.
    Untried,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Makes(code, message) => write!(f, "it would make {code}: {message}"),
            Self::Leaves => f.write_str("what it is about would still be found"),
            Self::Untried => f.write_str("it was not tried, there being too many; mend others first"),
            Self::Clashes => f.write_str("it touches what another fix changes, or undoes it"),
        }
    }
}

/// Applies fixes until none is left.
pub fn fixed_point(files: &dyn Files, root: &str, inputs: &Inputs, picks: impl Into<Picks>) -> Fixed {
    let (picks, analysis) = (picks.into(), analyze(files, root, inputs));
    let is_offered = |(code, number): (&&'static str, &usize)| {
        let findings = analysis.findings.iter().filter(|finding| finding.code.id == *code);
        findings.map(|finding| finding.fixes.len()).max().is_some_and(|most| *number <= most)
    };
    let numbered = picks.numbered.iter();
    let not_offered = numbered.filter(|pick| !is_offered(*pick)).map(|(code, number)| (*code, *number)).collect();
    let mut fixed = Fixed {
        texts: Texts::new(),
        n_applied: 0,
        not_offered,
        idle: Vec::new(),
        chosen: Vec::new(),
        given_up: Vec::new(),
        withheld: Vec::new(),
        followed: Followed::default(),
        analysis,
    };
    let (refused, seen) = (BTreeMap::new(), BTreeSet::from([Texts::new()]));
    let mut mending = Mending { files, root, inputs, picks, refused, seen, mended: BTreeSet::new() };
    for _ in 0..MOST_ROUNDS {
        let Some(next) = mending.round(&fixed) else { break };
        fixed = next;
    }
    fixed.chosen = fixed.followed.chosen();
    fixed.given_up = fixed.followed.given_up(fixed.analysis.sources());
    let findings = fixed.analysis.findings.iter();
    fixed.withheld = findings.filter_map(|finding| mending.refused.get(&told(finding)).cloned()).collect();
    let idle = mending.picks.numbered.iter().filter(|(code, _)| !mending.mended.contains(**code));
    fixed.idle = idle.map(|(code, number)| (*code, *number)).collect();
    lay_out(files, root, inputs, &mut fixed);
    fixed
}

/// Formats what fixes have written into files that were formatted: of those that they leave so nobody is told anything else.
fn lay_out(files: &dyn Files, root: &str, inputs: &Inputs, fixed: &mut Fixed) {
    let mut has_moved = false;
    for (path, text) in &mut fixed.texts {
        let before = files.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(laid) = before.and_then(|before| laid_out(&before, text)) else { continue };
        (*text, has_moved) = (laid, true);
    }
    // places in what is found are those in the files as they are written
    if has_moved {
        let overlay = Overlay { below: files, texts: &fixed.texts };
        fixed.analysis = analyze(&overlay, root, inputs);
    }
}

/// What a fix has made of a text that was formatted, as it is formatted; `None` where it is so, or was not.
pub fn laid_out(before: &str, after: &str) -> Option<String> {
    let formatted = |text: &str| syntax::format(&syntax::parse(FileId::default(), &text.into()));
    let laid = formatted(after).filter(|laid| laid != after)?;
    (formatted(before).as_deref() == Some(before)).then_some(laid)
}

/// What is remembered from round to round.
struct Mending<'a> {
    files: &'a dyn Files,
    root: &'a str,
    inputs: &'a Inputs,
    picks: Picks,
    /// The findings whose fix was taken back, or cannot be applied.
    refused: BTreeMap<Told, Withheld>,
    /// The texts that there have been: two fixes that undo each other lead back to one.
    seen: BTreeSet<Texts>,
    /// The codes of which something was mended.
    mended: BTreeSet<&'static str>,
}

/// What a finding says, and where it holds: by that it is known again in another analysis.
type Told = (&'static str, String, Vec<String>);

fn told(finding: &Diagnostic) -> Told {
    (finding.code.id, finding.message.clone(), finding.environments.clone())
}

impl Mending<'_> {
    /// The platform after one more round; `None` where no fix mends anything more.
    fn round(&mut self, fixed: &Fixed) -> Option<Fixed> {
        loop {
            let findings = fixed.analysis.findings.iter().filter(|finding| pick(finding, &self.picks).is_some());
            let mut wanted: Vec<(bool, Told)> = Vec::new();
            wanted.extend(findings.map(|finding| (is_unreadable(finding.code), told(finding))));
            wanted.retain(|(_, told)| !self.refused.contains_key(told));
            // what cannot be read hides findings, which come to light when it can: it is mended before the others
            if wanted.iter().any(|(hides, _)| *hides) {
                wanted.retain(|(hides, _)| *hides);
            }
            let wanted: Vec<Told> =
                wanted.into_iter().map(|(_, told)| told).collect::<BTreeSet<_>>().into_iter().collect();
            if wanted.is_empty() {
                return None;
            }
            // where nothing of it mends, all of it is refused, and the next turn has less to choose from
            if let Some(next) = self.mend(fixed, &wanted) {
                return Some(next);
            }
        }
    }

    /// The platform with these findings mended, but for those that are refused: halves are tried until it is known which.
    fn mend(&mut self, fixed: &Fixed, wanted: &[Told]) -> Option<Fixed> {
        let is_wanted = |finding: &&Diagnostic| wanted.binary_search(&told(finding)).is_ok();
        let findings = fixed.analysis.findings.iter().filter(is_wanted);
        let chosen: Vec<(&Diagnostic, &Fix)> =
            findings.filter_map(|finding| Some((finding, pick(finding, &self.picks)?))).collect();
        let (changed, applied) = apply_all(fixed.analysis.sources(), chosen.iter().map(|(_, fix)| *fix));
        if applied.is_empty() {
            for (finding, fix) in chosen {
                self.refuse(finding, fix, Why::Clashes);
            }
            return None;
        }
        let mended: Vec<(&Diagnostic, &Fix)> = applied.iter().filter_map(|at| chosen.get(*at)).copied().collect();
        let (texts, analysis) = self.applied(fixed, changed);
        let is_seen = self.seen.contains(&texts);
        let fault = is_seen.then_some(Why::Clashes).or_else(|| fault(&mended, &fixed.analysis, &analysis));
        let Some(fault) = fault else { return Some(self.taken(fixed, &mended, texts, analysis)) };
        if wanted.len() == 1 {
            // of several places one is mended together with what comes of it, and the others in the next rounds
            let alone = chosen.first().filter(|_| matches!(fault, Why::Makes(..)));
            let after = (chosen.len() == 1).then_some(analysis);
            if let Some(next) = alone.and_then(|alone| self.join(fixed, *alone, after)) {
                return Some(next);
            }
            for (finding, fix) in chosen {
                self.refuse(finding, fix, fault.clone());
            }
            return None;
        }
        let (first, second) = wanted.split_at(wanted.len() / 2);
        let Some(half) = self.mend(fixed, first) else { return self.mend(fixed, second) };
        let whole = self.mend(&half, second);
        Some(whole.unwrap_or(half))
    }

    /// The texts with some of them changed.
    fn texts(&self, fixed: &Fixed, changed: Texts) -> Texts {
        let mut texts = fixed.texts.clone();
        texts.extend(changed);
        // what two fixes have made of each other is as it was
        texts.retain(|path, text| differs(self.files, path, text));
        texts
    }

    /// The texts with some of them changed, and what is found then.
    fn applied(&self, fixed: &Fixed, changed: Texts) -> (Texts, Analysis) {
        let texts = self.texts(fixed, changed);
        let overlay = Overlay { below: self.files, texts: &texts };
        let analysis = analyze(&overlay, self.root, self.inputs);
        (texts, analysis)
    }

    /// The platform with a finding mended by its fix and by those of what that makes; `after` is it with the fix alone, where that
    /// is known.
    fn join(&mut self, fixed: &Fixed, (finding, fix): (&Diagnostic, &Fix), after: Option<Analysis>) -> Option<Fixed> {
        let after = match after {
            Some(after) => after,
            None => self.applied(fixed, apply_one(fixed.analysis.sources(), fix)?).1,
        };
        let is_named = self.picks.numbered.contains_key(finding.code.id);
        let within = if is_named { Choice::Any } else { self.picks.rest? };
        let judge = |texts: &Texts| Some(self.applied(fixed, texts.clone()).1);
        let (joined, analysis) = joined(&fixed.analysis, (finding, fix), &after, within, &judge)?;
        let texts = self.texts(fixed, apply_one(fixed.analysis.sources(), &joined)?);
        (!self.seen.contains(&texts)).then(|| self.taken(fixed, &[(finding, &joined)], texts, analysis))
    }

    /// The platform with what was mended.
    fn taken(&mut self, fixed: &Fixed, mended: &[(&Diagnostic, &Fix)], texts: Texts, analysis: Analysis) -> Fixed {
        self.seen.insert(texts.clone());
        self.mended.extend(mended.iter().map(|(finding, _)| finding.code.id));
        let applied: Vec<&Fix> = mended.iter().map(|(_, fix)| *fix).collect();
        let chosen = mended.iter().filter_map(|(finding, fix)| Some((self.chosen(finding, fix)?, *fix))).collect();
        Fixed {
            n_applied: fixed.n_applied + applied.iter().map(|fix| fix.edits.len()).sum::<usize>(),
            texts,
            not_offered: fixed.not_offered.clone(),
            idle: Vec::new(),
            chosen: Vec::new(),
            given_up: Vec::new(),
            withheld: Vec::new(),
            followed: fixed.followed.after(&fixed.analysis, &applied, chosen),
            analysis,
        }
    }

    /// A fix that was one of several, and that nobody named.
    fn chosen(&self, finding: &Diagnostic, fix: &Fix) -> Option<Chosen> {
        let is_asked = fix.applicability == Applicability::Unsafe && finding.fixes.len() > 1;
        let is_named = self.picks.numbered.contains_key(finding.code.id);
        (is_asked && !is_named).then(|| Chosen {
            code: finding.code.id,
            finding: finding.message.clone(),
            title: fix.title.clone(),
            n_fixes: finding.fixes.len(),
        })
    }

    fn refuse(&mut self, finding: &Diagnostic, fix: &Fix, why: Why) {
        let withheld = Withheld { code: finding.code.id, title: fix.title.clone(), why };
        self.refused.insert(told(finding), withheld);
    }
}

/// Whether a text is another one than the file's.
fn differs(files: &dyn Files, path: &str, text: &str) -> bool {
    files.read(path).map_or(true, |bytes| bytes != text.as_bytes())
}

/// What is wrong with having mended these findings with these fixes: one of which there are not fewer after than before, for
/// each that it is about and in each environment, or more of a code, hints aside. What comes to light when something can be
/// read was there before, unless it points at what a fix wrote, or at the value of which that is a part: that was not there. What a name stands for is not known
/// before its syntax is right.
pub(super) fn fault(mended: &[(&Diagnostic, &Fix)], before: &Analysis, after: &Analysis) -> Option<Why> {
    if let Some(made) = made(mended, before, after) {
        return Some(Why::Makes(made.code.id, made.message.clone()));
    }
    let (had, has) = (counts(&before.findings, told), counts(&after.findings, told));
    let stood = counts(before.findings.iter().flat_map(places), |place| place);
    let stands = counts(after.findings.iter().flat_map(places), |place| place);
    let is_less = mended.iter().all(|(finding, _)| {
        has.get(&told(finding)) < had.get(&told(finding))
            && places(finding).all(|place| stands.get(&place) < stood.get(&place))
    });
    let is_left = !is_less || mended.iter().any(|mended| is_wrong_again(*mended, before, after));
    is_left.then_some(Why::Leaves)
}

/// Whether what a fix wrote is wrong for the reason for which what stood there was, whatever it is said in.
fn is_wrong_again((finding, fix): (&Diagnostic, &Fix), before: &Analysis, after: &Analysis) -> bool {
    let code = finding.code.id;
    let of_code = |analysis: &Analysis| analysis.findings.iter().filter(|finding| finding.code.id == code).count();
    if of_code(after) < of_code(before) {
        return false;
    }
    let written = written(before.sources(), fix.edits.iter());
    let is_written = |place: Span| {
        let (path, at) = (after.sources().path(place), after.sources().range(place));
        written.iter().any(|own| own.path == path && at.start < own.at.end && own.at.start < at.end)
    };
    let again = after.findings.iter().filter(|finding| finding.code.id == code);
    again.filter_map(Diagnostic::span).any(is_written)
}

/// A finding that is there by having mended others, if there is one.
pub(super) fn made<'a>(
    mended: &[(&Diagnostic, &Fix)],
    before: &Analysis,
    after: &'a Analysis,
) -> Option<&'a Diagnostic> {
    let counted = |analysis: &Analysis| {
        let findings = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
        counts(findings, |finding| finding.code.id)
    };
    let (had, has) = (counted(before), counted(after));
    let is_more = |finding: &Diagnostic| has.get(finding.code.id) > had.get(finding.code.id);
    let hides = mended.iter().any(|(finding, _)| is_unreadable(finding.code));
    let is_syntax = mended.iter().all(|(finding, _)| syntax::CODES.contains(&finding.code));
    // what is right and unwise was so before
    let is_wrong = |code: &'static Code| {
        code.severity == Severity::Error
            && !code.ground.is_some_and(Ground::is_judgment)
            && !OF_NAMES.contains(&code.id)
    };
    let is_known = |code: &'static Code| !is_syntax || syntax::CODES.contains(&code) || is_wrong(code);
    let decides_reading = mended.iter().any(|(finding, _)| OF_READING.contains(&finding.code.id));
    // of several guesses what is wrong with the statement tells which is none
    let is_guess =
        |(finding, fix): &(&Diagnostic, &Fix)| finding.fixes.len() > 1 && fix.applicability == Applicability::Unsafe;
    let is_guessed = mended.iter().all(is_guess);
    let written = written(before.sources(), mended.iter().flat_map(|(_, fix)| &fix.edits));
    // a finding that speaks of more than what was written is of what stood beside it and was hidden
    let is_own = |finding: &Diagnostic| {
        finding.labels.iter().any(|label| {
            let (path, at) = (after.sources().path(label.span), after.sources().range(label.span));
            let text = after.sources().text(label.span);
            let names = |own: &Written<'_>| {
                let used = text.trim_start_matches(['$', '{']).strip_prefix(own.text);
                !own.text.is_empty() && used.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if OF_THE_NAME.contains(&finding.code.id) && written.iter().any(names) {
                return true;
            }
            written.iter().filter(|own| own.path == path).any(|own| {
                let decides = is_guessed || decides_reading && finding.code.id.starts_with(SHAPE);
                if decides && is_of_statement(after, label.span, own) {
                    return true;
                }
                let is_touched = at.start < own.at.end && own.at.start < at.end;
                let is_within =
                    || own.at.start <= at.start && at.end <= own.at.end || is_of_value(after, label.span, own);
                is_touched && (OF_THE_WORD.contains(&finding.code.id) || is_within() && !has_whole(own.old, text))
            })
        })
    };
    let old: BTreeSet<Told> = before.findings.iter().map(told).collect();
    let made = after.findings.iter().filter(|finding| finding.severity != Severity::Hint && is_more(finding));
    let made = made.filter(|finding| !hides || is_known(finding.code) && is_own(finding));
    made.max_by_key(|finding| !old.contains(&told(finding)))
}

/// Whether a place is one value, of which an edit wrote a part: of `128Mi..256Gi` it is to answer for the whole.
fn is_of_value(after: &Analysis, place: Span, own: &Written<'_>) -> bool {
    let sources = after.sources();
    let statements = after.trees().iter().flat_map(|tree| tree.statements());
    let Some(outermost) = statements.into_iter().find(|statement| statement.span.contains(place)) else { return false };
    let mut values: Vec<&Term> = outermost.innermost(place).terms.iter().collect();
    while let Some(value) = values.pop() {
        if let TermKind::List(each) = &value.kind {
            values.extend(each);
            continue;
        }
        let at = sources.range(value.span);
        if value.span.contains(place) && at.start <= own.at.start && own.at.end <= at.end {
            return true;
        }
    }
    false
}

/// Whether a place is in the statement of which an edit wrote a part.
fn is_of_statement(after: &Analysis, place: Span, own: &Written<'_>) -> bool {
    let statements = after.trees().iter().flat_map(|tree| tree.statements());
    let outermost = statements.into_iter().find(|statement| statement.span.contains(place));
    outermost.is_some_and(|outermost| {
        let statement = outermost.innermost(place);
        let head = statement.block.as_ref().map_or(statement.head(), |block| statement.head().to(block.open));
        let at = after.sources().range(head);
        at.start <= own.at.start && own.at.end <= at.end
    })
}

/// Whether a word or value stands in a text as a whole: `90s` is none of `90sec`, and `CHOWN` one of `CAP_CHOWN`. A sign is no
/// whole: where it stands decides what it does.
fn has_whole(text: &str, part: &str) -> bool {
    if !part.contains(char::is_alphanumeric) {
        return false;
    }
    let is_open = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '-');
    text.match_indices(part).any(|(at, _)| {
        let (before, behind) = (text.get(..at), text.get(at + part.len()..));
        is_open(before.and_then(|before| before.chars().next_back()))
            && is_open(behind.and_then(|behind| behind.chars().next()))
    })
}

/// What a finding is about, each in each environment: whoever mends it mends all of these.
fn places(finding: &Diagnostic) -> impl Iterator<Item = (&'static str, &str, &str)> {
    let code = finding.code.id;
    let environments = finding.environments.iter().map(String::as_str);
    let environments = environments.chain(finding.environments.is_empty().then_some(""));
    environments
        .flat_map(move |environment| finding.subjects.iter().map(move |subject| (code, subject.as_str(), environment)))
}

/// A text that an edit writes.
pub(super) struct Written<'a> {
    pub(super) path: &'a str,
    /// What is written.
    text: &'a str,
    /// Where it stands afterwards.
    pub(super) at: Range<usize>,
    /// What stood in its place: what of that is there again is none of the edit's.
    old: &'a str,
}

/// What edits write.
pub(super) fn written<'a>(sources: &'a SourceMap, edits: impl Iterator<Item = &'a TextEdit>) -> Vec<Written<'a>> {
    let mut edits: Vec<&TextEdit> = edits.collect();
    edits.sort();
    let mut lengths: BTreeMap<FileId, (usize, usize)> = BTreeMap::new();
    let places = edits.into_iter().map(|edit| {
        let (more, less) = lengths.entry(edit.span.file).or_default();
        let range = sources.range(edit.span);
        let start = range.start + *more - *less;
        *more += edit.text.len();
        *less += range.len();
        Written {
            path: sources.path(edit.span),
            text: &edit.text,
            at: start..start + edit.text.len(),
            old: sources.text(edit.span),
        }
    });
    places.collect()
}

/// How many findings there are of each kind.
fn counts<T, K: Ord>(findings: impl IntoIterator<Item = T>, kind: impl Fn(T) -> K) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(kind(finding)).or_default() += 1;
    }
    counts
}

/// The texts that one fix changes; `None` where it cannot be applied.
pub fn apply_one(sources: &SourceMap, fix: &Fix) -> Option<Texts> {
    let (texts, applied) = apply_all(sources, [fix]);
    (!applied.is_empty()).then_some(texts)
}

fn pick<'a>(finding: &'a Diagnostic, picks: &Picks) -> Option<&'a Fix> {
    if let Some(number) = picks.numbered.get(finding.code.id) {
        return finding.fixes.get(number.checked_sub(1)?);
    }
    if finding.severity < picks.least {
        return None;
    }
    if let [only] = finding.fixes.as_slice()
        && picks.alone.contains(&finding.code.id)
    {
        return Some(only);
    }
    let safe = finding.fixes.iter().find(|fix| fix.applicability == Applicability::Safe);
    match picks.rest? {
        Choice::Safe => safe,
        Choice::Any => safe.or_else(|| finding.fixes.first()),
    }
}

/// Applies those of the fixes that do not touch each other, the first ones first, and says which these are.
pub(super) fn apply_all<'a>(sources: &SourceMap, fixes: impl IntoIterator<Item = &'a Fix>) -> (Texts, Vec<usize>) {
    let mut edits: BTreeMap<FileId, BTreeMap<u32, &TextEdit>> = BTreeMap::new();
    let mut applied = Vec::new();
    for (at, fix) in fixes.into_iter().enumerate() {
        let is_free = |edit: &TextEdit| {
            let is_own = sources.get(edit.span.file).is_some_and(|file| file.provenance() == Provenance::User);
            let taken = edits.get(&edit.span.file);
            is_own && taken.is_none_or(|taken| is_apart(taken, edit))
        };
        if fix.edits.is_empty() || !fix.edits.iter().all(is_free) {
            continue;
        }
        applied.push(at);
        for edit in &fix.edits {
            edits.entry(edit.span.file).or_default().insert(edit.span.start, edit);
        }
    }
    let mut texts = Texts::new();
    for (id, edits) in edits {
        let edits: Vec<TextEdit> = edits.into_values().cloned().collect();
        let Some(file) = sources.get(id) else { continue };
        if let Some(text) = apply_to(file, &edits) {
            texts.insert(file.path().to_owned(), text);
        }
    }
    (texts, applied)
}

/// Whether an edit touches none of those that are taken.
fn is_apart(taken: &BTreeMap<u32, &TextEdit>, edit: &TextEdit) -> bool {
    let before = taken.range(..=edit.span.start).next_back();
    let after = taken.range(edit.span.start..).next();
    before.is_none_or(|(start, known)| known.span.end <= edit.span.start && *start < edit.span.start)
        && after.is_none_or(|(start, _)| edit.span.end <= *start && edit.span.start < *start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::MemoryFiles;

    #[test]
    fn what_is_as_it_was_is_no_change() {
        let files = MemoryFiles::new([("a.bvl", "abc")]);
        assert!(!differs(&files, "a.bvl", "abc"));
        assert!(differs(&files, "a.bvl", "abd"));
        assert!(differs(&files, "b.bvl", "abc"));
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.bvl", "abcdef", Provenance::User);
        let standard = sources.add("std.bvl", "abc", Provenance::Standard);
        let fix = |edits: &[(FileId, usize, usize, &str)]| Fix {
            title: String::new(),
            applicability: Applicability::Safe,
            edits: edits
                .iter()
                .map(|(id, from, to, text)| TextEdit::replace(Span::new(*id, *from, *to), *text))
                .collect(),
            is_one_of_several: false,
            reach: None,
            withheld: None,
        };
        for (fixes, expected, n_expected) in [
            (vec![fix(&[(file, 0, 1, "X")]), fix(&[(file, 1, 2, "Y")])], Some("XYcdef"), 2),
            (vec![fix(&[(file, 0, 2, "X")]), fix(&[(file, 1, 3, "Y")])], Some("Xcdef"), 1),
            (vec![fix(&[(file, 1, 1, "X")]), fix(&[(file, 1, 1, "Y")])], Some("aXbcdef"), 1),
            (vec![fix(&[(file, 4, 5, "X")]), fix(&[(file, 0, 1, "Y"), (file, 4, 4, "Z")])], Some("abcdXf"), 1),
            (vec![fix(&[(file, 3, 4, "X")]), fix(&[(file, 1, 2, "Y")])], Some("aYcXef"), 2),
            (vec![fix(&[(standard, 0, 1, "X")]), fix(&[])], None, 0),
        ] {
            let (texts, applied) = apply_all(&sources, &fixes);
            assert_eq!((texts.get("a.bvl").map(String::as_str), applied.len()), (expected, n_expected), "{fixes:?}");
        }
    }
}
