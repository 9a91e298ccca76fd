//! A platform that is read again from its earlier self, edit by edit, is what a first reading of its files makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use bvlc::analyze::{Analysis, Inputs, analyze, analyze_again};
use bvlc::check;
use bvlc::diagnostic::Findings;
use bvlc::diagnostic::render::positions::Positions;
use bvlc::diagnostic::render::{Shown, json};
use bvlc::resolve::Project;
use bvlc::source::files::MemoryFiles;
use bvlc::source::{SourceMap, Span};
use bvlc::syntax::Statement;

use crate::agreement::{PASTED, Random, nameable};
use crate::corpus::{Platform, ROOT, platforms};

/// All that findings say.
fn said(findings: &Findings, sources: &SourceMap) -> Vec<String> {
    let (shown, mut positions) = (Shown { sources, prefix: "" }, Positions::new(sources));
    findings.iter().map(|finding| json::render(finding, shown, &mut positions)).collect()
}

/// A text after an edit: characters, lines, pastes, deletions, other ends of lines.
fn edited(text: &str, random: &mut Random) -> String {
    let start = random.offset(text);
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let replace = |start: usize, end: usize, new: &str| format!("{}{new}{}", &text[..start], &text[end..]);
    match random.below(9) {
        0 | 1 => replace(start, start, ["x", " ", "1", "\n", "\r\n", ".", "-"][random.below(7)]),
        2 => replace(start, start, PASTED[random.below(PASTED.len())]),
        3 => {
            let end = nameable(text, (start + random.below(40)).min(text.len())).max(start);
            replace(start, end, "")
        }
        // lines that are doubled, many lines that are pasted, lines that are deleted
        4 => replace(line(start), line(start), &text[line(start)..]),
        5 => replace(line(start), line(start), &"// pasted\n\n".repeat(random.below(300))),
        6 => replace(line(line(start).saturating_sub(1)), line(start), ""),
        // lines that are begun at the margin
        7 => replace(line(start), line(start), ["s.\n", "1.\n", "..1\n", "10-20s\n", "10.1\n"][random.below(5)]),
        _ if text.contains('\r') => text.replace("\r\n", "\n"),
        _ => text.replacen('\n', "\r\n", 1 + random.below(50)),
    }
}

/// Makes, renames or deletes a file.
fn moved(platform: &mut Platform, random: &mut Random) {
    let paths: Vec<String> = platform.keys().cloned().collect();
    let path = &paths[random.below(paths.len())];
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let other = format!("{folder}{}.bvl", ["made", "renamed", "a", "z"][random.below(4)]);
    match random.below(4) {
        0 => drop(platform.insert(other, platform[path].clone())),
        1 if path != ROOT => drop(platform.remove(path)),
        _ if path != ROOT => {
            let text = platform.remove(path).unwrap();
            platform.insert(other, text);
        }
        _ => {}
    }
}

/// Everything in a statement's braces and the statement itself.
fn spans<'t>(statements: impl Iterator<Item = &'t Statement>, into: &mut Vec<Span>) {
    for statement in statements {
        into.extend([statement.span, statement.word.span, statement.head()]);
        into.extend(statement.terms.iter().map(|term| term.span));
        spans(statement.statements(), into);
    }
}

/// That what is said to be kept is kept. How many spans are, of how many.
fn kept(earlier: &Project, later: &Project) -> (usize, usize) {
    let kept = later.sources.kept_since(&earlier.sources);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    earlier.trees.iter().for_each(|tree| spans(tree.statements(), &mut before));
    later.trees.iter().for_each(|tree| spans(tree.statements(), &mut after));
    let held: Vec<&Span> = before.iter().filter(|span| kept.holds(**span)).collect();
    for span in &held {
        assert_eq!(earlier.sources.text(**span), later.sources.text(**span));
        let (old, new) = (earlier.sources.position(**span), later.sources.position(**span));
        assert_eq!(old.column, new.column);
        assert_eq!(kept.line_moved(**span), old.line != new.line);
    }
    (held.len(), before.len())
}

#[test]
fn every_platform_after_every_edit() {
    let mut random = Random(11);
    let (mut n_held, mut n_all) = (0, 0);
    // without optimization an analysis takes many times as long
    let every = if cfg!(debug_assertions) { 3 } else { 1 };
    for (name, platform) in platforms("tests/fail").into_iter().chain(platforms("examples")).step_by(every) {
        let (n_held_here, n_here) = edits(&name, platform, &mut random);
        n_held += n_held_here;
        n_all += n_here;
    }
    // half of the edits are within the first half of a file, and some change all of it
    assert!(n_held * 2 > n_all, "{n_held} of {n_all} places hold");
}

fn edits(name: &str, mut platform: Platform, random: &mut Random) -> (usize, usize) {
    let (mut earlier, mut n_held, mut n_all) = (None::<Analysis>, 0, 0);
    let n_edits = if cfg!(debug_assertions) { 4 } else { 20 };
    for _ in 0..=n_edits {
        let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let expected = analyze(&files, ROOT, &Inputs::default());
        let again = analyze_again(&files, ROOT, &Inputs::default(), earlier.as_ref());
        assert_eq!(
            said(&again.findings, again.sources()),
            said(&expected.findings, expected.sources()),
            "{name}: {platform:?}"
        );
        if let Some(earlier) = &earlier {
            let (held, all) = kept(&earlier.project, &again.project);
            n_held += held;
            n_all += all;
        }
        earlier = Some(again);
        if platform.len() > 1 && random.below(4) == 0 {
            moved(&mut platform, random);
            continue;
        }
        let paths: Vec<String> = platform.keys().cloned().collect();
        let path = &paths[random.below(paths.len())];
        let text = edited(&platform[path], random);
        // doubled again and again it would be all that is tried
        if text.len() < 40_000 {
            platform.insert(path.clone(), text);
        }
    }
    (n_held, n_all)
}

