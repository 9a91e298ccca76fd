//! Every platform of `tests/fail`, mended twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bvlc::analyze::{Analysis, Inputs, analyze};
use bvlc::diagnostic::Severity;
use bvlc::query::fix::{Choice, fixed_point};
use bvlc::source::files::MemoryFiles;

const ROOT: &str = "platform.bvl";

type Platform = BTreeMap<String, String>;

/// Every platform below a folder: one with a root file, or a file that is one.
fn platforms(folder: &Path, found: &mut Vec<(PathBuf, Platform)>) {
    if folder.join(ROOT).is_file() {
        let mut platform = Platform::new();
        collect(folder, folder, &mut platform);
        found.push((folder.to_owned(), platform));
        return;
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            platforms(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push((path, Platform::from([(ROOT.to_owned(), text)])));
        }
    }
}

fn collect(root: &Path, folder: &Path, platform: &mut Platform) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, platform);
        } else if let Ok(text) = fs::read_to_string(&path) {
            platform.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text);
        }
    }
}

fn memory(platform: &Platform) -> MemoryFiles {
    MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// How many findings there are of each code, and whether some say that something cannot be read.
fn counts(analysis: &Analysis) -> (BTreeMap<&'static str, usize>, bool) {
    let mut counts = BTreeMap::new();
    for finding in analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint) {
        *counts.entry(finding.code.id).or_default() += 1;
    }
    let hides = counts.keys().any(|code| *code < "BVL0300");
    (counts, hides)
}

fn wrong(platform: &Platform, choice: Choice) -> Vec<String> {
    let inputs = Inputs::default();
    let before = analyze(&memory(platform), ROOT, &inputs);
    let fixed = fixed_point(&memory(platform), ROOT, &inputs, choice);
    let mut mended = platform.clone();
    mended.extend(fixed.texts.clone());
    let again = fixed_point(&memory(&mended), ROOT, &inputs, choice);
    let mut wrong = Vec::new();
    if again.n_applied > 0 {
        wrong.push(format!("a second run mends {} more", again.n_applied));
    }
    let ((had, hid), (has, _)) = (counts(&before), counts(&fixed.analysis));
    for (code, n) in has {
        let was = had.get(code).copied().unwrap_or(0);
        if n > was && !hid {
            wrong.push(format!("{n} of {code} where there were {was}"));
        }
    }
    wrong
}

#[test]
fn fixes_mend_and_make_nothing() {
    let mut found = Vec::new();
    platforms(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail"), &mut found);
    assert!(found.len() > 200, "{} platforms", found.len());
    let mut faults = Vec::new();
    for (path, platform) in &found {
        for choice in [Choice::Safe, Choice::Any] {
            let wrong = wrong(platform, choice);
            faults.extend(wrong.into_iter().map(|wrong| format!("{} {choice:?}: {wrong}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{} of {} platforms:\n{}", faults.len(), found.len(), faults.join("\n"));
}
