//! `tests/verify`: manifests of others. A file is a cluster; what `#~` claims is found, and nothing else. And what every
//! example builds is judged: nothing is wrong with it but that the pods of managed workloads are brought by others.

use std::collections::BTreeMap;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::unmatched;
use crate::compiler::Files;
use crate::{annotation, disk};

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let files = disk::tree(&setup.root.join("tests/verify"))?;
    let cases = files.into_iter().map(|(path, text)| {
        let setup = setup.clone();
        Case::new(format!("verify/{path}"), move || judge(&setup, &path, &text))
    });
    Ok(cases.chain(example_cases(setup)?).collect())
}

fn example_cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let examples = setup.root.join("examples");
    if !examples.is_dir() {
        return Ok(Vec::new());
    }
    let mut of_example: BTreeMap<String, Files> = BTreeMap::new();
    for (path, text) in disk::tree(&examples)? {
        let Some((name, inside)) = path.split_once("/expected/") else { continue };
        if disk::ends_in(inside, "yaml") {
            of_example.entry(name.to_owned()).or_default().insert(inside.to_owned(), text);
        }
    }
    let cases = of_example.into_iter().map(|(name, files)| {
        let setup = setup.clone();
        Case::new(format!("verify/examples/{name}"), move || outcome(&built(&setup, &files)))
    });
    Ok(cases.collect())
}

/// What is wrong with objects that have been built.
pub(crate) fn built(setup: &Setup, objects: &Files) -> Vec<String> {
    // a budget for pods that an operator or a chart brings
    const BROUGHT_BY_OTHERS: &str = "BVL1122";
    let found = setup.compiler.verify(objects).into_iter().filter(|found| found.code != BROUGHT_BY_OTHERS);
    found.map(|it| format!("{}:{}: {} {:?}", it.path, it.line, it.code, it.title)).collect()
}

/// Compares what is claimed of one file with what is found.
pub(crate) fn judge(setup: &Setup, path: &str, text: &str) -> Outcome {
    let claims = annotation::claims(path, text)?;
    let found = setup.compiler.verify(&Files::from([(path.to_owned(), text.to_owned())]));
    outcome(&unmatched(&claims, &found, &|path, line| format!("{path}:{line}")))
}
