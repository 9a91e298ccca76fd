//! `editors/session`: what every editor goes through by its own menus, gone through without one, so that a change of the
//! compiler or of the example shows here first.

use std::collections::BTreeSet;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compiler::{Choice, Files, Weight};
use crate::disk;

/// Where the session is described.
const FOLDER: &str = "editors/session";

/// The platform that is opened.
const PLATFORM: &str = "examples/bitvault";

/// What is built in the end, as `session judge` does.
const BUILT: [&str; 4] = ["--set", "version=1.4.2", "--env", "prod"];

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Vec<Case> {
    let setup = setup.clone();
    vec![Case::new(FOLDER, move || judge(&setup))]
}

fn judge(setup: &Setup) -> Outcome {
    let here = setup.root.join(FOLDER);
    let platform = disk::tree(&setup.root.join(PLATFORM))?;
    let mut files: Files = platform.iter().filter(|(path, _)| disk::ends_in(path, "bvl")).map(owned).collect();
    for (path, text) in disk::tree(&here.join("typed"))? {
        files.entry(path).or_default().push_str(&text);
    }

    // FILE:LINE CODE the title of the fix that is taken
    let listed = disk::read(&here.join("findings.txt"))?;
    let listed: BTreeSet<String> =
        listed.lines().map(|line| line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let found: BTreeSet<String> = counted(setup, &files).into_iter().collect();
    let lost = listed.difference(&found).map(|line| format!("findings.txt lists what is not found: {line}"));
    let new = found.difference(&listed).map(|line| format!("findings.txt does not list: {line}"));
    outcome(&lost.chain(new).collect::<Vec<_>>())?;

    // the fix that is taken is always the first of its finding
    for _ in &listed {
        files = setup.compiler.fix(&files, Choice::Nth(1)).ok_or("a finding has no fix")?;
    }
    outcome(&counted(setup, &files))?;

    let built = setup.compiler.build(&files, &BUILT.map(str::to_owned))?;
    let expected = platform.iter().filter_map(|(path, text)| Some((path.strip_prefix("expected/")?.to_owned(), text)));
    let same: Files = expected.map(|(path, text)| (path, text.clone())).collect();
    let lost = same.keys().filter(|path| path.starts_with("prod/") && !built.contains_key(*path));
    outcome(&lost.map(|path| format!("{path} is not built any more")).collect::<Vec<_>>())?;
    let other = built.iter().filter(|(path, text)| same.get(*path) != Some(text)).map(owned).collect();
    disk::expect_tree(&here.join("expected"), &other, setup.bless)
}

fn owned((path, text): (&String, &String)) -> (String, String) {
    (path.clone(), text.clone())
}

/// What is found, as `findings.txt` begins its lines.
fn counted(setup: &Setup, files: &Files) -> Vec<String> {
    let found = setup.compiler.diagnose(files).into_iter().filter(|found| found.weight == Weight::Counted);
    found.map(|found| format!("{}:{} {}", found.path, found.line, found.code)).collect()
}
