//! Codes: unique, named after their file, shown by a test.

use std::collections::BTreeMap;

use crate::repository::{RustFile, extension, files, hold, rust_files};
use crate::rust::{Token, without_tests};

/// A `code!` or `check!` as it stands in a file.
pub(crate) struct Declared {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) severity: String,
    is_check: bool,
    pub(crate) path: String,
    pub(crate) line: usize,
    /// The text of the declaration, doc comments included.
    text: String,
}

fn declared(file: &RustFile) -> Vec<Declared> {
    let tokens = without_tests(&file.tokens);
    let mut found = Vec::new();
    for (i, window) in tokens.windows(5).enumerate() {
        let [name, bang, brace, id, comma] = window else { continue };
        let is_macro = ["code", "check"].contains(&name.text.as_str()) && bang.text == "!" && brace.text == "{";
        if !is_macro || comma.text != "," || !id.text.starts_with("BVL") {
            continue;
        }
        let slug = tokens.get(i + 5).map(|token| token.text.trim_matches('"').to_owned()).unwrap_or_default();
        let severity = tokens.get(i + 7).map(|token| token.text.clone()).unwrap_or_default();
        let last = closing_line(&tokens[i + 2..]);
        let text: Vec<&str> = file.text.lines().take(last).skip(name.line - 1).collect();
        found.push(Declared {
            id: id.text.clone(),
            slug,
            severity,
            is_check: name.text == "check",
            path: file.path.to_owned(),
            line: name.line,
            text: text.join("\n"),
        });
    }
    found
}

fn closing_line(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for token in tokens {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return token.line;
        }
    }
    usize::MAX
}

/// Every code of the source.
pub(crate) fn all() -> Vec<Declared> {
    rust_files("src/").into_iter().flat_map(declared).collect()
}

#[test]
fn codes_have_one_meaning() {
    let mut broken = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for code in all() {
        let place = format!("{}:{}", code.path, code.line);
        let digits = code.id.trim_start_matches("BVL");
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            broken.push(format!("{place}: {} is not BVL and four digits", code.id));
        }
        if !code.slug.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric())) {
            broken.push(format!("{place}: the slug `{}` is not words joined by `-`", code.slug));
        }
        for name in [code.id, code.slug] {
            if let Some(other) = seen.insert(name.clone(), place.clone()) {
                broken.push(format!("{place}: `{name}` is taken by {other}"));
            }
        }
    }
    hold("A code and its slug mean one thing for ever; take the next free number:", &broken);
}

#[test]
fn a_check_is_named_after_its_file() {
    let broken: Vec<String> = all()
        .into_iter()
        .filter(|code| code.is_check && !code.path.ends_with(&format!("/{}.rs", code.slug.replace('-', "_"))))
        .map(|code| {
            format!("{}:{}: `{}` belongs into {}.rs", code.path, code.line, code.slug, code.slug.replace('-', "_"))
        })
        .collect();
    hold("Slug and file name of a check are the same words:", &broken);
}

/// Whether an annotation of this text names the code.
fn annotates(text: &str, id: &str) -> bool {
    let claim =
        |line: &'_ str| line.split_once("//~").or_else(|| line.split_once("#~")).map(|(_, claim)| claim.to_owned());
    text.lines().filter_map(claim).any(|claim| claim.contains(id))
}

#[test]
fn every_code_is_shown_by_a_test() {
    let tests: Vec<_> =
        files().iter().filter(|file| file.path.starts_with("tests/") && file.path != "tests/README.md").collect();
    let sources = rust_files("src/");
    let broken: Vec<String> = all()
        .into_iter()
        .filter(|code| !annotates(&code.text, &code.id))
        .filter(|code| {
            !tests.iter().any(|file| match extension(&file.path) {
                "bvl" | "yaml" => annotates(&file.text, &code.id),
                "md" | "rs" => file.text.contains(&code.id),
                _ => false,
            })
        })
        .filter(|code| {
            let in_test = |file: &&RustFile| {
                let is = |token: &&Token| token.text == code.id || token.text == format!("\"{}\"", code.id);
                file.tokens.iter().filter(is).count() > without_tests(&file.tokens).iter().filter(is).count()
            };
            !sources.iter().any(in_test)
        })
        .map(|code| format!("{}:{}: {} ({})", code.path, code.line, code.id, code.slug))
        .collect();
    hold(
        "Show each code once: a `bvl bad` fence with `//~ CODE` in its explanation, or a file in tests/fail:",
        &broken,
    );
}

/// Codes that the corpus cannot show twice, and why.
const SHOWN_ELSEWHERE: [(&str, &str); 3] = [
    ("BVL0108", "takes 64 blocks within each other, which nobody types"),
    ("BVL0113", "is about bytes that are no UTF-8, and the corpus is text"),
    ("BVL1005", "is told by `bvlc test` alone: tests/cli/test.md shows it"),
];

#[test]
fn every_error_is_in_two_files_of_the_corpus() {
    let corpus: Vec<_> =
        files().iter().filter(|file| file.path.starts_with("tests/fail/") && extension(&file.path) == "bvl").collect();
    let broken: Vec<String> = all()
        .into_iter()
        // what is found in manifests is shown by manifests: tests/verify
        .filter(|code| !["src/verify/", "src/manifest/"].iter().any(|room| code.path.starts_with(room)))
        .filter(|code| code.severity != "Hint" && SHOWN_ELSEWHERE.iter().all(|(id, _)| *id != code.id))
        .filter_map(|code| {
            let n = corpus.iter().filter(|file| annotates(&file.text, &code.id)).count();
            (n < 2).then(|| format!("{}:{}: {} ({}) is in {n}", code.path, code.line, code.id, code.slug))
        })
        .collect();
    hold("Show each error and warning in two files of tests/fail, as people make it:", &broken);
    let unneeded: Vec<String> = SHOWN_ELSEWHERE
        .iter()
        .filter(|(id, _)| corpus.iter().filter(|file| annotates(&file.text, id)).count() >= 2)
        .map(|(id, _)| format!("tests/tidy/codes.rs: {id} is shown twice after all"))
        .collect();
    hold("Take out of the exceptions what needs none:", &unneeded);
}

#[test]
fn reads_declarations() {
    let text = "check! {\n    /// ```bvl bad\n    /// x //~ BVL0701\n    BVL0701, \"too-short\", Error, since \"0.1.0\" => run\n}\nfn f() {}\n";
    let file = RustFile { path: "src/check/a/too_short.rs", text, tokens: crate::rust::tokens(text) };
    let [code] = declared(&file).try_into().ok().unwrap();
    assert_eq!((code.id.as_str(), code.slug.as_str(), code.is_check, code.line), ("BVL0701", "too-short", true, 1));
    assert_eq!(code.severity, "Error");
    assert!(annotates(&code.text, "BVL0701") && !code.text.contains("fn f"));
}
