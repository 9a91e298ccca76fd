//! A platform written in a fence: whole, or a few lines set into a prelude; more fences may give it more files.

use crate::annotation::{self, Claim};
use crate::case::Setup;
use crate::compare;
use crate::compiler::{Files, Found, Weight};
use crate::disk;
use crate::fence::Fence;

/// The root file of every platform.
pub(crate) const ROOT: &str = "platform.bvl";

/// What an example speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    /// A whole platform.
    #[default]
    Platform,
    /// The syntax of a few statements, which need not make a platform.
    Syntax,
}

/// The line of a prelude that a fence's lines replace.
const HERE: &str = "// HERE";

/// A platform from one page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Example {
    /// Its files, annotations included.
    pub(crate) files: Files,
    /// Arguments for building it.
    pub(crate) arguments: Vec<String>,
    /// Where the page's lines stand in a file: path, the file's line before the first, how many, the page's line.
    places: Vec<(String, usize, usize, usize)>,
    /// What it speaks of.
    part: Part,
}

impl Example {
    /// The platform that begins with this fence.
    pub(crate) fn new(setup: &Setup, fence: &Fence) -> Result<Self, String> {
        let mut example = Self::default();
        for value in fence.all("set") {
            example.arguments.extend(["--set".to_owned(), value.to_owned()]);
        }
        for value in fence.all("env") {
            example.arguments.extend(["--env".to_owned(), value.to_owned()]);
        }
        let path = fence.key("file").unwrap_or(ROOT);
        let (text, before) = match fence.key("in") {
            None => (fence.body.clone(), 0),
            Some("syntax") => {
                example.part = Part::Syntax;
                (fence.body.clone(), 0)
            }
            Some(name) => {
                let prelude = disk::read(&setup.root.join("tests/prelude").join(format!("{name}.bvl")))?;
                set_in(&prelude, &fence.body).ok_or_else(|| format!("tests/prelude/{name}.bvl has no line `{HERE}`"))?
            }
        };
        example.put(path, text, before, fence);
        Ok(example)
    }

    /// Adds the file of a further fence.
    pub(crate) fn add(&mut self, path: &str, fence: &Fence) {
        self.put(path, fence.body.clone(), 0, fence);
    }

    fn put(&mut self, path: &str, text: String, before: usize, fence: &Fence) {
        self.places.push((path.to_owned(), before, fence.body.lines().count(), fence.line));
        self.files.insert(path.to_owned(), text);
    }

    /// A line of a file as the page's reader knows it.
    pub(crate) fn place(&self, path: &str, line: usize) -> String {
        let known = self
            .places
            .iter()
            .find(|(file, before, count, _)| file == path && line > *before && line <= before + count);
        match known {
            Some((_, before, _, first)) => format!("line {}", first + line - before - 1),
            None => format!("{path}:{line} around the fence"),
        }
    }

    /// The annotations of all its files.
    pub(crate) fn claims(&self) -> Result<Vec<Claim>, String> {
        claims(&self.files)
    }

    /// The files without annotations.
    pub(crate) fn stripped(&self) -> Files {
        self.files.iter().map(|(path, text)| (path.clone(), annotation::strip(text))).collect()
    }

    /// Where annotations and findings differ.
    pub(crate) fn differences(&self, setup: &Setup) -> Result<Vec<String>, String> {
        let found = self.found(setup);
        Ok(compare::unmatched(&self.claims()?, &found, &|path, line| self.place(path, line)))
    }

    /// What the compiler finds, as far as the example speaks of it.
    fn found(&self, setup: &Setup) -> Vec<Found> {
        let mut found = setup.compiler.diagnose(&self.files);
        if self.part == Part::Syntax {
            found.retain(|found| found.code.starts_with("BVL01"));
        }
        found
    }

    /// What is found in a platform that must be clean: errors, warnings, and hints of this code.
    pub(crate) fn dirt(&self, setup: &Setup, code: &str) -> Vec<String> {
        let counts = |found: &Found| found.weight == Weight::Counted || found.code == code;
        let found = self.found(setup).into_iter().filter(counts);
        found
            .map(|found| format!("{}: {} {:?}", self.place(&found.path, found.line), found.code, found.title))
            .collect()
    }
}

/// The annotations of all `.bvl` files.
pub(crate) fn claims(files: &Files) -> Result<Vec<Claim>, String> {
    let mut found = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| disk::ends_in(path, "bvl")) {
        found.extend(annotation::claims(path, text)?);
    }
    Ok(found)
}

/// The prelude with the lines in their place, and how many lines stand before them.
pub(crate) fn set_in(prelude: &str, lines: &str) -> Option<(String, usize)> {
    let before = prelude.lines().position(|line| line.trim() == HERE)?;
    let mut text = String::new();
    for (index, line) in prelude.lines().enumerate() {
        if index == before {
            text.push_str(lines);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    Some((text, before))
}
