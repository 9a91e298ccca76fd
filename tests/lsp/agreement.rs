//! What the server says of a platform is what an analysis of its files says, after any edits.

use std::collections::BTreeMap;

use bvlc::analyze::{Inputs, analyze};
use bvlc::diagnostic::Severity;
use bvlc::source::Provenance;
use bvlc::source::files::MemoryFiles;
use serde_json::Value;

use crate::client::{Client, Counts};
use crate::corpus::{Platform, ROOT, platforms};

/// Numbers that look random and are the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    /// A place in a text that the protocol can name.
    pub(crate) fn offset(&mut self, text: &str) -> usize {
        nameable(text, self.below(text.len() + 1))
    }
}

/// The last offset up to this one that the protocol can name: on a character boundary, and not within `\r\n`.
pub(crate) fn nameable(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let is_within = |at: usize| at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n');
    (0..=at).rev().find(|at| text.is_char_boundary(*at) && !is_within(*at)).unwrap()
}

/// What people paste, and what breaks those who count wrongly.
pub(crate) const PASTED: [&str; 12] = [
    "}\n",
    "{",
    "\"",
    "x",
    "\u{1f600}",
    "e\u{301}\u{1f468}\u{200d}\u{1f469}",
    "\r\n",
    "\r",
    "# note\napiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n",
    "resource \"aws_instance\" \"x\" {\n  ami = 1\n}\n",
    "/* ",
    "allow web -> \n",
];

type Findings = BTreeMap<String, Vec<(String, Value)>>;

/// What an analysis says, by file: codes and ranges; of each file that the root uses, directly or not.
fn expected(platform: &Platform, counts: Counts) -> Findings {
    let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, ROOT, &Inputs::default());
    let used = analysis.sources().iter().filter(|(_, file)| file.provenance() == Provenance::User);
    let mut found: Findings = used.map(|(_, file)| (file.path().to_owned(), Vec::new())).collect();
    for finding in &analysis.findings {
        // `bvlc check` shows hints to those who ask for them
        let Some(span) = finding.span().filter(|_| finding.severity != Severity::Hint) else { continue };
        let file = analysis.sources().get(span.file).unwrap();
        if file.provenance() == Provenance::User {
            let range = counts.range(file.text(), span.start as usize, span.end as usize);
            found.entry(file.path().to_owned()).or_default().push((finding.code.id.to_owned(), range));
        }
    }
    found
}

/// What the server says of a file.
fn pulled(client: &mut Client, path: &str) -> Vec<(String, Value)> {
    let items = client.pull(path).into_iter();
    items.map(|item| (item["code"].as_str().unwrap().to_owned(), item["range"].clone())).collect()
}

#[test]
fn every_platform_of_the_corpus_after_edits_that_were_undone() {
    let mut random = Random(1);
    for (number, (name, platform)) in platforms("tests/fail").into_iter().enumerate() {
        let counts = Counts::ALL[number % 3];
        let expected = expected(&platform, counts);
        let mut client = Client::pulling(&platform, counts);
        // the last one that is read
        let path = expected.keys().next_back().unwrap().clone();
        client.open(&path, &platform[&path]);
        let mut done = Vec::new();
        for _ in 0..20 {
            let text = client.text(&path).to_owned();
            let (a, b) = (random.offset(&text), random.offset(&text));
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 40));
            let end = nameable(&text, end).max(start);
            let new = PASTED[random.below(PASTED.len())];
            let after = format!("{}{new}{}", &text[..start], &text[end..]);
            if nameable(&after, start) != start || nameable(&after, start + new.len()) != start + new.len() {
                continue;
            }
            done.push((start, new.len(), text[start..end].to_owned()));
            client.edit(&path, start, end, new);
        }
        for (start, length, old) in done.into_iter().rev() {
            client.edit(&path, start, start + length, &old);
        }
        assert_eq!(client.text(&path), platform[&path]);
        for (path, expected) in expected {
            assert_eq!(pulled(&mut client, &path), expected, "{name}: {path}");
        }
        client.end();
    }
}

