//! Every module of the standard library by its own examples: each is clean, builds, is proven, and nothing is wrong with what it
//! builds; and each class is in one of them.

use crate::case::{Case, Outcome, Setup, outcome};
use crate::example::Example;
use crate::fence::{self, Fence};
use crate::verify;
use crate::{compiler::Files, disk};

/// One trial for each module.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let modules = disk::tree(&setup.root.join("stdlib"))?.into_iter().filter(|(path, _)| disk::ends_in(path, "bvl"));
    let cases = modules.map(|(path, text)| {
        let setup = setup.clone();
        Case::new(format!("modules/{path}"), move || judge(&setup, path.trim_end_matches(".bvl"), &text))
    });
    Ok(cases.collect())
}

fn judge(setup: &Setup, module: &str, text: &str) -> Outcome {
    // with as many lines as the module, so that a line of an example is one of the module
    let page: Vec<&str> = text.lines().map(documentation).collect();
    let mut wrong = Vec::new();
    let mut shown = String::new();
    for fence in fence::fences(&page.join("\n"))?.iter().filter(|fence| fence.language == "bvl") {
        wrong.extend(differences(setup, fence)?);
        shown.push_str(&fence.body);
    }
    for class in text.lines().filter_map(|line| line.strip_prefix("class ")) {
        let name = format!("{module}.{}", class.split([' ', '(', '{']).next().unwrap_or_default());
        let is_used = |line: &str| line.split([' ', ',', '(']).any(|word| word == name);
        if !shown.lines().any(is_used) {
            wrong.push(format!("no example of the module is of the class {name}"));
        }
    }
    outcome(&wrong)
}

fn documentation(line: &str) -> &str {
    line.strip_prefix("///").map(|text| text.strip_prefix(' ').unwrap_or(text)).unwrap_or_default()
}

fn differences(setup: &Setup, fence: &Fence) -> Result<Vec<String>, String> {
    let example = Example::new(setup, fence)?;
    let mut wrong = example.differences(setup)?;
    if wrong.is_empty() {
        let built = setup.compiler.build(&example.files, &example.arguments);
        let built = built.map_err(|why| format!("line {}: {why}", fence.line))?;
        let objects: Files = built.into_iter().filter(|(path, _)| !path.contains("/values/")).collect();
        wrong.extend(verify::built(setup, &objects));
    }
    Ok(wrong)
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    vec![Case::new("harness/modules/documentation", || {
        for (line, expected) in
            [("/// ```bvl", "```bvl"), ("///", ""), ("// a", ""), ("class a {", ""), ("///   b", "  b")]
        {
            if documentation(line) != expected {
                return Err(format!("{line:?}"));
            }
        }
        Ok(())
    })]
}