/// What decides how much an edit costs: whose numbers a port has is nothing to flows, and a flow nothing to what endpoints
/// imply.
#[test]
fn edits_of_a_port_and_of_a_flow_leave_the_rest_as_it_was() {
    let (name, platform) = platforms("examples").into_iter().find(|(name, _)| name.ends_with("bitvault")).unwrap();
    let after = |old: &str, new: &str| -> (Analysis, Analysis) {
        let mut texts = platform.clone();
        let read = |texts: &Platform, earlier: Option<&Analysis>| {
            let files = MemoryFiles::new(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            analyze_again(&files, ROOT, &Inputs::default(), earlier)
        };
        let earlier = read(&texts, None);
        let path = texts.iter().find(|(_, text)| text.contains(old)).map(|(path, _)| path.clone()).unwrap();
        texts.insert(path.clone(), texts[&path].replacen(old, new, 1));
        let later = read(&texts, Some(&earlier));
        (earlier, later)
    };
    let (earlier, later) = after("port http 8080", "port http 8090");
    assert!(Arc::ptr_eq(&earlier.graph, &later.graph), "{name}: a port's number");
    let (earlier, later) = after("allow bitvault-web -> bitvaultd.http", "allow bitvault-web -> postgres");
    assert!(!Arc::ptr_eq(&earlier.graph, &later.graph), "{name}: a flow");
    assert!(Arc::ptr_eq(&earlier.graph.implied, &later.graph.implied), "{name}: a flow");
}

/// What an edit leaves as it was is told as it was: it need not be graded, joined and sorted out once more.
#[test]
fn what_checks_find_again_is_taken_over() {
    let of_checks: BTreeSet<&str> = check::all().map(|check| check.code.id).collect();
    let (mut n_found, mut n_shared) = (0, 0);
    for (_, mut platform) in platforms("tests/fail/flows") {
        let read = |platform: &Platform, earlier: Option<&Analysis>| {
            let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            analyze_again(&files, ROOT, &Inputs::default(), earlier)
        };
        let earlier = read(&platform, None);
        platform.entry(ROOT.to_owned()).or_default().push_str("\n// a note\n");
        let later = read(&platform, Some(&earlier));
        for found in later.findings.shared().filter(|found| of_checks.contains(found.code.id)) {
            n_found += 1;
            n_shared += usize::from(earlier.findings.shared().any(|known| Arc::ptr_eq(known, found)));
        }
    }
    assert!(n_found > 5, "{n_found}");
    assert_eq!(n_shared, n_found);
}

/// What a parameter of a class names is no part of the declaration that takes the class over.
#[test]
fn what_a_parameter_may_name_is_read_anew() {
    const BEFORE: &str = "use std.prometheus\nuse std.nats\nplatform shop { kubernetes \"1.33\"; api-server 10.40.0.0/28 6443 }\n\
        environment infra { shared; namespace \"infra\" }\nenvironment prod { namespace \"prod\" }\n\
        managed adapter is prometheus.adapter { in infra }\n";
    let (none, one) = ("is nats.cluster { in infra }\n", "is prometheus.server { in infra }\n");
    let spec = |first: &str, second: &str| format!("{BEFORE}managed a {first}managed b {second}");
    let mut earlier = None::<Analysis>;
    for (text, wanted) in [
        (spec(none, one), None),
        (spec(one, one), Some("several workloads are of class")),
        (spec(one, none), None),
        (spec(none, none), Some("and there is none")),
    ] {
        let files = MemoryFiles::new([(ROOT, text.as_str())]);
        let again = analyze_again(&files, ROOT, &Inputs::default(), earlier.as_ref());
        let expected = analyze(&files, ROOT, &Inputs::default());
        let found = said(&again.findings, again.sources());
        assert_eq!(found, said(&expected.findings, expected.sources()), "{text}");
        let chosen = found.iter().find(|finding| finding.contains("BVL0212"));
        assert_eq!(chosen.map(|finding| wanted.is_some_and(|wanted| finding.contains(wanted))), wanted.map(|_| true));
        earlier = Some(again);
    }
}

/// Which ports the Services of a workload name decides whether a port that nothing has is told there or where it is needed.
#[test]
fn a_port_that_a_service_names_is_needed_anew() {
    let spec = |named: &str| {
        format!(
            "platform shop {{ kubernetes \"1.33\" }}\nenvironment prod {{ namespace \"prod\" }}\n\
             managed hooks {{\nin prod\nmatch \"app\" \"hooks\"\nport wbhook 9443\nservice \"hooks\" {named}\n\
             disruption none because \"it is asked once a day\"\n\
             allow kubernetes-api -> self.webhook because \"it judges what is stored\"\n}}\n"
        )
    };
    let mut earlier = None::<Analysis>;
    for (named, is_needed) in [("webhook", false), ("webhook1", true), ("webhook", false)] {
        let text = spec(named);
        let files = MemoryFiles::new([(ROOT, text.as_str())]);
        let again = analyze_again(&files, ROOT, &Inputs::default(), earlier.as_ref());
        let found = said(&again.findings, again.sources());
        assert_eq!(found.iter().any(|finding| finding.contains("BVL0314")), is_needed, "{named}: {found:?}");
        earlier = Some(again);
    }
}
