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
                if !outside && let Some(why) = broken_link(pages, page, link) {
                    broken.push(format!("{}:{number}: ({link}) {why}", page.path));
                }
            }
        }
    }
    hold("Links in Markdown lead to files and headings that exist:", &broken);
}

/// What of a line links to a branch of a forge: it says today what it did not say when it was read.
fn moving_links(line: &str) -> Vec<&str> {
    const BRANCHES: [&str; 4] = ["master", "main", "HEAD", "develop"];
    let link = |rest: &str| -> usize {
        rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '"' | '>' | '`')).unwrap_or(rest.len())
    };
    line.match_indices("https://")
        .filter_map(|(at, _)| line.get(at..))
        .filter_map(|rest| rest.get(..link(rest)))
        .filter(|link| {
            let mut parts = link.split('/').skip(2);
            let host = parts.next().unwrap_or_default();
            let parts: Vec<&str> = parts.collect();
            // OWNER/REPOSITORY/blob/REF/.., in a raw host without `blob`
            let behind = parts.iter().position(|part| ["blob", "tree", "raw", "edit", "blame"].contains(part));
            let at = behind.map(|at| at + 1).or((host == "raw.githubusercontent.com").then_some(2));
            at.and_then(|at| parts.get(at)).is_some_and(|branch| BRANCHES.contains(branch))
        })
        .collect()
}

#[test]
fn sources_are_linked_at_a_version() {
    let mut broken = Vec::new();
    for file in files() {
        for (line, text) in file.text.lines().enumerate() {
            let found = moving_links(text).into_iter();
            broken.extend(found.map(|link| format!("{}:{}: {link}", file.path, line + 1)));
        }
    }
    hold("Link the version, or the commit, that was read; a branch says something else tomorrow:", &broken);
}

#[test]
fn knows_links_that_move() {
    let [moving, raw] =
        [["https://github.com/a/b/blob/", "main", "/c.md"], ["https://raw.githubusercontent.com/a/b/", "master", "/c"]]
            .map(|parts| parts.concat());
    for (line, expected) in [
        (format!("[c]({moving}), and more"), vec![moving.as_str()]),
        (format!("\"{raw}\""), vec![raw.as_str()]),
        ("[c](https://github.com/a/b/blob/v1.2.3/main/c.md)".to_owned(), vec![]),
        ("https://raw.githubusercontent.com/a/main/v1/c".to_owned(), vec![]),
    ] {
        assert_eq!(moving_links(&line), expected, "{line}");
    }
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

/// What README.md shows that a command prints is what a transcript has, whole and in order; its first spec is the one that the
/// transcript is of.
#[test]
fn the_readme_shows_what_is_printed() {
    let all = files();
    let text = |path: &str| all.iter().find(|file| file.path == path).map(|file| file.text.as_str()).unwrap();
    let readme = text("README.md");
    let fences = |mark| readme.split(mark).skip(1).filter_map(|rest| rest.split("```").next());
    let shown: Vec<&str> = fences("```text\n").collect();
    let consoles: Vec<&str> = all
        .iter()
        .filter(|file| file.path.starts_with("tests/cli/"))
        .flat_map(|file| file.text.split("```console").skip(1))
        .filter_map(|rest| rest.split("```").next())
        .collect();
    let is_printed = |block: &str| {
        let block = format!("\n{block}");
        consoles.iter().any(|console| console.contains(&block))
    };
    let mut broken: Vec<String> = shown
        .iter()
        .filter(|block| !is_printed(block))
        .map(|block| format!("README.md: what begins with `{}` is in no transcript", block.lines().next().unwrap()))
        .collect();
    let spec = fences("```bvl\n").next().unwrap();
    if !text("tests/cli/readme.md").contains(&format!("```bvl file=platform.bvl\n{spec}```")) {
        broken.push("README.md: its first spec is not that of tests/cli/readme.md".to_owned());
    }
    for (command, first) in [
        ("build", "built bitvault"),
        ("explain flow", "web -> dns in prod: yes"),
        ("diff", "traffic newly allowed"),
        ("verify", "error[BVL1133]"),
        ("verify --only connectivity", "rendered/shop.yaml"),
    ] {
        let n = shown.iter().filter(|block| block.starts_with(first)).count();
        assert_eq!(n, 1, "README.md shows once what `{command}` prints, beginning with `{first}`");
    }
    hold("Run the command and show what it prints:", &broken);
}
