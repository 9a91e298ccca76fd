//! Whoever accepts what can be accepted gets what the proof takes: a waiver never leads to a mistake of the compiler's own.

use std::sync::Arc;

use crate::case::{Case, Setup};
use crate::{explanation, fail};

/// At least so many platforms build when their findings are accepted, or nothing is tried here.
const BUILT: usize = 250;

/// One trial over the bad examples of all codes and the platforms of `tests/fail`.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut platforms = fail::platforms(setup)?;
    for code in setup.compiler.codes() {
        let examples = explanation::bad(setup, &code)?;
        platforms.extend((1..).zip(examples).map(|(n, files)| (format!("{}/{n}", code.code), files)));
    }
    let compiler = Arc::clone(&setup.compiler);
    Ok(vec![Case::new("accepted/builds", move || {
        let mut built = 0;
        let mut wrong = Vec::new();
        for (path, files) in &platforms {
            match compiler.builds_accepted(files) {
                Ok(is_built) => built += usize::from(is_built),
                Err(disproof) => wrong.push(format!("{path}: {disproof}")),
            }
        }
        if built < BUILT {
            wrong.push(format!("{built} platforms build when their findings are accepted, which were {BUILT}"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    })])
}