#[test]
fn after_every_edit() {
    for (seed, counts) in Counts::ALL.into_iter().enumerate() {
        let mut random = Random(seed as u64 + 7);
        for (name, platform) in platforms("examples") {
            let mut client = Client::pulling(&platform, counts);
            let mut now = platform.clone();
            let paths: Vec<String> = expected(&platform, counts).into_keys().collect();
            for path in &paths {
                client.open(path, &platform[path]);
            }
            for _ in 0..12 {
                let path = &paths[random.below(paths.len())];
                let start = random.offset(client.text(path));
                let end = (start + random.below(12)).min(client.text(path).len());
                let end = nameable(client.text(path), end).max(start);
                client.edit(path, start, end, PASTED[random.below(PASTED.len())]);
                now.insert(path.clone(), client.text(path).to_owned());
                for (path, expected) in expected(&now, counts).into_iter().filter(|(path, _)| paths.contains(path)) {
                    assert_eq!(pulled(&mut client, &path), expected, "{name}: {path}");
                }
            }
            client.end();
        }
    }
}

/// Makes, renames or deletes a file other than the root, open documents along with it, as an editor does.
fn moved(client: &mut Client, now: &mut Platform, random: &mut Random) {
    let others: Vec<String> = now.keys().filter(|path| *path != ROOT).cloned().collect();
    let Some(path) = others.get(random.below(others.len().max(1))) else { return };
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let other = format!("{folder}{}.bvl", ["made", "renamed", "a", "z"][random.below(4)]);
    let text = now[path].clone();
    match random.below(3) {
        _ if now.contains_key(&other) => {}
        0 => {
            client.on_disk(&[(&other, Some(&text))]);
            client.open(&other, &text);
            now.insert(other, text);
        }
        1 => {
            client.on_disk(&[(path, None)]);
            if client.is_open(path) {
                client.close(path);
            }
            now.remove(path);
        }
        _ => {
            if client.is_open(path) {
                client.close(path);
            }
            client.on_disk(&[(path, None), (&other, Some(&text))]);
            client.open(&other, &text);
            now.remove(path);
            now.insert(other, text);
        }
    }
}

#[test]
fn after_files_come_move_and_go() {
    for (seed, counts) in Counts::ALL.into_iter().enumerate() {
        let mut random = Random(seed as u64 + 21);
        for (name, platform) in platforms("examples").into_iter().filter(|(_, platform)| platform.len() > 1) {
            let mut client = Client::pulling(&platform, counts);
            let mut now = platform.clone();
            for _ in 0..8 {
                moved(&mut client, &mut now, &mut random);
                let paths: Vec<String> = now.keys().cloned().collect();
                let path = &paths[random.below(paths.len())];
                if !client.is_open(path) {
                    client.open(path, &now[path]);
                }
                let start = random.offset(client.text(path));
                client.edit(path, start, start, PASTED[random.below(PASTED.len())]);
                now.insert(path.clone(), client.text(path).to_owned());
                for (path, expected) in expected(&now, counts) {
                    assert_eq!(pulled(&mut client, &path), expected, "{name}: {path}");
                }
            }
            client.end();
        }
    }
}

#[test]
fn what_is_pushed_is_what_is_pulled() {
    for (name, platform) in platforms("tests/fail/seed") {
        let expected = expected(&platform, Counts::Utf16);
        let mut client = Client::waiting(&platform);
        let n_files = expected.values().filter(|found| !found.is_empty()).count();
        while client.pushed.values().filter(|params| !params["diagnostics"].as_array().unwrap().is_empty()).count()
            < n_files
        {
            client.receive();
        }
        for (path, expected) in expected.into_iter().filter(|(_, found)| !found.is_empty()) {
            let items = client.pushed[&Client::uri(&path)]["diagnostics"].as_array().unwrap().clone();
            let items = items.iter().map(|item| (item["code"].as_str().unwrap().to_owned(), item["range"].clone()));
            assert_eq!(items.collect::<Vec<_>>(), expected, "{name}: {path}");
        }
        client.end();
    }
}
