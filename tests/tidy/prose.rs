//! What is written for people: finished, and pointing at what exists.

use std::collections::BTreeMap;

use crate::repository::{File, exists, extension, files, hold};

/// Marks of unfinished work, spelled apart so that this file holds none.
const UNFINISHED: [&str; 5] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("for ", "now"), concat!("todo", "!")];

fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, found)| {
        let (before, rest) = line.split_at(at);
        let before = before.chars().next_back();
        let after = rest.split_at(found.len()).1.chars().next();
        !before.is_some_and(is_letter) && (!found.ends_with(is_letter) || !after.is_some_and(is_letter))
    })
}

#[test]
fn nothing_is_unfinished() {
    let mut broken = Vec::new();
    for file in files() {
        if file.path == "Cargo.lock" {
            continue;
        }
        for (line, text) in file.text.lines().enumerate() {
            if let Some(word) = UNFINISHED.iter().find(|word| has_word(text, word)) {
                broken.push(format!("{}:{}: `{word}`", file.path, line + 1));
            }
        }
    }
    hold("Finish it, or open an issue and leave no mark:", &broken);
}

/// The lines outside fences, with their numbers.
fn prose_lines(text: &str) -> Vec<(usize, &str)> {
    let mut fence: Option<&str> = None;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let ticks = start.split_at(start.len() - start.trim_start_matches('`').len()).0;
        match fence {
            Some(open) if ticks.len() >= open.len() && start.trim_end() == ticks => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(_) => {}
            None => found.push((number + 1, line)),
        }
    }
    found
}

/// The targets of `[text](target)` in a line, code spans left out.
fn links(line: &str) -> Vec<&str> {
    line.split('`')
        .step_by(2)
        .flat_map(|text| text.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next())
        .collect()
}

/// The anchors of a page's headings, as the forges make them.
fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (_, line) in prose_lines(text).into_iter().filter(|(_, line)| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let anchor: String = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let n = times.entry(anchor.clone()).or_default();
        found.push(if *n == 0 { anchor } else { format!("{anchor}-{n}") });
        *n += 1;
    }
    found
}

/// `docs/a.md` and `../x.md` make `x.md`; `None` outside the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn broken_link(pages: &[File], page: &File, link: &str) -> Option<String> {
    let (target, anchor) = link.split_once('#').map_or((link, None), |(target, anchor)| (target, Some(anchor)));
    let path = if target.is_empty() { Some(page.path.clone()) } else { resolve(&page.path, target) };
    let Some(path) = path.filter(|path| exists(path)) else { return Some("no such file".to_owned()) };
    let (Some(anchor), Some(other)) = (anchor, pages.iter().find(|file| file.path == path)) else { return None };
    let known = extension(&path) != "md" || anchors(&other.text).iter().any(|known| known == anchor);
    (!known).then(|| format!("{path} has no heading `#{anchor}`"))
}

#[test]
fn links_lead_somewhere() {
    let pages = files();
    let mut broken = Vec::new();
    for page in pages.iter().filter(|file| extension(&file.path) == "md") {
        for (number, line) in prose_lines(&page.text) {
            for link in links(line) {
                let outside = ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
                if !outside && let Some(why) = broken_link(&pages, page, link) {
                    broken.push(format!("{}:{number}: ({link}) {why}", page.path));
                }
            }
        }
    }
    hold("Links in Markdown lead to files and headings that exist:", &broken);
}

#[test]
fn every_manifest_takes_the_lints() {
    let mut broken = Vec::new();
    for file in files().iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let wanted: &[&str] = if file.path == "Cargo.toml" {
            &[
                "unsafe_code = \"forbid\"",
                "missing_docs = \"warn\"",
                "pedantic = { level = \"warn\"",
                "unwrap_used = \"deny\"",
            ]
        } else {
            &["[lints"]
        };
        let missing = wanted.iter().filter(|line| !file.text.contains(**line));
        broken.extend(missing.map(|line| format!("{}: `{line}` is missing", file.path)));
    }
    hold("The lint set of the house holds in every package of the repository:", &broken);
}

#[test]
fn reads_markdown() {
    let page = "# A page, `x`\n[a](b.md#c) and `[no](no.md)`\n```md\n[no](no.md)\n```\n## A page, `x`\n";
    let found: Vec<&str> = prose_lines(page).into_iter().flat_map(|(_, line)| links(line)).collect();
    assert_eq!(found, ["b.md#c"]);
    assert_eq!(anchors(page), ["a-page-x", "a-page-x-1"]);
    assert_eq!(resolve("docs/a/b.md", "../c.md").as_deref(), Some("docs/c.md"));
    assert_eq!(resolve("a.md", "../c.md"), None);
    let (now, later) = (UNFINISHED[3], UNFINISHED[0]);
    for (line, expected) in [
        (format!("say it {now}, then"), true),
        (format!("nothing {now}here"), false),
        (format!("ME{later}S"), false),
        (format!("// {later}: more"), true),
    ] {
        assert_eq!(UNFINISHED.iter().any(|word| has_word(&line, word)), expected, "{line}");
    }
}

/// What README.md says that `verify` finds is what a transcript of it has.
#[test]
fn the_readme_shows_what_verify_finds() {
    let all = files();
    let text = |path: &str| all.iter().find(|file| file.path == path).map(|file| file.text.as_str()).unwrap();
    let transcripts = ["tests/cli/verify.md", "tests/cli/connectivity.md"].map(text);
    let section = text("README.md").split("\n## Manifests of others\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<&str> = blocks.flat_map(str::lines).collect();
    let is_printed = |line: &&str| transcripts.iter().any(|page| page.lines().any(|printed| printed == *line));
    let missing = lines.iter().filter(|line| !is_printed(line));
    let broken: Vec<String> =
        missing.map(|line| format!("README.md: `{line}` is in no transcript of `verify`")).collect();
    assert!(lines.len() > 1, "README.md no longer shows what `verify` finds");
    hold("Run the command and show what it prints:", &broken);
}

/// What README.md says that the first command prints is what the transcript of that command has.
#[test]
fn the_readme_shows_what_is_printed() {
    let all = files();
    let text = |path: &str| all.iter().find(|file| file.path == path).map(|file| file.text.as_str()).unwrap();
    let transcript = text("tests/cli/bitvault.md");
    let mut blocks = text("README.md").split("```text\n").skip(1);
    let block = blocks.next().unwrap().split("```").next().unwrap();
    let missing = block.lines().filter(|line| !transcript.lines().any(|printed| printed == *line));
    let mut broken: Vec<String> =
        missing.map(|line| format!("README.md: `{line}` is not in tests/cli/bitvault.md")).collect();
    let (page, changed) = ("tests/cli/diff.md", text("tests/cli/diff.md"));
    let shown = text("README.md").split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown = shown.filter(|block| block.starts_with("traffic newly")).collect::<Vec<_>>();
    assert_eq!(shown.len(), 1, "README.md shows what `diff` prints once");
    let missing = shown.iter().flat_map(|block| block.lines()).filter(|line| !changed.lines().any(|own| own == *line));
    broken.extend(missing.map(|line| format!("README.md: `{line}` is not in {page}")));
    assert!(block.contains("built bitvault"), "the first text block of README.md is no longer what `build` prints");
    hold("Run the command and show what it prints:", &broken);
}
