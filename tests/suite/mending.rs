//! What the library's fixes make of a platform: all of them together, and each by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bvlc::analyze::{Analysis, Inputs, analyze};
use bvlc::check::waivers::is_unreadable;
use bvlc::diagnostic::{Applicability, Diagnostic, Fix, Ground, Severity};
use bvlc::query::fix::{Choice, apply_one, fixed_point};
use bvlc::query::trial::Trial;
use bvlc::source::files::{MemoryFiles, Overlay, ROOT};
use bvlc::source::{SourceMap, Span, TextEdit};
use bvlc::syntax::{CODES, Statement};
use bvlc::value::Date;

/// The day on which platforms are judged here: that one of explanations which has `until` says so.
const TODAY: &str = "2026-07-01";

/// What platforms are judged for here.
pub(crate) fn judged() -> Inputs {
    Inputs { today: Date::read(TODAY), ..Inputs::default() }
}

/// How many findings there are of each code, hints aside, and what each says.
type Counts<'a> = BTreeMap<&'static str, Vec<&'a Diagnostic>>;

fn counted(analysis: &Analysis) -> Counts<'_> {
    let mut counts = Counts::new();
    for finding in analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint) {
        counts.entry(finding.code.id).or_default().push(finding);
    }
    counts
}

/// What is found after and was not before.
fn made(before: &Analysis, after: &Analysis, is_meant: impl Fn(&Diagnostic) -> bool) -> Vec<String> {
    let (had, has) = (counted(before), counted(after));
    let new = has.into_iter().filter(|(code, now)| now.len() > had.get(code).map_or(0, Vec::len));
    let new = new.filter(|(_, now)| now.iter().any(|finding| is_meant(finding)));
    new.map(|(code, now)| {
        let messages: Vec<&str> = now.iter().map(|finding| finding.message.as_str()).collect();
        format!("makes {code}: {}", messages.join(" | "))
    })
    .collect()
}

/// What goes wrong when fixes are applied until none is left.
pub(crate) fn all(files: &MemoryFiles) -> Vec<String> {
    let inputs = judged();
    let before = analyze(files, ROOT, &inputs);
    let hidden = before.findings.iter().any(|finding| is_unreadable(finding.code));
    let mut wrong = Vec::new();
    for choice in [Choice::Safe, Choice::Any] {
        let fixed = fixed_point(files, ROOT, &inputs, choice);
        let again = fixed_point(&Overlay { below: files, texts: &fixed.texts }, ROOT, &inputs, choice);
        if again.n_applied > 0 {
            wrong.push(format!("{choice:?}: a second run mends {} more", again.n_applied));
        }
        if !hidden {
            wrong.extend(made(&before, &fixed.analysis, |_| true).into_iter().map(|made| format!("{choice:?} {made}")));
        }
    }
    wrong
}

/// Where what a fix writes stands afterwards, by path.
fn written(sources: &SourceMap, fix: &Fix) -> Vec<(String, Range<usize>)> {
    let mut edits: Vec<&TextEdit> = fix.edits.iter().collect();
    edits.sort();
    let mut grown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shrunk: BTreeMap<&str, usize> = BTreeMap::new();
    let places = edits.into_iter().map(|edit| {
        let path = sources.path(edit.span);
        let (more, less) = (grown.entry(path).or_default(), shrunk.entry(path).or_default());
        let start = edit.span.range().start + *more - *less;
        *more += edit.text.len();
        *less += edit.span.range().len();
        (path.to_owned(), start..start + edit.text.len())
    });
    places.collect()
}

/// The innermost statement in which a place lies.
fn around(analysis: &Analysis, path: &str, place: &Range<usize>) -> Option<Span> {
    let holds = |statement: &&Statement| {
        let range = statement.span.range();
        analysis.sources().path(statement.span) == path && range.start <= place.start && place.end <= range.end
    };
    let mut found = analysis.trees().iter().flat_map(|tree| tree.statements()).find(holds)?;
    while let Some(inner) = found.statements().find(holds) {
        found = inner;
    }
    Some(found.span)
}

