//! Each check, switched off: its own examples no longer hold, nor do the files of `tests/fail` that claim its findings.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::{Case, Setup};
use crate::compiler::Files;
use crate::{explanation, fail};

/// One trial for each check.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let platforms: Arc<Vec<(String, Files)>> = Arc::new(fail::platforms(setup)?);
    let checks: BTreeSet<String> = setup.compiler.checks().into_iter().collect();
    let explained = setup.compiler.codes().into_iter().filter(move |code| checks.contains(&code.code));
    let cases = explained.map(|code| {
        let (setup, platforms) = (setup.clone(), Arc::clone(&platforms));
        Case::new(format!("off/{}-{}", code.code, code.slug), move || {
            let without = setup.compiler.without(&code.code).ok_or_else(|| format!("{} is no check", code.code))?;
            let off = Setup { compiler: without, ..setup.clone() };
            if explanation::judge(&off, &code).is_ok() {
                return Err("its own examples hold without it: a `bvl bad` shows what it alone finds".to_owned());
            }
            let claim = format!("{} ", code.code);
            let claims = |text: &String| text.lines().any(|line| format!("{line} ").contains(&claim));
            let mut claiming = platforms.iter().filter(|(_, files)| files.values().any(claims)).peekable();
            // which codes tests/fail has to show is tests/tidy's to say
            if claiming.peek().is_some() && !claiming.any(|(_, files)| fail::judge(&off, files).is_err()) {
                return Err("no file of tests/fail that claims it misses it".to_owned());
            }
            Ok(())
        })
    });
    Ok(cases.collect())
}
