//! The run and its table.
#![expect(clippy::disallowed_methods, reason = "the environment says how much is tried, and the table is a file")]

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use crate::judge::changed;
use crate::mutant::{Mutant, mutants};
use crate::platform::{Said, ask, examples};
use crate::rules::{Effect, rules};

/// Of how many mutants one is tried where not all are.
const SHARE: usize = 61;

/// How a reason begins that is none: a check should catch the mutant and does not.
const NOT_YET: &str = "not caught yet";

/// The file below `target/tmp` with each mutant that is sound, the field that it changed and the reason.
const TABLE: &str = "sound-mutants.txt";

/// What became of a mutant.
enum End {
    Caught(Vec<&'static str>),
    Changed(String),
    Same,
}

#[test]
fn each_mutant_is_caught_or_sound() {
    let whole = std::env::var("BVLC_MUTANTS").is_ok_and(|value| value == "all");
    let mut ends: Vec<(Mutant, End)> = Vec::new();
    for (example, texts) in examples() {
        let Said::Output(before) = ask(&texts) else { panic!("{example} is not clean") };
        let mut tried = mutants(&example, &texts);
        if !whole {
            tried = tried.into_iter().step_by(SHARE).collect();
        }
        ends.par_extend(tried.into_par_iter().map(|mutant| {
            let end = match ask(&mutant.apply(&texts)) {
                Said::Findings(codes) => End::Caught(codes),
                Said::Output(after) => changed(&before, &after).map_or(End::Same, End::Changed),
            };
            (mutant, end)
        }));
    }
    report(&ends, whole);
}

fn report(ends: &[(Mutant, End)], whole: bool) {
    let rules = rules();
    let mut caught: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut totals: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut sound: BTreeMap<(&str, usize), Vec<String>> = BTreeMap::new();
    let mut all_sound = String::new();
    let mut survivors = Vec::new();
    for (mutant, end) in ends {
        let total = totals.entry(mutant.kind).or_default();
        total.0 += 1;
        let (effect, how) = match end {
            End::Caught(codes) => {
                total.1 += 1;
                for code in codes {
                    *caught.entry(mutant.kind).or_default().entry(code).or_default() += 1;
                }
                continue;
            }
            End::Changed(field) => (Effect::Changes, field.as_str()),
            End::Same => (Effect::Nothing, "no field"),
        };
        let shown = format!("{} {} {}: {} => {how}", mutant.place, mutant.statement, mutant.kind, mutant.what);
        match rules.iter().find(|rule| rule.covers(&mutant.statement, mutant.kind, effect)) {
            Some(rule) => {
                all_sound.extend([shown.as_str(), "\n  sound: ", rule.reason, "\n"]);
                sound.entry((mutant.kind, rule.line)).or_default().push(shown);
            }
            None => survivors.push(format!("{effect:?}: {shown}")),
        }
    }
    for (kind, (tried, n_caught)) in &totals {
        println!("{kind}: {tried} tried, {n_caught} caught");
        let codes = caught.get(kind).into_iter().flatten().map(|(code, n)| format!("{code} {n}"));
        println!("  by {}", codes.collect::<Vec<_>>().join(", "));
        for ((_, line), covered) in sound.range((*kind, 0)..=(*kind, usize::MAX)) {
            let reason = rules.iter().find(|rule| rule.line == *line).map_or("", |rule| rule.reason);
            println!("  {} sound: {reason}", covered.len());
            for mutant in covered {
                println!("    {mutant}");
            }
        }
    }
    let n_caught: usize = totals.values().map(|(_, caught)| caught).sum();
    let n_sound: usize = sound.values().map(Vec::len).sum();
    let unknown = survivors.len();
    let table = Path::new(env!("CARGO_TARGET_TMPDIR")).join(TABLE);
    std::fs::write(&table, all_sound).unwrap();
    println!("{} mutants: {n_caught} caught, {n_sound} sound, {unknown} unknown", ends.len());
    println!("each of the {n_sound} that are sound, what it changed and why: {}", table.display());
    let not_yet: Vec<usize> =
        rules.iter().filter(|rule| rule.reason.starts_with(NOT_YET)).map(|rule| rule.line).collect();
    assert!(
        not_yet.is_empty(),
        "a reason is why no check should speak; mend the checks, sound.txt by line: {not_yet:?}"
    );
    assert!(survivors.is_empty(), "neither caught nor sound by a rule of sound.txt:\n{}", survivors.join("\n"));
    let used = |line: usize| sound.keys().any(|(_, used)| *used == line);
    let idle: Vec<_> = rules.iter().filter(|rule| !used(rule.line)).map(|rule| rule.line).collect();
    assert!(!whole || idle.is_empty(), "rules of sound.txt that cover no mutant, by line: {idle:?}");
}
