//! What `--fix`, `--unsafe-fixes` and each single fix make of every platform of `tests/fail` and every example of a code.
//!
//! Invariants: `--fix` and `--unsafe-fixes` come to an end, a second run has nothing to do, and they make no finding. A fix
//! as it is shown, applied by itself, removes its finding and makes none, and after a safe one the statement that it mends can
//! be read. What comes to light elsewhere when something can be read was there before.

use std::collections::BTreeMap;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compiler::Files;
use crate::{explanation, fail};

/// Fixes that lead on, or are not offered since they would: the path of the platform, the code of the finding, how many faults, and
/// why it cannot be otherwise.
const EXCEPTIONS: &[(&str, &str, usize, &str)] = &[
    ("lottery/draw-night/platform.bvl", "BVL0613", 2, "what one replica more takes of shared limits is another sum's"),
    ("flows/as-near-to-two.bvl", "BVL0216", 1, "what else is wrong depends on which of the two was meant"),
    ("mended/one-instance.bvl", "BVL0610", 1, "what its operator keeps of one instance holds up drains then"),
    (
        "never/between-environments.bvl",
        "BVL0302",
        2,
        "without a flow from the one environment to the other it says nothing",
    ),
    ("mended/two-statements/platform.bvl", "BVL0708", 2, "the other statement of the flow contradicts it then"),
    (
        "waivers/one-environment.bvl",
        "BVL0702",
        2,
        "a waiver that accepted the same elsewhere has nothing more to accept",
    ),
    ("bank/wrong-environment/platform.bvl", "BVL0204", 1, "the port that is there is another environment's"),
    ("cascades/one-member-too-many.bvl", "BVL0604", 1, "how many members a chart runs is not the spec's to say"),
    ("environments/without-where-it-is-not.bvl", "BVL0201", 1, "the word in its place names what is not there"),
    ("names/borrowed-places.bvl", "BVL0203", 1, "no image comes from the registry in quotes either"),
    ("scaling/slips.bvl", "BVL0203", 1, "the trigger by its right name says not whom it asks"),
    ("words/without-braces.bvl", "BVL0202", 1, "what is put into braces can be judged, and is not enough"),
    ("security/asked-of-restricted.bvl", "BVL0203", 1, "a capability by its right name is added, and that is told"),
    ("security/weakened.bvl", "BVL0416", 1, "an overlay takes it away where it is not needed"),
    ("security/weakened.bvl", "BVL0417", 1, "an overlay takes it away where it is not needed"),
    ("bank/kinds.bvl", "BVL0203", 2, "of a volume whose size can be read it is told that no pod finds it again"),
    ("BVL0904/4", "BVL0904", 1, "the waiver beside it has nothing more to accept"),
    ("BVL0904/5", "BVL0904", 1, "the waiver beside it has nothing more to accept"),
    ("newcomer/from-json.bvl", "BVL0115", 1, "the key that stands there is none in quotes either"),
    ("values/bare-numbers.bvl", "BVL0203", 1, "of two units the other is meant"),
    ("mended/unit-of-a-default.bvl", "BVL0203", 1, "of two units the other is meant"),
    ("mended/deleted-word.bvl", "BVL0107", 2, "what stands before the braces takes none: the word that does is gone"),
    ("mended/near-what-is-meant.bvl", "BVL0102", 1, "of two places for a quote the other is meant"),
    ("mended/near-what-is-meant.bvl", "BVL0115", 1, "what the part of an address was meant for is not known"),
    ("waivers/words.bvl", "BVL0606", 2, "the waiver beside it has nothing more to accept"),
];

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut platforms = fail::platforms(setup)?;
    for code in setup.compiler.codes() {
        let examples = explanation::bad(setup, &code)?;
        platforms.extend((1..).zip(examples).map(|(n, files)| (format!("{}/{n}", code.code), files)));
    }
    let cases = platforms.into_iter().map(|(path, files)| {
        let setup = setup.clone();
        Case::new(format!("mend/{path}"), move || judge(&setup, &path, &files))
    });
    Ok(cases.collect())
}

fn judge(setup: &Setup, path: &str, files: &Files) -> Outcome {
    let mut wrong = setup.compiler.mend_all(files);
    let own = EXCEPTIONS.iter().filter(|(platform, ..)| *platform == path);
    let mut left: BTreeMap<&str, usize> = own.map(|(_, code, n, _)| (*code, *n)).collect();
    for (code, fault) in setup.compiler.mend_each(files) {
        match left.get_mut(code.as_str()) {
            Some(n) if *n > 0 => *n -= 1,
            Some(_) | None => wrong.push(format!("{code}: {fault}")),
        }
    }
    let unused = left.into_iter().filter(|(_, n)| *n > 0);
    wrong.extend(unused.map(|(code, n)| format!("{n} fixes of {code} are excepted and lead nowhere")));
    outcome(&wrong)
}
