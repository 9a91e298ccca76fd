//! `tests/spec/*.md`, and every page that people read: README.md and docs/.
//!
//! A `bvl` fence is a platform (or lines for a prelude, `in=`), a `bvl file=PATH` behind it one more file of it. In
//! `tests/spec` the fences `yaml emits` and `text diagnostics` behind it say what comes out.

use std::path::Path;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::difference;
use crate::compiler::Files;
use crate::disk;
use crate::example::Example;
use crate::fence::{self, Fence};
use crate::reference;

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let mut pages = Vec::new();
    for folder in ["tests/spec", "docs"] {
        let found = disk::tree(&setup.root.join(folder))?;
        let found = found.into_keys().filter(|path| disk::ends_in(path, "md")).map(|path| format!("{folder}/{path}"));
        // what is generated is tried where it comes from
        pages.extend(found.filter(|path| !reference::FOLDERS.iter().any(|folder| path.starts_with(folder))));
    }
    if setup.root.join("README.md").is_file() {
        pages.push("README.md".to_owned());
    }
    let cases = pages.into_iter().map(|page| {
        let (setup, path) = (setup.clone(), setup.root.join(&page));
        Case::new(page.trim_start_matches("tests/"), move || judge(&setup, &path))
    });
    Ok(cases.collect())
}

/// A platform and the fences that say what comes of it.
struct Section<'a> {
    example: Example,
    outputs: Vec<&'a Fence>,
}

fn sections<'a>(setup: &Setup, fences: &'a [Fence]) -> Result<Vec<Section<'a>>, String> {
    let mut found: Vec<Section<'_>> = Vec::new();
    for fence in fences {
        let output = matches!(fence.language.as_str(), "yaml" if fence.has("emits"))
            || matches!(fence.language.as_str(), "text" if fence.has("diagnostics"));
        match (fence.language.as_str(), fence.key("file")) {
            ("bvl", None) => found.push(Section { example: Example::new(setup, fence)?, outputs: Vec::new() }),
            ("bvl", Some(path)) => last(&mut found, fence)?.example.add(path, fence),
            _ if output => last(&mut found, fence)?.outputs.push(fence),
            _ => {}
        }
    }
    Ok(found)
}

fn last<'a, 'b>(found: &'b mut [Section<'a>], fence: &Fence) -> Result<&'b mut Section<'a>, String> {
    found.last_mut().ok_or_else(|| format!("line {}: no `bvl` fence stands before it", fence.line - 1))
}

fn judge(setup: &Setup, path: &Path) -> Outcome {
    let page = disk::read(path)?;
    let fences = fence::fences(&page)?;
    let mut wrong = Vec::new();
    let mut blessed: Vec<(&Fence, String)> = Vec::new();
    for section in sections(setup, &fences)? {
        wrong.extend(section.example.differences(setup)?);
        for output in section.outputs {
            match actual(setup, &section.example, output) {
                Ok(None) => {}
                Ok(Some(text)) if setup.bless => blessed.push((output, text)),
                Ok(Some(text)) => {
                    let diff = difference(&output.body, &text).unwrap_or_default();
                    wrong.push(format!("line {}: (BLESS=1 rewrites it)\n{diff}", output.line));
                }
                Err(why) => wrong.push(format!("line {}: {why}", output.line)),
            }
        }
    }
    if !blessed.is_empty() {
        disk::write(path, &fence::replace(&page, &blessed))?;
    }
    outcome(&wrong)
}

/// What an output fence ought to hold, where that differs from what it holds.
fn actual(setup: &Setup, example: &Example, fence: &Fence) -> Result<Option<String>, String> {
    let text = if fence.language == "text" {
        setup.compiler.render(&example.files)
    } else {
        let built = setup.compiler.build(&example.files, &example.arguments)?;
        match fence.key("file") {
            Some(path) => built.get(path).cloned().ok_or_else(|| not_built(path, &built))?,
            None if built.values().any(|text| has_excerpt(text, &fence.body)) => return Ok(None),
            None => return Err(format!("no object holds these lines; give the fence a file= of {}", names(&built))),
        }
    };
    Ok((text != fence.body).then_some(text))
}

fn not_built(path: &str, built: &Files) -> String {
    format!("{path} is not built, but {}", names(built))
}

fn names(built: &Files) -> String {
    built.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether the lines stand in the text one after the other, at any depth.
fn has_excerpt(text: &str, excerpt: &str) -> bool {
    let wanted: Vec<&str> = excerpt.lines().collect();
    let lines: Vec<&str> = text.lines().collect();
    let Some(first) = wanted.first() else { return false };
    lines.windows(wanted.len()).any(|window| {
        let depth = window.first().and_then(|line| line.strip_suffix(first));
        let indent = depth.filter(|depth| depth.trim().is_empty());
        indent.is_some_and(|indent| {
            window.iter().zip(&wanted).all(|(line, wanted)| line.strip_prefix(indent) == Some(wanted))
        })
    })
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    vec![Case::new("harness/literate/excerpts", || {
        let text = "a:\n  b: 1\n  c:\n    d: 2\ne: 3\n";
        for (excerpt, expected) in [
            ("b: 1\nc:\n  d: 2\n", true),
            ("  b: 1\n  c:\n", true),
            ("e: 3\n", true),
            ("b: 1\nd: 2\n", false),
            ("c:\nd: 2\n", false),
            ("1\n", false),
            ("", false),
        ] {
            if has_excerpt(text, excerpt) != expected {
                return Err(format!("{excerpt:?}"));
            }
        }
        Ok(())
    })]
}
