//! What is said of an example of which one mark is left out: a quote, brace, bracket, comma or arrow.
//!
//! Invariant: one mistake is one finding, whatever the mark was for.

use std::path::Path;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compiler::{Files, Weight};
use crate::disk;

/// The platforms to try it on, and of how many of their marks one is left out.
const PLATFORMS: [(&str, usize); 3] = [("hello", 1), ("bitvault", 1), ("shop", 3)];

/// What is left out one at a time.
const MARKS: [char; 9] = ['{', '}', '(', ')', '[', ']', '"', ',', ';'];

/// A trial for each file.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (platform, step) in PLATFORMS {
        let mut files = disk::tree(&setup.root.join("examples").join(platform))?;
        files.retain(|path, _| Path::new(path).extension().is_some_and(|extension| extension == "bvl"));
        for path in files.keys() {
            let (setup, files, path) = (setup.clone(), files.clone(), path.clone());
            let name = format!("{platform}/{path}");
            cases.push(Case::new(format!("marks/{name}"), move || judge(&setup, &files, &path, step)));
        }
    }
    Ok(cases)
}

fn judge(setup: &Setup, files: &Files, path: &str, step: usize) -> Outcome {
    let text = files.get(path).ok_or("the file is gone")?;
    let mut wrong = Vec::new();
    for at in marks(text).into_iter().step_by(step) {
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let mut files = files.clone();
        files.insert(path.to_owned(), format!("{before}{behind}"));
        let found = setup.compiler.diagnose(&files);
        let found: Vec<_> = found.iter().filter(|found| found.weight == Weight::Counted).collect();
        let mark = text.get(at..=at).unwrap_or_default();
        let line = format!(
            "{}⟦{mark}⟧{}",
            before.rsplit('\n').next().unwrap_or_default().trim_start(),
            behind.lines().next().unwrap_or_default()
        );
        if found.len() != 1 {
            let titles: Vec<String> =
                found.iter().map(|found| format!("\n    {} {}", found.code, found.title)).collect();
            wrong.push(format!("{} findings of `{line}`{}", found.len(), titles.concat()));
        }
    }
    outcome(&wrong)
}

/// The places of the marks outside of strings and comments, and of the quotes.
fn marks(text: &str) -> Vec<usize> {
    let mut marks = Vec::new();
    let (mut in_string, mut in_comment) = (false, false);
    for (at, c) in text.char_indices() {
        let begins_comment = !in_string && text.get(at..).is_some_and(|rest| rest.starts_with("//"));
        in_comment = c != '\n' && (in_comment || begins_comment);
        if in_comment {
            continue;
        }
        in_string ^= c == '"';
        let is_arrow = c == '-' && text.get(at..).is_some_and(|rest| rest.starts_with("->"));
        if c == '"' || !in_string && (MARKS.contains(&c) || is_arrow || c == '>') {
            marks.push(at);
        }
    }
    marks
}
