//! `tests/cli/*.md`: transcripts of a terminal. Few: each command starts the binary.
//!
//! A page has one folder of its own, empty at first. A fence with `file=PATH` writes a file there; `console in=NAME`
//! starts over from a copy of `examples/NAME`. In a `console` fence `$ bvlc ...` is run; what it prints follows, both
//! streams together, then `[exit N]` unless N is 0. A line `...` stands for any lines. `cat`, `ls` (every file below)
//! and `rm` are known beside `bvlc`, so are `NAME=value` before and `< FILE`, `> FILE` behind a command. A page that calls
//! `git` is left out where there is none.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::difference;
use crate::disk;
use crate::fence::{self, Fence};
use crate::words;

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let pages = disk::tree(&setup.root.join("tests/cli"))?;
    let has_git = Command::new("git").arg("--version").output().is_ok();
    let cases = pages.into_iter().map(|(name, page)| {
        let setup = setup.clone();
        let is_missing = !has_git && page.lines().any(|line| line.starts_with("$ git "));
        let case = Case::new(format!("cli/{name}"), move || judge(&setup, &name, &page));
        if is_missing { case.left_out() } else { case }
    });
    Ok(cases.collect())
}

fn judge(setup: &Setup, name: &str, page: &str) -> Outcome {
    let folder = setup.scratch.join("cli").join(name);
    disk::empty(&folder)?;
    let fences = fence::fences(page)?;
    let mut wrong = Vec::new();
    let mut blessed: Vec<(&Fence, String)> = Vec::new();
    for fence in &fences {
        if let Some(path) = fence.key("file") {
            disk::write(&folder.join(path), &fence.body)?;
        }
        if fence.language != "console" {
            continue;
        }
        if let Some(example) = fence.key("in") {
            disk::empty(&folder)?;
            let mut files = disk::tree(&setup.root.join("examples").join(example))?;
            files.retain(|path, _| !path.starts_with("expected/"));
            disk::write_tree(&folder, &files)?;
        }
        let actual = replay(setup, &folder, fence)?;
        match difference(&fence.body, &actual) {
            None => {}
            Some(_) if setup.bless => blessed.push((fence, actual)),
            Some(diff) => wrong.push(format!("line {}: (BLESS=1 rewrites it)\n{diff}", fence.line)),
        }
    }
    if !blessed.is_empty() {
        disk::write(&setup.root.join("tests/cli").join(name), &fence::replace(page, &blessed))?;
    }
    outcome(&wrong)
}

/// The fence as it would be written today; what a `...` stands for is left out.
fn replay(setup: &Setup, folder: &Path, fence: &Fence) -> Result<String, String> {
    let mut lines = fence.body.lines().peekable();
    let mut actual = String::new();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            return Err(format!("line {}: a transcript begins with `$ `", fence.line));
        };
        let mut expected = Vec::new();
        while let Some(output) = lines.next_if(|line| !line.starts_with("$ ")) {
            expected.push(output);
        }
        let printed = run(setup, folder, command)?;
        let printed: Vec<&str> = printed.lines().collect();
        actual.push_str(line);
        actual.push('\n');
        for line in if matches(&expected, &printed) { expected } else { printed } {
            actual.push_str(line);
            actual.push('\n');
        }
    }
    Ok(actual)
}

/// Whether the lines are as expected, where `...` stands for any number of them.
fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => {
            (0..=printed.len()).any(|skip| printed.get(skip..).is_some_and(|tail| matches(rest, tail)))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, tail)| line == first && matches(rest, tail)),
    }
}

/// A command of a transcript, taken apart.
struct Line {
    variables: Vec<(String, String)>,
    words: Vec<String>,
    stdin: Option<PathBuf>,
    stdout: Option<PathBuf>,
}

fn take_apart(folder: &Path, command: &str) -> Result<Line, String> {
    let mut line = Line { variables: Vec::new(), words: Vec::new(), stdin: None, stdout: None };
    let mut words = words::split(command)?.into_iter();
    while let Some(word) = words.next() {
        let variable =
            word.split_once('=').filter(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        match (word.as_str(), variable) {
            ("<", _) => line.stdin = Some(folder.join(words.next().ok_or("`<` names a file")?)),
            (">", _) => line.stdout = Some(folder.join(words.next().ok_or("`>` names a file")?)),
            (_, Some((name, value))) if line.words.is_empty() => {
                line.variables.push((name.to_owned(), value.to_owned()));
            }
            _ => line.words.push(word),
        }
    }
    Ok(line)
}

/// What a command prints, with `[exit N]` where N is not 0.
fn run(setup: &Setup, folder: &Path, command: &str) -> Result<String, String> {
    let line = take_apart(folder, command)?;
    let (program, arguments) = line.words.split_first().ok_or("the command is empty")?;
    match program.as_str() {
        "bvlc" => start(&setup.binary, folder, &line, arguments),
        "git" => start(Path::new("git"), folder, &line, arguments),
        "cat" => arguments.iter().map(|path| disk::read(&folder.join(path))).collect(),
        "ls" => {
            let below = arguments.first().map_or_else(|| folder.to_owned(), |path| folder.join(path));
            Ok(disk::tree(&below)?.keys().flat_map(|path| [path.as_str(), "\n"]).collect())
        }
        "rm" => {
            for path in arguments {
                fs::remove_file(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
            }
            Ok(String::new())
        }
        other => Err(format!("transcripts know bvlc, git, cat, ls and rm, not `{other}`")),
    }
}

fn start(binary: &Path, folder: &Path, line: &Line, arguments: &[String]) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", binary.display());
    // one file takes both streams, so that their order is the terminal's
    let screen = folder.with_extension("screen");
    let both = File::create(&screen).map_err(failed)?;
    let stdout = match &line.stdout {
        Some(path) => File::create(path).map_err(failed)?,
        None => both.try_clone().map_err(failed)?,
    };
    let stdin = match &line.stdin {
        Some(path) => Stdio::from(File::open(path).map_err(failed)?),
        None => Stdio::null(),
    };
    let status = Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        // the repository that the tests stand in is no page's
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder))
        .envs(line.variables.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .stdout(stdout)
        .stderr(both)
        .status()
        .map_err(failed)?;
    let mut printed = String::new();
    File::open(&screen).and_then(|mut file| file.read_to_string(&mut printed)).map_err(failed)?;
    let mut printed = printed.replace(&folder.display().to_string(), "[FOLDER]");
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    match status.code() {
        Some(0) => {}
        Some(code) => return Ok(format!("{printed}[exit {code}]\n")),
        None => return Ok(format!("{printed}[killed]\n")),
    }
    Ok(printed)
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    vec![Case::new("harness/console/elision", || {
        for (expected, printed, fit) in [
            (["a", "..."].as_slice(), ["a", "b", "c"].as_slice(), true),
            (&["a", "..."], &["a"], true),
            (&["...", "c"], &["a", "c", "b", "c"], true),
            (&["...", "c"], &["a", "b"], false),
            (&["a"], &["a", "b"], false),
            (&[], &[], true),
        ] {
            if matches(expected, printed) != fit {
                return Err(format!("{expected:?} {printed:?}"));
            }
        }
        Ok(())
    })]
}
