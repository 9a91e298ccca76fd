//! Each fix of what is found in a mutant, applied by itself: it removes its finding and makes none. The corpus holds the same of
//! mistakes that somebody thought of; here nobody chose them.
#![expect(clippy::disallowed_methods, reason = "the environment says how much is tried")]

use bvlc::source::files::MemoryFiles;
use rayon::prelude::*;

use crate::mending;
use crate::mutant::mutants;
use crate::platform::examples;

/// Of how many mutants one is tried where not all are: without optimization, which takes ten times as long, of more.
const SHARE: usize = if cfg!(debug_assertions) { 197 } else { 67 };

/// Fixes that lead on: the code of the finding, what is found then, and why it cannot be otherwise.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "BVL0203",
    "leaves unreadable what it mends: BVL02",
    "a word in the place of another: both of its values are wrong",
)];

#[test]
fn each_fix_of_a_mutant_mends_and_makes_nothing() {
    let whole = std::env::var("BVLC_FIXES").is_ok_and(|value| value == "all");
    let mut wrong: Vec<String> = Vec::new();
    for (example, texts) in examples() {
        let step = if whole { 1 } else { SHARE };
        let tried: Vec<_> = mutants(&example, &texts).into_iter().step_by(step).collect();
        wrong.par_extend(tried.into_par_iter().flat_map_iter(|mutant| {
            let texts = mutant.apply(&texts);
            let files = MemoryFiles::new(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            let is_meant = |(code, fault): &(String, String)| {
                // what is not offered is said to be so
                !fault.starts_with(mending::WITHHELD)
                    && !EXCEPTIONS.iter().any(|(known, then, _)| known == code && fault.contains(then))
            };
            let mut faults: Vec<(String, String)> = mending::each(&files).into_iter().filter(is_meant).collect();
            if whole {
                faults.extend(mending::all(&files).into_iter().map(|fault| ("--fix".to_owned(), fault)));
            }
            let place = format!("{} {} {}: {}", mutant.place, mutant.statement, mutant.kind, mutant.what);
            faults.into_iter().map(move |(code, fault)| format!("{place}\n    {code}: {fault}"))
        }));
    }
    assert!(wrong.is_empty(), "{} fixes mend nothing or make a finding:\n{}", wrong.len(), wrong.join("\n"));
}