/// What cannot be read in the statements in which something was written, and was not said of the platform before: what was
/// meant beyond doubt can be read.
fn unread(before: &Analysis, after: &Analysis, written: &[(String, Range<usize>)]) -> Vec<String> {
    let mended: Vec<Span> = written.iter().filter_map(|(path, place)| around(after, path, place)).collect();
    let is_new = |finding: &&Diagnostic| {
        let is_old = |old: &Diagnostic| (old.code, &old.message) == (finding.code, &finding.message);
        is_unreadable(finding.code) && !before.findings.iter().any(is_old)
    };
    let stands = |finding: &&Diagnostic| {
        let place = finding.span().map(|span| around(after, after.sources().path(span), &span.range()));
        place.flatten().is_some_and(|statement| mended.contains(&statement))
    };
    let found = after.findings.iter().filter(is_new).filter(stands);
    found.map(|finding| format!("leaves unreadable what it mends: {} {}", finding.code.id, finding.message)).collect()
}

/// What stands before the fault of a fix that is not offered because of it.
pub(crate) const WITHHELD: &str = "withheld: ";

/// What goes wrong when each fix is applied by itself, with the code of its finding. Of one that is not offered something has to.
pub(crate) fn each(files: &MemoryFiles) -> Vec<(String, String)> {
    let inputs = judged();
    let before = analyze(files, ROOT, &inputs);
    let mut found: Vec<Diagnostic> = before.findings.iter().cloned().collect();
    Trial::new(files, ROOT, &before).judge(&mut found);
    let mut wrong = Vec::new();
    for finding in &found {
        for fix in &finding.fixes {
            let mut faults: Vec<String> = Vec::new();
            judge(files, &before, (finding, fix), &mut |fault| faults.push(fault));
            if fix.withheld.is_none() {
                faults.extend(halved(before.sources(), finding, fix));
            }
            let told = match &fix.withheld {
                None => faults,
                Some(why) if faults.is_empty() => vec![format!("is not offered ({why}), and mends")],
                Some(_) => faults.into_iter().map(|fault| format!("{WITHHELD}{fault}")).collect(),
            };
            wrong.extend(
                told.into_iter().map(|fault| (finding.code.id.to_owned(), format!("{fault} (`{}`)", fix.title))),
            );
        }
    }
    wrong
}

/// The numbers of a text, with their units; a range is two.
fn numbers(text: &str) -> BTreeSet<&str> {
    let is_open = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '/' | ':' | '"' | '$');
    let words = text.split(is_open).flat_map(|word| word.split("..")).map(|word| word.trim_end_matches(['.', ':']));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).collect()
}

/// What a fix writes beside what the help says, which says a part of it: whoever types what the help says makes another finding.
fn halved(sources: &SourceMap, finding: &Diagnostic, fix: &Fix) -> Option<String> {
    let help = finding.help.as_deref().unwrap_or_default();
    let said = numbers(help);
    // what is mended with it shows itself only then: the title says it
    let joined = fix.title.split_once(", ").filter(|_| fix.title.contains(", and "));
    let joined = joined.map(|(_, rest)| numbers(rest)).unwrap_or_default();
    let old: BTreeSet<&str> = fix.edits.iter().flat_map(|edit| numbers(sources.text(edit.span))).collect();
    let new: BTreeSet<&str> =
        fix.edits.iter().flat_map(|edit| numbers(&edit.text)).filter(|new| !old.contains(new)).collect();
    let unsaid: Vec<&str> = new.difference(&said).copied().filter(|number| !joined.contains(number)).collect();
    (!unsaid.is_empty() && !new.is_disjoint(&said))
        .then(|| format!("writes {} as well, of which its help says nothing: {help}", unsaid.join(", ")))
}

/// Codes that are found of a statement for where a quote or brace of it stands.
const OF_READING: [&str; 2] = ["BVL0102", "BVL0107"];

