//! The laws of the formatter, over every `.bvl` of the repository: what it has written it leaves alone, and what the
//! repository shows to people is as it writes it.

use crate::case::{Case, Outcome, Setup};
use crate::compare::difference;
use crate::disk;

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (folder, shown) in [("examples", true), ("stdlib", true), ("tests", false)] {
        for (path, text) in disk::tree(&setup.root.join(folder))? {
            if !disk::ends_in(&path, "bvl") {
                continue;
            }
            let setup = setup.clone();
            cases.push(Case::new(format!("format/{folder}/{path}"), move || judge(&setup, &text, shown)));
        }
    }
    Ok(cases)
}

fn judge(setup: &Setup, text: &str, shown: bool) -> Outcome {
    let Some(once) = setup.compiler.format(text) else {
        return if shown { Err("it cannot be read".to_owned()) } else { Ok(()) };
    };
    let twice = setup.compiler.format(&once).ok_or("what the formatter wrote cannot be read")?;
    if let Some(diff) = difference(&once, &twice) {
        return Err(format!("formatting again changes it:\n{diff}"));
    }
    match difference(text, &once).filter(|_| shown) {
        Some(diff) => Err(format!("it is not formatted, run `bvlc fmt` on it:\n{diff}")),
        None => Ok(()),
    }
}