/// Codes about what a name stands for.
const OF_NAMES: [&str; 7] = ["BVL0204", "BVL0205", "BVL0209", "BVL0211", "BVL0216", "BVL0217", "BVL0218"];

/// Tells what goes wrong when a fix is applied by itself.
fn judge(files: &MemoryFiles, before: &Analysis, (finding, fix): (&Diagnostic, &Fix), tell: &mut dyn FnMut(String)) {
    // whoever else uses the name keeps its value, and whoever gives it one is still heard
    let is_name = |text: &str| text.starts_with('$') && !text.contains('.');
    // one that is no value at all has an address
    let is_address = |edit: &TextEdit| edit.text.strip_suffix(".host").is_some();
    let names =
        |edit: &&TextEdit| is_name(before.sources().text(edit.span)) && !edit.text.contains('$') && !is_address(edit);
    if let Some(edit) = fix.edits.iter().find(names) {
        tell(format!("puts `{}` in the place of `{}`", edit.text, before.sources().text(edit.span)));
    }
    let Some(texts) = apply_one(before.sources(), fix) else {
        tell("cannot be applied".to_owned());
        return;
    };
    let after = analyze(&Overlay { below: files, texts: &texts }, ROOT, &judged());
    let is_same = |other: &&Diagnostic| {
        (other.code, &other.message, &other.environments) == (finding.code, &finding.message, &finding.environments)
    };
    let there = |analysis: &Analysis| analysis.findings.iter().filter(is_same).count();
    let written = written(before.sources(), fix);
    let of_code = |analysis: &Analysis| analysis.findings.iter().filter(|other| other.code == finding.code).count();
    let is_written = |place: Span| {
        let (path, at) = (after.sources().path(place), place.range());
        written.iter().any(|(own, text)| own == path && at.start < text.end && text.start < at.end)
    };
    // in other words, of what was written in the place
    let is_again = |other: &Diagnostic| other.code == finding.code && other.span().is_some_and(is_written);
    let stays = of_code(&after) >= of_code(before) && after.findings.iter().any(is_again);
    if there(&after) >= there(before) || stays {
        tell(format!("leaves: {}", finding.message));
    }
    // once something can be read, what is wrong with it comes to light; what the fix wrote is its own
    // of several guesses, and where a quote or brace is set, the whole statement is read as the fix decides
    let is_guess = finding.fixes.len() > 1 && fix.applicability == Applicability::Unsafe;
    let decides =
        |new: &Diagnostic| is_guess || OF_READING.contains(&finding.code.id) && new.code.id.starts_with("BVL02");
    let is_beside = |place: Span| {
        let path = after.sources().path(place);
        let outermost =
            after.trees().iter().flat_map(|tree| tree.statements()).find(|known| known.span.contains(place));
        let Some(statement) = outermost.map(|outermost| outermost.innermost(place)) else { return false };
        let head = statement.block.as_ref().map_or(statement.head(), |block| statement.head().to(block.open)).range();
        written.iter().any(|(own, text)| own == path && head.start <= text.start && text.end <= head.end)
    };
    let is_own = |new: &Diagnostic| {
        let mut places = new.labels.iter().map(|label| label.span);
        places.any(|place| is_written(place) || decides(new) && is_beside(place))
    };
    // what names stand for is not looked at before the syntax is right, nor whether it is wise
    let is_wrong = |new: &Diagnostic| {
        let is_judgment = new.code.ground.is_some_and(Ground::is_judgment);
        new.code.severity == Severity::Error && !is_judgment && !OF_NAMES.contains(&new.code.id)
    };
    let is_known = |new: &Diagnostic| !CODES.contains(&finding.code) || CODES.contains(&new.code) || is_wrong(new);
    let is_meant = |new: &Diagnostic| !is_unreadable(finding.code) || is_known(new) && is_own(new);
    made(before, &after, is_meant).into_iter().for_each(&mut *tell);
    if fix.applicability == Applicability::Safe {
        unread(before, &after, &written).into_iter().for_each(&mut *tell);
    }
}
